//! The answer of an entry, as an attempt that was observed.

use super::super::answer;
use super::call::instant;
use super::entry::{Entry, Raw, pairs, whole};
use super::failure::transport_of;
use super::messages::{events, socket_error};
use super::walk::{Walk, number, text};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, BodyEnd, Outcome, Response, Timing};
use crate::case::finding::{Finding, Level};
use crate::case::vocabulary::{StreamVerdict, TransportKind};

/// What an entry shows of the answer; `None` with a finding where it holds none.
pub(super) fn observed(
    entry: &Entry<'_>,
    whole_entry: bool,
    catalog: &Catalog,
    findings: &mut Vec<Finding>,
) -> Option<Attempt> {
    let failure = transport_of(entry, catalog);
    let of_fiddler = failure.as_ref().is_some_and(|f| f.detail.starts_with("[Fiddler]"));
    let outcome = match (entry.response.status().filter(|_| !of_fiddler), failure) {
        (Some(status), failure) => {
            let mut response = response(entry, status, whole_entry, findings);
            if let Some(failure) = failure {
                response.end = BodyEnd::Cut(failure);
            }
            Outcome::Response(response)
        }
        (None, Some(failure)) => {
            if failure.kind == TransportKind::Other && failure.detail.is_empty() {
                findings.push(no_reason());
            }
            Outcome::Transport(failure)
        }
        (None, None) => {
            findings.push(no_answer());
            return None;
        }
    };
    let mut attempt = answer::attempt(outcome);
    attempt.at = text(entry.started).and_then(|written| instant(&written));
    attempt.timing = timing(entry);
    Some(attempt)
}

fn response(entry: &Entry<'_>, status: u16, whole_entry: bool, findings: &mut Vec<Finding>) -> Response {
    let written = &entry.response;
    let reason = text(written.reason).map(|r| r.trim().to_owned()).filter(|r| !r.is_empty());
    let headers = headers(written.headers);
    let recorded = if entry.socket.is_empty() { written.content.body() } else { None };
    let body = match recorded.filter(|body| !body.is_empty()) {
        Some(body) => Some(body.into_owned()),
        None => events(entry.events).or_else(|| socket_error(entry.socket).map(String::into_bytes)),
    };
    let size = whole(written.content.size);
    let is_recorded = body.is_some();
    let mut response = answer::response(
        Some(status),
        reason,
        text(written.version).and_then(|v| version(&v)),
        headers,
        body.unwrap_or_default(),
    );
    if !is_recorded {
        let declared = response.header("content-length").and_then(|l| l.trim().parse::<u64>().ok());
        let known = size.filter(|s| *s > 0).or(whole(written.body_size)).filter(|s| *s > 0).or(declared);
        let is_bodiless = matches!(status, 204 | 205 | 304 | 101) || known == Some(0);
        let is_missing = known.is_some_and(|bytes| bytes > 0)
            // Neither a text nor a size: nobody looked.
            || (written.content.text.is_empty() && size.is_none_or(|s| s == 0) && known.is_none() && !written.content.is_there);
        if !is_bodiless && (is_missing || !whole_entry) {
            response.body_bytes = known.unwrap_or(0);
            response.end = BodyEnd::Capped;
            findings.push(no_response_body());
        }
    } else if size.is_some_and(|size| size > most_bytes(&response.body)) && is_cut(&response) {
        response.body_bytes = size.unwrap_or(response.body_bytes);
        response.end = BodyEnd::Capped;
        findings.push(cut_response_body());
    }
    response
}

/// The most bytes that the wire may have had for a whole `text`: in UTF-16, or with the mark and the line ends that a tool
/// leaves out of what it keeps.
fn most_bytes(text: &[u8]) -> u64 {
    let units: usize = String::from_utf8_lossy(text).encode_utf16().count();
    let lines = memchr::memchr_iter(b'\n', text).count();
    (2 * (units + lines + 1)).max(text.len() + lines + 3) as u64
}

/// The kept text is less than the body: a size alone does not say so, for it counts other bytes than the text has.
fn is_cut(response: &Response) -> bool {
    if let Some(stream) = &response.stream {
        return stream.verdict == StreamVerdict::Truncated;
    }
    let body = response.readable();
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => {
            serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_err_and(|e| e.is_eof())
        }
        _ => !body.trim_ascii_end().ends_with(b">"),
    }
}

/// Header lines, names in lower case. Chrome joins lines of one name by line ends.
fn headers(raw: Raw) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (name, value) in pairs(raw) {
        let name = name.trim().to_ascii_lowercase();
        if name.is_empty() || name.starts_with(':') {
            continue;
        }
        if value.contains('\n') {
            list.extend(value.lines().map(|line| (name.clone(), line.trim().to_owned())));
        } else {
            list.push((name, value.trim().to_owned()));
        }
    }
    list
}

/// `http/2.0`, `h2`, `HTTP/1.1`, `h3` as this program writes them.
fn version(written: &str) -> Option<String> {
    let lower = written.trim().to_ascii_lowercase();
    let number = lower.strip_prefix("http/").or_else(|| lower.strip_prefix('h'))?;
    let number = match number {
        "2.0" => "2",
        "3.0" | "3-29" => "3",
        number => number,
    };
    let known = matches!(number, "1.0" | "1.1" | "2" | "3");
    known.then(|| format!("HTTP/{number}"))
}

/// Times from the attempt's start, as far as the tool measured them: -1 stands for what did not happen.
fn timing(entry: &Entry<'_>) -> Timing {
    let (mut blocked, mut dns, mut connect, mut ssl, mut send, mut wait) =
        (None, None, None, None, None, None);
    Walk::new(entry.timings).members(|name, walk| {
        let mut spent = || number(walk.skip()).filter(|ms| *ms >= 0.0);
        match name {
            b"blocked" => blocked = spent(),
            b"dns" => dns = spent(),
            b"connect" => connect = spent(),
            b"ssl" => ssl = spent(),
            b"send" => send = spent(),
            b"wait" => wait = spent(),
            _ => {}
        }
    });
    let until = |spans: &[Option<f64>]| {
        let sum: f64 = spans.iter().flatten().sum();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bounds are checked")]
        (0.0..9e12).contains(&sum).then_some(sum.round() as u64)
    };
    // The format counts the handshake within `connect`; tools that count it apart show it where it is the longer one.
    let ssl = ssl.filter(|ms| *ms > 0.0);
    let (tcp, ssl) = match (connect, ssl) {
        (Some(all), Some(ssl)) if ssl <= all => (Some(all - ssl), Some(ssl)),
        both => both,
    };
    let connected = tcp.filter(|ms| *ms > 0.0 || ssl.is_some());
    let total = whole(entry.time).filter(|ms| *ms > 0);
    let answered = entry.response.status().is_some();
    Timing {
        dns_ms: dns.filter(|ms| *ms > 0.0).and_then(|_| until(&[blocked, dns])),
        connect_ms: connected.and_then(|_| until(&[blocked, dns, tcp])),
        tls_ms: connected.and(ssl).and_then(|_| until(&[blocked, dns, tcp, ssl])),
        sent_ms: send.filter(|ms| *ms > 0.0).and_then(|_| until(&[blocked, dns, tcp, ssl, send])),
        first_byte_ms: wait
            .filter(|ms| answered && *ms > 0.0)
            .and_then(|_| until(&[blocked, dns, tcp, ssl, send, wait])),
        first_token_ms: None,
        last_event_ms: None,
        total_ms: total,
    }
}

fn no_reason() -> Finding {
    Finding::new(
        "har_no_reason",
        Level::Warning,
        "the call got no answer, and the export does not say why: blocked by the browser, cancelled, or a broken connection",
    )
    .fix("look at the browser's console, or send the request from here")
}

fn no_answer() -> Finding {
    Finding::new("har_no_answer", Level::Warning, "the export holds no answer to this call")
        .fix("send the request from here, or choose another call")
}

fn no_response_body() -> Finding {
    Finding::new("har_no_response_body", Level::Warning, "the export does not hold the body of the answer")
        .fix("export again with content, or send the request from here")
}

fn cut_response_body() -> Finding {
    Finding::new(
        "har_response_body_cut",
        Level::Warning,
        "the export holds the body of the answer only in part",
    )
    .fix("export again without a limit on the size, or send the request from here")
}
