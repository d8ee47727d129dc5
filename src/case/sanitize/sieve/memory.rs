//! Secrets that the input itself showed by its structure: they are looked for from then on.

use std::collections::HashMap;

use super::run::run;
use super::{Hit, What};
use crate::case::sanitize::layer::Layer;

/// Bytes by which a learned secret is looked up.
pub(super) const HEAD: usize = 8;
/// Learned secrets that are kept; a quarter of them may be cookies, of which every answer sets new ones.
const MOST_LEARNED: usize = 2_048;
/// Bits of the sketch of their heads.
const SKETCH: usize = 1 << 16;

/// A secret that the input itself showed by its structure.
pub(in crate::case::sanitize) struct Learned {
    pub(in crate::case::sanitize) value: Vec<u8>,
    /// Where the run begins by which it is looked up.
    offset: usize,
    pub(in crate::case::sanitize) placeholder: String,
}

/// What was learned, found again by its first bytes.
#[derive(Default)]
pub(in crate::case::sanitize) struct Memory {
    learned: Vec<Learned>,
    cookies: usize,
    heads: HashMap<[u8; HEAD], Vec<usize>>,
    /// One bit for each hash of a head: most words are told apart from what is known by it alone.
    sketch: Vec<u64>,
}

impl Memory {
    pub(in crate::case::sanitize) fn learned(&self, index: usize) -> Option<&Learned> {
        self.learned.get(index)
    }

    /// False where no further secret of the kind is learned.
    pub(in crate::case::sanitize) fn has_room(&self, placeholder: &str) -> bool {
        self.learned.len() < MOST_LEARNED
            && !(placeholder.starts_with("[cookie") && self.cookies >= MOST_LEARNED / 4)
    }

    /// Looks for `value` from now on. False where it is known, too short, or the table is full.
    pub(in crate::case::sanitize) fn learn(&mut self, value: &[u8], placeholder: &str) -> bool {
        if !self.has_room(placeholder) || !Layer::Known.is_on() {
            return false;
        }
        let Some((offset, head)) = head_of(value) else { return false };
        let cookie = placeholder.starts_with("[cookie");
        let known = self.heads.entry(head).or_default();
        if known.iter().any(|i| self.learned.get(*i).is_some_and(|l| l.value == value)) {
            return false;
        }
        known.push(self.learned.len());
        self.cookies += usize::from(cookie);
        let (word, bit) = sketched(head);
        self.sketch.resize(SKETCH / 64, 0);
        if let Some(word) = self.sketch.get_mut(word) {
            *word |= bit;
        }
        self.learned.push(Learned { value: value.to_vec(), offset, placeholder: placeholder.to_owned() });
        true
    }

    pub(in crate::case::sanitize) fn learned_count(&self) -> usize {
        self.learned.len()
    }

    /// The learned secrets that begin in `word`, which stands at `start`.
    pub(super) fn look_up(&self, text: &[u8], start: usize, word: &[u8], hits: &mut Vec<Hit>) {
        if self.learned.is_empty() {
            return;
        }
        // A word may be glued before it: `x-sk-…`; so each part is a start.
        // What is shorter than a head behind it begins none.
        let before = word.get(..word.len().saturating_sub(HEAD)).unwrap_or(&[]);
        let parts = memchr::memchr2_iter(b'-', b'_', before).filter(|at| *at > 0).map(|at| at + 1);
        for part in std::iter::once(0).chain(parts) {
            let Some(head) = word.get(part..).and_then(|w| w.first_chunk::<HEAD>()) else { break };
            let (at, bit) = sketched(*head);
            if self.sketch.get(at).is_none_or(|word| word & bit == 0) {
                continue;
            }
            for index in self.heads.get(head).into_iter().flatten() {
                let Some(learned) = self.learned.get(*index) else { continue };
                let Some(from) = (start + part).checked_sub(learned.offset) else { continue };
                let to = from + learned.value.len();
                if text.get(from..to) == Some(learned.value.as_slice()) {
                    hits.push(Hit { start: from, end: to, what: What::Learned(*index) });
                }
            }
        }
    }
}

/// The word and the bit of the sketch for a head.
fn sketched(head: [u8; HEAD]) -> (usize, u64) {
    let hash = u64::from_le_bytes(head).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    (usize::try_from(hash >> 6).unwrap_or(0), 1 << (hash & 63))
}

/// The start of the first run of a secret that can be looked up, and its first bytes.
fn head_of(value: &[u8]) -> Option<(usize, [u8; HEAD])> {
    let mut at = 0;
    while at < value.len() {
        let (end, _) = run(value, at);
        if end - at >= HEAD {
            let head = value.get(at..).and_then(|v| v.first_chunk::<HEAD>())?;
            return Some((at, *head));
        }
        at = end + 1;
    }
    None
}
