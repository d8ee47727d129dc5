//! A desk that speaks as Request Tracker's REST 2 does, with faults that a real one does not show on demand.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::asked::Asked;

/// What goes wrong, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The request is done, and no answer comes.
    LostAnswer,
    /// The connection ends in the middle of the request, which is not done.
    CutRequest,
    /// A gateway before the desk gives up, while the desk has done it.
    Gateway,
    /// A good answer that ends in the middle.
    CutAnswer,
}

/// A part of a message, as RT counts them.
struct Part {
    ticket: usize,
    parent: usize,
    subject: String,
    file: String,
    content: String,
}

/// What the desk holds.
#[derive(Default)]
pub struct State {
    /// Subjects of tickets.
    pub tickets: Vec<String>,
    parts: Vec<Part>,
    /// The fault for the next request whose line contains the text.
    pub fault: Option<(&'static str, Fault)>,
    /// Request lines, and whether the token came along.
    pub seen: Vec<(String, bool)>,
    /// What every request is answered with, in place of what it asked for.
    pub always: Option<Vec<u8>>,
    /// Files are stored without their last byte.
    pub loses_a_byte: bool,
}

impl State {
    /// How many texts and files a ticket has.
    pub fn count(&self, ticket: usize) -> (usize, usize) {
        let of_ticket = || self.parts.iter().filter(|part| part.ticket == ticket);
        let texts = self.texts(ticket);
        (
            texts.iter().filter(|text| text.contains("[casefile ")).count(),
            of_ticket().filter(|part| !part.file.is_empty()).count(),
        )
    }

    /// The bytes of every text of a ticket.
    pub fn texts(&self, ticket: usize) -> Vec<String> {
        let texts = self.parts.iter().filter(|part| part.ticket == ticket && part.file.is_empty());
        let bytes = texts.map(|part| BASE64_STANDARD.decode(&part.content).unwrap_or_default());
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }

    fn message(&mut self, ticket: usize, subject: &str, body: &Value) {
        let text = body["Content"].as_str().unwrap_or_default();
        let empty = Vec::new();
        let files = body["Attachments"].as_array().unwrap_or(&empty);
        let mut part = |parent, subject: &str, file: &str, content: String| {
            self.parts.push(Part { ticket, parent, subject: subject.into(), file: file.into(), content });
            self.parts.len()
        };
        let head = part(0, subject, "", String::new());
        part(head, "", "", BASE64_STANDARD.encode(text));
        for file in files {
            let mut content = file["FileContent"].as_str().unwrap_or_default().to_owned();
            if self.loses_a_byte {
                let bytes = BASE64_STANDARD.decode(&content).unwrap_or_default();
                content =
                    BASE64_STANDARD.encode(bytes.get(..bytes.len().saturating_sub(1)).unwrap_or_default());
            }
            let name = file["FileName"].as_str().unwrap_or_default();
            self.parts.push(Part {
                ticket,
                parent: head,
                subject: String::new(),
                file: name.into(),
                content,
            });
        }
    }

    fn answer(&mut self, line: &str, body: &str) -> (u16, Value) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let path = line.split(' ').nth(1).unwrap_or_default().trim_start_matches("/REST/2.0").to_owned();
        let number = |from: &str| {
            let digits: String =
                path.trim_start_matches(from).chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<usize>().unwrap_or(0)
        };
        if line.starts_with("POST") && path == "/ticket" {
            self.tickets.push(body["Subject"].as_str().unwrap_or_default().to_owned());
            let (id, subject) = (self.tickets.len(), self.tickets.last().cloned().unwrap_or_default());
            self.message(id, &subject, &body);
            return (201, json!({"type": "ticket", "id": id.to_string()}));
        }
        if path.starts_with("/tickets?") {
            let items: Vec<Value> = self
                .tickets
                .iter()
                .enumerate()
                .filter(|(_, subject)| path.contains(subject.get(10..30).unwrap_or("none")))
                .map(|(at, subject)| json!({"id": (at + 1).to_string(), "Subject": subject}))
                .collect();
            return (200, json!({"items": items, "pages": 1}));
        }
        if path.starts_with("/attachment/") {
            let Some(part) = self.parts.get(number("/attachment/").wrapping_sub(1)) else {
                return (404, json!({}));
            };
            return (
                200,
                json!({"Content": format!("{}\n", part.content), "Parent": {"id": part.parent.to_string()}}),
            );
        }
        let ticket = number("/ticket/");
        if ticket == 0 || ticket > self.tickets.len() {
            return (404, json!({"message": "Not Found"}));
        }
        if line.starts_with("POST") {
            self.message(ticket, body["Subject"].as_str().unwrap_or_default(), &body);
            return (201, json!(["Comments added"]));
        }
        if !path.contains("/attachments") {
            return (200, json!({"id": ticket}));
        }
        let items: Vec<Value> = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.ticket == ticket)
            .map(|(at, part)| {
                let kind = if part.parent == 0 { "multipart/mixed" } else { "text/plain" };
                json!({"id": (at + 1).to_string(), "Subject": part.subject, "Filename": part.file, "ContentType": kind})
            })
            .collect();
        (200, json!({"items": items, "pages": 1}))
    }
}

/// The desk; its thread ends with the test's process.
pub struct Desk {
    port: u16,
    /// What it holds.
    pub state: Arc<Mutex<State>>,
}

impl Desk {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &shared);
            }
        });
        Self { port, state }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let Some(mut asked) = Asked::begin(&mut stream)? else { return Ok(()) };
    let line = asked.head().lines().next().unwrap_or_default().to_owned();
    let token = asked.header("authorization").is_some();
    let mut state = state.lock().expect("free");
    state.seen.push((line.clone(), token));
    let fault = state.fault.filter(|(at, _)| line.contains(at)).map(|(_, fault)| fault);
    if fault.is_some() {
        state.fault = None;
    }
    if fault == Some(Fault::CutRequest) {
        return Ok(());
    }
    let body = String::from_utf8_lossy(asked.body(&mut stream)?).into_owned();
    if let Some(always) = state.always.clone() {
        return stream.write_all(&always);
    }
    let (status, answer) = state.answer(&line, &body);
    let answer = answer.to_string();
    match fault {
        Some(Fault::LostAnswer) => Ok(()),
        Some(Fault::Gateway) => stream
            .write_all(b"HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        Some(Fault::CutAnswer) => stream.write_all(
            format!("HTTP/1.1 {status} OK\r\ncontent-length: {}\r\n\r\n{}", answer.len(), &answer[..1])
                .as_bytes(),
        ),
        _ => stream.write_all(
            format!(
                "HTTP/1.1 {status} OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
                answer.len()
            )
            .as_bytes(),
        ),
    }
}
