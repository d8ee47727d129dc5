//! The error envelope: what the answer says of the failure, exactly as carried.
//!
//! ```text
//! bytes ──> JSON? ──> json::envelope (known shapes, outermost first) ──> inner (a message inside the message)
//!        └─> HTML page (title) │ plain text │ nothing │ other bytes
//! ```

mod inner;
mod json;
mod page;
mod partial;
mod problem;
mod vendors;

use serde_json::Value;

use super::Response;
use crate::case::vocabulary::EnvelopeKind;

pub(super) use json::{failed_task, states_error};

/// AWS names the error in a header where the body of its REST protocol holds a message alone:
/// `ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/`.
/// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>, read 2026-11-23.
fn code_of_aws(response: &Response) -> Option<String> {
    let name = response.header("x-amzn-errortype")?.split([':', ',']).next()?.trim();
    let is_name = (4..=80).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
    is_name.then(|| name.to_owned())
}

/// The longest plain text that is taken as a message, bytes. More than that is a document.
const LONGEST_TEXT: usize = 4 * 1024;

/// What the body states. All texts are raw.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The shape.
    pub kind: EnvelopeKind,
    /// `error.message` of the outermost envelope, JSON escapes resolved, nothing else changed.
    pub message: Option<String>,
    /// `error.code`, numbers in decimal. `None` where absent or null; an empty string stays empty.
    pub code: Option<String>,
    /// `error.type` (or `status` in the Gemini shape).
    pub error_type: Option<String>,
    /// `error.param`, or the location of a `detail` entry or of a problem's first fault.
    pub param: Option<String>,
    /// A message inside the message (or in `metadata.raw`), or that of a problem's first fault.
    pub inner_message: Option<String>,
    /// A further code that an inner envelope or `innererror` carries.
    pub inner_code: Option<String>,
    /// The title of an HTML page (or its first heading).
    pub title: Option<String>,
    /// The body has more than the kept bytes, so that JSON could not be read as a whole.
    pub partial: bool,
}

/// A body, parsed once for all who ask.
pub(super) struct Body {
    /// The envelope.
    pub(super) envelope: Envelope,
    /// The JSON, where the body is that.
    pub(super) json: Option<Value>,
}

impl Envelope {
    /// An envelope of `kind` that says nothing more.
    pub fn bare(kind: EnvelopeKind) -> Self {
        Self {
            kind,
            message: None,
            code: None,
            error_type: None,
            param: None,
            inner_message: None,
            inner_code: None,
            title: None,
            partial: false,
        }
    }

    /// What the body of `response` states. A stream states what its error event says.
    pub fn of(response: &Response) -> Self {
        Body::of(response).envelope
    }

    /// True when an error is stated, by any shape.
    pub fn states_error(&self) -> bool {
        !matches!(self.kind, EnvelopeKind::NoError | EnvelopeKind::Empty | EnvelopeKind::Other)
    }
}

impl Body {
    /// Reads the body of `response`.
    pub(super) fn of(response: &Response) -> Self {
        if let Some(event) = response.stream.as_ref().and_then(|s| s.error_event.as_deref()) {
            return Self::event(event);
        }
        let text_only = response.content_type().is_some_and(|kind| kind == "text/html");
        let mut body = Self::read(&response.readable(), response.status, text_only, response.is_partial());
        // JavaScript's print of something that it could not say.
        let said = body.envelope.message.take();
        body.envelope.message = said.filter(|said| !(said.starts_with("[object ") && said.ends_with(']')));
        let states = body.envelope.message.is_some() || body.envelope.kind == EnvelopeKind::Empty;
        if states && body.envelope.code.is_none() && response.status.is_some_and(|status| status >= 400) {
            body.envelope.code = code_of_aws(response);
        }
        body
    }

    /// Reads the text of a stream's error event.
    pub(super) fn event(text: &str) -> Self {
        let body = Self::read(text.as_bytes(), None, false, false);
        // A relay's sentence before the envelope that it got: `unexpected status code: 413, body: {…}`.
        let inside = || {
            let json = text.get(text.find('{')?..)?.trim();
            let value: Value = serde_json::from_str(json).ok()?;
            let states = value.get("error").is_some_and(Value::is_object);
            states.then(|| Self::read(json.as_bytes(), None, false, false))
        };
        if body.envelope.kind == EnvelopeKind::Text { inside().unwrap_or(body) } else { body }
    }

    fn read(bytes: &[u8], status: Option<u16>, html: bool, cut: bool) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let blank = !bytes.is_empty();
        let bytes = bytes.trim_ascii();
        if bytes.is_empty() && blank && cut {
            // Nothing but blanks so far; what would have followed nobody knows.
            let envelope = Envelope { partial: true, ..Envelope::bare(EnvelopeKind::Text) };
            return Self { envelope, json: None };
        }
        if bytes.is_empty() {
            return Self { envelope: Envelope::bare(EnvelopeKind::Empty), json: None };
        }
        let success = status.is_some_and(|s| (200..300).contains(&s));
        if matches!(bytes.first(), Some(b'{' | b'[' | b'"')) {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(json) => {
                    let mut envelope = json::envelope(&json, success);
                    inner::complete(&mut envelope);
                    return Self { envelope, json: Some(json) };
                }
                Err(e) if cut || e.is_eof() => {
                    return Self { envelope: partial::envelope(bytes, success), json: None };
                }
                Err(_) => {
                    if let Some(found) = several(bytes, success) {
                        return found;
                    }
                }
            }
        }
        Self { envelope: not_json(bytes, success, html, cut), json: None }
    }
}

/// More values than this in one body are a log.
const MOST_VALUES: usize = 1000;

/// Several JSON values, or one and something behind it: the first that states an error speaks for all.
fn several(bytes: &[u8], success: bool) -> Option<Body> {
    serde_json::Deserializer::from_slice(bytes)
        .into_iter::<Value>()
        .map_while(Result::ok)
        .take(MOST_VALUES)
        .map(|json| (json::envelope(&json, success), json))
        .find(|(envelope, _)| envelope.states_error())
        .map(|(mut envelope, json)| {
            inner::complete(&mut envelope);
            Body { envelope, json: Some(json) }
        })
}

fn not_json(bytes: &[u8], success: bool, html: bool, cut: bool) -> Envelope {
    if page::is_page(bytes) || (html && !bytes.contains(&0)) {
        let title = page::title(&String::from_utf8_lossy(head(bytes, page::SEARCHED)));
        return Envelope { title, partial: cut, ..Envelope::bare(EnvelopeKind::Html) };
    }
    let kept = head(bytes, LONGEST_TEXT);
    let text = match std::str::from_utf8(kept) {
        Ok(text) => text,
        // The cap may fall inside a character; that alone does not make the bytes binary.
        Err(e) if kept.len() < bytes.len() && e.error_len().is_none() => {
            std::str::from_utf8(head(kept, e.valid_up_to())).unwrap_or_default()
        }
        Err(_) => return Envelope::bare(EnvelopeKind::Other),
    };
    if text.contains('\0') {
        return Envelope::bare(EnvelopeKind::Other);
    }
    let mut envelope = Envelope::bare(EnvelopeKind::Text);
    envelope.partial = cut || kept.len() < bytes.len();
    if !success {
        envelope.message = Some(text.to_owned());
        inner::complete(&mut envelope);
    }
    envelope
}

/// The first `most` bytes.
fn head(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(..most).unwrap_or(bytes)
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({}, message: {})", self.kind, self.message.is_some())
    }
}

#[cfg(test)]
mod tests;
