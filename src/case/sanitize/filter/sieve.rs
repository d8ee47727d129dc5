//! Where in a text a secret may stand: one keyword automaton first, patterns only around its hits, and one walk over
//! the words for what has no keyword.
//!
//! Most text is clean; so the work is to know that quickly. Each shortcut here is a necessary condition of the
//! detector that it guards; `tests.rs` runs every example of the catalog through it.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::{Regex, RegexBuilder};

use super::joint;
use super::prose::is_written;
use crate::case::catalog::Detector;
use crate::case::sanitize::detect::{condition_holds, is_credential};
use crate::case::sanitize::packed::may_hold_text;
use crate::case::sanitize::placeholder::is_placeholder;

/// Bytes before and behind a keyword that its pattern is tried on; where a match touches the end, more.
const BEFORE: usize = 192;
const BEHIND: usize = 512;
/// Bytes of a run from which on it can be a key that no pattern knows.
const LONG_RUN: usize = 16;
/// Bytes of a run from which on it may hold packed text.
const PACKED_RUN: usize = 24;
/// Bytes of a run from which on it is a picture or a sound.
const MEDIA_RUN: usize = 320;
/// Bytes by which a learned secret is looked up.
const HEAD: usize = 8;
/// Learned secrets that are kept; a quarter of them may be cookies, of which every answer sets new ones.
const MOST_LEARNED: usize = 2_048;
/// Bits of the sketch of their heads.
const SKETCH: usize = 1 << 16;

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
}

/// A secret that the input itself showed by its structure.
pub(super) struct Learned {
    pub(super) value: Vec<u8>,
    /// Where the run begins by which it is looked up.
    offset: usize,
    pub(super) placeholder: String,
}

#[expect(clippy::struct_excessive_bools, reason = "what is known of one pattern, each on its own")]
struct Rule {
    detector: Detector,
    regex: OnceLock<Option<Regex>>,
    trigger: Trigger,
    /// Behind its keyword comes the end of a name, and `:` or `=`.
    assigns: bool,
    /// Behind its keyword comes a long hexadecimal number.
    hexadecimal: bool,
    /// A match holds an unbroken word of so many bytes.
    needs: usize,
    /// What must stand near its keyword.
    near: Near,
    /// A match may be long: it is looked for up to the end of the text.
    long: bool,
    /// Only where it reads like a person's text.
    written: bool,
}

/// Rules of which more is known than their keywords; `tests.rs` holds this against their examples.
const ASSIGNS: [&str; 9] = [
    "password_member",
    "password_assignment",
    "secret_line",
    "key_assignment",
    "echoed_member",
    "echoed_list",
    "echoed_assignment",
    "echoed_speech",
    "cookie_line",
];

/// What stands near the keyword of a rule wherever it matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Near {
    Anything,
    /// An `@` behind it.
    At,
    /// A quote directly behind it.
    Quote,
    /// A `<` before it.
    Angle,
}

impl Near {
    fn of(id: &str) -> Self {
        match id {
            "url_userinfo" | "connection_string" => Self::At,
            "echoed_quote" => Self::Quote,
            "element_secret" => Self::Angle,
            _ => Self::Anything,
        }
    }

    fn holds(self, text: &[u8], start: usize, end: usize) -> bool {
        let behind = |most: usize| text.get(end..(end + most).min(text.len())).unwrap_or(&[]);
        match self {
            Self::Anything => true,
            Self::At => memchr::memchr(b'@', behind(BEHIND)).is_some(),
            Self::Quote => {
                let lead = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b':' | b'=' | b',');
                let lead = behind(3).iter().take_while(lead).count();
                lead > 0 && matches!(behind(4).get(lead), Some(b'"' | b'\''))
            }
            Self::Angle => text.get(start.saturating_sub(32)..start).is_some_and(|b| b.contains(&b'<')),
        }
    }
}

/// The least length of a word without a break in every match: the smallest of the long repetitions of letters in a
/// pattern; 0 where there is none. `tests.rs` holds this against the examples.
fn longest_word(pattern: &str) -> usize {
    let mut least = 0;
    if pattern.contains('|') {
        return 0;
    }
    for (at, _) in pattern.match_indices("]{") {
        let class =
            pattern.get(..at).and_then(|before| before.rfind('[')).and_then(|open| pattern.get(open + 1..at));
        let digits = pattern.get(at + 2..).unwrap_or("");
        let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
        let count = digits.parse().unwrap_or(0);
        let letters = class.is_some_and(|c| !c.starts_with('^') && !c.contains([' ', '\\']));
        if letters && count >= LONG_RUN && (least == 0 || count < least) {
            least = count;
        }
    }
    least
}
const HEXADECIMAL: [&str; 2] = ["key_digest", "azure_key_hex"];

/// How many there are.
const TRIGGERS: usize = Trigger::Media as usize + 1;

/// What makes a pattern worth trying.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// One of its keywords.
    Keyword,
    /// Nothing less than the whole text.
    Always,
    /// A long word.
    Run,
    /// Four numbers with points.
    Address,
    /// A group of an IPv6 address that can be public.
    Address6,
    /// Ten digits or more.
    Number,
    /// Two capitals and two digits.
    Iban,
    /// 32 hexadecimal digits and a point.
    DottedHex,
    /// A UUID and a colon.
    PairedId,
    /// Hundreds of letters and digits without a break.
    Media,
}

/// The compiled search.
pub(super) struct Sieve {
    rules: Vec<Rule>,
    automaton: Option<AhoCorasick>,
    /// A rule has no trigger of its own.
    tries_all: bool,
    /// The rules of each trigger.
    by_trigger: Vec<Vec<usize>>,
    /// For each keyword: the rules that it may start, with `true` where a match begins with the keyword.
    owners: Vec<Vec<(usize, bool)>>,
    learned: Vec<Learned>,
    learned_cookies: usize,
    heads: HashMap<[u8; HEAD], Vec<usize>>,
    /// One bit for each hash of a head: most words are told apart from what is known by it alone.
    sketch: Vec<u64>,
}

impl Sieve {
    pub(super) fn new(detectors: &[Detector]) -> Self {
        let rules: Vec<Rule> = detectors
            .iter()
            .map(|d| Rule {
                regex: OnceLock::new(),
                trigger: trigger(d),
                needs: longest_word(&d.pattern),
                near: Near::of(&d.id),
                assigns: ASSIGNS.contains(&d.id.as_str()),
                hexadecimal: HEXADECIMAL.contains(&d.id.as_str()),
                long: matches!(d.kind.as_str(), "prompt" | "text"),
                written: d.condition.as_str() == "written",
                detector: d.clone(),
            })
            .collect();
        let mut keywords: Vec<&str> = Vec::new();
        let mut owners: Vec<Vec<(usize, bool)>> = Vec::new();
        for (index, rule) in rules.iter().enumerate().filter(|(_, r)| r.trigger == Trigger::Keyword) {
            // A word of its context stands before every match, and is rarer than most keywords.
            let context = &rule.detector.condition.context;
            for keyword in if context.is_empty() { &rule.detector.keywords } else { context } {
                let at = keywords.iter().position(|k| k == keyword).unwrap_or_else(|| {
                    keywords.push(keyword);
                    owners.push(Vec::new());
                    keywords.len() - 1
                });
                if let Some(list) = owners.get_mut(at) {
                    list.push((index, begins_with(&rule.detector.pattern, keyword)));
                }
            }
        }
        // The same finds either way. A debug build, which makes thousands of filters in tests, takes a tenth of a second
        // for the fast kind.
        let kind = if cfg!(debug_assertions) { AhoCorasickKind::ContiguousNFA } else { AhoCorasickKind::DFA };
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(kind)).build(&keywords).ok();
        let mut sieve = Self {
            by_trigger: (0..TRIGGERS)
                .map(|t| {
                    (0..rules.len())
                        .filter(|i| rules.get(*i).is_some_and(|r| r.trigger as usize == t))
                        .collect()
                })
                .collect(),
            tries_all: rules.iter().any(|r| r.trigger == Trigger::Always),
            rules,
            automaton,
            owners,
            learned: Vec::new(),
            learned_cookies: 0,
            heads: HashMap::new(),
            sketch: vec![0; SKETCH / 64],
        };
        if sieve.automaton.is_none() {
            // Slower, never blind.
            sieve.rules.iter_mut().for_each(|r| r.trigger = Trigger::Always);
            sieve.tries_all = true;
        }
        sieve
    }

    /// Kind and id of a rule.
    pub(super) fn rule(&self, index: usize) -> (&str, &str) {
        self.rules
            .get(index)
            .map_or(("token", "unknown"), |r| (r.detector.kind.as_str(), r.detector.id.as_str()))
    }

    /// True when a hit of this rule opens a door.
    pub(super) fn is_credential(&self, index: usize) -> bool {
        is_credential(self.rule(index).0)
    }

    pub(super) fn learned(&self, index: usize) -> Option<&Learned> {
        self.learned.get(index)
    }

    /// False where no further secret of the kind is learned.
    pub(super) fn has_room(&self, placeholder: &str) -> bool {
        self.learned.len() < MOST_LEARNED
            && !(placeholder.starts_with("[cookie") && self.learned_cookies >= MOST_LEARNED / 4)
    }

    /// Looks for `value` from now on. False where it is known, too short, or the table is full.
    pub(super) fn learn(&mut self, value: &[u8], placeholder: &str) -> bool {
        if !self.has_room(placeholder) {
            return false;
        }
        let Some((offset, head)) = head_of(value) else { return false };
        let cookie = placeholder.starts_with("[cookie");
        let known = self.heads.entry(head).or_default();
        if known.iter().any(|i| self.learned.get(*i).is_some_and(|l| l.value == value)) {
            return false;
        }
        known.push(self.learned.len());
        self.learned_cookies += usize::from(cookie);
        let (word, bit) = sketched(head);
        if let Some(word) = self.sketch.get_mut(word) {
            *word |= bit;
        }
        self.learned.push(Learned { value: value.to_vec(), offset, placeholder: placeholder.to_owned() });
        true
    }

    pub(super) fn learned_count(&self) -> usize {
        self.learned.len()
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
        self.look_up(text, 0, text, &mut hits);
        hits.is_empty()
    }

    /// Everything that stands in `text` as it is written.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Hit>, packed: &mut Vec<(usize, usize)>) -> Seen {
        self.by_keyword(text, hits);
        if self.tries_all {
            for (index, rule) in self.rules.iter().enumerate().filter(|(_, r)| r.trigger == Trigger::Always) {
                rule.search(index, text, 0, text.len(), hits);
            }
        }
        self.by_word(text, hits, packed)
    }

    fn by_keyword(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let Some(automaton) = &self.automaton else { return };
        let mut done: Vec<(usize, usize)> = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let Some(owners) = self.owners.get(found.pattern().as_usize()) else { continue };
            let inside = inside_word(text, found.start());
            let mut random = None;
            for (index, at_start) in owners {
                let Some(rule) = self.rules.get(*index) else { continue };
                if (*at_start && inside) || !rule.may_match(text, found.start(), found.end(), &mut random) {
                    continue;
                }
                let known = done.iter().position(|(rule, _)| rule == index);
                let known = known.unwrap_or_else(|| {
                    done.push((*index, 0));
                    done.len() - 1
                });
                let Some((_, done)) = done.get_mut(known).filter(|(_, d)| *d <= found.start()) else {
                    continue;
                };
                let from = if *at_start { found.start() } else { found.start().saturating_sub(BEFORE) };
                let to = if rule.long { text.len() } else { (found.end() + BEHIND).min(text.len()) };
                let last = rule.search(*index, text, from.max(*done), to, hits);
                *done = last.max(if to == text.len() { to } else { to - BEHIND / 2 });
            }
        }
    }

    /// One walk over the words; `packed` gets the runs in which something may be packed.
    fn by_word(&self, text: &[u8], hits: &mut Vec<Hit>, packed: &mut Vec<(usize, usize)>) -> Seen {
        let mut seen = Seen::default();
        let (mut at, mut run_start) = (0, 0);
        while let Some(byte) = text.get(at) {
            match CLASS.get(usize::from(*byte)) {
                Some(1 | 5) => {
                    let (end, digits) = run(text, at);
                    if digits > 0 || end - at >= HEAD {
                        self.word(text, (at, end), digits, hits, packed);
                    }
                    at = end;
                    continue;
                }
                Some(3) => {}
                class => {
                    match class {
                        Some(2) => seen.disguise = seen.disguise || disguises(text, at),
                        Some(4) => seen.joint = seen.joint || joint::is_sum(text, at),
                        _ => {}
                    }
                    if at - run_start >= PACKED_RUN {
                        self.packed(text, run_start, at, hits, packed);
                    }
                    run_start = at + 1;
                }
            }
            at += 1;
        }
        if at - run_start >= PACKED_RUN {
            self.packed(text, run_start, at, hits, packed);
        }
        seen
    }

    fn packed(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        hits: &mut Vec<Hit>,
        packed: &mut Vec<(usize, usize)>,
    ) {
        if end - start >= MEDIA_RUN {
            self.try_around(Trigger::Media, text, start, end + 4, hits);
        }
        packed.extend(packed_run(text, start, end));
    }

    /// Bytes written one by one: `73 6b 2d`, `73:6b:2d`.
    fn hex_list(text: &[u8], start: usize, packed: &mut Vec<(usize, usize)>) {
        if packed.last().is_some_and(|(_, end)| start < *end) {
            return;
        }
        let rest = text.get(start..).unwrap_or(&[]);
        let pairs = rest
            .chunks(3)
            .take(4_096)
            .take_while(
                |c| matches!(c, [a, b, b' ' | b':', ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()),
            )
            .count();
        if pairs >= 12 {
            let last = rest.get(pairs * 3..pairs * 3 + 2).filter(|p| p.iter().all(u8::is_ascii_hexdigit));
            packed.push((start, start + pairs * 3 - 1 + last.map_or(0, |_| 3)));
        }
    }

    /// A text as the codes of its characters: `[115, 107, 45`, `[115 107 45`.
    fn code_list(text: &[u8], start: usize, packed: &mut Vec<(usize, usize)>) {
        let opens = start.checked_sub(1).and_then(|b| text.get(b));
        if !matches!(opens, Some(b'[' | b'{' | b'(')) {
            return;
        }
        let rest = text.get(start..).unwrap_or(&[]);
        let part = |b: &&u8| b.is_ascii_digit() || matches!(b, b',' | b' ');
        let length = rest.iter().take(PACKED_RUN * 1024).take_while(part).count();
        let numbers =
            rest.get(..length).unwrap_or(&[]).split(|b| !b.is_ascii_digit()).filter(|n| !n.is_empty());
        let (mut count, mut codes) = (0, true);
        for number in numbers {
            count += 1;
            codes = codes
                && number.len() <= 3
                && (number.len() == 3 || number >= b"32".as_slice() || matches!(number, b"10" | b"13"));
        }
        if count >= 12 && codes {
            packed.push((start, start + rest.get(..length).unwrap_or(&[]).trim_ascii_end().len()));
        }
    }

    fn word(
        &self,
        text: &[u8],
        (start, end): (usize, usize),
        digits: usize,
        hits: &mut Vec<Hit>,
        packed: &mut Vec<(usize, usize)>,
    ) {
        let length = end - start;
        let word = text.get(start..end).unwrap_or(&[]);
        if length >= HEAD && !self.learned.is_empty() {
            self.look_up(text, start, word, hits);
        }
        if digits == 0 && length < 28 && length != 2 {
            return;
        }
        let next = text.get(end);
        if length == 2 && matches!(next, Some(b' ' | b':')) {
            Self::hex_list(text, start, packed);
        }
        if length >= LONG_RUN {
            if may_be_noise(word) {
                self.long_run(text, start, word, hits);
            }
            if next == Some(&b'.') && length >= 32 {
                self.try_around(Trigger::DottedHex, text, start, end + 40, hits);
            } else if next == Some(&b':') && length >= 36 {
                self.try_around(Trigger::PairedId, text, start, end + 40, hits);
            }
        }
        let first_digit = word.first().is_some_and(u8::is_ascii_digit);
        if matches!(length, 2 | 3) && digits == length && matches!(next, Some(b',' | b' ')) {
            Self::code_list(text, start, packed);
        }
        if first_digit && digits <= 3 && digits == length && next == Some(&b'.') {
            let behind = text.get(end..(end + 13).min(text.len())).unwrap_or(&[]);
            let points = memchr::memchr_iter(b'.', behind).count();
            if points >= 3
                && text.get(end + 1).is_some_and(u8::is_ascii_digit)
                && !matches!(word, b"10" | b"127" | b"0")
            {
                self.try_around(Trigger::Address, text, start, end + 16, hits);
            }
        } else if length == 4 && next == Some(&b':') && matches!(word.first(), Some(b'2' | b'3')) {
            if word.iter().all(u8::is_ascii_hexdigit)
                && text.get(end + 1).is_some_and(|b| b.is_ascii_hexdigit() || *b == b':')
            {
                self.try_around(Trigger::Address6, text, start, end + 48, hits);
            }
        } else if let [a, b, c, d, ..] = word
            && a.is_ascii_uppercase()
            && b.is_ascii_uppercase()
            && c.is_ascii_digit()
            && d.is_ascii_digit()
        {
            self.try_around(Trigger::Iban, text, start, end + 48, hits);
        }
        let x = usize::from(length == 18 && matches!(word.last(), Some(b'x' | b'X')));
        if first_digit && digits + x + memchr::memchr_iter(b'-', word).count() == length {
            let more = text.get(end..(end + 24).min(text.len())).unwrap_or(&[]);
            let more = more
                .iter()
                .take_while(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-' | b'.' | b'(' | b')'))
                .filter(|b| b.is_ascii_digit())
                .count();
            if digits + more >= 9 {
                self.try_around(Trigger::Number, text, start, end + 32, hits);
            }
        }
    }

    fn long_run(&self, text: &[u8], start: usize, word: &[u8], hits: &mut Vec<Hit>) {
        let Some(first) = word.iter().position(u8::is_ascii_alphanumeric) else { return };
        let Some(last) = word.iter().rposition(u8::is_ascii_alphanumeric) else { return };
        let Ok(value) = std::str::from_utf8(word.get(first..=last).unwrap_or(&[])) else { return };
        for (index, rule) in self.triggered(Trigger::Run) {
            let (start, end) = (start + first, start + last + 1);
            if condition_holds(&rule.detector.condition, value, text, start, end) {
                // A piece of a longer base64 text: what stands before the whole decides, and the whole goes.
                let (from, to) = whole_run(text, start, end);
                if from < start
                    && (is_digest(text, from) || !self.is_unexplained(rule, value, text, start, from))
                {
                    continue;
                }
                hits.push(Hit { start: from, end: to, what: What::Rule(index) });
            }
        }
    }

    /// Whether `value` would be taken for a key behind what stands before `from`.
    #[expect(clippy::unused_self, reason = "beside its caller")]
    fn is_unexplained(&self, rule: &Rule, value: &str, text: &[u8], start: usize, from: usize) -> bool {
        let before = text.get(from.saturating_sub(48)..from).unwrap_or(&[]);
        let moved = [before, text.get(start..start + value.len()).unwrap_or(&[])].concat();
        condition_holds(&rule.detector.condition, value, &moved, before.len(), moved.len())
    }

    fn try_around(&self, trigger: Trigger, text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) {
        let from = start.saturating_sub(8);
        for (index, rule) in self.triggered(trigger) {
            rule.search(index, text, from, end.min(text.len()), hits);
        }
    }

    fn triggered(&self, trigger: Trigger) -> impl Iterator<Item = (usize, &Rule)> {
        let list = self.by_trigger.get(trigger as usize);
        list.into_iter().flatten().filter_map(|index| Some((*index, self.rules.get(*index)?)))
    }

    fn look_up(&self, text: &[u8], start: usize, word: &[u8], hits: &mut Vec<Hit>) {
        // A word may be glued before it: `x-sk-…`; so each part is a start.
        let parts =
            word.iter().enumerate().filter(|(i, b)| *i > 0 && matches!(b, b'-' | b'_')).map(|(i, _)| i + 1);
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

impl Rule {
    fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| RegexBuilder::new(&self.detector.pattern).unicode(false).build().ok())
            .as_ref()
    }

    /// A cheap look at what stands behind a keyword, for patterns whose secret must look random.
    /// `random` is what was found out of the text behind this keyword for another rule.
    fn may_match(&self, text: &[u8], start: usize, end: usize, random: &mut Option<bool>) -> bool {
        if self.assigns && !is_assigned(text, end) || self.hexadecimal && !has_hexadecimal(text, end) {
            return false;
        }
        if !self.near.holds(text, start, end) {
            return false;
        }
        let check = self.detector.condition.as_str();
        if self.needs == 0 && check != "random" && check != "mixed" {
            return true;
        }
        // A context stands up to 64 bytes before; a keyword may stand in the middle of what it marks.
        let from = if self.needs > 0 { start.saturating_sub(BEFORE / 2) } else { start };
        let behind = text.get(from..(end + 240).min(text.len())).unwrap_or(&[]);
        if self.needs > 0 {
            return behind.split(|b| !is_token(*b)).any(|word| word.len() >= self.needs);
        }
        *random.get_or_insert_with(|| {
            behind.split(|b| !is_token(*b)).any(|word| {
                let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
                word.len() >= 8 && (digits >= 2 || word.len() >= 12 && (rises(word) >= 2 || word.len() >= 28))
            })
        })
    }

    /// Searches `from..to`; gives the end of the last match.
    fn search(&self, index: usize, text: &[u8], from: usize, to: usize, hits: &mut Vec<Hit>) -> usize {
        let Some(regex) = self.regex() else { return from };
        let (mut at, mut to, mut last) = (from, to, from);
        while at < to {
            // A search alone allocates nothing; most end here.
            let Some(window) = text.get(..to) else { break };
            let Some(first) = regex.find_at(window, at) else { break };
            let captures =
                if regex.captures_len() > 1 { regex.captures_at(window, first.start()) } else { None };
            let whole = captures.as_ref().and_then(|c| c.get(0)).unwrap_or(first);
            if whole.end() == to && to < text.len() {
                // It may go on: look at more.
                at = whole.start();
                to = (to + (to - at).max(BEHIND) * 4).min(text.len());
                continue;
            }
            at = whole.end().max(at + 1);
            last = whole.end();
            let named = captures.as_ref().and_then(|c| c.name("secret").or_else(|| c.name("secret_too")));
            let group = named.unwrap_or(whole);
            let value = String::from_utf8_lossy(group.as_bytes());
            if group.is_empty() || is_placeholder(&value) {
                continue;
            }
            if self.long
                && value.contains('[')
                && !is_written(&without_placeholders(&value))
                && has_placeholder(&value)
            {
                // What was in it is gone already.
                continue;
            }
            let end = match self.detector.id.as_str() {
                "echoed_list" => balanced(text, group.start()).unwrap_or(group.end()).min(group.end()),
                _ => group.end(),
            };
            if condition_holds(&self.detector.condition, &value, text, group.start(), end)
                && (!self.written || is_written(&value))
            {
                hits.push(Hit { start: group.start(), end, what: What::Rule(index) });
            }
        }
        last
    }
}

/// The word and the bit of the sketch for a head.
fn sketched(head: [u8; HEAD]) -> (usize, u64) {
    let hash = u64::from_le_bytes(head).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    (usize::try_from(hash >> 6).unwrap_or(0), 1 << (hash & 63))
}

/// The text without what stands for something that was taken out.
fn without_placeholders(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(']') {
        let open = part.rfind('[').unwrap_or(part.len());
        let keeps = !part.get(open..).is_some_and(is_placeholder);
        out.push_str(if keeps { part } else { part.get(..open).unwrap_or("") });
    }
    out
}

fn has_placeholder(text: &str) -> bool {
    without_placeholders(text).len() < text.len()
}

/// The end of the list or object that opens at `at`, as far as its brackets tell.
fn balanced(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, byte) in text.get(at..)?.iter().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + offset + 1);
                }
            }
            _ => {}
        }
    }
    None
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

/// The base64 text in which `start..end` is a piece between `+` and `/`; the piece itself where it is a path's.
fn whole_run(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    let before = text.get(..start).unwrap_or(&[]).iter().rev().take(400).take_while(part).count();
    let after = text.get(end..).unwrap_or(&[]).iter().take(400).take_while(part).count();
    let (from, to) = (start - before, end + after);
    let run = text.get(from..to).unwrap_or(&[]);
    let assigned = run.iter().position(|b| *b == b'=').filter(|at| *at + 2 < run.len() && from + at < start);
    let from = assigned.map_or(from, |at| from + at + 1);
    let run = text.get(from..to).unwrap_or(&[]);
    // A path has words between its slashes.
    let path = run
        .split(|b| *b == b'/')
        .any(|p| p.len() >= 3 && p.iter().all(|b| b.is_ascii_lowercase() || *b == b'-'));
    let lower = run.iter().filter(|b| b.is_ascii_lowercase()).count();
    let packed = (run.contains(&b'+') || run.ends_with(b"=") || run.contains(&b'/') && run.len() >= 40)
        && !path
        && lower * 10 < run.len() * 7;
    if packed && from <= start { (from, to) } else { (start, end) }
}

/// `sha256-…`, `sha512-…`, `sha256//…`: the digest of something public.
fn is_digest(text: &[u8], from: usize) -> bool {
    let near = text.get(from.saturating_sub(8)..(from + 8).min(text.len())).unwrap_or(&[]);
    [&b"sha1"[..], b"sha256", b"sha384", b"sha512"]
        .iter()
        .any(|name| memchr::memmem::find(near, name).is_some())
}

fn trigger(detector: &Detector) -> Trigger {
    match (detector.condition.as_str(), detector.id.as_str()) {
        (_, "packed_media") => Trigger::Media,
        ("unexplained", _) if detector.pattern.starts_with("[A-Za-z0-9]") => Trigger::Run,
        ("public_ip", "ipv4") => Trigger::Address,
        ("public_ip", "ipv6") => Trigger::Address6,
        ("luhn" | "china_id" | "us_ssn", _) | (_, "phone_mainland" | "phone_north_america")
            if detector.keywords.is_empty() =>
        {
            Trigger::Number
        }
        ("iban", _) => Trigger::Iban,
        (_, "zhipu_key") => Trigger::DottedHex,
        (_, "fal_key") => Trigger::PairedId,
        _ if detector.keywords.is_empty() => Trigger::Always,
        _ => Trigger::Keyword,
    }
}

/// True where a match of `pattern` that holds `keyword` begins with it, at the start of a word.
fn begins_with(pattern: &str, keyword: &str) -> bool {
    let plain = pattern.replace('\\', "").to_ascii_lowercase();
    let Some(rest) = plain.strip_prefix("(?i)b").or_else(|| plain.strip_prefix('b')) else { return false };
    let bounded = pattern.starts_with("\\b") || pattern.starts_with("(?i)\\b");
    let word = keyword.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
    let alternatives = rest.strip_prefix("(?:").and_then(|r| r.split_once(')')).map(|(list, _)| list);
    bounded
        && word
        && match alternatives {
            Some(list) => {
                !list.contains('(')
                    && list.split('|').any(|a| a.starts_with(keyword))
                    && list.split('|').all(|a| a.starts_with(keyword) || !a.contains(keyword))
            }
            None => rest.starts_with(keyword),
        }
}

/// 1: letters, `-`, `_`; 5: digits; 2: may begin a disguise; 3: `+`, `/`, `=`; 4: quotes; 0: anything else.
static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0_u8;
    loop {
        let class = match byte {
            b'0'..=b'9' => 5,
            b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => 1,
            b'+' | b'/' | b'=' => 3,
            b'"' | b'\'' => 4,
            b'%' | b'\\' | b'&' | b'<' | 0x1b | 0xc2 | 0xcd | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf0 => 2,
            _ => 0,
        };
        #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256")]
        {
            table[byte as usize] = class;
        }
        if byte == 255 {
            return table;
        }
        byte += 1;
    }
}

/// The end of the run at `at`, and its digits.
fn run(text: &[u8], at: usize) -> (usize, usize) {
    let (mut end, mut digits) = (at, 0);
    for byte in text.get(at..).unwrap_or(&[]) {
        match CLASS.get(usize::from(*byte)) {
            Some(1) => {}
            Some(5) => digits += 1,
            _ => break,
        }
        end += 1;
    }
    (end, digits)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=' | b'%')
}

/// True where behind `at` a name ends and `:` or `=` follows, with one word more between at most.
fn is_assigned(text: &[u8], at: usize) -> bool {
    let mut rest = text.get(at..).unwrap_or(&[]);
    let past = |rest: &mut &[u8], test: fn(u8) -> bool| {
        let length = rest.iter().take(120).take_while(|b| test(**b)).count();
        *rest = rest.get(length..).unwrap_or(&[]);
    };
    for _ in 0..2 {
        past(&mut rest, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        past(&mut rest, |b| matches!(b, b'"' | b'\'' | b'\\'));
        past(&mut rest, |b| b.is_ascii_whitespace());
        if matches!(rest.first(), Some(b':' | b'=' | 0xef)) {
            return true;
        }
    }
    false
}

fn has_hexadecimal(text: &[u8], at: usize) -> bool {
    let behind = text.get(at..(at + 160).min(text.len())).unwrap_or(&[]);
    behind.split(|b| !b.is_ascii_hexdigit()).any(|run| run.len() >= 32)
}

fn inside_word(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|b| text.get(b)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn rises(word: &[u8]) -> usize {
    word.windows(2)
        .filter(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count()
}

/// A piece without a break that is long enough, and has digits: all that `is_unexplained` can take.
fn may_be_noise(word: &[u8]) -> bool {
    word.split(|b| matches!(b, b'-' | b'_'))
        .any(|piece| piece.len() >= LONG_RUN && piece.iter().filter(|b| b.is_ascii_digit()).count() >= 2)
}

/// True where the byte at `at` begins an escape or an invisible character.
fn disguises(text: &[u8], at: usize) -> bool {
    match text.get(at..).unwrap_or(&[]) {
        [b'%', a, b, ..] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [b'\\', b'u' | b'x' | b'0'..=b'3' | b'"' | b'\'' | b'n' | b'r' | b't' | b'/' | b'\\', ..]
        | [0x1b, ..]
        // Soft hyphen, no-break space, C1 controls; other invisible ones by their first two bytes.
        | [0xc2, 0x80..=0xa0 | 0xad, ..]
        | [0xcd, 0x8f, ..]
        | [0xe1, 0x85 | 0x9e | 0xa0, ..]
        | [0xe2, 0x80, 0x8b..=0x8f | 0xa8..=0xae, ..]
        | [0xe2, 0x81, 0xa0..=0xaf, ..]
        | [0xe3, 0x85, 0xa4, ..]
        | [0xe3, 0x80, 0x80, ..]
        // Letters of mathematics, tags.
        | [0xf0, 0x9d, 0x90..=0x9f, ..]
        | [0xf3, 0xa0, ..]
        | [0xef, 0xb8 | 0xbb | 0xbc | 0xbd | 0xbe | 0xbf, ..] => true,
        [b'&', next, ..] => *next == b'#' || next.is_ascii_alphabetic(),
        rest @ [b'<', ..] => crate::case::sanitize::normal::tag(rest) > 0,
        _ => false,
    }
}

/// The run `start..end`, where something may be packed in it: an id of words is not, what is packed has a long piece.
fn packed_run(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let run = text.get(start..end).unwrap_or(&[]);
    // `name=` before it is a name.
    let name = run.iter().position(|b| *b == b'=').filter(|at| at + 3 < run.len()).map_or(0, |at| at + 1);
    let (start, run) = (start + name, run.get(name..).unwrap_or(&[]));
    let piece = run.split(|b| matches!(b, b'-' | b'_')).map(<[u8]>::len).max().unwrap_or(0);
    (piece >= LONG_RUN && may_hold_text(run)).then_some((start, end))
}
