//! What a new user stumbled over, one test each.

use casefile::case::catalog::Catalog;
use casefile::case::kept::{KeptCase, Unfinished};
use casefile::case::sanitize::Readmission;
use casefile::session::{Event, KeyUse, Session, Standing, Step};
use casefile::ui::tui::keys::Action;
use casefile::ui::tui::popup::Popup;
use casefile::ui::tui::screen::CaseAsk;
use casefile::ui::tui::view::request::finding_text;
use casefile::ui::tui::{CaseDesk, CaseRow, ListTitle};
use chrono::{DateTime, Utc};

use crate::rig::{Rig, curl_like, secret};

fn pasted_curl(host: &str) -> String {
    format!(
        "curl https://{host}/v1/chat/completions -H 'Authorization: Bearer {}' -d '{{\"model\":\"gpt-4o\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hello\"}}]}}'",
        secret("sk-")
    )
}

/// What is shown, without line breaks and frames.
fn words(rig: &mut Rig) -> String {
    rig.draw().replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The host that stood beside a pasted key is the only one for which it is confirmed.
#[test]
fn a_pasted_key_is_not_confirmed_for_a_base_url() {
    let mut rig = Rig::new(100, 30);
    rig.tell(Event::BaseUrlSet("https://other.example".into()));
    rig.paste(&pasted_curl("api.cometapi.com"));
    rig.keys("<enter>");
    let consent = rig.session.consent().expect("asks");
    assert!(consent.keys.iter().all(KeyUse::is_elsewhere), "{:?}", consent.keys);
    let shown = words(&mut rig);
    assert!(shown.contains("LOOK TWICE") && shown.contains("NOT to other.example"), "{shown}");
    rig.keys("<enter>");
    assert!(rig.outgoing.is_none(), "Enter alone sends it nowhere");
    let mut same = Rig::new(100, 30);
    same.paste(&pasted_curl("api.cometapi.com"));
    same.keys("<enter>");
    assert!(same.session.consent().expect("asks").keys.iter().all(|key| !key.is_new()));
}

/// What was copied is the note of that place and format, and no other.
#[test]
fn another_format_was_not_handed_over() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("4<enter>y<tab>");
    assert_eq!(rig.session.standing(Step::Note), Standing::Done);
    assert!(rig.session.is_handed_over());
    rig.keys("f5");
    assert!(!rig.session.is_handed_over());
    let shown = rig.draw();
    assert!(shown.contains("not copied yet: y copies it"), "{shown}");
    rig.keys("ff");
    assert_eq!(rig.session.standing(Step::Note), Standing::Done, "the text that was copied is shown again");
    rig.tell(Event::PlaceChosen(Some("github".into())));
    assert!(!rig.session.is_handed_over());
}

/// A scenario is judged by its own walk, and has nothing of a case of one's own; nor the other way round.
#[test]
fn practice_and_cases_of_ones_own_do_not_mix() {
    let mut rig = Rig::practice(100, 30);
    rig.keys("<enter>");
    rig.observed();
    rig.keys("4<enter>");
    assert_eq!(rig.screen.practice.scores.len(), 1);
    rig.keys("n");
    assert_eq!(rig.screen.practice.scores.len(), 1, "the next one was not walked yet");
    let practised = rig.session.id().to_owned();
    rig.keys("1");
    rig.paste(&pasted_curl("api.cometapi.com"));
    assert!(rig.screen.practice.chosen.is_none());
    assert_eq!(rig.session.profile().map(|profile| profile.id.as_str()), Some("cometapi"));
    assert_ne!(rig.session.id(), practised);
    assert!(!rig.draw().contains("Practice ("), "no story beside a case of one's own");
    // And back: the scenario is a case of its own.
    let own = rig.session.id().to_owned();
    rig.keys("p<enter>");
    assert!(rig.screen.practice.chosen.is_some());
    assert_ne!(rig.session.id(), own);
    assert_eq!(rig.session.profile().map(|profile| profile.id.as_str()), Some("practice"));
    // The page of the note without a walk has no score, whatever an earlier walk was worth.
    rig.keys("5");
    let shown = rig.draw();
    assert!(!shown.contains("Score"), "{shown}");
}

/// The question, the page and the evidence name the same headers, and each request has an id of its own.
#[test]
fn the_id_of_our_own_is_shown_wherever_headers_are() {
    const NAME: &str = "x-client-request-id";
    let mut rig = Rig::new(100, 40);
    rig.tell(Event::Edited(curl_like()));
    rig.tell(Event::GatewayChosen("practice".into()));
    rig.keys("2");
    assert!(rig.draw().contains(NAME), "the page");
    rig.keys("<enter>");
    let id = |session: &Session| {
        let consent = session.consent().expect("asks");
        let header = consent.headers.iter().find(|header| header.name == NAME).expect("has it");
        header.value.clone()
    };
    let first = id(&rig.session);
    assert!(first.ends_with("-1"), "{first}");
    rig.keys("y");
    let sent = rig.outgoing.as_ref().and_then(|o| o.client_request_id.clone()).expect("sent");
    assert_eq!(sent.value, first);
    rig.answer(401, "{\"error\":{\"message\":\"no\"}}");
    while rig.session.is_busy() {
        rig.keys("x");
    }
    rig.keys("v<tab><tab>");
    assert!(rig.draw().contains(&first), "the evidence");
    rig.keys("r");
    assert!(rig.draw().contains(&first), "the evidence, raw");
    rig.keys("<esc>3mgpt-4o-mini<enter>");
    let second = id(&rig.session);
    assert_ne!(second, first);
    rig.keys("y");
    let sent = rig.outgoing.as_ref().and_then(|o| o.client_request_id.clone()).expect("sent");
    assert_eq!(sent.value, second);
}

/// `n` goes to every placeholder that leaves, also to those in the operator's words.
#[test]
fn the_next_replacement_is_also_looked_for_in_the_words() {
    let mut rig = Rig::new(100, 40);
    rig.observed();
    rig.keys("4wIs jane.doe@customer.example hit?<esc><tab><tab><tab><tab>");
    rig.keys("gg");
    let all = rig.screen.count_of_placeholders();
    let in_text = rig.screen.marks.replaced.len();
    assert_eq!(all, in_text + 1, "{}", rig.draw());
    rig.screen.review = casefile::ui::tui::screen::ReviewPane::Evidence;
    let mut seen = Vec::new();
    for _ in 0..=all {
        rig.keys("n");
        seen.push(rig.screen.marked_place());
    }
    let wanted: Vec<Option<usize>> = (0..all).chain([0]).map(Some).collect();
    assert_eq!(seen, wanted, "{}", rig.draw());
    let shown = rig.draw();
    assert!(shown.contains(&format!("placeholders: 1 of {all}")), "{shown}");
}

/// The reason for a refusal comes before a question is asked, and what it says is true.
#[test]
fn what_cannot_be_done_is_said_at_once() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("5w");
    assert!(rig.screen.popup.is_none());
    assert!(rig.draw().contains("confirm it there"), "{}", rig.draw());
    rig.keys("4<enter>w");
    assert!(matches!(rig.screen.popup, Some(Popup::Prompt(_))));
    let mut answer = Rig::new(80, 24);
    answer.paste("openai.RateLimitError: Error code: 429 - Slow down");
    answer.keys("4f");
    let shown = words(&mut answer);
    assert!(shown.contains("there is none here"), "{shown}");
}

/// A line that was said of a page is not said of the next one.
#[test]
fn the_status_line_belongs_to_its_page() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("5w2");
    assert!(!rig.draw().contains("confirm it there"), "{}", rig.draw());
    rig.keys("5w");
    rig.tell(Event::GoTo(Step::Request));
    assert!(!rig.draw().contains("confirm it there"), "{}", rig.draw());
}

/// A key that is pasted where a model belongs is neither drawn nor taken.
#[test]
fn a_key_in_a_field_for_something_else_is_masked() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys("m<ctrl-u>");
    let key = secret("sk-");
    rig.paste(&key);
    let shown = rig.draw();
    assert!(!shown.contains("aB3aB3") && shown.contains("looks like a key"), "{shown}");
    let body = rig.session.draft().body.clone();
    rig.keys("<enter>");
    assert_eq!(rig.session.draft().body, body);
    assert!(rig.draw().contains("not like a model"), "{}", rig.draw());
    rig.keys(":");
    rig.paste(&key);
    assert!(!rig.draw().contains("aB3aB3"), "{}", rig.draw());
    rig.keys("<esc>");
    rig.observed();
    rig.keys("3m");
    rig.paste(&key);
    rig.keys("<enter>");
    assert!(rig.session.consent().is_none() && !rig.draw().contains("aB3aB3"), "{}", rig.draw());
}

/// Keys are named where they do something, and only there.
#[test]
fn keys_that_do_nothing_are_not_named() {
    let mut rig = Rig::new(100, 30);
    assert!(!rig.screen.offers(Action::OpenEvidence, &rig.session));
    rig.observed();
    rig.keys("2v");
    assert!(!rig.screen.offers(Action::Fold, &rig.session), "there is nothing to fold on Timeline");
    assert!(!rig.screen.offers(Action::NextAttempt, &rig.session), "there is one attempt");
    assert!(!rig.screen.offers(Action::ToggleRaw, &rig.session), "times are the same raw");
    rig.keys("<tab><tab><tab>");
    assert!(rig.screen.offers(Action::Fold, &rig.session), "{}", rig.draw());
}

/// On a small terminal the key and the address are in sight, and what is below is told.
#[test]
fn a_small_terminal_shows_the_key_first() {
    let mut rig = Rig::new(60, 15);
    rig.observed();
    rig.keys("3s");
    let shown = rig.draw();
    assert!(shown.contains("[key#1]") && shown.contains("more lines"), "{shown}");
    let mut rig = Rig::new(60, 15);
    rig.tell(Event::Edited(curl_like()));
    let shown = rig.draw();
    assert!(
        shown.contains("URL") && shown.contains("api.cometapi.com") && shown.contains("Findings"),
        "{shown}"
    );
}

/// What has no place is told, and `f` shows each finding whole.
#[test]
fn a_finding_that_is_cut_can_be_read() {
    let mut rig = Rig::new(80, 24);
    let mut draft = curl_like();
    draft.url = "http://api.cometapi.com/v1/v1/chat/completions".into();
    draft.body = "{\"model\": \"\", \"messages\": [}, \"stream\": \"yes\"".into();
    rig.tell(Event::Edited(draft));
    assert!(rig.session.findings().len() > 1);
    let findings: Vec<String> =
        rig.session.findings().iter().map(|finding| finding.message.clone()).collect();
    for message in findings {
        rig.keys("f");
        let shown = rig.draw().split_whitespace().collect::<Vec<_>>().join(" ");
        let beginning: String = message.chars().take(30).collect();
        assert!(shown.contains(&beginning), "{beginning}: {shown}");
        rig.keys("<esc>");
    }
}

/// A member that stands further down is not offered a second time.
#[test]
fn a_member_is_not_completed_twice() {
    let mut rig = Rig::new(100, 40);
    let mut draft = curl_like();
    draft.body = "{\n  \n  \"model\": \"gpt-4o\",\n  \"messages\": []\n}".into();
    rig.tell(Event::Edited(draft));
    rig.keys("<tab><tab>e<down><end><tab>");
    let body = rig.session.draft().body.clone();
    assert_eq!(body.matches("\"model\"").count(), 1, "{body}");
    assert_eq!(body.matches("\"messages\"").count(), 1, "{body}");
}

/// A search that asked for the gateway's models is not said not to have asked; and the screen names its own keys.
#[test]
fn what_a_search_did_is_said_as_it_was() {
    let mut rig = Rig::new(140, 45);
    rig.observed();
    rig.keys("3s<enter>");
    while rig.outgoing.is_some() {
        rig.answer(
            401,
            "{\"error\":{\"code\":\"\",\"message\":\"invalid token\",\"type\":\"comet_api_error\"}}",
        );
    }
    let shown = rig.draw();
    assert!(shown.contains("What makes it fail:") && !shown.contains("(--"), "{shown}");
    rig.keys("5");
    let note = &rig.session.output().expect("made").note;
    let gap = note.missing_evidence.iter().find(|gap| gap.field == "request.model_listed").expect("a gap");
    assert!(gap.why.contains("is no list of models"), "{}", gap.why);
}

/// A case that was kept, to go on with.
fn kept_case() -> Option<Unfinished> {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("4<enter>y");
    let saved = rig.kept.first().and_then(KeptCase::evidence)?;
    Unfinished::read(saved.text().as_str(), &Readmission::new(&Catalog::built_in())).ok()
}

/// What is pasted while unfinished cases are offered is a case of its own.
#[test]
fn a_paste_begins_a_new_case_while_unfinished_ones_are_offered() {
    let case = kept_case().expect("kept");
    let mut rig = Rig::new(100, 30);
    rig.screen.offer(vec![case], &rig.session, rig.now);
    assert!(matches!(rig.screen.popup, Some(Popup::Picker(_))));
    rig.paste(&pasted_curl("api.cometapi.com"));
    assert!(rig.screen.popup.is_none());
    assert_eq!(rig.session.draft().url, "https://api.cometapi.com/v1/chat/completions");
    let shown = rig.draw();
    assert!(!shown.contains("aB3aB3") && shown.contains("[key#1]"), "{shown}");
}

/// What was said of a copy is not said of another format.
#[test]
fn another_format_is_not_said_to_be_copied() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("4<enter>y");
    assert!(rig.draw().contains("copied: tmux buffer"), "{}", rig.draw());
    rig.keys("f");
    let shown = rig.draw();
    assert!(!shown.contains("copied: tmux") && shown.contains("not copied yet: y copies it"), "{shown}");
    rig.keys("y");
    assert!(rig.draw().contains("copied: tmux buffer"), "the same words again, of this copy");
}

/// Enter on Note goes where what is missing is done, or says it.
#[test]
fn enter_on_note_is_answered() {
    let mut rig = Rig::new(100, 30);
    rig.keys("5<enter>");
    assert!(words(&mut rig).contains("nothing was observed yet; 1 is Request"), "{}", rig.draw());
    rig.observed();
    rig.keys("5<enter>");
    assert_eq!((rig.session.step(), rig.session.confirmed()), (Step::Review, false));
    rig.keys("<enter><enter>");
    assert_eq!((rig.session.step(), rig.session.confirmed()), (Step::Note, true));
    assert!(words(&mut rig).contains("this is the last step: y copies the note"), "{}", rig.draw());
}

/// A log with one group.
struct OneGroup(Unfinished);

impl CaseDesk for OneGroup {
    fn rows(&mut self, _: DateTime<Utc>) -> Result<Vec<CaseRow>, String> {
        let line = "     3  100%  auth".to_owned();
        Ok(vec![CaseRow { id: "g-1".into(), sought: line.clone(), line, unfinished: false }])
    }

    fn preview(&mut self, _: &CaseRow) -> Result<String, String> {
        Ok("its page".into())
    }

    fn open(&mut self, _: &CaseRow) -> Result<Unfinished, String> {
        Ok(self.0.clone())
    }

    fn remove(&mut self, _: &CaseRow) -> Result<(), String> {
        Err("is not asked".into())
    }

    fn reveal(&self, _: &CaseRow) -> String {
        String::new()
    }

    fn title(&self) -> ListTitle {
        ListTitle {
            name: "3 failures in groups".into(),
            columns: " count share  class".into(),
            empty: "no failure is in the log".into(),
        }
    }
}

/// Groups of a log are no cases: other keys, nothing to forget, and a way back to them.
#[test]
fn groups_have_words_of_their_own() {
    let mut desk = OneGroup(kept_case().expect("kept"));
    let mut rig = Rig::new(100, 30);
    assert!(rig.screen.serve_cases(&CaseAsk::List, Some(&mut desk), rig.now).is_none());
    let shown = rig.draw();
    assert!(shown.contains("Ctrl-T sort") && shown.contains("request ids"), "{shown}");
    assert!(!shown.contains("forget") && !shown.contains(" where "), "{shown}");
    rig.keys("<ctrl-x>");
    assert!(words(&mut rig).contains("nothing of a log is kept"), "{}", rig.draw());
    let event = rig.screen.serve_cases(&CaseAsk::Open, Some(&mut desk), rig.now).expect("opens");
    rig.tell(event);
    let shown = words(&mut rig);
    assert!(!shown.contains("the case goes on here"), "{shown}");
    assert!(shown.contains("C goes back to the groups"), "{shown}");
}

/// A finding that calls a choice names its key.
#[test]
fn the_choice_among_requests_has_its_key() {
    let mut rig = Rig::new(140, 45);
    rig.paste(&format!("{}\n\n{}\n", pasted_curl("api.cometapi.com"), pasted_curl("other.example")));
    let texts: Vec<String> =
        rig.session.findings().into_iter().map(|finding| finding_text(finding, &rig.screen)).collect();
    assert!(texts.iter().any(|text| text.contains("choose another one (key a)")), "{texts:?}");
}

/// At 100 columns the heading beside the note is whole.
#[test]
fn the_heading_beside_the_note_is_not_cut() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("5");
    let shown = rig.draw();
    let heading = shown.lines().find(|line| line.contains("upport needs")).unwrap_or_default();
    assert!(heading.contains(" missing") && !heading.contains('…'), "{shown}");
}

/// What is said before leaving is what happens.
#[test]
fn leaving_says_what_becomes_of_the_case() {
    for (save, says, not) in
        [(true, "kept as unfinished", "in memory only"), (false, "in memory only", "kept as unfinished")]
    {
        let mut rig = Rig::with_saving(80, 24, save);
        rig.observed();
        rig.keys("4q");
        let shown = words(&mut rig);
        assert!(shown.contains(says) && !shown.contains(not), "{save}: {}", rig.draw());
    }
    // A case that came back and was not touched loses nothing.
    let case = kept_case().expect("kept");
    let mut rig = Rig::new(80, 24);
    rig.screen.offer(vec![case.clone()], &rig.session, rig.now);
    rig.keys("<enter>45q");
    assert!(rig.left, "{}", rig.draw());
    let mut rig = Rig::new(80, 24);
    rig.screen.offer(vec![case], &rig.session, rig.now);
    rig.keys("<enter>4w<enter>x<esc>q");
    assert!(!rig.left && matches!(rig.screen.popup, Some(Popup::Leaving)), "{}", rig.draw());
}

/// A sentence that is no error is kept as its words, and two of them are two failures.
#[test]
fn a_bare_sentence_is_not_lost() {
    let asked = |text: &str| {
        let mut rig = Rig::new(100, 30);
        rig.paste(text);
        rig.keys("2");
        assert!(words(&mut rig).contains(text.get(..30).expect("long")), "{}", rig.draw());
        rig.keys("4");
        let note = rig.session.output().expect("a note").note.value();
        assert_eq!(note.pointer("/response/error/message").and_then(|m| m.as_str()), Some(text), "{note}");
        casefile::case::kept::fingerprint(&note).map(|found| found.id())
    };
    let one = asked("my customer says the API is slow and gives 500 since yesterday");
    let other = asked("the login page of the shop has a wrong colour and my printer is broken");
    assert_ne!(one, other);
    // Where no more than a hint speaks for a class, too.
    asked("it seems that the login is refused by their gateway since this morning");
}

/// What stands below the window is told of.
#[test]
fn reproduce_says_that_there_is_more() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("2");
    assert!(words(&mut rig).contains("more lines; PgDn shows them"), "{}", rig.draw());
}

/// Esc closes what is open, and ends no request.
#[test]
fn esc_ends_no_request_that_is_under_way() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.tell(Event::SendRequested);
    rig.tell(Event::ConsentGiven { remember: false });
    rig.keys("?<esc><esc>");
    assert!(!rig.cancelled, "{}", rig.draw());
    for step in ["4", "5"] {
        rig.keys(step);
        let shown = words(&mut rig);
        assert!(shown.contains("under way; 2 shows it"), "{}", rig.draw());
        assert!(!shown.contains("paste an answer"), "{}", rig.draw());
    }
    rig.keys("2c");
    assert!(rig.cancelled);
}

/// A slip in a path is mended, and not typed again.
#[test]
fn a_path_that_was_typed_is_there_again() {
    let mut rig = Rig::new(80, 24);
    rig.keys("o/tmp/no-such-file<enter>o");
    assert!(rig.draw().contains("/tmp/no-such-file"), "{}", rig.draw());
}

/// A slip in a path is mended, not typed again; what went well is over.
#[test]
fn a_path_that_led_nowhere_is_offered_again() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("4<enter>w<ctrl-u>/nowhere/at/all.yaml<enter>");
    rig.keys("w");
    assert!(words(&mut rig).contains("/nowhere/at/all.yaml"), "{}", rig.draw());
    rig.keys("<ctrl-u>mine.yaml<enter>w");
    let offered = format!("{}.yaml", rig.session.id());
    assert!(words(&mut rig).contains(&offered), "{}", rig.draw());
}

/// What leaves is of the request as it was sent: who changed it since is told, before it is confirmed and before it is copied.
#[test]
fn a_request_that_was_changed_since_is_told_of_on_review_and_note() {
    let mut rig = Rig::new(140, 45);
    rig.observed();
    rig.keys("1m<ctrl-u>gpt-4o-mini<enter>4");
    assert!(words(&mut rig).contains("not as it was changed since"), "{}", rig.draw());
    rig.keys("<enter>5");
    assert!(words(&mut rig).contains("not as it was changed since"), "{}", rig.draw());
}

/// The list of actions and the line at the bottom call the same thing by the same name; the name of the key table finds it, too.
#[test]
fn the_list_of_actions_speaks_as_the_line_at_the_bottom() {
    let mut rig = Rig::new(100, 30);
    rig.paste(&pasted_curl("api.cometapi.com"));
    rig.keys(":");
    assert!(
        words(&mut rig).contains("endpoints") && !words(&mut rig).contains("choose endpoint"),
        "{}",
        rig.draw()
    );
    rig.keys("choose endpoint");
    let Some(Popup::Palette(palette)) = &rig.screen.popup else { panic!("the list is open") };
    assert_eq!(palette.chosen().map(|entry| entry.name.as_str()), Some("endpoints"));
}

/// At 80 columns the model of the request stands on its page, however many calls were pasted; the gateway is in the title.
#[test]
fn the_model_has_room_beside_the_calls() {
    let mut rig = Rig::new(80, 24);
    let two = [
        pasted_curl("api.cometapi.com").replace("gpt-4o", "claude-sonnet-4-5-20250929"),
        pasted_curl("api.cometapi.com"),
    ];
    rig.paste(&two.join("\n"));
    let shown = rig.draw();
    assert!(shown.contains("Call 1 of 2") && shown.contains("Model: claude-sonnet-4-5-20250929"), "{shown}");
}

/// Whoever looks at another side of an attempt finds its body as it was folded.
#[test]
fn a_body_stays_folded() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("v");
    while !rig.draw().contains("[Body]") {
        rig.keys("<tab>");
    }
    let open = words(&mut rig);
    rig.keys("z");
    let folded = words(&mut rig);
    assert_ne!(folded, open);
    rig.keys("dh");
    assert_eq!(words(&mut rig), folded);
    rig.keys("<tab>h");
    assert_eq!(words(&mut rig), folded);
}
