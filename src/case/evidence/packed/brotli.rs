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

    pub(super) fn push(&mut self, bytes: &[u8], out: Out<'_>) -> Result<(), Stop> {
        let (mut left, mut at, mut total) = (bytes.len(), 0, 0);
        let mut piece = [0; PIECE];
        while !self.whole {
            let (mut room, mut written) = (PIECE, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut at,
                bytes,
                &mut room,
                &mut written,
                &mut piece,
                &mut total,
                &mut self.state,
            );
            if written > 0 {
                out(piece.get(..written).unwrap_or(&piece))?;
            }
            match result {
                BrotliResult::ResultSuccess => self.whole = true,
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::ResultFailure => return Err(Stop::Fault),
            }
        }
        Ok(())
    }
}
