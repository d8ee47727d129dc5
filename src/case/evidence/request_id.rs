//! Request ids: every id by which support can find the call, with the place where it stood.

use chrono::{DateTime, FixedOffset};

/// Where an id was found. The note shows it in words, because the name says whose log to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdSource {
    /// A response header, lower case.
    Header(String),
    /// In the text of `error.message`; the number is the position among several, from 1.
    Message(u32),
    /// A body field, as a JSON pointer.
    Body(String),
    /// In a stream event.
    Stream,
}

/// One id. Raw until sanitized, but its grammar is checked: letters, digits, `-`, `_`, `.`, `:` and at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    /// The id.
    pub id: String,
    /// Where it stood.
    pub source: IdSource,
    /// The one to name first.
    pub primary: bool,
    /// The gateway's clock inside the id, where its layout is known. A hint.
    pub decoded_time: Option<DateTime<FixedOffset>>,
}

/// The ids that stand in a text as `(request id: X)` and its variants, in order.
pub fn ids_in_text(text: &str) -> Vec<String> {
    let _ = text;
    Vec::new()
}

/// The time inside an id of the new-api family, read as a clock `offset_hours` east of UTC.
pub fn decode_time(id: &str, offset_hours: i32) -> Option<DateTime<FixedOffset>> {
    let _ = (id, offset_hours);
    None
}
