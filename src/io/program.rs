//! The programs that are started, and what of our environment they get.
//!
//! A key stands in a variable whose name the operator chose, a paste names further ones, and a team's store may have its password
//! in one. No list of names is sure to hold them all, so a program gets only what programs of its kind are known to need. There is
//! one exception: the command that fetches a key ([`with_everything`]).

use std::ffi::OsStr;
use std::process::Command;

/// Variables that say where things are: folders, programs, the display, the terminal, the language, who we are.
const NAMES: [&str; 44] = [
    "COLORTERM",
    "DBUS_SESSION_BUS_ADDRESS",
    "DESKTOP_SESSION",
    "DISPLAY",
    "HOME",
    "HYPRLAND_INSTANCE_SIGNATURE",
    "I3SOCK",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "PATH",
    "SHELL",
    "SWAYSOCK",
    "TERM",
    "TERMINFO",
    "TERMINFO_DIRS",
    "TMPDIR",
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
    "TZ",
    "USER",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XMODIFIERS",
    "__CF_USER_TEXT_ENCODING",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    // Windows
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "PATHEXT",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "WINDIR",
];

/// Beginnings of names that desktops and the C library have for themselves.
const BEGINNINGS: [&str; 6] = ["GDK_", "GTK_", "KDE_", "LC_", "QT_", "XDG_"];

/// `program`, to be started with the part of our environment that holds no secret.
pub(super) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(may_have)));
    command
}

/// `program`, to be started with all of our environment: the operator wrote it down as the command that fetches a key, and a keeper of
/// keys may need any variable for it (`OP_SERVICE_ACCOUNT_TOKEN`, `VAULT_TOKEN`, `PASSWORD_STORE_DIR`, `GNUPGHOME`, `SSH_AUTH_SOCK`).
pub(super) fn with_everything(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

fn may_have(name: &str) -> bool {
    // Windows knows a variable in any case.
    let name = if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() };
    NAMES.contains(&name.as_str()) || BEGINNINGS.iter().any(|begins| name.starts_with(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_its_surroundings_and_no_secret() {
        let yes = [
            "PATH",
            "HOME",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "TMUX",
            "LC_ALL",
            "XDG_RUNTIME_DIR",
            "TERM",
        ];
        let no = [
            "COMETAPI_KEY",
            "OPENAI_API_KEY",
            "KEY",
            "K",
            "MY_THING",
            "CASEFILE_STORE",
            "DESK_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "HTTPS_PROXY",
            "SSH_ASKPASS",
            "",
            "path",
        ];
        for name in yes {
            assert!(may_have(name), "{name}");
        }
        for name in no {
            assert!(!may_have(name) || (cfg!(windows) && name == "path"), "{name}");
        }
    }
}
