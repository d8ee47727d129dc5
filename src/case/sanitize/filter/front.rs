//! The end of a document whose beginning was cut off, as a log is that was rotated: what stands before its first quote is the
//! rest of a string.
//!
//! ```text
//! …ver sold and the contract next to it"}],"model":"gpt-4o","stream":false}
//! ```

use super::json::holds_placeholder;
use super::marked::Marked;
use super::word;
use crate::case::sanitize::placeholder::measure;

/// Bytes of the first line that are looked at.
const LONGEST: usize = 64 * 1024;

/// Bytes of the string that `rest`, the beginning of a text, is cut in; `None`: it is no such line.
/// `last`: nothing comes behind `rest`.
pub(super) fn cut(rest: &[u8], last: bool) -> Option<usize> {
    let near = rest.get(..LONGEST).unwrap_or(rest);
    let end = memchr::memchr(b'\n', near).or((last || near.len() == LONGEST).then_some(near.len()))?;
    let line = near.get(..end)?;
    if matches!(line.first()?, b'{' | b'[' | b'"' | b'<') {
        return None;
    }
    let (mut at, mut is_escape) = (0, false);
    let quote = loop {
        match line.get(at)? {
            _ if is_escape => is_escape = false,
            b'\\' => is_escape = true,
            b'"' => break at,
            _ => {}
        }
        at += 1;
    };
    let behind = line.get(quote + 1..)?;
    let closes = behind.iter().take_while(|b| matches!(b, b'}' | b']' | b' ')).count();
    let names = behind.get(closes..)?;
    let mut strings = names.split(|b| *b == b'"');
    // `"}],"model":…`: a member of a body follows.
    let is_body = names.starts_with(b",")
        && std::iter::from_fn(|| strings.next()).skip(1).step_by(2).any(word::is_of_body)
        && memchr::memmem::find(names, b"\":").is_some();
    let text = line.get(..quote)?;
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    (is_body && closes > 0 && letters >= 2 && !holds_placeholder(text)).then_some(quote)
}

/// The first line of `rest` with the string that ends at `end` as its length.
pub(super) fn shaped(rest: &[u8], end: usize) -> Marked {
    let (said, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let length = memchr::memchr(b'\n', behind).map_or(behind.len(), |end| end + 1);
    let mut text = measure("prompt", String::from_utf8_lossy(said).chars().count(), "chars").into_bytes();
    text.extend_from_slice(behind.get(..length).unwrap_or(behind));
    Marked::Of { length: end + length, text, count: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_string_is_known_by_what_follows() {
        for (text, said) in [
            ("...ver sold it\"}],\"model\":\"gpt-4o\",\"stream\":false}\n{\"a\":1}", "...ver sold it"),
            ("a \\\"b\\\" c\"}], \"temperature\": 0.2}", "a \\\"b\\\" c"),
        ] {
            assert_eq!(cut(text.as_bytes(), true).map(|end| &text[..end]), Some(said));
        }
        for text in [
            "{\"model\":\"x\"}",
            "INFO body=\"x\" model=\"y\"",
            "[prompt: 3 chars]\"}],\"model\":\"x\"}",
            "say \"hello\", \"model\": \"x\"",
        ] {
            assert_eq!(cut(text.as_bytes(), true), None, "{text}");
        }
    }
}
