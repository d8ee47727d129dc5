//! By mail: a draft, or sent.

use serde_json::json;

use super::report::keep_way;
use super::source::Source;
use super::{AttachArguments, Room, Token, failed, job, left_out};
use crate::case::catalog::Destination;
use crate::case::sanitize::Format;
use crate::io::deliver::desk::Job;
use crate::io::deliver::mail::Mail;
use crate::io::secrets;
use crate::io::store::{MailSettings, Smtp, shown, write_atomic};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, ask, say};

/// Its name among the desks.
pub(super) const MAIL: &str = "mail";

pub(super) fn run(
    room: &Room,
    arguments: &AttachArguments,
    settings: Option<&MailSettings>,
) -> Result<Exit, Failed> {
    if arguments.ticket.is_some() || arguments.new {
        return Err(Failed::new(Exit::Usage, "a mail has no ticket: leave --ticket and --new out"));
    }
    if arguments.to.as_deref().is_some_and(|to| to != MAIL) {
        return Err(Failed::new(Exit::Usage, "--eml makes a mail, so --to can only be mail"));
    }
    let to = email(room)?;
    let source = Source::asked(room, arguments, &to)?;
    let (job, cut) = job(room, &source, &to, arguments.subject.as_deref())?;
    let mail = Mail::of(&job, settings).map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
    if arguments.dry_run {
        let text = String::from_utf8_lossy(&mail.draft()).into_owned();
        let passed = room.readmission.pass(&text, Format::Plain);
        let passed = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
        say::output(passed.as_str()).map_err(|e| Failed::stdout(&e))?;
        return Ok(Exit::Done);
    }
    if let Some(path) = &arguments.eml {
        write_atomic(path, &mail.draft()).map_err(|e| failed(&e.to_string()))?;
        let said = if settings.is_none() {
            "; sender and receiver are placeholders: fill them in, or name yours under mail in desks.yaml"
        } else {
            ""
        };
        say::line(&format!("draft written to {}{}{said}", shown(path), left_out(&cut)));
        return report(room, &job.case_id, &[], Some(&shown(path)));
    }
    let (smtp, _) = server(settings)?;
    for line in summary(&job, &mail, smtp, &cut) {
        say::line(&line);
    }
    if !arguments.yes {
        if !ask::possible() {
            return Err(Failed::new(
                Exit::Usage,
                "sending needs consent and there is no terminal to ask on; add --yes, or --eml FILE",
            ));
        }
        if !ask::yes("Send it?") {
            return Err(Failed::new(Exit::Usage, "nothing was sent: consent was not given"));
        }
    }
    let password = match password(smtp)? {
        Token::Known(password) => password,
        Token::Ask => Some(secrets::from_prompt("Mail password: ").map_err(|e| no_password(&e))?),
    };
    mail.send(smtp, password.as_ref()).map_err(|e| failed(&e.to_string()))?;
    say::line("the mail server has taken it");
    keep_way(room, &job.case_id, MAIL, None)?;
    report(room, &job.case_id, &mail.receivers(), None)
}

/// What is known of mail.
pub(super) fn email(room: &Room) -> Result<Destination, Failed> {
    let found = room.ground.catalog.destination("email").cloned();
    found.ok_or_else(|| failed("the catalog has no destination email"))
}

/// The server, where one and a receiver are named.
pub(super) fn server(settings: Option<&MailSettings>) -> Result<(&Smtp, &MailSettings), Failed> {
    let Some((smtp, settings)) = settings.and_then(|settings| Some((settings.smtp.as_ref()?, settings)))
    else {
        let text = "there is no mail server in desks.yaml (mail: smtp:); --eml FILE makes a draft to be sent by hand";
        return Err(Failed::new(Exit::Usage, text));
    };
    if settings.to.is_empty() {
        return Err(Failed::new(Exit::Usage, "desks.yaml names no receiver (mail: to:)"));
    }
    Ok((smtp, settings))
}

/// What goes where, in lines.
pub(super) fn summary(job: &Job, mail: &Mail, smtp: &Smtp, cut: &[String]) -> Vec<String> {
    let to = mail.receivers().join(", ");
    let text = job.text.as_str().chars().count();
    let mut lines = vec![
        format!("{} by mail to {to} through {}", job.case_id, smtp.host),
        format!("  subject: {}", job.subject.as_str()),
        format!("  text of {text} characters{}", left_out(cut)),
    ];
    lines.extend(job.files.iter().map(|file| format!("  file {}, {} bytes", file.name, file.bytes().len())));
    lines
}

fn no_password(error: &secrets::SecretError) -> Failed {
    Failed::new(Exit::Usage, format!("the mail password: {error}"))
}

/// The password from where the settings say.
pub(super) fn password(smtp: &Smtp) -> Result<Token, Failed> {
    let known = |read: Result<secrecy::SecretString, secrets::SecretError>| {
        read.map(|password| Token::Known(Some(password))).map_err(|e| no_password(&e))
    };
    match (&smtp.user, &smtp.password_env, &smtp.password_command) {
        (None, ..) => Ok(Token::Known(None)),
        (_, Some(name), _) => known(secrets::from_env(name)),
        (_, None, Some(command)) => known(secrets::from_command(command)),
        _ => Ok(Token::Ask),
    }
}

fn report(room: &Room, case_id: &str, to: &[String], draft: Option<&str>) -> Result<Exit, Failed> {
    if room.output == OutputKind::Json {
        let document = json!({"case_id": case_id, "sent_to": to, "draft": draft});
        say::output(&serde_json::to_string_pretty(&document).unwrap_or_default())
            .map_err(|e| Failed::stdout(&e))?;
    }
    Ok(Exit::Done)
}
