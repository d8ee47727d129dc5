//! Short texts as numbers: a table of them is asked without a call and without a comparison byte by byte.

/// A text of 1 to 16 bytes: its length, its first and its last bytes. The default is that of no text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Short {
    length: u8,
    head: u64,
    tail: u64,
}

impl Short {
    /// `None`: the text is empty, or longer.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let length = u8::try_from(text.len()).ok().filter(|length| (1..=16).contains(length))?;
        let (head, tail) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
                (Some(head), Some(tail)) => {
                    (u64::from(u32::from_le_bytes(*head)) << 32 | u64::from(u32::from_le_bytes(*tail)), 0)
                }
                _ => (text.iter().fold(0, |head, byte| (head << 8) | u64::from(*byte)), 0),
            },
        };
        Some(Self { length, head, tail })
    }

    /// Its place in a table of `places`.
    pub(super) fn place(self, places: usize) -> usize {
        place(mix(self.head, self.tail), places)
    }
}

/// `hash` with one more word in it. Quick, and no more: what it serves is bounded, so that made-up collisions cost little.
pub(super) fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The place of `hash` in a table of `places`: the upper bits are the better ones.
pub(super) fn place(hash: u64, places: usize) -> usize {
    usize::try_from(hash >> 40).unwrap_or(0) % places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_texts_are_different() {
        let all: Vec<&[u8]> = vec![
            b"a",
            b"b",
            b"aa",
            b"\0a",
            b"aaaaaaaa",
            b"aaaaaaaaa",
            b"aaaaaaaaaaaaaaaa",
            b"aaaaaaaabaaaaaaa",
        ];
        for (i, one) in all.iter().enumerate() {
            for (j, other) in all.iter().enumerate() {
                assert_eq!(Short::of(one) == Short::of(other), i == j, "{one:?} {other:?}");
            }
            assert_ne!(Short::of(one), Some(Short::default()), "{one:?}");
        }
        assert_eq!((Short::of(b""), Short::of(b"aaaaaaaaaaaaaaaaa")), (None, None));
    }
}
