//! What may leave: places that are taken out, fields that are shown.

use super::*;

#[test]
fn what_the_audit_refuses_can_be_taken_out() {
    let mut session = seen(PROMPT);
    // As if the redactor had missed it: the note's own field, put there behind its back.
    let output = session.output.as_mut().expect("a note");
    output.note.report.actual = format!("It said: {PROMPT}.");
    output.rendered = note_of(output);
    let refusal = output.rendered.clone().expect_err("refused");
    assert_eq!((refusal.field.as_str(), refusal.rule.as_str()), ("report.actual", "text that was dropped"));
    assert!(refusal.to_string().contains("in report.actual (line "));
    give(&mut session, Event::RemoveRefused);
    let removed = session.removed.first().expect("taken out");
    assert_eq!(removed.field, "report.actual");
    assert!(!format!("{removed:?}").contains("parcel"));
    // The same fault again, now with what the operator had taken out.
    let output = session.output.as_mut().expect("a note");
    output.note.report.actual = format!("It said: {PROMPT}.");
    output.note.removed.clone_from(&session.removed);
    let passed = note_of(output).expect("passes");
    assert!(passed.as_str().contains("[removed#1]") && !passed.as_str().contains("parcel"));
}

#[test]
fn one_field_can_be_shown_and_dropped_again() {
    let mut session = seen(PROMPT);
    assert!(!yaml(&session).contains("parcel"));
    for (field, refused) in [("api_key", "credential"), ("messages[7].content", "no text was dropped")] {
        give(&mut session, Event::ShowField(field.into()));
        assert!(session.notice().expect("says why").text.contains(refused), "{field}");
    }
    give(&mut session, Event::ShowField("messages[0].content".into()));
    assert!(yaml(&session).contains(PROMPT));
    let shown = session.output().expect("a note").ledger.entries.iter().find(|e| e.kind == "shown");
    assert_eq!(shown.map(|e| (e.rule.as_str(), e.count)), Some(("shown_by_the_operator", 1)));
    assert!(!session.confirmed());
    give(&mut session, Event::ShowField("request.body.messages[0].content".into()));
    assert!(!yaml(&session).contains("parcel"));
}

#[test]
fn a_secret_in_a_shown_field_goes_all_the_same() {
    let key = format!("sk-{}", "Zy9Xw8Vu7Ts6".repeat(4));
    let mut session = seen(&format!("my other key is {key}, please help"));
    give(&mut session, Event::ShowField("messages[0].content".into()));
    let note = yaml(&session);
    assert!(note.contains("my other key is [key#") && !note.contains(&key[3..12]));
}

const PROMPT: &str = "Ship the quarterly parcel to Anneliese at the old mill before Friday";

/// A session on Review, with a request of this prompt and a refusal.
fn seen(prompt: &str) -> Session {
    let mut session = session();
    give(
        &mut session,
        Event::Pasted(paste("api.cometapi.com", &key('a')).replace("tell me about zebras at dawn", prompt)),
    );
    give(&mut session, Event::ResponseGiven { text: UNKNOWN_MODEL.into(), status: Some(503), at: None });
    give(&mut session, Event::GoTo(Step::Review));
    session
}

fn give(session: &mut Session, event: Event) {
    session.handle(event, at(0));
}

fn yaml(session: &Session) -> String {
    session.output().expect("a note").render(Format::Yaml).expect("passes").as_str().to_owned()
}

fn note_of(output: &Output) -> Result<crate::case::sanitize::Rendered, crate::case::sanitize::Refusal> {
    output.render(Format::Yaml)
}
