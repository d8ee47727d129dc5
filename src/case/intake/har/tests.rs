//! Files in the shape of each tool that exports HAR, what is wrong with such files, and any cut and change of them.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::case::evidence::{BodyEnd, Outcome};
use crate::case::request::PartContent;
use crate::case::vocabulary::{StreamVerdict, TransportKind};

/// Each producer's shape, written for the purpose.
const FILES: [(&str, &str); 17] = [
    ("chrome", include_str!("../../../../tests/fixtures/har/chrome.har")),
    ("chrome_failed", include_str!("../../../../tests/fixtures/har/chrome_failed.har")),
    ("chrome_event_source", include_str!("../../../../tests/fixtures/har/chrome_event_source.har")),
    ("chrome_websocket", include_str!("../../../../tests/fixtures/har/chrome_websocket.har")),
    ("firefox", include_str!("../../../../tests/fixtures/har/firefox.har")),
    ("firefox_form", include_str!("../../../../tests/fixtures/har/firefox_form.har")),
    ("safari", include_str!("../../../../tests/fixtures/har/safari.har")),
    ("charles", include_str!("../../../../tests/fixtures/har/charles.har")),
    ("charles_failed", include_str!("../../../../tests/fixtures/har/charles_failed.har")),
    ("fiddler", include_str!("../../../../tests/fixtures/har/fiddler.har")),
    ("insomnia", include_str!("../../../../tests/fixtures/har/insomnia.har")),
    ("playwright", include_str!("../../../../tests/fixtures/har/playwright.har")),
    ("mitmproxy", include_str!("../../../../tests/fixtures/har/mitmproxy.har")),
    ("proxyman", include_str!("../../../../tests/fixtures/har/proxyman.har")),
    ("postman", include_str!("../../../../tests/fixtures/har/postman.har")),
    ("k6", include_str!("../../../../tests/fixtures/har/k6.har")),
    ("cypress", include_str!("../../../../tests/fixtures/har/cypress.har")),
];

/// Recorded by mitmproxy 11.0.2 between curl 7.88.1 and a server that refuses, and that ends a stream without a word.
const RECORDED: &str = include_str!("../../../../tests/fixtures/har/mitmproxy_recorded.har");

fn file(name: &str) -> &'static str {
    FILES.iter().find(|(n, _)| *n == name).expect("a fixture").1
}

fn listed(text: &str) -> Calls {
    har_calls(text.as_bytes(), &Catalog::built_in()).expect("a slice reads")
}

fn read_all(text: &str) -> (Intake, KeyRing) {
    let mut ring = KeyRing::default();
    let intake = super::super::read(text, &Catalog::built_in(), &mut ring);
    (intake, ring)
}

fn ids(intake: &Intake) -> Vec<&'static str> {
    intake.findings.iter().map(|finding| finding.id).collect()
}

/// An entry with a body and an answer as given.
fn entry(url: &str, request: &str, response: &str) -> String {
    format!(
        r#"{{"startedDateTime":"2026-10-05T08:15:30Z","time":5,"request":{{"method":"POST","url":"{url}"{request}}},"response":{{{response}}}}}"#
    )
}

fn har(entries: &[String]) -> String {
    format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"x"}},"entries":[{}]}}}}"#, entries.join(","))
}

const URL: &str = "https://h.example/v1/chat/completions";

#[test]
fn every_producers_failing_call_is_found() {
    use CallFailure::{ErrorInBody, Status, Transport};
    use TransportKind::{Connect, ConnectTimeout, Dns, Other, Reset, Tls};
    // File, calls, the one to take, its method and path, its failure.
    let table = [
        ("chrome", 6, 3, "POST", "/v1/chat/completions", Status),
        ("chrome_failed", 1, 0, "POST", "/v1/chat/completions", Transport(Dns)),
        ("chrome_event_source", 1, 0, "POST", "/v1/chat/completions", ErrorInBody),
        ("chrome_websocket", 1, 0, "GET", "/v1/realtime", ErrorInBody),
        ("firefox", 2, 0, "POST", "/v1/chat/completions", Status),
        ("firefox_form", 1, 0, "POST", "/v1/token", Transport(Other)),
        ("safari", 2, 1, "POST", "/v1/chat/completions", Transport(Reset)),
        ("charles", 1, 0, "POST", "/v1/chat/completions", Status),
        ("charles_failed", 1, 0, "POST", "/v1/chat/completions", Transport(Tls)),
        ("fiddler", 1, 0, "POST", "/v1/chat/completions", Transport(ConnectTimeout)),
        ("insomnia", 1, 0, "POST", "/v1beta/models/gemini-2.5-flash:generateContent", Status),
        ("playwright", 1, 0, "POST", "/v1/chat/completions", Transport(Connect)),
        ("mitmproxy", 1, 0, "POST", "/v1/messages", Transport(Reset)),
        ("proxyman", 1, 0, "POST", "/v1/audio/transcriptions", Status),
        ("postman", 1, 0, "POST", "/v1/images/edits", Status),
        ("k6", 1, 0, "POST", "/v1/chat/completions", Status),
        ("cypress", 1, 0, "POST", "/v1/chat/completions", ErrorInBody),
    ];
    assert_eq!(table.len(), FILES.len());
    for (name, count, index, method, path, failure) in table {
        let calls = listed(file(name));
        assert_eq!(calls.count, count, "{name}");
        assert!(calls.findings.is_empty(), "{name}: {:?}", calls.findings);
        assert!(calls.creator.is_some(), "{name}");
        let (at, why) = propose(&calls.list).expect(name);
        let call = &calls.list[at];
        assert_eq!((call.index, &*call.method, &*call.path), (index, method, path), "{name}: {why}");
        assert_eq!(call.failure, Some(failure), "{name}");
        assert_eq!(&*call.host, "api.gateway.example", "{name}");
        assert_eq!(call.at.expect(name).timestamp() / 60, 1_791_188_130 / 60, "{name}");
        let start = usize::try_from(call.start).expect("fits");
        let end = usize::try_from(call.end).expect("fits");
        let text = &file(name)[start..end];
        assert!(text.starts_with('{') && text.ends_with('}'), "{name}");
        let parsed: serde_json::Value = serde_json::from_str(text).expect(name);
        assert!(parsed.get("request").is_some(), "{name}");
    }
}

#[test]
fn a_recorded_file_is_read() {
    let calls = listed(RECORDED);
    let seen: Vec<_> =
        calls.list.iter().map(|c| (&*c.method, &*c.path, c.status, c.failure, c.streaming)).collect();
    let failed = Some(CallFailure::Status);
    let expected = [
        ("GET", "/v1/models", Some(200), None, false),
        ("POST", "/v1/chat/completions", Some(429), failed, false),
        ("POST", "/v1/audio/transcriptions", Some(413), failed, false),
        ("POST", "/v1/images/generations", Some(429), failed, false),
        ("POST", "/v1/cut/chat/completions", Some(200), Some(CallFailure::CutStream), true),
    ];
    assert_eq!(seen, expected);
    assert_eq!(propose(&calls.list).map(|(at, _)| at), Some(4));
    let catalog = Catalog::built_in();
    let read = |at: usize| {
        let call = &calls.list[at];
        let range = usize::try_from(call.start).expect("fits")..usize::try_from(call.end).expect("fits");
        let json = RECORDED.as_bytes().get(range).expect("in the file");
        har_entry(json, calls.creator.as_deref(), &catalog, &mut KeyRing::default())
    };
    let chat = read(1);
    let draft = chat.draft.as_ref().expect("a draft");
    assert_eq!(draft.url, "http://127.0.0.1:18731/v1/chat/completions?x=1");
    assert!(draft.body.contains("hellö"));
    assert_eq!(chat.client.as_deref(), Some("curl"));
    let attempt = chat.observed.expect("an answer");
    assert_eq!(attempt.request_bytes, 75);
    assert_eq!(attempt.response().and_then(|r| r.header("x-request-id")), Some("req_0123456789abcdef"));
    assert!(attempt.timing.first_byte_ms.is_some() && attempt.timing.total_ms.is_some());
    let form = read(2).draft.expect("a draft").form;
    assert_eq!((form[0].text(), form[1].filename.as_deref()), (Some("whisper-1"), Some("a.mp3")));
    assert_eq!(read(3).draft.expect("a draft").body, "prompt=a+cat+%26+dog");
    let cut = read(4).observed.expect("an answer");
    let response = cut.response().expect("an answer");
    assert_eq!((response.status, response.body.len(), &response.end), (Some(200), 0, &BodyEnd::NotKnown));
}

/// File, address, body, the client's name, findings beside `har_calls`.
type Read<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, &'a [&'a str]);

#[test]
fn requests_are_read_as_they_were_sent() {
    let chat = r#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Say hello"}]}"#;
    let table: [Read<'_>; 12] = [
        ("chrome", "https://api.gateway.example/v1/chat/completions", chat, Some("browser"), &["har_no_key"]),
        (
            "chrome_failed",
            "https://api.gateway.example/v1/chat/completions",
            chat,
            Some("browser"),
            &["har_no_key"],
        ),
        (
            "firefox_form",
            "https://api.gateway.example/v1/token",
            "grant_type=client%20credentials&scope=a%26b",
            Some("browser"),
            &["key_is_placeholder", "har_no_reason"],
        ),
        (
            "charles",
            "https://api.gateway.example/v1/chat/completions",
            chat,
            Some("openai-python"),
            &["key_is_placeholder"],
        ),
        ("charles_failed", "https://api.gateway.example/v1/chat/completions", chat, None, &["har_no_key"]),
        ("fiddler", "https://api.gateway.example/v1/chat/completions", chat, None, &["key_is_placeholder"]),
        (
            "insomnia",
            "https://api.gateway.example/v1beta/models/gemini-2.5-flash:generateContent?key=YOUR_API_KEY&alt=sse",
            r#"{"contents":[{"parts":[{"text":"Hi"}]}]}"#,
            Some("insomnia"),
            &[],
        ),
        (
            "playwright",
            "https://api.gateway.example/v1/chat/completions",
            chat,
            Some("browser"),
            &["key_is_placeholder"],
        ),
        (
            "mitmproxy",
            "https://api.gateway.example/v1/messages",
            r#"{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#,
            Some("anthropic-python"),
            &["key_is_placeholder"],
        ),
        (
            "k6",
            "https://api.gateway.example/v1/chat/completions",
            "",
            Some("k6"),
            &["har_no_body", "har_no_key", "har_no_response_body"],
        ),
        ("cypress", "https://api.gateway.example/v1/chat/completions", chat, None, &["har_no_key"]),
        (
            "chrome_websocket",
            "wss://api.gateway.example/v1/realtime?model=gpt-realtime",
            "",
            Some("browser"),
            &["har_no_key", "har_websocket"],
        ),
    ];
    for (name, url, body, client, findings) in table {
        let (intake, _) = read_all(file(name));
        let draft = intake.draft.as_ref().expect(name);
        assert_eq!(intake.kind, "har", "{name}");
        assert_eq!((draft.url.as_str(), draft.body.as_str()), (url, body), "{name}");
        assert_eq!(intake.client.as_deref(), client, "{name}");
        let expected: Vec<&str> = std::iter::once("har_calls").chain(findings.iter().copied()).collect();
        assert_eq!(ids(&intake), expected, "{name}");
        let dropped = ["host", "content-length", "connection"];
        let kept: Vec<String> = draft.headers.iter().map(|h| h.name.to_ascii_lowercase()).collect();
        assert!(
            kept.iter().all(|n| !n.starts_with(':') && !dropped.contains(&n.as_str())),
            "{name}: {kept:?}"
        );
        assert!(kept.iter().any(|n| n == "content-type") || body.is_empty(), "{name}: {kept:?}");
        if !url.starts_with("wss") {
            draft.to_request(None).expect(name);
        }
    }
}

#[test]
fn answers_are_kept_as_they_were_observed() {
    let table = [
        ("chrome", 429, "Rate limit reached for requests"),
        ("firefox", 400, "max_tokens"),
        ("charles", 401, "Incorrect API key provided."),
        ("insomnia", 400, "API key not valid"),
        ("proxyman", 413, "Maximum content size"),
        ("postman", 400, "Invalid image file"),
        ("cypress", 200, "Service overloaded"),
        ("chrome_websocket", 101, "Invalid value: voice"),
    ];
    for (name, status, words) in table {
        let (intake, _) = read_all(file(name));
        let attempt = intake.observed.as_ref().expect(name);
        let response = attempt.response().expect(name);
        assert_eq!(response.status, Some(status), "{name}");
        assert!(String::from_utf8_lossy(&response.body).contains(words), "{name}");
        assert!(
            response.headers.iter().all(|(n, _)| !n.starts_with(':') && *n == n.to_lowercase()),
            "{name}"
        );
    }
    let (chrome, _) = read_all(file("chrome"));
    let attempt = chrome.observed.expect("an answer");
    let timing = attempt.timing;
    assert_eq!(
        (timing.dns_ms, timing.connect_ms, timing.tls_ms, timing.first_byte_ms, timing.total_ms),
        (Some(13), Some(33), Some(53), Some(354), Some(412))
    );
    let response = attempt.response().expect("an answer");
    assert_eq!(response.http_version.as_deref(), Some("HTTP/2"));
    assert_eq!(response.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
    let (events, _) = read_all(file("chrome_event_source"));
    let attempt = events.observed.expect("an answer");
    let stream = attempt.response().and_then(|r| r.stream.as_ref()).expect("a stream");
    assert_eq!((stream.events, stream.verdict), (2, StreamVerdict::FailedMidStream));
    for (name, kind, words) in [
        ("playwright", TransportKind::Connect, "net::ERR_CONNECTION_REFUSED"),
        ("fiddler", TransportKind::ConnectTimeout, "TimedOut"),
        ("mitmproxy", TransportKind::Reset, "server closed connection"),
        ("charles_failed", TransportKind::Tls, "EXCEPTION SSL handshake"),
    ] {
        let (intake, _) = read_all(file(name));
        let attempt = intake.observed.expect(name);
        let Outcome::Transport(failure) = &attempt.outcome else { panic!("{name} had no answer") };
        assert_eq!(failure.kind, kind, "{name}");
        assert!(failure.detail.contains(words), "{name}");
    }
}

#[test]
fn forms_become_parts() {
    let (proxyman, _) = read_all(file("proxyman"));
    let draft = proxyman.draft.as_ref().expect("a draft");
    let names: Vec<&str> = draft.form.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["model", "file"]);
    assert_eq!(draft.form[1].filename.as_deref(), Some("a.mp3"));
    assert!(draft.body.is_empty());
    let kind = draft.headers.iter().find(|h| h.name == "Content-Type").expect("a type");
    assert_eq!(kind.value, "multipart/form-data");
    assert!(ids(&proxyman).contains(&"har_files"));
    let (postman, _) = read_all(file("postman"));
    let draft = postman.draft.as_ref().expect("a draft");
    assert_eq!(draft.form.len(), 3);
    assert_eq!(draft.form[2].media_type.as_deref(), Some("image/png"));
    assert!(matches!(&draft.form[2].content, PartContent::File { path, .. } if path == "cat.png"));
}

#[test]
fn keys_move_into_the_ring() {
    let key = format!("sk-{}", "aB3".repeat(16));
    let request = format!(
        r#","headers":[{{"name":"Authorization","value":"Bearer {key}"}},{{"name":"Cookie","value":"s={}"}}],"queryString":[{{"name":"key","value":"{key}"}}],"postData":{{"mimeType":"application/json","text":"{{\"model\":\"m\",\"messages\":[],\"user\":\"{key}\"}}"}}"#,
        "c4".repeat(12)
    );
    let text =
        har(&[entry(&format!("https://h.example/{key}/v1/chat/completions"), &request, r#""status":401"#)]);
    let (intake, ring) = read_all(&text);
    let draft = intake.draft.as_ref().expect("a draft");
    assert!(ids(&intake).contains(&"literal_key") && !ids(&intake).contains(&"har_no_key"));
    let shown = format!("{} {}", draft.url, draft.body)
        + &draft.headers.iter().map(|h| h.value.as_str()).collect::<Vec<_>>().join(" ");
    assert!(!shown.contains(&key) && !shown.contains(&"c4".repeat(12)), "{shown}");
    assert!(shown.contains("[key#1]") && ring.iter().any(|held| held.expose() == key));
    let call = &listed(&text).list[0];
    assert!(!format!("{call:?}").contains(&key), "{}", call.path);
    assert_eq!(&*call.path, "/[key#1]/v1/chat/completions");
}

#[test]
fn whatever_stands_around_the_entries_they_are_found() {
    let one = entry(URL, "", r#""status":500"#);
    let two = entry("https://h.example/v1/embeddings", "", r#""status":200"#);
    let both = format!("{one},{two}");
    let log = format!(r#"{{"log":{{"entries":[{both}]}}}}"#);
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&log).expect("JSON"))
            .expect("JSON");
    let table = [
        log.clone(),
        pretty,
        format!("\u{feff}{log}"),
        format!("onInputData({log});"),
        format!("callback (\n{log}\n)"),
        format!("2026-10-05 [info] \"saved\" to {{}} file [1]\n{log}\n-- end"),
        format!(
            r#"{{"a":{{"entries":5}},"b":"\"entries\":[{{","log":{{"pages":[{{"id":"]}}"}}],"entries":[{both}],"z":[[{{}}]]}}}}"#
        ),
        format!(r#"{{"entries":[{both}],"version":"1.2"}}"#),
        format!("[{both}]"),
        format!("{one}\n{two}\n"),
        format!(r#"[{{"log":{{"entries":[{one}]}}}},{{"log":{{"entries":[null,{two}]}}}}]"#),
        format!(r#"{{"har":{{"log":{{"browser":null,"entries":[{one},"x",7,[],{two}]}}}}}}"#),
    ];
    for text in table {
        let calls = listed(&text);
        let seen: Vec<_> = calls.list.iter().map(|c| (c.index, c.status, &*c.path)).collect();
        let expected = [(0, Some(500), "/v1/chat/completions"), (1, Some(200), "/v1/embeddings")];
        assert_eq!(seen, expected, "{text}");
        assert!(calls.findings.is_empty(), "{text}");
        let (intake, _) = read_all(&text);
        assert_eq!((intake.kind, ids(&intake)[0]), ("har", "har_calls"), "{text}");
        let (start, end) = intake.findings[0].span.expect("a place");
        let inner = text.trim_start_matches('\u{feff}').trim();
        let there: serde_json::Value = serde_json::from_str(&inner[start..end]).expect("the entry");
        assert_eq!(there["response"]["status"], 500, "{text}");
    }
    assert_eq!(listed(&one).list.len(), 1);
}

#[test]
fn what_is_no_har_is_not_taken_for_one() {
    let table = [
        r#"{"error":{"message":"no"}}"#.to_owned(),
        r#"{"request":{"method":"POST","url":"/v1/x"},"response":{"status":400}}"#.to_owned(),
        r#"{"level":"error","request":{"url":"/x","method":"POST"},"response":{"status":500,"body":"{}"}}"#
            .to_owned(),
        r#"{"entries":[{"title":"a"},{"title":"b"}],"request":1}"#.to_owned(),
        r#"{"model":"m","messages":[{"role":"user","content":"\"request\" \"entries\" \"log\""}]}"#
            .to_owned(),
        format!("curl {URL} -d '{}'", har(&[entry(URL, "", r#""status":500"#)])),
    ];
    for text in table {
        assert_ne!(read_all(&text).0.kind, "har", "{text}");
    }
}

#[test]
fn a_har_that_ends_early_gives_what_it_has() {
    let text = har(&[entry(URL, "", r#""status":500"#), entry(URL, "", r#""status":200"#)]);
    let second = text.rfind(r#"{"started"#).expect("two");
    for (cut, calls, listed_calls) in
        [(text.len() - 1, 2, 2), (second, 1, 1), (second + 100, 2, 2), (second + 2, 1, 1)]
    {
        let found = listed(&text[..cut]);
        assert_eq!((found.count, found.list.len()), (calls, listed_calls), "{cut}");
        let finding = found.findings.first().expect("a finding");
        assert_eq!(finding.id, "har_truncated");
        assert_eq!(finding.span, Some((cut, cut)));
        assert!(finding.message.contains(&cut.to_string()), "{}", finding.message);
        let (intake, _) = read_all(&text[..cut]);
        assert!(ids(&intake).contains(&"har_truncated"), "{cut}");
        assert_eq!(intake.observed.and_then(|a| a.response()?.status), Some(500), "{cut}");
    }
}

#[test]
fn an_entry_that_is_too_long_keeps_its_place() {
    let catalog = Catalog::built_in();
    let mut lister = Lister::new(&catalog);
    let one = entry(URL, "", r#""status":500"#);
    lister.feed(
        format!(r#"{{"log":{{"entries":[{one},{{"request":{{"url":"https://h.example/big","x":""#).as_bytes(),
    );
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..65 {
        lister.feed(&piece);
    }
    lister.feed(format!("\"}}}},{one}]}}}}").as_bytes());
    let calls = lister.finish();
    let seen: Vec<_> = calls.list.iter().map(|c| (c.index, c.whole, c.status)).collect();
    assert_eq!(seen, [(0, true, Some(500)), (1, false, None), (2, true, Some(500))]);
    assert_eq!(calls.findings.iter().map(|f| f.id).collect::<Vec<_>>(), ["har_entry_too_long"]);
    assert!(calls.list[1].end - calls.list[1].start > 65 << 20);
}

#[test]
fn the_call_to_look_at_is_chosen_by_what_failed() {
    let llm = |status: &str| entry(URL, "", status);
    let ok = || llm(r#""status":200"#);
    let cancelled = || llm(r#""status":0,"_error":"net::ERR_ABORTED""#);
    let post = |url: &str, status: u16| {
        entry(
            url,
            r#","postData":{"mimeType":"application/json","text":"{\"a\":1}"}"#,
            &format!(r#""status":{status}"#),
        )
    };
    let get = |url: &str, status: u16| {
        format!(
            r#"{{"startedDateTime":"x","request":{{"method":"GET","url":"{url}"}},"response":{{"status":{status}}}}}"#
        )
    };
    let options = r#"{"startedDateTime":"x","request":{"method":"OPTIONS","url":"https://h.example/v1/chat/completions"},"response":{"status":403}}"#;
    let sse = |body: &str| {
        llm(&format!(r#""status":200,"content":{{"mimeType":"text/event-stream","text":"{body}"}}"#))
    };
    let delta = r#"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"#;
    let done =
        r#"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"#;
    let custom = entry(
        "https://chat.example/backend/talk",
        r#","postData":{"text":"{\"model\":\"m\",\"messages\":[]}"}"#,
        r#""status":500"#,
    );
    let table: Vec<(Vec<String>, Option<usize>)> = vec![
        (
            vec![llm(r#""status":500"#), llm(r#""status":429"#), ok(), post("https://h.example/x", 500)],
            Some(1),
        ),
        (
            vec![ok(), post("https://h.example/x", 500), post("https://sentry.example/api/1/envelope/", 500)],
            Some(1),
        ),
        (vec![ok(), cancelled(), ok()], Some(1)),
        (vec![llm(r#""status":500"#), cancelled()], Some(0)),
        (vec![ok(), options.to_owned(), ok()], Some(2)),
        // Refused, so that the call to the model itself was never made.
        (vec![options.to_owned()], Some(0)),
        (vec![sse(&format!("{delta}{done}")), sse(delta), sse(&format!("{delta}{done}"))], Some(1)),
        (vec![sse(&format!(r#"{delta}data: {{\"error\":{{\"message\":\"x\"}}}}\n\n{done}"#)), ok()], Some(0)),
        (
            vec![
                llm(r#""status":200,"content":{"text":"{\"error\":{\"message\":\"x\",\"code\":\"y\"}}"}"#),
                ok(),
            ],
            Some(0),
        ),
        (vec![custom, post("https://h.example/x", 500)], Some(0)),
        (
            vec![
                post("https://h.example/openai/deployments/d/chat/completions", 500),
                post("https://h.example/x", 500),
            ],
            Some(0),
        ),
        (vec![llm(r#""status":200,"_error":"net::ERR_INCOMPLETE_CHUNKED_ENCODING""#), ok()], Some(0)),
        (vec![ok(), get("https://chat.example/a/logo.png", 404)], Some(0)),
        (vec![ok(), get("https://chat.example/api/list", 500)], Some(1)),
        (vec![get("https://h.example/v1/models", 200), get("https://h.example/x", 200)], Some(0)),
        (vec![get("https://h.example/x", 200), get("https://h.example/y", 302)], None),
        (vec![get("https://h.example/v1/models", 401), ok(), ok()], Some(0)),
        (vec![llm(r#""status":301"#), ok()], Some(0)),
        (vec![], None),
    ];
    for (at, (entries, expected)) in table.into_iter().enumerate() {
        let calls = listed(&har(&entries));
        assert_eq!(calls.list.len(), entries.len(), "row {at}");
        assert_eq!(propose(&calls.list).map(|(at, _)| at), expected, "row {at}: {:#?}", calls.list);
    }
}

#[test]
fn odd_members_cost_nothing() {
    let table = [
        (
            r#","headers":null,"queryString":null,"postData":null,"bodySize":null"#,
            r#""status":"500","headers":null,"content":null"#,
        ),
        (
            r#","headers":[null,{"name":null,"value":3},{"value":"x"},{"name":"a"},7],"queryString":{"a":"b"}"#,
            r#""status":500.0,"content":{"size":"-1","text":null}"#,
        ),
        (
            r#","postData":{"text":{"model":"m","messages":[]},"params":[null,{}]}"#,
            r#""status":500,"content":{"text":{"error":{"message":"x"}}}"#,
        ),
        (
            r#","url2":"\ud83d","unknown":[[[{"request":{}}]]],"headers":[{"name":"x","value":"\ud83d half"}]"#,
            r#""status":500,"status":500"#,
        ),
        (
            r#","postData":{"text":"$$$","encoding":"base64"}"#,
            r#""status":500,"content":{"text":"no base64","encoding":"base64"}"#,
        ),
    ];
    for (request, response) in table {
        let text = har(&[entry(URL, request, response)]);
        let (intake, _) = read_all(&text);
        assert_eq!(intake.kind, "har", "{text}");
        assert_eq!(
            intake.draft.as_ref().map(|d| d.url.split('?').next().unwrap_or("").to_owned()),
            Some(URL.to_owned()),
            "{text}"
        );
        assert_eq!(intake.observed.and_then(|a| a.response()?.status), Some(500), "{text}");
    }
    let deep = format!(
        r#"{{"log":{{"x":{}{},"entries":[{}]}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000),
        entry(URL, "", r#""status":500"#)
    );
    assert_eq!(listed(&deep).count, 1);
}

#[test]
fn http_2_names_stand_in_for_a_missing_address() {
    let text = r#"{"log":{"entries":[{"startedDateTime":"2026-10-05T08:15:30Z","request":{"headers":[{"name":":method","value":"POST"},{"name":":scheme","value":"https"},{"name":":authority","value":"h.example"},{"name":":path","value":"/v1/chat/completions?a=b"},{"name":"accept","value":"*/*"}],"url":"","method":""},"response":{"status":404}}]}}"#;
    let (intake, _) = read_all(text);
    let draft = intake.draft.expect("a draft");
    assert_eq!(
        (draft.method.as_str(), draft.url.as_str()),
        ("POST", "https://h.example/v1/chat/completions?a=b")
    );
    assert_eq!(draft.headers.len(), 1);
}

#[test]
fn bodies_that_are_not_all_there_are_told_of() {
    let body = r#"{\"error\":{\"message\":\"x\"}}"#;
    let table = [
        (format!(r#""status":500,"content":{{"size":27,"text":"{body}"}}"#), None, false),
        // A size that counts other bytes proves nothing.
        (format!(r#""status":500,"content":{{"size":90,"text":"{body}"}}"#), None, false),
        (
            r#""status":500,"content":{"size":90,"text":"{\"error\":{\"mess"}"#.to_owned(),
            Some("har_response_body_cut"),
            true,
        ),
        // The wire had a mark, or other line ends, or two bytes a character.
        (r#""status":502,"content":{"size":23,"text":"no upstream\nis there"}"#.to_owned(), None, false),
        (r#""status":502,"content":{"size":42,"text":"no upstream\nis there"}"#.to_owned(), None, false),
        (
            r#""status":502,"content":{"size":900,"text":"no upstream\nis the"}"#.to_owned(),
            Some("har_response_body_cut"),
            true,
        ),
        (
            r#""status":500,"content":{"size":90,"mimeType":"application/json"}"#.to_owned(),
            Some("har_no_response_body"),
            true,
        ),
        (
            r#""status":500,"headers":[{"name":"Content-Length","value":"12"}],"content":{}"#.to_owned(),
            Some("har_no_response_body"),
            true,
        ),
        (r#""status":500,"content":{"size":0,"text":""}"#.to_owned(), None, false),
        (r#""status":204"#.to_owned(), None, false),
    ];
    for (response, finding, partial) in table {
        let (intake, _) = read_all(&har(&[entry(URL, "", &response)]));
        let found = ids(&intake).into_iter().find(|id| id.contains("response_body"));
        assert_eq!(found, finding, "{response}");
        let attempt = intake.observed.expect("an answer");
        let end = &attempt.response().expect("an answer").end;
        assert_eq!(*end == BodyEnd::Capped, partial, "{response}");
    }
}

/// The calls of `text`, fed in pieces.
fn in_pieces(text: &[u8], size: usize) -> Calls {
    let catalog = Catalog::built_in();
    let mut lister = Lister::new(&catalog);
    for piece in text.chunks(size.max(1)) {
        lister.feed(piece);
    }
    lister.finish()
}

#[test]
fn pieces_of_any_size_give_the_same_calls() {
    for (name, text) in FILES {
        let whole = listed(text);
        for size in [1, 2, 3, 7, 64, 1000] {
            let cut = in_pieces(text.as_bytes(), size);
            assert_eq!(
                (cut.list, cut.creator),
                (whole.list.clone(), whole.creator.clone()),
                "{name} by {size}"
            );
        }
    }
    let text = format!(
        r#"{{"log":{{"entries":[{}]}}}}"#,
        entry(URL, r#","x":"\\\\\" \\\" {\\","y":"\\""#, r#""status":500"#)
    );
    let whole = listed(&text);
    assert_eq!(whole.count, 1);
    for at in 0..text.len() {
        let catalog = Catalog::built_in();
        let mut lister = Lister::new(&catalog);
        lister.feed(&text.as_bytes()[..at]);
        lister.feed(&text.as_bytes()[at..]);
        assert_eq!(lister.finish().list, whole.list, "cut at {at}");
    }
}

#[test]
fn time_is_linear_in_the_text() {
    let one = entry(URL, r#","postData":{"text":"{}"}"#, r#""status":500"#);
    let make: [fn(&str, usize) -> String; 6] = [
        |one, n| format!(r#"{{"log":{{"entries":[{}"#, vec![one; n / one.len()].join(",")),
        |_, n| "[{".repeat(n / 2),
        |_, n| format!(r#"{{"log":{{"entries":[{{"request":{{"x":"{}"#, "\\\\\\\"".repeat(n / 4)),
        |_, n| format!(r#"{{"log":{{"entries":[{}"#, "{}".repeat(n / 2)),
        |_, n| "{\"request\":".repeat(n / 11),
        |_, n| {
            format!(
                r#"{{"log":{{"entries":[{{"request":{{"headers":[{}"#,
                r#"{"name":"a","value":""#.repeat(n / 21)
            )
        },
    ];
    for (at, make) in make.iter().enumerate() {
        let time = |n: usize| {
            let text = make(&one, n);
            let run = || {
                let start = std::time::Instant::now();
                let _ = read_all(&text);
                let _ = in_pieces(text.as_bytes(), 4096);
                start.elapsed().as_secs_f64()
            };
            run().min(run()).max(1e-3)
        };
        // Other work on the machine only makes it longer: a search that is quadratic is it each time.
        let mut times: Vec<(f64, f64)> = Vec::new();
        let is_linear = (0..5).any(|_| {
            let (small, large) = (time(50_000), time(400_000));
            times.push((small, large));
            large < small * 30.0
        });
        assert!(is_linear, "text {at}: s for 50 kB, s for 400 kB: {times:?}");
    }
}

proptest! {
    #[test]
    fn any_cut_and_change_is_read(file in 0..FILES.len(), cut in 0.0..1.0f64, at in 0.0..1.0f64, put in "[\\PC\\x00\"\\\\{}\\[\\],:0-9a-z]{0,6}", size in 1..400usize) {
        let text = FILES[file].1;
        let mut bytes = text.as_bytes().to_vec();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a file")]
        let place = |part: f64, len: usize| (len as f64 * part) as usize;
        let from = place(at, bytes.len());
        bytes.splice(from..from, put.bytes());
        bytes.truncate(place(0.2 + 0.8 * cut, bytes.len()));
        let text = String::from_utf8_lossy(&bytes);
        let whole = listed(&text);
        let cut = in_pieces(text.as_bytes(), size);
        prop_assert_eq!(&whole.list, &cut.list);
        prop_assert_eq!(&whole.findings, &cut.findings);
        let (intake, _) = read_all(&text);
        prop_assert!(!whole.list.is_empty() || intake.kind != "har");
    }
}

#[test]
fn a_list_of_calls_is_bounded() {
    let mut text = String::from(r#"{"log":{"entries":["#);
    let long = "p".repeat(5_000);
    for n in 0..3 {
        let _ = write!(
            text,
            "{},",
            entry(&format!("https://h{n}.example/{long}?secret={long}"), "", r#""status":200"#)
        );
    }
    for call in listed(&text).list {
        assert!(call.path.len() < 600 && call.host.len() < 300, "{}", call.path.len());
        assert!(!call.path.contains("secret"));
    }
}

/// Bodies in pieces, calls whose path names the model, questions of a browser, an empty list: as public archives have them.
#[test]
fn what_public_archives_hold_is_read() {
    let body = base64_of("{\"error\":{\"message\":\"no such model\"}}");
    let (first, second) = body.split_at(12);
    let answer = format!(
        r#""status":404,"headers":[],"content":{{"mimeType":"application/json","encoding":"base64","text":"[\"{first}\",\"{second}\"]"}}"#
    );
    let polly = har(&[entry("https://h.example/v1/chat/completions", "", &answer)]);
    let seen = read_all(&polly).0.observed.expect("an answer");
    let seen = seen.response().map(|r| String::from_utf8_lossy(&r.body).into_owned());
    assert_eq!(seen.as_deref(), Some("{\"error\":{\"message\":\"no such model\"}}"));

    let failed = r#""status":500,"headers":[]"#;
    let bedrock = "https://bedrock-runtime.us-east-1.amazonaws.com/model/a.b-v2/invoke";
    let shop = entry(
        "https://shop.example/cart",
        r#","postData":{"mimeType":"application/json","text":"{}"}"#,
        failed,
    );
    let calls = listed(&har(&[entry(bedrock, "", failed), shop.clone()]));
    assert_eq!(propose(&calls.list).map(|(at, _)| at), Some(0));

    let asked = entry("https://api.openai.com/v1/chat/completions", "", r#""status":403,"headers":[]"#)
        .replace("\"POST\"", "\"OPTIONS\"");
    let page = entry("https://x.example/", "", r#""status":200,"headers":[]"#).replace("\"POST\"", "\"GET\"");
    let calls = listed(&har(&[asked.clone(), page]));
    assert!(propose(&calls.list).is_some_and(|(at, why)| at == 0 && why.contains("preflight")));
    let sent = entry("https://api.openai.com/v1/chat/completions", "", r#""status":0,"headers":[]"#);
    let calls = listed(&har(&[sent, asked]));
    assert_eq!(propose(&calls.list).map(|(at, _)| at), Some(0));

    let (empty, _) = read_all(&har(&[]));
    assert_eq!((empty.kind, empty.draft.is_some(), ids(&empty)), ("har", false, vec!["har_calls"]));
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
