//! What was done, for people and machines, and into the case.

use std::fmt::Write;

use serde_json::json;

use super::{Room, failed, left_out};
use crate::case::kept::{About, KeptCase, Ticket};
use crate::case::sanitize::{Format, Rendered};
use crate::io::clock::{Clock, SystemClock};
use crate::io::deliver::desk::{Attached, FileState, Job, Partial, TextState};
use crate::io::store::DeskSettings;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::{OutputKind, say};

/// It failed on the way: says what is there already, and how to go on.
///
/// `again`: what goes on from there, as `the same command`; it looks first, where the desk can be asked.
pub(super) fn on_the_way(partial: &Partial, again: &str) -> Failed {
    let mut text = partial.error.to_string();
    if let Some(ticket) = &partial.ticket {
        let there = if partial.there.is_empty() {
            String::new()
        } else {
            format!(", with {}", partial.there.join(", "))
        };
        let at = partial.url.as_ref().map_or_else(String::new, |url| format!(" <{url}>"));
        let _ = write!(text, ". At the desk: ticket {ticket}{at}{there}");
    } else {
        text.push_str(". No ticket is known to be made");
    }
    if partial.error.is_uncertain() && partial.is_looked_for {
        let _ = write!(
            text,
            ". Whether the last step was done is not known; {again} looks first and goes on from there"
        );
    } else if partial.error.is_uncertain() {
        let _ = write!(
            text,
            ". Whether the last step was done is not known, and this desk cannot be asked: look there yourself before {again}, \
             which would send it once more"
        );
    } else {
        let _ = write!(text, ". After that {again} goes on from there: nothing that is there is sent twice");
    }
    Failed::new(Exit::Delivery, text)
}

/// Writes the ticket into the case, where it is kept here.
pub(super) fn keep(
    room: &Room,
    id: &str,
    settings: &DeskSettings,
    attached: &Attached,
) -> Result<(), Failed> {
    let ticket =
        Ticket { desk: settings.name.clone(), id: attached.ticket.clone(), url: attached.url.clone() };
    keep_way(room, id, "ticket", Some(ticket))
}

/// Writes into the case, where it is kept here, that its note went out by `way`.
pub(super) fn keep_way(
    room: &Room,
    id: &str,
    way: &'static str,
    ticket: Option<Ticket>,
) -> Result<(), Failed> {
    let store = room.ground.cases();
    let trouble =
        |what: String| failed(&format!("the {way} is out, but could not be written into the case: {what}"));
    let records = store.records().map_err(|e| trouble(e.to_string()))?;
    let Some(record) = records.iter().find(|record| record.id == id) else { return Ok(()) };
    let note = store.note(id).map_err(|e| trouble(e.to_string()))?;
    let note =
        room.readmission.pass(&note, Format::Yaml).map_err(|e| Failed::new(Exit::Refused, e.to_string()))?;
    let about = About { gateway: record.gateway.clone(), at: SystemClock::new().now(), by: Some(way) };
    let case = KeptCase::of(note, &about).map_err(|e| trouble(e.to_string()))?;
    let case = match ticket {
        Some(ticket) => case.with_ticket(ticket),
        None => case,
    };
    store.keep(&case).map_err(|e| trouble(e.to_string()))
}

pub(super) fn has_trouble(attached: &Attached) -> bool {
    attached.text == TextState::Changed
        || attached.files.iter().any(|(_, state)| *state == FileState::Changed)
}

fn text_said(state: TextState) -> &'static str {
    match state {
        TextState::Same => "sent, and read back the same",
        TextState::Seen => "sent, and its mark read back; this desk gives no text back as it was sent",
        TextState::Changed => "sent, but what the desk stored reads otherwise: look at the ticket",
        TextState::There => "was there already",
        TextState::Older => "one of this case was there already and reads otherwise; it stays",
        TextState::NotReadBack => "sent; this desk cannot be asked what it stored",
    }
}

fn file_said(state: FileState) -> &'static str {
    match state {
        FileState::Same => "sent, and read back byte for byte",
        FileState::There => "was there already, byte for byte",
        FileState::Changed => "sent, but what came back differs: look at the ticket",
        FileState::NotReadBack => "sent; this desk cannot be asked what it stored",
        FileState::Noted => "noted as sent by an earlier run; this desk cannot be asked what it stored",
        FileState::Unknown => {
            "not sent: the ticket was there already, and this desk cannot be asked whether it has this file; look there"
        }
    }
}

/// What became of each part, in lines; the last one is where the ticket is.
pub(super) fn lines(settings: &DeskSettings, attached: &Attached, left_out: &str) -> Vec<String> {
    let made = if attached.created { "made" } else { "found" };
    let mut lines = vec![
        format!("ticket {} of {} {made}", attached.ticket, settings.name),
        format!("  text: {}{left_out}", text_said(attached.text)),
    ];
    lines.extend(attached.files.iter().map(|(name, state)| format!("  {name}: {}", file_said(*state))));
    if attached.is_open {
        let open = "  warning: the comment is open to all who may read the ticket; this token has no right to internal ones";
        lines.push(open.to_owned());
    }
    lines.push(attached.url.clone().unwrap_or_else(|| format!("ticket {}", attached.ticket)));
    lines
}

pub(super) fn report(
    room: &Room,
    settings: &DeskSettings,
    job: &Job,
    attached: &Attached,
    cut: &[String],
) -> Result<(), Failed> {
    let text = match room.output {
        OutputKind::Json => {
            let files: Vec<_> = attached
                .files
                .iter()
                .map(|(name, state)| json!({"name": name, "state": word(&format!("{state:?}"))}))
                .collect();
            let document = json!({
                "case_id": job.case_id,
                "desk": settings.name,
                "ticket": attached.ticket,
                "url": attached.url,
                "created": attached.created,
                "text": word(&format!("{:?}", attached.text)),
                "files": files,
                "left_out": cut,
                "internal": !attached.is_open,
            });
            serde_json::to_string_pretty(&document).unwrap_or_default()
        }
        OutputKind::Text => {
            let mut lines = lines(settings, attached, &left_out(cut));
            let at = lines.pop().unwrap_or_default();
            for line in lines {
                say::line(&line);
            }
            at
        }
    };
    let passed = room.readmission.pass(&text, Format::Plain);
    let passed: Rendered = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
    say::output(passed.as_str()).map_err(|e| Failed::stdout(&e))
}

/// `NotReadBack` as `not_read_back`.
fn word(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
