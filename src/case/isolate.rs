//! Which one thing makes a request fail: controls, the smallest failing body, the limit where a size decides.
//!
//! ```text
//! Problem + Row* ──next──> Send(Trial) ──(session sends it)──> Row ──next──> … ──> Done(Verdict)
//! ```
//!
//! Sends nothing and keeps nothing: [`next`] plays the whole search again over the rows that are there and stops at the
//! first question that none of them answers. So a search that was cancelled goes on where it stopped, and the same rows give
//! the same verdict. The oracle is the fingerprint of the failure ([`crate::case::fingerprint`]), never the body and never
//! the status alone; two or more identical runs first learn whether the failure is stable.

mod body;
mod control;
mod count;
mod descend;
mod guess;
mod harmless;
mod lab;
mod minimise;
mod outer;
mod plan;
mod remain;
mod search;
mod threshold;
mod trial;
mod verdict;

pub use control::{Changed, control, with_small_body};
pub use harmless::of_length as harmless_of;
pub use lab::{Answered, Row};
pub use plan::{Planned, most_requests, plan};
pub use trial::{BodyId, Trial, TrialId, models_list};
pub use verdict::{Baseline, Limit, Minimality, NotSent, Verdict, Word};

use crate::case::catalog::{Catalog, Profile};
use crate::case::keyring::Label;
use crate::case::request::Request;

/// What is to be isolated, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The failing request.
    pub request: &'a Request,
    /// What is known of gateways.
    pub catalog: &'a Catalog,
    /// The gateway's profile.
    pub profile: Option<&'a Profile>,
    /// What may be sent.
    pub options: &'a Options,
    /// Requests to this host go through a proxy of this machine's settings.
    pub proxied: bool,
}

/// What the operator allows and gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Runs of the unchanged request before anything is changed, at least 2.
    pub baseline: u32,
    /// Search the smallest failing request.
    pub minimise: bool,
    /// Search the limit of this: `body`, or the pointer of an array or a number (`/tools`, `/max_tokens`).
    pub threshold: Option<String>,
    /// Requests in all, the baseline's among them.
    pub budget: u32,
    /// Input and output tokens in all, as estimated; `None`: no bound of its own.
    pub tokens: Option<u64>,
    /// Another key of the same account.
    pub other_key: Option<Label>,
    /// A key of another account.
    pub other_account: Option<Label>,
    /// Another model; without it one of the gateway's own list is taken.
    pub other_model: Option<String>,
    /// Requests that start work that costs (images, video, music) may be sent.
    pub costly: bool,
    /// The operator stopped it, or its time is over.
    pub ended: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            baseline: 5,
            minimise: true,
            threshold: None,
            budget: 60,
            tokens: None,
            other_key: None,
            other_account: None,
            other_model: None,
            costly: false,
            ended: false,
        }
    }
}

/// What comes next.
#[derive(Debug, Clone)]
pub enum Next {
    /// Send this.
    Send {
        /// What.
        trial: Box<Trial>,
        /// Milliseconds to wait before: an answer of a moment (a 503 between others) is asked again.
        wait_ms: u64,
    },
    /// The search is over.
    Done(Box<Verdict>),
}

/// The next step after `rows`, which are in the order of their sending.
pub fn next(problem: &Problem<'_>, rows: &[Row]) -> Next {
    let mut lab = lab::Lab::new(problem, rows);
    let mut verdict = Verdict::default();
    match outer::isolate(&mut lab, &mut verdict) {
        Err(lab::Stop::Need { trial, wait_ms }) => Next::Send { trial, wait_ms },
        Err(lab::Stop::Spent(why)) => {
            verdict.spent = Some(why);
            verdict.close(&lab, rows);
            Next::Done(Box::new(verdict))
        }
        Ok(()) => {
            verdict.close(&lab, rows);
            Next::Done(Box::new(verdict))
        }
    }
}

/// The search of a case and where its rows stand in the evidence.
#[derive(Clone, Default)]
pub struct Isolation {
    /// What it shows.
    pub verdict: Verdict,
    /// Each row, in the order of sending.
    pub rows: Vec<RowOf>,
    /// Requests that were allowed.
    pub budget: u32,
}

/// One row: what was changed, how it compares, and where its attempt is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOf {
    /// The trial.
    pub id: TrialId,
    /// `same_failure`, `worked`, `other_failure` or `transient`.
    pub outcome: &'static str,
    /// Where its attempt is.
    pub place: Place,
}

/// A place of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The attempt with this position: the request was sent as it is.
    Attempt(usize),
    /// The control with this position.
    Control(usize),
}

impl std::fmt::Debug for Isolation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Isolation({}, {} rows)", self.verdict.word.as_str(), self.rows.len())
    }
}
