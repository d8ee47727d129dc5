//! What one record of a JSON log names of a call beside its words: method, address, model and status, under the names that
//! loggers, Elastic's common schema and OpenTelemetry give them, nested or joined with dots.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
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

const METHODS: [&str; 7] = [
    "http.request.method",
    "http.method",
    "request.method",
    "req.method",
    "http_method",
    // Traefik's.
    "RequestMethod",
    "method",
];

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

const PATHS: [&str; 10] = [
    "url.path",
    "http.target",
    "http.route",
    "http.path",
    "request.uri",
    "request_uri",
    // Envoy's.
    "x-envoy-origin-path",
    "x-envoy-original-path",
    "RequestPath",
    "path",
];

/// Members of a gateway's access log that keep the id of the request.
const IDS: [&str; 3] = ["x-request-id", "x_request_id", "envoy_request_id"];

/// Members that keep a time as a number since 1970, which needs no zone.
const EPOCHS: [&str; 4] = ["started_at", "timestamp", "ts", "time"];

const HOSTS: [&str; 7] = [
    "url.domain",
    "server.address",
    "http.host",
    "request.headers.host",
    "req.headers.host",
    "request.host",
    "RequestHost",
];

const MODELS: [&str; 4] = ["gen_ai.request.model", "llm.request.model", "request.model", "model"];

const STATUSES: [&str; 9] = [
    "DownstreamStatus",
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
    let Some(attempt) = &mut intake.observed else { return };
    attempt.at = attempt.at.or_else(|| find(&EPOCHS).and_then(|number| since_epoch(&number)));
    if let Outcome::Response(response) = &mut attempt.outcome
        && let Some(id) = find(&IDS).filter(|id| is_id(id))
        && !response.headers.iter().any(|(name, _)| IDS.contains(&name.as_str()))
        && !response.printed_ids.contains(&id)
    {
        response.printed_ids.push(id);
    }
}

fn is_id(text: &str) -> bool {
    (6..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// Seconds or milliseconds since 1970 of these years.
fn since_epoch(number: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let value: i64 = whole.parse().ok()?;
    match whole.len() {
        13 => DateTime::from_timestamp_millis(value),
        10 => {
            let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
            DateTime::from_timestamp(value, digits.parse().ok()?)
        }
        _ => None,
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
            (
                r#"{":authority":"gw.test","method":"POST","response_code":500,"response_flags":"-","start_time":"2025-05-12T09:24:34.339Z","x-envoy-origin-path":"/v1/chat/completions","x-request-id":"7d5de087-32ad-44c3-bbd9-99e2c0f3ffac"}"#,
                "POST https://gw.test/v1/chat/completions - 500",
            ),
            (
                r#"{"DownstreamStatus":502,"RequestHost":"gw.test","RequestMethod":"POST","RequestPath":"/v1/x","level":"info","msg":"","time":"2025-11-12T10:11:12Z"}"#,
                "POST https://gw.test/v1/x - 502",
            ),
            (
                r#"{"level":"error","ts":1731406272.345,"msg":"handled request","request":{"method":"POST","host":"gw.test","uri":"/v1/x"},"status":502}"#,
                "POST https://gw.test/v1/x - 502",
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
    #[test]
    fn ids_and_times_of_records_are_the_calls() {
        let table = [
            (
                r#"{"start_time":"2025-05-12T09:24:34.339Z","method":"POST","path":"/v1/x","response_code":500,"x-request-id":"7d5de087-32ad"}"#,
                "7d5de087-32ad 1747041874",
            ),
            (
                r#"{"request":{"method":"POST","uri":"/v1/x"},"response":{"status":429},"started_at":1731406272345}"#,
                " 1731406272",
            ),
            (r#"{"level":"error","ts":1731406272.3451,"msg":"upstream failed","status":502}"#, " 1731406272"),
            (r#"{"level":"error","ts":12,"msg":"upstream failed","status":502,"x_request_id":"a b"}"#, " 0"),
        ];
        for (text, expected) in table {
            let read = read(text, &Catalog::built_in(), &mut KeyRing::default());
            let attempt = read.observed.expect(text);
            let ids = attempt.response().map(|response| response.printed_ids.join(",")).unwrap_or_default();
            let at = attempt.at.map_or(0, |at| at.timestamp());
            assert_eq!(format!("{ids} {at}"), expected, "{text}");
        }
    }
}
