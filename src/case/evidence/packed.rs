//! Packed bodies: unpacked beside the evidence, within bounds. The bytes of the wire stay as they came.
//!
//! ```text
//! content-encoding ──> coders (outermost first) ──┐
//! bytes as they come ──────────────────────────────┴──> Sink (counts, keeps the first part, stops a bomb) ──> Packed
//! ```
//!
//! Gateways declare what is not so, and pack what they do not declare: the first bytes decide, the header only names
//! what to try.

mod brotli;
mod deflate;
mod gzip;
mod zstd;

use std::fmt;

use super::Response;
use crate::case::vocabulary::{Coding, UnpackEnd};

/// Bytes from which the first bytes are judged. Fewer only at the end.
const SNIFFED: usize = 16;
/// Most codings one over the other.
const LAYERS: usize = 3;
/// Bytes of the wire in one step. A step ends at a multiple of it, and the bounds hold for a step as a whole: where
/// unpacking stops depends on the bytes alone, not on the pieces in which the network brought them.
const STEP: u64 = 4 * 1024;
/// Once more has come out than is kept: bytes out for a byte in, from which on it is a bomb. An answer made of text has
/// 3 to 10, one of nothing but repetitions can have about 1000 with gzip.
const RATIO: u64 = 200;

/// Bounds of the unpacking, bytes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes kept of what comes out.
    pub kept: usize,
    /// Bytes out at which it is stopped.
    pub out: u64,
}

impl Default for Bounds {
    /// 8 MiB kept, stopped at 64 MiB.
    fn default() -> Self {
        Self { kept: 8 * 1024 * 1024, out: 64 * 1024 * 1024 }
    }
}

/// A body that is packed, or that is said to be. `Debug` shows shapes only.
#[derive(Clone, PartialEq, Eq)]
pub struct Packed {
    /// The codings in the order in which they were applied; empty where one of them is not known.
    pub codings: Vec<Coding>,
    /// The header `content-encoding` says so; else only the bytes do.
    pub declared: bool,
    /// The first bytes that came out. Raw.
    pub inflated: Vec<u8>,
    /// Bytes that came out in all.
    pub inflated_bytes: u64,
    /// Bytes of the wire that went in until the end or the stop, in whole steps of 4 KiB.
    pub read_bytes: u64,
    /// How it ended.
    pub end: UnpackEnd,
}

impl Packed {
    /// True where `inflated` is what to read, not the bytes of the wire.
    pub fn opened(&self) -> bool {
        !matches!(self.end, UnpackEnd::NotPacked | UnpackEnd::UnknownCoding)
    }

    /// True where what can be read is only the first part of what was packed.
    pub fn is_partial(&self) -> bool {
        match self.end {
            UnpackEnd::Cut | UnpackEnd::Broken | UnpackEnd::TooLarge => true,
            UnpackEnd::Whole => self.inflated_bytes > self.inflated.len() as u64,
            UnpackEnd::NotPacked | UnpackEnd::UnknownCoding => false,
        }
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Packed({:?}, {}, {} bytes in, {} out)",
            self.codings, self.end, self.read_bytes, self.inflated_bytes
        )
    }
}

/// Why no more is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    TooLarge,
    Fault,
}

/// Takes a piece that came out.
type Out<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Stop>;

/// One coding.
enum Coder {
    Gzip(gzip::Gzip),
    Deflate(deflate::Deflate),
    Brotli(Box<brotli::Brotli>),
    Zstd(Box<zstd::Zstd>),
}

impl Coder {
    fn of(coding: Coding) -> Self {
        match coding {
            Coding::Gzip => Self::Gzip(gzip::Gzip::new()),
            Coding::Deflate => Self::Deflate(deflate::Deflate::guessed()),
            Coding::Brotli => Self::Brotli(Box::new(brotli::Brotli::new())),
            Coding::Zstd => Self::Zstd(Box::new(zstd::Zstd::new())),
        }
    }

    fn push(&mut self, bytes: &[u8], out: Out<'_>) -> Result<(), Stop> {
        match self {
            Self::Gzip(coder) => coder.push(bytes, out),
            Self::Deflate(coder) => coder.push(bytes, out).map(drop),
            Self::Brotli(coder) => coder.push(bytes, out),
            Self::Zstd(coder) => coder.push(bytes, out),
        }
    }

    /// Gives out what was held back.
    fn flush(&mut self, out: Out<'_>) -> Result<(), Stop> {
        match self {
            Self::Zstd(coder) => coder.flush(out),
            Self::Gzip(_) | Self::Deflate(_) | Self::Brotli(_) => Ok(()),
        }
    }

    /// The packed data came to its end.
    fn is_whole(&self) -> bool {
        match self {
            Self::Gzip(coder) => coder.is_whole(),
            Self::Deflate(coder) => coder.is_whole(),
            Self::Brotli(coder) => coder.is_whole(),
            Self::Zstd(coder) => coder.is_whole(),
        }
    }
}

/// What comes out at the end of all coders.
struct Sink {
    bounds: Bounds,
    kept: Vec<u8>,
    count: u64,
}

impl Sink {
    /// Takes a piece that came of the first `read` bytes, a number of whole steps.
    fn take(&mut self, piece: &[u8], read: u64, each: &mut dyn FnMut(&[u8])) -> Result<(), Stop> {
        let most = self.bounds.out.min(read.saturating_mul(RATIO).max(self.bounds.kept as u64));
        let left = usize::try_from(most.saturating_sub(self.count)).unwrap_or(usize::MAX);
        let fits = piece.get(..left).unwrap_or(piece);
        let room = self.bounds.kept.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(fits.get(..room).unwrap_or(fits));
        self.count += fits.len() as u64;
        if !fits.is_empty() {
            each(fits);
        }
        if fits.len() < piece.len() { Err(Stop::TooLarge) } else { Ok(()) }
    }
}

fn through(
    coders: &mut [Coder],
    bytes: &[u8],
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    match coders.split_first_mut() {
        None => sink(bytes),
        Some((first, rest)) => first.push(bytes, &mut |piece| through(rest, piece, sink)),
    }
}

fn flush(coders: &mut [Coder], sink: &mut dyn FnMut(&[u8]) -> Result<(), Stop>) -> Result<(), Stop> {
    match coders.split_first_mut() {
        None => Ok(()),
        Some((first, rest)) => {
            first.flush(&mut |piece| through(rest, piece, sink))?;
            flush(rest, sink)
        }
    }
}

enum State {
    /// Too few bytes to tell.
    Undecided(Vec<u8>),
    /// What comes is handed on as it is; the end is what to say of it, if anything.
    AsItIs(Option<UnpackEnd>),
    /// Outermost coder first.
    Open(Vec<Coder>),
    Stopped(Stop),
}

/// Unpacks a body as it comes.
pub struct Inflater {
    /// As declared; `None` where one is not known.
    declared: Option<Vec<Coding>>,
    /// The content type is one whose files are packed themselves.
    is_archive: bool,
    state: State,
    codings: Vec<Coding>,
    sink: Sink,
    /// Bytes that went in.
    read: u64,
    /// Bytes that came, also behind a stop.
    came: u64,
}

impl Inflater {
    /// For the body of an answer with this head.
    pub fn of(response: &Response, bounds: Bounds) -> Self {
        let names = response.headers.iter().filter(|(name, _)| name == "content-encoding");
        let is_archive = response.content_type().is_some_and(|kind| {
            !(kind.contains("json") || kind.starts_with("text/") || kind.contains("xml"))
        });
        Self {
            declared: codings(names.map(|(_, value)| value.as_str())),
            is_archive,
            state: State::Undecided(Vec::new()),
            codings: Vec::new(),
            sink: Sink { bounds, kept: Vec::new(), count: 0 },
            read: 0,
            came: 0,
        }
    }

    /// Takes the next bytes of the wire; `each` gets what they say, unpacked where they are packed.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        self.came += bytes.len() as u64;
        match &mut self.state {
            State::AsItIs(_) => each(bytes),
            State::Stopped(_) => {}
            State::Open(_) => self.push(bytes, each),
            State::Undecided(first) => {
                // As many bytes as it takes, whatever came in one piece: the pieces of the network decide nothing.
                let room = SNIFFED.saturating_sub(first.len());
                let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
                first.extend_from_slice(now);
                if first.len() >= SNIFFED {
                    self.decide(each);
                    self.came -= later.len() as u64;
                    self.feed(later, each);
                }
            }
        }
    }

    /// True where what comes out keeps step with what goes in. Zstandard holds its window back, so that the moment at
    /// which something came says nothing.
    pub fn keeps_step(&self) -> bool {
        !self.codings.contains(&Coding::Zstd)
    }

    /// The wire has ended; `each` gets what was held back. `body`: the kept bytes of the wire. `None`: not packed, and
    /// not said to be.
    pub fn finish(mut self, body: &[u8], each: &mut dyn FnMut(&[u8])) -> Option<Packed> {
        if let State::Undecided(first) = &self.state {
            if first.is_empty() {
                return None;
            }
            self.decide(each);
        }
        let Self { mut state, mut sink, .. } = self;
        let read = self.read.next_multiple_of(STEP);
        let mut stopped = None;
        if let State::Open(coders) = &mut state {
            stopped = flush(coders, &mut |piece| sink.take(piece, read, each)).err();
        }
        let end = match &state {
            State::AsItIs(end) => (*end)?,
            State::Stopped(Stop::TooLarge) => UnpackEnd::TooLarge,
            State::Stopped(Stop::Fault) => UnpackEnd::Broken,
            State::Undecided(_) => return None,
            State::Open(_) if stopped == Some(Stop::TooLarge) => UnpackEnd::TooLarge,
            State::Open(_) if stopped.is_some() => UnpackEnd::Broken,
            State::Open(coders) if coders.iter().all(Coder::is_whole) => UnpackEnd::Whole,
            State::Open(_) => UnpackEnd::Cut,
        };
        let declared = self.declared.as_ref().is_none_or(|list| !list.is_empty());
        let nothing = matches!(end, UnpackEnd::Broken | UnpackEnd::Cut) && sink.count == 0;
        let end = if declared && nothing && is_text(body) { UnpackEnd::NotPacked } else { end };
        Some(Packed {
            codings: self.codings,
            declared,
            inflated: sink.kept,
            inflated_bytes: sink.count,
            read_bytes: read.min(self.came),
            end,
        })
    }

    /// Settles by the first bytes what the body is, and hands them on.
    fn decide(&mut self, each: &mut dyn FnMut(&[u8])) {
        let State::Undecided(first) = &mut self.state else { return };
        let first = std::mem::take(first);
        let codings = match &self.declared {
            Some(none) if none.is_empty() => by_magic(&first).filter(|_| !self.is_archive).map(|c| vec![c]),
            Some(codings) if !is_text(&first) => Some(codings.clone()),
            _ => None,
        };
        if let Some(codings) = codings {
            self.state = State::Open(codings.iter().rev().map(|coding| Coder::of(*coding)).collect());
            self.codings = codings;
            self.push(&first, each);
            return;
        }
        let end = match &self.declared {
            Some(none) if none.is_empty() => None,
            // A name that is no coding (`utf-8`) over a plain body: clients ignore it, too.
            None if is_text(&first) => None,
            Some(_) => Some(UnpackEnd::NotPacked),
            None => Some(UnpackEnd::UnknownCoding),
        };
        self.codings = self.declared.clone().unwrap_or_default();
        self.state = State::AsItIs(end);
        each(&first);
    }

    fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let State::Open(coders) = &mut self.state else { return };
            let until = (self.read + 1).next_multiple_of(STEP);
            let length = usize::try_from(until - self.read).unwrap_or(usize::MAX);
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            self.read += part.len() as u64;
            rest = after;
            let sink = &mut self.sink;
            match through(coders, part, &mut |piece| sink.take(piece, until, each)) {
                Ok(()) => {}
                Err(Stop::Fault) => {
                    // What a coder holds back came before the fault.
                    let stop = flush(coders, &mut |piece| sink.take(piece, until, each)).err();
                    self.state = State::Stopped(stop.unwrap_or(Stop::Fault));
                }
                Err(Stop::TooLarge) => self.state = State::Stopped(Stop::TooLarge),
            }
        }
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inflater({:?}, {} bytes in, {} out)", self.codings, self.read, self.sink.count)
    }
}

/// The codings of the header's values in the order of application; `None` where one is not known, or they are too many.
fn codings<'a>(values: impl Iterator<Item = &'a str>) -> Option<Vec<Coding>> {
    let mut found = Vec::new();
    for name in values.flat_map(|value| value.split(',')).map(str::trim) {
        found.push(match name.to_ascii_lowercase().as_str() {
            "" | "identity" | "none" => continue,
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" | "x-deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return None,
        });
    }
    (found.len() <= LAYERS).then_some(found)
}

fn by_magic(first: &[u8]) -> Option<Coding> {
    if first.starts_with(b"\x1f\x8b\x08") {
        Some(Coding::Gzip)
    } else if first.starts_with(b"\x28\xb5\x2f\xfd") {
        Some(Coding::Zstd)
    } else {
        None
    }
}

/// Text in UTF-8, perhaps cut in a character, without control characters: packed data does not look so.
fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => {
            head.get(..e.valid_up_to()).and_then(|h| std::str::from_utf8(h).ok()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests;
