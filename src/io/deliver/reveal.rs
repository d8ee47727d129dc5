//! A folder in the file manager of this desktop.

use std::path::Path;
use std::process::Stdio;

use super::surroundings::on_path;
use crate::io::program;

/// Opens `folder` for people to look at. False where there is no desktop here, or none of its programs does it: then its path has
/// to be told. Does not wait for the program.
pub fn reveal(folder: &Path) -> bool {
    reveal_with(folder, |name| std::env::var_os(name))
}

fn reveal_with(folder: &Path, lookup: impl Fn(&str) -> Option<std::ffi::OsString>) -> bool {
    let set = |name: &str| lookup(name).is_some_and(|value| !value.is_empty());
    // At the far end of a connection the window would open where nobody sits.
    let is_far = set("SSH_CONNECTION") || set("SSH_TTY");
    let (name, has_desktop) = if cfg!(target_os = "macos") {
        ("open", !is_far)
    } else if cfg!(windows) {
        ("explorer.exe", !is_far)
    } else {
        ("xdg-open", !is_far && (set("DISPLAY") || set("WAYLAND_DISPLAY")))
    };
    let path = lookup("PATH").and_then(|path| on_path(&path, name)).filter(|_| has_desktop);
    let (Some(path), Ok(folder)) = (path, folder.canonicalize()) else { return false };
    let mut command = program::command(path);
    command.arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It stays when we are gone.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().is_ok_and(|mut child| {
        std::thread::spawn(move || child.wait());
        true
    })
}

#[cfg(test)]
#[cfg(all(unix, not(target_os = "macos")))]
mod tests {
    use super::*;
    use std::ffi::OsString;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_folder_is_opened_where_somebody_sits() {
        let place = tempfile::tempdir().expect("a folder");
        let program = place.path().join("xdg-open");
        let said = place.path().join("said");
        std::fs::write(
            &program,
            format!("#!/bin/sh\necho \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n", said.display()),
        )
        .expect("writes");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("executable");
        let open = |names: &'static [&'static str]| {
            let path = OsString::from(place.path());
            reveal_with(place.path(), move |name| match name {
                "PATH" => Some(path.clone()),
                name => names.contains(&name).then(|| OsString::from("x")),
            })
        };
        assert!(!open(&[]) && !open(&["DISPLAY", "SSH_TTY"]), "nobody sits here");
        assert!(
            !reveal_with(place.path(), |name| (name == "DISPLAY").then(|| OsString::from(":0"))),
            "no program"
        );
        assert!(open(&["DISPLAY"]));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !said.exists() && std::time::Instant::now() < end {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let told = std::fs::read_to_string(said).expect("it was started");
        assert_eq!(Path::new(told.trim_end()), place.path().canonicalize().expect("is there"));
    }
}
