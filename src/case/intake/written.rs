//! What people wrote and a stack's source lines show: the prompt stands there as a literal. An error may repeat it without
//! quotes, so that it has to be known to be found.

use std::sync::LazyLock;

use regex::Regex;

/// Literals that are kept; a stack has few.
const MOST: usize = 64;

/// A source line with its number, as `IPython`, vitest, Ruby and rustc show them: `----> 5 client.chat(…)`, `  12 | x = 1`.
static NUMBERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(?:(?:-{1,6}>|>|❯|→)\s*)?[0-9]{1,6}(?:\s*[|│]|\s)\s?").ok());

/// A line that words a failure itself: its literal is the program's.
static RAISES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:raise|throw|throws|assert|panic|abort|reject)\b|(?:Error|Exception|error|fail)[A-Za-z]*\(",
    )
    .ok()
});

/// The literals of `text`'s source lines, in their order, each once.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    if !text.contains('\n') || !shows_source(text) {
        return out;
    }
    let mut of_file = false;
    for line in text.lines() {
        let bare = line.trim_start();
        if bare.starts_with("File \"") && bare.contains(", line ") {
            of_file = true;
            continue;
        }
        // Python indents what a frame shows by four; the exception's own line stands at the margin.
        of_file = of_file && (line.starts_with("    ") || bare.is_empty());
        let code = if of_file { Some(bare) } else { numbered(line) };
        let Some(code) = code.filter(|code| !RAISES.as_ref().is_some_and(|p| p.is_match(code))) else {
            continue;
        };
        for literal in quoted(code) {
            if out.len() < MOST && is_text(&literal) && !out.contains(&literal) {
                out.push(literal);
            }
        }
    }
    out
}

fn shows_source(text: &str) -> bool {
    ["File \"", "-> ", "\n>", " | ", "❯", "│"].iter().any(|mark| text.contains(mark))
}

/// The code of a numbered line.
fn numbered(line: &str) -> Option<&str> {
    let found = NUMBERED.as_ref()?.find(line)?;
    line.get(found.end()..)
}

/// Words of a language, not a name, a path or a format.
fn is_text(literal: &str) -> bool {
    let words = literal.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
    let dense = literal.chars().filter(|c| u32::from(*c) >= 0x2e80).count();
    words >= 2 || dense >= 4
}

/// What stands in quotation marks, escapes resolved; a literal that the line's end cuts goes to there, and the holes of a
/// template part it.
fn quoted(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = code.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        // An apostrophe inside a word opens nothing.
        if !matches!(c, '"' | '\'' | '`') || (c == '\'' && before.is_alphanumeric() && !is_prefix(before)) {
            before = c;
            continue;
        }
        let mut text = String::new();
        while let Some(next) = chars.next() {
            match next {
                _ if next == c => break,
                '\\' => match chars.next() {
                    Some('n' | 't' | 'r') => text.push(' '),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                '{' => {
                    out.push(std::mem::take(&mut text));
                    for inside in chars.by_ref() {
                        if inside == '}' {
                            break;
                        }
                    }
                }
                _ => text.push(next),
            }
        }
        out.push(text);
        before = c;
    }
    out.into_iter().map(|text| text.trim().to_owned()).collect()
}

/// A letter that Python writes before a literal.
fn is_prefix(letter: char) -> bool {
    matches!(letter, 'f' | 'F' | 'b' | 'B' | 'r' | 'R' | 'u' | 'U')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_shows_what_somebody_wrote() {
        let walrus = "the purple walrus of Trondheim signs at midnight";
        let table: &[(&str, &[&str])] = &[
            (
                "Traceback (most recent call last):\n  File \"/app/ask.py\", line 7, in <module>\n    r = client.chat(messages=[{\"role\": \"user\", \"content\": \"the purple walrus of Trondheim signs at midnight\"}])\n        ^^^^^^^\nopenai.BadRequestError: the purple walrus",
                &[walrus],
            ),
            (
                "  File \"a.py\", line 7, in ask\n    r = ask(\n        f'the purple walrus of Trondheim signs at midnight{name}and leaves then',\n    )\nValueError: x",
                &[walrus, "and leaves then"],
            ),
            (
                "Cell In[3], line 5\n      4 client = OpenAI()\n----> 5 r = client.responses.create(input='the purple walrus of Trondheim signs at midnight')\n      6 print(r)",
                &[walrus],
            ),
            (
                "  11 | const c = new OpenAI()\n> 12 | await ask(`the purple walrus of Trondheim signs at midnight`)\n     |       ^\nError: 400",
                &[walrus],
            ),
            (
                "  File \"a.py\", line 7, in ask\n    ask(\"紫色的海象在午夜\")\nValueError: x",
                &["紫色的海象在午夜"],
            ),
            // A program's own words, names, paths; and no stack.
            (
                "  File \"a.py\", line 7\n    raise ValueError(\"The balance is zero.\")\nValueError: The balance is zero.",
                &[],
            ),
            ("  File \"a.py\", line 7\n    get(\"application/json\", 'utf-8')\nValueError: x", &[]),
            ("the answer says \"the purple walrus of Trondheim\"\nand ends", &[]),
            ("2026-01-02 | ERROR | \"The model is not there\"\nnext", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(literals(text), *expected, "{text}");
        }
    }
}
