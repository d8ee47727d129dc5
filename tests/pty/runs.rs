//! `check --screen`, `probe --screen` and their keys in the terminal program, against the practice gateway and against a server
//! that counts what it gets: nothing before consent, nothing after Esc.

use std::time::Duration;

use portable_pty::CommandBuilder;

use super::Terminal;
use super::server::{Server, json};

const MODELS: &str = r#"{"object":"list","data":[{"id":"m-1","object":"model"}]}"#;

/// A key that looks real, made at run time.
fn key() -> String {
    format!("sk-{}", "wT4bQ".repeat(9))
}

/// `casefile` at `server`, with a key in the environment.
fn started(server: &Server, rows: u16, cols: u16, arguments: &[&str]) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
    command.args(arguments);
    command.args(["--gateway", "openai_compatible", "--base-url", &server.url(), "--key-env", "RUN_KEY"]);
    let home = tempfile::tempdir().expect("a folder");
    Terminal::run_with(rows, cols, home, command, &[("RUN_KEY", &key())])
}

/// A server that takes its time.
fn slow(body: &'static str) -> Server {
    Server::start(move |_| {
        std::thread::sleep(Duration::from_millis(150));
        json(200, body)
    })
}

/// Long enough for another request to come, were one sent.
fn wait() {
    std::thread::sleep(Duration::from_millis(800));
}

/// From the plan to Esc while `under_way` is on the screen, with the key of a consent; gives what the server got.
fn stopped(
    terminal: &mut Terminal,
    server: &Server,
    (plan, consent, under_way): (&str, &str, &str),
) -> usize {
    terminal.see(plan);
    // The last row of the frame.
    let shown = terminal.see("do not send");
    assert!(shown.contains("nothing is sent yet") && !shown.contains(&key()), "{shown}");
    terminal.keys(" j?");
    terminal.see("Keys of this page");
    terminal.keys("\u{1b}");
    wait();
    assert_eq!(server.requests().len(), 0, "nothing before consent");
    terminal.keys(consent);
    let shown = terminal.see(under_way);
    assert!(!shown.contains("the run ended"), "it did not: {shown}");
    terminal.keys("\u{1b}");
    terminal.see("Stopped");
    let sent = server.requests().len();
    wait();
    assert_eq!(server.requests().len(), sent, "nothing after it was stopped");
    assert!(server.requests().iter().all(|request| !request.head.is_empty()));
    sent
}

#[test]
fn a_matrix_is_stopped_and_nothing_more_is_sent() {
    for (rows, cols) in [(24, 80), (45, 140)] {
        let server = slow("{}");
        let mut terminal = started(&server, rows, cols, &["check", "--screen", "--model", "m-1"]);
        let sent = stopped(&mut terminal, &server, ("what would be sent to 127.0.0.1", "\r", "4 of 1"));
        let bindings = std::fs::read_to_string(terminal.home().join("config/bindings.yaml"));
        assert!(bindings.is_ok_and(|text| text.contains("RUN_KEY")), "this consent is remembered");
        assert!((4..=6).contains(&sent), "{sent} were sent");
        let screen = terminal.see("Esc leaves it");
        assert!(screen.contains("x broken") && screen.contains("- not run"), "{screen}");
        terminal.keys("q");
        terminal.see("nobody has the report");
        terminal.keys("q");
        assert_eq!(terminal.end(), 130);
        terminal.assert_restored();
    }
}

#[test]
fn a_probe_is_stopped_and_nothing_more_is_sent() {
    let server = slow(MODELS);
    let mut terminal =
        started(&server, 15, 60, &["probe", "--screen", "--requests", "90", "--concurrency", "3"]);
    let sent = stopped(&mut terminal, &server, ("what would be sent to 127.0.0.1", "o", "3 of 90 requests"));
    let bindings = std::fs::read_to_string(terminal.home().join("config/bindings.yaml"));
    assert!(bindings.is_err(), "only this time: {bindings:?}");
    assert!((3..=12).contains(&sent), "{sent} were sent");
    assert!(server.most_at_a_time() <= 3);
    terminal.keys("\t");
    terminal.see("Stopped by the operator");
    terminal.keys("q");
    terminal.see("nobody has the report");
    terminal.keys("q");
    assert_eq!(terminal.end(), 130);
    terminal.assert_restored();
}

/// What the gateway says stands on the screen without keys, and steers no terminal.
#[test]
fn a_gateway_that_repeats_the_key_shows_none_on_the_screen() {
    let server = Server::start(|request| {
        let sent =
            request.head.lines().find_map(|line| line.split_once("Bearer ")).map(|(_, key)| key.to_owned());
        let sent = sent.unwrap_or_default();
        json(
            401,
            &format!(r#"{{"error":{{"message":"no {sent}","type":"{sent}","code":"\u001b[2J{sent}"}}}}"#),
        )
    });
    let mut terminal = started(&server, 45, 140, &["check", "--screen", "--model", "m-1"]);
    terminal.see("do not send");
    terminal.keys("\r");
    terminal.see("Tab report");
    for keys in ["j\r", "\t"] {
        terminal.keys(keys);
        wait();
        while terminal.take(Duration::from_millis(100)) {}
        assert!(!terminal.screen().contains("wT4bQ"), "{}", terminal.screen());
    }
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("wT4bQ"));
    terminal.keys("q");
    terminal.see("nobody has the report");
    terminal.keys("q");
    assert_eq!(terminal.end(), 1, "broken");
}

#[test]
fn a_matrix_of_the_practice_gateway_is_read_and_written() {
    let only = ["--only", "happy_path", "--only", "missing_auth", "--only", "stream_terminal"];
    let arguments = [&["check", "--gateway", "practice", "--screen"][..], &only].concat();
    let mut terminal = Terminal::start(24, 80, &arguments);
    terminal.see("what would be sent to 127.0.0.1");
    terminal.keys("\r");
    let screen = terminal.see("Esc leaves it");
    assert!(screen.contains("3 of 3 requests were answered") && screen.contains("+ kept"), "{screen}");
    terminal.keys("jj\r");
    terminal.see("expected: status 401");
    let screen = terminal.see("Enter to the list");
    assert!(screen.contains("sent: no credential (POST /v1/chat/completions)"), "{screen}");
    terminal.keys("\u{1b}");
    terminal.see("Esc leaves it");
    terminal.keys("G\r");
    terminal.see("fallback: none");
    terminal.see("Enter to the list");
    terminal.keys("w\u{15}report.json\r");
    terminal.see("written: ");
    let written = std::fs::read_to_string(terminal.home().join("report.json")).expect("is there");
    let report: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(
        (report["schema"].as_str(), report["requests_sent"].as_u64()),
        (Some("casefile.check/1"), Some(3))
    );
    // It is shown again before it is sent again; left there, the run before holds.
    terminal.keys("r");
    terminal.see("nothing is sent yet");
    terminal.keys("\u{1b}");
    terminal.see("nothing was sent");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_probe_of_the_practice_gateway_runs_to_its_end() {
    let mut terminal = Terminal::start(45, 140, &["probe", "--gateway", "practice", "--screen"]);
    terminal.see("24 requests, at most 5 at a time");
    terminal.keys("\r");
    let screen = terminal.see("Esc leaves it");
    for text in ["24 sent, 24 worked: 24 × 200", "median", "p99", "claims no limit", "# worked"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    terminal.keys("q");
    terminal.see("nobody has the report");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// From the terminal program they go to the gateway, the host and with the key of the present request.
#[test]
fn the_keys_of_a_page_ask_the_gateway_of_the_request() {
    let server = slow(MODELS);
    let mut terminal = Terminal::start(30, 100, &[]);
    terminal.see("Paste what failed");
    terminal.keys("K");
    terminal.see("paste one on Request");
    let body = r#"{"model":"m-1","messages":[{"role":"user","content":"Zebras?"}]}"#;
    let url = format!("{}/v1/chat/completions", server.url());
    terminal.paste(&format!("curl {url} -H 'Authorization: Bearer {}' -d '{body}'", key()));
    terminal.see("Method POST");
    terminal.keys("K");
    terminal.see("what would be sent to 127.0.0.1");
    let shown = terminal.see("do not send");
    assert!(shown.contains("authorization: Bearer [key#1]") && shown.contains("it stood beside"), "{shown}");
    terminal.keys("\u{1b}");
    terminal.see("nothing was sent");
    wait();
    assert_eq!(server.requests().len(), 0);
    terminal.keys("P");
    terminal.see("GET /v1/models");
    terminal.keys("\r");
    terminal.see("24 sent, 24 worked");
    terminal.see("Tab report");
    let requests = server.requests();
    assert_eq!(requests.len(), 24);
    assert!(requests.iter().all(|r| r.head.starts_with("GET /v1/models ") && r.head.contains(&key())));
    assert!(requests.iter().all(|r| !r.body.contains("Zebras")), "the prompt of the case goes nowhere");
    terminal.keys("\u{1b}");
    terminal.see("nobody has the report yet");
    terminal.keys("\u{1b}");
    terminal.see_no("24 sent, 24");
    terminal.keys(":check con\r");
    terminal.see("what would be sent to 127.0.0.1");
    terminal.keys("q");
    terminal.end();
    terminal.assert_restored();
}
