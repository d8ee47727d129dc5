//! On Review: from one replacement to the next, a search in what leaves, and marking what is to be taken out.

use super::scroll::{Move, within};
use super::{ReviewPane, Screen, Wish};
use crate::case::sanitize::placeholders_in;
use crate::session::{Event, Session};
use crate::ui::tui::field::WordField;
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
        if let Some(wishes) = self.mark_in_words(forward) {
            return wishes;
        }
        let (width, _) = self.evidence_window(session);
        let from =
            if self.marks.current.is_none() && !self.is_in_words() { self.first_seen(width) } else { 0 };
        match self.marks.next(forward, from) {
            Some(place) => {
                self.show_place(place.start, session);
                Vec::new()
            }
            None if self.marks.search.is_some() => self.say("that stands nowhere in what leaves"),
            None => self.say("nothing was replaced in what leaves"),
        }
    }

    /// The fields of the operator's words that hold placeholders, with how many.
    fn words_with_marks(&self) -> Vec<(WordField, usize)> {
        if self.marks.search.is_some() {
            return Vec::new();
        }
        let texts = WordField::ALL.into_iter().zip(&self.words_text);
        texts
            .map(|(word, text)| (word, placeholders_in(text).len()))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// How many placeholders leave, in the evidence and in the operator's words.
    pub fn count_of_placeholders(&self) -> usize {
        let words = self.words_text.iter().map(|text| placeholders_in(text).len());
        self.marks.replaced.len() + words.sum::<usize>()
    }

    /// How many places there are to go to: of the search, else of the placeholders.
    pub fn count_of_marks(&self) -> usize {
        if self.marks.search.is_some() { self.marks.places().len() } else { self.count_of_placeholders() }
    }

    /// Which of them was gone to last, from 0. A field of the words counts from its first one on.
    pub fn marked_place(&self) -> Option<usize> {
        let words = self.words_with_marks();
        let at = words.iter().position(|(word, _)| self.review == ReviewPane::Words(*word));
        match at.filter(|_| self.marks.current.is_none()) {
            Some(at) => {
                let before = words.iter().take(at).map(|(_, count)| count);
                Some(self.marks.replaced.len() + before.sum::<usize>())
            }
            None => self.marks.current,
        }
    }

    fn is_in_words(&self) -> bool {
        matches!(self.review, ReviewPane::Words(_))
    }

    /// Goes to the next field of the words with a placeholder, where it is its turn: after the last one of the evidence, and
    /// before the first one.
    fn mark_in_words(&mut self, forward: bool) -> Option<Vec<Wish>> {
        let words = self.words_with_marks();
        let last = self.marks.replaced.len().checked_sub(1);
        let here = words.iter().position(|(word, _)| self.review == ReviewPane::Words(*word));
        let next = match (here.filter(|_| self.marks.current.is_none()), forward) {
            (Some(at), true) => words.get(at + 1),
            (Some(at), false) => at.checked_sub(1).and_then(|at| words.get(at)),
            (None, true) if self.marks.current == last => words.first(),
            (None, false) if matches!(self.marks.current, None | Some(0)) => words.last(),
            (None, _) => None,
        };
        let (word, _) = next?;
        self.review = ReviewPane::Words(*word);
        self.marks.current = None;
        Some(Vec::new())
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
