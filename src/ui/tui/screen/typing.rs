//! Keys and pastes that are text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Screen, Wish};
use crate::session::{Event, Session, Step};
use crate::ui::tui::editor::Target;
use crate::ui::tui::popup::{Choice, Popup};

/// Longest filter of the practice list, characters.
const LONGEST_FILTER: usize = 40;

/// `filter` after a key that is text, or takes a letter away; `None` where it is none of these, or the filter is `most`
/// characters long.
pub(super) fn typed(filter: &str, key: &KeyEvent, most: usize) -> Option<String> {
    let mut filter = filter.to_owned();
    match key.code {
        KeyCode::Backspace => {
            filter.pop();
        }
        KeyCode::Char(c)
            if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
                && !c.is_control()
                && filter.chars().count() < most =>
        {
            filter.push(c);
        }
        _ => return None,
    }
    Some(filter)
}

impl Screen {
    /// A key without an action: text for what has the keyboard, if that takes text.
    pub(super) fn type_key(&mut self, key: &KeyEvent, session: &Session) -> Vec<Wish> {
        if session.consent().is_some() {
            return Vec::new();
        }
        if let Some(popup) = &mut self.popup {
            match popup {
                Popup::Prompt(prompt) => prompt.key(key),
                Popup::Picker(picker) => picker.key(key),
                Popup::Palette(palette) => palette.key(key),
                Popup::Jump => return self.jump(key, session),
                Popup::Help { .. } | Popup::Leaving => {}
            }
            return Vec::new();
        }
        if self.run.is_some() {
            return Vec::new();
        }
        if self.cases.is_open {
            self.cases.type_key(key);
            return Vec::new();
        }
        if self.practice.is_open && self.editor.is_none() {
            self.type_filter(key);
            return Vec::new();
        }
        let Some(editor) = &mut self.editor else { return Vec::new() };
        if editor.key(key, session.catalog()) { self.hand_over(session) } else { Vec::new() }
    }

    /// In the practice list, letters choose what is shown.
    fn type_filter(&mut self, key: &KeyEvent) {
        if let Some(filter) = typed(&self.practice.filter, key, LONGEST_FILTER) {
            self.practice.filter_by(filter);
        }
    }

    /// Pasted text: into the prompt or editor that is open; on the page Request it is a new request.
    pub(super) fn paste(&mut self, text: String, session: &Session) -> Vec<Wish> {
        if session.consent().is_some() {
            return self.say("answer the question first; nothing was pasted");
        }
        let text = with_line_feeds(text);
        self.decline_unfinished();
        if let Some(popup) = &mut self.popup {
            // What is typed into a list is drawn as it is.
            if !matches!(popup, Popup::Prompt(_)) && session.masked(&text).is_some() {
                return self.say("that looks like a key: it was not taken, and is shown nowhere");
            }
            match popup {
                Popup::Prompt(prompt) => prompt.paste(&text),
                Popup::Picker(picker) if picker.choice == Choice::Endpoint => picker.paste(&text),
                Popup::Palette(palette) => palette.paste(&text),
                Popup::Picker(_) | Popup::Help { .. } | Popup::Leaving | Popup::Jump => {
                    return self.say("close this first; nothing was pasted");
                }
            }
            return Vec::new();
        }
        if let Some(editor) = &mut self.editor {
            if editor.paste(&text) {
                return self.hand_over(session);
            }
            return self
                .say("that is too large to be edited here; leave the field (Esc) and paste it on the page");
        }
        if self.run.is_some() {
            return self.say("leave the run first (Esc); nothing was pasted");
        }
        if self.cases.is_open {
            return self.say("close the list of cases first (Esc); nothing was pasted");
        }
        if self.page_is_attach() {
            return self.say("go back to the note first (Esc); nothing was pasted");
        }
        if session.step() != Step::Request && !self.practice.is_open {
            return self.say("nothing was pasted: to paste another request go to Request (1)");
        }
        let mut wishes = self.leave_practice(session);
        self.start_over();
        self.practice.is_open = false;
        wishes.extend([Wish::Tell(Event::GoTo(Step::Request)), Wish::Tell(Event::Pasted(text))]);
        wishes
    }

    /// What comes next is a case of one's own, which has nothing of the scenario that was walked.
    pub(super) fn leave_practice(&self, session: &Session) -> Vec<Wish> {
        if self.practice.chosen.is_none() || session.is_busy() {
            return Vec::new();
        }
        vec![Wish::Tell(Event::AnotherCase)]
    }

    /// Tells the session the text of a request's field. The operator's words are told when their field is left;
    /// what was typed of them is saved meanwhile.
    pub(super) fn hand_over(&mut self, session: &Session) -> Vec<Wish> {
        let Some(editor) = &mut self.editor else { return Vec::new() };
        let field = match editor.target {
            Target::Request(field) => field,
            Target::Words(field) => {
                let mut words = session.words().clone();
                field.put(&mut words, &editor.text());
                return vec![Wish::Tell(Event::WordsTyped(words))];
            }
        };
        let mut draft = session.draft().clone();
        field.put(&mut draft, &editor.text());
        vec![Wish::Tell(Event::Edited(draft))]
    }

    /// Ends editing and tells the session what it does not know yet.
    pub(super) fn leave_editor(&mut self, session: &Session) -> Vec<Wish> {
        let held_back = self.editor.as_mut().is_some_and(super::Editor::finish);
        let wishes = match self.editor.as_ref().map(|e| e.target) {
            Some(Target::Request(_)) if held_back => self.hand_over(session),
            Some(Target::Words(field)) => {
                let text = self.editor.as_ref().map(super::Editor::text).unwrap_or_default();
                let mut words = session.words().clone();
                field.put(&mut words, &text);
                vec![Wish::Tell(Event::WordsSet(words))]
            }
            _ => Vec::new(),
        };
        self.editor = None;
        wishes
    }
}

/// A paste as it was copied. Terminals send its line breaks as carriage returns; tmux sends one for each of the two characters of
/// Windows' line ends, so that an empty line would stand behind each line, and an answer's head would end behind its first.
/// The text is changed where it stands: a long one is held once.
fn with_line_feeds(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut runs = text.split(|c| c != '\r').map(str::len).filter(|run| *run > 0);
    let several = text.matches("\r\r").nth(1).is_some();
    let twice = several && !text.contains('\n') && runs.all(|run| run % 2 == 0);
    // What belongs to the carriage return before it.
    let second = if twice { b'\r' } else { b'\n' };
    let mut behind_return = false;
    let mut bytes = text.into_bytes();
    bytes.retain_mut(|byte| {
        let stays = !(behind_return && *byte == second);
        behind_return = stays && *byte == b'\r';
        if behind_return {
            *byte = b'\n';
        }
        stays
    });
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::with_line_feeds;

    #[test]
    fn a_paste_has_the_lines_that_were_copied() {
        for (pasted, lines) in [
            ("a\rb\r\rc", "a\nb\n\nc"),
            ("a\r\nb\r\n\r\nc", "a\nb\n\nc"),
            // tmux, of what had Windows' line ends.
            ("HTTP/1.1 429 X\r\rA: b\r\r\r\r{}", "HTTP/1.1 429 X\nA: b\n\n{}"),
            // One empty line, and no other break.
            ("HTTP/1.1 429 X\r\r{}", "HTTP/1.1 429 X\n\n{}"),
            ("a\r\r\nb\r", "a\n\nb\n"),
            ("a\n\rb\r\r\r\r", "a\n\nb\n\n\n\n"),
            ("ä\r\rö\r\r\r\rü", "ä\nö\n\nü"),
            ("a", "a"),
            ("", ""),
        ] {
            let held = pasted.to_owned();
            let at = held.as_ptr();
            let read = with_line_feeds(held);
            assert_eq!(read, lines, "{pasted:?}");
            assert_eq!(read.as_ptr(), at, "no second copy of {pasted:?}");
        }
    }
}
