//! The score of a practice walk: each fault lowers it, and a good walk is full.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

mod practice_walk;

use casefile::case::note::Note;
use casefile::case::sanitize::{Format, Refusal, Words};
use casefile::case::vocabulary::{FailureClass, RetryVerdict};
use casefile::practice::score::{Score, Trial};
use casefile::practice::{Expect, Scenario, scenarios};
use casefile::session::{Event, Session, Step};
use practice_walk::{moment, run, walk};

/// The key of the gateway in these walks: its seed is fixed.
fn key() -> String {
    let clock = std::sync::Arc::new(casefile::io::clock::FixedClock(moment()));
    casefile::practice::Gateway::start(casefile::practice::Options::new(clock, 7))
        .expect("listens")
        .key()
        .to_owned()
}

fn scenario(class: FailureClass) -> Scenario {
    let mut scenario = scenarios().iter().find(|s| s.name == "unknown-model").expect("is there").clone();
    scenario.expect =
        Expect { failure_class: class, topic: "error_handling".into(), retryable: RetryVerdict::Maybe };
    scenario
}

fn walked(words: Words) -> (Session, Trial) {
    let scenario = scenario(FailureClass::ModelUnavailable);
    let trial = Trial::new(&scenario, &key());
    let mut session = run(walk(&scenario));
    for event in [Event::WordsSet(words), Event::Confirmed(true), Event::GoTo(Step::Note)] {
        session.handle(event, moment());
    }
    (session, trial)
}

fn judge(session: &Session, trial: &Trial, change: impl FnOnce(&mut Note)) -> Score {
    let output = session.output().expect("a note");
    let mut note = output.note.clone();
    change(&mut note);
    trial.judge(&note, &output.rendered)
}

fn lost(score: &Score) -> Vec<&'static str> {
    score.checks.iter().filter(|c| !c.ok).map(|c| c.check).collect()
}

#[test]
fn each_fault_lowers_the_score() {
    type Change = fn(&mut Note);
    let words = Words {
        question: "Is this model served?".into(),
        expected: "An answer.".into(),
        impact: "All jobs since 9:00.".into(),
        ..Words::default()
    };
    let (session, trial) = walked(words);
    let full = judge(&session, &trial, |_| {});
    assert!(full.is_full());
    assert_eq!(lost(&full), ["isolated"], "{full:?}");
    assert_eq!(full.points(), (9, 10));
    let table: [(Change, &str); 9] = [
        (|n| n.diagnosis.failure_class = FailureClass::Auth, "class"),
        (|n| n.diagnosis.retryable = RetryVerdict::Yes, "retry"),
        (|n| n.diagnosis.topic = None, "topic"),
        (|n| n.support_question = None, "question"),
        (|n| n.report.expected = None, "expected"),
        (|n| n.report.impact = None, "impact"),
        (|n| n.report.impact = Some("Everybody.".into()), "impact"),
        (|n| n.redactions.confirmed_by_operator = false, "reviewed"),
        // A fact that is not there, and no word why.
        (|n| n.response = None, "complete"),
    ];
    for (change, check) in table {
        let score = judge(&session, &trial, change);
        assert_eq!(
            lost(&score).iter().filter(|c| **c != "isolated").collect::<Vec<_>>(),
            [&check],
            "{score:?}"
        );
        let better = score.checks.iter().find(|c| c.check == check).expect("was asked");
        assert!(!better.better.is_empty(), "{better:?}");
        let operators = matches!(check, "question" | "expected" | "impact" | "reviewed");
        assert_eq!(score.is_full(), operators, "{check}: what only a person knows is another part");
    }
}

#[test]
fn what_the_gateway_did_not_give_is_no_loss_and_what_was_not_sent_is_one() {
    let (session, trial) = walked(Words::default());
    let without_id = |n: &mut Note| {
        if let Some(response) = &mut n.response {
            response.request_ids.clear();
        }
        n.missing_evidence.push(casefile::case::note::Gap {
            field: "response.request_ids".into(),
            why: "none came".into(),
        });
    };
    let score = judge(&session, &trial, without_id);
    assert!(score.is_full() && score.had + 1 == score.asked, "{score:?}");
    let score = judge(&session, &trial, |n| {
        without_id(n);
        for attempt in &mut n.attempts {
            attempt.sent_by_tool = false;
        }
    });
    assert!(lost(&score).contains(&"complete"), "{score:?}");
}

#[test]
fn a_leak_is_found_by_the_practice_side_alone() {
    let (session, trial) = walked(Words::default());
    let output = session.output().expect("a note");
    let passed = |text: &str| {
        // An audit of another case knows nothing of this one's key and prompt.
        let ring = casefile::case::keyring::KeyRing::default();
        let catalog = casefile::case::catalog::Catalog::built_in();
        casefile::case::sanitize::Sanitizer::new(&catalog, &ring).audit().pass(text.to_owned(), Format::Plain)
    };
    let key = key();
    let prompt = "say\n  HELLO.";
    for (text, free) in [
        ("nothing", true),
        (key.get(3..10).expect("ASCII"), true),
        (key.get(20..28).expect("ASCII"), false),
        (prompt, false),
    ] {
        let score = trial.judge(&output.note, &passed(&format!("a {text} b")));
        assert_eq!(score.holds("leak_free"), free, "{text:?}");
    }
    let refused = Err(Refusal::at(1, "a key"));
    assert!(!trial.judge(&output.note, &refused).is_full());
    assert!(!format!("{trial:?}").contains(&key));
}
