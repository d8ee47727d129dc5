//! An HTTP archive: its calls listed with one of them in memory at a time, and those read that are to be shown.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use serde::{Serialize, Serializer};

use crate::case::catalog::Catalog;
use crate::case::intake::{self, CallFailure, CallKind, HarCall, Piece};
use crate::case::keyring::KeyRing;
use crate::ui::cli::exit::{Exit, Failed};

/// Bytes at the start of a file by which an archive is told from other JSON.
const HEAD: usize = 64 * 1024;

/// The calls of an archive, and what those say that are shown.
pub(super) struct Archive {
    /// The shown ones.
    pub(super) pieces: Vec<Piece>,
    /// Entries in the file.
    pub(super) count: usize,
    /// The list.
    pub(super) calls: Calls,
}

/// The list of an archive's calls. It may be long, and is held once, as it was read: what is shown of a call is made when it is
/// shown.
#[derive(Default)]
pub(super) struct Calls {
    list: Vec<HarCall>,
    /// The one that was chosen.
    chosen: Option<usize>,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is shown of each.
    pub(super) fn shown(&self) -> impl Iterator<Item = Listed<'_>> {
        self.list.iter().enumerate().map(|(at, call)| Listed::of(call, self.chosen == Some(at)))
    }
}

impl Serialize for Calls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.shown())
    }
}

/// A call in the list.
#[derive(Serialize)]
pub(super) struct Listed<'a> {
    index: usize,
    at: Option<chrono::DateTime<chrono::Utc>>,
    duration_ms: Option<u64>,
    method: &'a str,
    host: &'a str,
    path: &'a str,
    status: Option<u16>,
    /// Bytes of the answer's body.
    bytes: Option<u64>,
    /// `model`: a call to a model; `api`, `other`, `page`.
    kind: &'static str,
    streaming: bool,
    /// `status`, `error_in_body`, `cut_stream`, or the word of a failure below HTTP.
    failure: Option<String>,
    /// The one that was chosen.
    chosen: bool,
}

impl<'a> Listed<'a> {
    fn of(call: &'a HarCall, chosen: bool) -> Self {
        let failure = call.failure.map(|failure| match failure {
            CallFailure::Status => "status".to_owned(),
            CallFailure::ErrorInBody => "error_in_body".to_owned(),
            CallFailure::CutStream => "cut_stream".to_owned(),
            CallFailure::Transport(kind) => serde_json::to_value(kind)
                .ok()
                .and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default(),
        });
        Self {
            index: call.index,
            at: call.at,
            duration_ms: call.duration_ms,
            method: &call.method,
            host: &call.host,
            path: &call.path,
            status: call.status,
            bytes: call.bytes,
            kind: match call.kind {
                CallKind::Model => "model",
                CallKind::Api => "api",
                CallKind::Other => "other",
                CallKind::Page => "page",
            },
            streaming: call.streaming,
            failure,
            chosen,
        }
    }

    /// A line for people.
    pub(super) fn line(&self) -> String {
        let mark = if self.chosen { '>' } else { ' ' };
        let at = self.at.map_or_else(|| " ".repeat(20), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let status = self.status.map_or_else(|| "---".to_owned(), |s| s.to_string());
        let failure = self.failure.as_deref().map(|f| format!("  {f}")).unwrap_or_default();
        let size = self.bytes.map_or_else(|| "?".to_owned(), |bytes| bytes.to_string());
        format!(
            "{mark} {:>5}  {at}  {status}  {:<6} {}{}  {size} bytes, {}{failure}",
            self.index + 1,
            self.method,
            self.host,
            self.path,
            self.kind
        )
    }
}

/// Lists the calls of `file` and reads the one that failed, or `all` of the list. `None`: it is no archive.
///
/// # Errors
/// The file cannot be read.
pub(super) fn open(
    file: &str,
    all: bool,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Result<Option<Archive>, Failed> {
    let failed = |e: std::io::Error| {
        Failed::new(Exit::NothingUsable, format!("{file} cannot be read to its end ({e})"))
    };
    let Ok(mut opened) = File::open(file) else { return Ok(None) };
    if !opened.metadata().is_ok_and(|m| m.is_file()) {
        return Ok(None);
    }
    let mut head = Vec::new();
    (&mut opened).take(HEAD as u64).read_to_end(&mut head).map_err(failed)?;
    if !begins_as_archive(&head) {
        return Ok(None);
    }
    opened.rewind().map_err(failed)?;
    read(opened, all, catalog, ring).map_err(failed)
}

/// The same for a text in memory.
pub(super) fn of_text(text: &[u8], all: bool, catalog: &Catalog, ring: &mut KeyRing) -> Option<Archive> {
    let head = text.get(..HEAD.min(text.len())).unwrap_or_default();
    if !begins_as_archive(head) {
        return None;
    }
    read(Cursor::new(text), all, catalog, ring).ok().flatten()
}

fn begins_as_archive(head: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(head, word.as_bytes()).is_some();
    (has("\"log\"") || has("\"entries\"") || has("\"startedDateTime\"")) && head.contains(&b'{')
}

fn read(
    mut source: impl Read + Seek,
    all: bool,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> std::io::Result<Option<Archive>> {
    let calls = intake::har_calls(&mut source, catalog)?;
    if calls.count == 0 {
        return Ok(None);
    }
    let proposed = intake::propose_har_call(&calls.list);
    let mut findings = calls.findings;
    findings.insert(0, intake::har_chosen(calls.count, proposed.map(|(at, why)| (calls.list.get(at), why))));
    let chosen = proposed.map(|(at, _)| at);
    let mut pieces = Vec::new();
    for (_, call) in calls.list.iter().enumerate().filter(|(at, _)| all || chosen == Some(*at)) {
        let mut entry = Vec::new();
        source.seek(SeekFrom::Start(call.start))?;
        (&mut source).take(call.end.saturating_sub(call.start)).read_to_end(&mut entry)?;
        let mut intake = intake::har_entry(&entry, calls.creator.as_deref(), catalog, ring);
        let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let (start, end) = (place(call.start), place(call.end));
        for finding in &mut intake.findings {
            finding.span = Some((start, end));
        }
        pieces.push(Piece { intake, start, end });
    }
    if let Some(first) = pieces.first_mut() {
        first.intake.findings.splice(0..0, findings);
    } else {
        let intake = crate::case::request::Intake { kind: "har", findings, ..Default::default() };
        pieces.push(Piece { intake, start: 0, end: 0 });
    }
    Ok(Some(Archive { pieces, count: calls.count, calls: Calls { list: calls.list, chosen } }))
}
