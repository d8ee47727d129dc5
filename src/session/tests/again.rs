//! When the same request is sent again, and by which id the gateway's log finds it.

use super::*;
use crate::case::retry::Policy;
use crate::session::ClientRequestHeader;

fn with(policy: Policy) -> Session {
    Session::new(Catalog::built_in(), Settings { policy, ..settings() })
}

/// Gives the outcomes in turn, waiting over where there is a wait; the decisions in their order.
fn run(session: &mut Session, outcomes: Vec<Attempt>) -> Vec<RetryDecision> {
    begin(session, "api.cometapi.com");
    for attempt in outcomes {
        let effects = session.handle(Event::AttemptDone(Box::new(attempt)), at(1));
        if let Some((_, token)) = waits(&effects) {
            sent(session.handle(Event::WaitOver(token), at(2)));
        }
    }
    session.evidence().attempts.iter().filter_map(|a| a.decision).collect()
}

#[test]
fn a_repetition_goes_on_whatever_comes_and_says_how_often_it_failed() {
    use RetryDecision::{FinalAttempt, Repeated, StoppedByOperator, Succeeded};
    let good = |n| answer(n, 200, &[], r#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#);
    let bad = |n| answer(n, 503, &[], UNKNOWN_MODEL);
    let patient = |n| answer(n, 429, &[("retry-after", "600")], SATURATED);
    let table = [
        (vec![bad(1), bad(2), bad(3)], vec![Repeated, Repeated, FinalAttempt], Some((3, 3))),
        (vec![bad(1), good(2), bad(3)], vec![Repeated, Repeated, FinalAttempt], Some((2, 3))),
        (vec![good(1), good(2), good(3)], vec![Repeated, Repeated, Succeeded], Some((3, 3))),
        (vec![bad(1), patient(2)], vec![Repeated, FinalAttempt], Some((1, 2))),
        (vec![bad(1), failure(2, TransportKind::Cancelled)], vec![Repeated, StoppedByOperator], None),
    ];
    for (outcomes, decisions, counts) in table {
        let mut session = with(Policy { repeat: 3, ..Policy::default() });
        assert_eq!(run(&mut session, outcomes), decisions);
        assert!(!session.is_busy());
        session.handle(Event::GoTo(Step::Review), at(3));
        let note = &session.output().expect("a note").note;
        if let Some((same, of)) = counts {
            let found = note.deterministic.as_ref().map(|d| (d.same, d.of));
            assert_eq!(found, Some((same, of)), "{decisions:?}");
        }
        assert_eq!(note.contract.pins.repetitions, Some(3));
    }
}

#[test]
fn the_consent_counts_repetitions() {
    for (policy, requests) in [
        (Policy { repeat: 5, ..Policy::default() }, 5),
        (Policy { repeat: 500, ..Policy::default() }, Policy::MOST_REPEATS),
        (Policy { retries: 4, ..Policy::default() }, 5),
    ] {
        let mut session = with(policy);
        session.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(0));
        session.handle(Event::SendRequested, at(0));
        assert_eq!(session.consent().expect("asks").most_requests, requests);
    }
}

#[test]
fn a_partial_answer_is_regenerated_only_where_asked() {
    for (regenerate, decision) in [(false, RetryDecision::NotRetried), (true, RetryDecision::Retried)] {
        let mut session = with(Policy { regenerate, ..Policy::default() });
        begin(&mut session, "api.cometapi.com");
        session.handle(Event::AttemptDone(Box::new(cut_in_the_middle())), at(1));
        let attempt = &session.evidence().attempts[0];
        assert_eq!(attempt.decision, Some(decision));
        assert_eq!(attempt.reason.contains("regenerated"), regenerate, "{}", attempt.reason);
    }
}

#[test]
fn each_attempt_carries_an_id_of_ours_only_where_the_gateway_takes_one() {
    let named = |name: &str| ClientRequestHeader::Named(name.to_owned());
    let table = [
        ("api.openai.com", ClientRequestHeader::OfProfile, Some("x-client-request-id")),
        ("api.cometapi.com", ClientRequestHeader::OfProfile, None),
        ("api.openai.com", ClientRequestHeader::No, None),
        ("api.cometapi.com", named("x-caller"), Some("x-caller")),
        // The gateway would take it for its own.
        ("api.openai.com", named("x-request-id"), None),
        // The request has it already.
        ("api.cometapi.com", named("content-type"), None),
    ];
    for (host, client_request_id, name) in table {
        let mut session = Session::new(Catalog::built_in(), Settings { client_request_id, ..settings() });
        session.handle(Event::Pasted(paste(host, &key('a'))), at(0));
        session.handle(Event::SendRequested, at(0));
        let shown = session.consent().expect("asks").headers.clone();
        let outgoing = sent(session.handle(Event::ConsentGiven { remember: true }, at(0)));
        let header = outgoing.client_request_id;
        assert_eq!(header.as_ref().map(|h| h.name.as_str()), name, "{host}");
        if let Some(header) = header {
            assert_eq!(header.value, format!("{}-1", session.id()));
            assert!(shown.contains(&header), "it is shown before it is sent");
        }
    }
}
