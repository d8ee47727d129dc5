//! Asking for a task until it ends: the bounds, and what follows each answer. Sends nothing, knows no clock.

use super::Next;
use crate::case::diagnose::Diagnosis;
use crate::case::vocabulary::{FailureClass, RetryDecision, RetryVerdict, TaskState};

/// Bounds on asking for a task: whichever is reached first ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// Milliseconds between an answer and the next question.
    pub every_ms: u64,
    /// Most questions, 1 to [`Polling::MOST`].
    pub most: u32,
    /// No question is sent later than this after the task was named, milliseconds.
    pub total_ms: u64,
}

impl Polling {
    /// More questions than this add load, not evidence.
    pub const MOST: u32 = 200;
    /// The shortest time between two of them, milliseconds.
    pub const SHORTEST_MS: u64 = 1_000;

    /// The bounds in words: `at most 60 times, every 5 s, for 600 s in all`.
    pub fn in_words(&self) -> String {
        let seconds = |ms: u64| {
            let (whole, rest) = (ms / 1_000, ms % 1_000);
            if rest == 0 {
                whole.to_string()
            } else {
                format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
            }
        };
        let most = self.most.min(Self::MOST);
        format!(
            "at most {most} times, every {} s, for {} s in all",
            seconds(self.every_ms),
            seconds(self.total_ms)
        )
    }
}

impl Default for Polling {
    fn default() -> Self {
        Self { every_ms: 5_000, most: 60, total_ms: 600_000 }
    }
}

/// Decides after an answer that names a task or tells of it. `asked`: questions so far; `elapsed_ms`: since the task was
/// named. A question that failed in passing is no end of the task, and the next one is asked in its turn.
pub fn decide_poll(
    bounds: &Polling,
    state: Option<TaskState>,
    diagnosis: &Diagnosis,
    retry_after_ms: Option<u64>,
    asked: u32,
    elapsed_ms: u64,
) -> Next {
    let stop = |decision, reason| Next { decision, wait_ms: None, reason };
    let failed = diagnosis.class != FailureClass::None;
    match state {
        Some(TaskState::Failed) => return stop(RetryDecision::NotRetried, "the task failed"),
        Some(TaskState::Succeeded) if !failed => return stop(RetryDecision::Succeeded, "the task succeeded"),
        _ if failed && diagnosis.retryable == RetryVerdict::No => {
            return stop(RetryDecision::NotRetried, "the question for the task fails the same way each time");
        }
        _ => {}
    }
    if asked >= bounds.most.min(Polling::MOST) {
        return stop(
            RetryDecision::FinalAttempt,
            "the task was asked for as often as agreed, and had not ended",
        );
    }
    let wait_ms = bounds.every_ms.max(retry_after_ms.unwrap_or(0));
    if elapsed_ms.saturating_add(wait_ms) > bounds.total_ms {
        return stop(
            RetryDecision::FinalAttempt,
            "the time agreed for asking for the task is over, and it had not ended",
        );
    }
    Next {
        decision: RetryDecision::Polled,
        wait_ms: Some(wait_ms),
        reason: "the task is asked for until it ends",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::diagnosis;
    use super::*;

    #[test]
    fn a_task_is_asked_for_until_it_ends_or_a_bound_is_reached() {
        use FailureClass as C;
        use RetryDecision as D;
        use RetryVerdict as R;
        use TaskState as S;
        let bounds = Polling { every_ms: 5_000, most: 3, total_ms: 60_000 };
        // state, class, verdict, Retry-After, asked, elapsed, decision, wait
        let table = [
            (None, C::None, R::No, None, 0, 0, D::Polled, Some(5_000)),
            (Some(S::Queued), C::None, R::No, None, 1, 5_000, D::Polled, Some(5_000)),
            (Some(S::Running), C::None, R::No, Some(9_000), 1, 5_000, D::Polled, Some(9_000)),
            (Some(S::Unknown), C::None, R::No, None, 2, 5_000, D::Polled, Some(5_000)),
            (Some(S::Running), C::None, R::No, None, 3, 5_000, D::FinalAttempt, None),
            (Some(S::Running), C::None, R::No, None, 1, 55_001, D::FinalAttempt, None),
            (Some(S::Running), C::None, R::No, Some(90_000), 1, 0, D::FinalAttempt, None),
            (Some(S::Succeeded), C::None, R::No, None, 1, 0, D::Succeeded, None),
            (Some(S::Failed), C::UpstreamServer, R::Yes, None, 1, 0, D::NotRetried, None),
            (None, C::UpstreamServer, R::Yes, None, 1, 0, D::Polled, Some(5_000)),
            (None, C::NetworkReset, R::Maybe, None, 1, 0, D::Polled, Some(5_000)),
            (None, C::Auth, R::No, None, 1, 0, D::NotRetried, None),
        ];
        for (state, class, verdict, after, asked, elapsed, decision, wait) in table {
            let next = decide_poll(&bounds, state, &diagnosis(class, verdict), after, asked, elapsed);
            assert_eq!((next.decision, next.wait_ms), (decision, wait), "{state:?} {class} after {asked}");
        }
        let eager = Polling { most: 9_999, ..bounds };
        let next = decide_poll(&eager, None, &diagnosis(C::None, R::No), None, Polling::MOST, 0);
        assert_eq!(next.decision, D::FinalAttempt);
        assert!(eager.in_words().starts_with("at most 200 times, every 5 s"), "{}", eager.in_words());
        assert!(Polling { every_ms: 1_500, ..bounds }.in_words().contains("every 1.5 s"));
    }
}
