//! What the list of cases on the screen asks for.

use chrono::{DateTime, Utc};

use super::list;
use crate::case::kept::{Record, Unfinished};
use crate::case::sanitize::{Format, Readmission};
use crate::io::deliver::reveal;
use crate::io::store::{CaseStore, UnfinishedStore, shown};
use crate::ui::cli::start::Ground;
use crate::ui::tui::{CaseDesk, CaseRow};

/// Rows that are checked together.
const CHUNK: usize = 200;

/// The cases of this user.
pub(in crate::ui::cli) struct Cases {
    store: std::rc::Rc<dyn CaseStore>,
    unfinished: UnfinishedStore,
    readmission: Readmission,
    /// Unfinished cases that are listed.
    listed: Vec<Unfinished>,
    /// They are saved at all.
    saves: bool,
    folder: std::path::PathBuf,
}

impl Cases {
    pub(in crate::ui::cli) fn of(ground: &Ground) -> Self {
        Self {
            store: ground.cases(),
            unfinished: UnfinishedStore::at(&ground.folders),
            readmission: Readmission::later(std::sync::Arc::clone(&ground.catalog)),
            listed: Vec::new(),
            saves: ground.saves(),
            folder: ground.folders.state.join("unfinished"),
        }
    }

    /// A row for each record; texts that the audit refuses are not shown.
    fn checked(&self, records: &[Record]) -> Vec<CaseRow> {
        let mut rows = Vec::with_capacity(records.len());
        for chunk in records.chunks(CHUNK) {
            let lines: Vec<String> = chunk.iter().map(list::row).collect();
            let passed = self.readmission.pass(&lines.concat(), Format::Plain);
            let together =
                passed.as_ref().map(|text| text.as_str().lines().map(str::to_owned).collect::<Vec<_>>());
            let clean: Vec<String> = match together {
                Ok(clean) if clean.len() == chunk.len() => clean,
                _ => lines.iter().zip(chunk).map(|(line, record)| self.alone(line, record)).collect(),
            };
            rows.extend(clean.into_iter().zip(chunk).map(|(line, record)| CaseRow {
                id: record.id.clone(),
                sought: line.to_lowercase(),
                line,
                unfinished: false,
            }));
        }
        rows
    }

    fn alone(&self, line: &str, record: &Record) -> String {
        match self.readmission.pass(line, Format::Plain) {
            Ok(passed) => passed.as_str().trim_end().to_owned(),
            Err(refusal) => {
                format!("{}  not shown: {}; its file was changed after it was kept", record.id, refusal.rule)
            }
        }
    }

    /// The case of this id, to go on with at its note.
    pub(in crate::ui::cli) fn kept(&self, id: &str) -> Result<Unfinished, String> {
        let text = self.store.evidence(id).map_err(|e| e.to_string())?;
        let text = text.ok_or_else(|| {
            format!(
                "{id} was kept without its evidence, so only its note is here: `casefile cases show {id}`"
            )
        })?;
        let read = Unfinished::read(&text, &self.readmission);
        let case =
            read.map_err(|e| format!("the evidence of {id}: {e}; `casefile cases show {id}` has its note"))?;
        Some(case)
            .filter(|case| case.id == id)
            .ok_or_else(|| format!("the evidence of {id} is that of another case"))
    }
}

impl CaseDesk for Cases {
    fn rows(&mut self, now: DateTime<Utc>) -> Result<Vec<CaseRow>, String> {
        self.listed.clear();
        if self.saves {
            self.listed = self.unfinished.list(&self.readmission).map_err(|e| e.to_string())?;
        }
        let unfinished = self.listed.iter().map(|case| {
            let line = case.line(now);
            CaseRow {
                id: case.id.clone(),
                sought: format!("unfinished {}", line.to_lowercase()),
                line,
                unfinished: true,
            }
        });
        let mut rows: Vec<CaseRow> = unfinished.collect();
        rows.extend(self.checked(&self.store.records().map_err(|e| e.to_string())?));
        Ok(rows)
    }

    fn preview(&mut self, row: &CaseRow) -> Result<String, String> {
        if row.unfinished {
            let case = self.listed.iter().find(|case| case.id == row.id);
            let case = case.ok_or_else(|| "it is not there any more".to_owned())?;
            let words = case.own_words();
            return Ok(format!("{}\nquestion: {}\nimpact: {}\n", case.about(), words.question, words.impact));
        }
        let text = self.store.note(&row.id).map_err(|e| e.to_string())?;
        let passed = self.readmission.pass(&text, Format::Yaml);
        passed.map(|note| note.as_str().to_owned()).map_err(|refusal| refusal.to_string())
    }

    fn open(&mut self, row: &CaseRow) -> Result<Unfinished, String> {
        if row.unfinished {
            let case = self.listed.iter().find(|case| case.id == row.id).cloned();
            return case.ok_or_else(|| "it is not there any more".to_owned());
        }
        self.kept(&row.id)
    }

    fn remove(&mut self, row: &CaseRow) -> Result<(), String> {
        if row.unfinished {
            return self.unfinished.forget(&row.id).map_err(|e| e.to_string());
        }
        self.store.remove(std::slice::from_ref(&row.id)).map(drop).map_err(|e| e.to_string())
    }

    fn reveal(&self, row: &CaseRow) -> String {
        if row.unfinished {
            return shown(&self.folder.join(format!("{}.json", row.id)));
        }
        let folder = self.store.folder_of(&row.id);
        let opened = if folder.is_some_and(|folder| reveal(&folder)) { "opened: " } else { "" };
        format!("{opened}{}", self.store.place(Some(&row.id)))
    }
}
