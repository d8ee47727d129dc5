//! What people wrote and a stack's source lines show: the prompt stands there as a literal. An error may repeat it without
//! quotes, so that it has to be known to be found.
//!
//! ```text
//! text ──> blocks of source lines (Python's frames, numbered lines, the line over a caret) ──> literals ──> texts of people
//! ```
//!
//! A library's lines hold the library's words, and so do those that raise or log: these are evidence.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::har::unescaped;
use super::prompted;

/// A string in a string, so many times.
const DEEPEST: usize = 3;

/// Literals that are kept.
const MOST: usize = 2_000;

/// A source line with its number, as `IPython`, Rich, vitest, Ruby and rustc show them: `----> 5 client.chat(…)`, `  12 | x = 1`.
static NUMBERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:[│|]\s?)?(?:\s*(?:-{1,6}>|>|❯|❱|→))?\s*[0-9]{1,6}(?:\s*[|│:]|\s)\s?").ok()
});

/// The line of a test at which it failed, as pytest marks it, and a local as it lists it.
static OF_A_TEST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:>\s{3,}|[a-z_][A-Za-z0-9_]{0,40}\s{1,40}= )").ok());

/// Code before a literal that says that the words are the program's: it raises, logs or prints them.
static OF_A_PROGRAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:^\s*(?:raise|throw)\b.*|^\s*assert\b.*,\s*[A-Za-z]{0,2}|(?:Error|Exception|panic!|\b(?:log|logger|logging|console|warnings?|fmt|slog|e?print(?:ln|f)?!?)(?:\.[A-Za-z_]+)*)\([^()]*)$",
    )
    .ok()
});

/// Folders of what was installed, in the path of a frame.
const INSTALLED: [&str; 6] =
    ["site-packages", "dist-packages", "node_modules", "<frozen", "lib/python", ".cargo/registry"];

/// The literals of `text`'s source lines that are texts, and what stands behind a prompt's name, in their order, each once; also
/// of what stands in a string inside it.
pub(in crate::case) fn literals(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut text = Cow::Borrowed(text);
    for _ in 0..=DEEPEST {
        let of_source = text.contains('\n') && shows_source(&text);
        let shown = if of_source { blocks(&text) } else { Vec::new() };
        for literal in shown.iter().flat_map(|block| quoted(block)).chain(prompted::texts(&text)) {
            if out.len() < MOST && is_text(&literal) && !out.contains(&literal) {
                out.push(literal);
            }
        }
        if !text.contains("\\n") && !text.contains("\\\"") {
            break;
        }
        text = Cow::Owned(unescaped(text.as_bytes()).into_owned());
    }
    out
}

fn shows_source(text: &str) -> bool {
    ["File \"", "-> ", "\n>", "\nE   ", " | ", "❯", "│", "^"].iter().any(|mark| text.contains(mark))
}

/// Source lines that stand together, each run of them as one text.
fn blocks(text: &str) -> Vec<String> {
    let is_of_a_test = text.contains("\nE   ");
    let (mut out, mut block) = (Vec::new(), String::new());
    let mut frame: Option<Frame<'_>> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(next) = Frame::at(line) {
            frame = Some(next);
            out.push(std::mem::take(&mut block));
            continue;
        }
        let in_frame = frame.as_ref().and_then(|frame| frame.code(line));
        if in_frame.is_none() {
            frame = None;
        }
        let over_a_caret = lines.peek().is_some_and(|next| is_caret(next));
        let code = in_frame
            .or_else(|| numbered(line).filter(|_| !is_row(line)))
            .or_else(|| over_a_caret.then_some(line))
            .or_else(|| of_a_test(line).filter(|_| is_of_a_test));
        match code {
            Some(code) if frame.as_ref().is_none_or(|frame| !frame.installed) => {
                block.push_str(code);
                block.push('\n');
            }
            _ => out.push(std::mem::take(&mut block)),
        }
    }
    out.push(block);
    out.retain(|block| !block.is_empty());
    out
}

/// A row of a table; a source line has a bar before it at most.
fn is_row(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.ends_with('|') && line.len() > 2
}

/// A frame of Python's: `File "…", line 7, in f`.
struct Frame<'t> {
    /// What stands before it on each of its lines: a logger's or a quotation's mark.
    margin: &'t str,
    installed: bool,
}

impl<'t> Frame<'t> {
    fn at(line: &'t str) -> Option<Self> {
        let column = line.find("File \"")?;
        let (margin, rest) = line.split_at_checked(column)?;
        let installed = INSTALLED.iter().any(|folder| rest.contains(folder));
        rest.contains("\", line ").then_some(Self { margin: margin.trim_end(), installed })
    }

    /// The code of `line`, which Python indents by four; the exception's own line stands at the margin.
    fn code(&self, line: &'t str) -> Option<&'t str> {
        let rest = line.strip_prefix(self.margin)?;
        let bare = rest.trim_start();
        let indented = rest.len() - bare.len() >= 3 || rest.starts_with('\t');
        (indented || bare.is_empty()).then_some(bare)
    }
}

/// The code of a numbered line.
fn numbered(line: &str) -> Option<&str> {
    let found = NUMBERED.as_ref()?.find(line)?;
    line.get(found.end()..).filter(|code| !is_answer(found.as_str(), code))
}

/// A status and the error that came with it, as the first library of `OpenAI` for Python prints them on a line of their own:
/// ` 500 {'error': {…}} <CIMultiDictProxy(…)>`.
fn is_answer(number: &str, code: &str) -> bool {
    let status = number.trim().parse::<u16>().is_ok_and(|number| (400..600).contains(&number));
    let code = code.trim_start_matches(['{', '[', ' ']);
    status
        && ["error", "errors", "detail"].iter().any(|name| {
            code.strip_prefix(['"', '\''])
                .and_then(|key| key.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(['"', '\'']))
        })
}

fn of_a_test(line: &str) -> Option<&str> {
    OF_A_TEST.as_ref()?.is_match(line).then_some(line)
}

/// A line that only points at the one above it.
fn is_caret(line: &str) -> bool {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '│'));
    !bare.is_empty() && bare.trim_end().bytes().all(|b| matches!(b, b'^' | b'~'))
}

/// Words of a language, not a name, a path or a format.
fn is_text(literal: &str) -> bool {
    let words = literal.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
    let dense = literal.chars().filter(|c| u32::from(*c) >= 0x2e80).count();
    words >= 2 || dense >= 4
}

/// What stands in quotation marks and is not the program's own, escapes resolved. A literal that the line's end cuts goes to
/// there, one in three marks to the next three, and the holes of a template part it.
fn quoted(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    // The code before the place, on its line, without literals.
    let mut before = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        if c == '\n' {
            before.clear();
            continue;
        }
        let last = before.chars().next_back();
        // An apostrophe inside a word opens nothing.
        let opens = matches!(c, '"' | '\'' | '`')
            && !(c == '\'' && last.is_some_and(|last| last.is_alphanumeric() && !is_prefix(last)));
        if !opens {
            before.push(c);
            continue;
        }
        let has_holes = c == '`' || matches!(last, Some('f' | 'F'));
        let mark = [c, c].iter().collect::<String>();
        let (end, text) = match rest.strip_prefix(mark.as_str()) {
            Some(inside) => (&format!("{mark}{c}"), inside),
            None => (&c.to_string(), rest),
        };
        let (pieces, after) = literal(text, end, has_holes);
        rest = after;
        if !OF_A_PROGRAM.as_ref().is_some_and(|own| own.is_match(&before)) {
            out.extend(pieces);
        }
    }
    out.into_iter().map(|text| text.trim().to_owned()).collect()
}

/// The literal at the start of `text`, up to `end`, in the pieces between its holes; and what stands behind it.
pub(super) fn literal<'t>(text: &'t str, end: &str, has_holes: bool) -> (Vec<String>, &'t str) {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix(end) {
            rest = after;
            break;
        }
        // What is neither a mark nor an escape is taken in runs.
        let plain = rest
            .bytes()
            .position(|b| matches!(b, b'\\' | b'{' | b'\n') || end.as_bytes().first() == Some(&b))
            .unwrap_or(rest.len());
        if let Some((run, behind)) = rest.split_at_checked(plain).filter(|(run, _)| !run.is_empty()) {
            piece.push_str(run);
            rest = behind;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        // A mark of one character ends with its line; a template's does not.
        if c == '\n' && end.len() == 1 && end != "`" {
            break;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '\\' => {
                let escaped = rest.chars().next();
                rest = rest.get(escaped.map_or(0, char::len_utf8)..).unwrap_or("");
                piece.extend(escaped.map(|c| if matches!(c, 'n' | 't' | 'r' | '\n') { ' ' } else { c }));
            }
            '{' if has_holes => {
                pieces.push(std::mem::take(&mut piece));
                rest = rest.split_once('}').map_or(rest, |(_, after)| after);
            }
            '\n' => piece.push(' '),
            c => piece.push(c),
        }
    }
    pieces.push(piece);
    (pieces, rest)
}

/// A letter that Python writes before a literal.
fn is_prefix(letter: char) -> bool {
    matches!(letter, 'f' | 'F' | 'b' | 'B' | 'r' | 'R' | 'u' | 'U')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALRUS: &str = "the purple walrus of Trondheim signs at midnight";

    #[test]
    fn a_stack_shows_what_somebody_wrote() {
        // What stands around `@`, the walrus.
        let table = [
            "Traceback (most recent call last):\n  File \"/app/ask.py\", line 7, in <module>\n    r = client.chat(messages=[{\"role\": \"user\", \"content\": \"@\"}])\n        ^^^^^^^\nopenai.BadRequestError: the purple walrus",
            "Cell In[3], line 5\n      4 client = OpenAI()\n----> 5 r = client.responses.create(input='@')\n      6 print(r)",
            "  11 | const c = new OpenAI()\n> 12 | await ask(`@`)\n     |       ^\nError: 400",
            "│ ❱ 7 r = ask(\"@\")   │\n│   8 │",
            "    def test_it():\n>       r = ask(\"@\")\n\nE   openai.BadRequestError: no",
            "text       = '@'\n\nE   openai.BadRequestError: no",
            "  File \"a.py\", line 7, in ask\n    ask(\"\"\"\n    @\n    \"\"\")\nValueError: x",
            "file:///app/a.mjs:3\nawait ask(\"@\");\n^\n\nError: 400 no",
            "  | Traceback (most recent call last):\n  |   File \"a.py\", line 7, in ask\n  |     ask(\"@\")\n  | ValueError: x",
            "> Traceback (most recent call last):\n>   File \"a.py\", line 7, in ask\n>     ask(\"@\")\n> ValueError: x",
            "\tFile \"a.py\", line 7, in ask\n\t\task(\"@\")\nValueError: x",
            // Words that only look like those of a line that raises.
            "  File \"a.py\", line 7, in ask\n    raise_if_error(ask(\"@\"))\nValueError: x",
            "  File \"a.py\", line 7, in ask\n    safe_error(client.chat(\"@\"))\nValueError: x",
            "  File \"a.py\", line 7, in ask\n    assert ask(\"@\")\nValueError: x",
        ];
        for form in table {
            let text = form.replace('@', WALRUS);
            assert!(literals(&text).iter().any(|found| found == WALRUS), "{text}: {:?}", literals(&text));
        }
        let with_error =
            "  File \"a.py\", line 7, in ask\n    ask(\"please raise ValueError( at once\")\nValueError: x";
        assert_eq!(literals(with_error), ["please raise ValueError( at once"]);
        let holes = "  File \"a.py\", line 7, in ask\n    r = ask(\n        f'the purple walrus{name}and leaves then', \"a { stays\",\n    )\nValueError: x";
        assert_eq!(literals(holes), ["the purple walrus", "and leaves then", "a { stays"]);
        let logged = serde_json::json!({"detail": table[0].replace('@', WALRUS)}).to_string();
        for text in [serde_json::json!({"body": logged}).to_string(), format!("Error code: 500 - {logged}")] {
            assert!(literals(&text).iter().any(|found| found == WALRUS), "{text}: {:?}", literals(&text));
        }
        assert_eq!(
            literals("  File \"a.py\", line 7, in ask\n    ask(\"紫色的海象在午夜\")\nValueError: x"),
            ["紫色的海象在午夜"]
        );
    }

    /// A program's own words, a library's, names, paths; and what is no stack.
    #[test]
    fn evidence_is_nobodys_text() {
        let table = [
            "  File \"a.py\", line 7\n    raise ValueError(\"The balance is zero.\")\nValueError: The balance is zero.",
            "  File \"a.py\", line 7\n    log.warning(\"rate limit exceeded for this key\", \"please try again\")\nValueError: x",
            "  File \"a.py\", line 7\n    assert answer, \"there is no answer\"\nAssertionError: there is no answer",
            "  File \"/usr/lib/python3/site-packages/openai/_base.py\", line 7\n    self.fail(\"the model does not exist\")\nValueError: x",
            "  File \"a.py\", line 7\n    get(\"application/json\", 'utf-8')\nValueError: x",
            "the answer says \"the purple walrus of Trondheim\"\nand ends",
            "2026-01-02 | ERROR | \"The model is not there\"\nnext",
            "bot -> failed: it is busy {\n}\n 500 {'error': {'message': 'The server is busy', 'type': 'server_error'}} <Proxy('Date': 'Tue')>",
        ];
        for text in table {
            assert_eq!(literals(text), [""; 0], "{text}");
        }
    }
}
