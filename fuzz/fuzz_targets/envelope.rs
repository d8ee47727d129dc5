//! Error bodies of any make.
#![no_main]

use casefile_fuzz::properties::{Outcome, reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(reading::any_envelope_is_read(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
