//! The operator's words of an unfinished case, kept against a crash. Only what went through the sanitizer is written:
//! people put keys into their sentences. The raw request is never kept; it is asked for again.

use serde::{Deserialize, Serialize};

use super::file::{private_folder, read_text, write_atomic};
use super::{Folders, StoreError, yaml};
use crate::case::sanitize::{SafeWords, Words};

/// More than this is no file of ours, bytes.
const LIMIT: u64 = 4 * 1024 * 1024;

/// The words as the file has them.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Kept {
    question: String,
    expected: String,
    impact: String,
    tried: String,
    operator: String,
    notes: String,
    service: String,
    deployment: String,
}

fn path(folders: &Folders) -> std::path::PathBuf {
    folders.state.join("words.yaml")
}

/// Keeps the words of the running case in place of those that were kept before.
///
/// # Errors
/// Where the file cannot be written.
pub fn save_words(folders: &Folders, words: &SafeWords) -> Result<(), StoreError> {
    let text = |clean: &crate::case::sanitize::Clean| clean.as_str().to_owned();
    save(
        folders,
        &Kept {
            question: text(&words.question),
            expected: text(&words.expected),
            impact: text(&words.impact),
            tried: text(&words.tried),
            operator: text(&words.operator),
            notes: text(&words.notes),
            service: text(&words.service),
            deployment: text(&words.deployment),
        },
    )
}

fn save(folders: &Folders, kept: &Kept) -> Result<(), StoreError> {
    let path = path(folders);
    let text = yaml::write(kept).map_err(|what| StoreError::Faulty { path: path.clone(), what })?;
    private_folder(&folders.state)?;
    write_atomic(&path, text.as_bytes())
}

/// The words that a session before this one left; `None` where it ended well.
///
/// # Errors
/// Where the file is there and cannot be read.
pub fn load_words(folders: &Folders) -> Result<Option<Words>, StoreError> {
    let path = path(folders);
    let Some(text) = read_text(&path, LIMIT)? else { return Ok(None) };
    let kept: Option<Kept> = yaml::read(&text).map_err(|what| StoreError::Faulty { path, what })?;
    Ok(kept.map(|k| Words {
        question: k.question,
        expected: k.expected,
        impact: k.impact,
        tried: k.tried,
        operator: k.operator,
        notes: k.notes,
        service: k.service,
        deployment: k.deployment,
    }))
}

/// Forgets the kept words; it is no fault where there are none.
///
/// # Errors
/// Where the file cannot be removed.
pub fn clear_words(folders: &Folders) -> Result<(), StoreError> {
    let path = path(folders);
    match std::fs::remove_file(&path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Write { path, cause, advice: "remove the file yourself" })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folders(folder: &tempfile::TempDir) -> Folders {
        Folders { config: folder.path().to_owned(), state: folder.path().join("state") }
    }

    #[test]
    fn words_are_kept_and_cleared() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = folders(&folder);
        assert!(load_words(&folders).expect("none").is_none());
        clear_words(&folders).expect("nothing to clear");
        save_words(&folders, &SafeWords::default()).expect("saves");
        assert_eq!(load_words(&folders).expect("loads"), Some(Words::default()));
        clear_words(&folders).expect("clears");
        assert!(load_words(&folders).expect("none").is_none());
    }

    proptest! {
        #[test]
        fn what_was_written_comes_back(question in "(\\PC|[\n\t '\":#-]){0,80}", notes in "(no|null|1e3|~|- x|: |\n){0,6}") {
            let folder = tempfile::tempdir().expect("a folder");
            let folders = folders(&folder);
            save(&folders, &Kept { question: question.clone(), notes: notes.clone(), ..Kept::default() }).expect("saves");
            let words = load_words(&folders).expect("loads").expect("there");
            prop_assert_eq!((words.question, words.notes), (question, notes));
        }
    }
}
