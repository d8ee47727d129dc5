//! The parts of a shell script that run a command more than once, or with words that stand elsewhere: `for x in a b; do …
//! done`, and functions with the places where they are called.

mod other;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::command;
use super::shell::{self, Variables};
use super::wrapping::holds;
use crate::case::keyring::KeyRing;

/// More blocks than any paste has.
const MOST_BLOCKS: usize = 200;

/// Bytes of variables with which turns are told apart.
const MOST_HELD: usize = 256 << 10;

/// More turns than anybody reads.
const MOST_TURNS: usize = 50;

/// Bytes that the turns of all commands of a text may read again. Behind that each command is read once.
const MOST_READ: usize = 32 << 20;

/// Longest body, bytes.
const LONGEST_BODY: usize = 256 << 10;

/// Longest body of a function that prints a text, bytes.
const LONGEST_TEXT: usize = 8 << 10;

/// More such functions than a script has.
const MOST_TEXTS: usize = 16;

/// Deepest blocks in blocks.
const DEEPEST: usize = 4;

/// A block, with what each of its turns assigns.
struct Block {
    /// Bytes of its body.
    start: usize,
    end: usize,
    kind: Kind,
}

enum Kind {
    /// The variable, and where its words stand.
    Loop { name: String, words_at: usize },
    /// `for ((i=1;i<=3;i++))`: the variable and its values.
    Counted { name: String, words: Vec<String> },
    /// `foreach ($m in …)`: the variable, and the list as it is written.
    Listed { name: String, list: String },
    /// `while read NAME …`: the names, and where what it reads is announced.
    Lines { names: Vec<String>, done: usize },
    /// Another loop, whose turns are not known.
    Open,
    /// The words of each call.
    Function { name: String, calls: Vec<usize> },
}

/// The blocks of a text.
#[derive(Default)]
pub(super) struct Script {
    blocks: Vec<Block>,
    /// Bytes that the turns have read.
    read: Cell<usize>,
}

impl Script {
    /// Finds the blocks of `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut script = Self::default();
        let mut ends = None;
        let mut at = 0;
        let piped_while = holds(text, "| while ");
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if script.blocks.len() >= MOST_BLOCKS {
                break;
            }
            let indent = line.len() - line.trim_start().len();
            let bare = line.trim();
            // What stands before a pipe gives the lines.
            let while_at = if piped_while { bare.find("| while ") } else { None };
            let piped = while_at.map_or(0, |at| at + "| ".len());
            let (indent, bare) = (indent + piped, bare.get(piped..).unwrap_or(bare));
            if ["for ((", "while ", "until "].iter().any(|word| bare.starts_with(word)) {
                let ends = ends.get_or_insert_with(|| Ends::of(text));
                script.blocks.extend(other_loop(text, start + indent, bare, ends));
            } else if let Some(block) = other::block(text, start + indent, bare) {
                script.blocks.push(block);
            } else if let Some(rest) = bare.strip_prefix("for ") {
                let ends = ends.get_or_insert_with(|| Ends::of(text));
                script.blocks.extend(loop_at(text, start + indent + "for ".len(), rest, ends));
            } else if let Some((name, body)) = function_name(bare).or_else(|| {
                // The brace stands on the next line.
                let name = name_before(bare)?;
                let behind = text.get(at..)?.trim_start().strip_prefix('{')?;
                Some((name, text.len() - behind.len() - start - indent))
            }) {
                let ends = ends.get_or_insert_with(|| Ends::of(text));
                script.blocks.extend(function(text, start + indent + body, name, ends));
            }
        }
        let names: Vec<(usize, String, usize)> = script
            .blocks
            .iter()
            .enumerate()
            .filter_map(|(index, block)| match &block.kind {
                Kind::Function { name, .. } => Some((index, name.clone(), block.end)),
                _ => None,
            })
            .collect();
        if !names.is_empty() {
            script.take_calls(text, &names);
        }
        script
    }

    /// The functions, by name, with their bodies: those that print a text rather than run a command.
    pub(super) fn texts<'t>(&self, text: &'t str) -> Vec<(String, &'t str)> {
        let functions = self.blocks.iter().filter_map(|block| {
            let Kind::Function { name, .. } = &block.kind else { return None };
            let body = text.get(block.start..block.end).filter(|body| body.len() <= LONGEST_TEXT)?;
            let prints = ["cat <<", "echo ", "printf ", "jq -n"].iter().any(|word| body.contains(word));
            (prints && command::find(body, 0).is_none()).then(|| (name.clone(), body))
        });
        functions.take(MOST_TEXTS).collect()
    }

    fn take_calls(&mut self, text: &str, names: &[(usize, String, usize)]) {
        let mut by_name: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for (index, name, end) in names {
            by_name.entry(name).or_default().push((*index, *end));
        }
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches([' ', '\t', '$']).len();
            let bare = line.get(indent..).unwrap_or("");
            let first = bare.split([' ', '\t', '\n', '\r', ';']).next().unwrap_or("");
            let place = at + indent + first.len();
            for (index, end) in by_name.get(first).into_iter().flatten() {
                if at >= *end
                    && let Some(Kind::Function { calls, .. }) =
                        self.blocks.get_mut(*index).map(|b| &mut b.kind)
                    && calls.len() < MOST_TURNS
                {
                    calls.push(place);
                }
            }
            at += line.len();
        }
    }

    /// Whether the command at byte `at` stands in a loop whose turns are not known.
    pub(super) fn is_open(&self, text: &str, at: usize, variables: &Variables) -> bool {
        let mut around = self.blocks.iter().filter(|block| (block.start..block.end).contains(&at));
        let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let by_xargs =
            || line.contains('|') && line.split_whitespace().any(|w| matches!(w, "xargs" | "parallel"));
        around.any(|block| match &block.kind {
            Kind::Open => true,
            Kind::Lines { .. } => block.turns(text, variables).is_empty(),
            _ => false,
        }) || by_xargs()
    }

    /// The variables of each run of the command at byte `at`, with those that were assigned before it; one where no block
    /// is around it.
    pub(super) fn runs(
        &self,
        text: &str,
        at: usize,
        variables: &Variables,
        ring: &mut KeyRing,
    ) -> Vec<Variables> {
        let around: Vec<&Block> = self
            .blocks
            .iter()
            .filter(|block| (block.start..block.end).contains(&at) && !matches!(block.kind, Kind::Open))
            .take(DEEPEST)
            .collect();
        // Each turn has all variables of its own.
        let held: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
        if around.is_empty() || held > MOST_HELD || self.read.get() > MOST_READ {
            return Vec::new();
        }
        let mut runs = Vec::new();
        for block in &around {
            let before = if runs.is_empty() { vec![variables.clone()] } else { std::mem::take(&mut runs) };
            for variables in before {
                for mut turn in block.turns(text, &variables) {
                    // What the body assigns before the command follows from the turn.
                    let above = text.get(block.start..at).unwrap_or("");
                    self.read.set(self.read.get() + above.len() + held);
                    command::assignments(above, &mut turn, ring);
                    if runs.len() < MOST_TURNS {
                        runs.push(turn);
                    }
                }
            }
        }
        runs
    }
}

impl Block {
    fn turns(&self, text: &str, variables: &Variables) -> Vec<Variables> {
        match &self.kind {
            Kind::Loop { name, words_at } => {
                let words = shell::split(text, *words_at, variables, false).words;
                let words = words.into_iter().flat_map(|word| counted(&word).unwrap_or_else(|| vec![word]));
                let turn = |word: String| {
                    let mut turn = variables.clone();
                    turn.insert(name.clone(), word);
                    turn
                };
                words.take(MOST_TURNS).map(turn).collect()
            }
            Kind::Open => vec![variables.clone()],
            Kind::Counted { name, words } => {
                let turn = |word: &String| {
                    let mut turn = variables.clone();
                    turn.insert(name.clone(), word.clone());
                    turn
                };
                words.iter().map(turn).collect()
            }
            Kind::Listed { name, list } => {
                let turn = |word: String| {
                    let mut turn = variables.clone();
                    turn.insert(name.clone(), word);
                    turn
                };
                other::listed(list, variables).into_iter().take(MOST_TURNS).map(turn).collect()
            }
            Kind::Lines { names, done } => {
                let read = shell::split(text, *done, variables, false).stdin.unwrap_or_default();
                let turn = |line: &str| {
                    let mut turn = variables.clone();
                    // The last name takes what is left.
                    let mut words = line.trim().splitn(names.len().max(1), char::is_whitespace);
                    for name in names {
                        turn.insert(name.clone(), words.next().unwrap_or("").trim().to_owned());
                    }
                    turn
                };
                read.lines().take(MOST_TURNS).map(turn).collect()
            }
            Kind::Function { calls, .. } => calls
                .iter()
                .map(|call| {
                    let words = shell::split(text, *call, variables, false).words;
                    let mut turn = variables.clone();
                    turn.insert("@[@]".to_owned(), words.join("\0"));
                    for (number, word) in (1..=9).zip(words) {
                        turn.insert(number.to_string(), word);
                    }
                    turn
                })
                .collect(),
        }
    }
}

/// `{1..3}`, which the shell of the loop did not take for a range.
fn counted(word: &str) -> Option<Vec<String>> {
    let range = word.strip_prefix('{').and_then(|r| r.strip_suffix('}')).and_then(|r| r.split_once(".."));
    let (from, to) = range?;
    let (from, to): (i64, i64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    Some((from..=to).take(MOST_TURNS).map(|n| n.to_string()).collect())
}

/// `x in a b; do`, whose text begins at byte `at`.
fn loop_at(text: &str, at: usize, rest: &str, ends: &Ends) -> Option<Block> {
    let (name, words) = rest.split_once(" in ")?;
    if !command::is_name(name) {
        return None;
    }
    let words_at = at + rest.len() - words.len();
    let start = words_at + body_at(text.get(words_at..)?)?;
    let end = ends.of_body(start)?;
    Some(Block { start, end, kind: Kind::Loop { name: name.to_owned(), words_at } })
}

/// `for ((…)); do`, `while …; do`, `until …; do`, which begins at byte `at` with the line `bare`.
fn other_loop(text: &str, at: usize, bare: &str, ends: &Ends) -> Option<Block> {
    let start = at + body_at(text.get(at..)?)?;
    let end = ends.of_body(start)?;
    let read = || {
        let (_, rest) = bare.strip_prefix("while ")?.split_once("read ")?;
        let words = rest.split([';', '\n']).next()?.split_whitespace();
        let names: Vec<String> = words.filter(|word| command::is_name(word)).map(str::to_owned).collect();
        Some(Kind::Lines { names, done: end + "done".len() })
    };
    let kind = bare.strip_prefix("for ((").and_then(counted_loop).or_else(read).unwrap_or(Kind::Open);
    Some(Block { start, end, kind })
}

/// `i=1;i<=3;i++))`: the plain kind that counts up by one.
fn counted_loop(head: &str) -> Option<Kind> {
    let (inside, _) = head.split_once("))")?;
    let mut parts = inside.split(';').map(str::trim);
    let (first, test, step) = (parts.next()?, parts.next()?, parts.next()?);
    let (name, from) = first.split_once('=')?;
    let name = name.trim();
    let from: i64 = from.trim().parse().ok()?;
    let bound = test.strip_prefix(name)?.trim_start().strip_prefix('<')?;
    let (bound, more) = bound.strip_prefix('=').map_or((bound, 0), |bound| (bound, 1));
    let to = bound.trim().parse::<i64>().ok()?.checked_add(more)?;
    let steps = [format!("{name}++"), format!("++{name}"), format!("{name}+=1")];
    if !command::is_name(name) || !steps.iter().any(|one| *one == step) {
        return None;
    }
    let words = (from..to).take(MOST_TURNS).map(|n| n.to_string()).collect();
    Some(Kind::Counted { name: name.to_owned(), words })
}

/// Where the body begins behind the head of a loop: behind `do`, on its line or the next.
fn body_at(behind: &str) -> Option<usize> {
    let head = behind.split('\n').take(2).map(|line| line.len() + 1).sum::<usize>().min(behind.len());
    let head = behind.get(..head)?;
    let opened = [" do ", ";do ", " do\n", ";do\n", "\ndo\n", "\ndo "]
        .iter()
        .filter_map(|mark| head.find(mark).map(|found| found + mark.trim_end().len()));
    opened.min()
}

/// Which words stand on lines of their own, and on which line last: here-documents end there.
struct HereDocs<'t>(BTreeMap<&'t str, usize>);

impl<'t> HereDocs<'t> {
    fn of(text: &'t str) -> Self {
        let lines = text.split('\n').enumerate().map(|(number, line)| (line.trim(), number));
        Self(lines.filter(|(word, _)| word.len() <= 40 && command::is_name(word)).collect())
    }

    /// The number of the line that ends the last here-document which `line`, number `number`, announces.
    fn end(&self, line: &str, number: usize) -> Option<usize> {
        let (_, announced) = line.rsplit_once("<<")?;
        let word = announced.trim_start_matches(['-', ' ', '\'', '"', '\\']);
        let word = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        self.0.get(word).copied().filter(|end| *end > number)
    }
}

/// Where bodies end, found in one walk over the text: a search for each `do` would read the rest of the text each time.
struct Ends {
    /// For each `do` that a `done` closes, the byte behind it and the first of the `done`, in order.
    loops: Vec<(usize, usize)>,
    /// The first bytes of lines that begin with a closing brace, or hold nothing else.
    braces: Vec<usize>,
}

impl Ends {
    fn of(text: &str) -> Self {
        let mut ends = Self { loops: Vec::new(), braces: Vec::new() };
        let mut open = Vec::new();
        let heredocs = HereDocs::of(text);
        let mut at = 0;
        let mut text_until = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            // A here-document is text, whatever stands in it.
            if number < text_until {
                at += line.len();
                continue;
            }
            text_until = heredocs.end(line, number).unwrap_or(0);
            if line.starts_with('}') || line.trim() == "}" {
                ends.braces.push(at);
            }
            for word in line.split_inclusive([' ', '\n', ';', '\t']) {
                match word.trim_end_matches([' ', '\n', ';', '\t', '\r']) {
                    "do" => open.push(at + "do".len()),
                    "done" => ends.loops.extend(open.pop().map(|start| (start, at))),
                    _ => {}
                }
                at += word.len();
            }
        }
        ends.loops.sort_unstable();
        ends
    }

    /// Where the loop ends whose body begins at byte `start`.
    fn of_body(&self, start: usize) -> Option<usize> {
        let index = self.loops.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        self.loops.get(index).map(|(_, end)| *end).filter(|end| end - start <= LONGEST_BODY)
    }

    /// The first line behind byte `start` that closes a function.
    fn of_function(&self, start: usize) -> Option<usize> {
        let index = self.braces.partition_point(|at| *at <= start);
        self.braces.get(index).copied().filter(|end| end - start <= LONGEST_BODY)
    }
}

/// `name() {` or `function name {`: the name, and the bytes up to behind the brace.
fn function_name(line: &str) -> Option<(&str, usize)> {
    let brace = line.find('{')?;
    let head = line.get(..brace)?.trim_end();
    name_before(head).or_else(|| named(head.strip_prefix("function ")?)).map(|name| (name, brace + 1))
}

/// `name()` or `function name()`.
fn name_before(head: &str) -> Option<&str> {
    named(head.strip_prefix("function ").unwrap_or(head).strip_suffix("()")?)
}

fn named(name: &str) -> Option<&str> {
    let name = name.trim();
    let is_name = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !name.starts_with('-');
    is_name.then_some(name)
}

/// The function whose body begins at byte `start`: up to a line that begins with its closing brace, or on the same line.
fn function(text: &str, start: usize, name: &str, ends: &Ends) -> Option<Block> {
    let kind = Kind::Function { name: name.to_owned(), calls: Vec::new() };
    let line = text.get(start..)?.split('\n').next().unwrap_or("");
    if let Some(end) = line.rfind('}').filter(|_| !line.trim().is_empty() && line.contains(';')) {
        return Some(Block { start, end: start + end, kind });
    }
    Some(Block { start, end: ends.of_function(start)?, kind })
}

/// A file that a command writes.
pub(super) struct Written {
    /// Its path, as it stands there.
    pub(super) path: String,
    /// What is written.
    pub(super) text: String,
    /// Behind what stands there already (`>>`, `tee -a`).
    pub(super) appends: bool,
}

/// The files that commands of `text` write, with what they write: `cat > f <<EOF`, `tee f <<EOF`, `echo … > f`.
pub(super) fn files_written(text: &str, variables: &Variables) -> Vec<Written> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        let bare = line.trim_start_matches([' ', '\t', '$']);
        let start = at + line.len() - bare.len();
        at += line.len();
        let word = bare.split([' ', '\t']).next().unwrap_or("");
        if !matches!(word, "cat" | "tee" | "echo" | "printf")
            || !bare.contains(['>', '<'])
            || found.len() >= MOST_BLOCKS
        {
            continue;
        }
        let command = shell::split(text, start + word.len(), variables, false);
        let added = word == "tee" && command.words.first().is_some_and(|option| option == "-a");
        let appends = command.appends || added;
        let written = match word {
            "tee" => command.words.into_iter().nth(usize::from(added)).zip(command.stdin),
            "cat" => command.stdout_file.zip(command.stdin),
            _ => command.stdout_file.zip(command::printed_by(word, &command.words)),
        };
        found.extend(written.map(|(path, text)| Written { path, text, appends }));
        at = at.max(command.end);
    }
    found
}
