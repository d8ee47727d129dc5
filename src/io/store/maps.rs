//! The values behind the placeholders of a case, kept on request: on this machine only, readable by their owner alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;

use super::file::{private_folder, write_atomic};
use super::{Folders, StoreError, yaml};
use crate::case::sanitize::PlaceholderMap;

/// Writes the map of a case to `maps/<case>.yaml` in the state folder (0600, whole or not at all) and says where.
/// `note`: where the note goes; the map never stands beside it.
///
/// # Errors
/// Where the note's folder is that of the maps, or the file cannot be written.
pub fn keep_map(
    folders: &Folders,
    case_id: &str,
    map: &PlaceholderMap,
    note: Option<&Path>,
) -> Result<PathBuf, StoreError> {
    let folder = folders.state.join("maps");
    private_folder(&folder)?;
    let path = folder.join(format!("{case_id}.yaml"));
    if note.is_some_and(|note| lies_in(note, &folder)) {
        return Err(StoreError::NotAFile {
            path,
            what: "in the folder of the note, where no map may be",
            advice: "write the note to another folder",
        });
    }
    let values: BTreeMap<&str, &str> =
        map.entries().map(|(placeholder, value)| (placeholder, value.expose_secret())).collect();
    let text = yaml::write(&values).map_err(|what| StoreError::Faulty { path: path.clone(), what })?;
    let head =
        "# What the placeholders of this case stand for. These are secrets: this file is for you alone.\n";
    write_atomic(&path, format!("{head}{text}").as_bytes())?;
    Ok(path)
}

/// True where a note that is written to `note` stands in `folder` or below it.
fn lies_in(note: &Path, folder: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_default();
    let into = note.to_string_lossy().ends_with('/') || note.is_dir();
    let holds = if into {
        note
    } else {
        note.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
    };
    whole(holds).starts_with(whole(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::{KeyRing, Origin, SecretKind};
    use crate::case::sanitize::Sanitizer;

    #[test]
    fn the_map_is_private_whole_and_never_beside_the_note() {
        let base = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: base.path().join("config"), state: base.path().join("state") };
        let key = format!("sk-{}", "aB3dE5fG7hJ9".repeat(4));
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, &key);
        let catalog = Catalog::built_in();
        let map = Sanitizer::new(&catalog, &ring).placeholders();
        assert_eq!(format!("{map:?}"), "PlaceholderMap(1)");
        let note = base.path().join("notes/x.yaml");
        let path = keep_map(&folders, "CF-20261121-0K3M9Q7Z", &map, Some(&note)).expect("kept");
        assert!(path.starts_with(&folders.state));
        let text = std::fs::read_to_string(&path).expect("reads");
        let back: Option<BTreeMap<String, String>> = yaml::read(&text).expect("is YAML");
        assert_eq!(back.expect("holds values").get("[key#1]"), Some(&key));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        }
        for note in ["state/maps/note.yaml", "state/maps/", "state/maps/../maps/x.yaml"] {
            let refused = keep_map(&folders, "CF-1", &map, Some(&base.path().join(note)));
            assert!(refused.expect_err(note).to_string().contains("folder of the note"), "{note}");
        }
        assert_eq!(std::fs::read_dir(folders.state.join("maps")).expect("lists").count(), 1);
    }
}
