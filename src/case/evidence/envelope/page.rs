//! Is it a web page, and what is its title?

/// How many bytes of a page are searched for its title.
pub(super) const SEARCHED: usize = 64 * 1024;

/// The longest title that is kept, characters.
const LONGEST_TITLE: usize = 300;

/// True when the bytes begin as an HTML page does.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    // The last ones: pages of edges that were copied without their head.
    const STARTS: [&str; 12] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<center",
        "<h1",
        "<style",
        "<div id=\"cf-",
        "<link rel=",
        "<meta ",
        "<script",
    ];
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

/// The elements that say what the page is, and what closes each. The last is where Express and its like (finalhandler) write
/// what happened, below a title that says no more than `Error`.
const ELEMENTS: [(&str, &[&str]); 3] =
    [("<title", &["</title>"]), ("<h1", &["</h1>"]), ("<pre", &["<br>", "</pre>"])];

/// Bytes of the attributes of such an element.
const MOST_ATTRIBUTES: usize = 200;

/// The title of a page, else its first heading: without tags, common entities resolved, white space collapsed.
pub(super) fn title(html: &str) -> Option<String> {
    let says = |title: &String| !title.eq_ignore_ascii_case("error");
    let found = || ELEMENTS.into_iter().filter_map(|(open, close)| words(open, close, html));
    found().find(says).or_else(|| found().next())
}

/// The words in the first element that begins with `open` and is closed.
fn words(open: &str, close: &[&str], html: &str) -> Option<String> {
    let words = entities(&without_tags(inside(open, close, html)?));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(LONGEST_TITLE).collect();
    (!words.is_empty()).then_some(words)
}

/// What stands in the first element that begins with `open`.
fn inside<'h>(open: &str, close: &[&str], html: &'h str) -> Option<&'h str> {
    let bytes = html.as_bytes();
    let begins = |at: usize, tag: &str| {
        bytes.get(at..at + tag.len()).is_some_and(|here| here.eq_ignore_ascii_case(tag.as_bytes()))
    };
    for at in memchr::memchr_iter(b'<', bytes).filter(|at| begins(*at, open)) {
        let attributes = bytes.get(at + open.len()..)?;
        let Some(len) = attributes.iter().take(MOST_ATTRIBUTES + 1).position(|b| *b == b'>') else {
            continue;
        };
        let start = at + open.len() + len + 1;
        let mut marks = memchr::memchr_iter(b'<', bytes.get(start..)?).map(|len| start + len);
        // Where nothing closes this one, nothing closes a later one.
        return html.get(start..marks.find(|end| close.iter().any(|tag| begins(*end, tag)))?);
    }
    None
}

/// `text` with a blank in the place of each tag.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        let Some((_, behind)) = tag.split_once('>') else { break };
        out.extend([before, " "]);
        rest = behind;
    }
    out + rest
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
