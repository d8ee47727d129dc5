//! A template for the note, as text: the file itself and the others of its folder that it may include.

use std::collections::BTreeMap;
use std::fmt;

/// The built-in template.
pub const BUILT_IN: &str = include_str!("../../../../templates/note.md.j2");

/// A template with what it may include. It sees the note only, so nothing can leave through it that the note does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    name: String,
    text: String,
    parts: BTreeMap<String, String>,
}

impl Template {
    /// A template; `name` stands in errors.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), parts: BTreeMap::new() }
    }

    /// Adds a file that `include` and `import` find by `name`, a path below the template's folder.
    #[must_use]
    pub fn with_part(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.parts.insert(name.into(), text.into());
        self
    }

    /// The name for errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the file itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it may include: name and text.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Reads the template without a note.
    ///
    /// # Errors
    /// What can be known of its faults beforehand: the syntax, backticks around a value.
    pub fn parse(&self) -> Result<(), TemplateError> {
        super::parse(self)
    }

    /// Refuses backticks around a value: what stands in the evidence could end them. A filter sets as many as are needed.
    pub(super) fn check(&self) -> Result<(), TemplateError> {
        let files = std::iter::once((self.name(), self.text())).chain(self.parts());
        for (name, text) in files {
            if let Some(at) = mark_around_a_value(text) {
                let line = text.get(..at).unwrap_or("").lines().count().max(1);
                let what = "backticks around {{ … }}, which text from the evidence could end; write {{ … | code }} or {{ … | block }} without them";
                return Err(TemplateError { name: name.to_owned(), line, what: what.to_owned() });
            }
        }
        Ok(())
    }
}

/// Where a value stands directly after or before a backtick, with blanks between them or not.
fn mark_around_a_value(text: &str) -> Option<usize> {
    let mut rest = text;
    let at = |rest: &str| text.len() - rest.len();
    while let Some(start) = rest.find('{') {
        let (before, tail) = rest.split_at(start);
        if let Some(comment) = tail.strip_prefix("{#") {
            rest = comment.find("#}").and_then(|end| comment.get(end + 2..)).unwrap_or("");
        } else if let Some(value) = tail.strip_prefix("{{") {
            let after = value.find("}}").and_then(|end| value.get(end + 2..)).unwrap_or("");
            // A mark right after the value before this one was looked at there.
            if before.trim_end().ends_with('`') && !is_closed(before)
                || opens(before) && after.trim_start().starts_with('`')
            {
                return Some(at(tail));
            }
            rest = after;
        } else {
            rest = tail.get(1..).unwrap_or("");
        }
    }
    None
}

/// The last line of `before` has all its backticks in pairs.
fn is_closed(before: &str) -> bool {
    let line = before.trim_end().rsplit('\n').next().unwrap_or("");
    line.matches('`').count().is_multiple_of(2)
}

/// The last line of `before` has an open backtick.
fn opens(before: &str) -> bool {
    !is_closed(before)
}

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Name of the template.
    pub name: String,
    /// Line, from 1; 0 where it is not known.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {} of ", self.line)?;
        }
        write!(
            f,
            "the note template {}: {}; mend the template, or use the built-in one",
            self.name, self.what
        )
    }
}

impl std::error::Error for TemplateError {}
