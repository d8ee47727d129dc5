//! How fast pastes are read, of each kind: `cargo bench --bench intake`. A paste of ten times the size may take ten times
//! as long and no more.
//!
//! ```text
//! BENCH_TELL=1 cargo bench --bench intake    # one line for each kind: seconds for 1 MB and for 10 MB, and their ratio
//! ```
#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::hint::black_box;
use std::time::Instant;

use casefile::case::catalog::Catalog;
use casefile::case::intake::read_all;
use casefile::case::keyring::KeyRing;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// What is repeated up to the size, and what stands in front of it.
const KINDS: [(&str, &str, &str); 30] = [
    ("curl", "", "curl https://h.test/v1/x -H 'X-A: b' -d '{\"a\":1}'\n{\"error\":{\"message\":\"no\"}}\n"),
    ("curl-words", "curl https://h.test/v1", " -H 'X-A: b c'"),
    ("curl-body", "curl https://h.test/v1 -d '", "{\"role\":\"user\",\"content\":\"a b c\"}, "),
    ("assigned", "", "export NAME=\"value of it\"\ncurl \"https://h.test/$NAME\" -d x\n"),
    ("prose", "", "we ran curl and it failed, see the curl manual\n"),
    ("quotes", "curl https://h.test/v1 ", "\"a' \\\n"),
    ("heredocs", "", "curl https://h.test -d @- <<EOF\ntext $A\nEOF\n"),
    ("loops", "", "for x in a b; do\n  curl https://h.test/$x\ndone\n"),
    // Ends that are never there: of a here-document in a substitution, of a loop, of a function.
    ("open-heredocs", "", "curl https://h.test/a -d \"$(cat <<EOF\n{EOF\n)\""),
    ("open-assigned", "", "A=\"$(cat <<EOF\n{}\n)\"\n"),
    ("open-loops", "", "for i in a b; do curl https://h.test/$i\n"),
    ("open-functions", "", "f(){ curl https://h.test/$1\n"),
    ("functions", "", "f() {\n  curl https://h.test/$1\n}\nf a\n"),
    ("httpie", "", "http POST h.test/v1 a=b X-A:c\n"),
    ("http-file", "", "### a\nPOST https://h.test/{{v}}\nX-A: b\n\n{\"a\": {{b}}}\n\n"),
    ("hurl", "", "POST https://h.test/v1\n[FormParams]\na: b\nHTTP 200\n[Asserts]\nstatus == 200\n\n"),
    (
        "flows",
        "",
        "1.2.3.4:5: POST https://h.test/v1\n    A: b\n\n    {}\n\n << 401 Unauthorized 2b\n    C: d\n\n    {}\n\n",
    ),
    (
        "openai-log",
        "",
        "[2026-11-20 09:30:00 - openai:1 - DEBUG] HTTP Request: POST https://h.test/v1 \"HTTP/1.1 429 x\"\nRetrying request to /v1 in 0.5 seconds\n",
    ),
    ("verbose", "", "> POST /v1 HTTP/1.1\n> Host: h.test\n>\n< HTTP/1.1 401 x\n< A: b\n<\n{\"error\":1}\n"),
    ("json", "[", "{\"error\":{\"message\":\"no\"}},"),
    ("brackets", "", "{[(<$"),
    ("wget", "", "wget --method=POST --header='X-A: b' --body-data='{}' https://h.test/v1\n"),
    ("called", "CURL=\"curl -s\"\n", "$CURL https://h.test/v1 -d x\n"),
    ("cells", "", "1,\"curl https://h.test -d '{\"\"a\"\":1}'\",x\n"),
    ("separators", "", "curl https://h.test \\\u{2028} -d x\u{2028}"),
    ("python", "", "r = requests.post('https://h.test/v1', json={'a': [1, b]}, headers=h)\n"),
    (
        "javascript",
        "",
        "await fetch(`https://h.test/${a}`, {method: 'POST', headers: h, body: JSON.stringify({a})});\nh.append('X-A', 'b');\n",
    ),
    (
        "go",
        "",
        "req, err := http.NewRequest(\"POST\", url, strings.NewReader(`{}`))\nreq.Header.Set(\"X-A\", a)\n",
    ),
    (
        "okhttp",
        "",
        "--> POST https://h.test/v1\nX-A: b\n\n{}\n--> END POST (2-byte body)\n<-- 400 https://h.test/v1 (1ms)\n\n{}\n<-- END HTTP\n",
    ),
    ("pages", "", "<title\n<title>a<pre>\n<h1 \n"),
];

fn paste(head: &str, part: &str, bytes: usize) -> String {
    format!("{head}{}", part.repeat(bytes / part.len()))
}

/// Seconds that reading `text` takes.
fn seconds(text: &str, catalog: &Catalog) -> f64 {
    let start = Instant::now();
    black_box(read_all(black_box(text), &|_| None, catalog, &mut KeyRing::default()));
    start.elapsed().as_secs_f64()
}

fn intake(criterion: &mut Criterion) {
    let catalog = Catalog::built_in();
    if std::env::var_os("BENCH_TELL").is_some() {
        for (name, head, part) in KINDS {
            let (small, large) = (paste(head, part, 1_000_000), paste(head, part, 10_000_000));
            seconds(&paste(head, part, 10_000), &catalog);
            let (small, large) = (seconds(&small, &catalog), seconds(&large, &catalog));
            println!("{name:<12} {small:>7.3} s  {large:>7.3} s  x {:.1}", large / small.max(1e-3));
        }
        return;
    }
    for (name, head, part) in KINDS {
        let text = paste(head, part, 100_000);
        let mut group = criterion.benchmark_group("intake");
        group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| seconds(&text, &catalog)));
        group.finish();
    }
}

criterion_group!(benches, intake);
criterion_main!(benches);
