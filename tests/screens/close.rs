//! An attempt looked at closely: every side of it, at two sizes, and no key on any of them.

use casefile::case::evidence::{
    Attempt, BodyEnd, Connection, Outcome, Response, Source, SseReader, Timing, TransportFailure,
};
use casefile::case::vocabulary::TransportKind;
use casefile::session::Event;

use crate::rig::{Rig, curl_like, secret};

const SIZES: [(u16, u16, &str); 2] = [(80, 24, ""), (140, 45, "_wide")];

/// An attempt that was sent, with what came of it.
fn attempt(rig: &Rig, outcome: Outcome, timing: Timing) -> Event {
    Event::AttemptDone(Box::new(Attempt {
        index: 1,
        source: Source::Sent,
        at: Some(rig.now),
        outcome,
        connection: Connection { address: "203.0.113.9".parse().ok(), tls: None },
        client_request_id: None,
        timing,
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 84,
        written: Vec::new(),
    }))
}

fn sending(width: u16, height: u16) -> Rig {
    let mut rig = Rig::new(width, height);
    rig.tell(Event::Edited(curl_like()));
    rig.tell(Event::SendRequested);
    rig.tell(Event::ConsentGiven { remember: false });
    rig.keys("2");
    rig
}

/// An error that repeats the key, and two more attempts.
fn failing(width: u16, height: u16) -> Rig {
    let mut rig = sending(width, height);
    for (dns, first, total) in [(12, 180, 190), (3, 95, 96), (2, 1_204, 1_260)] {
        let key = secret("sk-");
        let body = format!(
            "{{\"error\":{{\"message\":\"no channel for {key}\",\"type\":\"new_api_error\",\"code\":null,\"tries\":[{{\"at\":1.50,\"by\":\"jane.doe@example.org\"}},{{}}]}},\"usage\":{{\"total_tokens\":0}}}}"
        );
        let response = Response {
            status: Some(503),
            http_version: Some("HTTP/1.1".into()),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("x-oneapi-request-id".into(), "20261118011730123456789abcdEFGH".into()),
                ("set-cookie".into(), format!("session={key}; Path=/")),
                ("x-note".into(), "Zebras\u{1b}[2J have stripes".into()),
            ],
            body: body.as_bytes().to_vec(),
            body_bytes: body.len() as u64,
            end: BodyEnd::Complete,
            ..Response::default()
        };
        let timing = Timing {
            dns_ms: Some(dns),
            connect_ms: Some(dns + 21),
            tls_ms: Some(dns + 60),
            sent_ms: Some(dns + 61),
            first_byte_ms: Some(first),
            total_ms: Some(total),
            ..Timing::default()
        };
        let done = attempt(&rig, Outcome::Response(response), timing);
        rig.tell(done);
        rig.tell(Event::SkipWait);
    }
    rig.tell(Event::Cancel);
    rig.tell(Event::StopRetrying);
    rig
}

/// A stream with a stall that breaks off.
fn stalling(width: u16, height: u16) -> Rig {
    let mut rig = sending(width, height);
    let (mut reader, mut body) = (SseReader::new(), String::new());
    for (at, word) in (0..40_u64).map(|n| (200 + n * 11, "ab")).chain([(4_900, "cd"), (4_960, "zebra")]) {
        let event = format!(
            "data: {{\"id\":\"c-1\",\"model\":\"gpt-4o\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n"
        );
        reader.feed(event.as_bytes(), at);
        body.push_str(&event);
    }
    let response = Response {
        status: Some(200),
        headers: vec![("content-type".into(), "text/event-stream".into())],
        body_bytes: body.len() as u64,
        body: body.into_bytes(),
        end: BodyEnd::Cut(TransportFailure { kind: TransportKind::Reset, detail: "reset".into() }),
        stream: Some(reader.finish(true)),
        ..Response::default()
    };
    let timing = Timing {
        first_byte_ms: Some(180),
        first_token_ms: Some(200),
        last_event_ms: Some(4_960),
        total_ms: Some(6_200),
        ..Timing::default()
    };
    let done = attempt(&rig, Outcome::Response(response), timing);
    rig.tell(done);
    rig.tell(Event::StopRetrying);
    rig
}

#[test]
fn every_side_of_an_attempt() {
    for (width, height, tail) in SIZES {
        let mut rig = failing(width, height);
        screen!(rig, "<down>", format!("close_marked{tail}"));
        screen!(rig, "<enter>", format!("close_timeline{tail}"));
        screen!(rig, "<tab>", format!("close_no_stream{tail}"));
        screen!(rig, "<tab>", format!("close_headers{tail}"));
        screen!(rig, "r", format!("close_headers_raw{tail}"));
        screen!(rig, "<tab>", format!("close_body_raw{tail}"));
        screen!(rig, "jj", format!("close_body_marked{tail}"));
        screen!(rig, "r", format!("close_body{tail}"));
        screen!(rig, "z", format!("close_body_folded{tail}"));
        screen!(rig, "d", format!("close_difference{tail}"));
        screen!(rig, "dd", format!("close_difference_raw{tail}"));
        rig.keys("<esc>");
        assert!(rig.screen.look.is_none());
        rig.keys("<esc>");
        assert!(!rig.screen.choosing, "Esc takes the mark away");
    }
}

#[test]
fn a_stream_over_time() {
    for (width, height, tail) in SIZES {
        let mut rig = stalling(width, height);
        screen!(rig, "v", format!("close_stream{tail}"));
        assert!(!rig.draw().contains("zebra"), "text of the model is not shown as sanitized");
        screen!(rig, "r", format!("close_stream_raw{tail}"));
        rig.keys("G");
        assert!(rig.draw().contains("zebra"));
    }
}

/// Raw is raw, but no key is on a screen, and no escape reaches the terminal.
#[test]
fn no_key_is_drawn_raw() {
    let mut rig = failing(140, 45);
    rig.keys("vr");
    let mut seen = String::new();
    for keys in ["", "<tab>", "<tab>", "<tab>", "<tab>", "d", "d", "d"] {
        rig.keys(keys);
        seen.push_str(&rig.draw());
        rig.keys("G");
        seen.push_str(&rig.draw());
    }
    assert!(seen.contains("jane.doe@example.org") && seen.contains("Zebras"), "raw is raw");
    assert!(seen.contains("RAW, on this screen only"));
    assert!(!seen.contains("aB3aB3"), "a key was drawn");
    assert!(!seen.contains('\u{1b}'));
}

#[test]
fn a_row_of_isolate_opens_beside_the_request_as_it_is() {
    for (width, height, tail) in SIZES {
        let mut rig = Rig::new(width, height);
        rig.observed();
        rig.keys("3mgpt-4o-mini<enter><enter>");
        rig.answer(200, "{\"id\":\"x\",\"choices\":[]}");
        screen!(rig, "jj", format!("close_rows{tail}"));
        screen!(rig, "<enter>d", format!("close_row_compared{tail}"));
        rig.keys("p");
        assert!(rig.draw().contains("unchanged (1 of 2)"));
        rig.keys("4");
        assert!(rig.screen.look.is_some(), "digits do not leave it");
        rig.keys("q4");
        assert!(rig.screen.look.is_none());
    }
}
