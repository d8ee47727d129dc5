//! Any HAR is listed, the same however it is cut, and its calls are read.
#![no_main]

use casefile_fuzz::properties::{Outcome, har};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(har::any_har_is_listed(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
