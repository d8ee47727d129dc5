//! `casefile validate`: a note against its schema.

use clap::Args;

use super::exit::{Exit, Failed};
use super::{OutputKind, say};
use crate::case::finding::Place;
use crate::case::note::{Fault, validate};

/// Options of `casefile validate`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile validate note.yaml\n  casefile note --from f.sh --yes | casefile validate -\n\n\
    Exit code 0: the note is valid; 1: faults were found and are listed."
)]
pub struct ValidateArguments {
    /// The note, YAML or JSON. `-` is stdin.
    #[arg(value_name = "NOTE")]
    note: String,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Checks a note.
pub(super) fn run(arguments: &ValidateArguments) -> Result<Exit, Failed> {
    let bytes = super::note::read(&arguments.note)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failed::new(Exit::NothingUsable, "the note is not UTF-8 text; give a YAML or JSON file")
    })?;
    if text.trim().is_empty() {
        return Err(Failed::new(Exit::NothingUsable, "the note is empty; give a YAML or JSON file"));
    }
    let faults = validate(&text);
    let listed = match arguments.output {
        OutputKind::Json => {
            let rows: Vec<_> =
                faults.iter().map(|f| serde_json::json!({"place": place(f), "message": f.message})).collect();
            let document = serde_json::json!({"valid": faults.is_empty(), "faults": rows});
            serde_json::to_string_pretty(&document).unwrap_or_default()
        }
        OutputKind::Text if faults.is_empty() => "valid: casefile.note/1".to_owned(),
        OutputKind::Text => {
            faults.iter().map(|f| format!("{}: {}", place(f), f.message)).collect::<Vec<_>>().join("\n")
        }
    };
    say::output(&say::harmless(&listed)).map_err(|e| Failed::stdout(&e))?;
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Findings })
}

fn place(fault: &Fault) -> String {
    match &fault.place {
        Place::Body { line, column, path } if *line > 0 && !path.is_empty() => {
            format!("{line}:{column} {path}")
        }
        Place::Body { line, column, path } if path.is_empty() => format!("{line}:{column}"),
        Place::Body { path, .. } => path.clone(),
        _ => "note".to_owned(),
    }
}
