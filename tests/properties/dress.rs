//! The canaries, the forms in which they are planted, and the search for what is left of them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Letters and digits that look random and are the same every time, so that no file holds a complete key.
fn random(mut state: u64, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = usize::try_from((state >> 33) % 62).unwrap_or(0);
            ALPHABET.get(pick).map_or('a', |b| char::from(*b))
        })
        .collect()
}

/// The key that the program holds.
pub static HELD: LazyLock<String> = LazyLock::new(|| format!("sk-{}", random(11, 48)));

/// A key that nobody told the program; only its shape gives it away.
pub static FOREIGN: LazyLock<String> = LazyLock::new(|| format!("sk-{}", random(23, 48)));

/// Forms of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dress {
    Plain,
    Percent,
    Base64,
    Base64Url,
    Hex,
    Json,
}

impl Dress {
    /// One that a byte chooses.
    pub fn of(byte: usize) -> Self {
        match byte % 6 {
            0 => Self::Plain,
            1 => Self::Percent,
            2 => Self::Base64,
            3 => Self::Base64Url,
            4 => Self::Hex,
            _ => Self::Json,
        }
    }

    /// `value` in this form.
    pub fn on(self, value: &str) -> String {
        let bytes = |form: &dyn Fn(u8) -> String| value.bytes().map(form).collect::<String>();
        match self {
            Self::Plain => value.to_owned(),
            Self::Percent => bytes(&|b| format!("%{b:02X}")),
            Self::Base64 => STANDARD.encode(value),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(format!("u:{value}")),
            Self::Hex => bytes(&|b| format!("{b:02x}")),
            Self::Json => value
                .encode_utf16()
                .flat_map(|unit| format!("\\u{unit:04x}").into_bytes())
                .map(char::from)
                .collect(),
        }
    }
}

/// Finds what is left of a canary: eight characters in a row, in any of the forms.
pub struct Traces(Option<AhoCorasick>);

impl Traces {
    /// Of `key`, whose public prefix ends at the first dash.
    pub fn of(key: &str) -> Self {
        let body = key.split_once('-').map_or(key, |(_, body)| body).as_bytes();
        let mut forms: Vec<String> = Vec::new();
        for window in body.windows(8).filter_map(|w| std::str::from_utf8(w).ok()) {
            forms.extend(
                [Dress::Plain, Dress::Percent, Dress::Hex, Dress::Json].map(|dress| dress.on(window)),
            );
        }
        // Nine bytes are twelve letters of base64; one of three windows in a row lies at their border.
        forms.extend(body.windows(9).map(|window| STANDARD.encode(window)));
        Self(AhoCorasick::builder().ascii_case_insensitive(true).build(forms).ok())
    }

    /// What is left in `text`, if anything is.
    pub fn left_in(&self, text: &[u8]) -> Option<String> {
        let Some(automaton) = &self.0 else { return Some("the search could not be built".to_owned()) };
        let found = automaton.find(text)?;
        let from = found.start().saturating_sub(24);
        let around = text.get(from..(found.end() + 24).min(text.len())).unwrap_or(&[]);
        Some(format!("at {}: {}", found.start(), around.escape_ascii()))
    }
}

/// What is left of [`HELD`].
pub static HELD_TRACES: LazyLock<Traces> = LazyLock::new(|| Traces::of(&HELD));
/// What is left of [`FOREIGN`].
pub static FOREIGN_TRACES: LazyLock<Traces> = LazyLock::new(|| Traces::of(&FOREIGN));
