//! Kept cases as a user meets them: kept when a note is out, found again, told from their twins; whole, whatever two
//! processes or a kill do; and nothing gets out that somebody put into a file by hand.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use casefile::case::catalog::Catalog;
use casefile::case::kept::{About, KeptCase};
use casefile::case::sanitize::{Format, Readmission};
use casefile::io::store::{CaseStore, FolderStore, Folders};
use casefile::session::case_id::{case_id, is_case_id};
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use tempfile::TempDir;

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn program(home: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("HOME", home.path())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .current_dir(home.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn casefile(home: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = program(home, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    let Output { status, stdout, stderr } = output.expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

fn cases(home: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    casefile(home, &[&["cases"], arguments].concat())
}

/// A note of an answer with `status` and `message`, printed; gives its text and stderr.
fn note(home: &TempDir, status: u16, message: &str, more: &[&str]) -> (String, String) {
    let command = "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer $KEY' \
                   -H 'Content-Type: application/json' -d '{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi there\"}]}'";
    fs::write(home.path().join("failed.sh"), command).expect("writes");
    let answer = format!(r#"{{"error":{{"message":"{message}","type":"comet_api_error","code":""}}}}"#);
    fs::write(home.path().join("answer.json"), answer).expect("writes");
    let status = status.to_string();
    let fixed = [
        "note",
        "--no-send",
        "--from",
        "failed.sh",
        "--response",
        "answer.json",
        "--status",
        status.as_str(),
    ];
    let (code, out, err) = casefile(home, &[fixed.as_slice(), more].concat());
    assert_eq!(code, 0, "{err}");
    (out, err)
}

fn listed(home: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = cases(home, &[arguments, &["--output", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn text<'v>(value: &'v Value, place: &str) -> &'v str {
    value.pointer(place).and_then(Value::as_str).expect(place)
}

fn ids(home: &TempDir, arguments: &[&str]) -> Vec<String> {
    listed(home, arguments).iter().map(|case| text(case, "/id").to_owned()).collect()
}

#[test]
fn a_note_that_is_out_is_kept_as_it_went_out() {
    let home = home();
    let (printed, _) = note(&home, 401, "invalid token", &[]);
    let [case] = listed(&home, &["list"]).try_into().expect("one case");
    let id = text(&case, "/id");
    assert_eq!(
        (text(&case, "/class"), text(&case, "/gateway"), text(&case, "/model")),
        ("auth", "cometapi", "gpt-4o")
    );
    assert_eq!(text(&case, "/deliveries/0/by"), "stdout");
    let kept = fs::read_to_string(home.path().join("state/cases").join(id).join("note.yaml")).expect("kept");
    assert_eq!(kept, printed);
    let (code, shown, stderr) = cases(&home, &["show", &id[..14].to_lowercase()]);
    assert_eq!((code, shown.as_str()), (0, printed.as_str()), "{stderr}");
    note(&home, 401, "invalid token", &["--out", "note.md", "--format", "markdown"]);
    assert_eq!(listed(&home, &["list"]).len(), 2, "in another format it is kept as YAML as well");
    let (_, doctor, _) = casefile(&home, &["doctor"]);
    assert!(doctor.contains("2 kept in") && doctor.contains("for ever"), "{doctor}");
}

#[test]
fn nothing_is_kept_where_nothing_went_out_or_the_setting_says_so() {
    let home = home();
    assert_eq!(casefile(&home, &["note", "--no-send", "--from", "nowhere.sh"]).0, 3);
    let (code, _, _) = casefile(&home, &["practice", "--all"]);
    assert_eq!(code, 0);
    assert_eq!(ids(&home, &["list"]), [""; 0], "a self-test is no case");
    fs::create_dir(home.path().join("config")).expect("made");
    fs::write(home.path().join("config/config.yaml"), "keep_cases: false\n").expect("writes");
    note(&home, 401, "invalid token", &[]);
    assert!(!home.path().join("state/cases").exists());
}

#[test]
fn the_same_failure_is_told_and_another_is_not() {
    let home = home();
    let about =
        |n: u32| format!("No available channel for model 'm-{n}' (request id: 2026040110150{n}aB3dE6fG)");
    let (first, stderr) = note(&home, 503, &about(1), &[]);
    assert!(!first.contains("similar_cases") && !stderr.contains("same failure"), "{stderr}");
    note(&home, 503, &about(2), &[]);
    let (third, stderr) = note(&home, 503, &about(3), &[]);
    assert!(stderr.contains("same failure: CF-") && stderr.contains(", 2 times since "), "{stderr}");
    assert!(stderr.contains("last request ids 20260401101502aB3dE6fG"), "{stderr}");
    assert!(third.contains("similar_cases:\n  count: 2\n"), "{third}");
    fs::write(home.path().join("third.yaml"), &third).expect("writes");
    let (code, said, _) = casefile(&home, &["validate", "third.yaml"]);
    assert_eq!((code, said.lines().next()), (0, Some("valid: casefile.note/1")), "{said}");
    let (markdown, _) = note(&home, 503, &about(4), &["--format", "markdown"]);
    assert!(markdown.contains("| Same failure before | 3 cases from "), "{markdown}");
    let (json, _) = note(&home, 503, &about(5), &["--output", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json.pointer("/note/similar_cases/count"), Some(&4.into()));
    assert_eq!(json.pointer("/note/similar_cases/cases").and_then(Value::as_array).map(Vec::len), Some(3));
    let (other, stderr) = note(&home, 401, "invalid token", &[]);
    assert!(!other.contains("similar_cases") && !stderr.contains("same failure"), "{stderr}");

    let groups = listed(&home, &["groups"]);
    let counts: Vec<_> = groups.iter().filter_map(|group| group.get("count")?.as_u64()).collect();
    assert_eq!(counts, [5, 1]);
    let all = ids(&home, &["list", "--status", "503"]);
    let [newest, older, ..] = all.as_slice() else { panic!("{all:?}") };
    let (code, said, _) = cases(&home, &["diff", older, newest]);
    assert!(code == 0 && said.starts_with("same failure ("), "{said}");
    assert!(said.contains("\nids, moments and durations, which always differ\n  case_id"), "{said}");
    let auth = ids(&home, &["list", "--class", "AUTH"]).remove(0);
    let (code, said, _) = cases(&home, &["diff", newest, &auth, "--output", "json"]);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, said.get("same_failure")), (1, Some(&false.into())));
    let changed = said.get("changed").and_then(Value::as_array).expect("a list");
    assert!(changed.iter().any(|c| text(c, "/field") == "response.status"), "{said}");
}

#[test]
fn cases_are_found_by_what_is_known_of_them() {
    let home = home();
    note(&home, 503, "No available channel for model x", &["--question", "Where is the channel?"]);
    note(&home, 401, "invalid token", &[]);
    casefile(&home, &["practice", "--scenario", "unknown-model"]);
    let table: [(&[&str], usize); 16] = [
        (&["list"], 3),
        (&["list", "--class", "auth"], 1),
        (&["list", "--status", "503"], 2),
        (&["list", "--gateway", "practice"], 1),
        (&["list", "--gateway", "cometapi"], 2),
        (&["list", "--model", "GPT"], 2),
        (&["list", "--since", "2020-01-01"], 3),
        (&["list", "--until", "2020-01-01"], 0),
        (&["list", "--since", "2999-01-01T00:00:00Z"], 0),
        (&["list", "--limit", "2"], 2),
        (&["list", "--limit", "0"], 3),
        (&["search", "TOKEN", "invalid"], 1),
        (&["search", "where is", "channel"], 1),
        (&["search", "no such words"], 0),
        (&["search", "channel", "--gateway", "practice"], 1),
        (&["list", "--fingerprint", "zzz"], 0),
    ];
    for (arguments, count) in table {
        assert_eq!(ids(&home, arguments).len(), count, "{arguments:?}");
    }
    let print = text(listed(&home, &["search", "invalid"]).first().expect("one"), "/fingerprint").to_owned();
    assert_eq!(ids(&home, &["list", "--fingerprint", print.get(..6).expect("long")]).len(), 1);
    let (_, _, stderr) = cases(&home, &["list", "--limit", "2"]);
    assert!(stderr.contains("1 more; --limit 0 lists all"), "{stderr}");
}

#[test]
fn errors_say_what_to_do() {
    let home = home();
    let (code, out, stderr) = cases(&home, &["list"]);
    assert!(code == 0 && out.trim().is_empty() && stderr.contains("no case is kept in"), "{out}{stderr}");
    note(&home, 401, "invalid token", &[]);
    note(&home, 401, "invalid token", &[]);
    let table: [(&[&str], i32, &str); 8] = [
        (&["show", "CF-19990101"], 3, "`casefile cases list` shows them"),
        (&["show", ""], 3, "there is no case"),
        (&["show", "cf-"], 2, "2 cases begin with cf-"),
        (&["rm", "CF-19990101-00000000"], 3, "there is no case"),
        (&["rm", "--all"], 2, "--yes"),
        (&["import", "nowhere.json"], 3, "cannot be read"),
        (&["import", "failed.sh"], 3, "is no document of `casefile cases export`"),
        (&["list", "--since", "tomorrow"], 2, "give a day such as"),
    ];
    for (arguments, exit, words) in table {
        let (code, _, stderr) = cases(&home, arguments);
        assert!(code == exit && stderr.contains(words), "{arguments:?}: {code} {stderr}");
    }
    let file = home.path().join("file");
    fs::write(&file, "x").expect("writes");
    let (code, _, stderr) = cases(&home, &["list", "--store", "file"]);
    assert!(code == 6 && stderr.contains("cannot be read"), "{stderr}");
    // A store that cannot be used stops no note.
    let (printed, stderr) = note(&home, 401, "invalid token", &["--store", "file"]);
    assert!(
        printed.starts_with("schema: casefile.note/1") && stderr.contains("the case was not kept"),
        "{stderr}"
    );
}

#[test]
fn cases_are_handed_to_another_machine_and_forgotten() {
    let (home, other) = (home(), self::home());
    note(&home, 401, "invalid token", &[]);
    note(&home, 503, "No available channel", &[]);
    let (code, _, stderr) = cases(&home, &["export", "--all", "--out", "cases.json"]);
    assert!(code == 0 && stderr.contains("2 cases written to"), "{stderr}");
    let exported = fs::read_to_string(home.path().join("cases.json")).expect("written");
    let import = |text: &str| {
        fs::write(other.path().join("in.json"), text).expect("writes");
        cases(&other, &["import", "in.json"])
    };
    let bundle: Value = serde_json::from_str(&exported).expect("JSON");
    let changed = |pointer: &str, value: Value| {
        let mut bundle = bundle.clone();
        *bundle.pointer_mut(pointer).expect(pointer) = value;
        bundle.to_string()
    };
    let note_text = text(&bundle, "/cases/0/note").to_owned();
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    let refused: [(&str, String, i32, &str); 9] = [
        ("schema", changed("/schema", "x/9".into()), 3, "another schema"),
        ("path", changed("/cases/0/case/id", "../../x".into()), 3, "does not belong"),
        ("other id", changed("/cases/0/case/id", "CF-20260401-00000000".into()), 3, "does not belong"),
        ("no note", changed("/cases/0/note", "a: 1\n".into()), 3, "no valid note"),
        (
            "a path as an id",
            changed("/cases/0/note", note_text.replace("case_id: CF-", "case_id: ../").into()),
            3,
            "no valid note",
        ),
        (
            "a key",
            changed("/cases/0/note", note_text.replace("os: linux", &format!("os: {key}")).into()),
            4,
            "audit refused",
        ),
        (
            "a key in a ticket",
            changed("/cases/0/case/tickets", serde_json::json!([{"desk": "d", "id": key}])),
            4,
            "audit refused",
        ),
        (
            "escapes in a ticket",
            changed("/cases/0/case/tickets", serde_json::json!([{"desk": "d", "id": "\u{1b}[2J"}])),
            3,
            "does not belong",
        ),
        ("twice", changed("/cases/1", bundle.pointer("/cases/0").cloned().expect("one")), 3, "twice"),
    ];
    for (what, text, exit, words) in refused {
        let (code, _, stderr) = import(&text);
        assert!(code == exit && stderr.contains(words), "{what}: {code} {stderr}");
        assert!(!stderr.contains("aB3") && !stderr.contains('\u{1b}'), "{what}: {stderr}");
        assert_eq!(ids(&other, &["list"]), [""; 0], "{what}: nothing is taken in");
    }
    assert_eq!(import(&exported).1.trim(), "2 cases taken in, 0 known already");
    assert_eq!(import(&exported).1.trim(), "0 cases taken in, 2 known already");
    assert_eq!(listed(&other, &["list"]).first().map(|c| text(c, "/gateway")), Some("cometapi"));
    let again = changed("/cases/0/note", note_text.replace("os: linux", "os: macos").into());
    let (code, _, stderr) = import(&again);
    assert!(code == 1 && stderr.contains("is kept here with another note"), "{stderr}");
    let (_, one, _) = cases(&home, &["export", text(&bundle, "/cases/0/case/id")]);
    let (_, back, _) = cases(&other, &["export", text(&bundle, "/cases/0/case/id")]);
    assert_eq!(one, back, "what was taken in goes out the same");

    let first = ids(&home, &["list"]).remove(0);
    assert_eq!(cases(&home, &["rm", &first]).1.trim(), "1 case forgotten");
    assert_eq!(ids(&home, &["list"]).len(), 1);
    assert_eq!(cases(&home, &["rm", "--all", "--yes"]).1.trim(), "1 case forgotten");
    assert_eq!(fs::read_dir(home.path().join("state/cases")).expect("there").count(), 0);
}

#[test]
fn what_somebody_put_into_a_file_does_not_get_out() {
    let home = home();
    note(&home, 401, "invalid token", &[]);
    note(&home, 503, "No available channel", &[]);
    let auth = ids(&home, &["list", "--class", "auth"]).remove(0);
    let other = ids(&home, &["list", "--status", "503"]).remove(0);
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    let place = |id: &str, name: &str| home.path().join("state/cases").join(id).join(name);
    let edit = |path: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(path).expect("reads");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("writes");
    };
    edit(&place(&auth, "case.yaml"), "invalid token", &format!("invalid {key}"));
    edit(&place(&auth, "note.yaml"), "os: linux", &format!("os: {key}"));
    edit(&place(&other, "case.yaml"), "No available", "\\u001b[2J\\u202eNo available");
    edit(&place(&other, "note.yaml"), "os: linux", "os: \"\\e[2J\\u202elinux\"");
    let runs: [&[&str]; 10] = [
        &["list"],
        &["list", "--output", "json"],
        &["search", "invalid", "--output", "json"],
        &["groups"],
        &["show", &auth],
        &["show", &other],
        &["show", &auth, "--output", "json"],
        &["diff", &auth, &other],
        &["diff", &other, &other, "--output", "json"],
        &["export", "--all"],
    ];
    for arguments in runs {
        let (_, out, err) = cases(&home, arguments);
        for text in [&out, &err] {
            assert!(
                !text.contains("aB3kX9") && !text.contains('\u{1b}') && !text.contains('\u{202e}'),
                "{arguments:?}: {text}"
            );
        }
    }
    let (code, out, err) = cases(&home, &["list", "--output", "json"]);
    assert!(code == 4 && out.contains(&other) && !out.contains(&auth), "the others are listed: {out}");
    assert!(err.contains(&format!("{auth} is not shown")), "{err}");
    assert_eq!(cases(&home, &["show", &auth]).0, 4);
    assert_eq!(cases(&home, &["export", "--all"]).0, 4);
    let (_, stderr) = note(&home, 401, "invalid token", &[]);
    assert!(!stderr.contains("aB3kX9"), "{stderr}");
}

/// The environment in which [`writer`] writes; without it, it does nothing.
const WRITER: &str = "CASES_TEST_WRITER";

/// Not a test by itself: the others start it as a process of its own. `FIRST COUNT STATE`: keeps COUNT cases.
#[test]
fn writer() {
    let Ok(said) = std::env::var(WRITER) else { return };
    let mut parts = said.splitn(3, ' ');
    let mut number = || parts.next().and_then(|n| n.parse::<u64>().ok()).expect("a number");
    let (first, count) = (number(), number());
    let state = PathBuf::from(parts.next().expect("a folder"));
    let store = FolderStore::at(&Folders { config: state.clone(), state }, None);
    let readmission = Readmission::new(&Catalog::built_in());
    for number in first..first + count {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let id = case_id(at, number);
        // Each is kept, and kept again with another note: both ways of writing are there to be broken.
        for words in ["", "again "] {
            let text = format!(
                "case_id: {id}
title: {words}t
diagnosis:
  failure_class: auth
"
            );
            let note = readmission.pass(&text, Format::Yaml).expect("passes");
            let about = About { gateway: Some("practice".into()), at, by: Some("stdout") };
            store.keep(&KeptCase::of(note, &about).expect("a note")).expect("kept");
            if words.is_empty() && number % 2 == 0 {
                break;
            }
        }
    }
}

fn start(home: &TempDir, first: u64, count: u64) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "writer", "--test-threads", "1"])
        .env(WRITER, format!("{first} {count} {}", home.path().join("state").display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

fn store(home: &TempDir) -> FolderStore {
    let state = home.path().join("state");
    FolderStore::at(&Folders { config: state.clone(), state }, None)
}

fn count(store: &FolderStore) -> usize {
    fs::read_dir(store.folder()).into_iter().flatten().count()
}

#[test]
fn two_processes_that_keep_at_once_lose_nothing() {
    const EACH: u64 = 500;
    let home = home();
    let mut writers = [start(&home, 0, EACH), start(&home, 1_000_000, EACH)];
    // A reader that mends the index meanwhile gets in nobody's way.
    let store = store(&home);
    while writers.iter_mut().any(|writer| writer.try_wait().expect("asked").is_none()) {
        store.records().expect("reads");
        std::thread::sleep(Duration::from_millis(20));
    }
    for mut writer in writers {
        assert!(writer.wait().expect("ended").success());
    }
    let index = fs::read_to_string(home.path().join("state/cases.jsonl")).expect("an index");
    assert!(index.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "no line is torn");
    assert_eq!(store.records().expect("reads").len(), 1_000);
    assert_eq!(store.rebuild().expect("rebuilt").cases, 1_000);
}

/// Random moments; `CASES_TEST_SEED` chooses them, and a failure names it.
struct Moments {
    seed: u64,
    state: u64,
}

impl Moments {
    fn new() -> Self {
        let given = std::env::var("CASES_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let seed = given.unwrap_or_else(|| u64::from(now().subsec_nanos()));
        Self { seed, state: seed | 1 }
    }

    /// Microseconds below `most` (xorshift64).
    fn next(&mut self, most: u64) -> Duration {
        for (left, by) in [(true, 13), (false, 7), (true, 17)] {
            self.state ^= if left { self.state << by } else { self.state >> by };
        }
        Duration::from_micros(self.state % most.max(1))
    }
}

/// How many cases lie in `store`, each of them whole, and nothing else but what is being made or removed.
fn whole(store: &FolderStore) -> usize {
    let mut seen = 0;
    for entry in fs::read_dir(store.folder()).into_iter().flatten() {
        let name = entry.expect("one").file_name().into_string().expect("text");
        if !is_case_id(&name) {
            assert!(name.starts_with(".casefile-"), "{name}");
            continue;
        }
        seen += 1;
        let place = store.folder().join(&name);
        let note = fs::read_to_string(place.join("note.yaml")).expect("a note");
        assert!(note.ends_with('\n') && note.contains(&name), "{name} has a whole note");
        assert!(fs::read_to_string(place.join("case.yaml")).is_ok_and(|text| text.contains(&name)), "{name}");
    }
    assert_eq!(store.records().expect("reads").len(), seen);
    seen
}

#[test]
fn a_kill_in_the_middle_leaves_no_broken_case() {
    let home = home();
    let store = store(&home);
    let mut moments = Moments::new();
    println!("CASES_TEST_SEED={}", moments.seed);
    for round in 0..24_u64 {
        let before = count(&store);
        let mut writer = start(&home, round * 1_000_000, 100_000);
        while count(&store) < before + 2 {
            assert!(writer.try_wait().expect("asked").is_none(), "the writer ended by itself");
            std::thread::sleep(Duration::from_micros(500));
        }
        // Somewhere in the middle of a case.
        std::thread::sleep(moments.next(21_000));
        writer.kill().expect("killed");
        writer.wait().expect("gone");
        whole(&store);
    }
    let rebuilt = store.rebuild().expect("rebuilt");
    assert!(rebuilt.cases >= 24 && rebuilt.broken.is_empty(), "{rebuilt:?}");
}

/// The program itself, while it takes in a document of many cases, and while it forgets them.
#[test]
fn the_program_that_is_killed_leaves_whole_cases_and_goes_on() {
    const CASES: u64 = 24;
    let (home, other) = (home(), home());
    let store = store(&home);
    let readmission = Readmission::new(&Catalog::built_in());
    let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_777);
    for number in 0..CASES {
        let text = include_str!("golden/unknown-model/note.yaml")
            .replace("CF-20261120-WHCK43EQ", &case_id(at, number));
        let note = readmission.pass(&text, Format::Yaml).expect("passes");
        let about = About { gateway: Some("practice".into()), at, by: Some("stdout") };
        store.keep(&KeptCase::of(note, &about).expect("a note")).expect("kept");
    }
    let document = other.path().join("all.json");
    let (code, _, err) = cases(&home, &["export", "--all", "--out", document.to_str().expect("text")]);
    assert_eq!(code, 0, "{err}");

    let store = self::store(&other);
    let mut moments = Moments::new();
    println!("CASES_TEST_SEED={}", moments.seed);
    // Ended some moments after the first change in the folder.
    let mut killed = |arguments: &[&str], before: usize, most: u64| {
        let mut child = program(&other, arguments).spawn().expect("starts");
        while count(&store) == before && child.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(moments.next(most));
        child.kill().expect("killed, or over");
        child.wait().expect("gone");
        let left = whole(&store);
        assert_eq!(ids(&other, &["list", "--limit", "0"]).len(), left);
    };
    for _ in 0..6 {
        killed(&["cases", "import", "all.json"], count(&store), 60_000);
        killed(&["cases", "rm", "--all", "--yes"], count(&store), 15_000);
    }
    // What was cut off is done by doing it again.
    let import = || casefile(&other, &["cases", "import", "all.json"]);
    assert_eq!((import().0, whole(&store)), (0, usize::try_from(CASES).expect("small")));
    assert_eq!(import().1.trim(), format!("0 cases taken in, {CASES} known already"));
}

/// The place of the cases comes from the variable, and an address with a password never from the command line.
#[test]
fn the_variable_says_where_the_cases_are() {
    let home = home();
    note(&home, 401, "invalid token", &[]);
    let run = |place: &str, arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .env_clear()
            .env("HOME", home.path())
            .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
            .env("CASEFILE_STATE_DIR", home.path().join("state"))
            .env("CASEFILE_STORE", place)
            .current_dir(home.path())
            .args(arguments)
            .output()
            .expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(run("", &["cases", "list"]).1.lines().count(), 1);
    assert_eq!(run("elsewhere", &["cases", "list"]).1.trim(), "");
    assert_eq!(run("elsewhere", &["cases", "list", "--store", "state/cases"]).1.lines().count(), 1);
    let address = "postgres://ana:Zq7wXk2@127.0.0.1:1/team";
    for verb in [
        ["cases", "list"].as_slice(),
        &["note"],
        &["practice"],
        &["attach", "x", "--to", "d"],
        &["verify", "x"],
    ] {
        let (code, _, told) = run("", &[verb, &["--store", address]].concat());
        assert!(code == Some(2) && told.contains("not taken from the command line"), "{verb:?}: {told}");
        assert!(!told.contains("Zq7wXk2"), "{told}");
    }
    let (code, _, told) = run(&format!("{address}?sslmode=prefer"), &["cases", "list"]);
    assert!(
        code == Some(2) && told.contains("CASEFILE_STORE: sslmode") && !told.contains("Zq7wXk2"),
        "{told}"
    );
    if cfg!(not(feature = "postgres")) {
        let (code, _, told) = run(address, &["cases", "list"]);
        assert!(
            code == Some(6) && told.contains("--features postgres") && !told.contains("Zq7wXk2"),
            "{told}"
        );
        let (_, doctor, _) = run(address, &["doctor"]);
        assert!(doctor.contains("--features postgres") && !doctor.contains("Zq7wXk2"), "{doctor}");
    }
}
