//! How the provider behind the practice gateway answers: right, or as a special answer says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::envelope;
use super::family::{Family, StreamForm};
use super::fields::Fields;
use super::fill::Call;
use super::gate::{Body, JSON, Reply, Then};
use super::special::{After, Special, Stage, Words};

const ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

/// The words of every stream.
const WORDS: [&str; 8] = ["This", " is", " the", " practice", " gateway:", " all", " is", " well."];

impl Special {
    /// True if nothing but this answer comes: it does not change a right one.
    pub(super) fn ends_here(&self) -> bool {
        let words = self.body(0).is_some() || (self.error.is_some() && self.stream.is_none());
        words || self.wire.hang || self.wire.reset || self.status != 200
    }
}

/// A special answer that does not build on the right one.
pub(super) fn special(special: &'static Special, family: &Family, call: &Call<'_>) -> Reply {
    let text = match (special.body(call.turn), &special.error) {
        (Some(raw), _) => call.fill(raw),
        (None, Some(words)) => error(special.at, words, family, call),
        (None, None) => String::new(),
    };
    let mut reply = Reply::new(special.status, text.into_bytes());
    reply.reason = special.reason.as_deref();
    reply.after_ms = special.wire.first_byte_after_ms;
    if special.wire.hang {
        reply.body = Body::Hang;
    } else if special.wire.reset {
        reply.body = Body::Reset;
    }
    if special.error.is_some() && !special.headers.contains_key("content-type") {
        reply = reply.with("content-type", JSON);
    }
    special.headers.iter().fold(reply, |reply, (name, value)| reply.with(name, &call.fill(value)))
}

/// The envelope of the stage. The gate's has no `param`.
fn error(at: Stage, words: &Words, family: &Family, call: &Call<'_>) -> String {
    let words = Words { message: call.fill(&words.message), ..words.clone() };
    match at {
        Stage::Edge | Stage::Key | Stage::RateLimit | Stage::Model => {
            envelope::of_the_gate(family.form, &words, &call.id)
        }
        Stage::Body | Stage::Quota | Stage::Provider => envelope::of_the_relay(family.form, &words, &call.id),
    }
    .to_string()
}

/// The right answer, with what `special` changes on it.
pub(super) fn answer(
    family: &Family,
    special: Option<&Special>,
    asks_for_stream: bool,
    call: &Call<'_>,
) -> Reply {
    let mut reply = match &family.stream {
        Some(form) if asks_for_stream || form.always => stream(form, family, special, call),
        _ => whole(family, call),
    };
    if let Some(special) = special {
        reply.after_ms = special.wire.first_byte_after_ms;
        if special.wire.swollen
            && let Body::Whole(bytes) = reply.body
        {
            reply.body = Body::Swollen(bytes);
        }
        for (name, value) in &special.headers {
            reply = reply.with(name, &call.fill(value));
        }
    }
    reply
}

fn whole(family: &Family, call: &Call<'_>) -> Reply {
    let bytes = if family.base64.is_empty() {
        call.fill(&family.answer).into_bytes()
    } else {
        STANDARD.decode(&family.base64).unwrap_or_default()
    };
    let mut reply = Reply::new(family.status, bytes);
    if !family.headers.contains_key("content-type") {
        reply = reply.with("content-type", JSON);
    }
    family.headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value))
}

/// Roles are not checked by the gateway but by the provider.
pub(super) fn check_roles(fields: &Fields) -> Result<(), Words> {
    let messages = fields.get("messages").and_then(|m| m.as_array()).into_iter().flatten();
    for (index, message) in messages.enumerate() {
        let param = format!("messages[{index}].role");
        let (message, code) = match message.get("role").and_then(|role| role.as_str()) {
            Some(role) if ROLES.contains(&role) => continue,
            Some(role) => {
                (format!("Invalid value: '{role}'. Supported values are: {ROLES:?}."), "invalid_value")
            }
            None => (format!("Missing required parameter: '{param}'."), "missing_required_parameter"),
        };
        return Err(Words {
            message,
            kind: "invalid_request_error".to_owned(),
            code: code.to_owned(),
            param,
        });
    }
    Ok(())
}

fn stream(form: &StreamForm, family: &Family, special: Option<&Special>, call: &Call<'_>) -> Reply {
    let broken = special.and_then(|special| special.stream.as_ref());
    let words = broken.and_then(|broken| WORDS.get(..broken.words)).unwrap_or(&WORDS);
    let word_event = |word: &str| event(&call.fill(&form.word.replace("{word}", word)));
    let mut events: Vec<String> = form.open.iter().map(|text| event(&call.fill(text))).collect();
    events.extend(words.iter().map(|word| word_event(word)));
    let mut then = Then::End;
    match broken.map(|broken| broken.then) {
        None => events.extend(form.close.iter().map(|text| event(&call.fill(text)))),
        Some(After::End) => {}
        Some(After::Cut) => then = Then::Cut,
        Some(After::Stall) => then = Then::Stall,
        Some(After::Endless) => then = Then::Endless(word_event(" more")),
        Some(After::Error) => {
            let said = special.and_then(|special| special.error.as_ref());
            let text = said.map(|words| error(Stage::Provider, words, family, call)).unwrap_or_default();
            events.push(event(&form.error.replace("{error}", &text)));
        }
    }
    if let Some(last) = broken.and_then(|broken| broken.last.as_ref()) {
        events.push(event(last));
    }
    let mut reply = Reply::new(200, Vec::new())
        .with("content-type", "text/event-stream")
        .with("cache-control", "no-cache")
        .with("x-accel-buffering", "no");
    reply.body = Body::Events { events, then };
    reply
}

/// An event on the wire. A text that begins with a small letter has its name before the first space.
fn event(text: &str) -> String {
    match text.split_once(' ') {
        Some((name, data)) if text.starts_with(|c: char| c.is_ascii_lowercase()) => {
            format!("event: {name}\ndata: {data}\n\n")
        }
        _ => format!("data: {text}\n\n"),
    }
}
