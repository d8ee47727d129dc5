//! Is it a web page, and what is its title?

use std::sync::LazyLock;

use regex::Regex;

/// How many bytes of a page are searched for its title.
pub(super) const SEARCHED: usize = 64 * 1024;

/// The longest title that is kept, characters.
const LONGEST_TITLE: usize = 300;

/// A pattern of ours; tests compile each of them.
#[expect(clippy::expect_used, reason = "the pattern is a constant that the tests compile")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern compiles")
}

static TITLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<title[^>]{0,200}>(.*?)</title>"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<h1[^>]{0,200}>(.*?)</h1>"));
/// Where Express and its like (finalhandler) write what happened, below a title that says no more than `Error`.
static PRE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)<pre[^>]{0,200}>(.*?)(?:<br>|</pre>)"));
static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[^>]*>"));

/// True when the bytes begin as an HTML page does.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    // The last two: pages of edges that were copied without their head.
    const STARTS: [&str; 9] =
        ["<!doctype html", "<html", "<head", "<body", "<title", "<center", "<h1", "<style", "<div id=\"cf-"];
    let begin = bytes.trim_ascii_start();
    STARTS.iter().any(|s| begin.get(..s.len()).is_some_and(|b| b.eq_ignore_ascii_case(s.as_bytes())))
        || (begin.starts_with(b"<!--")
            && super::head(begin, 4096).windows(5).any(|w| w.eq_ignore_ascii_case(b"<html")))
}

/// True when a text holds a page (a gateway put it into its message).
pub(super) fn holds_page(text: &str) -> bool {
    let head = super::head(text.as_bytes(), SEARCHED);
    head.windows(6).any(|w| {
        w.eq_ignore_ascii_case(b"<html>")
            || w.eq_ignore_ascii_case(b"<html ")
            || w.eq_ignore_ascii_case(b"<title")
    })
}

/// The title of a page, else its first heading: without tags, common entities resolved, white space collapsed.
pub(super) fn title(html: &str) -> Option<String> {
    let says = |title: &String| !title.eq_ignore_ascii_case("error");
    let found = || [&TITLE, &HEADING, &PRE].into_iter().filter_map(|pattern| words(pattern, html));
    found().find(says).or_else(|| found().next())
}

/// The words in the first match of `pattern`.
fn words(pattern: &Regex, html: &str) -> Option<String> {
    let inside = pattern.captures(html)?.get(1)?.as_str();
    let bare = TAG.replace_all(inside, " ");
    let words = entities(&bare).split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(LONGEST_TITLE).collect();
    (!words.is_empty()).then_some(words)
}

fn entities(text: &str) -> String {
    // `&amp;` last, so that `&amp;lt;` does not become a tag.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}
