//! A case where the filter cuts its input: the secret lies across the end of a window.

use crate::corpus::{Case, cases};
use crate::{oracle, seed, views, ways};

/// What the filter looks at together, and where it ends the second time.
const WINDOWS: [usize; 2] = [256 * 1024, 512 * 1024];

/// Lines without a secret before the case, so many that byte `at` of the case is the first of a new window.
fn behind(window: usize, at: usize, case: &Case) -> String {
    let line = if case.kind == "json" {
        "{\"level\":\"info\",\"n\":1}\n"
    } else {
        "2026-11-20 10:15:00 INFO relay ok n=1\n"
    };
    let room = window - at;
    let mut text = line.repeat(room / line.len());
    // Spaces fill what no line fills.
    text.insert_str(0, &" ".repeat(room % line.len()));
    text + &case.text
}

#[test]
fn a_secret_across_a_seam_is_found_as_elsewhere() {
    let every = if cfg!(debug_assertions) { 80 } else { 3 };
    let all = cases(seed());
    let chosen = all
        .iter()
        .filter(|c| !c.is_look_alike() && (c.kind == "log" || (c.kind == "json" && !c.text.contains('\n'))));
    let mut told = Vec::new();
    for (number, case) in chosen.step_by(every).enumerate() {
        let kind = ways::kind_of(case);
        let judge = |output: &str| {
            let leaks = oracle::leaks(output, &case.secrets, &case.constant, &views::ALL);
            let lost: Vec<String> =
                oracle::lost(output, &case.evidence).into_iter().map(str::to_owned).collect();
            (leaks.into_iter().map(|l| l.secret).collect::<Vec<_>>(), lost)
        };
        let (leaks, lost) = judge(&ways::filtered(&case.text, kind, case));
        let window = WINDOWS[number % WINDOWS.len()];
        for part in [3, 5, 8] {
            let at = case.text.len() * part / 10;
            let output = ways::filtered(&behind(window, at, case), kind, case);
            let from = output.len().saturating_sub(case.text.len() * 2 + 1024);
            let from = (from..output.len()).find(|i| output.is_char_boundary(*i)).unwrap_or(0);
            let (leaks_here, lost_here) = judge(&output[from..]);
            if leaks_here.iter().any(|l| !leaks.contains(l)) {
                told.push(format!("LEAK {} cut at byte {at}", case.id));
            }
            if lost_here.iter().any(|l| !lost.contains(l)) {
                told.push(format!("LOST {} cut at byte {at}", case.id));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
