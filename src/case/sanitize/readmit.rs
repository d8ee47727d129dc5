//! The way back in: a text that was kept or comes from elsewhere, and must be checked as if it were rendered now.

use std::sync::{Arc, OnceLock};

use super::{Audit, Format, Refusal, Rendered, Sanitizer};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

/// Checks texts that were rendered earlier. Their case is gone and its secrets with it, so that only patterns can tell; the
/// file that holds them may have been edited by hand, or made by somebody else.
#[derive(Debug, Clone)]
pub struct Readmission {
    /// What the audit is made of, where it is not made yet.
    catalog: Option<Arc<Catalog>>,
    audit: OnceLock<Audit>,
}

impl Readmission {
    /// By the catalog's patterns.
    pub fn new(catalog: &Catalog) -> Self {
        Self { catalog: None, audit: OnceLock::from(audit(catalog)) }
    }

    /// The same, made when the first text wants to pass: a store may hold none.
    pub fn later(catalog: Arc<Catalog>) -> Self {
        Self { catalog: Some(catalog), audit: OnceLock::new() }
    }

    /// Lets `text` pass, without what could steer a terminal.
    ///
    /// # Errors
    /// The audit's refusal: rule and line, never the value.
    pub fn pass(&self, text: &str, format: Format) -> Result<Rendered, Refusal> {
        let made = || self.catalog.as_deref().map_or_else(|| audit(&Catalog::built_in()), audit);
        self.audit.get_or_init(made).pass(still(text), format)
    }
}

fn audit(catalog: &Catalog) -> Audit {
    let ring = KeyRing::default();
    Sanitizer::new(catalog, &ring).audit()
}

/// `text` without control characters (but line ends and tabs) and marks that reorder or hide text.
pub(super) fn still(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(|c| !steers(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_and_what_was_put_into_it_does_not() {
        let readmission = Readmission::new(&Catalog::built_in());
        let note = include_str!("../../../tests/golden/unknown-model/note.yaml");
        assert_eq!(readmission.pass(note, Format::Yaml).expect("passes").as_str(), note);
        let key = format!("sk-{}", "aB3kX9".repeat(8));
        let edited = note.replace("operator: operator", &format!("operator: {key}"));
        let refusal = readmission.pass(&edited, Format::Yaml).expect_err("refused");
        assert!(refusal.line == 8 && !refusal.to_string().contains("aB3"), "{refusal}");
        let steered = "title: a\u{1b}[2Jb\u{202e}c\r\n\ttail\u{9b}31m\u{feff}";
        let passed = readmission.pass(steered, Format::Plain).expect("passes");
        assert_eq!(passed.as_str(), "title: a[2Jbc\n\ttail31m");
    }
}
