//! A message inside the message: `litellm.RateLimitError: OpenAIException - {"error":{…}}`, `Error code: 429 - {'error': …}`.

use serde_json::Value;

use super::{Envelope, json, page};

/// A message longer than this is not searched, bytes.
const SEARCHED: usize = 64 * 1024;
/// At most so many opening braces are tried.
const TRIES: usize = 8;

/// Fills `inner_message`, `inner_code` and `title` from the message where it holds an envelope or a page.
pub(super) fn complete(envelope: &mut Envelope) {
    let Some(message) = envelope.message.as_deref().filter(|m| m.len() <= SEARCHED) else { return };
    if envelope.title.is_none() && page::holds_page(message) {
        envelope.title = page::title(message);
    }
    if envelope.inner_message.is_some() {
        return;
    }
    let Some(found) = embedded(message) else { return };
    if envelope.inner_code.is_none() {
        envelope.inner_code = found.code.filter(|c| !c.is_empty()).or(found.error_type);
    }
    envelope.inner_message = found.message;
}

/// What a text that is JSON (or holds it) states.
pub(super) fn embedded(text: &str) -> Option<Envelope> {
    text.char_indices()
        .filter(|(_, c)| *c == '{')
        .take(TRIES)
        .filter_map(|(at, _)| object_at(text.get(at..)?))
        // A choice of a good answer: what a model says is nobody's error.
        .filter(|value| value.get("message").is_none_or(|said| said.get("role").is_none()))
        .map(|value| json::envelope(&value, false))
        .find(|envelope| envelope.message.is_some())
}

/// The object that begins at the start of `text`, in JSON or as Python prints a dict.
fn object_at(text: &str) -> Option<Value> {
    if let Some(Ok(value)) = serde_json::Deserializer::from_str(text).into_iter::<Value>().next() {
        return Some(value);
    }
    // Python prints bytes as b'{\n "error"…': the line break stands there as two characters.
    if text.starts_with("{\\n") {
        let plain = text.replace("\\n", "\n").replace("\\'", "'");
        return serde_json::Deserializer::from_str(&plain).into_iter::<Value>().next()?.ok();
    }
    serde_json::from_str(&python_dict(text)?).ok()
}

/// Writes the Python dict at the start of `text` as JSON. `None` where it has no end.
fn python_dict(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut depth = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            '\'' | '"' => {
                python_string(c, &mut chars, &mut out)?;
                continue;
            }
            _ if c.is_ascii_alphabetic() => {
                let mut word = String::from(c);
                while let Some(more) = chars.next_if(char::is_ascii_alphanumeric) {
                    word.push(more);
                }
                out.push_str(match word.as_str() {
                    "None" => "null",
                    "True" => "true",
                    "False" => "false",
                    other => other,
                });
                continue;
            }
            _ => {}
        }
        out.push(c);
        if depth == 0 {
            return Some(out);
        }
    }
    None
}

fn python_string(
    quote: char,
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    out: &mut String,
) -> Option<()> {
    let mut value = String::new();
    loop {
        match chars.next()? {
            c if c == quote => break,
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                'x' => value.push(hex(chars, 2)?),
                'u' => value.push(hex(chars, 4)?),
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    out.push_str(&serde_json::to_string(&value).ok()?);
    Some(())
}

fn hex(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: usize) -> Option<char> {
    let text: String = chars.by_ref().take(digits).collect();
    Some(char::from_u32(u32::from_str_radix(&text, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER))
}
