//! Cases in one file, to be handed to another machine.
//!
//! One JSON document: no archive format is among the packages that are used already, and a document has no paths, so
//! that an import has nothing to be tricked with.

use serde::{Deserialize, Serialize};

use super::record::{About, Delivery, KeptCase, Record, Ticket};
use crate::case::catalog::Catalog;
use crate::case::note;
use crate::case::sanitize::{Format, Readmission, Refusal};

/// Name and version of the document's form.
pub const BUNDLE_SCHEMA: &str = "casefile.cases/1";

/// Cases in one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// `casefile.cases/1`.
    pub schema: String,
    /// The cases.
    pub cases: Vec<Bundled>,
}

/// A case of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundled {
    /// Its record.
    pub case: Record,
    /// Its note, YAML or JSON, byte for byte.
    pub note: String,
}

/// Why a case is not taken in. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The note is none, or breaks the schema.
    #[error("its note is no valid note ({faults} faults; `casefile validate` lists them)")]
    Note {
        /// How many faults.
        faults: usize,
    },
    /// The record does not belong to the note, or is none of ours.
    #[error("its record does not belong to its note")]
    Record,
    /// The audit found something in it.
    #[error(transparent)]
    Audit(#[from] Refusal),
}

impl Bundled {
    /// The case, checked as if its note were made now. Of the record only what the note cannot tell is taken: gateway,
    /// tickets, deliveries.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit(&self, readmission: &Readmission, catalog: &Catalog) -> Result<KeptCase, Refused> {
        let faults = note::validate(&self.note).len();
        if faults > 0 {
            return Err(Refused::Note { faults });
        }
        let mut given = self.case.clone();
        if !given.is_sound() {
            return Err(Refused::Record);
        }
        let format = if self.note.trim_start().starts_with('{') { Format::Json } else { Format::Yaml };
        let note = readmission.pass(&self.note, format)?;
        // A word of ours, or of a profile that this machine knows as well; any other is not taken over.
        let gateway = given.gateway.take().filter(|id| catalog.profile(id).is_some());
        let about = About { gateway, at: given.updated, by: None };
        let case = KeptCase::of(note, &about).map_err(|_| Refused::Note { faults: 1 })?;
        if case.record().id != given.id {
            return Err(Refused::Record);
        }
        let said: Vec<&str> = given
            .tickets
            .iter()
            .flat_map(|Ticket { desk, id, url }| [Some(desk), Some(id), url.as_ref()])
            .flatten()
            .chain(given.deliveries.iter().map(|Delivery { by, .. }| by))
            .map(String::as_str)
            .collect();
        let said = said.join("\n");
        if readmission.pass(&said, Format::Plain)?.as_str() != said {
            return Err(Refused::Record);
        }
        let earlier = Record { created: case.record().created, ..given };
        Ok(case.after(&earlier))
    }
}
