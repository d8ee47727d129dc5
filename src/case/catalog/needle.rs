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
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A pattern with more words than this is tried on every text.
const MOST_WORDS: usize = 64;
/// A shorter word stands in too many texts to spare anything, bytes.
const SHORTEST: usize = 2;

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
        let (mut words, mut owners, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pattern) in patterns.enumerate() {
            let needed = words_of(pattern);
            always.push(needed.is_none());
            for word in needed.unwrap_or_default() {
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

/// The words of which one stands in every match of `pattern`, lower case; `None`: there are none, or too many.
///
/// Small and capital letters of ASCII are the same to the automaton. A letter beyond ASCII that has both is no word's
/// part, for the same pattern may be meant without regard to case.
fn words_of(pattern: &str) -> Option<Vec<Vec<u8>>> {
    let parse = |unicode| ParserBuilder::new().utf8(false).unicode(unicode).build().parse(pattern).ok();
    let hir = parse(false).or_else(|| parse(true))?;
    let mut words = needed(&hir)?;
    for word in &mut words {
        word.make_ascii_lowercase();
    }
    words.sort_unstable();
    words.dedup();
    let fits = words.len() <= MOST_WORDS && words.iter().all(|w| w.len() >= SHORTEST && !is_cased(w));
    fits.then_some(words)
}

fn is_cased(word: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(word) else { return true };
    text.chars().any(|c| !c.is_ascii() && (c.is_lowercase() || c.is_uppercase()))
}

/// Texts of which one stands in every match of `hir`.
fn needed(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    if let Some(all) = exact(hir)
        && all.iter().all(|text| text.len() >= SHORTEST)
    {
        return Some(all);
    }
    match hir.kind() {
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(needed(branch)?);
                if all.len() > MOST_WORDS {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Concat(parts) => of_parts(parts),
        _ => None,
    }
}

/// The best words of a sequence: those of a run of parts that are known in full, or those of one part.
fn of_parts(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut consider = |words: Vec<Vec<u8>>| {
        if worth(&words) > best.as_ref().map_or((0, 0), |b| worth(b)) {
            best = Some(words);
        }
    };
    let mut run: Vec<Vec<u8>> = vec![Vec::new()];
    for part in parts {
        let joined = exact(part).and_then(|all| product(&run, &all));
        if let Some(joined) = joined {
            run = joined;
            consider(run.clone());
            continue;
        }
        run = exact(part).unwrap_or_else(|| vec![Vec::new()]);
        consider(run.clone());
        if let Some(words) = needed(part) {
            consider(words);
        }
    }
    best
}

/// Longer words stand in fewer texts; among words of equal length the fewer are the better.
fn worth(words: &[Vec<u8>]) -> (usize, usize) {
    let shortest = words.iter().map(Vec::len).min().unwrap_or(0);
    if shortest < SHORTEST || words.len() > MOST_WORDS {
        return (0, 0);
    }
    (shortest.min(6), MOST_WORDS + 1 - words.len())
}

/// Every text that `hir` matches, where these are few.
fn exact(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Class(class) => of_class(class),
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut all = exact(&repetition.sub)?;
            if repetition.min == 0 {
                all.push(Vec::new());
            }
            Some(all)
        }
        HirKind::Repetition(_) => None,
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |all, part| product(&all, &exact(part)?))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(exact(branch)?);
                if all.len() > MOST_WORDS {
                    return None;
                }
            }
            Some(all)
        }
    }
}

/// A class of few characters.
fn of_class(class: &Class) -> Option<Vec<Vec<u8>>> {
    const MOST: u32 = 6;
    match class {
        Class::Bytes(class) => {
            let size: u32 = class.ranges().iter().map(|r| u32::from(r.end() - r.start()) + 1).sum();
            (size <= MOST)
                .then(|| class.ranges().iter().flat_map(|r| r.start()..=r.end()).map(|b| vec![b]).collect())
        }
        Class::Unicode(class) => {
            let size: u32 =
                class.ranges().iter().map(|r| u32::from(r.end()) - u32::from(r.start()) + 1).sum();
            (size <= MOST).then(|| {
                let all = class.ranges().iter().flat_map(|r| r.start()..=r.end());
                all.map(|c| c.to_string().into_bytes()).collect()
            })
        }
    }
}

/// Each of `heads` with each of `tails` behind it, where these are few.
fn product(heads: &[Vec<u8>], tails: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    (heads.len() * tails.len() <= MOST_WORDS).then(|| {
        let pairs = heads.iter().flat_map(|head| tails.iter().map(move |tail| [&head[..], tail].concat()));
        pairs.collect()
    })
}

#[cfg(test)]
mod tests {
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
