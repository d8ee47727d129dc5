//! Reads recorded bytes as HTTP/1.1, simply and apart from casefile's own code.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// A recorded request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Method.
    pub method: String,
    /// Path with query.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// A recorded answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// `HTTP/1.1`.
    pub version: String,
    /// Status.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body without its framing.
    pub body: Vec<u8>,
    /// The framing says that all of it came.
    pub complete: bool,
}

/// Events of a recorded stream.
#[derive(Debug, Clone)]
pub struct Events {
    /// Their data.
    pub data: Vec<String>,
}

/// The only request in these bytes.
pub fn request(bytes: &[u8]) -> Asked {
    let mut all = requests(bytes);
    assert!(all.len() <= 1, "a second request was sent on the connection");
    all.pop().expect("a request")
}

/// The requests of one connection, in their order.
pub fn requests(bytes: &[u8]) -> Vec<Asked> {
    let mut all = Vec::new();
    let mut left = bytes.to_vec();
    while !left.is_empty() {
        let (head, body) = split(&left);
        let (first, headers) = lines(&head);
        let mut words = first.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, target) = (word(), word());
        let (body, complete, rest) = unframe(&headers, body);
        assert!(complete, "the request was not sent to its end");
        all.push(Asked { method, target, headers, body });
        left = rest;
    }
    all
}

/// The answer in these bytes, if one began.
pub fn answer(bytes: &[u8]) -> Option<Answer> {
    answers(bytes).into_iter().next()
}

/// The answers of one connection, in their order.
pub fn answers(bytes: &[u8]) -> Vec<Answer> {
    let mut all = Vec::new();
    let mut left = bytes.to_vec();
    while !left.is_empty() {
        let (head, body) = split(&left);
        let (first, headers) = lines(&head);
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or_default().to_owned();
        let status = words.next().and_then(|s| s.parse().ok()).expect("a status line");
        let reason = words.next().unwrap_or_default().to_owned();
        let (body, complete, rest) = unframe(&headers, body);
        all.push(Answer { version, status, reason, headers, body, complete });
        left = rest;
    }
    all
}

/// Asks a server's own administration.
pub fn ask(host: &str, method: &str, path: &str, body: &str) -> Answer {
    exchange(host, &format!("{method} {path}"), "", body)
}

/// Asks a gateway with this key.
pub fn ask_as(host: &str, key: &str, path: &str, body: &str) -> Answer {
    exchange(host, &format!("POST {path}"), &format!("authorization: Bearer {key}\r\n"), body)
}

fn exchange(host: &str, line: &str, more: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(host).expect("the server accepts connections");
    let head = format!(
        "{line} HTTP/1.1\r\nhost: {host}\r\n{more}content-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("answered");
    answer(&bytes).expect("an answer")
}

fn split(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
    let (head, body) = bytes.split_at(end);
    (String::from_utf8(head.to_vec()).expect("a head in UTF-8"), body.get(4..).unwrap_or_default())
}

fn lines(head: &str) -> (String, Vec<(String, String)>) {
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (first, headers.collect())
}

/// Body, whether it is whole, and what stands after it.
fn unframe(headers: &[(String, String)], bytes: &[u8]) -> (Vec<u8>, bool, Vec<u8>) {
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
        return chunks(bytes);
    }
    let length = header("content-length").map_or(0, |v| v.parse().expect("a length"));
    let kept = length.min(bytes.len());
    let (body, rest) = bytes.split_at(kept);
    (body.to_vec(), kept == length, rest.to_vec())
}

fn chunks(mut bytes: &[u8]) -> (Vec<u8>, bool, Vec<u8>) {
    let mut body = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|w| w == b"\r\n") else { return (body, false, Vec::new()) };
        let (line, rest) = bytes.split_at(end);
        let size = std::str::from_utf8(line).ok().and_then(|l| usize::from_str_radix(l.trim(), 16).ok());
        let size = size.expect("a chunk size");
        let data = rest.get(2..).unwrap_or_default();
        if size == 0 {
            return (body, data.starts_with(b"\r\n"), data.get(2..).unwrap_or_default().to_vec());
        }
        body.extend_from_slice(data.get(..size).unwrap_or(data));
        match data.get(size + 2..) {
            Some(next) => bytes = next,
            None => return (body, false, Vec::new()),
        }
    }
}

impl Asked {
    /// Path without query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// First value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Answer {
    /// First value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body in UTF-8")
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as server-sent events.
    pub fn events(&self) -> Option<Events> {
        self.header("content-type").filter(|v| v.starts_with("text/event-stream"))?;
        let text = self.text().replace("\r\n", "\n");
        let block = |block: &str| {
            let data: Vec<&str> =
                block.lines().filter_map(|l| l.strip_prefix("data:")).map(str::trim_start).collect();
            (!data.is_empty()).then(|| data.join("\n"))
        };
        // An event that no empty line ended was never dispatched.
        let (whole, _) = text.rsplit_once("\n\n").unwrap_or_default();
        Some(Events { data: whole.split("\n\n").filter_map(block).collect() })
    }

    /// The object that states the error: `error`, an error event's `error`, or the body itself where it has `detail`.
    pub fn error(&self) -> Option<Value> {
        let body = match self.events() {
            Some(events) => events.json().find(|e| e.get("error").is_some())?,
            None => self.json()?,
        };
        let text = |value: Option<&Value>| value.cloned().unwrap_or_default();
        match body.get("error") {
            Some(error) => Some(error.clone()),
            // A problem; what is wrong stands in a list.
            None if body.get("title").is_some() => Some(serde_json::json!({
                "message": text(body.get("detail")), "type": text(body.get("type")),
                "code": text(body.pointer("/validation/0/code")),
            })),
            None => body.get("detail").map(|detail| serde_json::json!({ "message": detail })),
        }
    }

    /// The title of an HTML page, or its first heading; also of a page that stands in an error's message.
    pub fn title(&self) -> Option<String> {
        let is_page = self.header("content-type").is_some_and(|v| v.starts_with("text/html"));
        let text = if is_page {
            self.text()
        } else {
            self.error().and_then(|error| Some(error.get("message")?.as_str()?.to_owned()))?
        };
        let between = |open: &str, close: &str| {
            let (_, after) = text.split_once(open)?;
            after.split_once(close).map(|(title, _)| title.to_owned())
        };
        between("<title>", "</title>").or_else(|| between("<h1>", "</h1>"))
    }
}

impl Events {
    /// Those whose data is JSON.
    pub fn json(&self) -> impl Iterator<Item = Value> + '_ {
        self.data.iter().filter_map(|d| serde_json::from_str(d).ok())
    }

    /// The stream ended with `[DONE]`.
    pub fn done(&self) -> bool {
        self.data.last().is_some_and(|d| d == "[DONE]")
    }

    /// The last `finish_reason`.
    pub fn finish_reason(&self) -> Option<String> {
        self.json().filter_map(|e| e.pointer("/choices/0/finish_reason")?.as_str().map(str::to_owned)).last()
    }

    /// Characters of content.
    pub fn content_chars(&self) -> usize {
        self.json()
            .filter_map(|e| e.pointer("/choices/0/delta/content")?.as_str().map(|c| c.chars().count()))
            .sum()
    }

    /// A usage object came.
    pub fn usage(&self) -> bool {
        self.json().any(|e| e.get("usage").is_some_and(Value::is_object))
    }
}
