//! Text that stands packed in other text: base64, hexadecimal, lists of byte values.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Characters of a packed run, and values of a list, from which on something may be in it.
const SHORTEST_RUN: usize = 12;
const SHORTEST_LIST: usize = 8;
/// Bytes of an inflated text that are looked at.
const MOST_INFLATED: usize = 256 * 1024;

/// A packed run and what is in it.
pub(super) struct Packed {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) bytes: Vec<u8>,
}

/// Everything in `text` that unpacks to something readable, in order of its start.
pub(super) fn runs(text: &[u8]) -> Vec<Packed> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let alone = at == 0 || text.get(at - 1).is_none_or(|b| !b.is_ascii_alphanumeric());
        if alone && let Some((bytes, end)) = list(text, at) {
            out.extend(readable(&bytes).then_some(Packed { start: at, end, bytes }));
            at = end;
        } else if is_base64(*byte) {
            let end = at + text.get(at..).unwrap_or(&[]).iter().take_while(|b| is_base64(**b)).count();
            unpack(text, at, end, &mut out);
            // A list may begin inside: `b'73 6b` does not, `x 73 6b` stands alone.
            at = end;
        } else {
            at += 1;
        }
    }
    out
}

/// A cheap look at a run of letters, digits and `+/-_=`: false where no readable text of nine bytes in a row can be packed
/// in it, whatever the packing.
pub(super) fn may_hold_text(run: &[u8]) -> bool {
    if run.iter().all(u8::is_ascii_hexdigit) {
        let text = |from: usize| {
            let mut row = 0;
            run.iter().skip(from).step_by(2).any(|b| {
                row = if matches!(b, b'2'..=b'7') { row + 1 } else { 0 };
                row >= SHORTEST_LIST
            })
        };
        return text(0) || text(1);
    }
    if memchr::memmem::find(run, b"H4sI").is_some() || matches!(run, [b'e', b'J' | b'N' | b'A' | b'F', ..]) {
        return true;
    }
    // Four characters are three bytes of ASCII where three bits of them are 0.
    let ascii = |group: &[u8]| match group {
        [a, b, c, _, ..] => sextet(*a) < 32 && sextet(*b) & 8 == 0 && sextet(*c) & 2 == 0,
        _ => false,
    };
    run.windows(12).any(|w| ascii(w) && w.get(4..).is_some_and(ascii) && w.get(8..).is_some_and(ascii))
}

fn sextet(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn unpack(text: &[u8], start: usize, end: usize, out: &mut Vec<Packed>) {
    let run = text.get(start..end).unwrap_or(&[]);
    if run.len() < SHORTEST_RUN {
        return;
    }
    if run.iter().all(u8::is_ascii_hexdigit) {
        let pairs = run.chunks_exact(2).filter_map(|pair| value(pair, 16)).collect::<Vec<u8>>();
        out.extend(readable(&pairs).then_some(Packed { start, end, bytes: pairs }));
        return;
    }
    if let Some(at) = memchr::memmem::find(run, b"H4sI").or_else(|| run.starts_with(b"e").then_some(0)) {
        let bytes = inflated(&base64(run.get(at..).unwrap_or(&[])));
        if readable(&bytes) {
            out.push(Packed { start, end, bytes });
            return;
        }
    }
    // A path or a word may run into the packed text: any of four phases can be the right one.
    for phase in 0..4 {
        let bytes = base64(run.get(phase..).unwrap_or(&[]));
        if readable(&bytes) {
            out.push(Packed { start, end, bytes });
        }
    }
}

/// What gzip or zlib packed, up to [`MOST_INFLATED`]; empty where it is neither.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut out = Vec::new();
    let limit = MOST_INFLATED as u64;
    // What came out before an error counts: a packed text may be cut off.
    let _ = match bytes {
        [0x1f, 0x8b, ..] => flate2::read::GzDecoder::new(bytes).take(limit).read_to_end(&mut out),
        [0x78, ..] => flate2::read::ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out),
        _ => Ok(0),
    };
    out
}

fn base64(run: &[u8]) -> Vec<u8> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let standard: Vec<u8> = run
        .iter()
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => *b,
        })
        .collect();
    let whole = if standard.len() % 4 == 1 { standard.len() - 1 } else { standard.len() };
    GeneralPurpose::new(&STANDARD, LENIENT).decode(standard.get(..whole).unwrap_or(&[])).unwrap_or_default()
}

/// The list of byte values at `at`: `73:6b:2d`, `0x73, 0x6b`, `[115, 107, 45`.
fn list(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut items: Vec<&[u8]> = Vec::new();
    let (mut here, mut end, mut hex, mut commas) = (at, at, false, false);
    loop {
        let rest = text.get(here..)?;
        let lead = if rest.starts_with(b"0x") { 2 } else { 0 };
        let digits = rest.iter().skip(lead).take(4).take_while(|b| b.is_ascii_hexdigit()).count();
        let item = rest.get(lead..lead + digits)?;
        if !(1..=3).contains(&digits) || (lead > 0 && digits != 2) {
            break;
        }
        hex |= lead > 0 || item.iter().any(u8::is_ascii_alphabetic);
        items.push(item);
        end = here + lead + digits;
        let gap = text
            .get(end..)?
            .iter()
            .take(3)
            .take_while(|b| matches!(b, b' ' | b',' | b':' | b'\n' | b';'))
            .count();
        if gap == 0 {
            break;
        }
        commas |= text.get(end) == Some(&b',');
        here = end + gap;
    }
    if items.len() < SHORTEST_LIST {
        return None;
    }
    // `[83, 75, 45]` of a program; `73 6b 2d` of a dump.
    let radix = if hex || !commas && items.iter().all(|i| i.len() == 2) { 16 } else { 10 };
    let bytes = items.into_iter().map(|i| value(i, radix)).collect::<Option<Vec<u8>>>()?;
    Some((bytes, end))
}

fn value(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// What chance makes of a run is not: most of it are characters that people write.
fn readable(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let (mut good, mut all) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        good += usize::from((!c.is_control() || c.is_whitespace()) && c != '\u{fffd}');
    }
    bytes.len() >= SHORTEST_LIST && good * 10 >= all * 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn what_is_packed_is_found() {
        let inner = "a quiet word, 一个安静的词";
        let list =
            |join: &str, form: fn(u8) -> String| inner.bytes().map(form).collect::<Vec<_>>().join(join);
        for packed in [
            STANDARD.encode(inner),
            URL_SAFE_NO_PAD.encode(inner),
            format!("/v1/x/{}", STANDARD.encode(inner)),
            list("", |b| format!("{b:02X}")),
            list(":", |b| format!("{b:02x}")),
            list(", ", |b| format!("0x{b:02x}")),
            list(", ", |b| b.to_string()),
        ] {
            let text = format!("got [{packed}] here");
            let found = runs(text.as_bytes());
            assert!(
                found.iter().any(|p| String::from_utf8_lossy(&p.bytes).contains(inner)
                    && text[p.start..p.end].contains(packed.trim_end_matches('='))),
                "{packed}"
            );
        }
    }

    #[test]
    fn digests_and_dates_are_not_packed_text() {
        for text in [
            "2026-11-21T04:10:16Z 2026 11 21",
            "9f86d081884c7d659a2feaa0c55ad015",
            "AB:CD:EF:01:99:88:77:AA:BB:CC",
        ] {
            assert!(runs(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
