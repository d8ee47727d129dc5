//! By mail: a draft, or sent.

use serde_json::json;

use super::report::keep_way;
use super::source::Source;
use super::{AttachArguments, Room, failed, job, left_out};
use crate::case::sanitize::Format;
use crate::io::deliver::mail::Mail;
use crate::io::secrets;
use crate::io::store::{MailSettings, Smtp, shown, write_atomic};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, ask, say};

pub(super) fn run(
    room: &Room,
    arguments: &AttachArguments,
    settings: Option<&MailSettings>,
) -> Result<Exit, Failed> {
    if arguments.ticket.is_some() || arguments.new {
        return Err(Failed::new(Exit::Usage, "a mail has no ticket: leave --ticket and --new out"));
    }
    if arguments.to.as_deref().is_some_and(|to| to != "mail") {
        return Err(Failed::new(Exit::Usage, "--eml makes a mail, so --to can only be mail"));
    }
    let to = room
        .ground
        .catalog
        .destination("email")
        .cloned()
        .ok_or_else(|| failed("the catalog has no destination email"))?;
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
    let Some((smtp, settings)) = settings.and_then(|settings| Some((settings.smtp.as_ref()?, settings)))
    else {
        let text = "there is no mail server in desks.yaml (mail: smtp:); --eml FILE makes a draft to be sent by hand";
        return Err(Failed::new(Exit::Usage, text));
    };
    if settings.to.is_empty() {
        return Err(Failed::new(Exit::Usage, "desks.yaml names no receiver (mail: to:)"));
    }
    let receivers = mail.receivers();
    say::line(&format!("{} by mail to {} through {}", job.case_id, receivers.join(", "), smtp.host));
    say::line(&format!("  subject: {}", job.subject.as_str()));
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
    let password = password(smtp)?;
    mail.send(smtp, password.as_ref()).map_err(|e| failed(&e.to_string()))?;
    say::line("the mail server has taken it");
    keep_way(room, &job.case_id, "mail", None)?;
    report(room, &job.case_id, &receivers, None)
}

fn password(smtp: &Smtp) -> Result<Option<secrecy::SecretString>, Failed> {
    let failed = |e: secrets::SecretError| Failed::new(Exit::Usage, format!("the mail password: {e}"));
    match (&smtp.user, &smtp.password_env, &smtp.password_command) {
        (None, ..) => Ok(None),
        (_, Some(name), _) => secrets::from_env(name).map(Some).map_err(failed),
        (_, None, Some(command)) => secrets::from_command(command).map(Some).map_err(failed),
        _ => secrets::from_prompt("Mail password: ").map(Some).map_err(failed),
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
