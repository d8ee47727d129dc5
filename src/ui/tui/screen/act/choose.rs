//! What is chosen from lists, and what is answered to questions.

use super::tell;
use crate::case::catalog::{Endpoint, Served};
use crate::case::keyring::Origin;
use crate::case::request::Draft;
use crate::session::{ControlAsk, Event, Session};
use crate::ui::tui::field::naming_model;
use crate::ui::tui::form;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Asked, Choice, Picker, Popup, Prompt};
use crate::ui::tui::screen::{AttachAsk, RunAsk, Screen, Wish};

/// How a key was given, in the words of the note.
const TYPED: Origin = Origin::Given("the key prompt");

impl Screen {
    pub(super) fn pick(&mut self, choice: Choice, session: &Session) -> Vec<Wish> {
        if choice == Choice::Theme {
            let picker = Picker::themes(self.themes.names(), self.themes.chosen());
            return self.open(Popup::Picker(picker));
        }
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you change anything");
        }
        let (catalog, profile) = (session.catalog(), session.profile());
        self.open(Popup::Picker(match choice {
            Choice::Gateway => Picker::gateways(catalog, profile),
            Choice::Endpoint => Picker::endpoints(catalog, profile),
            Choice::Shown | Choice::Theme => return self.choose_shown(session),
            Choice::Place => Picker::places(catalog, None),
            Choice::Unfinished | Choice::Desk => return Vec::new(),
            Choice::Piece => {
                let pieces = session.pieces();
                if pieces.is_empty() {
                    return self.say("there is one request only; paste or open a text with several");
                }
                Picker::pieces(&pieces)
            }
        }))
    }

    pub(super) fn choose_shown(&mut self, session: &Session) -> Vec<Wish> {
        if session.output().is_none() {
            return self.say("nothing was observed yet");
        }
        if session.earlier().is_some() && session.evidence().attempts.is_empty() {
            return self.say(
                "the texts that were dropped are not kept with a saved case; paste the request again on Request (1) and send it",
            );
        }
        let picker = Picker::fields(session.showable(), session.shown_fields());
        if picker.chosen().is_none() {
            return self.say(
                "only a text of a JSON body that left as its shape can be shown, and there is none here; keys and names stay replaced",
            );
        }
        self.open(Popup::Picker(picker))
    }

    pub(in crate::ui::tui::screen) fn accept(&mut self, session: &Session) -> Vec<Wish> {
        match self.popup.take() {
            Some(Popup::Prompt(prompt)) => self.answered(&prompt, session),
            Some(Popup::Picker(picker)) => self.picked(&picker, session),
            Some(Popup::Palette(palette)) => self.chosen_by_name(&palette, session),
            Some(Popup::Help { .. } | Popup::Leaving | Popup::Jump) => Vec::new(),
            None => self.begin_practice(session),
        }
    }

    fn answered(&mut self, prompt: &Prompt, session: &Session) -> Vec<Wish> {
        let open = prompt.open_answer();
        if matches!(prompt.asked, Asked::Model | Asked::OtherModel) && session.masked(&open).is_some() {
            let (mode, action) = match prompt.asked {
                Asked::Model => (Mode::Request, Action::GiveKey),
                _ => (Mode::Isolate, Action::OtherKey),
            };
            let key = self.keymap.key_for(mode, action);
            return self.say(&format!(
                "that looks like a key, not like a model: nothing was changed and it is forgotten; {key} takes a key"
            ));
        }
        match (prompt.asked, prompt.secret_answer()) {
            (Asked::Key, Some(value)) => {
                self.say("the key is kept in memory for this request; nothing was sent");
                tell(Event::KeyGiven { origin: TYPED, value })
            }
            (Asked::OtherKey, Some(value)) => {
                tell(Event::ControlRequested(ControlAsk::Key { origin: TYPED, value }))
            }
            (Asked::Model, _) if !open.is_empty() => match naming_model(session.draft(), &open) {
                Some(draft) => tell(Event::Edited(draft)),
                None => self.say("the body is no JSON object, so it can name no model; edit the body, or choose an endpoint"),
            },
            (Asked::OtherModel, _) if !open.is_empty() => {
                tell(Event::ControlRequested(ControlAsk::Model(open)))
            }
            (Asked::Open, _) if !open.is_empty() => {
                let mut wishes = self.leave_practice(session);
                self.start_over();
                self.opened.clone_from(&open);
                wishes.push(Wish::Tell(Event::OpenRequested(open)));
                wishes
            }
            (Asked::Ticket, _) => self.choose_ticket(&open, session),
            (Asked::Subject | Asked::MailSubject, _) => self.choose_subject(&open),
            (Asked::DeskToken | Asked::MailPassword, Some(value)) => vec![Wish::Attach(AttachAsk::Send(Some(value)))],
            (Asked::Oversize, _) => self.oversize(&open),
            (Asked::ReportPath, _) if !open.is_empty() => vec![Wish::Run(RunAsk::Write(open))],
            (Asked::Find, _) => self.find_in_body(&open),
            (Asked::Search, _) => self.search_text(&open, session),
            (Asked::Path, _) if !open.is_empty() => {
                self.written = (open.clone(), session.delivered().len());
                self.hand_out(Event::WriteRequested(Some(open)))
            }
            _ => self.say("nothing was typed; nothing was changed"),
        }
    }

    fn picked(&mut self, picker: &Picker, session: &Session) -> Vec<Wish> {
        let Some(chosen) = picker.chosen() else {
            return self.say("nothing was chosen; nothing was changed");
        };
        match picker.choice {
            Choice::Theme => self.choose_theme(&chosen.id),
            Choice::Shown => tell(Event::ShowField(chosen.id.clone())),
            Choice::Unfinished => self.go_on_with(&chosen.id),
            Choice::Desk => self.choose_desk(&chosen.id.clone(), session),
            Choice::Piece => {
                let scenario = self.practice.chosen;
                self.start_over();
                self.practice.chosen = scenario;
                chosen.id.parse().map_or_else(|_| Vec::new(), |at| tell(Event::PieceChosen(at)))
            }
            Choice::Place => {
                let id = (!chosen.id.is_empty()).then(|| chosen.id.clone());
                self.tops.note = 0;
                self.overtake_delivery(session);
                tell(Event::PlaceChosen(id))
            }
            Choice::Gateway => tell(Event::GatewayChosen(chosen.id.clone())),
            Choice::Endpoint => {
                let Some(endpoint) = session.catalog().endpoint(&chosen.id) else { return Vec::new() };
                let filled = form::fill(session.draft(), endpoint, session.profile(), session.catalog());
                self.say_of(endpoint, &filled, session);
                tell(Event::Edited(filled))
            }
        }
    }

    /// What there is to say when an endpoint was filled in, the gravest first.
    fn say_of(&mut self, endpoint: &Endpoint, filled: &Draft, session: &Session) {
        let (draft, left) = (session.draft(), form::blanks(filled));
        if !endpoint.not_sent.is_empty() {
            self.say(&endpoint.not_sent);
        } else if endpoint.served == Served::No {
            self.say(&endpoint.remark);
        } else if filled.body == draft.body
            && filled.form == draft.form
            && !(draft.body.is_empty() && draft.form.is_empty())
        {
            self.say("your body was kept; empty it first to get a small one for this endpoint");
        } else if !left.is_empty() {
            self.say(&format!("still to be written: {}", left.join(", ")));
        }
    }
}
