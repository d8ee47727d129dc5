//! Attempts and their answers as they may leave.

use serde_json::Value;

use super::body::{BodyRule, Side, dropped_strings, skeleton};
use super::detect::Scope;
use super::outgoing::hold_cookies;
use super::placeholder::measure;
use super::safe::{
    Clean, SafeAttempt, SafeBody, SafeEdge, SafeError, SafeHeader, SafePacked, SafeRedirect, SafeRequestId,
    SafeResponse, SafeStream,
};
use super::shadow::show;
use super::{Sanitizer, address, filter, shape};
use crate::case::evidence::{
    Attempt, Envelope, IdSource, Reading, RequestId, Response, Source, StreamRecord,
};
use crate::case::vocabulary::{EnvelopeKind, Layer, ResponseShape, SoftFailure};

/// Longest header value that is shown.
const LONGEST_HEADER: usize = 512;

impl Sanitizer<'_> {
    /// An attempt. `name` is its name in places: `attempt 1`.
    pub(super) fn attempt(
        &mut self,
        attempt: &Attempt,
        reading: Option<&Reading>,
        name: &str,
    ) -> SafeAttempt {
        let blank = blank();
        let reading = reading.unwrap_or(&blank);
        let response = attempt.response().map(|response| self.response(response, reading, name));
        let transport = attempt.transport();
        let transport_detail = transport
            .filter(|t| !t.detail.is_empty())
            .map(|t| self.text.apply(&t.detail, Scope::Answer, &format!("{name}.transport")).clean);
        SafeAttempt {
            index: attempt.index,
            sent: attempt.source == Source::Sent,
            at: attempt.at,
            response,
            transport: transport.map(|t| t.kind),
            transport_detail,
            polls: attempt.polls,
            waited_ms: attempt.waited_ms,
            timing: attempt.timing,
            connection: attempt.connection,
            client_request_id: attempt.client_request_id.clone(),
            decision: attempt.decision,
            reason: self
                .text
                .apply(&attempt.reason, Scope::Value, &format!("{name}.reason"))
                .clean
                .to_string(),
        }
    }

    fn response(&mut self, response: &Response, reading: &Reading, name: &str) -> SafeResponse {
        // Typed fields first: what they hold explains chance matches in the free text below.
        let request_ids: Vec<SafeRequestId> =
            reading.request_ids.iter().map(|id| self.request_id(id, name)).collect();
        let returned_model =
            reading.returned_model.as_deref().map(|m| self.name(m, "model", &format!("{name}.model")));
        let task = reading.task.as_ref();
        let task_id = task.and_then(|t| t.id.as_deref());
        let task_id = task_id.map(|id| self.word_of_task(id, "task id", &format!("{name}.task/id")));
        let task_status = task.and_then(|t| t.status.as_deref());
        let task_status = task_status.map(|s| self.word_of_task(s, "status", &format!("{name}.task/status")));
        for clean in request_ids.iter().map(|id| &id.id).chain(&returned_model).chain(&task_id) {
            self.text.lexicon.add(clean.as_str());
        }
        self.text.lexicon.add(reading.layer_because);
        let headers = self.response_headers(response, name);
        let edge = SafeEdge {
            cf_ray: self
                .header(response, "cf-ray", Scope::Identifier, name)
                .filter(|ray| is_ray(ray.as_str())),
            server: self.header(response, "server", Scope::Value, name),
            via: self.header(response, "via", Scope::Value, name),
            date: self.header(response, "date", Scope::Value, name),
        };
        let body = self.response_body(response, reading, name);
        let mut free = |raw: &Option<String>, place: &str| {
            let raw = raw.as_deref().filter(|r| !r.is_empty())?;
            Some(self.text.apply(raw, Scope::Answer, &format!("{name}.{place}")).clean)
        };
        let reason = free(&response.reason, "reason_phrase");
        let exception = free(&response.exception, "exception");
        let http_version = response.http_version.as_deref().filter(|v| shape::is_identifier(v));
        SafeResponse {
            status: response.status,
            reason,
            http_version: http_version.map(|v| Clean::new(v.to_owned())),
            content_type: self.header(response, "content-type", Scope::Value, name),
            layer: reading.layer,
            layer_because: reading.layer_because.to_owned(),
            shape: reading.shape,
            error: self.error(&reading.envelope, name),
            request_ids,
            edge,
            redirect: reading.redirect.as_ref().map(|redirect| SafeRedirect {
                location: address::location(&redirect.location, &mut self.text, &format!("{name}.location")),
                other_host: redirect.other_host,
                to_web_site: redirect.to_web_site,
            }),
            soft: reading.soft,
            headers,
            body,
            body_bytes: response.body_bytes,
            packed: response.packed.as_ref().map(|packed| SafePacked {
                codings: packed.codings.clone(),
                declared: packed.declared,
                inflated_bytes: packed.inflated_bytes,
                read_bytes: packed.read_bytes,
                end: packed.end,
            }),
            stream: response.stream.as_ref().map(|stream| self.stream(stream, name)),
            task_id,
            task_status,
            task_state: task.and_then(|t| t.state),
            returned_model,
            usage: reading.usage,
            finish_reason: reading
                .finish_reason
                .as_deref()
                .map(|reason| self.name(reason, "finish reason", &format!("{name}.finish_reason"))),
            retry_after_ms: reading.retry_after_ms,
            server_date: reading.server_date,
            exception,
        }
    }

    fn error(&mut self, envelope: &Envelope, name: &str) -> SafeError {
        let mut altered = false;
        let message = envelope.message.as_deref().map(|raw| {
            let place = format!("{name}.error.message");
            let dump = is_dump(envelope).then(|| self.of_dump(raw, &place));
            let clean = self.sentence(dump.as_deref().unwrap_or(raw), &place);
            let mut shown = String::new();
            altered = show(raw, &mut shown) || clean.as_str() != shown;
            clean
        });
        let safe = &self.catalog.safe;
        let mut word = |raw: &Option<String>, place: &str| {
            let raw = raw.as_deref()?;
            let identifier = shape::is_identifier(raw);
            if !shape::may_be_a_code(raw, safe) {
                self.text.ledger.add("text", "unknown_field", &format!("{name}.error.{place}"));
                return Some(Clean::new(measure("text", raw.chars().count(), "chars")));
            }
            let scope = if identifier { Scope::Value } else { Scope::Answer };
            let clean = self.text.apply(raw, scope, &format!("{name}.error.{place}")).clean;
            // An identifier shorter than an echo is none; the note's own sentences name it.
            if identifier && raw.len() < 20 {
                self.text.lexicon.add(clean.as_str());
            }
            Some(clean)
        };
        let (code, error_type, param) = (
            word(&envelope.code, "code"),
            word(&envelope.error_type, "type"),
            word(&envelope.param, "param"),
        );
        SafeError {
            kind: envelope.kind,
            message,
            inner_message: envelope
                .inner_message
                .as_deref()
                .map(|raw| self.sentence(raw, &format!("{name}.error.inner_message"))),
            code,
            error_type,
            param,
            title: envelope.title.as_deref().map(|raw| self.sentence(raw, &format!("{name}.title"))),
            altered,
        }
    }

    /// A message that is no sentence but a text of many things: their names and quotes say which of them stay.
    fn of_dump(&mut self, raw: &str, place: &str) -> String {
        let text = &mut self.text;
        let known = (std::mem::take(&mut text.placeholders), std::mem::take(&mut text.ledger));
        let (read, known) = filter::of_answer(self.catalog, text.secrets.clone(), known, (raw, place));
        (text.placeholders, text.ledger) = known;
        read
    }

    /// A sentence of the gateway, which may hold JSON.
    fn sentence(&mut self, raw: &str, place: &str) -> Clean {
        let safe = &self.catalog.safe;
        Clean::new(
            BodyRule::new(safe, &self.ring, &mut self.text, Side::Failure, place).error_text(raw, place),
        )
    }

    /// The id of a task or the word for its state: a name without digits may be the prompt, turned into one.
    fn word_of_task(&mut self, raw: &str, what: &str, place: &str) -> Clean {
        if !raw.bytes().any(|b| b.is_ascii_digit()) && self.text.echoes(raw) {
            self.text.ledger.add("text", "not_a_name", place);
            return Clean::new(measure(what, raw.chars().count(), "chars"));
        }
        self.name(raw, what, place)
    }

    fn request_id(&mut self, id: &RequestId, name: &str) -> SafeRequestId {
        let source = match &id.source {
            IdSource::Header(header) if shape::is_name(header) => format!("header {header}"),
            IdSource::Header(_) => "header".to_owned(),
            IdSource::Message(number) => format!("error.message ({})", ordinal(*number)),
            IdSource::Body(pointer) => {
                let plain = pointer.split('/').all(|s| s.is_empty() || shape::is_name(s));
                if plain { format!("body {pointer}") } else { "body".to_owned() }
            }
            IdSource::Stream => "stream event".to_owned(),
            IdSource::Text => "the client's text".to_owned(),
        };
        let grammar = (1..=128).contains(&id.id.len())
            && id.id.bytes().all(|b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'-' | b'_' | b'.' | b':' | b'/' | b'=' | b'+' | b'@' | b';')
            });
        // An id has digits, by which nobody's words have them in a row.
        let is_words = !id.id.bytes().any(|b| b.is_ascii_digit()) && self.text.echoes(&id.id);
        let clean = if grammar && !is_words {
            self.text.apply(&id.id, Scope::Identifier, &format!("{name}.request_id")).clean
        } else {
            Clean::new(measure("text", id.id.chars().count(), "chars"))
        };
        SafeRequestId {
            id: clean,
            source: Clean::new(source),
            primary: id.primary,
            decoded_time: id.decoded_time,
        }
    }

    fn header(&mut self, response: &Response, header: &str, scope: Scope, name: &str) -> Option<Clean> {
        let value = response.header(header)?;
        if value.len() > LONGEST_HEADER {
            return Some(Clean::new(measure("text", value.chars().count(), "chars")));
        }
        let clean = self.text.apply(value, scope, &format!("{name}.headers/{header}")).clean;
        self.text.lexicon.add(clean.as_str());
        Some(clean)
    }

    fn response_headers(&mut self, response: &Response, name: &str) -> Vec<SafeHeader> {
        let safe = &self.catalog.safe.response_headers;
        let wanted: Vec<&(String, String)> = response
            .headers
            .iter()
            .filter(|(header, value)| {
                (safe.contains(header)
                    || !super::layer::Layer::Structure.is_on()
                    || header.starts_with("x-ratelimit-")
                    || header.starts_with("anthropic-ratelimit-"))
                    && header != "content-type"
                    && shape::is_name(header)
                    && value.len() <= LONGEST_HEADER
            })
            .take(64)
            .collect();
        wanted
            .into_iter()
            .map(|(header, value)| {
                let place = format!("{name}.headers/{header}");
                let clean = self.text.apply(value, Scope::Value, &place).clean;
                self.text.lexicon.add(clean.as_str());
                SafeHeader { name: Clean::new(header.clone()), value: Some(clean) }
            })
            .collect()
    }

    fn response_body(&mut self, response: &Response, reading: &Reading, name: &str) -> SafeBody {
        if response.body.is_empty() && response.body_bytes == 0 {
            return SafeBody::Empty;
        }
        let bytes = usize::try_from(response.body_bytes).unwrap_or(usize::MAX).max(response.body.len());
        let json = json_of(response).filter(|_| response.stream.is_none());
        let Some(json) = json else {
            let kind = if response.stream.is_some() {
                "event stream".to_owned()
            } else {
                shape::kind_of_bytes(response.header("content-type"), &response.readable())
            };
            self.text.ledger.add("text", "body_shape", &format!("{name}.body"));
            return SafeBody::Opaque { shape: Clean::new(measure(&kind, bytes, "bytes")) };
        };
        let side = side_of(response, Some(reading));
        let safe = &self.catalog.safe;
        let value =
            BodyRule::new(safe, &self.ring, &mut self.text, side, &format!("{name}.body")).apply(&json);
        self.explain(&skeleton(&value));
        SafeBody::Json { value }
    }

    fn stream(&mut self, stream: &StreamRecord, name: &str) -> SafeStream {
        SafeStream {
            events: stream.events,
            bytes: stream.bytes,
            terminal_marker: stream.terminal_marker.map(str::to_owned),
            finish_reason: stream
                .finish_reason
                .as_deref()
                .map(|reason| self.name(reason, "finish reason", &format!("{name}.stream.finish_reason"))),
            usage_seen: stream.usage_seen,
            content_chars: stream.content_chars,
            faults: stream.faults,
            irregularities: stream.irregularities.clone(),
            longest_gap_ms: stream.longest_gap_ms,
            verdict: stream.verdict,
        }
    }

    /// Remembers what of the answer will not leave, and the ids that will.
    pub(super) fn drop_response(&mut self, attempt: &Attempt, reading: Option<&Reading>) {
        self.text.ids.extend(reading.into_iter().flat_map(|r| &r.request_ids).map(|id| id.id.clone()));
        self.prompts.extend(attempt.written.iter().cloned());
        let Some(response) = attempt.response() else { return };
        hold_cookies(&mut self.ring, &response.headers);
        if response.stream.is_some() || response.content_type().is_some_and(|c| c == "text/event-stream") {
            self.outputs.extend(streamed_text(&response.readable()));
        } else {
            let side = side_of(response, reading);
            for json in values_of(response) {
                let mut dropped = dropped_strings(&json, &self.catalog.safe, side);
                self.leave_out_shown(&json, "response.body", &mut dropped);
                self.outputs.extend(dropped);
            }
        }
    }
}

/// Characters and lines from which on an answer without structure is no sentence any more.
const LONG_SENTENCE: usize = 400;
const LINES_OF_SENTENCE: usize = 3;

/// True where the message is the whole answer, and more than one says in a sentence.
fn is_dump(envelope: &Envelope) -> bool {
    let message = envelope.message.as_deref().unwrap_or("");
    envelope.kind == EnvelopeKind::Text
        && (message.chars().count() > LONG_SENTENCE || message.lines().count() > LINES_OF_SENTENCE)
}

fn json_of(response: &Response) -> Option<Value> {
    let body = response.readable();
    let json: Value = serde_json::from_slice(without_mark(&body)).ok()?;
    // A bare number or word may be anything.
    (json.is_object() || json.is_array() || json.is_string()).then_some(json)
}

/// Every JSON value of a body, up to the first fault: some servers send several, or something behind the last.
fn values_of(response: &Response) -> Vec<Value> {
    let body = response.readable();
    let values = serde_json::Deserializer::from_slice(without_mark(&body)).into_iter::<Value>();
    values.map_while(Result::ok).filter(|v| v.is_object() || v.is_array() || v.is_string()).collect()
}

fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Whether an answer states an error. Without a reading, a status from 400 on does.
fn side_of(response: &Response, reading: Option<&Reading>) -> Side {
    let states_error = reading.is_some_and(|r| {
        !matches!(r.envelope.kind, EnvelopeKind::NoError | EnvelopeKind::Empty | EnvelopeKind::Other)
            || r.soft == Some(SoftFailure::ErrorInBody)
    });
    if states_error || response.status.is_some_and(|s| s >= 400) { Side::Failure } else { Side::Success }
}

/// The model's text in a stream, its pieces put together.
fn streamed_text(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let mut joined = String::new();
    for line in text.lines() {
        let Some(data) = line.strip_prefix("data:") else { continue };
        if let Ok(event) = serde_json::from_str::<Value>(data.trim()) {
            pieces(&event, "", &mut joined);
        }
    }
    if joined.is_empty() { Vec::new() } else { vec![joined] }
}

fn pieces(value: &Value, key: &str, out: &mut String) {
    match value {
        Value::String(text)
            if matches!(
                key,
                "content"
                    | "text"
                    | "delta"
                    | "arguments"
                    | "partial_json"
                    | "reasoning_content"
                    | "thinking"
            ) =>
        {
            out.push_str(text);
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| pieces(value, key, out)),
        Value::Array(items) => items.iter().for_each(|value| pieces(value, key, out)),
        _ => {}
    }
}

fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (1, n) if n != 11 => "st",
        (2, n) if n != 12 => "nd",
        (3, n) if n != 13 => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

fn blank() -> Reading {
    Reading {
        stream: None,
        envelope: Envelope::bare(EnvelopeKind::Other),
        request_ids: Vec::new(),
        layer: Layer::Unknown,
        layer_because: "",
        shape: ResponseShape::Unknown,
        redirect: None,
        soft: None,
        task: None,
        returned_model: None,
        usage: None,
        finish_reason: None,
        retry_after_ms: None,
        server_date: None,
    }
}

/// True for a Ray ID as Cloudflare makes it: sixteen hexadecimal digits, and the code of the data centre where it is sent.
/// <https://developers.cloudflare.com/fundamentals/reference/cloudflare-ray-id/>
fn is_ray(text: &str) -> bool {
    let (id, place) = text.split_once('-').unwrap_or((text, "AAA"));
    id.len() == 16
        && id.bytes().all(|b| b.is_ascii_hexdigit())
        && place.len() == 3
        && place.bytes().all(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_ray_is_what_cloudflare_makes() {
        for ray in ["8f2a1b3c4d5e6f70-FRA", "8f2a1b3c4d5e6f70"] {
            assert!(super::is_ray(ray), "{ray}");
        }
        for no in [
            "",
            "Frau Annegret",
            "8f2a1b3c4d5e6f70-fra",
            "8f2a1b3c4d5e6f7-FRA",
            "8f2a1b3c4d5e6f70-FRAU",
            "8f2a1b3c4d5e6f7g-FRA",
        ] {
            assert!(!super::is_ray(no), "{no}");
        }
    }
}
