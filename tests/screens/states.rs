//! Every screen and state at two sizes, in every theme: the text once, and a hash of the styles for each theme. The words
//! are the same in all of them, and without colour no cell has one.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use casefile::session::Event;
use casefile::ui::tui::theme::Themes;
use chrono::TimeDelta;
use ratatui::style::Color;

use super::rig::{Rig, curl_like, secret};

/// A name, and how a fresh screen gets there.
type State = (&'static str, fn(&mut Rig));

/// To the choice of a desk.
fn to_desks(rig: &mut Rig) {
    rig.observed();
    rig.keys("4<enter>a");
}

/// To what would go to a new ticket of the first desk.
fn to_plan(rig: &mut Rig) {
    to_desks(rig);
    rig.keys("<enter><enter><enter>");
}

/// The states of the walk, from a screen without practice.
const STATES: [State; 59] = [
    ("request_empty", |_| {}),
    ("request_filled", |rig| rig.tell(Event::Edited(curl_like()))),
    ("request_findings", |rig| {
        let mut draft = curl_like();
        draft.url = draft.url.replace("https", "http");
        draft.body = "{\"model\": \"\", \"messages\": [}".into();
        rig.tell(Event::Edited(draft));
        rig.keys("f<esc>");
    }),
    ("request_edited_line", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("e");
    }),
    ("request_edited_body", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("<tab><tab>e");
    }),
    ("request_answer_only", |rig| {
        rig.paste("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\n\r\n{\"error\":{\"message\":\"Slow down\",\"type\":\"rate_limit_error\"}}");
    }),
    ("request_help", |rig| rig.keys("?")),
    ("gateways", |rig| rig.keys("g")),
    ("endpoints", |rig| rig.keys("E")),
    ("endpoints_none_fits", |rig| rig.keys("E/zzzz")),
    ("prompt_key", |rig| {
        rig.keys("k");
        rig.paste(&secret("sk-"));
    }),
    ("prompt_open", |rig| rig.keys("o")),
    ("actions", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys(":");
    }),
    ("actions_typed", |rig| rig.keys(":cho")),
    ("actions_none_fits", |rig| rig.keys(":zzzz")),
    ("jump_request", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys(";");
    }),
    ("colours", |rig| rig.keys("T")),
    ("mouse_on", |rig| rig.keys("M")),
    ("reproduce_nothing", |rig| rig.keys("2")),
    ("reproduce_ready", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("2");
    }),
    ("consent", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("<enter>");
    }),
    ("sending", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("<enter><enter>");
        rig.now += TimeDelta::milliseconds(1_250);
        rig.progress(2_048, 7);
    }),
    ("waiting", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("<enter><enter>");
        rig.answer(429, "{}");
    }),
    ("reproduce_done", |rig| {
        rig.observed();
        rig.keys("2");
    }),
    ("jump_reproduce", |rig| {
        rig.observed();
        rig.keys("2;");
    }),
    ("isolate_nothing", |rig| rig.keys("3")),
    ("isolate_ready", |rig| {
        rig.observed();
        rig.keys("3");
    }),
    ("isolate_one_control", |rig| {
        rig.observed();
        rig.keys("3b<enter>");
        rig.answer(200, "{\"id\":\"x\"}");
    }),
    ("review_nothing", |rig| rig.keys("4")),
    ("review", |rig| {
        rig.observed();
        rig.keys("4");
    }),
    ("jump_review", |rig| {
        rig.observed();
        rig.keys("4;");
    }),
    ("review_words", |rig| {
        rig.observed();
        rig.keys("4wWhy is it refused?");
    }),
    ("note_nothing", |rig| rig.keys("5")),
    ("note_not_confirmed", |rig| {
        rig.observed();
        rig.keys("5");
    }),
    ("note", |rig| {
        rig.observed();
        rig.keys("4<enter>");
    }),
    ("note_copied", |rig| {
        rig.observed();
        rig.keys("4<enter>y");
    }),
    ("prompt_path", |rig| {
        rig.observed();
        rig.keys("4<enter>w");
    }),
    ("leaving", |rig| {
        rig.observed();
        rig.keys("4q");
    }),
    ("attach_no_desk", |rig| {
        rig.desk.none = true;
        to_desks(rig);
    }),
    ("attach_desks", to_desks),
    ("attach_ticket", |rig| {
        to_desks(rig);
        rig.keys("<enter>");
    }),
    ("attach_subject", |rig| {
        to_desks(rig);
        rig.keys("<enter><enter>");
    }),
    ("attach_planned", to_plan),
    ("attach_token", |rig| {
        to_plan(rig);
        rig.keys("<enter>");
        rig.paste(&secret("tok-"));
    }),
    ("attach_sending", |rig| {
        to_plan(rig);
        rig.keys("<enter>token<enter>");
    }),
    ("attach_sent", |rig| {
        to_plan(rig);
        rig.keys("<enter>token<enter>");
        rig.arrive();
    }),
    ("attach_failed", |rig| {
        rig.desk.fails = true;
        to_plan(rig);
        rig.keys("<enter>token<enter>");
        rig.arrive();
    }),
    ("check_plan", |rig| rig.open_run("K")),
    ("check_oversize", |rig| rig.open_run("Kb")),
    ("check_running", Rig::fill_rows),
    ("check_over", Rig::end_rows),
    ("check_opened", |rig| {
        rig.end_rows();
        rig.keys("<down><down><enter>");
    }),
    ("check_report", |rig| {
        rig.end_rows();
        rig.keys("<tab>");
    }),
    ("check_stopped", Rig::stop_rows),
    ("check_help", |rig| {
        rig.end_rows();
        rig.keys("?");
    }),
    ("probe_plan", |rig| rig.open_run("P")),
    ("probe_running", Rig::fill_chart),
    ("probe_stopped", Rig::stop_chart),
    ("leaving_busy", |rig| {
        rig.tell(Event::Edited(curl_like()));
        rig.keys("<enter><enter>q");
    }),
];

/// The states of practice.
const PRACTICE: [State; 6] = [
    ("practice_list", |_| {}),
    ("practice_typed", |rig| rig.keys("stream")),
    ("practice_none_fits", |rig| rig.keys("zzzz")),
    ("practice_help", |rig| rig.keys("?")),
    ("practice_story", |rig| rig.keys("<enter>t")),
    ("practice_score", |rig| {
        rig.keys("<enter>");
        rig.observed();
        rig.keys("4<enter>");
    }),
];

/// The words, then the styles of each theme. What the screen has wrong is a panic.
fn shown(rig: &mut Rig, name: &str) -> String {
    let mut words = None;
    let mut styles = String::new();
    for no_color in [false, true] {
        let mut themes = Themes::built_in(no_color);
        for theme in themes.names().map(str::to_owned).collect::<Vec<_>>() {
            assert!(themes.choose(&theme));
            let drawn = rig.draw_in(&themes.theme());
            let (text, hash) = drawn.rsplit_once("styles ").expect("a hash");
            assert_eq!(*words.get_or_insert_with(|| text.to_owned()), text, "{name} in {theme}");
            let is_plain = |c: Color| c == Color::Reset;
            if no_color || theme == "none" {
                let cells = &rig.terminal.backend().buffer().content;
                assert!(cells.iter().all(|c| is_plain(c.fg) && is_plain(c.bg)), "{name} in {theme}");
            }
            if !no_color {
                styles.extend([theme.as_str(), " ", hash, "\n"]);
            }
        }
    }
    format!("{}{styles}", words.unwrap_or_default())
}

fn compare(states: &[State], fresh: fn(u16, u16) -> Rig) {
    for (width, height) in [(80, 24), (140, 45)] {
        for (name, way) in states {
            let mut rig = fresh(width, height);
            way(&mut rig);
            let text = shown(&mut rig, name);
            assert!(!text.contains("aB3aB3"), "{name} shows a key");
            insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots/states"}, {
                insta::assert_snapshot!(format!("{name}_{width}x{height}"), text);
            });
        }
    }
}

#[test]
fn every_state_of_the_walk() {
    compare(&STATES, Rig::new);
}

#[test]
fn every_state_of_practice() {
    compare(&PRACTICE, Rig::practice);
}

/// On every page the last row has keys and the row above says what is or what to do.
#[test]
fn every_page_says_what_to_do_next() {
    for (width, height) in [(60, 15), (80, 24), (160, 50)] {
        for (name, way) in STATES {
            let mut rig = Rig::new(width, height);
            way(&mut rig);
            let drawn = rig.draw();
            let rows: Vec<&str> = drawn.lines().take(usize::from(height)).collect();
            assert!(rows.last().is_some_and(|keys| !keys.trim().is_empty()), "{name} has no keys\n{drawn}");
            let said = rows.get(rows.len() - 2).expect("a row above");
            assert!(!said.trim().is_empty(), "{name} says nothing\n{drawn}");
            assert!(rows[0].starts_with("casefile"), "{name}\n{drawn}");
        }
    }
}
