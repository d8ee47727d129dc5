//! What this machine and session offer for a copy, and the order in which it is tried.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Most bytes of text for OSC 52: about 74 kB of base64, which is what the strictest common terminal takes.
const OSC52_MOST: usize = 74_000 / 4 * 3;

/// What there is. Passed in, so that a test chooses the route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The tmux program, if we run inside tmux.
    pub tmux: Option<PathBuf>,
    /// We are at the far end of an SSH connection.
    pub ssh: bool,
    /// The device of the controlling terminal, if there is one.
    pub terminal: Option<PathBuf>,
    /// Who keeps the clipboard of this machine.
    pub keeper: Keeper,
    /// The program stays (the terminal program), so it can own the clipboard itself.
    pub stays: bool,
    /// How to start a process that holds the clipboard after we are gone.
    pub holder: Option<Holder>,
    /// Clipboard programs that were found, best first.
    pub programs: Vec<Program>,
    /// Where a file goes if there is no clipboard.
    pub folder: PathBuf,
    /// Where it goes if that folder cannot be written.
    pub temporary: PathBuf,
    /// The home folder.
    pub home: Option<PathBuf>,
}

/// Who keeps the text of a clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keeper {
    /// There is no clipboard.
    #[default]
    None,
    /// The process that owns it (X11, Wayland): when it ends, the text is gone.
    Owner,
    /// The system itself (macOS, Windows).
    System,
}

/// A process that holds the clipboard: reads the text on standard input, says `held`, and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The program; our own, in life.
    pub path: PathBuf,
    /// Its arguments, never the text.
    pub arguments: Vec<String>,
}

/// A program that puts its standard input on the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// One way to the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `tmux load-buffer -w -`: tmux's buffer and the outer terminal's clipboard, whatever `set-clipboard` says.
    Tmux(PathBuf),
    /// The escape sequence, to this terminal.
    Osc52(PathBuf),
    /// The clipboard of this machine, owned by us.
    Local,
    /// The clipboard of this machine, owned by a process that outlives us.
    Held(Holder),
    /// A program.
    Program(Program),
    /// A file.
    File,
}

impl Route {
    /// False where nobody says whether it worked.
    pub fn certain(&self) -> bool {
        !matches!(self, Self::Osc52(_))
    }

    /// A short name.
    pub fn name(&self) -> String {
        match self {
            Self::Tmux(_) => "tmux".to_owned(),
            Self::Osc52(_) => "OSC 52".to_owned(),
            Self::Local => "clipboard".to_owned(),
            Self::Held(_) => "clipboard-hold".to_owned(),
            Self::Program(program) => file_name(&program.path),
            Self::File => "file".to_owned(),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tmux(_) => {
                f.write_str("tmux buffer, and the outer terminal's clipboard if that terminal allows it")
            }
            Self::Osc52(_) => f.write_str("terminal clipboard (OSC 52), if your terminal allows it"),
            Self::Local => f.write_str("clipboard"),
            Self::Held(_) => f.write_str("clipboard, held for 10 minutes or until something else is copied"),
            Self::Program(program) => write!(f, "clipboard, through {}", file_name(&program.path)),
            Self::File => f.write_str("file (no clipboard here)"),
        }
    }
}

fn file_name(path: &Path) -> String {
    crate::io::terminal::plain(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

impl Surroundings {
    /// What the environment of this process says. `stays`: this is the terminal program, not a command.
    pub fn from_environment(stays: bool) -> Self {
        Self::from_lookup(stays, |name| std::env::var_os(name))
    }

    fn from_lookup(stays: bool, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| lookup(name).is_some_and(|v| !v.is_empty());
        let (x11, wayland) = (set("DISPLAY"), set("WAYLAND_DISPLAY"));
        let path = lookup("PATH").unwrap_or_default();
        Self {
            tmux: set("TMUX").then(|| PathBuf::from("tmux")),
            ssh: set("SSH_CONNECTION") || set("SSH_TTY"),
            terminal: controlling_terminal(),
            keeper: match (cfg!(any(target_os = "macos", windows)), x11 || wayland) {
                (true, _) => Keeper::System,
                (false, true) => Keeper::Owner,
                (false, false) => Keeper::None,
            },
            stays,
            holder: std::env::current_exe()
                .ok()
                .map(|path| Holder { path, arguments: vec!["clipboard-hold".to_owned()] }),
            programs: programs(&path, x11, wayland),
            folder: PathBuf::from("."),
            temporary: std::env::temp_dir(),
            home: etcetera::home_dir().ok(),
        }
    }

    /// The routes for a text of `bytes` bytes, best first. The file is always the last.
    pub fn routes(&self, bytes: usize) -> Vec<Route> {
        let mut routes = Vec::new();
        routes.extend(self.tmux.clone().map(Route::Tmux));
        if self.ssh && bytes <= OSC52_MOST {
            routes.extend(self.terminal.clone().map(Route::Osc52));
        }
        match self.keeper {
            Keeper::None => {}
            Keeper::Owner if !self.stays => routes.extend(self.holder.clone().map(Route::Held)),
            Keeper::Owner | Keeper::System => routes.push(Route::Local),
        }
        routes.extend(self.programs.iter().cloned().map(Route::Program));
        routes.push(Route::File);
        routes
    }
}

fn controlling_terminal() -> Option<PathBuf> {
    let device = Path::new(if cfg!(windows) { "CONOUT$" } else { "/dev/tty" });
    std::fs::OpenOptions::new().write(true).open(device).is_ok().then(|| device.to_owned())
}

/// The program `name` on `path`.
pub(super) fn on_path(path: &OsStr, name: &str) -> Option<PathBuf> {
    // An empty or relative entry means the current folder, and a program from there is not ours to start.
    std::env::split_paths(path).filter(|f| f.is_absolute()).map(|f| f.join(name)).find(|p| p.is_file())
}

/// The clipboard programs on `path` that fit the display.
fn programs(path: &OsString, x11: bool, wayland: bool) -> Vec<Program> {
    let known: [(bool, &str, &[&str]); 4] = [
        (wayland, "wl-copy", &["--type", "text/plain"]),
        (x11, "xclip", &["-selection", "clipboard", "-in"]),
        (x11, "xsel", &["--clipboard", "--input"]),
        (cfg!(target_os = "macos"), "pbcopy", &[]),
    ];
    known
        .into_iter()
        .filter(|(fits, ..)| *fits)
        .filter_map(|(_, name, arguments)| {
            let arguments = arguments.iter().map(|a| (*a).to_owned()).collect();
            Some(Program { path: on_path(path, name)?, arguments })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(surroundings: &Surroundings, bytes: usize) -> Vec<String> {
        surroundings.routes(bytes).iter().map(Route::name).collect()
    }

    #[test]
    fn the_chain_has_its_order() {
        let nothing = Surroundings::default();
        let terminal = Some(PathBuf::from("/dev/tty"));
        let holder = Some(Holder { path: "casefile".into(), arguments: Vec::new() });
        let programs = vec![Program { path: "/usr/bin/xclip".into(), arguments: Vec::new() }];
        let all = Surroundings {
            tmux: Some("tmux".into()),
            ssh: true,
            terminal,
            keeper: Keeper::Owner,
            stays: true,
            holder,
            programs,
            ..nothing.clone()
        };
        let command = Surroundings { stays: false, ..all.clone() };
        let mac = Surroundings { keeper: Keeper::System, ..nothing.clone() };
        let far = Surroundings { ssh: true, ..nothing.clone() };
        let table: [(&Surroundings, usize, &[&str]); 6] = [
            (&nothing, 10, &["file"]),
            (&all, 10, &["tmux", "OSC 52", "clipboard", "xclip", "file"]),
            (&all, 60_000, &["tmux", "clipboard", "xclip", "file"]),
            (&command, 10, &["tmux", "OSC 52", "clipboard-hold", "xclip", "file"]),
            (&mac, 10, &["clipboard", "file"]),
            (&far, 10, &["file"]),
        ];
        for (surroundings, bytes, expected) in table {
            assert_eq!(names(surroundings, bytes), expected);
        }
    }

    #[test]
    fn the_environment_is_read() {
        let set = |names: &'static [&'static str]| {
            move |name: &str| names.contains(&name).then(|| OsString::from("x"))
        };
        let read = |names| Surroundings::from_lookup(false, set(names));
        assert!(read(&["TMUX"]).tmux.is_some() && read(&[]).tmux.is_none());
        assert!(read(&["SSH_TTY"]).ssh && read(&["SSH_CONNECTION"]).ssh && !read(&["TMUX"]).ssh);
        let local = if cfg!(any(target_os = "macos", windows)) { Keeper::System } else { Keeper::Owner };
        assert_eq!(read(&["WAYLAND_DISPLAY"]).keeper, local);
        let empty = Surroundings::from_lookup(true, |_| Some(OsString::new()));
        assert!(empty.tmux.is_none() && !empty.ssh && empty.keeper != Keeper::Owner && empty.stays);
    }

    #[cfg(unix)]
    #[test]
    fn programs_come_from_whole_paths_and_fit_the_display() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["wl-copy", "xclip"] {
            std::fs::write(folder.path().join(name), "").expect("writes");
        }
        let path = std::env::join_paths([Path::new("."), Path::new(""), folder.path()]).expect("a path");
        let found = |x11, wayland| -> Vec<String> {
            programs(&path, x11, wayland).iter().map(|p| file_name(&p.path)).collect()
        };
        assert_eq!(found(true, true), ["wl-copy", "xclip"]);
        assert_eq!(found(true, false), ["xclip"]);
        assert!(found(false, false).is_empty());
    }
}
