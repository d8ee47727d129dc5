//! The walk of a practice scenario through the real session, driver, network and gateway, with a fixed clock, fixed
//! durations, ids and random source. Shared by the tests that need a case as an operator has it.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::sync::Arc;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::Timing;
use casefile::case::retry::Polling;
use casefile::io::clock::FixedClock;
use casefile::io::driver::{Driver, Parts};
use casefile::practice::{Gateway, Options, Scenario};
use casefile::session::{Activity, Event, Session, Settings, Step};
use chrono::{DateTime, Utc};

pub fn moment() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T10:15:00Z").expect("valid").with_timezone(&Utc)
}

pub fn settings() -> Settings {
    Settings {
        operator: "operator".into(),
        tool: "casefile 0.0.0-golden".into(),
        os: "linux".into(),
        confirm_first: true,
        poll: Some(Polling::default()),
        seed: 7,
        ..Settings::default()
    }
}

/// A deadline that a scenario's command sets, and the shorter one that a test waits for.
const DEADLINE: (&str, &str) = ("--max-time 3", "--max-time 0.8");

/// More events than any stream of the gateway that ends has.
const MANY_EVENTS: u64 = 16;

/// The walk of one scenario as an operator takes it on the default path.
pub async fn walk(scenario: &Scenario) -> Session {
    walk_command(|gateway| gateway.paste(scenario)).await
}

/// The same for any command, which is made for the gateway that answers it.
pub async fn walk_command(command: impl FnOnce(&Gateway) -> String) -> Session {
    let clock = Arc::new(FixedClock(moment()));
    let options = Options { pace_ms: 0, ..Options::new(clock.clone(), 7) };
    let gateway = Gateway::start(options).expect("listens");
    let paste = command(&gateway);
    let paste = paste.replace(DEADLINE.0, DEADLINE.1);
    let parts = Parts {
        clock,
        environment: Box::new(|_| None),
        remember: Box::new(|_| Ok(())),
        ahead: None,
        save_case: None,
        recall_keys: Box::new(|_| Ok(Vec::new())),
        remember_keys: Box::new(|_, _| Ok(Vec::new())),
        find_twins: Box::new(|_| Ok(None)),
        keep_case: Box::new(|_| Ok(())),
        copy: Box::new(|_| Err("no clipboard here".into())),
        write: Box::new(|_, _| Err("no files here".into())),
    };
    let mut session = Session::new(Catalog::built_in(), settings());
    let (mut driver, mut events) = Driver::new(parts);
    for event in [
        Event::GatewayChosen("practice".into()),
        Event::Pasted(paste),
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
                tls_ms: None,
                sent_ms: attempt.timing.sent_ms.map(|_| 2),
                first_byte_ms: attempt.timing.first_byte_ms.map(|_| 41),
                first_token_ms: attempt.timing.first_token_ms.map(|_| 44),
                last_event_ms: attempt.timing.last_event_ms.map(|_| 56),
                total_ms: Some(57),
            };
            attempt.waited_ms = attempt.waited_ms.map(|_| 812);
            if let casefile::case::evidence::Outcome::Response(response) = &mut attempt.outcome
                && let Some(stream) = &mut response.stream
            {
                stream.longest_gap_ms = stream.longest_gap_ms.map(|_| 15);
                if stream.events > MANY_EVENTS {
                    // How much of a stream without end comes before the deadline is chance.
                    stream.events = MANY_EVENTS;
                    stream.bytes = 4096;
                    stream.content_chars = 100;
                    response.body_bytes = 4096;
                    response.body.truncate(4096);
                }
            }
        }
        driver.step(&mut session, event);
    }
    for event in [Event::GoTo(Step::Review), Event::Confirmed(true), Event::GoTo(Step::Note)] {
        driver.step(&mut session, event);
    }
    session
}

pub fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    tokio::task::LocalSet::new().block_on(&runtime, work)
}
