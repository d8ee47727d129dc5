//! The answer that a paste carries: below a command, alone, with or without its head.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde::de::IgnoredAny;

use super::{error_text, http, transport, written};
use crate::case::catalog::Catalog;
use crate::case::evidence::{
    Attempt, BodyEnd, Connection, Outcome, Response, Source, SseReader, Timing, TransportFailure,
};
use crate::case::keyring::KeyRing;
use crate::case::request::Said;

/// A pasted attempt. It knows the source lines that its own body shows; the doors of this room add those of the whole paste.
pub(super) fn attempt(outcome: Outcome) -> Attempt {
    let written = match &outcome {
        Outcome::Response(response) => written::literals(&String::from_utf8_lossy(&response.readable())),
        Outcome::Transport(_) => Vec::new(),
    };
    Attempt {
        index: 1,
        source: Source::Pasted,
        at: None,
        outcome,
        timing: Timing::default(),
        connection: Connection::default(),
        client_request_id: None,
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 0,
        written,
    }
}

/// A pasted response; a stream in it is read.
pub(super) fn response(
    status: Option<u16>,
    reason: Option<String>,
    http_version: Option<String>,
    mut headers: Vec<(String, String)>,
    body: Vec<u8>,
) -> Response {
    // Whoever recorded them wrote them in their own way (`X-Request-Id`, `x-amzn-RequestId`).
    for (name, _) in &mut headers {
        *name = name.trim().to_ascii_lowercase();
    }
    let body = without_mark_above(body, &headers);
    let mut response = Response {
        status,
        reason,
        http_version,
        headers,
        body_bytes: body.len() as u64,
        end: BodyEnd::NotKnown,
        packed: None,
        stream: None,
        exception: None,
        told: None,
        printed_ids: Vec::new(),
        printed_before: 0,
        around: None,
        body,
    };
    response.unpack();
    let declared = response.content_type().is_some_and(|kind| kind == "text/event-stream");
    let body = response.readable();
    if declared || is_event_stream(&body) {
        let mut reader = SseReader::new();
        reader.feed(&body, 0);
        // Copying cuts the empty line that ends the last event.
        if !body.ends_with(b"\n\n") {
            reader.feed(b"\n\n", 0);
        }
        let mut record = reader.finish(false);
        record.bytes = response.body_bytes;
        response.stream = Some(record);
    }
    response
}

/// `body` from where its JSON begins, where the head says that it is JSON and a person left out something above it: `[snip]`.
fn without_mark_above(body: Vec<u8>, headers: &[(String, String)]) -> Vec<u8> {
    const LONGEST_MARK: usize = 40;
    let is_json = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("content-type") && value.contains("json"));
    let near = body.get(..body.len().min(LONGEST_MARK)).unwrap_or_default();
    let Some(at) = near.windows(2).position(|pair| matches!(pair, b"\n{" | b"\n[")).filter(|_| is_json)
    else {
        return body;
    };
    let rest = body.get(at + 1..).unwrap_or_default();
    let whole = std::str::from_utf8(rest).ok().and_then(json_extent).is_some();
    let marked = body.trim_ascii_start().starts_with(b"[") || body.trim_ascii_start().starts_with(b".");
    if whole && marked && serde_json::from_slice::<IgnoredAny>(&body).is_err() { rest.to_vec() } else { body }
}

/// True where the text begins with the lines of an event stream, one of them with data.
pub(super) fn is_event_stream(body: &[u8]) -> bool {
    let head = body.get(..body.len().min(4096)).unwrap_or_default();
    for line in head.split(|b| *b == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty()
            || line.starts_with(b":")
            || line.starts_with(b"id:")
            || line.starts_with(b"retry:")
        {
            continue;
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            // A member of an object as a console shows it: its names stand without quotes.
            let inside = data.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
            return !inside.is_some_and(|inside| inside.first().is_some_and(u8::is_ascii_alphabetic));
        }
        if !line.starts_with(b"event:") {
            return false;
        }
    }
    false
}

/// The lines of an event stream at the start of `text`, and what a client printed below them.
pub(super) fn stream_and_rest(text: &str) -> (&str, &str) {
    let mut len = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let is_field =
            bare.is_empty() || ["data:", "event:", "id:", "retry:", ":"].iter().any(|f| bare.starts_with(f));
        if !is_field {
            break;
        }
        len += line.len();
    }
    (text.get(..len).unwrap_or(text), text.get(len..).unwrap_or(""))
}

/// An event stream, with its end and status as the text below it tells them.
pub(super) fn streamed(text: &str, catalog: &Catalog) -> Response {
    let (stream, rest) = stream_and_rest(text);
    let (rest, broke) = (rest.trim(), transport::found(rest, catalog));
    let status = error_text::stated_status(rest).or_else(|| error_text::good_status(rest));
    if broke.is_none() && status.is_none() {
        return response(None, None, None, Vec::new(), text.as_bytes().to_vec());
    }
    let mut response = response(status, None, None, Vec::new(), stream.trim_end().as_bytes().to_vec());
    if let Some((kind, line)) = broke {
        response.end = BodyEnd::Cut(TransportFailure { kind, detail: line.trim().to_owned() });
    }
    response
}

/// True where the text begins as a web page does.
pub(super) fn is_html(text: &str) -> bool {
    let start = text.trim_start();
    ["<!doctype html", "<html", "<head", "<body", "<center", "<title"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag)))
}

/// The status that the title or the heading of a gateway's page begins with: `<h1>502 Bad Gateway</h1>`.
pub(super) fn status_of_page(text: &str) -> Option<u16> {
    static TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)<(?:title|h1)[^>]{0,100}>\s*(?:[^<|]{1,80}\|\s*)?(?:HTTP )?(?:Error |Status )?([45][0-9][0-9])(?:[:.]|\s*[-–—:|]|\s+[A-Za-z]|\s*<)",
        )
        .ok()
    });
    const NEAR: usize = 4096;
    let mut end = text.len().min(NEAR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    TITLE.as_ref()?.captures(text.get(..end)?)?.get(1)?.as_str().parse().ok()
}

/// The length of the JSON value at the start of `text`.
pub(super) fn json_extent(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

/// What stands below a command.
#[derive(Default)]
pub(super) struct Below {
    /// The answer.
    pub(super) attempt: Option<Attempt>,
    /// What the text names of the request.
    pub(super) said: Said,
}

/// Reads what stands below a command. `prints_status`: `-w` wrote the status behind the body.
pub(super) fn below(text: &str, prints_status: bool, catalog: &Catalog, ring: &mut KeyRing) -> Below {
    let text = http::behind_request(from_first_line(text));
    let outcome = if http::starts_with_status_line(text) {
        http::pasted(text).map(|r| with_end(r, text, catalog)).map(Outcome::Response)
    } else if http::is_verbose(text) {
        let seen = http::verbose(text, catalog, ring);
        match seen.response {
            Some(response) => Some(Outcome::Response(with_end(response, text, catalog))),
            None => failure(text, catalog).map(Outcome::Transport),
        }
    } else {
        bare(text, prints_status, catalog).map(Outcome::Response)
    };
    if let Some(outcome) = outcome {
        return Below { attempt: Some(attempt(outcome)), said: Said::default() };
    }
    // Reports have headings and sentences between the command and its answer, and more than one fence.
    let whole = error_text::read(text, true, catalog, ring).filter(|told| told.states_object);
    match whole.or_else(|| error_text::read(trimmed(text), true, catalog, ring)) {
        Some(told) => Below { attempt: Some(told.attempt), said: told.said },
        None => Below::default(),
    }
}

/// A body without a head: JSON, a stream, a page.
fn bare(text: &str, prints_status: bool, catalog: &Catalog) -> Option<Response> {
    if text.starts_with(['{', '[']) {
        let len = json_extent(text)?;
        let body = text.get(..len)?;
        let tail = text.get(len..).unwrap_or("");
        let status = if prints_status { first_status(tail) } else { None };
        return Some(with_end(
            response(status, None, None, Vec::new(), body.as_bytes().to_vec()),
            tail,
            catalog,
        ));
    }
    if is_event_stream(text.as_bytes()) || is_html(text) {
        let body = trimmed(text);
        return Some(with_end(
            response(None, None, None, Vec::new(), body.as_bytes().to_vec()),
            text,
            catalog,
        ));
    }
    None
}

/// The status that `-w '%{http_code}'` left behind a body: the first three digits that stand alone.
fn first_status(tail: &str) -> Option<u16> {
    let near: String = tail.chars().take(200).collect();
    near.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 3)
        .find_map(|digits| digits.parse().ok().filter(|status| (100..600).contains(status)))
}

/// A `curl: (18)` below the body says that the connection broke.
fn with_end(mut response: Response, text: &str, catalog: &Catalog) -> Response {
    if let Some(failure) = failure(text, catalog) {
        response.end = BodyEnd::Cut(failure);
    }
    response
}

pub(super) fn failure(text: &str, catalog: &Catalog) -> Option<TransportFailure> {
    let near = || text.lines().rev().map(str::trim).take(20);
    if let Some(line) = near().find(|line| line.starts_with("curl: (")) {
        let kind = transport::curl_code(&line.to_lowercase(), catalog)?;
        return Some(TransportFailure { kind, detail: line.to_owned() });
    }
    // What `-v` says of the end, where the copy stops before curl's own line.
    let notes = near().filter_map(|line| line.strip_prefix("* ")).take(3);
    let mut ends = notes.filter(|note| !VERBOSE_NEWS.iter().any(|news| note.starts_with(news)));
    let note = ends.next()?;
    transport::kind(note, catalog).map(|kind| TransportFailure { kind, detail: note.to_owned() })
}

/// What curl's `-v` notes of a connection that holds, or of closing it.
const VERBOSE_NEWS: [&str; 9] = [
    "Closing",
    "closing",
    "Connection #",
    "Connected",
    "TLSv",
    "SSL connection using",
    "Mark bundle",
    "upload completely",
    "Curl_http_done",
];

/// From the first line that is the answer's own: fences, labels and progress are stepped over.
fn from_first_line(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let label = bare.len() <= 60
            && bare.ends_with(':')
            && !bare.starts_with(['{', '[', '<', '*', '>'])
            && !bare.starts_with("data")
            && !bare.starts_with("event");
        let step_over = bare.is_empty() || bare.starts_with("```") || label || is_progress(bare);
        if !step_over {
            break;
        }
        at += line.len();
    }
    text.get(at..).unwrap_or("").trim_start_matches([' ', '\t'])
}

/// A line of curl's progress meter.
pub(super) fn is_progress(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("% Total")
        || line.starts_with("Dload")
        || (line.contains("--:--:--") && line.starts_with(|c: char| c.is_ascii_digit()))
}

/// Without a closing fence, a shell's next prompt and the white space at the end. A JSON body ends where its value ends.
pub(super) fn trimmed(text: &str) -> &str {
    let text = match text.find("\n```") {
        Some(at) => text.get(..at).unwrap_or(text),
        None => text,
    };
    let text = match text.rfind("\ncurl: (") {
        Some(at) => text.get(..at).unwrap_or(text),
        None => text,
    };
    let extent = if text.starts_with(['{', '[']) { json_extent(text) } else { None };
    if let Some(len) = extent
        && !text.get(len..).is_some_and(|tail| tail.trim_start().starts_with(['{', '[']))
    {
        return text.get(..len).unwrap_or(text);
    }
    text.trim_end()
}
