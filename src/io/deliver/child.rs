//! Text to another program's standard input, or to a terminal as an escape sequence.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::io::program;

/// How long a clipboard program may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A route did not work; the next one is tried. Why does not matter to anybody: the route that worked is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed;

/// Starts the program at `path`, gives it `text` and waits for it to end well. Its output goes nowhere: a clipboard program leaves
/// a child behind that would keep our pipes open.
pub(super) fn feed(path: &Path, arguments: &[impl AsRef<OsStr>], text: &str) -> Result<(), Failed> {
    let mut child = program::command(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Failed)?;
    let mut input = child.stdin.take().ok_or(Failed)?;
    let text = text.to_owned();
    // On a thread of its own: a program that does not read must not hold us.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let deadline = Instant::now() + PATIENCE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                return if status.success() && written(writer) { Ok(()) } else { Err(Failed) };
            }
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failed);
            }
        }
    }
}

/// True when the whole text was taken. The program has ended, so its pipe is closed, unless a child of its own holds it
/// and reads no further.
fn written(writer: JoinHandle<std::io::Result<()>>) -> bool {
    for _ in 0..50 {
        if writer.is_finished() {
            return matches!(writer.join(), Ok(Ok(())));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Writes `text` as OSC 52 to the terminal. Nobody answers.
pub(super) fn osc52(terminal: &Path, text: &str) -> Result<(), Failed> {
    use crossterm::Command as _;
    let mut sequence = String::new();
    crossterm::clipboard::CopyToClipboard::to_clipboard_from(text)
        .write_ansi(&mut sequence)
        .map_err(|_| Failed)?;
    let mut terminal = std::fs::OpenOptions::new().write(true).open(terminal).map_err(|_| Failed)?;
    terminal.write_all(sequence.as_bytes()).and_then(|()| terminal.flush()).map_err(|_| Failed)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_program_must_read_all_and_end_well() {
        let sh = Path::new("/bin/sh");
        let large = "x".repeat(1_000_000);
        let table: [(&str, &str, bool); 5] = [
            ("cat > /dev/null", "short", true),
            ("cat > /dev/null", &large, true),
            ("cat > /dev/null; exit 1", "short", false),
            // Ends without reading: what it did not read is not on any clipboard.
            ("exit 0", &large, false),
            ("exit 7", &large, false),
        ];
        for (script, text, works) in table {
            assert_eq!(feed(sh, &["-c", script], text).is_ok(), works, "{script}");
        }
        assert_eq!(feed(Path::new("/no/such/program"), &["x"], "y"), Err(Failed));
    }

    #[test]
    fn a_program_that_leaves_a_child_behind_does_not_hold_us() {
        let start = Instant::now();
        let script = "cat > /dev/null; sleep 20 & exit 0";
        assert_eq!(feed(Path::new("/bin/sh"), &["-c", script], "text"), Ok(()));
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}
