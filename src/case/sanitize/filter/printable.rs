//! Lines of an e-mail in quoted-printable (RFC 2045, 6.7): a `=` at the end of a line says that it goes on in the next, `=E2`
//! is a byte.
//!
//! ```text
//! Authorization: Bearer sk-abcdEFGH1234ijklMNOP5678qrstUVWX9012yzAB34=
//! 56cdEF, and the prompt was =E2=80=9C…
//! ```

/// Bytes of a line without its end: 76 at most. Programs break at the limit or at the last word before it.
const LONGEST_LINE: usize = 76;
const SHORTEST_LINE: usize = 56;
/// Bytes of lines that are put together.
const LONGEST: usize = 256 * 1024;

/// What the text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Printable {
    /// No line that goes on.
    None,
    /// More has to come to know where it ends.
    More,
    /// So many bytes are lines of this text.
    Of { length: usize, text: Vec<u8> },
}

/// The line that `rest` begins with, where it goes on in others.
pub(super) fn printable(rest: &[u8], last: bool) -> Printable {
    let near = rest.get(..LONGEST_LINE + 2).unwrap_or(rest);
    let Some(end) = memchr::memchr(b'\n', near) else { return Printable::None };
    if goes_on(rest.get(..end).unwrap_or(&[])).is_none_or(|line| line.len() < SHORTEST_LINE) {
        return Printable::None;
    }
    let (mut at, mut text) = (0, Vec::new());
    loop {
        let here = rest.get(at..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', here);
        if end.is_none() && !last && here.len() <= LONGEST_LINE + 2 {
            return Printable::More;
        }
        let end = end.unwrap_or(here.len());
        let line = here.get(..end).unwrap_or(here);
        at = (at + end + 1).min(rest.len());
        let Some(line) = goes_on(line).filter(|_| at < LONGEST && at < rest.len()) else {
            decode(here.get(..=end).unwrap_or(here), &mut text);
            return Printable::Of { length: at, text };
        };
        decode(line, &mut text);
    }
}

/// A line without the `=` that says that it goes on. Base64 may end so, too, but holds no blank and no other sign.
fn goes_on(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inside =
        line.strip_suffix(b"=").filter(|inside| line.len() <= LONGEST_LINE && !inside.ends_with(b"="))?;
    let packed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    (!inside.iter().all(packed)).then_some(inside)
}

/// Appends `line` with its `=E2` as bytes.
fn decode(line: &[u8], text: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'=', rest) {
        text.extend_from_slice(rest.get(..at).unwrap_or(&[]));
        let digits = rest.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F')))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        text.push(byte.unwrap_or(b'='));
        rest = rest.get(at + if byte.is_some() { 3 } else { 1 }..).unwrap_or(&[]);
    }
    text.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_on_are_put_together() {
        let mail = "our call failed, I used the key of the finance team, and the board meeting =\nwas =E2=80=93 so he said =3D late\nnext\n";
        let Printable::Of { length, text } = printable(mail.as_bytes(), true) else { panic!("is none") };
        assert_eq!(length, mail.len() - 5);
        assert_eq!(
            String::from_utf8_lossy(&text),
            "our call failed, I used the key of the finance team, and the board meeting was – so he said = late\n"
        );
        let (cut, _) = mail.split_at(80);
        assert_eq!(printable(cut.as_bytes(), false), Printable::More);
        assert!(matches!(printable(cut.as_bytes(), true), Printable::Of { length: 80, .. }));
        for none in [
            "API_KEY=\nNAME=x\n",
            "c2stYWJjZEVGR0gxMjM0aWprbE1OT1A1Njc4cXJzdFVWV1g5MDEyeXpBQjM0NTZjZEVGLi4u=\nx\n",
            "a line of words that is long enough for it, but it ends with no sign at all\nx\n",
        ] {
            assert_eq!(printable(none.as_bytes(), true), Printable::None, "{none}");
        }
    }
}
