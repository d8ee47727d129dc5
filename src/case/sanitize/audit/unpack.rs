//! What stands packed in text: base64 (also with gzip inside), hexadecimal, lists of byte values.

use std::io::Read as _;

/// Characters of a packed run, and values of a list, from which on something may be in it.
const SHORTEST_RUN: usize = 11;
const SHORTEST: usize = 8;
/// Bytes that are unpacked of one run.
const MOST: u64 = 1024 * 1024;

/// Every packed run: start, end, and what a reader finds in it.
pub(super) fn runs(text: &[u8]) -> Vec<(usize, usize, Vec<u8>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let alone = at == 0 || !text.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        if alone
            && byte.is_ascii_hexdigit()
            && let Some((bytes, end)) = list(text, at)
        {
            keep(at, end, &bytes, &mut out);
            at = end;
            continue;
        }
        if sextet(*byte).is_none() {
            at += 1;
            continue;
        }
        let length = text.get(at..).unwrap_or(&[]).iter().take_while(|b| sextet(**b).is_some()).count();
        let run = text.get(at..at + length).unwrap_or(&[]);
        if length >= SHORTEST_RUN {
            // A word may run into the packed text: any phase can be the right one.
            for phase in 0..4 {
                keep(at, at + length, &base64(run.get(phase..).unwrap_or(&[])), &mut out);
            }
        }
        hexadecimal(run, at, &mut out);
        at += length;
    }
    out
}

/// Keeps the stretches of `bytes` that a reader can read, and what is compressed in them.
fn keep(start: usize, end: usize, bytes: &[u8], out: &mut Vec<(usize, usize, Vec<u8>)>) {
    let inflated = inflated(bytes);
    for bytes in [Some(bytes), inflated.as_deref()].into_iter().flatten() {
        out.extend(stretches(bytes).map(|stretch| (start, end, stretch.as_bytes().to_vec())));
    }
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // What came before a fault was readable, too.
    let _cut_short = match bytes {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes).take(MOST).read_to_end(&mut out),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            flate2::read::ZlibDecoder::new(bytes).take(MOST).read_to_end(&mut out)
        }
        _ => return None,
    };
    Some(out)
}

/// Runs of at least [`SHORTEST`] bytes that are text.
fn stretches(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_control() && !c.is_whitespace() && c != '\u{1b}';
    let valid = bytes.utf8_chunks().map(|chunk| chunk.valid()).filter(|text| text.len() >= SHORTEST);
    valid.flat_map(move |text| text.split(ends)).filter(|text| text.len() >= SHORTEST)
}

fn sextet(byte: u8) -> Option<u32> {
    SEXTETS.get(usize::from(byte)).filter(|value| **value < 64).map(|value| u32::from(*value))
}

/// For each byte what it stands for in base64, of either alphabet; 255: nothing.
static SEXTETS: [u8; 256] = sextets();

const fn sextets() -> [u8; 256] {
    let mut table = [255; 256];
    let mut byte = 0_u8;
    loop {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 255,
        };
        #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256")]
        {
            table[byte as usize] = value;
        }
        if byte == 255 {
            return table;
        }
        byte += 1;
    }
}

fn base64(run: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(run.len() * 3 / 4);
    for four in run.chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, b| (bits << 6) | sextet(*b).unwrap_or(0));
        let bits = bits << (6 * (4 - four.len()));
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend(bytes.iter().take(four.len().saturating_sub(1)));
    }
    out
}

/// Pairs of hexadecimal digits in `run`, from either phase.
fn hexadecimal(run: &[u8], start: usize, out: &mut Vec<(usize, usize, Vec<u8>)>) {
    let mut at = 0;
    while at < run.len() {
        let rest = run.get(at..).unwrap_or(&[]);
        let length = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        if length >= 2 * SHORTEST {
            for phase in 0..2 {
                let digits = rest.get(phase..length).unwrap_or(&[]);
                let bytes: Vec<u8> = digits.chunks_exact(2).filter_map(|pair| value(pair, 16)).collect();
                keep(start + at, start + at + length, &bytes, out);
            }
        }
        at += length.max(1);
    }
}

/// The list of byte values at `at`: `73:6b:2d`, `0x73, 0x6b`, `[115, 107, 45`, `\x73` without its strokes.
fn list(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut items: Vec<&[u8]> = Vec::new();
    let (mut here, mut end, mut hex) = (at, at, false);
    loop {
        let rest = text.get(here..)?;
        let lead = if rest.starts_with(b"0x") || rest.starts_with(b"0X") { 2 } else { 0 };
        let digits = rest.iter().skip(lead).take(4).take_while(|b| b.is_ascii_hexdigit()).count();
        let item = rest.get(lead..lead + digits)?;
        if !(1..=3).contains(&digits) || (lead > 0 && digits != 2) {
            break;
        }
        hex |= lead > 0 || item.iter().any(u8::is_ascii_alphabetic);
        items.push(item);
        end = here + lead + digits;
        let is_gap = |b: &&u8| matches!(b, b' ' | b',' | b':' | b'\n' | b';' | b'-');
        let gap = text.get(end..)?.iter().take(16).take_while(is_gap).count();
        if gap == 0 {
            break;
        }
        here = end + gap;
    }
    if items.len() < SHORTEST {
        return None;
    }
    let radix = if hex || items.iter().all(|i| i.len() == 2) { 16 } else { 10 };
    let bytes = items.into_iter().map(|i| value(i, radix)).collect::<Option<Vec<u8>>>()?;
    Some((bytes, end))
}

fn value(digits: &[u8], radix: u32) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}
