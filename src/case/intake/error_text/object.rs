//! The error object in a text: JSON as it stands, a client's print of it, a language's print of a structure.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Value, json};

use super::cut::{cut_object, cut_outer};
use super::encoded::{encoded, escaped_object, line_ends_printed};
use super::labels::{fragment, lines};
use super::printed::printed;
use super::states::{is_of_client, is_of_machine, states_an_error};
use super::{dump, frames, structures};
use crate::case::intake::{answer, literal};

/// Places in a text that are tried as the beginning of an error object.
pub(super) const MOST_TRIES: usize = 64;

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

/// Prints of one client that are looked at, one behind the other.
const MOST_PRINTS: usize = 16;

/// The last error object that the same client printed as it did `object`, with a status before each: who pastes several calls
/// tells of the last one.
pub(super) fn last_alike(text: &str, object: Object) -> Object {
    let front = |at: usize| {
        let line = text.get(..at)?.rsplit('\n').next()?;
        frames::status(line)?;
        Some(line.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>())
    };
    let Some(alike) = front(object.start) else { return object };
    let mut last = object;
    for _ in 0..MOST_PRINTS {
        let Some(rest) = text.get(last.end..) else { break };
        let Some(found) = error_object(rest) else { break };
        let (start, end) = (last.end + found.start, last.end + found.end);
        // One line below the other is a log of one call's tries; words between them are a person's, who goes on.
        let between = text.get(last.end..start).unwrap_or("");
        let apart = between.lines().skip(1).filter(|line| !line.trim().is_empty()).nth(1).is_some();
        if !apart || front(start).as_ref() != Some(&alike) {
            break;
        }
        last = Object { start, end, body: found.body };
    }
    last
}

/// How the codes of axios and undici begin, those of their own errors.
const MARKS: [&[u8]; 2] = [b"\"ERR_", b"\"UND_ERR_"];

/// The error object of `text`.
pub(super) fn find(text: &str) -> Option<Object> {
    let mut object = found(text)?;
    if let Some(body) = answer_of_exchange(&object.body) {
        object.body = body;
    }
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

/// The answer that a client's exception shows beside the request's address, and the status that it calls its code:
/// `{"uri": "https://…", "code": 400, "body": {…}}`.
fn answer_of_exchange(body: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(body, b"\"body\"")?;
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let is_address =
        |name: &&str| value.get(*name).and_then(Value::as_str).is_some_and(|a| a.starts_with("http"));
    ["uri", "url", "requestUrl"].iter().find(|name| is_address(name))?;
    let status = value.get("code").and_then(Value::as_u64).filter(|status| (400..600).contains(status));
    let answer = value.get_mut("body").filter(|answer| answer.is_object())?.take();
    let mut answer = Some(answer).filter(states_an_error)?;
    if let (Some(status), Some(map)) = (status, answer.as_object_mut()) {
        map.entry("status_code").or_insert_with(|| status.into());
    }
    Some(answer.to_string().into_bytes())
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
    // pydantic shows what it refused, cut in the middle: nobody knows the words any more.
    if is_cut_by_pydantic(text) {
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
        .or_else(|| super::grpc::printed(text))
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
    let message = super::peel::without_frames(words);
    if message.split_whitespace().count() < 3 {
        return None;
    }
    error.insert("message".to_owned(), message.into());
    let body = json!({ "error": error }).to_string().into_bytes();
    Some(Object { start: before.len() - words.len(), end: start + len, body })
}

/// pydantic-core (`ValLineError`'s display) cuts a long `input_value` in its middle.
fn is_cut_by_pydantic(text: &str) -> bool {
    static CUT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\binput_value=\{[^\n]{0,60}\.\.\.[^\n]{0,60}\}, input_type=").ok());
    text.contains("input_value={") && CUT.as_ref().is_some_and(|p| p.is_match(text)) && {
        // An answer beside it is one all the same.
        let rest = text.lines().filter(|line| !line.contains("input_value={"));
        !rest.collect::<String>().contains(['{', '['])
    }
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
pub(super) fn error_object(text: &str) -> Option<Object> {
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

/// The object that begins here is the member `error` of another one.
fn is_under_error(before: &str) -> bool {
    let Some(bare) = before.trim_end().strip_suffix([':', '=']).map(str::trim_end) else { return false };
    let line = bare.lines().next_back().unwrap_or("").trim_start();
    ["\"error\"", "'error'", "{error", "{ error", ", error"].iter().any(|key| line.ends_with(key))
        || line == "error"
}

/// PHP's print of an error object.
fn dumped(text: &str) -> Option<Object> {
    let (start, end, value) = dump::find(text)?;
    let states = states_an_error(&value) || value.get("choices").is_some_and(Value::is_array);
    states.then(|| Object { start, end, body: value.to_string().into_bytes() })
}

/// Places where such an object is looked for.
pub(super) const MOST_WRAPPERS: usize = 8;
