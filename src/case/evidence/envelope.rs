//! The error envelope: what the answer says of the failure, exactly as carried.

use crate::case::vocabulary::EnvelopeKind;

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
    /// `error.param`, or the location of a `detail` entry.
    pub param: Option<String>,
    /// A message inside the message (or in `metadata.raw`).
    pub inner_message: Option<String>,
    /// A further code that an inner envelope or `innererror` carries.
    pub inner_code: Option<String>,
    /// The title of an HTML page.
    pub title: Option<String>,
    /// The body has more than the kept bytes, so that JSON could not be read as a whole.
    pub partial: bool,
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
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({}, message: {})", self.kind, self.message.is_some())
    }
}
