//! `casefile explain` as an operator runs it: one failure, a batch, what is no record, and that no key comes out.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::time::{Duration, Instant};

use assert_cmd::Command;
use casefile::case::catalog::Catalog;
use casefile::case::explain::{Record, explain as explained};
use casefile::case::vocabulary::FailureClass;
use serde_json::{Value, json};

#[path = "properties/slow.rs"]
mod slow;

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
        "against",
        "tell_apart",
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
    let fields = &explained["telemetry"];
    assert_eq!(fields["http.response.status_code"], 529);
    assert_eq!(fields["error.type"], explained["failure_class"]);
    assert_eq!(fields["casefile.parser.outcome"], "error");
    assert_eq!(fields.get("http.request.resend_count"), None, "nothing was sent");
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

/// Wherever an array of records stands, and whatever is taken for an id.
#[test]
fn an_array_is_read_on_every_line() {
    let record = |id: &str| json!({"id": id, "status": 429, "body": {"error": {"message": "slow down"}}});
    let lines = [
        json!([record("a"), record("b")]).to_string(),
        record("c").to_string(),
        json!([record("d"), 7, [record("e")]]).to_string(),
        json!([{"id": {"body": key()}, "status": 500}, {"id": format!("use {}", key()), "status": 500}])
            .to_string(),
        json!({"id": format!("key {}", key())}).to_string(),
    ];
    let (code, out, stderr) = explain(&["--input", "jsonl"], &lines.join("\n"));
    assert_eq!(code, 1, "{stderr}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).take(7).collect();
    let expected = ["a", "b", "c", "d"].map(Value::from);
    assert_eq!(ids[..4], expected.each_ref()[..], "{out}");
    assert_eq!(ids[4..], [&Value::Null; 3], "{out}");
    assert!(lines[4]["problem"].is_string() && lines[5]["problem"].is_string() && lines[6]["status"] == 500);
    assert_eq!(
        (lines[7]["id"].as_str(), lines[8]["id"].as_str()),
        (Some("use [key#1]"), Some("key [key#1]"))
    );
    assert!(!out.contains(&key()[..12]), "{out}");
}

/// A log of one error, line by line, in a line, cut at its end.
#[test]
fn the_same_record_many_times_is_one_failure() {
    let once = "Error: 429 Rate limit reached for requests, slow down please";
    for text in
        [format!("{once}\n").repeat(20_000), format!("{once} ").repeat(300), format!("{once}\n").repeat(3)]
    {
        let (code, document, stderr) = explain(&["--output", "json"], &text);
        assert_eq!(code, 0, "{stderr}");
        let explained: Value = serde_json::from_str(&document).expect("is JSON");
        let count = text.matches("Error:").count();
        assert_eq!(explained["error"]["message"], "Rate limit reached for requests, slow down please");
        assert_eq!((&explained["times"], &explained["status"]), (&json!(count), &json!(429)));
    }
}

/// A number of things is no status.
#[test]
fn a_count_is_no_status() {
    for text in [
        "got 500 apples",
        "failed: 502 tests passed",
        "expected 404 rows",
        "AssertionError: expected 404 rows, got 500",
        "Error: 413 files were read",
        "处理失败，返回 500 条记录",
        "error after 502 ms",
    ] {
        let record = Record { text: Some(text.to_owned()), ..Record::default() };
        let status = explained(&record, None, &Catalog::built_in()).and_then(|e| e.status);
        assert_eq!(status, None, "{text}");
    }
    for (text, status) in [
        ("got 500 from the gateway", 500),
        ("upstream returned 502", 502),
        ("Error: 404 page not found", 404),
        ("API Error (503 no healthy upstream)", 503),
        ("BadRequestError: 400 messages must alternate", 400),
        ("429 余额不足或无可用资源包", 429),
        ("we are getting 429 errors", 429),
    ] {
        let record = Record { text: Some(text.to_owned()), ..Record::default() };
        let found = explained(&record, None, &Catalog::built_in()).and_then(|e| e.status);
        assert_eq!(found, Some(status), "{text}");
    }
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

#[test]
fn texts_that_were_made_to_be_slow_are_read_in_time_and_depth() {
    let catalog = Catalog::built_in();
    // A debug build on a busy machine; what is quadratic takes minutes for it.
    let most = Duration::from_secs(20);
    for (name, text) in slow::texts(100_000) {
        for (way, record) in slow::records(&text) {
            let start = Instant::now();
            explained(&record, None, &catalog);
            assert!(start.elapsed() < most, "{name}, {way}: {:?}", start.elapsed());
        }
    }
    // The depth is bounded whatever the size: a test's thread has two megabytes.
    for (name, text) in slow::texts(slow::MEGABYTE).iter().filter(|(name, _)| name.starts_with("open ")) {
        for (way, record) in slow::records(text) {
            let start = Instant::now();
            explained(&record, None, &catalog);
            assert!(start.elapsed() < most, "a megabyte of {name}, {way}: {:?}", start.elapsed());
        }
    }
}

/// Every class has its verdicts, in the document and where the catalog says them.
#[test]
fn every_class_says_what_the_operator_does() {
    let catalog = Catalog::built_in();
    let actions =
        ["fix_request", "refresh_credentials", "retry_briefly", "fall_back", "page_owner", "contact_support"];
    let mut seen = std::collections::BTreeSet::new();
    for rule in &catalog.rules {
        for example in rule.examples.iter().filter(|e| e.transport.is_none()) {
            let body = example.body.clone().unwrap_or_else(|| {
                json!({"error": {"message": example.message, "type": example.kind, "code": example.code}})
                    .to_string()
            });
            let record = Record {
                status: example.status,
                headers: example.headers.clone().into_iter().collect(),
                body: Some(body),
                ..Record::default()
            };
            let Some(said) = explained(&record, None, &catalog) else { continue };
            let document = serde_json::to_value(&said).expect("is JSON");
            let word = |name: &str| document[name].as_str().unwrap_or("").to_owned();
            assert!(["no", "maybe"].contains(&word("fallback").as_str()), "{}: {document}", rule.id);
            let action = word("operator_action");
            assert!(
                actions.contains(&action.as_str()) || word("failure_class") == "none",
                "{}: {action}",
                rule.id
            );
            seen.insert(word("failure_class"));
        }
    }
    for class in FailureClass::ALL {
        let known = catalog.class(*class).expect("has defaults");
        assert!(known.told_by.is_some() || *class == FailureClass::None, "{class}");
    }
    assert!(seen.len() >= 14, "{seen:?}");
}

/// The clock inside an id of the new-api family: read both ways, the `Date` header chooses, and without it only a gateway
/// whose clock is known is believed.
#[test]
fn the_date_chooses_the_clock_of_an_id() {
    let id = "20260205132859798638387SIHCnxzJ";
    let body =
        json!({"error": {"message": format!("no (request id: {id})"), "type": "new_api_error"}}).to_string();
    let table = [
        (Some("Thu, 05 Feb 2026 05:29:01 GMT"), "", Some("2026-02-05T13:28:59.798638387+08:00")),
        (Some("Thu, 05 Feb 2026 13:29:01 GMT"), "", Some("2026-02-05T13:28:59.798638387Z")),
        (Some("Thu, 05 Feb 2026 13:29:01 GMT"), "cometapi", Some("2026-02-05T13:28:59.798638387Z")),
        (Some("Thu, 05 Feb 2026 09:29:01 GMT"), "cometapi", None),
        (None, "cometapi", Some("2026-02-05T13:28:59.798638387+08:00")),
        (None, "", None),
    ];
    let catalog = Catalog::built_in();
    for (date, gateway, want) in table {
        let record = Record {
            status: Some(500),
            headers: date.iter().map(|date| ("date".to_owned(), (*date).to_owned())).collect(),
            body: Some(body.clone()),
            ..Record::default()
        };
        let said =
            explained(&record, Some(gateway).filter(|g| !g.is_empty()), &catalog).expect("is explained");
        let found = serde_json::to_value(&said).expect("is JSON")["request_ids"][0]["decoded_time"].clone();
        let want: Option<chrono::DateTime<chrono::Utc>> = want.map(|w| w.parse().expect("a time"));
        let found =
            found.as_str().map(|f| f.parse::<chrono::DateTime<chrono::FixedOffset>>().expect("a time"));
        assert_eq!(found.map(|f| f.to_utc()), want, "{date:?} {gateway}");
    }
}

#[test]
fn a_gateway_is_chosen_by_its_host_or_by_name() {
    let answer =
        json!({"error": {"message": "overloaded", "type": "server_error", "code": null}}).to_string();
    let table: [(&[&str], &str, &str); 4] = [
        (&["--path", "https://api.openai.com/v1/chat/completions"], "openai", "openai.error_codes"),
        (
            &["--path", "https://house.openai.azure.com/openai/deployments/x/chat/completions"],
            "azure_openai",
            "",
        ),
        (
            &["--path", "https://api.openai.com/v1/chat/completions", "--gateway", "litellm"],
            "litellm",
            "litellm.error_diagnosis",
        ),
        (&["--path", "/v1/chat/completions"], "openai_compatible", ""),
    ];
    for (more, gateway, page) in table {
        let (code, document, stderr) =
            explain(&[&["-", "--status", "500", "--output", "json"], more].concat(), &answer);
        assert_eq!(code, 0, "{stderr}");
        let said: Value = serde_json::from_str(&document).expect("is JSON");
        assert_eq!(said["gateway"], gateway, "{document}");
        assert_eq!(said["topic"]["id"], "maintenance");
        let pages = said["see_also"].as_array().cloned().unwrap_or_default();
        assert_eq!(pages.first().and_then(|p| p["id"].as_str()).unwrap_or(""), page, "{document}");
    }
}
