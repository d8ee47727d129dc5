//! A note's Markdown as HTML, for the clipboard of web forms that take rich text.
//!
//! Evidence stands in the Markdown as code or plain words already; a template of the operator's may hold anything. So tags that were
//! written as such become text, pictures (which are fetched when they are looked at) their words, and only links to the web stay.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html::push_html};

/// `markdown` as HTML without scripts, pictures and tags of its own.
pub fn html(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() * 2);
    // Links do not stand in one another, so one word says whether the open one was left out.
    let mut is_left_out = false;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            is_left_out = !(dest_url.starts_with("https://") || dest_url.starts_with("http://"));
            (!is_left_out).then_some(event)
        }
        Event::End(TagEnd::Link) if is_left_out => None,
        event => Some(event),
    });
    push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_stays_and_nothing_runs() {
        let table = [
            ("# T\n\n- `a<b` & c", "<h1>T</h1>\n<ul>\n<li><code>a&lt;b</code> &amp; c</li>\n</ul>\n"),
            ("<https://a.example>", "<p><a href=\"https://a.example\">https://a.example</a></p>\n"),
            (
                "```json\n{\"a\": \"</code>\"}\n```",
                "<pre><code class=\"language-json\">{\"a\": \"&lt;/code&gt;\"}\n</code></pre>\n",
            ),
            ("x <script>y</script>", "<p>x &lt;script&gt;y&lt;/script&gt;</p>\n"),
            (
                "[x](javascript:y) [z](/z) [w](https://w.example)",
                "<p>x z <a href=\"https://w.example\">w</a></p>\n",
            ),
            ("![p *q*](https://w.example/p.png)", "<p>p <em>q</em></p>\n"),
        ];
        for (markdown, expected) in table {
            assert_eq!(html(markdown), expected, "{markdown}");
        }
        assert!(html("<div onclick=x>\n\n</div>").starts_with("&lt;div onclick=x&gt;"));
        let note = html(include_str!("../../../tests/golden/unknown-model/note.md"));
        assert!(
            note.starts_with("<h1>") && note.contains("<table>") && note.contains("202611201815000SF0qMS6A")
        );
    }
}
