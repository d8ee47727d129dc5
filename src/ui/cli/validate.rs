//! `casefile validate`: a note against its schema, and what may not leave in it: a secret, a claim without a source.

use clap::Args;
use serde_json::{Value, json};

use super::exit::{Exit, Failed};
use super::start::ground;
use super::{OutputKind, say};
use crate::case::catalog::Catalog;
use crate::case::claims::{Claim, Linter};
use crate::case::finding::Place;
use crate::case::note::{self, Fault, Held, validate};
use crate::case::sanitize::{Format, Readmission, Refusal};

/// Options of `casefile validate`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Four things are looked at: the schema casefile.note/1 (YAML and JSON), what support asks for and the note lacks, \
    what the operator's words claim without a source (price, quota, availability, service level, billing, root cause; a link, the word \
    \"hypothesis\" or a question lifts it), and secrets.\n\nExamples:\n  casefile validate note.yaml\n  casefile validate note.md\n  \
    casefile note --from f.sh --yes | casefile validate -\n\n\
    Exit code 0: nothing was found; 1: faults, claims or secrets were found and are listed. A fact that the note lacks and says to lack is no fault."
)]
pub struct ValidateArguments {
    /// The note: YAML, JSON, Markdown or plain text, also edited by hand. `-` is stdin.
    #[arg(value_name = "NOTE")]
    note: String,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// What was found.
struct Found {
    /// The note has a form that the schema describes.
    has_schema: bool,
    faults: Vec<Fault>,
    held: Option<Held>,
    /// Field or line, with the claim.
    claims: Vec<(String, Claim)>,
    secret: Option<Refusal>,
}

/// Checks a note.
pub(super) fn run(arguments: &ValidateArguments) -> Result<Exit, Failed> {
    let bytes = super::note::read(&arguments.note)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failed::new(Exit::NothingUsable, "the note is not UTF-8 text; give a YAML, JSON or Markdown file")
    })?;
    if text.trim().is_empty() {
        return Err(Failed::new(
            Exit::NothingUsable,
            "the note is empty; give a YAML, JSON or Markdown file",
        ));
    }
    let catalog = ground()?.catalog;
    let found = look(&text, &catalog);
    let listed = match arguments.output {
        OutputKind::Json => serde_json::to_string_pretty(&found.json()).unwrap_or_default(),
        OutputKind::Text => found.text(),
    };
    say::output(&say::harmless(&listed)).map_err(|e| Failed::stdout(&e))?;
    Ok(if found.is_clean() { Exit::Done } else { Exit::Findings })
}

fn look(text: &str, catalog: &Catalog) -> Found {
    let has_schema = !is_prose(text);
    let faults = if has_schema { validate(text) } else { Vec::new() };
    let value = if has_schema { note::read(text).ok() } else { None };
    let linter = Linter::new(catalog);
    let claims = match &value {
        Some(value) => note::own_words(value)
            .into_iter()
            .flat_map(|(field, words)| linter.look(words).into_iter().map(move |c| (field.to_owned(), c)))
            .collect(),
        None if has_schema => Vec::new(),
        None => in_lines(&note::without_ours(text, catalog), &linter),
    };
    let format = if has_schema { Format::Yaml } else { Format::Plain };
    let secret = Readmission::new(catalog).pass(text, format).err();
    Found { has_schema, faults, held: value.as_ref().map(note::held), claims, secret }
}

/// Markdown or plain text: it does not begin as a note of the schema does.
fn is_prose(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("---"));
    let is_heading = first.is_some_and(|line| line.starts_with("# ") && !text.contains("\nschema:"));
    is_heading || (!text.contains("schema:") && !text.contains("\"schema\"") && !text.contains("case_id:"))
}

fn in_lines(text: &str, linter: &Linter<'_>) -> Vec<(String, Claim)> {
    let line_of = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    linter.look(text).into_iter().map(|claim| (format!("line {}", line_of(claim.start)), claim)).collect()
}

impl Found {
    fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.claims.is_empty() && self.secret.is_none()
    }

    fn json(&self) -> Value {
        let faults: Vec<_> =
            self.faults.iter().map(|f| json!({"place": place(f), "message": f.message})).collect();
        let claims: Vec<_> = self
            .claims
            .iter()
            .map(|(place, c)| json!({"place": place, "kind": c.kind, "says": c.says, "instead": c.instead}))
            .collect();
        let secrets: Vec<_> =
            self.secret.iter().map(|refusal| json!({"rule": refusal.rule, "line": refusal.line})).collect();
        json!({
            "valid": self.faults.is_empty(),
            "schema": self.has_schema.then_some("casefile.note/1"),
            "faults": faults,
            "complete": self.held.as_ref().map(|held| json!({"present": held.present, "missing": held.missing})),
            "claims": claims,
            "secrets": secrets,
        })
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        match (self.has_schema, self.faults.is_empty()) {
            (true, true) => lines.push("valid: casefile.note/1".to_owned()),
            (true, false) => lines.extend(self.faults.iter().map(|f| format!("{}: {}", place(f), f.message))),
            (false, _) => {
                lines.push("a text without a schema; claims and secrets were looked for".to_owned());
            }
        }
        if let Some(held) = &self.held {
            let all = held.present.len() + held.missing.len();
            let missing = if held.missing.is_empty() {
                String::new()
            } else {
                format!("; missing: {}", held.missing.join(", "))
            };
            lines.push(format!(
                "complete: {} of {all} facts that support asks for{missing}",
                held.present.len()
            ));
        }
        for (place, claim) in &self.claims {
            lines.push(claim.told(place));
        }
        if let Some(refusal) = &self.secret {
            lines.push(format!(
                "secret: {} in line {}; take it out before the note goes anywhere",
                refusal.rule, refusal.line
            ));
        }
        lines.join("\n")
    }
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
