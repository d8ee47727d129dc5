//! `casefile attach`: a note onto a ticket, or into a mail. Nothing but audited text leaves, after a question.

mod dry;
mod mail;
mod report;
pub(super) mod screen;
mod source;

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::exit::{Exit, Failed};
use super::start::{Ground, ground, on_this_thread};
use super::{OutputKind, ask, say};
use crate::case::catalog::Destination;
use crate::case::destination::{self, marker};
use crate::case::sanitize::{Format, Readmission};
use crate::io::deliver::desk::{self, Job, Target};
use crate::io::secrets;
use crate::io::store::{DeskKind, DeskSettings, Desks, EXAMPLE_DESKS, WebhookCall, read_desks};
use report::{has_trouble, keep, on_the_way, report};
use source::Source;

/// Longest subject of a ticket, characters, without the marker.
const SUBJECT: usize = 180;

/// Options of `casefile attach`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Desks stand in desks.yaml of the configuration folder; --print-example prints one to begin with. A repeat sends \
    nothing twice: ticket and comment are found again by a mark with the case's id, and what is missing is added. What the desk stored \
    is read back and compared. A webhook cannot be asked for that: there the kept case says what was sent.\n\nExamples:\n  \
    casefile attach CF-20260401-7Q --to helpdesk --new --subject 'No channel for our model'\n  \
    casefile attach note.yaml --to helpdesk --ticket 4711 --dry-run\n  \
    casefile attach CF-20260401-7Q --eml draft.eml           a mail to be looked at and sent by hand\n  \
    casefile attach CF-20260401-7Q --to mail                 sent by the mail server of desks.yaml"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct AttachArguments {
    /// A kept case by its id (or the beginning of it), or a note's file: YAML, JSON or Markdown.
    #[arg(value_name = "CASE|NOTE", required_unless_present = "print_example")]
    note: Option<String>,
    /// The desk, by its name in desks.yaml; `mail` sends a mail.
    #[arg(long, value_name = "DESK", required_unless_present_any = ["eml", "print_example"])]
    to: Option<String>,
    /// Add it to this ticket.
    #[arg(long, value_name = "ID", conflicts_with = "new")]
    ticket: Option<String>,
    /// Make a new ticket, unless an earlier run made it.
    #[arg(long)]
    new: bool,
    /// Subject of the new ticket or mail [default: the note's title].
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    subject: Option<String>,
    /// Attach this report of `casefile check --output json`, too.
    #[arg(long, value_name = "FILE")]
    check_report: Option<String>,
    /// Write the mail as a draft into this file; nothing is sent.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ticket", "new"])]
    eml: Option<PathBuf>,
    /// Show what would be sent, and end. No token is needed.
    #[arg(long)]
    dry_run: bool,
    /// Consent to sending.
    #[arg(long, short = 'y')]
    yes: bool,
    /// Print an example of desks.yaml, and end.
    #[arg(long)]
    print_example: bool,
    /// The folder with the cases [default: `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// What every way out needs.
struct Room {
    ground: Ground,
    readmission: Readmission,
    output: OutputKind,
}

/// Attaches.
pub(super) fn run(arguments: &AttachArguments) -> Result<Exit, Failed> {
    if arguments.print_example {
        say::output(EXAMPLE_DESKS).map_err(|e| Failed::stdout(&e))?;
        return Ok(Exit::Done);
    }
    let ground = ground()?.with_store(arguments.store.as_deref())?;
    let desks = read_desks(&ground.folders).map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
    let readmission = Readmission::new(&ground.catalog);
    let room = Room { ground, readmission, output: arguments.output };
    let to = arguments.to.as_deref();
    if arguments.eml.is_some() || to == Some("mail") {
        return mail::run(&room, arguments, desks.mail.as_ref());
    }
    let settings = chosen(&desks, to.unwrap_or_default())?;
    let ticket = arguments.ticket.as_deref().map(ticket_id).transpose()?;
    if ticket.is_none() && !arguments.new {
        return Err(Failed::new(Exit::Usage, "say where to: --ticket ID, or --new for a new ticket"));
    }
    let destination = destination(&room.ground, settings, ticket.is_some())?;
    let source = Source::asked(&room, arguments, &destination)?;
    let (job, cut) = job(&room, &source, &destination, arguments.subject.as_deref())?;
    if arguments.dry_run {
        let desk = desk::open(settings, None).map_err(|e| failed(&e.to_string()))?;
        let calls = desk.plan(ticket.as_deref(), &job).map_err(|e| failed(&e.to_string()))?;
        let target = target(settings, &source, ticket);
        return dry::show(&room, &job, &calls, target.is_looked_for(desk.as_ref()));
    }
    let target = target(settings, &source, ticket);
    if let Some(text) = already(settings, &source, &target) {
        say::line(&text);
        return Ok(Exit::Done);
    }
    consent(settings, &job, &target, &cut, arguments.yes)?;
    let token = match token(settings)? {
        Token::Known(token) => token,
        Token::Ask => Some(
            secrets::from_prompt(&format!("Token for {}: ", settings.name))
                .map_err(|e| no_token(settings, &e))?,
        ),
    };
    let desk = desk::open(settings, token.as_ref()).map_err(|e| failed(&e.to_string()))?;
    let attached = on_this_thread(async {
        tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => Err(Failed::new(
                Exit::Interrupted,
                stopped(target.is_looked_for(desk.as_ref()), "when the command is run again"),
            )),
            done = desk::attach(desk.as_ref(), &job, &target, &|_| {}) => {
                done.map_err(|partial| on_the_way(&partial, "the same command"))
            }
        }
    })?;
    let kept = keep(&room, &job.case_id, settings, &attached);
    report(&room, settings, &job, &attached, &cut)?;
    kept?;
    Ok(if has_trouble(&attached) { Exit::Delivery } else { Exit::Done })
}

/// It was stopped on the way. `again`: when it is found again, as `when the command is run again`.
fn stopped(is_looked_for: bool, again: &str) -> String {
    if is_looked_for {
        format!("stopped; what the desk has already is found again {again}")
    } else {
        "stopped; this desk cannot be asked what it has already: look there yourself before it is sent again"
            .to_owned()
    }
}

fn failed(what: &str) -> Failed {
    Failed::new(Exit::Delivery, what)
}

fn chosen<'d>(desks: &'d Desks, name: &str) -> Result<&'d DeskSettings, Failed> {
    desks.desk(name).ok_or_else(|| {
        let mut known: Vec<&str> = desks.desks.iter().map(|desk| desk.name.as_str()).collect();
        known.push("mail");
        let text = format!(
            "there is no desk {name} in desks.yaml; known: {}. `casefile attach --print-example` prints an example",
            known.join(", ")
        );
        Failed::new(Exit::Usage, text)
    })
}

/// The id of a ticket as people write it.
fn ticket_id(text: &str) -> Result<String, Failed> {
    let id = text.trim().trim_start_matches('#');
    if (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    {
        return Ok(id.to_owned());
    }
    Err(Failed::new(Exit::Usage, "--ticket takes an id such as 4711 or SUP-12"))
}

/// The place that the settings mean. `onto_ticket`: a ticket that is there gets a comment; else a new one is made.
fn destination(ground: &Ground, settings: &DeskSettings, onto_ticket: bool) -> Result<Destination, Failed> {
    let id = settings.destination.as_deref().unwrap_or_else(|| settings.kind.destination());
    let Some(found) = ground.catalog.destination(id) else {
        let known: Vec<&str> = ground.catalog.destinations.iter().map(|d| d.id.as_str()).collect();
        let text =
            format!("desk {}: there is no destination {id}; known: {}", settings.name, known.join(", "));
        return Err(Failed::new(Exit::Usage, text));
    };
    let mut found = found.clone();
    match (settings.kind, &settings.webhook) {
        (DeskKind::Github, _) => found.attaches = false,
        (DeskKind::Webhook, Some(webhook)) => {
            // Files that the creation does not take go into a comment after it.
            let create = webhook.create.as_ref().filter(|_| !onto_ticket);
            found.attaches =
                [create, webhook.comment.as_ref()].into_iter().flatten().any(WebhookCall::takes_files);
        }
        _ => {}
    }
    Ok(found)
}

/// What is sent, and what its text leaves out.
fn job(
    room: &Room,
    source: &Source,
    destination: &Destination,
    subject: Option<&str>,
) -> Result<(Job, Vec<String>), Failed> {
    let refused = |refusal: crate::case::sanitize::Refusal| Failed::new(Exit::Refused, refusal.to_string());
    let files = if destination.attaches { source.files() } else { Vec::new() };
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let fitted = source.fit(room, destination, &names);
    let title = subject.unwrap_or(&source.title).split_whitespace().collect::<Vec<_>>().join(" ");
    // Audited as it was given, too: what is broken below might be a secret's.
    let title = room.readmission.pass(&title, Format::Plain).map_err(refused)?;
    if title.as_str().is_empty() || title.as_str().chars().count() > SUBJECT {
        return Err(Failed::new(Exit::Usage, format!("--subject takes 1 to {SUBJECT} characters")));
    }
    let marker = marker(&source.case_id);
    let subject = destination::subject(&source.case_id, title.as_str());
    let subject = room.readmission.pass(&subject, Format::Plain).map_err(refused)?;
    let text = room.readmission.pass(&fitted.text, Format::Plain).map_err(refused)?;
    let files_text = format!("{marker} {}", names.join(", "));
    let files_text = room.readmission.pass(&files_text, Format::Plain).map_err(refused)?;
    let mut cut = fitted.cut;
    if fitted.shortened {
        cut.push("the end".to_owned());
    }
    Ok((Job { case_id: source.case_id.clone(), marker, subject, text, files_text, files }, cut))
}

fn target(settings: &DeskSettings, source: &Source, ticket: Option<String>) -> Target {
    if let Some(id) = ticket {
        return Target::Ticket(id);
    }
    let at_desk = source.tickets.iter().find(|ticket| ticket.desk == settings.name);
    Target::New { known: at_desk.map(|ticket| ticket.id.clone()) }
}

/// A webhook cannot be asked what it has: the case says whether this ticket has the note.
fn already(settings: &DeskSettings, source: &Source, target: &Target) -> Option<String> {
    let Target::Ticket(id) = target else { return None };
    let is_there = source.tickets.iter().any(|ticket| ticket.desk == settings.name && ticket.id == *id);
    (settings.kind == DeskKind::Webhook && is_there).then(|| {
        format!("the case says that it is on ticket {id} of {} already; nothing was sent", settings.name)
    })
}

/// What goes where, in lines, without the files.
fn summary(settings: &DeskSettings, job: &Job, target: &Target, cut: &[String]) -> Vec<String> {
    let place = if settings.kind == DeskKind::Webhook { "its webhook" } else { settings.url.as_str() };
    let onto = match target {
        Target::Ticket(id) => format!("  a comment on ticket {id}"),
        Target::New { .. } => format!("  a new ticket: {}", job.subject.as_str()),
    };
    let text = format!("  text of {} characters{}", job.text.as_str().chars().count(), left_out(cut));
    vec![format!("{} to {} ({place})", job.case_id, settings.name), onto, text]
}

fn consent(
    settings: &DeskSettings,
    job: &Job,
    target: &Target,
    cut: &[String],
    yes: bool,
) -> Result<(), Failed> {
    for line in summary(settings, job, target, cut) {
        say::line(&line);
    }
    for file in &job.files {
        say::line(&format!("  file {}, {} bytes", file.name, file.bytes().len()));
    }
    if yes {
        return Ok(());
    }
    if !ask::possible() {
        return Err(Failed::new(
            Exit::Usage,
            "sending needs consent and there is no terminal to ask on; add --yes, or --dry-run",
        ));
    }
    if ask::yes(&format!("Send to {}?", settings.name)) {
        Ok(())
    } else {
        Err(Failed::new(Exit::Usage, "nothing was sent: consent was not given"))
    }
}

fn left_out(cut: &[String]) -> String {
    if cut.is_empty() { String::new() } else { format!("; left out for its length: {}", cut.join(", ")) }
}

/// Where the token comes from.
enum Token {
    /// From where the settings say; `None`: this desk takes none.
    Known(Option<SecretString>),
    /// The settings say nothing: it is asked for.
    Ask,
}

fn no_token(settings: &DeskSettings, error: &secrets::SecretError) -> Failed {
    Failed::new(Exit::Usage, format!("the token of {}: {error}", settings.name))
}

/// The token from where the settings say.
fn token(settings: &DeskSettings) -> Result<Token, Failed> {
    let known = |read: Result<SecretString, secrets::SecretError>| {
        read.map(|token| Token::Known(Some(token))).map_err(|e| no_token(settings, &e))
    };
    if let Some(name) = &settings.token_env {
        return known(secrets::from_env(name));
    }
    if let Some(command) = &settings.token_command {
        return known(secrets::from_command(command));
    }
    let needs =
        settings.webhook.as_ref().is_none_or(|w| w.headers.values().any(|value| value.contains("token")));
    Ok(if needs { Token::Ask } else { Token::Known(None) })
}
