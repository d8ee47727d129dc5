//! Text in UTF-16, as `PowerShell`'s `>` writes it and Windows' editors save it, made into UTF-8.

use std::borrow::Cow;

/// Bytes at the start by which text without a mark is told.
const LOOKED_AT: usize = 1024;

/// `bytes` as UTF-8 where they are UTF-16: with its mark, or without one where nearly every second byte is zero. All
/// others are given back as they are.
#[must_use]
pub fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (rest, big) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        _ if is_wide(bytes, 1) => (bytes, false),
        _ if is_wide(bytes, 0) => (bytes, true),
        _ => return Cow::Borrowed(bytes),
    };
    // A further text may have been appended with a mark of its own, or as plain bytes: those stay what they make.
    let units = rest.chunks_exact(2).filter_map(|pair| {
        let pair = <[u8; 2]>::try_from(pair).ok()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    });
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

/// Nearly every byte at an odd (1) or even (0) place is zero, and the others are not.
fn is_wide(bytes: &[u8], place: usize) -> bool {
    let head = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default();
    let pairs = head.chunks_exact(2);
    let all = pairs.len();
    let wide = pairs.filter(|pair| pair.get(place) == Some(&0) && pair.get(1 - place) != Some(&0)).count();
    all >= 4 && bytes.len().is_multiple_of(2) && wide * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_becomes_utf8() {
        let text = "curl https://h.test/ -d 'ä€😀'\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (mark, bytes) in
            [(&[0xff, 0xfe][..], &little), (&[0xfe, 0xff], &big), (&[], &little), (&[], &big)]
        {
            let written = [mark, bytes].concat();
            assert_eq!(as_utf8(&written), text.as_bytes());
        }
        let odd = [&[0xff, 0xfe][..], &little, b"x"].concat();
        assert_eq!(as_utf8(&odd), text.as_bytes());
        for bytes in [
            &b""[..],
            b"plain",
            b"\0\0\0\0\0\0\0\0",
            b"a\0b",
            "ä".as_bytes(),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        ] {
            assert_eq!(as_utf8(bytes), bytes);
        }
    }
}
