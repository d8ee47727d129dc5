//! Catalog files of the user: `<config>/catalog/**/*.yaml` (or `.yml`) over the built-in ones.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::file::read_text;
use super::{Folders, StoreError};
use crate::case::catalog::{Catalog, read_files};

/// Folders below `catalog/` that are looked into.
const DEPTH: usize = 4;
/// Files that are read; more is a mistake, such as a link to a home folder.
const MOST: usize = 500;
/// Size of one file, bytes.
const LIMIT: u64 = 1024 * 1024;

/// The catalog with the user's files merged over the built-in ones, in the order of their names.
///
/// # Errors
/// The first file that cannot be used, with the place of the fault.
pub fn read_catalog(folders: &Folders) -> Result<Arc<Catalog>, StoreError> {
    let root = folders.config.join("catalog");
    let files = catalog_files(folders)?;
    if files.is_empty() {
        return Ok(Catalog::built_in());
    }
    read_files(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map(Arc::new)
        .map_err(|e| StoreError::Faulty { path: root.join(&e.file), what: e.what })
}

/// The user's catalog files in the order in which they are merged: name below `catalog/`, text.
///
/// # Errors
/// The first file or folder that cannot be read.
pub fn catalog_files(folders: &Folders) -> Result<Vec<(String, String)>, StoreError> {
    let mut files = Vec::new();
    collect(&folders.config.join("catalog"), "", DEPTH, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(
    folder: &Path,
    below: &str,
    depth: usize,
    files: &mut Vec<(String, String)>,
) -> Result<(), StoreError> {
    let failed = |cause| StoreError::Read { path: folder.to_owned(), cause };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(failed(e)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            if depth > 0 {
                collect(&path, &format!("{below}{name}/"), depth - 1, files)?;
            }
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            if files.len() >= MOST {
                return Err(StoreError::Faulty {
                    path: folder.to_owned(),
                    what: format!("there are more than {MOST} catalog files"),
                });
            }
            // A link whose target is gone reads as none.
            if let Some(text) = read_text(&path, LIMIT)? {
                files.push((format!("{below}{name}"), text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_files(files: &[(&str, &str)]) -> Result<Arc<Catalog>, StoreError> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join("catalog").join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, text).expect("writes");
        }
        read_catalog(&Folders { config: folder.path().to_owned(), state: folder.path().to_owned() })
    }

    #[test]
    fn files_of_the_user_come_over_the_built_in_ones() {
        assert!(Arc::ptr_eq(&with_files(&[]).expect("none"), &Catalog::built_in()));
        let ours = "id: ours\nname: Ours\nhosts: [llm.example]\ndoc_url: https://llm.example\naccessed: '2026-11-21'\n";
        let catalog = with_files(&[
            ("profiles/ours.yaml", ours),
            ("topics.yaml", "- {id: house, title: H, url: https://llm.example/h, accessed: '2026-11-21'}\n"),
            ("topics.yml", "- {id: barn, title: B, url: https://llm.example/b, accessed: '2026-11-21'}\n"),
            ("profiles/README.md", "not read"),
            ("profiles/.swap.yaml", "{"),
        ])
        .expect("reads");
        assert_eq!(catalog.profile_for_host("llm.example").map(|p| p.id.as_str()), Some("ours"));
        assert!(catalog.topic("house").is_some() && catalog.topic("barn").is_some());
        assert!(catalog.profile("cometapi").is_some());
    }

    #[test]
    fn a_fault_names_the_file() {
        for (name, text) in [("profiles/bad.yaml", "id: ["), ("whatever.yaml", "a: 1")] {
            let error = with_files(&[(name, text)]).expect_err("faulty").to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
