//! Texts of a Hurl file: escapes, comments, and where a body ends.

/// `\n`, `\u{…}`, `\#` and their kin undone; what stands behind a blank and `#` is a comment.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        if c == '#' && (out.is_empty() || out.ends_with([' ', '\t'])) {
            break;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let rest = characters.as_str();
                let digits = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map(|(digits, _)| digits);
                let read = digits
                    .filter(|digits| digits.len() <= 6)
                    .and_then(|digits| Some((u32::from_str_radix(digits, 16).ok()?, digits.len() + 2)))
                    .and_then(|(code, len)| Some((char::from_u32(code)?, len)));
                if let Some((c, len)) = read {
                    out.push(c);
                    characters = rest.get(len..).unwrap_or("").chars();
                } else {
                    out.push_str("\\u");
                }
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    let end = out.trim_end_matches([' ', '\t']).len();
    out.truncate(end);
    out
}

/// Length of the body that begins `text`: JSON with variables in it, a text in one or three backticks, XML up to an empty
/// line. `None` where it never ends.
pub(super) fn body_extent(text: &str) -> Option<usize> {
    match text.chars().next()? {
        '{' | '[' => json_extent(text),
        '`' if text.starts_with("```") => Some(text.get(3..)?.find("```")? + 6),
        '`' => Some(text.get(1..)?.find('`')? + 2),
        '<' => {
            let mut len = 0;
            for line in text.split_inclusive('\n') {
                if line.trim().is_empty() || line.starts_with("HTTP") {
                    break;
                }
                len += line.len();
            }
            Some(len)
        }
        _ => None,
    }
}

/// Up to the bracket that closes the first one; strings are stepped over.
fn json_extent(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
