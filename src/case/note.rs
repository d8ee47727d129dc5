//! The one model of the escalation note, and its renderings. Takes [`SafeEvidence`] and nothing rawer.

mod build;
mod completeness;
#[cfg(test)]
mod golden;
mod markdown;
mod model;
mod plain;
#[cfg(test)]
mod sample;
mod schema;
mod yaml;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::case::catalog::{Catalog, Profile};
use crate::case::diagnose::Diagnosis;
use crate::case::retry::Policy;
use crate::case::sanitize::{Audit, Format, Ledger, Refusal, Rendered, SafeEvidence, SafeWords};

pub use build::build;
pub use completeness::{By, Item, completeness};
pub use markdown::{BUILT_IN, Template, TemplateError};
pub use model::*;
pub use schema::{Fault, SCHEMA, validate};

/// Everything a note is made from.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The evidence.
    pub evidence: &'a SafeEvidence,
    /// The diagnosis of the deciding attempt (the last one).
    pub diagnosis: &'a Diagnosis,
    /// The operator's words.
    pub words: &'a SafeWords,
    /// What was replaced.
    pub ledger: &'a Ledger,
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The gateway.
    pub profile: &'a Profile,
    /// Facts on this run.
    pub run: &'a Run,
}

/// Facts on this run of the program that stand in the note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// `CF-YYYYMMDD-` and 8 characters of Crockford base32.
    pub case_id: String,
    /// When the note was made.
    pub created_at: DateTime<Utc>,
    /// `casefile` and its version.
    pub tool: String,
    /// Operating system, `linux`, `macos`, ….
    pub os: String,
    /// Alias of the base URL that may stand in the note.
    pub base_url_alias: String,
    /// Retry policy in force; `None` when nothing was sent.
    pub policy: Option<Policy>,
    /// Deadlines in force; `None` when nothing was sent.
    pub timeouts: Option<Timeouts>,
    /// How the secret was named (`env COMETAPI_KEY`, `pasted`, `prompt`); `None`: no credential.
    pub secret_source: Option<String>,
    /// The operator looked at the replacements and confirmed.
    pub confirmed_by_operator: bool,
    /// Who will read it.
    pub audience: Audience,
    /// A proxy was in use for sending.
    pub proxy_in_use: Option<bool>,
}

/// Deadlines of an attempt, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Timeouts {
    /// Until connected.
    pub connect_ms: u64,
    /// Until the response head.
    pub first_byte_ms: u64,
    /// Between two pieces of the body.
    pub idle_ms: u64,
    /// For the whole attempt.
    pub total_ms: u64,
}

impl Default for Timeouts {
    /// 10 s to connect, 120 s to the first byte (gateways give up at 60 to 100 s and their answer must be seen), 60 s
    /// of silence, 300 s in all.
    fn default() -> Self {
        Self { connect_ms: 10_000, first_byte_ms: 120_000, idle_ms: 60_000, total_ms: 300_000 }
    }
}

/// Who will read the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The team and the vendor's support.
    #[default]
    Internal,
    /// Anybody.
    Public,
}

/// Renders `note` in `format` and audits the bytes.
///
/// # Errors
/// [`Refusal`] by the audit.
pub fn render(note: &Note, format: Format, audit: &Audit) -> Result<Rendered, Refusal> {
    let text = write(note, format);
    let audit = knowing_own_words(audit);
    let frame = write(&frame(note, &audit), format);
    audit.knowing(&frame).pass(text, format)
}

fn write(note: &impl serde::Serialize, format: Format) -> String {
    match format {
        Format::Yaml => yaml::render(note),
        Format::Markdown => markdown::render(note),
        Format::Json => schema::json(note),
        Format::Plain => plain::render(note),
    }
}

/// Keys under which the note says sentences of its own, with typed values in them.
const OWN_PLACES: [&str; 9] = [
    "title",
    "steps",
    "actual",
    "reproduction",
    "sources",
    "credential",
    "remaining_uncertainty",
    "missing_evidence",
    "because",
];

/// The note without the texts that anything but our own words could have brought in: its keys, numbers, closed values,
/// own sentences. What stands in it, in this order, stands in every such note.
fn frame(note: &Note, audit: &Audit) -> Value {
    let mut value = serde_json::to_value(note).unwrap_or_default();
    blank(&mut value, false, audit);
    value
}

fn blank(value: &mut Value, own: bool, audit: &Audit) {
    match value {
        Value::String(text) if own => {
            let kept: Vec<&str> =
                text.split('\n').map(|line| if audit.explains_in_pieces(line) { line } else { "" }).collect();
            *text = kept.join("\n");
        }
        Value::String(text) if !audit.explains(text) => text.clear(),
        Value::Array(items) => items.iter_mut().for_each(|item| blank(item, own, audit)),
        Value::Object(fields) => {
            for (key, field) in fields {
                blank(field, own || OWN_PLACES.contains(&key.as_str()), audit);
            }
        }
        _ => {}
    }
}

/// Where the note's own sentences stand. A prompt that shares one with them is not betrayed by it: without this, a
/// prompt about reports and error messages would block its own note.
const OWN_WORDS: [&str; 10] = [
    include_str!("../../templates/note.md.j2"),
    include_str!("../../assets/note.schema.json"),
    include_str!("note/completeness.rs"),
    include_str!("note/plain.rs"),
    include_str!("note/build/controls.rs"),
    include_str!("note/build/curl.rs"),
    include_str!("note/build/judged.rs"),
    include_str!("note/build/observed.rs"),
    include_str!("note/build/report.rs"),
    include_str!("note/build/sentence.rs"),
];

fn knowing_own_words(audit: &Audit) -> Audit {
    // What the tests of those files say is not said by a note.
    OWN_WORDS
        .iter()
        .fold(audit.clone(), |audit, text| audit.knowing(text.split("#[cfg(test)]").next().unwrap_or(text)))
}

/// Why a note could not be rendered by a template of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The audit found something in what it made.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Renders `note` as Markdown by a template of the operator's and audits the bytes. See `templates/README.md` for what a
/// template can use.
///
/// # Errors
/// [`RenderError`]: the template with its line, or the audit's refusal.
pub fn render_with(note: &Note, template: &Template, audit: &Audit) -> Result<Rendered, RenderError> {
    let text = markdown::render_with(template, note)?;
    let audit = knowing_own_words(audit);
    // What the operator's template says by itself is theirs, and in every note. Where it cannot say it about nothing, the
    // audit is only stricter.
    let frame = markdown::render_with(template, &frame(note, &audit)).unwrap_or_default();
    Ok(audit.knowing(&frame).pass(text, Format::Markdown)?)
}
