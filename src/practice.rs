//! The practice gateway: a real HTTP server on the loopback interface, with failures as real gateways answer them.
//!
//! ```text
//! TcpListener ──server──> wire (head, body, bounded) ──> gate (the order of checks) ──> Reply ──wire──> client
//! ```
//!
//! It answers by what is asked, not by a script: a request with a wrong key, path, model or body gets the answer that a
//! gateway of the new-api family gives, in the order in which such a gateway checks. Failures that do not lie in the
//! request (saturation, a stream that breaks) are asked for by special model names, which `GET /v1/models` lists.
//! Nothing of a request is kept or logged.

mod answers;
mod gate;
mod mint;
mod scenario;
pub mod score;
mod server;
mod wire;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::io::clock::Clock;

pub use scenario::{Basis, Expect, GROUPS, Scenario, scenarios};

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
}

impl Options {
    /// A free port on 127.0.0.1 and 15 ms between two events.
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, seed, addr: None, pace_ms: 15 }
    }
}

/// A running practice gateway, on a thread of its own. It stops when this is dropped.
pub struct Gateway {
    address: SocketAddr,
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
        let listener = TcpListener::bind(wanted)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let mint = mint::Mint::new(options.seed);
        let key = mint.key();
        let gate = gate::Gate::new(key.clone(), mint, options.clock);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("practice-gateway".to_owned()).spawn(move || {
            runtime.block_on(server::serve(listener, Arc::new(gate), options.pace_ms, stopped));
        })?;
        Ok(Self { address, key, stop: Some(stop), thread: Some(thread) })
    }

    /// Scheme, address and port, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that it accepts: made from the seed when it starts, worth nothing anywhere else.
    pub fn key(&self) -> &str {
        &self.key
    }
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
        write!(f, "Options(seed {}, {:?}, pace {} ms)", self.seed, self.addr, self.pace_ms)
    }
}

#[cfg(test)]
mod tests;
