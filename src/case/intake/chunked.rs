//! A body with the frames of `Transfer-Encoding: chunked` still in it, as a raw dump shows it (RFC 9112, section 7.1).

/// Hexadecimal digits of the largest size that is believed.
const LONGEST_SIZE: usize = 8;

/// `body` without its frames where the headers say that it has some; `None` where they do not, or where it has none: most
/// programs print a body that they have put together. Line ends may have lost their carriage return on the way. A body that
/// ends before its last frame gives what is there.
pub(super) fn unframed(headers: &[(String, String)], body: &[u8]) -> Option<Vec<u8>> {
    let says_so = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.to_ascii_lowercase().contains("chunked")
    };
    if !headers.iter().any(says_so) {
        return None;
    }
    let mut out = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (size, data) = size_line(rest)?;
        if size == 0 {
            return Some(out);
        }
        out.extend_from_slice(data.get(..size.min(data.len()))?);
        rest = without_line_end(data.get(size..).unwrap_or_default())?;
    }
    Some(out).filter(|out| !out.is_empty())
}

/// The size that a frame begins with, and what stands behind its line.
fn size_line(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let digits = line.split(';').next()?.trim();
    let is_size = !digits.is_empty() && digits.len() <= LONGEST_SIZE;
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| is_size)?;
    Some((size, bytes.get(end + 1..).unwrap_or_default()))
}

/// What follows the end of a frame's data; nothing may stand between the two.
fn without_line_end(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.is_empty() {
        return Some(bytes);
    }
    bytes.strip_prefix(b"\r\n").or_else(|| bytes.strip_prefix(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_off_where_there_are_some() {
        let chunked = [("Transfer-Encoding".to_owned(), "gzip, Chunked".to_owned())];
        let table: [(&str, Option<&str>); 9] = [
            ("d\r\n{\"model\":\"x\"}\r\n0\r\n\r\n", Some("{\"model\":\"x\"}")),
            ("4\n{\"a\"\n3;q=1\n:1}\n0\n", Some("{\"a\":1}")),
            ("000A\r\n0123456789\r\n", Some("0123456789")),
            // Cut before the end of a frame.
            ("ff\r\n{\"error\":", Some("{\"error\":")),
            ("0\r\n\r\n", Some("")),
            // Put together by who printed it.
            ("{\"a\":1}", None),
            ("3\nabcd\n0\n", None),
            ("123456789\nx", None),
            ("", None),
        ];
        for (body, expected) in table {
            let read = unframed(&chunked, body.as_bytes());
            assert_eq!(read.as_deref(), expected.map(str::as_bytes), "{body:?}");
        }
        assert_eq!(unframed(&[("te".to_owned(), "chunked".to_owned())], b"1\na\n0\n"), None);
    }
}
