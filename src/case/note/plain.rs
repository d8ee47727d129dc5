//! The note as plain text, one fact per line, for screen readers and plain mail: `label: value`.

use serde::Serialize;
use serde_json::Value;

/// The note as lines of `label: value`.
pub(super) fn render(note: &impl Serialize) -> String {
    let mut out = String::new();
    if let Ok(Value::Object(fields)) = serde_json::to_value(note) {
        for (name, value) in &fields {
            walk(&label(name), value, &mut out);
        }
    }
    out
}

/// The words of this rendering that are neither keys nor values.
pub(super) const OWN_TEXT: &str = "none yes no line null";

/// Bodies are structures of their own: they stand on one line.
const WHOLE: [&str; 2] = ["request, body", "response, body"];

fn walk(place: &str, value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) if fields.is_empty() => line(place, "none", out),
        Value::Array(items) if items.is_empty() => line(place, "none", out),
        Value::Object(fields) if !WHOLE.contains(&place) => {
            for (name, value) in fields {
                walk(&format!("{place}, {}", label(name)), value, out);
            }
        }
        Value::Array(items) if !WHOLE.contains(&place) => {
            for (index, item) in items.iter().enumerate() {
                walk(&format!("{place} {}", index + 1), item, out);
            }
        }
        Value::String(text) => lines(place, text, out),
        Value::Bool(yes) => line(place, if *yes { "yes" } else { "no" }, out),
        other => line(place, &other.to_string(), out),
    }
}

fn label(name: &str) -> String {
    name.replace('_', " ")
}

/// A text of several lines says the number of each line but the first.
fn lines(place: &str, text: &str, out: &mut String) {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' | '\r' => '\n',
            '\u{2028}' | '\u{2029}' | '\u{85}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let mut parts = text.trim_end_matches('\n').split('\n');
    line(place, parts.next().unwrap_or(""), out);
    for (index, part) in parts.enumerate() {
        line(&format!("{place}, line {}", index + 2), part, out);
    }
}

fn line(place: &str, value: &str, out: &mut String) {
    out.push_str(place);
    out.push_str(": ");
    out.push_str(value);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;
    use proptest::prelude::*;

    #[test]
    fn every_line_has_its_label() {
        for name in sample::NAMES {
            for line in render(&sample::note(name)).lines() {
                assert!(line.contains(": ") && !line.starts_with(' '), "{name}: {line}");
            }
        }
        let text = render(&sample::note("model_not_found"));
        for expected in [
            "case id: CF-20261121-0K3M9Q7Z\n",
            "response, status: 503\n",
            "attempts 2, status: 503\n",
            "request, streaming: no\n",
            "reproduction, line 2: ",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }

    proptest! {
        #[test]
        fn evidence_adds_no_unlabelled_line(text in any::<String>()) {
            for line in render(&sample::hostile_note(&text)).lines() {
                prop_assert!(line.contains(": "), "{}", line);
            }
        }
    }
}
