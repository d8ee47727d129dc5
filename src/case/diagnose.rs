//! Rules over the typed evidence: class, verdicts, topic, owner, first action, each with the ids of its reasons.
//!
//! A [`Diagnosis`] carries no text of the input: all its strings come from the catalog, so it is safe by type.

use crate::case::catalog::{Catalog, Profile};
use crate::case::evidence::{Attempt, Reading};
use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict};

/// What can honestly be said of a failure: a candidate with reasons, never a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The class.
    pub class: FailureClass,
    /// A finer cause, from the rule.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// May another model be tried?
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do, one sentence of the catalog.
    pub first_action: String,
    /// Topic id.
    pub topic: String,
    /// Finer topics.
    pub see_also: Vec<String>,
    /// Why: the rules that matched, best first.
    pub because: Vec<Reason>,
    /// Other classes that fit, with the rule that says so.
    pub alternatives: Vec<Alternative>,
    /// False where the deciding fact is inferred.
    pub confirmed: bool,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Rule id.
    pub rule: String,
    /// The rule's sentence.
    pub words: String,
    /// Where the fact stands.
    pub source: String,
}

/// A further class that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The class.
    pub class: FailureClass,
    /// Rule id.
    pub rule: String,
}

/// Diagnoses one attempt by its reading.
pub fn diagnose(
    attempt: &Attempt,
    reading: &Reading,
    catalog: &Catalog,
    profile: Option<&Profile>,
) -> Diagnosis {
    let _ = (attempt, reading, catalog, profile);
    Diagnosis {
        class: FailureClass::Unknown,
        cause: None,
        retryable: RetryVerdict::Maybe,
        fallback: Fallback::No,
        operator_action: OperatorAction::ContactSupport,
        owner: Owner::Unknown,
        first_action: String::new(),
        topic: "support_form".to_owned(),
        see_also: Vec::new(),
        because: Vec::new(),
        alternatives: Vec::new(),
        confirmed: false,
    }
}
