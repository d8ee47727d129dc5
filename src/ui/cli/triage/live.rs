//! A log that a thread of its own reads, while the screen shows what was counted so far.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::case::catalog::Catalog;
use crate::case::triage::{Options, Tally};
use crate::io::logs::{self, Found, Hearer, Progress};

/// How long is waited between two looks at the progress.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is known of the log.
#[derive(Debug)]
pub(super) struct Live {
    counted: Mutex<Counted>,
    /// There is something to show, or the end.
    begun: Condvar,
    fresh: Arc<Notify>,
    progress: Progress,
    /// Bytes of all files; none where one of them has no size.
    total: Option<u64>,
}

#[derive(Debug, Default)]
struct Counted {
    found: Found,
    ended: bool,
}

impl Live {
    /// Begins to read `files`.
    pub(super) fn begin(
        files: Vec<String>,
        threads: usize,
        catalog: Arc<Catalog>,
        options: Options,
        (progress, total): (Progress, Option<u64>),
    ) -> Arc<Self> {
        let live = Arc::new(Self { progress, total, ..Self::of(Found::default(), false) });
        let reading = Reading(Arc::clone(&live));
        std::thread::spawn(move || {
            let live = &reading.0;
            let add = |part| live.add(Found { tally: part, ..Found::default() }, false);
            let hearer = Hearer { progress: &live.progress, told: &mut || (), parts: Some(&add) };
            let rest = logs::read(&files, threads, (&catalog, &options), hearer);
            live.add(rest, true);
        });
        live
    }

    /// A log that is read already.
    pub(super) fn ended(found: Found) -> Arc<Self> {
        Arc::new(Self::of(found, true))
    }

    fn of(found: Found, ended: bool) -> Self {
        Self {
            counted: Mutex::new(Counted { found, ended }),
            begun: Condvar::new(),
            fresh: Arc::default(),
            progress: Progress::default(),
            total: None,
        }
    }

    /// Waits until there is something to show; `told` is called now and then.
    pub(super) fn wait(&self, told: &mut dyn FnMut()) {
        let mut counted = self.counted();
        while !counted.ended && counted.found.tally.is_empty() {
            let waited = self.begun.wait_timeout(counted, LOOK_EVERY);
            counted = waited.unwrap_or_else(PoisonError::into_inner).0;
            told();
        }
    }

    /// What was counted, and whether that is all.
    pub(super) fn so_far(&self) -> (Tally, bool) {
        let counted = self.counted();
        (counted.found.tally.clone(), counted.ended)
    }

    /// What came of reading, and whether it came to its end. Nothing is left behind.
    pub(super) fn take(&self) -> (Found, bool) {
        let mut counted = self.counted();
        (std::mem::take(&mut counted.found), counted.ended)
    }

    /// Wakes where something was counted since it was looked at.
    pub(super) fn fresh(&self) -> Arc<Notify> {
        Arc::clone(&self.fresh)
    }

    /// How far reading is, in words.
    pub(super) fn how_far(&self) -> String {
        let bytes = self.progress.bytes();
        self.total.filter(|total| *total > 0).map_or_else(
            || format!("{} MB", bytes / 1_000_000),
            |total| format!("{} %", bytes.min(total).saturating_mul(100) / total),
        )
    }

    fn add(&self, part: Found, ended: bool) {
        let mut counted = self.counted();
        counted.found.tally.join(part.tally);
        counted.found.bad.extend(part.bad);
        counted.found.stopped.extend(part.stopped);
        counted.ended |= ended;
        drop(counted);
        self.begun.notify_all();
        self.fresh.notify_one();
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that reads. Where it breaks off, that is the end.
struct Reading(Arc<Live>);

impl Drop for Reading {
    fn drop(&mut self) {
        let ended = self.0.counted().ended;
        if !ended {
            let stopped = vec![(0, "reading broke off; this is a defect of casefile".to_owned())];
            self.0.add(Found { stopped, ..Found::default() }, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        let mut tally = Tally::default();
        tally.bad(crate::case::triage::Bad::TooLong);
        tally
    }

    #[test]
    fn parts_add_up_and_a_thread_that_breaks_off_ends_the_reading() {
        let live = Arc::new(Live::of(Found::default(), false));
        let reading = Reading(Arc::clone(&live));
        for _ in 0..2 {
            live.add(Found { tally: tally(), ..Found::default() }, false);
        }
        live.wait(&mut || ());
        let (counted, ended) = live.so_far();
        assert_eq!((counted.lines(), ended), (2, false));
        drop(reading);
        let (found, ended) = live.take();
        assert!(ended && found.stopped.iter().any(|(_, why)| why.contains("broke off")), "{found:?}");
    }

    #[test]
    fn the_end_adds_no_fault() {
        let live = Live::ended(Found { tally: tally(), ..Found::default() });
        drop(Reading(Arc::clone(&live)));
        let (found, ended) = live.take();
        assert!(ended && found.stopped.is_empty() && found.tally.lines() == 1);
    }
}
