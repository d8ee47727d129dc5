//! What a command tells beside the note: findings, gaps, and the JSON document for machines.

use serde_json::json;

use super::say;
use crate::case::finding::{Finding, Level, Place};
use crate::case::note::{NextStep, completeness, telemetry};
use crate::case::sanitize::{Format, Refusal, Rendered};
use crate::practice::score::{Check, Score};
use crate::session::Session;

/// A finding as one line.
pub(super) fn finding(finding: &Finding) -> String {
    let level = match finding.level {
        Level::Info => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let place = match &finding.place {
        Place::Whole => String::new(),
        Place::Span { start, .. } => format!(" at byte {start}"),
        Place::Method => " in the method".to_owned(),
        Place::Url => " in the URL".to_owned(),
        Place::Header(name) => format!(" in header {name}"),
        Place::Body { line, column, .. } => format!(" in the body at {line}:{column}"),
        Place::Field(name) => format!(" in field {name}"),
        Place::Option(option) => format!(" at {option}"),
    };
    let fix = if finding.fix.is_empty() { String::new() } else { format!("; {}", finding.fix) };
    let source = finding.source.as_ref().map_or_else(String::new, |s| format!(" (see {})", s.url));
    format!("{level}{place}: {}{fix}{source} [{}]", finding.message, finding.id)
}

/// The findings for machines: texts of ours, and places without a value of the input.
fn findings(session: &Session) -> Vec<serde_json::Value> {
    let level = |level| match level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    session
        .findings()
        .iter()
        .map(|f| {
            let at = match &f.place {
                Place::Body { line, column, .. } => json!({"line": line, "column": column}),
                _ => serde_json::Value::Null,
            };
            json!({
                "id": f.id, "level": level(f.level), "message": f.message, "fix": f.fix, "at": at,
                "source": f.source.as_ref().map(|s| json!({"url": s.url, "accessed": s.accessed, "confirmed": s.confirmed})),
            })
        })
        .collect()
}

/// The gaps of the note, on stderr.
pub(super) fn gaps(session: &Session) {
    let Some(output) = session.output() else { return };
    for item in completeness(&output.note).iter().filter(|item| !item.present) {
        let next = match (item.next, item.field) {
            (NextStep::None, _) => "",
            (NextStep::Request, _) => "; give the request with --from FILE",
            (NextStep::Send, "attempts.at") => {
                "; give it with --at, or send the request: leave out --no-send"
            }
            (NextStep::Send, _) => "; send the request: leave out --no-send",
            (NextStep::Search, _) => "; --isolate asks",
            (NextStep::Words, "support_question") => "; --question writes it",
            (NextStep::Words, "report.expected") => "; --expected writes it",
            (NextStep::Words, "report.impact") => "; --impact writes it",
            (NextStep::Words, _) => "; --operator writes it",
            (NextStep::Confirm, _) => "; it is done on the screen: casefile, or casefile --plain",
        };
        say::line(&format!("missing: {} ({}){next}", item.field, item.why));
    }
}

/// The score of a practice walk, on stderr: what to do better, then what is good.
pub(super) fn score(score: &Score) {
    let (points, of) = score.points();
    let full = match (score.is_full(), score.operator().all(|check| check.ok)) {
        (true, true) => "the note is right, with all that you know",
        (true, false) => "the note is right; what is missing only you can add",
        (false, _) => "the note is not yet right",
    };
    say::line(&format!("score: {points} of {of}; {full}"));
    let (kept, lost): (Vec<&Check>, Vec<&Check>) = score.checks.iter().partition(|c| c.ok);
    for check in lost {
        say::line(&format!("  - {}; {}", check.said, check.better));
    }
    for check in kept {
        say::line(&format!("  + {}", check.said));
    }
}

/// The document for machines, audited like the note.
///
/// # Errors
/// The audit's refusal.
pub(super) fn json(session: &Session, score: Option<&Score>) -> Result<Rendered, Refusal> {
    let Some(output) = session.output() else {
        return Err(Refusal::at(1, "there is no note"));
    };
    let delivered: Vec<_> = session
        .delivered()
        .iter()
        .map(|d| json!({"route": d.route, "certain": d.certain, "path": d.path}))
        .collect();
    let diagnosis = session.diagnosis().map(|d| {
        json!({
            "failure_class": d.class, "cause": d.cause, "retryable": d.retryable, "fallback": d.fallback,
            "operator_action": d.operator_action, "owner": d.owner, "first_action": d.first_action, "topic": d.topic,
        })
    });
    let note = output.note.value();
    let mut document = json!({
        "case_id": session.id(),
        "findings": findings(session),
        "diagnosis": diagnosis,
        "telemetry": telemetry(&note),
        "note": note,
        "delivered": delivered,
    });
    if let (Some(score), Some(fields)) = (score, document.as_object_mut()) {
        fields.insert("score".to_owned(), score.json());
    }
    output.pass(serde_json::to_string_pretty(&document).unwrap_or_default(), Format::Json)
}
