//! One request on the wire: timed, bounded, recorded. No redirects, no hidden retry, no hidden decompression.
//!
//! ```text
//! Outgoing ──prepare──> client + request ──send──> head ──receive──> body, stream ──> Attempt
//!            (Local)                (cause: dns, connect, tls, …)  (cut, capped)
//! ```
//!
//! The HTTP stack's own defaults would falsify evidence (it follows redirects, repeats refused requests, unpacks
//! bodies); `client` switches each of them off. What the stack cannot tell is left out, never guessed.

mod cancel;
mod cause;
mod client;
mod form;
mod marks;
mod prepare;
mod proxy;
mod receive;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::case::evidence::{Attempt, Connection, Outcome, Source, Timing, TransportFailure};
use crate::case::note::Timeouts;
use crate::case::vocabulary::TransportKind;
use crate::io::clock::Clock;
use crate::session::{Outgoing, Phase, Progress};

use cause::Way;
pub(crate) use cause::detail_of as cause_of;
use marks::{Lookup, Marks};
use prepare::Prepared;

pub use cancel::{Cancelled, Canceller, cancellation};
pub(crate) use proxy::is_loopback;
pub use proxy::proxy_in_use;

/// Largest part of a body that is kept, bytes; the rest is counted.
pub const BODY_KEPT: usize = 8 * 1024 * 1024;

/// Largest body that is read at all, bytes; then the connection is closed.
pub const BODY_READ: u64 = 64 * 1024 * 1024;

/// Bounds on a body.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Bytes kept.
    kept: usize,
    /// Bytes read.
    read: u64,
}

/// Sends once and records what happens. Never fails: a failure is an outcome. `report` is called at every change of
/// phase and while the body comes, at most every 50 ms. `cancelled` ends it early; what had come until then is kept.
/// Dropping the future ends it too, without a record.
pub async fn attempt(
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    cancelled: Cancelled,
    report: impl Fn(Progress),
) -> Attempt {
    let limits = Limits { kept: BODY_KEPT, read: BODY_READ };
    attempt_within(outgoing, clock, cancelled, report, (limits, marks::by_system)).await
}

async fn attempt_within(
    outgoing: Outgoing,
    clock: Arc<dyn Clock>,
    cancelled: Cancelled,
    report: impl Fn(Progress),
    (limits, lookup): (Limits, Lookup),
) -> Attempt {
    let marks = Arc::new(Marks::new(Arc::clone(&clock), lookup));
    let at = clock.now();
    let record = |outcome, timing, connection, request_bytes| Attempt {
        index: outgoing.index,
        source: Source::Sent,
        at: Some(at),
        outcome,
        timing,
        connection,
        polls: 0,
        waited_ms: outgoing.waited_ms,
        decision: None,
        reason: String::new(),
        client_request_id: outgoing.client_request_id.as_ref().map(|header| header.value.clone()),
        request_bytes,
        written: Vec::new(),
    };
    if cancelled.is_cancelled() {
        return record(Outcome::Transport(self::cancelled()), Timing::default(), Connection::default(), 0);
    }
    let prepared = match prepare::prepare(&outgoing, &marks) {
        Ok(prepared) => prepared,
        Err(failure) => {
            return record(Outcome::Transport(failure), Timing::default(), Connection::default(), 0);
        }
    };
    let request_bytes = prepared.body_bytes;
    let deadlines = Deadlines::from_now(outgoing.timeouts, cancelled);
    let (outcome, timing, connection) = send(prepared, &deadlines, &marks, &report, limits).await;
    record(outcome, timing, connection, request_bytes)
}

/// What ends the patience of one attempt: its deadlines, or the operator.
#[derive(Debug, Clone)]
struct Deadlines {
    first_byte: Instant,
    total: Instant,
    timeouts: Timeouts,
    cancelled: Cancelled,
}

impl Deadlines {
    fn from_now(timeouts: Timeouts, cancelled: Cancelled) -> Self {
        let now = Instant::now();
        // Beyond a year the sum could overflow; nobody waits so long.
        let after = |ms: u64| now + Duration::from_millis(ms.min(365 * 24 * 3_600_000));
        Self {
            first_byte: after(timeouts.first_byte_ms),
            total: after(timeouts.total_ms),
            timeouts,
            cancelled,
        }
    }

    fn total_passed(&self) -> TransportFailure {
        TransportFailure {
            kind: TransportKind::TotalTimeout,
            detail: format!("not finished within {} ms", self.timeouts.total_ms),
        }
    }
}

fn cancelled() -> TransportFailure {
    TransportFailure { kind: TransportKind::Cancelled, detail: "cancelled by the operator".to_owned() }
}

async fn send(
    prepared: Prepared,
    deadlines: &Deadlines,
    marks: &Marks,
    report: &impl Fn(Progress),
    limits: Limits,
) -> (Outcome, Timing, Connection) {
    let Prepared { client, request, way, asks_for_stream, .. } = prepared;
    marks.begin();
    let tell =
        |phase, bytes, events| report(Progress { phase, elapsed_ms: marks.elapsed_ms(), bytes, events });
    tell(Phase::Connecting, 0, 0);
    let head = wait_for_head(client.execute(request), deadlines, marks, way, || {
        tell(Phase::Waiting, 0, 0);
    })
    .await;
    let mut timing = Timing {
        dns_ms: marks.resolved_ms(),
        connect_ms: marks.connected_ms(),
        tls_ms: marks.tls_ms(),
        ..Timing::default()
    };
    let mut connection = Connection { tls: marks.tls_version(), ..Connection::default() };
    let outcome = match head {
        Ok(response) => {
            timing.first_byte_ms = Some(marks.elapsed_ms());
            connection.address = response.remote_addr().filter(|_| !way.proxied).map(|a| a.ip());
            let body = receive::Body { limits, way, deadlines, marks, asks_for_stream };
            let (response, moments) = body.receive(response, &tell).await;
            timing.first_token_ms = moments.first_token_ms;
            timing.last_event_ms = moments.last_event_ms;
            Outcome::Response(response)
        }
        Err(failure) => Outcome::Transport(failure),
    };
    // A server may answer before it has taken the whole request.
    timing.sent_ms = marks.sent_ms();
    timing.total_ms = Some(marks.elapsed_ms());
    (outcome, timing, connection)
}

/// Waits for the response head, tells when the wait for the server begins, and names the deadline that passed.
async fn wait_for_head(
    sending: impl Future<Output = Result<reqwest::Response, reqwest::Error>>,
    deadlines: &Deadlines,
    marks: &Marks,
    way: Way,
    waiting: impl Fn(),
) -> Result<reqwest::Response, TransportFailure> {
    let mut sending = std::pin::pin!(sending);
    let mut told = false;
    let patience = deadlines.first_byte.min(deadlines.total);
    loop {
        tokio::select! {
            biased;
            head = &mut sending => return head.map_err(|error| cause::failure(error, way)),
            () = deadlines.cancelled.wait() => return Err(cancelled()),
            () = marks.connection(), if !told => {
                waiting();
                told = true;
            }
            () = sleep_until(patience) => {
                if deadlines.total <= deadlines.first_byte {
                    return Err(deadlines.total_passed());
                }
                let stage = if marks.connected_ms().is_none() { "; there was no connection yet" } else { "" };
                return Err(TransportFailure {
                    kind: TransportKind::FirstByteTimeout,
                    detail: format!("no response head within {} ms{stage}", deadlines.timeouts.first_byte_ms),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
