//! `casefile config`: the settings file with its comments, written on request.

use std::path::Path;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failed};
use super::say;
use crate::io::store::{DEFAULT_CONFIG, Folders, StoreError, private_folder, write_atomic};
use crate::ui::tui::keys::KEYS;

/// Options of `casefile config`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile config init          write config.yaml with every setting as a comment\n  \
    casefile config init --keys   keys.yaml, too: every key of the screen as a comment\n  casefile config path\n  \
    casefile doctor               say what the settings are, and what is wrong with them"
)]
pub struct ConfigArguments {
    #[command(subcommand)]
    verb: ConfigVerb,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
enum ConfigVerb {
    /// Write config.yaml: every setting with what it does, as a comment. A file that is there stays as it is.
    Init {
        /// Write keys.yaml as well: the keys of the terminal program.
        #[arg(long)]
        keys: bool,
    },
    /// Print the folder of the settings.
    Path,
    /// Print the commented settings file.
    Show,
}

/// Does it.
pub(super) fn run(arguments: &ConfigArguments) -> Result<Exit, Failed> {
    let failed = |e: StoreError| Failed::new(Exit::Delivery, e.to_string());
    let text = match &arguments.verb {
        ConfigVerb::Show => DEFAULT_CONFIG.to_owned(),
        ConfigVerb::Path => format!("{}\n", Folders::locate().map_err(failed)?.config.display()),
        ConfigVerb::Init { keys } => {
            let folder = Folders::locate().map_err(failed)?.config;
            private_folder(&folder).map_err(failed)?;
            let mut said = write(&folder.join("config.yaml"), DEFAULT_CONFIG)?;
            if *keys {
                said.push_str(&write(&folder.join("keys.yaml"), &commented(KEYS))?);
            }
            said
        }
    };
    say::output(&say::harmless(&text)).map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}

/// Writes `text` where no file is yet; says what was done.
fn write(path: &Path, text: &str) -> Result<String, Failed> {
    if path.symlink_metadata().is_ok() {
        return Ok(format!("{} is there already; it was not changed\n", path.display()));
    }
    write_atomic(path, text.as_bytes()).map_err(|e| Failed::new(Exit::Delivery, e.to_string()))?;
    Ok(format!("{} is written; take the # from a line to use it\n", path.display()))
}

/// The same text in which every line is a comment: a table of one's own names only what it changes.
fn commented(text: &str) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        comment if comment.starts_with('#') => format!("{comment}\n"),
        line => format!("# {line}\n"),
    };
    text.lines().map(line).collect()
}
