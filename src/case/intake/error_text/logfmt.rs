//! An error in the pairs of a log's line (logfmt, <https://brandur.org/logfmt>, read 2026-11-22): what openai-python before 1.0
//! logged of an answer (`openai/api_requestor.py`), what gateways in Go log of a request.
//!
//! ```text
//! level=warning http=503 err=no_channel err_msg="No channel is left."
//! error_code=429 error_message='Slow down' error_param=None error_type=None
//! ```

use serde_json::{Map, Value, json};

use super::object::Object;

/// Pairs without which a line is a sentence with a sign in it.
const FEWEST: usize = 3;
/// Lines that are looked at, from the last one up.
const MOST_LINES: usize = 200;
/// A line's pairs.
const MOST_PAIRS: usize = 100;

/// Keys of the message; what is called `error` or `err` alone is a client's sentence or a code.
const MESSAGES: [&str; 7] =
    ["error_message", "error.message", "err_msg", "errmsg", "error_msg", "errormessage", "err.message"];
/// Keys of the code, the surest first.
const CODES: [&str; 6] = ["error_code", "error.code", "err_code", "errcode", "err", "error"];
/// Keys of the type.
const TYPES: [&str; 3] = ["error_type", "error.type", "err_type"];
/// Keys of the parameter.
const PARAMS: [&str; 2] = ["error_param", "error.param"];
/// Keys of the HTTP status.
const STATUSES: [&str; 6] =
    ["status_code", "http_status", "statuscode", "http", "http.status_code", "status"];

/// The error of the last line that has one.
pub(super) fn object(text: &str) -> Option<Object> {
    let mut end = text.len();
    for line in text.rsplit('\n').take(MOST_LINES) {
        let start = end - line.len();
        if let Some(body) = error(line) {
            return Some(Object { start, end, body });
        }
        end = start.saturating_sub(1);
    }
    None
}

/// Levels of a line that tells of a failure.
const LEVELS: [&str; 8] = ["error", "err", "warn", "warning", "fatal", "critical", "eror", "panic"];
/// Keys of what a line carries, the cause before what was done.
const CARRIED: [&str; 6] = ["err", "error", "exception", "msg", "message", "exception.message"];

/// The words in quotes that a line of pairs carries, where it tells of a failure: the line without them, and they.
pub(super) fn carried(line: &str) -> Option<(String, String)> {
    if line.matches('=').take(FEWEST).count() < FEWEST || error(line).is_some() {
        return None;
    }
    let pairs = pairs(line);
    let of = |key: &str| pairs.iter().find(|pair| pair.key.eq_ignore_ascii_case(key));
    let level = ["level", "lvl", "severity", "levelname"].iter().find_map(|key| of(key));
    let is_bad = level.is_some_and(|level| LEVELS.iter().any(|bad| level.value.eq_ignore_ascii_case(bad)));
    let says = |pair: &&Pair<'_>| pair.quoted && pair.value.contains(' ');
    let found = CARRIED.iter().filter_map(|key| of(key)).find(says)?;
    if pairs.len() < FEWEST || !(is_bad || found.key.to_ascii_lowercase().starts_with("err")) {
        return None;
    }
    let before = line.get(..found.start)?.trim_end();
    let behind = line.get(found.end..)?.trim_start();
    let around = [before, behind].join(" ");
    Some((around.trim().to_owned(), found.value.clone()))
}

/// A line of pairs whose level says that nothing failed.
pub(super) fn is_news(line: &str) -> bool {
    ["level=info", "level=debug", "level=trace", "lvl=info", "severity=INFO"]
        .iter()
        .any(|level| line.contains(level))
        && line.matches('=').take(FEWEST).count() >= FEWEST
}

fn error(line: &str) -> Option<Vec<u8>> {
    if line.matches('=').take(FEWEST).count() < FEWEST {
        return None;
    }
    let pairs = pairs(line);
    if pairs.len() < FEWEST {
        return None;
    }
    let find = |keys: &[&str]| {
        keys.iter().find_map(|key| {
            let named = pairs.iter().filter(|pair| pair.key.eq_ignore_ascii_case(key));
            named.map(|pair| &pair.value).find(|value| !is_nothing(value))
        })
    };
    let message = find(&MESSAGES)?;
    let mut error = Map::new();
    error.insert("message".to_owned(), Value::from(message.as_str()));
    let is_word = |value: &&String| !value.contains(char::is_whitespace);
    for (name, keys) in [("code", &CODES[..]), ("type", &TYPES[..]), ("param", &PARAMS[..])] {
        if let Some(value) = find(keys).filter(is_word) {
            error.insert(name.to_owned(), Value::from(value.as_str()));
        }
    }
    let status = find(&STATUSES).and_then(|value| value.parse::<u16>().ok());
    let mut told = json!({ "error": error });
    if let (Some(status), Some(told)) = (status.filter(|s| (100..600).contains(s)), told.as_object_mut()) {
        told.insert("status".to_owned(), status.into());
    }
    Some(told.to_string().into_bytes())
}

/// What programs write where they have nothing.
fn is_nothing(value: &str) -> bool {
    matches!(value, "" | "None" | "null" | "nil" | "<nil>" | "undefined" | "-")
}

/// One pair, and where it stands in its line.
struct Pair<'l> {
    key: &'l str,
    value: String,
    quoted: bool,
    start: usize,
    end: usize,
}

/// The pairs of a line. Words without a sign stand between them.
fn pairs(line: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut from = 0;
    while let Some(sign) =
        line.get(from..).and_then(|rest| rest.find('=')).filter(|_| pairs.len() < MOST_PAIRS)
    {
        let sign = from + sign;
        let is_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        // A logger's own mark may stand right before a key: `INFO:openai:error_code=429`.
        let key = line.get(from..sign).unwrap_or("").rsplit(|c: char| !is_of_key(c)).next().unwrap_or("");
        let behind = line.get(sign + 1..).unwrap_or("");
        let (value, len) = value(behind);
        from = sign + 1 + len;
        if !key.is_empty() {
            let quoted = behind.starts_with(['"', '\'']);
            pairs.push(Pair { key, value, quoted, start: sign - key.len(), end: from });
        }
    }
    pairs
}

/// The value at the start of `text`, and its length in bytes.
fn value(text: &str) -> (String, usize) {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let len = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text.get(..len).unwrap_or("").to_owned(), len);
    };
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                out.push(if c == 'n' { '\n' } else { c });
                escaped = false;
            }
            '\\' => escaped = true,
            // An apostrophe within words is none that closes.
            c if c == quote
                && !text.get(at + 1..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) =>
            {
                return (out, at + 1);
            }
            c => out.push(c),
        }
    }
    (out, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_of_a_line_are_an_error() {
        let table = [
            (
                r#"x
level=warning msg="[DATA] done" http=503 model=m err=no_channel err_msg="No \"big\" channel is left." d=0ms
"#,
                Some(
                    r#"{"error":{"message":"No \"big\" channel is left.","code":"no_channel"},"status":503}"#,
                ),
            ),
            (
                "INFO:openai:error_code=429 error_message='Don't hurry: wait' error_param=None error_type=rate_limit message='OpenAI API error received'",
                Some(r#"{"error":{"message":"Don't hurry: wait","code":"429","type":"rate_limit"}}"#),
            ),
            // A client's sentence, a link, a program.
            (r#"trace_id=d2 level=warn err="failed to chat: status code: 400""#, None),
            ("https://h.test/?error_message=x&a=b&c=d", None),
            ("error_message = str(e); a = 1; b = 2", None),
            ("a=1 b=2 error_message=", None),
        ];
        for (text, expected) in table {
            let found = object(text).map(|object| String::from_utf8(object.body).expect("text"));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        let line = "a=1 b=2 err_msg=\"slow\"";
        let object = object(&format!("above\n{line}\nbelow")).expect("one");
        assert_eq!((object.start, object.end), (6, 6 + line.len()));
    }
}
