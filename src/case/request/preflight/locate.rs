//! Line and column of a place in a JSON text.

/// Line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
}

/// Where the value under `pointer` (`/messages/0/role`) begins. `text` is valid JSON; on any other text the answer is
/// `None` or some place in it. One pass, no recursion.
pub(super) fn locate(text: &str, pointer: &str) -> Option<Spot> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    for step in pointer.split('/').skip(1) {
        let name = crate::case::pointer::name(step);
        at = match bytes.get(at)? {
            b'{' => member(text, at, &name)?,
            b'[' => element(bytes, at, name.parse().ok()?)?,
            _ => return None,
        };
    }
    Some(spot_at(text, at))
}

/// The spot of byte `at` of `text`.
pub(super) fn spot_at(text: &str, at: usize) -> Spot {
    let before = text.as_bytes().get(..at.min(text.len())).unwrap_or_default();
    let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let line = 1 + before.split(|b| *b == b'\n').count().saturating_sub(1);
    Spot { line, column: 1 + characters(before.get(line_start..).unwrap_or_default()) }
}

/// The spot that `serde_json` gives as a line and a count of bytes.
pub(super) fn spot_of_error(text: &str, line: usize, byte_column: usize) -> Spot {
    let start = if line <= 1 {
        0
    } else {
        text.bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1)
    };
    let end = (start + byte_column.saturating_sub(1)).min(text.len());
    let column = 1 + characters(text.as_bytes().get(start..end).unwrap_or_default());
    Spot { line: line.max(1), column }
}

/// Characters in the bytes: those that do not continue one.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()
}

/// Start of the value of member `name` of the object at `at`; the last one where the name is there twice, as JSON
/// readers take it.
fn member(text: &str, at: usize, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut found = None;
    let mut at = skip_space(bytes, at + 1);
    while bytes.get(at) == Some(&b'"') {
        let end = skip_value(bytes, at);
        let key: Option<String> = text.get(at..end).and_then(|raw| serde_json::from_str(raw).ok());
        at = skip_space(bytes, end);
        if bytes.get(at) != Some(&b':') {
            break;
        }
        at = skip_space(bytes, at + 1);
        if key.as_deref() == Some(name) {
            found = Some(at);
        }
        at = skip_space(bytes, skip_value(bytes, at));
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at = skip_space(bytes, at + 1);
    }
    found
}

/// Start of element `index` of the array at `at`.
fn element(bytes: &[u8], at: usize, index: usize) -> Option<usize> {
    let mut at = skip_space(bytes, at + 1);
    for _ in 0..index {
        at = skip_space(bytes, skip_value(bytes, at));
        if bytes.get(at) != Some(&b',') {
            return None;
        }
        at = skip_space(bytes, at + 1);
    }
    (bytes.get(at)? != &b']').then_some(at)
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The end of the value that begins at `at`.
fn skip_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = skip_string(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                if depth <= 1 {
                    // At depth 0 the bracket belongs to the container around.
                    return if depth == 1 { at + 1 } else { at };
                }
                depth -= 1;
            }
            b',' if depth == 0 => return at,
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pointers_are_found() {
        let text = "{\n  \"model\": \"gpt\",\n  \"messages\": [\n    {\"content\": \"a]}\\\"\", \"role\": \"usr\"},\n    7, [1, 2]\n  ], \"ä\": {\"x/y\": null}\n}";
        let table = [
            ("", (1, 1)),
            ("/model", (2, 12)),
            ("/messages", (3, 15)),
            ("/messages/0/role", (4, 34)),
            ("/messages/1", (5, 5)),
            ("/messages/2/1", (5, 12)),
            ("/ä/x~1y", (6, 19)),
        ];
        for (pointer, (line, column)) in table {
            assert_eq!(locate(text, pointer), Some(Spot { line, column }), "{pointer}");
        }
        for pointer in ["/no", "/messages/9", "/model/x", "/messages/x"] {
            assert_eq!(locate(text, pointer), None, "{pointer}");
        }
        assert_eq!(locate("[]", "/0"), None);
        assert_eq!(locate("{\"a\":1,\"a\":2}", "/a"), Some(Spot { line: 1, column: 12 }));
    }

    #[test]
    fn error_columns_count_characters() {
        let text = "{\n\"ä\": x}";
        let error = serde_json::from_str::<serde_json::Value>(text).expect_err("broken");
        assert_eq!(spot_of_error(text, error.line(), error.column()), Spot { line: 2, column: 6 });
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}", pointer in "(/[a-z0-9]{0,3}){0,4}") {
            let _ = locate(&text, &pointer);
        }
    }
}
