//! A fingerprint says on this machine whether two cases had the same key. It gets into nothing that leaves: every
//! rendering, of every walk, is searched for it; and it is written only when a note is out.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const FORMATS: [&str; 4] = ["yaml", "markdown", "json", "plain"];

fn key(letters: &str) -> String {
    format!("sk-{}", letters.repeat(12))
}

fn casefile(home: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("HOME", home.path())
        .env("OLD_KEY", key("Zy9w"))
        .env("OTHER_KEY", key("Kq7R"))
        .env("SHORT_KEY", "sk-1234")
        .current_dir(home.path())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// A home with a case that failed by `key`.
fn home_with(key: &str) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    write_case(home.path(), key);
    home
}

fn write_case(folder: &Path, key: &str) {
    let command = format!(
        "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {key}' \
         -H 'Content-Type: application/json' -d '{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"hi there\"}}]}}'"
    );
    fs::write(folder.join("failed.sh"), command).expect("writes");
    let answer = r#"{"error":{"message":"invalid token","type":"comet_api_error","code":""}}"#;
    fs::write(folder.join("answer.json"), answer).expect("writes");
}

const NOTE: [&str; 8] =
    ["note", "--no-send", "--from", "failed.sh", "--response", "answer.json", "--status", "401"];

fn note(home: &TempDir, more: &[&str]) -> (i32, String, String) {
    casefile(home, &[NOTE.as_slice(), more].concat())
}

/// What the state folder holds beside the kept cases and their index: whatever has another name is found.
fn beside_cases(state: &Path) -> Vec<String> {
    let names = fs::read_dir(state).expect("lists").map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| !["cases", "cases.jsonl", "cases.lock"].contains(&name.as_str())).collect()
}

fn known(home: &TempDir) -> Vec<Value> {
    let (code, json, stderr) = casefile(home, &["keys", "--output", "json"]);
    assert_eq!(code, 0, "{stderr}");
    let listed: Value = serde_json::from_str(&json).expect("JSON");
    listed.get("keys").and_then(Value::as_array).cloned().expect("a list")
}

fn fingerprint(known: &[Value]) -> String {
    known.first().and_then(|key| key.get("fingerprint")).and_then(Value::as_str).expect("one").to_owned()
}

/// Any six characters of it in a row, with or without the hyphens, in either case, forwards.
fn assert_without(text: &str, fingerprint: &str, what: &str) {
    let solid = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    };
    let (text, parts) = (solid(text), solid(fingerprint));
    for start in 0..parts.len() - 6 {
        let piece = parts.get(start..start + 6).expect("within");
        assert!(!text.contains(piece), "{what} holds {piece} of a fingerprint");
    }
}

#[test]
fn no_fingerprint_gets_into_anything_that_leaves() {
    let home = home_with(&key("Zy9w"));
    let (code, _, stderr) = note(&home, &[]);
    assert_eq!(code, 0, "{stderr}");
    let print = fingerprint(&known(&home));
    assert_eq!(print.len(), 19, "{print}");
    let every = |what: &str, (code, out, err): (i32, String, String)| {
        assert_eq!(code, 0, "{what}: {err}");
        assert_without(&out, &print, what);
        assert_without(&err, &print, what);
    };
    let log = ["--log", "steps.log", "--keep-map"];
    for format in FORMATS {
        every(format, note(&home, &["--format", format]));
        every(
            format,
            note(&home, &["--format", format, "--out", "notes/", "--log", "steps.log"]).into_file(&home),
        );
    }
    every("JSON document", note(&home, &["--output", "json"]));
    every("with a map and a log", note(&home, &log));
    every("shown field", note(&home, &["--show", "messages[0].content"]));
    every("doctor", casefile(&home, &["doctor"]));
    let text = fs::read_to_string(home.path().join("steps.log")).expect("a log");
    assert_without(&text, &print, "the log");
}

trait IntoFile {
    fn into_file(self, home: &TempDir) -> Self;
}

impl IntoFile for (i32, String, String) {
    /// Makes the folder on the first run, in which there is none, and reads what was written since.
    fn into_file(self, home: &TempDir) -> Self {
        let folder = home.path().join("notes");
        if self.0 == 6 && !folder.exists() {
            fs::create_dir(&folder).expect("made");
            return (0, String::new(), self.2);
        }
        let texts = fs::read_dir(&folder)
            .expect("lists")
            .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a note"));
        (self.0, texts.collect(), self.2)
    }
}

/// Typed into the operator's own words it is refused; what is left of the note names no piece of it.
#[test]
fn a_fingerprint_in_the_operators_words_is_refused_and_can_be_taken_out() {
    let home = home_with(&key("Zy9w"));
    assert_eq!(note(&home, &[]).0, 0);
    let print = fingerprint(&known(&home));
    for said in [print.clone(), print.to_lowercase(), print.replace('-', ""), print.replace('-', " ")] {
        let words = format!("my key is {said}, is it blocked?");
        for format in FORMATS {
            let (code, out, stderr) = note(&home, &["--format", format, "--question", &words]);
            assert_eq!((code, out.as_str()), (4, ""), "{said} as {format}: {stderr}");
            assert!(stderr.contains("a secret of this case"), "{stderr}");
        }
        let (code, out, stderr) = note(&home, &["--question", &words, "--remove-refused"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(out.contains("[removed#1]"), "{out}");
        assert_without(&out, &print, "the mended note");
    }
}

#[test]
fn the_same_key_is_known_again_asked_for_and_forgotten() {
    let home = home_with(&key("Zy9w"));
    assert_eq!(known(&home), Vec::<Value>::new());
    assert_eq!(casefile(&home, &["keys", "--which", "OLD_KEY"]).0, 1);
    let state = home.path().join(".local/state/casefile");
    assert!(!state.exists(), "asking makes nothing");
    assert_eq!(note(&home, &[]).0, 0);
    assert_eq!(note(&home, &["--out", "note.yaml"]).0, 0);
    write_case(home.path(), &key("Kq7R"));
    assert_eq!(note(&home, &[]).0, 0);

    let keys = known(&home);
    let counts: Vec<usize> =
        keys.iter().filter_map(|key| key.get("cases")?.as_array()).map(Vec::len).collect();
    assert_eq!(counts, [1, 2], "{keys:?}");
    let (code, text, _) = casefile(&home, &["keys"]);
    assert!(code == 0 && text.contains("key, 2 cases") && text.contains("for api.cometapi.com"), "{text}");
    for (name, expected, words) in [
        ("OLD_KEY", 0, "OLD_KEY holds a known key"),
        ("OTHER_KEY", 0, "1 case"),
        ("SHORT_KEY", 2, "fewer than 12"),
        ("NO_SUCH_KEY", 2, "NO_SUCH_KEY"),
    ] {
        let (code, text, stderr) = casefile(&home, &["keys", "--which", name]);
        assert_eq!(code, expected, "{name}: {stderr}");
        assert!(format!("{text}{stderr}").contains(words), "{text}{stderr}");
        assert!(!text.contains("Zy9w") && !text.contains("Kq7R"), "the key itself is not told");
    }
    let mut places = vec![state.clone()];
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(fs::read_dir(&place).expect("lists").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let text = fs::read_to_string(&place).expect("text");
        assert!(!text.contains("Zy9wZy9w") && !text.contains("Kq7RKq7R") && !text.contains("hi there"));
    }
    let case = keys.first().and_then(|key| key.pointer("/cases/0/case")?.as_str()).expect("a case");
    let (code, text, _) = casefile(&home, &["keys", "--forget", case]);
    assert!(code == 0 && text.contains("forgotten"), "{text}");
    assert_eq!(casefile(&home, &["keys", "--forget", case]).0, 3);
    assert_eq!(casefile(&home, &["keys", "--which", "OTHER_KEY"]).0, 1);
    assert_eq!(casefile(&home, &["keys", "--forget", "all"]).0, 0);
    assert_eq!(known(&home), Vec::<Value>::new());
    assert_eq!(beside_cases(&state), Vec::<String>::new(), "the secret is gone as well");
}

#[test]
fn nothing_is_kept_of_what_did_not_leave_nor_where_it_is_switched_off() {
    let home = home_with(&key("Zy9w"));
    let state = home.path().join(".local/state/casefile");
    // Refused by the disk: the note did not leave.
    assert_eq!(note(&home, &["--out", "none/note.yaml"]).0, 6);
    assert!(!state.exists());
    assert_eq!(casefile(&home, &["practice"]).0, 0);
    assert_eq!(beside_cases(&state), Vec::<String>::new(), "practice keys are made up");
    let config = home.path().join(".config/casefile");
    fs::create_dir_all(&config).expect("made");
    fs::write(config.join("config.yaml"), "remember_keys: false\n").expect("writes");
    assert_eq!(note(&home, &[]).0, 0);
    assert_eq!(beside_cases(&state), Vec::<String>::new(), "the case is kept, and nothing of its key");
    fs::remove_dir_all(&state).expect("the kept cases");
    fs::write(config.join("config.yaml"), "remember_keys: false\nkeep_cases: false\n").expect("writes");
    assert_eq!(note(&home, &[]).0, 0);
    assert!(!state.exists());
}

/// The note is what matters: trouble with the fingerprints is told and stops nothing.
#[test]
fn trouble_with_the_secret_is_told_and_the_note_leaves() {
    let home = home_with(&key("Zy9w"));
    assert_eq!(note(&home, &[]).0, 0);
    let secret = home.path().join(".local/state/casefile/fingerprint.key");
    let kept = fs::read_to_string(&secret).expect("a secret");
    fs::remove_file(&secret).expect("lost");
    let (code, out, stderr) = note(&home, &[]);
    assert!(code == 0 && out.starts_with("schema: "), "{stderr}");
    assert!(
        stderr.contains("printed: standard output; its keys were not remembered")
            && stderr.contains("is gone"),
        "{stderr}"
    );
    assert!(stderr.contains("casefile keys --forget all"), "{stderr}");
    assert_eq!(casefile(&home, &["keys", "--which", "OLD_KEY"]).0, 6);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::write(&secret, kept).expect("put back");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).expect("opened");
        let (code, _, stderr) = note(&home, &[]);
        assert!(code == 0 && stderr.contains("mode 644") && stderr.contains("chmod 600"), "{stderr}");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("closed");
    }
    #[cfg(not(unix))]
    fs::write(&secret, kept).expect("put back");
    let (_, _, stderr) = note(&home, &[]);
    assert!(!stderr.contains("not remembered"), "{stderr}");
}
