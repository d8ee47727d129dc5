//! An error without its object: labels on lines of their own, members that lost their brackets.
//!
//! ```text
//! - **Type:** invalid_request_error          "message": "m", "type": "t"}
//! - **Message:** m
//! ```

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Value, json};

use super::object::Object;
use super::printed::{object, string, word};
use super::states::is_of_machine;

/// A label and its value on a line of their own: `ErrorCode: 1214`, `- **Type:** invalid_request_error`.
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s*\-•>|]{0,8}(status|http status|status[ _]?code|(?:error[ _]?)?code|(?:error[ _]?)?type|(?:error[ _]?|provider[ _]?)?message|detail|param|错误码|错误代码|错误类型|错误信息)\*{0,2}(?:\s{0,20}[:：]|\s?\|)\*{0,2}\s*(\S.*?)[\s|]*$",
    )
    .ok()
});

/// Lines of labels that are read.
const MOST_LINES: usize = 40;

/// An error as labels on lines of their own; without one for the message it is what stands above them.
pub(super) fn lines(text: &str) -> Option<Object> {
    if text.lines().count() > MOST_LINES || !text.contains([':', '：']) {
        return None;
    }
    let pattern = LINE.as_ref()?;
    let mut error = serde_json::Map::new();
    let mut above: Option<&str> = None;
    let (mut at, mut status) = (0, None);
    for line in text.split_inclusive('\n') {
        if let Some(caught) = pattern.captures(super::plain::head(line.trim_end(), 4000)) {
            above = above.or_else(|| text.get(..at));
            let (label, value) = (caught.get(1)?.as_str().to_lowercase(), caught.get(2)?.as_str());
            // A program's line: `code: this.code,`.
            if value.starts_with("this.") || value.starts_with("function") || value.ends_with("=> {") {
                at += line.len();
                continue;
            }
            let key = if label.ends_with("message") || matches!(label.as_str(), "错误信息" | "detail") {
                "message"
            } else if label.ends_with("type") || label == "错误类型" {
                "type"
            } else if label == "param" {
                "param"
            } else {
                "code"
            };
            let number = value
                .split(' ')
                .next()
                .and_then(|n| n.parse::<u16>().ok())
                .filter(|n| (100..600).contains(n));
            if key == "code" && (number.is_some() || label.contains("status")) {
                status = status.or(number);
            } else {
                let value = value.trim_matches(['"', '\'', '`']);
                error.entry(key).or_insert_with(|| if value == "N/A" { Value::Null } else { word(value) });
            }
        }
        at += line.len();
    }
    // `Type: Bug` of an issue's form names no error.
    let named = |name: &str| {
        let is_name = |v: &str| {
            v.len() <= 60
                && !v.contains(' ')
                && (v.contains(['_', '.'])
                    || v.ends_with("Error")
                    || v.ends_with("Exception")
                    || v.bytes().all(|b| b.is_ascii_digit()))
        };
        error.get(name).and_then(Value::as_str).is_some_and(is_name)
    };
    // Replicate's client (replicate/exceptions.py): title, status and detail.
    let problem = status.is_some() && error.contains_key("message") && text.contains("\ndetail: ");
    let is_named = named("code") || (named("type") && error.contains_key("message")) || problem;
    if !is_named {
        return None;
    }
    if !error.contains_key("message") {
        let message = above.unwrap_or("").trim();
        if message.is_empty() || message.lines().count() > 3 || status.is_none() {
            return None;
        }
        error.insert("message".to_owned(), message.into());
    }
    let mut body = json!({ "error": error });
    if let (Some(status), Some(map)) = (status, body.as_object_mut()) {
        map.insert("status_code".into(), status.into());
    }
    // What stands above and the labels themselves may say more: an exception, a status.
    let start = above.map_or(0, str::len);
    Some(Object { start, end: start, body: body.to_string().into_bytes() })
}

/// Members of an error whose object lost its head: `"message": "m", "type": "t"}`.
static FRAGMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)(?:^|[\s,{(])["']?(?:message|error_message|errorMessage|msg|failReason|fail_reason|failure_reason|error)["']?\s?[:=]\s?("(?:[^"\\\n]|\\.)+"|'(?:[^'\\\n]|\\.)+')(?:,|[\s}\])"']|$)"#,
    )
    .ok()
});

static FRAGMENT_MEMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|[\s,{(])["']?(?:error_)?(type|code|param)["']?\s?[:=]\s?("[^"\\\n]*"|'[^'\\\n]*'|(?:null|None|undefined|\d{3,6}|[a-z]{2,30}_[a-z_]{2,40})\b)"#).ok()
});

pub(super) fn fragment(text: &str) -> Option<Object> {
    let caught = FRAGMENT.as_ref()?.captures(text)?;
    let message = caught.get(1)?;
    // A record of a logger (logfmt) words itself; the error stands in a member of its own.
    if is_logfmt(text.get(..message.start())?.lines().next_back().unwrap_or("")) {
        return None;
    }
    // Members of the same object only.
    let before = text.get(..message.start())?;
    let mut from = before.rfind(['{', '}']).unwrap_or(0).max(message.start().saturating_sub(400));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = super::plain::head(text.get(from..)?, message.end() - from + 400);
    let told = message.end() - from;
    let end = near.get(told..)?.find(['{', '}']).map_or(near.len(), |at| told + at + 1);
    let near = near.get(..end)?;
    let mut error = json!({ "message": string(message.as_str())? });
    let map = error.as_object_mut()?;
    for member in FRAGMENT_MEMBER.as_ref()?.captures_iter(near) {
        let (Some(key), Some(value)) = (member.get(1), member.get(2)) else { continue };
        let value = string(value.as_str()).map_or_else(
            || if value.as_str() == "undefined" { Value::Null } else { word(value.as_str()) },
            |value| if value.is_empty() { Value::Null } else { Value::String(value) },
        );
        map.entry(key.as_str()).or_insert(value);
    }
    // A message alone may be anybody's; a reason of a failure is not.
    let whole = caught.get(0)?.as_str().trim_start_matches([' ', '\n', '\t', ',', '{', '(', '"', '\'']);
    // A sentence under `error` is one, a name under it is none.
    let sentence = whole.starts_with("error") && message.as_str().split_whitespace().count() >= 4;
    let quoted = whole.starts_with("error\"") || whole.starts_with("error'");
    let of_error =
        whole.starts_with("error") && !["error_", "errorM"].iter().any(|name| whole.starts_with(name));
    if of_error && !(quoted && sentence) {
        return None;
    }
    let key = whole.split([':', '=']).next().unwrap_or("").to_ascii_lowercase();
    let states = map.len() > 1 || sentence || key.contains("fail");
    (states && !is_of_machine(&error)).then(|| object(message, &error, None))
}

/// The line up to here is a record's `time=… level=… msg=`.
fn is_logfmt(line: &str) -> bool {
    let bare = line.trim_end();
    (bare.ends_with("msg=")
        || bare.ends_with("message=")
        || bare.ends_with("error=")
        || bare.ends_with("err="))
        && ["level=", "lvl=", "severity="].iter().any(|key| line.contains(key))
}
