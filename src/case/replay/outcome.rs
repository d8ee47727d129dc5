//! What came of sending it again.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::case::kept::attempt_fingerprint;
use crate::case::note;
use crate::case::sanitize::{Clean, SafeAttempt};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// It worked.
    pub worked: bool,
    /// Stands for what failed; left out where it worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// How it is told: a status with its code, or the failure below HTTP.
    pub seen: String,
    /// Request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// When, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

/// The answer to "is it mended?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every run worked.
    Fixed,
    /// No run worked, and at least one failed as before.
    StillFails,
    /// No run worked, and each failed in another way.
    Changed,
    /// Some worked, some did not.
    Flaky,
}

impl Outcome {
    /// What `runs` say of a failure with this fingerprint; `None` without a run.
    pub fn of(earlier: Option<&str>, runs: &[Run]) -> Option<Self> {
        let worked = runs.iter().filter(|run| run.worked).count();
        if runs.is_empty() {
            return None;
        }
        Some(if worked == runs.len() {
            Self::Fixed
        } else if worked > 0 {
            Self::Flaky
        } else if runs.iter().any(|run| run.is_alike(earlier)) {
            Self::StillFails
        } else {
            Self::Changed
        })
    }

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fixed => "FIXED",
            Self::StillFails => "STILL FAILS",
            Self::Changed => "CHANGED",
            Self::Flaky => "FLAKY",
        }
    }
}

impl Run {
    /// What `attempt` came to.
    pub fn of(attempt: &SafeAttempt) -> Self {
        let worked = note::worked(attempt);
        let response = attempt.response.as_ref();
        let error = response.map(|r| &r.error);
        let said = |text: &Option<Clean>| {
            text.as_ref().map(Clean::as_str).filter(|t| !t.is_empty()).map(str::to_owned)
        };
        let code = error.and_then(|e| said(&e.code).or_else(|| said(&e.error_type)));
        let code = code.map_or_else(String::new, |code| format!(" ({code})"));
        let seen = match (attempt.transport, response.and_then(|r| r.status)) {
            (Some(kind), Some(status)) => format!("status {status}, then {}", kind.as_str()),
            (Some(kind), None) => format!("no answer ({})", kind.as_str()),
            (None, Some(status)) => format!("status {status}{code}"),
            (None, None) => "an answer without status".to_owned(),
        };
        let soft = response.and_then(|r| r.soft).map_or_else(String::new, |s| format!(", {}", s.as_str()));
        let ids = response.map(|r| &r.request_ids);
        let id = ids.and_then(|ids| ids.iter().find(|id| id.primary).or_else(|| ids.first()));
        Self {
            worked,
            fingerprint: (!worked).then(|| attempt_fingerprint(attempt).id()),
            seen: seen + &soft,
            request_id: id.map(|id| id.id.to_string()),
            at: attempt.at,
        }
    }

    fn is_alike(&self, earlier: Option<&str>) -> bool {
        !self.worked && self.fingerprint.is_some() && self.fingerprint.as_deref() == earlier
    }
}

/// The note that follows up on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FollowUp {
    /// `casefile.verify/1`.
    pub schema: &'static str,
    /// The case.
    pub case_id: String,
    /// The answer.
    pub outcome: Outcome,
    /// When its note was made, UTC.
    pub noted_at: DateTime<Utc>,
    /// When it was sent again, UTC.
    pub verified_at: DateTime<Utc>,
    /// How the failure was told before.
    pub before: String,
    /// What was sent: `the original request`, `the same fields with harmless text`, ….
    pub sent: &'static str,
    /// The runs.
    pub runs: Vec<Run>,
    /// What this does not show, one sentence each.
    pub limits: Vec<&'static str>,
}

impl FollowUp {
    /// For people: the answer first, then what it rests on.
    pub fn text(&self) -> String {
        let day = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let count = |n: usize| if n == 1 { "1 run".to_owned() } else { format!("{n} runs") };
        let worked = self.runs.iter().filter(|run| run.worked).count();
        let mut out = format!("{}: {}\n", self.outcome.word(), self.case_id);
        let _ = writeln!(out, "  noted {}: {}", day(self.noted_at), self.before);
        let _ = writeln!(
            out,
            "  sent again {} ({}): {worked} of {} worked",
            day(self.verified_at),
            self.sent,
            count(self.runs.len())
        );
        for (at, run) in self.runs.iter().enumerate() {
            let id = run.request_id.as_deref().map_or_else(String::new, |id| format!(", request id {id}"));
            let when = run.at.map_or_else(String::new, |at| format!(", {}", day(at)));
            let _ = writeln!(out, "  run {}: {}{when}{id}", at + 1, run.seen);
        }
        for limit in &self.limits {
            let _ = writeln!(out, "  {limit}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(fingerprint: Option<&str>) -> Run {
        Run {
            worked: fingerprint.is_none(),
            fingerprint: fingerprint.map(str::to_owned),
            seen: "x".to_owned(),
            request_id: None,
            at: None,
        }
    }

    #[test]
    fn the_runs_decide() {
        let rows: [(&[Option<&str>], Option<Outcome>); 7] = [
            (&[], None),
            (&[None, None], Some(Outcome::Fixed)),
            (&[Some("a"), Some("a")], Some(Outcome::StillFails)),
            (&[Some("b"), Some("a")], Some(Outcome::StillFails)),
            (&[Some("b"), Some("c")], Some(Outcome::Changed)),
            (&[None, Some("a")], Some(Outcome::Flaky)),
            (&[None, Some("b")], Some(Outcome::Flaky)),
        ];
        for (runs, expected) in rows {
            let runs: Vec<Run> = runs.iter().map(|f| run(*f)).collect();
            assert_eq!(Outcome::of(Some("a"), &runs), expected, "{runs:?}");
        }
        assert_eq!(
            Outcome::of(None, &[run(Some("a"))]),
            Some(Outcome::Changed),
            "the note told of no failure"
        );
    }
}
