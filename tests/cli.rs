//! The commands as a user meets them: help, exit codes, bad input, nothing lost.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A place of its own for configuration and state, and no gateway key from outside.
fn casefile(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefile"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("runs");
    (
        status.code().unwrap_or(-1),
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

fn with_stdin(command: &mut Command, input: &[u8]) -> (i32, String, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("piped");
    let bytes = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes);
    });
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("writes");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn assert_no_panic(stderr: &str) {
    assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{stderr}");
}

#[test]
fn practice_without_a_terminal_prints_a_valid_note() {
    let home = home();
    let (code, note, stderr) = run(casefile(&home).arg("practice"));
    assert_eq!(code, 0, "{stderr}");
    let (code, verdict, stderr) = with_stdin(casefile(&home).args(["validate", "-"]), note.as_bytes());
    let expected = "valid: casefile.note/1\ncomplete: 7 of 7 facts that support asks for";
    assert_eq!((code, verdict.trim()), (0, expected), "{stderr}");
}

#[test]
fn bad_input_gets_a_clear_message_and_its_exit_code() {
    let home = home();
    let mut random = Vec::with_capacity(10 << 20);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    while random.len() < 10 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        random.extend_from_slice(&state.to_le_bytes());
    }
    let not_json = b"curl http://127.0.0.1:9/v1/chat/completions -H 'Content-Type: application/json' -d 'this is no json'";
    // input, further arguments, exit code, words of the message
    let table: [(&[u8], &[&str], i32, &str); 7] = [
        (b"", &[], 3, "paste"),
        (b"   \n\t ", &[], 3, "paste"),
        (&random, &[], 3, "paste"),
        (b"curl /v1/models", &["--yes"], 3, "scheme"),
        (b"curl https://api.example.com/v1/models", &[], 2, "consent"),
        (
            b"curl http://127.0.0.1:9/v1/models",
            &["--yes", "--retries", "0", "--out", "/nonexistent/folder/note.yaml"],
            6,
            "/nonexistent/folder",
        ),
        (not_json, &["--yes", "--retries", "0"], 0, "JSON"),
    ];
    for (input, arguments, expected, words) in table {
        let shown: String = String::from_utf8_lossy(&input[..input.len().min(60)]).into_owned();
        let (code, _, stderr) =
            with_stdin(casefile(&home).args(["note", "--from", "-"]).args(arguments), input);
        assert_eq!(code, expected, "{shown:?}: {stderr}");
        assert!(stderr.contains(words), "{shown:?}: {stderr}");
        assert_no_panic(&stderr);
    }
}

#[test]
fn an_unreachable_host_is_a_note_of_its_own() {
    let home = home();
    let paste = b"curl http://127.0.0.1:9/v1/models -H 'Authorization: Bearer abcdefgh'";
    let (code, note, stderr) =
        with_stdin(casefile(&home).args(["note", "--from", "-", "--yes", "--retries", "0"]), paste);
    assert_eq!(code, 0, "{stderr}");
    assert!(note.contains("network_connect"), "{note}");
    assert!(!note.contains("abcdefgh"), "{note}");
}

#[test]
fn a_note_from_an_answer_alone() {
    let home = home();
    let answer = home.path().join("answer.json");
    fs::write(
        &answer,
        r#"{"error":{"code":"model_not_found","message":"No available channel for model gpt-9 under group default (distributor) (request id: 20260205132859798638387SIHCnxzJ)","type":"new_api_error"}}"#,
    )
    .expect("writes");
    let arguments = [
        "note",
        "--no-send",
        "--status",
        "503",
        "--at",
        "2026-11-20T10:15:00Z",
        "--format",
        "json",
        "--response",
    ];
    let (code, note, stderr) = run(casefile(&home).args(arguments).arg(&answer));
    assert_eq!(code, 0, "{stderr}");
    let note: serde_json::Value = serde_json::from_str(&note).expect("JSON");
    assert_eq!(note["diagnosis"]["failure_class"], "model_unavailable");
    assert_eq!(note["response"]["status"], 503);
    assert_eq!(note["response"]["request_ids"][0]["id"], "20260205132859798638387SIHCnxzJ");
    let gaps: Vec<&str> = note["missing_evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|g| g["field"].as_str())
        .collect();
    assert!(gaps.iter().any(|g| g.contains("method")), "{gaps:?}");
}

#[test]
fn the_file_is_private_and_whole() {
    let home = home();
    let (code, stdout, stderr) = run(casefile(&home).args(["practice", "--out", "note.yaml"]));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, "");
    let path = home.path().join("note.yaml");
    assert!(fs::read_to_string(&path).expect("written").starts_with("schema: "));
    assert_private(&path);
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).expect("is there").permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[test]
fn a_key_of_the_environment_never_goes_where_only_the_paste_points() {
    let home = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    let address = listener.local_addr().expect("has an address");
    let key = format!("sk-{}", "aB3x".repeat(12));
    let paste = format!("curl http://{address}/v1/models -H \"Authorization: Bearer $COMETAPI_KEY\"");
    let mut command = casefile(&home);
    command.env("COMETAPI_KEY", &key).args(["note", "--from", "-", "--yes", "--retries", "0"]);
    let (code, stdout, stderr) = with_stdin(&mut command, paste.as_bytes());
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("--key-host"), "{stderr}");
    assert!(!stdout.contains(&key) && !stderr.contains(&key));
    listener.set_nonblocking(true).expect("sets");
    assert!(listener.accept().is_err(), "nothing connected");
}

#[test]
fn usage_errors_are_told() {
    let home = home();
    let table: [(&[&str], i32, &str); 8] = [
        (&["note", "--from", "/nonexistent.sh"], 3, "cannot be read"),
        (&["note", "--gateway", "nowhere", "--from", "/dev/null"], 2, "known:"),
        (&["note", "--from", "-", "--response", "-"], 2, "stdin"),
        (&["practice", "--scenario", "nope"], 2, "known:"),
        (&["practice", "--serve", "0.0.0.0:0"], 2, "this machine only"),
        (&["frobnicate"], 2, "neither a verb"),
        (&["keys", "--forget", "CF-1"], 3, "casefile keys"),
        (&["keys", "--forget", "all", "--which", "X"], 2, "cannot be used with"),
    ];
    for (arguments, expected, words) in table {
        let (code, _, stderr) = run(casefile(&home).args(arguments));
        assert_eq!(code, expected, "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
    let (code, _, stderr) = run(&mut casefile(&home));
    assert_eq!(code, 2, "the terminal program without a terminal: {stderr}");
}

#[test]
fn faults_of_a_note_are_listed_with_their_place() {
    let home = home();
    let (_, note, _) = run(casefile(&home).arg("practice"));
    let broken = note.replacen("schema: ", "schema: x", 1);
    let (code, faults, _) = with_stdin(casefile(&home).args(["validate", "-"]), broken.as_bytes());
    assert_eq!(code, 1);
    assert!(faults.contains("schema"), "{faults}");
    let (code, _, stderr) = with_stdin(casefile(&home).args(["validate", "-"]), b"");
    assert_eq!(code, 3, "{stderr}");
}

#[test]
fn doctor_describes_and_never_fails() {
    let home = home();
    let key = format!("sk-{}", "Zy9w".repeat(12));
    let (code, text, stderr) = run(casefile(&home).env("COMETAPI_KEY", &key).arg("doctor"));
    assert_eq!(code, 0, "{stderr}");
    assert!(text.contains("COMETAPI_KEY"), "{text}");
    assert!(!text.contains(&key));
}

#[test]
fn doctor_tells_of_keys_and_colours_of_ones_own() {
    let home = home();
    let config = home.path().join("config");
    std::fs::create_dir_all(config.join("themes")).expect("folders");
    let (_, text, _) = run(casefile(&home).arg("doctor"));
    assert!(text.contains("theme: terminal") && !text.contains("keymap"), "{text}");
    let write = |name: &str, text: &str| std::fs::write(config.join(name), text).expect("writes");
    write("keys.yaml", "note:\n  - {keys: [c], action: copy}\n");
    write("themes/mine.yaml", "like: dark\n");
    write("config.yaml", "theme: mine\n");
    let (_, text, _) = run(casefile(&home).arg("doctor"));
    assert!(text.contains("keymap: your keys are without a conflict"), "{text}");
    assert!(text.contains("theme: mine, with themes of your own"), "{text}");
    let key = format!("sk-{}", "Zy9w".repeat(12));
    write(
        "keys.yaml",
        &format!("note:\n  - {{keys: [{key}], action: copy}}\n  - {{keys: [w], action: copy}}\n"),
    );
    write("themes/mine.yaml", &format!("ok: {{fg: {key}}}\n"));
    let (code, text, stderr) = run(casefile(&home).arg("doctor"));
    assert_eq!(code, 0, "{stderr}");
    for said in [
        "keys.yaml: line 2: copy has",
        "keys.yaml: line 3: w was",
        "mine.yaml: line 1: ",
        "there is no theme mine",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("Zy9w"), "{text}");
}

#[test]
fn practice_lists_scenarios_by_group_and_scores_a_walk() {
    let home = home();
    let (code, list, stderr) = run(casefile(&home).args(["practice", "--list"]));
    assert_eq!(code, 0, "{stderr}");
    let headings: Vec<&str> = list.lines().filter(|l| !l.is_empty() && !l.starts_with(' ')).collect();
    assert!(headings.len() >= 5 && headings[0] == "The key and the account", "{headings:?}");
    let scenarios = list.lines().filter(|l| l.starts_with("  ")).count();
    let (_, json, _) = run(casefile(&home).args(["practice", "--list", "--output", "json"]));
    let listed: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(scenarios), "each scenario stands in one group");
    assert!(listed[0]["group"].is_string() && listed[0]["accessed"].is_string(), "{}", listed[0]);

    let walk = ["practice", "--scenario", "missing-messages"];
    let (code, _, stderr) = run(casefile(&home).args(walk));
    assert_eq!(code, 0, "{stderr}");
    for words in
        ["score: 5 of 10; the note is right", "who is hit, since when", "no key and no prompt is in it"]
    {
        assert!(stderr.contains(words), "{words} is not in\n{stderr}");
    }
    let (code, json, stderr) =
        run(casefile(&home).args(walk).args(["--output", "json", "--latency-ms", "20"]));
    assert_eq!(code, 0, "{stderr}");
    let said: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(said["score"]["full"], true, "{}", said["score"]);
    assert_eq!((&said["score"]["points"], &said["score"]["of"]), (&5.into(), &10.into()));
    assert!(said["score"]["operator"].as_array().is_some_and(|c| c.iter().all(|c| c["better"].is_string())));
    // A gateway that does not look at the body lets it pass: the note is then not what the sources say.
    let (code, json, stderr) =
        run(casefile(&home).args(walk).args(["--output", "json", "--order", "key,model"]));
    assert_eq!(code, 0, "{stderr}");
    let said: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(said["score"]["full"], false, "{}", said["score"]);
    let (code, _, stderr) = run(casefile(&home).args(walk).args(["--order", "key,colour"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("key, model, body"), "{stderr}");
}

#[test]
fn a_template_of_ones_own() {
    let home = home();
    let answer = home.path().join("answer.json");
    fs::write(
        &answer,
        r#"{"error":{"code":"x","message":"<img src=x> @all no channel","type":"new_api_error"}}"#,
    )
    .expect("writes");
    let note = |more: &[&str]| {
        let mut command = casefile(&home);
        command.args(["note", "--no-send", "--status", "503", "--response"]).arg(&answer).args(more);
        run(&mut command)
    };
    let (code, built_in, _) = run(casefile(&home).args(["note", "--print-template"]));
    assert!(code == 0 && built_in.contains("{{ note.title"));
    let folder = home.path().join("config/templates");
    fs::create_dir_all(&folder).expect("creates");
    fs::write(folder.join("note.md.j2"), &built_in).expect("writes");
    let same =
        |text: &str| text.lines().filter(|l| !l.contains("CF-")).map(str::to_owned).collect::<Vec<_>>();
    let (code, own, stderr) = note(&["--format", "markdown"]);
    assert_eq!(code, 0, "{stderr}");
    let (_, other, _) = note(&["--template", "built-in"]);
    assert_eq!(same(&own), same(&other), "the printed template is the one that is used");

    fs::write(folder.join("head.j2"), "Status {{ note.status_observed }}").expect("writes");
    fs::write(folder.join("note.md.j2"), "{% include 'head.j2' %}: {{ note.response.error.message }}")
        .expect("writes");
    let (code, own, stderr) = note(&["--format", "markdown"]);
    assert_eq!((code, own.as_str()), (0, "Status 503: `<img` `src=x>` `@all` no channel\n"), "{stderr}");
    let (code, yaml, _) = note(&[]);
    assert!(code == 0 && yaml.starts_with("schema: "), "YAML has no template");

    let mine = home.path().join("mine.j2");
    let named = mine.to_str().expect("is text");
    // text of the template, exit code, words
    let table = [
        ("a\n{{ note.titel }}", 2, "line 2 of the note template"),
        ("a\nb\n{% if %}", 2, "line 3"),
        ("{{ note.title | safe }}", 2, "filter safe is unknown"),
        ("{% include '../config/templates/head.j2' %}", 2, "not in its folder"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", 2, "too many steps"),
        ("{% include 'mine.j2' %}", 2, "without an end"),
    ];
    for (text, expected, words) in table {
        fs::write(&mine, text).expect("writes");
        let (code, stdout, stderr) = note(&["--template", named]);
        assert_eq!((code, stdout.as_str()), (expected, ""), "{text}: {stderr}");
        assert!(stderr.contains(words) && stderr.contains("mine.j2"), "{text}: {stderr}");
        assert!(stderr.contains("--template built-in"), "{text}: {stderr}");
        assert_no_panic(&stderr);
    }
    let (code, _, stderr) = note(&["--template", "/nonexistent.j2"]);
    assert!(code == 2 && stderr.contains("/nonexistent.j2"), "{stderr}");
    let (code, _, stderr) = note(&["--template", named, "--format", "yaml"]);
    assert!(code == 2 && stderr.contains("--format markdown"), "{stderr}");
    let (_, doctor, _) = run(casefile(&home).arg("doctor"));
    assert!(doctor.contains("template") && doctor.contains("note.md.j2 can be read"), "{doctor}");
}

#[test]
fn help_is_golden() {
    let home = home();
    for (name, arguments) in [
        ("casefile", vec!["--help"]),
        ("note", vec!["note", "--help"]),
        ("practice", vec!["practice", "--help"]),
        ("check", vec!["check", "--help"]),
        ("isolate", vec!["isolate", "--help"]),
        ("probe", vec!["probe", "--help"]),
        ("triage", vec!["triage", "--help"]),
        ("validate", vec!["validate", "--help"]),
        ("doctor", vec!["doctor", "--help"]),
        ("keys", vec!["keys", "--help"]),
        ("cases", vec!["cases", "--help"]),
        ("cases_list", vec!["cases", "list", "--help"]),
        ("attach", vec!["attach", "--help"]),
        ("completions", vec!["completions", "--help"]),
        ("config", vec!["config", "--help"]),
    ] {
        let (code, help, _) = run(casefile(&home).env("COLUMNS", "100").args(arguments));
        assert_eq!(code, 0);
        insta::assert_snapshot!(format!("help_{name}"), help);
    }
}

/// The commented settings are written where none are, and never over what is there.
#[test]
fn settings_are_written_on_request() {
    let home = home();
    let (code, said, stderr) = run(casefile(&home).args(["config", "init", "--keys"]));
    assert_eq!(code, 0, "{stderr}");
    let folder = home.path().join("config");
    for name in ["config.yaml", "keys.yaml"] {
        let text = fs::read_to_string(folder.join(name)).expect("is there");
        assert!(text.lines().count() > 20 && said.contains(name), "{said}");
        assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    }
    let (_, doctor, _) = run(casefile(&home).arg("doctor"));
    assert!(!doctor.contains("problem  config") && !doctor.contains("problem  keys"), "{doctor}");
    fs::write(folder.join("config.yaml"), "operator: me\n").expect("writes");
    let (code, said, _) = run(casefile(&home).args(["config", "init"]));
    assert!(code == 0 && said.contains("there already"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("config.yaml")).expect("is there"), "operator: me\n");
    let (_, path, _) = run(casefile(&home).args(["config", "path"]));
    assert_eq!(Path::new(path.trim()), folder);
}

/// A shell asks what fits, and gets what this machine has.
#[test]
fn a_shell_is_answered() {
    let home = home();
    let asked = |words: &[&str]| {
        let mut command = casefile(&home);
        command.env("CASEFILE_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        command.env("_CLAP_IFS", "\n").arg("--").args(words);
        let (code, answer, stderr) = run(&mut command);
        assert_eq!((code, stderr.as_str()), (0, ""), "{words:?}");
        answer.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(asked(&["casefile", "prac"]).contains(&"practice".to_owned()));
    assert!(asked(&["casefile", "note", "--gateway", ""]).contains(&"cometapi".to_owned()));
    assert_eq!(asked(&["casefile", "practice", "--scenario", "unknown-m"]), ["unknown-model"]);
    let none = asked(&["casefile", "cases", "show", ""]);
    assert!(!none.iter().any(|word| word.starts_with("CF-")), "no case is kept: {none:?}");
    let (code, _, stderr) = run(casefile(&home).args(["practice", "--scenario", "unknown-model"]));
    assert_eq!(code, 0, "{stderr}");
    let cases = asked(&["casefile", "cases", "show", "CF-"]);
    assert!(cases.len() == 1 && cases.iter().all(|id| id.starts_with("CF-")), "{cases:?}");
    assert_eq!(asked(&["casefile", "note", "--place", "gith"]), Vec::<String>::new(), "no such option");
    // The variable alone is no question: the program runs.
    let (code, version, _) = run(casefile(&home).env("CASEFILE_COMPLETE", "bash").arg("--version"));
    assert!(code == 0 && version.starts_with("casefile "), "{version}");
}

/// With --yes nobody looks: the path may name a file or a person, so it is told as it is documented.
#[test]
fn the_path_is_told_without_its_names() {
    let home = home();
    for (path, told) in
        [("/v1/files/jane-doe-report", "/…"), ("/v1/chat/completions", "/v1/chat/completions")]
    {
        let paste = format!("curl -X POST http://127.0.0.1:9{path}");
        let (_, _, stderr) = with_stdin(
            casefile(&home).args(["note", "--from", "-", "--yes", "--retries", "0"]),
            paste.as_bytes(),
        );
        assert!(stderr.contains(told) && !stderr.contains("jane-doe"), "{stderr}");
    }
}

/// The help and the version come from two places: without a terminal at once, else through the arguments.
#[test]
fn what_is_answered_at_once_is_what_the_arguments_answer() {
    let home = home();
    let at_once = run(casefile(&home).arg("--help"));
    assert_eq!(at_once, run(casefile(&home).env("COLUMNS", "100").arg("--help")));
    let narrow = run(casefile(&home).env("COLUMNS", "60").arg("--help")).1;
    assert!(
        narrow != at_once.1 && narrow.lines().all(|line| line.len() <= 80),
        "wrapped for a terminal:\n{narrow}"
    );
    // A further argument is for the tree: the two answers are the same.
    let version = run(casefile(&home).arg("--version"));
    assert_eq!(version, run(casefile(&home).args(["--version", "--help"])));
}

/// A file that the form names must be there: nothing is sent, and the reason is local.
#[test]
fn a_missing_file_of_a_form_is_told_before_anything_is_sent() {
    let home = home();
    fs::create_dir(home.path().join("folder")).expect("made");
    for (path, word) in [("none.png", "no such file"), ("folder", "folder, a pipe or a device")] {
        let paste = format!("curl http://127.0.0.1:9/v1/images/edits -F image=@{path}");
        let mut note = casefile(&home);
        note.args(["note", "--from", "-", "--yes", "--retries", "0"]);
        let (code, stdout, stderr) = with_stdin(&mut note, paste.as_bytes());
        assert_eq!((code, stdout.as_str()), (5, ""), "{path}: {stderr}");
        assert!(stderr.contains("cannot be sent") && stderr.contains(word), "{stderr}");
        assert_no_panic(&stderr);
    }
}
