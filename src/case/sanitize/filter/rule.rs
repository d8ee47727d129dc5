//! The rules for one text, and the memory of what was replaced: numbers, learned secrets, the ledger.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::names::{Means, Names};
use super::sieve::{Hit, Sieve, What};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::sanitize::detect::looks_random;
use crate::case::sanitize::ledger::Ledger;
use crate::case::sanitize::lexicon::Lexicon;
use crate::case::sanitize::packed;
use crate::case::sanitize::placeholder::{is_placeholder, measure};
use crate::case::sanitize::secrets::SecretScan;
use crate::case::sanitize::shadow::Shadow;

/// Passes over one text until nothing changes any more.
const PASSES: usize = 4;
/// Different values that keep their number. Beyond, a value that was not seen before gets a new number each time.
const MOST_NUMBERED: usize = 16_384;
/// Lines of the ledger.
const MOST_ENTRIES: usize = 2_000;
/// Clean texts that are remembered, and the longest of them.
const REMEMBERED: usize = 8_192;
const LONGEST_REMEMBERED: usize = 192;

/// A span with what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: Vec<u8>,
}

/// What one filter knows.
pub(super) struct Rules {
    pub(super) sieve: Sieve,
    pub(super) names: Names,
    secrets: SecretScan,
    numbers: HashMap<(String, u64), u32>,
    last: HashMap<String, u32>,
    hasher: BuildHasherDefault<DefaultHasher>,
    pub(super) ledger: Ledger,
    pub(super) replaced: u64,
    /// The line that is read, from 1.
    pub(super) line: u64,
    clean: Vec<Vec<u8>>,
}

/// A span to replace, before overlaps are settled.
struct Found {
    start: usize,
    end: usize,
    strong: bool,
    kind: String,
    rule: String,
    /// The placeholder, where it is known; else the value gets a number.
    placeholder: Option<String>,
    value: Vec<u8>,
}

impl Rules {
    pub(super) fn new(catalog: &Catalog, ring: &KeyRing) -> Self {
        let lexicon = Lexicon::of(catalog);
        let mut last: HashMap<String, u32> = HashMap::new();
        for held in ring.iter() {
            let number = last.entry(held.label.kind.word().to_owned()).or_default();
            *number = held.label.number.max(*number);
        }
        Self {
            sieve: Sieve::new(&catalog.detectors),
            names: Names::new(&catalog.safe),
            secrets: SecretScan::new(ring, &lexicon),
            numbers: HashMap::new(),
            last,
            hasher: BuildHasherDefault::default(),
            ledger: Ledger::default(),
            replaced: 0,
            line: 1,
            clean: vec![Vec::new(); REMEMBERED],
        }
    }

    /// Counts one replacement.
    pub(super) fn count(&mut self, kind: &str, rule: &str) {
        self.replaced += 1;
        let place = format!("line {}", self.line);
        let full = self.ledger.entries.len() >= MOST_ENTRIES;
        let place = if full { "later lines" } else { place.as_str() };
        // The last entries are the likely ones; a whole search would be slow where there are many.
        let entries = self.ledger.entries.len();
        let known = self.ledger.entries.iter_mut().rev().take(if full { 200 } else { 20 });
        match known.into_iter().find(|e| e.kind == kind && e.rule == rule && e.place == place) {
            Some(entry) => entry.count += 1,
            None if entries < MOST_ENTRIES + 200 => {
                self.ledger.entries.push(crate::case::sanitize::ledger::Entry {
                    kind: kind.to_owned(),
                    rule: rule.to_owned(),
                    place: place.to_owned(),
                    count: 1,
                });
            }
            None => {}
        }
    }

    /// The placeholder for `value`.
    pub(super) fn number(&mut self, kind: &str, value: &[u8]) -> String {
        let key = (kind.to_owned(), self.hasher.hash_one(value));
        if let Some(number) = self.numbers.get(&key) {
            return format!("[{kind}#{number}]");
        }
        let last = self.last.entry(kind.to_owned()).or_default();
        *last += 1;
        let number = *last;
        if self.numbers.len() < MOST_NUMBERED {
            self.numbers.insert(key, number);
        }
        format!("[{kind}#{number}]")
    }

    /// `raw` with every secret in it replaced; `None` where there is none. `escaped`: `raw` is the inside of a JSON string.
    pub(super) fn text(&mut self, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        if raw.len() < 3 {
            return None;
        }
        let slot = self.slot(raw);
        if slot.is_some_and(|s| self.clean.get(s).is_some_and(|c| c.as_slice() == raw)) {
            return None;
        }
        let mut current: Option<Vec<u8>> = None;
        for _ in 0..PASSES {
            let text = current.as_deref().unwrap_or(raw);
            let edits = self.edits(text, escaped);
            if edits.is_empty() {
                break;
            }
            current = Some(apply(text, &edits));
        }
        if current.is_none()
            && let Some(kept) = slot.and_then(|s| self.clean.get_mut(s))
        {
            kept.clear();
            kept.extend_from_slice(raw);
        }
        current
    }

    fn slot(&self, raw: &[u8]) -> Option<usize> {
        // A text that is shorter than its look-up is looked at anew.
        if !(12..=LONGEST_REMEMBERED).contains(&raw.len()) {
            return None;
        }
        let mut chunks = raw.chunks_exact(8);
        let mut hash = raw.len() as u64;
        for chunk in &mut chunks {
            let word = chunk.try_into().map_or(0, u64::from_le_bytes);
            hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        // The last bytes once more: what is left over is shorter than a word.
        let tail = raw.last_chunk::<8>().map_or(0, |tail| u64::from_le_bytes(*tail));
        hash = (hash.rotate_left(5) ^ tail).wrapping_mul(0x517c_c1b7_2722_0a95);
        usize::try_from(hash >> 40).ok().map(|h| h % self.clean.len().max(1))
    }

    fn edits(&mut self, text: &[u8], escaped: bool) -> Vec<Edit> {
        let mut found = Vec::new();
        let disguised = escaped && text.contains(&b'\\');
        // Inside a JSON string with escapes only the decoded view counts: a cut must not halve an escape.
        let seen = if disguised { true } else { self.look(text, None, &mut found) };
        if seen {
            let written = String::from_utf8_lossy(text);
            let plain = Shadow::plain(&written);
            if written.len() == text.len() {
                let once = plain.decoded();
                let twice = once.as_ref().and_then(Shadow::decoded);
                for shadow in [Some(&plain), once.as_ref(), twice.as_ref()].into_iter().flatten() {
                    if !(disguised && std::ptr::eq(shadow, &raw const plain)) || once.is_none() {
                        self.look(&shadow.bytes, Some(shadow), &mut found);
                    }
                }
            } else {
                // Not UTF-8: what is written is all there is.
                self.look(text, None, &mut found);
            }
        }
        found.retain(|f| {
            f.start < f.end
                && text.get(f.start..f.end).is_some_and(|t| !is_placeholder(&String::from_utf8_lossy(t)))
        });
        let settled = settle(found);
        settled.into_iter().map(|f| self.edit(f)).collect()
    }

    /// Searches `bytes`; the spans are those of the original. True where it reads differently from how it is written.
    fn look(&self, bytes: &[u8], shadow: Option<&Shadow>, found: &mut Vec<Found>) -> bool {
        let (mut hits, mut packed): (Vec<Hit>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
        let seen = self.sieve.find(bytes, &mut hits, &mut packed);
        let span = |start, end| shadow.map_or((start, end), |s| s.span(start, end));
        for hit in hits {
            let (start, end) = span(hit.start, hit.end);
            let value = bytes.get(hit.start..hit.end).unwrap_or(&[]).to_vec();
            found.push(self.found(&hit.what, start, end, value));
        }
        if !self.secrets.is_empty() {
            for held in self.secrets.find_in(bytes) {
                let (start, end) = span(held.start, held.end);
                found.push(Found {
                    start,
                    end,
                    strong: true,
                    kind: held.label.kind.word().to_owned(),
                    rule: "known_secret".to_owned(),
                    placeholder: Some(held.label.to_string()),
                    value: Vec::new(),
                });
            }
        }
        for (start, end) in packed {
            let run = bytes.get(start..end).unwrap_or(&[]);
            let secret = packed::runs(run).iter().find_map(|p| self.packed_secret(&p.bytes, 0));
            if let Some((kind, rule)) = secret {
                let (start, end) = span(start, end);
                found.push(Found {
                    start,
                    end,
                    strong: true,
                    kind,
                    rule,
                    placeholder: None,
                    value: run.to_vec(),
                });
            }
        }
        seen.disguise
    }

    /// Kind and rule of the first credential in unpacked bytes.
    fn packed_secret(&self, bytes: &[u8], depth: usize) -> Option<(String, String)> {
        if self.secrets.find_in(bytes).first().is_some() {
            return Some(("key".to_owned(), "known_secret".to_owned()));
        }
        let mut hits = Vec::new();
        self.sieve.find(bytes, &mut hits, &mut Vec::new());
        let strong = hits.iter().find_map(|hit| match hit.what {
            What::Rule(index) if self.sieve.is_credential(index) => {
                let (kind, rule) = self.sieve.rule(index);
                Some((kind.to_owned(), rule.to_owned()))
            }
            What::Rule(_) => None,
            What::Learned(_) => Some(("key".to_owned(), "learned_secret".to_owned())),
        });
        if strong.is_some() || depth > 0 {
            return strong;
        }
        packed::runs(bytes).iter().find_map(|inner| self.packed_secret(&inner.bytes, depth + 1))
    }

    fn found(&self, what: &What, start: usize, end: usize, value: Vec<u8>) -> Found {
        match what {
            What::Rule(index) => {
                let (kind, rule) = self.sieve.rule(*index);
                let strong = self.sieve.is_credential(*index) || matches!(kind, "prompt" | "text" | "url");
                let measured = matches!(kind, "prompt" | "text")
                    .then(|| measure(kind, String::from_utf8_lossy(&value).chars().count(), "chars"));
                Found {
                    start,
                    end,
                    strong,
                    kind: kind.to_owned(),
                    rule: rule.to_owned(),
                    placeholder: measured,
                    value,
                }
            }
            What::Learned(index) => {
                let placeholder = self.sieve.learned(*index).map(|l| l.placeholder.clone());
                let kind = placeholder
                    .as_deref()
                    .and_then(|p| p.trim_start_matches('[').split('#').next())
                    .unwrap_or("key")
                    .to_owned();
                Found {
                    start,
                    end,
                    strong: true,
                    kind,
                    rule: "learned_secret".to_owned(),
                    placeholder,
                    value,
                }
            }
        }
    }

    fn edit(&mut self, found: Found) -> Edit {
        self.count(&found.kind, &found.rule);
        let text = found.placeholder.unwrap_or_else(|| {
            let placeholder = self.number(&found.kind, &found.value);
            if matches!(found.kind.as_str(), "key" | "password" | "cookie") {
                self.learn(&found.value, &placeholder);
            }
            placeholder
        });
        Edit { start: found.start, end: found.end, text: text.into_bytes() }
    }

    fn learn(&mut self, value: &[u8], placeholder: &str) {
        let random = looks_random(&String::from_utf8_lossy(value));
        if random && self.sieve.learn(value, placeholder) {
            self.clean.iter_mut().for_each(Vec::clear);
            self.names.forget_those_with(value);
        }
    }

    /// The value of a field whose name says that it opens a door: `Bearer` and `Basic` stay. `None`: it stays as it is.
    pub(super) fn secret(&mut self, raw: &[u8], kind: &'static str, rule: &str) -> Option<Vec<u8>> {
        let lead = raw.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let tail = raw.iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        let inner = raw.get(lead..raw.len().saturating_sub(tail)).unwrap_or(&[]);
        let text = String::from_utf8_lossy(inner);
        let scheme = match text.split_once(' ') {
            Some((scheme, _))
                if ["bearer", "basic", "token", "key", "digest"]
                    .iter()
                    .any(|s| scheme.eq_ignore_ascii_case(s)) =>
            {
                scheme.len() + 1
            }
            _ => 0,
        };
        let value = inner.get(scheme..).unwrap_or(&[]);
        let value_text = String::from_utf8_lossy(value);
        let value_text = value_text.trim();
        let reference = value_text.starts_with('$') && !value_text.contains(' ')
            || value_text.starts_with('<') && value_text.ends_with('>')
            || value_text.starts_with("{{") && value_text.ends_with("}}");
        let word =
            matches!(value_text, "" | "null" | "true" | "false" | "none" | "undefined" | "Bearer" | "Basic");
        if reference || word || is_placeholder(value_text) {
            return None;
        }
        self.count(kind, rule);
        let placeholder = self.number(kind, value);
        self.learn(value, &placeholder);
        let mut out = raw.get(..lead + scheme).unwrap_or(&[]).to_vec();
        out.extend_from_slice(placeholder.as_bytes());
        out.extend_from_slice(raw.get(raw.len() - tail..).unwrap_or(&[]));
        Some(out)
    }

    /// A text that leaves as its length.
    pub(super) fn shape(&mut self, kind: &str, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        if raw.is_empty()
            || is_placeholder(&String::from_utf8_lossy(raw.get(..raw.len().min(96)).unwrap_or(raw)))
        {
            return None;
        }
        self.count(kind, "prompt_field");
        Some(measure(kind, characters(raw, escaped), "chars").into_bytes())
    }

    /// A value beside its name.
    pub(super) fn named(&mut self, means: Means, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        match means {
            Means::Secret(kind) => self.secret(raw, kind, "credential_field"),
            Means::MaybeSecret if looks_random(&String::from_utf8_lossy(raw)) => {
                self.secret(raw, "key", "credential_field")
            }
            Means::Prompt => self.shape("prompt", raw, escaped),
            _ => self.text(raw, escaped),
        }
    }
}

/// Characters of a text; escapes of JSON count as what they stand for.
fn characters(raw: &[u8], escaped: bool) -> usize {
    let starts = raw.iter().filter(|b| **b & 0xc0 != 0x80).count();
    if !escaped {
        return starts;
    }
    let (mut at, mut less) = (0, 0);
    while let Some(found) = raw.get(at..).and_then(|r| r.iter().position(|b| *b == b'\\')) {
        at += found;
        let length = if raw.get(at + 1) == Some(&b'u') { 6 } else { 2 };
        // The second half of a pair is no character of its own.
        let low =
            length == 6 && matches!(raw.get(at + 2..at + 4), Some([b'd' | b'D', b'c'..=b'f' | b'C'..=b'F']));
        less += length - usize::from(!low);
        at += length;
    }
    starts.saturating_sub(less)
}

/// `text` with the edits made; they are in order and do not overlap.
pub(super) fn apply(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(text.get(at..edit.start).unwrap_or(&[]));
        out.extend_from_slice(&edit.text);
        at = edit.end.max(at);
    }
    out.extend_from_slice(text.get(at..).unwrap_or(&[]));
    out
}

/// One find for each place: overlaps are joined, the stronger and longer one names the whole.
fn settle(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    let mut out: Vec<Found> = Vec::new();
    for next in found {
        let Some(last) = out.last_mut().filter(|last| next.start < last.end) else {
            out.push(next);
            continue;
        };
        let end = last.end.max(next.end);
        let weight = |f: &Found| (f.strong, f.rule == "known_secret", f.end - f.start);
        if weight(&next) > weight(last) {
            let start = last.start;
            *last = Found { start, ..next };
        }
        last.end = end;
    }
    out
}
