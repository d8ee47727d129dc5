//! An incremental reader of server-sent events that never blocks and records every fault.
//!
//! ```text
//! bytes (cut anywhere) ──lines──> SseEvent ──tally──> StreamRecord
//! ```

mod arrivals;
mod tally;

use std::fmt;

use crate::case::evidence::StreamRecord;
use crate::case::vocabulary::StreamIrregularity;

pub use arrivals::{Arrivals, Gap};
pub(super) use tally::{Finish, finish_of};

/// The longest line and the longest event, bytes: new-api reads upstream lines up to 10 MB.
const LONGEST: usize = 10 * 1024 * 1024;

/// One event of a stream.
#[derive(Clone, PartialEq, Eq)]
pub struct SseEvent {
    /// `event:` field; empty where there is none.
    pub event: String,
    /// `data:` lines joined by `\n`.
    pub data: String,
}

/// Feeds bytes in, gives what the stream showed so far. Keeps one line and one event, nothing of the past.
#[expect(clippy::struct_excessive_bools, reason = "marks of independent places in the stream")]
#[derive(Default)]
pub struct SseReader {
    bytes: u64,
    line: Vec<u8>,
    /// The line is longer than allowed: the rest of it is dropped.
    line_dropped: bool,
    /// The last byte was a CR: an LF right after it ends no further line.
    after_cr: bool,
    /// At least one line has ended: a byte order mark is no longer expected.
    begun: bool,
    event: String,
    data: Vec<u8>,
    has_data: bool,
    event_dropped: bool,
    /// Lines ended in LF, CR, CR LF.
    ends: [bool; 3],
    tally: tally::Tally,
}

impl SseReader {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, which arrived `at_ms` after the attempt's start. True when content came with them.
    pub fn feed(&mut self, bytes: &[u8], at_ms: u64) -> bool {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let mut content = false;
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) {
                let pair = rest.first() == Some(&b'\n');
                let [_, cr, cr_lf] = &mut self.ends;
                *(if pair { cr_lf } else { cr }) = true;
                if !pair {
                    continue;
                }
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
            let (part, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            self.keep(part);
            if let Some((newline, after)) = after.split_first() {
                self.after_cr = *newline == b'\r';
                self.ends[0] |= *newline == b'\n';
                content |= self.end_line(at_ms);
                rest = after;
            } else {
                rest = &[];
            }
        }
        content
    }

    /// Events seen so far.
    pub fn events(&self) -> u64 {
        self.tally.events
    }

    /// When the last event came, milliseconds from the attempt's start.
    pub fn last_event_ms(&self) -> Option<u64> {
        self.tally.last_event_ms()
    }

    /// Closes the books: what the stream showed, and the verdict. `cut` says that the connection broke or was left by us.
    pub fn finish(mut self, cut: bool) -> StreamRecord {
        let before = (self.tally.events, self.tally.irregular.clone(), self.tally.arrivals.clone());
        let faults = self.tally.faults();
        let too_long = self.line_dropped || self.event_dropped;
        // Nobody waits for a last newline or blank line that does not come.
        if !self.line.is_empty() || self.line_dropped {
            self.end_line(self.last_event_ms().unwrap_or_default());
        }
        let open = self.has_data && !self.event_dropped;
        self.dispatch(self.last_event_ms().unwrap_or_default());
        if cut && !too_long && self.tally.faults() > faults {
            // Half an event is no fault of the server's: its rest was on the way.
            (self.tally.events, self.tally.irregular, self.tally.arrivals) = before;
        } else if open && !cut {
            self.tally.note(StreamIrregularity::NoBlankLine);
        }
        self.ends[1] |= self.after_cr;
        if self.ends.iter().filter(|seen| **seen).count() > 1 {
            self.tally.note(StreamIrregularity::MixedLineEnds);
        }
        self.tally.record(self.bytes, cut)
    }

    fn keep(&mut self, part: &[u8]) {
        if self.line_dropped {
            return;
        }
        if self.line.len() + part.len() > LONGEST {
            self.line_dropped = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(part);
        }
    }

    /// A line is complete. True when an event with content came of it.
    fn end_line(&mut self, at_ms: u64) -> bool {
        let dropped = std::mem::take(&mut self.line_dropped);
        let line = std::mem::take(&mut self.line);
        let first = !std::mem::replace(&mut self.begun, true);
        if dropped {
            self.tally.note(StreamIrregularity::TooLong);
            return false;
        }
        let mut text = line.as_slice();
        if first && let Some(rest) = text.strip_prefix(b"\xEF\xBB\xBF") {
            self.tally.note(StreamIrregularity::ByteOrderMark);
            text = rest;
        }
        let content = if text.is_empty() {
            self.dispatch(at_ms)
        } else {
            self.field(text);
            false
        };
        // The allocation is used again unless one giant line made it large.
        if line.capacity() <= 1024 * 1024 {
            self.line = line;
            self.line.clear();
        }
        content
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|b| *b == b':');
        let (name, value) = match colon.and_then(|at| line.split_at_checked(at)) {
            Some((name, value)) => (name, value.get(1..).unwrap_or_default()),
            None => (line, [].as_slice()),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" => self.tally.comments += 1,
            b"data" => {
                if self.data.len() + value.len() + 1 > LONGEST {
                    self.event_dropped = true;
                    self.data = Vec::new();
                } else if !self.event_dropped {
                    if self.has_data {
                        self.data.push(b'\n');
                    }
                    self.data.extend_from_slice(value);
                }
                self.has_data = true;
                self.tally.sse = true;
            }
            b"event" => {
                self.event = String::from_utf8_lossy(value.get(..value.len().min(256)).unwrap_or_default())
                    .into_owned();
                self.tally.sse = true;
            }
            b"id" | b"retry" => self.tally.sse = true,
            _ => {
                self.tally.note(StreamIrregularity::UnknownField);
                if self.has_data && !self.event_dropped && goes_on(&self.data, line) {
                    self.data.push(b'\n');
                    self.data.extend_from_slice(line);
                }
            }
        }
    }

    /// A blank line ends the event. One without data is none.
    fn dispatch(&mut self, at_ms: u64) -> bool {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.event_dropped) {
            self.has_data = false;
            self.tally.note(StreamIrregularity::TooLong);
            return false;
        }
        if !std::mem::take(&mut self.has_data) {
            return false;
        }
        let text = String::from_utf8(data).unwrap_or_else(|e| {
            self.tally.note(StreamIrregularity::NotUtf8);
            String::from_utf8_lossy(e.as_bytes()).into_owned()
        });
        let Some(lines) = run_together(&text) else {
            return self.tally.take(&SseEvent { event, data: text }, at_ms);
        };
        self.tally.note(StreamIrregularity::NoBlankLine);
        let mut content = false;
        let last = lines.len() - 1;
        for (index, line) in lines.into_iter().enumerate() {
            // The name that came last is that of the last one.
            let event = if index == last { event.clone() } else { String::new() };
            content |= self.tally.take(&SseEvent { event, data: line.to_owned() }, at_ms);
        }
        content
    }
}

/// A line without a field goes on with an object that was printed over several lines.
fn goes_on(data: &[u8], line: &[u8]) -> bool {
    let opened = data.starts_with(b"{") && data.len() + line.len() < LONGEST;
    let open = data.trim_ascii_end().ends_with(b"{") || data.contains(&b'\n');
    opened && open && line.first().is_some_and(|b| b.is_ascii_whitespace() || b"}]\"".contains(b))
}

/// The events of a data that ran together because the blank lines between them are missing: no line of it goes on from the
/// one before, each is an object of its own.
fn run_together(data: &str) -> Option<Vec<&str>> {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !data.contains('\n') || is_json(data) {
        return None;
    }
    let lines: Vec<&str> = data.lines().filter(|line| !line.trim().is_empty()).collect();
    let whole = |line: &&str| line.trim() == "[DONE]" || line.trim_start().starts_with('{') && is_json(line);
    (lines.len() > 1 && lines.iter().all(whole)).then_some(lines)
}

impl fmt::Debug for SseReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SseReader({} events, {} bytes)", self.tally.events, self.bytes)
    }
}

impl fmt::Debug for SseEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SseEvent({} bytes)", self.data.len())
    }
}

#[cfg(test)]
mod tests;
