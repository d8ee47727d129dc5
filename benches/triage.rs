//! How fast a log is grouped, once the catalog is loaded, against a `serde_json::Value` of each line.
//! `cargo bench --bench triage`; for whole processes and a log of any size:
//!
//! ```text
//! /usr/bin/time -v casefile triage big.jsonl --threads 1 --output json > /dev/null
//! ```
#![expect(clippy::expect_used, reason = "a benchmark: what cannot be fails it")]

use std::hint::black_box;

use casefile::case::catalog::Catalog;
use casefile::case::triage::{Options, Reader};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;

#[path = "../tests/triage/generate.rs"]
#[expect(dead_code, reason = "the tests look at what was planted")]
mod generate;

fn grouping(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let text: String = generate::log(7, 4_000).into_iter().map(|planted| planted.line + "\n").collect();
    let lines = || text.lines().map(str::as_bytes);
    let mut group = c.benchmark_group("triage");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(20);
    group.bench_function("groups, nothing known", |b| {
        b.iter(|| {
            let mut reader = Reader::new(&catalog, &Options::default());
            for line in lines() {
                let _ = reader.line(black_box(line));
            }
            reader.finish()
        });
    });
    // One reader for all rounds: what a long log costs a line.
    let options = Options::default();
    let mut first = Reader::new(&catalog, &options);
    for line in lines() {
        let _ = first.line(line);
    }
    group.bench_function("groups, every form known", |b| {
        b.iter(|| {
            let mut reader = Reader::new(&catalog, &options);
            for line in lines() {
                let _ = reader.line(black_box(line));
            }
            reader.finish()
        });
    });
    group.bench_function("serde_json Value", |b| {
        b.iter(|| {
            lines().for_each(|line| drop(serde_json::from_slice::<Value>(black_box(line)).expect("JSON")));
        });
    });
    group.finish();
}

criterion_group!(benches, grouping);
criterion_main!(benches);
