//! The JSON that fields make, their names as paths (`a[b][]=c`; <https://httpie.io/docs/cli/nested-json>), written as
//! Python writes it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::case::intake::secret;

/// Deepest path that is followed; a place in a list that is larger is none.
const DEEPEST: usize = 32;
const LONGEST_LIST: usize = 10_000;

/// The value of one field.
pub(super) struct Leaf(Value);

impl Leaf {
    pub(super) fn text(text: &str) -> Self {
        Self(Value::String(text.to_owned()))
    }

    /// The JSON that `text` is. Where a reference stands in it the text stays as it is, under a mark that the writer knows.
    pub(super) fn raw(text: &str) -> Option<Self> {
        match serde_json::from_str(text) {
            Ok(value) => Some(Self(value)),
            Err(_) if secret::has_reference(text) => Some(Self(Value::String(format!("{RAW}{text}")))),
            Err(_) => None,
        }
    }
}

/// In front of a text that is written as it stands; no command line can hold it.
const RAW: char = '\0';

/// One step of a path.
enum Step {
    Key(String),
    Index(usize),
    Append,
}

/// The value that is made.
#[derive(Default)]
pub(super) struct Tree(Value);

impl Tree {
    /// Puts `leaf` at the place that `name` names; false where another field says otherwise.
    pub(super) fn set(&mut self, name: &str, leaf: Leaf) -> bool {
        let Some(steps) = steps(name) else { return false };
        let mut place = &mut self.0;
        for step in steps {
            let next = match step {
                Step::Key(key) => {
                    if place.is_null() {
                        *place = Value::Object(Map::new());
                    }
                    let Value::Object(object) = place else { return false };
                    object.entry(key).or_insert(Value::Null)
                }
                Step::Index(_) | Step::Append => {
                    if place.is_null() {
                        *place = Value::Array(Vec::new());
                    }
                    let Value::Array(list) = place else { return false };
                    let index = if let Step::Index(index) = step { index } else { list.len() };
                    while list.len() <= index {
                        list.push(Value::Null);
                    }
                    let Some(next) = list.get_mut(index) else { return false };
                    next
                }
            };
            place = next;
        }
        *place = leaf.0;
        true
    }

    /// As Python's `json.dumps` writes it.
    pub(super) fn written(&self) -> String {
        let mut out = String::new();
        write(&self.0, &mut out, 0);
        out
    }
}

/// `a[b][0][]` as steps; `None` where a bracket is not closed or stands at a wrong place.
fn steps(name: &str) -> Option<Vec<Step>> {
    let (first, mut rest) = piece(name, '[');
    let mut steps = Vec::new();
    if !first.is_empty() || rest.is_empty() {
        steps.push(Step::Key(first));
    }
    while !rest.is_empty() {
        let is_reference = rest.starts_with("[env:");
        let (inside, behind) = piece(rest.strip_prefix('[')?, ']');
        if is_reference || steps.len() > DEEPEST {
            return None;
        }
        rest = behind.strip_prefix(']')?;
        let is_number = !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_digit());
        steps.push(match inside.as_str() {
            "" => Step::Append,
            _ if is_number => Step::Index(inside.parse().ok().filter(|index| *index < LONGEST_LIST)?),
            _ => Step::Key(inside),
        });
        if !rest.is_empty() && !rest.starts_with('[') {
            return None;
        }
    }
    Some(steps)
}

/// Up to `stop`, escapes undone, and the rest from it on.
fn piece(text: &str, stop: char) -> (String, &str) {
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if !escaped && c == stop {
            return (out, text.get(at..).unwrap_or(""));
        }
        if !escaped && c == '\\' {
            escaped = true;
            continue;
        }
        if escaped && !matches!(c, '[' | ']' | '\\') {
            out.push('\\');
        }
        escaped = false;
        out.push(c);
    }
    (out, "")
}

fn write(value: &Value, out: &mut String, depth: usize) {
    match value {
        Value::String(text) => match text.strip_prefix(RAW) {
            Some(raw) => out.push_str(raw),
            None => write_text(text, out),
        },
        Value::Array(list) if depth < 130 => {
            out.push('[');
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(value, out, depth + 1);
            }
            out.push(']');
        }
        Value::Object(object) if depth < 130 => {
            out.push('{');
            for (index, (name, value)) in object.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_text(name, out);
                out.push_str(": ");
                write(value, out, depth + 1);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Everything beyond ASCII is escaped.
fn write_text(text: &str, out: &mut String) {
    for c in Value::String(text.to_owned()).to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths() {
        let table: &[(&[(&str, &str)], &str)] = &[
            (&[("a", "b"), ("c", "d")], "{\"a\": \"b\", \"c\": \"d\"}"),
            (&[("a[b][]", "1"), ("a[b][]", "2")], "{\"a\": {\"b\": [\"1\", \"2\"]}}"),
            (&[("n[1]", "x")], "{\"n\": [null, \"x\"]}"),
            (&[("[]", "1"), ("[]", "2")], "[\"1\", \"2\"]"),
            (&[("a\\[b", "1")], "{\"a[b\": \"1\"}"),
            (&[("a", "ä😀")], "{\"a\": \"\\u00e4\\ud83d\\ude00\"}"),
            (&[("p.q", "1")], "{\"p.q\": \"1\"}"),
        ];
        for (fields, expected) in table {
            let mut tree = Tree::default();
            for (name, value) in *fields {
                assert!(tree.set(name, Leaf::text(value)), "{name}");
            }
            assert_eq!(tree.written(), *expected);
        }
        let mut tree = Tree::default();
        for name in ["a[b", "a]b[c]d", "a[99999999]"] {
            let set = tree.set(name, Leaf::text("x"));
            assert!(!set, "{name}");
        }
    }
}
