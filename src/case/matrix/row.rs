//! One check in the report: what was sent, what is right, what came, what follows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::facts::{Facts, Read};
use super::fixture::{Drift, Fixture};
use super::judge::{Difference, judge};
use super::{Given, Plan, Step};
use crate::case::catalog::Scalar;
use crate::case::keyring::KeyRing;
use crate::case::note::{Asked, Exchange, of_exchange};
use crate::case::sanitize::{SafeAttempt, SafeWords};
use crate::case::vocabulary::{CheckFact, CheckVerdict, FailureClass, OperatorAction};

/// Most request ids of one answer that are told.
const MOST_IDS: usize = 8;

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What holds when it is kept.
    pub title: String,
    /// The verdict.
    pub verdict: CheckVerdict,
    /// Why it was not run, or is not judged.
    pub reason: Option<String>,
    /// What was sent, in words.
    pub sends: String,
    /// Method.
    #[serde(rename = "http.request.method")]
    pub method: Option<String>,
    /// Path.
    #[serde(rename = "url.path")]
    pub path: Option<String>,
    /// Status.
    #[serde(rename = "http.response.status_code")]
    pub status: Option<u16>,
    /// The failure's class, where it is one.
    #[serde(rename = "error.type")]
    pub error_type: Option<String>,
    /// Answers that are right: facts with their values.
    pub expected: Vec<BTreeMap<CheckFact, Vec<String>>>,
    /// Fields that must be there.
    pub expected_fields: BTreeMap<String, String>,
    /// What came.
    pub observed: Facts,
    /// What is not as expected.
    pub differences: Vec<Difference>,
    /// What changed since the fixture.
    pub drift: Drift,
    /// What the operator does when a request of theirs is answered so.
    pub operator_action: OperatorAction,
    /// The same in words.
    pub operator_outcome: String,
    /// The page that says what is right.
    pub source: Option<String>,
    /// Date of access.
    pub accessed: Option<String>,
    /// The page was read on that date.
    pub confirmed: Option<bool>,
    /// The profile whose expectation it is.
    pub expected_by: Option<String>,
    /// Request ids, the one to name first first.
    pub request_ids: Vec<String>,
    /// Start, UTC.
    pub started_at: Option<String>,
    /// Moments in milliseconds from the start, in the order in which they come, as far as they were observed: the name was
    /// resolved.
    pub dns_ms: Option<u64>,
    /// The TCP connection was there.
    pub connect_ms: Option<u64>,
    /// The TLS handshake was done.
    pub tls_ms: Option<u64>,
    /// The request's body was handed over.
    pub sent_ms: Option<u64>,
    /// Milliseconds until the first byte.
    pub first_byte_ms: Option<u64>,
    /// Milliseconds until the first word of a stream.
    pub first_token_ms: Option<u64>,
    /// Milliseconds until the last event of a stream.
    pub last_event_ms: Option<u64>,
    /// Milliseconds in all.
    pub total_ms: Option<u64>,
    /// The same for a log or a trace, under OpenTelemetry's names where it has one; null where nothing came.
    pub telemetry: serde_json::Value,
}

impl Row {
    pub(super) fn of(step: &Step<'_>) -> Self {
        let check = step.check;
        let (expected, by) = step.expected.unzip();
        let texts = |values: &Vec<Scalar>| values.iter().map(Scalar::to_string).collect::<Vec<_>>();
        let answers = expected.map(|e| e.accept.as_slice()).unwrap_or_default();
        Self {
            id: check.id.clone(),
            title: check.title.clone(),
            verdict: CheckVerdict::NotRun,
            reason: None,
            sends: check.sends.clone(),
            method: None,
            path: None,
            status: None,
            error_type: None,
            expected: answers.iter().map(|a| a.iter().map(|(f, v)| (*f, texts(v))).collect()).collect(),
            expected_fields: expected.map(|e| e.fields.clone()).unwrap_or_default(),
            observed: Facts::new(),
            differences: Vec::new(),
            drift: Drift::new(),
            operator_action: check.outcome,
            operator_outcome: check.outcome_words.clone(),
            source: expected.map(|e| e.source.clone()),
            accessed: expected.map(|e| e.accessed.clone()),
            confirmed: expected.map(|e| e.confirmed),
            expected_by: by.map(str::to_owned),
            request_ids: Vec::new(),
            started_at: None,
            dns_ms: None,
            connect_ms: None,
            tls_ms: None,
            sent_ms: None,
            first_byte_ms: None,
            first_token_ms: None,
            last_event_ms: None,
            total_ms: None,
            telemetry: serde_json::Value::Null,
        }
        .explained(expected.is_some())
    }

    fn explained(mut self, documented: bool) -> Self {
        if !documented {
            self.reason = Some(
                "no source says what is right; what came is told, and is neither kept nor broken".into(),
            );
        }
        self
    }

    /// Fills in what came.
    pub(super) fn fill(&mut self, read: &Read<'_>, safe: &SafeAttempt, plan: &Plan<'_>, ring: &KeyRing) {
        let attempt = &read.answered.attempt;
        self.method = Some(read.request.method.clone());
        self.path = Some(read.request.target.path.clone());
        self.status = attempt.response().and_then(|r| r.status);
        let class = read.diagnosis.class;
        self.error_type = (class != FailureClass::None).then(|| class.to_string());
        self.observed = read.facts(safe, ring, &plan.choice);
        let ids = safe.response.as_ref().map(|r| r.request_ids.as_slice()).unwrap_or_default();
        let (first, others): (Vec<_>, Vec<_>) = ids.iter().partition(|id| id.primary);
        self.request_ids = first.iter().chain(&others).take(MOST_IDS).map(|id| id.id.to_string()).collect();
        self.started_at = attempt.at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        let timing = attempt.timing;
        (self.dns_ms, self.connect_ms, self.tls_ms) = (timing.dns_ms, timing.connect_ms, timing.tls_ms);
        (self.sent_ms, self.first_byte_ms) = (timing.sent_ms, timing.first_byte_ms);
        (self.first_token_ms, self.last_event_ms) = (timing.first_token_ms, timing.last_event_ms);
        self.total_ms = timing.total_ms;
    }

    /// Fills in what a log wants of it.
    pub(super) fn tell(
        &mut self,
        read: &Read<'_>,
        safe: &SafeAttempt,
        model: Option<&str>,
        (words, alias): (&SafeWords, &str),
    ) {
        self.telemetry = of_exchange(&Exchange {
            attempt: safe,
            diagnosis: Some(&read.diagnosis),
            asked: Asked {
                method: self.method.as_deref(),
                path: self.path.as_deref(),
                model,
                streaming: Some(read.request.streaming()),
                body_bytes: Some(read.request.body_bytes()),
            },
            base_url_alias: alias,
            words: Some(words),
            resends: Some(0),
        });
    }

    /// The moments in words: `name 3, TCP 5, TLS 21, sent 22, head 80, end 81`; empty where none was seen.
    pub(super) fn moments(&self) -> String {
        let named = [
            ("name", self.dns_ms),
            ("TCP", self.connect_ms),
            ("TLS", self.tls_ms),
            ("sent", self.sent_ms),
            ("head", self.first_byte_ms),
            ("first content", self.first_token_ms),
            ("last event", self.last_event_ms),
            ("end", self.total_ms),
        ];
        let seen = named.into_iter().filter_map(|(name, ms)| Some(format!("{name} {}", ms?)));
        seen.collect::<Vec<_>>().join(", ")
    }

    /// Judges what came, by the expectation and by the saved fixture.
    pub(super) fn judge(&mut self, step: &Step<'_>, read: &Read<'_>, now: &Fixture, given: &Given<'_>) {
        if let Some(before) = given.fixtures.and_then(|saved| saved.get(&self.id)).filter(|_| !given.update) {
            self.drift = now.drift_since(before);
        }
        let wrong = |(expected, _)| judge(expected, &self.observed, read.document().as_ref());
        self.differences = step.expected.map(wrong).unwrap_or_default();
        self.verdict = if !self.differences.is_empty() {
            CheckVerdict::Broken
        } else if !self.drift.is_empty() {
            CheckVerdict::Drifted
        } else if step.expected.is_none() {
            CheckVerdict::Observed
        } else {
            CheckVerdict::Kept
        };
    }
}
