//! What can lie on top of a page: a question, a list, the help.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Modifier, Style};
use ratatui_textarea::{CursorMove, TextArea};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};

mod fuzzy;
mod palette;
mod picker;

pub use palette::{Does, Entry, Palette};
pub use picker::{Choice, Item, Picker, Row};

/// What lies on top.
pub enum Popup {
    /// The help.
    Help {
        /// Lines scrolled.
        top: usize,
    },
    /// A question with a typed answer.
    Prompt(Prompt),
    /// A list to choose from.
    Picker(Picker),
    /// Really leave?
    Leaving,
    /// All that can be done now.
    Palette(Palette),
    /// A letter stands at each place of the page.
    Jump,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The model of the request.
    Model,
    /// A key for the request.
    Key,
    /// The model of a control.
    OtherModel,
    /// The key of a control.
    OtherKey,
    /// Where to write the note.
    Path,
    /// The file to open.
    Open,
    /// What to find in the text that leaves.
    Search,
    /// What to find in the body.
    Find,
    /// The ticket that the note goes onto.
    Ticket,
    /// The subject of a new ticket.
    Subject,
    /// The token of a ticket desk.
    DeskToken,
    /// The subject of a mail.
    MailSubject,
    /// The password of the mail server.
    MailPassword,
    /// Bytes of the prompt of a request that is too large.
    Oversize,
    /// Where to write the report of a run.
    ReportPath,
}

impl Asked {
    /// The question.
    pub fn title(self) -> &'static str {
        match self {
            Self::Model => "Model of this request",
            Self::Key => "Key for this request (not shown, kept in memory only)",
            Self::OtherModel => "Send once more with this model",
            Self::OtherKey => "Send once more with this key (not shown, kept in memory only)",
            Self::Find => "Find in the body",
            Self::Search => "Find in what leaves (nothing: end the search)",
            Self::Open => "Open this file: a command, an answer, a log, an HTTP archive",
            Self::Ticket => "Which ticket? (nothing: a new one)",
            Self::Subject => "Subject of the new ticket",
            Self::DeskToken => "Token of this desk (not shown, used once, not kept)",
            Self::MailSubject => "Subject of the mail",
            Self::MailPassword => "Password of the mail server (not shown, used once, not kept)",
            Self::Oversize => "Bytes of a prompt that is too large (nothing: do not send it)",
            Self::ReportPath => {
                "Write the report to this file (.json, .csv or .xml for programs, else a text)"
            }
            Self::Path => "Write the note to this file (a folder ends in /)",
        }
    }

    /// True where the answer must not be seen.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Key | Self::OtherKey | Self::DeskToken | Self::MailPassword)
    }
}

/// A question with the answer typed so far.
pub struct Prompt {
    /// What is asked for.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
    /// Answers that are known; Tab puts those that begin with what was typed, one after the other.
    known: Vec<String>,
    /// What was typed before the first Tab, and how many were put since.
    stem: Option<(String, usize)>,
}

/// An answer that is being typed.
pub enum Answer {
    /// For all to see.
    Open(Box<TextArea<'static>>),
    /// A secret: wiped when dropped, never drawn.
    Hidden(SecretBox<String>),
}

impl Prompt {
    /// The question, with a first answer to change.
    pub fn new(asked: Asked, first: &str) -> Self {
        let answer = if asked.is_secret() {
            // Room for any usual key: a text that grows would leave copies behind.
            Answer::Hidden(SecretBox::new(Box::new(String::with_capacity(4096))))
        } else {
            Answer::Open(Box::new(line_of(&first.replace('\n', " "))))
        };
        Self { asked, answer, known: Vec::new(), stem: None }
    }

    /// The same with answers that are known.
    #[must_use]
    pub fn with_known(mut self, known: Vec<String>) -> Self {
        self.known = known;
        self
    }

    /// How many of the known answers begin with what was typed.
    pub fn fitting(&self) -> usize {
        let typed = self.open_answer();
        let stem = self.stem.as_ref().map_or(&typed, |(stem, _)| stem);
        self.known.iter().filter(|answer| answer.starts_with(stem.as_str())).count()
    }

    /// Puts the next known answer, or the one before.
    fn complete(&mut self, forward: bool) {
        let (stem, at) = self.stem.take().map_or_else(
            || (self.open_answer(), 0),
            |(stem, at)| (stem, if forward { at.wrapping_add(1) } else { at.wrapping_sub(1) }),
        );
        let fitting: Vec<&String> = self.known.iter().filter(|answer| answer.starts_with(&stem)).collect();
        let at = if at == usize::MAX { fitting.len().saturating_sub(1) } else { at };
        let at = if at < fitting.len() { at } else { 0 };
        if let (Some(answer), Answer::Open(area)) = (fitting.get(at), &mut self.answer) {
            **area = line_of(answer);
            self.stem = Some((stem, at));
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent) {
        if matches!(key.code, KeyCode::Tab | KeyCode::BackTab) && !self.asked.is_secret() {
            return self.complete(key.code == KeyCode::Tab);
        }
        self.stem = None;
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match &mut self.answer {
            // As in a shell, and as in the hidden answer.
            Answer::Open(area) if !plain && key.code == KeyCode::Char('u') => {
                area.move_cursor(CursorMove::End);
                area.delete_line_by_head();
            }
            Answer::Open(area) => {
                area.input(*key);
                if area.lines().len() > 1 {
                    let joined = area.lines().concat();
                    **area = TextArea::new(vec![joined]);
                    area.move_cursor(CursorMove::End);
                }
            }
            Answer::Hidden(secret) => match key.code {
                KeyCode::Char(c) if plain && !c.is_whitespace() => secret.expose_secret_mut().push(c),
                KeyCode::Char('u') if !plain => secret.expose_secret_mut().clear(),
                KeyCode::Backspace => {
                    secret.expose_secret_mut().pop();
                }
                _ => {}
            },
        }
    }

    /// Takes pasted text; line breaks and, in a secret, blanks are left out.
    pub fn paste(&mut self, text: &str) {
        self.stem = None;
        match &mut self.answer {
            Answer::Open(area) => {
                let line: String = text.chars().filter(|c| *c != '\n').take(4096).collect();
                area.insert_str(line);
            }
            Answer::Hidden(secret) => {
                let room = 4096_usize.saturating_sub(secret.expose_secret().len());
                let kept = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(room);
                secret.expose_secret_mut().extend(kept);
            }
        }
    }

    /// The open answer without blanks around it; empty for a secret.
    pub fn open_answer(&self) -> String {
        match &self.answer {
            Answer::Open(area) => area.lines().concat().trim().to_owned(),
            Answer::Hidden(_) => String::new(),
        }
    }

    /// The secret answer; `None` where nothing was typed.
    pub fn secret_answer(&self) -> Option<SecretString> {
        match &self.answer {
            Answer::Hidden(secret) if !secret.expose_secret().is_empty() => {
                Some(SecretString::from(secret.expose_secret().clone()))
            }
            _ => None,
        }
    }

    /// Characters of a secret answer, for the masked line.
    pub fn hidden_length(&self) -> usize {
        match &self.answer {
            Answer::Hidden(secret) => secret.expose_secret().chars().count(),
            Answer::Open(_) => 0,
        }
    }
}

/// A line to type in, with `text` in it.
fn line_of(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(vec![text.to_owned()]);
    area.set_cursor_line_style(Style::new());
    area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    area.move_cursor(CursorMove::End);
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_without_blanks_and_can_be_wiped() {
        let mut prompt = Prompt::new(Asked::Key, "ignored");
        assert!(prompt.secret_answer().is_none());
        prompt.paste(" ab\ncd ");
        prompt.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::NONE));
        assert_eq!(prompt.hidden_length(), 5);
        assert_eq!(prompt.secret_answer().expect("typed").expose_secret(), "abcde");
        prompt.key(&KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE));
        assert_eq!(prompt.hidden_length(), 4);
        prompt.key(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(prompt.secret_answer().is_none());
        assert_eq!(prompt.open_answer(), "");
    }

    #[test]
    fn known_answers_are_put_one_after_the_other() {
        let known = ["gpt-4o", "claude-4", "gpt-5"].map(str::to_owned).to_vec();
        let mut prompt = Prompt::new(Asked::OtherModel, "").with_known(known);
        let mut after = |code| {
            prompt.key(&KeyEvent::new(code, KeyModifiers::NONE));
            (prompt.open_answer(), prompt.fitting())
        };
        for (key, answer, fitting) in [
            (KeyCode::Char('g'), "g", 2),
            (KeyCode::Tab, "gpt-4o", 2),
            (KeyCode::Tab, "gpt-5", 2),
            (KeyCode::Tab, "gpt-4o", 2),
            (KeyCode::BackTab, "gpt-5", 2),
            (KeyCode::Char('x'), "gpt-5x", 0),
            (KeyCode::Tab, "gpt-5x", 0),
        ] {
            assert_eq!(after(key), (answer.to_owned(), fitting), "{key:?}");
        }
    }

    #[test]
    fn an_open_answer_stays_one_line() {
        let mut prompt = Prompt::new(Asked::Path, "a.yaml");
        prompt.paste(".bak\n");
        prompt.key(&KeyEvent::new(KeyCode::Char('m'), KeyModifiers::CONTROL));
        assert_eq!(prompt.open_answer(), "a.yaml.bak");
        prompt.key(&KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(prompt.open_answer(), "");
    }
}
