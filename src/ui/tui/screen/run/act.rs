//! What the keys do with a run, and what is asked of its desk.

use std::rc::Rc;

use chrono::{DateTime, Utc};

use super::{Run, RunAsk, RunDesk, RunEnd, RunKind, RunNews, RunPane, RunStage, RunUnderWay};
use crate::case::sanitize::Rendered;
use crate::session::Session;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Asked, Popup, Prompt};
use crate::ui::tui::screen::{Screen, Wish};

impl Screen {
    /// The label of a key by how far the run is; empty: it does nothing now.
    pub(in crate::ui::tui::screen) fn run_label(&self, action: Action) -> Option<&'static str> {
        let run = self.run.as_ref()?;
        let is_over = run.report().is_some();
        match action {
            Action::Close if run.pane != RunPane::Rows => Some("back"),
            Action::Close if run.is_running() => Some("stop"),
            Action::Accept if run.pane == RunPane::Report || run.current().is_none() => Some(""),
            Action::Accept if run.pane == RunPane::Opened => Some("to the list"),
            Action::NextTab | Action::Copy | Action::Write | Action::SendAgain if !is_over => Some(""),
            Action::NextTab if run.pane == RunPane::Report => Some("rows"),
            Action::Oversize if run.kind == RunKind::Probe => Some(""),
            Action::AllowOnce if !run.plan.remembers => Some(""),
            _ => None,
        }
    }

    /// The key of a page: what would be sent?
    pub(in crate::ui::tui::screen) fn begin_run(&mut self, kind: RunKind, session: &Session) -> Vec<Wish> {
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you begin another thing");
        }
        vec![Wish::Run(RunAsk::Plan(kind))]
    }

    /// Enter in what is shown of a run.
    pub(in crate::ui::tui::screen) fn run_on(&mut self) -> Vec<Wish> {
        let Some(run) = &mut self.run else { return Vec::new() };
        if run.pane == RunPane::Opened {
            (run.pane, run.top) = (RunPane::Rows, 0);
        } else if run.pane == RunPane::Rows && run.current().is_some() {
            // What is read now must not go away under the eyes.
            (run.pane, run.top, run.follows) = (RunPane::Opened, 0, false);
        }
        Vec::new()
    }

    /// Consent; `twice`: the operator looked twice.
    pub(in crate::ui::tui::screen) fn allow_run(&mut self, remember: bool, twice: bool) -> Vec<Wish> {
        let Some(run) = &self.run else { return Vec::new() };
        if let Some(hosts) = run.plan.elsewhere.as_ref().filter(|_| !twice) {
            let key = self.keymap.key_for(Mode::RunPlan, Action::AllowAndRemember);
            let text = format!("look twice: the key belongs to {hosts}; {key} sends it all the same");
            return self.say(&text);
        }
        vec![Wish::Run(RunAsk::Begin { remember })]
    }

    /// Esc: closes what is open, stops what runs, leaves what is over.
    pub(in crate::ui::tui::screen) fn close_run(&mut self) -> Vec<Wish> {
        let Some(run) = &mut self.run else { return Vec::new() };
        match run.stage {
            _ if run.pane != RunPane::Rows => (run.pane, run.top) = (RunPane::Rows, 0),
            RunStage::Running(_) => return vec![Wish::Run(RunAsk::Stop)],
            RunStage::Stopping(_) => {}
            RunStage::Planned | RunStage::Over(_) => {
                self.leave_run(Action::Close);
            }
        }
        Vec::new()
    }

    /// Leaves what is shown of a run by the key of `by`; false where it stays: requests are under way, or the report would be
    /// lost.
    pub(in crate::ui::tui::screen) fn leave_run(&mut self, by: Action) -> bool {
        let Some(run) = &self.run else { return true };
        if run.is_running() {
            let key = self.keymap.key_for(Mode::Run, Action::Close);
            let _ = self.say(&format!("requests are under way: {key} stops them"));
            return false;
        }
        if self.would_lose_report(by) {
            return false;
        }
        if self.run.take().is_some_and(|run| matches!(run.stage, RunStage::Planned)) {
            let _ = self.say("nothing was sent");
        }
        true
    }

    /// True where a report is there that nobody has: it is said once, and the same key does it then.
    pub(in crate::ui::tui::screen) fn would_lose_report(&mut self, by: Action) -> bool {
        let Some(run) = self.run.as_mut().filter(|run| matches!(run.report(), Some(Ok(_))) && !run.may_go)
        else {
            return false;
        };
        run.may_go = true;
        let key = |action| self.keymap.key_for(Mode::Run, action);
        let said = format!(
            "nobody has the report yet: {} copies it, {} writes it; {} once more goes on without it",
            key(Action::Copy),
            key(Action::Write),
            key(by)
        );
        self.hint = Some(said);
        true
    }

    /// Rows or report.
    pub(in crate::ui::tui::screen) fn turn_run(&mut self) -> Vec<Wish> {
        let Some(run) = &mut self.run else { return Vec::new() };
        if run.report().is_none() {
            return self.say("the report is made when the run is over");
        }
        run.top = 0;
        run.pane = if run.pane == RunPane::Report { RunPane::Rows } else { RunPane::Report };
        Vec::new()
    }

    /// The same run once more: it is shown first.
    pub(in crate::ui::tui::screen) fn run_again(&mut self) -> Vec<Wish> {
        match &self.run {
            Some(run) if run.is_running() => self.say("it runs; stop it before it is run again"),
            Some(run) => {
                let again = vec![Wish::Run(RunAsk::Plan(run.kind))];
                if self.would_lose_report(Action::SendAgain) { Vec::new() } else { again }
            }
            None => Vec::new(),
        }
    }

    /// Copy or write: there must be a report.
    pub(in crate::ui::tui::screen) fn hand_out_report(&mut self, write: bool) -> Vec<Wish> {
        let Some(run) = &self.run else { return Vec::new() };
        match run.report() {
            None if run.is_running() => self.say("the report is made when the run is over"),
            None => self.say("nothing could be sent, so there is no report"),
            Some(Err(why)) => {
                let why = why.to_owned();
                self.say(&why)
            }
            Some(Ok(_)) if write => {
                let name =
                    if run.kind == RunKind::Check { "casefile-check.txt" } else { "casefile-probe.txt" };
                self.open(Popup::Prompt(Prompt::new(Asked::ReportPath, name)))
            }
            Some(Ok(_)) => vec![Wish::Run(RunAsk::Copy)],
        }
    }

    /// How large is a request that is too large?
    pub(in crate::ui::tui::screen) fn ask_oversize(&mut self) -> Vec<Wish> {
        if self.run.as_ref().is_none_or(|run| run.kind != RunKind::Check) {
            return Vec::new();
        }
        let first = self.run.as_ref().and_then(|run| run.oversize).map(|bytes| bytes.to_string());
        self.open(Popup::Prompt(Prompt::new(Asked::Oversize, &first.unwrap_or_default())))
    }

    /// The size was typed.
    pub(in crate::ui::tui::screen) fn oversize(&mut self, typed: &str) -> Vec<Wish> {
        const MOST: u64 = 64 * 1024 * 1024;
        match typed {
            "" => vec![Wish::Run(RunAsk::Oversize(None))],
            typed => match typed.parse::<u64>() {
                Ok(bytes) if (1..=MOST).contains(&bytes) => vec![Wish::Run(RunAsk::Oversize(Some(bytes)))],
                _ => self.say(&format!("give a number of bytes from 1 to {MOST}; nothing was changed")),
            },
        }
    }

    /// Does with `desk` what is wanted; gives what is under way now.
    pub fn serve_run(
        &mut self,
        ask: RunAsk,
        desk: Option<&mut (dyn RunDesk + '_)>,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Option<RunUnderWay> {
        let Some(desk) = desk else {
            self.hint = Some("no run can be made from here".to_owned());
            return None;
        };
        let done = match ask {
            RunAsk::Plan(kind) => self.plan_run(desk, kind, (session, None)),
            RunAsk::Oversize(bytes) => self.plan_run(desk, RunKind::Check, (session, bytes)),
            RunAsk::Begin { remember } => match (desk.begin(remember), &mut self.run) {
                (Ok(under_way), Some(run)) => {
                    run.stage = RunStage::Running(now);
                    (run.stop, run.top) = (Some(Rc::clone(&under_way.stop)), 0);
                    return Some(under_way);
                }
                (Ok(_), None) => Ok(()),
                (Err(error), _) => Err(error),
            },
            RunAsk::Stop => {
                if let Some(run) = &mut self.run
                    && let (RunStage::Running(since), Some(stop)) = (&run.stage, &run.stop)
                {
                    stop();
                    run.stage = RunStage::Stopping(*since);
                }
                Ok(())
            }
            RunAsk::Copy => self.deliver(|report| desk.copy(report), ""),
            RunAsk::Write(path) => self.deliver(|report| desk.write(report, &path), &path),
        };
        if let Err(error) = done {
            self.hint = Some(error);
        }
        None
    }

    fn plan_run(
        &mut self,
        desk: &mut (dyn RunDesk + '_),
        kind: RunKind,
        (session, oversize): (&Session, Option<u64>),
    ) -> Result<(), String> {
        let mut plan = desk.plan(kind, session, oversize)?;
        // What the command is told by an option is told here by a key.
        let key = self.keymap.key_for(Mode::RunPlan, Action::Oversize);
        plan.text = plan.text.replace("by --oversize BYTES", &format!("by the key {key}"));
        self.run = Some(Run::new(kind, plan, oversize));
        Ok(())
    }

    /// Hands the report out in the form that the ending of `path` names.
    fn deliver(
        &mut self,
        give: impl FnOnce(&Rendered) -> Result<String, String>,
        path: &str,
    ) -> Result<(), String> {
        let reports = self.run.as_ref().and_then(Run::end).map(|end| end.reports.as_slice());
        let reports = reports.unwrap_or_default();
        let named = reports.iter().find(|(ending, _)| path.ends_with(&format!(".{ending}")));
        let (_, report) = named.or(reports.first()).ok_or("there is no report yet")?;
        let said = give(report.as_ref().map_err(Clone::clone)?)?;
        self.hint = Some(said);
        if let Some(run) = &mut self.run {
            run.may_go = true;
        }
        Ok(())
    }

    /// Takes what is told of the run; `None`: whoever tells is gone. True: it is over.
    pub fn hear(&mut self, news: Option<RunNews>) -> bool {
        let Some(run) = &mut self.run else { return true };
        let news = news.unwrap_or_else(|| {
            RunNews::Over(Box::new(RunEnd {
                said: "the run broke off; this is a defect of casefile".to_owned(),
                has_trouble: true,
                reports: Vec::new(),
            }))
        });
        run.take(news);
        !run.is_running()
    }
}
