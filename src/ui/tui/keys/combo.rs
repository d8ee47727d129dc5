//! One key with its modifiers: as a file names it, as the terminal reports it, as a person reads it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct KeyCombo {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A text names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no key")]
pub struct NotAKey(String);

/// Names of keys that are no single character.
const NAMES: [(&str, KeyCode); 14] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
];

impl KeyCombo {
    /// The combination in one form: a character carries its own shift, Shift-Tab is one key of its own for terminals.
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let modifiers = modifiers & known;
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: modifiers | KeyModifiers::SHIFT },
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => Self {
                code: KeyCode::Char(c.to_ascii_lowercase()),
                modifiers: modifiers - KeyModifiers::SHIFT,
            },
            KeyCode::Char(c) => {
                let c = if modifiers.contains(KeyModifiers::SHIFT) { c.to_ascii_uppercase() } else { c };
                Self { code: KeyCode::Char(c), modifiers: modifiers - KeyModifiers::SHIFT }
            }
            code => Self { code, modifiers },
        }
    }

    /// A character alone, which is text where text is typed.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The key press that gives this combination, for key scripts.
    pub fn press(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }
}

impl From<&KeyEvent> for KeyCombo {
    fn from(event: &KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl FromStr for KeyCombo {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, tail) = match rest.split_once('-') {
                Some(("ctrl", tail)) if !tail.is_empty() => (KeyModifiers::CONTROL, tail),
                Some(("alt", tail)) if !tail.is_empty() => (KeyModifiers::ALT, tail),
                Some(("shift", tail)) if !tail.is_empty() => (KeyModifiers::SHIFT, tail),
                _ => break,
            };
            modifiers |= modifier;
            rest = tail;
        }
        let mut letters = rest.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(c), None) => Some(KeyCode::Char(c)),
            _ => NAMES.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code).or_else(|| {
                let number: u8 = rest.strip_prefix('f')?.parse().ok()?;
                (1..=12).contains(&number).then_some(KeyCode::F(number))
            }),
        };
        code.map(|code| Self::new(code, modifiers)).ok_or_else(|| NotAKey(text.to_owned()))
    }
}

impl TryFrom<String> for KeyCombo {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl fmt::Display for KeyCombo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, word) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(word)?;
            }
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", c.to_ascii_uppercase())
            }
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => {
                let name = NAMES.iter().find(|(_, c)| *c == code).map_or("?", |(name, _)| name);
                let mut letters = name.chars();
                match letters.next() {
                    Some(first) => write!(f, "{}{}", first.to_ascii_uppercase(), letters.as_str()),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_and_show() {
        let table = [
            ("enter", "Enter"),
            ("ctrl-c", "Ctrl-C"),
            ("E", "E"),
            ("shift-e", "E"),
            ("shift-tab", "Shift-Tab"),
            ("-", "-"),
            ("ctrl--", "Ctrl--"),
            ("?", "?"),
            ("space", "Space"),
            ("pagedown", "PgDn"),
            ("f12", "F12"),
            ("alt-x", "Alt-x"),
        ];
        for (text, shown) in table {
            assert_eq!(text.parse::<KeyCombo>().map(|k| k.to_string()), Ok(shown.to_owned()), "{text}");
        }
        for text in ["", "hyper-x", "f13", "f0", "ctrl-", "enterr"] {
            assert!(text.parse::<KeyCombo>().is_err(), "{text}");
        }
    }

    #[test]
    fn terminals_report_the_same_key_in_several_ways() {
        let combo = |text: &str| text.parse::<KeyCombo>().expect("a key");
        let table = [
            (KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab"),
            (KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE), "shift-tab"),
            (KeyEvent::new(KeyCode::Char('E'), KeyModifiers::SHIFT), "E"),
            (KeyEvent::new(KeyCode::Char('E'), KeyModifiers::NONE), "E"),
            (KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT), "?"),
            (KeyEvent::new(KeyCode::Char('C'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), "ctrl-c"),
        ];
        for (event, text) in table {
            assert_eq!(KeyCombo::from(&event), combo(text), "{event:?}");
            assert_eq!(KeyCombo::from(&combo(text).press()), combo(text), "{text}");
        }
    }
}
