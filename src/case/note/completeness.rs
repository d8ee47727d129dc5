//! Which of the facts that support needs are there, and why the others are not.

use super::model::{FilePart, Gap, Happened, Note, RequestPart};
use crate::case::sanitize::{SafeAttempt, SafeEvidence};
use crate::case::vocabulary::{FailureClass, FileTransport};

/// One fact that support needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Field, as a dotted path in the note.
    pub field: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Who can bring it.
    pub by: By,
    /// True where the note has it.
    pub present: bool,
    /// Why it is missing; empty where it is there.
    pub why: String,
    /// What brings it where it is missing.
    pub next: NextStep,
}

/// What brings a fact that is missing. The faces say by which key or option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// It is there, or what was sent brought none: nothing is left to be done.
    None,
    /// The request itself is given.
    Request,
    /// The request is sent.
    Send,
    /// A search, or one control after the other.
    Search,
    /// The operator writes.
    Words,
    /// The operator looks at the replacements.
    Confirm,
}

/// Who can bring a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The walk itself: a reproduction brings it, or shows that it cannot be had.
    Walk,
    /// The operator: own words, further requests, a look at the replacements.
    Operator,
}

fn by(field: &str) -> By {
    match field {
        "support_question"
        | "report.expected"
        | "report.impact"
        | "operator"
        | "controls"
        | "request.model_listed"
        | "redactions.confirmed_by_operator" => By::Operator,
        _ => By::Walk,
    }
}

fn next_step(field: &str, note: &Note) -> NextStep {
    let sent = note.attempts.iter().any(|attempt| attempt.sent_by_tool);
    match field {
        "support_question" | "report.expected" | "report.impact" | "operator" => NextStep::Words,
        "redactions.confirmed_by_operator" => NextStep::Confirm,
        _ if note.request.is_none() => NextStep::Request,
        "controls" | "request.model_listed" => NextStep::Search,
        // What is known of the request does not change by sending it.
        _ if is_of_request(field) || sent => NextStep::None,
        _ => NextStep::Send,
    }
}

fn is_of_request(field: &str) -> bool {
    field.starts_with("request.") || matches!(field, "credential_used" | "doc_url" | "request_area")
}

/// A fact: where it stands, how people call it, whether it applies, and whether the note has it.
struct Fact {
    field: &'static str,
    label: &'static str,
    applies: fn(&Note) -> bool,
    present: fn(&Note) -> bool,
}

const fn fact(field: &'static str, label: &'static str, present: fn(&Note) -> bool) -> Fact {
    Fact { field, label, applies: |_| true, present }
}

const fn fact_if(
    field: &'static str,
    label: &'static str,
    applies: fn(&Note) -> bool,
    present: fn(&Note) -> bool,
) -> Fact {
    Fact { field, label, applies, present }
}

/// The facts, those that every support desk asks for first.
const FACTS: &[Fact] = &[
    fact("request.method", "method", |n| n.request.is_some() || n.contract.pins.method.is_some()),
    fact("request.path", "path", |n| n.contract.pins.path.is_some()),
    fact_if("request.model", "model", needs_model, |n| n.model_reference.is_some()),
    fact("response.status", "HTTP status", |n| n.response.as_ref().is_some_and(|r| r.status.is_some())),
    fact_if("response.error.message", "exact error message", failed, |n| {
        error_text(n, |e| e.message.as_deref())
    }),
    fact("response.request_ids", "request id", |n| {
        n.response.as_ref().is_some_and(|r| !r.request_ids.is_empty())
    }),
    fact("attempts.at", "time of the attempt", |n| n.attempts.last().is_some_and(|a| a.at.is_some())),
    fact_if("response.error.code", "error code", failed, |n| error_text(n, |e| e.code.as_deref())),
    fact_if("response.error.type", "error type", failed, |n| error_text(n, |e| e.error_type.as_deref())),
    fact("request.base_url", "gateway and base URL", |n| n.request.is_some() || names_gateway(n)),
    fact("doc_url", "documentation page of the endpoint", |n| n.doc_url.is_some()),
    fact("request_area", "endpoint family", |n| n.request_area.is_some()),
    fact_if("request.body", "sanitized request body", has_body_method, |n| {
        n.request
            .as_ref()
            .is_some_and(|r| r.body.is_some() || !r.form_fields.is_empty() || !r.files.is_empty())
    }),
    fact_if("request.files", "files with name, type and size", is_form, |n| {
        let direct = |f: &&FilePart| f.transport == FileTransport::Direct;
        n.request.as_ref().is_some_and(|r| {
            r.files.iter().any(|f| direct(&f)) && r.files.iter().filter(direct).all(|f| f.bytes.is_some())
        })
    }),
    fact_if("request.content_type", "content type of the request", sent_body, |n| {
        n.request.as_ref().is_some_and(|r| r.content_type.is_some())
    }),
    fact("credential_used", "reference to the credential", |n| n.credential_used.is_some()),
    fact("response.http_version", "HTTP version", |n| {
        n.response.as_ref().is_some_and(|r| r.http_version.is_some())
    }),
    fact("response.body", "response body or its shape", |n| {
        n.response.as_ref().is_some_and(|r| r.body.is_some())
    }),
    fact("attempts.timing.total_ms", "duration of the attempt", |n| {
        n.attempts.last().and_then(|a| a.timing).is_some_and(|t| t.total_ms.is_some())
    }),
    fact_if("stream", "how the stream ended", streaming, |n| n.stream.is_some()),
    fact_if("request.model_listed", "whether the gateway lists the model", names_model, |n| {
        n.controls.iter().any(|control| control.model_listed.is_some())
    }),
    fact_if("controls", "what comes when one thing is changed", failed, |n| not_tried(n).is_empty()),
    fact("support_question", "question to support", |n| n.support_question.is_some()),
    fact("report.expected", "what was expected", |n| n.report.expected.is_some()),
    fact_if("report.impact", "who is hit, since when", failed, |n| n.report.impact.is_some()),
    fact("operator", "who writes", |n| n.operator.is_some()),
    fact("redactions.confirmed_by_operator", "replacements confirmed", |n| {
        n.redactions.confirmed_by_operator
    }),
];

/// Every fact that applies to `note`, present or not, in the order in which support asks for it.
pub fn completeness(note: &Note) -> Vec<Item> {
    FACTS
        .iter()
        .filter(|fact| (fact.applies)(note))
        .map(|fact| {
            let gap = note.missing_evidence.iter().find(|gap| gap.field == fact.field);
            let present = (fact.present)(note);
            Item {
                field: fact.field,
                label: fact.label,
                by: by(fact.field),
                present,
                next: if present { NextStep::None } else { next_step(fact.field, note) },
                why: gap.map_or_else(String::new, |gap| gap.why.clone()),
            }
        })
        .collect()
}

/// The facts that apply to `note` and are missing, each with an honest reason.
pub(super) fn gaps(note: &Note, evidence: &SafeEvidence) -> Vec<Gap> {
    FACTS
        .iter()
        .filter(|fact| (fact.applies)(note) && !(fact.present)(note))
        .map(|fact| Gap { field: fact.field.to_owned(), why: why(fact.field, note, evidence) })
        .collect()
}

fn failed(note: &Note) -> bool {
    note.diagnosis.failure_class != FailureClass::None
}

fn names_model(note: &Note) -> bool {
    note.model_reference.is_some()
}

/// The text alone names a base URL that the gateway's profile knows.
fn names_gateway(note: &Note) -> bool {
    note.contract.pins.base_url_alias.as_deref().is_some_and(|alias| !matches!(alias, NOT_GIVEN | "custom"))
}

/// A documented endpoint without a model field needs none.
fn needs_model(note: &Note) -> bool {
    note.contract.documented.as_ref().is_none_or(|d| d.required_fields.iter().any(|f| f == "model"))
        || names_model(note)
}

fn streaming(note: &Note) -> bool {
    note.request.as_ref().is_some_and(|r| r.streaming)
}

fn has_body_method(note: &Note) -> bool {
    let named = note.contract.pins.method.as_deref();
    let method = note.request.as_ref().map(|r| r.method.as_str()).or(named);
    method.is_none_or(|method| matches!(method, "POST" | "PUT" | "PATCH"))
}

/// A form, or an endpoint that needs a file.
fn is_form(note: &Note) -> bool {
    let says_so = |r: &RequestPart| {
        let is_multipart = |t: &String| t.to_ascii_lowercase().starts_with("multipart/");
        r.content_type.as_ref().is_some_and(is_multipart)
            || r.files.iter().any(|f| f.transport == FileTransport::Direct)
    };
    note.request.as_ref().is_some_and(says_so)
}

fn sent_body(note: &Note) -> bool {
    note.request.as_ref().is_some_and(|r| r.body_bytes > 0)
}

fn error_text(note: &Note, field: fn(&super::model::ErrorPart) -> Option<&str>) -> bool {
    let error = note.response.as_ref().and_then(|r| r.error.as_ref());
    error.and_then(field).is_some_and(|text| !text.is_empty())
}

fn not_tried(note: &Note) -> Vec<&'static str> {
    [("model", "another model"), ("key", "another key"), ("minimal_body", "a minimal body")]
        .into_iter()
        .filter(|(changed, _)| {
            // A search takes the body apart, down to the smallest one.
            let is_it = |c: &str| c == *changed || (*changed == "minimal_body" && c == "fields");
            !note.controls.iter().any(|control| is_it(&control.changed))
        })
        .map(|(_, words)| words)
        .collect()
}

fn why(field: &str, note: &Note, evidence: &SafeEvidence) -> String {
    let last = super::build::deciding(evidence);
    match field {
        "controls" => return format!("not tried: {}", not_tried(note).join(", ")),
        "request.model_listed" if asked_for_models(evidence) => {
            return "the gateway's model list was asked for, and what came is no list of models".to_owned();
        }
        "response.error.code" | "response.error.type" => return why_no_error_word(field, note, last),
        _ => {}
    }
    let words = match field {
        "request.method" | "request.path" | "request.base_url" | "request.body" if note.request.is_some() => {
            "the request has no body"
        }
        "request.method" | "request.path" | "request.base_url" | "request.body" => NO_REQUEST,
        "request.files" if note.request.as_ref().is_some_and(|r| !r.files.is_empty()) => {
            "the size is not known: a file was not on this machine"
        }
        "request.files" => "the form has no file",
        "request.model" if note.request.is_some() => "neither the body nor the path names one",
        "request.model" | "credential_used" | "doc_url" | "request_area" if note.request.is_none() => {
            NO_REQUEST
        }
        "credential_used" => "the request carries no credential",
        "request.content_type" => "the request has no content-type header",
        "request.model_listed" => "the gateway's model list was not asked for",
        "doc_url" | "request_area" => "no documented endpoint is known for this method and path",
        "attempts.at" | "attempts.timing.total_ms" => why_no_time(last),
        "support_question" | "report.expected" | "report.impact" | "operator" => {
            "the operator has not written it"
        }
        "redactions.confirmed_by_operator" => "the operator has not looked at the replacements",
        _ => return why_not_answered(field, last),
    };
    words.to_owned()
}

/// A search asked the gateway which models it has.
fn asked_for_models(evidence: &SafeEvidence) -> bool {
    evidence.controls.iter().any(|control| control.changed == "models_list")
}

/// Alias of a base URL that nobody gave.
pub const NOT_GIVEN: &str = "not given";

const NO_REQUEST: &str = "no request is known: only an answer or an error text was given";

fn why_no_time(last: Option<&SafeAttempt>) -> &'static str {
    match last {
        None => "nothing was sent, and no answer was given",
        Some(SafeAttempt { sent: true, .. }) => "it was not measured",
        Some(_) => "what was pasted does not say",
    }
}

fn why_no_error_word(field: &str, note: &Note, last: Option<&SafeAttempt>) -> String {
    let word = field.rsplit('.').next().unwrap_or("code");
    let error = note.response.as_ref().and_then(|r| r.error.as_ref());
    match error {
        Some(error) if word == "code" && error.code.is_some() => "the answer states an empty code".to_owned(),
        Some(_) => format!("the error that came has no {word}"),
        None => why_not_answered(field, last),
    }
}

/// Why a fact of the answer is missing.
fn why_not_answered(field: &str, last: Option<&SafeAttempt>) -> String {
    let Some(attempt) = last else {
        return "nothing was sent, and no answer was given".to_owned();
    };
    if super::build::happened(attempt) == Happened::Failed {
        return match attempt.transport {
            Some(kind) => format!("no answer came ({kind})"),
            None => "no answer came".to_owned(),
        };
    }
    let source = if attempt.sent { "the answer" } else { "what was pasted" };
    match field {
        "response.request_ids" if attempt.sent => {
            "the answer carried none in its headers or its message".to_owned()
        }
        "response.request_ids" => "what was pasted names none".to_owned(),
        "response.status" => format!("{source} has no status"),
        "response.error.message" => format!("{source} states no error message"),
        "response.http_version" => format!("{source} does not say"),
        "response.body" => format!("{source} has no body"),
        _ => format!("{source} does not hold it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    fn why_of(name: &str, field: &str) -> Option<String> {
        sample::note(name).missing_evidence.into_iter().find(|gap| gap.field == field).map(|gap| gap.why)
    }

    #[test]
    fn reasons_are_honest() {
        let table = [
            ("model_not_found", "response.request_ids", None),
            ("model_not_found", "controls", None),
            (
                "unauthorized",
                "response.request_ids",
                Some("the answer carried none in its headers or its message"),
            ),
            ("unauthorized", "response.error.code", Some("the answer states an empty code")),
            ("unauthorized", "controls", Some("not tried: another model, another key, a minimal body")),
            ("dns", "response.status", Some("no answer came (dns)")),
            ("dns", "response.request_ids", Some("no answer came (dns)")),
            ("dns", "attempts.at", None),
            ("pasted_text", "response.status", Some("what was pasted has no status")),
            ("pasted_text", "request.method", Some(NO_REQUEST)),
            ("pasted_text", "attempts.at", Some("what was pasted does not say")),
            ("success", "response.error.message", None),
            ("stream_cut", "stream", None),
            ("nothing", "response.status", Some("nothing was sent, and no answer was given")),
            ("bare_post", "request.body", Some("the request has no body")),
            ("bare_post", "credential_used", Some("the request carries no credential")),
        ];
        for (name, field, expected) in table {
            assert_eq!(why_of(name, field).as_deref(), expected, "{name} {field}");
        }
    }

    #[test]
    fn every_fact_is_present_or_explained() {
        for name in sample::NAMES {
            let note = sample::note(name);
            let items = completeness(&note);
            for item in &items {
                assert_eq!(item.present, item.why.is_empty(), "{name}: {item:?}");
            }
            let missing = items.iter().filter(|i| !i.present).count();
            assert_eq!(missing, note.missing_evidence.len(), "{name}");
        }
        let items = completeness(&sample::note("success"));
        let labels: Vec<_> = items.iter().map(|i| i.label).collect();
        assert!(!labels.contains(&"exact error message"), "nothing failed: {labels:?}");
    }
}
