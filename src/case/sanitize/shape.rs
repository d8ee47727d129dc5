//! Shapes: what may be said of a value that may not be shown. And the grammars of values that may.

use serde_json::Value;

use super::detect::looks_like_a_key;
use super::placeholder::measure;
use crate::case::catalog::Safe;
use crate::case::request::known_extension;

/// Words of a code that is a sentence.
const LONGEST_CODE: usize = 12;
/// Longest identifier that may be shown.
const LONGEST_IDENTIFIER: usize = 128;
/// Longest name of a field, header or parameter that may be shown.
const LONGEST_NAME: usize = 64;

/// A name or id as APIs use them: no spaces, no quotes, no key.
pub(super) fn is_identifier(text: &str) -> bool {
    (1..=LONGEST_IDENTIFIER).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b':' | b'@' | b'+' | b'-'))
        && !looks_like_a_key(text)
}

/// A code, a type or a parameter: an identifier, a place in a document (`tools[3].name`), or a sentence of the words of which
/// codes are made, as gRPC's and the names of statuses are. Any other sentence is somebody's text.
pub(super) fn may_be_a_code(text: &str, safe: &Safe) -> bool {
    let is_place = || text.is_ascii() && !text.contains(|c: char| c.is_whitespace() || c.is_ascii_control());
    let known = |word: &str| {
        word.bytes().all(|b| b.is_ascii_digit())
            || safe.code_words.iter().any(|own| own.eq_ignore_ascii_case(word))
    };
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    is_identifier(text)
        || text.chars().count() <= LONGEST_CODE * 12
            && (is_place() || words().count() <= LONGEST_CODE && words().all(known))
}

/// The name of a field, header or parameter.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && !text.is_empty()
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'_' | b'.' | b'/' | b':' | b'@' | b'$' | b'+' | b'-' | b'[' | b']')
        })
        && !looks_like_a_key(text)
}

/// A key that may not be shown.
pub(super) fn of_key(key: &str) -> String {
    measure("key name", key.chars().count(), "chars")
}

/// A role or part type: one lower-case word.
pub(super) fn is_plain_word(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The shape of a string: `[prompt: 312 chars]`, `[image/png: 900 bytes]` for a `data:` URL.
pub(super) fn of_string(text: &str, word: &str) -> String {
    data_url(text).unwrap_or_else(|| measure(word, text.chars().count(), "chars"))
}

fn data_url(text: &str) -> Option<String> {
    let head: String = text.chars().take(120).collect();
    let (kind, _) = head.strip_prefix("data:")?.split_once(',')?;
    let (media, base64) = kind.strip_suffix(";base64").map_or((kind, false), |media| (media, true));
    let media = media_type(media)?;
    let payload = text.split_once(',').map_or("", |(_, payload)| payload);
    let bytes = if base64 { decoded_bytes(payload) } else { payload.len() };
    Some(measure(&media, bytes, "bytes"))
}

/// Bytes that a base64 text stands for.
pub(super) fn decoded_bytes(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

/// A media type without its parameters, lower case; `None` where it is none, or says more than a type.
pub(super) fn media_type(text: &str) -> Option<String> {
    let media = text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let (top, sub) = media.split_once('/')?;
    let plain = (1..=40).contains(&sub.len())
        && sub.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'))
        && !looks_like_a_key(sub);
    let known = matches!(top, "image" | "audio" | "video" | "application" | "text" | "font" | "model");
    (known && plain).then_some(media)
}

/// `[file name: 14 chars, .png]`: a file's name is never shown, its ending only where it is one of a kind of file.
pub(super) fn of_file_name(name: &str) -> String {
    let chars = name.chars().count();
    match known_extension(name) {
        Some(ending) => format!("[file name: {chars} chars, .{ending}]"),
        None => measure("file name", chars, "chars"),
    }
}

/// A file's name without its known ending.
pub(super) fn stem(name: &str) -> &str {
    match known_extension(name) {
        Some(ending) => name.get(..name.len() - ending.len() - 1).unwrap_or(name),
        None => name,
    }
}

/// The decimal digits before the point; large exponents count as many.
pub(super) fn digits(number: &serde_json::Number) -> usize {
    let text = number.to_string();
    let text = text.trim_start_matches('-');
    if let Some((_, exponent)) = text.split_once(['e', 'E']) {
        return exponent
            .trim_start_matches('+')
            .parse::<i32>()
            .map_or(99, |e| usize::try_from(e.max(0)).unwrap_or(0) + 1);
    }
    text.split('.').next().unwrap_or("").len()
}

/// `[object: 3 keys]`, `[array: 12 items]`; scalars by their type.
pub(super) fn of_value(value: &Value, word: &str) -> String {
    match value {
        Value::Object(map) => measure("object", map.len(), "keys"),
        Value::Array(items) => measure("array", items.len(), "items"),
        Value::String(text) => of_string(text, word),
        Value::Number(_) => "[number]".to_owned(),
        Value::Bool(_) | Value::Null => value.to_string(),
    }
}

/// What to call a body that is no JSON.
pub(super) fn kind_of_bytes(content_type: Option<&str>, body: &[u8]) -> String {
    let head = body.trim_ascii_start().get(..64).unwrap_or(body.trim_ascii_start()).to_ascii_lowercase();
    if head.starts_with(b"<!doctype html") || head.starts_with(b"<html") {
        return "html".to_owned();
    }
    let media = content_type.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match media.as_str() {
        "text/html" | "application/xhtml+xml" => "html".to_owned(),
        "text/event-stream" => "event stream".to_owned(),
        m if m.ends_with("json") => "json".to_owned(),
        m if m.split_once('/').is_some_and(|(top, sub)| {
            matches!(top, "image" | "audio" | "video" | "font") && is_name(sub)
        }) =>
        {
            media
        }
        m if m.starts_with("text/") => "text".to_owned(),
        _ if std::str::from_utf8(body).is_ok() => "text".to_owned(),
        _ => "binary".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_tell_length_and_nothing_else() {
        assert_eq!(of_string("héllo", "prompt"), "[prompt: 5 chars]");
        assert_eq!(
            of_string(&format!("data:image/png;base64,{}", "A".repeat(1200)), "text"),
            "[image/png: 900 bytes]"
        );
        assert_eq!(of_string("data:secret words,x", "text"), "[text: 19 chars]");
        assert_eq!(of_value(&serde_json::json!([1, 2]), "text"), "[array: 2 items]");
        for (number, length) in [
            ("12", 2),
            ("-1234567890123", 13),
            ("1e30", 31),
            ("0.123456789012345", 1),
            ("41111111111111.5", 14),
        ] {
            assert_eq!(digits(&serde_json::from_str(number).expect("number")), length, "{number}");
        }
        assert_eq!(kind_of_bytes(None, b"\n<!DOCTYPE html><x>"), "html");
        assert_eq!(kind_of_bytes(Some("image/png"), b"\x89PNG"), "image/png");
        assert_eq!(kind_of_bytes(Some("application/json; charset=utf-8"), b"{"), "json");
        assert_eq!(kind_of_bytes(None, b"\xff\xfe"), "binary");
    }

    #[test]
    fn a_sentence_of_somebodys_is_no_code() {
        let catalog = crate::case::catalog::Catalog::built_in();
        for code in [
            "invalid_api_key",
            "tools[3].function.name",
            "messages.[0].content",
            "body -> messages -> 0",
            "com.amazon.coral.service#UnknownOperationException",
            "403 FORBIDDEN",
            "Too Many Requests",
            "invalid request_error",
            "No permission for the operation",
            "The caller does not have permission to execute the specified operation",
        ] {
            assert!(may_be_a_code(code, &catalog.safe), "{code}");
        }
        for text in [
            "Find the harbour of Trondheim",
            "please tell me a story",
            "the walrus was not found",
            "紫色的海象在午夜签名",
        ] {
            assert!(!may_be_a_code(text, &catalog.safe), "{text}");
        }
    }

    #[test]
    fn grammars_take_models_and_refuse_keys_and_prose() {
        for yes in [
            "gpt-4o",
            "anthropic/claude-3.5-sonnet:beta",
            "gemini-2.0-flash-001",
            "@cf/meta/llama-2-7b-chat-int8",
        ] {
            assert!(is_identifier(yes), "{yes}");
        }
        let key = format!("sk-{}", "aB3dE5fG7h".repeat(5));
        for no in ["", "two words", "naïve", key.as_str()] {
            assert!(!is_identifier(no), "{no}");
        }
    }
}
