//! The fields that can be edited, and how their text becomes part of a draft or of the operator's words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::case::intake::{form_lines, part_line};
use crate::case::request::{Draft, Header, Part, PartContent};
use crate::case::sanitize::Words;
use crate::session::Session;

/// A field of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The method.
    Method,
    /// The URL.
    Url,
    /// Headers, one per line.
    Headers,
    /// The body.
    Body,
}

/// A field of the operator's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordField {
    /// One question to support.
    Question,
    /// What should have happened.
    Expected,
    /// Who is hit.
    Impact,
    /// What was tried.
    Tried,
    /// Who writes.
    Operator,
    /// Anything else.
    Notes,
}

/// The element after (or before) `current` in `all`, round and round.
pub fn neighbour<T: Copy + PartialEq>(all: &[T], current: T, forward: bool) -> T {
    let at = all.iter().position(|x| *x == current).unwrap_or(0);
    let step = if forward { 1 } else { all.len().saturating_sub(1) };
    all.get((at + step) % all.len().max(1)).copied().unwrap_or(current)
}

impl Field {
    /// All fields in their order on the screen.
    pub const ALL: [Self; 4] = [Self::Method, Self::Url, Self::Headers, Self::Body];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Method => "Method",
            Self::Url => "URL",
            Self::Headers => "Headers",
            Self::Body => "Body",
        }
    }

    /// True where the field has one line only.
    pub fn is_line(self) -> bool {
        matches!(self, Self::Method | Self::Url)
    }

    /// The field's text in `draft`.
    pub fn text(self, draft: &Draft) -> String {
        match self {
            Self::Method => draft.method.clone(),
            Self::Url => draft.url.clone(),
            Self::Headers => draft.headers.iter().map(header_line).collect::<Vec<_>>().join("\n"),
            Self::Body if draft.is_form() => form_text(draft),
            Self::Body => draft.body.as_str().to_owned(),
        }
    }

    /// Puts `text` into `draft`.
    pub fn put(self, draft: &mut Draft, text: &str) {
        match self {
            Self::Method => draft.method = text.trim().to_ascii_uppercase(),
            Self::Url => text.trim().clone_into(&mut draft.url),
            Self::Headers => draft.headers = headers(text),
            Self::Body if draft.is_form() => draft.form = form_lines(text),
            Self::Body => draft.body = text.into(),
        }
    }
}

impl WordField {
    /// All fields in their order on the screen.
    pub const ALL: [Self; 6] =
        [Self::Question, Self::Expected, Self::Impact, Self::Tried, Self::Operator, Self::Notes];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "Question",
            Self::Expected => "Expected",
            Self::Impact => "Impact",
            Self::Tried => "Tried",
            Self::Operator => "Operator",
            Self::Notes => "Notes",
        }
    }

    /// What belongs there.
    pub fn what(self) -> &'static str {
        match self {
            Self::Question => "what support shall answer",
            Self::Expected => "what should have happened",
            Self::Impact => "who is hit, and since when",
            Self::Tried => "what was tried so far",
            Self::Operator => "who writes this note",
            Self::Notes => "anything else that helps",
        }
    }

    /// Its name in the sanitizer's words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Expected => "expected",
            Self::Impact => "impact",
            Self::Tried => "tried",
            Self::Operator => "operator",
            Self::Notes => "notes",
        }
    }

    /// The field's text in `words`.
    pub fn text(self, words: &Words) -> &str {
        match self {
            Self::Question => &words.question,
            Self::Expected => &words.expected,
            Self::Impact => &words.impact,
            Self::Tried => &words.tried,
            Self::Operator => &words.operator,
            Self::Notes => &words.notes,
        }
    }

    /// Puts `text` into `words`.
    pub fn put(self, words: &mut Words, text: &str) {
        let text = text.trim_end().to_owned();
        match self {
            Self::Question => words.question = text,
            Self::Expected => words.expected = text,
            Self::Impact => words.impact = text,
            Self::Tried => words.tried = text,
            Self::Operator => words.operator = text,
            Self::Notes => words.notes = text,
        }
    }
}

/// A header as one line.
pub fn header_line(header: &Header) -> String {
    format!("{}: {}", header.name, header.value)
}

/// Header lines; empty lines are left out.
pub fn headers(text: &str) -> Vec<Header> {
    text.lines().filter_map(header).collect()
}

/// One header line; a line without a colon is a name without a value.
pub fn header(line: &str) -> Option<Header> {
    let line = line.trim();
    if line.is_empty() {
        return None;
    }
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    Some(Header::new(name.trim(), value.trim()))
}

/// The parts of a form, one on each line, as curl's `-F` writes them.
fn form_text(draft: &Draft) -> String {
    draft.form.iter().map(part_line).collect::<Vec<_>>().join("\n")
}

/// What the page shows of the body: a form as its parts with kind and size, anything else as it is.
pub fn shown_body(session: &Session) -> Cow<'_, str> {
    let draft = session.draft();
    if draft.form.is_empty() {
        return Cow::Borrowed(&draft.body);
    }
    let sized = session.request().map_or_else(|_| draft.form.clone(), |request| request.form);
    let line = |part: &Part| {
        let kind = if part.sent_filename().is_some() { "file" } else { "text" };
        let size = part.bytes().map_or_else(|| "not read".to_owned(), |bytes| format!("{bytes} bytes"));
        format!("{}   ({kind}, {size})", part_line(part).replace(['\n', '\r'], " "))
    };
    Cow::Owned(sized.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The model that the body or the form of `draft` names.
pub fn model_of(draft: &Draft) -> Option<String> {
    if draft.form.is_empty() {
        return model_in(&draft.body);
    }
    draft.form.iter().find(|part| part.name == "model").and_then(Part::text).map(str::to_owned)
}

/// `draft` with another model; `None` where its body is neither a form nor a JSON object.
pub fn naming_model(draft: &Draft, model: &str) -> Option<Draft> {
    let mut draft = draft.clone();
    if !draft.is_form() {
        draft.body = with_model(&draft.body, model)?.into();
        return Some(draft);
    }
    let content = PartContent::Text(model.to_owned());
    match draft.form.iter_mut().find(|part| part.name == "model") {
        Some(part) => part.content = content,
        None => draft.form.push(Part { name: "model".into(), content, filename: None, media_type: None }),
    }
    Some(draft)
}

/// `body` with `model` in the place of its top-level model, all other bytes kept; `None` where the body is no JSON
/// object.
pub fn with_model(body: &str, model: &str) -> Option<String> {
    let quoted = serde_json::to_string(model).ok()?;
    if body.trim().is_empty() {
        return None;
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(body).ok()?;
    if let Some(old) = fields.get("model") {
        let start = (old.get().as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
        let end = start.checked_add(old.get().len())?;
        return Some(format!("{}{quoted}{}", body.get(..start)?, body.get(end..)?));
    }
    let (before, after) = body.split_once('{')?;
    let comma = if fields.is_empty() { "" } else { ", " };
    Some(format!("{before}{{\"model\": {quoted}{comma}{}", after.trim_start_matches(' ')))
}

/// Largest body, bytes, in which a model is looked for at every drawing.
pub const READ_AT_MOST: usize = 1024 * 1024;

/// The model that `body` names at its top level; `None` also for a body that is too large to be read at every drawing.
pub fn model_in(body: &str) -> Option<String> {
    if body.len() > READ_AT_MOST {
        return None;
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(body).ok()?;
    serde_json::from_str(fields.get("model")?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_replaced_and_nothing_else() {
        let table = [
            (r#"{"model":"a","n":1.0}"#, Some(r#"{"model":"x\"y","n":1.0}"#)),
            (
                "{\n  \"n\": 12345678901234567890123,\n  \"model\" : null }",
                Some("{\n  \"n\": 12345678901234567890123,\n  \"model\" : \"x\\\"y\" }"),
            ),
            (r#"{"a":{"model":"in"}}"#, Some(r#"{"model": "x\"y", "a":{"model":"in"}}"#)),
            ("{}", Some(r#"{"model": "x\"y"}"#)),
            ("[1]", None),
            ("", None),
            ("{", None),
        ];
        for (body, wanted) in table {
            assert_eq!(with_model(body, "x\"y").as_deref(), wanted, "{body}");
        }
        assert_eq!(model_in(r#"{"model":"gpt-4o"}"#).as_deref(), Some("gpt-4o"));
        assert_eq!(model_in(r#"{"model":7}"#), None);
    }

    #[test]
    fn headers_read_and_write_the_same() {
        let text = "Content-Type: application/json\nX-Empty: \n\nX: a:b";
        let read = headers(text);
        assert_eq!(read.len(), 3);
        assert_eq!(read.last().map(header_line).as_deref(), Some("X: a:b"));
        let mut draft = Draft::default();
        Field::Headers.put(&mut draft, text);
        let again = Field::Headers.text(&draft);
        assert_eq!(headers(&again), read);
    }

    #[test]
    fn fields_go_round() {
        assert_eq!(neighbour(&Field::ALL, Field::Body, true), Field::Method);
        assert_eq!(neighbour(&Field::ALL, Field::Method, false), Field::Body);
        let mut words = Words::default();
        for field in WordField::ALL {
            field.put(&mut words, &format!("{} x \n", field.name()));
            assert_eq!(field.text(&words), format!("{} x", field.name()));
        }
    }
}
