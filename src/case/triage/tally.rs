//! Everything that is counted. Two tallies join to one, in any order.

use std::collections::{BTreeMap, BTreeSet};

use super::group::{Detail, Figures, Kind, is_withheld, withheld};
use super::line::Bad;

/// Different groups of one kind. Where there are more, what tells them apart is given up, first the words, then the rest.
const MOST_OF_A_KIND: usize = 4_096;

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines with something in them.
    pub(super) lines: u64,
    /// Records of requests that worked.
    pub(super) worked: u64,
    /// Lines that are no records, in the order of [`Bad::ALL`].
    pub(super) bad: [u64; Bad::ALL.len()],
    pub(super) kinds: BTreeMap<Kind, Family>,
}

/// The groups of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Family {
    /// How much of what tells groups apart was given up.
    pub(super) level: Level,
    pub(super) groups: BTreeMap<Detail, Figures>,
}

/// What tells the groups of a kind apart.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// All of it.
    #[default]
    All,
    /// Not the words.
    NoWords,
    /// Nothing: the kind is one group.
    Nothing,
}

impl Level {
    fn of(self, detail: Detail) -> Detail {
        match self {
            Self::All => detail,
            Self::NoWords => Detail { words: None, ..detail },
            Self::Nothing => Detail::default(),
        }
    }

    fn next(self) -> Self {
        if self == Self::All { Self::NoWords } else { Self::Nothing }
    }
}

impl Family {
    pub(super) fn add(&mut self, detail: Detail, figures: Figures) {
        self.groups.entry(self.level.of(detail)).or_default().join(figures);
        while self.groups.len() > MOST_OF_A_KIND && self.level != Level::Nothing {
            self.raise(self.level.next());
        }
    }

    /// What is given up depends on the number of different groups alone, not on the order in which they came.
    pub(super) fn raise(&mut self, level: Level) {
        if level <= self.level {
            return;
        }
        self.level = level;
        for (detail, figures) in std::mem::take(&mut self.groups) {
            self.groups.entry(level.of(detail)).or_default().join(figures);
        }
    }
}

impl Tally {
    /// Counts a line that is no record.
    pub fn bad(&mut self, why: Bad) {
        self.lines += 1;
        if let Some(count) = Bad::ALL.iter().position(|own| *own == why).and_then(|at| self.bad.get_mut(at)) {
            *count += 1;
        }
    }

    /// Adds what another one counted.
    pub fn join(&mut self, other: Self) {
        self.lines += other.lines;
        self.worked += other.worked;
        for (own, others) in self.bad.iter_mut().zip(other.bad) {
            *own += others;
        }
        for (kind, family) in other.kinds {
            let own = self.kinds.entry(kind).or_default();
            own.raise(family.level);
            for (detail, figures) in family.groups {
                own.add(detail, figures);
            }
        }
    }

    /// Lines with something in them.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines that are no records.
    pub fn bad_lines(&self) -> u64 {
        self.bad.iter().sum()
    }

    /// True where nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Every text that a log brought in and that a report shows, each once.
    pub fn texts(&self) -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        for (detail, figures) in self.kinds.values().flat_map(|family| &family.groups) {
            let words = detail.words.as_ref().filter(|_| figures.words_are_the_gateways());
            let names = figures.routes.counts.keys().chain(figures.models.counts.keys());
            let ids = figures.samples.0.iter().map(|sample| &sample.id);
            let all = words.into_iter().chain(&detail.route).chain(&detail.model).chain(names).chain(ids);
            texts.extend(all.filter(|text| !is_withheld(text)).cloned());
        }
        texts
    }

    /// Takes the texts `refused` out. The groups stay.
    pub fn withhold(&mut self, refused: &BTreeSet<String>) {
        if refused.is_empty() {
            return;
        }
        let name = |name: String| if refused.contains(&name) { "[refused]".to_owned() } else { name };
        for family in self.kinds.values_mut() {
            for (detail, mut figures) in std::mem::take(&mut family.groups) {
                let hidden = |words: String| if refused.contains(&words) { withheld(&words) } else { words };
                let detail = Detail {
                    words: detail.words.map(hidden),
                    route: detail.route.map(name),
                    model: detail.model.map(name),
                };
                for names in [&mut figures.routes, &mut figures.models] {
                    for (own, count) in std::mem::take(&mut names.counts) {
                        names.add(&name(own), count);
                    }
                }
                figures.samples.0.retain(|sample| !refused.contains(&sample.id));
                family.add(detail, figures);
            }
        }
    }

    pub(super) fn add(&mut self, kind: &Kind, detail: Detail, figures: Figures) {
        if let Some(family) = self.kinds.get_mut(kind) {
            family.add(detail, figures);
        } else {
            let mut family = Family::default();
            family.add(detail, figures);
            self.kinds.insert(kind.clone(), family);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::vocabulary::{FailureClass, Owner, RetryVerdict};

    fn one(number: usize) -> Tally {
        let kind = Kind {
            class: FailureClass::Unknown,
            cause: None,
            retryable: RetryVerdict::No,
            owner: Owner::Unknown,
            topic: None,
            status: Some(400),
            transport: None,
        };
        let detail = Detail {
            route: Some(format!("/{}", number % 7)),
            model: None,
            words: Some(format!("w{number}")),
        };
        let mut tally = Tally::default();
        tally.add(&kind, detail, Figures { count: 1, first_ms: Some(1), ..Figures::default() });
        tally
    }

    #[test]
    fn too_many_groups_of_a_kind_become_fewer_in_whatever_order_they_come() {
        let count = MOST_OF_A_KIND + 10;
        let (mut up, mut down, mut halves) =
            (Tally::default(), Tally::default(), [Tally::default(), Tally::default()]);
        for number in 0..count {
            up.join(one(number));
            down.join(one(count - 1 - number));
            halves[number % 2].join(one(number));
        }
        let [mut first, second] = halves;
        first.join(second);
        assert_eq!(up, down);
        assert_eq!(up, first);
        let family = up.kinds.values().next().expect("one kind");
        assert_eq!((family.level, family.groups.len()), (Level::NoWords, 7));
        assert_eq!(family.groups.values().map(|f| f.count).sum::<u64>(), count as u64);
    }
}
