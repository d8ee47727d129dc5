//! HTTP/1.1 as far as the planted server needs it: one request a connection.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::asked::Asked;

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub is_file: bool,
    pub value: Vec<u8>,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The key that came along, whatever header brought it.
    pub fn key(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|v| v.strip_prefix("Bearer "))
            .or_else(|| self.header("x-api-key"))
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The parts of a form; empty where it is none.
    pub fn form(&self) -> Vec<Part> {
        let kind = self.header("content-type").unwrap_or("");
        let Some((_, boundary)) = kind.split_once("boundary=") else { return Vec::new() };
        let line = format!("--{}", boundary.trim_matches('"')).into_bytes();
        let mut parts = Vec::new();
        let mut rest = self.body.as_slice();
        while let Some(at) = find(rest, &line) {
            rest = &rest[at + line.len()..];
            let Some(end) = find(rest, &line) else { break };
            let part = &rest[..end];
            let Some(gap) = find(part, b"\r\n\r\n") else { break };
            let head = String::from_utf8_lossy(&part[..gap]).into_owned();
            let name = head.split(" name=\"").nth(1).and_then(|h| h.split('"').next());
            parts.push(Part {
                name: name.unwrap_or("").to_owned(),
                is_file: head.contains("filename="),
                value: part[gap + 4..part.len().saturating_sub(2).max(gap + 4)].to_vec(),
            });
        }
        parts
    }
}

/// What goes back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, header lines, body.
    Whole(u16, Vec<(String, String)>, String),
    /// A stream of events; `true` where it breaks off.
    Events(Vec<(String, String)>, Vec<String>, bool),
    /// The head of an answer, then a reset.
    Reset,
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

/// Reads one request; `None` where the client goes away.
pub fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut asked = Asked::begin(stream).ok()??;
    let mut call = head(asked.head())?;
    asked.body(stream).ok()?.clone_into(&mut call.body);
    Some(call)
}

fn head(text: &str) -> Option<Call> {
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Call { method, path: path.to_owned(), query, headers, body: Vec::new() })
}

/// Answers and closes; a client that went away is no fault.
pub fn write(mut stream: TcpStream, reply: &Reply) {
    let lines = |headers: &[(String, String)]| -> String {
        headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect()
    };
    match reply {
        Reply::Whole(status, headers, body) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\n{}content-length: {}\r\nconnection: close\r\n\r\n",
                lines(headers),
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat());
        }
        Reply::Events(headers, events, cut) => {
            let mut text = format!(
                "HTTP/1.1 200 OK\r\n{}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
                lines(headers)
            );
            for event in events {
                let event = format!("data: {event}\n\n");
                text.extend([format!("{:x}\r\n", event.len()), event, "\r\n".to_owned()]);
            }
            text.push_str(if *cut { "" } else { "0\r\n\r\n" });
            let _ = stream.write_all(text.as_bytes());
        }
        Reply::Reset => {
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{",
            );
            // Gives the client time to see the head before the reset.
            std::thread::sleep(Duration::from_millis(5));
            reset(stream);
        }
    }
}

/// Closes with a reset; the standard library has no stable way to ask for it.
fn reset(stream: TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let _inside = runtime.enter();
    stream.set_nonblocking(true).expect("a socket");
    let stream = tokio::net::TcpStream::from_std(stream).expect("a socket");
    stream.set_zero_linger().expect("a socket");
}
