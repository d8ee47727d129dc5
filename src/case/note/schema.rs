//! The published JSON Schema of the note, and the check of a note against it.

mod check;
mod place;

use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::case::finding::Place;
use crate::case::pointer;

/// The schema, as it is published in `assets/note.schema.json`.
pub const SCHEMA: &str = include_str!("../../../assets/note.schema.json");

/// The schema, parsed. A test holds that it parses.
static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(SCHEMA).unwrap_or_default());

/// A fault of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: a JSON pointer in `Place::Body`'s path with line and column (0 where they are not known), or the whole.
    pub place: Place,
    /// What is wrong. Quotes no value.
    pub message: String,
}

pub(super) fn json(note: &impl Serialize) -> String {
    serde_json::to_string_pretty(note).map(|text| text + "\n").unwrap_or_default()
}

/// Checks the text of a note (YAML or JSON) against the schema. Empty: it is valid.
pub fn validate(text: &str) -> Vec<Fault> {
    let value = match read(text) {
        Ok(value) => value,
        Err(fault) => return vec![fault],
    };
    faults_in(&value, text)
}

/// Checks `value`, which was read from `text`, against the schema.
pub(super) fn faults_in(value: &Value, text: &str) -> Vec<Fault> {
    let found = check::check(&PARSED, value);
    if found.is_empty() {
        return Vec::new();
    }
    let places = place::Places::read(text);
    found
        .into_iter()
        .map(|wrong| {
            let (line, column) = places.of(&wrong.path);
            let place = Place::Body { line, column, path: pointer(&wrong.path) };
            Fault { place, message: wrong.message }
        })
        .collect()
}

/// The keys and values of a note's text (YAML or JSON), whether they are valid or not.
///
/// # Errors
/// Where it is neither YAML nor JSON; quotes nothing.
pub fn read(text: &str) -> Result<Value, Fault> {
    if text.trim_start().starts_with('{') { read_json(text) } else { read_yaml(text) }
}

/// Segments as a JSON pointer (RFC 6901).
fn pointer(path: &[String]) -> String {
    path.iter().flat_map(|segment| ["/".to_owned(), pointer::step(segment)]).collect()
}

fn read_json(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|e| unreadable("JSON", e.line(), e.column()))
}

/// Reads YAML as a JSON value. The fault never quotes the text.
pub(super) fn read_yaml(text: &str) -> Result<Value, Fault> {
    serde_yaml::from_str_with_options(text, options()).map_err(|e| {
        let at = e.location();
        let number = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        unreadable("YAML", number(at.map(|l| l.line())), number(at.map(|l| l.column())))
    })
}

fn options() -> serde_yaml::Options {
    serde_yaml::options! { strict_booleans: true, with_snippet: false, reject_unsupported_tags: true }
}

fn unreadable(kind: &str, line: usize, column: usize) -> Fault {
    Fault {
        place: Place::Body { line, column, path: String::new() },
        message: format!("this cannot be read as {kind}; mend the syntax there"),
    }
}

/// `value` with every key that the schema knows: what is absent is null, an absent list is empty. For templates.
pub(super) fn with_nothing(value: Value) -> Value {
    fill(value, &PARSED)
}

fn fill(value: Value, schema: &Value) -> Value {
    let schema = check::resolve(&PARSED, schema);
    match value {
        Value::Object(mut fields) => {
            let Some(known) = schema.get("properties").and_then(Value::as_object) else {
                return Value::Object(fields);
            };
            let mut filled = Map::new();
            for (name, schema) in known {
                let value = fields.remove(name).map_or_else(|| nothing(schema), |value| fill(value, schema));
                filled.insert(name.clone(), value);
            }
            filled.extend(fields);
            Value::Object(filled)
        }
        Value::Array(items) => match schema.get("items") {
            Some(schema) => Value::Array(items.into_iter().map(|item| fill(item, schema)).collect()),
            None => Value::Array(items),
        },
        other => other,
    }
}

fn nothing(schema: &Value) -> Value {
    let schema = check::resolve(&PARSED, schema);
    if schema.get("type").and_then(Value::as_str) == Some("array") {
        Value::Array(Vec::new())
    } else {
        Value::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::{markdown, sample, yaml};
    use crate::case::vocabulary as v;
    use proptest::prelude::*;

    fn faults(text: &str) -> Vec<(String, usize, String)> {
        let place = |fault: Fault| match fault.place {
            Place::Body { line, path, .. } => (path, line, fault.message),
            other => panic!("{other:?}"),
        };
        validate(text).into_iter().map(place).collect()
    }

    #[test]
    fn every_note_is_valid_in_both_forms() {
        for name in sample::NAMES {
            let note = sample::note(name);
            assert_eq!(validate(&yaml::render(&note)), Vec::new(), "{name} as YAML");
            assert_eq!(validate(&json(&note)), Vec::new(), "{name} as JSON");
        }
        // Without the schema nothing would be faulty, so the line above needs this one.
        assert!(!validate("a: 1\n").is_empty() && !validate("").is_empty() && !validate("[]").is_empty());
    }

    #[test]
    fn faults_say_where() {
        let good = yaml::render(&sample::note("model_not_found"));
        let line_of =
            |start: &str| 1 + good.lines().position(|l| l.trim_start().starts_with(start)).expect(start);
        let table = [
            (
                "local_result: needs_support",
                "local_result: maybe",
                "/local_result",
                "is none of the allowed words",
            ),
            (
                "created_at: ",
                "created_at: x",
                "/created_at",
                "does not have the form that the schema asks for",
            ),
            (
                "  failure_class: model_unavailable",
                "  failure_class: outage",
                "/diagnosis/failure_class",
                "allowed words",
            ),
            ("  owner: vendor", "  owners: vendor", "/diagnosis", "owner is missing"),
            ("  status: 503", "  status: \"503\"", "/response/status", "should be of type integer"),
            ("status_observed: 503", "status_observed: no", "/status_observed", "fits none"),
            ("    altered: false", "    altered: no", "/response/error/altered", "type boolean"),
            ("schema: ", "extra: 1\nschema: ", "/extra", "is not a key of this schema"),
        ];
        for (from, to, path, message) in table {
            let line = line_of(from.trim_start());
            let text = good.replacen(from, to, 1);
            let found = faults(&text);
            let fault = found.iter().find(|(p, _, m)| p == path && m.contains(message));
            let fault = fault.unwrap_or_else(|| panic!("{to}: {found:?}"));
            if path != "/diagnosis" {
                assert_eq!(fault.1, line, "{to}: {found:?}");
            }
        }
    }

    #[test]
    fn faults_quote_nothing() {
        let secret = format!("sk-{}", "aB3".repeat(16));
        for text in [
            format!("title: {secret}\nschema: {secret}\n"),
            format!("a: [{secret}"),
            format!("{{\"a\": {secret}}}"),
            format!("a: {secret}\na: {secret}\n"),
            format!("!{secret} x"),
        ] {
            let found = validate(&text);
            assert!(!found.is_empty() && !format!("{found:?}").contains(&secret), "{found:?}");
        }
    }

    #[test]
    fn closed_lists_are_the_vocabulary() {
        fn words<T: std::fmt::Display>(all: &[T]) -> Vec<Value> {
            all.iter().map(|w| Value::String(w.to_string())).collect()
        }
        let table = [
            ("failure_class", words(v::FailureClass::ALL)),
            ("retry_verdict", words(v::RetryVerdict::ALL)),
            ("fallback", words(v::Fallback::ALL)),
            ("operator_action", words(v::OperatorAction::ALL)),
            ("owner", words(v::Owner::ALL)),
            ("layer", words(v::Layer::ALL)),
            ("envelope_kind", words(v::EnvelopeKind::ALL)),
            ("transport_kind", words(v::TransportKind::ALL)),
            ("stream_verdict", words(v::StreamVerdict::ALL)),
            ("response_shape", words(v::ResponseShape::ALL)),
            ("soft_failure", words(v::SoftFailure::ALL)),
            ("retry_decision", words(v::RetryDecision::ALL)),
            ("task_state", words(v::TaskState::ALL)),
            ("file_transport", words(v::FileTransport::ALL)),
        ];
        for (name, words) in table {
            assert_eq!(PARSED["$defs"][name]["enum"], Value::Array(words), "{name}");
        }
    }

    #[test]
    fn templates_see_every_key() {
        let filled = with_nothing(serde_json::to_value(sample::note("dns")).expect("serializes"));
        assert_eq!((&filled["response"], &filled["controls"]), (&Value::Null, &Value::Array(Vec::new())));
        assert_eq!(filled["attempts"][0]["request_id"], Value::Null);
        assert_eq!(filled["request"]["body"].get("status"), None, "a body has no keys of ours");
        assert!(markdown::render(&sample::note("dns")).contains("dns"));
    }

    proptest! {
        #[test]
        fn no_input_panics(text in any::<String>(), yaml in "[a-c:{}\\[\\], \\n\"'|>&*!?-]{0,60}") {
            validate(&text);
            validate(&yaml);
            validate(&format!("{{{yaml}"));
        }

        #[test]
        fn notes_of_any_evidence_are_valid(text in any::<String>()) {
            prop_assert_eq!(validate(&yaml::render(&sample::hostile_note(&text))), Vec::new());
        }
    }

    #[test]
    fn deep_input_is_refused() {
        for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000), "a: &a [*a]\n".to_owned()] {
            assert!(!validate(&text).is_empty());
        }
    }
}
