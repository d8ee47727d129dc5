//! What a search shows, as it may leave.

use serde::{Deserialize, Serialize};

use super::Sanitizer;
use super::body::is_free_map;
use super::detect::Scope;
use super::reread::{self, OwnWord};
use super::safe::{Clean, SafeAttempt, SafeControl, SafeRequest};
use super::shape;
use crate::case::fingerprint::{Fingerprint, normalised};
use crate::case::isolate::{Isolation, Minimality, Place, RowOf};
use crate::case::pointer;
use crate::case::vocabulary::{SoftFailure, StreamVerdict, TransportKind};

/// A search and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SafeIsolation {
    /// The word: `field`, `key`, `cannot_tell`, ….
    #[serde(deserialize_with = "reread::word")]
    pub verdict: OwnWord,
    /// Fields by pointer, headers (`header:name`) and parameters (`query:name`).
    pub fields: Vec<Clean>,
    /// Why, sentences of ours.
    pub because: Vec<String>,
    /// What would be needed to tell.
    #[serde(deserialize_with = "reread::words")]
    pub needed: Vec<OwnWord>,
    /// Runs of the unchanged request that failed alike.
    pub baseline_same: u32,
    /// Such runs in all.
    pub baseline_of: u32,
    /// The failure's words differ from run to run.
    pub words_vary: bool,
    /// The failure.
    pub fingerprint: Option<SafeFingerprint>,
    /// The smallest request that still fails alike.
    pub minimal: Option<SafeRequest>,
    /// The places that had to stay in it.
    pub kept: Vec<Clean>,
    /// How far it was sought: `1-minimal`, `budget spent`, `not sought`.
    #[serde(deserialize_with = "reread::word")]
    pub minimality: OwnWord,
    /// It fails alike with harmless text (true) or needs the customer's (false).
    pub harmless: Option<bool>,
    /// A limit.
    pub limit: Option<SafeLimit>,
    /// Failures that showed when this one was away.
    pub hidden: Vec<SafeFingerprint>,
    /// Controls that were not sent, and why.
    #[serde(deserialize_with = "reread::pairs")]
    pub not_sent: Vec<(OwnWord, OwnWord)>,
    /// Times that each deciding answer was seen.
    pub confirmed: u32,
    /// Answers of a moment.
    pub transient: u32,
    /// Requests that were allowed.
    pub budget: u32,
    /// The rows.
    pub rows: Vec<SafeRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeRow {
    /// What was changed.
    #[serde(deserialize_with = "reread::word")]
    pub changed: OwnWord,
    /// `same_failure`, `worked`, `other_failure`, `transient`.
    #[serde(deserialize_with = "reread::word")]
    pub outcome: OwnWord,
    /// Position among the attempts (true) or controls (false).
    pub is_attempt: bool,
    /// The position.
    pub at: usize,
}

/// A failure without what differs from request to request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeFingerprint {
    /// The failure below HTTP.
    #[serde(deserialize_with = "reread::some_word")]
    pub transport: Option<OwnWord>,
    /// Status.
    pub status: Option<u16>,
    /// What a 2xx lacks.
    #[serde(deserialize_with = "reread::some_word")]
    pub soft: Option<OwnWord>,
    /// How a stream ended, where not well.
    #[serde(deserialize_with = "reread::some_word")]
    pub stream: Option<OwnWord>,
    /// `error.code`.
    pub code: Option<Clean>,
    /// `error.type`.
    pub error_type: Option<Clean>,
    /// `error.param`.
    pub param: Option<Clean>,
    /// `error.message`, normalised.
    pub message: Option<Clean>,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeLimit {
    /// Of what: `body`, or a place.
    pub of: Clean,
    /// `bytes`, `elements`, `value`.
    #[serde(deserialize_with = "reread::word")]
    pub unit: OwnWord,
    /// The largest that worked.
    pub works_up_to: i64,
    /// The smallest that failed.
    pub fails_from: i64,
    /// Rows on each side, from 1.
    pub rows: [Option<usize>; 2],
}

impl SafeIsolation {
    /// The number, from 1, under which the reasons name this attempt (true) or control (false).
    pub fn row_of(&self, is_attempt: bool, at: usize) -> Option<usize> {
        let found = self.rows.iter().position(|row| row.is_attempt == is_attempt && row.at == at)?;
        Some(found + 1)
    }
}

impl Sanitizer<'_> {
    /// The search. The evidence goes first, so that what it dropped is known.
    pub(super) fn isolation(
        &mut self,
        isolation: &Isolation,
        seen: (&[SafeAttempt], &[SafeControl]),
    ) -> SafeIsolation {
        let verdict = &isolation.verdict;
        let shown_by = |at: usize| isolation.rows.get((*verdict.shown_by.get(at)?)?);
        let rows = isolation.rows.iter().map(|row| {
            let (is_attempt, at) = match row.place {
                Place::Attempt(at) => (true, at),
                Place::Control(at) => (false, at),
            };
            SafeRow { changed: row.id.word(), outcome: row.outcome, is_attempt, at }
        });
        SafeIsolation {
            verdict: verdict.word.as_str(),
            fields: verdict.fields.iter().map(|place| self.place(place)).collect(),
            because: verdict.because.clone(),
            needed: verdict.needed.clone(),
            baseline_same: verdict.baseline.same,
            baseline_of: verdict.baseline.of,
            words_vary: verdict.baseline.words_vary,
            fingerprint: verdict
                .baseline
                .fingerprint
                .as_ref()
                .map(|f| self.fingerprint(f, shown_by(0), seen)),
            minimal: verdict.minimal.as_ref().map(|request| self.request(request, None)),
            kept: verdict.kept.iter().map(|place| self.place(place)).collect(),
            minimality: match verdict.minimality {
                Minimality::OneMinimal => "1-minimal",
                Minimality::Unsure => "budget spent",
                Minimality::NotSought => "not sought",
            },
            harmless: verdict.harmless,
            limit: verdict.limit.as_ref().map(|limit| SafeLimit {
                of: self.place(&limit.of),
                unit: limit.unit,
                works_up_to: limit.works_up_to,
                fails_from: limit.fails_from,
                rows: limit.rows,
            }),
            hidden: verdict
                .hidden
                .iter()
                .enumerate()
                .map(|(at, f)| self.fingerprint(f, shown_by(at + 1), seen))
                .collect(),
            not_sent: verdict.not_sent.iter().map(|n| (n.changed, n.because)).collect(),
            confirmed: verdict.confirmed,
            transient: verdict.noise,
            budget: isolation.budget,
            rows: rows.collect(),
        }
    }

    /// A place of the request: each step that is a name stays, of any other its length.
    fn place(&mut self, raw: &str) -> Clean {
        let (head, path) = match raw.split_once(':') {
            Some((kind @ ("header" | "query"), name)) => (format!("{kind}:"), name),
            _ => (String::new(), raw),
        };
        let mut free = false;
        let mut shown = |step: &str| {
            let own = pointer::name(step);
            let is_number = !own.is_empty() && own.len() < 7 && own.bytes().all(|b| b.is_ascii_digit());
            let shows = step.is_empty() || is_number || self.text.shows_key(&own, free);
            free |= is_free_map(&self.catalog.safe, &own);
            if shows { step.to_owned() } else { shape::of_key(&own) }
        };
        let steps: Vec<String> = path.split('/').map(&mut shown).collect();
        let clean = Clean::new(format!("{head}{}", steps.join("/")));
        self.text.lexicon.add(clean.as_str());
        clean
    }

    /// The failure of a row, from what of it may leave: a text that was normalised first would hide a secret from the search
    /// for it.
    fn fingerprint(
        &mut self,
        raw: &Fingerprint,
        row: Option<&RowOf>,
        (attempts, controls): (&[SafeAttempt], &[SafeControl]),
    ) -> SafeFingerprint {
        let attempt = row.and_then(|row| match row.place {
            Place::Attempt(at) => attempts.get(at),
            Place::Control(at) => controls.get(at).map(|control| &control.attempt),
        });
        let error = attempt.and_then(|a| a.response.as_ref()).map(|response| &response.error);
        let mut text = |text: Option<&Clean>, place: &str| {
            let plain = normalised(text?.as_str());
            (!plain.is_empty()).then(|| self.text.apply(&plain, Scope::Answer, place).clean)
        };
        SafeFingerprint {
            transport: raw.transport.map(TransportKind::as_str),
            status: raw.status,
            soft: raw.soft.map(SoftFailure::as_str),
            stream: raw.stream.map(StreamVerdict::as_str),
            code: error.and_then(|e| e.code.clone()),
            error_type: error.and_then(|e| e.error_type.clone()),
            param: error.and_then(|e| e.param.clone()),
            message: text(error.and_then(|e| e.message.as_ref()), "isolation.message"),
        }
    }
}
