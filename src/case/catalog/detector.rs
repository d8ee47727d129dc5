//! Patterns of secrets and personal data, and the words that tell a secret from an id: `detectors.yaml`, `words.yaml`.

use std::sync::Arc;

use serde::Deserialize;

/// Checks that a detector may name in `condition`; [`Proviso::check`] is one of them or empty.
pub const CHECKS: [&str; 13] = [
    "luhn",
    "iban",
    "china_id",
    "us_ssn",
    "public_ip",
    "random",
    "mixed",
    "personal",
    "money",
    "unexplained",
    "chosen",
    "no_word",
    "price",
];

/// A pattern of a secret or of personal data in free text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "DetectorEntry")]
pub struct Detector {
    /// Stable id.
    pub id: String,
    /// What it finds, one line for people.
    pub what: String,
    /// Kind of placeholder: `key`, `password`, `cookie`, `email`, `ip`, `phone`, `card`, `account`, `amount`, `url`, ….
    pub kind: String,
    /// Pattern in the syntax of the `regex` crate, over bytes; groups `secret` and `secret_too`, where they are, are
    /// what is replaced.
    pub pattern: String,
    /// Lower-case words of which one must stand in the text before the pattern is tried; empty: always tried.
    pub keywords: Vec<String>,
    /// What stands near a keyword wherever the pattern matches: where it does not, the pattern is not tried.
    pub near: Near,
    /// What must hold besides the pattern.
    pub condition: Proviso,
    /// Where the format is published.
    pub source: String,
    /// Date (YYYY-MM-DD) on which the source was read, or the format was last known to be so.
    pub accessed: String,
    /// False where nobody opened the page.
    pub confirmed: bool,
    /// Texts that must match (`…` parts are made at run time by the test; no complete key stands in a file).
    pub matches: Vec<String>,
    /// Texts that must not match.
    pub spares: Vec<String>,
}

/// What stands near the keyword of a detector in every match. It only spares searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Near {
    /// Nothing is known.
    #[default]
    Anything,
    /// Behind it the end of a name, and `:` or `=`.
    Assignment,
    /// Directly behind it, after a quote and blanks at most, `:` or `=`.
    Sign,
    /// Directly behind it a quote.
    ClosingQuote,
    /// Behind it another one of the keywords, within 200 bytes.
    Again,
    /// Behind it 32 hexadecimal digits in a row, within 160 bytes.
    Hexadecimal,
    /// Behind it an `@`, within 512 bytes.
    At,
    /// A quote behind `:`, `=`, `,` and blanks; a quote may close before them.
    Quote,
    /// Before it a `<`, within 32 bytes.
    Tag,
    /// Before it a blank, `_` or `-`; behind it, after blanks at most, a colon.
    Said,
    /// Directly behind it, after an `s` and a blank at most, `:` or `=`, and then a quote.
    QuotedValue,
}

/// What must hold besides a detector's pattern: a check of the value, and words before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proviso {
    /// One of [`CHECKS`], or empty.
    pub check: String,
    /// Lower-case words of which one must stand shortly before the value, at the start of a word; empty: none needed.
    pub context: Vec<String>,
    /// The catalog's words.
    pub words: Arc<Words>,
}

impl Proviso {
    /// The name of the check; empty where there is none.
    pub fn as_str(&self) -> &str {
        &self.check
    }
}

impl PartialEq<&str> for Proviso {
    fn eq(&self, check: &&str) -> bool {
        self.check == *check
    }
}

/// Words that tell a secret from an id, a person's address from a desk's, and money from a count. Lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// What stands before the first `-` or `_` of ids that APIs give out.
    pub id_prefixes: Vec<String>,
    /// Words after which an id, a digest or a build follows.
    pub id_words: Vec<String>,
    /// Words after which a credential follows.
    pub key_words: Vec<String>,
    /// Names before the `@` of addresses that a service publishes for everybody.
    pub role_addresses: Vec<String>,
    /// What stands behind a number that counts something and is no money.
    pub count_units: Vec<String>,
    /// What stands behind a word for a password and is none.
    pub no_secrets: Vec<String>,
}

impl Words {
    /// Adds the words of a further file.
    pub(super) fn add(&mut self, more: Self) {
        for (list, words) in [
            (&mut self.id_prefixes, more.id_prefixes),
            (&mut self.id_words, more.id_words),
            (&mut self.key_words, more.key_words),
            (&mut self.role_addresses, more.role_addresses),
            (&mut self.count_units, more.count_units),
            (&mut self.no_secrets, more.no_secrets),
        ] {
            list.extend(words.into_iter().map(|w| w.to_lowercase()));
        }
    }
}

/// A detector as a file holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetectorEntry {
    id: String,
    #[serde(default)]
    what: String,
    kind: String,
    pattern: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    near: Near,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    context: Vec<String>,
    source: String,
    #[serde(default)]
    accessed: String,
    #[serde(default)]
    confirmed: bool,
    #[serde(default)]
    matches: Vec<String>,
    #[serde(default)]
    spares: Vec<String>,
}

impl From<DetectorEntry> for Detector {
    fn from(entry: DetectorEntry) -> Self {
        let lower = |words: Vec<String>| -> Vec<String> { words.iter().map(|w| w.to_lowercase()).collect() };
        let context = lower(entry.context);
        // Without a word of its context it cannot hold, so that these words are keywords enough.
        let keywords = if entry.keywords.is_empty() { context.clone() } else { lower(entry.keywords) };
        Self {
            id: entry.id,
            what: entry.what,
            kind: entry.kind,
            pattern: entry.pattern,
            keywords,
            near: entry.near,
            condition: Proviso { check: entry.condition, context, words: Arc::default() },
            source: entry.source,
            accessed: entry.accessed,
            confirmed: entry.confirmed,
            matches: entry.matches,
            spares: entry.spares,
        }
    }
}
