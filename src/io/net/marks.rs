//! The moments of an attempt that only hooks inside the HTTP stack can see: name resolved, TCP connected, TLS agreed,
//! request handed over.
//!
//! ```text
//! TimedResolver ── resolved ──> TLS hello (tls.rs) ── tcp ──> Connecting ── connected ──> signalling_body ── sent ──>
//! ```

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Notify;
use tower_layer::Layer;
use tower_service::Service;

use crate::case::evidence::TlsVersion;
use crate::io::clock::Clock;

const NOT_SEEN: u64 = u64::MAX;

/// A body goes to the connection in pieces of so many bytes, so that the moment of the last one means something.
const PIECE: usize = 64 * 1024;

/// Finds the addresses of a host; their port 0 stands for the URL's own.
pub(super) type Lookup = fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;

/// By the system's resolver.
pub(super) fn by_system(host: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.collect()) })
}

/// Moments in milliseconds since [`Marks::begin`].
pub(super) struct Marks {
    clock: Arc<dyn Clock>,
    lookup: Lookup,
    start: AtomicU64,
    resolved: AtomicU64,
    hello: AtomicU64,
    connected: AtomicU64,
    sent: AtomicU64,
    tls: AtomicU64,
    connection: Notify,
}

impl Marks {
    pub(super) fn new(clock: Arc<dyn Clock>, lookup: Lookup) -> Self {
        let start = AtomicU64::new(clock.steady_ms());
        let unseen = || AtomicU64::new(NOT_SEEN);
        Self {
            clock,
            lookup,
            start,
            resolved: unseen(),
            hello: unseen(),
            connected: unseen(),
            sent: unseen(),
            tls: unseen(),
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

    fn now(&self, mark: &AtomicU64) {
        mark.store(self.elapsed_ms(), Ordering::Relaxed);
    }

    /// When the name lookup ended, well or badly; `None` for an address, which needs none.
    pub(super) fn resolved_ms(&self) -> Option<u64> {
        seen(&self.resolved)
    }

    /// When the TCP connection was there (through a proxy: its tunnel). With TLS that is when the stack began to say
    /// hello.
    pub(super) fn connected_ms(&self) -> Option<u64> {
        seen(&self.hello).or_else(|| seen(&self.connected))
    }

    /// When the TLS handshake was done; `None` without TLS.
    pub(super) fn tls_ms(&self) -> Option<u64> {
        seen(&self.hello).and(seen(&self.connected))
    }

    /// When the connection had taken the last piece of the request's body; `None` where it has none.
    pub(super) fn sent_ms(&self) -> Option<u64> {
        seen(&self.sent)
    }

    /// The version of TLS, once the server's certificate was proven.
    pub(super) fn tls_version(&self) -> Option<TlsVersion> {
        match self.tls.load(Ordering::Relaxed) {
            12 => Some(TlsVersion::V1_2),
            13 => Some(TlsVersion::V1_3),
            _ => None,
        }
    }

    /// The stack says hello over TLS: the way to the server is open.
    pub(super) fn tls_begins(&self) {
        self.now(&self.hello);
    }

    /// The server's signature is of this version of TLS.
    pub(super) fn tls_is(&self, version: TlsVersion) {
        let number = match version {
            TlsVersion::V1_2 => 12,
            TlsVersion::V1_3 => 13,
        };
        self.tls.store(number, Ordering::Relaxed);
    }

    /// Ends when the connection is there, TLS included.
    pub(super) async fn connection(&self) {
        self.connection.notified().await;
    }
}

fn seen(mark: &AtomicU64) -> Option<u64> {
    Some(mark.load(Ordering::Relaxed)).filter(|ms| *ms != NOT_SEEN)
}

/// The resolver, timed.
pub(super) struct TimedResolver(pub(super) Arc<Marks>);

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let marks = Arc::clone(&self.0);
        Box::pin(async move {
            let found = (marks.lookup)(name.as_str().to_owned()).await;
            marks.now(&marks.resolved);
            Ok(Box::new(found?.into_iter()) as Addrs)
        })
    }
}

/// Notes when the stack has a connection, TLS included.
#[derive(Clone)]
pub(super) struct Connecting(pub(super) Arc<Marks>);

impl<S> Layer<S> for Connecting {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimedConnector { inner, marks: Arc::clone(&self.0) }
    }
}

/// The stack's connector, timed.
#[derive(Clone)]
pub(super) struct TimedConnector<S> {
    inner: S,
    marks: Arc<Marks>,
}

impl<S, R> Service<R> for TimedConnector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.inner.call(target);
        let marks = Arc::clone(&self.marks);
        Box::pin(async move {
            let connection = connecting.await?;
            marks.now(&marks.connected);
            marks.connection.notify_one();
            Ok(connection)
        })
    }
}

/// `bytes` as a body that notes when its last piece was taken. The stack may hold up to some 400 KiB of it in its own
/// buffers by then.
pub(super) fn signalling_body(bytes: Vec<u8>, marks: &Arc<Marks>) -> reqwest::Body {
    let marks = Arc::clone(marks);
    reqwest::Body::wrap_stream(futures_util::stream::unfold((bytes, 0), move |(bytes, at)| {
        let marks = Arc::clone(&marks);
        async move {
            let piece = bytes.get(at..bytes.len().min(at + PIECE)).unwrap_or_default().to_vec();
            let next = at + piece.len();
            if next >= bytes.len() {
                marks.now(&marks.sent);
            }
            (!piece.is_empty()).then_some((Ok::<_, Infallible>(piece), (bytes, next)))
        }
    }))
}
