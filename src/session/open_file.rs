//! A file that the operator opens: by its path on the screen, or by a path that a terminal pastes when a file is dropped
//! on it.

use secrecy::{ExposeSecret, SecretString};

use super::{Effect, FileTrouble, Paths, Session};
use crate::case::finding::Level;
use crate::case::intake::percent_decoded;

/// Longest path, bytes.
const LONGEST: usize = 4096;

impl Session {
    /// Asks for the file at `path`, written as an operator or a terminal writes it.
    pub(super) fn open_requested(path: &str) -> Vec<Effect> {
        let path = dropped_path(path).unwrap_or_else(|| path.trim().to_owned());
        vec![Effect::OpenFile { paths: Paths(vec![path]), pasted: None }]
    }

    /// The effect that opens the file whose path alone was pasted; `None` where `text` is anything else.
    pub(super) fn dropped(text: &str) -> Option<Vec<Effect>> {
        let path = dropped_path(text)?;
        Some(vec![Effect::OpenFile { paths: Paths(vec![path]), pasted: Some(text.to_owned()) }])
    }

    /// The text of the file is a new paste. A path that leads nowhere was perhaps no path: then `pasted` is.
    pub(super) fn file_opened(
        &mut self,
        read: Result<SecretString, FileTrouble>,
        pasted: Option<&str>,
    ) -> Vec<Effect> {
        match (read, pasted) {
            (Ok(text), _) => self.take_paste(text.expose_secret()),
            (Err(FileTrouble::Missing), Some(text)) => self.take_paste(text),
            (Err(trouble), _) => {
                self.say(Level::Error, format!("the file was not opened: {}", trouble.in_words()));
                Vec::new()
            }
        }
    }
}

/// The path that `text` is: one line that begins as a path does, in quotes, with backslashes before its blanks, or as a
/// `file://` address. Paths of a request (`/v1/models`) look alike: the file system decides.
fn dropped_path(text: &str) -> Option<String> {
    let line = text.trim();
    if line.is_empty() || line.len() > LONGEST || line.contains(['\n', '\r', '\0']) {
        return None;
    }
    let quoted = [('\'', '\''), ('"', '"')]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    let (bare, in_quotes) = quoted.map_or((line, false), |inner| (inner, true));
    if let Some(rest) = bare.strip_prefix("file://") {
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        return path.starts_with('/').then(|| percent_decoded(path));
    }
    let drive = matches!(bare.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let begins = drive || ["/", "~/", "./", "../"].iter().any(|start| bare.starts_with(start));
    if !begins || bare.contains("://") {
        return None;
    }
    if in_quotes || drive {
        return Some(bare.to_owned());
    }
    let mut path = String::new();
    let mut characters = bare.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => path.extend(characters.next()),
            c if c.is_whitespace() => return None,
            c => path.push(c),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_other_pastes() {
        let table = [
            ("/home/me/failed.har", Some("/home/me/failed.har")),
            (" /home/me/a\\ b.har \n", Some("/home/me/a b.har")),
            ("'/home/me/a b.har'", Some("/home/me/a b.har")),
            ("\"C:\\Users\\me\\a b.har\"", Some("C:\\Users\\me\\a b.har")),
            ("file:///home/me/a%20b.har", Some("/home/me/a b.har")),
            ("~/x.sh", Some("~/x.sh")),
            ("./x.sh", Some("./x.sh")),
            ("curl https://h/", None),
            ("https://h/x", None),
            ("/a b c", None),
            ("/a\n/b", None),
            ("HTTP/1.1 200 OK", None),
            ("{\"a\":1}", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(dropped_path(text).as_deref(), expected, "{text:?}");
        }
    }
}
