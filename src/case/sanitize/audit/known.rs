//! The values that must not leave, in the form in which they are compared: hashed windows.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::view::View;
use crate::case::keyring::KeyRing;
use crate::case::sanitize::lexicon::Lexicon;
use crate::case::sanitize::normal::{is_dense, lower, stands_alone};
use crate::case::sanitize::secrets::random_part;

const SECRET_WINDOW: usize = 8;
const TEXT_WINDOW: usize = 20;
const DENSE_WINDOW: usize = 8;

/// Everything that the bytes are compared with.
pub(super) struct Known {
    /// Windows of secrets by their first eight bytes (lower case); the rest of each window that is longer.
    grams: HashMap<u64, Vec<Vec<u8>>>,
    sieve: Sieve,
    /// Secrets that only count as whole words.
    words: Vec<Vec<u8>>,
    /// Names of files, lower case, that count as whole words.
    names: Vec<String>,
    /// Hashes of windows of dropped texts, white space collapsed.
    spaced: Windows,
    /// The same of letters and digits alone, forwards and backwards.
    tight: Windows,
    dense: Windows,
}

/// A coarse first test that answers "certainly not" for nearly every place.
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

impl Known {
    pub(super) fn new<'t>(
        ring: &KeyRing,
        dropped: impl IntoIterator<Item = &'t str>,
        names: impl IntoIterator<Item = &'t str>,
        lexicon: &Lexicon,
    ) -> Self {
        let mut grams: HashMap<u64, Vec<Vec<u8>>> = HashMap::new();
        let mut words = Vec::new();
        for held in ring.iter() {
            let secret = held.expose();
            if secret.chars().count() < 3 || lexicon.has_whole_word(&secret.to_lowercase()) {
                continue;
            }
            if secret.len() < SECRET_WINDOW {
                words.push(secret.as_bytes().to_vec());
                continue;
            }
            words.push(secret.as_bytes().to_vec());
            for window in windows_of(secret, lexicon) {
                if let Some((first, rest)) = window.split_at_checked(SECRET_WINDOW) {
                    let rests = grams.entry(key_of(first)).or_default();
                    if !rests.iter().any(|r| r == rest) {
                        rests.push(rest.to_vec());
                    }
                }
            }
        }
        let mut sieve = Sieve::new(grams.len());
        for key in grams.keys() {
            sieve.add(*key);
        }
        let (mut spaced, mut tight, mut dense) = (Vec::new(), Vec::new(), Vec::new());
        for text in dropped {
            let chars: Vec<char> = text.chars().collect();
            roll(&collapse(chars.iter().copied().enumerate()), TEXT_WINDOW, |_, hash| spaced.push(hash));
            let mut letters = letters(chars.iter().copied().enumerate());
            for _ in 0..2 {
                roll(&letters, TEXT_WINDOW, |_, hash| tight.push(hash));
                roll(&letters, DENSE_WINDOW, |window, hash| {
                    if window.iter().filter(|(_, c)| is_dense(*c)).count() * 2 >= window.len() {
                        dense.push(hash);
                    }
                });
                letters.reverse();
            }
        }
        Self {
            grams,
            sieve,
            words,
            names: names.into_iter().map(str::to_lowercase).collect(),
            spaced: Windows::new(spaced),
            tight: Windows::new(tight),
            dense: Windows::new(dense),
        }
    }

    /// The first value that stands in `view`: the rule and the byte.
    pub(super) fn find(&self, view: &View, lexicon: &Lexicon) -> Option<(&'static str, usize)> {
        self.secret_in(view.bytes())
            .map(|at| ("a secret of this case", at))
            .or_else(|| self.text_in(view, lexicon).map(|at| ("text that was dropped", at)))
            .or_else(|| self.name_in(view, lexicon).map(|at| ("the name of a file", at)))
    }

    fn name_in(&self, view: &View, lexicon: &Lexicon) -> Option<usize> {
        if self.names.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(view.bytes()).to_lowercase();
        self.names.iter().filter(|name| !lexicon.explains_word(name)).find_map(|name| {
            let mut found = text.match_indices(name.as_str()).map(|(at, _)| at);
            found.find(|at| stands_alone(text.as_bytes(), *at, at + name.len()))
        })
    }

    fn secret_in(&self, bytes: &[u8]) -> Option<usize> {
        let lower = bytes.to_ascii_lowercase();
        let mut key = 0_u64;
        for (index, byte) in lower.iter().enumerate() {
            key = (key << 8) | u64::from(*byte);
            let Some(start) = (index + 1).checked_sub(SECRET_WINDOW) else { continue };
            if !self.sieve.may_hold(key) {
                continue;
            }
            let rest = lower.get(index + 1..).unwrap_or(&[]);
            if self.grams.get(&key).is_some_and(|rests| rests.iter().any(|r| rest.starts_with(r))) {
                return Some(start);
            }
        }
        self.words.iter().find_map(|word| {
            (0..bytes.len().saturating_sub(word.len() - 1)).find(|at| {
                bytes.get(*at..at + word.len()) == Some(word) && stands_alone(bytes, *at, at + word.len())
            })
        })
    }

    fn text_in(&self, view: &View, lexicon: &Lexicon) -> Option<usize> {
        if self.tight.hashes.is_empty() && self.dense.hashes.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(view.bytes());
        // A replaced byte shifts what follows by two; the line that is named may then be a neighbour.
        let collapsed = collapse(text.char_indices());
        let letters = letters(text.char_indices());
        for (chars, windows, width) in [
            (&collapsed, &self.spaced, TEXT_WINDOW),
            (&letters, &self.tight, TEXT_WINDOW),
            (&letters, &self.dense, DENSE_WINDOW),
        ] {
            let mut found = None;
            roll(chars, width, |window, hash| {
                if found.is_none() && windows.holds(hash) && says_something(window, lexicon) {
                    found = window.first().map(|(at, _)| *at);
                }
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }
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
    for (at, c) in chars {
        if !c.is_whitespace() {
            out.push((at, lower(c)));
        } else if out.last().is_some_and(|(_, last)| *last != ' ') {
            out.push((at, ' '));
        }
    }
    out
}

fn letters(chars: impl Iterator<Item = (usize, char)>) -> Vec<(usize, char)> {
    chars.filter(|(_, c)| c.is_alphanumeric()).map(|(at, c)| (at, lower(c))).collect()
}

/// Calls `each` with every window of `width` characters and its hash.
fn roll(chars: &[(usize, char)], width: usize, mut each: impl FnMut(&[(usize, char)], u64)) {
    const BASE: u64 = 6_364_136_223_846_793_005;
    let top = (1..width).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let code = |c: char| u64::from(u32::from(c)) + 0x51_7cc1;
    let mut hash = 0_u64;
    for (index, (_, c)) in chars.iter().enumerate() {
        if let Some((_, gone)) = index.checked_sub(width).and_then(|i| chars.get(i)) {
            hash = hash.wrapping_sub(code(*gone).wrapping_mul(top));
        }
        hash = hash.wrapping_mul(BASE).wrapping_add(code(*c));
        if let Some(window) = (index + 1).checked_sub(width).and_then(|start| chars.get(start..=index)) {
            each(window, hash);
        }
    }
}

fn says_something(window: &[(usize, char)], lexicon: &Lexicon) -> bool {
    let text: String = window.iter().map(|(_, c)| *c).collect();
    let distinct = text.chars().collect::<std::collections::BTreeSet<_>>().len();
    distinct >= 4 && !lexicon.explains_window(&text)
}
