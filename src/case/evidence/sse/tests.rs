//! Streams as they were recorded, cut at every byte.

use super::*;
use crate::case::vocabulary::StreamVerdict as V;
use proptest::prelude::*;

fn whole(text: &[u8], cut: bool) -> StreamRecord {
    let mut reader = SseReader::new();
    reader.feed(text, 0);
    reader.finish(cut)
}

fn by_bytes(text: &[u8], cut: bool) -> StreamRecord {
    let mut reader = SseReader::new();
    for byte in text {
        reader.feed(&[*byte], 0);
    }
    reader.finish(cut)
}

const CHUNK: &str = "data: {\"model\":\"gpt-5.4-mini-2026-03-17\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"é😀x\"},\"logprobs\":null,\"finish_reason\":null}],\"obfuscation\":\"a\"}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

const ANTHROPIC: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"usage\":{\"input_tokens\":1}}}\n\n\
event: ping\ndata: {\"type\":\"ping\"}\n\n\
event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}\n\n\
event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n\
event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

const RESPONSES: &str = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"model\":\"gpt-x\",\"status\":\"in_progress\",\"error\":null}}\n\n\
event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n\
event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"error\":null,\"incomplete_details\":null,\"usage\":{\"total_tokens\":1},\"output\":[]}}\n\n";

const GEMINI: &str = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]}}],\"modelVersion\":\"gemini-x\"}\r\n\r\n\
data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"!\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"totalTokenCount\":2}}\r\n\r\n";

#[test]
fn half_an_event_at_a_cut_is_no_fault() {
    for stream in [
        format!("{CHUNK}: ping\n\n{CHUNK}{STOP}{DONE}"),
        ANTHROPIC.to_owned(),
        RESPONSES.to_owned(),
        GEMINI.to_owned(),
    ] {
        let bytes = stream.as_bytes();
        let all = whole(bytes, true);
        for at in 0..bytes.len() {
            let record = whole(&bytes[..at], true);
            assert_eq!(record.faults, 0, "{}", String::from_utf8_lossy(&bytes[..at]));
            assert!(record.events <= all.events);
        }
    }
    // What was wrong before the cut stays a fault, and so does half an event in a stream that the server ended.
    let wrong = format!("data: no json\n\n{CHUNK}");
    assert_eq!(whole(&wrong.as_bytes()[..wrong.len() - 9], true).faults, 1);
    assert_eq!(whole(&wrong.as_bytes()[..wrong.len() - 9], false).faults, 2);
    assert_eq!(whole(&wrong.as_bytes()[..wrong.len() - 9], true).events, 1);
}

#[test]
fn verdicts() {
    let error = "data: {\"error\":{\"message\":\"m\",\"code\":\"500\"}}\n\n";
    let length = STOP.replace("stop", "length");
    let tool = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]},\"finish_reason\":\"tool_calls\"}]}\n\n";
    let incomplete = RESPONSES
        .replace("completed", "incomplete")
        .replace("\"incomplete_details\":null", "\"incomplete_details\":{\"reason\":\"max_output_tokens\"}");
    let table: Vec<(&str, String, bool, V)> = vec![
        ("clean chat", format!("{CHUNK}{STOP}{USAGE}{DONE}"), false, V::Complete),
        ("no [DONE], but a reason", format!("{CHUNK}{STOP}"), false, V::Complete),
        ("the last blank line is missing", format!("{CHUNK}{}", STOP.trim_end()), false, V::Complete),
        ("[DONE] without a reason", format!("{CHUNK}{DONE}"), false, V::Truncated),
        ("the end without anything", CHUNK.to_owned(), false, V::Truncated),
        ("cut", format!("{CHUNK}{STOP}"), true, V::Truncated),
        ("cut after its end", format!("{CHUNK}{STOP}{DONE}"), true, V::Complete),
        ("an error inside", format!("{CHUNK}{error}"), false, V::FailedMidStream),
        ("an error inside, then [DONE]", format!("{CHUNK}{error}{STOP}{DONE}"), false, V::FailedMidStream),
        ("length", format!("{CHUNK}{length}{DONE}"), false, V::SoftFailure),
        ("empty", format!("{STOP}{DONE}"), false, V::SoftFailure),
        ("a tool call", format!("{tool}{DONE}"), false, V::Complete),
        ("no blank lines", format!("{CHUNK}{STOP}{DONE}").replace("\n\n", "\n"), false, V::Complete),
        ("no blank lines, refusal", ANTHROPIC.replace("end_turn", "refusal").replace("\n\n", "\n"), false, V::SoftFailure),
        ("no blank lines, an error inside", format!("{CHUNK}{error}{DONE}").replace("\n\n", "\n"), false, V::FailedMidStream),
        ("Anthropic", ANTHROPIC.to_owned(), false, V::Complete),
        ("Anthropic, refusal", ANTHROPIC.replace("end_turn", "refusal"), false, V::SoftFailure),
        ("Anthropic without a stop reason", ANTHROPIC.replace("\"end_turn\"", "null"), false, V::Truncated),
        ("Anthropic, error", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n".to_owned(), false, V::FailedMidStream),
        ("Responses", RESPONSES.to_owned(), false, V::Complete),
        ("Responses, incomplete", incomplete, false, V::SoftFailure),
        ("Responses, failed", "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}\n\n".to_owned(), false, V::FailedMidStream),
        ("Gemini", GEMINI.to_owned(), false, V::Complete),
        ("Gemini, blocked", "data: {\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\n\n".to_owned(), false, V::SoftFailure),
        ("Gemini, tokens", GEMINI.replace("STOP", "MAX_TOKENS"), false, V::SoftFailure),
        ("Gemini, safety", GEMINI.replace("STOP", "SAFETY"), false, V::SoftFailure),
        ("Gemini, no reason", GEMINI.replace(",\"finishReason\":\"STOP\"", ""), false, V::Truncated),
        ("Gemini, error", format!("{GEMINI}data: {{\"error\":{{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}}}\n\n"), false, V::FailedMidStream),
        ("content filter", format!("{CHUNK}{}{DONE}", STOP.replace("stop", "content_filter")), false, V::SoftFailure),
        ("Responses, bare error", format!("{}event: error\ndata: {{\"type\":\"error\",\"code\":\"x\",\"message\":\"m\"}}\n\n", RESPONSES.split("event: response.completed").next().unwrap_or_default()), false, V::FailedMidStream),
        ("Responses, no end", RESPONSES.split("event: response.completed").next().unwrap_or_default().to_owned(), false, V::Truncated),
        ("Responses, incomplete without a reason", RESPONSES.replace("completed", "incomplete"), false, V::Truncated),
        ("Anthropic, tokens", ANTHROPIC.replace("end_turn", "max_tokens"), false, V::SoftFailure),
        ("Anthropic, cut before its end", ANTHROPIC.split("event: message_delta").next().unwrap_or_default().to_owned(), false, V::Truncated),
        ("an error as text", format!("{CHUNK}data: {{\"error\":\"no\"}}\n\n"), false, V::FailedMidStream),
        ("an error event without JSON", format!("{CHUNK}event: error\ndata: boom\n\n"), false, V::FailedMidStream),
        ("JSON", "{\"choices\":[]}".to_owned(), false, V::NotAStream),
        ("a page", "<html>\n<title>x</title>".to_owned(), false, V::NotAStream),
        ("nothing", String::new(), false, V::NotAStream),
        ("keep-alives only", ": ping\n\n: ping\n\n".to_owned(), false, V::Truncated),
    ];
    for (name, text, cut, verdict) in table {
        let record = whole(text.as_bytes(), cut);
        assert_eq!(record.verdict, verdict, "{name}: {record:?}");
        assert_eq!(by_bytes(text.as_bytes(), cut), record, "{name}, byte by byte");
        for newline in ["\r", "\r\n"] {
            let other = text.replace("\r\n", "\n").replace('\n', newline);
            assert_eq!(whole(other.as_bytes(), cut).verdict, verdict, "{name} with {newline:?}");
            assert_eq!(by_bytes(other.as_bytes(), cut).events, record.events, "{name} with {newline:?}");
        }
    }
}

#[test]
fn what_is_recorded() {
    let record = whole(format!("\u{feff}: hello\n{CHUNK}{STOP}{USAGE}{DONE}").as_bytes(), false);
    let want = StreamRecord {
        events: 4,
        bytes: record.bytes,
        comments: 1,
        terminal_marker: Some("[DONE]"),
        finish_reason: Some("stop".to_owned()),
        usage_seen: true,
        error_event: None,
        content_chars: 3,
        tool_calls: false,
        model: Some("gpt-5.4-mini-2026-03-17".to_owned()),
        usage: None,
        faults: 0,
        irregularities: [(crate::case::vocabulary::StreamIrregularity::ByteOrderMark, 1)].into(),
        longest_gap_ms: Some(0),
        arrivals: record.arrivals.clone(),
        verdict: V::Complete,
    };
    assert_eq!(record, want);
    let anthropic = whole(ANTHROPIC.as_bytes(), false);
    assert_eq!(
        (
            anthropic.terminal_marker,
            anthropic.content_chars,
            anthropic.model.as_deref(),
            anthropic.usage.map(|u| (u.input_tokens, u.output_tokens))
        ),
        (Some("message_stop"), 5, Some("claude-x"), Some((Some(1), Some(2))))
    );
    let responses = whole(RESPONSES.as_bytes(), false);
    assert_eq!(
        (responses.terminal_marker, responses.finish_reason.as_deref(), responses.content_chars),
        (Some("response.completed"), Some("completed"), 2)
    );
    let gemini = whole(GEMINI.as_bytes(), false);
    assert_eq!(
        (gemini.finish_reason.as_deref(), gemini.content_chars, gemini.model.as_deref()),
        (Some("STOP"), 3, Some("gemini-x"))
    );
}

#[test]
fn content_is_told_when_it_comes_and_gaps_are_measured() {
    let mut reader = SseReader::new();
    let (first, second) = CHUNK.split_at(60);
    assert!(!reader.feed(first.as_bytes(), 10));
    assert!(reader.feed(second.as_bytes(), 20));
    assert!(!reader.feed(b": ping\n\n", 200));
    assert!(!reader.feed(STOP.as_bytes(), 320));
    assert!(!reader.feed(DONE.as_bytes(), 330));
    assert_eq!(reader.events(), 3);
    assert_eq!(reader.finish(false).longest_gap_ms, Some(300));
}

#[test]
fn faults_are_counted_and_survived() {
    let record = whole(
        format!("data: {{broken\n\ndata: multi\ndata: line\n\nnonsense\n{CHUNK}{STOP}").as_bytes(),
        false,
    );
    assert_eq!((record.faults, record.events, record.verdict), (3, 4, V::Complete));
    let split = whole(
        b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\ndata: \"finish_reason\":\"stop\"}]}\n\n",
        false,
    );
    assert_eq!((split.faults, split.verdict), (0, V::Complete));

    let mut reader = SseReader::new();
    reader.feed(b"data: ", 0);
    for _ in 0..11 {
        reader.feed(&vec![b'a'; 1024 * 1024], 0);
    }
    assert!(reader.line.len() < 1024, "a giant line is not kept");
    reader.feed(format!("\n\n{CHUNK}{STOP}").as_bytes(), 0);
    let record = reader.finish(false);
    assert_eq!((record.faults, record.events, record.verdict), (1, 2, V::Complete));
    assert!(format!("{:?}", SseReader::new()).contains("0 events"));
}

#[test]
fn what_is_not_as_usual_is_named() {
    use crate::case::vocabulary::StreamIrregularity as I;
    type Case = (&'static [u8], &'static [(I, u64)]);
    let table: [Case; 11] = [
        (b"data: {}\n\ndata: [DONE]\n\n", &[]),
        (b"data: {}\r\n\r\ndata: [DONE]\r\n\r\n", &[]),
        (b"data: {}\r\rdata: [DONE]\r\r", &[]),
        (b"data: {}\r\n\r\ndata: [DONE]\n\n", &[(I::MixedLineEnds, 1)]),
        (b"data: {}\n\ndata: [DONE]\r\r", &[(I::MixedLineEnds, 1)]),
        (b"\xEF\xBB\xBFdata: {}\n\n", &[(I::ByteOrderMark, 1)]),
        (b"data: {}\n\ndata: [DONE]", &[(I::NoBlankLine, 1)]),
        (b"data: [DONE]\n\ndata: {}\n\n", &[(I::DataAfterEnd, 1)]),
        (b"event: ping\ndata: {}\n\nevent: sparkle\ndata: {}\n\n", &[(I::UnknownEvent, 1)]),
        (b"nonsense\ndata: {broken\n\ndata: 3\n\n", &[(I::NotJson, 2), (I::UnknownField, 1)]),
        (b"data: {\"a\":\"\xff\"}\n\n", &[(I::NotUtf8, 1)]),
    ];
    for (bytes, expected) in table {
        let found: Vec<(I, u64)> = whole(bytes, false).irregularities.into_iter().collect();
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
    }
    // What was on its way when the connection broke is nobody's fault.
    assert!(whole(b"data: {}\n\ndata: {bro", true).irregularities.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_panic_and_cuts_do_not_matter(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200),
        at in 0_usize..200, cut in any::<bool>(),
    ) {
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        let mut reader = SseReader::new();
        reader.feed(first, 0);
        reader.feed(second, 0);
        let record = whole(&bytes, cut);
        prop_assert_eq!(reader.finish(cut), record.clone());
        prop_assert_eq!(by_bytes(&bytes, cut), record);
    }

    #[test]
    fn no_events_panic(lines in prop::collection::vec("(data|event|id|retry)?:? ?\\PC{0,40}", 0..20)) {
        let text = lines.join("\n");
        prop_assert_eq!(by_bytes(text.as_bytes(), false), whole(text.as_bytes(), false));
    }
}
