//! The body of a raw request or answer with its frames still in it: frames cut words and strings wherever they like, so that
//! their text has to be put together before it is read.
//!
//! ```text
//! Transfer-Encoding: chunked        7                     7
//!                              ──>  {"promp    ──>  ...   t":"a p   ──>  {"prompt":"a p…
//! (an empty line)
//! ```
//!
//! A frame that ends with a line cuts nothing: the body is taken in parts that end so, and a part of one frame stays as it is.

use crate::case::chunked::{Frame, is_told_by};

/// Bytes of frames that are held to be put together.
const LONGEST: usize = 1024 * 1024;

/// Where the text is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// No frames are near.
    #[default]
    Text,
    /// Below a header that tells of them.
    Headers,
    /// Where a frame may begin.
    Body,
    /// In a body that was too long to be put together; so many bytes of data are left of a frame.
    Beyond(usize),
}

impl At {
    /// Behind `line`, of a text that has no frames so far.
    pub(super) fn behind(self, line: &[u8]) -> Self {
        let first = line.first().copied();
        if self == Self::Text && !matches!(first, Some(b't' | b'T' | b'<' | b'>')) {
            return self;
        }
        // The marks of `curl -v`.
        let line = line.strip_prefix(b"< ").or_else(|| line.strip_prefix(b"> ")).unwrap_or(line).trim_ascii();
        if self == Self::Headers && matches!(line, [] | b"<" | b">") {
            return Self::Body;
        }
        let header = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        match header {
            Some((name, value)) if is_told_by(name.trim(), value) => Self::Headers,
            Some(_) => self,
            None => Self::Text,
        }
    }
}

/// What a body in frames begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// More has to come to know it.
    More,
    /// So many bytes are frames; their text, where one of them cut it.
    Of { length: usize, joined: Option<Vec<u8>>, next: At },
}

/// The first part of `rest`, which stands where a frame may begin.
pub(super) fn part(rest: &[u8], last: bool) -> Part {
    let (mut length, mut text, mut frames) = (0, Vec::new(), 0);
    let done = |length, text, frames, next| Part::Of { length, joined: (frames > 1).then_some(text), next };
    loop {
        match Frame::of(rest.get(length..).unwrap_or(&[])) {
            Frame::Whole { data, length: more } => {
                text.extend_from_slice(data);
                length += more;
                frames += 1;
                if data.ends_with(b"\n") {
                    return done(length, text, frames, At::Body);
                }
            }
            Frame::Last { length: more } => return done(length + more, text, frames, At::Text),
            Frame::Other => return done(length, text, frames, At::Text),
            Frame::Cut { data, .. } if last => {
                text.extend_from_slice(data);
                return done(rest.len(), text, frames + usize::from(!data.is_empty()), At::Text);
            }
            Frame::Cut { .. } if rest.len() < LONGEST => return Part::More,
            // What a size has not been read of is left for later.
            Frame::Cut { data: [], missing: 0 } => return done(length, text, frames, At::Beyond(0)),
            Frame::Cut { data, missing } => {
                text.extend_from_slice(data);
                return done(rest.len(), text, frames + 1, At::Beyond(missing));
            }
        }
    }
}

/// Bytes of `rest` that belong to a body which was too long; `left`: of the frame's data.
pub(super) fn beyond(rest: &[u8], mut left: usize, last: bool) -> (usize, At) {
    let mut at = 0;
    loop {
        let here = rest.get(at..).unwrap_or(&[]);
        let Some(here) = here.get(left..).filter(|here| !here.is_empty()) else {
            return (rest.len(), if last { At::Text } else { At::Beyond(left - here.len()) });
        };
        let here = here.strip_prefix(b"\r\n").or_else(|| here.strip_prefix(b"\n")).unwrap_or(here);
        at = rest.len() - here.len();
        left = 0;
        match Frame::of(here) {
            Frame::Whole { length, .. } => at += length,
            Frame::Last { length } => return (at + length, At::Text),
            Frame::Other => return (at, At::Text),
            Frame::Cut { .. } if last => return (rest.len(), At::Text),
            Frame::Cut { data: [], missing: 0 } => return (at, At::Beyond(0)),
            Frame::Cut { missing, .. } => return (rest.len(), At::Beyond(missing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_and_an_empty_line_lead_to_a_body() {
        let behind = |lines: &[&str]| lines.iter().fold(At::Text, |at, line| at.behind(line.as_bytes()));
        assert_eq!(behind(&["POST / HTTP/1.1", "Transfer-Encoding: chunked", "Host: h", ""]), At::Body);
        assert_eq!(behind(&["< transfer-encoding: gzip, chunked\r", "< "]), At::Body);
        assert_eq!(behind(&["Transfer-Encoding: identity", ""]), At::Text);
        assert_eq!(behind(&["transfer-encoding: chunked", "words of a log", ""]), At::Text);
    }

    #[test]
    fn a_part_ends_where_a_frame_ends_a_line() {
        let joined = |text: &str| Some(text.as_bytes().to_vec());
        let of = |length, joined, next| Part::Of { length, joined, next };
        for (text, last, expected) in [
            ("3\r\nab\n\r\n1\r\nc", false, of(8, None, At::Body)),
            ("2\nab\n2\nc\n\n1\n", false, of(10, joined("abc\n"), At::Body)),
            ("2\nab\n2\ncd\n0\n\n", false, of(12, joined("abcd"), At::Text)),
            ("2\nab\n0\n\n", false, of(7, None, At::Text)),
            ("2\nab\n2\nc", false, Part::More),
            ("2\nab\n2\nc", true, of(8, joined("abc"), At::Text)),
            ("2\nab\nbehind", false, of(5, None, At::Text)),
            ("{\"a\":1}", false, of(0, None, At::Text)),
        ] {
            assert_eq!(part(text.as_bytes(), last), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_followed_to_its_end() {
        for (text, left, expected) in [
            ("cd\n0\nbehind", 2, (5, At::Text)),
            ("cd", 5, (2, At::Beyond(3))),
            ("cd\r\n1", 2, (4, At::Beyond(0))),
            ("\r\n4\r\nabc", 0, (8, At::Beyond(1))),
            ("words", 0, (0, At::Text)),
        ] {
            assert_eq!(beyond(text.as_bytes(), left, false), expected, "{text:?}");
        }
        assert_eq!(beyond(b"cd\n1", 2, true), (4, At::Text));
    }
}
