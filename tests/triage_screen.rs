//! `casefile triage --screen` in a real pseudo-terminal, by keys, at two sizes: the groups as a table, sorted, chosen by typing,
//! one opened as a case at its note.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]
#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use serde_json::json;

/// How long a screen may take to show something on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    home: tempfile::TempDir,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    fn start(size: (u16, u16), log: &str, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("gateway.log"), log).expect("writes");
        Self::start_in(home, size, arguments)
    }

    fn start_in(home: tempfile::TempDir, (columns, rows): (u16, u16), arguments: &[&str]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")] {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).expect("starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("reads");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().expect("writes");
        let cell = |count: u16| std::num::NonZeroU16::new(count).expect("at least one");
        let parser = vt100::Parser::new(cell(rows), cell(columns), 0);
        Self { child, writer, output, parser, home, _master: pair.master }
    }

    fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen is as it should be.
    fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        while !holds(&self.screen()) {
            assert!(Instant::now() < end, "{what:?}:\n{}", self.screen());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
                self.parser.process(&bytes);
            }
        }
        // The rest of the same frame: it is drawn in one go, and then the program waits for a key.
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.parser.process(&bytes);
        }
        self.screen()
    }

    fn see(&mut self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("types");
        self.writer.flush().expect("types");
    }
}

/// Three groups: one large and early, one late, and one whose message repeats what users sent.
fn log() -> String {
    let mut lines = String::new();
    let mut add = |count: usize, day: u32, status: u16, message: &str, kind: &str| {
        for n in 0..count {
            let record = json!({
                "time": format!("2026-04-{day:02}T10:{:02}:00Z", n % 60),
                "request_id": format!("req-{status}-{n:04}-aB3dE6"),
                "method": "POST", "path": "/v1/chat/completions", "model": "gpt-4o", "status": status,
                "body": {"error": {"message": message, "type": kind}},
                "request_body": {"messages": [{"role": "user", "content": "please fly marmalade for the zeppelin tonight"}]},
            });
            lines.push_str(&record.to_string());
            lines.push('\n');
        }
    };
    add(12, 1, 401, "invalid token", "comet_api_error");
    add(3, 9, 503, "No available channel for model gpt-4o", "new_api_error");
    add(5, 4, 418, "strange pot: fly marmalade for the zeppelin", "teapot_error");
    lines
}

#[test]
fn groups_are_sorted_chosen_and_opened_as_cases() {
    for (size, name) in [((80, 24), "narrow"), ((140, 45), "wide")] {
        let mut terminal = Terminal::start(size, &log(), &["triage", "--screen", "gateway.log"]);
        let screen = terminal.see("20 failures in groups: 3");
        insta::assert_snapshot!(format!("triage_{name}"), screen);
        let first = |screen: &str| {
            let counts = screen
                .lines()
                .filter_map(|line| line.split_whitespace().find_map(|word| word.parse::<u32>().ok()));
            counts.collect::<Vec<_>>()
        };
        assert!(!first(&screen).is_empty());
        // The latest first, then by class.
        terminal.keys("\u{14}");
        let screen = terminal.see("the latest first");
        insta::assert_snapshot!(format!("triage_latest_{name}"), screen);
        terminal.keys("\u{14}");
        terminal.see("by class");
        // What repeats the prompt is never shown.
        terminal.keys("418");
        let screen = terminal.see("in groups: 1 of 3 with 418");
        assert!(!screen.contains("marmalade"), "{screen}");
        terminal.keys("\r");
        let screen = terminal.see("none of its failures can be shown");
        assert!(!screen.contains("marmalade"), "{screen}");
        terminal.keys("\u{7f}\u{7f}\u{7f}503");
        terminal.see("in groups: 1 of 3 with 503");
        terminal.keys("\r");
        let screen = terminal.see("case_id: CF-");
        assert!(screen.contains("model_unavailable") && !screen.contains("marmalade"), "{screen}");
        terminal.keys("\u{3}");
        terminal.child.wait().expect("ends");
        let unfinished = terminal.home.path().join(".local/state/casefile/unfinished");
        let kept = std::fs::read_dir(unfinished).into_iter().flatten().flatten();
        for file in kept {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            assert!(!text.contains("marmalade"), "{text}");
        }
    }
}

#[test]
fn groups_are_shown_while_the_log_is_being_read() {
    let home = tempfile::tempdir().expect("a folder");
    let pipe = home.path().join("gateway.log");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("runs");
    assert!(made.success());
    let mut terminal = Terminal::start_in(home, (140, 45), &["triage", "--screen", "gateway.log"]);
    let mut log_file = std::fs::OpenOptions::new().write(true).open(&pipe).expect("opens");
    let own = json!({
        "status": 418, "path": "/v1/chat/completions", "model": "gpt-4o",
        "body": {"error": {"message": "the kettle whistles", "type": "kettle_error"}},
        "request_body": {"messages": [{"role": "user", "content": "Zebras?"}]},
    });
    let part = format!("{own}\n{}", log());
    // More than the program reads at a time.
    for _ in 0..=3_000_000 / part.len() {
        log_file.write_all(part.as_bytes()).expect("writes");
    }
    let screen = terminal.see("so far (");
    assert!(screen.contains("auth_invalid") && screen.contains("words follow"), "{screen}");
    terminal.keys("\r");
    terminal.see("still being read");
    // What the gateway says may still turn out to repeat a prompt.
    terminal.keys("whistles");
    terminal.see("0 of 4 with whistles");
    drop(log_file);
    let screen = terminal.see("1 of 4 with whistles");
    assert!(!screen.contains("so far") && !screen.contains("marmalade"), "{screen}");
    terminal.keys("\u{3}");
    assert!(terminal.child.wait().expect("ends").success());
}

#[test]
fn the_screen_needs_a_terminal_and_a_file() {
    let mut terminal = Terminal::start((80, 24), &log(), &["triage", "--screen"]);
    terminal.see("name the log as a file");
    let run = assert_cmd::Command::cargo_bin("casefile")
        .expect("is built")
        .args(["triage", "--screen", "x.log"])
        .output();
    let run = run.expect("runs");
    assert_eq!(run.status.code(), Some(2));
}
