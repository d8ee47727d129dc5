//! JSON with one member on a line. Every value stays as it was written: no number is rounded, no escape resolved.

use serde::de::IgnoredAny;

use super::{Kind, Lexer};

/// `text` with one member on a line, two blanks deep; `None` where it is no JSON.
pub fn tidy(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut out = String::with_capacity(text.len().saturating_mul(5) / 4);
    let mut depth = 0_usize;
    let mut tokens = Lexer::new(text).peekable();
    while let Some(token) = tokens.next() {
        let written = text.get(token.start..token.end).unwrap_or_default();
        match (token.kind, written) {
            (Kind::Open, _) => {
                out.push_str(written);
                if let Some(close) = tokens.next_if(|next| next.kind == Kind::Close) {
                    out.push_str(text.get(close.start..close.end).unwrap_or_default());
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            (Kind::Close, _) => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push_str(written);
            }
            (Kind::Mark, ":") => out.push_str(": "),
            (Kind::Mark, _) => {
                out.push_str(written);
                line(&mut out, depth);
            }
            _ => out.push_str(written),
        }
    }
    Some(out)
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_were_written() {
        let table = [
            (
                r#"{"a":[1.0,12345678901234567890123,"\u00e4"],"b":{},"c":[ ]}"#,
                Some(
                    "{\n  \"a\": [\n    1.0,\n    12345678901234567890123,\n    \"\\u00e4\"\n  ],\n  \"b\": {},\n  \"c\": []\n}",
                ),
            ),
            (" [\n] ", Some("[]")),
            ("7", Some("7")),
            ("{\"a\":}", None),
            ("", None),
        ];
        for (text, wanted) in table {
            let tidied = tidy(text);
            assert_eq!(tidied.as_deref(), wanted, "{text}");
            if let Some(tidied) = tidied {
                assert_eq!(tidy(&tidied).as_ref(), Some(&tidied), "tidy twice is tidy once");
            }
        }
    }
}
