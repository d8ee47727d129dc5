//! One request after the other, each sent once; Ctrl-C ends it with what was done.

use std::pin::pin;
use std::sync::Arc;

use super::{CheckArguments, CheckOutput};
use crate::case::evidence::Outcome;
use crate::case::keyring::KeyRing;
use crate::case::matrix::{Answered, Plan, Run};
use crate::io::clock::Clock;
use crate::io::net;
use crate::session::Outgoing;
use crate::ui::cli::say;

/// What came of the plan.
pub(super) struct Sent {
    /// In the order of the plan's requests; an error says why one was not sent.
    pub(super) answered: Vec<Result<Answered, String>>,
    /// The operator stopped it.
    pub(super) interrupted: bool,
}

pub(super) async fn all(
    plan: &Plan<'_>,
    ring: &KeyRing,
    clock: Arc<dyn Clock>,
    arguments: &CheckArguments,
) -> Sent {
    let mut sent = Sent { answered: Vec::new(), interrupted: false };
    let mut stopped: Option<String> = None;
    for (at, planned) in plan.requests.iter().enumerate() {
        if let Some(reason) = &stopped {
            sent.answered.push(Err(reason.clone()));
            continue;
        }
        let outgoing = Outgoing {
            request: planned.request.clone(),
            ring: ring.clone(),
            timeouts: planned.timeouts,
            index: u32::try_from(at + 1).unwrap_or(u32::MAX),
            waited_ms: None,
            // A check sends what it says and nothing beyond.
            client_request_id: None,
            direct: false,
        };
        let answered = once(outgoing, Arc::clone(&clock)).await;
        let Some(answered) = answered else {
            let reason = "the operator stopped the run before its end".to_owned();
            sent.answered.push(Err(reason.clone()));
            stopped = Some(reason);
            sent.interrupted = true;
            continue;
        };
        if arguments.output == CheckOutput::Text {
            tell(plan, at, &answered);
        }
        sent.answered.push(Ok(answered));
        stopped = Plan::stop_after(&sent.answered);
    }
    sent
}

/// Sends once and counts; `None`: the operator stopped it.
async fn once(outgoing: Outgoing, clock: Arc<dyn Clock>) -> Option<Answered> {
    let (canceller, stop) = net::cancellation();
    let mut attempt = pin!(net::attempt(outgoing, clock, stop, |_| {}));
    tokio::select! {
        biased;
        attempt = &mut attempt => Some(Answered::new(attempt, 1)),
        _ = tokio::signal::ctrl_c() => {
            canceller.cancel();
            attempt.await;
            None
        }
    }
}

fn tell(plan: &Plan<'_>, at: usize, answered: &Answered) {
    let checks = plan.steps.iter().filter(|step| step.run == Run::Send(at));
    let names: Vec<&str> = checks.map(|step| step.check.id.as_str()).collect();
    let what = match &answered.attempt.outcome {
        Outcome::Response(response) => response.status.map_or_else(String::new, |s| format!("status {s}")),
        Outcome::Transport(failure) => format!("no answer: {}", failure.kind),
    };
    say::line(&format!("{:>3} of {} {}: {what}", at + 1, plan.requests.len(), names.join(", ")));
}
