//! What is asked most and needs nothing: the version, and the help where no terminal reads it. It is answered before the
//! tree of arguments is built, which costs more than all the rest of such a run.

use std::io::{IsTerminal as _, Write as _};

use super::Exit;

/// `casefile --help` as a pipe of 100 columns gets it; a test compares it with what the arguments say.
const HELP: &str = include_str!("../../../assets/help.txt");

/// Answers `arguments` (without the program's name) where they are a lone `--version` or `--help`; `None`: they are not,
/// or the help has to fit a terminal.
pub fn at_once(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<Exit> {
    let (first, second) = (arguments.next()?, arguments.next());
    let text = match (first.to_str()?, second) {
        ("--version" | "-V", None) => concat!("casefile ", env!("CARGO_PKG_VERSION"), "\n"),
        ("--help", None) if !has_width() => HELP,
        _ => return None,
    };
    // As with clap: who closed the pipe has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Some(Exit::Done)
}

/// True where something tells a width to which the help must be wrapped.
fn has_width() -> bool {
    std::env::var_os("COLUMNS").is_some()
        || std::io::stdout().is_terminal()
        || std::io::stderr().is_terminal()
        || std::io::stdin().is_terminal()
}
