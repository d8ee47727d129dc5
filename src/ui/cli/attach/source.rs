//! What is attached: the note of a kept case, or a note's file, checked as if it were made now.

use std::path::Path;

use serde_json::Value;

use super::{AttachArguments, Room};
use crate::case::catalog::Destination;
use crate::case::destination::{self, Fitted, without_foreign_links};
use crate::case::kept::Ticket;
use crate::case::note;
use crate::case::sanitize::{Format, Refusal, Rendered};
use crate::io::deliver::desk::{NoteFile, check_file, note_files};
use crate::session::case_id;
use crate::ui::cli::cases::id_among;
use crate::ui::cli::check_report;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::note as note_verb;

/// A note that may leave.
pub(super) struct Source {
    pub(super) case_id: String,
    pub(super) title: String,
    /// `YYYY-MM-DD…`.
    day: String,
    markdown: Rendered,
    /// The note's keys and values, as YAML or JSON; `None` where only Markdown was given.
    structured: Option<Rendered>,
    /// This program rendered the Markdown just now.
    own: bool,
    /// The report of a check that goes along.
    check: Option<Rendered>,
    /// Tickets that the kept case has.
    pub(super) tickets: Vec<Ticket>,
}

fn refused(what: &str, refusal: &Refusal) -> Failed {
    Failed::new(Exit::Refused, format!("{what}: {refusal}"))
}

impl Source {
    /// The note that the command names, with what goes along with it.
    ///
    /// # Errors
    /// As of [`Source::read`] and [`Source::add_check`].
    pub(super) fn asked(room: &Room, arguments: &AttachArguments, to: &Destination) -> Result<Self, Failed> {
        let mut source = Self::read(room, arguments.note.as_deref().unwrap_or_default(), to)?;
        if let Some(file) = &arguments.check_report {
            source.add_check(room, file, to)?;
        }
        Ok(source)
    }

    /// The note that `given` names: a file where one is there, else a kept case.
    ///
    /// # Errors
    /// Exit code 3 where it is none, 4 where the audit refuses it.
    fn read(room: &Room, given: &str, to: &Destination) -> Result<Self, Failed> {
        let is_file = given.contains(['/', '\\', '.']) || Path::new(given).is_file();
        if !is_file {
            return Self::kept(room, given, to);
        }
        let bytes = note_verb::read(given)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            Failed::new(Exit::NothingUsable, format!("{given} is no text; give a note's file"))
        })?;
        let is_markdown = Path::new(given).extension().is_some_and(|e| e.eq_ignore_ascii_case("md"));
        if is_markdown {
            Self::of_markdown(room, given, &text, to)
        } else {
            Self::of_text(room, given, &text, to)
        }
    }

    fn kept(room: &Room, given: &str, to: &Destination) -> Result<Self, Failed> {
        let store = room.ground.cases();
        let failed = |e: crate::io::store::StoreError| Failed::new(Exit::Delivery, e.to_string());
        let records = store.records().map_err(failed)?;
        let id = id_among(&records, given)?;
        let text = store.note(&id).map_err(failed)?;
        Self::of_text(room, &id, &text, to)
    }

    /// From YAML or JSON.
    pub(super) fn of_text(room: &Room, what: &str, text: &str, to: &Destination) -> Result<Self, Failed> {
        let faults = note::validate(text).len();
        let value = note::read(text).ok().filter(|_| faults == 0).ok_or_else(|| {
            let text = format!("{what} is no valid note ({faults} faults; `casefile validate` lists them)");
            Failed::new(Exit::NothingUsable, text)
        })?;
        let format = if text.trim_start().starts_with('{') { Format::Json } else { Format::Yaml };
        let pass = |text: &str, format| room.readmission.pass(text, format).map_err(|r| refused(what, &r));
        let own = pass(text, format)?;
        let (value, structured) = if to.public {
            let value = note::for_public(value);
            let structured = pass(&note::rendered_again(&value, format), format)?;
            (value, structured)
        } else {
            (value, own)
        };
        let says = |place: &str| value.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
        let case_id = says("/case_id");
        let tickets = tickets(room, &case_id);
        let (title, day) = (says("/title"), says("/created_at"));
        let linked = without_foreign_links(value, &room.ground.catalog);
        let markdown = pass(&note::rendered_again(&linked, Format::Markdown), Format::Markdown)?;
        Ok(Self {
            case_id,
            title,
            day,
            markdown,
            structured: Some(structured),
            own: true,
            check: None,
            tickets,
        })
    }

    fn of_markdown(room: &Room, what: &str, text: &str, to: &Destination) -> Result<Self, Failed> {
        if to.public {
            let text = format!(
                "{} can be read by anybody, and names cannot be taken out of Markdown; give the case's id or the note as YAML",
                to.name
            );
            return Err(Failed::new(Exit::Usage, text));
        }
        let Some(id) = case_id::find(text).map(str::to_owned) else {
            let text = format!("{what} names no case (CF-…), so it is no note of casefile's");
            return Err(Failed::new(Exit::NothingUsable, text));
        };
        let markdown = room.readmission.pass(text, Format::Markdown).map_err(|r| refused(what, &r))?;
        let heading = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("a note");
        let title = heading.replace('`', "").chars().take(super::SUBJECT).collect();
        let day = id.get(3..11).unwrap_or_default();
        let day = format!(
            "{}-{}-{}",
            &day.get(..4).unwrap_or(""),
            &day.get(4..6).unwrap_or(""),
            &day.get(6..).unwrap_or("")
        );
        let tickets = tickets(room, &id);
        Ok(Self { case_id: id, title, day, markdown, structured: None, own: false, check: None, tickets })
    }

    /// The note as files.
    pub(super) fn files(&self) -> Vec<NoteFile> {
        let renderings = std::iter::once(self.markdown.clone()).chain(self.structured.clone()).collect();
        let mut files = note_files(&self.case_id, &self.day, renderings);
        files.extend(self.check.clone().map(|report| check_file(&self.case_id, &self.day, report)));
        files
    }

    /// Lets the report of a check in `file` go along.
    ///
    /// # Errors
    /// Exit code 2 where `to` takes no files or can be read by anybody, 3 where it is none, 4 where the audit refuses it.
    fn add_check(&mut self, room: &Room, file: &str, to: &Destination) -> Result<(), Failed> {
        check_report::refuse_public(to.public)?;
        if !to.attaches {
            let text = format!("{} takes no files, so --check-report has no place there", to.name);
            return Err(Failed::new(Exit::Usage, text));
        }
        self.check = Some(check_report::audited(file, &room.readmission)?);
        Ok(())
    }

    /// The note as the text of a ticket, a comment or a mail.
    pub(super) fn fit(&self, room: &Room, to: &Destination, files: &[String]) -> Fitted {
        let source = destination::Source {
            case_id: &self.case_id,
            markdown: self.markdown.as_str(),
            own: self.own,
            files,
        };
        destination::fit(source, to, room.ground.catalog.cut_first(to))
    }
}

/// The tickets of the case, where it is kept here.
fn tickets(room: &Room, id: &str) -> Vec<Ticket> {
    let records = room.ground.cases().records().unwrap_or_default();
    records.into_iter().find(|record| record.id == id).map(|record| record.tickets).unwrap_or_default()
}
