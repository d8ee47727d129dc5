//! The report as a list: each check, each criterion and the pins as a line, with what there is to read when it is opened.

use std::collections::BTreeMap;

use super::report::Report;
use super::row::Row;
use super::text;
use crate::case::sanitize::{self, Audit, Format, Refusal};
use crate::case::vocabulary::{CheckFact, CheckVerdict, CriterionState};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub of: EntryOf,
    /// Its name: the id of a check, the words of a criterion.
    pub name: String,
    /// What came to a check, in a few words; empty: nothing.
    pub came: String,
    /// What is read when it is opened, a line each.
    pub told: Vec<String>,
}

/// What a line of the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOf {
    /// A check with its verdict.
    Check(CheckVerdict),
    /// A criterion of acceptance with its state.
    Criterion(CriterionState),
    /// What was tested.
    Pins,
}

impl Report {
    /// The list: checks in order, then criteria, then the pins. It passes the audit that the report passes.
    ///
    /// # Errors
    /// The audit's refusal.
    pub fn entries(&self, audit: &Audit) -> Result<Vec<Entry>, Refusal> {
        let text = |report: &Self| entries(report).iter().map(Entry::text).collect();
        sanitize::leave(self, text, Format::Plain, audit)?;
        Ok(entries(self))
    }
}

impl Entry {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.name, self.came, self.told.join("\n"))
    }
}

fn entries(report: &Report) -> Vec<Entry> {
    let checks = report.checks.iter().map(|row| Entry {
        of: EntryOf::Check(row.verdict),
        name: row.id.clone(),
        came: text::came(row),
        told: told(row),
    });
    let criteria = report.acceptance.iter().map(|row| {
        let mut told = vec![row.criterion.clone(), row.remark.clone()];
        if !row.by.is_empty() {
            told.push(format!("decided by: {}", row.by.join(", ")));
        }
        Entry { of: EntryOf::Criterion(row.state), name: row.criterion.clone(), came: String::new(), told }
    });
    let pins = text::pins(&report.pins);
    let pins = Entry {
        of: EntryOf::Pins,
        name: "gateway, model, limits, versions".to_owned(),
        came: String::new(),
        told: pins.into_iter().map(|(name, value)| format!("{name}: {value}")).collect(),
    };
    checks.chain(criteria).chain([pins]).collect()
}

/// A check: what it is, what was sent, expected and came, and what follows.
fn told(row: &Row) -> Vec<String> {
    let mut lines = vec![row.title.clone()];
    let route = match (&row.method, &row.path) {
        (Some(method), Some(path)) if !row.sends.contains(path.as_str()) => format!(" ({method} {path})"),
        _ => String::new(),
    };
    let sent = format!("sent: {}{route}", row.sends);
    if row.observed.is_empty() {
        lines.push(format!("sends: {}", row.sends));
    } else {
        lines.push(sent);
    }
    let answers: Vec<String> = row.expected.iter().map(facts_of_one).collect();
    let fields: Vec<String> = row.expected_fields.iter().map(|(at, kind)| format!("{at}: {kind}")).collect();
    if !answers.is_empty() {
        lines.push(format!("expected: {}", answers.join("; or ")));
    }
    if !fields.is_empty() {
        lines.push(format!("with the fields: {}", fields.join(", ")));
    }
    if !row.observed.is_empty() {
        let came: Vec<String> = row.observed.iter().map(|(fact, value)| said(*fact, value)).collect();
        lines.push(format!("came: {}", came.join(", ")));
    }
    let times =
        [("first byte", row.first_byte_ms), ("first word", row.first_token_ms), ("in all", row.total_ms)];
    let times: Vec<String> =
        times.iter().filter_map(|(name, ms)| Some(format!("{name} {} ms", (*ms)?))).collect();
    if !times.is_empty() {
        lines.push(format!("time: {}", times.join(", ")));
    }
    let found = text::findings(row);
    // What the report says of a check that is not kept begins with what was sent: it stands above already.
    lines.extend(found.into_iter().filter(|line| *line != format!("sent: {}", row.sends)));
    if row.verdict == CheckVerdict::Kept
        && let (Some(source), Some(accessed)) = (&row.source, &row.accessed)
    {
        lines.push(format!("expected by {source} (read {accessed})"));
    }
    lines
}

fn facts_of_one(answer: &BTreeMap<CheckFact, Vec<String>>) -> String {
    let facts = answer.iter().map(|(fact, right)| match right.as_slice() {
        [one] => said(*fact, one),
        _ => format!("{} {}", name(*fact), right.join(" or ")),
    });
    facts.collect::<Vec<_>>().join(", ")
}

/// A fact in words that need no list of facts.
fn said(fact: CheckFact, value: &str) -> String {
    match (fact, value) {
        (CheckFact::Soft, "none") => "no failure inside a success".to_owned(),
        (CheckFact::Sends, "1") => "one request sent".to_owned(),
        (CheckFact::RequestId, "true") => "with a request id".to_owned(),
        (CheckFact::RequestId, "false") => "without a request id".to_owned(),
        _ => format!("{} {value}", name(fact)),
    }
}

/// The name of a fact for people.
fn name(fact: CheckFact) -> String {
    match fact {
        CheckFact::Soft => "failure inside a success:".to_owned(),
        CheckFact::Finish => "finish reason".to_owned(),
        CheckFact::Shape => "body:".to_owned(),
        CheckFact::Envelope => "error format".to_owned(),
        CheckFact::Sends => "requests sent:".to_owned(),
        CheckFact::Layer => "answered by:".to_owned(),
        CheckFact::Terminal => "end marker".to_owned(),
        other => other.to_string().replace('_', " "),
    }
}
