//! The note as Markdown, from a template, and as plain text.

use super::Note;

pub(super) fn render(note: &Note) -> String {
    format!("# {}\n", note.case_id)
}

pub(super) fn plain(note: &Note) -> String {
    note.case_id.clone()
}
