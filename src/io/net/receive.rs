//! The answer: head, and the body until its end, its cap or a deadline.

use std::time::Duration;

use http::Version;
use tokio::time::{Instant, timeout_at};

use super::cause::{self, Way};
use super::marks::Marks;
use super::{Deadlines, Limits};
use crate::case::evidence::{BodyEnd, Bounds, Inflater, Response, SseReader, StreamRecord, TransportFailure};
use crate::case::vocabulary::{StreamVerdict, TransportKind, UnpackEnd};
use crate::session::Phase;

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(50);

/// Bytes that are unpacked without a look at the clock.
const UNPACKED_AT_ONCE: usize = 4 * 1024;

/// How a body is received.
pub(super) struct Body<'a> {
    pub(super) limits: Limits,
    pub(super) way: Way,
    pub(super) deadlines: &'a Deadlines,
    pub(super) marks: &'a Marks,
    pub(super) asks_for_stream: bool,
}

impl Body<'_> {
    /// Reads `incoming` to its end; gives the answer and what only the clock could tell of its stream.
    pub(super) async fn receive(
        &self,
        mut incoming: reqwest::Response,
        tell: &impl Fn(Phase, u64, u64),
    ) -> (Response, Moments) {
        let mut response = head(&incoming);
        let mut stream = Stream::of(&response, self.asks_for_stream);
        let bounds = Bounds { kept: self.limits.kept, out: self.limits.read };
        let mut inflater = Inflater::of(&response, bounds);
        let mut first_token_ms = None;
        tell(Phase::Receiving, 0, 0);
        let mut told = Instant::now();
        let end = loop {
            let chunk = match self.next(&mut incoming).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break BodyEnd::Complete,
                Err(failure) => break BodyEnd::Cut(failure),
            };
            response.body_bytes += chunk.len() as u64;
            let room = self.limits.kept.saturating_sub(response.body.len());
            response.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            let now_ms = self.marks.elapsed_ms();
            // In small parts, because what a part unpacks to can take its time.
            for part in chunk.chunks(UNPACKED_AT_ONCE) {
                if Instant::now() >= self.deadlines.total {
                    break;
                }
                inflater.feed(part, &mut |piece| {
                    if stream.feed(piece, now_ms) {
                        first_token_ms.get_or_insert(now_ms);
                    }
                });
            }
            if told.elapsed() >= TELL_EVERY {
                tell(Phase::Receiving, response.body_bytes, stream.events());
                told = Instant::now();
            }
            if response.body_bytes >= self.limits.read {
                break BodyEnd::Capped;
            }
            if Instant::now() >= self.deadlines.total {
                break BodyEnd::Cut(self.deadlines.total_passed());
            }
        };
        tell(Phase::Receiving, response.body_bytes, stream.events());
        let now_ms = self.marks.elapsed_ms();
        let in_step = inflater.keeps_step();
        let mut content = false;
        response.packed = inflater.finish(&response.body, &mut |piece| content |= stream.feed(piece, now_ms));
        if content | stream.decide(now_ms) {
            first_token_ms.get_or_insert(now_ms);
        }
        let how = match (&end, response.packed.as_ref().map(|p| p.end)) {
            (BodyEnd::Capped, _) | (_, Some(UnpackEnd::TooLarge)) => Ending::Stopped,
            (BodyEnd::Cut(_), _) | (_, Some(UnpackEnd::Cut | UnpackEnd::Broken)) => Ending::Cut,
            (_, Some(UnpackEnd::UnknownCoding)) => Ending::Unread,
            _ => Ending::Whole,
        };
        response.end = match end {
            BodyEnd::Complete if response.body_bytes > response.body.len() as u64 => BodyEnd::Capped,
            end => end,
        };
        let last_event_ms = stream.last_event_ms();
        response.stream = stream.finish(how);
        if in_step {
            return (response, Moments { first_token_ms, last_event_ms });
        }
        if let Some(stream) = &mut response.stream {
            stream.longest_gap_ms = None;
        }
        (response, Moments::default())
    }

    /// The next piece; `None` at the end.
    async fn next(&self, incoming: &mut reqwest::Response) -> Result<Option<Vec<u8>>, TransportFailure> {
        let idle_ms = self.deadlines.timeouts.idle_ms;
        let idle = Instant::now() + Duration::from_millis(idle_ms.min(86_400_000));
        let piece = timeout_at(idle.min(self.deadlines.total), incoming.chunk());
        let piece = tokio::select! {
            biased;
            piece = piece => piece,
            () = self.deadlines.cancelled.wait() => return Err(super::cancelled()),
        };
        match piece {
            Ok(Ok(chunk)) => Ok(chunk.map(Into::into)),
            Ok(Err(error)) => Err(cause::failure(error, self.way)),
            Err(_) if self.deadlines.total <= idle => Err(self.deadlines.total_passed()),
            Err(_) => Err(TransportFailure {
                kind: TransportKind::IdleTimeout,
                detail: format!("no further byte within {idle_ms} ms"),
            }),
        }
    }
}

/// Moments of a stream, milliseconds from the attempt's start.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Moments {
    /// The first content.
    pub(super) first_token_ms: Option<u64>,
    /// The last event.
    pub(super) last_event_ms: Option<u64>,
}

/// How the bytes of a stream ended.
#[derive(Clone, Copy)]
enum Ending {
    Whole,
    /// The connection broke, or what it carried is not unpacked to its end.
    Cut,
    /// By us: it was longer than anything that is read.
    Stopped,
    /// They are packed in a way that is not known here: nothing was read of them.
    Unread,
}

/// Is it a stream, and what did it show?
enum Stream {
    /// It is not.
    No,
    /// The content type does not say so, but a stream was asked for: the first bytes tell.
    Perhaps(Vec<u8>),
    /// It is.
    Yes(Box<SseReader>),
}

impl Stream {
    fn of(response: &Response, asked_for: bool) -> Self {
        if response.content_type().as_deref() == Some("text/event-stream") {
            Self::Yes(Box::new(SseReader::new()))
        } else if asked_for {
            Self::Perhaps(Vec::new())
        } else {
            Self::No
        }
    }

    /// Takes the next piece, unpacked. True when content came with it.
    fn feed(&mut self, piece: &[u8], at_ms: u64) -> bool {
        match self {
            Self::No => false,
            Self::Yes(reader) => reader.feed(piece, at_ms),
            Self::Perhaps(first) => {
                first.extend_from_slice(piece);
                first.len() >= b"\xef\xbb\xbf\r\nretry:".len() && self.decide(at_ms)
            }
        }
    }

    /// Settles an open question by the bytes so far. True when content came with them.
    fn decide(&mut self, at_ms: u64) -> bool {
        let Self::Perhaps(first) = self else { return false };
        if !begins_like_events(first) {
            *self = Self::No;
            return false;
        }
        let mut reader = Box::new(SseReader::new());
        let content = reader.feed(first, at_ms);
        *self = Self::Yes(reader);
        content
    }

    fn last_event_ms(&self) -> Option<u64> {
        match self {
            Self::Yes(reader) => reader.last_event_ms(),
            Self::No | Self::Perhaps(_) => None,
        }
    }

    fn events(&self) -> u64 {
        match self {
            Self::Yes(reader) => reader.events(),
            Self::No | Self::Perhaps(_) => 0,
        }
    }

    fn finish(self, how: Ending) -> Option<StreamRecord> {
        let Self::Yes(reader) = self else { return None };
        if matches!(how, Ending::Unread) {
            return None;
        }
        let mut record = reader.finish(!matches!(how, Ending::Whole));
        // Nobody has seen the end of a stream that was left while it went on.
        let ended = matches!(record.verdict, StreamVerdict::Complete | StreamVerdict::SoftFailure);
        if matches!(how, Ending::Stopped) && ended {
            record.verdict = StreamVerdict::Truncated;
        }
        Some(record)
    }
}

fn begins_like_events(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    [&b"data:"[..], b"event:", b"id:", b"retry:", b":"].iter().any(|field| body.starts_with(field))
}

fn head(incoming: &reqwest::Response) -> Response {
    let version = incoming.version();
    let one = version == Version::HTTP_11 || version == Version::HTTP_10 || version == Version::HTTP_09;
    Response {
        status: Some(incoming.status().as_u16()),
        reason: if one { reason(incoming) } else { None },
        http_version: Some(match version {
            Version::HTTP_2 => "HTTP/2".to_owned(),
            other => format!("{other:?}"),
        }),
        headers: incoming
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        ..Response::default()
    }
}

/// The reason phrase of the wire. The stack keeps it where it is not the standard one, and shows it only in the text of
/// the error that it makes of a 4xx or 5xx: `… (404 Not Here)`. Elsewhere the standard phrase stands in.
fn reason(incoming: &reqwest::Response) -> Option<String> {
    let standard = incoming.status().canonical_reason().map(str::to_owned);
    let Err(error) = incoming.error_for_status_ref() else { return standard };
    let text = error.without_url().to_string();
    let lead = format!("({} ", incoming.status().as_str());
    let phrase = text.split_once(&lead).and_then(|(_, rest)| rest.strip_suffix(')'));
    match phrase {
        Some("" | "<unknown status code>") => None,
        Some(phrase) => Some(phrase.to_owned()),
        None => standard,
    }
}
