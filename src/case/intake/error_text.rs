//! An error as a client printed it: `Error code: 401 - {'error': …}`, a traceback's last lines, a plain sentence.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{answer, literal, secret, transport};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome, TransportFailure};
use crate::case::keyring::KeyRing;
use crate::case::request::Said;

/// What an error text tells.
pub(super) struct Told {
    /// The answer or failure.
    pub(super) attempt: Attempt,
    /// The library that wrote it, a word of ours.
    pub(super) client: Option<&'static str>,
    /// What it names of the request.
    pub(super) said: Said,
    /// A status, an error object, an exception or a known sentence was found.
    pub(super) marked: bool,
    /// An error object was found.
    pub(super) states_object: bool,
}

/// Bytes of a long log that are searched: its end, where the last error stands.
const NEAR: usize = 256 << 10;

/// A longer text without any mark of an error is none.
const LONGEST_SENTENCE: usize = 64 << 10;

/// Places in a text that are tried as the beginning of an error object.
const MOST_TRIES: usize = 64;

/// Reads an error text; `strict`: nothing without a clear mark of an error is one.
pub(super) fn read(text: &str, strict: bool, catalog: &Catalog, ring: &mut KeyRing) -> Option<Told> {
    let near = tail(text, NEAR);
    let object = error_object(near).or_else(|| escaped_object(near));
    let (before, after) = match &object {
        Some(object) => (near.get(..object.start).unwrap_or(""), near.get(object.end..).unwrap_or("")),
        None => (near, ""),
    };
    let status = status_in(before)
        .or_else(|| object.as_ref().and_then(|_| status_in(after)))
        .or_else(|| object.as_ref().and_then(|o| status_field(&serde_json::from_slice(&o.body).ok()?)));
    let exception = exception_in(before).or_else(|| exception_in(after).filter(|_| object.is_some()));
    let client = client_in(near);
    let said = said_in(near, catalog, ring);
    let failure = if object.is_none() && status.is_none() { transport::kind(near) } else { None };
    let marked = object.is_some() || status.is_some() || exception.is_some() || failure.is_some();
    if !marked && (strict || !is_sentence(text)) {
        return None;
    }
    let states_object = object.is_some();
    let outcome = if let Some(kind) = failure {
        Outcome::Transport(TransportFailure {
            kind,
            detail: last_message(near, exception.as_ref()).to_owned(),
        })
    } else {
        let body = match object {
            Some(object) => object.body,
            None => words_of_gateway(last_message(near, exception.as_ref())).as_bytes().to_vec(),
        };
        let mut response =
            answer::response(status, None, None, headers_in(before, after, client, catalog), body);
        response.exception = exception.map(|e| e.name);
        Outcome::Response(response)
    };
    Some(Told { attempt: answer::attempt(outcome), client, said, marked, states_object })
}

/// The end of `text`, at most `most` bytes.
fn tail(text: &str, most: usize) -> &str {
    let mut at = text.len().saturating_sub(most);
    while !text.is_char_boundary(at) {
        at += 1;
    }
    text.get(at..).unwrap_or(text)
}

struct Object {
    start: usize,
    end: usize,
    body: Vec<u8>,
}

/// The first error object in the text: JSON as it stands, or a client's print of it.
fn error_object(text: &str) -> Option<Object> {
    let hard_wrap = literal::is_hard_wrapped(text);
    let mut from = 0;
    for _ in 0..MOST_TRIES {
        let start = from + text.get(from..)?.find(['{', '['])?;
        let rest = text.get(start..)?;
        from = start + 1;
        if let Some(len) = answer::json_extent(rest) {
            let body = rest.get(..len)?;
            if serde_json::from_str(body).is_ok_and(|value: Value| states_an_error(&value)) {
                return Some(Object { start, end: start + len, body: body.as_bytes().to_vec() });
            }
            // An object that states no error may hold one; a list that states none is stepped over.
            if rest.starts_with('[') {
                from = start + len;
            }
        } else if let Some((json, len)) = literal::read(rest, hard_wrap) {
            let value: Option<Value> = serde_json::from_str(&json).ok();
            // `error: { message: … }` of an inspected JavaScript error.
            let before = text.get(..start)?.trim_end().trim_end_matches([':', '=']).trim_end();
            if before.ends_with("error") && value.as_ref().is_some_and(|v| v.get("message").is_some()) {
                let body = format!("{{\"error\":{json}}}");
                return Some(Object { start, end: start + len, body: body.into_bytes() });
            }
            if value.as_ref().is_some_and(states_an_error) {
                return Some(Object { start, end: start + len, body: json.into_bytes() });
            }
        }
    }
    None
}

/// An error object inside a text that a log printed with its quotes escaped (`Some("{\"error\": …")`).
fn escaped_object(text: &str) -> Option<Object> {
    let start = text.find("\\\"")?;
    let start = text.get(..start)?.rfind('{')?;
    let mut plain = String::with_capacity(text.len() - start);
    let mut chars = text.get(start..)?.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n' | 'r' | 't')) => plain.push(' '),
            (_, Some(escaped @ ('"' | '\\' | '\'' | '/'))) => plain.push(escaped),
            (_, Some(other)) => {
                plain.push('\\');
                plain.push(other);
            }
            (c, None) => plain.push(c),
        }
    }
    let body = error_object(&plain)?.body;
    Some(Object { start, end: text.len(), body })
}

/// True where a JSON value states an error in one of the known shapes.
pub(super) fn states_an_error(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.first().is_some_and(|v| v.is_object() && states_an_error(v)),
        Value::Object(map) => {
            let has = |name: &str| map.get(name).is_some_and(|v| !v.is_null());
            let request =
                ["messages", "choices", "input", "prompt", "contents", "content"].iter().any(|n| has(n));
            let text = ["message", "msg", "error_msg", "err", "description", "errorMessage", "error_message"]
                .iter()
                .any(|n| map.get(*n).is_some_and(Value::is_string));
            (has("error") && !has("choices"))
                || (has("errors") && !request)
                || (has("detail") && !request)
                || map.get("type").and_then(Value::as_str) == Some("error")
                || map.get("success") == Some(&Value::Bool(false))
                || (text
                    && !request
                    && (map.len() <= 2
                        || ["code", "status", "statusCode", "type", "data", "__type", "object"]
                            .iter()
                            .any(|n| map.contains_key(*n))))
                || (has("title") && has("status"))
        }
        _ => false,
    }
}

/// The status that an error object states at its top level, as log records and problem details do. A number inside the
/// error itself is the envelope's word, not what was observed.
pub(super) fn status_field(value: &Value) -> Option<u16> {
    ["status", "statusCode", "status_code", "http_status"]
        .iter()
        .find_map(|name| value.get(name)?.as_u64())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (400..600).contains(status))
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Where texts state a status, the clearest first; group 1 is the status.
static STATUS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?i)\berror code:?\s*([1-5]\d\d)\b",
        r#"(?i)\bstatus[ _-]?code["']?\s*(?:is|was|of|:|=)?\s*["'(]?([1-5]\d\d)\b"#,
        r"(?i)\bHTTP(?:/\d(?:\.\d)?)?(?:[ /-](?:status|error|code|response))*\s*[:=]?\s*\(?([1-5]\d\d)\b",
        r#"(?i)\bstatus["']?\s*(?:[:=]|is|was|of)?\s*["'\[(]?([1-5]\d\d)\b"#,
        r"<Response \[([1-5]\d\d)",
        r"\b[A-Z]\w*(?:Error|Exception)\b[:(]?\s*\[?([45]\d\d)\b",
        r"\b([45]\d\d)\s+(?:Client|Server) Error\b",
        r"(?i)\b([45]\d\d)\W{1,3}(?:unauthorized|forbidden|not found|bad request|too many requests|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|payment required|method not allowed|conflict|request entity too large|payload too large|content too large|unprocessable|unsupported media type|request time-?out)",
        r"(?i)\b(?:error|got|get|getting|returns?|returned|received|with|code|answered)\s*:?\s+(?:an?\s+|http\s+)?[(\[]?([45]\d\d)s?\b",
        r"(?:状态码|错误码|错误代码)\s*[:：]?\s*([1-5]\d\d)",
        // Chinese has no blanks around a number: 出现429报错, 返回 401 错误.
        r"(?:报错|错误|返回|出现|提示|报|遇到|收到)\s*[(（:：]?\s*([45]\d\d)(?:\D|$)",
        r"(?:^|[^\d.])([45]\d\d)\s*(?:报错|错误|异常)",
        // Access logs: `"POST /v1/x HTTP/1.1" 502 157`, gin's `| 429 |`.
        r#"HTTP/\d(?:\.\d)?["']\s+([1-5]\d\d)\b"#,
        r"\|\s*([1-5]\d\d)\s*\|",
        r"(?i)(?:unauthorized|forbidden|not found|bad request|too many requests|error)\s*\(([45]\d\d)\)",
        r#"^[\s"'`\[(]*([45]\d\d)\b"#,
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

fn status_in(text: &str) -> Option<u16> {
    STATUS.iter().find_map(|p| p.captures(text)?.get(1)?.as_str().parse().ok())
}

/// An exception's name and the byte where its message begins.
struct Exception {
    name: String,
    message_at: usize,
}

static EXCEPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:[A-Za-z0-9_.:\[\]()-]{1,60} ){0,3}?(?:[A-Za-z0-9_]+\.)*([A-Z][A-Za-z0-9_]*(?:Error|Exception|Timeout|Exceeded|Exhausted|NotFound|Unavailable)) ?(?:[:(]|$)",
    )
});

/// An exception in the middle of a log line: with its module, or behind the words that a retry logs.
static INSIDE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:\braised |\b[a-z_]{2,40}\.(?:[a-z_]{1,40}\.){0,6})([A-Z][A-Za-z0-9_]{0,60}(?:Error|Exception|Timeout|Exceeded)): ",
    )
});

/// The last exception of the text: a traceback's final line.
fn exception_in(text: &str) -> Option<Exception> {
    let inside = || INSIDE.as_ref()?.captures_iter(text).last();
    let caught = EXCEPTION.as_ref()?.captures_iter(text).last().or_else(inside)?;
    let name: String = caught.get(1)?.as_str().chars().take(80).collect();
    Some(Exception { name, message_at: caught.get(0)?.end() })
}

/// The words that are the answer's own: behind the exception's name, `Error code: 400 - ` and a leading status, without
/// the stack below.
fn last_message<'a>(text: &'a str, exception: Option<&Exception>) -> &'a str {
    let message = exception.and_then(|e| text.get(e.message_at..)).unwrap_or(text);
    let end = ["\n    at ", "\n  File \"", "\nTraceback ", "\n\n"]
        .iter()
        .filter(|mark| exception.is_some() || mark.contains("    at "))
        .filter_map(|mark| message.find(mark))
        .min()
        .unwrap_or(message.len());
    let message = message.get(..end).unwrap_or(message).trim();
    let stripped = PREFIX.as_ref().and_then(|p| p.find(message)).and_then(|m| message.get(m.end()..));
    // `404 Client Error: …` are the library's own words, which belong together.
    let own_words = |rest: &str| rest.starts_with("Client Error") || rest.starts_with("Server Error");
    match stripped.map(str::trim) {
        Some(rest) if !rest.is_empty() && !own_words(rest) => rest,
        _ => message,
    }
}

static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:Error code: \d{3} - |[^\n]{0,80}?\berror, status code: \d{3},(?: status: [^,]{1,60},)? message: |(?:Error: )?\d{3}:? (?:status code )?)",
    )
});

/// `message`, or nothing where it is the sentence of a client (or of a person) on a status: the gateway's own words are
/// not in it, and a note must not claim that they are.
fn words_of_gateway(message: &str) -> &str {
    let first = message.lines().next().unwrap_or("").trim();
    if OWN_SENTENCE.as_ref().is_some_and(|pattern| pattern.is_match(first)) { "" } else { message }
}

/// One-line sentences that clients make of a status alone: axios, openai-node, openai-python, `requests`, `httpx`,
/// `aiohttp`, `urllib`, `reqwest`, .NET; a server's access log; a person who tells of a number.
static OWN_SENTENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?x)^(?:
            (?:[A-Za-z]{0,30}\ ?[Ee]?rror:\ )?(?:
                (?:\d{3}\ )?(?:status\ code\ )?\(no\ body\)
              | Request\ failed\ with\ status\ code\ \d{3}\.?
              | Response\ status\ code\ does\ not\ indicate\ success:.*
              | Error\ code:\ \d{3}
              | HTTP\ Error\ \d{3}:\ [A-Za-z\ -]{1,40}
              | \d{3}\ (?:Client|Server)\ Error:\ .{0,80}\ for\ url:\ .*
              | (?:Client|Server)\ error\ '\d{3}\ .{0,60}'\ for\ url\ .*
              | \d{3},\ message='[^']{0,80}',\ url=.*
              | HTTP\ status\ (?:client|server)\ error\ \(\d{3}\ .{0,60}\)\ for\ url\ .*
            )
          | req[w]est::Error\ \{.*
          | .*"[A-Z]{3,7}\ /[^"]{0,400}\ HTTP/\d(?:\.\d)?"\ \d{3}\b.*
          | \[GIN\]\ .*
          | (?:I|I'm|I've|I\ am|We\ (?:keep|get|got|see|saw|are|receive|received)|My|Our)\ .*
        )$"#,
    )
});

/// Marks of the libraries that write such texts.
const CLIENTS: &[(&str, &[&str])] = &[
    ("litellm", &["litellm."]),
    ("llama-index", &["llama_index.", "site-packages/llama_index"]),
    ("ai-sdk", &["ai_apicallerror", "node_modules/@ai-sdk", "symbol(vercel.ai.error)"]),
    ("langchain", &["langchain"]),
    ("openai-node", &["node_modules/openai", "openai/core.mjs", "openai/src/", "openai/error.mjs"]),
    ("anthropic-node", &["node_modules/@anthropic-ai"]),
    ("openai-python", &["openai.", "openai/_base_client.py", "site-packages/openai"]),
    ("anthropic-python", &["anthropic.", "anthropic/_base_client.py", "site-packages/anthropic"]),
    ("axios", &["axioserror", "node_modules/axios", "request failed with status code"]),
    ("node-fetch", &["fetcherror", "node_modules/node-fetch"]),
    ("httpx", &["httpx.", "httpcore."]),
    ("requests", &["requests.exceptions", "urllib3."]),
    ("curl", &["curl: ("]),
];

fn client_in(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let named = |mark: &str| {
        lower.match_indices(mark).any(|(at, _)| !mark.ends_with('.') || is_module(&lower, at, mark))
    };
    CLIENTS.iter().find(|(_, marks)| marks.iter().any(|mark| named(mark))).map(|(name, _)| *name)
}

/// `openai.RateLimitError`, but not `api.openai.com` and not the end of a sentence.
fn is_module(lower: &str, at: usize, mark: &str) -> bool {
    let after = lower.get(at + mark.len()..).unwrap_or("");
    let before = lower.get(..at).and_then(|b| b.chars().next_back());
    after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !["com", "azure", "ai"].iter().any(|domain| after.starts_with(domain))
        && !before.is_some_and(|c| matches!(c, '.' | '/' | '-' | '@') || c.is_alphanumeric())
}

static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"(?i)["'(]?\b([a-z][a-z0-9-]{1,40})["']?\s*[:,=]\s*\[?b?["']?([A-Za-z0-9][A-Za-z0-9._:-]{0,127})"#,
    )
});

/// Headers that the text prints (a header dump, `request_id: 'req_…'` of an SDK), as far as they lead support to the call.
fn headers_in(before: &str, after: &str, client: Option<&str>, catalog: &Catalog) -> Vec<(String, String)> {
    let known = |name: &str| {
        matches!(name, "cf-ray" | "retry-after")
            || catalog.profiles.iter().any(|p| p.request_id_headers.iter().any(|h| h == name))
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    let Some(pattern) = HEADER.as_ref() else { return headers };
    for text in [before, after] {
        for caught in pattern.captures_iter(text) {
            let (Some(name), Some(value)) = (caught.get(1), caught.get(2)) else { continue };
            let name = name.as_str().to_ascii_lowercase();
            if known(&name) && !headers.iter().any(|(n, _)| *n == name) {
                headers.push((name, value.as_str().to_owned()));
            }
        }
        // The SDKs give the header's value under a name of their own.
        let header = match client {
            Some("openai-python" | "openai-node") => "x-request-id",
            Some("anthropic-python" | "anthropic-node") => "request-id",
            _ => continue,
        };
        if let Some(id) = SDK_ID.as_ref().and_then(|p| p.captures(text)).and_then(|c| c.get(1))
            && !headers.iter().any(|(n, _)| n == header)
        {
            headers.push((header.to_owned(), id.as_str().to_owned()));
        }
    }
    headers
}

static SDK_ID: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r#"\b(?:request_id|requestID)["']?\s*[:=]\s*["']?(req_[A-Za-z0-9]{6,60})"#));

static SAID_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r#"\b(GET|POST|PUT|PATCH|DELETE)\b["':,\s]{1,4}(?:url["':=\s]{1,6})?((?:https?://|/)[^\s"'<>`,)\]}]+)"#,
    )
});

static SAID_URL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r#"https?://[^\s"'<>`,)\]}\\]+"#));

static SAID_MODEL: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"["']model(?:_name)?\\?["']\s*[:=]\s*\\?["']([^"'\s\\]{1,120})\\?["']"#,
        r#"(?i)\bmodel\s*=\s*["']?([\w./:@-]{1,120})"#,
        r#"(?i)\bmodel:?\s+[`'"“]([\w./:@-]{1,120})[`'"”]"#,
        r"(?i)\bmodel:?\s+([A-Za-z][\w./:@-]{0,118}\d[\w./:@-]{0,60})",
        r"模型\s*[`'“]?([A-Za-z][\w./:@-]{1,118})",
    ]
    .iter()
    .filter_map(|text| pattern(text))
    .collect()
});

/// Method, address and model that the text names. An address counts only where the catalog or a version segment says that
/// it is an API's; the pages to which error texts point are none.
fn said_in(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Said {
    let mut said = Said::default();
    if let Some(caught) = SAID_LINE.as_ref().and_then(|p| p.captures(text)) {
        said.method = caught.get(1).map(|m| m.as_str().to_owned());
        said.url = caught.get(2).map(|u| u.as_str().to_owned());
    } else if let Some(pattern) = SAID_URL.as_ref() {
        said.url = pattern
            .find_iter(text)
            .take(50)
            .map(|m| m.as_str())
            .find(|url| is_api(url, catalog))
            .map(str::to_owned);
    }
    said.url = said.url.map(|url| secret::mask_url(url.trim_end_matches(['.', ';', ':']), catalog, ring).0);
    said.model = SAID_MODEL
        .iter()
        .find_map(|p| Some(p.captures(text)?.get(1)?.as_str().trim_end_matches(['.', ':', ',']).to_owned()))
        .filter(|model| !secret::is_key_like(model));
    said
}

fn is_api(url: &str, catalog: &Catalog) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let path =
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("").split(['?', '#']).next().unwrap_or("");
    catalog.endpoints_on_path(path).next().is_some()
        || path.starts_with("/v1/")
        || path.starts_with("/v1beta/")
        || path.ends_with("/chat/completions")
}

/// True for a text that a person or a program may have written about a failure: printable, and words.
fn is_sentence(text: &str) -> bool {
    if text.len() > LONGEST_SENTENCE {
        return false;
    }
    let (mut letters, mut odd) = (0usize, 0usize);
    for c in text.chars() {
        letters += usize::from(c.is_alphabetic());
        odd +=
            usize::from(c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1b}')));
    }
    let several_words = text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count() >= 2;
    let dense_script = text.chars().filter(|c| *c >= '\u{2e80}').count() >= 3;
    letters >= 3
        && odd * 20 <= letters
        && (several_words || dense_script || text.to_lowercase().contains("error"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!((STATUS.len(), SAID_MODEL.len()), (16, 5));
        for pattern in [&EXCEPTION, &INSIDE, &OWN_SENTENCE, &PREFIX, &HEADER, &SDK_ID, &SAID_LINE, &SAID_URL]
        {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn shapes_of_errors_are_known() {
        let table = [
            (r#"{"error":{"message":"m"}}"#, true),
            (r#"{"error":"m"}"#, true),
            (r#"[{"error":{"code":400}}]"#, true),
            (r#"{"type":"error","error":{}}"#, true),
            (r#"{"detail":"m"}"#, true),
            (r#"{"code":null,"message":"m","data":null}"#, true),
            (r#"{"description":"m","type":"upstream_error","code":30}"#, true),
            (r#"{"success":false,"message":"m"}"#, true),
            (r#"{"title":"t","status":404}"#, true),
            (r#"{"error":null,"choices":[]}"#, false),
            (r#"{"model":"m","messages":[]}"#, false),
            (r#"{"role":"user","content":"c"}"#, false),
            (r#"{"id":"x"}"#, false),
            ("[]", false),
            ("[1]", false),
        ];
        for (json, expected) in table {
            let value = serde_json::from_str(json).expect(json);
            assert_eq!(states_an_error(&value), expected, "{json}");
        }
    }
}
