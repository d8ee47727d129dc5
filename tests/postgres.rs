//! A team's cases in a real PostgreSQL, which each test starts for itself: the verbs do what they do with a folder; nothing is
//! lost, whatever servers and other runs do; nothing gets out that somebody put into a row; and the password never does.
//! Run by `.ci/postgres`.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

#[path = "postgres/server.rs"]
mod server;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use casefile::case::catalog::Catalog;
use casefile::case::kept::{About, KeptCase, Ticket};
use casefile::case::sanitize::{Format, Readmission};
use casefile::io::store::{CaseStore, Folders, StorePlace, open_cases};
use casefile::session::case_id::case_id;
use chrono::{DateTime, TimeDelta};
use serde_json::Value;
use tempfile::TempDir;

use server::{MARK, Server};

/// Words of a prompt and of a key, which no row may hold.
const PROMPT: &str = "marmalade for the zeppelin";
const KEY: &str = "sk-Q9rTeam000111222333444555666777888";

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs the program with the store at `address`. No output may hold the password.
fn casefile(home: &TempDir, address: &str, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("HOME", home.path())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("CASEFILE_STORE", address)
        .env("API_KEY", KEY)
        .env("RUST_BACKTRACE", "1")
        .current_dir(home.path())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, err) = (text(stdout), text(stderr));
    for said in [&out, &err] {
        assert!(!said.contains(MARK) && !said.contains("panicked"), "{arguments:?}: {said}");
    }
    (status.code().unwrap_or(-1), out, err)
}

fn cases(home: &TempDir, address: &str, arguments: &[&str]) -> (i32, String, String) {
    casefile(home, address, &[&["cases"], arguments].concat())
}

/// A note of an answer with `status` and `message`; gives its text and stderr.
fn note(home: &TempDir, address: &str, (status, message): (u16, &str), more: &[&str]) -> (String, String) {
    let command = format!(
        "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer {KEY}' -d '{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\"}}]}}'"
    );
    fs::write(home.path().join("failed.sh"), command).expect("writes");
    let answer = format!(r#"{{"error":{{"message":"{message}","type":"comet_api_error","code":""}}}}"#);
    fs::write(home.path().join("answer.json"), answer).expect("writes");
    let status = status.to_string();
    let fixed =
        ["note", "--no-send", "--from", "failed.sh", "--response", "answer.json", "--status", &status];
    let (code, out, err) = casefile(home, address, &[fixed.as_slice(), more].concat());
    assert_eq!(code, 0, "{err}");
    (out, err)
}

fn listed(home: &TempDir, address: &str, arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = cases(home, address, &[arguments, &["--output", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn ids(home: &TempDir, address: &str, arguments: &[&str]) -> Vec<String> {
    let id = |case: &Value| case.get("id").and_then(Value::as_str).expect("an id").to_owned();
    listed(home, address, arguments).iter().map(id).collect()
}

#[test]
fn a_team_has_the_same_verbs_and_sees_each_others_cases() {
    let server = Server::start(&[]);
    let address = server.address("");
    let socket = format!(
        "postgres://ana:{}@/team?host={}",
        server::IN_ADDRESS,
        server.place().display().to_string().replace('/', "%2F")
    );
    let socket = if server.port == 5432 { socket } else { address.clone() };
    let (ana, ben) = (home(), home());
    let message =
        |n: u32| format!("No available channel for model 'm-{n}' (request id: 2026040110150{n}aB3dE6fG)");
    let (first, told) = note(&ana, &address, (503, &message(1)), &[]);
    assert!(!told.contains("same failure") && !told.contains("not kept"), "{told}");
    // Ben has another machine, another state and another catalog; the failure is the same.
    let (second, told) = note(&ben, &socket, (503, &message(2)), &[]);
    assert!(told.contains("same failure: CF-"), "{told}");
    assert!(second.contains("similar_cases:\n  count: 1\n"), "{second}");
    note(&ben, &address, (401, "invalid token"), &["--question", "Which channel?"]);
    assert_eq!(ids(&ana, &address, &["list"]).len(), 3);
    let id = ids(&ana, &address, &["list", "--status", "503"]).pop().expect("the first");
    let (code, shown, told) = cases(&ben, &address, &["show", &id]);
    assert!(code == 0 && shown == first, "byte for byte: {told}");
    assert!(told.contains(&format!("postgres://127.0.0.1:{}/team as ana, case {id}", server.port)), "{told}");
    assert_eq!(ids(&ana, &address, &["search", "TOKEN", "which"]).len(), 1);
    let groups = listed(&ana, &address, &["groups"]);
    assert_eq!(groups.first().and_then(|group| group.get("count")), Some(&2.into()));
    assert_eq!(cases(&ana, &address, &["rebuild"]).0, 0);
    let (_, doctor, _) = casefile(&ana, &address, &["doctor"]);
    assert!(
        doctor.contains("3 kept in postgres://127.0.0.1:") && doctor.contains("somebody of the team"),
        "{doctor}"
    );
    for home in [&ana, &ben] {
        assert!(!home.path().join("state/cases").exists(), "nothing is kept beside it");
    }
    // Opened at its note from the evidence, line by line.
    let (_, opened, told) = cases(&ben, &address, &["open", &id, "--plain"]);
    assert!(opened.contains(&id) || told.contains(&id), "{opened}{told}");
    // Out into a folder, and from there into the team's again.
    let (code, bundle, _) = cases(&ana, &address, &["export", "--all"]);
    fs::write(ana.path().join("all.json"), bundle).expect("writes");
    assert_eq!(code, 0);
    assert_eq!(cases(&ana, "folder", &["import", "all.json"]).1.trim(), "3 cases taken in, 0 known already");
    assert_eq!(cases(&ana, &address, &["rm", &id]).1.trim(), "1 case forgotten");
    assert_eq!(cases(&ana, &address, &["import", "all.json"]).1.trim(), "1 case taken in, 2 known already");
    // The setting of one operator forgets nothing.
    fs::create_dir_all(ana.path().join("config")).expect("made");
    fs::write(ana.path().join("config/config.yaml"), "cases_max: 1\n").expect("writes");
    note(&ana, &address, (429, "slow down"), &[]);
    assert_eq!(ids(&ana, &address, &["list"]).len(), 4);
    // No row has a word of the prompt, the key or the password.
    let all = server.sql("team", "SELECT string_agg(row_to_json(c)::text, ' ') FROM casefile.cases c");
    assert!(all.contains("slow down") && all.contains(&id) && all.contains("casefile.unfinished/1"), "{all}");
    for secret in ["marmalade", "zeppelin", "Q9rTeam", MARK] {
        assert!(!all.contains(secret), "{secret} stands in a row");
    }
    assert_eq!(cases(&ana, &address, &["rm", "--all", "--yes"]).1.trim(), "4 cases forgotten");
}

/// The environment in which [`writer`] writes; without it, it does nothing.
const WRITER: &str = "CASES_TEST_WRITER";

fn kept(number: u64, ticket: Option<Ticket>) -> KeptCase {
    static READMISSION: LazyLock<Readmission> = LazyLock::new(|| Readmission::new(&Catalog::built_in()));
    let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let text = format!("case_id: {}\ntitle: t\ndiagnosis:\n  failure_class: auth\n", case_id(at, number));
    let note = READMISSION.pass(&text, Format::Yaml).expect("passes");
    let about = About { gateway: Some("practice".into()), at, by: Some("stdout") };
    let case = KeptCase::of(note, &about).expect("a note");
    match ticket {
        Some(ticket) => case.with_ticket(ticket),
        None => case,
    }
}

fn store(address: &str) -> Box<dyn CaseStore> {
    let place = StorePlace::parse(address).expect("an address");
    let nowhere = Folders { config: "/nonexistent".into(), state: "/nonexistent".into() };
    open_cases(&nowhere, Some(&place))
}

/// Not a test by itself: the others start it as a process of its own. `FIRST COUNT ADDRESS`: keeps COUNT cases of its own, and
/// ten that every writer keeps, each with a ticket of the writer. Says the number of each that is kept.
#[test]
fn writer() {
    let Ok(said) = std::env::var(WRITER) else { return };
    let mut parts = said.splitn(3, ' ');
    let mut number = || parts.next().and_then(|n| n.parse::<u64>().ok()).expect("a number");
    let (first, count) = (number(), number());
    let store = store(parts.next().expect("an address"));
    let mut out = std::io::stdout();
    for number in first..first + count {
        store.keep(&kept(number, None)).expect("kept");
        writeln!(out, "kept {number}").expect("said");
        if number % 100 == 0 {
            let shared = 9_000_000 + (number / 100) % 10;
            let ticket = Ticket { desk: "d".into(), id: first.to_string(), url: None };
            store.keep(&kept(shared, Some(ticket))).expect("kept");
        }
    }
}

fn start(address: &str, first: u64, count: u64) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "writer", "--test-threads", "1", "--nocapture"])
        .env(WRITER, format!("{first} {count} {address}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// How many cases a writer says are kept; it must end well.
fn said(writer: Child) -> usize {
    let Output { status, stdout, stderr } = writer.wait_with_output().expect("ends");
    let error = String::from_utf8_lossy(&stderr);
    assert!(status.success() && !error.contains(MARK), "{error}");
    String::from_utf8_lossy(&stdout).lines().filter(|line| line.contains("kept ")).count()
}

#[test]
fn writers_at_once_lose_nothing_also_while_the_server_is_started_again() {
    const EACH: u64 = 1_000;
    let mut server = Server::start(&[]);
    let address = server.address("");
    // Both make the tables at once.
    let mut writers = [start(&address, 0, EACH), start(&address, 1_000_000, EACH)];
    let reader = store(&address);
    let mut until = |count: usize| {
        while reader.records().expect("reads").len() < count {
            for writer in &mut writers {
                let ended = writer.try_wait().expect("asked");
                assert!(ended.is_none_or(|status| status.success()), "a writer failed: {ended:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    // Once as an administrator does it, once as it falls.
    until(200);
    server.stop("INT");
    server.run();
    until(900);
    server.stop("QUIT");
    server.run();
    let kept: usize = writers.into_iter().map(said).sum();
    assert_eq!(kept, 2_000);
    let records = reader.records().expect("reads");
    assert_eq!(records.len(), 2_010);
    let shared: Vec<_> = records.iter().filter(|record| !record.tickets.is_empty()).collect();
    assert_eq!(shared.len(), 10);
    for record in shared {
        let mut tickets: Vec<&str> = record.tickets.iter().map(|ticket| ticket.id.as_str()).collect();
        tickets.sort_unstable();
        assert_eq!(tickets, ["0", "1000000"], "{}: neither wrote over the other", record.id);
    }
}

#[test]
fn what_is_wrong_is_said_and_changes_nothing() {
    let mut server = Server::start(&[]);
    let home = home();
    let (port, good) = (server.port, server.address(""));
    note(&home, &good, (401, "invalid token"), &[]);
    server.sql("team", "CREATE ROLE guest LOGIN PASSWORD 'Zq7wXk2'");
    let silent = TcpListener::bind("127.0.0.1:0").expect("listens");
    let silent = silent.local_addr().expect("bound").port();
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let table = [
        (format!("postgres://ana:{MARK}wrong@127.0.0.1:{port}/team"), "does not let this user in"),
        (format!("postgres://ana@127.0.0.1:{port}/team"), "wants a password"),
        (format!("postgres://nobody:{MARK}@127.0.0.1:{port}/team"), "does not let this user in"),
        (format!("postgres://ana:{}@127.0.0.1:{port}/other", server::IN_ADDRESS), "no such database"),
        (format!("postgres://guest:{MARK}@127.0.0.1:{port}/team"), "this role may not do that"),
        (format!("postgres://ana:{MARK}@127.0.0.1:{closed}/team"), "no server answers there"),
        (format!("postgres://ana:{MARK}@127.0.0.1:{silent}/team"), "does not answer in time"),
        (server.address("?sslrootcert=/nonexistent"), "sslrootcert"),
    ];
    for (address, words) in &table {
        let (code, _, told) = cases(&home, address, &["list"]);
        assert!(code == 6 && told.contains(words) && told.contains("postgres://"), "{words}: {code} {told}");
    }
    for (address, words) in [
        (format!("postgres://ana:{MARK}@db.example/team?sslmode=prefer"), "verify-full"),
        (format!("postgres://ana:{MARK}@db.example/team?sslmode=disable"), "in the open"),
        (format!("postgres://ana:{MARK}@db.example:x/team"), "cannot be read"),
    ] {
        let (code, _, told) = cases(&home, &address, &["list"]);
        assert!(code == 2 && told.contains(words) && told.contains("CASEFILE_STORE"), "{code} {told}");
    }
    // Never by the command line, which others read; and nothing of it is repeated.
    for verb in [["cases", "list"].as_slice(), &["note"], &["verify", "x"], &["attach", "x", "--to", "d"]] {
        let (code, _, told) = casefile(&home, "", &[verb, &["--store", &good]].concat());
        assert!(code == 2 && told.contains("not taken from the command line"), "{verb:?} {code} {told}");
    }
    // In the configuration, and the password from the variable that every client knows.
    fs::create_dir_all(home.path().join("config")).expect("made");
    fs::write(home.path().join("config/config.yaml"), format!("store: {good}\n")).expect("writes");
    assert_eq!(ids(&home, "", &["list"]).len(), 1);
    // A note goes out where its case cannot be kept.
    let (printed, told) = note(&home, &table[0].0, (401, "invalid token"), &[]);
    assert!(
        printed.starts_with("schema: casefile.note/1") && told.contains("the case was not kept"),
        "{told}"
    );

    // Tables of a newer casefile are left alone.
    server.sql("team", "UPDATE casefile.schema_version SET version = 99");
    let (code, _, told) = cases(&home, &good, &["list"]);
    assert!(code == 6 && told.contains("version 99") && told.contains("update casefile"), "{told}");
    // Those of the first version are brought up to date, with what is in them.
    server.sql(
        "team",
        "UPDATE casefile.schema_version SET version = 1; ALTER TABLE casefile.cases DROP COLUMN evidence; \
         DROP INDEX casefile.cases_newest; DROP INDEX casefile.cases_alike",
    );
    assert_eq!(ids(&home, &good, &["list"]).len(), 1);
    assert_eq!(server.sql("team", "SELECT version FROM casefile.schema_version"), "2");
    let id = ids(&home, &good, &["list"]).remove(0);
    let (code, _, told) = cases(&home, &good, &["open", &id, "--plain"]);
    assert!(code == 3 && told.contains("without its evidence"), "{code} {told}");
    // A role that may use the tables and make none does.
    server.sql("team", "GRANT USAGE ON SCHEMA casefile TO guest; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA casefile TO guest");
    note(&home, &table[4].0, (401, "invalid token"), &[]);
    assert_eq!(ids(&home, &good, &["list"]).len(), 2);
    server.sql("team", "DELETE FROM casefile.schema_version");
    let (code, _, told) = cases(&home, &good, &["list"]);
    assert!(code == 6 && told.contains("say no version"), "{told}");
    server.stop("INT");
    let (code, _, told) = cases(&home, &good, &["list"]);
    assert!(
        code == 6
            && told.contains("no server answers there")
            && told.contains("nothing that was kept is lost"),
        "{told}"
    );
}

#[test]
fn what_somebody_put_into_a_row_does_not_get_out() {
    let server = Server::start(&[]);
    let (home, address) = (home(), server.address(""));
    note(&home, &address, (401, "invalid token"), &[]);
    note(&home, &address, (503, "No available channel"), &[]);
    note(&home, &address, (429, "slow down"), &[]);
    let one = |status: &str| ids(&home, &address, &["list", "--status", status]).remove(0);
    let (key, steering, good) = (one("401"), one("503"), one("429"));
    for (column, id, from, to) in [
        ("record", &key, "invalid token", "invalid sk-aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9"),
        ("note", &key, "os: linux", "os: sk-aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9aB3kX9"),
        ("record", &steering, "No available", r"\u001b[2J\u202eNo available"),
        ("note", &steering, "os: linux", "os: \"\\e[2J\\u202elinux\""),
        ("evidence", &steering, "\"gateway\":\"cometapi\"", r#""gateway":"\u001b[2J\u202e""#),
    ] {
        let set = format!(
            "UPDATE casefile.cases SET {column} = replace({column}, '{from}', '{to}') WHERE id = '{id}'"
        );
        server.sql("team", &set);
    }
    // Rows that are no cases, too large ones, and one whose record is none.
    server.sql(
        "team",
        "INSERT INTO casefile.cases (id, created, updated, record, note) VALUES \
         ('../../etc', now(), now(), '{}', 'x'), ('CF-20260401-0000000A', now(), now(), repeat('[', 200000), 'x'), \
         ('CF-20260401-0000000B', now(), now(), '{\"id\":\"CF-20260401-0000000A\"}', repeat('a', 9000000)), \
         ('CF-20260401-0000000C', now(), now(), repeat('x', 5000000), repeat('- ', 3000000))",
    );
    let runs: [&[&str]; 11] = [
        &["list"],
        &["list", "--output", "json"],
        &["search", "invalid", "--output", "json"],
        &["groups"],
        &["show", &key],
        &["show", &steering],
        &["show", &key, "--output", "json"],
        &["diff", &key, &steering],
        &["open", &steering, "--plain"],
        &["rebuild"],
        &["export", "--all"],
    ];
    for arguments in runs {
        let (_, out, err) = cases(&home, &address, arguments);
        for text in [&out, &err] {
            let bad = text.contains("aB3kX9") || text.contains('\u{1b}') || text.contains('\u{202e}');
            assert!(!bad, "{arguments:?}: {text}");
        }
    }
    let (code, out, err) = cases(&home, &address, &["list", "--output", "json"]);
    assert!(code == 4 && out.contains(&steering) && out.contains(&good) && !out.contains(&key), "{out}");
    assert!(err.contains(&format!("{key} is not shown")), "{err}");
    assert_eq!(
        (cases(&home, &address, &["show", &key]).0, cases(&home, &address, &["show", &good]).0),
        (4, 0)
    );
    let (code, out, _) = cases(&home, &address, &["rebuild", "--output", "json"]);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    let broken: Vec<&str> = found
        .get("broken")
        .and_then(Value::as_array)
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        code == 1 && broken == ["CF-20260401-0000000A", "CF-20260401-0000000B", "CF-20260401-0000000C"],
        "{out}"
    );
    assert_eq!(cases(&home, &address, &["rm", "CF-20260401-0000000B"]).0, 0);
}

#[test]
fn the_line_is_encrypted_and_the_server_is_who_it_should_be() {
    let folder = home();
    let authority = |name: &str| {
        let mut of = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
        of.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().expect("a key");
        let made = of.self_signed(&key).expect("signed");
        let path = folder.path().join(name);
        fs::write(&path, made.pem()).expect("writes");
        (rcgen::Issuer::new(of, key), path.display().to_string())
    };
    let ((ours, ours_file), (_, other_file)) = (authority("ours.pem"), authority("other.pem"));
    let key = rcgen::KeyPair::generate().expect("a key");
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&key, &ours).expect("signed");
    let mut server = Server::start(&[]);
    let home = home();
    // Without TLS at the server, what wants it sends no password.
    let encrypted = |host: &str, root: &str| {
        format!(
            "postgres://ana:{}@{host}:{}/team?sslmode=verify-full&sslrootcert={root}",
            server::IN_ADDRESS,
            server.port
        )
    };
    let (code, _, told) = cases(&home, &encrypted("localhost", &ours_file), &["list"]);
    assert!(code == 6 && told.contains("has no TLS"), "{told}");
    let addresses = [
        (encrypted("localhost", &ours_file), None),
        (encrypted("127.0.0.1", &ours_file), Some("another host's")),
        (encrypted("localhost", &other_file), Some("not trusted")),
        (server.address("?sslmode=require"), Some("certificate")),
    ];
    server.stop("INT");
    let data = server.place().join("data");
    let uid = std::os::unix::fs::MetadataExt::uid(&fs::metadata(&data).expect("there"));
    for (name, text) in [("server.crt", leaf.pem()), ("server.key", key.serialize_pem())] {
        let path = data.join(name);
        fs::write(&path, text).expect("writes");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("set");
        std::os::unix::fs::chown(&path, Some(uid), None).expect("given away");
    }
    fs::write(data.join("postgresql.auto.conf"), "ssl = on\n").expect("writes");
    let only = "local all all scram-sha-256\nhostssl all all all scram-sha-256\n";
    fs::write(data.join("pg_hba.conf"), only).expect("writes");
    server.run();
    for (address, words) in addresses {
        let (code, _, told) = cases(&home, &address, &["list"]);
        match words {
            None => assert!(code == 0, "{told}"),
            Some(words) => assert!(code == 6 && told.contains(words), "{words}: {told}"),
        }
    }
    let (code, _, told) = cases(&home, &server.address(""), &["list"]);
    assert!(
        code == 6 && told.contains("does not let this user in"),
        "in the open the server refuses: {told}"
    );
}
