//! How far reading is, on stderr: only where a person looks.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::io::logs::Progress;

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// A line that is drawn over itself.
pub(super) struct Bar {
    progress: Progress,
    /// Bytes of all files; none where one of them has no size.
    total: Option<u64>,
    begun: Instant,
    drawn: Option<Instant>,
    /// Stderr is a terminal, and stdout is none that a bar would disturb.
    shown: bool,
}

impl Bar {
    pub(super) fn new(files: &[String], progress: &Progress) -> Self {
        Self {
            progress: progress.clone(),
            total: total(files),
            begun: Instant::now(),
            drawn: None,
            shown: std::io::stderr().is_terminal(),
        }
    }

    /// Draws it, where it is time to.
    pub(super) fn tick(&mut self) {
        if !self.shown || self.drawn.unwrap_or(self.begun).elapsed() < EVERY {
            return;
        }
        self.drawn = Some(Instant::now());
        let text = told(self.progress.bytes(), self.total, self.begun.elapsed());
        let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K{text}");
    }

    /// Takes it away.
    pub(super) fn clear(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

/// Bytes of all files; none where one of them has no size.
pub(super) fn total(files: &[String]) -> Option<u64> {
    let size = |file: &String| {
        let facts = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file);
        facts.map(|facts| facts.len())
    };
    files.iter().map(size).sum()
}

fn told(bytes: u64, total: Option<u64>, took: Duration) -> String {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = bytes.saturating_mul(1000) / millis;
    let mut text = format!("{} MB read, {} MB/s", bytes / 1_000_000, rate / 1_000_000);
    if let Some(total) = total.filter(|total| *total > 0) {
        let percent = (bytes.min(total).saturating_mul(100)) / total;
        let left = total.saturating_sub(bytes) / rate.max(1);
        text = format!("{percent}%, {text}, {left} s left");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_and_the_time_left_are_told() {
        let took = Duration::from_secs(2);
        assert_eq!(told(100_000_000, Some(400_000_000), took), "25%, 100 MB read, 50 MB/s, 6 s left");
        assert_eq!(told(0, None, Duration::ZERO), "0 MB read, 0 MB/s");
    }
}
