//! Which of many patterns are worth trying on a text. Most patterns have words that stand in whatever they match; one
//! search looks for the words of all of them at once, and a pattern none of whose words stand in the text is spared.
//!
//! ```text
//! patterns ──outermost `|`──> branches ──parse──> words of which one stands in every match ──┐
//! text ──────────────────────one walk for all the words ─────────────────────────────────────┴──> the branches that may match
//! ```

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::many_words::ManyWords;
use crate::case::pattern::Regex;

mod known;

pub(super) use known::is_of_bytes;
use known::{Branch, branches_of};

/// The words of many patterns.
#[derive(Debug, Clone)]
pub struct Needles {
    /// `None`: there is no word.
    words: Option<ManyWords>,
    /// The pattern of each word.
    owners: Vec<usize>,
    /// Tried whatever stands in a text.
    always: Vec<bool>,
    /// Tried on texts that are not of ASCII alone.
    beyond_ascii: Vec<usize>,
}

/// A part of one of several patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Which pattern.
    pub(super) pattern: usize,
    /// Where in it, bytes.
    pub(super) place: Range<usize>,
}

impl Needles {
    /// The words of `patterns`, each a regular expression; what cannot be parsed is tried on every text.
    pub fn of<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        Self::of_any(patterns.map(std::iter::once))
    }

    /// The words of groups of patterns: a group may match where any of its patterns may.
    pub fn of_any<'p>(groups: impl Iterator<Item = impl Iterator<Item = &'p str>>) -> Self {
        Self::of_branches(groups.map(|group| group.flat_map(branches_of)))
    }

    /// The words of all parts of `patterns` that may match by themselves, and these parts, in the same order.
    pub(super) fn of_parts<'p>(patterns: impl Iterator<Item = &'p str>) -> (Self, Vec<Part>) {
        let (mut parts, mut branches) = (Vec::new(), Vec::new());
        for (pattern, text) in patterns.enumerate() {
            for branch in branches_of(text) {
                parts.push(Part { pattern, place: branch.place.clone() });
                branches.push(branch);
            }
        }
        (Self::of_branches(branches.into_iter().map(std::iter::once)), parts)
    }

    fn of_branches(groups: impl Iterator<Item = impl Iterator<Item = Branch>>) -> Self {
        let (mut words, mut owners) = (Vec::new(), Vec::new());
        let (mut always, mut beyond_ascii) = (Vec::new(), Vec::new());
        for (index, group) in groups.enumerate() {
            let mut any = false;
            for branch in group {
                let Some(needed) = branch.needed else {
                    any = true;
                    continue;
                };
                if needed.beyond_ascii && beyond_ascii.last() != Some(&index) {
                    beyond_ascii.push(index);
                }
                owners.extend(needed.words.iter().map(|_| index));
                words.extend(needed.words);
            }
            always.push(any);
        }
        let words = (!words.is_empty()).then(|| ManyWords::new(words, false));
        Self { words, owners, always, beyond_ascii }
    }

    /// For each pattern: may it match somewhere in `texts`?
    pub fn may_match<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<bool> {
        let mut may = self.always.clone();
        for text in texts {
            let mut set = |pattern: Option<&usize>| {
                if let Some(may) = pattern.and_then(|at| may.get_mut(*at)) {
                    *may = true;
                }
            };
            if let Some(words) = &self.words {
                words.find_unordered(text.as_bytes(), |word| set(self.owners.get(word)));
            }
            if !text.is_ascii() {
                self.beyond_ascii.iter().for_each(|pattern| set(Some(pattern)));
            }
        }
        may
    }

    /// How many patterns have no words and are tried on every text.
    pub fn wordless(&self) -> usize {
        self.always.iter().filter(|always| **always).count()
    }
}

/// Patterns of which any may match a text. Each is compiled when it is tried for the first time.
#[derive(Debug)]
pub struct AnyOf {
    patterns: Vec<(String, Regex)>,
    /// Made when it pays to look for the words of all at once.
    needles: OnceLock<Needles>,
    looks: AtomicU32,
}

/// Looks in which each pattern looks for its own words.
const FEW: u32 = 16;

impl AnyOf {
    /// Of these patterns.
    pub fn new(patterns: impl Iterator<Item = String>) -> Self {
        let compiled = |text: String| Regex::new(&text).ok().map(|made| (text, made));
        Self {
            patterns: patterns.filter_map(compiled).collect(),
            needles: OnceLock::new(),
            looks: AtomicU32::new(0),
        }
    }

    /// True where one of them matches somewhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        if self.looks.fetch_add(1, Ordering::Relaxed) < FEW {
            return self.patterns.iter().any(|(_, pattern)| pattern.is_match(text));
        }
        let needles = || Needles::of(self.patterns.iter().map(|(text, _)| text.as_str()));
        let may = self.needles.get_or_init(needles).may_match(std::iter::once(text));
        may.iter().zip(&self.patterns).any(|(may, (_, pattern))| *may && pattern.is_match(text))
    }

    /// True where every pattern compiles.
    pub fn is_sound(&self) -> bool {
        self.patterns.iter().all(|(_, pattern)| pattern.is_sound())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::pattern::words::words_of;

    #[test]
    fn the_words_stand_in_every_match() {
        let table: &[(&str, Option<&[&str]>)] = &[
            ("maximum context length", Some(&["maximum context length"])),
            ("(?:rate|speed) ?limit", Some(&["rate limit", "ratelimit", "speed limit", "speedlimit"])),
            (r"\bexceed\w*.{0,60}\blimit", Some(&["exceed"])),
            (r"(a|b)+timeout", Some(&["timeout"])),
            ("(?:quota|balance).{0,9}(?:used|gone)", Some(&["balance", "quota"])),
            ("(?:quota|.*)", None),
            (r"\d{3,}", None),
            ("x?", None),
            ("контекст", None),
            ("余额", Some(&["余额"])),
        ];
        for (pattern, want) in table {
            let words = words_of(pattern);
            let words = words
                .as_ref()
                .map(|list| list.iter().map(|w| std::str::from_utf8(w).expect("text")).collect::<Vec<_>>());
            assert_eq!(words.as_deref(), *want, "{pattern}");
        }
    }

    #[test]
    fn what_matches_is_never_spared() {
        let catalog = Catalog::built_in();
        let mut tried = 0;
        for rule in &catalog.rules {
            let needles = Needles::of(std::iter::once(rule.when.message.joined().as_str()));
            for example in catalog.rules.iter().flat_map(|r| &r.examples).filter_map(|e| e.message.as_ref()) {
                for text in [example.clone(), example.to_uppercase()] {
                    if rule.when.message.is_match(&text) {
                        tried += 1;
                        assert_eq!(
                            needles.may_match(std::iter::once(text.as_str())),
                            [true],
                            "{} {text}",
                            rule.id
                        );
                    }
                }
            }
        }
        assert!(tried > 300, "{tried}");
    }
}
