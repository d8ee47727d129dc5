//! A command inside another language's text: a string (`os.system("curl …")`, YAML's `- 'curl …'`, JSON's `"cmd": "curl …"`,
//! `sh -c "…"`) or a list of its words (`["curl", "-X", "POST"]`).

use super::command::Found;
use super::shell::Command;

/// Longest string or list, bytes.
const LONGEST: usize = 4 << 20;

/// A command that was taken out of a string.
pub(super) struct Inner {
    /// The command's text, from the program's name on.
    pub(super) text: String,
    /// Byte of the outer text behind the string.
    pub(super) end: usize,
}

/// The quote right before the command.
fn quote(text: &str, found: &Found) -> Option<char> {
    text.get(..found.start)?.chars().next_back().filter(|c| matches!(c, '"' | '\''))
}

/// The string that begins right before the command, its escapes undone. `None` where no string ends where one can.
pub(super) fn string(text: &str, found: &Found) -> Option<Inner> {
    let quote = quote(text, found)?;
    let before = text.get(..found.start - 1)?;
    let triple = before.ends_with(&quote.to_string().repeat(2));
    let before = before.trim_end_matches(quote);
    // A word of a shell keeps the other shell's escapes; a language's or JSON's string has its own.
    let of_shell = before.trim_end().ends_with("-c") || before.trim_end().ends_with("eval");
    let escapes = quote == '"' || before.ends_with(['(', '[', ',', 'f', 'r']) || triple;
    let rest = text.get(found.start..)?;
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let mut out = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            let Some((_, next)) = characters.next() else { break };
            match next {
                'n' if !of_shell => out.push('\n'),
                't' if !of_shell => out.push('\t'),
                '"' | '\\' | '/' | '$' | '`' => out.push(next),
                '\'' if quote == '\'' || !of_shell => out.push(next),
                '\n' => out.push_str("\\\n"),
                other => out.extend(['\\', other]),
            }
            continue;
        }
        if c != quote {
            out.push(c);
            continue;
        }
        let behind = rest.get(at + 1..)?;
        if triple {
            if behind.starts_with(&quote.to_string().repeat(2)) {
                return Some(Inner { text: out, end: found.start + at + 3 });
            }
            out.push(c);
        } else if quote == '\'' && behind.starts_with('\'') && !escapes {
            characters.next();
            out.push('\'');
        } else if ends(behind) {
            return Some(Inner { text: out, end: found.start + at + 1 });
        } else {
            return None;
        }
    }
    None
}

/// Whether what stands behind a quote says that its string is over.
fn ends(behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', '\t', '\r']);
    behind.is_empty() || behind.starts_with(['\n', ',', ')', ']', '}', ';'])
}

/// True where the command is the first word of a list: its quote closes, and a comma or the list's end follows.
pub(super) fn is_listed(text: &str, start: usize, arguments: usize) -> bool {
    let quote = text.get(..start).and_then(|before| before.chars().next_back());
    let Some(quote) = quote.filter(|c| matches!(c, '"' | '\'')) else { return false };
    let behind = text.get(arguments..).and_then(|rest| rest.strip_prefix(quote));
    behind.is_some_and(|rest| rest.trim_start().starts_with(','))
}

/// The words of such a list as a command.
pub(super) fn list(text: &str, found: &Found) -> Option<Command> {
    if !is_listed(text, found.start, found.arguments) {
        return None;
    }
    let mut at = found.arguments + 1;
    let end = text.len().min(found.arguments.saturating_add(LONGEST));
    let mut command = Command::default();
    loop {
        let rest = text.get(at..end)?;
        let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
        at += skipped;
        let rest = text.get(at..end)?;
        if rest.starts_with([']', ')']) || rest.is_empty() {
            command.end = (at + 1).min(text.len());
            return Some(command);
        }
        let (word, len) = element(rest)?;
        // What is behind a comment is no word.
        if let Some(word) = word {
            command.words.push(word);
            command.spans.push((at, at + len));
        }
        at += len;
    }
}

/// One element of a list and its length: a string, or a name, whose value nobody knows.
fn element(text: &str) -> Option<(Option<String>, usize)> {
    if text.starts_with('#') || text.starts_with("//") {
        return Some((None, text.find('\n').unwrap_or(text.len())));
    }
    let prefix = text.find(['"', '\'']).filter(|at| *at <= 1 && text.starts_with(['"', '\'', 'f', 'b', 'r']));
    let Some(prefix) = prefix else {
        let len = text.find([',', ']', '\n']).unwrap_or(text.len());
        let written = text.get(..len)?.trim();
        let name: String =
            written.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(100).collect();
        // `os.environ["KEY"]` and `process.env.KEY` name the variable last.
        let last = name.trim_matches('_').rsplit("__").next().unwrap_or("");
        let last = last.rsplit("env_").next().unwrap_or(last);
        return (len > 0 && super::command::is_name(last)).then(|| (Some(format!("[env:{last}]")), len));
    };
    let formatted = text.starts_with('f');
    let quote = text.get(prefix..)?.chars().next()?;
    let mut out = String::new();
    let mut characters = text.get(prefix + 1..)?.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                escaped @ ('"' | '\'' | '\\' | '/') => out.push(escaped),
                other => out.extend(['\\', other]),
            },
            '{' if formatted => {
                let inside: String =
                    characters.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').take(100).collect();
                match inside.trim() {
                    name if super::command::is_name(name) => {
                        out.push_str("[env:");
                        out.push_str(name);
                        out.push(']');
                    }
                    other => out.push_str(other),
                }
            }
            c if c == quote => return Some((Some(out), prefix + 1 + at + 1)),
            c => out.push(c),
        }
    }
    None
}
