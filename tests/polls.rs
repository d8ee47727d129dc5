//! A task from its start to its failure by the command line, with canaries in all that comes out, and Ctrl-C on the way:
//! what was observed until then becomes the note.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]
#![cfg(unix)]

#[path = "wire/asked.rs"]
mod asked;
#[path = "real/leak.rs"]
mod leak;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use asked::Asked;
use leak::{Canary, random};
use tempfile::TempDir;

/// How long a program may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was asked: each request line.
type Log = Arc<Mutex<Vec<String>>>;

/// A server that gives `answers` in turn, and the last one again and again; an answer of status 0 never comes.
fn server(answers: Vec<(u16, String)>) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let base = format!("http://{}", listener.local_addr().expect("has an address"));
    let log = Log::default();
    let seen = Arc::clone(&log);
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let Ok(Some(mut asked)) = Asked::begin(&mut stream) else { continue };
            let line = asked.head().lines().next().unwrap_or_default().to_owned();
            let _ = asked.body(&mut stream);
            let number = {
                let mut seen = seen.lock().expect("whole");
                seen.push(line);
                seen.len() - 1
            };
            let (status, body) = answers.get(number).or(answers.last()).expect("an answer");
            if *status == 0 {
                held.push(stream);
                continue;
            }
            let text = format!(
                "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\nx-request-id: req-{number}-000000\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    (base, log)
}

fn casefile(home: &TempDir, paste: &str, further: &[&str]) -> Child {
    std::fs::write(home.path().join("failed.sh"), paste).expect("writes");
    Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .args(["note", "--from", "failed.sh", "--yes", "--log", "log.txt"])
        .args(further)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

fn paste(base: &str, path: &str, key: &str, prompt: &str) -> String {
    format!(
        "curl {base}{path} -H 'Authorization: Bearer sk-{key}' -H 'Content-Type: application/json' \
         -d '{{\"model\":\"sora-2\",\"prompt\":\"{prompt}\",\"messages\":[{{\"role\":\"user\",\"content\":\"{prompt}\"}}]}}'"
    )
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("reads").flatten() {
        let path = entry.path();
        all.extend(if path.is_dir() { files(&path) } else { std::fs::read(path).expect("reads") });
    }
    all
}

/// Waits until `log` has `count` requests.
fn until(log: &Log, count: usize) {
    let since = Instant::now();
    while log.lock().expect("whole").len() < count {
        assert!(since.elapsed() < PATIENCE, "{:?}", log.lock().expect("whole"));
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn interrupt(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_task_is_asked_for_until_it_fails_and_nothing_leaks_on_the_way() {
    for format in ["yaml", "markdown", "json", "plain"] {
        let (key, word) = (random(48), random(40));
        let prompt = format!("A grey square {word} turns slowly");
        let echo = |status: &str, error: String| {
            format!(
                r#"{{"id":"task_{format}_9","object":"video","status":"{status}","prompt":"{prompt}","owner":"sk-{key}","error":{error}}}"#
            )
        };
        let failed =
            format!(r#"{{"code":"generation_failed","message":"key sk-{key} cannot make: {prompt}"}}"#);
        let answers =
            [echo("queued", "null".into()), echo("in_progress", "null".into()), echo("failed", failed)];
        let (base, log) = server(answers.into_iter().map(|body| (200, body)).collect());
        let home = tempfile::tempdir().expect("a folder");
        let paste = paste(&base, "/v1/videos", &key, &prompt);
        let child = casefile(&home, &paste, &["--poll=1", "--format", format, "--out", "note.out"]);
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", said(&output));
        let lines = log.lock().expect("whole").clone();
        let question = format!("GET /v1/videos/task_{format}_9 HTTP/1.1");
        assert_eq!(lines, ["POST /v1/videos HTTP/1.1".to_owned(), question.clone(), question]);
        std::fs::remove_file(home.path().join("failed.sh")).expect("removes");
        let all = [said(&output).into_bytes(), files(home.path())].concat();
        for canary in [Canary::new("key", &key), Canary::new("prompt", &word)] {
            assert_eq!(canary.found_in(&all), None, "{format}: {}", String::from_utf8_lossy(&all));
        }
        let note = std::fs::read_to_string(home.path().join("note.out")).expect("a note");
        for fact in ["generation_failed", "task_", "req-2-000000", "failed"] {
            assert!(note.contains(fact), "{fact} as {format}: {note}");
        }
        assert!(
            said(&output).contains("then, at most 60 times, every 1 s, for 600 s in all: GET"),
            "{}",
            said(&output)
        );
    }
}

/// Path, answers, options, requests before Ctrl-C, what the note has.
type Stopped<'a> = (&'a str, Vec<(u16, &'a str)>, &'a [&'a str], usize, &'a str);

#[test]
fn a_stopped_run_becomes_the_note_of_what_was_observed() {
    let refused =
        r#"{"error":{"message":"The server is overloaded","type":"overloaded_error","code":"overloaded"}}"#;
    let queued = r#"{"id":"task_9","object":"video","status":"queued"}"#;
    let table: [Stopped; 3] = [
        (
            "/v1/chat/completions",
            vec![(503, refused), (503, refused), (0, "")],
            &["--repeat", "5"],
            3,
            "overloaded",
        ),
        (
            "/v1/chat/completions",
            vec![(503, refused), (0, "")],
            &["--retries", "4", "--backoff-base", "0.01"],
            2,
            "overloaded",
        ),
        ("/v1/videos", vec![(200, queued), (200, queued), (0, "")], &["--poll=1"], 3, "task not ended"),
    ];
    for (path, answers, options, before, has) in table {
        let (base, log) =
            server(answers.into_iter().map(|(status, body)| (status, body.to_owned())).collect());
        let home = tempfile::tempdir().expect("a folder");
        let child = casefile(&home, &paste(&base, path, &random(48), "hello"), options);
        until(&log, before);
        interrupt(&child);
        let output = child.wait_with_output().expect("ends");
        let note = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        assert!(note.contains(has) && note.contains("schema: casefile.note/1"), "{path}: {}", said(&output));
        assert!(note.contains("stopped_by_operator"), "{note}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("the note is made of what was observed until then"), "{told}");
    }
}

#[test]
fn nothing_observed_is_no_note_and_says_so() {
    let (base, log) = server(vec![(0, String::new())]);
    let home = tempfile::tempdir().expect("a folder");
    let child = casefile(&home, &paste(&base, "/v1/chat/completions", &random(48), "hello"), &[]);
    until(&log, 1);
    interrupt(&child);
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0), "{}", said(&output));
    assert!(said(&output).contains("before anything was observed"), "{}", said(&output));
}

/// The note does not fit into the pipe that nobody reads, so that the program is still writing it.
#[test]
fn a_second_ctrl_c_ends_at_once() {
    let refused =
        r#"{"error":{"message":"The server is overloaded","type":"overloaded_error","code":"overloaded"}}"#;
    let (base, log) = server(vec![(503, refused.to_owned()), (0, String::new())]);
    let home = tempfile::tempdir().expect("a folder");
    let words = "many words. ".repeat(9_000);
    let paste = paste(&base, "/v1/chat/completions", &random(48), "hello");
    let mut child = casefile(&home, &paste, &["--repeat", "3", "--tried", &words]);
    until(&log, 2);
    interrupt(&child);
    let mut stderr = BufReader::new(child.stderr.take().expect("piped")).lines();
    let line = stderr.find(|line| line.as_ref().is_ok_and(|line| line.contains("the note is made of")));
    assert!(line.is_some(), "the first one makes a note");
    let since = Instant::now();
    let ended = loop {
        interrupt(&child);
        std::thread::sleep(Duration::from_millis(100));
        if let Some(ended) = child.try_wait().expect("waits") {
            break ended;
        }
        assert!(since.elapsed() < PATIENCE, "it goes on");
    };
    assert_eq!(ended.code(), Some(130));
    let mut note = String::new();
    let _ = child.stdout.take().expect("piped").read_to_string(&mut note);
    assert!(!note.contains("not_asserted:"), "the note is not whole");
}
