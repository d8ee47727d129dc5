//! The messages of a connection that stays open: Chrome's list of events, and of a websocket.

use memchr::memmem;
use serde_json::Value;

use super::super::error_text;
use super::entry::Raw;
use super::walk::{Walk, text};

/// Events of a stream that are put together again.
const MOST_EVENTS: usize = 200_000;

/// The longest message of a websocket that is read, bytes of its JSON text.
const MOST_MESSAGE: usize = 1 << 20;

/// Chrome's list of events, as the stream that they came in.
pub(super) fn events(raw: Raw) -> Option<Vec<u8>> {
    let mut out = String::new();
    let mut count = 0;
    Walk::new(raw).elements(|walk| {
        let (mut name, mut id, mut data) = (None, None, None);
        walk.members(|member, walk| match member {
            b"eventName" => name = text(walk.skip()),
            b"eventId" => id = text(walk.skip()),
            b"data" => data = text(walk.skip()),
            _ => {}
        });
        count += 1;
        if count > MOST_EVENTS {
            return;
        }
        let mut line = |field: &str, value: &str| {
            for value in value.lines() {
                out.push_str(field);
                out.push_str(value);
                out.push('\n');
            }
        };
        if let Some(name) = name.filter(|name| !name.is_empty() && name != "message") {
            line("event: ", &name);
        }
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            line("id: ", &id);
        }
        line("data: ", &data.unwrap_or_default());
        out.push('\n');
    });
    (!out.is_empty()).then(|| out.into_bytes())
}

/// The last message of a websocket that states an error.
pub(super) fn socket_error(messages: Raw) -> Option<String> {
    let mut last = None;
    Walk::new(messages).elements(|walk| {
        let (mut data, mut received) = (&[][..], true);
        walk.members(|name, walk| match name {
            b"data" => data = walk.skip(),
            b"type" => received = text(walk.skip()).is_none_or(|way| way != "send"),
            _ => {}
        });
        if received && data.len() <= MOST_MESSAGE && memmem::find(data, b"rror").is_some() {
            let said = text(data).unwrap_or_default();
            if serde_json::from_str::<Value>(&said).is_ok_and(|value| error_text::states_an_error(&value)) {
                last = Some(said.into_owned());
            }
        }
    });
    last
}
