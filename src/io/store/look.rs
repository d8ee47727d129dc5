//! How the user wants the terminal program: `keys.yaml` and `themes/NAME.yaml` in the configuration folder, as text. What
//! they mean is the terminal program's.

use std::fs;
use std::io::ErrorKind;

use super::file::read_text;
use super::{Folders, StoreError};

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 256 * 1024;
/// Themes that are read; more is a mistake.
const MOST: usize = 50;

/// The user's files as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnLook {
    /// `keys.yaml`.
    pub keys: Option<String>,
    /// Name and text of each theme, by name.
    pub themes: Vec<(String, String)>,
}

/// Reads the files; what is not there is left out, and what cannot be read is told while the rest is given.
pub fn read_look(folders: &Folders) -> (OwnLook, Vec<StoreError>) {
    let (mut look, mut faults) = (OwnLook::default(), Vec::new());
    match read_text(&folders.config.join("keys.yaml"), LIMIT) {
        Ok(text) => look.keys = text,
        Err(error) => faults.push(error),
    }
    let folder = folders.config.join("themes");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) => {
            if cause.kind() != ErrorKind::NotFound {
                faults.push(StoreError::Read { path: folder, cause });
            }
            return (look, faults);
        }
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for path in files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")).take(MOST) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if !is_theme_name(&name) {
            let what = "the name of a theme has small letters, digits and dashes".to_owned();
            faults.push(StoreError::Faulty { path, what });
            continue;
        }
        match read_text(&path, LIMIT) {
            Ok(Some(text)) => look.themes.push((name, text)),
            Ok(None) => {}
            Err(error) => faults.push(error),
        }
    }
    (look, faults)
}

/// What a theme may be called: it is shown, and stands in `config.yaml`.
pub(super) fn is_theme_name(name: &str) -> bool {
    (1..=24).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_read_and_the_rest_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().join("c"), state: folder.path().join("s") };
        assert_eq!(read_look(&folders).0, OwnLook::default());
        assert!(read_look(&folders).1.is_empty());
        let themes = folders.config.join("themes");
        fs::create_dir_all(&themes).expect("folders");
        for (name, text) in [("b.yaml", "b"), ("a.yaml", "a"), ("README.md", "x"), ("Not One.yaml", "x")] {
            fs::write(themes.join(name), text).expect("writes");
        }
        fs::write(folders.config.join("keys.yaml"), [0xff, 0xfe]).expect("writes");
        let (look, faults) = read_look(&folders);
        assert_eq!(look.themes, [("a".into(), "a".into()), ("b".into(), "b".into())]);
        assert_eq!((look.keys, faults.len()), (None, 2), "{faults:?}");
    }
}
