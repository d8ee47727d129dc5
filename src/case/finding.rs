//! Something the tool noticed in what the operator gave, with a place. A finding never stops anything.

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Probably a mistake, or it changes what is reproduced.
    Warning,
    /// The request cannot work, or cannot be sent, as it stands.
    Error,
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The input as a whole.
    Whole,
    /// Bytes `start..end` of the pasted text.
    Span {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// The method.
    Method,
    /// The URL, its base or its path.
    Url,
    /// A header, by name.
    Header(String),
    /// The body: line and column count from 1; `path` is a JSON pointer where one is known, else empty.
    Body {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// JSON pointer, for example `/messages/0/role`.
        path: String,
    },
    /// A field of a form, by name.
    Field(String),
    /// A command line option, for example `-k`.
    Option(String),
}

/// A published page that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its URL.
    pub url: String,
    /// Date (YYYY-MM-DD) on which it was read, or cited where it is not confirmed.
    pub accessed: String,
    /// False where nobody read the page for this finding: it is cited by others, or known in general.
    pub confirmed: bool,
}

impl Source {
    /// When it was read, in words: `read 2026-11-21`, or `as of 2026-06-18, not confirmed`.
    pub fn seen(&self) -> String {
        if self.confirmed {
            format!("read {}", self.accessed)
        } else {
            format!("as of {}, not confirmed", self.accessed)
        }
    }
}

/// Something noticed, where, and what to do about it. Texts are ours: they never quote a value of the input, so a
/// finding may be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable name, for example `base_url_without_v1`.
    pub id: &'static str,
    /// How much it matters.
    pub level: Level,
    /// Where it stands.
    pub place: Place,
    /// What was noticed, one sentence.
    pub message: String,
    /// What to do next, one sentence; empty where there is nothing to do.
    pub fix: String,
    /// Where it is published; `None` where the input itself shows it (a syntax error, a missing URL).
    pub source: Option<Box<Source>>,
    /// Bytes of the pasted text that it is about, first and one past the last; `None`: all of it.
    pub span: Option<(usize, usize)>,
}

impl Finding {
    /// A finding with its message; the place is the whole input and there is no fix until set.
    pub fn new(id: &'static str, level: Level, message: impl Into<String>) -> Self {
        Self {
            id,
            level,
            place: Place::Whole,
            message: message.into(),
            fix: String::new(),
            source: None,
            span: None,
        }
    }

    /// The same finding at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same finding with what to do next.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// The same finding with the page that says so; `confirmed` where somebody read it on that date.
    #[must_use]
    pub fn source(mut self, url: &str, accessed: &str, confirmed: bool) -> Self {
        self.source =
            Some(Box::new(Source { url: url.to_owned(), accessed: accessed.to_owned(), confirmed }));
        self
    }
}
