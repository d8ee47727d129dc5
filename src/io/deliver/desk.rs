//! Notes on tickets: one small trait, one file for each kind of desk.
//!
//! ```text
//! Job (audited texts) ──attach──> find by the marker ──> create or comment ──> missing files ──> read back, compare
//!                                   Desk: what a call looks like and what its answer says       Wire: one origin, deadlines
//! ```
//!
//! A repeat after a lost answer finds by its marker what is there, and adds only what is missing.

mod attach;
mod call;
mod file;
mod github;
mod gitlab;
mod jira;
mod redmine;
mod refusal;
mod roundup;
mod rt;
mod webhook;
mod wire;
mod zendesk;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use secrecy::SecretString;

use crate::case::sanitize::Rendered;
use crate::io::store::{DeskKind, DeskSettings};

pub use attach::{Attached, FileState, Partial, Stage, Target, TextState, attach};
pub use call::{Body, Call, Part};
pub use file::{NoteFile, check_file, note_files};
pub use refusal::DeskError;
use wire::Wire;

/// A step at a desk.
pub type Step<'a, T> = LocalBoxFuture<'a, Result<T, DeskError>>;

/// What goes to a desk. Every text is audited.
#[derive(Debug, Clone)]
pub struct Job {
    /// The case's id.
    pub case_id: String,
    /// The mark by which ticket and comment are found again.
    pub marker: String,
    /// Subject of a new ticket, one line, with the marker.
    pub subject: Rendered,
    /// Text of the ticket or comment, with the marker.
    pub text: Rendered,
    /// Text of a comment that only brings the files, where the ticket has the text already.
    pub files_text: Rendered,
    /// Files that go along; empty where the desk takes none.
    pub files: Vec<NoteFile>,
}

/// What a ticket has of a case.
#[derive(Debug, Clone, Default)]
pub struct Present {
    /// The text is there.
    pub has_text: bool,
    /// The text as it is stored, where the desk gives it back as it was sent.
    pub text: Option<String>,
    /// Everybody who may read the ticket may read it, although it was meant to be internal.
    pub is_open: bool,
    /// Files of the ticket.
    pub files: Vec<Stored>,
}

/// A file at a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name there.
    pub name: String,
    /// Where it is read: an id, or an address.
    pub at: String,
}

/// A desk. Tickets are named as their people name them.
pub trait Desk {
    /// How long after each other an uncertain ticket is looked for: more than once where a search knows it only some time later.
    fn patience(&self) -> &'static [Duration] {
        &[Duration::ZERO]
    }
    /// It can be asked for a ticket that an earlier run made.
    fn can_find(&self) -> bool {
        true
    }
    /// It can be asked what a ticket holds, before something is added and after it.
    fn can_look(&self) -> bool {
        true
    }
    /// What makes a ticket takes the files along, too; it matters only where [`Self::can_look`] is false.
    fn create_takes_files(&self) -> bool {
        true
    }
    /// The ticket that an earlier run made of this case.
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>>;
    /// What `ticket` has of this case; `None` where the desk cannot tell.
    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>>;
    /// Makes a ticket, with the files where one step does both.
    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String>;
    /// Adds the text as a comment, with `files` where one step does both.
    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()>;
    /// Adds files to a ticket whose text is there.
    fn upload<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()>;
    /// The bytes of a file.
    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>>;
    /// The ticket's address for people.
    fn ticket_url(&self, ticket: &str) -> Option<String>;
    /// The requests that write, as they would be sent; what only an answer tells stands in braces.
    ///
    /// # Errors
    /// A template of the settings that cannot be used.
    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError>;
}

/// The desk that `settings` describe.
///
/// # Errors
/// Where it cannot be used from this machine, or a template of it cannot be read.
pub fn open(settings: &DeskSettings, token: Option<&SecretString>) -> Result<Box<dyn Desk>, DeskError> {
    let wire = Wire::to(settings, token)?;
    Ok(match settings.kind {
        DeskKind::Rt => Box::new(rt::Rt::new(wire, settings)),
        DeskKind::Redmine => Box::new(redmine::Redmine::new(wire, settings)),
        DeskKind::Roundup => Box::new(roundup::Roundup::new(wire, settings)),
        DeskKind::Zendesk => Box::new(zendesk::Zendesk::new(wire, settings)),
        DeskKind::Jira => Box::new(jira::Jira::new(wire, settings)),
        DeskKind::Github => Box::new(github::Github::new(wire, settings)),
        DeskKind::Gitlab => Box::new(gitlab::Gitlab::new(wire, settings)),
        DeskKind::Webhook => Box::new(webhook::WebhookDesk::new(wire, settings)?),
    })
}

/// `text` as one step of a path or one value of a query.
fn step(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
