//! A pattern for texts of ASCII alone: each of its characters beyond ASCII is replaced by one that such a text does not hold,
//! so that it needs no table of Unicode and finds the same.

//!
//! The build asks for the twins of the expressions in the sources (`build.rs` includes this file).

use std::borrow::Cow;

/// Stands for every character beyond ASCII. Being the last of ASCII, it ends a range that goes beyond.
const FOREIGN: char = '\u{7f}';

/// Letters beyond ASCII that are the same as one of ASCII where case does not count.
pub(crate) const FOLDED: [char; 2] = ['\u{17f}', '\u{212a}'];

/// The twin of `pattern`; `None` where it names a class of Unicode, or a letter that is also one of ASCII.
pub(crate) fn of(pattern: &str) -> Option<Cow<'_, str>> {
    if pattern.is_ascii() && !pattern.contains('\\') {
        return Some(Cow::Borrowed(pattern));
    }
    let (mut made, mut rest) = (String::with_capacity(pattern.len()), pattern.chars());
    while let Some(c) = rest.next() {
        if c == '\\' {
            let (escaped, behind) = escape(rest.as_str())?;
            match escaped {
                Some(c) => made.push(in_ascii(c)?),
                None => made.extend(std::iter::once('\\').chain(rest.as_str().chars().take(1))),
            }
            rest = behind.chars();
        } else {
            made.push(in_ascii(c)?);
        }
    }
    Some(Cow::Owned(made))
}

/// True for a word that holds a character beyond ASCII.
pub(crate) fn is_foreign(word: &[u8]) -> bool {
    word.contains(&0x7f)
}

fn in_ascii(c: char) -> Option<char> {
    if c.is_ascii() { Some(c) } else { (!FOLDED.contains(&c)).then_some(FOREIGN) }
}

/// What stands behind a backslash: the character beyond ASCII that it names by its number, and the rest of the pattern. `None` where
/// it is a class of Unicode.
fn escape(text: &str) -> Option<(Option<char>, &str)> {
    let mut rest = text.chars();
    let kind = rest.next()?;
    let behind = rest.as_str();
    let digits = match kind {
        'p' | 'P' => return None,
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return Some((None, behind)),
    };
    let (number, after) = match behind.strip_prefix('{') {
        Some(inner) => inner.split_once('}')?,
        None => behind.split_at_checked(digits)?,
    };
    let c = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
    Some(if c.is_ascii() { (None, behind) } else { (Some(c), after) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_ascii_is_replaced() {
        let table = [
            ("a+", Some("a+")),
            (r"错误 (\d+)", Some("\u{7f}\u{7f} (\\d+)")),
            ("[a：]", Some("[a\u{7f}]")),
            ("[a-ü]", Some("[a-\u{7f}]")),
            (r"[\u{3040}-\u{30ff}]x", Some("[\u{7f}-\u{7f}]x")),
            (r"\x{41}\x41\u0041", Some(r"\x{41}\x41\u0041")),
            (r"\xe9\u00e9", Some("\u{7f}\u{7f}")),
            (r"\\u{3040}", Some(r"\\u{3040}")),
            (r"\p{L}", None),
            ("\u{212a}", None),
        ];
        for (pattern, want) in table {
            assert_eq!(of(pattern).as_deref(), want, "{pattern}");
        }
    }
}
