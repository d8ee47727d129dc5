//! What the search shows: a statement on these requests, never on price, quota, availability or what is behind the gateway.

use std::collections::BTreeSet;

use super::lab::{Kind, Lab, Row};
use crate::case::fingerprint::Fingerprint;
use crate::case::request::Request;

/// The one thing that makes the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Word {
    /// The key (or its group or limits).
    Key,
    /// The account of the keys.
    Account,
    /// The model.
    Model,
    /// The path or base URL.
    Path,
    /// One or more fields, headers or parameters.
    Field,
    /// The size of the body.
    BodySize,
    /// The customer's text.
    Content,
    /// That the answer is streamed, or is not.
    Stream,
    /// Whatever is sent fails alike.
    Platform,
    /// Nothing comes through to the host.
    Network,
    /// It fails now and then.
    Flaky,
    /// The rows do not tell.
    #[default]
    CannotTell,
    /// It worked each time.
    None,
}

impl Word {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Account => "account",
            Self::Model => "model",
            Self::Path => "path_or_base_url",
            Self::Field => "field",
            Self::BodySize => "body_size",
            Self::Content => "content",
            Self::Stream => "stream",
            Self::Platform => "platform",
            Self::Network => "network",
            Self::Flaky => "flaky",
            Self::CannotTell => "cannot_tell",
            Self::None => "none",
        }
    }
}

/// The unchanged request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Runs that failed alike.
    pub same: u32,
    /// Runs in all.
    pub of: u32,
    /// Runs that worked.
    pub worked: u32,
    /// The failure.
    pub fingerprint: Option<Fingerprint>,
    /// Its words differ from run to run, so they are not compared.
    pub words_vary: bool,
}

/// How far the smallest request was sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Minimality {
    /// Nothing that is left can be taken out alone.
    OneMinimal,
    /// The search ended before it was sure.
    Unsure,
    /// It was not sought.
    #[default]
    NotSought,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// `body`, or the pointer of an array or a number. Raw.
    pub of: String,
    /// Bytes, elements or the value.
    pub unit: &'static str,
    /// The largest that worked.
    pub works_up_to: i64,
    /// The smallest that failed.
    pub fails_from: i64,
    /// Numbers of the rows on each side.
    pub rows: [Option<usize>; 2],
}

/// A control that was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// Its word.
    pub changed: &'static str,
    /// Why, one sentence.
    pub because: &'static str,
}

/// The result. Fields and requests in it are raw.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// The unchanged request.
    pub baseline: Baseline,
    /// What makes the difference.
    pub word: Word,
    /// Which fields, headers (`header:name`) or parameters (`query:name`).
    pub fields: Vec<String>,
    /// Why, sentences of ours that name rows.
    pub because: Vec<String>,
    /// What would be needed to tell, where it cannot be told.
    pub needed: Vec<&'static str>,
    /// The smallest request that still fails alike.
    pub minimal: Option<Request>,
    /// The places that had to stay in it.
    pub kept: BTreeSet<String>,
    /// How far it was sought.
    pub minimality: Minimality,
    /// True: it fails alike with harmless text in place of the customer's; false: it needs the text.
    pub harmless: Option<bool>,
    /// The limit.
    pub limit: Option<Limit>,
    /// Failures that showed when this one was taken away.
    pub hidden: Vec<Fingerprint>,
    /// Rows that show the failure, and each of `hidden`; positions from 0.
    pub shown_by: Vec<Option<usize>>,
    /// What was not sent, and why.
    pub not_sent: Vec<NotSent>,
    /// Times that each deciding answer was seen.
    pub confirmed: u32,
    /// Answers of a moment.
    pub noise: u32,
    /// The bound that ended the search.
    pub spent: Option<&'static str>,
    /// How each row compares, in their order: `same_failure`, `worked`, `other_failure` or `transient`.
    pub outcomes: Vec<&'static str>,
}

impl Verdict {
    /// The verdict with its reason.
    pub(super) fn says(&mut self, word: Word, because: String) {
        self.word = word;
        self.because.push(because);
    }

    /// A control is not sent.
    pub(super) fn not_sent(&mut self, changed: &'static str, because: &'static str) {
        if !self.not_sent.iter().any(|known| known.changed == changed) {
            self.not_sent.push(NotSent { changed, because });
        }
    }

    /// Fills in what the lab counted.
    pub(super) fn close(&mut self, lab: &Lab<'_>, rows: &[Row]) {
        self.noise = lab.noise;
        if let Some(why) = self.spent {
            let what = if self.word == Word::CannotTell {
                "ended before anything could be told"
            } else {
                "ended early"
            };
            self.because.push(format!("The search {what}: {why}."));
            if self.minimality == Minimality::OneMinimal {
                self.minimality = Minimality::Unsure;
            }
        }
        let often =
            |wanted: &Fingerprint| rows.iter().filter(|row| row.answered.fingerprint == *wanted).count();
        let outcome = |row: &Row| match lab.kind(&row.answered) {
            Kind::Worked => "worked",
            Kind::Same => "same_failure",
            // Of a moment, and never again: noise, also where nothing else ever failed.
            Kind::Other(other)
                if self.baseline.fingerprint.as_ref() == Some(&other)
                    && (!row.answered.passing || often(&other) > 1) =>
            {
                "same_failure"
            }
            Kind::Other(_) if row.answered.passing => "transient",
            Kind::Other(_) => "other_failure",
        };
        let row_of = |wanted: &Fingerprint| rows.iter().position(|row| row.answered.fingerprint == *wanted);
        let own = self.baseline.fingerprint.as_ref().and_then(row_of);
        self.shown_by = std::iter::once(own).chain(self.hidden.iter().map(row_of)).collect();
        self.outcomes = rows.iter().map(outcome).collect();
    }
}
