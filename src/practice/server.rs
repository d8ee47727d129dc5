//! Connections: accept, read one request, answer, close.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::gate::{Body, Gate, Reply};
use super::wire::{self, Unreadable};

/// A request must have come in whole by then.
const READ: Duration = Duration::from_secs(10);

/// An answer must have been taken by then, pauses included.
const WRITE: Duration = Duration::from_secs(60);

/// Most connections at a time.
const CONNECTIONS: usize = 64;

/// Answers until `stopped` resolves or its sender is dropped.
pub(super) async fn serve(
    listener: StdListener,
    gate: Arc<Gate>,
    pace_ms: u64,
    mut stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let (Ok((stream, _)), Ok(place)) = (accepted, Arc::clone(&places).try_acquire_owned()) else {
            // Out of files or places: a pause lets others finish.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let gate = Arc::clone(&gate);
        tokio::spawn(async move {
            // A client that goes away is no fault of ours.
            drop(timeout(READ + WRITE, connection(stream, &gate, pace_ms)).await);
            drop(place);
        });
    }
}

async fn connection(mut stream: TcpStream, gate: &Gate, pace_ms: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let read = timeout(READ, wire::read(&mut stream)).await;
    let whole = matches!(read, Ok(Ok(_)));
    let reply = match read {
        Ok(Ok(asked)) => gate.answer(&asked),
        Ok(Err(Unreadable::Gone)) => return Ok(()),
        Ok(Err(Unreadable::Malformed)) => plain(400, "400 Bad Request"),
        Ok(Err(Unreadable::HeadTooLarge)) => plain(431, "431 Request Header Fields Too Large"),
        Ok(Err(Unreadable::BodyTooLarge)) => plain(413, "413 Request Entity Too Large"),
        Err(_) => plain(408, "408 Request Timeout"),
    };
    let cut = matches!(reply.body, Body::Events { cut: true, .. });
    write(&mut stream, reply, gate, pace_ms).await?;
    if cut {
        return Ok(());
    }
    stream.shutdown().await?;
    if !whole {
        drain(&mut stream).await;
    }
    Ok(())
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
    Reply {
        status,
        headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
        body: Body::Whole(text.as_bytes().to_vec()),
    }
}

async fn write(stream: &mut TcpStream, reply: Reply, gate: &Gate, pace_ms: u64) -> io::Result<()> {
    let phrase =
        http::StatusCode::from_u16(reply.status).ok().and_then(|s| s.canonical_reason()).unwrap_or("");
    let mut head = format!("HTTP/1.1 {} {phrase}\r\n", reply.status);
    let mut line = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    };
    line("date", &gate.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    line("server", "casefile-practice");
    line("connection", "close");
    for (name, value) in &reply.headers {
        line(name, value);
    }
    match reply.body {
        Body::Whole(bytes) => {
            line("content-length", &bytes.len().to_string());
            head.push_str("\r\n");
            let mut message = head.into_bytes();
            message.extend(bytes);
            stream.write_all(&message).await
        }
        Body::Events { events, cut } => {
            line("transfer-encoding", "chunked");
            head.push_str("\r\n");
            stream.write_all(head.as_bytes()).await?;
            for event in events {
                stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await?;
                if pace_ms > 0 {
                    tokio::time::sleep(Duration::from_millis(pace_ms)).await;
                }
            }
            if cut { Ok(()) } else { stream.write_all(b"0\r\n\r\n").await }
        }
    }
}
