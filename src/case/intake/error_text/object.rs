//! The error object in a text: JSON as it stands, a client's print of it, a language's print of a structure.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::printed::{object, printed, string, word};
use super::{dump, structures};
use crate::case::intake::{answer, literal};

/// Places in a text that are tried as the beginning of an error object.
const MOST_TRIES: usize = 64;

/// Where an object stands, and its JSON.
pub(super) struct Object {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) body: Vec<u8>,
}

impl Object {
    /// It states nothing itself, and one of its texts is a web page.
    pub(super) fn only_carries_a_page(&self) -> bool {
        let Ok(value) = serde_json::from_slice::<Value>(&self.body) else { return false };
        let message = ["/error/message", "/message", "/msg", "/detail", "/error"]
            .iter()
            .find_map(|place| value.pointer(place)?.as_str());
        message.is_none_or(|message| {
            !value.pointer("/error/message").is_some_and(Value::is_string) && message.contains("<html")
        })
    }
}

/// How the codes of axios and undici begin, those of their own errors.
const MARKS: [&[u8]; 2] = [b"\"ERR_", b"\"UND_ERR_"];

/// The error object of `text`.
pub(super) fn find(text: &str) -> Option<Object> {
    let mut object = found(text)?;
    if MARKS.iter().any(|mark| object.body.windows(mark.len()).any(|at| at == *mark)) {
        let mut value: Value = serde_json::from_slice(&object.body).ok()?;
        if is_of_machine(&value) {
            return None;
        }
        forget_clients_code(&mut value);
        object.body = value.to_string().into_bytes();
    }
    Some(object)
}

/// Takes out a code that axios or undici give to their own errors: whoever prints it beside an answer's words took it from
/// there.
fn forget_clients_code(value: &mut Value) {
    let own = |code: &Value| {
        code.as_str().is_some_and(|code| {
            code.starts_with("UND_ERR_")
                || ["ERR_BAD_REQUEST", "ERR_BAD_RESPONSE", "ERR_NETWORK"].contains(&code)
        })
    };
    for place in ["/code", "/error/code"] {
        if let Some(code) = value.pointer_mut(place).filter(|code| own(code)) {
            *code = Value::Null;
        }
    }
}

fn found(text: &str) -> Option<Object> {
    // Rust's `std::io::Error` of the own machine, `Os { code: 111, kind: ConnectionRefused, message: "…" }`, is no envelope.
    // Nor is what its HTTP libraries print of themselves.
    let of_rust = ["Os { code: ", "hyper::Error(", "Custom { kind: "].iter().any(|mark| text.contains(mark));
    if of_rust && !text.contains("\"error\"") {
        return None;
    }
    // node-fetch's `FetchError` of a system call, as loggers print it.
    if of_a_system_call(text) {
        return None;
    }
    if let Some(object) = error_object(text) {
        return Some(object);
    }
    // What a client printed of itself has no answer in its pieces.
    if text.contains("\"name\": \"AxiosError\"") && text.trim_start().starts_with('{') {
        return None;
    }
    cut_outer(text)
        .or_else(|| beside_words(text))
        .or_else(|| escaped_object(text))
        .or_else(|| encoded(text))
        .or_else(|| dumped(text))
        .or_else(|| super::logfmt::object(text))
        .or_else(|| structures::find(text))
        .or_else(|| printed(text))
        .or_else(|| cut_object(text))
        .or_else(|| fragment(text))
        .or_else(|| lines(text))
}

/// An error whose message a logger (winston) wrote before its other members: `Too long {"code":"c","type":null}`.
fn beside_words(text: &str) -> Option<Object> {
    let start = text.match_indices('{').map(|(at, _)| at).take(MOST_WRAPPERS).find(|at| {
        text.get(*at..).is_some_and(|rest| rest.contains("\"code\"") || rest.contains("\"type\""))
    })?;
    let rest = text.get(start..)?;
    let len = answer::json_extent(rest)?;
    let mut error: serde_json::Map<String, Value> = serde_json::from_str(rest.get(..len)?).ok()?;
    let named =
        error.get("code").is_some_and(Value::is_string) || error.get("type").is_some_and(Value::is_string);
    let beside = ["param", "status", "innererror", "type", "code"]
        .iter()
        .filter(|key| error.contains_key(**key))
        .count();
    let speaks =
        ["message", "error", "msg", "detail", "model", "messages"].iter().any(|key| error.contains_key(*key));
    if !named || beside < 3 || speaks {
        return None;
    }
    let before = text.get(..start)?.trim_end();
    let words = before.lines().next_back()?.trim();
    let message = super::speech::without_frames(words);
    if message.split_whitespace().count() < 3 {
        return None;
    }
    error.insert("message".to_owned(), message.into());
    let body = json!({ "error": error }).to_string().into_bytes();
    Some(Object { start: before.len() - words.len(), end: start + len, body })
}

/// node-fetch (`src/errors/fetch-error.js`): `type` is `system`, the words name what the machine refused.
fn of_a_system_call(text: &str) -> bool {
    static SYSTEM: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\btype["']?\s*[:=]\s*["']system["']"#).ok());
    text.contains("errno")
        && text.contains(" failed, reason: ")
        && SYSTEM.as_ref().is_some_and(|p| p.is_match(text))
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
            let value: Value = serde_json::from_str(body).unwrap_or_default();
            if is_of_client(&value) || is_of_machine(&value) {
                from = start + len;
                continue;
            }
            if states_an_error(&value) {
                // The object around it lost its end.
                let around = value.get("error").is_none() && value.get("message").is_some();
                let inside = around && is_under_error(text.get(..start)?);
                let body = if inside { format!("{{\"error\":{body}}}") } else { body.to_owned() };
                return Some(Object { start, end: start + len, body: body.into_bytes() });
            }
            // An object that states no error may hold one; a list that states none is stepped over.
            if rest.starts_with('[') {
                from = start + len;
            }
        } else if let Some((json, len)) = line_ends_printed(rest) {
            return Some(Object { start, end: start + len, body: json });
        } else if let Some((json, len)) = literal::read(rest, hard_wrap) {
            let value: Option<Value> = serde_json::from_str(&json).ok();
            // `error: { message: … }` of an inspected JavaScript error.
            let before = text.get(..start)?.trim_end().trim_end_matches([':', '=']).trim_end();
            if before.ends_with("error") && value.as_ref().is_some_and(|v| v.get("message").is_some()) {
                let body = format!("{{\"error\":{json}}}");
                return Some(Object { start, end: start + len, body: body.into_bytes() });
            }
            if value.as_ref().is_some_and(|value| states_an_error(value) && !is_of_machine(value)) {
                return Some(Object { start, end: start + len, body: json.into_bytes() });
            }
        }
    }
    None
}

/// The own machine's word on a connection (`ECONNRESET`, `UND_ERR_SOCKET`), as Node's and Bun's errors print it: a code, and
/// nothing of an answer beside it.
fn is_of_machine(value: &Value) -> bool {
    let error = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
    // What `fetch` throws has the machine's word as its cause.
    let cause = error.get("cause").filter(|cause| cause.is_object() && error.get("message").is_none());
    let error = cause.unwrap_or(error);
    let own = |code: &str| {
        let errno = ["ECONN", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "EPROTO", "EAI_", "EHOST", "ENET"];
        ["UND_ERR_", "ERR_SOCKET", "ERR_SSL_", "ERR_TLS_"].iter().any(|begin| code.starts_with(begin))
            || errno.iter().any(|begin| code.starts_with(begin))
                && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    error.get("code").and_then(Value::as_str).is_some_and(own)
        && !["type", "param", "status", "statusCode", "status_code", "request_id", "data", "response"]
            .iter()
            .any(|name| error.get(*name).is_some() || value.get(*name).is_some())
}

/// The object that begins here is the member `error` of another one.
fn is_under_error(before: &str) -> bool {
    let Some(bare) = before.trim_end().strip_suffix([':', '=']).map(str::trim_end) else { return false };
    let line = bare.lines().next_back().unwrap_or("").trim_start();
    ["\"error\"", "'error'", "{error", "{ error", ", error"].iter().any(|key| line.ends_with(key))
        || line == "error"
}

/// An error object whose line ends were printed as two characters, its quotes as they are: `{\n "error": …`.
///
/// Gives the JSON and the bytes of the text that it takes.
fn line_ends_printed(text: &str) -> Option<(Vec<u8>, usize)> {
    if !text.starts_with("{\\n") && !text.starts_with("{\\r\\n") {
        return None;
    }
    let near = super::plain::head(text, LONGEST_PRINTED);
    let plain = near.replace("\\r\\n", "\n").replace("\\n", "\n");
    let body = plain.get(..answer::json_extent(&plain)?)?;
    let value: Value = serde_json::from_str(body).ok()?;
    // Each line end takes one or three bytes more where it was printed.
    let mut left = body.len();
    let mut rest = near;
    while left > 0 {
        let printed = ["\\r\\n", "\\n"].iter().find(|mark| rest.starts_with(**mark)).map(|mark| mark.len());
        let len = printed.or_else(|| rest.chars().next().map(char::len_utf8))?;
        left = left.saturating_sub(if printed.is_some() { 1 } else { len });
        rest = rest.get(len..)?;
    }
    states_an_error(&value).then(|| (body.as_bytes().to_vec(), near.len() - rest.len()))
}

/// Bytes of such a print that are read.
const LONGEST_PRINTED: usize = 64 << 10;

/// What clients write where they cut a body: guzzle, Google Apps Script, loggers.
static CUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\s?\(truncated\.{3}\)|\.{3} \(use muteHttpExceptions|\s?\[(?:truncated|TRUNCATED|\.{3}|…)\]|\s?<truncated|\.{3} ?\(?[0-9]{1,7} more (?:characters|chars|bytes)|\.{3,}\s*$|…\s*$",
    )
    .ok()
});

/// An error object whose end is missing: what stands there of it.
fn cut_object(whole: &str) -> Option<Object> {
    let text = CUT.as_ref().and_then(|p| whole.get(..p.find(whole)?.start())).unwrap_or(whole);
    let hard_wrap = literal::is_hard_wrapped(text);
    let places = text.match_indices('{').map(|(at, _)| at).take(MOST_TRIES);
    let speaks =
        |at: &usize| text.get(*at..).is_some_and(|rest| rest.contains("essage") || rest.contains("error"));
    places.filter(speaks).find_map(|start| {
        let rest = without_stack_below(text.get(start..)?);
        let read = |text: &str| serde_json::from_str::<Value>(&literal::read_cut(text, hard_wrap)?).ok();
        // What a report goes on with is no part of it.
        let mut value = paragraph(rest).and_then(read).filter(states_an_error).or_else(|| read(rest))?;
        with_whole_message(&mut value);
        (states_an_error(&value) && !is_of_machine(&value)).then(|| Object {
            start,
            end: text.len(),
            body: value.to_string().into_bytes(),
        })
    })
}

/// `object` up to an empty line, a heading or a fence; `None` where it has none.
fn paragraph(object: &str) -> Option<&str> {
    let end = ["\n\n", "\n```", "\n#"].iter().filter_map(|mark| object.find(mark)).min()?;
    object.get(..end)
}

/// `object`, or its first line alone where the second one begins a stack: what was cut there does not go on.
fn without_stack_below(object: &str) -> &str {
    static THROWN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:[A-Z]\w*(?:Error|Exception): |\s+at \S|Traceback )").ok());
    let mut lines = object.lines();
    let first = lines.next().unwrap_or("");
    let second = lines.next().unwrap_or("");
    if THROWN.as_ref().is_some_and(|p| p.is_match(second)) { first } else { object }
}

/// An object whose end is missing and whose message quotes another one, escaped: the outer one speaks.
fn cut_outer(text: &str) -> Option<Object> {
    let before = text.get(..text.find("\\\"")?)?;
    let start = before.find('{')?;
    let inside = before.get(start + 1..)?;
    let plain = inside.trim_start().starts_with('"') && inside.contains("\"message\"");
    if !plain || inside.contains('}') || answer::json_extent(text.get(start..)?).is_some() {
        return None;
    }
    cut_object(text)
}

/// A gateway may say its message twice; the print was cut in the second.
fn with_whole_message(value: &mut Value) {
    let Some(whole) = value.get("message").and_then(Value::as_str).map(str::to_owned) else { return };
    if let Some(Value::String(cut)) = value.pointer_mut("/error/message")
        && whole.len() > cut.len()
        && whole.starts_with(cut.trim_end_matches('…'))
    {
        *cut = whole;
    }
}

/// An error object inside a text that a log printed with its quotes escaped (`Some("{\"error\": …")`).
fn escaped_object(text: &str) -> Option<Object> {
    let start = text.find("\\\"")?;
    // A print of a print begins with quotes before any bracket.
    let printed_twice = text.get(..start)?.find('{').is_none();
    // A printed string of it begins with a quote.
    let quoted = ["'{", "\"{", "'[{", "\"[{"].iter().filter_map(|mark| text.get(..start)?.find(mark)).min();
    let outer = || text.get(..start)?.rfind('{').or_else(|| text.find('{').filter(|_| printed_twice));
    let start = quoted.map_or_else(outer, |at| Some(at + 1))?;
    let mut plain = text.get(start..)?.to_owned();
    // A log of a log escapes twice.
    for _ in 0..MOST_ESCAPES {
        plain = unescaped(&plain);
        if let Some(found) = error_object(&plain) {
            return Some(Object { start, end: text.len(), body: found.body });
        }
        if !plain.contains("\\\"") {
            break;
        }
    }
    None
}

/// An error object whose quotes were written as codes: of JSON's escapes, of a shell's or nginx' log, of an address.
fn encoded(text: &str) -> Option<Object> {
    let decoded = if let Some(start) = text.find("%7B%22").or_else(|| text.find("%7b%22")) {
        let run = super::plain::head(text.get(start..)?, LONGEST_PRINTED);
        let len = run.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<')).unwrap_or(run.len());
        let run = run.get(..len)?;
        let run = if run.contains("%20") { run.to_owned() } else { run.replace('+', " ") };
        (start, start + len, crate::case::intake::percent_decoded(&run))
    } else {
        let marks = ["\\u0022", "\\x22"];
        let mark = marks.iter().find(|mark| text.contains(&format!("{{{mark}")))?;
        let start = text.find(&format!("{{{mark}"))?;
        let run = super::plain::head(text.get(start..)?, LONGEST_PRINTED);
        (start, start + run.len(), run.replace(mark, "\""))
    };
    let (start, end, decoded) = decoded;
    let found = error_object(&decoded)?;
    Some(Object { start, end, body: found.body })
}

/// Levels of escapes that are taken off.
const MOST_ESCAPES: usize = 3;

/// `text` with one level of escapes resolved.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
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
    plain
}

/// PHP's print of an error object.
fn dumped(text: &str) -> Option<Object> {
    let (start, end, value) = dump::find(text)?;
    let states = states_an_error(&value) || value.get("choices").is_some_and(Value::is_array);
    states.then(|| Object { start, end, body: value.to_string().into_bytes() })
}

/// A client's text inside an object of another client: Dify's plugin daemon (`PluginInvokeError: {"args":{},"error_type":
/// "InvokeError","message":"…"}`, <https://github.com/langgenius/dify-plugin-daemon>, accessed 2026-11-21), a record of a
/// log (`[{"error":"Error: 400 {…}","timestamp":"…"}]`).
pub(super) fn wrapped(text: &str) -> Option<String> {
    let dify = text.contains("\"error_type\"") && text.contains("\"args\"");
    let logged = text.contains("\"timestamp\"") && text.contains("\"error\":");
    if let Some(said) = of_n8n(text) {
        return Some(said);
    }
    let structured = ["\"level\"", "\"severity\"", "\"lvl\""].iter().any(|key| text.contains(key))
        && ["\"error\":", "\"err\":", "\"errors\":", "\"cause\":", "\"msg\":", "\"message\":"]
            .iter()
            .any(|key| text.contains(key));
    if structured && let Some(said) = of_structured_log(text) {
        return Some(said);
    }
    let printed = text.contains("\"error\":\"Error: ")
        || text.contains("\"error\": \"Error: ")
        || text.contains("\"error\":\"cURL error ");
    if !dify && !logged && !printed {
        return None;
    }
    text.match_indices('{').take(MOST_WRAPPERS).find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        if value.get("args").is_some_and(Value::is_object) {
            return Some(format!("{}: {}", word("error_type")?, word("message")?));
        }
        let client = word("error").filter(|error| {
            let prints = error.contains('{') && error.starts_with(char::is_alphabetic);
            prints || error.starts_with("cURL error ")
        })?;
        // A client's print of an answer, or its own words, alone in an object.
        let alone = value.as_object().is_some_and(|object| object.len() == 1) && client.contains(": ");
        if alone || client.contains("cURL error ") {
            return Some(client.to_owned());
        }
        let states_more =
            ["status", "statusCode", "code", "message"].iter().any(|name| value.get(*name).is_some());
        value.get("timestamp").filter(|_| !states_more).map(|_| client.to_owned())
    })
}

/// What n8n's print of a node's error (packages/workflow, `NodeApiError`) repeats of the client below it.
fn of_n8n(text: &str) -> Option<String> {
    text.contains("\"rawErrorMessage\"").then_some(())?;
    let value = text.match_indices('{').take(MOST_WRAPPERS).find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        value.pointer("/errorDetails/rawErrorMessage").is_some().then_some(value)
    })?;
    let raw = value.pointer("/errorDetails/rawErrorMessage")?;
    let said = raw.as_str().or_else(|| raw.get(0)?.as_str()).filter(|said| !said.is_empty())?;
    let status = value.pointer("/errorDetails/httpCode").and_then(Value::as_str).unwrap_or("");
    // A status of its own line says whose words follow.
    let stated = said.split(|c: char| !c.is_ascii_digit()).any(|word| word == status);
    Some(if status.is_empty() || stated { said.to_owned() } else { format!("{status} {said}") })
}

/// The error of the last record of a structured log (zap, pino, slog) that has one: a client's text.
fn of_structured_log(text: &str) -> Option<String> {
    text.lines().rev().find_map(|line| {
        let rest = line.get(line.find('{')?..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        ["level", "severity", "lvl"].iter().find(|key| value.get(**key).is_some())?;
        let said = ["/error", "/err", "/errors/0"].iter().find_map(|place| value.pointer(place)?.as_str());
        // Node's error of a system call.
        let cause = value.get("cause").filter(|cause| cause.get("errno").is_some());
        let word = |name: &str| cause?.get(name)?.as_str();
        said.map(str::to_owned)
            .or_else(|| Some(format!("{}: {}", word("code")?, word("message")?)))
            .or_else(|| words_of_record(&value).map(str::to_owned))
    })
}

/// The words of a logger's record (pino, winston, zap, slog, Google Cloud's): its level, its time or place, and a text. A
/// record of something that went well has none.
pub(in crate::case::intake) fn words_of_record(value: &Value) -> Option<&str> {
    let level =
        ["level", "severity", "lvl", "loglevel", "log_level"].iter().find_map(|key| value.get(*key))?;
    let good = level.as_u64().is_some_and(|n| (10..40).contains(&n))
        || level.as_str().is_some_and(|word| {
            ["info", "debug", "trace", "notice", "default"].iter().any(|w| word.eq_ignore_ascii_case(w))
        });
    let placed = [
        "time",
        "timestamp",
        "ts",
        "@timestamp",
        "hostname",
        "pid",
        "logger",
        "caller",
        "module",
        "stack",
        "service",
        "logging.googleapis.com/trace",
    ];
    // An error object is the answer's; a thrown one has a stack.
    let thrown = ["err", "error"].iter().find_map(|key| value.get(*key).filter(|error| error.is_object()));
    let is_thrown = |error: &Value| error.get("stack").is_some() || error.get("name").is_some();
    let answered =
        ["status", "statusCode", "status_code", "code"].iter().any(|key| value.get(*key).is_some());
    if good
        || answered
        || !placed.iter().any(|key| value.get(*key).is_some())
        || thrown.is_some_and(|e| !is_thrown(e))
    {
        return None;
    }
    thrown
        .and_then(|error| error.get("message")?.as_str())
        .or_else(|| ["error", "err", "msg", "message"].iter().find_map(|key| value.get(*key)?.as_str()))
        .filter(|words| !words.is_empty())
}

/// A client's own error as JSON (axios' `toJSON`), which is no envelope of a gateway: it has a name and its settings or
/// stack.
pub(in crate::case::intake) fn is_of_client(value: &Value) -> bool {
    // n8n's print of a node's error.
    if value.get("errorMessage").is_some() && value.get("errorDetails").is_some_and(Value::is_object) {
        return true;
    }
    // What `fetch` threw, and nothing of an answer beside it.
    let thrown = value.get("error").and_then(Value::as_object);
    if thrown.is_some_and(|error| error.len() == 1 && error.contains_key("cause")) && is_of_machine(value) {
        return true;
    }
    let named = value.get("name").and_then(Value::as_str).is_some_and(|name| name.ends_with("Error"));
    let of_program = value.get("config").is_some_and(Value::is_object)
        || value.get("stack").and_then(Value::as_str).is_some_and(|stack| stack.contains("\n    at "));
    named && of_program && value.get("message").is_some_and(Value::is_string)
}

/// Places where such an object is looked for.
const MOST_WRAPPERS: usize = 8;

/// True where a JSON value states an error in one of the known shapes.
pub(in crate::case::intake) fn states_an_error(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.first().is_some_and(|v| v.is_object() && states_an_error(v)),
        Value::Object(map) => {
            let has = |name: &str| map.get(name).is_some_and(|v| !v.is_null());
            // Cloudflare sends an empty list of messages with its errors.
            let filled = |name: &&&str| {
                has(name) && map.get(**name).is_none_or(|v| v.as_array().is_none_or(|a| !a.is_empty()))
            };
            let request = ["messages", "choices", "input", "prompt", "contents", "content"]
                .iter()
                .any(|name| filled(&name));
            let text = [
                "message",
                "msg",
                "error_msg",
                "err_msg",
                "err",
                "description",
                "errorMessage",
                "error_message",
                "Message",
                "ErrorMessage",
                "errmsg",
                "grpc_message",
                "status_msg",
                "status_message",
                "html-message",
            ]
            .iter()
            .any(|n| map.get(*n).is_some_and(Value::is_string));
            // `[Object]` is what a console leaves of something deep; a large number is a time.
            let is_statement = map.get("error").is_some_and(|error| match error {
                Value::Null => false,
                Value::Array(items) => {
                    !items.iter().all(|item| matches!(item.as_str(), Some("Object" | "Array")))
                }
                Value::Number(number) => number.as_f64().is_none_or(|n| n < 1e9),
                // What `fetch` threw, and nothing of an answer beside it.
                Value::Object(inside) => {
                    !(inside.len() == 1 && inside.contains_key("cause") && is_of_machine(value))
                }
                _ => true,
            });
            (is_statement && !has("choices"))
                || (has("errors") && !request)
                || (has("detail") && !request)
                || map.get("type").and_then(Value::as_str) == Some("error")
                || map.get("object").and_then(Value::as_str).is_some_and(|o| o.eq_ignore_ascii_case("error"))
                || map.get("success") == Some(&Value::Bool(false))
                // iFlytek Spark.
                || map.get("header").is_some_and(|h| {
                    h.get("message").is_some_and(Value::is_string) && h.get("code").and_then(Value::as_i64) != Some(0)
                })
                // Tencent Cloud, MiniMax.
                || map.get("Response").is_some_and(|r| r.get("Error").is_some())
                || map.get("ResponseMetadata").is_some_and(|r| r.get("Error").is_some())
                || map.get("fault").is_some_and(|f| f.get("faultstring").is_some())
                || map.get("base_resp").and_then(|b| b.get("status_code")?.as_i64()).is_some_and(|code| code != 0)
                || (text
                    && !request
                    && (map.len() <= 2
                        || [
                            "code", "status", "statusCode", "type", "data", "__type", "object", "error_type", "$metadata",
                            "errcode", "err_code", "error_code", "ErrorCode", "grpc_status",
                        ]
                            .iter()
                            .any(|n| map.contains_key(*n))))
                || (has("title") && has("status"))
                // What a service reports of the answer that it got.
                || map.get("result").is_some_and(|r| r.get("error").is_some_and(Value::is_object))
                // Open WebUI's event.
                || map.get("data").is_some_and(|d| d.get("error").is_some_and(Value::is_object))
                // opencode's and kilo's print of the AI SDK's error.
                || map.get("data").is_some_and(|d| d.get("message").is_some() && d.get("isRetryable").is_some())
                // AWS SDK for JavaScript.
                || (has("$metadata") && has("name"))
        }
        _ => false,
    }
}

/// The status that an error object states at its top level, as log records and problem details do. A number inside the
/// error itself is the envelope's word, not what was observed.
pub(in crate::case::intake) fn status_field(value: &Value) -> Option<u16> {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    ["status", "statusCode", "status_code", "http_status"]
        .iter()
        .find_map(|name| value.get(name)?.as_u64())
        .or_else(|| {
            let names = [
                "httpcode",
                "http_code",
                "httpStatus",
                "httpStatusCode",
                "http_status_code",
                "response_code",
            ];
            let inside = value.get("error");
            names.iter().find_map(|name| number(value.get(name).or_else(|| inside?.get(name))?))
        })
        .or_else(|| value.pointer("/$metadata/httpStatusCode")?.as_u64())
        .or_else(|| value.pointer("/data/statusCode")?.as_u64())
        // A gateway's own report, with a code in words beside the number, or JSON:API's errors.
        .or_else(|| {
            let error = value.get("error").or_else(|| value.pointer("/errors/0"))?;
            error.get("code")?.as_str().filter(|code| code.parse::<u16>().is_err())?;
            ["status", "statusCode", "status_code"].iter().find_map(|name| error.get(*name)?.as_u64())
        })
        // An SDK's error as it was thrown: its headers or its stack stand beside the status that came.
        .or_else(|| {
            let error = value.get("error")?;
            error.get("headers").filter(|headers| headers.is_object()).or_else(|| error.get("stack"))?;
            error.get("status")?.as_u64()
        })
        .or_else(|| value.get("upstream_status")?.as_u64())
        .or_else(|| value.pointer("/response/status/http/code")?.as_u64())
        // A router tells each of its attempts: the last one is what came of it.
        .or_else(|| value.pointer("/error/attempts")?.as_array()?.last()?.get("status")?.as_u64())
        // What the AWS SDK for JavaScript saw, as those who wrap its error hand it on.
        .or_else(|| value.pointer("/error/body/httpStatusCode")?.as_u64())
        .or_else(|| value.pointer("/error/$metadata/httpStatusCode")?.as_u64())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (400..600).contains(status))
}

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
fn lines(text: &str) -> Option<Object> {
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

fn fragment(text: &str) -> Option<Object> {
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
