//! Lists of JSON that are one text: a key in pieces, a text as a list of character codes.
//!
//! ```text
//! ["sk-ab", "cd", "ef"]        [115, 107, 45, 97, …]
//! ```

use super::joint;
use super::json::{StringEnd, string_end};

/// Strings, and bytes of them, that are looked at together.
const MOST_PIECES: usize = 64;
const MOST_BYTES: usize = 4 * 1024;
/// Bytes of a word in pieces from which on it can be a secret.
const SHORTEST: usize = 16;
/// Numbers of a list from which on they can be a text.
const SHORTEST_CODES: usize = 12;
/// Bytes of a list that is held in memory.
const LONGEST_CODES: usize = 1 << 20;
/// Bytes behind a line end in which the quote that closes a string is looked for.
const LONGEST_WRAPPED: usize = 16 * 1024;

/// What a look ahead found out.
pub(super) enum Ahead<T> {
    Found(T),
    Nothing,
    /// More has to come to know it.
    More,
}

/// `Content-Type`, `x-request-id`: the name of the string behind it, in a list of both.
fn is_header(piece: &[u8]) -> bool {
    piece.len() >= 6
        && piece.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-')
        && memchr::memchr_iter(b'-', piece).any(|at| at > 0 && at + 1 < piece.len())
}

/// The insides of the strings of a list from the one at `first` on, where each goes on in the next one.
pub(super) fn pieces(text: &[u8], first: (usize, usize), last: bool) -> Ahead<Vec<(usize, usize)>> {
    if is_header(text.get(first.0..first.1).unwrap_or(&[])) {
        return Ahead::Nothing;
    }
    let mut found = vec![first];
    let (mut word, mut digits) = (0, 0);
    let mut at = first.1;
    while found.len() < MOST_PIECES && at - first.1 < MOST_BYTES {
        let more = if last { Ahead::Nothing } else { Ahead::More };
        // `", "` between two words.
        if !text.get(at.saturating_sub(1)).is_some_and(|b| is_part(*b)) {
            break;
        }
        let comma = blanks(text, at + 1);
        match text.get(comma) {
            Some(b',') => {}
            None if found.len() == 1 => return more,
            _ => break,
        }
        let open = blanks(text, comma + 1);
        match (text.get(open), text.get(open + 1)) {
            (Some(b'"'), Some(b)) if is_part(*b) => {}
            (None, _) | (Some(b'"'), None) if !last => return Ahead::More,
            _ => break,
        }
        let limit = (open + MOST_BYTES).min(text.len());
        let end = match string_end(text.get(..limit).unwrap_or(text), open + 1) {
            StringEnd::Quote(end) => end,
            StringEnd::Open if limit == text.len() && !last => return Ahead::More,
            _ => break,
        };
        // A name begins a member of its own.
        match text.get(blanks(text, end + 1)) {
            Some(b':') => break,
            None if !last => return Ahead::More,
            _ => {}
        }
        let piece = text.get(open + 1..end).unwrap_or(&[]);
        let named = piece.iter().position(|b| *b == b'=').is_some_and(|at| at + 3 < piece.len());
        if piece.len() > 64 || named || is_header(piece) || !piece.iter().all(|b| is_part(*b)) {
            break;
        }
        word += piece.len();
        digits += piece.iter().filter(|b| b.is_ascii_digit()).count();
        found.push((open + 1, end));
        at = end;
    }
    if found.len() == 1 {
        return Ahead::Nothing;
    }
    let head = text.get(first.0..first.1).unwrap_or(&[]);
    word += head.iter().rev().take_while(|b| is_part(**b)).count();
    digits += head.iter().rev().take(64).filter(|b| b.is_ascii_digit()).count();
    if word >= SHORTEST && digits > 0 { Ahead::Found(found) } else { Ahead::Nothing }
}

/// The text that the list of numbers at `at` spells, and the byte behind its bracket.
pub(super) fn codes(text: &[u8], at: usize, last: bool) -> Ahead<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    let mut here = at + 1;
    while here - at < LONGEST_CODES {
        here = blanks(text, here);
        let digits =
            text.get(here..).unwrap_or(&[]).iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        let number = text.get(here..here + digits).and_then(|d| std::str::from_utf8(d).ok());
        let end = blanks(text, here + digits);
        match (number.and_then(|n| n.parse::<u8>().ok()), text.get(end)) {
            (_, None) if !last => return Ahead::More,
            (Some(byte), Some(b',' | b']')) if byte >= 32 || matches!(byte, 9 | 10 | 13) => bytes.push(byte),
            _ => return Ahead::Nothing,
        }
        if text.get(end) == Some(&b']') {
            return if bytes.len() >= SHORTEST_CODES {
                Ahead::Found((bytes, end + 1))
            } else {
                Ahead::Nothing
            };
        }
        here = end + 1;
    }
    Ahead::Nothing
}

/// The end of a string in which a line ends, as JSON does not allow: the next quote, where it closes a value.
pub(super) fn end_over_lines(text: &[u8], line_end: usize, last: bool) -> Ahead<usize> {
    let limit = (line_end + LONGEST_WRAPPED).min(text.len());
    let window = text.get(..limit).unwrap_or(text);
    let mut at = line_end + 1;
    loop {
        match string_end(window, at) {
            StringEnd::Line(end) => at = end + 1,
            StringEnd::Quote(end) => {
                return match text.get(blanks(text, end + 1)) {
                    Some(b',' | b'}' | b']') => Ahead::Found(end),
                    None if !last => Ahead::More,
                    _ => Ahead::Nothing,
                };
            }
            StringEnd::Open if limit == text.len() && !last => return Ahead::More,
            StringEnd::Open => return Ahead::Nothing,
        }
    }
}

/// The first byte from `at` on that is no blank.
fn blanks(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or(&[]).iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// A byte of a word in pieces; its last one may end as base64 does.
fn is_part(byte: u8) -> bool {
    joint::is_part(byte) || byte == b'='
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_one_text_are_known() {
        let found = |text: &str| {
            let end = text[2..].find('"').expect("a string") + 2;
            match pieces(text.as_bytes(), (2, end), true) {
                Ahead::Found(list) => list.iter().map(|(a, b)| &text[*a..*b]).collect::<Vec<_>>().concat(),
                _ => String::new(),
            }
        };
        assert_eq!(found(r#"["bad aB3dE5fG", "7hJ9kL1m" , "x2","type":1]"#), "bad aB3dE5fG7hJ9kL1mx2");
        for text in [
            r#"["plain", "words", "only"]"#,
            r#"["aB3dE5fG7hJ9", "two words"]"#,
            r#"["aB3dE5fG7hJ9","name":"value"]"#,
            r#"["aB3dE5fG7hJ9"]"#,
        ] {
            assert_eq!(found(text), "", "{text}");
        }
    }

    #[test]
    fn codes_spell_a_text() {
        let spelled = |text: &str| match codes(text.as_bytes(), 0, true) {
            Ahead::Found((bytes, end)) => (String::from_utf8(bytes).expect("text"), end),
            _ => (String::new(), 0),
        };
        assert_eq!(
            spelled("[104, 101,108,108 , 111,32,119,111,114,108,100,33], 1"),
            ("hello world!".to_owned(), 50)
        );
        for text in
            ["[1,2,3]", "[104,101,300,108,111,32,119,111,114,108,100,33,33]", "[0.1, 0.2]", "[]", "[104"]
        {
            assert_eq!(spelled(text).1, 0, "{text}");
        }
        assert!(matches!(codes(b"[104, 10", 0, false), Ahead::More));
    }

    #[test]
    fn a_quote_closes_a_wrapped_string_before_a_comma_or_a_bracket() {
        let end = |text: &str, last| match end_over_lines(
            text.as_bytes(),
            text.find('\n').expect("a line"),
            last,
        ) {
            Ahead::Found(end) => format!("{end}"),
            Ahead::Nothing => "no".to_owned(),
            Ahead::More => "more".to_owned(),
        };
        assert_eq!(end("\"a\nb\" }", true), "4");
        assert_eq!(end("\"a\nb\",", true), "4");
        assert_eq!(end("\"cut\n{\"b\":1}", true), "no");
        assert_eq!(end("\"cut\nnothing", true), "no");
        assert_eq!(end("\"cut\nnothing", false), "more");
        assert_eq!(end("\"a\nb\" ", false), "more");
    }
}
