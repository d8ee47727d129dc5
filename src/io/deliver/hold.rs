//! A process that holds the clipboard after the command has ended. On X11 and Wayland the text lives in the process
//! that owns the selection, so a command that copies and exits leaves an empty clipboard.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use super::child::Failed;
use super::surroundings::Holder;
use crate::io::program;

/// How long the text is held, if nothing replaces it.
const HELD: Duration = Duration::from_secs(600);
/// How long the process may take until it holds the text.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes that are held; a note is far smaller.
const MOST: u64 = 16 * 1024 * 1024;
/// What the process says when the text is on the clipboard.
const READY: &str = "held";
/// Exit code where the clipboard failed.
const FAILED: i32 = 6;

/// Starts the holder, gives it `text` on its standard input and waits until it says that it holds it.
pub(super) fn hand_over(holder: &Holder, text: &str) -> Result<(), Failed> {
    let mut command = program::command(&holder.path);
    command.args(&holder.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // It stays when we are gone: no part of our process group, and no folder kept in use.
    #[cfg(unix)]
    {
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.current_dir("/");
    }
    let mut child = command.spawn().map_err(|_| Failed)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failed);
    };
    let (sender, answer) = mpsc::channel();
    let text = text.to_owned();
    std::thread::spawn(move || {
        let written = input.write_all(text.as_bytes()).is_ok();
        drop(input);
        let mut line = String::new();
        let read = BufReader::new(output.take(64)).read_line(&mut line).is_ok();
        let _ = sender.send(written && read && line.trim_end() == READY);
    });
    if matches!(answer.recv_timeout(PATIENCE), Ok(true)) {
        return Ok(());
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(Failed)
}

/// The whole life of the hidden command `clipboard-hold`: reads the text on standard input, puts it on the clipboard,
/// says `held`, and stays until something else is copied or 10 minutes are over. Gives the exit code.
pub fn hold_clipboard() -> i32 {
    let mut text = String::new();
    match std::io::stdin().lock().take(MOST + 1).read_to_string(&mut text) {
        Ok(_) if !text.is_empty() && text.len() as u64 <= MOST => {}
        _ => return FAILED,
    }
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return FAILED };
    if clipboard.set_text(text.as_str()).is_err() || !clipboard.get_text().is_ok_and(|back| back == text) {
        return FAILED;
    }
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{READY}").and_then(|()| out.flush()).is_err() {
        return FAILED;
    }
    stay(clipboard, text);
    0
}

/// Serves the text until it is replaced or the time is over.
#[cfg(all(unix, not(target_os = "macos")))]
fn stay(mut clipboard: arboard::Clipboard, text: String) {
    use arboard::SetExtLinux;
    let (sender, replaced) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(clipboard.set().wait().text(text).is_ok());
    });
    // Either way the process ends now, and with it the thread.
    let _ = replaced.recv_timeout(HELD);
}

/// The system keeps the text itself.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn stay(_clipboard: arboard::Clipboard, _text: String) {
    let _ = HELD;
}
