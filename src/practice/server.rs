//! Connections: accept, read one request, answer, close.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::gate::{Body, Gate, Reply, Then};
use super::no_route::NoRoute;
use super::swollen;
use super::wire::{self, Unreadable};

/// A request must have come in whole by then.
const READ: Duration = Duration::from_secs(10);

/// A connection lives no longer than this, pauses included.
const LIFE: Duration = Duration::from_secs(120);

/// Most connections at a time.
const CONNECTIONS: usize = 64;

/// Least pause between two events of a stream without end, so that it does not fill the machine.
const ENDLESS: Duration = Duration::from_millis(5);

/// Pauses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Between two events of a stream, milliseconds.
    pub(super) event_ms: u64,
    /// Before the first byte of every answer, milliseconds.
    pub(super) first_byte_ms: u64,
}

/// Answers as long as it is polled.
pub(super) async fn serve(listener: StdListener, gate: Arc<Gate>, lost: NoRoute, pace: Pace) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = listener.accept().await;
        let (Ok((stream, _)), Ok(seat)) = (accepted, Arc::clone(&places).try_acquire_owned()) else {
            // Out of files or places: a pause lets others finish.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let gate = Arc::clone(&gate);
        tokio::spawn(async move {
            // A client that goes away is no fault of ours.
            drop(timeout(LIFE, connection(stream, &gate, lost, pace)).await);
            drop(seat);
        });
    }
}

async fn connection(mut stream: TcpStream, gate: &Gate, lost: NoRoute, pace: Pace) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let read = timeout(READ, wire::read(&mut stream)).await;
    let whole = matches!(read, Ok(Ok(_)));
    let reply = match read {
        Ok(Ok(asked)) => gate.deviate(Some(&asked), gate.answer(&asked, lost)),
        Ok(Err(Unreadable::Gone)) => return Ok(()),
        Ok(Err(Unreadable::Malformed)) => plain(400, "400 Bad Request"),
        Ok(Err(Unreadable::HeadTooLarge)) => plain(431, "431 Request Header Fields Too Large"),
        Ok(Err(Unreadable::BodyTooLarge)) => gate.deviate(None, plain(413, "413 Request Entity Too Large")),
        Err(_) => plain(408, "408 Request Timeout"),
    };
    if pace.first_byte_ms > 0 {
        tokio::time::sleep(Duration::from_millis(pace.first_byte_ms.min(60_000))).await;
    }
    if reply.after_ms > 0 && left_within(&mut stream, Some(Duration::from_millis(reply.after_ms))).await {
        return Ok(());
    }
    match write(&mut stream, reply, gate, pace.event_ms).await? {
        Ending::Close => {
            stream.shutdown().await?;
            if !whole {
                drain(&mut stream).await;
            }
        }
        Ending::Abandon => {}
        Ending::Reset => stream.set_zero_linger()?,
        Ending::Hold => {
            left_within(&mut stream, None).await;
        }
    }
    Ok(())
}

/// How a connection ends.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    /// In order.
    Close,
    /// At once.
    Abandon,
    /// With a reset.
    Reset,
    /// When the client has enough.
    Hold,
}

/// Waits; true if the client went away meanwhile. Without a time it waits for nothing else.
async fn left_within(stream: &mut TcpStream, time: Option<Duration>) -> bool {
    let mut scrap = [0; 1024];
    let gone = async {
        // What a client sends behind its request is of no interest.
        while let Ok(1..) = stream.read(&mut scrap).await {}
    };
    if let Some(time) = time {
        return timeout(time, gone).await.is_ok();
    }
    gone.await;
    true
}

/// Takes what the client still sends: closing earlier would reset the connection before the answer is read.
async fn drain(stream: &mut TcpStream) {
    let mut scrap = Vec::with_capacity(64 * 1024);
    let reading = async {
        let mut left = 2 * wire::BODY;
        while let Ok(count @ 1..) = stream.read_buf(&mut scrap).await {
            scrap.clear();
            left = left.saturating_sub(count);
            if left == 0 {
                break;
            }
        }
    };
    drop(timeout(Duration::from_secs(2), reading).await);
}

/// An answer of the HTTP server itself, before the gateway.
fn plain(status: u16, text: &str) -> Reply {
    Reply::new(status, text.as_bytes().to_vec()).with("content-type", "text/plain; charset=utf-8")
}

fn head(reply: &Reply, gate: &Gate) -> String {
    let usual = || http::StatusCode::from_u16(reply.status).ok().and_then(|s| s.canonical_reason());
    let phrase = reply.reason.or_else(usual).unwrap_or("");
    let mut head = format!("HTTP/1.1 {} {phrase}\r\n", reply.status);
    let mut line = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    };
    line("date", &gate.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if !reply.headers.iter().any(|(name, _)| name == "server") {
        line("server", "casefile-practice");
    }
    line("connection", "close");
    for (name, value) in &reply.headers {
        line(name, value);
    }
    match &reply.body {
        Body::Whole(bytes) => line("content-length", &bytes.len().to_string()),
        Body::Events { .. } => line("transfer-encoding", "chunked"),
        Body::Swollen(_) => line("content-encoding", "gzip"),
        Body::Hang | Body::Reset => {}
    }
    head
}

async fn write(stream: &mut TcpStream, reply: Reply, gate: &Gate, pace_ms: u64) -> io::Result<Ending> {
    let mut head = head(&reply, gate);
    match reply.body {
        Body::Hang => return Ok(Ending::Hold),
        Body::Reset => return Ok(Ending::Reset),
        Body::Whole(bytes) => {
            head.push_str("\r\n");
            stream.write_all(&[head.into_bytes(), bytes].concat()).await?;
        }
        Body::Swollen(answer) => {
            let bytes = swollen::packed(&answer);
            head.push_str("content-length: ");
            head.push_str(&bytes.len().to_string());
            head.push_str("\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&bytes).await?;
        }
        Body::Events { events, then } => {
            head.push_str("\r\n");
            stream.write_all(head.as_bytes()).await?;
            return write_events(stream, &events, &then, Duration::from_millis(pace_ms)).await;
        }
    }
    Ok(Ending::Close)
}

async fn write_events(
    stream: &mut TcpStream,
    events: &[String],
    then: &Then,
    pace: Duration,
) -> io::Result<Ending> {
    for event in events {
        chunk(stream, event).await?;
        if !pace.is_zero() {
            tokio::time::sleep(pace).await;
        }
    }
    match then {
        Then::End => stream.write_all(b"0\r\n\r\n").await.map(|()| Ending::Close),
        Then::Cut => Ok(Ending::Abandon),
        Then::Stall => Ok(Ending::Hold),
        Then::Endless(event) => loop {
            // Ends when the client goes away, or with the connection's time.
            chunk(stream, event).await?;
            tokio::time::sleep(pace.max(ENDLESS)).await;
        },
    }
}

async fn chunk(stream: &mut TcpStream, event: &str) -> io::Result<()> {
    stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await
}
