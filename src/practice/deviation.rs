//! Planted deviations: each makes the gateway break its contract in one place, so that `casefile check` can be seen to find it.
//!
//! A deviation changes a finished answer, by what was asked ([`Situation`]). The faithful gateway has none.

mod table;

use serde_json::Value;

use super::gate::{Asked, Body, Gate, JSON, Reply, Then};

pub use table::DEVIATIONS;

/// The model that simply works.
pub(super) const WORKS: &str = "practice-ok";
/// The model by which no answer comes.
pub(super) const HANGS: &str = "practice-hanging";
/// The model whose stream is cut.
pub(super) const IS_CUT: &str = "practice-stream-cut";

/// One place in which the contract is broken.
pub struct Deviation {
    /// Its name on the command line.
    pub name: &'static str,
    /// The check of the contract matrix that finds it.
    pub check: &'static str,
    /// What it does, a few words.
    pub about: &'static str,
    at: Situation,
    change: fn(Reply) -> Reply,
}

/// What is asked, as far as a check of the contract asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Situation {
    Whole,
    Stream,
    NoCredential,
    EmptyCredential,
    MalformedCredential,
    UnknownKey,
    NoModel,
    NoMessages,
    EmptyMessages,
    WrongRole,
    WrongType,
    NotJson,
    UnknownModel,
    TooLarge,
    LostPath,
    WithoutV1,
    WrongMethod,
    Hanging,
    CutStream,
    Models,
}

/// The deviation of this name.
pub fn deviation(name: &str) -> Option<&'static Deviation> {
    DEVIATIONS.iter().find(|deviation| deviation.name == name)
}

impl std::fmt::Debug for Deviation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Deviation({})", self.name)
    }
}

/// `reply` as the planted `deviations` change it. `asked`: `None` for a body that was too large to be read.
pub(super) fn deviate(
    deviations: &[&'static Deviation],
    gate: &Gate,
    asked: Option<&Asked>,
    reply: Reply,
) -> Reply {
    if deviations.is_empty() {
        return reply;
    }
    let situation = asked.map_or(Situation::TooLarge, |asked| situation(asked, gate));
    let planted = deviations.iter().filter(|deviation| deviation.at == situation);
    planted.fold(reply, |reply, deviation| (deviation.change)(reply))
}

fn situation(asked: &Asked, gate: &Gate) -> Situation {
    let path = asked.target.split('?').next().unwrap_or_default();
    match (asked.method.as_str(), path) {
        ("GET", "/v1/models") => return Situation::Models,
        ("POST", "/v1/chat/completions") => {}
        (_, "/v1/chat/completions") => return Situation::WrongMethod,
        (_, "/chat/completions") => return Situation::WithoutV1,
        _ => return Situation::LostPath,
    }
    if let Some(fault) = credential_fault(asked, gate) {
        return fault;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else { return Situation::NotJson };
    let model = body.get("model").and_then(Value::as_str);
    let streams = body.get("stream").and_then(Value::as_bool) == Some(true);
    let role = body.pointer("/messages/0/role").and_then(Value::as_str);
    match (model, body.get("messages")) {
        (None, _) => Situation::NoModel,
        (Some(HANGS), _) => Situation::Hanging,
        (Some(IS_CUT), _) => Situation::CutStream,
        (Some(model), _) if model != WORKS => Situation::UnknownModel,
        (_, None) => Situation::NoMessages,
        (_, Some(Value::Array(list))) if list.is_empty() => Situation::EmptyMessages,
        (_, Some(Value::Array(_))) if !matches!(role, Some("user" | "system")) => Situation::WrongRole,
        (_, Some(Value::Array(_))) if streams => Situation::Stream,
        (_, Some(Value::Array(_))) => Situation::Whole,
        (_, Some(_)) => Situation::WrongType,
    }
}

fn credential_fault(asked: &Asked, gate: &Gate) -> Option<Situation> {
    let Some(header) = asked.header("authorization") else { return Some(Situation::NoCredential) };
    match header.strip_prefix("Bearer").map(str::trim) {
        Some("") => Some(Situation::EmptyCredential),
        Some(key) if key == gate.key() => None,
        Some(key) if !key.contains(' ') => Some(Situation::UnknownKey),
        _ => Some(Situation::MalformedCredential),
    }
}

/// The right answer, whatever was asked.
const RIGHT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"practice-ok","choices":[{"index":0,"message":{"role":"assistant","content":"All is well."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":8,"total_tokens":20}}"#;

/// A page that a web site would send.
const PAGE: &str =
    "<!doctype html><html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>";

/// Another body under the same head.
fn with_body(reply: Reply, status: u16, kind: &str, body: &str) -> Reply {
    let mut other = Reply::new(status, body.as_bytes().to_vec()).with("content-type", kind);
    let kept = reply.headers.into_iter().filter(|(name, _)| name != "content-type" && name != "location");
    other.headers.extend(kept);
    other
}

fn accepted(reply: Reply) -> Reply {
    with_body(reply, 200, JSON, RIGHT)
}

fn page(reply: Reply, status: u16) -> Reply {
    with_body(reply, status, "text/html; charset=utf-8", PAGE)
}

fn failing(reply: Reply, status: u16) -> Reply {
    let error =
        r#"{"error":{"message":"Something went wrong.","type":"server_error","param":null,"code":null}}"#;
    with_body(reply, status, JSON, error)
}

/// The JSON of the answer, changed.
fn edited(mut reply: Reply, edit: impl FnOnce(&mut Value)) -> Reply {
    if let Body::Whole(bytes) = &mut reply.body
        && let Ok(mut json) = serde_json::from_slice::<Value>(bytes)
    {
        edit(&mut json);
        *bytes = json.to_string().into_bytes();
    }
    reply
}

/// A field of the answer gets another value; `Null` beside a missing parent does nothing.
fn set(reply: Reply, pointer: &str, value: &Value) -> Reply {
    edited(reply, |json| {
        if let Some(place) = json.pointer_mut(pointer) {
            *place = value.clone();
        }
    })
}

/// A field of the answer is taken away.
fn without(reply: Reply, parent: &str, name: &str) -> Reply {
    edited(reply, |json| {
        if let Some(Value::Object(fields)) = json.pointer_mut(parent) {
            fields.shift_remove(name);
        }
    })
}

/// The events of the stream, changed, with the end in order.
fn events(mut reply: Reply, edit: impl FnOnce(&mut Vec<String>)) -> Reply {
    if let Body::Events { events, then } = &mut reply.body {
        edit(events);
        *then = Then::End;
    }
    reply
}
