//! The text of a body, whatever its bytes: UTF-16 is read where a byte order mark says so.

use std::borrow::Cow;

/// `bytes` in UTF-8: bodies in UTF-16 are rewritten, all others stay as they are.
pub(super) fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let (pairs, _) = bytes.get(2..).unwrap_or_default().as_chunks::<2>();
    let text: String = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read_by_its_mark_only() {
        let little: Vec<u8> = "\u{feff}{\"é\":\"😀\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}{\"é\":\"😀\"}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little.as_slice(), &big, "{\"é\":\"😀\"}".as_bytes()] {
            assert_eq!(utf8(bytes).as_ref(), "{\"é\":\"😀\"}".as_bytes());
        }
        assert_eq!(
            utf8(&[0xff, 0xfe, 0x00, 0xd8, 0x41]).as_ref(),
            "\u{fffd}".as_bytes(),
            "half a pair, an odd byte"
        );
        assert_eq!(utf8(&[0xff]).as_ref(), &[0xff]);
    }
}
