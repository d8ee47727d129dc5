//! Moving marks and windows. The limits come from the same layout and lines that are drawn.

use ratatui::layout::Rect;

use super::mark::Marking;
use super::{NotePane, ReviewPane, RunPane, RunStage, Screen, Wish};
use crate::session::{Session, Step};
use crate::ui::tui::field::{WordField, neighbour, shown_body};
use crate::ui::tui::keys::Mode;
use crate::ui::tui::layout;
use crate::ui::tui::popup::Popup;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::view;
use crate::ui::tui::widget::rows::{GUTTER, scrolled};

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// One line.
    Down,
    /// One line.
    Up,
    /// One window.
    PageDown,
    /// One window.
    PageUp,
    /// Some lines of the pane, by the wheel.
    WheelDown,
    /// Some lines of the pane, by the wheel.
    WheelUp,
    /// To the start.
    Top,
    /// To the end.
    Bottom,
}

/// Lines that one notch of the wheel moves.
pub(super) const WHEEL: usize = 3;

impl Move {
    /// The new first row of a window of `height` rows, where `limit` says how far `(from, further)` can go.
    pub(super) fn apply(self, top: usize, height: usize, limit: impl Fn(usize, usize) -> usize) -> usize {
        let page = height.saturating_sub(1).max(1);
        match self {
            Self::Down => limit(top, 1),
            Self::PageDown => limit(top, page),
            Self::WheelDown => limit(top, WHEEL),
            Self::WheelUp => limit(top, 0).saturating_sub(WHEEL),
            // A window that grew may leave the mark beyond its end: come back from there.
            Self::Up => limit(top, 0).saturating_sub(1),
            Self::PageUp => limit(top, 0).saturating_sub(page),
            Self::Top => 0,
            Self::Bottom => limit(0, usize::MAX / 4),
        }
    }

    /// Lines of a list.
    fn lines(self) -> usize {
        match self {
            Self::Down | Self::Up => 1,
            Self::WheelDown | Self::WheelUp => WHEEL,
            Self::PageDown | Self::PageUp => 10,
            Self::Top | Self::Bottom => usize::MAX,
        }
    }

    fn is_down(self) -> bool {
        matches!(self, Self::Down | Self::PageDown | Self::WheelDown | Self::Bottom)
    }
}

/// A limit where the number of rows is known.
pub(super) fn within(rows: usize, height: usize) -> impl Fn(usize, usize) -> usize {
    move |from, further| from.saturating_add(further).min(rows.saturating_sub(height))
}

impl Screen {
    fn scroll_attach(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let inner = layout::below_heading(body);
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        if let Some(attach) = &mut self.attach {
            attach.top = way.apply(attach.top, height, |from, further| {
                view::attach::scrolled(attach, width, height, from, further)
            });
        }
    }

    fn scroll_run(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let Some(run) = &mut self.run else { return };
        if run.pane == RunPane::Rows && !matches!(run.stage, RunStage::Planned) && !run.rows().is_empty() {
            let lines = way.lines().min(usize::from(u16::MAX)).cast_signed();
            run.step(if way.is_down() { lines } else { -lines });
            return;
        }
        let (rows, height) = view::run::text_rows(run, body);
        run.top = way.apply(run.top, height, within(rows, height));
    }

    pub(super) fn scroll(&mut self, mode: Mode, way: Move, session: &Session) -> Vec<Wish> {
        match mode {
            Mode::Help => self.scroll_help(way, session),
            Mode::Consent => self.scroll_consent(way, session),
            Mode::Picker | Mode::PickerFilter => {
                if let Some(Popup::Picker(picker)) = &mut self.popup {
                    picker.step(way.is_down(), way.lines());
                }
            }
            Mode::Palette => {
                if let Some(Popup::Palette(palette)) = &mut self.popup {
                    palette.step(way.is_down(), way.lines());
                }
            }
            Mode::Cases => {
                self.cases.step(match way {
                    Move::Down => 1,
                    Move::Up => -1,
                    Move::WheelDown => WHEEL.cast_signed(),
                    Move::WheelUp => -WHEEL.cast_signed(),
                    Move::PageDown => 10,
                    Move::PageUp => -10,
                    Move::Top => isize::MIN,
                    Move::Bottom => isize::MAX,
                });
            }
            Mode::Attach => self.scroll_attach(way, session),
            Mode::RunPlan | Mode::Run => self.scroll_run(way, session),
            Mode::Practice => {
                let page = isize::from(self.size.1.cast_signed()).div_euclid(2).max(1);
                self.practice.step(match way {
                    Move::Down => 1,
                    Move::Up => -1,
                    Move::WheelDown => WHEEL.cast_signed(),
                    Move::WheelUp => -WHEEL.cast_signed(),
                    Move::PageDown => page,
                    Move::PageUp => -page,
                    Move::Top => isize::MIN,
                    Move::Bottom => isize::MAX,
                });
            }
            Mode::Sending | Mode::Waiting if session.step() == Step::Isolate => {
                self.scroll_isolate(way, session);
            }
            Mode::Marking => return self.move_selection(Marking::Line(way), session),
            Mode::Evidence => self.scroll_look(way, session),
            Mode::Reproduce | Mode::Attempts | Mode::Sending | Mode::Waiting => {
                self.scroll_reproduce(way, session);
            }
            Mode::Request => self.scroll_body(way, session),
            Mode::Isolate | Mode::Rows if matches!(way, Move::Down | Move::Up) => {
                self.scroll_rows(way, session);
            }
            Mode::Isolate | Mode::Rows => self.scroll_isolate(way, session),
            Mode::Review => self.scroll_review(way, session),
            Mode::Note => self.scroll_note(way, session),
            Mode::Always
            | Mode::Steps
            | Mode::EditingLine
            | Mode::EditingText
            | Mode::EditingWords
            | Mode::Prompt
            | Mode::Jump
            | Mode::Leaving => {}
        }
        Vec::new()
    }

    fn scroll_help(&mut self, way: Move, session: &Session) {
        let area = layout::help(layout::whole(self.size));
        let rows = view::help::lines(session, self, usize::from(area.width)).len();
        if let Some(Popup::Help { top }) = &mut self.popup {
            *top = way.apply(*top, usize::from(area.height), within(rows, usize::from(area.height)));
        }
    }

    fn scroll_consent(&mut self, way: Move, session: &Session) {
        let Some(consent) = session.consent() else { return };
        let area = layout::popup(layout::whole(self.size));
        let rows =
            view::consent::lines(consent, &self.keymap, usize::from(area.width), &Theme::new(true)).len();
        let height = usize::from(area.height);
        self.tops.consent = way.apply(self.tops.consent, height, within(rows, height));
    }

    fn scroll_body(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        if view::request::answer::is_alone(session, self) {
            self.scroll_answer(way, body, session);
            return;
        }
        let area = layout::request(body, session).body;
        let width = usize::from(area.width).saturating_sub(GUTTER);
        let height = usize::from(area.height);
        let text = &*shown_body(session);
        self.tops.body =
            way.apply(self.tops.body, height, |from, further| scrolled(text, width, height, from, further));
    }

    fn scroll_answer(&mut self, way: Move, body: Rect, session: &Session) {
        let (left, beside) = layout::answer(body);
        let (width, theme) = (usize::from(left.width), Theme::new(true));
        let rows = view::request::answer::lines(session, self, width, beside.is_none(), &theme).len();
        let beside = beside.map_or(0, |area| {
            view::reproduce::diagnosis_lines(session, usize::from(area.width), &theme).len()
        });
        let height = usize::from(left.height).saturating_sub(1);
        self.tops.body = way.apply(self.tops.body, height, within(rows.max(beside), height));
    }

    fn scroll_reproduce(&mut self, way: Move, session: &Session) {
        if matches!(way, Move::Down | Move::Up) {
            let Some(at) = self.marked_attempt(session) else { return };
            let last = session.evidence().attempts.len().saturating_sub(1);
            let to = if way == Move::Down { (at + 1).min(last) } else { at.saturating_sub(1) };
            // On the last one the mark follows new attempts.
            self.attempt = (to != last).then_some(to);
            self.tops.reproduce = 0;
            self.choosing = true;
            return;
        }
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let areas = layout::reproduce(body, session);
        let width = usize::from(areas.below.width);
        let rows =
            view::reproduce::below(session, self, width, areas.beside.is_none(), &Theme::new(true)).len();
        let beside = areas.beside.map_or(0, |area| {
            view::reproduce::beside(session, self, usize::from(area.width), &Theme::new(true)).len()
        });
        let height = usize::from(areas.below.height).saturating_sub(1);
        self.tops.reproduce = way.apply(self.tops.reproduce, height, within(rows.max(beside), height));
    }

    fn scroll_isolate(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let rows = view::isolate::lines(session, self, usize::from(body.width), &Theme::new(true)).len();
        let height = usize::from(body.height);
        self.tops.isolate = way.apply(self.tops.isolate, height, within(rows, height));
    }

    /// The outcome of a control that was just sent is seen, however small the screen is; of a search its verdict, at the top.
    pub(super) fn follow_controls(&mut self, session: &Session) {
        let controls = session.evidence().controls.len();
        let before = std::mem::replace(&mut self.controls_seen, controls);
        if controls == before || session.step() != Step::Isolate {
            return;
        }
        let way = if session.evidence().isolation.is_some() { Move::Top } else { Move::Bottom };
        self.scroll_isolate(way, session);
    }

    fn scroll_review(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let areas = layout::review(body);
        match self.review {
            ReviewPane::Evidence => {
                let (width, height) = inner(areas.evidence);
                let text = &self.evidence_text;
                self.tops.evidence = way.apply(self.tops.evidence, height, |from, further| {
                    scrolled(text, width, height, from, further)
                });
            }
            ReviewPane::Ledger => {
                let height = usize::from(areas.ledger.height).saturating_sub(1);
                let width = usize::from(areas.ledger.width);
                let rows = view::review::ledger_lines(session, self, width, &Theme::new(true)).len();
                self.tops.ledger = way.apply(self.tops.ledger, height, within(rows, height));
            }
            ReviewPane::Words(word) => {
                self.review = ReviewPane::Words(neighbour(&WordField::ALL, word, way.is_down()));
            }
        }
    }

    fn scroll_note(&mut self, way: Move, session: &Session) {
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let areas = layout::note(body);
        match self.note {
            NotePane::Preview => {
                let (width, height) = inner(areas.preview);
                let text = view::note::text(session);
                self.tops.note = way.apply(self.tops.note, height, |from, further| {
                    scrolled(&text, width, height, from, further)
                });
            }
            NotePane::Completeness => {
                let height = usize::from(areas.completeness.height).saturating_sub(1);
                let width = usize::from(areas.completeness.width);
                let rows = view::note::completeness(session, self, width, &Theme::new(true)).len();
                self.tops.completeness = way.apply(self.tops.completeness, height, within(rows, height));
            }
        }
    }
}

/// Columns and rows for numbered text in a pane with a heading.
fn inner(area: Rect) -> (usize, usize) {
    (usize::from(area.width).saturating_sub(GUTTER), usize::from(area.height).saturating_sub(1))
}
