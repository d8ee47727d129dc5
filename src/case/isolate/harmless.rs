//! Harmless text of the same shape: as many characters and bytes, the same words' lengths, lines and punctuation, and nothing
//! of the customer.

use serde_json::Value;

use crate::case::catalog::Catalog;

/// Fields whose text is a prompt even where it is a single word.
const PROMPTS: [&str; 6] = ["content", "text", "input", "prompt", "system", "instructions"];
/// A word for each length; longer ones are put together.
const WORDS: [&str; 8] = ["", "a", "of", "the", "word", "plain", "little", "morning"];
/// Nesting that is followed.
const MOST_DEPTH: usize = 64;

/// `text` with every word replaced.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = 0;
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            word += 1;
            continue;
        }
        put(&mut out, word);
        word = 0;
        out.push(match c.len_utf8() {
            1 if c.is_ascii_digit() => '1',
            2 if c.is_alphanumeric() => 'é',
            3 if c.is_alphanumeric() => '文',
            4 => '🙂',
            _ => c,
        });
    }
    put(&mut out, word);
    out
}

/// Harmless text of `chars` characters.
pub fn of_length(chars: usize) -> String {
    let words = WORDS.iter().filter(|word| !word.is_empty()).cycle();
    let mut out: String = words.flat_map(|word| word.chars().chain([' '])).take(chars).collect();
    if out.ends_with(' ') {
        // Some gateways trim what they count.
        out.pop();
        out.push('.');
    }
    out
}

/// A word of `length` letters.
fn put(out: &mut String, length: usize) {
    let Some(longest) = WORDS.last() else { return };
    for _ in 0..length / longest.len() {
        out.push_str(longest);
    }
    out.push_str(WORDS.get(length % longest.len()).copied().unwrap_or_default());
}

/// `body` with every text of the customer replaced; `None` where there is none.
pub fn body(body: &Value, catalog: &Catalog) -> Option<Value> {
    let mut made = body.clone();
    let mut changed = false;
    replace(&mut made, "", catalog, 0, &mut changed);
    changed.then_some(made)
}

fn replace(value: &mut Value, key: &str, catalog: &Catalog, depth: usize, changed: &mut bool) {
    if depth > MOST_DEPTH {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                replace(value, key, catalog, depth + 1, changed);
            }
        }
        // An element is what its array is.
        Value::Array(items) => {
            for item in items {
                replace(item, key, catalog, depth + 1, changed);
            }
        }
        Value::String(own) if is_text(own, key, catalog) => {
            let new = packed(own, catalog).unwrap_or_else(|| text(own));
            *changed |= new != *own;
            *own = new;
        }
        _ => {}
    }
}

/// JSON in a string (a tool call's arguments) stays JSON.
fn packed(own: &str, catalog: &Catalog) -> Option<String> {
    if !own.trim_start().starts_with('{') {
        return None;
    }
    let mut inner: Value = serde_json::from_str(own).ok()?;
    let mut changed = false;
    if let Value::Object(fields) = &mut inner {
        for value in fields.values_mut() {
            replace(value, "content", catalog, MOST_DEPTH - 4, &mut changed);
        }
    }
    Some(inner.to_string())
}

/// Text of a person: under a field that holds prompts, and no address, no data and no name.
fn is_text(text: &str, key: &str, catalog: &Catalog) -> bool {
    let key = key.to_ascii_lowercase();
    let is_link = text.starts_with("http:") || text.starts_with("https:") || text.starts_with("data:");
    // JSON in a string is looked into.
    let is_prose = text.contains(char::is_whitespace) || !text.is_ascii() || text.starts_with('{');
    !is_link && (PROMPTS.contains(&key.as_str()) || (is_prose && catalog.safe.prompt_fields.contains(&key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_stays_and_the_words_go() {
        for own in
            ["Ward 7: the patient, Ana!\n\tall well", "übermäßig 患者 😀x", "", "…", "supercalifragilistic"]
        {
            let made = text(own);
            assert_eq!((made.len(), made.chars().count()), (own.len(), own.chars().count()), "{own}");
            let spaces = |t: &str| t.chars().filter(|c| c.is_whitespace()).count();
            assert_eq!(spaces(&made), spaces(own));
            for word in own.split(|c: char| !c.is_alphabetic()).filter(|w| w.chars().count() > 3) {
                assert!(!made.contains(word), "{word} stays");
            }
        }
    }

    #[test]
    fn only_texts_of_people_are_replaced() {
        let catalog = Catalog::built_in();
        let own = serde_json::json!({"model": "gpt x", "messages": [
            {"role": "user", "name": "ana", "content": [{"type": "text", "text": "Hello"},
             {"type": "image_url", "image_url": {"url": "https://h.example/a b.png"}}]},
            {"role": "assistant", "tool_calls": [{"id": "c 1", "function": {"name": "f", "arguments": "{\"city\":\"Oslo\"}"}}]}],
            "stop": ["END"], "user": "u-1"});
        let made = body(&own, &catalog).expect("has text");
        assert_eq!(made.pointer("/messages/0/content/0/text"), Some(&Value::from("plain")));
        let arguments = made.pointer("/messages/1/tool_calls/0/function/arguments").and_then(Value::as_str);
        assert_eq!(arguments, Some("{\"city\":\"word\"}"));
        for same in ["/model", "/messages/0/role", "/messages/0/content/1/image_url/url", "/stop/0", "/user"]
        {
            assert_eq!(made.pointer(same), own.pointer(same), "{same}");
        }
        assert!(body(&serde_json::json!({"model": "m", "messages": []}), &catalog).is_none());
    }
}
