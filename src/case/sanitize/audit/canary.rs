//! Canaries: a key and prompts of the program's own that every audit knows, and the forms in which it must find them.

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

fn each_byte(text: &str, form: impl Fn(u8) -> String) -> String {
    text.bytes().map(form).collect::<Vec<_>>().concat()
}

fn each_char(text: &str, form: impl Fn(char) -> String) -> String {
    text.chars().map(form).collect::<Vec<_>>().concat()
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

/// `text` in every encoding that the audit must see through.
pub(super) fn disguises(text: &str) -> Vec<(&'static str, String)> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let percent = |text: &str| each_byte(text, |b| format!("%{b:02X}"));
    let mut nested = text.chars().next().map_or_else(String::new, |c| format!("\\u{:04x}", u32::from(c)));
    nested.extend(text.chars().skip(1));
    for _ in 0..8 {
        json(&nested).trim_matches('"').clone_into(&mut nested);
    }
    let utf16 = each_char(text, |c| {
        let mut buffer = [0; 2];
        c.encode_utf16(&mut buffer).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
    });
    let wide = each_char(text, |c| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c).to_string(),
        c => c.to_string(),
    });
    let delta =
        |piece: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"content\":{}}}}}]}}\\n\\n", json(piece));
    let deltas = pieces(text, 3, "\u{1}").split('\u{1}').map(delta).collect::<Vec<_>>().concat();
    vec![
        ("plain", text.to_owned()),
        ("lower case", text.to_lowercase()),
        ("upper case", text.to_uppercase()),
        ("backwards", text.chars().rev().collect()),
        ("percent", percent(text)),
        ("percent twice", percent(&percent(text))),
        ("JSON escapes", utf16),
        (DEEP, nested),
        ("hexadecimal entities", each_char(text, |c| format!("&#x{:x};", u32::from(c)))),
        ("decimal entities", each_char(text, |c| format!("&#{};", u32::from(c)))),
        ("\\x escapes", each_byte(text, |b| format!("\\x{b:02x}"))),
        ("\\u{} escapes", each_char(text, |c| format!("\\u{{{:x}}}", u32::from(c)))),
        ("octal escapes", each_byte(text, |b| format!("\\{b:03o}"))),
        ("hexadecimal", each_byte(text, |b| format!("{b:02x}"))),
        ("upper-case hexadecimal", each_byte(text, |b| format!("{b:02X}"))),
        ("hexadecimal with colons", each_byte(text, |b| format!("{b:02x}:"))),
        ("list of hexadecimal bytes", each_byte(text, |b| format!("0x{b:02x}, "))),
        ("list of bytes", each_byte(text, |b| format!("{b}, "))),
        ("base64", STANDARD.encode(text)),
        ("base64 at another offset", STANDARD.encode(format!("x{text}"))),
        ("base64url at another offset", URL_SAFE_NO_PAD.encode(format!("xy{text}z"))),
        ("base64 twice", STANDARD.encode(STANDARD.encode(text))),
        ("base64 in lines", pieces(&STANDARD.encode(text), 20, "\n    ")),
        ("gzip in base64", STANDARD.encode(packed(text))),
        ("percent in base64", STANDARD.encode(percent(text))),
        ("full width", wide),
        ("zero width", pieces(text, 3, "\u{200b}")),
        ("soft hyphens as entities", pieces(text, 3, "&shy;")),
        ("direction marks", pieces(text, 3, "\u{202e}")),
        ("terminal colours", pieces(text, 4, "\u{1b}[31m")),
        ("terminal colours, escaped", pieces(text, 4, "\\u001b[0;31m")),
        ("HTML tags", pieces(text, 5, "<wbr>")),
        ("one line each", pieces(text, 4, "\n      ")),
        ("line continuations", pieces(text, 10, "\\\n  ")),
        ("a quoted mail", pieces(text, 10, "\n> ")),
        ("put together", pieces(text, 6, "\" + \"")),
        ("put together in PHP", pieces(text, 6, "' . '")),
        ("neighbours", pieces(text, 6, "\" \"")),
        ("a list of pieces", pieces(text, 6, "\", \"")),
        ("a folded header", pieces(text, 12, "\n\t")),
        ("deltas of a stream", deltas),
        ("spaced out", pieces(text, 1, " ")),
    ]
}
