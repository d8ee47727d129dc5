//! What a verb works on that the operator has from before: a kept case, a note's file, a fixture.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::exit::{Exit, Failed};
use super::start::Ground;
use crate::case::note;
use crate::case::replay::Fixture;
use crate::case::sanitize::{Format, Readmission};

/// A case that somebody wrote a note on.
pub(super) struct Subject {
    /// Request and answer.
    pub(super) fixture: Fixture,
    /// How the failure was told: status and code, or how it failed below HTTP.
    pub(super) seen: String,
}

impl Subject {
    /// `given` is a file, or the id of a kept case or its beginning. What it holds passes the audit again: files may have been
    /// edited, or come from elsewhere.
    ///
    /// # Errors
    /// There is none, it cannot be read, or the audit refuses it.
    pub(super) fn find(given: &str, ground: &Ground) -> Result<Self, Failed> {
        let readmission = Readmission::new(&ground.catalog);
        let text = if given == "-" || Path::new(given).is_file() {
            String::from_utf8(super::note::read(given)?)
                .map_err(|_| Failed::new(Exit::NothingUsable, format!("{given} is not UTF-8 text")))?
        } else {
            kept_note(given, ground)?
        };
        let pass = |text: &str, format| {
            readmission.pass(text, format).map_err(|refusal| {
                let what = "it was changed after it was made, or comes from elsewhere";
                Failed::new(Exit::Refused, format!("{given}: {refusal}; {what}"))
            })
        };
        if text.trim_start().starts_with('{') && text.contains("\"casefile.fixture/") {
            let text = pass(&text, Format::Json)?;
            let fixture = Fixture::read(text.as_str())
                .map_err(|e| Failed::new(Exit::NothingUsable, format!("{given}: {e}")))?;
            let seen = told(&fixture, None);
            return Ok(Self { fixture, seen });
        }
        let text = pass(&text, Format::Yaml)?;
        let no_note = "is no note of the schema casefile.note/1; give a case's id, a note as YAML or JSON, or a fixture";
        let value: Value = note::read(text.as_str())
            .map_err(|_| Failed::new(Exit::NothingUsable, format!("{given} {no_note}")))?;
        let fixture =
            Fixture::of(&value).map_err(|e| Failed::new(Exit::NothingUsable, format!("{given}: {e}")))?;
        let code = value.pointer("/response/error/code").or_else(|| value.pointer("/response/error/type"));
        let seen = told(&fixture, code.and_then(Value::as_str));
        Ok(Self { fixture, seen })
    }

    /// When its note was made, UTC.
    pub(super) fn made(&self) -> DateTime<Utc> {
        self.fixture.created_at
    }
}

/// The failure in a few words.
fn told(fixture: &Fixture, code: Option<&str>) -> String {
    let code = code.map_or_else(String::new, |code| format!(", {code}"));
    let how = match (&fixture.response, &fixture.transport) {
        (Some(response), None) => format!("status {}", response.status),
        (Some(response), Some(kind)) => format!("status {}, then {kind}", response.status),
        (None, Some(kind)) => format!("no answer ({kind})"),
        (None, None) => "no answer".to_owned(),
    };
    format!("{how} ({}{code})", fixture.failure_class)
}

fn kept_note(given: &str, ground: &Ground) -> Result<String, Failed> {
    let store = ground.cases();
    let failed = |e: crate::io::store::StoreError| Failed::new(Exit::Delivery, e.to_string());
    let records = store.records().map_err(failed)?;
    let id = super::cases::id_among(&records, given)?;
    store.note(&id).map_err(failed)
}
