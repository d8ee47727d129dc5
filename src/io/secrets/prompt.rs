//! A key typed on the controlling terminal, shown as stars.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode, is_raw_mode_enabled};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::{LONGEST, SecretError, accepted};
use crate::io::terminal::plain;

/// Stars on the line; more would wrap, and a wrapped line cannot be taken back.
const STARS: usize = 40;

/// Asks for a key on the controlling terminal, also where standard input or output is a pipe. Enter ends, Ctrl-U
/// starts again, Ctrl-C and Esc cancel. The terminal is as before afterwards.
///
/// # Errors
/// Where there is no terminal, the operator cancels, or what was typed can be no key.
pub fn from_prompt(text: &str) -> Result<SecretString, SecretError> {
    let mut out = controlling_terminal().ok_or(SecretError::NoTerminal)?;
    let typed = {
        // Before the question: what answers it at once must not be shown by the terminal.
        let _raw = Raw::enter().map_err(|_| SecretError::NoTerminal)?;
        write!(out, "{} ", plain(text)).and_then(|()| out.flush()).map_err(SecretError::Terminal)?;
        let typed = typed(&mut event::read, &mut out);
        drain();
        typed
    };
    let _ = writeln!(out);
    accepted(typed?.trim(), "the prompt".to_owned())
}

/// Where questions go: the terminal itself, or standard error if that is one.
fn controlling_terminal() -> Option<Box<dyn Write>> {
    #[cfg(unix)]
    if let Ok(terminal) = std::fs::OpenOptions::new().write(true).open("/dev/tty") {
        return Some(Box::new(terminal));
    }
    io::stderr().is_terminal().then(|| Box::new(io::stderr()) as Box<dyn Write>)
}

/// A paste of several lines must not reach the shell as commands: what still waits is thrown away.
fn drain() {
    while let Ok(true) = event::poll(Duration::from_millis(20)) {
        if event::read().is_err() {
            return;
        }
    }
}

/// Raw mode while it lives, unless the terminal was raw already.
struct Raw {
    restore: bool,
    pastes: Option<Box<dyn Write>>,
}

impl Raw {
    fn enter() -> io::Result<Self> {
        if is_raw_mode_enabled()? {
            return Ok(Self { restore: false, pastes: None });
        }
        enable_raw_mode()?;
        let mut raw = Self { restore: true, pastes: controlling_terminal() };
        if let Some(out) = raw.pastes.as_mut() {
            let _ = crossterm::execute!(out, EnableBracketedPaste);
        }
        Ok(raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if let Some(out) = self.pastes.as_mut() {
            let _ = crossterm::execute!(out, DisableBracketedPaste);
        }
        if self.restore {
            let _ = disable_raw_mode();
        }
    }
}

/// Reads keys until Enter.
fn typed(
    next: &mut dyn FnMut() -> io::Result<Event>,
    out: &mut dyn Write,
) -> Result<Zeroizing<String>, SecretError> {
    // All the room at once: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST + 4));
    let mut stars = 0;
    loop {
        match next().map_err(SecretError::Terminal)? {
            Event::Paste(pasted) => {
                let pasted = Zeroizing::new(pasted);
                for c in pasted.trim().chars() {
                    push(&mut text, c)?;
                }
            }
            Event::Key(key) if key.kind != KeyEventKind::Release => match stroke(key) {
                Stroke::Character(c) => push(&mut text, c)?,
                Stroke::Back => {
                    text.pop();
                }
                Stroke::Again => text.clear(),
                Stroke::Done => return Ok(text),
                Stroke::Cancel => return Err(SecretError::Cancelled),
                Stroke::Nothing => {}
            },
            _ => {}
        }
        let wanted = text.chars().count().min(STARS);
        show(out, stars, wanted).map_err(SecretError::Terminal)?;
        stars = wanted;
    }
}

fn push(text: &mut String, c: char) -> Result<(), SecretError> {
    if text.len() >= LONGEST {
        return Err(SecretError::TooLong("the prompt".to_owned()));
    }
    text.push(c);
    Ok(())
}

/// Changes the line from `have` to `wanted` stars.
fn show(out: &mut dyn Write, have: usize, wanted: usize) -> io::Result<()> {
    let change = if wanted > have { "*".repeat(wanted - have) } else { "\u{8} \u{8}".repeat(have - wanted) };
    out.write_all(change.as_bytes())?;
    out.flush()
}

enum Stroke {
    Character(char),
    Back,
    Again,
    Done,
    Cancel,
    Nothing,
}

fn stroke(key: KeyEvent) -> Stroke {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => Stroke::Done,
        // In raw mode Enter is ^M; a pasted newline comes as ^J.
        KeyCode::Char('j' | 'm') if control => Stroke::Done,
        KeyCode::Backspace => Stroke::Back,
        KeyCode::Char('h') if control => Stroke::Back,
        KeyCode::Char('u' | 'w') if control => Stroke::Again,
        KeyCode::Esc => Stroke::Cancel,
        KeyCode::Char('c' | 'd') if control => Stroke::Cancel,
        KeyCode::Char(c) if !control => Stroke::Character(c),
        _ => Stroke::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctrl(c: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
    }

    fn key(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn keys(text: &str) -> Vec<Event> {
        text.chars().map(|c| key(KeyCode::Char(c))).collect()
    }

    fn play(events: Vec<Event>) -> (Result<String, SecretError>, String) {
        let mut events = events.into_iter();
        let mut out = Vec::new();
        let mut next = || events.next().ok_or_else(|| io::Error::other("the script ended"));
        let result = typed(&mut next, &mut out).map(|text| text.to_string());
        (result, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn keys_become_stars() {
        let table = [
            ([keys("abc"), vec![key(KeyCode::Enter)]].concat(), "abc", "***"),
            (
                [keys("abX"), vec![key(KeyCode::Backspace)], keys("c"), vec![ctrl('j')]].concat(),
                "abc",
                "***\u{8} \u{8}*",
            ),
            (
                [keys("no"), vec![ctrl('u'), Event::Paste("abc\n".into()), key(KeyCode::Enter)]].concat(),
                "abc",
                "**\u{8} \u{8}\u{8} \u{8}***",
            ),
            (vec![key(KeyCode::Backspace), Event::Resize(1, 1), ctrl('x'), key(KeyCode::Enter)], "", ""),
        ];
        for (events, text, screen) in table {
            let (result, shown) = play(events);
            assert_eq!((result.expect("typed").as_str(), shown.as_str()), (text, screen));
        }
    }

    #[test]
    fn it_can_be_cancelled_and_is_bounded() {
        for end in [ctrl('c'), ctrl('d'), key(KeyCode::Esc)] {
            let (result, shown) = play([keys("secret"), vec![end]].concat());
            assert!(matches!(result, Err(SecretError::Cancelled)));
            assert_eq!(shown, "******");
        }
        let (result, shown) = play(vec![Event::Paste("a".repeat(LONGEST)), key(KeyCode::Enter)]);
        assert_eq!((result.map(|t| t.len()).ok(), shown.len()), (Some(LONGEST), STARS));
        assert!(matches!(play(vec![Event::Paste("a".repeat(LONGEST + 1))]).0, Err(SecretError::TooLong(_))));
        assert!(matches!(play(Vec::new()).0, Err(SecretError::Terminal(_))));
    }
}
