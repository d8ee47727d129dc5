//! A question on the terminal.

use std::io::{BufRead, IsTerminal, Write};

/// True when a question can be asked: stdin and stderr are a terminal.
pub(super) fn possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question that is answered by y or n; anything but y is no.
pub(super) fn yes(question: &str) -> bool {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{} [y/N] ", super::say::harmless(question));
    let _ = err.flush();
    let mut answer = String::new();
    if std::io::stdin().lock().read_line(&mut answer).is_err() {
        return false;
    }
    matches!(answer.trim(), "y" | "Y" | "yes")
}
