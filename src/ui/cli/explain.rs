//! `casefile explain`: what can be said of a failure, without sending anything; one, or a line each.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use super::exit::{Exit, Failed};
use super::start::ground;
use super::{OutputKind, say};
use crate::case::catalog::Catalog;
use crate::case::explain::{Explanation, Record, clean_id, explain};
use crate::case::sanitize::Clean;

/// Longest line of a batch, bytes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// Options of `casefile explain`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = "Examples:\n  casefile explain traceback.txt\n  pbpaste | casefile explain -\n  \
    casefile explain err.json --status 503 --header 'x-request-id: 20261120...'\n  \
    casefile explain --input jsonl failures.jsonl > explained.jsonl\n\n\
    No request is sent. What comes out is sanitized: keys are replaced by [key#1], prompts by their length.\n\n\
    --input jsonl reads one failure a line, or an array of them: {\"id\", \"method\", \"path\", \"model\", \"status\", \"headers\": {}, \"body\", \
    \"text\"}, all but the id optional; \"text\" is what a client printed. One JSON line comes out for each, in order, with \
    the same id; a line that is no record says so in `problem`.\n\n\
    Exit code 0: done; 1: done, some lines were no records; 3: nothing usable in the input; 6: the output cannot be written."
)]
pub struct ExplainArguments {
    /// What the operator has: an error text, a traceback, an answer, a curl command with its answer. `-` is stdin.
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Status of the answer that FILE holds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=599))]
    status: Option<u16>,
    /// A header of that answer, `Name: value`. Give it once for each.
    #[arg(long, value_name = "HEADER", value_parser = header)]
    header: Vec<(String, String)>,
    /// Method of the request.
    #[arg(long, value_name = "M")]
    method: Option<String>,
    /// Path or URL of the request.
    #[arg(long, value_name = "P")]
    path: Option<String>,
    /// Model of the request.
    #[arg(long, value_name = "X")]
    model: Option<String>,
    /// Gateway profile by id; otherwise chosen by host.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// One failure as it is, or a record a line.
    #[arg(long, value_enum, default_value = "auto")]
    input: Input,
    /// For people, or JSON on stdout. A batch is always JSON.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
}

/// How the input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    /// One failure, in whatever form.
    Auto,
    /// A JSON record a line.
    Jsonl,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as `Name: value`")?;
    let named = !name.trim().is_empty() && !name.trim().contains(char::is_whitespace);
    named
        .then(|| (name.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "the name is missing".to_owned())
}

/// Explains.
pub(super) fn run(arguments: &ExplainArguments) -> Result<Exit, Failed> {
    let catalog = ground()?.catalog;
    if let Some(id) = &arguments.gateway
        && catalog.profile(id).is_none()
    {
        let known: Vec<&str> = catalog.profiles.iter().map(|p| p.id.as_str()).collect();
        let known = known.join(", ");
        return Err(Failed::new(
            Exit::Usage,
            format!("there is no gateway profile of that name; known: {known}"),
        ));
    }
    match arguments.input {
        Input::Auto => one(arguments, &catalog),
        Input::Jsonl => batch(arguments, &catalog),
    }
}

fn one(arguments: &ExplainArguments, catalog: &Catalog) -> Result<Exit, Failed> {
    let bytes = super::note::read(&arguments.file)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let record = Record {
        method: arguments.method.clone(),
        path: arguments.path.clone(),
        model: arguments.model.clone(),
        ..Record::of_text(text, arguments.status, arguments.header.clone())
    };
    let explained = explain(&record, arguments.gateway.as_deref(), catalog).ok_or_else(|| {
        Failed::new(
            Exit::NothingUsable,
            "there is no failure in the input; give an error text, an answer (with --status), or a command with its answer",
        )
    })?;
    let text = match arguments.output {
        OutputKind::Json => serde_json::to_string_pretty(&explained).unwrap_or_default(),
        OutputKind::Text => say::harmless(&in_words(&explained)),
    };
    say::output(&text).map_err(|e| not_written(&e))?;
    Ok(Exit::Done)
}

/// What a line of a batch becomes.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Explained(Box<Explanation>),
    Problem { id: Option<Clean>, line: u64, problem: &'static str },
}

fn batch(arguments: &ExplainArguments, catalog: &Catalog) -> Result<Exit, Failed> {
    let mut input = BufReader::new(open(&arguments.file)?);
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut number, mut problems, mut bytes) = (0, 0_u64, Vec::new());
    loop {
        bytes.clear();
        let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        let read = read
            .map_err(|e| Failed::new(Exit::NothingUsable, format!("reading stopped in the middle ({e})")))?;
        if read == 0 {
            break;
        }
        number += 1;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii();
        if text.is_empty() {
            continue;
        }
        for value in values(text) {
            let line = line(value, number, arguments.gateway.as_deref(), catalog);
            problems += u64::from(matches!(line, Line::Problem { .. }));
            let mut written = serde_json::to_vec(&line).unwrap_or_default();
            written.push(b'\n');
            match output.write_all(&written) {
                Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
                other => other.map_err(|e| not_written(&e))?,
            }
        }
    }
    match output.flush() {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => return Err(not_written(&e)),
        _ => {}
    }
    if problems > 0 {
        say::line(&format!("{problems} of {number} lines are no records of a failure; `problem` says why"));
    }
    Ok(if problems > 0 { Exit::Findings } else { Exit::Done })
}

/// What stands on a line: a record, or an array of them; `Null` where it is no JSON.
fn values(text: &[u8]) -> Vec<Value> {
    match serde_json::from_slice(text) {
        Ok(Value::Array(records)) => records,
        read => vec![read.unwrap_or_default()],
    }
}

fn line(value: Value, number: u64, gateway: Option<&str>, catalog: &Catalog) -> Line {
    // What is derived for a record takes a list for its members in their order.
    let record = value.is_object().then(|| serde_json::from_value::<Record>(value).ok()).flatten();
    let Some(record) = record else {
        return Line::Problem { id: None, line: number, problem: "the line is no JSON object of a record" };
    };
    match explain(&record, gateway, catalog) {
        Some(explained) => Line::Explained(Box::new(explained)),
        None => Line::Problem {
            id: clean_id(&record, catalog),
            line: number,
            problem: "no status, no answer and no text of a failure in the record",
        },
    }
}

fn open(file: &str) -> Result<Box<dyn Read>, Failed> {
    if file == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let opened = std::fs::File::open(file);
    opened.map(|f| Box::new(f) as Box<dyn Read>).map_err(|e| {
        Failed::new(
            Exit::NothingUsable,
            format!("{file} cannot be read ({e}); give a file that can, or - for stdin"),
        )
    })
}

fn not_written(why: &std::io::Error) -> Failed {
    Failed::new(Exit::Delivery, format!("stdout cannot be written ({why})"))
}

/// For people: what it is, what to do, why, and what speaks against it.
fn in_words(explained: &Explanation) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let cause = explained.cause.as_ref().map_or_else(String::new, |c| format!(" ({c})"));
    let sure = if explained.confirmed { "" } else { ", unconfirmed" };
    lines.push(("class", format!("{}{cause}{sure}", word(&explained.failure_class))));
    lines.push((
        "retry",
        format!("{}; another model: {}", word(&explained.retryable), word(&explained.fallback)),
    ));
    if explained.times > 1 {
        lines.push(("times", format!("{}, read as one failure", explained.times)));
    }
    if let Some(status) = explained.status {
        lines.push(("status", status.to_string()));
    }
    if let Some(transport) = &explained.transport {
        lines.push(("transport", word(transport)));
    }
    let error = &explained.error;
    for (name, value) in [
        ("message", &error.message),
        ("inside it", &error.inner_message),
        ("code", &error.code),
        ("type", &error.error_type),
        ("param", &error.param),
    ] {
        lines.extend(value.as_ref().map(|value| (name, value.to_string())));
    }
    for id in &explained.request_ids {
        let first = if id.primary { ", name it first" } else { "" };
        lines.push(("request id", format!("{} ({}{first})", id.id, id.source)));
    }
    if let (Some(layer), Some(because)) = (&explained.layer, &explained.layer_because) {
        lines.push(("answered by", format!("{}: {because}", word(layer))));
    }
    lines.extend(explained.first_action.iter().map(|action| ("do first", action.clone())));
    let action = word(&explained.operator_action).replace('_', " ");
    lines.push(("operator", format!("{action}; mended by: {}", word(&explained.owner))));
    if let Some(topic) = &explained.topic {
        let whose = topic.site.as_ref().map_or_else(String::new, |site| format!(" (a page of {site})"));
        lines.push(("read", format!("{}{whose} <{}>", topic.title, topic.url)));
    }
    for reason in &explained.because {
        lines.push(("because", format!("{} [{}]", reason.words, reason.rule)));
    }
    for other in &explained.alternatives {
        lines.push(("or else", format!("{} [{}]", word(&other.failure_class), other.rule)));
    }
    lines.extend(explained.against.iter().map(|words| ("against", words.clone())));
    lines.extend(explained.tell_apart.iter().map(|words| ("tell apart", words.clone())));
    lines.extend(explained.uncertain.iter().map(|open| ("open", open.clone())));
    let mut out = String::new();
    for (name, value) in lines {
        let _ = writeln!(out, "{name:<12} {}", value.replace('\n', "\n             "));
    }
    out
}

/// The word of a closed list.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
