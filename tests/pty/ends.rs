//! How the program ends when it is ended from outside, and what becomes of a paste whose end is lost.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::{PATIENCE, Terminal};

const COMMAND: &str =
    "curl http://127.0.0.1:9/v1/chat/completions -H 'Authorization: Bearer x' -d '{\"model\":\"m-1\"}'";

fn signal(terminal: &Terminal, name: &str) {
    let pid = terminal.child.process_id().expect("runs").to_string();
    let killed = std::process::Command::new("kill").args(["-s", name, &pid]).status().expect("kill runs");
    assert!(killed.success());
}

/// The exit code is the convention's, the terminal is as before, and the case is saved.
#[test]
fn signals_give_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut terminal = Terminal::start(24, 80, &[]);
        terminal.see("Paste what failed");
        terminal.paste(COMMAND);
        terminal.see("Method POST");
        signal(&terminal, name);
        assert_eq!(terminal.end(), code, "{name}");
        terminal.assert_restored();
        terminal.saved("127.0.0.1");
    }
}

/// Its window is closed: nobody reads what it writes, and where errors would be written is gone, too.
#[test]
fn a_closed_window_is_a_hang_up() {
    let home = tempfile::tempdir().expect("a folder");
    let pair = native_pty_system()
        .openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 })
        .expect("a terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("HOME", home.path());
    command.env("CASEFILE_CONFIG_DIR", home.path().join("config"));
    command.env("CASEFILE_STATE_DIR", home.path().join("state"));
    command.cwd(home.path());
    let mut child = pair.slave.spawn_command(command).expect("starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("reads");
    let mut writer = pair.master.take_writer().expect("writes");
    let mut read_until = |wanted: &str| {
        let (mut seen, mut buffer) = (String::new(), [0; 4096]);
        while !seen.contains(wanted) {
            let count = reader.read(&mut buffer).expect("reads");
            seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    };
    read_until("Paste");
    write!(writer, "\u{1b}[200~{COMMAND}\u{1b}[201~").expect("pastes");
    read_until("POST");
    drop(reader);
    drop(writer);
    drop(pair.master);
    let end = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("waits") {
            break status;
        }
        assert!(Instant::now() < end, "it goes on without a terminal");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.exit_code(), 129);
    let kept = std::fs::read_dir(home.path().join("state/unfinished")).expect("a folder").count();
    assert!(kept > 0, "the case is saved");
}

/// A paste whose end never comes holds up neither a signal nor the drawing.
#[test]
fn a_paste_without_an_end_does_not_hold_up_a_signal() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    terminal.keys("\u{1b}[200~curl http://127.0.0.1:9/");
    terminal.take(Duration::from_millis(300));
    signal(&terminal, "TERM");
    assert_eq!(terminal.end(), 143);
    terminal.assert_restored();
}

/// It is taken as it is, and its rest does not act as keys.
#[test]
fn a_paste_without_an_end_is_taken_after_a_pause() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    terminal.keys(&format!("\u{1b}[200~{COMMAND}"));
    terminal.see("Method POST");
    // The case is saved a moment later, which draws once more.
    while terminal.take(Duration::from_millis(1_200)) {}
    terminal.keys("\rq\ry\r");
    assert!(!terminal.take(Duration::from_millis(300)), "it is no key:\n{}", terminal.screen());
    terminal.keys("\u{1b}[201~");
    terminal.take(Duration::from_millis(300));
    terminal.keys("?");
    terminal.see("Help: Request");
    terminal.keys("\u{3}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// Ctrl-C leaves, as everywhere.
#[test]
fn ctrl_c_is_heard_in_a_paste_without_an_end() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    terminal.keys(&format!("\u{1b}[200~{COMMAND}"));
    // So that the two are not read at once.
    std::thread::sleep(Duration::from_secs(1));
    terminal.keys("\u{3}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    terminal.saved("127.0.0.1");
}

/// The terminal is asked for its ground after the first frame; its answer chooses the colours and is no key.
#[test]
fn a_light_terminal_gets_the_light_theme() {
    let mut terminal = Terminal::start(24, 80, &[]);
    terminal.see("Paste what failed");
    while !String::from_utf8_lossy(&terminal.raw).contains("\u{1b}]11;?\u{1b}\\") {
        assert!(terminal.take(PATIENCE), "it is not asked");
    }
    terminal.keys("\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\");
    let end = Instant::now() + PATIENCE;
    // The page of the theme `light`.
    while !String::from_utf8_lossy(&terminal.raw).contains("48;2;251;251;248") {
        assert!(Instant::now() < end, "the theme is not changed");
        terminal.take(Duration::from_millis(50));
    }
    assert!(terminal.screen().contains("Paste what failed"), "{}", terminal.screen());
    terminal.keys("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

/// Where the answer makes no difference nothing is asked.
#[test]
fn nothing_is_asked_without_need() {
    let chosen = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(chosen.path().join("config")).expect("a folder");
    std::fs::write(chosen.path().join("config/config.yaml"), "theme: dark\n").expect("writes");
    let plain = || tempfile::tempdir().expect("a folder");
    let table: [(_, &[(&str, &str)]); 3] =
        [(plain(), &[("NO_COLOR", "1")]), (plain(), &[("TERM", "linux")]), (chosen, &[])];
    for (home, variables) in table {
        let command = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
        let mut terminal = Terminal::run_with(24, 80, home, command, variables);
        terminal.see("Paste what failed");
        while terminal.take(Duration::from_millis(300)) {}
        assert!(!String::from_utf8_lossy(&terminal.raw).contains("]11;?"), "{variables:?}");
        terminal.keys("q");
        assert_eq!(terminal.end(), 0);
    }
}

/// Left at once: the answer that is on its way does not reach the shell.
#[test]
fn an_answer_that_comes_late_is_not_typed_into_the_shell() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new("sh");
    let script =
        format!("'{}'; echo ended; IFS= read -r next; echo \"then:$next.\"", env!("CARGO_BIN_EXE_casefile"));
    command.args(["-c", &script]);
    let mut terminal = Terminal::run(24, 80, home, command);
    while !String::from_utf8_lossy(&terminal.raw).contains("\u{1b}]11;?\u{1b}\\") {
        assert!(terminal.take(PATIENCE), "it is not asked");
    }
    terminal.keys("q");
    std::thread::sleep(Duration::from_millis(50));
    terminal.keys("\u{1b}]11;rgb:0000/0000/0000\u{1b}\\");
    terminal.see("ended");
    terminal.keys("typed\r");
    terminal.see("then:typed.");
}
