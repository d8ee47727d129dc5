//! A curl command to a [`Draft`], with curl's own meaning of its options.

mod build;
mod fields;
mod forgiven;

use super::command;
use super::flags::{self, Meaning};
use super::secret;
use super::shell::{self, Variables};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::{BodyFile, Deadlines, Draft, Part};

/// What a curl command says.
pub(super) struct Read {
    /// The request, masked.
    pub(super) draft: Draft,
    /// Byte of the text behind the command.
    pub(super) end: usize,
    /// `-w` prints the status below the answer.
    pub(super) prints_status: bool,
    /// The file that holds the body.
    pub(super) body_file: Option<BodyFile>,
    /// Deadlines of `-m` and `--connect-timeout`.
    pub(super) deadlines: Deadlines,
    /// What was noticed.
    pub(super) findings: Vec<Finding>,
}

/// Reads the command whose arguments begin at `from` in `text` (behind the word `curl`).
pub(super) fn read(
    text: &str,
    from: usize,
    in_backticks: bool,
    variables: &Variables,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Read {
    let command = shell::split_any(text, from, variables, in_backticks);
    let piped = command::piped(text, from, variables);
    let piped_below = piped.as_ref().is_some_and(|piped| piped.below);
    // A here-document that a `cat` before the pipe announces stands below the command.
    let end = if piped_below {
        piped.as_ref().map_or(command.end, |p| p.end.max(command.end))
    } else {
        command.end
    };
    let stdin = command.stdin.clone().or_else(|| piped.map(|piped| piped.text));
    let mut parts = Parts { stdin, ..Parts::default() };
    forgiven::oddities(&command, &mut parts.findings);
    parts.take_words(&command.words, ring);
    let whole = !parts.as_query && !parts.is_form && !parts.upload && !parts.head;
    let draft = parts.draft(catalog, ring);
    let Parts { prints_status, deadlines, findings, mut data_files, pieces, .. } = parts;
    // Only where nothing else is in the body.
    let body_file = data_files
        .pop()
        .filter(|_| whole && pieces == 1)
        .map(|file| BodyFile { path: secret::mask_free(&file.path, catalog, ring).0, ..file });
    Read { draft, end, prints_status, body_file, deadlines, findings }
}

/// The command's parts before they make a request.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of curl's own switches")]
struct Parts {
    method: Option<String>,
    urls: Vec<String>,
    headers: Vec<(String, Option<String>)>,
    data: Option<String>,
    data_files: Vec<BodyFile>,
    pieces: usize,
    query: Vec<String>,
    user: Option<String>,
    json: bool,
    as_query: bool,
    head: bool,
    form: Vec<Part>,
    is_form: bool,
    upload: bool,
    prints_status: bool,
    deadlines: Deadlines,
    stdin: Option<String>,
    findings: Vec<Finding>,
}

impl Parts {
    fn take_words(&mut self, words: &[String], ring: &mut KeyRing) {
        let mut words = words.iter().map(String::as_str);
        let mut options = true;
        while let Some(word) = words.next() {
            let go_on = if options && word == "--" {
                options = false;
                true
            } else if let Some(name) = word.strip_prefix("--").filter(|_| options) {
                self.long(name, &mut words, ring)
            } else if let Some(name) = dashed(word).filter(|_| options) {
                self.long(name, &mut words, ring)
            } else if let Some(letters) =
                word.strip_prefix(['-', '–', '—']).filter(|l| options && !l.is_empty())
            {
                self.letters(letters, &mut words, ring)
            } else {
                self.urls.push(word.to_owned());
                true
            };
            if !go_on {
                self.several_commands();
                return;
            }
        }
    }

    fn several_commands(&mut self) {
        self.findings.push(
            Finding::new(
                "several_commands",
                Level::Warning,
                "the paste holds several requests; the first was taken",
            )
            .fix("paste the request that failed alone, if it is another one"),
        );
    }

    /// A long option; false where another request begins.
    fn long<'a>(
        &mut self,
        name: &str,
        words: &mut impl Iterator<Item = &'a str>,
        ring: &mut KeyRing,
    ) -> bool {
        if let Some(flag) = flags::long(name) {
            let value = if flag.takes_value { words.next().unwrap_or("") } else { "" };
            return self.apply(flag.meaning, &format!("--{name}"), value, ring);
        }
        // curl has no `--name=value`; who writes it means the value.
        if let Some((name, value)) = name.split_once('=')
            && let Some(flag) = flags::long(name).filter(|f| f.takes_value)
        {
            self.noticed(
                "option_with_equals",
                Level::Warning,
                &format!("--{name}"),
                "curl takes no value with an equals sign",
            );
            return self.apply(flag.meaning, &format!("--{name}"), value, ring);
        }
        self.unknown(&format!("--{name}"));
        true
    }

    /// Short options, perhaps several in one word (`-sSX POST`, `-XPOST`); false where another request begins.
    fn letters<'a>(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = &'a str>,
        ring: &mut KeyRing,
    ) -> bool {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let Some(flag) = flags::short(letter) else {
                self.unknown(&format!("-{letter}"));
                return true;
            };
            let name = format!("-{letter}");
            if flag.takes_value {
                let joined = rest.as_str();
                let value = if joined.is_empty() { words.next().unwrap_or("") } else { joined };
                return self.apply(flag.meaning, &name, value, ring);
            }
            if !self.apply(flag.meaning, &name, "", ring) {
                return false;
            }
        }
        true
    }

    fn unknown(&mut self, option: &str) {
        let plain = option.len() <= 32 && option.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let shown = if plain || option.chars().count() == 2 { option } else { "--…" };
        self.noticed(
            "option_unknown",
            Level::Warning,
            shown,
            "curl has no such option that is known here; it was left out",
        );
    }

    fn noticed(&mut self, id: &'static str, level: Level, option: &str, message: &str) {
        let place = Place::Option(option.to_owned());
        if !self.findings.iter().any(|f| f.id == id && f.place == place) {
            self.findings.push(Finding::new(id, level, message).at(place));
        }
    }

    /// Applies one option; false where another request begins.
    fn apply(&mut self, meaning: Meaning, option: &str, value: &str, ring: &mut KeyRing) -> bool {
        let is_data =
            matches!(meaning, Meaning::Data | Meaning::DataRaw | Meaning::DataUrlencode | Meaning::Json);
        self.pieces += usize::from(is_data);
        match meaning {
            Meaning::Method => self.method = Some(value.trim().to_ascii_uppercase()),
            Meaning::Header => self.header_line(option, value),
            Meaning::Data => self.data(option, value),
            Meaning::DataRaw => self.join(value),
            Meaning::DataUrlencode => match urlencoded(value) {
                Some(text) => self.join(&text),
                None => self.body_elsewhere(option),
            },
            Meaning::Json => {
                self.json = true;
                if let Some(text) = self.content(option, value) {
                    self.data.get_or_insert_default().push_str(&text);
                }
            }
            Meaning::Get => self.as_query = true,
            Meaning::Head => self.head = true,
            Meaning::Url => self.urls.push(value.to_owned()),
            Meaning::UrlQuery => {
                match value.strip_prefix('+').map(str::to_owned).or_else(|| urlencoded(value)) {
                    Some(text) => self.query.push(text),
                    None => self.body_elsewhere(option),
                }
            }
            Meaning::User => self.user = Some(value.to_owned()),
            Meaning::Bearer => self.headers.push(("Authorization".into(), Some(format!("Bearer {value}")))),
            Meaning::Cookie if value.contains('=') => {
                self.headers.push(("Cookie".into(), Some(value.to_owned())));
            }
            Meaning::Cookie => {
                self.noticed(
                    "cookies_from_file",
                    Level::Warning,
                    option,
                    "the cookies come from a file that is not in the paste",
                );
            }
            Meaning::UserAgent => self.headers.push(("User-Agent".into(), Some(value.to_owned()))),
            Meaning::Referer => self.headers.push(("Referer".into(), Some(value.to_owned()))),
            Meaning::Range => self.headers.push(("Range".into(), Some(format!("bytes={value}")))),
            Meaning::Form => self.form_field(option, value, false),
            Meaning::FormString => self.form_field(option, value, true),
            Meaning::MaxTime => {
                self.deadlines.total_ms = fields::deadline(value).or(self.deadlines.total_ms);
            }
            Meaning::ConnectTimeout => {
                self.deadlines.connect_ms = fields::deadline(value).or(self.deadlines.connect_ms);
            }
            Meaning::Upload => {
                self.upload = true;
                self.body_elsewhere(option);
            }
            Meaning::Follow => self.noticed(
                "redirects_not_followed",
                Level::Warning,
                option,
                "curl followed redirects; here a redirect is shown and not followed",
            ),
            Meaning::Insecure => self.noticed(
                "certificates_checked",
                Level::Warning,
                option,
                "curl did not check the certificate; here it is checked",
            ),
            Meaning::Proxy => {
                hold_password(value, ring);
                self.noticed(
                    "proxy_not_used",
                    Level::Warning,
                    option,
                    "curl used a proxy; the one in the command is not used here",
                );
            }
            Meaning::ProxyUser => hold_user(value, ring),
            Meaning::WriteOut => {
                self.prints_status |= value.contains("http_code") || value.contains("response_code");
            }
            Meaning::NotApplied => self.noticed(
                "option_not_applied",
                Level::Warning,
                option,
                "this option changes what curl sends or where; it is not applied here",
            ),
            Meaning::Ignored => {}
            Meaning::Next => return false,
        }
        true
    }

    /// `Name: value`; `Name;` is an empty header; `Name:` takes out one that curl would add.
    fn header_line(&mut self, option: &str, line: &str) {
        if line.starts_with('@') {
            self.noticed(
                "headers_from_file",
                Level::Warning,
                option,
                "headers come from a file that is not in the paste",
            );
            return;
        }
        let line = line.replace(['\u{200b}', '\u{feff}', '\u{2060}'], "").replace('\u{a0}', " ");
        match line.split_once(':') {
            Some((name, value)) if value.trim().is_empty() => {
                self.headers.push((name.trim().to_owned(), None));
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

    fn data(&mut self, option: &str, value: &str) {
        if let Some(text) = self.content(option, value) {
            self.join(&text);
        }
    }

    /// The text itself, the standard input for `@-`, or nothing for a file.
    fn content(&mut self, option: &str, value: &str) -> Option<String> {
        match value.strip_prefix('@') {
            None => Some(value.to_owned()),
            Some("-") if self.stdin.is_some() => {
                let text = self.stdin.take()?;
                Some(if option == "--data-binary" { text } else { without_line_ends(&text) })
            }
            Some(path) => {
                if !matches!(path, "-" | "") {
                    let joined = !matches!(option, "--data-binary" | "--json");
                    self.data_files.push(BodyFile { path: path.to_owned(), joined });
                }
                self.body_elsewhere(option);
                None
            }
        }
    }

    fn join(&mut self, text: &str) {
        match &mut self.data {
            Some(data) => {
                data.push('&');
                data.push_str(text);
            }
            None => self.data = Some(text.to_owned()),
        }
    }

    fn body_elsewhere(&mut self, option: &str) {
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

    fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }
}

/// `-d` drops the line ends of a file. Between the parts of JSON that makes no difference, and a readable body is kept.
pub(super) fn without_line_ends(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return text.trim_end_matches(['\r', '\n']).to_owned();
    }
    text.replace(['\r', '\n'], "")
}

/// A long option whose two hyphens were made one dash by a text editor.
fn dashed(word: &str) -> Option<&str> {
    word.strip_prefix(['–', '—'])
        .map(|name| name.trim_start_matches('-'))
        .filter(|name| flags::long(name).is_some())
}

/// `--data-urlencode`: `content`, `=content`, `name=content`; `None` for the forms that read a file.
fn urlencoded(value: &str) -> Option<String> {
    let equals = value.find('=');
    if value.find('@').is_some_and(|at| equals.is_none_or(|equals| at < equals)) {
        return None;
    }
    let (name, content) = value.split_once('=').unwrap_or(("", value));
    let encoded = percent_encoded(content);
    Some(if name.is_empty() { encoded } else { format!("{name}={encoded}") })
}

/// Percent-encodes as curl does (all but unreserved characters, a space as `+`); references to secrets stay.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    if secret::has_reference(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn hold_user(user: &str, ring: &mut KeyRing) {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let held = if password.is_empty() { name } else { password };
    if !held.is_empty() && !secret::has_reference(held) {
        secret::hold(ring, SecretKind::Password, held);
    }
}

/// The password of a proxy's URL.
fn hold_password(url: &str, ring: &mut KeyRing) {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    if let Some((userinfo, _)) = authority.rsplit_once('@') {
        hold_user(userinfo, ring);
    }
}
