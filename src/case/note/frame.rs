//! The frame of a note: what stands in it whatever the prompt was. It explains chance matches to the audit.

use serde_json::Value;

use crate::case::sanitize::Audit;

/// `audit`, knowing what the program says by itself in such a note. `write` renders the frame as the note is rendered.
pub(super) fn explained(note: &Value, audit: &Audit, write: impl FnOnce(&Value) -> Option<String>) -> Audit {
    let audit = knowing_own_words(audit);
    let frame = write(&frame(note, &audit)).unwrap_or_default();
    audit.knowing(&frame)
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

/// Keys under which the note says sentences of its own, with typed values in them.
const OWN_PLACES: [&str; 9] = [
    "title",
    "steps",
    "actual",
    "reproduction",
    "sources",
    "credential",
    "remaining_uncertainty",
    "missing_evidence",
    "because",
];

/// The note without the texts that anything but our own words could have brought in: its keys, numbers, closed values,
/// own sentences. What stands in it, in this order, stands in every such note.
fn frame(note: &Value, audit: &Audit) -> Value {
    let mut value = note.clone();
    blank(&mut value, false, audit);
    value
}

fn blank(value: &mut Value, own: bool, audit: &Audit) {
    match value {
        Value::String(text) if own => {
            let kept: Vec<&str> =
                text.split('\n').map(|line| if audit.explains_in_pieces(line) { line } else { "" }).collect();
            *text = kept.join("\n");
        }
        Value::String(text) if !audit.explains(text) => text.clear(),
        Value::Array(items) => items.iter_mut().for_each(|item| blank(item, own, audit)),
        Value::Object(fields) => {
            for (key, field) in fields {
                blank(field, own || OWN_PLACES.contains(&key.as_str()), audit);
            }
        }
        _ => {}
    }
}

/// Where the note's own sentences stand. A prompt that shares one with them is not betrayed by it: without this, a
/// prompt about reports and error messages would block its own note.
const OWN_WORDS: [&str; 10] = [
    include_str!("../../../templates/note.md.j2"),
    include_str!("../../../assets/note.schema.json"),
    include_str!("completeness.rs"),
    include_str!("plain.rs"),
    include_str!("build/controls.rs"),
    include_str!("build/curl.rs"),
    include_str!("build/judged.rs"),
    include_str!("build/observed.rs"),
    include_str!("build/report.rs"),
    include_str!("build/sentence.rs"),
];

fn knowing_own_words(audit: &Audit) -> Audit {
    // What the tests of those files say is not said by a note.
    OWN_WORDS
        .iter()
        .fold(audit.clone(), |audit, text| audit.knowing(text.split("#[cfg(test)]").next().unwrap_or(text)))
}
