//! What the screen asks of a ticket desk: done as the command does it.

mod mail;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use secrecy::SecretString;

use super::mail::MAIL;
use super::report::{has_trouble, keep, keep_way, lines, on_the_way};
use super::source::Source;
use super::{
    Room, SUBJECT, Token, already, destination, dry, job, left_out, summary, target, ticket_id, token,
};
use crate::case::sanitize::{Format, Readmission, Rendered};
use crate::io::deliver::desk::{self, Attached, Job, Stage, Target};
use crate::io::store::{DeskKind, DeskSettings, Desks, read_desks, shown};
use crate::ui::cli::OutputKind;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::start::Ground;
use crate::ui::tui::TicketDesk;
use crate::ui::tui::screen::{DeskLine, Onto, Planned, Sent, UnderWay};

/// What was planned last.
enum Plan {
    /// A ticket.
    Ticket(Box<Ticket>),
    /// A mail.
    Mail(Box<mail::Letter>),
}

/// A note for a desk.
struct Ticket {
    settings: DeskSettings,
    job: Job,
    target: Target,
    cut: Vec<String>,
}

/// What was done.
enum Done {
    /// Case, desk and what was done there.
    Ticket(Box<(String, DeskSettings, Attached)>),
    /// The case that was mailed.
    Mail(String),
}

/// The desks of desks.yaml.
pub(in crate::ui::cli) struct TicketDesks {
    room: Rc<Room>,
    desks: Desks,
    plan: Option<Plan>,
    /// Until the case has it.
    done: Rc<Cell<Option<Done>>>,
}

impl TicketDesks {
    pub(in crate::ui::cli) fn of(ground: &Ground) -> Self {
        let readmission = Readmission::later(Arc::clone(&ground.catalog));
        let room = Rc::new(Room { ground: ground.clone(), readmission, output: OutputKind::Text });
        Self { room, desks: Desks::default(), plan: None, done: Rc::default() }
    }

    fn planned(&mut self, note: &Rendered, name: &str, onto: &Onto) -> Result<Planned, Failed> {
        let room = Rc::clone(&self.room);
        if name == MAIL {
            let Onto::New(subject) = onto else { return Err(super::failed("a mail has no ticket")) };
            let (planned, letter) = mail::plan(&room, self.desks.mail.as_ref(), note, subject.as_deref())?;
            self.plan = Some(Plan::Mail(Box::new(letter)));
            return Ok(planned);
        }
        let settings = super::chosen(&self.desks, name)?.clone();
        let onto_ticket = matches!(onto, Onto::Ticket(_));
        let destination = destination(&room.ground, &settings, onto_ticket)?;
        let source = Source::of_text(&room, "the note", note.as_str(), &destination)?;
        let (ticket, subject) = match onto {
            Onto::Ticket(id) => (Some(ticket_of(&settings, id)?), None),
            Onto::New(subject) => (None, subject.as_deref()),
        };
        let (job, cut) = job(&room, &source, &destination, subject).map_err(by_the_field)?;
        let failed = |e: desk::DeskError| super::failed(&e.to_string());
        let desk = desk::open(&settings, None).map_err(failed)?;
        let calls = desk.plan(ticket.as_deref(), &job).map_err(failed)?;
        let target = target(&settings, &source, ticket);
        if let Some(text) = already(&settings, &source, &target) {
            return Err(super::failed(&text));
        }
        let mut text = summary(&settings, &job, &target, &cut).join("\n");
        if destination.public {
            text.push_str(
                "\n  anybody can read it there: the note goes without models and names (audience: public)",
            );
        }
        text.push_str("\n\n");
        text.push_str(&dry::text(&job, &calls, target.is_looked_for(desk.as_ref())));
        let passed = room
            .readmission
            .pass(&text, Format::Plain)
            .map_err(|refusal| super::failed(&refusal.to_string()))?;
        let planned = Planned {
            heading: format!("What would go to {name}"),
            text: passed.as_str().to_owned(),
            asks_token: matches!(token(&settings)?, Token::Ask),
        };
        self.plan = Some(Plan::Ticket(Box::new(Ticket { settings, job, target, cut })));
        Ok(planned)
    }
}

/// What is wrong with a subject, told of its field: the command names its option.
fn by_the_field(failed: Failed) -> Failed {
    if failed.exit == Exit::Usage {
        super::failed(&format!("a subject has 1 to {SUBJECT} characters"))
    } else {
        failed
    }
}

/// The ticket that was typed. What is wrong with it is told by the fields of the screen, not by the command's options.
fn ticket_of(settings: &DeskSettings, typed: &str) -> Result<String, Failed> {
    let takes_none = settings.webhook.as_ref().is_some_and(|webhook| webhook.comment.is_none());
    if settings.kind == DeskKind::Webhook && takes_none {
        return Err(super::failed(
            "this desk has no comment in desks.yaml: leave the field of the ticket empty, and a new one is made",
        ));
    }
    ticket_id(typed).map_err(|_| {
        super::failed("a ticket is named by an id such as 4711 or SUP-12; an empty field makes a new one")
    })
}

impl TicketDesk for TicketDesks {
    fn desks(&mut self, case_id: &str) -> Result<Vec<DeskLine>, String> {
        let ground = &self.room.ground;
        self.desks = read_desks(&ground.folders).map_err(|e| e.to_string())?;
        let mail = mail::line(self.desks.mail.as_ref());
        if self.desks.desks.is_empty() && mail.is_none() {
            let file = shown(&ground.folders.config.join("desks.yaml"));
            return Err(format!(
                "no ticket desk is configured: `casefile attach --print-example` prints a desks.yaml to begin with; it belongs at {file}"
            ));
        }
        let records = ground.cases().records().unwrap_or_default();
        let tickets = records.into_iter().find(|r| r.id == case_id).map(|r| r.tickets).unwrap_or_default();
        let line = |desk: &DeskSettings| {
            let ticket = tickets.iter().find(|ticket| ticket.desk == desk.name);
            let place = if desk.kind == DeskKind::Webhook { "a webhook" } else { desk.url.as_str() };
            let mut told = Vec::new();
            if let Some(ticket) = ticket {
                let at = ticket.url.as_deref().unwrap_or_default();
                told.push(format!("This case is on ticket {} there {at}", ticket.id));
            }
            if destination(ground, desk, false).is_ok_and(|to| to.public) {
                told.push("Anybody can read it: the note goes without models and names.".to_owned());
            } else if desk.public_reply {
                told.push("The requester can read the comment.".to_owned());
            }
            DeskLine {
                name: desk.name.clone(),
                line: format!("{} · {place}", desk.name),
                told,
                ticket: ticket.map(|ticket| ticket.id.clone()),
                takes_ticket: true,
            }
        };
        Ok(self.desks.desks.iter().map(line).chain(mail).collect())
    }

    fn plan(&mut self, note: &Rendered, desk: &str, onto: &Onto) -> Result<Planned, String> {
        self.plan = None;
        self.planned(note, desk, onto).map_err(|failed| failed.to_string())
    }

    fn send(&mut self, typed: Option<SecretString>) -> Result<UnderWay, String> {
        let Ticket { settings, job, target, cut } = match self.plan.take() {
            Some(Plan::Ticket(ticket)) => *ticket,
            Some(Plan::Mail(letter)) => return mail::send(self, *letter, typed),
            None => return Err("nothing was planned; nothing was sent".to_owned()),
        };
        let known = match typed {
            Some(typed) => Some(typed),
            None => match token(&settings).map_err(|failed| failed.to_string())? {
                Token::Known(token) => token,
                Token::Ask => return Err("the token is missing; nothing was sent".to_owned()),
            },
        };
        let desk = desk::open(&settings, known.as_ref()).map_err(|e| e.to_string())?;
        let first = match &target {
            target if target.is_looked_for(desk.as_ref()) => Stage::Looking,
            Target::New { .. } => Stage::Making,
            Target::Ticket(_) => Stage::Commenting,
        };
        let step = Rc::new(Cell::new(first.said()));
        let stopped = super::stopped(target.is_looked_for(desk.as_ref()), "when it is sent again");
        let (told, room, done) = (Rc::clone(&step), Rc::clone(&self.room), Rc::clone(&self.done));
        let work = async move {
            let tell = |stage: Stage| told.set(stage.said());
            let attached = desk::attach(desk.as_ref(), &job, &target, &tell)
                .await
                .map_err(|partial| on_the_way(&partial, "sending it again").to_string())?;
            let text = lines(&settings, &attached, &left_out(&cut)).join("\n");
            let text = room.readmission.pass(&text, Format::Plain).map_err(|refusal| refusal.to_string());
            let sent = text.map(|text| Sent {
                route: format!("ticket {} of {}", attached.ticket, settings.name),
                text: text.as_str().to_owned(),
                has_trouble: has_trouble(&attached),
            });
            done.set(Some(Done::Ticket(Box::new((job.case_id, settings, attached)))));
            sent
        };
        Ok(UnderWay { work: work.boxed_local(), step, stopped })
    }

    fn keep(&mut self) -> Result<(), String> {
        let kept = match self.done.take() {
            Some(Done::Ticket(done)) => keep(&self.room, &done.0, &done.1, &done.2),
            Some(Done::Mail(case)) => keep_way(&self.room, &case, MAIL, None),
            None => Ok(()),
        };
        kept.map_err(|failed| failed.to_string())
    }
}
