//! The probe on the screen: what would be sent, and each send as it ends.

use std::sync::Arc;

use super::run::HowFar;
use super::{ProbeArguments, Probing, cost, exit, plan};
use crate::case::catalog::Catalog;
use crate::case::probe::{Course, Format, Moment, Plan};
use crate::io::clock::{Clock, SystemClock};
use crate::session::Consent;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::place::Place;
use crate::ui::cli::runs::{self, Ask, Prepared, Stop};
use crate::ui::cli::start::{Ground, Reporter};
use crate::ui::tui::screen::{Live, RunEnd, RunNews, RunPlan};

/// What is said of it, and where it goes.
#[derive(Clone)]
pub(in crate::ui::cli) struct Given {
    pub(super) arguments: ProbeArguments,
    pub(super) place: Place,
}

impl Given {
    /// The usual probe at the place of a request.
    pub(in crate::ui::cli) fn at(place: Place) -> Self {
        Self { arguments: ProbeArguments::usual(), place }
    }

    pub(in crate::ui::cli) fn place(&self) -> &Place {
        &self.place
    }

    /// The probe, what is shown of it before anything is sent, and the consent that `ask` makes for it.
    pub(in crate::ui::cli) fn prepare(
        self,
        ground: &Ground,
        ask: &Ask<'_>,
    ) -> Result<(Probe, RunPlan, Consent), Failed> {
        let plan = plan(&self.arguments, &self.place, ground)?;
        let first = plan.requests.first().cloned();
        let first =
            first.ok_or_else(|| Failed::new(Exit::Usage, "there is nothing to send; give --model"))?;
        let consent = ask(first, plan.most_sends(), &self.place.ring);
        let probe = Probe {
            plan,
            given: self,
            catalog: Arc::clone(&ground.catalog),
            reporter: ground.reporter(None),
        };
        let course = probe.course()?;
        let cost = format!("{}. The first:", cost(&probe.plan));
        let mut more = vec!["Routes, in turn:".to_owned()];
        more.extend(course.routes.iter().map(|route| format!("  {}", route.name)));
        more.extend([
            String::new(),
            "A failure that may pass is sent again after a wait. Where half or more of the last answers ask to slow down, it stops.".to_owned(),
            "It reports what was observed, and claims no limit.".to_owned(),
        ]);
        let known = (&consent, &*ground.catalog);
        let shown = runs::shown(probe.given.place(), known, (&cost, &more), Live::Probe(course));
        Ok((probe, shown, consent))
    }
}

/// A probe that can be run.
pub(in crate::ui::cli) struct Probe {
    plan: Plan,
    given: Given,
    catalog: Arc<Catalog>,
    reporter: Reporter,
}

impl Prepared for Probe {
    fn run(self: Box<Self>, tell: &dyn Fn(RunNews), stop: Stop) -> (RunEnd, Exit) {
        self.until_its_end(tell, stop).unwrap_or_else(|failed| runs::failed(&failed))
    }
}

impl Probe {
    fn probing(&self) -> Probing<'_> {
        let Given { arguments, place } = &self.given;
        Probing {
            plan: &self.plan,
            place,
            arguments,
            catalog: &self.catalog,
            reporter: self.reporter.clone(),
        }
    }

    /// The course before anything is sent; its names passed the audit.
    fn course(&self) -> Result<Course, Failed> {
        let (told, audit) = self.probing().told(&super::run::Ran::default(), SystemClock::new().now());
        told.leave(Format::Text, &audit).map_err(|r| Failed::new(Exit::Refused, r.to_string()))?;
        Ok(Course::begin(&self.plan, &told.report))
    }

    fn until_its_end(&self, tell: &dyn Fn(RunNews), stop: Stop) -> Result<(RunEnd, Exit), Failed> {
        let mut hear = |how_far: &HowFar<'_>| {
            if let Some(sample) = how_far.samples.last().filter(|_| how_far.ended) {
                tell(RunNews::Moment(Moment::of(sample, &self.plan, how_far.now_ms)));
            }
            tell(RunNews::UnderWay(how_far.under_way));
        };
        let (told, audit, stopped) = self.probing().run(stop.wait(), &mut hear)?;
        let report = &told.report;
        let all = format!(
            "{} sent of {} requests (retries included) in {} ms, at most {} at a time.",
            report.sends, report.requests, report.took_ms, report.most_under_way
        );
        let said = stopped.map_or_else(|| all.clone(), |stop| format!("{all} {}", stop.said()));
        let form = |ending, format| runs::form(ending, told.leave(format, &audit));
        let reports = vec![form("txt", Format::Text), form("json", Format::Json), form("csv", Format::Csv)];
        Ok((RunEnd { said, has_trouble: stopped.is_some(), reports }, exit(stopped)))
    }
}
