//! A small gzip file that unpacks to very much: white space, then the answer.
//!
//! It is never held unpacked. One block is packed and ended on a byte boundary (RFC 1951, an empty stored block), so
//! its bytes can stand any number of times; the check sum of the whole is combined from that of one block.

use flate2::{Compress, Compression, Crc, FlushCompress};

/// Bytes of one block.
const BLOCK: usize = 1024 * 1024;

/// How many blocks: 128 MiB.
const BLOCKS: u32 = 128;

/// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// The gzip file that ends with `answer`.
pub(super) fn packed(answer: &[u8]) -> Vec<u8> {
    let white = vec![b' '; BLOCK];
    let (mut of_block, mut sum) = (Crc::new(), Crc::new());
    of_block.update(&white);
    let block = deflated(&white, FlushCompress::Full);
    let mut file = HEAD.to_vec();
    for _ in 0..BLOCKS {
        file.extend_from_slice(&block);
        sum.combine(&of_block);
    }
    sum.update(answer);
    file.extend(deflated(answer, FlushCompress::Finish));
    file.extend(sum.sum().to_le_bytes());
    file.extend(sum.amount().to_le_bytes());
    file
}

/// One piece of a deflate stream that does not look back. `FlushCompress::Finish` makes the last piece.
fn deflated(bytes: &[u8], flush: FlushCompress) -> Vec<u8> {
    let mut packer = Compress::new(Compression::best(), false);
    // Room for bytes that do not pack at all, so that one call takes them all.
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8 + 64);
    let status = packer.compress_vec(bytes, &mut out, flush);
    debug_assert!(status.is_ok(), "{status:?}");
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn it_is_small_and_unpacks_to_more_than_100_mib_with_the_answer_last() {
        let file = packed(br#"{"ok":true}"#);
        assert!(file.len() < 512 * 1024, "{} bytes", file.len());
        let mut reader = flate2::read::GzDecoder::new(file.as_slice());
        let (mut total, mut last, mut piece) = (0_usize, Vec::new(), vec![0; 64 * 1024]);
        loop {
            let count = reader.read(&mut piece).expect("a right gzip file, check sum included");
            if count == 0 {
                break;
            }
            total += count;
            last.extend_from_slice(&piece[..count]);
            last.drain(..last.len().saturating_sub(11));
        }
        assert_eq!(total, 128 * 1024 * 1024 + 11);
        assert_eq!(last, br#"{"ok":true}"#);
    }
}
