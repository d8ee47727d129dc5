//! The groups of a log on the screen: the list of cases, with groups in it. A group that is opened becomes a case.
//!
//! While the log is being read the list grows, without the gateways' words: what comes later may show that they repeat a prompt.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::live::Live;
use super::{
    TriageArguments, audit, case, exit, input, merged, nothing_in, pages, progress, tell, tell_refused,
    threads,
};
use crate::case::kept::Unfinished;
use crate::case::sanitize::{Format, Readmission};
use crate::case::triage::{Examples, GroupReport, Options, Report, Sort, Tally};
use crate::io::logs::Progress;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::say;
use crate::ui::cli::start::{Ground, Opening, need_terminal, screen_with};
use crate::ui::tui::{CaseDesk, CaseRow, ListTitle};

/// What stands in the columns of a row.
const COLUMNS: &str = " count share  class             status retry last seen   what tells it from others";

/// Shows the groups, and reads on while somebody looks at them.
///
/// # Errors
/// There is no terminal, nothing in the input, or the screen cannot be shown.
pub(super) fn run(arguments: &TriageArguments, ground: &Ground) -> Result<Exit, Failed> {
    need_terminal()?;
    if arguments.files.iter().any(|file| file == "-") {
        return Err(Failed::new(Exit::Usage, "the screen needs the keyboard: name the log as a file"));
    }
    // A failure of each group is kept in memory: a note may be made of it.
    let examples = Arc::<Examples>::default();
    let live = if arguments.merge {
        Live::ended(merged(&arguments.files, &ground.catalog)?)
    } else {
        let options =
            Options { examples: Some(Arc::clone(&examples)), ..input::options(arguments, &ground.catalog)? };
        let progress = Progress::default();
        let mut bar = progress::Bar::new(&arguments.files, &progress);
        let how_far = (progress, progress::total(&arguments.files));
        let (files, catalog) = (arguments.files.clone(), Arc::clone(&ground.catalog));
        let live = Live::begin(files, threads(arguments), catalog, options, how_far);
        live.wait(&mut || bar.tick());
        bar.clear();
        live
    };
    if live.so_far().0.is_empty() {
        return Err(nothing_in(arguments, &live.take().0));
    }
    let groups = Groups::of(ground.clone(), Arc::clone(&live), examples, arguments.sort.into());
    let refused = Rc::clone(&groups.refused);
    let opening = Opening { list: Some(Box::new(groups)), ..Opening::default() };
    let shown = screen_with(ground, Vec::new(), opening)?;
    let how_far = live.how_far();
    let (found, ended) = live.take();
    tell(arguments, &found);
    tell_refused(refused.borrow().len());
    if !ended {
        say::line(&format!("left before the log was read to its end ({how_far} of it)"));
    }
    Ok(if shown == Exit::Done { exit(&found) } else { shown })
}

/// The groups of a log.
struct Groups {
    ground: Ground,
    live: Arc<Live>,
    examples: Arc<Examples>,
    readmission: Readmission,
    /// Texts of the log that were audited, and those of them that are not shown.
    audited: BTreeSet<String>,
    refused: Rc<RefCell<BTreeSet<String>>>,
    tally: Tally,
    ended: bool,
    report: Report,
    sort: Sort,
}

impl Groups {
    fn of(ground: Ground, live: Arc<Live>, examples: Arc<Examples>, sort: Sort) -> Self {
        let readmission = Readmission::later(Arc::clone(&ground.catalog));
        let tally = Tally::default();
        let report = Report::of(&tally, &ground.catalog, sort, usize::MAX);
        let (audited, refused) = (BTreeSet::new(), Rc::default());
        let ended = false;
        Self { ground, live, examples, readmission, audited, refused, tally, ended, report, sort }
    }

    /// Takes over what was counted since.
    fn look(&mut self) {
        if self.ended {
            return;
        }
        (self.tally, self.ended) = self.live.so_far();
        let texts = self.tally.texts();
        let new: Vec<String> = texts.difference(&self.audited).cloned().collect();
        self.refused.borrow_mut().extend(audit(&new, &self.readmission));
        self.audited.extend(new);
        self.tally.withhold(&self.refused.borrow());
        self.make_report();
    }

    fn make_report(&mut self) {
        self.report = Report::of(&self.tally, &self.ground.catalog, self.sort, usize::MAX);
        if !self.ended {
            self.report.groups.iter_mut().for_each(|group| group.words = None);
        }
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
        self.look();
        let told = Told::of(&self.report);
        let row = |group: &GroupReport| {
            let line = line(group, told);
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
        if !self.ended {
            return Err(format!(
                "the log is still being read ({}): a group opens when that is done",
                self.live.how_far()
            ));
        }
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
        let so_far = if self.ended {
            String::new()
        } else {
            format!(" so far ({} read, words follow)", self.live.how_far())
        };
        ListTitle {
            name: format!("{} failures in groups{so_far}", self.report.failures),
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
        self.make_report();
        Ok(said.to_owned())
    }

    fn opens_first(&self) -> bool {
        true
    }

    fn fresh(&self) -> Option<Arc<Notify>> {
        (!self.ended).then(|| self.live.fresh())
    }
}

/// What rows have to tell, for it is not the same in all of them.
#[derive(Debug, Clone, Copy)]
struct Told {
    route: bool,
    model: bool,
}

impl Told {
    fn of(report: &Report) -> Self {
        let several = |names: fn(&GroupReport) -> &Option<BTreeMap<String, u64>>| {
            let all = report.groups.iter().filter_map(|group| names(group).as_ref());
            all.flat_map(BTreeMap::keys).collect::<BTreeSet<_>>().len() > 1
        };
        Self { route: several(|group| &group.routes), model: several(|group| &group.models) }
    }
}

/// A row of the table. What tells groups apart most stands first, for the end may be cut off.
fn line(group: &GroupReport, told: Told) -> String {
    let how = group.status.map(|s| s.to_string()).or_else(|| group.transport.map(|t| t.to_string()));
    let last = group.last_seen.as_deref().and_then(|at| at.get(5..16)).unwrap_or("-").replace('T', " ");
    let only = |names: &Option<BTreeMap<String, u64>>| {
        let names = names.as_ref().filter(|names| names.len() == 1)?;
        names.keys().next().cloned()
    };
    let what: Vec<String> = [
        group.cause.clone().filter(|cause| *cause != group.failure_class.to_string()),
        only(&group.models).filter(|_| group.by_model && told.model),
        group.words.clone(),
        only(&group.routes).filter(|_| told.route),
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
