//! The kept cases: a folder of plain files each, and an index beside them that can always be made anew.
//!
//! ```text
//! <store>/CF-20260401-7QXXXXXX/note.yaml   the audited note, as it went out
//!                              case.yaml   the record, by which a list shows it
//!                              evidence.json  the cleaned evidence, from which it is opened again
//! <state>/cases.jsonl                      the records again, one a line: the index
//! <state>/cases.lock                       who writes the index
//! ```
//!
//! The index and its lock lie in the state folder, also where the store lies elsewhere: a folder that is synchronised or in
//! git holds nothing but the cases. A case is made in a folder of another name, which is renamed when it is whole.

#[cfg(not(feature = "postgres"))]
mod absent;
mod folder;
mod index;
#[cfg(feature = "postgres")]
mod team;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::file::private_folder;
use super::place::StorePlace;
use super::{Folders, StoreError, shown};
use crate::case::kept::{KeptCase, Record, TwinsOf};
use index::{Entry, Index, Known};

/// Where cases are kept: a folder of files, or a team's PostgreSQL.
pub trait CaseStore {
    /// Keeps a case; one that is kept already is brought up to date.
    ///
    /// # Errors
    /// Where it cannot be written. What was kept before is whole.
    fn keep(&self, case: &KeptCase) -> Result<(), StoreError>;

    /// Every record, the newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn records(&self) -> Result<Vec<Record>, StoreError>;

    /// At least every record that may be of the same failure as `asked`; more do no harm.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn alike(&self, asked: &TwinsOf) -> Result<Vec<Record>, StoreError>;

    /// The note of a case, byte for byte as it lies there: what it holds has to be checked again.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn note(&self, id: &str) -> Result<String, StoreError>;

    /// The evidence of a case, as it lies there; `None` where it has none.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn evidence(&self, id: &str) -> Result<Option<String>, StoreError>;

    /// Forgets cases; gives how many were there.
    ///
    /// # Errors
    /// Where one cannot be removed.
    fn remove(&self, ids: &[String]) -> Result<usize, StoreError>;

    /// Makes everything anew that can be made from the cases themselves.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    fn rebuild(&self) -> Result<Rebuilt, StoreError>;

    /// Removes what `retention` keeps no longer, where the store is this operator's own; gives how many cases.
    ///
    /// # Errors
    /// Where the store cannot be read, or a case cannot be removed.
    fn retain(&self, retention: Retention, now: DateTime<Utc>) -> Result<usize, StoreError>;

    /// Where the cases are, or the case of this id is, for people.
    fn place(&self, case: Option<&str>) -> String;

    /// The folder of this case, where it has one.
    fn folder_of(&self, case: &str) -> Option<PathBuf> {
        let _ = case;
        None
    }
}

/// The store of this user: where `place` says, else `cases` in the state folder. Nothing is created, opened or connected.
pub fn open_cases(folders: &Folders, place: Option<&StorePlace>) -> Box<dyn CaseStore> {
    match place {
        None => Box::new(FolderStore::at(folders, None)),
        Some(StorePlace::Folder(folder)) => Box::new(FolderStore::at(folders, Some(folder))),
        #[cfg(feature = "postgres")]
        Some(StorePlace::Team(address)) => Box::new(team::TeamStore::at(address)),
        #[cfg(not(feature = "postgres"))]
        Some(StorePlace::Team(address)) => Box::new(absent::AbsentStore::of(address)),
    }
}

/// What a rebuilding found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Cases that can be used.
    pub cases: usize,
    /// Ids of folders that hold no case that can be read.
    pub broken: Vec<String>,
}

/// How long cases are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Days; 0: for ever.
    pub days: u32,
    /// Cases at most; 0: any number.
    pub most: usize,
}

/// Cases as folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderStore {
    folder: PathBuf,
    index: Index,
}

impl FolderStore {
    /// The store of this user: `named`, else `cases` in the state folder. Nothing is created.
    pub fn at(folders: &Folders, named: Option<&Path>) -> Self {
        let Some(named) = named else {
            let index = Index::at(folders.state.join("cases.jsonl"), folders.state.join("cases.lock"));
            return Self { folder: folders.state.join("cases"), index };
        };
        let folder = std::path::absolute(named).unwrap_or_else(|_| named.to_owned());
        let whole = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        let name = format!("store-{:016x}", fnv(whole.as_os_str().as_encoded_bytes()));
        let beside = folders.state.join("stores");
        let index = Index::at(beside.join(format!("{name}.jsonl")), beside.join(format!("{name}.lock")));
        Self { folder, index }
    }

    /// Where the cases lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The index, brought up to what lies in the folder.
    fn entries(&self) -> Result<Known, StoreError> {
        self.entries_where(|_| true)
    }

    /// The same, with the records at least of those lines for which `wants` is true.
    fn entries_where(&self, wants: impl Fn(&[u8]) -> bool + Sync) -> Result<Known, StoreError> {
        // Thousands of files are asked for their times; the index is read meanwhile.
        let (there, known) = std::thread::scope(|scope| {
            let asking = scope.spawn(|| folder::stamps(&self.folder));
            let known = self.index.read_where(wants);
            (asking.join(), known)
        });
        match there {
            Ok(Ok(there)) if known.is_of(&there) => Ok(known),
            Ok(Err(error)) => Err(error),
            _ => self.made_anew(false),
        }
    }

    /// Reads every case that the index does not know as it is now; `all`: every case. Keeps the index where that works.
    fn made_anew(&self, all: bool) -> Result<Known, StoreError> {
        let lock = self.index.lock();
        // Again: another run may have done it while this one waited.
        let there = folder::stamps(&self.folder)?;
        let known = if all { Known::default() } else { self.index.read() };
        if known.is_of(&there) {
            return Ok(known);
        }
        let mut fresh = Known::default();
        for (id, stamp) in there {
            let entry = match known.entries.get(&id).filter(|entry| entry.stamp == stamp) {
                Some(entry) => entry.clone(),
                None => Entry { stamp, record: folder::read_record(&self.folder, &id).ok().map(Box::new) },
            };
            fresh.entries.insert(id, entry);
        }
        // A disk that takes no index makes the next look-up slower, no more.
        if lock.is_ok()
            && (self.folder.exists() || self.index.exists())
            && let Err(error) = self.index.write(&fresh)
        {
            tracing::info!(%error, "index not kept");
        }
        Ok(fresh)
    }
}

impl CaseStore for FolderStore {
    fn keep(&self, case: &KeptCase) -> Result<(), StoreError> {
        let id = &case.record().id;
        private_folder(&self.folder)?;
        if !folder::make(&self.folder, case)? {
            let _lock = self.index.lock();
            match folder::read_record(&self.folder, id) {
                Ok(earlier) => folder::replace(&self.folder, &case.clone().after(&earlier))?,
                Err(error @ StoreError::NotAFile { .. }) => return Err(error),
                Err(_) => folder::replace(&self.folder, case)?,
            }
        }
        // The case is kept. The index finds it by itself where this fails.
        let entry = folder::stamp(&self.folder, id)
            .map(|stamp| Entry { stamp, record: folder::read_record(&self.folder, id).ok().map(Box::new) });
        if let Some(entry) = entry
            && let Err(error) = self.index.append(id, &entry)
        {
            tracing::info!(%error, "index not kept");
        }
        Ok(())
    }

    fn records(&self) -> Result<Vec<Record>, StoreError> {
        let mut records: Vec<Box<Record>> =
            self.entries()?.entries.into_values().filter_map(|entry| entry.record).collect();
        records.sort_by(|a, b| a.newest_first(b));
        Ok(records.into_iter().map(|record| *record).collect())
    }

    fn note(&self, id: &str) -> Result<String, StoreError> {
        folder::read_note(&self.folder, id)
    }

    fn evidence(&self, id: &str) -> Result<Option<String>, StoreError> {
        folder::read_evidence(&self.folder, id)
    }

    fn remove(&self, ids: &[String]) -> Result<usize, StoreError> {
        let _lock = self.index.lock();
        let mut removed = 0;
        for id in ids {
            if folder::remove(&self.folder, id)? {
                removed += 1;
            }
        }
        // The folder says what is gone; the index is made to fit at the next look-up.
        Ok(removed)
    }

    fn rebuild(&self) -> Result<Rebuilt, StoreError> {
        folder::sweep(&self.folder);
        let known = self.made_anew(true)?;
        let is_broken = |entry: &Entry| entry.record.is_none();
        let broken: Vec<String> =
            known.entries.iter().filter(|(_, e)| is_broken(e)).map(|(id, _)| id.clone()).collect();
        Ok(Rebuilt { cases: known.entries.len() - broken.len(), broken })
    }

    fn retain(&self, retention: Retention, now: DateTime<Utc>) -> Result<usize, StoreError> {
        if retention == Retention::default() {
            return Ok(0);
        }
        let oldest = (retention.days > 0).then(|| now - TimeDelta::days(i64::from(retention.days)));
        let is_over = |at: usize, record: &Record| {
            (retention.most > 0 && at >= retention.most)
                || oldest.is_some_and(|oldest| record.updated < oldest)
        };
        let records = self.records()?;
        let over = records.iter().enumerate().filter(|(at, record)| is_over(*at, record));
        let ids: Vec<String> = over.map(|(_, record)| record.id.clone()).collect();
        if ids.is_empty() { Ok(0) } else { self.remove(&ids) }
    }

    fn alike(&self, asked: &TwinsOf) -> Result<Vec<Record>, StoreError> {
        // Of the records only those are read in which the fingerprint stands.
        let print = memchr::memmem::Finder::new(asked.fingerprint.as_bytes());
        let known = self.entries_where(|line| print.find(line).is_some())?;
        let records = known.entries.into_values().filter_map(|entry| entry.record);
        let alike = |record: &Record| record.fingerprint.as_deref() == Some(&asked.fingerprint);
        let mut alike: Vec<Record> = records.map(|record| *record).filter(alike).collect();
        alike.sort_by(Record::newest_first);
        Ok(alike)
    }

    fn place(&self, case: Option<&str>) -> String {
        case.map_or_else(|| shown(&self.folder), |id| shown(&self.folder.join(id)))
    }

    fn folder_of(&self, case: &str) -> Option<PathBuf> {
        crate::session::case_id::is_case_id(case).then(|| self.folder.join(case))
    }
}

/// What `work` gives for each of `items`, in their order, by as many threads as are of use.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const FEWEST: usize = 256;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let part = items.len().div_ceil(threads).max(FEWEST);
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = items
            .chunks(part)
            .skip(1)
            .map(|chunk| (chunk, scope.spawn(move || chunk.iter().map(work).collect::<Vec<R>>())))
            .collect();
        let mut all: Vec<R> = items.iter().take(part).map(work).collect();
        for (chunk, thread) in running {
            all.extend(thread.join().unwrap_or_else(|_| chunk.iter().map(work).collect()));
        }
        all
    })
}

/// FNV-1a, 64 bits: a name for a path, no secret.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
