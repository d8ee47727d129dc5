//! The fields that a log or a trace wants of a case, flat, under OpenTelemetry's names where it has one; all of them are
//! taken from the note, so that nothing stands here that does not stand there.
//!
//! Names: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/> and
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>, from memory, not read again; what those do not name
//! begins with `casefile.`.

use serde_json::{Map, Value, json};

use super::build;
use crate::case::diagnose::Diagnosis;
use crate::case::sanitize::{Clean, SafeAttempt, SafeRequest, SafeWords};

/// Name, and where the note has it.
const FIELDS: [(&str, &str); 25] = [
    ("service.name", "/environment/service"),
    ("deployment.environment.name", "/environment/deployment"),
    ("http.request.method", "/request/method"),
    ("url.path", "/request/path"),
    ("casefile.base_url_alias", "/contract/pins/base_url_alias"),
    ("gen_ai.request.model", "/request/model"),
    ("casefile.request.streaming", "/request/streaming"),
    ("http.request.body.size", "/request/body_bytes"),
    ("http.response.status_code", "/response/status"),
    ("http.response.body.size", "/response/body_bytes"),
    ("error.type", "/diagnosis/failure_class"),
    ("casefile.error.code", "/response/error/code"),
    ("casefile.retryable", "/diagnosis/retryable"),
    ("casefile.failure_topic", "/diagnosis/topic/id"),
    ("gen_ai.response.model", "/response/returned_model"),
    ("gen_ai.usage.input_tokens", "/response/usage/input_tokens"),
    ("gen_ai.usage.output_tokens", "/response/usage/output_tokens"),
    ("casefile.request_id", "/response/request_ids/0/id"),
    ("casefile.layer", "/response/layer"),
    ("casefile.stream.verdict", "/stream/verdict"),
    ("casefile.stream.longest_gap_ms", "/stream/longest_gap_ms"),
    ("casefile.task.id", "/response/task/id"),
    ("casefile.task.state", "/response/task/state"),
    ("casefile.task.status", "/response/task/status"),
    ("casefile.policy_version", "/contract/pins/policy_version"),
];

/// Those of the last attempt.
const OF_ATTEMPT: [(&str, &str); 7] = [
    ("casefile.client_request_id", "/client_request_id"),
    ("casefile.started_at", "/at"),
    ("casefile.transport", "/transport"),
    ("tls.protocol.version", "/tls_version"),
    ("network.peer.address", "/address"),
    ("casefile.latency_ms", "/timing/total_ms"),
    ("casefile.first_token_ms", "/timing/first_token_ms"),
];

/// The fields of `note` (its keys and values, as [`super::Note::value`] gives them). What the note has not is left out.
pub fn telemetry(note: &Value) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Option<&Value>| {
        if let Some(value) = value.filter(|v| !v.is_null()) {
            out.insert(name.to_owned(), value.clone());
        }
    };
    for (name, place) in FIELDS {
        put(name, at(note, place));
    }
    let attempts = at(note, "/attempts").and_then(Value::as_array);
    // The attempt that the note is about is not the last one where a repeated request worked at the end.
    let status = at(note, "/response/status");
    let last = attempts.and_then(|all| {
        let deciding = all.iter().rev().find(|a| status.is_some() && a.get("status") == status);
        deciding.or(all.last())
    });
    for (name, place) in OF_ATTEMPT {
        put(name, last.and_then(|attempt| at(attempt, place)));
    }
    let finish = at(note, "/response/finish_reason").or_else(|| at(note, "/stream/finish_reason"));
    let reasons = finish.map(|reason| Value::from(vec![reason.clone()]));
    put("gen_ai.response.finish_reasons", reasons.as_ref());
    let resent = |a: &&Value| is_true(a.get("sent_by_tool")) && a.get("polls").is_none();
    let sent = attempts.map_or(0, |all| all.iter().filter(resent).count());
    put("http.request.resend_count", Some(&sent.saturating_sub(1).into()));
    // No other provider or model is ever tried instead.
    put("casefile.fallback_used", Some(&false.into()));
    put("casefile.parser.outcome", Some(&parsed(note, last).into()));
    Value::Object(out)
}

/// What stands at `place`, whose steps are names without an escape: a JSON pointer of the tables above.
fn at<'v>(value: &'v Value, place: &str) -> Option<&'v Value> {
    place.split('/').skip(1).try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    })
}

/// One request and what came of it, where there is no note: a pasted failure, a check, a probe's send, a search's row.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// What came.
    pub attempt: &'a SafeAttempt,
    /// What is made of it; `None`: nothing is.
    pub diagnosis: Option<&'a Diagnosis>,
    /// What was asked, as far as it is known.
    pub asked: Asked<'a>,
    /// The name under which the base URL may be told; empty: none.
    pub base_url_alias: &'a str,
    /// Whose requests they are, and where that runs.
    pub words: Option<&'a SafeWords>,
    /// How often it had been sent before; `None`: this program sent nothing.
    pub resends: Option<u32>,
}

/// What of a request is told. All of it is clean.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Method.
    pub method: Option<&'a str>,
    /// Path.
    pub path: Option<&'a str>,
    /// Model.
    pub model: Option<&'a str>,
    /// A stream was asked for.
    pub streaming: Option<bool>,
    /// Bytes of its body.
    pub body_bytes: Option<u64>,
}

impl<'a> Asked<'a> {
    /// What of `request` is told.
    pub fn of(request: &'a SafeRequest) -> Self {
        Self {
            method: Some(request.method.as_str()),
            path: Some(request.path.as_str()),
            model: request.model.as_ref().map(Clean::as_str),
            streaming: Some(request.streaming),
            body_bytes: Some(request.body_bytes),
        }
    }
}

/// The fields of [`telemetry`] for one exchange: it is put into a note's form, so that there is one table of names.
pub fn of_exchange(exchange: &Exchange<'_>) -> Value {
    let Exchange { attempt, diagnosis, asked, base_url_alias, words, resends } = *exchange;
    let text = |text: &Clean| Some(text.to_string()).filter(|text| !text.is_empty());
    let mut form = json!({
        "environment": {
            "service": words.and_then(|words| text(&words.service)),
            "deployment": words.and_then(|words| text(&words.deployment)),
        },
        "request": {
            "method": asked.method, "path": asked.path, "model": asked.model,
            "streaming": asked.streaming, "body_bytes": asked.body_bytes,
        },
        "contract": {"pins": {"base_url_alias": Some(base_url_alias).filter(|alias| !alias.is_empty())}},
        "diagnosis": diagnosis.map(|d| json!({
            "failure_class": d.class, "retryable": d.retryable, "topic": {"id": d.topic},
        })),
    });
    if let (Some(form), Value::Object(observed)) =
        (form.as_object_mut(), build::observed_form(attempt, asked.streaming == Some(true)))
    {
        form.extend(observed.into_iter().filter(|(_, value)| !value.is_null()));
    }
    let mut fields = telemetry(&form);
    if let Some(fields) = fields.as_object_mut() {
        let name = "http.request.resend_count";
        let _ = match resends {
            Some(resends) => fields.insert(name.to_owned(), resends.into()),
            None => fields.remove(name),
        };
    }
    fields
}

fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool) == Some(true)
}

/// What a client's parser would make of the last answer.
fn parsed(note: &Value, last: Option<&Value>) -> &'static str {
    let word = |place: &str| at(note, place).and_then(Value::as_str);
    let transport = last.and_then(|a| a.get("transport")).and_then(Value::as_str);
    match transport {
        Some(kind) if kind.ends_with("_timeout") => return "timeout",
        Some(_) if last.is_some_and(|a| a.get("status").is_none()) => return "no_answer",
        Some(_) => return "cut",
        None => {}
    }
    if matches!(word("/stream/verdict"), Some("truncated" | "failed_mid_stream")) {
        return "cut";
    }
    match word("/response/soft_failure") {
        Some("not_json" | "html" | "undecodable" | "not_a_stream") => "invalid_json",
        Some("missing_field") => "missing_field",
        Some("empty_body" | "empty_content") => "empty_content",
        Some(_) => "error_in_body",
        None if word("/response/shape") == Some("html") => "invalid_json",
        None if at(note, "/response/error").is_some() => "error",
        None => "success",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::note::sample;

    #[test]
    fn the_outcome_of_a_parser() {
        let table = [
            (json!({"attempts": [{"status": 200}], "response": {"shape": "json_object"}}), "success"),
            (json!({"attempts": [{"transport": "dns"}]}), "no_answer"),
            (json!({"attempts": [{"transport": "first_byte_timeout"}]}), "timeout"),
            (json!({"attempts": [{"status": 200, "transport": "reset"}]}), "cut"),
            (json!({"attempts": [{"status": 200}], "stream": {"verdict": "truncated"}}), "cut"),
            (json!({"attempts": [{"status": 200}], "response": {"soft_failure": "html"}}), "invalid_json"),
            (
                json!({"attempts": [{"status": 200}], "response": {"soft_failure": "missing_field"}}),
                "missing_field",
            ),
            (
                json!({"attempts": [{"status": 200}], "response": {"soft_failure": "empty_content"}}),
                "empty_content",
            ),
            (json!({"attempts": [{"status": 502}], "response": {"shape": "html"}}), "invalid_json"),
            (json!({"attempts": [{"status": 401}], "response": {"error": {"message": "x"}}}), "error"),
        ];
        for (note, expected) in table {
            assert_eq!(telemetry(&note)["casefile.parser.outcome"], expected, "{note}");
        }
    }

    #[test]
    fn every_field_is_taken_from_a_place_that_the_schema_has() {
        let schema: Value = serde_json::from_str(super::super::SCHEMA).expect("JSON");
        let has = |base: &Value, place: &str| {
            let mut at = base.clone();
            for step in place.split('/').skip(1) {
                let next = match step.parse::<usize>() {
                    Ok(_) => at.get("items").cloned(),
                    Err(_) => at.pointer(&format!("/properties/{step}")).cloned(),
                };
                let Some(next) = next else { return false };
                let named = next.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
                at = named.and_then(|place| schema.pointer(place).cloned()).unwrap_or(next);
            }
            true
        };
        let attempt = schema.pointer("/properties/attempts/items").expect("attempts");
        let missing: Vec<&str> = FIELDS
            .iter()
            .filter(|(_, place)| !has(&schema, place))
            .chain(OF_ATTEMPT.iter().filter(|(_, place)| !has(attempt, place)))
            .map(|(_, place)| *place)
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    /// A note and an exchange of it say the same under the same names.
    #[test]
    fn an_exchange_has_the_fields_of_its_note() {
        for name in ["model_not_found", "stream_cut", "dns", "success"] {
            let (note, evidence) = (sample::note(name), sample::evidence(name));
            let of_note = telemetry(&note.value());
            let attempt = evidence.attempts.last().expect("one");
            let request = evidence.request.as_ref().expect("one");
            let exchange = Exchange {
                attempt,
                diagnosis: None,
                asked: Asked::of(request),
                base_url_alias: "",
                words: None,
                resends: Some(0),
            };
            let found = of_exchange(&exchange);
            // What the note has beyond it comes of the operator, the policy and the diagnosis.
            for (field, value) in found.as_object().expect("an object") {
                let differs = field == "http.request.resend_count";
                assert!(differs || of_note.get(field) == Some(value), "{name}: {field}: {value}, {of_note}");
            }
            for field in
                ["http.request.method", "url.path", "gen_ai.request.model", "casefile.parser.outcome"]
            {
                assert!(found.get(field).is_some(), "{name}: {field}: {found}");
            }
        }
    }

    #[test]
    fn resends_are_counted_and_nothing_is_made_up() {
        let sent = |n: usize| json!({"attempts": vec![json!({"sent_by_tool": true, "status": 503}); n]});
        for (count, resent) in [(0, 0), (1, 0), (3, 2)] {
            let found = telemetry(&sent(count));
            assert_eq!(found["http.request.resend_count"], resent);
            assert_eq!(found.get("gen_ai.request.model"), None);
        }
    }
}
