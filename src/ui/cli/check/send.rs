//! One request after the other, each sent once; the operator ends it with what was done.

use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::case::evidence::Outcome;
use crate::case::keyring::KeyRing;
use crate::case::matrix::{Answered, Ending, Plan, Run};
use crate::io::clock::Clock;
use crate::io::net;
use crate::session::Outgoing;
use crate::ui::cli::say;

/// In the order of the plan's requests; an error says why one was not sent.
pub(super) type Answers = Vec<Result<Answered, String>>;

/// What came of the plan.
pub(super) struct Sent {
    pub(super) answered: Answers,
    pub(super) ending: Ending,
}

/// Sends them; `told` hears of each answer and, before the first request, of none. When `stop` ends nothing more is sent,
/// and the request that is under way is dropped.
pub(super) async fn all(
    plan: &Plan<'_>,
    ring: &KeyRing,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()>,
    told: &mut dyn FnMut(&Answers),
) -> Sent {
    let mut sent = Sent { answered: Vec::new(), ending: Ending::Whole };
    let mut stopped: Option<String> = None;
    // One future for the whole run: what stops it between two requests is heard, too.
    let mut stop = pin!(stop);
    told(&sent.answered);
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
        match once(outgoing, Arc::clone(&clock), stop.as_mut()).await {
            Ok(answered) => {
                sent.answered.push(Ok(answered));
                told(&sent.answered);
                stopped = Plan::stop_after(&sent.answered);
            }
            Err(ending) => {
                let more = match ending {
                    Ending::CutOff => "; the request that was under way may have arrived",
                    Ending::Stopped | Ending::Whole => "",
                };
                let reason = format!("the operator stopped the run{more}");
                sent.answered.push(Err(reason.clone()));
                (sent.ending, stopped) = (ending, Some(reason));
            }
        }
    }
    sent
}

/// Sends once and counts. Whether the operator stopped it is asked before anything is sent.
///
/// # Errors
/// The operator stopped it: before the request was sent, or while it was under way.
async fn once(
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> Result<Answered, Ending> {
    tokio::select! {
        biased;
        () = stop.as_mut() => return Err(Ending::Stopped),
        () = std::future::ready(()) => {}
    }
    let attempt = net::attempt(outgoing, clock, net::Cancelled::never(), |_| {});
    tokio::select! {
        biased;
        () = stop => Err(Ending::CutOff),
        attempt = attempt => Ok(Answered::new(attempt, 1)),
    }
}

/// Tells on stderr of the last answer.
pub(super) fn tell(plan: &Plan<'_>, answers: &Answers) {
    let Some((at, Ok(answered))) = answers.iter().enumerate().next_back() else { return };
    let checks = plan.steps.iter().filter(|step| step.run == Run::Send(at));
    let names: Vec<&str> = checks.map(|step| step.check.id.as_str()).collect();
    let what = match &answered.attempt.outcome {
        Outcome::Response(response) => response.status.map_or_else(String::new, |s| format!("status {s}")),
        Outcome::Transport(failure) => format!("no answer: {}", failure.kind),
    };
    say::line(&format!("{:>3} of {} {}: {what}", at + 1, plan.requests.len(), names.join(", ")));
}
