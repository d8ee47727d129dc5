//! The answer that a JSON document carries within: a logger's or platform's record (Docker's, journald's, a cloud's), a
//! client's own error with its response, a collection's saved answer.
//!
//! ```text
//! {"level":"error","msg":"call failed","status":400,"response":{"error":{…}}}     an object inside
//! {"log":"… Error code: 400 - {'error': {…}}\n","stream":"stderr"}                 a client's print in a string
//! ```

use serde_json::Value;

use super::error_text;
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// Deeper documents are not searched.
const DEEPEST: usize = 8;
/// Members that are looked at.
const MOST_MEMBERS: usize = 4000;
/// Strings that are read as a client's print.
const MOST_PRINTS: usize = 16;
/// A longer string is a document of its own, bytes.
const LONGEST: usize = 64 << 10;

/// The text of the answer that `value` carries, its status before it. `None`: it carries none, or is an answer itself.
pub(super) fn text(value: &Value, catalog: &Catalog, ring: &mut KeyRing) -> Option<String> {
    let is_answer = ["choices", "candidates", "messages", "contents", "embeddings", "usage"]
        .iter()
        .any(|name| value.get(name).is_some());
    if is_answer || (error_text::states_an_error(value) && !is_record(value)) {
        return None;
    }
    let mut search = Search { left: MOST_MEMBERS, prints: Vec::new() };
    if let Some(found) = search.within(value, None, 0) {
        return Some(found);
    }
    let prints = std::mem::take(&mut search.prints);
    prints.into_iter().rev().take(MOST_PRINTS).find_map(|(status, print)| {
        let told = error_text::read(print, true, catalog, ring)?;
        told.states_object
            .then(|| with_status(if told_status(&told).is_some() { None } else { status }, print))
    })
}

fn told_status(told: &error_text::Told) -> Option<u16> {
    told.attempt.response()?.status
}

/// A logger's, a client's or a platform's record: none of them is an answer.
fn is_record(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    let named = value.get("name").and_then(Value::as_str).is_some_and(|name| name.ends_with("Error"));
    named && has("response")
        || ["level", "lvl", "severity", "@timestamp", "logger", "caller", "hostname"]
            .iter()
            .any(|name| has(name))
}

struct Search<'v> {
    left: usize,
    prints: Vec<(Option<u16>, &'v str)>,
}

impl<'v> Search<'v> {
    /// The last error object below `value`; client's prints are kept for later. `status`: what the members above say of it.
    fn within(&mut self, value: &'v Value, status: Option<u16>, depth: usize) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        match value {
            Value::Object(members) if depth < DEEPEST => {
                let status = status_of(value).or(status);
                if depth > 0 && is_envelope(value) {
                    return Some(with_status(status, &value.to_string()));
                }
                members.values().rev().find_map(|inner| self.within(inner, status, depth + 1))
            }
            Value::Array(items) if depth < DEEPEST => {
                items.iter().rev().find_map(|inner| self.within(inner, status, depth + 1))
            }
            Value::String(text) if depth > 0 && text.len() <= LONGEST => {
                let bare = text.trim();
                if bare.starts_with('{')
                    && let Ok(inner) = serde_json::from_str::<Value>(bare)
                {
                    return is_envelope(&inner).then(|| with_status(status, bare));
                }
                if bare.contains('{') && bare.contains("rror") {
                    self.prints.push((status, bare));
                }
                None
            }
            _ => None,
        }
    }
}

/// An answer's envelope: an error object that says something.
fn is_envelope(value: &Value) -> bool {
    value.get("error").is_some_and(|error| error.get("message").is_some_and(Value::is_string))
}

fn status_of(value: &Value) -> Option<u16> {
    ["status", "statusCode", "status_code", "httpStatus", "response_code", "code"]
        .iter()
        .find_map(|name| value.get(*name)?.as_u64())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (400..600).contains(status))
}

fn with_status(status: Option<u16>, text: &str) -> String {
    status.map_or_else(|| text.to_owned(), |status| format!("HTTP status: {status}\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_carries_is_found() {
        let catalog = Catalog::built_in();
        let said =
            |json: &str| text(&serde_json::from_str(json).expect(json), &catalog, &mut KeyRing::default());
        let body = r#"{"error":{"message":"no such model","type":"t"}}"#;
        for (json, expected) in [
            (
                r#"{"log":"call failed: Error code: 400 - {'error': {'message': 'no such model', 'type': 't'}}\n","stream":"stderr"}"#.to_owned(),
                Some("call failed: Error code: 400 - {'error': {'message': 'no such model', 'type': 't'}}".to_owned()),
            ),
            (
                format!(r#"[{{"level":"info"}},{{"level":"error","msg":"failed","status":404,"response":{body}}}]"#),
                Some(format!("HTTP status: 404\n{body}")),
            ),
            (
                format!(r#"{{"message":"m","name":"AxiosError","code":"ERR_BAD_REQUEST","response":{{"status":400,"data":{body}}}}}"#),
                Some(format!("HTTP status: 400\n{body}")),
            ),
            (
                format!(r#"{{"ts":1,"level":"error","status":502,"resp_body":{}}}"#, serde_json::to_string(body).expect("text")),
                Some(format!("HTTP status: 502\n{body}")),
            ),
            (body.to_owned(), None),
            (format!(r#"{{"code":1,"message":"outer","data":{body}}}"#), None),
            (format!(r#"{{"choices":[{body}]}}"#), None),
            (r#"{"level":"error","msg":"nothing here"}"#.to_owned(), None),
        ] {
            assert_eq!(said(&json), expected, "{json}");
        }
    }
}
