//! Whether this program was opened on this machine before. A file in the state folder says so; nothing is in it.

use super::{Folders, private_folder, write_atomic};

/// The file.
const NAME: &str = "opened";

/// True the first time only. Where the folder cannot be written nothing is offered: it would be offered each time.
pub fn is_first_run(folders: &Folders) -> bool {
    let path = folders.state.join(NAME);
    path.symlink_metadata().is_err()
        && private_folder(&folders.state).is_ok()
        && write_atomic(&path, b"").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_first_run_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: folder.path().join("c"), state: folder.path().join("s") };
        assert!(is_first_run(&folders));
        assert!(!is_first_run(&folders));
    }
}
