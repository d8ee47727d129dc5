//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::figures::Latency;
use super::report::{Group, Report};

pub(super) fn write(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "Probe of {} ({}), {}: {} requests, at most {} at a time (seen: {}), {} sent with retries in {:.1} s.",
        report.gateway,
        report.server_address,
        report.probed_at,
        report.requests,
        report.concurrency,
        report.most_under_way,
        report.sends,
        seconds(report.took_ms)
    );
    if let Some(why) = report.stopped {
        let _ = writeln!(out, "{}", stopped(why));
    }
    for group in &report.groups {
        self::group(group, &mut out);
    }
    if !report.failures.is_empty() {
        let _ = writeln!(out, "\nFailed requests, for support:");
    }
    for f in &report.failures {
        let status = f.status.map_or_else(|| "-".to_owned(), |s| s.to_string());
        let id = f.request_id.as_deref().unwrap_or("no request id");
        let at = f.started_at.as_deref().unwrap_or("-");
        let _ =
            writeln!(out, "  {:>4}.{} {at} {status:>3} {:<24} {id}", f.request, f.send, f.class.to_string());
    }
    if report.failures_left_off > 0 {
        let _ = writeln!(out, "  and {} more; --output csv has all", report.failures_left_off);
    }
    let _ = writeln!(out, "\n{}", report.reads_as);
    out
}

/// Why it ended before its time, and what to do.
pub(super) fn stopped(why: &str) -> &'static str {
    match why {
        "storm" => {
            "Stopped: half or more of the last answers asked to slow down, broke off, or did not come in time. Lower --concurrency before the next one."
        }
        "operator" => "Stopped by the operator; what was done until then is told.",
        _ => "Stopped: nothing could be sent from this machine; `casefile doctor` describes the set-up.",
    }
}

fn group(group: &Group, out: &mut String) {
    let model = group.model.as_ref().map_or_else(String::new, |m| format!(" with {m}"));
    let _ = writeln!(out, "\n{} {}{model}", group.method, group.path);
    let _ = writeln!(
        out,
        "  {} sent ({} retries), {} worked: {}",
        group.sends,
        group.retries,
        group.worked,
        counts(&group.outcomes)
    );
    if !group.failure_classes.is_empty() {
        let _ = writeln!(out, "  failed as {}", counts(&group.failure_classes));
    }
    for (name, latency) in [("worked", &group.latency_ms), ("failed", &group.failed_latency_ms)] {
        if let Some(Latency { min, median, p90, p99, max, .. }) = latency {
            let _ = writeln!(
                out,
                "  ms of what {name}: min {min}, median {median}, p90 {p90}, p99 {p99}, max {max}"
            );
        }
    }
}

pub(super) fn counts(counts: &BTreeMap<String, usize>) -> String {
    let parts: Vec<String> = counts.iter().map(|(word, n)| format!("{n} × {word}")).collect();
    if parts.is_empty() { "nothing was sent".to_owned() } else { parts.join(", ") }
}

#[expect(clippy::cast_precision_loss, reason = "seconds with one decimal")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
