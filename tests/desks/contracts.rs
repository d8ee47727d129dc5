//! Zendesk, Jira, GitHub and GitLab: each request of `casefile attach` against the vendor's contract, served by Prism.

use std::collections::BTreeSet;

use crate::Home;
use crate::vendor::{Name, Request, Vendor, ask};

fn home(vendor: &Vendor) -> Home {
    Home::new(&vendor.settings(), "a-desk-token-of-nobody")
}

/// Operations of every run of this program.
fn keep_asked(vendor: &Vendor) {
    use std::io::Write;
    let kept = vendor.kept.lock().expect("free");
    assert!(kept.refused.is_empty(), "the contract refuses:\n{}", kept.refused.join("\n"));
    let path = crate::place::folder().join("asked");
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("opens");
    for line in &kept.asked {
        writeln!(file, "{line}").expect("writes");
    }
}

/// What the desk holds: the note's files where it takes files, and one text of the case.
fn holds(vendor: &Vendor, home: &Home, number: usize) {
    let kept = vendor.kept.lock().expect("free");
    let ticket = &kept.tickets[number - 1];
    let mark = format!("[casefile {}]", home.id);
    let texts = ticket.texts.iter().filter(|text| text.raw.to_string().contains(&mark)).count();
    assert_eq!(texts, 1, "one text");
    if vendor.name == Name::Github {
        assert!(kept.files.is_empty());
        return;
    }
    let ours = kept.files.iter().filter(|(name, _)| name.contains(&home.id));
    let mut files: Vec<(&str, &[u8])> = ours.map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    files.sort_unstable();
    let day = &home.id[3..11];
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [format!("{}-{day}.md", home.id), format!("{}-{day}.yaml", home.id)]);
    if vendor.name == Name::Gitlab {
        // Anybody may read it there.
        let yaml = String::from_utf8_lossy(files[1].1);
        assert!(yaml.contains("audience: public") && !yaml.contains("gpt-4o"), "{yaml}");
        return;
    }
    assert_eq!(files[1].1, home.note.as_bytes(), "the note came byte for byte");
}

/// What is said of the text: Zendesk makes HTML of its own of it.
fn said(name: Name) -> &'static str {
    if name == Name::Zendesk { "seen" } else { "same" }
}

pub fn new_ticket(name: Name) {
    let vendor = Vendor::start(name);
    let home = home(&vendor);
    let (code, first, err) = home.attach(&home.id, &["--new", "--subject", "No channel"]);
    keep_asked(&vendor);
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        (first["created"].as_bool(), first["text"].as_str()),
        (Some(true), Some(said(name))),
        "{first}"
    );
    holds(&vendor, &home, 1);
    assert_eq!(
        vendor.kept.lock().expect("free").tickets[0].subject,
        format!("[casefile {}] No channel", home.id)
    );
    let (code, again, err) = home.attach(&home.id, &["--new"]);
    assert_eq!(
        (code, again["created"].as_bool(), again["text"].as_str()),
        (0, Some(false), Some("there")),
        "{err}"
    );
    holds(&vendor, &home, 1);
    keep_asked(&vendor);
    assert_eq!(vendor.kept.lock().expect("free").tickets.len(), 1);
}

pub fn comment(name: Name) {
    let vendor = Vendor::start(name);
    let (first, home) = (home(&vendor), home(&vendor));
    let (code, made, err) = first.attach(&first.id, &["--new"]);
    assert_eq!(code, 0, "{err}");
    let ticket = made["ticket"].as_str().expect("a ticket");
    for state in [said(name), "there"] {
        let (code, done, err) = home.attach(&home.id, &["--ticket", ticket]);
        keep_asked(&vendor);
        assert_eq!((code, done["text"].as_str()), (0, Some(state)), "{err}");
        holds(&vendor, &home, 1);
    }
    let kept = vendor.kept.lock().expect("free");
    let texts = &kept.tickets[0].texts;
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[1].internal, name != Name::Github, "internal where the desk knows the difference");
}

/// No answer to what makes the ticket, and a search that knows it only later: there is one ticket.
pub fn lost_answer(name: Name) {
    let vendor = Vendor::start(name);
    let home = home(&vendor);
    {
        let mut kept = vendor.kept.lock().expect("free");
        kept.loses_next = true;
        kept.lag = usize::from(name == Name::Jira);
    }
    // GitLab and Zendesk upload first, and what is lost there makes no ticket.
    for _ in 0..2 {
        let (code, _, _) = home.attach(&home.id, &["--new"]);
        if code == 0 {
            break;
        }
    }
    let (code, done, err) = home.attach(&home.id, &["--new"]);
    keep_asked(&vendor);
    assert_eq!((code, done["created"].as_bool()), (0, Some(false)), "{err}");
    let kept = vendor.kept.lock().expect("free");
    assert!(!kept.loses_next, "it was lost");
    assert_eq!((kept.tickets.len(), kept.tickets[0].texts.len()), (1, 1));
}

/// A contract that takes anything proves nothing.
pub fn what_is_wrong_is_refused() {
    let json = "Content-Type: application/json\r\nAuthorization: Basic bWU6dA==\r\nPRIVATE-TOKEN: x";
    let table = [
        ("github", "POST", "/repos/o/r/issues", json, r#"{"titel":"x"}"#),
        ("github", "POST", "/repos/o/r/issues", json, r#"{"title":"x","bodi":"y"}"#),
        ("github", "POST", "/repos/o/r/issues/1/comments", json, r#"{"body":7}"#),
        ("github", "GET", "/repos/o/r/issues?state=any", json, ""),
        ("jira", "POST", "/rest/api/3/issue", json, r#"{"fields":"x"}"#),
        ("jira", "POST", "/rest/api/3/issue/SUP-1/comment", json, r#"{"properties":{}}"#),
        ("jira", "GET", "/rest/api/3/issue/SUP-1/comment?startAt=first", json, ""),
        ("jira_search", "POST", "/rest/api/3/search/jql", json, r#"{"jql":"a = b","maxresults":5}"#),
        ("zendesk", "POST", "/api/v2/tickets", json, r#"{"ticket":{"comment":{"private":true}}}"#),
        ("zendesk", "POST", "/api/v2/tickets", json, r#"{"ticket":{"comment":{"uploads":"a"}}}"#),
        ("zendesk", "POST", "/api/v2/tickets", "Content-Type: application/json", r#"{"ticket":{}}"#),
        ("zendesk", "GET", "/api/v2/tickets/x/comments", json, ""),
        ("gitlab", "POST", "/api/v4/projects/1/issues", json, r#"{"description":"x"}"#),
        ("gitlab", "POST", "/api/v4/projects/1/issues/2/notes", json, r#"{"body":"x","intern":true}"#),
        ("gitlab", "PUT", "/api/v4/projects/1/issues/2/notes", json, r#"{"body":"x"}"#),
        ("gitlab", "GET", "/api/v4/projects/1/issues?in=subject", json, ""),
    ];
    for (contract, method, path, head, body) in table {
        let head = format!("Host: 127.0.0.1\r\nContent-Length: {}\r\n{head}", body.len());
        let request =
            Request { method: method.into(), path: path.into(), head, body: body.as_bytes().to_vec() };
        let (status, answer) = ask(contract, &request);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(matches!(status, 401 | 404 | 405 | 422), "{contract} {path} {body}: {status} {answer}");
    }
}

/// Everything that `operations.txt` lists was asked for by the cases before.
pub fn every_operation_was_asked() {
    let asked = std::fs::read_to_string(crate::place::folder().join("asked")).expect("the cases ran before");
    let asked: BTreeSet<&str> = asked.lines().collect();
    let listed = include_str!("contracts/operations.txt").lines().filter(|line| !line.starts_with('#'));
    for line in listed {
        let line = line.trim_end_matches(" body").trim_end_matches(" file");
        assert!(asked.contains(line), "{line} was never asked for");
    }
}
