//! The files that a pasted command names, read only where the operator allows their folder.

use std::path::{Path, PathBuf};

/// Largest file that is read, bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Access to the files of one folder.
pub(super) struct Files {
    folder: Option<PathBuf>,
}

impl Files {
    /// Files of `folder` and of the folders in it; none without one.
    pub(super) fn of(folder: Option<&Path>) -> Self {
        Self { folder: folder.and_then(|folder| folder.canonicalize().ok()) }
    }

    /// The text of the file that a command names by `path`, relative to the folder; `None` where it stands elsewhere, is
    /// too large or no UTF-8. A link that leads out of the folder is not followed.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let folder = self.folder.as_ref()?;
        let path = folder.join(path).canonicalize().ok()?;
        if !path.starts_with(folder) {
            return None;
        }
        let metadata = std::fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        String::from_utf8(std::fs::read(path).ok()?).ok()
    }
}
