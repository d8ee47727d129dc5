//! Placeholders: `[key#1]`, `[email#2]`, `[prompt: 312 chars]`. The same value has the same number in the whole case.

use std::collections::HashMap;

use secrecy::SecretString;

use super::detect::is_credential;
use crate::case::keyring::KeyRing;

/// Gives out numbered placeholders. Secrets that the ring holds keep the ring's labels; numbers go on after them.
#[derive(Clone, Default)]
pub(super) struct Placeholders {
    numbers: HashMap<(String, String), u32>,
    last: HashMap<String, u32>,
}

impl Placeholders {
    pub(super) fn new(ring: &KeyRing) -> Self {
        let mut placeholders = Self::default();
        placeholders.leave_to(ring);
        placeholders
    }

    /// Leaves the numbers of `ring`'s labels to them.
    pub(super) fn leave_to(&mut self, ring: &KeyRing) {
        for held in ring.iter() {
            let number = self.last.entry(held.label.kind.word().to_owned()).or_default();
            *number = held.label.number.max(*number);
        }
    }

    /// True where `value` has a number.
    pub(super) fn knows(&self, kind: &str, value: &str) -> bool {
        self.numbers.contains_key(&(kind.to_owned(), value.to_owned()))
    }

    /// The placeholder for `value`.
    pub(super) fn of(&mut self, kind: &str, value: &str) -> String {
        let last = self.last.entry(kind.to_owned()).or_default();
        let number = *self.numbers.entry((kind.to_owned(), value.to_owned())).or_insert_with(|| {
            *last += 1;
            *last
        });
        format!("[{kind}#{number}]")
    }
}

/// Numbered placeholders and what they stand for. `Debug` shows how many there are.
pub struct PlaceholderMap(Vec<(String, String, SecretString)>);

impl PlaceholderMap {
    /// Placeholder and value, in the order of kind and number.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.0.iter().map(|(placeholder, _, value)| (placeholder.as_str(), value))
    }

    /// Placeholder, kind and value of what opens a door, in the same order.
    pub fn credentials(&self) -> impl Iterator<Item = (&str, &str, &SecretString)> {
        let all =
            self.0.iter().map(|(placeholder, kind, value)| (placeholder.as_str(), kind.as_str(), value));
        all.filter(|(_, kind, _)| is_credential(kind))
    }
}

impl std::fmt::Debug for PlaceholderMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PlaceholderMap({})", self.0.len())
    }
}

impl Placeholders {
    /// What was given out, and the labels of `ring`.
    pub(super) fn map(&self, ring: &KeyRing) -> PlaceholderMap {
        let held =
            ring.iter().map(|h| ((h.label.kind.word().to_owned(), h.label.number), h.expose().to_owned()));
        let given =
            self.numbers.iter().map(|((kind, value), number)| ((kind.clone(), *number), value.clone()));
        let ordered: std::collections::BTreeMap<(String, u32), String> = given.chain(held).collect();
        PlaceholderMap(
            ordered
                .into_iter()
                .map(|((kind, number), value)| {
                    (format!("[{kind}#{number}]"), kind, SecretString::from(value))
                })
                .collect(),
        )
    }
}

/// `[what: n units]`.
pub(super) fn measure(what: &str, n: usize, unit: &str) -> String {
    // Of a log's many texts: put together in one piece.
    ["[", what, ": ", &n.to_string(), " ", unit, "]"].concat()
}

/// `[key#1]`
pub(super) fn numbered(kind: &str, number: u32) -> String {
    ["[", kind, "#", &number.to_string(), "]"].concat()
}

/// What a text of a note stands for, where it is not itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `[key#1]`, alone or behind a scheme.
    Credential,
    /// `[prompt: 312 chars]`.
    Prompt {
        /// Its characters.
        chars: usize,
    },
    /// `[text: 9 chars]`.
    Text {
        /// Its characters.
        chars: usize,
    },
    /// `[number]`, `[number: 12 digits]`.
    Number,
    /// `[empty]`.
    Empty,
    /// A file, what was left out of a list, a text with a placeholder in it.
    Other,
}

/// What `text`, a text of a note, stands for; `None` where it stands for itself.
pub fn shape_of(text: &str) -> Option<Shape> {
    let trimmed = text.trim();
    if trimmed.starts_with("[… ") && trimmed.ends_with(']') {
        return Some(Shape::Other);
    }
    if !is_placeholder(trimmed) {
        return embedded(text);
    }
    let inner = trimmed.trim_start_matches('[').trim_end_matches(']');
    if inner == "number" || inner.starts_with("number: ") {
        return Some(Shape::Number);
    }
    if inner == "empty" {
        return Some(Shape::Empty);
    }
    if inner == "key" || inner.contains('#') {
        return Some(Shape::Credential);
    }
    let chars = |what: &str| inner.strip_prefix(what)?.strip_suffix(" chars")?.parse().ok();
    Some(match (chars("prompt: "), chars("text: ")) {
        (Some(chars), _) => Shape::Prompt { chars },
        (_, Some(chars)) => Shape::Text { chars },
        _ => Shape::Other,
    })
}

/// A placeholder inside a text.
fn embedded(text: &str) -> Option<Shape> {
    let mut from = 0;
    while let Some(open) = text.get(from..)?.find('[').map(|at| from + at) {
        let close = open + text.get(open..)?.find(']')?;
        let inside = text.get(open..=close)?;
        if is_placeholder(inside) {
            let is_secret = inside.starts_with("[key#") || inside.starts_with("[password#");
            let behind_a_scheme =
                close + 1 == text.len() && !text.get(..open)?.trim().contains(char::is_whitespace);
            return Some(if is_secret && behind_a_scheme { Shape::Credential } else { Shape::Other });
        }
        from = open + 1;
    }
    None
}

/// True when `text` is one placeholder and nothing else.
pub(super) fn is_placeholder(text: &str) -> bool {
    let Some(inner) = text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']')) else { return false };
    if inner.len() > 80 || inner.contains(['[', ']', '\n']) {
        return false;
    }
    if matches!(inner, "key" | "empty" | "number") {
        return true;
    }
    if let Some((kind, number)) = inner.split_once('#') {
        return kind.bytes().all(|b| b.is_ascii_lowercase()) && !number.is_empty() && digits(number);
    }
    // `[file name: 14 chars, .png]`
    let inner = match inner.rsplit_once(", .") {
        Some((before, ending)) if ending.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) => {
            before
        }
        _ => inner,
    };
    let Some((what, size)) = inner.rsplit_once(": ") else { return false };
    let Some((number, unit)) = size.split_once(' ') else { return false };
    !what.is_empty()
        && what.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b' ' | b'/' | b'.' | b'+' | b'-')
        })
        && digits(number)
        && matches!(unit, "chars" | "bytes" | "digits" | "keys" | "items")
}

/// Where in `text` placeholders stand, as bytes, in order: for showing them.
pub fn placeholders_in(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (b'[', _) => open = Some(at),
            (b']', Some(start)) => {
                if text.get(start..=at).is_some_and(is_placeholder) {
                    found.push(start..at + 1);
                }
                open = None;
            }
            _ => {}
        }
    }
    found
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The text without what stands for something that was taken out.
pub(in crate::case::sanitize) fn without_placeholders(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(']') {
        let open = part.rfind('[').unwrap_or(part.len());
        let keeps = !part.get(open..).is_some_and(is_placeholder);
        out.push_str(if keeps { part } else { part.get(..open).unwrap_or("") });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keyring::{Origin, SecretKind};

    #[test]
    fn the_same_value_has_the_same_number() {
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, "first-held-value");
        let mut placeholders = Placeholders::new(&ring);
        assert_eq!(placeholders.of("key", "x"), "[key#2]");
        assert_eq!(placeholders.of("email", "x"), "[email#1]");
        assert_eq!(placeholders.of("key", "y"), "[key#3]");
        assert_eq!(placeholders.of("key", "x"), "[key#2]");
    }

    #[test]
    fn placeholders_are_found_where_they_stand() {
        let text = "a [[key#1] b] [x] [prompt: 3 chars][removed#2";
        let found: Vec<&str> = placeholders_in(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, ["[key#1]", "[prompt: 3 chars]"]);
    }

    #[test]
    fn placeholders_are_known_again() {
        for yes in [
            "[key#1]",
            "[prompt: 312 chars]",
            "[image/png: 900 bytes]",
            "[empty]",
            "[key name: 70 chars]",
            "[file name: 14 chars, .png]",
        ] {
            assert!(is_placeholder(yes), "{yes}");
        }
        for no in ["[key#]", "[secret stuff]", "[a: b chars]", "x [key#1]", "[KEY: 1 chars]", "[", ""] {
            assert!(!is_placeholder(no), "{no}");
        }
    }
}
