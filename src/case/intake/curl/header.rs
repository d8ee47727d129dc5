//! The headers of `-H`.

use super::Parts;
use crate::case::finding::Level;
use crate::case::intake::secret;

impl Parts<'_> {
    /// `Name: value`; `Name;` is an empty header; `Name:` takes out one that curl would add.
    pub(super) fn header_line(&mut self, option: &str, line: &str) {
        if let Some(path) = line.strip_prefix('@') {
            let text = if path == "-" { self.stdin.take() } else { self.file(path) };
            if let Some(text) = text {
                for line in text.lines().filter(|line| !line.starts_with('@')) {
                    self.header_line(option, line);
                }
                return;
            }
            self.noticed(
                "headers_from_file",
                Level::Warning,
                option,
                "headers come from a file that is not in the paste",
            );
            return;
        }
        let line = line.replace(['\u{200b}', '\u{feff}', '\u{2060}'], "").replace('\u{a0}', " ");
        if is_reference(line.trim()) {
            self.noticed(
                "header_unknown",
                Level::Warning,
                option,
                "a whole header comes from a variable whose value is not in the paste; it was left out",
            );
            return;
        }
        match at_colon(&line) {
            Some((name, value)) if value.trim().is_empty() => {
                self.headers.push((name.trim().to_owned(), None));
            }
            Some((name, value)) if self.is_header_fault(option, name, value) => {
                self.headers.push((name.trim().to_owned(), Some(value.trim().to_owned())));
            }
            Some((name, value)) => self.headers.push((name.trim().to_owned(), Some(value.trim().to_owned()))),
            None => match line.trim().strip_suffix(';') {
                Some(name) => self.headers.push((name.trim().to_owned(), Some(String::new()))),
                None if line.trim().is_empty() => {}
                None => self.noticed(
                    "header_without_colon",
                    Level::Warning,
                    option,
                    "a header has no colon; curl does not send it, and it was left out",
                ),
            },
        }
    }

    /// Tells what curl sends as it stands and servers refuse: a blank around the name, a line end in the value.
    fn is_header_fault(&mut self, option: &str, name: &str, value: &str) -> bool {
        let blank = name.trim() != name;
        let broken = value.contains(['\r', '\n']);
        if blank {
            self.noticed(
                "header_name_with_blank",
                Level::Warning,
                option,
                "the name of a header has a blank before it or before its colon; curl sends it so, and most servers refuse that or \
                 take it as part of another header. It was taken out here",
            );
        }
        if broken {
            self.noticed(
                "header_with_line_end",
                Level::Warning,
                option,
                "the value of a header holds a line end; curl sends what stands behind it as a line of its own, and one at its end \
                 ends the head, so that the rest is lost",
            );
        }
        blank || broken
    }
}

/// `line` cut at its colon; that of a reference (`[env:NAME]`) is none.
fn at_colon(line: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + line.get(from..)?.find(':')?;
        let (before, behind) = (line.get(..at)?, line.get(at + 1..)?);
        match behind.find(']').filter(|_| before.ends_with("[env")) {
            Some(len) => from = at + 1 + len,
            None => return Some((before, behind)),
        }
    }
}

/// Whether `text` is one reference and nothing else.
fn is_reference(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inside.is_some_and(|inside| !inside.contains(['[', ']'])) && secret::has_reference(text)
}
