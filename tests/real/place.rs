//! Surroundings of one run of casefile: a home of its own, what it writes there, and the search for secrets in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::compare::Faults;
use crate::leak::Canary;

/// A home of its own: nothing of the machine's user is read, and everything that casefile writes can be found.
pub struct Place {
    input: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Place {
    /// An empty one.
    pub fn new() -> Self {
        let folder = || tempfile::tempdir().expect("a temporary folder");
        let place = Self { input: folder(), home: folder() };
        for name in ["config", "state", "tmp", "out"] {
            std::fs::create_dir(place.home.path().join(name)).expect("a folder");
        }
        place
    }

    /// Writes a file for casefile to read, outside the home.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.input.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Gives casefile a profile of the user's.
    pub fn profile(&self, name: &str, text: &str) {
        let folder = self.home.path().join("config/catalog/profiles");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), text).expect("a file");
    }

    /// Where the note is written that goes into a file.
    pub fn note(&self) -> PathBuf {
        self.home.path().join("out/note.yaml")
    }

    /// Runs casefile with these variables and no others but those that it needs.
    pub fn casefile(&self, arguments: &[String], variables: &[(&str, OsString)]) -> Output {
        let home = self.home.path();
        Command::new(env!("CARGO_BIN_EXE_casefile"))
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TMPDIR", home.join("tmp"))
            .env("CASEFILE_CONFIG_DIR", home.join("config"))
            .env("CASEFILE_STATE_DIR", home.join("state"))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(home)
            .stdin(Stdio::null())
            .output()
            .expect("casefile runs")
    }

    /// `casefile validate` must take the note.
    pub fn validate(&self, faults: &mut Faults, note: &[u8]) {
        let path = self.home.path().join("out/for-validate");
        std::fs::write(&path, note).expect("a file");
        let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .arg("validate")
            .arg(path)
            .env("CASEFILE_CONFIG_DIR", self.home.path().join("config"))
            .env("CASEFILE_STATE_DIR", self.home.path().join("state"))
            .output()
            .expect("casefile runs");
        faults.check(output.status.success(), || {
            let said = [output.stdout.clone(), output.stderr.clone()].concat();
            format!("validate refuses the note: {}", String::from_utf8_lossy(&said))
        });
    }

    /// Looks for every secret in stdout, stderr and all files, their names included.
    pub fn leaks(&self, faults: &mut Faults, canaries: &[Canary], words: &[&str], output: &Output) {
        let mut all =
            vec![("stdout".to_owned(), output.stdout.clone()), ("stderr".to_owned(), output.stderr.clone())];
        collect(self.home.path(), &mut all);
        for (place, bytes) in &all {
            for canary in canaries {
                if let Some(form) = canary.found_in(bytes) {
                    faults.0.push(format!("LEAK: {form}, in {place}"));
                }
            }
            for text in words {
                let holds = bytes.windows(text.len()).any(|w| w == text.as_bytes());
                faults.check(!holds, || format!("LEAK: text of prompt or answer ({text}), in {place}"));
            }
        }
    }
}

fn collect(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.display().to_string();
        if path.is_dir() {
            all.push((format!("the name {name}"), name.into_bytes()));
            collect(&path, all);
        } else {
            let bytes = std::fs::read(&path).expect("a readable file");
            all.push((name.clone(), [name.as_bytes(), b"\n", &bytes].concat()));
        }
    }
}
