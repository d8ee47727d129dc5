//! A task that an answer names, asked for until it ends.

use super::*;
use crate::case::retry::{Policy, Polling};
use crate::case::vocabulary::TaskState;

const SUBMITTED: &str = r#"{"id":"task_9","object":"video","status":"queued","progress":0}"#;
const QUEUED: &str = r#"{"id":"task_9","object":"video","status":"queued","progress":1}"#;
const RUNNING: &str = r#"{"id":"task_9","object":"video","status":"in_progress","progress":40}"#;
const FAILED: &str = r#"{"id":"task_9","object":"video","status":"failed","error":{"code":"generation_failed","message":"the provider gave up on: tell me about zebras at dawn"}}"#;
const DONE: &str =
    r#"{"id":"task_9","object":"video","status":"completed","video_url":"https://cdn.example/x.mp4?sig=1"}"#;

fn start_of_a_video(query: &str) -> String {
    format!(
        "curl 'https://api.cometapi.com/v1/videos{query}' -H 'Authorization: Bearer {}' -H 'X-Own: 1' -H 'Content-Type: application/json' \
         -d '{{\"model\":\"sora\",\"prompt\":\"tell me about zebras at dawn\"}}'",
        key('a')
    )
}

fn polling(poll: Option<Polling>) -> Session {
    Session::new(Catalog::built_in(), Settings { poll, ..settings() })
}

/// The start is pasted, asked about, sent and answered with `answer`.
fn started(session: &mut Session, query: &str, body: &str) -> Vec<Effect> {
    session.handle(Event::Pasted(start_of_a_video(query)), at(0));
    session.handle(Event::SendRequested, at(0));
    sent(session.handle(Event::ConsentGiven { remember: false }, at(0)));
    session.handle(Event::AttemptDone(Box::new(answer(1, 200, &[], body))), at(1))
}

/// Gives the answers in turn, each `seconds` after the one before; the question that each of them answers.
fn asked(session: &mut Session, mut effects: Vec<Effect>, answers: &[(u16, &str)]) -> Vec<Outgoing> {
    let mut questions = Vec::new();
    for (n, (status, body)) in answers.iter().enumerate() {
        let now = 5 * (i64::try_from(n).expect("few") + 1);
        let outgoing = match waits(&effects) {
            Some((_, token)) => sent(session.handle(Event::WaitOver(token), at(now))),
            None => sent(std::mem::take(&mut effects)),
        };
        let index = outgoing.index;
        questions.push(outgoing);
        effects = session.handle(Event::AttemptDone(Box::new(answer(index, *status, &[], body))), at(now));
    }
    questions
}

fn rows(session: &Session) -> Vec<(u32, Option<TaskState>, Option<RetryDecision>)> {
    let state = |at: usize| session.readings()[at].task.as_ref().and_then(|task| task.state);
    let attempts = session.evidence().attempts.iter().enumerate();
    attempts.map(|(at, attempt)| (attempt.polls, state(at), attempt.decision)).collect()
}

#[test]
fn a_task_is_asked_for_until_it_fails_and_its_failure_is_what_the_note_is_about() {
    use RetryDecision as D;
    use TaskState as S;
    let mut s = polling(Some(Polling::default()));
    let effects = started(&mut s, "", SUBMITTED);
    assert_eq!(waits(&effects).map(|(ms, _)| ms), Some(5_000));
    let questions = asked(&mut s, effects, &[(200, QUEUED), (200, RUNNING), (200, RUNNING), (200, FAILED)]);
    for question in &questions {
        let request = &question.request;
        assert_eq!((request.method.as_str(), request.target.path.as_str()), ("GET", "/v1/videos/task_9"));
        assert_eq!((request.target.host.as_str(), &request.body), ("api.cometapi.com", &None));
        let names: Vec<&str> = request.headers.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["Authorization", "X-Own"], "without those of the body");
        assert!(request.headers[0].value.contains("[key#1]"), "the same key");
    }
    assert_eq!(
        rows(&s),
        [
            (0, Some(S::Queued), Some(D::Polled)),
            (1, Some(S::Queued), Some(D::Polled)),
            (2, Some(S::Running), Some(D::Polled)),
            (1, Some(S::Failed), Some(D::NotRetried)),
        ]
    );
    assert!(!s.is_busy() && !s.polls());
    s.handle(Event::GoTo(Step::Review), at(40));
    let output = s.output().expect("a note");
    let note = &output.note;
    assert!(
        note.title.contains("POST /v1/videos started a task that failed (generation_failed)"),
        "{}",
        note.title
    );
    let task = note.response.as_ref().and_then(|r| r.task.as_ref()).expect("a task");
    assert_eq!((task.id.as_deref(), task.state), (Some("task_9"), Some(S::Failed)));
    assert_eq!(note.deterministic, None, "how often a task fails was not tried");
    assert!(note.report.actual.contains("This tool sent the request once. It asked for the task 4 times."));
    let text = output.rendered.as_ref().expect("passes").as_str();
    for secret in ["7Qz", "zebras"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("polls: 2") && text.contains("state: failed"), "{text}");
}

#[test]
fn a_task_that_has_not_ended_is_told_as_that() {
    let bounds = Polling { every_ms: 5_000, most: 3, total_ms: 600_000 };
    let late = Polling { total_ms: 12_000, most: 60, ..bounds };
    for (bounds, questions) in [(bounds, 3), (late, 2)] {
        let mut s = polling(Some(bounds));
        let effects = started(&mut s, "", SUBMITTED);
        let sent = asked(&mut s, effects, &[(200, RUNNING); 3][..questions]);
        assert_eq!(sent.len(), questions);
        assert!(!s.is_busy(), "the bound is reached");
        assert_eq!(s.evidence().attempts.last().and_then(|a| a.decision), Some(RetryDecision::FinalAttempt));
        s.handle(Event::GoTo(Step::Review), at(60));
        let note = &s.output().expect("a note").note;
        assert!(note.title.starts_with("task not ended: "), "{}", note.title);
        let open = note.remaining_uncertainty.join("\n");
        assert!(open.contains("The task was running when it was asked for last"), "{open}");
        assert_ne!(note.local_result, crate::case::note::LocalResult::Pass, "nothing passed yet");
    }
}

#[test]
fn a_task_that_ends_well_is_no_failure() {
    let mut s = polling(Some(Polling::default()));
    let effects = started(&mut s, "", SUBMITTED);
    asked(&mut s, effects, &[(200, RUNNING), (200, DONE)]);
    assert!(!s.is_busy());
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::None));
    s.handle(Event::GoTo(Step::Review), at(60));
    let title = &s.output().expect("a note").note.title;
    assert_eq!(title, "not reproduced: POST /v1/videos started a task that succeeded");
}

#[test]
fn a_question_that_fails_in_passing_is_asked_again_and_one_that_is_refused_is_not() {
    let not_yet = r#"{"code":"task_not_exist","message":"task not exist","data":null}"#;
    let refused = r#"{"error":{"code":"","message":"Invalid token","type":"comet_api_error"}}"#;
    // answers, whether it goes on
    for (answers, goes_on) in [(vec![(400, not_yet)], true), (vec![(401, refused)], false)] {
        let mut s = polling(Some(Polling::default()));
        let effects = started(&mut s, "", SUBMITTED);
        asked(&mut s, effects, &answers);
        assert_eq!(s.is_busy(), goes_on, "{answers:?}");
    }
    // A retry of the start itself goes as ever.
    let mut s = polling(Some(Polling::default()));
    s.handle(Event::Pasted(start_of_a_video("")), at(0));
    s.handle(Event::SendRequested, at(0));
    sent(s.handle(Event::ConsentGiven { remember: false }, at(0)));
    let effects = s.handle(Event::AttemptDone(Box::new(answer(1, 429, &[], SATURATED))), at(1));
    let (_, token) = waits(&effects).expect("backs off");
    assert_eq!(sent(s.handle(Event::WaitOver(token), at(2))).request.method, "POST");
}

#[test]
fn nothing_is_asked_for_without_being_agreed_to() {
    // Not asked for beforehand: nothing follows by itself, and the plan names nothing.
    let mut s = polling(None);
    assert!(started(&mut s, "", SUBMITTED).is_empty() && !s.is_busy());
    assert!(s.task_to_ask_for());
    // By the key on the answer: a consent of its own, with the count first.
    s.handle(Event::PollRequested, at(2));
    let consent = s.consent().expect("asks").clone();
    assert_eq!((consent.purpose, consent.most_requests), (Purpose::Poll, 60));
    assert_eq!(consent.method, "GET");
    let said = consent.polls.expect("a plan").said();
    let place = |word: &str| said.find(word).unwrap_or_else(|| panic!("{word}: {said}"));
    assert!(place("at most 60 times") < place("https://api.cometapi.com/v1/videos/task_9"), "{said}");
    assert!(s.handle(Event::ConsentRefused, at(2)).is_empty() && !s.polls());
    s.handle(Event::PollRequested, at(3));
    let effects = s.handle(Event::ConsentGiven { remember: false }, at(3));
    let questions = asked(&mut s, effects, &[(200, RUNNING), (200, FAILED)]);
    assert_eq!(questions[0].request.target.path, "/v1/videos/task_9");
    assert!(!s.is_busy() && !s.task_to_ask_for(), "it has ended");
    assert_eq!(s.evidence().attempts.len(), 3);
    // Beforehand: the plan stands in the consent to the start.
    let mut s = polling(Some(Polling::default()));
    s.handle(Event::Pasted(start_of_a_video("")), at(0));
    s.handle(Event::SendRequested, at(0));
    let plan = s.consent().and_then(|c| c.polls.clone()).expect("a plan");
    assert_eq!(plan.address, "https://api.cometapi.com/v1/videos/{task}");
    // Where nothing names a task there is nothing to ask for.
    let mut s = polling(None);
    begin(&mut s, "api.cometapi.com");
    s.handle(Event::AttemptDone(Box::new(answer(1, 401, &[], UNKNOWN_MODEL))), at(1));
    assert!(!s.task_to_ask_for() && s.handle(Event::PollRequested, at(2)).is_empty());
    assert!(s.consent().is_none() && s.notice().is_some_and(|n| n.text.contains("no answer names a task")));
}

#[test]
fn a_hostile_id_is_not_asked_for_and_a_key_of_the_query_goes_along() {
    for id in ["../../v1/files", "x?key=1", "..", ""] {
        let mut s = polling(Some(Polling::default()));
        let body = format!(r#"{{"id":"{id}","object":"video","status":"queued"}}"#);
        assert!(started(&mut s, "", &body).is_empty(), "{id}");
        assert!(!s.is_busy() && s.evidence().poll.is_none(), "{id}");
    }
    let mut s = polling(Some(Polling::default()));
    let query = format!("?key={}&seconds=4", key('b'));
    let effects = started(&mut s, &query, SUBMITTED);
    let question = asked(&mut s, effects, &[(200, DONE)]).remove(0);
    let [(name, value)] = question.request.target.query.as_slice() else { panic!("one parameter") };
    assert!(name == "key" && value.starts_with('['), "{name}={value}");
}

#[test]
fn the_operator_may_stop_asking_and_what_was_seen_stays() {
    let mut s = polling(Some(Polling::default()));
    let effects = started(&mut s, "", SUBMITTED);
    asked(&mut s, effects, &[(200, RUNNING)]);
    assert!(matches!(s.activity(), Activity::Waiting { .. }));
    s.handle(Event::Cancel, at(6));
    assert!(!s.is_busy() && !s.polls());
    // While a question is under way.
    let mut s = polling(Some(Polling::default()));
    let effects = started(&mut s, "", SUBMITTED);
    let (_, token) = waits(&effects).expect("waits");
    sent(s.handle(Event::WaitOver(token), at(6)));
    s.handle(Event::Cancel, at(7));
    s.handle(Event::AttemptDone(Box::new(failure(2, TransportKind::Cancelled))), at(7));
    assert!(!s.is_busy() && !s.polls());
    assert_eq!(s.diagnosis().map(|d| d.class), Some(FailureClass::None), "the cancelled one says nothing");
    s.handle(Event::GoTo(Step::Review), at(8));
    let note = &s.output().expect("a note").note;
    assert!(note.title.starts_with("task not ended: "), "{}", note.title);
}

#[test]
fn a_repetition_starts_no_questions() {
    let policy = Policy { repeat: 2, ..Policy::default() };
    let poll = Some(Polling::default());
    let mut s = Session::new(Catalog::built_in(), Settings { policy, poll, ..settings() });
    let effects = started(&mut s, "", SUBMITTED);
    let (_, token) = waits(&effects).expect("is repeated");
    assert_eq!(sent(s.handle(Event::WaitOver(token), at(2))).request.method, "POST");
}

#[test]
fn a_request_that_itself_asks_for_a_task_is_asked_again() {
    let mut s = polling(Some(Polling::default()));
    let paste =
        format!("curl https://api.cometapi.com/v1/videos/task_9 -H 'Authorization: Bearer {}'", key('a'));
    s.handle(Event::Pasted(paste), at(0));
    s.handle(Event::SendRequested, at(0));
    sent(s.handle(Event::ConsentGiven { remember: false }, at(0)));
    let effects = s.handle(Event::AttemptDone(Box::new(answer(1, 200, &[], RUNNING))), at(1));
    let questions = asked(&mut s, effects, &[(200, RUNNING), (200, FAILED)]);
    assert!(questions.iter().all(|q| q.request.target.path == "/v1/videos/task_9"));
    assert!(!s.is_busy());
}
