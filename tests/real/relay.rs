//! A relay that stands between casefile and a server and keeps what passed: the truth that a note is compared with.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// Bytes that a dripping relay passes at once: less than any head has.
const HELD_FROM: usize = 20;

/// What passed on one connection.
#[derive(Debug, Clone, Default)]
pub struct Passed {
    /// Bytes from the client.
    pub request: Vec<u8>,
    /// Bytes from the server.
    pub response: Vec<u8>,
    /// When the first byte of the client came.
    pub first_request_byte: Option<DateTime<Utc>>,
    /// When the first byte of the server came.
    pub first_response_byte: Option<DateTime<Utc>>,
    /// When the last byte of the server came.
    pub last_response_byte: Option<DateTime<Utc>>,
    /// When no more could come from the server: it closed, or the client had ended.
    pub server_ended: Option<DateTime<Utc>>,
}

/// A relay on a free port of the loopback interface.
pub struct Relay {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Arc<Mutex<Passed>>>>>,
    stop: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Relay {
    /// Starts a relay to `server` (`host:port`).
    pub fn to(server: &str) -> Self {
        Self::dripping(server, 0)
    }

    /// The same; it passes the first bytes of a connection, and the rest after `hold_ms`, so that a head comes late.
    pub fn dripping(server: &str, hold_ms: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (kept, stopping, server) = (Arc::clone(&connections), Arc::clone(&stop), server.to_owned());
        let acceptor = std::thread::spawn(move || accept(&listener, (&server, hold_ms), &kept, &stopping));
        Self { address, connections, stop, acceptor: Some(acceptor) }
    }

    /// `host:port` for the client.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Stops the relay, waits until all that it holds has passed, and gives what did.
    pub fn finish(mut self) -> Vec<Passed> {
        self.end();
        let connections = self.connections.lock().expect("no thread panicked");
        connections.iter().map(|c| c.lock().expect("no thread panicked").clone()).collect()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().expect("the relay panicked");
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.end();
    }
}

fn accept(
    listener: &TcpListener,
    (server, hold_ms): (&str, u64),
    kept: &Mutex<Vec<Arc<Mutex<Passed>>>>,
    stop: &AtomicBool,
) {
    let mut running = Vec::new();
    for client in listener.incoming() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let client = client.expect("a connection");
        let passed = Arc::new(Mutex::new(Passed::default()));
        kept.lock().expect("no thread panicked").push(Arc::clone(&passed));
        let upstream = TcpStream::connect(server).expect("the server accepts connections");
        running.extend(pass(&client, &upstream, &passed, hold_ms));
    }
    for thread in running {
        thread.join().expect("the relay panicked");
    }
}

/// Passes bytes both ways on two threads. The client's end of file ends both ways: casefile does not half-close.
fn pass(
    client: &TcpStream,
    upstream: &TcpStream,
    passed: &Arc<Mutex<Passed>>,
    hold_ms: u64,
) -> [JoinHandle<()>; 2] {
    for stream in [client, upstream] {
        stream.set_nodelay(true).expect("a socket");
        // Longer than any case: only a hanging one meets it.
        stream.set_read_timeout(Some(Duration::from_secs(90))).expect("a socket");
    }
    let clone = |stream: &TcpStream| stream.try_clone().expect("a socket");
    let (mut from_client, mut to_upstream, request) = (clone(client), clone(upstream), Arc::clone(passed));
    let (mut from_upstream, mut to_client, response) = (clone(upstream), clone(client), Arc::clone(passed));
    let up = std::thread::spawn(move || {
        copy(&mut from_client, |bytes| {
            let mut passed = request.lock().expect("no thread panicked");
            passed.first_request_byte.get_or_insert_with(Utc::now);
            passed.request.extend_from_slice(bytes);
            drop(passed);
            let (first, rest) = bytes.split_at(if hold_ms > 0 { HELD_FROM.min(bytes.len()) } else { 0 });
            let _ = to_upstream.write_all(first);
            std::thread::sleep(Duration::from_millis(hold_ms));
            // A server that answers early stops reading; the client is read to its end all the same.
            let _ = to_upstream.write_all(rest);
        });
        let _ = to_upstream.shutdown(Shutdown::Both);
    });
    let down = std::thread::spawn(move || {
        copy(&mut from_upstream, |bytes| {
            let mut passed = response.lock().expect("no thread panicked");
            let now = Utc::now();
            passed.first_response_byte.get_or_insert(now);
            passed.last_response_byte = Some(now);
            passed.response.extend_from_slice(bytes);
            drop(passed);
            let _ = to_client.write_all(bytes);
        });
        response.lock().expect("no thread panicked").server_ended = Some(Utc::now());
        let _ = to_client.shutdown(Shutdown::Write);
    });
    [up, down]
}

fn copy(from: &mut TcpStream, mut take: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        take(buffer.get(..read).expect("no more than the buffer"));
    }
}
