//! The files of a note: audited bytes under a name with the case and its day.

use crate::case::sanitize::{Format, Rendered};

/// A file that goes along with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteFile {
    /// `CF-20261120-WHCK43EQ-20261120.yaml`.
    pub name: String,
    /// Its bytes.
    pub content: Rendered,
}

/// Both renderings as files. `day`: `YYYY-MM-DD…` of the note, so that a repeat on another day names them the same.
pub fn note_files(case_id: &str, day: &str, renderings: Vec<Rendered>) -> Vec<NoteFile> {
    let day = digits(day);
    let named = |content: Rendered| {
        let ending = match content.format() {
            Format::Yaml => "yaml",
            Format::Markdown => "md",
            Format::Json => "json",
            Format::Plain => "txt",
        };
        NoteFile { name: format!("{case_id}-{day}.{ending}"), content }
    };
    renderings.into_iter().map(named).collect()
}

/// The report of a check, named beside the note's files.
pub fn check_file(case_id: &str, day: &str, report: Rendered) -> NoteFile {
    NoteFile { name: format!("{case_id}-{}-check.json", digits(day)), content: report }
}

fn digits(day: &str) -> String {
    day.chars().take(10).filter(char::is_ascii_digit).collect()
}

impl NoteFile {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.content.as_str().as_bytes()
    }

    /// Its content type: one that desks show and do not run.
    pub fn content_type(&self) -> &'static str {
        "text/plain"
    }
}
