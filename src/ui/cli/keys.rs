//! `casefile keys`: in which cases a key was met, by fingerprints that stay on this machine.

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;

use super::exit::{Exit, Failed};
use super::{OutputKind, say};
use crate::io::secrets;
use crate::io::store::{self, Folders, KnownKey, Occurrence, StoreError};

/// Options of `casefile keys`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "A fingerprint is made with a secret of this machine: it says nothing elsewhere, and it is never in a note. It \
    is kept when the note of a case is copied, written or printed; `remember_keys: false` in config.yaml keeps none.\n\nExamples:\n  \
    casefile keys                            every known key with its cases\n  \
    casefile keys --which COMETAPI_KEY       is the key in this variable one of them? Exit code 1: it is not\n  \
    casefile keys --forget CF-20261121-0K3M9Q7Z\n  \
    casefile keys --forget all               forget every case, and the secret"
)]
pub struct KeysArguments {
    /// Forget this case, or all of them.
    #[arg(long, value_name = "CASE|all", conflicts_with = "which")]
    forget: Option<String>,
    /// Tell whether the key in this environment variable is a known one. It is not shown.
    #[arg(long, value_name = "NAME")]
    which: Option<String>,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// Lists, asks or forgets.
pub(super) fn run(arguments: &KeysArguments) -> Result<Exit, Failed> {
    let folders = Folders::locate().map_err(|e| failed(&e))?;
    let (exit, document, lines) = match (&arguments.forget, &arguments.which) {
        (Some(case), _) => forget(&folders, case)?,
        (None, Some(name)) => which(&folders, name)?,
        (None, None) => list(&folders)?,
    };
    let text = match arguments.output {
        OutputKind::Json => serde_json::to_string_pretty(&document).unwrap_or_default(),
        OutputKind::Text => say::harmless(&lines.join("\n")),
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))?;
    Ok(exit)
}

fn failed(error: &StoreError) -> Failed {
    Failed::new(Exit::Delivery, error.to_string())
}

/// The exit code, the document for machines, the lines for people.
type Said = (Exit, serde_json::Value, Vec<String>);

fn list(folders: &Folders) -> Result<Said, Failed> {
    let known = store::known_keys(folders).map_err(|e| failed(&e))?;
    let mut lines: Vec<String> = known
        .iter()
        .flat_map(|key| {
            [format!("{}  {}, {}", key.fingerprint, key.kind, cases(key))].into_iter().chain(case_lines(key))
        })
        .collect();
    if lines.is_empty() {
        lines.push(
            "no key is known; one is remembered when the note of its case is copied, written or printed"
                .to_owned(),
        );
    }
    Ok((Exit::Done, json!({"keys": known}), lines))
}

fn which(folders: &Folders, name: &str) -> Result<Said, Failed> {
    let value = secrets::from_env(name).map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
    let value = value.expose_secret();
    if store::is_short(value) {
        let text = format!(
            "{name} holds fewer than {} characters; so short a key is never remembered, so it cannot be compared",
            store::SHORTEST_KEY
        );
        return Err(Failed::new(Exit::Usage, text));
    }
    let Some(known) = store::which_key(folders, value).map_err(|e| failed(&e))? else {
        let lines = vec![format!("{name} holds no key of a known case")];
        return Ok((Exit::Findings, json!({"name": name, "known": false, "key": null}), lines));
    };
    let first = format!("{name} holds a known {}: {}, {}", known.kind, known.fingerprint, cases(&known));
    let lines = [first].into_iter().chain(case_lines(&known)).collect();
    Ok((Exit::Done, json!({"name": name, "known": true, "key": known}), lines))
}

fn forget(folders: &Folders, case: &str) -> Result<Said, Failed> {
    let all = case == "all";
    let forgotten = if all { store::forget_keys(folders) } else { store::forget_case(folders, case) };
    let cases = forgotten.map_err(|e| failed(&e))?.cases;
    if cases == 0 && !all {
        let text = format!("no key of a case {case} is known; `casefile keys` lists the cases");
        return Err(Failed::new(Exit::NothingUsable, text));
    }
    let what = match (all, cases) {
        (false, _) => format!("the keys of case {case} are forgotten"),
        (true, 1) => "the keys of 1 case and the secret of the fingerprints are forgotten".to_owned(),
        (true, n) => format!("the keys of {n} cases and the secret of the fingerprints are forgotten"),
    };
    Ok((Exit::Done, json!({"forgotten": cases}), vec![what]))
}

fn cases(key: &KnownKey) -> String {
    match key.cases.len() {
        1 => "1 case".to_owned(),
        n => format!("{n} cases"),
    }
}

fn case_lines(key: &KnownKey) -> impl Iterator<Item = String> + '_ {
    key.cases.iter().map(|Occurrence { case, at, placeholder, host }| {
        let host = if host.is_empty() { String::new() } else { format!(" for {host}") };
        format!("    {case} of {}, there {placeholder}{host}", at.date_naive())
    })
}
