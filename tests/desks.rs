//! `casefile attach` at real desks, at the published contracts of others, and at a real mail server, all of which `.ci/desks` installs and starts. What the desk holds afterwards is
//! asked of it by a client of the tests' own.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: what cannot be fails it")]

#[path = "wire/asked.rs"]
mod asked;
#[path = "desks/contracts.rs"]
mod contracts;
#[path = "desks/front.rs"]
mod front;
#[path = "desks/place.rs"]
mod place;
#[path = "desks/vendor.rs"]
mod vendor;

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use front::{Fault, Front};
use place::Kind;
use vendor::Name;

/// What a message of a gateway may hold, to move the desk.
const EVIL: &str =
    "No available channel @admin #1 issue1 https://evil.example </pre> {{thumbnail(x.png)}} /close é";

struct Home {
    folder: TempDir,
    token: String,
    id: String,
    note: String,
}

impl Home {
    /// With one kept case.
    fn new(desks: &str, token: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("config")).expect("a folder");
        let mut home = Self { folder, token: token.to_owned(), id: String::new(), note: String::new() };
        home.write("config/desks.yaml", desks);
        home.write("failed.sh", "curl https://api.cometapi.com/v1/chat/completions -H 'Authorization: Bearer $KEY' -d '{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi there\"}]}'");
        home.write(
            "answer.json",
            &serde_json::json!({"error": {"message": EVIL, "type": "comet_api_error"}}).to_string(),
        );
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
        home.id.push_str(out.lines().find_map(|line| line.strip_prefix("case_id: ")).expect("an id"));
        home.note = out;
        home
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
            .env("DESK_TOKEN", &self.token)
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let (out, err) = (text(stdout), text(stderr));
        assert!(!out.contains(&self.token) && !err.contains(&self.token), "the token is never said");
        (status.code().unwrap_or(-1), out, err)
    }

    fn attach(&self, note: &str, more: &[&str]) -> (i32, Value, String) {
        let fixed = ["attach", note, "--to", "desk", "--yes", "--output", "json"];
        let (code, out, err) = self.run(&[&fixed, more].concat());
        (code, serde_json::from_str(&out).unwrap_or_default(), err)
    }

    /// What the desk must hold: the note as Markdown and YAML, byte for byte, once, and one text.
    fn holds(&self, kind: Kind, ticket: &str) {
        let files = kind.files(ticket, &self.id);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let day = &self.id[3..11];
        assert_eq!(names, [format!("{}-{day}.md", self.id), format!("{}-{day}.yaml", self.id)]);
        assert_eq!(String::from_utf8_lossy(&files[1].1), self.note, "the note came back byte for byte");
        assert!(String::from_utf8_lossy(&files[0].1).starts_with("# "));
        assert_eq!(kind.texts(ticket, &self.id), 1, "one text");
    }
}

fn done(name: &str) {
    let path = std::env::var_os("CASEFILE_DESKS_DONE").expect("run by .ci/desks");
    let mut file = fs::OpenOptions::new().append(true).open(path).expect("opens");
    writeln!(file, "{name}").expect("writes");
}

fn new_ticket(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let home = Home::new(&kind.settings(front.port, false), &kind.tokens().0);
    let (code, first, err) = home.attach(&home.id, &["--new", "--subject", "No channel"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!((first["created"].as_bool(), first["text"].as_str()), (Some(true), Some("same")), "{first}");
    let ticket = first["ticket"].as_str().expect("a ticket").to_owned();
    home.holds(kind, &ticket);
    let (code, again, err) = home.attach(&home.id, &["--new"]);
    assert_eq!((code, again["created"].as_bool()), (0, Some(false)), "{err}");
    assert_eq!(kind.tickets(&home.id), std::slice::from_ref(&ticket));
    home.holds(kind, &ticket);
    let (_, out, _) = home.run(&["cases", "show", &home.id, "--output", "json"]);
    let kept: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(kept["case"]["tickets"][0]["id"].as_str(), Some(ticket.as_str()));
}

fn comment(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let settings = kind.settings(front.port, false);
    let first = Home::new(&settings, &kind.tokens().0);
    let (code, made, err) = first.attach(&first.id, &["--new"]);
    assert_eq!(code, 0, "{err}");
    let ticket = made["ticket"].as_str().expect("a ticket").to_owned();
    let home = Home::new(&settings, &kind.tokens().0);
    home.write("note.yaml", &home.note);
    for state in ["same", "there"] {
        let (code, done, err) = home.attach("note.yaml", &["--ticket", &ticket]);
        assert_eq!((code, done["text"].as_str()), (0, Some(state)), "{err}");
        home.holds(kind, &ticket);
    }
    first.holds(kind, &ticket);
    let (code, _, err) = home.attach("note.yaml", &["--ticket", "99999"]);
    assert_eq!((code, err.contains("no such ticket")), (6, true), "{err}");
}

fn lost_answer(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let settings = kind.settings(front.port, false);
    let (create, add, _) = kind.lines();
    let home = Home::new(&settings, &kind.tokens().0);
    front.plan(create, Fault::LostAnswer);
    let (code, first, err) = home.attach(&home.id, &["--new"]);
    assert!(front.happened());
    assert_eq!(code, 0, "what was done is found: {err}");
    let ticket = first["ticket"].as_str().expect("a ticket").to_owned();
    assert_eq!(kind.tickets(&home.id), std::slice::from_ref(&ticket));
    home.holds(kind, &ticket);
    let other = Home::new(&settings, &kind.tokens().0);
    front.plan(add, Fault::LostAnswer);
    for _ in 0..2 {
        let (code, _, err) = other.attach(&other.id, &["--ticket", &ticket]);
        assert_eq!(code, 0, "{err}");
        other.holds(kind, &ticket);
    }
    assert!(front.happened());
}

fn cut_in_the_middle(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let home = Home::new(&kind.settings(front.port, false), &kind.tokens().0);
    let (_, _, upload) = kind.lines();
    front.plan(upload, Fault::CutRequest);
    let (code, _, err) = home.attach(&home.id, &["--new"]);
    assert!(front.happened());
    assert_eq!(code, 6, "{err}");
    assert!(err.contains("no answer"), "{err}");
    let port = front.port;
    drop(front);
    // The desk is down.
    let (code, _, err) = home.attach(&home.id, &["--new"]);
    assert_eq!((code, err.contains("no answer")), (6, true), "{err}");
    let _front = Front::start(port, kind.port());
    let (code, done, err) = home.attach(&home.id, &["--new"]);
    assert_eq!(code, 0, "{err}");
    let ticket = done["ticket"].as_str().expect("a ticket");
    assert_eq!(kind.tickets(&home.id), [ticket]);
    home.holds(kind, ticket);
}

fn wrong_token(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let home = Home::new(&kind.settings(front.port, false), "1-14-0123456789abcdef0123456789abcdef");
    let (code, _, err) = home.attach(&home.id, &["--new"]);
    assert_eq!(code, 6, "{err}");
    assert!(err.contains("answered 401") && err.contains("check the token"), "{err}");
    assert!(kind.tickets(&home.id).is_empty());
}

fn no_permission(kind: Kind) {
    let front = Front::start(kind.front_port(), kind.port());
    let home = Home::new(&kind.settings(front.port, true), &kind.tokens().1);
    let (code, _, err) = home.attach(&home.id, &["--new"]);
    assert_eq!(code, 6, "{err}");
    assert!(err.contains("answered 403") || err.contains("answered 404"), "{err}");
    assert!(kind.tickets(&home.id).is_empty());
}

/// Says `said`: what a desk does with a file of 150 KB where it takes 100 KB.
fn too_large(kind: Kind, said: &str) {
    let front = Front::start(kind.front_port(), kind.port());
    let home = Home::new(&kind.settings(front.port, false), &kind.tokens().0);
    let words = "many plain words ".repeat(9_000);
    home.write("large.yaml", &home.note.replace("local_result:", &format!("notes: {words}\nlocal_result:")));
    let (code, done, err) = home.attach("large.yaml", &["--new"]);
    assert_eq!(code, 6, "{err}");
    assert!(format!("{err}{done}").contains(said), "{err}{done}");
}

/// Declares one test for each case.
macro_rules! cases {
    ($($name:ident: $what:expr;)+) => {
        $(
            #[test]
            #[ignore = "needs the desks of .ci/desks"]
            fn $name() {
                $what;
                done(stringify!($name));
            }
        )+
    };
}

cases! {
    rt_new_ticket: new_ticket(Kind::Rt);
    rt_comment: comment(Kind::Rt);
    rt_lost_answer: lost_answer(Kind::Rt);
    rt_cut_in_the_middle: cut_in_the_middle(Kind::Rt);
    rt_wrong_token: wrong_token(Kind::Rt);
    rt_no_permission: no_permission(Kind::Rt);
    // It takes the file and drops it; only reading back tells.
    rt_too_large: too_large(Kind::Rt, "changed");
    redmine_new_ticket: new_ticket(Kind::Redmine);
    redmine_comment: comment(Kind::Redmine);
    redmine_lost_answer: lost_answer(Kind::Redmine);
    redmine_cut_in_the_middle: cut_in_the_middle(Kind::Redmine);
    redmine_wrong_token: wrong_token(Kind::Redmine);
    redmine_no_permission: no_permission(Kind::Redmine);
    redmine_too_large: too_large(Kind::Redmine, "exceeds the maximum allowed file size");
    roundup_new_ticket: new_ticket(Kind::Roundup);
    roundup_comment: comment(Kind::Roundup);
    roundup_lost_answer: lost_answer(Kind::Roundup);
    roundup_cut_in_the_middle: cut_in_the_middle(Kind::Roundup);
    roundup_wrong_token: wrong_token(Kind::Roundup);
    roundup_no_permission: no_permission(Kind::Roundup);
    contract_github_new_ticket: contracts::new_ticket(Name::Github);
    contract_github_comment: contracts::comment(Name::Github);
    contract_github_lost_answer: contracts::lost_answer(Name::Github);
    contract_gitlab_new_ticket: contracts::new_ticket(Name::Gitlab);
    contract_gitlab_comment: contracts::comment(Name::Gitlab);
    contract_gitlab_lost_answer: contracts::lost_answer(Name::Gitlab);
    contract_jira_new_ticket: contracts::new_ticket(Name::Jira);
    contract_jira_comment: contracts::comment(Name::Jira);
    contract_jira_lost_answer: contracts::lost_answer(Name::Jira);
    contract_zendesk_new_ticket: contracts::new_ticket(Name::Zendesk);
    contract_zendesk_comment: contracts::comment(Name::Zendesk);
    contract_zendesk_lost_answer: contracts::lost_answer(Name::Zendesk);
    contracts_refuse_what_is_wrong: contracts::what_is_wrong_is_refused();
    // After those before: the order of the run is that of the names.
    contracts_were_asked_for_everything: contracts::every_operation_was_asked();
    mail_sent: mail_is_delivered();
    mail_draft: a_draft_is_read_by_a_mail_parser();
}

/// Python's own parser of mail: subject, text, and each file with its bytes.
fn parsed(path: &std::path::Path) -> Value {
    const READ: &str = "import email, email.policy, json, sys, base64\n\
        m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n\
        b = m.get_body(('plain',))\n\
        print(json.dumps({'subject': m['subject'], 'from': m['from'], 'to': m['to'], 'unsent': m['x-unsent'], 'defects': len(m.defects),\n\
        'text': b.get_content(), 'files': [[a.get_filename(), a.get_content().decode()] for a in m.iter_attachments()]}))";
    let python = std::env::var_os("CASEFILE_DESKS_PYTHON").expect("run by .ci/desks");
    let output = Command::new(python).args(["-c", READ]).arg(path).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn is_the_note(mail: &Value, home: &Home) {
    assert_eq!(mail["subject"].as_str(), Some(format!("[casefile {}] No channel", home.id).as_str()));
    assert_eq!(
        (mail["from"].as_str(), mail["to"].as_str()),
        (Some("Op <op@desk.invalid>"), Some("support@desk.invalid"))
    );
    assert_eq!(mail["defects"].as_u64(), Some(0));
    let text = mail["text"].as_str().expect("a text");
    assert!(
        text.contains(&format!("[casefile {}]", home.id)) && text.contains("No available channel [@]admin"),
        "{text}"
    );
    assert_eq!(mail["files"][1][1].as_str(), Some(home.note.as_str()), "the note is attached byte for byte");
    assert_eq!(mail["files"].as_array().map(Vec::len), Some(2));
}

fn mail_settings() -> String {
    let port = std::env::var("SMTP_PORT").expect("run by .ci/desks");
    format!(
        "mail:\n  from: Op <op@desk.invalid>\n  to: [support@desk.invalid]\n  smtp: {{host: 127.0.0.1, port: {port}, tls: none}}\n"
    )
}

fn mail_is_delivered() {
    let home = Home::new(&mail_settings(), "a-desk-token-of-nobody");
    let (code, _, err) = home.run(&["attach", &home.id, "--to", "mail", "--subject", "No channel", "--yes"]);
    assert_eq!(code, 0, "{err}");
    let inbox = fs::read_dir(place::folder().join("smtp/mail/new")).expect("an inbox");
    let mails: Vec<Value> = inbox.flatten().map(|file| parsed(&file.path())).collect();
    let ours: Vec<&Value> =
        mails.iter().filter(|m| m["subject"].as_str().is_some_and(|s| s.contains(&home.id))).collect();
    assert_eq!(ours.len(), 1);
    is_the_note(ours[0], &home);
    home.write("config/desks.yaml", &mail_settings().replace("tls: none", "tls: starttls"));
    let (code, _, err) = home.run(&["attach", &home.id, "--to", "mail", "--yes"]);
    assert_eq!((code, err.contains("did not take the mail")), (6, true), "no TLS, no mail: {err}");
}

fn a_draft_is_read_by_a_mail_parser() {
    let home = Home::new(&mail_settings(), "a-desk-token-of-nobody");
    let (code, _, err) = home.run(&["attach", &home.id, "--eml", "draft.eml", "--subject", "No channel"]);
    assert_eq!(code, 0, "{err}");
    let mail = parsed(&home.folder.path().join("draft.eml"));
    assert_eq!(mail["unsent"].as_str(), Some("1"));
    is_the_note(&mail, &home);
}
