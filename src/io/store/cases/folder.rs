//! One folder a case: made whole or not at all, read with care.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::side_by_side;
use crate::case::kept::{About, KeptCase, Record};
use crate::case::note;
use crate::io::store::file::{read_text, write_atomic};
use crate::io::store::{StoreError, yaml};
use crate::session::case_id::is_case_id;

/// File of the note.
const NOTE: &str = "note.yaml";
/// File of the record.
const RECORD: &str = "case.yaml";
/// File of the evidence, from which the case is opened again.
const EVIDENCE: &str = "evidence.json";
/// More than this is no evidence of ours, bytes.
const EVIDENCE_LIMIT: u64 = 32 * 1024 * 1024;
/// More than this is no note of ours, bytes.
const NOTE_LIMIT: u64 = 8 * 1024 * 1024;
/// More than this is no record of ours, bytes.
const RECORD_LIMIT: u64 = 256 * 1024;
/// Beginning of the name of a folder that is being made or removed.
const UNFINISHED: &str = ".casefile-";
/// An unfinished folder that is older is nobody's any more.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Tells whether a record's file was changed: its time in nanoseconds, its size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp(pub(super) u64, pub(super) u64);

/// The cases that lie in `folder`; none where it does not exist. Links are no cases.
pub(super) fn stamps(folder: &Path) -> Result<BTreeMap<String, Stamp>, StoreError> {
    let failed = |cause| StoreError::Read { path: folder.to_owned(), cause };
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(failed(e)),
    };
    let mut ids = Vec::new();
    for entry in listed {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some(id) = name.to_str().filter(|id| is_case_id(id)) else { continue };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            ids.push(id.to_owned());
        }
    }
    ids.sort_unstable();
    let stamps = side_by_side(&ids, |id| stamp(folder, id).unwrap_or(Stamp(0, 0)));
    Ok(ids.into_iter().zip(stamps).collect())
}

/// The stamp of a case's record; `None` where it has none.
pub(super) fn stamp(folder: &Path, id: &str) -> Option<Stamp> {
    let about = fs::symlink_metadata(folder.join(id).join(RECORD)).ok().filter(fs::Metadata::is_file)?;
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Stamp(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX), about.len()))
}

/// Makes the folder of a case; false where there is one already.
pub(super) fn make(folder: &Path, case: &KeptCase) -> Result<bool, StoreError> {
    let target = folder.join(&case.record().id);
    if fs::symlink_metadata(&target).is_ok() {
        return Ok(false);
    }
    let failed = |cause: std::io::Error| StoreError::Write {
        path: target.clone(),
        cause: std::io::Error::from(cause.kind()),
        advice: "free some space, or name another folder by --store",
    };
    let unfinished = unfinished(folder, "new-").map_err(failed)?;
    write_new(unfinished.path(), NOTE, case.note().as_str().as_bytes()).map_err(failed)?;
    write_new(unfinished.path(), RECORD, text(&target, case.record())?.as_bytes()).map_err(failed)?;
    if let Some(evidence) = case.evidence() {
        write_new(unfinished.path(), EVIDENCE, evidence.text().as_str().as_bytes()).map_err(failed)?;
    }
    sync(unfinished.path());
    match fs::rename(unfinished.path(), &target) {
        Ok(()) => {
            // It is no longer where it would be removed.
            let _ = unfinished.keep();
            sync(folder);
            Ok(true)
        }
        Err(_) if fs::symlink_metadata(&target).is_ok() => Ok(false),
        Err(refused) => Err(failed(refused)),
    }
}

/// Puts note and record in the place of what a case has, each whole or not at all.
pub(super) fn replace(folder: &Path, case: &KeptCase) -> Result<(), StoreError> {
    let place = folder.join(&case.record().id);
    if let Some(evidence) = case.evidence() {
        write_atomic(&place.join(EVIDENCE), evidence.text().as_str().as_bytes())?;
    }
    write_atomic(&place.join(NOTE), case.note().as_str().as_bytes())?;
    write_atomic(&place.join(RECORD), text(&place, case.record())?.as_bytes())
}

/// The record of a case; where its file is gone or broken, made again from the note.
pub(super) fn read_record(folder: &Path, id: &str) -> Result<Record, StoreError> {
    let path = plain(folder, id, RECORD)?;
    let read = read_text(&path, RECORD_LIMIT).ok().flatten();
    let record = read.and_then(|text| yaml::read::<Record>(&text).ok().flatten());
    if let Some(record) = record.filter(|record| record.id == id) {
        return Ok(record);
    }
    let text = read_note(folder, id)?;
    let about = About { gateway: None, at: chrono::DateTime::UNIX_EPOCH, by: None };
    let made = note::read(&text).ok().and_then(|note| Record::of(&note, &about));
    let made = made.filter(|record| record.id == id);
    made.map(|record| Record { updated: record.created, ..record })
        .ok_or_else(|| StoreError::Faulty { path, what: "is no case, and no note lies beside it".to_owned() })
}

/// The note of a case as it lies there.
pub(super) fn read_note(folder: &Path, id: &str) -> Result<String, StoreError> {
    let path = plain(folder, id, NOTE)?;
    let missing = || StoreError::Read { path: path.clone(), cause: ErrorKind::NotFound.into() };
    read_text(&path, NOTE_LIMIT)?.ok_or_else(missing)
}

/// The evidence of a case as it lies there; `None` where it was kept without, or came from elsewhere.
pub(super) fn read_evidence(folder: &Path, id: &str) -> Result<Option<String>, StoreError> {
    read_text(&plain(folder, id, EVIDENCE)?, EVIDENCE_LIMIT)
}

/// The path of a file of a case, which leads through no link.
fn plain(folder: &Path, id: &str, name: &str) -> Result<PathBuf, StoreError> {
    let place = folder.join(id);
    let path = place.join(name);
    let is_link = |path: &Path| fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    if !is_case_id(id) || is_link(&place) || is_link(&path) {
        return Err(StoreError::NotAFile { path, what: "a symbolic link", advice: "remove the link" });
    }
    Ok(path)
}

/// Removes a case; false where there is none. It is gone as a whole at once, whatever happens while its files go.
pub(super) fn remove(folder: &Path, id: &str) -> Result<bool, StoreError> {
    let target = folder.join(id);
    let failed = |cause: std::io::Error| StoreError::Write {
        path: target.clone(),
        cause,
        advice: "check that the folder is yours, or remove it yourself",
    };
    if !is_case_id(id) || fs::symlink_metadata(&target).is_err() {
        return Ok(false);
    }
    let grave = unfinished(folder, "gone-").map_err(failed)?;
    fs::rename(&target, grave.path().join(id)).map_err(failed)?;
    grave.close().map_err(failed)?;
    Ok(true)
}

/// Removes what runs left behind that were ended in the middle.
pub(super) fn sweep(folder: &Path) {
    let Ok(listed) = fs::read_dir(folder) else { return };
    for entry in listed.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED))
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        let age = entry.metadata().and_then(|about| about.modified()).ok();
        let age = age.and_then(|at| SystemTime::now().duration_since(at).ok());
        if is_ours && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn unfinished(folder: &Path, what: &str) -> std::io::Result<tempfile::TempDir> {
    let prefix = format!("{UNFINISHED}{what}");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(folder)
}

fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(name))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename lasts only once its folder is synced; where that is not possible it is there all the same.
fn sync(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn text(path: &Path, record: &Record) -> Result<String, StoreError> {
    yaml::write(record).map_err(|what| StoreError::Faulty { path: path.to_owned(), what })
}
