//! What the operator says of the log, and the lines of partial results.

use std::io::Read;

use super::TriageArguments;
use crate::case::catalog::{Catalog, LogProfile};
use crate::case::triage::Options;
use crate::ui::cli::exit::{Exit, Failed};

/// The longest partial result that is taken, bytes.
const LONGEST_PARTIAL: usize = 256 * 1024 * 1024;

/// A part of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Time,
    RequestId,
    Method,
    Path,
    Model,
    Status,
    Headers,
    Body,
    Text,
    Prompt,
}

const FIELDS: [(&str, Field); 10] = [
    ("time", Field::Time),
    ("request_id", Field::RequestId),
    ("method", Field::Method),
    ("path", Field::Path),
    ("model", Field::Model),
    ("status", Field::Status),
    ("headers", Field::Headers),
    ("body", Field::Body),
    ("text", Field::Text),
    ("prompt", Field::Prompt),
];

/// `field=path`.
pub(super) fn mapping(text: &str) -> Result<(Field, String), String> {
    let (name, path) =
        text.split_once('=').ok_or("write it as FIELD=PATH, for example status=response.code")?;
    let field = FIELDS.iter().find(|(own, _)| *own == name).map(|(_, field)| *field);
    let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    let field = field.ok_or_else(|| format!("the fields are {}", names.join(", ")))?;
    if path.trim_matches(['/', '.']).is_empty() {
        return Err("the path is empty; write it as response.status or /response/status".to_owned());
    }
    Ok((field, path.to_owned()))
}

/// How the log is read.
///
/// # Errors
/// A profile of that name is not known.
pub(super) fn options(arguments: &TriageArguments, catalog: &Catalog) -> Result<Options, Failed> {
    let known = |ids: Vec<&str>| ids.join(", ");
    if let Some(id) = &arguments.gateway
        && catalog.profile(id).is_none()
    {
        let ids = known(catalog.profiles.iter().map(|p| p.id.as_str()).collect());
        return Err(Failed::new(
            Exit::Usage,
            format!("there is no gateway profile of that name; known: {ids}"),
        ));
    }
    let named = match &arguments.profile {
        None => None,
        Some(id) => {
            let found = catalog.log_profiles.iter().find(|profile| profile.id == *id);
            let ids = || known(catalog.log_profiles.iter().map(|p| p.id.as_str()).collect());
            let missing = || {
                Failed::new(Exit::Usage, format!("there is no kind of log of that name; known: {}", ids()))
            };
            Some(found.cloned().ok_or_else(missing)?)
        }
    };
    let mut profile = named;
    let mut said: Vec<Field> = Vec::new();
    for (field, path) in &arguments.map {
        let fields = &mut profile.get_or_insert_with(LogProfile::default).fields;
        let places = match field {
            Field::Time => &mut fields.time,
            Field::RequestId => &mut fields.request_id,
            Field::Method => &mut fields.method,
            Field::Path => &mut fields.path,
            Field::Model => &mut fields.model,
            Field::Status => &mut fields.status,
            Field::Headers => &mut fields.headers,
            Field::Body => &mut fields.body,
            Field::Text => &mut fields.text,
            Field::Prompt => &mut fields.prompt,
        };
        // What is said here replaces what the profile says.
        if !said.contains(field) {
            places.clear();
            said.push(*field);
        }
        places.push(path.clone());
    }
    Ok(Options { profile, gateway: arguments.gateway.clone(), ..Options::default() })
}

/// Gives each line to `each`.
///
/// # Errors
/// What reading or `each` fails with, in words.
pub(super) fn lines(
    source: &mut dyn Read,
    each: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    use std::io::BufRead as _;
    let mut source = std::io::BufReader::new(source);
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = LONGEST_PARTIAL as u64;
        let read =
            std::io::Read::take(&mut source, most).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
        if read == 0 {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() {
            each(line.trim_ascii())?;
        }
    }
}
