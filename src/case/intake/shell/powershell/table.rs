//! Tables that a script fills line by line: `$h.Add("A", "b")`, `$h["A"] = "b"`, `$h.A = "b"`. The variable keeps the table as
//! the literal that it would be.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::{Variables, identifier};
use crate::case::intake::web_request::literal;

/// More bytes than a table of headers or a body of one takes.
const LONGEST: usize = 1 << 20;

/// Puts the member that `line` (without its `$`) adds into the table of its variable; false where it adds none.
pub(super) fn added(line: &str, variables: &mut Variables) -> bool {
    let name = identifier(line);
    let Some(rest) = line.get(name.len()..).filter(|_| !name.is_empty()) else { return false };
    let Some(member) = member(rest, variables) else { return false };
    let known = variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (key, before) = known.map_or((name, ""), |(key, value)| (key.as_str(), value.as_str()));
    let inside = before.trim_end().strip_suffix('}').and_then(|table| Some(table.split_once("@{")?.1));
    let table = match inside {
        Some(inside) if inside.trim().is_empty() => format!("@{{{member}}}"),
        Some(inside) => format!("@{{{}; {member}}}", inside.trim_end().trim_end_matches(';')),
        None => format!("@{{{member}}}"),
    };
    if table.len() <= LONGEST {
        let key = key.to_owned();
        variables.insert(key, table);
    }
    true
}

/// `'name' = value` of what stands behind a variable.
fn member(rest: &str, variables: &Variables) -> Option<String> {
    let of = |name: &Value, value: &Value| {
        name.as_str().map(|name| format!("{} = {}", quoted(name), written(value, 0)))
    };
    let lower = rest.get(..5).unwrap_or("").to_ascii_lowercase();
    if lower == ".add(" {
        let inside = rest.get(4..)?;
        let len = super::closing(inside, 0);
        let list = literal(&format!("@{}", inside.get(..len)?), variables)?;
        let [name, value] = list.as_array()?.as_slice() else { return None };
        return of(name, value);
    }
    if let Some(inside) = rest.strip_prefix('[') {
        let (name, behind) = inside.split_once(']')?;
        let value = behind.trim_start().strip_prefix('=').filter(|value| !value.starts_with('='))?;
        let name = name.trim().trim_matches(['"', '\'']);
        return of(&Value::String(name.to_owned()), &literal(value.lines().next()?.trim(), variables)?);
    }
    let named = rest.strip_prefix('.')?;
    let name = identifier(named);
    let value =
        named.get(name.len()..)?.trim_start().strip_prefix('=').filter(|value| !value.starts_with('='))?;
    (!name.is_empty())
        .then(|| of(&Value::String(name.to_owned()), &literal(value.lines().next()?.trim(), variables)?))
        .flatten()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `value` as a literal.
pub(super) fn written(value: &Value, depth: usize) -> String {
    match value {
        Value::Null => "$null".to_owned(),
        Value::Bool(on) => format!("${on}"),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) if depth < 24 => {
            let each: Vec<String> = list.iter().map(|value| written(value, depth + 1)).collect();
            format!("@({})", each.join(", "))
        }
        Value::Object(table) if depth < 24 => {
            let mut out = "@{".to_owned();
            for (name, value) in table {
                let _ = write!(out, "{} = {}; ", quoted(name), written(value, depth + 1));
            }
            out.push('}');
            out
        }
        other => quoted(&other.to_string()),
    }
}
