//! `casefile probe` against servers that count what they get.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

#[path = "wire/asked.rs"]
mod asked;
#[path = "check/server.rs"]
#[expect(dead_code, reason = "the contract matrix uses the rest of it")]
mod server;

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use server::Server;
use tempfile::TempDir;

const MODELS: &str = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;

fn answer(status: &str, more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n{body}",
        body.len()
    )
}

fn key() -> String {
    format!("sk-{}", "q7RtZ".repeat(9))
}

fn probe(home: &TempDir, url: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .env("PROBE_KEY", key())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .args(["probe", "--gateway", "openai_compatible", "--base-url", url, "--key-env", "PROBE_KEY"])
        .args(more);
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.code().unwrap_or(-1), text(&stdout), text(&stderr))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn no_more_at_a_time_and_no_more_in_all_than_was_shown() {
    for (concurrency, requests) in [(5, 24), (24, 24), (1, 3)] {
        let server = Server::start(|_| {
            std::thread::sleep(Duration::from_millis(30));
            answer("200 OK", "", MODELS)
        });
        let (most, all) = (concurrency.to_string(), requests.to_string());
        let more = ["--concurrency", &most, "--requests", &all, "--yes", "--output", "json"];
        let (code, out, err) = run(&mut probe(&home(), &server.url(), &more));
        assert_eq!(code, 0, "{err}");
        let report = json(&out);
        assert_eq!(server.requests().len(), requests);
        assert!(server.most_at_a_time() <= concurrency, "{} at once", server.most_at_a_time());
        let group = report.pointer("/groups/0").expect("a group");
        assert_eq!(group.pointer("/outcomes/200"), Some(&requests.into()));
        assert_eq!(group.pointer("/latency_ms/count"), Some(&requests.into()));
        assert!(group.pointer("/latency_ms/min").and_then(Value::as_u64) >= Some(30));
        assert_eq!(report.get("stopped"), Some(&Value::Null));
        for text in [&out, &err] {
            assert!(!text.contains(&key()), "the key is told nowhere");
        }
        assert!(server.requests().iter().all(|r| r.head.contains(&key())), "it went along");
    }
}

#[test]
fn a_storm_ends_it_and_ids_of_failures_are_kept() {
    let server = Server::start(|_| {
        answer(
            "429 Too Many Requests",
            "x-request-id: req_9f2c41d7a0b34e55\r\n",
            r#"{"error":{"message":"Rate limit reached","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#,
        )
    });
    let (code, out, _) =
        run(&mut probe(&home(), &server.url(), &["--requests", "90", "--yes", "--output", "json"]));
    let report = json(&out);
    assert_eq!((code, report.get("stopped").and_then(Value::as_str)), (1, Some("storm")));
    assert!(server.requests().len() <= 15, "{} were sent", server.requests().len());
    assert_eq!(report.pointer("/failures/0/request_id"), Some(&"req_9f2c41d7a0b34e55".into()));
    assert_eq!(report.pointer("/failures/0/error.type"), Some(&"rate_limited".into()));
    let fields = report.pointer("/failures/0/telemetry").expect("fields");
    for (name, value) in [
        ("http.request.method", Value::from("GET")),
        ("url.path", "/v1/models".into()),
        ("http.response.status_code", 429.into()),
        ("error.type", "rate_limited".into()),
        ("casefile.request_id", "req_9f2c41d7a0b34e55".into()),
        ("casefile.error.code", "rate_limit_exceeded".into()),
        ("casefile.fallback_used", false.into()),
    ] {
        assert_eq!(fields.get(name), Some(&value), "{name}: {fields}");
    }
    let sends = report.get("sends").and_then(Value::as_u64).expect("a number");
    assert_eq!(sends, server.requests().len() as u64);
}

#[test]
fn a_passing_failure_is_retried_once_and_counted_apart() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if number % 10 == 3 {
            answer(
                "503 Service Unavailable",
                "retry-after: 0\r\n",
                r#"{"error":{"message":"busy","type":"server_error"}}"#,
            )
        } else {
            answer("200 OK", "", MODELS)
        }
    });
    let (code, out, err) =
        run(&mut probe(&home(), &server.url(), &["--requests", "20", "--yes", "--output", "json"]));
    assert_eq!(code, 0, "{err}");
    let report = json(&out);
    let retries = report.pointer("/groups/0/retries").and_then(Value::as_u64).expect("a number");
    assert_eq!(server.requests().len() as u64, 20 + retries);
    assert!((1..=3).contains(&retries), "{retries}");
    assert_eq!(report.pointer("/groups/0/worked").and_then(Value::as_u64), Some(20));
}

#[test]
fn each_model_is_a_row_and_the_table_has_every_send() {
    let server = Server::start(|asked| {
        if asked.body.contains("\"bad\"") {
            answer(
                "404 Not Found",
                "",
                r#"{"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}}"#,
            )
        } else {
            answer(
                "200 OK",
                "",
                r#"{"id":"c","object":"chat.completion","choices":[{"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}"#,
            )
        }
    });
    let more =
        ["--endpoint", "chat_completions", "--model", "good", "--model", "bad", "--requests", "6", "--yes"];
    let (code, out, err) =
        run(&mut probe(&home(), &server.url(), &[&more[..], &["--output", "csv"]].concat()));
    assert_eq!(code, 0, "{err}");
    let lines: Vec<&str> = out.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 7, "{out}");
    assert_eq!(lines.iter().filter(|l| l.contains(",good,200,none,")).count(), 3, "{out}");
    assert_eq!(lines.iter().filter(|l| l.contains(",bad,404,model_unavailable,")).count(), 3, "{out}");
    assert!(server.requests().iter().all(|r| !r.body.contains("\"max_tokens\":17")));
    let (_, out, _) = run(&mut probe(&home(), &server.url(), &[&more[..], &["--output", "json"]].concat()));
    assert_eq!(json(&out).get("groups").and_then(Value::as_array).map(Vec::len), Some(2));
}

#[test]
fn nothing_is_sent_without_consent_or_by_mistake() {
    let server = Server::start(|_| answer("200 OK", "", MODELS));
    let table: [(&[&str], &str); 5] = [
        (&[], "consent"),
        (&["--requests", "101", "--yes"], "--more-than-100"),
        (&["--concurrency", "101", "--yes"], "--more-than-100"),
        (&["--endpoint", "videos_create", "--model", "m", "--yes"], "not probed"),
        (&["--endpoint", "chat_completions", "--yes"], "--model"),
    ];
    for (more, says) in table {
        let (code, out, err) = run(&mut probe(&home(), &server.url(), more));
        assert_eq!((code, out.as_str()), (2, ""), "{more:?}");
        assert!(err.contains(says), "{more:?}: {err}");
    }
    assert!(server.requests().is_empty());
    let (code, _, err) = run(&mut probe(&home(), "https://127.0.0.1:9", &["--requests", "2", "--yes"]));
    assert_eq!(code, 0, "refused is an answer of the network: {err}");
}
