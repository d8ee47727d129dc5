//! A process that holds the clipboard after the command has ended. On X11 and Wayland the text lives in the process
//! that owns the selection, so a command that copies and exits leaves an empty clipboard.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use super::child::Failed;
use super::surroundings::Holder;
use crate::case::sanitize::Rendered;
use crate::io::program;

/// How long the text is held, if nothing replaces it.
const HELD: Duration = Duration::from_secs(600);
/// How long the process may take until it holds the text.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes that are held; a note is far smaller.
const MOST: u64 = 16 * 1024 * 1024;
/// Between the text and its HTML on the way to the process. No note holds this character.
const BETWEEN: char = '\0';
/// What the process says when the text is on the clipboard.
const READY: &str = "held";
/// Exit code where the clipboard failed.
const FAILED: i32 = 6;

/// Starts the holder, gives it the text, and its HTML where there is one, on its standard input and waits until it says that it holds
/// it.
pub(super) fn hand_over(holder: &Holder, rendered: &Rendered) -> Result<(), Failed> {
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
    let text = joined(rendered);
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

/// What goes to the process.
fn joined(rendered: &Rendered) -> String {
    let mut text = rendered.as_str().to_owned();
    if let Some(html) = rendered.html().filter(|_| !text.contains(BETWEEN)) {
        text.push(BETWEEN);
        text.push_str(html);
    }
    text
}

/// The text, and its HTML.
fn apart(given: &str) -> (&str, Option<&str>) {
    given.split_once(BETWEEN).map_or((given, None), |(text, html)| (text, Some(html)))
}

/// Puts `text` on the clipboard, `html` beside it, and sees that the text is there.
pub(super) fn put(clipboard: &mut arboard::Clipboard, text: &str, html: Option<&str>) -> bool {
    let done = match html {
        Some(html) => clipboard.set().html(html, Some(text)),
        None => clipboard.set_text(text),
    };
    done.is_ok() && clipboard.get_text().is_ok_and(|back| back == text)
}

/// The whole life of the hidden command `clipboard-hold`: reads the text (and its HTML) on standard input, puts it on the clipboard,
/// says `held`, and stays until something else is copied or 10 minutes are over. Gives the exit code.
pub fn hold_clipboard() -> i32 {
    let mut given = String::new();
    match std::io::stdin().lock().take(MOST + 1).read_to_string(&mut given) {
        Ok(_) if !given.is_empty() && given.len() as u64 <= MOST => {}
        _ => return FAILED,
    }
    let (text, html) = apart(&given);
    let Ok(mut clipboard) = arboard::Clipboard::new() else { return FAILED };
    if !put(&mut clipboard, text, html) {
        return FAILED;
    }
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{READY}").and_then(|()| out.flush()).is_err() {
        return FAILED;
    }
    stay(clipboard, given);
    0
}

/// Serves the text until it is replaced or the time is over.
#[cfg(all(unix, not(target_os = "macos")))]
fn stay(mut clipboard: arboard::Clipboard, given: String) {
    use arboard::SetExtLinux;
    let (sender, replaced) = mpsc::channel();
    std::thread::spawn(move || {
        let (text, html) = apart(&given);
        let set = clipboard.set().wait();
        let done = match html {
            Some(html) => set.html(html, Some(text)),
            None => set.text(text),
        };
        let _ = sender.send(done.is_ok());
    });
    // Either way the process ends now, and with it the thread.
    let _ = replaced.recv_timeout(HELD);
}

/// The system keeps the text itself.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn stay(_clipboard: arboard::Clipboard, _given: String) {
    let _ = HELD;
}
