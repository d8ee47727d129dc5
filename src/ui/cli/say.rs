//! Lines on stderr and stdout. A closed pipe is no failure of ours.

use std::io::{IsTerminal, Write};

use crossterm::terminal;
use unicode_width::UnicodeWidthStr;

use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::sanitize::{Sanitizer, Words};

/// A line for people, on stderr. On a terminal it is broken between words.
pub(super) fn line(text: &str) {
    let text = harmless(text);
    let columns =
        if std::io::stderr().is_terminal() { terminal::size().map_or(0, |(columns, _)| columns) } else { 0 };
    let _ = writeln!(std::io::stderr().lock(), "{}", broken(&text, usize::from(columns)));
}

/// `text` with lines of at most `columns`, where words allow it; what goes on begins as far in as its line. 0: as it is. A word
/// that is longer (an address, a path) stays whole, so that it can be copied.
fn broken(text: &str, columns: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if columns == 0 || line.width() <= columns {
            out.push_str(line);
            continue;
        }
        let words = line.trim_start_matches(' ');
        let blanks = line.len() - words.len();
        out.extend(std::iter::repeat_n(' ', blanks));
        let mut used = blanks;
        for (at, word) in words.split(' ').enumerate() {
            let width = word.width();
            if at > 0 && used + 1 + width > columns {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', blanks.min(columns / 2)));
                used = blanks.min(columns / 2);
            } else if at > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += width;
        }
    }
    out
}

/// A question, on stderr; the answer stands on the same line.
pub(super) fn prompt(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{} ", harmless(text));
    let _ = err.flush();
}

/// An error, on stderr. It may repeat an argument, and what stands there may be a key that was meant for another place.
pub(super) fn error(text: &str) {
    line(&format!("casefile: {}", without_secrets(text)));
}

/// `text` with what looks like a secret replaced.
pub(super) fn without_secrets(text: &str) -> String {
    let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
    let words = Words { notes: text.to_owned(), ..Words::default() };
    Sanitizer::new(&catalog, &ring).words(&words).notes.to_string()
}

/// The output itself, on stdout, byte for byte, ended by a newline.
pub(super) fn output(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(end)).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// `text` with control characters and bidi marks shown escaped: evidence must not steer the terminal.
pub(super) fn harmless(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Text of ASCII, which most of it is, is taken in runs.
    while let Some(c) = rest.chars().next() {
        let plain = plain_ascii(rest.as_bytes());
        let len = if plain > 0 { plain } else { c.len_utf8() };
        let (run, behind) = rest.split_at(len);
        if plain == 0 && steers(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push_str(run);
        }
        rest = behind;
    }
    out
}

/// How many bytes at the beginning of `text` are printable ASCII or line ends.
fn plain_ascii(text: &[u8]) -> usize {
    let is_plain = |b: &u8| matches!(b, b' '..=b'~' | b'\n');
    // Without a way out within a block the compiler looks at many bytes at once.
    let blocks =
        text.chunks_exact(32).take_while(|block| block.iter().fold(true, |all, b| all & is_plain(b)));
    let at = blocks.count() * 32;
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| !is_plain(b)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::{broken, harmless};

    #[test]
    fn lines_are_broken_between_words() {
        let table = [
            ("one two three", 7, "one two\nthree"),
            ("one two three", 0, "one two three"),
            ("  one two three", 7, "  one\n  two\n  three"),
            ("see https://host.example/a/long/path now", 10, "see\nhttps://host.example/a/long/path\nnow"),
            ("a bc\n\nc d e", 3, "a\nbc\n\nc d\ne"),
        ];
        for (text, columns, wanted) in table {
            assert_eq!(broken(text, columns), wanted, "{text:?}");
        }
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd"), "a\\u{1b}[2Jb\\u{202e}c\nd");
    }
}
