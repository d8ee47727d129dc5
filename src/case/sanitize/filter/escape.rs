//! The text of a JSON string, and the way back from its bytes to the escapes that they came from.

/// A JSON string's text.
pub(super) struct Plain {
    pub(super) text: Vec<u8>,
    escapes: Vec<Escape>,
}

/// An escape: where it is in the text and in the original, and how long in each.
#[derive(Clone, Copy)]
struct Escape {
    at: usize,
    length: usize,
    from: usize,
    width: usize,
}

impl Plain {
    /// The text that `inside` of a JSON string's quotes stands for.
    pub(super) fn of(inside: &[u8]) -> Self {
        let escapes = memchr::memchr_iter(b'\\', inside).count();
        let mut plain = Self { text: Vec::with_capacity(inside.len()), escapes: Vec::with_capacity(escapes) };
        let mut at = 0;
        while let Some(found) = inside.get(at..).and_then(next_escape) {
            plain.text.extend_from_slice(inside.get(at..at + found).unwrap_or(&[]));
            at += found;
            let before = plain.text.len();
            let width = decode(inside.get(at..).unwrap_or(&[]), &mut plain.text);
            plain.escapes.push(Escape { at: before, length: plain.text.len() - before, from: at, width });
            at += width;
        }
        plain.text.extend_from_slice(inside.get(at..).unwrap_or(&[]));
        plain
    }

    /// Where byte `at` of the text begins in the original: not inside an escape.
    pub(super) fn start(&self, at: usize) -> usize {
        match self.before(at) {
            Some(escape) if at < escape.at + escape.length => escape.from,
            Some(escape) => escape.from + escape.width + (at - escape.at - escape.length),
            None => at,
        }
    }

    /// Where a span that ends before byte `at` of the text ends in the original.
    pub(super) fn end(&self, at: usize) -> usize {
        let Some(last) = at.checked_sub(1) else { return 0 };
        match self.before(last) {
            Some(escape) if last < escape.at + escape.length => escape.from + escape.width,
            Some(escape) => escape.from + escape.width + (at - escape.at - escape.length),
            None => at,
        }
    }

    fn before(&self, at: usize) -> Option<&Escape> {
        let index = self.escapes.partition_point(|e| e.at <= at);
        index.checked_sub(1).and_then(|i| self.escapes.get(i))
    }
}

/// Where the next escape is: mostly near, so that a call for each would cost more than the look.
fn next_escape(rest: &[u8]) -> Option<usize> {
    const NEAR: usize = 24;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut looked = 0;
    for chunk in rest.chunks_exact(8).take(NEAR / 8) {
        // Zero where the backslash is; the lowest high bit that is set is that of the first one.
        let zero = chunk.try_into().map_or(0, u64::from_le_bytes) ^ (ONES * u64::from(b'\\'));
        let found = zero.wrapping_sub(ONES) & !zero & (ONES << 7);
        if found != 0 {
            return Some(looked + found.trailing_zeros() as usize / 8);
        }
        looked += 8;
    }
    Some(looked + memchr::memchr(b'\\', rest.get(looked..)?)?)
}

/// Appends what the escape at the start of `rest` stands for; gives its width.
fn decode(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let byte = match rest.get(1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(c @ (b'"' | b'\\' | b'/')) => *c,
        Some(b'u') => {
            let (code, width) = match unit(rest, 2) {
                Some(high @ 0xd800..=0xdbff)
                    if rest.get(6..8) == Some(b"\\u")
                        && let Some(low @ 0xdc00..=0xdfff) = unit(rest, 8) =>
                {
                    (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12)
                }
                Some(code) => (code, 6),
                None => (u32::from(b'\\'), 1),
            };
            let c = char::from_u32(code).unwrap_or('\u{fffd}');
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return width;
        }
        _ => {
            out.push(b'\\');
            return 1;
        }
    };
    out.push(byte);
    2
}

/// The four digits of an escape that begin at `from`.
fn unit(rest: &[u8], from: usize) -> Option<u32> {
    let digits = rest.get(from..from + 4)?;
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let plain = digits.iter().try_fold(0, |sum, byte| Some(sum * 16 + digit(byte)?));
    plain.or_else(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
}

/// `text` as it stands between the quotes of a JSON string.
pub(super) fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)) {
        let (before, behind) = rest.split_at(found);
        out.extend_from_slice(before);
        let Some((byte, behind)) = behind.split_first() else { break };
        rest = behind;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_does_not_halve_an_escape() {
        let raw = br#"a\"b\u00e9\ud83d\ude00c\q\"#;
        let plain = Plain::of(raw);
        assert_eq!(String::from_utf8_lossy(&plain.text), "a\"bé😀c\\q\\");
        let span = |from: usize, to: usize| {
            String::from_utf8_lossy(&raw[plain.start(from)..plain.end(to)]).into_owned()
        };
        assert_eq!(span(0, 2), "a\\\"");
        assert_eq!(span(3, 4), "\\u00e9");
        assert_eq!(span(4, 6), "\\u00e9\\ud83d\\ude00");
        assert_eq!(span(9, 10), "c");
        assert_eq!(span(0, plain.text.len()).as_bytes(), raw);
    }

    #[test]
    fn what_is_escaped_reads_the_same() {
        let text = b"a\"\\\n\r\t\x01z";
        assert_eq!(Plain::of(&escaped(text)).text, text);
    }
}
