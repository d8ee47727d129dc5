//! Compares a note with what really passed on the wire.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::wire::{Answer, Asked};

/// Headers in which the servers here send request ids; where several came, the first in this order is the one to name.
const ID_HEADERS: [&str; 3] = ["x-litellm-call-id", "x-request-id", "request-id"];

/// What really happened.
pub struct Truth {
    /// The request as the server got it; `None` where the relay could not stand in between.
    pub asked: Option<Asked>,
    /// The answer, if one began.
    pub answer: Option<Answer>,
    /// No earlier than this did the attempt start.
    pub earliest: DateTime<Utc>,
    /// No later than this did it start.
    pub latest: DateTime<Utc>,
    /// When the last byte came, or when it was clear that no more would.
    pub ended: DateTime<Utc>,
}

/// What the case expects beyond the wire.
pub struct Expected<'a> {
    /// Method.
    pub method: &'a str,
    /// Path.
    pub path: &'a str,
    /// Model; empty where the body names none.
    pub model: &'a str,
    /// A stream is asked for.
    pub stream: bool,
    /// Bytes of the body.
    pub body_bytes: usize,
    /// Classes that are right.
    pub classes: &'a [&'a str],
    /// Transport failure, where there is no answer.
    pub transport: Option<&'a str>,
    /// Spans of the error message that may be replaced, in their order.
    pub replaceable: &'a [String],
}

/// What does not agree.
#[derive(Default)]
pub struct Faults(pub Vec<String>);

impl Faults {
    /// Notes a fault unless `right`.
    pub fn check(&mut self, right: bool, words: impl FnOnce() -> String) {
        if !right {
            self.0.push(words());
        }
    }

    fn same(&mut self, what: &str, note: &Value, truth: &Value) {
        self.check(note == truth, || format!("{what}: the note says {note}, the truth is {truth}"));
    }
}

/// Compares every fact of the note with the truth.
pub fn compare(faults: &mut Faults, note: &Value, truth: &Truth, expected: &Expected<'_>) {
    request(faults, note, truth, expected);
    attempt(faults, note, truth, expected);
    diagnosis(faults, note, expected);
    match &truth.answer {
        Some(answer) => {
            head(faults, note, answer);
            ids(faults, note, answer);
            error(faults, note, answer, expected);
            stream(faults, note, answer, expected.stream);
        }
        None => no_answer(faults, note, expected),
    }
}

fn at<'a>(note: &'a Value, pointer: &str) -> &'a Value {
    note.pointer(pointer).unwrap_or(&Value::Null)
}

fn gaps(note: &Value) -> Vec<&str> {
    let gaps = at(note, "/missing_evidence").as_array().map(Vec::as_slice).unwrap_or_default();
    gaps.iter().filter_map(|g| g.get("field")?.as_str()).collect()
}

fn request(faults: &mut Faults, note: &Value, truth: &Truth, expected: &Expected<'_>) {
    faults.same("request.method", at(note, "/request/method"), &json!(expected.method));
    faults.same("request.path", at(note, "/request/path"), &json!(expected.path));
    let model = json!((!expected.model.is_empty()).then_some(expected.model));
    faults.same("request.model", at(note, "/request/model"), &model);
    faults.same("model_reference", at(note, "/model_reference"), &model);
    faults.same("request.streaming", at(note, "/request/streaming"), &json!(expected.stream));
    faults.same("request.body_bytes", at(note, "/request/body_bytes"), &json!(expected.body_bytes));
    let Some(asked) = &truth.asked else { return };
    faults.same("method on the wire", &json!(asked.method), &json!(expected.method));
    faults.same("path on the wire", &json!(asked.path()), &json!(expected.path));
    let sent: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    faults.same("model on the wire", at(&sent, "/model"), &model);
    faults.same("body bytes on the wire", &json!(asked.body.len()), &json!(expected.body_bytes));
    let carries = asked.header("authorization").is_some() || asked.target.contains("api_key=");
    let named = at(note, "/credential_used") == "stored_secret_reference_only";
    faults.check(carries == named, || format!("credential_used: named {named}, carried {carries}"));
}

fn attempt(faults: &mut Faults, note: &Value, truth: &Truth, expected: &Expected<'_>) {
    let attempts = at(note, "/attempts").as_array().map(Vec::as_slice).unwrap_or_default();
    faults.check(attempts.len() == 1, || format!("attempts: {} instead of one", attempts.len()));
    let Some(attempt) = attempts.first() else { return };
    let outcome = match &truth.answer {
        Some(answer) if answer.complete => "answered",
        Some(_) => "cut",
        None => "failed",
    };
    faults.same("attempts[0].outcome", at(attempt, "/outcome"), &json!(outcome));
    faults.same("attempts[0].sent_by_tool", at(attempt, "/sent_by_tool"), &json!(true));
    let status = truth.answer.as_ref().map(|a| a.status);
    faults.same("attempts[0].status", at(attempt, "/status"), &json!(status));
    if let Some(transport) = expected.transport {
        faults.same("attempts[0].transport", at(attempt, "/transport"), &json!(transport));
    }
    let text = at(attempt, "/at").as_str().unwrap_or_default();
    let Ok(start) = DateTime::parse_from_rfc3339(text).map(|t| t.with_timezone(&Utc)) else {
        faults.0.push(format!("attempts[0].at: {text:?} is no time"));
        return;
    };
    // The note has whole milliseconds.
    let early = truth.earliest - TimeDelta::milliseconds(1);
    faults.check((early..=truth.latest).contains(&start), || {
        format!("attempts[0].at: {start} is not between {early} and {}", truth.latest)
    });
    if let Some(total) = at(attempt, "/timing/total_ms").as_i64() {
        let end = start + TimeDelta::milliseconds(total);
        let off = (end - truth.ended).num_milliseconds();
        // Two busy cores may delay either side; a wrong unit or a wrong start is further off.
        faults
            .check(off.abs() < 1500, || format!("attempts[0].timing.total_ms: ends {off} ms after the wire"));
    } else {
        faults.0.push("attempts[0].timing.total_ms is missing".to_owned());
    }
}

fn diagnosis(faults: &mut Faults, note: &Value, expected: &Expected<'_>) {
    let class = at(note, "/diagnosis/failure_class").as_str().unwrap_or_default();
    faults.check(expected.classes.contains(&class), || {
        format!("diagnosis.failure_class: {class}, expected {}", expected.classes.join(" or "))
    });
    let only = if let [class] = expected.classes { class } else { "" };
    let retry = match only {
        "rate_limited" | "upstream_server" | "gateway_timeout" => Some("yes"),
        // A proxy's own answer asks for its password.
        "network_connect" if expected.transport.is_none() => Some("no"),
        "network_connect" | "network_reset" | "stream_interrupted" => Some("maybe"),
        "auth"
        | "model_unavailable"
        | "path_or_base_url"
        | "payload_too_large"
        | "network_tls"
        | "context_length"
        | "quota_or_billing_claim" => Some("no"),
        _ => None,
    };
    if let Some(retry) = retry {
        faults.same("diagnosis.retryable", at(note, "/diagnosis/retryable"), &json!(retry));
    }
    let result = at(note, "/local_result").as_str().unwrap_or_default();
    let passed = expected.classes == ["none"];
    faults.check(passed == (result == "pass"), || format!("local_result: {result}"));
}

fn head(faults: &mut Faults, note: &Value, answer: &Answer) {
    faults.same("response.status", at(note, "/response/status"), &json!(answer.status));
    faults.same("status_observed", at(note, "/status_observed"), &json!(answer.status));
    // Of other answers the HTTP stack tells the standard phrase only.
    if answer.status >= 400 {
        let reason = json!((!answer.reason.is_empty()).then_some(&answer.reason));
        faults.same("response.reason", at(note, "/response/reason"), &reason);
    }
    faults.same("response.http_version", at(note, "/response/http_version"), &json!(answer.version));
    faults.same("response.body_bytes", at(note, "/response/body_bytes"), &json!(answer.body.len()));
    for (field, name) in [("date", "date"), ("server", "server")] {
        faults.same(
            &format!("response.edge.{field}"),
            at(note, &format!("/response/edge/{field}")),
            &json!(answer.header(name)),
        );
    }
    let kind = |value: &str| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let noted = at(note, "/response/content_type").as_str();
    faults.same(
        "response.content_type",
        &json!(noted.map(kind)),
        &json!(answer.header("content-type").map(kind)),
    );
    // LiteLLM passes its provider's wait on under a name of its own.
    let retry_after = answer.header("retry-after").or(answer.header("llm_provider-retry-after"));
    let retry_after = retry_after.and_then(|v| v.parse::<u64>().ok()).map(|s| s * 1000);
    faults.same("response.retry_after_ms", at(note, "/response/retry_after_ms"), &json!(retry_after));
    let location = at(note, "/response/redirect/location");
    match answer.header("location").and_then(|l| l.split_once("api_key=")) {
        // A key that the server repeats is not to be seen; that is the leak check's affair.
        Some((before, _)) => {
            let kept = location.as_str().is_some_and(|l| l.starts_with(before));
            faults.check(kept, || format!("response.redirect.location: the note says {location}"));
        }
        None => faults.same("response.redirect.location", location, &json!(answer.header("location"))),
    }
    let shape = if answer.header("location").is_some() {
        "redirect"
    } else if answer.events().is_some() {
        "stream"
    } else if answer.header("content-type").is_some_and(|v| v.starts_with("text/html")) {
        "html"
    } else if answer.body.is_empty() {
        "empty"
    } else if answer.complete && answer.json().is_none() {
        "unknown"
    } else {
        "json_object"
    };
    faults.same("response.shape", at(note, "/response/shape"), &json!(shape));
    faults.same("response_shape_observed", at(note, "/response_shape_observed"), &json!(shape));
}

fn ids(faults: &mut Faults, note: &Value, answer: &Answer) {
    let sent: Vec<&str> = ID_HEADERS.iter().filter_map(|name| answer.header(name)).collect();
    let noted = at(note, "/response/request_ids").as_array().cloned().unwrap_or_default();
    let id = |part: &Value| part.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    for sent in &sent {
        faults
            .check(noted.iter().any(|n| id(n) == *sent), || format!("request id {sent} is not in the note"));
    }
    let head = answer.headers.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\n");
    let everything = format!("{head}\n{}", answer.text());
    for part in &noted {
        let (id, source) = (id(part), at(part, "/source").as_str().unwrap_or_default());
        faults
            .check(!id.is_empty() && everything.contains(&id), || format!("request id {id} was never sent"));
        if let Some((name, _)) =
            answer.headers.iter().find(|(name, _)| source.split([' ', ':']).any(|w| w == name))
        {
            let value = answer.header(name);
            faults.check(value == Some(id.as_str()), || format!("request id {id}: not in header {name}"));
        }
    }
    let primary: Vec<String> = noted.iter().filter(|n| at(n, "/primary") == true).map(id).collect();
    if let Some(first) = sent.first() {
        faults.check(primary == [*first], || format!("primary request id: {primary:?} instead of {first}"));
        faults.same("attempts[0].request_id", at(note, "/attempts/0/request_id"), &json!(first));
        faults
            .check(!gaps(note).contains(&"response.request_ids"), || "a gap for an id that came".to_owned());
    } else {
        faults.check(noted.is_empty(), || format!("request ids that nobody sent: {noted:?}"));
        faults.check(gaps(note).contains(&"response.request_ids"), || "no gap for the request id".to_owned());
    }
}

fn error(faults: &mut Faults, note: &Value, answer: &Answer, expected: &Expected<'_>) {
    faults.same("response.error.page_title", at(note, "/response/error/page_title"), &json!(answer.title()));
    let stated = answer.error();
    let word = |name: &str| match stated.as_ref().and_then(|e| e.get(name)) {
        // Pages stand in messages with their line ends.
        Some(Value::String(text)) if !text.is_empty() => Some(text.replace("\r\n", "\n")),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let failed = expected.classes != ["none"];
    let altered = at(note, "/response/error/altered") == true;
    for name in ["message", "code", "type"] {
        let (truth, noted) = (word(name), at(note, &format!("/response/error/{name}")));
        match (&truth, noted.as_str()) {
            (Some(truth), Some(noted)) if name == "message" && altered => {
                replaced_only(faults, noted, truth, expected.replaceable);
            }
            _ => faults.same(&format!("response.error.{name}"), noted, &json!(truth)),
        }
        let gap = gaps(note).contains(&format!("response.error.{name}").as_str());
        faults.check(gap == (failed && truth.is_none()), || format!("response.error.{name}: gap {gap}"));
    }
}

/// The noted message is the true one but for the replaceable spans.
fn replaced_only(faults: &mut Faults, noted: &str, truth: &str, replaceable: &[String]) {
    let mut rest = noted;
    let mut right = true;
    for (index, text) in kept(truth, replaceable).into_iter().enumerate() {
        if index > 0 {
            let placeholder = rest.strip_prefix('[').and_then(|r| r.split_once(']'));
            right &= placeholder.is_some_and(|(name, _)| name.len() < 40);
            rest = placeholder.map_or(rest, |(_, after)| after);
        }
        let after = rest.strip_prefix(text);
        right &= after.is_some();
        rest = after.unwrap_or(rest);
    }
    faults.check(right && rest.is_empty(), || {
        format!("response.error.message: more than the replaceable spans changed: {noted:?}, the truth is {truth:?}")
    });
}

/// What stands before, between and after the replaceable spans.
fn kept<'a>(message: &'a str, replaceable: &[String]) -> Vec<&'a str> {
    let (mut parts, mut rest) = (Vec::new(), message);
    for span in replaceable {
        if let Some((before, after)) = rest.split_once(span.as_str()) {
            parts.push(before);
            rest = after;
        }
    }
    parts.push(rest);
    parts
}

fn stream(faults: &mut Faults, note: &Value, answer: &Answer, asked_for: bool) {
    let Some(events) = answer.events() else {
        let verdict = at(note, "/stream/verdict");
        let right = if asked_for { verdict == "not_a_stream" } else { verdict.is_null() };
        faults.check(right, || format!("stream.verdict: {verdict} for an answer that is no stream"));
        return;
    };
    let verdict = if answer.error().is_some() {
        "failed_mid_stream"
    } else if answer.complete && events.done() && events.finish_reason().is_some() {
        if events.content_chars() == 0 { "soft_failure" } else { "complete" }
    } else {
        "truncated"
    };
    faults.same("stream.verdict", at(note, "/stream/verdict"), &json!(verdict));
    faults.same("stream.events", at(note, "/stream/events"), &json!(events.data.len()));
    faults.same("stream.bytes", at(note, "/stream/bytes"), &json!(answer.body.len()));
    let marker = events.done().then_some("[DONE]");
    faults.same("stream.terminal_marker", at(note, "/stream/terminal_marker"), &json!(marker));
    faults.same("stream.finish_reason", at(note, "/stream/finish_reason"), &json!(events.finish_reason()));
    faults.same("stream.usage_seen", at(note, "/stream/usage_seen"), &json!(events.usage()));
    faults.same("stream.content_chars", at(note, "/stream/content_chars"), &json!(events.content_chars()));
}

fn no_answer(faults: &mut Faults, note: &Value, expected: &Expected<'_>) {
    faults.same("status_observed", at(note, "/status_observed"), &json!(expected.transport));
    faults.same("response_shape_observed", at(note, "/response_shape_observed"), &json!("client_error"));
    faults.same("response.status", at(note, "/response/status"), &Value::Null);
    faults.same("response.error", at(note, "/response/error"), &Value::Null);
    faults.same("response.request_ids", at(note, "/response/request_ids"), &Value::Null);
    for field in ["response.status", "response.error.message", "response.request_ids"] {
        faults.check(gaps(note).contains(&field), || format!("no gap for {field}"));
    }
}

/// The Markdown note holds the facts; how it writes them is its own affair.
pub fn markdown(faults: &mut Faults, note: &str, truth: &Truth, expected: &Expected<'_>) {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let written = letters(note);
    let mut must = vec![expected.method.to_owned(), expected.path.to_owned(), expected.model.to_owned()];
    if let Some(answer) = &truth.answer {
        must.push(answer.status.to_string());
        must.extend(ID_HEADERS.iter().filter_map(|name| answer.header(name)).map(str::to_owned));
        if let Some(error) = answer.error() {
            let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
            must.extend(kept(message, expected.replaceable).into_iter().map(str::to_owned));
            must.extend(
                ["code", "type"].iter().filter_map(|name| error.get(name)?.as_str().map(str::to_owned)),
            );
        }
    }
    must.extend(expected.transport.map(str::to_owned));
    for text in must {
        faults.check(written.contains(&letters(&text)), || format!("Markdown: {text:?} is missing"));
    }
    let class = expected.classes.iter().any(|class| written.contains(&letters(class)));
    faults.check(class, || format!("Markdown: the class ({}) is missing", expected.classes.join(" or ")));
}
