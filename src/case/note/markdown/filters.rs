//! The filters of a template. Only these make text that is printed as it stands, and each of them made it harmless first.
//!
//! The engine's own filters that cut or change text keep the mark "harmless" on what they made of harmless text: taking
//! the backticks away from a code span would then set free what stood in it. So they see all texts without that mark here,
//! and `safe`, which only sets the mark, is not there.

use minijinja::value::{Rest, Serde};
use minijinja::{Environment, Error, Output, State, Value, filters};

use super::escape;
use crate::case::note::Gap;

/// Stands before and after each printed value until [`apart`] takes it away. No evidence can bring one.
const BOUND: char = '\u{1}';

/// Prints a harmless value with its bounds.
pub(super) fn write_bounded(out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    write!(out, "{BOUND}{value}{BOUND}").map_err(Error::from)
}

/// Puts a blank between a value's backticks and those beside it, which would end each other's code otherwise.
pub(super) fn apart(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bound = false;
    for c in text.chars() {
        if c == BOUND {
            bound = true;
            continue;
        }
        if bound && c == '`' && out.ends_with('`') {
            out.push(' ');
        }
        bound = false;
        out.push(c);
    }
    out
}

/// Puts the filters into `environment`.
pub(super) fn put_into(environment: &mut Environment<'_>) {
    environment.remove_filter("safe");
    for name in ["text", "e", "escape"] {
        environment.add_filter(name, |value: &Value| harmless(value, escape::text));
    }
    environment.add_filter("code", |value: &Value| harmless(value, escape::code));
    environment.add_filter("cell", |value: &Value| harmless(value, escape::cell));
    environment.add_filter("block", |value: &Value, language: Option<String>| {
        harmless(value, |text| escape::block(text, &language.unwrap_or_default()))
    });
    environment.add_filter("link", |url: &Value, title: Option<String>| {
        harmless(url, |url| escape::link(url, title.as_deref().unwrap_or(url)))
    });
    environment.add_filter("by_reason", |Serde(gaps): Serde<Vec<Gap>>| Value::from(Serde(by_reason(gaps))));
    environment.add_filter("join", join);
    for (name, filter) in [
        ("upper", Value::from_function(filters::upper)),
        ("lower", Value::from_function(filters::lower)),
        ("title", Value::from_function(filters::title)),
        ("capitalize", Value::from_function(filters::capitalize)),
        ("replace", Value::from_function(filters::replace)),
        ("trim", Value::from_function(filters::trim)),
        ("split", Value::from_function(filters::split)),
        ("lines", Value::from_function(filters::lines)),
        ("list", Value::from_function(filters::list)),
        ("reverse", Value::from_function(filters::reverse)),
        ("first", Value::from_function(filters::first)),
        ("last", Value::from_function(filters::last)),
        ("indent", Value::from_function(filters::indent)),
        ("format", Value::from_function(filters::format)),
        ("string", Value::from_function(filters::string)),
    ] {
        environment.add_filter(name, move |state: &mut State<'_, '_>, Rest(values): Rest<Value>| {
            let plain: Vec<Value> = values.iter().map(unmarked).collect();
            filter.call(state, &plain).map(|made| unmarked(&made))
        });
    }
}

/// The text of a value, made harmless; nothing as `-`.
pub(super) fn harmless(value: &Value, escape: impl FnOnce(&str) -> String) -> Value {
    if value.is_none() {
        return Value::from_safe_string("-".to_owned());
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Value::from_safe_string(escape(&text.replace(BOUND, "")))
}

/// A harmless text as a text like any other.
fn unmarked(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if value.is_safe() => Value::from(text.replace(BOUND, "")),
        _ => value.clone(),
    }
}

/// The values, each harmless, with `between` between them. That may be blanks, letters and light punctuation only; the
/// rest of it is left out, because it could come from evidence too.
fn join(values: &Value, between: Option<&str>) -> Result<Value, Error> {
    let light = |c: &char| c.is_ascii_alphanumeric() || " ,;/·-".contains(*c);
    let between: String = between.unwrap_or("").chars().filter(light).collect();
    let mut out = String::new();
    for (at, value) in values.try_iter()?.enumerate() {
        if at > 0 {
            out.push_str(&between);
        }
        let value = if value.is_safe() { value } else { harmless(&value, escape::text) };
        out.push(BOUND);
        out.push_str(value.as_str().unwrap_or(""));
        out.push(BOUND);
    }
    Ok(Value::from_safe_string(out))
}

/// Gaps that have one reason, together, in the order of the first of them.
fn by_reason(gaps: Vec<Gap>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for Gap { field, why } in gaps {
        match reasons.iter_mut().find(|reason| reason.why == why) {
            Some(reason) => reason.fields.push(field),
            None => reasons.push(Reason { fields: vec![field], why }),
        }
    }
    reasons
}

/// Gaps with one reason.
#[derive(serde::Serialize)]
struct Reason {
    fields: Vec<String>,
    why: String,
}
