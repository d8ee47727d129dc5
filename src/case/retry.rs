//! Policy to delays: which failures may be retried, how long to wait, when to stop. Sends nothing, knows no clock.

use crate::case::diagnose::Diagnosis;
use crate::case::vocabulary::{FailureClass, RetryDecision, RetryVerdict};

/// Bounds on retrying. Two retries by default, at most four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Retries after the first attempt, 0 to [`Policy::MOST_RETRIES`].
    pub retries: u32,
    /// First upper bound of the backoff, milliseconds.
    pub base_ms: u64,
    /// Largest wait, milliseconds; also the most that a `Retry-After` may ask for.
    pub cap_ms: u64,
    /// No attempt starts later than this after the first one, milliseconds.
    pub deadline_ms: u64,
    /// Version, written into the note.
    pub version: &'static str,
}

impl Policy {
    /// More retries than this add load, not evidence.
    pub const MOST_RETRIES: u32 = 4;
}

impl Default for Policy {
    fn default() -> Self {
        Self { retries: 2, base_ms: 1_000, cap_ms: 30_000, deadline_ms: 120_000, version: "full-jitter/1" }
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

    fn diagnosis(class: FailureClass, retryable: RetryVerdict) -> Diagnosis {
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
        let off = Policy { retries: 0, ..policy };
        let eager = Policy { retries: 99, ..policy };
        // policy, class, verdict, Retry-After, index, elapsed, decision, wait
        let table = [
            (policy, C::None, R::No, None, 1, 0, D::Succeeded, None),
            (policy, C::Auth, R::No, Some(1), 1, 0, D::NotRetried, None),
            (policy, C::RateLimited, R::Yes, Some(7_000), 1, 0, D::Retried, Some(7_000)),
            (policy, C::RateLimited, R::Yes, Some(31_000), 1, 0, D::FinalAttempt, None),
            (policy, C::RateLimited, R::Yes, None, 2, 0, D::Retried, Some(1_234)),
            (policy, C::RateLimited, R::Yes, None, 3, 0, D::FinalAttempt, None),
            (policy, C::GatewayTimeout, R::Yes, None, 1, 0, D::Retried, Some(233)),
            (policy, C::GatewayTimeout, R::Yes, None, 2, 0, D::FinalAttempt, None),
            (policy, C::NetworkConnect, R::Maybe, None, 2, 0, D::FinalAttempt, None),
            (policy, C::UpstreamServer, R::Yes, None, 2, 119_500, D::FinalAttempt, None),
            (off, C::UpstreamServer, R::Yes, None, 1, 0, D::FinalAttempt, None),
            (eager, C::UpstreamServer, R::Yes, None, 4, 0, D::Retried, Some(1_234)),
            (eager, C::UpstreamServer, R::Yes, None, 5, 0, D::FinalAttempt, None),
        ];
        for (policy, class, verdict, after, index, elapsed, decision, wait) in table {
            let next = decide(&policy, &diagnosis(class, verdict), after, index, elapsed, 1_234);
            assert_eq!((next.decision, next.wait_ms), (decision, wait), "{class} {verdict} attempt {index}");
        }
    }
}
