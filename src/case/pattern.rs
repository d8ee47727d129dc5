//! Regular expressions of which most are never needed: a reader knows hundreds, and a text calls for a few. None is compiled
//! before a text comes that it may match; for a few short texts it is compiled in a simple way, at length where it is used much.
//!
//! ```text
//!         every word of the pattern missing? ── yes ──> no match
//! text ──<                       ┌ text of ASCII alone ──> the pattern without the tables of Unicode (twin.rs)
//!         no: may match ─────────┴ other ────────────────> the pattern as it stands
//! ```
//!
//! What is found is what `regex` finds: its engine runs here, and on a text of ASCII the classes of Unicode hold no more than
//! those of ASCII.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::meta;
use regex_automata::util::syntax;

mod found;
mod holds;
mod known;
mod twin;
pub(crate) mod words;

pub use found::{Captures, Match};
use holds::Words;

/// Looks after which a pattern is compiled for many more.
const FEW: u32 = 16;
/// Bytes of a text that is worth no preparation.
const SHORT: usize = 1024;
/// Bytes of a text in which the words are looked for first.
const SEARCHED: usize = 16 << 10;

/// A regular expression over text. Where it is not well formed, it matches nothing.
#[derive(Debug)]
pub struct Regex {
    text: Box<str>,
    /// The words of which one stands in every match.
    words: OnceLock<Words>,
    /// On texts of ASCII.
    ascii: Compiled,
    /// On any text.
    full: Compiled,
    looks: AtomicU32,
}

/// A pattern for a few short texts, and for all others.
#[derive(Debug, Default)]
struct Compiled {
    few: OnceLock<Option<meta::Regex>>,
    many: OnceLock<Option<meta::Regex>>,
}

impl Regex {
    /// The expression `text`, in the syntax of `regex`.
    ///
    /// # Errors
    /// None: what is not well formed shows when it is compiled, and `is_sound` tells.
    pub fn new(text: &str) -> Result<Self, Infallible> {
        let (words, ascii, full) = (OnceLock::new(), Compiled::default(), Compiled::default());
        let made = Self { text: text.into(), words, ascii, full, looks: AtomicU32::new(0) };
        debug_assert!(made.is_sound(), "{}", made.text);
        Ok(made)
    }

    /// True where it is well formed.
    pub fn is_sound(&self) -> bool {
        regex_syntax::parse(&self.text).is_ok()
    }

    /// True where it matches somewhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine(text).is_some_and(|engine| engine.is_match(text))
    }

    /// The first match.
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.find_at(text, 0)
    }

    /// The first match that begins at byte `from` or behind; what stands before it is seen by `\b` and `^`. `None` as well where
    /// no character begins there.
    pub fn find_at<'t>(&self, text: &'t str, from: usize) -> Option<Match<'t>> {
        let input = text.is_char_boundary(from).then(|| regex_automata::Input::new(text).range(from..))?;
        self.engine(text)?.find(input).map(|found| Match::new(text, found.span()))
    }

    /// All matches, one behind the other.
    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let all = self.engine(text).map(|engine| engine.find_iter(text));
        all.into_iter().flatten().map(move |found| Match::new(text, found.span()))
    }

    /// The first match with its groups.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.captures_at(text, 0)
    }

    /// As [`Self::find_at`], with the groups.
    pub fn captures_at<'t>(&self, text: &'t str, from: usize) -> Option<Captures<'t>> {
        let input = text.is_char_boundary(from).then(|| regex_automata::Input::new(text).range(from..))?;
        let engine = self.engine(text)?;
        let mut groups = engine.create_captures();
        engine.captures(input, &mut groups);
        groups.is_match().then(|| Captures::new(text, groups))
    }

    /// All matches, one behind the other, with their groups.
    pub fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        let all = self.engine(text).map(|engine| engine.captures_iter(text));
        all.into_iter().flatten().map(move |groups| Captures::new(text, groups))
    }

    /// `text` with its first match replaced by `by`, in which `$1` and `$name` stand for groups.
    pub fn replace<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.replace_some(text, by, 1)
    }

    /// As [`Self::replace`], with each match replaced.
    pub fn replace_all<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.replace_some(text, by, usize::MAX)
    }

    fn replace_some<'t>(&self, text: &'t str, by: &str, most: usize) -> Cow<'t, str> {
        let (mut made, mut from, mut any) = (String::new(), 0, false);
        for groups in self.captures_iter(text).take(most) {
            let Some(whole) = groups.get(0) else { continue };
            made.push_str(text.get(from..whole.start()).unwrap_or_default());
            groups.expand(by, &mut made);
            (from, any) = (whole.end(), true);
        }
        if !any {
            return Cow::Borrowed(text);
        }
        made.push_str(text.get(from..).unwrap_or_default());
        Cow::Owned(made)
    }

    /// What searches `text`; `None` where nothing will be found.
    fn engine(&self, text: &str) -> Option<&meta::Regex> {
        let (ascii, few) = (is_for_twin(text), self.looks.fetch_add(1, Ordering::Relaxed) < FEW);
        if few && text.len() <= SEARCHED && !self.words().may_stand_in(text, ascii) {
            return None;
        }
        let few = few && text.len() <= SHORT;
        if ascii && let Some(made) = self.ascii.or_make(few, || twin::of(&self.text), false) {
            return Some(made);
        }
        self.full.or_make(few, || Some(Cow::Borrowed(&*self.text)), true)
    }

    fn words(&self) -> &Words {
        let parsed = || twin::of(&self.text).map_or(Words::Unknown, |twin| Words::of(&twin));
        self.words.get_or_init(|| known::words_of(&self.text).unwrap_or_else(parsed))
    }
}

impl Compiled {
    /// The engine, compiled when it is asked for first.
    fn or_make<'p>(
        &self,
        few: bool,
        text: impl FnOnce() -> Option<Cow<'p, str>>,
        unicode: bool,
    ) -> Option<&meta::Regex> {
        let place = if few && self.many.get().is_none() { &self.few } else { &self.many };
        place.get_or_init(|| compiled(&text()?, unicode, few)).as_ref()
    }
}

/// True for a text that a twin searches.
fn is_for_twin(text: &str) -> bool {
    text.is_ascii() && !twin::is_foreign(text.as_bytes())
}

fn compiled(text: &str, unicode: bool, few: bool) -> Option<meta::Regex> {
    let syntax = syntax::Config::new().utf8(unicode).unicode(unicode);
    let config = if few { bare().hybrid(false) } else { meta::Config::new() };
    let config = config.utf8_empty(true).nfa_size_limit(Some(LARGEST));
    meta::Builder::new().configure(config).syntax(syntax).build(text).ok()
}

/// Bytes that a compiled pattern may take.
pub(in crate::case) const LARGEST: usize = 8 << 20;

/// Nothing that is worth its making on many bytes alone: literals that are looked for first, an automaton for the way back.
pub(in crate::case) fn bare() -> meta::Config {
    meta::Config::new()
        .utf8_empty(false)
        .auto_prefilter(false)
        .onepass(false)
        .dfa(false)
        .nfa_size_limit(Some(LARGEST))
}

#[cfg(test)]
mod tests;
