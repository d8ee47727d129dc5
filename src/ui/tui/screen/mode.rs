//! What has the keyboard, and what its keys are called as things stand.

use super::{Attach, RunStage, Screen};
use crate::session::{Activity, Session, Step};
use crate::ui::tui::editor::Target;
use crate::ui::tui::keys::{Action, Binding, Mode};
use crate::ui::tui::popup::Popup;

impl Screen {
    /// What has the keyboard.
    pub fn mode(&self, session: &Session) -> Mode {
        if session.consent().is_some() {
            return Mode::Consent;
        }
        match (&self.popup, &self.editor) {
            (Some(Popup::Help { .. }), _) => return Mode::Help,
            (Some(Popup::Prompt(_)), _) => return Mode::Prompt,
            (Some(Popup::Picker(picker)), _) if picker.filter().is_some() => return Mode::PickerFilter,
            (Some(Popup::Picker(_)), _) => return Mode::Picker,
            (Some(Popup::Leaving), _) => return Mode::Leaving,
            (Some(Popup::Palette(_)), _) => return Mode::Palette,
            (Some(Popup::Jump), _) => return Mode::Jump,
            (None, Some(editor)) => {
                return match editor.target {
                    Target::Request(field) if field.is_line() => Mode::EditingLine,
                    Target::Request(_) => Mode::EditingText,
                    Target::Words(_) => Mode::EditingWords,
                };
            }
            (None, None) => {}
        }
        if let Some(run) = &self.run {
            return if matches!(run.stage, RunStage::Planned) { Mode::RunPlan } else { Mode::Run };
        }
        if self.cases.is_open {
            return Mode::Cases;
        }
        if self.page_is_attach() {
            return Mode::Attach;
        }
        if self.practice.is_open {
            return Mode::Practice;
        }
        self.page_mode(session)
    }

    /// The mode of the page, whatever lies on top of it.
    pub fn page_mode(&self, session: &Session) -> Mode {
        if self.look.is_some() {
            return Mode::Evidence;
        }
        match (session.step(), session.activity()) {
            (Step::Reproduce | Step::Isolate, Activity::Sending { .. }) => Mode::Sending,
            (Step::Reproduce | Step::Isolate, Activity::Waiting { .. }) => Mode::Waiting,
            (Step::Request, _) => Mode::Request,
            (Step::Reproduce, _) if self.choosing => Mode::Attempts,
            (Step::Isolate, _) if self.choosing => Mode::Rows,
            (Step::Reproduce, _) => Mode::Reproduce,
            (Step::Isolate, _) => Mode::Isolate,
            (Step::Review, _) if self.marks.selection.is_some() => Mode::Marking,
            (Step::Review, _) => Mode::Review,
            (Step::Note, _) => Mode::Note,
        }
    }

    /// The label of a key in the line at the bottom, by what it does as things stand; empty: it is not shown there.
    pub fn label<'b>(&self, mode: Mode, binding: &'b Binding, session: &Session) -> &'b str {
        let by_state = match (mode, binding.action) {
            (Mode::Attach, Action::Accept) => self.attach.as_ref().map(Attach::on_label),
            (Mode::Cases, action) => self.group_label(action),
            (Mode::Run | Mode::RunPlan, action) => self.run_label(action),
            (Mode::Reproduce, Action::SendAgain) if !session.was_sent() && session.earlier().is_none() => {
                Some("send it")
            }
            _ => None,
        };
        by_state.unwrap_or(&binding.label)
    }
}
