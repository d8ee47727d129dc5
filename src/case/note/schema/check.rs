//! The keywords of JSON Schema 2020-12 that the note's schema uses, and no others. A validator crate would add a dozen
//! packages and messages that quote values.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;
use serde_json::{Map, Value};

/// Something that the schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Keys and indices from the root.
    pub(super) path: Vec<String>,
    /// What is wrong. Quotes no value.
    pub(super) message: String,
}

/// More faults than anybody reads.
const MOST: usize = 200;

/// Checks `value` against `root`.
pub(super) fn check(root: &Value, value: &Value) -> Vec<Wrong> {
    let mut checker = Checker { root, path: Vec::new(), found: Vec::new() };
    checker.value(root, value);
    checker.found
}

/// The schema itself, or what its `$ref` names.
pub(super) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    named.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

struct Checker<'a> {
    root: &'a Value,
    path: Vec<String>,
    found: Vec<Wrong>,
}

impl Checker<'_> {
    fn wrong(&mut self, message: impl Into<String>) {
        if self.found.len() < MOST {
            self.found.push(Wrong { path: self.path.clone(), message: message.into() });
        }
    }

    fn at(&mut self, segment: String, check: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        check(self);
        self.path.pop();
    }

    fn value(&mut self, schema: &Value, value: &Value) {
        let schema = resolve(self.root, schema);
        if !self.kind(schema, value) {
            return;
        }
        self.words(schema, value);
        match value {
            Value::Object(fields) => self.object(schema, fields),
            Value::Array(items) => self.list(schema, items),
            Value::String(text) => self.text(schema, text),
            Value::Number(number) => self.number(schema, number),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn kind(&mut self, schema: &Value, value: &Value) -> bool {
        let kinds: Vec<&str> = match schema.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let fits = kinds.iter().any(|kind| is_kind(kind, value));
        if !fits {
            self.wrong(format!("this should be of type {}", kinds.join(" or ")));
        }
        fits
    }

    fn words(&mut self, schema: &Value, value: &Value) {
        if let Some(words) = schema.get("enum").and_then(Value::as_array)
            && !words.contains(value)
        {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            self.wrong(format!("this is none of the allowed words: {}", words.join(", ")));
        }
        if let Some(one) = schema.get("const")
            && one != value
        {
            self.wrong(format!("this should be {}", one.as_str().unwrap_or("the schema's constant")));
        }
        if let Some(forms) = schema.get("anyOf").and_then(Value::as_array)
            && !forms.iter().any(|form| check_part(self.root, form, value))
        {
            self.wrong("this fits none of the allowed forms");
        }
    }

    fn object(&mut self, schema: &Value, fields: &Map<String, Value>) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if let Some(name) = name.as_str()
                && !fields.contains_key(name)
            {
                self.wrong(format!("{name} is missing"));
            }
        }
        let known = schema.get("properties").and_then(Value::as_object);
        let further = schema.get("additionalProperties");
        for (name, value) in fields {
            match (known.and_then(|known| known.get(name)), further) {
                (Some(schema), _) => self.at(name.clone(), |c| c.value(schema, value)),
                (None, Some(Value::Bool(false))) => {
                    self.at(name.clone(), |c| c.wrong("this is not a key of this schema"));
                }
                (None, Some(schema)) => self.at(name.clone(), |c| c.value(schema, value)),
                (None, None) => {}
            }
        }
    }

    fn list(&mut self, schema: &Value, items: &[Value]) {
        if (items.len() as u64) < number(schema, "minItems").unwrap_or(0) {
            self.wrong("this list has too few entries");
        }
        if let Some(schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.at(index.to_string(), |c| c.value(schema, item));
            }
        }
    }

    fn text(&mut self, schema: &Value, text: &str) {
        if (text.chars().count() as u64) < number(schema, "minLength").unwrap_or(0) {
            self.wrong("this text is too short");
        }
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && !matches(pattern, text)
        {
            self.wrong("this does not have the form that the schema asks for");
        }
    }

    fn number(&mut self, schema: &Value, value: &serde_json::Number) {
        let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
        let Some(value) = value.as_f64() else { return };
        if limit("minimum").is_some_and(|least| value < least) {
            self.wrong("this number is too small");
        }
        if limit("maximum").is_some_and(|most| value > most) {
            self.wrong("this number is too large");
        }
    }
}

fn check_part(root: &Value, schema: &Value, value: &Value) -> bool {
    let mut checker = Checker { root, path: Vec::new(), found: Vec::new() };
    checker.value(schema, value);
    checker.found.is_empty()
}

fn number(schema: &Value, name: &str) -> Option<u64> {
    schema.get(name).and_then(Value::as_u64)
}

fn is_kind(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.as_f64().is_some_and(|n| n.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// The patterns of the schema, compiled once.
static PATTERNS: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);

fn matches(pattern: &str, text: &str) -> bool {
    // In ASCII there are ten digits; the pattern of all the others takes a hundred times as long to compile.
    let of_ascii = text.is_ascii() && !pattern.contains(r"\\");
    let pattern = if of_ascii { pattern.replace(r"\d", "[0-9]") } else { pattern.to_owned() };
    let mut patterns = PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = patterns.entry(pattern).or_insert_with_key(|pattern| Regex::new(pattern).ok());
    compiled.as_ref().is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Keywords that are checked here, and those that say nothing on validity.
    const KNOWN: &[&str] = &[
        "$schema",
        "$id",
        "$defs",
        "$ref",
        "title",
        "description",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "anyOf",
        "pattern",
        "minLength",
        "minItems",
        "minimum",
        "maximum",
    ];

    fn keywords(schema: &Value, found: &mut Vec<String>) {
        let Some(fields) = schema.as_object() else { return };
        for (name, value) in fields {
            found.push(name.clone());
            match name.as_str() {
                "properties" | "$defs" => {
                    value.as_object().expect("a map").values().for_each(|s| keywords(s, found));
                }
                "items" | "additionalProperties" => keywords(value, found),
                "anyOf" => value.as_array().expect("a list").iter().for_each(|s| keywords(s, found)),
                "pattern" => assert!(Regex::new(value.as_str().expect("text")).is_ok(), "{value}"),
                "$ref" => {
                    let pointer =
                        value.as_str().and_then(|r| r.strip_prefix('#')).expect("a local reference");
                    let root: Value = serde_json::from_str(super::super::SCHEMA).expect("parses");
                    assert!(root.pointer(pointer).is_some(), "{pointer}");
                }
                _ => {}
            }
        }
        // A reference stands for the whole schema here, so nothing that checks may stand beside it.
        if fields.contains_key("$ref") {
            assert!(fields.keys().all(|k| k == "$ref" || k == "description"), "{fields:?}");
        }
    }

    #[test]
    fn the_schema_uses_known_keywords_only() {
        let root: Value = serde_json::from_str(super::super::SCHEMA).expect("parses");
        let mut found = Vec::new();
        keywords(&root, &mut found);
        assert!(found.len() > 300, "the walk sees the schema");
        for name in found {
            assert!(KNOWN.contains(&name.as_str()), "{name} is not checked");
        }
    }

    #[test]
    fn keywords_hold() {
        let table = [
            (json!({"type": "integer"}), json!(1.5), 1),
            (json!({"type": "integer"}), json!(2.0), 0),
            (json!({"type": ["string", "null"]}), json!(null), 0),
            (json!({"type": ["string", "null"]}), json!(1), 1),
            (json!({"enum": ["a"]}), json!("b"), 1),
            (json!({"const": "a"}), json!("a"), 0),
            (json!({"const": "a"}), json!("b"), 1),
            (json!({"anyOf": [{"type": "string"}, {"minimum": 3}]}), json!(2), 1),
            (json!({"anyOf": [{"type": "string"}, {"minimum": 3}]}), json!(3), 0),
            (json!({"minimum": 0, "maximum": 9}), json!(10), 1),
            (json!({"minimum": 0, "maximum": 9}), json!(-1), 1),
            (json!({"minLength": 2}), json!("é"), 1),
            (json!({"pattern": "^a+$"}), json!("ab"), 1),
            (json!({"minItems": 1}), json!([]), 1),
            (json!({"items": {"type": "string"}}), json!(["a", 1, 2]), 2),
            (json!({"required": ["a"], "properties": {"a": {"type": "null"}}}), json!({}), 1),
            (json!({"additionalProperties": false}), json!({"a": 1, "b": 2}), 2),
            (json!({"additionalProperties": {"type": "string"}}), json!({"a": 1}), 1),
            (json!({"$defs": {"t": {"type": "string"}}, "items": {"$ref": "#/$defs/t"}}), json!([1]), 1),
        ];
        for (schema, value, expected) in table {
            assert_eq!(check(&schema, &value).len(), expected, "{schema} {value}");
        }
    }
}
