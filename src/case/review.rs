//! What may be wrong with the rules of a user: conflicts, rules that another one hides, rules that can never hold.
//!
//! A rule is compared with every other by its conditions, and tried on every example of the catalog. Only what concerns
//! a rule of the user's is told: those that are built in have tests of their own.

mod hides;

use std::collections::BTreeSet;

use crate::case::catalog::{Catalog, Example, Rule, When};
use crate::case::diagnose::{diagnose, holds};
use crate::case::evidence::{
    Attempt, BodyEnd, Expectation, Outcome, Reading, Response, TransportFailure, read,
};
use crate::case::intake;
use crate::case::vocabulary::TransportKind;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The rule, by its id.
    pub rule: String,
    /// What about it.
    pub kind: Kind,
    /// The other rule, where there is one.
    pub other: Option<String>,
}

/// What may be wrong with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It stands in the user's files twice; the last one counts.
    Twice,
    /// It replaces a built-in rule of this id.
    Replaces,
    /// Another rule has the same conditions and says something else.
    Contradicts,
    /// Another rule, which goes before it, holds wherever it holds: it never decides.
    Hidden,
    /// Its conditions exclude each other, or name what no answer has: it never holds.
    Impossible,
    /// Of its own examples another rule decides all.
    LosesItsExamples,
    /// It holds on no example that the catalog has.
    MatchesNothing,
}

impl Kind {
    /// True where the user should mend something; the rest is only worth knowing.
    pub fn is_fault(self) -> bool {
        matches!(
            self,
            Self::Twice | Self::Contradicts | Self::Hidden | Self::Impossible | Self::LosesItsExamples
        )
    }
}

/// Looks at the rules of `own` (ids in the order of the user's files, as often as they stand there) in `catalog`, into
/// which they are merged. In the order of the rules, then of the kinds.
pub fn review(catalog: &Catalog, own: &[String]) -> Vec<Doubt> {
    let built_in = Catalog::built_in();
    let mine: BTreeSet<&str> = own.iter().map(String::as_str).collect();
    let examples = Examples::of(catalog);
    let mut doubts = Vec::new();
    for (index, rule) in catalog.rules.iter().enumerate().filter(|(_, r)| mine.contains(r.id.as_str())) {
        let mut doubt = |kind, other: Option<&Rule>| {
            doubts.push(Doubt { rule: rule.id.clone(), kind, other: other.map(|o| o.id.clone()) });
        };
        if own.iter().filter(|id| **id == rule.id).count() > 1 {
            doubt(Kind::Twice, None);
        }
        if built_in.rules.iter().any(|known| known.id == rule.id) {
            doubt(Kind::Replaces, None);
        }
        if is_impossible(&rule.when) {
            doubt(Kind::Impossible, None);
        } else if let Some(other) = contradiction(catalog, index, rule, &mine) {
            doubt(Kind::Contradicts, Some(other));
        } else if let Some(other) = hides::which_hides(catalog, index) {
            doubt(Kind::Hidden, Some(other));
        } else if let Some(winner) = winner_of_all(catalog, rule) {
            doubt(Kind::LosesItsExamples, catalog.rules.iter().find(|r| r.id == winner));
        } else if rule.examples.is_empty() && !examples.any_fits(rule) {
            doubt(Kind::MatchesNothing, None);
        }
    }
    doubts
}

/// Another rule with the same conditions and another verdict; of two of the user's the later one is told.
fn contradiction<'c>(
    catalog: &'c Catalog,
    index: usize,
    rule: &Rule,
    mine: &BTreeSet<&str>,
) -> Option<&'c Rule> {
    let differs = |other: &Rule| {
        (other.then.class, other.then.retry, &other.then.cause)
            != (rule.then.class, rule.then.retry, &rule.then.cause)
    };
    catalog
        .rules
        .iter()
        .enumerate()
        .filter(|(at, other)| *at != index && (*at < index || !mine.contains(other.id.as_str())))
        .map(|(_, other)| other)
        .find(|other| other.when == rule.when && differs(other))
}

/// Conditions that no answer can fulfil.
fn is_impossible(when: &When) -> bool {
    let status = |text: &String| match text.split_once('-') {
        _ if text == "none" || text == "inside" => true,
        Some((low, high)) => {
            matches!((low.parse::<u16>(), high.parse::<u16>()), (Ok(low), Ok(high)) if low <= high && low < 1000)
        }
        None => text.parse::<u16>().is_ok_and(|status| (100..1000).contains(&status)),
    };
    let unknown_status = !when.status.is_empty() && !when.status.iter().any(status);
    // No answer came: nothing that an answer has.
    let no_answer = !when.transport.is_empty()
        && (!when.header.is_empty()
            || !when.content_type.is_empty()
            || !when.title.is_empty()
            || !when.body.is_empty()
            || !when.code.is_empty()
            || when.redirect == Some(true)
            || (!when.status.is_empty() && !when.status.iter().any(|s| s == "none")));
    let known_soft = |word: &String| {
        word == "none" || crate::case::vocabulary::SoftFailure::ALL.iter().any(|soft| soft.as_str() == word)
    };
    let unknown_soft = !when.soft.is_empty() && !when.soft.iter().any(known_soft);
    unknown_status || no_answer || unknown_soft
}

/// Every example of the catalog, read.
struct Examples(Vec<(Attempt, Reading)>);

impl Examples {
    fn of(catalog: &Catalog) -> Self {
        let examples = catalog.rules.iter().flat_map(|rule| &rule.examples);
        Self(examples.map(|example| read_example(example, catalog)).collect())
    }

    fn any_fits(&self, rule: &Rule) -> bool {
        self.0.iter().any(|(attempt, reading)| holds(rule, attempt, reading))
    }
}

/// The rule that decides the first of `rule`'s own examples, where `rule` decides none of them.
fn winner_of_all(catalog: &Catalog, rule: &Rule) -> Option<String> {
    let mut winner = None;
    for example in &rule.examples {
        let (attempt, reading) = read_example(example, catalog);
        let diagnosis = diagnose(&attempt, &reading, catalog, catalog.profile("cometapi"));
        let first = diagnosis.because.first().map(|reason| reason.rule.clone()).unwrap_or_default();
        if first == rule.id {
            return None;
        }
        winner = winner.or(Some(first));
    }
    winner
}

fn read_example(example: &Example, catalog: &Catalog) -> (Attempt, Reading) {
    let attempt = attempt_of(example);
    let reading = read(&attempt, &Expectation::default(), catalog.profile("cometapi"));
    (attempt, reading)
}

/// What an example stands for.
pub(crate) fn attempt_of(example: &Example) -> Attempt {
    if let Some(kind) = example.transport {
        let detail = example.message.clone().unwrap_or_default();
        return intake::attempt(Outcome::Transport(TransportFailure { kind, detail }));
    }
    let body = example.body.clone().unwrap_or_else(|| {
        if example.message.is_none() && example.code.is_none() && example.kind.is_none() {
            return String::new();
        }
        serde_json::json!({"error": {
            "message": example.message, "type": example.kind, "param": null, "code": example.code}})
        .to_string()
    });
    let headers = example.headers.clone().into_iter().collect();
    let read = intake::response_of(example.status, headers, body.into_bytes());
    let reset = TransportFailure { kind: TransportKind::Reset, detail: String::new() };
    let end = if example.cut { BodyEnd::Cut(reset) } else { BodyEnd::Complete };
    intake::attempt(Outcome::Response(Response { exception: example.exception.clone(), end, ..read }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::read_files;

    type Told = (&'static str, Kind, Option<&'static str>);

    fn rule(id: &str, when: &str, then: &str, more: &str) -> String {
        format!(
            "- {{id: {id}, when: {{{when}}}, then: {{{then}}}, because: b., source: casefile, accessed: '2026-11-21'{more}}}\n"
        )
    }

    fn doubts(files: &[(&str, String)]) -> Vec<(String, Kind, Option<String>)> {
        let catalog = read_files(files.iter().map(|(name, text)| (*name, text.as_str()))).expect("reads");
        let own: Vec<String> = files.iter().flat_map(|(_, text)| ids(text)).collect();
        review(&catalog, &own).into_iter().map(|d| (d.rule, d.kind, d.other)).collect()
    }

    fn ids(text: &str) -> Vec<String> {
        text.lines().filter_map(|l| Some(l.split_once("id: ")?.1.split(',').next()?.to_owned())).collect()
    }

    #[test]
    fn what_may_be_wrong_with_a_rule_is_told() {
        let code = "code: [HOUSE_FULL]";
        let table: Vec<(&str, String, Vec<Told>)> = vec![
            (
                "in order",
                rule("house", code, "class: rate_limited", ", examples: [{status: 400, code: HOUSE_FULL}]"),
                vec![],
            ),
            (
                "the same conditions, two verdicts",
                rule("house", code, "class: rate_limited", ", examples: [{status: 400, code: HOUSE_FULL}]")
                    + &rule("home", code, "class: auth", ""),
                vec![("home", Kind::Contradicts, Some("house"))],
            ),
            (
                "an earlier one holds wherever it holds",
                rule("house", code, "class: rate_limited", ", examples: [{code: HOUSE_FULL}]")
                    + &rule(
                        "home",
                        "code: [HOUSE_FULL], status: ['429']",
                        "class: auth",
                        ", examples: [{status: 429, code: HOUSE_FULL}]",
                    ),
                vec![("home", Kind::Hidden, Some("house"))],
            ),
            (
                "no such status",
                rule("house", "status: ['4xx']", "class: auth", ""),
                vec![("house", Kind::Impossible, None)],
            ),
            (
                "a header of no answer",
                rule("house", "transport: [dns], header: [x-acme]", "class: auth", ""),
                vec![("house", Kind::Impossible, None)],
            ),
            (
                "it fits nothing that is known",
                rule("house", "message: ['the porter sleeps']", "class: auth", ""),
                vec![("house", Kind::MatchesNothing, None)],
            ),
            (
                "a built-in one decides its example",
                rule(
                    "house",
                    "message: ['quota']",
                    "class: auth",
                    ", examples: [{status: 429, code: insufficient_quota, message: quota}]",
                ),
                vec![("house", Kind::LosesItsExamples, Some("?"))],
            ),
        ];
        for (name, text, want) in table {
            let found = doubts(&[("rules/house.yaml", text)]);
            let want: Vec<_> =
                want.into_iter().map(|(r, k, o)| (r.to_owned(), k, o.map(str::to_owned))).collect();
            let same = found.len() == want.len()
                && found
                    .iter()
                    .zip(&want)
                    .all(|(f, w)| (&f.0, f.1) == (&w.0, w.1) && (w.2.as_deref() == Some("?") || f.2 == w.2));
            assert!(same, "{name}: {found:?}");
        }
    }

    #[test]
    fn files_merge_by_id() {
        let first = rule("house", "message: ['overloaded']", "class: auth", "");
        let second = rule("house", "message: ['overloaded']", "class: rate_limited", "");
        let files = [("rules/a.yaml", first), ("rules/b.yaml", second)];
        assert_eq!(doubts(&files), [("house".to_owned(), Kind::Twice, None)]);
        let catalog = read_files(files.iter().map(|(n, t)| (*n, t.as_str()))).expect("reads");
        assert_eq!(catalog.rules.first().map(|r| r.then.class.as_str()), Some("rate_limited"));
        assert_eq!(catalog.rules.len(), Catalog::built_in().rules.len() + 1);
        // A built-in one is replaced where it stands.
        let own = rule("message_context_length", "message: ['context']", "class: context_length", "");
        let found = doubts(&[("rules/a.yaml", own)]);
        assert!(found.contains(&("message_context_length".to_owned(), Kind::Replaces, None)), "{found:?}");
    }

    #[test]
    fn what_is_built_in_has_no_fault() {
        let catalog = Catalog::built_in();
        let rules = catalog.rules.iter().enumerate();
        let faults: Vec<_> = rules
            .filter_map(|(index, rule)| {
                let hides = hides::which_hides(&catalog, index).filter(|o| o.then.class != rule.then.class);
                (is_impossible(&rule.when) || hides.is_some()).then(|| (&rule.id, hides.map(|h| &h.id)))
            })
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
