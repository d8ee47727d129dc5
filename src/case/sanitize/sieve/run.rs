//! Runs of letters and digits: where they end, and what they can be.

use super::{LONG_RUN, LONG_RUN_OF_LETTERS};
use crate::case::sanitize::normal;
use crate::case::sanitize::packed::may_hold_text;

/// 1: letters, `-`, `_`; 5: digits; 2: may begin a disguise; 3: `+`, `/`, `=`; 4: quotes; 0: anything else.
pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0_u8;
    loop {
        let class = match byte {
            b'0'..=b'9' => 5,
            b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' => 1,
            b'+' | b'/' | b'=' => 3,
            b'"' | b'\'' => 4,
            b':' | b'(' | b'[' | b'>' | b'\t' => 6,
            b'%' | b'\\' | b'&' | b'<' | 0x1b | 0xc2 | 0xcd | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf0 => 2,
            _ => 0,
        };
        #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256")]
        {
            table[byte as usize] = class;
        }
        if byte == 255 {
            return table;
        }
        byte += 1;
    }
}

/// The end of the run at `at`, and its digits.
pub(super) fn run(text: &[u8], at: usize) -> (usize, usize) {
    let (mut end, mut digits) = (at, 0);
    for byte in text.get(at..).unwrap_or(&[]) {
        match CLASS.get(usize::from(*byte)) {
            Some(1) => {}
            Some(5) => digits += 1,
            _ => break,
        }
        end += 1;
    }
    (end, digits)
}

/// The runs of bytes that are `own` in `text`, `least` bytes long or longer. Each of them goes over one of the bytes that are
/// looked at first: of most texts only every so many bytes are looked at.
pub(super) fn long_runs(text: &[u8], least: usize, own: impl Fn(u8) -> bool) -> impl Iterator<Item = &[u8]> {
    let least = least.max(1);
    let (mut at, mut done) = (least - 1, 0);
    std::iter::from_fn(move || {
        loop {
            if !own(*text.get(at)?) {
                at += least;
                continue;
            }
            let lead = text.get(done..at)?.iter().rev().take_while(|b| own(**b)).count();
            let length = text.get(at..)?.iter().take_while(|b| own(**b)).count();
            let run = text.get(at - lead..at + length);
            done = at + length;
            at = done + least;
            if lead + length >= least {
                return run;
            }
        }
    })
}

/// A piece without a break that is long enough, and has digits or capitals among small letters: all that `is_unexplained`
/// can take.
pub(super) fn may_be_noise(word: &[u8]) -> bool {
    word.split(|b| matches!(b, b'-' | b'_')).any(|piece| {
        piece.len() >= LONG_RUN
            && (piece.iter().filter(|b| b.is_ascii_digit()).count() >= 2
                || piece.len() >= LONG_RUN_OF_LETTERS && rises(piece) >= 4)
    })
}

/// Capitals behind a small letter.
fn rises(piece: &[u8]) -> usize {
    piece
        .windows(2)
        .filter(|w| matches!(w, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count()
}

/// True where the byte at `at` begins an escape or an invisible character.
pub(super) fn disguises(text: &[u8], at: usize) -> bool {
    match text.get(at..).unwrap_or(&[]) {
        [b'%', a, b, ..] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [b'\\', b'u' | b'x' | b'0'..=b'3' | b'"' | b'\'' | b'n' | b'r' | b't' | b'/' | b'\\', ..]
        | [0x1b, ..]
        // Soft hyphen, no-break space, C1 controls; other invisible ones by their first two bytes.
        | [0xc2, 0x80..=0xa0 | 0xad, ..]
        | [0xcd, 0x8f, ..]
        | [0xe1, 0x85 | 0x9e | 0xa0, ..]
        | [0xe2, 0x80, 0x8b..=0x8f | 0xa8..=0xae, ..]
        | [0xe2, 0x81, 0xa0..=0xaf, ..]
        | [0xe3, 0x85, 0xa4, ..]
        | [0xe3, 0x80, 0x80, ..]
        // Letters of mathematics, tags.
        | [0xf0, 0x9d, 0x90..=0x9f, ..]
        | [0xf3, 0xa0, ..]
        | [0xef, 0xb8 | 0xbb | 0xbc | 0xbd | 0xbe | 0xbf, ..] => true,
        [b'&', next, ..] => *next == b'#' || next.is_ascii_alphabetic(),
        rest @ [b'<', ..] => normal::tag(rest) > 0,
        _ => false,
    }
}

/// The run `start..end`, where something may be packed in it: an id of words is not, what is packed has a long piece.
pub(super) fn packed_run(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let run = text.get(start..end).unwrap_or(&[]);
    // `name=` before it is a name.
    let name = run.iter().position(|b| *b == b'=').filter(|at| at + 3 < run.len()).map_or(0, |at| at + 1);
    let (start, run) = (start + name, run.get(name..).unwrap_or(&[]));
    let piece = run.split(|b| matches!(b, b'-' | b'_')).map(<[u8]>::len).max().unwrap_or(0);
    (piece >= LONG_RUN && may_hold_text(run)).then_some((start, end))
}

/// The base64 text in which `start..end` is a piece between `+` and `/`; the piece itself where it is a path's.
pub(super) fn whole_run(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    let before = text.get(..start).unwrap_or(&[]).iter().rev().take(400).take_while(part).count();
    let after = text.get(end..).unwrap_or(&[]).iter().take(400).take_while(part).count();
    let (from, to) = (start - before, end + after);
    let run = text.get(from..to).unwrap_or(&[]);
    let assigned = run.iter().position(|b| *b == b'=').filter(|at| *at + 2 < run.len() && from + at < start);
    let from = assigned.map_or(from, |at| from + at + 1);
    let run = text.get(from..to).unwrap_or(&[]);
    // A path has words between its slashes.
    let path = run
        .split(|b| *b == b'/')
        .any(|p| p.len() >= 3 && p.iter().all(|b| b.is_ascii_lowercase() || *b == b'-'));
    let lower = run.iter().filter(|b| b.is_ascii_lowercase()).count();
    let packed = (run.contains(&b'+') || run.ends_with(b"=") || run.contains(&b'/') && run.len() >= 40)
        && !path
        && lower * 10 < run.len() * 7;
    if packed && from <= start { (from, to) } else { (start, end) }
}

/// `sha256-…`, `sha512-…`, `sha256//…`: the digest of something public.
pub(super) fn is_digest(text: &[u8], from: usize) -> bool {
    let near = text.get(from.saturating_sub(8)..(from + 8).min(text.len())).unwrap_or(&[]);
    // The sums of Go's modules are named `h1:`.
    text.get(..from).is_some_and(|before| before.ends_with(b" h1:") || before.ends_with(b"\"h1:"))
        || [&b"sha1"[..], b"sha256", b"sha384", b"sha512"]
            .iter()
            .any(|name| memchr::memmem::find(near, name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn long_runs_are_those_that_a_walk_finds(text in "[ab ]{0,60}", least in 1_usize..9) {
            let walked: Vec<&[u8]> =
                text.as_bytes().split(|b| *b == b' ').filter(|run| run.len() >= least).collect();
            let found: Vec<&[u8]> = long_runs(text.as_bytes(), least, |b| b != b' ').collect();
            prop_assert_eq!(found, walked);
        }
    }
}
