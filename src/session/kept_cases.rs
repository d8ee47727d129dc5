//! A case whose note is out is kept on this machine, and earlier cases of the same failure are told before the note is
//! finished. The session says what to keep and whose twins it asks for, `io::store` keeps and finds.

use chrono::{DateTime, Utc};

use super::{Effect, Session};
use crate::case::finding::Level;
use crate::case::kept::{About, KeptCase, Twins, TwinsOf, fingerprint};
use crate::case::sanitize::Format;

impl Session {
    /// Earlier cases of the same failure; `None` where there is none, or nobody answered yet.
    pub fn twins(&self) -> Option<&Twins> {
        self.twins.as_ref()?.as_ref().ok()?.as_ref()
    }

    /// Why earlier cases could not be looked up.
    pub fn twins_trouble(&self) -> Option<&str> {
        self.twins.as_ref()?.as_ref().err().map(String::as_str)
    }

    /// Asks for earlier cases of the same failure, once for each failure.
    pub(super) fn find_twins(&mut self) -> Option<Effect> {
        let output = self.output.as_ref()?;
        let asked = fingerprint(&output.note.value()).map(|found| TwinsOf {
            case_id: self.id().to_owned(),
            fingerprint: found.id(),
            gateway: self.profile().map(|profile| profile.id.clone()),
        });
        if asked == self.asked_twins {
            return None;
        }
        self.asked_twins.clone_from(&asked);
        self.twins = None;
        asked.map(Effect::FindTwins)
    }

    pub(super) fn twins_found(&mut self, result: Result<Option<Twins>, String>) -> Vec<Effect> {
        let before = self.twins().cloned();
        self.twins = Some(result);
        // The note names them. One that is out already stays as it was copied.
        if self.twins() != before.as_ref() && self.delivered.is_empty() {
            self.note_is_stale();
        }
        Vec::new()
    }

    /// The case as it is kept now that its note went out `by` some way.
    pub(super) fn keep_case(&mut self, by: &'static str, now: DateTime<Utc>) -> Option<Effect> {
        let about =
            About { gateway: self.profile().map(|profile| profile.id.clone()), at: now, by: Some(by) };
        let output = self.output.as_ref()?;
        // The note as YAML, which is what left where that is the chosen format.
        let note = match self.format {
            Format::Yaml => output.rendered.clone(),
            _ => output.render(Format::Yaml),
        };
        let kept = match note {
            Ok(note) => KeptCase::of(note, &about)
                .map(|case| case.with_evidence(self.evidence_to_keep(now).ok()))
                .map_err(|error| error.to_string()),
            Err(refusal) => Err(refusal.to_string()),
        };
        match kept {
            Ok(case) => Some(Effect::KeepCase(Box::new(case))),
            Err(error) => {
                self.case_not_kept(&error);
                None
            }
        }
    }

    /// The note is out, and what just happened stands; the trouble is told after it.
    pub(super) fn case_not_kept(&mut self, error: &str) -> Vec<Effect> {
        let done = self.notice.as_ref().map_or_else(String::new, |notice| format!("{}; ", notice.text));
        self.say(Level::Warning, format!("{done}the case was not kept: {error}"));
        Vec::new()
    }
}
