//! Any text before the audit, and planted values, which it must refuse.
#![no_main]

use casefile_fuzz::properties::{Outcome, audit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(audit::any_text_is_judged(data));
    must(audit::a_planted_value_is_refused(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
