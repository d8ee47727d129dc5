//! The shape of JSON: paths and types, values never; and how one shape differs from another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Deeper than this nothing is looked at.
const DEEPEST: usize = 32;

/// More paths than this are not kept.
const MOST_PATHS: usize = 1000;

/// A name that is longer than this, or no plain word, is data and no name.
const LONGEST_NAME: usize = 64;

/// Stands for a name that is data.
const ANY: &str = "*";

/// Paths (`choices[].message.content`) with the types that stand there (`null|string`). The items of a list are one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(BTreeMap<String, String>);

/// One difference between two shapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// A field that was not there before.
    New {
        /// Its path.
        path: String,
        /// Its types.
        now: String,
    },
    /// A field that is there no more.
    Gone {
        /// Its path.
        path: String,
        /// Its types before.
        before: String,
    },
    /// A field of other types, or a fact with another value.
    Changed {
        /// Its path, or the fact's name.
        path: String,
        /// Types or value before.
        before: String,
        /// Types or value now.
        now: String,
    },
}

impl Change {
    /// Every text of the case in it.
    pub(super) fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::New { path, now } => vec![path, now],
            Self::Gone { path, before } => vec![path, before],
            Self::Changed { path, before, now } => vec![path, before, now],
        }
    }

    /// In one line, for people.
    pub(super) fn line(&self) -> String {
        match self {
            Self::New { path, now } => format!("{path}: new, {now}"),
            Self::Gone { path, before } => format!("{path}: gone, was {before}"),
            Self::Changed { path, before, now } => format!("{path}: was {before}, is {now}"),
        }
    }

    /// The same below `place`.
    pub(super) fn below(mut self, place: &str) -> Self {
        let (Self::New { path, .. } | Self::Gone { path, .. } | Self::Changed { path, .. }) = &mut self;
        *path = format!("{place}.{path}");
        self
    }
}

impl Shape {
    /// The shape of several documents as one: the events of a stream, or one body.
    pub fn of<'v>(documents: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut types: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for document in documents {
            walk(document, "", 0, &mut types);
        }
        let joined = |kinds: BTreeSet<&str>| kinds.into_iter().collect::<Vec<_>>().join("|");
        Self(types.into_iter().map(|(path, kinds)| (path, joined(kinds))).collect())
    }

    /// The paths with their types.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, kinds)| (path.as_str(), kinds.as_str()))
    }

    /// The same shape with every path that `may_leave` refuses replaced.
    pub(super) fn keeping(self, may_leave: impl Fn(&str) -> bool) -> Self {
        let renamed = |path: String| if may_leave(&path) { path } else { ANY.to_owned() };
        Self(self.0.into_iter().map(|(path, kinds)| (renamed(path), kinds)).collect())
    }

    /// What changed from `before` to this one: new and changed paths, then those that are gone.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (path, now) in &self.0 {
            let (path, now) = (path.clone(), now.clone());
            match before.0.get(&path) {
                None => changes.push(Change::New { path, now }),
                Some(before) if *before != now => {
                    changes.push(Change::Changed { path, before: before.clone(), now });
                }
                Some(_) => {}
            }
        }
        for (path, kinds) in before.0.iter().filter(|(path, _)| !self.0.contains_key(*path)) {
            changes.push(Change::Gone { path: path.clone(), before: kinds.clone() });
        }
        changes
    }
}

fn walk(value: &Value, path: &str, depth: usize, types: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let at = if path.is_empty() { "$" } else { path };
    if depth > DEEPEST || (types.len() >= MOST_PATHS && !types.contains_key(at)) {
        return;
    }
    types.entry(at.to_owned()).or_default().insert(kind_of(value));
    match value {
        Value::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (name, value) in fields {
                walk(value, &format!("{path}{dot}{}", plain(name)), depth + 1, types);
            }
        }
        Value::Array(items) => {
            let below = format!("{path}[]");
            for item in items {
                walk(item, &below, depth + 1, types);
            }
        }
        _ => {}
    }
}

fn plain(name: &str) -> &str {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let is_name = name.len() <= LONGEST_NAME
        && name.bytes().all(is_word)
        && name.bytes().any(|b| b.is_ascii_alphabetic());
    if is_name { name } else { ANY }
}

/// The type of a JSON value, as the catalog writes it.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_never_stand_in_a_shape() {
        let shape = Shape::of([&json!({"a": [{"b": 1}, {"b": null, "c": "x"}], "a b": true, "9": 1, "": 2})]);
        let paths: Vec<String> = shape.paths().map(|(p, k)| format!("{p}: {k}")).collect();
        assert_eq!(
            paths,
            [
                "$: object",
                "*: boolean|number",
                "a: array",
                "a[]: object",
                "a[].b: null|number",
                "a[].c: string"
            ]
        );
    }

    #[test]
    fn differences_are_told_field_by_field() {
        let shape = |value: Value| Shape::of([&value]);
        let before = shape(json!({"kept": 1, "gone": "x", "turned": 1}));
        let now = shape(json!({"kept": 2, "turned": "1", "new": []}));
        let told: Vec<String> = now.changes_since(&before).iter().map(Change::line).collect();
        assert_eq!(told, ["new: new, array", "turned: was number, is string", "gone: gone, was string"]);
        assert!(now.changes_since(&now).is_empty());
    }

    #[test]
    fn a_bottomless_document_is_bounded() {
        let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": inner }));
        let wide = Value::Object((0..5000).map(|n| (format!("k{n}"), json!(n))).collect());
        assert!(Shape::of([&deep]).paths().count() <= DEEPEST + 1);
        assert!(Shape::of([&wide]).paths().count() <= MOST_PATHS);
    }
}
