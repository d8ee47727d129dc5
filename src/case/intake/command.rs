//! Finds a command in a text (curl, `HTTPie`, xh): behind prompts, in fences and inline code, below assignments.

mod assigned;
mod cases;
mod names;
mod printed;

use self::names::Names;
use super::embedded;
use super::httpie;
use super::wrapping::holds;

pub(super) use assigned::{assignments, is_assignment, is_secret, take};
pub(super) use printed::{Piped, piped, printed_by};

/// The program that a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// curl.
    Curl,
    /// wget.
    Wget,
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
            "wget" => Self::Wget,
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

/// The first command at or behind byte `from`. A command on a line of its own goes before one in a sentence or comment.
pub(super) fn find(text: &str, from: usize) -> Option<Found> {
    let mut in_prose = None;
    for (at, word) in Names::within(text, from).take(MOST_CANDIDATES) {
        let found = match Program::of(word) {
            Program::Curl => candidate(text, at, word.len()),
            // In a sentence it is no command: only its own name and its options tell it.
            Program::Wget => candidate(text, at, word.len())
                .filter(|found| !found.in_prose)
                .map(|found| Found { program: Program::Wget, ..found }),
            program => other_program(text, at, word.len(), program),
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
            || matches!(c, '`' | '(' | ';' | '|' | '&' | '/' | '\\' | '>' | '"' | '\'' | '!' | '@' | ':' | '^')
            // Languages that put no blank between words, and their punctuation.
            || (!c.is_ascii() && !matches!(c, 'À'..='ɏ'))
    }) {
        return None;
    }
    let mut arguments = at + len;
    if text.get(arguments..)?.starts_with(".exe") {
        arguments += 4;
    }
    // The name in quotes of its own: `"curl" URL`, `& 'curl.exe' URL`.
    let quote = last.filter(|c| matches!(c, '"' | '\''));
    let closed = quote.is_some_and(|quote| {
        let behind = text.get(arguments..).and_then(|rest| rest.strip_prefix(quote));
        behind.is_some_and(|behind| behind.starts_with([' ', '\t']))
    });
    if closed {
        return candidate_in_quotes(text, at, arguments + 1);
    }
    let line = line_start(before);
    let prefix = text.get(line..at)?.trim();
    let in_prose = !is_clean(prefix);
    let rest = text.get(arguments..)?;
    // The name of a pod, whose command stands behind `--`: its image runs curl, or it names the program.
    let is_image = prefix.ends_with('/') && prefix.contains("--image");
    let mut of_pod = false;
    if prefix.contains("kubectl") && (rest.starts_with(' ') || is_image) {
        let line = rest.split('\n').next().unwrap_or("");
        if let Some((before, behind)) =
            line.split_once(" -- ").filter(|(before, _)| is_image || before.contains("--image"))
        {
            if !behind.starts_with(['-', 'h', '"', '\'', '$']) {
                return None;
            }
            arguments += before.len() + " --".len();
            of_pod = true;
        }
    }
    let rest = text.get(arguments..)?;
    // An image of curl, whose version stands behind its name; `--image=…` runs another command of it.
    let tag = image_tag(prefix, rest);
    arguments += tag;
    let rest = rest.get(tag..)?;
    let is_named = |word: &str| word.starts_with("--") && word.ends_with('/');
    if !of_pod && prefix.split_whitespace().last().is_some_and(is_named) {
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

/// A name in quotes that stand before byte `at` and `arguments`: where a command can begin, and what follows is curl's.
fn candidate_in_quotes(text: &str, at: usize, arguments: usize) -> Option<Found> {
    let start = at.checked_sub(1)?;
    let before = text.get(..start)?;
    let line = line_start(before);
    // The ampersand with which PowerShell calls what a text names.
    let prefix = text.get(line..start)?.trim();
    let prefix = prefix.strip_suffix('&').filter(|prefix| !prefix.ends_with('&')).unwrap_or(prefix);
    let is_one = is_clean(prefix.trim_end()) && starts_arguments(text.get(arguments..)?, false);
    is_one.then_some(Found {
        line,
        start,
        arguments,
        program: Program::Curl,
        in_backticks: false,
        in_prose: false,
    })
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

/// `2.`, `b)`, `Step 2:`: the mark of an entry in a list.
fn is_label(words: &[&str]) -> bool {
    let bare = |word: &str| word.trim_matches(['*', '_', '#', '[', '(']).to_owned();
    let is_number = |word: &str| {
        let short = word.trim_end_matches(['.', ')', ':', ']']);
        short.len() < word.len()
            && (1..=3).contains(&short.len())
            && (short.bytes().all(|b| b.is_ascii_digit()) || short.len() == 1)
    };
    let Some((last, before)) = words.split_last() else { return false };
    is_number(&bare(last)) && (last.ends_with(':') || before.iter().all(|word| matches!(*word, "-" | "*")))
}

/// True where nothing, a prompt, assignments or a known prefix stand before the command.
fn is_clean(prefix: &str) -> bool {
    let words: Vec<&str> = prefix.split_whitespace().collect();
    let Some(last) = words.last() else { return true };
    if words.len() <= 4 && is_label(&words) {
        return true;
    }
    if words.len() == 1 && *last == "#" {
        return false;
    }
    // The number that `history` puts there.
    if words.len() == 1 && last.len() <= 6 && last.bytes().all(|b| b.is_ascii_digit()) {
        return true;
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
                | "*"
                | "•"
                | "--"
                | "!"
                | "then"
                | "do"
                | "\\"
                | "&"
                | "{"
                | "^"
        ) || word.split_once('=').is_some_and(|(name, _)| is_name(name))
            || word.starts_with("```")
            || word.ends_with("$(")
    };
    // `while true; do`, `if [ … ]; then`: what stands before the word is a command of its own.
    let before_last = words.len().checked_sub(2).and_then(|at| words.get(at));
    if matches!(*last, "do" | "then" | "else") && before_last.is_some_and(|word| word.ends_with(';')) {
        return true;
    }
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
            || (!in_prose && (!option.is_empty() || word == "--") && address_follows());
    }
    // `@arguments` of PowerShell.
    if word.strip_prefix('@').is_some_and(is_name) {
        return !in_prose
            && rest.lines().next().is_some_and(|line| line.contains("://") || line.contains(" $"));
    }
    // `%URL%` of the Windows command prompt.
    if let Some(name) = word.trim_matches('"').strip_prefix('%')
        && name.split_once('%').is_some_and(|(name, _)| is_name(name))
    {
        return true;
    }
    if word.contains("://") || word.starts_with('$') || word.contains("${") || word.starts_with("\"$") {
        return true;
    }
    // An address of four numbers.
    let host = word.split(['/', ':', '?']).next().unwrap_or("");
    let numbers: Vec<&str> = host.split('.').collect();
    if !in_prose && numbers.len() == 4 && numbers.iter().all(|number| number.parse::<u8>().is_ok()) {
        return true;
    }
    // The address stands behind a here-document's mark or an empty word.
    if !in_prose && ["<<", "\"\"", "''"].iter().any(|first| word.starts_with(first)) {
        return rest.lines().next().is_some_and(|line| line.contains("://"));
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

/// A page's entities of the quotes, the first three of the double one.
const QUOTES: [&str; 6] = ["&quot;", "&#34;", "&#x22;", "&#39;", "&#x27;", "&apos;"];

/// A command that was copied out of a page's source: its quotes stand there as entities. `None` where plain quotes are as
/// many, for then the entities are part of what was sent.
pub(super) fn without_entities(text: &str) -> Option<String> {
    if !holds(text, "&") {
        return None;
    }
    let entities: usize = QUOTES.iter().map(|quote| text.matches(quote).count()).sum();
    let plain = text.bytes().filter(|b| matches!(b, b'"' | b'\'')).count();
    // A chat's export writes its links so.
    let linked = text.contains("&lt;http") && !text.contains("<http");
    if (entities < 2 || entities <= plain) && !linked || find(text, 0).is_none() {
        return None;
    }
    Some(of_entities(text))
}

/// `text` with the characters for which its entities stand.
pub(super) fn of_entities(text: &str) -> String {
    let mut out = text.to_owned();
    let table = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")];
    let quotes = QUOTES.iter().enumerate().map(|(at, quote)| (*quote, if at < 3 { "\"" } else { "'" }));
    for (entity, plain) in quotes.chain(table) {
        out = out.replace(entity, plain);
    }
    out
}

/// Takes the prompts off the lines that go on with a command of Windows' shells (`>> `, `More? `), where a command stands
/// behind a prompt or a line asks for more.
pub(super) fn without_more(text: &str) -> Option<String> {
    if !holds(text, ">>") && !holds(text, "More? ") && !ZSH.iter().any(|prompt| holds(text, prompt)) {
        return None;
    }
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
    ZSH.iter().find_map(|prompt| line.strip_prefix(prompt))
}

/// zsh's second prompts.
const ZSH: [&str; 5] = ["quote> ", "dquote> ", "bquote> ", "heredoc> ", "cmdsubst> "];

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
    use super::super::shell::Variables;
    use super::*;
    use crate::case::keyring::KeyRing;

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
            "curl 127.0.0.1:8080",
            "curl 10.0.0.5",
            "curl \"\" https://h",
            "curl <<EOF https://h",
            "curl -- https://h",
            "* curl https://h -d x",
            "\"curl\" 'https://h'",
            "PS C:\\> & 'curl.exe' https://h",
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
            "we have curl 7.88.1.2 here",
            "the tool \"curl\" https://h",
            "args = [\"x\", \"curl\" , y]",
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
