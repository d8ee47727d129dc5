//! A field that is being edited.
//!
//! Every change goes to the session at once, so that findings show while typing and a pasted key is masked at once.
//! One exception: a long word, or the value of a credential header, is handed over when it is finished. Masking the
//! first half of a key while its second half is still being typed would leave the second half in the open.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Modifier, Style};
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use super::code::{Code, Go};
use super::complete::{Completion, complete};
use super::field::{self, Field, WordField};
use crate::case::catalog::Catalog;
use crate::case::request::Draft;
use crate::case::sanitize::Words;
use crate::session::Session;

/// Largest text that can be edited on the screen, bytes. A larger one is sent as it was pasted.
pub const EDITABLE: usize = 8 * 1024 * 1024;

/// A larger body is looked at by preflight when its field is left, not at every key.
pub const CHECKED_WHILE_TYPED: usize = 256 * 1024;

/// From this many characters on a word may be (part of) a key.
const LONG_WORD: usize = 12;

/// What is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A field of the request.
    Request(Field),
    /// A field of the operator's words.
    Words(WordField),
}

/// An editor on one field.
pub struct Editor {
    /// What is edited.
    pub target: Target,
    /// The text with its cursor.
    pub content: Content,
    /// The last change was not handed over yet.
    held_back: bool,
    /// What was offered at the cursor, until another key comes.
    completion: Option<Completion>,
}

/// The text that is edited.
pub enum Content {
    /// A few lines.
    Lines(Box<TextArea<'static>>),
    /// A body.
    Code(Code),
}

impl Editor {
    /// An editor on `target`, the cursor at the end.
    pub fn new(target: Target, draft: &Draft, words: &Words) -> Self {
        let text = match target {
            Target::Request(field) => field.text(draft),
            Target::Words(field) => field.text(words).to_owned(),
        };
        let is_code = target == Target::Request(Field::Body) && !draft.is_form();
        let content = if is_code {
            Content::Code(Code::new(text))
        } else {
            let mut area = text_area(&text, target);
            if target == Target::Request(Field::Body) {
                area.move_cursor(CursorMove::Top);
            } else {
                area.move_cursor(CursorMove::Bottom);
                area.move_cursor(CursorMove::End);
            }
            Content::Lines(Box::new(area))
        };
        Self { target, content, held_back: false, completion: None }
    }

    /// The body's editor, where it is a body that is edited.
    pub fn code(&mut self) -> Option<&mut Code> {
        match &mut self.content {
            Content::Code(code) => Some(code),
            Content::Lines(_) => None,
        }
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        match &self.content {
            Content::Lines(area) => area.lines().join("\n"),
            Content::Code(code) => code.text().to_owned(),
        }
    }

    fn bytes(&self) -> usize {
        match &self.content {
            Content::Lines(area) => area.lines().iter().map(|line| line.len() + 1).sum(),
            Content::Code(code) => code.text().len(),
        }
    }

    /// True where what is typed is looked at when the field is left.
    pub fn is_checked_later(&self) -> bool {
        matches!(&self.content, Content::Code(code) if code.text().len() > CHECKED_WHILE_TYPED)
    }

    /// True where a further line may begin.
    fn has_lines(&self) -> bool {
        !matches!(self.target, Target::Request(field) if field.is_line())
    }

    /// Takes a key; true where the session must be told now.
    pub fn key(&mut self, key: &KeyEvent, catalog: &Catalog) -> bool {
        self.completion = None;
        let modified = match &mut self.content {
            Content::Code(code) => code_key(code, key),
            Content::Lines(area) => area.input(*key),
        };
        if !self.has_lines()
            && let Content::Lines(area) = &mut self.content
            && area.lines().len() > 1
        {
            **area = text_area(&area.lines().concat(), self.target);
            area.move_cursor(CursorMove::End);
        }
        let typed = matches!(key.code, KeyCode::Char(c) if is_word(c))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let was_held_back = self.held_back;
        self.held_back = (modified || was_held_back)
            && (self.is_checked_later() || (typed && self.is_inside_a_secret(catalog)));
        (modified || was_held_back) && !self.held_back
    }

    /// Puts pasted text at the cursor; `false` where it is too large to be edited here.
    pub fn paste(&mut self, text: &str) -> bool {
        self.completion = None;
        if self.bytes() + text.len() > EDITABLE {
            return false;
        }
        let one_line = !self.has_lines();
        match &mut self.content {
            Content::Code(code) => code.insert(text),
            Content::Lines(area) if one_line => {
                area.insert_str(text.split('\n').map(str::trim).collect::<String>());
            }
            Content::Lines(area) => drop(area.insert_str(text)),
        }
        self.held_back = false;
        true
    }

    /// Takes back the last change, or does it again; false where there is none.
    pub fn undo(&mut self, again: bool) -> bool {
        self.completion = None;
        match (&mut self.content, again) {
            (Content::Code(code), false) => code.undo(),
            (Content::Code(code), true) => code.redo(),
            (Content::Lines(area), false) => area.undo(),
            (Content::Lines(area), true) => area.redo(),
        }
    }

    /// Puts what fits at the cursor there, the next one where something was put there before; tells what there is.
    pub fn complete(&mut self, session: &Session) -> Option<&Completion> {
        let Content::Code(code) = &mut self.content else { return None };
        let next = match self.completion.take() {
            Some(mut known) => {
                known.at = if known.at + 1 < known.choices.len() { known.at + 1 } else { 0 };
                Some(known)
            }
            None => complete(code.text(), code.cursor(), session),
        };
        if let Some(mut completion) = next {
            let chosen = completion.choices.get(completion.at).cloned().unwrap_or_default();
            code.replace(completion.span.clone(), &chosen);
            completion.span.end = completion.span.start + chosen.len();
            self.completion = Some(completion);
        }
        self.completion.as_ref()
    }

    /// Hands over what was held back: the editor is left.
    pub fn finish(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    /// Puts the cursor on a place of the body, both counts from 1.
    pub fn jump(&mut self, line: usize, column: usize) {
        let short = |n: usize| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
        match &mut self.content {
            Content::Code(code) => code.jump(line, column),
            Content::Lines(area) => area.move_cursor(CursorMove::Jump(short(line), short(column))),
        }
    }

    /// The word at the cursor is long, or the line holds a credential header.
    fn is_inside_a_secret(&self, catalog: &Catalog) -> bool {
        let area = match &self.content {
            Content::Code(code) => return code.word_before(is_word, LONG_WORD) >= LONG_WORD,
            Content::Lines(area) => area,
        };
        let cursor = area.cursor();
        let Some(line) = area.lines().get(cursor.0) else { return false };
        if self.target == Target::Request(Field::Headers)
            && field::header(line)
                .is_some_and(|h| !h.value.is_empty() && catalog.credential_header(&h.name).is_some())
        {
            return true;
        }
        let before: Vec<char> = line.chars().take(cursor.1).collect();
        before.iter().rev().take_while(|c| is_word(**c)).take(LONG_WORD).count() >= LONG_WORD
    }

    /// Takes what the session made of the text (a masked key, an address from a variable), the cursor staying where
    /// it was as far as that has a meaning.
    pub fn follow(&mut self, draft: &Draft) {
        let Target::Request(field) = self.target else { return };
        if self.held_back {
            return;
        }
        // Headers and parts say whether the text is a form.
        let mut own = Draft { headers: draft.headers.clone(), form: draft.form.clone(), ..Draft::default() };
        field.put(&mut own, &self.text());
        let same = match field {
            Field::Method => own.method == draft.method,
            Field::Url => own.url == draft.url,
            Field::Headers => own.headers == draft.headers,
            Field::Body => own.body == draft.body && own.form == draft.form,
        };
        if same {
            return;
        }
        let text = field.text(draft);
        let area = match &mut self.content {
            Content::Code(code) => return code.become_text(&text),
            Content::Lines(area) => area,
        };
        let cursor = area.cursor();
        let old = area.lines().get(cursor.0).map_or(0, |l| l.chars().count());
        **area = text_area(&text, self.target);
        let new = area.lines().get(cursor.0).map_or(0, |l| l.chars().count());
        // A secret before the cursor became shorter: what stands behind the cursor stays behind it.
        let column = new.saturating_sub(old.saturating_sub(cursor.1));
        self.jump(cursor.0 + 1, column + 1);
    }
}

/// A key in a body; true where it changed the text.
fn code_key(code: &mut Code, key: &KeyEvent) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let before = code.text().len();
    match key.code {
        KeyCode::Char(c) if plain => {
            code.type_char(c);
            return true;
        }
        KeyCode::Enter => code.type_char('\n'),
        KeyCode::Backspace | KeyCode::Char('w') if control => code.delete(Go::WordLeft),
        KeyCode::Backspace => code.delete(Go::Left),
        KeyCode::Char('k') if control => code.delete(Go::End),
        KeyCode::Delete => code.delete(Go::Right),
        _ => {
            let go = match key.code {
                KeyCode::Left if control => Go::WordLeft,
                KeyCode::Right if control => Go::WordRight,
                KeyCode::Home if control => Go::Top,
                KeyCode::End if control => Go::Bottom,
                KeyCode::Left => Go::Left,
                KeyCode::Right => Go::Right,
                KeyCode::Up => Go::Up,
                KeyCode::Down => Go::Down,
                KeyCode::PageUp => Go::PageUp,
                KeyCode::PageDown => Go::PageDown,
                KeyCode::Home => Go::Home,
                KeyCode::Char('a') if control => Go::Home,
                KeyCode::End => Go::End,
                KeyCode::Char('e') if control => Go::End,
                _ => return false,
            };
            code.go(go);
        }
    }
    code.text().len() != before
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | ':' | '%')
}

fn text_area(text: &str, target: Target) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_cursor_line_style(Style::new());
    area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    // The parts of a form.
    if target == Target::Request(Field::Body) {
        area.set_line_number_style(Style::new().add_modifier(Modifier::DIM));
    }
    match target {
        Target::Request(Field::Body) => area.set_wrap_mode(WrapMode::Glyph),
        Target::Words(_) => area.set_wrap_mode(WrapMode::WordOrGlyph),
        Target::Request(_) => {}
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(editor: &mut Editor, text: &str) -> usize {
        let catalog = Catalog::built_in();
        text.chars()
            .filter(|c| editor.key(&KeyEvent::new(KeyCode::Char(*c), KeyModifiers::NONE), &catalog))
            .count()
    }

    #[test]
    fn a_long_word_is_handed_over_when_it_is_finished() {
        let mut editor = Editor::new(Target::Request(Field::Body), &Draft::default(), &Words::default());
        assert_eq!(typed(&mut editor, "{\"a\": 1"), 7, "short words go at once");
        assert_eq!(typed(&mut editor, &"k".repeat(30)), LONG_WORD - 2, "the long word is held back");
        assert_eq!(typed(&mut editor, "\""), 1, "its end hands it over");
        assert_eq!(typed(&mut editor, &"k".repeat(30)), LONG_WORD - 1);
        assert!(editor.finish(), "leaving the field hands it over too");
    }

    #[test]
    fn a_masked_key_shows_at_once_and_the_cursor_stays_behind_it() {
        let draft = Draft { body: "{\"k\":\"\"}".into(), ..Draft::default() };
        let mut editor = Editor::new(Target::Request(Field::Body), &draft, &Words::default());
        editor.jump(1, 7);
        let key = format!("sk-{}", "aB3".repeat(16));
        assert!(editor.paste(&key));
        assert!(editor.text().contains(&key));
        editor.follow(&Draft { body: "{\"k\":\"[key#1]\"}".into(), ..Draft::default() });
        assert_eq!(editor.text(), "{\"k\":\"[key#1]\"}");
        assert_eq!(editor.code().map(|code| code.cursor()), Some("{\"k\":\"[key#1]".len()));
    }

    #[test]
    fn a_line_stays_a_line_and_a_huge_paste_is_refused() {
        let mut editor = Editor::new(Target::Request(Field::Url), &Draft::default(), &Words::default());
        assert!(editor.paste("https://host\n/v1 "));
        assert_eq!(editor.text(), "https://host/v1");
        assert!(!editor.paste(&"x".repeat(EDITABLE)));
        editor.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), &Catalog::built_in());
        assert_eq!(editor.text().lines().count(), 1);
    }
}
