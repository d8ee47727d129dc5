//! One failure in, what can be said of it out: no request is sent, nothing is kept.
//!
//! ```text
//! Record ──intake──> Attempt ──read──> Reading ──rules──> Diagnosis
//!                       └──────────sanitizer──────────> SafeEvidence ──> Explanation (all of it may leave)
//! ```

mod record;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

pub use record::Record;

use crate::case::catalog::{Catalog, Profile};
use crate::case::diagnose::{Diagnosis, diagnose};
use crate::case::evidence::{Attempt, Evidence, Expectation, Reading, read};
use crate::case::intake;
use crate::case::keyring::KeyRing;
use crate::case::note::{Asked, DiagnosisPart, Exchange, TopicPart, of_exchange};
use crate::case::request::{Request, Said};
use crate::case::sanitize::{Clean, SafeAttempt, SafeEvidence, SafeSaid, Sanitizer};
use crate::case::vocabulary::{
    EnvelopeKind, FailureClass, Fallback, Layer, OperatorAction, Owner, RetryVerdict, TransportKind,
};

/// What can be said of one failure. Sanitized: it may be printed, logged, attached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The record's id, as it was given but for secrets; null where it had none.
    pub id: Option<Clean>,
    /// How often its text holds the failure, where it is the same record again and again; else 1.
    pub times: usize,
    /// The class.
    pub failure_class: FailureClass,
    /// A finer cause.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// May another model be tried?
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// The nearest help-center topic.
    pub topic: Option<TopicPart>,
    /// Finer topics.
    pub see_also: Vec<TopicPart>,
    /// HTTP status, of the answer or as the text says it.
    pub status: Option<u16>,
    /// The failure below HTTP.
    pub transport: Option<TransportKind>,
    /// The error as the envelope states it.
    pub error: ErrorPart,
    /// All request ids, in order.
    pub request_ids: Vec<IdPart>,
    /// Who answered.
    pub layer: Option<Layer>,
    /// Why that is concluded.
    pub layer_because: Option<String>,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do.
    pub first_action: Option<String>,
    /// The rules that led there, best first.
    pub because: Vec<crate::case::note::Because>,
    /// Other classes that fit.
    pub alternatives: Vec<crate::case::note::AlternativePart>,
    /// What speaks against the class.
    pub against: Vec<String>,
    /// What would tell it from the others that fit.
    pub tell_apart: Vec<String>,
    /// What stays open.
    pub uncertain: Vec<String>,
    /// False where the deciding rule is inferred, not documented.
    pub confirmed: bool,
    /// What the record says of the request.
    pub request: RequestPart,
    /// The profile by which it was read.
    pub gateway: Option<String>,
    /// The same for a log or a trace, under OpenTelemetry's names where it has one.
    pub telemetry: serde_json::Value,
}

/// The error of the envelope; what it does not have is null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ErrorPart {
    /// Shape of the envelope.
    pub envelope: Option<EnvelopeKind>,
    /// The message of the outermost envelope, decoded; secrets in it are replaced.
    pub message: Option<Clean>,
    /// Its code.
    pub code: Option<Clean>,
    /// Its type.
    #[serde(rename = "type")]
    pub error_type: Option<Clean>,
    /// Its parameter.
    pub param: Option<Clean>,
    /// A message inside the message.
    pub inner_message: Option<Clean>,
    /// A span of the message was replaced.
    pub altered: bool,
}

/// A request id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdPart {
    /// The id.
    pub id: Clean,
    /// Where it stood.
    pub source: Clean,
    /// The one to name first.
    pub primary: bool,
    /// The gateway's clock inside it, a hint.
    pub decoded_time: Option<DateTime<FixedOffset>>,
}

/// What is known of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RequestPart {
    /// Method.
    pub method: Option<Clean>,
    /// Path.
    pub path: Option<Clean>,
    /// Model.
    pub model: Option<Clean>,
}

/// A record as it was read.
struct Known {
    attempt: Attempt,
    request: Option<Request>,
    said: Said,
    client: Option<String>,
}

/// Explains `record`. `gateway`: the id of a profile, where the operator says which. `None`: nothing in the record tells
/// of a failure.
pub fn explain(record: &Record, gateway: Option<&str>, catalog: &Catalog) -> Option<Explanation> {
    let mut ring = KeyRing::default();
    let known = record.read(catalog, &mut ring)?;
    let profile = profile(&known, gateway, catalog);
    let reading = read(&known.attempt, &expectation(&known, catalog, profile), profile);
    let diagnosis = diagnose(&known.attempt, &reading, catalog, profile);
    Some(explanation(record, known, &reading, &diagnosis, (catalog, profile), &ring))
}

/// The same of a client's one plain sentence on a request that got no answer. `None`: it is more than that; [`explain`] reads
/// it, at a higher cost.
pub fn explain_silence(sentence: &str, catalog: &Catalog) -> Option<Explanation> {
    let attempt = intake::silent_failure(sentence, catalog)?;
    let known = Known { attempt, request: None, said: Said::default(), client: None };
    let profile = profile(&known, None, catalog);
    let reading = read(&known.attempt, &expectation(&known, catalog, profile), profile);
    let diagnosis = diagnose(&known.attempt, &reading, catalog, profile);
    Some(explanation(
        &Record::default(),
        known,
        &reading,
        &diagnosis,
        (catalog, profile),
        &KeyRing::default(),
    ))
}

/// The id of `record` as it may leave: a file of records is no safer than what is in them.
pub fn clean_id(record: &Record, catalog: &Catalog) -> Option<Clean> {
    let ring = KeyRing::default();
    record.id.as_deref().map(|id| Sanitizer::new(catalog, &ring).record_id(id))
}

fn profile<'c>(known: &Known, gateway: Option<&str>, catalog: &'c Catalog) -> Option<&'c Profile> {
    let host = || {
        known.request.as_ref().map(|r| r.target.host_port()).or_else(|| host_of(known.said.url.as_deref()?))
    };
    gateway
        .and_then(|id| catalog.profile(id))
        .or_else(|| catalog.profile_for_host(&host()?))
        .or_else(|| catalog.profile("openai_compatible"))
}

fn host_of(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    let host = parsed.host_str()?;
    Some(parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn expectation<'k>(known: &'k Known, catalog: &'k Catalog, profile: Option<&'k Profile>) -> Expectation<'k> {
    let request = known.request.as_ref();
    let path = request.map(|r| r.target.path.as_str()).or(known.said.url.as_deref());
    let method = request.map(|r| r.method.as_str()).or(known.said.method.as_deref()).unwrap_or("POST");
    Expectation {
        streaming: request.is_some_and(Request::streaming),
        endpoint: path.and_then(|path| catalog.endpoint_at(method, path, profile)),
        host: request.map(|r| r.target.host.as_str()),
    }
}

fn explanation(
    record: &Record,
    known: Known,
    reading: &Reading,
    diagnosis: &Diagnosis,
    (catalog, profile): (&Catalog, Option<&Profile>),
    ring: &KeyRing,
) -> Explanation {
    let evidence = Evidence {
        isolation: None,
        poll: None,
        request: known.request,
        attempts: vec![known.attempt],
        controls: Vec::new(),
        client: known.client,
        said: known.said,
    };
    let mut sanitizer = Sanitizer::new(catalog, ring);
    let safe = sanitizer.evidence(&evidence, std::slice::from_ref(reading), &[], profile);
    let part = DiagnosisPart::of(diagnosis, catalog);
    let attempt = safe.attempts.first();
    let answer = attempt.and_then(|a| a.response.as_ref());
    Explanation {
        id: record.id.as_deref().map(|id| sanitizer.record_id(id)),
        times: record.text.as_deref().or(record.body.as_deref()).map_or(1, intake::times),
        failure_class: part.failure_class,
        cause: part.cause,
        retryable: part.retryable,
        fallback: part.fallback,
        operator_action: part.operator_action,
        topic: part.topic,
        see_also: part.see_also,
        status: answer.and_then(|a| a.status),
        transport: attempt.and_then(|a| a.transport),
        error: attempt.map(error).unwrap_or_default(),
        request_ids: answer.map(|a| a.request_ids.iter().map(id).collect()).unwrap_or_default(),
        layer: answer.map(|a| a.layer),
        layer_because: answer.map(|a| a.layer_because.clone()),
        owner: part.owner,
        first_action: part.first_action,
        because: part.because,
        alternatives: part.alternatives,
        against: diagnosis.against(catalog),
        tell_apart: diagnosis.tell_apart(catalog),
        uncertain: diagnosis.uncertain.clone(),
        confirmed: part.confirmed,
        telemetry: attempt.map_or(serde_json::Value::Null, |attempt| telemetry(attempt, diagnosis, &safe)),
        request: request(&safe),
        gateway: profile.map(|p| p.id.clone()),
    }
}

fn telemetry(attempt: &SafeAttempt, diagnosis: &Diagnosis, safe: &SafeEvidence) -> serde_json::Value {
    let named = request(safe);
    let sent = safe.request.as_ref();
    let text = |text: &'_ Option<Clean>| text.as_ref().map(ToString::to_string);
    let (method, path, model) = (text(&named.method), text(&named.path), text(&named.model));
    of_exchange(&Exchange {
        attempt,
        diagnosis: Some(diagnosis),
        asked: Asked {
            method: method.as_deref(),
            path: path.as_deref(),
            model: model.as_deref(),
            streaming: sent.map(|request| request.streaming),
            body_bytes: sent.map(|request| request.body_bytes),
        },
        base_url_alias: "",
        words: None,
        resends: None,
    })
}

fn error(attempt: &SafeAttempt) -> ErrorPart {
    let Some(answer) = &attempt.response else { return ErrorPart::default() };
    let error = &answer.error;
    // An empty word of the envelope says as little as none.
    let word = |word: &Option<Clean>| word.clone().filter(|w| !w.as_str().is_empty());
    ErrorPart {
        envelope: Some(error.kind),
        message: word(&error.message),
        code: word(&error.code),
        error_type: word(&error.error_type),
        param: word(&error.param),
        inner_message: word(&error.inner_message),
        altered: error.altered,
    }
}

fn id(id: &crate::case::sanitize::SafeRequestId) -> IdPart {
    IdPart {
        id: id.id.clone(),
        source: id.source.clone(),
        primary: id.primary,
        decoded_time: id.decoded_time,
    }
}

fn request(safe: &SafeEvidence) -> RequestPart {
    let SafeSaid { method, path, model } = safe.said.clone();
    let sent = safe.request.as_ref();
    RequestPart {
        method: method.or_else(|| sent.map(|r| r.method.clone())),
        path: path.or_else(|| sent.map(|r| r.path.clone())),
        model: model.or_else(|| sent.and_then(|r| r.model.clone())),
    }
}

#[cfg(test)]
mod tests;
