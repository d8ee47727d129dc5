//! The texts of Review, made once per change.

use serde_json::Value;

use super::Screen;
use crate::case::sanitize::{Refusal, SafeEvidence, SafeWords};
use crate::session::{Session, Step};
use crate::ui::tui::field::WordField;

/// What the texts of Review were made from.
pub(super) struct ReviewSeen {
    evidence: Option<SafeEvidence>,
    words: SafeWords,
    removed: usize,
    refusal: Option<Refusal>,
}

impl ReviewSeen {
    fn of(session: &Session) -> Self {
        let output = session.output();
        Self {
            evidence: output.map(|o| o.evidence.clone()),
            words: session.clean_words().clone(),
            removed: output.map_or(0, |o| o.note.removed.len()),
            refusal: output.and_then(|o| o.rendered.as_ref().err().cloned()),
        }
    }

    /// True where nothing changed since; compared in place, for evidence may be large.
    fn is_of(&self, session: &Session) -> bool {
        let output = session.output();
        self.evidence.as_ref() == output.map(|o| &o.evidence)
            && self.words == *session.clean_words()
            && self.removed == output.map_or(0, |o| o.note.removed.len())
            && self.refusal.as_ref() == output.and_then(|o| o.rendered.as_ref().err())
    }
}

impl Screen {
    /// Makes the texts of Review where what they are made from changed.
    pub(super) fn follow_review(&mut self, session: &Session) {
        if session.step() < Step::Review || self.review_seen.as_ref().is_some_and(|seen| seen.is_of(session))
        {
            return;
        }
        let (evidence, words) = match session.output() {
            Some(output) => output.review(),
            None => (Value::Null, serde_json::to_value(session.clean_words()).unwrap_or_default()),
        };
        self.evidence_text = if evidence.is_null() { String::new() } else { evidence_text(evidence) };
        self.marks.follow(&self.evidence_text);
        let word = |field: WordField| words.get(field.key()).and_then(Value::as_str).unwrap_or_default();
        self.words_text = WordField::ALL.map(|field| word(field).to_owned());
        self.review_seen = Some(ReviewSeen::of(session));
    }
}

/// The cleaned evidence for reading: as YAML, empty facts left out.
fn evidence_text(mut value: Value) -> String {
    leave_out_nothing(&mut value);
    serde_yaml::to_string(&value).unwrap_or_default()
}

/// Takes fields without a value out of objects, so that the eye meets facts only. What `serde_json` parsed or made is
/// nested 128 deep at most, so this recursion ends.
fn leave_out_nothing(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, v| !v.is_null());
            fields.values_mut().for_each(leave_out_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nothing),
        _ => {}
    }
}
