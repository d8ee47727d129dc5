//! `casefile cases`: the kept cases. What is printed passes the audit again: a file of a store may have been edited by
//! hand, or come from somebody else.

mod diff;
mod fixture;
mod hand_over;
mod list;
pub(super) mod screen;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failed};
use super::start::{Ground, ground};
use super::{OutputKind, say};
use crate::case::kept::Record;
use crate::case::sanitize::{Format, Readmission};
use crate::io::store::{CaseStore, StoreError};

/// Options of `casefile cases`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "A case is kept when its note is copied, written or printed: the sanitized note and a small record, as plain files \
    in the state folder (or --store DIR, or what CASEFILE_STORE or `store` of config.yaml says: a folder, or a team's PostgreSQL as \
    postgres://USER:PASSWORD@HOST/DATABASE). `keep_cases: false` keeps none.\n\nAn id may be shortened as long as it \
    is the only one: CF-20260401-7Q.\n\nExamples:\n  \
    casefile cases list --class auth --since 2026-04-01\n  \
    casefile cases search \"no channel\" gpt-4o\n  \
    casefile cases groups                    which failures came how often\n  \
    casefile cases diff CF-20260401-7Q CF-20260402-AB    exit code 0: the same failure; 1: another\n  \
    casefile cases export --all --out cases.json\n  \
    casefile cases rm --all --yes            forget everything"
)]
pub struct CasesArguments {
    #[command(subcommand)]
    what: What,
    /// The folder with the cases [default: `CASEFILE_STORE`, else `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR", global = true)]
    store: Option<PathBuf>,
    /// For people, or JSON on stdout: one document, a list one case a line.
    #[arg(long, value_enum, default_value = "text", global = true)]
    output: OutputKind,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// List cases, the newest first.
    List(list::ListArguments),
    /// List the cases in which all these words stand (title, message, model, path, ids, question, tickets).
    Search {
        /// Words, in any order; small and large letters are the same.
        #[arg(value_name = "WORD", required = true)]
        words: Vec<String>,
        #[command(flatten)]
        list: list::ListArguments,
    },
    /// List failures with how often each came, the most frequent first.
    Groups(list::ListArguments),
    /// Print the note of a case; with --output json its record as well.
    Show {
        /// Its id, or the beginning of it.
        #[arg(value_name = "CASE")]
        case: String,
    },
    /// Open a case at its note, on the screen or line by line.
    Open {
        /// Its id, or the beginning of it.
        #[arg(value_name = "CASE")]
        case: String,
        /// Line by line, without a screen.
        #[arg(long)]
        plain: bool,
    },
    /// Compare two cases field by field; exit code 0 where it is the same failure, 1 where not.
    Diff {
        /// The one, usually the earlier.
        #[arg(value_name = "CASE")]
        first: String,
        /// The other.
        #[arg(value_name = "CASE")]
        second: String,
    },
    /// Make a fixture of a case: its sanitized request and answer, for `practice --fixture` and `replay`.
    Fixture {
        /// Its id, or the beginning of it.
        #[arg(value_name = "CASE")]
        case: String,
        /// Write it to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Forget cases.
    Rm {
        #[command(flatten)]
        chosen: hand_over::Chosen,
        /// All of them, indeed.
        #[arg(long, short = 'y')]
        yes: bool,
    },
    /// Write cases into one JSON document, to be handed to another machine.
    Export {
        #[command(flatten)]
        chosen: hand_over::Chosen,
        /// Write it to this file instead of stdout.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take in the cases of such a document; each is checked as a note of today is.
    Import {
        /// The document. `-` is stdin.
        #[arg(value_name = "FILE")]
        file: String,
    },
    /// Make the index anew from the cases, and clear away what ended runs left behind.
    Rebuild,
}

/// What every verb needs.
struct Desk {
    ground: Ground,
    store: std::rc::Rc<dyn CaseStore>,
    readmission: Readmission,
    output: OutputKind,
}

/// Runs the verb.
pub(super) fn run(arguments: &CasesArguments) -> Result<Exit, Failed> {
    let ground = ground()?.with_store(arguments.store.as_deref())?;
    let readmission = Readmission::later(std::sync::Arc::clone(&ground.catalog));
    let desk = Desk { store: ground.cases(), ground, readmission, output: arguments.output };
    match &arguments.what {
        What::List(list) => list::run(&desk, list, &[]),
        What::Search { words, list } => list::run(&desk, list, words),
        What::Groups(list) => list::groups(&desk, list),
        What::Show { case } => show::run(&desk, case),
        What::Open { case, plain } => open(&desk, case, *plain),
        What::Diff { first, second } => diff::run(&desk, first, second),
        What::Fixture { case, out } => fixture::run(&desk, case, out.as_deref()),
        What::Rm { chosen, yes } => hand_over::remove(&desk, chosen, *yes),
        What::Export { chosen, out } => hand_over::export(&desk, chosen, out.as_deref()),
        What::Import { file } => hand_over::import(&desk, file),
        What::Rebuild => rebuild(&desk),
    }
}

/// Opens a kept case at its note, or an unfinished one where it was left.
fn open(desk: &Desk, case: &str, plain: bool) -> Result<Exit, Failed> {
    let ground = &desk.ground;
    let wanted = case.trim().to_ascii_uppercase();
    let unfinished =
        ground.unfinished().into_iter().find(|case| !wanted.is_empty() && case.id.starts_with(&wanted));
    let found = if let Some(case) = unfinished {
        case
    } else {
        let id = Desk::id(&desk.records()?, case)?;
        let kept = screen::Cases::of(ground).kept(&id);
        kept.map_err(|what| Failed::new(Exit::NothingUsable, what))?
    };
    let first = vec![
        crate::session::Event::BindingsRead(ground.bindings.clone()),
        crate::session::Event::Resumed(Box::new(found)),
    ];
    if plain || super::plain::is_wanted(ground) {
        return super::plain::run(ground, first, Vec::new());
    }
    super::start::need_terminal()?;
    super::start::screen(ground, first, Vec::new())
}

fn rebuild(desk: &Desk) -> Result<Exit, Failed> {
    let found = desk.store.rebuild().map_err(|e| failed(&e))?;
    for id in &found.broken {
        say::line(&format!("{id} holds no case that can be read; `casefile cases rm {id}` removes it"));
    }
    let text = match desk.output {
        OutputKind::Json => serde_json::json!({"cases": found.cases, "broken": found.broken}).to_string(),
        OutputKind::Text => format!("{} cases in {}", found.cases, desk.store.place(None)),
    };
    print(&say::harmless(&text))?;
    Ok(if found.broken.is_empty() { Exit::Done } else { Exit::Findings })
}

/// The store failed.
fn failed(error: &StoreError) -> Failed {
    Failed::new(Exit::Delivery, error.to_string())
}

fn print(text: &str) -> Result<(), Failed> {
    say::output(text).map_err(|e| Failed::stdout(&e))
}

/// The id that begins with `given` among `records`.
pub(super) fn id_among(records: &[Record], given: &str) -> Result<String, Failed> {
    let wanted = given.trim().to_ascii_uppercase();
    let mut found = records.iter().filter(|r| !wanted.is_empty() && r.id.starts_with(&wanted));
    match (found.next(), found.next()) {
        (None, _) => Err(Failed::new(
            Exit::NothingUsable,
            format!("there is no case {given}; `casefile cases list` shows them"),
        )),
        (Some(one), None) => Ok(one.id.clone()),
        (Some(one), Some(other)) => Err(Failed::new(
            Exit::Usage,
            format!(
                "{} cases begin with {given} ({}, {}, …); give more of the id",
                found.count() + 2,
                one.id,
                other.id
            ),
        )),
    }
}

impl Desk {
    fn records(&self) -> Result<Vec<Record>, Failed> {
        self.store.records().map_err(|e| failed(&e))
    }

    fn id(records: &[Record], given: &str) -> Result<String, Failed> {
        id_among(records, given)
    }

    /// The note of a case, checked anew.
    fn note(&self, id: &str) -> Result<String, Failed> {
        let text = self.store.note(id).map_err(|e| failed(&e))?;
        let passed = self.readmission.pass(&text, Format::Yaml).map_err(|refusal| {
            let what =
                format!("{id}: {refusal}; its file was changed after it was kept, or comes from elsewhere");
            Failed::new(Exit::Refused, what)
        })?;
        Ok(passed.as_str().to_owned())
    }

    /// The keys and values of a note.
    fn value(&self, id: &str) -> Result<serde_json::Value, Failed> {
        crate::case::note::read(&self.note(id)?).map_err(|_| {
            let what = format!(
                "the note of {id} cannot be read as YAML any more; `casefile cases rm {id}` forgets it"
            );
            Failed::new(Exit::NothingUsable, what)
        })
    }

    /// Prints a text that is made of what a store holds.
    fn print(&self, text: &str) -> Result<(), Failed> {
        let passed = self.readmission.pass(text, Format::Plain);
        let passed = passed.map_err(|refusal| Failed::new(Exit::Refused, refusal.to_string()))?;
        print(passed.as_str())
    }
}
