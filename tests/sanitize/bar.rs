//! Runs the corpus through a way out of the program and compares what comes out with the bar.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Mutex;
use std::thread;

use crate::corpus::{Case, cases};
use crate::oracle::{self, Rule};
use crate::views;

/// Evidence that has to survive, in thousandths.
const KEPT: usize = 985;
/// Lines of a failure that are shown; `SANITIZE_TELL=1` shows all.
const SHOWN: usize = 40;
/// Threads; the work is many small cases.
const THREADS: usize = 2;

/// What a way of sanitizing did to the cases of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub cases: usize,
    pub credentials: usize,
    pub credentials_left: usize,
    pub prompts: usize,
    pub prompts_left: usize,
    pub evidence: usize,
    pub lost: usize,
    pub look_alike_evidence: usize,
    pub look_alike_lost: usize,
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

/// The sums by kind of input, and what failed: case and place, without values.
#[derive(Debug, Default)]
pub struct Outcome {
    pub kinds: BTreeMap<&'static str, Tally>,
    pub told: BTreeMap<String, usize>,
}

impl Outcome {
    pub fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.kinds.values().for_each(|t| sum.add(*t));
        sum
    }

    fn tell(&mut self, line: String) {
        *self.told.entry(line).or_default() += 1;
    }

    /// The table by kind, and the first of what failed with how often it did.
    pub fn table(&self, name: &str) -> String {
        let mut text = format!(
            "\n{name}\nkind        cases  credentials left  texts left      evidence lost   of it in look-alikes\n"
        );
        for (kind, row) in self.kinds.iter().map(|(k, t)| (*k, *t)).chain([("all", self.sum())]) {
            let _ = writeln!(
                text,
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
        let shown = if std::env::var_os("SANITIZE_TELL").is_some() { usize::MAX } else { SHOWN };
        for (line, times) in self.told.iter().take(shown) {
            let _ = writeln!(text, "{times:>3} x {line}");
        }
        if self.told.len() > shown {
            let _ = writeln!(text, "and {} more; SANITIZE_TELL=1 lists them", self.told.len() - shown);
        }
        text
    }
}

fn judge(case: &Case, output: &str, outcome: &mut Outcome) {
    let leaks = oracle::leaks(output, &case.secrets, &case.constant, &views::ALL);
    let lost = oracle::lost(output, &case.evidence);
    for leak in &leaks {
        outcome.tell(format!("LEAK {} {} ({})", case.id, case.secrets[leak.secret].kind, leak.what));
    }
    for evidence in &lost {
        let at = case.evidence.iter().position(|e| e == evidence).map_or(0, |i| i + 1);
        // The evidence of one draw would be another line in the next one: its head and its number say which it is.
        let head: String = evidence.chars().take_while(|c| !c.is_ascii_digit()).take(30).collect();
        outcome.tell(format!("LOST {} no. {at} {head}", case.id));
    }
    let is_text = |s: &oracle::Secret| s.rule == Rule::Text;
    let texts = case.secrets.iter().filter(|s| is_text(s)).count();
    let texts_left = leaks.iter().filter(|l| is_text(&case.secrets[l.secret])).count();
    let clean = case.is_look_alike();
    outcome.kinds.entry(case.kind).or_default().add(Tally {
        cases: 1,
        credentials: case.secrets.len() - texts,
        credentials_left: leaks.len() - texts_left,
        prompts: texts,
        prompts_left: texts_left,
        evidence: case.evidence.len(),
        lost: lost.len(),
        look_alike_evidence: if clean { case.evidence.len() } else { 0 },
        look_alike_lost: if clean { lost.len() } else { 0 },
    });
}

/// Does `work` to every case of the draws `seed`, `seed + 1`, …, on two threads.
fn each(seed: u64, draws: u64, work: &(dyn Fn(&Case, &mut Outcome) + Sync)) -> Outcome {
    let outcome = Mutex::new(Outcome::default());
    for draw in 0..draws {
        let all = cases(seed + draw);
        thread::scope(|scope| {
            for part in 0..THREADS {
                let (all, outcome) = (&all, &outcome);
                scope.spawn(move || {
                    let mut mine = Outcome::default();
                    all.iter().skip(part).step_by(THREADS).for_each(|case| work(case, &mut mine));
                    let mut sum = outcome.lock().expect("no thread failed");
                    for (kind, tally) in mine.kinds {
                        sum.kinds.entry(kind).or_default().add(tally);
                    }
                    for (line, times) in mine.told {
                        *sum.told.entry(line).or_default() += times;
                    }
                });
            }
        });
    }
    outcome.into_inner().expect("no thread failed")
}

/// Runs all cases through `way` and counts.
pub fn measure(name: &str, seed: u64, draws: u64, way: &(dyn Fn(&Case) -> String + Sync)) -> Outcome {
    let outcome = each(seed, draws, &|case, outcome| judge(case, &way(case), outcome));
    println!("{}", outcome.table(name));
    outcome
}

/// Runs all cases through `way` and fails where the bar is missed.
pub fn holds(name: &str, seed: u64, draws: u64, way: &(dyn Fn(&Case) -> String + Sync)) {
    let outcome = each(seed, draws, &|case, outcome| {
        let output = way(case);
        judge(case, &output, outcome);
        let again = way(&Case { text: output.clone(), ..case.clone() });
        if again != output {
            outcome.tell(format!("TWICE {}", case.id));
        }
        if is_json(&case.text) && !is_json(&output) {
            outcome.tell(format!("JSON {} is broken", case.id));
        }
    });
    let sum = outcome.sum();
    let broken: BTreeSet<&str> = outcome
        .told
        .keys()
        .filter(|line| line.starts_with("TWICE") || line.starts_with("JSON"))
        .map(String::as_str)
        .collect();
    let clean = sum.credentials_left + sum.prompts_left == 0
        && sum.look_alike_lost == 0
        && (sum.evidence - sum.lost) * 1000 >= sum.evidence * KEPT
        && broken.is_empty();
    assert!(clean, "{}", outcome.table(&format!("{name}, {draws} draws from {seed}")));
}

/// One JSON value, or one to a line.
fn is_json(text: &str) -> bool {
    let valid = |t: &str| serde_json::from_str::<serde::de::IgnoredAny>(t).is_ok();
    valid(text) || (text.starts_with('{') && text.lines().all(|line| line.is_empty() || valid(line)))
}
