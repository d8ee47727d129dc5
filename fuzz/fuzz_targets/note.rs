//! From any paste and answer to a note: no canary reaches it.
#![no_main]

use casefile_fuzz::properties::{Outcome, note};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(note::no_canary_reaches_a_note(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
