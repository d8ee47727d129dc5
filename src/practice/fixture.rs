//! A gateway that answers one request as a fixture says that it was answered.

use serde_json::{Value, json};

use super::family::route;
use super::fill::Call;
use super::gate::{Asked, Body, Reply, Then};
use super::provider;
use crate::case::replay::{Fixture, FixtureResponse, FixtureStream};
use crate::case::sanitize::{Shape, shape_of};

/// Events that are sent of a stream at most.
const MOST_EVENTS: u64 = 500;
/// Headers that the server makes itself.
const OWN: [&str; 6] =
    ["content-length", "transfer-encoding", "connection", "content-encoding", "date", "keep-alive"];

/// Why a fixture cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a server cannot show this failure from what the note holds ({0}); send the request again with `casefile replay`"
)]
pub struct NotServable(String);

/// Whether a server can show it.
///
/// # Errors
/// The failure lies before a server is reached, or the note tells of no answer at all.
pub fn servable(fixture: &Fixture) -> Result<(), NotServable> {
    match (&fixture.response, fixture.transport.as_deref()) {
        (None, Some("reset" | "first_byte_timeout" | "idle_timeout" | "total_timeout" | "protocol")) => {
            Ok(())
        }
        (None, Some(kind)) => Err(NotServable(kind.to_owned())),
        (None, None) => Err(NotServable("no answer is told".to_owned())),
        (Some(response), _) if response.packed => {
            Err(NotServable("a packed body that the note does not hold".to_owned()))
        }
        (Some(_), _) => Ok(()),
    }
}

/// The answer to `asked`: that of the fixture where method and path are its own.
pub(super) fn reply(fixture: &Fixture, asked: &Asked, call: &Call<'_>) -> Reply {
    let own = &fixture.request;
    if !asked.method.eq_ignore_ascii_case(&own.method) || asked.path() != own.path {
        let message = format!("this gateway serves one fixture: {} {}", own.method, own.path);
        return Reply::json(
            404,
            &json!({"error": {"message": message, "type": "fixture", "param": null, "code": "not_in_fixture"}}),
        );
    }
    let Some(response) = &fixture.response else {
        let body = if fixture.transport.as_deref() == Some("reset") { Body::Reset } else { Body::Hang };
        return Reply { body, ..Reply::new(200, Vec::new()) };
    };
    let mut reply = match &response.stream {
        Some(stream) => streamed(response, stream, fixture, asked, call),
        None => whole(response),
    };
    if fixture.transport.is_some()
        && let Body::Whole(bytes) = reply.body
    {
        // An answer that broke off: its head and what came are sent, then the connection ends.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        reply.body = Body::Events { events: vec![text], then: Then::Cut };
    }
    for header in &response.headers {
        let name = header.name.to_ascii_lowercase();
        let value = header.value.as_deref().unwrap_or_default();
        let is_field = http::HeaderName::from_bytes(name.as_bytes()).is_ok()
            && http::HeaderValue::from_str(value).is_ok();
        if is_field && name != "content-type" && !OWN.contains(&name.as_str()) && shape_of(value).is_none() {
            reply = reply.with(&name, value);
        }
    }
    reply
}

fn whole(response: &FixtureResponse) -> Reply {
    let kind = response.content_type.as_deref().filter(|kind| http::HeaderValue::from_str(kind).is_ok());
    let bytes = match &response.body {
        None => Vec::new(),
        Some(Value::String(text)) if shape_of(text).is_some() => page(response, kind).into_bytes(),
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(json) => emptied(json).to_string().into_bytes(),
    };
    let reply = Reply::new(response.status, bytes);
    match kind {
        Some(kind) => reply.with("content-type", kind),
        None => reply,
    }
}

/// A page stands for a body of which the note holds the shape and the title.
fn page(response: &FixtureResponse, kind: Option<&str>) -> String {
    if !kind.is_some_and(|kind| kind.contains("html")) {
        return "the note holds only the shape of this body".to_owned();
    }
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let title = response.page_title.as_deref();
    let title = title.map_or_else(String::new, |t| format!("<title>{}</title>", escaped(t)));
    format!("<!doctype html>\n<html>\n<head>{title}</head>\n<body>\n</body>\n</html>\n")
}

/// `[empty]` was an empty text.
fn emptied(value: &Value) -> Value {
    match value {
        Value::String(text) if shape_of(text) == Some(Shape::Empty) => Value::String(String::new()),
        Value::Array(items) => items.iter().map(emptied).collect(),
        Value::Object(fields) => fields.iter().map(|(key, item)| (key.clone(), emptied(item))).collect(),
        other => other.clone(),
    }
}

/// A stream of harmless events in the form of its endpoint, which ends as the fixture's did.
fn streamed(
    response: &FixtureResponse,
    stream: &FixtureStream,
    fixture: &Fixture,
    asked: &Asked,
    call: &Call<'_>,
) -> Reply {
    let made =
        route(&asked.method, asked.path()).map(|(family, _)| provider::answer(family, None, true, call));
    let good = match made {
        Some(Reply { body: Body::Events { events, .. }, .. }) => events,
        _ => openai_events(),
    };
    let is_whole = stream.terminal_marker.is_some() || stream.verdict == "complete";
    let wanted = usize::try_from(stream.events.clamp(1, MOST_EVENTS)).unwrap_or(1);
    let first = good.first().cloned().unwrap_or_default();
    let middle = good.get(1).cloned().unwrap_or_else(|| first.clone());
    let mut events: Vec<String> = if is_whole {
        let reasoned = stream.finish_reason.is_some();
        good.into_iter().filter(|event| reasoned || !gives_a_reason(event)).collect()
    } else {
        std::iter::once(first).chain(std::iter::repeat_n(middle, wanted - 1)).collect()
    };
    let failed = stream.verdict == "failed_mid_stream";
    if failed && let Some(fault) = &response.error {
        events.push(format!("data: {}\n\n", json!({"error": fault})));
    }
    let then = match (is_whole || failed, fixture.transport.as_deref()) {
        (true, _) => Then::End,
        (false, Some("idle_timeout" | "total_timeout")) => Then::Stall,
        (false, _) => Then::Cut,
    };
    let reply = Reply { body: Body::Events { events, then }, ..Reply::new(response.status, Vec::new()) };
    reply.with("content-type", response.content_type.as_deref().unwrap_or("text/event-stream"))
}

/// The event that says why the model stopped.
fn gives_a_reason(event: &str) -> bool {
    ["\"finish_reason\":\"", "\"stop_reason\":\"", "\"finishReason\":\""]
        .iter()
        .any(|name| event.contains(name))
}

/// A stream of chat completions, for a path that no endpoint of this gateway has.
fn openai_events() -> Vec<String> {
    let chunk = |delta: Value, reason: Value| {
        let data = json!({"id": "chatcmpl-fixture", "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
        format!("data: {data}\n\n")
    };
    vec![
        chunk(json!({"role": "assistant", "content": ""}), Value::Null),
        chunk(json!({"content": "a word "}), Value::Null),
        chunk(json!({}), json!("stop")),
        "data: [DONE]\n\n".to_owned(),
    ]
}
