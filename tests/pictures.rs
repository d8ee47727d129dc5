//! Pictures of the main screens, made from the real session as the practice gateway leaves it, with a fixed clock and
//! fixed ids. A missing picture is written, a changed one fails; `UPDATE_GOLDEN=1` draws them anew.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]
#![expect(clippy::indexing_slicing, reason = "every cell of the buffer's own area is there")]

#[path = "pictures/svg.rs"]
mod draw;
mod practice_walk;

use std::fs;
use std::path::PathBuf;

use casefile::case::catalog::Catalog;
use casefile::practice::{Scenario, scenarios};
use casefile::session::{Event, Session, Step};
use casefile::ui::tui::keys::Keymap;
use casefile::ui::tui::screen::{PracticeChoice, Screen};
use casefile::ui::tui::theme::Theme;
use casefile::ui::tui::view;
use practice_walk::{moment, run, settings, walk};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

const SIZE: (u16, u16) = (100, 30);

/// The port that stands in the pictures: the practice gateway listens on a free one.
const PORT: &str = "8787";

fn scenario(name: &str) -> &'static Scenario {
    scenarios().iter().find(|s| s.name == name).expect("there is such a scenario")
}

/// The screen, with the practice list open or on the walk of one scenario.
fn screen(walked: Option<&str>) -> Screen {
    let key = format!("sk-{}", "aB3".repeat(16));
    let base = format!("http://127.0.0.1:{PORT}");
    let choices: Vec<PracticeChoice> =
        scenarios().iter().map(|s| PracticeChoice::new(s, s.paste(&base, &key), &key)).collect();
    let mut screen = Screen::new(Keymap::built_in().expect("reads"), SIZE, choices);
    screen.practice.chosen = walked.and_then(|name| scenarios().iter().position(|s| s.name == name));
    screen.practice.is_open = walked.is_none();
    screen
}

/// A session with the scenario's command pasted, nothing sent.
fn pasted(name: &str) -> Session {
    let mut session = Session::new(Catalog::built_in(), settings());
    let paste =
        scenario(name).paste(&format!("http://127.0.0.1:{PORT}"), &format!("sk-{}", "aB3".repeat(16)));
    for event in
        [Event::BindingsRead(Vec::new()), Event::GatewayChosen("practice".into()), Event::Pasted(paste)]
    {
        let _ = session.handle(event, moment());
    }
    session
}

/// What the terminal shows.
fn shown(session: &Session, screen: &mut Screen) -> Buffer {
    screen.follow(session);
    let theme = Theme::new(false);
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("in memory");
    terminal.draw(|frame| view(frame, session, screen, &theme, moment())).expect("in memory");
    let mut buffer = terminal.backend().buffer().clone();
    if let Ok(request) = session.request() {
        let host = request.target.host_port();
        let port = host.rsplit(':').next().unwrap_or(PORT);
        (0..SIZE.1).for_each(|y| one_port(&mut buffer, y, port));
    }
    buffer
}

/// Puts [`PORT`] in the place of `port` in row `y`. It is shorter: the words after it move up to the next gap.
fn one_port(buffer: &mut Buffer, y: u16, port: &str) {
    let width = buffer.area.width;
    let row = |buffer: &Buffer| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<Vec<_>>();
    let digits: Vec<String> = port.chars().map(String::from).collect();
    let gone = digits.len().saturating_sub(PORT.len());
    while port != PORT
        && let Some(at) = row(buffer).windows(digits.len()).position(|cells| cells == digits)
    {
        let cells = row(buffer);
        let is_gap = |x: usize| {
            cells[x] == " " && cells.get(x + 1).is_none_or(|next| next == " " || next == "│")
                || cells[x] == "│"
        };
        let gap = (at + digits.len()..cells.len()).find(|x| is_gap(*x)).unwrap_or(cells.len());
        let number = |x: usize| u16::try_from(x).expect("in the row");
        for (x, digit) in (at..).zip(PORT.chars()) {
            buffer[(number(x), y)].set_char(digit);
        }
        for x in at + PORT.len()..gap {
            let next = if x + gone < gap {
                buffer[(number(x + gone), y)].clone()
            } else {
                ratatui::buffer::Cell::default()
            };
            buffer[(number(x), y)] = next;
        }
    }
}

/// Compares the picture with the committed one; gives what is wrong.
fn compare(name: &str, picture: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/screens").join(format!("{name}.svg"));
    let golden = fs::read_to_string(&path).ok();
    if golden.is_none() || std::env::var_os("UPDATE_GOLDEN").is_some() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        fs::create_dir_all(path.parent().expect("has a folder")).expect("creates");
        fs::write(&path, picture).expect("writes");
        return None;
    }
    let golden = golden.unwrap_or_default();
    (golden != picture).then(|| {
        let line = golden.lines().zip(picture.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let of = |text: &str| text.lines().nth(line).unwrap_or_default().to_owned();
        format!("{} line {}:\n- {}\n+ {}", path.display(), line + 1, of(&golden), of(picture))
    })
}

#[test]
fn the_main_screens_have_their_pictures() {
    let mut pictures: Vec<(&str, Buffer)> = Vec::new();

    let mut fresh = Session::new(Catalog::built_in(), settings());
    let _ = fresh.handle(Event::BindingsRead(Vec::new()), moment());
    pictures.push(("practice", shown(&fresh, &mut screen(None))));

    pictures.push(("request", shown(&pasted("missing-model"), &mut screen(Some("missing-model")))));

    let mut asked = pasted("unknown-model");
    let _ = asked.handle(Event::GoTo(Step::Reproduce), moment());
    let _ = asked.handle(Event::SendRequested, moment());
    assert!(asked.consent().is_some(), "nothing is sent without a question");
    pictures.push(("consent", shown(&asked, &mut screen(Some("unknown-model")))));

    let mut walked = run(walk(scenario("unknown-model")));
    let mut on = screen(Some("unknown-model"));
    for (name, step, confirmed) in
        [("note", Step::Note, true), ("reproduce", Step::Reproduce, false), ("review", Step::Review, false)]
    {
        let _ = walked.handle(Event::Confirmed(confirmed), moment());
        let _ = walked.handle(Event::GoTo(step), moment());
        pictures.push((name, shown(&walked, &mut on)));
    }

    let faults: Vec<String> = pictures
        .iter()
        .filter_map(|(name, buffer)| compare(name, &draw::svg(buffer, &format!("casefile: {name}"))))
        .collect();
    assert!(faults.is_empty(), "{}\nUPDATE_GOLDEN=1 draws them anew", faults.join("\n"));
}
