//! A bounded look at how a gateway answers several requests at a time: what was observed, never a limit.
//!
//! ```text
//! Plan ──Schedule: next? (at most so many at once)──> one send ──ended──> wait, retry, or stop at the first storm
//!                                                        └──> Sample* ──> Report: per route and model, sanitized
//! ```
//!
//! Source of the defaults (24 requests, `GET /v1/models`, 5 at a time, backoff with jitter):
//! <https://apidoc.cometapi.com/errors/error-codes-handling> and
//! <https://apidoc.cometapi.com/guides/rate-limits-and-concurrency>, read 2026-06-18.

mod course;
mod csv;
mod figures;
mod leave;
mod report;
mod request;
mod schedule;
mod text;

use std::borrow::Cow;

use crate::case::request::Request;
use crate::case::retry::Policy;

pub use course::{Course, Figures, Moment, Route, Sort};
pub use figures::Latency;
pub use leave::Format;
pub use report::{Circumstances, Failure, Group, Report, Sample, Told};
pub use request::requests;
pub use schedule::{Ended, Next, Schedule, Stop};

/// What a probe may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Requests that are sent in turn: the same route with each model.
    pub requests: Vec<Request>,
    /// How many are sent in all, retries not counted.
    pub total: u32,
    /// Most that are under way at a time.
    pub concurrency: u32,
    /// When one is sent again.
    pub policy: Policy,
}

impl Plan {
    /// Requests of a probe where nobody says how many.
    pub const USUAL_TOTAL: u32 = 24;
    /// Requests under way at a time where nobody says how many.
    pub const USUAL_CONCURRENCY: u32 = 5;
    /// More requests, or more at a time, must be asked for twice.
    pub const MOST: u32 = 100;

    /// The waits of a probe: one retry each, of what asks to slow down or may pass.
    pub fn policy(retries: u32) -> Policy {
        Policy { retries, version: Cow::Borrowed(Policy::VERSION), ..Policy::default() }
    }

    /// Most requests that are sent, retries counted.
    pub fn most_sends(&self) -> u32 {
        self.total.saturating_mul(1 + self.policy.retries.min(Policy::MOST_RETRIES))
    }

    /// The request of number `number` (from 0).
    pub fn request(&self, number: u32) -> Option<&Request> {
        let count = self.requests.len();
        (count > 0).then(|| self.requests.get(number as usize % count)).flatten()
    }
}

#[cfg(test)]
mod tests;
