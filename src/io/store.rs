//! What stays on this machine between two runs: settings, bindings of keys to hosts, catalog files,
//! fingerprints of keys, finished and unfinished cases. Never a key, never a raw request or response.

mod bindings;
mod cases;
pub mod config;
mod desks;
mod file;
mod fingerprint;
mod first_run;
mod fixtures;
mod folders;
mod keys;
mod look;
mod maps;
mod overrides;
mod place;
mod template;
mod unfinished;
mod yaml;

use std::path::{Path, PathBuf};

pub use bindings::{read_bindings, remember_binding};
pub use cases::{CaseStore, FolderStore, Rebuilt, Retention, open_cases};
pub use config::{Config, DEFAULT_CONFIG, policy_version, read_config};
pub use desks::{
    DeskKind, DeskSettings, Desks, EXAMPLE_DESKS, MailSettings, Smtp, SmtpTls, Webhook, WebhookCall,
    check_url, read_desks,
};
pub use file::{private_folder, write_atomic};
pub use first_run::is_first_run;
pub use fixtures::{fixture_text, read_fixtures, write_fixture};
pub use folders::Folders;
pub use keys::{
    Forgotten, KnownKey, Occurrence, SHORTEST_KEY, forget_case, forget_keys, is_short, known_keys,
    recall_keys, remember_keys, which_key,
};
pub use look::{OwnLook, read_look};
pub use maps::keep_map;
pub use overrides::{catalog_files, read_catalog};
pub use place::{Host, STORE_VARIABLE, StorePlace, TeamAddress};
pub use template::{BUILT_IN_TEMPLATE, read_template};
pub use unfinished::UnfinishedStore;

use crate::io::terminal::plain;

/// Something on the disk did not work: which file, why, what to do next. Holds no content of a file, except
/// that the reader of catalog files names the word that it did not expect.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No home folder is known.
    #[error(
        "no home folder is known, so there is no place for settings; set CASEFILE_CONFIG_DIR and CASEFILE_STATE_DIR"
    )]
    NoHome,
    /// A file could not be read.
    #[error("{} cannot be read: {cause}; check that the file is yours and readable", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file could not be written.
    #[error("{} cannot be written: {}; {advice}", shown(path), in_words(cause))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
        /// What to do next.
        advice: &'static str,
    },
    /// The path is no plain file.
    #[error("{} is {what}; {advice}", shown(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What to do next.
        advice: &'static str,
    },
    /// The file is there, or should be, and cannot be used as it is.
    #[error("{} {what}; {advice}", shown(path))]
    Unusable {
        /// The path.
        path: PathBuf,
        /// What is the matter with it.
        what: String,
        /// What to do next.
        advice: String,
    },
    /// The file is too large to be one of ours.
    #[error("{} is larger than {limit} bytes and was not read; it is no file of casefile's", shown(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Limit in bytes.
        limit: u64,
    },
    /// A team's store did not do what it was asked.
    #[error("{place}: {what}; {advice}")]
    Team {
        /// The store, without password.
        place: String,
        /// What happened; never a word of the server's.
        what: String,
        /// What to do next.
        advice: &'static str,
    },
    /// The file's content is not what belongs there.
    #[error("{}: {what}; mend the file or remove it", shown(path))]
    Faulty {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        what: String,
    },
}

/// Why a file was not written. The bare kinds of the library speak of entities.
fn in_words(cause: &std::io::Error) -> String {
    match cause.kind() {
        std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it is not allowed".to_owned(),
        _ => cause.to_string(),
    }
}

/// A path for people, without what could steer a terminal.
pub(crate) fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

/// A new case id for `now`. `random` is any number; its low 40 bits make the id's last eight characters.
pub fn reserve_case_id(now: chrono::DateTime<chrono::Utc>, random: u64) -> String {
    crate::session::case_id::case_id(now, random)
}
