//! `casefile triage`: whole logs of failures, grouped by what failed.

mod case;
mod input;
mod live;
mod pages;
mod progress;
mod screen;

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failed};
use super::say;
use super::start::ground;
use crate::case::catalog::Catalog;
use crate::case::sanitize::{Format, Readmission};
use crate::case::triage::{Examples, Options, Report, Sort, Tally};
use crate::io::logs::{self, Found, Hearer, Progress};

/// Groups that people are shown where they do not say how many.
const SHOWN: usize = 20;

/// Texts that are audited together.
const AUDITED: usize = 200;

/// Options of `casefile triage`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile triage gateway.log.gz\n  zcat app-*.log.gz | casefile triage - --output jsonl\n  \
    casefile triage --profile litellm spend.jsonl --top 5\n  \
    casefile triage --screen gateway.log\n  casefile triage gateway.log --notes notes/\n  \
    casefile triage --map status=code --map body=answer.raw odd.jsonl\n  \
    casefile triage --partial part-0.jsonl > 0.partial; casefile triage --merge *.partial\n\n\
    One JSON object a line, or one JSON array of them, plain or packed (gzip, zstd), in any number of files; or a HAR. The kind of log is told by the \
    members of each line: records of `casefile explain`, LiteLLM, new-api, nginx, Envoy, OpenTelemetry GenAI spans. A file \
    <config>/catalog/log_profiles/NAME.yaml adds one, --map says where the parts stand.\n\n\
    Failures are the same where class, cause, status and route are; the model counts where the message names it, and the \
    gateway's words where the cause says only of what kind the fault is. The result does not depend on the number of files, \
    their order or the number of threads.\n\n\
    No request is sent. No prompt and no key is in the output: of free text only the gateway's words are shown, sanitized, \
    without quoted text and numbers, and not where they repeat what was sent. Request ids are kept, as evidence.\n\n\
    Exit code 0: done; 1: done, some lines were no records (not with --partial) or a file could not be read to its end; 2: wrong usage; \
    3: nothing usable in the input; 4: the audit refused a page of --notes; 6: the output cannot be written."
)]
pub struct TriageArguments {
    /// Logs. `-` is stdin.
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// Kind of the log, by its profile; otherwise told for each line.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Where a part of the failure stands in a line: time, `request_id`, method, path, model, status, headers, body, text or
    /// prompt, by a path such as `response.status` or `/response/status`. Can be given more than once; the first place that
    /// holds something counts.
    #[arg(long, value_name = "FIELD=PATH", value_parser = input::mapping)]
    map: Vec<(input::Field, String)>,
    /// Gateway profile by id; otherwise chosen by host.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// For people, or for machines.
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
    /// Groups at most; 0: all [default: 20 for people, else all].
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Order of the groups: the largest, or the last one first, or by class.
    #[arg(long, value_enum, default_value = "count")]
    sort: Order,
    /// Threads that read [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Write for each group that is shown into this folder: a page of what is known of it, `group-ID.yaml`, and a note of one
    /// of its failures, `note-ID.yaml`, where its message does not repeat what was sent.
    #[arg(long, value_name = "DIR")]
    notes: Option<std::path::PathBuf>,
    /// Show the groups on the screen, while the log is still being read: sort, choose by typing, open one as a case.
    #[arg(long, conflicts_with_all = ["output", "top", "notes", "partial"])]
    screen: bool,
    /// Write a partial result, one line of JSON, to be joined with others by --merge.
    #[arg(long, conflicts_with_all = ["top", "sort", "output", "notes"])]
    partial: bool,
    /// The files are partial results: join them.
    #[arg(long, conflicts_with_all = ["profile", "map", "gateway", "threads"])]
    merge: bool,
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// A line of JSON for each group.
    Jsonl,
    /// A table, a line for each group.
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    Count,
    Last,
    Class,
}

impl From<Order> for Sort {
    fn from(order: Order) -> Self {
        match order {
            Order::Count => Self::Count,
            Order::Last => Self::Last,
            Order::Class => Self::Class,
        }
    }
}

/// Groups a log.
pub(super) fn run(arguments: &TriageArguments) -> Result<Exit, Failed> {
    let ground = ground()?;
    if arguments.screen {
        return screen::run(arguments, &ground);
    }
    let catalog = Arc::clone(&ground.catalog);
    // A failure of each group is kept in memory where a note may be made of it.
    let examples = arguments.notes.is_some().then(Arc::<Examples>::default);
    let mut found = if arguments.merge {
        merged(&arguments.files, &catalog)?
    } else {
        read(arguments, &catalog, examples.clone())?
    };
    tell(arguments, &found);
    // A part may be empty: an engine that spreads lines does not ask.
    if found.tally.is_empty() && !arguments.partial {
        return Err(nothing_in(arguments, &found));
    }
    let texts: Vec<String> = found.tally.texts().into_iter().collect();
    let refused = audit(&texts, &Readmission::new(&catalog));
    tell_refused(refused.len());
    found.tally.withhold(&refused);
    if arguments.partial {
        write(&found.tally.to_partial())?;
        // Lines that are no records stand in the result.
        return Ok(if found.stopped.is_empty() { Exit::Done } else { Exit::Findings });
    }
    let most = match (arguments.top, arguments.output) {
        (Some(0), _) => usize::MAX,
        (Some(top), _) => top,
        (None, Output::Text) => SHOWN,
        (None, _) => usize::MAX,
    };
    let report = Report::of(&found.tally, &catalog, arguments.sort.into(), most);
    write(&match arguments.output {
        Output::Text => report.to_text(),
        Output::Json => report.to_json(),
        Output::Jsonl => report.to_json_lines(),
        Output::Csv => report.to_csv(),
    })?;
    if let Some(folder) = &arguments.notes {
        pages::write(folder, &report, &ground, examples.as_deref())?;
    }
    if found.tally.bad_lines() == found.tally.lines() {
        return Err(Failed::new(
            Exit::NothingUsable,
            "no line is a record of a request; say with --profile or --map how the log is laid out",
        ));
    }
    Ok(exit(&found))
}

fn exit(found: &Found) -> Exit {
    if found.tally.bad_lines() > 0 || !found.stopped.is_empty() { Exit::Findings } else { Exit::Done }
}

fn read(
    arguments: &TriageArguments,
    catalog: &Catalog,
    examples: Option<Arc<Examples>>,
) -> Result<Found, Failed> {
    let options = Options { examples, ..input::options(arguments, catalog)? };
    let progress = Progress::default();
    let mut bar = progress::Bar::new(&arguments.files, &progress);
    let hearer = Hearer { progress: &progress, told: &mut || bar.tick(), parts: None };
    let found = logs::read(&arguments.files, threads(arguments), (catalog, &options), hearer);
    bar.clear();
    if found.tally.is_empty() && !found.stopped.is_empty() {
        return Err(nothing_in(arguments, &found));
    }
    Ok(found)
}

fn threads(arguments: &TriageArguments) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    arguments.threads.map_or_else(processors, usize::from)
}

/// Why there is no line.
fn nothing_in(arguments: &TriageArguments, found: &Found) -> Failed {
    let why = found.stopped.first().map_or_else(
        || "there is no line in the input; give a log with one JSON object a line, or a HAR".to_owned(),
        |(at, why)| {
            let name = arguments.files.get(*at).map_or("the input", String::as_str);
            format!("{name} cannot be read ({why}); give a file that can, or - for stdin")
        },
    );
    Failed::new(Exit::NothingUsable, why)
}

fn merged(files: &[String], catalog: &Catalog) -> Result<Found, Failed> {
    let mut tally = Tally::default();
    for file in files {
        let broken =
            |why: String| Failed::new(Exit::NothingUsable, format!("{file} cannot be joined: {why}"));
        let mut source = logs::open(file, &Progress::default()).map_err(|e| broken(e.to_string()))?;
        input::lines(&mut *source, &mut |line| {
            let part = Tally::of_partial(line, catalog).map_err(|e| e.to_string())?;
            tally.join(part);
            Ok(())
        })
        .map_err(broken)?;
    }
    tally.settle();
    Ok(Found { tally, ..Found::default() })
}

/// Where the lines stand that are no records, and which files were not read to their end. On stderr: a result is the same
/// wherever its lines stood.
fn tell(arguments: &TriageArguments, found: &Found) {
    let name = |at: usize| arguments.files.get(at).map_or("the input", String::as_str);
    for bad in &found.bad {
        say::line(&format!("{}: byte {}, {} bytes: {}", name(bad.file), bad.at, bad.bytes, bad.why.words()));
    }
    let more = found.tally.bad_lines().saturating_sub(found.bad.len() as u64);
    if more > 0 && !found.bad.is_empty() {
        say::line(&format!("and {more} more lines that are no records"));
    }
    for (at, why) in &found.stopped {
        say::line(&format!("{} was not read to its end: {why}; what came before is counted", name(*at)));
    }
}

/// How many texts the audit refused; nothing where it was none.
fn tell_refused(count: usize) {
    if count > 0 {
        say::line(&format!("{count} texts are not shown: the audit found in them what must not leave"));
    }
}

/// Audits texts that the log brought in; gives those that must not be shown. Their groups stay.
fn audit(texts: &[String], readmission: &Readmission) -> BTreeSet<String> {
    let passes = |text: &str| readmission.pass(text, Format::Plain).is_ok();
    let mut refused = BTreeSet::new();
    for some in texts.chunks(AUDITED) {
        if !passes(&some.join("\n\n")) {
            refused.extend(some.iter().filter(|text| !passes(text)).cloned());
        }
    }
    refused
}

fn write(text: &str) -> Result<(), Failed> {
    say::output(text).map_err(|e| Failed::stdout(&e))
}
