//! The practice gateway: a real HTTP server on the loopback interface, with failures as real gateways answer them.
//!
//! ```text
//! TcpListener ──server──> wire (head, body, bounded) ──> gate (the order of checks) ──> Reply ──wire──> client
//! ```
//!
//! It answers by what is asked, not by a script: a request with a wrong key, path, model or body gets the answer that a
//! gateway of the new-api family gives, in the order in which such a gateway checks. Failures that do not lie in the
//! request (saturation, a stream that breaks) are asked for by special model names, which `GET /v1/models` lists, or by
//! special keys. Endpoints, answers and scenarios are data in `assets/practice/`. Nothing of a request is kept or logged.
//! A second address behaves as a stock node, which differs in what it answers to a wrong path.

mod deviation;
mod envelope;
mod family;
mod fields;
mod fill;
mod fixture;
mod gate;
mod mint;
mod no_route;
mod provider;
mod scenario;
pub mod score;
mod server;
mod special;
mod swollen;
mod wire;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use self::no_route::NoRoute;
use crate::case::replay::Fixture;
use crate::io::clock::Clock;

pub use deviation::{DEVIATIONS, Deviation, deviation};
pub use fixture::{NotServable, servable};
pub use scenario::{Basis, Expect, GROUPS, Scenario, scenarios};

/// The scenario of the guided tour: its answer says much, and it is a failure that everybody meets.
pub const TOUR: &str = "unknown-model";

/// How a practice gateway is set up.
#[derive(Clone)]
pub struct Options {
    /// Time for request ids and the `date` header.
    pub clock: Arc<dyn Clock>,
    /// Start of its random numbers: the same seed and clock give the same key and ids.
    pub seed: u64,
    /// Address to listen on, which must be a loopback address; `None`: 127.0.0.1 and a free port.
    pub addr: Option<SocketAddr>,
    /// Pause between two events of a stream, milliseconds.
    pub pace_ms: u64,
    /// Pause before the first byte of every answer, milliseconds, at most a minute.
    pub latency_ms: u64,
    /// The order of the checks. A check that is left out is not made.
    pub order: Vec<Check>,
    /// Places in which it breaks its contract; none: it is faithful.
    pub deviations: Vec<&'static Deviation>,
    /// The one answer that it gives, whoever asks; `None`: it answers by what is asked.
    pub fixture: Option<Arc<Fixture>>,
}

/// A check that gateways make in different orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Is the key known, and may it be used?
    Key,
    /// Is the model named, and is there a channel for it?
    Model,
    /// Has the body what the endpoint needs?
    Body,
}

impl Check {
    /// All, in the order of a gateway of the new-api family.
    pub const ALL: [Self; 3] = [Self::Key, Self::Model, Self::Body];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Model => "model",
            Self::Body => "body",
        }
    }
}

impl Options {
    /// A free port on 127.0.0.1, 15 ms between two events, no pause before an answer, new-api's order of checks.
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            clock,
            seed,
            addr: None,
            pace_ms: 15,
            latency_ms: 0,
            order: Check::ALL.to_vec(),
            deviations: Vec::new(),
            fixture: None,
        }
    }
}

/// A running practice gateway, on a thread of its own. It stops when this is dropped.
pub struct Gateway {
    address: SocketAddr,
    stock: SocketAddr,
    key: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// Starts listening; requests are answered from now on.
    ///
    /// # Errors
    /// The address is not of this machine or not free, or no thread can be started.
    pub fn start(options: Options) -> io::Result<Self> {
        let wanted = options.addr.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        if !wanted.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the practice gateway only listens on this machine; use an address such as 127.0.0.1:0",
            ));
        }
        let (listener, address) = listen(wanted)?;
        let (second, stock) = listen(SocketAddr::new(wanted.ip(), 0))?;
        let mint = mint::Mint::new(options.seed);
        let key = mint.key();
        let gate = gate::Gate::new(key.clone(), options.order, mint, options.clock);
        let gate = Arc::new(gate.deviating(options.deviations).serving(options.fixture));
        let pace = server::Pace { event_ms: options.pace_ms, first_byte_ms: options.latency_ms };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("practice-gateway".to_owned()).spawn(move || {
            runtime.block_on(async {
                let web = server::serve(listener, Arc::clone(&gate), NoRoute::ToTheWebSite, pace);
                let stock = server::serve(second, gate, NoRoute::Stock, pace);
                tokio::select! {
                    _ = stopped => {}
                    () = web => {}
                    () = stock => {}
                }
            });
        })?;
        Ok(Self { address, stock, key, stop: Some(stop), thread: Some(thread) })
    }

    /// The command of `scenario` for this gateway.
    pub fn paste(&self, scenario: &Scenario) -> String {
        scenario.paste(&self.base_url(), &self.key).replace("{stock_url}", &self.stock_url())
    }

    /// The second address, which behaves as a stock node: scheme, address and port, without a trailing slash.
    pub fn stock_url(&self) -> String {
        format!("http://{}", self.stock)
    }

    /// Scheme, address and port, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The model that simply works.
    pub fn model() -> &'static str {
        deviation::WORKS
    }

    /// Models that ask the gateway for a failure, by the check of the contract matrix that looks at it.
    pub fn provocations() -> std::collections::BTreeMap<String, String> {
        let provoked =
            [("timeout_before_headers", deviation::HANGS), ("stream_disconnect", deviation::IS_CUT)];
        provoked.into_iter().map(|(check, model)| (check.to_owned(), model.to_owned())).collect()
    }

    /// The key that it accepts: made from the seed when it starts, worth nothing anywhere else.
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn listen(wanted: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(wanted)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Only a panic of the thread could come back; there is nothing to do about it while dropping.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({})", self.address)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Options(seed {}, {:?}, pace {} ms, latency {} ms, {:?})",
            self.seed, self.addr, self.pace_ms, self.latency_ms, self.order
        )
    }
}

#[cfg(test)]
mod tests;
