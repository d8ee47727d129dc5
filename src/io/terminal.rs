//! The terminal: taken over and given back whatever happens; signals; text that may be shown on it.

mod bytes;
mod input;
mod locale;
mod shade;
mod signal;

use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

pub use input::{Reports, input};
pub use locale::has_utf8;
pub use shade::{Shade, ask_for_shade, shade_of};
pub use signal::{Signal, terminated};

/// True while we have the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// True while the terminal reports what the mouse does.
static MOUSE: AtomicBool = AtomicBool::new(false);
/// True once a part of the program panicked.
static FAULT: AtomicBool = AtomicBool::new(false);

/// The terminal is ours while this lives: raw mode, alternate screen, bracketed paste. Dropping it gives it back.
#[derive(Debug)]
pub struct Screen {
    _private: (),
}

/// The terminal could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// Input or output is no terminal.
    #[error("{0} is no terminal, so the screen cannot be shown; use `casefile note` in a pipe or script")]
    NoTerminal(&'static str),
    /// The terminal refused.
    #[error("the terminal cannot be set up ({0}); try another terminal, or `casefile note`")]
    Refused(io::Error),
}

impl Screen {
    /// Takes the terminal. Install the panic hook first ([`install_panic_hook`]).
    ///
    /// # Errors
    /// Where standard input or output is no terminal, or the terminal refuses; it is as before then.
    pub fn enter() -> Result<Self, ScreenError> {
        if !io::stdin().is_terminal() {
            return Err(ScreenError::NoTerminal("standard input"));
        }
        if !io::stdout().is_terminal() {
            return Err(ScreenError::NoTerminal("standard output"));
        }
        take().map_err(ScreenError::Refused)?;
        Ok(Self { _private: () })
    }
}

/// Takes the terminal; where it refuses it is as before.
fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let taken =
        enable_raw_mode().and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste));
    if taken.is_err() {
        restore();
    }
    taken
}

/// Makes the terminal report clicks and the wheel (not movements, which would wake us without need), or no longer.
///
/// # Errors
/// The terminal cannot be written to.
pub fn report_mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    if cfg!(windows) {
        return if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        };
    }
    // Buttons and wheel (1000), with coordinates beyond 223 (1006).
    let asked = if on { "\u{1b}[?1000h\u{1b}[?1006h" } else { "\u{1b}[?1006l\u{1b}[?1000l" };
    execute!(io::stdout(), Print(asked))
}

/// Gives the terminal back, stops the program as the shell's own key does, and takes the terminal again when the shell
/// lets it go on. Draw everything anew after it.
///
/// # Errors
/// The terminal cannot be taken again.
#[cfg(unix)]
pub fn suspend() -> io::Result<()> {
    let mouse = MOUSE.load(Ordering::SeqCst);
    restore();
    // With the signal's own action, so that nothing stops where no shell could let it go on.
    let stopped = signal_hook::low_level::raise(signal_hook::consts::SIGTSTP);
    take()?;
    if mouse {
        report_mouse(true)?;
    }
    stopped
}

/// Programs are not stopped here: nothing happens.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn suspend() -> io::Result<()> {
    Ok(())
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if we have it. May be called at any time, from any thread, more than once.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Each step for itself: one that fails must not keep the next from being done.
        if MOUSE.load(Ordering::SeqCst) {
            let _ = report_mouse(false);
        }
        let _ = execute!(io::stdout(), DisableBracketedPaste);
        let _ = execute!(io::stdout(), LeaveAlternateScreen);
        let _ = execute!(io::stdout(), Show);
        let _ = disable_raw_mode();
    }
}

/// Makes a panic give the terminal back first, and then say only where it happened: what a panic says of itself may
/// hold text of the input.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        FAULT.store(true, Ordering::SeqCst);
        restore();
        let _ = io::stderr().lock().write_all(farewell(info).as_bytes());
    }));
}

/// True once any part of the program panicked: the terminal was given back, so the loop must end.
pub fn faulted() -> bool {
    FAULT.load(Ordering::SeqCst)
}

fn farewell(info: &PanicHookInfo<'_>) -> String {
    let place = info
        .location()
        .map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", place(at.file()), at.line()));
    format!(
        "casefile {} stopped: a fault of its own at {place}.\n\
         Please report this line and what you did; leave the request itself out of the report.\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// A source file for a report. The path of a dependency begins with the builder's home folder: its end is enough.
fn place(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let from =
        if file.starts_with(['/', '\\']) || file.contains(':') { parts.len().saturating_sub(4) } else { 0 };
    plain(&parts.get(from..).unwrap_or(&parts).join("/"))
}

/// `text` as it may be shown on a terminal: control characters, and marks that turn or hide text, become `�`.
pub fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_steer_the_terminal() {
        let table = [
            ("plain é 漢", "plain é 漢"),
            ("a\u{1b}[2Jb\r\n", "a\u{fffd}[2Jb\u{fffd}\u{fffd}"),
            ("\u{202e}gpj.exe\u{200b}\u{feff}", "\u{fffd}gpj.exe\u{fffd}\u{fffd}"),
        ];
        for (text, shown) in table {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn a_place_names_no_home_folder() {
        let table = [
            ("src/io/terminal.rs", "src/io/terminal.rs"),
            ("/home/jane/.cargo/registry/src/index/foo-1.0.0/src/a/b.rs", "foo-1.0.0/src/a/b.rs"),
            ("C:\\Users\\jane\\x\\foo-1.0.0\\src\\a\\b.rs", "foo-1.0.0/src/a/b.rs"),
        ];
        for (file, shown) in table {
            assert_eq!(place(file), shown);
        }
    }

    #[test]
    fn giving_back_what_we_do_not_have_does_nothing() {
        restore();
        restore();
        assert!(!TAKEN.load(Ordering::SeqCst));
    }
}
