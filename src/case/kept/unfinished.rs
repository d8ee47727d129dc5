//! A case as it stands while it is worked on: what of it survives the end of the program. Cleaned text only; the request as
//! it was pasted is not in it and is asked for again.

mod moments;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::case::diagnose::Diagnosis;
use crate::case::note::Timeouts;
use crate::case::retry::Policy;
use crate::case::sanitize::{
    Audit, Format, Ledger, Readmission, Refusal, Rendered, SafeEvidence, SafeWords, Unreadable, Words,
};

use moments::Moments;

/// Name and version of the form.
pub const UNFINISHED_SCHEMA: &str = "casefile.unfinished/1";

/// A case that is worked on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unfinished {
    /// `casefile.unfinished/1`.
    pub schema: String,
    /// The case's id.
    pub id: String,
    /// When this was written, UTC.
    pub saved: DateTime<Utc>,
    /// The step that was shown, in small letters: `request`, `note`.
    pub step: String,
    /// Id of the gateway's profile.
    pub gateway: Option<String>,
    /// The operator chose that profile.
    pub gateway_chosen: bool,
    /// The operator's words.
    pub words: SafeWords,
    /// What was observed; `None` where there is no more than words, and where the audit refused it.
    pub observed: Option<Observed>,
}

/// What was observed, and what a note of it needs beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The evidence.
    pub evidence: SafeEvidence,
    /// Moments and connections of its attempts, then of its controls: the evidence does not write them.
    moments: Vec<Moments>,
    /// What was replaced in the evidence.
    pub ledger: Ledger,
    /// The diagnosis; `None` before the first answer.
    pub diagnosis: Option<Diagnosis>,
    /// Facts on the run.
    pub run: RunFacts,
}

/// What a note says of the run beside the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Alias of the base URL.
    pub base_url_alias: String,
    /// How the secret was named.
    pub secret_source: Option<String>,
    /// Retry policy of what was sent.
    pub policy: Option<Policy>,
    /// Deadlines of what was sent, milliseconds.
    pub timeouts: Option<Timeouts>,
    /// A proxy was in use.
    pub proxy_in_use: Option<bool>,
}

/// An unfinished case as it may be written: audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCase {
    id: String,
    text: Rendered,
}

impl SavedCase {
    /// The case's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The text, JSON.
    pub fn text(&self) -> &Rendered {
        &self.text
    }
}

impl Observed {
    /// What was observed, with the moments of the evidence.
    pub fn new(evidence: SafeEvidence, ledger: Ledger, diagnosis: Option<Diagnosis>, run: RunFacts) -> Self {
        let controls = evidence.controls.iter().map(|control| &control.attempt);
        let moments = evidence.attempts.iter().chain(controls).map(Moments::of).collect();
        Self { evidence, moments, ledger, diagnosis, run }
    }

    /// Puts the moments back into the evidence.
    fn put_moments(&mut self) {
        let controls = self.evidence.controls.iter_mut().map(|control| &mut control.attempt);
        let attempts = self.evidence.attempts.iter_mut().chain(controls);
        attempts.zip(&self.moments).for_each(|(attempt, moments)| moments.put(attempt));
    }
}

impl Unfinished {
    /// The case as it may be written. `audit` is that of the case, which knows its secrets.
    ///
    /// # Errors
    /// The audit's refusal; nothing of it may be written then.
    pub fn leave(&self, audit: &Audit) -> Result<SavedCase, Refusal> {
        let text = serde_json::to_string(self).map_err(|_| Refusal::at(1, "cannot be written"))?;
        Ok(SavedCase { id: self.id.clone(), text: audit.pass(text, Format::Json)? })
    }

    /// Reads a case that was written, by a run that is gone: it is checked by patterns.
    ///
    /// # Errors
    /// The audit's refusal, or that it is no such case.
    pub fn read(text: &str, readmission: &Readmission) -> Result<Self, Unreadable> {
        let mut read: Self = readmission.read(text)?;
        if read.schema != UNFINISHED_SCHEMA {
            return Err(Unreadable::Faulty);
        }
        if let Some(observed) = &mut read.observed {
            observed.put_moments();
        }
        Ok(read)
    }

    /// The operator's words, to be written on.
    pub fn own_words(&self) -> Words {
        let SafeWords { question, expected, impact, tried, operator, notes, service, deployment } =
            self.words.clone();
        Words {
            question: question.to_string(),
            expected: expected.to_string(),
            impact: impact.to_string(),
            tried: tried.to_string(),
            operator: operator.to_string(),
            notes: notes.to_string(),
            service: service.to_string(),
            deployment: deployment.to_string(),
        }
    }

    /// What it is about, in one line: method, path, host, and what came last.
    pub fn about(&self) -> String {
        let Some(observed) = &self.observed else { return "your words, nothing observed yet".to_owned() };
        let request = observed.evidence.request.as_ref().map_or_else(
            || "an answer without its request".to_owned(),
            |r| format!("{} {} at {}", r.method, r.path, r.host),
        );
        let came = match observed.evidence.attempts.last() {
            None => "not sent yet".to_owned(),
            Some(last) => match (last.response.as_ref().and_then(|r| r.status), last.transport) {
                (Some(status), _) => format!("answered {status}"),
                (None, Some(failure)) => format!("no answer ({failure})"),
                (None, None) => "an answer without status".to_owned(),
            },
        };
        format!("{request}, {came}")
    }

    /// How long ago it was saved, in words.
    pub fn age(&self, now: DateTime<Utc>) -> String {
        let minutes = (now - self.saved).num_minutes().max(0);
        let some = |n: i64, unit: &str| format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" });
        match minutes {
            0 => "just now".to_owned(),
            1..60 => some(minutes, "minute"),
            60..2880 => some(minutes / 60, "hour"),
            _ => some(minutes / 1440, "day"),
        }
    }

    /// The line of a list: id, step, age, what it is about.
    pub fn line(&self, now: DateTime<Utc>) -> String {
        let mut step = self.step.clone();
        if let Some(first) = step.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{}, at {step}, {}: {}", self.id, self.age(now), self.about())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::KeyRing;
    use crate::case::sanitize::Sanitizer;

    fn unfinished() -> Unfinished {
        Unfinished {
            schema: UNFINISHED_SCHEMA.into(),
            id: "CF-20260401-7QAAAAAA".into(),
            saved: DateTime::UNIX_EPOCH,
            step: "review".into(),
            gateway: None,
            gateway_chosen: false,
            words: SafeWords::default(),
            observed: None,
        }
    }

    #[test]
    fn what_was_written_is_read_and_another_version_is_not() {
        let catalog = Catalog::built_in();
        let ring = KeyRing::default();
        let audit = Sanitizer::new(&catalog, &ring).audit();
        let readmission = Readmission::new(&catalog);
        let saved = unfinished().leave(&audit).expect("passes");
        assert_eq!(Unfinished::read(saved.text().as_str(), &readmission), Ok(unfinished()));
        let other = saved.text().as_str().replace("unfinished/1", "unfinished/9");
        assert_eq!(Unfinished::read(&other, &readmission), Err(Unreadable::Faulty));
        for cut in 0..saved.text().as_str().len() {
            assert!(Unfinished::read(&saved.text().as_str()[..cut], &readmission).is_err(), "{cut}");
        }
    }

    /// An escape of JSON hides from what looks at the file as a whole; it steers nothing when it is read.
    #[test]
    fn what_steers_a_terminal_is_gone_when_it_is_read() {
        let catalog = Catalog::built_in();
        let ring = KeyRing::default();
        let saved = unfinished().leave(&Sanitizer::new(&catalog, &ring).audit()).expect("passes");
        let text = saved
            .text()
            .as_str()
            .replace("\"gateway\":null", r#""gateway":"a\u001b]0;b\u0007\u202ec\u009b""#);
        let read = Unfinished::read(&text, &Readmission::new(&catalog)).expect("reads");
        assert_eq!(read.gateway.as_deref(), Some("a]0;bc"));
    }

    #[test]
    fn ages_are_in_words() {
        let at = |minutes: i64| unfinished().age(DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(minutes));
        let table = [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 minute ago"),
            (59, "59 minutes ago"),
            (60, "1 hour ago"),
            (2879, "47 hours ago"),
            (2880, "2 days ago"),
        ];
        for (minutes, said) in table {
            assert_eq!(at(minutes), said);
        }
    }
}
