//! Gzip (RFC 1952): members one after the other, each with a head, deflate, a checksum and a length.

use flate2::Crc;

use super::deflate::Deflate;
use super::{Out, Stop};

/// Longest head that is read, bytes: name and comment have no length of their own.
const LONGEST_HEAD: usize = 4 * 1024;

pub(super) struct Gzip {
    place: Place,
    /// A member has ended well.
    ended: bool,
}

enum Place {
    /// In the head of a member; what came of it.
    Head(Vec<u8>),
    Body(Box<Deflate>, Crc),
    /// In the eight bytes behind the deflate data.
    Tail(Vec<u8>, Crc),
    /// Behind the last member stands something else.
    After,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self { place: Place::Head(Vec::new()), ended: false }
    }

    pub(super) fn is_whole(&self) -> bool {
        match &self.place {
            Place::Head(begun) => self.ended && begun.is_empty(),
            Place::After => true,
            Place::Body(..) | Place::Tail(..) => false,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: Out<'_>) -> Result<(), Stop> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.step(rest, out)?;
        }
        Ok(())
    }

    /// Takes some of `bytes`; gives the rest.
    fn step<'b>(&mut self, bytes: &'b [u8], out: Out<'_>) -> Result<&'b [u8], Stop> {
        match &mut self.place {
            Place::After => Ok(&[]),
            Place::Head(head) => {
                let before = head.len();
                head.extend_from_slice(bytes.get(..LONGEST_HEAD).unwrap_or(bytes));
                if !(b"\x1f\x8b\x08".starts_with(head) || head.starts_with(b"\x1f\x8b\x08")) {
                    // Padding and the like behind a whole member is no fault of what was packed.
                    return if self.ended {
                        self.place = Place::After;
                        Ok(&[])
                    } else {
                        Err(Stop::Fault)
                    };
                }
                let Some(length) = head_length(head) else {
                    return if head.len() > LONGEST_HEAD {
                        Err(Stop::Fault)
                    } else {
                        Ok(bytes.get(LONGEST_HEAD..).unwrap_or_default())
                    };
                };
                self.place = Place::Body(Box::new(Deflate::bare()), Crc::new());
                Ok(bytes.get(length.saturating_sub(before)..).unwrap_or_default())
            }
            Place::Body(deflate, crc) => {
                let rest = deflate.push(bytes, &mut |piece| {
                    crc.update(piece);
                    out(piece)
                })?;
                if deflate.is_whole() {
                    self.place = Place::Tail(Vec::new(), std::mem::take(crc));
                }
                Ok(rest)
            }
            Place::Tail(tail, crc) => {
                let missing = 8_usize.saturating_sub(tail.len()).min(bytes.len());
                let (more, rest) = bytes.split_at(missing);
                tail.extend_from_slice(more);
                if tail.len() == 8 {
                    if *tail != [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat() {
                        return Err(Stop::Fault);
                    }
                    self.place = Place::Head(Vec::new());
                    self.ended = true;
                }
                Ok(rest)
            }
        }
    }
}

/// The length of a whole head; `None` where more of it has to come.
fn head_length(head: &[u8]) -> Option<usize> {
    let flags = *head.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += head.get(at..)?.iter().position(|b| *b == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (head.len() >= at).then_some(at)
}
