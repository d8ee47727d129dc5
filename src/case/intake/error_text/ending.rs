//! Where the answer's words end: at an empty line, a stack, a log's next line, a client's tail, another speaker.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::frames;
use super::plain;

/// A message of a text is not longer, bytes; an envelope's may be.
const LONGEST: usize = 4 * 1024;

/// The part of `text` that is the answer's: up to an empty line, a stack, a log line, a fence, a client's tail.
pub(super) fn end(text: &str) -> &str {
    let text = plain::head(text, LONGEST);
    let mut len = 0;
    let mut lines = text.lines().skip(1).map(frames::is_label).peekable();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        // A record's or a form's further members: two labels one below the other.
        if index > 0 && lines.next() == Some(true) && lines.peek() == Some(&true) {
            break;
        }
        let bare = line.trim();
        let previous = text.get(..len).unwrap_or("");
        if index > 0
            && (bare.is_empty()
                || plain::is_log_line(line)
                || plain::is_aside(line)
                || frames::is_own_line(bare) && !goes_on(previous, bare)
                || is_closing(bare)
                || is_address_beside(previous, bare)
                || is_said_again(previous, bare)
                || previous.trim_end().ends_with(['.', '!']) && frames::is_code(line)
                || breaks(previous, bare) && !is_indented(text, line))
        {
            break;
        }
        if let Some(fence) = line.find("```") {
            len += fence;
            break;
        }
        len += line.len();
    }
    let text = text.get(..len).unwrap_or(text);
    // What one cut leaves may end with another.
    let text = without_members(without_back(without_back(text).trim_end()));
    let text = without_other_voice(closed(up_to_mark(text.trim())));
    // A bracket that was opened before the text: `API Error (503 no healthy upstream)`.
    match text.strip_suffix(')') {
        Some(bare) if text.matches(')').count() > text.matches('(').count() => bare.trim_end(),
        _ => text,
    }
}

/// Up to where a person goes on in another script, behind a stop of that script: `it failed；如果重试…`, `it failed.（检查错误）`.
pub(super) fn without_other_voice(text: &str) -> &str {
    let is_dense = |c: char| c >= '\u{2e80}';
    if let Some(at) = particle(text) {
        return text.get(..at).unwrap_or(text);
    }
    if let Some(at) = other_letters(text) {
        return text.get(..at).unwrap_or(text);
    }
    let Some((at, stop)) = text.char_indices().find(|(_, c)| is_dense(*c)) else { return text };
    let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
    let parts = matches!(stop, '；' | '，' | '。' | '（') && before.split_whitespace().nth(3).is_some();
    let goes_on = behind.chars().nth(1).is_some_and(|c| is_dense(c) && c.is_alphabetic());
    if parts && goes_on { before.trim_end() } else { text }
}

/// Where a Korean or Japanese sentence goes on right behind a quotation's or sentence's end: `parameter: 'messages'입니다.`
fn particle(text: &str) -> Option<usize> {
    let is_syllable = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{ac00}'..='\u{d7a3}');
    let (at, _) = text.char_indices().find(|(_, c)| *c >= '\u{2e80}')?;
    let (before, behind) = text.split_at_checked(at)?;
    let ends = before.ends_with(['\'', '"', '`', ')', '.', '”']);
    let words = before.split_whitespace().nth(2).is_some();
    (ends && words && behind.starts_with(is_syllable)).then_some(at)
}

/// Where Latin words end with a comma or a stop and somebody goes on in other letters: `404 page not found, а модели …`.
fn other_letters(text: &str) -> Option<usize> {
    let is_other = |c: char| {
        matches!(c, '\u{370}'..='\u{5ff}' | '\u{e00}'..='\u{e7f}' | '\u{1100}'..='\u{11ff}')
            || c >= '\u{2e80}' && c.is_alphabetic()
    };
    let (at, _) = text.char_indices().find(|(_, c)| is_other(*c))?;
    let before = text.get(..at)?;
    let goes_on = text.get(at..)?.chars().filter(|c| is_other(*c)).nth(3).is_some();
    let bare = before.trim_end();
    let stop = bare.strip_suffix([',', '.', ';', '!']).filter(|_| bare.len() < before.len())?;
    // A full stop is the sentence's own.
    let end = if bare.ends_with(['.', '!']) { bare.len() } else { stop.len() };
    let words = before.split_whitespace().filter(|word| word.bytes().any(|b| b.is_ascii_alphabetic()));
    (goes_on && words.count() >= 3).then_some(end)
}

/// Up to the end of what Markdown sets in back quotes and bold, where that was opened before the text.
pub(super) fn up_to_mark(text: &str) -> &str {
    let ends = text
        .match_indices("`**")
        .map(|(at, _)| at)
        // A name that was masked: `***`.
        .filter(|at| text.get(at + 3..).is_none_or(|behind| !behind.starts_with('*')))
        .find(|at| text.get(..*at).is_some_and(|before| before.matches('`').count() % 2 == 0));
    ends.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// A line that is an address and nothing else, below words that do not lead to one.
fn is_address_beside(before: &str, line: &str) -> bool {
    let address =
        (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(char::is_whitespace);
    let last = before.trim_end();
    let leads = [
        ":",
        "：",
        "at",
        "see",
        "to",
        "visit",
        "here",
        "in",
        "read",
        "check",
        "from",
        "of",
        "documentation",
        "docs",
    ];
    address && !leads.iter().any(|word| last.ends_with(word))
}

/// A sentence that has not ended goes on with an object that it quotes.
fn goes_on(before: &str, line: &str) -> bool {
    let open = before.trim_end().ends_with(|c: char| c.is_ascii_lowercase());
    open && (line.starts_with("{\"") || line.starts_with("[{\""))
        && before.split_whitespace().nth(4).is_some()
}

/// A program says behind the error what it does now.
pub(super) fn is_closing(line: &str) -> bool {
    let begins = [
        "Request failed",
        "Giving up",
        "Aborting",
        "Exiting",
        "Stopping",
        "Skipping",
        "Retrying",
        "Done.",
        "exit status",
        "Process finished",
        "goroutine ",
        "Attempt ",
        "How can I",
        "How do I",
        "Any idea",
        "Can you",
        "What ",
        "Thanks",
    ];
    line.chars().count() <= 60 && begins.iter().any(|word| line.trim_start().starts_with(word))
        || is_asked(line)
}

/// A line in which a person asks, in Chinese.
fn is_asked(line: &str) -> bool {
    ["请问", "求", "怎么", "为什么", "有人", "有没有", "大家", "麻烦", "如何", "谢谢", "感谢", "不知道"]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

/// Without what is left of the members behind a message whose object was cut off before it: `… is missing", "type": "x"`.
fn without_members(text: &str) -> &str {
    static MEMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?:["'],?|[,;])\s{0,3}["'](?:type|code|param|status|details|object|request_id)["']?\s?(?::[^\n]*)?$"#,
        )
        .ok()
    });
    let cut = MEMBERS.as_ref().and_then(|p| p.find(text)).map(|found| found.start());
    let said = cut.and_then(|at| text.get(..at)).filter(|said| !said.contains(['{', '"']));
    said.unwrap_or(text)
}

/// Up to what clients write behind the text.
pub(super) fn without_back(text: &str) -> &str {
    // OpenHands counts its tries behind words that are missing.
    if text.starts_with(". Attempt #") {
        return "";
    }
    // `Please retry in 12 s` is the answer's own advice.
    let of_client = |at: &usize| !text.get(..*at).is_some_and(|before| before.trim_end().ends_with("lease"));
    let cut = frames::BACKS.as_ref().and_then(|p| p.find_iter(text).map(|m| m.start()).find(of_client));
    cut.filter(|at| *at > 0).and_then(|at| text.get(..at)).unwrap_or(text)
}

/// The line is set in by one blank below a first line that is not: one speaker goes on.
fn is_indented(text: &str, line: &str) -> bool {
    let one = line.strip_prefix(' ').is_some_and(|bare| bare.starts_with(|c: char| c.is_ascii_uppercase()));
    one && !text.starts_with(' ')
}

/// The next line is another speaker's: its script is another, or the sentence before is whole and short.
fn breaks(before: &str, line: &str) -> bool {
    let is_dense = |c: char| c >= '\u{2e80}';
    let last = before.trim_end().lines().next_back().unwrap_or("");
    let other_script =
        is_asked(line) || line.chars().next().is_some_and(is_dense) && !before.chars().any(is_dense);
    let whole = last.ends_with(['.', '!', '?', '。', '！', '？']);
    // An answer sends its reader on: `Add credits at https://…`.
    let sends = line.starts_with(|c: char| c.is_ascii_uppercase())
        && [
            " at https://",
            " visit https://",
            " to https://",
            " see https://",
            "See https://",
            "Visit https://",
        ]
        .iter()
        .any(|words| line.contains(words));
    // A sentence that ended goes on with a capital; who writes below it in small letters is a person.
    let small = last.ends_with(['.', '!', '。'])
        && last.split_whitespace().nth(3).is_some()
        && line.split_whitespace().nth(3).is_some()
        && line.starts_with(|c: char| c.is_ascii_lowercase())
        && line.split_whitespace().next().is_some_and(|word| word.bytes().all(|b| b.is_ascii_lowercase()));
    // A program prints the same failure once more.
    let printed = line.starts_with("Error: ") && last.ends_with(['.', '!']);
    other_script || small || printed || (whole && last.chars().count() < 60 && !sends)
}

/// The line says once more what the one before it said: a client writes the words, and then the whole error.
fn is_said_again(before: &str, line: &str) -> bool {
    let last = before.trim_end().lines().next_back().unwrap_or("").trim();
    last.split_whitespace().nth(2).is_some() && line.starts_with(last)
}

/// Without a bracket, a quote or Chinese stop that was opened before the text. `[API Error: 401 …]`
pub(super) fn closed(text: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        // `Expected ',' or ']' after`: a bracket that is spoken of.
        let quoted = || {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let behind = text.get(at + 1..).and_then(|t| t.chars().next());
            matches!(
                (before, behind),
                (Some('\''), Some('\'')) | (Some('"'), Some('"')) | (Some('`'), Some('`'))
            )
        };
        match c {
            '】' | '」' | '』'
                if !text.get(..at).is_some_and(|before| before.contains(['【', '「', '『'])) =>
            {
                return text.get(..at).unwrap_or(text).trim_end();
            }
            '）' if !text.get(..at).is_some_and(|before| before.contains(['（', '('])) => {
                return text.get(..at).unwrap_or(text).trim_end();
            }
            '[' | ']' if quoted() => {}
            '[' => depth += 1,
            ']' if depth == 0 => return text.get(..at).unwrap_or(text).trim_end(),
            ']' => depth -= 1,
            _ => {}
        }
    }
    text.trim_end_matches(['；', ';', '，', ',', ' '])
}

/// A print that a terminal wrapped and a form joined again: runs of blanks inside its sentences.
pub(super) fn without_padding(text: String) -> String {
    if !text.contains("    ") {
        return text;
    }
    text.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The sentence that a person quotes at the beginning of `text` and goes on after: `“Incorrect API key: x.”. Moreover, …`.
fn quoted_sentence(text: &str) -> Option<&str> {
    let quotes = [('"', '"'), ('`', '`'), ('“', '”'), ('「', '」'), ('«', '»'), ('\'', '\'')];
    let (open, close) = *quotes.iter().find(|(open, _)| text.starts_with(*open))?;
    let bare = text.get(open.len_utf8()..)?;
    // An apostrophe ends nothing.
    let ends = |(at, _): &(usize, &str)| {
        let behind = bare.get(at + close.len_utf8()..).and_then(|behind| behind.chars().next());
        close != '\'' || behind.is_none_or(|c| !c.is_alphanumeric())
    };
    let (end, _) = bare.match_indices(close).find(ends)?;
    let (inside, after) = bare.split_at_checked(end)?;
    let after = after.get(close.len_utf8()..)?;
    // A whole sentence, and behind it somebody's own words.
    let own = inside.ends_with(['.', '!', '?', '。', '！']) && after.starts_with(' ');
    let after = after.trim_start();
    let goes_on = own || after.is_empty() || after.starts_with(['.', ',', ';', ')', '。', '，']);
    (goes_on && inside.split_whitespace().count() >= 4).then_some(inside.trim())
}

/// Without quotes around the whole.
pub(super) fn unquoted(text: &str) -> &str {
    let mut text = text.trim();
    // The end of what Markdown made bold: its begin was a frame.
    text = text.strip_suffix("**").filter(|bare| !bare.contains("**")).unwrap_or(text);
    for _ in 0..2 {
        text = quoted_sentence(text).unwrap_or(text);
    }
    for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close))
            && !inside.contains([open, close])
        {
            text = inside.trim();
        }
    }
    // A quote that was opened before the text: `error="HTTP 401 …" next=1`.
    match text.split_once("\" ") {
        Some((inside, after)) if !inside.contains('"') && after.contains('=') => inside,
        _ if text.matches('"').count() == 1 => {
            let ends = ["\"", "\".", "\","].iter().find_map(|end| text.strip_suffix(end));
            ends.unwrap_or(text).trim_end()
        }
        _ if text.matches('`').count() == 1 => text.strip_suffix('`').unwrap_or(text).trim_end(),
        _ if text.matches('\'').count() == 1 => text.strip_suffix('\'').unwrap_or(text).trim_end(),
        _ => text,
    }
}
