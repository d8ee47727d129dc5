//! Where the text ends that stands behind a label, a field or a call.

use crate::case::sanitize::placeholder::without_placeholders;

/// The value from `start` on, behind the sign at `at`.
pub(super) fn behind(text: &[u8], at: usize, start: usize) -> Option<(usize, usize)> {
    if let Some(quote @ (b'"' | b'\'' | b'`')) = start.checked_sub(1).and_then(|before| text.get(before)) {
        let end = closing(text, start, *quote)?;
        return Some((start, end)).filter(|(from, to)| from < to);
    }
    if text.get(at) == Some(&b'=') {
        return unquoted(text, at, start);
    }
    let line = text.get(start..)?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    let is_go = start == at + 1 && is_field_of_go(text, at);
    let length = if is_go { end_of_go(line)? } else { end_of_label(line) };
    Some((start, start + length)).filter(|_| length > 0)
}

/// The quote that closes the value from `from` on: one in the middle of it does not.
pub(super) fn closing(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let line = text.get(from..)?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    let mut last = None;
    let mut at = 0;
    while let Some(found) = memchr::memchr2(quote, b'\\', line.get(at..)?) {
        at += found;
        if line.get(at) == Some(&b'\\') {
            at += 2;
            continue;
        }
        // What an earlier run put there has no quote of its own.
        if line.first() == Some(&b'[')
            && without_placeholders(&String::from_utf8_lossy(line.get(..at)?)).is_empty()
        {
            return Some(from + at);
        }
        let next = line.get(at + 1..)?.trim_ascii_start().first();
        if matches!(next, None | Some(b',' | b')' | b']' | b'}' | b';' | b'>' | b'|')) {
            return Some(from + at);
        }
        // `content='…' id='run-1'`
        if line.get(at + 1).is_some_and(|b| *b == b' ') {
            last = last.or(Some(from + at));
        }
        at += 1;
    }
    last
}

/// `content=… , name=…)`: up to the next field, or the bracket that closes.
fn unquoted(text: &[u8], at: usize, start: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let length =
        before.iter().rev().take(40).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let opener = before.get(before.len().checked_sub(length + 1)?..)?.first()?;
    let line = text.get(start..)?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    if !matches!(opener, b' ' | b',' | b'(' | b'{' | b'[' | b'\t') || !line.contains(&b' ') {
        return None;
    }
    let next = memchr::memchr_iter(b' ', line).find(|gap| {
        let name = line.get(gap + 1..).unwrap_or(&[]);
        let length = name.iter().take(40).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        length > 0 && name.get(length) == Some(&b'=')
    });
    let mut end = next.unwrap_or(line.len());
    if before.iter().rev().take(2_000).any(|b| matches!(b, b'(' | b'{' | b'[')) {
        end = line.get(..end)?.iter().position(|b| matches!(b, b')' | b'}' | b']')).unwrap_or(end);
    }
    let value = line.get(..end)?.trim_ascii_end();
    let value = value.strip_suffix(b",").unwrap_or(value);
    Some((start, start + value.len())).filter(|(from, to)| from < to)
}

/// `Content:` of Go's `%+v`.
pub(super) fn is_field_of_go(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or(&[]);
    [&b"Content"[..], b"Text", b"Prompt", b"Query", b"Question"]
        .iter()
        .any(|name| before.strip_suffix(*name).is_some_and(|rest| matches!(rest.last(), Some(b'{' | b' '))))
}

/// The next field of it, or the bracket that closes it.
fn end_of_go(line: &[u8]) -> Option<usize> {
    let next = memchr::memchr_iter(b' ', line).find(|gap| {
        let name = line.get(gap + 1..).unwrap_or(&[]);
        let length = name.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        length > 1
            && name.first().is_some_and(u8::is_ascii_uppercase)
            && name.get(length) == Some(&b':')
            && name.get(length + 1) != Some(&b' ')
    });
    next.or_else(|| memchr::memrchr(b'}', line))
}

/// Up to fields that stand behind the text, tags and boxes that close.
pub(super) fn end_of_label(line: &[u8]) -> usize {
    let mut end = memchr::memmem::find_iter(line, b" | ")
        .find(|bar| {
            let name = line.get(bar + 3..).unwrap_or(&[]);
            let length =
                name.iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            length > 0 && matches!(name.get(length), Some(b':' | b'='))
        })
        .unwrap_or(line.len());
    loop {
        let text = line.get(..end).unwrap_or(&[]);
        let trimmed = text.trim_ascii_end();
        let trimmed = ["│", "┃", "║", "|"]
            .iter()
            .find_map(|bar| trimmed.strip_suffix(bar.as_bytes()))
            .unwrap_or(trimmed);
        let last = trimmed.iter().rposition(|b| b.is_ascii_whitespace() || *b == b'<').unwrap_or(0);
        let token = trimmed.get(last..).unwrap_or(&[]);
        let is_tag = token.starts_with(b"</") && token.ends_with(b">");
        let next = if is_tag || last > 0 && is_field(token.trim_ascii()) { last } else { trimmed.len() };
        if next >= end {
            return end;
        }
        end = next;
    }
}

/// `status=502`
pub(super) fn is_field(token: &[u8]) -> bool {
    let name = token.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    name > 1 && token.get(name) == Some(&b'=') && token.len() > name + 1
}
