//! JSON, token by token: all bytes outside replaced strings stay as they are. Knows one document, many in a row (JSON
//! Lines), HAR's name and value pairs, strings that hold JSON again, and documents that are broken or cut off.

use base64::Engine as _;

use super::escape::{Plain, escaped};
use super::lines::{self, piece_end};
use super::list::{self, Ahead};
use super::names::{Means, Said, is_name};
use super::rule::{Edit, Rules, apply};
use super::terse::{self, Place};
use super::word;
use crate::case::sanitize::placeholder::{is_placeholder, measure};

/// Bytes of a string from which on it leaves as its length, whatever it is: nothing longer is held in memory.
pub(super) const LONGEST_STRING: usize = 1 << 20;
/// Nesting that is told apart; below, all is as the last level.
const DEEPEST: usize = 256;
/// JSON in strings in JSON.
const DEEPEST_NEST: usize = 8;
/// Bytes behind `value` in which its `name` is looked for.
const PEEK: usize = 16 * 1024;
/// Bytes of the name of a form's field.
const LONGEST_FIELD: usize = 64;
/// Bytes in which the end of a string is looked for without a call.
const NEAR: usize = 32;

/// What holds for everything below a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Prompt,
    Secret(&'static str),
}

#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what was seen of one bracket, each on its own")]
struct Level {
    object: bool,
    expect_key: bool,
    /// A value stands, and no comma yet.
    after_value: bool,
    /// What the current key says; in an array, what the array's key says.
    means: Means,
    below: Option<Below>,
    /// This is the body of a request or an answer.
    body: bool,
    /// The current key shows so where its value is a string.
    of_text: bool,
    /// The value of the current key can be the name of the value beside it.
    of_name: bool,
    /// It is what a tool is called with; a member shows that `input` is.
    of_call: bool,
    calls: bool,
    /// It says who speaks, or is what that one says; a member shows that somebody does.
    of_speaker: bool,
    of_speech: bool,
    speaks: bool,
    /// The current key says of which type the object is.
    of_type: bool,
    /// The half of a search that a member was.
    searched: Option<word::Search>,
    /// A member shows that this is a record of a log.
    log: bool,
    /// The members that follow were looked at, to know whether this is a body.
    peeked: bool,
    /// The current key, or the member `name`, is that of an id.
    of_id: bool,
    named_id: bool,
    /// A member shows that this is a cookie of a browser's export.
    cookie: bool,
    /// What the member `name` says; in an array, what the string before says.
    named: Option<Means>,
}

/// A string that is too long to hold.
#[derive(Debug, Clone, Copy)]
struct Long {
    bytes: usize,
    escape: bool,
}

/// Reads JSON in pieces.
pub(super) struct Walker {
    stack: Vec<Level>,
    /// What holds outside every bracket.
    ground: Level,
    /// Levels beyond the deepest that is told apart.
    beyond: usize,
    nest: usize,
    long: Option<Long>,
    /// What becomes of the next strings, the last one first: they are pieces of one text.
    pieces: Vec<Option<Edit>>,
    /// Nothing but JSON and white space was read, and no string was cut off.
    pub(super) sound: bool,
    column_zero: bool,
}

impl Walker {
    pub(super) fn new(body: bool, nest: usize) -> Self {
        Self {
            stack: Vec::new(),
            ground: Level { body, ..Level::default() },
            beyond: 0,
            nest,
            long: None,
            pieces: Vec::new(),
            sound: true,
            column_zero: true,
        }
    }

    /// True when every bracket is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.stack.is_empty() && self.beyond == 0 && self.long.is_none()
    }

    /// By reference: to copy it right after a field was written costs more than all else that is done with a token.
    fn top(&self) -> &Level {
        self.stack.last().unwrap_or(&self.ground)
    }

    /// Reads `text`; `last`: nothing comes after it. Gives how many bytes were read; the others have to come again.
    pub(super) fn walk(
        &mut self,
        text: &[u8],
        last: bool,
        rules: &mut Rules,
        edits: &mut Vec<Edit>,
    ) -> usize {
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            if self.long.is_some() {
                at = self.skip_long(text, at, edits);
                continue;
            }
            let first = std::mem::replace(&mut self.column_zero, *byte == b'\n');
            match byte {
                b'\n' => {
                    rules.line += 1;
                    at += 1;
                }
                b' ' | b'\t' | b'\r' => at += 1,
                b'"' => {
                    let Some(end) = self.string(text, at, last, rules, edits) else { return at };
                    at = end;
                }
                b'[' if placeholder_length(text.get(at..).unwrap_or(&[])) > 0 && !self.stack.is_empty() => {
                    // What stands for a list that was taken out.
                    at += placeholder_length(text.get(at..).unwrap_or(&[]));
                    self.value_stands();
                }
                b'{' | b'[' if !(self.stack.is_empty() && is_label(text.get(at..).unwrap_or(&[]))) => {
                    if *byte == b'{' && first && (self.top().after_value || self.top().expect_key) {
                        // A record that was cut off; the next one begins.
                        self.reset();
                    }
                    if *byte == b'[' && self.top().below.is_none() {
                        match list::codes(text, at, last) {
                            Ahead::More => return at,
                            Ahead::Found((bytes, end))
                                if let Some(new) = spelled(&bytes, self.nest, rules) =>
                            {
                                edits.push(Edit { start: at, end, text: new });
                                self.value_stands();
                                at = end;
                                continue;
                            }
                            _ => {}
                        }
                    }
                    self.open(*byte == b'{');
                    at += 1;
                }
                b'}' | b']' => {
                    self.close();
                    at += 1;
                }
                b',' if !self.stack.is_empty() => {
                    if let Some(level) = self.stack.last_mut() {
                        level.expect_key = level.object;
                        level.after_value = false;
                    }
                    at += 1;
                }
                b':' if !self.stack.is_empty() => at += 1,
                _ => {
                    let Some(end) = self.bare(text, at, last, rules, edits) else { return at };
                    at = end;
                }
            }
        }
        if last && let Some(long) = self.long.take() {
            edits.push(Edit { start: text.len(), end: text.len(), text: size_of_long(&long) });
        }
        at
    }

    fn reset(&mut self) {
        self.stack.clear();
        self.beyond = 0;
        self.sound = false;
    }

    fn open(&mut self, object: bool) {
        if self.stack.len() >= DEEPEST {
            self.beyond += 1;
            return;
        }
        let Level { means, below, body, named, named_id, of_call, calls, .. } = *self.top();
        // `{"key": "prompt", "value": {"stringValue": …}}`: the name is that of what is wrapped, too.
        let (named, named_id) = if means == Means::Value { (named, named_id) } else { (None, false) };
        let below = match means {
            _ if below.is_some() => below,
            // Gemini and HAR have an object `content` around named parts.
            Means::Prompt if of_call || calls => Some(Below::Prompt),
            Means::Prompt if !object || !self.stack.is_empty() => (!object).then_some(Below::Prompt),
            Means::BodyPrompt | Means::Told if body => Some(Below::Prompt),
            Means::Secret(kind) => Some(Below::Secret(kind)),
            _ => None,
        };
        let body = body || means == Means::Body;
        let means = if object { Means::Nothing } else { means };
        let level =
            Level { object, expect_key: object, means, below, body, named, named_id, ..Level::default() };
        self.stack.push(level);
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        self.stack.pop();
        self.value_stands();
    }

    fn value_stands(&mut self) {
        if let Some(level) = self.stack.last_mut() {
            level.after_value = true;
        }
    }

    /// The string at `at`; gives the byte behind it, or nothing where more of it has to come.
    fn string(
        &mut self,
        text: &[u8],
        at: usize,
        last: bool,
        rules: &mut Rules,
        edits: &mut Vec<Edit>,
    ) -> Option<usize> {
        let limit = (at + LONGEST_STRING).min(text.len());
        let mut wrapped = false;
        let (end, closed) = match string_end(text.get(..limit).unwrap_or(text), at + 1) {
            StringEnd::Quote(end) => (end, true),
            StringEnd::Line(end) => match list::end_over_lines(text, end, last) {
                Ahead::Found(end) => {
                    wrapped = true;
                    (end, true)
                }
                Ahead::Nothing => (end, false),
                Ahead::More => return None,
            },
            StringEnd::Open if limit < text.len() || limit - at >= LONGEST_STRING => {
                self.long = Some(Long { bytes: 0, escape: false });
                self.value_or_key_passes();
                return Some(at + 1);
            }
            StringEnd::Open if last => (text.len(), false),
            StringEnd::Open => return None,
        };
        let inside = text.get(at + 1..end).unwrap_or(&[]);
        let Level { object, expect_key, means, below, .. } = *self.top();
        let behind = end + usize::from(closed);
        if self.pieces.is_empty() && !object && below.is_none() && closed {
            match list::pieces(text, (at + 1, end), last) {
                Ahead::More => return None,
                Ahead::Found(pieces) => self.pieces = in_pieces(text, &pieces, rules),
                Ahead::Nothing => {}
            }
        }
        if let Some(Some(edit)) = self.pieces.pop() {
            edits.push(Edit { start: at + 1 + edit.start, end: at + 1 + edit.end, ..edit });
            self.value_stands();
            return Some(behind);
        }
        if wrapped {
            rules.line += memchr::memchr_iter(b'\n', inside).count() as u64;
        }
        if object && expect_key && self.beyond == 0 {
            let (said, new) = rules.names.said(inside);
            if !self.peek(said, text, behind, last) {
                // It is read again when more is there.
                rules.names.forget_those_with(inside);
                return None;
            }
            self.key(inside, said, new, at + 1, rules, edits);
        } else {
            if means == Means::Value && below.is_none() && self.top().named.is_none() {
                let named = peek_name(text, behind, last)?;
                let said = named.map(|(from, to)| rules.names.said(text.get(from..to).unwrap_or(&[])).0);
                if let Some(level) = self.stack.last_mut() {
                    level.named_id = said.is_some_and(|s| s.of_id);
                    level.named = Some(said.map_or(Means::Nothing, |s| s.means));
                }
            }
            if means == Means::Value && below.is_none() && object {
                let cookie = self.top().cookie || peek_cookie(text, behind, last)?;
                if let Some(level) = self.stack.last_mut().filter(|_| cookie) {
                    level.named = Some(Means::Secret("cookie"));
                }
            }
            self.value(inside, at + 1, rules, edits);
            self.value_stands();
        }
        if !closed {
            self.reset();
        }
        Some(behind)
    }

    fn value_or_key_passes(&mut self) {
        if let Some(level) = self.stack.last_mut() {
            if level.object && level.expect_key {
                level.expect_key = false;
                level.means = Means::Nothing;
            } else {
                level.after_value = true;
            }
        }
    }

    /// Where a name means a prompt in bodies only: looks at the members that follow. False: more has to come to know.
    fn peek(&mut self, said: Said, text: &[u8], from: usize, last: bool) -> bool {
        let level = self.top();
        if !matches!(said.means, Means::BodyPrompt | Means::Told) || level.body || level.log || level.peeked {
            return true;
        }
        let half = said.of_search;
        let Some(body) = peek_body(text, from, last, half) else { return false };
        if let Some(level) = self.stack.last_mut() {
            level.peeked = true;
            level.body = body;
        }
        true
    }

    fn key(
        &mut self,
        name: &[u8],
        mut said: Said,
        new: bool,
        at: usize,
        rules: &mut Rules,
        edits: &mut Vec<Edit>,
    ) {
        let looked = if new && name.len() >= 8 { Some(rules.text(name, true)) } else { None };
        match looked {
            Some(Some(text)) => {
                rules.names.forget();
                // `[password#1]` is a name that says secret, too: a second run reads it so.
                match (said.means, rules.names.means(&text).0) {
                    (_, means @ Means::Secret(_)) | (Means::Nothing, means @ Means::MaybeSecret) => {
                        said.means = means;
                    }
                    _ => {}
                }
                edits.push(Edit { start: at, end: at + name.len(), text });
            }
            Some(None) => rules.names.mark_clean(name),
            None => {}
        }
        if let Some(level) = self.stack.last_mut() {
            level.expect_key = false;
            level.means = said.means;
            level.of_id = said.of_id;
            level.of_text = said.of_text;
            level.of_name = said.of_name;
            level.of_call = said.of_call;
            level.of_speaker = said.of_speaker;
            level.of_speech = said.of_speech;
            level.of_type = said.of_type;
            let both = level.searched.zip(said.of_search).is_some_and(|(one, other)| one != other);
            level.searched = level.searched.or(said.of_search);
            level.log = level.log || said.of_log;
            level.cookie = level.cookie || word::is_of_cookie(name);
            level.body = level.body || !level.log && (said.of_body || both);
        }
    }

    /// Judges the string value `inside` that stands at `at`.
    fn value(&mut self, inside: &[u8], at: usize, rules: &mut Rules, edits: &mut Vec<Edit>) {
        let Level { object, means, below, body, log, of_text, of_name, of_id, named, named_id, .. } =
            *self.top();
        let before = if object { None } else { named };
        if let Some(top) = self.stack.last_mut()
            && inside.len() <= 64
        {
            if !object || of_name {
                // `SECRET=value` is more than a name, also once the value is replaced.
                let more = inside.iter().skip(1).any(|b| matches!(b, b'=' | b':' | b'['));
                let whole = object || !more;
                let name = inside.split(|b| matches!(b, b'=' | b'[')).next().unwrap_or(inside);
                let said = whole.then(|| rules.names.said(name).0);
                top.named = said.map(|s| s.means);
                top.named_id = said.is_some_and(|s| s.of_id);
            } else if means == Means::Word && word::is_event(inside) {
                top.body = true;
            }
        }
        if let Some(top) = self.stack.last_mut() {
            top.body = top.body || object && of_text && !log;
            top.speaks = top.speaks || object && top.of_speaker && word::is_speaker(inside);
            top.calls = top.calls || object && top.of_type && word::is_call(inside);
        }
        let speech = object && !log && self.top().speaks && self.top().of_speech;
        let new = match below {
            Some(Below::Secret(kind)) if means != Means::Name => {
                let plain = object
                    && (!matches!(means, Means::Value | Means::Secret(_)) && word::is_cookie_fact(inside)
                        || means == Means::Word && word::is_words(inside));
                if plain { None } else { rules.secret(inside, kind, "credential_field") }
            }
            // A word in which something had to be replaced is none: what is left of it would be read as a prompt.
            Some(Below::Prompt)
                if means == Means::Name && word::is_plain(inside)
                    || means == Means::Word && word::is_of_api(inside) =>
            {
                rules.text(inside, true).and_then(|_| rules.shape("prompt", inside, true))
            }
            Some(Below::Prompt) => rules.shape("prompt", inside, true),
            _ => {
                let judged = match means {
                    Means::Value | Means::Nothing | Means::BodyPrompt | Means::Word
                        if speech && is_said(inside) =>
                    {
                        Means::Prompt
                    }
                    Means::Told if body || is_said(inside) => Means::Prompt,
                    Means::Value => named.unwrap_or_default(),
                    Means::BodyPrompt if body => Means::Prompt,
                    Means::BodyAddress if body && !inside.starts_with(b"http") => Means::Prompt,
                    // `["authorization", "Bearer …"]`
                    Means::Nothing | Means::Name if !object => match before {
                        Some(Means::Secret(kind)) if !word::is_plain(inside) => Means::Secret(kind),
                        _ => Means::Nothing,
                    },
                    means => means,
                };
                match judged {
                    Means::Secret(_) | Means::MaybeSecret | Means::Prompt => {
                        rules.named(judged, inside, true)
                    }
                    _ if of_id && body && word::is_sentence(inside) => rules.shape("text", inside, true),
                    _ => {
                        rules.of_id = if means == Means::Value { named_id } else { of_id };
                        self.free(inside, at, rules, edits);
                        rules.of_id = false;
                        return;
                    }
                }
            }
        };
        if let Some(text) = new {
            edits.push(Edit { start: at, end: at + inside.len(), text });
        }
    }

    /// A string of which nothing is known: it may hold JSON, events, a form, packed text.
    fn free(&self, inside: &[u8], at: usize, rules: &mut Rules, edits: &mut Vec<Edit>) {
        if inside.len() < 3 {
            return;
        }
        if self.nest < DEEPEST_NEST && inside.len() >= 12 && may_hold_more(inside) {
            let plain = Plain::of(inside);
            let mut found = Vec::new();
            let sound = inner(&plain.text, self.nest + 1, rules, &mut found);
            let mapped = in_original(&plain, found);
            if sound {
                edits.extend(mapped.into_iter().map(|e| Edit { start: at + e.start, end: at + e.end, ..e }));
                return;
            }
            if !mapped.is_empty() {
                // Half of it was no JSON: the rest is looked at as text.
                let new = apply(inside, &mapped);
                let text = rules.text(&new, true).unwrap_or(new);
                edits.push(Edit { start: at, end: at + inside.len(), text });
                return;
            }
        }
        let new = form(inside, rules).or_else(|| packed_body(inside, self.nest, rules)).or_else(|| {
            // What was no form for a blank in it can be one once that stands in a placeholder.
            let text = rules.text(inside, true)?;
            Some(form(&text, rules).unwrap_or(text))
        });
        if let Some(text) = new {
            edits.push(Edit { start: at, end: at + inside.len(), text });
        }
    }

    /// Numbers, words of JSON, and what is no JSON at all.
    fn bare(
        &mut self,
        text: &[u8],
        at: usize,
        last: bool,
        rules: &mut Rules,
        edits: &mut Vec<Edit>,
    ) -> Option<usize> {
        let rest = text.get(at..).unwrap_or(&[]);
        let length = rest.iter().position(|b| {
            matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']')
        });
        let token = rest.get(..length.unwrap_or(rest.len())).unwrap_or(&[]);
        let is_json = matches!(token, b"true" | b"false" | b"null")
            || token.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
                && token.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        if self.stack.is_empty() && !(is_json && length.is_some()) {
            // A line of text among JSON: to its end, but not into a document that begins in it.
            let end = piece_end(rest, last)?;
            let piece = rest.get(..end).unwrap_or(rest);
            let body = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.sound = self.sound && is_json;
            if let Some(new) = lines::plain_line(body, self.nest, rules) {
                let new = lines::settled(new, rules);
                edits.push(Edit { start: at, end: at + body.len(), text: new });
            }
            rules.line += u64::from(body.len() < piece.len());
            self.column_zero = body.len() < piece.len();
            return Some(at + end);
        }
        if let Some(end) = self.in_single_quotes(rest) {
            self.value(rest.get(1..end).unwrap_or(&[]), at + 1, rules, edits);
            self.value_stands();
            return Some(at + end + 1);
        }
        if length.is_none() && !last && rest.len() < LONGEST_STRING {
            return None;
        }
        if let Some(new) = self.number(token, is_json, rules) {
            edits.push(Edit { start: at, end: at + token.len(), text: new });
        }
        self.sound = self.sound && is_json;
        self.value_stands();
        Some(at + token.len().max(1))
    }

    /// Where the quote closes of a value that a program's source wrote in single ones: `"content": 'It was'`.
    fn in_single_quotes(&self, rest: &[u8]) -> Option<usize> {
        let level = self.top();
        if rest.first() != Some(&b'\'') || !level.object || level.expect_key {
            return None;
        }
        let line = rest.get(1..)?.split(|b| *b == b'\n').next()?;
        let ends = |at: &usize| {
            let behind = line.get(at + 1..).unwrap_or(&[]).trim_ascii_start();
            line.get(at.wrapping_sub(1)) != Some(&b'\\')
                && matches!(behind.first(), None | Some(b',' | b'}' | b']'))
        };
        memchr::memchr_iter(b'\'', line).find(ends).map(|at| at + 1)
    }

    fn number(&self, token: &[u8], is_json: bool, rules: &mut Rules) -> Option<Vec<u8>> {
        let level = self.top();
        let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
        // Where a key belongs, what the last one meant is over.
        let means = if level.object && level.expect_key { Means::Nothing } else { level.means };
        let secret = match (level.below, means) {
            (Some(Below::Secret(kind)), Means::Value | Means::Secret(_)) | (_, Means::Secret(kind))
                if digits >= 4 =>
            {
                Some(kind)
            }
            _ => None,
        };
        let new = match secret {
            Some(kind) => rules.secret(token, kind, "credential_field"),
            None if !is_json => rules.text(token, false).map(|new| apart(&new, rules)),
            None if digits >= 11 => rules.text(token, false),
            None => None,
        }?;
        Some(if is_json { [b"\"", new.as_slice(), b"\""].concat() } else { new })
    }

    fn skip_long(&mut self, text: &[u8], at: usize, edits: &mut Vec<Edit>) -> usize {
        let Some(long) = &mut self.long else { return at };
        let rest = text.get(at..).unwrap_or(&[]);
        let mut end = 0;
        let mut closed = false;
        while let Some(byte) = rest.get(end) {
            if long.escape {
                long.escape = false;
            } else if *byte == b'\\' {
                long.escape = true;
            } else if *byte == b'"' {
                closed = true;
                break;
            }
            end += 1;
        }
        long.bytes += end;
        let size = if closed { size_of_long(long) } else { Vec::new() };
        edits.push(Edit { start: at, end: at + end, text: size });
        if closed {
            self.long = None;
            return at + end + 1;
        }
        at + end
    }
}

/// True for the inside of a string that is a text where one is expected, and no evidence.
fn is_said(inside: &[u8]) -> bool {
    let plain = inside.contains(&b'\\').then(|| Plain::of(inside).text);
    terse::is_text(&String::from_utf8_lossy(plain.as_deref().unwrap_or(inside)), Place::Likely)
}

/// What stands around the placeholders of a token, each stretch looked at on its own: a second run would end the token there.
fn apart(token: &[u8], rules: &mut Rules) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(token.len()), token);
    while !rest.is_empty() {
        let opens = |at: &usize| placeholder_length(rest.get(*at..).unwrap_or(&[])) > 0;
        let start = memchr::memchr_iter(b'[', rest).find(opens).unwrap_or(rest.len());
        let (stretch, behind) = rest.split_at_checked(start).unwrap_or((rest, &[]));
        out.extend_from_slice(rules.text(stretch, false).as_deref().unwrap_or(stretch));
        let (label, behind) = behind.split_at_checked(placeholder_length(behind)).unwrap_or((behind, &[]));
        out.extend_from_slice(label);
        rest = behind;
    }
    out
}

/// What becomes of each of the strings `pieces`, the last one first: the secrets that lie over several of them. The
/// places count from the start of each.
fn in_pieces(text: &[u8], pieces: &[(usize, usize)], rules: &mut Rules) -> Vec<Option<Edit>> {
    let (Some((from, _)), Some((_, to))) = (pieces.first(), pieces.last()) else { return Vec::new() };
    let found = rules.over_strings(text.get(*from..*to).unwrap_or(&[]));
    let of_piece = |(start, end): &(usize, usize)| {
        let (start, end) = (start - from, end - from);
        let edit = found.iter().find(|e| e.start < end && start < e.end)?;
        let (first, last) = (edit.start.max(start) - start, edit.end.min(end) - start);
        Some(Edit { start: first, end: last, text: edit.text.clone() })
    };
    pieces.iter().rev().map(of_piece).collect()
}

/// What a list of character codes becomes whose text is a secret or somebody's.
fn spelled(bytes: &[u8], nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    let new = rules.packed_text(bytes).or_else(|| {
        let mut found = Vec::new();
        if nest < DEEPEST_NEST {
            inner(bytes, nest + 1, rules, &mut found);
        }
        found.first()?;
        rules.count("text", "character_codes");
        Some(measure("text", bytes.len(), "bytes"))
    })?;
    Some([b"[\"", new.as_bytes(), b"\"]"].concat())
}

fn size_of_long(long: &Long) -> Vec<u8> {
    measure("text", long.bytes, "bytes").into_bytes()
}

pub(super) enum StringEnd {
    Quote(usize),
    /// A line ends in it, as JSON does not allow.
    Line(usize),
    Open,
}

pub(super) fn string_end(text: &[u8], from: usize) -> StringEnd {
    let mut at = from;
    loop {
        let Some(rest) = text.get(at..) else { return StringEnd::Open };
        // Most are near: a call for each costs more than the look.
        let (near, looked) = near_mark(rest);
        let far = || Some(looked + memchr::memchr3(b'"', b'\\', b'\n', rest.get(looked..)?)?);
        let Some(found) = near.or_else(far) else { return StringEnd::Open };
        at += found;
        match text.get(at) {
            Some(b'"') => return StringEnd::Quote(at),
            Some(b'\n') => return StringEnd::Line(at),
            _ if text.get(at + 1) == Some(&b'\n') => return StringEnd::Line(at + 1),
            _ if at + 2 > text.len() => return StringEnd::Open,
            _ => at += 2,
        }
    }
}

/// The first quote, backslash or line end of `rest`, where it is near, and the bytes that were looked at, eight at a time.
fn near_mark(rest: &[u8]) -> (Option<usize>, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest high bit that is set is that of the first byte equal to `byte`.
    let equal = |word: u64, byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        zero.wrapping_sub(ONES) & !zero & HIGH
    };
    let mut looked = 0;
    for chunk in rest.chunks_exact(8).take(NEAR / 8) {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        let found = equal(word, b'"') | equal(word, b'\\') | equal(word, b'\n');
        if found != 0 {
            return (Some(looked + found.trailing_zeros() as usize / 8), looked);
        }
        looked += 8;
    }
    (None, looked)
}

/// Whether a member that follows in the same object shows that it is a request or an answer. `None`: more has to come.
fn peek_body(text: &[u8], from: usize, last: bool, half: Option<word::Search>) -> Option<bool> {
    let limit = (from + PEEK).min(text.len());
    let window = text.get(..limit).unwrap_or(text);
    let (mut at, mut depth) = (from, 0_usize);
    while let Some(byte) = window.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(false),
            b'}' | b']' => depth -= 1,
            b'"' => {
                let StringEnd::Quote(end) = string_end(window, at + 1) else { break };
                let behind = window.get(end + 1..)?.trim_ascii_start();
                let is_key = depth == 0 && behind.first() == Some(&b':');
                let inside = window.get(at + 1..end).unwrap_or(&[]);
                let is_text = || {
                    word::is_of_text(inside)
                        && behind.get(1..).is_some_and(|b| b.trim_ascii_start().first() == Some(&b'"'))
                };
                let other = || half.zip(word::Search::of(inside)).is_some_and(|(one, other)| one != other);
                if is_key && (word::is_of_log(inside) || word::is_of_body(inside) || is_text() || other()) {
                    return Some(!word::is_of_log(inside));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    (last || limit < text.len() || limit - from >= PEEK).then_some(false)
}

/// Bytes behind `value` in which the other members of a cookie are looked for.
const PEEK_COOKIE: usize = 400;

/// Whether a member that follows in the same object is one that cookies have. `None`: more has to come to know it.
fn peek_cookie(text: &[u8], from: usize, last: bool) -> Option<bool> {
    let limit = (from + PEEK_COOKIE).min(text.len());
    let window = text.get(..limit).unwrap_or(text);
    let mut at = from;
    while let Some(byte) = window.get(at) {
        at += match byte {
            b'{' | b'}' => return Some(false),
            b'"' => {
                let StringEnd::Quote(end) = string_end(window, at + 1) else { break };
                if word::is_of_cookie(window.get(at + 1..end).unwrap_or(&[])) {
                    return Some(true);
                }
                end + 1 - at
            }
            _ => 1,
        };
    }
    (last || limit < text.len() || limit - from >= PEEK_COOKIE).then_some(false)
}

/// The string beside the member `name` that follows in the same object. `None`: more has to come to know it.
#[expect(clippy::option_option, reason = "not known yet, known to be none, known")]
fn peek_name(text: &[u8], from: usize, last: bool) -> Option<Option<(usize, usize)>> {
    let limit = (from + PEEK).min(text.len());
    let window = text.get(..limit).unwrap_or(text);
    let (mut at, mut depth, mut key) = (from, 0_usize, false);
    while let Some(byte) = window.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(None),
            b'}' | b']' => depth -= 1,
            b'"' => {
                let StringEnd::Quote(end) = string_end(window, at + 1) else { break };
                let inside = window.get(at + 1..end).unwrap_or(&[]);
                if depth == 0 && key {
                    return Some(Some((at + 1, end)));
                }
                key = depth == 0 && is_name(inside);
                at = end;
            }
            b',' => key = false,
            _ => {}
        }
        at += 1;
    }
    (last || limit < text.len() || limit - from >= PEEK).then_some(None)
}

/// The length of the placeholder that `rest` begins with; 0: it is something else.
pub(super) fn placeholder_length(rest: &[u8]) -> usize {
    if !rest.get(1).is_some_and(u8::is_ascii_lowercase) {
        return 0;
    }
    let Some(end) = rest.iter().take(96).position(|b| *b == b']') else { return 0 };
    let text = String::from_utf8_lossy(rest.get(..=end).unwrap_or(&[]));
    if is_placeholder(&text) { end + 1 } else { 0 }
}

/// True where a placeholder stands in `text`.
pub(super) fn holds_placeholder(text: &[u8]) -> bool {
    memchr::memchr_iter(b'[', text).any(|at| placeholder_length(text.get(at..).unwrap_or(&[])) > 0)
}

/// `[key#1]` stands in a line of text; it opens no array.
fn is_label(rest: &[u8]) -> bool {
    let word = rest.get(1..).unwrap_or(&[]);
    word.first().is_some_and(u8::is_ascii_lowercase)
        && ![&b"true"[..], b"false", b"null"].iter().any(|w| word.starts_with(w))
}

/// A form in parts.
fn is_form(inside: &[u8]) -> bool {
    let head = inside.get(..inside.len().min(512)).unwrap_or(inside).to_ascii_lowercase();
    memchr::memmem::find(&head, b"content-disposition:").is_some()
}

fn may_hold_more(inside: &[u8]) -> bool {
    let start = inside.iter().find(|b| !b.is_ascii_whitespace());
    if !matches!(start, Some(b'{' | b'[' | b'd' | b'e' | b'i' | b':' | b'-' | b'\\')) {
        return false;
    }
    let head = inside.get(..inside.len().min(64)).unwrap_or(inside);
    let trimmed = head.trim_ascii_start();
    trimmed.starts_with(b"{")
        || trimmed.starts_with(b"[") && trimmed.iter().any(|b| matches!(b, b'{' | b'"'))
        || trimmed.starts_with(b"data:")
        || trimmed.starts_with(b"event:")
        || trimmed.starts_with(b"id:")
        || trimmed.starts_with(b"--") && is_form(inside)
        || trimmed.starts_with(b": ")
        || trimmed.starts_with(b"\\t")
        || trimmed.starts_with(b"\\n")
        || trimmed.starts_with(b"\\r")
        || trimmed.starts_with(b"\\u007b")
}

/// A text inside another one, JSON or events: finds what has to be replaced in it. True: it was whole, and all of it was
/// looked at.
fn inner(plain: &[u8], nest: usize, rules: &mut Rules, edits: &mut Vec<Edit>) -> bool {
    let start = plain.trim_ascii_start();
    let line = rules.line;
    let mut whole = false;
    if start.starts_with(b"{") || start.starts_with(b"[") {
        let mut walker = Walker::new(true, nest);
        walker.walk(plain, true, rules, edits);
        whole = walker.sound;
    } else if start.starts_with(b"--") {
        let mut form = lines::State::default();
        let mut new = Vec::with_capacity(plain.len());
        for one in plain.split_inclusive(|b| *b == b'\n') {
            form.piece(one, super::Kind::Multipart, rules, &mut new);
        }
        form.finish(&mut new);
        if new != plain {
            edits.push(Edit { start: 0, end: plain.len(), text: new });
        }
        whole = true;
    } else if [&b"data:"[..], b"event:", b"id:", b": "].iter().any(|lead| start.starts_with(lead)) {
        let mut at = 0;
        for one in plain.split(|b| *b == b'\n') {
            if let Some(text) = lines::plain_line(one, nest, rules) {
                edits.push(Edit { start: at, end: at + one.len(), text });
            }
            at += one.len() + 1;
        }
    }
    rules.line = line;
    whole
}

/// JSON on its own, as a line of it stands in a log or in an event; the flag: it was whole.
pub(super) fn document(text: &[u8], nest: usize, body: bool, rules: &mut Rules) -> (Option<Vec<u8>>, bool) {
    if nest > DEEPEST_NEST {
        return (rules.text(text, false), true);
    }
    let mut walker = Walker::new(body, nest);
    let mut edits = Vec::new();
    walker.walk(text, true, rules, &mut edits);
    ((!edits.is_empty()).then(|| apply(text, &edits)), walker.sound && walker.is_closed())
}

/// The same with a `\\` before each quote, as it stands in a string of a program or a shell.
pub(super) fn escaped_document(inside: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let plain = Plain::of(inside);
    let mut found = Vec::new();
    inner(&plain.text, 1, rules, &mut found);
    let edits = in_original(&plain, found);
    (!edits.is_empty()).then(|| apply(inside, &edits))
}

/// Edits of the `plain` text as edits of the string that it was written as.
fn in_original(plain: &Plain, found: Vec<Edit>) -> Vec<Edit> {
    let place = |e: Edit| {
        let start = plain.start(e.start);
        Edit { start, end: plain.end(e.end).max(start), text: escaped(&e.text) }
    };
    found.into_iter().map(place).collect()
}

/// True for `a=b&c=d`: a name in front, and no blank or quote outside placeholders.
pub(super) fn is_fields(inside: &[u8]) -> bool {
    let near = inside.get(..=LONGEST_FIELD).unwrap_or(inside);
    let name = memchr::memchr(b'=', near).and_then(|equals| inside.get(..equals));
    if !name.is_some_and(is_field) {
        return false;
    }
    let mut at = 0;
    while let Some(byte) = inside.get(at) {
        at += match byte {
            b'[' => placeholder_length(inside.get(at..).unwrap_or(&[])).max(1),
            b'"' | b'{' | b'<' => return false,
            b if b.is_ascii_whitespace() => return false,
            _ => 1,
        };
    }
    true
}

fn is_field(name: &[u8]) -> bool {
    (1..=LONGEST_FIELD).contains(&name.len())
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']'))
}

/// The values of the form `a=b&c=d` by their names. `None`: it is no form, or nothing changes.
pub(super) fn form(inside: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    if !is_fields(inside) {
        return None;
    }
    let mut changed = false;
    let mut out: Vec<(&[u8], Option<Vec<u8>>)> = Vec::new();
    let mut rest = Some(inside);
    while let Some(fields) = rest {
        let name_end = fields.iter().position(|b| matches!(b, b'=' | b'&')).unwrap_or(fields.len());
        let name = fields.get(..name_end).unwrap_or(&[]);
        let means = match rules.names.means(name).0 {
            Means::BodyPrompt | Means::Told => Means::Prompt,
            means => means,
        };
        let judged = matches!(means, Means::Secret(_) | Means::MaybeSecret | Means::Prompt) && is_field(name);
        let end = field_end(fields, judged && means != Means::Prompt);
        let value = fields.get(name_end + 1..end);
        rest = fields.get(end + 1..);
        let new = match value {
            Some(value) if judged && !value.starts_with(b"@") => rules.named(means, value, true),
            Some(value) if !value.starts_with(b"@") => rules.text(value, true),
            _ => None,
        };
        changed |= new.is_some();
        out.push((name, new.or_else(|| value.map(<[u8]>::to_vec))));
    }
    if !changed {
        return None;
    }
    let mut pair = |(name, value): (&[u8], Option<Vec<u8>>)| {
        // A secret may be glued to the name.
        let name = rules.text(name, true).unwrap_or_else(|| name.to_vec());
        value.map_or_else(|| name.clone(), |value| [&name, b"=".as_slice(), &value].concat())
    };
    let new = out.into_iter().map(&mut pair).collect::<Vec<_>>().join(&b'&');
    // A pattern may go over several fields; a second run would see that.
    Some(rules.text(&new, true).unwrap_or(new))
}

/// The end of the first of `fields`. `open`: it holds a secret, and a secret may have a `&` in it; so what stands behind
/// one without a `=` belongs to it.
fn field_end(fields: &[u8], open: bool) -> usize {
    let mut end = memchr::memchr(b'&', fields).unwrap_or(fields.len());
    while open && let Some(behind) = fields.get(end + 1..) {
        let length = memchr::memchr(b'&', behind).unwrap_or(behind.len());
        if behind.get(..length).is_some_and(|next| next.contains(&b'=')) {
            break;
        }
        end += 1 + length;
    }
    end
}

/// A body packed as base64 leaves as its length where something in it would be replaced.
fn packed_body(inside: &[u8], nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    if inside.len() < 48 || !matches!(inside.first(), Some(b'e' | b'W' | b'H' | b'Z' | b'I' | b'C')) {
        return None;
    }
    if !inside.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(inside).ok()?;
    let mut found = Vec::new();
    inner(&bytes, nest + 1, rules, &mut found);
    found.first()?;
    rules.count("text", "packed_body");
    Some(measure("text", bytes.len(), "bytes").into_bytes())
}
