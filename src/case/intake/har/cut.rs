//! Cuts entries out of a HAR that comes in pieces, without reading what it does not have to.
//!
//! ```text
//! pieces ─ skeleton (log, entries, creator: byte by byte) ─ entry begins ─ entry (strings, braces) ─ entry ends ─> Cut
//! ```
//!
//! Kept in memory: the entry that is being read. What stands around the entries may be anything (a byte order mark, a
//! JSONP call, a log line), and the file may end anywhere.

use std::ops::Range;

use super::walk::{StringEnd, string_end};

/// Bytes of the longest entry that is read. A longer one keeps its place and is told of.
pub(super) const MOST_ENTRY: u64 = 64 << 20;

/// An object that may be an entry (there is no `log`) is kept so long until a member says what it is, bytes.
const MOST_UNDECIDED: u64 = 1 << 20;

/// Levels of nesting around the entries that are told apart; deeper ones are only counted.
const MOST_FRAMES: usize = 64;

/// Deeper than this, `entries` is not the list of a HAR.
const DEEPEST_LIST: usize = 4;

/// Bytes of a name or of a value around the entries that are looked at.
const WORD: usize = 64;

/// What an array or object around the entries is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// An object that may be an entry, or have the list in it.
    Candidate,
    /// An object.
    Object,
    /// The object `creator`.
    Creator,
    /// An array at the root: a list of entries without a `log`.
    List,
    /// The list of entries.
    Entries,
    /// An array.
    Array,
}

impl Frame {
    fn is_object(self) -> bool {
        matches!(self, Self::Candidate | Self::Object | Self::Creator)
    }
}

/// The name of the member that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Entries,
    Creator,
    Name,
    Other,
}

/// One entry.
pub(super) struct Cut<'a> {
    /// Number in the file, from 0.
    pub(super) index: usize,
    /// Where it stands, bytes.
    pub(super) span: Range<u64>,
    /// Its JSON text; `None` where it is longer than [`MOST_ENTRY`].
    pub(super) text: Option<&'a [u8]>,
    /// False where the file ends inside it.
    pub(super) whole: bool,
    /// It stands in a list called `entries`, not alone.
    pub(super) listed: bool,
}

/// What is known at the end.
pub(super) struct End {
    /// Where the file ends too early.
    pub(super) truncated: Option<u64>,
    /// Who wrote the file (`log.creator.name`).
    pub(super) creator: Option<String>,
}

/// The cutter. Feed it pieces of any size; the same entries come out.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a scanner's state: each says another thing of the place it is at"
)]
pub(super) struct Cutter {
    /// Offset of the next piece.
    offset: u64,
    frames: Vec<Frame>,
    /// Levels beyond `frames`.
    deeper: u64,
    in_string: bool,
    /// The piece before ended with an odd number of backslashes.
    odd: bool,
    expects_key: bool,
    key: Key,
    /// The string that is being read, its first bytes.
    word: Vec<u8>,
    /// Braces open in the entry; 0: outside.
    depth: u64,
    listed: bool,
    /// Where the text that is kept begins.
    kept_from: Option<u64>,
    kept: Vec<u8>,
    /// The entry became too long and is only counted.
    dropped: bool,
    count: usize,
    creator: Option<String>,
}

impl Cutter {
    pub(super) fn new() -> Self {
        Self {
            offset: 0,
            frames: Vec::new(),
            deeper: 0,
            in_string: false,
            odd: false,
            expects_key: false,
            key: Key::Other,
            word: Vec::new(),
            depth: 0,
            listed: false,
            kept_from: None,
            kept: Vec::new(),
            dropped: false,
            count: 0,
            creator: None,
        }
    }

    /// Reads a further piece; `sink` gets each entry that ends in it.
    pub(super) fn feed(&mut self, piece: &[u8], sink: &mut dyn FnMut(&Cut<'_>)) {
        let mut at = 0;
        while at < piece.len() {
            if self.in_string {
                at = self.string(piece, at);
            } else if self.depth > 0 {
                at = self.entry(piece, at, sink);
            } else {
                at = self.around(piece, at);
            }
        }
        self.keep_rest(piece);
        self.offset += piece.len() as u64;
    }

    /// The file is over. An entry that it ends in comes out as far as it goes.
    pub(super) fn finish(mut self, sink: &mut dyn FnMut(&Cut<'_>)) -> End {
        let truncated = (self.depth > 0 || !self.frames.is_empty()).then_some(self.offset);
        if self.depth > 0 {
            self.give(&[], 0, false, sink);
        }
        End { truncated, creator: self.creator }
    }

    /// Inside a string: to its end, or to the end of the piece.
    fn string(&mut self, piece: &[u8], at: usize) -> usize {
        let rest = piece.get(at..).unwrap_or_default();
        let (end, next) = match string_end(rest, self.odd) {
            StringEnd::At(end) => {
                self.in_string = false;
                (end, at + end + 1)
            }
            StringEnd::Open { odd } => {
                self.odd = odd;
                (rest.len(), piece.len())
            }
        };
        if self.depth == 0 {
            let room = WORD.saturating_sub(self.word.len());
            self.word.extend_from_slice(rest.get(..end.min(room)).unwrap_or_default());
            if end > room {
                // A longer word is none that is looked for.
                self.word.clear();
                self.word.resize(WORD, b' ');
            }
            if !self.in_string {
                self.word_ends(self.offset + next as u64);
            }
        }
        next
    }

    /// Inside an entry: to the next string, or to the entry's end.
    fn entry(&mut self, piece: &[u8], start: usize, sink: &mut dyn FnMut(&Cut<'_>)) -> usize {
        for (at, byte) in piece.iter().enumerate().skip(start) {
            match byte {
                b'"' => {
                    self.opens_string();
                    return at + 1;
                }
                b'{' => self.depth += 1,
                b'}' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.give(piece, at + 1, true, sink);
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        piece.len()
    }

    /// Around the entries: to the next string or entry.
    fn around(&mut self, piece: &[u8], start: usize) -> usize {
        for (at, byte) in piece.iter().enumerate().skip(start) {
            match byte {
                // Before the first brace, quotation marks are a sentence's.
                b'"' if !self.frames.is_empty() => {
                    self.opens_string();
                    self.word.clear();
                    return at + 1;
                }
                b'{' | b'[' => {
                    self.opens(*byte == b'{', self.offset + at as u64);
                    if self.depth > 0 {
                        return at + 1;
                    }
                }
                b'}' | b']' => self.closes(),
                b',' => {
                    self.expects_key = self.frames.last().is_some_and(|top| top.is_object());
                    self.key = Key::Other;
                }
                _ => {}
            }
        }
        piece.len()
    }

    fn opens_string(&mut self) {
        self.in_string = true;
        self.odd = false;
    }

    fn opens(&mut self, is_object: bool, at: u64) {
        if self.frames.len() >= MOST_FRAMES {
            self.deeper += 1;
            return;
        }
        let top = self.frames.last().copied();
        let frame = match (top, is_object) {
            (Some(Frame::Entries), true) => {
                self.begin(at, true);
                return;
            }
            (None | Some(Frame::List), true) => {
                self.kept_from = Some(at);
                self.kept.clear();
                Frame::Candidate
            }
            (None | Some(Frame::List), false) => Frame::List,
            (Some(_), true) if self.key == Key::Creator => Frame::Creator,
            (Some(_), true) => Frame::Object,
            (Some(_), false) if self.key == Key::Entries && self.frames.len() <= DEEPEST_LIST => {
                Frame::Entries
            }
            (Some(_), false) => Frame::Array,
        };
        self.frames.push(frame);
        self.expects_key = is_object;
        self.key = Key::Other;
    }

    fn closes(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if self.frames.pop() == Some(Frame::Candidate) {
            self.forget();
        }
        self.expects_key = false;
        self.key = Key::Other;
    }

    /// A string around the entries ended: a name, or a value.
    fn word_ends(&mut self, at: u64) {
        let top = self.frames.last().copied();
        if self.deeper > 0 || !self.expects_key {
            if top == Some(Frame::Creator) && self.key == Key::Name && self.creator.is_none() {
                self.creator = Some(String::from_utf8_lossy(&self.word).into_owned());
            }
            return;
        }
        self.expects_key = false;
        self.key = match self.word.as_slice() {
            b"entries" => Key::Entries,
            b"creator" => Key::Creator,
            b"name" => Key::Name,
            _ => Key::Other,
        };
        if top != Some(Frame::Candidate) {
            return;
        }
        let begun = self.kept_from.unwrap_or(at);
        let is_entry = matches!(self.word.as_slice(), b"request" | b"response" | b"startedDateTime");
        if is_entry && at - begun <= MOST_UNDECIDED {
            self.frames.pop();
            self.depth = 1;
            self.listed = false;
        } else if matches!(self.word.as_slice(), b"log" | b"entries") || at - begun > MOST_UNDECIDED {
            self.frames.pop();
            self.frames.push(Frame::Object);
            self.forget();
        }
    }

    fn begin(&mut self, at: u64, listed: bool) {
        self.depth = 1;
        self.listed = listed;
        self.kept_from = Some(at);
        self.kept.clear();
        self.dropped = false;
    }

    fn forget(&mut self) {
        self.kept_from = None;
        self.kept.clear();
        self.dropped = false;
    }

    /// The part of `piece[..end]` that belongs to what is kept and is not in `kept` yet.
    fn fresh<'p>(&self, piece: &'p [u8], end: usize) -> &'p [u8] {
        let from = self.kept_from.unwrap_or(0).saturating_sub(self.offset);
        usize::try_from(from).ok().and_then(|from| piece.get(from..end)).unwrap_or_default()
    }

    /// The entry that ends at `end` of the piece.
    fn give(&mut self, piece: &[u8], end: usize, whole: bool, sink: &mut dyn FnMut(&Cut<'_>)) {
        let start = self.kept_from.unwrap_or(self.offset);
        let span = start..self.offset + end as u64;
        let fresh = self.fresh(piece, end);
        let fits = !self.dropped && span.end - span.start <= MOST_ENTRY;
        let text = if !fits {
            None
        } else if self.kept.is_empty() {
            Some(fresh)
        } else {
            self.kept.extend_from_slice(fresh);
            Some(self.kept.as_slice())
        };
        sink(&Cut { index: self.count, span, text, whole, listed: self.listed });
        self.count += 1;
        self.depth = 0;
        self.expects_key = false;
        self.key = Key::Other;
        self.forget();
    }

    fn keep_rest(&mut self, piece: &[u8]) {
        let Some(from) = self.kept_from else { return };
        if self.dropped {
            return;
        }
        let most = if self.depth > 0 { MOST_ENTRY } else { MOST_UNDECIDED };
        if self.offset + piece.len() as u64 - from > most {
            self.kept = Vec::new();
            self.dropped = true;
            return;
        }
        let fresh = self.fresh(piece, piece.len());
        self.kept.extend_from_slice(fresh);
    }
}
