//! `casefile doctor`: describes the set-up, and never fails on what it finds.

use clap::Args;

use super::exit::{Exit, Failed};
use super::{OutputKind, look, say};
use crate::io::doctor::{Check, State, examine_with};

/// Options of `casefile doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArguments {
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Describes the set-up.
pub(super) fn run(arguments: &DoctorArguments) -> Result<Exit, Failed> {
    let checks = examine_with(look::checks());
    let text = match arguments.output {
        OutputKind::Json => {
            let rows: Vec<_> = checks
                .iter()
                .map(|c| serde_json::json!({"name": c.name, "state": word(c.state), "detail": c.detail, "advice": c.advice}))
                .collect();
            serde_json::to_string_pretty(&rows).unwrap_or_default()
        }
        OutputKind::Text => checks.iter().map(line).collect(),
    };
    say::output(&say::harmless(&text)).map_err(|e| Failed::stdout(&e))?;
    Ok(Exit::Done)
}

fn line(check: &Check) -> String {
    let advice = if check.advice.is_empty() { String::new() } else { format!(" -> {}", check.advice) };
    format!("{:<8} {}: {}{advice}\n", word(check.state), check.name, check.detail)
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Note => "note",
        State::Problem => "problem",
    }
}
