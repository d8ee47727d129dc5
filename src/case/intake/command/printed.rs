//! What a command before a pipe, or in a substitution, prints, where nothing has to be run for it.

use crate::case::intake::shell::{self, Variables};

/// Most times that the arguments of a `printf` are taken.
const MOST_TURNS: usize = 200;

/// What a command before the pipe gives to curl.
pub(in crate::case::intake) struct Piped {
    /// The text.
    pub(in crate::case::intake) text: String,
    /// Byte behind a here-document that stands below the line.
    pub(in crate::case::intake) end: usize,
    /// It is such a here-document.
    pub(in crate::case::intake) below: bool,
    /// The file that holds the text, where it is not known (`cat body.json |`).
    pub(in crate::case::intake) file: Option<String>,
}

/// How far back a command that is piped into curl is looked for, bytes.
const PIPED_FROM: usize = 128 << 10;

/// Reads `echo '…' | curl`, `printf '%s' '…' | curl` and `cat <<EOF | curl`; `arguments` is the byte behind the program's
/// name.
pub(in crate::case::intake) fn piped(text: &str, arguments: usize, variables: &Variables) -> Option<Piped> {
    let named = text.get(..arguments)?;
    let named = named.strip_suffix(".exe").unwrap_or(named);
    let words = ["curl", "https", "http", "xhs", "xh"];
    let before = words.iter().find_map(|word| named.strip_suffix(word))?;
    // `< body.json curl …`
    let line = before.rsplit('\n').next().unwrap_or("");
    if let Some(path) = line.trim().trim_start_matches(['$', '%']).trim_start().strip_prefix('<') {
        let words = shell::split(path, 0, variables, false).words;
        let [path] = words.as_slice() else { return None };
        return Some(Piped { text: String::new(), end: 0, below: false, file: Some(path.clone()) });
    }
    let before = before.trim_end().strip_suffix('|')?;
    if let Some(text) = piped_string(before, text.get(arguments..)?) {
        return Some(text);
    }
    let mut from = before.len().saturating_sub(PIPED_FROM);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let near = before.get(from..)?;
    let start = ["echo ", "printf ", "cat ", "type ", "jq "]
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
    if near.get(start..)?.starts_with("cat <<") {
        let end = command.end;
        return command.stdin.map(|text| Piped { text, end, below: true, file: None });
    }
    // What was read must end at the pipe: else the quotes were others.
    if text.get(command.end..before.len())?.trim() != "" {
        return None;
    }
    if near.get(start..)?.starts_with(['c', 't']) {
        let mut words = command.words.into_iter();
        let file = words.next().filter(|path| !path.starts_with('-'));
        let file = file.filter(|_| words.next().is_none())?;
        return Some(Piped { text: String::new(), end: 0, below: false, file: Some(file) });
    }
    let program = ["printf", "jq"]
        .into_iter()
        .find(|program| near.get(start..).is_some_and(|n| n.starts_with(program)));
    let program = program.unwrap_or("echo");
    printed_by(program, &command.words).map(|text| Piped { text, end: 0, below: false, file: None })
}

/// What `echo` or `printf` prints of these words.
pub(in crate::case::intake) fn printed_by(program: &str, words: &[String]) -> Option<String> {
    let mut words = words.iter().map(String::as_str).peekable();
    if program == "jq" {
        return shell::printed_by_jq(&words.map(str::to_owned).collect::<Vec<_>>()).map(|text| text + "\n");
    }
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
        file: None,
    })
}

/// What `printf` makes of `format` and its arguments, which are taken again and again until none is left.
fn printed(format: &str, arguments: &[&str]) -> Option<String> {
    let mut out = String::new();
    let mut left = arguments.iter();
    for _ in 0..MOST_TURNS {
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
