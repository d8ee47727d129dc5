//! The note. Field names are part of the schema `casefile.note/1`.

use serde::Serialize;

/// An escalation note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// `casefile.note/1`.
    pub schema: String,
    /// Case id.
    pub case_id: String,
    /// Evidence that is missing, and why.
    pub missing_evidence: Vec<Gap>,
}

/// Evidence that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Field, as a dotted path in the note.
    pub field: String,
    /// Why it is missing, one sentence.
    pub why: String,
}
