//! `casefile attach` against a desk with faults that real ones do not show on demand. Real desks: `tests/desks.rs`.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

#[path = "wire/asked.rs"]
mod asked;
#[path = "attach/desk.rs"]
mod desk;

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use desk::{Desk, Fault};

const TOKEN: &str = "1-14-desktokenCANARY0000aB3kX9";

struct Home {
    folder: TempDir,
    id: String,
}

impl Home {
    /// With one kept case, and desks as `desks` says.
    fn new(desks: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("config")).expect("a folder");
        let mut home = Self { folder, id: String::new() };
        home.write("config/desks.yaml", desks);
        home.write("failed.sh", "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer $KEY' -d '{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi there\"}]}'");
        home.write("answer.json", r#"{"error":{"message":"No available channel for model gpt-4o @everyone #12 https://evil.example /close","type":"comet_api_error"}}"#);
        let (code, out, err) = home.run(&[
            "note",
            "--no-send",
            "--from",
            "failed.sh",
            "--response",
            "answer.json",
            "--status",
            "503",
        ]);
        assert_eq!(code, 0, "{err}");
        home.write("note.yaml", &out);
        home.id.push_str(out.lines().find_map(|line| line.strip_prefix("case_id: ")).expect("an id"));
        home
    }

    /// The desks of desks.yaml: rt0, rt1, ….
    fn rts(desks: &[Desk]) -> String {
        let entry = |(at, desk): (usize, &Desk)| {
            format!(
                "  - {{name: rt{at}, kind: rt, url: '{}', project: General, token_env: DESK_TOKEN}}\n",
                desk.url()
            )
        };
        "desks:\n".to_owned() + &desks.iter().enumerate().map(entry).collect::<String>()
    }

    fn rt(desk: &Desk) -> Self {
        Self::new(&format!(
            "desks:\n  - {{name: rt, kind: rt, url: '{}', project: General, token_env: DESK_TOKEN}}\n",
            desk.url()
        ))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("writes");
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .env_clear()
            .env("HOME", self.folder.path())
            .env("CASEFILE_CONFIG_DIR", self.folder.path().join("config"))
            .env("CASEFILE_STATE_DIR", self.folder.path().join("state"))
            .env("DESK_TOKEN", TOKEN)
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let (out, err) = (text(stdout), text(stderr));
        for said in [&out, &err] {
            assert!(!said.contains(TOKEN) && !said.contains('\u{1b}'), "{said}");
        }
        (status.code().unwrap_or(-1), out, err)
    }

    /// Attaches the kept case; the document.
    fn attach(&self, more: &[&str]) -> (i32, Value, String) {
        let fixed = ["attach", &self.id, "--yes", "--output", "json"];
        let (code, out, err) = self.run(&[&fixed, more].concat());
        (code, serde_json::from_str(&out).unwrap_or_default(), err)
    }
}

#[test]
fn a_new_ticket_is_made_once_read_back_and_told_by_the_case() {
    let desk = Desk::start();
    let home = Home::rt(&desk);
    let (code, first, err) = home.attach(&["--to", "rt", "--new", "--subject", "No channel"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!((first["created"].as_bool(), first["text"].as_str()), (Some(true), Some("same")));
    let (code, second, err) = home.attach(&["--to", "rt", "--new"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!((second["created"].as_bool(), second["text"].as_str()), (Some(false), Some("there")));
    assert_eq!(second["ticket"], first["ticket"]);
    let states: Vec<&str> =
        second["files"].as_array().expect("files").iter().filter_map(|f| f["state"].as_str()).collect();
    assert_eq!(states, ["there", "there"]);
    let state = desk.state.lock().expect("free");
    assert_eq!(state.tickets, [format!("[casefile {}] No channel", home.id)]);
    assert_eq!(state.count(1), (1, 2));
    assert!(state.seen.iter().all(|(_, token)| *token));
    let text = state.texts(1).concat();
    for word in ["@everyone", "#12", "://", "\n/close"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    drop(state);
    let (_, out, _) = home.run(&["cases", "show", &home.id, "--output", "json"]);
    let kept: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(kept["case"]["tickets"].as_array().map(Vec::len), Some(1));
    assert_eq!(kept["case"]["tickets"][0]["url"], first["url"]);
    // The next case of the same failure hears of it.
    let (_, _, err) = home.run(&[
        "note",
        "--no-send",
        "--from",
        "failed.sh",
        "--response",
        "answer.json",
        "--status",
        "503",
    ]);
    assert!(err.contains("ticket #1 at rt exists"), "{err}");
}

#[test]
fn whatever_is_lost_on_the_way_nothing_is_doubled_and_nothing_is_missing() {
    let faults = [Fault::LostAnswer, Fault::CutRequest, Fault::Gateway, Fault::CutAnswer];
    let ways = faults.iter().flat_map(|fault| [(*fault, "--new"), (*fault, "--ticket")]);
    let desks: Vec<Desk> = faults.iter().chain(&faults).map(|_| Desk::start()).collect();
    let home = Home::new(&Home::rts(&desks));
    for (at, (fault, to)) in ways.enumerate() {
        let state = || desks[at].state.lock().expect("free");
        state().tickets.push("somebody's".to_owned());
        let name = format!("rt{at}");
        let ticket = if to == "--new" { vec!["--new"] } else { vec!["--ticket", "1"] };
        let arguments = [vec!["--to", &name], ticket].concat();
        state().fault = Some((if to == "--new" { "POST /REST/2.0/ticket " } else { "/comment" }, fault));
        let (first, _, said) = home.attach(&arguments);
        // What was done is found at once, what was not is told.
        assert_eq!(first, if fault == Fault::CutRequest { 6 } else { 0 }, "{fault:?} {to}: {said}");
        assert!(first == 0 || said.contains("the same command looks first"), "{said}");
        assert_eq!(state().fault, None, "{fault:?} happened");
        let (second, done, said) = home.attach(&arguments);
        assert_eq!(second, 0, "{fault:?} {to}: {said}");
        assert_eq!(done["files"].as_array().map(Vec::len), Some(2));
        let made = if to == "--new" { 2 } else { 1 };
        assert_eq!(state().tickets.len(), made, "{fault:?} {to}");
        assert_eq!(state().count(made), (1, 2), "{fault:?} {to}");
    }
}

#[test]
fn a_file_that_came_back_otherwise_is_told() {
    let desk = Desk::start();
    let home = Home::rt(&desk);
    desk.state.lock().expect("free").loses_a_byte = true;
    let (code, done, err) = home.attach(&["--to", "rt", "--new"]);
    assert_eq!(code, 6, "{err}");
    assert_eq!(done["files"][0]["state"].as_str(), Some("changed"), "{done}");
}

#[test]
fn a_hostile_desk_gets_no_token_elsewhere_and_steers_nothing() {
    let other = Desk::start();
    let table = [
        (
            format!("HTTP/1.1 302 Found\r\nlocation: {}/x\r\ncontent-length: 0\r\n\r\n", other.url()),
            "leads elsewhere",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_owned(), "no list of tickets"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n<p>".to_owned(), "not JSON"),
        ("garbage\r\n\r\n".to_owned(), "no answer"),
        (
            format!(
                "HTTP/1.1 403 No\r\ncontent-length: 70\r\n\r\n{:70}",
                format!("{{\"message\":\"\\u001b[2J\\u202e {TOKEN}\"}}")
            ),
            "[token]",
        ),
        ("HTTP/1.1 500 No\r\ncontent-length: 6\r\n\r\n<html>".to_owned(), "a web page"),
        (
            format!("HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n{}", "x".repeat(17_000_000)),
            "larger than 16 MiB",
        ),
    ];
    let desks: Vec<Desk> = table.iter().map(|_| Desk::start()).collect();
    let home = Home::new(&Home::rts(&desks));
    for (at, (bytes, said)) in table.into_iter().enumerate() {
        desks[at].state.lock().expect("free").always = Some(bytes.into_bytes());
        let (code, _, err) = home.attach(&["--to", &format!("rt{at}"), "--new"]);
        assert_eq!(code, 6, "{err}");
        assert!(err.contains(said), "{said}: {err}");
    }
    assert!(other.state.lock().expect("free").seen.is_empty());
}

#[test]
fn nothing_leaves_unasked_unaudited_or_without_a_place() {
    let desk = Desk::start();
    let home = Home::rt(&desk);
    let note = fs::read_to_string(home.folder.path().join("note.yaml")).expect("reads");
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    let with_key = note.replace("local_result:", &format!("notes: {key}\nlocal_result:"));
    home.write("edited.yaml", &with_key);
    home.write("edited.md", &format!("# {} {key}\n", home.id));
    home.write("other.md", "# no note\n");
    home.write("broken.yaml", "schema: casefile.note/1\n");
    let id = home.id.as_str();
    let table: [(&[&str], i32, &str); 12] = [
        (&["edited.yaml", "--to", "rt", "--new", "--yes"], 4, "audit refused"),
        (&["edited.md", "--to", "rt", "--new", "--yes"], 4, "audit refused"),
        (&["other.md", "--to", "rt", "--new", "--yes"], 3, "names no case"),
        (&["broken.yaml", "--to", "rt", "--new", "--yes"], 3, "no valid note"),
        (&["gone.yaml", "--to", "rt", "--new", "--yes"], 3, "cannot be read"),
        (&["CF-19990101", "--to", "rt", "--new", "--yes"], 3, "there is no case"),
        (&[id, "--to", "rt", "--new"], 2, "add --yes"),
        (&[id, "--to", "rt", "--yes"], 2, "--ticket ID"),
        (&[id, "--to", "rt", "--ticket", "../1", "--yes"], 2, "--ticket takes"),
        (&[id, "--to", "zd", "--new", "--yes"], 2, "known: rt, mail"),
        (&[id, "--to", "rt", "--new", "--yes", "--subject", &key], 4, "audit refused"),
        (&[id, "--to", "mail", "--yes"], 2, "no mail server"),
    ];
    for (arguments, code, said) in table {
        let (got, out, err) = home.run(&[&["attach"], arguments].concat());
        assert_eq!(got, code, "{arguments:?}: {err}");
        assert!(
            err.contains(said) && !err.contains("aB3kX9aB3kX9") && out.is_empty(),
            "{arguments:?}: {err}"
        );
    }
    let (code, out, err) = home.run(&["attach", id, "--to", "rt", "--ticket", "7", "--dry-run"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("POST ") && out.contains("/REST/2.0/ticket/7/comment") && out.contains("[casefile CF-"),
        "{out}"
    );
    let (code, out, err) =
        home.run(&["attach", "note.yaml", "--to", "rt", "--new", "--dry-run", "--output", "json"]);
    assert_eq!(code, 0, "{err}");
    let plan: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(plan["requests"][0]["body"]["Queue"].as_str(), Some("General"));
    assert!(desk.state.lock().expect("free").seen.is_empty(), "nothing was sent");
}

#[test]
fn the_report_of_a_check_goes_along_where_files_do() {
    let desk = Desk::start();
    let home = Home::new(&format!(
        "desks:\n  - {{name: rt, kind: rt, url: '{}', project: General, token_env: DESK_TOKEN}}\n  - {{name: gh, kind: github, url: 'https://api.github.com', project: o/r, token_env: DESK_TOKEN}}\n",
        desk.url()
    ));
    let (_, report, err) =
        home.run(&["check", "--gateway", "practice", "--only", "happy_path", "--yes", "--output", "json"]);
    assert!(report.contains("casefile.check/1"), "{err}");
    home.write("report.json", &report);
    let (code, done, err) = home.attach(&["--to", "rt", "--new", "--check-report", "report.json"]);
    assert_eq!(code, 0, "{err}");
    let files: Vec<&str> =
        done["files"].as_array().expect("files").iter().filter_map(|f| f["name"].as_str()).collect();
    assert!(
        files.len() == 3 && files[2].starts_with("CF-") && files[2].ends_with("-check.json"),
        "{files:?}"
    );
    assert_eq!(done["files"][2]["state"].as_str(), Some("same"), "{done}");
    let (code, _, err) = home.attach(&["--eml", "draft.eml", "--check-report", "report.json"]);
    assert_eq!(code, 0, "{err}");
    let draft = fs::read_to_string(home.folder.path().join("draft.eml")).expect("reads");
    assert_eq!(draft.matches("Content-Disposition: attachment").count(), 3);
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    home.write("edited.json", &report.replace("practice", &key));
    for (to, file, code, said) in [
        ("rt", "edited.json", 4, "audit refused"),
        ("rt", "note.yaml", 3, "no report of a check"),
        ("gh", "report.json", 2, "anybody may read"),
    ] {
        let (got, _, err) = home.attach(&["--to", to, "--new", "--check-report", file]);
        assert!(got == code && err.contains(said) && !err.contains("aB3kX9aB3"), "{to} {file}: {got} {err}");
    }
}

#[test]
fn a_public_place_hears_of_no_model() {
    let home = Home::new(
        "desks:\n  - {name: gh, kind: github, url: 'https://api.github.com', project: o/r, token_env: DESK_TOKEN}\n",
    );
    let (code, out, err) = home.run(&["attach", &home.id, "--to", "gh", "--new", "--dry-run"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        !out.contains("gpt-4o") && out.contains("[model#1]") && out.contains("/repos/o/r/issues"),
        "{out}"
    );
    home.write("note.md", &format!("# a note\n{}\n", home.id));
    let (code, _, err) = home.run(&["attach", "note.md", "--to", "gh", "--new", "--dry-run"]);
    assert_eq!((code, err.contains("give the case's id")), (2, true), "{err}");
}

#[test]
fn any_other_desk_is_described_by_templates() {
    let desk = Desk::start();
    let url = desk.url();
    let home = Home::new(&format!(
        r#"desks:
  - name: other
    kind: webhook
    token_env: DESK_TOKEN
    webhook:
      headers: {{Authorization: "token {{{{ token }}}}"}}
      create:
        url: "{url}/REST/2.0/ticket"
        json: '{{"Subject": {{{{ subject | tojson }}}}, "Content": {{{{ text | tojson }}}}, "Attachments": [{{% for f in files %}}{{"FileName": {{{{ f.name | tojson }}}}, "FileContent": {{{{ f.base64 | tojson }}}}}}{{% if not loop.last %}}, {{% endif %}}{{% endfor %}}]}}'
      comment: {{url: "{url}/REST/2.0/ticket/{{{{ ticket | urlencode }}}}/comment", form: {{body: "{{{{ text }}}}"}}, file_field: "f[]"}}
      ticket_url: "{url}/show/{{{{ ticket }}}}"
"#
    ));
    let (code, done, err) = home.attach(&["--to", "other", "--new"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(done["text"].as_str(), Some("not_read_back"));
    assert_eq!(done["url"].as_str(), Some(format!("{url}/show/1").as_str()));
    // The case remembers what the desk cannot be asked for.
    let (code, again, err) = home.attach(&["--to", "other", "--new"]);
    assert_eq!((code, again["created"].as_bool()), (0, Some(false)), "{err}");
    let (code, _, err) = home.attach(&["--to", "other", "--ticket", "1"]);
    assert_eq!((code, err.contains("nothing was sent")), (0, true), "{err}");
    let state = desk.state.lock().expect("free");
    assert_eq!((state.tickets.len(), state.count(1)), (1, (1, 2)));
}

#[test]
fn what_is_said_of_files_is_what_was_done() {
    let desk = Desk::start();
    let url = desk.url();
    let create = format!(
        "create: {{url: '{url}/REST/2.0/ticket', json: '{{\"Subject\": {{{{ subject | tojson }}}}, \"Content\": {{{{ text | tojson }}}}}}'}}"
    );
    let find = format!("find: {{url: '{url}/REST/2.0/tickets?q={{{{ case_id }}}}', id: /items/0/id}}");
    let at = format!("url: '{url}/REST/2.0/ticket/{{{{ ticket | urlencode }}}}/comment'");
    let comment = format!(
        "comment: {{{at}, json: '{{\"Content\": {{{{ text | tojson }}}}, \"Attachments\": [{{% for f in files %}}{{\"FileName\": {{{{ f.name | tojson }}}}, \"FileContent\": {{{{ f.base64 | tojson }}}}}}{{% if not loop.last %}}, {{% endif %}}{{% endfor %}}]}}'}}"
    );
    let bare = format!("comment: {{{at}, json: '{{\"Content\": {{{{ text | tojson }}}}}}'}}");
    let home = Home::new(&format!(
        "desks:\n  - {{name: both, kind: webhook, webhook: {{{create}, {comment}, {find}}}}}\n  - {{name: none, kind: webhook, webhook: {{{create}, {bare}}}}}\n"
    ));
    // The creation takes no files: a comment brings them, and what would be sent says so.
    let (_, plan, err) = home.run(&["attach", &home.id, "--to", "both", "--new", "--dry-run"]);
    assert!(plan.contains("/ticket/{ticket}/comment"), "{plan} {err}");
    let (code, done, err) = home.attach(&["--to", "both", "--new"]);
    assert_eq!((code, done["files"][0]["state"].as_str()), (0, Some("not_read_back")), "{err}");
    {
        let state = desk.state.lock().expect("free");
        let texts: Vec<String> = state.texts(1).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!((state.count(1).1, texts.len()), (2, 2), "a ticket, and a comment with its files");
        assert_eq!(texts[1].lines().count(), 1, "the note does not stand there twice: {}", texts[1]);
    }
    let (code, again, err) = home.attach(&["--to", "both", "--new"]);
    assert_eq!((code, again["files"][0]["state"].as_str()), (0, Some("noted")), "{err}");
    // Nothing takes files: none are said to be attached.
    let (code, done, err) = home.attach(&["--to", "none", "--new"]);
    assert_eq!((code, done["files"].as_array().map(Vec::len)), (0, Some(0)), "{err}");
    let state = desk.state.lock().expect("free");
    assert_eq!(state.count(2).1, 0);
    assert!(!state.texts(2).concat().contains("Attached"), "{:?}", state.texts(2));
}

/// What a subject could do at the desks that are known, and never does: a mention, references, a mail gate's commands, placeholders,
/// links, another header, a line that turns around.
const EVIL: &str = "@everyone #12 SUP-12 !12 [issue12] {{{ticket.id}} <!channel> [x](/y) https://evil.example\r\nBcc: a@b.example\u{202e}\u{1b}[2J";

/// True where nothing in `subject`, behind the marker, is live any more.
fn is_quiet(subject: &str) -> bool {
    let live = [
        "@everyone",
        "a@b",
        "#12",
        "SUP-12",
        "!12",
        "issue12",
        "{{",
        "<!",
        "](",
        "://",
        "\n",
        "\r",
        "\u{202e}",
        "\u{1b}",
    ];
    subject.starts_with("[casefile CF-")
        && subject.contains("everyone")
        && !live.iter().any(|word| subject.contains(word))
}

#[test]
fn a_subject_does_nothing_at_any_desk() {
    let kinds = [
        ("rt", "/0/body/Subject"),
        ("redmine", "/issue/subject"),
        ("roundup", "/title"),
        ("zendesk", "/ticket/subject"),
        ("jira", "/fields/summary"),
        ("github", "/title"),
        ("gitlab", "/title"),
        ("webhook", "/s"),
    ];
    let mut desks = "mail: {from: 'Op <op@desk.example>', to: [support@desk.example]}\ndesks:\n".to_owned();
    for (kind, _) in kinds {
        let more = if kind == "webhook" {
            "webhook: {create: {url: 'https://desk.example/x', json: '{\"s\": {{ subject | tojson }}}'}}"
        } else {
            "url: 'https://desk.example', project: own/er, login: me"
        };
        desks = format!("{desks}  - {{name: d-{kind}, kind: {kind}, {more}}}\n");
    }
    let home = Home::new(&desks);
    // By the option, and by the heading of a note that somebody edited.
    home.write("edited.md", &format!("# {} {}\n", EVIL.replace(['\r', '\n'], " "), home.id));
    for (kind, place) in kinds {
        let place = place.trim_start_matches("/0/body");
        for source in [home.id.as_str(), "edited.md"] {
            if source == "edited.md" && matches!(kind, "github" | "gitlab") {
                continue;
            }
            let desk = format!("d-{kind}");
            let mut arguments =
                vec!["attach", source, "--to", &desk, "--new", "--dry-run", "--output", "json"];
            if source != "edited.md" {
                arguments.extend(["--subject", EVIL]);
            }
            let (code, out, err) = home.run(&arguments);
            assert_eq!(code, 0, "{kind} {source}: {err}");
            let plan: Value = serde_json::from_str(&out).expect("JSON");
            let requests = plan["requests"].as_array().expect("requests");
            let subjects: Vec<&str> =
                requests.iter().filter_map(|request| request["body"].pointer(place)?.as_str()).collect();
            assert_eq!(subjects.len(), 1, "{kind} {source}: {out}");
            assert!(
                is_quiet(subjects[0]) && subjects[0].chars().count() <= 255,
                "{kind} {source}: {subjects:?}"
            );
        }
    }
    let (code, _, err) = home.run(&["attach", &home.id, "--eml", "draft.eml", "--subject", EVIL]);
    assert_eq!(code, 0, "{err}");
    let draft = fs::read_to_string(home.folder.path().join("draft.eml")).expect("reads");
    let head = draft.split_once("\r\n\r\n").expect("a head").0.replace("\r\n ", " ");
    let subjects: Vec<&str> = head.lines().filter_map(|line| line.strip_prefix("Subject: ")).collect();
    assert!(subjects.len() == 1 && is_quiet(subjects[0]), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
}

#[test]
fn what_is_said_of_looking_is_true() {
    let desk = Desk::start();
    let url = desk.url();
    let create = format!(
        "create: {{url: '{url}/REST/2.0/ticket', json: '{{\"Subject\": {{{{ subject | tojson }}}}, \"Content\": \"x\"}}'}}"
    );
    let find = format!("find: {{url: '{url}/REST/2.0/tickets?q={{{{ case_id }}}}', id: /items/0/id}}");
    let comment =
        format!("comment: {{url: '{url}/REST/2.0/ticket/{{{{ ticket }}}}/comment', form: {{body: x}}}}");
    let home = Home::new(&format!(
        "desks:\n  - {{name: deaf, kind: webhook, webhook: {{{create}, {comment}}}}}\n  - {{name: finds, kind: webhook, webhook: {{{create}, {comment}, {find}}}}}\n  - {{name: rt, kind: rt, url: '{url}', project: General, token_env: DESK_TOKEN}}\n"
    ));
    for (name, onto, looks) in [
        ("deaf", &["--new"] as &[&str], false),
        ("deaf", &["--ticket", "1"], false),
        ("finds", &["--new"], true),
        ("finds", &["--ticket", "1"], false),
        ("rt", &["--new"], true),
        ("rt", &["--ticket", "1"], true),
    ] {
        let arguments = [&["attach", &home.id, "--to", name, "--dry-run"], onto].concat();
        let (code, out, err) = home.run(&arguments);
        assert_eq!(code, 0, "{err}");
        assert_eq!(out.contains("looked first"), looks, "{name} {onto:?}: {out}");
        assert_eq!(out.contains("cannot be asked"), !looks, "{name} {onto:?}: {out}");
        let (_, out, _) = home.run(&[arguments.as_slice(), &["--output", "json"]].concat());
        let plan: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(plan["looks_first"].as_bool(), Some(looks), "{name} {onto:?}");
    }
    // The same after a lost answer.
    desk.state.lock().expect("free").fault = Some(("POST /REST/2.0/ticket ", Fault::LostAnswer));
    let (code, _, err) = home.attach(&["--to", "deaf", "--new"]);
    assert!(code == 6 && err.contains("look there yourself") && !err.contains("looks first"), "{err}");
}

#[test]
fn a_template_never_chooses_where_the_token_goes() {
    let desk = |url: &str| {
        format!(
            "desks:\n  - name: other\n    kind: webhook\n    project: evil.example\n    token_env: DESK_TOKEN\n    webhook:\n      \
             headers: {{Authorization: 'token {{{{ token }}}}'}}\n      create: {{url: '{url}', json: '{{{{ text | tojson }}}}'}}\n"
        )
    };
    let home = Home::new("desks: []\n");
    for (url, said) in [
        ("https://{{ project }}/x", "must name its host in full"),
        ("https://desk.example{{ project }}/x", "must name its host in full"),
        ("http://desk.example/x", "must be https"),
        ("https://desk.example/{{ token }}", "cannot be used"),
    ] {
        home.write("config/desks.yaml", &desk(url));
        let (code, _, err) = home.run(&["attach", &home.id, "--to", "other", "--new", "--dry-run"]);
        assert!(code == 6 && err.contains(said), "{url}: {err}");
    }
}

#[test]
fn a_draft_is_a_mail_with_the_note() {
    let home = Home::new("mail: {from: 'Op <op@desk.example>', to: [support@desk.example]}\n");
    let (code, _, err) = home.run(&["attach", &home.id, "--eml", "draft.eml", "--subject", "No channel"]);
    assert_eq!(code, 0, "{err}");
    let draft = fs::read_to_string(home.folder.path().join("draft.eml")).expect("reads");
    assert!(draft.starts_with("X-Unsent: 1\r\n"), "{draft}");
    for line in
        ["From: Op <op@desk.example>", "To: support@desk.example", "MIME-Version: 1.0", "multipart/mixed"]
    {
        assert!(draft.contains(line), "{line}: {draft}");
    }
    let subject = draft
        .split_once("Subject: ")
        .and_then(|(_, rest)| rest.split_once("\r\nMessage-ID"))
        .expect("a subject")
        .0;
    assert_eq!(subject.replace("\r\n", ""), format!("[casefile {}] No channel", home.id));
    assert_eq!(draft.matches("Content-Disposition: attachment").count(), 2);
}

#[test]
fn a_note_is_made_for_a_place() {
    let home = Home::new("desks: []\n");
    let fixed = ["note", "--no-send", "--from", "failed.sh", "--response", "answer.json", "--status", "503"];
    let note = |more: &[&str]| home.run(&[&fixed, more].concat());
    for (place, most, names_model, words) in [
        ("github", 65_536, false, "## Error message"),
        ("discord", 2_000, false, "Sections left out"),
        ("slack", 4_000, true, "[casefile CF-"),
        ("jira_server", 32_767, true, "{noformat}"),
        ("rt", usize::MAX, true, "https[:]//"),
    ] {
        let (code, out, err) = note(&["--destination", place]);
        assert_eq!(code, 0, "{place}: {err}");
        assert!(out.chars().count() <= most && out.contains(words), "{place}: {out}");
        assert_eq!(out.contains("gpt-4o"), names_model, "{place}: {out}");
        assert!(out.contains("No available channel for model"), "{place}: {out}");
    }
    let (code, out, _) = note(&["--audience", "public"]);
    assert!(code == 0 && out.contains("audience: public") && !out.contains("gpt-4o"), "{out}");
    let (code, _, err) = note(&["--destination", "nowhere"]);
    assert!(code == 2 && err.contains("known: generic, github"), "{err}");
    let key = format!("sk-{}", "aB3kX9".repeat(8));
    home.write("answer.json", &format!(r#"{{"error":{{"message":"bad key {key} hi there"}}}}"#));
    let (code, out, err) = note(&["--destination", "rt"]);
    assert!(code == 0 && !out.contains("aB3kX9") && out.contains("[key#"), "{err} {out}");
    home.write(
        "config/desks.yaml",
        "desks:\n  - {name: a, kind: rt, url: 'https://x.example', destination: nope}\n",
    );
    let (_, doctor, _) = home.run(&["doctor"]);
    assert!(doctor.contains("destination of a is none of"), "{doctor}");
}
