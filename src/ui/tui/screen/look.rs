//! Looking closely at an attempt: opening it, its tabs, its tree.

use super::scroll::{Move, WHEEL, within};
use super::{Screen, Wish};
use crate::session::{Session, Step};
use crate::ui::tui::evidence::{Answer, Look, Subject, Tab, subjects};
use crate::ui::tui::layout;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::view;
use crate::ui::tui::widget::rows::{GUTTER, scrolled};

impl Screen {
    /// The attempt or control that has the mark on this page.
    fn subject(&self, session: &Session) -> Option<Subject> {
        if session.step() == Step::Isolate {
            return subjects(session).get(self.row).copied();
        }
        self.marked_attempt(session).map(Subject::Attempt)
    }

    /// Opens the marked attempt over the whole page.
    pub(super) fn open_evidence(&mut self, session: &Session) -> Vec<Wish> {
        let Some(subject) = self.subject(session) else {
            return self.say(if session.earlier().is_some() {
                "of a saved case only what may leave was kept: it stands on Reproduce and Review, and there is nothing more to open"
            } else {
                "nothing was observed yet; there is no attempt to look at"
            });
        };
        self.look = Some(Look::new(subject, session));
        Vec::new()
    }

    /// Does `change` to what is looked at.
    pub(super) fn looking(&mut self, change: impl FnOnce(&mut Look)) -> Vec<Wish> {
        if let Some(look) = &mut self.look {
            change(look);
        }
        Vec::new()
    }

    /// Looks at the attempt before or after; the mark of the page goes along.
    pub(super) fn look_beside(&mut self, session: &Session, forward: bool) -> Vec<Wish> {
        let Some(look) = &mut self.look else { return Vec::new() };
        if !look.next(session, forward) {
            return self.say("there is no other attempt");
        }
        match look.subject {
            Subject::Attempt(at) if session.step() != Step::Isolate => self.attempt = Some(at),
            subject => self.row = subjects(session).iter().position(|one| *one == subject).unwrap_or(0),
        }
        Vec::new()
    }

    /// Folds a value of the body; says why where there is nothing to fold.
    pub(super) fn fold(&mut self, all: bool) -> Vec<Wish> {
        match &mut self.look {
            Some(Look { tab: Tab::Body, made, .. }) => match &mut made.body {
                Answer::Tree(tree) if all => tree.fold_all(),
                Answer::Tree(tree) => tree.fold(),
                _ => return self.say("only JSON can be folded"),
            },
            _ => return self.say("what can be folded is on the tab Body"),
        }
        Vec::new()
    }

    pub(super) fn scroll_look(&mut self, way: Move, session: &Session) {
        let page = layout::frames(session, self, layout::whole(self.size)).body;
        let place = view::evidence::content(page);
        let (width, height) = (usize::from(place.width), usize::from(place.height));
        let Some(look) = &mut self.look else { return };
        if let (Tab::Body, Answer::Tree(tree)) = (look.tab, &mut look.made.body) {
            let height = usize::from(view::evidence::tree_rows(place.height).0);
            let rows = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
            match way {
                Move::Down => tree.step(1),
                Move::Up => tree.step(-1),
                Move::WheelDown => tree.step(WHEEL.cast_signed()),
                Move::WheelUp => tree.step(-WHEEL.cast_signed()),
                Move::PageDown => tree.step(rows),
                Move::PageUp => tree.step(-rows),
                Move::Top => tree.go(false),
                Move::Bottom => tree.go(true),
            }
            look.top = tree.window(look.top, height);
            return;
        }
        look.top = if let (Tab::Body, Answer::Text(text)) = (look.tab, &look.made.body) {
            let columns = width.saturating_sub(GUTTER);
            way.apply(look.top, height, |from, further| scrolled(text, columns, height, from, further))
        } else {
            let rows = view::evidence::lines(look, session, width, &Theme::new(true)).len();
            way.apply(look.top, height, within(rows, height))
        };
    }

    /// Moves the mark among the rows of Isolate; the first movement sets it on the request as it is.
    pub(super) fn scroll_rows(&mut self, way: Move, session: &Session) {
        let count = subjects(session).len();
        let was_choosing = std::mem::replace(&mut self.choosing, true);
        self.row = match way {
            _ if !was_choosing => 0,
            Move::Down | Move::WheelDown => (self.row + 1).min(count.saturating_sub(1)),
            _ => self.row.saturating_sub(1),
        };
        // The rows are the last lines of the page.
        let body = layout::frames(session, self, layout::whole(self.size)).body;
        let lines = view::isolate::lines(session, self, usize::from(body.width), &Theme::new(true)).len();
        let (line, height) = (lines.saturating_sub(count) + self.row, usize::from(body.height).max(1));
        // Where more stands below, the last row of the page says so.
        let last = (line + 2).min(lines);
        self.tops.isolate = self.tops.isolate.clamp(last.saturating_sub(height), line);
    }
}
