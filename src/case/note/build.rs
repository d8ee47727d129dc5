//! Material to [`Note`].

use super::{Material, Note};

/// The note for this material.
pub fn build(material: &Material<'_>) -> Note {
    Note {
        schema: "casefile.note/1".into(),
        case_id: material.run.case_id.clone(),
        missing_evidence: Vec::new(),
    }
}
