//! The ready-to-attach set of a case: the note in each form, the fixture, what a search and a check show; in a folder, or as one
//! zip.

use std::io::Write;
use std::path::{Path, PathBuf};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::check_report;
use super::exit::{Exit, Failed};
use super::say;
use super::walk::Walk;
use crate::case::note::{self, Audience};
use crate::case::replay::Fixture;
use crate::case::sanitize::{Format, Readmission};
use crate::io::deliver::reveal;
use crate::io::store::{private_folder, shown, write_atomic};
use crate::session::{Delivered, Event};

/// One file of it: a name, a text that the audit let pass.
struct Part {
    name: String,
    text: String,
}

/// True where `path` asks for the set: a folder, or a zip.
pub(super) fn is_asked(path: &str) -> bool {
    path.ends_with('/') || is_zip(path)
}

/// True where `path` asks for one zip.
pub(super) fn is_zip(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

/// Writes the set of the case in `walk` to `path`, with the report of a check in the file `check`.
///
/// # Errors
/// The audit refuses a part, or a file cannot be written; a folder then holds the parts before it.
pub(super) fn write(walk: &mut Walk, path: &str, check: Option<&str>) -> Result<(), Failed> {
    let parts = parts(walk, check)?;
    let whole = expanded(path)?;
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    let failed = |e: crate::io::store::StoreError| Failed::new(Exit::Delivery, e.to_string());
    if is_zip(path) {
        write_atomic(&whole, &zipped(&parts)?).map_err(failed)?;
        say::line(&format!("written to {}: {}", shown(&whole), names.join(", ")));
    } else {
        private_folder(&whole).map_err(failed)?;
        for part in &parts {
            write_atomic(&whole.join(&part.name), part.text.as_bytes()).map_err(failed)?;
        }
        // The note itself was delivered there already.
        say::line(&format!("written into {}: {}", shown(&whole), names.join(", ")));
        return Ok(());
    }
    let route = format!("file {}", shown(&whole));
    walk.give(Event::Delivered(Ok(Delivered { route, certain: true, path: Some(shown(&whole)) })));
    Ok(())
}

/// Opens the folder that `path` is or lies in, or says where it is.
pub(super) fn show(path: &str) -> Result<(), Failed> {
    let whole = expanded(path)?;
    let folder = if whole.is_dir() { whole.as_path() } else { whole.parent().unwrap_or(&whole) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let opened = if reveal(folder) { "opened" } else { "no desktop to open it on" };
    say::line(&format!("{}: {opened}", shown(folder)));
    Ok(())
}

fn parts(walk: &mut Walk, check: Option<&str>) -> Result<Vec<Part>, Failed> {
    let refused = |refusal: crate::case::sanitize::Refusal| Failed::new(Exit::Refused, refusal.to_string());
    let id = walk.session.id().to_owned();
    let chosen = walk.session.format();
    let mut parts = Vec::new();
    let mut yaml = String::new();
    for (format, ending) in [(Format::Markdown, "md"), (Format::Yaml, "yaml")] {
        walk.give(Event::FormatChosen(format));
        let Some(output) = walk.session.output() else { continue };
        let text = output.rendered.clone().map_err(refused)?.as_str().to_owned();
        if format == Format::Yaml {
            yaml.clone_from(&text);
        }
        parts.push(Part { name: format!("{id}.{ending}"), text });
    }
    walk.give(Event::FormatChosen(chosen));
    let readmission = Readmission::new(walk.session.catalog());
    // A note without a request, of an answer alone, has no fixture.
    if let Some(fixture) = note::read(&yaml).ok().and_then(|value| Fixture::of(&value).ok()) {
        let text = readmission.pass(&fixture.text(), Format::Json).map_err(refused)?;
        parts.push(Part { name: format!("{id}.fixture.json"), text: text.as_str().to_owned() });
    }
    if let Some(report) = walk.session.isolation_report(Format::Json) {
        let text = report.map_err(refused)?.as_str().to_owned();
        parts.push(Part { name: format!("{id}.isolate.json"), text });
    }
    if let (Some(file), Some(output)) = (check, walk.session.output()) {
        check_report::refuse_public(output.note.audience == Audience::Public)?;
        let report = check_report::audited(file, &readmission)?;
        // It was made by another run, of which this case knows nothing; what this case knows must not stand in it either.
        let report = output.pass(report.as_str().to_owned(), Format::Json).map_err(refused)?;
        parts.push(Part { name: format!("{id}.check.json"), text: report.as_str().to_owned() });
    }
    Ok(parts)
}

/// `~/` is the home folder.
fn expanded(path: &str) -> Result<PathBuf, Failed> {
    let Some(rest) = path.strip_prefix("~/") else { return Ok(PathBuf::from(path)) };
    let home = etcetera::home_dir().map_err(|_| {
        Failed::new(Exit::Delivery, "there is no home folder for `~/`; write the path in full")
    })?;
    Ok(home.join(rest))
}

/// One archive without compression: the texts are small, and every mail program can look into it.
fn zipped(parts: &[Part]) -> Result<Vec<u8>, Failed> {
    let failed =
        |e: &dyn std::fmt::Display| Failed::new(Exit::Delivery, format!("the zip cannot be made: {e}"));
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o600);
    for part in parts {
        writer.start_file(&part.name, options).map_err(|e| failed(&e))?;
        writer.write_all(part.text.as_bytes()).map_err(|e| failed(&e))?;
    }
    Ok(writer.finish().map_err(|e| failed(&e))?.into_inner())
}
