//! Actions to wishes.

use super::mark::Marking;
use super::scroll::Move;
use super::{Ask, AttachAsk, CaseAsk, NotePane, ReviewPane, Run, RunAsk, RunKind, Screen, Stage, Wish};
use crate::case::catalog::{Endpoint, Served};
use crate::case::finding::Place;
use crate::case::keyring::Origin;
use crate::case::request::Draft;
use crate::case::sanitize::Format;
use crate::session::{ControlAsk, Event, KeyUse, Session, Standing, Step};
use crate::ui::tui::editor::{EDITABLE, Editor, Target};
use crate::ui::tui::field::{Field, WordField, model_of, naming_model, neighbour};
use crate::ui::tui::form;
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Asked, Choice, Picker, Popup, Prompt};

/// How a key was given, in the words of the note.
const TYPED: Origin = Origin::Given("the key prompt");

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
            Action::StepRequest => self.go_to(Step::Request),
            Action::StepReproduce => self.go_to(Step::Reproduce),
            Action::StepIsolate => self.go_to(Step::Isolate),
            Action::StepReview => self.go_to(Step::Review),
            Action::StepNote => self.go_to(Step::Note),
            Action::PreviousStep => self.step_beside(session, false),
            Action::NextStep => self.step_beside(session, true),
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
            Action::EditModel => self.ask(Asked::Model, &model_of(session.draft()).unwrap_or_default()),
            Action::ChooseGateway => self.pick(Choice::Gateway, session),
            Action::ChooseEndpoint => self.pick(Choice::Endpoint, session),
            Action::GiveKey => self.ask(Asked::Key, ""),
            Action::NextFinding => self.visit_finding(session),
            Action::OpenFile => self.ask(Asked::Open, ""),
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
            Action::OtherModel => self.ask(Asked::OtherModel, ""),
            Action::OtherKey => self.ask(Asked::OtherKey, ""),
            Action::Search => tell(Event::IsolateRequested(Box::default())),
            Action::MinimalBody => tell(Event::ControlRequested(ControlAsk::MinimalBody)),
            Action::EditWords => self.edit_words(session),
            Action::RemoveRefused => tell(Event::RemoveRefused),
            Action::ShowField => self.choose_shown(session),
            Action::ToggleFormat => self.next_format(session),
            Action::Copy if mode == Mode::Run => self.hand_out_report(false),
            Action::Write if mode == Mode::Run => self.hand_out_report(true),
            Action::Copy => self.hand_out(Event::CopyRequested),
            Action::Write => match session.ready() {
                Ok(_) => self.ask(Asked::Path, &default_path(session)),
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
            Action::ToggleRaw => self.looking(|look| (look.raw, look.top) = (!look.raw, 0)),
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

    fn ask(&mut self, asked: Asked, first: &str) -> Vec<Wish> {
        self.open(Popup::Prompt(Prompt::new(asked, first)))
    }

    fn quit(&mut self, session: &Session) -> Vec<Wish> {
        let observed = session.was_observed();
        // What was handed over before a change is not the note as it stands.
        let handed_over = !session.delivered().is_empty() && session.confirmed();
        let runs = self.run.as_ref().is_some_and(Run::is_running);
        if session.is_busy() || runs || (observed && !handed_over) {
            return self.open(Popup::Leaving);
        }
        tell(Event::Quit)
    }

    fn go_to(&mut self, step: Step) -> Vec<Wish> {
        let by = match step {
            Step::Request => Action::StepRequest,
            Step::Reproduce => Action::StepReproduce,
            Step::Isolate => Action::StepIsolate,
            Step::Review => Action::StepReview,
            Step::Note => Action::StepNote,
        };
        if self.leave_run(by) { tell(Event::GoTo(step)) } else { Vec::new() }
    }

    fn step_beside(&mut self, session: &Session, forward: bool) -> Vec<Wish> {
        let at = Step::ALL.iter().position(|s| *s == session.step()).unwrap_or(0);
        let to = if forward { at + 1 } else { at.wrapping_sub(1) };
        Step::ALL.get(to).map(|step| self.go_to(*step)).unwrap_or_default()
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
                "this is the last step: {} copies the note, {} writes it to a file, {} leaves",
                key(Action::Copy),
                key(Action::Write),
                key(Action::Quit)
            ),
        };
        self.say(&said)
    }

    fn next_field(&mut self, mode: Mode, session: &Session, forward: bool) -> Vec<Wish> {
        let target = self.editor.as_ref().map(|e| e.target);
        match (mode, target) {
            (Mode::EditingWords, Some(Target::Words(word))) => {
                let wishes = self.leave_editor(session);
                let next = neighbour(&WordField::ALL, word, forward);
                self.review = ReviewPane::Words(next);
                self.edit(Target::Words(next), session);
                // The words are told before the next field begins, so its text is that of the session.
                wishes
            }
            (Mode::EditingLine, Some(Target::Request(field))) => {
                let wishes = self.leave_editor(session);
                self.field = neighbour(&Field::ALL, field, forward);
                self.edit(Target::Request(self.field), session);
                wishes
            }
            (Mode::Request, _) => {
                self.field = neighbour(&Field::ALL, self.field, forward);
                Vec::new()
            }
            (Mode::Review, _) => {
                let words = WordField::ALL.map(ReviewPane::Words);
                let panes: Vec<ReviewPane> =
                    [ReviewPane::Evidence, ReviewPane::Ledger].into_iter().chain(words).collect();
                self.review = neighbour(&panes, self.review, forward);
                Vec::new()
            }
            (Mode::Note, _) => {
                self.note = neighbour(&[NotePane::Preview, NotePane::Completeness], self.note, forward);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn edit(&mut self, target: Target, session: &Session) -> Vec<Wish> {
        if session.is_busy() {
            return self.say("a request is under way; cancel it before you change anything");
        }
        if target == Target::Request(Field::Body) && Field::Body.text(session.draft()).len() > EDITABLE {
            return self.say("the body is too large to be edited here; it is sent as it was pasted");
        }
        let mut editor = Editor::new(target, session.draft(), session.words());
        if target == Target::Request(Field::Url) && session.draft().url.starts_with('/') {
            // The host is what is missing, and it goes before the path.
            editor.jump(1, 1);
        }
        self.editor = Some(editor);
        Vec::new()
    }

    fn edit_words(&mut self, session: &Session) -> Vec<Wish> {
        let word = match self.review {
            ReviewPane::Words(word) => word,
            ReviewPane::Evidence | ReviewPane::Ledger => WordField::Question,
        };
        self.review = ReviewPane::Words(word);
        self.edit(Target::Words(word), session)
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

    fn visit_finding(&mut self, session: &Session) -> Vec<Wish> {
        let findings = session.findings();
        let next = self.finding.map_or(0, |at| at + 1);
        let next = if next < findings.len() { next } else { 0 };
        let Some(finding) = findings.get(next) else {
            return self.say("there is no finding");
        };
        self.finding = Some(next);
        // The pane may be too low for all of it.
        let text = super::super::view::request::finding_text(finding, self);
        let _ = self.say(&text);
        let (field, place) = match &finding.place {
            Place::Method => (Field::Method, None),
            Place::Url => (Field::Url, None),
            Place::Header(name) => {
                let line = session.draft().headers.iter().position(|h| h.name.eq_ignore_ascii_case(name));
                (Field::Headers, line.map(|l| (l + 1, usize::MAX)))
            }
            Place::Body { line, column, .. } => (Field::Body, Some((*line, *column))),
            Place::Field(name) => {
                let line = session.draft().form.iter().position(|part| part.name == *name);
                (Field::Body, line.map(|l| (l + 1, usize::MAX)))
            }
            Place::Whole | Place::Span { .. } | Place::Option(_) => return Vec::new(),
        };
        self.field = field;
        let _ = self.edit(Target::Request(field), session);
        if let (Some(editor), Some((line, column))) = (&mut self.editor, place) {
            editor.jump(line, column);
        }
        Vec::new()
    }

    fn pick(&mut self, choice: Choice, session: &Session) -> Vec<Wish> {
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

    fn choose_shown(&mut self, session: &Session) -> Vec<Wish> {
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

    pub(super) fn accept(&mut self, session: &Session) -> Vec<Wish> {
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
            (Asked::Path, _) if !open.is_empty() => self.hand_out(Event::WriteRequested(Some(open))),
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
