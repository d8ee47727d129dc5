//! Finds a command in a text (curl, `HTTPie`, xh): behind prompts, in fences and inline code, below assignments.

use std::sync::LazyLock;

use regex::Regex;

use super::embedded;
use super::httpie;
use super::secret;
use super::shell::{self, Variables};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::is_placeholder;

/// The program that a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// curl.
    Curl,
    /// `http`, or `https` where it speaks TLS by itself.
    Httpie {
        /// `https`.
        secure: bool,
    },
    /// `xh`, or `xhs`.
    Xh {
        /// `xhs`.
        secure: bool,
    },
}

impl Program {
    fn of(word: &str) -> Self {
        match word {
            "http" => Self::Httpie { secure: false },
            "https" => Self::Httpie { secure: true },
            "xh" => Self::Xh { secure: false },
            "xhs" => Self::Xh { secure: true },
            _ => Self::Curl,
        }
    }

    /// An address without a scheme is one of TLS.
    pub(super) fn is_secure(self) -> bool {
        matches!(self, Self::Httpie { secure: true } | Self::Xh { secure: true })
    }
}

/// A command that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// First byte of its line.
    pub(super) line: usize,
    /// First byte of the program's name.
    pub(super) start: usize,
    /// Byte behind the program's name.
    pub(super) arguments: usize,
    /// The program.
    pub(super) program: Program,
    /// It stands in inline code.
    pub(super) in_backticks: bool,
    /// It stands in a sentence or a comment.
    pub(super) in_prose: bool,
}

/// More places than any paste has in which the word may stand.
const MOST_CANDIDATES: usize = 2000;

/// The words by which commands are found; those of two letters only where a blank follows.
static NAMES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i-u:curl)|(?-u:\b)(?:https?|xhs?)[ \t]").ok());

/// The first command at or behind byte `from`. A command on a line of its own goes before one in a sentence or comment.
pub(super) fn find(text: &str, from: usize) -> Option<Found> {
    let mut in_prose = None;
    let names = NAMES.as_ref()?;
    // A name is told by what stands before it, so that the whole text is searched.
    let mut at = from;
    for _ in 0..MOST_CANDIDATES {
        let Some(name) = names.find_at(text, at.min(text.len())) else { break };
        at = name.end();
        let word = name.as_str().trim_end_matches([' ', '\t']);
        let found = match Program::of(word) {
            Program::Curl => candidate(text, name.start(), word.len()),
            program => other_program(text, name.start(), word.len(), program),
        };
        let Some(found) = found else { continue };
        if !found.in_prose {
            return Some(found);
        }
        // A telephone's keyboard writes a capital at the start of a line; in a sentence it is the tool's name.
        if word.bytes().all(|b| b.is_ascii_lowercase()) {
            in_prose.get_or_insert(found);
        }
    }
    in_prose
}

fn candidate(text: &str, at: usize, len: usize) -> Option<Found> {
    let before = text.get(..at)?;
    let last = before.chars().next_back();
    if !last.is_none_or(|c| {
        c.is_whitespace()
            || matches!(c, '`' | '(' | ';' | '|' | '&' | '/' | '\\' | '>' | '"' | '\'' | '!' | '@' | ':')
            // Languages that put no blank between words, and their punctuation.
            || (!c.is_ascii() && !matches!(c, 'À'..='ɏ'))
    }) {
        return None;
    }
    let mut arguments = at + len;
    if text.get(arguments..)?.starts_with(".exe") {
        arguments += 4;
    }
    let line = line_start(before);
    let prefix = text.get(line..at)?.trim();
    let in_prose = !is_clean(prefix);
    let rest = text.get(arguments..)?;
    // An image of curl, whose version stands behind its name; `--image=…` runs another command of it.
    let tag = image_tag(prefix, rest);
    arguments += tag;
    let rest = rest.get(tag..)?;
    if prefix.split_whitespace().last().is_some_and(|word| word.starts_with("--") && word.ends_with('/')) {
        return None;
    }
    let listed = embedded::is_listed(text, at, arguments);
    if !listed
        && (!rest.starts_with(|c: char| c.is_whitespace() || c == '\\') || !starts_arguments(rest, in_prose))
    {
        return None;
    }
    let in_prose = in_prose && !listed && !begins_string(prefix);
    let in_backticks = last == Some('`') && !prefix.ends_with("```");
    Some(Found { line, start: at, arguments, program: Program::Curl, in_backticks, in_prose })
}

/// Length of `:8.5.0` or `@sha256:…` behind the name of an image that a container runs.
fn image_tag(prefix: &str, rest: &str) -> usize {
    let runs = ["docker", "podman", "nerdctl", "ctr", "kubectl"].iter().any(|tool| prefix.contains(tool));
    if !runs || !prefix.ends_with('/') || !rest.starts_with([':', '@']) {
        return 0;
    }
    rest.find(char::is_whitespace).unwrap_or(0)
}

/// Whether a string of a program, of YAML or of JSON begins behind `prefix`, whose last character is its quote.
fn begins_string(prefix: &str) -> bool {
    let Some(before) = prefix.strip_suffix(['"', '\'']) else { return false };
    let before = before.trim_end_matches(['"', '\'']).trim_end();
    before.ends_with(['(', ':', '[', ',', '=', '-']) || before.ends_with("-c") || before.ends_with("eval")
}

/// `HTTPie` and xh, whose names are words of every text: only where a command can begin and an address follows.
fn other_program(text: &str, at: usize, len: usize, program: Program) -> Option<Found> {
    let before = text.get(..at)?;
    let last = before.chars().next_back();
    let line = line_start(before);
    let prefix = text.get(line..at)?.trim();
    // `C:\>http`, `PS C:\>http`
    let at_prompt = last == Some('>') && prefix.contains(":\\");
    if !at_prompt && !last.is_none_or(|c| c.is_whitespace() || matches!(c, '`' | '(' | ';' | '|' | '&' | '/'))
    {
        return None;
    }
    let arguments = at + len;
    let in_backticks = last == Some('`') && !prefix.ends_with("```");
    let can_begin =
        is_clean(prefix) && !prefix.ends_with('#') && (last != Some('/') || prefix.starts_with('/'));
    (can_begin && httpie::starts_arguments(text.get(arguments..)?)).then_some(Found {
        line,
        start: at,
        arguments,
        program,
        in_backticks,
        in_prose: false,
    })
}

/// Start of the line, looked for a short way back only: a prompt is no longer than that.
fn line_start(before: &str) -> usize {
    let bytes = before.as_bytes();
    let from = bytes.len().saturating_sub(300);
    let near = bytes.get(from..).unwrap_or_default();
    let mut start = near.iter().rposition(|b| *b == b'\n').map_or(from, |n| from + n + 1);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    start
}

/// True where nothing, a prompt, assignments or a known prefix stand before the command.
fn is_clean(prefix: &str) -> bool {
    let words: Vec<&str> = prefix.split_whitespace().collect();
    let Some(last) = words.last() else { return true };
    if words.len() == 1 && *last == "#" {
        return false;
    }
    let is_prefix = |word: &str| {
        matches!(
            word,
            "sudo"
                | "time"
                | "exec"
                | "command"
                | "RUN"
                | "run:"
                | "-"
                | "--"
                | "!"
                | "then"
                | "do"
                | "\\"
                | "&"
                | "{"
        ) || word.split_once('=').is_some_and(|(name, _)| is_name(name))
            || word.starts_with("```")
            || word.ends_with("$(")
    };
    words.iter().all(|word| is_prefix(word))
        || last.ends_with(['$', '%', '>', '#', '❯', '➜', '`', '(', '|', ';', '/', '\\'])
        || last.ends_with("&&")
}

/// True where what follows can be curl's arguments and is no sentence about curl.
fn starts_arguments(rest: &str, in_prose: bool) -> bool {
    let rest = rest.trim_start_matches([' ', '\t', '\u{a0}', '\u{3000}']);
    if rest.starts_with("\\\n")
        || rest.starts_with("\\\r\n")
        || rest.starts_with("\\ ")
        || rest.starts_with("^\n")
    {
        return true;
    }
    let word: String = rest.chars().take(200).take_while(|c| !c.is_whitespace()).collect();
    // `curl POST https://…`: a method without its option.
    if matches!(word.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD") {
        let next = rest.get(word.len()..).unwrap_or("").trim_start().trim_start_matches(['"', '\'']);
        return next.starts_with("https://") || next.starts_with("http://");
    }
    let option = word.trim_start_matches(['-', '–', '—']);
    if option.len() < word.len() {
        let address_follows = || rest.lines().next().is_some_and(|line| line.contains("://"));
        return option.starts_with(|c: char| c.is_ascii_alphabetic() || c == '#')
            || (!option.is_empty() && !in_prose && address_follows());
    }
    if word.contains("://") || word.starts_with('$') || word.contains("${") || word.starts_with("\"$") {
        return true;
    }
    let has_letter = word.chars().any(char::is_alphabetic);
    let inner_dot = word.char_indices().any(|(at, c)| {
        matches!(c, '.' | '/' | ':')
            && word.get(at + 1..).is_some_and(|r| r.starts_with(|n: char| n.is_alphanumeric()))
    });
    let has_path = word.contains('/') || word.contains(':');
    has_letter && inner_dot && (!in_prose || (has_path && word.contains('.')))
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Reads the assignments (`KEY=…`, `export KEY=…`) above and before a command. A value that is a secret moves into the
/// ring, so that its label is what the variable gives.
pub(super) fn assignments(above: &str, variables: &mut Variables, ring: &mut KeyRing) {
    let mut at = 0;
    let mut one_line = false;
    let mut next = 0;
    while at < above.len() {
        // Several assignments may stand on one line.
        if at >= next {
            next = above.get(at..).and_then(|rest| rest.find('\n')).map_or(above.len(), |n| at + n + 1);
        }
        let Some(line) = above.get(at..next) else { break };
        if let Some((name, value, end)) = read_from_heredoc(above, at, line, variables) {
            variables.insert(name, value);
            at = next.max(end);
            continue;
        }
        if let Some((name, words, end)) = array(above, at, line, variables) {
            variables.insert(format!("{name}[@]"), words.join("\0"));
            at = Some(behind(above, end)).filter(|end| *end > at).unwrap_or(next);
            continue;
        }
        if let Some((name, words)) = fish(line, variables) {
            take(name.clone(), words.join(" "), variables, ring);
            let list = if words.len() > 1 {
                words.join("\0")
            } else {
                variables.get(&name).cloned().unwrap_or_default()
            };
            variables.insert(format!("{name}[]"), list);
            at = next;
            continue;
        }
        if !is_assignment(line) {
            at = next;
            continue;
        }
        // A value in quotes may reach over several lines.
        let start = at + line.len() - bare(line).len();
        let mut words = if one_line { None } else { Some(shell::split(above, start, variables, false)) };
        // A quote that nothing closes would swallow what follows; from there on every line is read alone.
        if words.as_ref().is_some_and(|w| w.oddities.open_quote) {
            one_line = true;
            words = None;
        }
        let end = words.as_ref().map(|w| behind(above, w.end)).filter(|end| *end > at).unwrap_or(next);
        let words = words.unwrap_or_else(|| shell::split(bare(line), 0, variables, false));
        for word in words.words {
            let Some((name, value)) = word.split_once('=') else { break };
            let (name, before) = match name.strip_suffix('+') {
                Some(name) => (name, variables.get(name).cloned().unwrap_or_default()),
                None => (name, String::new()),
            };
            if !is_name(name) {
                break;
            }
            take(name.to_owned(), format!("{before}{value}"), variables, ring);
        }
        at = end;
    }
}

/// Where what follows an assignment that ends at byte `end` is read on: behind `;` or `&&`, else on the next line.
fn behind(text: &str, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or("");
    let joint = rest.trim_start_matches([' ', '\t']);
    let next =
        joint.strip_prefix(';').filter(|next| !next.starts_with(';')).or_else(|| joint.strip_prefix("&&"));
    next.map_or_else(|| line_end(text, end), |next| end + rest.len() - next.len())
}

/// A variable's value; a secret moves into `ring`.
pub(super) fn take(name: String, value: String, variables: &mut Variables, ring: &mut KeyRing) {
    let value = if is_secret(&name, &value) { secret::hold(ring, SecretKind::Key, &value) } else { value };
    variables.remove(&format!("{name}[]"));
    variables.insert(name, value);
}

/// `read -r -d '' NAME <<'EOF'`: the variable, its text, and the byte behind the here-document.
fn read_from_heredoc(
    above: &str,
    at: usize,
    line: &str,
    variables: &Variables,
) -> Option<(String, String, usize)> {
    let rest = bare(line).strip_prefix("read ").filter(|rest| rest.contains("<<"))?;
    let command = shell::split(above, at + line.len() - rest.len(), variables, false);
    let name = command.words.last().filter(|name| is_name(name))?.clone();
    let text = command.stdin?;
    Some((name, text.strip_suffix('\n').unwrap_or(&text).to_owned(), command.end))
}

/// `NAME=(word word …)`: the variable, its words, and the byte behind the bracket.
fn array(above: &str, at: usize, line: &str, variables: &Variables) -> Option<(String, Vec<String>, usize)> {
    let start = bare(line);
    let (name, rest) = start.split_once('=').filter(|(_, rest)| rest.starts_with('('))?;
    let (name, before) = match name.strip_suffix('+') {
        Some(name) => (name, variables.get(&format!("{name}[@]"))),
        None => (name, None),
    };
    if !is_name(name) {
        return None;
    }
    let mut from = at + line.len() - rest.len() + 1;
    let mut words: Vec<String> =
        before.map(|words| words.split('\0').map(str::to_owned).collect()).unwrap_or_default();
    // Line ends stand between the words as blanks do.
    for _ in 0..MOST_ARRAY_LINES {
        let command = shell::split(above, from, variables, false);
        words.extend(command.words);
        from = command.end;
        match above.get(from..).and_then(|rest| rest.chars().next())? {
            '\n' => from += 1,
            ')' => return Some((name.to_owned(), words, from + 1)),
            _ => return None,
        }
    }
    None
}

/// More lines than the arguments of a command take.
const MOST_ARRAY_LINES: usize = 200;

/// Byte behind the line end at or behind `at`; `at` itself where a line begins there.
fn line_end(text: &str, at: usize) -> usize {
    if text.get(..at).is_some_and(|before| before.ends_with('\n')) {
        return at;
    }
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| at + n + 1)
}

/// What a command before the pipe gives to curl.
pub(super) struct Piped {
    /// The text.
    pub(super) text: String,
    /// Byte behind a here-document that stands below the line.
    pub(super) end: usize,
    /// It is such a here-document.
    pub(super) below: bool,
}

/// How far back a command that is piped into curl is looked for, bytes.
const PIPED_FROM: usize = 128 << 10;

/// Reads `echo '…' | curl`, `printf '%s' '…' | curl` and `cat <<EOF | curl`; `arguments` is the byte behind the program's
/// name.
pub(super) fn piped(text: &str, arguments: usize, variables: &Variables) -> Option<Piped> {
    let named = text.get(..arguments)?;
    let named = named.strip_suffix(".exe").unwrap_or(named);
    let words = ["curl", "https", "http", "xhs", "xh"];
    let before = words.iter().find_map(|word| named.strip_suffix(word))?;
    let before = before.trim_end().strip_suffix('|')?;
    if let Some(text) = piped_string(before, text.get(arguments..)?) {
        return Some(text);
    }
    let mut from = before.len().saturating_sub(PIPED_FROM);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let near = before.get(from..)?;
    let start = ["echo ", "printf ", "cat <<"]
        .iter()
        .filter_map(|word| {
            let at = near.rfind(&format!("\n{word}")).map(|at| at + 1);
            at.or_else(|| near.starts_with(word).then_some(0)).or_else(|| {
                let at = near.rfind(&format!(" {word}"))?;
                Some(at + 1)
            })
        })
        .max()?;
    let word_end = start + near.get(start..)?.find(' ')?;
    let command = shell::split(text, from + word_end, variables, false);
    if near.get(start..)?.starts_with("cat") {
        let end = command.end;
        return command.stdin.map(|text| Piped { text, end, below: true });
    }
    // What was read must end at the pipe: else the quotes were others.
    if text.get(command.end..before.len())?.trim() != "" {
        return None;
    }
    let program = if near.get(start..)?.starts_with("printf") { "printf" } else { "echo" };
    printed_by(program, &command.words).map(|text| Piped { text, end: 0, below: false })
}

/// What `echo` or `printf` prints of these words.
pub(super) fn printed_by(program: &str, words: &[String]) -> Option<String> {
    let mut words = words.iter().map(String::as_str).peekable();
    if program == "printf" {
        let format = words.next()?;
        return printed(format, &words.collect::<Vec<_>>());
    }
    let (mut line_end, mut escapes) = (true, false);
    while let Some(option) = words.peek().filter(|w| matches!(**w, "-n" | "-e" | "-E" | "-ne" | "-en")) {
        line_end &= !option.contains('n');
        escapes = option.contains('e') || (escapes && !option.contains('E'));
        words.next();
    }
    let mut out = words.collect::<Vec<_>>().join(" ");
    if escapes {
        out = unescaped(&out);
    }
    if line_end {
        out.push('\n');
    }
    Some(out)
}

/// What `echo -e` makes of backslashes.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let next = if c == '\\' { characters.clone().next() } else { None };
        let plain = match next {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('\\') => '\\',
            _ => {
                out.push(c);
                continue;
            }
        };
        characters.next();
        out.push(plain);
    }
    out
}

/// `PowerShell`'s `'…' | curl.exe`: the string and the line end that the shell puts behind it.
fn piped_string(before: &str, behind: &str) -> Option<Piped> {
    let before = before.trim_end();
    let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let line = before.rsplit('\n').next()?;
    let line =
        line.strip_prefix("PS").and_then(|l| l.split_once("> ")).map_or(line, |(_, rest)| rest).trim_start();
    let inside = line.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.contains(quote) && behind.starts_with(char::is_whitespace)).then(|| Piped {
        text: format!("{inside}\r\n"),
        end: 0,
        below: false,
    })
}

/// What `printf` makes of `format` and its arguments, which are taken again and again until none is left.
fn printed(format: &str, arguments: &[&str]) -> Option<String> {
    let mut out = String::new();
    let mut left = arguments.iter();
    for _ in 0..MOST_ARRAY_LINES {
        let before = left.len();
        let mut characters = format.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    escaped @ ('\\' | '"' | '\'') => out.push(escaped),
                    _ => return None,
                },
                '%' => match characters.next()? {
                    's' | 'd' => out.push_str(left.next().unwrap_or(&"")),
                    '%' => out.push('%'),
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        if left.len() == 0 || left.len() == before {
            break;
        }
    }
    Some(out)
}

/// True for a line that assigns a variable.
pub(super) fn is_assignment(line: &str) -> bool {
    bare(line).split_once('=').is_some_and(|(name, _)| is_name(name.strip_suffix('+').unwrap_or(name)))
}

/// The line without a prompt and `export`.
fn bare(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(['$', '%', '#', '>']).trim_start();
    let words = ["export ", "local ", "declare ", "readonly ", "typeset "];
    words.iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line).trim_start()
}

/// fish: `set -x NAME value`, `set NAME value value`: the variable and its words, of which `$NAME` makes as many.
fn fish(line: &str, variables: &Variables) -> Option<(String, Vec<String>)> {
    let rest = line.trim_start().trim_start_matches(['$', '>']).trim_start().strip_prefix("set ")?;
    let words = shell::split(rest, 0, variables, false).words;
    let first = words.iter().position(|word| !word.starts_with('-'))?;
    let options = words.get(..first)?;
    if !options.iter().all(|o| o.bytes().skip(1).all(|b| b.is_ascii_lowercase() || b == b'-')) {
        return None;
    }
    let name = words.get(first).filter(|name| is_name(name))?;
    let values = words.get(first + 1..).filter(|values| !values.is_empty())?;
    Some((name.clone(), values.to_vec()))
}

/// Whether a variable of this name and value holds a secret.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    if value.is_empty() || secret::has_reference(value) || is_placeholder(value) {
        return false;
    }
    let named = secret::is_name(name);
    secret::is_key_like(value) || (named && !value.contains("://") && !value.contains(char::is_whitespace))
}

/// A command that was copied out of a page's source: its quotes stand there as entities. `None` where plain quotes are as
/// many, for then the entities are part of what was sent.
pub(super) fn without_entities(text: &str) -> Option<String> {
    const QUOTES: [&str; 6] = ["&quot;", "&#34;", "&#x22;", "&#39;", "&#x27;", "&apos;"];
    let entities: usize = QUOTES.iter().map(|quote| text.matches(quote).count()).sum();
    let plain = text.bytes().filter(|b| matches!(b, b'"' | b'\'')).count();
    // A chat's export writes its links so.
    let linked = text.contains("&lt;http") && !text.contains("<http");
    if (entities < 2 || entities <= plain) && !linked || find(text, 0).is_none() {
        return None;
    }
    let mut out = text.to_owned();
    let table = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")];
    let quotes = QUOTES.iter().enumerate().map(|(at, quote)| (*quote, if at < 3 { "\"" } else { "'" }));
    for (entity, plain) in quotes.chain(table) {
        out = out.replace(entity, plain);
    }
    Some(out)
}

/// Takes the prompts off the lines that go on with a command of Windows' shells (`>> `, `More? `), where a command stands
/// behind a prompt or a line asks for more.
pub(super) fn without_more(text: &str) -> Option<String> {
    let goes_on = |line: &str| {
        line.starts_with(">>") && !line.starts_with(">>>")
            || line.starts_with("More? ")
            || zsh(line).is_some()
    };
    let asks = |line: &str| {
        let line = line.trim_end();
        line.trim_start().starts_with("PS ") && line.contains('>')
            || line.ends_with(['`', '^', '{', '(', '|', ','])
    };
    let mut before = "";
    let mut is_one = false;
    for line in text.lines() {
        is_one |= goes_on(line) && (asks(before) || zsh(line).is_some());
        before = line;
    }
    if !is_one {
        return None;
    }
    let bare = |line: &str| -> String {
        if let Some(rest) = zsh(line) {
            return rest.to_owned();
        }
        let rest = line.strip_prefix("More?").or_else(|| line.strip_prefix(">>")).unwrap_or(line);
        if goes_on(line) { rest.strip_prefix(' ').unwrap_or(rest).to_owned() } else { line.to_owned() }
    };
    Some(text.lines().map(bare).collect::<Vec<_>>().join("\n"))
}

/// The line behind zsh's second prompt, which names what is still open.
fn zsh(line: &str) -> Option<&str> {
    ["quote> ", "dquote> ", "bquote> ", "heredoc> ", "cmdsubst> "]
        .iter()
        .find_map(|prompt| line.strip_prefix(prompt))
}

/// Takes the quote mark (`> `) off every line where the line of the command has one, as mail and chat put it there.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let mut quoted = text.lines().filter(|line| !line.trim().is_empty());
    let first_ones: Vec<&str> = quoted.by_ref().take(200).collect();
    if first_ones.len() > 1 && (1..).zip(&first_ones).all(|(number, line)| gutter(line) == Some(number)) {
        return Some(text.lines().map(behind_number).collect::<Vec<_>>().join("\n"));
    }
    let all = first_ones.len() > 1 && first_ones.iter().all(|line| line.starts_with('>'));
    if !all || first_ones.iter().any(|line| line.contains(" HTTP/")) {
        return None;
    }
    Some(
        text.lines()
            .map(|line| line.trim_start_matches('>'))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

/// The line without the number in front of it, and its mark.
fn behind_number(line: &str) -> &str {
    let bare = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let marked = bare.trim_start();
    match marked.strip_prefix(['|', '│', ':']) {
        Some(rest) => rest.strip_prefix(' ').unwrap_or(rest),
        // `cat -n` and `history` put two blanks or a tab there.
        None => bare.strip_prefix("  ").or_else(|| bare.strip_prefix([' ', '\t'])).unwrap_or(bare),
    }
}

/// The number in front of a line that an editor or a page numbers: `12 | …`, `12: …`.
fn gutter(line: &str) -> Option<usize> {
    let line = line.trim_start();
    let len = line.find(|c: char| !c.is_ascii_digit())?;
    let behind = line.get(len..)?.trim_start();
    let is_marked = behind.starts_with(['|', '│', ':']) || line.get(len..)?.starts_with([' ', '\t']);
    is_marked.then(|| line.get(..len)?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_sentences() {
        let commands = [
            "curl https://h/",
            "$ curl -s https://h/",
            "user@box:~/x$ curl https://h",
            "sudo curl localhost:8080/v1",
            "PS C:\\> curl.exe -v https://h",
            "/usr/bin/curl \"https://h\"",
            "```bash\ncurl https://h\n```",
            "run `curl https://h` now",
            "curl \\\n https://h",
            "KEY=x curl $URL",
            "I did: curl -X POST https://h",
            "# curl https://h",
            "请求：curl https://h/v1 -d x",
            "命令是curl https://h/v1",
            "!curl https://h/v1",
            "\t@curl https://h/v1",
            "[root@host ~]# curl https://h/v1",
            "cat b | curl -d @- api.example.com/v1",
            "RESPONSE=$(curl -s https://h)",
            "curl\thttps://h",
            "curl \"$BASE/v1\"",
        ];
        for text in commands {
            assert!(find(text, 0).is_some(), "{text}");
        }
        let none = [
            "curl",
            "I used curl and got 401.",
            "curl: (6) Could not resolve host: h",
            "curl 7.88.1 (x86_64-pc-linux-gnu)",
            "libcurl -v",
            "https://github.com/curl/curl is nice",
            "curl is a tool, e.g. for this",
            "a curling match",
            "curl - the tool",
        ];
        for text in none {
            assert_eq!(find(text, 0), None, "{text}");
        }
        for text in [
            "http :3000/x",
            "$ https POST h.test/v1 a=b",
            "xh h.test",
            "http --json PUT http://h/x",
            "echo x | http h.test",
        ] {
            assert!(find(text, 0).is_some_and(|found| found.program != Program::Curl), "{text}");
        }
        for text in [
            "http error 401",
            "https is needed",
            "the http h.test",
            "http 1.1 404",
            "https failed: h.test",
            "http: h.test",
            "GET http h",
        ] {
            assert_eq!(find(text, 0), None, "{text}");
        }
        let better = find("# curl https://a\ncurl https://b", 0).expect("found");
        assert_eq!((better.line, better.in_prose), (17, false));
    }

    #[test]
    fn assigned_keys_are_held() {
        let key = format!("sk-{}", "aB3".repeat(16));
        let mut ring = KeyRing::default();
        let above = format!(
            "some words\nexport API_KEY=\"{key}\"\n$ MODEL=gpt-4o BASE='https://h/v1'\nTOKEN=YOUR_TOKEN\n"
        );
        let mut variables = Variables::new();
        assignments(&above, &mut variables, &mut ring);
        let expected =
            [("API_KEY", "[key#1]"), ("BASE", "https://h/v1"), ("MODEL", "gpt-4o"), ("TOKEN", "YOUR_TOKEN")];
        let got: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(got, expected);
    }
}
