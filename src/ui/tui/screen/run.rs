//! A run of several requests beside the walk: the contract matrix, or the bounded probe. First what would be sent, then what
//! comes as it comes, then the report. What it asks for is the trait [`RunDesk`], which `src/ui/cli/runs.rs` fulfils as the
//! commands do; this room sends nothing.

mod act;

use std::rc::Rc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::case::matrix::Entry;
use crate::case::probe::{Course, Moment};
use crate::case::sanitize::Rendered;
use crate::session::Session;

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// The contract matrix.
    Check,
    /// The bounded probe.
    Probe,
}

impl RunKind {
    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "Contract",
            Self::Probe => "Probe",
        }
    }
}

/// What would be sent.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// Name of the gateway.
    pub gateway: String,
    /// Host, and port where one is named.
    pub host: String,
    /// The keys that go along, by their labels; empty: none.
    pub keys: String,
    /// It is the gateway inside this program, whose key is worth nothing elsewhere.
    pub is_practice: bool,
    /// All of it, for the operator's eyes.
    pub text: String,
    /// There is a host to remember for a key.
    pub remembers: bool,
    /// Hosts that the key belongs to, none of which is this one: the operator must look twice.
    pub elsewhere: Option<String>,
    /// It begins so.
    pub live: Live,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Live {
    /// A row for each check.
    Check {
        /// The rows.
        rows: Vec<RunRow>,
        /// Requests that were answered.
        answered: usize,
        /// Requests that were planned.
        planned: usize,
    },
    /// What ended when.
    Probe(Course),
}

/// A row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// How far it is.
    pub state: RowState,
    /// What there is to say. Its texts passed the audit.
    pub entry: Entry,
}

/// How far a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Its request waits.
    Waits,
    /// Its request is under way.
    Runs,
    /// It is over, or will not be run: the entry says which.
    Over,
}

/// What is told while it runs.
#[derive(Debug)]
pub enum RunNews {
    /// The matrix as it stands, with the requests that were answered.
    Rows(Vec<RunRow>, usize),
    /// So many are under way.
    UnderWay(u32),
    /// A send ended.
    Moment(Moment),
    /// All is over.
    Over(Box<RunEnd>),
}

/// What came of it.
#[derive(Debug)]
pub struct RunEnd {
    /// In one or two sentences: the counts, why it stopped, what was written.
    pub said: String,
    /// Somebody has to look at it.
    pub has_trouble: bool,
    /// The report, by the ending of a file's name, the one for people first; or why the audit refuses it.
    pub reports: Vec<(&'static str, Result<Rendered, String>)>,
}

/// A run that is under way.
pub struct RunUnderWay {
    /// What is told of it; ends with [`RunNews::Over`].
    pub news: UnboundedReceiver<RunNews>,
    /// Stops it: nothing is sent any more.
    pub stop: Rc<dyn Fn()>,
}

impl Drop for RunUnderWay {
    fn drop(&mut self) {
        (self.stop)();
    }
}

/// Where runs are made. Errors are sentences for the operator.
pub trait RunDesk {
    /// What would be sent, and keeps it for [`RunDesk::begin`]: where the command line says, else at the gateway of the
    /// session's request. `oversize`: bytes of a prompt that is too large, where the operator gave them.
    ///
    /// # Errors
    /// Where nothing can be sent.
    fn plan(&mut self, kind: RunKind, session: &Session, oversize: Option<u64>) -> Result<RunPlan, String>;

    /// Begins what was planned last, with the operator's consent; `remember`: the key may go to this host from now on.
    ///
    /// # Errors
    /// Where it cannot begin: nothing planned, or the consent cannot be kept.
    fn begin(&mut self, remember: bool) -> Result<RunUnderWay, String>;

    /// Copies a report; says by which way.
    ///
    /// # Errors
    /// Where there is no way.
    fn copy(&mut self, report: &Rendered) -> Result<String, String>;

    /// Writes a report to `path`; says where it is.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(&mut self, report: &Rendered, path: &str) -> Result<String, String>;

    /// The run that the program begins with.
    fn opens_first(&self) -> Option<RunKind> {
        None
    }
}

/// What is asked of the [`RunDesk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunAsk {
    /// What would be sent.
    Plan(RunKind),
    /// The same with a prompt of so many bytes for the check of a request that is too large.
    Oversize(Option<u64>),
    /// Send it.
    Begin {
        /// The key may go to this host from now on.
        remember: bool,
    },
    /// Send nothing more.
    Stop,
    /// Copy the report.
    Copy,
    /// Write it to this file.
    Write(String),
}

/// How far it is.
pub enum RunStage {
    /// What would be sent is shown.
    Planned,
    /// It runs, since this moment.
    Running(DateTime<Utc>),
    /// It runs, and the operator wants it to end.
    Stopping(DateTime<Utc>),
    /// It is over.
    Over(Box<RunEnd>),
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunPane {
    /// The rows, or the chart.
    Rows,
    /// The marked row, opened.
    Opened,
    /// The report as a text.
    Report,
}

/// A run on the screen.
pub struct Run {
    /// Which.
    pub kind: RunKind,
    /// What would be, or was, sent.
    pub plan: RunPlan,
    /// How far it is.
    pub stage: RunStage,
    /// What came.
    pub live: Live,
    /// What is looked at.
    pub pane: RunPane,
    /// The marked row.
    pub marked: usize,
    /// The mark follows the row that runs, until it is moved.
    follows: bool,
    /// Rows scrolled: the plan, the opened row or the report.
    pub top: usize,
    /// Bytes of the prompt that is too large.
    oversize: Option<u64>,
    /// The report was copied or written, or the operator was told that it was not.
    may_go: bool,
    stop: Option<Rc<dyn Fn()>>,
}

impl Run {
    fn new(kind: RunKind, plan: RunPlan, oversize: Option<u64>) -> Self {
        let live = plan.live.clone();
        let stage = RunStage::Planned;
        let (pane, follows) = (RunPane::Rows, true);
        let (may_go, stop) = (false, None);
        Self { kind, plan, stage, live, pane, marked: 0, follows, top: 0, oversize, may_go, stop }
    }

    /// The rows of the matrix; none of a probe.
    pub fn rows(&self) -> &[RunRow] {
        match &self.live {
            Live::Check { rows, .. } => rows,
            Live::Probe(_) => &[],
        }
    }

    /// The marked row.
    pub fn current(&self) -> Option<&RunRow> {
        self.rows().get(self.marked)
    }

    /// Requests are under way.
    pub fn is_running(&self) -> bool {
        matches!(self.stage, RunStage::Running(_) | RunStage::Stopping(_))
    }

    /// What came of it; `None`: it is not over.
    pub fn end(&self) -> Option<&RunEnd> {
        match &self.stage {
            RunStage::Over(end) => Some(end),
            _ => None,
        }
    }

    /// The report for people, or why there is none.
    pub fn report(&self) -> Option<Result<&Rendered, &str>> {
        let (_, report) = self.end()?.reports.first()?;
        Some(report.as_ref().map_err(String::as_str))
    }

    /// Moves the mark by `lines`.
    pub(super) fn step(&mut self, lines: isize) {
        self.follows = false;
        self.mark(self.marked.saturating_add_signed(lines));
    }

    /// Marks the row of that number.
    pub(super) fn mark(&mut self, at: usize) {
        self.marked = at.min(self.rows().len().saturating_sub(1));
    }

    fn take(&mut self, news: RunNews) {
        match (news, &mut self.live) {
            (RunNews::Rows(now, count), Live::Check { rows, answered, .. }) => {
                (*rows, *answered) = (now, count);
                let runs = rows.iter().position(|row| row.state == RowState::Runs);
                if let Some(at) = runs.filter(|_| self.follows) {
                    self.marked = at;
                }
            }
            (RunNews::UnderWay(now), Live::Probe(course)) => {
                course.under_way = now;
                course.most_under_way = course.most_under_way.max(now);
            }
            (RunNews::Moment(moment), Live::Probe(course)) => course.moments.push(moment),
            (RunNews::Over(end), live) => {
                if let Live::Probe(course) = live {
                    course.under_way = 0;
                }
                (self.stage, self.stop) = (RunStage::Over(end), None);
                if self.follows {
                    self.marked = 0;
                }
            }
            // News of the other kind: there is none.
            _ => {}
        }
        self.mark(self.marked);
    }
}
