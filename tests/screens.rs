//! Screens by key scripts: a true session and screen, a stand-in for the world, a terminal in memory.
//!
//! Record again after a wanted change: `INSTA_UPDATE=always cargo test --test screens`, then read the difference.

#[path = "screens/attach.rs"]
mod attach;
#[path = "screens/look.rs"]
mod look;
#[path = "screens/random.rs"]
mod random;
#[path = "screens/rig.rs"]
mod rig;
#[path = "screens/runs.rs"]
mod runs;
#[path = "screens/states.rs"]
mod states;

use casefile::case::finding::Level;
use casefile::case::kept::{Ticket, Twins, TwinsOf};
use casefile::session::{Acquaintance, CaseKey, CaseKeys, Effect, Event, KeySeen, SeenIn, Step};
use chrono::TimeDelta;
use futures_util::StreamExt;
use rig::{Rig, curl_like, secret};

/// Plays keys, then compares the screen with its snapshot.
macro_rules! screen {
    ($rig:expr, $keys:expr, $name:expr) => {{
        let rig: &mut Rig = &mut $rig;
        rig.keys($keys);
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!($name, rig.draw());
        });
    }};
}

#[path = "screens/close.rs"]
mod close;
#[path = "screens/editing.rs"]
mod editing;
#[path = "screens/leaving.rs"]
mod leaving;
#[path = "screens/mended.rs"]
mod mended;
#[path = "screens/tour.rs"]
mod tour;
#[path = "screens/walked.rs"]
mod walked;

#[test]
fn how_to_begin() {
    screen!(Rig::new(80, 24), "", "begin");
    screen!(Rig::new(120, 40), "", "begin_wide");
    screen!(Rig::new(80, 24), "?", "help_request");
    screen!(Rig::new(39, 24), "", "too_small");
}

#[test]
fn a_request_by_the_form() {
    let mut rig = Rig::new(80, 24);
    screen!(rig, "E", "endpoints");
    screen!(rig, "<enter>", "form_from_endpoint");
    screen!(rig, "mgpt-4o<enter>", "form_with_model");
    assert!(rig.session.draft().body.contains("\"gpt-4o\""));
    screen!(rig, "<tab><tab>", "form_body_marked");
    screen!(rig, "e{", "form_body_edited");
    assert!(rig.session.draft().body.starts_with("{{"));
    rig.keys("<esc>");
    screen!(rig, "k", "prompt_key");
    rig.paste(&secret("sk-"));
    let shown = rig.draw();
    assert!(shown.contains("****") && !shown.contains("aB3"), "{shown}");
    screen!(rig, "<enter>", "form_with_key");
    screen!(rig, "g", "gateways");
}

#[test]
fn endpoints_are_found_by_typing() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::GatewayChosen("cometapi".into()));
    screen!(rig, "E", "endpoints_of_a_gateway");
    screen!(rig, "transcr", "endpoints_filtered");
    rig.keys("<esc>");
    assert!(rig.draw().contains("> Transcription"), "the mark stays where the filter was");
    screen!(rig, "/flux q", "endpoints_nothing_fits");
    rig.keys("<backspace><backspace>");
    screen!(rig, "<down><enter>", "form_with_blanks");
    screen!(rig, "E/kling/v1/images/gen<enter>", "form_of_a_task");
    // j, k and q are letters of a filter, and movements where none is typed.
    let mut rig = Rig::new(80, 24);
    rig.keys("E/jkq");
    assert!(rig.draw().contains("filter: jkq_"));
    rig.keys("<esc>jq");
    assert!(!rig.draw().contains("Which endpoint?"));
}

#[test]
fn a_form_of_parts_begins_from_an_endpoint() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::GatewayChosen("cometapi".into()));
    rig.keys("E/audio/transcriptions<enter>");
    let draft = rig.session.draft();
    assert_eq!((draft.body.as_str(), draft.form.len()), ("", 2));
    assert!(rig.draw().contains("still to be written: file"));
    let mut wide = Rig::new(120, 40);
    wide.tell(Event::GatewayChosen("cometapi".into()));
    screen!(wide, "E/realtime<down>", "endpoints_wide");
}

#[test]
fn the_host_is_typed_before_the_path_of_an_endpoint() {
    let mut rig = Rig::new(80, 24);
    rig.keys("E<enter>ehttps://host.example<enter>");
    assert_eq!(rig.session.draft().url, "https://host.example/v1/chat/completions");
}

#[test]
fn vim_keys_move_where_they_are_free() {
    let mut rig = Rig::new(80, 24);
    rig.keys("Ejj<enter>");
    assert_eq!(rig.session.draft().url, "/v1/messages");
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("1llll");
    assert_eq!(rig.session.step(), Step::Note);
    rig.keys("jjk");
    assert_eq!(rig.screen.tops.note, 1);
    rig.keys("G");
    assert!(rig.screen.tops.note > 20);
    rig.keys("gh");
    assert_eq!((rig.screen.tops.note, rig.session.step()), (0, Step::Review));
    rig.keys("j?jk<esc>");
    assert_eq!(rig.screen.tops.evidence, 1);
}

/// `?` explains the marked row and the diagnosis: why, what speaks against it, what would tell it from others.
#[test]
fn the_help_explains_the_marked_row() {
    let mut rig = Rig::new(100, 60);
    rig.observed();
    screen!(rig, "2", "reproduce_diagnosis");
    screen!(rig, "?", "help_reproduce");
    let shown = rig.draw();
    for part in ["attempt 1", "Request id", "For it:", "Against it:", "Second candidate", "https://"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_note_that_changed_after_it_was_copied_is_asked_for() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("4<enter>y4wWhy?<esc>q");
    assert!(!rig.left && rig.draw().contains("Leave?"), "the words came after the copy");
}

#[test]
fn a_pasted_stream_shows_its_record() {
    let mut rig = Rig::new(80, 24);
    rig.paste(
        "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\n\n",
    );
    let shown = rig.draw();
    assert!(shown.contains("stream ") && shown.contains("2 events"), "{shown}");
}

#[test]
fn another_request_of_the_paste_is_chosen() {
    let mut rig = Rig::new(80, 24);
    rig.paste("curl https://api.cometapi.com/v1/models\ncurl -X DELETE https://h.example/v1/files/f1");
    screen!(rig, "a", "pieces");
    screen!(rig, "<down><enter>", "piece_chosen");
    let mut one = Rig::new(80, 24);
    one.paste("curl https://api.cometapi.com/v1/models");
    screen!(one, "a", "piece_alone");
}

#[test]
fn a_request_in_a_wide_terminal() {
    let mut rig = Rig::new(120, 40);
    rig.tell(Event::Edited(curl_like()));
    screen!(rig, "", "form_wide");
}

#[test]
fn nothing_leaves_without_consent() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    screen!(rig, "<enter>", "consent");
    assert!(rig.outgoing.is_none());
    screen!(rig, "n", "reproduce_refused");
    assert!(rig.outgoing.is_none());
    rig.keys("<enter>y");
    assert!(rig.outgoing.is_some());
}

#[test]
fn a_key_of_another_host_is_a_loud_question() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::BindingsRead(vec![casefile::session::Binding {
        key: "COMETAPI_KEY".into(),
        host: "api.cometapi.com".into(),
    }]));
    let mut draft = curl_like();
    draft.url = "https://other.example/v1/chat/completions".into();
    rig.tell(Event::Edited(draft));
    screen!(rig, "<enter>", "consent_elsewhere");
    rig.keys("<enter><enter>");
    assert!(rig.outgoing.is_none(), "Enter alone sends no key to another host");
    rig.keys("y");
    assert!(rig.outgoing.is_some());
}

#[test]
fn sending_and_waiting() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys("<enter><enter>");
    rig.now += TimeDelta::milliseconds(1_250);
    rig.progress(0, 0);
    screen!(rig, "", "sending");
    rig.progress(2_048, 7);
    screen!(rig, "c", "cancelling");
    assert!(rig.cancelled);
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys("<enter><enter>");
    rig.answer(429, "{}");
    if rig.session.is_busy() {
        screen!(rig, "", "waiting");
        rig.keys("x");
        assert!(!rig.session.is_busy(), "x stops the waiting");
    }
}

#[test]
fn attempts_and_what_they_say() {
    for (width, height, name) in [(80, 24, "attempt"), (120, 40, "attempt_wide")] {
        let mut rig = Rig::new(width, height);
        rig.observed();
        screen!(rig, "2", name);
    }
}

#[test]
fn one_thing_changed() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    screen!(rig, "3", "isolate");
    screen!(rig, "m", "prompt_other_model");
    screen!(rig, "gpt-4o-mini<enter>", "consent_control");
    rig.keys("<enter>");
    rig.answer(200, "{\"id\":\"x\"}");
    screen!(rig, "", "isolate_one_control");
}

#[test]
fn what_makes_it_fail_is_searched() {
    for (width, height, tail) in [(80, 24, ""), (140, 45, "_wide")] {
        let mut rig = Rig::new(width, height);
        rig.observed();
        screen!(rig, "3s", format!("consent_search{tail}"));
        rig.keys("<enter>");
        let mut sent = 0;
        while rig.outgoing.is_some() {
            // A key that one gateway refuses for any path and body.
            rig.answer(401, "{\"error\":{\"code\":\"\",\"message\":\"invalid token (request id: 20261118011730123456789abcdEFGH)\",\"type\":\"comet_api_error\"}}");
            sent += 1;
            if sent == 3 {
                screen!(rig, "", format!("isolate_search_runs{tail}"));
            }
            assert!(sent < 60, "it ends");
        }
        screen!(rig, "", format!("isolate_search{tail}"));
    }
}

#[test]
fn review_and_own_words() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    screen!(rig, "4", "review");
    screen!(rig, "wWhy does this fail?", "review_words_edited");
    screen!(rig, "<tab>An answer.<esc>", "review_words");
    assert_eq!(rig.session.words().question, "Why does this fail?");
    assert_eq!(rig.session.words().expected, "An answer.");
    let mut rig = Rig::new(120, 40);
    rig.observed();
    screen!(rig, "4", "review_wide");
}

#[test]
fn the_note_and_its_way_out() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    screen!(rig, "5", "note_not_confirmed");
    rig.keys("y");
    assert!(rig.copied.is_none(), "nothing is copied before it was confirmed");
    assert_eq!(rig.session.notice().map(|n| n.level), Some(Level::Warning));
    screen!(rig, "4<enter>", "note");
    screen!(rig, "f", "note_markdown");
    screen!(rig, "q", "leaving");
    screen!(rig, "<esc>w", "prompt_path");
    rig.keys("<enter>");
    assert!(rig.written.as_deref().is_some_and(|path| path.starts_with("CF-") && path.contains(".md")));
    screen!(rig, "y", "note_copied");
    rig.keys("q");
    assert!(rig.left, "a delivered note asks no more");
}

#[test]
fn the_default_path_takes_five_keys() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys("<enter><enter>");
    rig.answer(401, "{\"error\":{\"message\":\"no\"}}");
    while rig.session.is_busy() {
        rig.keys("x");
    }
    rig.keys("<enter><enter>y");
    let copied = rig.copied.clone().expect("copied");
    assert!(rig.session.confirmed());
    rig.keys("5");
    let output = rig.session.output().expect("made");
    assert_eq!(output.rendered.as_ref().map(casefile::case::sanitize::Rendered::as_str), Ok(copied.as_str()));
}

#[test]
fn practice_list_and_story() {
    let mut rig = Rig::practice(80, 24);
    screen!(rig, "", "practice");
    screen!(rig, "<down><enter>", "practice_begun");
    assert_eq!(rig.session.profile().map(|p| p.id.as_str()), Some("practice"));
    screen!(rig, "t", "practice_story");
    screen!(rig, "tp", "practice_again");
    screen!(rig, "<end>", "practice_end");
    let mut rig = Rig::practice(120, 40);
    screen!(rig, "", "practice_list_wide");
    screen!(rig, "<enter>", "practice_wide");
    screen!(rig, "t", "practice_folded_wide");
    let mut rig = Rig::practice(160, 50);
    screen!(rig, "<enter>", "practice_widest");
}

#[test]
fn letters_choose_what_the_practice_list_shows() {
    let mut rig = Rig::practice(80, 24);
    screen!(rig, "stream br", "practice_typed");
    rig.keys("<enter>");
    assert_eq!(rig.screen.practice.current().map(|c| c.name.as_str()), Some("third-one"));
    let mut rig = Rig::practice(80, 24);
    rig.keys("no such thing<enter>");
    assert!(rig.screen.practice.is_open && rig.screen.practice.chosen.is_none());
    assert!(rig.draw().contains("Backspace"));
    rig.keys("<esc>");
    assert!(
        rig.screen.practice.is_open && rig.screen.practice.filter.is_empty(),
        "Esc takes back what was typed"
    );
    rig.keys("<esc>");
    assert!(!rig.screen.practice.is_open);
}

#[test]
fn the_score_stands_beside_the_note_and_leads_on() {
    for (width, height, name) in [(80, 24, "score"), (120, 40, "score_wide")] {
        let mut rig = Rig::practice(width, height);
        rig.keys("<enter>");
        assert_eq!(rig.screen.practice.current().map(|c| c.name.as_str()), Some("second-one"));
        rig.observed();
        rig.keys("4");
        assert!(rig.screen.practice.score().is_none(), "the note is not reached yet");
        rig.keys("<enter>");
        screen!(rig, "", name);
        if width < 100 {
            screen!(rig, "t", "score_open");
        }
        let before = rig.screen.practice.score().expect("judged").points().0;
        rig.keys("4wWhy?<esc><enter>");
        assert_eq!(
            rig.screen.practice.score().expect("judged").points().0,
            before + 1,
            "a question was added"
        );
        rig.keys("n");
        assert_eq!(rig.screen.practice.current().map(|c| c.name.as_str()), Some("first-one"));
        assert_eq!((rig.session.step(), rig.session.words().question.as_str()), (Step::Request, ""));
        screen!(rig, "p", format!("{name}_list"));
    }
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("5nt");
    assert!(rig.draw().contains("no story here"));
}

#[test]
fn a_faulty_template_is_told_on_the_note() {
    let mut rig = Rig::new(80, 24);
    rig.session.use_template(Some(casefile::case::note::Template::new(
        "/home/me/note.md.j2",
        "a\n{{ note.titel }}",
    )));
    rig.observed();
    screen!(rig, "4<enter>f", "note_template_fault");
}

#[test]
fn ctrl_c_leaves_from_anywhere() {
    for keys in ["", "?", "E", "k", "e", "q", "4w"] {
        let mut rig = Rig::new(80, 24);
        rig.tell(Event::Edited(curl_like()));
        rig.keys(keys);
        rig.keys("<ctrl-c>");
        assert!(rig.left, "after {keys:?}");
    }
}

#[test]
fn steps_are_a_key_away() {
    let mut rig = Rig::new(80, 24);
    rig.keys("5");
    assert_eq!(rig.session.step(), Step::Note);
    rig.keys("[<left>");
    assert_eq!(rig.session.step(), Step::Isolate);
    rig.keys("]<right><right><right>");
    assert_eq!(rig.session.step(), Step::Note);
}

#[test]
fn hostile_text_is_drawn_harmless() {
    let mut draft = curl_like();
    draft.url = "https://host/\u{1b}]0;x\u{7}\u{202e}gpj".into();
    draft.body = "{\"a\":\"\u{1b}[2J\u{9b}31m\u{2066}x\u{200b}\"}".into();
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(draft));
    for keys in ["", "<enter>", "n", "?"] {
        rig.keys(keys);
        let shown = rig.draw();
        let bad: Vec<char> = shown
            .chars()
            .filter(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
            .collect();
        assert!(bad.is_empty(), "{bad:?} in\n{shown}");
    }
}

#[test]
fn a_huge_body_does_not_freeze_the_screen() {
    let mut draft = curl_like();
    draft.body = format!("{{\"model\":\"m\",\"x\":\"{}\"}}", "y".repeat(10 * 1024 * 1024)).into();
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(draft));
    let start = std::time::Instant::now();
    for _ in 0..5 {
        rig.keys("<pagedown>");
        rig.draw();
    }
    assert!(start.elapsed().as_secs() < 10, "five pages took {:?}", start.elapsed());
    rig.keys("<tab><tab>e");
    assert!(rig.draw().contains("too large to be edited"));
}

#[test]
fn any_key_at_any_size_does_no_harm() {
    let sizes = [(1, 1), (20, 5), (40, 10), (80, 24), (120, 40), (200, 60)];
    for (round, keys) in [400_u64, 400, 400, 400, 400].into_iter().enumerate() {
        let mut rig = if round % 2 == 0 { Rig::new(80, 24) } else { Rig::practice(80, 24) };
        if round > 1 {
            rig.observed();
        }
        let mut random = 0x9E37_79B9_u64.wrapping_mul(round as u64 + 1);
        for _ in 0..keys {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            rig.random_input(random >> 16);
            if random.is_multiple_of(7) {
                let (width, height) = sizes[usize::try_from(random >> 40).unwrap_or(0) % sizes.len()];
                rig.resize(width, height);
            }
            rig.draw();
        }
    }
}

#[test]
fn every_page_at_every_size() {
    for (width, height) in [(1, 1), (20, 5), (40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut rig = Rig::practice(width, height);
        rig.draw();
        rig.keys("<enter>");
        rig.draw();
        rig.observed();
        for keys in [
            "1", "?", "<esc>", "2", "r", "n", "3", "k", "<esc>", "4", "w", "<esc>", "5", "w", "<esc>", "f",
            "q", "n",
        ] {
            rig.keys(keys);
            rig.draw();
        }
    }
}

#[test]
fn the_whole_loop_runs_and_ends() {
    use casefile::ui::tui::{Ending, Options, World, keys::Keymap, run, theme::Themes};
    let mut rig = Rig::new(80, 24);
    let (_sender, events) = tokio::sync::mpsc::unbounded_channel();
    let options = Options {
        keymap: Keymap::built_in().expect("reads"),
        themes: Themes::built_in(true),
        mouse: false,
        said: None,
        tour: false,
        practice_gateway: None,
        practice: Vec::new(),
        unfinished: Vec::new(),
        cases: None,
        desk: None,
        runs: None,
        first: vec![Event::Edited(curl_like())],
    };
    let input = futures_util::stream::iter(rig::inputs("<enter>nq").into_iter().map(Ok))
        .chain(futures_util::stream::pending());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    let mut ran = Vec::new();
    let world = World {
        input,
        events,
        run_effects: |effects: Vec<Effect>| {
            let leave = effects.iter().any(|e| matches!(e, Effect::Quit));
            ran.extend(effects);
            leave
        },
        terminated: std::future::pending(),
        clock: std::sync::Arc::new(casefile::io::clock::FixedClock(rig.now)),
        terminal: Box::new(|_| Ok(())),
        shade: tokio::sync::oneshot::channel().1,
    };
    let ending = runtime.block_on(run(&mut rig.session, &mut rig.terminal, world, options)).expect("draws");
    assert_eq!(ending, Ending::Left);
    assert!(!ran.iter().any(|e| matches!(e, Effect::Send(_))), "it was refused");
}

/// Input as crossterm gives it: while it waits it keeps the waker of its first poll and forgets later ones.
struct KeepsFirstWaker {
    inputs: std::vec::IntoIter<crossterm::event::Event>,
    ready: std::sync::Arc<std::sync::atomic::AtomicBool>,
    waiting: bool,
}

impl futures_util::Stream for KeepsFirstWaker {
    type Item = std::io::Result<crossterm::event::Event>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        use std::sync::atomic::Ordering;
        if self.ready.swap(false, Ordering::SeqCst) {
            self.waiting = false;
            return std::task::Poll::Ready(self.inputs.next().map(Ok));
        }
        if !self.waiting {
            self.waiting = true;
            let (waker, ready) = (context.waker().clone(), std::sync::Arc::clone(&self.ready));
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(20));
                ready.store(true, Ordering::SeqCst);
                waker.wake();
            });
        }
        std::task::Poll::Pending
    }
}

#[test]
fn the_loop_wakes_for_every_key_of_a_slow_hand() {
    use casefile::ui::tui::{Ending, Options, World, keys::Keymap, run, theme::Themes};
    let mut rig = Rig::new(80, 24);
    let (_sender, events) = tokio::sync::mpsc::unbounded_channel();
    let input = KeepsFirstWaker {
        inputs: rig::inputs("2345?<esc>q").into_iter(),
        ready: std::sync::Arc::default(),
        waiting: false,
    };
    let world = World {
        input,
        events,
        run_effects: |effects: Vec<Effect>| effects.iter().any(|e| matches!(e, Effect::Quit)),
        terminated: std::future::pending(),
        clock: std::sync::Arc::new(casefile::io::clock::FixedClock(rig.now)),
        terminal: Box::new(|_| Ok(())),
        shade: tokio::sync::oneshot::channel().1,
    };
    let options = Options {
        keymap: Keymap::built_in().expect("reads"),
        themes: Themes::built_in(true),
        mouse: false,
        said: None,
        tour: false,
        practice_gateway: None,
        practice: Vec::new(),
        unfinished: Vec::new(),
        cases: None,
        desk: None,
        runs: None,
        first: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
    let ending = runtime.block_on(async {
        let limit = std::time::Duration::from_secs(10);
        tokio::time::timeout(limit, run(&mut rig.session, &mut rig.terminal, world, options)).await
    });
    assert_eq!(ending.expect("it wakes").expect("draws"), Ending::Left);
}

/// A fingerprint of this machine, as `io::store` writes it.
const FINGERPRINT: &str = "QPE6-X6SQ-1NDG-HMSJ";

fn met_before(keys: &CaseKeys) -> Result<Vec<KeySeen>, String> {
    let on = chrono::NaiveDate::from_ymd_opt(2026, 11, 17).ok_or("no day")?;
    let last = SeenIn { case_id: "CF-20261117-0K3M9Q7Z".into(), on };
    let seen = |key: &CaseKey| KeySeen {
        placeholder: key.placeholder.clone(),
        kind: key.kind.clone(),
        fingerprint: Some(FINGERPRINT.into()),
        acquaintance: Acquaintance::Seen { last: last.clone(), cases: 2 },
    };
    Ok(keys.keys.iter().map(seen).collect())
}

#[test]
fn review_says_where_a_key_was_met() {
    for (width, height, name) in [(80, 24, "review_key_seen"), (120, 40, "review_key_seen_wide")] {
        let mut rig = Rig::new(width, height);
        rig.recall = met_before;
        rig.observed();
        screen!(rig, "4", name);
        assert!(!rig.draw().contains(FINGERPRINT), "the fingerprint itself is on no page");
        rig.keys("<enter>");
        assert!(rig.remembered.is_empty(), "nothing is remembered of a note that did not leave");
        rig.keys("y");
        let remembered = rig.remembered.first().expect("remembered when it was copied");
        assert_eq!((remembered.host.as_str(), remembered.keys.len()), ("api.cometapi.com", 1));
    }
    let mut rig = Rig::new(80, 24);
    rig.recall = |_| Err("/state/fingerprint.key is gone; put the file back from a backup".into());
    rig.observed();
    screen!(rig, "4", "review_keys_not_compared");
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("4<enter>y");
    rig.tell(Event::KeysNotRemembered("the disk is full".into()));
    let shown = rig.draw();
    assert!(shown.contains("copied: tmux buffer; its keys were not remembered: the disk is full"), "{shown}");
}

/// Nine earlier cases.
#[expect(clippy::unnecessary_wraps, reason = "the signature of the rig")]
fn had_before(asked: &TwinsOf) -> Result<Option<Twins>, String> {
    assert_eq!((asked.fingerprint.len(), asked.gateway.as_deref()), (16, Some("cometapi")));
    let on = |day: i64| chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_770 + day);
    Ok(Some(Twins {
        count: 9,
        first: on(0),
        last: on(5),
        cases: vec!["CF-20261117-0K3M9Q7Z".into(), "CF-20261116-0K3M9Q7Z".into()],
        request_ids: vec!["20261117aB3dE6".into()],
        tickets: vec![Ticket { desk: "support".into(), id: "4711".into(), url: None }],
    }))
}

#[test]
fn review_says_that_the_same_failure_was_there_before() {
    for (width, height, name) in [(80, 24, "review_same_failure"), (120, 40, "review_same_failure_wide")] {
        let mut rig = Rig::new(width, height);
        rig.twins = had_before;
        rig.observed();
        screen!(rig, "4", name);
        rig.keys("<enter>");
        assert!(rig.kept.is_empty(), "nothing is kept of a note that did not leave");
        rig.keys("y");
        let note = rig.copied.clone().expect("copied");
        assert!(note.contains("similar_cases:\n  count: 9\n"), "{note}");
        let kept = rig.kept.first().expect("kept when it was copied");
        assert_eq!(kept.note().as_str(), note, "what is kept is what was copied");
        assert_eq!(kept.record().deliveries.first().map(|d| d.by.as_str()), Some("clipboard"));
    }
    let mut rig = Rig::new(80, 24);
    rig.twins = |_| Err("/state/cases cannot be read: permission denied".into());
    rig.observed();
    rig.keys("4");
    assert!(rig.draw().contains("earlier cases cannot be looked up"), "{}", rig.draw());
    rig.keys("<enter>y");
    assert!(rig.copied.is_some(), "no trouble of the store stops a note");
    rig.tell(Event::CaseNotKept("the disk is full".into()));
    let shown = rig.draw();
    assert!(shown.contains("copied: tmux buffer; the case was not kept: the disk is full"), "{shown}");
}

#[test]
fn practice_keys_are_neither_looked_up_nor_remembered() {
    let mut rig = Rig::practice(80, 24);
    rig.recall = |_| Err("asked".into());
    rig.keys("<enter>");
    rig.observed();
    rig.keys("4<enter>y");
    assert!(rig.copied.is_some() && rig.remembered.is_empty() && rig.session.keys_seen().is_none());
}

#[test]
fn what_the_audit_refuses_is_taken_out_by_a_key() {
    for (width, height, name) in [(80, 24, "review_refused"), (120, 40, "review_refused_wide")] {
        let mut rig = Rig::new(width, height);
        rig.recall = met_before;
        rig.observed();
        // The one thing that an operator can type which the sanitizer does not replace and the audit refuses.
        rig.keys(&format!("4wIs {FINGERPRINT} blocked?<esc>"));
        screen!(rig, "", name);
        assert!(!rig.draw().contains("X6SQ"), "what is refused is not drawn");
        rig.keys("<enter>y");
        assert!(rig.copied.is_none(), "a refused note does not leave");
        screen!(rig, "4x", format!("{name}_mended"));
        let question = rig.session.output().and_then(|o| o.rendered.clone().ok()).expect("passes");
        assert!(question.as_str().contains("Is [removed#1] blocked?"), "{}", question.as_str());
        rig.keys("<enter>y");
        assert!(rig.copied.as_deref().is_some_and(|note| !note.contains("X6SQ")));
        rig.keys("4x");
        assert!(rig.draw().contains("the audit refuses nothing"));
    }
}

#[test]
fn one_harmless_field_is_shown_by_a_key() {
    for (width, height, name) in [(80, 24, "review_show_field"), (120, 40, "review_show_field_wide")] {
        let mut rig = Rig::new(width, height);
        let mut draft = curl_like();
        let other = secret("sk-").replace("aB3", "xY7");
        let prompt = format!("Why do zebras have stripes? My other key is {other}.");
        draft.body =
            draft.body.replace("\"Hello\"", &serde_json::to_string(&prompt).expect("is text")).into();
        rig.tell(Event::Edited(draft));
        rig.tell(Event::SendRequested);
        rig.tell(Event::ConsentGiven { remember: false });
        rig.answer(400, "{\"error\":{\"message\":\"no\",\"type\":\"x_error\"}}");
        rig.keys("4");
        assert!(!rig.draw().contains("zebras"));
        screen!(rig, "f", name);
        assert!(!rig.draw().contains("xY7"), "a key goes in a shown field, too");
        rig.keys("<enter>");
        let rendered = rig.session.output().and_then(|o| o.rendered.clone().ok()).expect("passes");
        assert!(rendered.as_str().contains("Why do zebras have stripes? My other key is [key#"));
        rig.keys("<pagedown>");
        screen!(rig, "", format!("{name}_shown"));
        screen!(rig, "f", format!("{name}_again"));
        rig.keys("<enter>");
        assert!(
            !rig.session.output().is_some_and(|o| o
                .rendered
                .clone()
                .expect("passes")
                .as_str()
                .contains("zebras"))
        );
    }
}

/// The page has the operator's words as they leave, the editor as they were written.
#[test]
fn review_shows_cleaned_words() {
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys("4w");
    rig.paste(&format!("Why is {} refused? Ask jane.doe@example.org", secret("sk-")));
    assert!(rig.draw().contains("aB3"), "the editor has what was written");
    rig.keys("<esc>");
    let shown = rig.draw();
    assert!(
        shown.contains("Why is [key#1] refused?") && !shown.contains("aB3") && !shown.contains("jane"),
        "{shown}"
    );
    // The same before anything was observed.
    let mut rig = Rig::new(80, 24);
    rig.keys("4w");
    rig.paste(&format!("Why is {} refused?", secret("sk-")));
    rig.keys("<esc>");
    let shown = rig.draw();
    assert!(shown.contains("Why is [key#1] refused?") && !shown.contains("aB3"), "{shown}");
}
