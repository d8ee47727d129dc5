//! Runs the schedule: sends, waits, stops; tells how far it is.
//!
//! The network has a thread of its own, so that reading one answer is not counted as the latency of another.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use crate::case::catalog::Catalog;
use crate::case::evidence::Attempt;
use crate::case::note::Timeouts;
use crate::case::probe::{Ended, Next, Plan, Sample, Schedule, Stop};
use crate::case::vocabulary::{FailureClass, TransportKind};
use crate::io::clock::{Clock, system_seed};
use crate::io::net;
use crate::session::Outgoing;
use crate::ui::cli::place::Place;
use crate::ui::cli::say;

/// What the sends need.
pub(super) struct Around<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) place: &'a Place,
    pub(super) timeouts: Timeouts,
    pub(super) clock: Arc<dyn Clock>,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Ran {
    /// In the order in which they ended.
    pub(super) samples: Vec<Sample>,
    pub(super) stopped: Option<Stop>,
    pub(super) most_under_way: u32,
    pub(super) took_ms: u64,
    /// Why nothing can be sent from this machine.
    pub(super) local: Option<String>,
}

/// How far it is: something was sent, or ended.
pub(super) struct HowFar<'a> {
    /// What ended so far, the newest last.
    pub(super) samples: &'a [Sample],
    /// The newest of them ended just now.
    pub(super) ended: bool,
    pub(super) under_way: u32,
    /// Milliseconds since the start.
    pub(super) now_ms: u64,
}

/// Sends until the plan is done, a storm ends it, or `stop` ends; `told` hears of each change.
pub(super) async fn all(
    plan: &Plan,
    around: &Around<'_>,
    stop: impl Future<Output = ()>,
    told: &mut dyn FnMut(&HowFar<'_>),
) -> Ran {
    let mut stop = std::pin::pin!(stop);
    let mut stopping = false;
    let start = Instant::now();
    let since = |start: Instant| u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut schedule = Schedule::new(plan);
    let mut ran = Ran::default();
    let (canceller, by_it) = net::cancellation();
    let mut wire = Wire::open(Arc::clone(&around.clock), by_it);
    loop {
        let next = schedule.next(since(start));
        let wait = match next {
            Next::Send { number, send } => {
                wire.send((number, send), outgoing(plan, around, (number, send)));
                let under_way = schedule.under_way();
                ran.most_under_way = ran.most_under_way.max(under_way);
                told(&HowFar { samples: &ran.samples, ended: false, under_way, now_ms: since(start) });
                continue;
            }
            Next::Done => break,
            Next::Busy => None,
            Next::Wait(until) => Some(Duration::from_millis(until.saturating_sub(since(start)).max(1))),
        };
        tokio::select! {
            biased;
            () = &mut stop, if !stopping => {
                stopping = true;
                schedule.stop(Stop::Operator);
                canceller.cancel();
            }
            ended = wire.ended.recv() => {
                let Some(((number, send), attempt)) = ended else { break };
                let Some(request) = plan.request(number) else { continue };
                ran.local = local(&attempt);
                let (catalog, profile) = (around.catalog, &around.place.profile);
                let sample = Sample::of((number, send), request, attempt, catalog, profile);
                let ended = Ended {
                    number,
                    send,
                    diagnosis: &sample.diagnosis,
                    retry_after_ms: sample.reading.retry_after_ms,
                };
                schedule.ended(ended, since(start), system_seed());
                ran.samples.push(sample);
                if ran.local.is_some() {
                    schedule.stop(Stop::Local);
                }
                let under_way = schedule.under_way();
                told(&HowFar { samples: &ran.samples, ended: true, under_way, now_ms: since(start) });
            }
            () = sleep(wait) => {}
        }
    }
    ran.samples.sort_by_key(|s| (s.attempt.at, s.number, s.send));
    ran.stopped = schedule.stopped();
    ran.took_ms = since(start);
    ran
}

async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

fn outgoing(plan: &Plan, around: &Around<'_>, (number, send): (u32, u32)) -> Option<Outgoing> {
    Some(Outgoing {
        request: plan.request(number)?.clone(),
        ring: around.place.ring.clone(),
        timeouts: around.timeouts,
        index: send,
        waited_ms: None,
        client_request_id: None,
        direct: false,
    })
}

/// Number of a request, and which time it is sent.
type Which = (u32, u32);

/// The thread that sends.
struct Wire {
    outgoing: UnboundedSender<(Which, Outgoing)>,
    ended: UnboundedReceiver<(Which, Attempt)>,
}

impl Wire {
    /// Where no thread or runtime can be had, [`Self::ended`] is closed at once.
    fn open(clock: Arc<dyn Clock>, stop: net::Cancelled) -> Self {
        let (outgoing, mut orders) = unbounded_channel::<(Which, Outgoing)>();
        let (tell, ended) = unbounded_channel();
        let work = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            let sends = tokio::task::LocalSet::new();
            sends.block_on(&runtime, async move {
                while let Some((which, outgoing)) = orders.recv().await {
                    let (tell, clock, stop) = (tell.clone(), Arc::clone(&clock), stop.clone());
                    tokio::task::spawn_local(async move {
                        let attempt = net::attempt(outgoing, clock, stop, |_| {}).await;
                        // The probe is over when nobody listens any more.
                        let _ = tell.send((which, attempt));
                    });
                }
            });
        };
        // A thread that cannot be made drops `work`, and with it the other end of `ended`.
        drop(std::thread::Builder::new().name("probe".to_owned()).spawn(work));
        Self { outgoing, ended }
    }

    fn send(&self, which: Which, outgoing: Option<Outgoing>) {
        if let Some(outgoing) = outgoing {
            // Where the thread is gone, `ended` says so.
            let _ = self.outgoing.send((which, outgoing));
        }
    }
}

fn local(attempt: &Attempt) -> Option<String> {
    let failure = attempt.transport().filter(|t| t.kind == TransportKind::Local)?;
    Some(failure.detail.clone())
}

/// Tells on stderr how far it is.
pub(super) fn tell(how_far: &HowFar<'_>, plan: &Plan) {
    let failed = how_far.samples.iter().filter(|s| s.diagnosis.class != FailureClass::None).count();
    say::line(&format!(
        "{} ended (retries included) of {} requests, {failed} failed, {} under way",
        how_far.samples.len(),
        plan.total,
        how_far.under_way
    ));
}
