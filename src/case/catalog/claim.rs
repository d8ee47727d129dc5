//! What the operator's own words may not claim without a source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::{CatalogError, Needles};

/// Bytes that a compiled pattern may take.
const MOST_PATTERN: usize = 4 * 1024 * 1024;

/// The kinds of claims and the labels that lift them (`claims.yaml`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Words that mark a sentence as unproven, small letters; one in a sentence lifts what it claims.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The kinds.
    #[serde(default)]
    pub kinds: Vec<ClaimKind>,
}

/// One kind of claim.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimKind {
    /// Its name: `price`, `quota`, ….
    pub id: String,
    /// What is claimed, behind "this says".
    pub says: String,
    /// A wording that the evidence carries.
    pub instead: String,
    /// A regular expression for each language (BCP 47); small and large letters are the same.
    pub patterns: BTreeMap<String, String>,
}

impl Claims {
    /// Each pattern with the position of its kind.
    ///
    /// # Errors
    /// Kind and language of a pattern that is no regular expression.
    pub fn compiled(&self) -> Result<Vec<(usize, Regex)>, CatalogError> {
        let mut patterns = Vec::new();
        for (at, kind) in self.kinds.iter().enumerate() {
            for (language, pattern) in &kind.patterns {
                let what = |e: regex::Error| format!("claim {} ({language}): {e}", kind.id);
                let built = build(pattern)
                    .map_err(|e| CatalogError { file: "claims.yaml".to_owned(), what: what(e) })?;
                patterns.push((at, built));
            }
        }
        Ok(patterns)
    }
}

fn build(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_PATTERN).build()
}

/// The patterns of all claims. Each is compiled at the first text that has a word of it: all of them take longer than a note.
#[derive(Debug)]
pub struct ClaimPatterns {
    needles: Needles,
    list: Vec<ClaimPattern>,
}

#[derive(Debug)]
struct ClaimPattern {
    /// Position of its kind.
    kind: usize,
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl ClaimPatterns {
    pub(super) fn of(claims: &Claims) -> Self {
        let kinds = claims.kinds.iter().enumerate();
        let sources = kinds.flat_map(|(kind, of)| of.patterns.values().map(move |source| (kind, source)));
        let list: Vec<ClaimPattern> = sources
            .map(|(kind, source)| ClaimPattern { kind, source: source.clone(), compiled: OnceLock::new() })
            .collect();
        Self { needles: Needles::of(list.iter().map(|pattern| pattern.source.as_str())), list }
    }

    /// The patterns that may match in `text`, each with the position of its kind.
    pub fn worth_trying(&self, text: &str) -> impl Iterator<Item = (usize, &Regex)> {
        // Two characters beyond ASCII are small letters of ASCII where case does not count.
        let all = text.contains(['\u{17f}', '\u{212a}']);
        let may = self.needles.may_match(std::iter::once(text));
        self.list.iter().zip(may).filter(move |(_, may)| all || *may).filter_map(|(pattern, _)| {
            let compiled = pattern.compiled.get_or_init(|| build(&pattern.source).ok());
            Some((pattern.kind, compiled.as_ref()?))
        })
    }
}
