//! What stands between casefile and a desk: it passes everything on, and goes wrong once where it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::asked::Asked;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The desk does it, and its answer is lost.
    LostAnswer,
    /// The connection ends in the middle of the request, on both sides.
    CutRequest,
}

type Plan = Arc<Mutex<Option<(&'static str, Fault)>>>;

/// The front; it ends when it is dropped.
pub struct Front {
    pub port: u16,
    plan: Plan,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// Before `desk`, on `port` (0: any).
    pub fn start(port: u16, desk: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("listens");
        listener.set_nonblocking(true).expect("looks up now and then");
        let port = listener.local_addr().expect("an address").port();
        let (plan, over): (Plan, _) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (shared, ends) = (Arc::clone(&plan), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        stream.set_nonblocking(false).expect("waits");
                        let _ = pass(stream, desk, &shared);
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        Self { port, plan, over, thread: Some(thread) }
    }

    /// The next request whose first line contains `line` meets `fault`.
    pub fn plan(&self, line: &'static str, fault: Fault) {
        *self.plan.lock().expect("free") = Some((line, fault));
    }

    /// The fault has happened.
    pub fn happened(&self) -> bool {
        self.plan.lock().expect("free").is_none()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn pass(mut client: TcpStream, desk: u16, plan: &Plan) -> std::io::Result<()> {
    let Some(mut asked) = Asked::begin(&mut client)? else { return Ok(()) };
    let head = asked.head().to_owned();
    let line = head.lines().next().unwrap_or_default();
    let fault = {
        let mut plan = plan.lock().expect("free");
        let now = plan.filter(|(at, _)| line.contains(at)).map(|(_, fault)| fault);
        if now.is_some() {
            *plan = None;
        }
        now
    };
    let body = asked.body(&mut client)?;
    let mut upstream = TcpStream::connect(("127.0.0.1", desk))?;
    upstream.set_read_timeout(Some(Duration::from_secs(30)))?;
    upstream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
    if fault == Some(Fault::CutRequest) {
        return upstream.write_all(&body[..body.len() / 2]);
    }
    upstream.write_all(body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    if fault == Some(Fault::LostAnswer) { Ok(()) } else { client.write_all(&answer) }
}
