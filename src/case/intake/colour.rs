//! The colours that a terminal or a log has in its text, taken off.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::wrapping::holds;

/// A control sequence as terminals know it (ECMA-48): colours, what moves the cursor, what clears a line, what brackets a paste.
static SEQUENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("\u{1b}\\[[0-9:;?]{0,20}[A-Za-z~]").ok());

/// `text` without control sequences; `None` where it has none.
pub(super) fn off(text: &str) -> Option<String> {
    if !holds(text, "\u{1b}[") {
        return None;
    }
    Some(SEQUENCE.as_ref()?.replace_all(text, "").into_owned()).filter(|bare| bare.len() < text.len())
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn colours_go_and_words_stay() {
        let table = [
            ("\u{1b}[32mcurl\u{1b}[0m \u{1b}[38:5:3mhttps://h.test\u{1b}[K", Some("curl https://h.test")),
            ("\u{1b}[200~curl https://h.test\u{1b}[201~", Some("curl https://h.test")),
            ("[32mcurl", None),
            ("\u{1b}]0;title\u{7}", None),
        ];
        for (text, bare) in table {
            assert_eq!(off(text).as_deref(), bare, "{text:?}");
        }
    }
}
