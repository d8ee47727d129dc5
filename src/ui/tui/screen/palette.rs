//! The list of actions, the colours and the mouse.

use super::{Ask, Screen, Wish};
use crate::session::{Session, Step};
use crate::ui::tui::evidence::{Answer, Tab, subjects};
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Does, Entry, Palette, Popup};

impl Screen {
    /// Opens the list of all that can be done in `mode`, made from the key table; at its end the themes.
    pub(super) fn open_palette(&mut self, mode: Mode, session: &Session) -> Vec<Wish> {
        let mut entries: Vec<Entry> = Vec::new();
        for binding in self.keymap.bindings(mode) {
            let entry = Entry::of(binding);
            // What a page does itself goes before what the walk does with the same name.
            if self.offers(binding.action, session) && !entries.iter().any(|e| e.does == entry.does) {
                entries.push(entry);
            }
        }
        // What holds everywhere comes last: it is tried first by its key, but seldom looked for.
        let everywhere = self.keymap.own_bindings(Mode::Always).count();
        let count = entries.len();
        entries.rotate_left(everywhere.min(count));
        entries.extend(self.themes.names().map(|name| Entry::theme(name, theme_help(name))));
        self.open(Popup::Palette(Palette::new(mode, entries)))
    }

    /// Does what was chosen in the list.
    pub(super) fn chosen_by_name(&mut self, palette: &Palette, session: &Session) -> Vec<Wish> {
        match palette.chosen().map(|entry| entry.does.clone()) {
            Some(Does::Action(action)) => self.act(action, palette.mode, session),
            Some(Does::Theme(name)) => self.choose_theme(&name),
            None => self.say("nothing was chosen; nothing was done"),
        }
    }

    /// True where `action` can do something now. What cannot is in no list and not in the line at the bottom; its key tells
    /// why.
    pub fn offers(&self, action: Action, session: &Session) -> bool {
        let observed = session.output().is_some();
        match action {
            Action::Palette => false,
            Action::Accept | Action::Remove | Action::Reveal | Action::SortList | Action::Down
                if self.mode(session) == Mode::Cases =>
            {
                self.cases.current().is_some()
            }
            Action::SearchText | Action::StartMarking | Action::ToggleFormat | Action::ChoosePlace => {
                observed
            }
            Action::GoOn if session.step() == Step::Review => observed,
            Action::GoOn if session.step() == Step::Reproduce => {
                session.was_observed() || session.request().is_ok()
            }
            Action::NextField | Action::PageDown if self.mode(session) == Mode::Note => observed,
            Action::Practice => !self.practice.choices.is_empty(),
            Action::Story | Action::NextScenario => self.practice.chosen.is_some(),
            Action::ChoosePiece => !session.pieces().is_empty(),
            Action::GiveKey => !session.draft().is_empty(),
            Action::CheckContract | Action::ProbeGateway => session.head().is_ok() && !session.is_busy(),
            Action::NextFinding => !session.findings().is_empty(),
            Action::Copy | Action::Write | Action::SendAgain if self.run.is_some() => true,
            Action::Copy | Action::Write | Action::Attach | Action::ShowField => observed,
            Action::Fold | Action::FoldAll => self
                .look
                .as_ref()
                .is_some_and(|look| look.tab == Tab::Body && matches!(look.made.body, Answer::Tree(_))),
            Action::NextAttempt | Action::PreviousAttempt => subjects(session).len() > 1,
            Action::ToggleRaw => self.look.as_ref().is_some_and(|look| look.has_raw(session)),
            Action::OpenEvidence => !session.evidence().attempts.is_empty(),
            Action::NextMark | Action::PreviousMark => self.count_of_marks() > 0,
            Action::RemoveRefused => session.output().is_some_and(|o| o.rendered.is_err()),
            Action::AskForTask => session.task_to_ask_for(),
            Action::SendAgain
            | Action::Search
            | Action::OtherModel
            | Action::OtherKey
            | Action::MinimalBody
            | Action::ListModels => session.request().is_ok() && !session.is_busy(),
            _ => true,
        }
    }

    /// Chooses the colours by name.
    pub(super) fn choose_theme(&mut self, name: &str) -> Vec<Wish> {
        if !self.themes.choose(name) {
            return self.say("there is no theme of that name; nothing was changed");
        }
        if self.themes.no_color() {
            return self.say("NO_COLOR is set in the environment, so that no colour is shown");
        }
        self.say(&format!("the theme is {name} until you leave; theme: {name} in config.yaml keeps it"))
    }

    pub(super) fn toggle_mouse(&mut self) -> Vec<Wish> {
        self.mouse = !self.mouse;
        let key = self.keymap.key_for(Mode::Steps, Action::Mouse);
        let _ = self.say(&if self.mouse {
            format!("the mouse is on: click steps, fields, rows and keys; hold Shift to mark text; {key} switches it off")
        } else {
            "the mouse is off: the terminal marks text with it again".to_owned()
        });
        vec![Wish::Ask(Ask::Mouse(self.mouse))]
    }
}

/// What a theme is, where it is a built-in one.
fn theme_help(name: &str) -> String {
    match name {
        "terminal" => "the colours of your terminal".to_owned(),
        "dark" | "light" => format!("a {name} page, whatever the terminal's is"),
        "high-contrast" => "white on black, a contrast of 7 to 1 at least".to_owned(),
        "none" => "no colour: bold, dim and reversed text".to_owned(),
        _ => "a theme of your own".to_owned(),
    }
}
