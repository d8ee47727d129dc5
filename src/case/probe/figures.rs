//! Figures of a list of durations: nearest rank, no interpolation, so that every figure is one that was observed.

use serde::Serialize;

/// Durations of sends, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// How many there are.
    pub count: usize,
    /// The shortest.
    pub min: u64,
    /// Half are at most so long.
    pub median: u64,
    /// Nine of ten are at most so long.
    pub p90: u64,
    /// 99 of 100 are at most so long; the longest, where there are fewer than 100.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    /// The figures of `all`; `None` where there are none.
    pub fn of(mut all: Vec<u64>) -> Option<Self> {
        all.sort_unstable();
        let rank = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self {
            count: all.len(),
            min: *all.first()?,
            median: rank(50)?,
            p90: rank(90)?,
            p99: rank(99)?,
            max: *all.last()?,
        })
    }
}
