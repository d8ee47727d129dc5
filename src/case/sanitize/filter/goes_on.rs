//! Whether a text that a label named goes on in the lines below it.
//!
//! ```text
//! User input: Rewrite this letter:        User input: [prompt: 20 chars]
//! - the harbour of Harriet          ──>   - [prompt: 22 chars]
//! Status: 502                             Status: 502
//! ```

use super::headed;
use super::terse::{Place, is_text};
use crate::case::sanitize::placeholder::{is_placeholder, measure};

/// Bytes of what stands before a text, with the head of a record.
const LONGEST_LABEL: usize = 96;
/// Bytes of a line.
const LONGEST: usize = 2_000;
/// Bytes at the begin of a line in which the name of a value ends.
const HEAD: usize = 24;

/// What a line says of the one below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Told {
    #[default]
    Nothing,
    /// A text that was named stands in it: it may go on.
    GoesOn,
    /// It heads a text.
    Headed,
}

/// What `line`, as it leaves, says of the next one; `before`: what one above said of it.
pub(super) fn told(line: &[u8], before: Told) -> Told {
    // An empty line, and one between the rows of a table.
    if line.iter().all(|b| b"|-: ".contains(b)) {
        return before;
    }
    if may_go_on(line, before != Told::Nothing) {
        return if before == Told::Nothing { Told::GoesOn } else { before };
    }
    if headed::heads(line) { Told::Headed } else { Told::Nothing }
}

/// True where the text that stands in `line`, as it leaves, may go on in the next one; `before`: it is one's text.
fn may_go_on(line: &[u8], before: bool) -> bool {
    let line = line.strip_suffix(b" |").unwrap_or(line);
    if line.last() != Some(&b']') {
        return false;
    }
    let Some(open) = memchr::memmem::rfind(line, b"[prompt: ") else { return false };
    let label = line.get(..open).unwrap_or(&[]);
    let is_last = is_placeholder(&String::from_utf8_lossy(line.get(open..).unwrap_or(&[])));
    let own = label.len() <= 6 && !label.iter().any(u8::is_ascii_alphabetic);
    // A list of a document says something of its own in each item.
    let is_item = lead(line) > 0 || label.len() > LONGEST_LABEL || label.contains(&b'`');
    let is_label = !is_item && (label.ends_with(b": ") || label.ends_with("：".as_bytes()));
    is_last && (is_label || before && own)
}

/// True for a line that says no more than what stands above it `told`: an item of its list, a row of its table, words.
pub(super) fn goes_on(line: &[u8], told: Told) -> bool {
    if told == Told::Nothing || line.len() > LONGEST || line.is_empty() {
        return false;
    }
    let rest = line.get(lead(line)..).unwrap_or(&[]);
    let text = String::from_utf8_lossy(rest);
    let is_item = rest.len() < line.trim_ascii_start().len();
    let of_record = |c: char| {
        c.is_ascii_digit() || matches!(c, '[' | '{' | '<' | '(' | '/' | '"' | '}' | ']' | '=' | '-' | '#')
    };
    // Below a heading a sentence may have any sign in it, but its first words are no name of a value.
    let head = if told == Told::Headed { HEAD } else { text.len() };
    let names = |sign: char| text.char_indices().take_while(|(at, _)| *at < head).any(|(_, c)| c == sign);
    // A level, a stack's line, a field, a name and its value.
    let is_plain = !text.starts_with(of_record)
        && !["at ", "File ", "Traceback", "INFO", "DEBUG", "WARN", "ERROR"]
            .iter()
            .any(|word| text.starts_with(word))
        && !names('=')
        && !names(':')
        && !names('：');
    let is_likely = is_item || told == Told::Headed;
    is_plain && is_text(&text, if is_likely { Place::Likely } else { Place::Weak })
}

/// The line with its text as a length.
pub(super) fn shaped(line: &[u8]) -> Vec<u8> {
    let (lead, rest) = line.split_at_checked(lead(line)).unwrap_or((&[], line));
    let chars = String::from_utf8_lossy(rest.trim_ascii_end()).chars().count();
    [lead, measure("prompt", chars, "chars").as_bytes()].concat()
}

/// The mark of an item or a cell before the text, with the blanks around it.
fn lead(line: &[u8]) -> usize {
    let blanks = line.len() - line.trim_ascii_start().len();
    let rest = line.get(blanks..).unwrap_or(&[]);
    let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    blanks
        + match rest {
            [b'-' | b'*' | b'|', b' ', ..] => 2,
            _ if digits > 0 && matches!(rest.get(digits..), Some([b'.' | b')', b' ', ..])) => digits + 2,
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_words_go_on_and_records_do_not() {
        for line in [
            "- harbour of Harriet",
            "  1. Priya sells the bakery",
            "* Priya burns the invoice",
            "the orchard is gone and so are they",
            "| harbour | Priya sold it |",
        ] {
            assert!(goes_on(line.as_bytes(), Told::GoesOn), "{line}");
            let left = String::from_utf8(shaped(line.as_bytes())).expect("is text");
            assert!(
                left.contains("[prompt: ")
                    && !left.contains("Priya")
                    && !goes_on(left.as_bytes(), Told::GoesOn),
                "{left}"
            );
            assert!(may_go_on(left.trim().as_bytes(), true), "{left}");
        }
        for line in [
            "Status: 502",
            "2025-11-23 10:12:02 INFO Status: 502",
            "- status=502 ms=7",
            "    at com.example.Relay.forward(Relay.java:7)",
            "INFO next call done here now",
            "{\"a\": 1}",
            "upstream connection timed out",
            "- rate limit exceeded",
            "",
        ] {
            assert!(!goes_on(line.as_bytes(), Told::Headed), "{line}");
        }
        for (line, before, want) in [
            ("INFO Prompt: [prompt: 12 chars]", false, true),
            ("用户输入：[prompt: 12 chars]", false, true),
            ("- [prompt: 12 chars]", true, true),
            ("- [prompt: 12 chars]", false, false),
            ("", true, true),
            ("|---|:-:|", true, true),
            ("Prompt: [prompt: 12 chars] |", false, true),
            ("prompt=[prompt: 12 chars] status=502", false, false),
            ("key: [key#1]", false, false),
            ("- The filter: [prompt: 12 chars]", false, false),
            ("Of `a`: [prompt: 12 chars]", false, false),
        ] {
            let before = if before { Told::GoesOn } else { Told::Nothing };
            assert_eq!(told(line.as_bytes(), before) != Told::Nothing, want, "{line}");
        }
    }
}
