//! A desk of a vendor that is not run here. Prism holds each request against the vendor's contract (`tests/desks/contracts`); what
//! passes is kept, and answered with the contract's own example, filled with what is kept.

#[path = "vendor/kept.rs"]
mod kept;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::asked::Asked;
pub use kept::{Kept, Name};

/// Parameters that the pages of a reference name for every list, and the vendor's document does not.
const OF_EVERY_LIST: [(&str, &str); 3] =
    [("zendesk", "page"), ("zendesk", "per_page"), ("zendesk", "filename")];

/// What arrived.
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// The desk; its thread ends with the test's process.
pub struct Vendor {
    pub name: Name,
    pub port: u16,
    pub kept: Arc<Mutex<Kept>>,
}

impl Vendor {
    pub fn start(name: Name) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let port = listener.local_addr().expect("an address").port();
        let kept = Arc::new(Mutex::new(Kept::at(name, port)));
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, name, &shared);
            }
        });
        Self { name, port, kept }
    }

    /// desks.yaml for it.
    pub fn settings(&self) -> String {
        let more = match self.name {
            Name::Github | Name::Gitlab => "project: own/er",
            Name::Jira => "project: SUP, login: me@desk.invalid",
            Name::Zendesk => "login: me@desk.invalid",
        };
        let (name, port) = (self.name.id(), self.port);
        format!(
            "desks:\n  - {{name: desk, kind: {name}, token_env: DESK_TOKEN, url: 'http://127.0.0.1:{port}', {more}}}\n"
        )
    }
}

fn serve(mut stream: TcpStream, name: Name, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let Some(mut asked) = Asked::begin(&mut stream)? else { return Ok(()) };
    let body = asked.body(&mut stream)?.to_vec();
    let (line, fields) = asked.head().split_once("\r\n").unwrap_or((asked.head(), ""));
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let request = Request { method: word(), path: word(), head: fields.to_owned(), body };
    let mut kept = kept.lock().expect("free");
    let (status, body) = kept.file(&request).unwrap_or_else(|| {
        let (status, example) = judge(name, &request, &mut kept);
        if status < 300 { kept.answer(&request, example) } else { (status, example.to_string().into_bytes()) }
    });
    if status == 0 {
        // It was done, and the answer is lost.
        return Ok(());
    }
    stream.write_all(
        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())
            .as_bytes(),
    )?;
    stream.write_all(&body)
}

/// What Prism says to the request: its status, and the example or what is wrong.
fn judge(name: Name, request: &Request, kept: &mut Kept) -> (u16, Value) {
    let contract = if request.path.contains("/search/jql") { "jira_search" } else { name.id() };
    let mut wrong = unknown_parameters(contract, request, kept);
    let (status, body) = ask(contract, request);
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status >= 300 {
        wrong.push(format!("{status} {answer}"));
    }
    if wrong.is_empty() {
        return (status, answer);
    }
    kept.refused.push(format!("{} {}: {}", request.method, request.path, wrong.join("; ")));
    (422, answer)
}

/// Prism takes query parameters that nobody has heard of; this does not. It notes which operation was asked for.
fn unknown_parameters(contract: &str, request: &Request, kept: &mut Kept) -> Vec<String> {
    let file = super::place::folder().join(format!("contracts/{contract}.json"));
    let document: Value = serde_json::from_slice(&fs::read(file).expect("a contract")).expect("JSON");
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let fits = |template: &str| {
        let (template, path): (Vec<&str>, Vec<&str>) =
            (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len() && template.iter().zip(&path).all(|(t, p)| t.starts_with('{') || t == p)
    };
    let paths = document["paths"].as_object().expect("paths");
    let Some((template, item)) = paths.iter().find(|(template, _)| fits(template)) else {
        return vec!["no such path".to_owned()];
    };
    kept.asked.insert(format!("{contract} {} {template}", request.method));
    let known = item[request.method.to_lowercase()]["parameters"].clone();
    let known: Vec<&str> = known
        .as_array()
        .into_iter()
        .flatten()
        .filter(|p| p["in"] == "query")
        .filter_map(|p| p["name"].as_str())
        .collect();
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .filter(|key| !key.is_empty() && !known.contains(key) && !OF_EVERY_LIST.contains(&(contract, key)))
        .map(|key| format!("no parameter {key} is known"))
        .collect()
}

/// Asks the contract's Prism.
pub fn ask(contract: &str, request: &Request) -> (u16, Vec<u8>) {
    let port: u16 = std::env::var(format!("{}_PRISM_PORT", contract.to_uppercase()))
        .expect("run by .ci/desks")
        .parse()
        .expect("a port");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connects");
    let head = format!("{} {} HTTP/1.0\r\n{}\r\n\r\n", request.method, request.path, request.head);
    stream.write_all(head.as_bytes()).expect("asks");
    stream.write_all(&request.body).expect("asks");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
    let status = std::str::from_utf8(&bytes[9..12]).ok().and_then(|s| s.parse().ok()).expect("a status");
    (status, bytes.split_off(end))
}
