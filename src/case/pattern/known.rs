//! What the build knows of the expressions that stand in the sources.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::holds::Words;

/// Written by `build.rs`, which says how.
const FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/expressions.txt"));

/// Each expression, in order, with what is known of it.
static KNOWN: LazyLock<Vec<(&[u8], &[u8])>> = LazyLock::new(|| {
    let entry = |entry: &'static [u8]| {
        let (expression, rest) = entry.split_at_checked(memchr::memchr(b'\x1f', entry)?)?;
        Some((expression, rest.get(1..)?))
    };
    let mut from = 0;
    let entries = memchr::memchr_iter(b'\x1e', FILE).filter_map(move |end| {
        let all = FILE.get(from..end);
        from = end + 1;
        all.and_then(entry)
    });
    entries.collect()
});

/// The words of an expression; `None` where it stands in no source as it is, so that it has to be parsed.
pub(super) fn words_of(expression: &str) -> Option<Words> {
    let at = KNOWN.binary_search_by(|(known, _)| known.cmp(&expression.as_bytes())).ok()?;
    let (_, told) = KNOWN.get(at)?;
    let mut parts = told.split(|byte| *byte == b'\x1f');
    let beyond = match parts.next()? {
        b"?" => return Some(Words::Unknown),
        tag => tag == b"u",
    };
    Some(Words::OneOf { words: parts.map(Cow::Borrowed).collect(), beyond })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::pattern::twin;

    #[test]
    fn the_build_says_what_the_parser_says() {
        assert!(KNOWN.len() > 300, "{}", KNOWN.len());
        let mut known = 0;
        for (expression, _) in KNOWN.iter().step_by(5) {
            let text = std::str::from_utf8(expression).expect("text");
            let parsed = twin::of(text).map_or(Words::Unknown, |twin| Words::of(&twin));
            known += usize::from(parsed != Words::Unknown);
            assert_eq!(words_of(text), Some(parsed), "{text}");
        }
        assert!(known > 40, "{known}");
        assert_eq!(words_of("no source has this"), None);
    }
}
