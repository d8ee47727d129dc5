//! Where our files are.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::StoreError;

/// The two folders, XDG on every system: settings that people edit, and state that we keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `config.yaml`, `keys.yaml`, `themes/`, `bindings.yaml`, `catalog/`.
    pub config: PathBuf,
    /// `unfinished/`, `keys.yaml`, `fingerprint.key`, `maps/`.
    pub state: PathBuf,
}

impl Folders {
    /// The folders of this user: `CASEFILE_CONFIG_DIR` and `CASEFILE_STATE_DIR` where they are set, else `casefile`
    /// below `XDG_CONFIG_HOME` and `XDG_STATE_HOME` (by default `~/.config`, `~/.local/state`). Nothing is created.
    ///
    /// # Errors
    /// [`StoreError::NoHome`] where neither is known.
    pub fn locate() -> Result<Self, StoreError> {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, StoreError> {
        let over = |name: &str| {
            lookup(name)
                .filter(|v| !v.is_empty())
                .map(|v| std::path::absolute(&v).unwrap_or_else(|_| PathBuf::from(v)))
        };
        let (config, state) = (over("CASEFILE_CONFIG_DIR"), over("CASEFILE_STATE_DIR"));
        if let (Some(config), Some(state)) = (&config, &state) {
            return Ok(Self { config: config.clone(), state: state.clone() });
        }
        let xdg = etcetera::base_strategy::Xdg::new().map_err(|_| StoreError::NoHome)?;
        let state = match (state, xdg.state_dir()) {
            (Some(state), _) => state,
            (None, Some(base)) => base.join("casefile"),
            (None, None) => return Err(StoreError::NoHome),
        };
        Ok(Self { config: config.unwrap_or_else(|| xdg.config_dir().join("casefile")), state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_come_first_and_an_empty_one_counts_as_unset() {
        let both = Folders::from_lookup(|name| match name {
            "CASEFILE_CONFIG_DIR" => Some("/tmp/a".into()),
            "CASEFILE_STATE_DIR" => Some("/tmp/b".into()),
            _ => None,
        });
        assert_eq!(both.expect("both"), Folders { config: "/tmp/a".into(), state: "/tmp/b".into() });
        let one = Folders::from_lookup(|name| (name == "CASEFILE_CONFIG_DIR").then(OsString::new));
        let one = one.expect("a home folder");
        assert!(one.config.ends_with("casefile") && one.config.is_absolute(), "{one:?}");
        let relative = Folders::from_lookup(|_| Some("x".into())).expect("relative");
        assert!(relative.config.is_absolute() && relative.config.ends_with("x"));
    }
}
