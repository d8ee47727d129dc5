//! Answers of every bad kind, over the wire, and what is said of them.

use super::*;
use crate::case::catalog::Catalog;
use crate::case::evidence::{Expectation, Reading, read};
use crate::case::vocabulary::StreamVerdict;

const JSON: &str = "content-type: application/json\r\n";
const SSE: &str = "content-type: text/event-stream\r\n";
const GOOD: &str = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}"#;
const ERROR: &str = r#"{"error":{"message":"no","type":"t","param":null,"code":"c"}}"#;
const CHUNK: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"ok\"}}]}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn chat(attempt: &Attempt, streaming: bool) -> Reading {
    let catalog = Catalog::built_in();
    let endpoint = catalog.endpoint("chat_completions");
    read(attempt, &Expectation { streaming, endpoint, host: None }, None)
}

/// `200 complete, json_object, no_error, empty_content, -`: status, end of the body, shape, envelope, soft failure,
/// verdict on the stream; or the transport failure alone.
fn said(attempt: &Attempt, streaming: bool) -> String {
    let Some(answer) = attempt.response() else { return failed(attempt).0.to_string() };
    let end = match &answer.end {
        BodyEnd::Complete => "complete".to_owned(),
        BodyEnd::Cut(failure) => format!("cut by {}", failure.kind),
        BodyEnd::Capped => "capped".to_owned(),
        BodyEnd::NotKnown => "not known".to_owned(),
    };
    let reading = chat(attempt, streaming);
    let soft = reading.soft.map_or("-", crate::case::vocabulary::SoftFailure::as_str);
    let stream = reading.stream.map_or("-", |s| s.verdict.as_str());
    let status = answer.status.unwrap_or_default();
    format!("{status} {end}, {}, {}, {soft}, {stream}", reading.shape, reading.envelope.kind)
}

fn closing(status: &str, fields: &str, body: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Read, send(head(status, &format!("connection: close\r\n{fields}"))), send(body)]
}

fn sized(length: usize, body: &str) -> Vec<Step> {
    vec![Step::Read, send(head("200 OK", &format!("{JSON}content-length: {length}\r\n"))), send(body)]
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table is read best in one piece")]
fn every_bad_body_is_named() {
    let utf16: Vec<u8> = format!("\u{feff}{ERROR}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_error = format!("{{\"error\":{{\"message\":\"x\",\"in\":{deep}}}}}");
    let inside = format!("{CHUNK}data: {ERROR}\n\ndata: [DONE]\n\n");
    let gemini = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ok\"}]}}]}\r\n\r\n";
    let table: Vec<(&str, Vec<Step>, bool, &str)> = vec![
        ("good", closing("200 OK", JSON, GOOD), false, "200 complete, json_object, no_error, -, -"),
        ("empty 200", closing("200 OK", JSON, ""), false, "200 complete, empty, empty, empty_body, -"),
        ("empty 429", closing("429 Too Many Requests", "", ""), false, "429 complete, empty, empty, -, -"),
        ("blank 200", closing("200 OK", JSON, " \r\n"), false, "200 complete, unknown, empty, empty_body, -"),
        (
            "page",
            closing("200 OK", "content-type: text/html\r\n", "<!doctype html><title>Hi</title>"),
            false,
            "200 complete, html, html, html, -",
        ),
        (
            "page under json",
            closing("200 OK", JSON, "<html>hi</html>"),
            false,
            "200 complete, html, html, html, -",
        ),
        (
            "binary",
            closing("200 OK", JSON, [0x89, b'P', b'N', b'G', 0, 1, 2, 0xff]),
            false,
            "200 complete, binary, other, not_json, -",
        ),
        (
            "invalid UTF-8",
            closing("200 OK", JSON, b"{\"a\":\"\xff\xfe\xfa\"}"),
            false,
            "200 complete, binary, other, not_json, -",
        ),
        (
            "a mark before",
            closing("400 Bad Request", JSON, format!("\u{feff}{ERROR}")),
            false,
            "400 complete, json_object, openai, -, -",
        ),
        ("UTF-16", closing("400 Bad Request", JSON, utf16), false, "400 complete, json_object, openai, -, -"),
        ("deep", closing("200 OK", JSON, &deep), false, "200 complete, unknown, text, not_json, -"),
        (
            "deep error",
            closing("500 Internal Server Error", JSON, deep_error),
            false,
            "500 complete, unknown, text, -, -",
        ),
        (
            "error in 200",
            closing("200 OK", JSON, ERROR),
            false,
            "200 complete, json_object, openai, error_in_body, -",
        ),
        (
            "garbage behind",
            closing("200 OK", JSON, format!("{GOOD}<html>")),
            false,
            "200 complete, unknown, text, not_json, -",
        ),
        (
            "error, garbage behind",
            closing("400 Bad Request", JSON, format!("{ERROR}\n<html>")),
            false,
            "400 complete, json_object, openai, -, -",
        ),
        (
            "several",
            closing("200 OK", JSON, format!("{GOOD}\n{GOOD}")),
            false,
            "200 complete, unknown, text, not_json, -",
        ),
        (
            "ndjson with an error",
            closing("200 OK", "content-type: application/x-ndjson\r\n", format!("{{\"a\":1}}\n{ERROR}\n")),
            false,
            "200 complete, json_object, openai, error_in_body, -",
        ),
        (
            "json for a stream",
            closing("200 OK", JSON, GOOD),
            true,
            "200 complete, json_object, no_error, not_a_stream, -",
        ),
        (
            "error for a stream",
            closing("200 OK", SSE, ERROR),
            true,
            "200 complete, json_object, openai, error_in_body, -",
        ),
        (
            "stream unasked",
            closing("200 OK", SSE, format!("{CHUNK}{STOP}")),
            false,
            "200 complete, stream, no_error, -, complete",
        ),
        (
            "error event",
            closing("200 OK", SSE, inside),
            true,
            "200 complete, stream, openai, error_in_body, failed_mid_stream",
        ),
        (
            "[DONE] only",
            closing("200 OK", SSE, format!("{CHUNK}data: [DONE]\n\n")),
            true,
            "200 complete, stream, no_error, -, truncated",
        ),
        ("no [DONE]", closing("200 OK", SSE, CHUNK), true, "200 complete, stream, no_error, -, truncated"),
        (
            "Gemini without an end",
            closing("200 OK", SSE, gemini),
            true,
            "200 complete, stream, no_error, -, truncated",
        ),
        (
            "Gemini",
            closing(
                "200 OK",
                SSE,
                format!("{gemini}data: {{\"candidates\":[{{\"finishReason\":\"STOP\"}}]}}\r\n\r\n"),
            ),
            true,
            "200 complete, stream, no_error, -, complete",
        ),
        (
            "keep-alives only",
            closing("200 OK", SSE, ": ping\n\n: ping\n\n"),
            true,
            "200 complete, stream, no_error, -, truncated",
        ),
        (
            "204 with a length",
            vec![Step::Read, send(head("204 No Content", "content-length: 5\r\n")), send("hello")],
            false,
            "204 complete, empty, empty, -, -",
        ),
        (
            "304",
            vec![Step::Read, send(head("304 Not Modified", "content-length: 5\r\n"))],
            false,
            "304 complete, empty, empty, -, -",
        ),
        (
            "two answers in one",
            sized(GOOD.len(), &format!("{GOOD}HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")),
            false,
            "200 complete, json_object, no_error, -, -",
        ),
        (
            "length too long",
            sized(GOOD.len() + 9, GOOD),
            false,
            "200 cut by reset, json_object, no_error, -, -",
        ),
        ("length too short", sized(20, GOOD), false, "200 complete, json_object, no_error, not_json, -"),
        (
            "two lengths",
            vec![
                Step::Read,
                send(head("200 OK", "content-length: 2\r\ncontent-length: 3\r\n")),
                send("abc"),
                Step::Pause(50),
            ],
            false,
            "protocol",
        ),
        (
            "no length at all",
            vec![Step::Read, send(head("200 OK", "content-length: many\r\n")), send("abc"), Step::Pause(50)],
            false,
            "protocol",
        ),
        (
            "chunk size too large",
            vec![
                Step::Read,
                send(head("200 OK", "transfer-encoding: chunked\r\n")),
                send("fffffffffffffffff\r\nabc\r\n"),
                Step::Pause(50),
            ],
            false,
            "200 cut by protocol, empty, empty, -, -",
        ),
        (
            "chunk without its line end",
            vec![
                Step::Read,
                send(head("200 OK", "transfer-encoding: chunked\r\n")),
                send("3\r\nabcdef\r\n0\r\n\r\n"),
                Step::Pause(50),
            ],
            false,
            "200 cut by protocol, unknown, text, not_json, -",
        ),
        ("HTTP/0.9", vec![Step::Read, send("<html>hello</html>\r\n"), Step::Pause(50)], false, "protocol"),
        (
            "old version",
            vec![Step::Read, send("HTTP/0.9 200 OK\r\n\r\nhi"), Step::Pause(50)],
            false,
            "protocol",
        ),
        (
            "binary garbage",
            vec![Step::Read, send([0_u8, 1, 2, 3, 0xff, 0xfe, b'\r', b'\n', b'\r', b'\n']), Step::Pause(50)],
            false,
            "protocol",
        ),
        (
            "1xx, then an answer",
            vec![
                Step::Read,
                send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"),
                send(head("200 OK", &format!("{JSON}content-length: {}\r\n", GOOD.len()))),
                send(GOOD),
            ],
            false,
            "200 complete, json_object, no_error, -, -",
        ),
        ("a reset before the head", vec![Step::Read, Step::Reset], false, "reset"),
        (
            "a reset in the head",
            vec![Step::Read, send("HTTP/1.1 200 OK\r\nx: "), Step::Pause(30), Step::Reset],
            false,
            "reset",
        ),
        (
            "a reset in the body",
            vec![
                Step::Read,
                send(head("200 OK", "transfer-encoding: chunked\r\n")),
                send("3\r\nabc\r\n"),
                Step::Pause(50),
                Step::Reset,
            ],
            false,
            "200 cut by reset, unknown, text, not_json, -",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, steps, streaming, want) in table {
        let (attempt, _) = against(steps, |o| {
            if streaming {
                o.request.body = Some("{\"stream\":true}".into());
            }
        });
        let found = said(&attempt, streaming);
        if found != want {
            wrong.push(format!("{name}: {found}\n  wanted: {want}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_head_request_has_no_body_to_wait_for() {
    let (attempt, received) =
        against(vec![Step::Read, send(head("200 OK", "content-length: 999\r\n")), Step::Pause(300)], |o| {
            o.request.method = "HEAD".to_owned();
            o.request.body = None;
        });
    assert!(received.starts_with("HEAD "), "{received}");
    assert_eq!((response(&attempt).body_bytes, &response(&attempt).end), (0, &BodyEnd::Complete));
}

#[test]
fn an_endless_stream_is_capped_and_never_whole() {
    // Every piece looks like an end.
    let piece = format!("{CHUNK}{STOP}").repeat(200);
    let mut steps = vec![Step::Read, send(head("200 OK", &format!("connection: close\r\n{SSE}")))];
    steps.extend((0..200).map(|_| send(&piece)));
    let attempt = run(async {
        let (addr, _server) = script(steps).await;
        let outgoing = outgoing(&format!("http://{addr}/"), Some("{}"));
        let limits = Limits { kept: 10_000, read: 100_000 };
        attempt_within(
            outgoing,
            Arc::new(SystemClock::new()),
            Cancelled::never(),
            |_| {},
            (limits, marks::by_system),
        )
        .await
    });
    let answer = response(&attempt);
    assert_eq!((answer.body.len(), &answer.end), (10_000, &BodyEnd::Capped));
    assert!(answer.body_bytes >= 100_000 && answer.body_bytes < 1_000_000, "{}", answer.body_bytes);
    let reading = chat(&attempt, true);
    assert_eq!(reading.stream.map(|s| s.verdict), Some(StreamVerdict::Truncated));
}

#[test]
fn endless_lines_and_events_do_not_fill_the_memory() {
    // One line without an end, larger than what is kept of it.
    let attempt = run(async {
        let mut steps =
            vec![Step::Read, send(head("200 OK", &format!("connection: close\r\n{SSE}"))), send("data: ")];
        steps.extend((0..24).map(|_| send(vec![b'x'; 1 << 20])));
        let (addr, _server) = script(steps).await;
        sent(outgoing(&format!("http://{addr}/"), Some("{}"))).await
    });
    let answer = response(&attempt);
    assert_eq!((answer.body.len(), &answer.end), (BODY_KEPT, &BodyEnd::Capped));
    let stream = answer.stream.as_ref().expect("a stream");
    assert_eq!((stream.events, stream.faults), (0, 1));
    assert_ne!(stream.verdict, StreamVerdict::Complete);
}

#[test]
fn no_drip_outlives_the_total_deadline() {
    let drip = |first: String, piece: &'static str| {
        let mut steps = vec![Step::Read, send(first)];
        for _ in 0..100 {
            steps.extend([send(piece), Step::Pause(20)]);
        }
        steps
    };
    let table = [
        ("head", drip("HTTP/1.1 200 OK\r\nx: ".to_owned(), "y"), false),
        ("headers", drip("HTTP/1.1 200 OK\r\n".to_owned(), "x: y\r\n"), false),
        ("1xx", drip(String::new(), "HTTP/1.1 100 Continue\r\n\r\n"), false),
        ("body", drip(head("200 OK", "content-length: 100000\r\n"), "x"), true),
        ("keep-alives", drip(head("200 OK", &format!("connection: close\r\n{SSE}")), ": ping\n\n"), true),
        ("packed", drip(head("200 OK", "connection: close\r\ncontent-encoding: gzip\r\n"), "\u{1f}"), true),
    ];
    for (name, steps, has_head) in table {
        let begun = StdInstant::now();
        let attempt = run(async {
            let (addr, _server) = script(steps).await;
            let mut outgoing = outgoing(&format!("http://{addr}/"), Some("{}"));
            outgoing.timeouts =
                Timeouts { connect_ms: 2_000, first_byte_ms: 60_000, idle_ms: 60_000, total_ms: 300 };
            sent(outgoing).await
        });
        let (kind, detail) = failed(&attempt);
        assert_eq!(
            (kind, attempt.response().is_some()),
            (TransportKind::TotalTimeout, has_head),
            "{name}: {detail}"
        );
        assert!(detail.contains("300 ms"), "{name}: {detail}");
        assert!(begun.elapsed() < Duration::from_millis(1_500), "{name} took {:?}", begun.elapsed());
        assert_ne!(chat(&attempt, true).stream.map(|s| s.verdict), Some(StreamVerdict::Complete), "{name}");
    }
}

#[test]
fn a_flood_of_interim_answers_ends() {
    let mut steps = vec![Step::Read];
    steps.extend((0..2_000).map(|_| send("HTTP/1.1 100 Continue\r\n\r\n")));
    let begun = StdInstant::now();
    let (attempt, _) = against([steps, vec![Step::Pause(100)]].concat(), |o| o.timeouts.total_ms = 1_000);
    assert!(attempt.response().is_none(), "there was no final answer");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn waits_are_told_apart() {
    let quick = |o: &mut Outgoing| o.timeouts = Timeouts { idle_ms: 250, ..o.timeouts };
    let stream = head("200 OK", &format!("connection: close\r\n{SSE}"));
    // A slow first byte is no failure; it is timed.
    let (attempt, _) = against(
        [vec![Step::Read, Step::Pause(300)], closing("200 OK", JSON, GOOD)[1..].to_vec()].concat(),
        quick,
    );
    assert!(
        response(&attempt).is_success() && attempt.timing.first_byte_ms >= Some(290),
        "{:?}",
        attempt.timing
    );
    // A stall within the patience shows as a gap.
    let steps = vec![Step::Read, send(&stream), send(CHUNK), Step::Pause(150), send(CHUNK), send(STOP)];
    let (attempt, _) = against(steps, quick);
    let record = response(&attempt).stream.as_ref().expect("a stream");
    assert!(record.longest_gap_ms >= Some(140) && record.verdict == StreamVerdict::Complete, "{record:?}");
    // Beyond it the stream is cut, by the deadline that passed.
    let steps = vec![Step::Read, send(&stream), send(CHUNK), Step::Pause(1_000), send(STOP)];
    let (attempt, _) = against(steps, quick);
    let (kind, detail) = failed(&attempt);
    assert_eq!(kind, TransportKind::IdleTimeout);
    assert!(detail.contains("250 ms"), "{detail}");
    assert_eq!(response(&attempt).stream.as_ref().map(|s| s.verdict), Some(StreamVerdict::Truncated));
}
