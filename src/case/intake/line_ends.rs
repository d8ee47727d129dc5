//! Line ends of other systems and of documents: a carriage return alone, and the separators of Unicode that a word processor and
//! a chat write.

use super::wrapping::holds;

/// `text` with line feeds in their places; `None` where it has none of them.
pub(super) fn off(text: &str) -> Option<String> {
    let separated = holds(text, "\u{2028}") || holds(text, "\u{2029}");
    // Beside line feeds a carriage return is a progress meter's, or stands before one.
    let returned = holds(text, "\r") && !holds(text, "\n");
    if !separated && !returned {
        return None;
    }
    let text = text.replace(['\u{2028}', '\u{2029}'], "\n");
    Some(if returned { text.replace('\r', "\n") } else { text })
}

#[cfg(test)]
mod tests {
    use super::off;

    #[test]
    fn lines_end_with_line_feeds() {
        let table = [
            ("curl https://h.test \\\u{2028}-d x", Some("curl https://h.test \\\n-d x")),
            ("curl https://h.test \\\r-d x\r", Some("curl https://h.test \\\n-d x\n")),
            ("a\r\nb", None),
            ("a", None),
        ];
        for (text, expected) in table {
            assert_eq!(off(text).as_deref(), expected, "{text:?}");
        }
    }
}
