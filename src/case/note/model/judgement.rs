//! What is said about the observations: diagnosis, controls, contract, report, and the note's own limits.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict, TransportKind};

/// The diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiagnosisPart {
    /// The class.
    pub failure_class: FailureClass,
    /// A finer cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// May another model be tried?
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_action: Option<String>,
    /// The nearest help-center topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicPart>,
    /// Finer topics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub see_also: Vec<TopicPart>,
    /// The rules that led there, best first.
    pub because: Vec<Because>,
    /// Other classes that fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<AlternativePart>,
    /// False where the deciding rule is inferred, not documented.
    pub confirmed: bool,
}

/// A help-center topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicPart {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whose help center it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Page.
    pub url: String,
    /// Date of access.
    pub accessed: String,
    /// False where nobody saw the section itself: its anchor or text is inferred.
    pub confirmed: bool,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// Rule id.
    pub rule: String,
    /// Its sentence.
    pub words: String,
    /// Where the fact stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A further class that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlternativePart {
    /// The class.
    pub failure_class: FailureClass,
    /// Rule id.
    pub rule: String,
}

/// How a control compares with the deciding attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// It worked.
    Worked,
    /// Same status and code, or the same transport failure.
    SameFailure,
    /// It failed in another way.
    OtherFailure,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlPart {
    /// The search's number of it, by which the attribution names its reasons; left out where no search was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// The one thing that was changed.
    pub changed: String,
    /// To what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What was held.
    pub held: Vec<String>,
    /// Against the deciding attempt.
    pub outcome: Compared,
    /// HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `error.code`, or `error.type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The failure below HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<TransportKind>,
    /// Primary request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Start: RFC 3339, UTC, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<u64>,
    /// The gateway's list of models, where it was asked for, has the model of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_listed: Option<bool>,
}

/// What the controls show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attribution {
    /// The thing that makes the difference, or `cannot_tell`.
    pub verdict: String,
    /// Why, one sentence.
    pub because: String,
}

/// The smallest request that still fails alike, as the search found it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MinimalRequest {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Its body: JSON as its structure, anything else as one line on its shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The places that had to stay.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// How far it was sought: `1-minimal`, `budget spent`, `not sought`.
    pub minimality: &'static str,
    /// It fails alike with harmless text (true), or only with the customer's (false); left out where it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub harmless: Option<bool>,
}

/// How often the deciding outcome came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Deterministic {
    /// Attempts with the same status and code as the deciding one.
    pub same: u32,
    /// Attempts in all.
    pub of: u32,
}

/// Earlier cases of the same failure, as the operator's side kept them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimilarCases {
    /// How many.
    pub count: u64,
    /// When the first was made: RFC 3339, UTC.
    pub first: String,
    /// When the last was made: RFC 3339, UTC.
    pub last: String,
    /// Ids of the newest three, the newest first.
    pub cases: Vec<String>,
}

/// Documented against observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// What the documentation says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documented: Option<Documented>,
    /// What was observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// What was held fixed.
    pub pins: Pins,
}

/// The documented contract of the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Documented {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Body fields that must be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_fields: Vec<String>,
    /// Headers that must be there beside the credential.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required_headers: Vec<String>,
    /// Page.
    pub doc_url: String,
    /// Date of access.
    pub accessed: String,
    /// False where nobody confirmed the page or its anchor.
    pub confirmed: bool,
}

/// The observed side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Required fields that the body lacks; left out where that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_fields: Option<Vec<String>>,
    /// Required headers that the request lacks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_headers: Vec<String>,
    /// Status or transport failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<super::StatusObserved>,
}

/// What was held fixed while trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pins {
    /// Documentation page.
    pub doc_url: String,
    /// Date of access.
    pub accessed: String,
    /// Alias of the base URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url_alias: Option<String>,
    /// Method, where no request is known and the text names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How the credential was carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<String>,
    /// How the secret was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_source: Option<String>,
    /// Model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Streaming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streaming: Option<bool>,
    /// Deadlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<TimeoutsPart>,
    /// Retry policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<String>,
    /// Retries allowed after the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// First upper bound of the backoff; where it is not that of the policy's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_base_ms: Option<u64>,
    /// Largest wait; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_cap_ms: Option<u64>,
    /// No attempt starts later than this after the first one; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_deadline_ms: Option<u64>,
    /// The request was sent so many times on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetitions: Option<u32>,
}

/// Deadlines of an attempt.
pub type TimeoutsPart = crate::case::note::Timeouts;

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Reproduction steps in order.
    pub steps: Vec<String>,
    /// What should have happened, in the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What happened, made from the record.
    pub actual: String,
    /// Who is hit, since when, how often: the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<String>,
    /// What was tried: the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
}

/// Where it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Operating system.
    pub os: String,
    /// This program and its version.
    pub tool: String,
    /// A proxy was in use for sending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_in_use: Option<bool>,
    /// Library or program that the source named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The operator's service that sends such requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Where that service runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Where the reproduction differs from the original failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mismatch: Vec<String>,
}

/// What was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redactions {
    /// Replacements by kind.
    pub counts: BTreeMap<String, u64>,
    /// The operator looked at them and confirmed.
    pub confirmed_by_operator: bool,
}

/// A page that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// What rests on it.
    pub what: String,
    /// Page.
    pub url: String,
    /// Date of access.
    pub accessed: String,
}
