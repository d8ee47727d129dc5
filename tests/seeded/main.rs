//! The seeded loop: the properties of `tests/properties` on inputs that are made from the corpus, the goldens and the
//! practice answers by mutation. A few hundred in a test run, as long as one likes else:
//!
//! ```text
//! FUZZ_SECONDS=600 FUZZ_TARGET=filter cargo test --release --test seeded -- --nocapture
//! FUZZ_SEED=17 FUZZ_TARGET=filter-json cargo test --release --test seeded      # the input of a failure again
//! ```
//!
//! `FUZZ_TARGET` takes the properties whose names begin so; each gets all of the seconds, side by side. `FUZZ_FAULTS`
//! is the number of failures after which a property is left (1).
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test: what cannot be fails it"
)]

#[path = "../sanitize/corpus.rs"]
#[expect(dead_code, reason = "the sanitizer's proof uses the rest of it")]
mod corpus;
#[path = "../sanitize/encode.rs"]
mod encode;
#[path = "../sanitize/generate.rs"]
mod generate;
mod mutate;
#[path = "../sanitize/oracle.rs"]
#[expect(dead_code, reason = "the sanitizer's proof uses the rest of it")]
mod oracle;
#[path = "../properties/mod.rs"]
mod properties;
mod seeds;
mod shrink;
#[path = "../sanitize/views.rs"]
#[expect(dead_code, reason = "the sanitizer's proof uses the rest of it")]
mod views;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mutate::{Random, input};
use properties::{Outcome, audit, filter, har, import, note, reading};

/// The seed of the first input of a test run.
const SEED: u64 = 20_261_121;

/// A property with the name by which it is called.
struct Property {
    name: &'static str,
    holds: fn(&[u8]) -> Outcome,
    /// Inputs in a test run: the slow ones get fewer.
    usual: u64,
}

const PROPERTIES: [Property; 20] = [
    Property { name: "filter-cut", holds: filter::cut_anywhere_it_is_the_same, usual: 30 },
    Property { name: "filter-twice", holds: filter::twice_is_once, usual: 30 },
    Property { name: "filter-json", holds: filter::json_stays_json, usual: 30 },
    Property { name: "filter-canary", holds: filter::no_canary_survives, usual: 60 },
    Property { name: "audit-any", holds: audit::any_text_is_judged, usual: 10 },
    Property { name: "audit-canary", holds: audit::a_planted_value_is_refused, usual: 20 },
    Property { name: "note", holds: note::no_canary_reaches_a_note, usual: 4 },
    Property { name: "intake", holds: reading::any_paste_is_read, usual: 40 },
    Property { name: "answer", holds: reading::any_answer_is_read, usual: 40 },
    Property { name: "stream", holds: reading::a_stream_reads_the_same_however_it_is_cut, usual: 100 },
    Property { name: "envelope", holds: reading::any_envelope_is_read, usual: 40 },
    Property { name: "explain", holds: reading::any_record_is_explained, usual: 40 },
    Property { name: "har", holds: har::any_har_is_listed, usual: 100 },
    Property { name: "import-shell", holds: import::any_command_is_split, usual: 40 },
    Property { name: "import-options", holds: import::any_options_are_read, usual: 40 },
    Property { name: "import-script", holds: import::any_script_is_read, usual: 40 },
    Property { name: "import-http", holds: import::any_http_text_is_read, usual: 40 },
    Property { name: "import-program", holds: import::any_program_is_read, usual: 60 },
    Property { name: "printed", holds: import::a_printed_command_reads_back, usual: 4 },
    Property { name: "inflate", holds: reading::unpacking_has_bounds, usual: 60 },
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// What a property says of an input; a panic is a failure like any other.
fn fault_of(property: &Property, data: &[u8]) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| (property.holds)(data))) {
        Ok(outcome) => outcome.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned()));
            Some(format!("a panic: {}", text.unwrap_or_default()))
        }
    }
}

/// Runs a property until its inputs or its time are over; gives the number of inputs and what failed.
fn run(property: &Property, seeds: &[Vec<u8>]) -> (u64, Vec<String>) {
    let first = number("FUZZ_SEED");
    let seconds = number("FUZZ_SECONDS").map(Duration::from_secs);
    let most_faults = number("FUZZ_FAULTS").unwrap_or(1);
    // A seed alone is one input again.
    let usual = if first.is_some() && seconds.is_none() { 1 } else { property.usual };
    let first = first.unwrap_or(SEED);
    let (start, mut count, mut faults) = (Instant::now(), 0, Vec::new());
    while seconds.map_or(count < usual, |limit| start.elapsed() < limit) {
        let seed = first + count;
        count += 1;
        let data = input(&mut Random::new(seed), seeds);
        if fault_of(property, &data).is_none() {
            continue;
        }
        let small = shrink::smallest(&data, &|data| fault_of(property, data).is_some());
        let fault = fault_of(property, &small).unwrap_or_default();
        let shown = small.escape_ascii();
        let report = format!("{}, FUZZ_SEED={seed}: {fault}\n  input: b\"{shown}\"", property.name);
        println!("{report}");
        faults.push(report);
        if faults.len() as u64 >= most_faults {
            break;
        }
    }
    println!("{}: {count} inputs from seed {first} in {:.1?}", property.name, start.elapsed());
    (count, faults)
}

fn chosen(group: &str) {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let seeds = seeds::all();
    let list: Vec<&Property> =
        PROPERTIES.iter().filter(|p| p.name.starts_with(group) && p.name.starts_with(&wanted)).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = list.iter().map(|property| scope.spawn(|| run(property, &seeds).1)).collect();
        runs.into_iter().flat_map(|run| run.join().expect("a run ends")).collect()
    });
    assert!(faults.is_empty(), "{} failures:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_filter_holds_for_mutated_input() {
    chosen("filter-");
}

#[test]
fn the_audit_holds_for_mutated_input() {
    chosen("audit-");
}

#[test]
fn notes_hold_for_mutated_input() {
    chosen("note");
}

#[test]
fn the_readers_hold_for_mutated_input() {
    for name in ["intake", "answer", "stream", "envelope", "har", "import-", "printed", "inflate"] {
        chosen(name);
    }
}

/// Each form that a text is put into is read by the reader for which it is there.
#[test]
fn each_form_reaches_its_reader() {
    for (kind, form) in import::PROGRAMS {
        assert_eq!(import::kind_of(&form.replace('@', "word")), kind, "{form}");
    }
}

/// The loop finds what it looks for, and makes it small: without this it could be blind.
#[test]
fn a_planted_fault_is_found_and_shrunk() {
    fn no_bearer(data: &[u8]) -> Outcome {
        let found = data.windows(7).any(|w| w == b"Bearer ");
        if found { Err("a planted fault".to_owned()) } else { Ok(()) }
    }
    let property = Property { name: "planted", holds: no_bearer, usual: 2_000 };
    let (count, faults) = run(&property, &seeds::all());
    assert!(count < 2_000 && faults.len() == 1, "{count} inputs: {faults:?}");
    assert!(faults[0].contains("input: b\"Bearer \""), "{}", faults[0]);
}
