//! What programs and people write before each line of a text, taken off where it stands before a whole block of lines: a
//! mail's or Markdown's `> `, the time and name of a platform, a container's name; and the one text that a log line carries.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::logfmt;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// The time that a platform writes before each line, finer than any logger's, and its name behind it: `kubectl logs
/// --timestamps`, `docker logs -t`, Heroku.
static PLATFORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d\d:\d\d) (?:[a-z]{1,20}\[[\w.-]{1,30}\]: ?)?",
    )
});

/// A name and a bar: docker compose.
static CONTAINER: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^[A-Za-z0-9][\w.-]{0,60}\s{0,20}\| ?"));

/// `text` without what stands before the lines of its blocks.
pub(super) fn off(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for change in [unquoted, unnamed, carried] {
        if let Some(changed) = change(&text) {
            text = Cow::Owned(changed);
        }
    }
    text
}

/// The lines of a quote, as they were said. What `curl -v` marks so is none.
fn unquoted(text: &str) -> Option<String> {
    let quotes = |line: &str| line == ">" || line.starts_with("> ") && !line.contains(" HTTP/");
    if !text.lines().any(quotes) || text.lines().any(|line| line.starts_with("< HTTP/")) {
        return None;
    }
    let bare = |line| {
        if quotes(line) {
            line.get(1..).map_or("", |rest| rest.strip_prefix(' ').unwrap_or(rest))
        } else {
            line
        }
    };
    let fenced = text.contains("```");
    let mut out: Vec<&str> = Vec::new();
    let mut within = false;
    // What a person quotes among words of their own stands apart from these.
    let own = text.lines().any(|line| !quotes(line) && !line.trim().is_empty()) && !fenced;
    for line in text.lines() {
        if own && within != quotes(line) {
            within = !within;
            out.push("```");
        }
        out.push(bare(line));
    }
    if within {
        out.push("```");
    }
    Some(out.join("\n"))
}

/// The lines of each block without the platform's or the container's mark, where all of them have it.
fn unnamed(text: &str) -> Option<String> {
    let marks = [PLATFORM.as_ref()?, CONTAINER.as_ref()?];
    if !text.lines().any(|line| marks.iter().any(|mark| mark.is_match(line))) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<&str> = Vec::with_capacity(lines.len());
    let mut changed = false;
    let limits = |line: &str| line.trim().is_empty() || line.starts_with("```");
    let mut at = 0;
    while at < lines.len() {
        let rest = lines.get(at..).unwrap_or_default();
        let len = rest.iter().position(|line| limits(line)).unwrap_or(rest.len());
        let block = rest.get(..len).unwrap_or_default();
        let mark = marks.iter().find(|mark| is_before_each(block, mark));
        for line in block {
            let behind = mark.and_then(|mark| line.get(mark.find(line)?.end()..));
            changed |= behind.is_some();
            out.push(behind.unwrap_or(line));
        }
        out.extend(rest.get(len));
        at += len + 1;
    }
    changed.then(|| out.join("\n"))
}

/// The mark stands before each line of the block (one line without it may be cut at the start), and what stands behind goes on
/// from line to line: each line of a log of sentences ends where the next one begins, and its mark says so.
fn is_before_each(block: &[&str], mark: &Regex) -> bool {
    let marked = block.iter().filter(|line| mark.is_match(line)).count();
    if marked < 2 || marked + 1 < block.len() {
        return false;
    }
    let behind = |line: &&str| mark.find(line).and_then(|m| line.get(m.end()..)).map(str::to_owned);
    let bare: Vec<String> = block.iter().filter_map(behind).collect();
    let goes_on = |line: &String| line.is_empty() || line.starts_with([' ', '\t', '}', ']']) || opens(line);
    bare.iter().any(goes_on)
}

/// An object that begins on this line ends on another.
fn opens(line: &str) -> bool {
    let count = |c: char| line.matches(c).count();
    count('{') > count('}')
}

/// The text that a line of pairs carries in quotes (`level=error msg="…"`), and what stands around it in a paragraph of its own.
fn carried(text: &str) -> Option<String> {
    let mut changed = false;
    let lines: Vec<Cow<'_, str>> = text
        .lines()
        .map(|line| match logfmt::carried(line) {
            Some((around, words)) => {
                changed = true;
                Cow::Owned(format!("{words}\n\n{around}\n"))
            }
            None => Cow::Borrowed(line),
        })
        .collect();
    // Beside a line that tells of the failure the others of its kind tell of none.
    let kept = lines.iter().filter(|line| !logfmt::is_news(line)).map(AsRef::as_ref);
    changed.then(|| kept.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn what_stands_before_lines_is_taken_off() {
        let table = [
            // What is quoted among other words stays apart from them.
            ("I get:\n\n> Error: bad\n>   at x\n\nwhy?", "I get:\n\n```\nError: bad\n  at x\n```\n\nwhy?"),
            ("> Error: bad\n>   at x", "Error: bad\n  at x"),
            ("> POST /v1 HTTP/1.1\n< HTTP/1.1 400 Bad", "> POST /v1 HTTP/1.1\n< HTTP/1.1 400 Bad"),
            (
                "x\n```\n2025-06-24T20:08:45.884138530Z app[web.1]: {'message': 'Please\n2025-06-24T20:08:45.884141166Z app[web.1]: wait'}\n```",
                "x\n```\n{'message': 'Please\nwait'}\n```",
            ),
            // Each line is a sentence of its own.
            (
                "2025-06-24T20:08:45.884138530Z bad key\n2025-06-24T20:08:45.884141166Z gone",
                "2025-06-24T20:08:45.884138530Z bad key\n2025-06-24T20:08:45.884141166Z gone",
            ),
            ("app-1  | Error: bad\napp-1  |   at x\n\nwhy?", "Error: bad\n  at x\n\nwhy?"),
            ("time=1 level=error msg=\"bad \\\"key\\\"\" id=7", "bad \"key\"\n\ntime=1 level=error id=7\n"),
        ];
        for (text, expected) in table {
            assert_eq!(off(text), expected, "{text}");
        }
    }
}
