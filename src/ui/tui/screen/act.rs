//! Actions to wishes.

mod choose;
mod edit;

use super::mark::Marking;
use super::scroll::Move;
use super::{Ask, CaseAsk, Run, RunKind, Screen, Stage, Wish};
use crate::case::sanitize::Format;
use crate::session::{ControlAsk, Event, KeyUse, Session, Standing, Step};
use crate::ui::tui::complete::known_models;
use crate::ui::tui::editor::Target;
use crate::ui::tui::field::model_of;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Asked, Choice, Picker, Popup, Prompt};

fn tell(event: Event) -> Vec<Wish> {
    vec![Wish::Tell(event)]
}

impl Screen {
    pub(super) fn act(&mut self, action: Action, mode: Mode, session: &Session) -> Vec<Wish> {
        match action {
            Action::QuitNow => {
                // Words that are being typed reach the session first.
                let mut wishes = self.leave_editor(session);
                wishes.push(Wish::Tell(Event::Quit));
                wishes
            }
            Action::Quit => self.quit(session),
            Action::Redraw => vec![Wish::Redraw],
            Action::Suspend => vec![Wish::Ask(Ask::Suspend)],
            Action::Help => self.open(Popup::Help { top: 0 }),
            Action::Palette => self.open_palette(mode, session),
            Action::Jump => self.open(Popup::Jump),
            Action::ChooseTheme => self.pick(Choice::Theme, session),
            Action::Mouse => self.toggle_mouse(),
            Action::StepRequest => self.go_to(Step::Request, action),
            Action::StepReproduce => self.go_to(Step::Reproduce, action),
            Action::StepIsolate => self.go_to(Step::Isolate, action),
            Action::StepReview => self.go_to(Step::Review, action),
            Action::StepNote => self.go_to(Step::Note, action),
            Action::PreviousStep | Action::NextStep => self.step_beside(session, action),
            Action::Cases => self.open_cases(session),
            Action::Remove => self.remove_case(),
            Action::Attach => self.begin_attach(session),
            Action::CheckContract => self.begin_run(RunKind::Check, session),
            Action::ProbeGateway => self.begin_run(RunKind::Probe, session),
            Action::Oversize => self.ask_oversize(),
            Action::Reveal => vec![Wish::Cases(CaseAsk::Reveal)],
            Action::SortList => vec![Wish::Cases(CaseAsk::Sort)],
            Action::Practice => self.open_practice(session),
            Action::Story => self.toggle_story(session),
            Action::NextScenario => self.next_scenario(session),
            Action::Tour => self.toggle_tour(session),
            Action::GoOn => self.go_on(session),
            Action::NextField => self.next_field(mode, session, true),
            Action::PreviousField => self.next_field(mode, session, false),
            Action::Down => self.scroll(mode, Move::Down, session),
            Action::Up => self.scroll(mode, Move::Up, session),
            Action::PageDown => self.scroll(mode, Move::PageDown, session),
            Action::PageUp => self.scroll(mode, Move::PageUp, session),
            Action::Top => self.scroll(mode, Move::Top, session),
            Action::Bottom => self.scroll(mode, Move::Bottom, session),
            Action::EditField => self.edit(Target::Request(self.field), session),
            Action::EditModel => {
                let model = model_of(session.draft()).unwrap_or_default();
                self.ask_model(Asked::Model, &model, session)
            }
            Action::ChooseGateway => self.pick(Choice::Gateway, session),
            Action::ChooseEndpoint => self.pick(Choice::Endpoint, session),
            Action::GiveKey => self.ask(Asked::Key, ""),
            Action::NextFinding => self.visit_finding(session),
            Action::OpenFile => {
                let typed = self.opened.clone();
                self.ask(Asked::Open, &typed)
            },
            Action::ChoosePiece => self.pick(Choice::Piece, session),
            Action::PasteHint => self.say(
                "paste with your terminal's own key (often Ctrl-Shift-V or Shift-Insert; prefix ] in tmux): Ctrl-V alone brings no text",
            ),
            Action::SendAgain if mode == Mode::Run => self.run_again(),
            Action::SendAgain => tell(Event::SendRequested),
            Action::AskForTask => tell(Event::PollRequested),
            Action::Cancel => tell(Event::Cancel),
            Action::SkipWait => tell(Event::SkipWait),
            Action::StopRetrying => tell(Event::StopRetrying),
            Action::Allow if mode == Mode::RunPlan => self.allow_run(true, false),
            Action::AllowAndRemember if mode == Mode::RunPlan => self.allow_run(true, true),
            Action::AllowOnce if mode == Mode::RunPlan => self.allow_run(false, true),
            Action::Allow => self.allow(session),
            Action::AllowAndRemember => tell(Event::ConsentGiven { remember: true }),
            Action::AllowOnce => tell(Event::ConsentGiven { remember: false }),
            Action::Refuse => tell(Event::ConsentRefused),
            Action::OtherModel => self.ask_model(Asked::OtherModel, "", session),
            Action::OtherKey => self.ask(Asked::OtherKey, ""),
            Action::Search => tell(Event::IsolateRequested(Box::default())),
            Action::MinimalBody => tell(Event::ControlRequested(ControlAsk::MinimalBody)),
            Action::ListModels => tell(Event::ControlRequested(ControlAsk::Models)),
            Action::EditWords => self.edit_words(session),
            Action::RemoveRefused => tell(Event::RemoveRefused),
            Action::ShowField => self.choose_shown(session),
            Action::ToggleFormat => self.next_format(session),
            Action::Copy if mode == Mode::Run => self.hand_out_report(false),
            Action::Write if mode == Mode::Run => self.hand_out_report(true),
            Action::Copy => self.hand_out(Event::CopyRequested),
            Action::Write => match session.ready() {
                Ok(_) => {
                    let first = self.path_to_write(session);
                    self.ask(Asked::Path, &first)
                }
                Err((_, why)) => self.say(&why),
            },
            Action::Accept if mode == Mode::Cases => vec![Wish::Cases(CaseAsk::Open)],
            Action::Accept if mode == Mode::Attach => self.attach_on(),
            Action::Accept if mode == Mode::Run => self.run_on(),
            Action::Accept => self.accept(session),
            Action::Close => self.close_in(mode, session),
            Action::EndEdit => self.leave_editor(session),
            other => self.act_closely(other, session),
        }
    }

    /// The actions on what is looked at closely: an attempt, what leaves, a text that is edited.
    fn act_closely(&mut self, action: Action, session: &Session) -> Vec<Wish> {
        match action {
            Action::NextMark => self.next_mark(session, true),
            Action::PreviousMark => self.next_mark(session, false),
            Action::SearchText => {
                let first = self.marks.search.as_ref().map(|search| search.text.clone()).unwrap_or_default();
                self.ask(Asked::Search, &first)
            }
            Action::StartMarking => self.begin_marking(session),
            Action::NextWord => self.move_selection(Marking::Word(true), session),
            Action::PreviousWord => self.move_selection(Marking::Word(false), session),
            Action::Longer => self.move_selection(Marking::Character(true), session),
            Action::Shorter => self.move_selection(Marking::Character(false), session),
            Action::Pin => self.move_selection(Marking::Pin, session),
            Action::TakeOut => self.take_out(),
            Action::PutBack => tell(Event::PutBack),
            Action::Undo => self.undo(session, false),
            Action::Redo => self.undo(session, true),
            Action::FindInBody => {
                let first = self.found.clone();
                self.ask(Asked::Find, &first)
            }
            Action::FindNext => self.find_next(),
            Action::Tidy => self.tidy_body(session),
            Action::Complete => self.complete(session),
            Action::ChoosePlace => {
                let current = session.place().map(|place| place.destination.id.clone());
                self.open(Popup::Picker(Picker::places(session.catalog(), current.as_deref())))
            }
            Action::OpenEvidence => self.open_evidence(session),
            Action::NextTab if self.run.is_some() => self.turn_run(),
            Action::NextTab => self.looking(|look| look.turn(true)),
            Action::PreviousTab => self.looking(|look| look.turn(false)),
            Action::ToggleRaw if self.offers(Action::ToggleRaw, session) => {
                self.looking(|look| (look.raw, look.top) = (!look.raw, 0))
            }
            Action::ToggleRaw => self.say("there is nothing raw to be shown here; nothing was changed"),
            Action::NextAttempt => self.look_beside(session, true),
            Action::PreviousAttempt => self.look_beside(session, false),
            Action::Compare => self.looking(|look| look.compare(session)),
            Action::Fold => self.fold(false),
            Action::FoldAll => self.fold(true),
            // All others are done in `act`.
            _ => Vec::new(),
        }
    }

    /// Closes what lies on top, or takes a mark away.
    fn close_in(&mut self, mode: Mode, session: &Session) -> Vec<Wish> {
        match mode {
            Mode::Attach => return self.close_attach(),
            Mode::RunPlan | Mode::Run => return self.close_run(),
            Mode::Evidence => self.look = None,
            Mode::Attempts | Mode::Rows => (self.choosing, self.attempt) = (false, None),
            Mode::Marking => self.marks.selection = None,
            Mode::Review => return self.search_text("", session),
            _ => return self.close(),
        }
        Vec::new()
    }

    /// Shows a line of the face itself.
    pub(super) fn say(&mut self, text: &str) -> Vec<Wish> {
        self.hint = Some(text.to_owned());
        Vec::new()
    }

    pub(super) fn open(&mut self, popup: Popup) -> Vec<Wish> {
        self.popup = Some(popup);
        Vec::new()
    }

    fn close(&mut self) -> Vec<Wish> {
        // A question before something goes onto a ticket was left.
        if self.attach.as_ref().is_some_and(|attach| attach.stage == Stage::Asking) {
            self.attach = None;
        }
        if let Some(Popup::Picker(picker)) = &mut self.popup
            && picker.unfilter()
        {
            return Vec::new();
        }
        if self.popup.is_none() && self.cases.is_open {
            self.close_cases();
            return Vec::new();
        }
        if self.popup.take().is_none() {
            // The first Esc takes back what was typed, the next one leaves the list.
            if self.practice.is_open && !self.practice.filter.is_empty() {
                self.practice.filter_by(String::new());
            } else {
                self.practice.is_open = false;
            }
        }
        Vec::new()
    }

    /// Asks for a model; those that the case has met are a key away.
    fn ask_model(&mut self, asked: Asked, first: &str, session: &Session) -> Vec<Wish> {
        let mut known = known_models(session);
        known.retain(|model| model != first && session.masked(model).is_none());
        self.open(Popup::Prompt(Prompt::new(asked, first).with_known(known)))
    }

    fn ask(&mut self, asked: Asked, first: &str) -> Vec<Wish> {
        self.open(Popup::Prompt(Prompt::new(asked, first)))
    }

    fn quit(&mut self, session: &Session) -> Vec<Wish> {
        let observed = session.was_observed() && !session.is_as_it_was();
        // What was handed over before a change is not the note as it stands.
        let handed_over = !session.delivered().is_empty() && session.confirmed();
        let runs = self.run.as_ref().is_some_and(Run::is_running);
        if session.is_busy() || runs || (observed && !handed_over) {
            return self.open(Popup::Leaving);
        }
        if self.would_lose_report(Action::Quit) {
            return Vec::new();
        }
        tell(Event::Quit)
    }

    /// Goes to `step`, by the key of `by`.
    fn go_to(&mut self, step: Step, by: Action) -> Vec<Wish> {
        if self.leave_run(by) { tell(Event::GoTo(step)) } else { Vec::new() }
    }

    fn step_beside(&mut self, session: &Session, by: Action) -> Vec<Wish> {
        let at = Step::ALL.iter().position(|s| *s == session.step()).unwrap_or(0);
        let to = if by == Action::NextStep { at + 1 } else { at.wrapping_sub(1) };
        Step::ALL.get(to).map(|step| self.go_to(*step, by)).unwrap_or_default()
    }

    pub(super) fn go_on(&mut self, session: &Session) -> Vec<Wish> {
        let observed = session.was_observed();
        let is_changed = matches!(session.standing(Step::Reproduce), Standing::Missing(_));
        let has_observed = observed && (!is_changed || session.request().is_err());
        match session.step() {
            // What was observed is looked at first, with what can be said of it: to send something is a choice of its own.
            Step::Request if has_observed || session.is_busy() => tell(Event::GoTo(Step::Reproduce)),
            Step::Request if session.request().is_err() => tell(Event::SendRequested),
            Step::Request => {
                vec![Wish::Tell(Event::GoTo(Step::Reproduce)), Wish::Tell(Event::SendRequested)]
            }
            Step::Reproduce if session.is_busy() => Vec::new(),
            Step::Reproduce if !observed => tell(Event::SendRequested),
            Step::Reproduce | Step::Isolate => tell(Event::GoTo(Step::Review)),
            Step::Review if session.output().is_none() => {
                self.say("nothing was observed yet: send the request (2), or paste an answer on Request (1)")
            }
            Step::Review => {
                vec![Wish::Tell(Event::Confirmed(true)), Wish::Tell(Event::GoTo(Step::Note))]
            }
            Step::Note => self.go_on_from_note(session),
        }
    }

    fn next_format(&mut self, session: &Session) -> Vec<Wish> {
        self.tops.note = 0;
        self.overtake_delivery(session);
        tell(Event::FormatChosen(match session.format() {
            Format::Yaml => Format::Markdown,
            Format::Markdown => Format::Plain,
            Format::Plain | Format::Json => Format::Yaml,
        }))
    }

    /// Hands the note out; what is said of it then holds, even in the words of the last time.
    fn hand_out(&mut self, event: Event) -> Vec<Wish> {
        self.overtaken = None;
        tell(event)
    }

    /// The path that is offered: what was typed last where nothing came of it, so that a slip in it is mended and not typed again.
    fn path_to_write(&self, session: &Session) -> String {
        let (typed, handed_over) = &self.written;
        if typed.is_empty() || session.delivered().len() > *handed_over {
            return default_path(session);
        }
        typed.clone()
    }

    /// From Note it goes to Review where that is what is missing; else what is missing, or to be done, is said.
    fn go_on_from_note(&mut self, session: &Session) -> Vec<Wish> {
        let key = |action| self.keymap.key_for(Mode::Note, action);
        let said = match session.ready() {
            Err(_) if session.output().is_some() && !session.is_busy() && !session.confirmed() => {
                return tell(Event::GoTo(Step::Review));
            }
            Err(_) if session.output().is_none() && session.request().is_ok() => format!(
                "nothing was observed yet; {} is Reproduce, where the request is sent",
                key(Action::StepReproduce)
            ),
            Err(_) if session.output().is_none() => format!(
                "nothing was observed yet; {} is Request: paste a command or an answer there",
                key(Action::StepRequest)
            ),
            Err((_, why)) => why,
            Ok(_) => format!(
                "{}this is the last step: {} copies the note, {} writes it to a file, {} leaves",
                if self.tour { "Tour 5 of 6: " } else { "" },
                key(Action::Copy),
                key(Action::Write),
                key(Action::Quit)
            ),
        };
        self.say(&said)
    }

    /// The key that is pressed without thinking sends no key to a host that it does not belong to.
    fn allow(&mut self, session: &Session) -> Vec<Wish> {
        if session.consent().is_some_and(|c| c.keys.iter().any(KeyUse::is_elsewhere)) {
            let yes = self.keymap.key_for(Mode::Consent, Action::AllowAndRemember);
            let no = self.keymap.key_for(Mode::Consent, Action::Refuse);
            return self.say(&format!(
                "this key belongs to another host: read the question; {yes} sends it there, {no} does not"
            ));
        }
        tell(Event::ConsentGiven { remember: true })
    }
}

/// The file name that is offered for the note.
fn default_path(session: &Session) -> String {
    let extension = match session.format() {
        Format::Markdown => "md",
        Format::Plain => "txt",
        Format::Json => "json",
        Format::Yaml => "yaml",
    };
    format!("{}.{extension}", session.id())
}
