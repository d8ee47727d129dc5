//! Going to a place of the screen: by the mouse, or by a letter.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::scroll::Move;
use super::{Screen, Wish};
use crate::session::{Event, Session, Step};
use crate::ui::tui::editor::Target;
use crate::ui::tui::field::Field;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::Popup;
use crate::ui::tui::spots::{self, Goal};

impl Screen {
    /// Takes what the mouse did.
    pub(super) fn point(&mut self, event: MouseEvent, session: &Session) -> Vec<Wish> {
        let (x, y) = (event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.hint = None;
                let found = spots::at(&spots::of(session, self), x, y);
                if matches!(self.popup, Some(Popup::Jump)) {
                    self.popup = None;
                }
                found.map_or_else(Vec::new, |goal| self.visit(goal, session))
            }
            MouseEventKind::ScrollDown => self.wheel(Move::WheelDown, x, y, session),
            MouseEventKind::ScrollUp => self.wheel(Move::WheelUp, x, y, session),
            _ => Vec::new(),
        }
    }

    /// The wheel scrolls the pane under it, which gets the mark.
    fn wheel(&mut self, way: Move, x: u16, y: u16, session: &Session) -> Vec<Wish> {
        let mode = self.mode(session);
        match spots::at(&spots::of(session, self), x, y) {
            // In the words the wheel would go from field to field.
            Some(Goal::Review(super::ReviewPane::Words(_))) => return Vec::new(),
            Some(goal @ (Goal::Review(_) | Goal::Note(_))) if mode.is_page() => {
                let _ = self.visit(goal, session);
            }
            _ => {}
        }
        self.scroll(mode, way, session)
    }

    /// A letter while letters stand at the places.
    pub(super) fn jump(&mut self, key: &KeyEvent, session: &Session) -> Vec<Wish> {
        self.popup = None;
        let KeyCode::Char(letter) = key.code else { return Vec::new() };
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return Vec::new();
        }
        let all = spots::of(session, self);
        let found = spots::labelled(&all).find(|(label, _)| *label == letter);
        let goal = found.map(|(_, spot)| spot.goal).or_else(|| {
            let digit = usize::try_from(letter.to_digit(10)?).ok()?;
            Step::ALL.get(digit.checked_sub(1)?).copied().map(Goal::Step)
        });
        match goal {
            Some(goal) => self.visit(goal, session),
            None => self.say("no place has this letter; nothing was changed"),
        }
    }

    /// Goes to a place. What has the mark already is opened or done.
    fn visit(&mut self, goal: Goal, session: &Session) -> Vec<Wish> {
        let edited = self.editor.as_ref().map(|editor| editor.target);
        if matches!(goal, Goal::Field(field) if edited == Some(Target::Request(field))) {
            return Vec::new();
        }
        let mut wishes = Vec::new();
        if !matches!(goal, Goal::Key(_)) && self.popup.is_none() {
            wishes.extend(self.leave_editor(session));
        }
        wishes.extend(match goal {
            Goal::Step(step) => vec![Wish::Tell(Event::GoTo(step))],
            Goal::Key(action) => self.act(action, self.mode(session), session),
            Goal::Field(field) => self.visit_field(field, session),
            Goal::Findings => self.act(Action::NextFinding, Mode::Request, session),
            Goal::Attempt(at) => {
                let last = session.evidence().attempts.len().saturating_sub(1);
                self.attempt = (at < last).then_some(at);
                self.tops.reproduce = 0;
                Vec::new()
            }
            Goal::Review(pane) => {
                let again = self.review == pane;
                self.review = pane;
                match pane {
                    super::ReviewPane::Words(word) if again => self.edit(Target::Words(word), session),
                    _ => Vec::new(),
                }
            }
            Goal::Note(pane) => {
                self.note = pane;
                Vec::new()
            }
            Goal::Item(at) => self.visit_item(at, session),
            Goal::RunRow(at) => {
                let again = self.run.as_ref().is_some_and(|run| run.marked == at);
                if let Some(run) = &mut self.run {
                    run.step(0);
                    run.mark(at);
                }
                if again { self.run_on() } else { Vec::new() }
            }
            Goal::Scenario(at) => {
                let again = self.practice.marked == at;
                self.practice.marked = at;
                if again { self.begin_practice(session) } else { Vec::new() }
            }
        });
        wishes
    }

    fn visit_field(&mut self, field: Field, session: &Session) -> Vec<Wish> {
        let again = self.field == field;
        self.field = field;
        if again { self.edit(Target::Request(field), session) } else { Vec::new() }
    }

    /// A row of the list that lies on top.
    fn visit_item(&mut self, at: usize, session: &Session) -> Vec<Wish> {
        let again = match &mut self.popup {
            Some(Popup::Picker(picker)) => {
                let before = picker.chosen().map(|item| item.id.clone());
                picker.mark(at) && before == picker.chosen().map(|item| item.id.clone())
            }
            Some(Popup::Palette(palette)) => {
                let before = palette.marked();
                palette.mark(at) && before == at
            }
            _ => false,
        };
        if again { self.act(Action::Accept, Mode::Picker, session) } else { Vec::new() }
    }
}
