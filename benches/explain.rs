//! How fast a failure is explained, once the catalog is loaded: shapes one by one, every record of the set of real
//! failures in one loop, and a megabyte of text that somebody made to be slow. `cargo bench --bench explain`.
//!
//! `BENCH_TELL=1` prints one line each instead, in time of the processor: on a machine that does other things too the
//! clock on the wall tells nothing.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "a benchmark: what cannot be fails it")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use casefile::case::catalog::Catalog;
use casefile::case::explain::{Record, explain};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;

#[path = "../tests/properties/slow.rs"]
mod slow;

/// The set of real failures; only their input is read.
const FAILURES: [&str; 5] = [
    include_str!("../tests/failures/gateways.jsonl"),
    include_str!("../tests/failures/providers.jsonl"),
    include_str!("../tests/failures/clients.jsonl"),
    include_str!("../tests/failures/relays.jsonl"),
    include_str!("../tests/failures/direct.jsonl"),
];

#[derive(Deserialize)]
struct Failure {
    input: Record,
}

fn failures() -> Vec<Record> {
    let lines = FAILURES.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str::<Failure>(line).expect("a record").input).collect()
}

/// One of each make of failure.
fn shapes() -> Vec<(&'static str, Record)> {
    let id = "20260205132859798638387SIHCnxzJ";
    let printed = |text: &str| Record { text: Some(text.to_owned()), ..Record::default() };
    let body = |status: u16, body: &str| Record {
        status: Some(status),
        body: Some(body.to_owned()),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        ..Record::default()
    };
    let mut traceback = "Traceback (most recent call last):\n".to_owned();
    for n in 1..12 {
        let _ = writeln!(traceback, "  File \"/srv/app/step_{n}.py\", line {n}, in step\n    self.step({n})");
    }
    let _ = writeln!(
        traceback,
        "openai.RateLimitError: Error code: 429 - {{'error': {{'message': 'Rate limit reached for requests', 'type': 'requests', 'param': None, 'code': 'rate_limit_exceeded'}}}}"
    );
    vec![
        (
            "gateway, with its id",
            body(
                503,
                &format!(
                    r#"{{"error":{{"code":"model_not_found","message":"no available channel for group default and model gpt-x (distributor) (request id: {id})","type":"comet_api_error"}}}}"#
                ),
            ),
        ),
        (
            "openai, 401",
            body(
                401,
                r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            ),
        ),
        (
            "json in json in json",
            body(
                429,
                r#"{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"{\"error\":{\"message\":\"Rate limit exceeded\",\"type\":\"rate_limit\"}}","provider_name":"Acme"}},"user_id":"user_1"}"#,
            ),
        ),
        (
            "a page of Cloudflare",
            Record {
                status: Some(524),
                headers: vec![
                    ("content-type".to_owned(), "text/html".to_owned()),
                    ("server".to_owned(), "cloudflare".to_owned()),
                    ("cf-ray".to_owned(), "8f1a2b3c4d5e6f70-FRA".to_owned()),
                ],
                body: Some("<!DOCTYPE html><html><head><title>api.acme.example | 524: A timeout occurred</title></head><body><h1>A timeout occurred</h1></body></html>".to_owned()),
                ..Record::default()
            },
        ),
        ("nothing but a status", body(429, "")),
        (
            "one line of a client",
            printed("openai.BadRequestError: Error code: 400 - {'error': {'message': \"Unsupported parameter: 'max_tokens'\", 'type': 'invalid_request_error', 'param': 'max_tokens', 'code': 'unsupported_parameter'}}"),
        ),
        ("a traceback", printed(&traceback)),
        ("words alone", printed("The service is currently overloaded, please try again later")),
        ("no answer at all", printed("curl: (6) Could not resolve host: api.acme.example")),
    ]
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

/// Milliseconds of processor time that `work` takes, by so many repetitions that the clock's steps do not count.
fn told(budget: f64, work: impl Fn()) -> f64 {
    work();
    let start = Instant::now();
    let from = processor(start);
    let mut times = 0.0;
    while times < 1.0 || (processor(start) - from < budget && start.elapsed().as_secs_f64() < 10.0) {
        work();
        times += 1.0;
    }
    (processor(start) - from) * 1e3 / times
}

fn explaining(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let mut group = c.benchmark_group("explain");
    for (name, record) in shapes() {
        assert!(explain(&record, None, &catalog).is_some(), "{name}: nothing is said of it");
        if std::env::var_os("BENCH_TELL").is_some() {
            let ms = told(0.5, || {
                for _ in 0..100 {
                    black_box(explain(black_box(&record), None, &catalog));
                }
            });
            eprintln!("{:>8.1} us  {name}", ms * 10.0);
            continue;
        }
        group.bench_function(name, |b| b.iter(|| explain(black_box(&record), None, &catalog)));
    }
    let records = failures();
    if std::env::var_os("BENCH_TELL").is_some() {
        let ms = told(4.0, || {
            black_box(records.iter().filter_map(|r| explain(black_box(r), None, &catalog)).count());
        });
        let count = u32::try_from(records.len()).map_or(1.0, f64::from);
        eprintln!("{:>8.1} us  a real failure, the mean of {count}", ms * 1e3 / count);
        return;
    }
    group.throughput(Throughput::Elements(records.len() as u64));
    group.sample_size(20);
    group.bench_function("all real failures", |b| {
        b.iter(|| records.iter().filter_map(|record| explain(black_box(record), None, &catalog)).count());
    });
    group.finish();
}

fn a_megabyte(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let mut group = c.benchmark_group("a megabyte");
    group.sample_size(10);
    for (name, text) in slow::texts(slow::MEGABYTE) {
        for (way, record) in slow::records(&text) {
            let name = format!("{name}, {way}");
            if std::env::var_os("BENCH_TELL").is_some() {
                let ms = told(0.1, || {
                    black_box(explain(black_box(&record), None, &catalog));
                });
                eprintln!("{ms:>8.1} ms  {name}");
            } else {
                group.bench_function(name, |b| b.iter(|| explain(black_box(&record), None, &catalog)));
            }
        }
    }
    group.finish();
}

criterion_group!(benches, explaining, a_megabyte);
criterion_main!(benches);
