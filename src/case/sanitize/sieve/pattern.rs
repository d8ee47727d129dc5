//! One pattern of the catalog, and the cheap looks that spare most of its searches.

use std::sync::OnceLock;

use regex::bytes::{Match, Regex, RegexBuilder};

use super::material::Material;
use super::run::long_runs;
use super::trigger::{Trigger, longest_word, trigger};
use super::{BEFORE, BEHIND, Hit, LONG_RUN, What};
use crate::case::catalog::{Detector, Near};
use crate::case::sanitize::detect::condition_holds;
use crate::case::sanitize::filter::prose::{is_somebodys, is_written};
use crate::case::sanitize::placeholder::{is_placeholder, without_placeholders};

/// A detector, compiled at first use.
pub(super) struct Pattern {
    pub(super) detector: Detector,
    regex: OnceLock<Option<Regex>>,
    /// The same for a match that begins where the search begins: it fails at the first byte.
    at_start: OnceLock<Option<Regex>>,
    /// What every match is made of; `None`: it is not known.
    made_of: OnceLock<Option<Material>>,
    pub(super) trigger: Trigger,
    /// A match holds an unbroken word of so many bytes.
    needs: usize,
    /// A match may be long: it is looked for up to the end of the text.
    pub(super) long: bool,
    /// Only where it reads like a person's text.
    written: bool,
}

/// Whether what every match of `detector` has near the keyword at `start..end` stands there.
fn stands_near(detector: &Detector, text: &[u8], start: usize, end: usize) -> bool {
    let behind = |most: usize| text.get(end..(end + most).min(text.len())).unwrap_or(&[]);
    match detector.near {
        Near::Anything => true,
        Near::Assignment => is_assigned(text, end),
        Near::Sign => is_signed(text, end),
        Near::ClosingQuote => matches!(text.get(end), Some(b'"' | b'\'')),
        Near::Again => {
            // Keywords are in small letters, and found without regard to case.
            let window = behind(200).to_ascii_lowercase();
            detector.keywords.iter().any(|k| memchr::memmem::find(&window, k.as_bytes()).is_some())
        }
        Near::Hexadecimal => long_runs(behind(160), 32, |b| b.is_ascii_hexdigit()).next().is_some(),
        Near::At => memchr::memchr(b'@', behind(BEHIND)).is_some(),
        Near::Quote => {
            let lead = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b':' | b'=' | b',');
            let closes = usize::from(matches!(text.get(end), Some(b'"' | b'\'')));
            let rest = behind(8).get(closes..).unwrap_or(&[]);
            let lead = rest.iter().take_while(lead).count();
            lead > 0 && matches!(rest.get(lead), None | Some(b'"' | b'\''))
        }
        Near::Said => {
            let before = start.checked_sub(1).and_then(|at| text.get(at));
            let sign = text.get(end..).unwrap_or(&[]).iter().find(|b| !is_blank(**b));
            matches!(before, Some(b' ' | b'_' | b'-')) && matches!(sign, Some(b':' | 0xef))
        }
        Near::QuotedValue => is_quoted_value(text.get(end..).unwrap_or(&[])),
        Near::Tag => text.get(start.saturating_sub(32)..start).is_some_and(|b| b.contains(&b'<')),
    }
}

/// What was found out near one keyword, for all rules that it leads to.
#[derive(Default)]
pub(super) struct Surroundings {
    /// For each thing that was looked for.
    near: [Option<bool>; Near::QuotedValue as usize + 1],
    random: Option<bool>,
    /// Bytes of the longest word without a break.
    longest: Option<usize>,
}

/// Bytes of a word from which on it can look random.
const SHORTEST_RANDOM: usize = 8;
/// Bytes of a text that is looked at as a whole.
const LINE: usize = 600;

impl Surroundings {
    /// Keeps what holds at the next keyword of the same text, too.
    pub(super) fn move_on(&mut self, text: &[u8]) {
        *self = Self { longest: self.longest.filter(|_| text.len() <= LINE), ..Self::default() };
    }

    fn has(&mut self, detector: &Detector, text: &[u8], start: usize, end: usize) -> bool {
        if detector.near == Near::Anything {
            return true;
        }
        // The keywords are the detector's own.
        if detector.near == Near::Again {
            return stands_near(detector, text, start, end);
        }
        let look = || stands_near(detector, text, start, end);
        match self.near.get_mut(detector.near as usize) {
            Some(known) => *known.get_or_insert_with(look),
            None => look(),
        }
    }
}

/// What a match at `whole` of `window` takes out: the named group, else all of it.
fn taken(regex: &Regex, window: &[u8], whole: Match<'_>) -> (usize, usize) {
    let captures = if regex.captures_len() > 1 { regex.captures_at(window, whole.start()) } else { None };
    let named = captures.as_ref().and_then(|c| c.name("secret").or_else(|| c.name("secret_too")));
    let group = named.unwrap_or(whole);
    (group.start(), group.end())
}

impl Pattern {
    pub(super) fn new(detector: &Detector) -> Self {
        Self {
            regex: OnceLock::new(),
            at_start: OnceLock::new(),
            made_of: OnceLock::new(),
            trigger: trigger(detector),
            needs: longest_word(&detector.pattern),
            long: matches!(detector.kind.as_str(), "prompt" | "text"),
            written: detector.condition.as_str() == "written",
            detector: detector.clone(),
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| RegexBuilder::new(&self.detector.pattern).unicode(false).build().ok())
            .as_ref()
    }

    pub(super) fn takes_prose(&self) -> bool {
        self.written
    }

    fn at_start(&self) -> Option<&Regex> {
        self.at_start
            .get_or_init(|| {
                let pattern = format!(r"\A(?:{})", self.detector.pattern);
                RegexBuilder::new(&pattern).unicode(false).build().ok()
            })
            .as_ref()
    }

    /// A cheap look at `window`: a match in it needs so many of its own bytes in a row.
    pub(super) fn may_stand(&self, window: &[u8]) -> bool {
        let made_of = self.made_of.get_or_init(|| Material::of(&self.detector.pattern));
        made_of.as_ref().is_none_or(|material| material.may_stand(window))
    }

    /// A cheap look at what stands behind the keyword at `start..end`.
    /// `around` is what was found out there for other rules.
    pub(super) fn may_match(&self, text: &[u8], start: usize, end: usize, around: &mut Surroundings) -> bool {
        let until = (end + 240).min(text.len());
        if self.needs > 0 {
            // A context stands up to 64 bytes before; a keyword may stand in the middle of what it marks. A short text is
            // looked at once, for all its keywords.
            let whole = text.len() <= LINE;
            let (from, until) =
                if whole { (0, text.len()) } else { (start.saturating_sub(BEFORE / 2), until) };
            let longest = around.longest.get_or_insert_with(|| {
                let near = text.get(from..until).unwrap_or(&[]);
                long_runs(near, LONG_RUN, is_token).map(<[u8]>::len).max().unwrap_or(0)
            });
            if *longest < self.needs {
                return false;
            }
        }
        if !around.has(&self.detector, text, start, end) {
            return false;
        }
        let check = self.detector.condition.as_str();
        if self.needs > 0 || check != "random" && check != "mixed" {
            return true;
        }
        *around.random.get_or_insert_with(|| {
            let behind = text.get(start..until).unwrap_or(&[]);
            long_runs(behind, SHORTEST_RANDOM, is_token).any(|word| {
                let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
                digits >= 2 || word.len() >= 12 && (rises(word) >= 2 || word.len() >= 28)
            })
        })
    }

    /// Looks for the one match that begins at `from`; gives its end.
    pub(super) fn search_at(
        &self,
        index: usize,
        text: &[u8],
        from: usize,
        to: usize,
        hits: &mut Vec<Hit>,
    ) -> usize {
        let Some(regex) = self.at_start() else { return self.search(index, text, from, to, hits) };
        let mut to = to;
        loop {
            let Some(window) = text.get(from..to) else { return from };
            let Some(whole) = regex.find(window) else { return from };
            let end = from + whole.end();
            if end == to && to < text.len() {
                // It may go on: look at more.
                to = (to + (to - from).max(BEHIND) * 4).min(text.len());
                continue;
            }
            let (start, stop) = taken(regex, window, whole);
            self.judge(index, text, (from + start, from + stop), hits);
            return end.max(from + 1);
        }
    }

    /// Searches `from..to`; gives the end of the last match.
    pub(super) fn search(
        &self,
        index: usize,
        text: &[u8],
        from: usize,
        to: usize,
        hits: &mut Vec<Hit>,
    ) -> usize {
        let Some(regex) = self.regex() else {
            // What cannot be looked for may stand anywhere.
            hits.push(Hit { start: 0, end: text.len(), what: What::Rule(index) });
            return text.len();
        };
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
            self.judge(index, text, (group.start(), group.end()), hits);
        }
        last
    }

    /// Keeps the match at `start..end` where what must hold besides does.
    fn judge(&self, index: usize, text: &[u8], (start, end): (usize, usize), hits: &mut Vec<Hit>) {
        let value = String::from_utf8_lossy(text.get(start..end).unwrap_or(&[]));
        if value.is_empty() || is_placeholder(&value) {
            return;
        }
        if self.long
            && value.contains('[')
            && !is_written(&without_placeholders(&value))
            && has_placeholder(&value)
        {
            // What was in it is gone already.
            return;
        }
        let end = match self.detector.id.as_str() {
            "echoed_list" => balanced(text, start).unwrap_or(end).min(end),
            _ => end,
        };
        if condition_holds(&self.detector.condition, &value, text, start, end)
            && (!self.written || is_somebodys(&value))
        {
            hits.push(Hit { start, end, what: What::Rule(index) });
        }
    }
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

fn is_token(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)).is_some_and(|is| *is)
}

/// The letters and signs of a token.
static TOKEN: [bool; 256] = tokens();

const fn tokens() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256")]
        {
            table[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=' | b'%');
        }
        if byte == 255 {
            return table;
        }
        byte += 1;
    }
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
        past(&mut rest, |b| matches!(b, b'"' | b'\'' | b'\\' | b'`' | b']' | b'>'));
        past(&mut rest, |b| b.is_ascii_whitespace());
        // Or the next string of PHP's `serialize`.
        if matches!(rest, [b':' | b'=' | 0xef, ..] | [b';', b's', b':', ..]) {
            return true;
        }
    }
    false
}

/// True where directly behind `at`, after a quote and blanks at most, `:` or `=` stands.
fn is_signed(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or(&[]);
    let rest = match rest.split_first() {
        Some((b'"' | b'\'', rest)) => rest,
        _ => rest,
    };
    let sign = rest.iter().take(200).find(|b| !b.is_ascii_whitespace());
    matches!(sign, Some(b':' | b'='))
}

/// White space as patterns know it.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// `="…`, `s: '…`: what stands behind a name and before its value.
fn is_quoted_value(rest: &[u8]) -> bool {
    let past = |rest: &mut &[u8], test: &dyn Fn(u8) -> bool| {
        let (true, Some((_, behind))) = (rest.first().is_some_and(|b| test(*b)), rest.split_first()) else {
            return false;
        };
        *rest = behind;
        true
    };
    let mut rest = rest;
    past(&mut rest, &|b| matches!(b, b's' | b'S'));
    past(&mut rest, &is_blank);
    let assigned = past(&mut rest, &|b| matches!(b, b':' | b'='));
    past(&mut rest, &is_blank);
    assigned && matches!(rest.first(), Some(b'"' | b'\''))
}

fn rises(word: &[u8]) -> usize {
    word.windows(2)
        .filter(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count()
}
