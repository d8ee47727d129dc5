//! The frames of a body with `Transfer-Encoding: chunked`, as a raw dump shows them (RFC 9112, section 7.1). Line ends may
//! have lost their carriage return on the way.

/// Hexadecimal digits of the largest size that is believed.
const LONGEST_SIZE: usize = 8;
/// Bytes of a line that is read as a size; behind the digits an extension may stand.
const LONGEST_LINE: usize = 256;

/// What a text of frames begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'t> {
    /// A whole frame.
    Whole {
        /// What it holds.
        data: &'t [u8],
        /// Its bytes with its size and its line ends.
        length: usize,
    },
    /// The frame without data that ends a body.
    Last {
        /// The bytes of its line.
        length: usize,
    },
    /// The text ends inside the frame.
    Cut {
        /// What is there of its data.
        data: &'t [u8],
        /// Bytes of data that are missing.
        missing: usize,
    },
    /// No frame.
    Other,
}

impl<'t> Frame<'t> {
    /// The frame that `text` begins with.
    pub fn of(text: &'t [u8]) -> Self {
        Self::read(text).unwrap_or(Self::Other)
    }

    fn read(text: &'t [u8]) -> Option<Self> {
        let head = text.get(..LONGEST_LINE).unwrap_or(text);
        let end = head.iter().position(|b| *b == b'\n');
        let line = std::str::from_utf8(head.get(..end.unwrap_or(head.len()))?).ok()?;
        let digits = line.split(';').next()?.trim_ascii();
        let is_size = digits.len() <= LONGEST_SIZE && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let Some(end) = end else {
            return (is_size && head.len() == text.len()).then_some(Self::Cut { data: &[], missing: 0 });
        };
        let size = usize::from_str_radix(digits, 16).ok().filter(|_| is_size)?;
        if size == 0 {
            return Some(Self::Last { length: end + 1 });
        }
        let behind = text.get(end + 1..)?;
        let Some((data, rest)) = behind.split_at_checked(size) else {
            return Some(Self::Cut { data: behind, missing: size - behind.len() });
        };
        let line_end = match rest {
            [] | [b'\r'] => return Some(Self::Cut { data, missing: 0 }),
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            // Nothing may stand between the data and the end of its line.
            _ => return None,
        };
        Some(Self::Whole { data, length: end + 1 + size + line_end })
    }
}

/// True where a header's name and value say that the body is in frames.
pub fn is_told_by(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("transfer-encoding") && value.to_ascii_lowercase().contains("chunked")
}

/// `body` without its frames; `None` where it has none: most programs print a body that they have put together. A body that
/// ends before its last frame gives what is there.
pub fn unframed(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        match Frame::of(body.get(at..)?) {
            Frame::Whole { data, length } => {
                out.extend_from_slice(data);
                at += length;
            }
            Frame::Last { .. } => return Some(out),
            Frame::Cut { data, .. } => {
                out.extend_from_slice(data);
                return Some(out).filter(|out| !out.is_empty());
            }
            Frame::Other => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_off_where_there_are_some() {
        let table: [(&str, Option<&str>); 10] = [
            ("d\r\n{\"model\":\"x\"}\r\n0\r\n\r\n", Some("{\"model\":\"x\"}")),
            ("4\n{\"a\"\n3;q=1\n:1}\n0\n", Some("{\"a\":1}")),
            ("000A\r\n0123456789\r\n", Some("0123456789")),
            // Cut before the end of a frame, and before its line end.
            ("ff\r\n{\"error\":", Some("{\"error\":")),
            ("4\r\n{\"a\"\r", Some("{\"a\"")),
            ("0\r\n\r\n", Some("")),
            // Put together by who printed it.
            ("{\"a\":1}", None),
            ("3\nabcd\n0\n", None),
            ("123456789\nx", None),
            ("", None),
        ];
        for (body, expected) in table {
            let read = unframed(body.as_bytes());
            assert_eq!(read.as_deref(), expected.map(str::as_bytes), "{body:?}");
        }
        assert!(is_told_by("transfer-encoding", "gzip, Chunked"));
        assert!(!is_told_by("te", "chunked"));
    }

    #[test]
    fn a_frame_that_is_cut_says_what_is_missing() {
        for (text, expected) in [
            (&b"a"[..], Frame::Cut { data: &[], missing: 0 }),
            (b"5\r\nabc", Frame::Cut { data: b"abc", missing: 2 }),
            (b"3\r\nabc", Frame::Cut { data: b"abc", missing: 0 }),
            (b"3\r\nabc\r\n0\r\n", Frame::Whole { data: b"abc", length: 8 }),
            (b"00;x\n", Frame::Last { length: 5 }),
            (b"model", Frame::Other),
            (b"-1\nx", Frame::Other),
        ] {
            assert_eq!(Frame::of(text), expected, "{:?}", String::from_utf8_lossy(text));
        }
    }
}
