//! Which attempts there are to look at, and where their parts lie.

use crate::case::evidence::{Attempt, Reading};
use crate::case::isolate::Changed;
use crate::case::request::Request;
use crate::case::sanitize::{Clean, SafeAttempt, SafeRequest};
use crate::session::{Session, Step};

/// An attempt of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// One of the request itself, by its place.
    Attempt(usize),
    /// A control, by its place.
    Control(usize),
}

/// The attempts of the page: on Isolate the failing one and the controls, else those of the request itself.
pub fn subjects(session: &Session) -> Vec<Subject> {
    let attempts = session.evidence().attempts.len();
    if session.step() == Step::Isolate {
        let baseline = attempts.checked_sub(1).map(Subject::Attempt);
        let controls = (0..session.evidence().controls.len()).map(Subject::Control);
        return baseline.into_iter().chain(controls).collect();
    }
    (0..attempts).map(Subject::Attempt).collect()
}

impl Subject {
    /// The attempt, raw.
    pub fn attempt(self, session: &Session) -> Option<&Attempt> {
        match self {
            Self::Attempt(at) => session.evidence().attempts.get(at),
            Self::Control(at) => session.evidence().controls.get(at).map(|control| &control.attempt),
        }
    }

    /// What it says.
    pub fn reading(self, session: &Session) -> Option<&Reading> {
        match self {
            Self::Attempt(at) => session.readings().get(at),
            Self::Control(at) => session.control_readings().get(at),
        }
    }

    /// The attempt as it may leave.
    pub fn clean(self, session: &Session) -> Option<&SafeAttempt> {
        let evidence = session.clean_evidence()?;
        match self {
            Self::Attempt(at) => evidence.attempts.get(at),
            Self::Control(at) => evidence.controls.get(at).map(|control| &control.attempt),
        }
    }

    /// What was sent, with labels for its secrets.
    pub fn request(self, session: &Session) -> Option<&Request> {
        match self {
            Self::Attempt(_) => session.evidence().request.as_ref(),
            Self::Control(at) => session.evidence().controls.get(at).map(|control| &control.request),
        }
    }

    /// What was sent as it may leave. Of a control only what was changed leaves, beside the request itself.
    pub fn clean_request(self, session: &Session) -> Option<&SafeRequest> {
        session.clean_evidence()?.request.as_ref().filter(|_| matches!(self, Self::Attempt(_)))
    }

    /// Its name in the lists of the page.
    pub fn name(self, session: &Session) -> String {
        match self {
            Self::Attempt(_) if session.step() == Step::Isolate => "unchanged".to_owned(),
            Self::Attempt(at) => format!("attempt {}", at + 1),
            Self::Control(at) => {
                let clean = session.clean_evidence().and_then(|evidence| evidence.controls.get(at));
                let to = clean.and_then(|control| control.to.as_ref()).map(Clean::as_str);
                let control = session.evidence().controls.get(at);
                control.map_or_else(String::new, |control| changed(&control.changed, to))
            }
        }
    }
}

/// What was changed, in words; `to` as it may leave.
pub fn changed(changed: &Changed, to: Option<&str>) -> String {
    match changed {
        Changed::Model(_) => format!("model: {}", to.unwrap_or("-")),
        Changed::Key(label) => format!("key: {label}"),
        Changed::MinimalBody => "minimal body".to_owned(),
        Changed::Trial(id) => {
            let to = to.map_or_else(String::new, |to| format!(": {to}"));
            format!("{}{to}", id.word().replace('_', " "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::isolate::{BodyId, TrialId};

    #[test]
    fn a_row_says_to_what_it_was_changed() {
        let row = Changed::Trial(TrialId::Model("m".to_owned(), BodyId::default()));
        assert_eq!(changed(&row, Some("practice-ok")), "model: practice-ok");
        assert_eq!(changed(&row, None), "model");
    }
}
