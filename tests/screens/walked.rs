//! The walk of a new user: what was observed is used as it is, is explained at once, and each thing that is missing says by
//! which key it comes.

use casefile::case::note::{NextStep, completeness};
use casefile::case::request::Draft;
use casefile::session::{Belongs, Event, IsolateAsk, Purpose, Standing, Step};
use casefile::ui::tui::theme::Theme;
use casefile::ui::tui::view::note::completeness as completeness_lines;
use serde_json::json;

use crate::rig::{Rig, curl_like, secret};

/// What is shown, without line breaks and frames.
fn words(rig: &mut Rig) -> String {
    rig.draw().replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An archive of a browser with one failed call.
fn archive() -> String {
    let body =
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": -3});
    let error = json!({"error": {"message": "Invalid value for max_tokens", "type": "invalid_request_error", "param": "max_tokens", "code": null}});
    let headers = |all: &[(&str, String)]| {
        json!(all.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>())
    };
    let entry = json!({
        "startedDateTime": "2026-11-20T10:00:00.000Z",
        "time": 312,
        "request": {
            "method": "POST",
            "url": "https://gateway.example/v1/chat/completions",
            "httpVersion": "HTTP/1.1",
            "headers": headers(&[
                ("Authorization", format!("Bearer {}", secret("sk-"))),
                ("Content-Type", "application/json".into()),
            ]),
            "queryString": [], "cookies": [], "headersSize": -1, "bodySize": -1,
            "postData": {"mimeType": "application/json", "text": body.to_string()},
        },
        "response": {
            "status": 400, "statusText": "Bad Request", "httpVersion": "HTTP/1.1",
            "headers": headers(&[("Content-Type", "application/json".into())]),
            "cookies": [], "redirectURL": "", "headersSize": -1, "bodySize": -1,
            "content": {"size": 1, "mimeType": "application/json", "text": error.to_string()},
        },
        "cache": {}, "timings": {"send": 1, "wait": 300, "receive": 11},
    });
    json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}})
        .to_string()
}

const TRACEBACK: &str = "Traceback (most recent call last):
  File \"/app/main.py\", line 12, in <module>
    client.chat.completions.create(model=\"gpt-4o-mini\")
HTTP Request: POST https://api.cometapi.com/v1/chat/completions \"HTTP/1.1 404 Not Found\"
openai.NotFoundError: Error code: 404 - {'error': {'message': 'The model `gpt-4o-mini` does not exist', 'type': 'invalid_request_error', 'param': None, 'code': 'model_not_found'}}
";

/// The key that is pressed without thinking uses the answer of an archive; to send it is a choice, and the key is called
/// confirmed only once the operator confirmed it.
#[test]
fn an_observed_answer_is_used_and_sending_is_a_choice() {
    for (width, height) in [(80, 24), (100, 30)] {
        let mut rig = Rig::new(width, height);
        rig.paste(&archive());
        assert!(words(&mut rig).contains("an answer is there; Enter goes on with it, and sends nothing"));
        rig.keys("<enter>");
        assert_eq!(rig.session.step(), Step::Reproduce);
        let shown = words(&mut rig);
        assert!(shown.contains("request invalid") && shown.contains("message "), "{shown}");
        // On a small screen the reasons stand below its end, and it says that more does.
        assert!(shown.contains("because") || shown.contains("more lines; PgDn"), "{shown}");
        assert!(
            shown.contains("r sends the request, after asking") && shown.contains("r send it"),
            "{shown}"
        );
        rig.keys("<enter>");
        assert_eq!(rig.session.step(), Step::Review);
        rig.keys("<enter>y");
        assert!(rig.copied.is_some() && rig.outgoing.is_none() && rig.session.consent().is_none());
    }
    let mut rig = Rig::new(100, 40);
    rig.paste(&archive());
    rig.keys("<enter>r");
    let consent = rig.session.consent().expect("asks");
    assert!(consent.keys.iter().all(|key| key.belongs == Belongs::Beside), "{:?}", consent.keys);
    let shown = words(&mut rig);
    assert!(shown.contains("stood beside gateway.example") && !shown.contains("confirmed for"), "{shown}");
    rig.keys("y");
    rig.answer(400, "{\"error\":{\"message\":\"no\"}}");
    rig.keys("3mgpt-4o-mini<enter>");
    assert!(words(&mut rig).contains("confirmed for gateway.example"), "{}", rig.draw());
}

/// An error text alone is explained where it is pasted, and Enter leads to the page that explains it.
#[test]
fn an_error_text_is_explained_at_once() {
    for (width, height) in [(80, 30), (100, 30), (140, 45)] {
        let mut rig = Rig::new(width, height);
        rig.paste(TRACEBACK);
        let shown = words(&mut rig);
        for part in ["model unavailable", "because", "do first", "link https://", "a page of"] {
            assert!(shown.contains(part), "{part} at {width}: {shown}");
        }
        rig.keys("<enter>");
        assert_eq!(rig.session.step(), Step::Reproduce);
        assert!(words(&mut rig).contains("Enter goes on to Review with it"), "{}", rig.draw());
    }
    // Where it has no place it can be scrolled to.
    let mut low = Rig::new(60, 15);
    low.paste(TRACEBACK);
    assert!(!words(&mut low).contains("To send it too"));
    low.keys("<pagedown><pagedown><pagedown><pagedown><pagedown><pagedown>");
    assert!(words(&mut low).contains("To send it too"), "{}", low.draw());
}

/// What the text names of its request stands in the note and is not called missing.
#[test]
fn what_the_text_names_is_not_missing() {
    let mut rig = Rig::new(100, 30);
    rig.paste(TRACEBACK);
    assert_eq!(rig.session.profile().map(|profile| profile.id.as_str()), Some("cometapi"));
    rig.keys("4");
    let note = &rig.session.output().expect("made").note;
    assert_eq!(note.model_reference.as_deref(), Some("gpt-4o-mini"));
    assert_eq!(note.request_area.as_deref(), Some("chat_completions"));
    let missing: Vec<&str> =
        completeness(note).into_iter().filter(|item| !item.present).map(|item| item.field).collect();
    for field in
        ["request.method", "request.path", "request.model", "request.base_url", "doc_url", "request_area"]
    {
        assert!(!missing.contains(&field), "{field}: {missing:?}");
    }
    assert!(missing.contains(&"request.body"), "{missing:?}");
    let text = rig.session.output().expect("made").rendered.clone().expect("passes");
    assert!(text.as_str().contains("The text names POST /v1/chat/completions and the model gpt-4o-mini"));
}

/// Each fact that can still come says by which key.
#[test]
fn what_is_missing_says_how_it_comes() {
    let mut rig = Rig::new(140, 60);
    rig.observed();
    rig.keys("5");
    let note = &rig.session.output().expect("made").note;
    let next: Vec<NextStep> = completeness(note).iter().map(|item| item.next).collect();
    for step in [NextStep::Search, NextStep::Words, NextStep::Confirm] {
        assert!(next.contains(&step), "{step:?}");
    }
    let shown = list(&rig);
    for said in ["s on Isolate (3) asks", "w on Review (4) writes it", "Enter on Review (4)"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let mut text = Rig::new(140, 60);
    text.paste(TRACEBACK);
    text.keys("5");
    assert!(list(&text).contains("paste the command on Request (1)"), "{}", text.draw());
}

/// The list of what support needs, line by line.
fn list(rig: &Rig) -> String {
    let lines = completeness_lines(&rig.session, &rig.screen, 200, &Theme::new(true));
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The gateway's list of models answers whether it has the model, once a search asked for it.
#[test]
fn a_model_list_that_came_is_in_the_note() {
    let mut rig = Rig::new(140, 45);
    rig.observed();
    rig.keys("3s<enter>");
    while let Some(sent) = &rig.outgoing {
        let is_list = sent.request.target.path.ends_with("/models");
        if is_list {
            rig.answer(200, "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-4o\"},{\"id\":\"gpt-4o-mini\"}]}");
        } else {
            rig.answer(401, "{\"error\":{\"message\":\"invalid token\",\"type\":\"comet_api_error\"}}");
        }
    }
    rig.keys("4");
    let note = &rig.session.output().expect("made").note;
    let listed: Vec<bool> = note.controls.iter().filter_map(|control| control.model_listed).collect();
    assert_eq!(listed, [true]);
    assert!(completeness(note).iter().any(|item| item.field == "request.model_listed" && item.present));
}

/// The numbers of a search's lines never add up to more than what is asked for.
#[test]
fn a_search_asks_for_what_its_lines_say() {
    for budget in [60, 20, 5] {
        let mut rig = Rig::new(100, 40);
        rig.observed();
        let mut ask = IsolateAsk::default();
        ask.options.budget = budget;
        rig.tell(Event::IsolateRequested(Box::new(ask)));
        let consent = rig.session.consent().expect("asks");
        assert_eq!(consent.purpose, Purpose::Isolate);
        let known: u32 = consent.plan.iter().filter_map(|planned| planned.most).sum();
        let shares = consent.plan.iter().any(|planned| planned.most.is_none());
        assert!(known <= consent.most_requests && consent.most_requests <= budget, "{known} {budget}");
        assert!(shares || known == consent.most_requests, "{known} of {}", consent.most_requests);
        assert!(words(&mut rig).contains(&format!("at most {} requests in all", consent_bound(&rig))));
    }
}

fn consent_bound(rig: &Rig) -> u32 {
    rig.session.consent().map_or(0, |consent| consent.most_requests)
}

/// A retry that is waited for is not done.
#[test]
fn a_retry_under_way_is_not_done() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys("<enter><enter>");
    assert_eq!(rig.session.standing(Step::Reproduce), Standing::Missing("under way"));
    rig.answer(503, "{}");
    assert!(rig.session.is_busy(), "it waits");
    assert!(rig.draw().contains("2 Reproduce …"), "{}", rig.draw());
    rig.keys("x");
    assert_eq!(rig.session.standing(Step::Reproduce), Standing::Done);
}

/// What Enter does on the last page stands in its help.
#[test]
fn the_help_of_the_note_names_enter() {
    let mut rig = Rig::new(100, 60);
    rig.observed();
    rig.keys("5?");
    assert!(words(&mut rig).contains("Enter say what is left to be done"), "{}", rig.draw());
}

/// On the smallest screen a header that has no place is a way away, and no line of Isolate is cut.
#[test]
fn nothing_is_out_of_reach_on_a_small_screen() {
    let mut rig = Rig::new(60, 15);
    rig.paste(&archive());
    assert!(words(&mut rig).contains("1 of 2; Tab and e show all"), "{}", rig.draw());
    rig.keys("<tab>");
    assert!(words(&mut rig).contains("1 of 2; e shows all"), "{}", rig.draw());
    rig.keys("e");
    assert!(rig.draw().contains("Content-Type"), "{}", rig.draw());
    rig.keys("<esc>3");
    assert!(!rig.draw().contains("known …"), "{}", rig.draw());
}

/// The key on an answer that names a task asks for it, after a question that counts first; where no answer names one, it is in
/// no list.
#[test]
fn the_key_on_an_answer_asks_for_its_task() {
    let mut rig = Rig::new(110, 30);
    rig.observed();
    assert!(!words(&mut rig).contains("ask for task"), "no answer names a task");
    let mut rig = Rig::new(110, 30);
    rig.tell(Event::Edited(Draft {
        url: "https://api.cometapi.com/v1/videos".into(),
        body: r#"{"model":"sora-2","prompt":"A grey square."}"#.into(),
        ..curl_like()
    }));
    rig.tell(Event::GoTo(Step::Reproduce));
    rig.tell(Event::SendRequested);
    rig.tell(Event::ConsentGiven { remember: false });
    rig.answer(200, r#"{"id":"task_9","object":"video","status":"queued"}"#);
    let shown = words(&mut rig);
    assert!(shown.contains("a ask for task") && shown.contains("200 task queued"), "{shown}");
    rig.keys("a");
    let shown = words(&mut rig);
    assert!(shown.contains("at most 60 times, every 5 s, for 600 s in all"), "{shown}");
    assert!(shown.contains("GET https://api.cometapi.com/v1/videos/task_9"), "{shown}");
    rig.keys("y");
    rig.answer(
        200,
        r#"{"id":"task_9","status":"failed","error":{"code":"gone","message":"The provider gave up."}}"#,
    );
    let shown = words(&mut rig);
    assert!(shown.contains("200 task failed") && shown.contains("upstream server: task failed"), "{shown}");
    assert!(!shown.contains("a ask for task"), "it has ended: {shown}");
}
