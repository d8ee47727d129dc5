//! The real program in a real pseudo-terminal: the five-step walk by keys, paste, resize, quit, signals.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]
#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long a screen may take to show something on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn cell(count: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(count).expect("at least one")
}

#[path = "wire/asked.rs"]
mod asked;
#[path = "attach/desk.rs"]
#[expect(dead_code, reason = "the desk has faults that are not wanted here")]
mod desk;
#[path = "pty/ends.rs"]
mod ends;
#[path = "pty/runs.rs"]
mod runs;
#[path = "check/server.rs"]
mod server;

struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
    home: Option<TempDir>,
}

impl Terminal {
    fn start(rows: u16, cols: u16, arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a folder"), rows, cols, "xterm-256color", arguments)
    }

    fn start_in(home: TempDir, rows: u16, cols: u16, term: &str, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
        command.args(arguments);
        Self::run_in(rows, cols, home, term, command)
    }

    /// A command in a terminal, with nothing of this machine's settings.
    fn run(rows: u16, cols: u16, home: TempDir, command: CommandBuilder) -> Self {
        Self::run_in(rows, cols, home, "xterm-256color", command)
    }

    fn run_in(rows: u16, cols: u16, home: TempDir, term: &str, command: CommandBuilder) -> Self {
        Self::run_with(rows, cols, home, command, &[("TERM", term)])
    }

    /// The same with some variables of the environment.
    fn run_with(
        rows: u16,
        cols: u16,
        home: TempDir,
        mut command: CommandBuilder,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })
            .expect("a terminal");
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.env("LANG", "C.UTF-8");
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", home.path());
        command.env("CASEFILE_CONFIG_DIR", home.path().join("config"));
        command.env("CASEFILE_STATE_DIR", home.path().join("state"));
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
        let parser = vt100::Parser::new(cell(rows), cell(cols), 0);
        Self { master: pair.master, child, writer, output, parser, raw: Vec::new(), home: Some(home) }
    }

    fn home(&self) -> &std::path::Path {
        self.home.as_ref().expect("not given away").path()
    }

    /// Ends the program as a crash would; gives its folder, in which the next run starts.
    fn kill(mut self) -> TempDir {
        let pid = self.child.process_id().expect("runs").to_string();
        let killed = std::process::Command::new("kill").args(["-9", &pid]).status().expect("kill runs");
        assert!(killed.success());
        let _ = self.child.wait();
        self.home.take().expect("not given away")
    }

    /// Waits until a file below the state folder holds `text`.
    fn saved(&self, text: &str) {
        let end = Instant::now() + PATIENCE;
        // What is being written is not there yet.
        let holds = |path: &std::path::Path| {
            path.extension().is_some_and(|e| e == "json")
                && std::fs::read_to_string(path).is_ok_and(|t| t.contains(text))
        };
        let folder = self.home().join("state/unfinished");
        while !std::fs::read_dir(&folder).into_iter().flatten().flatten().any(|e| holds(&e.path())) {
            assert!(Instant::now() < end, "{text:?} is not saved");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Takes what is drawn next; false: nothing came in this time.
    fn take(&mut self, wait: Duration) -> bool {
        let Ok(bytes) = self.output.recv_timeout(wait) else { return false };
        self.parser.process(&bytes);
        self.raw.extend(bytes);
        true
    }

    fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen shows `text`.
    fn see(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            assert!(Instant::now() < end, "{text:?} does not show up on:\n{}", self.screen());
            self.take(Duration::from_millis(50));
        }
        self.screen()
    }

    /// Waits until the screen no longer shows `text`.
    fn see_no(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while self.screen().contains(text) {
            assert!(Instant::now() < end, "{text:?} does not go away on:\n{}", self.screen());
            self.take(Duration::from_millis(50));
        }
    }

    fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("types");
        self.writer.flush().expect("types");
    }

    fn paste(&mut self, text: &str) {
        self.keys(&format!("\u{1b}[200~{text}\u{1b}[201~"));
    }

    fn resize(&mut self, rows: u16, cols: u16) {
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("resizes");
        self.parser.screen_mut().set_size(cell(rows), cell(cols));
    }

    /// Waits for the end; gives the exit code.
    fn end(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            self.take(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().expect("waits") {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.raw.extend(bytes);
                }
                return status.exit_code();
            }
            assert!(Instant::now() < end, "the program does not end:\n{}", self.screen());
        }
    }

    /// The terminal was given back: the alternate screen is left, the cursor shows, pasting is plain again.
    fn assert_restored(&self) {
        let raw = String::from_utf8_lossy(&self.raw);
        for mode in ["1049", "2004", "1000", "1006"] {
            let (on, off) = (format!("\u{1b}[?{mode}h"), format!("\u{1b}[?{mode}l"));
            assert!(raw.rfind(&on).is_none_or(|at| raw.rfind(&off) > Some(at)), "{on:?} is left on");
        }
        assert!(raw.rfind("\u{1b}[?25h") > raw.rfind("\u{1b}[?25l"), "the cursor is left hidden");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// From the list of scenarios to a written note, with the keys of the default path.
fn walk(rows: u16, cols: u16) {
    let mut terminal = Terminal::start(rows, cols, &["practice"]);
    terminal.see("choose one of");
    // What is typed chooses what the list shows: only the scenario whose model nobody serves is left.
    let wanted = "> A model that no channel serves";
    terminal.keys("no channel");
    terminal.see(wanted);
    terminal.keys("\r");
    terminal.see("Method POST");
    terminal.keys("\r");
    terminal.see("Send?");
    terminal.keys("\r");
    terminal.see("model unavailable");
    // A retry waits first; it is over when the last attempt has its row.
    terminal.see("final attempt");
    terminal.keys("\r");
    terminal.see("What leaves");
    terminal.keys("\r");
    terminal.see("casefile.note/1");
    terminal.keys("w");
    terminal.see("Write the note");
    terminal.keys("\r");
    terminal.see("written: file");
    let note = std::fs::read_dir(terminal.home())
        .expect("reads")
        .flatten()
        .find(|e| e.file_name().to_string_lossy().starts_with("CF-"))
        .expect("the note is there");
    let text = std::fs::read_to_string(note.path()).expect("reads");
    assert!(text.contains("model_not_found"), "{text}");
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn the_walk_at_80_by_24() {
    walk(24, 80);
}

#[test]
fn the_walk_at_120_by_40() {
    walk(40, 120);
}

#[test]
fn a_pasted_key_never_shows() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste");
    let key = format!("sk-{}", "qW7e".repeat(12));
    terminal.paste(&format!(
        "curl http://127.0.0.1:9/v1/chat/completions -H 'Authorization: Bearer {key}' -d '{{\"model\":\"m\",\"messages\":[]}}'"
    ));
    terminal.see("[key#1]");
    terminal.keys("\u{3}");
    terminal.end();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!raw.contains(&key[..12]), "the key was drawn");
    terminal.assert_restored();
}

#[test]
fn an_error_text_alone_becomes_a_note_without_sending() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    terminal.paste(
        "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Slow down', 'type': 'rate_limit_error', 'code': 'rate_limit_exceeded'}}",
    );
    terminal.see("Observed answer");
    terminal.see("Slow down");
    terminal.keys("\r");
    // What can be said of it, then Review: there is nothing that could be sent, so nothing asks.
    terminal.see("Only an answer is known");
    terminal.keys("\r");
    terminal.see("What leaves");
    assert!(!terminal.screen().contains("Send?"));
    terminal.keys("\r");
    terminal.see("casefile.note/1");
    terminal.see("no request is known");
    terminal.keys("q");
    terminal.see("Leave?");
    terminal.keys("y");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn a_paste_of_ten_mebibytes_does_not_freeze_the_screen() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    let body = "lorem ipsum dolor sit amet ".repeat(10 * 1024 * 1024 / 27);
    terminal.paste(&format!("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\n\r\n{body}"));
    let end = Instant::now() + 6 * PATIENCE;
    while !terminal.screen().contains("Observed answer") {
        assert!(Instant::now() < end, "the paste does not arrive:\n{}", terminal.screen());
        terminal.take(Duration::from_millis(50));
    }
    terminal.keys("?");
    terminal.see("Help: Request");
    terminal.keys("\u{1b}");
    terminal.see_no("Help: Request");
    terminal.keys("\u{3}");
    terminal.end();
    terminal.assert_restored();
}

#[test]
fn every_size_down_to_one_cell() {
    let mut terminal = Terminal::start(24, 80, &["practice"]);
    terminal.see("choose one of");
    for (rows, cols) in [(1, 1), (5, 20), (40, 120), (2, 200), (24, 80)] {
        terminal.resize(rows, cols);
        terminal.take(Duration::from_millis(150));
    }
    terminal.see("choose one of");
    terminal.keys("\u{4}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// A resize and a key may reach the program in the same moment: neither may wait for the next key.
#[test]
fn no_key_is_lost_beside_a_resize() {
    let mut terminal = Terminal::start(24, 80, &["practice"]);
    terminal.see("choose one of");
    for round in 0..150_u16 {
        terminal.resize(24 + round % 2, 80);
        terminal.keys("?");
        terminal.see("Help: Practice");
        terminal.resize(26 + round % 2, 80);
        terminal.keys("\u{1b}");
        terminal.see_no("Help: Practice");
    }
    terminal.keys("\u{4}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// Many sizes in a row, with keys between them: in the end the screen is as a fresh one of that size.
#[test]
fn a_storm_of_resizes_leaves_a_whole_screen() {
    let mut terminal = Terminal::start(24, 80, &["practice"]);
    terminal.see("choose one of");
    for round in 0..120_u16 {
        terminal.resize(1 + round * 7 % 60, 1 + round * 13 % 200);
        if round % 3 == 0 {
            terminal.keys("\u{1b}[B");
        }
    }
    terminal.resize(30, 100);
    terminal.keys("?");
    terminal.see("Help: Practice");
    let shown = terminal.see("Esc back");
    assert_eq!(shown.lines().count(), 30, "{shown}");
    terminal.keys("\u{1b}");
    terminal.see_no("Help: Practice");
    terminal.see("choose one of");
    let shown = terminal.see("Ctrl-D quit");
    assert!(shown.lines().last().is_some_and(|keys| keys.starts_with("Enter begin")), "{shown}");
    terminal.keys("\u{4}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// Ctrl-Z gives the shell its terminal, `fg` brings back the whole screen, and the mouse is as it was.
#[test]
fn the_program_stops_and_goes_on() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new("sh");
    let script = format!(
        "set -m; '{}' practice; echo stopped; fg >/dev/null; echo ended",
        env!("CARGO_BIN_EXE_casefile")
    );
    command.args(["-c", &script]);
    let mut terminal = Terminal::run(24, 80, home, command);
    terminal.see("choose one of");
    terminal.keys("\r");
    terminal.see("Method POST");
    terminal.keys("M");
    terminal.see("the mouse is on");
    terminal.raw.clear();
    terminal.keys("\u{1a}");
    // The shell's words stand on its own screen; then the program has the terminal again.
    terminal.see("Method POST");
    while !String::from_utf8_lossy(&terminal.raw).contains("\u{1b}[?1006h") {
        terminal.take(Duration::from_millis(50));
    }
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    let place = |what: &str| raw.find(what).unwrap_or_else(|| panic!("{what:?} is not in {raw:?}"));
    assert!(place("\u{1b}[?1000l") < place("stopped") && place("\u{1b}[?1049l") < place("stopped"));
    assert!(place("stopped") < place("\u{1b}[?1049h") && place("stopped") < place("\u{1b}[?1000h"));
    terminal.keys("?");
    terminal.see("Help: Request");
    terminal.keys("\u{1b}");
    terminal.see_no("Help: Request");
    terminal.keys("q");
    terminal.end();
    assert!(String::from_utf8_lossy(&terminal.raw).contains("ended"));
    terminal.assert_restored();
}

#[test]
fn a_click_is_a_click_once_the_mouse_is_on() {
    let mut terminal = Terminal::start(24, 80, &["practice"]);
    terminal.see("choose one of");
    terminal.keys("\r");
    terminal.see("Method POST");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("?1000h"), "the mouse is off at first");
    terminal.keys("M");
    terminal.see("the mouse is on");
    // The third step in the second row, and a movement that nobody asked for.
    terminal.keys("\u{1b}[<35;10;10M\u{1b}[<0;33;2M\u{1b}[<0;33;2m");
    terminal.see("[3 Isolate");
    terminal.keys("\u{1b}[<0;20;2M\u{1b}[<0;20;2m");
    terminal.see("[2 Reproduce");
    terminal.keys("q");
    terminal.end();
    terminal.assert_restored();
}

#[test]
fn every_step_is_left_by_a_key() {
    for (at, step) in ["Request", "Reproduce", "Isolate", "Review", "Note"].into_iter().enumerate() {
        for leave in ["q", "\u{3}"] {
            let mut terminal = Terminal::start(24, 80, &[]);
            terminal.see("Paste what failed");
            terminal.keys(&(at + 1).to_string());
            terminal.see(&format!("[{} {step}", at + 1));
            terminal.keys(leave);
            assert_eq!(terminal.end(), 0, "{step}");
            terminal.assert_restored();
        }
    }
}

/// Nothing moves: no thread wakes and nothing is written.
#[cfg(target_os = "linux")]
#[test]
fn an_idle_screen_sleeps() {
    let mut terminal = Terminal::start(24, 80, &["practice"]);
    terminal.see("choose one of");
    terminal.keys("\r");
    terminal.see("Method POST");
    // Until the last drawing was read.
    while terminal.take(Duration::from_secs(1)) {}
    let pid = terminal.child.process_id().expect("runs");
    let wakes = || -> Vec<(String, u64)> {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("reads").flatten();
        tasks
            .map(|task| {
                let status = std::fs::read_to_string(task.path().join("status")).expect("reads");
                let field = |name: &str| {
                    status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim().to_owned()
                };
                let count = field("voluntary_ctxt_switches:").parse().unwrap_or(0);
                (field("Name:"), count)
            })
            .collect()
    };
    let before = wakes();
    assert!(before.len() > 1, "{before:?}");
    let written = terminal.raw.len();
    terminal.take(Duration::from_secs(3));
    assert_eq!((wakes(), terminal.raw.len()), (before, written));
    terminal.keys("\u{3}");
    terminal.end();
}

/// Keys and colours of the user's own, and a fault in them that stops nothing.
#[test]
fn own_keys_and_colours_hold_and_a_fault_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let config = home.path().join("config");
    std::fs::create_dir_all(config.join("themes")).expect("folders");
    let write = |name: &str, text: &str| std::fs::write(config.join(name), text).expect("writes");
    write("keys.yaml", "steps:\n  - {keys: [f2], action: help}\n  - {keys: [x], action: fly}\n");
    write("themes/mine.yaml", "like: dark\nok: {fg: '#010203'}\npage: {bg: '#040506'}\n");
    write("config.yaml", "theme: mine\nmouse: true\n");
    let mut terminal = Terminal::run(24, 80, home, CommandBuilder::new(env!("CARGO_BIN_EXE_casefile")));
    terminal.see("there is no action fly");
    terminal.keys("\u{1b}OQ");
    terminal.see("Help: Request");
    terminal.keys("\u{3}");
    terminal.end();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(raw.contains("48;2;4;5;6") && raw.contains("\u{1b}[?1000h"), "{raw:?}");
    terminal.assert_restored();
}

/// Any bytes as keys: the program lives until it is told to leave, and gives the terminal back.
#[test]
fn random_bytes_end_with_a_terminal_given_back() {
    for seed in 1..=3_u64 {
        let mut terminal = Terminal::start(24, 80, &["practice"]);
        terminal.see("choose one of");
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for _ in 0..300 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // No Ctrl-C, no Ctrl-D and no Ctrl-Z: they leave.
            let byte = u8::try_from((random >> 33) % 127).expect("small");
            if ![3, 4, 26, b'q', b'y'].contains(&byte) {
                terminal.keys(&char::from(byte).to_string());
            }
            if random % 11 == 0 {
                terminal.take(Duration::from_millis(5));
            }
            assert!(terminal.child.try_wait().expect("waits").is_none(), "seed {seed} ended it");
        }
        // An open escape sequence is ended first.
        terminal.keys("\u{1b}[201~");
        terminal.take(Duration::from_millis(100));
        terminal.keys("\u{3}");
        terminal.end();
        terminal.assert_restored();
    }
}

/// Everything below `folder`, as text.
fn everything(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => everything(&path),
            path => String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned(),
        })
        .collect()
}

/// The program is ended by force at every step, again and again, and the case goes on to its note.
#[test]
fn a_case_survives_the_end_of_the_program_at_every_step() {
    let key = format!("sk-{}", "qW7e".repeat(12));
    let paste = format!(
        "curl http://127.0.0.1:9/v1/chat/completions -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{\"model\":\"m-1\",\"messages\":[{{\"role\":\"user\",\"content\":\"the purple walrus of Trondheim\"}}]}}'"
    );
    let again = |home: TempDir, step: &str| {
        let mut terminal = Terminal::start_in(home, 30, 110, "xterm-256color", &[]);
        terminal.see("Go on with an unfinished case?");
        terminal.see(&format!("at {step}"));
        terminal.keys("\r");
        terminal.see("the case goes on here");
        terminal
    };
    let mut terminal = Terminal::start(30, 110, &[]);
    terminal.see("Paste what failed");
    terminal.paste(&paste);
    terminal.see("[key#1]");
    terminal.saved("127.0.0.1");
    // A second run at the same time is offered nothing.
    let state = terminal.home().join("state");
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_casefile"))
        .args(["--plain"])
        .env("CASEFILE_STATE_DIR", &state)
        .env("CASEFILE_CONFIG_DIR", terminal.home().join("config"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("runs");
    assert!(!String::from_utf8_lossy(&second.stderr).contains("Unfinished"), "{second:?}");
    let home = terminal.kill();

    let mut terminal = again(home, "Request");
    terminal.paste(&paste);
    terminal.see("[key#1]");
    terminal.keys("\r");
    terminal.see("Send?");
    terminal.keys("\r");
    terminal.see("What it says");
    // The first attempt is saved at once, while a retry may still wait.
    terminal.saved("\"attempts\":[{");
    terminal.see("final attempt");
    let home = terminal.kill();

    let mut terminal = again(home, "Reproduce");
    terminal.keys("3");
    terminal.saved("\"step\":\"isolate\"");
    let home = terminal.kill();

    let mut terminal = again(home, "Isolate");
    terminal.keys("4");
    terminal.see("What leaves");
    terminal.keys("e");
    terminal.keys("Is the gateway down for all");
    terminal.saved("Is the gateway down for all");
    let home = terminal.kill();

    let mut terminal = again(home, "Review");
    terminal.see("Is the gateway down for all");
    terminal.keys("\r");
    terminal.see("casefile.note/1");
    terminal.saved("\"step\":\"note\"");
    let home = terminal.kill();
    let disk = everything(home.path());
    assert!(!disk.contains(&key[..12]) && !disk.contains("walrus"), "a canary is on the disk");

    let mut terminal = again(home, "Note");
    terminal.see("casefile.note/1");
    terminal.keys("4");
    terminal.see("What leaves");
    terminal.keys("\r");
    terminal.see("casefile.note/1");
    terminal.keys("w");
    terminal.see("Write the note");
    terminal.keys("\r");
    terminal.see("written: file");
    // It is a kept case now: in the list, and opened again from there.
    terminal.keys("C");
    terminal.see("Cases: 1");
    terminal.see("support_question: Is the gateway down for all");
    terminal.keys("\r");
    terminal.see("the case goes on here");
    terminal.see("casefile.note/1");
    terminal.keys("C");
    terminal.see("Cases: 1");
    terminal.keys("\u{18}");
    terminal.see("once more forgets it");
    terminal.keys("\u{18}");
    terminal.see("no case yet");
    terminal.keys("\u{3}");
    terminal.end();
    terminal.assert_restored();
}

/// A terminal that can do no more gets lines, and nothing that steers it; a key is shown as stars.
#[test]
fn a_dumb_terminal_gets_the_walk_line_by_line() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Terminal::start_in(home, 50, 120, "dumb", &[]);
    terminal.see("Paste a command");
    terminal.keys("curl http://127.0.0.1:9/v1/models -H \"Authorization: Bearer $NO_SUCH_KEY\"\n.\n");
    terminal.see("Key, shown as stars");
    let key = format!("sk-{}", "qW7e".repeat(12));
    terminal.keys(&format!("{key}\r"));
    terminal.see("held in memory");
    terminal.see("Which one? Enter is s:");
    terminal.keys("\n");
    terminal.see("Send to 127.0.0.1:9? yes or no:");
    terminal.keys("no\n");
    terminal.see("nothing was sent");
    terminal.keys("q\n");
    terminal.end();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!raw.contains(&key[..12]), "the key was shown");
    // Only the masked question switches bracketed paste on and off.
    let left = raw.replace("\u{1b}[?2004h", "").replace("\u{1b}[?2004l", "");
    assert!(!left.contains('\u{1b}') || left.matches('\u{1b}').count() == 0, "{left:?}");
}

/// A terminal in which an answer was pasted, at its confirmed note.
fn at_the_note_of_a_paste(home: TempDir) -> Terminal {
    let mut terminal = Terminal::start_in(home, 30, 100, "xterm-256color", &[]);
    terminal.see("1 Request");
    terminal.paste("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\n\r\n{\"error\":{\"message\":\"Slow down\",\"type\":\"rate_limit_error\"}}");
    terminal.see("Slow down");
    terminal.keys("4");
    terminal.see("confirm");
    terminal.keys("\r");
    terminal.see("The note as YAML");
    terminal
}

#[test]
fn a_note_goes_onto_a_ticket_by_keys() {
    let desk = desk::Desk::start();
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join("config")).expect("a folder");
    let settings =
        format!("desks:\n  - {{name: helpdesk, kind: rt, project: General, url: '{}'}}\n", desk.url());
    std::fs::write(home.path().join("config/desks.yaml"), settings).expect("writes");
    let mut terminal = at_the_note_of_a_paste(home);
    terminal.keys("a");
    terminal.see("helpdesk");
    terminal.keys("\r");
    terminal.see("Which ticket?");
    terminal.keys("\r");
    terminal.see("Subject of the new ticket");
    terminal.keys("\r");
    terminal.see("nothing is sent yet");
    assert!(desk.state.lock().expect("free").seen.is_empty(), "nothing was asked of the desk");
    terminal.keys("\r");
    terminal.see("Token of this desk");
    terminal.keys("a-token-of-nobody\r");
    let shown = terminal.see("The note is on ticket 1 of helpdesk");
    assert!(
        shown.contains("read back byte for byte") && shown.contains("Ticket/Display.html?id=1"),
        "{shown}"
    );
    let state = desk.state.lock().expect("free");
    assert_eq!((state.tickets.len(), state.count(1)), (1, (1, 2)), "one text and two files");
    assert!(state.seen.iter().all(|(_, token)| *token), "with the token");
    drop(state);
    assert!(!terminal.screen().contains("a-token-of-nobody"));
    let cases = terminal.home().join("state/cases");
    let holds_ticket = |folder: std::fs::DirEntry| {
        let files = std::fs::read_dir(folder.path()).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .any(|text| text.contains("Display.html?id=1"))
    };
    assert!(std::fs::read_dir(cases).expect("cases").flatten().any(holds_ticket), "the case has the ticket");
    terminal.keys("\rq");
}

/// A mail server that takes one mail; gives the mail.
fn mail_server() -> (u16, std::thread::JoinHandle<String>) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    let port = listener.local_addr().expect("an address").port();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let mut out = stream.try_clone().expect("a second handle");
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let mut mail = String::new();
        out.write_all(b"220 desk.example\r\n").expect("greets");
        while let Some(line) = lines.next() {
            let answer = match line.get(..4).unwrap_or(&line) {
                "DATA" => {
                    out.write_all(b"354 go on\r\n").expect("answers");
                    for line in lines.by_ref().take_while(|line| line != ".") {
                        mail.push_str(&line);
                        mail.push('\n');
                    }
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 desk.example",
            };
            if out.write_all(format!("{answer}\r\n").as_bytes()).is_err() || answer.starts_with("221") {
                break;
            }
        }
        mail
    });
    (port, thread)
}

#[test]
fn a_note_goes_by_mail_by_keys() {
    let (port, server) = mail_server();
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join("config")).expect("a folder");
    let settings = format!(
        "mail:\n  from: op@desk.example\n  to: [support@desk.example]\n  smtp: {{host: 127.0.0.1, port: {port}, tls: none}}\n"
    );
    std::fs::write(home.path().join("config/desks.yaml"), settings).expect("writes");
    let mut terminal = at_the_note_of_a_paste(home);
    terminal.keys("a");
    terminal.see("mail · support@desk.example by 127.0.0.1");
    terminal.keys("\r");
    terminal.see("Subject of the mail");
    terminal.keys("\r");
    terminal.see("What would go by mail");
    assert!(!server.is_finished(), "nothing was sent");
    terminal.keys("\r");
    terminal.see("The note went by mail to support@desk.example");
    let mail = server.join().expect("a mail");
    assert!(mail.contains("To: support@desk.example") && mail.contains("[casefile CF-"), "{mail}");
    assert_eq!(mail.matches("Content-Disposition: attachment").count(), 2, "{mail}");
    let cases = terminal.home().join("state/cases");
    let was_mailed = |folder: std::fs::DirEntry| {
        std::fs::read_to_string(folder.path().join("case.yaml")).is_ok_and(|text| text.contains("by: 'mail'"))
    };
    assert!(std::fs::read_dir(cases).expect("cases").flatten().any(was_mailed), "the case says so");
    terminal.keys("\rq");
}

/// Bash itself, with the script that the program prints: Tab completes verbs, gateways and scenarios.
#[test]
fn bash_completes() {
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_casefile"));
    let folder = program.parent().expect("lies in one").display();
    let mut command = CommandBuilder::new("bash");
    command.args(["--norc", "--noprofile", "-i"]);
    let mut terminal = Terminal::run(24, 100, home, command);
    terminal.keys(&format!("PS1='> ' PATH={folder}:$PATH; source <(casefile completions bash); clear\r"));
    terminal.see_no("PS1=");
    terminal.keys("casefile prac\t");
    terminal.see("> casefile practice");
    terminal.keys("--scen\tunknown-m\t");
    terminal.see("--scenario unknown-model");
    terminal.keys("\u{15}casefile note --gateway comet\t");
    terminal.see("--gateway cometapi");
    terminal.keys("\u{15}exit\r");
    terminal.end();
}

/// The tour is offered at the first start, and never again.
#[test]
fn the_tour_is_offered_once() {
    let home = tempfile::tempdir().expect("a folder");
    let mut first = Terminal::start_in(home, 24, 80, "xterm-256color", &[]);
    first.see("new here?");
    first.keys("0");
    first.see("Tour 1 of 6");
    first.keys("\r");
    first.see("Tour 2 of 6");
    first.keys("\r");
    first.see("Tour 3 of 6");
    first.keys("0");
    first.see("the tour is over");
    let home = first.kill();
    let mut second = Terminal::start_in(home, 24, 80, "xterm-256color", &[]);
    second.see("Paste what failed");
    assert!(!second.screen().contains("new here?"), "{}", second.screen());
    second.keys("q");
    assert_eq!(second.end(), 0);
}

/// Line by line the terminal echoes what is pasted: it is said that the key was seen.
#[test]
fn a_key_that_the_terminal_echoed_is_told() {
    let mut terminal = Terminal::start(40, 100, &["--plain"]);
    terminal.see("End it with a line that holds a single dot");
    let key = format!("sk-{}", "qW7e".repeat(12));
    terminal.keys(&format!("curl https://h.example/v1/models -H 'Authorization: Bearer {key}'\r.\r"));
    terminal.see("But your terminal showed the key");
    terminal.keys("q\r");
    terminal.end();
}
