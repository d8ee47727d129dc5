//! Commands as people paste them (`tests/curl/commands.txt`), read as the real curl meant them.
//!
//! `tests/curl/record.py` ran each with curl against a server on the loopback interface and wrote what it sent, or that it
//! refused, to `tests/curl/truth.jsonl`.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use base64::Engine as _;
use casefile::case::catalog::Catalog;
use casefile::case::intake::read_all;
use casefile::case::keyring::KeyRing;
use casefile::case::request::{Draft, PartContent};
use secrecy::ExposeSecret;
use serde::Deserialize;




/// What curl did with one command.
#[derive(Deserialize)]
struct Truth {
    name: String,
    requests: Vec<Sent>,
    /// Its exit code, where nothing was sent.
    refused: Option<i32>,
}

#[derive(Deserialize)]
struct Sent {
    scheme: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// A command with the files that it names.
struct Case {
    name: &'static str,
    paste: &'static str,
    files: BTreeMap<&'static str, String>,
}

fn cases() -> Vec<Case> {
    let commands: &'static str = Box::leak(std::fs::read_to_string(std::env::var("SCRATCH").unwrap()+".txt").unwrap().into_boxed_str());
    let blocks = commands.strip_prefix("### ").expect("a first command").split("\n### ");
    blocks
        .map(|block| {
            let (name, rest) = block.split_once('\n').expect("a name and a paste");
            let mut parts = rest.split("\n%%% ");
            let paste = parts.next().unwrap_or("").trim_end_matches('\n');
            let files = parts
                .filter_map(|part| part.strip_prefix("file ")?.split_once('\n'))
                .map(|(name, text)| (name, serde_json::from_str(text.trim()).expect("a JSON string")))
                .collect();
            Case { name, paste, files }
        })
        .collect()
}

/// What is compared of a request: method, address, headers in lower case and sorted, body or fields.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// What curl adds by itself.
fn is_implied(name: &str, value: &str) -> bool {
    match name {
        "content-length" | "expect" | "transfer-encoding" | "connection" | "accept-encoding" => true,
        "user-agent" => value.starts_with("curl/"),
        "accept" => value == "*/*",
        _ => false,
    }
}

fn without_boundary(value: &str) -> String {
    value.split("; boundary=").next().unwrap_or(value).to_owned()
}

impl Meaning {
    fn of_curl(sent: &Sent) -> Self {
        let find = |wanted: &str| sent.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(wanted));
        let host = find("host").map_or("", |(_, value)| value.as_str());
        let body = base64::engine::general_purpose::STANDARD.decode(&sent.body).expect("base64");
        let body = String::from_utf8_lossy(&body).into_owned();
        let boundary = find("content-type")
            .and_then(|(_, value)| value.split_once("boundary="))
            .map(|(_, b)| b.to_owned());
        let mut headers: Vec<(String, String)> = sent
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), without_boundary(value)))
            .filter(|(name, value)| name != "host" && !is_implied(name, value))
            .collect();
        headers.sort();
        let target = if sent.target.starts_with('/') { sent.target.as_str() } else { "/" };
        Self {
            method: sent.method.clone(),
            url: normal(&format!("{}://{host}{target}", sent.scheme)),
            headers,
            body: boundary.map_or(body.clone(), |boundary| fields(&body, &boundary)),
        }
    }

    fn of_draft(draft: &Draft, ring: &KeyRing, files: &BTreeMap<&str, String>) -> Self {
        let plain = |text: &str| {
            ring.resolve(text).map_or_else(|_| text.to_owned(), |text| text.expose_secret().to_owned())
        };
        let mut headers: Vec<(String, String)> = draft
            .headers
            .iter()
            .map(|h| (h.name.to_lowercase(), plain(&h.value)))
            .filter(|(name, value)| name != "host" && !is_implied(name, value))
            .collect();
        let Ok(mut url) = url::Url::parse(&plain(&draft.url)) else {
            return Self {
                method: draft.method.clone(),
                url: draft.url.clone(),
                headers,
                body: String::new(),
            };
        };
        if let Some(password) = url.password().map(str::to_owned) {
            let basic = format!("{}:{password}", url.username());
            let basic = base64::engine::general_purpose::STANDARD.encode(basic);
            headers.push(("authorization".to_owned(), format!("Basic {basic}")));
            url.set_username("").expect("can be cleared");
            url.set_password(None).expect("can be cleared");
        }
        if let Some(host) = draft.headers.iter().find(|h| h.name.eq_ignore_ascii_case("host")) {
            url.set_host(Some(&host.value)).expect("a host");
        }
        headers.sort();
        let body = if draft.form.is_empty() {
            plain(&draft.body)
        } else {
            let lines = draft.form.iter().map(|part| {
                let (content, file) = match &part.content {
                    PartContent::Text(text) => (plain(text), None),
                    PartContent::File { path, .. } => {
                        let text = files.get(path.as_str()).expect("the file");
                        (text.clone(), Some(path.rsplit('/').next().unwrap_or(path).to_owned()))
                    }
                };
                let filename = part.filename.clone().or(file).filter(|name| !name.is_empty());
                let kind = part.sent_media_type().unwrap_or_default();
                format!("{} [{}] [{kind}] {content}", part.name, filename.unwrap_or_default())
            });
            lines.collect::<Vec<_>>().join("\n")
        };
        Self { method: draft.method.clone(), url: normal(url.as_str()), headers, body }
    }
}

fn normal(url: &str) -> String {
    let mut url = url::Url::parse(url).unwrap_or_else(|e| panic!("{url}: {e}"));
    url.set_fragment(None);
    let mut out = String::new();
    let mut rest = url.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        let (digits, behind) = after.split_at_checked(2).unwrap_or((after, ""));
        out.push_str(before);
        out.push('%');
        out.push_str(&digits.to_uppercase());
        rest = behind;
    }
    out.push_str(rest);
    out.replace("%5B", "[").replace("%5D", "]").replace("%7B", "{").replace("%7D", "}")
}

/// The fields of a multipart body, a line each.
fn fields(body: &str, boundary: &str) -> String {
    let delimiter = format!("--{boundary}");
    let parts = body.split(&delimiter).filter_map(|part| part.strip_prefix("\r\n"));
    let lines = parts.map(|part| {
        let (head, content) = part.split_once("\r\n\r\n").expect("a head");
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        let named = |name: &str| {
            let at = head.find(&format!("{name}=\""))? + name.len() + 2;
            let text = &head[at..];
            text.find('"').map(|end| text[..end].to_owned())
        };
        let kind = head.lines().find_map(|l| l.strip_prefix("Content-Type: ")).unwrap_or("");
        let name = named("; name").unwrap_or_default();
        format!("{name} [{}] [{kind}] {content}", named("filename").unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn commands_mean_what_curl_means() {
    let catalog = Catalog::built_in();
    let truth_text = std::fs::read_to_string(std::env::var("SCRATCH").unwrap()+".jsonl").unwrap();
    let truth: BTreeMap<String, Truth> = truth_text
        .lines()
        .map(|line| serde_json::from_str::<Truth>(line).expect("a line of truth"))
        .map(|truth| (truth.name.clone(), truth))
        .collect();
    let cases = cases();
    assert!(truth.len() == cases.len(), "{} of {}", cases.len(), truth.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let truth = &truth[case.name];
        let mut ring = KeyRing::default();
        let files = |path: &str| case.files.get(path).cloned();
        let pieces = read_all(case.paste, &files, &catalog, &mut ring);
        let refused = pieces.iter().any(|p| p.intake.findings.iter().any(|f| f.id == "curl_refuses"));
        if refused != truth.refused.is_some() {
            wrong.push(format!("{}: refused {refused}, curl {:?} {:?}\n{}", case.name, truth.refused, pieces.iter().flat_map(|p|p.intake.findings.iter()).map(|f|format!("{} {}",f.id,f.message)).collect::<Vec<_>>(), case.paste));
            continue;
        }
        if refused {
            continue;
        }
        let got: Vec<Meaning> = pieces
            .iter()
            .filter_map(|p| p.intake.draft.as_ref())
            .map(|draft| Meaning::of_draft(draft, &ring, &case.files))
            .collect();
        let want: Vec<Meaning> = truth.requests.iter().map(Meaning::of_curl).collect();
        if got != want {
            wrong.push(format!("{}\n {}\n   got {}\n  want {}", case.name, case.paste, brief(&got), brief(&want)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn brief(all: &[Meaning]) -> String {
    all.iter().map(|m| format!("{} {} {:?} {:?}", m.method, m.url, m.headers, m.body)).collect::<Vec<_>>().join("\n       ")
}
