//! Cases out of the store: forgotten, written into one document, taken in from one.

use std::path::Path;

use clap::Args;

use super::{Desk, failed, print};
use crate::case::kept::{BUNDLE_SCHEMA, Bundle, Bundled, KeptCase, Record};
use crate::case::sanitize::Format;
use crate::io::store::{shown, write_atomic};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, note, say};

/// Which cases.
#[derive(Debug, Clone, Args)]
pub(super) struct Chosen {
    /// Their ids, or the beginnings of them.
    #[arg(value_name = "CASE", required_unless_present = "all")]
    cases: Vec<String>,
    /// All of them.
    #[arg(long, conflicts_with = "cases")]
    all: bool,
}

impl Chosen {
    fn ids(&self, records: &[Record]) -> Result<Vec<String>, Failed> {
        if self.all {
            return Ok(records.iter().map(|record| record.id.clone()).collect());
        }
        self.cases.iter().map(|case| Desk::id(records, case)).collect()
    }
}

/// Forgets cases. A folder that holds no case that can be read goes by its whole id.
pub(super) fn remove(desk: &Desk, chosen: &Chosen, yes: bool) -> Result<Exit, Failed> {
    if chosen.all && !yes {
        return Err(Failed::new(Exit::Usage, "rm --all forgets every case; say so by --yes"));
    }
    let records = desk.records()?;
    let is_broken = |id: &&String| {
        crate::session::case_id::is_case_id(id) && records.iter().all(|record| record.id != **id)
    };
    let (broken, rest): (Vec<&String>, Vec<&String>) = chosen.cases.iter().partition(is_broken);
    let rest = Chosen { cases: rest.into_iter().cloned().collect(), all: chosen.all };
    let ids: Vec<String> = rest.ids(&records)?.into_iter().chain(broken.into_iter().cloned()).collect();
    let removed = desk.store.remove(&ids).map_err(|e| failed(&e))?;
    if removed == 0 && !chosen.all {
        let text = format!("there is no case {}; `casefile cases list` shows them", ids.join(", "));
        return Err(Failed::new(Exit::NothingUsable, text));
    }
    print(&match desk.output {
        OutputKind::Json => serde_json::json!({"forgotten": removed}).to_string(),
        OutputKind::Text => format!("{} forgotten", cases(removed)),
    })?;
    Ok(Exit::Done)
}

/// Writes cases into one document.
pub(super) fn export(desk: &Desk, chosen: &Chosen, out: Option<&Path>) -> Result<Exit, Failed> {
    let records = desk.records()?;
    let ids = chosen.ids(&records)?;
    let mut bundle = Bundle { schema: BUNDLE_SCHEMA.to_owned(), cases: Vec::new() };
    for id in &ids {
        let Some(case) = records.iter().find(|record| record.id == *id).cloned() else { continue };
        let bundled = Bundled { case, note: desk.note(id)? };
        // Of a store, too, only what could leave today.
        let text = serde_json::to_string(&bundled.case).unwrap_or_default();
        desk.readmission
            .pass(&text, Format::Json)
            .map_err(|refusal| Failed::new(Exit::Refused, format!("{id}: {refusal}")))?;
        bundle.cases.push(bundled);
    }
    let text = serde_json::to_string_pretty(&bundle).unwrap_or_default() + "\n";
    match out {
        Some(path) => {
            write_atomic(path, text.as_bytes()).map_err(|e| failed(&e))?;
            say::line(&format!("{} written to {}", cases(bundle.cases.len()), shown(path)));
        }
        None => print(&text)?,
    }
    Ok(Exit::Done)
}

/// Takes in the cases of a document: all that pass, or none where one does not.
pub(super) fn import(desk: &Desk, file: &str) -> Result<Exit, Failed> {
    let unusable = |what: String| Failed::new(Exit::NothingUsable, what);
    let bytes = note::read(file)?;
    let bundle: Bundle = serde_json::from_slice(&bytes).map_err(|e| {
        unusable(format!(
            "{file} is no document of `casefile cases export` (line {}, column {})",
            e.line(),
            e.column()
        ))
    })?;
    if bundle.schema != BUNDLE_SCHEMA {
        return Err(unusable(format!(
            "{file} is of another schema than {BUNDLE_SCHEMA}; a newer casefile may read it"
        )));
    }
    let records = desk.records()?;
    let (mut fresh, mut same, mut others): (Vec<KeptCase>, usize, Vec<String>) = (Vec::new(), 0, Vec::new());
    for (index, bundled) in bundle.cases.iter().enumerate() {
        let admitted = bundled.admit(&desk.readmission, &desk.ground.catalog);
        let case = admitted.map_err(|refused| {
            let exit = match refused {
                crate::case::kept::Refused::Audit(_) => Exit::Refused,
                _ => Exit::NothingUsable,
            };
            Failed::new(exit, format!("case {} of {file}: {refused}; nothing was taken in", index + 1))
        })?;
        let id = &case.record().id;
        if fresh.iter().any(|other| other.record().id == *id) {
            return Err(unusable(format!("{id} stands twice in {file}; nothing was taken in")));
        }
        if records.iter().all(|record| record.id != *id) {
            fresh.push(case);
        } else if desk.store.note(id).is_ok_and(|text| text == case.note().as_str()) {
            same += 1;
        } else {
            others.push(id.clone());
        }
    }
    for case in &fresh {
        desk.store.keep(case).map_err(|e| failed(&e))?;
    }
    for id in &others {
        say::line(&format!(
            "{id} is kept here with another note and stays as it is; forget it first to take this one"
        ));
    }
    print(&match desk.output {
        OutputKind::Json => {
            serde_json::json!({"taken_in": fresh.len(), "known": same, "other": others}).to_string()
        }
        OutputKind::Text => format!("{} taken in, {same} known already", cases(fresh.len())),
    })?;
    Ok(if others.is_empty() { Exit::Done } else { Exit::Findings })
}

fn cases(count: usize) -> String {
    if count == 1 { "1 case".to_owned() } else { format!("{count} cases") }
}
