//! Walks JSON without building it: what is not asked for is skipped at the speed of a search for bytes.
//!
//! It is lenient: what it skips is not judged, only that strings, objects and arrays end. It needs no stack, so that no depth
//! of nesting harms it.

use memchr::memchr2;

/// Bytes in which the end of a string is looked for without a call.
const NEAR: usize = 24;

/// The place of the first byte at or after `at` that is no white space.
pub(super) fn skip_space(json: &[u8], mut at: usize) -> usize {
    while json.get(at).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// One past the quote that ends the string whose first byte behind the opening quote is at `at`.
pub(super) fn string_end(json: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = json.get(at..)?;
        // Most strings are short: a call for each costs more than the look.
        let (near, looked) = near_mark(rest);
        let found = near.or_else(|| Some(looked + memchr2(b'"', b'\\', rest.get(looked..)?)?))?;
        if rest.get(found) == Some(&b'"') {
            return Some(at + found + 1);
        }
        at += found + 2;
    }
}

/// The first quote or backslash of `rest`, where it is near, and the bytes that were looked at, eight at a time.
fn near_mark(rest: &[u8]) -> (Option<usize>, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest high bit that is set is that of the first byte equal to `byte`.
    let equal = |word: u64, byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        zero.wrapping_sub(ONES) & !zero & HIGH
    };
    let mut looked = 0;
    for chunk in rest.chunks_exact(8).take(NEAR / 8) {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        let found = equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            return (Some(looked + found.trailing_zeros() as usize / 8), looked);
        }
        looked += 8;
    }
    (None, looked)
}

/// One past the end of the value that begins at `at`.
pub(super) fn value_end(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => string_end(json, at + 1),
        b'{' | b'[' => container_end(json, at),
        b',' | b':' | b'}' | b']' => None,
        _ => {
            let rest = json.get(at..)?;
            let len = rest.iter().position(|b| {
                matches!(b, b',' | b'}' | b']' | b'"' | b'{' | b'[' | b':' | b' ' | b'\t' | b'\n' | b'\r')
            });
            Some(at + len.unwrap_or(rest.len()))
        }
    }
}

fn container_end(json: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match json.get(at)? {
            b'"' => {
                at = string_end(json, at + 1)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The members of an object: the name as it is written between its quotes, and the value as it is written.
pub(super) struct Members<'j> {
    json: &'j [u8],
    at: usize,
    /// What follows is no member, and no end of the object.
    broken: bool,
    done: bool,
}

/// The members of the object that `json` begins with, white space before it allowed; none where it is no object.
pub(super) fn members(json: &[u8]) -> Members<'_> {
    let at = skip_space(json, 0);
    let is_object = json.get(at) == Some(&b'{');
    Members { json, at: at + 1, broken: !is_object, done: !is_object }
}

impl Members<'_> {
    /// After the last member: one past the end of the object; `None` where it has no end or something else stands in it.
    pub(super) fn end(&self) -> Option<usize> {
        (self.done && !self.broken).then_some(self.at)
    }
}

impl<'j> Iterator for Members<'j> {
    type Item = (&'j [u8], &'j [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        // What goes wrong from here on is a fault of the object.
        (self.done, self.broken) = (true, true);
        let json = self.json;
        let mut at = skip_space(json, self.at);
        if json.get(at) == Some(&b',') {
            at = skip_space(json, at + 1);
        }
        if json.get(at) == Some(&b'}') {
            (self.at, self.broken) = (at + 1, false);
            return None;
        }
        if json.get(at) != Some(&b'"') {
            return None;
        }
        let name_end = string_end(json, at + 1)?;
        let name = json.get(at + 1..name_end - 1)?;
        let colon = skip_space(json, name_end);
        if json.get(colon) != Some(&b':') {
            return None;
        }
        let start = skip_space(json, colon + 1);
        let end = value_end(json, start)?;
        (self.at, self.done, self.broken) = (end, false, false);
        Some((name, json.get(start..end)?))
    }
}

/// The elements of an array; none where it is none.
pub(super) struct Elements<'j> {
    json: &'j [u8],
    at: usize,
}

/// The elements of the array that `json` begins with.
pub(super) fn elements(json: &[u8]) -> Elements<'_> {
    let at = skip_space(json, 0);
    let at = if json.get(at) == Some(&b'[') { at + 1 } else { json.len() };
    Elements { json, at }
}

impl<'j> Iterator for Elements<'j> {
    type Item = &'j [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let mut at = skip_space(self.json, self.at);
        if self.json.get(at) == Some(&b',') {
            at = skip_space(self.json, at + 1);
        }
        self.at = self.json.len();
        let end = value_end(self.json, at)?;
        self.at = end;
        self.json.get(at..end)
    }
}

/// The value below the names of `path`. A list of named things (`[{"key": …, "value": …}]`) is read as an object.
pub(super) fn below<'j>(value: &'j [u8], path: &[Vec<u8>]) -> Option<&'j [u8]> {
    let Some((name, rest)) = path.split_first() else { return Some(value) };
    let found = match value.first()? {
        b'{' => members(value).find(|(own, _)| own == name).map(|(_, value)| value)?,
        b'[' => elements(value).find_map(|element| named(element, name))?,
        b'"' if rest.is_empty() => in_text(value, name)?,
        _ => return None,
    };
    below(found, rest)
}

/// The number or plain text that stands under `name` in a document that is logged as a text: between quotes as JSON inside
/// JSON writes them. A text comes without its quotes.
pub(super) fn in_text<'j>(raw: &'j [u8], name: &[u8]) -> Option<&'j [u8]> {
    const SEARCHED: usize = 64 * 1024;
    let raw = raw.strip_prefix(b"\"")?;
    let raw = raw.get(..raw.len().min(SEARCHED)).unwrap_or(raw);
    let quoted = [br#"\""#, name, br#"\""#].concat();
    let after = raw.get(memchr::memmem::find(raw, &quoted)? + quoted.len()..)?.trim_ascii_start();
    let value = after.strip_prefix(b":")?.trim_ascii_start();
    let (value, end) = match value.strip_prefix(br#"\""#) {
        Some(text) => (text, memchr::memchr(b'\\', text)?),
        None => (value, value.iter().take_while(|b| b.is_ascii_alphanumeric()).count()),
    };
    (1..=128).contains(&end).then(|| value.get(..end))?
}

/// The value of a named thing, where it has this name, small and capital letters alike.
fn named<'j>(element: &'j [u8], wanted: &[u8]) -> Option<&'j [u8]> {
    let (mut name, mut value) = (None, None);
    for (own, of_it) in members(element) {
        match own {
            b"key" | b"name" => name = of_it.strip_prefix(b"\"").and_then(|n| n.strip_suffix(b"\"")),
            b"value" => value = Some(of_it),
            _ => {}
        }
    }
    name.filter(|name| name.eq_ignore_ascii_case(wanted)).and(value).map(bare)
}

/// The value inside OTLP's wrapping (`{"stringValue": "x"}`).
fn bare(value: &[u8]) -> &[u8] {
    let wrapped = members(value).next().filter(|(name, _)| name.ends_with(b"Value"));
    wrapped.map_or(value, |(_, inner)| inner)
}

/// The text that a value stands for: a string without its quotes and escapes, a number or `true` as written. `None`: `null`,
/// an object, an array, an empty text.
pub(super) fn text(value: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    use std::borrow::Cow;
    let text = match value.first()? {
        b'{' | b'[' => return None,
        b'"' => {
            let inner = value.get(1..value.len().checked_sub(1)?)?;
            if memchr::memchr(b'\\', inner).is_none() {
                lossy(inner)
            } else {
                let mut out = Vec::with_capacity(inner.len());
                unescape(inner, &mut out);
                Cow::Owned(match String::from_utf8(out) {
                    Ok(text) => text,
                    Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
                })
            }
        }
        _ if value == b"null" => return None,
        _ => lossy(value),
    };
    (!text.is_empty()).then_some(text)
}

/// `bytes` as text, what is no UTF-8 replaced; most is, and is known so at once.
pub(super) fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), std::borrow::Cow::Borrowed)
}

/// Appends what the inside of a JSON string stands for. An escape that is none stays as it is; half a pair of surrogates
/// becomes U+FFFD.
pub(super) fn unescape(inner: &[u8], out: &mut Vec<u8>) {
    let mut rest = inner;
    while let Some(found) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(found);
        out.extend_from_slice(before);
        let (used, c) = match escape.get(1) {
            Some(b'n') => (2, '\n'),
            Some(b't') => (2, '\t'),
            Some(b'r') => (2, '\r'),
            Some(b'b') => (2, '\u{8}'),
            Some(b'f') => (2, '\u{c}'),
            Some(b'u') => unicode(escape),
            Some(other @ (b'"' | b'\\' | b'/')) => (2, char::from(*other)),
            _ => (1, '\\'),
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = escape.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

fn unicode(escape: &[u8]) -> (usize, char) {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 4)?;
        digits.iter().try_fold(0, |sum, byte| Some(sum * 16 + char::from(*byte).to_digit(16)?))
    };
    let Some(first) = unit(2) else { return (1, '\\') };
    if let Some(c) = char::from_u32(first) {
        return (6, c);
    }
    let low = || (escape.get(6..8) == Some(b"\\u")).then(|| unit(8)).flatten();
    match low().filter(|low| first < 0xdc00 && (0xdc00..0xe000).contains(low)) {
        Some(low) => {
            let c = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00));
            (12, c.unwrap_or('\u{fffd}'))
        }
        None => (6, '\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_found_and_the_rest_is_skipped() {
        let line = br#" {"a":{"x":[1,{"}":"]"}],"b":"q\"}"},"list":[{"key":"n","value":{"stringValue":"v"}},{"name":"X-Id","value":7}],"z":null}"#;
        let path = |text: &str| text.split('/').map(|s| s.as_bytes().to_vec()).collect::<Vec<_>>();
        let at =
            |p: &str| below(line.trim_ascii(), &path(p)).and_then(text).map(std::borrow::Cow::into_owned);
        assert_eq!(at("a/b").as_deref(), Some("q\"}"));
        assert_eq!(at("list/n").as_deref(), Some("v"));
        assert_eq!(at("list/x-id").as_deref(), Some("7"));
        assert_eq!(at("z"), None);
        assert_eq!(at("a/b/c"), None);
        let mut all = members(line);
        assert_eq!(all.by_ref().count(), 3);
        assert_eq!(all.end(), Some(line.len()));
    }

    #[test]
    fn what_is_cut_or_broken_has_no_end() {
        for broken in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":\"x",
            "{\"a\":[1}",
            "{a:1}",
            "{\"a\" 1}",
            "[1]",
            "x",
            "{\"a\":}",
        ] {
            let mut all = members(broken.as_bytes());
            all.by_ref().for_each(drop);
            assert_eq!(all.end(), None, "{broken}");
        }
    }

    #[test]
    fn a_model_is_found_in_a_body_that_is_text() {
        let body =
            serde_json::json!({"messages": [{"content": "the \"model\": \"not-me\""}], "model": "m-1"})
                .to_string();
        let raw = serde_json::to_string(&body).expect("writes");
        assert_eq!(in_text(raw.as_bytes(), b"model"), Some(&b"m-1"[..]));
        assert_eq!(in_text(br#""{\"n\": 429, \"x\":null}""#, b"n"), Some(&b"429"[..]));
        assert_eq!(in_text(br#"{"model":1}"#, b"model"), None);
    }

    #[test]
    fn escapes_are_read_as_serde_reads_them() {
        for raw in [r#""a\u672a\n\"\\\/""#, r#""\ud83d\ude00 x""#, r#""plain""#, r#""\b\f\r\t""#] {
            let expected: String = serde_json::from_str(raw).expect("json");
            assert_eq!(text(raw.as_bytes()).expect("text"), expected);
        }
        assert_eq!(text(br#""\ud83d x""#).expect("text"), "\u{fffd} x");
        assert_eq!(text(br#""\uZZZZ\q""#).expect("text"), "\\uZZZZ\\q");
    }
}
