//! Text that was cut and can be put together again: lines that were wrapped, strings that a program adds up.
//!
//! ```text
//! "sk-ab" +           sk-abcd
//!   "cd"        ──>        ↑ the seam; what lies over it was never seen as one
//! ```

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A sign that adds up strings, looked for in every line.
static DOT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" . "));

/// Bytes on either side of a seam that are looked at.
const REACH: usize = 240;
/// Letters of a wrapped word's second half, where nothing says that the line goes on.
const LONG_HALF: usize = 8;

/// A text without the breaks in its words.
pub(super) struct Joined {
    pub(super) bytes: Vec<u8>,
    origin: Vec<usize>,
    seams: Vec<usize>,
}

impl Joined {
    /// `text` without its seams; `None` where it has none. Only what is near a seam is in it.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let mut breaks = Vec::new();
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr3(b'\n', b'"', b'\'', rest)) {
            let here = at + found;
            let seam = if text.get(here) == Some(&b'\n') { wrap(text, here) } else { sum(text, here) };
            at = match seam {
                Some((from, to)) => {
                    breaks.push((from, to));
                    to
                }
                None => here + 1,
            };
        }
        if breaks.is_empty() {
            return None;
        }
        let mut joined = Self { bytes: Vec::new(), origin: Vec::new(), seams: Vec::new() };
        let mut copied = 0;
        for (index, (from, to)) in breaks.iter().enumerate() {
            let start = from.saturating_sub(REACH).max(copied);
            if start > copied || index == 0 {
                // Far from the seam before: no word goes on.
                joined.push(b"\n", start);
            }
            joined.copy(text, start, *from);
            joined.seams.push(joined.bytes.len());
            let next = breaks.get(index + 1).map_or(text.len(), |(from, _)| *from);
            let end = (to + REACH).min(next);
            joined.copy(text, *to, end);
            copied = end;
        }
        Some(joined)
    }

    fn copy(&mut self, text: &[u8], from: usize, to: usize) {
        for (offset, byte) in text.get(from..to).unwrap_or(&[]).iter().enumerate() {
            self.bytes.push(*byte);
            self.origin.push(from + offset);
        }
    }

    fn push(&mut self, bytes: &[u8], at: usize) {
        for byte in bytes {
            self.bytes.push(*byte);
            self.origin.push(at);
        }
    }

    /// True where `start..end` lies over a seam.
    pub(super) fn crosses(&self, start: usize, end: usize) -> bool {
        self.seams.iter().any(|seam| start < *seam && *seam < end)
    }

    /// Bytes `start..end` as a span of the text.
    pub(super) fn span(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.origin.get(start).copied().unwrap_or(0);
        let to = end.checked_sub(1).and_then(|last| self.origin.get(last)).map_or(from, |last| last + 1);
        (from, to.max(from))
    }
}

/// A byte of a word that may go on behind a seam.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/' | b'~')
}

/// The length of the word that ends `text`, and of the one that begins it.
fn tail(text: &[u8]) -> usize {
    text.iter().rev().take(REACH).take_while(|b| is_part(**b)).count()
}

fn head(text: &[u8]) -> usize {
    text.iter().take(REACH).take_while(|b| is_part(**b)).count()
}

/// The seam of two chunks of a body whose first line end is at `at`: behind it stand the bytes of the next chunk in
/// hexadecimal digits, a line end and so many bytes (RFC 9112, section 7.1).
fn chunk(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let line = text.get(at + 1..)?;
    let digits = line.iter().take(8).take_while(|b| b.is_ascii_hexdigit()).count();
    let end = match line.get(digits..)? {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => return None,
    };
    let size = usize::from_str_radix(std::str::from_utf8(line.get(..digits)?).ok()?, 16).ok()?;
    let (from, to) = (at - usize::from(text.get(..at)?.ends_with(b"\r")), at + 1 + digits + end);
    let fits = match text.get(to.checked_add(size)?..) {
        Some(behind) => behind.is_empty() || matches!(behind, [b'\n', ..] | [b'\r', b'\n', ..]),
        None => true,
    };
    let is_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|b| is_part(*b));
    (size > 0 && fits && is_word(from.checked_sub(1)) && is_word(Some(to))).then_some((from, to))
}

/// The same seam by its last line end.
fn chunk_before(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let first = at.saturating_sub(10);
    let start = text.get(first..at)?.iter().rposition(|b| *b == b'\n')? + first;
    chunk(text, start).filter(|(_, to)| *to == at + 1)
}

/// The break at the line end `at`, where a word goes on behind it.
pub(super) fn wrap(text: &[u8], at: usize) -> Option<(usize, usize)> {
    if let Some(seam) = chunk(text, at).or_else(|| chunk_before(text, at)) {
        return Some(seam);
    }
    let before = text.get(at.saturating_sub(REACH)..at)?;
    let trimmed = before.strip_suffix(b"\r").unwrap_or(before);
    let mut end = trimmed;
    let (mut told, mut quoted) = (false, false);
    // `\` of a shell, `" +` of a program.
    while let Some((last, rest)) = end.split_last() {
        match last {
            b'+' if rest.last().is_some_and(|b| is_part(*b)) => break,
            b'\\' | b'+' | b'^' => told = true,
            b'"' | b'\'' | b'`' => quoted = true,
            b' ' | b'\t' => {}
            _ => break,
        }
        end = rest;
    }
    if !told && !quoted && end.len() != trimmed.len() {
        return None;
    }
    let left = tail(end);
    let behind = text.get(at + 1..)?;
    let lead = behind
        .iter()
        .take(64)
        .take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'|' | b'"' | b'\'' | b'`' | b'+'))
        .count();
    let opens = behind.iter().take(lead).any(|b| matches!(b, b'"' | b'\'' | b'`' | b'+'));
    if quoted && !told && !opens {
        return None;
    }
    let told = told || quoted;
    let rest = behind.get(lead..)?;
    let right = head(rest);
    let word = rest.get(..right)?;
    let (digits, upper, lower) = counts(word);
    let alone = rest
        .get(right)
        .is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b',' | b'='));
    // `NAME=value` and `name: value` begin anew.
    let sign = rest.get(right..).unwrap_or(&[]).trim_ascii_start();
    let named = match sign {
        [b':', ..] => true,
        [b'=', next, ..] => {
            !matches!(next, b'=' | b'\n' | b'\r' | b'"' | b'\'') || sign.len() < rest.len() - right
        }
        _ => false,
    };
    let moment = word.len() >= 4 && word.iter().take(4).all(u8::is_ascii_digit);
    let random = digits > 0 && upper + lower > 0 && (upper > 0 && lower > 0 || right >= 16)
        || upper > 1 && lower > 1 && right >= 16;
    // Behind a line that is one word of noise the last piece may be short.
    let (left_digits, left_upper, left_lower) = counts(end.get(end.len() - left..)?);
    let fills = left == end.len() || end.get(end.len() - left - 1) == Some(&b'\n');
    let noise = left >= 16 && left_digits > 0 && left_upper > 0 && left_lower > 0;
    let last_piece = fills && noise && alone && (digits > 0 || upper > 1 && lower > 0);
    let goes_on = left >= 3
        && right >= 2
        && left + right >= 16
        && !moment
        && !named
        && (told || last_piece || random && (alone || right >= LONG_HALF));
    (goes_on && left_upper + left_lower > 0).then_some((at - before.len() + end.len(), at + 1 + lead))
}

fn counts(word: &[u8]) -> (usize, usize, usize) {
    let of = |test: fn(&u8) -> bool| word.iter().filter(|b| test(b)).count();
    (of(u8::is_ascii_digit), of(u8::is_ascii_uppercase), of(u8::is_ascii_lowercase))
}

/// The joint of two strings whose first one ends with the quote at `at`: `" + "`, `" "`, `", "`.
fn sum(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let quote = text.get(at)?;
    // Most quotes open a string: nothing of a word stands before them.
    if !at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|before| is_part(*before)) {
        return None;
    }
    let rest = text.get(at + 1..)?;
    let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let gap = rest.iter().take(40).take_while(blank).count();
    let sign = usize::from(matches!(rest.get(gap), Some(b'+' | b'.' | b'&' | b',' | b'|')));
    let more = rest.get(gap + sign..)?.iter().take(80).take_while(blank).count();
    let open = gap + sign + more;
    let behind = rest.get(open + 1)?;
    if open == 0 || rest.get(open) != Some(quote) || !is_part(*behind) {
        return None;
    }
    // `"TOKEN=…" "REGION=…"`: the next one has a name of its own.
    let piece = rest.get(open + 1..)?;
    let word = piece.iter().take(64).take_while(|b| is_part(**b)).count();
    let named = matches!(piece.get(word..), Some([b'=', next, ..]) if *next != b'=' && next != quote);
    // Fields of an access log stand beside one another, too: without a sign only the rest of a word is added.
    let is_field = sign == 0
        && !rest.get(..open)?.contains(&b'\n')
        && (piece.get(word) != Some(quote)
            || word < 2
            || piece.iter().take(word).any(|b| matches!(b, b'/' | b'.')));
    (!named && !is_field).then_some((at, at + 1 + open + 1))
}

/// True where a sign of a program adds two strings up. Commas are not looked at: they stand in every list.
pub(super) fn has_sum(text: &[u8]) -> bool {
    let adds = |at: usize| {
        let before = text.get(..at).unwrap_or(&[]);
        let blanks = before.iter().rev().take(40).take_while(|b| b.is_ascii_whitespace()).count();
        let quote = before.len().checked_sub(blanks + 1);
        quote.is_some_and(|q| matches!(text.get(q), Some(b'"' | b'\'')) && is_sum(text, q))
    };
    memchr::memchr_iter(b'+', text).any(adds)
        || DOT.find(text).is_some()
            && [&b"\" . \""[..], b"' . '"]
                .iter()
                .any(|sign| memchr::memmem::find(text, sign).is_some_and(|at| is_sum(text, at)))
}

/// True where a string that ends at the quote at `at` is added to another one.
pub(in crate::case::sanitize) fn is_sum(text: &[u8], at: usize) -> bool {
    sum(text, at).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seams_are_found_and_lead_back() {
        let half = "aB3dE5fG7hJ9kL1m";
        for (text, whole) in [
            (format!("k = \"sk-{half}\" + \"{half}\";"), true),
            (format!("k: \"sk-{half}\\\n{half}\""), true),
            (format!("see sk-{half}\n{half} there"), true),
            (format!("> sk-{half}\r\n> {half}\r\n"), true),
            (format!("[\"sk-{half}\", \"{half}\"]"), true),
            (format!("Environment=\"T=sk-{half}\" \"R={half}\""), false),
            (format!("17\r\nkey sk-{half}\r\n10\r\n{half}\r\n0\r\n"), true),
            (format!("x sk-\n8\n{}\n8\n{}\n10\n{half}\n0\n", &half[..8], &half[8..]), true),
            (format!("see sk-{half}\r\n99\r\nplain words"), false),
            (format!("id {half}\n2026-11-21T10:00:00Z INFO next"), false),
            (format!("id {half}\nTraceback follows"), false),
            ("plain words\nand more".to_owned(), false),
        ] {
            let joined = Joined::of(text.as_bytes());
            let key = format!("sk-{half}{half}");
            let at = joined.as_ref().and_then(|j| memchr::memmem::find(&j.bytes, key.as_bytes()));
            assert_eq!(at.is_some(), whole, "{text:?}");
            if let (Some(joined), Some(at)) = (joined, at) {
                let (from, to) = joined.span(at, at + key.len());
                assert!(joined.crosses(at, at + key.len()));
                assert!(text[from..to].starts_with("sk-") && text[from..to].ends_with(half), "{text:?}");
            }
        }
    }
}
