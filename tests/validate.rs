//! `casefile validate`: our own notes are clean; what somebody wrote into one by hand is found.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn validate(home: &TempDir, file: &str) -> (i32, Value) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .args(["validate", file, "--output", "json"])
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    let told: Value = serde_json::from_slice(&stdout).unwrap_or(Value::Null);
    assert!(told.is_object(), "{file}: {}", String::from_utf8_lossy(&stderr));
    (status.code().unwrap_or(-1), told)
}

fn golden(name: &str, file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).join(file)
}

#[test]
fn our_own_notes_are_clean() {
    let home = tempfile::tempdir().expect("a folder");
    // Failures whose catalog sentences speak of quotas and of what is not available.
    for name in ["balance", "error-in-200", "token-quota", "bad-gateway-502", "unknown-model", "stream-cut"] {
        for file in ["note.yaml", "note.md"] {
            let (code, told) = validate(&home, &golden(name, file).to_string_lossy());
            assert_eq!(code, 0, "{name} {file}: {told}");
        }
    }
}

#[test]
fn what_was_written_in_by_hand_is_found() {
    let home = tempfile::tempdir().expect("a folder");
    let good = fs::read_to_string(golden("balance", "note.yaml")).expect("reads");
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    let rows = [
        (
            "claim",
            good.replace("audience: internal", "audience: internal\nnotes: We were charged twice."),
            "/claims/0/kind",
        ),
        (
            "secret",
            good.replace("audience: internal", &format!("audience: internal\nnotes: it is {key}")),
            "/secrets/0/rule",
        ),
        ("fault", good.replace("audience: internal", "audience: everybody"), "/faults/0/place"),
    ];
    for (name, text, place) in rows {
        assert_ne!(text, good, "{name}: nothing was changed");
        let file = format!("{name}.yaml");
        fs::write(home.path().join(&file), text).expect("writes");
        let (code, told) = validate(&home, &file);
        assert_eq!(code, 1, "{name}: {told}");
        assert!(told.pointer(place).is_some(), "{name}: {told}");
        assert!(!told.to_string().contains(&key), "the secret is not repeated");
    }
    let page = fs::read_to_string(golden("balance", "note.md")).expect("reads");
    fs::write(home.path().join("page.md"), page + "\nThe gateway has been down since noon.\n")
        .expect("writes");
    let (code, told) = validate(&home, "page.md");
    assert_eq!((code, told.pointer("/claims/0/kind")), (1, Some(&Value::from("availability"))), "{told}");
}

#[test]
fn what_a_note_lacks_is_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, told) = validate(&home, &golden("connection-reset", "note.yaml").to_string_lossy());
    let missing = told["complete"]["missing"].as_array().expect("a list");
    assert!(missing.contains(&Value::from("response.request_ids")), "{told}");
}
