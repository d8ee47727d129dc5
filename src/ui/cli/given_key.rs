//! The ways to give a key: by name, typed, piped in or from a command. Never in the arguments themselves.

use clap::Args;
use secrecy::SecretString;

use super::exit::{Exit, Failed};
use crate::case::keyring::Origin;
use crate::io::secrets;

/// Options that name a key.
#[expect(clippy::struct_field_names, reason = "the names are the options' names")]
#[derive(Debug, Clone, Default, Args)]
pub(super) struct KeyArguments {
    /// Take the key from this environment variable.
    #[arg(long, value_name = "NAME", group = "key")]
    pub(super) key_env: Option<String>,
    /// Read the key from the first line of stdin.
    #[arg(long, group = "key")]
    pub(super) key_stdin: bool,
    /// Run this command and take the first line that it prints, for example 'pass show gateway'.
    #[arg(long, value_name = "COMMAND", group = "key")]
    pub(super) key_command: Option<String>,
    /// Ask for the key on the terminal; it is not shown.
    #[arg(long, group = "key")]
    pub(super) key_prompt: bool,
    /// The key may go to this host (and port), although it was not confirmed for it before.
    #[arg(long, value_name = "HOST")]
    pub(super) key_host: Option<String>,
}

impl KeyArguments {
    /// The key, if one was named.
    pub(super) fn read(&self) -> Result<Option<(Origin, SecretString)>, Failed> {
        let failed = |e: secrets::SecretError| Failed::new(Exit::Usage, e.to_string());
        if let Some(name) = &self.key_env {
            let value = secrets::from_env(name).map_err(failed)?;
            return Ok(Some((Origin::Environment(name.clone()), value)));
        }
        if self.key_stdin {
            return Ok(Some((Origin::Given("standard input"), secrets::from_stdin().map_err(failed)?)));
        }
        if let Some(command) = &self.key_command {
            return Ok(Some((Origin::Given("a command"), secrets::from_command(command).map_err(failed)?)));
        }
        if self.key_prompt {
            let key = secrets::from_prompt("Key: ").map_err(failed)?;
            return Ok(Some((Origin::Given("the key prompt"), key)));
        }
        Ok(None)
    }
}
