//! The one model of the escalation note, and its renderings. Takes [`SafeEvidence`] and nothing rawer.

mod build;
mod completeness;
mod frame;
mod gate;
#[cfg(test)]
mod golden;
mod html;
mod inspect;
mod isolation;
mod markdown;
mod model;
mod plain;
mod public;
mod removed;
#[cfg(test)]
mod sample;
mod schema;
mod telemetry;
mod yaml;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::case::catalog::{Catalog, Profile};
use crate::case::diagnose::Diagnosis;
use crate::case::retry::Policy;
use crate::case::sanitize::{Audit, Format, Ledger, Refusal, Rendered, SafeEvidence, SafeWords};

use frame::Frame;
use gate::Rendering;

pub use build::{build, worked};
pub use completeness::{By, Item, NOT_GIVEN, NextStep, completeness};
pub use html::html;
pub use inspect::{Held, held, own_words, without_ours};
pub use isolation::IsolationReport;
pub use markdown::{BUILT_IN, Template, TemplateError};
pub use model::*;
pub use public::for_public;
pub use removed::{Removal, Untakable};
pub use schema::{Fault, SCHEMA, read, validate};
pub use telemetry::{Asked, Exchange, of_exchange, telemetry};

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
    /// The check for this case: it says which texts are typed values, and which are the case's own.
    pub audit: &'a Audit,
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
    /// Earlier cases of the same failure.
    pub similar: Option<SimilarCases>,
}

/// Deadlines of an attempt, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// Renders `note` in `format`, reads it back, and audits the bytes.
///
/// # Errors
/// [`Refusal`] with field, rule and line; a panic on the way is one.
pub fn render(note: &Note, format: Format, audit: &Audit) -> Result<Rendered, Refusal> {
    gate::guarded(|| {
        let value = note.value();
        let frame = Frame::of(&note.twin, audit, |twin| Some(write(twin, format)));
        let words_of = match format {
            Format::Yaml | Format::Json => None,
            Format::Markdown => Some(markdown::OWN_TEXT),
            Format::Plain => Some(plain::OWN_TEXT),
        };
        let text = write(&value, format);
        gate::pass(Rendering { value: &value, text, format, words_of }, &frame)
    })
}

fn write(note: &Value, format: Format) -> String {
    match format {
        Format::Yaml => yaml::render(note),
        Format::Markdown => markdown::render(note),
        Format::Json => schema::json(note),
        Format::Plain => plain::render(note),
    }
}

impl Note {
    /// The note's keys and values in their order, without what was taken out: what every rendering is made from.
    pub fn value(&self) -> Value {
        let value = serde_json::to_value(self).unwrap_or_default();
        let value = if self.audience == Audience::Public { for_public(value) } else { value };
        removed::apply(&self.removed, value)
    }
}

/// The text of a note that was read back ([`read`]): its keys and values rendered as this program renders a note today. It has
/// to be audited by whoever lets it out.
pub fn rendered_again(value: &Value, format: Format) -> String {
    write(value, format)
}

/// `value`, a text or a structure that is made from this case, without what was taken out of its note.
pub fn without(removed: &[Removal], value: Value) -> Value {
    removed::apply(removed, value)
}

/// The removal of a text that the operator marked.
///
/// # Errors
/// [`Untakable`]: it is too short, does not stand in a text of the note, or is a word of the note itself.
pub fn take_out(note: &Note, text: &str) -> Result<Vec<Removal>, Untakable> {
    removed::marked(text, &note.value(), &note.twin)
}

/// What must be taken out so that the audit lets the field pass at which it refused `note`. Empty where it does not
/// refuse, and where no text of the note is the reason.
pub fn removals(note: &Note, format: Format, template: Option<&Template>, audit: &Audit) -> Vec<Removal> {
    let rendered = |note: &Note| match template.filter(|_| format == Format::Markdown) {
        Some(template) => render_with(note, template, audit).map(drop).map_err(|error| match error {
            RenderError::Refused(refusal) => Some(refusal),
            RenderError::Template(_) => None,
        }),
        None => render(note, format, audit).map(drop).map_err(Some),
    };
    let Err(Some(refusal)) = rendered(note) else { return Vec::new() };
    let value = note.value();
    let frame = Frame::of(&note.twin, audit, |twin| Some(write(twin, format)));
    let found =
        frame.first_in_evidence(&value).or_else(|| removed::first_in(&value, frame.audit())).or_else(|| {
            removed::one_of_several(&value, |value| {
                let text = write(value, format);
                frame.audit().pass(text, format).is_ok()
            })
        });
    found.map(|(field, texts)| removed::of(&field, &refusal.rule, &texts)).unwrap_or_default()
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
    gate::guarded(|| {
        let value = note.value();
        let text = markdown::render_with(template, &value)?;
        // What the operator's template says by itself is theirs, and in every note. Where it cannot say it about nothing,
        // the audit is only stricter.
        let frame = Frame::of(&note.twin, audit, |twin| markdown::render_with(template, twin).ok());
        let rendering = Rendering { value: &value, text, format: Format::Markdown, words_of: None };
        Ok(gate::pass(rendering, &frame)?)
    })
}
