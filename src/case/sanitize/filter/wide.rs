//! Text in units of two or four bytes (UTF-16, UTF-32), as Windows writes it: read as UTF-8, and written as it came.
//!
//! A shell appends it to files of one byte a character, too; so it is looked for in every window, and what follows is read
//! in its units to the end. What is not in them then reads as a script without spaces, which leaves as its length.

/// Pairs of a letter and a zero byte in a row from which on a text is in units of two bytes.
const PAIRS: usize = 4;

/// How characters are written, and what is left of one that was cut.
#[derive(Debug, Clone)]
pub(super) struct Units {
    width: usize,
    big: bool,
    held: Vec<u8>,
    /// The first half of a character in two units.
    high: Option<u16>,
}

impl Units {
    fn new(width: usize, big: bool) -> Self {
        Self { width, big, held: Vec::new(), high: None }
    }

    /// The place in `bytes` from which on they are in such units; `start`: they begin a text, where a mark may say so.
    pub(super) fn find(bytes: &[u8], start: bool) -> Option<(usize, Self)> {
        let marked = match bytes {
            _ if !start => None,
            [0xff, 0xfe, 0, 0, ..] => Some(Self::new(4, false)),
            [0, 0, 0xfe, 0xff, ..] => Some(Self::new(4, true)),
            [0xff, 0xfe, ..] => Some(Self::new(2, false)),
            [0xfe, 0xff, ..] => Some(Self::new(2, true)),
            _ => None,
        };
        if let Some(units) = marked {
            return Some((0, units));
        }
        memchr::memchr_iter(0, bytes).find_map(|zero| Self::around(bytes, zero))
    }

    /// The units of which the zero byte at `zero` is the first one.
    fn around(bytes: &[u8], zero: usize) -> Option<(usize, Self)> {
        let is_text = |b: &u8| b.is_ascii_graphic() || b.is_ascii_whitespace();
        let pairs = |from: usize, letter: usize, width: usize| {
            bytes
                .get(from..)
                .unwrap_or(&[])
                .chunks_exact(width)
                .take(PAIRS)
                .filter(|unit| {
                    unit.iter().enumerate().all(|(at, b)| if at == letter { is_text(b) } else { *b == 0 })
                })
                .count()
                == PAIRS
        };
        // Behind the end of a line of one-byte text the zero byte is the first of its unit.
        let little = zero.checked_sub(1).filter(|before| bytes.get(*before) != Some(&b'\n'));
        if let Some(from) = little.filter(|from| pairs(*from, 0, 4)) {
            return Some((from, Self::new(4, false)));
        }
        if let Some(from) = little.filter(|from| pairs(*from, 0, 2)) {
            return Some((from, Self::new(2, false)));
        }
        if pairs(zero, 3, 4) {
            return Some((zero, Self::new(4, true)));
        }
        pairs(zero, 1, 2).then(|| (zero, Self::new(2, true)))
    }

    /// Appends the text of `input` to `out`; what no character is, as the sign for it.
    pub(super) fn decode(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for byte in input {
            self.held.push(*byte);
            if self.held.len() == self.width {
                let unit = self.held.iter().enumerate().fold(0_u32, |unit, (at, b)| {
                    let place = if self.big { self.width - 1 - at } else { at };
                    unit | u32::from(*b) << (8 * place)
                });
                self.held.clear();
                self.unit(unit, out);
            }
        }
    }

    fn unit(&mut self, unit: u32, out: &mut Vec<u8>) {
        let mut put = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        let half = u16::try_from(unit).ok().filter(|_| self.width == 2);
        match (self.high.take(), half) {
            (Some(high), Some(low @ 0xdc00..=0xdfff)) => {
                char::decode_utf16([high, low]).for_each(|c| put(c.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            (high, half) => {
                if high.is_some() {
                    put(char::REPLACEMENT_CHARACTER);
                }
                match half {
                    Some(high @ 0xd800..=0xdbff) => self.high = Some(high),
                    _ => put(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
        }
    }

    /// Writes the text behind `start` of `out` in these units.
    pub(super) fn encode(&self, out: &mut Vec<u8>, start: usize) {
        let text = String::from_utf8_lossy(out.get(start..).unwrap_or(&[])).into_owned();
        out.truncate(start);
        let mut put = |unit: u32| {
            let bytes = if self.big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let unit = if self.big { bytes.get(4 - self.width..) } else { bytes.get(..self.width) };
            out.extend_from_slice(unit.unwrap_or(&[]));
        };
        if self.width == 2 {
            text.encode_utf16().for_each(|unit| put(unit.into()));
        } else {
            text.chars().for_each(|c| put(c.into()));
        }
    }

    /// The bytes of a unit that was cut.
    pub(super) fn rest(&self) -> &[u8] {
        &self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_and_lead_back() {
        let text = "{\"prompt\":\"小さな 🦭\"}\r\n";
        for units in [Units::new(2, false), Units::new(2, true), Units::new(4, false), Units::new(4, true)] {
            let mut wide = text.as_bytes().to_vec();
            units.encode(&mut wide, 0);
            let (at, mut found) = Units::find(&wide, true).expect("is wide");
            assert_eq!((at, found.width, found.big), (0, units.width, units.big));
            let mut back = Vec::new();
            for byte in &wide {
                found.decode(&[*byte], &mut back);
            }
            assert_eq!(String::from_utf8_lossy(&back), text);
            let behind = [b"a line\n".as_slice(), &wide].concat();
            assert_eq!(Units::find(&behind, true).map(|(at, _)| at), Some(7));
        }
        assert!(Units::find("plain text\0with one".as_bytes(), true).is_none());
        assert!(Units::find(b"\xff\xfea\0", false).is_none());
    }
}
