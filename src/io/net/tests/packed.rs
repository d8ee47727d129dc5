//! Packed answers on the wire: the packed bytes are kept, what they hold is read as it comes.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::case::catalog::Catalog;
use crate::case::evidence::{Expectation, read};
use crate::case::vocabulary::{EnvelopeKind, FailureClass, SoftFailure, StreamVerdict, UnpackEnd};

const CONTENT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";
const STREAM: &str = "connection: close\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n";

/// The pieces of a gzip body, each flushed.
fn gzip(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let mut out = Vec::new();
    for piece in pieces {
        packer.write_all(piece).and_then(|()| packer.flush()).expect("packs");
        out.push(std::mem::take(packer.get_mut()));
    }
    out.push(packer.finish().expect("packs"));
    out
}

#[test]
fn a_packed_error_is_read_and_its_bytes_are_kept() {
    let body = gzip(&[br#"{"error":{"message":"slow down","type":"t","param":null,"code":"c"}}"#]).concat();
    let fields = format!(
        "content-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    let (attempt, received) =
        against(vec![Step::Read, send(head("429 Too Many Requests", &fields)), send(&body)], |_| {});
    assert!(!received.contains("accept-encoding"), "{received}");
    let answer = response(&attempt);
    assert_eq!((answer.body.as_slice(), answer.body_bytes), (body.as_slice(), body.len() as u64));
    assert_eq!(answer.packed.as_ref().map(|p| p.end), Some(UnpackEnd::Whole));
    let reading = read(&attempt, &Expectation::default(), None);
    assert_eq!(
        (reading.envelope.kind, reading.envelope.message.as_deref()),
        (EnvelopeKind::OpenAi, Some("slow down"))
    );
}

#[test]
fn a_packed_stream_is_read_as_it_comes() {
    let pieces = gzip(&[CONTENT.as_bytes(), STOP.as_bytes(), DONE.as_bytes()]);
    let mut steps = vec![Step::Read, send(head("200 OK", STREAM)), Step::Pause(100)];
    for piece in &pieces {
        steps.extend([send(piece), Step::Pause(150)]);
    }
    let (attempt, _) = against(steps, |_| {});
    let answer = response(&attempt);
    let stream = answer.stream.as_ref().expect("a stream");
    assert_eq!((stream.verdict, stream.events, stream.content_chars), (StreamVerdict::Complete, 3, 2));
    assert_eq!(stream.bytes, (CONTENT.len() + STOP.len() + DONE.len()) as u64);
    assert_eq!(answer.body, pieces.concat());
    let (token, total) =
        (attempt.timing.first_token_ms.expect("a token"), attempt.timing.total_ms.expect("a total"));
    assert!(token >= 90 && token + 300 <= total, "{token} of {total}");
    assert!(stream.longest_gap_ms >= Some(100), "{:?}", stream.longest_gap_ms);

    // Without the end of its packing and without its finish reason it is cut.
    let (attempt, _) = against(vec![Step::Read, send(head("200 OK", STREAM)), send(&pieces[0])], |_| {});
    let answer = response(&attempt);
    assert_eq!(answer.packed.as_ref().map(|p| p.end), Some(UnpackEnd::Cut));
    assert_eq!(answer.stream.as_ref().map(|s| s.verdict), Some(StreamVerdict::Truncated));
}

#[test]
fn a_bomb_is_stopped_and_named() {
    let spaces = vec![b' '; 20 << 20];
    let endless = format!(": {}\n\n", "x".repeat(10_000)).repeat(2_000);
    let stop = [CONTENT, STOP, DONE, &endless].concat();
    for (kind, whole) in [("application/json", spaces.as_slice()), ("text/event-stream", stop.as_bytes())] {
        let body = gzip(&[whole]).concat();
        let fields =
            format!("content-encoding: gzip\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n", body.len());
        let (attempt, _) = against(vec![Step::Read, send(head("200 OK", &fields)), send(&body)], |_| {});
        let answer = response(&attempt);
        let packed = answer.packed.as_ref().expect("packed");
        assert_eq!((packed.end, &answer.end), (UnpackEnd::TooLarge, &BodyEnd::Complete), "{kind}");
        assert!(packed.inflated.len() <= BODY_KEPT && packed.inflated_bytes < BODY_READ);
        assert_eq!(answer.body, body, "{kind}: the evidence is whole");
        let reading = read(&attempt, &Expectation::default(), None);
        assert_eq!(reading.soft, Some(SoftFailure::Undecodable), "{kind}");
        assert_ne!(reading.stream.as_ref().map(|s| s.verdict), Some(StreamVerdict::Complete));
        let catalog = Catalog::built_in();
        let diagnosis = crate::case::diagnose::diagnose(&attempt, &reading, &catalog, None);
        assert_eq!(
            (diagnosis.class, diagnosis.cause.as_deref()),
            (FailureClass::InvalidResponse, Some("decompression_bomb")),
            "{kind}"
        );
    }
}
