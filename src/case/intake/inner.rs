//! A script in a word of another command: `sh -c '…'`, `ssh box '…'`, `eval "…"`. The outer shell reads the word by its own
//! quoting first, and its value is the script.

use super::command::{self, Found};
use super::shell::{self, Variables};

/// How far before a command the quote of its word is looked for, bytes.
const NEAR: usize = 4 << 10;

/// More quotes than stand between the beginning of the word and the command.
const MOST_QUOTES: usize = 64;

/// A script in a word.
pub(super) struct Word {
    /// The word's value.
    pub(super) script: String,
    /// Byte of the outer text behind the word.
    pub(super) end: usize,
}

/// The word of another command in which the command at `found` stands; `None` where it stands in none that is run.
pub(super) fn word(text: &str, found: &Found, variables: &Variables) -> Option<Word> {
    let mut from = found.start.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = text.get(from..found.start)?;
    let quotes = near.rmatch_indices(['\'', '"']).take(MOST_QUOTES);
    let mut begins: Vec<usize> = quotes
        .map(|(at, _)| from + at)
        .filter(|at| text.get(..*at).is_some_and(|before| runs_a_script(line_before(before))))
        .collect();
    // The outermost one that is still open before the command.
    begins.reverse();
    for at in begins {
        if !variables.may_search() {
            return None;
        }
        let command = shell::split(text, at, variables, false);
        let end = command.spans.first().map_or(at, |(_, end)| *end);
        let Some(script) = command.words.into_iter().next() else { continue };
        if command.oddities.open_quote && end >= text.len() {
            variables.searched_in_vain(text.len() - at);
            continue;
        }
        if end > found.arguments && command::find(&script, 0).is_some() {
            return Some(Word { script, end });
        }
    }
    None
}

/// The last line of `text`, of which only the end is looked at.
fn line_before(text: &str) -> &str {
    let mut from = text.len().saturating_sub(300);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let near = text.get(from..).unwrap_or("");
    near.rsplit('\n').next().unwrap_or("")
}

/// Whether the next word of a command that begins so is a script.
fn runs_a_script(line: &str) -> bool {
    if !line.ends_with([' ', '\t']) {
        return false;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let Some(last) = words.last() else { return false };
    let program = |word: &&str| word.rsplit('/').next().unwrap_or("").to_owned();
    if last.starts_with('-') && last.len() <= 6 && last.ends_with('c') {
        let shells = ["sh", "bash", "zsh", "dash", "ksh", "ash", "su", "script"];
        return words.iter().map(program).any(|word| shells.contains(&word.as_str()));
    }
    if *last == "eval" {
        return true;
    }
    // Where the program is named: first, or behind what runs another.
    let Some(at) = words.iter().position(|word| matches!(program(word).as_str(), "ssh" | "watch")) else {
        return false;
    };
    let runs_another = |word: &str| {
        matches!(word, "sudo" | "time" | "%" | "&&" | "|") || word.ends_with(['$', '#', '>', ';', '❯'])
    };
    let is_first = at.checked_sub(1).is_none_or(|before| words.get(before).is_some_and(|w| runs_another(w)));
    is_first && !words.iter().skip(at).any(|word| word.contains(['\'', '"', '`', ';', '|', '&']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_scripts() {
        let table = [
            (r"sh -c 'curl https://h -H '\''X-A: b'\'''", Some("curl https://h -H 'X-A: b'")),
            (r#"ssh box 'curl http://h/a -d '"'"'{}'"'"#, None),
            (r#"ssh box 'curl http://h/a -d '"'"'{}'"'" "#, Some("curl http://h/a -d '{}'")),
            (
                r#"bash -lc "export K=abc; curl https://h -H 'X: \$K'""#,
                Some("export K=abc; curl https://h -H 'X: $K'"),
            ),
            ("kubectl exec p -- sh -c 'curl https://h'", Some("curl https://h")),
            ("eval \"curl https://h\"", Some("curl https://h")),
            ("watch -n 5 'curl https://h'", Some("curl https://h")),
            ("curl https://h -d 'x'", None),
            ("we said to ssh in: 'curl https://h'", None),
            ("sh -c 'date' ; curl https://h", None),
            ("sh -c 'curl https://h", None),
        ];
        for (text, expected) in table {
            let found = command::find(text, 0).expect("a command");
            let got = word(text, &found, &Variables::new()).map(|word| word.script);
            assert_eq!(got.as_deref(), expected, "{text}");
        }
    }
}
