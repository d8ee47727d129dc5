//! Views: the ways in which a reader could read rendered bytes. And the disguises in which the audit tests itself.

use crate::case::sanitize::{normal, packed};

/// One view of the bytes, with the line on which each byte stood.
pub(super) struct View {
    bytes: Vec<u8>,
    lines: Vec<u32>,
    readable: bool,
}

impl View {
    fn of(text: &str) -> Self {
        let mut line = 1;
        let lines = text
            .bytes()
            .map(|b| {
                let at = line;
                line += u32::from(b == b'\n');
                at
            })
            .collect();
        Self { bytes: text.as_bytes().to_vec(), lines, readable: true }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// False where words run together, so that patterns with word borders say nothing.
    pub(super) fn is_readable(&self) -> bool {
        self.readable
    }

    /// The line of the byte at `at`, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.get(at).or(self.lines.last()).map_or(1, |line| *line as usize)
    }

    /// Rebuilds the view by `step`, which looks at the rest of the bytes and says what it makes of how many.
    fn map(&self, readable: bool, step: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>) -> Self {
        let mut out = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            lines: Vec::with_capacity(self.bytes.len()),
            readable,
        };
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let line = self.lines.get(at).copied().unwrap_or(1);
            let (made, used) = step(self.bytes.get(at..).unwrap_or(&[])).unwrap_or_else(|| (vec![*byte], 1));
            out.lines.extend(std::iter::repeat_n(line, made.len()));
            out.bytes.extend(made);
            at += used.max(1);
        }
        out
    }
}

/// All views of `text`: as it stands, unescaped once and twice, and the last two without white space and joints.
pub(super) fn all(text: &str) -> Vec<View> {
    let plain = View::of(text);
    let once = plain.map(true, undo);
    let twice = once.map(true, undo);
    let same = once.bytes == plain.bytes;
    let tight_plain = squeezed(&plain);
    let mut views = vec![plain, tight_plain];
    if !same {
        let tight = squeezed(&once);
        views.extend([once, tight]);
        let same = views.get(2).is_some_and(|v| v.bytes == twice.bytes);
        if !same {
            let tight = squeezed(&twice);
            views.extend([twice, tight]);
        }
    }
    let packed: Vec<View> = views.iter().map(unpacked).filter(|v| !v.bytes.is_empty()).collect();
    let inner: Vec<View> = packed.iter().map(unpacked).filter(|v| !v.bytes.is_empty()).collect();
    views.extend(packed);
    views.extend(inner);
    views
}

/// What stands packed in `view`, and nothing else.
fn unpacked(view: &View) -> View {
    let mut out = View { bytes: Vec::new(), lines: Vec::new(), readable: false };
    for packed in packed::runs(&view.bytes) {
        let line = view.lines.get(packed.start).copied().unwrap_or(1);
        out.lines.extend(std::iter::repeat_n(line, packed.bytes.len() + 1));
        out.bytes.extend(packed.bytes);
        out.bytes.push(b'\n');
    }
    out
}

/// Without white space, line continuations (`\` at the end of a line), quotation marks and plus signs between pieces,
/// and characters that are not seen.
fn squeezed(view: &View) -> View {
    view.map(false, |rest| match rest {
        [b' ' | b'\t' | b'\r' | b'\n', ..] => Some((Vec::new(), 1)),
        [b'\\', b'\n', ..] | [0xc2, 0xad, ..] => Some((Vec::new(), 2)),
        [b'\\', b'\r', b'\n', ..]
        | [0xe2, 0x80, 0x8b..=0x8f, ..]
        | [0xe2, 0x81, 0xa0, ..]
        | [0xef, 0xbb, 0xbf, ..] => Some((Vec::new(), 3)),
        [quote @ (b'"' | b'\'' | b'`'), tail @ ..] => {
            let blanks = |bytes: &[u8]| bytes.iter().take(64).take_while(|b| b.is_ascii_whitespace()).count();
            let before = blanks(tail);
            let plus = tail.get(before..)?.strip_prefix(b"+")?;
            let after = blanks(plus);
            (plus.get(after)? == quote).then_some((Vec::new(), before + after + 3))
        }
        _ => None,
    })
}

/// One escape undone: percent, backslash (JSON, YAML, Markdown), HTML, doubled quotes of YAML.
fn undo(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    let code = |digits: &[u8], radix: u32| {
        let text = std::str::from_utf8(digits)
            .ok()
            .filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(text, radix).ok()
    };
    let utf8 = |code: u32| char::from_u32(code).map(|c| c.to_string().into_bytes());
    match rest {
        [b'<', ..] => match normal::tag(rest) {
            0 => None,
            length => Some((Vec::new(), length)),
        },
        [b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => {
            Some((vec![u8::try_from(code(rest.get(1..4)?, 8)?).ok()?], 4))
        }
        [b'%', a, b, ..] => Some((vec![u8::try_from(code(&[*a, *b], 16)?).ok()?], 3)),
        [b'\\', b'u', b'{', tail @ ..] => {
            let length = tail.iter().take(8).position(|b| *b == b'}')?;
            Some((utf8(code(tail.get(..length)?, 16)?)?, length + 4))
        }
        [b'\\', b'u', tail @ ..] => {
            let first = code(tail.get(..4)?, 16)?;
            if (0xd800..0xdc00).contains(&first) && tail.get(4..6) == Some(b"\\u") {
                let second = code(tail.get(6..10)?, 16)?;
                let joined = 0x1_0000 + (first - 0xd800) * 0x400 + second.checked_sub(0xdc00)?;
                return Some((utf8(joined)?, 12));
            }
            Some((utf8(first)?, 6))
        }
        [b'\\', b'U', tail @ ..] => Some((utf8(code(tail.get(..8)?, 16)?)?, 10)),
        [b'\\', b'x', a, b, ..] => Some((utf8(code(&[*a, *b], 16)?)?, 4)),
        [b'\\', b'n' | b'r' | b't' | b'N' | b'_', ..] => Some((b" ".to_vec(), 2)),
        [b'\\', c, ..] if c.is_ascii_punctuation() || *c == b' ' => Some((vec![*c], 2)),
        [b'\'', b'\'', ..] => Some((b"'".to_vec(), 2)),
        [b'&', b'#', b'x' | b'X', tail @ ..] => {
            let length = tail.iter().take(8).position(|b| *b == b';')?;
            Some((utf8(code(tail.get(..length)?, 16)?)?, length + 4))
        }
        [b'&', b'#', tail @ ..] => {
            let length = tail.iter().take(8).position(|b| *b == b';')?;
            Some((utf8(code(tail.get(..length)?, 10)?)?, length + 3))
        }
        [b'&', ..] => [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " ")]
            .iter()
            .find(|(name, _)| rest.starts_with(name.as_bytes()))
            .map(|(name, value)| (value.as_bytes().to_vec(), name.len())),
        _ => None,
    }
}

/// A text of `length` letters and digits that looks random and is the same every time.
pub(super) fn canary(length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state: u64 = 0x5851_f42d_4c95_7f2d;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = usize::try_from((state >> 33) % 62).unwrap_or(0);
            ALPHABET.get(pick).map_or('a', |b| char::from(*b))
        })
        .collect()
}

pub(super) fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat()
}

pub(super) fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

pub(super) fn escaped(text: &str) -> String {
    text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat()
}

/// `secret` in every form in which the audit must know it.
pub(super) fn disguises(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let hex = secret.bytes().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let entities = secret.bytes().map(|b| format!("&#{b};")).collect::<Vec<_>>().concat();
    let spaced: String = secret.chars().flat_map(|c| [c, ' ']).collect();
    let middle = secret.len() / 2;
    let (head, tail) = (secret.get(..middle).unwrap_or(""), secret.get(middle..).unwrap_or(""));
    vec![
        secret.to_owned(),
        secret.to_lowercase(),
        secret.chars().rev().collect(),
        percent(secret),
        percent(&percent(secret)),
        escaped(secret),
        entities,
        spaced,
        hex.to_uppercase(),
        hex,
        STANDARD.encode(secret),
        STANDARD.encode(format!("x{secret}")),
        URL_SAFE_NO_PAD.encode(format!("xy{secret}z")),
        format!("{head}\" + \"{tail}"),
        format!("{head}\u{200b}{tail}"),
        secret
            .as_bytes()
            .chunks(6)
            .map(|p| format!("{}<wbr>", String::from_utf8_lossy(p)))
            .collect::<Vec<_>>()
            .concat(),
        secret.bytes().map(|b| format!("\\{b:03o}")).collect::<Vec<_>>().concat(),
        secret.bytes().map(|b| format!("{b}, ")).collect::<Vec<_>>().concat(),
        secret.bytes().map(|b| format!("{b:02x}:")).collect::<Vec<_>>().concat(),
        secret.bytes().map(|b| format!("0x{b:02x}, ")).collect::<Vec<_>>().concat(),
        STANDARD.encode(STANDARD.encode(secret)),
        secret.get(secret.len().saturating_sub(12)..).unwrap_or("").to_owned(),
    ]
}
