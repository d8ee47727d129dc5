//! Many short words, looked for in a text at once. An automaton walks long texts faster, but takes longer to build than most
//! runs of the program look for words: so a table of the words' beginnings comes first, and the automaton when much text has
//! been walked. Both find the same.
//!
//! ```text
//! two letters ──bit──> may a word begin here? ──table by its first letters──> the words that may ──compare──> found
//! ```

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Bytes of text from which on the automaton is worth its making.
const MUCH: usize = 256 * 1024;
/// Letters of a word's beginning that the table knows.
const HEAD: usize = 4;
/// Bits for every two letters, of which the lower six bits count.
const PAIRS: usize = 1 << 12;

/// Words, found whatever the case of their ASCII letters.
#[derive(Debug)]
pub struct ManyWords {
    table: Table,
    automaton: OnceLock<Option<AhoCorasick>>,
    kind: AhoCorasickKind,
    /// Bytes of text that were walked by the table.
    walked: AtomicUsize,
}

/// A word that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundWord {
    /// Its place in the list of words.
    pub word: usize,
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

impl ManyWords {
    /// `words`, of any length. `fast`: the automaton may take much memory, for many megabytes will be walked.
    pub fn new(words: impl IntoIterator<Item = impl AsRef<[u8]>>, fast: bool) -> Self {
        Self {
            table: Table::new(words),
            automaton: OnceLock::new(),
            kind: if fast { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA },
            walked: AtomicUsize::new(0),
        }
    }

    /// Every word that stands in `text`, also inside of another: by their ends, of those that end together the longest first.
    pub fn find(&self, text: &[u8], mut each: impl FnMut(FoundWord)) {
        if let Some(automaton) = self.automaton_for(text) {
            for found in automaton.find_overlapping_iter(text) {
                each(FoundWord { word: found.pattern().as_usize(), start: found.start(), end: found.end() });
            }
            return;
        }
        let mut all = Vec::new();
        self.table.walk(text, |found| all.push(found));
        all.sort_unstable_by_key(|found| (found.end, found.start, found.word));
        all.into_iter().for_each(each);
    }

    /// The same in no order.
    pub fn find_unordered(&self, text: &[u8], mut each: impl FnMut(usize)) {
        match self.automaton_for(text) {
            Some(automaton) => {
                automaton.find_overlapping_iter(text).for_each(|found| each(found.pattern().as_usize()));
            }
            None => self.table.walk(text, |found| each(found.word)),
        }
    }

    /// The automaton, where so much was walked that it is worth its making.
    fn automaton_for(&self, text: &[u8]) -> Option<&AhoCorasick> {
        if self.automaton.get().is_none() {
            let before = self.walked.fetch_add(text.len(), Ordering::Relaxed);
            if before.saturating_add(text.len()) < MUCH {
                return None;
            }
        }
        let make = || {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(self.kind))
                .build(self.table.words())
                .ok()
        };
        self.automaton.get_or_init(make).as_ref()
    }
}

impl Clone for ManyWords {
    fn clone(&self) -> Self {
        Self {
            table: self.table.clone(),
            automaton: self.automaton.clone(),
            kind: self.kind,
            walked: AtomicUsize::new(self.walked.load(Ordering::Relaxed)),
        }
    }
}

/// The words by their beginnings.
#[derive(Debug, Clone)]
struct Table {
    /// All words behind each other, lower case.
    text: Vec<u8>,
    /// Where in it each word ends, in the order of the list.
    ends: Vec<usize>,
    /// The words by their slots.
    order: Vec<u32>,
    /// Where in `order` each slot begins; one more at the end.
    slots: Vec<u32>,
    /// Bits of a hash that are no part of the slot.
    shift: u32,
    /// For every two letters: a word may begin with them.
    pairs: Vec<u64>,
    /// Lengths of beginnings that there are, one bit each; the lowest: words without a letter.
    lengths: u8,
}

impl Table {
    fn new(words: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        for word in words {
            text.extend(word.as_ref().iter().map(u8::to_ascii_lowercase));
            ends.push(text.len());
        }
        let count = (ends.len() * 2).next_power_of_two().max(64);
        let shift = u64::BITS - count.trailing_zeros();
        let mut table = Self {
            text,
            ends,
            order: Vec::new(),
            slots: vec![0; count + 1],
            shift,
            pairs: vec![0; PAIRS / 64],
            lengths: 0,
        };
        let slots: Vec<usize> = (0..table.ends.len()).map(|index| table.enter(index)).collect();
        // Sorted by counting: how many stand before each slot.
        for slot in &slots {
            if let Some(count) = table.slots.get_mut(slot + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut table.slots {
            sum += *count;
            *count = sum;
        }
        let mut next = table.slots.clone();
        table.order = vec![0; slots.len()];
        for (index, slot) in slots.into_iter().enumerate() {
            if let Some(at) = next.get_mut(slot) {
                if let Some(place) = table.order.get_mut(*at as usize) {
                    *place = u32::try_from(index).unwrap_or(u32::MAX);
                }
                *at += 1;
            }
        }
        table
    }

    /// Notes how the word begins; its slot.
    fn enter(&mut self, index: usize) -> usize {
        let word = self.word(index);
        let length = word.len().min(HEAD);
        let (first, second) = (word.first().copied(), word.get(1).copied());
        let slot = self.slot(head(word, length), length);
        self.lengths |= 1 << length;
        let seconds = second.map_or(0..=u8::MAX, |second| second..=second);
        for second in first.iter().flat_map(|_| seconds.clone()) {
            let (word, bit) = pair(first.unwrap_or(0), second);
            if let Some(bits) = self.pairs.get_mut(word) {
                *bits |= bit;
            }
        }
        slot
    }

    fn word(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.text.get(start..*end)).unwrap_or(&[])
    }

    fn words(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| self.word(index))
    }

    fn slot(&self, head: u32, length: usize) -> usize {
        let key = u64::from(head) | (length as u64) << 32;
        usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift).unwrap_or(0)
    }

    fn walk(&self, text: &[u8], mut each: impl FnMut(FoundWord)) {
        if self.ends.is_empty() {
            return;
        }
        let mut lower = text.first().map_or(0, u8::to_ascii_lowercase);
        for start in 0..text.len() {
            let next = text.get(start + 1).map_or(0, u8::to_ascii_lowercase);
            let (word, bit) = pair(lower, next);
            lower = next;
            if self.pairs.get(word).is_some_and(|bits| bits & bit != 0) {
                self.at(text, start, &mut each);
            }
        }
        if self.lengths & 1 != 0 {
            for start in 0..=text.len() {
                self.of_slot(text, start, (0, 0), &mut each);
            }
        }
    }

    /// The words that begin at `start`.
    fn at(&self, text: &[u8], start: usize, each: &mut impl FnMut(FoundWord)) {
        let rest = text.get(start..).unwrap_or(&[]);
        let mut head = 0;
        for (byte, length) in rest.iter().zip(1..=HEAD) {
            head = head << 8 | u32::from(byte.to_ascii_lowercase());
            if self.lengths & (1 << length) != 0 {
                self.of_slot(text, start, (head, length), each);
            }
        }
    }

    /// The words that begin at `start` with these letters, so many of them.
    fn of_slot(
        &self,
        text: &[u8],
        start: usize,
        (head, length): (u32, usize),
        each: &mut impl FnMut(FoundWord),
    ) {
        let slot = self.slot(head, length);
        let (Some(from), Some(to)) = (self.slots.get(slot), self.slots.get(slot + 1)) else { return };
        for index in self.order.get(*from as usize..*to as usize).unwrap_or(&[]) {
            let index = *index as usize;
            let word = self.word(index);
            let end = start + word.len();
            // Other beginnings may have the same slot; each word is found by its own length alone, and so once.
            let own = word.len().min(HEAD) == length;
            if own && text.get(start..end).is_some_and(|here| here.eq_ignore_ascii_case(word)) {
                each(FoundWord { word: index, start, end });
            }
        }
    }
}

/// Where the bit of two letters is.
fn pair(first: u8, second: u8) -> (usize, u64) {
    (usize::from(first & 63), 1 << (second & 63))
}

/// The first `length` letters as a number, lower case.
fn head(word: &[u8], length: usize) -> u32 {
    word.iter().take(length).fold(0, |head, byte| head << 8 | u32::from(byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn automaton(words: &[Vec<u8>], text: &[u8]) -> Vec<FoundWord> {
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("builds");
        let found = automaton.find_overlapping_iter(text);
        found.map(|m| FoundWord { word: m.pattern().as_usize(), start: m.start(), end: m.end() }).collect()
    }

    fn found(words: &ManyWords, text: &[u8]) -> Vec<FoundWord> {
        let mut all = Vec::new();
        words.find(text, |found| all.push(found));
        all
    }

    proptest! {
        #[test]
        fn the_table_finds_what_the_automaton_finds(
            words in proptest::collection::vec("[abAB/é]{1,6}", 1..30),
            text in "[abAB/é ]{0,60}",
        ) {
            let mut words: Vec<Vec<u8>> = words.into_iter().map(String::into_bytes).collect();
            words.sort_unstable_by_key(|word| word.to_ascii_lowercase());
            words.dedup_by_key(|word| word.to_ascii_lowercase());
            let many = ManyWords::new(&words, false);
            let want = automaton(&words, text.as_bytes());
            prop_assert_eq!(&found(&many, text.as_bytes()), &want);
            let mut flags = vec![false; words.len()];
            many.find_unordered(text.as_bytes(), |word| flags[word] = true);
            for (index, flag) in flags.iter().enumerate() {
                prop_assert_eq!(*flag, want.iter().any(|found| found.word == index));
            }
        }
    }

    #[test]
    fn the_automaton_that_comes_later_finds_the_same() {
        let words: Vec<Vec<u8>> =
            ["sk-", "key", "KEY=", "+", "ключ", "y"].map(|w| w.as_bytes().to_vec()).to_vec();
        let text = "my KEY=sk-1 + ключ ".repeat(MUCH / 8);
        for fast in [false, true] {
            let many = ManyWords::new(&words, fast);
            let short = text.get(..2_300).expect("long enough");
            let first = found(&many, short.as_bytes());
            assert!(many.automaton.get().is_none() && first.len() > 300);
            assert_eq!(found(&many, text.as_bytes()).len(), first.len() * text.len() / short.len());
            assert!(many.automaton.get().is_some());
            assert_eq!(found(&many, short.as_bytes()), first);
        }
    }

    #[test]
    fn a_word_without_letters_stands_everywhere_and_none_nowhere() {
        let many = ManyWords::new(["", "ab"], false);
        assert_eq!(found(&many, b"ab").len(), 4);
        assert_eq!(found(&ManyWords::new(Vec::<Vec<u8>>::new(), false), b"ab"), []);
    }
}
