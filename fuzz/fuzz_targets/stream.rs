//! An event stream shows the same however it is cut.
#![no_main]

use casefile_fuzz::properties::{Outcome, reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    must(reading::a_stream_reads_the_same_however_it_is_cut(data));
});

fn must(outcome: Outcome) {
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
}
