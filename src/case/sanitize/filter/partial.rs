//! Lines of a container's log that the runtime cut: each but the last one says that it is a part.
//!
//! ```text
//! 2026-11-20T10:15:00.1Z stdout P {"prompt":"a p
//! 2026-11-20T10:15:00.2Z stdout F lan"}
//! ```

/// Bytes of parts that are held to be put together.
const LONGEST: usize = 1024 * 1024;
/// Bytes of what stands before the text of a line.
const LONGEST_HEAD: usize = 64;

/// What the text begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// No line that is a part.
    None,
    /// More has to come to know where they end.
    More,
    /// So many bytes are parts of one line, which is this.
    Of { length: usize, joined: Vec<u8> },
}

/// The parts of one line that `rest` begins with.
pub(super) fn parts(rest: &[u8], last: bool) -> Parts {
    let Some(first) = Line::of(rest).filter(|line| line.is_part) else { return Parts::None };
    let mut joined = [first.head.get(..first.head.len() - 2).unwrap_or(first.head), b"F "].concat();
    let mut at = 0;
    loop {
        let here = rest.get(at..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', here).map(|end| end + 1);
        if end.is_none() && !last && rest.len() < LONGEST {
            return Parts::More;
        }
        // Of another stream, or no line of a container: what is missing does not come.
        let Some(line) = Line::of(here).filter(|line| line.stream == first.stream) else { break };
        let end = end.unwrap_or(here.len());
        let text = here.get(line.head.len()..end).unwrap_or(&[]);
        at += end;
        let goes_on = line.is_part && at < LONGEST;
        joined.extend_from_slice(if goes_on { text.strip_suffix(b"\n").unwrap_or(text) } else { text });
        if !goes_on {
            return Parts::Of { length: at, joined };
        }
    }
    joined.push(b'\n');
    Parts::Of { length: at, joined }
}

/// The head of a line as the container runtime interface has it: time, stream, tag.
struct Line<'l> {
    head: &'l [u8],
    stream: &'l [u8],
    is_part: bool,
}

impl<'l> Line<'l> {
    fn of(text: &'l [u8]) -> Option<Self> {
        if !text.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let start = text.get(..LONGEST_HEAD).unwrap_or(text);
        let mut gaps = memchr::memchr_iter(b' ', start);
        let (time, stream, tag) = (gaps.next()?, gaps.next()?, gaps.next()?);
        let word = |from: usize, to: usize| start.get(from..to);
        let name = word(time + 1, stream)?;
        let tag_word = word(stream + 1, tag)?;
        (matches!(name, b"stdout" | b"stderr") && matches!(tag_word, b"P" | b"F")).then_some(Self {
            head: text.get(..=tag)?,
            stream: name,
            is_part: tag_word == b"P",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_line_are_put_together() {
        let of = |length, joined: &str| Parts::Of { length, joined: joined.as_bytes().to_vec() };
        for (text, last, expected) in [
            ("1Z stdout P ab\n2Z stdout P cd\n3Z stdout F ef\nx", false, of(45, "1Z stdout F abcdef\n")),
            ("1Z stdout P ab\n2Z stderr F cd\n", false, of(15, "1Z stdout F ab\n")),
            ("1Z stdout P ab\n2Z stdout F cd", true, of(29, "1Z stdout F abcd")),
            ("1Z stdout P ab\n2Z stdout F c", false, Parts::More),
            ("1Z stdout F ab\n", false, Parts::None),
            ("words stdout P ab\n", false, Parts::None),
        ] {
            assert_eq!(parts(text.as_bytes(), last), expected, "{text:?}");
        }
    }
}
