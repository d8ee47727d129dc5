//! Blocks of whole lines, cut from what is read. Memory is bounded by the longest line that is read.
//!
//! A JSON array of records is read as lines: a byte takes the place of a byte, so that places in the file stay what they are.

use std::io::{ErrorKind, Read, Result};

use crate::case::catalog::Catalog;
use crate::case::intake::HarEntries;
use crate::case::triage::LONGEST_LINE;

/// Bytes of a block, unless one line is longer.
const BLOCK: usize = 256 * 1024;

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Whole lines.
    Lines,
    /// An entry of a HAR.
    Entry,
    /// Nothing: a line of this length was not kept, bytes.
    TooLong(u64),
}

/// A part of a file.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) file: usize,
    /// Its first byte in the unpacked file.
    pub(super) start: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) content: Content,
}

/// Cuts `source`. `each` takes a block and gives a buffer for the next one.
///
/// # Errors
/// What reading fails with; what came before is in blocks.
pub(super) fn cut(
    source: &mut dyn Read,
    file: usize,
    catalog: &Catalog,
    each: &mut dyn FnMut(Block) -> Vec<u8>,
) -> Result<()> {
    let mut bytes = Vec::new();
    let mut start = 0;
    let mut first = true;
    let mut flat = None;
    loop {
        let before = bytes.len();
        let read = match &mut flat {
            None => fill(source, &mut bytes),
            Some(flat) => fill(&mut Flattened { source: &mut *source, flat }, &mut bytes),
        };
        if first && begins_as_har(&bytes) {
            read?;
            return entries(source, &bytes, file, catalog, each);
        }
        if first && begins_as_array(&bytes) {
            flat.get_or_insert_with(Flat::default).turn(&mut bytes);
        }
        first = false;
        let came = bytes.len() - before;
        let newline =
            memchr::memrchr(b'\n', bytes.get(before..).unwrap_or_default()).map(|at| before + at + 1);
        if came == 0 || read.is_err() {
            if !bytes.is_empty() {
                each(Block { file, start, bytes, content: Content::Lines });
            }
            return read;
        }
        if let Some(end) = newline {
            let rest = bytes.split_off(end);
            let length = bytes.len() as u64;
            let mut next = each(Block { file, start, bytes, content: Content::Lines });
            next.extend_from_slice(&rest);
            bytes = next;
            start += length;
        } else if bytes.len() > LONGEST_LINE {
            let skipped = match &mut flat {
                None => skip_line(source, &mut bytes)?,
                Some(flat) => skip_line(&mut Flattened { source: &mut *source, flat }, &mut bytes)?,
            };
            each(Block { file, start, bytes: Vec::new(), content: Content::TooLong(skipped) });
            start += skipped;
        }
    }
}

/// Reads until the buffer holds one piece more, or the source is at its end.
fn fill(source: &mut dyn Read, bytes: &mut Vec<u8>) -> Result<()> {
    // A long line grows by pieces, not by doubling.
    let room = BLOCK.saturating_sub(bytes.len()).max(BLOCK / 2);
    bytes.reserve_exact(room);
    source.take(room as u64).read_to_end(bytes).map(drop)
}

/// Passes over the rest of a line; what stands behind it is in `bytes` then. The length of the line.
fn skip_line(source: &mut dyn Read, bytes: &mut Vec<u8>) -> Result<u64> {
    let mut skipped = bytes.len() as u64;
    *bytes = Vec::new();
    let mut piece = vec![0; BLOCK / 2];
    loop {
        let read = match source.read(&mut piece) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        let came = piece.get(..read).unwrap_or_default();
        if read == 0 {
            return Ok(skipped);
        }
        if let Some(end) = memchr::memchr(b'\n', came) {
            bytes.extend_from_slice(came.get(end + 1..).unwrap_or_default());
            return Ok(skipped + end as u64 + 1);
        }
        skipped += read as u64;
    }
}

/// True for an array whose first element is an object. A line of prose may begin with a bracket.
fn begins_as_array(head: &[u8]) -> bool {
    let rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    rest.strip_prefix(b"[").is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')))
}

/// Where in an array of records reading is.
#[derive(Debug, Clone, Copy, Default)]
struct Flat {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// An object stands where no array is open: from there on they are lines.
    is_over: bool,
}

impl Flat {
    /// Puts a newline where one element ends and the next begins, and blanks where an element is written on several lines.
    fn turn(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.is_over {
                return;
            }
            if self.in_string {
                let ends = *byte == b'"' && !self.escaped;
                self.escaped = *byte == b'\\' && !self.escaped;
                self.in_string = !ends;
                continue;
            }
            match *byte {
                b'"' => self.in_string = true,
                b'{' if self.depth == 0 => self.is_over = true,
                b'[' | b'{' => {
                    self.depth += 1;
                    if self.depth == 1 {
                        *byte = b' ';
                    }
                }
                b']' | b'}' => {
                    if self.depth == 1 {
                        *byte = b'\n';
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                b',' if self.depth == 1 => *byte = b'\n',
                b'\n' | b'\r' if self.depth > 0 => *byte = b' ',
                _ => {}
            }
        }
    }
}

/// What is read, as lines.
struct Flattened<'s, 'f> {
    source: &'s mut dyn Read,
    flat: &'f mut Flat,
}

impl Read for Flattened<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.source.read(into)?;
        self.flat.turn(into.get_mut(..read).unwrap_or_default());
        Ok(read)
    }
}

/// True for an object whose first member is the object `log`.
fn begins_as_har(head: &[u8]) -> bool {
    let rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let after =
        |rest: &[u8], word: &[u8]| rest.strip_prefix(word).map(|rest| rest.trim_ascii_start().to_vec());
    let head = rest.get(..rest.len().min(256)).unwrap_or(rest);
    [&b"{"[..], b"\"log\"", b":"]
        .iter()
        .try_fold(head.to_vec(), |rest, word| after(&rest, word))
        .is_some_and(|rest| rest.starts_with(b"{"))
}

/// Cuts a HAR into its entries.
fn entries(
    source: &mut dyn Read,
    head: &[u8],
    file: usize,
    catalog: &Catalog,
    each: &mut dyn FnMut(Block) -> Vec<u8>,
) -> Result<()> {
    let mut all = HarEntries::new(catalog);
    let mut spare = Vec::new();
    let mut take = |entry: &[u8]| {
        let mut bytes = std::mem::take(&mut spare);
        bytes.extend_from_slice(entry);
        spare = each(Block { file, start: 0, bytes, content: Content::Entry });
    };
    all.feed(head, &mut take);
    let mut piece = vec![0; BLOCK];
    loop {
        match source.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => all.feed(piece.get(..read).unwrap_or_default(), &mut take),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if all.finish(&mut take) {
        return Err(std::io::Error::other("the archive ends too early; calls behind its end are missing"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slowly<'t>(&'t [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let (now, later) = self.0.split_at(self.1.min(buffer.len()).min(self.0.len()));
            buffer.get_mut(..now.len()).expect("room").copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn blocks(text: &[u8], step: usize) -> Vec<(u64, Vec<u8>, Content)> {
        let mut all = Vec::new();
        let catalog = Catalog::built_in();
        cut(&mut Slowly(text, step), 0, &catalog, &mut |block| {
            all.push((block.start, block.bytes, block.content));
            Vec::new()
        })
        .expect("reads");
        all
    }

    #[test]
    fn an_array_is_read_as_lines_whose_places_stay() {
        let text = concat!(
            " [ {\"a\": \"x,]}[{\\\"\",\n \"b\": [1,\n2]},\n{\"a\":{}} , 7]\n[{\"c\":1}]\n",
            "{\"d\": [1, 2]}\n{\"e\":[\n"
        );
        for step in [1, 3, 7, 1_000] {
            let all: Vec<u8> =
                blocks(text.as_bytes(), step).into_iter().flat_map(|(_, bytes, _)| bytes).collect();
            assert_eq!(all.len(), text.len());
            let lines: Vec<&str> = std::str::from_utf8(&all).expect("text").lines().map(str::trim).collect();
            let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
            let expected = [
                "{\"a\": \"x,]}[{\\\"\",  \"b\": [1, 2]}",
                "{\"a\":{}}",
                "7",
                "{\"c\":1}",
                "{\"d\": [1, 2]}",
                "{\"e\":[",
            ];
            assert_eq!(lines, expected, "{step}");
        }
        let prose = "[2026-04-01] \"it, fails\n{}\n";
        let all: Vec<u8> = blocks(prose.as_bytes(), 9).into_iter().flat_map(|(_, bytes, _)| bytes).collect();
        assert_eq!(all, prose.as_bytes(), "prose stays");
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_split() {
        let lines: Vec<String> = (0..4_000_usize).map(|n| "x".repeat(n * 7 % 900)).collect();
        for end in ["", "\n"] {
            let text = lines.join("\n") + end;
            for step in [1_000, 65_537, 10_000_000] {
                let all = blocks(text.as_bytes(), step);
                assert!(all.len() > 4);
                let joined: Vec<u8> = all.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
                assert!(joined == text.as_bytes());
                let mut at = 0;
                for (number, (start, bytes, _)) in all.iter().enumerate() {
                    assert_eq!(*start, at);
                    at += bytes.len() as u64;
                    assert!(bytes.ends_with(b"\n") || number + 1 == all.len());
                }
            }
        }
        assert!(blocks(b"", 1).is_empty());
    }

    #[test]
    fn a_line_without_an_end_is_passed_over() {
        let long = vec![b'x'; LONGEST_LINE + 3 * BLOCK];
        let text = [b"{\"a\":1}\n".as_slice(), &long, b"\n{\"b\":2}\n"].concat();
        let all = blocks(&text, 1 << 20);
        let kept: Vec<u8> = all.iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
        assert_eq!(kept, b"{\"a\":1}\n{\"b\":2}\n");
        let skipped: Vec<u64> = all
            .iter()
            .filter_map(|(_, _, content)| if let Content::TooLong(n) = content { Some(*n) } else { None })
            .collect();
        assert_eq!(skipped, [long.len() as u64 + 1]);
        assert_eq!(all.last().map(|(start, _, _)| *start), Some(8 + long.len() as u64 + 1));
    }
}
