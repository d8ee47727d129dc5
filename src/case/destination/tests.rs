//! Texts for every destination of the catalog.

use proptest::prelude::*;

use super::*;
use crate::case::catalog::Catalog;

const ID: &str = "CF-20261120-WHCK43EQ";
const NOTE: &str = include_str!("../../../tests/golden/unknown-model/note.md");

fn fitted(id: &str, markdown: &str, own: bool, files: &[String]) -> Fitted {
    let catalog = Catalog::built_in();
    let to = catalog.destination(id).expect(id);
    fit(Source { case_id: ID, markdown, own, files }, to, catalog.cut_first(to))
}

fn files() -> Vec<String> {
    vec![format!("{ID}-20261120.md"), format!("{ID}-20261120.yaml")]
}

#[test]
fn every_destination_holds_its_limit_and_says_what_it_left_out() {
    let catalog = Catalog::built_in();
    assert!(catalog.destinations.len() >= 13);
    let long = NOTE.replace("Exact, as it was received.", &"A long line of words.\n".repeat(40_000));
    for to in &catalog.destinations {
        let short = fitted(&to.id, NOTE, true, &files());
        assert!(short.text.contains(&marker(ID)), "{}", to.id);
        let is_small = to.limit.as_ref().is_some_and(|limit| limit.characters < 10_000);
        assert_eq!(short.cut.is_empty() && !short.shortened, !is_small, "{}: {:?}", to.id, short.cut);
        assert!(short.text.contains("Attached: ") && short.text.contains(".yaml"), "{}", to.id);
        let without = fitted(&to.id, &long, true, &[]);
        let most = to.limit.as_ref().map_or(usize::MAX, |limit| limit.characters);
        assert!(without.text.chars().count() <= most, "{}", to.id);
        let is_whole = without.text.matches("A long line of words").count() == 40_000;
        assert_eq!(is_whole, !without.shortened, "{}", to.id);
        assert!(is_whole || without.text.contains("left out for its length"), "{}", to.id);
        assert!(without.text.contains("202611201815000SF0qMS6A"), "{}: the request id stays", to.id);
    }
}

#[test]
fn what_is_cut_goes_in_the_order_of_the_data_and_headings_in_code_are_none() {
    let catalog = Catalog::built_in();
    let mut to = catalog.destination("github").expect("there").clone();
    let length = NOTE.chars().count();
    if let Some(limit) = &mut to.limit {
        limit.characters = length - 1;
    }
    let source = Source { case_id: ID, markdown: NOTE, own: true, files: &[] };
    let one = fit(source, &to, catalog.cut_first(&to));
    assert_eq!(one.cut, ["Environment and sources"]);
    assert!(!one.text.contains("## Environment") && one.text.contains("## Reproduction"));
    assert!(
        one.text.ends_with("Sections left out for its length: `Environment and sources`.\n"),
        "{}",
        one.text
    );
    let text = "# t\n\n```\n## Request\nx\n```\n\n## Request\ny\n";
    let found: Vec<String> = sections::of(text).into_iter().map(|s| s.heading).collect();
    assert_eq!(found, ["", "Request"]);
    assert_eq!(sections::first_lines("a\n````\nb\nc\n````\n", 3), "a\n````\nb\n````");
}

#[test]
fn evidence_commands_nothing() {
    let evil = "@everyone #123 /close\n/close\nRT-Send-CC: a@b.example\nFrom x\nhttps://evil.example www.evil.example \
                {color:red}x{color} {noformat}[~admin]{noformat} </pre>@admin {{thumbnail(x)}} <!channel> <b>x</b> {{{ticket.id}} \
                {% raw %} msg12 issue 7 ```\n@here\n```";
    let table: [(&str, &[&str]); 7] = [
        ("jira_server", &["{noformat}[~"]),
        ("redmine", &["</pre>@admin", "{{thumbnail"]),
        ("zendesk", &["{{ticket", "{%", "<b>", "</pre>@", "#123"]),
        ("slack", &["<!channel", "<b>", "```\n@here"]),
        ("discord", &["```\n@here"]),
        ("rt", &["://", "www.evil", "a@b", "\n/close", "\nRT-Send-CC", "\nFrom", "#123"]),
        ("roundup", &["msg12", "issue 7", "https://"]),
    ];
    for (id, gone) in table {
        let text = fitted(id, evil, false, &[]).text;
        for word in gone {
            assert!(!text.contains(word), "{id} {word}: {text}");
        }
    }
    // Markdown of somebody else is code as a whole.
    let text = fitted("gitlab", evil, false, &[]).text;
    let inner = text.split("```").nth(1).unwrap_or_default();
    assert!(inner.contains("/close") && text.matches("```").count() == 2, "{text}");
}

#[test]
fn only_addresses_of_the_catalog_are_links() {
    let catalog = Catalog::built_in();
    let url = &catalog.topics.first().expect("a topic").url;
    let note = serde_json::json!({"doc_url": url, "sources": [{"url": "https://evil.example/x"}], "title": "https://t"});
    let text = without_foreign_links(note, &catalog).to_string();
    assert!(
        text.contains(url.as_str()) && text.contains("https[:]//evil") && text.contains("https://t"),
        "{text}"
    );
}

#[test]
fn a_subject_is_one_line_that_commands_nothing() {
    let table = [
        ("503 from POST /v1/chat/completions /close", "503 from POST /v1/chat/completions /close"),
        (
            "ask @everyone about #12, see https://evil.example\nwww.x.example",
            "ask [@]everyone about #[]12, see https[:]//evil.example www[.]x.example",
        ),
        ("a\r\nBcc: x@y.example\r\n\r\nbody", "a Bcc: x[@]y.example body"),
        ("{{{ticket.requester}} {% raw %}", "{ { {ticket.requester}} { % raw %}"),
        ("<!channel> <b>x</b> [x](/y) a < b", "[<]!channel> [<]b>x[<]/b> [x] (/y) a < b"),
        ("[desk #12] [issue12] msg 7", "[desk #[]12] [issue[]12] msg[] 7"),
        ("SUP-12 !12 &12 gpt-4o @(y)", "SUP[-]12 ![]12 &[]12 gpt-4o [@] (y)"),
    ];
    for (title, expected) in table {
        assert_eq!(subject(ID, title), format!("{} {expected}", marker(ID)));
    }
    let long = subject(ID, &"@a #1 ".repeat(200));
    assert!(long.chars().count() <= 255 && long.ends_with('…'), "{long}");
}

proptest! {
    #[test]
    fn no_subject_does_anything(title in "\\PC{0,60}|[@#!&<>{}%/=\\[\\]():w.a-cA-C0-9 \n\r\t-]{0,80}") {
        let made = subject(ID, &title);
        let tail = made.strip_prefix(&marker(ID)).expect("the marker stands first");
        for word in ["://", "{{", "{%", "<!", "](", "www."] {
            prop_assert!(!tail.contains(word), "{}: {}", word, tail);
        }
        prop_assert!(!made.chars().any(char::is_control), "{}", made);
        prop_assert!(!tail.replace("[@]", "").contains('@'), "{}", tail);
        let live = regex::Regex::new(r"#[0-9]|\b[A-Z][A-Z0-9]+-[0-9]|[!&][0-9]").expect("a pattern");
        prop_assert!(!live.is_match(tail), "{}", tail);
        prop_assert!(made.chars().count() <= 255);
    }

    #[test]
    fn no_text_ends_its_block(text in "\\PC{0,40}|[`</>prencodmat{}!@#\n ]{0,60}") {
        for (id, end) in [("redmine", "</pre>"), ("jira_server", "{noformat}"), ("discord", "```"), ("slack", "```"), ("zendesk", "</pre>")] {
            let made = fitted(id, &text, false, &[]).text;
            let twice = if id == "redmine" || id == "zendesk" { 1 } else { 2 };
            prop_assert_eq!(made.matches(end).count(), twice, "{}: {}", id, made);
        }
    }

    #[test]
    fn plain_text_links_to_nothing(text in "\\PC{0,60}|[w.@#0-9:/htpmsgi \n]{0,60}") {
        let made = fitted("rt", &text, false, &[]).text;
        prop_assert!(!made.contains("://") && !made.contains("www."), "{}", made);
    }
}
