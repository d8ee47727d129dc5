//! Every scenario over a raw socket: status, headers, body and what the connection does.

use std::io::ErrorKind;

use super::super::special::{Stage, key_states, specials};
use super::*;

/// What came back, byte for byte.
pub(super) struct Exchange {
    pub(super) status: Option<u16>,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    pub(super) end: End,
}

/// How the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// After a whole body.
    Whole,
    /// Inside a chunked body.
    Cut,
    /// By a reset.
    Reset,
    /// Not at all: nothing came any more.
    Silent,
    /// Not at all: it went on and on.
    Endless,
}

impl Exchange {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no json: {}", self.text()))
    }
}

/// Sends raw bytes to `base` and reads until the connection ends, falls silent or brings too much.
pub(super) fn exchange(base: &str, request: &[u8]) -> Exchange {
    const MUCH: usize = 20_000;
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).expect("connected");
    stream.set_read_timeout(Some(Duration::from_millis(2200))).expect("a timeout");
    stream.write_all(request).expect("sent");
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    let mut end = loop {
        match stream.read(&mut piece) {
            Ok(0) => break End::Whole,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break End::Silent;
            }
            Err(_) => break End::Reset,
        }
        if bytes.len() > MUCH && String::from_utf8_lossy(&bytes[..2000]).contains("chunked") {
            break End::Endless;
        }
    };
    let head_end = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut body = bytes[head_end..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        if end == End::Whole && !body.ends_with(b"0\r\n\r\n") {
            end = End::Cut;
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        let is_size = |line: &&str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
        body = text.split("\r\n").filter(|line| !is_size(line)).collect::<String>().into_bytes();
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Exchange { status, head, body, end }
}

/// The bytes of the command of a scenario, and where they go. Not a reader of curl.
fn request(paste: &str) -> (String, Vec<u8>) {
    let words = shell_words::split(&paste.replace("\\\n", " ")).expect("shell words");
    let after =
        |flag: &str| words.windows(2).filter(|w| w[0] == flag).map(|w| w[1].clone()).collect::<Vec<_>>();
    let url = words.iter().find(|w| w.starts_with("http://")).expect("a url");
    let host_end = url[7..].find('/').map_or(url.len(), |at| at + 7);
    let (base, path) = url.split_at(host_end);
    let mut headers = after("-H");
    let mut body = after("-d").first().cloned().unwrap_or_default();
    let form = after("-F");
    if !form.is_empty() {
        headers.push("Content-Type: multipart/form-data; boundary=b".to_owned());
        for field in &form {
            let (name, value) = field.split_once('=').expect("a field");
            body.push_str("--b\r\nContent-Disposition: form-data; name=\"");
            body.extend([name, "\"\r\n\r\n", value, "\r\n"]);
        }
        body.push_str("--b--\r\n");
    }
    let method = after("-X")
        .first()
        .cloned()
        .unwrap_or_else(|| if body.is_empty() { "GET".to_owned() } else { "POST".to_owned() });
    headers.push(format!("content-length: {}", body.len()));
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{}\r\n\r\n", headers.join("\r\n"));
    (base.to_owned(), [head.as_bytes(), body.as_bytes()].concat())
}

fn run(scenario: &Scenario, gateway: &Gateway) -> Exchange {
    let (base, bytes) = request(&gateway.paste(scenario));
    exchange(&base, &bytes)
}

/// name, status, request id in the header, in head or body, end
type Row = (&'static str, u16, bool, &'static str, End);

const TABLE: [Row; 50] = [
    ("missing-auth", 401, true, "\"Token not provided (request id: ", End::Whole),
    ("invalid-token", 401, true, "\"Invalid token (request id: ", End::Whole),
    ("token-quota", 401, true, "该令牌额度已用尽 TokenStatusExhausted[sk-", End::Whole),
    ("balance", 403, true, "\"code\":\"insufficient_user_quota\"", End::Whole),
    ("task-balance", 403, true, "{\"code\":null,\"message\":\"user quota is not enough\"}", End::Whole),
    ("group-disabled", 403, true, "Token Group legacy Has Been Disabled (request id: ", End::Whole),
    ("ip-allowlist", 403, true, "您的 IP 不在令牌允许访问的列表中", End::Whole),
    ("waf-403", 403, false, "<title>Attention Required! | Cloudflare</title>", End::Whole),
    ("missing-model", 400, true, "\"model name is required (request id: ", End::Whole),
    ("missing-messages", 500, true, "\"code\":\"invalid_request\"", End::Whole),
    ("image-edit-no-file", 500, true, "\"image is required (request id: ", End::Whole),
    ("provider-refused-parameter", 400, true, "\"param\":\"max_tokens\"", End::Whole),
    (
        "unknown-model",
        503,
        true,
        "No available channel for model practise-ok under group default (distributor)",
        End::Whole,
    ),
    (
        "price-not-set",
        400,
        true,
        "Model practice-not-priced has not been priced by the administrator yet",
        End::Whole,
    ),
    ("wrong-path", 301, false, "location: https://www.cometapi.com/v1/v1/chat/completions\r\n", End::Whole),
    ("wrong-method", 301, false, "location: https://www.cometapi.com/v1/chat/completions\r\n", End::Whole),
    ("stock-404", 404, false, "\"Invalid URL (POST /v1/chat/completion)\"", End::Whole),
    ("html-200", 200, false, "content-type: text/html; charset=utf-8\r\n", End::Whole),
    ("api-not-implemented", 501, true, "\"code\":\"api_not_implemented\"", End::Whole),
    ("body-too-large-json", 413, true, "\"code\":\"read_request_body_failed\"", End::Whole),
    (
        "body-too-large-nginx",
        413,
        false,
        "<center><h1>413 Request Entity Too Large</h1></center>",
        End::Whole,
    ),
    ("saturated-429", 429, true, "\"code\":\"rate_limit_exceeded\"", End::Whole),
    ("empty-429", 429, true, "content-length: 0\r\n", End::Whole),
    ("context-length-429", 429, true, "\"code\":\"context_length_exceeded\"", End::Whole),
    ("midjourney-busy", 429, true, "{\"code\":30,", End::Whole),
    ("server-error-500", 500, true, "\"code\":\"do_request_failed\"", End::Whole),
    ("provider-opaque", 502, true, "\"param\":\"502\"", End::Whole),
    ("nested-gateways", 500, true, "(request id: ", End::Whole),
    ("bad-gateway-502", 502, false, "server: nginx\r\n", End::Whole),
    ("gateway-timeout-504", 504, false, "<title>504 Gateway Time-out</title>", End::Whole),
    ("origin-timeout-524", 524, false, "| 524: A timeout occurred</title>", End::Whole),
    ("connection-reset", 0, false, "", End::Reset),
    ("slow-first-byte", 200, true, "all is well", End::Whole),
    ("hanging", 0, false, "", End::Silent),
    ("stream-cut", 200, true, "\" practice\"", End::Cut),
    ("done-without-reason", 200, true, "data: [DONE]\n\n", End::Whole),
    ("stream-error-event", 200, true, "data: {\"error\":{\"message\":\"The server had an error", End::Whole),
    ("stream-stalled", 200, true, "\" practice\"", End::Silent),
    ("endless-stream", 200, true, "\" more\"", End::Endless),
    ("error-in-200", 200, true, "{\"error\":{", End::Whole),
    ("empty-200", 200, true, "content-length: 0\r\n", End::Whole),
    ("length-cut", 200, true, "\"finish_reason\":\"length\"", End::Whole),
    ("content-filtered", 200, true, "\"finish_reason\":\"content_filter\"", End::Whole),
    ("task-fails-later", 200, true, "\"status\":\"queued\"", End::Whole),
    ("task-without-reason", 200, true, "\"status\":\"failed\"", End::Whole),
    ("key-echo", 401, true, "Incorrect API key provided: sk-", End::Whole),
    ("gemini-bad-key", 400, true, "\"reason\": \"API_KEY_INVALID\"", End::Whole),
    ("decompression-bomb", 200, true, "content-encoding: gzip\r\n", End::Whole),
    ("stream-ok", 200, true, "data: [DONE]\n\n", End::Whole),
    ("ok", 200, true, "all is well", End::Whole),
];

#[test]
fn every_scenario_answers_as_its_data_says() {
    let mut names: Vec<&str> = scenarios().iter().map(|s| s.name.as_str()).collect();
    let mut tested: Vec<&str> = TABLE.iter().map(|row| row.0).collect();
    names.sort_unstable();
    tested.sort_unstable();
    assert_eq!(names, tested, "every scenario is tested here");
    let gateway = gateway();
    for (name, status, has_id, text, end) in TABLE {
        let scenario = scenarios().iter().find(|s| s.name == name).expect("a scenario");
        let answer = run(scenario, &gateway);
        assert_eq!(answer.status.unwrap_or(0), status, "{name}");
        assert_eq!(answer.end, end, "{name}");
        let id = answer.header("x-cometapi-request-id");
        assert_eq!(id.is_some(), has_id, "{name}: {}", answer.head);
        assert!(id.is_none_or(|id| id.starts_with("20260205132859798638387") && id.len() == 31), "{id:?}");
        let all = format!("{}{}", answer.head, answer.text());
        assert!(all.contains(text), "{name}: {all}");
        let no_placeholder =
            ["{request", "{upstream", "{deeper", "{model", "{key", "{ray", "{date", "{word", "{error}"];
        assert!(no_placeholder.iter().all(|open| !all.contains(open)), "{name}: {all}");
        let length = answer.header("content-length").map(|n| n.parse::<usize>().expect("a number"));
        assert!(length.is_none_or(|length| length == answer.body.len()), "{name}");
    }
}

#[test]
fn what_the_table_cannot_say() {
    let gateway = gateway();
    let answer = |name: &str| run(scenarios().iter().find(|s| s.name == name).expect("a scenario"), &gateway);
    let nested = answer("nested-gateways");
    let own = nested.header("x-cometapi-request-id").expect("an id").to_owned();
    let said = nested.json();
    let said = said.pointer("/error/message").and_then(Value::as_str).expect("a message").to_owned();
    assert_eq!(said.matches("(request id: ").count(), 3, "{said}");
    assert!(said.ends_with(&format!("(request id: {own})")), "the own one is the last: {said}");

    let echo = answer("key-echo").text();
    let tail = gateway.key().trim_start_matches("sk-");
    assert!(echo.contains(gateway.key()), "the whole key");
    assert!(echo.contains(&format!("sk-{}***{}", &tail[..3], &tail[45..])), "its ends: {echo}");

    let edge = answer("origin-timeout-524");
    let ray = edge.header("cf-ray").and_then(|ray| ray.strip_suffix("-FRA")).expect("a ray").to_owned();
    assert!(ray.len() == 16 && edge.text().contains(&ray), "the same ray in the page");
    assert!(edge.head.starts_with("HTTP/1.1 524 \r\n"), "no reason phrase of ours");

    for name in ["stream-cut", "done-without-reason", "stream-stalled", "stream-error-event"] {
        let text = answer(name).text();
        assert!(text.contains("\" practice\"") && !text.contains("\"stop\""), "{name}: {text}");
    }
    assert!(answer("stream-ok").text().contains("\"stop\""));
    let bomb = answer("decompression-bomb");
    assert!(bomb.body.len() < 512 * 1024);
    assert!(answer("missing-auth").json().pointer("/error/param").is_none(), "the gate's envelope");
    assert_eq!(answer("empty-429").header("content-type"), None);
}

#[test]
fn a_key_in_a_special_state_fails_and_the_usual_one_works() {
    let gateway = gateway();
    let with_key: Vec<&Scenario> = scenarios()
        .iter()
        .filter(|s| {
            key_states().iter().any(|state| s.paste("http://h", "{key}").contains(state)) || {
                let paste = s.paste("http://h", "sk-aaa");
                !paste.contains("Bearer sk-aaa") && paste.contains("Bearer sk-")
            }
        })
        .collect();
    assert!(with_key.len() >= 6, "{}", with_key.len());
    for scenario in with_key {
        let paste = gateway.paste(scenario);
        let key = paste.split("Bearer ").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
        assert_ne!(key, gateway.key(), "{}", scenario.name);
        let (base, bytes) = request(&paste.replace(key, gateway.key()));
        assert_eq!(exchange(&base, &bytes).status, Some(200), "{}", scenario.name);
    }
}

#[test]
fn a_paste_holds_no_placeholder() {
    let gateway = gateway();
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for scenario in scenarios() {
        let paste = gateway.paste(scenario);
        let held: Vec<&str> =
            paste.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        assert!(!held.iter().copied().any(is_name), "{}: {held:?}", scenario.name);
        assert!(
            paste.contains(&gateway.base_url()) != paste.contains(&gateway.stock_url()),
            "{}: one of the two addresses",
            scenario.name
        );
    }
}

/// Both faces of the program take the deadline from the command: neither has one of its own for practice.
#[test]
fn what_would_never_end_has_its_deadline_in_the_command() {
    use crate::case::intake;
    let gateway = gateway();
    for (name, _, _, _, end) in TABLE {
        let scenario = scenarios().iter().find(|s| s.name == name).expect("a scenario");
        let catalog = crate::case::catalog::Catalog::built_in();
        let read = intake::read(&gateway.paste(scenario), &catalog, &mut KeyRing::default());
        let endless = matches!(end, End::Silent | End::Endless);
        assert!(!endless || read.deadlines.total_ms == Some(3_000), "{name}: {:?}", read.deadlines);
    }
}

#[test]
fn scenarios_are_whole() {
    let key = format!("sk-{}", "zZ9".repeat(16));
    for scenario in scenarios() {
        let name = &scenario.name;
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
        for text in [&scenario.title, &scenario.happened, &scenario.look_at, &scenario.support_asks] {
            assert!(!text.is_empty() && text.len() < 200, "{name}: {text}");
        }
        assert!(scenario.source.starts_with("https://"), "{name}");
        assert_eq!(scenario.accessed.len(), 10, "{name}");
        let topics = crate::case::catalog::Catalog::built_in().topics.clone();
        assert!(topics.iter().any(|topic| topic.id == scenario.expect.topic), "{name}");
        let paste = scenario.paste("http://127.0.0.1:1/", &key);
        let url = paste.contains("http://127.0.0.1:1/") || paste.contains("{stock_url}/");
        assert!(url && !paste.contains("{base_url}") && !paste.contains("key}"), "{paste}");
    }
}

#[test]
fn answers_are_whole() {
    for special in specials() {
        let who = special.name.as_ref().or(special.key.as_ref()).expect("a name or a key");
        assert!(special.name.is_some() != special.key.is_some(), "{who}: one of them");
        assert!(special.basis.is_some() && special.source.starts_with("https://"), "{who}");
        assert_eq!(special.accessed.len(), 10, "{who}");
        // Of the tutorials' pages only the citation is known, and nobody reads a whole repository.
        let repository =
            special.source.starts_with("https://github.com/") && special.source.matches('/').count() == 4;
        assert!(!special.confirmed || !(repository || special.accessed == "2026-06-18"), "{who}");
        assert!(special.raw.is_none() || special.error.is_none(), "{who}: one body");
        assert!(special.key.is_none() || !matches!(special.at, Stage::Edge), "{who}: no proxy knows a key");
        for family in &special.families {
            assert!(super::super::family::families().iter().any(|f| f.id == *family), "{who}: {family}");
        }
    }
    assert!(key_states().len() < 8, "a key is turned by fewer than ten places");
}
