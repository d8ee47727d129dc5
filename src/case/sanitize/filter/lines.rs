//! Text, line by line: logs, headers, commands, events, forms in parts, YAML.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Kind;
use super::file_name;
use super::goes_on::{self, Told};
use super::headed;
use super::json::{self, holds_placeholder};
use super::label;
use super::list::Ahead;
use super::names::{Means, is_directive};
use super::prose::is_written;
use super::rule::{Edit, Look, Rules, apply, is_code};
use super::shell;
use super::table::{self, Row, Table};
use super::values::Values;
use crate::case::sanitize::detect::{is_no_word, looks_random};
use crate::case::sanitize::placeholder::{is_placeholder, measure, without_placeholders};

/// Bytes of a line that are looked at in one piece.
pub(super) const LONGEST_PIECE: usize = 64 * 1024;
/// Bytes at the end of a piece in which a place to cut is looked for.
const SOFT: usize = 8 * 1024;

/// Bytes of a line up to which it is looked at again once it changed. Longer ones are documents, whose places are told by
/// their brackets.
const LONGEST_SETTLED: usize = 1024;

/// How often at most.
const MOST_LOOKS: usize = 4;

/// Bytes before the cue of a line.
const LONGEST_CUE_LEAD: usize = 24;

/// What is looked for in every line: to make such a search takes longer than most lines.
static PEM_BEGIN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"-----BEGIN"));
static PEM_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"-----END"));
static OBJECT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"{\""));

/// The end of the first piece of `rest`: a line with its end, or a part of a very long one. `None`: more has to come.
pub(super) fn piece_end(rest: &[u8], last: bool) -> Option<usize> {
    let window = rest.get(..LONGEST_PIECE).unwrap_or(rest);
    if let Some(end) = memchr::memchr(b'\n', window) {
        return Some(end + 1);
    }
    if rest.len() < LONGEST_PIECE {
        return last.then_some(rest.len());
    }
    let soft = window.iter().rev().take(SOFT).position(|b| is_soft(*b));
    Some(soft.map_or(LONGEST_PIECE, |back| LONGEST_PIECE - back))
}

/// A byte that stands in no secret.
fn is_soft(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',' | b';' | b'<' | b'>' | b'{' | b'}' | b'[' | b']' | b'"' | b'\'' | b'|')
}

/// What a piece has to know of those before it.
#[derive(Debug, Default, Clone)]
pub(super) struct State {
    /// In a private key that spans lines.
    pem: bool,
    /// The value of a credential header may go on in a folded line.
    folded: Option<&'static str>,
    /// Bytes of a run that goes on, as no place to cut it was found.
    run: Option<usize>,
    /// A YAML block of this indentation leaves as its length.
    block: Option<Block>,
    part: Part,
    /// The table whose head stood above.
    table: Option<Table>,
    /// The columns of rows that a statement writes.
    values: Option<Values>,
    /// What a name said that stood alone in the line above.
    awaited: Means,
    /// It was a heading.
    under_heading: bool,
    /// What the value of `name:` in the line above says.
    named: Means,
    /// What a line above said that a value alone in the next one answers.
    asked: Means,
    /// What the name of the block around says of its `default` (Terraform).
    variable: Means,
    /// What the line above says of this one.
    told: Told,
    /// Lines since one said who speaks, as `role: user` does.
    speaks: Option<u8>,
}

#[derive(Debug, Clone)]
struct Block {
    indent: usize,
    /// What ends it, where that is no smaller indentation.
    until: Option<&'static [u8]>,
    kind: &'static str,
    chars: usize,
}

/// Where in a form of parts the text is.
#[derive(Debug, Default, Clone)]
struct Part {
    /// A part was met in a text that was not said to be a form.
    seen: bool,
    /// The line before, where it can be a boundary.
    before: Vec<u8>,
    boundary: Vec<u8>,
    in_headers: bool,
    means: Means,
    file: bool,
    dropped: Option<usize>,
}

impl State {
    /// Reads one piece of `text`, with its line end, and writes what leaves.
    pub(super) fn piece(&mut self, piece: &[u8], kind: Kind, rules: &mut Rules, out: &mut Vec<u8>) {
        let body = piece.strip_suffix(b"\n").unwrap_or(piece);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        let end = piece.get(body.len()..).unwrap_or(&[]);
        let whole = !end.is_empty();
        if let Some(rest) = self.run_goes_on(body, out) {
            if !rest.is_empty() {
                self.line(rest, kind, rules, out);
            }
            out.extend_from_slice(end);
        } else if piece.len() >= LONGEST_PIECE && !whole && !body.last().is_some_and(|b| is_soft(*b)) {
            // A run without a place to cut: it leaves as its length.
            let start = body.iter().rposition(|b| is_soft(*b)).map_or(0, |at| at + 1);
            if start > 0 {
                self.line(body.get(..start).unwrap_or(&[]), kind, rules, out);
            }
            self.run = Some(body.len() - start);
        } else if self.line(body, kind, rules, out) {
            out.extend_from_slice(end);
        }
        rules.line += u64::from(whole);
    }

    /// Ends what was held back.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(bytes) = self.run.take() {
            out.extend_from_slice(measure("text", bytes, "bytes").as_bytes());
        }
        self.end_block(out);
        self.end_part(out);
    }

    fn run_goes_on<'b>(&mut self, body: &'b [u8], out: &mut Vec<u8>) -> Option<&'b [u8]> {
        let bytes = self.run.take()?;
        let more = body.iter().position(|b| is_soft(*b));
        if more.is_none() && body.len() >= LONGEST_PIECE {
            self.run = Some(bytes + body.len());
            return Some(&[]);
        }
        let more = more.unwrap_or(body.len());
        out.extend_from_slice(measure("text", bytes + more, "bytes").as_bytes());
        body.get(more..)
    }

    fn end_block(&mut self, out: &mut Vec<u8>) {
        if let Some(block) = self.block.take()
            && block.chars > 0
        {
            out.extend(std::iter::repeat_n(b' ', block.indent));
            out.extend_from_slice(measure(block.kind, block.chars, "chars").as_bytes());
            out.push(b'\n');
        }
    }

    fn end_part(&mut self, out: &mut Vec<u8>) {
        if let Some(bytes) = self.part.dropped.take()
            && bytes > 0
        {
            out.extend_from_slice(measure("text", bytes, "bytes").as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// One line; false where it and its end are gone. It is looked at until nothing in it changes any more: with a placeholder
    /// in it, it says something else, of itself and of the next ones, and a second run would find that.
    fn line(&mut self, line: &[u8], kind: Kind, rules: &mut Rules, out: &mut Vec<u8>) -> bool {
        // Where a part begins or ends is told by the line as it came.
        let looks_again = line.len() <= LONGEST_SETTLED && !is_boundary(line);
        let before = looks_again.then(|| self.clone());
        let from = out.len();
        let stays = self.look(line, kind, rules, out);
        // What ended above this line is written before it, on lines of its own.
        let ended = memchr::memrchr(b'\n', out.get(from..).unwrap_or(&[])).map_or(0, |at| at + 1);
        let (from, Some(before)) = (from + ended, before) else { return stays };
        if !stays || out.get(from..) == Some(line) {
            return stays;
        }
        let mut new = out.split_off(from);
        let mut stays = stays;
        for _ in 0..MOST_LOOKS {
            let look = std::mem::replace(&mut rules.look, Look::Again);
            let (mut again, mut left, mut kept) = before.looked(&new, kind, rules);
            rules.look = look;
            let still = kept && left == new;
            if !still {
                (again, left, kept) = before.looked(&new, kind, rules);
            }
            // A private key that began in this line goes on, though a placeholder took the place of what said so.
            let pem = self.pem;
            (*self, new, stays) = (again, left, kept);
            self.pem |= pem;
            if still || !stays {
                break;
            }
        }
        out.extend_from_slice(&new);
        stays
    }

    /// What a second run makes of `line`, as the first one wrote it: the state behind it, what leaves of it, and whether it stays.
    fn looked(&self, line: &[u8], kind: Kind, rules: &mut Rules) -> (Self, Vec<u8>, bool) {
        let (mut state, mut out) = (self.clone(), Vec::with_capacity(line.len()));
        let stays = state.look(line, kind, rules, &mut out);
        let ended = memchr::memrchr(b'\n', &out).map_or(0, |at| at + 1);
        (state, out.split_off(ended), stays)
    }

    fn look(&mut self, mut line: &[u8], kind: Kind, rules: &mut Rules, out: &mut Vec<u8>) -> bool {
        if self.pem {
            let end = PEM_END.find(line);
            self.pem = end.is_none() && is_key_line(line);
            if self.pem {
                return false;
            }
            // The end stays, so that another run stops there, too.
            line = end.and_then(|at| line.get(at..)).unwrap_or(line);
        }
        if line.len() >= 21
            && PEM_BEGIN.find(line).is_some()
            && memchr::memmem::find(line, b"PRIVATE KEY").is_some()
            && PEM_END.find(line).is_none()
        {
            self.pem = true;
        }
        if (kind == Kind::Multipart || self.part.seen) && self.in_part(line, rules, out) {
            return false;
        }
        if kind != Kind::Multipart && !self.part.seen {
            self.begin_part(line, rules);
        }
        if self.block.is_none() {
            self.opens_quotes(line, rules);
        } else if self.in_block(line, out) {
            return false;
        }
        if let Some(secret) = self.folded.take()
            && line.first().is_some_and(|b| matches!(b, b' ' | b'\t'))
            && !is_header(line)
        {
            self.folded = Some(secret);
            let new = rules.secret(line, secret, "folded_header");
            out.extend_from_slice(new.as_deref().unwrap_or(line));
            return true;
        }
        if goes_on::goes_on(line, self.told) {
            rules.count("prompt", "told_lines");
            let new = goes_on::shaped(line);
            let asked = std::mem::take(&mut self.asked);
            (self.awaited, self.named, self.under_heading) = (Means::Nothing, Means::Nothing, false);
            self.remember(&new, asked, rules);
            out.extend_from_slice(&new);
            return true;
        }
        let asked = std::mem::take(&mut self.asked);
        // Both looks, whatever the first one found: a second run would take the second look anyway.
        let special = behind_its_cue(line, rules)
            .or_else(|| self.below_its_name(line, rules))
            .or_else(|| below_its_label(asked, line, rules))
            .or_else(|| self.beside_its_name(line, rules))
            .or_else(|| in_its_block(self.variable, line, rules))
            .or_else(|| directive(line, rules))
            .or_else(|| Values::in_line(&mut self.values, line, rules))
            .or_else(|| self.in_table(line, rules))
            .or_else(|| label::of(line, rules))
            .or_else(|| file_name::of(line, rules))
            .or_else(|| self.special(line, kind, rules));
        let new = plain_line(special.as_deref().unwrap_or(line), 0, rules).or(special);
        let written = new.as_deref().unwrap_or(line);
        self.remember(written, asked, rules);
        out.extend_from_slice(written);
        true
    }

    /// What the next lines have to know of this one, as it leaves: a second run reads it so.
    fn remember(&mut self, line: &[u8], asked: Means, rules: &mut Rules) {
        let trimmed = line.trim_ascii();
        self.told = goes_on::told(trimmed, self.told);
        let names_role = trimmed.strip_prefix(b"- ").unwrap_or(trimmed).starts_with(b"role:");
        self.speaks = if names_role { Some(0) } else { self.speaks.map(|n| n + 1).filter(|n| *n < 3) };
        self.asked = match label_of(trimmed, rules) {
            Means::Nothing if trimmed.is_empty() || trimmed.starts_with(b"- ") => asked,
            means => means,
        };
        if let Some(name) = line.strip_prefix(b"variable \"") {
            let name = name.split(|b| *b == b'"').next().unwrap_or(&[]);
            self.variable = if holds_placeholder(name) { Means::Nothing } else { rules.names.means(name).0 };
        } else if line.starts_with(b"}") {
            self.variable = Means::Nothing;
        }
    }

    /// `system_prompt = """` of a program or of TOML, where nothing follows in the line.
    fn opens_quotes(&mut self, line: &[u8], rules: &mut Rules) {
        let until: &'static [u8] = match line.trim_ascii_end() {
            [.., b'"', b'"', b'"'] => b"\"\"\"",
            [.., b'\'', b'\'', b'\''] => b"\'\'\'",
            _ => return,
        };
        let Some(pair) = Pair::of(line) else { return };
        let opens = memchr::memmem::find_iter(line, until).count() == 1;
        if opens && matches!(rules.names.means(pair.name(line)).0, Means::Prompt | Means::BodyPrompt) {
            rules.count("prompt", "quoted_block");
            self.block = Some(Block { indent: 0, until: Some(until), kind: "prompt", chars: 0 });
        }
    }

    /// `- name: GATEWAY_KEY` and `value: …` in the next line, as the variables of a container are listed.
    fn beside_its_name(&mut self, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
        let before = std::mem::take(&mut self.named);
        let text = line.trim_ascii_start();
        let value = |lead: &[u8]| Some(text.strip_prefix(lead)?.trim_ascii());
        if let Some(name) = value(b"- name:").or_else(|| value(b"name:")).or_else(|| value(b"- key:")) {
            let name: Vec<u8> = name.iter().copied().filter(|b| !matches!(b, b'"' | b'\'')).collect();
            let is_name = !holds_placeholder(&name);
            self.named = if is_name { rules.names.means(&name).0 } else { Means::Nothing };
            return None;
        }
        let inner = value(b"value:").filter(|inner| !inner.is_empty())?;
        let quoted = matches!(inner, [b'"', .., b'"'] | [b'\'', .., b'\'']);
        let inner = if quoted { inner.get(1..inner.len() - 1)? } else { inner };
        let start = memchr::memmem::rfind(line, inner)?;
        let means @ (Means::Secret(_) | Means::MaybeSecret | Means::Prompt) = before else { return None };
        let text = rules.named(means, inner, quoted)?;
        Some(apply(line, &[Edit { start, end: start + inner.len(), text }]))
    }

    /// The value of a name that stood alone in the line before: `["content"]=>` as PHP prints it.
    fn below_its_name(&mut self, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
        let awaited = std::mem::take(&mut self.awaited);
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            self.awaited = awaited;
            return None;
        }
        if trimmed.starts_with(b"#") {
            let name = trimmed.trim_ascii_start().iter().skip_while(|b| **b == b'#').copied();
            let name: Vec<u8> = name.map(|b| if b == b' ' { b'_' } else { b }).collect();
            let name = name.strip_prefix(b"_").unwrap_or(&name);
            // `# old key: …`, a pair in a comment, heads nothing.
            let bare = name.strip_suffix(b":").unwrap_or(name);
            let is_heading = name.len() <= 24 && !bare.contains(&b':') && !holds_placeholder(name);
            self.awaited = if is_heading { rules.names.means(name).0 } else { Means::Nothing };
            self.under_heading = true;
            return None;
        }
        let under_heading = std::mem::take(&mut self.under_heading);
        if under_heading && matches!(awaited, Means::Secret(_) | Means::MaybeSecret | Means::Prompt) {
            // What is left around a placeholder was no value before.
            let is_word = !trimmed.contains(&b' ') && trimmed.len() >= 8 && !holds_placeholder(trimmed);
            let is_text = awaited == Means::Prompt && is_written(&String::from_utf8_lossy(trimmed));
            let start = memchr::memmem::find(line, trimmed)?;
            let text = if is_word || is_text { rules.named(awaited, trimmed, false)? } else { return None };
            return Some(apply(line, &[Edit { start, end: start + trimmed.len(), text }]));
        }
        if let Some(before) = trimmed.strip_suffix(b"=>") {
            let name = before.trim_ascii_end().strip_suffix(b"]").unwrap_or(before);
            let name = name.split(|b| matches!(b, b'[' | b':')).find(|part| part.len() > 2).unwrap_or(name);
            let name: Vec<u8> = name.iter().copied().filter(|b| !matches!(b, b'"' | b'\'' | b' ')).collect();
            self.awaited = rules.names.means(&name).0;
            return None;
        }
        if !matches!(awaited, Means::Secret(_) | Means::MaybeSecret | Means::Prompt | Means::BodyPrompt) {
            return None;
        }
        let open = line.iter().position(|b| matches!(b, b'"' | b'\''))? + 1;
        let quote = line.get(open - 1)?;
        let end = line.iter().rposition(|b| b == quote).filter(|end| *end > open)?;
        let means = if awaited == Means::BodyPrompt { Means::Prompt } else { awaited };
        let text = rules.named(means, line.get(open..end)?, true)?;
        Some(apply(line, &[Edit { start: open, end, text }]))
    }

    /// A row of the table that is read, with a cell over several lines: its bytes.
    pub(super) fn long_row(&self, rest: &[u8], last: bool) -> Ahead<usize> {
        self.table.as_ref().map_or(Ahead::Nothing, |table| table.long_row(rest, last))
    }

    /// Reads such a row. False: nothing in its cells is replaced.
    pub(super) fn row(&mut self, row: &[u8], rules: &mut Rules, out: &mut Vec<u8>) -> bool {
        let body = row.trim_ascii_end();
        let Some(new) = self.in_table(body, rules) else { return false };
        out.extend_from_slice(&new);
        out.extend_from_slice(row.get(body.len()..).unwrap_or(&[]));
        rules.line += memchr::memchr_iter(b'\n', row).count() as u64;
        true
    }

    /// A row of a table in which a column holds secrets.
    fn in_table(&mut self, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
        if self.table.is_none()
            && let Some((start, end, means)) = table::labelled(line, &mut rules.names)
            && let Some(text) = table::cell(line.get(start..end).unwrap_or(&[]), means, rules)
        {
            let new = apply(line, &[Edit { start, end, text }]);
            return Some(rules.text(&new, false).unwrap_or(new));
        }
        let Some(table) = &self.table else {
            self.table = Table::of(line, &mut rules.names);
            return None;
        };
        let cells = match table.row(line) {
            Row::Cells(cells) => cells,
            Row::Rule => return None,
            Row::Other => {
                self.table = Table::of(line, &mut rules.names);
                return None;
            }
        };
        let mut edits = Vec::new();
        for (start, end, means) in cells {
            if let Some(text) = table::cell(line.get(start..end).unwrap_or(&[]), means, rules) {
                edits.push(Edit { start, end, text });
            }
        }
        let new = (!edits.is_empty()).then(|| apply(line, &edits))?;
        Some(rules.text(&new, false).unwrap_or(new))
    }

    /// What only some kinds of text have.
    fn special(&mut self, line: &[u8], kind: Kind, rules: &mut Rules) -> Option<Vec<u8>> {
        match kind {
            Kind::Headers => {
                let pair = Pair::of(line)?;
                let secret = rules.names.header(pair.name(line));
                self.folded = secret;
                None
            }
            Kind::Yaml => {
                let pair = Pair::of(line)?;
                let value = line.get(pair.value..pair.end).unwrap_or(&[]);
                let means = rules.names.means(pair.name(line)).0;
                let opens_block = matches!(value.first(), Some(b'|' | b'>')) && value.len() <= 3;
                let kind = match means {
                    Means::Prompt => "prompt",
                    Means::Secret(kind) => kind,
                    _ => return None,
                };
                // The blanks of a placeholder are not the writer's.
                let of_words = without_placeholders(&String::from_utf8_lossy(value));
                if kind == "prompt" && !opens_block && of_words.bytes().any(|b| b == b' ' || b >= 0x80) {
                    let new = rules.shape("prompt", value, false)?;
                    let around = |text: &[u8], rules: &mut Rules| {
                        rules.text(text, false).unwrap_or_else(|| text.to_vec())
                    };
                    let before = around(line.get(..pair.value)?, rules);
                    return Some([before, new, around(line.get(pair.end..)?, rules)].concat());
                }
                if opens_block {
                    let kind = if kind == "prompt" { "prompt" } else { "text" };
                    rules.count(kind, "yaml_block");
                    let indent = line.iter().take_while(|b| **b == b' ').count() + 2;
                    self.block = Some(Block { indent, until: None, kind, chars: 0 });
                    return Some(rules.text(line, false).unwrap_or_else(|| line.to_vec()));
                }
                None
            }
            _ if kind == Kind::Curl || is_command(line) => shell::command(line, rules),
            _ => self.opens_block(line, rules),
        }
    }

    /// `prompt: |` in any text; `content: |` has a file under it as often, but not beside `role: user`.
    fn opens_block(&mut self, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
        let text = line.trim_ascii();
        let mark = text.len() - text.iter().rev().take(3).take_while(|b| b"|>+-".contains(b)).count();
        let name = text.get(..mark)?.strip_suffix(b": ").filter(|_| mark < text.len())?;
        let name = name.strip_prefix(b"- ").unwrap_or(name);
        let opens = matches!(text.get(mark), Some(b'|' | b'>'));
        let is_name = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let told = is_prompt_name(name) || self.speaks.is_some() && name == b"content";
        if opens && is_name && told && rules.names.means(name).0 == Means::Prompt {
            rules.count("prompt", "yaml_block");
            let lead = line.iter().take_while(|b| matches!(b, b' ' | b'-')).count();
            self.block = Some(Block { indent: lead + 1, until: None, kind: "prompt", chars: 0 });
        }
        None
    }

    fn in_block(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(block) = &mut self.block else { return false };
        let indent = line.iter().take_while(|b| **b == b' ').count();
        let goes_on = match block.until {
            Some(end) => memchr::memmem::find(line, end).is_none(),
            None => line.trim_ascii().is_empty() || indent >= block.indent,
        };
        if goes_on {
            let inner = line.trim_ascii();
            if is_placeholder(&String::from_utf8_lossy(inner)) {
                out.extend_from_slice(line);
                out.push(b'\n');
                return true;
            }
            block.chars += inner.iter().filter(|b| **b & 0xc0 != 0x80).count();
            return true;
        }
        self.end_block(out);
        false
    }

    /// A form may stand in any text: its parts begin with a boundary and the name of a field.
    fn begin_part(&mut self, line: &[u8], rules: &mut Rules) {
        let names = line.get(..20).is_some_and(|l| l.eq_ignore_ascii_case(b"content-disposition:"));
        if names && !self.part.before.is_empty() && parameter(line, b" name=").is_some() {
            self.part.boundary = std::mem::take(&mut self.part.before);
            self.part.seen = true;
            self.part.in_headers = true;
            self.in_part(line, rules, &mut Vec::new());
        } else if line.len() <= 80 && is_boundary(line) {
            self.part.before = line.to_vec();
        } else {
            self.part.before.clear();
        }
    }

    /// Lines of a part; true where the line was dropped.
    fn in_part(&mut self, line: &[u8], rules: &mut Rules, out: &mut Vec<u8>) -> bool {
        // The last one has two more dashes behind it.
        let behind = line.strip_prefix(self.part.boundary.as_slice()).map(<[u8]>::trim_ascii_end);
        let known = !self.part.boundary.is_empty();
        if known && matches!(behind, Some(b"" | b"--")) || !known && is_boundary(line) {
            self.end_part(out);
            if self.part.boundary.is_empty() {
                self.part.boundary = line.to_vec();
            }
            let ends = behind == Some(b"--");
            self.part = Part {
                seen: self.part.seen && !ends,
                boundary: if ends { Vec::new() } else { std::mem::take(&mut self.part.boundary) },
                in_headers: !ends,
                ..Part::default()
            };
            return false;
        }
        if self.part.in_headers {
            if line.is_empty() {
                self.part.in_headers = false;
                let drops = self.part.file
                    || matches!(
                        self.part.means,
                        Means::Prompt | Means::BodyPrompt | Means::Told | Means::Secret(_)
                    );
                self.part.dropped = drops.then_some(0);
            } else if let Some(name) = parameter(line, b" name=") {
                self.part.means = rules.names.means(name).0;
                self.part.file = parameter(line, b"filename=").is_some();
            }
            return false;
        }
        let Some(bytes) = &mut self.part.dropped else { return false };
        if is_placeholder(&String::from_utf8_lossy(line)) {
            return false;
        }
        if *bytes == 0 {
            rules.count("text", "form_part");
        }
        *bytes += line.len().max(1);
        true
    }
}

/// What is said in a cue of subtitles whose moments stand in the same line, as whisper prints them.
fn behind_its_cue(line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let start = line.iter().take(LONGEST_CUE_LEAD).position(|b| *b == b'[')?;
    let start = start + headed::cue(line.get(start..)?)?;
    let said = line.get(start..).filter(|said| !said.is_empty() && !holds_placeholder(said))?;
    let text = rules.shape("text", said, false)?;
    Some(apply(line, &[Edit { start, end: line.len(), text }]))
}

/// The value alone in its line below a label: `Signature:` of a debug log, `Password:` and an item of a list.
fn below_its_label(asked: Means, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let (Means::Secret(_) | Means::MaybeSecret) = asked else { return None };
    let trimmed = line.trim_ascii();
    let value = trimmed.strip_prefix(b"- ").or_else(|| trimmed.strip_prefix(b"C: ")).unwrap_or(trimmed);
    let value = match value.trim_ascii() {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] | [b'`', inner @ .., b'`'] => inner,
        value => value,
    };
    let sign = |b: &u8| b.is_ascii_alphanumeric() || b"!@#$%^&*._~+/=?-".contains(b);
    let text = String::from_utf8_lossy(value);
    let is_value = value.len() >= 6 && value.iter().all(sign) && is_no_word(&text);
    if !is_value || asked == Means::MaybeSecret && !is_key(value) {
        return None;
    }
    let start = memchr::memmem::rfind(line, value)?;
    let text = rules.named(asked, value, false)?;
    Some(apply(line, &[Edit { start, end: start + value.len(), text }]))
}

/// `default = "…"` in a block `variable "gateway_key" {`.
fn in_its_block(variable: Means, line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let (Means::Secret(_) | Means::MaybeSecret | Means::Prompt) = variable else { return None };
    let pair = Pair::of(line).filter(|pair| pair.name(line) == b"default" && quoted(line, pair))?;
    let text = rules.named(variable, line.get(pair.value..pair.end)?, true)?;
    Some(apply(line, &[Edit { start: pair.value, end: pair.end, text }]))
}

/// What the words before a colon at the end of `line` say of the line below.
fn label_of(line: &[u8], rules: &mut Rules) -> Means {
    // How a mail server asks: `Password:` in base64 (RFC 4954).
    if line.ends_with(b"334 UGFzc3dvcmQ6") {
        return Means::Secret("password");
    }
    let mark = |b: &u8| matches!(b, b'*' | b'_' | b'`');
    let marks = line.iter().rev().take_while(|b| mark(b)).count();
    let Some(label) = line.get(..line.len() - marks).and_then(|l| l.strip_suffix(b":")) else {
        return Means::Nothing;
    };
    let marks = label.iter().rev().take_while(|b| mark(b)).count();
    let label = label.get(..label.len() - marks).unwrap_or(&[]);
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ');
    let length = label.iter().rev().take(32).take_while(part).count();
    let words = label.get(label.len() - length..).unwrap_or(&[]);
    let mut last = words.split(|b| *b == b' ').filter(|word| !word.is_empty()).rev();
    let Some(word) = last.next() else { return Means::Nothing };
    // Containers list under it what their secrets are called.
    if word.eq_ignore_ascii_case(b"secrets") {
        return Means::Nothing;
    }
    let two = last.next().map(|before| [before, b"_", word].concat());
    match two.map(|name| rules.names.means(&name).0) {
        Some(means @ Means::Secret(_)) => means,
        _ => rules.names.means(word).0,
    }
}

/// Ends of words that a password can stand behind without a sign between.
const ENDS: [&[u8]; 10] =
    [b"password", b"passwd", b"passphrase", b"pass", b"pwd", b"pw", b"psw", b"psk", b"secret", b"key"];

/// `requirepass …`, `password …` in a line of its own: a word of a configuration and its value.
fn directive(line: &[u8], rules: &mut Rules) -> Option<Vec<u8>> {
    let trimmed = line.trim_ascii();
    let gap = trimmed.iter().take(32).position(u8::is_ascii_whitespace)?;
    let (word, value) = (trimmed.get(..gap)?, trimmed.get(gap..)?.trim_ascii());
    let bare = match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        value => value,
    };
    let told = is_directive(word);
    let ends = |end: &&[u8]| {
        word.len()
            .checked_sub(end.len())
            .is_some_and(|at| word.get(at..).unwrap_or(&[]).eq_ignore_ascii_case(end))
    };
    if bare.is_empty()
        || !told && !ENDS.iter().any(ends)
        || !bare.iter().all(u8::is_ascii_graphic)
        || holds_placeholder(bare)
        || !told && !is_odd(word, bare)
    {
        return None;
    }
    if !told && !matches!(rules.names.means(word).0, Means::Secret(_)) {
        return None;
    }
    let start = memchr::memmem::rfind(line, bare)?;
    let text = rules.secret(bare, "password", "credential_directive")?;
    Some(apply(line, &[Edit { start, end: start + bare.len(), text }]))
}

/// What nobody wrote as a word behind `password`: no part of a program, no release, no port (`464/tcp`), no name of a test behind `PASS`.
fn is_odd(word: &[u8], value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let of_test = word.eq_ignore_ascii_case(b"pass")
        && (value.iter().any(|b| b"._/-".contains(b)) || !looks_random(&text));
    let release = value.strip_prefix(b"v").unwrap_or(value);
    let major = release.iter().take_while(|b| b.is_ascii_digit()).count();
    let is_release = major > 0
        && match release.get(major..) {
            Some([b'.', minor, ..]) => minor.is_ascii_digit(),
            Some([b'/', ..]) => true,
            _ => false,
        };
    word.iter().all(part)
        && value.len() >= 6
        && !value.iter().any(|b| b"()[]{}:;".contains(b))
        && !of_test
        && !is_release
        && is_no_word(&text)
}

/// What can be a boundary, without the blank (RFC 2046, 5.1.1). A placeholder holds other signs.
fn is_boundary(line: &[u8]) -> bool {
    let sign = |b: &u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(b);
    line.len() >= 5 && line.starts_with(b"--") && line.iter().all(sign)
}

/// A changed line, looked at until nothing changes any more: with a placeholder in it, quotes may open and close
/// elsewhere, so that a second run would see other words.
pub(super) fn settled(mut line: Vec<u8>, rules: &mut Rules) -> Vec<u8> {
    for _ in 0..MOST_LOOKS {
        let Some(again) = plain_line(&line, 0, rules) else { break };
        if again == line {
            break;
        }
        line = again;
    }
    line
}

/// `  content-length:  88`: indented, and no value that goes on.
fn is_header(line: &[u8]) -> bool {
    let word = line.trim_ascii_start();
    let name = word.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    name > 0
        && matches!(word.get(name..), Some([b':', b' ' | b'\t', ..]))
        && !looks_random(&String::from_utf8_lossy(word.get(..name).unwrap_or(&[])))
}

fn is_key_line(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\\'))
        || line.starts_with(b"Proc-Type:")
        || line.starts_with(b"DEK-Info:")
}

fn parameter<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let at = memchr::memmem::find(line, name)? + name.len();
    let rest = line.get(at..)?;
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    rest.split(|b| matches!(b, b'"' | b';' | b'\r')).next()
}

/// A name and its value in a line: `Authorization: Bearer …`, `API_KEY=…`, `"content": "…",`.
struct Pair {
    name: (usize, usize),
    value: usize,
    end: usize,
}

impl Pair {
    fn of(line: &[u8]) -> Option<Self> {
        let (mut at, mut is_bold) = (0, false);
        // Marks of curl -v, of lists, of flags and of shells before the name.
        loop {
            let rest = line.get(at..)?;
            if !rest.first().is_some_and(|b| b"e->< *\t'\"$`".contains(b)) {
                break;
            }
            let mark = [
                &b"export "[..],
                b"-H ",
                b"--header ",
                b"> ",
                b"< ",
                b"* ",
                b"- ",
                b"-> ",
                b" ",
                b"\t",
                b"'",
                b"\"",
                b"$",
                b"**",
                b"`",
            ]
            .into_iter()
            .find(|mark| rest.starts_with(mark));
            match mark {
                Some(mark) => {
                    is_bold = mark == b"**";
                    at += mark.len();
                }
                None => break,
            }
        }
        let rest = line.get(at..)?;
        let length = rest
            .iter()
            .take(80)
            .take_while(|b| {
                // `**API Key:** …`: the marks say where the name ends.
                b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') || is_bold && **b == b' '
            })
            .count();
        let mut value = at + length;
        let quote =
            at.checked_sub(1).and_then(|b| line.get(b)).copied().filter(|b| matches!(b, b'"' | b'\''));
        let closed = quote.is_some() && line.get(value).copied() == quote;
        value += usize::from(closed);
        let bold = |at: usize| {
            line.get(at..).map_or(0, |rest| rest.iter().take_while(|b| matches!(b, b'*' | b'`')).count())
        };
        value += bold(value);
        let gap = line.get(value..)?.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let sign = line.get(value + gap..)?;
        if length == 0 || !matches!(sign.first(), Some(b':' | b'=')) {
            return None;
        }
        value += gap + 1;
        if sign.starts_with(b"=>") {
            // What stands around the value there is the language's: `<<"…">>`, `string(4) "…"`.
            let behind = sign.get(2..)?.trim_ascii_start();
            if !matches!(behind.first(), Some(b'"' | b'\'')) {
                return None;
            }
            value += 1;
        }
        if line.get(value..value + 2) == Some(b"//") {
            return None;
        }
        value += bold(value);
        value += line.get(value..)?.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let mut end = line.len();
        let opener = line.get(value).copied().filter(|b| matches!(b, b'"' | b'\''));
        if let Some(opener) = opener {
            value += 1;
            end = closing(line, value, opener).unwrap_or(end);
        } else if let (Some(quote), false) = (quote, closed) {
            end = closing(line, value, quote).unwrap_or(end);
        }
        Some(Self { name: (at, at + length), value, end })
    }

    fn name<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        line.get(self.name.0..self.name.1).unwrap_or(&[])
    }
}

fn closing(line: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        match line.get(at)? {
            b'\\' => at += 2,
            b if *b == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// A line of any text. `None`: it stays.
pub(super) fn plain_line(line: &[u8], nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    if let Some(data) = line.strip_prefix(b"data:") {
        let lead = data.iter().take_while(|b| **b == b' ').count() + 5;
        let payload = line.get(lead..).unwrap_or(&[]);
        if matches!(payload.first(), Some(b'{' | b'[')) && nest < 8 {
            let new = json::document(payload, nest + 1, true, rules).0?;
            return Some([line.get(..lead).unwrap_or(&[]), &new].concat());
        }
    }
    // What a form became is looked at again: a second run would do that.
    let is_form = json::is_fields(line) && memchr::memchr(b'&', line).is_some();
    let formed = if is_form { json::form(line, rules) } else { None };
    let text = formed.as_deref().unwrap_or(line);
    // The names of a form judge one field each, not the rest of the line.
    let new = if is_form { rest_of_line(text, nest, rules) } else { line_of_names(text, nest, rules) };
    // What was no form for a blank in it can be one once that stands in a placeholder.
    let fields =
        new.as_deref().filter(|new| !is_form && json::is_fields(new) && memchr::memchr(b'&', new).is_some());
    let fields = fields.and_then(|new| json::form(new, rules));
    fields.or(new).or(formed)
}

/// A line that is no form: its value by the name before it, else all of it as text.
fn line_of_names(line: &[u8], nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    if let Some(pair) = Pair::of(line)
        && let Some(means) = named(line, &pair, rules)
    {
        return pair_line(line, &pair, means, nest, rules);
    }
    let new = rest_of_line(line, nest, rules)?;
    // What were words behind a secret's name can be less than words with a text of them taken out: what is left is the
    // secret then. A second run would judge it so.
    let judged = Pair::of(&new).and_then(|pair| match named(&new, &pair, rules)? {
        means @ Means::Secret(_) => pair_line(&new, &pair, means, nest, rules),
        _ => None,
    });
    Some(judged.unwrap_or(new))
}

/// What the name before a value says, where the value is judged by it.
fn named(line: &[u8], pair: &Pair, rules: &mut Rules) -> Option<Means> {
    let value = line.get(pair.value..pair.end).unwrap_or(&[]);
    match rules.names.means(pair.name(line)).0 {
        Means::Secret(_) if !quoted(line, pair) && is_code(value) => None,
        means @ Means::Secret(_) if !is_prose(value) => Some(means),
        Means::MaybeSecret if says_key(pair.name(line), value) && is_key(value) => Some(Means::Secret("key")),
        Means::Prompt if quoted(line, pair) => Some(Means::Prompt),
        Means::Prompt if is_prompt_name(pair.name(line)) && is_written(&String::from_utf8_lossy(value)) => {
            Some(Means::Prompt)
        }
        _ => None,
    }
}

/// `system_prompt`, `gen_ai.prompt.0.content`: a name that nothing else has, so that its value needs no quotes.
fn is_prompt_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(b"prompt")
        || [&b"gen_ai."[..], b"llm.", b"prompt."].iter().any(|lead| name.starts_with(lead))
}

/// A line whose name judges its value. What stands behind the value is read alike whether the value was replaced now or
/// before: so that a second run changes nothing.
fn pair_line(line: &[u8], pair: &Pair, means: Means, nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    let (before, after) = (line.get(..pair.value)?, line.get(pair.end..)?);
    let value = line.get(pair.value..pair.end)?;
    let new_value = match means {
        Means::Secret(kind) => {
            rules.secret(value, kind, "credential_field").or_else(|| rules.text(value, false))
        }
        _ => rules.shape("prompt", value, quoted(line, pair)),
    };
    let new_after = if after.is_empty() { None } else { rest_of_line(after, nest, rules) };
    // A secret may be glued to the name.
    let new_before = if before.len() > 8 { rules.text(before, false) } else { None };
    if new_value.is_none() && new_after.is_none() && new_before.is_none() {
        return None;
    }
    let or = |new: Option<Vec<u8>>, old: &[u8]| new.unwrap_or_else(|| old.to_vec());
    Some([or(new_before, before), or(new_value, value), or(new_after, after)].concat())
}

/// Text without a name before it: up to a document in it, and that.
fn rest_of_line(line: &[u8], nest: usize, rules: &mut Rules) -> Option<Vec<u8>> {
    let start = OBJECT.find(line).map(|at| {
        // The array around it, too.
        let before = line.get(..at).unwrap_or(&[]).trim_ascii_end();
        if before.last() == Some(&b'[') { before.len() - 1 } else { at }
    });
    if let Some(start) = start.filter(|_| nest < 8) {
        // The document is a part of a text that its label takes out.
        if let Some(new) = rules.told_over(line, start) {
            return Some(rest_of_line(&new, nest + 1, rules).unwrap_or(new));
        }
        let (head, tail) = line.split_at_checked(start).unwrap_or((line, &[]));
        // What is behind the document is text again.
        let (new, _) = json::document(tail, nest + 1, false, rules);
        if head.is_empty() {
            return new;
        }
        let head_new = rules.text(head, false);
        if new.is_none() && head_new.is_none() {
            return None;
        }
        return Some([head_new.unwrap_or(head.to_vec()), new.unwrap_or(tail.to_vec())].concat());
    }
    rules.text(line, false)
}

fn quoted(line: &[u8], pair: &Pair) -> bool {
    pair.value.checked_sub(1).and_then(|b| line.get(b)).is_some_and(|b| matches!(b, b'"' | b'\''))
}

/// One word that looks random, as keys do.
fn is_key(value: &[u8]) -> bool {
    value.len() >= 12
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'='))
        && looks_random(&String::from_utf8_lossy(value))
}

/// `key`, `key2`, `primaryKey`, `token`: a name that says so of a value without structure. An id is an id under others.
fn says_key(name: &[u8], value: &[u8]) -> bool {
    let longest = value.split(|b| !b.is_ascii_alphanumeric()).map(<[u8]>::len).max().unwrap_or(0);
    let name = name.to_ascii_lowercase();
    matches!(name.as_slice(), b"key" | b"token" | b"salt" | b"sk") || {
        let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        longest >= 24 && name.get(..name.len() - digits).is_some_and(|name| name.ends_with(b"key"))
    }
}

/// `missing in the request`: words, no value.
fn is_prose(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b',' | b'.'));
    words.len() >= 3 && words.iter().filter(|w| plain(w)).count() >= 2 && !text.contains('=')
}

/// A command that sends a request.
fn is_command(line: &[u8]) -> bool {
    let start = line.trim_ascii_start();
    let start = start.strip_prefix(b"$ ").unwrap_or(start);
    if !matches!(start.first(), Some(b'c' | b'h' | b'x' | b'w' | b'-')) {
        return false;
    }
    [
        &b"curl "[..],
        b"http ",
        b"https ",
        b"xh ",
        b"wget ",
        b"-H ",
        b"-d ",
        b"--header ",
        b"--data",
        b"-F ",
        b"-u ",
    ]
    .iter()
    .any(|lead| start.starts_with(lead))
}
