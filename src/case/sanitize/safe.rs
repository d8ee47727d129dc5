//! What may leave. Only the sanitizer can make these values: [`Clean`] has no public constructor.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

use crate::case::evidence::{Connection, Timing, Usage};
use crate::case::vocabulary::{
    Coding, EnvelopeKind, FileTransport, Layer, ResponseShape, RetryDecision, SoftFailure,
    StreamIrregularity, StreamVerdict, TaskState, TransportKind, UnpackEnd,
};

/// Text that went through the sanitizer: no secret, no prompt, no control character, no bidi mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Default)]
#[serde(transparent)]
pub struct Clean(String);

impl Clean {
    /// Only `sanitize` calls this, with text that it made or checked.
    pub(in crate::case::sanitize) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All that may leave of a case's evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "super::reread::WrittenEvidence")]
pub struct SafeEvidence {
    /// The request; `None` where only an answer or text was given.
    pub request: Option<SafeRequest>,
    /// Attempts in order.
    pub attempts: Vec<SafeAttempt>,
    /// Controls in order.
    pub controls: Vec<SafeControl>,
    /// The search for what makes it fail.
    pub isolation: Option<super::SafeIsolation>,
    /// Library named by the source, a word of ours.
    pub client: Option<String>,
    /// What a text without a request still names of it.
    #[serde(skip_serializing_if = "SafeSaid::is_empty")]
    pub said: SafeSaid,
    /// Keeps the struct from being built elsewhere.
    #[serde(skip)]
    door: Door,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Door;

impl SafeEvidence {
    /// Evidence of nothing.
    pub(in crate::case::sanitize) fn empty() -> Self {
        Self {
            request: None,
            attempts: Vec::new(),
            controls: Vec::new(),
            isolation: None,
            client: None,
            said: SafeSaid::default(),
            door: Door,
        }
    }
}

/// What a text without a request still names of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SafeSaid {
    /// Method.
    pub method: Option<Clean>,
    /// Path.
    pub path: Option<Clean>,
    /// Model.
    pub model: Option<Clean>,
}

impl SafeSaid {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafeRequest {
    /// Method.
    pub method: Clean,
    /// `http` or `https`.
    pub scheme: Clean,
    /// Host name; a private or loopback address stays, a user's own public address is replaced.
    pub host: Clean,
    /// Port, where the URL names one.
    pub port: Option<u16>,
    /// Path; segments that look like secrets are replaced.
    pub path: Clean,
    /// Query parameters; values only where they are known to be safe.
    pub query: Vec<(Clean, Option<Clean>)>,
    /// Catalog id of the endpoint, if method and path are known.
    pub endpoint: Option<String>,
    /// Model named by body or path.
    pub model: Option<Clean>,
    /// A stream was asked for.
    pub streaming: bool,
    /// Headers in order; values only where they are known to be safe, credentials as placeholders.
    pub headers: Vec<SafeHeader>,
    /// The body's structure.
    pub body: Option<SafeBody>,
    /// Files: of a form, or attached in a JSON body.
    pub files: Vec<SafeFile>,
    /// Text fields of a form; values only where they are known to be safe, else their shape.
    pub form_fields: Vec<(Clean, Clean)>,
    /// Bytes of the body as sent.
    pub body_bytes: u64,
    /// How the credential was carried: the header's or parameter's name; `None`: no credential was sent.
    pub credential_in: Option<Clean>,
}

/// A file that goes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeFile {
    /// Field of the form, or place in the JSON body.
    pub field: Clean,
    /// The shape of its name.
    pub name: Option<Clean>,
    /// Media type that is declared.
    pub media_type: Option<Clean>,
    /// Bytes of the content; `None` where they are not known.
    pub bytes: Option<u64>,
    /// How it goes.
    pub transport: FileTransport,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeHeader {
    /// Name as it was written.
    pub name: Clean,
    /// Value; `None` where it is not known to be safe.
    pub value: Option<Clean>,
}

/// A body as it may leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SafeBody {
    /// JSON: structure kept, every string that is not known to be safe replaced by its shape. Every string in
    /// `value` is clean.
    Json {
        /// The structure.
        value: serde_json::Value,
    },
    /// Text of which nothing but the shape may leave, for example `[html: 512 bytes]`.
    Opaque {
        /// The shape.
        shape: Clean,
    },
    /// No body.
    Empty,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafeAttempt {
    /// From 1.
    pub index: u32,
    /// True when this program sent it; false when it was pasted.
    pub sent: bool,
    /// Start, UTC.
    pub at: Option<DateTime<Utc>>,
    /// The answer.
    pub response: Option<SafeResponse>,
    /// The failure below HTTP, also one that cut the body.
    pub transport: Option<TransportKind>,
    /// The failure in the stack's words.
    pub transport_detail: Option<Clean>,
    /// Of how many equal questions for the task this is the last; 0: it is none, but the request itself.
    #[serde(default, skip_serializing_if = "is_none")]
    pub polls: u32,
    /// Milliseconds waited before it.
    pub waited_ms: Option<u64>,
    /// Durations.
    #[serde(skip)]
    pub timing: Timing,
    /// The connection.
    #[serde(skip)]
    pub connection: Connection,
    /// Our own id of the attempt.
    pub client_request_id: Option<String>,
    /// What was decided after it.
    pub decision: Option<RetryDecision>,
    /// Why, a sentence of ours.
    pub reason: String,
}

/// No question for a task, but the request itself.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over so")]
fn is_none(polls: &u32) -> bool {
    *polls == 0
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafeResponse {
    /// Status.
    pub status: Option<u16>,
    /// Reason phrase.
    pub reason: Option<Clean>,
    /// HTTP version.
    pub http_version: Option<Clean>,
    /// Content type with its parameters.
    pub content_type: Option<Clean>,
    /// Who answered.
    pub layer: Layer,
    /// Why that is concluded, a sentence of ours.
    pub layer_because: String,
    /// What it looked like.
    pub shape: ResponseShape,
    /// The envelope.
    pub error: SafeError,
    /// All request ids.
    pub request_ids: Vec<SafeRequestId>,
    /// Evidence of the edge.
    pub edge: SafeEdge,
    /// A redirect that was not followed.
    pub redirect: Option<SafeRedirect>,
    /// A 2xx that is none.
    pub soft: Option<SoftFailure>,
    /// Further headers whose values are known to be safe.
    pub headers: Vec<SafeHeader>,
    /// An error body with structure and error strings; a success as its shape only.
    pub body: SafeBody,
    /// Bytes received.
    pub body_bytes: u64,
    /// How the body is packed, where it is or is said to be.
    pub packed: Option<SafePacked>,
    /// The stream.
    pub stream: Option<SafeStream>,
    /// Id of the task that the answer speaks of.
    pub task_id: Option<Clean>,
    /// Its status.
    pub task_status: Option<Clean>,
    /// What that means.
    #[serde(default)]
    pub task_state: Option<TaskState>,
    /// Model named by the answer.
    pub returned_model: Option<Clean>,
    /// Token counts, as the answer states them.
    #[serde(skip)]
    pub usage: Option<Usage>,
    /// `finish_reason`.
    pub finish_reason: Option<Clean>,
    /// `Retry-After` in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The `Date` header.
    pub server_date: Option<DateTime<Utc>>,
    /// Name of the client's exception.
    pub exception: Option<Clean>,
}

/// A packed body: words and numbers of ours only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafePacked {
    /// The codings in the order in which they were applied.
    pub codings: Vec<Coding>,
    /// A header says so.
    pub declared: bool,
    /// Bytes that came out.
    pub inflated_bytes: u64,
    /// Bytes that went in until the end or the stop.
    pub read_bytes: u64,
    /// How it ended.
    pub end: UnpackEnd,
}

/// The envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeError {
    /// Shape.
    pub kind: EnvelopeKind,
    /// `error.message`; see `altered`.
    pub message: Option<Clean>,
    /// A message inside the message.
    pub inner_message: Option<Clean>,
    /// `error.code`.
    pub code: Option<Clean>,
    /// `error.type`.
    pub error_type: Option<Clean>,
    /// `error.param`.
    pub param: Option<Clean>,
    /// Title of an HTML page.
    pub title: Option<Clean>,
    /// True where a span of `message` was replaced; the ledger says which kind.
    pub altered: bool,
}

/// A request id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeRequestId {
    /// The id.
    pub id: Clean,
    /// Where it stood, in words: `header x-request-id`, `error.message (1st)`.
    pub source: Clean,
    /// The one to name first.
    pub primary: bool,
    /// The gateway's clock inside it.
    pub decoded_time: Option<DateTime<FixedOffset>>,
}

/// What the edge said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SafeEdge {
    /// `cf-ray`.
    pub cf_ray: Option<Clean>,
    /// `server`.
    pub server: Option<Clean>,
    /// `via`.
    pub via: Option<Clean>,
    /// `date` as it was written.
    pub date: Option<Clean>,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeRedirect {
    /// `Location` after the URL rule.
    pub location: Clean,
    /// To another host.
    pub other_host: bool,
    /// To the gateway's web site.
    pub to_web_site: bool,
}

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeStream {
    /// Events.
    pub events: u64,
    /// Bytes.
    pub bytes: u64,
    /// Terminal marker.
    pub terminal_marker: Option<String>,
    /// Finish reason.
    pub finish_reason: Option<Clean>,
    /// Usage came.
    pub usage_seen: bool,
    /// Characters of content.
    pub content_chars: u64,
    /// Broken lines or events.
    pub faults: u64,
    /// What was not as usual, with how often.
    pub irregularities: BTreeMap<StreamIrregularity, u64>,
    /// Longest time between two events.
    pub longest_gap_ms: Option<u64>,
    /// How it ended.
    pub verdict: StreamVerdict,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafeControl {
    /// What was changed: `model`, `key`, `minimal_body`.
    pub changed: String,
    /// To what, where it may be said (a model's name, `[key#2]`).
    pub to: Option<Clean>,
    /// The body is a smaller one that fails alike, beside what was changed.
    pub smaller_body: bool,
    /// The gateway's list of models, where it was asked for, has the model of the request; `None`: not read.
    #[serde(default)]
    pub model_listed: Option<bool>,
    /// The attempt.
    pub attempt: SafeAttempt,
}

/// The operator's words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SafeWords {
    /// One question to support.
    pub question: Clean,
    /// What should have happened.
    pub expected: Clean,
    /// Who is hit.
    pub impact: Clean,
    /// What was tried.
    pub tried: Clean,
    /// Who writes.
    pub operator: Clean,
    /// Anything else.
    pub notes: Clean,
    /// The service that sends such requests.
    pub service: Clean,
    /// Where it runs.
    pub deployment: Clean,
}
