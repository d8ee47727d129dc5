//! Answers and what is read from them.

use super::*;
use crate::case::evidence::{Connection, Outcome, Source, Timing, TransportFailure};
use crate::case::vocabulary::TransportKind;

type Headers = &'static [(&'static str, &'static str)];
/// Endpoint, streaming, status, content type, body, what is wrong.
type Case = (&'static str, bool, u16, &'static str, String, Option<SoftFailure>);

fn attempt(outcome: Outcome) -> Attempt {
    Attempt {
        index: 1,
        source: Source::Sent,
        at: None,
        outcome,
        timing: Timing::default(),
        connection: Connection::default(),
        client_request_id: None,
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 0,
        written: Vec::new(),
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    Response {
        status: Some(status),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
        body_bytes: body.len() as u64,
        ..Response::default()
    }
}

fn reading(response: Response, expectation: &Expectation<'_>) -> Reading {
    let catalog = Catalog::built_in();
    read(&attempt(Outcome::Response(response)), expectation, catalog.profile("cometapi"))
}

#[test]
fn layers() {
    let html = "<html><head><title>502 Bad Gateway</title></head></html>";
    let table: &[(u16, Headers, &str, Layer)] = &[
        (403, &[("cf-mitigated", "challenge")], "", Layer::Edge),
        (403, &[("server", "cloudflare"), ("cf-ray", "8a-FRA")], html, Layer::Edge),
        (502, &[("server", "nginx/1.22.1")], html, Layer::Edge),
        (502, &[], html, Layer::Edge),
        (524, &[("server", "cloudflare")], "error code: 524", Layer::Edge),
        (524, &[("server", "cloudflare")], "", Layer::Edge),
        (500, &[], "", Layer::Unknown),
        (
            401,
            &[("cf-ray", "8a-FRA")],
            r#"{"error":{"code":"","message":"x","type":"comet_api_error"}}"#,
            Layer::Gateway,
        ),
        (401, &[], r#"{"error":{"code":"x","message":"x","type":"some_error"}}"#, Layer::Gateway),
        (
            500,
            &[],
            r#"{"error":{"message":"x","type":"comet_api_error","param":"","code":"x"}}"#,
            Layer::Gateway,
        ),
        (
            500,
            &[],
            r#"{"error":{"message":"x","type":"upstream_error","param":"503","code":"x"}}"#,
            Layer::Provider,
        ),
        (
            400,
            &[],
            r#"{"error":{"message":"x","type":"invalid_request_error","param":"model","code":null}}"#,
            Layer::Provider,
        ),
        (
            429,
            &[],
            r#"{"error":{"message":"litellm.RateLimitError: OpenAIException - x","type":"t","param":null,"code":"429"}}"#,
            Layer::Provider,
        ),
        (
            400,
            &[],
            r#"{"error":{"message":"litellm.BadRequestError: Invalid","type":"t","param":null,"code":"400"}}"#,
            Layer::Gateway,
        ),
        (
            529,
            &[],
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            Layer::Provider,
        ),
        (400, &[], r#"{"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}}"#, Layer::Provider),
        (403, &[], r#"{"code":null,"message":"user quota is not enough","data":null}"#, Layer::Gateway),
        (404, &[], r#"{"detail":"Not Found"}"#, Layer::Unknown),
        (301, &[("location", "https://www.cometapi.com/v1/x")], "", Layer::Gateway),
        (200, &[], "{}", Layer::Unknown),
    ];
    for (status, headers, body, layer) in table {
        let found = reading(answer(*status, headers, body), &Expectation::default());
        assert_eq!(found.layer, *layer, "{status} {body}");
        assert!(!found.layer_because.is_empty());
    }
    let failure = TransportFailure { kind: TransportKind::Dns, detail: String::new() };
    let found = read(&attempt(Outcome::Transport(failure)), &Expectation::default(), None);
    assert_eq!((found.layer, found.shape), (Layer::Client, ResponseShape::ClientError));
}

#[test]
fn redirects() {
    let host = Expectation { host: Some("api.cometapi.com"), ..Expectation::default() };
    let table = [
        ("https://www.cometapi.com/v1/x", Some((true, true))),
        ("//WWW.cometapi.com/v1/x", Some((true, true))),
        ("https://elsewhere.example/", Some((true, false))),
        ("https://api.cometapi.com/v1/x/", Some((false, false))),
        ("/v1/x/", Some((false, false))),
        ("", Some((false, false))),
    ];
    for (location, want) in table {
        let found = reading(answer(301, &[("location", location)], ""), &host);
        assert_eq!(found.redirect.map(|r| (r.other_host, r.to_web_site)), want, "{location}");
        assert_eq!(found.shape, ResponseShape::Redirect);
    }
    assert!(reading(answer(200, &[("location", "/x")], "{}"), &host).redirect.is_none());
    assert!(reading(answer(301, &[], ""), &host).redirect.is_none());
}

#[test]
fn soft_failures() {
    use SoftFailure as S;
    let catalog = Catalog::built_in();
    let choice = |message: &str, finish: &str| {
        format!(r#"{{"model":"m","choices":[{{"message":{message},"finish_reason":"{finish}"}}]}}"#)
    };
    let good = choice(r#"{"content":"ok"}"#, "stop");
    let table: Vec<Case> = vec![
        ("chat_completions", false, 200, "application/json", good.clone(), None),
        ("chat_completions", true, 200, "application/json", good, Some(S::NotAStream)),
        ("chat_completions", false, 200, "application/json", choice(r#"{"content":null}"#, "stop"), Some(S::EmptyContent)),
        ("chat_completions", false, 200, "application/json", choice(r#"{"content":null,"tool_calls":[{}]}"#, "tool_calls"), None),
        ("chat_completions", false, 200, "application/json", choice(r#"{"content":"a"}"#, "length"), Some(S::LengthLimit)),
        ("chat_completions", false, 200, "application/json", choice(r#"{"content":""}"#, "content_filter"), Some(S::ContentFilter)),
        ("chat_completions", false, 200, "application/json", r#"{"choices":[]}"#.into(), Some(S::EmptyContent)),
        ("chat_completions", false, 200, "application/json", r#"{"id":1}"#.into(), Some(S::MissingField)),
        ("chat_completions", false, 200, "application/json", "oops".into(), Some(S::NotJson)),
        ("chat_completions", false, 200, "application/json", r#"{"choices":["#.into(), Some(S::NotJson)),
        ("chat_completions", false, 200, "application/json", String::new(), Some(S::EmptyBody)),
        ("chat_completions", false, 204, "application/json", String::new(), None),
        ("chat_completions", false, 500, "application/json", String::new(), None),
        ("chat_completions", false, 200, "text/html", "<html></html>".into(), Some(S::Html)),
        ("chat_completions", false, 200, "application/json", r#"{"error":{"message":"x"}}"#.into(), Some(S::ErrorInBody)),
        ("images_generations", false, 200, "application/json", r#"{"data":[]}"#.into(), Some(S::EmptyContent)),
        ("models", false, 200, "application/json", r#"{"object":"list","data":[]}"#.into(), None),
        ("messages", false, 200, "application/json", r#"{"type":"message","content":[],"stop_reason":"end_turn"}"#.into(), Some(S::EmptyContent)),
        ("messages", false, 200, "application/json", r#"{"type":"message","content":[{"type":"tool_use"}]}"#.into(), None),
        ("responses", false, 200, "application/json", r#"{"object":"response","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}"#.into(), Some(S::LengthLimit)),
        ("responses", false, 200, "application/json", r#"{"object":"response","status":"completed","output":[{"type":"message","content":[{"text":"a"}]}]}"#.into(), None),
        ("nowhere", false, 200, "audio/mpeg", "ID3 sound".into(), None),
    ];
    for (endpoint, streaming, status, kind, body, want) in table {
        let expectation = Expectation { streaming, endpoint: catalog.endpoint(endpoint), host: None };
        let found = reading(answer(status, &[("content-type", kind)], &body), &expectation);
        assert_eq!(found.soft, want, "{endpoint} {status} {body}");
    }
}

#[test]
fn a_pasted_stream_is_read() {
    let body = "data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n";
    let found = reading(answer(200, &[], body), &Expectation { streaming: true, ..Expectation::default() });
    assert_eq!((found.shape, found.returned_model.as_deref()), (ResponseShape::Stream, Some("m")));
    assert_eq!(found.stream.map(|s| (s.verdict, s.longest_gap_ms)), Some((StreamVerdict::Truncated, None)));
    let body = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded (request id: req_12345678)\"}}\n\n";
    let found = reading(answer(200, &[("content-type", "text/event-stream")], body), &Expectation::default());
    assert_eq!(found.envelope.error_type.as_deref(), Some("overloaded_error"));
    assert_eq!(found.soft, Some(SoftFailure::ErrorInBody));
    assert_eq!(found.request_ids.first().map(|i| i.id.as_str()), Some("req_12345678"));
    let json = reading(
        answer(200, &[("content-type", "text/event-stream")], r#"{"error":{"message":"x"}}"#),
        &Expectation::default(),
    );
    assert!(json.stream.is_none());
    assert_eq!(json.shape, ResponseShape::JsonObject);
}

#[test]
fn the_gateways_clock_is_shown_against_the_date_header() {
    let body = r#"{"error":{"code":"","message":"x (request id: 20260205132859798638387SIHCnxzJ)","type":"comet_api_error"}}"#;
    let found =
        reading(answer(400, &[("date", "Thu, 05 Feb 2026 05:29:01 GMT")], body), &Expectation::default());
    let id = found.request_ids.first().expect("an id");
    assert!(id.primary);
    assert_eq!(
        id.decoded_time.map(|t| t.to_rfc3339()).as_deref(),
        Some("2026-02-05T13:28:59.798638387+08:00")
    );
    assert_eq!(found.server_date.map(|d| d.to_rfc3339()).as_deref(), Some("2026-02-05T05:29:01+00:00"));
    assert_eq!(found.retry_after_ms, None);
}

#[test]
fn failed_tasks_are_failures_whatever_their_shape() {
    use SoftFailure as S;
    // body, what is wrong, what is said
    let table: &[(&str, Option<S>, Option<&str>)] = &[
        (
            r#"{"id":"video_1","object":"video","status":"failed","progress":100,"error":null}"#,
            Some(S::TaskFailed),
            None,
        ),
        (
            r#"{"id":"video_1","object":"video","status":"failed","error":{"code":"moderation_blocked","message":"no"}}"#,
            Some(S::ErrorInBody),
            Some("no"),
        ),
        (
            r#"{"code":"success","message":"","data":{"task_id":"t","status":"FAILURE","fail_reason":""}}"#,
            Some(S::TaskFailed),
            None,
        ),
        (
            r#"{"code":"success","data":{"task_id":"t","status":"FAILURE","fail_reason":"no"}}"#,
            Some(S::ErrorInBody),
            Some("no"),
        ),
        (r#"{"id":"m","status":"FAILURE","failReason":"no"}"#, Some(S::ErrorInBody), Some("no")),
        (
            r#"{"code":0,"message":"SUCCEED","data":{"task_id":"t","task_status":"failed","task_status_msg":"no"}}"#,
            Some(S::ErrorInBody),
            Some("no"),
        ),
        (
            r#"{"id":"t","status":"FAILED","failure":"no","failureCode":"INTERNAL.BAD"}"#,
            Some(S::ErrorInBody),
            Some("no"),
        ),
        (r#"{"id":"t","state":"failed","failure_reason":null}"#, Some(S::TaskFailed), None),
        (r#"{"id":"video_1","object":"video","status":"in_progress","progress":3}"#, None, None),
        (r#"{"id":"video_1","object":"video","status":"completed","progress":100}"#, None, None),
        (r#"{"code":"success","data":{"task_id":"t","status":"SUCCESS","fail_reason":""}}"#, None, None),
    ];
    for (body, soft, message) in table {
        let found =
            reading(answer(200, &[("content-type", "application/json")], body), &Expectation::default());
        assert_eq!((found.soft, found.envelope.message.as_deref()), (*soft, *message), "{body}");
        assert!(found.request_ids.is_empty(), "a task's id is none of a call: {body}");
    }
}

#[test]
fn ids_of_all_hops_are_kept_and_tasks_are_not_among_them() {
    let (a, b, c) = (
        "2025022717544254070662477464582",
        "2025022709544254070662477464583",
        "20250227095442540706624SIHCnxzJ",
    );
    let body = format!(
        r#"{{"error":{{"message":"bad response (request id: {a}) (request id: {b}) (request id: {c}), task_id: task_0123456789","type":"t","param":"","code":"x"}},"task_id":"task_0123456789"}}"#
    );
    let found = reading(answer(500, &[("cf-ray", "8a1b2c3d4e5f-FRA")], &body), &Expectation::default());
    let listed: Vec<_> = found.request_ids.iter().map(|id| (id.id.as_str(), id.primary)).collect();
    assert_eq!(listed, [(a, false), (b, false), (c, true)], "the last is of the gateway that was called");
    let twice = format!(r#"{{"error":{{"message":"x (request id: {a}) (request id: {a})","type":"t"}}}}"#);
    let found = reading(answer(500, &[], &twice), &Expectation::default());
    assert_eq!(found.request_ids.len(), 1);

    // An id inside an error event of a stream.
    let event = "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},\"request_id\":\"req_011CSHoEeqs5C35K2UUqR7Fy\"}\n\n";
    let mut live = answer(200, &[("content-type", "text/event-stream")], event);
    let mut reader = SseReader::new();
    reader.feed(event.as_bytes(), 0);
    live.stream = Some(reader.finish(false));
    for response in [live, answer(200, &[("content-type", "text/event-stream")], event)] {
        let found = reading(response, &Expectation::default());
        let ids: Vec<_> = found.request_ids.iter().map(|id| id.id.as_str()).collect();
        assert_eq!(ids, ["req_011CSHoEeqs5C35K2UUqR7Fy"]);
    }
}

#[test]
fn what_cannot_be_undone_is_a_soft_failure_of_a_success_only() {
    use crate::case::evidence::Packed;
    use crate::case::vocabulary::{Coding, UnpackEnd as E};
    let packed = |end, inflated: &str| Packed {
        codings: vec![Coding::Gzip],
        declared: true,
        inflated: inflated.as_bytes().to_vec(),
        inflated_bytes: inflated.len() as u64,
        read_bytes: 9,
        end,
    };
    let good = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}"#;
    let error = r#"{"error":{"message":"no","code":"c","type":"t","param":null}}"#;
    let undecodable = Some(SoftFailure::Undecodable);
    let table = [
        (200, E::Whole, good, None),
        (200, E::Cut, good, undecodable),
        (200, E::Broken, "{\"choi", undecodable),
        (200, E::TooLarge, "", undecodable),
        (200, E::NotPacked, "", undecodable),
        (200, E::UnknownCoding, "", undecodable),
        (200, E::Broken, error, Some(SoftFailure::ErrorInBody)),
        (500, E::Broken, "", None),
        (429, E::Cut, error, None),
    ];
    for (status, end, inflated, soft) in table {
        let mut response = answer(status, &[("content-type", "application/json")], good);
        response.packed = Some(packed(end, inflated));
        let found = reading(response, &Expectation::default());
        assert_eq!(found.soft, soft, "{status} {end} {inflated}");
        assert_eq!(found.envelope.message.is_some(), inflated == error, "{status} {end} {inflated}");
    }
}
