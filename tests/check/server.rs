//! A server that answers as a test says, one connection a request, and keeps what it was asked.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::asked::Asked;

/// A request as it came.
#[derive(Clone)]
pub struct Request {
    /// Request line and headers.
    pub head: String,
    /// Body.
    pub body: String,
}

/// The server; its thread ends with the test's process.
pub struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    most: Arc<AtomicUsize>,
}

impl Server {
    /// Starts; `answer` gives the bytes that go back.
    pub fn start(answer: impl Fn(&Request) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let most = Arc::new(AtomicUsize::new(0));
        let (kept, peak, answer) = (Arc::clone(&seen), Arc::clone(&most), Arc::new(answer));
        let open = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, peak, answer, open) =
                    (Arc::clone(&kept), Arc::clone(&peak), Arc::clone(&answer), Arc::clone(&open));
                std::thread::spawn(move || {
                    peak.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let mut stream = stream;
                    if let Some(asked) = read(&mut stream) {
                        kept.lock().expect("free").push(asked.clone());
                        let bytes = answer(&asked);
                        // Before the bytes: the client may ask again as soon as it has them.
                        open.fetch_sub(1, Ordering::SeqCst);
                        let _ = stream.write_all(bytes.as_bytes());
                    }
                });
            }
        });
        Self { port, seen, most }
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything that was asked until now.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().expect("free").clone()
    }

    /// Most requests that were under way at a time.
    pub fn most_at_a_time(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut asked = Asked::begin(stream).ok()??;
    let body = String::from_utf8_lossy(asked.body(stream).ok()?).into_owned();
    Some(Request { head: asked.head().to_owned(), body })
}

/// An answer with these header lines.
pub fn with(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A JSON answer.
pub fn json(status: u16, body: &str) -> String {
    with(status, "Content-Type: application/json\r\n", body)
}
