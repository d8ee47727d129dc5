//! What a reader can make of an output: every decoding that somebody could undo, one view each.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// A way to decode a text. The text as it stands is a view of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// Wrapped and folded lines joined.
    Unwrapped,
    Percent,
    /// `\"`, `\n`, `\u0041`.
    Json,
    Entities,
    /// `\x41`, `\101`.
    Escapes,
    /// Full-width and other compatibility forms.
    Normal,
    /// Zero-width characters, bidi marks, terminal colours.
    Invisible,
    Base64,
    Gzip,
    Hex,
    Reversed,
    /// `"ab" + "cd"`.
    Concatenated,
    /// The values of one member over all events.
    Deltas,
}

pub const ALL: [View; 13] = [
    View::Unwrapped,
    View::Percent,
    View::Json,
    View::Entities,
    View::Escapes,
    View::Normal,
    View::Invisible,
    View::Base64,
    View::Gzip,
    View::Hex,
    View::Reversed,
    View::Concatenated,
    View::Deltas,
];

/// Decodings on top of each other; JSON in strings counts apart.
const DEPTH: usize = 4;
const JSON_DEPTH: usize = 8;
const MOST_VIEWS: usize = 400;

/// All views of `text` by the decodings of `with`.
pub fn views(text: &str, with: &[View]) -> Vec<String> {
    let mut seen = HashSet::from([text.to_owned()]);
    let mut list = vec![(text.to_owned(), 0, 0)];
    let mut at = 0;
    while let Some((text, depth, json)) = list.get(at).cloned() {
        at += 1;
        for view in with.iter().copied() {
            let (depth, json) = if view == View::Json { (depth, json + 1) } else { (depth + 1, json) };
            if depth > DEPTH || json > JSON_DEPTH || (view == View::Reversed && depth > 2) {
                continue;
            }
            for decoded in decode(view, &text) {
                if list.len() < MOST_VIEWS && decoded.len() >= 4 && seen.insert(decoded.clone()) {
                    list.push((decoded, depth, json));
                }
            }
        }
    }
    list.into_iter().map(|(text, ..)| text).collect()
}

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("a pattern"));
    };
}

pattern!(BREAK, r"[ \t]*[│|\\^`]?\r?\n[ \t]*(?:[>|#*│]+ )?|\\r\\n[ \t]*|\\n");
pattern!(PERCENT, r"(?:%[0-9A-Fa-f]{2})+");
pattern!(JSON, r#"\\(?:u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|["\\/bfnrt'])"#);
pattern!(ENTITY, r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[a-zA-Z]{2,8});?");
pattern!(ESCAPE, r"(?:\\x[0-9A-Fa-f]{2}|\\[0-3][0-7]{2})+");
pattern!(COLOUR, r"(?:\x1b|\\e|\\033|␛)\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)");
pattern!(BASE64_RUN, r"[A-Za-z0-9+/_-]{11,}={0,2}");
pattern!(HEX_RUN, r"(?:[0-9A-Fa-f]{2}[: ,]?){6,}");
pattern!(JOINT, r#"["'`]\s*(?:\+|\.|&|\|\||,)?\s*\\?\s*["'`]"#);
pattern!(INDEX, r#""index"\s*:\s*(\d+)"#);
pattern!(MEMBER, r#""([A-Za-z_]+)"\s*:\s*"((?:[^"\\]|\\.)*)""#);

fn decode(view: View, text: &str) -> Vec<String> {
    match view {
        View::Unwrapped => {
            let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            vec![
                BREAK.replace_all(text, "").into_owned(),
                BREAK.replace_all(text, " ").into_owned(),
                squeezed,
            ]
        }
        View::Percent => {
            let plus = text.replace('+', " ");
            let decoded = bytes_of(&PERCENT, text, &|m| m.split('%').skip(1).map(|h| radix(h, 16)).collect());
            let spaced = bytes_of(&PERCENT, &plus, &|m| m.split('%').skip(1).map(|h| radix(h, 16)).collect());
            vec![decoded, spaced]
        }
        View::Json => vec![json(text)],
        View::Entities => {
            vec![ENTITY.replace_all(text, |c: &regex::Captures<'_>| entity(&c[0])).into_owned()]
        }
        View::Escapes => vec![bytes_of(&ESCAPE, text, &|m| {
            m.split('\\')
                .skip(1)
                .map(|e| e.strip_prefix('x').map_or_else(|| radix(e, 8), |h| radix(h, 16)))
                .collect()
        })],
        View::Normal => vec![text.nfkc().collect()],
        View::Invisible => {
            let plain = COLOUR.replace_all(text, "");
            vec![plain.chars().filter(|c| !is_invisible(*c)).collect()]
        }
        View::Base64 => base64_runs(text, |bytes| printable(&bytes)),
        View::Gzip => base64_runs(text, |bytes| inflate(&bytes)),
        View::Hex => vec![
            HEX_RUN
                .find_iter(text)
                .flat_map(|m| [0, 1].map(|from| unhex(m.as_str(), from)))
                .collect::<Vec<_>>()
                .join("\n"),
        ],
        View::Reversed => vec![text.chars().rev().collect()],
        View::Concatenated => vec![JOINT.replace_all(text, "").into_owned()],
        View::Deltas => vec![deltas(text)],
    }
}

fn radix(digits: &str, radix: u32) -> u8 {
    u8::from_str_radix(digits, radix).unwrap_or(b'?')
}

/// `text` with every match replaced by the text of its bytes.
fn bytes_of(pattern: &Regex, text: &str, read: &dyn Fn(&str) -> Vec<u8>) -> String {
    pattern
        .replace_all(text, |c: &regex::Captures<'_>| String::from_utf8_lossy(&read(&c[0])).into_owned())
        .into_owned()
}

fn json(text: &str) -> String {
    let wide: Vec<u16> = JSON
        .replace_all(text, |c: &regex::Captures<'_>| match &c[0][1..] {
            "n" => "\n".to_owned(),
            "r" => "\r".to_owned(),
            "t" => "\t".to_owned(),
            "b" | "f" => " ".to_owned(),
            code if code.len() > 1 => {
                let digits = code.trim_start_matches(['u', '{']).trim_end_matches('}');
                let code = u32::from_str_radix(digits, 16).unwrap_or(0xfffd);
                // Halves of a pair are marked and put together below.
                match code {
                    0xd800..=0xdfff => char::from_u32(0xf_0000 + code - 0xd800).unwrap_or('?').to_string(),
                    code => char::from_u32(code).unwrap_or('?').to_string(),
                }
            }
            other => other.to_owned(),
        })
        .chars()
        .flat_map(|c| match u32::from(c) {
            code @ 0xf_0000..=0xf_07ff => vec![u16::try_from(code - 0xf_0000 + 0xd800).unwrap_or(0)],
            _ => c.encode_utf16(&mut [0; 2]).to_vec(),
        })
        .collect();
    String::from_utf16_lossy(&wide)
}

fn entity(text: &str) -> String {
    let name = text.trim_start_matches('&').trim_end_matches(';');
    let code = match name {
        "amp" => return "&".to_owned(),
        "lt" => return "<".to_owned(),
        "gt" => return ">".to_owned(),
        "quot" => return "\"".to_owned(),
        "apos" => return "'".to_owned(),
        "nbsp" => return " ".to_owned(),
        "shy" | "zwnj" | "zwj" => return String::new(),
        "hyphen" | "dash" => return "-".to_owned(),
        "lowbar" => return "_".to_owned(),
        "period" => return ".".to_owned(),
        "commat" => return "@".to_owned(),
        "colon" => return ":".to_owned(),
        "sol" => return "/".to_owned(),
        _ => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => name.strip_prefix('#').and_then(|digits| digits.parse().ok()),
        },
    };
    code.and_then(char::from_u32).map_or_else(|| text.to_owned(), String::from)
}

fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(u32::from(c), 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
            | 0xe_0000..=0xe_0fff)
}

/// Every run that could be base64, read from each of four places, since a run that was cut may begin anywhere.
fn base64_runs(text: &str, read: impl Fn(Vec<u8>) -> String) -> Vec<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engines = [GeneralPurpose::new(&STANDARD, config), GeneralPurpose::new(&URL_SAFE, config)];
    let mut found = Vec::new();
    for run in BASE64_RUN.find_iter(text).map(|m| m.as_str().trim_end_matches('=')) {
        let engine = usize::from(run.contains(['-', '_']));
        for from in 0..4 {
            let part = &run[from..];
            let part = if part.len() % 4 == 1 { &part[..part.len() - 1] } else { part };
            let decoded = engines[engine].decode(part).map(&read).unwrap_or_default();
            if decoded.len() >= 4 {
                found.push(decoded);
            }
            // A path or a name that stands before it uses the same letters.
            for piece in
                part.split(['/', '-', '_']).filter(|p| from == 0 && p.len() >= 11 && p.len() < part.len())
            {
                let piece = if piece.len() % 4 == 1 { &piece[..piece.len() - 1] } else { piece };
                found.push(engines[engine].decode(piece).map(&read).unwrap_or_default());
            }
        }
    }
    vec![found.join("\n")]
}

/// The readable text of bytes: UTF-8, or the ASCII in them.
fn printable(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let ascii = |b: &u8| if matches!(b, b' '..=b'~' | b'\n') { char::from(*b) } else { '\n' };
    let lossy = String::from_utf8_lossy(bytes);
    let plain: String = bytes.iter().map(ascii).collect();
    let plain = plain.split('\n').filter(|p| p.len() >= 4).collect::<Vec<_>>().join("\n");
    if lossy.chars().filter(|c| *c == '\u{fffd}').count() * 8 < lossy.chars().count() {
        format!("{lossy}\n{plain}")
    } else {
        plain
    }
}

fn inflate(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let _ = flate2::read::GzDecoder::new(bytes).take(1 << 20).read_to_end(&mut out);
    } else if matches!(bytes, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]) {
        let _ = flate2::read::ZlibDecoder::new(bytes).take(1 << 20).read_to_end(&mut out);
    }
    printable(&out)
}

fn unhex(text: &str, from: usize) -> String {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).skip(from).collect();
    let bytes: Vec<u8> =
        digits.chunks_exact(2).map(|pair| radix(&String::from_utf8_lossy(pair), 16)).collect();
    printable(&bytes)
}

/// For each member name, its values over the whole text, joined; and once more apart for each `index` of a line.
fn deltas(text: &str) -> String {
    let mut joined: BTreeMap<(&str, &str), (usize, String)> = BTreeMap::new();
    for line in text.lines() {
        let index = INDEX.captures(line).and_then(|c| c.get(1)).map_or("", |m| m.as_str());
        for found in MEMBER.captures_iter(line) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
            for index in ["all", index] {
                let entry = joined.entry((name.as_str(), index)).or_default();
                entry.0 += 1;
                entry.1.push_str(value.as_str());
            }
        }
    }
    let mut lines: Vec<String> = joined.into_values().filter(|(n, _)| *n > 1).map(|(_, text)| text).collect();
    let data: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("data:")).map(str::trim).collect();
    if data.len() > 1 {
        lines.push(data.concat());
    }
    lines.join("\n")
}
