//! The search as the session runs it: one consent, rows that stay, what stops it.

use super::*;
use crate::case::evidence::Attempt;
use crate::case::isolate::Options;

const GOOD: &str = r#"{"id":"c","object":"chat.completion","model":"gpt-x","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"ok"}}]}"#;
const BAD: &str = r#"{"error":{"message":"Unsupported parameter: 'logprobs'","type":"invalid_request_error","param":"logprobs","code":"unsupported_parameter"}}"#;

fn pasted() -> String {
    paste("api.cometapi.com", &key('a')).replace("\"messages\"", "\"logprobs\":true,\"seed\":7,\"messages\"")
}

/// What a gateway says that takes no `logprobs`.
fn gateway(outgoing: &Outgoing, index: u32) -> Attempt {
    let refused = outgoing.request.body.as_deref().is_some_and(|body| body.contains("logprobs"));
    if refused { answer(index, 400, &[], BAD) } else { answer(index, 200, &[], GOOD) }
}

fn ask(budget: u32) -> Event {
    let options = Options { budget, ..Options::default() };
    Event::IsolateRequested(Box::new(IsolateAsk { options, ..IsolateAsk::default() }))
}

/// Answers everything that is sent until nothing is; gives how many were.
fn serve(session: &mut Session, mut effects: Vec<Effect>, most: usize) -> usize {
    let mut count = 0;
    while count < most && effects.iter().any(|e| matches!(e, Effect::Send(_))) {
        let outgoing = sent(effects);
        count += 1;
        let attempt = gateway(&outgoing, outgoing.index);
        effects = session.handle(Event::AttemptDone(Box::new(attempt)), at(1));
    }
    count
}

#[test]
fn one_consent_leads_to_the_culprit_and_every_row_is_kept() {
    let mut s = session();
    s.handle(Event::Pasted(pasted()), at(0));
    assert!(s.handle(ask(60), at(0)).is_empty(), "asks first");
    let consent = s.consent().expect("asks");
    assert_eq!((consent.most_requests, consent.plan.is_empty()), (60, false));
    let effects = s.handle(Event::ConsentGiven { remember: false }, at(0));
    let count = serve(&mut s, effects, 100);
    let isolation = s.evidence().isolation.as_ref().expect("a verdict");
    assert_eq!(
        (isolation.verdict.word.as_str(), isolation.verdict.fields.as_slice()),
        ("field", &["/logprobs".to_owned()][..])
    );
    assert_eq!(isolation.rows.len(), count);
    assert_eq!(s.evidence().attempts.len() + s.evidence().controls.len(), count, "every answer is evidence");
    s.handle(Event::GoTo(Step::Note), at(2));
    let note = s.output().expect("a note").note.value();
    assert_eq!(note.pointer("/attribution/verdict").and_then(|v| v.as_str()), Some("field:/logprobs"));
}

#[test]
fn a_search_that_was_stopped_goes_on_where_it_was() {
    let mut s = session();
    s.handle(Event::Pasted(pasted()), at(0));
    s.handle(ask(60), at(0));
    let effects = s.handle(Event::ConsentGiven { remember: false }, at(0));
    let before = serve(&mut s, effects, 6);
    s.handle(Event::Cancel, at(2));
    s.handle(Event::AttemptDone(Box::new(failure(7, TransportKind::Cancelled))), at(2));
    assert!(!s.is_busy());
    let isolation = s.evidence().isolation.as_ref().expect("what is known so far");
    assert_eq!((isolation.rows.len(), isolation.verdict.spent.is_some()), (before, true));
    s.handle(ask(60), at(3));
    let effects = s.handle(Event::ConsentGiven { remember: false }, at(3));
    let after = serve(&mut s, effects, 100);
    let isolation = s.evidence().isolation.as_ref().expect("a verdict");
    assert_eq!((isolation.verdict.word.as_str(), isolation.rows.len()), ("field", before + after));
    assert!(isolation.verdict.spent.is_none());
}

#[test]
fn the_budget_is_never_passed_and_a_refusal_sends_nothing() {
    let mut s = session();
    s.handle(Event::Pasted(pasted()), at(0));
    s.handle(ask(7), at(0));
    assert!(s.handle(Event::ConsentRefused, at(0)).is_empty());
    assert!(s.evidence().attempts.is_empty());
    s.handle(ask(7), at(0));
    let effects = s.handle(Event::ConsentGiven { remember: false }, at(0));
    assert_eq!(serve(&mut s, effects, 100), 7);
    assert!(s.evidence().isolation.as_ref().is_some_and(|i| i.verdict.spent.is_some()));
}

#[test]
fn a_repeated_request_that_works_at_the_end_is_still_about_its_failure() {
    let mut s = Session::new(
        Catalog::built_in(),
        Settings { policy: crate::case::retry::Policy { repeat: 3, ..settings().policy }, ..settings() },
    );
    s.handle(Event::Pasted(pasted()), at(0));
    s.handle(Event::SendRequested, at(0));
    let mut effects = s.handle(Event::ConsentGiven { remember: false }, at(0));
    for body in [BAD, BAD, GOOD] {
        if let Some((_, token)) = waits(&effects) {
            effects = s.handle(Event::WaitOver(token), at(1));
        }
        let outgoing = sent(effects);
        let status = if body == GOOD { 200 } else { 400 };
        effects = s.handle(Event::AttemptDone(Box::new(answer(outgoing.index, status, &[], body))), at(1));
    }
    s.handle(Event::GoTo(Step::Note), at(2));
    let note = s.output().expect("a note").note.value();
    let text = |pointer: &str| note.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    assert!(text("/title").starts_with("unsupported_parameter"), "{}", text("/title"));
    assert_eq!(text("/attribution/verdict"), "flaky");
    assert_eq!(note.pointer("/deterministic/same").and_then(serde_json::Value::as_u64), Some(2));
}

#[test]
fn what_a_proxy_makes_is_told_by_going_past_it() {
    const PAGE: &str = "<html><head><title>403 Forbidden</title></head><body>squid</body></html>";
    /// What comes through the proxy, and what comes past it.
    type Row = (fn(u32) -> Attempt, fn(u32) -> Attempt, &'static str);
    let refused = |index| failure(index, TransportKind::Proxy);
    let fine = |index| answer(index, 200, &[], GOOD);
    let table: [Row; 5] = [
        (refused, fine, "network"),
        (|index| answer(index, 403, &[("content-type", "text/html")], PAGE), fine, "network"),
        // Another failure, but one that the gateway gives.
        (refused, |index| answer(index, 400, &[], BAD), "network"),
        // The host is not reached either way.
        (refused, refused, "network"),
        // The gateway itself refuses: nobody goes past the proxy for that.
        (|index| answer(index, 400, &[], BAD), fine, "field"),
    ];
    for (at_row, (through, past, word)) in table.into_iter().enumerate() {
        let settings = Settings { proxy_for: |_, _| true, ..settings() };
        let mut s = Session::new(Catalog::built_in(), settings);
        s.handle(Event::Pasted(pasted()), at(0));
        s.handle(ask(60), at(0));
        let plan = s.consent().expect("asks").plan.clone();
        assert!(plan.iter().any(|planned| planned.changed == "direct"), "it is said before");
        let mut effects = s.handle(Event::ConsentGiven { remember: false }, at(0));
        let mut direct = 0;
        for _ in 0..80 {
            if let Some((_, token)) = waits(&effects) {
                effects = s.handle(Event::WaitOver(token), at(1));
            }
            if !effects.iter().any(|e| matches!(e, Effect::Send(_))) {
                break;
            }
            let outgoing = sent(effects);
            direct += usize::from(outgoing.direct);
            let culprit = outgoing.request.body.as_deref().is_none_or(|body| body.contains("logprobs"));
            let attempt = match (outgoing.direct, word) {
                (true, _) => past(outgoing.index),
                (false, "field") if !culprit => fine(outgoing.index),
                (false, _) => through(outgoing.index),
            };
            effects = s.handle(Event::AttemptDone(Box::new(attempt)), at(1));
        }
        let isolation = s.evidence().isolation.as_ref().expect("a verdict");
        assert_eq!(isolation.verdict.word.as_str(), word, "row {at_row}: {:?}", isolation.verdict.because);
        let names_proxy = isolation.verdict.because.iter().any(|why| why.contains("Past the proxy"));
        assert_eq!((names_proxy, direct > 0), (at_row < 3, at_row < 4), "row {at_row}");
    }
}
