//! Which of many patterns are worth trying on a text. Most patterns have words that stand in whatever they match; one
//! automaton looks for the words of all of them at once, and a pattern none of whose words stand in the text is spared.
//!
//! ```text
//! patterns ──parse──> words of which one stands in every match ──┐
//! text ──────────────────────one walk over the automaton ────────┴──> the patterns that may match
//! ```

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

mod known;
mod words;

pub(super) use known::is_of_bytes;

/// The words of many patterns.
#[derive(Debug, Clone)]
pub struct Needles {
    automaton: Option<AhoCorasick>,
    /// The pattern of each word.
    owners: Vec<usize>,
    /// Tried whatever stands in a text.
    always: Vec<bool>,
}

impl Needles {
    /// The words of `patterns`, each a regular expression; what cannot be parsed is tried on every text.
    pub fn of<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        Self::of_any(patterns.map(std::iter::once))
    }

    /// The words of groups of patterns: a group may match where any of its patterns may.
    pub fn of_any<'p>(groups: impl Iterator<Item = impl Iterator<Item = &'p str>>) -> Self {
        let (mut words, mut owners, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (index, group) in groups.enumerate() {
            let needed: Option<Vec<_>> = group.map(known::words_of).collect();
            always.push(needed.is_none());
            for word in needed.into_iter().flatten().flatten() {
                words.push(word);
                owners.push(index);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&words)
            .ok();
        if automaton.is_none() {
            always.fill(true);
        }
        // Nothing to look for: no automaton has to walk.
        let automaton = automaton.filter(|_| !owners.is_empty());
        Self { automaton, owners, always }
    }

    /// For each pattern: may it match somewhere in `texts`?
    pub fn may_match<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<bool> {
        let mut may = self.always.clone();
        let Some(automaton) = &self.automaton else { return may };
        for text in texts {
            for found in automaton.find_overlapping_iter(text) {
                let owner = self.owners.get(found.pattern().as_usize()).and_then(|at| may.get_mut(*at));
                if let Some(may) = owner {
                    *may = true;
                }
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
    needles: Needles,
    patterns: Vec<(String, OnceLock<Option<Regex>>)>,
}

impl AnyOf {
    /// Of these patterns.
    pub fn new(patterns: impl Iterator<Item = String>) -> Self {
        let patterns: Vec<_> = patterns.map(|pattern| (pattern, OnceLock::new())).collect();
        Self { needles: Needles::of(patterns.iter().map(|(text, _)| text.as_str())), patterns }
    }

    /// True where one of them matches somewhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        let may = self.needles.may_match(std::iter::once(text));
        may.iter().zip(&self.patterns).any(|(may, (pattern, compiled))| {
            *may && compiled
                .get_or_init(|| Regex::new(pattern).ok())
                .as_ref()
                .is_some_and(|p| p.is_match(text))
        })
    }

    /// True where every pattern compiles.
    pub fn is_sound(&self) -> bool {
        self.patterns.iter().all(|(pattern, _)| Regex::new(pattern).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::words::words_of;
    use super::*;
    use crate::case::catalog::Catalog;

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
