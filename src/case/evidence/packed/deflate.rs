//! Deflate: with the frame of RFC 1950 (zlib), as HTTP means it, or bare (RFC 1951), as many servers send it.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Out, Stop};

/// Bytes that come out at once at most.
const PIECE: usize = 16 * 1024;

pub(super) struct Deflate {
    /// `None` until the first two bytes tell which of the two it is.
    inflate: Option<Decompress>,
    first: Vec<u8>,
    whole: bool,
}

impl Deflate {
    /// With or without a frame: its first bytes tell.
    pub(super) fn guessed() -> Self {
        Self { inflate: None, first: Vec::new(), whole: false }
    }

    /// Without a frame.
    pub(super) fn bare() -> Self {
        Self { inflate: Some(Decompress::new(false)), first: Vec::new(), whole: false }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Takes bytes; gives those that stand behind the end.
    pub(super) fn push<'b>(&mut self, bytes: &'b [u8], out: Out<'_>) -> Result<&'b [u8], Stop> {
        if self.inflate.is_none() {
            let missing = 2_usize.saturating_sub(self.first.len()).min(bytes.len());
            let (more, rest) = bytes.split_at(missing);
            self.first.extend_from_slice(more);
            let [one, two] = self.first.as_slice() else { return Ok(&[]) };
            let framed = one & 0x0f == 8 && one >> 4 <= 7 && u16::from_be_bytes([*one, *two]) % 31 == 0;
            self.inflate = Some(Decompress::new(framed));
            let first = std::mem::take(&mut self.first);
            self.inflate(&first, out)?;
            return self.inflate(rest, out);
        }
        self.inflate(bytes, out)
    }

    /// Byte by byte: at a fault the decoder drops a part of what it made of the bytes of one call. So the pieces in
    /// which the network brought them decide nothing, and all that stood before the fault comes out.
    fn inflate<'b>(&mut self, bytes: &'b [u8], out: Out<'_>) -> Result<&'b [u8], Stop> {
        let Some(inflate) = &mut self.inflate else { return Ok(bytes) };
        let mut rest = bytes;
        let mut piece = [0; PIECE];
        while !self.whole && !rest.is_empty() {
            let (read, written) = (inflate.total_in(), inflate.total_out());
            let one = rest.get(..1).unwrap_or_default();
            let status = inflate.decompress(one, &mut piece, FlushDecompress::None);
            let read = usize::try_from(inflate.total_in() - read).unwrap_or(usize::MAX);
            let written = usize::try_from(inflate.total_out() - written).unwrap_or(usize::MAX);
            rest = rest.get(read..).unwrap_or_default();
            if written > 0 {
                out(piece.get(..written).unwrap_or(&piece))?;
            }
            // What came before the fault has been handed on.
            self.whole = status.map_err(|_| Stop::Fault)? == Status::StreamEnd;
            if !self.whole && read == 0 && written == 0 {
                break;
            }
        }
        Ok(rest)
    }
}
