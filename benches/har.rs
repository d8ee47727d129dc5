//! How fast a HAR is listed: entries cut out of a stream and summed up, against a `serde_json::Value` of the same bytes.
//! `cargo bench --bench har`.
//!
//! ```text
//! BENCH_HAR=big.har cargo bench --bench har                    # in time of the processor, both ways in turn
//! BENCH_HAR=big.har BENCH_ONLY=calls cargo bench --bench har   # this alone, read from the file: its peak memory
//! ```
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a benchmark: what cannot be fails it"
)]

use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::time::Instant;

use casefile::case::catalog::Catalog;
use casefile::case::intake::{CallKind, har_calls};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;

/// Entries as a capture of a page has them.
const CAPTURE: &str = include_str!("../tests/fixtures/har/chrome.har");

/// A HAR of about `bytes` bytes: the entries of a capture again and again, among them files of a page.
fn generated(bytes: usize) -> String {
    let capture: Value = serde_json::from_str(CAPTURE).expect("JSON");
    let entries = capture["log"]["entries"].as_array().expect("entries").clone();
    let script = "function f(a){return \"x\" + `${a}\\n`;}\n".repeat(200);
    let mut out =
        String::from("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"WebInspector\"},\"entries\":[");
    for (n, entry) in entries.iter().cycle().enumerate() {
        if out.len() > bytes {
            break;
        }
        let mut entry = entry.clone();
        if entry["_resourceType"] == "script" {
            entry["response"]["content"]["text"] = Value::from(script.as_str());
        }
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(out, "{comma}{entry}");
    }
    out.push_str("]}}");
    out
}

/// Seconds of processor time that this process used, to 10 ms (Linux; elsewhere the clock's).
fn processor(start: Instant) -> f64 {
    let counters = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = counters.rsplit(") ").next().unwrap_or("");
    let ticks = |n| after_name.split(' ').nth(n).and_then(|t| t.parse::<f64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(own), Some(system)) => (own + system) / 100.0,
        _ => start.elapsed().as_secs_f64(),
    }
}

/// The most memory that this process had, KiB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("not known here");
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

/// Seconds of processor time for `work`, three times over.
fn told(work: &mut dyn FnMut() -> usize) -> f64 {
    let start = Instant::now();
    let from = processor(start);
    for _ in 0..3 {
        black_box(work());
    }
    (processor(start) - from) / 3.0
}

fn of_file(path: &str) {
    let catalog = Catalog::built_in();
    let before = peak();
    let mut list = || {
        let calls = har_calls(File::open(path).expect("opens"), &catalog).expect("reads");
        calls.count
    };
    if std::env::var_os("BENCH_ONLY").is_some() {
        let calls = har_calls(File::open(path).expect("opens"), &catalog).expect("reads");
        let failed = calls.list.iter().filter(|c| c.kind == CallKind::Model && c.failure.is_some()).count();
        eprintln!("{} calls, {} in the list; {failed} calls to models failed", calls.count, calls.list.len());
        eprintln!("peak {} (before it {before})", peak());
        return;
    }
    let mut value = || {
        let bytes = std::fs::read(path).expect("reads");
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        value["log"]["entries"].as_array().map_or(0, Vec::len)
    };
    let mut ratios = Vec::new();
    for _ in 0..7 {
        let (ours, theirs) = (told(&mut list), told(&mut value));
        eprintln!("list {ours:.3} s, Value {theirs:.3} s: {:.2} x", ours / theirs);
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    eprintln!("median {:.2} x", ratios.get(3).copied().unwrap_or_default());
}

fn listing(c: &mut Criterion) {
    if let Some(path) = std::env::var_os("BENCH_HAR") {
        of_file(&path.to_string_lossy());
        return;
    }
    let catalog = Catalog::built_in();
    let text = generated(8 << 20);
    let mut group = c.benchmark_group("har");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(20);
    group.bench_function("list of calls", |b| {
        b.iter(|| har_calls(black_box(text.as_bytes()), &catalog).expect("reads").count);
    });
    group.bench_function("serde_json Value", |b| {
        b.iter(|| serde_json::from_str::<Value>(black_box(&text)).expect("JSON"));
    });
    group.finish();
}

criterion_group!(benches, listing);
criterion_main!(benches);
