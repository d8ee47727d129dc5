//! Finds the secrets that the case holds: whole, in pieces of eight characters, and encoded.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::layer::Layer;
use super::lexicon::Lexicon;
use super::normal::stands_alone;
use super::shadow::Shadow;
use crate::case::keyring::{KeyRing, Label};

/// Characters in a row of a secret's random part that tell too much.
const PIECE: usize = 8;

/// Searches for all secrets of a ring at once.
#[derive(Clone, Default)]
pub(super) struct SecretScan {
    pieces: Option<AhoCorasick>,
    /// For each pattern: which secret, and whether the whole encoded run around it goes.
    owners: Vec<(Label, Reach)>,
    /// Secrets too short for pieces, found as whole words only.
    short: Vec<(Label, String)>,
    /// First and last characters, to know a masked echo again.
    ends: Vec<(Label, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Match,
    Run,
}

/// A place where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) label: Label,
}

impl SecretScan {
    /// A search for every secret of `ring`. Pieces that `lexicon` explains say nothing and are left out.
    pub(super) fn new(ring: &KeyRing, lexicon: &Lexicon) -> Self {
        let mut scan = Self::default();
        let mut patterns: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut list: Vec<Vec<u8>> = Vec::new();
        for held in ring.iter().filter(|_| Layer::Known.is_on()) {
            let secret = held.expose();
            if lexicon.has_whole_word(&secret.to_lowercase()) || secret.chars().count() < 3 {
                continue;
            }
            scan.ends.push((held.label, secret.to_owned()));
            if secret.chars().count() < PIECE {
                scan.short.push((held.label, secret.to_owned()));
                continue;
            }
            for (pattern, reach) in patterns_of(secret, lexicon) {
                let next = list.len();
                let key = pattern.to_ascii_lowercase();
                if *patterns.entry(key.clone()).or_insert(next) == next {
                    list.push(key);
                    scan.owners.push((held.label, reach));
                }
            }
        }
        // Where the automaton cannot be built (out of its size limits), the whole values are still found.
        scan.pieces = (!list.is_empty())
            .then(|| AhoCorasick::builder().ascii_case_insensitive(true).build(&list).ok())
            .flatten();
        if scan.pieces.is_none() && !list.is_empty() {
            scan.short = ring.iter().map(|h| (h.label, h.expose().to_owned())).collect();
        }
        scan
    }

    /// Every place of `shadow` at which a secret or a piece of it stands, in order, overlaps merged.
    pub(super) fn find(&self, shadow: &Shadow) -> Vec<Found> {
        self.search(&shadow.bytes, true)
    }

    /// The same in `bytes` as they stand.
    pub(super) fn find_in(&self, bytes: &[u8]) -> Vec<Found> {
        self.search(bytes, true)
    }

    /// True when there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_none() && self.short.is_empty()
    }

    /// The same where words run together, so that the run around a hit says nothing.
    pub(super) fn find_pieces(&self, shadow: &Shadow) -> Vec<Found> {
        self.search(&shadow.bytes, false)
    }

    fn search(&self, bytes: &[u8], runs: bool) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        if let Some(automaton) = &self.pieces {
            for hit in automaton.find_overlapping_iter(bytes) {
                let Some((label, reach)) = self.owners.get(hit.pattern().as_usize()).copied() else {
                    continue;
                };
                let (start, end) = match reach {
                    Reach::Run if !runs => (hit.start(), hit.end()),
                    Reach::Match => (hit.start(), hit.end()),
                    // Many hits lie in one run: do not walk it again for each.
                    Reach::Run if found.last().is_some_and(|f| f.label == label && f.end >= hit.end()) => {
                        continue;
                    }
                    Reach::Run => run_around(bytes, hit.start(), hit.end()),
                };
                found.push(Found { start, end, label });
            }
        }
        for (label, secret) in &self.short {
            found.extend(whole_words(bytes, secret.as_bytes()).map(|(start, end)| Found {
                start,
                end,
                label: *label,
            }));
        }
        merge(found)
    }

    /// The secret of which `masked` (`sk-abc***wxyz`) shows the ends.
    pub(super) fn by_mask(&self, masked: &str) -> Option<Label> {
        let mask = |c: char| matches!(c, '*' | '•' | '●' | '…' | '.');
        let head = masked.split(mask).next().unwrap_or("");
        let tail = masked.rsplit(mask).next().unwrap_or("");
        let shown = head.len() + tail.len();
        if shown < 4 || shown >= masked.len() {
            return None;
        }
        self.ends
            .iter()
            .find(|(_, secret)| secret.starts_with(head) && secret.ends_with(tail))
            .map(|(label, _)| *label)
    }
}

fn merge(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    let mut merged: Vec<Found> = Vec::new();
    for next in found {
        match merged.last_mut() {
            Some(last) if next.start < last.end || (next.start == last.end && next.label == last.label) => {
                last.end = last.end.max(next.end);
            }
            _ => merged.push(next),
        }
    }
    merged
}

/// The places of `word` where it stands alone.
fn whole_words<'b>(bytes: &'b [u8], word: &'b [u8]) -> impl Iterator<Item = (usize, usize)> + 'b {
    let last = bytes.len().saturating_sub(word.len());
    (0..=last).filter_map(move |at| {
        let end = at + word.len();
        (!word.is_empty() && bytes.get(at..end) == Some(word) && stands_alone(bytes, at, end))
            .then_some((at, end))
    })
}

/// The run of characters of an encoded text around a hit.
fn run_around(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_' | b'%');
    let before = bytes.get(..start).unwrap_or(&[]).iter().rev().take_while(|b| part(b)).count();
    let after = bytes.get(end..).unwrap_or(&[]).iter().take_while(|b| part(b)).count();
    (start - before, end + after)
}

/// Everything to look for: the whole secret and its pieces, forwards, backwards, in hexadecimal, base64 and percent.
fn patterns_of(secret: &str, lexicon: &Lexicon) -> Vec<(Vec<u8>, Reach)> {
    let mut out: Vec<(Vec<u8>, Reach)> = vec![(secret.as_bytes().to_vec(), Reach::Match)];
    let reversed: String = secret.chars().rev().collect();
    out.push((reversed.into_bytes(), Reach::Match));
    let body: Vec<char> = random_part(secret).chars().collect();
    for piece in body.windows(PIECE) {
        if tells_nothing(piece, lexicon) {
            continue;
        }
        out.push((piece.iter().collect::<String>().into_bytes(), Reach::Match));
        out.push((piece.iter().rev().collect::<String>().into_bytes(), Reach::Match));
    }
    let percent = secret.bytes().flat_map(|b| format!("%{b:02x}").into_bytes()).collect();
    out.push((percent, Reach::Run));
    if let Ok(json) = serde_json::to_string(secret) {
        out.push((json.trim_matches('"').as_bytes().to_vec(), Reach::Match));
    }
    let digits: Vec<u8> = secret.bytes().flat_map(|b| format!("{b:02x}").into_bytes()).collect();
    out.extend(steps(&digits, 2 * PIECE, 2));
    for offset in 0..3 {
        let core = base64_core(secret.as_bytes(), offset);
        let url_safe = core.replace('+', "-").replace('/', "_");
        out.extend(steps(core.as_bytes(), 12, 1));
        if url_safe != core {
            out.extend(steps(url_safe.as_bytes(), 12, 1));
        }
    }
    out
}

fn steps(encoded: &[u8], width: usize, step: usize) -> impl Iterator<Item = (Vec<u8>, Reach)> + '_ {
    encoded.windows(width).step_by(step).map(|w| (w.to_vec(), Reach::Run))
}

/// The characters of the base64 text that depend on `secret` alone when `offset` bytes stand before it.
fn base64_core(secret: &[u8], offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret);
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let first = (offset * 8).div_ceil(6);
    let whole = bytes.len() * 8 / 6;
    encoded.get(first..whole).unwrap_or("").to_owned()
}

/// `secret` without the prefix that its maker publishes (`sk-proj-`, `sk-or-v1-`): short lower-case words before `-` or `_`.
pub(super) fn random_part(secret: &str) -> &str {
    let mut rest = secret;
    while let Some(at) = rest.find(['-', '_']) {
        let word = rest.get(..at).unwrap_or("");
        let after = rest.get(at + 1..).unwrap_or("");
        let public = (1..=8).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_lowercase());
        if !public || after.len() < 12 {
            break;
        }
        rest = after;
    }
    rest
}

/// A piece that chance or our own words would bring into any note.
fn tells_nothing(piece: &[char], lexicon: &Lexicon) -> bool {
    let distinct = piece.iter().collect::<std::collections::BTreeSet<_>>().len();
    distinct < 4 || lexicon.explains_word(&piece.iter().collect::<String>().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keyring::{Origin, SecretKind};

    fn scan(secret: &str) -> SecretScan {
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, secret);
        let mut lexicon = Lexicon::default();
        lexicon.add("authorization api.acme-gateway.example none");
        SecretScan::new(&ring, &lexicon)
    }

    fn cut(scan: &SecretScan, text: &str) -> String {
        let shadow = Shadow::plain(text);
        let mut out = String::new();
        let mut at = 0;
        for found in scan.find(&shadow) {
            let (start, end) = shadow.span(found.start, found.end);
            out.push_str(&text[at..start]);
            out.push_str(&found.label.to_string());
            at = end;
        }
        out + &text[at..]
    }

    #[test]
    fn every_form_is_found() {
        let secret = format!("sk-proj-{}", "aB3dE5fG7hJ9kL1m".repeat(2));
        let scan = scan(&secret);
        let hex = secret.bytes().map(|b| format!("{b:02X}")).collect::<Vec<_>>().concat();
        let percent = secret.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
        let reversed: String = secret.chars().rev().collect();
        for form in [&secret, &hex, &percent, &reversed, &secret.to_uppercase()] {
            assert_eq!(cut(&scan, &format!("before {form} after")), "before [key#1] after");
        }
        for lead in ["", "x", "xy", "user:"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{lead}{secret}tail"));
            assert_eq!(cut(&scan, &format!("a {encoded} b")), "a [key#1] b", "{lead}");
        }
        assert_eq!(cut(&scan, "has dE5fG7hJ in it"), "has [key#1] in it");
        assert_eq!(cut(&scan, "sk-proj- is a public prefix"), "sk-proj- is a public prefix");
    }

    #[test]
    fn short_and_word_like_secrets_stand_alone() {
        assert_eq!(cut(&scan("hunter2"), "pw hunter2, not xhunter2x"), "pw [key#1], not xhunter2x");
        assert_eq!(cut(&scan("none"), "none"), "none");
        assert_eq!(cut(&scan("acme-gateway-4711"), "api.acme-gateway.example"), "api.acme-gateway.example");
    }

    #[test]
    fn public_prefixes_are_known() {
        let body = "AbC123dEf456GhI7";
        for prefix in ["sk-", "sk-proj-", "sk-or-v1-", "sk-ant-api03-", "gsk_", ""] {
            assert_eq!(random_part(&format!("{prefix}{body}")), body, "{prefix}");
        }
        assert_eq!(random_part("correct-horse"), "correct-horse");
    }
}
