//! An error object whose marks were written as codes: escaped once or more, as an address has them, as base64.
//!
//! ```text
//! Some("{\"error\": …")      {\u0022error\u0022: …      %7B%22error%22…      eyJlcnJvciI6…
//! ```

use base64::Engine as _;
use serde_json::Value;

use super::object::{MOST_WRAPPERS, Object, error_object};
use super::states::states_an_error;
use crate::case::intake::answer;

/// An error object whose line ends were printed as two characters, its quotes as they are: `{\n "error": …`.
///
/// Gives the JSON and the bytes of the text that it takes.
pub(super) fn line_ends_printed(text: &str) -> Option<(Vec<u8>, usize)> {
    if !text.starts_with("{\\n") && !text.starts_with("{\\r\\n") {
        return None;
    }
    let near = super::plain::head(text, LONGEST_PRINTED);
    let plain = near.replace("\\r\\n", "\n").replace("\\n", "\n");
    let body = plain.get(..answer::json_extent(&plain)?)?;
    let value: Value = serde_json::from_str(body).ok()?;
    // Each line end takes one or three bytes more where it was printed.
    let mut left = body.len();
    let mut rest = near;
    while left > 0 {
        let printed = ["\\r\\n", "\\n"].iter().find(|mark| rest.starts_with(**mark)).map(|mark| mark.len());
        let len = printed.or_else(|| rest.chars().next().map(char::len_utf8))?;
        left = left.saturating_sub(if printed.is_some() { 1 } else { len });
        rest = rest.get(len..)?;
    }
    states_an_error(&value).then(|| (body.as_bytes().to_vec(), near.len() - rest.len()))
}

/// Bytes of such a print that are read.
pub(super) const LONGEST_PRINTED: usize = 64 << 10;

/// An error object inside a text that a log printed with its quotes escaped (`Some("{\"error\": …")`).
pub(super) fn escaped_object(text: &str) -> Option<Object> {
    let start = text.find("\\\"")?;
    // A print of a print begins with quotes before any bracket.
    let printed_twice = text.get(..start)?.find('{').is_none();
    // A printed string of it begins with a quote.
    let quoted = ["'{", "\"{", "'[{", "\"[{"].iter().filter_map(|mark| text.get(..start)?.find(mark)).min();
    let outer = || text.get(..start)?.rfind('{').or_else(|| text.find('{').filter(|_| printed_twice));
    let start = quoted.map_or_else(outer, |at| Some(at + 1))?;
    let mut plain = text.get(start..)?.to_owned();
    // A log of a log escapes twice.
    for _ in 0..MOST_ESCAPES {
        plain = unescaped(&plain);
        if let Some(found) = error_object(&plain) {
            return Some(Object { start, end: text.len(), body: found.body });
        }
        if !plain.contains("\\\"") {
            break;
        }
    }
    None
}

/// An error object whose quotes were written as codes: of JSON's escapes, of a shell's or nginx' log, of an address.
pub(super) fn encoded(text: &str) -> Option<Object> {
    let decoded = if let Some(start) = text.find("%7B%22").or_else(|| text.find("%7b%22")) {
        let run = super::plain::head(text.get(start..)?, LONGEST_PRINTED);
        let len = run.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<')).unwrap_or(run.len());
        let run = run.get(..len)?;
        let run = if run.contains("%20") { run.to_owned() } else { run.replace('+', " ") };
        (start, start + len, crate::case::intake::percent_decoded(&run))
    } else if let Some(found) = in_base64(text) {
        found
    } else {
        let marks = ["\\u0022", "\\x22"];
        let mark = marks.iter().find(|mark| text.contains(&format!("{{{mark}")))?;
        let start = text.find(&format!("{{{mark}"))?;
        let run = super::plain::head(text.get(start..)?, LONGEST_PRINTED);
        (start, start + run.len(), run.replace(mark, "\""))
    };
    let (start, end, decoded) = decoded;
    let found = error_object(&decoded)?;
    Some(Object { start, end, body: found.body })
}

/// A run of base64 that begins as an object does (`{"`), and what it holds. A token (JWT) has further parts behind a dot.
fn in_base64(text: &str) -> Option<(usize, usize, String)> {
    let start = text.match_indices("eyJ").map(|(at, _)| at).take(MOST_WRAPPERS).find(|at| {
        !text
            .get(..*at)
            .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.'))
    })?;
    let run = super::plain::head(text.get(start..)?, LONGEST_PRINTED);
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let run = run.get(..run.find(|c: char| !of_base64(c)).unwrap_or(run.len()))?;
    let end = start + run.len();
    if run.len() < SHORTEST_BASE64 || text.get(end..)?.starts_with('.') {
        return None;
    }
    let standard = run.replace('-', "+").replace('_', "/");
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(standard).ok()?;
    Some((start, end, String::from_utf8(bytes).ok()?))
}

/// `{"error":"x"}` has more characters.
const SHORTEST_BASE64: usize = 20;

/// Levels of escapes that are taken off.
const MOST_ESCAPES: usize = 3;

/// `text` with one level of escapes resolved.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n' | 'r' | 't')) => plain.push(' '),
            (_, Some(escaped @ ('"' | '\\' | '\'' | '/'))) => plain.push(escaped),
            (_, Some(other)) => {
                plain.push('\\');
                plain.push(other);
            }
            (c, None) => plain.push(c),
        }
    }
    plain
}
