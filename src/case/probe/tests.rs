//! The schedule as a simulation, the figures as a table.

use super::*;
use crate::case::diagnose::Diagnosis;
use crate::case::request::Target;
use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict};

fn plan(total: u32, concurrency: u32, retries: u32) -> Plan {
    let request = Request {
        method: "GET".into(),
        target: Target::parse("https://api.cometapi.com/v1/models", None).expect("reads"),
        headers: Vec::new(),
        body: None,
        form: Vec::new(),
    };
    Plan { requests: vec![request], total, concurrency, policy: Plan::policy(retries) }
}

fn diagnosis(class: FailureClass, retryable: RetryVerdict) -> Diagnosis {
    Diagnosis {
        class,
        cause: None,
        retryable,
        fallback: Fallback::No,
        operator_action: OperatorAction::None,
        owner: Owner::Unknown,
        first_action: String::new(),
        topic: String::new(),
        see_also: Vec::new(),
        because: Vec::new(),
        alternatives: Vec::new(),
        uncertain: Vec::new(),
        confirmed: true,
    }
}

/// Each send takes 50 ms; `class_of` says what came of it. Gives (sends, most under way, end in ms, why it stopped).
fn simulate(plan: &Plan, class_of: impl Fn(u32, u32) -> FailureClass) -> (usize, u32, u64, Option<Stop>) {
    let mut schedule = Schedule::new(plan);
    let (mut now, mut sends, mut most) = (0, 0, 0);
    let mut running: Vec<(u64, u32, u32)> = Vec::new();
    loop {
        match schedule.next(now) {
            Next::Done => return (sends, most, now, schedule.stopped()),
            Next::Send { number, send } => {
                assert!(number < plan.total, "a request that was not planned");
                sends += 1;
                running.push((now + 50, number, send));
                most = most.max(schedule.under_way());
                assert_eq!(schedule.under_way() as usize, running.len());
            }
            Next::Wait(until) if running.is_empty() => now = until,
            Next::Busy | Next::Wait(_) => {
                let at = (0..running.len()).min_by_key(|at| running[*at].0).expect("something runs");
                let (end, number, send) = running.swap_remove(at);
                now = end;
                let class = class_of(number, send);
                let retryable =
                    if class == FailureClass::Auth { RetryVerdict::No } else { RetryVerdict::Yes };
                let diagnosis = diagnosis(class, retryable);
                let ended = Ended { number, send, diagnosis: &diagnosis, retry_after_ms: None };
                schedule.ended(ended, now, 700);
            }
        }
    }
}

#[test]
fn never_more_at_a_time_and_never_more_in_all() {
    use FailureClass as C;
    let good = |_, _| C::None;
    // plan, what comes, (sends, most at a time, end, stopped)
    assert_eq!(simulate(&plan(24, 5, 1), good), (24, 5, 250, None));
    assert_eq!(simulate(&plan(24, 24, 1), good), (24, 24, 50, None));
    assert_eq!(simulate(&plan(3, 5, 1), good), (3, 3, 50, None));
    assert_eq!(simulate(&plan(0, 5, 1), good), (0, 0, 0, None));
    // A refused key is neither load nor retried.
    assert_eq!(simulate(&plan(24, 5, 1), |_, _| C::Auth), (24, 5, 250, None));
    // One of eight is busy at first: it is sent again after its wait, and that is no storm.
    let busy = |number, send| if number % 8 == 0 && send == 1 { C::RateLimited } else { C::None };
    let (sends, most, end, stopped) = simulate(&plan(24, 5, 1), busy);
    assert_eq!((sends, most, stopped), (27, 5, None));
    assert!(end >= 750, "{end}");
    // Nobody asked for retries.
    assert_eq!(simulate(&plan(24, 5, 0), busy).0, 24);
}

#[test]
fn the_first_storm_ends_it() {
    use FailureClass as C;
    let (sends, most, end, stopped) = simulate(&plan(100, 5, 1), |_, _| C::RateLimited);
    assert_eq!((most, stopped), (5, Some(Stop::Storm)));
    assert!(sends <= 10 && end <= 100, "{sends} sends, {end} ms");
    let half = |number, _| if number >= 40 && number % 2 == 0 { C::UpstreamServer } else { C::None };
    let (sends, _, _, stopped) = simulate(&plan(100, 10, 1), half);
    assert_eq!(stopped, Some(Stop::Storm));
    assert!((45..=65).contains(&sends), "{sends}");
    // Every fourth is not half.
    let some = |number, _| if number % 4 == 0 { C::UpstreamServer } else { C::None };
    assert_eq!(simulate(&plan(40, 8, 0), some).3, None);
}

#[test]
fn what_is_stopped_waits_for_what_runs_and_sends_nothing() {
    let mut schedule = Schedule::new(&plan(24, 2, 1));
    assert_eq!(schedule.next(0), Next::Send { number: 0, send: 1 });
    assert_eq!(schedule.next(0), Next::Send { number: 1, send: 1 });
    assert_eq!(schedule.next(0), Next::Busy);
    schedule.stop(Stop::Operator);
    assert_eq!(schedule.next(1), Next::Busy);
    let busy = diagnosis(FailureClass::RateLimited, RetryVerdict::Yes);
    for number in [0, 1] {
        let ended = Ended { number, send: 1, diagnosis: &busy, retry_after_ms: Some(5) };
        assert_eq!(schedule.ended(ended, 2, 0), None);
    }
    assert_eq!(schedule.next(3), Next::Done);
    schedule.stop(Stop::Storm);
    assert_eq!(schedule.stopped(), Some(Stop::Operator), "the first reason stays");
}

#[test]
fn figures_are_observed_values() {
    let table: [(&[u64], _); 5] = [
        (&[], None),
        (&[7], Some((1, 7, 7, 7, 7, 7))),
        (&[3, 1, 2], Some((3, 1, 2, 3, 3, 3))),
        (&[4, 1, 3, 2], Some((4, 1, 2, 4, 4, 4))),
        (&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], Some((10, 1, 5, 9, 10, 10))),
    ];
    for (all, expected) in table {
        let found = Latency::of(all.to_vec()).map(|l| (l.count, l.min, l.median, l.p90, l.p99, l.max));
        assert_eq!(found, expected, "{all:?}");
    }
    let hundred = Latency::of((1..=200).collect()).expect("figures");
    assert_eq!((hundred.median, hundred.p90, hundred.p99, hundred.max), (100, 180, 198, 200));
}

/// What an endpoint wants beside the credential goes along.
#[test]
fn the_headers_that_an_endpoint_requires_are_sent() {
    let catalog = crate::case::catalog::Catalog::built_in();
    let profile = catalog.profile("anthropic").expect("is there");
    let endpoint = catalog.endpoints.iter().find(|e| e.id == "messages").expect("is there");
    let made = requests(endpoint, "https://llm.example", &["m-1".to_owned()], (profile, None)).expect("made");
    let names: Vec<&str> = made.iter().flat_map(|r| &r.headers).map(|h| h.name.as_str()).collect();
    assert_eq!(names, ["anthropic-version", "Content-Type"]);
}

/// How a send ended is told by what its answer is worth, not by the first digit of its status alone.
#[test]
fn each_end_of_a_send_has_its_sort() {
    use crate::case::evidence::{Attempt, Connection, Outcome, Response, Source, Timing, TransportFailure};
    use crate::case::vocabulary::TransportKind;
    let catalog = crate::case::catalog::Catalog::built_in();
    let profile = catalog.profile("openai_compatible").expect("is there");
    let plan = plan(1, 1, 0);
    let answered = |status: u16, body: &str| {
        Outcome::Response(Response {
            status: Some(status),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.as_bytes().to_vec(),
            body_bytes: body.len() as u64,
            ..Response::default()
        })
    };
    let reset = TransportFailure { kind: TransportKind::Reset, detail: String::new() };
    let models = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;
    let error = r#"{"error":{"message":"no","type":"server_error"}}"#;
    for (outcome, sort, word) in [
        (answered(200, models), Sort::Worked, "200"),
        (answered(200, "{}"), Sort::Unusable, "200"),
        (answered(429, error), Sort::SlowDown, "429"),
        (answered(401, error), Sort::Refused, "401"),
        (answered(503, error), Sort::Broken, "503"),
        (Outcome::Transport(reset), Sort::NoAnswer, "reset"),
    ] {
        let attempt = Attempt {
            index: 2,
            source: Source::Sent,
            at: None,
            outcome,
            timing: Timing { total_ms: Some(7), ..Timing::default() },
            connection: Connection::default(),
            waited_ms: None,
            decision: None,
            reason: String::new(),
            client_request_id: None,
            request_bytes: 0,
            written: Vec::new(),
            polls: 0,
        };
        let sample = Sample::of((0, 2), &plan.requests[0], attempt, &catalog, profile);
        let moment = Moment::of(&sample, &plan, 30);
        assert_eq!(
            (moment.sort, moment.outcome.as_str(), moment.again, moment.took_ms),
            (sort, word, true, Some(7))
        );
    }
}
