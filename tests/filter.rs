//! `casefile sanitize` as an operator runs it: whole runs of the program, streams, files, the ledger, refusals.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fmt::Write as _;

use assert_cmd::Command;
use serde_json::Value;

/// A key that stands in no file.
fn key() -> String {
    format!("sk-{}", "aB3dE5gH".repeat(6))
}

fn sanitize(arguments: &[&str], input: &[u8]) -> std::process::Output {
    let mut command = Command::cargo_bin("casefile").expect("is built");
    command.env_clear().env("CASEFILE_TEST_KEY", "whale-lantern-4711").arg("sanitize").args(arguments);
    command.write_stdin(input.to_vec()).output().expect("runs")
}

fn text(output: &std::process::Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("is text")
}

#[test]
fn a_log_on_stdin_loses_its_key_and_nothing_else() {
    let log = format!("2026-11-21T10:00:00Z ERROR 401 for key {} (request id: req_011CabcDEF)\r\n", key());
    let out = text(&sanitize(&[], log.as_bytes()));
    assert_eq!(out, log.replace(&key(), "[key#1]"));
    assert_eq!(text(&sanitize(&["-"], out.as_bytes())), out, "a second time");
}

#[test]
fn a_har_stays_one() {
    let har = serde_json::json!({"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [{
        "request": {"headers": [{"name": "Authorization", "value": format!("Bearer {}", key())}],
            "postData": {"text": serde_json::json!({"model": "m", "messages": [{"role": "user", "content": "a plan"}]}).to_string()}},
        "response": {"status": 401, "headers": [{"name": "x-request-id", "value": "req-1"}]}}]}});
    let out = text(&sanitize(&["--as", "har"], har.to_string().as_bytes()));
    let clean: Value = serde_json::from_str(&out).expect("is JSON");
    assert!(!out.contains("a plan") && !out.contains("dE5gHaB3"));
    assert_eq!(clean["log"]["entries"][0]["response"], har["log"]["entries"][0]["response"]);
    assert_eq!(clean["log"]["entries"][0]["request"]["headers"][0]["value"], "Bearer [key#1]");
}

#[test]
fn a_secret_of_the_environment_is_searched_for() {
    let out =
        text(&sanitize(&["--secret-env", "CASEFILE_TEST_KEY"], b"the word whale-lantern-4711 was used\n"));
    assert_eq!(out, "the word [key#1] was used\n");
    let refused = sanitize(&["--secret-env", "CASEFILE_NO_SUCH"], b"x");
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let raw = b"\xef\xbb\xbfa\x00b\xff\xfe\r\n\xc3\n\n \t";
    for kind in
        ["auto", "text", "json", "har", "headers", "url", "curl", "sse", "html", "log", "multipart", "yaml"]
    {
        let out = sanitize(&["--as", kind], raw);
        assert_eq!(out.stdout, raw, "{kind}");
    }
}

#[test]
fn the_ledger_is_for_the_user_only_and_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ledger, out) = (folder.path().join("ledger.json"), folder.path().join("out.log"));
    let log = format!("a {}\nb {} jane@mail.example.com\n", key(), key());
    let report = sanitize(
        &["--ledger", &ledger.to_string_lossy(), "--out", &out.to_string_lossy(), "--output", "json"],
        log.as_bytes(),
    );
    let report: Value = serde_json::from_str(&text(&report)).expect("is JSON");
    assert_eq!(report["counts"]["key"], 2);
    assert_eq!(report["counts"]["email"], 1);
    assert_eq!(report["replaced"], 3);
    assert_eq!(report["bytes_in"], log.len());
    let written = std::fs::read_to_string(&ledger).expect("is there");
    assert!(written.contains("line 2") && !written.contains("jane") && !written.contains("dE5gH"));
    let clean = std::fs::read_to_string(&out).expect("is there");
    assert_eq!(clean, "a [key#1]\nb [key#1] [email#1]\n");
    #[cfg(unix)]
    for file in [&ledger, &out] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(file).expect("is there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_report_needs_a_place_for_the_text() {
    let refused = sanitize(&["--output", "json"], b"x");
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty() && String::from_utf8_lossy(&refused.stderr).contains("--out"));
}

#[test]
fn a_file_that_is_not_there_or_a_folder_is_refused() {
    for file in ["/no/such/file", "/"] {
        let refused = sanitize(&[file], b"");
        assert_eq!(refused.status.code(), Some(3), "{file}");
    }
}

#[test]
fn a_document_that_was_cut_off_does_not_fail_open() {
    let whole = format!(
        "{{\"model\":\"m\",\"api_key\":\"whale lantern\",\"messages\":[{{\"role\":\"user\",\"content\":\"my quiet plan {}\"}}]}}",
        key()
    );
    for cut in 0..whole.len() {
        let head = whole.get(..cut).unwrap_or("");
        let mut filter = casefile::case::sanitize::filter::Filter::new(
            &casefile::case::catalog::Catalog::built_in(),
            casefile::case::sanitize::filter::Kind::Json,
            &casefile::case::keyring::KeyRing::default(),
        );
        let mut out = Vec::new();
        filter.feed(head.as_bytes(), &mut out);
        filter.finish(&mut out);
        let out = String::from_utf8(out).expect("is text");
        assert!(
            !out.contains("my quiet") && !out.contains("whale l") && !out.contains("dE5gHaB3"),
            "{cut}: {out}"
        );
    }
}

/// Whatever the length of the input, what is held has a bound: in a pipe the first bytes come out before the last go in.
#[test]
fn a_long_stream_is_filtered_in_bounds() {
    let mut log = String::new();
    for line in 0..60_000 {
        let _ = writeln!(log, "2026-11-21T10:00:00Z INFO line {line} status=200 latency_ms={}", line % 977);
    }
    let mut filter = casefile::case::sanitize::filter::Filter::new(
        &casefile::case::catalog::Catalog::built_in(),
        casefile::case::sanitize::filter::Kind::Auto,
        &casefile::case::keyring::KeyRing::default(),
    );
    let mut out = Vec::new();
    let (mut fed, mut most_held) = (0_usize, 0_usize);
    for piece in log.as_bytes().chunks(10_000) {
        filter.feed(piece, &mut out);
        fed += piece.len();
        most_held = most_held.max(fed - out.len());
    }
    filter.finish(&mut out);
    assert_eq!(String::from_utf8_lossy(&out), log);
    assert!(most_held <= 600_000, "{most_held} bytes were held");
}
