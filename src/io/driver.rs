//! Runs the session's effects and feeds events back. The only place that spawns the session's tasks.

mod saver;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::case::kept::{KeptCase, Twins, TwinsOf};
use crate::case::sanitize::Rendered;
use crate::io::clock::Clock;
use crate::io::{files, net};
use crate::session::{Binding, CaseKeys, Delivered, Effect, Event, FileTrouble, KeySeen, Outgoing, Session};

use saver::Saver;
pub use saver::Saving;

/// Reads an environment variable.
pub type Environment = dyn Fn(&str) -> Option<SecretString>;
/// Keeps a binding of key and host; the error is a sentence for the operator.
pub type Remember = dyn FnMut(&Binding) -> Result<(), String>;
/// Saves an unfinished case, or forgets it; runs on a thread of its own. The error is a sentence for the operator.
pub type SaveCase = dyn FnMut(Saving) -> Result<(), String> + Send;
/// Puts bytes on the clipboard; the error is a sentence for the operator.
pub type Copy = dyn FnMut(&Rendered) -> Result<Delivered, String>;
/// Writes bytes to a file at a path; the error is a sentence for the operator.
pub type Write = dyn FnMut(&Rendered, &str) -> Result<Delivered, String>;

/// Says where credentials were seen before; the error is a sentence for the operator.
pub type RecallKeys = dyn FnMut(&CaseKeys) -> Result<Vec<KeySeen>, String>;
/// Keeps the fingerprints of credentials, with the moment; the error is a sentence for the operator.
pub type RememberKeys = dyn FnMut(&CaseKeys, chrono::DateTime<chrono::Utc>) -> Result<Vec<KeySeen>, String>;
/// Looks up earlier cases of the same failure; the error is a sentence for the operator.
pub type FindTwins = dyn FnMut(&TwinsOf) -> Result<Option<Twins>, String>;
/// Keeps a case whose note is out; the error is a sentence for the operator.
pub type KeepCase = dyn FnMut(&KeptCase) -> Result<(), String>;

/// Works out what the first note needs; on a thread of its own.
pub type Ahead = dyn FnOnce() + Send;

/// The outside things that the driver reaches; tests put their own in.
pub struct Parts {
    /// Run beside the first request; `None`: nothing is.
    pub ahead: Option<Box<Ahead>>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Reads an environment variable.
    pub environment: Box<Environment>,
    /// Keeps a binding of key and host.
    pub remember: Box<Remember>,
    /// Saves an unfinished case, or forgets it; `None`: nothing is saved.
    pub save_case: Option<Box<SaveCase>>,
    /// Says where credentials were seen before.
    pub recall_keys: Box<RecallKeys>,
    /// Keeps the fingerprints of credentials.
    pub remember_keys: Box<RememberKeys>,
    /// Looks up earlier cases of the same failure.
    pub find_twins: Box<FindTwins>,
    /// Keeps a case whose note is out.
    pub keep_case: Box<KeepCase>,
    /// Puts bytes on the clipboard.
    pub copy: Box<Copy>,
    /// Writes bytes to a file.
    pub write: Box<Write>,
}

/// Runs effects. Must be used inside a `tokio::task::LocalSet`.
pub struct Driver {
    parts: Parts,
    events: UnboundedSender<Event>,
    running: Option<Running>,
    saver: Option<Saver>,
}

/// The request that is under way.
struct Running {
    task: JoinHandle<()>,
    canceller: net::Canceller,
}

impl Driver {
    /// A driver and the end at which its events arrive.
    pub fn new(parts: Parts) -> (Self, UnboundedReceiver<Event>) {
        let (events, receiver) = unbounded_channel();
        let mut parts = parts;
        let saver = parts.save_case.take().map(|save| Saver::new(save, events.clone()));
        (Self { parts, events, running: None, saver }, receiver)
    }

    /// Runs `effects` in order without blocking on the network. True: the session is over.
    pub fn run(&mut self, effects: Vec<Effect>) -> bool {
        let mut quit = false;
        for effect in effects {
            match effect {
                Effect::ReadEnvironment(names) => self.read_environment(names),
                Effect::LookAtFiles(paths) => self.tell(Event::FilesSeen(files::look(paths.0))),
                Effect::ReadBody(paths) => {
                    let read = paths.0.first().map(|path| files::read_body(path));
                    self.tell(Event::BodyRead(read.unwrap_or(Err(FileTrouble::Missing))));
                }
                Effect::OpenFile { paths, pasted } => {
                    let read = paths.0.first().map(|path| files::open_text(path));
                    let read = read.unwrap_or(Err(FileTrouble::Missing));
                    self.tell(Event::FileOpened { read, pasted });
                }
                Effect::Send(outgoing) => self.send(*outgoing),
                Effect::CancelSend => self.cancel(),
                Effect::Wait { ms, token } => {
                    tracing::info!(ms, "waiting before a retry");
                    self.wait(ms, token);
                }
                Effect::RememberBinding(binding) => {
                    if let Err(error) = (self.parts.remember)(&binding) {
                        self.tell(Event::Delivered(Err(error)));
                    }
                }
                Effect::Copy(rendered) => {
                    let result = (self.parts.copy)(&rendered);
                    self.tell(Event::Delivered(result));
                }
                Effect::Write { path, rendered } => {
                    let result = (self.parts.write)(&rendered, &path);
                    self.tell(Event::Delivered(result));
                }
                Effect::SaveCase(case) => self.save(Saving::Save(case)),
                Effect::ForgetSaved(id) => self.save(Saving::Forget(id)),
                Effect::SaveLater(ms) => self.later(ms, Event::SaveDue),
                Effect::RecallKeys(keys) => {
                    let seen = (self.parts.recall_keys)(&keys);
                    self.tell(Event::KeysRecalled(seen));
                }
                Effect::RememberKeys(keys) => {
                    let now = self.parts.clock.now();
                    let seen = (self.parts.remember_keys)(&keys, now);
                    self.tell(
                        seen.map_or_else(Event::KeysNotRemembered, |seen| Event::KeysRecalled(Ok(seen))),
                    );
                }
                Effect::FindTwins(asked) => {
                    let found = (self.parts.find_twins)(&asked);
                    self.tell(Event::TwinsFound(found));
                }
                Effect::KeepCase(case) => {
                    if let Err(error) = (self.parts.keep_case)(&case) {
                        self.tell(Event::CaseNotKept(error));
                    }
                }
                Effect::Quit => quit = true,
            }
        }
        if quit {
            self.stop();
        }
        quit
    }

    /// Gives `event` to `session` and runs what follows. True: the session is over.
    pub fn step(&mut self, session: &mut Session, event: Event) -> bool {
        let effects = session.handle(event, self.parts.clock.now());
        self.run(effects)
    }

    /// The wall clock that the driver uses.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.parts.clock.now()
    }

    fn tell(&self, event: Event) {
        // The receiver is gone only when the face is closing; then nobody needs the event.
        let _ = self.events.send(event);
    }

    fn read_environment(&self, names: Vec<String>) {
        let values = names
            .into_iter()
            .map(|name| {
                let value = (self.parts.environment)(&name);
                (name, value)
            })
            .collect();
        self.tell(Event::EnvironmentRead(values));
    }

    fn send(&mut self, outgoing: Outgoing) {
        self.stop();
        if let Some(ahead) = self.parts.ahead.take() {
            // Without a thread it is worked out when it is needed.
            let _ = std::thread::Builder::new().name("ahead".to_owned()).spawn(ahead);
        }
        let (events, clock) = (self.events.clone(), Arc::clone(&self.parts.clock));
        let (index, request_bytes) = (outgoing.index, outgoing.request.body_bytes());
        let (canceller, stop) = net::cancellation();
        tracing::info!(attempt = index, request_bytes, "sending");
        let task = tokio::task::spawn_local(async move {
            let progress = events.clone();
            let report = move |p| {
                let _ = progress.send(Event::Progressed(p));
            };
            let attempt = net::attempt(outgoing, clock, stop, report).await;
            tracing::info!(
                attempt = attempt.index,
                status = attempt.response().and_then(|r| r.status),
                failure = attempt.transport().map(|t| t.kind.as_str()),
                total_ms = attempt.timing.total_ms,
                "done"
            );
            let _ = events.send(Event::AttemptDone(Box::new(attempt)));
        });
        self.running = Some(Running { task, canceller });
    }

    /// Cancels what runs: the attempt ends with what had come until now.
    fn cancel(&self) {
        if let Some(running) = &self.running {
            running.canceller.cancel();
        }
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.task.abort();
        }
    }

    fn save(&mut self, saving: Saving) {
        if let Some(saver) = &mut self.saver {
            saver.take(saving);
        }
    }

    fn wait(&self, ms: u64, token: u64) {
        self.later(ms, Event::WaitOver(token));
    }

    fn later(&self, ms: u64, event: Event) {
        let events = self.events.clone();
        tokio::task::spawn_local(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            let _ = events.send(event);
        });
    }
}
