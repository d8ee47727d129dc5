//! The editor of a body: colours, brackets, findings in their place, undo, search, form, completion; and a body of megabytes.

use casefile::session::Event;

use crate::rig::{Rig, curl_like, secret};

const SIZES: [(u16, u16, &str); 2] = [(80, 24, ""), (140, 45, "_wide")];

fn editing(width: u16, height: u16, body: &str) -> Rig {
    let mut rig = Rig::new(width, height);
    let mut draft = curl_like();
    draft.body = body.into();
    rig.tell(Event::Edited(draft));
    rig.keys("<tab><tab>e");
    rig
}

#[test]
fn a_body_is_edited_with_its_findings_in_place() {
    for (width, height, tail) in SIZES {
        let mut rig = editing(width, height, &curl_like().body);
        screen!(rig, "<right>", format!("edit_body{tail}"));
        screen!(rig, "<ctrl-end><backspace>", format!("edit_body_broken{tail}"));
        rig.keys("<ctrl-u>");
        assert_eq!(rig.session.draft().body, curl_like().body, "undo reaches the session");
        rig.keys("<ctrl-r>");
        assert!(rig.session.draft().body.len() < curl_like().body.len());
        let mut rig = editing(
            width,
            height,
            "{\"model\":\"gpt-4o\",\"max_tokens\":\"9\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{}],\"n\":1.50}",
        );
        screen!(rig, "<ctrl-t>", format!("edit_body_formatted{tail}"));
        assert!(rig.session.draft().body.contains("\"n\": 1.50"));
        rig.keys("<ctrl-f>ROLE<enter>");
        screen!(rig, "<ctrl-g>", format!("edit_body_found{tail}"));
        rig.keys("<ctrl-f>nowhere<enter>");
        assert!(rig.draw().contains("stands nowhere"));
    }
}

#[test]
fn the_catalog_completes_names_roles_and_models() {
    let mut rig = editing(80, 24, "{}");
    screen!(rig, "<right><tab>", "edit_complete_name");
    assert_eq!(rig.session.draft().body, "{\"model\": }");
    rig.keys("\"x\", \"mess<tab>");
    assert_eq!(rig.session.draft().body, "{\"model\": \"x\", \"messages\": }");
    rig.keys("[{\"role\": <tab>");
    let body = rig.session.draft().body.clone();
    rig.keys("<tab>");
    assert_ne!(rig.session.draft().body, body, "the next role");
    screen!(rig, "", "edit_complete_role");
    rig.keys(", \"c<tab>");
    assert!(rig.session.draft().body.contains("\"content\": "), "{}", rig.session.draft().body);
    let mut rig = editing(80, 24, "{\"stream\": t}");
    rig.keys("<end><left><tab>");
    assert_eq!(rig.session.draft().body, "{\"stream\": true}");
    let mut rig = editing(80, 24, "[1]");
    rig.keys("<right><tab>");
    assert!(rig.draw().contains("nothing is known for this place"));
}

/// A key that is typed or pasted into a body is masked at once, and no step backwards brings it onto the screen.
#[test]
fn undo_brings_no_key_back() {
    let mut rig = editing(80, 24, "{\"a\": \"\"}");
    rig.keys("<end><left><left>");
    rig.paste(&secret("sk-"));
    for keys in ["", "<ctrl-u>", "<ctrl-u>", "<ctrl-r>"] {
        rig.keys(keys);
        let shown = rig.draw();
        assert!(shown.contains("[key#1]") && !shown.contains("aB3aB3"), "{keys}: {shown}");
    }
}

#[test]
fn a_body_of_megabytes_is_edited_at_its_end() {
    let line = format!("{{\"model\":\"m\",\"x\":\"{}\"}}", "y".repeat(5 * 1024 * 1024));
    let lines =
        format!("{{\"model\": \"m\", \"x\": [\n{}0]}}", "  \"yyyyyyyyyyyyyyyyyyyyyyyy\",\n".repeat(180_000));
    for body in [line, lines] {
        let mut rig = editing(140, 45, &body);
        rig.keys("<ctrl-end>");
        for _ in 0..20 {
            rig.keys("<pageup><up>z");
            rig.draw();
        }
        assert!(rig.draw().contains("checked when you leave it"));
        assert_eq!(rig.session.draft().body.len(), body.len(), "preflight is not asked at every key");
        rig.keys("<esc>");
        assert_eq!(rig.session.draft().body.len(), body.len() + 20);
    }
}

#[test]
fn hostile_text_is_harmless_in_the_editor() {
    let mut rig = editing(80, 24, "{\"a\": \"\u{1b}[2J\u{202e}x\u{200b}\",\u{9b}31m\r\n\t\u{300}}");
    for keys in ["", "<down>", "<end>", "<ctrl-end>", "<up>", "<ctrl-t>"] {
        rig.keys(keys);
        let shown = rig.draw();
        let bad = |c: char| {
            (c.is_control() && c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        };
        assert!(!shown.contains(bad), "{shown}");
    }
}

/// Whoever looks for another model asks the gateway for its list once; from then on Tab knows it, wherever a model is named.
#[test]
fn a_list_of_models_that_was_answered_completes_models() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("3L");
    screen!(rig, "", "isolate_models_consent");
    rig.keys("<enter>");
    let request = rig.outgoing.as_ref().expect("is sent").request.clone();
    assert_eq!((request.method.as_str(), request.target.path.as_str()), ("GET", "/v1/models"));
    assert!(request.body.is_none() && request.headers.iter().any(|h| h.name == "Authorization"));
    rig.answer(200, r#"{"object":"list","data":[{"id":"gpt-5","object":"model"},{"id":"file-1","object":"file"},{"id":"gpt-5-mini","object":"model"}]}"#);
    rig.keys("mgpt-5<tab>");
    screen!(rig, "", "isolate_model_from_the_list");
    rig.keys("<tab><enter>");
    let consent = rig.session.consent().expect("asks");
    assert!(format!("{:?}", consent.purpose).contains("gpt-5-mini"), "{:?}", consent.purpose);
}
