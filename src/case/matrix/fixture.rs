//! What is saved of a check, so that the next run sees what has changed: shapes, and facts that are safe. Values never.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{Facts, Read};
use super::shape::{Change, Shape};
use crate::case::vocabulary::CheckFact;

/// Facts that are saved: those that stay the same as long as the contract does.
const SAVED: [CheckFact; 13] = [
    CheckFact::Status,
    CheckFact::Shape,
    CheckFact::Envelope,
    CheckFact::Code,
    CheckFact::Type,
    CheckFact::Class,
    CheckFact::Layer,
    CheckFact::Stream,
    CheckFact::Soft,
    CheckFact::Transport,
    CheckFact::Redirect,
    CheckFact::Finish,
    CheckFact::Terminal,
];

/// One check as it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The check's id.
    pub check: String,
    /// What was sent.
    pub request: Sent,
    /// What came, by fact.
    pub answer: BTreeMap<CheckFact, String>,
    /// The shape of the answer's body, or of all events of its stream together.
    pub body: Shape,
}

/// A request without values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Names of its headers, lower case.
    pub headers: Vec<String>,
    /// The shape of its body.
    pub body: Shape,
}

/// How an answer differs from the saved one.
pub type Drift = Vec<Change>;

impl Fixture {
    /// What is saved of this answer. `may_leave` refuses paths that are no names.
    pub(super) fn of(check: &str, read: &Read<'_>, facts: &Facts, may_leave: impl Fn(&str) -> bool) -> Self {
        let request = read.request;
        Self {
            check: check.to_owned(),
            request: Sent {
                method: request.method.clone(),
                path: request.target.path.clone(),
                headers: request.headers.iter().map(|h| h.name.to_ascii_lowercase()).collect(),
                body: Shape::of(request.json().as_ref()),
            },
            answer: SAVED.iter().filter_map(|fact| Some((*fact, facts.get(fact)?.clone()))).collect(),
            body: read.shape().keeping(may_leave),
        }
    }

    /// What changed since `before`: in the facts, in the body, and in what was sent.
    pub fn drift_since(&self, before: &Self) -> Drift {
        let mut drift = Drift::new();
        for fact in SAVED {
            let value =
                |fixture: &Self| fixture.answer.get(&fact).cloned().unwrap_or_else(|| "none".to_owned());
            let (before, now) = (value(before), value(self));
            if before != now {
                drift.push(Change::Changed { path: fact.to_string(), before, now });
            }
        }
        drift.extend(self.body.changes_since(&before.body).into_iter().map(|change| change.below("body")));
        let sent = self.request.body.changes_since(&before.request.body);
        drift.extend(sent.into_iter().map(|change| change.below("request")));
        drift
    }
}
