//! Several requests in one text: commands one after the other, `--next`, each with what stands below it; files of
//! requests, flows of a proxy.

mod branches;
mod turns;
mod walk;

use self::walk::Walk;
use super::{
    bru, client_log, client_prints, collection, command, curl, embedded, exchanges, flows, http_file, hurl,
    read, records, without_fence, wrapping,
};
use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::Intake;

/// More requests than anybody reads.
const MOST_PIECES: usize = 1000;

/// One request or answer of a text.
#[derive(Clone)]
pub struct Piece {
    /// What it says.
    pub intake: Intake,
    /// First byte of the text that it was read from.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// All requests and answers of `text`, in order; at least one, which may say that nothing usable is there. `files` gives
/// the text of a file that a command names, or `None`. Places of findings are bytes of `text`.
pub fn read_all(
    text: &str,
    files: &dyn Fn(&str) -> Option<String>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Vec<Piece> {
    let inner = without_fence(text.trim_start_matches('\u{feff}').trim());
    let offset = inner.as_ptr() as usize - text.as_ptr() as usize;
    let told = embedded::told_in_json(inner);
    let is_json = told.is_none()
        && inner.starts_with(['{', '['])
        && serde_json::from_str::<serde::de::IgnoredAny>(inner).is_ok();
    let unquoted = told.or_else(|| if is_json { None } else { wrapping::off(inner) });
    let body = unquoted.as_deref().unwrap_or(inner);
    let found = if is_json { None } else { command::find(body, 0) };
    let mut pieces = Vec::new();
    let of_file = |found: command::Found| found.in_prose || is_within_file(body, found);
    if !is_json && found.is_none_or(of_file) {
        pieces = of_files(body, files, catalog, ring).unwrap_or_default();
    }
    if is_json
        && collection::may_be(inner)
        && let Ok(value) = serde_json::from_str(inner)
    {
        pieces = collection::read(&value, inner.len(), catalog, ring).unwrap_or_default();
    }
    if pieces.is_empty() {
        pieces = of_commands(body, found, files, catalog, ring);
    }
    if pieces.is_empty()
        && !is_json
        && !super::http::starts_with_request_line(body)
        && let Some(several) = super::web_request::read_several(body, catalog, ring)
    {
        pieces = several.into_iter().map(|(intake, start, end)| Piece { intake, start, end }).collect();
    }
    if pieces.is_empty() {
        let mut intake = read(text, catalog, ring);
        // Commands take the files that they name themselves; `PowerShell`'s own are read with the whole text.
        if let (Some(file), Some(draft)) = (&intake.body_file, &mut intake.draft)
            && draft.body.is_empty()
            && let Some(text) = files(&file.path)
        {
            let (body, found) = super::body_of_file(&text, file, catalog, ring);
            draft.body = body.into();
            intake.findings.extend(found);
            intake.findings.retain(|finding| finding.id != "body_from_file");
            intake.body_file = None;
        }
        pieces.push(Piece { intake, start: 0, end: inner.len() });
    }
    // What an answer may repeat; without one nobody asks for it.
    let answered = pieces.iter().any(|piece| piece.intake.observed.is_some());
    let written = if answered { super::written::literals(text) } else { Vec::new() };
    for piece in &mut pieces {
        if let Some(draft) = &mut piece.intake.draft {
            super::again::mask(draft, ring);
        }
        if let Some(observed) = &mut piece.intake.observed {
            observed.written.extend(written.iter().cloned());
        }
        let whole = unquoted.is_some();
        (piece.start, piece.end) =
            if whole { (0, text.len()) } else { (piece.start + offset, piece.end + offset) };
        for finding in &mut piece.intake.findings {
            finding.span = finding.span.filter(|_| !whole).map(|(start, end)| (start + offset, end + offset));
        }
    }
    pieces
}

fn of_commands(
    text: &str,
    mut next: Option<command::Found>,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut walk = Walk::new(text, files, catalog);
    while let Some(found) = next.take() {
        let commands = walk.commands(found, ring);
        let end = commands.next.map_or(text.len(), |next| next.line);
        for intake in commands.intakes {
            pieces.push(Piece { intake, start: found.line, end });
        }
        next = commands.next.filter(|next| next.line > found.line && pieces.len() < MOST_PIECES);
    }
    pieces
}

/// True where the command stands in a block of a file of requests.
pub(super) fn is_within_file(text: &str, found: command::Found) -> bool {
    http_file::is_one(text) && text.get(..found.line).is_some_and(|before| before.contains("\n###"))
}

/// The request of a command that stands in the place of one in a file.
pub(super) fn of_block(block: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Intake> {
    let found = command::find(block, 0).filter(|found| !found.in_prose)?;
    let mut intake =
        Walk::new(block, &curl::no_files, catalog).commands(found, ring).intakes.into_iter().next()?;
    for finding in &mut intake.findings {
        finding.span = None;
    }
    Some(intake)
}

/// The requests of a file of requests or of a proxy's dump; `None` where the text is neither.
pub(super) fn of_files(
    text: &str,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<Vec<Piece>> {
    let pieces = if flows::is_one(text) {
        flows::read_all(text, catalog, ring)
    } else if bru::is_one(text) {
        bru::read_all(text, catalog, ring)
    } else if hurl::is_one(text) {
        hurl::read_all(text, files, catalog, ring)
    } else if exchanges::is_one(text) && text.contains("\nHTTP/") && !text.contains("\n###") {
        exchanges::read_all(text, catalog, ring)
    } else if http_file::is_one(text) {
        http_file::read_all(text, files, catalog, ring)
    } else if exchanges::is_one(text) {
        exchanges::read_all(text, catalog, ring)
    } else {
        of_logs(text, catalog, ring)
    };
    let mut pieces = Some(pieces).filter(|pieces| !pieces.is_empty())?;
    for piece in &mut pieces {
        let own = text.get(piece.start..piece.end).unwrap_or("");
        super::client::complete(&mut piece.intake, own, catalog);
        super::logged::complete(&mut piece.intake, own, catalog, ring);
        super::hosted::complete(&mut piece.intake, own, catalog, ring);
        super::when::complete(&mut piece.intake, own);
    }
    Some(pieces)
}

/// The calls of a client's log, of curl's `-v`, or the failures that stand one below the other.
fn of_logs(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    let readers =
        [client_log::read_all, client_prints::read_all, exchanges::shown_by_curl, records::read_all];
    readers.iter().map(|read| read(text, catalog, ring)).find(|pieces| !pieces.is_empty()).unwrap_or_default()
}

/// The one of `pieces` that failed, else the first; with a word on the others.
pub(super) fn proposed(mut pieces: Vec<Piece>) -> Intake {
    let several = pieces.len() > 1;
    let failed = |piece: &Piece| {
        piece.intake.observed.as_ref().is_some_and(|attempt| match &attempt.outcome {
            Outcome::Response(response) => response.status.is_some_and(|status| status >= 400),
            Outcome::Transport(_) => true,
        })
    };
    let at = pieces.iter().position(failed);
    let mut intake =
        if pieces.is_empty() { Intake::default() } else { pieces.swap_remove(at.unwrap_or(0)).intake };
    if several {
        let taken = if at.is_some() { "the first one that failed was taken" } else { "the first was taken" };
        intake.findings.push(several_found(taken));
    }
    intake
}

fn several_found(taken: &str) -> Finding {
    Finding::new("several_commands", Level::Warning, format!("the paste holds several requests; {taken}"))
        .fix("choose another one on the screen, or paste it alone, if this is not the one that failed")
}

/// The first command of `text`, which stands at `found`, and what stands below it.
pub(super) fn first(text: &str, found: command::Found, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let commands = Walk::new(text, &curl::no_files, catalog).commands(found, ring);
    let several = commands.next.is_some() || commands.intakes.len() > 1;
    let mut intake = commands.intakes.into_iter().next().unwrap_or_default();
    if several {
        intake.findings.push(several_found("the first was taken"));
    }
    intake
}
