//! `casefile explain` as an operator runs it: one failure, a batch, what is no record, and that no key comes out.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use assert_cmd::Command;
use serde_json::{Value, json};

/// A key that stands in no file.
fn key() -> String {
    format!("sk-{}", "aB3dE5gH".repeat(6))
}

fn explain(arguments: &[&str], input: &str) -> (i32, String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::cargo_bin("casefile").expect("is built");
    command.env_clear().env("HOME", home.path()).arg("explain").args(arguments);
    let output = command.write_stdin(input.to_owned()).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

const SATURATED: &str = "openai.RateLimitError: Error code: 429 - {'error': {'message': '当前分组上游负载已饱和，请稍后再试 \
    (request id: 20261120101530123456789abcdefgh)', 'type': 'new_api_error', 'param': '', 'code': None}}";

#[test]
fn one_failure_in_words_and_as_json() {
    let (code, words, stderr) = explain(&["-"], SATURATED);
    assert_eq!(code, 0, "{stderr}");
    for part in
        ["rate_limited", "429", "20261120101530123456789abcdefgh", "当前分组上游负载已饱和", "because"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let (code, document, stderr) = explain(&["--output", "json"], SATURATED);
    assert_eq!(code, 0, "{stderr}");
    let explained: Value = serde_json::from_str(&document).expect("is JSON");
    for member in [
        "failure_class",
        "cause",
        "retryable",
        "fallback",
        "operator_action",
        "topic",
        "error",
        "request_ids",
        "layer",
        "owner",
        "first_action",
        "because",
        "alternatives",
    ] {
        assert!(explained.get(member).is_some(), "{member}: {document}");
    }
    assert_eq!(explained["error"]["type"], "new_api_error");
    assert_eq!(explained["error"]["code"], Value::Null);
    assert!(explained["topic"]["url"].as_str().is_some_and(|url| url.starts_with("https://")));
}

#[test]
fn an_answer_with_its_status_and_headers() {
    let body = json!({"error": {"message": "overloaded", "type": "overloaded_error"}}).to_string();
    let (code, document, stderr) = explain(
        &[
            "--status",
            "529",
            "--header",
            "request-id: req_011CabcDEF",
            "--path",
            "/v1/messages",
            "--output",
            "json",
        ],
        &body,
    );
    assert_eq!(code, 0, "{stderr}");
    let explained: Value = serde_json::from_str(&document).expect("is JSON");
    assert_eq!((&explained["status"], &explained["error"]["message"]), (&json!(529), &json!("overloaded")));
    assert_eq!(explained["request_ids"][0]["id"], "req_011CabcDEF");
    assert_eq!(explained["request"]["path"], "/v1/messages");
}

#[test]
fn a_batch_answers_each_line_with_its_id() {
    let records = [
        json!({"id": "a", "status": 401, "headers": {"x-request-id": ["one"]}, "body": {"error": {"message": format!("Incorrect API key provided: {}", key()), "code": "invalid_api_key"}}}).to_string(),
        String::new(),
        json!({"id": 2, "text": SATURATED, "unknown_member": true}).to_string(),
        "no json".to_owned(),
        json!({"id": "c"}).to_string(),
        json!({"id": "d", "text": "curl: (6) Could not resolve host: api.example.invalid"}).to_string(),
    ];
    let (code, out, stderr) = explain(&["--input", "jsonl"], &records.join("\n"));
    assert_eq!(code, 1, "{stderr}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids, [&json!("a"), &json!("2"), &Value::Null, &json!("c"), &json!("d")]);
    let classes: Vec<&str> = lines.iter().map(|line| line["failure_class"].as_str().unwrap_or("")).collect();
    assert_eq!(classes, ["auth", "rate_limited", "", "", "network_dns"]);
    assert!(lines[2]["problem"].is_string() && lines[3]["problem"].is_string() && lines[2]["line"] == 4);
    assert!(!out.contains(&key()[..12]) && out.contains("[key#1]"), "{out}");
    assert!(stderr.contains("2 of 6"), "{stderr}");
}

#[test]
fn what_cannot_be_used_is_told() {
    for (arguments, input, code, words) in [
        (&["-"][..], "", 3, "no failure"),
        (&["--gateway", "nobody"], "x", 2, "no gateway profile"),
        (&["--header", "no-colon"], "x", 2, "Name: value"),
        (&["/does/not/exist"], "", 3, "cannot be read"),
    ] {
        let (got, _, stderr) = explain(arguments, input);
        assert_eq!(got, code, "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
}
