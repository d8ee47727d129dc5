//! Several requests in one text: commands one after the other, `--next`, each with what stands below it.

use secrecy::ExposeSecret;

use super::{answer, command, curl, literal_key, read, reported_above, shell, without_fence};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Intake};

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
    let is_json = inner.starts_with(['{', '[']);
    let unquoted = command::without_entities(inner).or_else(|| command::unquoted(inner));
    let body = unquoted.as_deref().unwrap_or(inner);
    let mut next = if is_json { None } else { command::find(body, 0) };
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(found) = next.take() {
        let commands = commands(body, from, found, files, catalog, ring);
        let end = commands.next.map_or(body.len(), |next| next.line);
        for intake in commands.intakes {
            pieces.push(Piece { intake, start: found.line, end });
        }
        from = commands.end;
        next = commands.next.filter(|next| next.line > found.line && pieces.len() < MOST_PIECES);
    }
    if pieces.is_empty() {
        pieces.push(Piece { intake: read(text, catalog, ring), start: 0, end: inner.len() });
    }
    for piece in &mut pieces {
        let whole = unquoted.is_some();
        (piece.start, piece.end) =
            if whole { (0, text.len()) } else { (piece.start + offset, piece.end + offset) };
        for finding in &mut piece.intake.findings {
            finding.span = finding.span.filter(|_| !whole).map(|(start, end)| (start + offset, end + offset));
        }
    }
    pieces
}

/// The first command of `text`, which stands at `found`, and what stands below it.
pub(super) fn first(text: &str, found: command::Found, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let commands = commands(text, 0, found, &curl::no_files, catalog, ring);
    let several = commands.next.is_some() || commands.intakes.len() > 1;
    let mut intake = commands.intakes.into_iter().next().unwrap_or_default();
    if several {
        intake.findings.push(
            Finding::new(
                "several_commands",
                Level::Warning,
                "the paste holds several requests; the first was taken",
            )
            .fix("paste the request that failed alone, if it is another one"),
        );
    }
    intake
}

/// What one command makes.
struct Commands {
    /// Its requests: one, and one more for each `--next`.
    intakes: Vec<Intake>,
    /// Byte behind it and what belongs to it.
    end: usize,
    /// The next command.
    next: Option<command::Found>,
}

/// A curl command at `found`, and what stands below it, up to the next. Text before byte `from` belongs to others.
fn commands(
    text: &str,
    from: usize,
    found: command::Found,
    files: curl::Files<'_>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Commands {
    let above = text.get(..found.line).unwrap_or("");
    let own_line = text.get(found.line..found.arguments).unwrap_or("");
    let held = ring.iter().count();
    let mut variables = command::assignments(&format!("{above}\n{own_line}"), ring);
    match shell::Dialect::of(text, found.arguments, found.in_backticks) {
        shell::Dialect::PowerShell => shell::powershell::assignments(above, &mut variables),
        shell::Dialect::Cmd => shell::cmd::assignments(above, &mut variables),
        shell::Dialect::Posix => {}
    }
    let read = curl::read(text, found.arguments, found.in_backticks, &variables, files, catalog, ring);
    let mut findings = read.findings;
    let mut below_from = read.end;
    // What a pipe led to belongs to the command's line.
    if !text.get(..read.end).is_some_and(|before| before.ends_with('\n')) {
        let line_end = text.get(read.end..).and_then(|rest| rest.find('\n'));
        below_from = line_end.map_or(text.len(), |at| read.end + at);
    }
    let next = command::find(text, below_from).filter(|next| !next.in_prose);
    // Another command on the same line, behind `;` or `&&`.
    let same_line = text.get(read.end..below_from).and_then(|rest| {
        let joint = rest.trim_start();
        joint.starts_with([';', '&']).then(|| command::find(text, read.end)).flatten()
    });
    let next = same_line
        .filter(|n| n.arguments <= below_from)
        .map(|n| command::Found { line: read.end, ..n })
        .or(next);
    let rest_end = next.map_or(text.len(), |next| next.line.max(below_from));
    let rest = text.get(below_from..rest_end).unwrap_or("");
    let mut below = answer::below(rest, read.prints_status, catalog, ring);
    if below.attempt.is_none() {
        below = reported_above(above.get(from..).unwrap_or(""), catalog, ring);
    }
    if ring.iter().count() > held && !findings.iter().any(|f| f.id == "literal_key") {
        findings.push(literal_key());
    }
    if let Some(attempt) = &mut below.attempt {
        // What was sent had the secrets in it; a variable without a value leaves the masked length.
        let sent = ring.resolve(&read.draft.body).map(|body| body.expose_secret().len());
        attempt.request_bytes = sent.unwrap_or(read.draft.body.len()) as u64;
    }
    for finding in &mut findings {
        finding.span.get_or_insert((found.line, read.end));
    }
    // LiteLLM logs what it sends as a command.
    let by_litellm = above.lines().next_back().is_some_and(|line| line.contains("LiteLLM"));
    let client = if by_litellm { "litellm" } else { "curl" };
    let of = |draft: Draft, findings: Vec<Finding>| Intake {
        kind: "curl",
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
        ..of(read.draft, findings)
    };
    let others = read.others.into_iter().map(|(draft, findings)| of(draft, findings));
    Commands { intakes: std::iter::once(first).chain(others).collect(), end: rest_end, next }
}
