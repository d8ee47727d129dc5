//! What a practice walk was worth: judges the note and the bytes that would leave, nothing rawer. Pure.
//!
//! Two parts. The *note*: complete, right class, right retry verdict, right topic, leak-free. The *operator's*: own words,
//! one thing changed, replacements looked at. The first must hold after any walk, the second is what a person can learn.

use std::fmt;

use serde::Serialize;

use super::scenario::{Expect, Scenario};
use crate::case::note::{By, Item, Note, completeness};
use crate::case::sanitize::{Refusal, Rendered};

/// What a scenario's note is judged by. Holds the practice key and the prompts, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Trial {
    expect: Expect,
    keys: Vec<String>,
    prompts: Vec<String>,
}

impl Trial {
    /// The trial of `scenario` on a gateway that accepts `key`.
    pub fn new(scenario: &Scenario, key: &str) -> Self {
        Self { expect: scenario.expect.clone(), keys: Scenario::keys(key), prompts: scenario.prompts() }
    }

    /// Judges a note and its bytes.
    pub fn judge(&self, note: &Note, rendered: &Result<Rendered, Refusal>) -> Score {
        let items = completeness(note);
        let sent = note.attempts.last().is_some_and(|a| a.sent_by_tool);
        let mut checks = vec![complete(&items, sent)];
        checks.extend(said(&self.expect, note));
        checks.push(self.leak_free(rendered));
        checks.extend(operators_part(&items, note));
        let of_walk = items.iter().filter(|i| i.by == By::Walk);
        Score { had: of_walk.clone().filter(|i| i.present).count(), asked: of_walk.count(), checks }
    }

    fn leak_free(&self, rendered: &Result<Rendered, Refusal>) -> Check {
        let text = match rendered {
            Ok(rendered) => rendered.as_str(),
            Err(_) => {
                return Check::lost(
                    "leak_free",
                    "the audit holds the note back",
                    "look at your own words on Review and take out what the audit names",
                );
            }
        };
        match self.found_in(text) {
            None => {
                Check::kept("leak_free", "no key and no prompt is in it, searched by the practice side too")
            }
            Some(what) => Check::lost(
                "leak_free",
                format!("{what} of this scenario is in the note"),
                "take it out of your own words; if it is not in them, it is a fault of this program: report the scenario's name",
            ),
        }
    }

    /// What of the scenario stands in `text`: eight characters of a key in a row, or a prompt.
    fn found_in(&self, text: &str) -> Option<&'static str> {
        let holds = |key: &String| {
            let chars: Vec<char> = key.chars().collect();
            chars.windows(8).any(|window| text.contains(&window.iter().collect::<String>()))
        };
        if self.keys.iter().any(holds) {
            return Some("a part of a key");
        }
        let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let text = even(text);
        self.prompts.iter().any(|prompt| text.contains(&even(prompt))).then_some("a prompt")
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trial({:?}, {} keys, {} prompts)", self.expect, self.keys.len(), self.prompts.len())
    }
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Facts that the walk brought.
    pub had: usize,
    /// Facts that support asks a walk for.
    pub asked: usize,
    /// Every question that was put to the note and to the operator.
    pub checks: Vec<Check>,
}

/// One question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name: `complete`, `class`, `retry`, `topic`, `leak_free`; the operator's: `question`, `expected`, `impact`,
    /// `isolated`, `reviewed`.
    pub check: &'static str,
    /// It holds.
    pub ok: bool,
    /// What was found.
    pub said: String,
    /// What to do better; empty where it holds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub better: String,
}

impl Check {
    fn kept(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, ok: true, said: said.into(), better: String::new() }
    }

    fn lost(check: &'static str, said: impl Into<String>, better: impl Into<String>) -> Self {
        Self { check, ok: false, said: said.into(), better: better.into() }
    }

    /// True where a person brings it, not the walk.
    pub fn is_operators(&self) -> bool {
        matches!(self.check, "question" | "expected" | "impact" | "isolated" | "reviewed")
    }
}

impl Score {
    /// The note is as it should be, whatever the operator added.
    pub fn is_full(&self) -> bool {
        self.note().all(|c| c.ok)
    }

    /// What was asked of the note.
    pub fn note(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|c| !c.is_operators())
    }

    /// What was asked of the operator.
    pub fn operator(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|c| c.is_operators())
    }

    /// Checks that hold, of how many.
    pub fn points(&self) -> (usize, usize) {
        (self.checks.iter().filter(|c| c.ok).count(), self.checks.len())
    }

    /// The check of that name holds; true where it was not asked.
    pub fn holds(&self, check: &str) -> bool {
        self.checks.iter().all(|c| c.check != check || c.ok)
    }

    /// For machines.
    pub fn json(&self) -> serde_json::Value {
        let (points, of) = self.points();
        serde_json::json!({
            "full": self.is_full(), "points": points, "of": of,
            "complete": {"had": self.had, "asked": self.asked},
            "note": self.note().collect::<Vec<_>>(), "operator": self.operator().collect::<Vec<_>>(),
        })
    }
}

/// A fact is no loss where the request was sent and the note says why it could not be had.
fn complete(items: &[Item], sent: bool) -> Check {
    let of_walk: Vec<&Item> = items.iter().filter(|i| i.by == By::Walk).collect();
    let missing: Vec<&&Item> = of_walk.iter().filter(|i| !i.present).collect();
    let had = format!("{} of {} facts that sending can bring", of_walk.len() - missing.len(), of_walk.len());
    if missing.is_empty() {
        return Check::kept("complete", had);
    }
    let named: Vec<String> = missing.iter().map(|i| format!("{} ({})", i.label, i.why)).collect();
    let without = if sent { "the note says why it has no" } else { "not there:" };
    let said = format!("{had}; {without} {}", named.join(", "));
    if let Some(silent) = missing.iter().find(|i| i.why.is_empty()) {
        return Check::lost(
            "complete",
            said,
            format!("the note does not say why {} is missing: report it", silent.label),
        );
    }
    if sent {
        return Check::kept("complete", said);
    }
    Check::lost(
        "complete",
        said,
        "send the request (Reproduce): then it is there, or the note can say that the gateway gave none",
    )
}

fn said(expect: &Expect, note: &Note) -> Vec<Check> {
    let one = |check, label: &str, found: &str, expected: &str| {
        if found == expected {
            return Check::kept(check, format!("{label}: {}, as the sources say", in_words(found)));
        }
        Check::lost(
            check,
            format!("{label}: {}, and the sources say {}", in_words(found), in_words(expected)),
            "if you changed the request, that may be right; else begin the scenario again, and report it if it stays so",
        )
    };
    let said = &note.diagnosis;
    let topic = said.topic.as_ref().map_or("none", |t| t.id.as_str());
    let expected = if expect.topic.is_empty() { "none" } else { &expect.topic };
    vec![
        one("class", "what failed", said.failure_class.as_str(), expect.failure_class.as_str()),
        one("retry", "may it be retried", said.retryable.as_str(), expect.retryable.as_str()),
        one("topic", "where to read on", topic, expected),
    ]
}

/// A word of the note for people.
fn in_words(word: &str) -> String {
    word.replace('_', " ")
}

/// What only a person can bring. `impact` is asked for where something failed.
fn operators_part(items: &[Item], note: &Note) -> Vec<Check> {
    let table = [
        (
            "question",
            "support_question",
            "your one question to support",
            "write one question on Review: what do you want them to do?",
        ),
        ("expected", "report.expected", "what you expected", "write on Review what should have happened"),
        (
            "impact",
            "report.impact",
            "who is hit, and since when",
            "write on Review who is hit, since when, how often",
        ),
        (
            "isolated",
            "controls",
            "one thing changed at a time",
            "try another model, another key or a small body on Isolate: it shows what makes the difference",
        ),
        (
            "reviewed",
            "redactions.confirmed_by_operator",
            "you looked at the replacements and confirmed them",
            "look at what was replaced on Review, and confirm it",
        ),
    ];
    let mut checks = Vec::new();
    for (check, field, what, better) in table {
        let Some(item) = items.iter().find(|i| i.field == field) else { continue };
        // One control says more than none; all three are for real cases.
        let there = item.present || (check == "isolated" && !note.controls.is_empty());
        checks.push(match (there, check, &note.report.impact) {
            (true, "impact", Some(impact)) if !says_when(impact) => Check::lost(
                check,
                "who is hit, but not since when",
                "say since when: a time or a date that support can look up",
            ),
            (true, _, _) => Check::kept(check, what),
            (false, _, _) => Check::lost(check, format!("{what}: not there"), better),
        });
    }
    checks
}

/// A time has a digit in it, or one of a few words.
fn says_when(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.chars().any(char::is_numeric)
        || ["since", "today", "yesterday", "always", "never worked"].iter().any(|w| lower.contains(w))
}
