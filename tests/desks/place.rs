//! The desks that `.ci/desks` started, asked by a client of the tests' own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// Which one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Rt,
    Redmine,
    Roundup,
}

fn port(name: &str) -> u16 {
    let port = std::env::var(format!("{name}_PORT")).expect("run by .ci/desks");
    port.parse().expect("a port")
}

pub fn folder() -> PathBuf {
    std::env::var_os("CASEFILE_DESKS").expect("run by .ci/desks").into()
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rt => "rt",
            Self::Redmine => "redmine",
            Self::Roundup => "roundup",
        }
    }

    pub fn port(self) -> u16 {
        port(&self.name().to_uppercase())
    }

    /// The port of the front: Roundup takes requests for its own address only.
    pub fn front_port(self) -> u16 {
        if self == Self::Roundup { port("ROUNDUP_FRONT") } else { 0 }
    }

    /// The tokens of who may do everything and of who may do nothing.
    pub fn tokens(self) -> (String, String) {
        let line = |file: &str, at: usize| {
            let text = std::fs::read_to_string(folder().join(file)).expect("tokens");
            text.lines().nth(at).expect("a token").to_owned()
        };
        match self {
            Self::Rt => (line("rt/token", 0), line("rt/token", 1)),
            Self::Redmine => (line("redmine/key", 0), line("redmine/key", 1)),
            Self::Roundup => {
                let password = std::env::var("DESK_PASSWORD").expect("run by .ci/desks");
                (password.clone(), password)
            }
        }
    }

    /// Request lines: what makes a ticket, what adds a comment, what carries a file.
    pub fn lines(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Rt => ("POST /REST/2.0/ticket ", "/comment", "POST /REST/2.0/ticket "),
            Self::Redmine => ("POST /issues.json", "PUT /issues/", "POST /uploads.json"),
            Self::Roundup => ("POST /desk/rest/data/issue", "PATCH /desk", "POST /desk/rest/data/file"),
        }
    }

    /// desks.yaml for it behind a front on `port`.
    pub fn settings(self, port: u16, guest: bool) -> String {
        let login = if guest { "guest" } else { "admin" };
        let more = match self {
            Self::Rt => format!("url: 'http://127.0.0.1:{port}', project: General"),
            Self::Redmine => format!("url: 'http://127.0.0.1:{port}', project: desk"),
            Self::Roundup => format!("url: 'http://127.0.0.1:{port}/desk/', login: {login}"),
        };
        format!("desks:\n  - {{name: desk, kind: {}, token_env: DESK_TOKEN, {more}}}\n", self.name())
    }

    fn get(self, path: &str) -> Vec<u8> {
        let token = self.tokens().0;
        let front = self.front_port();
        let credential = match self {
            Self::Rt => format!("Authorization: token {token}"),
            Self::Redmine => format!("X-Redmine-API-Key: {token}"),
            Self::Roundup => format!(
                "Authorization: Basic {}\r\nX-Requested-With: rest\r\nReferer: http://127.0.0.1:{front}/desk/\r\nOrigin: http://127.0.0.1:{front}",
                BASE64_STANDARD.encode(format!("admin:{token}"))
            ),
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).expect("connects");
        let head = format!(
            "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nAccept: */*\r\n{credential}\r\n\r\n",
            self.port()
        );
        stream.write_all(head.as_bytes()).expect("asks");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
        assert!(
            bytes.starts_with(b"HTTP/1.") && bytes[9..12] == *b"200",
            "{path}: {}",
            String::from_utf8_lossy(&bytes)
        );
        bytes[end..].to_vec()
    }

    fn json(self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path)).expect("JSON")
    }

    /// The tickets whose subject has the case's id.
    pub fn tickets(self, id: &str) -> Vec<String> {
        let (path, list) = match self {
            Self::Rt => {
                (format!("/REST/2.0/tickets?query=Subject%20LIKE%20%22{id}%22&per_page=100"), "/items")
            }
            Self::Redmine => (format!("/issues.json?subject=~{id}&status_id=*"), "/issues"),
            Self::Roundup => (format!("/desk/rest/data/issue?title={id}"), "/data/collection"),
        };
        let found = self.json(&path);
        let found = found.pointer(list).and_then(Value::as_array).expect("a list");
        found.iter().map(|item| item["id"].to_string().replace('"', "")).collect()
    }

    /// Names and bytes of the ticket's files whose name has the case's id, by name.
    pub fn files(self, ticket: &str, id: &str) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = match self {
            Self::Rt => {
                let all =
                    self.json(&format!("/REST/2.0/ticket/{ticket}/attachments?fields=Filename&per_page=100"));
                let items = all["items"].as_array().expect("items").clone();
                let name = |item: &Value| item["Filename"].as_str().unwrap_or_default().to_owned();
                items
                    .iter()
                    .filter(|item| name(item).contains(id))
                    .map(|item| {
                        let at = item["id"].as_str().expect("an id");
                        let content = self.json(&format!("/REST/2.0/attachment/{at}"))["Content"].clone();
                        let content = content.as_str().unwrap_or_default().replace('\n', "");
                        (name(item), BASE64_STANDARD.decode(content).expect("base64"))
                    })
                    .collect()
            }
            Self::Redmine => {
                let issue = self.json(&format!("/issues/{ticket}.json?include=attachments"));
                let items = issue["issue"]["attachments"].as_array().expect("attachments").clone();
                let of = |item: &Value| {
                    let name = item["filename"].as_str().expect("a name").to_owned();
                    let bytes = self.get(&format!("/attachments/download/{}/{name}", item["id"]));
                    (name, bytes)
                };
                items.iter().map(of).filter(|(name, _)| name.contains(id)).collect()
            }
            Self::Roundup => {
                let issue = self.json(&format!("/desk/rest/data/issue/{ticket}"));
                let items = issue["data"]["attributes"]["files"].as_array().expect("files").clone();
                let of = |item: &Value| {
                    let at = item["id"].as_str().expect("an id");
                    let about = self.json(&format!("/desk/rest/data/file/{at}"));
                    let name = about["data"]["attributes"]["name"].as_str().expect("a name").to_owned();
                    (name, self.get(&format!("/desk/rest/data/file/{at}/binary_content")))
                };
                items.iter().map(of).filter(|(name, _)| name.contains(id)).collect()
            }
        };
        files.sort();
        files
    }

    /// How many texts of the ticket have the case's mark.
    pub fn texts(self, ticket: &str, id: &str) -> usize {
        let mark = format!("[casefile {id}]");
        match self {
            Self::Rt => {
                let all = self.json(&format!(
                    "/REST/2.0/ticket/{ticket}/attachments?fields=Filename,ContentType&per_page=100"
                ));
                let items = all["items"].as_array().expect("items").clone();
                let is_text = |item: &&Value| item["Filename"] == "" && item["ContentType"] == "text/plain";
                let content = |item: &Value| {
                    let at = item["id"].as_str().expect("an id");
                    let content = self.json(&format!("/REST/2.0/attachment/{at}"))["Content"].clone();
                    let content = content.as_str().unwrap_or_default().replace('\n', "");
                    String::from_utf8(BASE64_STANDARD.decode(content).expect("base64")).expect("text")
                };
                items.iter().filter(is_text).filter(|item| content(item).contains(&mark)).count()
            }
            Self::Redmine => {
                let issue = self.json(&format!("/issues/{ticket}.json?include=journals"))["issue"].clone();
                let in_notes = issue["journals"].as_array().expect("journals").iter();
                let in_notes =
                    in_notes.filter(|j| j["notes"].as_str().is_some_and(|n| n.contains(&mark))).count();
                in_notes + usize::from(issue["description"].as_str().is_some_and(|d| d.contains(&mark)))
            }
            Self::Roundup => {
                let issue = self.json(&format!("/desk/rest/data/issue/{ticket}"));
                let items = issue["data"]["attributes"]["messages"].as_array().expect("messages").clone();
                let text = |item: &Value| {
                    let at = item["id"].as_str().expect("an id");
                    String::from_utf8(self.get(&format!("/desk/rest/data/msg/{at}/binary_content")))
                        .expect("text")
                };
                items.iter().filter(|item| text(item).contains(&mark)).count()
            }
        }
    }
}
