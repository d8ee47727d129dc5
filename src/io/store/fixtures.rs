//! Fixtures of the contract matrix: one YAML file a check, shapes and safe facts only, readable by their owner alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::file::{private_folder, read_text, write_atomic};
use super::{StoreError, yaml};
use crate::case::matrix::Fixture;
use crate::case::sanitize::Rendered;

/// More than this is no fixture of ours, bytes.
const LIMIT: u64 = 1024 * 1024;

/// Reads what is saved in `folder` of these checks; a check without a file is left out. The folder is made where it is
/// missing, so that a fault is told before anything is sent.
///
/// # Errors
/// Where a file cannot be read or is no fixture, or the folder cannot be made.
pub fn read_fixtures<'c>(
    folder: &Path,
    checks: impl IntoIterator<Item = &'c str>,
) -> Result<BTreeMap<String, Fixture>, StoreError> {
    private_folder(folder)?;
    let mut fixtures = BTreeMap::new();
    for check in checks {
        let path = path(folder, check);
        let Some(text) = read_text(&path, LIMIT)? else { continue };
        let faulty = |what| StoreError::Faulty { path: path.clone(), what };
        let fixture: Fixture =
            yaml::read(&text).map_err(faulty)?.ok_or_else(|| faulty("is empty".to_owned()))?;
        if fixture.check != check {
            return Err(faulty("is the fixture of another check".to_owned()));
        }
        fixtures.insert(check.to_owned(), fixture);
    }
    Ok(fixtures)
}

/// The text of a fixture, to be audited before it is written.
///
/// # Errors
/// What the writer said.
pub fn fixture_text(fixture: &Fixture) -> Result<String, StoreError> {
    let faulty = |what| StoreError::Faulty { path: PathBuf::from(&fixture.check), what };
    yaml::write(fixture).map_err(faulty)
}

/// Writes an audited fixture (0600, whole or not at all) and says where.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_fixture(folder: &Path, check: &str, text: &Rendered) -> Result<PathBuf, StoreError> {
    let path = path(folder, check);
    write_atomic(&path, text.as_str().as_bytes())?;
    Ok(path)
}

/// An id of the catalog is a plain word.
fn path(folder: &Path, check: &str) -> PathBuf {
    folder.join(format!("{check}.yaml"))
}
