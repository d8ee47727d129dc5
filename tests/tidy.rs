//! The invariants of ARCHITECTURE.md, as tests: what each floor may name, which way the doors go, what the project
//! must not hold.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `folder` whose name ends in one of `endings`, with their text.
fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    assert!(root().join(folder).is_dir(), "there is no folder {folder}");
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                    folders.push(path);
                }
            } else if endings.iter().any(|e| name.ends_with(e))
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// The code of a source file: without its tests (`mod tests` to the end), comments and doc lines.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name == "tests.rs" || name == "sample.rs" || path.components().any(|c| c.as_os_str() == "tests")
}

#[test]
fn the_ground_floor_is_pure() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "tokio",
        "reqwest",
        "ratatui",
        "crossterm",
        "arboard",
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
        "RandomState",
        "println!",
        "eprintln!",
        "print!(",
        "dbg!",
        "crate::io",
        "crate::ui",
        "crate::practice",
    ];
    let mut faults = Vec::new();
    for folder in ["src/case", "src/session"] {
        for (path, text) in files(folder, &[".rs"]) {
            let code = code(&text);
            for word in forbidden {
                if code.contains(word) && !is_test_file(&path) {
                    faults.push(format!("{} names {word}", path.display()));
                }
            }
        }
    }
    for file in ["src/case.rs", "src/session.rs"] {
        let code = code(&fs::read_to_string(root().join(file)).expect("reads"));
        faults.extend(forbidden.iter().filter(|w| code.contains(**w)).map(|w| format!("{file} names {w}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Each room of `case` with the rooms that it may name.
const DOORS: [(&str, &[&str]); 26] = [
    ("vocabulary", &[]),
    ("finding", &[]),
    ("pointer", &[]),
    ("chunked", &[]),
    ("csv", &[]),
    ("keyring", &[]),
    ("pattern", &[]),
    ("catalog", &["pattern", "pointer", "vocabulary", "keyring"]),
    ("claims", &["catalog"]),
    // A request's intake may carry an observed answer; evidence holds the request: one room in two files.
    ("request", &["pointer", "catalog", "evidence", "finding", "keyring", "vocabulary"]),
    ("evidence", &["catalog", "isolate", "pattern", "request", "vocabulary"]),
    ("intake", &["catalog", "chunked", "evidence", "finding", "keyring", "pattern", "request", "vocabulary"]),
    ("destination", &["catalog", "pattern"]),
    ("diagnose", &["catalog", "evidence", "vocabulary"]),
    ("fingerprint", &["evidence", "vocabulary"]),
    ("retry", &["diagnose", "vocabulary"]),
    (
        "isolate",
        &["pointer", "catalog", "diagnose", "evidence", "fingerprint", "keyring", "request", "vocabulary"],
    ),
    (
        "sanitize",
        &[
            "pointer",
            "catalog",
            "chunked",
            "evidence",
            "fingerprint",
            "isolate",
            "keyring",
            "request",
            "vocabulary",
        ],
    ),
    ("note", &["pointer", "catalog", "diagnose", "evidence", "finding", "retry", "sanitize", "vocabulary"]),
    (
        "matrix",
        &[
            "pointer",
            "catalog",
            "diagnose",
            "evidence",
            "keyring",
            "note",
            "request",
            "retry",
            "sanitize",
            "vocabulary",
        ],
    ),
    (
        "triage",
        &[
            "pointer",
            "catalog",
            "csv",
            "evidence",
            "explain",
            "fingerprint",
            "intake",
            "keyring",
            "request",
            "sanitize",
            "vocabulary",
        ],
    ),
    (
        "probe",
        &[
            "catalog",
            "csv",
            "diagnose",
            "evidence",
            "keyring",
            "note",
            "request",
            "retry",
            "sanitize",
            "vocabulary",
        ],
    ),
    // An unfinished case holds the diagnosis and the moments of its attempts.
    ("kept", &["catalog", "diagnose", "evidence", "fingerprint", "note", "retry", "sanitize", "vocabulary"]),
    // A fixture is made from a note's values; harmless text is that of the search.
    ("replay", &["catalog", "fingerprint", "isolate", "kept", "note", "sanitize", "vocabulary"]),
    ("review", &["catalog", "diagnose", "evidence", "intake", "vocabulary"]),
    (
        "explain",
        &[
            "pointer",
            "catalog",
            "diagnose",
            "evidence",
            "finding",
            "intake",
            "keyring",
            "note",
            "request",
            "retry",
            "sanitize",
            "vocabulary",
        ],
    ),
];

#[test]
fn doors_between_the_rooms_go_one_way() {
    let mut faults = Vec::new();
    for (room, may_name) in DOORS {
        let mut texts: Vec<(PathBuf, String)> = Vec::new();
        let head = root().join(format!("src/case/{room}.rs"));
        if let Ok(text) = fs::read_to_string(&head) {
            texts.push((head, text));
        }
        if root().join(format!("src/case/{room}")).is_dir() {
            texts.extend(files(&format!("src/case/{room}"), &[".rs"]));
        }
        for (path, text) in texts {
            if is_test_file(&path) {
                continue;
            }
            for (other, _) in DOORS {
                let named = code(&text).contains(&format!("case::{other}"));
                if named && other != room && !may_name.contains(&other) {
                    faults.push(format!("{} goes into {other}", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn raw_types_cannot_be_serialized() {
    let mut faults = Vec::new();
    for folder in ["src/case/evidence", "src/case/request", "src/case/intake"] {
        if !root().join(folder).is_dir() {
            continue;
        }
        for (path, text) in files(folder, &[".rs"]) {
            if code(&text).contains("Serialize)") || code(&text).contains("Serialize,") {
                faults.push(path.display().to_string());
            }
        }
    }
    for file in ["src/case/evidence.rs", "src/case/request.rs"] {
        let code = code(&fs::read_to_string(root().join(file)).expect("reads"));
        if code.contains("Serialize") {
            faults.push(file.to_owned());
        }
        // Debug of what holds text of the input is written by hand.
        for (at, _) in code.match_indices("pub struct ") {
            let name: String = code[at + 11..].chars().take_while(|c| c.is_alphanumeric()).collect();
            let before = &code[..at];
            let derive = before.rfind("#[derive(").map_or("", |d| &before[d..]);
            let raw = [
                "Draft",
                "Request",
                "Header",
                "Evidence",
                "Attempt",
                "Response",
                "TransportFailure",
                "ControlRun",
            ];
            if raw.contains(&name.as_str()) && derive.contains("Debug") {
                faults.push(format!("{file}: {name} derives Debug"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_the_sanitizer_makes_clean_text() {
    for (path, text) in files("src", &[".rs"]) {
        let inside = path.to_string_lossy().contains("/case/sanitize");
        assert!(inside || !code(&text).contains("Clean::new"), "{}", path.display());
    }
}

#[test]
fn programs_are_started_in_one_place() {
    for (path, text) in files("src", &[".rs"]) {
        let text = text.split("#[cfg(test)]").next().unwrap_or(&text);
        let starts = code(text).lines().any(|line| {
            line.contains("Command") && ["std::process", "tokio::process"].iter().any(|w| line.contains(w))
        });
        assert!(
            !starts || is_test_file(&path) || path.ends_with("io/program.rs"),
            "{} starts a program with all of our environment",
            path.display()
        );
    }
}

#[test]
fn nothing_outside_practice_knows_a_scenario() {
    let scenarios = fs::read_to_string(root().join("assets/practice/scenarios.yaml")).expect("reads");
    let mut names: Vec<String> = scenarios
        .lines()
        .filter_map(|l| l.trim_start_matches("- ").trim().strip_prefix("name:"))
        .map(|n| n.trim().trim_matches('"').to_owned())
        .collect();
    names.extend(
        scenarios
            .split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .filter(|w| w.starts_with("practice-"))
            .map(str::to_owned),
    );
    assert!(names.len() >= 7, "{names:?}");
    let rooms = ["src/case", "src/session", "src/io", "src/ui"];
    for (path, text) in rooms.iter().flat_map(|r| files(r, &[".rs"])) {
        for name in names.iter().filter(|n| n.contains('-')) {
            assert!(!code(&text).contains(&format!("\"{name}\"")), "{} names {name}", path.display());
        }
    }
    for (path, text) in files("assets/catalog", &[".yaml"]) {
        for name in names.iter().filter(|n| n.contains('-')) {
            assert!(!text.contains(name.as_str()), "{} names {name}", path.display());
        }
    }
}

#[test]
fn the_project_stands_alone() {
    let own = Path::new(file!()).file_name().expect("has a name").to_owned();
    let outside = [
        concat!("..", "/shared"),
        concat!("..", "/.library"),
        concat!("/work", "/main"),
        concat!("/work", "/shared"),
        "crates.io/api",
        "pypi.org",
        "registry.npmjs",
    ];
    for (path, text) in
        files(".", &[".rs", ".md", ".yaml", ".toml", ".sh", ".json", ".j2", ".py", ".in", "run", "real"])
    {
        if path.file_name() == Some(own.as_os_str()) || path.ends_with("Cargo.lock") {
            continue;
        }
        for word in outside {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn names_say_what_a_thing_is() {
    for (path, _) in files("src", &[".rs"]) {
        let name = path.file_stem().expect("has a name").to_string_lossy().into_owned();
        let vague = ["utils", "util", "helpers", "helper", "manager", "common", "misc", "types"];
        assert!(!vague.contains(&name.as_str()), "{}", path.display());
    }
}

#[test]
fn every_room_says_what_it_is_for() {
    for (path, text) in files("src", &[".rs"]) {
        assert!(text.starts_with("//!"), "{} has no module text", path.display());
    }
}

#[test]
fn main_is_short() {
    let text = fs::read_to_string(root().join("src/main.rs")).expect("reads");
    assert!(text.lines().count() < 50);
}
