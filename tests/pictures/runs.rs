//! The contract matrix and the probe as the screen shows them: the matrix as the practice gateway answers it with one planted
//! deviation, the probe with sends of fixed durations.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::Timing;
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::matrix::{Answered, Choice, Circumstances, Format, Given, Plan, report};
use casefile::case::note::Timeouts;
use casefile::case::probe::{Course, Moment, Route, Sort};
use casefile::case::sanitize::Rendered;
use casefile::io::clock::FixedClock;
use casefile::io::net::{self, Cancelled};
use casefile::practice::{Gateway, Options, deviation};
use casefile::session::{Outgoing, Session};
use casefile::ui::tui::RunDesk;
use casefile::ui::tui::screen::{
    Live, RowState, RunAsk, RunEnd, RunKind, RunNews, RunPlan, RunRow, RunUnderWay, Screen,
};
use tokio::sync::mpsc::unbounded_channel;

use super::PORT;
use super::practice_walk::{moment, run};

/// A run that is over as soon as it is told.
struct Told(RunPlan);

impl RunDesk for Told {
    fn plan(&mut self, _: RunKind, _: &Session, _: Option<u64>) -> Result<RunPlan, String> {
        Ok(self.0.clone())
    }

    fn begin(&mut self, _: bool) -> Result<RunUnderWay, String> {
        Ok(RunUnderWay { news: unbounded_channel().1, stop: Rc::new(|| ()) })
    }

    fn copy(&mut self, _: &Rendered) -> Result<String, String> {
        Err("no clipboard here".to_owned())
    }

    fn write(&mut self, _: &Rendered, _: &str) -> Result<String, String> {
        Err("no files here".to_owned())
    }
}

fn plan(live: Live) -> RunPlan {
    RunPlan {
        gateway: "Practice gateway".to_owned(),
        host: format!("127.0.0.1:{PORT}"),
        keys: "[key#1]".to_owned(),
        is_practice: true,
        text: String::new(),
        remembers: false,
        elsewhere: None,
        live,
    }
}

/// Puts a run onto the screen, with all that is told of it.
fn put(screen: &mut Screen, session: &Session, kind: RunKind, live: Live, news: Vec<RunNews>) {
    let mut desk = Told(plan(live));
    for ask in [RunAsk::Plan(kind), RunAsk::Begin { remember: false }] {
        drop(screen.serve_run(ask, Some(&mut desk), session, moment()));
    }
    for news in news {
        screen.hear(Some(news));
    }
}

/// The matrix, over; the mark is on the check that is broken.
pub fn matrix(screen: &mut Screen, session: &Session) {
    let (rows, said, report) = run(checked());
    let marked = rows.iter().position(|row| row.entry.told.iter().any(|line| line.starts_with("operator:")));
    let planned = rows.len();
    let live = Live::Check { rows: rows.clone(), answered: 0, planned };
    let end = RunEnd { said, has_trouble: true, reports: vec![("txt", Ok(report))] };
    let news = vec![RunNews::Rows(rows, planned), RunNews::Over(Box::new(end))];
    put(screen, session, RunKind::Check, live, news);
    if let Some(run) = &mut screen.run {
        run.marked = marked.expect("a check is broken");
    }
}

/// What the practice gateway answers, with one contract broken.
async fn checked() -> (Vec<RunRow>, String, Rendered) {
    let clock = Arc::new(FixedClock(moment()));
    let broken = casefile::practice::DEVIATIONS.iter().find(|d| d.check == "missing_model");
    let planted = broken.and_then(|broken| deviation(broken.name)).expect("is planted");
    let options = Options { pace_ms: 0, deviations: vec![planted], ..Options::new(clock.clone(), 7) };
    let gateway = Gateway::start(options).expect("listens");
    let catalog = Catalog::built_in();
    let mut ring = KeyRing::default();
    let key = ring.hold(SecretKind::Key, Origin::Given("the practice gateway"), gateway.key());
    let unknown_key =
        ring.hold(SecretKind::Key, Origin::Given("this program"), &format!("sk-{}", "q7Z".repeat(14)));
    let provoked: BTreeMap<String, String> = Gateway::provocations();
    let base_url = gateway.base_url();
    let choice = Choice {
        catalog: &catalog,
        profile: catalog.profile("practice").expect("is there"),
        base_url: &base_url,
        model: Gateway::model(),
        key: Some(key),
        unknown_key,
        only: &[],
        skip: &[],
        smoke: false,
        oversize: None,
        provoked: &provoked,
        timeouts: Timeouts::default(),
    };
    let plan = Plan::new(choice).expect("can be made");
    let mut answered = Vec::new();
    for (at, planned) in plan.requests.iter().enumerate() {
        let outgoing = Outgoing {
            request: planned.request.clone(),
            ring: ring.clone(),
            timeouts: planned.timeouts,
            index: u32::try_from(at + 1).expect("few"),
            waited_ms: None,
            client_request_id: None,
            direct: false,
        };
        let mut attempt = net::attempt(outgoing, clock.clone(), Cancelled::never(), |_| {}).await;
        attempt.timing = Timing { first_byte_ms: Some(41), total_ms: Some(57), ..Timing::default() };
        answered.push(Ok(Answered::new(attempt, 1)));
    }
    let circumstances = Circumstances {
        tool: "casefile".to_owned(),
        at: moment(),
        operator: String::new(),
        service: String::new(),
        deployment: String::new(),
        secret_source: Some("the practice gateway".to_owned()),
        base_url_alias: "practice".to_owned(),
        ending: casefile::case::matrix::Ending::Whole,
    };
    let given = Given { ring: &ring, fixtures: None, update: false, circumstances: &circumstances };
    let (report, audit) = report(&plan, &answered, &given);
    let entries = report.entries(&audit).expect("passes");
    let rows = entries.into_iter().map(|entry| RunRow { state: RowState::Over, entry }).collect();
    (rows, report.summary(), report.leave(Format::Text, &audit).expect("passes"))
}

/// A probe under way.
pub fn probe(screen: &mut Screen, session: &Session) {
    let route = |model: &str| Route { name: format!("POST /v1/chat/completions with {model}") };
    let course = Course {
        routes: vec![route("practice-ok"), route("practice-busy")],
        requests: 60,
        concurrency: 5,
        ..Course::default()
    };
    let mut news = Vec::new();
    for number in 0..44_u64 {
        let (sort, outcome) = match number % 11 {
            4 => (Sort::SlowDown, "429"),
            9 if number > 20 => (Sort::Broken, "503"),
            _ => (Sort::Worked, "200"),
        };
        // A sequence without a pattern, and the same in each run.
        let took = 90 + number * number * 37 % 260;
        news.push(RunNews::Moment(Moment {
            group: usize::from(number % 2 == 1),
            again: sort == Sort::Worked && number % 11 == 5,
            outcome: outcome.to_owned(),
            sort,
            ended_ms: number / 5 * 190 + took,
            took_ms: Some(took),
        }));
    }
    news.push(RunNews::UnderWay(5));
    put(screen, session, RunKind::Probe, Live::Probe(course), news);
}
