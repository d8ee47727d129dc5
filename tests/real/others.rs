//! Other programs that serve what the practice gateway served: made from the recorded exchange, or from a few lines that
//! make nginx fail by itself.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::relay::Passed;
use crate::run::setting;
use crate::wire::{self, Answer, Asked, ask};

/// Header lines that every HTTP implementation writes itself.
const FRAMING: [&str; 4] = ["date", "connection", "transfer-encoding", "keep-alive"];

/// Header lines that carry a key.
const KEY_HEADERS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "mj-api-secret"];

/// Another program that serves a failure.
pub struct Other {
    /// `host:port`.
    pub host: String,
    stop: Stop,
    /// Accepts a connection and never says a word.
    _silent: Option<TcpListener>,
}

enum Stop {
    Imposter(u16),
    Program(Child, #[expect(dead_code, reason = "held until the program ends")] tempfile::TempDir),
    Nothing,
}

impl Drop for Other {
    fn drop(&mut self) {
        match &mut self.stop {
            Stop::Imposter(port) => {
                ask(&setting("CASEFILE_REAL_MOUNTEBANK"), "DELETE", &format!("/imposters/{port}"), "");
            }
            Stop::Program(child, _) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Stop::Nothing => {}
        }
    }
}

/// What the practice gateway was asked and how it answered.
pub struct Exchange {
    asked: Asked,
    answer: Answer,
    /// Milliseconds from the first byte of the request to that of the answer.
    first_byte_ms: i64,
}

impl Exchange {
    /// Reads what a relay kept.
    pub fn of(passed: &Passed) -> Option<Self> {
        let answer = wire::answer(&passed.response)?;
        let (start, first) = (passed.first_request_byte?, passed.first_response_byte?);
        let first_byte_ms = (first - start).num_milliseconds();
        Some(Self { asked: wire::request(&passed.request), answer, first_byte_ms })
    }
}

/// A mountebank imposter that gives the recorded answer to the recorded method, path, query, key and model, and to
/// nothing else. Node frames it anew.
pub fn mountebank(exchange: &Exchange) -> Other {
    let is = json!({
        "statusCode": exchange.answer.status,
        "headers": headers(&exchange.answer),
        "_mode": "binary",
        "body": STANDARD.encode(&exchange.answer.body),
    });
    let mut response = json!({ "is": is });
    if exchange.first_byte_ms > 200 {
        response["behaviors"] = json!([{ "wait": exchange.first_byte_ms }]);
    }
    let imposter = json!({
        "protocol": "http", "host": "127.0.0.1",
        "defaultResponse": { "statusCode": 418 },
        "stubs": [{ "predicates": predicates(&exchange.asked), "responses": [response] }],
    });
    let made = ask(&setting("CASEFILE_REAL_MOUNTEBANK"), "POST", "/imposters", &imposter.to_string());
    assert_eq!(made.status, 201, "mountebank: {}", made.text());
    let port = made.json().and_then(|made| made["port"].as_u64()).and_then(|port| u16::try_from(port).ok());
    let port = port.expect("mountebank names the imposter's port");
    Other { host: format!("127.0.0.1:{port}"), stop: Stop::Imposter(port), _silent: None }
}

fn headers(answer: &Answer) -> Map<String, Value> {
    let mut headers = Map::new();
    for (name, value) in answer.headers.iter().filter(|(name, _)| !FRAMING.contains(&name.as_str())) {
        match headers.get_mut(name) {
            Some(Value::Array(values)) => values.push(json!(value)),
            Some(one) => *one = json!([one, value]),
            None => {
                headers.insert(name.clone(), json!(value));
            }
        }
    }
    headers
}

fn predicates(asked: &Asked) -> Vec<Value> {
    let query: Map<String, Value> =
        url::form_urlencoded::parse(asked.target.split_once('?').map_or("", |(_, query)| query).as_bytes())
            .map(|(name, value)| (name.into_owned(), json!(value)))
            .collect();
    let mut predicates = vec![
        json!({ "equals": { "method": asked.method, "path": asked.path() }, "caseSensitive": true }),
        json!({ "deepEquals": { "query": query }, "caseSensitive": true }),
    ];
    for name in KEY_HEADERS {
        predicates.push(match asked.header(name) {
            Some(value) => json!({ "equals": { "headers": { name: value } }, "caseSensitive": true }),
            None => json!({ "exists": { "headers": { name: false } } }),
        });
    }
    if let Ok(body @ Value::Object(_)) = serde_json::from_slice(&asked.body) {
        let model = match body.get("model").and_then(Value::as_str) {
            Some(model) => json!({ "equals": { "body": model }, "caseSensitive": true }),
            None => json!({ "exists": { "body": false } }),
        };
        let mut model = model;
        model["jsonpath"] = json!({ "selector": "$.model" });
        predicates.push(model);
    }
    predicates
}

/// nginx with these lines in its only server. `@DIR@` is its folder, with the recorded body in the file `body`
/// (and over and over in `endless`); `@ID@` the recorded request id; `@DEAD@` is
/// an address where nobody listens, `@SILENT@` one where nobody answers.
///
/// # Panics
/// If nginx does not start.
pub fn nginx(lines: &str, exchange: Option<&Exchange>) -> Other {
    let body = exchange.map_or(&[][..], |exchange| &exchange.answer.body);
    let id =
        exchange.and_then(|exchange| exchange.answer.header("x-cometapi-request-id")).unwrap_or_default();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let never = silent.local_addr().expect("an address").to_string();
    // A port that was free may be taken by the time nginx wants it.
    for _ in 0..5 {
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        std::fs::write(folder.path().join("body"), body).expect("a file");
        if lines.contains("/endless") {
            std::fs::write(folder.path().join("endless"), body.repeat(1_000_000 / body.len().max(1)))
                .expect("a file");
        }
        let dir = folder.path().display().to_string();
        let server = lines
            .replace("@DIR@", &dir)
            .replace("@ID@", id)
            .replace("@DEAD@", &setting("CASEFILE_REAL_DEAD"))
            .replace("@SILENT@", &never);
        let text = format!(
            "daemon off;\nmaster_process off;\npid {dir}/pid;\nerror_log {dir}/error.log;\n\
             events {{ worker_connections 64; }}\n\
             http {{\nclient_body_temp_path {dir}/1;\nproxy_temp_path {dir}/2;\nfastcgi_temp_path {dir}/3;\n\
             uwsgi_temp_path {dir}/4;\nscgi_temp_path {dir}/5;\naccess_log off;\nproxy_http_version 1.1;\nserver_tokens off;\n\
             server {{ listen 127.0.0.1:{port};\n{server}\n}}\n}}\n"
        );
        let settings = folder.path().join("nginx.conf");
        std::fs::write(&settings, text).expect("a file");
        if let Some(child) = started(&settings, folder.path(), port) {
            let stop = Stop::Program(child, folder);
            return Other { host: format!("127.0.0.1:{port}"), stop, _silent: Some(silent) };
        }
        eprintln!("{}", std::fs::read_to_string(folder.path().join("error.log")).unwrap_or_default());
    }
    panic!("nginx does not start");
}

fn started(settings: &Path, folder: &Path, port: u16) -> Option<Child> {
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].map(PathBuf::from);
    let program = program.into_iter().find(|p| p.exists()).unwrap_or_else(|| PathBuf::from("nginx"));
    let mut child = Command::new(program)
        .arg("-e")
        .arg(folder.join("error.log"))
        .arg("-c")
        .arg(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx is installed");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        if child.try_wait().expect("a child").is_some() {
            return None;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(child);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// A server of `.ci/real`, named by its setting.
pub fn running(name: &str) -> Other {
    Other { host: setting(name), stop: Stop::Nothing, _silent: None }
}

/// aimock with a fixture for the recorded model: the recorded error, or the recorded text as aimock itself streams it.
pub fn aimock(exchange: &Exchange, silence: bool) -> Other {
    let host = setting("CASEFILE_REAL_OPEN");
    let asked: Value = serde_json::from_slice(&exchange.asked.body).expect("a JSON body");
    let fixture = fixture(exchange, &asked, silence);
    let made = ask(&host, "POST", "/__aimock/fixtures", &json!({ "fixtures": [fixture] }).to_string());
    assert_eq!(made.status, 200, "aimock: {}", made.text());
    Other { host, stop: Stop::Nothing, _silent: None }
}

fn fixture(exchange: &Exchange, asked: &Value, silence: bool) -> Value {
    let answer = &exchange.answer;
    // The message holds this run's canary: a fixture of an earlier run does not match.
    let message = asked.pointer("/messages/0/content").unwrap_or(&Value::Null);
    let matched = json!({ "model": asked["model"], "userMessage": message });
    if answer.status >= 400 {
        let mut response = json!({ "status": answer.status, "error": answer.error() });
        if let Some(wait) = answer.header("retry-after").and_then(|v| v.parse::<u64>().ok()) {
            response["retryAfter"] = json!(wait);
        }
        return json!({ "match": matched, "response": response });
    }
    let Some(events) = answer.events() else {
        let text = answer.json().and_then(|whole| whole.pointer("/choices/0/message/content").cloned());
        return json!({ "match": matched, "response": { "content": text.expect("a chat answer") } });
    };
    let words: Vec<String> = events
        .json()
        .filter_map(|e| e.pointer("/choices/0/delta/content")?.as_str().map(str::to_owned))
        .filter(|word| !word.is_empty())
        .collect();
    let content = words.concat();
    let longest = content.chars().count().div_ceil(words.len().max(1)).max(1);
    let mut fixture = json!({
        "match": matched,
        "response": { "content": content, "finishReason": events.finish_reason().unwrap_or("stop".to_owned()) },
        "chunkSize": longest,
    });
    // The first event comes as late as it came, the others soon.
    let mut gaps = vec![20; events.data.len().saturating_sub(1)];
    if !answer.complete {
        // As many events as came, then silence. `truncateAfterChunks` may lose the last one on its way.
        gaps.push(600_000);
        if !silence {
            fixture["disconnectAfterMs"] = json!(exchange.first_byte_ms + 800);
        }
    }
    let total = exchange.first_byte_ms + gaps.iter().sum::<i64>();
    fixture["recordedTimings"] =
        json!({ "ttftMs": exchange.first_byte_ms, "interChunkDelaysMs": gaps, "totalDurationMs": total });
    fixture
}
