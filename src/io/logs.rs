//! Logs of any size: opened, unpacked, cut into blocks of whole lines, and read by several threads at a time.
//!
//! ```text
//! file, stdin ── unpack (gzip, zstd) ── blocks of whole lines ──┬─> thread: Reader ─> Tally ─┐
//!                                                               └─> thread: Reader ─> Tally ─┴─ join ─> Tally
//! ```
//!
//! Blocks go round: so many are made as threads can be busy with, and no more.

mod blocks;
mod unpack;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use blocks::{Block, Content, cut};
pub use unpack::open;

use crate::case::catalog::Catalog;
use crate::case::triage::{Bad, Options, Reader, Tally};

/// Lines that are no records of which the place is told.
const SAMPLES: usize = 5;

/// How often what was counted is handed over, where somebody waits for it.
const PART_EVERY: Duration = Duration::from_millis(100);

/// Where a line stands that is no record. In the order of the files and of the lines in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadLine {
    /// Number of the file, from 0.
    pub file: usize,
    /// Its first byte in the unpacked file.
    pub at: u64,
    /// Its length, bytes.
    pub bytes: u64,
    /// Why.
    pub why: Bad,
}

/// What came of reading.
#[derive(Debug, Default)]
pub struct Found {
    /// What was counted.
    pub tally: Tally,
    /// The first lines that are no records.
    pub bad: Vec<BadLine>,
    /// Files that could not be read to their end, with why.
    pub stopped: Vec<(usize, String)>,
}

/// How far reading is: bytes of the files as they are stored.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes that were read.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Who hears of reading while it goes on.
pub struct Hearer<'h> {
    /// Counts the bytes.
    pub progress: &'h Progress,
    /// Called between blocks.
    pub told: &'h mut dyn FnMut(),
    /// Takes what was counted, several times a second; the result then holds the rest. `None`: the result holds all.
    pub parts: Option<&'h Parts<'h>>,
}

/// Takes a part of what was counted, on the thread that counted it.
pub type Parts<'h> = dyn Fn(Tally) + Sync + 'h;

/// Reads `files` (`-` is stdin) with `threads` threads.
pub fn read(
    files: &[String],
    threads: usize,
    (catalog, options): (&Catalog, &Options),
    hearer: Hearer<'_>,
) -> Found {
    let Hearer { progress, told, parts } = hearer;
    if threads <= 1 {
        let mut worker = Worker::new(catalog, options, parts);
        let stopped = feed(files, (catalog, progress), &mut |block| {
            let mut bytes = worker.take(block);
            bytes.clear();
            told();
            bytes
        });
        return Found { stopped, ..worker.finish() };
    }
    std::thread::scope(|scope| {
        let (blocks, taken) = sync_channel::<Block>(1);
        let (give_back, back) = channel::<Vec<u8>>();
        let taken = Arc::new(Mutex::new(taken));
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (taken, give_back) = (Arc::clone(&taken), give_back.clone());
                scope.spawn(move || work(&taken, &give_back, Worker::new(catalog, options, parts)))
            })
            .collect();
        drop(give_back);
        let stopped = feed(files, (catalog, progress), &mut |block| {
            told();
            hand_over(&blocks, &back, block)
        });
        drop(blocks);
        let mut found = Found { stopped, ..Found::default() };
        for worker in workers {
            match worker.join() {
                Ok(part) => {
                    found.tally.join(part.tally);
                    found.bad.extend(part.bad);
                }
                // A panic of a thread is one of the program.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        found.bad.sort_unstable();
        found.bad.truncate(SAMPLES);
        found
    })
}

fn hand_over(blocks: &SyncSender<Block>, back: &Receiver<Vec<u8>>, block: Block) -> Vec<u8> {
    // Where no thread is left to take it, their panic is told at the end.
    let _ = blocks.send(block);
    back.try_recv().unwrap_or_default()
}

fn work(taken: &Mutex<Receiver<Block>>, give_back: &Sender<Vec<u8>>, mut worker: Worker<'_>) -> Found {
    loop {
        let block = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(block) = block else { return worker.finish() };
        let mut bytes = worker.take(block);
        bytes.clear();
        let _ = give_back.send(bytes);
    }
}

/// Cuts every file into blocks. `each` takes one and gives a buffer for the next.
fn feed(
    files: &[String],
    (catalog, progress): (&Catalog, &Progress),
    each: &mut dyn FnMut(Block) -> Vec<u8>,
) -> Vec<(usize, String)> {
    let mut stopped = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let read = open(file, progress).and_then(|mut source| cut(&mut *source, number, catalog, each));
        if let Err(error) = read {
            stopped.push((number, in_words(&error)));
        }
    }
    stopped
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "its packed data ends in the middle".to_owned(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            format!("its packed data is broken: {error}")
        }
        _ => error.to_string(),
    }
}

/// Reads blocks.
struct Worker<'c> {
    reader: Reader<'c>,
    bad: Vec<BadLine>,
    parts: Option<&'c Parts<'c>>,
    /// When a part was handed over.
    handed: Option<Instant>,
}

impl<'c> Worker<'c> {
    fn new(catalog: &'c Catalog, options: &Options, parts: Option<&'c Parts<'c>>) -> Self {
        Self { reader: Reader::new(catalog, options), bad: Vec::new(), parts, handed: None }
    }

    /// Reads a block and gives its buffer back.
    fn take(&mut self, block: Block) -> Vec<u8> {
        match block.content {
            Content::Lines => {
                let mut at = 0;
                while let Some(rest) = block.bytes.get(at..).filter(|rest| !rest.is_empty()) {
                    let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                    self.line(rest.get(..end).unwrap_or(rest), block.file, block.start + at as u64);
                    at += end;
                }
            }
            Content::Entry => self.line(&block.bytes, block.file, block.start),
            Content::TooLong(bytes) => {
                self.reader.too_long();
                self.note(BadLine { file: block.file, at: block.start, bytes, why: Bad::TooLong });
            }
        }
        if let Some(parts) = self.parts
            && self.handed.is_none_or(|at| at.elapsed() >= PART_EVERY)
        {
            self.handed = Some(Instant::now());
            parts(self.reader.take());
        }
        block.bytes
    }

    fn line(&mut self, line: &[u8], file: usize, at: u64) {
        if let Err(why) = self.reader.line(line) {
            self.note(BadLine { file, at, bytes: line.len() as u64, why });
        }
    }

    fn note(&mut self, line: BadLine) {
        let at = self.bad.partition_point(|own| *own < line);
        if at < SAMPLES {
            self.bad.insert(at, line);
            self.bad.truncate(SAMPLES);
        }
    }

    fn finish(mut self) -> Found {
        Found { tally: self.reader.take(), bad: self.bad, stopped: Vec::new() }
    }
}
