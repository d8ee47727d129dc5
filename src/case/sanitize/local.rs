//! What came, for the eyes of the operator who sent it: raw, but for the credentials. It goes to the screen of this machine
//! and nowhere else: there is no `Serialize`, no `Display`, and nothing that leaves takes one.

use std::fmt;

use super::Sanitizer;

/// Bytes that are shown raw. More has no place on a screen, and is searched for credentials at some cost.
const MOST_BYTES: usize = 512 * 1024;

/// A raw text with its credentials under their labels. `Debug` shows its size.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalView {
    text: String,
    left_out: usize,
}

impl LocalView {
    /// The view of `raw` by the sanitizer of its case; bytes that are no UTF-8 stand as the replacement character.
    pub fn of(sanitizer: &mut Sanitizer<'_>, raw: &[u8]) -> Self {
        let head = raw.get(..MOST_BYTES).unwrap_or(raw);
        let text = sanitizer.text.without_credentials(&String::from_utf8_lossy(head));
        Self { text, left_out: raw.len() - head.len() }
    }

    /// The text, for the screen only.
    pub fn on_screen(&self) -> &str {
        &self.text
    }

    /// The text itself, for the screen only.
    pub fn into_screen(self) -> String {
        self.text
    }

    /// Bytes at the end that are not in it.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

impl fmt::Debug for LocalView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalView({} bytes)", self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::{KeyRing, Origin, SecretKind};

    #[test]
    fn everything_is_shown_but_credentials() {
        let key = format!("sk-{}", "aB3dE5fG7h".repeat(4));
        let other = format!("sk-ant-api03-{}", "xY7zW9vU1t".repeat(9));
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, &key);
        let catalog = Catalog::built_in();
        let raw =
            format!("{{\"error\": \"{key} of jane@example.org, not {other}\", \"prompt\": \"Zebras?\"}}");
        let view = LocalView::of(&mut Sanitizer::new(&catalog, &ring), raw.as_bytes());
        let text = view.on_screen();
        assert!(
            text.contains("[key#1]") && text.contains("jane@example.org") && text.contains("Zebras?"),
            "{text}"
        );
        assert!(!text.contains("aB3dE5fG7h") && !text.contains("xY7zW9vU1t"), "{text}");
        assert!(!format!("{view:?}").contains("Zebras"));
        let long = "x".repeat(MOST_BYTES + 7);
        let view = LocalView::of(&mut Sanitizer::new(&catalog, &ring), long.as_bytes());
        assert_eq!((view.on_screen().len(), view.left_out()), (MOST_BYTES, 7));
    }
}
