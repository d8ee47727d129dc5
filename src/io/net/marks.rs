//! The moments of an attempt that only hooks inside the HTTP stack can see: name resolved, connection ready.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Notify;

use crate::io::clock::Clock;

const NOT_SEEN: u64 = u64::MAX;

/// Moments in milliseconds since [`Marks::begin`].
pub(super) struct Marks {
    clock: Arc<dyn Clock>,
    start: AtomicU64,
    resolved: AtomicU64,
    connected: AtomicU64,
    connection: Notify,
}

impl Marks {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let start = AtomicU64::new(clock.steady_ms());
        Self {
            clock,
            start,
            resolved: AtomicU64::new(NOT_SEEN),
            connected: AtomicU64::new(NOT_SEEN),
            connection: Notify::new(),
        }
    }

    /// Counts from now on: the work before it (reading the CA store) is not the network's.
    pub(super) fn begin(&self) {
        self.start.store(self.clock.steady_ms(), Ordering::Relaxed);
    }

    pub(super) fn elapsed_ms(&self) -> u64 {
        self.clock.steady_ms().saturating_sub(self.start.load(Ordering::Relaxed))
    }

    /// When the name lookup ended, well or badly; `None` for an address, which needs none.
    pub(super) fn resolved_ms(&self) -> Option<u64> {
        seen(&self.resolved)
    }

    /// When the connection (TLS included) took the first byte of the request's body; `None` where the request has no
    /// body.
    pub(super) fn connected_ms(&self) -> Option<u64> {
        seen(&self.connected)
    }

    /// Ends when the connection is there.
    pub(super) async fn connection(&self) {
        self.connection.notified().await;
    }
}

fn seen(mark: &AtomicU64) -> Option<u64> {
    Some(mark.load(Ordering::Relaxed)).filter(|ms| *ms != NOT_SEEN)
}

/// The system's resolver, timed.
pub(super) struct TimedResolver(pub(super) Arc<Marks>);

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let marks = Arc::clone(&self.0);
        Box::pin(async move {
            // Port 0 stands for the URL's own.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect::<Vec<_>>);
            marks.resolved.store(marks.elapsed_ms(), Ordering::Relaxed);
            Ok(Box::new(found?.into_iter()) as Addrs)
        })
    }
}

/// `bytes` as a body in one piece that notes when it is first asked for: the stack does so once the connection is ready.
pub(super) fn signalling_body(bytes: Vec<u8>, marks: &Arc<Marks>) -> reqwest::Body {
    let marks = Arc::clone(marks);
    reqwest::Body::wrap_stream(futures_util::stream::once(async move {
        marks.connected.store(marks.elapsed_ms(), Ordering::Relaxed);
        marks.connection.notify_one();
        Ok::<_, Infallible>(bytes)
    }))
}
