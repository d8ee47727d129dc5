//! The way out of a probe's report.

use super::report::Told;
use super::{csv, text};
use crate::case::sanitize::{self, Audit, Leaving, Refusal, Rendered};

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document, `casefile.probe/1`.
    Json,
    /// One line a send.
    Csv,
}

impl Told {
    /// The bytes that leave.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn leave(&self, format: Format, audit: &Audit) -> Result<Rendered, Refusal> {
        let kind = if format == Format::Json { sanitize::Format::Json } else { sanitize::Format::Plain };
        let write = |told: &Self| match format {
            Format::Text => text::write(&told.report),
            Format::Json => serde_json::to_string_pretty(&told.report).unwrap_or_default(),
            Format::Csv => csv::write(told),
        };
        sanitize::leave(self, write, kind, audit)
    }
}

impl Leaving for Told {
    fn texts_of_the_case(&mut self) -> Vec<&mut String> {
        let report = &mut self.report;
        let mut texts = vec![&mut report.server_address];
        for group in &mut report.groups {
            texts.push(&mut group.method);
            texts.push(&mut group.path);
            texts.extend(&mut group.model);
        }
        for failure in report.failures.iter_mut().chain(self.lines.iter_mut().map(|l| &mut l.failure)) {
            texts.push(&mut failure.path);
            texts.extend(&mut failure.model);
            texts.extend(&mut failure.request_id);
            sanitize::strings(&mut failure.telemetry, &mut texts);
        }
        texts
    }
}
