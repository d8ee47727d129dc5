//! A filter for any text: the same bytes out, but for what was replaced. Streams: what is held in memory has a bound.
//!
//! ```text
//! bytes ──> windows of one size ──> lines or JSON tokens ──> names say secret, prompt, nothing
//!                                                              └─> free text: sieve of keywords and words ──> out
//! ```
//!
//! It keeps what it does not know: a log is read for its evidence. A note is stricter, there only what an allow-list
//! names leaves. The result does not depend on how the input was cut into pieces.

mod boxed;
mod dump;
mod escape;
mod extent;
mod file_name;
mod frames;
mod front;
mod glued;
mod goes_on;
mod headed;
pub(super) mod joint;
mod json;
mod label;
mod lines;
mod list;
mod marked;
mod member;
mod names;
mod partial;
mod printable;
pub(super) mod prose;
pub(super) mod rule;
mod shell;
mod short;
mod spoken;
mod streamed;
mod table;
mod terse;
#[cfg(test)]
mod tests;
mod told;
mod values;
mod vocabulary;
mod wide;
mod word;

use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;

use super::ledger::Ledger;
use super::placeholder::{Placeholders, measure};
use super::secrets::SecretScan;
use dump::Dump;
use frames::{At, Part};
use json::Walker;
use lines::State;
use list::Ahead;
use marked::Marked;
use partial::Parts;
use printable::Printable;
use rule::{Edit, Look, Rules, apply};
use wide::Units;

/// The patterns that only text without structure needs; `echoes.yaml` as JSON.
pub(super) const ECHOES: &str =
    include_str!(concat!(env!("OUT_DIR"), "/src/case/sanitize/filter/echoes.json"));

/// The words of labels, names and reports; `labels.yaml` as JSON.
const LABELS: &str = include_str!(concat!(env!("OUT_DIR"), "/src/case/sanitize/filter/labels.json"));

/// Bytes that are looked at together.
const WINDOW: usize = 256 * 1024;

/// How often a text that fits into one is run through again, at most.
const MOST_RUNS: usize = 4;

/// Bytes of lines that are looked at together, as a word goes on from one to the next.
const LONGEST_GROUP: usize = 16 * 1024;

/// What sort of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Found out from the first 256 KiB.
    Auto,
    /// Plain text.
    Text,
    /// JSON or JSON Lines.
    Json,
    /// A HAR file.
    Har,
    /// HTTP headers, with or without a body behind them.
    Headers,
    /// A URL, or one per line.
    Url,
    /// A curl command.
    Curl,
    /// Server-sent events.
    Sse,
    /// HTML.
    Html,
    /// A log; lines may hold JSON.
    Log,
    /// A form in parts.
    Multipart,
    /// YAML, or lines `NAME=value`.
    Yaml,
}

impl Kind {
    /// All of them, in the order in which they are listed for people.
    pub const ALL: [Self; 12] = [
        Self::Auto,
        Self::Text,
        Self::Json,
        Self::Har,
        Self::Headers,
        Self::Url,
        Self::Curl,
        Self::Sse,
        Self::Html,
        Self::Log,
        Self::Multipart,
        Self::Yaml,
    ];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Text => "text",
            Self::Json => "json",
            Self::Har => "har",
            Self::Headers => "headers",
            Self::Url => "url",
            Self::Curl => "curl",
            Self::Sse => "sse",
            Self::Html => "html",
            Self::Log => "log",
            Self::Multipart => "multipart",
            Self::Yaml => "yaml",
        }
    }

    /// The kind of a text that begins with `head`.
    pub fn of(head: &[u8]) -> Self {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let line = head.split(|b| *b == b'\n').next().unwrap_or(&[]).trim_ascii();
        let lower = line.get(..line.len().min(200)).unwrap_or(line).to_ascii_lowercase();
        let after_bracket = head.get(1..).unwrap_or(&[]).trim_ascii_start().first().copied();
        match head.first() {
            Some(b'{') if matches!(after_bracket, Some(b'"' | b'}') | None) => {
                let start = head.get(..head.len().min(4096)).unwrap_or(head);
                let har = memchr::memmem::find(start, b"\"log\"").is_some()
                    && (memchr::memmem::find(start, b"\"creator\"").is_some()
                        || memchr::memmem::find(start, b"\"entries\"").is_some());
                return if har { Self::Har } else { Self::Json };
            }
            // `[[ ## question ## ]]` heads a field of a prompt.
            Some(b'[')
                if matches!(after_bracket, Some(b'{' | b'"' | b']' | b'[') | None)
                    && !head.starts_with(b"[[ #") =>
            {
                return Self::Json;
            }
            _ => {}
        }
        let starts = |words: &[&[u8]]| words.iter().any(|w| lower.starts_with(w));
        if starts(&[b"curl ", b"$ curl "]) {
            Self::Curl
        } else if starts(&[b"data:", b"event:", b"id: ", b": "]) {
            Self::Sse
        } else if starts(&[b"<!doctype", b"<html", b"<head", b"<body"]) {
            Self::Html
        } else if starts(&[b"--"])
            && memchr::memmem::find(
                &head.get(..head.len().min(2048)).unwrap_or(head).to_ascii_lowercase(),
                b"content-disposition:",
            )
            .is_some()
        {
            Self::Multipart
        } else if starts(&[
            b"http/",
            b"get /",
            b"post /",
            b"put /",
            b"delete /",
            b"patch /",
            b"get http",
            b"post http",
        ]) {
            Self::Headers
        } else if starts(&[b"http://", b"https://"]) && !line.contains(&b' ') {
            Self::Url
        } else if lower == b"---" || is_settings(head) {
            Self::Yaml
        } else {
            Self::Log
        }
    }
}

/// Most of the first lines are `name: value` or `NAME=value`.
fn is_settings(head: &[u8]) -> bool {
    let lines: Vec<&[u8]> = head
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|l| !l.is_empty() && !l.starts_with(b"#"))
        .take(20)
        .collect();
    let pair = |line: &&&[u8]| {
        let name = line.strip_prefix(b"export ").or_else(|| line.strip_prefix(b"- ")).unwrap_or(line);
        let length =
            name.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
        length > 0
            && !name.first().is_some_and(u8::is_ascii_digit)
            && (matches!(name.get(length..length + 2), Some([b':', b' ']))
                || name.get(length) == Some(&b'=')
                || name.get(length..) == Some(b":"))
    };
    !lines.is_empty() && lines.iter().filter(pair).count() * 10 >= lines.len() * 7
}

/// What a filter did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The kind that the text was read as.
    pub kind: Kind,
    /// Bytes in.
    pub bytes_in: u64,
    /// Bytes out.
    pub bytes_out: u64,
    /// Places at which something was replaced.
    pub replaced: u64,
    /// What was replaced, by kind, rule and line. Safe to show. Where there are very many lines, the later ones are
    /// counted together.
    pub ledger: Ledger,
}

/// Replaces secrets and prompts in a stream of bytes.
pub struct Filter {
    rules: Rules,
    kind: Kind,
    /// The kind that was asked for.
    asked: Kind,
    buffer: Vec<u8>,
    /// Bytes to gather before they are looked at; grows for one long token and shrinks again.
    target: usize,
    walker: Walker,
    state: State,
    /// How characters are written, where that is not in one byte.
    units: Option<Units>,
    /// Nothing was read so far.
    at_start: bool,
    /// The first line was read.
    begun: bool,
    /// Where a body's frames are.
    frames: frames::At,
    /// Bytes of a body in frames that leave as their number.
    beyond: usize,
    bytes_in: u64,
    bytes_out: u64,
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Filter({}, {} replacements)", self.kind.word(), self.rules.replaced)
    }
}

impl Filter {
    /// A filter for text of `kind` that knows the catalog's patterns and the secrets of `ring`.
    pub fn new(catalog: &Catalog, kind: Kind, ring: &KeyRing) -> Self {
        Self::of(Rules::new(catalog, ring), kind)
    }

    fn of(rules: Rules, kind: Kind) -> Self {
        Self {
            rules,
            kind,
            asked: kind,
            buffer: Vec::with_capacity(WINDOW),
            target: WINDOW,
            walker: Walker::new(false, 0),
            state: State::default(),
            units: None,
            at_start: true,
            begun: false,
            frames: frames::At::default(),
            beyond: 0,
            bytes_in: 0,
            bytes_out: 0,
        }
    }

    /// Takes `input` and appends to `out` what is ready. Nothing that was not looked at as a whole comes out.
    pub fn feed(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let before = out.len();
        self.bytes_in += input.len() as u64;
        let mut rest = input;
        while !rest.is_empty() {
            // A unit may have decoded to more bytes than there was room for.
            let room = self.target.saturating_sub(self.buffer.len()).clamp(1, rest.len());
            let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            match &mut self.units {
                Some(units) => units.decode(now, &mut self.buffer),
                None => self.buffer.extend_from_slice(now),
            }
            rest = later;
            if self.buffer.len() >= self.target {
                self.window(false, out);
            }
        }
        self.bytes_out += (out.len() - before) as u64;
    }

    /// Ends the input and appends the rest to `out`.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Summary {
        let before = out.len();
        let is_whole = self.at_start;
        self.end(out);
        if is_whole {
            let text = out.split_off(before);
            out.extend_from_slice(&self.settled(text));
        }
        self.bytes_out += (out.len() - before) as u64;
        Summary {
            kind: self.kind,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            replaced: self.rules.replaced,
            ledger: self.rules.ledger,
        }
    }

    /// What left of a text that fitted into one window, run through until a further run changes nothing: between placeholders a
    /// text can say something else than before.
    fn settled(&mut self, mut text: Vec<u8>) -> Vec<u8> {
        for _ in 0..MOST_RUNS {
            self.rules.look = Look::Again;
            let again = self.run_again(&text);
            self.rules.look = Look::Counted;
            if again == text {
                break;
            }
            text = self.run_again(&text);
        }
        text
    }

    fn run_again(&mut self, text: &[u8]) -> Vec<u8> {
        self.kind = self.asked;
        self.buffer.extend_from_slice(text);
        (self.walker, self.state) = (Walker::new(false, 0), State::default());
        (self.units, self.at_start, self.begun) = (None, true, false);
        self.frames = frames::At::default();
        self.rules.line = 1;
        let mut out = Vec::with_capacity(text.len());
        self.end(&mut out);
        out
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.window(true, out);
        let start = out.len();
        self.end_skipped(out);
        self.state.finish(out);
        if let Some(units) = &self.units {
            units.encode(out, start);
            out.extend_from_slice(units.rest());
        }
    }

    fn window(&mut self, last: bool, out: &mut Vec<u8>) {
        let found = if self.units.is_none() { Units::find(&self.buffer, self.at_start) } else { None };
        self.at_start = false;
        if let Some((at, mut units)) = found {
            // What stands before is read to its end; the rest is another text.
            let rest = self.buffer.split_off(at);
            if !self.buffer.is_empty() {
                self.read_window(true, out);
                self.state.finish(out);
            }
            units.decode(&rest, &mut self.buffer);
            self.units = Some(units);
            self.walker = Walker::new(false, 0);
            self.state = State::default();
        }
        let start = out.len();
        self.read_window(last, out);
        if let Some(units) = &self.units {
            units.encode(out, start);
        }
    }

    fn read_window(&mut self, last: bool, out: &mut Vec<u8>) {
        if self.kind == Kind::Auto {
            self.kind = Kind::of(&self.buffer);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let read = match self.kind {
            Kind::Json | Kind::Har => self.tokens(&buffer, last, out),
            _ => self.pieces(&buffer, last, out),
        };
        self.target = if read == 0 { buffer.len() * 2 } else { WINDOW.max((buffer.len() - read) * 2) };
        self.buffer = buffer;
        self.buffer.drain(..read);
        self.buffer.shrink_to(self.target);
    }

    fn tokens(&mut self, buffer: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let known = self.rules.sieve.memory.learned_count();
        let mut edits = Vec::new();
        let read = self.walker.walk(buffer, last, &mut self.rules, &mut edits);
        let text = buffer.get(..read).unwrap_or(buffer);
        if self.rules.sieve.memory.learned_count() > known {
            self.late(text, known, &mut edits);
        }
        out.extend_from_slice(&apply(text, &edits));
        read
    }

    /// Secrets that were found late in a window are replaced before that place too.
    fn late(&mut self, text: &[u8], known: usize, edits: &mut Vec<Edit>) {
        let mut more: Vec<Edit> = Vec::new();
        for index in known..self.rules.sieve.memory.learned_count() {
            let Some(learned) = self.rules.sieve.memory.learned(index) else { break };
            for start in memchr::memmem::find_iter(text, &learned.value) {
                let end = start + learned.value.len();
                let at = edits.partition_point(|e| e.end <= start);
                if edits.get(at).is_none_or(|e| e.start >= end) {
                    more.push(Edit { start, end, text: learned.placeholder.clone().into_bytes() });
                }
            }
        }
        for edit in &more {
            let kind = String::from_utf8_lossy(&edit.text);
            let kind = kind.trim_start_matches('[').split('#').next().unwrap_or("key").to_owned();
            self.rules.count(&kind, "learned_secret");
        }
        edits.extend(more);
        edits.sort_by_key(|e| (e.start, e.end));
        let mut end = 0;
        edits.retain(|e| {
            let keep = e.start >= end;
            end = if keep { e.end } else { end };
            keep
        });
    }

    fn pieces(&mut self, buffer: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while let Some(rest) = buffer.get(at..).filter(|r| !r.is_empty()) {
            let read = match self.frames {
                At::Text | At::Headers => match partial::parts(rest, last) {
                    Parts::None => self.dump_or_group(rest, last, out),
                    Parts::More => None,
                    Parts::Of { length, joined } => {
                        self.joined(rest.get(..length).unwrap_or(rest), Some(&joined), out);
                        Some(length)
                    }
                },
                At::Body => self.part(rest, last, out),
                At::Beyond(left) => Some(self.skip(rest, left, last, out)),
            };
            let Some(read) = read else { break };
            self.begun = true;
            at += read;
        }
        at
    }

    /// A dump of bytes, which leaves as the text that it shows where something in it is replaced; else lines.
    fn dump_or_group(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let mut found = dump::dump(rest, last);
        for look in [dump::rows, boxed::boxed] {
            found = if found == Dump::None { look(rest, last) } else { found };
        }
        match found {
            Dump::None => self.mail_or_group(rest, last, out),
            Dump::More => None,
            Dump::Of { length, mut text } => {
                if !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
                self.joined(rest.get(..length).unwrap_or(rest), Some(&text), out);
                Some(length)
            }
        }
    }

    /// Lines of an e-mail that go on in one another, or others.
    fn mail_or_group(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        match printable::printable(rest, last) {
            Printable::None => self.marked_or_row(rest, last, out),
            Printable::More => None,
            Printable::Of { length, text } => {
                self.joined(rest.get(..length).unwrap_or(rest), Some(&text), out);
                Some(length)
            }
        }
    }

    /// Texts between two marks, or others.
    fn marked_or_row(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let found = match front::cut(rest, last).filter(|_| !self.begun) {
            Some(end) => front::shaped(rest, end),
            None => marked::marked(rest, last),
        };
        match found {
            Marked::None => self.row_or_group(rest, last, out),
            Marked::More => None,
            Marked::Of { length, text, count } => {
                let line = self.rules.line;
                (0..count).for_each(|_| self.rules.count("prompt", "marked_text"));
                let mut at = 0;
                while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                    at += self.group(rest, true, out).unwrap_or(rest.len());
                }
                let read = rest.get(..length).unwrap_or(rest);
                self.rules.line = line + memchr::memchr_iter(b'\n', read).count() as u64;
                Some(length)
            }
        }
    }

    /// A row of a table over several lines, or others.
    fn row_or_group(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        match self.state.long_row(rest, last) {
            Ahead::More => None,
            Ahead::Found(length)
                if self.state.row(rest.get(..length).unwrap_or(rest), &mut self.rules, out) =>
            {
                Some(length)
            }
            Ahead::Found(_) | Ahead::Nothing => self.stream_or_group(rest, last, out),
        }
    }

    /// An answer that stands in the lines word by word, or lines.
    fn stream_or_group(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let Some((length, values)) = streamed::streamed(rest, last) else {
            return self.group(rest, last, out);
        };
        let mut text = Vec::with_capacity(length);
        let count = streamed::shaped(rest.get(..length).unwrap_or(rest), &values, &mut text);
        (0..count).for_each(|_| self.rules.count("text", "streamed_words"));
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            at += self.group(rest, true, out).unwrap_or(rest.len());
        }
        Some(length)
    }

    /// Lines that belong together. Bytes that were read; `None`: more has to come.
    fn group(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let (end, wrapped) = group_end(rest, last)?;
        let group = rest.get(..end).unwrap_or(rest);
        // A word that goes on in the next line, or in the next string, is looked at as one.
        let whole = if wrapped || joint::has_sum(group) { self.rules.over_seams(group) } else { None };
        match whole {
            None if !wrapped => self.state.piece(group, self.kind, &mut self.rules, out),
            whole => self.lines(whole.as_deref().unwrap_or(group), out),
        }
        // An empty line, behind which a body begins, belongs to no other.
        self.frames = self.frames.behind(group);
        Some(end)
    }

    /// Frames of a body, read without their marks where they cut its text; as they are where that changes nothing.
    fn part(&mut self, rest: &[u8], last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let Part::Of { length, joined, next } = frames::part(rest, last) else { return None };
        self.joined(rest.get(..length).unwrap_or(rest), joined.as_deref(), out);
        self.frames = next;
        Some(length)
    }

    /// Lines of which `raw` is made, `joined` where something cut them; as they were where nothing in them is replaced.
    fn joined(&mut self, raw: &[u8], joined: Option<&[u8]>, out: &mut Vec<u8>) {
        let (start, line) = (out.len(), self.rules.line);
        let text = joined.unwrap_or(raw);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
            at += self.group(rest, true, out).unwrap_or(rest.len());
        }
        if joined.is_some() {
            if out.get(start..) == Some(text) {
                out.truncate(start);
                out.extend_from_slice(raw);
            }
            self.rules.line = line + memchr::memchr_iter(b'\n', raw).count() as u64;
        }
    }

    /// What is left of a body that is too long to be put together leaves as its length.
    fn skip(&mut self, rest: &[u8], left: usize, last: bool, out: &mut Vec<u8>) -> usize {
        let (length, next) = frames::beyond(rest, left, last);
        self.beyond += length;
        self.frames = next;
        if next == At::Text {
            self.end_skipped(out);
        }
        length
    }

    fn end_skipped(&mut self, out: &mut Vec<u8>) {
        let bytes = std::mem::take(&mut self.beyond);
        if bytes > 0 {
            self.rules.count("text", "framed_body");
            out.extend_from_slice(format!("\n{}\n", measure("text", bytes, "bytes")).as_bytes());
        }
    }

    fn lines(&mut self, group: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(rest) = group.get(at..).filter(|r| !r.is_empty()) {
            let end = lines::piece_end(rest, true).unwrap_or(rest.len());
            self.state.piece(rest.get(..end).unwrap_or(rest), self.kind, &mut self.rules, out);
            at += end;
        }
    }
}

/// What an answer without any structure says, less the secrets and texts that are shown in it: a page of a log, a program's
/// print. `known`: the case's numbers and ledger, which come back longer.
pub(super) fn of_answer(
    catalog: &Catalog,
    secrets: SecretScan,
    known: (Placeholders, Ledger),
    (text, place): (&str, &str),
) -> (String, (Placeholders, Ledger)) {
    of_case(Rules::of_words(catalog, secrets, known, (place, true)), Kind::of(text.as_bytes()), text)
}

/// What the operator of a case wrote in `place`, less the secrets and the texts that their structure betrays: a pasted
/// command, header, body or log line is read as one. `known`: the case's numbers and ledger, which come back longer.
pub(super) fn of_words(
    catalog: &Catalog,
    secrets: SecretScan,
    known: (Placeholders, Ledger),
    (text, place): (&str, &str),
) -> (String, (Placeholders, Ledger)) {
    let kind = match Kind::of(text.as_bytes()) {
        // `Expected: …`, `Impact: …`: headings, where no line stands below another.
        Kind::Yaml if !text.lines().any(|line| line.starts_with("  ") || line.starts_with("- ")) => Kind::Log,
        kind => kind,
    };
    let is_document = !matches!(kind, Kind::Log | Kind::Text | Kind::Yaml);
    let rules = Rules::of_words(catalog, secrets, known, (place, is_document));
    of_case(rules, kind, text)
}

fn of_case(rules: Rules, kind: Kind, text: &str) -> (String, (Placeholders, Ledger)) {
    let mut filter = Filter::of(rules, kind);
    let mut out = Vec::new();
    filter.feed(text.as_bytes(), &mut out);
    filter.end(&mut out);
    (String::from_utf8_lossy(&out).into_owned(), filter.rules.into_known())
}

/// The end of the first lines of `rest` that belong together; true where there is more than one. `None`: more has to
/// come to know it.
fn group_end(rest: &[u8], last: bool) -> Option<(usize, bool)> {
    let mut end = lines::piece_end(rest, last)?;
    let mut wrapped = false;
    while rest.get(end - 1) == Some(&b'\n') && end < LONGEST_GROUP {
        let ahead = rest.get(end..).unwrap_or(&[]);
        if ahead.len() < lines::LONGEST_PIECE && !last && memchr::memchr(b'\n', ahead).is_none() {
            return None;
        }
        if joint::wrap(rest, end - 1).is_none() {
            break;
        }
        wrapped = true;
        end += lines::piece_end(ahead, last)?;
    }
    Some((end, wrapped))
}
