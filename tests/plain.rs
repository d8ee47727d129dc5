//! The walk line by line, over a pipe and on a terminal that can do no more; and what survives the end of the program.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]
#![cfg(unix)]

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command.args(arguments).env_clear().current_dir(home);
    command.env("HOME", home).env("TERM", "xterm").env("PATH", std::env::var("PATH").unwrap_or_default());
    command.env("CASEFILE_CONFIG_DIR", home.join("config")).env("CASEFILE_STATE_DIR", home.join("state"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Answers `script` over a pipe; gives what the program printed, what it told, and the exit code.
fn over_a_pipe(home: &Path, arguments: &[&str], script: &str) -> (String, String, i32) {
    let mut child = command(home, arguments).spawn().expect("starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("writes");
    let output = child.wait_with_output().expect("ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code().unwrap_or(-1))
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Everything below `folder`, as bytes.
fn everything(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            bytes.extend(everything(&entry.path()));
        } else if let Ok(mut file) = std::fs::File::open(entry.path()) {
            let _ = file.read_to_end(&mut bytes);
        }
    }
    bytes
}

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes.windows(canary.len()).any(|window| window == canary.as_bytes())
}

#[test]
fn the_whole_walk_over_a_pipe() {
    let home = home();
    let script = "1\ns\nyes\nn\nIs it served?\nAn answer\nall\nnothing\n\nme\ny\np\nq\n";
    let (note, told, code) = over_a_pipe(home.path(), &["practice", "--plain"], script);
    assert_eq!(code, 0, "{told}");
    assert!(note.starts_with("schema: casefile.note/1") && note.contains("Is it served?"), "{note}\n{told}");
    for line in
        ["Step 1 of 5: Request", "Send to 127.0.0.1", "Diagnosis, a candidate", "Replaced:", "printed"]
    {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
    let steers =
        |text: &str| text.chars().any(|c| c.is_control() && c != '\n') || text.contains(['│', '─', '┌']);
    assert!(!steers(&told) && !steers(&note), "{told}");
}

#[test]
fn a_pasted_case_is_saved_and_goes_on_and_no_canary_is_on_the_disk() {
    let home = home();
    let key = format!("sk-{}", "qW7e".repeat(12));
    let prompt = "the purple walrus of Trondheim signs at midnight";
    let paste = format!(
        "curl http://127.0.0.1:9/v1/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{\"model\":\"m-1\",\"messages\":[{{\"role\":\"user\",\"content\":\"{prompt}\"}}]}}'\n.\n"
    );
    // Refused at once, so it fails; the input ends in the middle of Review, after words.
    let script = format!("{paste}s\nyes\nn\nWhy does {key} fail?\nAn answer\n");
    let (_, told, code) = over_a_pipe(home.path(), &["--plain"], &script);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("is saved as unfinished"), "{told}");
    let bytes = everything(home.path());
    assert!(!holds(&bytes, &key) && !holds(&bytes, "walrus"), "a canary is on the disk");
    assert!(holds(&bytes, "Why does [key#1] fail?"));
    // It is offered, goes on at Review, and its note is finished without the request.
    let (note, told, code) = over_a_pipe(home.path(), &["--plain"], "1\ny\np\nq\n");
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("Unfinished cases:") && told.contains("at Review, just now"), "{told}");
    assert!(note.contains("Why does [key#1] fail?") && note.contains("An answer"), "{note}\n{told}");
    let (_, told, _) = over_a_pipe(home.path(), &["--plain"], "q\n");
    assert!(!told.contains("Unfinished"), "it is finished: {told}");
    // Nothing is saved where that is not wanted.
    let other = self::home();
    let (_, told, _) = over_a_pipe(other.path(), &["--plain", "--no-save"], &script);
    assert!(!told.contains("is saved"), "{told}");
    assert!(everything(&other.path().join("state")).is_empty());
}

#[test]
fn a_disk_that_takes_nothing_is_told_once_and_stops_nothing() {
    let home = home();
    // A file stands where the folder should be.
    std::fs::write(home.path().join("state"), "").expect("writes");
    let paste = "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Slow down', 'type': 'rate_limit_error', 'code': 'rate_limit_exceeded'}}\n.\n";
    let script = format!("{paste}r\nq1\n\n\n\n\n\ny\np\nq\n");
    let (note, told, code) = over_a_pipe(home.path(), &["--plain"], &script);
    assert_eq!(code, 0, "{told}");
    assert!(note.starts_with("schema: casefile.note/1"), "{told}");
    assert!(told.matches("is not saved while you work").count() <= 1, "{told}");
}

/// A paste that comes where a number of an unfinished case is asked for is no wrong number: it begins a case of its own.
#[test]
fn a_paste_is_not_lost_where_unfinished_cases_wait() {
    let home = home();
    let error = |code: &str| {
        format!(
            "openai.RateLimitError: Error code: 429 - {{'error': {{'message': 'Slow down', 'code': '{code}'}}}}\n.\n"
        )
    };
    let (_, told, _) = over_a_pipe(home.path(), &["--plain"], &format!("{}r\n", error("first_code")));
    assert!(told.contains("is saved as unfinished"), "{told}");
    let (_, told, _) = over_a_pipe(home.path(), &["--plain"], &format!("{}r\n", error("second_code")));
    assert!(told.contains("Unfinished cases:") && told.contains("second_code"), "{told}");
}

/// Who leaves at the first question is asked nothing more.
#[test]
fn q_at_the_first_question_leaves() {
    let home = home();
    let error = "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Slow down', 'code': 'slow'}}\n.\nr\n";
    over_a_pipe(home.path(), &["--plain"], error);
    let (_, told, code) = over_a_pipe(home.path(), &["--plain"], "q\n1\n");
    assert!(told.contains("Unfinished cases:") && !told.contains("Step 1 of 5"), "{told}");
    // Nothing was handed over.
    assert_eq!(code, 2, "{told}");
}

/// One thing is changed at a time, line by line, and what came of it is told.
#[test]
fn a_single_control_line_by_line() {
    let home = home();
    let key = format!("sk-{}", "qW7e".repeat(12));
    // The first scenario; to Isolate, a key where a model is asked for, then a model, then on.
    let script = format!("1\ns\nyes\ni\nm\n{key}\nm\npractice-other\nyes\nn\nq1\n\n\n\n\n\ny\np\n\n");
    let (note, told, code) = over_a_pipe(home.path(), &["practice", "--plain"], &script);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("looks like a key") && told.contains("With another model practice-other"),
        "{told}"
    );
    assert!(note.contains("controls:") && note.contains("practice-other"), "{note}");
    assert_eq!(note.matches("schema: casefile.note/1").count(), 1, "Enter does not print it again:\n{told}");
    for word in ["request.model_listed", "failure_class", "kinds of places"] {
        assert!(!told.contains(word), "{word} is a word of this program's own:\n{told}");
    }
}

/// A paste that holds several requests asks which one is meant.
#[test]
fn one_of_several_requests_is_chosen() {
    let home = home();
    let paste = "curl https://api.cometapi.com/v1/models\ncurl -X DELETE https://h.example/v1/files/f1\n.\n";
    let (_, told, _) = over_a_pipe(home.path(), &["--plain"], &format!("{paste}2\nq\n"));
    assert!(told.contains("The paste holds 2 requests"), "{told}");
    assert!(told.contains("Request: DELETE https://h.example/v1/files/f1"), "{told}");
}

/// What a terminal echoed is said to have been seen.
#[test]
fn a_key_that_the_terminal_showed_is_told() {
    let home = home();
    let paste = format!(
        "curl https://h.example/v1/models -H 'Authorization: Bearer sk-{}'\n.\nq\n",
        "qW7e".repeat(12)
    );
    let (_, told, _) = over_a_pipe(home.path(), &["--plain"], &paste);
    assert!(!told.contains("your terminal showed"), "a pipe shows nothing: {told}");
}

/// An answer that was observed is used: Enter alone sends nothing, and what can be said of it stands there at once.
#[test]
fn what_was_observed_is_explained_and_not_sent_by_enter() {
    let archive = r#"{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"startedDateTime":"2026-11-20T10:00:00.000Z","time":312,"request":{"method":"POST","url":"http://127.0.0.1:9/v1/chat/completions","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Type","value":"application/json"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":-1,"postData":{"mimeType":"application/json","text":"{\"model\":\"m-1\",\"messages\":[]}"}},"response":{"status":400,"statusText":"Bad Request","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Type","value":"application/json"}],"cookies":[],"redirectURL":"","headersSize":-1,"bodySize":-1,"content":{"size":1,"mimeType":"application/json","text":"{\"error\":{\"message\":\"messages must not be empty\",\"type\":\"invalid_request_error\"}}"}},"cache":{},"timings":{"send":1,"wait":300,"receive":11}}]}}"#;
    let text = "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Slow down', 'type': 'rate_limit_error'}}";
    for (paste, what) in
        [(archive, "Diagnosis, a candidate and no claim: request invalid"), (text, "rate limited")]
    {
        let home = home();
        let script = format!("{paste}\n.\n\n\n\n\n\n\n\n\n\nq\n");
        let (note, told, code) = over_a_pipe(home.path(), &["--plain"], &script);
        assert_eq!(code, 0, "{told}");
        assert!(note.contains("sent_by_tool: false") && !note.contains("sent_by_tool: true"), "{note}");
        assert!(!told.contains("Send to"), "{told}");
        let explained = told.split("Step 4").next().unwrap_or_default();
        for line in [what, "Because: ", "Read: ", "<https://", "First: "] {
            assert!(explained.contains(line), "{line}: {told}");
        }
        assert!(told.contains("; write it: letter w of Review"), "{told}");
    }
}

/// The letter on an answer that names a task: a question of its own, then each answer until the task has ended.
#[test]
fn a_task_is_asked_for_line_by_line() {
    let home = home();
    // The scenario is found by its name in the list of the practice.
    let list = over_a_pipe(home.path(), &["practice", "--list", "--output", "json"], "").0;
    let all: Vec<serde_json::Value> = serde_json::from_str(&list).expect("a list");
    let number = 1 + all.iter().position(|s| s["name"] == "task-fails-later").expect("is there");
    let script = format!("{number}\ns\nyes\nt\nyes\nn\n\n\n\n\n\nme\ny\np\nq\n");
    let (note, told, code) = over_a_pipe(home.path(), &["practice", "--plain"], &script);
    assert_eq!(code, 0, "{told}");
    for line in [
        "t: ask for the task that the answer names",
        "at most 60 times, every 5 s, for 600 s in all: GET http://127.0.0.1",
        "Asked for the task: status 200, task failed",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
    assert!(note.contains("moderation_blocked") && note.contains("task_state: failed"), "{note}\n{told}");
}
