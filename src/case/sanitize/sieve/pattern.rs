//! One pattern of the catalog, and the cheap looks that spare most of its searches.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::trigger::{Trigger, longest_word, trigger};
use super::{BEFORE, BEHIND, Hit, What};
use crate::case::catalog::{Detector, Near};
use crate::case::sanitize::detect::condition_holds;
use crate::case::sanitize::filter::prose::is_written;
use crate::case::sanitize::placeholder::is_placeholder;

/// A detector, compiled at first use.
pub(super) struct Pattern {
    pub(super) detector: Detector,
    regex: OnceLock<Option<Regex>>,
    pub(super) trigger: Trigger,
    /// A match holds an unbroken word of so many bytes.
    needs: usize,
    /// A match may be long: it is looked for up to the end of the text.
    pub(super) long: bool,
    /// Only where it reads like a person's text.
    written: bool,
}

/// Whether what every match has near the keyword at `start..end` stands there.
fn stands_near(near: Near, text: &[u8], start: usize, end: usize) -> bool {
    let behind = |most: usize| text.get(end..(end + most).min(text.len())).unwrap_or(&[]);
    match near {
        Near::Anything => true,
        Near::Assignment => is_assigned(text, end),
        Near::Hexadecimal => behind(160).split(|b| !b.is_ascii_hexdigit()).any(|run| run.len() >= 32),
        Near::At => memchr::memchr(b'@', behind(BEHIND)).is_some(),
        Near::Quote => {
            let lead = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b':' | b'=' | b',');
            let lead = behind(3).iter().take_while(lead).count();
            lead > 0 && matches!(behind(4).get(lead), Some(b'"' | b'\''))
        }
        Near::Tag => text.get(start.saturating_sub(32)..start).is_some_and(|b| b.contains(&b'<')),
    }
}

impl Pattern {
    pub(super) fn new(detector: &Detector) -> Self {
        Self {
            regex: OnceLock::new(),
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

    /// A cheap look at what stands behind a keyword, for patterns whose secret must look random.
    /// `random` is what was found out of the text behind this keyword for another rule.
    pub(super) fn may_match(&self, text: &[u8], start: usize, end: usize, random: &mut Option<bool>) -> bool {
        if !stands_near(self.detector.near, text, start, end) {
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

fn rises(word: &[u8]) -> usize {
    word.windows(2)
        .filter(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count()
}
