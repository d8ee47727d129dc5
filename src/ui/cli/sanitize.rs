//! `casefile sanitize`: a filter for any text, from a file or stdin to stdout or a file.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use secrecy::ExposeSecret;

use super::exit::{Exit, Failed};
use super::{OutputKind, say};
use crate::case::catalog::Catalog;
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use crate::case::sanitize::filter::{Filter, Kind, Summary};
use crate::io::secrets;

/// Bytes that are read at once.
const CHUNK: usize = 128 * 1024;

/// Options of `casefile sanitize`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile sanitize failed.har > safe.har\n  tail -n 1000 app.log | casefile sanitize - \
    --secret-env GATEWAY_KEY\n  casefile sanitize app.log --out safe.log --ledger what-was-replaced.json --output json\n\n\
    The same bytes come out, but for what was replaced by [key#1], [email#2], [prompt: 312 chars]. The same value has the same \
    number. Files of any size: memory stays small. HAR and JSON stay valid. A filter keeps text that it does not know; a \
    note is stricter and takes only what is known to be safe, so send a note where you can.\n\n\
    The keys of the known gateways that are set in the environment are searched for in any case.\n\n\
    Exit code 0: done; 2: wrong usage; 3: the input cannot be read (what came out before is clean, but not all); \
    6: the output cannot be written."
)]
pub struct SanitizeArguments {
    /// The text. `-` is stdin.
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// What sort of text it is.
    #[arg(long = "as", value_parser = kinds(), value_name = "KIND", default_value = "auto")]
    kind: Kind,
    /// A variable of the environment that holds a secret to search for. Can be given more than once.
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
    /// Write what was replaced (kinds, rules, lines, counts; no values) to FILE as JSON.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Write the text to FILE instead of stdout; whole or not at all.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// With `json`: one JSON document that says what was replaced, on stdout; the text needs `--out` then.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// The kinds by their words.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    let known = |word: String| Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or("no kind");
    PossibleValuesParser::new(Kind::ALL.map(Kind::word)).try_map(known)
}

/// Filters.
pub(super) fn run(arguments: &SanitizeArguments) -> Result<Exit, Failed> {
    if arguments.output == OutputKind::Json && arguments.out.is_none() {
        return Err(Failed::new(
            Exit::Usage,
            "--output json puts a report on stdout, so the text needs a place of its own: add --out FILE",
        ));
    }
    let catalog = Catalog::built_in();
    let ring = known_secrets(&catalog, &arguments.secret_env)?;
    let input = open(&arguments.file)?;
    let filter = Filter::new(&catalog, arguments.kind, &ring);
    let summary = match &arguments.out {
        Some(path) => {
            let mut file = beside(path)?;
            let summary = pass(filter, input, &mut file)?;
            let Some(summary) = summary else { return Ok(Exit::Done) };
            keep(file, path)?;
            summary
        }
        None => match pass(filter, input, &mut std::io::stdout().lock())? {
            Some(summary) => summary,
            // Nobody reads any more: no fault of ours, and nothing more to say.
            None => return Ok(Exit::Done),
        },
    };
    if let Some(path) = &arguments.ledger {
        let mut file = beside(path)?;
        writeln!(file, "{:#}", report(&summary)).map_err(|e| not_written(path, &e))?;
        keep(file, path)?;
    }
    if arguments.output == OutputKind::Json {
        say::output(&format!("{:#}", report(&summary))).map_err(|e| Failed::stdout(&e))?;
    }
    Ok(Exit::Done)
}

fn report(summary: &Summary) -> serde_json::Value {
    serde_json::json!({
        "kind": summary.kind.word(),
        "bytes_in": summary.bytes_in,
        "bytes_out": summary.bytes_out,
        "replaced": summary.replaced,
        "counts": summary.ledger.counts(),
        "ledger": summary.ledger.entries,
    })
}

/// The secrets of the named variables, and of those in which the known gateways' keys are.
fn known_secrets(catalog: &Catalog, named: &[String]) -> Result<KeyRing, Failed> {
    let mut ring = KeyRing::default();
    for name in named {
        let value = secrets::from_env(name).map_err(|e| Failed::new(Exit::Usage, e.to_string()))?;
        ring.hold(SecretKind::Key, Origin::Environment(name.clone()), value.expose_secret());
    }
    let usual: Vec<String> = catalog.profiles.iter().flat_map(|p| p.key_env.iter().cloned()).collect();
    for (name, value) in secrets::read_environment(&usual) {
        if let Some(value) = value {
            ring.hold(SecretKind::Key, Origin::Environment(name), value.expose_secret().trim());
        }
    }
    Ok(ring)
}

fn open(file: &str) -> Result<Box<dyn Read>, Failed> {
    if file == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let unreadable = |why: String| {
        Failed::new(Exit::NothingUsable, format!("the file to sanitize cannot be read ({why})"))
    };
    if Path::new(file).is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    File::open(file).map(|f| Box::new(f) as Box<dyn Read>).map_err(|e| unreadable(e.to_string()))
}

/// Reads, filters, writes. `None`: the reader of the output is gone.
fn pass(
    mut filter: Filter,
    mut input: Box<dyn Read>,
    output: &mut dyn Write,
) -> Result<Option<Summary>, Failed> {
    let mut chunk = vec![0; CHUNK];
    let mut ready = Vec::with_capacity(2 * CHUNK);
    loop {
        let length = match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => {
                // What was held back is not written: it may end in the middle of a secret.
                let _ = output.flush();
                let why =
                    format!("reading stopped in the middle ({e}); the output is clean but not complete");
                return Err(Failed::new(Exit::NothingUsable, why));
            }
        };
        filter.feed(chunk.get(..length).unwrap_or(&[]), &mut ready);
        if !written(output, &ready)? {
            return Ok(None);
        }
        ready.clear();
    }
    let summary = filter.finish(&mut ready);
    let flushed = written(output, &ready)? && written(output, &[])?;
    Ok(flushed.then_some(summary))
}

/// False where the pipe was closed.
fn written(output: &mut dyn Write, bytes: &[u8]) -> Result<bool, Failed> {
    let result = if bytes.is_empty() { output.flush() } else { output.write_all(bytes) };
    match result {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Failed::new(Exit::Delivery, format!("the output cannot be written ({e})"))),
    }
}

/// A file beside `path`, for this user only (mode 0600), that takes its place when it is whole.
fn beside(path: &Path) -> Result<tempfile::NamedTempFile, Failed> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(folder).map_err(|e| not_written(path, &e))
}

fn keep(file: tempfile::NamedTempFile, path: &Path) -> Result<(), Failed> {
    file.persist(path).map(|_| ()).map_err(|e| not_written(path, &e.error))
}

fn not_written(path: &Path, why: &std::io::Error) -> Failed {
    Failed::new(Exit::Delivery, format!("{} cannot be written ({why})", path.display()))
}
