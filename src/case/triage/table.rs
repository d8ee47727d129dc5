//! The groups as a table for people, and as one for spreadsheets (RFC 4180).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::report::{GroupReport, Report};
use crate::case::csv::field;

/// Names of a group that a line shows.
const SHOWN: usize = 3;

/// For people: a head, then two or three lines for each group.
pub(super) fn text(report: &Report) -> String {
    let mut out = String::new();
    let span = match (&report.first_seen, &report.last_seen) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let _ =
        writeln!(out, "{} lines: {} failed, {} worked{span}", report.lines, report.failures, report.worked);
    if report.failures > 0 {
        let _ = writeln!(
            out,
            "{} groups; {} failures ({}) would be sent again in vain by a client that looks at the status alone",
            report.groups_total,
            report.retried_in_vain,
            percent(report.retried_in_vain_share)
        );
    }
    if !report.bad_lines.is_empty() {
        let reasons: Vec<String> =
            report.bad_lines.iter().map(|(why, n)| format!("{n} {}", why.replace('_', " "))).collect();
        let _ = writeln!(out, "no records: {}", reasons.join(", "));
    }
    for group in &report.groups {
        out.push('\n');
        lines(group, &mut out);
    }
    let hidden = report.groups_total.saturating_sub(report.groups.len() as u64);
    if hidden > 0 {
        let _ = writeln!(out, "\n{hidden} more groups; --top 0 shows all");
    }
    out
}

fn lines(group: &GroupReport, out: &mut String) {
    let cause = group.cause.as_ref().map_or_else(String::new, |cause| format!(" ({cause})"));
    let how = outcome(group);
    let _ = writeln!(
        out,
        "{:>8}  {:>6}  {how}  {}{cause}  [{}]",
        group.count,
        percent(group.share),
        group.failure_class,
        group.id
    );
    let vain = if group.retried_in_vain { ", clients retry it in vain" } else { "" };
    let _ = writeln!(out, "          retry: {}{vain}; mended by: {}", group.retryable, group.owner);
    let places: Vec<String> = [("", &group.routes), ("model ", &group.models)]
        .iter()
        .filter_map(|(word, names)| shown(word, names.as_ref()))
        .collect();
    if !places.is_empty() {
        let _ = writeln!(out, "          {}", places.join("; "));
    }
    if let Some(words) = &group.words {
        let _ = writeln!(out, "          says: {words}");
    } else if group.words_withheld {
        let _ = writeln!(out, "          says: [withheld: it repeats what was sent]");
    }
    if let (Some(first), Some(last)) = (&group.first_seen, &group.last_seen) {
        let _ = writeln!(out, "          {first} to {last}");
    }
    if !group.request_ids.is_empty() {
        let _ = writeln!(out, "          request ids: {}", group.request_ids.join(", "));
    }
    if let Some(topic) = &group.topic {
        let _ = writeln!(out, "          read: {} <{}>", topic.title, topic.url);
    }
}

/// The names that came most often.
fn shown(word: &str, names: Option<&BTreeMap<String, u64>>) -> Option<String> {
    let Some(names) = names else { return Some(format!("{word}(many)")) };
    let mut list: Vec<(&String, &u64)> = names.iter().collect();
    list.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let more = list.len().saturating_sub(SHOWN);
    let first: Vec<&str> = list.iter().take(SHOWN).map(|(name, _)| name.as_str()).collect();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!first.is_empty()).then(|| format!("{word}{}{tail}", first.join(", ")))
}

fn outcome(group: &GroupReport) -> String {
    match (group.status, group.transport) {
        (Some(status), _) => status.to_string(),
        (None, Some(transport)) => transport.to_string(),
        (None, None) => "-".to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

const HEAD: &str = "id,count,share,failure_class,cause,retryable,retried_in_vain,owner,topic,status,transport,routes,models,words,first_seen,last_seen,request_ids";

/// For spreadsheets.
pub(super) fn csv(report: &Report) -> String {
    let mut out = format!("{HEAD}\r\n");
    for group in &report.groups {
        let list = |names: &Option<BTreeMap<String, u64>>| {
            names.as_ref().map_or_else(
                || "(many)".to_owned(),
                |names| names.iter().map(|(name, n)| format!("{name}={n}")).collect::<Vec<_>>().join(" "),
            )
        };
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let fields = [
            group.id.clone(),
            group.count.to_string(),
            format!("{:.4}", group.share),
            group.failure_class.to_string(),
            or_empty(&group.cause),
            group.retryable.to_string(),
            group.retried_in_vain.to_string(),
            group.owner.to_string(),
            group.topic.as_ref().map(|topic| topic.id.clone()).unwrap_or_default(),
            group.status.map(|status| status.to_string()).unwrap_or_default(),
            group.transport.map(|transport| transport.to_string()).unwrap_or_default(),
            list(&group.routes),
            list(&group.models),
            or_empty(&group.words),
            or_empty(&group.first_seen),
            or_empty(&group.last_seen),
            group.request_ids.join(" "),
        ];
        let fields = fields.map(|text| field(&text));
        out.push_str(&fields.join(","));
        out.push_str("\r\n");
    }
    out
}
