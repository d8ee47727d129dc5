//! `casefile check` against real HTTP: the faithful gateway, every planted deviation, servers that count what they get.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

#[path = "wire/asked.rs"]
mod asked;
#[path = "check/server.rs"]
mod server;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use casefile::io::clock::SystemClock;
use casefile::practice::{DEVIATIONS, Deviation, Gateway, Options};
use serde_json::Value;
use server::Server;
use tempfile::TempDir;

/// Larger than the practice gateway takes.
const TOO_LARGE: &str = "16800000";

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// `casefile check` with a place of its own for configuration and state.
fn check(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .arg("check");
    command
}

/// The same at a server of the test, with `key` in the environment.
fn check_at(home: &TempDir, url: &str, key: &str) -> Command {
    let mut command = check(home);
    command.args(["--gateway", "practice", "--base-url", url, "--key-env", "CHECK_KEY", "--yes"]);
    command.env("CHECK_KEY", key);
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

fn gateway(deviations: Vec<&'static Deviation>) -> Gateway {
    let options = Options { deviations, pace_ms: 0, ..Options::new(Arc::new(SystemClock::new()), 7) };
    Gateway::start(options).expect("listens")
}

/// The row of check `id`.
fn row<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["checks"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == id)).expect(id)
}

/// Verdicts by check.
fn verdicts(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = report["checks"].as_array().expect("rows");
    rows.iter().map(|row| (text(&row["id"]), text(&row["verdict"]))).collect()
}

fn key() -> String {
    format!("sk-{}", "aB3dE9".repeat(6))
}

#[test]
fn the_faithful_gateway_keeps_everything() {
    let home = home();
    let arguments = ["--gateway", "practice", "--output", "json", "--oversize", TOO_LARGE];
    let (code, report, stderr) = run(check(&home).args(arguments));
    let report = json(&report);
    let broken: Vec<_> = verdicts(&report).into_iter().filter(|(_, verdict)| verdict != "kept").collect();
    assert!(broken.is_empty(), "{broken:?}\n{stderr}");
    assert_eq!((code, report["result"].as_str()), (0, Some("kept")), "{stderr}");
    assert!(report["checks"].as_array().expect("rows").len() >= 22);
    let states: Vec<_> =
        report["acceptance"].as_array().expect("criteria").iter().map(|c| &c["state"]).collect();
    assert!(
        states.contains(&&Value::from("met")) && states.contains(&&Value::from("not_tested")),
        "{states:?}"
    );
    assert!(!states.contains(&&Value::from("not_met")), "{states:?}");
}

#[test]
fn every_planted_deviation_is_found_in_its_check() {
    assert!(DEVIATIONS.len() >= 20);
    let left = Mutex::new(DEVIATIONS.iter().collect::<Vec<_>>());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let home = home();
                loop {
                    let Some(planted) = left.lock().expect("free").pop() else { return };
                    let gateway = gateway(vec![planted]);
                    let mut command = check_at(&home, &gateway.base_url(), gateway.key());
                    command.args(["--only", planted.check, "--output", "json", "--oversize", TOO_LARGE]);
                    let (code, report, stderr) = run(&mut command);
                    let report = json(&report);
                    let row = row(&report, planted.check);
                    let told = row["differences"].as_array().is_some_and(|list| !list.is_empty());
                    if row["verdict"] != "broken" || code != 1 || !told {
                        let fault = format!("{} ({code}): {row}\n{stderr}", planted.name);
                        faults.lock().expect("free").push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("free");
    assert!(faults.is_empty(), "{} were not found: {faults:#?}", faults.len());
}

#[test]
fn nothing_else_is_accused_of_a_deviation() {
    // Checks that look at one and the same answer.
    let shared = [
        vec!["happy_path", "parse_tolerance"],
        vec!["invalid_token", "auth_no_retry_loop"],
        vec!["wrong_path", "redirect_not_followed"],
        vec!["stream_first_byte", "stream_chunks", "stream_terminal"],
    ];
    let mut first: Vec<&'static Deviation> = Vec::new();
    for deviation in DEVIATIONS {
        let beside = |other: &&Deviation| {
            other.check == deviation.check
                || shared.iter().any(|group| group.contains(&other.check) && group.contains(&deviation.check))
        };
        if !first.iter().any(beside) {
            first.push(deviation);
        }
    }
    let home = home();
    for half in 0..2 {
        let planted: Vec<_> = first.iter().skip(half).step_by(2).copied().collect();
        let gateway = gateway(planted.clone());
        let mut command = check_at(&home, &gateway.base_url(), gateway.key());
        let (_, report, stderr) = run(command.args(["--output", "json", "--oversize", TOO_LARGE]));
        for (id, verdict) in verdicts(&json(&report)) {
            let is_planted = planted.iter().any(|deviation| deviation.check == id);
            let is_beside = shared.iter().any(|group| {
                group.contains(&id.as_str())
                    && planted.iter().any(|deviation| group.contains(&deviation.check))
            });
            if is_planted || !is_beside {
                let expected = if is_planted { "broken" } else { "kept" };
                assert_eq!(verdict, expected, "{id} with {planted:?}\n{stderr}");
            }
        }
    }
}

#[test]
fn the_report_is_the_golden_one() {
    let home = home();
    let planted = ["parse-created-text", "unknown-key-429", "stream-no-done"]
        .map(|name| casefile::practice::deviation(name).expect(name));
    let gateway = gateway(planted.to_vec());
    for (format, file) in [("text", "report.txt"), ("json", "report.json"), ("junit", "report.xml")] {
        let mut command = check_at(&home, &gateway.base_url(), gateway.key());
        let (code, report, stderr) = run(command.args(["--output", format]));
        assert_eq!(code, 1, "{stderr}");
        assert!(!report.contains(gateway.key()), "{format}");
        let report = steady(&report, &gateway);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check").join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &report).expect("writes");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            golden, report,
            "{file} is old: run UPDATE_GOLDEN=1 cargo test --test check, and read the diff"
        );
    }
}

/// The report without what differs from run to run: port, moments, durations, ids, the program's version.
fn steady(report: &str, gateway: &Gateway) -> String {
    let host = gateway.base_url().replace("http://", "");
    let table = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "<time>"),
        (r#"time="[0-9.]+""#, r#"time="<s>""#),
        (r"\b20\d{12,}[A-Za-z0-9]+", "<id>"),
        (
            r#"("(?:connect|first_byte|first_token|last_event|longest_gap|sent|total)_ms": )\d+(,?)\n"#,
            "$1<ms>$2\n",
        ),
        (r#"("casefile\.[a-z_.]+_ms": )\d+(,?)\n"#, "$1<ms>$2\n"),
        // An id in a body is one digit longer at times.
        (r#"("http\.response\.body\.size": )\d+(,?)\n"#, "$1<bytes>$2\n"),
        (r"\b(TCP|sent|head|first content|last event|end) \d+", "$1 <ms>"),
        (r"casefile \d+\.\d+\.\d+", "casefile <version>"),
    ];
    table.iter().fold(report.replace(&host, "<host>"), |text, (pattern, instead)| {
        regex::Regex::new(pattern).expect("compiles").replace_all(&text, *instead).into_owned()
    })
}

#[test]
fn names_of_the_json_are_those_of_opentelemetry() {
    let home = home();
    let gateway = gateway(Vec::new());
    let mut command = check_at(&home, &gateway.base_url(), gateway.key());
    let (_, report, _) = run(command.args(["--only", "unknown_model", "--output", "json"]));
    let report = json(&report);
    let row = row(&report, "unknown_model");
    assert_eq!(row["http.request.method"], "POST");
    assert_eq!(row["url.path"], "/v1/chat/completions");
    assert_eq!(row["http.response.status_code"], 503);
    assert_eq!(row["error.type"], "model_unavailable");
    assert_eq!(row["request_ids"].as_array().map(Vec::len), Some(1));
    let fields = &row["telemetry"];
    assert_eq!(fields["http.request.method"], "POST");
    assert_eq!(fields["http.response.status_code"], 503);
    assert_eq!(fields["error.type"], "model_unavailable");
    assert_eq!(fields["casefile.parser.outcome"], "error");
    assert_eq!(fields["casefile.fallback_used"], false);
    assert_eq!(fields["http.request.resend_count"], 0);
    assert_eq!(fields["casefile.request_id"], row["request_ids"][0]);
    // The moments come in their order, and those that there cannot be are absent.
    let moments = ["connect_ms", "sent_ms", "first_byte_ms", "total_ms"].map(|name| row[name].as_u64());
    assert!(moments.iter().all(Option::is_some) && moments.is_sorted(), "{moments:?}");
    assert_eq!((&row["tls_ms"], &row["first_token_ms"]), (&Value::Null, &Value::Null));
    assert_eq!(report["schema"], "casefile.check/1");
    assert_eq!(report["pins"]["gen_ai.request.model"], Gateway::model());
    assert!(gateway.base_url().ends_with(report["pins"]["server.address"].as_str().expect("a host")));
    assert_eq!(report["pins"]["secret_source"], "environment variable CHECK_KEY");
}

#[test]
fn drift_is_told_field_by_field_and_update_takes_it() {
    let home = home();
    let faithful = gateway(Vec::new());
    let planted = casefile::practice::deviation("parse-created-text").expect("is there");
    let other = gateway(vec![planted, casefile::practice::deviation("parse-no-index").expect("is there")]);
    let run_at = |gateway: &Gateway, more: &[&str]| {
        let mut command = check_at(&home, &gateway.base_url(), gateway.key());
        // The facts of the happy path stay as they are; only the shape differs.
        command.args([
            "--only",
            "happy_path",
            "--only",
            "models_list",
            "--fixtures",
            "shapes",
            "--output",
            "json",
        ]);
        let (code, report, stderr) = run(command.args(more));
        assert!(!report.is_empty(), "{stderr}");
        (code, json(&report))
    };
    let (code, report) = run_at(&faithful, &[]);
    assert_eq!(code, 0, "{report}");
    let file = home.path().join("shapes/happy_path.yaml");
    let first = fs::read_to_string(&file).expect("written");
    for value in ["all is well", "ready", "practice-ok", "chatcmpl", faithful.key()] {
        assert!(!first.contains(value), "{value} in\n{first}");
    }
    assert!(first.contains("choices[].message.content"), "{first}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
    }
    let fixtures = |report: &Value| {
        report["acceptance"].as_array().and_then(|l| l.last()).expect("criteria")["state"].clone()
    };
    assert_eq!(fixtures(&report), "met");

    let (code, report) = run_at(&faithful, &[]);
    assert_eq!((code, row(&report, "happy_path")["verdict"].as_str()), (0, Some("kept")), "{report}");

    let (code, report) = run_at(&other, &[]);
    let row_now = row(&report, "happy_path");
    assert_eq!((code, row_now["verdict"].as_str()), (1, Some("drifted")), "{row_now}");
    let told: Vec<String> = row_now["drift"]
        .as_array()
        .expect("drift")
        .iter()
        .map(|d| format!("{} {}", d["change"].as_str().unwrap_or(""), d["path"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(told, ["changed body.created", "gone body.choices[].index"]);
    assert_eq!(row(&report, "models_list")["verdict"], "kept");
    assert_eq!(fs::read_to_string(&file).expect("stays"), first, "without --update a fixture stays");

    assert_eq!(run_at(&other, &["--update"]).0, 0);
    assert_ne!(fs::read_to_string(&file).expect("written"), first);
    assert_eq!(run_at(&other, &[]).0, 0);
    let (code, report) = run_at(&faithful, &[]);
    assert_eq!(code, 1);
    assert_eq!(row(&report, "happy_path")["drift"][0]["change"], "new", "{report}");
}

#[test]
fn a_faulty_fixture_is_told_before_anything_is_sent() {
    let home = home();
    let server = Server::start(|_| server::json(200, "{}"));
    fs::create_dir(home.path().join("shapes")).expect("creates");
    for text in [
        "check: [",
        "check: other\nrequest: {method: GET, path: /, headers: [], body: {}}\nanswer: {}\nbody: {}\n",
    ] {
        fs::write(home.path().join("shapes/happy_path.yaml"), text).expect("writes");
        let (code, stdout, stderr) =
            run(check_at(&home, &server.url(), &key()).args(["--fixtures", "shapes"]));
        assert_eq!((code, stdout.as_str(), server.requests().len()), (6, "", 0), "{stderr}");
        assert!(stderr.contains("happy_path.yaml"), "{stderr}");
    }
}

#[test]
fn nothing_is_sent_without_consent() {
    let home = home();
    let server = Server::start(|_| server::json(200, "{}"));
    let url = server.url();
    let at = ["--base-url", url.as_str(), "--model", "m"];
    // arguments, exit code, words of the message
    let table: [(&[&str], i32, &str); 9] = [
        (&at, 2, "consent"),
        (&[], 2, "which gateway"),
        (&["--gateway", "nobody"], 2, "no gateway of that id"),
        (&["--gateway", "litellm", "--model", "m"], 2, "--base-url"),
        (&["--base-url", &url, "--yes"], 2, "--model"),
        (&["--gateway", "practice", "--only", "nothing"], 2, "no check nothing"),
        (&["--gateway", "practice", "--only", "oversized"], 2, "no check is left"),
        (&["--gateway", "practice", "--update"], 2, "--fixtures"),
        // The variable holds nobody knows whose key.
        (
            &["--gateway", "cometapi", "--model", "m", "--key-env", "CHECK_KEY", "--yes"],
            2,
            "was not sent to api.cometapi.com",
        ),
    ];
    for (arguments, expected, words) in table {
        let (code, stdout, stderr) = run(check(&home).args(arguments).env("CHECK_KEY", key()));
        assert_eq!(code, expected, "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
        assert!(stdout.is_empty() && !stderr.contains(&key()), "{arguments:?}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_budget_is_kept_as_it_was_told() {
    let home = home();
    // A gateway that asks for patience: nothing may be repeated for it.
    let server = Server::start(|asked| {
        let status = if asked.body.contains("narrator") { 503 } else { 400 };
        let body = r#"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"bad"}}"#;
        server::with(status, "Retry-After: 1\r\nContent-Type: application/json\r\n", body)
    });
    let (code, report, stderr) = run(check_at(&home, &server.url(), &key()).args(["--output", "json"]));
    assert_eq!(code, 1, "{stderr}");
    let report = json(&report);
    let requests = server.requests();
    assert_eq!(report["requests_sent"], requests.len(), "{stderr}");
    assert!(stderr.contains(&format!("{} requests one after the other", requests.len())), "{stderr}");
    assert_eq!(server.most_at_a_time(), 1);
    let tokens: u64 = requests
        .iter()
        .filter_map(|asked| serde_json::from_str::<Value>(&asked.body).ok())
        .map(|body| body["max_tokens"].as_u64().expect("bounded"))
        .inspect(|tokens| assert!(*tokens <= 16))
        .sum();
    assert_eq!(report["most_output_tokens"], tokens);
    // A wrong key is never the real one, and a request that needs none has none.
    let with_real = requests.iter().filter(|asked| asked.head.contains(&key())).count();
    let carried = |asked: &&server::Request| asked.head.to_ascii_lowercase().contains("\r\nauthorization:");
    assert_eq!(requests.iter().filter(carried).count(), requests.len() - 1, "one has no credential");
    assert_eq!(with_real, requests.len() - 4, "missing, empty, malformed, unknown");
    assert!(requests.iter().all(|asked| !asked.body.contains(&key())));
}

#[test]
fn the_key_is_in_no_output_even_if_the_gateway_repeats_it() {
    let home = home();
    let echo = |asked: &server::Request| {
        let sent = asked
            .head
            .lines()
            .find_map(|l| l.to_ascii_lowercase().starts_with("authorization:").then(|| l.to_owned()));
        let key = sent.and_then(|l| l.rsplit(' ').next().map(str::to_owned)).unwrap_or_default();
        let body = serde_json::json!({
            "id": key, "model": key, key.clone(): {key.clone(): 1}, "object": "x",
            "error": {"message": format!("bad key {key}"), "code": key, "type": key, "param": key},
            "choices": [{"finish_reason": key, "message": {"content": key}}],
        });
        let status = if asked.body.contains("narrator") { 200 } else { 401 };
        server::with(
            status,
            &format!("X-Request-Id: {key}\r\nContent-Type: application/json\r\n"),
            &body.to_string(),
        )
    };
    let server = Server::start(echo);
    for format in ["text", "json", "junit"] {
        let mut command = check_at(&home, &server.url(), &key());
        command.args(["--output", format, "--fixtures", "shapes", "--update"]);
        let (code, stdout, stderr) = run(&mut command);
        assert!(code == 1 || code == 4, "{code}: {stderr}");
        assert_eq!(code, 1, "the report can be given: {stderr}");
        for (name, text) in [("stdout", &stdout), ("stderr", &stderr)] {
            assert!(!text.contains(&key()), "{format}: {name}\n{text}");
        }
        if format == "json" {
            let report = json(&stdout);
            let row = row(&report, "auth_no_retry_loop");
            assert_eq!(row["verdict"], "broken", "{row}");
            assert_eq!(row["observed"]["credential_in_answer"], "true", "{row}");
        }
    }
    for file in fs::read_dir(home.path().join("shapes")).expect("lists") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("reads");
        assert!(!text.contains(&key()) && !text.contains("sk-"), "{text}");
    }
}

#[test]
fn a_host_that_is_gone_costs_one_request_and_two_429_end_the_run() {
    let home = home();
    let mut command = check_at(&home, "http://127.0.0.1:9", &key());
    let (code, report, stderr) = run(command.args(["--output", "json"]));
    let report = json(&report);
    assert_eq!((code, &report["requests_sent"]), (1, &Value::from(1)), "{stderr}");
    assert_eq!(row(&report, "happy_path")["observed"]["transport"], "connect");
    let reason = row(&report, "missing_auth")["reason"].as_str().expect("a reason");
    assert!(reason.contains("could not be reached"), "{reason}");

    let server =
        Server::start(|_| server::json(429, r#"{"error":{"message":"slow down","type":"x","code":"y"}}"#));
    let (code, report, _) = run(check_at(&home, &server.url(), &key()).args(["--output", "json"]));
    let report = json(&report);
    assert_eq!((code, server.requests().len()), (1, 2));
    assert!(row(&report, "models_list")["reason"].as_str().expect("a reason").contains("429"));
}

#[test]
fn a_key_that_nobody_named_goes_to_no_other_host() {
    let home = home();
    let server = Server::start(|_| server::json(401, r#"{"error":{"message":"no","type":"t","code":"c"}}"#));
    for profile in [&[][..], &["--gateway", "openai"], &["--gateway", "litellm"]] {
        let mut command = check(&home);
        command
            .args(["--base-url", &server.url(), "--model", "m", "--yes", "--output", "json"])
            .args(profile);
        for name in ["OPENAI_API_KEY", "LITELLM_API_KEY"] {
            command.env(name, key());
        }
        let (_, report, _) = run(&mut command);
        let report = json(&report);
        assert_eq!(report["pins"]["secret_source"], "none", "{profile:?}");
        assert!(
            row(&report, "invalid_token")["reason"].as_str().expect("a reason").contains("no key was given")
        );
    }
    let requests = server.requests();
    assert!(requests.len() > 20);
    assert!(requests.iter().all(|asked| !asked.head.to_ascii_lowercase().contains("authorization")));
    assert!(requests.iter().all(|asked| !asked.head.contains(&key())));
}

#[test]
fn what_no_source_documents_is_observed_and_breaks_nothing() {
    let home = home();
    let right = r#"{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}"#;
    let server = Server::start(move |_| server::json(200, right));
    let mut command = check(&home);
    command.args([
        "--base-url",
        &server.url(),
        "--model",
        "m",
        "--key-env",
        "CHECK_KEY",
        "--yes",
        "--output",
        "json",
    ]);
    command.args([
        "--only",
        "happy_path",
        "--only",
        "base_url_without_v1",
        "--only",
        "stream_disconnect",
        "--only",
        "oversized",
    ]);
    let (code, report, stderr) = run(command.env("CHECK_KEY", key()));
    let report = json(&report);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(report["pins"]["gateway"], "openai_compatible");
    for (id, verdict, words) in [
        ("happy_path", "kept", ""),
        ("base_url_without_v1", "observed", "no source"),
        ("stream_disconnect", "not_run", "cannot be provoked"),
        ("oversized", "not_run", "--oversize"),
        ("missing_auth", "not_run", "--only"),
    ] {
        let row = row(&report, id);
        assert_eq!(row["verdict"], verdict, "{row}");
        assert!(row["reason"].as_str().unwrap_or_default().contains(words), "{row}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_smoke_preset_ends_with_the_guides_log_record() {
    let home = home();
    let keys = [
        "reviewed_at",
        "operator",
        "doc_url",
        "request_area",
        "credential_used",
        "model_reference",
        "status_observed",
        "response_shape_observed",
        "local_result",
        "support_path_used",
        "notes",
    ];
    // deviation, result
    for (planted, result, code) in [(None, "pass", 0), (Some("unknown-key-accepted"), "fail", 1)] {
        let gateway = gateway(planted.into_iter().filter_map(casefile::practice::deviation).collect());
        let mut command = check_at(&home, &gateway.base_url(), gateway.key());
        command.args(["--preset", "smoke", "--operator", "AB", "--output", "json"]);
        let (exit, report, stderr) = run(&mut command);
        let report = json(&report);
        assert_eq!((exit, report["requests_sent"].as_u64()), (code, Some(2)), "{stderr}");
        let record = report["log_record"].as_object().expect("a record");
        assert_eq!(record.keys().collect::<Vec<_>>(), keys);
        assert_eq!(record["local_result"], result, "{record:?}");
        assert_eq!(record["credential_used"], "stored_secret_reference_only");
        assert_eq!(
            (&record["operator"], &record["status_observed"]),
            (&Value::from("AB"), &Value::from("200"))
        );
    }
}

#[test]
fn junit_has_a_case_for_each_check() {
    let home = home();
    let gateway = gateway(vec![casefile::practice::deviation("any-role").expect("is there")]);
    let mut command = check_at(&home, &gateway.base_url(), gateway.key());
    let (code, xml, stderr) = run(command.args(["--output", "junit"]));
    assert_eq!(code, 1, "{stderr}");
    let count = |what: &str| xml.matches(what).count();
    assert_eq!(count("<testcase "), 25, "{xml}");
    assert_eq!((count("<failure "), count("</failure>"), count("<skipped ")), (1, 1, 1), "{xml}");
    assert!(xml.contains(r#"tests="25" failures="1" errors="0" skipped="1""#), "{xml}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_what_was_done() {
    let home = home();
    let server = Server::start(|asked| {
        if asked.head.to_ascii_lowercase().contains("authorization:") {
            return server::json(400, r#"{"error":{"message":"no","type":"t","code":"c"}}"#);
        }
        std::thread::sleep(std::time::Duration::from_secs(20));
        String::new()
    });
    let mut command = check_at(&home, &server.url(), &key());
    command.args(["--output", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("starts");
    // The second request, without a credential, hangs.
    for _ in 0..200 {
        if server.requests().len() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("ends");
    let report = json(&String::from_utf8_lossy(&output.stdout));
    assert_eq!((output.status.code(), &report["interrupted"]), (Some(130), &Value::from(true)));
    assert_eq!(row(&report, "happy_path")["verdict"], "broken");
    assert_eq!(row(&report, "missing_auth")["verdict"], "not_run");
    assert!(row(&report, "models_list")["reason"].as_str().expect("a reason").contains("operator stopped"));
}
