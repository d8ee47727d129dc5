//! All patterns of a catalog, compiled once, and the search for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::memory::{HEAD, Memory};
use super::pattern::{Pattern, Surroundings};
use super::run::{CLASS, disguises, is_digest, may_be_noise, packed_run, run, whole_run};
use super::trigger::{Start, TRIGGERS, Trigger, begins_quoted, spelling, start};
use super::{BEFORE, BEHIND, Hit, LONG_RUN, LONG_RUN_OF_LETTERS, MEDIA_RUN, PACKED_RUN, Seen, What};
use crate::case::catalog::{Detector, FoundWord, ManyWords, Near};
use crate::case::sanitize::detect::{condition_holds, is_credential};
use crate::case::sanitize::filter::joint;

/// Bytes of a list of character codes that are looked at.
const LONGEST_CODES: usize = 24 * 1024;

/// The compiled patterns.
pub(in crate::case::sanitize) struct Patterns {
    rules: Vec<Pattern>,
    keywords: ManyWords,
    /// A rule has no trigger of its own.
    tries_all: bool,
    /// The rules of each trigger.
    by_trigger: Vec<Vec<usize>>,
    /// For each keyword: the rules that it leads to.
    owners: Vec<Vec<Owner>>,
}

/// A rule that a keyword leads to.
struct Owner {
    rule: usize,
    start: Start,
    /// How the keyword stands in every match, where the other case is no match.
    spelling: Option<Box<str>>,
}

static LAST: Mutex<Option<Arc<Patterns>>> = Mutex::new(None);

impl Patterns {
    /// The compiled form of `detectors`. Compiling takes longer than a note: the last set is kept for the next text.
    pub(in crate::case::sanitize) fn of<'d>(
        detectors: impl Iterator<Item = &'d Detector> + Clone,
    ) -> Arc<Self> {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = last.as_ref()
            && known.rules.iter().map(|rule| &rule.detector).eq(detectors.clone())
        {
            return Arc::clone(known);
        }
        let set = Arc::new(Self::new(detectors));
        *last = Some(Arc::clone(&set));
        set
    }

    fn new<'d>(detectors: impl Iterator<Item = &'d Detector>) -> Self {
        let rules: Vec<Pattern> = detectors.map(Pattern::new).collect();
        let mut keywords: Vec<&str> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut owners: Vec<Vec<Owner>> = Vec::new();
        for (index, rule) in rules.iter().enumerate().filter(|(_, r)| r.trigger == Trigger::Keyword) {
            // A word of its context stands before every match, and is rarer than most keywords.
            let context = &rule.detector.condition.context;
            for keyword in if context.is_empty() { &rule.detector.keywords } else { context } {
                let at = *places.entry(keyword).or_insert_with(|| {
                    keywords.push(keyword);
                    owners.push(Vec::new());
                    keywords.len() - 1
                });
                let pattern = &rule.detector.pattern;
                let (start, spelling) = if context.is_empty() && begins_quoted(&rule.detector) {
                    (Start::Quote, None)
                } else if context.is_empty() {
                    (start(pattern, keyword), spelling(pattern, keyword))
                } else {
                    (Start::Behind, None)
                };
                if let Some(list) = owners.get_mut(at) {
                    list.push(Owner { rule: index, start, spelling: spelling.map(Box::from) });
                }
            }
        }
        // Logs of many megabytes are searched.
        let keywords = ManyWords::new(keywords, true);
        Self {
            by_trigger: (0..TRIGGERS)
                .map(|t| {
                    (0..rules.len())
                        .filter(|i| rules.get(*i).is_some_and(|r| r.trigger as usize == t))
                        .collect()
                })
                .collect(),
            tries_all: rules.iter().any(|r| r.trigger == Trigger::Always),
            rules,
            keywords,
            owners,
        }
    }

    /// Kind and id of a rule.
    pub(in crate::case::sanitize) fn rule(&self, index: usize) -> (&str, &str) {
        self.rules
            .get(index)
            .map_or(("token", "unknown"), |r| (r.detector.kind.as_str(), r.detector.id.as_str()))
    }

    /// True when the rule takes what reads like a person's text.
    pub(in crate::case::sanitize) fn is_of_texts(&self, index: usize) -> bool {
        self.rules.get(index).is_some_and(Pattern::takes_prose)
    }

    /// True when a name that stands before the text says whose it is.
    pub(in crate::case::sanitize) fn names_its_text(&self, index: usize) -> bool {
        self.rules.get(index).is_some_and(|rule| {
            matches!(rule.detector.near, Near::Assignment | Near::Said | Near::QuotedValue)
        })
    }

    /// True when a hit of this rule opens a door.
    pub(in crate::case::sanitize) fn is_credential(&self, index: usize) -> bool {
        is_credential(self.rule(index).0)
    }

    /// Everything that stands in `text` as it is written.
    /// `packed` gets the runs in which something may be packed.
    pub(in crate::case::sanitize) fn find(
        &self,
        text: &[u8],
        memory: &Memory,
        hits: &mut Vec<Hit>,
        packed: &mut Vec<(usize, usize)>,
    ) -> Seen {
        self.by_keyword(text, hits);
        if self.tries_all {
            for (index, rule) in self.rules.iter().enumerate().filter(|(_, r)| r.trigger == Trigger::Always) {
                rule.search(index, text, 0, text.len(), hits);
            }
        }
        self.by_word(text, memory, hits, packed)
    }

    fn by_keyword(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let mut done: Vec<(usize, usize)> = Vec::new();
        let mut around = Surroundings::default();
        self.keywords.find(text, |FoundWord { word, start, end }| {
            let Some(owners) = self.owners.get(word) else { return };
            let before = start.checked_sub(1).and_then(|b| text.get(b)).copied();
            let inside = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
            let spelled = text.get(start..end).unwrap_or(&[]);
            around.move_on(text);
            for owner in owners {
                let other_case = owner.spelling.as_ref().is_some_and(|s| s.as_bytes() != spelled);
                let inside = match owner.start {
                    Start::Word => inside,
                    Start::Behind => inside && before != Some(b'_'),
                    Start::Quote => !matches!(before, Some(b'"' | b'\'')),
                    Start::Keyword | Start::Anywhere => false,
                };
                if other_case || inside {
                    continue;
                }
                let Some(rule) = self.rules.get(owner.rule) else { continue };
                if !rule.may_match(text, start, end, &mut around) {
                    continue;
                }
                let known = done.iter().position(|(rule, _)| *rule == owner.rule);
                let known = known.unwrap_or_else(|| {
                    done.push((owner.rule, 0));
                    done.len() - 1
                });
                let begin = start - usize::from(owner.start == Start::Quote && start > 0);
                let Some((_, done)) = done.get_mut(known).filter(|(_, d)| *d <= begin) else {
                    continue;
                };
                let to = if rule.long { text.len() } else { (end + BEHIND).min(text.len()) };
                if matches!(owner.start, Start::Word | Start::Keyword | Start::Quote) {
                    *done = rule.search_at(owner.rule, text, begin, to, hits);
                    continue;
                }
                let from = start.saturating_sub(BEFORE).max(*done);
                let last = if rule.may_stand(text.get(from..to).unwrap_or(&[])) {
                    rule.search(owner.rule, text, from, to, hits)
                } else {
                    from
                };
                *done = last.max(if to == text.len() { to } else { to - BEHIND / 2 });
            }
        });
    }

    /// One walk over the words; `packed` gets the runs in which something may be packed.
    fn by_word(
        &self,
        text: &[u8],
        memory: &Memory,
        hits: &mut Vec<Hit>,
        packed: &mut Vec<(usize, usize)>,
    ) -> Seen {
        let mut seen = Seen::default();
        let (mut at, mut run_start) = (0, 0);
        while let Some(byte) = text.get(at) {
            match CLASS.get(usize::from(*byte)) {
                Some(1 | 5) => {
                    let (end, digits) = run(text, at);
                    if digits > 0 || end - at >= HEAD {
                        if end - at >= HEAD {
                            memory.look_up(text, at, text.get(at..end).unwrap_or(&[]), hits);
                        }
                        self.word(text, (at, end), digits, hits, packed);
                    }
                    at = end;
                    continue;
                }
                Some(3) => seen.label = seen.label || *byte == b'=',
                class => {
                    match class {
                        Some(2) => {
                            seen.disguise = seen.disguise || disguises(text, at);
                            // Of the colon of East Asia.
                            seen.label = seen.label || *byte == 0xef;
                        }
                        Some(4) => {
                            seen.joint = seen.joint || joint::is_sum(text, at);
                            seen.label = seen.label || is_quote_behind_a_word(text, at);
                        }
                        Some(6) => seen.label = true,
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
        let length = rest.iter().take(LONGEST_CODES).take_while(part).count();
        let list = rest.get(..length).unwrap_or(&[]).trim_ascii_end();
        let numbers = || list.split(|b| !b.is_ascii_digit()).filter(|n| !n.is_empty());
        let is_code =
            |n: &[u8]| n.len() == 3 || n.len() == 2 && (n >= &b"32"[..] || matches!(n, b"10" | b"13"));
        if numbers().count() >= 12 && numbers().all(is_code) {
            packed.push((start, start + list.len()));
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
        if digits == 0 && length < LONG_RUN_OF_LETTERS && length != 2 {
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
        let is_number = || word.iter().take(length - x).all(|b| b.is_ascii_digit() || *b == b'-');
        if first_digit && is_number() {
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
                if is_digest(text, from)
                    || from < start && !Self::is_unexplained(rule, value, text, start, from)
                {
                    continue;
                }
                hits.push(Hit { start: from, end: to, what: What::Rule(index) });
            }
        }
    }

    /// Whether `value` would be taken for a key behind what stands before `from`.
    fn is_unexplained(rule: &Pattern, value: &str, text: &[u8], start: usize, from: usize) -> bool {
        let before = text.get(from.saturating_sub(48)..from).unwrap_or(&[]);
        let moved = [before, text.get(start..start + value.len()).unwrap_or(&[])].concat();
        condition_holds(&rule.detector.condition, value, &moved, before.len(), moved.len())
    }

    fn try_around(&self, trigger: Trigger, text: &[u8], start: usize, end: usize, hits: &mut Vec<Hit>) {
        let (from, to) = (start.saturating_sub(8), end.min(text.len()));
        for (index, rule) in self.triggered(trigger) {
            if rule.may_stand(text.get(from..to).unwrap_or(&[])) {
                rule.search(index, text, from, to, hits);
            }
        }
    }

    fn triggered(&self, trigger: Trigger) -> impl Iterator<Item = (usize, &Pattern)> {
        let list = self.by_trigger.get(trigger as usize);
        list.into_iter().flatten().filter_map(|index| Some((*index, self.rules.get(*index)?)))
    }
}

/// `User asked "…"`
fn is_quote_behind_a_word(text: &[u8], at: usize) -> bool {
    at >= 2 && matches!(text.get(at - 2..=at), Some([last, b' ', b'"']) if last.is_ascii_alphabetic())
}
