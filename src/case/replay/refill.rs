//! Puts something in the place of what a note does not hold.

use serde_json::{Map, Value};

use super::fixture::{Fixture, FixtureRequest, Pair};
use crate::case::isolate::harmless_of;
use crate::case::sanitize::{Shape, shape_of};

/// Nesting that is followed.
const DEEPEST: usize = 64;
/// Characters of a text that stands for another one.
const MOST_CHARS: usize = 2_000_000;
/// Places that are named.
const MOST_NAMED: usize = 50;

/// What may stand in the place of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// Nothing: every text has to be there.
    Original,
    /// For prompts harmless text of the same length.
    HarmlessPrompts,
    /// For every text harmless text of the same length; for a number 1.
    HarmlessAll,
}

/// What a request lacks, and what was put into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacking {
    /// Places that nothing stands for: the request cannot be sent.
    pub missing: Vec<String>,
    /// Places in which harmless text stands.
    pub replaced: Vec<String>,
    /// What is left out: headers and parameters without a value.
    pub left_out: Vec<String>,
}

/// The request of `fixture` with `texts` in the places that hold a shape. Credentials stay placeholders.
pub fn refill(fixture: &Fixture, texts: Texts) -> (FixtureRequest, Lacking) {
    let mut lacking = Lacking::default();
    let mut request = fixture.request.clone();
    request.headers = pairs(&request.headers, "headers", texts, &mut lacking);
    request.query = pairs(&request.query, "query", texts, &mut lacking);
    request.form_fields = pairs(&request.form_fields, "form_fields", texts, &mut lacking);
    for file in &request.files {
        note(&mut lacking.missing, format!("files.{file}"));
    }
    let whole = request.body.as_ref().and_then(Value::as_str).and_then(shape_of).is_some();
    if whole {
        // A body that is no JSON leaves as one line on its shape.
        note(&mut lacking.missing, "body".to_owned());
    } else if let Some(body) = &request.body {
        request.body = Some(value(body, "body", 0, texts, &mut lacking));
    }
    (request, lacking)
}

fn note(list: &mut Vec<String>, place: String) {
    if list.len() < MOST_NAMED && !list.contains(&place) {
        list.push(place);
    }
}

fn pairs(list: &[Pair], place: &str, texts: Texts, lacking: &mut Lacking) -> Vec<Pair> {
    let mut out = Vec::new();
    for pair in list {
        let place = format!("{place}.{}", pair.name);
        match &pair.value {
            None => note(&mut lacking.left_out, place),
            Some(_) if shape_of(&pair.name).is_some() => note(&mut lacking.missing, place),
            // A key is asked for.
            Some(own) if shape_of(own) == Some(Shape::Credential) => out.push(pair.clone()),
            Some(own) => {
                let filled = text(own, &place, texts, lacking).unwrap_or_else(|| own.clone());
                out.push(Pair { name: pair.name.clone(), value: Some(filled) });
            }
        }
    }
    out
}

fn value(own: &Value, place: &str, depth: usize, texts: Texts, lacking: &mut Lacking) -> Value {
    if depth > DEEPEST {
        note(&mut lacking.missing, place.to_owned());
        return own.clone();
    }
    match own {
        Value::String(raw) => match shape_of(raw) {
            Some(Shape::Number) if texts == Texts::HarmlessAll => {
                note(&mut lacking.replaced, place.to_owned());
                Value::from(1)
            }
            _ => text(raw, place, texts, lacking).map_or_else(|| own.clone(), Value::String),
        },
        Value::Array(items) => {
            let below = |(at, item): (usize, &Value)| {
                value(item, &format!("{place}[{at}]"), depth + 1, texts, lacking)
            };
            Value::Array(items.iter().enumerate().map(below).collect())
        }
        Value::Object(fields) => {
            let mut out = Map::new();
            for (key, item) in fields {
                let below = format!("{place}.{key}");
                if key == "…" || shape_of(key).is_some() {
                    note(&mut lacking.missing, below);
                    continue;
                }
                out.insert(key.clone(), value(item, &below, depth + 1, texts, lacking));
            }
            Value::Object(out)
        }
        _ => own.clone(),
    }
}

/// What stands for `raw`; `None` where it stands for itself, or nothing can.
fn text(raw: &str, place: &str, texts: Texts, lacking: &mut Lacking) -> Option<String> {
    let shape = shape_of(raw)?;
    let chars = match (&shape, texts) {
        (Shape::Empty, _) => return Some(String::new()),
        (Shape::Prompt { chars }, Texts::HarmlessPrompts | Texts::HarmlessAll)
        | (Shape::Text { chars }, Texts::HarmlessAll) => *chars,
        _ => {
            note(&mut lacking.missing, place.to_owned());
            return None;
        }
    };
    note(&mut lacking.replaced, place.to_owned());
    Some(harmless_of(chars.min(MOST_CHARS)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fixture(body: &Value) -> Fixture {
        let note = json!({"case_id": "CF-20260401-7QAAAAAA", "created_at": "2026-04-01T10:00:00Z", "diagnosis": {"failure_class": "auth"},
            "request": {"method": "POST", "path": "/v1/chat/completions", "body": body,
                "headers": [{"name": "Authorization", "value": "Bearer [key#1]"}, {"name": "X-Team"}],
                "query": [{"name": "user", "value": "[text: 4 chars]"}]}});
        Fixture::of(&note).expect("a fixture")
    }

    #[test]
    fn prompts_become_harmless_text_of_their_length_and_the_rest_is_asked_for() {
        let body = json!({"model": "m", "n": 3, "messages": [{"role": "user", "content": "[prompt: 312 chars]"}],
            "note": "[text: 9 chars]", "image": "[image/png: 900 bytes]", "limit": "[number]", "[key name: 3 chars]": 1,
            "said": "see [key#1] there", "list": ["a", "[… 3 more]"]});
        let (request, lacking) = refill(&fixture(&body), Texts::HarmlessPrompts);
        let body = request.body.expect("a body");
        let content = body.pointer("/messages/0/content").and_then(Value::as_str).expect("a text");
        assert_eq!(content.chars().count(), 312);
        assert_eq!(lacking.replaced, ["body.messages[0].content"]);
        let missing = [
            "query.user",
            "body.note",
            "body.image",
            "body.limit",
            "body.[key name: 3 chars]",
            "body.said",
            "body.list[1]",
        ];
        assert_eq!(lacking.missing, missing);
        assert_eq!(lacking.left_out, ["headers.X-Team"]);
        assert_eq!(request.headers.len(), 1);
    }

    #[test]
    fn nothing_is_replaced_unasked_and_everything_on_request() {
        let body = json!({"messages": [{"content": "[prompt: 5 chars]"}], "note": "[text: 9 chars]", "limit": "[number]"});
        let (_, lacking) = refill(&fixture(&body), Texts::Original);
        assert_eq!(lacking.missing, ["query.user", "body.messages[0].content", "body.note", "body.limit"]);
        let (request, lacking) = refill(&fixture(&body), Texts::HarmlessAll);
        assert!(lacking.missing.is_empty(), "{lacking:?}");
        assert_eq!(request.body.expect("a body").pointer("/limit"), Some(&Value::from(1)));
    }

    #[test]
    fn a_body_that_is_no_json_has_to_be_given() {
        let (_, lacking) = refill(&fixture(&json!("[text: 90 bytes]")), Texts::HarmlessAll);
        assert_eq!(lacking.missing, ["body"]);
    }
}
