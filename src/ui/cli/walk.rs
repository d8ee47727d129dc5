//! Drives a session from a command: gives events, runs effects, waits until nothing runs, tells progress on stderr.

use std::pin::pin;

use tokio::sync::mpsc::UnboundedReceiver;

use super::exit::{Exit, Failed};
use super::say;
use crate::case::evidence::{Attempt, Outcome};
use crate::case::vocabulary::TaskState;
use crate::io::driver::Driver;
use crate::session::{Activity, Event, Session};

/// A session with its driver.
pub(super) struct Walk {
    /// The session.
    pub(super) session: Session,
    driver: Driver,
    events: UnboundedReceiver<Event>,
    quiet: bool,
    interrupted: bool,
}

impl Walk {
    /// A walk; `quiet` leaves out the progress lines.
    pub(super) fn new(
        session: Session,
        driver: Driver,
        events: UnboundedReceiver<Event>,
        quiet: bool,
    ) -> Self {
        Self { session, driver, events, quiet, interrupted: false }
    }

    /// Gives one event and everything that follows at once from it.
    pub(super) fn give(&mut self, event: Event) {
        self.driver.step(&mut self.session, event);
        while let Ok(next) = self.events.try_recv() {
            self.driver.step(&mut self.session, next);
        }
    }

    /// Waits for `answer`, and takes what happens meanwhile. `None`: it was interrupted.
    pub(super) async fn meanwhile<T>(&mut self, answer: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(answer);
        loop {
            tokio::select! {
                biased;
                event = self.events.recv() => {
                    self.driver.step(&mut self.session, event?);
                }
                done = &mut answer => return Some(done),
                _ = tokio::signal::ctrl_c() => return None,
            }
        }
    }

    /// The wall clock of the driver.
    pub(super) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.driver.now()
    }

    /// True once the operator pressed Ctrl-C while something ran.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Waits until nothing runs any more. Ctrl-C stops what runs, and what was observed until then stays.
    ///
    /// # Errors
    /// [`Exit::Interrupted`] on a second Ctrl-C before that.
    pub(super) async fn settle(&mut self) -> Result<(), Failed> {
        let mut told = self.session.evidence().attempts.len();
        let mut wait_told = None;
        // One that comes between two looks must not be lost.
        let mut stopped = pin!(tokio::signal::ctrl_c());
        while self.session.is_busy() {
            tokio::select! {
                biased;
                _ = &mut stopped => {
                    if self.interrupted {
                        return Err(Failed::new(Exit::Interrupted, "interrupted twice; nothing was written"));
                    }
                    self.interrupted = true;
                    stopped.set(tokio::signal::ctrl_c());
                    say::line("stopping; Ctrl-C again ends at once");
                    self.give(Event::Cancel);
                }
                event = self.events.recv() => match event {
                    Some(event) => { self.driver.step(&mut self.session, event); }
                    None => break,
                },
            }
            while let Some(attempt) = self.session.evidence().attempts.get(told) {
                told += 1;
                self.tell(attempt);
            }
            if let Activity::Waiting { ms, reason, .. } = self.session.activity()
                && !self.quiet
                && told == self.session.evidence().attempts.len()
                && wait_told.replace(told) != Some(told)
            {
                say::line(&format!(
                    "  waiting {:.1} s: {reason}",
                    f64::from(u32::try_from(*ms).unwrap_or(u32::MAX)) / 1000.0
                ));
            }
        }
        Ok(())
    }

    /// Waits until the search is over. Ctrl-C and the end of its time stop it, and what it knows by then stays. True: it
    /// was interrupted.
    pub(super) async fn search(&mut self, deadline: std::time::Duration) -> bool {
        let over = tokio::time::sleep(deadline);
        tokio::pin!(over);
        let (mut late, mut told) = (false, 0);
        while self.session.is_busy() {
            tokio::select! {
                biased;
                event = self.events.recv() => match event {
                    Some(event) => { self.driver.step(&mut self.session, event); }
                    None => break,
                },
                () = &mut over, if !late => {
                    late = true;
                    self.give(Event::Cancel);
                }
                _ = tokio::signal::ctrl_c() => {
                    self.interrupted = true;
                    self.give(Event::Cancel);
                }
            }
            let evidence = self.session.evidence();
            let done = evidence.attempts.len() + evidence.controls.len();
            if done >= told + 5 && !self.quiet {
                told = done;
                say::line(&format!("  {done} requests so far"));
            }
        }
        self.interrupted
    }

    fn tell(&self, attempt: &Attempt) {
        if self.quiet {
            return;
        }
        let what = match &attempt.outcome {
            Outcome::Response(response) => response
                .status
                .map_or_else(|| "an answer without status".to_owned(), |s| format!("status {s}")),
            Outcome::Transport(failure) => format!("no answer: {}", failure.kind),
        };
        let took = attempt.timing.total_ms.map_or_else(String::new, |ms| format!(" after {ms} ms"));
        let reason = if attempt.reason.is_empty() { String::new() } else { format!(" ({})", attempt.reason) };
        let state = self.state_of(attempt).map_or_else(String::new, |state| format!(", task {state}"));
        let which =
            if attempt.polls > 0 { "question".to_owned() } else { format!("attempt {}", attempt.index) };
        say::line(&format!("{which}: {what}{state}{took}{reason}"));
    }

    /// How the task goes that the answer of `attempt` tells of.
    fn state_of(&self, attempt: &Attempt) -> Option<TaskState> {
        let at = self.session.evidence().attempts.iter().position(|a| a.index == attempt.index)?;
        self.session.readings().get(at)?.task.as_ref()?.state
    }
}
