//! The case is saved as it goes, and goes on where an earlier run left it.

use super::*;
use crate::case::kept::{SavedCase, Unfinished};
use crate::case::sanitize::Readmission;

fn saving() -> Session {
    Session::new(Catalog::built_in(), Settings { save: true, ..settings() })
}

fn saved(effects: &[Effect]) -> Option<SavedCase> {
    effects.iter().find_map(|e| if let Effect::SaveCase(case) = e { Some((**case).clone()) } else { None })
}

fn later(effects: &[Effect]) -> bool {
    effects.iter().any(|e| matches!(e, Effect::SaveLater(SAVE_EVERY_MS)))
}

fn read(case: &SavedCase) -> Unfinished {
    Unfinished::read(case.text().as_str(), &Readmission::new(&Catalog::built_in())).expect("reads")
}

/// A case with an answer and words, and what was saved of it last.
fn worked_on() -> (Session, SavedCase) {
    let mut s = saving();
    begin(&mut s, "api.cometapi.com");
    s.handle(Event::AttemptDone(Box::new(answer(1, 401, &[], UNKNOWN_MODEL))), at(1));
    let words = Words { question: format!("Why does {} fail?", key('a')), ..s.words().clone() };
    s.handle(Event::SaveDue, at(1));
    assert!(later(&s.handle(Event::WordsSet(words), at(2))));
    let case = saved(&s.handle(Event::GoTo(Step::Review), at(3))).expect("a step is saved at once");
    (s, case)
}

#[test]
fn what_is_saved_is_clean_and_goes_on_in_another_run() {
    let (mut before, case) = worked_on();
    let text = case.text().as_str();
    assert!(!text.contains("7Qz") && !text.contains("zebras"), "{text}");
    let mut after = saving();
    after.handle(Event::Resumed(Box::new(read(&case))), at(90));
    assert_eq!((after.step(), after.id()), (Step::Review, before.id()));
    assert_eq!(after.words().question, "Why does [key#1] fail?");
    assert!(after.was_observed() && after.evidence().attempts.is_empty());
    let note = |s: &mut Session| {
        s.handle(Event::Confirmed(true), at(100));
        s.handle(Event::GoTo(Step::Note), at(100));
        let output = s.output().expect("a note");
        output.rendered.as_ref().expect("passes").as_str().to_owned()
    };
    assert_eq!(note(&mut after), note(&mut before), "the note is the same, byte for byte");
    // Words can be written on, and its note can leave.
    let words = Words { impact: "all of us".into(), ..after.words().clone() };
    after.handle(Event::WordsSet(words), at(101));
    after.handle(Event::Confirmed(true), at(101));
    assert!(note(&mut after).contains("all of us"));
    let done = Delivered { route: "file".into(), certain: true, path: None };
    let effects = after.handle(Event::Delivered(Ok(done)), at(102));
    assert!(effects.iter().any(|e| matches!(e, Effect::ForgetSaved(id) if id == after.id())));
    assert!(effects.iter().any(|e| matches!(e, Effect::KeepCase(case) if case.evidence().is_some())));
    assert!(saved(&after.handle(Event::GoTo(Step::Request), at(103))).is_none(), "it is finished");
}

#[test]
fn a_key_that_is_typed_saves_once_in_a_while_and_nothing_is_saved_of_nothing() {
    let mut s = saving();
    assert!(saved(&s.handle(Event::GoTo(Step::Review), at(0))).is_none());
    let typed = |text: &str| {
        Event::WordsTyped(Words { question: text.into(), operator: "op".into(), ..Words::default() })
    };
    assert!(later(&s.handle(typed("W"), at(0))));
    assert!(s.handle(typed("Wh"), at(0)).is_empty(), "one wait is enough");
    let case = saved(&s.handle(Event::SaveDue, at(1))).expect("saves");
    assert_eq!(read(&case).own_words().question, "Wh");
    assert!(s.handle(Event::SaveDue, at(2)).is_empty(), "nothing changed");
    assert!(later(&s.handle(typed("Why"), at(3))));
    let mut off = session();
    assert!(off.handle(typed("W"), at(0)).is_empty(), "it is off");
}

#[test]
fn the_same_request_goes_on_and_another_one_is_another_case() {
    let (before, case) = worked_on();
    let resumed = || {
        let mut s = saving();
        s.handle(Event::Resumed(Box::new(read(&case))), at(90));
        s
    };
    let mut same = resumed();
    same.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(91));
    assert_eq!((same.id(), same.was_observed()), (before.id(), true));
    same.handle(Event::SendRequested, at(92));
    sent(same.handle(Event::ConsentGiven { remember: false }, at(92)));
    same.handle(Event::AttemptDone(Box::new(answer(1, 403, &[], UNKNOWN_MODEL))), at(93));
    same.handle(Event::GoTo(Step::Note), at(94));
    let note = same.output().expect("a note").note.value();
    assert_eq!(note["response"]["status"], 403, "what is new stands");
    let mut other = resumed();
    other.handle(Event::Pasted(paste("elsewhere.example", &key('a'))), at(91));
    assert!(other.id() != before.id() && !other.was_observed());
    assert!(other.notice().is_some_and(|n| n.text.contains(before.id())));
}

/// What the operator took out of the note would come back with the evidence: that is not kept then.
#[test]
fn what_was_taken_out_is_not_kept() {
    const ID: &str = "under group default";
    let (mut s, case) = worked_on();
    assert!(case.text().as_str().contains(ID) && read(&case).observed.is_some(), "{case:?}");
    s.handle(Event::TakeOut(ID.into()), at(4));
    assert!(s.notice().is_some_and(|n| n.text.starts_with("taken out")), "{:?}", s.notice());
    assert_eq!(s.removed.len(), 1, "{:?}", s.removed);
    let case = saved(&s.handle(Event::GoTo(Step::Note), at(5))).expect("saved");
    assert!(!case.text().as_str().contains(ID) && read(&case).observed.is_none(), "{case:?}");
    s.handle(Event::Confirmed(true), at(6));
    let done = Delivered { route: "file".into(), certain: true, path: None };
    let effects = s.handle(Event::Delivered(Ok(done)), at(7));
    let kept = effects.iter().find_map(|e| if let Effect::KeepCase(case) = e { Some(case) } else { None });
    let kept = kept.expect("the case is kept");
    assert!(!kept.evidence().is_some_and(|e| e.text().as_str().contains(ID)));
    assert!(!kept.note().as_str().contains(ID));
}

/// A kept case would be written over by the next one under its id.
#[test]
fn a_paste_after_a_note_that_went_out_is_another_case() {
    let (mut s, _) = worked_on();
    let first = s.id().to_owned();
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(4));
    assert_eq!(s.id(), first, "nothing went out yet");
    s.handle(Event::SendRequested, at(5));
    sent(s.handle(Event::ConsentGiven { remember: false }, at(5)));
    s.handle(Event::AttemptDone(Box::new(answer(1, 401, &[], UNKNOWN_MODEL))), at(6));
    s.handle(Event::GoTo(Step::Note), at(6));
    s.handle(Event::Confirmed(true), at(6));
    let done = Delivered { route: "file".into(), certain: true, path: None };
    s.handle(Event::Delivered(Ok(done)), at(7));
    assert_eq!(s.id(), first);
    s.handle(Event::Pasted(paste("elsewhere.example", &key('a'))), at(8));
    assert!(s.id() != first, "a case of its own");
    assert_eq!(
        (s.words().question.as_str(), s.words().operator.as_str()),
        ("", "op"),
        "with words of its own"
    );
}

#[test]
fn a_trouble_is_told_once() {
    let mut s = saving();
    s.handle(Event::CaseNotSaved("the disk is full".into()), at(0));
    assert!(s.notice().is_some_and(|n| n.text.contains("the disk is full")));
    s.handle(Event::NoticeSeen, at(0));
    s.handle(Event::CaseNotSaved("the disk is full".into()), at(1));
    assert!(s.notice().is_none());
}
