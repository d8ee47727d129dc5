//! Expected against observed, fact by fact.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::facts::Facts;
use super::shape::kind_of;
use crate::case::catalog::{Expected, Scalar};
use crate::case::vocabulary::CheckFact;

/// A fact that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The fact, or the place of a field.
    pub fact: String,
    /// What is right, several joined by ` or `.
    pub expected: String,
    /// What came.
    pub observed: String,
}

/// What is not as `expected`, by the accepted answer that comes nearest; empty: all is right.
pub(super) fn judge(expected: &Expected, facts: &Facts, document: Option<&Value>) -> Vec<Difference> {
    let by_answer = expected.accept.iter().map(|answer| differences(answer, facts));
    let mut list = by_answer.min_by_key(Vec::len).unwrap_or_default();
    for (pointer, kinds) in &expected.fields {
        let came = document.and_then(|json| json.pointer(pointer)).map_or("none", kind_of);
        if !kinds.split('|').any(|kind| kind == came) {
            list.push(Difference {
                fact: pointer.clone(),
                expected: kinds.replace('|', " or "),
                observed: came.to_owned(),
            });
        }
    }
    list
}

/// The facts of one accepted answer that did not come.
pub(super) fn differences(answer: &BTreeMap<CheckFact, Vec<Scalar>>, facts: &Facts) -> Vec<Difference> {
    let observed = |fact: &CheckFact| facts.get(fact).map_or("none", String::as_str);
    let wrong = |(fact, right): &(&CheckFact, &Vec<Scalar>)| {
        !right.iter().any(|value| value.to_string() == observed(fact))
    };
    let told = |(fact, right): (&CheckFact, &Vec<Scalar>)| Difference {
        fact: fact.to_string(),
        expected: right.iter().map(Scalar::to_string).collect::<Vec<_>>().join(" or "),
        observed: observed(fact).to_owned(),
    };
    answer.iter().filter(wrong).map(told).collect()
}
