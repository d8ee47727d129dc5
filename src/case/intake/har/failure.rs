//! Why a call of a HAR failed, as far as the entry shows it.

use memchr::memmem;
use serde_json::Value;

use super::super::{answer, error_text, transport};
use super::call::is_streaming;
use super::entry::{Entry, Raw, is_base64, whole};
use super::messages::{events, socket_error};
use super::walk::text;
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
pub(super) fn transport_of(entry: &Entry<'_>) -> Option<TransportFailure> {
    let response = &entry.response;
    if let Some(said) = entry.error_text() {
        return Some(TransportFailure { kind: kind_of(&said), detail: said.into_owned() });
    }
    let charles = text(response.charles).filter(|status| !status.eq_ignore_ascii_case("complete"));
    if let Some(status) = charles {
        let comment = text(response.comment).unwrap_or_default();
        let detail = format!("{status} {comment}").trim().to_owned();
        return Some(TransportFailure { kind: kind_of(&detail), detail });
    }
    if let Some(said) = of_fiddler(entry) {
        return Some(TransportFailure { kind: kind_of(&said), detail: said });
    }
    // 0 or -1 is written where there was an answer object and no answer.
    let none = response.status().is_none() && is_no_status(response.status);
    none.then(|| TransportFailure { kind: TransportKind::Other, detail: String::new() })
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

fn kind_of(said: &str) -> TransportKind {
    if let Some(kind) = transport::kind(said) {
        return kind;
    }
    let lower = said.to_lowercase();
    NAMES
        .iter()
        .find(|(_, names)| names.iter().any(|name| lower.contains(name)))
        .map_or(TransportKind::Other, |(kind, _)| *kind)
}

/// How the call failed; `None`: it did not, as far as the entry shows. `looked_into`: a good status is no proof.
pub(super) fn of(entry: &Entry<'_>, looked_into: bool) -> Option<CallFailure> {
    if let Some(failure) = transport_of(entry) {
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
        let end = raw.get(raw.len().saturating_sub(STREAM_END)..).unwrap_or_default();
        let marks: [&[u8]; 3] = [b"[DONE]", b"message_stop", b"response.completed"];
        let ends_well = marks.iter().any(|mark| memmem::find(end, mark).is_some());
        if ends_well && !has(b"\\\"error\\\"") && !has(b"event: error") {
            return None;
        }
    } else if !packed && !has(b"rror") && !has(b"failed") && !has(b"code") {
        return None;
    }
    let body = content.body()?;
    if is_stream || answer::is_event_stream(&body) {
        return of_stream(&body);
    }
    let value: Value = serde_json::from_slice(&body).ok()?;
    error_text::states_an_error(&value).then_some(CallFailure::ErrorInBody)
}

fn of_stream(body: &[u8]) -> Option<CallFailure> {
    let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
    let read = answer::response(Some(200), None, None, headers, body.to_vec());
    let stream = read.stream?;
    match stream.verdict {
        StreamVerdict::FailedMidStream => Some(CallFailure::ErrorInBody),
        StreamVerdict::Truncated => Some(CallFailure::CutStream),
        _ => None,
    }
}
