//! Packed bodies: bounds, and the same however they are cut.
#![no_main]

use casefile_fuzz::properties::{Outcome, reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(reading::unpacking_has_bounds(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
