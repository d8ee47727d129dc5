//! What the commands of a paste leave to those behind them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// Bytes that all searches of one paste for an end that is not there may read.
const MOST_IN_VAIN: usize = 4 << 20;

/// Variables assigned in the paste, masked where their value looks like a key. With them goes how much was searched in vain, so
/// that a paste of many open quotes and here-documents is not read to its end for each.
#[derive(Clone, Default)]
pub(in crate::case::intake) struct Variables {
    assigned: BTreeMap<String, String>,
    /// Shared by all that read one paste.
    in_vain: Rc<Cell<usize>>,
}

impl Variables {
    /// None.
    pub(in crate::case::intake) fn new() -> Self {
        Self::default()
    }

    /// Whether a search that may read the whole rest of the paste is still made.
    pub(in crate::case::intake) fn may_search(&self) -> bool {
        self.in_vain.get() < MOST_IN_VAIN
    }

    /// A search read `bytes` and did not find its end. Beyond the most it is not counted on.
    pub(in crate::case::intake) fn searched_in_vain(&self, bytes: usize) {
        self.in_vain.set(self.in_vain.get().saturating_add(bytes).min(MOST_IN_VAIN));
    }
}

impl Deref for Variables {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.assigned
    }
}

impl DerefMut for Variables {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.assigned
    }
}

impl<const N: usize> From<[(String, String); N]> for Variables {
    fn from(assigned: [(String, String); N]) -> Self {
        Self { assigned: assigned.into(), ..Self::default() }
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(assigned: I) -> Self {
        Self { assigned: assigned.into_iter().collect(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::*;

    #[test]
    fn commands_within_commands_come_to_an_end() {
        let variables = Variables::new();
        let deep = 5_000;
        let text = format!("c \"{}x{}\"", "$(echo ".repeat(deep), ")".repeat(deep));
        let begun = std::time::Instant::now();
        split(&text, 0, &variables, false);
        assert!(!variables.may_search());
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }

    #[test]
    fn searches_in_vain_come_to_an_end() {
        let variables = Variables::new();
        let part = "A=\"$(cat <<EOF\n{}\n)\"\n";
        let text = part.repeat(20_000);
        for at in (0..text.len()).step_by(part.len()).take(5_000) {
            split(&text, at, &variables, false);
        }
        assert!(!variables.may_search());
        assert!(variables.in_vain.get() <= MOST_IN_VAIN + text.len());
        assert!(variables.clone().in_vain.get() == variables.in_vain.get(), "turns share it");
    }
}
