//! Text that does nothing in the place that it is sent to: no mention, no link, no command, no markup of its own.
//!
//! Where the place has a block of code, the text is put into one and cannot end it. Where it has none (plain text, of which
//! readers make links), a pair of brackets breaks what would be taken for an address, a mention or a ticket.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use crate::case::catalog::Markup;

/// The whole text: the marker, the note, the last lines.
pub(super) fn place(markup: Markup, marker: &str, body: &str, closing: &[String]) -> String {
    let closing = closing.join("\n");
    let lines = |marker: &str, block: &str| {
        let mut text = format!("{marker}\n\n{block}\n");
        if !closing.is_empty() {
            text.push('\n');
            text.push_str(&closing);
            text.push('\n');
        }
        text
    };
    let inside = || lines(marker, body);
    match markup {
        // Code, because a desk may take the id for a reference of its own.
        Markup::Markdown => {
            let closing = closing.lines().map(coded).collect::<Vec<_>>().join("\n");
            let end = if closing.is_empty() { String::new() } else { format!("\n{closing}\n") };
            format!("`{marker}`\n\n{body}\n{end}")
        }
        Markup::Fenced => lines(marker, &format!("```\n{}\n```", unfenced(body))),
        Markup::Textile => lines(marker, &format!("<pre>\n{}\n</pre>", textile(body))),
        Markup::Noformat => {
            format!("{{noformat}}\n{}{{noformat}}\n", inside().replace("{noformat", "{ noformat"))
        }
        Markup::Adf => inside(),
        Markup::Html => {
            let text = html(&inside());
            format!("<pre>{text}</pre>")
        }
        Markup::Slack => lines(marker, &format!("```\n{}\n```", angles(&unfenced(body)))),
        Markup::Plain => lines(marker, &plain(body)),
    }
}

/// What stands behind the colon as code: names of files and headings.
fn coded(line: &str) -> String {
    let Some((words, names)) = line.trim_end_matches('.').split_once(": ") else { return line.to_owned() };
    let names: Vec<String> = names.split(", ").map(|name| format!("`{}`", name.replace('`', "'"))).collect();
    format!("{words}: {}.", names.join(", "))
}

/// Some readers know a fence of three only.
fn unfenced(text: &str) -> String {
    text.replace("```", "'''")
}

/// Redmine's Textile ends or nests its block at these tags, and looks for macros before anything else.
fn textile(text: &str) -> String {
    static TAGS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)<(/?(?:pre|code|kbd|notextile))").ok());
    let text = match &*TAGS {
        Some(tags) => tags.replace_all(text, "< $1").into_owned(),
        None => text.replace('<', "< "),
    };
    unfilled(&text)
}

fn angles(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Zendesk fills in `{{…}}` and `{%…%}` wherever they stand and makes links of ticket numbers.
fn html(text: &str) -> String {
    let text = unfilled(&broken(text, Pattern::Number));
    angles(&text).replace('"', "&quot;").replace('\'', "&#39;")
}

/// Without what a desk fills in or runs: a blank behind each brace that begins `{{` or `{%`, in a row of three or more, too.
pub(super) fn unfilled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut opened = false;
    for c in text.chars() {
        if opened && matches!(c, '{' | '%') {
            out.push(' ');
        }
        out.push(c);
        opened = c == '{';
    }
    out
}

/// Two blanks before each line, so that none is a header, a quotation or a command of a mail gate; no links.
fn plain(text: &str) -> String {
    let text = [Pattern::Scheme, Pattern::Www, Pattern::At, Pattern::Number, Pattern::Designator]
        .into_iter()
        .fold(text.to_owned(), |text, pattern| broken(&text, pattern));
    text.lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("  {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}

/// What readers of plain text make links or mentions of.
#[derive(Clone, Copy)]
pub(super) enum Pattern {
    /// `https://`
    Scheme,
    /// `www.`
    Www,
    /// `@name`, `a@b`
    At,
    /// `#12`
    Number,
    /// `msg12`, `issue 12`: what Roundup calls its items.
    Designator,
}

/// `text` with what `pattern` finds broken by a pair of brackets.
pub(super) fn broken(text: &str, pattern: Pattern) -> String {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"#([0-9])").ok());
    static WWW: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)(www)\.").ok());
    static ITEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(issue|msg|file|user|keyword|query|status|priority)([\t ]*#?[0-9])").ok()
    });
    let with = |found: &LazyLock<Option<Regex>>, by: &str| match &**found {
        Some(found) => found.replace_all(text, by).into_owned(),
        None => text.to_owned(),
    };
    match pattern {
        Pattern::Scheme => text.replace("://", "[:]//"),
        Pattern::At => text.replace('@', "[@]"),
        Pattern::Www => with(&WWW, "$1[.]"),
        Pattern::Number => with(&NUMBER, "#[]$1"),
        Pattern::Designator => with(&ITEM, "$1[]$2"),
    }
}
