//! What was observed, raw, in memory only.
//!
//! ```text
//! Request ──sent──> Attempt { Outcome: Response | Transport } ──read──> Reading (envelope, ids, stream, layer)
//! ```
//!
//! Nothing here implements `Serialize`, and every `Debug` is written by hand to show shapes only: what leaves goes
//! through [`crate::case::sanitize`]. A value that was not observed is `None`, never a guess.

mod envelope;
mod packed;
mod reading;
mod request_id;
mod sse;
mod text;
mod usage;

use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::case::request::{Request, Said};
use crate::case::vocabulary::{RetryDecision, StreamIrregularity, StreamVerdict, TransportKind, UnpackEnd};

pub use envelope::Envelope;
pub use packed::{Bounds, Inflater, Packed};
pub use reading::{Expectation, Reading, Redirect, Task, read};
pub use request_id::{IdSource, RequestId, decode_time, ids_in_text, printed_ids};
pub use sse::{Arrivals, Gap, SseEvent, SseReader};
pub use usage::Usage;

/// Models of a list that are kept.
const MOST_MODELS: usize = 2_000;

/// All that is known of one failure: the request, its attempts in order, and further controls.
#[derive(Clone, Default)]
pub struct Evidence {
    /// The request as it was sent or pasted. `None` where only an answer or an error text was given.
    pub request: Option<Request>,
    /// Attempts in order; a pasted response is an attempt with [`Source::Pasted`].
    pub attempts: Vec<Attempt>,
    /// The request by which the task was asked for, where it was.
    pub poll: Option<Request>,
    /// Requests that differ in one thing from the failing one, with their outcome.
    pub controls: Vec<ControlRun>,
    /// The search for what makes it fail, where there was one.
    pub isolation: Option<crate::case::isolate::Isolation>,
    /// Library named by the source, for example `curl` or `openai-python`; a word of ours, never free text.
    pub client: Option<String>,
    /// What a text without a request still names of it. Raw.
    pub said: Said,
}

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Sent by this program.
    Sent,
    /// Read from what the operator pasted or from a file.
    Pasted,
}

/// One request that was sent (or read) and its outcome.
#[derive(Clone)]
pub struct Attempt {
    /// From 1.
    pub index: u32,
    /// Where it comes from.
    pub source: Source,
    /// Wall clock at the start, UTC; `None` where the paste does not say.
    pub at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Outcome,
    /// Moments.
    pub timing: Timing,
    /// The connection, as far as it was seen.
    pub connection: Connection,
    /// Of how many equal questions for the task this is the last; 0: it is none, but the request itself.
    pub polls: u32,
    /// Milliseconds waited before it, for a retry.
    pub waited_ms: Option<u64>,
    /// What was decided after it; `None` until decided, and for pasted ones.
    pub decision: Option<RetryDecision>,
    /// Why, one sentence of ours.
    pub reason: String,
    /// Our own id of this attempt, where one was sent along.
    pub client_request_id: Option<String>,
    /// Bytes of the request body as sent.
    pub request_bytes: u64,
    /// What somebody wrote and the paste shows outside the request and the answer: literals in a stack's source lines. Raw;
    /// it does not leave, and is looked for in all that does.
    pub written: Vec<String>,
}

/// Moments of an attempt in milliseconds from its start, in the order in which they come (as in `curl -w`), as far as
/// they were observed. A phase is the time between two of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// The name was resolved.
    pub dns_ms: Option<u64>,
    /// The TCP connection was there; through a proxy, the tunnel.
    pub connect_ms: Option<u64>,
    /// The TLS handshake was done; `None` without TLS.
    pub tls_ms: Option<u64>,
    /// The last piece of the request's body was handed to the connection; `None` where it has none. The stack may have
    /// had up to some 400 KiB in its own buffers.
    pub sent_ms: Option<u64>,
    /// The response head was there.
    pub first_byte_ms: Option<u64>,
    /// The first event of a stream that carries content.
    pub first_token_ms: Option<u64>,
    /// The last event of a stream.
    pub last_event_ms: Option<u64>,
    /// End of the body, or failure.
    pub total_ms: Option<u64>,
}

/// The connection of an attempt. Each attempt has its own; none is used again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connection {
    /// Address that answered; `None` through a proxy, whose address it would be.
    pub address: Option<IpAddr>,
    /// Version of TLS; `None` without TLS, and where the handshake did not come so far.
    pub tls: Option<TlsVersion>,
}

/// A version of TLS that the stack speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

impl TlsVersion {
    /// As OpenTelemetry's `tls.protocol.version` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }
}

/// The outcome of an attempt.
#[expect(
    clippy::large_enum_variant,
    reason = "almost every attempt has a response; a box would cost each of them"
)]
#[derive(Clone)]
pub enum Outcome {
    /// An answer came, whole or in part.
    Response(Response),
    /// None came.
    Transport(TransportFailure),
}

/// An answer.
#[derive(Clone, Default)]
pub struct Response {
    /// Status; `None` where a paste does not say.
    pub status: Option<u16>,
    /// Reason phrase, where the wire carried one that is not the standard one's absence.
    pub reason: Option<String>,
    /// `HTTP/1.1`, `HTTP/2`.
    pub http_version: Option<String>,
    /// Headers in order; names in lower case; bytes that are no UTF-8 replaced.
    pub headers: Vec<(String, String)>,
    /// The first bytes of the body (the cap is the sender's).
    pub body: Vec<u8>,
    /// Bytes received in all.
    pub body_bytes: u64,
    /// What the body holds where it is packed (`content-encoding`); `body` stays what the wire carried.
    pub packed: Option<Packed>,
    /// How the body ended.
    pub end: BodyEnd,
    /// The stream as it was read, if it was one.
    pub stream: Option<StreamRecord>,
    /// Name of the client's exception, where only a client's text is known, for example `RateLimitError`.
    pub exception: Option<String>,
    /// A client's own sentence on the answer (`Request failed with status code 502`): no word of the gateway's, so that no
    /// message is claimed, but rules may ask for it. Raw; it does not leave.
    pub told: Option<String>,
    /// Request ids that a client or a log printed around the error.
    pub printed_ids: Vec<String>,
    /// How many of these stood before the answer.
    pub printed_before: usize,
    /// What a client's text has around the answer (its beginning and its end): read where the answer itself says nothing
    /// that a rule knows.
    pub around: Option<String>,
}

/// How a body ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BodyEnd {
    /// As its framing says.
    #[default]
    Complete,
    /// The connection failed in the middle.
    Cut(TransportFailure),
    /// The kept part is full; the rest was counted only.
    Capped,
    /// Not known (a paste).
    NotKnown,
}

/// A failure below HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct TransportFailure {
    /// Which.
    pub kind: TransportKind,
    /// The chain of causes as the stack words it. Raw: may hold a URL.
    pub detail: String,
}

/// What a stream showed. Text of the model is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRecord {
    /// Events with data, the terminal marker included.
    pub events: u64,
    /// Bytes of the stream.
    pub bytes: u64,
    /// Comment lines (keep-alives).
    pub comments: u64,
    /// The marker that ended it: `[DONE]`, `message_stop`, `response.completed`, `response.incomplete`, `response.failed`.
    pub terminal_marker: Option<&'static str>,
    /// `finish_reason`, `stop_reason` or the response's status. Raw.
    pub finish_reason: Option<String>,
    /// A usage object came.
    pub usage_seen: bool,
    /// The JSON text of an error event. Raw.
    pub error_event: Option<String>,
    /// Characters of content that came in deltas.
    pub content_chars: u64,
    /// A tool call came.
    pub tool_calls: bool,
    /// `model` as the events name it. Raw.
    pub model: Option<String>,
    /// The token counts that came.
    pub usage: Option<Usage>,
    /// Lines or events that break the rules.
    pub faults: u64,
    /// What was not as the format or the API has it, with how often; not all of it breaks a rule.
    pub irregularities: BTreeMap<StreamIrregularity, u64>,
    /// Longest time between two events.
    pub longest_gap_ms: Option<u64>,
    /// When its events came; nothing is known of a pasted one.
    pub arrivals: Arrivals,
    /// How it ended.
    pub verdict: StreamVerdict,
}

/// A control request with its outcome.
#[derive(Clone)]
pub struct ControlRun {
    /// What was changed, a word of ours: `model`, `key`, `minimal_body`, ….
    pub changed: crate::case::isolate::Changed,
    /// What was sent.
    pub request: Request,
    /// What came of it.
    pub attempt: Attempt,
}

/// Is `model` in this list of models? `None`: it is no such list.
pub fn lists_model(json: &serde_json::Value, model: &str) -> Option<bool> {
    let list = ["data", "models"].iter().find_map(|name| json.get(name)?.as_array())?;
    let is_it = |item: &serde_json::Value| {
        [Some(item), item.get("id"), item.get("name")]
            .into_iter()
            .flatten()
            .any(|v| v.as_str() == Some(model))
    };
    Some(list.iter().any(is_it))
}

impl Response {
    /// The first value of header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The content type without parameters, lower case.
    pub fn content_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        let kind = value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase();
        (!kind.is_empty()).then_some(kind)
    }

    /// The bytes to read: unpacked where they are packed, and in UTF-8 where a byte order mark says UTF-16.
    pub fn readable(&self) -> Cow<'_, [u8]> {
        let bytes = match &self.packed {
            Some(packed) if packed.opened() => packed.inflated.as_slice(),
            _ => self.body.as_slice(),
        };
        text::utf8(bytes)
    }

    /// True where [`Self::readable`] is only the first part of what the answer holds.
    pub fn is_partial(&self) -> bool {
        matches!(self.end, BodyEnd::Capped | BodyEnd::Cut(_))
            || self.packed.as_ref().is_some_and(Packed::is_partial)
    }

    /// Unpacks a body that was read from a file or paste. A header that names a coding proves nothing there: most tools
    /// write down what they unpacked. So only a body that is packed counts.
    pub fn unpack(&mut self) {
        let mut inflater = Inflater::of(self, Bounds::default());
        inflater.feed(&self.body, &mut |_| {});
        self.packed = inflater.finish(&self.body, &mut |_| {}).filter(|p| p.end != UnpackEnd::NotPacked);
    }

    /// True for a status of 200 to 299.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|s| (200..300).contains(&s))
    }
}

impl Attempt {
    /// True where the operator ended it before an answer began: it says nothing.
    pub fn is_cancelled(&self) -> bool {
        matches!(&self.outcome, Outcome::Transport(failure) if failure.kind == TransportKind::Cancelled)
    }

    /// The response, if one came.
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Transport(_) => None,
        }
    }

    /// The transport failure: of the attempt as a whole, or of a body that was cut.
    pub fn transport(&self) -> Option<&TransportFailure> {
        match &self.outcome {
            Outcome::Transport(failure) | Outcome::Response(Response { end: BodyEnd::Cut(failure), .. }) => {
                Some(failure)
            }
            Outcome::Response(_) => None,
        }
    }

    /// The ids of the list of models that it answers, in its order: `data` of an OpenAI-compatible list, `models` of Gemini's and
    /// Ollama's. Empty where it is none.
    pub fn listed_models(&self) -> Vec<String> {
        let Some(response) = self.response().filter(|r| r.is_success()) else { return Vec::new() };
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(&response.readable()) else {
            return Vec::new();
        };
        let list = json.get("data").or_else(|| json.get("models")).and_then(serde_json::Value::as_array);
        // Files, batches and assistants are listed alike.
        let is_model = |item: &serde_json::Value| item.get("object").is_none_or(|object| object == "model");
        let id = |item: &serde_json::Value| {
            let id = item.get("id").or_else(|| item.get("name")).filter(|_| is_model(item))?;
            Some(id.as_str()?.to_owned())
        };
        list.into_iter().flatten().filter_map(id).take(MOST_MODELS).collect()
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Evidence(request: {}, attempts: {}, controls: {})",
            self.request.is_some(),
            self.attempts.len(),
            self.controls.len()
        )
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attempt({}, {:?}, {:?})", self.index, self.source, self.outcome)
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(response) => response.fmt(f),
            Self::Transport(failure) => failure.fmt(f),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({:?}, {} headers, {} bytes)", self.status, self.headers.len(), self.body_bytes)
    }
}

impl fmt::Debug for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransportFailure({})", self.kind)
    }
}

impl fmt::Debug for ControlRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ControlRun({:?}, {:?})", self.changed, self.attempt)
    }
}
