//! Command lines of `HTTPie` (`tests/httpie/commands.txt`, most of them from its documentation), read as `HTTPie` meant them.
//!
//! `tests/httpie/record.py` ran each with `HTTPie` 3.2.4 and `--offline` and wrote the request to `tests/httpie/truth.jsonl`.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use casefile::case::catalog::Catalog;
use casefile::case::intake::read_all;
use casefile::case::keyring::KeyRing;
use casefile::case::request::{Draft, PartContent};
use secrecy::ExposeSecret;
use serde::Deserialize;

const COMMANDS: &str = include_str!("httpie/commands.txt");
const TRUTH: &str = include_str!("httpie/truth.jsonl");

#[derive(Deserialize)]
struct Truth {
    name: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The paste and its files.
fn case(block: &str) -> (&str, &str, BTreeMap<&str, String>) {
    let (name, rest) = block.split_once('\n').expect("a name and a paste");
    let mut parts = rest.split("\n%%% file ");
    let paste = parts.next().unwrap_or("").trim_end_matches('\n');
    let files = parts.filter_map(|part| part.trim_end().split_once(' '));
    (name, paste, files.map(|(name, text)| (name, serde_json::from_str(text).expect("a string"))).collect())
}

/// What the tool adds by itself.
fn is_implied(name: &str, value: &str) -> bool {
    match name {
        "host" | "content-length" | "connection" | "accept-encoding" => true,
        "user-agent" => value.starts_with("HTTPie/"),
        "accept" => value == "*/*",
        _ => false,
    }
}

fn sorted(headers: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = headers
        .map(|(name, value)| {
            (name.to_lowercase(), value.split("; boundary=").next().unwrap_or("").to_owned())
        })
        .filter(|(name, value)| !is_implied(name, value))
        .collect();
    headers.sort();
    headers
}

/// The fields of a form, each with its name, file name, type and text.
fn fields(body: &str) -> String {
    let Some(mark) = body.lines().next().filter(|line| line.starts_with("--")) else {
        return body.to_owned();
    };
    let parts = body.split(mark).filter_map(|part| part.strip_prefix("\r\n"));
    let lines = parts.map(|part| {
        let (head, text) = part.split_once("\r\n\r\n").expect("a head");
        let named =
            |name: &str| head.split(name).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
        let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap_or("");
        format!(
            "{} [{}] [{kind}] {}",
            named("; name=\""),
            named("filename=\""),
            text.trim_end_matches("\r\n")
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn plain(text: &str, ring: &KeyRing) -> String {
    ring.resolve(text).map_or_else(|_| text.to_owned(), |text| text.expose_secret().to_owned())
}

fn body(draft: &Draft, files: &BTreeMap<&str, String>, ring: &KeyRing) -> String {
    if draft.form.is_empty() {
        return plain(&draft.body, ring);
    }
    let lines = draft.form.iter().map(|part| {
        let (text, name) = match &part.content {
            PartContent::Text(text) => (plain(text, ring), ""),
            PartContent::File { path, .. } => {
                (files.get(path.as_str()).expect("the file").clone(), path.as_str())
            }
        };
        format!("{} [{name}] [{}] {text}", part.name, part.sent_media_type().unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn commands_are_read_as_httpie_meant_them() {
    let catalog = Catalog::built_in();
    let truths = TRUTH.lines().map(|line| serde_json::from_str::<Truth>(line).expect("a line of truth"));
    let blocks = COMMANDS.strip_prefix("### ").expect("a first command").split("\n### ").map(case);
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (truth, (name, paste, files)) in truths.zip(blocks) {
        assert_eq!(truth.name, name, "the same order");
        count += 1;
        let mut ring = KeyRing::default();
        let pieces = read_all(paste, &|path| files.get(path).cloned(), &catalog, &mut ring);
        let Some(draft) =
            pieces.first().filter(|p| p.intake.kind == "httpie").and_then(|p| p.intake.draft.as_ref())
        else {
            wrong.push(format!("{name}: no command is seen"));
            continue;
        };
        let url = url::Url::parse(&plain(&draft.url, &ring)).expect("an address");
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        let sent = truth.headers.iter().find(|(n, _)| n == "Host").map_or("", |(_, value)| value.as_str());
        let want = (
            truth.method,
            truth.target,
            sent.to_owned(),
            sorted(truth.headers.clone().into_iter()),
            fields(&truth.body),
        );
        let headers = draft.headers.iter().map(|h| (h.name.clone(), plain(&h.value, &ring)));
        let got =
            (draft.method.clone(), target.to_owned(), host, sorted(headers), body(draft, &files, &ring));
        if got != want {
            wrong.push(format!("{name}:\n  got  {got:?}\n  want {want:?}"));
        }
    }
    assert!(count >= 40 && wrong.is_empty(), "{} of {count} wrong\n{}", wrong.len(), wrong.join("\n"));
}
