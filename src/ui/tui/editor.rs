//! A field that is being edited.
//!
//! Every change goes to the session at once, so that findings show while typing and a pasted key is masked at once.
//! One exception: a long word, or the value of a credential header, is handed over when it is finished. Masking the
//! first half of a key while its second half is still being typed would leave the second half in the open.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Modifier, Style};
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use super::field::{self, Field, WordField};
use crate::case::catalog::Catalog;
use crate::case::request::Draft;
use crate::case::sanitize::Words;

/// Largest text that can be edited on the screen, bytes. A larger one is sent as it was pasted.
pub const EDITABLE: usize = 256 * 1024;

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
    pub area: TextArea<'static>,
    /// The last change was not handed over yet.
    held_back: bool,
}

impl Editor {
    /// An editor on `target`, the cursor at the end.
    pub fn new(target: Target, draft: &Draft, words: &Words) -> Self {
        let text = match target {
            Target::Request(field) => field.text(draft),
            Target::Words(field) => field.text(words).to_owned(),
        };
        let mut area = text_area(&text, target);
        area.move_cursor(if matches!(target, Target::Request(Field::Body)) {
            CursorMove::Top
        } else {
            CursorMove::Bottom
        });
        if target != Target::Request(Field::Body) {
            area.move_cursor(CursorMove::End);
        }
        Self { target, area, held_back: false }
    }

    /// The text as it stands.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// True where a further line may begin.
    fn has_lines(&self) -> bool {
        !matches!(self.target, Target::Request(field) if field.is_line())
    }

    /// Takes a key; true where the session must be told now.
    pub fn key(&mut self, key: &KeyEvent, catalog: &Catalog) -> bool {
        let modified = self.area.input(*key);
        if !self.has_lines() && self.area.lines().len() > 1 {
            self.area = text_area(&self.area.lines().concat(), self.target);
            self.area.move_cursor(CursorMove::End);
        }
        let typed = matches!(key.code, KeyCode::Char(c) if is_word(c))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let was_held_back = self.held_back;
        self.held_back = (modified || was_held_back) && typed && self.is_inside_a_secret(catalog);
        (modified || was_held_back) && !self.held_back
    }

    /// Puts pasted text at the cursor; `false` where it is too large to be edited here.
    pub fn paste(&mut self, text: &str) -> bool {
        let so_far: usize = self.area.lines().iter().map(|l| l.len() + 1).sum();
        if so_far + text.len() > EDITABLE {
            return false;
        }
        if self.has_lines() {
            self.area.insert_str(text);
        } else {
            self.area.insert_str(text.split('\n').map(str::trim).collect::<String>());
        }
        self.held_back = false;
        true
    }

    /// Hands over what was held back: the editor is left.
    pub fn finish(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    /// Puts the cursor on a place of the body, both counts from 1.
    pub fn jump(&mut self, line: usize, column: usize) {
        let short = |n: usize| u16::try_from(n.saturating_sub(1)).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(column)));
    }

    /// The word at the cursor is long, or the line holds a credential header.
    fn is_inside_a_secret(&self, catalog: &Catalog) -> bool {
        let cursor = self.area.cursor();
        let Some(line) = self.area.lines().get(cursor.0) else { return false };
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
        let cursor = self.area.cursor();
        let old = self.area.lines().get(cursor.0).map_or(0, |l| l.chars().count());
        let text = field.text(draft);
        self.area = text_area(&text, self.target);
        let new = self.area.lines().get(cursor.0).map_or(0, |l| l.chars().count());
        // A secret before the cursor became shorter: what stands behind the cursor stays behind it.
        let column = new.saturating_sub(old.saturating_sub(cursor.1));
        self.jump(cursor.0 + 1, column + 1);
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | ':' | '%')
}

fn text_area(text: &str, target: Target) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.set_cursor_line_style(Style::new());
    area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
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
        assert_eq!(editor.area.cursor().1, "{\"k\":\"[key#1]".chars().count());
    }

    #[test]
    fn a_line_stays_a_line_and_a_huge_paste_is_refused() {
        let mut editor = Editor::new(Target::Request(Field::Url), &Draft::default(), &Words::default());
        assert!(editor.paste("https://host\n/v1 "));
        assert_eq!(editor.text(), "https://host/v1");
        assert!(!editor.paste(&"x".repeat(EDITABLE)));
        editor.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), &Catalog::built_in());
        assert_eq!(editor.area.lines().len(), 1);
    }
}
