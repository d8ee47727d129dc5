//! On Review: from one replacement to the next, a search in what leaves, and marking what is to be taken out.

use super::scroll::{Move, within};
use super::{ReviewPane, Screen, Wish};
use crate::session::{Event, Session};
use crate::ui::tui::layout;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::view;
use crate::ui::tui::widget::rows::{GUTTER, Rows, row_of};

impl Screen {
    /// Columns and rows of the text that leaves.
    fn evidence_window(&self, session: &Session) -> (usize, usize) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let pane = layout::review(body).evidence;
        (usize::from(pane.width).saturating_sub(GUTTER), usize::from(pane.height).saturating_sub(1))
    }

    /// The first byte of the text that leaves that is seen.
    fn first_seen(&self, width: usize) -> usize {
        Rows::new(&self.evidence_text, width).nth(self.tops.evidence).map_or(0, |row| row.span.start)
    }

    /// Scrolls to byte `at` of the text that leaves, and the ledger to what is said of it.
    fn show_place(&mut self, at: usize, session: &Session) {
        self.review = ReviewPane::Evidence;
        let (width, height) = self.evidence_window(session);
        let row = row_of(&self.evidence_text, width, at);
        let first = self.tops.evidence;
        if row < first || row >= first + height.max(1) {
            self.tops.evidence = row.saturating_sub(height / 3);
        }
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let pane = layout::review(body).ledger;
        let height = usize::from(pane.height).saturating_sub(1);
        let lines = view::review::ledger_lines(session, self, usize::from(pane.width), &Theme::new(true));
        let told = lines.iter().position(|line| line.spans.iter().any(|span| span.content.starts_with('>')));
        if let Some(line) = told {
            self.tops.ledger = within(lines.len(), height)(line, 0);
        }
    }

    /// Goes to the next replacement or hit, or the one before.
    pub(super) fn next_mark(&mut self, session: &Session, forward: bool) -> Vec<Wish> {
        if session.output().is_none() {
            return self.say("nothing was observed yet");
        }
        let (width, _) = self.evidence_window(session);
        let from = if self.marks.current.is_none() { self.first_seen(width) } else { 0 };
        match self.marks.next(forward, from) {
            Some(place) => {
                self.show_place(place.start, session);
                Vec::new()
            }
            None if self.marks.search.is_some() => self.say("that stands nowhere in what leaves"),
            None => self.say("nothing was replaced in what leaves"),
        }
    }

    /// Searches the text that leaves; an empty text ends the search.
    pub(super) fn search_text(&mut self, sought: &str, session: &Session) -> Vec<Wish> {
        if sought.is_empty() {
            self.marks.search = None;
            self.marks.current = None;
            return Vec::new();
        }
        self.marks.search(sought, &self.evidence_text);
        self.next_mark(session, true)
    }

    /// Begins to mark a text that is to be taken out.
    pub(super) fn begin_marking(&mut self, session: &Session) -> Vec<Wish> {
        if session.output().is_none() {
            return self.say("nothing was observed yet");
        }
        let (width, _) = self.evidence_window(session);
        self.marks.begin(&self.evidence_text, self.first_seen(width));
        self.show_selection(session);
        Vec::new()
    }

    fn show_selection(&mut self, session: &Session) {
        if let Some(at) = self.marks.selection.as_ref().map(|selection| selection.span.start) {
            self.show_place(at, session);
        }
    }

    /// Moves what is being marked.
    pub(super) fn move_selection(&mut self, way: Marking, session: &Session) -> Vec<Wish> {
        match way {
            Marking::Word(forward) => self.marks.word(&self.evidence_text, forward),
            Marking::Character(longer) => self.marks.character(&self.evidence_text, longer),
            Marking::Line(Move::Down) => self.marks.line(&self.evidence_text, true),
            Marking::Line(Move::Up) => self.marks.line(&self.evidence_text, false),
            Marking::Line(_) => {}
            Marking::Pin => {
                if let Some(selection) = &mut self.marks.selection {
                    selection.pinned = !selection.pinned;
                }
            }
        }
        self.show_selection(session);
        Vec::new()
    }

    /// Takes out what is marked.
    pub(super) fn take_out(&mut self) -> Vec<Wish> {
        let Some(selection) = self.marks.selection.take() else { return Vec::new() };
        let text = self.evidence_text.get(selection.span).unwrap_or_default();
        // What was searched for to be taken out is no longer there.
        self.marks.search = None;
        vec![Wish::Tell(Event::TakeOut(text.to_owned()))]
    }
}

/// A movement of what is being marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marking {
    /// To the next word, or the one before.
    Word(bool),
    /// One character more, or less.
    Character(bool),
    /// To another line.
    Line(Move),
    /// The beginning stays where it is, or not any more.
    Pin,
}
