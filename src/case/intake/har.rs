//! HAR, the record of calls that browsers, proxies and API clients export (1.1 and 1.2).
//!
//! ```text
//! bytes ── cut: one entry at a time ── entry: lenient ──> Call (a list) ── propose ──> draft, observed ──> Intake
//! ```
//!
//! A file of any size is listed with one entry in memory. Nothing is refused: what is missing or cut off is a finding.

mod call;
mod client;
mod cut;
mod draft;
mod entry;
mod failure;
mod messages;
mod observed;
mod walk;

use std::io::Read;

use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level};
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Said};

pub use call::{Call, CallKind, propose};
pub use failure::CallFailure;
pub(super) use walk::unescaped;

use self::call::Summary;
use self::cut::Cutter;
use self::entry::Entry;

/// Calls in a list that neither failed nor went to a model; more of them are only counted.
const MOST_OTHERS: usize = 4_000;

/// Calls in a list; what comes after them is only counted.
const MOST_CALLS: usize = 50_000;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// The calls of a HAR.
#[derive(Debug, Default)]
pub struct Calls {
    /// In the order of the file: every call that failed or went to a model, and the first thousands of the others, so that
    /// a list of any file stays small.
    pub list: Vec<Call>,
    /// Entries in all, those that are not in the list too.
    pub count: usize,
    /// The tool that wrote the file, as it calls itself. Raw.
    pub creator: Option<String>,
    /// What is wrong with the file: cut off, entries too long.
    pub findings: Vec<Finding>,
}

/// Lists the calls of a HAR that comes in pieces.
pub struct Lister<'c> {
    cutter: Cutter,
    taker: Taker<'c>,
}

/// What becomes of each entry.
struct Taker<'c> {
    summary: Summary<'c>,
    calls: Calls,
    others: usize,
    too_long: usize,
    first_long: u64,
}

impl<'c> Lister<'c> {
    /// A lister; the catalog tells calls to models apart.
    pub fn new(catalog: &'c Catalog) -> Self {
        let summary = Summary::new(catalog);
        let taker = Taker { summary, calls: Calls::default(), others: 0, too_long: 0, first_long: 0 };
        Self { cutter: Cutter::new(), taker }
    }

    /// Reads a further piece of the file, of any size.
    pub fn feed(&mut self, piece: &[u8]) {
        let Self { cutter, taker } = self;
        cutter.feed(piece, &mut |cut| taker.take(cut));
    }

    /// The calls, when the file is over.
    pub fn finish(self) -> Calls {
        let Self { cutter, mut taker } = self;
        let end = cutter.finish(&mut |cut| taker.take(cut));
        let mut calls = taker.calls;
        calls.creator = end.creator;
        if taker.too_long > 0 {
            calls.findings.push(too_long(taker.too_long, taker.first_long));
        }
        // Without an entry the text is no HAR, and its end says nothing.
        if let Some(at) = end.truncated.filter(|_| calls.count > 0) {
            calls.findings.push(truncated(at));
        }
        calls
    }
}

impl Taker<'_> {
    fn take(&mut self, cut: &cut::Cut<'_>) {
        if cut.text.is_none() && cut.listed {
            if self.too_long == 0 {
                self.first_long = cut.span.start;
            }
            self.too_long += 1;
        }
        let Some(call) = self.summary.of(cut) else { return };
        self.calls.count += 1;
        let of_page = call.kind == CallKind::Page;
        let matters = call.kind == CallKind::Model || (call.failure.is_some() && !of_page);
        self.others += usize::from(!matters);
        if (matters || self.others <= MOST_OTHERS) && self.calls.list.len() < MOST_CALLS {
            self.calls.list.push(call);
        }
    }
}

/// Lists the calls of a HAR, with one entry in memory at a time.
///
/// # Errors
/// What the reader fails with; the content is never a reason.
pub fn har_calls(mut reader: impl Read, catalog: &Catalog) -> std::io::Result<Calls> {
    let mut lister = Lister::new(catalog);
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(lister.finish()),
            Ok(len) => lister.feed(piece.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The calls of programs in a HAR that comes in pieces, each as its JSON text; a page's own traffic is left out.
pub struct HarEntries<'c> {
    cutter: Cutter,
    summary: Summary<'c>,
}

impl<'c> HarEntries<'c> {
    /// The catalog tells calls of programs from a page's own.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self { cutter: Cutter::new(), summary: Summary::new(catalog) }
    }

    /// Reads a further piece of the file, of any size; `each` gets the entries that end in it.
    pub fn feed(&mut self, piece: &[u8], each: &mut dyn FnMut(&[u8])) {
        let Self { cutter, summary } = self;
        cutter.feed(piece, &mut |cut| give(summary, cut, each));
    }

    /// The file is over; true where it ends too early.
    pub fn finish(self, each: &mut dyn FnMut(&[u8])) -> bool {
        let Self { cutter, mut summary } = self;
        cutter.finish(&mut |cut| give(&mut summary, cut, each)).truncated.is_some()
    }
}

fn give(summary: &mut Summary<'_>, cut: &cut::Cut<'_>, each: &mut dyn FnMut(&[u8])) {
    let (Some(text), Some(call)) = (cut.text, summary.of(cut)) else { return };
    if matches!(call.kind, CallKind::Model | CallKind::Api) {
        each(text);
    }
}

/// The request and the observed answer of one entry: `json` is the file from [`Call::start`] to [`Call::end`]. Secrets
/// of the request move into `ring`. `creator` is [`Calls::creator`].
pub fn har_entry(json: &[u8], creator: Option<&str>, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let entry = Entry::read(json);
    let whole = json.trim_ascii_end().ends_with(b"}");
    let drafted = draft::draft(&entry, catalog, ring);
    let mut findings = drafted.findings;
    let mut observed = observed::observed(&entry, whole, catalog, &mut findings);
    if let Some(attempt) = &mut observed {
        attempt.request_bytes = drafted.sent_bytes.unwrap_or(0);
    }
    if !entry.socket.is_empty() || drafted.draft.url.starts_with("ws") {
        findings.push(socket());
    }
    let model = of_query(&drafted.draft.url);
    Intake {
        kind: "har",
        said: Said { model, ..Said::default() },
        draft: Some(drafted.draft),
        observed,
        client: client::client(&entry, creator, catalog),
        findings,
        ..Intake::default()
    }
}

/// The model that an address names in its query, as that of a socket does.
fn of_query(url: &str) -> Option<String> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "model")?.1;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
    (named.len() <= 160 && !named.is_empty() && named.chars().all(is_name)).then(|| named.into_owned())
}

/// Reads a paste that is a HAR: the call that [`propose`] chooses, and how many there are. `None`: it is none.
pub(super) fn read(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Intake> {
    if !may_be(text) {
        return None;
    }
    let mut lister = Lister::new(catalog);
    lister.feed(text.as_bytes());
    let calls = lister.finish();
    if calls.list.is_empty() {
        return None;
    }
    let Some((at, why)) = propose(&calls.list) else {
        let mut findings = calls.findings;
        findings.push(nothing_chosen(calls.count));
        return Some(Intake { kind: "har", findings, ..Intake::default() });
    };
    let call = calls.list.get(at)?;
    let span = (usize::try_from(call.start).ok()?, usize::try_from(call.end).ok()?);
    let mut intake = har_entry(text.get(span.0..span.1)?.as_bytes(), calls.creator.as_deref(), catalog, ring);
    for finding in &mut intake.findings {
        finding.span = Some(span);
    }
    let mut first = chosen(calls.count, call.index, why);
    first.span = Some(span);
    intake.findings.splice(0..0, std::iter::once(first).chain(calls.findings));
    Some(intake)
}

/// A quick look: the words that a HAR, a list of entries or an entry has.
fn may_be(text: &str) -> bool {
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    has("\"request\"") && (has("\"entries\"") || has("\"startedDateTime\"") || has("\"response\""))
}

/// True where the text begins as JSON or as a call around it (`onInputData({…});`).
pub(super) fn begins_as_json(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$'));
    let is_call = rest.len() < text.len() && rest.len() + 60 > text.len();
    let inner = if is_call { rest.trim_start().strip_prefix('(').unwrap_or("") } else { rest };
    inner.trim_start().starts_with(['{', '['])
}

/// What is said of the choice among `count` calls: the call and why, or that none was chosen.
pub fn choice(count: usize, chosen_call: Option<(Option<&Call>, &'static str)>) -> Finding {
    match chosen_call {
        Some((Some(call), why)) => chosen(count, call.index, why),
        _ => nothing_chosen(count),
    }
}

fn chosen(count: usize, index: usize, why: &str) -> Finding {
    let number = index + 1;
    let message = match count {
        1 => "the HAR holds one call".to_owned(),
        _ => format!("the HAR holds {count} calls; number {number} was taken: {why}"),
    };
    let fix = if count == 1 {
        "nothing to do here"
    } else {
        "if it is not the one that failed, choose another one on the screen, or give its entry alone; `casefile import` lists them all"
    };
    Finding::new("har_calls", Level::Info, message).fix(fix)
}

fn nothing_chosen(count: usize) -> Finding {
    Finding::new(
        "har_calls",
        Level::Warning,
        format!("the HAR holds {count} calls; none went to a model, and none failed but what a page loads for itself"),
    )
    .fix("give the entry of one call alone (`casefile import` lists them), or record again while it fails")
}

/// An archive without an entry: the tool recorded nothing, or its list had been cleared.
pub(super) fn empty(value: &serde_json::Value) -> Option<Intake> {
    let entries = value.get("log")?.get("entries")?.as_array()?;
    let finding = Finding::new("har_calls", Level::Warning, "the HAR holds no call: nothing was recorded")
        .fix("record again, and export while the list of requests shows the one that failed");
    entries.is_empty().then(|| Intake { kind: "har", findings: vec![finding], ..Intake::default() })
}

fn truncated(at: u64) -> Finding {
    let message = format!("the HAR ends too early, at byte {at}; calls behind it are missing");
    let mut finding =
        Finding::new("har_truncated", Level::Warning, message).fix("export or copy the file again");
    finding.span = usize::try_from(at).ok().map(|at| (at, at));
    finding
}

fn too_long(count: usize, first: u64) -> Finding {
    let most = cut::MOST_ENTRY >> 20;
    Finding::new(
        "har_entry_too_long",
        Level::Warning,
        format!("{count} of the HAR's entries are longer than {most} MiB and were not read; the first begins at byte {first}"),
    )
    .fix("export the call that failed alone, or without the content of downloads")
}

fn socket() -> Finding {
    Finding::new(
        "har_websocket",
        Level::Warning,
        "the call is a websocket; it can be described here and not be sent again",
    )
    .fix("reproduce it with a client for websockets, or by the same model's HTTP endpoint")
}

#[cfg(test)]
mod tests;
