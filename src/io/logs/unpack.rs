//! A file, or what stands packed in it: gzip of several members, zstd of several frames. Told by its first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::Progress;

/// Packed bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// From so many bytes out on it is asked how many came in.
const SMALL: u64 = 256 * 1024 * 1024;
/// A log packs to a tenth or a hundredth. What unpacks to more than this many bytes for one is no log.
const MOST: u64 = 2_000;

/// Opens `file`; `-` is stdin.
///
/// # Errors
/// It is not there, is no file or pipe, or cannot be read.
pub fn open(file: &str, progress: &Progress) -> io::Result<Box<dyn Read>> {
    let source: Box<dyn Read> = if file == "-" {
        Box::new(io::stdin().lock())
    } else {
        let opened = File::open(file)?;
        if opened.metadata()?.is_dir() {
            return Err(io::Error::other("it is a folder; name the files in it"));
        }
        Box::new(opened)
    };
    unpacked(Counted { source, progress: progress.clone() }, progress)
}

fn unpacked(mut source: impl Read + 'static, progress: &Progress) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::new();
    (&mut source).take(4).read_to_end(&mut head)?;
    let kind = head.clone();
    let whole = io::Cursor::new(head).chain(source);
    let is_zstd = kind == [0x28, 0xb5, 0x2f, 0xfd]
        || (matches!(kind.first(), Some(0x50..=0x5f)) && kind.get(1..) == Some(&[0x2a, 0x4d, 0x18]));
    let bounded =
        |inner: Box<dyn Read>| Bounded { inner, out: 0, from: progress.bytes(), progress: progress.clone() };
    Ok(if kind.starts_with(&[0x1f, 0x8b]) {
        Box::new(bounded(Box::new(MultiGzDecoder::new(BufReader::with_capacity(PIECE, whole)))))
    } else if is_zstd {
        let frames = Zstd {
            source: BufReader::with_capacity(PIECE, whole),
            decoder: FrameDecoder::new(),
            open: false,
        };
        Box::new(bounded(Box::new(frames)))
    } else {
        Box::new(whole)
    })
}

/// Counts what is read of a file.
struct Counted {
    source: Box<dyn Read>,
    progress: Progress,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.progress.add(read);
        Ok(read)
    }
}

/// Stops what unpacks to far more than a log does. Memory is bounded in any case; this bounds the time.
struct Bounded {
    inner: Box<dyn Read>,
    out: u64,
    from: u64,
    progress: Progress,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.out += read as u64;
        let came_in = self.progress.bytes().saturating_sub(self.from).max(1);
        if self.out > SMALL && self.out / came_in > MOST {
            return Err(io::Error::other(format!(
                "it unpacks to more than {MOST} times its size, which no log does; unpack it yourself if it is one"
            )));
        }
        Ok(read)
    }
}

/// The frames of a zstd file, one after the other.
struct Zstd<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    open: bool,
}

impl<R: Read> Zstd<R> {
    /// Opens the next frame; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let skipped = io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                    if skipped < length.into() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            }
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBytes(buffer.len()))
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("packs");
        encoder.finish().expect("packs")
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpacked(io::Cursor::new(bytes), &Progress::default())?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn whatever_it_is_packed_in_the_same_comes_out() {
        let text = b"{\"a\":1}\n".repeat(50_000);
        let (first, second) = text.split_at(1_234);
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        for packed in [
            text.clone(),
            gzip(&text),
            [gzip(first), gzip(second)].concat(),
            zstd(&text),
            [zstd(first), skipped.to_vec(), zstd(second)].concat(),
            [skipped.to_vec(), zstd(&text)].concat(),
        ] {
            assert!(read(packed).expect("reads") == text);
        }
        for short in ["", "{", "ab"] {
            assert_eq!(read(short.as_bytes().to_vec()).expect("reads"), short.as_bytes());
        }
    }

    #[test]
    fn what_is_cut_or_broken_is_an_error_and_what_came_before_is_there() {
        let text = b"{\"a\":1}\n".repeat(50_000);
        for packed in [gzip(&text), zstd(&text)] {
            assert!(read(packed.get(..packed.len() / 2).expect("half").to_vec()).is_err());
            let mut broken = packed.clone();
            broken.extend_from_slice(&packed[..8]);
            assert!(read(broken).is_err());
        }
    }
}
