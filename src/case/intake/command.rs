//! Finds a curl command in a text: behind prompts, in fences and inline code, below assignments.

use super::secret;
use super::shell::{self, Variables};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::is_placeholder;

/// A command that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// First byte of its line.
    pub(super) line: usize,
    /// Byte behind the word `curl`.
    pub(super) arguments: usize,
    /// It stands in inline code.
    pub(super) in_backticks: bool,
    /// It stands in a sentence or a comment.
    pub(super) in_prose: bool,
}

/// More places than any paste has in which the word may stand.
const MOST_CANDIDATES: usize = 2000;

/// The first curl command at or behind byte `from`. A command on a line of its own goes before one in a sentence or
/// comment.
pub(super) fn find(text: &str, from: usize) -> Option<Found> {
    let mut in_prose = None;
    let rest = text.get(from..)?;
    for (at, word) in rest.match_indices("curl").take(MOST_CANDIDATES) {
        let Some(found) = candidate(text, from + at, word.len()) else { continue };
        if !found.in_prose {
            return Some(found);
        }
        in_prose.get_or_insert(found);
    }
    in_prose
}

fn candidate(text: &str, at: usize, len: usize) -> Option<Found> {
    let before = text.get(..at)?;
    let last = before.chars().next_back();
    if !last.is_none_or(|c| {
        c.is_whitespace() || matches!(c, '`' | '(' | ';' | '|' | '&' | '/' | '\\' | '>' | '"' | '\'')
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
    if !rest.starts_with(|c: char| c.is_whitespace() || c == '\\') || !starts_arguments(rest, in_prose) {
        return None;
    }
    Some(Found { line, arguments, in_backticks: last == Some('`') && !prefix.ends_with("```"), in_prose })
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
            "sudo" | "time" | "exec" | "command" | "RUN" | "run:" | "-" | "!" | "then" | "do" | "\\" | "&"
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
    let rest = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    if rest.starts_with("\\\n")
        || rest.starts_with("\\\r\n")
        || rest.starts_with("\\ ")
        || rest.starts_with("^\n")
    {
        return true;
    }
    let word: String = rest.chars().take(200).take_while(|c| !c.is_whitespace()).collect();
    let option = word.trim_start_matches(['-', '–', '—']);
    if option.len() < word.len() {
        return option.starts_with(|c: char| c.is_ascii_alphabetic() || c == '#');
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

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Reads the assignments (`KEY=…`, `export KEY=…`) above and before a command. A value that is a secret moves into the
/// ring, so that its label is what the variable gives.
pub(super) fn assignments(above: &str, ring: &mut KeyRing) -> Variables {
    let mut variables = Variables::new();
    for line in above.lines() {
        if !is_assignment(line) {
            continue;
        }
        let line = bare(line);
        for word in shell::split(line, 0, &variables, false).words {
            let Some((name, value)) = word.split_once('=').filter(|(name, _)| is_name(name)) else { break };
            let value = if is_secret(name, value) {
                secret::hold(ring, SecretKind::Key, value)
            } else {
                value.to_owned()
            };
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// True for a line that assigns a variable.
pub(super) fn is_assignment(line: &str) -> bool {
    bare(line).split_once('=').is_some_and(|(name, _)| is_name(name))
}

/// The line without a prompt and `export`.
fn bare(line: &str) -> &str {
    let line = line.trim_start().trim_start_matches(['$', '%', '#', '>']).trim_start();
    line.strip_prefix("export ").unwrap_or(line).trim_start()
}

fn is_secret(name: &str, value: &str) -> bool {
    if value.is_empty() || secret::has_reference(value) || is_placeholder(value) {
        return false;
    }
    let name = name.to_ascii_uppercase();
    let named = name
        .split('_')
        .any(|part| matches!(part, "KEY" | "APIKEY" | "TOKEN" | "SECRET" | "PASSWORD" | "PASS"));
    secret::is_key_like(value) || (named && !value.contains("://") && !value.contains(char::is_whitespace))
}

/// Takes the quote mark (`> `) off every line where the line of the command has one, as mail and chat put it there.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let mut quoted = text.lines().filter(|line| !line.trim().is_empty());
    let first_ones: Vec<&str> = quoted.by_ref().take(200).collect();
    let all = first_ones.len() > 1 && first_ones.iter().all(|line| line.starts_with('>'));
    if !all || first_ones.iter().any(|line| line.contains(" HTTP/")) {
        return None;
    }
    Some(
        text.lines()
            .map(|line| line.strip_prefix("> ").or_else(|| line.strip_prefix('>')).unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n"),
    )
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
        let variables = assignments(&above, &mut ring);
        let expected =
            [("API_KEY", "[key#1]"), ("BASE", "https://h/v1"), ("MODEL", "gpt-4o"), ("TOKEN", "YOUR_TOKEN")];
        let got: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(got, expected);
    }
}
