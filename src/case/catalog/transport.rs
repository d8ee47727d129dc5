//! What clients print of a request that got no answer.

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::Document;
use crate::case::vocabulary::TransportKind;

/// The words of clients, and where they are published.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransportWords {
    /// Pages that name the words.
    pub sources: Vec<Document>,
    /// Words (lower case) of a line that a gateway wrote on its own upstream: such a line is an answer.
    pub of_gateways: Vec<String>,
    /// The words by kind, the strongest first.
    pub groups: Vec<TransportGroup>,
}

/// What stands for one kind of failure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransportGroup {
    /// The kind.
    pub kind: TransportKind,
    /// Words of a line, lower case.
    #[serde(default)]
    pub words: Vec<String>,
    /// Names of a client's exceptions.
    #[serde(default)]
    pub exceptions: Vec<String>,
    /// Exit codes of curl.
    #[serde(default)]
    pub curl_codes: Vec<u16>,
}

impl TransportWords {
    /// Puts a user's groups before these.
    pub(super) fn add(&mut self, more: Self) {
        let lower = |word: String| word.to_lowercase();
        let of_user = more.groups.into_iter().map(|group| TransportGroup {
            words: group.words.into_iter().map(lower).filter(|word| !word.trim().is_empty()).collect(),
            ..group
        });
        self.groups.splice(0..0, of_user);
        self.of_gateways.extend(more.of_gateways.into_iter().map(lower));
        self.sources.extend(more.sources);
    }

    /// The kind of the group with this rank.
    pub fn kind_at(&self, rank: usize) -> Option<TransportKind> {
        self.groups.get(rank).map(|group| group.kind)
    }

    /// What the name of a client's exception stands for.
    pub fn of_exception(&self, name: &str) -> Option<TransportKind> {
        let named = |group: &&TransportGroup| group.exceptions.iter().any(|own| own == name);
        self.groups.iter().find(named).map(|group| group.kind)
    }

    /// What an exit code of curl stands for.
    pub fn of_curl(&self, code: u16) -> Option<TransportKind> {
        self.groups.iter().find(|group| group.curl_codes.contains(&code)).map(|group| group.kind)
    }
}

/// All words at once, each with the rank of its group.
#[derive(Debug)]
pub struct TransportSearch {
    automaton: Option<AhoCorasick>,
    ranks: Vec<usize>,
}

impl TransportSearch {
    pub(super) fn of(words: &TransportWords) -> Self {
        let ranked =
            || words.groups.iter().enumerate().flat_map(|(rank, g)| g.words.iter().map(move |w| (rank, w)));
        Self {
            automaton: AhoCorasick::new(ranked().map(|(_, word)| word)).ok(),
            ranks: ranked().map(|(rank, _)| rank).collect(),
        }
    }

    /// Rank, start and end (bytes) of each word that stands in `line`, which is in lower case.
    pub fn within<'s>(&'s self, line: &'s str) -> impl Iterator<Item = (usize, usize, usize)> + 's {
        let found = self.automaton.iter().flat_map(move |a| a.find_overlapping_iter(line));
        found.filter_map(|m| Some((*self.ranks.get(m.pattern().as_usize())?, m.start(), m.end())))
    }
}
