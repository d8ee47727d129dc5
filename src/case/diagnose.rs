//! Rules over the typed evidence: class, verdicts, topic, owner, first action, each with the ids of its reasons.
//!
//! A [`Diagnosis`] carries no text of the input: all its strings come from the catalog, so it is safe by type.
//!
//! ```text
//! Attempt + Reading ──> Facts ──rules──> matches, by rank, then by file order ──> Diagnosis
//! ```

mod facts;

use facts::Facts;

use crate::case::catalog::{Catalog, Profile, Rule};
use crate::case::evidence::{Attempt, Reading};
use crate::case::vocabulary::{FailureClass, Fallback, OperatorAction, Owner, RetryVerdict};

/// So many reasons, and so many alternatives, are named at most: a note has room for no more.
const MOST_NAMED: usize = 4;

/// What can honestly be said of a failure: a candidate with reasons, never a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The class.
    pub class: FailureClass,
    /// A finer cause, from the rule.
    pub cause: Option<String>,
    /// May it be retried?
    pub retryable: RetryVerdict,
    /// May another model be tried?
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do, one sentence of the catalog.
    pub first_action: String,
    /// Topic id.
    pub topic: String,
    /// Finer topics.
    pub see_also: Vec<String>,
    /// Why: the rules that matched, best first.
    pub because: Vec<Reason>,
    /// Other classes that fit, with the rule that says so.
    pub alternatives: Vec<Alternative>,
    /// False where the deciding fact is inferred.
    pub confirmed: bool,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Rule id.
    pub rule: String,
    /// The rule's sentence.
    pub words: String,
    /// Where the fact stands.
    pub source: String,
}

/// A further class that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The class.
    pub class: FailureClass,
    /// Rule id.
    pub rule: String,
}

/// Diagnoses one attempt by its reading.
pub fn diagnose(
    attempt: &Attempt,
    reading: &Reading,
    catalog: &Catalog,
    profile: Option<&Profile>,
) -> Diagnosis {
    let facts = Facts::of(attempt, reading);
    let mut matches: Vec<&Rule> = catalog.rules.iter().filter(|rule| facts.fit(&rule.when)).collect();
    // Stable: within a rank the file order stays.
    matches.sort_by_key(|rule| rule.rank());
    let Some(best) = matches.first().copied() else { return unknown(&facts, catalog, profile) };
    let defaults = Defaults::of(best.then.class, catalog, profile);
    let then = &best.then;
    Diagnosis {
        class: then.class,
        cause: then.cause.clone(),
        retryable: then.retry.unwrap_or(defaults.retryable),
        fallback: then.fallback.unwrap_or(defaults.fallback),
        operator_action: then.operator_action.unwrap_or(defaults.operator_action),
        owner: then.owner.unwrap_or(defaults.owner),
        first_action: then.first_action.clone().unwrap_or(defaults.first_action),
        topic: then.topic.clone().unwrap_or(defaults.topic),
        see_also: then.see_also.iter().filter(|id| belongs(id, catalog, profile)).cloned().collect(),
        because: reasons(best, &matches),
        alternatives: alternatives(best, &matches),
        confirmed: best.confirmed,
    }
}

/// The deciding rule, then others that agree with it.
fn reasons(best: &Rule, matches: &[&Rule]) -> Vec<Reason> {
    matches
        .iter()
        .filter(|rule| rule.then.class == best.then.class)
        .take(MOST_NAMED)
        .map(|rule| Reason {
            rule: rule.id.clone(),
            words: rule.because.clone(),
            source: rule.source.clone(),
        })
        .collect()
}

/// Other classes that fit as well, or nearly: by rules of the same rank or the next one.
fn alternatives(best: &Rule, matches: &[&Rule]) -> Vec<Alternative> {
    let mut list: Vec<Alternative> = Vec::new();
    for rule in matches.iter().filter(|rule| rule.rank() as u8 <= best.rank() as u8 + 1) {
        let class = rule.then.class;
        if class != best.then.class && list.iter().all(|a| a.class != class) && list.len() < MOST_NAMED {
            list.push(Alternative { class, rule: rule.id.clone() });
        }
    }
    list
}

/// A finer topic is named only for the gateways to which it belongs.
fn belongs(topic: &str, catalog: &Catalog, profile: Option<&Profile>) -> bool {
    catalog
        .topic(topic)
        .is_some_and(|t| t.profiles.is_empty() || profile.is_some_and(|p| t.profiles.contains(&p.id)))
}

/// No rule fits. A 4xx that nobody knows fails the same again.
fn unknown(facts: &Facts<'_>, catalog: &Catalog, profile: Option<&Profile>) -> Diagnosis {
    let defaults = Defaults::of(FailureClass::Unknown, catalog, profile);
    let refused = facts.status.is_some_and(|s| (400..500).contains(&s));
    Diagnosis {
        class: FailureClass::Unknown,
        cause: None,
        retryable: if refused { RetryVerdict::No } else { defaults.retryable },
        fallback: defaults.fallback,
        operator_action: defaults.operator_action,
        owner: defaults.owner,
        first_action: defaults.first_action,
        topic: defaults.topic,
        see_also: Vec::new(),
        because: Vec::new(),
        alternatives: Vec::new(),
        confirmed: false,
    }
}

/// What follows from a class, with the profile's own choice of topics.
struct Defaults {
    retryable: RetryVerdict,
    fallback: Fallback,
    operator_action: OperatorAction,
    owner: Owner,
    first_action: String,
    topic: String,
}

impl Defaults {
    fn of(class: FailureClass, catalog: &Catalog, profile: Option<&Profile>) -> Self {
        let own_topic = profile.and_then(|p| p.topics.get(class.as_str())).cloned();
        match catalog.class(class) {
            Some(known) => Self {
                retryable: known.retry,
                fallback: known.fallback,
                operator_action: known.operator_action,
                owner: known.owner,
                first_action: known.first_action.clone(),
                topic: own_topic.unwrap_or_else(|| known.topic.clone()),
            },
            // Only with a catalog whose classes are missing: nothing is promised.
            None => Self {
                retryable: RetryVerdict::No,
                fallback: Fallback::No,
                operator_action: OperatorAction::ContactSupport,
                owner: Owner::Unknown,
                first_action: String::new(),
                topic: own_topic.unwrap_or_else(|| "support_form".to_owned()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
