//! A text of any size with a cursor: the editor of a request's body. It knows where its lines begin, and makes and looks at
//! only what is seen, so that a body of some megabytes is edited as a small one is.
//!
//! ```text
//! key ──> Code::edit ──> text, line starts, undo
//! text ──(rows around the cursor)──> window ──lex──> colours of what is seen
//! ```

mod history;
mod window;

use std::ops::Range;

use history::{Edit, History};

pub use window::{LONGEST_COLOURED, Row};

/// A text with its cursor.
pub struct Code {
    text: String,
    /// First bytes of the lines.
    starts: Vec<usize>,
    cursor: usize,
    /// The column to which the cursor wants to go back, in bytes of its row.
    column: Option<usize>,
    /// First byte of the first row that is seen.
    top: usize,
    history: History,
    /// Columns and rows in which it was drawn last.
    size: (usize, usize),
}

/// A movement of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// One character.
    Left,
    /// One character.
    Right,
    /// To the beginning of the word.
    WordLeft,
    /// Behind the word.
    WordRight,
    /// One row.
    Up,
    /// One row.
    Down,
    /// One window.
    PageUp,
    /// One window.
    PageDown,
    /// To the beginning of the line; from there, past its blanks.
    Home,
    /// To the end of the line.
    End,
    /// To the first byte.
    Top,
    /// Behind the last byte.
    Bottom,
}

impl Code {
    /// An editor on `text`, its cursor at the beginning.
    pub fn new(text: String) -> Self {
        let starts = starts_of(&text);
        Self { text, starts, cursor: 0, column: None, top: 0, history: History::default(), size: (80, 24) }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte before which the cursor stands.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Columns and rows of the window: movements by rows depend on them.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.size = (width.max(1), height.max(1));
        self.keep_seen();
    }

    /// The number of the line in which byte `at` stands, from 0.
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of a line without its line break.
    pub fn line(&self, number: usize) -> Range<usize> {
        let start = self.starts.get(number).copied().unwrap_or(self.text.len());
        let end = self.starts.get(number + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }

    /// Puts `new` in the place of the bytes `span`; the cursor stands behind it.
    pub fn replace(&mut self, span: Range<usize>, new: &str) {
        let Some(old) = self.text.get(span.clone()) else { return };
        let edit =
            Edit { at: span.start, removed: old.to_owned(), inserted: new.to_owned(), cursor: self.cursor };
        self.apply(&edit);
        self.cursor = span.start + new.len();
        self.history.push(edit);
        self.column = None;
        self.keep_seen();
    }

    /// Changes text and line starts.
    fn apply(&mut self, edit: &Edit) {
        let end = edit.at + edit.removed.len();
        if self.text.get(edit.at..end).is_none() {
            return;
        }
        self.text.replace_range(edit.at..end, &edit.inserted);
        let first = self.starts.partition_point(|start| *start <= edit.at);
        let last = self.starts.partition_point(|start| *start <= end);
        let new = memchr::memchr_iter(b'\n', edit.inserted.as_bytes()).map(|at| edit.at + at + 1);
        let new: Vec<usize> = new.collect();
        let behind = first + new.len();
        self.starts.splice(first..last, new);
        for start in self.starts.iter_mut().skip(behind) {
            *start = *start - edit.removed.len() + edit.inserted.len();
        }
    }

    /// Types `c` at the cursor; a new line begins as far in as this one.
    pub fn type_char(&mut self, c: char) {
        let mut new = c.to_string();
        if c == '\n' {
            let line = self.line(self.line_of(self.cursor));
            let before = self.text.get(line.start..self.cursor).unwrap_or_default();
            new.extend(before.chars().take_while(|c| matches!(c, ' ' | '\t')).take(200));
        }
        self.replace(self.cursor..self.cursor, &new);
    }

    /// Puts `text` at the cursor, as one step.
    pub fn insert(&mut self, text: &str) {
        self.replace(self.cursor..self.cursor, text);
        self.history.close();
    }

    /// Deletes from the cursor to where `go` would lead.
    pub fn delete(&mut self, go: Go) {
        let to = self.target(go);
        let span = self.cursor.min(to)..self.cursor.max(to);
        if !span.is_empty() {
            self.replace(span, "");
        }
    }

    /// Takes back the last step; false where there is none.
    pub fn undo(&mut self) -> bool {
        let Some(edit) = self.history.undo() else { return false };
        let cursor = edit.cursor;
        self.apply(&edit.reversed());
        self.at(cursor);
        true
    }

    /// Does again what was taken back.
    pub fn redo(&mut self) -> bool {
        let Some(edit) = self.history.redo() else { return false };
        self.apply(&edit);
        self.at(edit.at + edit.inserted.len());
        true
    }

    /// Puts the cursor before byte `at`, or before the character that it is in.
    pub fn at(&mut self, at: usize) {
        let at = at.min(self.text.len());
        self.cursor = (0..=at).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        self.column = None;
        self.history.close();
        self.keep_seen();
    }

    /// Puts the cursor on a line and a character of it, both from 1.
    pub fn jump(&mut self, line: usize, column: usize) {
        let at = self.place(line, column);
        self.at(at);
    }

    /// The byte at which a character of a line stands, both from 1.
    pub fn place(&self, line: usize, column: usize) -> usize {
        let line = self.line(line.clamp(1, self.starts.len()) - 1);
        let own = self.text.get(line.clone()).unwrap_or_default();
        let within = own.char_indices().nth(column.saturating_sub(1)).map_or(own.len(), |(at, _)| at);
        line.start + within
    }

    /// Moves the cursor.
    pub fn go(&mut self, go: Go) {
        let to = self.target(go);
        let column = match go {
            Go::Up | Go::Down | Go::PageUp | Go::PageDown => {
                Some(self.column.unwrap_or_else(|| self.cursor - self.row_at(self.cursor).span.start))
            }
            _ => None,
        };
        self.at(to);
        self.column = column;
    }

    fn target(&self, go: Go) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let behind = self.text.get(self.cursor..).unwrap_or_default();
        let line = self.line(self.line_of(self.cursor));
        match go {
            Go::Left => self.cursor - before.chars().next_back().map_or(0, char::len_utf8),
            Go::Right => self.cursor + behind.chars().next().map_or(0, char::len_utf8),
            Go::WordLeft => {
                let rest = before.trim_end_matches(|c: char| !is_word(c));
                rest.trim_end_matches(is_word).len()
            }
            Go::WordRight => {
                let rest = behind.trim_start_matches(|c: char| !is_word(c));
                self.text.len() - rest.trim_start_matches(is_word).len()
            }
            Go::Home => {
                let own = self.text.get(line.clone()).unwrap_or_default();
                let inner = line.start + own.len() - own.trim_start().len();
                if self.cursor == line.start { inner } else { line.start }
            }
            Go::End => line.end,
            Go::Top => 0,
            Go::Bottom => self.text.len(),
            Go::Up => self.rows_away(-1),
            Go::Down => self.rows_away(1),
            Go::PageUp => self.rows_away(-self.page()),
            Go::PageDown => self.rows_away(self.page()),
        }
    }

    fn page(&self) -> isize {
        isize::try_from(self.size.1.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// Finds `sought` behind the cursor, else from the beginning on; upper and lower case are the same. False: nowhere.
    pub fn find(&mut self, sought: &str) -> bool {
        let pattern = regex::RegexBuilder::new(&regex::escape(sought)).case_insensitive(true).build();
        let Some(pattern) = pattern.ok().filter(|_| !sought.is_empty()) else { return false };
        let from = self.target(Go::Right);
        let found = pattern.find_at(&self.text, from).or_else(|| pattern.find(&self.text));
        let at = found.map(|hit| hit.start());
        if let Some(at) = at {
            self.at(at);
        }
        at.is_some()
    }

    /// Takes what became of the text elsewhere: a key under its label. What stands behind the cursor stays behind it. The steps
    /// that could be taken back are forgotten, for they may hold the key.
    pub fn become_text(&mut self, text: &str) {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let at = if text.starts_with(before) {
            self.cursor
        } else {
            text.len().saturating_sub(self.text.len() - self.cursor)
        };
        text.clone_into(&mut self.text);
        self.starts = starts_of(&self.text);
        self.history = History::default();
        self.at(at);
    }

    /// Characters of the word that ends at the cursor, at most `most`.
    pub fn word_before(&self, is_part: impl Fn(char) -> bool, most: usize) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        before.chars().rev().take_while(|c| is_part(*c)).take(most).count()
    }
}

fn starts_of(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests;
