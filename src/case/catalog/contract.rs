//! The contract as data: what the published API references say of a request, as checks of a small closed language.
//!
//! A check finds something where each of its conditions holds. Code knows how to look; `contract.yaml` knows what for.

use crate::case::pointer;
use std::fmt;
use std::sync::OnceLock;

use regex::Regex;
use serde::de::{Deserialize, Deserializer, Error};

use super::{CatalogError, Page};

/// The content of `contract.yaml`.
#[derive(Debug, Clone, PartialEq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contract {
    /// Providers whose own hosts and keys are easily taken for a gateway's.
    pub providers: Vec<Provider>,
    /// Checks of the body, in the order in which they report.
    pub checks: Vec<Check>,
}

/// A provider of models, as far as its address and keys are published.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Stable id, for example `openai`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Its API's hosts, lower case: the default base URL of its SDKs. A leading `*.` stands for any subdomain.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// How its keys begin and no gateway's do.
    #[serde(default)]
    pub key_prefixes: Vec<String>,
    /// All its keys begin so: another key is refused there.
    #[serde(default)]
    pub only_these: bool,
    /// The page that says so.
    pub source: Page,
}

/// One check.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable id, the id of its finding.
    pub id: CheckId,
    /// Ids of the endpoints that it is for. Empty, and `paths` empty too: every endpoint with a body.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// Paths that it is for beside `endpoints`; `*` stands for anything.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Profiles whose gateways it is for; empty: all.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// How much it matters.
    pub level: Severity,
    /// All must hold. The finding stands at what the first one found.
    pub when: Vec<Condition>,
    /// Where the finding stands instead, as a JSON pointer.
    #[serde(default)]
    pub place: Option<String>,
    /// What is seen and what the source says of it, one sentence without a value of the input.
    pub message: String,
    /// What to write instead.
    pub fix: String,
    /// The page that says so.
    pub source: Page,
    /// Bodies in which the check finds something; the tests run them. A form is written as an object with `"form": true`
    /// and its `parts`; a path other than the first endpoint's, or a header, stands before the body, with a space.
    #[serde(default)]
    pub finds: Vec<String>,
    /// Bodies in which it finds nothing.
    #[serde(default)]
    pub spares: Vec<String>,
}

/// How much a check's finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The source says that such a request is refused.
    Error,
    /// Probably a mistake.
    Warning,
    /// Good to know.
    Info,
}

/// A condition; what is not given is no condition, and a value that a variable stands for satisfies only `present`.
///
/// `at` names the subject. The tests below it are of one value: each that is given must hold for it.
#[derive(Debug, Clone, PartialEq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// JSON pointer from where the condition stands (the body, or what the condition around it found); `*` is every
    /// element of a list; empty: the thing itself.
    pub at: Pointer,
    /// False: nothing (or null) is there. True: something is. The default of a condition with `at` alone.
    pub present: Option<bool>,
    /// The value is of one of these types.
    pub kind: Vec<Kind>,
    /// The value is of none of these types.
    pub kind_not: Vec<Kind>,
    /// The value is one of these scalars.
    pub value: Vec<serde_json::Value>,
    /// The value is a scalar, and none of these.
    pub value_not: Vec<serde_json::Value>,
    /// The number is greater than this.
    pub above: Option<f64>,
    /// The number is less than this.
    pub below: Option<f64>,
    /// More characters, elements or members than this.
    pub longer: Option<usize>,
    /// Fewer characters, elements or members than this.
    pub shorter: Option<usize>,
    /// The text matches.
    pub matches: Pattern,
    /// The text does not match.
    pub matches_not: Pattern,
    /// No text at or below the value matches.
    pub nowhere: Pattern,
    /// The text, read as a data URL, base64 or link, has one of these faults.
    pub payload: Vec<Payload>,
    /// Media types that `payload: [media_type]` accepts.
    pub media: Vec<String>,
    /// The text is not among those at this pointer of the body.
    pub not_among: Option<Pointer>,
    /// Two elements of the list that follow each other have the same text in this member.
    pub neighbours: Option<String>,
    /// These hold too, from the value on.
    pub with: Vec<Condition>,
    /// One of these holds; they stand where this one stands.
    pub any: Vec<Condition>,
    /// The model's name (without a provider before a slash) matches.
    pub model: Pattern,
    /// The model's name does not match.
    pub model_not: Pattern,
    /// A header of this name is there.
    pub header: Option<String>,
    /// No header of this name is there.
    pub no_header: Option<String>,
    /// The body has more bytes than this.
    pub bytes_above: Option<usize>,
    /// True: the body is a form; false: it is JSON.
    pub form: Option<bool>,
}

/// A type of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Null.
    Null,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// A fault of a text that carries or names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Nothing stands behind the comma of the data URL, or nothing at all.
    Empty,
    /// A character that base64 does not have, or `=` in the middle.
    NotBase64,
    /// A space or line end inside the base64.
    Whitespace,
    /// The data URL's media type is none of `media`.
    MediaType,
    /// The first bytes are those of another format than the one that is declared.
    OtherFormat,
    /// The data URL does not say `;base64`.
    NoBase64Mark,
    /// Base64 without `data:…;base64,` before it.
    Bare,
    /// A data URL, where base64 alone belongs.
    DataUrl,
    /// `data:` stands twice.
    Doubled,
    /// The path of a file.
    FilePath,
    /// A link to this machine or a private network.
    LocalUrl,
    /// A link.
    Url,
}

/// The id of a check. It lives as long as the program, as the ids of the findings that code makes do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CheckId(&'static str);

impl CheckId {
    /// The id.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for CheckId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The catalog is read once in a run and kept to its end.
        String::deserialize(deserializer).map(|id| Self(Box::leak(id.into_boxed_str())))
    }
}

/// A JSON pointer whose steps may be `*`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Its steps.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// True for the thing itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if !text.is_empty() && !text.starts_with('/') {
            return Err(D::Error::custom("a JSON pointer begins with a slash"));
        }
        Ok(Self(text.split('/').skip(1).map(pointer::name).collect()))
    }
}

/// A regular expression, or none; compiled at its first use.
#[derive(Clone, Default)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// True where no pattern is given.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True where `text` matches; a broken pattern matches nothing (a test finds it in ours, the reader in a user's).
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| Regex::new(&self.text).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }

    fn check(&self) -> Result<(), String> {
        if self.is_empty() { Ok(()) } else { Regex::new(&self.text).map(|_| ()).map_err(|e| e.to_string()) }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self { text, compiled: OnceLock::new() })
    }
}

impl Contract {
    /// Puts `other` over this one: an entry with a known id replaces it, a new one goes to the end. A check without
    /// `when` takes the check with its id away.
    ///
    /// # Errors
    /// A pattern of a user's check that does not compile, or a source that is no https page.
    pub(super) fn merge(&mut self, file: &str, other: Self) -> Result<(), CatalogError> {
        let first = self.checks.is_empty();
        for provider in other.providers {
            match self.providers.iter_mut().find(|p| p.id == provider.id) {
                Some(old) => *old = provider,
                None => self.providers.push(provider),
            }
        }
        for check in other.checks {
            // Built-in patterns are compiled at their first use; those of a user must be good before they are needed.
            if !first {
                check.sound().map_err(|what| CatalogError { file: file.to_owned(), what })?;
            }
            let known = self.checks.iter().position(|c| c.id == check.id);
            match known {
                Some(at) if check.when.is_empty() => drop(self.checks.remove(at)),
                Some(at) => {
                    if let Some(old) = self.checks.get_mut(at) {
                        *old = check;
                    }
                }
                None if check.when.is_empty() => {}
                None => self.checks.push(check),
            }
        }
        Ok(())
    }
}

impl Provider {
    /// True where `host` is one of its own.
    pub fn is_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|h| match h.strip_prefix('*') {
            Some(end) => host.len() > end.len() && host.ends_with(end),
            None => h == host,
        })
    }
}

impl Check {
    /// True where the check is for an endpoint with this id or a request on this path.
    pub fn is_for(&self, endpoint: Option<&str>, paths: &[&str]) -> bool {
        (self.endpoints.is_empty() && self.paths.is_empty())
            || endpoint.is_some_and(|id| self.endpoints.iter().any(|e| e == id))
            || self.paths.iter().any(|p| paths.iter().any(|path| fits(p, path)))
    }

    /// What is wrong with the check itself.
    fn sound(&self) -> Result<(), String> {
        let id = self.id.as_str();
        if !self.source.url.starts_with("https://") {
            return Err(format!("check {id}: its source is no https page"));
        }
        self.when.iter().try_for_each(|c| c.sound(false)).map_err(|e| format!("check {id}: {e}"))
    }
}

impl Condition {
    fn sound(&self, inside: bool) -> Result<(), String> {
        if inside && self.not_among.is_some() {
            // It reads the whole body once; below another condition it would do so for each of its values.
            return Err("not_among stands at the top only".to_owned());
        }
        [&self.matches, &self.matches_not, &self.nowhere, &self.model, &self.model_not]
            .into_iter()
            .try_for_each(Pattern::check)?;
        self.any.iter().try_for_each(|c| c.sound(inside))?;
        self.with.iter().try_for_each(|c| c.sound(true))
    }
}

/// True where `text` is `pattern`, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let Some(last) = pattern.rsplit('*').next().filter(|_| pattern.contains('*')) else {
        return rest.is_empty();
    };
    let between = pattern.matches('*').count() - 1;
    for part in parts.take(between) {
        let Some((_, tail)) = rest.split_once(part) else { return false };
        rest = tail;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::{Catalog, read_files};

    #[test]
    fn paths_fit_their_patterns() {
        let table = [
            ("/v1/videos", "/v1/videos", true),
            ("/v1/videos", "/v1/videos/x", false),
            ("/v1/videos/*", "/v1/videos/x/content", true),
            ("*/submit/imagine", "/mj-fast/mj/submit/imagine", true),
            ("/kling/*/videos/*", "/kling/v1/videos/text2video", true),
            ("/kling/*/videos/*", "/kling/v1/images/text2video", false),
            ("*:generateContent", "/v1beta/models/g:generateContent", true),
        ];
        for (pattern, path, expected) in table {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn every_check_has_a_page_an_example_and_patterns_that_compile() {
        let catalog = Catalog::built_in();
        let checks = &catalog.contract.checks;
        assert!(checks.len() >= 50, "{}", checks.len());
        for check in checks {
            let id = check.id.as_str();
            check.sound().expect(id);
            assert_eq!(checks.iter().filter(|c| c.id == check.id).count(), 1, "{id} stands twice");
            assert!(!check.finds.is_empty() && !check.spares.is_empty(), "{id} has no examples");
            assert!(!check.when.is_empty() && !check.message.is_empty() && !check.fix.is_empty(), "{id}");
            assert_eq!(check.source.accessed.len(), 10, "{id}: {}", check.source.accessed);
            assert!(
                check.level != Severity::Error || !check.message.contains("deprecated"),
                "{id}: what is deprecated still works"
            );
        }
        for provider in &catalog.contract.providers {
            assert!(provider.source.url.starts_with("https://"), "{}", provider.id);
        }
    }

    #[test]
    fn a_user_replaces_adds_and_takes_away_by_id() {
        let built_in = Catalog::built_in();
        let known = built_in.contract.checks.first().expect("checks").id.as_str();
        let second = built_in.contract.checks.get(1).expect("checks").id.as_str();
        let check = |id: &str, when: &str, url: &str| {
            format!(
                "  - {{id: {id}, level: info, when: {when}, message: m, fix: f, source: {{url: '{url}', accessed: '2026-11-21'}}}}\n"
            )
        };
        let page = "https://wiki.example/contract";
        let text = format!(
            "checks:\n{}{}{}",
            check(known, "[{at: /x}]", page),
            check(second, "[]", page),
            check("house", "[{at: /y}]", page)
        );
        let contract = read_files([("contract.yaml", text.as_str())]).expect("reads").contract;
        let found = |id: &str| contract.checks.iter().find(|c| c.id.as_str() == id);
        assert_eq!(found(known).map(|c| c.message.as_str()), Some("m"));
        assert!(found(second).is_none() && found("house").is_some());
        for broken in [
            check("house", "[{at: /y}]", "http://wiki.example"),
            check("house", "[{at: /y, matches: 'te(a'}]", page),
            check("house", "[{at: y}]", page),
        ] {
            assert!(
                read_files([("contract.yaml", format!("checks:\n{broken}").as_str())]).is_err(),
                "{broken}"
            );
        }
    }
}
