//! The contract matrix as data: what each check sends, what a gateway may answer to it, and the criteria of acceptance.
//!
//! `checks.yaml` says what is sent; each profile says under `expectations` what comes back, with its source. The code knows
//! no check by its name.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::check::{Fault, fault};
use crate::case::vocabulary::{
    CheckFact, EnvelopeKind, FailureClass, Layer, OperatorAction, ResponseShape, RetryDecision, RetryVerdict,
    SoftFailure, StreamVerdict, TransportKind,
};

/// The checks in the order in which they run, and what their outcome means as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matrix {
    /// The checks.
    pub checks: Vec<MatrixCheck>,
    /// The criteria of acceptance.
    pub criteria: Vec<Criterion>,
}

/// One check of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixCheck {
    /// Stable id, for example `missing_model`.
    pub id: String,
    /// What holds when the contract is kept, a few words.
    pub title: String,
    /// What is sent, in words.
    pub sends: String,
    /// How it differs from the smallest request that works.
    #[serde(default)]
    pub change: Change,
    /// What the operator does when a request of theirs is answered so.
    pub outcome: OperatorAction,
    /// The same in words.
    pub outcome_words: String,
    /// It is a part of the smoke test.
    #[serde(default)]
    pub smoke: bool,
}

/// How a check's request differs from the smallest one that works.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// The credential that goes along.
    pub credential: Credential,
    /// Another method.
    pub method: Option<String>,
    /// Another path, from the base URL without `/v1` on.
    pub path: Option<String>,
    /// Places of the body (JSON pointers) that are taken out.
    pub remove: Vec<String>,
    /// Places of the body (JSON pointers) that get another value.
    pub set: BTreeMap<String, Value>,
    /// Another body, as it is.
    pub body: Option<String>,
    /// No body at all.
    pub no_body: bool,
    /// The prompt is as large as the operator says; without a size the check is not run.
    pub oversize: bool,
    /// The failure does not lie in the request: a model's name must ask the gateway for it.
    pub provoked: bool,
    /// Milliseconds until the first byte, where the check waits for a deadline; 0: as for all.
    pub first_byte_ms: u64,
}

/// Which credential a check sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// The operator's key.
    #[default]
    Real,
    /// None.
    None,
    /// Its header with an empty key.
    Empty,
    /// Its header with something that is no key.
    Malformed,
    /// A key that was made up for this run.
    Unknown,
}

/// What a gateway answers to a check, as a source says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Answers that keep the contract, several where sources differ; each names facts with the values that are right.
    #[serde(default)]
    pub accept: Vec<BTreeMap<CheckFact, Vec<Scalar>>>,
    /// Fields that the answer must have (JSON pointers) with their types, several joined by `|`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The model's name that asks the gateway for the failure, for a check that must be provoked.
    #[serde(default)]
    pub model: Option<String>,
    /// Page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// True where the page was read on that date.
    #[serde(default)]
    pub confirmed: bool,
}

/// A value of a fact as YAML writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A word.
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// A criterion of acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable id.
    pub id: String,
    /// The criterion, as its source words it.
    pub words: String,
    /// How it is proven.
    pub proof: Proof,
    /// The checks that prove it.
    #[serde(default)]
    pub by: Vec<String>,
    /// Facts that each of these answers must show besides.
    #[serde(default)]
    pub facts: BTreeMap<CheckFact, Vec<Scalar>>,
    /// What the proof leaves open, or why there is none.
    pub remark: String,
}

/// How a criterion is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Every check is kept.
    Kept,
    /// Every check was run, whatever it came to.
    Run,
    /// Fixtures were written or compared.
    Fixtures,
    /// Not from outside: only the client's own code, or its owner, can say.
    Client,
}

impl Matrix {
    /// The check with this id.
    pub fn check(&self, id: &str) -> Option<&MatrixCheck> {
        self.checks.iter().find(|c| c.id == id)
    }
}

/// What a reader of YAML cannot see of a check.
///
/// # Errors
/// The fault.
pub(super) fn check(check: &MatrixCheck) -> Result<(), Fault> {
    if check.id.is_empty()
        || !check.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    {
        return fault("id", "the id names a file; write it in small letters, digits and _");
    }
    let change = &check.change;
    for pointer in change.remove.iter().chain(change.set.keys()) {
        if !pointer.starts_with('/') {
            return fault(pointer, "a place in a body is a JSON pointer; write it as /messages/0/role");
        }
    }
    match &change.path {
        Some(path) if !path.starts_with('/') => {
            fault("path", "the path does not begin with a slash; write it as /v1/…")
        }
        _ => Ok(()),
    }
}

/// What a reader of YAML cannot see of a criterion.
///
/// # Errors
/// The fault.
pub(super) fn criterion(criterion: &Criterion, matrix: &Matrix) -> Result<(), Fault> {
    facts(&criterion.facts)?;
    criterion.by.iter().try_for_each(|id| known(id, matrix))
}

/// What a reader of YAML cannot see of an expectation.
///
/// # Errors
/// The fault.
pub(super) fn expected(id: &str, expected: &Expected, matrix: &Matrix) -> Result<(), Fault> {
    known(id, matrix)?;
    expected.accept.iter().try_for_each(facts)?;
    for (pointer, kinds) in &expected.fields {
        let right = |kind: &str| TYPES.contains(&kind);
        if !pointer.starts_with('/') || !kinds.split('|').all(right) {
            let what = format!("write a field as /choices/0/index: number; types are {}", TYPES.join(", "));
            return fault(pointer, &what);
        }
    }
    Ok(())
}

/// Types of JSON values.
const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

fn known(id: &str, matrix: &Matrix) -> Result<(), Fault> {
    if matrix.check(id).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = matrix.checks.iter().map(|c| c.id.as_str()).collect();
    fault(id, &format!("there is no check {id}; write one of {}", known.join(", ")))
}

fn facts(facts: &BTreeMap<CheckFact, Vec<Scalar>>) -> Result<(), Fault> {
    for (fact, values) in facts {
        for value in values.iter().map(Scalar::to_string) {
            if !may_be(*fact, &value) {
                return fault(fact.as_str(), &format!("{value} is no value of the fact {fact}"));
            }
        }
    }
    Ok(())
}

/// True where a fact can have this value at all, so that a misspelt expectation is told and not never met.
fn may_be(fact: CheckFact, value: &str) -> bool {
    fn one<T: fmt::Display>(list: &[T], value: &str) -> bool {
        list.iter().any(|word| word.to_string() == value)
    }
    let in_list = match fact {
        CheckFact::Status => value.parse::<u16>().is_ok_and(|s| (100..600).contains(&s)),
        CheckFact::Shape => one(ResponseShape::ALL, value),
        CheckFact::Envelope => one(EnvelopeKind::ALL, value),
        CheckFact::Class => return one(FailureClass::ALL, value),
        CheckFact::Retry => one(RetryVerdict::ALL, value),
        CheckFact::Decision => one(RetryDecision::ALL, value),
        CheckFact::Action => return one(OperatorAction::ALL, value),
        CheckFact::Layer => one(Layer::ALL, value),
        CheckFact::Stream => one(StreamVerdict::ALL, value),
        CheckFact::Soft => one(SoftFailure::ALL, value),
        CheckFact::Transport => one(TransportKind::ALL, value),
        CheckFact::Redirect => ["web_site", "other_host", "same_host"].contains(&value),
        CheckFact::Faults | CheckFact::Sends => value.parse::<u64>().is_ok(),
        CheckFact::FirstByte
        | CheckFact::RequestId
        | CheckFact::SameModel
        | CheckFact::ModelListed
        | CheckFact::CredentialInAnswer
        | CheckFact::CredentialInReport => ["true", "false"].contains(&value),
        CheckFact::Parser => ["tolerant", "intolerant"].contains(&value),
        CheckFact::Code | CheckFact::Type | CheckFact::Finish | CheckFact::Terminal => true,
    };
    in_list || value == "none"
}
