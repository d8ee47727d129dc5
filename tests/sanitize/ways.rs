//! The ways in which text leaves the program: a case goes in, what a reader gets comes out.

use std::sync::LazyLock;

use casefile::case::catalog::Catalog;
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::sanitize::filter::{Filter, Kind};
use casefile::case::sanitize::{Format, Sanitizer, Words};
use casefile::session::{Event, Session, Settings, Step};
use chrono::{DateTime, Utc};

use crate::corpus::Case;

static CATALOG: LazyLock<std::sync::Arc<Catalog>> = LazyLock::new(Catalog::built_in);

fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T10:15:00Z").expect("valid").with_timezone(&Utc)
}

/// What the program holds: the secrets of a case that says so.
fn ring(case: &Case) -> KeyRing {
    let mut ring = KeyRing::default();
    for secret in case.secrets.iter().filter(|_| case.known) {
        ring.hold(SecretKind::Key, Origin::Pasted, &secret.value);
    }
    ring
}

/// What `--as` says for a case.
pub fn kind_of(case: &Case) -> Kind {
    match case.kind {
        "header" => Kind::Headers,
        "url" => Kind::Url,
        "json" => Kind::Json,
        "curl" => Kind::Curl,
        "sse" => Kind::Sse,
        "log" => Kind::Log,
        "html" => Kind::Html,
        "har" => Kind::Har,
        "env" => Kind::Yaml,
        "multipart" => Kind::Multipart,
        _ => Kind::Text,
    }
}

/// `text` through the filter.
pub fn filtered(text: &str, kind: Kind, case: &Case) -> String {
    let mut filter = Filter::new(&CATALOG, kind, &ring(case));
    let mut out = Vec::new();
    filter.feed(text.as_bytes(), &mut out);
    filter.finish(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The text as an operator's own words.
pub fn words(case: &Case) -> String {
    let ring = ring(case);
    let words = Words { notes: case.text.clone(), ..Words::default() };
    Sanitizer::new(&CATALOG, &ring).words(&words).notes.as_str().to_owned()
}

const REQUEST: &str = "curl http://127.0.0.1:8787/v1/chat/completions -H 'Content-Type: application/json' \
    -d '{\"model\": \"practice-ok\", \"messages\": [{\"role\": \"user\", \"content\": \"Say hello.\"}]}'";

/// The text as a paste, and the note of it in each form. A refusal is an empty output.
pub fn note(case: &Case) -> String {
    noted(case, &[Event::Pasted(case.text.clone())])
}

/// The text as what a gateway answered (an error's text as its `error.message`), and the note of it.
pub fn answer(case: &Case) -> String {
    let json = || serde_json::json!({"error": {"message": case.text, "type": "server_error"}}).to_string();
    let (media, body) = match case.kind {
        "html" => ("text/html", case.text.clone()),
        "sse" => ("text/event-stream", case.text.clone()),
        "json" => ("application/json", case.text.clone()),
        _ => ("application/json", json()),
    };
    let text = format!("HTTP/1.1 400 Bad Request\r\ncontent-type: {media}\r\n\r\n{body}");
    let given = Event::ResponseGiven { text: text.into_bytes(), status: None, at: Some(moment()) };
    noted(case, &[Event::Pasted(REQUEST.to_owned()), given])
}

fn noted(case: &Case, what: &[Event]) -> String {
    let settings = Settings {
        operator: "operator".into(),
        tool: "casefile 0.0.0-test".into(),
        os: "linux".into(),
        confirm_first: true,
        seed: 7,
        ..Settings::default()
    };
    let mut session = Session::new(std::sync::Arc::clone(&CATALOG), settings);
    let keys = case.secrets.iter().filter(|_| case.known).map(|secret| Event::KeyGiven {
        origin: Origin::Given("a prompt"),
        value: secret.value.clone().into(),
    });
    let before = std::iter::once(Event::GatewayChosen("practice".into())).chain(keys);
    let after = [Event::GoTo(Step::Review), Event::Confirmed(true), Event::GoTo(Step::Note)];
    for event in before.chain(what.iter().cloned()).chain(after) {
        session.handle(event, moment());
    }
    let Some(output) = session.output() else { return String::new() };
    [Format::Yaml, Format::Markdown]
        .map(|format| output.render(format).map(|r| r.as_str().to_owned()).unwrap_or_default())
        .join("\n")
}
