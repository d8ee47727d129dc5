//! The report for people.

use std::fmt::Write;

use super::report::{Pins, Report, refused_for};
use super::row::Row;
use crate::case::vocabulary::{CheckFact, CheckVerdict, CriterionState};

/// Changes of one answer that are told to people.
const MOST_DRIFT: usize = 40;

/// Facts that stand in a row's line.
const SHORT: [CheckFact; 4] = [CheckFact::Status, CheckFact::Transport, CheckFact::Code, CheckFact::Stream];

pub(super) fn write(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Contract matrix: {} ({})", report.pins.gateway, report.preset);
    for (name, value) in pins(&report.pins) {
        let _ = writeln!(out, "  {name:<18} {value}");
    }
    let _ = writeln!(out);
    for row in &report.checks {
        line(row, &mut out);
    }
    let _ = writeln!(out, "\n{}", summary(report));
    if report.interrupted {
        let _ = writeln!(out, "The operator stopped it; what was done until then is told.");
    }
    let _ = writeln!(out, "\nAcceptance");
    for row in &report.acceptance {
        let by = if row.by.is_empty() { String::new() } else { format!(" [{}]", row.by.join(", ")) };
        let by = if row.state == CriterionState::NotMet { by } else { String::new() };
        let _ = writeln!(out, "  {:<10} {}{by}", words(row.state.as_str()), row.criterion);
        let _ = writeln!(out, "             {}", row.remark);
    }
    if let Some(record) = &report.log_record {
        let _ = writeln!(out, "\nLog record");
        for (name, value) in record.lines() {
            let _ = writeln!(out, "  {name}: {value}");
        }
    }
    out
}

/// The verdicts counted, and the requests.
pub(super) fn summary(report: &Report) -> String {
    let count = |verdict| report.checks.iter().filter(|row| row.verdict == verdict).count();
    let counts: Vec<String> = CheckVerdict::ALL
        .iter()
        .filter(|verdict| count(**verdict) > 0)
        .map(|verdict| format!("{} {}", count(*verdict), words(verdict.as_str())))
        .collect();
    let refused = report.refused.map_or_else(String::new, |class| {
        let what = refused_for(class);
        format!(
            " The smallest request itself was refused ({class}): give another {what} before you judge the contract by this."
        )
    });
    format!(
        "{} checks: {}. {} of {} requests were answered.{refused}",
        report.checks.len(),
        counts.join(", "),
        report.requests_answered,
        report.requests_planned
    )
}

/// The pins by name.
pub(super) fn pins(pins: &Pins) -> Vec<(&'static str, String)> {
    let t = &pins.timeouts;
    vec![
        ("checked at", pins.checked_at.clone()),
        ("tool", pins.tool.clone()),
        ("documentation", format!("{} (read {})", pins.doc_url, pins.doc_accessed)),
        ("base URL", pins.base_url_alias.clone()),
        ("host", pins.server_address.clone()),
        ("path", pins.path.clone()),
        ("auth", pins.auth_method.clone()),
        ("secret", pins.secret_source.clone()),
        ("model", pins.model.clone()),
        ("streaming", pins.streaming.clone()),
        (
            "deadlines",
            format!(
                "connect {} ms, first byte {} ms, total {} ms",
                t.connect_ms, t.first_byte_ms, t.total_ms
            ),
        ),
        ("retries", pins.retry_policy.clone()),
        ("fallback", pins.fallback.to_owned()),
    ]
}

/// What came, in a few words.
pub(super) fn came(row: &Row) -> String {
    let mut facts: Vec<&str> =
        SHORT.iter().filter_map(|fact| row.observed.get(fact)).map(String::as_str).collect();
    // Some gateways state the status as the code.
    facts.dedup();
    facts.join(" ")
}

fn line(row: &Row, out: &mut String) {
    let line = format!("{:<9} {:<23} {}", words(row.verdict.as_str()), row.id, came(row));
    let _ = writeln!(out, "{}", line.trim_end());
    for line in findings(row) {
        let _ = writeln!(out, "{:34}{line}", "");
    }
}

/// What there is to say of a check that is not simply kept.
pub(super) fn findings(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    if matches!(row.verdict, CheckVerdict::NotRun | CheckVerdict::Observed) {
        lines.extend(row.reason.clone());
        return lines;
    }
    for difference in &row.differences {
        lines.push(format!(
            "{}: expected {}, observed {}",
            difference.fact, difference.expected, difference.observed
        ));
    }
    lines.extend(row.drift.iter().take(MOST_DRIFT).map(|change| format!("drift: {}", change.line())));
    if let Some(more @ 1..) = row.drift.len().checked_sub(MOST_DRIFT) {
        lines.push(format!("drift: and {more} more; --output json has them all"));
    }
    if row.verdict == CheckVerdict::Kept {
        return lines;
    }
    lines.push(format!("sent: {}", row.sends));
    if let (Some(source), Some(accessed)) = (&row.source, &row.accessed) {
        let sure = if row.confirmed == Some(true) { "" } else { ", not confirmed" };
        lines.push(format!("expected by {source} (read {accessed}{sure})"));
    }
    let came = |fact| row.observed.get(&fact).map(|word| words(word));
    match (came(CheckFact::Class), came(CheckFact::Action)) {
        (Some(class), Some(action)) if row.verdict == CheckVerdict::Broken && class != "none" => {
            lines.push(format!("what came is read as {class}: {action}"));
        }
        _ => {}
    }
    lines.push(format!("operator: {}", row.operator_outcome));
    let moments = row.moments();
    if !moments.is_empty() {
        lines.push(format!("milliseconds from its start: {moments}"));
    }
    if let Some(id) = row.request_ids.first() {
        lines.push(format!("request id: {id}"));
    }
    lines
}

fn words(word: &str) -> String {
    word.replace('_', " ")
}
