//! Lines of the standard input, read one at a time and only when one is asked for: a key that is typed on the terminal is
//! read by somebody else.

use std::io::{BufRead, Read};
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

/// Longest line, bytes: a pasted request may be one line.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What came.
pub(super) enum Said {
    /// A line with its end.
    Line(String),
    /// The input ended: Ctrl-D on a terminal.
    End,
}

/// The standard input.
pub(super) struct Lines {
    asks: Sender<oneshot::Sender<Said>>,
}

impl Lines {
    pub(super) fn new() -> Self {
        let (asks, asked) = channel::<oneshot::Sender<Said>>();
        // Not joined: it may wait for a line that never comes, and ends with the program.
        std::thread::spawn(move || {
            for answer in asked {
                let mut bytes = Vec::new();
                let read = std::io::stdin().lock().take(LONGEST).read_until(b'\n', &mut bytes);
                let said = match read {
                    Ok(0) | Err(_) => Said::End,
                    Ok(_) => Said::Line(String::from_utf8_lossy(&bytes).into_owned()),
                };
                let _ = answer.send(said);
            }
        });
        Self { asks }
    }

    /// The next line.
    pub(super) fn next(&self) -> impl Future<Output = Said> + use<> {
        let (answer, said) = oneshot::channel();
        let _ = self.asks.send(answer);
        async move { said.await.unwrap_or(Said::End) }
    }
}
