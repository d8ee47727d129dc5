//! A command inside another language's text: a string (`os.system("curl …")`, YAML's `- 'curl …'`, JSON's `"cmd": "curl …"`,
//! `sh -c "…"`) or a list of its words (`["curl", "-X", "POST"]`).

use serde_json::Value;

use super::command::{self, Found};
use super::error_text;
use super::shell::Command;

/// Deeper JSON is not searched.
const DEEPEST: usize = 16;

/// More lines of JSON than anybody pastes.
const MOST_LINES: usize = 5000;

/// What a JSON document, or a log of one JSON object on each line, tells in its strings, where one of them holds a command:
/// a script (`{"cmd": "curl …"}`), a ticket's text, a record's message. A request's body, an answer or an error that speaks of
/// one is left as it is.
pub(super) fn told_in_json(text: &str) -> Option<String> {
    if !text.starts_with(['{', '['])
        || text.len() > LONGEST
        || !text.contains("curl ") && !text.contains("http ")
    {
        return None;
    }
    let documents: Vec<Value> = if let Ok(value) = serde_json::from_str(text) {
        vec![value]
    } else {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(MOST_LINES + 1);
        let read: Option<Vec<Value>> =
            lines.map(|line| serde_json::from_str(line).ok().filter(Value::is_object)).collect();
        read.filter(|read| (2..=MOST_LINES).contains(&read.len()))?
    };
    // A log's record that is worded as an error is its news.
    let is_log = documents.len() > 1;
    let is_answer = |value: &Value| error_text::states_an_error(value) || error_text::is_of_client(value);
    if documents.iter().any(|value| is_of_the_api(value) || (!is_log && is_answer(value))) {
        return None;
    }
    let mut strings = Vec::new();
    for document in &documents {
        collect(document, 0, &mut strings);
    }
    let holds = |text: &str| {
        command::find(text, 0).is_some_and(|found| !found.in_prose || is_announced(text, &found))
    };
    if !strings.iter().any(|text| holds(text)) {
        return None;
    }
    // A log's other lines say what came of it.
    let told: Vec<String> =
        strings.iter().filter(|text| is_log || holds(text)).map(|text| alone(text)).collect();
    Some(told.join("\n"))
}

/// `running: curl …`: only a colon stands between the words and the command.
fn is_announced(text: &str, found: &Found) -> bool {
    text.get(found.line..found.start).is_some_and(|before| before.trim_end().ends_with(':'))
}

/// The text with an announced command on a line of its own.
fn alone(text: &str) -> String {
    match command::find(text, 0).filter(|found| found.in_prose && is_announced(text, found)) {
        Some(found) => {
            let (before, command) = text.split_at(found.start);
            format!("{}\n{command}", before.trim_end())
        }
        None => text.to_owned(),
    }
}

/// A body of a request, an answer or an error of an API.
fn is_of_the_api(value: &Value) -> bool {
    const OWN: [&str; 11] = [
        "messages",
        "input",
        "prompt",
        "contents",
        "choices",
        "candidates",
        "output",
        "usage",
        "model",
        "error",
        "errors",
    ];
    value.as_object().is_some_and(|object| OWN.iter().any(|name| object.contains_key(*name)))
        || value.get("log").and_then(|log| log.get("entries")).is_some()
}

fn collect<'v>(value: &'v Value, depth: usize, strings: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => strings.push(text),
        Value::Array(list) if depth < DEEPEST => {
            for inner in list {
                collect(inner, depth + 1, strings);
            }
        }
        Value::Object(object) if depth < DEEPEST => {
            for inner in object.values() {
                collect(inner, depth + 1, strings);
            }
        }
        _ => {}
    }
}

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
    // A pipeline's string in double quotes has variables of its own.
    let step = before.trim_end_matches(['(', ' ']);
    let of_pipeline = quote == '"'
        && (step.ends_with("script:") || ["sh", "bat"].iter().any(|word| step.trim_start().ends_with(word)));
    let formatted = before.ends_with('f');
    while let Some((at, c)) = characters.next() {
        if formatted
            && c == '{'
            && let Some((name, _)) =
                rest.get(at + 1..)?.split_once('}').filter(|(name, _)| command::is_name(name))
        {
            out.extend(["[env:", name, "]"]);
            characters.by_ref().take(name.len() + 1).for_each(drop);
            continue;
        }
        if formatted && matches!(c, '{' | '}') && rest.get(at + 1..)?.starts_with(c) {
            characters.next();
        }
        if c == '$'
            && of_pipeline
            && let Some((name, len)) = interpolated(rest.get(at + 1..)?)
        {
            out.extend(["[env:", name, "]"]);
            for _ in 0..len {
                characters.next();
            }
            continue;
        }
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

/// `NAME` or `{NAME}` behind a dollar: the name, and how many bytes.
fn interpolated(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix('{');
    let named = inside.unwrap_or(text);
    let named = named.strip_prefix("env.").or_else(|| named.strip_prefix("params.")).unwrap_or(named);
    let len = named.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(named.len());
    let name = named.get(..len).filter(|name| command::is_name(name))?;
    let closed = inside.is_none() || named.get(len..)?.starts_with('}');
    closed.then_some((name, text.len() - named.len() + len + usize::from(inside.is_some())))
}

/// Whether what stands behind a quote says that its string is over.
fn ends(behind: &str) -> bool {
    let behind = behind.trim_start_matches([' ', '\t', '\r']);
    let calls = [".split(", ".strip(", ".trim(", ".format("].iter().any(|call| behind.starts_with(call));
    calls || behind.is_empty() || behind.starts_with(['\n', ',', ')', ']', '}', ';'])
}

/// The entries of a list in YAML whose first is the program, with where each stands.
fn entries(text: &str, start: usize, arguments: usize) -> Option<Vec<(&str, (usize, usize))>> {
    let line = text.get(..start)?.rsplit('\n').next()?;
    let mark = line.trim_end_matches(['"', '\'']);
    let program = text.get(arguments..)?.split('\n').next()?;
    if mark.trim() != "-" || !program.trim_end().trim_matches(['"', '\'']).is_empty() {
        return None;
    }
    let mut at = arguments + program.len() + 1;
    let mut found = Vec::new();
    while let Some(entry) = text.get(at..).and_then(|rest| rest.split('\n').next()) {
        let Some(word) = entry.strip_prefix(mark).map(str::trim).filter(|word| !word.is_empty()) else {
            break;
        };
        let from = at + entry.find(word).unwrap_or(0);
        found.push((word, (from, from + word.len())));
        at += entry.len() + 1;
    }
    (!found.is_empty()).then_some(found)
}

/// True where the command is the first word of a list: its quote closes, and a comma or the list's end follows.
pub(super) fn is_listed(text: &str, start: usize, arguments: usize) -> bool {
    if entries(text, start, arguments).is_some() {
        return true;
    }
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
    if let Some(entries) = entries(text, found.start, found.arguments) {
        let mut command = Command::default();
        for (written, span) in entries {
            let quoted = written.starts_with(['"', '\'']);
            let word = element(written).filter(|_| quoted).and_then(|(word, _)| word);
            command.words.push(word.unwrap_or_else(|| written.to_owned()));
            command.spans.push(span);
            command.end = span.1;
        }
        return Some(command);
    }
    let mut at = found.arguments + 1;
    let end = text.len().min(found.arguments.saturating_add(LONGEST));
    let mut command = Command::default();
    loop {
        let rest = text.get(at..end)?;
        // The arguments may be a list of their own behind the program: `'curl', ['-X', 'POST']`.
        let skipped =
            rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '[')).len();
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
    // Go's, in which nothing is escaped.
    if let Some(inside) = text.strip_prefix('`') {
        let len = inside.find('`')?;
        return Some((Some(inside.get(..len)?.to_owned()), len + 2));
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
