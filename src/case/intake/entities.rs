//! A command or curl's `-v` as a page's source or a mail's has it, where `&`, `<` and `>` alone stand as entities: what is in
//! an element of code, or what a shell or curl itself would have written so. A body may hold entities of its own.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::wrapping::holds;
use super::{command, http};

/// An element that holds code, and what stands in it.
static ELEMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?is)<(?:pre|code)\b[^>]{0,300}>.*</(?:code|pre)>").ok());

/// The marks within such an element that are no text of it.
static TAG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)</?(?:pre|code|span|a|b|i|em|strong)\b[^>]{0,300}>").ok());

/// What breaks a line there.
static BREAK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)<br ?/?>\n?").ok());

/// The words of a shell that hold one of the three: a here-document, a redirection, a second command.
static SHELL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)&lt;&lt;-? ?['"]?\w+['"]? *\r?$|&lt;&lt;&lt; ?['"$]| &amp;&amp; |[12]&gt;|&gt;&amp;[12]| &gt; ?/dev/null"#).ok()
});

/// `text` with its characters as they were; `None` where its entities are its own.
pub(super) fn off(text: &str) -> Option<String> {
    if !["&lt;", "&gt;", "&amp;"].iter().any(|entity| holds(text, entity)) {
        return None;
    }
    if let Some(found) = ELEMENT.as_ref()?.find(text)
        && let Some(inside) = of_element(found.as_str())
    {
        let (before, after) = (text.get(..found.start())?, text.get(found.end()..)?);
        return Some(format!("{before}\n{inside}\n{after}"));
    }
    let is_shell = || {
        !text.contains(['<', '>'])
            && SHELL.as_ref().is_some_and(|shell| shell.is_match(text))
            && shows_command(text)
    };
    let is_curl =
        || text.lines().any(|line| line.strip_prefix("&gt; ").is_some_and(http::starts_with_request_line));
    (is_curl() || is_shell()).then(|| command::of_entities(text))
}

fn of_element(element: &str) -> Option<String> {
    let broken = BREAK.as_ref()?.replace_all(element, "\n");
    let bare = TAG.as_ref()?.replace_all(&broken, "");
    // What is not written as an entity there is the command's own.
    if bare.contains(['<', '>']) {
        return None;
    }
    let plain = command::of_entities(&bare);
    (shows_command(&plain) || http::is_verbose(&plain)).then_some(plain)
}

fn shows_command(text: &str) -> bool {
    command::find(text, 0).is_some_and(|found| !found.in_prose)
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn entities_of_a_page_are_characters() {
        let table = [
            (
                "<pre><code class=\"x\">curl https://h.test -d '&lt;b&gt; &amp;amp; c'</code></pre>",
                Some("\ncurl https://h.test -d '<b> &amp; c'\n"),
            ),
            (
                "<pre><span class=\"k\">curl</span> https://h.test \\<br>-d 'a &amp; b'</pre>",
                Some("\ncurl https://h.test \\\n-d 'a & b'\n"),
            ),
            (
                "curl https://h.test -d @- &lt;&lt;'E'\n1 &amp; 2\nE",
                Some("curl https://h.test -d @- <<'E'\n1 & 2\nE"),
            ),
            ("cd x &amp;&amp; curl https://h.test", Some("cd x && curl https://h.test")),
            ("&gt; GET /v1 HTTP/1.1\n&gt;\n&lt; HTTP/1.1 400", Some("> GET /v1 HTTP/1.1\n>\n< HTTP/1.1 400")),
            // Bodies with entities of their own.
            ("curl https://h.test -d '{\"a\":\"x &amp; y &lt;b&gt;\"}'", None),
            ("curl https://h.test -d '<pre>a &amp; b</pre>'", None),
            ("curl https://h.test -d @- <<E\n&lt;\nE", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text}");
        }
    }
}
