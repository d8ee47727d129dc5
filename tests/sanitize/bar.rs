//! Runs the corpus through a way out of the program and compares what comes out with the bar.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Mutex;
use std::thread;

use crate::corpus::Case;
use crate::oracle::{self, Rule};
use crate::views;

/// Evidence that has to survive, in thousandths.
pub const KEPT: usize = 985;
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
    /// The cases that were looked at.
    pub seen: BTreeSet<String>,
    /// How often values were drawn, and from which seed on.
    pub draws: (u64, u64),
}

impl Outcome {
    pub fn sum(&self) -> Tally {
        let mut sum = Tally::default();
        self.kinds.values().for_each(|t| sum.add(*t));
        sum
    }

    /// Of the evidence `kept` thousandths are there.
    pub fn keeps(&self, kept: usize) -> bool {
        let sum = self.sum();
        (sum.evidence - sum.lost) * 1000 >= sum.evidence * kept
    }

    /// What failed: the case, and its first word in lower case (`leak`, `lost`, `twice`, `json`).
    pub fn failures(&self) -> BTreeSet<(String, String)> {
        let pair = |line: &String| {
            let mut words = line.split(' ');
            let what = words.next().unwrap_or("").to_ascii_lowercase();
            (words.next().unwrap_or("").to_owned(), what)
        };
        self.told.keys().map(pair).collect()
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
    // `SANITIZE_SHOW=log/look-java,url/` shows these cases with what came out: made values only.
    let wanted = std::env::var("SANITIZE_SHOW").unwrap_or_default();
    if wanted.split(',').any(|id| !id.is_empty() && case.id.contains(id)) {
        println!("--- {}\n{}\n  ->\n{output}", case.id, case.text);
    }
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

/// Which cases, with the values of which seeds.
#[derive(Clone, Copy)]
pub struct Draws<'a> {
    pub cases: &'a (dyn Fn(u64) -> Vec<Case> + Sync),
    pub first: u64,
    pub count: u64,
}

impl Draws<'_> {
    fn title(&self, name: &str) -> String {
        format!("{name}, {} draws from {}", self.count, self.first)
    }
}

type Way<'a> = &'a (dyn Fn(&Case) -> String + Sync);
type Choice<'a> = &'a (dyn Fn(&Case) -> bool + Sync);

/// Does `work` to every chosen case of all draws, on two threads.
fn each(draws: Draws<'_>, chosen: Choice<'_>, work: &(dyn Fn(&Case, &mut Outcome) + Sync)) -> Outcome {
    let outcome = Mutex::new(Outcome::default());
    for seed in draws.first..draws.first + draws.count {
        let all = (draws.cases)(seed);
        thread::scope(|scope| {
            for part in 0..THREADS {
                let (all, outcome) = (&all, &outcome);
                scope.spawn(move || {
                    let mut mine = Outcome::default();
                    all.iter().filter(|c| chosen(c)).skip(part).step_by(THREADS).for_each(|case| {
                        mine.seen.insert(case.id.clone());
                        work(case, &mut mine);
                    });
                    let mut sum = outcome.lock().expect("no thread failed");
                    sum.seen.append(&mut mine.seen);
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
    let mut outcome = outcome.into_inner().expect("no thread failed");
    outcome.draws = (draws.first, draws.count);
    outcome
}

/// Runs the chosen cases through `way` and counts.
pub fn measure(name: &str, draws: Draws<'_>, chosen: Choice<'_>, way: Way<'_>) -> Outcome {
    let outcome = each(draws, chosen, &|case, outcome| judge(case, &way(case), outcome));
    println!("{}", outcome.table(&draws.title(name)));
    outcome
}

/// Runs the chosen cases through the filter `way`. `again`: what comes out, once more.
pub fn filter(name: &str, draws: Draws<'_>, chosen: Choice<'_>, again: bool, way: Way<'_>) -> Outcome {
    let outcome = each(draws, chosen, &|case, outcome| {
        let output = way(case);
        judge(case, &output, outcome);
        if again && way(&Case { text: output.clone(), ..case.clone() }) != output {
            outcome.tell(format!("TWICE {} is not once", case.id));
        }
        if is_json(&case.text) && !is_json(&output) {
            outcome.tell(format!("JSON {} is broken", case.id));
        }
    });
    println!("{}", outcome.table(&draws.title(name)));
    outcome
}

/// One JSON value, or one to a line.
fn is_json(text: &str) -> bool {
    let valid = |t: &str| serde_json::from_str::<serde::de::IgnoredAny>(t).is_ok();
    valid(text) || (text.starts_with('{') && text.lines().all(|line| line.is_empty() || valid(line)))
}
