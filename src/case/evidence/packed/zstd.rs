//! Zstandard (RFC 8878): frames of blocks. The decoder wants whole blocks, so they are cut out here.

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;

use super::{Out, Stop};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Largest window, bytes. For HTTP 8 MiB are enough (RFC 9659); a frame in one piece has its own size for a window.
const LARGEST_WINDOW: u64 = 64 * 1024 * 1024;
/// Largest block, bytes.
const LARGEST_BLOCK: usize = 128 * 1024;

pub(super) struct Zstd {
    decoder: FrameDecoder,
    /// What came and is not used yet: less than a head or a block.
    waiting: Vec<u8>,
    place: Place,
    /// A frame has ended well.
    ended: bool,
}

#[derive(Clone, Copy)]
enum Place {
    /// Before a frame.
    Between,
    /// In a frame. It ends with a checksum where that is said.
    Frame { checksum: bool },
    /// In a frame that holds no data: bytes left of it.
    Skipped(usize),
    /// Behind the last frame stands something else.
    After,
}

/// What the head of a frame says.
struct Head {
    length: usize,
    window: u64,
    checksum: bool,
}

impl Zstd {
    pub(super) fn new() -> Self {
        Self { decoder: FrameDecoder::new(), waiting: Vec::new(), place: Place::Between, ended: false }
    }

    pub(super) fn is_whole(&self) -> bool {
        match self.place {
            Place::Between => self.ended && self.waiting.is_empty(),
            Place::After => true,
            Place::Frame { .. } | Place::Skipped(_) => false,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: Out<'_>) -> Result<(), Stop> {
        self.waiting.extend_from_slice(bytes);
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut at = 0;
        while let Some(used) = self.step(waiting.get(at..).unwrap_or_default(), out)? {
            at += used;
        }
        waiting.drain(..at.min(waiting.len()));
        self.waiting = waiting;
        Ok(())
    }

    /// A frame that has no end gets one, so that the decoder gives out what it holds back.
    pub(super) fn flush(&mut self, out: Out<'_>) -> Result<(), Stop> {
        if let Place::Frame { .. } = self.place {
            // An empty last block and, in case, a checksum that nobody checks.
            let last = [1, 0, 0, 0, 0, 0, 0];
            drop(self.decoder.decode_blocks(&mut last.as_slice(), BlockDecodingStrategy::UptoBlocks(1)));
            return self.drain(out);
        }
        Ok(())
    }

    /// Uses bytes from the start of `bytes`; `None` where more have to come.
    fn step(&mut self, bytes: &[u8], out: Out<'_>) -> Result<Option<usize>, Stop> {
        match self.place {
            Place::After => Ok((!bytes.is_empty()).then_some(bytes.len())),
            Place::Skipped(0) => {
                self.place = Place::Between;
                Ok(Some(0))
            }
            Place::Skipped(left) => {
                let used = left.min(bytes.len());
                self.place = Place::Skipped(left - used);
                Ok((used > 0).then_some(used))
            }
            Place::Between => self.begin(bytes),
            Place::Frame { checksum } => self.block(bytes, checksum, out),
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> Result<Option<usize>, Stop> {
        let Some(magic) = bytes.first_chunk::<4>() else { return Ok(None) };
        if u32::from_le_bytes(*magic) & 0xffff_fff0 == 0x184d_2a50 {
            let Some(length) = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>) else { return Ok(None) };
            self.place = Place::Skipped(usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX));
            return Ok(Some(8));
        }
        if *magic != MAGIC {
            if self.ended {
                self.place = Place::After;
                return Ok(Some(0));
            }
            return Err(Stop::Fault);
        }
        let Some(head) = head(bytes) else { return Ok(None) };
        let Some(mut exactly) = bytes.get(..head.length) else { return Ok(None) };
        if head.window > LARGEST_WINDOW {
            return Err(Stop::Fault);
        }
        self.decoder.reset(&mut exactly).map_err(|_| Stop::Fault)?;
        self.place = Place::Frame { checksum: head.checksum };
        Ok(Some(head.length))
    }

    fn block(&mut self, bytes: &[u8], checksum: bool, out: Out<'_>) -> Result<Option<usize>, Stop> {
        let [a, b, c, ..] = *bytes else { return Ok(None) };
        let head = u32::from_le_bytes([a, b, c, 0]);
        let (last, kind) = (head & 1 == 1, (head >> 1) & 3);
        let size = usize::try_from(head >> 3).unwrap_or(usize::MAX);
        if kind == 3 || size > LARGEST_BLOCK {
            return Err(Stop::Fault);
        }
        // A repeated byte is written once.
        let length = 3 + if kind == 1 { 1 } else { size } + if last && checksum { 4 } else { 0 };
        let Some(mut exactly) = bytes.get(..length) else { return Ok(None) };
        self.decoder
            .decode_blocks(&mut exactly, BlockDecodingStrategy::UptoBlocks(1))
            .map_err(|_| Stop::Fault)?;
        self.drain(out)?;
        if last {
            let told = self.decoder.get_checksum_from_data();
            if checksum && told.is_some() && told != self.decoder.get_calculated_checksum() {
                return Err(Stop::Fault);
            }
            self.place = Place::Between;
            self.ended = true;
        }
        Ok(Some(length))
    }

    fn drain(&mut self, out: Out<'_>) -> Result<(), Stop> {
        let mut piece = [0; 16 * 1024];
        loop {
            match self.decoder.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => out(piece.get(..read).unwrap_or(&piece))?,
                Err(_) => return Err(Stop::Fault),
            }
        }
    }
}

/// Reads the head of a frame (RFC 8878, 3.1.1.1); `None` where more of it has to come.
fn head(bytes: &[u8]) -> Option<Head> {
    let flags = *bytes.get(4)?;
    let single = flags & 0x20 != 0;
    let mut at = 5;
    let mut window = 0;
    if !single {
        let descriptor = *bytes.get(at)?;
        let base = 1_u64 << (10 + u32::from(descriptor >> 3));
        window = base + base / 8 * u64::from(descriptor & 7);
        at += 1;
    }
    at += [0, 1, 2, 4].get(usize::from(flags & 3))?;
    let size = match flags >> 6 {
        0 => usize::from(single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    if single {
        let mut number = [0; 8];
        number.get_mut(..size)?.copy_from_slice(bytes.get(at..at + size)?);
        window = u64::from_le_bytes(number) + if size == 2 { 256 } else { 0 };
    }
    Some(Head { length: at + size, window, checksum: flags & 4 != 0 })
}
