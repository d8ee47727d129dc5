//! How fast ten thousand kept cases are: the list, a search, the look-up of earlier cases of the same failure, and the same
//! with an index that has to be made anew. `cargo bench --bench cases`. `CASES_HOME=DIR` leaves the store there (state folder
//! `DIR/state`), for whole runs of the program.
#![expect(clippy::expect_used, reason = "a benchmark: what cannot be fails it")]

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use casefile::case::catalog::Catalog;
use casefile::case::kept::{About, Filter, KeptCase, Twins, TwinsOf};
use casefile::case::sanitize::{Format, Readmission};
use casefile::io::store::{CaseStore, FolderStore, Folders};
use casefile::session::case_id::case_id;
use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, criterion_group, criterion_main};

const CASES: u64 = 10_000;
const NOTE: &str = include_str!("../tests/golden/unknown-model/note.yaml");

fn at(number: u64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(490_000 + i64::try_from(number).expect("small"))
}

/// Fills a store without waiting for the disk at each case: the files are what `keep` writes.
fn fill(store: &FolderStore) {
    let readmission = Readmission::new(&Catalog::built_in());
    let about = About { gateway: Some("practice".into()), at: at(0), by: Some("stdout") };
    let note = readmission.pass(NOTE, Format::Yaml).expect("passes");
    let first = KeptCase::of(note, &about).expect("a note");
    store.keep(&first).expect("kept");
    let record =
        fs::read_to_string(store.folder().join(&first.record().id).join("case.yaml")).expect("reads");
    for number in 0..CASES - 1 {
        let id = case_id(at(number), number);
        let place = store.folder().join(&id);
        fs::create_dir(&place).expect("made");
        let words = ["unknown model", "no such deployment", "quota is used up", "slow down"];
        let word = words.get(usize::try_from(number % 4).expect("small")).expect("one");
        let made = |text: &str| {
            text.replace(&first.record().id, &id)
                .replace(
                    "2026-11-20T10:15:00Z",
                    &at(number).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                )
                .replace("practise-ok", &format!("model-{}", number % 50))
                .replace("No available channel", word)
        };
        fs::write(place.join("note.yaml"), made(NOTE)).expect("writes");
        let print = first.record().fingerprint.clone().expect("one");
        let other = format!("{:016x}", number % 4);
        fs::write(place.join("case.yaml"), made(&record).replace(&print, &other)).expect("writes");
    }
}

fn cases(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = std::env::var_os("CASES_HOME").map_or_else(|| folder.path().to_owned(), PathBuf::from);
    let folders = Folders { config: home.join("config"), state: home.join("state") };
    let store = FolderStore::at(&folders, None);
    if !store.folder().exists() {
        fill(&store);
    }
    let catalog = Catalog::built_in();
    let mut group = c.benchmark_group("10,000 cases");
    group.sample_size(20);
    group.bench_function("list", |b| {
        b.iter(|| {
            let records = store.records().expect("reads");
            assert_eq!(records.len(), usize::try_from(CASES).expect("small"));
            records
        });
    });
    let filter = Filter { words: vec!["QUOTA".into(), "model-8".into()], ..Filter::default() };
    group.bench_function("search", |b| {
        b.iter(|| {
            let records = store.records().expect("reads");
            let found = records.iter().filter(|record| filter.holds(record)).count();
            assert!(found > 0);
            black_box(found)
        });
    });
    let asked = TwinsOf {
        case_id: String::new(),
        fingerprint: format!("{:016x}", 2),
        gateway: Some("practice".into()),
    };
    group.bench_function("earlier cases of the same failure", |b| {
        b.iter(|| {
            let records = store.alike(&asked).expect("reads");
            Twins::among(&records, &asked, || Readmission::new(&catalog)).expect("some")
        });
    });
    group.sample_size(10);
    group.bench_function("a lost index", |b| {
        b.iter(|| {
            fs::remove_file(folders.state.join("cases.jsonl")).expect("removed");
            store.records().expect("reads")
        });
    });
    group.finish();
}

criterion_group!(benches, cases);
criterion_main!(benches);
