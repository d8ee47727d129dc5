//! Why a call of a HAR failed, as far as the entry shows it.

use memchr::memmem;
use serde_json::Value;

use super::super::{answer, error_text, transport};
use super::call::is_streaming;
use super::entry::{Entry, Raw, is_base64, whole};
use super::messages::{events, socket_error};
use super::walk::text;
use crate::case::catalog::Catalog;
use crate::case::evidence::TransportFailure;
use crate::case::vocabulary::{StreamVerdict, TransportKind};

/// A body under a good status is looked at up to here, bytes of its JSON text.
const MOST_BODY: usize = 4 << 20;

/// The JSON text of an empty string, bytes.
const EMPTY: usize = 2;

/// The end of a stream in which its terminal marker stands, bytes.
const STREAM_END: usize = 4 << 10;

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFailure {
    /// The answer has a status of 400 or more, or sends a POST elsewhere.
    Status,
    /// No answer came, or it broke off.
    Transport(TransportKind),
    /// The status is good, and the body or stream states an error.
    ErrorInBody,
    /// A stream ends without its terminal marker.
    CutStream,
}

/// Names of Firefox (<https://searchfox.org/mozilla-central/source/js/xpconnect/src/xpc.msg>) and of Safari, and what a proxy
/// writes, that the list of clients' sentences does not have. From memory, not confirmed; lower case.
const NAMES: &[(TransportKind, &[&str])] = &[
    (TransportKind::Dns, &["ns_error_unknown_host", "dns lookup", "hostname could not be found"]),
    (TransportKind::Proxy, &["ns_error_proxy", "ns_error_unknown_proxy_host", "upstream proxy"]),
    (
        TransportKind::Connect,
        &[
            "ns_error_connection_refused",
            "ns_error_offline",
            "could not connect to the server",
            "connection to",
        ],
    ),
    (TransportKind::ConnectTimeout, &["ns_error_net_timeout_external", "timedout (0x274c)"]),
    (TransportKind::TotalTimeout, &["ns_error_net_timeout", "request timed out"]),
    (
        TransportKind::Tls,
        &["mozilla_pkix_error", "sec_error_", "ssl_error_", "https handshake", "https connection"],
    ),
    (
        TransportKind::Reset,
        &[
            "ns_error_net_reset",
            "ns_error_net_interrupt",
            "ns_error_net_partial_transfer",
            "readresponse() failed",
            "server closed connection",
            "server disconnected",
            "network connection was lost",
        ],
    ),
    (
        TransportKind::Cancelled,
        &["ns_binding_aborted", "ns_error_abort", "cancelled", "canceled", "client disconnected"],
    ),
    (
        TransportKind::Protocol,
        &["ns_error_net_http", "ns_error_corrupted_content", "ns_error_net_inadequate"],
    ),
];

/// What the tool says of a call that got no answer, or whose answer broke off; `None` where it says nothing of the sort.
pub(super) fn transport_of(entry: &Entry<'_>, catalog: &Catalog) -> Option<TransportFailure> {
    let response = &entry.response;
    if let Some(said) = entry.error_text().filter(|said| !is_settled(entry, said, catalog)) {
        return Some(TransportFailure { kind: kind_of(&said, catalog), detail: said.into_owned() });
    }
    let charles = text(response.charles).filter(|status| !status.eq_ignore_ascii_case("complete"));
    if let Some(status) = charles {
        let comment = text(response.comment).unwrap_or_default();
        let detail = format!("{status} {comment}").trim().to_owned();
        return Some(TransportFailure { kind: kind_of(&detail, catalog), detail });
    }
    if let Some(said) = of_fiddler(entry) {
        return Some(TransportFailure { kind: kind_of(&said, catalog), detail: said });
    }
    // 0 or -1 is written where there was an answer object and no answer.
    let none = response.status().is_none() && is_no_status(response.status);
    none.then(|| TransportFailure { kind: TransportKind::Other, detail: String::new() })
}

/// Browsers call a call aborted whose answer was there: the page left, or wanted no body. A status of 400 or more stays what
/// the server said, and an answer without a body has nothing that could have been cut.
fn is_settled(entry: &Entry<'_>, said: &str, catalog: &Catalog) -> bool {
    let bodyless = text(entry.request.method).is_some_and(|m| m.eq_ignore_ascii_case("head"));
    let status = entry.response.status();
    kind_of(said, catalog) == TransportKind::Cancelled
        && status.is_some_and(|status| status >= 400 || bodyless || matches!(status, 204 | 205 | 304))
}

/// True for a status that says that none came.
fn is_no_status(raw: Raw) -> bool {
    super::walk::number(raw).is_some_and(|n| n <= 0.0)
}

/// Fiddler answers in the server's place, with a page that begins with its own name.
fn of_fiddler(entry: &Entry<'_>) -> Option<String> {
    if !matches!(entry.response.status(), Some(502 | 504)) {
        return None;
    }
    let raw = entry.response.content.text;
    let head = raw.get(..raw.len().min(400)).unwrap_or_default();
    if is_base64(entry.response.content.encoding) {
        let body = entry.response.content.body()?;
        return body.starts_with(b"[Fiddler] ").then(|| first_line(&String::from_utf8_lossy(&body)));
    }
    head.starts_with(b"\"[Fiddler] ").then(|| first_line(&text(raw).unwrap_or_default()))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(400).collect()
}

fn kind_of(said: &str, catalog: &Catalog) -> TransportKind {
    if let Some(kind) = transport::kind(said, catalog) {
        return kind;
    }
    let lower = said.to_lowercase();
    NAMES
        .iter()
        .find(|(_, names)| names.iter().any(|name| lower.contains(name)))
        .map_or(TransportKind::Other, |(kind, _)| *kind)
}

/// How the call failed; `None`: it did not, as far as the entry shows. `looked_into`: a good status is no proof.
pub(super) fn of(entry: &Entry<'_>, looked_into: bool, catalog: &Catalog) -> Option<CallFailure> {
    if let Some(failure) = transport_of(entry, catalog) {
        return Some(CallFailure::Transport(failure.kind));
    }
    match entry.response.status()? {
        400.. => Some(CallFailure::Status),
        // Clients follow it with a GET, and what they get is no answer to what was asked.
        301..=303 if text(entry.request.method).is_some_and(|m| m.eq_ignore_ascii_case("post")) => {
            looked_into.then_some(CallFailure::Status)
        }
        _ if looked_into => in_body(entry),
        _ => None,
    }
}

/// A failure under a good status. Most bodies are told good by their ends, without being read.
fn in_body(entry: &Entry<'_>) -> Option<CallFailure> {
    if !entry.socket.is_empty() {
        return socket_error(entry.socket).map(|_| CallFailure::ErrorInBody);
    }
    let content = &entry.response.content;
    let raw = content.text;
    if raw.len() <= EMPTY && !entry.events.is_empty() && entry.events.len() <= MOST_BODY {
        return of_stream(&events(entry.events)?);
    }
    if raw.len() == EMPTY && whole(content.size) == Some(0) && is_streaming(entry) {
        // A stream was to come, and nothing came.
        return Some(CallFailure::CutStream);
    }
    if raw.len() <= EMPTY || raw.len() > MOST_BODY {
        return None;
    }
    let has = |word: &[u8]| memmem::find(raw, word).is_some();
    let packed = is_base64(content.encoding);
    let mime = text(content.mime).unwrap_or_default();
    let is_stream = mime.starts_with("text/event-stream")
        || raw.starts_with(b"\"data:")
        || raw.starts_with(b"\"event:")
        || raw.starts_with(b"\"id:");
    if is_stream && !packed {
        if ends_well(raw) && !has(b"\\\"error\\\"") {
            return None;
        }
    } else if !packed && !may_tell(raw) {
        return None;
    }
    let body = content.body()?;
    if is_stream || answer::is_event_stream(&body) {
        return if ends_well(&body) && memmem::find(&body, b"\"error\"").is_none() {
            None
        } else {
            of_stream(&body)
        };
    }
    if !may_tell(&body) {
        return None;
    }
    let value: Value = serde_json::from_slice(&body).ok()?;
    (!says_success(&value) && error_text::states_an_error(&value)).then_some(CallFailure::ErrorInBody)
}

/// The marker of a known API stands near the end, and no event is one of errors.
fn ends_well(stream: &[u8]) -> bool {
    const MARKS: [&[u8]; 3] = [b"[DONE]", b"message_stop", b"response.completed"];
    let end = stream.get(stream.len().saturating_sub(STREAM_END)..).unwrap_or_default();
    MARKS.iter().any(|mark| memmem::find(end, mark).is_some())
        && memmem::find(stream, b"event: error").is_none()
}

/// A word of an error stands in it.
fn may_tell(body: &[u8]) -> bool {
    [&b"rror"[..], b"failed", b"code"].iter().any(|word| memmem::find(body, word).is_some())
}

/// The body itself says that all is well: by a flag, by a code of success, or by a place for errors that is empty.
fn says_success(value: &Value) -> bool {
    let Some(map) = value.as_object() else { return false };
    let is_empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    };
    let errors: Vec<&Value> = ["error", "errors"].iter().filter_map(|name| map.get(*name)).collect();
    if !errors.iter().all(|error| is_empty(error)) {
        return false;
    }
    let flag = ["success", "ok"].iter().find_map(|name| map.get(*name)?.as_bool());
    let code = ["code", "status_code", "errcode"].iter().find_map(|name| map.get(*name));
    let good_code = code.map(|code| match code {
        Value::Number(number) => matches!(number.as_i64(), Some(0 | 200)),
        Value::String(text) => {
            ["0", "200", "ok", "success"].iter().any(|good| text.eq_ignore_ascii_case(good))
        }
        _ => false,
    });
    flag.or(good_code).unwrap_or(!errors.is_empty())
}

fn of_stream(body: &[u8]) -> Option<CallFailure> {
    let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
    let read = answer::response(Some(200), None, None, headers, body.to_vec());
    let stream = read.stream?;
    match stream.verdict {
        StreamVerdict::FailedMidStream => Some(CallFailure::ErrorInBody),
        // The end of a stream is known of the known APIs only.
        StreamVerdict::Truncated
            if stream.content_chars > 0 || stream.tool_calls || stream.model.is_some() =>
        {
            Some(CallFailure::CutStream)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_good_answer_is_told_by_what_it_says_of_itself() {
        let good = [
            json!({"success": true, "msg": "done"}),
            json!({"success": true, "errors": [], "messages": [], "result": {}}),
            json!({"errors": [], "data": {}}),
            json!({"error": "", "data": 1}),
            json!({"error": false}),
            json!({"error": {}, "ok": true}),
            json!({"code": 0, "message": "success"}),
            json!({"code": 200, "msg": "success"}),
            json!({"code": "ok", "message": "fine"}),
        ];
        for value in good {
            assert!(says_success(&value), "{value}");
        }
        let bad = [
            json!({"success": false, "message": "no"}),
            json!({"success": true, "error": {"message": "no"}}),
            json!({"code": 200, "errors": ["no"]}),
            json!({"code": 403, "message": "no"}),
            json!({"code": "model_not_found", "message": "no"}),
            json!({"message": "no"}),
            json!(["error"]),
        ];
        for value in bad {
            assert!(!says_success(&value), "{value}");
        }
    }
}
