//! The way out of a report that is no note: rendered, and audited as a note is.

use serde_json::Value;

use super::{Audit, Format, NEUTRAL, Refusal, Rendered};

/// A report that is made from cleaned texts.
pub trait Leaving: Clone {
    /// Every text in it that an answer, a file or the operator brought in.
    fn texts_of_the_case(&mut self) -> Vec<&mut String>;
}

/// Writes `report` and lets the bytes pass.
///
/// The report's own words must not be taken for a prompt that happens to be worded alike, so the same report without the
/// case's texts explains chance matches; the case's texts are audited apart from it, without that help.
///
/// # Errors
/// The audit's refusal.
pub fn leave<R: Leaving>(
    report: &R,
    write: impl Fn(&R) -> String,
    format: Format,
    audit: &Audit,
) -> Result<Rendered, Refusal> {
    let mut frame = report.clone();
    let mut said = String::new();
    for text in frame.texts_of_the_case() {
        said.push_str(text);
        said.push_str("\n\n");
        if !audit.explains(text) {
            *text = NEUTRAL.to_string();
        }
    }
    let frame = write(&frame);
    let pieces = frame.split(NEUTRAL).filter(|piece| piece.contains(char::is_alphanumeric));
    let knowing = pieces.fold(audit.clone(), Audit::knowing);
    if !audit.spans(&said).is_empty() {
        return Err(Refusal::at(1, "text that was dropped"));
    }
    knowing.pass(write(report), format)
}

/// Every string value; what was parsed is nested 128 deep at most.
pub fn strings<'v>(value: &'v mut Value, texts: &mut Vec<&'v mut String>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter_mut().for_each(|item| strings(item, texts)),
        Value::Object(fields) => fields.values_mut().for_each(|value| strings(value, texts)),
        _ => {}
    }
}
