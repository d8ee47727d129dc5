//! Dumps of bytes in hexadecimal digits (`curl --trace`, `hexdump -C`, `xxd`): what they show is read as the text that it is.
//!
//! ```text
//! 0000: 41 75 74 68 6f 72 69 7a 61 74 69 6f 6e 3a 20 42 Authorization: B
//! ```

/// Bytes of a line.
const WIDTH: usize = 16;
/// Bytes of a dump that are put together.
const LONGEST: usize = 1024 * 1024;

/// What the text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Dump {
    /// No dump.
    None,
    /// More has to come to know where it ends.
    More,
    /// So many bytes are a dump of this text.
    Of { length: usize, text: Vec<u8> },
}

/// The dump that `rest` begins with: lines whose places follow one another.
pub(super) fn dump(rest: &[u8], last: bool) -> Dump {
    if !rest.first().is_some_and(|b| b.is_ascii_hexdigit() || *b == b' ') {
        return Dump::None;
    }
    let (mut at, mut text, mut place) = (0, Vec::new(), None);
    loop {
        let here = rest.get(at..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', here).map(|end| end + 1);
        let begins = at == 0 && here.len() > 200;
        let Some(end) = end.or((last || begins).then_some(here.len())) else {
            return if at == 0 && !may_begin(here) { Dump::None } else { Dump::More };
        };
        let line = here.get(..end).filter(|line| !line.is_empty()).and_then(line);
        let Some((offset, bytes)) = line.filter(|(offset, _)| place.is_none_or(|place| place == *offset))
        else {
            break;
        };
        place = Some(offset + bytes.len() as u64);
        text.extend_from_slice(&bytes);
        at += end;
        if bytes.len() < WIDTH || text.len() >= LONGEST {
            break;
        }
    }
    if text.is_empty() {
        return Dump::None;
    }
    Dump::Of { length: at, text }
}

/// Characters of a row of `curl --trace-ascii`.
const ROW: usize = 64;

/// The rows of `curl --trace-ascii` that `rest` begins with, of which each goes on in the next: as one line.
pub(super) fn rows(rest: &[u8], last: bool) -> Dump {
    let (mut at, mut text, mut place, mut seen) = (0, Vec::new(), None, 0_usize);
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        let Some((offset, shown, end)) = row(here, last) else {
            let may_come = !last && here.len() < ROW + 20 && memchr::memchr(b'\n', here).is_none();
            return match place {
                _ if may_come && may_begin(here.get(..6).unwrap_or(here)) => Dump::More,
                Some(_) if seen > 1 => Dump::Of { length: at, text },
                _ => Dump::None,
            };
        };
        if place.is_some_and(|place| place != offset) || text.len() >= LONGEST {
            break;
        }
        if place.is_none() {
            text.extend_from_slice(here.get(..here.len().min(6)).unwrap_or(here));
        }
        text.extend_from_slice(shown);
        at += end;
        seen += 1;
        place = Some(offset + ROW as u64);
        if shown.len() < ROW {
            break;
        }
        if rest.len() == at && !last {
            return Dump::More;
        }
    }
    if seen < 2 { Dump::None } else { Dump::Of { length: at, text } }
}

/// The place of a row, what it shows, and its bytes with the line's end.
fn row(here: &[u8], last: bool) -> Option<(u64, &[u8], usize)> {
    let end = memchr::memchr(b'\n', here).map(|end| end + 1).or(last.then_some(here.len()))?;
    let line = here.get(..end)?;
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let digits = line.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    let shown = line.get(4..)?.strip_prefix(b": ").filter(|shown| (1..=ROW).contains(&shown.len()))?;
    Some((u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?, shown, end))
}

/// True where `line`, of which more has to come, can be one of a dump.
fn may_begin(line: &[u8]) -> bool {
    let rest = line.trim_ascii_start();
    let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    digits <= 16 && line.len() <= 200 && matches!(rest.get(digits), None | Some(b':' | b' '))
}

/// The place and the bytes of one line.
fn line(line: &[u8]) -> Option<(u64, Vec<u8>)> {
    let line = line.trim_ascii_end();
    let lead = line.iter().take_while(|b| **b == b' ').count();
    let digits = line.iter().skip(lead).take_while(|b| b.is_ascii_hexdigit()).count();
    if !(4..=16).contains(&digits) {
        return None;
    }
    let offset = std::str::from_utf8(line.get(lead..lead + digits)?).ok()?;
    let offset = u64::from_str_radix(offset, 16).ok()?;
    let rest = line.get(lead + digits..)?;
    let mut rest = rest.strip_prefix(b":").unwrap_or(rest);
    if !rest.starts_with(b" ") {
        return None;
    }
    let mut bytes = Vec::with_capacity(WIDTH);
    while bytes.len() < WIDTH {
        let gap = rest.iter().take_while(|b| **b == b' ').count();
        // Two blanks divide two halves; more of them, or two before letters, stand before the text.
        if gap == 0 || gap > 2 {
            break;
        }
        let word = rest.get(gap..)?.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let ends = rest.get(gap + word).is_none_or(|b| *b == b' ');
        if !ends || !matches!(word, 2 | 4) || bytes.len() * 2 + word > WIDTH * 2 {
            break;
        }
        let mut pairs = rest.get(gap..gap + word)?.chunks_exact(2);
        if gap == 2 && !matches!(bytes.len(), 0 | 8) {
            break;
        }
        pairs.try_for_each(|pair| {
            bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
            Some(())
        })?;
        rest = rest.get(gap + word..)?;
    }
    // What it shows beside the digits is what they say.
    let shown = rest.trim_ascii();
    let shown = shown.strip_prefix(b"|").and_then(|s| s.strip_suffix(b"|")).unwrap_or(shown);
    let agrees = shown.len() <= bytes.len()
        && shown.len() + 2 >= bytes.trim_ascii().len()
        && bytes.trim_ascii().iter().zip(shown).all(|(byte, c)| byte == c || !byte.is_ascii_graphic());
    (!bytes.is_empty() && agrees).then_some((offset, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_trace_are_one_line() {
        let (first, second) = ("a".repeat(ROW), "b c");
        let text = format!("00c0: {first}\n0100: {second}\n0000: HTTP/1.1 401\n");
        assert_eq!(
            rows(text.as_bytes(), true),
            Dump::Of { length: text.len() - 19, text: format!("00c0: {first}{second}").into_bytes() }
        );
        assert_eq!(rows(&text.as_bytes()[..75], false), Dump::More);
        for none in ["0000: POST /x\n0024: Host: a\n", "beef\n", &text[..71]] {
            assert_eq!(rows(none.as_bytes(), true), Dump::None, "{none}");
        }
    }

    #[test]
    fn dumps_are_read() {
        let of = |length, text: &str| Dump::Of { length, text: text.as_bytes().to_vec() };
        let curl = "0000: 41 75 74 68 6f 72 69 7a 61 74 69 6f 6e 3a 20 42 Authorization: B\n\
                    0010: 65 61 72 65 72                                  earer\n";
        assert_eq!(dump(curl.as_bytes(), true), of(curl.len(), "Authorization: Bearer"));
        let hexdump = "00000000  50 4f 53 54 20 2f 76 31  2f 78 20 48 54 54 50 2f  |POST /v1/x HTTP/|\n00000010  31 2e 31 0a                                       |1.1.|\n00000014\n";
        assert_eq!(dump(hexdump.as_bytes(), true), of(hexdump.len() - 9, "POST /v1/x HTTP/1.1\n"));
        let xxd = "00000000: 504f 5354 202f 7631 2f78 2048 5454 502f  POST /v1/x HTTP/\n00000010: 312e 310a                                1.1.\n";
        assert_eq!(dump(xxd.as_bytes(), true), of(xxd.len(), "POST /v1/x HTTP/1.1\n"));
        for none in [
            "2026-11-20 10:15:00 ERROR x\n",
            "12345 words\n",
            "00000014\n",
            "0010: 65 61 not that\n",
            "0000 73 sk-and-more\n",
        ] {
            assert_eq!(dump(none.as_bytes(), true), Dump::None, "{none}");
        }
        assert_eq!(dump(b"0000: 41 75", false), Dump::More);
        assert_eq!(dump(b"2026-11-20 10:15:00 ERR", false), Dump::None);
    }
}
