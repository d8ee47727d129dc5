//! The terminal program: a face of the session. It sends events and draws the session's state; every decision about a
//! request, a diagnosis or a note is made elsewhere.
//!
//! ```text
//!  terminal input ──> Screen::on_input ──> Wish::Tell(Event) ──> Session::handle ──> Vec<Effect> ──> run_effects
//!                                                                      ^                                 │
//!  view(&Session, &Screen) ──> terminal            session events <────┴───────── io::driver <───────────┘
//! ```
//!
//! [`run`] is the only part that waits; it takes the terminal, its input, the effects' runner and the end signal as
//! arguments, so a test can run it whole without a terminal. [`open()`] gives it the real ones.

pub mod code;
pub mod complete;
pub mod editor;
pub mod evidence;
pub mod field;
pub mod form;
pub mod json;
pub mod keys;
pub mod layout;
pub mod marks;
pub mod open;
pub mod popup;
pub mod said;
pub mod screen;
pub mod spots;
pub mod theme;
mod thrifty;
pub mod tour;
pub mod view;
pub mod widget;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event as Input;
use futures_util::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::case::kept::Unfinished;
use crate::io::clock::Clock;
use crate::session::{Effect, Event, Session};
use keys::Keymap;
use screen::{Ask, AttachAsk, RunAsk, RunNews, RunUnderWay, Screen, Sent, Stage, UnderWay, Wish};
use theme::Themes;

pub use open::{OpenError, open};
pub use screen::{CaseDesk, CaseRow, ListTitle, PracticeChoice, RunDesk, TicketDesk};
pub use view::view;

/// How often the screen is drawn while something runs: elapsed time and countdown move.
const TICK: Duration = Duration::from_millis(250);

/// How long is waited between two looks at what a run tells: it may tell a thousand things a second.
const LOOK_EVERY: Duration = Duration::from_millis(120);

/// Most events that are taken before the screen is drawn once.
const BATCH: usize = 1024;

/// What the terminal program is started with.
pub struct Options {
    /// The key table.
    pub keymap: Keymap,
    /// The colours, one theme chosen.
    pub themes: Themes,
    /// The mouse is on from the start.
    pub mouse: bool,
    /// What to say at the start: faults of files of the user's that were left aside.
    pub said: Option<String>,
    /// Practice scenarios to begin with; empty: no practice.
    pub practice: Vec<PracticeChoice>,
    /// Begin with the guided tour.
    pub tour: bool,
    /// Starts the practice gateway where there is none yet, for the tour and the list of scenarios.
    pub practice_gateway: Option<Box<PracticeGateway>>,
    /// Unfinished cases that are offered at the start, the newest first.
    pub unfinished: Vec<Unfinished>,
    /// The kept and unfinished cases; `None`: there is no list of them.
    pub cases: Option<Box<dyn CaseDesk>>,
    /// The ticket desks; `None`: there is none.
    pub desk: Option<Box<dyn TicketDesk>>,
    /// Runs of several requests beside the walk; `None`: there are none.
    pub runs: Option<Box<dyn RunDesk>>,
    /// Events to begin with: bindings that were read, a gateway, a request from a file.
    pub first: Vec<Event>,
}

/// Starts a practice gateway and gives its scenarios, or says why it cannot.
pub type PracticeGateway = dyn FnMut() -> Result<Vec<PracticeChoice>, String>;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The operator left.
    Left,
    /// A signal or the end of the terminal's input asked for it.
    Terminated,
}

/// Everything outside of the program that its loop meets.
pub struct World<I, R, T> {
    /// What the terminal reports.
    pub input: I,
    /// What the effects bring.
    pub events: UnboundedReceiver<Event>,
    /// Runs effects; true: the session wants to leave.
    pub run_effects: R,
    /// Ends when a signal asks the program to end.
    pub terminated: T,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Does what is asked of the terminal.
    pub terminal: Box<dyn FnMut(Ask) -> io::Result<()>>,
}

/// Runs the terminal program until the operator leaves. The caller has entered the terminal's own screen and restores
/// it afterwards.
///
/// # Errors
/// The terminal cannot be read or drawn on.
pub async fn run<B, I, R, T>(
    session: &mut Session,
    terminal: &mut Terminal<B>,
    world: World<I, R, T>,
    options: Options,
) -> io::Result<Ending>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    I: Stream<Item = io::Result<Input>> + Unpin,
    R: FnMut(Vec<Effect>) -> bool,
    T: Future<Output = ()>,
{
    let World { mut input, mut events, run_effects, terminated, clock, terminal: ask } = world;
    let size = terminal.size().map_err(io::Error::other)?;
    let mut screen = Screen::new(options.keymap, (size.width, size.height), options.practice);
    (screen.themes, screen.mouse, screen.hint) = (options.themes, options.mouse, options.said);
    let (clock_of_face, cases, desk, runs) = (Arc::clone(&clock), options.cases, options.desk, options.runs);
    let mut face = Face {
        session,
        screen,
        run_effects,
        clock: clock_of_face,
        ask,
        redraw: false,
        cases,
        desk,
        under_way: None,
        runs,
        run: None,
        practice_gateway: options.practice_gateway,
    };
    if face.screen.mouse {
        (face.ask)(Ask::Mouse(true))?;
    }
    tokio::pin!(terminated);
    if options.first.into_iter().any(|event| face.tell(event)) {
        return Ok(Ending::Left);
    }
    face.screen.offer(options.unfinished, face.session, clock.now());
    if face.begin(options.tour) {
        return Ok(Ending::Left);
    }
    let mut look_again = Instant::now();
    // The last frame held characters of which terminals disagree how wide they are, and something may have moved since.
    let (mut is_disputed, mut moved) = (false, false);
    loop {
        let size = terminal.size().map_err(io::Error::other)?;
        if std::mem::take(&mut face.redraw) || is_disputed && moved {
            // `Terminal::clear` would ask the terminal where its cursor is and wait for the answer.
            terminal.resize(Rect::from((Position::ORIGIN, size))).map_err(io::Error::other)?;
        }
        face.screen.size = (size.width, size.height);
        let (now, theme) = (clock.now(), face.screen.themes.theme());
        let drawn = terminal
            .draw(|frame| view(frame, face.session, &face.screen, &theme, now))
            .map_err(io::Error::other)?;
        is_disputed = drawn.buffer.content.iter().any(|cell| widget::text::is_disputed(cell.symbol()));
        moved = true;
        let busy = face.session.is_busy() || face.under_way.is_some() || face.run.is_some();
        let mut under_way = face.under_way.take();
        let fresh = face.cases.as_ref().and_then(|desk| desk.fresh());
        tokio::select! {
            biased;
            () = &mut terminated => {
                face.tell(Event::SaveDue);
                return Ok(Ending::Terminated);
            }
            ended = ended(&mut under_way) => {
                under_way = None;
                if face.attached(ended) { return Ok(Ending::Left); }
            }
            Some(event) = events.recv() => {
                if face.tell(event) { return Ok(Ending::Left); }
            }
            news = told(&mut face.run, look_again) => {
                face.hear(news);
                look_again = Instant::now() + LOOK_EVERY;
            }
            () = woken(fresh) => {
                face.screen.renew_cases(face.cases.as_deref_mut(), clock.now());
                face.screen.preview_case(face.cases.as_deref_mut());
            }
            next = input.next() => if let Some(read) = next {
                if face.take(&read?)? { return Ok(Ending::Left); }
            } else {
                face.tell(Event::SaveDue);
                return Ok(Ending::Terminated);
            },
            () = tokio::time::sleep(TICK), if busy => moved = false,
        }
        face.go_on(under_way);
        // What is there already is taken before the next drawing.
        for _ in 0..BATCH {
            let event = events.try_recv().ok();
            // Polled with this task's own waker: a stream may keep the first waker that it meets until it wakes.
            let read = match std::future::poll_fn(|cx| Poll::Ready(input.poll_next_unpin(cx))).await {
                Poll::Ready(read) => read,
                Poll::Pending => None,
            };
            if event.is_none() && read.is_none() {
                break;
            }
            if event.is_some_and(|event| face.tell(event)) {
                return Ok(Ending::Left);
            }
            if let Some(read) = read
                && face.take(&read?)?
            {
                return Ok(Ending::Left);
            }
        }
    }
}

/// Session, screen and the world behind them.
struct Face<'a, F> {
    session: &'a mut Session,
    screen: Screen,
    run_effects: F,
    clock: Arc<dyn Clock>,
    ask: Box<dyn FnMut(Ask) -> io::Result<()>>,
    redraw: bool,
    cases: Option<Box<dyn CaseDesk>>,
    desk: Option<Box<dyn TicketDesk>>,
    /// A note on its way to a desk.
    under_way: Option<UnderWay>,
    runs: Option<Box<dyn RunDesk>>,
    /// A run that is under way.
    run: Option<RunUnderWay>,
    practice_gateway: Option<Box<PracticeGateway>>,
}

/// The rows of the list are others; never where nothing tells so.
async fn woken(fresh: Option<Arc<Notify>>) {
    match fresh {
        Some(fresh) => fresh.notified().await,
        None => std::future::pending().await,
    }
}

/// The next that is told of a run, not before `look_again`; never where none is under way. `None`: whoever told is gone.
async fn told(run: &mut Option<RunUnderWay>, look_again: Instant) -> Option<RunNews> {
    match run {
        Some(run) => {
            tokio::time::sleep_until(look_again).await;
            run.news.recv().await
        }
        None => std::future::pending().await,
    }
}

/// The end of what is under way; never where nothing is.
async fn ended(under_way: &mut Option<UnderWay>) -> Result<Sent, String> {
    match under_way {
        Some(under_way) => under_way.work.as_mut().await,
        None => std::future::pending().await,
    }
}

impl<F: FnMut(Vec<Effect>) -> bool> Face<'_, F> {
    /// Tells the session; true: leave.
    fn tell(&mut self, event: Event) -> bool {
        let effects = self.session.handle(event, self.clock.now());
        self.screen.follow(self.session);
        !effects.is_empty() && (self.run_effects)(effects)
    }

    /// Opens what the program begins with: a list, a run or the tour; true: leave.
    fn begin(&mut self, tour: bool) -> bool {
        if self.cases.as_ref().is_some_and(|desk| desk.opens_first()) {
            self.screen.serve_cases(&screen::CaseAsk::List, self.cases.as_deref_mut(), self.clock.now());
            self.screen.preview_case(self.cases.as_deref_mut());
        }
        if let Some(kind) = self.runs.as_ref().and_then(|desk| desk.opens_first()) {
            self.serve_run(RunAsk::Plan(kind));
        }
        tour && self.tour()
    }

    /// What was under way goes on, unless an input stopped it or began another.
    fn go_on(&mut self, under_way: Option<UnderWay>) {
        let is_wanted = self.screen.attach.as_ref().is_some_and(|attach| attach.stage == Stage::Sending);
        if is_wanted && self.under_way.is_none() {
            self.under_way = under_way;
        }
    }

    /// Takes what was told of the run, with all that is there besides.
    fn hear(&mut self, first: Option<RunNews>) {
        let mut over = self.screen.hear(first);
        while !over && let Some(news) = self.run.as_mut().and_then(|run| run.news.try_recv().ok()) {
            over = self.screen.hear(Some(news));
        }
        if over {
            self.run = None;
        }
    }

    fn serve_run(&mut self, ask: RunAsk) {
        let now = self.clock.now();
        let begun = self.screen.serve_run(ask, self.runs.as_deref_mut(), self.session, now);
        self.run = begun.or_else(|| self.run.take());
    }

    /// A note came to a desk, or did not; true: leave.
    fn attached(&mut self, ended: Result<Sent, String>) -> bool {
        let Some(event) = self.screen.attached(ended) else { return false };
        let leaves = self.tell(event);
        // The case is kept by now.
        if let Some(Err(error)) = self.desk.as_mut().map(|desk| desk.keep()) {
            self.screen.hint = Some(error);
        }
        leaves
    }

    /// Begins the tour, on a practice gateway that is started where there is none; true: leave.
    fn tour(&mut self) -> bool {
        if self.screen.practice.choices.is_empty() {
            let started = self.practice_gateway.as_mut().map(|start| start());
            match started {
                Some(Ok(choices)) => self.screen.practice.choices = choices,
                Some(Err(why)) => self.screen.hint = Some(why),
                None => self.screen.hint = Some("there is no practice gateway here".to_owned()),
            }
        }
        if self.screen.practice.choices.is_empty() {
            return false;
        }
        let wishes = self.screen.begin_tour(self.session);
        let mut events = wishes
            .into_iter()
            .filter_map(|wish| if let Wish::Tell(event) = wish { Some(event) } else { None });
        events.any(|event| self.tell(event))
    }

    /// Takes an input; true: leave. An error: the terminal does not do what it is asked.
    fn take(&mut self, input: &Input) -> io::Result<bool> {
        for wish in self.screen.on_input(input, self.session) {
            match wish {
                Wish::Redraw => self.redraw = true,
                Wish::Ask(ask) => {
                    (self.ask)(ask)?;
                    self.redraw |= ask == Ask::Suspend;
                }
                Wish::Cases(ask) => {
                    let now = self.clock.now();
                    let event = self.screen.serve_cases(&ask, self.cases.as_deref_mut(), now);
                    if event.is_some_and(|event| self.tell(event)) {
                        return Ok(true);
                    }
                }
                Wish::Attach(ask) => {
                    if matches!(ask, AttachAsk::Stop) {
                        self.under_way = None;
                    }
                    let begun = self.screen.serve_attach(ask, self.desk.as_deref_mut(), self.session);
                    self.under_way = begun.or_else(|| self.under_way.take());
                }
                Wish::Run(ask) => self.serve_run(ask),
                Wish::Tour => {
                    if self.tour() {
                        return Ok(true);
                    }
                }
                Wish::Tell(event) => {
                    if self.tell(event) {
                        return Ok(true);
                    }
                }
            }
        }
        self.screen.preview_case(self.cases.as_deref_mut());
        self.screen.follow(self.session);
        Ok(false)
    }
}
