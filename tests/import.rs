//! `casefile import`: what was understood of a text, as a program reads it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn casefile(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .output()
        .expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// The JSON document of `casefile import paste --output json` with further arguments.
fn imported(paste: &str, more: &[&str], folder: &Path) -> (i32, Value) {
    fs::write(folder.join("paste"), paste).expect("writes");
    let arguments: Vec<&str> = ["import", "paste", "--output", "json"].iter().chain(more).copied().collect();
    let (code, stdout, stderr) = casefile(&arguments, folder);
    (code, serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {stdout}{stderr}")))
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {value:#}"))
}

#[test]
fn a_command_is_shown_with_its_answer_and_without_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = format!("sk-{}", "aB3x".repeat(12));
    let paste = format!(
        "curl -k https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {key}' \\\n  -H 'Content-Type: application/json' \
         -d '{{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}}'\n\
         {{\"error\":{{\"message\":\"quota of {key} is not enough\",\"code\":\"insufficient_user_quota\"}}}}\n"
    );
    let (code, json) = imported(&paste, &[], folder.path());
    assert_eq!(code, 0);
    assert!(!json.to_string().contains(&key), "the key is masked everywhere");
    for (pointer, expected) in [
        ("/kind", "curl"),
        ("/requests/0/method", "POST"),
        ("/requests/0/url", "https://api.cometapi.com/v1/chat/completions"),
        ("/requests/0/headers/0/1", "Bearer [key#1]"),
        ("/requests/0/body/kind", "json"),
        ("/requests/0/model", "gpt-4o"),
        ("/requests/0/observed/code", "insufficient_user_quota"),
        ("/requests/0/client/library", "curl"),
    ] {
        assert_eq!(at(&json, pointer), expected, "{pointer}");
    }
    assert_eq!(at(&json, "/requests/0/streaming"), true);
    let findings = at(&json, "/findings").as_array().expect("a list");
    let unchecked = findings.iter().find(|f| f["code"] == "certificates_checked").expect("-k is told");
    let (start, end) =
        (unchecked["start"].as_u64().expect("a place"), unchecked["end"].as_u64().expect("a place"));
    let place = paste.get(usize::try_from(start).expect("small")..usize::try_from(end).expect("small"));
    assert_eq!(place, Some("-k"));

    let (_, shown) = imported(&paste, &["--show-secrets"], folder.path());
    assert_eq!(at(&shown, "/requests/0/headers/0/1"), &Value::String(format!("Bearer {key}")));
    let body = at(&shown, "/requests/0/body/text").as_str().expect("a text");
    assert_eq!(at(&shown, "/requests/0/body/bytes"), body.len());
}

#[test]
fn several_requests_are_told_and_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let paste = "curl https://h.test/a --next https://h.test/b -d x\n# then\ncurl https://h.test/c\n";
    let (_, first) = imported(paste, &[], folder.path());
    assert_eq!(at(&first, "/requests").as_array().map(Vec::len), Some(1));
    assert_eq!(at(&first, "/found"), 3);
    assert!(at(&first, "/findings").to_string().contains("several_requests"));
    let (_, all) = imported(paste, &["--all"], folder.path());
    let urls: Vec<&Value> =
        at(&all, "/requests").as_array().expect("a list").iter().map(|r| &r["url"]).collect();
    assert_eq!(urls, ["https://h.test/a", "https://h.test/b", "https://h.test/c"]);
}

#[test]
fn files_are_read_only_where_they_are_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("in")).expect("a folder");
    fs::write(folder.path().join("in/body.json"), "{\"model\":\n\"m\"}").expect("writes");
    fs::write(folder.path().join("out.json"), "{\"model\":\"other\"}").expect("writes");
    for (file, allowed, model) in
        [("body.json", false, None), ("body.json", true, Some("m")), ("../out.json", true, None)]
    {
        let paste = format!("curl https://h.test/v1 -d @{file}");
        let more: &[&str] = if allowed { &["--allow-files", "in"] } else { &[] };
        let (_, json) = imported(&paste, more, folder.path());
        assert_eq!(at(&json, "/requests/0/model").as_str(), model, "{file}");
        let told = at(&json, "/findings").to_string().contains("body_from_file");
        assert_eq!(told, model.is_none(), "{file}: {json:#}");
    }
}

#[test]
fn what_powershell_wrote_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let paste = "curl.exe https://h.test/v1 -H 'X-A: \u{e4}'\r\nHTTP/1.1 401 Unauthorized\r\n\r\n{\"error\":\"no\"}\r\n";
    let wide = paste.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    fs::write(folder.path().join("wide"), bytes).expect("writes");
    let (code, stdout, _) = casefile(&["import", "wide", "--output", "json"], folder.path());
    let json: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(at(&json, "/requests/0/url"), "https://h.test/v1");
    assert_eq!(at(&json, "/requests/0/headers/0/1"), "\u{e4}");
    assert_eq!(at(&json, "/requests/0/observed/status"), 401);
    for arguments in [&["explain", "wide"][..], &["note", "--from", "wide", "--no-send"]] {
        let (_, stdout, stderr) = casefile(arguments, folder.path());
        assert!(stdout.contains("401"), "{arguments:?}: {stdout}{stderr}");
    }
}

#[test]
fn what_curl_refuses_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, json) = imported("curl --frobnicate https://h.test/", &[], folder.path());
    assert_eq!(code, 1);
    assert_eq!(at(&json, "/requests").as_array().map(Vec::len), Some(0));
    let refused = at(&json, "/findings").to_string();
    assert!(refused.contains("curl_refuses") && refused.contains("is unknown"), "{refused}");
    let (code, json) = imported("nothing of use", &[], folder.path());
    assert!(code == 3 || at(&json, "/confidence").as_f64() < Some(0.5), "{json:#}");
    let (code, _, stderr) = casefile(&["import", "paste", "--as", "har"], folder.path());
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn calls_of_an_archive_are_listed_and_the_failed_one_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let har = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/har/chrome.har");
    let har = har.to_str().expect("a path");
    for more in [&[][..], &["--all"]] {
        let arguments: Vec<&str> = ["import", har, "--output", "json"].iter().chain(more).copied().collect();
        let (_, stdout, stderr) = casefile(&arguments, folder.path());
        let json: Value = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {stderr}"));
        let calls = at(&json, "/calls").as_array().expect("a list");
        let chosen: Vec<&Value> = calls.iter().filter(|call| call["chosen"] == true).collect();
        assert_eq!(at(&json, "/found"), calls.len());
        assert_eq!(chosen.len(), 1);
        assert_eq!((&chosen[0]["status"], &chosen[0]["kind"]), (&Value::from(429), &Value::from("model")));
        let shown = at(&json, "/requests").as_array().map(Vec::len);
        assert_eq!(shown, Some(if more.is_empty() { 1 } else { calls.len() }));
        if more.is_empty() {
            assert_eq!(at(&json, "/requests/0/observed/status"), 429);
        }
    }
}
