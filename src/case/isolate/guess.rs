//! Places that the gateway's words point to: by a path (`messages[6].content[1].type`), or by a value in quotes.

use crate::case::pointer;
use serde_json::Value;

/// Places that are tried.
const MOST: usize = 1;
/// Values that are looked at.
const MOST_VALUES: usize = 20_000;
/// A value that stands at more places than this points nowhere.
const MOST_TWINS: usize = 1;

/// The words of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `error.param`.
    pub(super) param: Option<String>,
    /// Its sentences.
    pub(super) messages: Vec<String>,
}

/// Places of `body`, the likeliest first.
pub(super) fn places(body: &Value, said: &Said) -> Vec<String> {
    let mut places = Vec::new();
    let words = said.messages.iter().flat_map(|text| {
        text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ',' | '(' | ')'))
    });
    for word in said.param.as_deref().into_iter().chain(words) {
        push(&mut places, pointer(word).filter(|p| p.matches('/').count() > 1 && body.pointer(p).is_some()));
    }
    for text in &said.messages {
        for quoted in quoted(text) {
            let mut found = Vec::new();
            holders(body, &mut String::new(), quoted, &mut found, &mut 0);
            if found.len() <= MOST_TWINS {
                push(&mut places, found.pop().filter(|p| p.matches('/').count() > 1));
            }
        }
    }
    places.truncate(MOST);
    places
}

fn push(places: &mut Vec<String>, place: Option<String>) {
    if let Some(place) = place.filter(|place| !places.contains(place)) {
        places.push(place);
    }
}

/// `messages[6].content[1].type`, `$.messages.6.content`, `/messages/6/content`, `body -> messages -> 6` as a pointer.
fn pointer(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != ']' && c != '_');
    let steps: Vec<&str> =
        word.split(['.', '[', ']', '/']).filter(|step| !step.is_empty() && *step != "body").collect();
    let plain = |step: &&str| step.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (steps.len() > 1 && steps.iter().all(plain)).then(|| format!("/{}", steps.join("/")))
}

/// What stands in quotes.
fn quoted(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for mark in ['\'', '"', '`'] {
        out.extend(text.split(mark).skip(1).step_by(2).filter(|part| !part.is_empty() && part.len() < 200));
    }
    out
}

/// Places whose value is `wanted`; not the model's, which every message names.
fn holders(value: &Value, at: &mut String, wanted: &str, found: &mut Vec<String>, looked: &mut usize) {
    *looked += 1;
    if *looked > MOST_VALUES || found.len() > MOST_TWINS {
        return;
    }
    let length = at.len();
    match value {
        Value::String(text) if text == wanted => found.push(at.clone()),
        Value::Object(fields) => {
            for (name, value) in fields {
                at.push('/');
                at.push_str(&pointer::step(name));
                holders(value, at, wanted, found, looked);
                at.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                at.push('/');
                at.push_str(&index.to_string());
                holders(value, at, wanted, found, looked);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_quoted_value_points_to_a_place() {
        let body = serde_json::json!({"model": "m", "messages": [{"role": "user"}, {"role": "usr", "content": [{"type": "x"}]}],
            "tools": [{"function": {"parameters": {"type": "list"}}}, {"function": {"parameters": {"type": "object"}}}]});
        let table: [(Option<&str>, &str, &[&str]); 7] = [
            (Some("messages[1].role"), "bad", &["/messages/1/role"]),
            (None, "Invalid value at messages.1.content.0.type: x", &["/messages/1/content/0/type"]),
            (None, "schema: 'list' is not valid", &["/tools/0/function/parameters/type"]),
            (Some("tools"), "bad", &[]),
            (None, "the model 'm' is not known", &[]),
            (Some("messages[9].role"), "bad", &[]),
            (None, "'usr' is not one of ['user', 'system']", &["/messages/1/role"]),
        ];
        for (param, message, expected) in table {
            let said = Said { param: param.map(str::to_owned), messages: vec![message.to_owned()] };
            assert_eq!(places(&body, &said), expected, "{message}");
        }
    }
}
