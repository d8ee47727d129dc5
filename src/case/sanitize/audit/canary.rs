//! Canaries: a key and prompts of the program's own that every audit knows, and the forms in which it must find them.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// The form that takes the most layers.
pub(super) const DEEP: &str = "JSON in JSON to depth 8";

/// Prompts in several scripts. Long enough for the windows, and in no note.
pub(super) const PROMPTS: [&str; 10] = [
    "Planted: the quiet lighthouse keeper counts eleven boats.",
    "Gepflanzt: Der höfliche Türmer übt müßig früh für größere Glöckchen.",
    "Semé ici: l'élève rêveur préfère naïvement les forêts gelées d'août.",
    "Посажено: тихий смотритель маяка считает одиннадцать лодок.",
    "مزروع هنا: حارس المنارة الهادئ يعد أحد عشر قاربا في الليل",
    "यहाँ बोया गया: शांत प्रहरी ग्यारह नावें गिनता है और सोता है",
    "ปลูกไว้ที่นี่ผู้เฝ้าประภาคารเงียบนับเรือสิบเอ็ดลำทุกคืน",
    "这是一段被植入的秘密提示词守灯人数着十一条船",
    "ここに植えられた秘密の指示です灯台守は十一隻の舟を数える",
    "여기에심은비밀지시문등대지기는배열한척을센다",
];

/// A key that looks random and is the same every time. Built, so that no file holds a complete key.
pub(super) fn key() -> String {
    format!("sk-{}", random(24))
}

/// A text of `length` letters and digits that looks random.
pub(super) fn random(length: usize) -> String {
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

fn each_byte(text: &str, form: impl Fn(u8, &mut String) -> fmt::Result) -> String {
    let mut out = String::with_capacity(text.len() * 4);
    // Into memory: nothing could fail.
    let _ = text.bytes().try_for_each(|b| form(b, &mut out));
    out
}

fn each_char(text: &str, form: impl Fn(char, &mut String) -> fmt::Result) -> String {
    let mut out = String::with_capacity(text.len() * 4);
    let _ = text.chars().try_for_each(|c| form(c, &mut out));
    out
}

fn pieces(text: &str, length: usize, between: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(length).map(|piece| piece.iter().collect::<String>()).collect::<Vec<_>>().join(between)
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn packed(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // Into memory: there is nothing that could fail, and a canary that is missing is one that is not found.
    gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish()).unwrap_or_default()
}

fn percent(text: &str) -> String {
    each_byte(text, |b, out| write!(out, "%{b:02X}"))
}

fn nested(text: &str) -> String {
    let mut nested = text.chars().next().map_or_else(String::new, |c| format!("\\u{:04x}", u32::from(c)));
    nested.extend(text.chars().skip(1));
    for _ in 0..8 {
        json(&nested).trim_matches('"').clone_into(&mut nested);
    }
    nested
}

fn utf16(text: &str) -> String {
    each_char(text, |c, out| {
        c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"))
    })
}

fn wide(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(wide).collect()
}

fn deltas(text: &str) -> String {
    let delta =
        |piece: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{}}}}}]}}\\n\\n", json(piece));
    pieces(text, 3, "\u{1}").split('\u{1}').map(delta).collect::<Vec<_>>().concat()
}

/// A form by its name.
pub(super) type Disguise = (&'static str, fn(&str) -> String);

/// Every encoding that the audit must see through.
pub(super) const DISGUISES: [Disguise; 42] = [
    ("plain", str::to_owned),
    ("lower case", str::to_lowercase),
    ("upper case", str::to_uppercase),
    ("backwards", |text| text.chars().rev().collect()),
    ("percent", percent),
    ("percent twice", |text| percent(&percent(text))),
    ("JSON escapes", utf16),
    (DEEP, nested),
    ("hexadecimal entities", |text| each_char(text, |c, out| write!(out, "&#x{:x};", u32::from(c)))),
    ("decimal entities", |text| each_char(text, |c, out| write!(out, "&#{};", u32::from(c)))),
    ("\\x escapes", |text| each_byte(text, |b, out| write!(out, "\\x{b:02x}"))),
    ("\\u{} escapes", |text| each_char(text, |c, out| write!(out, "\\u{{{:x}}}", u32::from(c)))),
    ("octal escapes", |text| each_byte(text, |b, out| write!(out, "\\{b:03o}"))),
    ("hexadecimal", |text| each_byte(text, |b, out| write!(out, "{b:02x}"))),
    ("upper-case hexadecimal", |text| each_byte(text, |b, out| write!(out, "{b:02X}"))),
    ("hexadecimal with colons", |text| each_byte(text, |b, out| write!(out, "{b:02x}:"))),
    ("list of hexadecimal bytes", |text| each_byte(text, |b, out| write!(out, "0x{b:02x}, "))),
    ("list of bytes", |text| each_byte(text, |b, out| write!(out, "{b}, "))),
    ("base64", |text| STANDARD.encode(text)),
    ("base64 at another offset", |text| STANDARD.encode(format!("x{text}"))),
    ("base64url at another offset", |text| URL_SAFE_NO_PAD.encode(format!("xy{text}z"))),
    ("base64 twice", |text| STANDARD.encode(STANDARD.encode(text))),
    ("base64 in lines", |text| pieces(&STANDARD.encode(text), 20, "\n    ")),
    ("gzip in base64", |text| STANDARD.encode(packed(text))),
    ("percent in base64", |text| STANDARD.encode(percent(text))),
    ("full width", wide),
    ("zero width", |text| pieces(text, 3, "\u{200b}")),
    ("soft hyphens as entities", |text| pieces(text, 3, "&shy;")),
    ("direction marks", |text| pieces(text, 3, "\u{202e}")),
    ("terminal colours", |text| pieces(text, 4, "\u{1b}[31m")),
    ("terminal colours, escaped", |text| pieces(text, 4, "\\u001b[0;31m")),
    ("HTML tags", |text| pieces(text, 5, "<wbr>")),
    ("one line each", |text| pieces(text, 4, "\n      ")),
    ("line continuations", |text| pieces(text, 10, "\\\n  ")),
    ("a quoted mail", |text| pieces(text, 10, "\n> ")),
    ("put together", |text| pieces(text, 6, "\" + \"")),
    ("put together in PHP", |text| pieces(text, 6, "' . '")),
    ("neighbours", |text| pieces(text, 6, "\" \"")),
    ("a list of pieces", |text| pieces(text, 6, "\", \"")),
    ("a folded header", |text| pieces(text, 12, "\n\t")),
    ("deltas of a stream", deltas),
    ("spaced out", |text| pieces(text, 1, " ")),
];

/// `text` in each of them.
pub(super) fn disguises(text: &str) -> Vec<(&'static str, String)> {
    DISGUISES.iter().map(|(name, form)| (*name, form(text))).collect()
}
