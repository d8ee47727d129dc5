//! Shadow copies of a text: what a reader could make of it, with the way back to the original.
//!
//! Detection runs on the shadow (invisible characters gone, escapes decoded, full-width letters folded); the cut is
//! made in the original. Normalising the output itself would change honest evidence (Chinese punctuation, for one).

use super::packed;

/// Characters that a reader does not see and that therefore hide what they split.
fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}'
    )
}

/// Marks that turn the direction of text, and separators that break a line where no line should break.
fn is_direction_or_separator(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that no YAML text or terminal should get.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The length in bytes of the terminal escape sequence at the start of `text`; 0: there is none.
fn escape_sequence(text: &str) -> usize {
    let (body, lead) = match text.chars().next() {
        Some('\u{9b}') => return control_sequence(text, '\u{9b}'.len_utf8()),
        Some('\u{1b}') => (text.get(1..).unwrap_or(""), 1),
        _ => return 0,
    };
    match body.chars().next() {
        Some('[') => control_sequence(text, lead + 1),
        Some(']' | 'P' | '_' | '^' | 'X') => {
            // A string sequence: to the bell or to `ESC \`; where neither comes soon, only its opening goes.
            let window = body.get(1..).unwrap_or("");
            let end =
                window.char_indices().take(4096).find(|(_, c)| matches!(c, '\u{7}' | '\u{9c}' | '\u{1b}'));
            match end {
                Some((at, '\u{1b}')) if window.get(at + 1..).is_some_and(|w| w.starts_with('\\')) => {
                    lead + 1 + at + 2
                }
                Some((at, c)) if c != '\u{1b}' => lead + 1 + at + c.len_utf8(),
                _ => lead + 1,
            }
        }
        Some('(' | ')') => {
            lead + 1 + body.chars().nth(1).filter(char::is_ascii_alphanumeric).map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

fn control_sequence(text: &str, lead: usize) -> usize {
    let parameters = text.get(lead..).unwrap_or("");
    let length = parameters.bytes().take(64).take_while(|b| (0x20..=0x3f).contains(b)).count();
    match parameters.as_bytes().get(length) {
        Some(0x40..=0x7e) => lead + length + 1,
        _ => lead + length,
    }
}

/// The letter or digit that a letter of mathematics (bold, script, double-struck) looks like.
fn mathematical(c: char) -> char {
    let code = u32::from(c);
    let (from, alphabet): (u32, &[u8]) = match code {
        0x1d400..=0x1d6a3 => (0x1d400, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        0x1d7ce..=0x1d7ff => (0x1d7ce, b"0123456789"),
        _ => return c,
    };
    let index = usize::try_from(code - from).unwrap_or(0) % alphabet.len();
    alphabet.get(index).map_or(c, |b| char::from(*b))
}

/// `raw` as it may be shown: no escape sequence, no invisible character; others that could break a line, a terminal
/// or YAML are written out (`\u{202e}`). The flag says that something was dropped or written out.
pub(super) fn show(raw: &str, out: &mut String) -> bool {
    let mut changed = false;
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let sequence = escape_sequence(rest);
        if sequence > 0 {
            changed = true;
            rest = rest.get(sequence..).unwrap_or("");
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '\r' => {
                if !rest.starts_with('\n') {
                    out.push('\n');
                }
            }
            '\t' => out.push(' '),
            c if is_zero_width(c) => changed = true,
            c if is_unprintable(c) || is_direction_or_separator(c) => {
                changed = true;
                out.push_str(&c.escape_unicode().to_string());
            }
            c => out.push(c),
        }
    }
    changed
}

/// True for a byte that is a character by itself and looks like what it is.
fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')
}

/// True for a byte that may begin an escape or a tag.
fn opens_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | b'<')
}

/// A shadow copy; each byte knows the bytes of the original that it stands for.
pub(super) struct Shadow {
    /// The bytes to search.
    pub(super) bytes: Vec<u8>,
    origin: Vec<(usize, usize)>,
}

impl Shadow {
    /// What a reader sees: no escape sequences, no invisible characters, full-width ASCII as ASCII.
    pub(super) fn plain(raw: &str) -> Self {
        let mut shadow = Self::with_room(raw.len());
        let mut at = 0;
        while at < raw.len() {
            let rest = raw.get(at..).unwrap_or("");
            // Most of a text is what it looks like.
            let run = rest.bytes().position(|b| !is_printable(b)).unwrap_or(rest.len());
            shadow.bytes.extend_from_slice(rest.as_bytes().get(..run).unwrap_or(&[]));
            shadow.origin.extend((at..at + run).map(|place| (place, place + 1)));
            at += run;
            let rest = rest.get(run..).unwrap_or("");
            let Some(c) = rest.chars().next() else { break };
            let sequence = if matches!(c, '\u{1b}' | '\u{9b}') { escape_sequence(rest) } else { 0 };
            if sequence > 0 {
                at += sequence;
                continue;
            }
            let end = at + c.len_utf8();
            shadow.push_char(c, (at, end));
            at = end;
        }
        shadow
    }

    fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), origin: Vec::with_capacity(bytes) }
    }

    fn push_char(&mut self, c: char, origin: (usize, usize)) {
        // Letters of most scripts are what they look like.
        let is_plain = matches!(c, ' '..='~' | '\u{c0}'..='\u{2ff}' | '\u{370}'..='\u{5ff}' | '\u{3041}'..='\u{3163}' | '\u{3400}'..='\u{d7ff}');
        let c = if is_plain {
            c
        } else {
            if is_zero_width(c) || is_direction_or_separator(c) || (is_unprintable(c) && c != '\r') {
                return;
            }
            match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                '\u{3000}' | '\u{a0}' => ' ',
                '\u{1d400}'..='\u{1d7ff}' => mathematical(c),
                c => c,
            }
        };
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes();
        self.bytes.extend_from_slice(bytes);
        self.origin.extend(std::iter::repeat_n(origin, bytes.len()));
    }

    fn push_byte(&mut self, byte: u8, origin: (usize, usize)) {
        self.bytes.push(byte);
        self.origin.push(origin);
    }

    /// Appends bytes `from..to` of `other` as they are.
    fn copy(&mut self, other: &Self, from: usize, to: usize) {
        self.bytes.extend_from_slice(other.bytes.get(from..to).unwrap_or(&[]));
        self.origin.extend_from_slice(other.origin.get(from..to).unwrap_or(&[]));
    }

    /// With one layer of percent, backslash and HTML escapes undone; `None` where there is none.
    pub(super) fn decoded(&self) -> Option<Self> {
        // Made where the first escape stands: many a text has signs of escapes only.
        let mut out: Option<Self> = None;
        let (mut at, mut copied) = (0, 0);
        while let Some(found) =
            self.bytes.get(at..).and_then(|rest| rest.iter().position(|b| opens_escape(*b)))
        {
            at += found;
            let rest = self.bytes.get(at..).unwrap_or(&[]);
            let tag = super::normal::tag(rest);
            let (what, length) = if tag > 0 {
                let block = super::normal::is_block(rest);
                (block.then_some(Unescaped::Byte(b'\n')), tag)
            } else if let Some((what, length)) = unescape(rest) {
                (Some(what), length)
            } else {
                at += 1;
                continue;
            };
            let out = out.get_or_insert_with(|| Self::with_room(self.bytes.len()));
            out.copy(self, copied, at);
            let origin = self.span(at, at + length);
            match what {
                Some(Unescaped::Byte(b)) => out.push_byte(b, origin),
                Some(Unescaped::Char(c)) => out.push_char(c, origin),
                None => {}
            }
            at += length;
            copied = at;
        }
        let mut out = out?;
        out.copy(self, copied, self.bytes.len());
        Some(out)
    }

    /// Without white space and without the joints of a string that was put together (`" + "`).
    pub(super) fn joined(&self) -> Self {
        let mut out = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            origin: Vec::with_capacity(self.bytes.len()),
        };
        for (byte, origin) in self.bytes.iter().zip(&self.origin) {
            if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                continue;
            }
            out.push_byte(*byte, *origin);
            let length = out.bytes.len();
            if let Some([a @ (b'"' | b'\'' | b'`'), b'+', b]) =
                length.checked_sub(3).and_then(|s| out.bytes.get(s..))
                && a == b
            {
                out.bytes.truncate(length - 3);
                out.origin.truncate(length - 3);
            }
        }
        out
    }

    /// What stands packed in it (base64, hexadecimal, lists of bytes), and nothing else; each byte leads to the whole run.
    pub(super) fn unpacked(&self) -> Option<Self> {
        let mut out = Self { bytes: Vec::new(), origin: Vec::new() };
        for packed in packed::runs(&self.bytes) {
            let origin = self.span(packed.start, packed.end);
            for byte in packed.bytes {
                out.push_byte(byte, origin);
            }
            out.push_byte(b'\n', (origin.1, origin.1));
        }
        (!out.bytes.is_empty()).then_some(out)
    }

    /// Bytes `from..to` of the shadow as a span of the original.
    pub(super) fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.origin.get(from).map_or(0, |o| o.0);
        let end = to.checked_sub(1).and_then(|last| self.origin.get(last)).map_or(start, |o| o.1);
        (start, end.max(start))
    }

    /// The characters with the place of their first byte; bytes that are no UTF-8 stand as the replacement character.
    pub(super) fn chars(&self) -> Vec<(char, usize, usize)> {
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                out.push((c, at, at + c.len_utf8()));
                at += c.len_utf8();
            }
            if !chunk.invalid().is_empty() {
                out.push(('\u{fffd}', at, at + chunk.invalid().len()));
                at += chunk.invalid().len();
            }
        }
        out
    }
}

enum Unescaped {
    Byte(u8),
    Char(char),
}

/// The escape at the start of `bytes`, decoded, and its length.
fn unescape(bytes: &[u8]) -> Option<(Unescaped, usize)> {
    match bytes {
        [b'%', a, b, ..] => Some((Unescaped::Byte(hex(*a)? * 16 + hex(*b)?), 3)),
        [b'\\', b'x', a, b, ..] => Some((Unescaped::Char(char::from(hex(*a)? * 16 + hex(*b)?)), 4)),
        [b'\\', b'u', b'{', rest @ ..] => {
            let length = rest.iter().take(7).position(|b| *b == b'}')?;
            Some((Unescaped::Char(char::from_u32(number(rest.get(..length)?)?)?), length + 4))
        }
        [b'\\', b'u', rest @ ..] => {
            let high = number(rest.get(..4)?)?;
            if let (0xd800..=0xdbff, Some([b'\\', b'u'])) = (high, rest.get(4..6))
                && let Some(low @ 0xdc00..=0xdfff) = rest.get(6..10).and_then(number)
            {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Some((Unescaped::Char(char::from_u32(code)?), 12));
            }
            // Half of a pair is an escape, too: a cut must not go through it.
            Some((Unescaped::Char(char::from_u32(high).unwrap_or('\u{fffd}')), 6))
        }
        [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            Some((Unescaped::Byte((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0')), 4))
        }
        [b'\\', b'n' | b'r' | b't' | b'f' | b'b', ..] => Some((Unescaped::Byte(b'\n'), 2)),
        [b'\\', c @ (b'"' | b'\'' | b'/' | b'\\'), ..] => Some((Unescaped::Byte(*c), 2)),
        [b'&', rest @ ..] => entity(rest),
        _ => None,
    }
}

fn entity(rest: &[u8]) -> Option<(Unescaped, usize)> {
    let length = rest.iter().take(10).position(|b| *b == b';')?;
    let c = match rest.get(..length)? {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => ' ',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits)?)?,
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some((Unescaped::Char(c), length + 2))
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    digits.iter().try_fold(0, |sum, b| Some(sum * 16 + u32::from(hex(*b)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(shadow: &Shadow) -> String {
        String::from_utf8_lossy(&shadow.bytes).into_owned()
    }

    #[test]
    fn a_reader_sees_through_disguises() {
        let table = [
            ("a\u{200b}b", "ab"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{1b}\\", "link"),
            ("ＡＢ－ｃ", "AB-c"),
            ("\u{202e}x\u{9b}1my", "xy"),
        ];
        for (raw, plain) in table {
            assert_eq!(text(&Shadow::plain(raw)), plain, "{raw:?}");
        }
        let decoded = [
            ("%73k%2d", "sk-"),
            (r"\u0073\x6b\u{2d}", "sk-"),
            ("&#115;k&#x2d;&amp;", "sk-&"),
            (r"\ud83d\ude00", "😀"),
            ("100% sure\\", "100% sure\\"),
        ];
        for (raw, plain) in decoded {
            let shadow = Shadow::plain(raw);
            assert_eq!(shadow.decoded().map_or_else(|| text(&shadow), |d| text(&d)), plain, "{raw:?}");
        }
        assert_eq!(text(&Shadow::plain("\"ab\" +\n  \"cd\"").joined()), "\"abcd\"");
    }

    #[test]
    fn the_way_back_leads_to_the_escape() {
        let raw = "é%41\u{200b}B!";
        let plain = Shadow::plain(raw);
        let decoded = plain.decoded().expect("has an escape");
        let at = decoded.bytes.iter().position(|b| *b == b'A').expect("A");
        let (start, end) = decoded.span(at, at + 2);
        assert_eq!(&raw[start..end], "%41\u{200b}B");
    }

    #[test]
    fn what_is_shown_cannot_break_a_terminal() {
        let mut out = String::new();
        assert!(show("a\u{1b}[2Jb\u{202e}c\u{0}d\u{200b}\u{2028}e", &mut out));
        assert_eq!(out, "ab\\u{202e}c\\u{0}d\\u{2028}e");
        let mut same = String::new();
        assert!(!show("line\r\nline\tend 请稍后再试。👍", &mut same));
        assert_eq!(same, "line\nline end 请稍后再试。👍");
    }
}
