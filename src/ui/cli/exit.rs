//! Exit codes, and the one place that maps a failure to one.

use std::fmt;
use std::process::ExitCode;

use crate::io::terminal::Signal;

/// What the process says at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, with findings.
    Findings,
    /// Wrong usage, or consent missing.
    Usage,
    /// Nothing usable in the input.
    NothingUsable,
    /// The audit refused the output.
    Refused,
    /// Could not send for a local reason.
    Local,
    /// File, clipboard or store failed.
    Delivery,
    /// Interrupted.
    Interrupted,
    /// A signal ended it, or its terminal went away.
    Ended(Signal),
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::NothingUsable => 3,
            Self::Refused => 4,
            Self::Local => 5,
            Self::Delivery => 6,
            Self::Interrupted => 130,
            Self::Ended(signal) => signal.exit_code(),
        }
    }

    pub(super) fn from_code(code: i32) -> Self {
        if code == 0 { Self::Done } else { Self::Delivery }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A command could not do its work. The text says what happened, to what, and what to do next; it holds nothing of
/// the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The exit code.
    pub exit: Exit,
    what: String,
}

impl Failed {
    /// A failure with its exit code.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into() }
    }

    /// Nothing went out, for a reason of this machine.
    pub(super) fn local(detail: &str) -> Self {
        Self::new(
            Exit::Local,
            format!("nothing was sent, for a local reason: {detail}; `casefile doctor` describes the set-up"),
        )
    }

    /// Standard output took nothing more.
    pub(super) fn stdout(cause: &std::io::Error) -> Self {
        Self::new(Exit::Delivery, format!("stdout cannot be written ({cause})"))
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failed {}
