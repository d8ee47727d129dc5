//! Evidence and words of the same shape that say nothing: what a note makes of them is what it says by itself.

use serde_json::{Map, Value};

use super::Audit;
use super::isolated::{SafeFingerprint, SafeIsolation};
use super::safe::{
    Clean, SafeAttempt, SafeBody, SafeEdge, SafeError, SafeEvidence, SafeFile, SafeHeader, SafeRedirect,
    SafeRequest, SafeRequestId, SafeResponse, SafeSaid, SafeStream, SafeWords,
};

/// Stands in a twin for every text of the case. No sentence, template or catalog has it.
pub const NEUTRAL: char = '\u{a4}';

/// Puts the neutral text in the place of every text that `audit` does not explain (the catalog's words and values of
/// typed fields stay).
struct Twin<'a>(&'a Audit);

impl SafeEvidence {
    /// The twin of this evidence: the same facts, numbers and typed values, and no free text.
    #[must_use]
    pub fn twin(&self, audit: &Audit) -> Self {
        let twin = Twin(audit);
        let mut evidence = self.clone();
        if let Some(request) = &mut evidence.request {
            twin.request(request);
        }
        evidence.attempts.iter_mut().for_each(|attempt| twin.attempt(attempt));
        let SafeSaid { method, path, model } = &mut evidence.said;
        twin.texts([], [method, path, model]);
        for control in &mut evidence.controls {
            twin.texts([], [&mut control.to]);
            twin.attempt(&mut control.attempt);
        }
        if let Some(isolation) = &mut evidence.isolation {
            twin.isolation(isolation);
        }
        if let Some(client) = evidence.client.as_mut().filter(|client| !audit.explains(client)) {
            *client = NEUTRAL.to_string();
        }
        evidence
    }
}

impl SafeWords {
    /// The twin of these words: there or not there, and nothing else.
    #[must_use]
    pub fn twin(&self, audit: &Audit) -> Self {
        let mut words = self.clone();
        let Self { question, expected, impact, tried, operator, notes, service, deployment } = &mut words;
        Twin(audit).texts([question, expected, impact, tried, operator, notes, service, deployment], []);
        words
    }
}

// Every struct is taken apart whole, so that a new field has to be thought of here.
impl Twin<'_> {
    fn text(&self, text: &mut Clean) {
        if !self.0.explains(text.as_str()) {
            *text = Clean::new(NEUTRAL.to_string());
        }
    }

    fn texts<const N: usize, const M: usize>(&self, all: [&mut Clean; N], some: [&mut Option<Clean>; M]) {
        all.into_iter().chain(some.into_iter().filter_map(Option::as_mut)).for_each(|text| self.text(text));
    }

    fn request(&self, request: &mut SafeRequest) {
        let SafeRequest {
            method,
            scheme,
            host,
            port: _,
            path,
            query,
            endpoint: _,
            model,
            streaming: _,
            headers,
            body,
            files,
            form_fields,
            body_bytes: _,
            credential_in,
        } = request;
        self.texts([method, scheme, host, path], [model, credential_in]);
        for (name, value) in query {
            self.texts([name], [value]);
        }
        for (name, value) in form_fields {
            self.texts([name, value], []);
        }
        for header in headers {
            self.header(header);
        }
        for SafeFile { field, name, media_type, bytes: _, transport: _ } in files {
            self.texts([field], [name, media_type]);
        }
        if let Some(body) = body {
            self.body(body);
        }
    }

    fn isolation(&self, isolation: &mut SafeIsolation) {
        let SafeIsolation { fields, fingerprint, minimal, kept, limit, hidden, .. } = isolation;
        fields.iter_mut().chain(kept).for_each(|place| self.text(place));
        if let Some(request) = minimal {
            self.request(request);
        }
        if let Some(limit) = limit {
            self.text(&mut limit.of);
        }
        for found in fingerprint.iter_mut().chain(hidden) {
            let SafeFingerprint {
                transport: _,
                status: _,
                soft: _,
                stream: _,
                code,
                error_type,
                param,
                message,
            } = found;
            self.texts([], [code, error_type, param, message]);
        }
    }

    fn header(&self, SafeHeader { name, value }: &mut SafeHeader) {
        self.texts([name], [value]);
    }

    fn body(&self, body: &mut SafeBody) {
        match body {
            SafeBody::Json { value } => *value = self.json(std::mem::take(value)),
            SafeBody::Opaque { shape } => self.text(shape),
            SafeBody::Empty => {}
        }
    }

    /// What was parsed is nested 128 deep at most, so this recursion ends.
    fn json(&self, value: Value) -> Value {
        let kept = |text: String| if self.0.explains(&text) { text } else { NEUTRAL.to_string() };
        match value {
            Value::String(text) => Value::String(kept(text)),
            Value::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(key, field)| (kept(key), self.json(field)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            other => other,
        }
    }

    fn attempt(&self, attempt: &mut SafeAttempt) {
        let SafeAttempt {
            index: _,
            sent: _,
            at: _,
            response,
            transport: _,
            transport_detail,
            polls: _,
            waited_ms: _,
            timing: _,
            connection: _,
            client_request_id: _,
            decision: _,
            reason: _,
        } = attempt;
        self.texts([], [transport_detail]);
        if let Some(response) = response {
            self.response(response);
        }
    }

    fn response(&self, response: &mut SafeResponse) {
        let SafeResponse {
            status: _,
            reason,
            http_version,
            content_type,
            layer: _,
            layer_because: _,
            shape: _,
            error,
            request_ids,
            edge,
            redirect,
            soft: _,
            headers,
            body,
            body_bytes: _,
            packed: _,
            stream,
            task_id,
            task_status,
            task_state: _,
            returned_model,
            usage: _,
            finish_reason,
            retry_after_ms: _,
            server_date: _,
            exception,
        } = response;
        self.texts([], [reason, http_version, content_type, task_id, task_status]);
        self.texts([], [returned_model, finish_reason, exception]);
        let SafeError { kind: _, message, inner_message, code, error_type, param, title, altered: _ } = error;
        self.texts([], [message, inner_message, code, error_type, param, title]);
        for SafeRequestId { id, source, primary: _, decoded_time: _ } in request_ids {
            self.texts([id, source], []);
        }
        let SafeEdge { cf_ray, server, via, date } = edge;
        self.texts([], [cf_ray, server, via, date]);
        if let Some(SafeRedirect { location, other_host: _, to_web_site: _ }) = redirect {
            self.text(location);
        }
        for header in headers {
            self.header(header);
        }
        self.body(body);
        if let Some(SafeStream { finish_reason, .. }) = stream {
            self.texts([], [finish_reason]);
        }
    }
}
