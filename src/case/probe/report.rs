//! What a probe observed, by route and model. All of it is sanitized: it may be printed or attached.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use super::figures::Latency;
use super::{Plan, Stop};
use crate::case::catalog::{Catalog, Profile};
use crate::case::diagnose::{Diagnosis, diagnose};
use crate::case::evidence::{Attempt, Evidence, Expectation, Outcome, Reading, read};
use crate::case::keyring::KeyRing;
use crate::case::note::{Asked, Exchange, of_exchange};
use crate::case::request::Request;
use crate::case::sanitize::{Audit, SafeAttempt, SafeRequest, SafeWords, Sanitizer, Words};
use crate::case::vocabulary::{FailureClass, TransportKind};

/// Bytes of a failed answer that are kept.
const MOST_BODY: usize = 16 * 1024;

/// One send, raw.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Number of the request, from 0.
    pub number: u32,
    /// Which time it was sent, from 1.
    pub send: u32,
    /// What came.
    pub attempt: Attempt,
    /// What it says.
    pub reading: Reading,
    /// Its diagnosis.
    pub diagnosis: Diagnosis,
}

impl Sample {
    /// Reads what came of `request`.
    pub fn of(
        (number, send): (u32, u32),
        request: &Request,
        mut attempt: Attempt,
        catalog: &Catalog,
        profile: &Profile,
    ) -> Self {
        let endpoint = catalog.endpoint_at(&request.method, &request.target.path, Some(profile));
        let expectation = Expectation {
            streaming: request.streaming(),
            endpoint,
            host: Some(request.target.host.as_str()),
        };
        let reading = read(&attempt, &expectation, Some(profile));
        let diagnosis = diagnose(&attempt, &reading, catalog, Some(profile));
        if let Outcome::Response(response) = &mut attempt.outcome {
            // What it says is read; a hundred whole answers would only have to be cleaned again.
            let kept = if diagnosis.class == FailureClass::None { 0 } else { MOST_BODY };
            response.body.truncate(kept);
            response.packed = None;
        }
        Self { number, send, attempt, reading, diagnosis }
    }
}

/// Facts on the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// `casefile` and its version.
    pub tool: String,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// Most sends that were under way at a time.
    pub most_under_way: u32,
    /// The service that sends such requests, raw; empty: not said.
    pub service: String,
    /// Where that runs, raw; empty: not said.
    pub deployment: String,
    /// Alias of the base URL that may be told.
    pub base_url_alias: String,
    /// How the key was named.
    pub secret_source: Option<String>,
    /// Why it ended before its time.
    pub stopped: Option<Stop>,
}

/// The report, `casefile.probe/1`. Names with a dot are OpenTelemetry's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `casefile.probe/1`.
    pub schema: &'static str,
    /// What it is, and what it is not.
    pub reads_as: &'static str,
    /// When it began, UTC.
    pub probed_at: String,
    /// Program and version.
    pub tool: String,
    /// Gateway profile.
    pub gateway: String,
    /// Alias of the base URL.
    pub base_url_alias: String,
    /// Host, and port where the URL names one.
    #[serde(rename = "server.address")]
    pub server_address: String,
    /// How the key was named; `none` without one.
    pub secret_source: String,
    /// Requests that were planned.
    pub requests: u32,
    /// Most at a time that were allowed.
    pub concurrency: u32,
    /// Retries allowed for each.
    pub retries: u32,
    /// Retry policy.
    pub policy_version: String,
    /// Sends, retries counted.
    pub sends: usize,
    /// Most at a time that were seen.
    pub most_under_way: u32,
    /// Milliseconds from the first send to the last end.
    pub took_ms: u64,
    /// `storm`, `operator`, `local`; null where all were sent.
    pub stopped: Option<&'static str>,
    /// By route and model.
    pub groups: Vec<Group>,
    /// What failed, in the order of its sending; at most 50.
    pub failures: Vec<Failure>,
    /// Failures that are not listed.
    pub failures_left_off: usize,
}

/// Failures that are listed.
const MOST_FAILURES: usize = 50;

/// One route with one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Method.
    #[serde(rename = "http.request.method")]
    pub method: String,
    /// Path.
    #[serde(rename = "url.path")]
    pub path: String,
    /// Model; null where the request names none.
    #[serde(rename = "gen_ai.request.model")]
    pub model: Option<String>,
    /// Sends, retries counted.
    pub sends: usize,
    /// Sends beyond the first of a request.
    pub retries: usize,
    /// Sends that worked.
    pub worked: usize,
    /// Sends by status, or by the failure below HTTP where there was none.
    pub outcomes: BTreeMap<String, usize>,
    /// Failed sends by class.
    pub failure_classes: BTreeMap<String, usize>,
    /// Milliseconds of those that worked.
    pub latency_ms: Option<Latency>,
    /// Milliseconds of those that failed.
    pub failed_latency_ms: Option<Latency>,
}

/// One send that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Number of the request, from 1.
    pub request: u32,
    /// Which time it was sent, from 1.
    pub send: u32,
    /// Start, UTC.
    pub started_at: Option<String>,
    /// Milliseconds until its end.
    pub took_ms: Option<u64>,
    /// Path.
    #[serde(rename = "url.path")]
    pub path: String,
    /// Model.
    #[serde(rename = "gen_ai.request.model")]
    pub model: Option<String>,
    /// Status.
    #[serde(rename = "http.response.status_code")]
    pub status: Option<u16>,
    /// Failure class.
    #[serde(rename = "error.type")]
    pub class: FailureClass,
    /// The id to name to support.
    pub request_id: Option<String>,
    /// The same for a log or a trace, under OpenTelemetry's names where it has one.
    pub telemetry: serde_json::Value,
}

/// One send, for the table of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) group: usize,
    pub(super) outcome: String,
    pub(super) first_byte_ms: Option<u64>,
    pub(super) failure: Failure,
}

impl Line {
    /// It failed by itself. What the operator stopped did not: it says nothing of the gateway.
    fn failed(&self) -> bool {
        self.failure.class != FailureClass::None && self.outcome != TransportKind::Cancelled.as_str()
    }
}

/// The report and all sends, cleaned.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The report.
    pub report: Report,
    pub(super) lines: Vec<Line>,
}

impl Told {
    /// Cleans and groups `samples`; gives the audit by which they leave.
    pub fn of(
        plan: &Plan,
        samples: &[Sample],
        (catalog, profile, ring): (&Catalog, &Profile, &KeyRing),
        run: &Circumstances,
    ) -> (Self, Audit) {
        let mut sanitizer = Sanitizer::new(catalog, ring);
        let (service, deployment) = (run.service.clone(), run.deployment.clone());
        let words = sanitizer.words(&Words { service, deployment, ..Words::default() });
        let told_of = (&words, run.base_url_alias.as_str());
        let mut lines: Vec<(usize, Line)> = Vec::new();
        let (mut groups, mut server_address) = (Vec::new(), String::new());
        for (group, request) in plan.requests.iter().enumerate() {
            let mine: Vec<(usize, &Sample)> = samples
                .iter()
                .enumerate()
                .filter(|(_, s)| s.number as usize % plan.requests.len() == group)
                .collect();
            let evidence = Evidence {
                request: Some(request.clone()),
                attempts: mine.iter().map(|(_, s)| s.attempt.clone()).collect(),
                ..Evidence::default()
            };
            let readings: Vec<Reading> = mine.iter().map(|(_, s)| s.reading.clone()).collect();
            let safe = sanitizer.evidence(&evidence, &readings, &[], Some(profile));
            let Some(request) = safe.request else { continue };
            server_address =
                request.port.map_or_else(|| request.host.to_string(), |p| format!("{}:{p}", request.host));
            let own: Vec<Line> = mine
                .iter()
                .zip(&safe.attempts)
                .map(|((_, s), safe)| line(group, &request, s, safe, told_of))
                .collect();
            groups.push(Group::of(&request, &own));
            lines.extend(mine.iter().map(|(at, _)| *at).zip(own));
        }
        lines.sort_by_key(|(at, _)| *at);
        let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
        let failed = || lines.iter().filter(|l| l.failed());
        let report = Report {
            schema: "casefile.probe/1",
            reads_as: "What was observed on these requests at this time. It states no limit, no quota and no availability.",
            probed_at: run.at.to_rfc3339_opts(SecondsFormat::Secs, true),
            tool: run.tool.clone(),
            gateway: profile.id.clone(),
            base_url_alias: run.base_url_alias.clone(),
            server_address,
            secret_source: run.secret_source.clone().unwrap_or_else(|| "none".to_owned()),
            requests: plan.total,
            concurrency: plan.concurrency,
            retries: plan.policy.retries,
            policy_version: plan.policy.version.to_string(),
            sends: samples.len(),
            most_under_way: run.most_under_way,
            took_ms: run.took_ms,
            stopped: run.stopped.map(Stop::as_str),
            groups,
            failures: failed().take(MOST_FAILURES).map(|l| l.failure.clone()).collect(),
            failures_left_off: failed().count().saturating_sub(MOST_FAILURES),
        };
        let audit = sanitizer.audit();
        (Self { report, lines }, audit)
    }
}

fn line(
    group: usize,
    request: &SafeRequest,
    sample: &Sample,
    safe: &SafeAttempt,
    (words, base_url_alias): (&SafeWords, &str),
) -> Line {
    let attempt = &sample.attempt;
    let status = attempt.response().and_then(|r| r.status);
    let ids = safe.response.as_ref().map(|r| r.request_ids.as_slice()).unwrap_or_default();
    let id = ids.iter().find(|id| id.primary).or_else(|| ids.first());
    Line {
        group,
        outcome: outcome(attempt),
        first_byte_ms: attempt.timing.first_byte_ms,
        failure: Failure {
            request: sample.number + 1,
            send: sample.send,
            started_at: attempt.at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            took_ms: attempt.timing.total_ms,
            path: request.path.to_string(),
            model: request.model.as_ref().map(ToString::to_string),
            status,
            class: sample.diagnosis.class,
            request_id: id.map(|id| id.id.to_string()),
            telemetry: of_exchange(&Exchange {
                attempt: safe,
                diagnosis: Some(&sample.diagnosis),
                asked: Asked::of(request),
                base_url_alias,
                words: Some(words),
                resends: Some(sample.send.saturating_sub(1)),
            }),
        },
    }
}

/// The status, or the failure below HTTP: a number and a word.
pub(super) fn outcome(attempt: &Attempt) -> String {
    let status = attempt.response().and_then(|r| r.status);
    let cut = attempt.transport().map(|t| t.kind.to_string());
    match (status, cut) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(cut)) => format!("{status} {cut}"),
        (None, cut) => cut.unwrap_or_else(|| "no answer".to_owned()),
    }
}

impl Group {
    fn of(request: &SafeRequest, lines: &[Line]) -> Self {
        let worked = |l: &&Line| l.failure.class == FailureClass::None;
        let times = |want: bool| {
            Latency::of(
                lines
                    .iter()
                    .filter(|l| if want { worked(l) } else { l.failed() })
                    .filter_map(|l| l.failure.took_ms)
                    .collect(),
            )
        };
        let count = |words: Vec<String>| {
            let mut counts = BTreeMap::new();
            for word in words {
                *counts.entry(word).or_insert(0) += 1;
            }
            counts
        };
        let failed = lines.iter().filter(|l| l.failed());
        Self {
            method: request.method.to_string(),
            path: request.path.to_string(),
            model: request.model.as_ref().map(ToString::to_string),
            sends: lines.len(),
            retries: lines.iter().filter(|l| l.failure.send > 1).count(),
            worked: lines.iter().filter(worked).count(),
            outcomes: count(lines.iter().map(|l| l.outcome.clone()).collect()),
            failure_classes: count(failed.map(|l| l.failure.class.to_string()).collect()),
            latency_ms: times(true),
            failed_latency_ms: times(false),
        }
    }
}
