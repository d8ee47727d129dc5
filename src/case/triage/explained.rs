//! What can be said of a form, remembered: most records of a log say the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::canonical::Form;
use super::echo::Runs;
use super::group::Kind;
use super::sentence::MODEL;
use crate::case::catalog::Catalog;
use crate::case::explain::{Explanation, Record, explain, explain_silence};
use crate::case::fingerprint::normalised;
use crate::case::intake;
use crate::case::sanitize::knows_word;
use crate::case::vocabulary::FailureClass;

/// Forms that are remembered at a time.
const MOST: usize = 4_096;
/// Bytes of them.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Characters of a message that a group shows.
const MOST_CHARS: usize = 240;

/// What a form comes to.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// Nothing in it tells of a request.
    Nothing,
    /// The request worked.
    Worked,
    /// A failure.
    Failed(Arc<Failure>),
}

/// A failure without its request.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// The gateway's words, where they tell this failure from others: sanitized, without what differs from one request to
    /// the next.
    pub(super) words: Option<String>,
    /// How an echo of the prompt in the message is found.
    pub(super) runs: Runs,
    /// The message repeats what somebody wrote into the source that its stack shows.
    pub(super) repeats_source: bool,
    /// Another model is another failure.
    pub(super) by_model: bool,
}

/// What readers of one log remember together: what one has explained the others need not.
#[derive(Default)]
pub struct Memory(Mutex<Known>);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory(…)")
    }
}

/// Forms with what can be said of them, within bounds.
#[derive(Default)]
struct Known {
    seen: HashMap<Box<[u8]>, Seen>,
    bytes: usize,
}

impl Known {
    fn put(&mut self, key: &[u8], seen: Seen) {
        if self.seen.len() >= MOST || self.bytes >= MOST_BYTES {
            *self = Self::default();
        }
        self.bytes += key.len();
        self.seen.insert(key.into(), seen);
    }
}

/// Explains forms.
pub(super) struct Memo<'c> {
    catalog: &'c Catalog,
    gateway: Option<String>,
    own: Known,
    shared: Arc<Memory>,
}

impl<'c> Memo<'c> {
    pub(super) fn new(catalog: &'c Catalog, gateway: Option<String>, shared: Arc<Memory>) -> Self {
        Self { catalog, gateway, own: Known::default(), shared }
    }

    /// What can be said of `form`.
    pub(super) fn get(&mut self, form: &Form) -> Seen {
        let key = form.key();
        if let Some(seen) = self.own.seen.get(key) {
            return seen.clone();
        }
        let shared = || self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        let others = shared().seen.get(key).cloned();
        let seen = others.unwrap_or_else(|| {
            // Meanwhile another thread may do the same: that costs its time, and no more.
            let seen = self.explained(&form.record());
            shared().put(key, seen.clone());
            seen
        });
        self.own.put(key, seen.clone());
        seen
    }

    /// True for a sentence that says that no answer came, or that it broke off.
    pub(super) fn tells_of_silence(&self, sentence: &str) -> bool {
        intake::silent_failure(sentence, self.catalog).is_some()
    }

    fn explained(&self, record: &Record) -> Seen {
        match self.explain(record) {
            None => Seen::Nothing,
            Some(explained) if explained.failure_class == FailureClass::None => Seen::Worked,
            Some(explained) => Seen::Failed(Arc::new(self.failure(record, &explained))),
        }
    }

    fn explain(&self, record: &Record) -> Option<Explanation> {
        let unanswered = record.status.is_none_or(|s| (200..300).contains(&s));
        let silent = unanswered && record.body.is_none() && record.headers.is_empty();
        let sentence = record.text.as_deref().filter(|_| silent && self.gateway.is_none());
        sentence
            .and_then(|sentence| explain_silence(sentence, self.catalog))
            .or_else(|| explain(record, self.gateway.as_deref(), self.catalog))
    }

    fn failure(&self, record: &Record, explained: &Explanation) -> Failure {
        let grouping = &self.catalog.grouping;
        let error = &explained.error;
        let message = error.message.as_ref().map_or("", |message| message.as_str());
        let tells = explained.cause.as_ref().is_none_or(|cause| grouping.told_by_message.contains(cause));
        let word = || error.code.as_ref().or(error.error_type.as_ref()).map(|word| normalised(word.as_str()));
        let words = Some(message).filter(|m| !m.is_empty()).map(normalised).or_else(word);
        let words = words.filter(|words| tells && !words.is_empty());
        let words =
            words.map(|words| words.chars().take(MOST_CHARS).collect::<String>().trim_end().to_owned());
        let runs = if words.is_some() {
            Runs::of(message).and_rare(message, |word| knows_word(self.catalog, word))
        } else {
            Runs::default()
        };
        Failure {
            repeats_source: !runs.is_empty() && record.written().iter().any(|literal| runs.repeats(literal)),
            runs,
            words,
            by_model: grouping.told_by_model.contains(&explained.failure_class) || message.contains(MODEL),
            kind: Kind {
                class: explained.failure_class,
                cause: explained.cause.clone(),
                retryable: explained.retryable,
                owner: explained.owner,
                topic: explained.topic.as_ref().map(|topic| topic.id.clone()),
                status: explained.status,
                transport: explained.transport,
            },
        }
    }
}
