//! The sanitizer's proof: a corpus of inputs with secrets, prompts and evidence (`corpus/`), an oracle that decides what a
//! reader could recover (`oracle.rs`, `views.rs`), and the bar. `cargo test --test sanitize -- --nocapture` prints the table.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test: what cannot be fails it"
)]

mod corpus;
mod encode;
mod generate;
mod oracle;
mod oracle_tests;
mod views;
mod ways;

use std::collections::BTreeMap;

use corpus::{Case, cases};
use oracle::Rule;

/// The draw of values that the bar is taken on; others are tried by hand with `SANITIZE_SEED`.
const SEED: u64 = 4;

fn seed() -> u64 {
    std::env::var("SANITIZE_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(SEED)
}

/// What a way of sanitizing did to the cases of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    cases: usize,
    credentials: usize,
    credentials_left: usize,
    prompts: usize,
    prompts_left: usize,
    evidence: usize,
    lost: usize,
    look_alike_evidence: usize,
    look_alike_lost: usize,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.cases += other.cases;
        self.credentials += other.credentials;
        self.credentials_left += other.credentials_left;
        self.prompts += other.prompts;
        self.prompts_left += other.prompts_left;
        self.evidence += other.evidence;
        self.lost += other.lost;
        self.look_alike_evidence += other.look_alike_evidence;
        self.look_alike_lost += other.look_alike_lost;
    }
}

fn judge(case: &Case, output: &str, told: &mut Vec<String>) -> Tally {
    let leaks = oracle::leaks(output, &case.secrets, &case.constant, &views::ALL);
    let lost = oracle::lost(output, &case.evidence);
    for leak in &leaks {
        told.push(format!("LEAK {} {} ({})", case.id, case.secrets[leak.secret].kind, leak.what));
    }
    for evidence in &lost {
        told.push(format!("LOST {} {evidence}", case.id));
    }
    let is_text = |s: &oracle::Secret| s.rule == Rule::Text;
    let texts = case.secrets.iter().filter(|s| is_text(s)).count();
    let texts_left = leaks.iter().filter(|l| is_text(&case.secrets[l.secret])).count();
    let clean = case.is_look_alike();
    Tally {
        cases: 1,
        credentials: case.secrets.len() - texts,
        credentials_left: leaks.len() - texts_left,
        prompts: texts,
        prompts_left: texts_left,
        evidence: case.evidence.len(),
        lost: lost.len(),
        look_alike_evidence: if clean { case.evidence.len() } else { 0 },
        look_alike_lost: if clean { lost.len() } else { 0 },
    }
}

/// Runs all cases through `way`, prints the table, and gives the sum.
fn measure(name: &str, way: impl Fn(&Case) -> String) -> Tally {
    let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut told = Vec::new();
    for case in cases(seed()) {
        let tally = judge(&case, &way(&case), &mut told);
        kinds.entry(case.kind).or_default().add(tally);
    }
    let mut sum = Tally::default();
    println!(
        "\n{name}\nkind        cases  credentials left  texts left      evidence lost   of it in look-alikes"
    );
    for (kind, tally) in kinds.iter().map(|(k, t)| (*k, *t)).chain([("all", Tally::default())]) {
        sum.add(tally);
        let row = if kind == "all" { sum } else { tally };
        println!(
            "{kind:<11} {:>5}  {:>5} of {:>5}    {:>4} of {:>4}    {:>5} of {:>5}  {:>5} of {:>5}",
            row.cases,
            row.credentials_left,
            row.credentials,
            row.prompts_left,
            row.prompts,
            row.lost,
            row.evidence,
            row.look_alike_lost,
            row.look_alike_evidence
        );
    }
    if std::env::var_os("SANITIZE_TELL").is_some() {
        for line in told {
            println!("{line}");
        }
    }
    sum
}

/// How many may still fail. The numbers only go down; the goal is 0 leaks, and 98.5 % of the evidence kept.
fn ratchet(what: &str, now: usize, bar: usize) {
    assert!(now <= bar, "{what}: {now}, and no more than {bar} are allowed; SANITIZE_TELL=1 lists them");
}

/// What an operator writes into a note, the free text of today's sanitizer.
#[test]
fn words_of_the_operator() {
    let sum = measure("words of a note", ways::words);
    if seed() == SEED {
        ratchet("credentials left", sum.credentials_left, 58);
        ratchet("texts left", sum.prompts_left, 52);
        ratchet("evidence lost", sum.lost, 49);
        ratchet("evidence of look-alikes lost", sum.look_alike_lost, 7);
    }
}

/// What is pasted and becomes a note. A note is built, not scrubbed: most evidence of a paste has no field in it.
#[test]
#[ignore = "takes minutes in a debug build: cargo test --test sanitize -- --ignored --nocapture"]
fn note_of_a_paste() {
    let sum = measure("note of a paste", ways::note);
    println!("goal: 0 and 0; now {} credentials and {} texts", sum.credentials_left, sum.prompts_left);
}

#[test]
fn the_corpus_is_what_it_claims() {
    let all = cases(SEED);
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "ids are unique");
    assert!(all.len() >= 300);
    assert!(all.iter().filter(|c| c.is_look_alike()).count() >= 80);
    for case in &all {
        assert_eq!(case.id.contains("/look-"), case.is_look_alike(), "{}", case.id);
        assert!(!case.evidence.is_empty(), "{} has no evidence", case.id);
        assert!(case.evidence.iter().all(|e| !e.is_empty()), "{}", case.id);
        let left = case.text.contains("{s:") || case.text.contains("{p:") || case.text.contains("<<sse");
        assert!(!left, "{}: a slot was not filled: {}", case.id, case.text);
    }
    let other = cases(SEED + 1);
    let same = all.iter().zip(&other).filter(|(a, b)| !a.is_look_alike() && a.secrets == b.secrets);
    assert_eq!(same.count(), 0, "another seed gives other values");
}
