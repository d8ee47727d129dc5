//! Opens the terminal program on the real terminal: the only file of this room that touches it.

use std::io;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use tokio::sync::mpsc::UnboundedReceiver;

use super::screen::Ask;
use super::thrifty::Thrifty;
use super::{Ending, Options, World, run};
use crate::io::clock::Clock;
use crate::io::driver::Driver;
use crate::io::terminal::{self, Screen, ScreenError, Signal};
use crate::session::{Event, Session};

/// The terminal program could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The terminal could not be taken.
    #[error(transparent)]
    Screen(#[from] ScreenError),
    /// It was lost while the program ran.
    #[error("the terminal cannot be read or drawn on any more ({0})")]
    Lost(#[from] io::Error),
}

/// Takes the terminal, runs the program and gives the terminal back on every way out. Gives the signal where one ended
/// it. Must run inside a `tokio::task::LocalSet`, like the driver.
///
/// # Errors
/// Where the terminal cannot be taken or is lost.
pub async fn open(
    session: &mut Session,
    driver: &mut Driver,
    events: UnboundedReceiver<Event>,
    clock: Arc<dyn Clock>,
    options: Options,
) -> Result<Option<Signal>, OpenError> {
    terminal::install_panic_hook();
    // Before the terminal is taken: a signal that comes now must give it back, too.
    let terminated = terminal::terminated();
    let taken = Screen::enter()?;
    let mut terminal = Terminal::new(Thrifty::new(CrosstermBackend::new(io::stdout())))?;
    // Not `Terminal::clear`: it asks the terminal where its cursor is, and some never answer.
    let size = terminal.size()?;
    terminal.resize(Rect::from((Position::ORIGIN, size)))?;
    let mut signal = None;
    let world = World {
        input: terminal::input(),
        events,
        run_effects: |effects| driver.run(effects),
        terminated: async { signal = Some(terminated.await) },
        clock,
        terminal: Box::new(|ask| match ask {
            Ask::Mouse(on) => terminal::report_mouse(on),
            Ask::Suspend => terminal::suspend(),
        }),
    };
    let ending = run(session, &mut terminal, world, options).await;
    drop(taken);
    match ending? {
        Ending::Left => Ok(None),
        // The end of the terminal's input is a hang-up too.
        Ending::Terminated => Ok(Some(signal.unwrap_or(Signal::HangUp))),
    }
}
