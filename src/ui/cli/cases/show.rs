//! One case.

use serde_json::json;

use super::Desk;
use crate::case::kept::{Twins, TwinsOf};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, say};

/// Prints the note; what is known beside it goes to stderr, or into the document.
pub(super) fn run(desk: &Desk, case: &str) -> Result<Exit, Failed> {
    let records = desk.records()?;
    let id = Desk::id(&records, case)?;
    let record = records.iter().find(|record| record.id == id);
    if desk.output == OutputKind::Json {
        let document = json!({"case": record, "note": desk.value(&id)?});
        desk.print(&serde_json::to_string_pretty(&document).unwrap_or_default())?;
        return Ok(Exit::Done);
    }
    desk.print(&desk.note(&id)?)?;
    say::line(&format!("kept in {}", desk.store.place(Some(&id))));
    let asked = record.and_then(|record| {
        let (case_id, gateway) = (id.clone(), record.gateway.clone());
        Some(TwinsOf { case_id, fingerprint: record.fingerprint.clone()?, gateway })
    });
    let twins = asked.and_then(|asked| Twins::among(&records, &asked, || desk.readmission.clone()));
    if let Some(twins) = twins {
        say::line(&twins.said());
    }
    Ok(Exit::Done)
}
