//! What one attempt showed, and what can be said of the last one.

use ratatui::text::{Line, Span};

use super::outcome;
use crate::case::diagnose::Diagnosis;
use crate::case::evidence::{Attempt, BodyEnd, Reading, Source, StreamRecord};
use crate::case::sanitize::{Clean, SafeResponse};
use crate::session::Session;
use crate::ui::tui::theme::Theme;
use crate::ui::tui::widget::text::wrap;

/// A fact with its name, wrapped below it.
pub(super) fn fact(out: &mut Vec<Line<'static>>, name: &str, text: &str, width: usize, theme: &Theme) {
    let lines = wrap(text, width.saturating_sub(12).max(8));
    for (at, line) in lines.into_iter().take(60).enumerate() {
        let name = if at == 0 { format!("{name:<11} ") } else { " ".repeat(12) };
        out.push(Line::from(vec![Span::styled(name, theme.hint), Span::raw(line)]));
    }
}

/// What can be said of the last attempt, with its reasons.
pub fn diagnosis_lines(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut out = verdict_lines(session, width, theme);
    out.extend(reason_lines(session, width, theme));
    out
}

/// What can be said of the last attempt, and what to do first.
pub(super) fn verdict_lines(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(diagnosis) = session.diagnosis() else { return Vec::new() };
    let mut out = Vec::new();
    fact(&mut out, "class", &class(diagnosis), width, theme);
    fact(
        &mut out,
        "verdict",
        &format!("retry: {}, another model: {}", diagnosis.retryable, diagnosis.fallback),
        width,
        theme,
    );
    match session.catalog().topic(&diagnosis.topic) {
        Some(topic) => {
            fact(&mut out, "topic", &topic.named(), width, theme);
            fact(&mut out, "link", &topic.url, width, theme);
        }
        None => fact(&mut out, "topic", &diagnosis.topic, width, theme),
    }
    let action = diagnosis.operator_action.as_str().replace('_', " ");
    let first = if diagnosis.first_action.is_empty() { action } else { diagnosis.first_action.clone() };
    fact(&mut out, "do first", &first, width, theme);
    out
}

/// Why it is said, what else fits, and what stays open.
pub(super) fn reason_lines(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(diagnosis) = session.diagnosis() else { return Vec::new() };
    let mut out = Vec::new();
    for reason in diagnosis.because.iter().take(20) {
        fact(&mut out, "because", &format!("{} ({})", reason.words, reason.rule), width, theme);
    }
    for other in diagnosis.alternatives.iter().take(5) {
        fact(&mut out, "also fits", &format!("{} ({})", other.class, other.rule), width, theme);
    }
    for open in diagnosis.uncertain.iter().take(5) {
        fact(&mut out, "open", open, width, theme);
    }
    out
}

fn class(diagnosis: &Diagnosis) -> String {
    let mut text = diagnosis.class.as_str().replace('_', " ");
    if let Some(cause) = &diagnosis.cause {
        text.push_str(": ");
        text.push_str(&cause.replace('_', " "));
    }
    text.push_str(" · can be mended by: ");
    text.push_str(diagnosis.owner.as_str());
    if !diagnosis.confirmed {
        text.push_str(" · inferred");
    }
    text
}

/// What attempt `at` showed.
pub fn attempt_lines(session: &Session, at: usize, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(attempt) = session.evidence().attempts.get(at) else { return Vec::new() };
    let mut out = Vec::new();
    let reading = session.readings().get(at);
    fact(&mut out, "outcome", &outcome(attempt, reading), width, theme);
    fact(&mut out, "time", &times(attempt), width, theme);
    let clean = session.clean_evidence().and_then(|evidence| evidence.attempts.get(at));
    if let Some(detail) = clean.and_then(|clean| clean.transport_detail.as_ref()) {
        fact(&mut out, "failure", detail.as_str(), width, theme);
    }
    let answer = clean.and_then(|clean| clean.response.as_ref());
    if let Some(reading) = reading {
        reading_lines(&mut out, reading, answer, width, theme);
    }
    if let Some(response) = attempt.response() {
        let kind = answer.and_then(|answer| answer.content_type.as_ref());
        let kind = kind.map_or("no content type", Clean::as_str);
        let end = match &response.end {
            BodyEnd::Complete => "",
            BodyEnd::Cut(_) => ", cut off",
            BodyEnd::Capped => ", kept in part",
            BodyEnd::NotKnown => ", whole or not is not known",
        };
        fact(&mut out, "body", &format!("{kind}, {} bytes{end}", response.body_bytes), width, theme);
    }
    // Of the reading: it knows a stream that was pasted, too.
    if let Some(stream) = reading.and_then(|reading| reading.stream.as_ref()) {
        let finish = answer.and_then(|answer| answer.stream.as_ref()?.finish_reason.as_ref());
        fact(&mut out, "stream", &stream_words(stream, finish.map(Clean::as_str)), width, theme);
    }
    if !attempt.reason.is_empty() {
        fact(&mut out, "afterwards", &attempt.reason, width, theme);
    }
    out
}

/// What was read from the answer. Words of the answer come from `answer`, where secrets and echoes were replaced.
fn reading_lines(
    out: &mut Vec<Line<'static>>,
    reading: &Reading,
    answer: Option<&SafeResponse>,
    width: usize,
    theme: &Theme,
) {
    if let Some(error) = answer.map(|answer| &answer.error) {
        if let Some(message) = &error.message {
            fact(out, "message", message.as_str(), width, theme);
        }
        if let Some(title) = &error.title {
            fact(out, "page title", title.as_str(), width, theme);
        }
        let parts = [("code", &error.code), ("type", &error.error_type), ("param", &error.param)];
        let stated: Vec<String> = parts
            .into_iter()
            .filter_map(|(name, v)| Some(format!("{name} {}", named(v.as_ref()?.as_str()))))
            .collect();
        let shape = error.kind.as_str().replace('_', " ");
        let stated = if stated.is_empty() { String::new() } else { format!(": {}", stated.join(", ")) };
        fact(out, "error", &format!("{shape} shape{stated}"), width, theme);
    }
    let ids = answer.map_or(&[][..], |answer| &answer.request_ids);
    for id in ids.iter().take(20) {
        let first = if id.primary { ", name this one" } else { "" };
        fact(out, "request id", &format!("{} ({}{first})", id.id, id.source), width, theme);
    }
    if ids.is_empty() {
        let none = if answer.is_some() { "none was in the answer" } else { "none: no answer came" };
        fact(out, "request id", none, width, theme);
    }
    let layer = if reading.layer_because.is_empty() {
        reading.layer.to_string()
    } else {
        format!("{}: {}", reading.layer, reading.layer_because)
    };
    fact(out, "answered by", &layer, width, theme);
    if let Some(soft) = reading.soft {
        fact(
            out,
            "but",
            &format!("the status says success, the answer is none: {}", soft.as_str().replace('_', " ")),
            width,
            theme,
        );
    }
}

/// An empty text is a fact too.
fn named(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

fn times(attempt: &Attempt) -> String {
    let at = match (attempt.at, attempt.source) {
        (Some(at), _) => at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        (None, Source::Pasted) => "not in the pasted text".to_owned(),
        (None, Source::Sent) => "unknown".to_owned(),
    };
    let timing = attempt.timing;
    let parts = [
        ("dns", timing.dns_ms),
        ("connect", timing.connect_ms),
        ("tls", timing.tls_ms),
        ("sent", timing.sent_ms),
        ("first byte", timing.first_byte_ms),
        ("first token", timing.first_token_ms),
        ("last event", timing.last_event_ms),
        ("all", timing.total_ms),
    ];
    let known: Vec<String> =
        parts.into_iter().filter_map(|(name, ms)| Some(format!("{name} {} ms", ms?))).collect();
    if known.is_empty() { at } else { format!("{at} · {}", known.join(", ")) }
}

fn stream_words(stream: &StreamRecord, finish: Option<&str>) -> String {
    let marker = stream.terminal_marker.unwrap_or("no end marker");
    let finish = finish.unwrap_or("no finish reason");
    format!(
        "{}: {} events, {} bytes, {} characters of content, {marker}, {finish}, {}, {} faults",
        stream.verdict.as_str().replace('_', " "),
        stream.events,
        stream.bytes,
        stream.content_chars,
        if stream.usage_seen { "usage came" } else { "no usage" },
        stream.faults
    )
}
