//! What the build knows of the catalog's patterns.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words;

/// For each pattern: whether it can run over bytes, and its words, where it has some.
type Known = HashMap<String, (bool, Option<Vec<String>>)>;

/// Written by `build.rs`.
const FILE: &str = include_str!(concat!(env!("OUT_DIR"), "/words.json"));

// What is no table is a defect that a test finds; every pattern is parsed then.
static KNOWN: LazyLock<Known> = LazyLock::new(|| serde_json::from_str(FILE).unwrap_or_default());

/// The words of which one stands in every match of `pattern`, lower case; `None`: there are none, or too many.
pub(super) fn words_of(pattern: &str) -> Option<Vec<Vec<u8>>> {
    match KNOWN.get(pattern) {
        Some((_, words)) => {
            words.as_ref().map(|words| words.iter().map(|word| word.as_bytes().to_vec()).collect())
        }
        None => words::words_of(pattern),
    }
}

/// True where the pattern can run over bytes, without the classes of Unicode.
pub(in crate::case::catalog) fn is_of_bytes(pattern: &str) -> bool {
    KNOWN.get(pattern).map_or_else(|| words::is_of_bytes(pattern), |(of_bytes, _)| *of_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn the_build_knows_the_rules_patterns_and_says_what_the_parser_says() {
        let catalog = Catalog::built_in();
        let patterns: Vec<&str> =
            catalog.rules.iter().flat_map(|rule| rule.when.message.sources()).map(String::as_str).collect();
        assert!(patterns.len() > 100);
        let missing = patterns.iter().filter(|pattern| !KNOWN.contains_key(**pattern)).count();
        // JSON holds no word that is cut inside a character.
        assert!(missing * 50 < patterns.len(), "{missing} of {}", patterns.len());
        for pattern in patterns {
            assert_eq!(words_of(pattern), words::words_of(pattern), "{pattern}");
            assert_eq!(is_of_bytes(pattern), words::is_of_bytes(pattern), "{pattern}");
        }
    }
}
