//! Two cases, field by field.

use std::fmt::Write;

use serde_json::Value;

use super::Desk;
use crate::case::kept::{Change, Comparison, compare};
use crate::ui::cli::OutputKind;
use crate::ui::cli::exit::{Exit, Failed};

/// Characters of a value that a line shows.
const SHOWN: usize = 160;

/// Compares; exit code 0 where both are the same failure.
pub(super) fn run(desk: &Desk, first: &str, second: &str) -> Result<Exit, Failed> {
    let records = desk.records()?;
    let (first, second) = (Desk::id(&records, first)?, Desk::id(&records, second)?);
    let found = compare(&desk.value(&first)?, &desk.value(&second)?);
    let text = match desk.output {
        OutputKind::Json => {
            let mut document = serde_json::json!({"before": first, "after": second});
            if let (Some(fields), Ok(Value::Object(more))) =
                (document.as_object_mut(), serde_json::to_value(&found))
            {
                fields.extend(more);
            }
            serde_json::to_string_pretty(&document).unwrap_or_default()
        }
        OutputKind::Text => in_words(&first, &second, &found),
    };
    desk.print(&text)?;
    Ok(if found.same_failure { Exit::Done } else { Exit::Findings })
}

fn in_words(first: &str, second: &str, found: &Comparison) -> String {
    let mut text = match (&found.first, found.same_failure) {
        (Some(print), true) => format!("same failure ({print}): {first} and {second}\n"),
        (None, true) => format!("both worked: {first} and {second}\n"),
        (_, false) => format!("another failure: {first} and {second}\n"),
    };
    for (heading, changes) in [("changed", &found.changed), ("new", &found.new), ("gone", &found.gone)] {
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{heading}");
        for Change { field, before, after } in changes {
            let _ = match (before, after) {
                (Some(before), Some(after)) => {
                    writeln!(text, "  {field}: {} -> {}", short(before), short(after))
                }
                (one, other) => {
                    writeln!(
                        text,
                        "  {field}: {}",
                        other.as_ref().or(one.as_ref()).map(short).unwrap_or_default()
                    )
                }
            };
        }
    }
    if !found.always_different.is_empty() {
        let fields: Vec<&str> = found.always_different.iter().map(|change| change.field.as_str()).collect();
        let _ = writeln!(text, "\nids, moments and durations, which always differ\n  {}", fields.join(", "));
    }
    text
}

/// A value on one line.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
