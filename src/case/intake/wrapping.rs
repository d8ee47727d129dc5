//! What a page, a mail, a chat, a notebook or a terminal put around a request, taken off. Places in the text are lost by it.

use memchr::memmem;

use super::{
    called, cell, colour, command, diff, entities, http, http_file, hurl, line_ends, linked, makefile,
    prefixed,
};

/// Whether `needle` stands in `text`. Most texts have none of the wrappings, and each is asked for: this search takes a
/// twentieth of what `str::contains` does.
pub(super) fn holds(text: &str, needle: &str) -> bool {
    memmem::find(text.as_bytes(), needle.as_bytes()).is_some()
}

/// Bytes of a text that are looked at.
const LONGEST: usize = 4 << 20;

/// Lines in which words may stand before a request.
const MOST_LEADING: usize = 12;

/// `text` without its wrapping; `None` where it has none.
pub(super) fn off(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut plain: Option<String> = None;
    let changes = [
        line_ends::off,
        colour::off,
        prefixed::off,
        command::without_entities,
        entities::off,
        linked::off,
        cell::off,
        diff::newer,
        command::unquoted,
        of_jira,
        fences_apart,
        makefile::off,
        called::off,
        of_jenkins,
        bold,
        command::without_more,
        labelled_rows,
        requests_alone,
    ];
    for change in changes {
        if let Some(changed) = change(plain.as_deref().unwrap_or(text)) {
            plain = Some(changed);
        }
    }
    plain
}

/// Puts a chat's fences, which may stand right before and behind what they hold, on lines of their own.
fn fences_apart(text: &str) -> Option<String> {
    const MARK: &str = "```";
    if !holds(text, MARK) {
        return None;
    }
    let mut changed = false;
    let mut open = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some((before, behind)) = line.split_once(MARK) else {
            lines.push(line.to_owned());
            continue;
        };
        // A language's name may stand behind an opening mark; a program's does not stand alone.
        let is_plain = before.trim().is_empty()
            && !behind.contains(MARK)
            && (open || !behind.trim().contains(char::is_whitespace));
        let closes = open && !before.trim().is_empty() && behind.trim().is_empty();
        let opens = !open && holds_command(behind);
        if is_plain || !(closes || opens) {
            open ^= line.matches(MARK).count() % 2 == 1;
            lines.push(line.to_owned());
            continue;
        }
        changed = true;
        for (index, piece) in line.split(MARK).enumerate() {
            if index > 0 {
                lines.push(MARK.to_owned());
                open = !open;
            }
            if !piece.trim().is_empty() {
                lines.push(piece.to_owned());
            }
        }
    }
    changed.then(|| lines.join("\n"))
}

/// Jira's `{code:bash}…{code}` and `{noformat}…{noformat}`, whose marks may stand right beside what they hold.
fn of_jira(text: &str) -> Option<String> {
    if !holds(text, "curl ") || !(holds(text, "{code") || holds(text, "{noformat")) {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('{') {
        let mark = rest.get(at..)?;
        let is_one =
            mark.starts_with("{code}") || mark.starts_with("{code:") || mark.starts_with("{noformat");
        // A mark is short: what is far behind it closes another.
        let len = mark.bytes().take(61).position(|b| b == b'}').map(|len| len + 1);
        let Some(len) = len.filter(|_| is_one) else {
            out.push_str(rest.get(..=at)?);
            rest = rest.get(at + 1..)?;
            continue;
        };
        out.push_str(rest.get(..at)?);
        out.push('\n');
        rest = mark.get(len..)?;
        changed = true;
    }
    changed.then(|| out + rest)
}

/// A pipeline's `sh """ … """`, in which a dollar of the shell's stands behind a backslash.
fn of_jenkins(text: &str) -> Option<String> {
    const MARK: &str = "\"\"\"";
    let is_step = |before: &str| {
        let before = before.trim_end_matches(['(', ' ', ':']);
        ["sh", "bat", "script"].iter().any(|step| before.ends_with(step))
    };
    if !holds(text, "\\$") || !holds(text, MARK) {
        return None;
    }
    let mut pieces: Vec<String> = text.split(MARK).map(str::to_owned).collect();
    let mut changed = false;
    for at in (1..pieces.len()).step_by(2) {
        if pieces.get(at - 1).is_some_and(|before| is_step(before))
            && let Some(piece) = pieces.get_mut(at)
        {
            *piece = piece.replace("\\$", "$").replace("\\\\", "\\");
            changed = true;
        }
    }
    changed.then(|| pieces.join(MARK))
}

/// A command in bold type, as a chat or a page writes it: it stands in inline code instead, as long as the marks are.
fn bold(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_marked =
        |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|b| b"*_".contains(b));
    if !memmem::find_iter(bytes, "curl ").any(is_marked) {
        return None;
    }
    let mut lines = Vec::new();
    let mut changed = false;
    for line in text.lines() {
        let shown = ["**", "__", "*"].iter().find_map(|mark| {
            let (before, rest) = line.split_once(&format!("{mark}curl "))?;
            let (command, behind) = rest.split_once(mark)?;
            let over =
                behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || ".,;:)".contains(c));
            let begins = before.is_empty() || before.ends_with([' ', '\t', '(']);
            (over && begins && !line.contains('`')).then(|| format!("{before}`curl {command}`{behind}"))
        });
        changed |= shown.is_some();
        lines.push(shown.unwrap_or_else(|| line.to_owned()));
    }
    changed.then(|| lines.join("\n"))
}

/// The rows of a Markdown table of two columns as labelled lines (`| Status | 503 |`), where its first column holds the names of
/// what a report tells. The row above the line of dashes names the columns.
fn labelled_rows(text: &str) -> Option<String> {
    if !holds(text, "--") || !holds(text, "|") || !text.lines().any(is_rule) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<String> = Vec::new();
    let (mut at, mut changed) = (0, false);
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at + 2..).unwrap_or_default();
        let heads = of_two_cells(line).is_some() && lines.get(at + 1).is_some_and(|next| is_rule(next));
        let rows: Vec<(&str, &str)> = rest.iter().map_while(|row| of_two_cells(row)).collect();
        if heads && are_labels(&rows) {
            at += 2 + rows.len();
            out.extend(rows.iter().map(|(name, value)| format!("{name}: {value}")));
            changed = true;
        } else {
            out.push((*line).to_owned());
            at += 1;
        }
    }
    changed.then(|| out.join("\n"))
}

/// Whether the first cells are names, and one of them is that of a part of a call.
fn are_labels(rows: &[(&str, &str)]) -> bool {
    const PARTS: [&str; 9] =
        ["status", "error", "message", "model", "request id", "url", "endpoint", "method", "request-id"];
    let is_name = |name: &str| {
        name.len() <= 30
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-'))
    };
    rows.len() > 1
        && rows.iter().all(|(name, _)| is_name(name))
        && rows.iter().any(|(name, _)| PARTS.contains(&name.to_ascii_lowercase().as_str()))
}

/// `|---|:--|`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains("--") && line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The two cells of a row.
fn of_two_cells(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().strip_prefix('|')?.strip_suffix('|')?.split_once('|')?;
    let (name, value) = (name.trim().trim_matches('*'), value.trim());
    (!name.is_empty() && !value.is_empty() && !value.contains(" | ")).then_some((name, value))
}

fn holds_command(text: &str) -> bool {
    command::find(text, 0)
        .is_some_and(|found| text.get(..found.start).is_some_and(|before| before.trim().is_empty()))
}

/// The requests in the fences of a mail or a page, or below the words with which somebody begins, where no command is.
fn requests_alone(text: &str) -> Option<String> {
    if command::find(text, 0).is_some_and(|found| !found.in_prose) {
        return None;
    }
    if is_request(text) {
        return None;
    }
    if holds(text, "```") {
        let mut fenced = Vec::new();
        for (index, piece) in text.split("```").enumerate() {
            let inside = piece.split_once('\n').map_or("", |(_, inside)| inside).trim();
            if index % 2 == 1 && is_request(inside) {
                fenced.push(inside);
            }
        }
        return (!fenced.is_empty()).then(|| fenced.join("\n\n###\n"));
    }
    let mut at = 0;
    for line in text.split_inclusive('\n').take(MOST_LEADING) {
        let rest = text.get(at..)?;
        if at > 0 && line.contains("://") && hurl::is_one(rest) {
            return Some(rest.to_owned());
        }
        at += line.len();
    }
    None
}

fn is_request(text: &str) -> bool {
    hurl::is_one(text) || http_file::is_one(text) || http::starts_with_request_line(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappings_are_taken_off() {
        let table = [
            ("x\n```curl https://h.test/v1```\ny", Some("x\n```\ncurl https://h.test/v1\n```\ny")),
            ("```curl https://h.test/v1 \\\n -d x```", Some("```\ncurl https://h.test/v1 \\\n -d x\n```")),
            ("a\n```bash\ncurl https://h.test\n```\nb", None),
            (
                "PS C:\\> curl.exe https://h.test `\n>>  -d x\nbye",
                Some("PS C:\\> curl.exe https://h.test `\n -d x\nbye"),
            ),
            (
                "Hi,\n```http\nPOST https://h.test/v1\nX-A: b\n\n{}\n```\nbye",
                Some("POST https://h.test/v1\nX-A: b\n\n{}"),
            ),
            (
                "Mine:\nPOST https://h.test/v1\nX-A: b\nHTTP 200\n",
                Some("POST https://h.test/v1\nX-A: b\nHTTP 200\n"),
            ),
            ("I get 401 from POST https://h.test/v1\nwhy?", None),
            (">> a\n>> b", Some("a\nb")),
            (
                "I ran **curl https://h.test/v1 -d 'x y'**, why?",
                Some("I ran `curl https://h.test/v1 -d 'x y'`, why?"),
            ),
            ("2 * curl https://h.test/v1", None),
            (
                "x\n| Field | Value |\n|---|:---|\n| Status | 503 |\n| **Error** | bad key |\ny",
                Some("x\nStatus: 503\nError: bad key\ny"),
            ),
            ("| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |", None),
            ("| A | B |\n|---|---|\n| `x` | failed |\n| Status | 3 |", None),
            (
                "{noformat}curl https://h.test/v1 -d '{}'{noformat}",
                Some("\ncurl https://h.test/v1 -d '{}'\n"),
            ),
            ("{code:title=a|lang=bash}curl https://h.test/v1{code}", Some("\ncurl https://h.test/v1\n")),
            (
                "sh \"\"\"\ncurl https://h.test -H \"X: \\$K\"\n\"\"\"",
                Some("sh \"\"\"\ncurl https://h.test -H \"X: $K\"\n\"\"\""),
            ),
            (
                "M ?= x\ncall: a\n\t@curl https://h.test/$(M)?k=$$K -d '$(O)'",
                Some("\n\ncurl https://h.test/x?k=$K -d '[env:O]'"),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
