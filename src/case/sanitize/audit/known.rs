//! The values that must not leave, in the form in which they are compared: hashed windows.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::view::View;
use super::{canary, fold};
use crate::case::keyring::KeyRing;
use crate::case::sanitize::detect::looks_random;
use crate::case::sanitize::lexicon::Lexicon;
use crate::case::sanitize::normal::{is_dense, lower, stands_alone};
use crate::case::sanitize::secrets::random_part;

const SECRET_WINDOW: usize = 8;
const TEXT_WINDOW: usize = 20;
const DENSE_WINDOW: usize = 8;
/// Characters that a mask may show at either end.
const SHOWN: usize = 4;
/// Values of each sort that the audit proves itself with.
const MOST_SAMPLES: usize = 4;
const SECRET: &str = "a secret of this case";
const TEXT: &str = "text that was dropped";

/// Everything that the bytes are compared with.
#[derive(PartialEq)]
pub(super) struct Known {
    /// Windows of secrets by their first eight bytes (lower case); the rest of each window that is longer.
    grams: HashMap<u64, Vec<Vec<u8>>>,
    sieve: Sieve,
    /// Secrets that only count as whole words.
    words: Vec<Vec<u8>>,
    /// Random parts of long secrets, lower case, of which a masked echo may show the ends.
    ends: Vec<Vec<u8>>,
    /// Names of files, lower case, that count as whole words.
    names: Vec<String>,
    /// Hashes of windows of dropped texts, white space collapsed.
    spaced: Windows,
    /// The same of letters and digits alone, either way round: see [`roll_either_way`].
    tight: Windows,
    dense: Windows,
    /// See [`Known::samples`].
    samples: Vec<String>,
}

/// A coarse first test that answers "certainly not" for nearly every place.
#[derive(PartialEq)]
struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    fn new(expected: usize) -> Self {
        let bits = (expected.max(64) * 16).next_power_of_two();
        Self { bits: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() }
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let bit = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
    }

    fn add(&mut self, hash: u64) {
        let (word, mask) = self.place(hash);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= mask;
        }
    }

    fn may_hold(&self, hash: u64) -> bool {
        let (word, mask) = self.place(hash);
        self.bits.get(word).is_some_and(|word| word & mask != 0)
    }
}

/// A set of hashes: sorted, behind a sieve.
#[derive(PartialEq)]
struct Windows {
    hashes: Vec<u64>,
    sieve: Sieve,
}

impl Windows {
    fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        let mut sieve = Sieve::new(hashes.len());
        for hash in &hashes {
            sieve.add(*hash);
        }
        Self { hashes, sieve }
    }

    fn holds(&self, hash: u64) -> bool {
        self.sieve.may_hold(hash) && self.hashes.binary_search(&hash).is_ok()
    }
}

/// A view in the forms in which it is compared: the same for whatever is looked for.
pub(super) struct Folded {
    lower: Vec<u8>,
    /// Letters and digits alone, with their places, where the view is tight.
    solid: Vec<u8>,
    places: Vec<usize>,
    /// White space collapsed.
    collapsed: Vec<(usize, char)>,
    /// See [`fold::letters`].
    letters: Vec<(usize, char)>,
    is_dense: bool,
}

impl Folded {
    pub(super) fn of(view: &View) -> Self {
        let bytes = view.bytes();
        let lower = bytes.to_ascii_lowercase();
        // Whatever a reader leaves out between the pieces: quotation marks, commas, the `>` of a quoted mail.
        let (places, solid) = if view.is_tight() {
            lower.iter().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric()).unzip()
        } else {
            (Vec::new(), Vec::new())
        };
        let letters = fold::letters(chars_of(bytes));
        let is_dense = letters.iter().any(|(_, c)| is_dense(*c));
        Self { lower, solid, places, collapsed: collapse(chars_of(bytes)), letters, is_dense }
    }
}

/// A place of a view at which something stands that must not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) rule: &'static str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Hits that are told of one view; more say nothing new.
const MOST_HITS: usize = 1_000;

/// Adds a hit; what runs into the last one makes that one longer.
fn tell(hits: &mut Vec<Hit>, rule: &'static str, start: usize, end: usize) {
    let full = hits.len() >= MOST_HITS;
    match hits.last_mut() {
        Some(last) if last.rule == rule && last.start <= start && start <= last.end => {
            last.end = last.end.max(end);
        }
        _ if full => {}
        _ => hits.push(Hit { rule, start, end }),
    }
}

/// What one audit may cost, in bytes looked at: there is no clock here, and no input may make it endless.
pub(super) struct Work {
    left: usize,
    explained: HashMap<u64, bool>,
}

/// The work was not done when the limit came.
#[derive(Debug)]
pub(super) struct Exhausted;

impl Work {
    pub(super) fn new(limit: usize) -> Self {
        Self { left: limit, explained: HashMap::new() }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.left = self.left.checked_sub(bytes).ok_or(Exhausted)?;
        Ok(())
    }

    /// Whether the program's own texts explain `window`; asked once for each.
    fn explains(
        &mut self,
        window: &[(usize, char)],
        hash: u64,
        lexicon: &Lexicon,
    ) -> Result<bool, Exhausted> {
        if let Some(known) = self.explained.get(&hash) {
            return Ok(*known);
        }
        self.spend(lexicon.size() / 16)?;
        let explained = !says_something(window, lexicon);
        self.explained.insert(hash, explained);
        Ok(explained)
    }
}

impl Known {
    /// `base` is what the program may say of itself; `lexicon` also holds the case's typed values.
    pub(super) fn new<'t>(
        ring: &KeyRing,
        dropped: impl IntoIterator<Item = &'t str>,
        names: impl IntoIterator<Item = &'t str>,
        lexicon: &Lexicon,
        base: &Lexicon,
    ) -> Self {
        let mut known = Self {
            grams: HashMap::new(),
            sieve: Sieve::new(0),
            words: Vec::new(),
            ends: Vec::new(),
            names: names.into_iter().map(str::to_lowercase).collect(),
            spaced: Windows::new(Vec::new()),
            tight: Windows::new(Vec::new()),
            dense: Windows::new(Vec::new()),
            samples: Vec::new(),
        };
        for held in ring.iter() {
            known.add_secret(held.expose(), lexicon, base);
        }
        // What the audit proves itself with is known like the rest.
        known.add_secret(&canary::key(), lexicon, base);
        let mut sieve = Sieve::new(known.grams.len());
        known.grams.keys().for_each(|key| sieve.add(*key));
        known.sieve = sieve;
        known.add_texts(dropped.into_iter().chain(canary::PROMPTS), lexicon);
        known
    }

    fn add_secret(&mut self, secret: &str, lexicon: &Lexicon, base: &Lexicon) {
        // A typed value may hold a secret by a fault: only words that people choose are explained by one.
        let longest = secret.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap_or(0);
        let lexicon = if looks_random(secret) && longest >= 2 * SECRET_WINDOW { base } else { lexicon };
        if secret.chars().count() < 3 || lexicon.has_whole_word(&secret.to_lowercase()) {
            return;
        }
        self.words.push(secret.as_bytes().to_vec());
        if secret.len() < SECRET_WINDOW {
            return;
        }
        let body = random_part(secret);
        if body.len() >= 2 * SECRET_WINDOW {
            self.ends.push(body.to_ascii_lowercase().into_bytes());
        }
        let windows = windows_of(secret, lexicon);
        if !windows.is_empty() && self.samples.len() < MOST_SAMPLES {
            self.samples.push(secret.to_owned());
        }
        for window in windows {
            if let Some((first, rest)) = window.split_at_checked(SECRET_WINDOW) {
                let rests = self.grams.entry(key_of(first)).or_default();
                if !rests.iter().any(|r| r == rest) {
                    rests.push(rest.to_vec());
                }
            }
        }
    }

    fn add_texts<'t>(&mut self, texts: impl Iterator<Item = &'t str>, lexicon: &Lexicon) {
        let (mut spaced, mut tight, mut dense) = (Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            let collapsed = collapse(text.char_indices());
            spaced.reserve_exact(collapsed.len());
            roll(&collapsed, TEXT_WINDOW, |_, hash| spaced.push(hash));
            let letters = fold::letters(text.char_indices());
            let sample = letters.windows(TEXT_WINDOW).take(200).find(|w| says_something(w, lexicon));
            if let Some(window) = sample.filter(|_| self.samples.len() < 2 * MOST_SAMPLES) {
                self.samples.push(window.iter().map(|(_, c)| *c).collect());
            }
            tight.reserve_exact(letters.len());
            roll_either_way(&letters, TEXT_WINDOW, |_, hash, _| tight.push(hash));
            roll_either_way(&letters, DENSE_WINDOW, |from, hash, _| {
                let window = letters.get(from..from + DENSE_WINDOW).unwrap_or(&[]);
                if window.iter().filter(|(_, c)| is_dense(*c)).count() * 2 >= window.len() {
                    dense.push(hash);
                }
            });
        }
        self.spaced = Windows::new(spaced);
        self.tight = Windows::new(tight);
        self.dense = Windows::new(dense);
    }

    /// As if a fault had lost what is known.
    #[cfg(test)]
    pub(super) fn forget(&mut self) {
        self.grams.clear();
        self.words.clear();
    }

    /// Values of this case, a few of each sort, in a form that must be found wherever it stands.
    pub(super) fn samples(&self) -> &[String] {
        &self.samples
    }

    /// Everything that stands in `view` and must not leave, in order, overlaps joined. `folded`: its forms, where they are made.
    pub(super) fn find(
        &self,
        view: &View,
        folded: Option<&Folded>,
        lexicon: &Lexicon,
        work: &mut Work,
    ) -> Result<Vec<Hit>, Exhausted> {
        work.spend(view.bytes().len() * 8)?;
        let made = if folded.is_some() { None } else { Some(Folded::of(view)) };
        let Some(folded) = folded.or(made.as_ref()) else { return Err(Exhausted) };
        let mut hits = Vec::new();
        self.secrets_in(view, folded, &mut hits);
        self.masked_in(view.bytes(), &mut hits);
        self.texts_in(folded, lexicon, work, &mut hits)?;
        self.names_in(view, lexicon, &mut hits);
        hits.sort_by_key(|hit| (hit.start, hit.end));
        let mut joined: Vec<Hit> = Vec::new();
        for hit in hits {
            match joined.last_mut() {
                Some(last) if hit.start <= last.end => last.end = last.end.max(hit.end),
                _ => joined.push(hit),
            }
        }
        Ok(joined)
    }

    fn names_in(&self, view: &View, lexicon: &Lexicon, hits: &mut Vec<Hit>) {
        if self.names.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(view.bytes()).to_lowercase();
        for name in self.names.iter().filter(|name| !lexicon.explains_word(name)) {
            for (start, found) in text.match_indices(name.as_str()).take(MOST_HITS) {
                let end = start + found.len();
                if stands_alone(text.as_bytes(), start, end) {
                    tell(hits, "the name of a file", start, end);
                }
            }
        }
    }

    fn secrets_in(&self, view: &View, folded: &Folded, hits: &mut Vec<Hit>) {
        let bytes = view.bytes();
        self.grams_in(&folded.lower, |index| index, hits);
        let place = |index: usize| folded.places.get(index).copied().unwrap_or(bytes.len());
        self.grams_in(&folded.solid, place, hits);
        for word in &self.words {
            let Some(first) = word.first() else { continue };
            for start in memchr::memchr_iter(*first, bytes) {
                let end = start + word.len();
                if bytes.get(start..end) == Some(word) && stands_alone(bytes, start, end) {
                    tell(hits, SECRET, start, end);
                }
            }
        }
    }

    /// Looks for secrets in `letters`; `place` says where each of them stands in the view.
    fn grams_in(&self, letters: &[u8], place: impl Fn(usize) -> usize, hits: &mut Vec<Hit>) {
        let mut key = 0_u64;
        for (index, byte) in letters.iter().enumerate() {
            key = (key << 8) | u64::from(*byte);
            let Some(first) = (index + 1).checked_sub(SECRET_WINDOW) else { continue };
            if !self.sieve.may_hold(key) {
                continue;
            }
            let Some(rests) = self.grams.get(&key) else { continue };
            let tail = letters.get(index + 1..).unwrap_or(&[]);
            if let Some(rest) = rests.iter().find(|rest| tail.starts_with(rest)) {
                tell(hits, SECRET, place(first), place(index + rest.len()) + 1);
            }
        }
    }

    /// Masked echoes that show more of a secret than four characters at either end.
    fn masked_in(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        let mut at = 0;
        // A mask begins with one of these.
        while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'*', b'.', 0xe2, rest)) {
            at += next;
            let rest = bytes.get(at..).unwrap_or(&[]);
            let length = mask(rest);
            if length == 0 {
                at += 1;
                continue;
            }
            let (start, end) = (at, at + length);
            at = end;
            let token = |b: &&u8| b.is_ascii_alphanumeric();
            let head: Vec<u8> = {
                let shown = bytes.get(..start).unwrap_or(&[]).iter().rev().take(40).take_while(token);
                let mut head: Vec<u8> = shown.map(u8::to_ascii_lowercase).collect();
                head.reverse();
                head
            };
            let tail: Vec<u8> = bytes
                .get(end..)
                .unwrap_or(&[])
                .iter()
                .take(40)
                .take_while(token)
                .map(u8::to_ascii_lowercase)
                .collect();
            let is_of = |body: &&Vec<u8>| {
                (head.len() > SHOWN && body.starts_with(&head))
                    || (tail.len() > SHOWN && body.ends_with(&tail))
            };
            if self.ends.iter().any(|body| is_of(&body)) {
                tell(hits, "a masked secret that shows too much", start - head.len(), end + tail.len());
            }
        }
    }

    fn texts_in(
        &self,
        folded: &Folded,
        lexicon: &Lexicon,
        work: &mut Work,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Exhausted> {
        let Folded { collapsed, letters, .. } = folded;
        // A window of the third sort is of dense scripts for a half at least.
        let dense = if folded.is_dense { letters.as_slice() } else { &[] };
        for (chars, windows, width, either_way) in [
            (collapsed.as_slice(), &self.spaced, TEXT_WINDOW, false),
            (letters.as_slice(), &self.tight, TEXT_WINDOW, true),
            (dense, &self.dense, DENSE_WINDOW, true),
        ] {
            let mut found: Vec<(usize, u64)> = Vec::new();
            // What explains a window does not explain it backwards: it is remembered by its own hash.
            if either_way {
                roll_either_way(chars, width, |from, hash, own| {
                    if windows.holds(hash) {
                        found.push((from, own));
                    }
                });
            } else {
                roll(chars, width, |from, hash| {
                    if windows.holds(hash) {
                        found.push((from, hash));
                    }
                });
            }
            for (from, hash) in found {
                let Some(window) = chars.get(from..from + width) else { continue };
                if !work.explains(window, hash, lexicon)?
                    && let (Some((start, _)), Some((last, c))) = (window.first(), window.last())
                {
                    tell(hits, TEXT, *start, last + c.len_utf8());
                }
            }
        }
        Ok(())
    }
}

/// The length of the mask (`***`, `•••`, `…`, `[...]`) at the start of `rest`.
fn mask(rest: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let step = match rest.get(length..) {
            Some([b'*' | b'.', ..]) => 1,
            Some([0xe2, 0x80, 0xa2 | 0xa6, ..] | [0xe2, 0x97, 0x8f, ..] | [0xe2, 0x96, 0x88, ..]) => 3,
            _ => break,
        };
        length += step;
    }
    if length >= 3 || rest.starts_with(b"**") { length } else { 0 }
}

/// Characters with their first byte; what is no UTF-8 stands as the replacement character.
fn chars_of(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> {
    let mut at = 0;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let from = at;
        let behind = from + chunk.valid().len();
        at = behind + chunk.invalid().len();
        let fault = (!chunk.invalid().is_empty()).then_some((behind, '\u{fffd}'));
        chunk.valid().char_indices().map(move |(offset, c)| (from + offset, c)).chain(fault)
    })
}

/// The windows of `secret` in all encodings, lower case; each at least eight bytes long.
fn windows_of(secret: &str, lexicon: &Lexicon) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let lower = |bytes: &[u8]| bytes.to_ascii_lowercase();
    let body = random_part(secret).as_bytes();
    for window in body.windows(SECRET_WINDOW) {
        let mut distinct = window.to_ascii_lowercase();
        distinct.sort_unstable();
        distinct.dedup();
        let word = String::from_utf8_lossy(window).to_lowercase();
        if distinct.len() >= 4 && !lexicon.explains_word(&word) {
            let back: Vec<u8> = window.iter().rev().copied().collect();
            out.extend([lower(window), lower(&back)]);
        }
    }
    let solid: Vec<u8> =
        body.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    if solid.len() < body.len() {
        for window in solid.windows(SECRET_WINDOW) {
            let distinct = window.iter().collect::<std::collections::BTreeSet<_>>().len();
            if distinct >= 4 && !lexicon.explains_window(&String::from_utf8_lossy(window)) {
                out.push(window.to_vec());
                out.push(window.iter().rev().copied().collect());
            }
        }
    }
    let hex: Vec<u8> = body.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect();
    out.extend(hex.windows(2 * SECRET_WINDOW).step_by(2).map(<[u8]>::to_vec));
    let percent: Vec<u8> = body.iter().flat_map(|b| format!("%{b:02x}").into_bytes()).collect();
    out.extend(percent.windows(3 * SECRET_WINDOW).step_by(3).map(<[u8]>::to_vec));
    for lead in 0..3_usize {
        let mut padded = vec![b'a'; lead];
        padded.extend_from_slice(secret.as_bytes());
        let encoded = STANDARD.encode(&padded);
        // The characters at the ends also depend on the neighbours; those in between on the secret alone.
        let bits = (lead * 8, padded.len() * 8);
        let inner = encoded.get(bits.0.div_ceil(6)..bits.1 / 6).unwrap_or("");
        for text in [inner.to_owned(), inner.replace('+', "-").replace('/', "_")] {
            out.extend(text.as_bytes().windows(12).map(lower));
        }
    }
    out
}

fn key_of(window: &[u8]) -> u64 {
    window.iter().fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

fn collapse(chars: impl Iterator<Item = (usize, char)>) -> Vec<(usize, char)> {
    let mut out: Vec<(usize, char)> = Vec::new();
    chars.for_each(|(at, c)| {
        if c.is_whitespace() {
            if out.last().is_some_and(|(_, last)| *last != ' ') {
                out.push((at, ' '));
            }
        } else if fold::is_simple(c) {
            out.push((at, lower(c)));
        } else if !fold::is_unseen(c) {
            fold::compatible(c, |c| out.push((at, lower(c))));
        }
    });
    out
}

/// Odd, so that it has an inverse.
const BASE: u64 = 6_364_136_223_846_793_005;

fn code(c: char) -> u64 {
    u64::from(u32::from(c)) + 0x51_7cc1
}

/// Calls `each` with the start of every window of `width` characters and its hash.
fn roll(chars: &[(usize, char)], width: usize, mut each: impl FnMut(usize, u64)) {
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = 0_u64;
    for (_, c) in chars.iter().take(width - 1) {
        hash = hash.wrapping_mul(BASE).wrapping_add(code(*c));
    }
    let last = chars.get(width - 1..).unwrap_or_default();
    for (start, ((_, gone), (_, c))) in chars.iter().zip(last).enumerate() {
        hash = hash.wrapping_mul(BASE).wrapping_add(code(*c));
        each(start, hash);
        hash = hash.wrapping_sub(code(*gone).wrapping_mul(top));
    }
}

/// The same with two hashes: one that the window shares with its characters backwards, so that a text is held once and found
/// either way round, and its own.
fn roll_either_way(chars: &[(usize, char)], width: usize, mut each: impl FnMut(usize, u64, u64)) {
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    // The inverse modulo 2^64 by Newton's steps, each of which doubles the bits that are right.
    let inverse = (0..5).fold(BASE, |x, _| x.wrapping_mul(2_u64.wrapping_sub(BASE.wrapping_mul(x))));
    let mut back = chars
        .iter()
        .take(width - 1)
        .fold((0_u64, 1_u64), |(sum, power), (_, c)| {
            (sum.wrapping_add(code(*c).wrapping_mul(power)), power.wrapping_mul(BASE))
        })
        .0;
    let mut ends = chars.iter().zip(chars.get(width - 1..).unwrap_or_default());
    roll(chars, width, |start, hash| {
        let Some(((_, gone), (_, c))) = ends.next() else { return };
        back = back.wrapping_add(code(*c).wrapping_mul(top));
        each(start, hash.min(back), hash);
        back = back.wrapping_sub(code(*gone)).wrapping_mul(inverse);
    });
}

fn says_something(window: &[(usize, char)], lexicon: &Lexicon) -> bool {
    let text: String = window.iter().map(|(_, c)| *c).collect();
    let mut distinct: Vec<char> = Vec::with_capacity(4);
    for c in text.chars() {
        if distinct.len() < 4 && !distinct.contains(&c) {
            distinct.push(c);
        }
    }
    distinct.len() >= 4 && !lexicon.explains_window(&text)
}
