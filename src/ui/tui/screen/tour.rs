//! The guided tour: one walk on the practice gateway, with a sentence for each step.

use super::{Screen, Wish};
use crate::practice::TOUR;
use crate::session::Session;

impl Screen {
    /// Begins the tour, or leaves it.
    pub(super) fn toggle_tour(&mut self, session: &Session) -> Vec<Wish> {
        if self.tour {
            self.tour = false;
            return self.say("the tour is over; what is here stays");
        }
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you begin the tour");
        }
        if self.practice.choices.is_empty() {
            return vec![Wish::Tour];
        }
        self.begin_tour(session)
    }

    /// Begins the tour on the practice scenarios that are there.
    pub fn begin_tour(&mut self, session: &Session) -> Vec<Wish> {
        let choices = &self.practice.choices;
        self.practice.marked = choices.iter().position(|c| c.name == TOUR).unwrap_or(0);
        self.practice.filter.clear();
        let wishes = self.begin_practice(session);
        self.tour = self.practice.chosen.is_some();
        wishes
    }
}
