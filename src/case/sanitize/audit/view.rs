//! Views: the ways in which a reader could read rendered bytes. Code of its own: nothing here is shared with the
//! redactor's shadows, so that a fault there is seen here.

use std::collections::BTreeSet;
use std::ops::Range;

use super::unpack;

/// Layers of escapes that are undone: JSON in JSON to depth 8, and one for the format of the note itself.
const LAYERS: usize = 9;
/// How often what was unpacked is looked into again.
const DEEPEST: usize = 3;
/// Bytes of all views together; what needs more is refused, not skipped.
const ROOM: usize = 64 * 1024 * 1024;

/// One view of the bytes; each byte knows the bytes of the original that it stands for.
pub(super) struct View {
    bytes: Vec<u8>,
    from: Vec<u32>,
    to: Vec<u32>,
    readable: bool,
    tight: bool,
}

/// The views need more room than any note.
#[derive(Debug)]
pub(super) struct TooMuch;

impl View {
    fn of(text: &str) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            bytes: text.as_bytes().to_vec(),
            from: (0..text.len()).map(place).collect(),
            to: (1..=text.len()).map(place).collect(),
            readable: true,
            tight: false,
        }
    }

    fn empty(&self, readable: bool, tight: bool) -> Self {
        let room = self.bytes.len();
        Self {
            bytes: Vec::with_capacity(room),
            from: Vec::with_capacity(room),
            to: Vec::with_capacity(room),
            readable,
            tight,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// False where words run together, so that patterns with word borders say nothing.
    pub(super) fn is_readable(&self) -> bool {
        self.readable
    }

    /// True where white space and joints are gone.
    pub(super) fn is_tight(&self) -> bool {
        self.tight
    }

    /// Bytes `start..end` of the view as a span of the original.
    pub(super) fn span(&self, start: usize, end: usize) -> (usize, usize) {
        let to = self.to.get(start..end).unwrap_or(&[]).iter().max().copied().unwrap_or(0);
        let from = self.from.get(start..end).unwrap_or(&[]).iter().min().copied().unwrap_or(0);
        (from as usize, to.max(from) as usize)
    }

    fn push(&mut self, byte: u8, (from, to): (u32, u32)) {
        self.bytes.push(byte);
        self.from.push(from);
        self.to.push(to);
    }

    fn push_all(&mut self, bytes: &[u8], place: (u32, u32)) {
        for byte in bytes {
            self.push(*byte, place);
        }
    }

    fn place(&self, start: usize, end: usize) -> (u32, u32) {
        let from = self.from.get(start).copied().unwrap_or(0);
        let to = end.checked_sub(1).and_then(|last| self.to.get(last)).copied().unwrap_or(from);
        (from, to)
    }

    /// Rebuilds the view by `step`, which looks at the rest of the bytes and says what it makes of how many; where `begins` does not
    /// hold for the first of them, they stay.
    fn map(
        &self,
        (readable, tight): (bool, bool),
        begins: impl Fn(u8) -> bool,
        step: impl Fn(&[u8]) -> Option<(Made, usize)>,
    ) -> Self {
        let mut out = self.empty(readable, tight);
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = self.bytes.get(at..).unwrap_or(&[]);
            let stays = rest.iter().position(|byte| begins(*byte)).unwrap_or(rest.len());
            out.copy(self, at..at + stays);
            at += stays;
            let Some(byte) = self.bytes.get(at) else { break };
            let (made, used) = step(self.bytes.get(at..).unwrap_or(&[])).unwrap_or((Made::One(*byte), 1));
            let place = self.place(at, at + used);
            match made {
                Made::None => {}
                Made::One(byte) => out.push(byte, place),
                Made::Char(c) => out.push_all(c.encode_utf8(&mut [0; 4]).as_bytes(), place),
                Made::Word(text) => out.push_all(text.as_bytes(), place),
                Made::Text(text) => out.push_all(text.as_bytes(), place),
                Made::Same => out.push_all(self.bytes.get(at..at + used).unwrap_or(&[]), place),
            }
            at += used.max(1);
        }
        out
    }

    /// The same bytes again, as they stand in `other`.
    fn copy(&mut self, other: &Self, place: Range<usize>) {
        self.bytes.extend_from_slice(other.bytes.get(place.clone()).unwrap_or(&[]));
        self.from.extend_from_slice(other.from.get(place.clone()).unwrap_or(&[]));
        self.to.extend_from_slice(other.to.get(place).unwrap_or(&[]));
    }

    fn undone(&self) -> Self {
        self.map((self.readable, self.tight), begins_escape, undo)
    }

    fn squeezed(&self) -> Self {
        self.map((false, true), begins_gap, squeeze)
    }

    /// What stands packed in it, and nothing else; each byte leads to the whole run.
    fn unpacked(&self) -> Self {
        let mut out =
            Self { bytes: Vec::new(), from: Vec::new(), to: Vec::new(), readable: false, tight: false };
        for (start, end, bytes) in unpack::runs(&self.bytes) {
            let place = self.place(start, end);
            for byte in bytes {
                out.push(byte, place);
            }
            out.push(b'\n', place);
        }
        out
    }

    /// The pieces of a stream, put together: values of the members in which deltas come.
    fn streamed(&self) -> Self {
        let mut out =
            Self { bytes: Vec::new(), from: Vec::new(), to: Vec::new(), readable: false, tight: true };
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(lead) = delta(rest) else {
                let behind = rest.get(1..).unwrap_or(&[]);
                at += memchr::memchr(b'"', behind).map_or(rest.len(), |p| p + 1);
                continue;
            };
            at += lead;
            let length = string_length(self.bytes.get(at..).unwrap_or(&[]));
            for here in at..at + length {
                if let Some(byte) = self.bytes.get(here) {
                    out.push(*byte, self.place(here, here + 1));
                }
            }
            at += length;
        }
        out
    }
}

/// What a step makes.
enum Made {
    None,
    One(u8),
    Char(char),
    Word(&'static str),
    Text(String),
    /// What was there.
    Same,
}

/// All views of `text`: as it stands; unescaped layer by layer; each of them without white space and joints; the pieces
/// of streams put together; and what stands packed in any of them.
///
/// # Errors
/// [`TooMuch`] where that would take more than [`ROOM`].
pub(super) fn all(text: &str) -> Result<Vec<View>, TooMuch> {
    let mut out = Out { views: Vec::new(), seen: BTreeSet::new(), room: ROOM };
    out.expand(View::of(text), 0)?;
    Ok(out.views)
}

struct Out {
    views: Vec<View>,
    seen: BTreeSet<(usize, u64)>,
    room: usize,
}

impl Out {
    fn expand(&mut self, view: View, depth: usize) -> Result<(), TooMuch> {
        let mut layer = view;
        for _ in 0..LAYERS {
            let tight = layer.squeezed();
            let streamed = layer.streamed();
            if depth < DEEPEST {
                for outer in [&layer, &tight, &streamed] {
                    let inner = outer.unpacked();
                    if !inner.bytes.is_empty() && self.is_new(&inner) {
                        self.expand(inner, depth + 1)?;
                    }
                }
            }
            let next = layer.undone();
            let done = next.bytes == layer.bytes;
            for view in [layer, tight, streamed] {
                if !view.bytes.is_empty() {
                    self.room = self.room.checked_sub(view.bytes.len()).ok_or(TooMuch)?;
                    self.views.push(view);
                }
            }
            if done {
                break;
            }
            layer = next;
        }
        Ok(())
    }

    fn is_new(&mut self, view: &View) -> bool {
        let hash = view
            .bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
        self.seen.insert((view.bytes.len(), hash))
    }
}

/// The length of `"content":"` and its like at the start of `rest`.
fn delta(rest: &[u8]) -> Option<usize> {
    const NAMES: [&[u8]; 7] = [
        b"\"content\"",
        b"\"text\"",
        b"\"delta\"",
        b"\"arguments\"",
        b"\"partial_json\"",
        b"\"reasoning_content\"",
        b"\"thinking\"",
    ];
    let name = NAMES.iter().find(|name| rest.starts_with(name))?;
    let tail = rest.get(name.len()..)?;
    let blanks = |bytes: &[u8]| bytes.iter().take(16).take_while(|b| b.is_ascii_whitespace()).count();
    let before = blanks(tail);
    let value = tail.get(before..)?.strip_prefix(b":")?;
    let after = blanks(value);
    (value.get(after)? == &b'"').then_some(name.len() + before + after + 2)
}

/// Bytes up to the quotation mark that ends a JSON string.
fn string_length(rest: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

/// True for the first bytes of all that [`squeeze`] changes.
fn begins_gap(byte: u8) -> bool {
    byte >= 0x80
        || matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1b | b'\\' | b'^' | b'[' | b'"' | b'\'' | b'`')
}

/// Drops white space, joints of a string that was put together, terminal colours and characters that are not seen;
/// folds full-width and other compatibility forms.
fn squeeze(rest: &[u8]) -> Option<(Made, usize)> {
    match rest {
        [b'\n', b'd', b'a', b't', b'a', b':', ..] => Some((Made::None, 6)),
        [b'\\', b'\n', ..] => Some((Made::None, 2)),
        [b'\\', b'\r', b'\n', ..] => Some((Made::None, 3)),
        [0x1b, b'[', tail @ ..] => Some((Made::None, 2 + parameters(tail))),
        [b' ' | b'\t' | b'\r' | b'\n' | 0x1b, ..] => Some((Made::None, 1)),
        [b'^', b'[', b'[', tail @ ..] | [0xe2, 0x90, 0x9b, b'[', tail @ ..] => {
            Some((Made::None, rest.len() - tail.len() + parameters(tail)))
        }
        [b'[', tail @ ..] => {
            let length = parameters(tail);
            (length > 1 && tail.get(length - 1) == Some(&b'm')).then_some((Made::None, length + 1))
        }
        [quote @ (b'"' | b'\'' | b'`'), tail @ ..] => {
            joint(*quote, tail).map(|length| (Made::None, length + 1))
        }
        [first, ..] if *first >= 0x80 => {
            let c = first_char(rest)?;
            let used = c.len_utf8();
            if super::fold::is_unseen(c) {
                return Some((Made::None, used));
            }
            if super::fold::is_simple(c) {
                return Some((Made::Same, used));
            }
            let mut folded = String::new();
            super::fold::compatible(c, |c| folded.push(c));
            Some((Made::Text(folded), used))
        }
        _ => None,
    }
}

/// The parameters and the last byte of a control sequence.
fn parameters(tail: &[u8]) -> usize {
    let length = tail.iter().take(32).take_while(|b| (0x20..=0x3f).contains(*b)).count();
    length + usize::from(tail.get(length).is_some_and(|b| (0x40..=0x7e).contains(b)))
}

/// The joint between two pieces of a string, behind the first one's closing mark: `" + "`, `" . "`, `", "`, `" "`.
fn joint(quote: u8, tail: &[u8]) -> Option<usize> {
    let blanks =
        |bytes: &[u8]| bytes.iter().take(64).take_while(|b| b.is_ascii_whitespace() || **b == b'\\').count();
    let before = blanks(tail);
    let sign = tail
        .get(before..)?
        .iter()
        .take(2)
        .take_while(|b| matches!(b, b'+' | b'.' | b'&' | b'|' | b',' | b'~'))
        .count();
    let after = blanks(tail.get(before + sign..)?);
    let length = before + sign + after;
    (*tail.get(length)? == quote).then_some(length + 1)
}

fn first_char(rest: &[u8]) -> Option<char> {
    let head = rest.get(..4).unwrap_or(rest);
    head.utf8_chunks().next()?.valid().chars().next()
}

/// True for the first bytes of all that [`undo`] changes.
fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'<' | b'%' | b'\\' | b'\'' | b'&')
}

/// One escape undone: percent, backslash (JSON, YAML, Markdown, shells), HTML, doubled quotes of YAML.
fn undo(rest: &[u8]) -> Option<(Made, usize)> {
    match rest {
        [b'<', ..] => match tag(rest) {
            0 => None,
            length => Some((Made::None, length)),
        },
        [b'%', b'u' | b'U', tail @ ..] => Some((character(tail.get(..4)?, 16)?, 6)),
        [b'%', a, b, ..] => Some((Made::One(u8::try_from(code(&[*a, *b], 16)?).ok()?), 3)),
        [b'\\', tail @ ..] => backslash(tail).map(|(made, length)| (made, length + 1)),
        [b'\'', b'\'', ..] => Some((Made::One(b'\''), 2)),
        [b'&', tail @ ..] => entity(tail).map(|(made, length)| (made, length + 1)),
        _ => None,
    }
}

fn code(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(text, radix).ok()
}

fn character(digits: &[u8], radix: u32) -> Option<Made> {
    char::from_u32(code(digits, radix)?).map(Made::Char)
}

fn backslash(tail: &[u8]) -> Option<(Made, usize)> {
    match tail {
        [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => {
            Some((Made::One(u8::try_from(code(tail.get(..3)?, 8)?).ok()?), 3))
        }
        [b'u' | b'x', b'{', tail @ ..] => {
            let length = tail.iter().take(8).position(|b| *b == b'}')?;
            Some((character(tail.get(..length)?, 16)?, length + 3))
        }
        [b'u', tail @ ..] => {
            let first = code(tail.get(..4)?, 16)?;
            if (0xd800..0xdc00).contains(&first) && tail.get(4..6) == Some(b"\\u") {
                let second = code(tail.get(6..10)?, 16)?;
                let joined = 0x1_0000 + (first - 0xd800) * 0x400 + second.checked_sub(0xdc00)?;
                return Some((Made::Char(char::from_u32(joined)?), 11));
            }
            Some((Made::Char(char::from_u32(first)?), 5))
        }
        [b'U', tail @ ..] => Some((character(tail.get(..8)?, 16)?, 9)),
        [b'x', a, b, ..] => bytes_of_one(tail).or_else(|| Some((character(&[*a, *b], 16)?, 3))),
        [b'e', b'[', ..] => Some((Made::One(0x1b), 1)),
        [b'n' | b'r' | b't' | b'N' | b'_' | b'b' | b'f', ..] => Some((Made::One(b' '), 1)),
        [c, ..] if c.is_ascii_punctuation() || *c == b' ' => Some((Made::One(*c), 1)),
        _ => None,
    }
}

/// `\xd0\x9a` as the one character that these bytes are, where they are one. `tail` begins behind the first stroke.
fn bytes_of_one(tail: &[u8]) -> Option<(Made, usize)> {
    let (mut bytes, mut length) = ([0; 4], 0);
    let mut rest = tail;
    while let [b'x', a, b, after @ ..] = rest {
        *bytes.get_mut(length)? = u8::try_from(code(&[*a, *b], 16)?).ok()?;
        length += 1;
        if let Ok(text) = std::str::from_utf8(bytes.get(..length)?) {
            return Some((Made::Char(text.chars().next()?), length * 4 - 1));
        }
        if length == 4 {
            break;
        }
        rest = after.strip_prefix(b"\\")?;
    }
    None
}

/// The HTML entity behind `&`. The semicolon may be missing behind a number.
fn entity(tail: &[u8]) -> Option<(Made, usize)> {
    const NAMES: [(&[u8], &str); 17] = [
        (b"amp;", "&"),
        (b"lt;", "<"),
        (b"gt;", ">"),
        (b"quot;", "\""),
        (b"apos;", "'"),
        (b"nbsp;", " "),
        (b"shy;", ""),
        (b"hyphen;", "-"),
        (b"dash;", "-"),
        (b"lowbar;", "_"),
        (b"period;", "."),
        (b"colon;", ":"),
        (b"sol;", "/"),
        (b"plus;", "+"),
        (b"equals;", "="),
        (b"commat;", "@"),
        (b"num;", "#"),
    ];
    let (lead, radix, digits) = match tail {
        [b'#', b'x' | b'X', digits @ ..] => (2, 16, digits),
        [b'#', digits @ ..] => (1, 10, digits),
        _ => {
            let (name, text) = NAMES.iter().find(|(name, _)| tail.starts_with(name))?;
            return Some((Made::Word(text), name.len()));
        }
    };
    let is_digit = |b: &&u8| if radix == 16 { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
    let length = digits.iter().take(8).take_while(is_digit).count();
    let made = character(digits.get(..length)?, radix)?;
    Some((made, lead + length + usize::from(digits.get(length) == Some(&b';'))))
}

/// The length of the bare HTML tag at the start of `text` (`<wbr>`, `</b>`), which a reader does not see; 0: none.
fn tag(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(b"<") else { return 0 };
    let close = usize::from(rest.first() == Some(&b'/'));
    let name = rest.iter().skip(close).take(10).take_while(|b| b.is_ascii_alphanumeric()).count();
    let tail = rest.iter().skip(close + name).take(3).take_while(|b| matches!(b, b' ' | b'/')).count();
    let whole = close + name + tail;
    let named = rest.get(close).is_some_and(u8::is_ascii_alphabetic);
    if named && name <= 8 && rest.get(whole) == Some(&b'>') { whole + 2 } else { 0 }
}
