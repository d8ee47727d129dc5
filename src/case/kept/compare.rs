//! Two notes, field by field. What differs between any two cases (ids, moments, durations) is set apart, so that what is
//! left says something.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::record::fingerprint;

/// Fields that are compared; more than any note has.
const MOST_FIELDS: usize = 20_000;

/// One field in which two notes differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Dotted path, `response.error.code`, `attempts[0].status`.
    pub field: String,
    /// The value in the first; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value in the second; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// How two notes differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Both have the same fingerprint: it is the same failure, or both worked.
    pub same_failure: bool,
    /// Fingerprint of the first; none where it worked.
    pub first: Option<String>,
    /// Fingerprint of the second.
    pub second: Option<String>,
    /// Fields with another value.
    pub changed: Vec<Change>,
    /// Fields that the second has only.
    pub new: Vec<Change>,
    /// Fields that the first has only.
    pub gone: Vec<Change>,
    /// Ids, moments and durations, which differ between any two cases.
    pub always_different: Vec<Change>,
}

/// Compares two notes, given as their keys and values.
pub fn compare(first: &Value, second: &Value) -> Comparison {
    let mut found = Vec::new();
    differences(first, second, &mut String::new(), &mut found);
    let (one, other) = (fingerprint(first).map(|f| f.id()), fingerprint(second).map(|f| f.id()));
    let mut comparison =
        Comparison { same_failure: one == other, first: one, second: other, ..Comparison::default() };
    for change in found {
        let list = match (&change.before, &change.after) {
            _ if always_differs(&change.field) => &mut comparison.always_different,
            (None, _) => &mut comparison.new,
            (_, None) => &mut comparison.gone,
            _ => &mut comparison.changed,
        };
        list.push(change);
    }
    comparison
}

fn differences(first: &Value, second: &Value, path: &mut String, found: &mut Vec<Change>) {
    if first == second || found.len() >= MOST_FIELDS {
        return;
    }
    let length = path.len();
    match (first, second) {
        (Value::Object(a), Value::Object(b)) => {
            let mut told = BTreeSet::new();
            for key in a.keys().chain(b.keys()).filter(|key| told.insert(key.as_str())) {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                pair(a.get(key), b.get(key), path, found);
                path.truncate(length);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let _ = write!(path, "[{index}]");
                pair(a.get(index), b.get(index), path, found);
                path.truncate(length);
            }
        }
        _ => pair_of_leaves(Some(first), Some(second), path, found),
    }
}

fn pair(first: Option<&Value>, second: Option<&Value>, path: &mut String, found: &mut Vec<Change>) {
    match (first, second) {
        (Some(first), Some(second)) => differences(first, second, path, found),
        (first, second) => pair_of_leaves(first, second, path, found),
    }
}

fn pair_of_leaves(first: Option<&Value>, second: Option<&Value>, path: &str, found: &mut Vec<Change>) {
    if found.len() < MOST_FIELDS {
        found.push(Change { field: path.to_owned(), before: first.cloned(), after: second.cloned() });
    }
}

/// True for a field that two cases of the same failure do not share.
fn always_differs(field: &str) -> bool {
    const NAMES: [&str; 16] = [
        "case_id",
        "created_at",
        "reviewed_at",
        "at",
        "address",
        "request_id",
        "client_request_id",
        "decoded_time",
        "cf_ray",
        "date",
        "clock_skew_s",
        "reproduction",
        "first",
        "last",
        "actual",
        "timing",
    ];
    const WHOLE: [&str; 4] = ["similar_cases", "redactions", "response.request_ids", "response.headers"];
    let name = field.rsplit('.').next().unwrap_or(field);
    let name = name.split('[').next().unwrap_or(name);
    NAMES.contains(&name)
        || (name.ends_with("_ms") && !field.starts_with("contract."))
        || WHOLE.iter().any(|whole| {
            field.strip_prefix(whole).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_sorted_into_their_lists() {
        let one = json!({"case_id": "a", "diagnosis": {"failure_class": "auth", "cause": "x"},
            "attempts": [{"index": 1, "timing": {"total_ms": 5}}], "contract": {"pins": {"timeouts": {"total_ms": 1}}}});
        let two = json!({"case_id": "b", "diagnosis": {"failure_class": "auth"}, "notes": "n",
            "attempts": [{"index": 1, "timing": {"total_ms": 6}}, {"index": 2}], "contract": {"pins": {"timeouts": {"total_ms": 2}}}});
        let found = compare(&one, &two);
        let fields = |list: &[Change]| list.iter().map(|c| c.field.clone()).collect::<Vec<_>>();
        assert!(found.same_failure);
        assert_eq!(fields(&found.changed), ["contract.pins.timeouts.total_ms"], "a deadline is a setting");
        assert_eq!(fields(&found.new), ["attempts[1]", "notes"]);
        assert_eq!(fields(&found.gone), ["diagnosis.cause"]);
        assert_eq!(fields(&found.always_different), ["case_id", "attempts[0].timing.total_ms"]);
        assert_eq!(compare(&one, &one).always_different, []);
    }

    #[test]
    fn another_failure_is_told() {
        let note =
            |status: u16| json!({"diagnosis": {"failure_class": "auth"}, "response": {"status": status}});
        assert!(!compare(&note(401), &note(403)).same_failure);
        assert!(!compare(&note(401), &json!({"diagnosis": {"failure_class": "none"}})).same_failure);
    }
}
