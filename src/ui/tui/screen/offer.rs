//! Unfinished cases of earlier runs are offered at the start.

use chrono::{DateTime, Utc};

use super::{Screen, Wish};
use crate::case::kept::Unfinished;
use crate::session::{Event, Session};
use crate::ui::tui::popup::{Choice, Picker, Popup};

impl Screen {
    /// Offers `cases` in a list, unless something else was begun with.
    pub fn offer(&mut self, cases: Vec<Unfinished>, session: &Session, now: DateTime<Utc>) {
        let has_begun = !session.draft().is_empty() || session.was_observed() || self.practice.is_open;
        if cases.is_empty() || has_begun || self.popup.is_some() {
            return;
        }
        let lines = cases.iter().map(|case| (case.id.clone(), case.line(now)));
        self.popup = Some(Popup::Picker(Picker::unfinished(lines)));
        self.unfinished = cases;
    }

    /// What is pasted while unfinished cases are offered begins a new case: they stay as they are.
    pub(super) fn decline_unfinished(&mut self) {
        if matches!(&self.popup, Some(Popup::Picker(picker)) if picker.choice == Choice::Unfinished) {
            self.popup = None;
            self.unfinished.clear();
        }
    }

    /// Goes on with the unfinished case of this id; none of that id: a new case begins.
    pub(super) fn go_on_with(&mut self, id: &str) -> Vec<Wish> {
        let chosen = self.unfinished.iter().find(|case| case.id == id).cloned();
        self.unfinished.clear();
        let Some(case) = chosen else {
            return self.say("a new case; the unfinished ones stay as they are, and are offered again");
        };
        self.start_over();
        vec![Wish::Tell(Event::Resumed(Box::new(case)))]
    }
}
