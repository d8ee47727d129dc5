//! Time and randomness, as arguments for everything else.

use std::time::Instant;

use chrono::{DateTime, Utc};

/// A clock: wall time and a steady count of milliseconds.
pub trait Clock: Send + Sync {
    /// Wall clock, UTC.
    fn now(&self) -> DateTime<Utc>;
    /// Milliseconds since some fixed moment; never goes back.
    fn steady_ms(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that counts from now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn steady_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A clock that stands still: every note made with it is the same.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(
    /// The moment.
    pub DateTime<Utc>,
);

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn steady_ms(&self) -> u64 {
        0
    }
}

/// A number from the operating system's source of randomness.
pub fn system_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    // RandomState is seeded by the operating system once per thread and counted up; the time keeps two calls apart.
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u128(Utc::now().timestamp_nanos_opt().map_or(0, i128::from).unsigned_abs());
    hasher.finish()
}
