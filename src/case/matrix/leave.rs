//! The way out: rendered, and audited as a note is.

use super::report::Report;
use super::{Difference, junit, text};
use crate::case::sanitize::{self, Audit, Leaving, Refusal, Rendered};
use crate::case::vocabulary::CheckFact;

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON document, `casefile.check/1`.
    Json,
    /// `JUnit` XML, for build servers.
    Junit,
}

/// Facts whose value is a text of the answer.
const SAID: [CheckFact; 3] = [CheckFact::Code, CheckFact::Type, CheckFact::Finish];

impl Report {
    /// The bytes that leave.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn leave(&self, format: Format, audit: &Audit) -> Result<Rendered, Refusal> {
        let kind = match format {
            Format::Json => sanitize::Format::Json,
            Format::Text | Format::Junit => sanitize::Format::Plain,
        };
        sanitize::leave(self, |report| report.write(format), kind, audit)
    }

    fn write(&self, format: Format) -> String {
        match format {
            Format::Text => text::write(self),
            Format::Json => serde_json::to_string_pretty(self).unwrap_or_default(),
            Format::Junit => junit::write(self),
        }
    }
}

impl Leaving for Report {
    fn texts_of_the_case(&mut self) -> Vec<&mut String> {
        let pins = &mut self.pins;
        let mut texts = vec![&mut pins.server_address, &mut pins.path, &mut pins.model];
        for row in &mut self.checks {
            texts.extend(
                row.observed.iter_mut().filter(|(fact, _)| SAID.contains(fact)).map(|(_, text)| text),
            );
            let observed = |d: &'_ &mut Difference| SAID.iter().any(|fact| fact.as_str() == d.fact);
            texts.extend(row.differences.iter_mut().filter(observed).map(|d| &mut d.observed));
            texts.extend(row.drift.iter_mut().flat_map(|change| change.texts_mut()));
            texts.extend(&mut row.request_ids);
            texts.extend(&mut row.path);
            sanitize::strings(&mut row.telemetry, &mut texts);
        }
        if let Some(record) = &mut self.log_record {
            texts.extend([&mut record.operator, &mut record.model_reference]);
        }
        texts
    }
}
