//! The note. Field names, and their order, are part of the schema `casefile.note/1`: what support reads first stands
//! first. What was not observed is left out and listed under `missing_evidence`.
//!
//! Every text in it comes from a [`crate::case::sanitize::Clean`], from the catalog, or is a sentence of ours.

mod facts;
mod judgement;

use serde::{Deserialize, Serialize};

use super::{Audience, Removal};
use crate::case::vocabulary::{ResponseShape, TransportKind};

pub use facts::{
    AttemptPart, Body, Edge, ErrorPart, FieldPart, FilePart, Happened, HeaderPart, QueryPart, RedirectPart,
    RequestIdPart, RequestPart, ResponsePart, StreamPart, TaskPart, TimingPart, UsagePart,
};
pub use judgement::{
    AlternativePart, Attribution, Because, Compared, Contract, ControlPart, Deterministic, DiagnosisPart,
    Documented, Environment, MinimalRequest, Observed, Pins, Redactions, Report, SimilarCases, Source,
    TimeoutsPart, TopicPart,
};

/// Name and version of the schema.
pub const SCHEMA_NAME: &str = "casefile.note/1";

/// An escalation note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// `casefile.note/1`.
    pub schema: String,
    /// Case id.
    pub case_id: String,
    /// Class, endpoint and status in one line.
    pub title: String,
    /// The operator's one question to support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_question: Option<String>,
    /// Who will read it.
    pub audience: Audience,
    /// When the note was made: RFC 3339, UTC, seconds.
    pub created_at: String,
    /// `casefile` and its version.
    pub tool: String,
    /// The tutorial maintainers' key: when the case was looked at; the same moment as `created_at`.
    pub reviewed_at: String,
    /// Who writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The documentation page of the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc_url: Option<String>,
    /// Endpoint family, the catalog's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_area: Option<String>,
    /// `stored_secret_reference_only`; left out where no credential was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_used: Option<CredentialUsed>,
    /// The model that the request named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_reference: Option<String>,
    /// HTTP status of the deciding attempt, or the word of the transport failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_observed: Option<StatusObserved>,
    /// What the answer looked like.
    pub response_shape_observed: ResponseShape,
    /// How the walk ended here.
    pub local_result: LocalResult,
    /// Which support channel was used before this note.
    pub support_path_used: SupportPath,
    /// The operator's further words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What can be said of the failure: a candidate with reasons.
    pub diagnosis: DiagnosisPart,
    /// The deciding answer; left out where none came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponsePart>,
    /// The request; left out where only an answer or an error text was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestPart>,
    /// All attempts in order.
    pub attempts: Vec<AttemptPart>,
    /// The stream of the deciding attempt, where one was asked for or came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamPart>,
    /// Further requests that differ in one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlPart>,
    /// What the controls show; left out where nothing failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// The smallest request that still fails alike; left out where none was sought or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimal_request: Option<MinimalRequest>,
    /// How often the same came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deterministic: Option<Deterministic>,
    /// Earlier cases of the same failure on the operator's side; left out where none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar_cases: Option<SimilarCases>,
    /// What is documented, what was observed, and what was held fixed.
    pub contract: Contract,
    /// Steps, expected, actual.
    pub report: Report,
    /// A curl command (bash) with placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reproduction: Option<String>,
    /// Where it ran.
    pub environment: Environment,
    /// Evidence that is missing, and why.
    pub missing_evidence: Vec<Gap>,
    /// What stays open, one sentence each.
    pub remaining_uncertainty: Vec<String>,
    /// What this note does not claim.
    pub not_asserted: Vec<String>,
    /// What was replaced.
    pub redactions: Redactions,
    /// Pages on which documented facts and rules rest.
    pub sources: Vec<Source>,
    /// What the operator had taken out after the audit refused it; no rendering holds it.
    #[serde(skip)]
    pub removed: Vec<Removal>,
    /// The same note of evidence that says nothing: what it says by itself; no rendering holds it.
    #[serde(skip)]
    pub twin: serde_json::Value,
}

/// Evidence that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Field, as a dotted path in the note.
    pub field: String,
    /// Why it is missing, one sentence.
    pub why: String,
}

/// The guide's closed value: a credential is only ever named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialUsed {
    /// The note holds a reference to a secret, never the secret.
    StoredSecretReferenceOnly,
}

/// What stands where a status is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StatusObserved {
    /// HTTP status.
    Status(u16),
    /// No status: how the request failed below HTTP.
    Transport(TransportKind),
}

impl std::fmt::Display for StatusObserved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::Transport(kind) => kind.fmt(f),
        }
    }
}

/// The tutorial maintainers' verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalResult {
    /// The request worked.
    Pass,
    /// It failed, and the sender's side can mend it.
    Fail,
    /// It failed, and support is needed.
    NeedsSupport,
}

/// The tutorial maintainers' support channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportPath {
    /// None yet.
    None,
    /// The help center's pages.
    DocsHelpCenter,
    /// The product's support form.
    ProductSupportForm,
}
