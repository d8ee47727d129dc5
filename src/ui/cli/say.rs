//! Lines on stderr and stdout. A closed pipe is no failure of ours.

use std::io::Write;

use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::sanitize::{Sanitizer, Words};

/// A line for people, on stderr.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
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
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if steers { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c\nd"), "a\\u{1b}[2Jb\\u{202e}c\nd");
    }
}
