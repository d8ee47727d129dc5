//! The answer in a client's log of an exchange, which writes `> ` before what was sent and `< ` before what came: the SDKs
//! of Databricks print one behind their own words where they cannot read the answer
//! (<https://github.com/databricks/databricks-sdk-py>, `logger/round_trip_logger.py`, read 2026-11-23).
//!
//! ```text
//! Request log: POST /serving-endpoints/m/invocations
//! > {"max_tokens": 10000}
//! < 400 Bad Request                         <── the status
//! < max_tokens cannot exceed 8192           <── the body
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Value, json};

/// Lines of a log that are read.
const MOST_LINES: usize = 2000;

/// The status line of what came.
static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^< (?:HTTP/[\d.]+ )?([45]\d\d)(?: [A-Za-z][A-Za-z -]{1,40})?\s*$").ok());

/// The answer of the last exchange as one object: its own JSON with the status beside it, or an envelope of its words.
pub(super) fn answer(text: &str) -> Option<String> {
    if !text.contains("\n< ") || !text.contains("\n> ") {
        return None;
    }
    let pattern = STATUS.as_ref()?;
    let (mut status, mut body) = (None, String::new());
    for line in text.lines().take(MOST_LINES) {
        if let Some(caught) = pattern.captures(line) {
            status = caught.get(1).and_then(|m| m.as_str().parse::<u16>().ok());
            body.clear();
        } else if let Some(part) = line.strip_prefix('<').filter(|_| status.is_some()) {
            body.push_str(part.strip_prefix(' ').unwrap_or(part));
            body.push('\n');
        }
    }
    let status = status?;
    let body = body.trim().trim_end_matches("```").trim_end();
    // A head: this is curl's own print, which others read.
    if body.is_empty() || body.contains("\n\n") {
        return None;
    }
    let object = match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(mut object)) => {
            object.entry("status_code").or_insert_with(|| status.into());
            Value::Object(object)
        }
        Ok(_) => return None,
        Err(_) => json!({ "error": { "message": body }, "status_code": status }),
    };
    Some(object.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_told_from_what_was_sent() {
        let table = [
            (
                "E: 500 Server Error: no JSON. Log:```POST /x\n> {\n>   \"n\": 1\n> }\n< 400 Bad Request\n< too many\n< ```",
                Some(r#"{"error":{"message":"too many"},"status_code":400}"#),
            ),
            (
                "GET /x\n> * Host: h\n< HTTP/2.0 403 Forbidden\n< {\n<   \"message\": \"m\"\n< }",
                Some(r#"{"message":"m","status_code":403}"#),
            ),
            ("POST /x\n> {}\n< 200 OK\n< {}", None),
            ("POST /x\n> {}\n< 400 Bad Request", None),
            ("> a quote\n\n< 400 is less than 401", None),
        ];
        for (text, wanted) in table {
            assert_eq!(answer(text).as_deref(), wanted, "{text}");
        }
    }
}
