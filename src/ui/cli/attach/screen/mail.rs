//! The mail as one of the desks of the screen: sent by the server of desks.yaml, as `casefile attach --to mail` does.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use secrecy::SecretString;

use super::{Done, TicketDesks};
use crate::case::sanitize::{Format, Rendered};
use crate::io::deliver::mail::Mail;
use crate::io::store::{MailSettings, Smtp};
use crate::ui::cli::attach::mail::{MAIL, email, password, server, summary};
use crate::ui::cli::attach::source::Source;
use crate::ui::cli::attach::{Room, Token, job};
use crate::ui::cli::exit::Failed;
use crate::ui::tui::screen::{DeskLine, Planned, Sent, UnderWay};

/// A mail that was shown, and may be sent.
pub(super) struct Letter {
    case_id: String,
    mail: Mail,
    smtp: Smtp,
    text: Rendered,
}

/// The line among the desks, where a server and a receiver are named.
pub(super) fn line(settings: Option<&MailSettings>) -> Option<DeskLine> {
    let (smtp, settings) = server(settings).ok()?;
    Some(DeskLine {
        name: MAIL.to_owned(),
        line: format!("{MAIL} · {} by {}", settings.to.join(", "), smtp.host),
        told: vec!["A mail with the note as text and as files; no ticket is asked for.".to_owned()],
        ticket: None,
        takes_ticket: false,
    })
}

/// What would be sent, and the letter.
pub(super) fn plan(
    room: &Room,
    settings: Option<&MailSettings>,
    note: &Rendered,
    subject: Option<&str>,
) -> Result<(Planned, Letter), Failed> {
    let (smtp, settings) = server(settings)?;
    let to = email(room)?;
    let source = Source::of_text(room, "the note", note.as_str(), &to)?;
    let (job, cut) = job(room, &source, &to, subject).map_err(super::by_the_field)?;
    let mail = Mail::of(&job, Some(settings)).map_err(|e| super::super::failed(&e.to_string()))?;
    let told = summary(&job, &mail, smtp, &cut).join("\n");
    let whole = format!("{told}\n\nText:\n\n{}", job.text.as_str());
    let pass = |text: &str| room.readmission.pass(text, Format::Plain);
    let refused = |refusal: crate::case::sanitize::Refusal| super::super::failed(&refusal.to_string());
    let planned = Planned {
        heading: "What would go by mail".to_owned(),
        text: pass(&whole).map_err(refused)?.as_str().to_owned(),
        asks_token: matches!(password(smtp)?, Token::Ask),
    };
    let text = pass(&format!("the mail server has taken it\n{told}")).map_err(refused)?;
    Ok((planned, Letter { case_id: job.case_id, mail, smtp: smtp.clone(), text }))
}

/// Sends it, beside the screen.
pub(super) fn send(
    desks: &TicketDesks,
    letter: Letter,
    typed: Option<SecretString>,
) -> Result<UnderWay, String> {
    let password = match typed {
        Some(typed) => Some(typed),
        None => match password(&letter.smtp).map_err(|failed| failed.to_string())? {
            Token::Known(password) => password,
            Token::Ask => return Err("the password is missing; nothing was sent".to_owned()),
        },
    };
    let done = Rc::clone(&desks.done);
    let Letter { case_id, mail, smtp, text } = letter;
    let route = format!("{MAIL} to {}", mail.receivers().join(", "));
    let work = async move {
        let sending = tokio::task::spawn_blocking(move || mail.send(&smtp, password.as_ref()));
        match sending.await {
            Ok(sent) => sent.map_err(|e| e.to_string())?,
            Err(_) => {
                return Err("the mail was not sent: the program could not do it; send it again".to_owned());
            }
        }
        done.set(Some(Done::Mail(case_id)));
        Ok(Sent { route, text: text.as_str().to_owned(), has_trouble: false })
    };
    Ok(UnderWay {
        work: work.boxed_local(),
        step: Rc::new(Cell::new("sending the mail")),
        stopped:
            "stopped; whether the mail server has taken it is not known: look there before it is sent again"
                .to_owned(),
    })
}
