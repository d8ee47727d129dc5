//! The smallest input that still fails: halves, quarters and so on are left out as long as it does.

use std::time::{Duration, Instant};

use crate::properties::HEAD;

/// Then what there is by now is small enough.
const LONGEST: Duration = Duration::from_secs(20);

/// `data` with everything left out that is not needed for `fails`. The choosing bytes stay where they can.
pub fn smallest(data: &[u8], fails: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let start = Instant::now();
    let mut best = data.to_vec();
    loop {
        let before = best.len();
        let mut size = best.len().next_power_of_two() / 2;
        while size > 0 {
            let mut at = 0;
            while at < best.len() {
                if start.elapsed() > LONGEST {
                    return best;
                }
                let end = (at + size).min(best.len());
                let less = [&best[..at], &best[end..]].concat();
                if fails(&less) {
                    best = less;
                } else {
                    at = end;
                }
            }
            size /= 2;
        }
        if best.len() == before {
            break;
        }
    }
    for at in 0..best.len().min(HEAD) {
        let mut zeroed = best.clone();
        zeroed[at] = 0;
        if zeroed != best && start.elapsed() < LONGEST && fails(&zeroed) {
            best = zeroed;
        }
    }
    best
}
