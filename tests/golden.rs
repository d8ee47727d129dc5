//! Golden notes: every practice scenario, walked through the real session, driver, network and gateway, with a fixed
//! clock, fixed durations, ids and random source. A missing file is written, a changed one fails with a diff;
//! `UPDATE_GOLDEN=1` writes them anew.
#![expect(clippy::expect_used, clippy::format_collect, reason = "a test: what cannot be fails it")]

mod practice_walk;

use std::fs;
use std::path::PathBuf;

use casefile::case::note::validate;
use casefile::case::sanitize::Format;
use casefile::practice::scenarios;
use practice_walk::{run, walk};

/// Compares `text` with the golden file; gives what is wrong.
fn compare(folder: &str, file: &str, text: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder).join(file);
    let golden = fs::read_to_string(&path).ok();
    if golden.is_none() || std::env::var_os("UPDATE_GOLDEN").is_some() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        fs::create_dir_all(path.parent().expect("has a folder")).expect("creates");
        fs::write(&path, text).expect("writes");
        return None;
    }
    let golden = golden.unwrap_or_default();
    (golden != text).then(|| {
        let line = golden.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or(0);
        let around = |t: &str| t.lines().skip(line.saturating_sub(1)).take(4).collect::<Vec<_>>().join("\n");
        format!(
            "{} line {}:\n--- golden\n{}\n--- now\n{}",
            path.display(),
            line + 1,
            around(&golden),
            around(text)
        )
    })
}

/// The gateway listens on a free port; a golden file names one that is always the same.
fn without_port(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        out.push_str(before);
        out.push_str("8787");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}

#[test]
fn every_scenario_has_its_golden_note() {
    let mut faults = Vec::new();
    for scenario in scenarios() {
        let session = run(walk(scenario));
        let output =
            session.output().unwrap_or_else(|| panic!("{}: no note: {:?}", scenario.name, session.notice()));
        for (format, file) in
            [(Format::Yaml, "note.yaml"), (Format::Markdown, "note.md"), (Format::Plain, "note.txt")]
        {
            let rendered = output.render(format).unwrap_or_else(|r| panic!("{}: {r}", scenario.name));
            faults.extend(compare(&scenario.name, file, &without_port(rendered.as_str())));
            if format == Format::Yaml {
                assert_eq!(validate(rendered.as_str()), [], "{}", scenario.name);
            }
        }
        let ledger: String = output
            .ledger
            .entries
            .iter()
            .map(|e| format!("{} {} {} {}\n", e.kind, e.rule, e.place, e.count))
            .collect();
        let findings: String =
            session.findings().iter().map(|f| format!("{:?} {} {:?}\n", f.level, f.id, f.place)).collect();
        faults.extend(compare(&scenario.name, "ledger.txt", &ledger));
        faults.extend(compare(&scenario.name, "findings.txt", &findings));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_same_walk_makes_the_same_bytes() {
    let scenario = &scenarios()[0];
    let bytes = || {
        let session = run(walk(scenario));
        without_port(session.output().expect("a note").render(Format::Yaml).expect("passes").as_str())
    };
    assert_eq!(bytes(), bytes());
}
