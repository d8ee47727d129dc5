//! A note that comes back: what it lacks, and what of the operator's own words in it needs a source.

use serde_json::Value;

use super::build::not_asserted;
use crate::case::catalog::Catalog;

/// Facts that every support desk asks for, by field and the places in which one is enough.
const FACTS: [(&str, &[&str]); 7] = [
    ("request.method", &["/request/method", "/contract/pins/method"]),
    ("request.path", &["/request/path", "/contract/pins/path"]),
    ("request.model", &["/model_reference"]),
    ("response.status", &["/status_observed"]),
    ("response.error.message", &["/response/error/message"]),
    ("response.request_ids", &["/response/request_ids"]),
    ("attempts.at", &["/attempts"]),
];

/// Fields that hold the operator's own words.
const OWN_WORDS: [(&str, &str); 6] = [
    ("support_question", "/support_question"),
    ("report.expected", "/report/expected"),
    ("report.actual", "/report/actual"),
    ("report.impact", "/report/impact"),
    ("report.tried", "/report/tried"),
    ("notes", "/notes"),
];

/// How complete a note is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Facts that it has.
    pub present: Vec<&'static str>,
    /// Facts that it lacks.
    pub missing: Vec<&'static str>,
}

/// What `note`, a note's keys and values, has of what support asks for.
pub fn held(note: &Value) -> Held {
    let mut held = Held { present: Vec::new(), missing: Vec::new() };
    for (field, places) in FACTS {
        let is_there = |place: &&str| match note.pointer(place) {
            Some(Value::Array(all)) if field == "attempts.at" => {
                all.last().is_some_and(|attempt| attempt.get("at").is_some())
            }
            Some(Value::Array(all)) => !all.is_empty(),
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Null) | None => false,
            Some(_) => true,
        };
        if places.iter().any(is_there) { held.present.push(field) } else { held.missing.push(field) }
    }
    held
}

/// The operator's own words of a note, field by field.
pub fn own_words(note: &Value) -> Vec<(&'static str, &str)> {
    let text = |(field, place): (&'static str, &str)| Some((field, note.pointer(place)?.as_str()?));
    OWN_WORDS.into_iter().filter_map(text).collect()
}

/// `text`, a note as Markdown or plain text, without what is not the operator's: code blocks, which hold the gateway's words, and
/// lines with a sentence of the catalog or of a note's disclaimers. In their place stand blanks, so that places stay.
pub fn without_ours(text: &str, catalog: &Catalog) -> String {
    let own = not_asserted();
    let rules = catalog.rules.iter().map(|rule| rule.because.as_str());
    let known: Vec<String> = own.iter().map(String::as_str).chain(rules).map(essence).collect();
    let known: Vec<&String> = known.iter().filter(|sentence| !sentence.is_empty()).collect();
    let mut fenced = false;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        let plain = essence(line);
        if is_fence || fenced || known.iter().any(|sentence| plain.contains(sentence.as_str())) {
            // As many bytes as before.
            out.extend(line.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Letters and digits alone: Markdown may have escaped a mark.
fn essence(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
