//! Bodies of trials: the failing one with places taken out, above the floor that the endpoint needs.

use crate::case::pointer;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::trial::{BodyId, endpoint};
use super::{Problem, harmless};

/// A prompt where the catalog has none for the endpoint.
const PROMPT: &str = "Reply with the word ok.";
/// The body of an endpoint that the catalog does not know keeps these, where the failing one has them.
pub(super) const USUAL: [&str; 4] = ["messages", "input", "prompt", "contents"];
/// Elements over which a size is spread.
const SPREAD: usize = 16;
/// Harmless text, again and again.
const PLAIN: &str = " plain words";
/// Children of one place that are looked at.
const MOST_CHILDREN: usize = 4_000;

/// The pointer of a top-level field.
pub(super) fn pointer_of(name: &str) -> String {
    format!("/{}", pointer::step(name))
}

/// The failing body, with harmless text where that is asked for.
pub(super) fn base(problem: &Problem<'_>, harmless: bool) -> Option<Value> {
    let json = problem.request.json()?;
    Some(if harmless { harmless::body(&json, problem.catalog).unwrap_or(json) } else { json })
}

/// What every body must have: the fields that the endpoint needs, with the smallest valid values; the model is the failing
/// request's.
pub(super) fn floor(problem: &Problem<'_>) -> Option<Value> {
    let own = problem.request.json()?;
    let own = own.as_object()?;
    let mut floor = Map::new();
    if let Some(endpoint) = endpoint(problem) {
        let minimal = endpoint.minimal_body.replace("\"{model}\"", "\"\"");
        let minimal: Value = serde_json::from_str(&minimal).unwrap_or_default();
        for field in &endpoint.required {
            if let Some(value) = minimal.get(&field.name) {
                floor.insert(field.name.clone(), value.clone());
            }
        }
    } else {
        for name in USUAL.into_iter().filter(|name| own.contains_key(*name)) {
            let value = match name {
                "messages" => serde_json::json!([{"role": "user", "content": PROMPT}]),
                "contents" => serde_json::json!([{"role": "user", "parts": [{"text": PROMPT}]}]),
                _ => Value::from(PROMPT),
            };
            floor.insert(name.to_owned(), value);
        }
    }
    floor.shift_remove("model");
    match (own.get("model"), &problem.options.other_model) {
        (Some(model), _) => {
            floor.insert("model".to_owned(), model.clone());
        }
        (None, Some(model))
            if endpoint(problem).is_some_and(|e| e.required.iter().any(|f| f.name == "model")) =>
        {
            floor.insert("model".to_owned(), Value::from(model.as_str()));
        }
        _ => {}
    }
    Some(Value::Object(floor))
}

/// The places of the top level that can be taken out: fields that the endpoint does not need, needed ones that are not the
/// smallest already, and needed ones that are missing.
pub(super) fn units(problem: &Problem<'_>) -> Vec<String> {
    if !problem.request.form.is_empty() {
        return form_units(problem);
    }
    let (Some(own), Some(floor)) = (problem.request.json(), floor(problem)) else { return Vec::new() };
    let (Some(own), Some(floor)) = (own.as_object(), floor.as_object()) else { return Vec::new() };
    let present = own.iter().filter(|(name, value)| floor.get(*name) != Some(value)).map(|(name, _)| name);
    let missing = floor.keys().filter(|name| !own.contains_key(*name));
    present.chain(missing).map(|name| pointer_of(name)).collect()
}

fn form_units(problem: &Problem<'_>) -> Vec<String> {
    let needed = |name: &str| endpoint(problem).is_some_and(|e| e.required.iter().any(|f| f.name == name));
    let parts = problem.request.form.iter().filter(|part| !needed(&part.name) && part.name != "model");
    let units: BTreeSet<String> = parts.map(|part| pointer_of(&part.name)).collect();
    units.into_iter().collect()
}

/// The places directly below `pointer` of `body`.
pub(super) fn children(body: &Value, pointer: &str) -> Vec<String> {
    match body.pointer(pointer) {
        Some(Value::Object(fields)) => {
            fields.keys().take(MOST_CHILDREN).map(|name| format!("{pointer}{}", pointer_of(name))).collect()
        }
        // The last first: what came last is likelier to be new, and what must stand last fails only there.
        Some(Value::Array(items)) => {
            (0..items.len().min(MOST_CHILDREN)).rev().map(|at| format!("{pointer}/{at}")).collect()
        }
        _ => Vec::new(),
    }
}

/// The body that `id` names.
pub(super) fn made(problem: &Problem<'_>, id: &BodyId) -> Option<String> {
    let mut body = base(problem, id.harmless)?;
    let floor = floor(problem).unwrap_or_default();
    // Values first: what is taken out of an array moves the rest.
    for pointer in &id.simple {
        if let Some(value) = body.pointer_mut(pointer) {
            *value = simple(value);
        }
    }
    if let Some((pointer, number)) = &id.number {
        let value = body.pointer_mut(pointer)?;
        *value = if value.is_string() {
            Value::from("a".repeat(usize::try_from(*number).unwrap_or(0)))
        } else {
            Value::from(*number)
        };
    }
    let mut places: Vec<&String> = id.without.iter().collect();
    // From the end on: what is taken out of an array moves nothing that still has to be found.
    places.sort_by(|a, b| by_place(b, a));
    for pointer in places {
        take_out(&mut body, &floor, pointer);
    }
    let mut text = body.to_string();
    if let Some(bytes) = id.padded {
        text = if id.spread { spread(body, bytes)? } else { padded(body, text.len(), bytes)? };
    } else if id.without.is_empty() && id.simple.is_empty() {
        // Blanks hold the size, so that a limit of bytes is not mistaken for something in the words.
        let size = problem.request.body.as_deref().map_or(0, str::len);
        let held = text.len();
        text.extend(std::iter::repeat_n(' ', size.saturating_sub(held)));
    }
    Some(text)
}

/// By the numbers of arrays as numbers.
fn by_place(a: &str, b: &str) -> Ordering {
    let step = |text: &str| text.parse::<u64>().ok();
    let mut others = b.split('/');
    for own in a.split('/') {
        let Some(other) = others.next() else { return Ordering::Greater };
        let order = match (step(own), step(other)) {
            (Some(own), Some(other)) => own.cmp(&other),
            _ => own.cmp(other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    if others.next().is_some() { Ordering::Less } else { Ordering::Equal }
}

/// Takes the place out; puts the floor's value there where it has one.
fn take_out(body: &mut Value, floor: &Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let template = template(floor, pointer);
    let name = pointer::name(name);
    let emptied = match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            match template {
                Some(value) => {
                    fields.insert(name, value.clone());
                }
                None => {
                    fields.shift_remove(&name);
                }
            }
            false
        }
        Some(Value::Array(items)) => {
            if let Some(at) = name.parse().ok().filter(|at: &usize| *at < items.len()) {
                items.remove(at);
            }
            items.is_empty()
        }
        _ => false,
    };
    // Where the endpoint needs elements, its smallest ones come back; elsewhere an empty array stays one.
    if emptied && self::template(floor, parent).is_some() {
        take_out(body, floor, parent);
    }
}

/// What the floor has at `pointer`, where every element of an array is like its first.
fn template<'f>(floor: &'f Value, pointer: &str) -> Option<&'f Value> {
    let mut at = floor;
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    for (index, step) in steps.iter().enumerate() {
        at = match at {
            Value::Object(fields) => fields.get(&pointer::name(step))?,
            // An element is taken out, not replaced; what is in it may be.
            Value::Array(items) if index + 1 < steps.len() => items.first()?,
            _ => return None,
        };
    }
    Some(at)
}

/// A simple value of the same type.
fn simple(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::from("a"),
        Value::Number(_) => Value::from(1),
        Value::Bool(on) => Value::from(!on),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
        Value::Null => Value::Null,
    }
}

/// The body with so much harmless text in its first prompt that it has `bytes`.
fn padded(mut body: Value, held: usize, bytes: usize) -> Option<String> {
    lengthen(first_text(&mut body)?, bytes.checked_sub(held)?);
    Some(body.to_string())
}

/// The same in [`SPREAD`] elements instead of one.
fn spread(mut body: Value, bytes: usize) -> Option<String> {
    let name = USUAL.into_iter().find(|name| body.get(*name).is_some_and(Value::is_array))?;
    let items = body.get_mut(name)?.as_array_mut()?;
    let first = items.first()?.clone();
    items.resize(SPREAD, first);
    let missing = bytes.checked_sub(body.to_string().len())?;
    for (at, item) in body.get_mut(name)?.as_array_mut()?.iter_mut().enumerate() {
        let rest = if at == 0 { missing % SPREAD } else { 0 };
        lengthen(first_text(item)?, missing / SPREAD + rest);
    }
    Some(body.to_string())
}

/// So many bytes of harmless text behind it.
fn lengthen(text: &mut String, bytes: usize) {
    text.extend(PLAIN.chars().cycle().take(bytes));
}

/// The first prompt: a text under one of the usual names, however deep.
fn first_text(value: &mut Value) -> Option<&mut String> {
    fn below<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut String> {
        match value {
            Value::String(text) if matches!(key, "content" | "text" | "input" | "prompt") => Some(text),
            Value::Object(fields) => fields.iter_mut().find_map(|(key, value)| below(value, key)),
            Value::Array(items) => items.iter_mut().find_map(|item| below(item, key)),
            _ => None,
        }
    }
    below(value, "")
}
