//! How fast the sanitizer is: the filter on a log, a JSON body and an event stream of one megabyte each, one note from
//! paste to rendered text, and the audit of that note. `cargo bench --bench sanitize`; `benches/filter.sh` measures
//! whole runs of the program and their memory.
#![expect(clippy::expect_used, reason = "a benchmark: what cannot be fails it")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use casefile::case::catalog::Catalog;
use casefile::case::keyring::{KeyRing, Origin, SecretKind};
use casefile::case::sanitize::Format;
use casefile::case::sanitize::filter::{Filter, Kind};
use casefile::session::{Event, Output, Session, Settings, Step};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Bytes of a generated text.
const SIZE: usize = 1_000_000;

/// Letters and digits that look random, the same for the same number.
fn random(number: usize, length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = number as u64 + 1;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ALPHABET.get(usize::try_from(state >> 33).unwrap_or(0) % 62).map_or('a', |b| char::from(*b))
        })
        .collect()
}

fn key(number: usize) -> String {
    format!("sk-{}", random(number, 48))
}

/// Parts until there are a million bytes.
fn grown(part: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(SIZE + 2_000);
    let mut number = 0;
    while text.len() < SIZE {
        text.push_str(&part(number));
        number += 1;
    }
    text
}

/// Every tenth line has a key, every third a request as JSON.
fn log() -> String {
    grown(|n| {
        let mut line = format!(
            "2026-11-21T10:{:02}:{:02}.{:03}Z INFO relay channel={} model=gpt-4o-mini status=200 latency_ms={} request_id=20261121{}{}\n",
            n / 60 % 60,
            n % 60,
            n % 1000,
            n % 40,
            n * 7 % 3000,
            100_000_000 + n,
            random(n, 8)
        );
        if n % 10 == 0 {
            let _ = writeln!(
                line,
                "2026-11-21T10:00:00Z ERROR 401 for key {} from channel {}",
                key(n % 50),
                n % 40
            );
        }
        if n % 3 == 0 {
            let _ = writeln!(
                line,
                "2026-11-21T10:00:00Z DEBUG body {{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"a plan for {n}\"}}],\"max_tokens\":{n}}}"
            );
        }
        line
    })
}

fn json() -> String {
    let messages = grown(|n| {
        let comma = if n == 0 { "" } else { "," };
        format!(
            "{comma}{{\"role\":\"user\",\"content\":\"Summarise item {n} of the list for the board\",\"id\":\"msg_{}\"}}",
            random(n, 24)
        )
    });
    format!("{{\"model\":\"gpt-4o\",\"api_key\":\"{}\",\"messages\":[{messages}],\"stream\":true}}", key(1))
}

fn stream() -> String {
    grown(|n| {
        format!(
            "data: {{\"id\":\"chatcmpl-{}\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word {n} \"}}}}]}}\n\n",
            random(7, 29)
        )
    })
}

fn filtering(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let mut ring = KeyRing::default();
    ring.hold(SecretKind::Key, Origin::Pasted, &key(9_999));
    let mut group = c.benchmark_group("filter");
    group.sample_size(20);
    for (name, kind, text) in
        [("log", Kind::Log, log()), ("json", Kind::Json, json()), ("sse", Kind::Sse, stream())]
    {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut filter = Filter::new(&catalog, kind, &ring);
                let mut out = Vec::with_capacity(text.len());
                filter.feed(black_box(text.as_bytes()), &mut out);
                filter.finish(&mut out);
                out
            });
        });
    }
    group.finish();
}

fn output(catalog: &Arc<Catalog>) -> Output {
    let now = chrono::DateTime::from_timestamp(1_795_237_300, 0).expect("a time");
    let settings = Settings {
        tool: "casefile bench".to_owned(),
        os: "linux".to_owned(),
        seed: 1,
        ..Settings::default()
    };
    let paste = format!(
        "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {}' \
         -d '{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"Tell me of spring and its long rains\"}}]}}'",
        key(1)
    );
    let answer = format!(
        "{{\"error\":{{\"message\":\"Incorrect API key provided: {} (request id: 20261121100000123456789abcDEFGH)\",\"type\":\"new_api_error\"}}}}",
        key(1)
    );
    let mut session = Session::new(Arc::clone(catalog), settings);
    for event in [
        Event::Pasted(paste),
        Event::ResponseGiven { text: answer.into_bytes(), status: Some(401), at: None },
        Event::GoTo(Step::Note),
    ] {
        session.handle(event, now);
    }
    session.output().expect("a note").clone()
}

fn noting(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let mut group = c.benchmark_group("note");
    group.sample_size(20);
    group.bench_function("from paste to audited text", |b| b.iter(|| output(black_box(&catalog))));
    let made = output(&catalog);
    let text = made.rendered.as_ref().expect("passes").as_str().to_owned();
    group.bench_function("audit alone", |b| {
        b.iter(|| made.pass(black_box(text.clone()), Format::Yaml).expect("passes"));
    });
    group.finish();
}

criterion_group!(benches, filtering, noting);
criterion_main!(benches);
