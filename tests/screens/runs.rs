//! The contract matrix and the probe: the screen alone, with runs in memory. What is really sent is in `tests/pty/runs.rs`.

use std::cell::Cell;
use std::rc::Rc;

use casefile::case::catalog::Catalog;
use casefile::case::matrix::{Entry, EntryOf};
use casefile::case::probe::{Course, Moment, Route, Sort};
use casefile::case::sanitize::{Format, Readmission, Rendered};
use casefile::case::vocabulary::{CheckVerdict, CriterionState};
use casefile::session::Session;
use casefile::ui::tui::RunDesk;
use casefile::ui::tui::screen::{Live, RowState, RunEnd, RunKind, RunNews, RunPlan, RunRow, RunUnderWay};
use chrono::TimeDelta;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::rig::{Rig, curl_like};

/// Runs that send nothing, and keep what they are asked.
#[derive(Default)]
pub struct FakeRuns {
    /// The key belongs to another host.
    pub elsewhere: bool,
    /// Sizes of a request that is too large, one for each plan of a matrix.
    pub sizes: Vec<Option<u64>>,
    /// What was begun: the host is to be remembered.
    pub begun: Vec<bool>,
    /// How often it was stopped.
    pub stopped: Rc<Cell<usize>>,
    /// Reports that were copied, and written with their path.
    pub handed: Vec<(String, String)>,
    /// Who tells of the run.
    pub tell: Option<UnboundedSender<RunNews>>,
}

const CHECKS: [&str; 6] =
    ["happy_path", "missing_auth", "missing_model", "unknown_model", "oversized", "stream_terminal"];

fn row(state: RowState, of: EntryOf, name: &str, came: &str) -> RunRow {
    let told = vec![
        "Without it the request is refused as one to mend".to_owned(),
        "sent: the body without it (POST /v1/chat/completions)".to_owned(),
        "expected: status 400, type invalid_request_error; or status 422".to_owned(),
        format!("came: status {came}, type \u{1b}[31mserver_error, layer gateway"),
        "expected by https://docs.example/errors (read 2026-06-18)".to_owned(),
        "operator: Mend the client that builds the request.".to_owned(),
    ];
    let told = if of == EntryOf::Pins {
        vec!["host: api.cometapi.com".into(), "fallback: none".into()]
    } else {
        told
    };
    RunRow { state, entry: Entry { of, name: name.into(), came: came.into(), told } }
}

/// The matrix after so many answers.
fn rows(answered: usize) -> Vec<RunRow> {
    let is = |at: usize| match at {
        2 => CheckVerdict::Broken,
        3 => CheckVerdict::Drifted,
        5 => CheckVerdict::Observed,
        _ => CheckVerdict::Kept,
    };
    let of = |(at, name): (usize, &&str)| {
        if at == 4 {
            return row(RowState::Over, EntryOf::Check(CheckVerdict::NotRun), name, "");
        }
        let request = if at > 4 { at - 1 } else { at };
        let state = match request.cmp(&answered) {
            std::cmp::Ordering::Less => RowState::Over,
            std::cmp::Ordering::Equal => RowState::Runs,
            std::cmp::Ordering::Greater => RowState::Waits,
        };
        let came = match at % 4 {
            _ if state != RowState::Over => "",
            0 => "200",
            1 => "401",
            2 => "500 server_error",
            _ => "503",
        };
        row(state, EntryOf::Check(is(at)), name, came)
    };
    CHECKS.iter().enumerate().map(of).collect()
}

/// The matrix when it is over.
fn all_rows() -> Vec<RunRow> {
    let mut all = rows(5);
    for (state, words) in [
        (CriterionState::Met, "A minimal completion succeeds from the production runtime environment."),
        (CriterionState::NotMet, "Malformed requests fail as non-retryable client errors."),
        (CriterionState::NotTested, "Retry logic is bounded and has jitter."),
    ] {
        all.push(row(RowState::Over, EntryOf::Criterion(state), words, ""));
    }
    all.push(row(RowState::Over, EntryOf::Pins, "what was tested", ""));
    all
}

fn course() -> Course {
    let route = |name: &str| Route { name: format!("POST /v1/chat/completions with {name}") };
    Course {
        routes: vec![route("gpt-4o"), route("claude-x")],
        requests: 24,
        concurrency: 5,
        ..Course::default()
    }
}

/// The send of that number, as it ended.
fn moment(number: u64) -> Moment {
    let (sort, outcome) = match number % 8 {
        3 => (Sort::SlowDown, "429"),
        5 => (Sort::Broken, "503"),
        7 => (Sort::NoAnswer, "reset"),
        _ => (Sort::Worked, "200"),
    };
    Moment {
        group: usize::from(number % 2 == 1),
        again: number % 8 == 3,
        outcome: outcome.into(),
        sort,
        ended_ms: 100 + number * number * 7,
        took_ms: Some(40 + number * 13),
    }
}

impl RunDesk for FakeRuns {
    fn plan(&mut self, kind: RunKind, _: &Session, oversize: Option<u64>) -> Result<RunPlan, String> {
        let live = match kind {
            RunKind::Check => {
                self.sizes.push(oversize);
                let waits = rows(0).into_iter().map(|mut row| {
                    row.state = if row.state == RowState::Runs { RowState::Waits } else { row.state };
                    row
                });
                Live::Check { rows: waits.collect(), answered: 0, planned: 5 }
            }
            RunKind::Probe => Live::Probe(course()),
        };
        let lines = (0..30)
            .map(|at| format!("  check_{at}: the smallest request that works, with one thing changed in it"));
        let text = format!(
            "5 requests one after the other, at most 80 output tokens and 300 s in all; none is repeated. The first:\n\nPOST https://api.cometapi.com/v1/chat/completions\n  authorization: Bearer [key#1]\n\nNot run:\n  oversized: it asks first: give the size of the prompt by --oversize BYTES\n{}",
            lines.collect::<Vec<_>>().join("\n")
        );
        Ok(RunPlan {
            gateway: "CometAPI".into(),
            host: "api.cometapi.com".into(),
            keys: "[key#1]".into(),
            is_practice: false,
            text,
            remembers: true,
            elsewhere: self.elsewhere.then(|| "api.openai.com".to_owned()),
            live,
        })
    }

    fn begin(&mut self, remember: bool) -> Result<RunUnderWay, String> {
        self.begun.push(remember);
        let (tell, news) = unbounded_channel();
        self.tell = Some(tell);
        let stopped = Rc::clone(&self.stopped);
        Ok(RunUnderWay { news, stop: Rc::new(move || stopped.set(stopped.get() + 1)) })
    }

    fn copy(&mut self, report: &Rendered) -> Result<String, String> {
        self.handed.push((String::new(), report.as_str().to_owned()));
        Ok("copied: tmux buffer".into())
    }

    fn write(&mut self, report: &Rendered, path: &str) -> Result<String, String> {
        self.handed.push((path.to_owned(), report.as_str().to_owned()));
        Ok(format!("written: file {path}"))
    }
}

fn end(said: &str, has_trouble: bool) -> RunEnd {
    let readmission = Readmission::new(&Catalog::built_in());
    let report = |text: &str| readmission.pass(text, Format::Plain).map_err(|refusal| refusal.to_string());
    let lines: Vec<String> = CHECKS.iter().map(|check| format!("kept      {check}")).collect();
    RunEnd {
        said: said.into(),
        has_trouble,
        reports: vec![
            ("txt", report(&format!("Contract matrix: cometapi (contract)\n{}\n", lines.join("\n")))),
            ("json", report("{\"schema\": \"casefile.check/1\"}\n")),
        ],
    }
}

impl Rig {
    /// Something is told of the run.
    pub fn hear(&mut self, news: RunNews) {
        self.screen.hear(Some(news));
    }

    /// To the plan of a matrix (`K`) or a probe (`P`).
    pub fn open_run(&mut self, key: &str) {
        self.tell(casefile::session::Event::Edited(curl_like()));
        self.keys(key);
    }

    /// Consent was given to a matrix, and three requests were answered.
    pub fn fill_rows(&mut self) {
        self.open_run("K<enter>");
        self.now += TimeDelta::milliseconds(3_250);
        self.hear(RunNews::Rows(rows(3), 3));
    }

    /// The matrix is over.
    pub fn end_rows(&mut self) {
        self.fill_rows();
        self.hear(RunNews::Rows(all_rows(), 5));
        let said =
            "6 checks: 2 kept, 1 broken, 1 drifted, 1 observed, 1 not run. 5 of 5 requests were answered.";
        self.hear(RunNews::Over(Box::new(end(said, true))));
    }

    /// A probe was begun, and some sends ended.
    pub fn fill_chart(&mut self) {
        self.open_run("P<enter>");
        self.now += TimeDelta::milliseconds(2_100);
        for number in 0..16 {
            self.hear(RunNews::Moment(moment(number)));
            self.hear(RunNews::UnderWay(5 - u32::from(number % 3 == 0)));
        }
    }

    /// The probe was stopped.
    pub fn stop_chart(&mut self) {
        self.fill_chart();
        self.keys("<esc>");
        let said = "16 sent of 24 requests (retries included) in 1675 ms, at most 5 at a time. Stopped by the operator; what was done until then is told.";
        self.hear(RunNews::Over(Box::new(end(said, true))));
    }

    /// The matrix was stopped.
    pub fn stop_rows(&mut self) {
        self.fill_rows();
        self.keys("<esc>");
        let mut all = all_rows();
        for row in all.iter_mut().take(6).skip(3) {
            row.entry.of = EntryOf::Check(CheckVerdict::NotRun);
            row.entry.came.clear();
        }
        self.hear(RunNews::Rows(all, 3));
        let said = "6 checks: 2 kept, 1 broken, 3 not run. 3 of 5 requests were answered. Stopped: the operator stopped the run; the request that was under way may have arrived.";
        self.hear(RunNews::Over(Box::new(end(said, true))));
    }
}

#[test]
fn nothing_is_begun_before_consent_and_esc_sends_nothing() {
    let mut rig = Rig::new(100, 30);
    rig.keys("K");
    assert!(rig.screen.run.is_some(), "the desk decides whether there is a place to ask");
    rig.keys("<esc>");
    assert!(rig.runs.begun.is_empty() && rig.draw().contains("nothing was sent"));
    rig.open_run("P");
    rig.keys("<pagedown><up>j<down>?<esc>");
    assert!(rig.runs.begun.is_empty(), "looking begins nothing");
    rig.keys("o");
    assert_eq!(rig.runs.begun, [false], "only this time");
}

#[test]
fn a_key_of_another_host_is_looked_at_twice() {
    let mut rig = Rig::new(80, 24);
    rig.runs.elsewhere = true;
    rig.open_run("K<enter>");
    let shown = rig.draw();
    assert!(rig.runs.begun.is_empty() && shown.contains("belongs to api.openai.com"), "{shown}");
    rig.keys("y");
    assert_eq!(rig.runs.begun, [true]);
}

#[test]
fn a_request_that_is_too_large_is_asked_for() {
    let mut rig = Rig::new(100, 30);
    rig.open_run("K");
    assert!(rig.draw().contains("by the key b"), "{}", rig.draw());
    rig.keys("b0<enter>");
    assert!(rig.draw().contains("from 1 to"), "{}", rig.draw());
    rig.keys("b16800000<enter>");
    assert_eq!(rig.runs.sizes, [None, Some(16_800_000)]);
    assert!(rig.runs.begun.is_empty(), "it is shown again before it is sent");
}

#[test]
fn rows_fill_are_opened_and_stopped_and_the_report_goes_out() {
    let mut rig = Rig::new(80, 24);
    rig.fill_rows();
    let shown = rig.draw();
    for text in ["+ kept", "x broken", "* running", "- not run", "3 of 5 requests answered, 3 s"] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    rig.keys("y");
    assert!(rig.draw().contains("made when the run is over") && rig.runs.handed.is_empty());
    rig.keys("q");
    assert!(rig.draw().contains("Requests are still under way"), "{}", rig.draw());
    rig.keys("n<up><enter>");
    let shown = rig.draw();
    assert!(shown.contains("expected: status 400") && shown.contains("\\e[31m"), "escaped\n{shown}");
    // The mark stays where the operator put it.
    let marked = rig.screen.run.as_ref().map(|run| run.marked);
    rig.hear(RunNews::Rows(rows(4), 4));
    assert_eq!(rig.screen.run.as_ref().map(|run| run.marked), marked);
    rig.keys("<esc><esc>");
    assert_eq!(rig.runs.stopped.get(), 1);
    rig.keys("<esc>");
    assert!(rig.screen.run.is_some(), "it is waited for its end");
    rig.hear(RunNews::Rows(all_rows(), 4));
    rig.hear(RunNews::Over(Box::new(end("Stopped: enough.", true))));
    assert!(rig.draw().contains("Acceptance"), "{}", rig.draw());
    rig.keys("y");
    rig.keys("w<ctrl-u>a/b.json<enter>");
    let [copied, written] = rig.runs.handed.as_slice() else { panic!("{:?}", rig.runs.handed) };
    assert!(copied.1.starts_with("Contract matrix"));
    assert_eq!((written.0.as_str(), written.1.starts_with('{')), ("a/b.json", true), "its ending says JSON");
    rig.keys("r");
    assert_eq!((rig.runs.sizes.len(), rig.runs.begun.len()), (2, 1), "it is shown again first");
    rig.keys("<esc>");
    assert!(rig.screen.run.is_none());
}

#[test]
fn a_report_that_nobody_has_is_not_left_unasked() {
    let mut rig = Rig::new(80, 24);
    rig.end_rows();
    rig.keys("q");
    assert!(!rig.left && rig.draw().contains("nobody has the report yet"), "{}", rig.draw());
    rig.keys("q");
    assert!(rig.left);
    for key in ["<esc>", "4", "r"] {
        let mut rig = Rig::new(80, 24);
        rig.end_rows();
        rig.keys(key);
        assert!(rig.draw().contains("nobody has the report yet: y copies it"), "{}", rig.draw());
        assert!(rig.screen.run.as_ref().is_some_and(|run| run.end().is_some()), "{key}");
        rig.keys(key);
        assert!(rig.screen.run.as_ref().is_none_or(|run| run.end().is_none()), "{key} once more");
    }
    let mut rig = Rig::new(80, 24);
    rig.end_rows();
    rig.keys("y1");
    assert!(rig.screen.run.is_none(), "it was copied");
}

#[test]
fn steps_and_actions_are_reached_from_a_run() {
    let mut rig = Rig::new(80, 24);
    rig.open_run("K2");
    assert!(rig.screen.run.is_none() && rig.runs.begun.is_empty());
    rig.fill_rows();
    rig.keys("1");
    assert!(rig.screen.run.is_some() && rig.draw().contains("Esc stops them"), "{}", rig.draw());
    rig.keys(":");
    assert!(rig.draw().contains("write the report to a file"), "{}", rig.draw());
    rig.keys("<esc>");
    assert_eq!(rig.runs.stopped.get(), 0, "it closed the list only");
}

#[test]
fn who_tells_of_a_run_may_break_off() {
    let mut rig = Rig::new(80, 24);
    rig.fill_rows();
    assert!(rig.screen.hear(None));
    assert!(rig.draw().contains("broke off"), "{}", rig.draw());
    rig.keys("yw<tab>r<esc><esc>");
    assert!(rig.screen.run.is_none() && rig.runs.handed.is_empty());
}

#[test]
fn rows_are_clicked_and_the_wheel_moves_the_mark() {
    use crossterm::event::MouseEventKind;
    let mut rig = Rig::new(80, 24);
    rig.end_rows();
    rig.click("unknown_model");
    assert_eq!(rig.screen.run.as_ref().map(|run| run.marked), Some(3));
    rig.click("unknown_model");
    assert!(rig.draw().contains("sent: the body without it"), "{}", rig.draw());
    rig.keys("<esc>");
    rig.mouse(MouseEventKind::ScrollDown, 5, 8);
    assert_eq!(rig.screen.run.as_ref().map(|run| run.marked), Some(6));
}

/// The smallest screen still says what matters.
#[test]
fn a_small_screen_stays_readable() {
    let mut rig = Rig::new(60, 15);
    rig.fill_chart();
    let shown = rig.draw();
    for text in ["under way [", "# worked", "x no answer", "14 of 24 requests came back, 2 sent again"] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    rig.keys("<end>");
    assert!(rig.draw().contains("claims no limit"), "{}", rig.draw());
    let mut rig = Rig::new(60, 15);
    rig.end_rows();
    let shown = rig.draw();
    assert!(shown.contains("1 broken") && shown.contains("x broken"), "{shown}");
}
