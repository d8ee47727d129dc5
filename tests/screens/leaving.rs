//! What leaves: from one replacement to the next, a search, a text that the operator takes out, and the note for a place.

use casefile::case::sanitize::{Format, Rendered};
use casefile::session::Event;

use crate::rig::{Rig, curl_like, secret};

const SIZES: [(u16, u16, &str); 2] = [(80, 24, ""), (140, 45, "_wide")];

/// A failure with several replacements, and a project's name in the message that no rule knows.
fn observed(width: u16, height: u16) -> Rig {
    let mut rig = Rig::new(width, height);
    let mut draft = curl_like();
    draft.body = draft.body.replace("\"Hello\"", "\"Why do zebras have stripes?\"").into();
    rig.tell(Event::Edited(draft));
    rig.tell(Event::SendRequested);
    rig.tell(Event::ConsentGiven { remember: false });
    let key = secret("sk-");
    rig.answer(
        403,
        &format!(
            "{{\"error\":{{\"message\":\"project bluebird-7 of jane@example.org may not use {key}\",\"type\":\"new_api_error\",\"code\":\"denied\"}}}}"
        ),
    );
    rig.tell(Event::StopRetrying);
    rig.keys("4");
    rig
}

fn note(rig: &Rig) -> String {
    let rendered = rig.session.output().and_then(|output| output.rendered.as_ref().ok());
    rendered.map(Rendered::as_str).unwrap_or_default().to_owned()
}

#[test]
fn replacements_are_gone_through_and_found() {
    for (width, height, tail) in SIZES {
        let mut rig = observed(width, height);
        screen!(rig, "n", format!("leaving_first{tail}"));
        screen!(rig, "nn", format!("leaving_third{tail}"));
        rig.keys("NN");
        assert_eq!(rig.screen.marks.current, Some(0));
        rig.keys("N");
        assert_eq!(rig.screen.marks.current, Some(rig.screen.marks.replaced.len() - 1), "round and round");
        screen!(rig, "/BLUEBIRD<enter>", format!("leaving_found{tail}"));
        rig.keys("<esc>");
        assert!(rig.screen.marks.search.is_none());
        rig.keys("/no such thing<enter>");
        assert!(rig.draw().contains("stands nowhere"));
    }
}

#[test]
fn a_marked_text_is_taken_out_and_put_back() {
    for (width, height, tail) in SIZES {
        let mut rig = observed(width, height);
        assert!(note(&rig).contains("bluebird-7"));
        rig.keys("<enter>4/bluebird<enter>v");
        screen!(rig, "++", format!("leaving_marked{tail}"));
        screen!(rig, "<enter>", format!("leaving_taken_out{tail}"));
        assert!(!note(&rig).contains("bluebird"), "{}", note(&rig));
        assert!(note(&rig).contains("project [removed#1] of"));
        assert!(!rig.session.confirmed(), "another text leaves, so it is confirmed again");
        rig.keys("u");
        assert!(note(&rig).contains("bluebird-7"));
        rig.keys("u");
        assert!(rig.draw().contains("you took nothing out"));
    }
    // Words of which every note is made stay, and a text that stands nowhere is told.
    let mut rig = observed(80, 24);
    let before = note(&rig);
    rig.tell(Event::TakeOut("retry".into()));
    rig.tell(Event::TakeOut("zebras".into()));
    rig.tell(Event::TakeOut("e".into()));
    assert_eq!(note(&rig), before);
}

#[test]
fn the_note_is_made_for_a_place() {
    for (width, height, tail) in SIZES {
        let mut rig = observed(width, height);
        rig.keys("<enter>ff");
        assert_eq!(rig.session.format(), Format::Plain);
        screen!(rig, "", format!("leaving_plain{tail}"));
        screen!(rig, "d", format!("leaving_places{tail}"));
        screen!(rig, "jjjjj<enter>", format!("leaving_for_a_place{tail}"));
        assert_eq!(rig.session.format(), Format::Markdown);
        rig.keys("dg<enter>");
        assert!(rig.session.place().is_none());
        rig.keys("d");
        let public = rig.session.catalog().destinations.iter().position(|d| d.public).expect("one is");
        rig.keys(&"j".repeat(public + 1));
        rig.keys("g");
        rig.keys(&"j".repeat(public + 1));
        rig.keys("<enter>");
        assert!(!rig.session.confirmed() && rig.draw().contains("anybody"), "a public place is told");
    }
}

#[test]
fn claims_are_told_with_another_wording() {
    for (width, height, tail) in SIZES {
        let mut rig = observed(width, height);
        rig.keys("wWhy?<tab><tab>Our quota is exhausted, so this is an outage.<esc>5<tab>");
        screen!(rig, "", format!("leaving_claims{tail}"));
        assert!(rig.draw().contains("claim in impact"));
    }
}
