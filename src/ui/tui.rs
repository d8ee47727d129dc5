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
mod face;
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
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::case::kept::Unfinished;
use crate::io::clock::Clock;
use crate::io::terminal::Shade;
use crate::session::{Effect, Event, Session};
use face::Face;
use keys::Keymap;
use screen::{Ask, RunNews, RunUnderWay, Screen, Sent, UnderWay};
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
    /// The answer to [`Ask::Shade`].
    pub shade: oneshot::Receiver<Shade>,
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
    let World { input, events, run_effects, terminated, clock, terminal: ask, shade } = world;
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
    if options.first.into_iter().any(|event| face.tell(event)) {
        return Ok(Ending::Left);
    }
    face.screen.offer(options.unfinished, face.session, clock.now());
    if face.begin(options.tour) {
        return Ok(Ending::Left);
    }
    let ending = turns(&mut face, terminal, Heard { input, events, terminated, shade }).await;
    if !matches!(ending, Ok(Ending::Left)) {
        // Nobody said that the case may be lost.
        face.tell(Event::SaveDue);
    }
    ending
}

/// What the loop waits for.
struct Heard<I, T> {
    input: I,
    events: UnboundedReceiver<Event>,
    terminated: T,
    shade: oneshot::Receiver<Shade>,
}

/// Draws and waits by turns.
async fn turns<B, I, R, T>(
    face: &mut Face<'_, R>,
    terminal: &mut Terminal<B>,
    heard: Heard<I, T>,
) -> io::Result<Ending>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    I: Stream<Item = io::Result<Input>> + Unpin,
    R: FnMut(Vec<Effect>) -> bool,
    T: Future<Output = ()>,
{
    let Heard { mut input, mut events, terminated, shade } = heard;
    tokio::pin!(terminated);
    let mut shade = Some(shade);
    let mut is_first = true;
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
        let (now, theme) = (face.clock.now(), face.screen.themes.theme());
        let drawn = terminal
            .draw(|frame| view(frame, face.session, &face.screen, &theme, now))
            .map_err(io::Error::other)?;
        is_disputed = drawn.buffer.content.iter().any(|cell| widget::text::is_disputed(cell.symbol()));
        moved = true;
        if std::mem::take(&mut is_first) && face.screen.themes.follows() {
            // After the first frame: whoever waits for it waits for no answer.
            (face.ask)(Ask::Shade)?;
        }
        let busy = face.session.is_busy() || face.under_way.is_some() || face.run.is_some();
        let mut under_way = face.under_way.take();
        let fresh = face.cases.as_ref().and_then(|desk| desk.fresh());
        tokio::select! {
            biased;
            () = &mut terminated => return Ok(Ending::Terminated),
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
                face.screen.renew_cases(face.cases.as_deref_mut(), face.clock.now());
                face.screen.preview_case(face.cases.as_deref_mut());
            }
            next = input.next() => if let Some(read) = next {
                if face.take(read?)? { return Ok(Ending::Left); }
            } else {
                return Ok(Ending::Terminated);
            },
            told = answered(&mut shade) => face.screen.themes.follow(told),
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
                && face.take(read?)?
            {
                return Ok(Ending::Left);
            }
        }
    }
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

/// The ground on which the terminal writes, once; never where it does not tell.
async fn answered(shade: &mut Option<oneshot::Receiver<Shade>>) -> Shade {
    if let Some(answer) = shade {
        let told = answer.await;
        *shade = None;
        if let Ok(told) = told {
            return told;
        }
    }
    std::future::pending().await
}

/// The end of what is under way; never where nothing is.
async fn ended(under_way: &mut Option<UnderWay>) -> Result<Sent, String> {
    match under_way {
        Some(under_way) => under_way.work.as_mut().await,
        None => std::future::pending().await,
    }
}
