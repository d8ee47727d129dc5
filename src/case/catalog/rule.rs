//! One classification rule: when it holds, and what it then says.

use serde::Deserialize;

use crate::case::vocabulary::{
    EnvelopeKind, FailureClass, Fallback, Layer, OperatorAction, Owner, RetryVerdict, TransportKind,
};

/// An ordered rule of `assets/catalog/rules/*.yaml`. The first in the file order wins among rules of equal rank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, shown to people as the reason.
    pub id: String,
    /// All conditions that are given must hold.
    pub when: When,
    /// What follows.
    pub then: Then,
    /// One sentence in words of ours: why this is concluded. It never quotes the input.
    pub because: String,
    /// Where the fact stands.
    pub source: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// False where the fact is inferred.
    #[serde(default)]
    pub confirmed: bool,
}

/// Conditions; an empty list or `None` is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// HTTP statuses, single (`404`) or ranges (`500-599`).
    pub status: Vec<String>,
    /// Envelope kinds.
    pub envelope: Vec<EnvelopeKind>,
    /// Layers that answered.
    pub layer: Vec<Layer>,
    /// `error.code`, exact, any of; a trailing `*` is a prefix.
    pub code: Vec<String>,
    /// `error.type`, exact, any of; a trailing `*` is a prefix.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// Regular expressions over `error.message` (and the inner message), case-insensitive, any of.
    pub message: Vec<String>,
    /// Regular expressions over the name of a client's exception (for example `RateLimitError`), any of.
    pub exception: Vec<String>,
    /// Transport failures.
    pub transport: Vec<TransportKind>,
    /// Content types (without parameters), exact.
    pub content_type: Vec<String>,
    /// Names of response headers of which one must be present, lower case.
    pub header: Vec<String>,
    /// True: the answer is a redirect; false: it is none.
    pub redirect: Option<bool>,
    /// States of the stream.
    pub stream: Vec<StreamState>,
    /// Soft failures on a 2xx, by name (`empty_body`, `not_json`, …).
    pub soft: Vec<String>,
}

/// What a rule can ask about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// It ended as it should.
    Complete,
    /// It ended too early.
    Truncated,
    /// An error came inside it.
    FailedMidStream,
    /// It ended, but with nothing or by a filter or limit.
    SoftFailure,
}

/// What a rule concludes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// The class.
    pub class: FailureClass,
    /// A finer cause, an open string such as `token_expired`.
    #[serde(default)]
    pub cause: Option<String>,
    /// Whether a retry makes sense; absent: the class decides.
    #[serde(default)]
    pub retry: Option<RetryVerdict>,
    /// Whether another model or provider may be tried; absent: the class decides.
    #[serde(default)]
    pub fallback: Option<Fallback>,
    /// What the operator does; absent: the class decides.
    #[serde(default)]
    pub operator_action: Option<OperatorAction>,
    /// Who can mend it; absent: the class decides.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// The first thing to do, one sentence; absent: the class decides.
    #[serde(default)]
    pub first_action: Option<String>,
    /// Topic id; absent: the class decides.
    #[serde(default)]
    pub topic: Option<String>,
    /// Finer topics beside it.
    #[serde(default)]
    pub see_also: Vec<String>,
}
