//! What was observed: request, answer, attempts, stream. Durations in milliseconds, sizes in bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::case::vocabulary::{
    EnvelopeKind, FileTransport, Layer, ResponseShape, RetryDecision, SoftFailure, StreamIrregularity,
    StreamVerdict, TaskState, TransportKind,
};

/// The request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestPart {
    /// Gateway: the profile's name.
    pub gateway: String,
    /// Scheme, host and port.
    pub base_url: String,
    /// Alias of the base URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url_alias: Option<String>,
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<QueryPart>,
    /// Endpoint family, name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_family: Option<String>,
    /// Its documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_url: Option<String>,
    /// Date on which it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessed: Option<String>,
    /// Model named by body or path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A stream was asked for.
    pub streaming: bool,
    /// How the credential was carried, or `none sent`.
    pub credential: String,
    /// Content type of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Headers in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPart>,
    /// The body's structure; texts are replaced by their shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Files: of a form, or attached in the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FilePart>,
    /// Text fields of a form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub form_fields: Vec<FieldPart>,
    /// Bytes of the body as sent.
    pub body_bytes: u64,
}

/// A file that went along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilePart {
    /// Field of the form, or place in the JSON body as a JSON pointer.
    pub field: String,
    /// The shape of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Media type that was declared.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Bytes of the content, base64 undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How it went.
    pub transport: FileTransport,
}

/// A text field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldPart {
    /// Name.
    pub name: String,
    /// Value where it is known to be safe, else its shape.
    pub value: String,
}

/// A query parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueryPart {
    /// Name.
    pub name: String,
    /// Value, where it is known to be safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderPart {
    /// Name.
    pub name: String,
    /// Value, where it is known to be safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A body: JSON as its structure, anything else as one line on its shape.
pub type Body = serde_json::Value;

/// The deciding answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResponsePart {
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Reason phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// HTTP version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_version: Option<String>,
    /// Content type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// What it looked like.
    pub shape: ResponseShape,
    /// Who answered.
    pub layer: Layer,
    /// Why that is concluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_because: Option<String>,
    /// The error as it was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorPart>,
    /// Every request id with its source; the primary one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<RequestIdPart>,
    /// What the edge said of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<Edge>,
    /// A redirect that was not followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<RedirectPart>,
    /// A success that is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft_failure: Option<SoftFailure>,
    /// The asynchronous task that the answer speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskPart>,
    /// Model that the answer names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_model: Option<String>,
    /// Token counts, as the answer states them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsagePart>,
    /// `finish_reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The `Date` header less our own clock when the head came, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_skew_s: Option<i64>,
    /// Exception that the client's text names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_exception: Option<String>,
    /// Further headers whose values are safe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderPart>,
    /// An error body with structure and error strings; a success as its shape only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Bytes received, packed as they came.
    pub body_bytes: u64,
    /// Bytes that unpacking gave, where the body is packed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inflated_bytes: Option<u64>,
    /// What is odd about the packing, one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packing: Option<String>,
}

/// The error as the outermost envelope states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorPart {
    /// `error.message`, exact unless `altered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `error.code`. May be empty where the envelope states an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `error.type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// `error.param`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// True where a span of `message` was replaced.
    pub altered: bool,
    /// A message inside the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner_message: Option<String>,
    /// Title of an HTML page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// The envelope's shape.
    pub envelope: EnvelopeKind,
}

/// A request id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestIdPart {
    /// The id.
    pub id: String,
    /// Where it stood.
    pub source: String,
    /// The one to name first.
    pub primary: bool,
    /// The gateway's clock inside it: RFC 3339 with offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded_time: Option<String>,
}

/// An asynchronous task. Its id is looked up in the task log and is no request id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskPart {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its status, in the provider's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What that word means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TaskState>,
}

/// What the edge said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// `cf-ray`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cf_ray: Option<String>,
    /// `server`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `via`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// `date` as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// A redirect that was not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RedirectPart {
    /// Where to.
    pub location: String,
    /// To another host.
    pub other_host: bool,
    /// To the gateway's web site.
    pub to_web_site: bool,
}

/// How an attempt ended on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// A whole answer came.
    Answered,
    /// An answer began and broke off.
    Cut,
    /// No answer came.
    Failed,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttemptPart {
    /// From 1.
    pub index: u32,
    /// True: sent by this tool; false: read from what was pasted.
    pub sent_by_tool: bool,
    /// Of so many equal questions for the task that the request started this is the last; absent: it is the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polls: Option<u32>,
    /// How the task went, by the answer to that question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_state: Option<TaskState>,
    /// The same in the provider's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status: Option<String>,
    /// Start: RFC 3339, UTC, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How it ended.
    pub outcome: Happened,
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `error.code`, or `error.type` where there is no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The failure below HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<TransportKind>,
    /// The failure in the network stack's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport_detail: Option<String>,
    /// Primary request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Wait before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<u64>,
    /// Address of the open network that answered; none through a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Version of TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_version: Option<&'static str>,
    /// Id that this tool sent along, for the gateway's logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// Moments from its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<TimingPart>,
    /// What was decided after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<RetryDecision>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Moments from an attempt's start, as far as they were observed; a phase is the time between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TimingPart {
    /// Name resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_ms: Option<u64>,
    /// TCP connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<u64>,
    /// TLS handshake done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_ms: Option<u64>,
    /// The request's body handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_ms: Option<u64>,
    /// Response head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<u64>,
    /// First event with content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    /// Last event of the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_ms: Option<u64>,
    /// End or failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<u64>,
}

/// Token counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UsagePart {
    /// Of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
}

/// The stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamPart {
    /// How it ended.
    pub verdict: StreamVerdict,
    /// Events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The marker that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_marker: Option<String>,
    /// Finish reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// A usage object came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_seen: Option<bool>,
    /// Characters of content received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_chars: Option<u64>,
    /// Lines or events that break the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<u64>,
    /// What was not as usual, with how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub irregularities: BTreeMap<StreamIrregularity, u64>,
    /// Longest silence between two events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_gap_ms: Option<u64>,
}
