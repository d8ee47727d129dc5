//! `casefile import`: shows what was understood of a text, without sending anything.

mod archive;
mod files;
mod shown;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failed};
use super::start::ground;
use super::{OutputKind, say};
use crate::case::intake;
use crate::case::keyring::KeyRing;

/// Options of `casefile import`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile import failed.sh\n  pbpaste | casefile import -\n  casefile import session.har --all\n  \
    casefile import cmd.txt --allow-files . --output json\n\n\
    No request is sent. Keys and passwords are masked ([key#1]) unless --show-secrets is given; prompts are shown: this is \
    for the operator's own screen, not for a ticket (`casefile note` makes what may leave).\n\n\
    A command that names files (-d @body.json, -K) is read without them: a finding says which. --allow-files DIR lets it \
    read those that stand in DIR.\n\n\
    Exit code 0: done; 1: done, with errors among the findings; 3: nothing usable in the input."
)]
pub struct ImportArguments {
    /// What the operator has. `-` is stdin.
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// What it is, where the guess is wrong.
    #[arg(long = "as", value_name = "KIND", value_enum, default_value = "auto")]
    kind: Kind,
    /// Show every request of the input, not the first (of a HAR: the one that failed) alone.
    #[arg(long)]
    all: bool,
    /// Read the files of DIR that a command names.
    #[arg(long, value_name = "DIR")]
    allow_files: Option<PathBuf>,
    /// Show keys and passwords as they are.
    #[arg(long)]
    show_secrets: bool,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// How the input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Guessed.
    Auto,
    /// curl commands.
    Curl,
    /// An HTTP archive.
    Har,
    /// HTTP text: a request, an answer, or both.
    Http,
    /// What a client or a server printed.
    Log,
    /// A body as JSON.
    Json,
}

impl Kind {
    /// Whether `found`, a kind of intake's, is one of this.
    fn takes(self, found: &str) -> bool {
        match self {
            Self::Auto => true,
            Self::Curl => matches!(found, "curl" | "wget"),
            Self::Har => found == "har",
            Self::Http => found.starts_with("http") || found == "hurl",
            Self::Log => matches!(found, "error text" | "http response"),
            Self::Json => matches!(found, "json body" | "http response" | "error text"),
        }
    }
}

/// Shows what was understood.
pub(super) fn run(arguments: &ImportArguments) -> Result<Exit, Failed> {
    let catalog = ground()?.catalog;
    let mut ring = KeyRing::default();
    let mut archive = match arguments.kind {
        Kind::Auto | Kind::Har => archive::open(&arguments.file, arguments.all, &catalog, &mut ring)?,
        _ => None,
    };
    let (pieces, length) = if let Some(archive) = &mut archive {
        (std::mem::take(&mut archive.pieces), 0)
    } else {
        let bytes = super::note::read(&arguments.file)?;
        if matches!(arguments.kind, Kind::Auto | Kind::Har) {
            archive = archive::of_text(&bytes, arguments.all, &catalog, &mut ring);
        }
        let text =
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        let pieces = if let Some(archive) = &mut archive {
            std::mem::take(&mut archive.pieces)
        } else {
            let files = files::Files::of(arguments.allow_files.as_deref());
            intake::read_all(&text, &|path| files.text(path), &catalog, &mut ring)
        };
        (pieces, text.len())
    };
    let kind = pieces.first().map_or("nothing", |piece| piece.intake.kind);
    if kind != "nothing" && !arguments.kind.takes(kind) {
        return Err(Failed::new(
            Exit::NothingUsable,
            format!("the input looks like {kind} and cannot be read as what --as names; leave --as out"),
        ));
    }
    let imported = shown::imported(&pieces, length, archive, arguments, (&catalog, &mut ring));
    match arguments.output {
        OutputKind::Json => {
            say::output(&(serde_json::to_string_pretty(&imported).unwrap_or_default() + "\n"))
        }
        OutputKind::Text => shown::in_words(&imported, |part| say::output(&say::harmless(part))),
    }
    .map_err(|e| Failed::stdout(&e))?;
    Ok(if kind == "nothing" {
        Exit::NothingUsable
    } else if imported.has_errors() {
        Exit::Findings
    } else {
        Exit::Done
    })
}
