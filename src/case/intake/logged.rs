//! What one record of a JSON log names of a call beside its words: method, address, model and status, under the names that
//! loggers, Elastic's common schema and OpenTelemetry give them, nested or joined with dots.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::keyring::KeyRing;
use crate::case::request::Intake;

use super::secret;

/// Longest record that is read.
const LONGEST: usize = 1 << 20;

/// Objects within each other.
const DEEPEST: usize = 4;

/// Members by which a logger's record is told from a body.
const MARKS: [&str; 17] = [
    "gen_ai.system",
    "gen_ai.provider.name",
    "started_at",
    "start_time",
    "level",
    "lvl",
    "severity",
    "logger",
    "msg",
    "@timestamp",
    "log.level",
    "log.logger",
    "ecs.version",
    "trace_id",
    "trace.id",
    "time",
    "timestamp",
];

const METHODS: [&str; 6] =
    ["http.request.method", "http.method", "request.method", "req.method", "http_method", "method"];

const URLS: [&str; 9] = [
    "url.full",
    "http.url",
    "http.request.url",
    "request.url",
    "req.url",
    "request_url",
    "url",
    "endpoint",
    "uri",
];

const PATHS: [&str; 7] =
    ["url.path", "http.target", "http.route", "http.path", "request.uri", "request_uri", "path"];

const HOSTS: [&str; 5] =
    ["url.domain", "server.address", "http.host", "request.headers.host", "req.headers.host"];

const MODELS: [&str; 4] = ["gen_ai.request.model", "llm.request.model", "request.model", "model"];

const STATUSES: [&str; 8] = [
    "http.response.status_code",
    "http.status_code",
    "response.status",
    "res.statusCode",
    "response_status",
    "status_code",
    "statusCode",
    "status",
];

/// Whether a JSON object is what a logger wrote.
pub(super) fn is_record(value: &Value) -> bool {
    // An answer of a model has `created` and no level; a body has neither.
    let marks = ["level", "lvl", "severity", "logger", "msg", "@timestamp", "log.level"];
    marks.iter().any(|name| value.get(name).is_some_and(|v| !v.is_null()))
}

/// Adds to `intake` what the record that `text` is names of the call.
pub(super) fn complete(intake: &mut Intake, text: &str, catalog: &Catalog, ring: &mut KeyRing) {
    let text = text.trim();
    if !text.starts_with('{') || text.len() > LONGEST || intake.draft.is_some() {
        return;
    }
    let Ok(record) = serde_json::from_str::<Value>(text) else { return };
    let mut members = BTreeMap::new();
    flatten(&record, "", DEEPEST, &mut members);
    if !MARKS.iter().any(|mark| members.contains_key(*mark)) {
        return;
    }
    let find = |names: &[&str]| names.iter().find_map(|name| members.get(*name)).cloned();
    let said = &mut intake.said;
    let is_method =
        |method: &String| (3..=7).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_alphabetic());
    said.method = said.method.take().or_else(|| find(&METHODS).filter(is_method).map(|m| m.to_uppercase()));
    if said.url.as_deref().is_none_or(|url| url.starts_with('/')) {
        let is_address = |url: &String| url.contains("://") && !url.contains(char::is_whitespace);
        let is_path = |path: &String| path.starts_with('/') && !path.contains(char::is_whitespace);
        let path = || find(&PATHS).filter(is_path).or_else(|| find(&URLS).filter(is_path));
        let joined = || match (find(&HOSTS).filter(|host| host.contains('.')), path()) {
            (Some(host), Some(path)) => Some(format!("https://{host}{path}")),
            (_, path) => path,
        };
        if let Some(url) = find(&URLS).filter(is_address).or_else(joined) {
            said.url = Some(secret::mask_url(&url, catalog, ring).0);
        }
    }
    let is_model = |model: &String| model.len() <= 200 && !secret::is_key_like(model);
    said.model = said.model.take().or_else(|| find(&MODELS).filter(is_model));
    if let Some(Outcome::Response(response)) = intake.observed.as_mut().map(|attempt| &mut attempt.outcome)
        && response.status.is_none()
    {
        let bad = |status: &u16| (400..600).contains(status);
        response.status = find(&STATUSES).and_then(|status| status.parse().ok()).filter(bad);
    }
}

/// The texts and numbers of `value` under their names, which are joined with dots.
fn flatten(value: &Value, name: &str, depth: usize, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (member, value) in members {
                // A span, a logger and a cloud's log put what they were given under a name of their own.
                let wraps =
                    ["attributes", "fields", "jsonPayload", "extra", "context"].contains(&member.as_str());
                if name.is_empty() && wraps && value.is_object() {
                    flatten(value, "", depth - 1, out);
                }
                let joined = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                flatten(value, &joined, depth - 1, out);
            }
        }
        Value::String(text) if !text.is_empty() => {
            out.insert(name.to_owned(), text.clone());
        }
        Value::Number(number) => {
            out.insert(name.to_owned(), number.to_string());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::read;
    use crate::case::keyring::KeyRing;

    #[test]
    fn records_name_their_call() {
        let table = [
            (
                r#"{"level":"error","msg":"upstream failed","status":504,"model":"gpt-4o","method":"post","path":"/v1/chat/completions"}"#,
                "POST /v1/chat/completions gpt-4o 504",
            ),
            (
                r#"{"@timestamp":"2026-11-23T10:00:00Z","log.level":"error","message":"upstream failed","http.request.method":"POST","url.full":"https://h.test/v1/x","http.response.status_code":429}"#,
                "POST https://h.test/v1/x - 429",
            ),
            (
                r#"{"severity":"ERROR","message":"upstream failed","http":{"request":{"method":"POST"},"response":{"status_code":500}},"url":{"path":"/v1/x","domain":"h.test"},"gen_ai":{"request":{"model":"m-1"}}}"#,
                "POST https://h.test/v1/x m-1 500",
            ),
        ];
        for (text, expected) in table {
            let read = read(text, &Catalog::built_in(), &mut KeyRing::default());
            let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
            let status = read.observed.as_ref().and_then(|a| a.response()?.status).unwrap_or(0);
            assert!(read.draft.is_none(), "{text}");
            let said = &read.said;
            assert_eq!(
                format!("{} {} {} {status}", word(&said.method), word(&said.url), word(&said.model)),
                expected,
                "{text}"
            );
        }
    }
}
