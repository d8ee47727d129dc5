//! Several requests in one text: commands one after the other, `--next`, each with what stands below it; files of
//! requests, flows of a proxy.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;

use super::script::{self, Script};

use super::shell::{Dialect, Variables};
use super::{
    answer, client_log, command, curl, embedded, exchanges, flows, http_file, httpie, hurl, litellm,
    literal_key, read, reported_above, shell, tries, web_request, without_fence, wrapping,
};
use crate::case::catalog::Catalog;
use crate::case::evidence::Outcome;
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Intake, Tried};

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
    if pieces.is_empty() {
        pieces = of_commands(body, found, files, catalog, ring);
    }
    if pieces.is_empty() {
        let intake = read(text, catalog, ring);
        pieces.push(Piece { intake, start: 0, end: inner.len() });
    }
    let written = super::written::literals(text);
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
    } else if hurl::is_one(text) {
        hurl::read_all(text, files, catalog, ring)
    } else if http_file::is_one(text) {
        http_file::read_all(text, files, catalog, ring)
    } else if exchanges::is_one(text) {
        exchanges::read_all(text, catalog, ring)
    } else {
        client_log::read_all(text, catalog, ring)
    };
    let mut pieces = Some(pieces).filter(|pieces| !pieces.is_empty())?;
    for piece in &mut pieces {
        let own = text.get(piece.start..piece.end).unwrap_or("");
        super::client::complete(&mut piece.intake, own, catalog);
    }
    Some(pieces)
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

/// What one command makes.
struct Commands {
    /// Its requests: one, and one more for each `--next`.
    intakes: Vec<Intake>,
    /// The next command.
    next: Option<command::Found>,
}

/// The way through the commands of a text; each byte is read for one command only.
struct Walk<'a> {
    text: &'a str,
    files: curl::Files<'a>,
    catalog: &'a Catalog,
    /// What was assigned so far.
    variables: Variables,
    /// For each shell, up to which byte its assignments were read.
    assigned: [usize; 3],
    /// Text before this byte belongs to commands that were read.
    from: usize,
    /// Loops and functions.
    script: Script,
    /// Files that the text itself writes, with their text.
    written: BTreeMap<String, String>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, files: curl::Files<'a>, catalog: &'a Catalog) -> Self {
        Self {
            text,
            files,
            catalog,
            variables: Variables::new(),
            assigned: [0; 3],
            from: 0,
            script: Script::of(text),
            written: BTreeMap::new(),
        }
    }

    /// The command at `found`, and what stands below it, up to the next.
    fn commands(&mut self, found: command::Found, ring: &mut KeyRing) -> Commands {
        let held = ring.iter().count();
        self.assign(found, ring);
        let above = self.text.get(self.from..found.line).unwrap_or("");
        let mut read = self.read(found, ring);
        let by_litellm = is_by_litellm(above);
        if by_litellm
            && let Some((end, finding)) =
                litellm::mend(self.text, found.arguments, &mut read.draft, self.catalog, ring)
        {
            read.findings = vec![finding];
            read.end = read.end.max(end);
        }
        // A here-document of the command before it on the same line stands below both.
        read.end = read.end.max(self.from);
        let (below_from, next) = self.next(found, read.stopped, read.end);
        let rest_end = next.map_or(self.text.len(), |next| next.line.max(below_from));
        let rest = self.text.get(below_from..rest_end).unwrap_or("");
        let mut below = answer::below(rest, read.prints_status, self.catalog, ring);
        if below.attempt.is_none() {
            below = reported_above(above, self.catalog, ring);
        }
        if ring.iter().count() > held && !read.findings.iter().any(|f| f.id == "literal_key") {
            read.findings.push(literal_key());
        }
        if let Some(attempt) = &mut below.attempt {
            // What was sent had the secrets in it; a variable without a value leaves the masked length.
            let sent = ring.resolve(&read.draft.body).map(|body| body.expose_secret().len());
            attempt.request_bytes = sent.unwrap_or(read.draft.body.len()) as u64;
        }
        for finding in &mut read.findings {
            finding.span.get_or_insert((found.line, read.end));
        }
        self.from = rest_end;
        for assigned in &mut self.assigned {
            *assigned = (*assigned).max(below_from.min(rest_end));
        }
        let tried = if below.attempt.is_some() { tries::read(rest) } else { Tried::default() };
        let mut intakes = intakes(found, by_litellm, read, below);
        if let Some(first) = intakes.first_mut() {
            first.tried = tried;
        }
        Commands { intakes, next }
    }

    /// Takes what was assigned between the command before and this one.
    fn assign(&mut self, found: command::Found, ring: &mut KeyRing) {
        let dialect = Dialect::of(self.text, found.arguments, found.in_backticks);
        let end = if dialect == Dialect::Posix { found.arguments } else { found.line };
        let mut take = |of: Dialect, end: usize| {
            let at = self.assigned.get_mut(of as usize);
            let from = at.map_or(end, |at| std::mem::replace(at, end.max(*at)));
            self.text.get(from..end).unwrap_or("")
        };
        let posix = take(Dialect::Posix, found.arguments);
        let own = take(dialect, end);
        command::assignments(posix, &mut self.variables, ring);
        self.written.extend(script::files_written(posix, &self.variables));
        match dialect {
            Dialect::PowerShell => shell::powershell::assignments(own, &mut self.variables, ring),
            Dialect::Cmd => shell::cmd::assignments(own, &mut self.variables, ring),
            Dialect::Posix => {}
        }
    }

    /// The command as each of its runs has it: in a loop or a function there may be several.
    fn read(&self, found: command::Found, ring: &mut KeyRing) -> curl::Read {
        let runs = self.script.runs(self.text, found.start, &self.variables, ring);
        let mut reads = runs.iter().map(|variables| self.run(found, variables, ring));
        let Some(mut first) = reads.next() else { return self.run(found, &self.variables, ring) };
        for read in reads {
            first.others.push((read.draft, read.findings));
            first.others.extend(read.others);
        }
        first
    }

    fn run(&self, found: command::Found, variables: &Variables, ring: &mut KeyRing) -> curl::Read {
        let (text, from) = (self.text, found.arguments);
        let written = |path: &str| self.written.get(path).cloned().or_else(|| (self.files)(path));
        let files: curl::Files<'_> = &written;
        if found.program != command::Program::Curl {
            return httpie::read(text, from, &found, variables, files, self.catalog, ring);
        }
        if let Some((draft, findings, end)) = web_request::of_alias(text, from, variables, self.catalog, ring)
        {
            return curl::Read { draft, end, findings, ..curl::Read::default() };
        }
        if let Some(command) = embedded::list(text, &found) {
            return curl::read_words(command, None, files, self.catalog, ring);
        }
        if let Some(inner) = embedded::string(text, &found) {
            let from = found.arguments - found.start;
            let mut read = curl::read(&inner.text, from, false, variables, files, self.catalog, ring);
            for finding in &mut read.findings {
                finding.span = None;
            }
            return curl::Read { end: inner.end, stopped: inner.end, ..read };
        }
        curl::read(text, from, found.in_backticks, variables, files, self.catalog, ring)
    }

    /// Where what stands below the command begins, and the command that follows.
    /// Its words stop at byte `stopped`, and what it takes up, at `end`.
    fn next(&self, found: command::Found, stopped: usize, end: usize) -> (usize, Option<command::Found>) {
        let mut below_from = end;
        // What a pipe led to belongs to the command's line.
        if !self.text.get(..end).is_some_and(|before| before.ends_with('\n')) {
            let line_end = self.text.get(end..).and_then(|rest| rest.find('\n'));
            below_from = line_end.map_or(self.text.len(), |at| end + at);
        }
        // Its here-document stands below the rest of its line, and another command may be there.
        if let Some(next) = self.beside_heredoc(found, stopped, end) {
            return (below_from, Some(next));
        }
        // In a sentence there may be another one in inline code.
        let prose = |next: &command::Found| found.in_backticks && next.in_backticks;
        let next = command::find(self.text, below_from).filter(|next| !next.in_prose || prose(next));
        // Another command on the same line, behind `;` or `&&`.
        let same_line = self.text.get(end..below_from).and_then(|rest| {
            let joint = rest.trim_start();
            let joined = joint.starts_with([';', '&']);
            let coded = || found.in_backticks && rest.trim_start_matches('`').contains('`');
            (joined || coded())
                .then(|| command::find(self.text, end))
                .flatten()
                .filter(|next| joined || next.in_backticks)
        });
        let next = same_line
            .filter(|n| n.arguments <= below_from)
            .map(|n| command::Found { line: end, ..n })
            .or(next);
        (below_from, next.filter(|next| next.arguments > found.arguments))
    }

    /// The command on the line of a here-document's mark, behind `;` or `&&`: `curl A -d @- <<EOF && curl B`.
    fn beside_heredoc(&self, found: command::Found, stopped: usize, end: usize) -> Option<command::Found> {
        let line = self.text.get(stopped..end)?.split('\n').next()?;
        if line.len() == end - stopped || !line.trim_start().starts_with([';', '&']) || stopped <= found.line
        {
            return None;
        }
        let next = command::find(self.text, stopped)?;
        (next.arguments <= stopped + line.len()).then_some(command::Found { line: stopped, ..next })
    }
}

/// LiteLLM logs what it sends as a command, below a line of these words (`litellm_logging.py`, `_get_request_curl_command`).
fn is_by_litellm(above: &str) -> bool {
    above.lines().next_back().is_some_and(|line| line.contains("Request Sent from LiteLLM"))
}

/// The requests of a command, the first with what stands below it.
fn intakes(found: command::Found, by_litellm: bool, read: curl::Read, below: answer::Below) -> Vec<Intake> {
    let (kind, client) = match found.program {
        command::Program::Httpie { .. } => ("httpie", "httpie"),
        command::Program::Xh { .. } => ("httpie", "xh"),
        command::Program::Curl if by_litellm => ("curl", "litellm"),
        command::Program::Curl => ("curl", "curl"),
    };
    let of = |draft: Draft, findings: Vec<Finding>| Intake {
        kind,
        draft: Some(draft),
        client: Some(client.to_owned()),
        findings,
        ..Intake::default()
    };
    let first = Intake {
        observed: below.attempt,
        said: below.said,
        deadlines: read.deadlines,
        body_file: read.body_file,
        ..of(read.draft, read.findings)
    };
    let others = read.others.into_iter().map(|(draft, findings)| of(draft, findings));
    std::iter::once(first).chain(others).collect()
}
