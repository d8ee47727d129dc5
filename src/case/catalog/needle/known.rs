//! What the build knows of the catalog's patterns.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use crate::case::pattern::words::{self, Needed};

/// Written by `build.rs`, which says how.
const FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/words.txt"));

/// Each pattern, in order, with what is known of it.
static KNOWN: LazyLock<Vec<(&[u8], &[u8])>> = LazyLock::new(|| {
    let mut from = 0;
    let line = |end: usize| {
        let line = FILE.get(std::mem::replace(&mut from, end + 1)..end)?;
        let (pattern, rest) = line.split_at_checked(memchr::memchr(b'\t', line)?)?;
        Some((pattern, rest.get(1..)?))
    };
    memchr::memchr_iter(b'\n', FILE).filter_map(line).collect()
});

/// A part of a pattern that may match by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Branch {
    /// Where it stands in the pattern, bytes.
    pub(super) place: Range<usize>,
    /// What every match of it holds; `None`: nothing that is known.
    pub(super) needed: Option<Needed>,
}

/// The branches of `pattern`, with what each of them needs.
pub(super) fn branches_of(pattern: &str) -> Vec<Branch> {
    let from_table =
        || known(pattern)?.split(|byte| *byte == b'\t').skip(1).map(branch).collect::<Option<Vec<Branch>>>();
    let parsed = || {
        let needed = |place: &Range<usize>| pattern.get(place.clone()).and_then(words::needed_by);
        let places = words::branches(pattern).into_iter();
        places.map(|place| Branch { needed: needed(&place), place }).collect()
    };
    from_table().unwrap_or_else(parsed)
}

/// True where the pattern can run over bytes, without the classes of Unicode.
pub(in crate::case::catalog) fn is_of_bytes(pattern: &str) -> bool {
    known(pattern).map_or_else(|| words::is_of_bytes(pattern), |rest| rest.starts_with(b"b"))
}

/// What the table has behind `pattern`.
fn known(pattern: &str) -> Option<&'static [u8]> {
    let at = KNOWN.binary_search_by(|(known, _)| known.cmp(&pattern.as_bytes())).ok()?;
    KNOWN.get(at).map(|(_, rest)| *rest)
}

/// One branch as the table has it.
fn branch(text: &'static [u8]) -> Option<Branch> {
    let mut parts = text.split(|byte| *byte == 0);
    let mut number = || std::str::from_utf8(parts.next()?).ok()?.parse().ok();
    let place = number()?..number()?;
    let needed = match parts.next()? {
        b"?" => None,
        beyond => Some(Needed { words: parts.map(Cow::Borrowed).collect(), beyond_ascii: beyond == b"u" }),
    };
    Some(Branch { place, needed })
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
        let missing = patterns.iter().filter(|pattern| known(pattern).is_none()).count();
        // The table holds no pattern with its own separators.
        assert!(missing * 50 < patterns.len(), "{missing} of {}", patterns.len());
        let mut split = 0;
        for pattern in patterns {
            let branches = branches_of(pattern);
            split += usize::from(branches.len() > 1);
            let places: Vec<_> = branches.iter().map(|branch| branch.place.clone()).collect();
            assert_eq!(places, words::branches(pattern), "{pattern}");
            for branch in branches {
                assert_eq!(branch.needed, words::needed_by(&pattern[branch.place.clone()]), "{pattern}");
            }
            assert_eq!(is_of_bytes(pattern), words::is_of_bytes(pattern), "{pattern}");
        }
        assert!(split > 50, "{split}");
    }
}
