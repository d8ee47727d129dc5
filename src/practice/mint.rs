//! Keys and request ids: random looking, but the same for the same seed.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, FixedOffset, Timelike, Utc};

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `CometAPI` writes its ids in this zone; see `request_id_utc_offset_hours` of the practice profile.
const OFFSET_HOURS: i32 = 8;

/// A generator of the `SplitMix64` kind. Not for secrets that matter.
pub(super) struct Mint {
    state: AtomicU64,
}

impl Mint {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn alphanumerics(&self, count: usize) -> String {
        (0..count)
            .filter_map(|_| {
                let at = usize::try_from(self.next() % 62).ok()?;
                ALPHANUMERIC.get(at).map(|byte| char::from(*byte))
            })
            .collect()
    }

    /// A key of the shape that new-api makes: `sk-` and 48 letters and digits.
    pub(super) fn key(&self) -> String {
        format!("sk-{}", self.alphanumerics(48))
    }

    /// Small hexadecimal digits, as in a `cf-ray`.
    pub(super) fn hex(&self, count: usize) -> String {
        (0..count).filter_map(|_| char::from_digit(u32::try_from(self.next() % 16).ok()?, 16)).collect()
    }

    /// An id of the layout that `CometAPI` writes: 14 digits of UTC+8 time, nanoseconds without padding, 8 letters and
    /// digits.
    pub(super) fn request_id(&self, now: DateTime<Utc>) -> String {
        let local = FixedOffset::east_opt(OFFSET_HOURS * 3600)
            .map_or_else(|| now.naive_utc(), |zone| now.with_timezone(&zone).naive_local());
        format!(
            "{}{}{}",
            local.format("%Y%m%d%H%M%S"),
            local.nanosecond() % 1_000_000_000,
            self.alphanumerics(8)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_key_and_ids() {
        let now: DateTime<Utc> = "2026-02-05T05:28:59.798638387Z".parse().expect("a time");
        let make = |seed| {
            let mint = Mint::new(seed);
            (mint.key(), mint.request_id(now), mint.request_id(now))
        };
        let (key, first, second) = make(7);
        assert_eq!(make(7), (key.clone(), first.clone(), second.clone()));
        assert_ne!(make(8).0, key);
        assert_ne!(first, second);
        let tail = key.strip_prefix("sk-").expect("the prefix");
        assert!(tail.len() == 48 && tail.bytes().all(|b| b.is_ascii_alphanumeric()));
        let tail = first.strip_prefix("20260205132859798638387").expect("UTC+8 and nanoseconds");
        assert!(tail.len() == 8 && tail.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
