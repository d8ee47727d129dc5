//! Any bytes through the filter: cut anywhere it is the same, JSON stays JSON, no canary survives.
#![no_main]

use casefile_fuzz::properties::{Outcome, filter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(filter::cut_anywhere_it_is_the_same(data));
    must(filter::json_stays_json(data));
    must(filter::no_canary_survives(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
