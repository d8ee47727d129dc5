//! Reading and writing one file: bounded, private, whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

use super::StoreError;

/// Reads a text file of at most `limit` bytes; `None`: there is none.
///
/// # Errors
/// Where it is no plain file (a pipe would block), is too large, is not UTF-8, or the system refuses.
pub(super) fn read_text(path: &Path, limit: u64) -> Result<Option<String>, StoreError> {
    let failed = |cause| StoreError::Read { path: path.to_owned(), cause };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    if !about.is_file() {
        return Err(StoreError::NotAFile {
            path: path.to_owned(),
            what: "no plain file",
            advice: "remove it or move it away",
        });
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|f| f.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(StoreError::TooLarge { path: path.to_owned(), limit });
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| StoreError::Faulty { path: path.to_owned(), what: "is not UTF-8 text".to_owned() })
}

/// Writes `bytes` to `path` so that a reader sees the old file or the new one, never a part: a temporary file in the
/// same folder, readable by its owner only (0600), synced, renamed.
///
/// # Errors
/// Where the path is a folder, a symbolic link or a device, where its folder is missing, or the system refuses. Nothing
/// was changed then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write(path, bytes, |temporary| temporary.persist(path))
}

/// The same for a file that is written once: where there is one already, it stays as it is, and `false` is given.
///
/// # Errors
/// As [`write_atomic`].
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
    match write(path, bytes, |temporary| temporary.persist_noclobber(path)) {
        Ok(()) => Ok(true),
        Err(StoreError::Write { cause, .. }) if cause.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn write(
    path: &Path,
    bytes: &[u8],
    persist: impl FnOnce(NamedTempFile) -> Result<fs::File, PersistError>,
) -> Result<(), StoreError> {
    refuse_what_is_no_file(path)?;
    let failed = |cause: io::Error| {
        let advice = match cause.kind() {
            ErrorKind::NotFound => "create its folder first, or choose another path",
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "choose a path that you may write to"
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, or choose another disk",
            _ => "choose another path",
        };
        StoreError::Write { path: path.to_owned(), cause, advice }
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // `tempfile` names the file at random in its error; the cause alone is what people need.
    let bare = |e: io::Error| io::Error::from(e.kind());
    let mut temporary =
        tempfile::Builder::new().prefix(".casefile-").tempfile_in(folder).map_err(|e| failed(bare(e)))?;
    temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all()).map_err(failed)?;
    persist(temporary).map_err(|e| failed(e.error))?;
    // The rename itself lasts only once the folder is synced; where that is not possible the file is there all the same.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// What stands at `path` is a plain file, or nothing: a pipe would hold the program up, and a link lead elsewhere.
///
/// # Errors
/// What else stands there.
pub(super) fn refuse_what_is_no_file(path: &Path) -> Result<(), StoreError> {
    let refused = |what, advice| Err(StoreError::NotAFile { path: path.to_owned(), what, advice });
    if path.file_name().is_none() {
        return refused("no name of a file", "give the path of a file");
    }
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_symlink() => {
            refused("a symbolic link", "name the file itself, or remove the link")
        }
        Ok(about) if about.is_dir() => {
            refused("a folder", "end the path with / to write into it, or name a file in it")
        }
        Ok(about) if !about.is_file() => refused("a device or pipe", "choose the path of a plain file"),
        _ => Ok(()),
    }
}

/// Makes sure that a folder of ours exists; one that is made here is its owner's alone (0700).
///
/// # Errors
/// Where the system refuses.
pub fn private_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| StoreError::Write {
        path: path.to_owned(),
        cause,
        advice: "create the folder yourself, or name another one",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_private_and_over_an_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("note.yaml");
        write_atomic(&path, b"old").expect("first");
        write_atomic(&path, b"new").expect("second");
        assert_eq!(read_text(&path, 10).expect("reads").as_deref(), Some("new"));
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1, "no temporary file stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_no_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("target");
        fs::write(&target, "kept").expect("target");
        let said = |path: &Path| write_atomic(path, b"x").expect_err("refused").to_string();
        assert!(said(folder.path()).contains("is a folder"));
        assert!(said(&folder.path().join("none/there")).contains("create its folder first"));
        assert!(said(Path::new("..")).contains("no name of a file"));
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&target, &link).expect("link");
            assert!(said(&link).contains("symbolic link"));
            assert!(said(Path::new("/dev/null")).contains("device"));
        }
        assert_eq!(fs::read_to_string(&target).expect("reads"), "kept");
    }

    #[test]
    fn reading_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        assert!(read_text(&path, 4).expect("none").is_none());
        fs::write(&path, "12345").expect("writes");
        assert!(matches!(read_text(&path, 4), Err(StoreError::TooLarge { .. })));
        fs::write(&path, [0xff, 0xfe]).expect("writes");
        assert!(matches!(read_text(&path, 4), Err(StoreError::Faulty { .. })));
        assert!(matches!(read_text(folder.path(), 4), Err(StoreError::NotAFile { .. })));
    }
}
