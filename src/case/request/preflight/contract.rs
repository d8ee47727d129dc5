//! Runs the checks of `contract.yaml` over a body.

use std::collections::HashSet;

use serde_json::Value;

use super::payload;
use crate::case::catalog::{Check, Condition, Contract, Kind, Severity};
use crate::case::finding::Level;
use crate::case::pointer;
use crate::case::request::Header;

/// Places of one check, so that a thousand wrong parts do not make a thousand findings.
const MOST_PER_CHECK: usize = 3;
/// Values that one condition looks at; a longer list is judged by its beginning.
const MOST_VISITED: usize = 5_000;

/// What is asked of.
pub(super) struct Subject<'a> {
    /// The body, or what stands for a form: an object with a text or a description of a file for each part.
    pub(super) body: &'a Value,
    /// It stands for a form.
    pub(super) form: bool,
    /// Bytes of the body as written.
    pub(super) bytes: usize,
    /// The headers.
    pub(super) headers: &'a [Header],
    /// The model's name.
    pub(super) model: Option<&'a str>,
    /// The id of the endpoint that is meant.
    pub(super) endpoint: Option<&'a str>,
    /// The path as written, and as the catalog writes it.
    pub(super) paths: &'a [&'a str],
    /// The profile's id.
    pub(super) profile: Option<&'a str>,
}

/// What a check found, and where: JSON pointers.
pub(super) struct Hit<'a> {
    /// The check.
    pub(super) check: &'a Check,
    /// Its places; never empty.
    pub(super) places: Vec<String>,
}

/// The checks that find something, in their order.
pub(super) fn run<'a>(contract: &'a Contract, subject: &Subject<'_>) -> Vec<Hit<'a>> {
    contract
        .checks
        .iter()
        .filter(|check| {
            check.is_for(subject.endpoint, subject.paths)
                && (check.profiles.is_empty()
                    || subject.profile.is_some_and(|id| check.profiles.iter().any(|p| p == id)))
        })
        .filter_map(|check| subject.places(check).map(|places| Hit { check, places }))
        .collect()
}

/// The level of a finding for a check's.
pub(super) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Info,
    }
}

/// A step into the body.
#[derive(Clone, Copy)]
enum Step<'v> {
    Name(&'v str),
    Index(usize),
}

/// Where a condition held.
type Places<'v> = Vec<Vec<Step<'v>>>;

impl Subject<'_> {
    fn places(&self, check: &Check) -> Option<Vec<String>> {
        let mut found = Places::new();
        for (at, condition) in check.when.iter().enumerate() {
            let mut here = Places::new();
            if !self.holds(condition, self.body, &[], &mut here) {
                return None;
            }
            if at == 0 {
                found = here;
            }
        }
        let mut places: Vec<String> = match &check.place {
            Some(place) => vec![place.clone()],
            None => found.iter().take(MOST_PER_CHECK).map(|steps| pointer(steps)).collect(),
        };
        places.dedup();
        if places.is_empty() {
            places.push(String::new());
        }
        Some(places)
    }

    /// True where `condition` holds from `base` on, which stands at `above`.
    fn holds<'v>(
        &self,
        condition: &'v Condition,
        base: &'v Value,
        above: &[Step<'v>],
        found: &mut Places<'v>,
    ) -> bool {
        if !self.request_fits(condition) {
            return false;
        }
        if !condition.any.is_empty() && !condition.any.iter().any(|c| self.holds(c, base, above, found)) {
            return false;
        }
        if condition.at.is_empty() && !has_value_tests(condition) && condition.with.is_empty() {
            return true;
        }
        let steps = condition.at.steps();
        if condition.present == Some(false) {
            let mut visit = Visit::new(|value: &Value, _: &[Step<'v>]| !value.is_null());
            let there = visit.walk(base, steps, &mut above.to_vec());
            if !there && steps.iter().all(|s| s != "*") {
                found.push(above.iter().copied().chain(steps.iter().map(|s| Step::Name(s))).collect());
            }
            return !there;
        }
        let others: Option<HashSet<&str>> = condition.not_among.as_ref().map(|pointer| {
            let mut texts = HashSet::new();
            let mut visit = Visit::new(|value: &'v Value, _: &[Step<'v>]| {
                texts.extend(value.as_str());
                false
            });
            // It stands at the top only, where the base is the body.
            visit.walk(base, pointer.steps(), &mut Vec::new());
            texts
        });
        let before = found.len();
        let mut visit = Visit::new(|value: &'v Value, path: &[Step<'v>]| {
            let good = self.value_fits(condition, value)
                && others.as_ref().is_none_or(|o| value.as_str().is_some_and(|t| !o.contains(t)))
                && condition.with.iter().all(|c| self.holds(c, value, path, &mut Places::new()));
            if good {
                found.push(path.to_vec());
            }
            found.len() >= before + MOST_PER_CHECK
        });
        visit.walk(base, steps, &mut above.to_vec());
        found.len() > before
    }

    fn request_fits(&self, condition: &Condition) -> bool {
        let named = |name: &String| self.headers.iter().any(|h| h.name.eq_ignore_ascii_case(name));
        (condition.model.is_empty() || self.model.is_some_and(|m| condition.model.is_match(m)))
            && (condition.model_not.is_empty()
                || !self.model.is_some_and(|m| condition.model_not.is_match(m)))
            && condition.header.as_ref().is_none_or(named)
            && !condition.no_header.as_ref().is_some_and(named)
            && condition.bytes_above.is_none_or(|most| self.bytes > most)
            && condition.form.is_none_or(|form| form == self.form)
    }

    fn value_fits(&self, condition: &Condition, value: &Value) -> bool {
        // Null is what many clients write for "not given".
        if value.is_null() && !condition.kind.contains(&Kind::Null) {
            return false;
        }
        if !has_value_tests(condition) {
            return true;
        }
        let text = value.as_str();
        if text.is_some_and(refers) {
            return false;
        }
        if self.form && !(condition.kind.is_empty() && condition.kind_not.is_empty()) {
            // Everything in a form is text.
            return false;
        }
        let among = |list: &[Value]| list.iter().any(|v| self.same(v, value));
        let number = value.as_f64().or_else(|| text.filter(|_| self.form)?.trim().parse().ok());
        let is = |kinds: &[Kind]| kinds.contains(&kind_of(value));
        (condition.kind.is_empty() || is(&condition.kind))
            && !is(&condition.kind_not)
            && (condition.value.is_empty() || among(&condition.value))
            && (condition.value_not.is_empty()
                || (!value.is_array() && !value.is_object() && !among(&condition.value_not)))
            && condition.above.is_none_or(|most| number.is_some_and(|n| n > most))
            && condition.below.is_none_or(|least| number.is_some_and(|n| n < least))
            && condition.longer.is_none_or(|most| is_longer(value, most).unwrap_or(false))
            && condition
                .shorter
                .is_none_or(|least| least.checked_sub(1).and_then(|m| is_longer(value, m)) == Some(false))
            && (condition.matches.is_empty() || text.is_some_and(|t| condition.matches.is_match(t)))
            && (condition.matches_not.is_empty() || text.is_some_and(|t| !condition.matches_not.is_match(t)))
            && (condition.nowhere.is_empty() || !says(value, condition))
            && (condition.payload.is_empty()
                || text
                    .is_some_and(|t| condition.payload.iter().any(|p| payload::has(t, *p, &condition.media))))
            && condition.neighbours.as_ref().is_none_or(|name| has_twins(value, name))
    }

    fn same(&self, wanted: &Value, value: &Value) -> bool {
        match (wanted, value) {
            (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
            (Value::String(a), Value::String(b)) => a == b,
            (_, Value::String(b)) if self.form => b.trim().parse::<Value>().is_ok_and(|b| b == *wanted),
            _ => wanted == value,
        }
    }
}

/// True for a text that a variable or a secret is part of: what it will be is not known.
fn refers(text: &str) -> bool {
    // Base64 has no bracket: the quick search keeps a large payload cheap.
    text.starts_with("env:")
        || (text.as_bytes().contains(&b'[') && (text.contains("[env:") || text.contains("[key#")))
}

/// True where the condition asks for more than that the value is there.
fn has_value_tests(condition: &Condition) -> bool {
    !(condition.kind.is_empty()
        && condition.kind_not.is_empty()
        && condition.value.is_empty()
        && condition.value_not.is_empty()
        && condition.above.is_none()
        && condition.below.is_none()
        && condition.longer.is_none()
        && condition.shorter.is_none()
        && condition.matches.is_empty()
        && condition.matches_not.is_empty()
        && condition.nowhere.is_empty()
        && condition.payload.is_empty()
        && condition.not_among.is_none()
        && condition.neighbours.is_none())
}

/// A walk to every value under a pointer.
struct Visit<F> {
    each: F,
    left: usize,
}

impl<'v, F: FnMut(&'v Value, &[Step<'v>]) -> bool> Visit<F> {
    fn new(each: F) -> Self {
        Self { each, left: MOST_VISITED }
    }

    /// True where the visitor said that it has seen enough. As deep as the pointer is long.
    fn walk(&mut self, value: &'v Value, steps: &'v [String], path: &mut Vec<Step<'v>>) -> bool {
        let Some((step, rest)) = steps.split_first() else {
            self.left = self.left.saturating_sub(1);
            return (self.each)(value, path);
        };
        match value {
            Value::Object(members) => {
                let Some(member) = members.get(step) else { return false };
                self.enter(member, Step::Name(step), rest, path)
            }
            Value::Array(items) if step == "*" => {
                for (index, item) in items.iter().enumerate() {
                    if self.left == 0 || self.enter(item, Step::Index(index), rest, path) {
                        return true;
                    }
                    self.left = self.left.saturating_sub(1);
                }
                false
            }
            Value::Array(items) => {
                let index = step.parse().ok();
                let Some((index, item)) = index.and_then(|i: usize| Some((i, items.get(i)?))) else {
                    return false;
                };
                self.enter(item, Step::Index(index), rest, path)
            }
            _ => false,
        }
    }

    fn enter(
        &mut self,
        value: &'v Value,
        step: Step<'v>,
        rest: &'v [String],
        path: &mut Vec<Step<'v>>,
    ) -> bool {
        path.push(step);
        let enough = self.walk(value, rest, path);
        path.pop();
        enough
    }
}

fn pointer(steps: &[Step<'_>]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => format!("/{}", pointer::step(name)),
            Step::Index(index) => format!("/{index}"),
        })
        .collect()
}

fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}

/// True where the text, list or object has more than `most` characters, elements or members.
fn is_longer(value: &Value, most: usize) -> Option<bool> {
    match value {
        Value::String(text) => Some(text.len() > most && text.chars().nth(most).is_some()),
        Value::Array(items) => Some(items.len() > most),
        Value::Object(members) => Some(members.len() > most),
        _ => None,
    }
}

/// True where a text at or below `value` matches the condition's `nowhere`. As deep as the parser lets a body be.
fn says(value: &Value, condition: &Condition) -> bool {
    match value {
        Value::String(text) => refers(text) || condition.nowhere.is_match(text),
        Value::Array(items) => items.iter().any(|item| says(item, condition)),
        Value::Object(members) => members.values().any(|member| says(member, condition)),
        _ => false,
    }
}

fn has_twins(value: &Value, name: &str) -> bool {
    let Value::Array(items) = value else { return false };
    let texts = || items.iter().take(MOST_VISITED).map(|item| item.get(name).and_then(Value::as_str));
    texts().zip(texts().skip(1)).any(|(a, b)| a.is_some() && a == b)
}
