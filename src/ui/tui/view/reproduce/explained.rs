//! What the help says of the marked attempt: what the row is, where each value came from, what it means; and of the
//! diagnosis: why, what speaks against it, what else fits, what would tell them apart.

use super::{outcome, primary_id};
use crate::case::diagnose::Diagnosis;
use crate::case::evidence::{Attempt, Source};
use crate::session::Session;

/// Sections: a heading and its sentences.
pub type Sections = Vec<(String, Vec<String>)>;

/// Explains attempt `at` and the diagnosis. Empty where nothing was observed.
pub fn explained(session: &Session, at: usize) -> Sections {
    let Some(attempt) = session.evidence().attempts.get(at) else { return Vec::new() };
    let mut out = vec![(format!("This row: attempt {}", at + 1), row(session, attempt, at))];
    if let Some(diagnosis) = session.diagnosis() {
        out.push(("The diagnosis, a candidate and no claim".to_owned(), of_diagnosis(session, diagnosis)));
    }
    out
}

fn row(session: &Session, attempt: &Attempt, at: usize) -> Vec<String> {
    let mut out = vec![match attempt.source {
        Source::Pasted => "It was not sent from here: it was read from what you pasted, so its time is \
             only known where the text says it."
            .to_owned(),
        Source::Sent => "It was sent from this machine. Its time is this machine's clock, in UTC; the \
             milliseconds were measured here, to the first byte and to the end."
            .to_owned(),
    }];
    let said = outcome(attempt, session.readings().get(at));
    out.push(match (attempt.transport().is_some(), attempt.response().is_some()) {
        (true, false) => format!(
            "Outcome \"{said}\": no answer came. It is what the network stack \
             reported, put into one of a few words."
        ),
        (true, true) => format!(
            "Outcome \"{said}\": the status of the answer's first line, and how \
             the connection ended before the answer did."
        ),
        _ => format!(
            "Outcome \"{said}\": the status as the answer (or the pasted text) states it, and \
             for a stream how it ended."
        ),
    });
    let clean = session.clean_evidence().and_then(|evidence| evidence.attempts.get(at));
    let ids = clean.and_then(|clean| clean.response.as_ref()).map_or(&[][..], |answer| &answer.request_ids);
    let primary = clean.and_then(primary_id);
    out.push(match ids.iter().find(|id| Some(id.id.as_str()) == primary) {
        Some(id) => {
            let clock = if id.decoded_time.is_some() {
                " The gateway's clock stands in it, a hint to \
                 when the call arrived."
            } else {
                ""
            };
            let further = ids.len().saturating_sub(1);
            format!(
                "Request id: found in {}. Support finds the call by it; {further} further.{clock}",
                id.source
            )
        }
        None => "Request id: none was found in headers, message or body. Support then needs the time, \
             the model and the key's name."
            .to_owned(),
    });
    if !attempt.reason.is_empty() {
        out.push(format!("Afterwards: {}.", attempt.reason.trim_end_matches('.')));
    }
    out
}

fn of_diagnosis(session: &Session, diagnosis: &Diagnosis) -> Vec<String> {
    let catalog = session.catalog();
    let mut out = vec![format!(
        "Class {}: chosen by the first rule that holds, a code before a message, a message before a \
             type, a type before a status.",
        diagnosis.class.as_str().replace('_', " ")
    )];
    for reason in &diagnosis.because {
        out.push(format!("For it: {} (rule {}, source {})", reason.words, reason.rule, reason.source));
    }
    if diagnosis.because.is_empty() {
        out.push("For it: no rule holds; nothing that is known explains this answer.".to_owned());
    }
    let against = diagnosis.against(catalog);
    out.extend(against.iter().map(|words| format!("Against it: {words}")));
    if against.is_empty() {
        out.push("Against it: nothing that was observed.".to_owned());
    }
    match diagnosis.alternatives.first() {
        Some(second) => {
            out.push(format!(
                "Second candidate: {} (rule {})",
                second.class.as_str().replace('_', " "),
                second.rule
            ));
        }
        None => out.push("Second candidate: none is close.".to_owned()),
    }
    out.extend(diagnosis.tell_apart(catalog).iter().map(|words| format!("To tell them apart: {words}")));
    if let Some(topic) = catalog.topic(&diagnosis.topic) {
        out.push(format!("Read: {} <{}>", topic.named(), topic.url));
        if !topic.advice.is_empty() {
            out.push(format!("It says: {}", topic.advice));
        }
    }
    for topic in diagnosis.see_also.iter().filter_map(|id| catalog.topic(id)) {
        out.push(format!("See also: {} <{}>", topic.named(), topic.url));
    }
    out
}
