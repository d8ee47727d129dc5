//! The texts in what was logged of a request, however it was logged: as JSON, as a text that is JSON, cut off, or plain.

use serde::de::IgnoredAny;

use super::skim::{lossy, string_end, text, unescape};

/// JSON inside a text inside JSON, so many times.
const DEEPEST: usize = 4;

/// Members of requests in which a user speaks, be it with one word.
const SPOKEN: [&str; 8] =
    ["content", "text", "prompt", "input", "query", "contents", "instruction", "instructions"];

/// Gives each text of `raw`, a value as it is written in JSON, to `take`; escapes are undone. With it goes whether it stands
/// where a user speaks; else it may be a name or a setting.
pub(super) fn each_text(raw: &[u8], take: &mut dyn FnMut(&str, bool)) {
    if raw.first() == Some(&b'"') {
        if let Some(text) = text(raw) {
            of_text(&text, DEEPEST, true, take);
        }
    } else {
        of_text(&lossy(raw), DEEPEST, true, take);
    }
}

/// The same of a text that may be JSON.
pub(super) fn of_document(text: &str, take: &mut dyn FnMut(&str)) {
    of_text(text, DEEPEST, true, &mut |text, _| take(text));
}

fn of_text(text: &str, depth: usize, is_spoken: bool, take: &mut dyn FnMut(&str, bool)) {
    let begin = text.trim_start();
    let may_be_json = depth > 0 && begin.starts_with(['{', '[']);
    if may_be_json {
        strings(begin.as_bytes(), depth - 1, take);
    }
    // JSON that is cut off has names; `[INST] …` and what Python prints have none.
    let is_json = || begin.contains("\":") || serde_json::from_str::<IgnoredAny>(begin).is_ok();
    if !(text.is_empty() || may_be_json && is_json()) {
        take(text, is_spoken);
    }
}

/// What stands in quotation marks. A string without an end goes to the end of all.
fn strings(json: &[u8], depth: usize, take: &mut dyn FnMut(&str, bool)) {
    let mut rest = json;
    let mut inside = Vec::new();
    let mut is_spoken = false;
    while let Some(open) = memchr::memchr(b'"', rest) {
        let end = string_end(rest, open + 1);
        let inner = rest.get(open + 1..end.map_or(rest.len(), |end| end - 1)).unwrap_or_default();
        inside.clear();
        unescape(inner, &mut inside);
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
        let text = lossy(&inside);
        if rest.trim_ascii_start().first() == Some(&b':') {
            is_spoken = SPOKEN.contains(&text.as_ref());
            take(&text, false);
        } else {
            of_text(&text, depth, is_spoken, take);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(raw: &str) -> Vec<String> {
        let mut all = Vec::new();
        each_text(raw.as_bytes(), &mut |text, _| all.push(text.to_owned()));
        all
    }

    #[test]
    fn texts_are_found_however_they_were_logged() {
        let once = serde_json::json!({"a": ["it's\nso", {"b": 1}]}).to_string();
        let twice = serde_json::json!({"body": once}).to_string();
        let as_text = serde_json::Value::String(twice.clone()).to_string();
        for raw in [&once, &twice, &as_text, &once.replace('\'', "\\u0027")] {
            assert!(texts(raw).contains(&"it's\nso".to_owned()), "{raw}");
        }
        assert_eq!(texts("{\"a\":\"it is cu"), ["a", "it is cu"]);
        assert_eq!(texts("\"{\\\"a\\\":\\\"it is cu\""), ["a", "it is cu"]);
        assert_eq!(texts("\"[INST] do it [/INST]\""), ["[INST] do it [/INST]"]);
        assert_eq!(texts("\"{'a': 'do it'}\""), ["{'a': 'do it'}"]);
        assert_eq!(texts("\"plain \\\"and\\\" quoted\""), ["plain \"and\" quoted"]);
        assert_eq!(texts("\"\""), Vec::<String>::new());
        for broken in ["", "\"", "{", "{\"", "{\"\\", "[\"a\\\"", "null"] {
            let _ = texts(broken);
        }
    }
}
