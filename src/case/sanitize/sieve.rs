//! Where in a text a secret may stand: one keyword automaton first, patterns only around its hits, and one walk over
//! the words for what has no keyword.
//!
//! Most text is clean; so the work is to know that quickly. Each shortcut here is a necessary condition of the
//! detector that it guards; `tests.rs` runs every example of the catalog through it.

mod material;
mod memory;
mod pattern;
mod patterns;
mod run;
mod trigger;

use std::sync::Arc;

pub(super) use memory::Memory;
pub(super) use patterns::Patterns;

/// Bytes before and behind a keyword that its pattern is tried on; where a match touches the end, more.
const BEFORE: usize = 192;
const BEHIND: usize = 512;
/// Bytes of a run from which on it can be a key that no pattern knows.
const LONG_RUN: usize = 16;
/// The same of one that has no digits.
const LONG_RUN_OF_LETTERS: usize = 20;
/// Bytes of a run from which on it may hold packed text.
const PACKED_RUN: usize = 24;
/// Bytes of a run from which on it is a picture or a sound.
const MEDIA_RUN: usize = 320;

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The detector with this index.
    Rule(usize),
    /// The learned secret with this index.
    Learned(usize),
}

/// A place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

/// What the walk over the words saw besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Strings that are added up.
    pub(super) joint: bool,
    /// Escapes, tags, invisible or full-width characters: the text reads differently from how it is written.
    pub(super) disguise: bool,
    /// A sign behind which a text may begin that its label names, or that is an argument of a call.
    pub(super) label: bool,
}

/// The patterns, and what one input showed.
pub(super) struct Sieve {
    pub(super) patterns: Arc<Patterns>,
    pub(super) memory: Memory,
}

impl Sieve {
    pub(super) fn new(patterns: Arc<Patterns>) -> Self {
        Self { patterns, memory: Memory::default() }
    }

    /// Everything that stands in `text` as it is written.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Hit>, packed: &mut Vec<(usize, usize)>) -> Seen {
        self.patterns.find(text, &self.memory, hits, packed)
    }

    /// True for an id or a moment as a whole value, in which only a learned secret can stand: no pattern takes hexadecimal
    /// digits and dashes alone, without a word before them.
    pub(super) fn is_plain_id(&self, text: &[u8]) -> bool {
        let moment = matches!(text, [b'2', b'0', _, _, b'-', _, _, b'-', _, _, b'T', ..])
            && text.len() <= 32
            && text
                .iter()
                .skip(11)
                .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+' | b'-'));
        let (mut letters, mut dashes) = (0, 0);
        let id = (16..=64).contains(&text.len())
            && text.iter().all(|b| {
                letters += usize::from(b.is_ascii_lowercase());
                dashes += usize::from(*b == b'-');
                b.is_ascii_digit() || matches!(b, b'a'..=b'f' | b'-')
            })
            && letters >= 2
            && dashes >= 1;
        if !(moment || id) {
            return false;
        }
        let mut hits = Vec::new();
        self.memory.look_up(text, 0, text, &mut hits);
        hits.is_empty()
    }
}
