//! Which key may go to which host, as the operator confirmed it.

use std::path::{Path, PathBuf};

use super::file::{private_folder, read_text, write_atomic};
use super::{Folders, StoreError, yaml};
use crate::session::Binding;

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 1024 * 1024;

fn path(folders: &Folders) -> PathBuf {
    folders.config.join("bindings.yaml")
}

/// The bindings that were confirmed in earlier sessions; none where there is no file.
///
/// # Errors
/// Where the file cannot be read. Nothing is bound then: the operator is asked again.
pub fn read_bindings(folders: &Folders) -> Result<Vec<Binding>, StoreError> {
    read(&path(folders))
}

fn read(path: &Path) -> Result<Vec<Binding>, StoreError> {
    let Some(text) = read_text(path, LIMIT)? else { return Ok(Vec::new()) };
    yaml::read(&text)
        .map(Option::unwrap_or_default)
        .map_err(|what| StoreError::Faulty { path: path.to_owned(), what })
}

/// Adds a binding to those that are kept. A faulty file is not overwritten.
///
/// # Errors
/// Where the file cannot be read or written.
pub fn remember_binding(folders: &Folders, binding: &Binding) -> Result<(), StoreError> {
    let path = path(folders);
    let mut bindings = read(&path)?;
    if bindings.contains(binding) {
        return Ok(());
    }
    bindings.push(binding.clone());
    let faulty = |what| StoreError::Faulty { path: path.clone(), what };
    let text = yaml::write(&bindings).map_err(faulty)?;
    private_folder(&folders.config)?;
    write_atomic(&path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_remembered_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().join("new/config"), state: folder.path().to_owned() };
        assert_eq!(read_bindings(&folders).expect("none yet"), []);
        let first = Binding { key: "COMETAPI_KEY".into(), host: "api.cometapi.com".into() };
        let second = Binding { key: "NO".into(), host: "[::1]:8080".into() };
        for binding in [&first, &second, &first] {
            remember_binding(&folders, binding).expect("kept");
        }
        assert_eq!(read_bindings(&folders).expect("reads"), [first, second]);
    }

    #[test]
    fn a_faulty_file_binds_nothing_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().to_owned(), state: folder.path().to_owned() };
        std::fs::write(path(&folders), "- {key: A}\n").expect("writes");
        let error = read_bindings(&folders).expect_err("a field is missing").to_string();
        assert!(error.contains("line 1") && error.contains("host is missing"), "{error}");
        let binding = Binding { key: "A".into(), host: "b".into() };
        assert!(remember_binding(&folders, &binding).is_err());
        assert_eq!(std::fs::read_to_string(path(&folders)).expect("reads"), "- {key: A}\n");
    }
}
