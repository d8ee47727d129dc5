//! What is told of a session, as lines. What an answer brought comes from the cleaned evidence.

use std::io::IsTerminal as _;

use crate::case::note::{self, NextStep};
use crate::case::sanitize::{Format, SafeAttempt, SafeControl};
use crate::session::Session;
use crate::ui::cli::report;

/// The request and its findings.
pub(super) fn request(session: &Session) -> Vec<String> {
    let mut lines = Vec::new();
    match session.request() {
        Ok(request) => {
            lines.push(format!("Request: {} {}", request.method, request.target.masked_url()));
            let model = request.model(session.catalog());
            let model = model.map_or_else(String::new, |model| format!(", model {model}"));
            lines.push(format!(
                "{} headers, body of {} bytes{model}",
                request.headers.len(),
                request.body_bytes()
            ));
        }
        Err(finding) if session.was_observed() => {
            lines.push(format!("There is no request that can be sent: {}", finding.message));
        }
        Err(finding) => lines.push(format!("It cannot be sent: {}; {}", finding.message, finding.fix)),
    }
    if let Some(profile) = session.profile() {
        lines.push(format!("Gateway: {}", profile.name));
    }
    if session.was_observed() {
        lines.extend(observed(session));
    }
    let findings = session.findings();
    if findings.is_empty() {
        lines.push("No findings.".to_owned());
    } else {
        lines.push(format!("Findings: {}", findings.len()));
        lines.extend(findings.iter().map(|finding| without_id(&report::finding(finding), finding.id)));
        let moved = findings.iter().any(|finding| finding.id == "literal_key");
        // The key of the practice gateway is none.
        let is_practice = session.profile().is_some_and(|profile| profile.id == "practice");
        if moved && !is_practice && std::io::stdin().is_terminal() {
            lines.push(
                "But your terminal showed the key while it was pasted, and keeps it in what can be scrolled back; clear that (often the command clear, or reset) if others can see it."
                    .to_owned(),
            );
        }
    }
    lines
}

/// A finding without its id, which is for programs.
fn without_id(line: &str, id: &str) -> String {
    line.strip_suffix(&format!(" [{id}]")).unwrap_or(line).to_owned()
}

/// What support needs and the note lacks, each with why.
pub(super) fn missing(session: &Session) -> Vec<String> {
    let Some(output) = session.output() else { return Vec::new() };
    let items = note::completeness(&output.note);
    let missing: Vec<_> = items.iter().filter(|item| !item.present).collect();
    let mut lines =
        vec![format!("What support needs: {} of {} are there.", items.len() - missing.len(), items.len())];
    lines.extend(
        missing.iter().map(|item| format!("missing: {}: {}{}", item.label, item.why, next_step(item.next))),
    );
    lines
}

/// The letters that bring it.
fn next_step(next: NextStep) -> &'static str {
    match next {
        NextStep::None => "",
        NextStep::Request => "; paste the command: letter p of Request",
        NextStep::Send => "; send the request: letter a of Reproduce",
        NextStep::Search => "; letter i of Reproduce, then s, asks",
        NextStep::Words => "; write it: letter w of Review",
        NextStep::Confirm => "; letter y of Review",
    }
}

/// What came of the controls, the last one at the end.
pub(super) fn controls(session: &Session) -> Vec<String> {
    let Some(evidence) = session.clean_evidence() else { return Vec::new() };
    let line = |control: &SafeControl| {
        let to = control.to.as_ref().map_or_else(String::new, |to| format!(" {to}"));
        let what = match control.changed.as_str() {
            "minimal_body" => "a minimal body".to_owned(),
            other => format!("another {other}"),
        };
        format!("With {what}{to}: {}", outcome(&control.attempt))
    };
    // What a search changed stands in its own report.
    let single =
        |control: &&SafeControl| matches!(control.changed.as_str(), "model" | "key" | "minimal_body");
    evidence.controls.iter().filter(single).map(line).collect()
}

/// The attempts and what they say.
pub(super) fn observed(session: &Session) -> Vec<String> {
    let Some(evidence) = session.clean_evidence() else { return vec!["Nothing was observed.".to_owned()] };
    let mut lines: Vec<String> = evidence.attempts.iter().map(attempt).collect();
    if let Some(diagnosis) = session.diagnosis() {
        lines.push(format!(
            "Diagnosis, a candidate and no claim: {}. Retryable: {}. Who can mend it: {}.",
            in_words(diagnosis.class.as_str()),
            in_words(diagnosis.retryable.as_str()),
            in_words(diagnosis.owner.as_str())
        ));
        lines.extend(diagnosis.because.iter().map(|reason| format!("Because: {}", reason.words)));
        if let Some(topic) = session.catalog().topic(&diagnosis.topic) {
            lines.push(format!("Read: {} <{}>", topic.named(), topic.url));
        }
        if !diagnosis.first_action.is_empty() {
            lines.push(format!("First: {}", diagnosis.first_action));
        }
    }
    lines
}

/// A word of the note for people.
fn in_words(word: &str) -> String {
    word.replace('_', " ")
}

fn attempt(attempt: &SafeAttempt) -> String {
    match attempt.polls {
        0 => format!("Attempt {}: {}", attempt.index, outcome(attempt)),
        1 => format!("Asked for the task: {}", outcome(attempt)),
        times => format!("Asked for the task, {times} times the same: {}", outcome(attempt)),
    }
}

fn outcome(attempt: &SafeAttempt) -> String {
    match (&attempt.response, attempt.transport) {
        (Some(response), _) => {
            let status = response.status.map(|status| format!("status {status}"));
            let message = response.error.message.as_ref().map(|message| format!("\"{message}\""));
            let code = response.error.code.as_ref().filter(|code| !code.as_str().is_empty());
            let ids = &response.request_ids;
            let id = ids.iter().find(|id| id.primary).or_else(|| ids.first());
            let parts = [
                Some(status.unwrap_or_else(|| "an answer without status".to_owned())),
                response.task_state.map(|state| format!("task {state}")),
                message,
                code.map(|code| format!("code {code}")),
                id.map(|id| format!("request id {}", id.id)),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        (None, Some(failure)) => format!("no answer ({})", in_words(failure.as_str())),
        (None, None) => "nothing came".to_owned(),
    }
}

/// What leaves: what was replaced, earlier cases, the operator's words.
pub(super) fn review(session: &Session) -> Vec<String> {
    let Some(output) = session.output() else { return Vec::new() };
    let mut lines = vec!["Replaced:".to_owned()];
    if output.ledger.entries.is_empty() {
        lines.push("  nothing".to_owned());
    }
    for entry in &output.ledger.entries {
        let times = if entry.count == 1 { String::new() } else { format!(", {} times", entry.count) };
        lines.push(format!(
            "  {} in {}{times} (found by: {})",
            in_words(&entry.kind),
            entry.place,
            in_words(&entry.rule)
        ));
    }
    if let Some(twins) = session.twins() {
        lines.push(twins.said());
    }
    if let Some(Ok(keys)) = session.keys_seen() {
        lines.extend(keys.iter().map(crate::session::KeySeen::said));
    }
    let words = &output.words;
    for (name, text) in [
        ("question", &words.question),
        ("expected", &words.expected),
        ("impact", &words.impact),
        ("tried", &words.tried),
        ("notes", &words.notes),
        ("operator", &words.operator),
    ] {
        if !text.as_str().is_empty() {
            lines.push(format!("Your words, {name}: {text}"));
        }
    }
    lines.push(match &output.rendered {
        Ok(rendered) => format!("The note has {} bytes and passed the audit.", rendered.as_str().len()),
        Err(refusal) => format!("The audit refuses the note: {refusal}"),
    });
    lines
}

/// The note as it would leave.
pub(super) fn text(session: &Session) -> String {
    match session.output().map(|output| &output.rendered) {
        Some(Ok(rendered)) => rendered.as_str().to_owned(),
        Some(Err(refusal)) => refusal.to_string(),
        None => "There is no note yet.".to_owned(),
    }
}

/// The name of a format.
pub(super) fn format(format: Format) -> &'static str {
    match format {
        Format::Yaml => "YAML",
        Format::Markdown => "Markdown",
        Format::Json => "JSON",
        Format::Plain => "plain text",
    }
}
