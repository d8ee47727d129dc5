//! What the operator's own words may not claim without a source.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::CatalogError;

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
                let built =
                    RegexBuilder::new(pattern).case_insensitive(true).size_limit(MOST_PATTERN).build();
                let what = |e: regex::Error| format!("claim {} ({language}): {e}", kind.id);
                patterns.push((
                    at,
                    built.map_err(|e| CatalogError { file: "claims.yaml".to_owned(), what: what(e) })?,
                ));
            }
        }
        Ok(patterns)
    }
}
