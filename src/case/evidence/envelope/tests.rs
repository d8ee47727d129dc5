//! Bodies of every gateway and the envelope that is read from them.

use super::*;
use crate::case::evidence::BodyEnd;
use proptest::prelude::*;

fn read(status: u16, body: &str) -> Envelope {
    Envelope::of(&Response { status: Some(status), body: body.as_bytes().to_vec(), ..Response::default() })
}

/// Kind, then message, code, type, param, inner message, inner code; "-" stands for none.
type Want<'a> = (EnvelopeKind, [&'a str; 6]);

fn shown(e: &Envelope) -> Want<'_> {
    let fields = [&e.message, &e.code, &e.error_type, &e.param, &e.inner_message, &e.inner_code];
    (e.kind, fields.map(|f| f.as_deref().unwrap_or("-")))
}

#[expect(clippy::too_many_lines, reason = "a table, one entry per shape")]
#[test]
fn the_known_shapes() {
    use EnvelopeKind as K;
    let table: &[(&str, u16, &str, Want<'_>)] = &[
        (
            "G1",
            400,
            r#"{"error":{"code":"","message":"model name is required (request id: X)","type":"comet_api_error"}}"#,
            (
                K::GatewayError,
                ["model name is required (request id: X)", "", "comet_api_error", "-", "-", "-"],
            ),
        ),
        ("a code alone", 400, r#"{"code":"Owing"}"#, (K::Flat, ["-", "Owing", "-", "-", "-", "-"])),
        (
            "Text Generation Inference",
            422,
            r#"{"error":"Input validation error: too long","error_type":"validation"}"#,
            (K::ErrorString, ["Input validation error: too long", "-", "validation", "-", "-", "-"]),
        ),
        (
            "a list of sentences",
            400,
            r#"{"error":["x must be less"],"warnings":[]}"#,
            (K::Flat, ["x must be less", "-", "-", "-", "-", "-"]),
        ),
        (
            "Apigee",
            401,
            r#"{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}"#,
            (K::Flat, ["Invalid ApiKey", "oauth.v2.InvalidApiKey", "-", "-", "-", "-"]),
        ),
        (
            "Volcengine",
            403,
            r#"{"ResponseMetadata":{"RequestId":"r","Error":{"CodeN":1,"Code":"SignatureDoesNotMatch","Message":"no match"}}}"#,
            (K::OpenAi, ["no match", "SignatureDoesNotMatch", "-", "-", "-", "-"]),
        ),
        (
            "Deepgram",
            401,
            r#"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}"#,
            (K::Flat, ["Invalid credentials.", "INVALID_AUTH", "-", "-", "-", "-"]),
        ),
        (
            "GraphQL",
            200,
            r#"{"errors":[{"message":"log in first","extensions":{"code":"UNAUTHENTICATED"}}],"data":null}"#,
            (K::OpenAi, ["log in first", "UNAUTHENTICATED", "-", "-", "-", "-"]),
        ),
        (
            "JSON:API",
            422,
            r#"{"errors":[{"status":"422","code":"invalid","detail":"model must be set","source":{"pointer":"/data/model"}}]}"#,
            (K::Gemini, ["model must be set", "invalid", "-", "/data/model", "-", "-"]),
        ),
        (
            "zod",
            400,
            r#"{"success":false,"error":{"issues":[{"code":"invalid_type","path":["messages",0],"message":"Required"}],"name":"ZodError"}}"#,
            (K::OpenAi, ["Required", "-", "-", "messages.0", "-", "-"]),
        ),
        (
            "Laravel",
            422,
            r#"{"message":"The given data was invalid.","errors":{"model":["The model field is required."]}}"#,
            (
                K::Flat,
                ["The given data was invalid.", "-", "-", "model", "The model field is required.", "-"],
            ),
        ),
        (
            "Django's tokens",
            401,
            r#"{"detail":"Given token not valid","code":"token_not_valid"}"#,
            (K::Detail, ["Given token not valid", "token_not_valid", "-", "-", "-", "-"]),
        ),
        (
            "a function's answer as a text",
            502,
            r#"{"statusCode":429,"body":"{\"message\":\"slow\",\"code\":\"c\"}"}"#,
            (K::Flat, ["slow", "c", "-", "-", "-", "-"]),
        ),
        (
            "a router's attempts, the last one's upstream in a text",
            400,
            r#"{"error":{"message":"All target providers failed.","attempts":[{"status":429,"message":"slow"},{"status":400,"message":"Upstream request failed.","details":{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"message\":\"no such field\",\"type\":\"t\"}"}}}}]}}"#,
            (K::OpenAi, ["All target providers failed.", "-", "-", "-", "no such field", "-"]),
        ),
        (
            "a router's attempt without an envelope",
            400,
            r#"{"error":{"message":"All target providers failed.","attempts":[{"status":400,"details":{"detail":"Unsupported parameter: metadata"}}]}}"#,
            (
                K::OpenAi,
                ["All target providers failed.", "-", "-", "-", "Unsupported parameter: metadata", "-"],
            ),
        ),
        (
            "Stability's sentences",
            403,
            r#"{"errors":["Your request was flagged."],"name":"content_moderation"}"#,
            (K::Flat, ["Your request was flagged.", "-", "content_moderation", "-", "-", "-"]),
        ),
        (
            "an error's members without words",
            500,
            r#"{"message":"","type":"upstream_error","param":"524","code":"bad_response_status_code"}"#,
            (K::Flat, ["-", "bad_response_status_code", "upstream_error", "524", "-", "-"]),
        ),
        (
            "G1, an old build without a code",
            401,
            r#"{"error":{"message":"无效的令牌","type":"one_api_error"}}"#,
            (K::GatewayError, ["无效的令牌", "-", "one_api_error", "-", "-", "-"]),
        ),
        (
            "G2",
            500,
            r#"{"error":{"message":"field messages is required","type":"new_api_error","param":"","code":"invalid_request"}}"#,
            (K::OpenAi, ["field messages is required", "invalid_request", "new_api_error", "", "-", "-"]),
        ),
        (
            "G3",
            400,
            r#"{"error":{"type":"new_api_error","message":"Model X has not been priced"},"type":"error"}"#,
            (K::Anthropic, ["Model X has not been priced", "-", "new_api_error", "-", "-", "-"]),
        ),
        (
            "G4",
            403,
            r#"{"code":null,"message":"user quota is not enough","data":null}"#,
            (K::Flat, ["user quota is not enough", "-", "-", "-", "-", "-"]),
        ),
        (
            "G5",
            400,
            r#"{"description":"quota_not_enough","type":"upstream_error","code":4}"#,
            (K::Flat, ["quota_not_enough", "4", "upstream_error", "-", "-", "-"]),
        ),
        (
            "G6 with 200",
            200,
            r#"{"success":false,"message":"未登录"}"#,
            (K::Flat, ["未登录", "-", "-", "-", "-", "-"]),
        ),
        (
            "G7, realtime",
            200,
            r#"{"type":"error","event_id":"evt_1","error":{"message":"m","type":"t","param":null,"code":"c"}}"#,
            (K::OpenAi, ["m", "c", "t", "-", "-", "-"]),
        ),
        (
            "G8",
            404,
            r#"{"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error","param":"","code":""}}"#,
            (K::OpenAi, ["Invalid URL (POST /v1/x)", "", "invalid_request_error", "", "-", "-"]),
        ),
        (
            "Anthropic",
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":null}"#,
            (K::Anthropic, ["Overloaded", "-", "overloaded_error", "-", "-", "-"]),
        ),
        (
            "Gemini in an array",
            400,
            r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]"#,
            (K::Gemini, ["API key not valid.", "400", "INVALID_ARGUMENT", "-", "-", "API_KEY_INVALID"]),
        ),
        (
            "Azure",
            400,
            r#"{"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            (K::OpenAi, ["filtered", "content_filter", "-", "prompt", "-", "ResponsibleAIPolicyViolation"]),
        ),
        (
            "Azure's older front",
            401,
            r#"{"statusCode":401,"message":"Unauthorized."}"#,
            (K::Flat, ["Unauthorized.", "-", "-", "-", "-", "-"]),
        ),
        (
            "LiteLLM",
            400,
            r#"{"error":{"message":"litellm.RateLimitError: RateLimitError: OpenAIException - {\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}","type":"throttling_error","param":"None","code":"429"}}"#,
            (
                K::OpenAi,
                [
                    r#"litellm.RateLimitError: RateLimitError: OpenAIException - {"error":{"message":"slow","code":"rate_limit_exceeded"}}"#,
                    "429",
                    "throttling_error",
                    "None",
                    "slow",
                    "rate_limit_exceeded",
                ],
            ),
        ),
        (
            "Bytes as Python prints them",
            400,
            r#"{"error":{"message":"VertexAIException - b'{\\n  \"error\": {\\n \"code\": 400,\\n \"message\": \"no\" }}'","type":null,"param":null,"code":"400"}}"#,
            (
                K::OpenAi,
                [
                    r#"VertexAIException - b'{\n  "error": {\n "code": 400,\n "message": "no" }}'"#,
                    "400",
                    "-",
                    "-",
                    "no",
                    "400",
                ],
            ),
        ),
        (
            "A Python dict",
            400,
            r#"{"error":{"message":"Error code: 400 - {'error': {'message': \"it's bad\", 'code': None, 'type': 'x_error', 'ok': True}}","code":1}}"#,
            (
                K::OpenAi,
                [
                    r#"Error code: 400 - {'error': {'message': "it's bad", 'code': None, 'type': 'x_error', 'ok': True}}"#,
                    "1",
                    "-",
                    "-",
                    "it's bad",
                    "x_error",
                ],
            ),
        ),
        (
            "OpenRouter, text",
            429,
            r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"x is rate-limited upstream","provider_name":"P"}},"user_id":"user_1"}"#,
            (K::OpenAi, ["Provider returned error", "429", "-", "-", "x is rate-limited upstream", "-"]),
        ),
        (
            "OpenRouter, JSON",
            400,
            r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"deep\",\"code\":\"c\"}}"}}}"#,
            (K::OpenAi, ["Provider returned error", "400", "-", "-", "deep", "c"]),
        ),
        (
            "OpenRouter, after the start",
            200,
            r#"{"choices":[{"error":{"code":502,"message":"gone"},"finish_reason":"error"}]}"#,
            (K::OpenAi, ["gone", "502", "-", "-", "-", "-"]),
        ),
        (
            "FastAPI, text",
            404,
            r#"{"detail":"Not Found"}"#,
            (K::Detail, ["Not Found", "-", "-", "-", "-", "-"]),
        ),
        (
            "FastAPI, list",
            422,
            r#"{"detail":[{"loc":["body","messages",0,"role"],"msg":"Field required","type":"missing","input":{"a":1}}]}"#,
            (K::Detail, ["Field required", "-", "missing", "body.messages.0.role", "-", "-"]),
        ),
        (
            "vLLM, Mistral",
            400,
            r#"{"object":"error","message":"bad","type":"BadRequestError","param":null,"code":400}"#,
            (K::Flat, ["bad", "400", "BadRequestError", "-", "-", "-"]),
        ),
        (
            "RFC 9457",
            422,
            r#"{"type":"https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY","title":"Invalid request","status":422,"detail":"Your request is not valid","validation":[]}"#,
            (
                K::Problem,
                [
                    "Your request is not valid",
                    "-",
                    "https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY",
                    "-",
                    "-",
                    "-",
                ],
            ),
        ),
        (
            "RFC 9457, the faults of Prism",
            422,
            r#"{"type":"about:blank","title":"Invalid request","status":422,"detail":"Your request is not valid","validation":[{"location":["body","messages","8","role"],"severity":"Error","code":"enum","message":"must be one of the allowed values"},{"location":["body"],"code":"required","message":"no"}]}"#,
            (
                K::Problem,
                [
                    "Your request is not valid",
                    "enum",
                    "about:blank",
                    "body.messages.8.role",
                    "must be one of the allowed values",
                    "-",
                ],
            ),
        ),
        (
            "RFC 9457, its own faults",
            422,
            r##"{"type":"about:blank","title":"Your request is not valid.","errors":[{"detail":"must be a positive integer","pointer":"#/age"}]}"##,
            (
                K::Problem,
                ["Your request is not valid.", "-", "about:blank", "/age", "must be a positive integer", "-"],
            ),
        ),
        (
            "RFC 9457, the faults of ASP.NET",
            400,
            r#"{"type":"about:blank","title":"One or more validation errors occurred.","status":400,"errors":{"model":["The model field is required."]}}"#,
            (
                K::Problem,
                [
                    "One or more validation errors occurred.",
                    "-",
                    "about:blank",
                    "model",
                    "The model field is required.",
                    "-",
                ],
            ),
        ),
        (
            "Ollama",
            404,
            r#"{"error":"model not found"}"#,
            (K::ErrorString, ["model not found", "-", "-", "-", "-", "-"]),
        ),
        (
            "a status' name and a message",
            400,
            r#"{"error":"Bad Request","message":["a must be b","c"],"statusCode":400}"#,
            (K::Flat, ["a must be b", "-", "-", "-", "-", "-"]),
        ),
        (
            "an error's code and a message",
            400,
            r#"{"error":"no_such_field","message":"a must be b"}"#,
            (K::Flat, ["a must be b", "no_such_field", "-", "-", "-", "-"]),
        ),
        (
            "Portkey",
            500,
            r#"{"status":"failure","message":"Something went wrong"}"#,
            (K::Flat, ["Something went wrong", "-", "-", "-", "-", "-"]),
        ),
        (
            "Portkey, path",
            404,
            r#"{"message":"Not Found","ok":false}"#,
            (K::Flat, ["Not Found", "-", "-", "-", "-", "-"]),
        ),
        (
            "AWS",
            400,
            r#"{"__type":"com.amazon#ThrottlingException","message":"Rate exceeded"}"#,
            (K::Flat, ["Rate exceeded", "ThrottlingException", "-", "-", "-", "-"]),
        ),
        (
            "llama.cpp",
            401,
            r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
            (K::OpenAi, ["Invalid API Key", "401", "authentication_error", "-", "-", "-"]),
        ),
        (
            "Responses, failed",
            200,
            r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}}"#,
            (K::OpenAi, ["m", "server_error", "-", "-", "-", "-"]),
        ),
        (
            "a failed task",
            200,
            r#"{"code":"success","message":"","data":{"status":"FAILURE","fail_reason":"why"}}"#,
            (K::Flat, ["why", "-", "FAILURE", "-", "-", "-"]),
        ),
        ("plain text", 502, "error code: 524", (K::Text, ["error code: 524", "-", "-", "-", "-", "-"])),
        ("nothing", 500, " \r\n", (K::Empty, ["-", "-", "-", "-", "-", "-"])),
        (
            "a good answer",
            200,
            r#"{"choices":[{"message":{"content":"x"}}]}"#,
            (K::NoError, ["-", "-", "-", "-", "-", "-"]),
        ),
        (
            "a good flat answer",
            200,
            r#"{"code":200,"message":"ok","data":{}}"#,
            (K::NoError, ["-", "-", "-", "-", "-", "-"]),
        ),
        (
            "a submitted task",
            200,
            r#"{"code":1,"description":"Submit success","result":"1"}"#,
            (K::NoError, ["-", "-", "-", "-", "-", "-"]),
        ),
        (
            "a refused task",
            200,
            r#"{"code":24,"description":"banned prompt","result":""}"#,
            (K::Flat, ["banned prompt", "24", "-", "-", "-", "-"]),
        ),
        (
            "an error that is null",
            200,
            r#"{"id":"r","object":"response","error":null,"output":[]}"#,
            (K::NoError, ["-", "-", "-", "-", "-", "-"]),
        ),
    ];
    for (name, status, body, want) in table {
        let envelope = read(*status, body);
        assert_eq!(shown(&envelope), *want, "{name}");
        assert!(!envelope.partial, "{name}");
        assert_eq!(
            read(*status, &format!("\u{feff}{body}\n")).message,
            envelope.message,
            "{name} with a byte order mark"
        );
    }
}

#[test]
fn escapes_are_resolved_and_nothing_else() {
    let envelope = read(400, r#"{"error":{"message":" a\u0041\n\u001b[31m\ud83d\ude00  b ","code":0.5}}"#);
    assert_eq!(envelope.message.as_deref(), Some(" aA\n\u{1b}[31m\u{1f600}  b "));
    assert_eq!(envelope.code.as_deref(), Some("0.5"));
    assert_eq!(read(400, r#"{"error":{"message":"a","message":"b"}}"#).message.as_deref(), Some("b"));
}

#[test]
fn pages() {
    let table = [
        (
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502</h1></center>",
            Some("502 Bad Gateway"),
        ),
        (
            "<!DOCTYPE html>\n<TITLE lang=en> api.x.com |\n 524: A timeout &amp; more </TITLE>",
            Some("api.x.com | 524: A timeout & more"),
        ),
        (
            "<center><h1>413 <b>Request</b> Entity Too Large</h1></center><hr><center>nginx</center>",
            Some("413 Request Entity Too Large"),
        ),
        ("<html><body>nothing</body></html>", None),
        ("<!-- c --><html><title>x</title>", Some("x")),
    ];
    for (body, title) in table {
        let envelope = read(502, body);
        assert_eq!(
            (envelope.kind, envelope.title.as_deref(), envelope.message),
            (EnvelopeKind::Html, title, None),
            "{body}"
        );
    }
    let inside = read(
        502,
        r#"{"error":{"message":"X - <html><head><title>502 Bad Gateway</title></head></html>","code":"502"}}"#,
    );
    assert_eq!(inside.title.as_deref(), Some("502 Bad Gateway"));
    let wrapped = read(200, r#"{"html-message":"<html><title>Sign in</title></html>"}"#);
    assert_eq!((wrapped.kind, wrapped.title.as_deref()), (EnvelopeKind::Html, Some("Sign in")));
    assert_eq!(read(200, "\0\u{1}binary").kind, EnvelopeKind::Other);
}

#[test]
fn cut_bodies() {
    let cut = |status, body: &str, end| {
        Envelope::of(&Response {
            status: Some(status),
            body: body.as_bytes().to_vec(),
            end,
            ..Response::default()
        })
    };
    let envelope = cut(400, r#"{"error":{"code":"c1","message":"it \"is\" b\u00e"#, BodyEnd::Capped);
    assert!(envelope.partial);
    assert_eq!((envelope.message.as_deref(), envelope.code.as_deref()), (Some("it \"is\" b"), Some("c1")));
    let answer =
        cut(200, r#"{"id":"x","choices":[{"message":{"content":"say \"message\":\"boo\""#, BodyEnd::Capped);
    assert_eq!((answer.kind, answer.message), (EnvelopeKind::NoError, None));
    let flat = cut(500, r#"{"message":"plain","data":[1,2"#, BodyEnd::NotKnown);
    assert_eq!((flat.kind, flat.message.as_deref()), (EnvelopeKind::Flat, Some("plain")));
}

#[test]
fn hostile_json_is_survived() {
    for body in ["[".repeat(100_000), "{\"error\":".repeat(100_000), "{'".repeat(50_000)] {
        let _ = read(400, &body);
    }
    // Ten megabytes of text that almost matches, in a language without ASCII: linear time, or this test never ends.
    let long = "请求 request id is 1 model {' ".repeat(300_000);
    let body = serde_json::json!({"error": {"message": &long, "code": &long}}).to_string();
    assert_eq!(read(400, &body).message.map(|m| m.len()), Some(long.len()));
    assert!(crate::case::evidence::ids_in_text(&long).is_empty());
    let nested = serde_json::json!({"error": {"message": "{\"error\":{\"message\":\"{".repeat(3_000)}});
    let _ = read(400, &nested.to_string());
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..300), status in 100_u16..600) {
        let _ = Envelope::of(&Response { status: Some(status), body, ..Response::default() });
    }

    #[test]
    fn no_message_panics(text in "\\PC*", tail in "[{}'\":,a-zN\\\\x0-9 ]{0,60}") {
        let body = serde_json::json!({"error": {"message": format!("{text}{{{tail}")}}).to_string();
        prop_assert_eq!(read(400, &body).message, Some(format!("{text}{{{tail}")));
        for end in 0..body.len() {
            if let Some(part) = body.get(..end) {
                let _ = read(400, part);
            }
        }
    }
}
