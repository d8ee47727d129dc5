//! A group as a case: one of its failures as the log has it, told as an answer that was pasted is, by the same session and
//! through the same sanitizer and audit. Nothing is sent.

use std::fmt::Write as _;

use crate::case::explain::Record;
use crate::case::kept::SavedCase;
use crate::case::request::Said;
use crate::case::sanitize::{Rendered, Words};
use crate::case::triage::{Example, GroupReport};
use crate::io::clock::{Clock, SystemClock};
use crate::session::{Effect, Event, Session, Step};
use crate::ui::cli::SendArguments;
use crate::ui::cli::start::{Choice, Ground, session};

/// A group's note, and the case as it may be saved.
pub(super) struct GroupCase {
    pub(super) note: Rendered,
    pub(super) saved: Option<SavedCase>,
}

/// Makes the case of `group`.
///
/// # Errors
/// Why there is none, in words.
pub(super) fn of(
    ground: &Ground,
    group: &GroupReport,
    example: &Example,
    failures: u64,
) -> Result<GroupCase, String> {
    let send = SendArguments::default();
    let choice = Choice { confirm_first: false, save: true, ..Choice::by_hand(ground, &send) };
    let (mut session, _driver, _events) = session(ground, &choice);
    let mut saved = None;
    // What effects ask for is left undone: a group is no case before somebody opens it.
    let mut tell = |session: &mut Session, event| {
        for effect in session.handle(event, SystemClock::new().now()) {
            if let Effect::SaveCase(case) = effect {
                saved = Some(*case);
            }
        }
    };
    if let Some(id) = ground.config.gateway.clone() {
        tell(&mut session, Event::GatewayChosen(id));
    }
    let Example { record, at_ms, .. } = example;
    let at = at_ms.and_then(chrono::DateTime::from_timestamp_millis);
    let answered = record.status.is_some() || record.body.is_some() || !record.headers.is_empty();
    tell(
        &mut session,
        match &record.text {
            Some(text) if !answered => Event::Pasted(text.clone()),
            _ => Event::ResponseGiven { text: answer(example), status: record.status, at },
        },
    );
    if session.evidence().attempts.is_empty() {
        return Err("the log says too little of it".to_owned());
    }
    // What the log says beside it: the answer of a client's text alone has no head to hold it.
    let beside =
        Said { method: record.method.clone(), url: record.path.clone(), model: record.model.clone() };
    let is_told = session.readings().first().is_some_and(|reading| !reading.request_ids.is_empty());
    let request_id = example.request_id.clone().filter(|_| !is_told);
    tell(&mut session, Event::BesideAnswer { said: beside, request_id });
    tell(&mut session, Event::ObservationSaid { status: None, at });
    let own = session.words().clone();
    tell(&mut session, Event::WordsSet(Words { notes: told(group, record, failures), ..own }));
    tell(&mut session, Event::GoTo(Step::Note));
    tell(&mut session, Event::SaveDue);
    let output = session.output().ok_or("nothing was observed")?;
    let note = output.rendered.clone().map_err(|refusal| refusal.to_string())?;
    Ok(GroupCase { note, saved })
}

/// The answer as a client prints it, with its head.
fn answer(Example { record, request_id, .. }: &Example) -> Vec<u8> {
    let mut head = record.status.map_or_else(String::new, |status| format!("HTTP/1.1 {status}\r\n"));
    let one_line = |text: &str| text.replace(['\r', '\n'], " ");
    let is_there = |id: &str| record.headers.iter().any(|(_, value)| value == id);
    if !head.is_empty() {
        for (name, value) in &record.headers {
            let _ = write!(head, "{}: {}\r\n", one_line(name), one_line(value));
        }
        // The log names it beside the answer.
        if let Some(id) = request_id.as_deref().filter(|id| !is_there(id)) {
            let _ = write!(head, "x-request-id: {}\r\n", one_line(id));
        }
        head.push_str("\r\n");
    }
    let body = record.body.as_deref().or(record.text.as_deref()).unwrap_or_default();
    [head.as_bytes(), body.as_bytes()].concat()
}

/// What the log says beside that one answer.
fn told(group: &GroupReport, record: &Record, failures: u64) -> String {
    let mut text = format!(
        "From a log, by casefile triage: {} of {failures} failures are of this kind (group {}).",
        group.count, group.id
    );
    if let (Some(first), Some(last)) = (&group.first_seen, &group.last_seen) {
        let _ = write!(text, " First {first}, last {last}.");
    }
    let named = |names: &Option<std::collections::BTreeMap<String, u64>>| {
        let names: Vec<&str> = names.iter().flatten().map(|(name, _)| name.as_str()).take(5).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    if let Some(routes) = named(&group.routes) {
        let method =
            record.method.as_deref().filter(|m| m.len() <= 10 && m.bytes().all(|b| b.is_ascii_alphabetic()));
        let _ = write!(text, " Requests: {}{routes}.", method.map_or_else(String::new, |m| format!("{m} ")));
    }
    if let Some(models) = named(&group.models) {
        let _ = write!(text, " Models: {models}.");
    }
    if group.request_ids.len() > 1 {
        let _ = write!(text, " More request ids: {}.", group.request_ids.join(", "));
    }
    text.push_str(" The answer is that of one of them; phrases in quotes were taken out of it.");
    text
}
