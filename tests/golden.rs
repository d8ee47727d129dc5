//! Golden notes: every practice scenario, walked through the real session, driver, network and gateway, with a fixed
//! clock, fixed durations, ids and random source. A missing file is written, a changed one fails with a diff;
//! `UPDATE_GOLDEN=1` writes them anew.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::Timing;
use casefile::case::note::{Audience, Timeouts, validate};
use casefile::case::retry::Policy;
use casefile::case::sanitize::Format;
use casefile::io::clock::FixedClock;
use casefile::io::driver::{Driver, Parts};
use casefile::practice::{Gateway, Options, Scenario, scenarios};
use casefile::session::{Activity, Event, Session, Settings, Step};
use chrono::{DateTime, Utc};

fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T10:15:00Z").expect("valid").with_timezone(&Utc)
}

fn settings() -> Settings {
    Settings {
        policy: Policy::default(),
        timeouts: Timeouts::default(),
        operator: "operator".into(),
        audience: Audience::Internal,
        format: Format::Yaml,
        tool: "casefile 0.0.0-golden".into(),
        os: "linux".into(),
        proxy_for: |_, _| false,
        default_base: None,
        confirm_first: true,
        seed: 7,
    }
}

/// The walk of one scenario as an operator takes it on the default path.
async fn walk(scenario: &Scenario) -> Session {
    let clock = Arc::new(FixedClock(moment()));
    let options = Options { pace_ms: 0, ..Options::new(clock.clone(), 7) };
    let gateway = Gateway::start(options).expect("listens");
    let parts = Parts {
        clock,
        environment: Box::new(|_| None),
        remember: Box::new(|_| Ok(())),
        copy: Box::new(|_| Err("no clipboard here".into())),
        write: Box::new(|_, _| Err("no files here".into())),
    };
    let mut session = Session::new(Catalog::built_in(), settings());
    let (mut driver, mut events) = Driver::new(parts);
    for event in [
        Event::GatewayChosen("practice".into()),
        Event::Pasted(scenario.paste(&gateway.base_url(), gateway.key())),
        Event::SendRequested,
        Event::ConsentGiven { remember: false },
    ] {
        driver.step(&mut session, event);
    }
    while session.is_busy() {
        if matches!(session.activity(), Activity::Waiting { .. }) {
            driver.step(&mut session, Event::SkipWait);
            continue;
        }
        let mut event = events.recv().await.expect("the driver lives");
        if let Event::AttemptDone(attempt) = &mut event {
            attempt.timing = Timing {
                dns_ms: None,
                connect_ms: Some(1),
                first_byte_ms: attempt.timing.first_byte_ms.map(|_| 41),
                first_token_ms: attempt.timing.first_token_ms.map(|_| 44),
                total_ms: Some(57),
            };
            attempt.waited_ms = attempt.waited_ms.map(|_| 812);
            if let casefile::case::evidence::Outcome::Response(response) = &mut attempt.outcome
                && let Some(stream) = &mut response.stream
            {
                stream.longest_gap_ms = stream.longest_gap_ms.map(|_| 15);
            }
        }
        driver.step(&mut session, event);
    }
    for event in [Event::GoTo(Step::Review), Event::Confirmed(true), Event::GoTo(Step::Note)] {
        driver.step(&mut session, event);
    }
    session
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}

/// Compares `text` with the golden file; gives what is wrong.
fn compare(folder: &str, file: &str, text: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder).join(file);
    let golden = fs::read_to_string(&path).ok();
    if golden.is_none() || std::env::var_os("UPDATE_GOLDEN").is_some() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        fs::create_dir_all(path.parent().expect("has a folder")).expect("creates");
        fs::write(&path, text).expect("writes");
        return None;
    }
    let golden = golden.unwrap_or_default();
    (golden != text).then(|| {
        let line = golden.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let around = |t: &str| t.lines().skip(line.saturating_sub(1)).take(4).collect::<Vec<_>>().join("\n");
        format!(
            "{} line {}:\n--- golden\n{}\n--- now\n{}",
            path.display(),
            line + 1,
            around(&golden),
            around(text)
        )
    })
}

#[test]
fn every_scenario_has_its_golden_note() {
    let mut faults = Vec::new();
    for scenario in scenarios() {
        let session = run(walk(scenario));
        let output =
            session.output().unwrap_or_else(|| panic!("{}: no note: {:?}", scenario.name, session.notice()));
        for (format, file) in
            [(Format::Yaml, "note.yaml"), (Format::Markdown, "note.md"), (Format::Plain, "note.txt")]
        {
            let rendered = output.render(format).unwrap_or_else(|r| panic!("{}: {r}", scenario.name));
            faults.extend(compare(&scenario.name, file, rendered.as_str()));
            if format == Format::Yaml {
                assert_eq!(validate(rendered.as_str()), [], "{}", scenario.name);
            }
        }
        let ledger: String = output
            .ledger
            .entries
            .iter()
            .map(|e| format!("{} {} {} {}\n", e.kind, e.rule, e.place, e.count))
            .collect();
        let findings: String =
            session.findings().iter().map(|f| format!("{:?} {} {:?}\n", f.level, f.id, f.place)).collect();
        faults.extend(compare(&scenario.name, "ledger.txt", &ledger));
        faults.extend(compare(&scenario.name, "findings.txt", &findings));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_same_walk_makes_the_same_bytes() {
    let scenario = &scenarios()[0];
    let bytes = || {
        let session = run(walk(scenario));
        session.output().expect("a note").render(Format::Yaml).expect("passes").as_str().to_owned()
    };
    assert_eq!(bytes(), bytes());
}
