//! Runs the session's effects and feeds events back. The only place that spawns the session's tasks.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::case::evidence::{Attempt, Outcome, Source, Timing, TransportFailure};
use crate::case::sanitize::Rendered;
use crate::case::vocabulary::TransportKind;
use crate::io::clock::Clock;
use crate::io::net;
use crate::session::{Binding, Delivered, Effect, Event, Outgoing, Session};

/// The outside things that the driver reaches; tests put their own in.
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Reads an environment variable.
    pub environment: Box<dyn Fn(&str) -> Option<SecretString>>,
    /// Keeps a binding of key and host.
    pub remember: Box<dyn FnMut(&Binding) -> Result<(), String>>,
    /// Puts bytes on the clipboard.
    pub copy: Box<dyn FnMut(&Rendered) -> Result<Delivered, String>>,
    /// Writes bytes to a file.
    pub write: Box<dyn FnMut(&Rendered, &str) -> Result<Delivered, String>>,
}

/// Runs effects. Must be used inside a `tokio::task::LocalSet`.
pub struct Driver {
    parts: Parts,
    events: UnboundedSender<Event>,
    running: Option<Running>,
}

/// The request that is under way.
struct Running {
    task: JoinHandle<()>,
    index: u32,
    at: chrono::DateTime<chrono::Utc>,
    started_ms: u64,
    waited_ms: Option<u64>,
    request_bytes: u64,
}

impl Driver {
    /// A driver and the end at which its events arrive.
    pub fn new(parts: Parts) -> (Self, UnboundedReceiver<Event>) {
        let (events, receiver) = unbounded_channel();
        (Self { parts, events, running: None }, receiver)
    }

    /// Runs `effects` in order without blocking on the network. True: the session is over.
    pub fn run(&mut self, effects: Vec<Effect>) -> bool {
        let mut quit = false;
        for effect in effects {
            match effect {
                Effect::ReadEnvironment(names) => self.read_environment(names),
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
        let (events, clock) = (self.events.clone(), Arc::clone(&self.parts.clock));
        let (index, waited_ms) = (outgoing.index, outgoing.waited_ms);
        let request_bytes = outgoing.request.body.as_ref().map_or(0, |b| b.len() as u64);
        let (at, started_ms) = (clock.now(), clock.steady_ms());
        tracing::info!(attempt = index, request_bytes, "sending");
        let task = tokio::task::spawn_local(async move {
            let progress = events.clone();
            let report = move |p| {
                let _ = progress.send(Event::Progressed(p));
            };
            let attempt = net::attempt(outgoing, clock, report).await;
            tracing::info!(
                attempt = attempt.index,
                status = attempt.response().and_then(|r| r.status),
                failure = attempt.transport().map(|t| t.kind.as_str()),
                total_ms = attempt.timing.total_ms,
                "done"
            );
            let _ = events.send(Event::AttemptDone(Box::new(attempt)));
        });
        self.running = Some(Running { task, index, at, started_ms, waited_ms, request_bytes });
    }

    /// Cancels what runs; the attempt stays in the record as a cancelled one.
    fn cancel(&mut self) {
        let Some(running) = self.running.take() else { return };
        if running.task.is_finished() {
            return;
        }
        running.task.abort();
        let total = self.parts.clock.steady_ms().saturating_sub(running.started_ms);
        let attempt = Attempt {
            index: running.index,
            source: Source::Sent,
            at: Some(running.at),
            outcome: Outcome::Transport(TransportFailure {
                kind: TransportKind::Cancelled,
                detail: "cancelled by the operator".to_owned(),
            }),
            timing: Timing { total_ms: Some(total), ..Timing::default() },
            waited_ms: running.waited_ms,
            decision: None,
            reason: String::new(),
            request_bytes: running.request_bytes,
        };
        self.tell(Event::AttemptDone(Box::new(attempt)));
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.task.abort();
        }
    }

    fn wait(&self, ms: u64, token: u64) {
        let events = self.events.clone();
        tokio::task::spawn_local(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            let _ = events.send(Event::WaitOver(token));
        });
    }
}
