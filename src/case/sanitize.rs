//! Evidence to [`SafeEvidence`]: the only door. And the last check of what was rendered: [`audit`].
//!
//! The note is built, not scrubbed: nothing of the input reaches it except through a typed field; everything else is
//! represented by its shape. Free text that must stay (`error.message`, the operator's words) is searched for every
//! secret in use, in its encoded forms, for every text that was dropped, and for the catalog's patterns.

pub mod audit;
mod body;
mod detect;
pub mod ledger;
mod safe;
#[cfg(test)]
pub(crate) mod sample;
mod text;

use crate::case::catalog::{Catalog, Profile};
use crate::case::evidence::{Evidence, Reading};
use crate::case::keyring::KeyRing;

pub use audit::{Audit, Format, Refusal, Rendered};
pub use ledger::{Entry, Ledger};
pub use safe::{
    Clean, SafeAttempt, SafeBody, SafeControl, SafeEdge, SafeError, SafeEvidence, SafeHeader, SafeRedirect,
    SafeRequest, SafeRequestId, SafeResponse, SafeStream, SafeWords,
};

/// The sanitizer of one case: keeps the placeholders consistent between evidence and words, and remembers what was
/// dropped, so that the audit can look for it.
#[derive(Clone)]
pub struct Sanitizer<'a> {
    catalog: &'a Catalog,
    ring: &'a KeyRing,
    ledger: Ledger,
    dropped: Vec<String>,
}

/// The operator's own words, raw.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// One question to support.
    pub question: String,
    /// What should have happened.
    pub expected: String,
    /// Who is hit, since when, how often.
    pub impact: String,
    /// What was tried.
    pub tried: String,
    /// Who writes the note.
    pub operator: String,
    /// Anything else.
    pub notes: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(…)")
    }
}

impl<'a> Sanitizer<'a> {
    /// A sanitizer for one case.
    pub fn new(catalog: &'a Catalog, ring: &'a KeyRing) -> Self {
        Self { catalog, ring, ledger: Ledger::default(), dropped: Vec::new() }
    }

    /// The evidence as it may leave. `readings` belong to the attempts, in order; `control_readings` to the controls.
    pub fn evidence(
        &mut self,
        evidence: &Evidence,
        readings: &[Reading],
        control_readings: &[Reading],
        profile: Option<&Profile>,
    ) -> SafeEvidence {
        let _ = (evidence, readings, control_readings, profile, self.catalog, self.ring, &mut self.dropped);
        SafeEvidence::empty()
    }

    /// The operator's words as they may leave.
    pub fn words(&mut self, words: &Words) -> SafeWords {
        let _ = words;
        SafeWords::default()
    }

    /// What was replaced so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The check for everything that is rendered from this case.
    pub fn audit(&self) -> Audit {
        Audit::new(self.ring, &self.dropped)
    }
}
