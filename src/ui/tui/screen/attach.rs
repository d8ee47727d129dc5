//! The note onto a ticket, from the page Note: which desk, which ticket, what would go there, then sent. What is asked of a desk
//! is the trait [`TicketDesk`], which `src/ui/cli/attach/screen.rs` fulfils as the command does; this room sends nothing.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use secrecy::SecretString;

use super::{Screen, Wish};
use crate::case::sanitize::{Format, Rendered};
use crate::session::{Delivered, Event, Session};
use crate::ui::tui::keys::{Action, Mode};
use crate::ui::tui::popup::{Asked, Picker, Popup, Prompt};

/// A desk that is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskLine {
    /// Its name in desks.yaml.
    pub name: String,
    /// What is shown of it in one line.
    pub line: String,
    /// What is told of it while it is marked.
    pub told: Vec<String>,
    /// The ticket that the case has there already.
    pub ticket: Option<String>,
    /// It has tickets; else it is a mail, which has a subject only.
    pub takes_ticket: bool,
}

/// Which ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Onto {
    /// A new one, with this subject; `None`: the note's title.
    New(Option<String>),
    /// One that is there.
    Ticket(String),
}

/// What would go where. Nothing is sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// In a few words: which desk.
    pub heading: String,
    /// All of it: audited text.
    pub text: String,
    /// The token has to be typed.
    pub asks_token: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// `ticket 12 of helpdesk`.
    pub route: String,
    /// What became of each part, with the ticket's address.
    pub text: String,
    /// What the desk stored differs from what was sent.
    pub has_trouble: bool,
}

/// A note on its way to a desk.
pub struct UnderWay {
    /// Ends with what was done, or with why not and what to do next.
    pub work: LocalBoxFuture<'static, Result<Sent, String>>,
    /// The step that is done now.
    pub step: Rc<Cell<&'static str>>,
    /// What is told where the operator stops it.
    pub stopped: String,
}

/// Where notes go. Errors are sentences for the operator.
pub trait TicketDesk {
    /// The desks that are configured.
    ///
    /// # Errors
    /// Where they cannot be read, or there is none: says how to make one.
    fn desks(&mut self, case_id: &str) -> Result<Vec<DeskLine>, String>;

    /// What `note` would become at `desk`, and keeps it for [`TicketDesk::send`].
    ///
    /// # Errors
    /// Where it cannot be made for this desk, or the audit refuses it.
    fn plan(&mut self, note: &Rendered, desk: &str, onto: &Onto) -> Result<Planned, String>;

    /// Sends what was planned last.
    ///
    /// # Errors
    /// Where it cannot begin: no token, nothing planned.
    fn send(&mut self, token: Option<SecretString>) -> Result<UnderWay, String>;

    /// Writes the ticket that was used last into the kept case.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn keep(&mut self) -> Result<(), String>;
}

/// What is asked of the [`TicketDesk`].
#[derive(Debug, Clone)]
pub enum AttachAsk {
    /// The desks, to choose from.
    Desks,
    /// What would go where.
    Plan,
    /// Send it, with a token that was typed.
    Send(Option<SecretString>),
    /// Stop sending.
    Stop,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Questions are still open.
    Asking,
    /// What would go is shown.
    Planned(Planned),
    /// It goes.
    Sending,
    /// It is there.
    Sent(Sent),
    /// It is not: why, and what to do next.
    Failed(String),
}

/// A note that goes onto a ticket.
#[derive(Debug, Clone)]
pub struct Attach {
    /// The desk.
    pub desk: DeskLine,
    /// The ticket.
    pub onto: Onto,
    /// How far it is.
    pub stage: Stage,
    /// The step that is done now.
    pub step: Rc<Cell<&'static str>>,
    /// What is told where the operator stops it.
    pub stopped: String,
    /// Rows scrolled.
    pub top: usize,
}

impl Attach {
    /// What is shown.
    pub fn text(&self) -> &str {
        match &self.stage {
            Stage::Asking | Stage::Sending => "",
            Stage::Planned(planned) => &planned.text,
            Stage::Sent(sent) => &sent.text,
            Stage::Failed(why) => why,
        }
    }

    /// What Enter does, in a word; empty: nothing.
    pub fn on_label(&self) -> &'static str {
        match &self.stage {
            Stage::Asking | Stage::Sending => "",
            Stage::Planned(_) => "send",
            Stage::Sent(_) => "to the note",
            Stage::Failed(_) => "show again",
        }
    }
}

impl Screen {
    /// It lies over the page Note.
    pub fn page_is_attach(&self) -> bool {
        self.attach.as_ref().is_some_and(|attach| attach.stage != Stage::Asking)
    }

    /// The key on the page Note.
    pub(super) fn begin_attach(&mut self, session: &Session) -> Vec<Wish> {
        if session.output().is_none_or(|output| output.rendered.is_err()) {
            return self.say("there is no note that may leave yet");
        }
        if !session.confirmed() {
            return self.say("confirm on Review (4) what leaves; then it can go onto a ticket");
        }
        if session.is_busy() {
            return self.say("a request is under way; cancel it before the note goes out");
        }
        vec![Wish::Attach(AttachAsk::Desks)]
    }

    /// A desk was chosen: which ticket?
    pub(super) fn choose_desk(&mut self, name: &str, session: &Session) -> Vec<Wish> {
        let Some(desk) = self.desks.iter().find(|desk| desk.name == name).cloned() else { return Vec::new() };
        let first = desk.ticket.clone().unwrap_or_default();
        let takes_ticket = desk.takes_ticket;
        let (onto, step) = (Onto::New(None), Rc::new(Cell::new("")));
        self.attach = Some(Attach { desk, onto, stage: Stage::Asking, step, stopped: String::new(), top: 0 });
        if !takes_ticket {
            return self.ask_subject(Asked::MailSubject, session);
        }
        self.open(Popup::Prompt(Prompt::new(Asked::Ticket, &first)))
    }

    fn ask_subject(&mut self, asked: Asked, session: &Session) -> Vec<Wish> {
        let title = session.output().map(|output| output.note.title.as_str().to_owned()).unwrap_or_default();
        self.open(Popup::Prompt(Prompt::new(asked, &title)))
    }

    /// The ticket was named, or a new one is wanted.
    pub(super) fn choose_ticket(&mut self, id: &str, session: &Session) -> Vec<Wish> {
        if self.attach.is_none() {
            return Vec::new();
        }
        if id.is_empty() {
            return self.ask_subject(Asked::Subject, session);
        }
        if let Some(attach) = &mut self.attach {
            attach.onto = Onto::Ticket(id.to_owned());
        }
        vec![Wish::Attach(AttachAsk::Plan)]
    }

    /// The subject of a new ticket was typed.
    pub(super) fn choose_subject(&mut self, subject: &str) -> Vec<Wish> {
        let Some(attach) = &mut self.attach else { return Vec::new() };
        attach.onto = Onto::New((!subject.is_empty()).then(|| subject.to_owned()));
        vec![Wish::Attach(AttachAsk::Plan)]
    }

    /// Enter on what is shown: send, once more, or back to the note.
    pub(super) fn attach_on(&mut self) -> Vec<Wish> {
        let takes_ticket = self.attach.as_ref().is_some_and(|attach| attach.desk.takes_ticket);
        match self.attach.as_ref().map(|attach| &attach.stage) {
            Some(Stage::Planned(planned)) if planned.asks_token => {
                let asked = if takes_ticket { Asked::DeskToken } else { Asked::MailPassword };
                self.open(Popup::Prompt(Prompt::new(asked, "")))
            }
            Some(Stage::Planned(_)) => vec![Wish::Attach(AttachAsk::Send(None))],
            // What would go is shown again before it is sent again.
            Some(Stage::Failed(_)) => vec![Wish::Attach(AttachAsk::Plan)],
            Some(Stage::Sent(_)) => self.close_attach(),
            Some(Stage::Asking | Stage::Sending) | None => Vec::new(),
        }
    }

    /// Esc: stops what goes, else back to the note.
    pub(super) fn close_attach(&mut self) -> Vec<Wish> {
        if self.attach.as_ref().is_some_and(|attach| attach.stage == Stage::Sending) {
            return vec![Wish::Attach(AttachAsk::Stop)];
        }
        let left = self.attach.take();
        if let Some(Attach { desk, stage: Stage::Failed(_), .. }) = left {
            let key = self.keymap.key_for(Mode::Note, Action::Attach);
            return self.say(&format!("the note did not get to {}; {key} begins again", desk.name));
        }
        Vec::new()
    }

    /// Does with `desk` what is wanted; gives what is on its way now.
    pub fn serve_attach(
        &mut self,
        ask: AttachAsk,
        desk: Option<&mut (dyn TicketDesk + '_)>,
        session: &Session,
    ) -> Option<UnderWay> {
        let Some(desk) = desk else {
            self.hint = Some("no desk can be reached from here".to_owned());
            return None;
        };
        if matches!(ask, AttachAsk::Plan | AttachAsk::Send(_)) {
            // Whatever becomes of it: what went out earlier is not told as if it were this.
            self.overtake_delivery(session);
        }
        let done = match ask {
            AttachAsk::Desks => desk.desks(session.id()).map(|desks| {
                self.popup = Some(Popup::Picker(Picker::desks(&desks)));
                self.desks = desks;
            }),
            AttachAsk::Plan => self.plan_attach(desk, session),
            AttachAsk::Send(token) => match (desk.send(token), &mut self.attach) {
                (Ok(under_way), Some(attach)) => {
                    (attach.stage, attach.top) = (Stage::Sending, 0);
                    attach.step = Rc::clone(&under_way.step);
                    attach.stopped.clone_from(&under_way.stopped);
                    return Some(under_way);
                }
                (Ok(_), None) => Ok(()),
                (Err(error), _) => Err(error),
            },
            AttachAsk::Stop => {
                let text = self.attach.as_ref().map(|attach| attach.stopped.clone()).unwrap_or_default();
                self.end_attach(Stage::Failed(text));
                Ok(())
            }
        };
        if let Err(error) = done {
            self.hint = Some(error);
        }
        None
    }

    fn plan_attach(&mut self, desk: &mut (dyn TicketDesk + '_), session: &Session) -> Result<(), String> {
        let Some(attach) = &mut self.attach else { return Ok(()) };
        let note = session.output().ok_or("there is no note yet")?.render(Format::Yaml);
        let planned = note
            .map_err(|refusal| refusal.to_string())
            .and_then(|note| desk.plan(&note, &attach.desk.name, &attach.onto));
        match planned {
            Ok(planned) => {
                (attach.stage, attach.top) = (Stage::Planned(planned), 0);
                Ok(())
            }
            Err(error) => {
                self.attach = None;
                Err(error)
            }
        }
    }

    fn end_attach(&mut self, stage: Stage) {
        if let Some(attach) = &mut self.attach {
            (attach.stage, attach.top) = (stage, 0);
        }
    }

    /// It ended: gives what the session is to be told.
    pub fn attached(&mut self, ended: Result<Sent, String>) -> Option<Event> {
        match ended {
            Ok(sent) => {
                let delivered = Delivered { route: sent.route.clone(), certain: true, path: None };
                self.end_attach(Stage::Sent(sent));
                self.overtaken = None;
                Some(Event::Delivered(Ok(delivered)))
            }
            Err(why) => {
                self.end_attach(Stage::Failed(why));
                None
            }
        }
    }
}
