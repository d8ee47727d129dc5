//! A case that is sent again: fixtures that answer as the gateway did, and `verify` with each of its answers.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use casefile::case::kept;
use casefile::case::note;
use casefile::case::replay::Fixture;
use casefile::io::clock::SystemClock;
use casefile::practice::{Gateway, Options, servable};
use serde_json::Value;
use tempfile::TempDir;

/// Failures that only a deadline ends, minutes later.
const SLOW: [&str; 3] = ["hanging", "stream-stalled", "endless-stream"];
/// A body of which a note holds the shape only.
const NOT_HELD: &str = "decompression-bomb";

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn casefile(home: &TempDir, key: &str, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("HOME", home.path())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("TEST_KEY", key)
        .current_dir(home.path())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

fn golden_notes() -> Vec<(String, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .expect("a folder")
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let note = folder.join("note.yaml");
            note.is_file().then(|| (folder.file_name().expect("a name").to_string_lossy().into_owned(), note))
        })
        .collect();
    found.sort();
    found
}

/// The failure is that of a task: what failed is no answer to the request, so that no fixture of it can be served.
fn is_of_a_task(note: &Path) -> bool {
    fs::read_to_string(note).expect("a note").contains("polls: ")
}

#[test]
fn a_note_about_a_task_is_told_to_be_one() {
    let of_tasks: Vec<_> = golden_notes().into_iter().filter(|(_, note)| is_of_a_task(note)).collect();
    assert!(!of_tasks.is_empty());
    for (name, path) in of_tasks {
        let note = value(&fs::read_to_string(path).expect("a note"));
        let refused = Fixture::of(&note).expect_err(&name).to_string();
        assert!(refused.contains("casefile note --poll"), "{name}: {refused}");
    }
}

fn value(text: &str) -> Value {
    note::read(text).expect("a note")
}

#[test]
fn a_fixture_fails_as_its_note_says() {
    let usual = |(name, note): &(String, PathBuf)| !SLOW.contains(&name.as_str()) && !is_of_a_task(note);
    let notes: Vec<_> = golden_notes().into_iter().filter(usual).collect();
    let (first, second) = notes.split_at(notes.len() / 2);
    let (walked, faults) = std::thread::scope(|scope| {
        let other = scope.spawn(|| walk(second));
        let (walked, mut faults) = walk(first);
        let (more, further) = other.join().expect("no panic");
        faults.extend(further);
        (walked + more, faults)
    });
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(walked >= 40, "{walked} notes only");
}

fn walk(notes: &[(String, PathBuf)]) -> (usize, Vec<String>) {
    let (mut walked, mut faults) = (0, Vec::new());
    for (name, path) in notes {
        let earlier = value(&fs::read_to_string(path).expect("reads"));
        let home = home();
        fs::create_dir(home.path().join("config")).expect("a folder");
        fs::write(home.path().join("config/config.yaml"), "retries: 0\n").expect("writes");
        let path = path.to_string_lossy().into_owned();
        let (code, out, err) = casefile(&home, "", &["practice", "--fixture", &path]);
        if name == NOT_HELD {
            assert!(code == 3 && err.contains("casefile replay"), "{err}");
            continue;
        }
        if code != 0 {
            faults.push(format!("{name}: {code} {err}"));
            continue;
        }
        walked += 1;
        let again = value(&out);
        for place in [
            "/diagnosis/failure_class",
            "/diagnosis/cause",
            "/status_observed",
            "/response/error/message",
            "/response/error/page_title",
            "/response/error/code",
            "/response/error/type",
            "/stream/verdict",
        ] {
            if earlier.pointer(place) != again.pointer(place) {
                faults.push(format!(
                    "{name} {place}: {:?} is now {:?}",
                    earlier.pointer(place),
                    again.pointer(place)
                ));
            }
        }
        let id = |note: &Value| kept::fingerprint(note).map(|f| f.id());
        if id(&earlier) != id(&again) {
            faults.push(format!("{name}: another fingerprint"));
        }
    }
    (walked, faults)
}

#[test]
fn what_no_server_can_show_is_refused() {
    let noted = fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/connection-reset/note.yaml"),
    );
    let noted = noted.expect("reads").replace("transport: reset", "transport: dns");
    let fixture = casefile::case::replay::Fixture::of(&value(&noted)).expect("a fixture");
    assert!(servable(&fixture).expect_err("refused").to_string().contains("dns"));
}

/// A gateway, a home and the command for a model.
struct Stage {
    gateway: Gateway,
    home: TempDir,
}

impl Stage {
    fn new() -> Self {
        let options = Options::new(Arc::new(SystemClock::new()), 7);
        Self { gateway: Gateway::start(options).expect("listens"), home: home() }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        casefile(&self.home, self.gateway.key(), arguments)
    }

    fn command(&self, model: &str) -> String {
        let text = format!(
            "curl {}/v1/chat/completions -H \"Authorization: Bearer $TEST_KEY\" -H 'Content-Type: application/json' \
             -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"The patient Ana is well\"}}]}}'",
            self.gateway.base_url()
        );
        let name = format!("{model}.sh");
        fs::write(self.home.path().join(&name), text).expect("writes");
        name
    }

    /// Makes a note of a request that fails; gives the case's id.
    fn fail(&self, model: &str) -> String {
        let from = self.command(model);
        let (code, out, err) =
            self.run(&["note", "--from", &from, "--gateway", "practice", "--yes", "--retries", "0"]);
        assert_eq!(code, 0, "{err}");
        value(&out).get("case_id").and_then(Value::as_str).expect("an id").to_owned()
    }

    fn verify(&self, case: &str, more: &[&str]) -> (i32, Value) {
        let fixed = ["verify", case, "--gateway", "practice", "--yes", "--output", "json"];
        let (code, out, err) = self.run(&[fixed.as_slice(), more].concat());
        assert!(!out.contains("Ana") && !err.contains("Ana"), "the customer's words: {out}{err}");
        assert!(!out.contains(self.gateway.key()), "the key");
        let told = serde_json::from_str(&out).unwrap_or(Value::Null);
        assert!(told.is_object(), "{code} {err}");
        (code, told)
    }
}

#[test]
fn verify_gives_each_of_its_answers() {
    let stage = Stage::new();
    let (good, flaky) = (stage.command(Gateway::model()), stage.command("practice-flaky"));
    let broken = stage.fail("no-such-model");
    let table: [(&[&str], i32, &str); 5] = [
        (&["--harmless", "--key-env", "TEST_KEY"], 1, "still_fails"),
        (&["--from", "no-such-model.sh", "--runs", "1"], 1, "still_fails"),
        (&["--from", &good], 0, "fixed"),
        // The home's path is no key: the gateway refuses it before it looks at the model.
        (&["--harmless", "--key-env", "HOME", "--runs", "2"], 1, "changed"),
        (&["--from", &flaky, "--runs", "4"], 1, "flaky"),
    ];
    for (more, exit, outcome) in table {
        let (code, told) = stage.verify(&broken, more);
        assert_eq!((code, told["outcome"].as_str()), (exit, Some(outcome)), "{more:?}: {told}");
        let runs = told["runs"].as_array().expect("runs");
        assert!(runs.iter().all(|run| run["worked"] == true || run["request_id"].is_string()), "{told}");
    }
}

#[test]
fn what_a_note_does_not_hold_is_asked_for() {
    let stage = Stage::new();
    let broken = stage.fail("no-such-model");
    let (code, out, err) = stage.run(&["verify", &broken, "--yes", "--gateway", "practice"]);
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    assert!(
        err.contains("messages[0].content") && err.contains("--from") && err.contains("--harmless"),
        "{err}"
    );
    let (code, _, err) = stage.run(&["verify", "CF-19990101-00000000"]);
    assert_eq!(code, 3, "{err}");
    // No consent, nothing is sent.
    let (code, out, _) = stage.run(&["verify", &broken, "--harmless", "--key-env", "TEST_KEY"]);
    assert_eq!((code, out.as_str()), (2, ""));
}

#[test]
fn a_search_that_shows_it_lets_harmless_text_stand_by_itself() {
    let stage = Stage::new();
    let from = stage.command("no-such-model");
    let (code, out, err) = stage.run(&[
        "note",
        "--from",
        &from,
        "--gateway",
        "practice",
        "--yes",
        "--retries",
        "0",
        "--isolate",
    ]);
    assert_eq!(code, 0, "{err}");
    let noted = value(&out);
    assert_eq!(noted.pointer("/minimal_request/harmless"), Some(&Value::Bool(true)), "{out}");
    let case = noted["case_id"].as_str().expect("an id");
    let (code, told) = stage.verify(case, &["--key-env", "TEST_KEY"]);
    assert_eq!((code, told["outcome"].as_str()), (1, Some("still_fails")));
    assert!(told["limits"].as_array().expect("a list").is_empty(), "{told}");
}

#[test]
fn a_case_goes_out_as_a_fixture_and_is_replayed() {
    let stage = Stage::new();
    let broken = stage.fail("no-such-model");
    let (code, fixture, err) = stage.run(&["cases", "fixture", &broken]);
    assert_eq!(code, 0, "{err}");
    assert!(!fixture.contains("Ana") && !fixture.contains(stage.gateway.key()));
    fs::write(stage.home.path().join("fixture.json"), &fixture).expect("writes");
    let (code, out, err) = stage.run(&["practice", "--fixture", "fixture.json"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(value(&out)["diagnosis"]["failure_class"], "model_unavailable");
    let replay =
        ["replay", "fixture.json", "--harmless", "--key-env", "TEST_KEY", "--gateway", "practice", "--yes"];
    let (code, out, err) = stage.run(&replay);
    assert_eq!(code, 0, "{err}");
    assert_eq!(value(&out)["status_observed"], 503);
    let (code, out, err) = stage.run(&["replay", "fixture.json", "--harmless", "--print"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("curl ") && out.contains("$CASEFILE_REPLAY_KEY"), "{out}");
    // A file that somebody put a key into does not come back.
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    fs::write(stage.home.path().join("edited.json"), fixture.replace("no-such-model", &key)).expect("writes");
    assert_eq!(stage.run(&["replay", "edited.json", "--harmless", "--print"]).0, 4);
}

#[test]
fn the_ready_set_is_a_folder_or_one_zip() {
    let stage = Stage::new();
    let from = stage.command("no-such-model");
    let note = ["note", "--from", &from, "--gateway", "practice", "--yes", "--retries", "0"];
    // What a check showed may go along.
    let check = ["check", "--gateway", "practice", "--only", "happy_path", "--yes", "--output", "json"];
    let (_, report, err) = stage.run(&check);
    assert!(report.contains("casefile.check/1"), "{err}");
    fs::write(stage.home.path().join("report.json"), &report).expect("writes");
    for out in ["for-support/", "for-support.zip"] {
        let (code, _, err) =
            stage.run(&[note.as_slice(), &["--out", out, "--check-report", "report.json"]].concat());
        assert_eq!(code, 0, "{err}");
    }
    let names = |list: Vec<String>| {
        let mut endings: Vec<String> =
            list.iter().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect();
        endings.sort();
        endings
    };
    let expected = ["check.json", "fixture.json", "md", "yaml"];
    let folder = fs::read_dir(stage.home.path().join("for-support")).expect("a folder");
    let in_folder =
        folder.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    assert_eq!(names(in_folder), expected);
    let file = fs::File::open(stage.home.path().join("for-support.zip")).expect("a zip");
    let archive = zip::ZipArchive::new(file).expect("opens");
    assert_eq!(names(archive.file_names().filter_map(|n| Some(n.ok()?.into_owned())).collect()), expected);
    // It is judged as if it were made now, and told to nobody who may not know the host.
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    fs::write(stage.home.path().join("edited.json"), report.replace("practice", &key)).expect("writes");
    let table: [(&[&str], i32, &str); 5] = [
        (&["--out", "set/", "--check-report", "edited.json"], 4, "audit refused"),
        (&["--out", "set/", "--check-report", "report.json", "--audience", "public"], 2, "anybody may read"),
        (&["--out", "set/", "--check-report", "for-support.zip"], 3, "no report of a check"),
        (&["--out", "note.md", "--check-report", "report.json"], 2, "end in / or .zip"),
        (&["--out", "set/", "--check-report", "gone.json"], 3, "cannot be read"),
    ];
    for (more, code, said) in table {
        let (got, _, err) = stage.run(&[note.as_slice(), more].concat());
        assert!(got == code && err.contains(said) && !err.contains("aB3kX9aB3"), "{more:?}: {got} {err}");
    }
}
