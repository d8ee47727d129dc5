//! The rules for one text, and the memory of what was replaced: numbers, learned secrets, the ledger.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, OnceLock};

use super::glued;
use super::joint::Joined;
use super::names::{Means, Names, Quick, names_a_secret};
use super::prose;
use super::short::{self, Short, mix};
use super::told;
use crate::case::catalog::{Catalog, Detector};
use crate::case::keyring::KeyRing;
use crate::case::sanitize::detect::{is_credential, looks_random};
use crate::case::sanitize::ledger::Ledger;
use crate::case::sanitize::lexicon::{Ground, Lexicon};
use crate::case::sanitize::packed;
use crate::case::sanitize::placeholder::{
    Placeholders, is_placeholder, measure, numbered, without_placeholders,
};
use crate::case::sanitize::secrets::SecretScan;
use crate::case::sanitize::shadow::Shadow;
use crate::case::sanitize::shape;
use crate::case::sanitize::sieve::{Hit, Seen, Sieve, What};

/// Passes over one text until nothing changes any more.
const PASSES: usize = 4;
/// Different values that keep their number. Beyond, a value that was not seen before gets a new number each time.
const MOST_NUMBERED: usize = 16_384;
/// Lines of the ledger.
const MOST_ENTRIES: usize = 2_000;
/// Patterns that only a quote or a tag leads to. In the operator's own words they would take what was meant to be read.
const SPEECH: [&str; 5] =
    ["echoed_quote", "echoed_curly_quote", "echoed_backtick", "echoed_entity_quote", "text_of_a_page"];
/// Clean texts that are remembered, and the longest of them.
const REMEMBERED: usize = 4_096;
const LONGEST_REMEMBERED: usize = 160;

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
    numbers: Numbers,
    pub(super) ledger: Ledger,
    pub(super) replaced: u64,
    /// The line that is read, from 1.
    pub(super) line: u64,
    /// Where the text stands in a note; the ledger names it instead of the line.
    place: Option<String>,
    /// The text as a whole is a document, no prose.
    is_document: bool,
    /// The text is a string of a JSON document.
    in_document: bool,
    /// The text is the value of an id: what only looks random stays.
    pub(super) of_id: bool,
    clean: Clean,
    pub(super) look: Look,
}

/// Whether what is found is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Counted,
    /// A text that was read is looked at again.
    Again,
}

/// Texts in which nothing was found, in slots of one size: a text takes the place of the one before it.
struct Clean {
    bytes: Vec<u8>,
    lengths: Vec<u8>,
    short: Vec<Short>,
    /// What was left of the last one in which something was found.
    last: Vec<u8>,
}

/// Where a text is remembered.
#[derive(Clone, Copy)]
enum Place {
    Short(Short),
    Slot(usize),
}

impl Clean {
    fn new() -> Self {
        Self {
            bytes: vec![0; REMEMBERED * LONGEST_REMEMBERED],
            lengths: vec![0; REMEMBERED],
            short: vec![Short::default(); REMEMBERED],
            last: Vec::new(),
        }
    }

    /// `None`: it is not remembered.
    fn place(text: &[u8]) -> Option<Place> {
        if text.len() > LONGEST_REMEMBERED {
            return None;
        }
        if let Some(short) = Short::of(text) {
            return Some(Place::Short(short));
        }
        let words = text.chunks_exact(8).map(|chunk| chunk.try_into().map_or(0, u64::from_le_bytes));
        // The last bytes once more: what is left over is shorter than a word.
        let tail = text.last_chunk::<8>().map_or(0, |tail| u64::from_le_bytes(*tail));
        let hash = words.chain([tail]).fold(text.len() as u64, mix);
        Some(Place::Slot(short::place(hash, REMEMBERED)))
    }

    fn knows(&self, place: Place, text: &[u8]) -> bool {
        match place {
            Place::Short(short) => self.short.get(short.place(REMEMBERED)) == Some(&short),
            Place::Slot(slot) => {
                let length = self.lengths.get(slot).map_or(0, |length| usize::from(*length));
                let at = slot * LONGEST_REMEMBERED;
                length == text.len() && self.bytes.get(at..at + length) == Some(text)
            }
        }
    }

    fn keep(&mut self, place: Place, text: &[u8]) {
        match place {
            Place::Short(short) => {
                if let Some(known) = self.short.get_mut(short.place(REMEMBERED)) {
                    *known = short;
                }
            }
            Place::Slot(slot) => {
                let at = slot * LONGEST_REMEMBERED;
                let place = self.bytes.get_mut(at..at + text.len());
                if let (Ok(new), Some(length), Some(place)) =
                    (u8::try_from(text.len()), self.lengths.get_mut(slot), place)
                {
                    place.copy_from_slice(text);
                    *length = new;
                }
            }
        }
    }

    fn forget(&mut self) {
        self.lengths.fill(0);
        self.short.fill(Short::default());
        self.last.clear();
    }
}

/// Who gives out the numbers of placeholders.
enum Numbers {
    /// The filter: bounded, as a stream has no end.
    OfAStream {
        numbers: HashMap<u64, u32, BuildHasherDefault<Quick>>,
        last: HashMap<String, u32>,
        hasher: BuildHasherDefault<DefaultHasher>,
    },
    /// The case: a value has the same number in the whole note.
    OfACase(Placeholders),
}

impl Numbers {
    /// Those of `ring`'s labels are given out already.
    fn of_a_stream(ring: &KeyRing) -> Self {
        let mut last: HashMap<String, u32> = HashMap::new();
        for held in ring.iter() {
            let number = last.entry(held.label.kind.word().to_owned()).or_default();
            *number = held.label.number.max(*number);
        }
        let numbers = HashMap::with_capacity_and_hasher(MOST_NUMBERED, BuildHasherDefault::default());
        Self::OfAStream { numbers, last, hasher: BuildHasherDefault::default() }
    }

    /// The placeholder for `value`; true where it has a new number.
    fn of(&mut self, kind: &str, value: &[u8]) -> (String, bool) {
        let (numbers, last, hasher) = match self {
            Self::OfAStream { numbers, last, hasher } => (numbers, last, hasher),
            Self::OfACase(numbers) => {
                let value = String::from_utf8_lossy(value);
                let new = !numbers.knows(kind, &value);
                return (numbers.of(kind, &value), new);
            }
        };
        let key = hasher.hash_one((kind, value));
        if let Some(number) = numbers.get(&key) {
            return (numbered(kind, *number), false);
        }
        let number = match last.get_mut(kind) {
            Some(last) => {
                *last += 1;
                *last
            }
            None => *last.entry(kind.to_owned()).or_insert(1),
        };
        if numbers.len() < MOST_NUMBERED {
            numbers.insert(key, number);
        }
        (numbered(kind, number), true)
    }
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
        let secrets = SecretScan::new(ring, &Lexicon::of(catalog));
        Self::with(catalog, secrets, Numbers::of_a_stream(ring))
    }

    fn with(catalog: &Catalog, secrets: SecretScan, numbers: Numbers) -> Self {
        Self {
            sieve: Sieve::new(Arc::clone(&Ground::of(catalog).patterns)),
            names: Names::new(&catalog.safe),
            secrets,
            numbers,
            ledger: Ledger::default(),
            replaced: 0,
            line: 1,
            place: None,
            is_document: false,
            in_document: false,
            of_id: false,
            clean: Clean::new(),
            look: Look::Counted,
        }
    }

    /// Rules for what the operator of a case writes in `place`: secrets and numbers are the case's.
    pub(super) fn of_words(
        catalog: &Catalog,
        secrets: SecretScan,
        (numbers, ledger): (Placeholders, Ledger),
        (place, is_document): (&str, bool),
    ) -> Self {
        Self {
            ledger,
            place: Some(place.to_owned()),
            is_document,
            ..Self::with(catalog, secrets, Numbers::OfACase(numbers))
        }
    }

    /// Numbers and ledger of a case, back again.
    pub(super) fn into_known(self) -> (Placeholders, Ledger) {
        let numbers = match self.numbers {
            Numbers::OfACase(numbers) => numbers,
            Numbers::OfAStream { .. } => Placeholders::default(),
        };
        (numbers, self.ledger)
    }

    /// The operator is who writes: prose is meant to be read, and only its dress can say that it is somebody else's.
    /// Inside a document that was pasted into them it is.
    fn is_own_words(&self) -> bool {
        self.place.is_some() && !self.is_document && !self.in_document
    }

    /// Counts one replacement.
    pub(super) fn count(&mut self, kind: &str, rule: &str) {
        if self.look == Look::Again {
            return;
        }
        self.replaced += 1;
        let full = self.ledger.entries.len() >= MOST_ENTRIES;
        let line = if full { "later lines".to_owned() } else { format!("line {}", self.line) };
        let place = self.place.as_ref().unwrap_or(&line);
        // The last entries are the likely ones; a whole search would be slow where there are many.
        let entries = self.ledger.entries.len();
        let known = self.ledger.entries.iter_mut().rev().take(if full { 200 } else { 20 });
        match known.into_iter().find(|e| e.kind == kind && e.rule == rule && e.place == *place) {
            Some(entry) => entry.count += 1,
            None if entries < MOST_ENTRIES + 200 => {
                self.ledger.entries.push(crate::case::sanitize::ledger::Entry {
                    kind: kind.to_owned(),
                    rule: rule.to_owned(),
                    place: place.clone(),
                    count: 1,
                });
            }
            None => {}
        }
    }

    /// The placeholder for `value`; true where it has a new number.
    pub(super) fn number(&mut self, kind: &str, value: &[u8]) -> (String, bool) {
        self.numbers.of(kind, value)
    }

    /// `raw` with every secret in it replaced; `None` where there is none. `escaped`: `raw` is the inside of a JSON string.
    pub(super) fn text(&mut self, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        if raw.len() < 3 {
            return None;
        }
        if escaped && self.secrets.is_empty() && self.sieve.is_plain_id(raw) {
            return None;
        }
        // What is prose in an operator's own voice is a text in a document.
        let remembers = !self.of_id && self.place.is_none();
        let place = if remembers { Clean::place(raw) } else { None };
        if place.is_some_and(|place| self.clean.knows(place, raw)) || remembers && self.clean.last == raw {
            return None;
        }
        let mut current: Option<Vec<u8>> = None;
        for _ in 0..PASSES {
            let text = current.as_deref().unwrap_or(raw);
            let edits = self.edits(text, escaped);
            if edits.is_empty() {
                if let Some(left) = current.as_deref().filter(|_| remembers) {
                    // A line is looked at again as a whole.
                    self.clean.last.clear();
                    self.clean.last.extend_from_slice(left);
                }
                break;
            }
            current = Some(apply(text, &edits));
        }
        if current.is_none()
            && let Some(place) = place
        {
            self.clean.keep(place, raw);
        }
        current
    }

    fn edits(&mut self, text: &[u8], escaped: bool) -> Vec<Edit> {
        let mut found = Vec::new();
        self.in_document = escaped;
        let disguised = escaped && text.contains(&b'\\');
        // Inside a JSON string with escapes only the decoded view counts: a cut must not halve an escape.
        let seen = if disguised {
            Seen { disguise: true, joint: true, label: true }
        } else {
            self.look(text, None, &mut found)
        };
        if (seen.joint || memchr::memchr(b'\n', text).is_some()) && !disguised {
            self.look_over_seams(text, None, &mut found);
        }
        if seen.disguise {
            let written = as_written(text);
            let plain = Shadow::plain(&written);
            let once = plain.decoded();
            let twice = once.as_ref().and_then(Shadow::decoded);
            for shadow in [Some(&plain), once.as_ref(), twice.as_ref()].into_iter().flatten() {
                if !(disguised && std::ptr::eq(shadow, &raw const plain)) || once.is_none() {
                    self.look(&shadow.bytes, Some(shadow), &mut found);
                    self.look_over_seams(&shadow.bytes, Some(shadow), &mut found);
                }
            }
        }
        if found.is_empty() {
            return Vec::new();
        }
        found.retain(|f| {
            !(self.of_id && f.kind == "token")
                && f.start < f.end
                && text.get(f.start..f.end).is_some_and(|t| !is_placeholder(&String::from_utf8_lossy(t)))
        });
        let settled = settle(found);
        settled.into_iter().map(|f| self.edit(f)).collect()
    }

    /// Searches `bytes`; the spans are those of the original. True where it reads differently from how it is written.
    fn look(&self, bytes: &[u8], shadow: Option<&Shadow>, found: &mut Vec<Found>) -> Seen {
        let (mut hits, mut packed): (Vec<Hit>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
        let seen = self.sieve.find(bytes, &mut hits, &mut packed);
        let span = |start, end| shadow.map_or((start, end), |s| s.span(start, end));
        for hit in hits {
            if self.is_own_words() && self.is_speech(&hit, bytes) || self.is_reference(&hit, bytes) {
                continue;
            }
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
        let texts = if self.is_own_words() { Vec::new() } else { texts_in(bytes, seen.label) };
        for (start, end, kind, rule) in texts {
            let chars = String::from_utf8_lossy(bytes.get(start..end).unwrap_or(&[])).chars().count();
            let (start, end) = span(start, end);
            found.push(Found {
                start,
                end,
                strong: true,
                kind: kind.to_owned(),
                rule: rule.to_owned(),
                placeholder: Some(measure(kind, chars, "chars")),
                value: Vec::new(),
            });
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
        seen
    }

    /// True for what an operator may well write in their own voice: a quotation, what a customer says.
    fn is_speech(&self, hit: &Hit, bytes: &[u8]) -> bool {
        let What::Rule(index) = hit.what else { return false };
        let rule = self.sieve.patterns.rule(index).1;
        let before = bytes.get(hit.start.saturating_sub(24)..hit.start).unwrap_or(&[]).to_ascii_lowercase();
        let said = [&b"said"[..], b"says", b"wrote", b"replied"];
        SPEECH.contains(&rule)
            || rule == "echoed_speech" && said.iter().any(|w| memchr::memmem::find(&before, w).is_some())
    }

    /// True where a pattern took for a credential what only stands for one, or says what it is called.
    fn is_reference(&self, hit: &Hit, bytes: &[u8]) -> bool {
        let What::Rule(index) = hit.what else { return false };
        if !self.sieve.patterns.is_credential(index) {
            return false;
        }
        let value = bytes.get(hit.start..hit.end).unwrap_or(&[]);
        let quoted = hit.start.checked_sub(1).and_then(|at| bytes.get(at));
        is_harmless(value)
            || !matches!(quoted, Some(b'"' | b'\'')) && is_code(value)
            || names_a_secret(&name_before(bytes, hit.start))
                && !looks_random(&String::from_utf8_lossy(value))
    }

    /// Searches for credentials that lie over a seam.
    fn look_over_seams(&self, bytes: &[u8], shadow: Option<&Shadow>, found: &mut Vec<Found>) {
        let Some(joined) = Joined::of(bytes) else { return };
        let mut all = Vec::new();
        self.look(&joined.bytes, None, &mut all);
        for mut find in
            all.into_iter().filter(|f| f.strong && is_credential(&f.kind) && joined.crosses(f.start, f.end))
        {
            let (start, end) = joined.span(find.start, find.end);
            (find.start, find.end) = shadow.map_or((start, end), |s| s.span(start, end));
            if find.value.is_empty() {
                find.value.clone_from(&joined.bytes);
            }
            found.push(find);
        }
    }

    /// Lines whose words go on from one to the next, with the credentials replaced that do. The line ends stay.
    pub(super) fn over_seams(&mut self, lines: &[u8]) -> Option<Vec<u8>> {
        let mut found = Vec::new();
        self.look_over_seams(lines, None, &mut found);
        if found.is_empty() {
            return None;
        }
        let mut edits: Vec<Edit> = Vec::new();
        for find in settle(found) {
            let span = lines.get(find.start..find.end).unwrap_or(&[]);
            let breaks: Vec<u8> = span.iter().copied().filter(|b| matches!(b, b'\r' | b'\n')).collect();
            let mut edit = self.edit(find);
            edit.text.extend(breaks);
            edits.push(edit);
        }
        Some(apply(lines, &edits))
    }

    /// The secrets that lie over several strings of a list, whose quotes and commas are in `strings`.
    pub(super) fn over_strings(&mut self, strings: &[u8]) -> Vec<Edit> {
        let mut found = Vec::new();
        self.look_over_seams(strings, None, &mut found);
        settle(found).into_iter().map(|find| self.edit(find)).collect()
    }

    /// What stands instead of a text that was spelled out in another way: a secret or what somebody wrote. `None`: neither.
    pub(super) fn packed_text(&mut self, bytes: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(bytes);
        let random = || {
            let word = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_graphic()) && looks_random(&text);
            word.then(|| ("key".to_owned(), "character_codes".to_owned()))
        };
        if let Some((kind, rule)) = self.packed_secret(bytes, 0).or_else(random) {
            let edit = self.edit(Found {
                start: 0,
                end: bytes.len(),
                strong: true,
                kind,
                rule,
                placeholder: None,
                value: bytes.to_vec(),
            });
            return String::from_utf8(edit.text).ok();
        }
        prose::is_written(&text).then(|| {
            self.count("text", "character_codes");
            measure("text", text.chars().count(), "chars")
        })
    }

    /// Kind and rule of the first credential in unpacked bytes.
    fn packed_secret(&self, bytes: &[u8], depth: usize) -> Option<(String, String)> {
        if !self.secrets.find_in(bytes).is_empty() {
            return Some(("key".to_owned(), "known_secret".to_owned()));
        }
        let mut hits = Vec::new();
        self.sieve.find(bytes, &mut hits, &mut Vec::new());
        let strong = hits.iter().find_map(|hit| match hit.what {
            What::Rule(index) if self.sieve.patterns.is_credential(index) => {
                let (kind, rule) = self.sieve.patterns.rule(index);
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
                let (kind, rule) = self.sieve.patterns.rule(*index);
                let strong =
                    self.sieve.patterns.is_credential(*index) || matches!(kind, "prompt" | "text" | "url");
                let text = String::from_utf8_lossy(&value);
                let measured = match rule {
                    "data_url" => Some(shape::of_string(&text, "text")),
                    "packed_media" => Some(measure("base64", shape::decoded_bytes(&text), "bytes")),
                    _ => matches!(kind, "prompt" | "text")
                        .then(|| measure(kind, text.chars().count(), "chars")),
                };
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
                let placeholder = self.sieve.memory.learned(*index).map(|l| l.placeholder.clone());
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
        let masked = || {
            let value = String::from_utf8_lossy(&found.value);
            let label = is_credential(&found.kind).then(|| self.secrets.by_mask(&value));
            label.flatten().map(|label| label.to_string())
        };
        let text = found.placeholder.or_else(masked).unwrap_or_else(|| {
            let (placeholder, new) = self.number(&found.kind, &found.value);
            if new && matches!(found.kind.as_str(), "key" | "password" | "cookie") {
                self.learn(&found.value, &placeholder);
            }
            placeholder
        });
        Edit { start: found.start, end: found.end, text: text.into_bytes() }
    }

    fn learn(&mut self, value: &[u8], placeholder: &str) {
        if self.sieve.memory.has_room(placeholder)
            && looks_random(&String::from_utf8_lossy(value))
            && self.sieve.memory.learn(value, placeholder)
        {
            self.clean.forget();
            self.names.forget_those_with(value);
        }
    }

    /// The value of a field whose name says that it opens a door: schemes, names of cookies and of parameters stay.
    /// `None`: it stays as it is.
    pub(super) fn secret(&mut self, raw: &[u8], kind: &'static str, rule: &str) -> Option<Vec<u8>> {
        let lead = raw.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let tail = raw.iter().skip(lead).rev().take_while(|b| b.is_ascii_whitespace()).count();
        let inner = raw.get(lead..raw.len() - tail).unwrap_or(&[]);
        let around = |new: Vec<u8>| {
            [raw.get(..lead).unwrap_or(&[]), &new, raw.get(raw.len() - tail..).unwrap_or(&[])].concat()
        };
        let scheme = scheme(inner);
        let (head, value) = inner.split_at_checked(scheme).unwrap_or((&[], inner));
        let first = value.split(|b| *b == b' ').next().unwrap_or(&[]);
        if is_harmless(value) {
            return None;
        }
        // `none given`, `$KEY and more`: what is behind it is read as text. `sk- …` is the begin of a key in two words.
        let apart = first.len() < value.len() && first.len() >= 3 && !first.ends_with(b"-");
        if apart && is_harmless(first) {
            return self.text(raw, true);
        }
        let parameters = kind == "cookie" || scheme > 0 && value.contains(&b'=') && value.contains(&b',');
        if parameters && let Some(new) = self.parameters(value, kind, rule) {
            // A parameter that says how may hold anything, too.
            let new = around([head, &self.text(&new, true).unwrap_or(new)].concat());
            return Some(new).filter(|new| new.as_slice() != raw);
        }
        let new = self.replaced(value, kind, rule);
        Some(around([head, new.as_bytes()].concat()))
    }

    fn replaced(&mut self, value: &[u8], kind: &'static str, rule: &str) -> String {
        self.count(kind, rule);
        let (placeholder, new) = self.number(kind, value);
        if new {
            self.learn(value, &placeholder);
        }
        placeholder
    }

    /// `a=b; c=d` of cookies, `a="b", c="d"` of schemes: the values go, the names stay. `None`: it is not of that form.
    fn parameters(&mut self, value: &[u8], kind: &'static str, rule: &str) -> Option<Vec<u8>> {
        let separator = if kind == "cookie" { b';' } else { b',' };
        let mut out = Vec::with_capacity(value.len());
        for (index, part) in value.split(|b| *b == separator).enumerate() {
            let name_end = part.iter().position(|b| *b == b'=');
            let name = part.get(..name_end.unwrap_or(part.len()))?.trim_ascii();
            let plain = (1..=48).contains(&name.len())
                && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
                && !looks_random(&String::from_utf8_lossy(name));
            if index > 0 {
                out.push(separator);
            }
            let Some(at) = name_end.filter(|_| plain) else {
                // `HttpOnly`; anything else is no parameter.
                if !plain || index == 0 {
                    return None;
                }
                out.extend_from_slice(part);
                continue;
            };
            let (start, raw) = part.split_at_checked(at + 1)?;
            let inner = raw.trim_ascii();
            let quoted = inner.strip_prefix(b"\"").and_then(|q| q.strip_suffix(b"\"")).unwrap_or(inner);
            let from = raw.len() - raw.trim_ascii_start().len() + usize::from(quoted.len() < inner.len());
            out.extend_from_slice(start);
            if kind == "cookie" && raw.contains(&b',') && raw.contains(&b'=') {
                // Several cookies in one line.
                out.extend_from_slice(self.replaced(raw, kind, rule).as_bytes());
                continue;
            }
            if is_public_parameter(name) && index > 0
                || is_harmless(quoted)
                || is_public_parameter(name) && kind != "cookie"
            {
                out.extend_from_slice(raw);
                continue;
            }
            // The scope of a signature says when and where: `…/20261120/us-east-1/bedrock/aws4_request`.
            let scope = quoted.iter().position(|b| *b == b'/').filter(|_| quoted.ends_with(b"aws4_request"));
            let (secret, scope) = quoted.split_at_checked(scope.unwrap_or(quoted.len()))?;
            if is_harmless(secret) {
                out.extend_from_slice(raw);
                continue;
            }
            out.extend_from_slice(raw.get(..from)?);
            out.extend_from_slice(self.replaced(secret, kind, rule).as_bytes());
            out.extend_from_slice(scope);
            out.extend_from_slice(raw.get(from + quoted.len()..)?);
        }
        Some(out)
    }

    /// `line` without the texts whose labels stand before `at` and that go on behind it.
    pub(super) fn told_over(&mut self, line: &[u8], at: usize) -> Option<Vec<u8>> {
        if self.is_own_words() {
            return None;
        }
        let is_hash = is_hash(line.get(at..)?);
        let limit = if is_hash { line.len() } else { at };
        let over =
            told::spans(line, limit).into_iter().filter(|(start, end)| is_hash || *start < at && *end > at);
        let edits: Vec<Edit> = over
            .map(|(start, end)| {
                self.count("prompt", "told_text");
                let chars = characters(line.get(start..end).unwrap_or(&[]), false);
                Edit { start, end, text: measure("prompt", chars, "chars").into_bytes() }
            })
            .collect();
        (!edits.is_empty()).then(|| apply(line, &edits))
    }

    /// A text that leaves as its length.
    pub(super) fn shape(&mut self, kind: &str, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        let opens = raw.trim_ascii_start().first() == Some(&b'[');
        if raw.is_empty() || opens && is_shape(&String::from_utf8_lossy(raw)) {
            return None;
        }
        self.count(kind, "prompt_field");
        if raw.starts_with(b"data:") {
            return Some(shape::of_string(&String::from_utf8_lossy(raw), kind).into_bytes());
        }
        let packed =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=' | b'\\');
        if raw.len() >= 200 && raw.iter().all(packed) {
            let bytes = shape::decoded_bytes(&String::from_utf8_lossy(raw));
            return Some(measure("base64", bytes, "bytes").into_bytes());
        }
        Some(measure(kind, characters(raw, escaped), "chars").into_bytes())
    }

    /// A value beside its name.
    pub(super) fn named(&mut self, means: Means, raw: &[u8], escaped: bool) -> Option<Vec<u8>> {
        match means {
            Means::Secret(kind) => self.secret(raw, kind, "credential_field"),
            // What was taken out of it is no reason to take the rest.
            Means::MaybeSecret if looks_random(&without_placeholders(&String::from_utf8_lossy(raw))) => {
                self.secret(raw, "key", "credential_field")
            }
            Means::Prompt => self.shape("prompt", raw, escaped),
            _ => self.text(raw, escaped),
        }
    }
}

/// `{"message"=>…`: what Ruby prints of a hash begins like a document, and is none.
fn is_hash(text: &[u8]) -> bool {
    let name = text.strip_prefix(b"{\"").unwrap_or(&[]);
    memchr::memchr(b'"', name).is_some_and(|end| name.get(end..end + 3) == Some(b"\"=>"))
}

/// What somebody wrote in `bytes`: behind a label, in a script of its own, as prose. With kind and rule.
fn texts_in(bytes: &[u8], is_labelled: bool) -> Vec<(usize, usize, &'static str, &'static str)> {
    let mut out = Vec::new();
    if is_labelled {
        out.extend(told::spans(bytes, bytes.len()).into_iter().map(|(a, b)| (a, b, "prompt", "told_text")));
    }
    out.extend(glued::spans(bytes).into_iter().map(|(a, b)| (a, b, "text", "glued_text")));
    out.extend(prose::spans(bytes).into_iter().map(|(a, b)| (a, b, "text", "written_text")));
    out
}

/// True where a text is what an earlier run made of one: its shape, and where it was too long to be looked at in one piece
/// that of each piece behind it.
fn is_shape(text: &str) -> bool {
    let first = text.find(']').map_or(text.len(), |at| at + 1);
    let (first, pieces) = text.split_at(first);
    is_placeholder(first)
        && pieces.split_inclusive(']').all(|piece| {
            let piece = piece.trim();
            piece.is_empty() || piece.starts_with("[text: ") && is_placeholder(piece)
        })
}

/// The bytes of the scheme before a credential.
pub(super) fn scheme(value: &[u8]) -> usize {
    let Some(space) = value.iter().position(|b| *b == b' ') else { return 0 };
    let word = value.get(..space).unwrap_or(&[]);
    let known =
        [&b"bearer"[..], b"basic", b"token", b"key", b"digest", b"apikey", b"aws4-hmac-sha256", b"negotiate"]
            .iter()
            .any(|s| word.eq_ignore_ascii_case(s));
    if known { space + 1 } else { 0 }
}

/// Bytes of such a reference or example.
const LONGEST_REFERENCE: usize = 80;
/// What a reference to a secret that is kept elsewhere begins with.
const ELSEWHERE: [&str; 9] =
    ["os.environ", "process.env", "env.", "env:", "vault:", "secrets.", "!vault", "!secret", "op://"];

/// No value: a reference, a word for nothing, an example, a placeholder.
pub(super) fn is_harmless(value: &[u8]) -> bool {
    // Most values are keys, which are told without a look at their characters.
    if let [first, .., last] = value
        && value.len() > LONGEST_REFERENCE
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return false;
    }
    let text = String::from_utf8_lossy(value);
    let text = text.trim();
    if text.len() > LONGEST_REFERENCE {
        return false;
    }
    // With a digit it can be a reference or a placeholder only.
    let first = text.as_bytes().first();
    let leads = |lead: &&str| text.get(..lead.len()).is_some_and(|t| t.eq_ignore_ascii_case(lead));
    if first.is_some_and(u8::is_ascii_alphanumeric)
        && text.bytes().any(|b| b.is_ascii_digit())
        && !ELSEWHERE.iter().any(leads)
    {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "" | "null"
            | "true"
            | "false"
            | "none"
            | "undefined"
            | "bearer"
            | "basic"
            | "[]"
            | "{}"
            | "(sensitive"
    );
    // `tiktoken==0.8.0`
    let is_version = text
        .strip_prefix('=')
        .is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'=')));
    let reference = is_version
        || text.starts_with('$') && !text.contains(' ') && !is_crypt(text)
        || ELSEWHERE.iter().any(|lead| lower.starts_with(lead)) && !text.contains(' ')
        || matches!(
            lower.as_str(),
            "[redacted]" | "(redacted)" | "redacted" | "[hidden]" | "[filtered]" | "[masked]"
        )
        || text.starts_with('<') && text.ends_with('>')
        || text.starts_with("{{") && text.ends_with("}}");
    // `YOUR_API_KEY`, `sk-xxxxxxxx`, `your-key-here`
    let named = text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        || lower.contains("your")
            && (lower.contains("key") || lower.contains("token"))
            && !text.bytes().any(|b| b.is_ascii_digit())
        || text.len() >= 4 && text.bytes().all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-'))
        || lower.starts_with("sk-")
            && text.bytes().skip(3).all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-'));
    word || reference || named || is_placeholder(text)
}

/// `$2b$12$…`, `$argon2id$…`: a password as it is kept, no variable (crypt(5)).
fn is_crypt(text: &str) -> bool {
    let scheme = text.split('$').nth(1).filter(|name| !name.is_empty() && name.len() + 1 < text.len());
    let alone = |name: &str| name.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-');
    text.matches('$').count() >= 3 && scheme.is_some_and(alone)
}

/// `{type: string}`, `get_token(user)`, `APIKeyHeader(name="X-API-Key")`: what a program or a schema has in the place of a
/// value. Its own strings are read as text.
pub(super) fn is_code(value: &[u8]) -> bool {
    let value = value.trim_ascii().strip_suffix(b",").unwrap_or(value.trim_ascii());
    let word = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.');
    match value {
        [b'{', inner @ .., b'}'] => {
            let colon = memchr::memmem::find(inner, b": ");
            colon.and_then(|at| inner.get(..at)).is_some_and(|name| name.iter().all(word))
        }
        [inner @ .., b')'] => {
            let length = inner.iter().take_while(|b| word(b)).count();
            let (name, rest) = inner.split_at_checked(length).unwrap_or((inner, &[]));
            let Some((b'(', arguments)) = rest.split_first() else { return false };
            // Nobody's password has the name of a function before brackets.
            let is_name = name.iter().any(|b| matches!(b, b'_' | b'.'))
                || name
                    .windows(2)
                    .any(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
            let plain = |b: &u8| b.is_ascii_alphabetic() || b" _.,=-/\"'()".contains(b);
            is_name && arguments.iter().all(plain)
        }
        _ => false,
    }
}

/// The name before the value at `start`, in small letters and digits: empty where no sign stands between.
fn name_before(text: &[u8], start: usize) -> String {
    let before = text.get(start.saturating_sub(96)..start).unwrap_or(&[]);
    let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b' ' | b'\t');
    let signs = before.iter().rev().take_while(|b| quote(b) || matches!(b, b':' | b'=')).count();
    let (name, signs) = before.split_at_checked(before.len() - signs).unwrap_or((before, &[]));
    if !signs.iter().any(|b| matches!(b, b':' | b'=')) {
        return String::new();
    }
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let length = name.iter().rev().take_while(part).count();
    let name = name.get(name.len() - length..).unwrap_or(&[]);
    name.iter().filter(|b| b.is_ascii_alphanumeric()).map(|b| char::from(b.to_ascii_lowercase())).collect()
}

/// Parameters of cookies and schemes that say how, not who.
fn is_public_parameter(name: &[u8]) -> bool {
    [
        &b"path"[..],
        b"domain",
        b"expires",
        b"max-age",
        b"samesite",
        b"httponly",
        b"secure",
        b"priority",
        b"partitioned",
        b"version",
        b"realm",
        b"algorithm",
        b"qop",
        b"nc",
        b"stale",
        b"signedheaders",
        b"charset",
        b"uri",
        b"error",
        b"error_description",
        b"scope",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// The catalog's patterns, and those that only text without structure needs.
pub(in crate::case::sanitize) fn detectors(catalog: &Catalog) -> impl Iterator<Item = &Detector> + Clone {
    static OWN: OnceLock<Vec<Detector>> = OnceLock::new();
    let own = OWN.get_or_init(|| serde_json::from_str(super::ECHOES).unwrap_or_default());
    catalog.detectors.iter().chain(own)
}

/// Characters of a text; escapes of JSON count as what they stand for.
fn characters(raw: &[u8], escaped: bool) -> usize {
    let starts = raw.iter().filter(|b| **b & 0xc0 != 0x80).count();
    if !escaped {
        return starts;
    }
    let (mut at, mut less) = (0, 0);
    while let Some(found) = raw.get(at..).and_then(|r| memchr::memchr(b'\\', r)) {
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

/// `text` as characters, byte for byte: what is no UTF-8 becomes a sign that no word goes over.
fn as_written(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
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
        if last.strong != next.strong {
            // The weaker one gives way; what is left of it is looked at again.
            if next.strong {
                *last = next;
            }
            continue;
        }
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
