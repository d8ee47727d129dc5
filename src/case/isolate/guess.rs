//! Places that the gateway's words point to: by a path (`messages[6].content[1].type`), by a value in quotes, or by one that is
//! a word of the sentence (`Unexpected role: observer`).

use std::collections::BTreeMap;

use crate::case::pointer;
use serde_json::Value;

/// Places that are tried.
const MOST: usize = 1;
/// Letters of a word that may be a value.
const LEAST_WORD: usize = 4;
/// Words that are looked for.
const MOST_WORDS: usize = 60;
/// Values that are looked at.
const MOST_VALUES: usize = 20_000;
/// Places of one value that are kept: at more than one it points nowhere.
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
    let quoted: Vec<&str> = said.messages.iter().flat_map(|text| quoted(text)).collect();
    let plain: Vec<&str> = said.messages.iter().flat_map(|text| plain(text)).take(MOST_WORDS).collect();
    let mut values = Values {
        found: quoted.iter().chain(&plain).map(|wanted| (*wanted, Vec::new())).collect(),
        looked: 0,
    };
    values.walk(body, &mut String::new());
    for wanted in quoted.into_iter().chain(plain) {
        push(&mut places, values.only(wanted));
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

/// The words of a sentence that may be a value, the last first: what is wrong stands behind what is said of it.
fn plain(text: &str) -> impl Iterator<Item = &str> {
    text.rsplit(|c: char| !c.is_alphanumeric() && !"_-./".contains(c)).filter(|word| word.len() >= LEAST_WORD)
}

/// Where the values stand that are looked for.
struct Values<'w> {
    found: BTreeMap<&'w str, Vec<String>>,
    looked: usize,
}

impl Values<'_> {
    fn walk(&mut self, value: &Value, at: &mut String) {
        self.looked += 1;
        if self.looked > MOST_VALUES {
            return;
        }
        let length = at.len();
        let mut step = |values: &mut Self, name: &str, value: &Value| {
            at.push('/');
            at.push_str(name);
            values.walk(value, at);
            at.truncate(length);
        };
        match value {
            Value::String(text) => {
                if let Some(places) = self.found.get_mut(text.as_str()).filter(|p| p.len() <= MOST_TWINS) {
                    places.push(at.clone());
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    step(self, &pointer::step(name), value);
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    step(self, &index.to_string(), value);
                }
            }
            _ => {}
        }
    }

    /// The only place of this value, below the top: every message names the model.
    fn only(&self, wanted: &str) -> Option<String> {
        let places = self.found.get(wanted)?;
        let [place] = places.as_slice() else { return None };
        (place.matches('/').count() > 1).then(|| place.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_a_quoted_value_points_to_a_place() {
        let body = serde_json::json!({"model": "m", "messages": [{"role": "user"}, {"role": "usr", "content": [{"type": "x"}]}, {"role": "narrator"}],
            "tools": [{"function": {"parameters": {"type": "list"}}}, {"function": {"parameters": {"type": "object"}}}]});
        let table: [(Option<&str>, &str, &[&str]); 9] = [
            (Some("messages[1].role"), "bad", &["/messages/1/role"]),
            (None, "Invalid value at messages.1.content.0.type: x", &["/messages/1/content/0/type"]),
            (None, "schema: 'list' is not valid", &["/tools/0/function/parameters/type"]),
            (Some("tools"), "bad", &[]),
            (None, "the model 'm' is not known", &[]),
            (Some("messages[9].role"), "bad", &[]),
            (None, "Unexpected role: narrator", &["/messages/2/role"]),
            (None, "Unexpected role: function, or narrators", &[]),
            (None, "'usr' is not one of ['user', 'system']", &["/messages/1/role"]),
        ];
        for (param, message, expected) in table {
            let said = Said { param: param.map(str::to_owned), messages: vec![message.to_owned()] };
            assert_eq!(places(&body, &said), expected, "{message}");
        }
    }
}
