//! The walk, event by event. No IO, no async.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::*;
use crate::case::evidence::{
    Arrivals, Attempt, BodyEnd, Connection, Outcome, Response, Source, StreamRecord, Timing, TransportFailure,
};
use crate::case::keyring::Origin;
use crate::case::vocabulary::{FailureClass, RetryDecision, StreamVerdict, TransportKind};

mod again;
mod leaving;
mod pieces;
mod polling;
mod saving;
mod search;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-20T10:15:00Z").expect("valid").with_timezone(&Utc)
        + TimeDelta::seconds(seconds)
}

fn settings() -> Settings {
    Settings {
        operator: "op".into(),
        tool: "casefile test".into(),
        os: "linux".into(),
        confirm_first: true,
        seed: 1,
        ..Settings::default()
    }
}

fn session() -> Session {
    Session::new(Catalog::built_in(), settings())
}

fn key(letter: char) -> String {
    format!("sk-{}", format!("{letter}7Qz").repeat(12))
}

fn paste(host: &str, key: &str) -> String {
    format!(
        "curl https://{host}/v1/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"model\":\"gpt-x\",\"messages\":[{{\"role\":\"user\",\"content\":\"tell me about zebras at dawn\"}}]}}'"
    )
}

fn answer(index: u32, status: u16, headers: &[(&str, &str)], body: &str) -> Attempt {
    let mut all = vec![("content-type".to_owned(), "application/json".to_owned())];
    all.extend(headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    Attempt {
        index,
        source: Source::Sent,
        at: Some(at(0)),
        outcome: Outcome::Response(Response {
            status: Some(status),
            headers: all,
            body: body.as_bytes().to_vec(),
            body_bytes: body.len() as u64,
            ..Response::default()
        }),
        timing: Timing { total_ms: Some(5), ..Timing::default() },
        connection: Connection::default(),
        client_request_id: None,
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 10,
        written: Vec::new(),
    }
}

fn failure(index: u32, kind: TransportKind) -> Attempt {
    let outcome = Outcome::Transport(TransportFailure { kind, detail: "detail".into() });
    Attempt { outcome, ..answer(index, 200, &[], "") }
}

/// Pastes, asks, consents; gives what was sent.
fn begin(session: &mut Session, host: &str) -> Outgoing {
    session.handle(Event::Pasted(paste(host, &key('a'))), at(0));
    session.handle(Event::SendRequested, at(0));
    assert!(session.consent().is_some(), "{:?}", session.notice());
    sent(session.handle(Event::ConsentGiven { remember: true }, at(0)))
}

fn sent(effects: Vec<Effect>) -> Outgoing {
    effects
        .into_iter()
        .find_map(|e| if let Effect::Send(outgoing) = e { Some(*outgoing) } else { None })
        .expect("something is sent")
}

fn waits(effects: &[Effect]) -> Option<(u64, u64)> {
    effects.iter().find_map(|e| if let Effect::Wait { ms, token } = e { Some((*ms, *token)) } else { None })
}

const UNKNOWN_MODEL: &str = r#"{"error":{"code":"model_not_found","message":"No available channel for model gpt-x under group default (distributor) (request id: 20260205132859798638387SIHCnxzJ)","type":"new_api_error"}}"#;
const SATURATED: &str = r#"{"error":{"message":"Rate limit reached, slow down","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#;

#[test]
fn nothing_is_sent_without_consent() {
    let mut s = session();
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(0));
    let effects = s.handle(Event::SendRequested, at(0));
    assert!(effects.is_empty());
    let consent = s.consent().expect("asks");
    assert_eq!(
        (consent.host.as_str(), consent.method.as_str(), consent.most_requests),
        ("api.cometapi.com", "POST", 3)
    );
    assert!(consent.headers.iter().all(|h| !h.value.contains("7Qz")), "keys are masked");
    assert!(s.handle(Event::ConsentRefused, at(0)).is_empty());
    assert!(s.consent().is_none() && !s.is_busy());
}

#[test]
fn a_failure_becomes_a_note_after_confirmation() {
    let mut s = session();
    let outgoing = begin(&mut s, "api.cometapi.com");
    assert_eq!(outgoing.index, 1);
    s.handle(
        Event::AttemptDone(Box::new(answer(
            1,
            401,
            &[],
            r#"{"error":{"code":"","message":"invalid token","type":"comet_api_error"}}"#,
        ))),
        at(1),
    );
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::Auth));
    assert_eq!(s.evidence().attempts[0].decision, Some(RetryDecision::NotRetried));
    s.handle(Event::GoTo(Step::Note), at(2));
    assert!(s.handle(Event::CopyRequested, at(2)).is_empty(), "not confirmed yet");
    assert!(s.notice().is_some_and(|n| n.text.contains("confirm")));
    s.handle(Event::Confirmed(true), at(3));
    let effects = s.handle(Event::CopyRequested, at(3));
    let [Effect::Copy(rendered)] = effects.as_slice() else { panic!("copies: {effects:?}") };
    assert_eq!(
        Some(rendered),
        s.output().and_then(|o| o.rendered.as_ref().ok()),
        "the preview is what is copied"
    );
    for secret in ["7Qz", "zebras"] {
        assert!(!rendered.as_str().contains(secret), "{secret}");
    }
    assert!(rendered.as_str().contains("invalid token") && rendered.html().is_none());
    // As Markdown it has HTML beside it, which passed the audit, too.
    s.handle(Event::FormatChosen(Format::Markdown), at(4));
    let effects = s.handle(Event::CopyRequested, at(4));
    let [Effect::Copy(rendered)] = effects.as_slice() else { panic!("copies: {effects:?}") };
    let html = rendered.html().expect("HTML");
    assert!(html.starts_with("<h1>") && html.contains("invalid token"), "{html}");
    for secret in ["7Qz", "zebras"] {
        assert!(!html.contains(secret), "{secret}");
    }
}

#[test]
fn a_rate_limit_is_retried_with_what_the_server_asks() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    let effects =
        s.handle(Event::AttemptDone(Box::new(answer(1, 429, &[("retry-after", "7")], SATURATED))), at(0));
    let (ms, token) = waits(&effects).expect("waits");
    assert_eq!(ms, 7_000);
    assert!(s.handle(Event::WaitOver(token + 1), at(7)).is_empty(), "a stale wait changes nothing");
    let again = sent(s.handle(Event::WaitOver(token), at(7)));
    assert_eq!((again.index, again.waited_ms), (2, Some(7_000)));
    let effects = s.handle(
        Event::AttemptDone(Box::new(answer(
            2,
            200,
            &[],
            r#"{"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}"#,
        ))),
        at(8),
    );
    assert!(effects.is_empty());
    let decisions: Vec<_> = s.evidence().attempts.iter().map(|a| a.decision).collect();
    assert_eq!(decisions, [Some(RetryDecision::Retried), Some(RetryDecision::Succeeded)]);
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::None));
}

#[test]
fn waiting_can_be_skipped_or_stopped() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    s.handle(Event::AttemptDone(Box::new(answer(1, 429, &[("retry-after", "9")], SATURATED))), at(0));
    assert_eq!(sent(s.handle(Event::SkipWait, at(2))).waited_ms, Some(2_000));
    s.handle(Event::AttemptDone(Box::new(answer(2, 429, &[("retry-after", "9")], SATURATED))), at(3));
    assert!(s.handle(Event::StopRetrying, at(4)).is_empty());
    assert!(!s.is_busy());
    assert_eq!(s.evidence().attempts[1].decision, Some(RetryDecision::StoppedByOperator));
}

#[test]
fn cancelling_is_in_the_record_and_ends_the_run() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    assert!(matches!(s.handle(Event::Cancel, at(1)).as_slice(), [Effect::CancelSend]));
    assert!(s.handle(Event::AttemptDone(Box::new(failure(1, TransportKind::Cancelled))), at(1)).is_empty());
    assert_eq!(s.evidence().attempts[0].decision, Some(RetryDecision::StoppedByOperator));
    assert!(s.handle(Event::AttemptDone(Box::new(failure(1, TransportKind::Reset))), at(2)).is_empty());
    assert_eq!(s.evidence().attempts.len(), 1, "a late event of a run that is over changes nothing");
}

/// A stream that broke off after some content.
fn cut_in_the_middle() -> Attempt {
    let mut attempt = answer(1, 200, &[], "data: {}\n\n");
    if let Outcome::Response(response) = &mut attempt.outcome {
        response.headers[0].1 = "text/event-stream".into();
        response.end = BodyEnd::Cut(TransportFailure { kind: TransportKind::Reset, detail: String::new() });
        response.stream = Some(StreamRecord {
            events: 3,
            bytes: 90,
            comments: 0,
            terminal_marker: None,
            finish_reason: None,
            usage_seen: false,
            error_event: None,
            content_chars: 12,
            tool_calls: false,
            model: None,
            usage: None,
            faults: 0,
            irregularities: std::collections::BTreeMap::new(),
            longest_gap_ms: None,
            arrivals: Arrivals::default(),
            verdict: StreamVerdict::Truncated,
        });
    }
    attempt
}

#[test]
fn a_partial_answer_is_not_retried() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    let attempt = cut_in_the_middle();
    assert!(s.handle(Event::AttemptDone(Box::new(attempt)), at(1)).is_empty());
    assert_eq!(s.evidence().attempts[0].decision, Some(RetryDecision::NotRetried));
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::StreamInterrupted));
}

#[test]
fn a_key_of_the_environment_is_bound_to_its_host() {
    let mut s = session();
    s.handle(
        Event::BindingsRead(vec![Binding { key: "GATEWAY_KEY".into(), host: "api.cometapi.com".into() }]),
        at(0),
    );
    let text = paste("evil.example", "$GATEWAY_KEY").replace('\'', "\"").replace("{\"", "{\\\"");
    let effects = s.handle(Event::Pasted(text), at(0));
    let [Effect::ReadEnvironment(names)] = effects.as_slice() else {
        panic!("asks for the variable: {effects:?}")
    };
    assert_eq!(names, &["GATEWAY_KEY"]);
    s.handle(Event::EnvironmentRead(vec![("GATEWAY_KEY".into(), Some(SecretString::from(key('b'))))]), at(0));
    s.handle(Event::SendRequested, at(0));
    let consent = s.consent().expect("asks");
    assert!(consent.keys.iter().any(KeyUse::is_elsewhere), "{:?}", consent.keys);
    let effects = s.handle(Event::ConsentGiven { remember: true }, at(0));
    assert!(effects.iter().any(|e| matches!(e, Effect::RememberBinding(b) if b.host == "evil.example")));
}

#[test]
fn an_unset_variable_is_told_and_a_given_key_takes_its_place() {
    let mut s = session();
    s.handle(
        Event::Pasted("curl https://api.cometapi.com/v1/models -H \"Authorization: Bearer $NOT_SET\"".into()),
        at(0),
    );
    s.handle(Event::EnvironmentRead(vec![("NOT_SET".into(), None)]), at(0));
    s.handle(Event::SendRequested, at(0));
    assert!(s.notice().is_some_and(|n| n.text.contains("NOT_SET")), "{:?}", s.notice());
    s.handle(Event::KeyGiven { origin: Origin::Given("typed"), value: SecretString::from(key('c')) }, at(0));
    s.handle(Event::SendRequested, at(0));
    let consent = s.consent().expect("asks");
    assert_eq!(
        consent
            .headers
            .iter()
            .find(|h| h.name.eq_ignore_ascii_case("authorization"))
            .map(|h| h.value.as_str()),
        Some("Bearer [key#1]")
    );
}

#[test]
fn an_error_text_alone_makes_a_note() {
    let mut s = session();
    s.handle(Event::Pasted(UNKNOWN_MODEL.into()), at(0));
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::ModelUnavailable));
    s.handle(Event::GoTo(Step::Review), at(0));
    let output = s.output().expect("a note");
    assert!(!output.note.missing_evidence.is_empty());
    assert_eq!(s.standing(Step::Reproduce), Standing::Optional);
}

#[test]
fn a_useless_paste_keeps_what_was_there() {
    let mut s = session();
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(0));
    let before = s.draft().clone();
    s.handle(Event::Pasted("   ".into()), at(0));
    assert!(s.draft() == &before);
    assert!(s.notice().is_some_and(|n| n.level == Level::Error));
}

#[test]
fn a_typed_key_is_masked_at_once() {
    let mut s = session();
    let draft = Draft {
        method: "POST".into(),
        url: "https://api.cometapi.com/v1/chat/completions".into(),
        headers: vec![crate::case::request::Header::new("Authorization", format!("Bearer {}", key('d')))],
        body: "{}".into(),
        form: Vec::new(),
    };
    s.handle(Event::Edited(draft), at(0));
    assert_eq!(s.draft().headers[0].value, "Bearer [key#1]");
    assert!(s.findings().iter().any(|f| f.id.contains("missing")), "{:?}", s.findings());
}

#[test]
fn a_control_needs_a_reproduction_and_consent() {
    let mut s = session();
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(0));
    s.handle(Event::ControlRequested(ControlAsk::MinimalBody), at(0));
    assert!(s.consent().is_none());
    s.handle(Event::SendRequested, at(0));
    s.handle(Event::ConsentGiven { remember: false }, at(0));
    s.handle(Event::AttemptDone(Box::new(answer(1, 503, &[], UNKNOWN_MODEL))), at(1));
    s.handle(Event::StopRetrying, at(1));
    s.handle(Event::ControlRequested(ControlAsk::Model("other".into())), at(1));
    let consent = s.consent().expect("asks");
    assert_eq!(consent.most_requests, 1);
    let outgoing = sent(s.handle(Event::ConsentGiven { remember: false }, at(1)));
    assert_eq!(outgoing.request.model(&Catalog::built_in()).as_deref(), Some("other"));
    s.handle(Event::AttemptDone(Box::new(answer(1, 200, &[], "{}"))), at(2));
    assert_eq!(s.evidence().controls.len(), 1);
    assert_eq!(
        s.diagnosis().map(|d| d.class),
        Some(FailureClass::ModelUnavailable),
        "a control does not change it"
    );
}

#[test]
fn a_control_says_how_it_came_out() {
    let whole = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"other","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;
    for (status, body, said) in [
        (200, whole, "model other: 200, worked"),
        (200, r#"{"error":{"message":"no"}}"#, "model other: 200, different outcome"),
        (
            401,
            r#"{"error":{"message":"no","code":"invalid_api_key"}}"#,
            "model other: 401, different outcome",
        ),
        (503, UNKNOWN_MODEL, "model other: 503, same status and code"),
        (503, r#"{"error":{"message":"no","code":"else"}}"#, "model other: 503, same status, different code"),
    ] {
        let mut s = session();
        begin(&mut s, "api.cometapi.com");
        s.handle(Event::AttemptDone(Box::new(answer(1, 503, &[], UNKNOWN_MODEL))), at(1));
        s.handle(Event::StopRetrying, at(1));
        s.handle(Event::ControlRequested(ControlAsk::Model("other".into())), at(1));
        s.handle(Event::ConsentGiven { remember: false }, at(1));
        s.handle(Event::AttemptDone(Box::new(answer(1, status, &[], body))), at(2));
        assert_eq!(s.notice().map(|n| n.text.as_str()), Some(said));
    }
}

#[test]
fn which_of_several_calls_it_is_is_told_first() {
    let mut s = session();
    let two = "curl https://api.cometapi.com/v1/models -H 'Authorization: Bearer $K'\ncurl -k https://api.cometapi.com/v1/chat/completions -d '{'";
    s.handle(Event::Pasted(two.to_owned()), at(0));
    assert_eq!(s.findings().first().map(|f| f.id), Some("several_commands"), "{:?}", s.findings());
    assert!(s.findings().len() > 1);
}

#[test]
fn a_key_that_the_answer_echoes_does_not_leave() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    let body = format!(
        r#"{{"error":{{"message":"Incorrect API key provided: {}.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}}}"#,
        key('a')
    );
    s.handle(Event::AttemptDone(Box::new(answer(1, 401, &[], &body))), at(1));
    s.handle(Event::GoTo(Step::Note), at(1));
    let output = s.output().expect("a note");
    let text = output.rendered.as_ref().expect("passes").as_str();
    assert!(!text.contains("7Qz"), "{text}");
    assert!(text.contains("Incorrect API key provided: [key#1]"), "{text}");
}

#[test]
fn an_edit_after_sending_does_not_touch_what_was_observed() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    s.handle(Event::AttemptDone(Box::new(answer(1, 401, &[], "{}"))), at(1));
    let mut draft = s.draft().clone();
    draft.body = draft.body.replace("gpt-x", "gpt-y").into();
    s.handle(Event::Edited(draft), at(2));
    assert_eq!(
        s.evidence().request.as_ref().and_then(|r| r.model(&Catalog::built_in())).as_deref(),
        Some("gpt-x")
    );
    assert!(matches!(s.standing(Step::Reproduce), Standing::Missing(_)));
    s.handle(Event::SendRequested, at(3));
    assert!(s.consent().is_some(), "another request needs another consent");
}

#[test]
fn a_stream_that_the_operator_cancelled_is_no_interrupted_stream() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    let mut attempt = answer(1, 200, &[], "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n");
    if let Outcome::Response(response) = &mut attempt.outcome {
        response.headers[0].1 = "text/event-stream".into();
        response.end =
            BodyEnd::Cut(TransportFailure { kind: TransportKind::Cancelled, detail: String::new() });
    }
    s.handle(Event::Cancel, at(1));
    s.handle(Event::AttemptDone(Box::new(attempt)), at(1));
    assert_eq!(s.evidence().attempts[0].decision, Some(RetryDecision::StoppedByOperator));
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::Unknown), "{:?}", s.diagnosis());
}

#[test]
fn what_the_stack_says_of_a_certificate_is_no_word_of_a_gateway() {
    let mut s = session();
    begin(&mut s, "api.cometapi.com");
    let mut attempt = failure(1, TransportKind::Tls);
    attempt.outcome = Outcome::Transport(TransportFailure {
        kind: TransportKind::Tls,
        detail: "invalid peer certificate: certificate is not valid after 2025; a field is required".into(),
    });
    s.handle(Event::AttemptDone(Box::new(attempt)), at(1));
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::NetworkTls));
}

#[test]
fn a_given_key_settles_what_was_noticed_of_the_stand_in() {
    let stand_in =
        |s: &mut Session| s.handle(Event::Pasted(paste("api.cometapi.com", "YOUR_API_KEY")), at(0));
    let give = |s: &mut Session| {
        let value = SecretString::from(key('c'));
        s.handle(Event::KeyGiven { origin: Origin::Given("typed"), value }, at(0))
    };
    let noticed = |s: &Session| s.findings().iter().any(|f| f.id == "key_is_placeholder");
    let mut s = session();
    stand_in(&mut s);
    assert!(noticed(&s));
    give(&mut s);
    assert!(!noticed(&s), "the key came after the paste");
    let mut s = session();
    give(&mut s);
    stand_in(&mut s);
    assert!(!noticed(&s), "the key came before the paste");
    let mut s = session();
    s.handle(Event::Pasted("curl $BASE_URL/v1/models".into()), at(0));
    assert_eq!(s.request().map(|_| ()).map_err(|f| f.id), Err("url_from_variable"));
}

fn form_paste(more: &str) -> String {
    format!(
        "curl https://api.cometapi.com/v1/audio/transcriptions -H 'Authorization: Bearer {}' -F model=whisper-1 \
         -F file=@talks/zebra.png {more}",
        key('a')
    )
}

/// What the driver would answer where every file has the look `look`.
fn looked(effects: &[Effect], look: Result<FileFacts, FileTrouble>) -> Option<Event> {
    effects.iter().find_map(|effect| match effect {
        Effect::LookAtFiles(paths) => {
            let files = paths.0.iter().map(|path| FileSeen { path: path.clone(), look }).collect();
            Some(Event::FilesSeen(FilesSeen { folder: "/home/op".into(), files }))
        }
        _ => None,
    })
}

#[test]
fn files_are_looked_at_and_shown_before_they_are_sent() {
    let mut s = session();
    let effects = s.handle(Event::Pasted(form_paste("")), at(0));
    let found = Ok(FileFacts { bytes: 1_000, kind: Some("image/png") });
    s.handle(looked(&effects, found).expect("a look"), at(0));
    assert!(!s.findings().iter().any(|f| f.id.starts_with("file_")), "{:?}", s.findings());
    // It is looked at again: it may have changed since.
    let effects = s.handle(Event::SendRequested, at(0));
    assert!(s.consent().is_none());
    s.handle(looked(&effects, Ok(FileFacts { bytes: 2_000, kind: None })).expect("a look"), at(0));
    let consent = s.consent().expect("asks");
    let lines: Vec<String> = consent.uploads.iter().map(Upload::line).collect();
    assert_eq!(lines, ["file: talks/zebra.png, image/png, 2000 bytes"]);
    assert!(consent.body_bytes > 2_000, "{}", consent.body_bytes);
    let outgoing = sent(s.handle(Event::ConsentGiven { remember: false }, at(0)));
    assert_eq!(outgoing.request.form.last().and_then(crate::case::request::Part::bytes), Some(2_000));
    // The bytes stay agreed only as long as the file does.
    s.handle(Event::AttemptDone(Box::new(answer(1, 400, &[], "{}"))), at(1));
    let effects = s.handle(Event::SendRequested, at(2));
    s.handle(looked(&effects, Ok(FileFacts { bytes: 2_001, kind: None })).expect("a look"), at(2));
    assert!(s.consent().is_some(), "another file needs another consent");
}

#[test]
fn a_file_that_cannot_be_sent_is_a_finding_and_nothing_is_sent() {
    let table = [
        (FileTrouble::Missing, "file_missing"),
        (FileTrouble::NotAFile, "file_not_regular"),
        (FileTrouble::Unreadable, "file_unreadable"),
        (FileTrouble::TooLarge, "file_too_large"),
    ];
    for (trouble, id) in table {
        let mut s = session();
        s.handle(Event::Pasted(form_paste("")), at(0));
        let effects = s.handle(Event::SendRequested, at(0));
        let effects = s.handle(looked(&effects, Err(trouble)).expect("a look"), at(0));
        assert!(effects.is_empty() && s.consent().is_none());
        let notice = s.notice().expect("says why");
        assert_eq!(notice.level, Level::Error);
        assert!(
            notice.text.starts_with("cannot be sent: ") && !notice.text.contains("zebra"),
            "{}",
            notice.text
        );
        let found = s.findings().into_iter().find(|f| f.id == id).expect(id);
        assert_eq!(found.place, crate::case::finding::Place::Field("file".into()));
        if trouble == FileTrouble::Missing {
            assert!(found.message.contains("/home/op"), "{}", found.message);
        }
        assert!(!format!("{effects:?}{:?}", looked(&[], Err(trouble))).contains("zebra"));
    }
}

#[test]
fn a_type_that_is_not_the_files_own_is_noticed() {
    let mut s = session();
    let effects = s.handle(Event::Pasted(form_paste("").replace("zebra.png", "zebra.webp")), at(0));
    s.handle(looked(&effects, Ok(FileFacts { bytes: 9, kind: Some("image/webp") })).expect("a look"), at(0));
    let found = s.findings().into_iter().find(|f| f.id == "file_type_differs").expect("noticed");
    assert!(found.fix.contains(";type=image/webp"), "{}", found.fix);
}

#[test]
fn a_folder_of_the_environment_becomes_part_of_the_path_and_no_secret() {
    let mut s = session();
    let effects = s
        .handle(Event::Pasted(form_paste("").replace("=@talks", "=@$HOME/talks").replace('\'', "\"")), at(0));
    assert!(looked(&effects, Err(FileTrouble::Missing)).is_none(), "the path is not known yet");
    let home = SecretString::from("/home/op".to_owned());
    let effects = s.handle(Event::EnvironmentRead(vec![("HOME".into(), Some(home))]), at(0));
    assert!(s.ring().by_env("HOME").is_none());
    assert_eq!(
        s.draft().form.last().and_then(crate::case::request::Part::path),
        Some("/home/op/talks/zebra.png")
    );
    assert!(looked(&effects, Err(FileTrouble::Missing)).is_some());
}

#[test]
fn the_deadline_of_the_command_holds_where_it_is_shorter() {
    let mut s = session();
    let text = format!("{} -m 7 --connect-timeout 3600", paste("api.cometapi.com", &key('a')));
    s.handle(Event::Pasted(text), at(0));
    let told = s.findings().into_iter().find(|f| f.id == "deadline_of_the_command").expect("told");
    assert!(told.message.contains("7000 ms"), "{}", told.message);
    s.handle(Event::SendRequested, at(0));
    let outgoing = sent(s.handle(Event::ConsentGiven { remember: false }, at(0)));
    assert_eq!(
        (outgoing.timeouts.total_ms, outgoing.timeouts.connect_ms),
        (7_000, Timeouts::default().connect_ms)
    );
    s.handle(Event::AttemptDone(Box::new(answer(1, 400, &[], "{}"))), at(1));
    s.handle(Event::GoTo(Step::Review), at(1));
    let note = &s.output().expect("a note").note;
    let pins = serde_json::to_value(&note.contract).expect("serializes");
    assert!(pins.to_string().contains("\"total_ms\":7000"), "{pins}");
    // Another paste has none.
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(2));
    assert_eq!(s.timeouts(), Timeouts::default());
}

#[test]
fn a_body_in_a_file_is_read_masked_and_shown() {
    let secret = key('z');
    let paste = |data: &str| {
        format!(
            "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {}' -H 'Content-Type: \
             application/json' {data}",
            key('a')
        )
    };
    let paths = |effects: &[Effect]| {
        effects.iter().find_map(|e| match e {
            Effect::ReadBody(paths) => Some(paths.0.clone()),
            _ => None,
        })
    };
    let read = |text: &str| Event::BodyRead(Ok(SecretString::from(text.to_owned())));
    let mut s = session();
    let effects = s.handle(Event::Pasted(paste("-d @sub/body.json")), at(0));
    assert_eq!(paths(&effects), Some(vec!["sub/body.json".to_owned()]));
    s.handle(read(&format!("{{\"model\": \"gpt-x\",\n\"user\": \"{secret}\"}}\n")), at(0));
    let body = s.draft().body.clone();
    assert!(body.contains("gpt-x") && body.contains("[key#") && !body.contains(&secret), "not masked");
    let ids: Vec<_> = s.findings().iter().map(|f| f.id).collect();
    assert!(ids.contains(&"body_read_from_file") && ids.contains(&"literal_key"), "{ids:?}");
    assert!(!ids.contains(&"body_from_file"), "{ids:?}");
    // A second answer changes nothing.
    s.handle(read("other"), at(0));
    assert_eq!(s.draft().body, body);

    for (data, text, expected) in [
        ("-d @a", "x\ny\r\n", "xy"),
        ("--data @a", "{\"a\":\n1}\n", "{\"a\":1}"),
        ("--data-binary @a", "x\ny\n", "x\ny\n"),
        ("--json @a", "[1,\n2]\n", "[1,\n2]\n"),
    ] {
        let mut s = session();
        s.handle(Event::Pasted(paste(data)), at(0));
        s.handle(read(text), at(0));
        assert_eq!(s.draft().body, expected, "{data}");
    }
    // What is more than one text file stays a finding.
    for data in ["-d @a -d b", "-G -d @a", "-T a", "-d @-", "-d @$DIR/a", "--data-urlencode x@a"] {
        let mut s = session();
        let effects = s.handle(Event::Pasted(paste(data)), at(0));
        assert_eq!(paths(&effects), None, "{data}");
    }
    let mut s = session();
    s.handle(Event::Pasted(paste("-d @a")), at(0));
    s.handle(Event::BodyRead(Err(FileTrouble::NotText)), at(0));
    let told: Vec<_> = s.findings().iter().filter(|f| f.id == "body_from_file").map(|f| &f.message).collect();
    assert_eq!(told.len(), 1);
    assert!(told.iter().all(|m| m.contains("no UTF-8 text")), "{told:?}");
}

#[test]
fn a_file_is_opened_by_its_path() {
    let path = |effects: &[Effect]| match effects {
        [Effect::OpenFile { paths, .. }] => paths.0.clone(),
        _ => Vec::new(),
    };
    let mut s = session();
    let effects = s.handle(Event::Pasted("'/tmp/my failed.sh'\n".into()), at(0));
    assert_eq!(path(&effects), ["/tmp/my failed.sh"]);
    let read = |text: &str, pasted: Option<&str>| Event::FileOpened {
        read: Ok(text.to_owned().into()),
        pasted: pasted.map(str::to_owned),
    };
    s.handle(read("curl https://api.cometapi.com/v1/models", Some("'/tmp/my failed.sh'")), at(0));
    assert_eq!(s.draft().url, "https://api.cometapi.com/v1/models");

    let effects = s.handle(Event::OpenRequested("~/x.har".into()), at(0));
    assert_eq!(path(&effects), ["~/x.har"]);
    let missing = |pasted: Option<&str>| Event::FileOpened {
        read: Err(FileTrouble::Missing),
        pasted: pasted.map(str::to_owned),
    };
    s.handle(missing(None), at(0));
    assert!(s.notice().is_some_and(|n| n.text.contains("there is no such file")));
    assert_eq!(s.draft().url, "https://api.cometapi.com/v1/models", "what was there stays");
    // A path that leads nowhere was perhaps no path: it is read as a paste is.
    s.handle(missing(Some("/v1/models")), at(0));
    assert!(s.notice().is_some_and(|n| !n.text.contains("file")), "{:?}", s.notice().map(|n| &n.text));
}

/// What is saved and what leaves is made of the case as it is now, also where one more secret became known meanwhile.
#[test]
fn what_was_sanitized_is_made_anew_when_a_secret_becomes_known() {
    let mut s = session();
    s.handle(
        Event::Pasted(
            "HTTP/1.1 401 Unauthorized\ncontent-type: application/json\n\n{\"error\":{\"message\":\"no\"}}"
                .into(),
        ),
        at(0),
    );
    let first = s.safe(&s.words);
    assert!(std::sync::Arc::ptr_eq(&first, &s.safe(&s.words)), "made once");
    s.ring.hold(
        crate::case::keyring::SecretKind::Key,
        crate::case::keyring::Origin::Pasted,
        "some-other-secret-value",
    );
    assert!(!std::sync::Arc::ptr_eq(&first, &s.safe(&s.words)), "the secret is looked for, too");
    let before = s.safe(&s.words);
    s.handle(
        Event::WordsSet(crate::case::sanitize::Words { question: "Why?".into(), ..s.words.clone() }),
        at(1),
    );
    let after = s.safe(&s.words);
    assert!(!std::sync::Arc::ptr_eq(&before, &after) && after.words.question.as_str() == "Why?");
}
