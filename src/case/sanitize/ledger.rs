//! What was replaced: kind, rule, place, count. Safe to show and to share.

use serde::{Deserialize, Serialize};

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Kind of placeholder: `key`, `email`, `prompt`, `text`, `header`, ….
    pub kind: String,
    /// Which rule replaced it: a detector's id, `known_secret`, `prompt_field`, `unknown_field`, `dropped_text`, ….
    pub rule: String,
    /// Where, in words of ours or JSON pointers with safe segments: `request.body/messages/0/content`.
    pub place: String,
    /// How many times there.
    pub count: u64,
}

/// All replacements of a case, in order of appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// The lines; the same kind, rule and place is counted in one line.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// Counts one replacement.
    pub fn add(&mut self, kind: &str, rule: &str, place: &str) {
        match self.entries.iter_mut().find(|e| e.kind == kind && e.rule == rule && e.place == place) {
            Some(entry) => entry.count += 1,
            None => self.entries.push(Entry {
                kind: kind.to_owned(),
                rule: rule.to_owned(),
                place: place.to_owned(),
                count: 1,
            }),
        }
    }

    /// Counts what another ledger counted.
    pub fn count(&mut self, other: &Entry) {
        let same = |e: &&mut Entry| e.kind == other.kind && e.rule == other.rule && e.place == other.place;
        match self.entries.iter_mut().find(same) {
            Some(entry) => entry.count = entry.count.saturating_add(other.count),
            None => self.entries.push(other.clone()),
        }
    }

    /// Replacements per kind, in alphabetical order.
    pub fn counts(&self) -> std::collections::BTreeMap<String, u64> {
        let mut counts = std::collections::BTreeMap::new();
        for entry in &self.entries {
            let count: &mut u64 = counts.entry(entry.kind.clone()).or_insert(0);
            *count = count.saturating_add(entry.count);
        }
        counts
    }
}
