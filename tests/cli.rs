//! The commands as a user meets them: help, exit codes, bad input, nothing lost.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A place of its own for configuration and state, and no gateway key from outside.
fn casefile(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("runs");
    (
        status.code().unwrap_or(-1),
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

fn with_stdin(command: &mut Command, input: &[u8]) -> (i32, String, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("piped");
    let bytes = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes);
    });
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("writes");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn assert_no_panic(stderr: &str) {
    assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
}

#[test]
fn practice_without_a_terminal_prints_a_valid_note() {
    let home = home();
    let (code, note, stderr) = run(casefile(&home).arg("practice"));
    assert_eq!(code, 0, "{stderr}");
    let (code, verdict, stderr) = with_stdin(casefile(&home).args(["validate", "-"]), note.as_bytes());
    assert_eq!((code, verdict.trim()), (0, "valid: casefile.note/1"), "{stderr}");
}

#[test]
fn bad_input_gets_a_clear_message_and_its_exit_code() {
    let home = home();
    let mut random = Vec::with_capacity(10 << 20);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    while random.len() < 10 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        random.extend_from_slice(&state.to_le_bytes());
    }
    let not_json = b"curl http://127.0.0.1:9/v1/chat/completions -H 'Content-Type: application/json' -d 'this is no json'";
    // input, further arguments, exit code, words of the message
    let table: [(&[u8], &[&str], i32, &str); 7] = [
        (b"", &[], 3, "paste"),
        (b"   \n\t ", &[], 3, "paste"),
        (&random, &[], 3, "paste"),
        (b"curl /v1/models", &["--yes"], 3, "scheme"),
        (b"curl https://api.example.com/v1/models", &[], 2, "consent"),
        (
            b"curl http://127.0.0.1:9/v1/models",
            &["--yes", "--retries", "0", "--out", "/nonexistent/folder/note.yaml"],
            6,
            "/nonexistent/folder",
        ),
        (not_json, &["--yes", "--retries", "0"], 0, "JSON"),
    ];
    for (input, arguments, expected, words) in table {
        let shown: String = String::from_utf8_lossy(&input[..input.len().min(60)]).into_owned();
        let (code, _, stderr) =
            with_stdin(casefile(&home).args(["note", "--from", "-"]).args(arguments), input);
        assert_eq!(code, expected, "{shown:?}: {stderr}");
        assert!(stderr.contains(words), "{shown:?}: {stderr}");
        assert_no_panic(&stderr);
    }
}

#[test]
fn an_unreachable_host_is_a_note_of_its_own() {
    let home = home();
    let paste = b"curl http://127.0.0.1:9/v1/models -H 'Authorization: Bearer abcdefgh'";
    let (code, note, stderr) =
        with_stdin(casefile(&home).args(["note", "--from", "-", "--yes", "--retries", "0"]), paste);
    assert_eq!(code, 0, "{stderr}");
    assert!(note.contains("network_connect"), "{note}");
    assert!(!note.contains("abcdefgh"), "{note}");
}

#[test]
fn a_note_from_an_answer_alone() {
    let home = home();
    let answer = home.path().join("answer.json");
    fs::write(
        &answer,
        r#"{"error":{"code":"model_not_found","message":"No available channel for model gpt-9 under group default (distributor) (request id: 20260205132859798638387SIHCnxzJ)","type":"new_api_error"}}"#,
    )
    .expect("writes");
    let arguments = [
        "note",
        "--no-send",
        "--status",
        "503",
        "--at",
        "2026-11-20T10:15:00Z",
        "--format",
        "json",
        "--response",
    ];
    let (code, note, stderr) = run(casefile(&home).args(arguments).arg(&answer));
    assert_eq!(code, 0, "{stderr}");
    let note: serde_json::Value = serde_json::from_str(&note).expect("JSON");
    assert_eq!(note["diagnosis"]["failure_class"], "model_unavailable");
    assert_eq!(note["response"]["status"], 503);
    assert_eq!(note["response"]["request_ids"][0]["id"], "20260205132859798638387SIHCnxzJ");
    let gaps: Vec<&str> = note["missing_evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|g| g["field"].as_str())
        .collect();
    assert!(gaps.iter().any(|g| g.contains("method")), "{gaps:?}");
}

#[test]
fn the_file_is_private_and_whole() {
    let home = home();
    let (code, stdout, stderr) = run(casefile(&home).args(["practice", "--out", "note.yaml"]));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, "");
    let path = home.path().join("note.yaml");
    assert!(fs::read_to_string(&path).expect("written").starts_with("schema: "));
    assert_private(&path);
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).expect("is there").permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[test]
fn a_key_of_the_environment_never_goes_where_only_the_paste_points() {
    let home = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    let address = listener.local_addr().expect("has an address");
    let key = format!("sk-{}", "aB3x".repeat(12));
    let paste = format!("curl http://{address}/v1/models -H \"Authorization: Bearer $COMETAPI_KEY\"");
    let mut command = casefile(&home);
    command.env("COMETAPI_KEY", &key).args(["note", "--from", "-", "--yes", "--retries", "0"]);
    let (code, stdout, stderr) = with_stdin(&mut command, paste.as_bytes());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("--key-host"), "{stderr}");
    assert!(!stdout.contains(&key) && !stderr.contains(&key));
    listener.set_nonblocking(true).expect("sets");
    assert!(listener.accept().is_err(), "nothing connected");
}

#[test]
fn usage_errors_are_told() {
    let home = home();
    let table: [(&[&str], i32, &str); 6] = [
        (&["note", "--from", "/nonexistent.sh"], 3, "cannot be read"),
        (&["note", "--gateway", "nowhere", "--from", "/dev/null"], 2, "known:"),
        (&["note", "--from", "-", "--response", "-"], 2, "stdin"),
        (&["practice", "--scenario", "nope"], 2, "known:"),
        (&["practice", "--serve", "0.0.0.0:0"], 2, "this machine only"),
        (&["frobnicate"], 2, "unrecognized"),
    ];
    for (arguments, expected, words) in table {
        let (code, _, stderr) = run(casefile(&home).args(arguments));
        assert_eq!(code, expected, "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
    let (code, _, stderr) = run(&mut casefile(&home));
    assert_eq!(code, 2, "the terminal program without a terminal: {stderr}");
}

#[test]
fn faults_of_a_note_are_listed_with_their_place() {
    let home = home();
    let (_, note, _) = run(casefile(&home).arg("practice"));
    let broken = note.replacen("schema: ", "schema: x", 1);
    let (code, faults, _) = with_stdin(casefile(&home).args(["validate", "-"]), broken.as_bytes());
    assert_eq!(code, 1);
    assert!(faults.contains("schema"), "{faults}");
    let (code, _, stderr) = with_stdin(casefile(&home).args(["validate", "-"]), b"");
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn doctor_describes_and_never_fails() {
    let home = home();
    let key = format!("sk-{}", "Zy9w".repeat(12));
    let (code, text, stderr) = run(casefile(&home).env("COMETAPI_KEY", &key).arg("doctor"));
    assert_eq!(code, 0, "{stderr}");
    assert!(text.contains("COMETAPI_KEY"), "{text}");
    assert!(!text.contains(&key));
}

#[test]
fn help_is_golden() {
    let home = home();
    for (name, arguments) in [
        ("casefile", vec!["--help"]),
        ("note", vec!["note", "--help"]),
        ("practice", vec!["practice", "--help"]),
        ("validate", vec!["validate", "--help"]),
        ("doctor", vec!["doctor", "--help"]),
    ] {
        let (code, help, _) = run(casefile(&home).env("COLUMNS", "100").args(arguments));
        assert_eq!(code, 0);
        insta::assert_snapshot!(format!("help_{name}"), help);
    }
}
