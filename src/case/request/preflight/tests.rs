//! Tables of drafts and what preflight says of them.

use proptest::prelude::*;

use super::*;
use crate::case::finding::{Level, Place};
use crate::case::request::Header;

const URL: &str = "https://api.cometapi.com/v1/chat/completions";
const BODY: &str = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}"#;

fn draft(url: &str, body: &str) -> Draft {
    Draft {
        method: "POST".into(),
        url: url.into(),
        headers: vec![
            Header::new("Authorization", "Bearer [env:COMETAPI_KEY]"),
            Header::new("Content-Type", "application/json"),
        ],
        body: body.into(),
        form: Vec::new(),
    }
}

fn check(draft: &Draft, profile: &str) -> Vec<Finding> {
    let catalog = Catalog::built_in();
    let findings = preflight(draft, &catalog, catalog.profile(profile));
    for finding in &findings {
        assert!(!finding.fix.is_empty() && !finding.message.is_empty(), "{}", finding.id);
    }
    findings
}

fn ids(draft: &Draft) -> Vec<&'static str> {
    check(draft, "cometapi").iter().map(|f| f.id).collect()
}

#[test]
fn a_good_request_has_no_finding() {
    assert_eq!(ids(&draft(URL, BODY)), [""; 0]);
    let list = Draft {
        method: "GET".into(),
        body: String::new(),
        ..draft("https://api.cometapi.com/v1/models", "")
    };
    assert_eq!(ids(&list), [""; 0]);
}

#[test]
fn addresses_are_checked() {
    let table = [
        ("https://api.cometapi.com/chat/completions", "base_url_without_v1"),
        ("https://api.cometapi.com/v1/v1/chat/completions", "path_doubled_version"),
        ("https://api.cometapi.com//v1/chat/completions", "path_double_slash"),
        ("https://api.cometapi.com/v1/chat/completions/", "path_trailing_slash"),
        ("https://api.cometapi.com/v1/chat/completion", "path_unknown"),
        ("https://api.cometapi.com/v1/not-a-real-endpoint", "path_unknown"),
        ("https://api.cometapi.com/v1/models", "method_not_for_path"),
        ("https://api.cometapi.com/api/v1/chat/completions", "path_with_prefix"),
        ("api.cometapi.com/v1/chat/completions", "url_without_scheme"),
        ("http://api.cometapi.com/v1/chat/completions", "http_not_https"),
        ("https://www.cometapi.com/v1/chat/completions", "host_is_web_site"),
        ("[env:BASE]/chat/completions", "url_from_variable"),
        ("", "url_missing"),
    ];
    for (url, id) in table {
        assert_eq!(ids(&draft(url, BODY)), [id], "{url}");
    }
    let other = check(&draft("https://api.openai.com/v1/chat/completions", BODY), "cometapi");
    assert_eq!(
        other.iter().map(|f| (f.id, f.level)).collect::<Vec<_>>(),
        [("host_not_of_gateway", Level::Info), ("key_of_other_gateway", Level::Warning)]
    );
    let local = check(&draft("http://127.0.0.1:8080/v1/chat/completions", BODY), "cometapi");
    assert_eq!(local, []);
    let typo = check(&draft("https://api.cometapi.com/v1/chat/completion", BODY), "cometapi");
    assert!(typo[0].fix.contains("/v1/chat/completions"));
    for (path, level) in [
        ("/v1/chat/completions/chat/completions", Level::Warning),
        ("/v1beta/models/gemini-2.5-pro:generateContent", Level::Info),
        ("/v1/audio/speech", Level::Info),
    ] {
        let found = check(&draft(&format!("https://api.cometapi.com{path}"), BODY), "cometapi");
        assert_eq!(
            found.iter().map(|f| (f.id, f.level)).collect::<Vec<_>>(),
            [("path_unknown", level)],
            "{path}"
        );
    }
    let bare = check(&draft("https://api.cometapi.com/chat/completions", "{}"), "cometapi");
    assert!(bare.iter().any(|f| f.id == "field_missing"), "the body is checked all the same");
}

#[test]
fn headers_are_checked() {
    let table = [
        ("Bearer Bearer [key#1]", vec!["bearer_doubled"]),
        ("[key#1]", vec!["bearer_missing"]),
        ("Bearer: [key#1]", vec!["bearer_missing"]),
        ("Bearer ", vec!["credential_empty"]),
        ("", vec!["credential_empty"]),
        ("Bearer <COMETAPI_KEY>", vec!["key_is_placeholder"]),
        ("Bearer undefined", vec!["key_is_placeholder"]),
        ("Bearer None", vec!["key_is_placeholder"]),
        ("Bearer \"[key#1]\"", vec!["credential_quoted"]),
        ("Bearer [key#1] x", vec!["credential_with_space"]),
        ("Bearer\u{a0}[key#1]", vec!["header_not_ascii"]),
        ("Basic [key#1]", vec![]),
        ("bearer [key#1]", vec![]),
    ];
    for (value, expected) in table {
        let mut draft = draft(URL, BODY);
        draft.headers[0].value = value.into();
        assert_eq!(ids(&draft), expected, "{value}");
    }
    let with = |headers: Vec<Header>| Draft { headers, ..draft(URL, BODY) };
    let json = || Header::new("Content-Type", "application/json");
    let key = || Header::new("x-api-key", "[key#1]");
    assert_eq!(ids(&with(vec![json()])), ["credential_missing"]);
    assert_eq!(
        ids(&with(vec![json(), key(), Header::new("Authorization", "Bearer [key#1]")])),
        ["two_credentials"]
    );
    assert_eq!(
        ids(&with(vec![json(), Header::new("x-api-key", "Bearer [key#1]")])),
        ["bearer_in_key_header"]
    );
    assert_eq!(ids(&with(vec![key()])), ["content_type_missing"]);
    assert_eq!(ids(&with(vec![key(), Header::new("content-type", "text/plain")])), ["content_type_not_json"]);
    assert_eq!(
        ids(&with(vec![key(), json(), Header::new("content-type", "text/plain")])),
        ["content_type_twice"]
    );
    let messages = Draft { url: "https://api.cometapi.com/v1/messages".into(), ..with(vec![json(), key()]) };
    assert_eq!(ids(&messages), ["header_missing", "field_missing"]);
}

#[test]
fn bodies_are_checked_with_their_place() {
    let table: &[(&str, &str, (usize, usize), &str)] = &[
        ("{\"model\":\"gpt-4o\",\n \"messages\": [}", "json_syntax", (2, 15), ""),
        ("{\"model\":\"gpt-4o\",\n\"messages\":[],}", "json_syntax", (2, 15), ""),
        ("{'model':'gpt-4o'}", "json_syntax", (1, 2), ""),
        ("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "field_missing", (1, 1), "/model"),
        ("{\"model\":\"gpt-4o\",\"messages\":[]}", "messages_empty", (1, 30), "/messages"),
        ("{\"model\":\"gpt-4o\",\"messages\":\"hi\"}", "field_type", (1, 30), "/messages"),
        (
            "{\"model\":\"gpt-4o\",\n\"temperature\":\"0.7\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "field_type",
            (2, 15),
            "/temperature",
        ),
        (
            "{\"model\":\"gpt-4o\",\n\"messages\":[{\"role\":\"usr\",\"content\":\"x\"}]}",
            "role_invalid",
            (2, 21),
            "/messages/0/role",
        ),
        (
            "{\"model\":\"gpt-4o\",\n\"messages\":[{\"content\":\"x\"}]}",
            "role_missing",
            (2, 13),
            "/messages/0/role",
        ),
        ("{\"model\":\"gpt-4o\",\"messages\":[\"hi\"]}", "message_type", (1, 31), "/messages/0"),
        (
            "{\"model\":\"your-model-id\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "model_is_placeholder",
            (1, 10),
            "/model",
        ),
        (
            "{\"model\":\" \",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
            "field_empty",
            (1, 10),
            "/model",
        ),
        ("[1]", "body_not_object", (1, 1), ""),
        ("", "body_missing", (1, 1), ""),
    ];
    for (body, id, (line, column), path) in table {
        let findings = check(&draft(URL, body), "cometapi");
        let first = findings.first().unwrap_or_else(|| panic!("{body}"));
        let place = Place::Body { line: *line, column: *column, path: (*path).to_owned() };
        assert_eq!((first.id, &first.place), (*id, &place), "{body}");
    }
    let fine = [
        "{\"model\":\"[env:M]\",\"max_tokens\":[env:N],\"messages\":[{\"role\":\"user\",\"content\":\"[env:X]\"}]}",
        "{\"model\":\"gpt-4o\",\"stop\":null,\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[]}],\"unheard_of\":1}",
        "{\"model\":\"gpt-4o\",\"max_tokens\":16.0,\"messages\":[{\"role\":\"system\",\"content\":null}]}",
    ];
    for body in fine {
        assert_eq!(ids(&draft(URL, body)), [""; 0], "{body}");
    }
    let many = format!("{{\"model\":\"gpt-4o\",\"messages\":[{}]}}", vec!["{}"; 1000].join(","));
    assert!(check(&draft(URL, &many), "cometapi").len() <= 6);
}

#[test]
fn findings_quote_nothing_of_the_input() {
    let marker = "zq9marker";
    let body = format!(
        "{{\"model\":\"{marker} \",\"messages\":[{{\"role\":\"{marker}\"}}],\"temperature\":\"{marker}\"}}"
    );
    let mut draft = draft(&format!("https://{marker}.example/{marker}"), &body);
    draft.headers.push(Header::new("Authorization", format!("Bearer {marker} {marker}")));
    for broken in [
        draft.clone(),
        Draft { url: format!("https://api.cometapi.com/{marker}//v1/chat/completions/"), ..draft.clone() },
        Draft { body: format!("{{{marker}"), ..draft },
    ] {
        for finding in check(&broken, "cometapi") {
            assert!(!format!("{}{}", finding.message, finding.fix).contains(marker), "{}", finding.id);
        }
    }
}

proptest! {
    #[test]
    fn any_draft_is_survived(url in "\\PC{0,60}", name in "\\PC{0,12}", value in "\\PC{0,40}", body in "[{}\\[\\]\"a-z:,0-9\\\\\\n env\\PC]{0,80}") {
        let mut draft = draft(&url, &body);
        draft.headers.push(Header::new(name, value));
        let catalog = Catalog::built_in();
        let _ = preflight(&draft, &catalog, catalog.profiles.first());
        draft.url = URL.into();
        let _ = preflight(&draft, &catalog, catalog.profiles.first());
    }
}
