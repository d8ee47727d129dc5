//! What was pasted or typed ([`Draft`]), what can be sent ([`Request`]), and the contract checked before anything is
//! sent ([`preflight`]).
//!
//! All texts here are *masked*: a secret stands as its label (`[key#1]`, `[env:NAME]`), see [`crate::case::keyring`].
//! They still hold prompts and are therefore raw: no `Serialize`, and `Debug` shows shapes only.

mod model;
mod part;
mod preflight;
mod target;
mod text;

use std::fmt;

use crate::case::evidence::Attempt;
use crate::case::finding::{Finding, Level, Place};

pub(crate) use part::known_extension;
pub(crate) use preflight::is_placeholder;
pub use preflight::{preflight, preflight_keys};
pub use target::{Target, TargetError};
pub use text::BodyText;

/// Characters of the boundary between the parts of a form, as curl's is long.
pub const BOUNDARY_LENGTH: usize = 46;

/// A header line. The value is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Name as it was written.
    pub name: String,
    /// Value, masked.
    pub value: String,
}

impl Header {
    /// A header line.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// One part of a `multipart/form-data` body (RFC 7578). Texts are masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Field name.
    pub name: String,
    /// What it carries.
    pub content: PartContent,
    /// File name as written: `None` for a file stands for the last part of its path, an empty one for none at all (a
    /// text that is read from a file).
    pub filename: Option<String>,
    /// Media type as written (`image/png`); `None`: not given, see [`Part::sent_media_type`].
    pub media_type: Option<String>,
}

/// What a part carries.
#[derive(Clone, PartialEq, Eq)]
pub enum PartContent {
    /// Text.
    Text(String),
    /// The content of a file on this machine, read when the request is sent.
    File {
        /// Path as written.
        path: String,
        /// Bytes, where the file was looked at.
        bytes: Option<u64>,
    },
}

/// What was pasted or typed, perhaps incomplete.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Method as written; empty: not given.
    pub method: String,
    /// URL as written, masked: absolute, or a path where only that is known; empty: not given.
    pub url: String,
    /// Header lines in order.
    pub headers: Vec<Header>,
    /// Body text, masked; empty: none.
    pub body: BodyText,
    /// Parts of a `multipart/form-data` body, in order; where there are any, `body` is empty.
    pub form: Vec<Part>,
}

/// What can be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, as it goes over the wire: servers tell `post` from `POST`.
    pub method: String,
    /// Where it goes.
    pub target: Target,
    /// Header lines in order, masked.
    pub headers: Vec<Header>,
    /// Body, masked; `None`: none, or `form` is the body.
    pub body: Option<BodyText>,
    /// Parts of a `multipart/form-data` body, in order.
    pub form: Vec<Part>,
}

/// What intake made of a paste.
#[derive(Clone, Default)]
pub struct Intake {
    /// What kind of text it was, in words of ours: `curl`, `httpie`, `http request`, `http file`, `hurl`, `http dump` (a
    /// proxy's), `http response`, `har`, `error text`, `json body`, `nothing`.
    pub kind: &'static str,
    /// The request, as far as the paste has one.
    pub draft: Option<Draft>,
    /// An answer that the paste carries.
    pub observed: Option<Attempt>,
    /// Library or program that wrote the text, a word of ours.
    pub client: Option<String>,
    /// Its version, where the text names it.
    pub client_version: Option<String>,
    /// Model, method or path that only the text names (for a paste without a request).
    pub said: Said,
    /// Deadlines that the command sets.
    pub deadlines: Deadlines,
    /// The file that the command takes its body from, where that is all of the body.
    pub body_file: Option<BodyFile>,
    /// The whole text, where no mark of an error was found in it: raw, as an answer's body is.
    pub bare: Option<String>,
    /// How often the client tried, as far as the text shows it.
    pub tried: Tried,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

/// The tries of one call, as a log shows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tried {
    /// Requests that went out; `None`: the text shows none going out.
    pub attempts: Option<u32>,
    /// Waits between them that the client announced, milliseconds, in order.
    pub waits_ms: Vec<f64>,
}

/// A text file that holds the body of a request (`-d @file`). The path may name a person: no `Debug` of it.
#[derive(Clone, PartialEq, Eq)]
pub struct BodyFile {
    /// Path as written, masked.
    pub path: String,
    /// Line ends are dropped when it is read, as `-d` does and `--data-binary` and `--json` do not.
    pub joined: bool,
}

/// Deadlines that a pasted command sets, milliseconds; `None`: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Until connected.
    pub connect_ms: Option<u64>,
    /// For the whole attempt.
    pub total_ms: Option<u64>,
}

/// Facts on the request that a text without a request still names. Raw.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Method.
    pub method: Option<String>,
    /// Path or URL.
    pub url: Option<String>,
    /// Model.
    pub model: Option<String>,
}

impl Draft {
    /// True when nothing was given.
    pub fn is_empty(&self) -> bool {
        self.method.is_empty()
            && self.url.is_empty()
            && self.headers.is_empty()
            && self.body.is_empty()
            && self.form.is_empty()
    }

    /// True where the body is a form: it has parts, or an empty body under a `multipart/form-data` header.
    pub fn is_form(&self) -> bool {
        let says_so =
            |h: &Header| h.name.eq_ignore_ascii_case("content-type") && part::is_form_type(&h.value);
        !self.form.is_empty() || (self.body.is_empty() && self.headers.iter().any(says_so))
    }

    /// The request that this draft makes; `base` (scheme and host) is used where the URL is a path.
    ///
    /// # Errors
    /// What is missing or cannot be read, with its place. A body that is no JSON is not among it: it can be sent.
    pub fn to_request(&self, base: Option<&str>) -> Result<Request, Box<Finding>> {
        if self.url.trim().is_empty() {
            return Err(Finding::new("url_missing", Level::Error, "there is no URL to send to")
                .at(Place::Url)
                .fix("paste the whole command, or fill in the URL")
                .into());
        }
        if base.is_none() && self.url.trim().starts_with("[env:") {
            return Err(Finding::new(
                "url_from_variable",
                Level::Error,
                "the host stands in a variable whose value is not in the paste",
            )
            .at(Place::Url)
            .fix("set the variable, give the base URL, or write the URL as https://host/v1/…")
            .into());
        }
        let target = Target::parse(self.url.trim(), base).map_err(|e| {
            Finding::new(e.id(), Level::Error, e.to_string())
                .at(Place::Url)
                .fix("write it as https://host/v1/…")
        })?;
        let method = match self.method.trim() {
            "" if self.body.is_empty() && self.form.is_empty() => "GET".to_owned(),
            "" => "POST".to_owned(),
            method => method.to_owned(),
        };
        if !method.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(Finding::new("method_invalid", Level::Error, "the method is not an HTTP method")
                .at(Place::Method)
                .fix("use GET, POST, PUT, PATCH or DELETE")
                .into());
        }
        let body = (!self.body.is_empty()).then(|| self.body.clone());
        Ok(Request { method, target, headers: self.headers.clone(), body, form: self.form.clone() })
    }
}

impl Request {
    /// The first value of header `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }

    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(self.body.as_deref()?).ok()
    }

    /// True when the request asks for a stream: `"stream": true`, or a streaming path.
    pub fn streaming(&self) -> bool {
        self.field("stream").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
            || self
                .json()
                .is_some_and(|json| json.get("stream").and_then(serde_json::Value::as_bool) == Some(true))
            || self.target.path.contains(":streamGenerateContent")
    }

    /// Bytes of the body as it is written here: masked, files as far as they were looked at.
    pub fn body_bytes(&self) -> u64 {
        self.body
            .as_ref()
            .map_or_else(|| part::form_bytes(&self.form, BOUNDARY_LENGTH), |body| body.len() as u64)
    }

    /// Every masked text of the request, for finding references to secrets.
    pub fn masked_texts(&self) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .map(|h| h.value.as_str())
            .chain(self.body.as_deref())
            .chain(self.target.query.iter().map(|(_, value)| value.as_str()))
            .chain(self.target.userinfo.as_deref())
            .chain(std::iter::once(self.target.path.as_str()))
            .chain(self.form.iter().flat_map(Part::masked_texts))
    }
}

impl Part {
    /// Every masked text of the part.
    pub fn masked_texts(&self) -> impl Iterator<Item = &str> {
        let content = match &self.content {
            PartContent::Text(text) => text.as_str(),
            PartContent::File { path, .. } => path.as_str(),
        };
        [self.name.as_str(), content]
            .into_iter()
            .chain(self.filename.as_deref())
            .chain(self.media_type.as_deref())
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.content {
            PartContent::Text(_) => "text",
            PartContent::File { .. } => "file",
        };
        write!(f, "Part({what}, {:?} bytes)", self.masked_texts().map(str::len).sum::<usize>())
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({}: {} bytes)", self.name, self.value.len())
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Draft({}, url {} bytes, {} headers, body {} bytes, {} parts)",
            self.method,
            self.url.len(),
            self.headers.len(),
            self.body.len(),
            self.form.len()
        )
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Request({} {:?}, {} headers, body {:?} bytes, {} parts)",
            self.method,
            self.target,
            self.headers.len(),
            self.body.as_deref().map(str::len),
            self.form.len()
        )
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intake({}, {:?}, {:?}, {:?})", self.kind, self.draft, self.observed, self.findings)
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Said(model: {})", self.model.is_some())
    }
}
