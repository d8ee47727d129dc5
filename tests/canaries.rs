//! Canaries through the whole program: every practice scenario is sent with a random key and random words in its
//! prompt, by the command line and in a terminal, and everything that comes out is searched for them: the screen as it
//! was drawn, notes in every format, files and their names, the clipboard, the log, what the program keeps, stderr.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]
#![cfg(unix)]

#[path = "real/leak.rs"]
mod leak;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casefile::io::clock::{SystemClock, system_seed};
use casefile::practice::{Gateway, Options, Scenario, scenarios};
use leak::{Canary, random};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long a screen may take to show something on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Words that stand in every prompt and in no note.
const WORDS: &str = "Ward round";

/// A scenario's command with a canary in each of its prompts, and what must not come out.
fn command(gateway: &Gateway, scenario: &Scenario) -> (String, Vec<Canary>) {
    let prompt = random(24);
    let mut command = gateway.paste(scenario);
    let fields = ["content", "prompt", "input", "text"].map(|name| format!("\"{name}\": \""));
    for start in fields.into_iter().chain(["\"prompt=".to_owned()]) {
        command = command.replace(&start, &format!("{start}{WORDS} {prompt}. "));
    }
    let words = command.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').chain([gateway.key()]);
    let keys: BTreeSet<&str> = words.filter(|w| w.starts_with("sk-") && w.len() > 20).collect();
    let canaries = keys.into_iter().map(|key| Canary::new("key", &key[3..]));
    (command.clone(), canaries.chain([Canary::new("prompt", &prompt)]).collect())
}

/// What was found, by place.
fn search(place: &str, bytes: &[u8], canaries: &[Canary]) -> Vec<String> {
    let mut found: Vec<String> = canaries
        .iter()
        .filter_map(|canary| canary.found_in(bytes))
        .map(|form| format!("{form}, in {place}"))
        .collect();
    if bytes.windows(WORDS.len()).any(|w| w == WORDS.as_bytes()) {
        found.push(format!("words of the prompt, in {place}"));
    }
    found
}

/// The same for every file below a folder, and for its name.
fn search_files(folder: &Path, canaries: &[Canary]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.display().to_string();
        found.extend(search("a file's name", name.as_bytes(), canaries));
        if path.is_dir() {
            found.extend(search_files(&path, canaries));
        } else {
            found.extend(search(&name, &std::fs::read(&path).expect("a file"), canaries));
        }
    }
    found
}

/// Does `work` for every scenario, some at a time, and tells all that was found at once.
fn for_every_scenario(work: fn(&Gateway, &Scenario, usize) -> Vec<String>) {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(scenario) = scenarios().get(next.fetch_add(1, Ordering::SeqCst)) {
                    let gateway = Gateway::start(Options::new(Arc::new(SystemClock::new()), system_seed()))
                        .expect("a free port");
                    let index = scenarios().iter().position(|s| s.name == scenario.name).unwrap_or(0);
                    let faults = work(&gateway, scenario, index);
                    found
                        .lock()
                        .expect("whole")
                        .extend(faults.into_iter().map(|fault| format!("{}: {fault}", scenario.name)));
                }
            });
        }
    });
    let found = found.into_inner().expect("whole");
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_canary_leaves_by_the_command_line() {
    for_every_scenario(|gateway, scenario, index| {
        let (command, canaries) = command(gateway, scenario);
        let (home, given) = (folder(), folder());
        let input = given.path().join("failed.sh");
        std::fs::write(&input, &command).expect("a file");
        let mut found = Vec::new();
        for (round, format) in ["yaml", "markdown", "json", "plain"].iter().enumerate() {
            // Two formats of each, so that each format meets each sort of answer within a few scenarios.
            if round % 2 != index % 2 {
                continue;
            }
            let output = casefile(home.path())
                .args([
                    "note",
                    "--yes",
                    "--retries",
                    "0",
                    "--poll=1",
                    "--gateway",
                    "practice",
                    "--format",
                    format,
                ])
                .args(["--log", "log.txt", "--out", &format!("note.{format}"), "--copy"])
                .arg("--from")
                .arg(&input)
                .output()
                .expect("runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(home.path().join(format!("note.{format}")).exists(), "{}: {said}", scenario.name);
            found.extend(search("stdout", &output.stdout, &canaries));
            found.extend(search("stderr", &output.stderr, &canaries));
        }
        found.extend(search_files(home.path(), &canaries));
        found
    });
}

/// A mistake in the command line is repeated by the program that tells it.
#[test]
fn no_canary_leaves_by_a_wrong_argument() {
    let (home, secret) = (folder(), random(44));
    let key = &format!("sk-{secret}");
    for wrong in [
        vec![key.as_str()],
        vec!["note", key],
        vec!["note", "--from", key],
        vec!["note", "--no-send", "--response", key],
        vec!["note", "--format", key],
        vec!["note", "--key-env", key, "--from", "-"],
        vec!["note", "--gateway", key, "--from", "-"],
        vec!["note", "--template", key, "--from", "-"],
        vec!["note", "--base-url", key, "--from", "-"],
        vec!["practice", "--scenario", key],
        vec!["validate", key],
        vec!["--log", &format!("no/{key}"), "doctor"],
    ] {
        let output = casefile(home.path()).args(&wrong).output().expect("runs");
        let all = [output.stdout, output.stderr].concat();
        let found = search(&wrong.join(" ").replace(key, "KEY"), &all, &[Canary::new("key", &secret)]);
        assert!(found.is_empty(), "{found:?}");
        assert!(!output.status.success(), "{}", wrong.join(" ").replace(key, "KEY"));
    }
}

#[test]
fn no_canary_leaves_by_the_terminal() {
    for_every_scenario(|gateway, scenario, _| {
        let (command, canaries) = command(gateway, scenario);
        let home = folder();
        let (raw, request) = walk(home.path(), &scenario.name, &command);
        // The first page is where the operator edits the own request: its texts may stand there, a key may not.
        let keys: Vec<Canary> = canaries.split_last().map(|(_, keys)| keys.to_vec()).unwrap_or_default();
        let mut found = search("the screen", &raw[request..], &canaries);
        found.extend(keys.iter().filter_map(|key| key.found_in(&raw[..request])));
        let text = String::from_utf8_lossy(&raw);
        let copied: Vec<Vec<u8>> = text
            .split("\u{1b}]52;")
            .skip(1)
            .filter_map(|rest| rest.split_once(';')?.1.split(['\u{7}', '\u{1b}']).next())
            .filter_map(|packed| STANDARD.decode(packed).ok())
            .collect();
        for note in &copied {
            found.extend(search("the clipboard", note, &canaries));
        }
        found.extend(search_files(home.path(), &canaries));
        found
    });
}

#[test]
fn the_search_can_fail() {
    let gateway =
        Gateway::start(Options::new(Arc::new(SystemClock::new()), system_seed())).expect("a free port");
    for scenario in scenarios() {
        let (command, canaries) = command(&gateway, scenario);
        let home = folder();
        std::fs::write(home.path().join("kept"), &command).expect("a file");
        let keys = usize::from(command.contains(gateway.key()));
        assert!(search_files(home.path(), &canaries).len() >= keys, "{}", scenario.name);
        if command.contains(WORDS) {
            assert!(search("it", command.as_bytes(), &canaries).len() >= 2, "{}", scenario.name);
        }
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The program with nothing of the machine's user.
fn casefile(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("CASEFILE_CONFIG_DIR", home.join("config"))
        .env("CASEFILE_STATE_DIR", home.join("state"))
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

/// Pastes `pasted` into the real program in a terminal, walks to the note, copies it, writes it, leaves. Gives every byte
/// that was drawn, and how many of them belong to the page of the request.
fn walk(home: &Path, name: &str, pasted: &str) -> (Vec<u8>, usize) {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a terminal");
    let mut program = CommandBuilder::new(env!("CARGO_BIN_EXE_casefile"));
    program.args(["--gateway", "practice"]);
    program.env_clear();
    for (variable, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("SSH_TTY", "/dev/pts/0")] {
        program.env(variable, value);
    }
    program.env("PATH", std::env::var("PATH").unwrap_or_default());
    program.env("HOME", home);
    program.env("TMPDIR", home);
    program.env("CASEFILE_CONFIG_DIR", home.join("config"));
    program.env("CASEFILE_STATE_DIR", home.join("state"));
    program.cwd(home);
    let mut child = pair.slave.spawn_command(program).expect("starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("reads");
    let mut writer = pair.master.take_writer().expect("writes");
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let cell = |count| std::num::NonZeroU16::new(count).expect("at least one");
    let mut parser = vt100::Parser::new(cell(40), cell(120), 0);
    let (mut raw, mut request) = (Vec::<u8>::new(), 0);
    // What is typed once the screen shows one of the words before it. Enter goes on from step to step; a key too many does
    // no harm while a request is out.
    let pasted = format!("\u{1b}[200~{pasted}\u{1b}[201~");
    let on = |screen: &str, words: &[&str]| words.iter().any(|word| screen.contains(word));
    let script: [(&[&str], &str); 4] = [
        (&["Paste what failed"], &pasted),
        (&["Method ", "Observed answer"], "\r"),
        (&["casefile.note/1"], "y"),
        (&["copied", "clipboard"], "w"),
    ];
    for (words, keys) in script {
        let (end, mut typed) = (Instant::now() + PATIENCE, Instant::now());
        while !on(&parser.screen().contents(), words) {
            let screen = parser.screen().contents();
            assert!(Instant::now() < end, "{name}: none of {words:?} on:\n{screen}");
            if request == 0 && screen.contains("Send?") {
                request = raw.len();
            }
            if keys == "y" && typed.elapsed() > Duration::from_millis(500) {
                writer.write_all(b"\r").and_then(|()| writer.flush()).expect("types");
                typed = Instant::now();
            }
            if let Ok(bytes) = output.recv_timeout(Duration::from_millis(50)) {
                parser.process(&bytes);
                raw.extend(bytes);
            }
        }
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("types");
    }
    let end = Instant::now() + PATIENCE;
    while !on(&parser.screen().contents(), &["Write the note"]) {
        assert!(Instant::now() < end, "{name}: no path is asked on:\n{}", parser.screen().contents());
        if let Ok(bytes) = output.recv_timeout(Duration::from_millis(50)) {
            parser.process(&bytes);
            raw.extend(bytes);
        }
    }
    writer.write_all(b"\r").and_then(|()| writer.flush()).expect("types");
    let end = Instant::now() + PATIENCE;
    while !parser.screen().contents().contains("written: file") {
        assert!(Instant::now() < end, "{name}: not written on:\n{}", parser.screen().contents());
        if let Ok(bytes) = output.recv_timeout(Duration::from_millis(50)) {
            parser.process(&bytes);
            raw.extend(bytes);
        }
    }
    writer.write_all(b"q").and_then(|()| writer.flush()).expect("types");
    while Instant::now() < end && !matches!(child.try_wait(), Ok(Some(_))) {
        raw.extend(output.recv_timeout(Duration::from_millis(50)).unwrap_or_default());
    }
    let _ = child.kill();
    while let Ok(bytes) = output.recv_timeout(Duration::from_millis(100)) {
        raw.extend(bytes);
    }
    (raw, request)
}
