//! Reads an attempt: envelope, ids, layer, shape, soft failures. One pass, everything that later rooms ask.

mod answer;
mod layer;
mod own;
mod task;
mod time;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::envelope::Body;
use super::request_id::{Names, collect};
use super::{Arrivals, Attempt, BodyEnd, Envelope, RequestId, Response, SseReader, StreamRecord, Usage};
use crate::case::catalog::{Catalog, Endpoint, Profile};
use crate::case::vocabulary::{EnvelopeKind, Layer, ResponseShape, SoftFailure, StreamVerdict};

pub use task::Task;

/// What the request led one to expect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectation<'a> {
    /// A stream was asked for.
    pub streaming: bool,
    /// The endpoint, where it is known.
    pub endpoint: Option<&'a Endpoint>,
    /// The request's host, lower case, to compare a redirect with.
    pub host: Option<&'a str>,
}

/// A redirect that was not followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The `Location` header. Raw.
    pub location: String,
    /// It leads to another host.
    pub other_host: bool,
    /// It leads to the gateway's web site, by its profile.
    pub to_web_site: bool,
}

impl std::fmt::Debug for Redirect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redirect(other_host: {}, to_web_site: {})", self.other_host, self.to_web_site)
    }
}

/// What an attempt says. Raw.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The error envelope; [`EnvelopeKind::NoError`] where none is stated.
    pub envelope: Envelope,
    /// All request ids; at most one is primary.
    pub request_ids: Vec<RequestId>,
    /// Who answered.
    pub layer: Layer,
    /// Why that is concluded, in words of ours.
    pub layer_because: &'static str,
    /// What the answer looked like.
    pub shape: ResponseShape,
    /// A redirect.
    pub redirect: Option<Redirect>,
    /// A 2xx that is none.
    pub soft: Option<SoftFailure>,
    /// The stream: as it was recorded, or read from a pasted body. `None` where the answer was none.
    pub stream: Option<StreamRecord>,
    /// The asynchronous task that the answer speaks of.
    pub task: Option<Task>,
    /// `model` as the answer names it.
    pub returned_model: Option<String>,
    /// `finish_reason` of the answer or stream.
    pub finish_reason: Option<String>,
    /// The token counts that the answer or stream states.
    pub usage: Option<Usage>,
    /// `Retry-After` (seconds or HTTP date against the `Date` header or the attempt's start) or Gemini's `RetryInfo`,
    /// in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The `Date` header.
    pub server_date: Option<DateTime<Utc>>,
}

impl Reading {
    /// True for a whole, successful answer that states no error.
    pub fn worked(&self, attempt: &Attempt) -> bool {
        let states_error = self.envelope.kind != EnvelopeKind::NoError
            && (self.envelope.message.is_some() || self.envelope.code.is_some());
        attempt.response().is_some_and(Response::is_success)
            && self.soft.is_none()
            && !states_error
            && self.stream.as_ref().is_none_or(|stream| stream.verdict == StreamVerdict::Complete)
    }
}

/// Reads `attempt` with the knowledge of `profile`.
pub fn read(attempt: &Attempt, expectation: &Expectation<'_>, profile: Option<&Profile>) -> Reading {
    let Some(response) = attempt.response() else { return no_answer() };
    let stream = stream_of(response);
    let mut body = Body::of(response);
    if response.stream.is_none()
        && let Some(stream) = &stream
    {
        // A pasted stream: its lines are no message; what an error event says is.
        body = match &stream.error_event {
            Some(event) => Body::event(event),
            None => Body { envelope: Envelope::bare(EnvelopeKind::NoError), json: None },
        };
    } else if stream.is_some() && (!body.envelope.states_error() || body.envelope.kind == EnvelopeKind::Text)
    {
        // Its lines are no message.
        body = Body { envelope: Envelope::bare(EnvelopeKind::NoError), json: None };
    }
    let Body { mut envelope, json } = body;
    let json = json.as_ref();
    let own_fields = profile.map(|p| &p.error_fields);
    let own = json.zip(own_fields).filter(|_| !response.is_success());
    let own = own.and_then(|(json, fields)| own::envelope(json, fields));
    let is_own = own.is_some();
    if let Some(own) = own {
        envelope = own;
    }
    let task = json
        .and_then(|json| task::of(json, expectation.endpoint))
        .or_else(|| json.and_then(|json| task::failed(json, &envelope)));
    let failed = json.zip(task.as_ref()).filter(|_| envelope.message.is_none() && !is_refused(response));
    if let Some(failed) = failed.and_then(|(json, task)| task::failure(json, task, expectation.endpoint)) {
        envelope = failed;
    }

    let server_date = response.header("date").and_then(time::http_date);
    let known = Catalog::built_in();
    let known = known.profile("openai_compatible").map_or([].as_slice(), |p| &p.request_id_headers);
    let names = Names {
        own: profile.map_or([].as_slice(), |p| &p.request_id_headers),
        known,
        offset_hours: profile.and_then(|p| p.request_id_utc_offset_hours),
        near: server_date.or(attempt.at),
        own_place: own_fields.map_or("", |fields| &fields.request_id),
    };
    let mut request_ids = collect(response, envelope.message.as_deref(), json, &names);
    // A router that hands on what its upstream said has no id of its own there.
    if request_ids.is_empty() && envelope.inner_message.is_some() {
        request_ids = collect(response, envelope.inner_message.as_deref(), json, &names);
    }
    let redirect = redirect_of(response, expectation, profile);
    let (layer, layer_because) = if is_own {
        (Layer::Gateway, "the error has the shape that the profile gives as the gateway's own")
    } else {
        layer::of(response, &envelope, json, redirect.as_ref(), profile)
    };
    let finish_reason =
        stream.as_ref().and_then(|s| s.finish_reason.clone()).or_else(|| json.and_then(answer::finish));
    Reading {
        shape: shape_of(response, &envelope, stream.as_ref(), redirect.as_ref(), json),
        soft: answer::soft(response, &envelope, json, stream.as_ref(), task.as_ref(), expectation),
        task,
        returned_model: stream
            .as_ref()
            .and_then(|s| s.model.clone())
            .or_else(|| json.and_then(answer::model)),
        usage: stream.as_ref().and_then(|s| s.usage).or_else(|| json.and_then(Usage::of)),
        retry_after_ms: time::retry_after_ms(response, json, server_date.or(attempt.at)),
        envelope,
        request_ids,
        layer,
        layer_because,
        redirect,
        stream,
        finish_reason,
        server_date,
    }
}

/// It has a status, and not that of a success.
fn is_refused(response: &Response) -> bool {
    response.status.is_some() && !response.is_success()
}

fn no_answer() -> Reading {
    Reading {
        envelope: Envelope::bare(EnvelopeKind::Empty),
        request_ids: Vec::new(),
        layer: Layer::Client,
        layer_because: "no answer came: the failure is between this program and the first server",
        shape: ResponseShape::ClientError,
        redirect: None,
        soft: None,
        stream: None,
        task: None,
        returned_model: None,
        finish_reason: None,
        usage: None,
        retry_after_ms: None,
        server_date: None,
    }
}

/// The stream as it was recorded, else as the body of a paste shows it.
fn stream_of(response: &Response) -> Option<StreamRecord> {
    if let Some(stream) = &response.stream {
        return (stream.verdict != StreamVerdict::NotAStream).then(|| stream.clone());
    }
    let readable = response.readable();
    let body = readable.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&readable);
    let begins = |word: &[u8]| body.trim_ascii_start().starts_with(word);
    let named = response.content_type().is_some_and(|kind| kind == "text/event-stream");
    let looks = [&b"data:"[..], b"event:", b"id:", b"retry:"].iter().any(|word| begins(word));
    // A body that begins otherwise is no stream, whatever its header says: gateways send JSON errors under it.
    let keep_alive = named && begins(b":");
    if !(looks || keep_alive) {
        return None;
    }
    let mut reader = SseReader::new();
    reader.feed(&readable, 0);
    let cut = matches!(response.end, BodyEnd::Cut(_));
    let mut record = reader.finish(cut);
    record.longest_gap_ms = None;
    record.arrivals = Arrivals::default();
    (record.verdict != StreamVerdict::NotAStream).then_some(record)
}

fn shape_of(
    response: &Response,
    envelope: &Envelope,
    stream: Option<&StreamRecord>,
    redirect: Option<&Redirect>,
    json: Option<&Value>,
) -> ResponseShape {
    if redirect.is_some() {
        return ResponseShape::Redirect;
    }
    if stream.is_some() {
        return ResponseShape::Stream;
    }
    match envelope.kind {
        EnvelopeKind::Html => ResponseShape::Html,
        EnvelopeKind::Other => ResponseShape::Binary,
        // Without a status nobody has seen the answer itself, only a client's text.
        EnvelopeKind::Empty if response.status.is_none() => ResponseShape::Unknown,
        EnvelopeKind::Empty if response.body_bytes > 0 => ResponseShape::Unknown,
        // A client's sentence on a status: no head and no body of the answer itself is in the paste.
        EnvelopeKind::Empty
            if response.end == BodyEnd::NotKnown
                && response.http_version.is_none()
                && response.headers.is_empty() =>
        {
            ResponseShape::Unknown
        }
        EnvelopeKind::Empty => ResponseShape::Empty,
        _ if json.is_some_and(|j| j.is_object() || j.is_array()) => ResponseShape::JsonObject,
        _ if envelope.partial && envelope.kind != EnvelopeKind::Text => ResponseShape::JsonObject,
        _ => ResponseShape::Unknown,
    }
}

fn redirect_of(
    response: &Response,
    expectation: &Expectation<'_>,
    profile: Option<&Profile>,
) -> Option<Redirect> {
    if !response.status.is_some_and(|s| (300..400).contains(&s) && s != 304) {
        return None;
    }
    let location = response.header("location")?.trim();
    let host = location_host(location);
    let asked = expectation.host.map(|h| h.split(':').next().unwrap_or(h).to_ascii_lowercase());
    let elsewhere = |host: &String| asked.as_ref() != Some(host);
    let web = |host: &String| profile.is_some_and(|p| p.web_hosts.contains(host));
    Some(Redirect {
        location: location.to_owned(),
        other_host: host.as_ref().is_some_and(|h| (asked.is_some() || web(h)) && elsewhere(h)),
        to_web_site: host.as_ref().is_some_and(|h| web(h) && elsewhere(h)),
    })
}

/// The host of a `Location`, lower case; `None` where it stays on the same one.
fn location_host(location: &str) -> Option<String> {
    let absolute = if location.starts_with("//") { format!("https:{location}") } else { location.to_owned() };
    Url::parse(&absolute).ok()?.host_str().map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests;
