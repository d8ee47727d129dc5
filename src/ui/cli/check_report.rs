//! The report of `casefile check` that goes along with a note: read from its file, and judged anew.

use serde_json::Value;

use super::exit::{Exit, Failed};
use super::note::read as bytes;
use crate::case::sanitize::{Format, Readmission, Rendered};

/// The schema of a report.
const SCHEMA: &str = "casefile.check/1";

/// The text of the report in `file`.
///
/// # Errors
/// Exit code 3 where it cannot be read, or is no such report as JSON.
pub(super) fn read(file: &str) -> Result<String, Failed> {
    let text = String::from_utf8(bytes(file)?).unwrap_or_default();
    let schema = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|value| Some(value.get("schema")?.as_str()? == SCHEMA));
    if schema == Some(true) {
        return Ok(text);
    }
    let what = format!("{file} is no report of a check; give what `casefile check --output json` wrote");
    Err(Failed::new(Exit::NothingUsable, what))
}

/// The report in `file`, as it may leave.
///
/// # Errors
/// As [`read`]; exit code 4 where the audit refuses it.
pub(super) fn audited(file: &str, readmission: &Readmission) -> Result<Rendered, Failed> {
    let passed = readmission.pass(&read(file)?, Format::Json);
    passed.map_err(|refusal| Failed::new(Exit::Refused, format!("{file}: {refusal}")))
}

/// Where anybody reads, a report would tell the host and the model that the note leaves out.
///
/// # Errors
/// Exit code 2.
pub(super) fn refuse_public(is_public: bool) -> Result<(), Failed> {
    if !is_public {
        return Ok(());
    }
    let what = "--check-report: a report names host and model, and anybody may read this note; leave it out, or hand it over another way";
    Err(Failed::new(Exit::Usage, what))
}
