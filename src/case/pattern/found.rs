//! What a pattern found.

use std::ops::{Index, Range};

use regex_automata::Span;
use regex_automata::util::{captures, interpolate};

/// A place of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

impl<'t> Match<'t> {
    pub(super) fn new(text: &'t str, span: Span) -> Self {
        Self { text, start: span.start, end: span.end }
    }

    /// Its first byte in the text.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The byte behind it.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Both.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// True where it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// What stands there.
    pub fn as_str(&self) -> &'t str {
        self.text.get(self.range()).unwrap_or_default()
    }
}

/// A match with its groups.
#[derive(Debug, Clone)]
pub struct Captures<'t> {
    text: &'t str,
    groups: captures::Captures,
}

impl<'t> Captures<'t> {
    pub(super) fn new(text: &'t str, groups: captures::Captures) -> Self {
        Self { text, groups }
    }

    /// Group `number`; 0 is the whole match.
    pub fn get(&self, number: usize) -> Option<Match<'t>> {
        self.groups.get_group(number).map(|span| Match::new(self.text, span))
    }

    /// The group of this name.
    pub fn name(&self, name: &str) -> Option<Match<'t>> {
        self.groups.get_group_by_name(name).map(|span| Match::new(self.text, span))
    }

    /// All groups, the whole match first.
    pub fn iter(&self) -> impl Iterator<Item = Option<Match<'t>>> + '_ {
        self.groups.iter().map(|span| span.map(|span| Match::new(self.text, span)))
    }

    /// Appends `by` with what its `$1` and `$name` stand for.
    pub(super) fn expand(&self, by: &str, to: &mut String) {
        interpolate::string(
            by,
            |number, to| to.push_str(self.get(number).map_or("", |found| found.as_str())),
            |name| self.groups.group_info().to_index(self.groups.pattern()?, name),
            to,
        );
    }
}

/// A group that every match has.
impl Index<usize> for Captures<'_> {
    type Output = str;

    fn index(&self, number: usize) -> &str {
        self.get(number).map_or("", |found| found.as_str())
    }
}
