//! A note for readers who are anybody: models and the operator's own names become placeholders.

use serde_json::Value;

/// Where a note names a model.
const MODELS: [&str; 4] =
    ["/model_reference", "/request/model", "/response/returned_model", "/contract/pins/model"];
/// Where it names the operator and what is theirs.
const OWN: [(&str, &str); 3] = [
    ("/operator", "operator"),
    ("/environment/service", "service"),
    ("/environment/deployment", "deployment"),
];
/// A shorter name could stand anywhere by chance.
const SHORTEST: usize = 3;

/// The keys and values of `note` as anybody may read them. Doing it twice changes nothing more.
#[must_use]
pub fn for_public(mut note: Value) -> Value {
    let text = |note: &Value, place: &str| note.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let mut names: Vec<(String, String)> = Vec::new();
    for place in MODELS {
        if let Some(name) = text(&note, place).filter(|name| name.len() >= SHORTEST && !name.starts_with('['))
            && names.iter().all(|(known, _)| *known != name)
        {
            let placeholder = format!("[model#{}]", names.len() + 1);
            names.push((name, placeholder));
        }
    }
    for (place, word) in OWN {
        let Some(name) = text(&note, place) else { continue };
        if !name.starts_with('[')
            && let Some(value) = note.pointer_mut(place)
        {
            *value = Value::String(format!("[{word}]"));
        }
    }
    // The longest first: one name may be the beginning of another.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut note = replaced(note, &names);
    if let Some(audience) = note.get_mut("audience") {
        *audience = Value::String("public".to_owned());
    }
    note
}

fn replaced(value: Value, names: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => {
            Value::String(names.iter().fold(text, |text, (name, by)| without(&text, name, by)))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| replaced(item, names)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, field)| (key, replaced(field, names))).collect())
        }
        other => other,
    }
}

/// `text` with `by` wherever `name` stands as a word of its own.
fn without(text: &str, name: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at(at);
        let after = found.get(name.len()..).unwrap_or_default();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let alone = !is_word(before.chars().next_back()) && !is_word(after.chars().next());
        out.push_str(before);
        out.push_str(if alone { by } else { name });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_note_names_no_model_and_no_operator() {
        let note = crate::case::note::read(include_str!("../../../tests/golden/unknown-model/note.yaml"));
        let public = for_public(note.expect("reads"));
        let text = public.to_string();
        assert!(!text.contains("practise-ok") && text.contains("for model [model#1] under"), "{text}");
        assert_eq!(public.pointer("/audience").and_then(Value::as_str), Some("public"));
        assert_eq!(public.pointer("/operator").and_then(Value::as_str), Some("[operator]"));
        assert_eq!(crate::case::note::validate(&text).len(), 0);
        assert_eq!(for_public(public.clone()), public, "twice is once");
    }

    #[test]
    fn only_whole_names_go() {
        assert_eq!(
            without("gpt-4o, gpt-4omni and xgpt-4o (gpt-4o)", "gpt-4o", "[m]"),
            "[m], gpt-4omni and xgpt-4o ([m])"
        );
    }
}
