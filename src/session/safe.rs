//! What the sanitizer made of the case: once for the note and for what is saved, until something of the case changes. With a
//! body of a megabyte it takes longer than anyone should wait for another page.

use std::sync::Arc;

use super::Session;
use super::known_keys::{CaseKey, credentials};
use crate::case::kept::Observed;
use crate::case::sanitize::{Audit, Ledger, SafeEvidence, SafeWords, Words};

/// What it was made of, as far as that can change without anything that makes the note stale.
#[derive(PartialEq, Eq)]
struct Of {
    words: Words,
    /// How many secrets were known.
    secrets: usize,
    /// How many requests, answers and controls.
    counts: [usize; 3],
}

/// The case as it may leave, with the check that knows what must not.
pub(super) struct Safe {
    of: Of,
    pub(super) evidence: SafeEvidence,
    pub(super) words: SafeWords,
    pub(super) ledger: Ledger,
    /// The credentials behind its placeholders.
    pub(super) keys: Vec<CaseKey>,
    pub(super) audit: Audit,
}

impl Session {
    /// The case with these words; the one that was made last where nothing has changed since.
    pub(super) fn safe(&self, words: &Words) -> Arc<Safe> {
        let of = self.made_of(words);
        if let Some(last) = self.last_safe.borrow().as_ref().filter(|last| last.of == of) {
            return Arc::clone(last);
        }
        let mut sanitizer = self.sanitizer();
        // The evidence goes first, so that a prompt in the words is known as one.
        let evidence =
            sanitizer.evidence(&self.evidence, &self.readings, &self.control_readings, self.profile());
        let made = Arc::new(Safe {
            of,
            evidence,
            words: sanitizer.words(words),
            ledger: sanitizer.ledger().clone(),
            keys: credentials(&sanitizer.placeholders()),
            audit: self.audit_of(&sanitizer),
        });
        *self.last_safe.borrow_mut() = Some(Arc::clone(&made));
        made
    }

    /// What an earlier run observed, with the words of now.
    pub(super) fn safe_words_with(&self, earlier: &Observed) -> Safe {
        let mut sanitizer = self.sanitizer();
        let words = sanitizer.words(&self.words);
        let mut ledger = earlier.ledger.clone();
        for entry in &sanitizer.ledger().entries {
            ledger.count(entry);
        }
        let of = self.made_of(&self.words);
        let (keys, audit) = (credentials(&sanitizer.placeholders()), self.audit_of(&sanitizer));
        Safe { of, evidence: earlier.evidence.clone(), words, ledger, keys, audit }
    }

    fn made_of(&self, words: &Words) -> Of {
        let requests =
            usize::from(self.evidence.request.is_some()) + usize::from(self.evidence.poll.is_some());
        let counts = [requests, self.evidence.attempts.len(), self.evidence.controls.len()];
        Of { words: words.clone(), secrets: self.ring.count(), counts }
    }
}
