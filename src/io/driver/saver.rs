//! Saves on a thread of its own, so that a slow disk holds up no key. Of several versions of a case that wait only the
//! newest is written; what waits is written before the program ends.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::mpsc::UnboundedSender;

use super::SaveCase;
use crate::case::kept::SavedCase;
use crate::session::Event;

/// What is to be done.
#[derive(Debug)]
pub enum Saving {
    /// Write this in place of what was saved of the case.
    Save(Box<SavedCase>),
    /// Forget what was saved of this case.
    Forget(String),
}

pub(super) struct Saver {
    /// What the thread is made of; it begins with the first case.
    idle: Option<(Box<SaveCase>, UnboundedSender<Event>)>,
    work: Option<Sender<Saving>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    pub(super) fn new(save: Box<SaveCase>, events: UnboundedSender<Event>) -> Self {
        Self { idle: Some((save, events)), work: None, thread: None }
    }

    pub(super) fn take(&mut self, saving: Saving) {
        if let Some((save, events)) = self.idle.take() {
            let (work, waiting) = channel();
            self.work = Some(work);
            self.thread = Some(std::thread::spawn(move || run(save, &waiting, &events)));
        }
        if let Some(work) = &self.work {
            // The thread ends with this value only.
            let _ = work.send(saving);
        }
    }
}

fn run(mut save: Box<SaveCase>, waiting: &Receiver<Saving>, events: &UnboundedSender<Event>) {
    while let Ok(first) = waiting.recv() {
        for next in newest(std::iter::once(first).chain(waiting.try_iter()).collect()) {
            if let Err(error) = save(next) {
                tracing::info!(error, "case not saved");
                let _ = events.send(Event::CaseNotSaved(error));
            }
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Saving {
    fn id(&self) -> &str {
        match self {
            Self::Save(case) => case.id(),
            Self::Forget(id) => id,
        }
    }
}

/// What of `all` is to be done: of each case the last.
fn newest(all: Vec<Saving>) -> Vec<Saving> {
    let mut last: Vec<Saving> = Vec::new();
    for next in all {
        last.retain(|known| known.id() != next.id());
        last.push(next);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_case_the_last_is_done() {
        let forget = |id: &str| Saving::Forget(id.to_owned());
        let done = newest(vec![forget("a"), forget("b"), forget("a")]);
        assert_eq!(done.iter().map(Saving::id).collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn what_waits_is_done_before_the_end() {
        let (events, _receiver) = tokio::sync::mpsc::unbounded_channel();
        let done = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let sink = std::sync::Arc::clone(&done);
        let save = Box::new(move |saving: Saving| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            sink.lock().expect("no panic").push(saving.id().to_owned());
            Ok(())
        });
        let mut saver = Saver::new(save, events);
        for id in ["a", "b", "c"] {
            saver.take(Saving::Forget(id.to_owned()));
        }
        drop(saver);
        assert_eq!(*done.lock().expect("no panic"), ["a", "b", "c"]);
    }
}
