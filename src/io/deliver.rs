//! The ways by which a note reaches the operator: the clipboard, along a chain of routes, or a file.
//!
//! Every way has a trap: an owner that exits takes the selection with it (X11), tmux drops OSC 52 in its default
//! setting, and no terminal says whether it took the text. So the route is always named, and one that cannot tell is
//! marked as uncertain.

mod child;
pub mod desk;
mod file;
mod hold;
pub mod mail;
mod reveal;
mod surroundings;

use std::path::PathBuf;

use crate::case::sanitize::Rendered;
use crate::io::store::{StoreError, shown};
use crate::session::Delivered;

pub use hold::hold_clipboard;
pub use reveal::reveal;
pub use surroundings::{Holder, Keeper, Program, Route, Surroundings};

/// Nothing was delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] StoreError),
    /// A path below the home folder, and none is known.
    #[error("no home folder is known, so a path that begins with ~ leads nowhere; give the whole path")]
    NoHome,
    /// A file of others is there.
    #[error("{0} is there already and was kept; write to the same path once more to replace it")]
    Exists(String),
    /// No clipboard, and no file either.
    #[error("the note could not be copied ({tried}), and the file in its place failed: {cause}")]
    NoWay {
        /// The routes that were tried.
        tried: String,
        /// Why the file failed.
        cause: Box<DeliverError>,
    },
}

/// Delivers notes. Hold it for the life of the program: on X11 and Wayland it is what serves the clipboard's text.
pub struct Deliverer {
    surroundings: Surroundings,
    clipboard: Option<arboard::Clipboard>,
    /// What we put there and serve ourselves.
    served: Option<Rendered>,
    /// Files that were written here: a newer note goes over them.
    written: Vec<PathBuf>,
    /// The file that was not replaced: the same path once more does it.
    kept: Option<PathBuf>,
}

/// On X11 and Wayland the text would go with us: a process that outlives us takes it over, unless something else was copied since.
impl Drop for Deliverer {
    fn drop(&mut self) {
        let (Keeper::Owner, Some(holder)) = (self.surroundings.keeper, &self.surroundings.holder) else {
            return;
        };
        let (Some(clipboard), Some(served)) = (&mut self.clipboard, &self.served) else { return };
        let is_ours = clipboard.get_text().is_ok_and(|now| now == served.as_str());
        if is_ours && hold::hand_over(holder, served).is_err() {
            tracing::info!("the clipboard ends with the program");
        }
    }
}

impl Deliverer {
    /// Delivers by the routes of these surroundings.
    pub fn new(surroundings: Surroundings) -> Self {
        Self { surroundings, clipboard: None, served: None, written: Vec::new(), kept: None }
    }

    /// Puts the note on the clipboard by the first route that works, with its HTML beside it where the clipboard is our own to fill; where none does, into a file in the current
    /// folder, else in the folder for temporary files. May take some seconds where a program has to answer. In the
    /// terminal program call it between two frames: the OSC 52 route writes to the terminal.
    ///
    /// # Errors
    /// [`DeliverError::NoWay`] where not even a file could be written.
    pub fn copy(&mut self, rendered: &Rendered) -> Result<Delivered, DeliverError> {
        let text = rendered.as_str();
        let mut tried = Vec::new();
        for route in self.surroundings.routes(text.len()) {
            let done = match &route {
                Route::Tmux(program) => child::feed(program, &["load-buffer", "-w", "-"], text),
                Route::Osc52(terminal) => child::osc52(terminal, text),
                Route::Local => self.own(rendered),
                Route::Held(holder) => hold::hand_over(holder, rendered),
                Route::Program(program) => child::feed(&program.path, &program.arguments, text),
                Route::File => {
                    return self.file_instead(rendered).map_err(|cause| DeliverError::NoWay {
                        tried: if tried.is_empty() {
                            "no clipboard here".to_owned()
                        } else {
                            tried.join(", ")
                        },
                        cause: Box::new(cause),
                    });
                }
            };
            if done.is_ok() {
                return Ok(Delivered { route: route.to_string(), certain: route.certain(), path: None });
            }
            tried.push(route.name());
        }
        // `routes` always ends with the file.
        self.file_instead(rendered)
    }

    /// Writes the note to `path`. A path that ends with `/` is a folder (made if need be), and the file in it is named by
    /// the case id. `~/` at the start is the home folder. A command writes over a file that is there; the terminal program
    /// does so where it wrote that file itself, or is told the same path twice.
    ///
    /// # Errors
    /// Where the file cannot be written, or is there already; nothing was changed then.
    pub fn write(&mut self, rendered: &Rendered, path: &str) -> Result<Delivered, DeliverError> {
        let whole = file::place(rendered, path, self.surroundings.home.as_deref())?;
        let is_there = || whole.symlink_metadata().is_ok_and(|found| !found.is_dir());
        let may_replace = self.written.contains(&whole) || self.kept.as_ref() == Some(&whole);
        if self.surroundings.stays && !may_replace && is_there() {
            let name = shown(&whole);
            self.kept = Some(whole);
            return Err(DeliverError::Exists(name));
        }
        let delivered = file::write_at(rendered, &whole)?;
        self.kept = None;
        self.written.push(whole);
        Ok(delivered)
    }

    /// Own the clipboard ourselves, and see that the text is there.
    fn own(&mut self, rendered: &Rendered) -> Result<(), child::Failed> {
        // The one that we hold may have lost its display: a second try makes a new one.
        for _ in 0..2 {
            let mut clipboard = match self.clipboard.take() {
                Some(clipboard) => clipboard,
                None => arboard::Clipboard::new().map_err(|_| child::Failed)?,
            };
            if hold::put(&mut clipboard, rendered.as_str(), rendered.html()) {
                (self.clipboard, self.served) = (Some(clipboard), Some(rendered.clone()));
                return Ok(());
            }
        }
        Err(child::Failed)
    }

    fn file_instead(&self, rendered: &Rendered) -> Result<Delivered, DeliverError> {
        let here = file::write_into(rendered, &self.surroundings.folder);
        let mut delivered = here.or_else(|_| file::write_into(rendered, &self.surroundings.temporary))?;
        delivered.route.push_str(" (no clipboard here)");
        Ok(delivered)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::keyring::KeyRing;
    use crate::case::sanitize::{Format, Sanitizer};
    use std::path::{Path, PathBuf};

    pub(super) fn note(text: &str, format: Format) -> Rendered {
        let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
        Sanitizer::new(&catalog, &ring).audit().pass(text.to_owned(), format).expect("passes")
    }

    fn rich(text: &str, html: &str) -> Rendered {
        let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
        let audit = Sanitizer::new(&catalog, &ring).audit();
        let note = audit.pass(text.to_owned(), Format::Markdown).expect("passes");
        audit.with_html(note, html.to_owned()).expect("passes")
    }

    /// A program that keeps its standard input, arguments and environment in `folder`, then says `answer` and ends with `code`.
    fn fake(folder: &Path, name: &str, answer: &str, code: u8) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join(name);
        let at = folder.display();
        let text = format!(
            "#!/bin/sh\necho \"$@\" > '{at}/{name}.args'\ncat > '{at}/{name}.in'\nenv > '{at}/{name}.env'\nprintf '{answer}'\nexit {code}\n"
        );
        std::fs::write(&path, text).expect("writes");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    fn nowhere(folder: &Path) -> Surroundings {
        Surroundings { folder: folder.to_owned(), temporary: folder.join("tmp"), ..Surroundings::default() }
    }

    const TEXT: &str = "case_id: CF-20261121-7K3M9QXZ\nnotes: \"é\"\n";

    #[test]
    fn tmux_gets_the_text_on_its_standard_input() {
        let folder = tempfile::tempdir().expect("a folder");
        let tmux = Some(fake(folder.path(), "tmux", "", 0));
        // With a terminal over SSH, too: tmux comes first.
        let terminal = Some(folder.path().join("tty"));
        let mut ways = Deliverer::new(Surroundings { tmux, ssh: true, terminal, ..nowhere(folder.path()) });
        let delivered = ways.copy(&note(TEXT, Format::Yaml)).expect("delivered");
        assert!(delivered.route.starts_with("tmux buffer") && delivered.certain, "{delivered:?}");
        let kept = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
        assert_eq!((kept("tmux.in").as_str(), kept("tmux.args").as_str()), (TEXT, "load-buffer -w -\n"));
    }

    #[test]
    fn over_ssh_the_terminal_gets_osc_52_and_is_not_believed() {
        use base64::Engine;
        let folder = tempfile::tempdir().expect("a folder");
        let tmux = Some(fake(folder.path(), "tmux", "", 1));
        let terminal = folder.path().join("tty");
        std::fs::write(&terminal, "").expect("a terminal");
        let mut ways = Deliverer::new(Surroundings {
            tmux,
            ssh: true,
            terminal: Some(terminal.clone()),
            ..nowhere(folder.path())
        });
        let delivered = ways.copy(&note(TEXT, Format::Yaml)).expect("delivered");
        assert_eq!(delivered.route, "terminal clipboard (OSC 52), if your terminal allows it");
        assert!(!delivered.certain && delivered.path.is_none());
        let encoded = base64::prelude::BASE64_STANDARD.encode(TEXT);
        let sent = std::fs::read_to_string(&terminal).expect("sent");
        assert_eq!(sent, format!("\u{1b}]52;c;{encoded}\u{1b}\\"));
        // What no terminal takes goes to a file.
        let large = note(&"x".repeat(56_000), Format::Plain);
        let delivered = ways.copy(&large).expect("delivered");
        assert!(delivered.path.as_deref().is_some_and(|p| p.ends_with("casefile-note.txt")), "{delivered:?}");
    }

    #[test]
    fn a_child_holds_the_text_for_a_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let holder = |answer, code| {
            let path = fake(folder.path(), "holder", answer, code);
            Some(Holder { path, arguments: vec!["clipboard-hold".to_owned()] })
        };
        let with = |holder| Surroundings { keeper: Keeper::Owner, holder, ..nowhere(folder.path()) };
        let delivered =
            Deliverer::new(with(holder("held\\n", 0))).copy(&note(TEXT, Format::Yaml)).expect("held");
        assert!(delivered.route.starts_with("clipboard") && delivered.certain, "{delivered:?}");
        let kept = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
        assert_eq!((kept("holder.in").as_str(), kept("holder.args").as_str()), (TEXT, "clipboard-hold\n"));
        // Cargo gives us variables of its own; they stand for any that a program has no business with.
        let environment = kept("holder.env");
        assert!(
            std::env::vars().any(|(name, _)| name.starts_with("CARGO_")) && environment.contains("PATH=")
        );
        assert!(!environment.contains("CARGO_"), "{environment}");
        // Its HTML goes along to who can hold both, and to nobody else.
        let both = rich("# a\n", "<h1>a</h1>\n");
        Deliverer::new(with(holder("held\\n", 0))).copy(&both).expect("held");
        assert_eq!(kept("holder.in"), "# a\n\0<h1>a</h1>\n");
        let programs = vec![Program { path: fake(folder.path(), "xclip", "", 0), arguments: Vec::new() }];
        Deliverer::new(Surroundings { programs, ..nowhere(folder.path()) }).copy(&both).expect("delivered");
        assert_eq!(kept("xclip.in"), "# a\n");
        for (answer, code) in [("", 6), ("held?\\n", 0)] {
            let delivered =
                Deliverer::new(with(holder(answer, code))).copy(&note(TEXT, Format::Yaml)).expect("a file");
            assert!(delivered.path.is_some(), "{delivered:?}");
        }
    }

    #[test]
    fn a_clipboard_program_is_tried_before_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = |name: &str, code| Program {
            path: fake(folder.path(), name, "", code),
            arguments: vec!["-in".to_owned()],
        };
        let programs = vec![program("broken", 1), program("xclip", 0)];
        let mut ways = Deliverer::new(Surroundings { programs, ..nowhere(folder.path()) });
        let delivered = ways.copy(&note(TEXT, Format::Yaml)).expect("delivered");
        assert_eq!((delivered.route.as_str(), delivered.certain), ("clipboard, through xclip", true));
        assert_eq!(std::fs::read_to_string(folder.path().join("xclip.in")).expect("kept"), TEXT);
    }

    #[test]
    fn without_a_clipboard_it_is_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let delivered =
            Deliverer::new(nowhere(folder.path())).copy(&note(TEXT, Format::Yaml)).expect("a file");
        let path = delivered.path.expect("a path");
        assert!(path.ends_with("CF-20261121-7K3M9QXZ.yaml"), "{path}");
        assert_eq!(delivered.route, format!("file {path} (no clipboard here)"));
        assert_eq!(std::fs::read_to_string(path).expect("there"), TEXT);
    }

    #[test]
    fn the_terminal_program_replaces_no_file_of_others_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        let ways = |stays| Deliverer::new(Surroundings { stays, ..nowhere(folder.path()) });
        let (file, other) = (folder.path().join("note.yaml"), folder.path().join("other.yaml"));
        let path = |file: &Path| file.display().to_string();
        let read = |file: &Path| std::fs::read_to_string(file).expect("there");
        std::fs::write(&file, "mine").expect("writes");
        std::fs::write(&other, "mine, too").expect("writes");
        let mut program = ways(true);
        let note = |text: &str| note(text, Format::Yaml);
        for kept in [&file, &other] {
            let said = program.write(&note(TEXT), &path(kept)).expect_err("kept").to_string();
            assert!(said.contains(&path(kept)) && said.contains("once more"), "{said}");
        }
        // Only the path that was told last goes at the second time.
        assert!(program.write(&note(TEXT), &path(&file)).is_err());
        program.write(&note(TEXT), &path(&file)).expect("told twice");
        program.write(&note("notes: newer\n"), &path(&file)).expect("its own");
        assert_eq!((read(&file).as_str(), read(&other).as_str()), ("notes: newer\n", "mine, too"));
        ways(false).write(&note(TEXT), &path(&other)).expect("a command replaces");
        assert_eq!(read(&other), TEXT);
    }

    /// Only with a display that is dead; [`a_display_that_is_dead_leads_to_a_file`] runs it so.
    #[test]
    #[ignore = "would write to the clipboard of whoever runs the tests"]
    fn with_a_dead_display() {
        let folder = tempfile::tempdir().expect("a folder");
        let surroundings = Surroundings { keeper: Keeper::Owner, stays: true, ..nowhere(folder.path()) };
        let delivered = Deliverer::new(surroundings).copy(&note(TEXT, Format::Markdown)).expect("a file");
        assert!(delivered.path.is_some(), "{delivered:?}");
    }

    #[test]
    fn a_display_that_is_dead_leads_to_a_file() {
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "io::deliver::tests::with_a_dead_display", "--ignored"])
            .env("DISPLAY", ":9999")
            .env("WAYLAND_DISPLAY", "no-such-socket")
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn a_folder_that_is_gone_leads_to_the_temporary_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let surroundings = Surroundings {
            folder: folder.path().join("gone"),
            temporary: folder.path().to_owned(),
            ..Surroundings::default()
        };
        let mut ways = Deliverer::new(surroundings);
        let delivered = ways.copy(&note(TEXT, Format::Json)).expect("a file");
        assert!(delivered.path.is_some_and(|p| Path::new(&p).parent() == Some(folder.path())));
        ways.surroundings.temporary = folder.path().join("gone, too");
        let error = ways.copy(&note(TEXT, Format::Json)).expect_err("no way").to_string();
        assert!(error.contains("no clipboard here") && error.contains("create its folder"), "{error}");
    }
}
