//! What was filtered is not changed by a second run.
#![no_main]

use casefile_fuzz::properties::{Outcome, filter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(filter::twice_is_once(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
