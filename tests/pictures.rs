//! Pictures of the main screens, made from the real session as the practice gateway leaves it, with a fixed clock and
//! fixed ids. A missing picture is written, a changed one fails; `UPDATE_GOLDEN=1` draws them anew.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]
#![expect(clippy::indexing_slicing, reason = "every cell of the buffer's own area is there")]

#[path = "pictures/svg.rs"]
mod draw;
mod practice_walk;
#[path = "pictures/runs.rs"]
mod runs;

use std::fs;
use std::path::PathBuf;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::Attempt;
use casefile::practice::{Scenario, scenarios};
use casefile::session::{Delivered, Effect, Event, Session, Step};
use casefile::ui::tui::keys::{KeyCombo, Keymap};
use casefile::ui::tui::screen::{PracticeChoice, Screen, Wish};
use casefile::ui::tui::theme::Theme;
use casefile::ui::tui::view;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
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

    let (mut check, mut probe) = (screen(Some("unknown-model")), screen(Some("unknown-model")));
    runs::matrix(&mut check, &fresh);
    pictures.push(("check", shown(&fresh, &mut check)));
    runs::probe(&mut probe, &fresh);
    pictures.push(("probe", shown(&fresh, &mut probe)));

    let faults: Vec<String> = pictures
        .iter()
        .filter_map(|(name, buffer)| compare(name, &draw::svg(buffer, &format!("casefile: {name}"))))
        .collect();
    assert!(faults.is_empty(), "{}\nUPDATE_GOLDEN=1 draws them anew", faults.join("\n"));
}

/// The walk by keys; what the gateway answers is what it answered to a real walk.
struct Played {
    session: Session,
    screen: Screen,
    answers: std::vec::IntoIter<Attempt>,
}

impl Played {
    fn tell(&mut self, event: Event) {
        let effects = self.session.handle(event, moment());
        self.screen.follow(&self.session);
        for effect in effects {
            match effect {
                Effect::Send(_) => {
                    let answer = self.answers.next().expect("as many answers as requests");
                    self.tell(Event::AttemptDone(Box::new(answer)));
                }
                Effect::Wait { .. } => self.tell(Event::SkipWait),
                Effect::Copy(_) => self.tell(Event::Delivered(Ok(Delivered {
                    route: "clipboard".into(),
                    certain: true,
                    path: None,
                }))),
                _ => {}
            }
        }
    }

    /// Presses keys: `<enter>` and the like by name, all else as it is typed.
    fn press(&mut self, script: &str) {
        let mut rest = script;
        while let Some(c) = rest.chars().next() {
            let named = rest.strip_prefix('<').and_then(|tail| tail.split_once('>'));
            let named = named.and_then(|(name, tail)| Some((name.parse::<KeyCombo>().ok()?, tail)));
            let key = if let Some((combo, tail)) = named {
                rest = tail;
                combo.press()
            } else {
                rest = &rest[c.len_utf8()..];
                KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
            };
            for wish in self.screen.on_input(Input::Key(key), &self.session) {
                if let Wish::Tell(event) = wish {
                    self.tell(event);
                }
            }
            self.screen.follow(&self.session);
        }
    }
}

/// The README's animation: from the list of failures to a copied note.
#[test]
fn the_demo_is_the_walk_as_it_is() {
    let walked = run(walk(scenario("unknown-model")));
    let mut session = Session::new(Catalog::built_in(), settings());
    let _ = session.handle(Event::BindingsRead(Vec::new()), moment());
    let answers = walked.evidence().attempts.clone().into_iter();
    let mut played = Played { session, screen: screen(None), answers };
    // What is pressed, and the words below the picture.
    let script = [
        ("", "casefile practice"),
        ("no channel", "letters choose: no channel"),
        ("<enter>", "Enter: the request as it was pasted, its key under a label"),
        ("<enter>", "Enter: nothing is sent before you agree"),
        ("<enter>", "Enter: what came, and what can be said of it"),
        ("<enter>", "Enter: what leaves"),
        ("wIs this model served?<esc>", "w: your own question"),
        ("<enter>", "Enter: the note, byte for byte"),
        ("y", "y: copied"),
    ];
    let mut frames = Vec::new();
    for (keys, words) in script {
        played.press(keys);
        frames.push((words.to_owned(), shown(&played.session, &mut played.screen)));
    }
    assert!(played.session.is_handed_over(), "the walk ends with the note");
    let key = format!("sk-{}", "aB3".repeat(16));
    let picture = draw::animated(&frames, "casefile: a walk by keys, from a failure to a copied note");
    assert!(!picture.contains(&key) && !picture.contains("aB3aB3"), "no key is in a picture");
    let fault = compare("demo", &picture);
    assert!(fault.is_none(), "{}\nUPDATE_GOLDEN=1 draws it anew", fault.unwrap_or_default());
}
