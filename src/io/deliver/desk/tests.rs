//! Requests of each desk, as its reference has them, and what is never sent anywhere else.

use secrecy::SecretString;
use serde_json::Value;

use super::*;
use crate::case::catalog::Catalog;
use crate::case::sanitize::{Format, Readmission};
use crate::io::store::DeskSettings;

fn audited(text: &str, format: Format) -> Rendered {
    Readmission::new(&Catalog::built_in()).pass(text, format).expect("passes")
}

fn job() -> Job {
    let yaml = audited("case_id: CF-20261120-WHCK43EQ\n", Format::Yaml);
    Job {
        case_id: "CF-20261120-WHCK43EQ".into(),
        marker: "[casefile CF-20261120-WHCK43EQ]".into(),
        subject: audited("[casefile CF-20261120-WHCK43EQ] no channel", Format::Plain),
        text: audited("[casefile CF-20261120-WHCK43EQ]\n\nno channel\n", Format::Plain),
        files_text: audited("[casefile CF-20261120-WHCK43EQ] the file", Format::Plain),
        files: note_files("CF-20261120-WHCK43EQ", "2026-11-20T10:15:00Z", vec![yaml]),
    }
}

fn settings(kind: DeskKind) -> DeskSettings {
    let text = format!(
        "{{\"name\": \"d\", \"kind\": \"{}\", \"url\": \"https://desk.example/base/\", \"project\": \"own/er\", \"login\": \"me\"}}",
        format!("{kind:?}").to_lowercase()
    );
    serde_json::from_str(&text).expect("settings")
}

fn desk(kind: DeskKind) -> Box<dyn Desk> {
    open(&settings(kind), Some(&SecretString::from("a-token-of-nobody"))).expect("opens")
}

const KINDS: [DeskKind; 7] = [
    DeskKind::Rt,
    DeskKind::Redmine,
    DeskKind::Roundup,
    DeskKind::Zendesk,
    DeskKind::Jira,
    DeskKind::Github,
    DeskKind::Gitlab,
];

#[test]
fn each_desk_writes_where_its_reference_says() {
    let table: [(DeskKind, &[&str], &[&str]); 7] = [
        (DeskKind::Rt, &["POST /REST/2.0/ticket"], &["POST /REST/2.0/ticket/7/comment"]),
        (
            DeskKind::Redmine,
            &["POST /uploads.json?filename=CF-20261120-WHCK43EQ-20261120.yaml", "POST /issues.json"],
            &["POST /uploads.json?filename=CF-20261120-WHCK43EQ-20261120.yaml", "PUT /issues/7.json"],
        ),
        (
            DeskKind::Roundup,
            &["POST /rest/data/file", "POST /rest/data/msg", "POST /rest/data/issue"],
            &["POST /rest/data/file", "POST /rest/data/msg", "PATCH /rest/data/issue/7"],
        ),
        (
            DeskKind::Zendesk,
            &["POST /api/v2/uploads?filename=CF-20261120-WHCK43EQ-20261120.yaml", "POST /api/v2/tickets"],
            &["POST /api/v2/uploads?filename=CF-20261120-WHCK43EQ-20261120.yaml", "PUT /api/v2/tickets/7"],
        ),
        (
            DeskKind::Jira,
            &["POST /rest/api/3/issue", "POST /rest/api/3/issue/{key}/attachments"],
            &["POST /rest/api/3/issue/7/comment", "POST /rest/api/3/issue/7/attachments"],
        ),
        (DeskKind::Github, &["POST /repos/own/er/issues"], &["POST /repos/own/er/issues/7/comments"]),
        (
            DeskKind::Gitlab,
            &["POST /api/v4/projects/own%2Fer/uploads", "POST /api/v4/projects/own%2Fer/issues"],
            &["POST /api/v4/projects/own%2Fer/uploads", "POST /api/v4/projects/own%2Fer/issues/7/notes"],
        ),
    ];
    for (kind, made, added) in table {
        for (ticket, expected) in [(None, made), (Some("7"), added)] {
            let mut job = job();
            if kind == DeskKind::Github {
                job.files.clear();
            }
            let calls = desk(kind).plan(ticket, &job).expect("a plan");
            let base = "https://desk.example/base";
            let lines: Vec<String> = calls
                .iter()
                .map(|call| format!("{} {}", call.method, call.url.strip_prefix(base).unwrap_or(&call.url)))
                .collect();
            let percent = |line: &String| line.replace("%7Bkey%7D", "{key}");
            assert_eq!(lines.iter().map(percent).collect::<Vec<_>>(), expected, "{kind:?}");
            assert!(!format!("{calls:?}").contains("a-token-of-nobody"), "{kind:?}");
        }
    }
}

/// The JSON bodies of what is planned.
fn bodies(kind: DeskKind, ticket: Option<&str>) -> Value {
    let calls = desk(kind).plan(ticket, &job()).expect("a plan");
    calls
        .into_iter()
        .filter_map(|call| match call.body {
            Body::Json(value) => Some(value),
            _ => None,
        })
        .collect()
}

#[test]
fn bodies_have_the_fields_of_the_references() {
    let text = job().text.as_str().to_owned();
    let table = [
        (DeskKind::Rt, None, "/0/Queue", "own/er"),
        (DeskKind::Rt, None, "/0/Attachments/0/FileName", "CF-20261120-WHCK43EQ-20261120.yaml"),
        (DeskKind::Rt, Some("7"), "/0/Content", text.as_str()),
        (DeskKind::Redmine, None, "/0/issue/project_id", "own/er"),
        (DeskKind::Redmine, None, "/0/issue/uploads/0/token", "{token}"),
        (DeskKind::Redmine, Some("7"), "/0/issue/notes", text.as_str()),
        (DeskKind::Roundup, Some("7"), "/1/@op", "add"),
        (DeskKind::Zendesk, None, "/0/ticket/external_id", "CF-20261120-WHCK43EQ"),
        (DeskKind::Zendesk, None, "/0/ticket/comment/uploads/0", "{token}"),
        (DeskKind::Jira, None, "/0/fields/issuetype/name", "Task"),
        (DeskKind::Jira, None, "/0/fields/description/content/0/type", "codeBlock"),
        (DeskKind::Jira, Some("7"), "/0/body/content/0/content/0/text", text.as_str()),
        (DeskKind::Github, Some("7"), "/0/body", text.as_str()),
        (DeskKind::Gitlab, None, "/0/title", "[casefile CF-20261120-WHCK43EQ] no channel"),
    ];
    for (kind, ticket, place, expected) in table {
        let found = bodies(kind, ticket);
        assert_eq!(found.pointer(place).and_then(Value::as_str), Some(expected), "{kind:?} {place}: {found}");
    }
    // Internal where nobody said otherwise.
    assert_eq!(
        bodies(DeskKind::Zendesk, Some("7")).pointer("/0/ticket/comment/public"),
        Some(&Value::Bool(false))
    );
    assert_eq!(
        bodies(DeskKind::Redmine, Some("7")).pointer("/0/issue/private_notes"),
        Some(&Value::Bool(true))
    );
    assert_eq!(bodies(DeskKind::Gitlab, Some("7")).pointer("/0/internal"), Some(&Value::Bool(true)));
}

#[test]
fn tickets_have_addresses_for_people() {
    let table = [
        (DeskKind::Rt, "/Ticket/Display.html?id=7"),
        (DeskKind::Redmine, "/issues/7"),
        (DeskKind::Roundup, "/issue7"),
        (DeskKind::Zendesk, "/agent/tickets/7"),
        (DeskKind::Jira, "/browse/7"),
        (DeskKind::Github, "/own/er/issues/7"),
        (DeskKind::Gitlab, "/own/er/-/issues/7"),
    ];
    for (kind, path) in table {
        assert_eq!(desk(kind).ticket_url("7"), Some(format!("https://desk.example/base{path}")), "{kind:?}");
    }
    let mut github = settings(DeskKind::Github);
    for (url, site) in [
        ("https://api.github.com", "https://github.com"),
        ("https://gh.example/api/v3/", "https://gh.example"),
    ] {
        github.url = url.into();
        let url = open(&github, None).expect("opens").ticket_url("7");
        assert_eq!(url, Some(format!("{site}/own/er/issues/7")));
    }
}

#[test]
fn the_token_goes_to_the_desk_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for kind in KINDS {
        // Of a desk that is told to read a file elsewhere, no request leaves: there is no such host, and no wait for one.
        let stored = Stored { name: "x".into(), at: "https://elsewhere.invalid/x".into() };
        let error = match kind {
            DeskKind::Redmine | DeskKind::Zendesk | DeskKind::Jira | DeskKind::Gitlab => {
                runtime.block_on(desk(kind).read(&stored)).expect_err("refused").to_string()
            }
            _ => continue,
        };
        assert!(error.contains("elsewhere.invalid, which is not the desk"), "{kind:?}: {error}");
    }
}

#[test]
fn a_step_of_a_path_is_one() {
    assert_eq!(step("a/b?c#d e%.é"), "a%2Fb%3Fc%23d%20e%25.%C3%A9");
    for (id, is) in
        [("4711", true), ("SUP-12", true), ("", false), ("../1", false), ("1?x", false), ("a b", false)]
    {
        assert_eq!(wire::is_ticket(id), is, "{id}");
    }
}
