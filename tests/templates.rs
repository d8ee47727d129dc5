//! Templates of the operator's, with real cases: nothing leaves through them, and a fault is told.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

mod practice_walk;

use casefile::case::note::{BUILT_IN, Template};
use casefile::case::sanitize::Format;
use casefile::case::vocabulary::FailureClass;
use casefile::practice::score::Trial;
use casefile::practice::{Gateway, Options, scenarios};
use casefile::session::{Event, Session, Step};
use practice_walk::{moment, run, walk};

fn key() -> String {
    let clock = std::sync::Arc::new(casefile::io::clock::FixedClock(moment()));
    Gateway::start(Options::new(clock, 7)).expect("listens").key().to_owned()
}

/// The note as Markdown by `template`.
fn by(session: &mut Session, template: Template) {
    session.use_template(Some(template));
    for event in [Event::FormatChosen(Format::Markdown), Event::GoTo(Step::Note)] {
        session.handle(event, moment());
    }
}

#[test]
fn a_template_that_prints_everything_leaks_nothing() {
    let key = key();
    // Those that hang need a deadline to end; they bring no text of their own.
    let slow = [FailureClass::ClientTimeout, FailureClass::StreamInterrupted];
    for scenario in scenarios().iter().filter(|s| !slow.contains(&s.expect.failure_class)) {
        let mut session = run(walk(scenario));
        by(&mut session, Template::new("all.j2", "{{ note }}\n{{ debug() }}\n{{ note | pprint | block }}"));
        let output = session.output().expect("a note");
        assert_eq!(output.template_fault, None);
        let rendered = output.rendered.as_ref().unwrap_or_else(|r| panic!("{}: {r}", scenario.name));
        assert!(rendered.as_str().len() > 2000, "{}", scenario.name);
        let score = Trial::new(scenario, &key).judge(&output.note, &output.rendered);
        assert!(score.holds("leak_free"), "{}", scenario.name);
    }
}

#[test]
fn a_key_or_prompt_that_stands_in_the_template_itself_is_refused() {
    let scenario = scenarios().iter().find(|s| s.name == "missing-model").expect("is there");
    for text in [format!("key: {}\n", key()), format!("a\nb {}\n", key().get(9..30).expect("ASCII"))] {
        let mut session = run(walk(scenario));
        by(&mut session, Template::new("mine.j2", text));
        assert!(session.output().expect("a note").rendered.is_err());
    }
}

#[test]
fn a_faulty_template_is_told_and_the_built_in_one_stands_in() {
    let mut session = run(walk(&scenarios()[0]));
    by(&mut session, Template::new("mine.j2", "a\n{{ note.titel }}\n"));
    let output = session.output().expect("a note");
    let fault = output.template_fault.as_ref().expect("a fault");
    assert_eq!((fault.name.as_str(), fault.line), ("mine.j2", 2));
    assert!(output.rendered.as_ref().expect("by the built-in one").as_str().starts_with("# "));
    assert!(session.notice().is_some_and(|n| n.text.contains("line 2 of the note template mine.j2")));
    // Only Markdown has a template.
    session.handle(Event::FormatChosen(Format::Yaml), moment());
    assert_eq!(session.output().expect("a note").template_fault, None);
    by(&mut session, Template::new("mine.j2", BUILT_IN));
    let text = session.output().expect("a note").rendered.clone().expect("passes");
    session.use_template(None);
    session.handle(Event::GoTo(Step::Note), moment());
    assert_eq!(session.output().expect("a note").rendered.as_ref(), Ok(&text));
}
