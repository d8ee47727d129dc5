//! The text of a body, which may be megabytes: held once, however many hold it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The masked text of a body. A clone is the same text, not a copy: the draft, the request made of it, and the evidence of that
/// request hold one text.
#[derive(Clone, Default)]
pub struct BodyText(Arc<String>);

impl BodyText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for BodyText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for BodyText {
    /// Takes the text without a copy; what was set aside for it to grow into is given back.
    fn from(mut text: String) -> Self {
        text.shrink_to_fit();
        Self(Arc::new(text))
    }
}

impl From<&str> for BodyText {
    fn from(text: &str) -> Self {
        Self(Arc::new(text.to_owned()))
    }
}

impl From<BodyText> for String {
    /// The text itself where nobody else holds it, else a copy.
    fn from(text: BodyText) -> Self {
        Arc::try_unwrap(text.0).unwrap_or_else(|shared| shared.as_str().to_owned())
    }
}

impl PartialEq for BodyText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for BodyText {}

impl PartialEq<str> for BodyText {
    fn eq(&self, other: &str) -> bool {
        &**self == other
    }
}

impl PartialEq<&str> for BodyText {
    fn eq(&self, other: &&str) -> bool {
        &**self == *other
    }
}

impl fmt::Display for BodyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for BodyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyText({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::case::request::Draft;

    #[test]
    fn a_body_is_held_once() {
        let mut text = String::with_capacity(9000);
        text.push_str(r#"{"model":"m"}"#);
        let draft = Draft { url: "https://h.example/v1".into(), body: text.into(), ..Draft::default() };
        let request = draft.clone().to_request(None).expect("complete");
        let body = request.body.expect("a body");
        assert_eq!(body.as_ptr(), draft.body.as_ptr());
        assert_eq!(body.0.capacity(), body.len());
        assert_eq!(body, draft.body);
        assert_eq!(body, r#"{"model":"m"}"#);
        assert_eq!(format!("{body:?}"), "BodyText(13 bytes)");
        drop((draft, request.form));
        let alone = body.as_ptr();
        let text = String::from(body);
        assert_eq!(text.as_ptr(), alone);
    }
}
