//! Problem details (RFC 9457), with the first of the faults that a validator lists in them.

use serde_json::{Map, Value};

use super::Envelope;
use super::json::scalar;
use crate::case::vocabulary::EnvelopeKind;

/// Where faults are listed: the RFC's own example, its predecessor's, Prism.
const LISTS: [&str; 4] = ["errors", "invalid-params", "invalid_params", "validation"];

/// A fault of a list.
#[derive(Default)]
struct Fault {
    place: Option<String>,
    code: Option<String>,
    sentence: Option<String>,
}

/// The envelope of a problem. A `title` with a `status` or `type` is what tells it from a plain `detail`.
pub(super) fn problem(object: &Map<String, Value>) -> Option<Envelope> {
    let title = object.get("title")?.as_str()?;
    let typed = object.get("type").is_some_and(Value::is_string);
    if !typed && !object.get("status").is_some_and(Value::is_number) {
        return None;
    }
    let detail = object.get("detail").and_then(Value::as_str).filter(|d| !d.is_empty());
    let fault = LISTS.iter().find_map(|name| first(object.get(*name)?)).unwrap_or_default();
    Some(Envelope {
        message: Some(detail.unwrap_or(title).to_owned()),
        code: scalar(object.get("code")).or(fault.code),
        error_type: scalar(object.get("type")),
        param: fault.place,
        inner_message: fault.sentence,
        ..Envelope::bare(EnvelopeKind::Problem)
    })
}

/// The first of a list, or of the names and sentences of ASP.NET's object.
fn first(faults: &Value) -> Option<Fault> {
    match faults {
        Value::Array(items) => items.iter().find_map(Value::as_object).map(of),
        Value::Object(names) => {
            let (name, sentences) = names.iter().next()?;
            let sentence = sentences.get(0).unwrap_or(sentences).as_str()?;
            Some(Fault { place: some(name), sentence: some(sentence), code: None })
        }
        _ => None,
    }
}

fn of(fault: &Map<String, Value>) -> Fault {
    let text = |names: &[&str]| names.iter().find_map(|name| some(fault.get(*name)?.as_str()?));
    let place = match fault.get("location") {
        Some(Value::Array(steps)) => {
            let steps: Vec<String> = steps.iter().filter_map(|step| scalar(Some(step))).collect();
            some(&steps.join("."))
        }
        // A pointer of the RFC is a fragment.
        _ => text(&["pointer", "name", "parameter", "location"])
            .map(|place| place.trim_start_matches('#').to_owned()),
    };
    Fault { place, code: scalar(fault.get("code")), sentence: text(&["detail", "message", "reason"]) }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
