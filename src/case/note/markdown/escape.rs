//! Text that cannot do anything in Markdown. Rules of `CommonMark` and of the tables and auto-links of GitHub and GitLab.
//!
//! Backslashes do not stop mentions, references or auto-links, which run over the finished text; code does. So running
//! text keeps plain words, and every word that is not plainly one stands as code.

use std::borrow::Cow;

/// Running text on one line.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for word in words(text) {
        let word = word.as_ref();
        let first = out.is_empty();
        if !first {
            out.push(' ');
        }
        let (head, core, tail) = apart(word);
        let lists = core.chars().all(|c| c.is_ascii_digit()) && tail.starts_with(['.', ')', ':']);
        if first && (core.is_empty() || lists) {
            out.push_str(&code(word));
        } else {
            out.push_str(head);
            if core.is_empty() || is_plain(core) {
                out.push_str(core);
            } else {
                out.push_str(&code(core));
            }
            out.push_str(tail);
        }
    }
    if out.is_empty() { "-".to_owned() } else { out }
}

/// Most words of a placeholder such as `[prompt: 312 chars, 2 parts]`.
const PLACEHOLDER: usize = 8;

/// The words of `text`; a placeholder is one of them, whatever blanks it has.
fn words(text: &str) -> Vec<Cow<'_, str>> {
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    let mut rest = text.split(|c: char| c.is_whitespace() || is_break(c)).filter(|w| !w.is_empty());
    while let Some(word) = rest.next() {
        if !word.contains('[') || word.contains(']') {
            words.push(Cow::Borrowed(word));
            continue;
        }
        match rest.clone().take(PLACEHOLDER).position(|w| w.contains(']')) {
            Some(at) => {
                let more: Vec<&str> = rest.by_ref().take(at + 1).collect();
                words.push(Cow::Owned(format!("{word} {}", more.join(" "))));
            }
            None => words.push(Cow::Borrowed(word)),
        }
    }
    words
}

/// A word without the marks around it: `(`, the word, `).`.
fn apart(word: &str) -> (&str, &str, &str) {
    let rest = word.trim_start_matches(['(', '"', '\'']);
    let mut core = rest.trim_end_matches([',', '.', ';', ':', '!', '?', ')', '"', '\'']);
    // A bracket that was opened inside the word stays with it.
    if core.contains('(') && rest.get(core.len()..).is_some_and(|tail| tail.starts_with(')')) {
        core = rest.get(..=core.len()).unwrap_or(core);
    }
    let (head, tail) = (word.len() - rest.len(), word.len() - (rest.len() - core.len()));
    (word.get(..head).unwrap_or(""), core, word.get(tail..).unwrap_or(""))
}

/// A code span.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_break(c) { ' ' } else { visible(c) }).collect();
    if text.trim().is_empty() {
        return "-".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One blank on each side is taken away by readers where both are there.
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    if pad { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

/// A code span inside a table's cell. A bar is escaped; a backslash before it would take the escape away, so a blank
/// stands between them.
pub(super) fn cell(text: &str) -> String {
    code(&text.replace("\\|", "\\ |")).replace('|', "\\|")
}

/// A code block on lines of its own.
pub(super) fn block(text: &str, language: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().map(|c| if c == '\n' || c == '\t' { c } else { visible(c) }).collect();
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let language: String = language.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

/// A link, where `url` is a plain web address; else both as text.
pub(super) fn link(url: &str, title: &str) -> String {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/?#&=%+:@,;".contains(c);
    let plain = rest.is_some_and(|r| !r.is_empty() && r.chars().all(allowed));
    match (plain, title == url) {
        (true, true) => format!("<{url}>"),
        (true, false) => format!("[{}]({url})", self::text(title)),
        (false, true) => code(url),
        (false, false) => format!("{} ({})", self::text(title), code(url)),
    }
}

/// Ends a line for some reader.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters and line separators have no place in a note; the sanitizer takes them out, this is the second net.
fn visible(c: char) -> char {
    if is_break(c) || c.is_control() || is_bidi(c) { '\u{fffd}' } else { c }
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A word that no reader of Markdown takes for more than a word.
fn is_plain(core: &str) -> bool {
    if core.strip_suffix('%').unwrap_or(core).chars().all(|c| c.is_ascii_digit()) {
        return true;
    }
    core.chars().any(char::is_alphabetic)
        && core.starts_with(char::is_alphanumeric)
        && core.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '–' | '…'))
        && !looks_like_reference(core)
}

/// `GH-12` and tickets of other desks; commit hashes.
fn looks_like_reference(word: &str) -> bool {
    let ticket = word.split_once('-').is_some_and(|(head, tail)| {
        !head.is_empty()
            && head.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            && tail.starts_with(|c: char| c.is_ascii_digit())
    });
    let hash = word.len() >= 7
        && word.chars().all(|c| c.is_ascii_hexdigit())
        && word.chars().any(|c| c.is_ascii_digit());
    ticket || hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text() {
        let table = [
            ("Plain words, with (some) marks: yes!", "Plain words, with (some) marks: yes!"),
            ("ask @team about #12 and GH-12", "ask `@team` about `#12` and `GH-12`"),
            ("see https://a.example or www.a.example.", "see `https://a.example` or `www.a.example`."),
            ("mail a@b.example", "mail `a@b.example`"),
            ("<b>bold</b> **x** _y_ max_tokens", "`<b>bold</b>` `**x**` `_y_` `max_tokens`"),
            ("1. first\n- second\n# third", "`1.` first `-` second `#` third"),
            ("50% of 12 calls", "50% of 12 calls"),
            ("in (max_tokens).", "in (`max_tokens`)."),
            ("12) x", "`12)` x"),
            ("made 3. Then", "made 3. Then"),
            ("a`b", "``a`b``"),
            ("seit gestern, 全部失败", "seit gestern, 全部失败"),
            ("deadbeef12 ---", "`deadbeef12` `---`"),
            (
                "and the [prompt: 312 chars, 2 parts], leaked",
                "and the `[prompt: 312 chars, 2 parts]`, leaked",
            ),
            ("(see [prompt: 9 chars])", "(see `[prompt: 9 chars]`)"),
            (
                "open [ and more words than a placeholder has of them, then a late ]",
                "open `[` and more words than a placeholder has of them, then a late `]`",
            ),
            (" \n ", "-"),
        ];
        for (given, expected) in table {
            assert_eq!(text(given), expected, "{given:?}");
        }
    }

    #[test]
    fn spans_cells_blocks_links() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(code("a\nb\u{1b}[31m"), "`a b\u{fffd}[31m`");
        assert_eq!(code(""), "-");
        assert_eq!(cell("a|b\\|c"), "`a\\|b\\ \\|c`");
        assert_eq!(block("x\n````\ny\r```", "json"), "`````json\nx\n````\ny\n```\n`````");
        assert_eq!(block("", "a b`\n"), "```ab\n\n```");
        assert_eq!(link("https://a.example/b#c", "Title"), "[Title](https://a.example/b#c)");
        assert_eq!(link("https://a.example", "https://a.example"), "<https://a.example>");
        assert_eq!(link("javascript:x", "Title"), "Title (`javascript:x`)");
        assert_eq!(link("https://a.example/)x", "a]b"), "`a]b` (`https://a.example/)x`)");
    }
}
