//! The practice gateway over real connections: by way of `io::net`, and byte for byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::*;
use crate::case::evidence::{Attempt, BodyEnd, Response};
use crate::case::keyring::KeyRing;
use crate::case::note::Timeouts;
use crate::case::request::{Header, Request, Target};
use crate::io::clock::{FixedClock, SystemClock};
use crate::session::Outgoing;

mod families;
mod scenarios;

const NOW: &str = "2026-02-05T05:28:59.798638387Z";

fn options() -> Options {
    let clock = FixedClock(NOW.parse::<DateTime<Utc>>().expect("a time"));
    Options { pace_ms: 0, ..Options::new(Arc::new(clock), 11) }
}

fn gateway() -> Gateway {
    Gateway::start(options()).expect("started")
}

fn send(method: &str, url: &str, headers: Vec<Header>, body: Option<&str>) -> Attempt {
    let outgoing = Outgoing {
        client_request_id: None,
        direct: false,
        request: Request {
            method: method.to_owned(),
            target: Target::parse(url, None).expect("a url"),
            headers,
            body: body.map(Into::into),
            form: Vec::new(),
        },
        ring: KeyRing::default(),
        timeouts: Timeouts { connect_ms: 2_000, first_byte_ms: 3_000, idle_ms: 3_000, total_ms: 5_000 },
        index: 1,
        waited_ms: None,
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(
        crate::io::net::attempt(
            outgoing,
            Arc::new(SystemClock::new()),
            crate::io::net::Cancelled::never(),
            |_| {},
        ),
    )
}

fn response(attempt: &Attempt) -> &Response {
    attempt.response().unwrap_or_else(|| panic!("no response: {:?}", attempt.transport().map(|t| &t.detail)))
}

fn json(response: &Response) -> Value {
    serde_json::from_slice(&response.body).expect("json")
}

/// Method, path, credentials, body.
fn ask(gateway: &Gateway, method: &str, path: &str, key: &str, body: &str) -> Attempt {
    let headers = match key {
        "" => Vec::new(),
        key => vec![Header::new("Authorization", key)],
    };
    let url = format!("{}{path}", gateway.base_url());
    send(method, &url, headers, (method == "POST").then_some(body))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table is read best in one piece")]
fn checks_come_in_the_recorded_order() {
    let gateway = gateway();
    let key = format!("Bearer {}", gateway.key());
    let chat = "/v1/chat/completions";
    let unknown = r#"{"model":"no-such-model"}"#;
    let roles =
        r#"{"model":"practice-ok","messages":[{"role":"user","content":"x"},{"role":"boss","content":"x"}]}"#;
    // method, path, credentials, body, status, pointer, text there
    let table = [
        ("POST", chat, "", unknown, 401, "/error/message", "Token not provided"),
        ("POST", chat, "Bearer", unknown, 401, "/error/message", "Token not provided"),
        ("POST", chat, &format!("Bearer {key}"), unknown, 401, "/error/message", "Invalid token"),
        ("POST", chat, gateway.key(), unknown, 503, "/error/code", "model_not_found"),
        ("POST", chat, &key, unknown, 503, "/error/message", "(distributor) (request id: "),
        (
            "POST",
            chat,
            &key,
            "{\"model\":",
            400,
            "/error/message",
            "Invalid request, unexpected end of JSON input",
        ),
        ("POST", chat, &key, "model=x", 400, "/error/message", "Invalid request, "),
        ("POST", chat, &key, "[]", 400, "/error/message", "Invalid request, "),
        ("POST", chat, &key, "{}", 400, "/error/message", "model name is required"),
        ("POST", chat, &key, r#"{"model":5}"#, 400, "/error/message", "field model must be a string"),
        (
            "POST",
            chat,
            &key,
            r#"{"model":"practice-ok","messages":[]}"#,
            500,
            "/error/code",
            "invalid_request",
        ),
        (
            "POST",
            chat,
            &key,
            r#"{"model":"practice-ok","messages":{}}"#,
            500,
            "/error/message",
            "cannot unmarshal object",
        ),
        ("POST", chat, &key, roles, 400, "/error/param", "messages[1].role"),
        (
            "POST",
            "/v1/responses",
            &key,
            r#"{"model":"practice-ok"}"#,
            500,
            "/error/message",
            "input is required",
        ),
        ("POST", "/v1/messages", &key, r#"{"model":"practice-ok"}"#, 500, "/type", "error"),
        ("POST", "/v1/messages", "", "{}", 401, "/error/type", "comet_api_error"),
        (
            "POST",
            "/v1/images/generations",
            &key,
            r#"{"model":"practice-ok"}"#,
            500,
            "/error/message",
            "prompt is",
        ),
        ("GET", "/v1/models", "", "", 401, "/error/type", "comet_api_error"),
        ("GET", "/v1/models/nope", &key, "", 200, "/error/code", "model_not_found"),
        ("GET", "/v1/models/practice-ok", &key, "", 200, "/id", "practice-ok"),
        ("GET", "/v1/models", &key, "", 200, "/data/0/id", "practice-ok"),
        (
            "POST",
            "/v1/embeddings",
            &key,
            r#"{"model":"practice-ok","input":"x"}"#,
            200,
            "/data/0/object",
            "embedding",
        ),
        (
            "POST",
            "/v1/images/generations",
            &key,
            r#"{"model":"practice-ok","prompt":"x"}"#,
            200,
            "/data/0/b64_json",
            "iVBOR",
        ),
        (
            "POST",
            "/v1/responses",
            &key,
            r#"{"model":"practice-ok","input":"x"}"#,
            200,
            "/output/0/content/0/text",
            "all is well",
        ),
        (
            "POST",
            "/v1/messages",
            &key,
            r#"{"model":"practice-ok","messages":[{"role":"user","content":"x"}]}"#,
            200,
            "/stop_reason",
            "end_turn",
        ),
    ];
    for (method, path, key, body, status, pointer, text) in table {
        let attempt = ask(&gateway, method, path, key, body);
        let answer = response(&attempt);
        assert_eq!(answer.status, Some(status), "{method} {path} {body}");
        let found = json(answer);
        let found =
            found.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {found}"));
        assert!(found.contains(text), "{method} {path} {body}: {found}");
        // The envelope of a refusal before the relay stage has no param.
        if status == 401 || status == 503 {
            assert!(json(answer).pointer("/error/param").is_none());
        }
    }
}

#[test]
fn a_path_or_method_without_a_route_leads_to_the_web_site_whatever_the_key() {
    let gateway = gateway();
    for (method, path, page) in [
        ("GET", "/v1/chat/completions", true),
        ("POST", "/v1/models", false),
        ("GET", "/chat?a=1&b=%3Cx%3E", true),
        ("GET", "/", true),
    ] {
        let attempt = ask(&gateway, method, path, "", "{}");
        let answer = response(&attempt);
        assert_eq!(answer.status, Some(301), "{method} {path}");
        assert_eq!(answer.header("location"), Some(format!("https://www.cometapi.com{path}").as_str()));
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(body.starts_with("<a href=\"https://www.cometapi.com/"), page, "{body}");
        assert!(!body.contains("a=1&b"), "escaped");
    }
}

#[test]
fn streams_of_every_kind_end_as_they_should() {
    let gateway = gateway();
    let key = format!("Bearer {}", gateway.key());
    let body = |model: &str| {
        format!(
            r#"{{"model":"{model}","stream":true,"input":"x","messages":[{{"role":"user","content":"x"}}]}}"#
        )
    };
    for (path, end) in [
        ("/v1/chat/completions", "data: [DONE]\n\n"),
        ("/v1/responses", "\"type\":\"response.completed\"}\n\n"),
        ("/v1/messages", "data: {\"type\":\"message_stop\"}\n\n"),
    ] {
        let attempt = ask(&gateway, "POST", path, &key, &body("practice-ok"));
        let answer = response(&attempt);
        assert_eq!(answer.end, BodyEnd::Complete);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.ends_with(end) && text.contains(" well."), "{text}");
        let cut = ask(&gateway, "POST", path, &key, &body("practice-stream-cut"));
        assert!(matches!(response(&cut).end, BodyEnd::Cut(_)), "{path}");
        let whole = body("practice-stream-cut").replace("true", "false");
        assert_eq!(response(&ask(&gateway, "POST", path, &key, &whole)).end, BodyEnd::Complete, "{path}");
    }
}

/// Sends raw bytes, gives all that comes back.
fn raw(gateway: &Gateway, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.base_url().trim_start_matches("http://")).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    // The gateway may refuse before it has read everything.
    drop(stream.write_all(bytes));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn hostile_requests_are_refused_and_the_gateway_goes_on() {
    let gateway = gateway();
    let post = |more: &str| format!("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    let table: Vec<(Vec<u8>, &str)> = vec![
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_vec(), "HTTP/1.1 400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n".to_vec(), "HTTP/1.1 400"),
        (post("content-length: -1\r\n").into_bytes(), "HTTP/1.1 400"),
        (post("content-length: 99999999999999999999999\r\n").into_bytes(), "HTTP/1.1 400"),
        (post("content-length: 16777217\r\n").into_bytes(), "HTTP/1.1 413"),
        (post(&"x: y\r\n".repeat(500)).into_bytes(), "HTTP/1.1 431"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)).into_bytes(), "HTTP/1.1 431"),
        ([post("transfer-encoding: chunked\r\n").as_bytes(), b"zz\r\n"].concat(), "HTTP/1.1 400"),
        ([post("transfer-encoding: chunked\r\n").as_bytes(), b"fffffffffffff\r\n"].concat(), "HTTP/1.1 413"),
        (
            [post("transfer-encoding: chunked\r\n").as_bytes(), b"2\r\n{}\r\n0\r\n\r\n"].concat(),
            "HTTP/1.1 401",
        ),
        ([post("expect: 100-continue\r\ncontent-length: 2\r\n").as_bytes(), b"{}"].concat(), "HTTP/1.1 100"),
    ];
    for (bytes, start) in table {
        let answer = raw(&gateway, &bytes);
        assert!(
            answer.starts_with(start),
            "{:?} -> {answer}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        );
    }
}

#[test]
fn date_server_and_close_are_stated() {
    let gateway = gateway();
    let answer = raw(&gateway, b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
    for line in [
        "\r\ndate: Thu, 05 Feb 2026 05:28:59 GMT\r\n",
        "\r\nserver: casefile-practice\r\n",
        "\r\nconnection: close\r\n",
    ] {
        assert!(answer.contains(line), "{answer}");
    }
}

#[test]
fn it_stops_when_dropped_and_stays_on_this_machine() {
    let gateway = gateway();
    let address = gateway.base_url().trim_start_matches("http://").to_owned();
    let _idle = TcpStream::connect(&address).expect("connected");
    assert!(!format!("{gateway:?}").contains(gateway.key()));
    let begun = Instant::now();
    drop(gateway);
    assert!(begun.elapsed() < Duration::from_secs(1), "an idle connection does not hold it up");
    TcpStream::connect(&address).expect_err("nobody listens any more");

    let clock = Arc::new(SystemClock::new());
    let outside = Options { addr: "0.0.0.0:0".parse().ok(), ..Options::new(clock, 1) };
    assert_eq!(Gateway::start(outside).expect_err("refused").kind(), io::ErrorKind::InvalidInput);
}
