//! Failure records of any make, from the reader to what is said of them.
#![no_main]

use casefile_fuzz::properties::{Outcome, reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(reading::any_record_is_explained(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
