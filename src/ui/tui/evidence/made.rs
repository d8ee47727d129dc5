//! What is shown of one attempt: its headers, its body as a tree, the events of its stream, what differs. It may be raw, so
//! nothing here has a `Debug`.

use serde_json::{Value, json};

use super::{Against, Look, Subject, Tab};
use crate::case::evidence::{Attempt, Timing};
use crate::case::kept::{Comparison, compare};
use crate::case::sanitize::{LocalView, SafeAttempt, SafeBody, SafeHeader, SafeResponse};
use crate::session::Session;
use crate::ui::tui::json::Tree;

/// Events of a stream that are listed.
const MOST_EVENTS: usize = 5_000;
/// Characters of an event that are shown.
const MOST_OF_EVENT: usize = 4_000;

/// A header.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderLine {
    /// Its name.
    pub name: String,
    /// Its value; `None`: it does not leave.
    pub value: Option<String>,
}

/// The answer's body.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Answer {
    /// There is none.
    #[default]
    Nothing,
    /// Something that is no JSON, or only a part of it.
    Text(String),
    /// JSON.
    Tree(Tree),
}

/// An event of a stream.
#[derive(Clone, PartialEq, Eq)]
pub struct EventLine {
    /// Its `event:`; only raw.
    pub name: String,
    /// Bytes of its data.
    pub bytes: usize,
    /// The beginning of its data; `None`: it does not leave.
    pub data: Option<String>,
}

/// What is shown; only what the open tab needs is there.
#[derive(Default)]
pub struct Made {
    /// Status line, or what there was instead.
    pub status: String,
    /// Headers of the request.
    pub asked: Vec<HeaderLine>,
    /// Headers of the answer.
    pub answered: Vec<HeaderLine>,
    /// The body.
    pub body: Answer,
    /// Bytes of the body that are not shown.
    pub left_out: usize,
    /// Events, the first ones.
    pub events: Vec<EventLine>,
    /// What differs.
    pub difference: Comparison,
}

impl Made {
    pub(super) fn of(look: &Look, session: &Session) -> Self {
        let mut made = Self::default();
        let Some(attempt) = look.subject.attempt(session) else { return made };
        match look.tab {
            Tab::Timeline => {}
            Tab::Stream => made.events = events(attempt, look.raw, session),
            Tab::Headers => made.headers(look, attempt, session),
            Tab::Body if look.raw => {
                let view = attempt.response().map(|response| (session.local_views())(&response.readable()));
                made.left_out = view.as_ref().map_or(0, LocalView::left_out);
                made.body = view.map_or(Answer::Nothing, |view| answer(view.into_screen()));
            }
            Tab::Body => {
                let clean = look.subject.clean(session).and_then(|clean| clean.response.as_ref());
                made.body = clean.map_or(Answer::Nothing, |response| match &response.body {
                    SafeBody::Json { value } => answer(value.to_string()),
                    SafeBody::Opaque { shape } => Answer::Text(shape.to_string()),
                    SafeBody::Empty => Answer::Nothing,
                });
            }
            Tab::Difference => made.difference = difference(look, session),
        }
        made
    }

    fn headers(&mut self, look: &Look, attempt: &Attempt, session: &Session) {
        let clean = look.subject.clean(session);
        self.status = status(clean);
        if look.raw {
            let mut view = session.local_views();
            let mut local = |text: &str| view(text.as_bytes()).into_screen();
            let mut line =
                |name: &str, value: &str| HeaderLine { name: local(name), value: Some(local(value)) };
            let asked = look.subject.request(session).map(|request| request.headers.as_slice());
            self.asked = asked.unwrap_or_default().iter().map(|h| line(&h.name, &h.value)).collect();
            self.asked.extend(own_id(look, session, attempt.client_request_id.as_deref()));
            let answered = attempt.response().map(|response| response.headers.as_slice());
            self.answered =
                answered.unwrap_or_default().iter().map(|(name, value)| line(name, value)).collect();
            return;
        }
        let request = look.subject.clean_request(session);
        self.asked =
            request.map(|request| request.headers.iter().map(clean_line).collect()).unwrap_or_default();
        if request.is_some() {
            let id = clean.and_then(|clean| clean.client_request_id.as_deref());
            self.asked.extend(own_id(look, session, id));
        }
        let response = clean.and_then(|clean| clean.response.as_ref());
        self.answered = response.map(leaving_headers).unwrap_or_default();
    }
}

/// The header with the id of this program's own that went along with the request's.
fn own_id(look: &Look, session: &Session, id: Option<&str>) -> Option<HeaderLine> {
    let name = session.client_request_header(look.subject.request(session)?)?;
    Some(HeaderLine { name, value: Some(id?.to_owned()) })
}

fn clean_line(header: &SafeHeader) -> HeaderLine {
    HeaderLine { name: header.name.to_string(), value: header.value.as_ref().map(ToString::to_string) }
}

fn answer(text: String) -> Answer {
    if text.is_empty() {
        return Answer::Nothing;
    }
    Tree::of(text).map_or_else(Answer::Text, Answer::Tree)
}

/// Status and version as they may leave.
fn status(clean: Option<&SafeAttempt>) -> String {
    let Some(response) = clean.and_then(|clean| clean.response.as_ref()) else {
        let kind = clean.and_then(|clean| clean.transport).map(|kind| kind.as_str().replace('_', " "));
        return kind.map_or_else(|| "no answer".to_owned(), |kind| format!("no answer: {kind}"));
    };
    let version = response.http_version.as_ref().map(|v| format!("{v} ")).unwrap_or_default();
    let status = response.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    let reason = response.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{version}{status}{reason}")
}

/// The headers of an answer that leave: those that a note tells for what they mean stand under their names, too.
fn leaving_headers(response: &SafeResponse) -> Vec<HeaderLine> {
    let mut lines: Vec<HeaderLine> = Vec::new();
    let mut told = |name: &str, value: &str| {
        lines.push(HeaderLine { name: name.to_owned(), value: Some(value.to_owned()) });
    };
    if let Some(kind) = &response.content_type {
        told("content-type", kind.as_str());
    }
    for id in &response.request_ids {
        if let Some(name) = id.source.as_str().strip_prefix("header ") {
            told(name, id.id.as_str());
        }
    }
    let edge = &response.edge;
    for (name, value) in
        [("cf-ray", &edge.cf_ray), ("server", &edge.server), ("via", &edge.via), ("date", &edge.date)]
    {
        if let Some(value) = value {
            told(name, value.as_str());
        }
    }
    let known = lines.len();
    for header in &response.headers {
        if !lines.iter().take(known).any(|line| line.name == header.name.as_str()) {
            lines.push(clean_line(header));
        }
    }
    lines
}

/// The events of a stream, from the bytes that were kept of it.
fn events(attempt: &Attempt, raw: bool, session: &Session) -> Vec<EventLine> {
    let Some(response) = attempt.response() else { return Vec::new() };
    let readable = response.readable();
    let text = if raw {
        (session.local_views())(&readable).into_screen()
    } else {
        String::from_utf8_lossy(&readable).into_owned()
    };
    let mut events = Vec::new();
    let (mut name, mut data, mut begun) = (String::new(), String::new(), false);
    for line in text.lines().chain([""]) {
        if line.is_empty() {
            if std::mem::take(&mut begun) {
                let shown: String = data.chars().take(MOST_OF_EVENT).collect();
                events.push(EventLine {
                    name: std::mem::take(&mut name),
                    bytes: data.len(),
                    data: raw.then_some(shown),
                });
            }
            name.clear();
            data.clear();
        } else if let Some(value) = line.strip_prefix("data:") {
            if begun {
                data.push('\n');
            }
            data.push_str(value.strip_prefix(' ').unwrap_or(value));
            begun = true;
        } else if let Some(value) = line.strip_prefix("event:").filter(|_| raw) {
            value.trim().clone_into(&mut name);
        }
        if events.len() >= MOST_EVENTS {
            break;
        }
    }
    events
}

/// What differs, by the comparison that kept cases have.
fn difference(look: &Look, session: &Session) -> Comparison {
    let (first, second) = match look.against {
        Against::Leaves => (came(look.subject, session), leaves(look.subject, session)),
        Against::Other(other) if look.raw => (came(other, session), came(look.subject, session)),
        Against::Other(other) => (leaves(other, session), leaves(look.subject, session)),
    };
    compare(&first, &second)
}

/// An attempt as it came, with labels for credentials: for the screen.
fn came(subject: Subject, session: &Session) -> Value {
    let Some(attempt) = subject.attempt(session) else { return Value::Null };
    let mut view = session.local_views();
    let mut local = |text: &[u8]| view(text).into_screen();
    let mut value = timing(attempt.timing);
    if let Some(failure) = attempt.transport() {
        put(&mut value, "transport", json!(failure.kind.as_str()));
        put(&mut value, "failure", json!(local(failure.detail.as_bytes())));
    }
    let Some(response) = attempt.response() else { return value };
    put(&mut value, "status", json!(response.status));
    let mut headers = json!({});
    for (name, text) in &response.headers {
        put(&mut headers, &local(name.as_bytes()), json!(local(text.as_bytes())));
    }
    put(&mut value, "headers", headers);
    let body = local(&response.readable());
    put(&mut value, "body", serde_json::from_str(&body).unwrap_or(Value::String(body)));
    value
}

/// The same of an attempt as it may leave.
fn leaves(subject: Subject, session: &Session) -> Value {
    let Some(clean) = subject.clean(session) else { return Value::Null };
    let mut value = timing(clean.timing);
    if let Some(kind) = clean.transport {
        put(&mut value, "transport", json!(kind.as_str()));
        put(&mut value, "failure", json!(clean.transport_detail));
    }
    let Some(response) = &clean.response else { return value };
    put(&mut value, "status", json!(response.status));
    let mut headers = json!({});
    for line in leaving_headers(response) {
        let text = line.value.unwrap_or_else(|| "(the value does not leave)".to_owned());
        put(&mut headers, &line.name, json!(text));
    }
    put(&mut value, "headers", headers);
    let body = match &response.body {
        SafeBody::Json { value } => value.clone(),
        SafeBody::Opaque { shape } => json!(shape),
        SafeBody::Empty => json!(""),
    };
    put(&mut value, "body", body);
    value
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = object
        && !value.is_null()
    {
        fields.insert(name.to_owned(), value);
    }
}

fn timing(timing: Timing) -> Value {
    let mut value = json!({});
    for (name, ms) in [
        ("dns_ms", timing.dns_ms),
        ("connect_ms", timing.connect_ms),
        ("tls_ms", timing.tls_ms),
        ("sent_ms", timing.sent_ms),
        ("first_byte_ms", timing.first_byte_ms),
        ("first_token_ms", timing.first_token_ms),
        ("last_event_ms", timing.last_event_ms),
        ("total_ms", timing.total_ms),
    ] {
        put(&mut value, name, json!(ms));
    }
    value
}
