//! A user's own gateway, described by YAML alone: profile, endpoint, topic and rule reach the note; mistakes are told with
//! file and line.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;
use tempfile::TempDir;

/// An error of a shape that no known gateway has.
const ANSWER: &str = r#"{"fault":{"say":"The kettle is dry, ask the porter","number":"KETTLE_EMPTY","trail":"ac-0099-7f3a1c"}}"#;

/// The guide to these files: its examples are what is tested here.
const GUIDE: &str = include_str!("../assets/catalog/README.md");

/// The example of the guide that stands under `file`.
fn example(file: &str) -> String {
    let (_, rest) = GUIDE.split_once(&format!("`catalog/{file}`\n\n```yaml\n")).expect(file);
    rest.split("```").next().expect("an end").to_owned()
}

/// The profile of the guide for a gateway on `address`.
fn profile(address: SocketAddr) -> String {
    let address = address.to_string();
    example("profiles/acme.yaml")
        .replace("https://llm.acme.example", &format!("http://{address}"))
        .replace("[llm.acme.example]", &format!("['{address}']"))
}

fn home(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = home.path().join("config/catalog").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("writes");
    }
    home
}

fn casefile(home: &TempDir, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .args(arguments)
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .env("ACME_KEY", format!("acme-{}", "k7Q".repeat(12)))
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("is read");
    let output = child.wait_with_output().expect("ends");
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A gateway that answers every call with its error; gives what it was sent.
fn gateway(calls: usize) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let address = listener.local_addr().expect("has an address");
    let served = std::thread::spawn(move || {
        (0..calls)
            .map(|_| {
                let (mut stream, _) = listener.accept().expect("is called");
                let (mut seen, mut buffer) = (Vec::new(), [0_u8; 4096]);
                // Head and body of this test's requests end in the last brace.
                while !seen.ends_with(b"}") {
                    let read = stream.read(&mut buffer).expect("reads");
                    seen.extend_from_slice(&buffer[..read]);
                    assert!(read > 0, "the request ends");
                }
                write!(
                    stream,
                    "HTTP/1.1 418 I'm a teapot\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{ANSWER}",
                    ANSWER.len()
                )
                .expect("answers");
                String::from_utf8_lossy(&seen).into_owned()
            })
            .collect()
    });
    (address, served)
}

#[test]
fn a_gateway_by_yaml_alone_works_from_paste_to_note() {
    let (address, served) = gateway(1);
    let home = home(&[
        ("profiles/acme.yaml", &profile(address)),
        ("endpoints.yaml", &example("endpoints.yaml")),
        ("topics.yaml", &example("topics.yaml")),
        ("rules/acme.yaml", &example("rules/acme.yaml")),
    ]);
    let paste = format!(
        "curl http://{address}/tea/v2/brew/pot-7 -H \"Authorization: Bearer $ACME_KEY\" -H 'Content-Type: application/json' \
         -d '{{\"model\":\"assam-2\",\"leaves\":\"a secret recipe of our house\"}}'"
    );
    // The key's variable stands in the profile beside this host and port, so --yes needs no --key-host.
    let arguments = ["note", "--from", "-", "--yes", "--retries", "0", "--format", "json"];
    let (code, note, stderr) = casefile(&home, &arguments, &paste);
    assert_eq!(code, 0, "{stderr}");
    let sent = served.join().expect("served");
    assert!(
        sent[0].starts_with("POST /tea/v2/brew/pot-7 ") && sent[0].contains("k7Qk7Q"),
        "{}",
        sent[0].len()
    );

    let note: Value = serde_json::from_str(&note).expect("JSON");
    let text = note.to_string();
    for (pointer, wanted) in [
        ("/request/gateway", "Acme Gateway"),
        ("/request_area", "acme_brew"),
        ("/request/endpoint_family", "Acme brew"),
        ("/diagnosis/topic/id", "acme.kettle"),
        ("/diagnosis/because/0/rule", "acme_kettle_empty"),
        ("/response/layer", "gateway"),
        ("/contract/documented/doc_url", "https://docs.acme.example/brew"),
        ("/contract/documented/accessed", "2026-11-20"),
        ("/diagnosis/failure_class", "upstream_server"),
        ("/diagnosis/cause", "kettle_empty"),
        ("/response/error/message", "The kettle is dry, ask the porter"),
        ("/response/error/code", "KETTLE_EMPTY"),
        ("/response/request_ids/0/id", "ac-0099-7f3a1c"),
    ] {
        assert_eq!(note.pointer(pointer).and_then(Value::as_str), Some(wanted), "{pointer} in {text}");
    }
    for wanted in
        ["Acme", "acme.kettle", "https://help.acme.example/kettles", "Ask the porter to fill the kettle."]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    for absent in ["k7Qk7Q", "secret recipe", "cometapi"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
}

#[test]
fn a_key_of_the_profile_still_goes_to_no_other_port() {
    let (address, _served) = gateway(0);
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("listens");
    let home = home(&[("profiles/acme.yaml", &profile(address))]);
    let to = elsewhere.local_addr().expect("has an address");
    let paste =
        format!("curl http://{to}/tea/v2/brew/pot-7 -H \"Authorization: Bearer $ACME_KEY\" -d '{{}}'");
    let (code, _, stderr) = casefile(&home, &["note", "--from", "-", "--yes", "--retries", "0"], &paste);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("--key-host"), "{stderr}");
}

#[test]
fn mistakes_are_told_with_file_line_and_what_to_do() {
    let fine = profile("127.0.0.1:9".parse().expect("an address"));
    let (endpoints, topics, rules) =
        (example("endpoints.yaml"), example("topics.yaml"), example("rules/acme.yaml"));
    let typo = endpoints.replace("required:", "requires:");
    let no_topic = rules.replace("topic: acme.kettle", "topic: acme.kettel");
    let no_profile = endpoints.replace("profiles: [acme]", "profiles: [acne]");
    let class = rules.replace("class: upstream_server", "class: upstream_sever");
    let kind = endpoints.replace("{name: leaves, type: string}", "{name: leaves, type: text}");
    let lacks = endpoints.replace(",\"leaves\":\"black\"", "");
    let date = topics.replace("2026-11-20", "20 November");
    let pattern = rules.replace("{code: [KETTLE_EMPTY]}", "{message: ['kettle(']}");
    let base = fine.replace("url: \"http://127.0.0.1:9\"", "url: \"http://127.0.0.1:9/v1\"");
    let cut = topics.replace("title: Kettles and their water", "title: [Kettles");
    // file, text, line, words that say what to do
    let table: [(&str, &str, usize, &str); 10] = [
        ("endpoints.yaml", &typo, 6, "requires"),
        ("endpoints.yaml", &no_profile, 5, "add profiles/acne.yaml"),
        ("endpoints.yaml", &kind, 6, "write one of string"),
        ("endpoints.yaml", &lacks, 7, "lacks the required field leaves; add it"),
        ("topics.yaml", &date, 5, "write it as '2026-11-21'"),
        ("topics.yaml", &cut, 2, ""),
        ("rules/acme.yaml", &no_topic, 6, "add it to topics.yaml"),
        ("rules/acme.yaml", &class, 4, "upstream_sever"),
        ("rules/acme.yaml", &pattern, 2, "mend it"),
        ("profiles/acme.yaml", &base, 4, "leave out the slash and /v1"),
    ];
    for (file, text, line, words) in table {
        let mut files = vec![
            ("profiles/acme.yaml", fine.as_str()),
            ("endpoints.yaml", endpoints.as_str()),
            ("topics.yaml", topics.as_str()),
            ("rules/acme.yaml", rules.as_str()),
        ];
        for (name, content) in &mut files {
            if *name == file {
                assert_ne!(*content, text, "the mistake is in it");
                *content = text;
            }
        }
        let home = home(&files);
        let (code, _, stderr) = casefile(&home, &["note", "--from", "-", "--no-send"], "401 invalid token");
        assert_eq!(code, 6, "{file}: {stderr}");
        assert!(stderr.contains(file), "{file}: {stderr}");
        assert!(stderr.contains(&format!("line {line}")), "{file} line {line}: {stderr}");
        assert!(stderr.contains(words), "{file}: {words}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

/// The guide's own secret is found by its context, and a mistake in it is told with its line.
#[test]
fn a_secret_of_ones_own_is_found() {
    use casefile::case::{catalog, keyring::KeyRing, sanitize};
    let text = example("detectors.yaml");
    let words = "id_words: [ledger]\n";
    let own = catalog::read_files([("detectors.yaml", text.as_str()), ("words.yaml", words)]).expect("reads");
    let ring = KeyRing::default();
    let noted = |said: &str| {
        let words = sanitize::Words { notes: said.to_owned(), ..sanitize::Words::default() };
        sanitize::Sanitizer::new(&own, &ring).words(&words).notes.to_string()
    };
    assert_eq!(noted("The Porter took 4711-ACME."), "The Porter took [key#1].");
    for spared in ["invoice 4711-ACME", "the porter's ledger: 4711-ACME"] {
        assert_eq!(noted(spared), spared);
    }
    for (right, wrong, line, what) in [
        ("context:", "nearby:", "line", "nearby"),
        ("kind: key", "kind: Key", "line 3", "small letters"),
        ("kind: key", "kind: key\n  condition: rondom", "line 4", "rondom"),
        ("[A-Z]{4}", "[A-Z{4}", "line 4", "regular expression"),
        ("2026-11-20", "yesterday", "line 7", "date"),
    ] {
        let broken = text.replace(right, wrong);
        let error = catalog::read_files([("detectors.yaml", broken.as_str())]).expect_err(wrong).to_string();
        assert!(error.contains(line) && error.contains(what), "{wrong}: {error}");
    }
}

/// The files of docs/add-your-gateway.md are read, and decide the examples that stand in them.
#[test]
fn the_example_of_the_guide_works() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/portkey");
    let names = ["profiles/portkey.yaml", "endpoints.yaml", "topics.yaml", "rules/portkey.yaml"];
    let texts = names.map(|name| fs::read_to_string(folder.join(name)).expect(name));
    let files: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    let home = home(&files);
    let (code, doctor, stderr) = casefile(&home, &["doctor"], "");
    assert_eq!(code, 0, "{stderr}");
    assert!(doctor.contains("7 of your own, without a conflict"), "{doctor}");
    let arguments = ["explain", "--gateway", "portkey", "--status", "500", "--output", "json", "-"];
    let answer = r#"{"status":"failure","message":"Something went wrong"}"#;
    let (code, said, stderr) = casefile(&home, &arguments, answer);
    assert_eq!(code, 0, "{stderr}");
    assert!(said.contains(r#""cause": "gateway_exception""#), "{said}");
}
