//! A session, a screen, a terminal in memory and a stand-in for the world.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test rig: what cannot be fails the test"
)]

use std::hash::Hasher;

use casefile::case::catalog::Catalog;
use casefile::case::evidence::{Attempt, BodyEnd, Connection, Outcome, Response, Source, Timing};
use casefile::case::kept::{KeptCase, Twins, TwinsOf};
use casefile::case::request::{Draft, Header};
use casefile::practice::score::Trial;
use casefile::practice::{GROUPS, scenarios};
use casefile::session::{
    CaseKeys, Delivered, Effect, Event, FileFacts, FileSeen, FileTrouble, FilesSeen, KeySeen, Outgoing,
    Phase, Progress, Session, Settings,
};
use casefile::ui::tui::keys::{KeyCombo, Keymap};
use casefile::ui::tui::screen::{Ask, PracticeChoice, RunUnderWay, Screen, UnderWay, Wish};
use casefile::ui::tui::theme::Theme;
use casefile::ui::tui::view;
use chrono::{DateTime, Utc};
use crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use secrecy::SecretString;

use super::attach::FakeDesks;
use super::runs::FakeRuns;

/// Everything of one test.
pub struct Rig {
    pub session: Session,
    pub screen: Screen,
    pub terminal: Terminal<TestBackend>,
    pub now: DateTime<Utc>,
    /// What is under way.
    pub outgoing: Option<Outgoing>,
    pub cancelled: bool,
    pub copied: Option<String>,
    pub written: Option<String>,
    pub left: bool,
    /// What is known of keys.
    pub recall: fn(&CaseKeys) -> Result<Vec<KeySeen>, String>,
    pub remembered: Vec<CaseKeys>,
    /// What is known of earlier cases of the same failure.
    pub twins: fn(&TwinsOf) -> Result<Option<Twins>, String>,
    /// Cases that were kept.
    pub kept: Vec<KeptCase>,
    /// What was asked of the terminal.
    pub asked: Vec<Ask>,
    /// The ticket desks.
    pub desk: FakeDesks,
    /// A note on its way to one.
    pub under_way: Option<UnderWay>,
    /// Runs of several requests.
    pub runs: FakeRuns,
    /// The one that is under way.
    pub run: Option<RunUnderWay>,
}

/// A key that looks real, made at run time.
pub fn secret(head: &str) -> String {
    format!("{head}{}", "aB3".repeat(16))
}

/// The draft of a usual chat request whose key comes from the environment.
pub fn curl_like() -> Draft {
    Draft {
        method: "POST".into(),
        url: "https://api.cometapi.com/v1/chat/completions".into(),
        headers: vec![
            Header::new("Content-Type", "application/json"),
            Header::new("Authorization", "Bearer [env:COMETAPI_KEY]"),
        ],
        body:
            "{\n  \"model\": \"gpt-4o\",\n  \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]\n}"
                .into(),
        form: Vec::new(),
    }
}

fn settings() -> Settings {
    Settings {
        tool: "casefile 0.0.0".into(),
        os: "linux".into(),
        confirm_first: true,
        seed: 7,
        ..Settings::default()
    }
}

fn choices() -> Vec<PracticeChoice> {
    let known = "recorded: https://docs.example/errors, read 2026-06-18";
    let mut choices: Vec<PracticeChoice> = [
        ("first-one", "The first failure", 1),
        ("second-one", "The second failure", 0),
        ("third-one", "A stream that breaks", 5),
    ]
    .into_iter()
    .map(|(name, title, group)| PracticeChoice {
        name: name.into(),
        title: title.into(),
        group: GROUPS[group],
        story: vec![
            ("What happened", "A colleague calls: since this morning every request of the nightly job fails, and nobody changed anything.".into()),
            ("Look at", "Which key is it, and for which base URL was it made?".into()),
            ("Support will ask", "The request id, the time, and the key by its name, never the key itself.".into()),
        ],
        known: known.into(),
        paste: "curl http://127.0.0.1:9/v1/chat/completions -H 'Authorization: Bearer x' -d '{\"model\":\"m\"}'".into(),
        gateway: "practice".into(),
        trial: None,
    })
    .collect();
    // The first one is judged as a real scenario is.
    choices[1].trial = Some(Trial::new(&scenarios()[0], &secret("sk-")));
    let filler = (4..40).map(|n| PracticeChoice {
        name: format!("case-{n}"),
        title: format!("Failure number {n}"),
        group: GROUPS[3],
        ..choices[0].clone()
    });
    let all: Vec<PracticeChoice> = choices.iter().cloned().chain(filler).collect();
    all
}

/// A key script as terminal input: `<enter>` and the like are named keys, all else is typed.
pub fn inputs(script: &str) -> Vec<Input> {
    let mut out = Vec::new();
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        let named = rest
            .strip_prefix('<')
            .and_then(|tail| tail.split_once('>'))
            .and_then(|(name, tail)| Some((name.parse::<KeyCombo>().ok()?, tail)));
        if let Some((combo, tail)) = named {
            out.push(Input::Key(combo.press()));
            rest = tail;
        } else {
            out.push(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

impl Rig {
    /// A fresh session in a terminal of this size.
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, Vec::new())
    }

    /// The same with two practice scenarios.
    pub fn practice(width: u16, height: u16) -> Self {
        Self::with(width, height, choices())
    }

    /// The same in which the case is saved as it goes, or not.
    pub fn with_saving(width: u16, height: u16, save: bool) -> Self {
        let session = Session::new(Catalog::built_in(), Settings { save, ..settings() });
        Self { session, ..Self::new(width, height) }
    }

    fn with(width: u16, height: u16, practice: Vec<PracticeChoice>) -> Self {
        let keymap = Keymap::built_in().expect("reads");
        let mut rig = Self {
            session: Session::new(Catalog::built_in(), settings()),
            screen: Screen::new(keymap, (width, height), practice),
            terminal: Terminal::new(TestBackend::new(width, height)).expect("in memory"),
            now: DateTime::from_timestamp(1_795_000_000, 0).expect("valid"),
            outgoing: None,
            cancelled: false,
            copied: None,
            written: None,
            left: false,
            recall: |_| Ok(Vec::new()),
            remembered: Vec::new(),
            twins: |_| Ok(None),
            kept: Vec::new(),
            asked: Vec::new(),
            desk: FakeDesks::default(),
            under_way: None,
            runs: FakeRuns::default(),
            run: None,
        };
        rig.tell(Event::BindingsRead(Vec::new()));
        rig
    }

    /// Plays a key script.
    pub fn keys(&mut self, script: &str) {
        for input in inputs(script) {
            self.take(input);
        }
    }

    /// Pastes.
    pub fn paste(&mut self, text: &str) {
        self.take(Input::Paste(text.to_owned()));
    }

    /// Another size of the terminal.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.terminal = Terminal::new(TestBackend::new(width, height)).expect("in memory");
        self.take(Input::Resize(width, height));
    }

    /// A click on the first place where the screen shows `text`.
    pub fn click(&mut self, text: &str) {
        let (x, y) = self.find(text);
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    }

    /// The column and row where the screen shows `text`.
    pub fn find(&mut self, text: &str) -> (u16, u16) {
        let shown = self.draw();
        let found = shown.lines().enumerate().find_map(|(y, line)| {
            let at = line.find(text)?;
            Some((unicode_width::UnicodeWidthStr::width(&line[..at]), y))
        });
        let (x, y) = found.unwrap_or_else(|| {
            println!("{shown}");
            (usize::MAX, 0)
        });
        (u16::try_from(x).expect(text), u16::try_from(y).expect("small"))
    }

    /// Something that the mouse does.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.take(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    fn take(&mut self, input: Input) {
        for wish in self.screen.on_input(input, &self.session) {
            match wish {
                Wish::Tell(event) => self.tell(event),
                Wish::Ask(ask) => self.asked.push(ask),
                Wish::Attach(ask) => {
                    let begun = self.screen.serve_attach(ask, Some(&mut self.desk), &self.session);
                    self.under_way = begun.or(self.under_way.take());
                }
                Wish::Run(ask) => {
                    let desk = Some(&mut self.runs as &mut dyn casefile::ui::tui::RunDesk);
                    let begun = self.screen.serve_run(ask, desk, &self.session, self.now);
                    self.run = begun.or(self.run.take());
                }
                Wish::Redraw | Wish::Cases(_) | Wish::Tour => {}
            }
        }
        self.screen.follow(&self.session);
    }

    /// Tells the session, and does what it asks of the world.
    pub fn tell(&mut self, event: Event) {
        let effects = self.session.handle(event, self.now);
        self.screen.follow(&self.session);
        for effect in effects {
            self.run(effect);
        }
    }

    fn run(&mut self, effect: Effect) {
        let delivered = |route: &str, path: Option<String>| {
            Event::Delivered(Ok(Delivered { route: route.into(), certain: true, path }))
        };
        match effect {
            Effect::ReadEnvironment(names) => {
                let values =
                    names.into_iter().map(|name| (name, Some(SecretString::from(secret("sk-"))))).collect();
                self.tell(Event::EnvironmentRead(values));
            }
            Effect::LookAtFiles(paths) => self.tell(Event::FilesSeen(FilesSeen {
                folder: "/home/op/case".into(),
                files: paths
                    .0
                    .into_iter()
                    .map(|path| {
                        let found = FileFacts { bytes: 48_213, kind: Some("audio/mpeg") };
                        let look =
                            if path.contains("missing") { Err(FileTrouble::Missing) } else { Ok(found) };
                        FileSeen { path, look }
                    })
                    .collect(),
            })),
            Effect::ReadBody(_) => self.tell(Event::BodyRead(Err(FileTrouble::Missing))),
            Effect::OpenFile { pasted, .. } => {
                self.tell(Event::FileOpened { read: Err(FileTrouble::Missing), pasted });
            }
            Effect::Send(outgoing) => self.outgoing = Some(*outgoing),
            Effect::CancelSend => self.cancelled = true,
            Effect::Copy(rendered) => {
                self.copied = Some(rendered.as_str().to_owned());
                self.tell(delivered("tmux buffer", None));
            }
            Effect::Write { path, .. } => {
                self.written = Some(path.clone());
                if path.starts_with("/nowhere/") {
                    return self.tell(Event::Delivered(Err(format!("{path} cannot be written"))));
                }
                self.tell(delivered(&format!("file {path}"), Some(path)));
            }
            Effect::RecallKeys(keys) => self.tell(Event::KeysRecalled((self.recall)(&keys))),
            Effect::RememberKeys(keys) => self.remembered.push(keys),
            Effect::FindTwins(asked) => self.tell(Event::TwinsFound((self.twins)(&asked))),
            Effect::KeepCase(case) => self.kept.push(*case),
            Effect::Wait { .. }
            | Effect::RememberBinding(_)
            | Effect::SaveCase(_)
            | Effect::SaveLater(_)
            | Effect::ForgetSaved(_) => {}
            Effect::Quit => self.left = true,
        }
    }

    /// The running request moves on.
    pub fn progress(&mut self, bytes: u64, events: u64) {
        let phase = if bytes > 0 { Phase::Receiving } else { Phase::Waiting };
        self.tell(Event::Progressed(Progress { phase, elapsed_ms: 1_250, bytes, events }));
    }

    /// The running request is answered.
    pub fn answer(&mut self, status: u16, body: &str) {
        let outgoing = self.outgoing.take().expect("a request is under way");
        let response = Response {
            status: Some(status),
            http_version: Some("HTTP/1.1".into()),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("x-request-id".into(), "20261118011730123456789abcdEFGH".into()),
            ],
            body: body.as_bytes().to_vec(),
            body_bytes: body.len() as u64,
            end: BodyEnd::Complete,
            ..Response::default()
        };
        let attempt = Attempt {
            index: outgoing.index,
            source: Source::Sent,
            at: Some(self.now),
            outcome: Outcome::Response(response),
            connection: Connection::default(),
            client_request_id: outgoing.client_request_id.map(|header| header.value),
            timing: Timing { first_byte_ms: Some(120), total_ms: Some(134), ..Timing::default() },
            polls: 0,
            waited_ms: outgoing.waited_ms,
            decision: None,
            reason: String::new(),
            request_bytes: outgoing.request.body.map_or(0, |b| b.len() as u64),
            written: Vec::new(),
        };
        self.tell(Event::AttemptDone(Box::new(attempt)));
    }

    /// A usual request, sent and answered with an invalid token; nothing runs any more.
    pub fn observed(&mut self) {
        self.tell(Event::Edited(curl_like()));
        self.tell(Event::SendRequested);
        self.tell(Event::ConsentGiven { remember: false });
        if self.outgoing.is_some() {
            self.answer(
                401,
                "{\"error\":{\"code\":\"\",\"message\":\"invalid token (request id: 20261118011730123456789abcdEFGH)\",\"type\":\"comet_api_error\"}}",
            );
        }
        self.tell(Event::StopRetrying);
    }

    /// Draws; gives the text and a hash of the styles.
    pub fn draw(&mut self) -> String {
        self.draw_in(&Theme::new(false))
    }

    /// The same in another theme.
    pub fn draw_in(&mut self, theme: &Theme) -> String {
        let (session, screen, now) = (&self.session, &self.screen, self.now);
        self.terminal.draw(|frame| view(frame, session, screen, theme, now)).expect("in memory");
        let buffer = self.terminal.backend().buffer();
        let mut styles = Fnv(0xcbf2_9ce4_8422_2325);
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut row = String::new();
            let mut covered = 0;
            for x in 0..buffer.area.width {
                let cell = &buffer[(x, y)];
                styles.write(format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier).as_bytes());
                // A wide character covers the cell after it.
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
                row.push_str(cell.symbol());
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        format!("{text}styles {:016x}", styles.finish())
    }

    /// One input of many kinds, by number.
    pub fn random_input(&mut self, number: u64) {
        const NAMED: [&str; 16] = [
            "<enter>",
            "<esc>",
            "<tab>",
            "<shift-tab>",
            "<up>",
            "<down>",
            "<left>",
            "<right>",
            "<pageup>",
            "<pagedown>",
            "<home>",
            "<end>",
            "<backspace>",
            "<delete>",
            "<ctrl-l>",
            "<space>",
        ];
        const TEXTS: [&str; 6] =
            ["{\"a\": [1,\r\n 2]}", "日本語\u{202e}\u{1b}[0m", "", "x: y\n: \n", "\u{300}a", "https://h/v1"];
        let pick = usize::try_from(number % 1_000).unwrap_or(0);
        match pick {
            0..450 => self.keys(NAMED[pick % NAMED.len()]),
            450..960 => {
                let letter = char::from(b' ' + u8::try_from((number / 1_000) % 95).unwrap_or(0));
                self.take(Input::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
            }
            960..980 => self.paste(TEXTS[pick % TEXTS.len()]),
            980..985 => {
                const KINDS: [MouseEventKind; 4] = [
                    MouseEventKind::Down(MouseButton::Left),
                    MouseEventKind::ScrollDown,
                    MouseEventKind::ScrollUp,
                    MouseEventKind::Up(MouseButton::Right),
                ];
                let (x, y) = ((number / 1_000) % 210, (number / 210_000) % 70);
                self.mouse(
                    KINDS[pick % KINDS.len()],
                    u16::try_from(x).unwrap_or(0),
                    u16::try_from(y).unwrap_or(0),
                );
            }
            985..990 => {
                if self.outgoing.is_some() && self.session.is_busy() {
                    self.answer([200, 401, 429, 503][pick % 4], "{\"error\":{\"message\":\"\u{1b}[31mno\"}}");
                } else {
                    self.tell(Event::Edited(curl_like()));
                }
            }
            _ => self.tell(Event::Cancel),
        }
    }
}

/// FNV-1a: the same on every machine and in every release.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
