//! Any paste and any answer is read.
#![no_main]

use casefile_fuzz::properties::{Outcome, reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(reading::any_paste_is_read(data));
    must(reading::any_answer_is_read(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
