//! The body that `-d`, `--data-urlencode` and `-T` make.

use std::borrow::Cow;

use super::{Parts, percent_encoded};
use crate::case::finding::{Finding, Level, Place};
use crate::case::intake::flags::Meaning;
use crate::case::intake::secret;
use crate::case::request::BodyFile;

impl Parts<'_> {
    /// `-d` and its kin. The texts of several are joined: by `&`, those of `--json` by nothing.
    pub(super) fn data(&mut self, meaning: Meaning, option: &str, value: Cow<'_, str>) {
        self.json |= meaning == Meaning::Json;
        let raw = meaning == Meaning::DataRaw || !value.starts_with('@');
        let text = if raw { Some(value.into_owned()) } else { self.content(option, &value) };
        if let Some(text) = text {
            self.join(if meaning == Meaning::Json { "" } else { "&" }, text);
        }
    }

    /// The text itself, the standard input for `@-`, or nothing for a file.
    pub(super) fn content(&mut self, option: &str, value: &str) -> Option<String> {
        match value.strip_prefix('@') {
            None => Some(value.to_owned()),
            Some("-") if self.stdin.is_some() => {
                let text = self.stdin.take()?;
                Some(if matches!(option, "--data-binary" | "--json") {
                    text
                } else {
                    without_line_ends(&text)
                })
            }
            Some(path) => {
                let binary = matches!(option, "--data-binary" | "--json");
                if let Some(text) = self.file(path) {
                    return Some(if binary { text } else { without_line_ends(&text) });
                }
                let path =
                    if path == "-" { self.stdin_file.clone().unwrap_or_default() } else { path.to_owned() };
                if !path.is_empty() && !path.starts_with("<(") {
                    self.data_files.push(BodyFile { path, joined: !binary });
                }
                self.body_elsewhere(option);
                None
            }
        }
    }

    /// Puts `text` behind the data that is there, with `joint` between them.
    pub(super) fn join(&mut self, joint: &str, text: String) {
        match &mut self.data {
            Some(data) => data.extend([joint, &text]),
            None => self.data = Some(text),
        }
    }

    /// `--data-urlencode`: `content`, `=content`, `name=content`, `@file`, `name@file`; `None` where a file is not to be
    /// had. An equals sign anywhere goes before an at sign, as in curl's own reader.
    pub(super) fn urlencoded(&mut self, value: &str) -> Option<String> {
        let (name, content) = match (value.split_once('='), value.split_once('@')) {
            (Some((name, content)), _) => (name, content.to_owned()),
            (None, Some((name, "-"))) => (name, self.stdin.take()?),
            (None, Some((name, path))) => (name, self.file(path)?),
            (None, None) => ("", value.to_owned()),
        };
        let encoded = percent_encoded(&content);
        if secret::has_reference(&content) {
            self.noticed(
                "value_not_encoded",
                Level::Warning,
                "--data-urlencode",
                "curl encodes the value of the variable; here it is put in as it is",
            );
        }
        Some(if name.is_empty() { encoded } else { format!("{name}={encoded}") })
    }

    /// `-T`: a file's text as the body; its name goes behind an address that ends in a slash.
    pub(super) fn upload(&mut self, option: &str, value: &str) {
        self.upload = true;
        let text = if matches!(value, "-" | ".") { self.stdin.take() } else { self.file(value) };
        match &text {
            Some(text) if self.uploads.is_empty() => self.data = Some(text.clone()),
            Some(_) => {}
            None => self.body_elsewhere(option),
        }
        let name = value.rsplit(['/', '\\']).next().filter(|_| !matches!(value, "-" | "."));
        self.uploads.push(super::Upload { name: name.map(str::to_owned), text });
    }

    pub(super) fn body_elsewhere(&mut self, option: &str) {
        self.data.get_or_insert_default();
        let place = Place::Option(option.to_owned());
        if !self.findings.iter().any(|f| f.id == "body_from_file" && f.place == place) {
            self.findings.push(
                Finding::new(
                    "body_from_file",
                    Level::Warning,
                    "the body comes from a file or form that is not in the paste",
                )
                .at(place)
                .fix("put the body in yourself, or write down what it holds"),
            );
        }
    }
}

/// `-d` drops the line ends of a file, and bytes of zero.
pub(in crate::case::intake) fn without_line_ends(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], "")
}
