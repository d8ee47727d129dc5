//! What the page Review shows: cleaned text only, and what a dropped field holds before the operator shows it.

use serde_json::Value;

use super::{Output, Session};
use crate::case::note;
use crate::case::sanitize::{Audit, LocalView, SafeWords};

/// Fields whose text is told before they are shown.
const MOST_TOLD: usize = 200;

impl Output {
    /// The evidence and the operator's words as Review shows them: cleaned, without what was taken out, and with
    /// `[refused]` for what the audit found, which is on no screen either.
    pub fn review(&self) -> (Value, Value) {
        let made = |value: Result<Value, _>| {
            let mut value = note::without(&self.note.removed, value.unwrap_or_default());
            if self.rendered.is_err() {
                hide_refused(&mut value, &self.audit);
            }
            value
        };
        (made(serde_json::to_value(&self.evidence)), made(serde_json::to_value(&self.words)))
    }
}

impl Session {
    /// Makes raw text fit for the operator's own eyes on this screen: as it came, with the credentials in it under their
    /// labels. It is made for nothing that leaves.
    pub fn local_views(&self) -> impl FnMut(&[u8]) -> LocalView + '_ {
        let mut sanitizer = self.sanitizer();
        move |raw| LocalView::of(&mut sanitizer, raw)
    }

    /// The operator's words as a screen may show them, also where there is no note yet.
    pub fn clean_words(&self) -> &SafeWords {
        match &self.output {
            Some(output) => &output.words,
            None => self.clean_words.get_or_init(|| self.safe_words()),
        }
    }

    /// Every dropped field, and every field that is shown already, with its text as it would leave if the operator showed
    /// it: what the detectors find in it goes all the same. Of more than some hundred the text is not told.
    pub fn showable(&self) -> Vec<(String, Option<String>)> {
        let Some(output) = &self.output else { return Vec::new() };
        let mut fields = self.shown.clone();
        fields.extend(output.evidence.dropped_fields());
        let told: Vec<String> = fields.iter().take(MOST_TOLD).cloned().collect();
        let mut sanitizer = self.sanitizer().showing(&told);
        let (readings, controls) = (&self.readings, &self.control_readings);
        let evidence = sanitizer.evidence(&self.evidence, readings, controls, self.profile());
        let mut texts = evidence.texts_at(&told);
        fields
            .into_iter()
            .map(|field| {
                let text = texts.remove(&field);
                (field, text)
            })
            .collect()
    }
}

/// Puts `[refused]` in the place of what `audit` finds in a text of `value`. What `serde_json` made is nested 128 deep at
/// most, so this recursion ends.
fn hide_refused(value: &mut Value, audit: &Audit) {
    match value {
        Value::String(text) => {
            for (start, end) in audit.spans(text).into_iter().rev() {
                if text.get(start..end).is_some() {
                    text.replace_range(start..end, "[refused]");
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide_refused(item, audit)),
        Value::Object(fields) => fields.values_mut().for_each(|field| hide_refused(field, audit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
