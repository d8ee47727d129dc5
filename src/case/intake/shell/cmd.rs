//! The Windows command prompt: carets and `%NAME%` first, then the C runtime's rules for quotes and backslashes
//! (<https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments>).

use super::{Command, Variables, is_name_char, options_follow};
use crate::case::intake::command::take;
use crate::case::keyring::KeyRing;

/// Splits the command that begins at byte `start` of `text`.
pub(super) fn split(text: &str, start: usize, variables: &Variables) -> Command {
    let (line, end) = Line::read(text, start, variables);
    let mut command = Command { end, ..Command::default() };
    command.oddities.piped = line.piped;
    command.oddities.open_quote = line.open_quote;
    words(&line.characters, end, &mut command);
    command
}

/// The variables that the lines above a command set (`set NAME=value`, `set "NAME=value"`).
pub(in crate::case::intake) fn assignments(above: &str, variables: &mut Variables, ring: &mut KeyRing) {
    for line in above.lines() {
        // `set A=b&& set C=d&& curl …`: what stands behind the mark is a command of its own.
        for command in line.split("&&").take(MOST_JOINED) {
            if let Some((name, value)) = set(command) {
                let value = filled(value, variables);
                take(name.to_owned(), value, variables, ring);
            }
        }
    }
}

/// More commands than one line joins.
const MOST_JOINED: usize = 50;

/// `set NAME=value`, `set "NAME=value"`, behind a prompt or an `@`.
fn set(line: &str) -> Option<(&str, &str)> {
    let prompt = line.rsplit_once('>').filter(|(prompt, _)| prompt.contains(":\\"));
    let bare = prompt.map_or(line, |(_, rest)| rest).trim().trim_start_matches('@');
    let rest = bare.get(..4).filter(|set| set.eq_ignore_ascii_case("set ")).and_then(|_| bare.get(4..))?;
    let rest = rest.trim();
    let rest = rest.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(rest);
    rest.split_once('=').filter(|(name, _)| !name.is_empty() && name.chars().all(is_name_char))
}

/// `value` with the variables in it that are known.
fn filled(value: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('%') {
        let known = percent_variable(behind).and_then(|name| Some((name, value_of(name, variables)?)));
        let Some((name, value)) = known.filter(|(_, value)| out.len() + value.len() < super::MOST_EXPANDED)
        else {
            out.push_str(before);
            out.push('%');
            rest = behind;
            continue;
        };
        out.push_str(before);
        out.push_str(value);
        rest = behind.get(name.len() + 1..).unwrap_or("");
    }
    out + rest
}

fn value_of<'v>(name: &str, variables: &'v Variables) -> Option<&'v String> {
    variables.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Bytes before a command in which a batch file says that it is one.
const NEAR: usize = 16 << 10;

fn near(before: &str) -> &str {
    let mut from = before.len().saturating_sub(NEAR);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    before.get(from..).unwrap_or("")
}

/// Whether a command below `before` stands in a batch file; `line` is what stands before it on its line.
pub(super) fn is_batch(before: &str, line: &str) -> bool {
    let begins = |line: &str, word: &str| {
        line.trim_start().get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    };
    let words = ["@echo off", "setlocal", "@setlocal", "@rem "];
    begins(line, "for %")
        || begins(line, "for /")
        || near(before).lines().any(|line| words.iter().any(|word| begins(line, word)))
}

/// Whether `own` names a variable that a line of `before` sets.
pub(super) fn uses_a_variable(before: &str, own: &str) -> bool {
    own.contains('%') && {
        let named: Vec<&str> = own
            .split('%')
            .filter_map(|part| percent_variable(own.get(part.as_ptr() as usize - own.as_ptr() as usize..)?))
            .collect();
        !named.is_empty()
            && near(before)
                .lines()
                .filter_map(set)
                .any(|(name, _)| named.iter().any(|named| named.eq_ignore_ascii_case(name)))
    }
}

/// What the command prompt hands to the program: characters, with the byte that each came from.
#[derive(Default)]
struct Line {
    characters: Vec<(char, usize)>,
    piped: bool,
    open_quote: bool,
}

impl Line {
    fn read(text: &str, start: usize, variables: &Variables) -> (Self, usize) {
        let mut line = Self::default();
        // Browsers put a caret before every mark, in quotes too, where the prompt itself takes it as text.
        let carets = text.get(start..).is_some_and(|rest| rest.contains("^\\^\""));
        let before = near(text.get(..start).unwrap_or(""));
        let of_file = is_batch(before, "");
        let delayed = before.to_ascii_lowercase().contains("enabledelayedexpansion");
        let mut quoted = false;
        let mut at = start;
        let mut redirected = false;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = text.get(at + c.len_utf8()..).unwrap_or("");
            match c {
                '"' => {
                    quoted = !quoted;
                    line.push(c, at, redirected);
                }
                // `\"` does not end the quotes for the program, and what is pasted was meant for it.
                '\\' if rest.starts_with('"') => {
                    line.push(c, at, redirected);
                    line.push('"', at + 1, redirected);
                    at += 2;
                    continue;
                }
                '^' if !quoted || carets => {
                    let (skipped, taken) = escaped(rest);
                    at += 1 + skipped;
                    if let Some(c) = taken {
                        line.push(c, at, redirected);
                        at += c.len_utf8();
                    }
                    continue;
                }
                // `%%i` of a loop in a file, `%i` at the prompt.
                '%' if loop_variable(rest, variables).is_some() => {
                    let (len, value) = loop_variable(rest, variables).unwrap_or((0, ""));
                    for c in value.chars() {
                        line.push(c, at, redirected);
                    }
                    at += 1 + len;
                    continue;
                }
                '%' if of_file && rest.starts_with('%') => {
                    line.push(c, at, redirected);
                    at += 2;
                    continue;
                }
                '!' if delayed
                    && rest
                        .find('!')
                        .is_some_and(|end| value_of(rest.get(..end).unwrap_or(""), variables).is_some()) =>
                {
                    let name = rest.split('!').next().unwrap_or("");
                    for c in value_of(name, variables).map_or("", String::as_str).chars() {
                        line.push(c, at, redirected);
                    }
                    at += name.len() + 2;
                    continue;
                }
                '%' if percent_variable(rest).is_some() => {
                    let name = percent_variable(rest).unwrap_or("");
                    let known = value_of(name, variables);
                    let value = known.map_or_else(|| format!("[env:{name}]"), Clone::clone);
                    for c in value.chars() {
                        line.push(c, at, redirected);
                    }
                    at += name.len() + 2;
                    continue;
                }
                '\r' if rest.starts_with('\n') => {}
                '\n' if quoted && rest.contains('"') => line.push(c, at, redirected),
                '\n' if options_follow(rest) => line.push(' ', at, redirected),
                '\n' => break,
                '&' | '|' if !quoted => {
                    line.piped |= c == '|';
                    break;
                }
                '<' | '>' if !quoted => {
                    redirected = true;
                    if line.characters.last().is_some_and(|(c, _)| *c == '2') {
                        line.characters.pop();
                    }
                }
                c if redirected && c.is_whitespace() && !just_redirected(text, at) => {
                    redirected = false;
                    line.push(c, at, false);
                }
                c => line.push(c, at, redirected),
            }
            at += c.len_utf8();
        }
        line.open_quote = quoted;
        (line, at)
    }

    fn push(&mut self, c: char, at: usize, redirected: bool) {
        if !redirected {
            self.characters.push((c, at));
        }
    }
}

/// Only blanks stand between the redirection and `at`.
fn just_redirected(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end().ends_with(['<', '>']))
}

/// What a caret takes: a line end and the character behind it, or the next character. Bytes skipped, and the character.
fn escaped(rest: &str) -> (usize, Option<char>) {
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let behind = rest.get(blanks..).unwrap_or("");
    let line_end = if behind.starts_with("\r\n") { 2 } else { usize::from(behind.starts_with('\n')) };
    if line_end == 0 {
        return (0, rest.chars().next());
    }
    let skipped = blanks + line_end;
    let next = rest.get(skipped..).unwrap_or("");
    // An empty line behind it stands for a line end in the text, as browsers write it.
    if next.starts_with("\r\n") {
        return (skipped + 1, Some('\n'));
    }
    if next.starts_with('\n') {
        return (skipped, Some('\n'));
    }
    (skipped, None)
}

/// The variable of a loop behind a percent sign: how many bytes name it, and its value.
fn loop_variable<'v>(rest: &str, variables: &'v Variables) -> Option<(usize, &'v str)> {
    let bare = rest.strip_prefix('%').unwrap_or(rest);
    let bare = bare.strip_prefix('~').unwrap_or(bare);
    let letter = bare.get(..1)?;
    let value = variables.get(&format!("%{letter}"))?;
    Some((rest.len() - bare.len() + 1, value))
}

/// The name in `NAME%…`.
fn percent_variable(rest: &str) -> Option<&str> {
    let len = rest.find(|c: char| !is_name_char(c))?;
    (len > 0
        && len <= 100
        && rest.get(len..)?.starts_with('%')
        && !rest.starts_with(|c: char| c.is_ascii_digit()))
    .then(|| rest.get(..len))
    .flatten()
}

/// The C runtime's splitting: `\"` is a quotation mark, `""` inside quotes is one too.
fn words(characters: &[(char, usize)], end: usize, command: &mut Command) {
    let mut word: Option<(String, usize)> = None;
    let mut quoted = false;
    let mut at = 0;
    while let Some(&(c, byte)) = characters.get(at) {
        at += 1;
        if c.is_whitespace() && !quoted {
            if let Some((text, from)) = word.take() {
                command.push(text, from, byte);
            }
            continue;
        }
        let (text, _) = word.get_or_insert_with(|| (String::new(), byte));
        match c {
            '\\' => {
                let more = characters.get(at..).unwrap_or(&[]).iter().take_while(|(c, _)| *c == '\\').count();
                let slashes = 1 + more;
                at += more;
                if characters.get(at).is_some_and(|(c, _)| *c == '"') {
                    text.extend(std::iter::repeat_n('\\', slashes / 2));
                    if slashes % 2 == 1 {
                        text.push('"');
                        at += 1;
                    }
                } else {
                    text.extend(std::iter::repeat_n('\\', slashes));
                }
            }
            '"' if quoted && characters.get(at).is_some_and(|(c, _)| *c == '"') => {
                text.push('"');
                at += 1;
            }
            '"' => quoted = !quoted,
            c => text.push(c),
        }
    }
    if let Some((text, from)) = word {
        command.push(text, from, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_windows_does() {
        let mut variables = Variables::new();
        let mut ring = KeyRing::default();
        assignments("C:\\x>set A=b c\nset \"D=e\"\nsettle X=y", &mut variables, &mut ring);
        let table: &[(&str, &[&str])] = &[
            ("a \"b c\" d", &["a", "b c", "d"]),
            (r#"-d "{\"a\": \"b c\"}""#, &["-d", r#"{"a": "b c"}"#]),
            (r#"-d "{""a"": 1}""#, &["-d", r#"{"a": 1}"#]),
            ("a ^\n  -H \"x: y\" ^\r\n  -d z", &["a", "-H", "x: y", "-d", "z"]),
            (
                "^\"https://h/a^%^20b^\" ^\n  -H ^\"x: ^\\^\"q^\\^\"^\"",
                &["https://h/a%20b", "-H", "x: \"q\""],
            ),
            ("^\"{^\n\n  ^\\^\"a^\\^\":1^\n\n}^\"", &["{\n  \"a\":1\n}"]),
            ("-H \"K: %KEY%\" \"50% of 3%\"", &["-H", "K: [env:KEY]", "50% of 3%"]),
            ("a 'b c'", &["a", "'b", "c'"]),
            ("%a% \"%D%\"", &["b", "c", "e"]),
            ("\"x: ^\\^\"1^\\^\"\" ^\n -d \"{^\\^\"a^\\^\":1}\"", &["x: \"1\"", "-d", "{\"a\":1}"]),
            (r#"-d "{\"a\":\"b & c\"}""#, &["-d", r#"{"a":"b & c"}"#]),
            ("a \"^b\" ^&c & d", &["a", "^b", "&c"]),
            ("a > out.txt -b 2>nul c | d", &["a", "-b", "c"]),
            ("\"C:\\x\\\\\" y\\z \\\\\"q\"", &["C:\\x\\", "y\\z", "\\q"]),
            ("a\n  -b\nnext", &["a", "-b"]),
            ("\"\" x", &["", "x"]),
        ];
        for (text, expected) in table {
            assert_eq!(split(text, 0, &variables).words, *expected, "{text:?}");
        }
        assert!(split("a \"b", 0, &variables).oddities.open_quote);
    }
}
