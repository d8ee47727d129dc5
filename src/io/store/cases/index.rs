//! The index: the records again, one a line, so that a list opens one file in place of thousands. It is never believed
//! against the folders: what was changed, came or went there is read anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folder::Stamp;
use super::side_by_side;
use crate::case::kept::Record;
use crate::io::store::StoreError;
use crate::io::store::file::{private_folder, refuse_what_is_no_file, write_atomic};

/// An index that is larger is made anew, bytes.
const LIMIT: u64 = 512 * 1024 * 1024;
/// How often it is asked whether another run has given the lock back, and how long it is waited between: ten seconds.
const PATIENCE: u32 = 2_000;
const TURN: std::time::Duration = std::time::Duration::from_millis(5);
/// Lines that say nothing any more before the index is made anew, beside as many as there are cases.
const DEAD: usize = 200;

/// What is known of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Of which file it is known.
    pub(super) stamp: Stamp,
    /// `None`: the folder holds no case that can be read.
    pub(super) record: Option<Box<Record>>,
}

/// A line of the file.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a str,
    stamp: Stamp,
    record: Option<&'a Record>,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    stamp: Stamp,
    record: Option<Box<Record>>,
}

/// A line of which the record is passed over.
#[derive(Deserialize)]
struct Head<'l> {
    id: &'l str,
    stamp: Stamp,
}

/// All that an index says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    /// By id.
    pub(super) entries: BTreeMap<String, Entry>,
    /// A line could not be read, or too many say nothing any more.
    worn: bool,
}

impl Known {
    /// True where it says of `there` what is there.
    pub(super) fn is_of(&self, there: &BTreeMap<String, Stamp>) -> bool {
        !self.worn
            && self.entries.len() == there.len()
            && self.entries.iter().zip(there).all(|((a, entry), (b, stamp))| a == b && entry.stamp == *stamp)
    }
}

/// The file and its lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    path: PathBuf,
    lock: PathBuf,
}

impl Index {
    pub(super) fn at(path: PathBuf, lock: PathBuf) -> Self {
        Self { path, lock }
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// What the file says; nothing where it cannot be used.
    pub(super) fn read(&self) -> Known {
        self.read_where(|_| true)
    }

    /// The same, with the records of those lines only for which `wants` is true: most of the time goes into records.
    pub(super) fn read_where(&self, wants: impl Fn(&[u8]) -> bool + Sync) -> Known {
        let mut known = Known::default();
        if refuse_what_is_no_file(&self.path).is_err() {
            return known;
        }
        let size = fs::metadata(&self.path).map_or(0, |about| about.len().min(LIMIT));
        let mut bytes = Vec::with_capacity(usize::try_from(size + 1).unwrap_or(0));
        let read = fs::File::open(&self.path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
        if read.is_err() || bytes.len() as u64 > LIMIT {
            return known;
        }
        known.worn = bytes.last().is_some_and(|last| *last != b'\n');
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let read = |line: &&[u8]| {
            if wants(line) {
                return serde_json::from_slice::<Line>(line);
            }
            let Head { id, stamp } = serde_json::from_slice(line)?;
            Ok(Line { id: id.to_owned(), stamp, record: None })
        };
        for line in side_by_side(&lines, read) {
            match line {
                Ok(Line { id, stamp, record }) if record.as_ref().is_none_or(|record| record.id == id) => {
                    known.entries.insert(id, Entry { stamp, record });
                }
                _ => known.worn = true,
            }
        }
        known.worn |= lines.len() > 2 * known.entries.len() + DEAD;
        known
    }

    /// Adds what is known of one case now.
    pub(super) fn append(&self, id: &str, entry: &Entry) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        refuse_what_is_no_file(&self.path)?;
        let mut options = fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let line = line(id, entry);
        // In one write: a run that is ended in the middle leaves a line that is read as none.
        let written = options.open(&self.path).and_then(|mut file| file.write_all(&line));
        written.map_err(|cause| failed(&self.path, cause))
    }

    /// Writes the whole index anew. The lock must be held.
    pub(super) fn write(&self, known: &Known) -> Result<(), StoreError> {
        self.make_folder()?;
        let bytes: Vec<u8> = known.entries.iter().flat_map(|(id, entry)| line(id, entry)).collect();
        write_atomic(&self.path, &bytes)
    }

    /// Takes turns with other runs, for as long as the file is held. Ends with the process, however that ends.
    pub(super) fn lock(&self) -> Result<fs::File, StoreError> {
        self.make_folder()?;
        refuse_what_is_no_file(&self.lock)?;
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.lock).map_err(|cause| failed(&self.lock, cause))?;
        // Where the disk knows no locks, or a run that was stopped holds it, the folders still say what is there.
        for _ in 0..PATIENCE {
            if !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(TURN);
        }
        Ok(file)
    }

    fn make_folder(&self) -> Result<(), StoreError> {
        self.path.parent().map_or(Ok(()), private_folder)
    }
}

fn failed(path: &Path, cause: std::io::Error) -> StoreError {
    StoreError::Write { path: path.to_owned(), cause, advice: "check that the state folder is yours" }
}

fn line(id: &str, entry: &Entry) -> Vec<u8> {
    let written = Written { id, stamp: entry.stamp, record: entry.record.as_deref() };
    let mut line = serde_json::to_vec(&written).unwrap_or_default();
    line.push(b'\n');
    line
}
