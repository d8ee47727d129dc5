//! The frame of a note: what it says by itself, whatever the prompt was. Without it a prompt about reports and error
//! messages would block its own note.
//!
//! The frame is the note's *twin*, made by the same code from evidence and words of the same shape in which every free
//! text is neutral. Rendered as the note is, it explains chance matches to the audit. Where a text of the case stands in
//! the note, it explains nothing: what the note has there and its twin has not is audited once more, without the frame.

use serde_json::Value;

use crate::case::sanitize::{Audit, NEUTRAL, Refusal};

/// The rule by which a text of the case is refused that the frame alone would explain.
const RULE: &str = "text that was dropped";

/// What the audit knows of one note in one format.
pub(super) struct Frame<'a> {
    twin: &'a Value,
    /// Explains nothing but typed values and the catalog.
    strict: &'a Audit,
    /// Explains the frame as well.
    audit: Audit,
}

impl<'a> Frame<'a> {
    /// The frame of a note whose twin is `twin`. `write` renders it as the note is rendered.
    pub(super) fn of(
        twin: &'a Value,
        audit: &'a Audit,
        write: impl FnOnce(&Value) -> Option<String>,
    ) -> Self {
        let text = write(twin).unwrap_or_default();
        // Apart from each other: what would stand between two pieces is not known.
        let pieces = text.split(NEUTRAL).filter(|piece| piece.contains(char::is_alphanumeric));
        Self { twin, strict: audit, audit: pieces.fold(audit.clone(), Audit::knowing) }
    }

    /// The audit that knows the frame.
    pub(super) fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Refuses `value`, which is rendered as `text`, where a text of the case stands in it that must not leave, be it
    /// one of the note's own sentences word for word.
    ///
    /// # Errors
    /// [`Refusal`] with the field.
    pub(super) fn pass_evidence(&self, value: &Value, text: &str) -> Result<(), Refusal> {
        let Some((field, found)) = self.first_in_evidence(value) else { return Ok(()) };
        let start = found.first().and_then(|found| found.lines().next()).unwrap_or("");
        let line = text.lines().position(|line| line.contains(start)).map_or(1, |index| index + 1);
        Err(Refusal { rule: RULE.to_owned(), field, line })
    }

    /// The first field of `value` with a text of the case that must not leave, and the spans in it.
    pub(super) fn first_in_evidence(&self, value: &Value) -> Option<(String, Vec<String>)> {
        let mut parts = Vec::new();
        differences(value, Some(self.twin), "", &mut parts);
        let texts: Vec<&str> = parts.iter().map(|(_, part)| *part).collect();
        if self.strict.spans(&texts.join("\n\n")).is_empty() {
            return None;
        }
        parts.into_iter().find_map(|(field, part)| {
            let spans = self.strict.spans(part);
            let found = spans.iter().filter_map(|(start, end)| part.get(*start..*end)).map(str::to_owned);
            let found: Vec<String> = found.collect();
            (!found.is_empty()).then_some((field, found))
        })
    }
}

/// Every text of `value`, without the keys.
pub(super) fn texts<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The texts, and parts of texts, that `value` has and `twin` has not, each with its field. Where the two differ in
/// shape, all of it counts.
fn differences<'v>(value: &'v Value, twin: Option<&Value>, path: &str, out: &mut Vec<(String, &'v str)>) {
    match value {
        Value::String(text) => {
            let own = twin.and_then(Value::as_str);
            if own != Some(text) {
                let parts = own.and_then(|own| between(text, own)).unwrap_or_else(|| vec![text]);
                out.extend(parts.into_iter().map(|part| (path.to_owned(), part)));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                differences(item, twin.and_then(|twin| twin.get(index)), &format!("{path}[{index}]"), out);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let own = twin.and_then(|twin| twin.get(key));
                if own.is_none() {
                    out.push((path.to_owned(), key));
                }
                differences(field, own, &below, out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The parts of `text` that stand where `twin` is neutral; `None` where the rest is not the same.
fn between<'t>(text: &'t str, twin: &str) -> Option<Vec<&'t str>> {
    let mut pieces = twin.split(NEUTRAL);
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces: Vec<&str> = pieces.collect();
    let last = pieces.pop()?;
    for piece in pieces {
        let (part, after) = rest.split_once(piece)?;
        parts.push(part);
        rest = after;
    }
    parts.push(rest.strip_suffix(last)?);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_pieces_is_the_cases() {
        let table: [(&str, &str, Option<&[&str]>); 8] = [
            ("It said: x y.", "It said: ¤.", Some(&["x y"])),
            ("POST /a answered 1 (b)", "POST ¤ answered 1 (¤)", Some(&["/a", "b"])),
            ("x", "¤", Some(&["x"])),
            ("ab", "¤¤", Some(&["", "ab"])),
            ("It said: x", "It said: ¤.", None),
            ("Other", "It said: ¤", None),
            ("same", "same", None),
            ("", "", None),
        ];
        for (text, twin, parts) in table {
            assert_eq!(between(text, twin).as_deref(), parts, "{text:?} as {twin:?}");
        }
    }

    #[test]
    fn what_the_twin_has_not_is_found_with_its_field() {
        let value =
            serde_json::json!({"a": "own", "b": {"c": ["It said: x", "more"], "new key": 1}, "d": "y"});
        let twin = serde_json::json!({"a": "own", "b": {"c": ["It said: ¤"]}, "d": 1});
        let mut found = Vec::new();
        differences(&value, Some(&twin), "", &mut found);
        let found: Vec<(&str, &str)> = found.iter().map(|(field, part)| (field.as_str(), *part)).collect();
        assert_eq!(found, [("b.c[0]", "x"), ("b.c[1]", "more"), ("b", "new key"), ("d", "y")]);
    }
}
