//! Regular expressions that are tried on few bytes. A search that is fast on many of them is prepared for at length: literals that
//! are looked for first, an automaton for the way back. Here these are left out, until they pay. The engine is that of `regex`, so
//! that all find the same.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex::bytes::Regex;
use regex_automata::meta;
use regex_automata::util::syntax;

use crate::case::pattern::bare;

/// Looks after which a pattern is compiled for many more.
const FEW: u32 = 16;
/// Bytes of a text that is worth no preparation.
const SHORT: usize = 1024;
/// A pattern over bytes that is asked whether it matches.
#[derive(Debug, Default)]
pub(super) struct Tried {
    first: OnceLock<Option<meta::Regex>>,
    then: OnceLock<Option<Regex>>,
    looks: AtomicU32,
}

impl Tried {
    /// True when `pattern`, always the same, matches somewhere in `text`, whatever the case of letters; false where it does not
    /// compile. `full` compiles it for many looks.
    pub(super) fn is_match(
        &self,
        (pattern, unicode): (&str, bool),
        text: &[u8],
        full: impl FnOnce() -> Option<Regex>,
    ) -> bool {
        if text.len() <= SHORT && self.looks.fetch_add(1, Ordering::Relaxed) < FEW {
            let config = bare().hybrid(false);
            let syntax = syntax::Config::new().utf8(false).unicode(unicode).case_insensitive(true);
            let made = || meta::Builder::new().configure(config).syntax(syntax).build(pattern).ok();
            return self.first.get_or_init(made).as_ref().is_some_and(|regex| regex.is_match(text));
        }
        self.then.get_or_init(full).as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

impl Clone for Tried {
    fn clone(&self) -> Self {
        let looks = AtomicU32::new(self.looks.load(Ordering::Relaxed));
        Self { first: self.first.clone(), then: self.then.clone(), looks }
    }
}

/// `pattern` over bytes, without the classes of Unicode, for a search through few texts; `None` where it does not compile.
pub fn for_few_texts(pattern: &str) -> Option<meta::Regex> {
    let syntax = syntax::Config::new().utf8(false).unicode(false);
    meta::Builder::new().configure(bare()).syntax(syntax).build(pattern).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn few_looks_and_many_find_the_same() {
        let catalog = Catalog::built_in();
        let messages = || catalog.rules.iter().flat_map(|r| &r.examples).filter_map(|e| e.message.as_ref());
        let build = |pattern: &str| {
            regex::bytes::RegexBuilder::new(pattern).case_insensitive(true).unicode(false).build().ok()
        };
        let mut matches = 0;
        for pattern in catalog.rules.iter().flat_map(|rule| rule.when.message.sources()).step_by(9) {
            let Some(full) = build(pattern) else { continue };
            let tried = Tried::default();
            let some = messages().filter(|text| full.is_match(text.as_bytes())).take(4);
            for text in some.chain(messages().step_by(31).take(10)) {
                let first = tried.is_match((pattern, false), text.as_bytes(), || None);
                assert_eq!(first, full.is_match(text.as_bytes()), "{pattern}: {text}");
                matches += usize::from(first);
            }
        }
        assert!(matches > 20, "{matches}");
    }

    #[test]
    fn many_looks_and_long_texts_are_prepared_for() {
        let tried = Tried::default();
        let full = || Regex::new("never").ok();
        assert!((0..FEW).all(|_| tried.is_match(("te.t", false), b"a TEXT", full)));
        assert!(!tried.is_match(("te.t", false), b"a TEXT", full));
        assert!(!Tried::default().is_match(("te.t", false), "a TEXT".repeat(SHORT).as_bytes(), full));
    }
}
