//! When the events of a stream came, in bounded space: counts per slot of time, and the longest gaps.

/// Slots; when a stream lasts longer, each gets twice as long.
const SLOTS: usize = 512;
/// Gaps that are kept, the longest ones.
const MOST_GAPS: usize = 8;

/// A time without an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When it began, milliseconds from the attempt's start.
    pub from_ms: u64,
    /// How long it was, milliseconds.
    pub ms: u64,
}

/// When the events of a stream came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Milliseconds of a slot less one: zero is a slot of one.
    further_ms: u64,
    counts: Vec<u32>,
    gaps: Vec<Gap>,
    last_ms: Option<u64>,
}

impl Arrivals {
    /// An event came `at_ms` after the attempt's start.
    pub(super) fn take(&mut self, at_ms: u64) {
        if let Some(last) = self.last_ms.replace(at_ms) {
            let ms = at_ms.saturating_sub(last);
            let place = self.gaps.partition_point(|gap| gap.ms >= ms);
            if ms > 0 && place < MOST_GAPS {
                self.gaps.insert(place, Gap { from_ms: last, ms });
                self.gaps.truncate(MOST_GAPS);
            }
        }
        let slot = loop {
            match usize::try_from(at_ms / self.slot_ms()) {
                Ok(slot) if slot < SLOTS => break slot,
                _ => self.halve(),
            }
        };
        if self.counts.len() <= slot {
            self.counts.resize(slot + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(slot) {
            *count = count.saturating_add(1);
        }
    }

    fn halve(&mut self) {
        self.further_ms = self.further_ms.saturating_mul(2).saturating_add(1);
        self.counts =
            self.counts.chunks(2).map(|pair| pair.iter().fold(0_u32, |a, b| a.saturating_add(*b))).collect();
    }

    /// Milliseconds of a slot.
    pub fn slot_ms(&self) -> u64 {
        self.further_ms.saturating_add(1)
    }

    /// Events per slot, from the attempt's start on.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The longest times without an event, longest first.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_in_slots_that_grow() {
        let mut arrivals = Arrivals::default();
        for at in [0, 0, 3, 511] {
            arrivals.take(at);
        }
        assert_eq!((arrivals.slot_ms(), arrivals.counts().len()), (1, 512));
        assert_eq!(arrivals.gaps(), [Gap { from_ms: 3, ms: 508 }, Gap { from_ms: 0, ms: 3 }]);
        arrivals.take(3_000);
        assert_eq!((arrivals.slot_ms(), arrivals.counts().len()), (8, 376));
        assert_eq!(arrivals.counts().iter().sum::<u32>(), 5, "no event is lost");
        assert_eq!(arrivals.counts().first(), Some(&3));
    }

    #[test]
    fn space_is_bounded_for_any_time() {
        let mut arrivals = Arrivals::default();
        for at in [5, u64::MAX - 1, u64::MAX, 7] {
            arrivals.take(at);
        }
        for at in 0..2_000 {
            arrivals.take(at * at);
        }
        assert!(arrivals.counts().len() <= SLOTS && arrivals.gaps().len() <= MOST_GAPS);
    }
}
