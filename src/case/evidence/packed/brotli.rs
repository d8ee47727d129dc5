//! Brotli (RFC 7932).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Out, Stop};

/// Bytes that come out at once at most.
const PIECE: usize = 16 * 1024;

pub(super) struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    whole: bool,
}

impl Brotli {
    pub(super) fn new() -> Self {
        let memory = StandardAlloc::default;
        // Strict: windows above 16 MiB are no part of the coding `br`.
        Self { state: BrotliState::new_strict(memory(), memory(), memory()), whole: false }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Byte by byte: at a fault the decoder drops what it made of the bytes of one call. So the pieces in which the
    /// network brought them decide nothing, and all that stood before the fault comes out.
    pub(super) fn push(&mut self, bytes: &[u8], out: Out<'_>) -> Result<(), Stop> {
        let mut piece = [0; PIECE];
        for byte in bytes {
            if self.whole {
                break;
            }
            self.push_one(*byte, &mut piece, out)?;
        }
        Ok(())
    }

    fn push_one(&mut self, byte: u8, piece: &mut [u8; PIECE], out: Out<'_>) -> Result<(), Stop> {
        let (mut left, mut at, mut total) = (1, 0, 0);
        loop {
            let (mut room, mut written) = (PIECE, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut at,
                &[byte],
                &mut room,
                &mut written,
                piece,
                &mut total,
                &mut self.state,
            );
            if written > 0 {
                out(piece.get(..written).unwrap_or(piece.as_slice()))?;
            }
            match result {
                BrotliResult::ResultSuccess => {
                    self.whole = true;
                    return Ok(());
                }
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::ResultFailure => return Err(Stop::Fault),
            }
        }
    }
}
