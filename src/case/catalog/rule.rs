//! One classification rule: when it holds, and what it then says.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use super::Needles;
use super::needle::Part;
use super::needle::is_of_bytes;
use super::tried::Tried;
use crate::case::pattern::LARGEST;
use crate::case::vocabulary::{
    EnvelopeKind, FailureClass, Fallback, Layer, OperatorAction, Owner, RetryVerdict, TaskState,
    TransportKind, UnpackEnd,
};

/// An ordered rule of `assets/catalog/rules/*.yaml`. The first in the file order wins among rules of equal rank; the
/// built-in files stand in the order of [`FailureClass`], so that the class order decides, and a user's rules stand
/// before them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, shown to people as the reason.
    pub id: String,
    /// How much the rule weighs; absent: by its most specific condition.
    #[serde(default)]
    pub rank: Option<Rank>,
    /// All conditions that are given must hold.
    pub when: When,
    /// What follows.
    pub then: Then,
    /// What holds beside, whichever rule decides.
    #[serde(default)]
    pub also: Also,
    /// One sentence in words of ours: why this is concluded. It never quotes the input.
    pub because: String,
    /// Where the fact stands.
    pub source: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// False where the fact is inferred.
    #[serde(default)]
    pub confirmed: bool,
    /// Failures that this rule must decide; the tests run them.
    #[serde(default)]
    pub examples: Vec<Example>,
}

/// How specific a rule is, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// An exact code.
    Code,
    /// The words of a message or title.
    Message,
    /// The type of the error.
    Type,
    /// The status, the shape, the stream or the transport.
    Status,
    /// The name of a client's exception.
    Exception,
    /// What words make likely, asked only where no other rule holds. Never the rank of a rule that does not say so.
    Hint,
}

/// Conditions; an empty list or `None` is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// HTTP statuses, single (`404`) or ranges (`500-599`); `none`: no status is known (a client's text, or no answer);
    /// `inside`: an error inside a 2xx that names no status itself.
    pub status: Vec<String>,
    /// Envelope kinds.
    pub envelope: Vec<EnvelopeKind>,
    /// Layers that answered.
    pub layer: Vec<Layer>,
    /// `error.code` (or the inner one), any of, whatever its case; a trailing `*` is a prefix, a
    /// leading one a suffix, both a part of it.
    pub code: Vec<String>,
    /// `error.type`, any of, whatever its case; a trailing `*` is a prefix.
    #[serde(rename = "type")]
    pub kind: Vec<String>,
    /// `error.param`, exact, any of.
    pub param: Vec<String>,
    /// Regular expressions over `error.message` (and the inner message), case-insensitive, any of.
    pub message: Patterns,
    /// Of these none may match the message.
    pub unless_message: Patterns,
    /// Regular expressions over the body as it came (its first part), case-insensitive, any of: for what an answer states
    /// in a member that is no error's, as Gemini's `finishReason`.
    pub body: Patterns,
    /// The message names two numbers, and what was asked is more than what is allowed.
    pub larger: Option<Larger>,
    /// Regular expressions over the title of an HTML page, case-insensitive, any of.
    pub title: Patterns,
    /// Regular expressions over the name of a client's exception (for example `RateLimitError`), any of.
    pub exception: Patterns,
    /// Transport failures.
    pub transport: Vec<TransportKind>,
    /// Content types (without parameters), exact.
    pub content_type: Vec<String>,
    /// Names of response headers of which one must be present, lower case.
    pub header: Vec<String>,
    /// True: the answer is a redirect; false: it is none.
    pub redirect: Option<bool>,
    /// True: the answer says how long to wait; false: it does not.
    pub retry_after: Option<bool>,
    /// True: the connection failed; false: it did not.
    pub cut: Option<bool>,
    /// States of the stream.
    pub stream: Vec<StreamState>,
    /// Soft failures on a 2xx, by name (`empty_body`, `not_json`, …), or `none`.
    pub soft: Vec<String>,
    /// How the unpacking of the body ended.
    pub packed: Vec<UnpackEnd>,
    /// How the asynchronous task goes that the answer tells of.
    pub task: Vec<TaskState>,
}

impl When {
    /// The patterns of which one must match a text of the answer; without one, whatever stands there.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let any = self.message.is_empty().then_some(".*");
        any.into_iter().chain(self.message.sources().iter().map(String::as_str))
    }
}

/// Two numbers of a message; each pattern has one group, the number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Larger {
    /// What was asked, for example `requested (\d+)`.
    pub asked: Patterns,
    /// What is allowed, for example `limit (\d+)`.
    pub allowed: Patterns,
}

impl Larger {
    /// True where `text` names both numbers and the first is larger.
    pub fn is_in(&self, text: &str) -> bool {
        let (asked, allowed) = (self.asked.number_in(text), self.allowed.number_in(text));
        asked.zip(allowed).is_some_and(|(asked, allowed)| asked > allowed)
    }
}

/// What a rule can ask about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamState {
    /// The answer was no stream.
    None,
    /// It ended as it should.
    Complete,
    /// It ended too early.
    Truncated,
    /// An error came inside it.
    FailedMidStream,
    /// It ended, but with nothing or by a filter or limit.
    SoftFailure,
}

/// What a rule concludes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// The class.
    pub class: FailureClass,
    /// A finer cause, an open string such as `token_expired`.
    #[serde(default)]
    pub cause: Option<String>,
    /// Whether a retry makes sense; absent: the class decides.
    #[serde(default)]
    pub retry: Option<RetryVerdict>,
    /// Whether another model or provider may be tried; absent: the class decides.
    #[serde(default)]
    pub fallback: Option<Fallback>,
    /// What the operator does; absent: the class decides.
    #[serde(default)]
    pub operator_action: Option<OperatorAction>,
    /// Who can mend it; absent: the class decides.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// The first thing to do, one sentence; absent: the class decides.
    #[serde(default)]
    pub first_action: Option<String>,
    /// Topic id; absent: the class decides.
    #[serde(default)]
    pub topic: Option<String>,
    /// Finer topics beside it.
    #[serde(default)]
    pub see_also: Vec<String>,
}

/// What a rule adds whichever rule decides: it weighs too little to choose the class, but it stays true.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Also {
    /// Finer topics beside the others.
    pub see_also: Vec<String>,
    /// The first thing to do where the deciding rule names none.
    pub first_action: Option<String>,
    /// One sentence on what stays open.
    pub uncertain: Option<String>,
    /// The most that may be promised of a retry: with `maybe` a `yes` becomes `maybe`, with `no` all become `no`.
    pub retry_at_most: Option<RetryVerdict>,
}

/// What follows from a class where no rule says otherwise (`assets/catalog/classes.yaml`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassDefaults {
    /// The class.
    pub class: FailureClass,
    /// Whether a retry makes sense.
    pub retry: RetryVerdict,
    /// Whether another model or provider may be tried.
    pub fallback: Fallback,
    /// What the operator does.
    pub operator_action: OperatorAction,
    /// Who can mend it.
    pub owner: Owner,
    /// The first thing to do, one sentence.
    pub first_action: String,
    /// Topic id.
    pub topic: String,
    /// What would show that it is this class and not another one that fits, one sentence.
    #[serde(default)]
    pub told_by: Option<String>,
    /// One sentence on what stays open with every failure of this class.
    #[serde(default)]
    pub uncertain: Option<String>,
}

/// A failure that a rule must decide: what a test makes an answer of. It is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Example {
    /// HTTP status; absent: not known.
    pub status: Option<u16>,
    /// The body as it came; absent: made of the fields below.
    pub body: Option<String>,
    /// `error.message`.
    pub message: Option<String>,
    /// `error.code`.
    pub code: Option<String>,
    /// `error.type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Response headers.
    pub headers: std::collections::BTreeMap<String, String>,
    /// Name of a client's exception.
    pub exception: Option<String>,
    /// A failure below HTTP, in place of an answer; `message` is then what the client said of it.
    pub transport: Option<TransportKind>,
    /// The connection failed in the middle of the body.
    pub cut: bool,
    /// Retry verdict that must follow.
    pub retry: Option<RetryVerdict>,
}

/// Regular expressions, case-insensitive, any of. They are compiled when they are first asked, one by one, so that
/// reading the catalog costs nothing.
///
/// They work on bytes: `\b`, `\w` and letter case are those of ASCII, and `.{0,12}` counts bytes, of which a Chinese
/// character has three. That is half the compile time, and a text with Chinese in it costs a seventieth of what
/// Unicode word boundaries cost. A pattern that needs Unicode classes gets them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Patterns {
    sources: Vec<String>,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
    #[serde(skip)]
    single: OnceLock<Single>,
}

/// The parts of the patterns one by one: those that may match are compiled when they are tried for the first time.
#[derive(Debug, Clone)]
struct Single {
    needles: Needles,
    unicode: bool,
    parts: Vec<(Part, Tried)>,
}

impl Patterns {
    /// Patterns of these texts.
    pub fn new(sources: Vec<String>) -> Self {
        Self { sources, compiled: OnceLock::new(), single: OnceLock::new() }
    }

    /// The patterns as they are written.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// True when there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// True when one of them matches somewhere in `text`. Patterns that do not compile match nothing; reading a user's
    /// catalog refuses them before.
    pub fn is_match(&self, text: &str) -> bool {
        let single = self.single.get_or_init(|| {
            let (needles, parts) = Needles::of_parts(self.sources.iter().map(String::as_str));
            let unicode = !self.sources.iter().all(|source| is_of_bytes(source));
            Single {
                needles,
                unicode,
                parts: parts.into_iter().map(|part| (part, Tried::default())).collect(),
            }
        });
        // A typographer's apostrophe is one.
        let straight = text.contains('’').then(|| text.replace('’', "'"));
        let text = straight.as_deref().unwrap_or(text);
        let may = single.needles.may_match(std::iter::once(text));
        may.iter().zip(&single.parts).any(|(may, (part, tried))| {
            let source = || self.sources.get(part.pattern)?.get(part.place.clone());
            *may && source().is_some_and(|source| {
                // Bytes know no capitals beyond ASCII: `Модель` and `модель` are one word all the same.
                let unicode = single.unicode || source.chars().any(is_cased_beyond_ascii);
                let full = || build(source, unicode).ok();
                tried.is_match((source, unicode), text.as_bytes(), full)
            })
        })
    }

    /// The number in the first group that takes part in the first match; commas between its digits do not count.
    pub fn number_in(&self, text: &str) -> Option<u64> {
        let compiled = self.compiled.get_or_init(|| self.compile().ok());
        let caught = compiled.as_ref()?.captures(text.as_bytes())?;
        let number = caught.iter().skip(1).flatten().next()?;
        let digits: String =
            number.as_bytes().iter().filter(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
        digits.parse().ok()
    }

    /// The patterns as one.
    pub(super) fn joined(&self) -> String {
        self.sources.iter().map(|p| format!("(?:{p})")).collect::<Vec<_>>().join("|")
    }

    /// Compiles the patterns as one.
    ///
    /// # Errors
    /// The first fault in a pattern, as the `regex` crate words it.
    pub fn compile(&self) -> Result<Regex, regex::Error> {
        if self.sources.is_empty() {
            // Matches nothing.
            return Regex::new(r"[^\s\S]");
        }
        let any = self.joined();
        build(&any, false).or_else(|_| build(&any, true))
    }
}

fn is_cased_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && (c.is_lowercase() || c.is_uppercase())
}

fn build(pattern: &str, unicode: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).unicode(unicode).size_limit(LARGEST).build()
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.sources == other.sources
    }
}

impl Eq for Patterns {}

impl Rule {
    /// How much the rule weighs: as it says, else by its most specific condition.
    pub fn rank(&self) -> Rank {
        let when = &self.when;
        self.rank.unwrap_or(if !when.code.is_empty() {
            Rank::Code
        } else if !when.message.is_empty() || !when.title.is_empty() || !when.body.is_empty() {
            Rank::Message
        } else if !when.kind.is_empty() {
            Rank::Type
        } else if !when.exception.is_empty() {
            Rank::Exception
        } else {
            Rank::Status
        })
    }

    /// Tries to compile every pattern.
    ///
    /// # Errors
    /// The first fault, with the rule's id.
    pub(super) fn check(&self) -> Result<(), String> {
        let when = &self.when;
        let numbers = when.larger.iter().flat_map(|larger| [&larger.asked, &larger.allowed]);
        [&when.message, &when.unless_message, &when.title, &when.exception, &when.body]
            .into_iter()
            .chain(numbers)
            .try_for_each(|patterns| patterns.compile().map(|_| ()))
            .map_err(|e| format!("rule {}: {e}", self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_match_whatever_their_case() {
        let patterns: Patterns =
            serde_json::from_str(r#"["модел.{0,30}не найден", "ungültig", "doesn.t exist"]"#)
                .expect("a list");
        for text in [
            "модель m не найдена",
            "Модель m не найдена",
            "МОДЕЛЬ M НЕ НАЙДЕНА",
            "UNGÜLTIGER Schlüssel",
            "it doesn’t exist",
        ] {
            assert!(patterns.is_match(text), "{text}");
        }
        assert!(!patterns.is_match("модель m найдена"));
    }
}
