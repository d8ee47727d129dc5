//! An answer as facts: words and numbers, each by the same reading as a note's.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shape::Shape;
use super::{Answered, Choice};
use crate::case::catalog::Endpoint;
use crate::case::diagnose::{Diagnosis, diagnose};
use crate::case::evidence::{Attempt, Expectation, Outcome, Reading, Response, lists_model, read};
use crate::case::keyring::KeyRing;
use crate::case::request::Request;
use crate::case::retry::{Policy, decide};
use crate::case::sanitize::{Clean, SafeAttempt};
use crate::case::vocabulary::{CheckFact, SoftFailure, StreamVerdict};

/// Facts by name; what is not there is missing here.
pub(super) type Facts = BTreeMap<CheckFact, String>;

/// An answer as it was read. Raw.
pub(super) struct Read<'a> {
    pub(super) answered: &'a Answered,
    pub(super) request: &'a Request,
    pub(super) reading: Reading,
    pub(super) diagnosis: Diagnosis,
    endpoint: Option<&'a Endpoint>,
}

impl<'a> Read<'a> {
    pub(super) fn of(answered: &'a Answered, request: &'a Request, choice: &Choice<'a>) -> Self {
        let (catalog, profile) = (choice.catalog, Some(choice.profile));
        let endpoint = catalog.endpoint_at(&request.method, &request.target.path, profile);
        let reading = read(&answered.attempt, &expectation(request, endpoint), profile);
        let diagnosis = diagnose(&answered.attempt, &reading, catalog, profile);
        Self { answered, request, reading, diagnosis, endpoint }
    }

    /// The shape of what came.
    pub(super) fn shape(&self) -> Shape {
        Shape::of(&self.documents())
    }

    /// The answer's JSON, where it is one document. It is read anew each time: all answers of a run at once, taken apart,
    /// would need much memory.
    pub(super) fn document(&self) -> Option<Value> {
        if self.reading.stream.is_some() {
            return None;
        }
        self.documents().into_iter().next()
    }

    /// The JSON of the answer, or of each event of its stream.
    fn documents(&self) -> Vec<Value> {
        let response = self.answered.attempt.response();
        response.map(|r| documents(r, self.reading.stream.is_some())).unwrap_or_default()
    }

    /// The facts. Texts of the answer are taken from `safe`, its sanitized form.
    pub(super) fn facts(&self, safe: &SafeAttempt, ring: &KeyRing, choice: &Choice<'_>) -> Facts {
        let (attempt, reading, diagnosis) = (&self.answered.attempt, &self.reading, &self.diagnosis);
        let mut facts = Facts::new();
        let mut put = |fact: CheckFact, value: Option<String>| {
            facts.extend(value.filter(|v| !v.is_empty()).map(|value| (fact, value)));
        };
        put(CheckFact::Sends, Some(self.answered.sends.to_string()));
        put(CheckFact::Class, Some(diagnosis.class.to_string()));
        put(CheckFact::Retry, Some(diagnosis.retryable.to_string()));
        put(CheckFact::Action, Some(diagnosis.operator_action.to_string()));
        let next = decide(&Policy::default(), diagnosis, reading.retry_after_ms, 1, 0, 0);
        put(CheckFact::Decision, Some(next.decision.as_str().to_owned()));
        put(CheckFact::Transport, attempt.transport().map(|t| t.kind.to_string()));
        put(CheckFact::FirstByte, Some(attempt.timing.first_byte_ms.is_some().to_string()));
        let (Some(response), Some(said)) = (attempt.response(), safe.response.as_ref()) else { return facts };
        let clean = |text: Option<&Clean>| text.map(|text| shortened(text.as_str()));
        let document = self.document();
        put(CheckFact::Status, response.status.map(|s| s.to_string()));
        put(CheckFact::Shape, Some(reading.shape.to_string()));
        put(CheckFact::Envelope, Some(reading.envelope.kind.to_string()));
        put(CheckFact::Code, clean(said.error.code.as_ref()));
        put(CheckFact::Type, clean(said.error.error_type.as_ref()));
        put(CheckFact::Layer, Some(reading.layer.to_string()));
        put(CheckFact::Soft, reading.soft.map(|s| s.to_string()));
        put(CheckFact::Finish, clean(said.finish_reason.as_ref()));
        put(CheckFact::RequestId, Some((!reading.request_ids.is_empty()).to_string()));
        put(
            CheckFact::Redirect,
            reading.redirect.as_ref().map(|redirect| {
                let leads = [(redirect.to_web_site, "web_site"), (redirect.other_host, "other_host")];
                leads.iter().find(|(so, _)| *so).map_or("same_host", |(_, word)| word).to_owned()
            }),
        );
        let stream = reading.stream.as_ref();
        let verdict =
            stream.map(|s| s.verdict).or(self.request.streaming().then_some(StreamVerdict::NotAStream));
        put(CheckFact::Stream, verdict.map(|v| v.to_string()));
        put(CheckFact::Terminal, stream.and_then(|s| s.terminal_marker).map(str::to_owned));
        put(CheckFact::Faults, stream.map(|s| s.faults.to_string()));
        let asked = self.request.json().and_then(|json| Some(json.get("model")?.as_str()?.to_owned()));
        let as_asked = reading.returned_model.as_ref().zip(asked).map(|(came, asked)| *came == asked);
        put(CheckFact::SameModel, as_asked.map(|s| s.to_string()));
        put(
            CheckFact::ModelListed,
            document.as_ref().and_then(|json| lists_model(json, choice.model)).map(|l| l.to_string()),
        );
        put(CheckFact::CredentialInAnswer, repeated(self.request, response, ring).map(|r| r.to_string()));
        put(CheckFact::Parser, self.tolerance(response, document, choice).map(str::to_owned));
        facts
    }

    /// How the answer is read with a further field in each object, and without those that a reader needs.
    fn tolerance(
        &self,
        response: &Response,
        document: Option<Value>,
        choice: &Choice<'_>,
    ) -> Option<&'static str> {
        let needed = self.endpoint.filter(|e| !e.answer_fields.is_empty())?;
        let judged = matches!(self.reading.soft, None | Some(SoftFailure::LengthLimit));
        let whole = document.filter(|json| json.is_object() && response.is_success() && judged)?;
        let mut more = whole.clone();
        extend(&mut more, 0);
        let mut less = whole.clone();
        for pointer in &needed.answer_fields {
            let first = pointer.split('/').nth(1).unwrap_or_default();
            if let Value::Object(fields) = &mut less {
                fields.shift_remove(first);
            }
        }
        let again = |json: &Value| {
            let body = json.to_string().into_bytes();
            let response = Response { body_bytes: body.len() as u64, body, packed: None, ..response.clone() };
            let attempt = Attempt { outcome: Outcome::Response(response), ..self.answered.attempt.clone() };
            read(&attempt, &expectation(self.request, self.endpoint), Some(choice.profile))
        };
        let (more, less) = (again(&more), again(&less));
        let known = &self.reading;
        let same = (more.shape, more.soft, &more.finish_reason, &more.returned_model, more.envelope.kind)
            == (known.shape, known.soft, &known.finish_reason, &known.returned_model, known.envelope.kind);
        let missed = less.soft == Some(SoftFailure::MissingField);
        Some(if same && missed { "tolerant" } else { "intolerant" })
    }
}

fn expectation<'a>(request: &'a Request, endpoint: Option<&'a Endpoint>) -> Expectation<'a> {
    Expectation { streaming: request.streaming(), endpoint, host: Some(&request.target.host) }
}

/// Longest code or type that is told whole, characters: an answer can make it as long as it likes.
const LONGEST_WORD: usize = 100;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_WORD) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The JSON of the body, or of each event; what is none is left out.
fn documents(response: &Response, is_stream: bool) -> Vec<Value> {
    let bytes = response.readable();
    if !is_stream {
        return serde_json::from_slice(&bytes).into_iter().collect();
    }
    let text = String::from_utf8_lossy(&bytes);
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    data.filter_map(|data| serde_json::from_str(data.trim()).ok()).collect()
}

/// Does the answer repeat a credential of the request? `None`: none was sent.
fn repeated(request: &Request, response: &Response, ring: &KeyRing) -> Option<bool> {
    let mut sent = request.masked_texts().flat_map(|text| ring.used_in(text)).peekable();
    sent.peek()?;
    let body = response.readable();
    let text = String::from_utf8_lossy(&body);
    let said = |value: &str| text.contains(value) || response.headers.iter().any(|(_, v)| v.contains(value));
    Some(sent.any(|held| said(held.expose())))
}

/// Deeper than this no field is added.
const DEEPEST: usize = 16;

fn extend(value: &mut Value, depth: usize) {
    match value {
        Value::Object(fields) if depth < DEEPEST => {
            fields.values_mut().for_each(|value| extend(value, depth + 1));
            fields.insert("casefile_extra".to_owned(), Value::Array(vec![Value::Bool(true)]));
        }
        Value::Array(items) if depth < DEEPEST => items.iter_mut().for_each(|value| extend(value, depth + 1)),
        _ => {}
    }
}
