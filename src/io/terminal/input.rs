//! What the terminal reports, as a stream: keys, pastes, clicks, sizes.

use std::collections::VecDeque;
use std::io;
#[cfg(unix)]
use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};

use crossterm::event::Event;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::Sleep;

use super::bytes::{Parser, Told};
use super::shade::{self, Shade};

/// How many bytes are read at once.
#[cfg(unix)]
const AT_ONCE: usize = 64 * 1024;

/// What was read.
enum Came {
    /// As the terminal sent it.
    #[cfg(unix)]
    Bytes(Vec<u8>),
    /// As the system tells it.
    #[cfg(not(unix))]
    Event(Event),
}

/// What the terminal reports. An error, or the end, is the end of the terminal.
pub struct Reports {
    reads: UnboundedReceiver<io::Result<Came>>,
    parser: Parser,
    ready: VecDeque<Event>,
    /// When what is unfinished is given up.
    until: Option<Pin<Box<Sleep>>>,
    #[cfg(unix)]
    resized: Option<tokio::signal::unix::Signal>,
    /// Columns and rows that were told last.
    #[cfg(unix)]
    size: Option<(u16, u16)>,
    shade: Option<oneshot::Sender<Shade>>,
}

/// What the terminal reports, and beside it the answer to [`super::ask_for_shade`]. A thread of its own reads, because a terminal
/// cannot be waited for in any other way that every system knows. It waits without looking up: an idle program does not wake.
/// Make it once, in a tokio runtime; the thread ends with the program.
pub fn input() -> (Reports, oneshot::Receiver<Shade>) {
    let (sender, reads) = unbounded_channel();
    let failed = sender.clone();
    if let Err(cause) = std::thread::Builder::new().name("input".to_owned()).spawn(move || read_all(&sender))
    {
        // The receiver is right here.
        let _ = failed.send(Err(cause));
    }
    let (shade, answer) = oneshot::channel();
    let reports = Reports {
        reads,
        parser: Parser::default(),
        ready: VecDeque::new(),
        until: None,
        #[cfg(unix)]
        resized: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change()).ok(),
        #[cfg(unix)]
        size: crossterm::terminal::size().ok(),
        shade: Some(shade),
    };
    (reports, answer)
}

#[cfg(not(unix))]
fn read_all(sender: &UnboundedSender<io::Result<Came>>) {
    while !sender.is_closed() {
        let read = crossterm::event::read().map(Came::Event);
        let last = read.is_err();
        if sender.send(read).is_err() || last {
            return;
        }
    }
}

#[cfg(unix)]
fn read_all(sender: &UnboundedSender<io::Result<Came>>) {
    let mut buffer = vec![0; AT_ONCE];
    loop {
        let read = match io::stdin().lock().read(&mut buffer) {
            // The terminal went away.
            Ok(0) => return,
            Ok(count) => Ok(Came::Bytes(buffer.get(..count).unwrap_or(&buffer).to_vec())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // Another program left the terminal so that reading does not wait.
                std::thread::sleep(std::time::Duration::from_millis(10));
                continue;
            }
            Err(error) => Err(error),
        };
        let last = read.is_err();
        if sender.send(read).is_err() || last {
            return;
        }
    }
}

impl Reports {
    /// Waits for the terminal's answer to a question that was asked just now, so that it is not typed into the shell after the
    /// end of the program. Call it before the terminal is given back.
    pub async fn settle(&mut self) {
        while let Some(until) = shade::awaited() {
            let next = tokio::time::timeout_at(until.into(), self.next()).await;
            if !matches!(next, Ok(Some(Ok(_)))) {
                return;
            }
        }
    }

    #[cfg(unix)]
    fn read(&mut self, came: Came) {
        let Came::Bytes(bytes) = came;
        // A key may overtake the signal of the size in which it was pressed, and a screen that is too small takes none.
        self.look_at_size();
        let told = self.parser.take(&bytes);
        self.take(told);
    }

    #[cfg(not(unix))]
    fn read(&mut self, came: Came) {
        let Came::Event(event) = came;
        self.ready.push_back(event);
    }

    /// What is unfinished is given up when nothing comes for its time.
    fn wait(&mut self) {
        self.until = self.parser.patience().map(|time| Box::pin(tokio::time::sleep(time)));
    }

    fn take(&mut self, told: Vec<Told>) {
        for one in told {
            match one {
                Told::Input(event) => self.ready.push_back(event),
                Told::Answer(text) => {
                    let Some(shade) = shade::answer(&text) else { continue };
                    shade::answered();
                    if let Some(sender) = self.shade.take() {
                        // Whoever asked may be gone.
                        let _ = sender.send(shade);
                    }
                }
            }
        }
        self.wait();
    }

    /// Tells the terminal's size where it is another one than was told last.
    #[cfg(unix)]
    fn look_at_size(&mut self) {
        let size = crossterm::terminal::size().ok().filter(|size| self.size != Some(*size));
        if let Some((width, height)) = size {
            self.size = size;
            self.ready.push_back(Event::Resize(width, height));
        }
    }

    #[cfg(unix)]
    fn poll_resized(&mut self, context: &mut Context<'_>) -> bool {
        self.resized
            .as_mut()
            .is_some_and(|resized| matches!(resized.poll_recv(context), Poll::Ready(Some(()))))
    }
}

impl Stream for Reports {
    type Item = io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match this.reads.poll_recv(context) {
                Poll::Ready(Some(Ok(read))) => {
                    this.read(read);
                    continue;
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {}
            }
            #[cfg(unix)]
            if this.poll_resized(context) {
                let Ok((width, height)) = crossterm::terminal::size() else { continue };
                this.size = Some((width, height));
                return Poll::Ready(Some(Ok(Event::Resize(width, height))));
            }
            if this.until.as_mut().is_some_and(|until| until.as_mut().poll(context).is_ready()) {
                let told = this.parser.lapse();
                this.take(told);
                continue;
            }
            return Poll::Pending;
        }
    }
}
