//! Small questions on text that several searches ask.

/// What a reader still knows again: letters and digits, whatever their case and whatever stands between them.
pub(super) fn essence(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    out.extend(text.chars().filter(|c| is_letter(*c)).map(lower));
    out
}

/// True for letters and digits; of those that most texts are made of it is known without a search in Unicode's tables.
pub(super) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{430}'..='\u{44f}'
        | '\u{620}'..='\u{64a}'
        | '\u{904}'..='\u{939}'
        | '\u{e01}'..='\u{e30}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// `c` in lower case; one character for one.
pub(super) fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut many = c.to_lowercase();
    match (many.next(), many.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// True when bytes `start..end` have no letter, digit or underscore beside them.
pub(super) fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    !word(start.checked_sub(1).and_then(|before| bytes.get(before))) && !word(bytes.get(end))
}

/// The length of the bare HTML tag at the start of `text` (`<wbr>`, `<br/>`, `</b>`), which a reader does not see; 0: none.
pub(super) fn tag(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b"<") else { return 0 };
    let close = usize::from(rest.first() == Some(&b'/'));
    let name = rest.iter().skip(close).take(8).take_while(|b| b.is_ascii_alphanumeric()).count();
    let tail = rest.iter().skip(close + name).take(3).take_while(|b| matches!(b, b' ' | b'/')).count();
    let whole = close + name + tail;
    let named = rest.get(close).is_some_and(u8::is_ascii_alphabetic);
    if named && name <= 6 && rest.get(whole) == Some(&b'>') { whole + 2 } else { 0 }
}

/// True where the tag at the start of `text` ends a line or a cell: what stands on either side is no one word.
pub(super) fn is_block(text: &[u8]) -> bool {
    let name: Vec<u8> = text
        .iter()
        .skip(1)
        .skip_while(|b| **b == b'/')
        .take(8)
        .take_while(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    // `</prompt><model>`: an element ends, and another one begins. Marks of a page stand within words.
    let ends = text.get(1) == Some(&b'/') && text.get(tag(text)) == Some(&b'<') && name.len() > 3;
    let mark =
        [&b"strong"[..], b"span", b"code", b"small", b"font", b"mark", b"abbr"].contains(&name.as_slice());
    ends && !mark
        || [
            &b"p"[..],
            b"hr",
            b"div",
            b"td",
            b"th",
            b"tr",
            b"li",
            b"ul",
            b"ol",
            b"table",
            b"center",
            b"body",
            b"html",
            b"head",
            b"title",
            b"h1",
            b"h2",
            b"h3",
            b"h4",
            b"h5",
            b"h6",
            b"pre",
        ]
        .contains(&name.as_slice())
}

/// A character of a script that is written without spaces, where eight characters say as much as twenty letters.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The same, and the scripts of South-East Asia and Tibet, whose words have no spaces between them either.
pub(super) fn is_unspaced(c: char) -> bool {
    is_dense(c)
        || matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1a20}'..='\u{1aaf}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_letters_is_what_unicode_says() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
