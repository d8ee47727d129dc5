//! The groups of a log on the screen: the list of cases, with groups in it. A group that is opened becomes a case.

use chrono::{DateTime, Utc};

use super::{case, pages};
use crate::case::kept::Unfinished;
use crate::case::sanitize::{Format, Readmission};
use crate::case::triage::{Examples, GroupReport, Report, Sort, Tally};
use crate::ui::cli::start::Ground;
use crate::ui::tui::{CaseDesk, CaseRow, ListTitle};

/// What stands in the columns of a row.
const COLUMNS: &str = " count share  class             status retry last seen   what tells it from others";

/// The groups of a log.
pub(super) struct Groups {
    ground: Ground,
    tally: Tally,
    examples: std::sync::Arc<Examples>,
    readmission: Readmission,
    report: Report,
    sort: Sort,
}

impl Groups {
    pub(super) fn of(ground: Ground, tally: Tally, examples: std::sync::Arc<Examples>, sort: Sort) -> Self {
        let readmission = Readmission::new(&ground.catalog);
        let report = Report::of(&tally, &ground.catalog, sort, usize::MAX);
        Self { ground, tally, examples, readmission, report, sort }
    }

    fn group(&self, row: &CaseRow) -> Result<&GroupReport, String> {
        self.report
            .groups
            .iter()
            .find(|group| group.id == row.id)
            .ok_or_else(|| "it is not there any more".to_owned())
    }
}

impl CaseDesk for Groups {
    fn rows(&mut self, _: DateTime<Utc>) -> Result<Vec<CaseRow>, String> {
        let row = |group: &GroupReport| {
            let line = line(group);
            // The texts were audited; what is put together of them is, too.
            let line = match self.readmission.pass(&line, Format::Plain) {
                Ok(passed) => passed.as_str().trim_end().to_owned(),
                Err(refusal) => format!("{:>6}  not shown: {}", group.count, refusal.rule),
            };
            CaseRow { id: group.id.clone(), sought: line.to_lowercase(), line, unfinished: false }
        };
        Ok(self.report.groups.iter().map(row).collect())
    }

    fn preview(&mut self, row: &CaseRow) -> Result<String, String> {
        pages::page(self.group(row)?, self.report.failures, &self.readmission)
    }

    fn open(&mut self, row: &CaseRow) -> Result<Unfinished, String> {
        let group = self.group(row)?;
        let example = pages::example(group, Some(&self.examples)).ok_or(
            "none of its failures can be shown: the message repeats what users sent, or the log was joined from parts",
        )?;
        let case = case::of(&self.ground, group, &example, self.report.failures)?;
        let saved =
            case.saved.ok_or("the audit lets nothing of it pass but the note, which --notes writes")?;
        Unfinished::read(saved.text().as_str(), &self.readmission).map_err(|e| e.to_string())
    }

    fn remove(&mut self, _: &CaseRow) -> Result<(), String> {
        Err("nothing of a log is kept, so there is nothing to forget".to_owned())
    }

    fn reveal(&self, row: &CaseRow) -> String {
        let ids = self.group(row).map(|group| group.request_ids.join(", ")).unwrap_or_default();
        if ids.is_empty() {
            "the log names no request ids of it".to_owned()
        } else {
            format!("request ids: {ids}")
        }
    }

    fn title(&self) -> ListTitle {
        ListTitle {
            name: format!("{} failures in groups", self.report.failures),
            columns: COLUMNS.to_owned(),
            empty: "no failure is in the log".to_owned(),
        }
    }

    fn sort(&mut self) -> Result<String, String> {
        let (next, said) = match self.sort {
            Sort::Count => (Sort::Last, "the latest first"),
            Sort::Last => (Sort::Class, "by class, the largest of each first"),
            Sort::Class => (Sort::Count, "the largest first"),
        };
        self.sort = next;
        self.report = Report::of(&self.tally, &self.ground.catalog, next, usize::MAX);
        Ok(said.to_owned())
    }

    fn opens_first(&self) -> bool {
        true
    }
}

/// A row of the table.
fn line(group: &GroupReport) -> String {
    let how = group.status.map(|s| s.to_string()).or_else(|| group.transport.map(|t| t.to_string()));
    let last = group.last_seen.as_deref().and_then(|at| at.get(5..16)).unwrap_or("-").replace('T', " ");
    let only = |names: &Option<std::collections::BTreeMap<String, u64>>| {
        let names = names.as_ref().filter(|names| names.len() == 1)?;
        names.keys().next().cloned()
    };
    let what: Vec<String> = [
        group.cause.clone(),
        only(&group.routes),
        if group.by_model { only(&group.models) } else { None },
        group.words.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let text = format!(
        "{:>6}  {:>3.0}%  {:<17} {:>6} {:<5} {last:<11} {}",
        group.count,
        group.share * 100.0,
        group.failure_class.to_string(),
        how.as_deref().unwrap_or("-"),
        group.retryable.to_string(),
        what.join("; ")
    );
    text.replace(['\n', '\r'], " ") + "\n"
}
