//! Policy to delays: which failures may be retried, how long to wait, when to stop. Sends nothing, knows no clock.

mod poll;

use std::borrow::Cow;

use crate::case::diagnose::Diagnosis;
use crate::case::vocabulary::{FailureClass, RetryDecision, RetryVerdict};

pub use poll::{Polling, decide_poll};

/// Bounds on retrying. Two retries by default, at most four.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    /// Retries after the first attempt, 0 to [`Policy::MOST_RETRIES`].
    pub retries: u32,
    /// First upper bound of the backoff, milliseconds.
    pub base_ms: u64,
    /// Largest wait, milliseconds; also the most that a `Retry-After` may ask for.
    pub cap_ms: u64,
    /// No attempt starts later than this after the first one, milliseconds.
    pub deadline_ms: u64,
    /// The request is sent so many times in all, whatever comes, to see whether it fails each time; 1: it is not. What is
    /// sent again for this is no retry.
    pub repeat: u32,
    /// A request is retried also after a part of its answer had come; the next answer is another one.
    pub regenerate: bool,
    /// Version, written into the note.
    pub version: Cow<'static, str>,
}

impl Policy {
    /// More retries than this add load, not evidence.
    pub const MOST_RETRIES: u32 = 4;

    /// More repetitions than this add load, not evidence.
    pub const MOST_REPEATS: u32 = 20;

    /// The version that stands for the default waits.
    pub const VERSION: &'static str = "full-jitter/1";

    /// Most requests that one run can lead to.
    pub fn most_requests(&self) -> u32 {
        if self.repeat > 1 {
            self.repeat.min(Self::MOST_REPEATS)
        } else {
            1 + self.retries.min(Self::MOST_RETRIES)
        }
    }

    /// The waits are not those that [`Self::VERSION`] stands for.
    pub fn is_changed(&self) -> bool {
        let usual = Self::default();
        (self.base_ms, self.cap_ms, self.deadline_ms) != (usual.base_ms, usual.cap_ms, usual.deadline_ms)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retries: 2,
            base_ms: 1_000,
            cap_ms: 30_000,
            deadline_ms: 120_000,
            repeat: 1,
            regenerate: false,
            version: Cow::Borrowed(Self::VERSION),
        }
    }
}

/// What happens after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The decision for the attempt's record.
    pub decision: RetryDecision,
    /// Milliseconds to wait before the next attempt; `None`: there is none.
    pub wait_ms: Option<u64>,
    /// Why, one sentence of ours.
    pub reason: &'static str,
}

/// Decides after request `index` (from 1) of those that are sent to see whether the request fails each time. The wait
/// before the next is what `Retry-After` asks for, else a jittered first step of the backoff.
pub fn decide_repeat(
    policy: &Policy,
    worked: bool,
    retry_after_ms: Option<u64>,
    index: u32,
    random: u64,
) -> Next {
    let stop = |decision, reason| Next { decision, wait_ms: None, reason };
    if index >= policy.repeat.min(Policy::MOST_REPEATS) {
        return if worked {
            stop(RetryDecision::Succeeded, "the request worked; it was the last repetition")
        } else {
            stop(RetryDecision::FinalAttempt, "it was the last repetition")
        };
    }
    let asked = retry_after_ms.unwrap_or(0);
    if asked > policy.cap_ms {
        return stop(
            RetryDecision::FinalAttempt,
            "Retry-After asks for a longer wait than the policy allows, so it is not repeated further",
        );
    }
    let jittered = random % policy.base_ms.saturating_add(1);
    let wait_ms = if retry_after_ms.is_some() { asked } else { jittered };
    Next {
        decision: RetryDecision::Repeated,
        wait_ms: Some(wait_ms),
        reason: "it is repeated to see whether the outcome stays the same",
    }
}

/// Decides after attempt `index` (from 1), `elapsed_ms` after the start of the first one. `random` is any number; the
/// wait is drawn from it: full jitter over `base · 2^(index-1)`, capped.
pub fn decide(
    policy: &Policy,
    diagnosis: &Diagnosis,
    retry_after_ms: Option<u64>,
    index: u32,
    elapsed_ms: u64,
    random: u64,
) -> Next {
    let stop = |decision, reason| Next { decision, wait_ms: None, reason };
    if diagnosis.class == FailureClass::None {
        return stop(RetryDecision::Succeeded, "the request worked");
    }
    if diagnosis.retryable == RetryVerdict::No {
        return stop(RetryDecision::NotRetried, "the same request fails the same way");
    }
    let once_only =
        diagnosis.class == FailureClass::GatewayTimeout || diagnosis.retryable == RetryVerdict::Maybe;
    let most = policy.retries.min(Policy::MOST_RETRIES).min(if once_only { 1 } else { u32::MAX });
    if index > most {
        let reason = if policy.retries == 0 {
            "retries are switched off"
        } else if once_only {
            "this kind of failure is retried once only"
        } else {
            "all retries of the policy are used"
        };
        return stop(RetryDecision::FinalAttempt, reason);
    }
    let ceiling = policy.base_ms.saturating_mul(1 << (index - 1).min(20)).min(policy.cap_ms);
    let jittered = random % ceiling.saturating_add(1);
    let (wait_ms, reason) = match retry_after_ms {
        Some(asked) if asked > policy.cap_ms => {
            return stop(
                RetryDecision::FinalAttempt,
                "Retry-After asks for a longer wait than the policy allows",
            );
        }
        Some(asked) => (asked, "Retry-After is obeyed"),
        None => (jittered, "backoff with full jitter"),
    };
    if elapsed_ms.saturating_add(wait_ms) > policy.deadline_ms {
        return stop(RetryDecision::FinalAttempt, "the deadline for all attempts would pass");
    }
    Next { decision: RetryDecision::Retried, wait_ms: Some(wait_ms), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::vocabulary::{Fallback, OperatorAction, Owner};

    pub(super) fn diagnosis(class: FailureClass, retryable: RetryVerdict) -> Diagnosis {
        Diagnosis {
            class,
            cause: None,
            retryable,
            fallback: Fallback::No,
            operator_action: OperatorAction::None,
            owner: Owner::Unknown,
            first_action: String::new(),
            topic: String::new(),
            see_also: Vec::new(),
            because: Vec::new(),
            alternatives: Vec::new(),
            uncertain: Vec::new(),
            confirmed: true,
        }
    }

    #[test]
    fn decisions() {
        use FailureClass as C;
        use RetryDecision as D;
        use RetryVerdict as R;
        let policy = Policy::default();
        let off = Policy { retries: 0, ..policy.clone() };
        let eager = Policy { retries: 99, ..policy.clone() };
        // policy, class, verdict, Retry-After, index, elapsed, decision, wait
        let table = [
            (&policy, C::None, R::No, None, 1, 0, D::Succeeded, None),
            (&policy, C::Auth, R::No, Some(1), 1, 0, D::NotRetried, None),
            (&policy, C::RateLimited, R::Yes, Some(7_000), 1, 0, D::Retried, Some(7_000)),
            (&policy, C::RateLimited, R::Yes, Some(31_000), 1, 0, D::FinalAttempt, None),
            (&policy, C::RateLimited, R::Yes, None, 2, 0, D::Retried, Some(1_234)),
            (&policy, C::RateLimited, R::Yes, None, 3, 0, D::FinalAttempt, None),
            (&policy, C::GatewayTimeout, R::Yes, None, 1, 0, D::Retried, Some(233)),
            (&policy, C::GatewayTimeout, R::Yes, None, 2, 0, D::FinalAttempt, None),
            (&policy, C::NetworkConnect, R::Maybe, None, 2, 0, D::FinalAttempt, None),
            (&policy, C::UpstreamServer, R::Yes, None, 2, 119_500, D::FinalAttempt, None),
            (&off, C::UpstreamServer, R::Yes, None, 1, 0, D::FinalAttempt, None),
            (&eager, C::UpstreamServer, R::Yes, None, 4, 0, D::Retried, Some(1_234)),
            (&eager, C::UpstreamServer, R::Yes, None, 5, 0, D::FinalAttempt, None),
        ];
        for (policy, class, verdict, after, index, elapsed, decision, wait) in table {
            let next = decide(policy, &diagnosis(class, verdict), after, index, elapsed, 1_234);
            assert_eq!((next.decision, next.wait_ms), (decision, wait), "{class} {verdict} attempt {index}");
        }
    }
}
