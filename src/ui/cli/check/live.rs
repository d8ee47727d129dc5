//! The contract matrix on the screen: what would be sent, and each row as its answer comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::send::{self, Answers};
use super::set_up::{SetUp, cost};
use super::{CheckArguments, circumstances, exit, fixtures, plan, refuse_local};
use crate::case::matrix::{
    Ending, Entry, EntryOf, Fixture, Format, Given as Known, Plan, Report, Run, Step, report,
};
use crate::case::request::Draft;
use crate::case::sanitize::Audit;
use crate::case::vocabulary::CheckVerdict;
use crate::io::clock::{Clock, SystemClock};
use crate::session::Consent;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::place::Place;
use crate::ui::cli::runs::{self, Ask, Prepared, Stop};
use crate::ui::cli::start::{Ground, Reporter, on_this_thread};
use crate::ui::tui::field::model_of;
use crate::ui::tui::screen::{Live, RowState, RunEnd, RunNews, RunPlan, RunRow};

/// What is said of it, and where it goes.
#[derive(Clone)]
pub(in crate::ui::cli) struct Given {
    pub(super) arguments: CheckArguments,
    pub(super) set_up: SetUp,
}

impl Given {
    /// The usual matrix at the place of a request, with its model.
    pub(in crate::ui::cli) fn at(place: Place, draft: &Draft, ground: &Ground) -> Result<Self, Failed> {
        let arguments = CheckArguments::usual(model_of(draft));
        let set_up = SetUp::at(place, &arguments, ground).map_err(|failed| {
            Failed::new(
                failed.exit,
                "the request names no model: give one on Request (1), which your key may use",
            )
        })?;
        Ok(Self { arguments, set_up })
    }

    /// The same with a size for the check of a request that is too large, where one is given.
    pub(in crate::ui::cli) fn with(&self, oversize: Option<u64>) -> Self {
        let mut given = self.clone();
        given.arguments.oversize = oversize.or(given.arguments.oversize);
        given
    }

    pub(in crate::ui::cli) fn place(&self) -> &Place {
        &self.set_up.place
    }

    /// The matrix, what is shown of it before anything is sent, and the consent that `ask` makes for it.
    pub(in crate::ui::cli) fn prepare(
        self,
        ground: &Ground,
        ask: &Ask<'_>,
    ) -> Result<(Checking, RunPlan, Consent), Failed> {
        let plan = plan(&self.set_up, &self.arguments)?;
        let saved = fixtures::read(&self.arguments, &plan)?;
        let reporter = ground.reporter(self.arguments.operator.as_ref());
        let most = u32::try_from(plan.requests.len()).unwrap_or(u32::MAX);
        let consent = ask(plan.base.clone(), most, &self.set_up.place.ring);
        let cost = format!("{}; none is repeated. The first:", cost(&plan));
        let rows = plan.steps.iter().map(|step| waiting(step)).collect();
        let live = Live::Check { rows, answered: 0, planned: plan.requests.len() };
        let shown = runs::shown(self.place(), (&consent, plan.choice.catalog), (&cost, &steps(&plan)), live);
        Ok((Checking { given: self, saved, reporter }, shown, consent))
    }
}

/// A row before the run.
fn waiting(step: &Step<'_>) -> RunRow {
    let (state, why) = match &step.run {
        Run::Send(_) => (RowState::Waits, String::new()),
        Run::Not(reason) => (RowState::Over, reason.clone()),
    };
    let told = vec![step.check.title.clone(), format!("sends: {}", step.check.sends), why];
    let told = told.into_iter().filter(|line| !line.is_empty()).collect();
    let entry = Entry {
        of: EntryOf::Check(CheckVerdict::NotRun),
        name: step.check.id.clone(),
        came: String::new(),
        told,
    };
    RunRow { state, entry }
}

/// The checks of `plan`, in lines: what is sent, and what is not, with the reason.
fn steps(plan: &Plan<'_>) -> Vec<String> {
    let mut lines = vec!["Checks, in this order; some share a request:".to_owned()];
    let of = |step: &Step<'_>, what: &str| format!("  {}: {what}", step.check.id);
    let (sent, not): (Vec<_>, Vec<_>) = plan.steps.iter().partition(|step| matches!(step.run, Run::Send(_)));
    lines.extend(sent.into_iter().map(|step| of(step, &step.check.sends)));
    if !not.is_empty() {
        lines.extend([String::new(), "Not run:".to_owned()]);
    }
    lines.extend(not.into_iter().filter_map(|step| match &step.run {
        Run::Not(reason) => Some(of(step, reason)),
        Run::Send(_) => None,
    }));
    lines
}

/// A matrix that can be run.
pub(in crate::ui::cli) struct Checking {
    given: Given,
    saved: Option<BTreeMap<String, Fixture>>,
    reporter: Reporter,
}

impl Prepared for Checking {
    fn run(self: Box<Self>, tell: &dyn Fn(RunNews), stop: Stop) -> (RunEnd, Exit) {
        self.until_its_end(tell, stop).unwrap_or_else(|failed| runs::failed(&failed))
    }
}

impl Checking {
    fn until_its_end(&self, tell: &dyn Fn(RunNews), stop: Stop) -> Result<(RunEnd, Exit), Failed> {
        let Given { arguments, set_up } = &self.given;
        let plan = plan(set_up, arguments)?;
        let clock = Arc::new(SystemClock::new());
        let at = clock.now();
        let mut told = |answers: &Answers| {
            let (report, audit) = self.report(&plan, answers, (at, Ending::Whole));
            tell(RunNews::Rows(rows(&plan, (&report, &audit), Some(answers.len())), answers.len()));
        };
        let ring = &set_up.place.ring;
        let sent = on_this_thread(async { Ok(send::all(&plan, ring, clock, stop.wait(), &mut told).await) })?;
        refuse_local(&sent)?;

        let (report, audit) = self.report(&plan, &sent.answered, (at, sent.ending));
        tell(RunNews::Rows(rows(&plan, (&report, &audit), None), report.requests_sent));
        let mut said = report.summary();
        if let Some(why) = sent.answered.iter().find_map(|answer| answer.as_ref().err()) {
            said = format!("{said} Stopped: {why}.");
        }
        let (written, failed) = match fixtures::write(arguments, &report, self.saved.as_ref(), &audit) {
            Ok(written) => (written, None),
            Err(failed) => (Some(failed.to_string()), Some(failed.exit)),
        };
        if let Some(written) = written {
            said = format!("{said} {written}.");
        }
        let exit = failed.unwrap_or_else(|| exit(&report));
        let form = |ending, format| runs::form(ending, report.leave(format, &audit));
        let reports = vec![form("txt", Format::Text), form("json", Format::Json), form("xml", Format::Junit)];
        Ok((RunEnd { said, has_trouble: exit != Exit::Done, reports }, exit))
    }

    fn report(
        &self,
        plan: &Plan<'_>,
        answers: &Answers,
        (at, ending): (DateTime<Utc>, Ending),
    ) -> (Report, Audit) {
        let Given { arguments, set_up } = &self.given;
        let circumstances = circumstances(set_up, self.reporter.clone(), (at, ending));
        let known = Known {
            ring: &set_up.place.ring,
            fixtures: self.saved.as_ref(),
            update: arguments.update,
            circumstances: &circumstances,
        };
        report(plan, answers, &known)
    }
}

/// The rows after so many answers; `None`: all is over, and criteria and pins stand below.
fn rows(plan: &Plan<'_>, (report, audit): (&Report, &Audit), answered: Option<usize>) -> Vec<RunRow> {
    let entries = match report.entries(audit) {
        Ok(entries) => entries,
        Err(refusal) => return plan.steps.iter().map(|step| withheld(step, &refusal.to_string())).collect(),
    };
    let state = |at: usize| match (plan.steps.get(at).map(|step| &step.run), answered) {
        (Some(Run::Send(request)), Some(answered)) if *request == answered => RowState::Runs,
        (Some(Run::Send(request)), Some(answered)) if *request > answered => RowState::Waits,
        _ => RowState::Over,
    };
    let shown = if answered.is_some() { plan.steps.len() } else { entries.len() };
    let row = |(at, entry)| match (state(at), plan.steps.get(at)) {
        // Of what did not come yet the report says that the run ended before it.
        (state @ (RowState::Waits | RowState::Runs), Some(step)) => RunRow { state, ..waiting(step) },
        (state, _) => RunRow { state, entry },
    };
    entries.into_iter().take(shown).enumerate().map(row).collect()
}

/// A row whose texts the audit refuses.
fn withheld(step: &Step<'_>, why: &str) -> RunRow {
    let mut row = waiting(step);
    row.state = RowState::Over;
    row.entry.told.push(format!("what came is not shown: {why}"));
    row
}
