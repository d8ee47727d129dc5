//! A multipart form: the same contract, read part by part.

use serde_json::{Map, Value, json};

use super::body::{Against, Checker};
use crate::case::catalog::{BodyKind, Endpoint};
use crate::case::finding::{Finding, Level, Place};
use crate::case::request::{Draft, Part, PartContent};

/// Checks the parts of `draft`.
pub(super) fn check(draft: &Draft, against: &Against<'_>, findings: &mut Vec<Finding>) {
    let before = findings.len();
    if let Some(endpoint) = against.address.endpoint {
        fields(draft, endpoint, findings);
    }
    for (index, part) in draft.form.iter().enumerate() {
        one(part, index, findings);
    }
    let value = as_value(&draft.form);
    let mut checker = Checker { text: "{}", findings };
    if let Some(model) = value.get("model").and_then(Value::as_str) {
        checker.model(model, "/model");
    }
    checker.contract(&value, draft, against);
    // A part has no line in a text: its number in the form stands for it.
    for finding in findings.iter_mut().skip(before) {
        if let Place::Body { line, path, .. } = &mut finding.place {
            let Some(name) = path.split('/').nth(1) else { continue };
            *line = 1 + draft.form.iter().position(|p| bare(&p.name) == name).unwrap_or(0);
        }
    }
}

/// The name without the brackets that say "one of several".
fn bare(name: &str) -> &str {
    name.strip_suffix("[]").unwrap_or(name)
}

/// An object with a text or a description of a file for each part; a name that stands several times makes a list.
fn as_value(parts: &[Part]) -> Value {
    let mut map: Map<String, Value> = Map::new();
    for part in parts {
        let value = match &part.content {
            PartContent::Text(text) => Value::String(text.clone()),
            PartContent::File { path, bytes } => {
                let name = part
                    .filename
                    .as_deref()
                    .unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(path));
                json!({"filename": name, "media_type": part.media_type, "bytes": bytes})
            }
        };
        let listed = part.name.ends_with("[]");
        match map.entry(bare(&part.name)) {
            serde_json::map::Entry::Vacant(entry) => {
                entry.insert(if listed { Value::Array(vec![value]) } else { value });
            }
            serde_json::map::Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(list) => list.push(value),
                other => {
                    let first = other.take();
                    *other = Value::Array(vec![first, value]);
                }
            },
        }
    }
    Value::Object(map)
}

fn at(name: &str, id: &'static str, level: Level, message: String) -> Finding {
    Finding::new(id, level, message).at(Place::Body {
        line: 1,
        column: 1,
        path: if name.is_empty() { String::new() } else { format!("/{name}") },
    })
}

/// What the endpoint wants, by its documentation.
fn fields(draft: &Draft, endpoint: &Endpoint, findings: &mut Vec<Finding>) {
    let mut push = |finding: Finding| {
        findings.push(finding.source(&endpoint.doc_url, &endpoint.accessed, endpoint.confirmed));
    };
    if matches!(endpoint.body, BodyKind::Json | BodyKind::None) {
        let message = "the body is a form, the API reference names JSON here".to_owned();
        push(at("", "form_for_json", Level::Warning, message).fix("send a JSON object (curl: -d '{…}')"));
    }
    for field in &endpoint.required {
        let Some(part) = draft.form.iter().find(|p| bare(&p.name) == field.name) else {
            let what = if field.kind.contains("file") { "a file" } else { field.kind.as_str() };
            push(
                at(
                    &field.name,
                    "field_missing",
                    Level::Error,
                    format!("the required field {} is missing", field.name),
                )
                .fix(format!("add the part {} ({what})", field.name)),
            );
            continue;
        };
        match &part.content {
            PartContent::Text(_) if field.kind == "file" => push(
                at(
                    &field.name,
                    "file_as_text",
                    Level::Warning,
                    format!("the part {} is text, where the API reference names a file", field.name),
                )
                .fix("send the file itself (curl: -F name=@path, with the @)"),
            ),
            PartContent::Text(text) if text.trim().is_empty() => push(
                at(&field.name, "field_empty", Level::Error, format!("the field {} is empty", field.name))
                    .fix(format!("put a value into {}", field.name)),
            ),
            _ => {}
        }
    }
}

/// What can be said of a part alone.
fn one(part: &Part, index: usize, findings: &mut Vec<Finding>) {
    let mut push = |id, level, message: &str, fix: &str| {
        findings.push(
            Finding::new(id, level, message)
                .at(Place::Body { line: index + 1, column: 1, path: String::new() })
                .fix(fix),
        );
    };
    if part.name.trim().is_empty() {
        push(
            "part_without_name",
            Level::Error,
            "a part of the form has no name",
            "name the field that it fills",
        );
    }
    match &part.content {
        PartContent::File { bytes: Some(0), .. } => {
            push("file_empty", Level::Error, "the file of this part has no bytes", "choose the right file");
        }
        PartContent::File { path, .. } if path.trim().is_empty() => {
            push(
                "file_without_path",
                Level::Error,
                "a file of the form has no path",
                "name the file to send",
            );
        }
        _ => {}
    }
}
