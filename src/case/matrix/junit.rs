//! The report as `JUnit` XML, as build servers read it: <https://github.com/testmoapp/junitxml>, accessed 2026-11-21.

use std::fmt::Write;

use super::report::{Report, Row};
use super::text;
use crate::case::vocabulary::CheckVerdict;

pub(super) fn write(report: &Report) -> String {
    let count = |verdicts: &[CheckVerdict]| {
        report.checks.iter().filter(|row| verdicts.contains(&row.verdict)).count()
    };
    let failures = count(&[CheckVerdict::Broken, CheckVerdict::Drifted]);
    let skipped = count(&[CheckVerdict::NotRun, CheckVerdict::Observed]);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuite name=\"casefile check {}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" timestamp=\"{}\">",
        escaped(&report.pins.gateway),
        report.checks.len(),
        escaped(report.pins.checked_at.trim_end_matches('Z')),
    );
    out.push_str("  <properties>\n");
    for (name, value) in text::pins(&report.pins) {
        let _ = writeln!(out, "    <property name=\"{}\" value=\"{}\"/>", escaped(name), escaped(&value));
    }
    out.push_str("  </properties>\n");
    report.checks.iter().for_each(|row| case(row, &report.pins.gateway, &mut out));
    out.push_str("  <system-out>");
    for row in &report.acceptance {
        let _ = writeln!(out, "{}: {} ({})", row.state, escaped(&row.criterion), escaped(&row.remark));
    }
    out.push_str("</system-out>\n</testsuite>\n");
    out
}

fn case(row: &Row, gateway: &str, out: &mut String) {
    let ms = row.total_ms.unwrap_or(0);
    let head = format!(
        "  <testcase classname=\"contract.{}\" name=\"{}\" time=\"{}.{:03}\"",
        escaped(gateway),
        escaped(&row.id),
        ms / 1000,
        ms % 1000
    );
    let reason = row.reason.as_deref().unwrap_or("");
    let lines = text::findings(row);
    let _ = match row.verdict {
        CheckVerdict::Kept => writeln!(out, "{head}/>"),
        CheckVerdict::Broken | CheckVerdict::Drifted => writeln!(
            out,
            "{head}>\n    <failure type=\"{}\" message=\"{}\">{}</failure>\n  </testcase>",
            row.verdict,
            escaped(lines.first().map_or("", String::as_str)),
            escaped(&lines.join("\n"))
        ),
        CheckVerdict::Observed | CheckVerdict::NotRun => {
            writeln!(
                out,
                "{head}>\n    <skipped message=\"{}: {}\"/>\n  </testcase>",
                row.verdict,
                escaped(reason)
            )
        }
    };
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no other control characters, not even escaped.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
