//! Unfinished cases: one file each, cleaned and audited, in `unfinished/` of the state folder. A synchronised `store` holds
//! finished cases only.
//!
//! ```text
//! <state>/unfinished/CF-20260401-7QXXXXXX.json   the case as it was saved last
//!                    CF-20260401-7QXXXXXX.lock   held by the run that works on it, as long as that lives
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::file::{private_folder, read_text, refuse_what_is_no_file, write_atomic};
use super::{Folders, StoreError};
use crate::case::kept::{SavedCase, Unfinished};
use crate::case::sanitize::Readmission;
use crate::session::case_id::is_case_id;

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 32 * 1024 * 1024;
/// Unfinished cases that are kept, the newest.
const MOST: usize = 50;

/// Beginning of the name of a file that is being written.
const HALF: &str = ".casefile-";
/// A half-written file that is older is nobody's any more.
const ABANDONED: std::time::Duration = std::time::Duration::from_secs(60 * 60);

/// The unfinished cases of this user.
#[derive(Debug)]
pub struct UnfinishedStore {
    folder: PathBuf,
    /// Cases that this run works on, each with its lock.
    held: BTreeMap<String, fs::File>,
}

impl UnfinishedStore {
    /// The store of this user. Nothing is created.
    pub fn at(folders: &Folders) -> Self {
        Self { folder: folders.state.join("unfinished"), held: BTreeMap::new() }
    }

    /// Saves a case in place of what was saved of it before. From now on no other run offers it.
    ///
    /// # Errors
    /// Where it cannot be written; what was saved before is whole.
    pub fn save(&mut self, case: &SavedCase) -> Result<(), StoreError> {
        let path = self.path(case.id(), "json")?;
        private_folder(&self.folder)?;
        self.hold(case.id())?;
        write_atomic(&path, case.text().as_str().as_bytes())
    }

    /// Forgets a case; it is no fault where there is none.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn forget(&mut self, id: &str) -> Result<(), StoreError> {
        let (path, lock) = (self.path(id, "json")?, self.path(id, "lock")?);
        remove(&path)?;
        self.held.remove(id);
        remove(&lock)
    }

    /// The unfinished cases that no run works on, the newest first. A file that cannot be read as one, or that the audit
    /// refuses, is passed over; of many the oldest are removed.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn list(&mut self, readmission: &Readmission) -> Result<Vec<Unfinished>, StoreError> {
        let mut ids = self.ids()?;
        for (_, id) in ids.split_off(ids.len().min(MOST)) {
            if !self.is_worked_on(&id) {
                self.forget(&id)?;
            }
        }
        let mut found: Vec<Unfinished> = ids
            .into_iter()
            .filter(|(_, id)| !self.is_worked_on(id))
            .filter_map(|(_, id)| self.read(&id, readmission).ok().flatten())
            .collect();
        found.sort_by_key(|case| std::cmp::Reverse(case.saved));
        Ok(found)
    }

    /// Ids of the files, the newest first.
    fn ids(&self) -> Result<Vec<(std::time::SystemTime, String)>, StoreError> {
        let failed = |cause| StoreError::Read { path: self.folder.clone(), cause };
        let listed = match fs::read_dir(&self.folder) {
            Ok(listed) => listed,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(e)),
        };
        let mut ids = Vec::new();
        for entry in listed.flatten() {
            let name = entry.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json")).filter(|id| is_case_id(id));
            let about = entry.metadata().ok().filter(fs::Metadata::is_file);
            if name.to_str().is_some_and(|name| name.starts_with(HALF)) && is_old(about.as_ref()) {
                // A run was ended while it wrote; the file before it is whole.
                let _ = fs::remove_file(entry.path());
            }
            if let (Some(id), Some(about)) = (id, about) {
                ids.push((about.modified().unwrap_or(std::time::UNIX_EPOCH), id.to_owned()));
            }
        }
        ids.sort_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    fn read(&self, id: &str, readmission: &Readmission) -> Result<Option<Unfinished>, StoreError> {
        let path = self.path(id, "json")?;
        let Some(text) = read_text(&path, LIMIT)? else { return Ok(None) };
        let read = Unfinished::read(&text, readmission)
            .map_err(|error| StoreError::Faulty { path, what: error.to_string() })?;
        Ok(Some(read).filter(|case| case.id == id))
    }

    /// True where another run holds the case's lock. The system gives a lock back however its run ends.
    fn is_worked_on(&self, id: &str) -> bool {
        let Ok(path) = self.path(id, "lock") else { return true };
        // A pipe would hold the program up; what is no plain file is no case of ours.
        if refuse_what_is_no_file(&path).is_err() {
            return true;
        }
        let Ok(lock) = fs::File::open(path) else { return false };
        matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock))
    }

    fn hold(&mut self, id: &str) -> Result<(), StoreError> {
        if self.held.contains_key(id) {
            return Ok(());
        }
        let path = self.path(id, "lock")?;
        refuse_what_is_no_file(&path)?;
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|cause| StoreError::Write {
            path,
            cause,
            advice: "check that the state folder is yours",
        })?;
        // Where the disk knows no locks, two runs may offer the same case.
        let _ = file.try_lock();
        self.held.insert(id.to_owned(), file);
        Ok(())
    }

    fn path(&self, id: &str, ending: &str) -> Result<PathBuf, StoreError> {
        let path = self.folder.join(format!("{id}.{ending}"));
        if is_case_id(id) {
            return Ok(path);
        }
        Err(StoreError::NotAFile { path, what: "no file of a case", advice: "give the id of a case" })
    }
}

/// True for a file that nobody writes any more.
fn is_old(about: Option<&fs::Metadata>) -> bool {
    let age = about.and_then(|about| about.modified().ok()?.elapsed().ok());
    age.is_some_and(|age| age > ABANDONED)
}

fn remove(path: &std::path::Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            let advice = "remove the file yourself";
            Err(StoreError::Write { path: path.to_owned(), cause, advice })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::kept::UNFINISHED_SCHEMA;
    use crate::case::keyring::KeyRing;
    use crate::case::sanitize::{SafeWords, Sanitizer};

    fn case(number: u32, minute: i64) -> SavedCase {
        let catalog = Catalog::built_in();
        let ring = KeyRing::default();
        let case = Unfinished {
            schema: UNFINISHED_SCHEMA.into(),
            id: format!("CF-20260401-{number:08}"),
            saved: chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(minute),
            step: "request".into(),
            gateway: None,
            gateway_chosen: false,
            words: SafeWords::default(),
            observed: None,
        };
        case.leave(&Sanitizer::new(&catalog, &ring).audit()).expect("passes")
    }

    #[test]
    fn a_case_is_offered_once_its_run_is_gone_and_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().join("c"), state: folder.path().join("s") };
        let readmission = Readmission::new(&Catalog::built_in());
        let mut first = UnfinishedStore::at(&folders);
        assert_eq!(first.list(&readmission).expect("lists"), []);
        first.save(&case(1, 1)).expect("saves");
        first.save(&case(2, 2)).expect("saves");
        let ids = |store: &mut UnfinishedStore| -> Vec<String> {
            store.list(&readmission).expect("lists").into_iter().map(|case| case.id).collect()
        };
        let mut second = UnfinishedStore::at(&folders);
        assert!(ids(&mut second).is_empty(), "another run works on them");
        drop(first);
        assert_eq!(ids(&mut second), ["CF-20260401-00000002", "CF-20260401-00000001"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!(mode(&folders.state.join("unfinished")), 0o700);
            assert_eq!(mode(&folders.state.join("unfinished/CF-20260401-00000001.json")), 0o600);
        }
        second.forget("CF-20260401-00000002").expect("forgets");
        second.forget("CF-20260401-00000002").expect("again");
        assert!(second.forget("../x").is_err());
        fs::write(folders.state.join("unfinished/CF-20260401-00000003.json"), "{").expect("writes");
        assert_eq!(ids(&mut second), ["CF-20260401-00000001"], "what is broken is passed over");
        // A link in the place of a lock leads nowhere, and a pipe would hold the program up.
        #[cfg(unix)]
        {
            let (lock, victim) =
                (folders.state.join("unfinished/CF-20260401-00000001.lock"), folder.path().join("v"));
            let _ = fs::remove_file(&lock);
            std::os::unix::fs::symlink(&victim, &lock).expect("links");
            assert!(ids(&mut second).is_empty() && second.save(&case(1, 1)).is_err() && !victim.exists());
        }
    }
}
