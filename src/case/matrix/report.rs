//! The report: pins, one row a check, criteria. All of it is sanitized; it leaves by the audit only ([`Report::leave`]).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::criteria::{CriterionRow, state};
use super::facts::Read;
use super::fixture::Fixture;
use super::row::Row;
use super::smoke::LogRecord;
use super::{Answered, Plan, Run, Step};
use crate::case::catalog::{Carrier, Credential};
use crate::case::evidence::Evidence;
use crate::case::keyring::KeyRing;
use crate::case::note::Timeouts;
use crate::case::retry::Policy;
use crate::case::sanitize::{Audit, SafeAttempt, Sanitizer, Words};
use crate::case::vocabulary::{CheckFact, CheckVerdict, FailureClass};

/// What is known beside the answers.
pub struct Given<'a> {
    /// The secrets of the run.
    pub ring: &'a KeyRing,
    /// Fixtures of an earlier run, by check; `None`: there is no folder for them.
    pub fixtures: Option<&'a BTreeMap<String, Fixture>>,
    /// The fixtures are written anew: what changed is no drift.
    pub update: bool,
    /// The rest.
    pub circumstances: &'a Circumstances,
}

/// When, by whom and with what the run was made.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Name and version of this program.
    pub tool: String,
    /// Start, UTC.
    pub at: DateTime<Utc>,
    /// Who runs it, raw.
    pub operator: String,
    /// The service that sends such requests, raw; empty: not said.
    pub service: String,
    /// Where that runs, raw; empty: not said.
    pub deployment: String,
    /// Where the key came from, by name; `None`: no key.
    pub secret_source: Option<String>,
    /// The name under which the base URL may be told.
    pub base_url_alias: String,
    /// How it ended.
    pub ending: Ending,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// By itself.
    #[default]
    Whole,
    /// The operator stopped it between two requests.
    Stopped,
    /// The operator stopped it while a request was under way, which may have arrived.
    CutOff,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `casefile.check/1`.
    pub schema: &'static str,
    /// `contract` or `smoke`.
    pub preset: &'static str,
    /// What was tested, pinned.
    pub pins: Pins,
    /// Requests that were sent; the one that was under way when the operator stopped it is one of them.
    pub requests_sent: usize,
    /// Those that came to an end: an answer, or a failure below HTTP.
    pub requests_answered: usize,
    /// Requests that were planned.
    pub requests_planned: usize,
    /// The class by which the smallest request was refused for its key or model, so that the contract is hardly tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<FailureClass>,
    /// Most output tokens that the plan could cost.
    pub most_output_tokens: u64,
    /// The operator stopped it.
    pub interrupted: bool,
    /// `kept`, or the worst verdict: `broken`, then `drifted`; `not_run` where nothing was judged.
    pub result: CheckVerdict,
    /// The checks in order.
    pub checks: Vec<Row>,
    /// The criteria of acceptance.
    pub acceptance: Vec<CriterionRow>,
    /// The smoke test's log record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_record: Option<LogRecord>,
    /// What was saved of each check.
    #[serde(skip)]
    pub fixtures: Vec<Fixture>,
}

impl Report {
    /// The verdicts counted, and the requests, in one line.
    pub fn summary(&self) -> String {
        super::text::summary(self)
    }
}

/// What was tested.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pins {
    /// When, UTC.
    pub checked_at: String,
    /// With what.
    pub tool: String,
    /// Id of the profile.
    pub gateway: String,
    /// The page that documents the endpoint.
    pub doc_url: String,
    /// Date of access.
    pub doc_accessed: String,
    /// Alias of the base URL.
    pub base_url_alias: String,
    /// Host, and port where one was named.
    #[serde(rename = "server.address")]
    pub server_address: String,
    /// Path.
    #[serde(rename = "url.path")]
    pub path: String,
    /// How the key travels, in words.
    pub auth_method: String,
    /// Where the key came from, by name.
    pub secret_source: String,
    /// Model.
    #[serde(rename = "gen_ai.request.model")]
    pub model: String,
    /// Whether streams were tested.
    pub streaming: String,
    /// Deadlines.
    pub timeouts: Timeouts,
    /// Retries: none; the policy whose decision is told.
    pub retry_policy: String,
    /// Another provider or model: none.
    pub fallback: &'static str,
}

/// Judges `answered` (in the order of the plan's requests; an error says why one was not sent), and gives the audit by which
/// the report leaves.
pub fn report(plan: &Plan<'_>, answered: &[Result<Answered, String>], given: &Given<'_>) -> (Report, Audit) {
    let choice = &plan.choice;
    let reads: Vec<Result<Read<'_>, &String>> = plan
        .requests
        .iter()
        .zip(answered)
        .map(|(planned, answered)| answered.as_ref().map(|a| Read::of(a, &planned.request, choice)))
        .collect();
    let mut sanitizer = Sanitizer::new(choice.catalog, given.ring);
    let sent: Vec<&Read<'_>> = reads.iter().flatten().collect();
    let evidence = Evidence {
        request: Some(plan.base.clone()),
        attempts: sent.iter().map(|r| r.answered.attempt.clone()).collect(),
        ..Evidence::default()
    };
    let readings: Vec<_> = sent.iter().map(|r| r.reading.clone()).collect();
    let safe = sanitizer.evidence(&evidence, &readings, &[], Some(choice.profile));
    let run = given.circumstances;
    let words = Words {
        operator: run.operator.clone(),
        service: run.service.clone(),
        deployment: run.deployment.clone(),
        ..Words::default()
    };
    let words = sanitizer.words(&words);
    let operator = words.operator.to_string();
    let audit = sanitizer.audit();

    let mut attempts = safe.attempts.iter();
    let mut cleaned =
        reads.iter().map(|read| read.as_ref().ok().and_then(|_| attempts.next())).collect::<Vec<_>>();
    cleaned.resize(plan.requests.len(), None);
    let of_base = safe.request.as_ref().and_then(|request| request.model.as_ref()).map(ToString::to_string);
    let (mut rows, mut fixtures): (Vec<Row>, Vec<Fixture>) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        let mut row = Row::of(step);
        match came(step, &reads, &cleaned) {
            Ok((read, safe)) => {
                row.fill(read, safe, plan, given.ring);
                // Another model is one that the check made up, or none.
                let is_of_base = read.request.model(choice.catalog) == plan.base.model(choice.catalog);
                let model = of_base.as_deref().filter(|_| is_of_base);
                row.tell(read, safe, model, (&words, &run.base_url_alias));
                fixtures.push(Fixture::of(&row.id, read, &row.observed, |path| audit.spans(path).is_empty()));
            }
            Err(reason) => row.reason = Some(reason),
        }
        rows.push(row);
    }
    tell_credentials(&mut rows, &fixtures, given.ring);
    let refused = refused(plan, &reads);
    for (row, step) in rows.iter_mut().zip(&plan.steps) {
        if let (Ok((read, _)), Some(now)) =
            (came(step, &reads, &cleaned), fixtures.iter().find(|f| f.check == step.check.id))
        {
            row.judge(step, read, now, given);
            if refused == Some(read.diagnosis.class) && says_nothing(step, read, plan) {
                let what = refused.map_or("key", refused_for);
                row.verdict = CheckVerdict::NotRun;
                row.differences.clear();
                row.drift.clear();
                row.reason = Some(format!(
                    "the smallest request with this {what} was refused ({}), so this answer says nothing of the check",
                    read.diagnosis.class
                ));
            }
        }
    }
    let request = safe.request.as_ref();
    let pins = pins(plan, given, |what| request.map(what).unwrap_or_default());
    let criteria = &choice.catalog.matrix.criteria;
    let compared = given.fixtures.is_some() && !fixtures.is_empty();
    let report = Report {
        schema: "casefile.check/1",
        preset: if choice.smoke { "smoke" } else { "contract" },
        requests_sent: sent.len() + usize::from(run.ending == Ending::CutOff),
        requests_answered: sent.len(),
        requests_planned: plan.requests.len(),
        refused,
        most_output_tokens: plan.most_output_tokens(),
        interrupted: run.ending != Ending::Whole,
        result: worst(&rows),
        acceptance: criteria.iter().map(|c| state(c, &rows, compared)).collect(),
        log_record: choice.smoke.then(|| LogRecord::of(&pins, &rows, &operator, &plan.endpoint.id)),
        pins,
        checks: rows,
        fixtures,
    };
    (report, audit)
}

/// What came of `step`.
///
/// # Errors
/// Why nothing did.
fn came<'r, 'a>(
    step: &Step<'_>,
    reads: &'r [Result<Read<'a>, &String>],
    cleaned: &[Option<&'r SafeAttempt>],
) -> Result<(&'r Read<'a>, &'r SafeAttempt), String> {
    let at = match &step.run {
        Run::Not(reason) => return Err(reason.clone()),
        Run::Send(at) => *at,
    };
    match (reads.get(at), cleaned.get(at).copied().flatten()) {
        (Some(Ok(read)), Some(safe)) => Ok((read, safe)),
        (Some(Err(reason)), _) => Err((*reason).clone()),
        _ => Err("the run ended before it".to_owned()),
    }
}

/// What a refusal of this class turns on, in a word.
pub(super) fn refused_for(class: FailureClass) -> &'static str {
    if class == FailureClass::ModelUnavailable { "model" } else { "key" }
}

/// The class by which the smallest request was refused for the operator's own key or model; `None`: it was not.
fn refused(plan: &Plan<'_>, reads: &[Result<Read<'_>, &String>]) -> Option<FailureClass> {
    let base = reads.iter().flatten().find(|read| *read.request == plan.base)?;
    let class = base.diagnosis.class;
    let of_ours = [
        FailureClass::Auth,
        FailureClass::PermissionOrWaf,
        FailureClass::QuotaOrBillingClaim,
        FailureClass::ModelUnavailable,
    ];
    of_ours.contains(&class).then_some(class)
}

/// True for a request with the operator's key, and model, that is not the smallest one: it met the same refusal before its
/// own fault.
fn says_nothing(step: &Step<'_>, read: &Read<'_>, plan: &Plan<'_>) -> bool {
    let catalog = plan.choice.catalog;
    let same_model = || read.request.model(catalog) == plan.base.model(catalog);
    step.check.change.credential == Credential::Real
        && *read.request != plan.base
        && (read.diagnosis.class != FailureClass::ModelUnavailable || same_model())
}

/// Looks for the credentials of the run in all that is told of it, before anything is judged.
fn tell_credentials(rows: &mut [Row], fixtures: &[Fixture], ring: &KeyRing) {
    let told = serde_json::to_string(&(&*rows, fixtures)).unwrap_or_default();
    let is_in = ring.iter().any(|held| told.contains(held.expose()));
    for row in rows.iter_mut().filter(|row| !row.observed.is_empty()) {
        row.observed.insert(CheckFact::CredentialInReport, is_in.to_string());
    }
}

fn worst(rows: &[Row]) -> CheckVerdict {
    let has = |verdict| rows.iter().any(|row| row.verdict == verdict);
    let order = [CheckVerdict::Broken, CheckVerdict::Drifted, CheckVerdict::Kept, CheckVerdict::Observed];
    order.into_iter().find(|verdict| has(*verdict)).unwrap_or(CheckVerdict::NotRun)
}

fn pins(
    plan: &Plan<'_>,
    given: &Given<'_>,
    of_request: impl Fn(fn(&crate::case::sanitize::SafeRequest) -> String) -> String,
) -> Pins {
    let (choice, run) = (&plan.choice, given.circumstances);
    let page = plan.endpoint.page_for(Some(choice.profile));
    let streams = plan.requests.iter().any(|planned| planned.request.streaming());
    Pins {
        checked_at: run.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        tool: run.tool.clone(),
        gateway: choice.profile.id.clone(),
        doc_url: page.url,
        doc_accessed: page.accessed,
        base_url_alias: run.base_url_alias.clone(),
        server_address: of_request(|r| {
            r.port.map_or_else(|| r.host.to_string(), |port| format!("{}:{port}", r.host))
        }),
        path: of_request(|r| r.path.to_string()),
        auth_method: choice.profile.auth.first().map_or_else(|| "authorization: Bearer".to_owned(), carried),
        secret_source: run.secret_source.clone().unwrap_or_else(|| "none".to_owned()),
        model: of_request(|r| r.model.as_ref().map(ToString::to_string).unwrap_or_default()),
        streaming: if streams { "with and without" } else { "without" }.to_owned(),
        timeouts: choice.timeouts,
        retry_policy: format!("none; decisions are those of {}", Policy::default().version),
        fallback: "none",
    }
}

fn carried(carrier: &Carrier) -> String {
    if carrier.header.is_empty() {
        return format!("query parameter {}", carrier.query);
    }
    format!("{}: {}", carrier.header, if carrier.scheme.is_empty() { "the key" } else { &carrier.scheme })
}
