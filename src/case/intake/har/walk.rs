//! A walk over JSON as tools write it: members and elements one after the other, each read or stepped over once.
//!
//! Nothing is refused: what is no JSON is stepped over, what is cut off ends there. Nesting costs no stack, and every
//! step goes forward.

use std::borrow::Cow;

/// Where a string ends.
pub(super) enum StringEnd {
    /// At this quotation mark.
    At(usize),
    /// Not in this text, which ends with an odd number of backslashes or not.
    Open {
        /// The next byte is escaped.
        odd: bool,
    },
}

/// Looks for the end of a string whose quotation mark stands before `text`; `odd`: a backslash too.
pub(super) fn string_end(text: &[u8], odd: bool) -> StringEnd {
    let escaped = |end: usize| {
        let run = text.get(..end).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count();
        // The run of backslashes goes on in the text before.
        (run % 2 == 1) != (odd && run == end)
    };
    // Each run of backslashes is counted once: a quotation mark stands between two of them.
    let mut from = 0;
    while let Some(len) = next_quote(text.get(from..).unwrap_or_default()) {
        let end = from + len;
        if !escaped(end) {
            return StringEnd::At(end);
        }
        from = end + 1;
    }
    StringEnd::Open { odd: escaped(text.len()) }
}

/// Where the next quotation mark stands. Most strings are short, and in code and JSON within a string the next escaped one is
/// near: there a few words of eight bytes are looked at sooner than a search for a far one is begun.
fn next_quote(text: &[u8]) -> Option<usize> {
    const NEAR: usize = 4;
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    let (words, _) = text.as_chunks::<8>();
    let mut at = 0;
    for word in words.iter().take(NEAR) {
        // A byte that is zero borrows from the next one: the lowest bit that is set is right, which is the one that is asked for.
        let others = u64::from_le_bytes(*word) ^ QUOTES;
        let found = others.wrapping_sub(ONES) & !others & (ONES << 7);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr::memchr(b'"', text.get(at..)?).map(|len| at + len)
}

/// A place in a JSON text.
pub(super) struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blank(&mut self) {
        while self.next().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Steps over a string and gives what is between its quotation marks.
    fn quoted(&mut self) -> &'a [u8] {
        let start = self.at + 1;
        let rest = self.text.get(start..).unwrap_or_default();
        let end = match string_end(rest, false) {
            StringEnd::At(end) => end,
            StringEnd::Open { .. } => rest.len(),
        };
        self.at = (start + end + 1).min(self.text.len());
        rest.get(..end).unwrap_or_default()
    }

    /// The members of an object: `each` gets the name and may read the value; what it leaves is stepped over. A value
    /// that is no object is stepped over.
    pub(super) fn members(&mut self, mut each: impl FnMut(&'a [u8], &mut Self)) {
        self.blank();
        if self.next() != Some(b'{') {
            self.skip();
            return;
        }
        self.at += 1;
        while let Some(byte) = self.next() {
            match byte {
                b'"' => {
                    let name = self.quoted();
                    self.blank();
                    match self.next() {
                        Some(b':') => self.at += 1,
                        // The text ends within the name: `"status` is no status.
                        None => return,
                        Some(_) => {}
                    }
                    let before = self.at;
                    each(name, self);
                    if self.at == before {
                        self.skip();
                    }
                }
                b'}' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// The elements of an array, as [`Self::members`].
    pub(super) fn elements(&mut self, mut each: impl FnMut(&mut Self)) {
        self.blank();
        if self.next() != Some(b'[') {
            self.skip();
            return;
        }
        self.at += 1;
        while let Some(byte) = self.next() {
            match byte {
                b']' => {
                    self.at += 1;
                    return;
                }
                b',' => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => {
                    let before = self.at;
                    each(self);
                    if self.at == before {
                        self.skip();
                    }
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
    }

    /// Steps over a value and gives its text.
    pub(super) fn skip(&mut self) -> &'a [u8] {
        self.blank();
        let start = self.at;
        match self.next() {
            Some(b'"') => {
                self.quoted();
            }
            Some(b'{') => self.nested(b'{', b'}'),
            Some(b'[') => self.nested(b'[', b']'),
            _ => {
                let ends = |byte: u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                while self.next().is_some_and(|byte| !ends(byte)) {
                    self.at += 1;
                }
            }
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// To the end of an object or array. Only its own kind of bracket is counted: the others come in pairs within.
    fn nested(&mut self, open: u8, close: u8) {
        let mut depth = 0u64;
        while let Some(byte) = self.next() {
            if byte == b'"' {
                self.quoted();
                continue;
            }
            self.at += 1;
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }
}

/// The text of a value: a string without its escapes, a number or truth value as written, an object or array as its JSON;
/// `None` for `null` and for nothing.
pub(super) fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    match value.first()? {
        b'"' => {
            let inner = value.get(1..).unwrap_or_default();
            Some(unescaped(inner.strip_suffix(b"\"").unwrap_or(inner)))
        }
        b'n' => None,
        _ => Some(String::from_utf8_lossy(value)),
    }
}

/// The number that a value is, also where it is written as a string.
pub(super) fn number(value: &[u8]) -> Option<f64> {
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let value = value.strip_suffix(b"\"").unwrap_or(value);
    let number: f64 = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// What is written between a string's quotation marks, its escapes undone. Half a surrogate pair becomes U+FFFD, an
/// escape that JSON does not know stays.
pub(in crate::case::intake) fn unescaped(inner: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inner).is_none() {
        return String::from_utf8_lossy(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let (known, len) = match escape.get(1) {
            Some(b'n') => (Some('\n'), 2),
            Some(b't') => (Some('\t'), 2),
            Some(b'r') => (Some('\r'), 2),
            Some(b'b') => (Some('\u{8}'), 2),
            Some(b'f') => (Some('\u{c}'), 2),
            Some(byte @ (b'"' | b'\\' | b'/')) => (Some(char::from(*byte)), 2),
            Some(b'u') => unicode(escape),
            _ => (None, 1),
        };
        match known {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(escape.get(..len).unwrap_or_default()),
        }
        rest = escape.get(len..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    match String::from_utf8(out) {
        Ok(text) => Cow::Owned(text),
        Err(bytes) => Cow::Owned(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
    }
}

/// `\u0041`, or two of them that make one character, with their length.
fn unicode(escape: &[u8]) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = unit(2) else { return (None, 1) };
    if !(0xd800..0xe000).contains(&first) {
        return (char::from_u32(first), 6);
    }
    let second = if escape.get(6..8) == Some(b"\\u") { unit(8) } else { None };
    match second.filter(|second| first < 0xdc00 && (0xdc00..0xe000).contains(second)) {
        Some(second) => (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12),
        None => (Some('\u{fffd}'), 6),
    }
}
