//! The case is saved as it goes: what the sanitizer made of the evidence, the operator's words, the step. So a run that is
//! ended in any way loses nothing but the raw request, which is asked for again where it is needed.
//!
//! A change of the step or a new answer is saved at once, all else at most once in [`SAVE_EVERY_MS`]: a key that is typed
//! waits for nothing.

use chrono::{DateTime, Utc};

use super::{Effect, Event, Session, Step};
use crate::case::finding::Level;
use crate::case::kept::{Observed, RunFacts, SavedCase, UNFINISHED_SCHEMA, Unfinished};
use crate::case::keyring::Label;
use crate::case::note::{Removal, Run};
use crate::case::sanitize::{Audit, Refusal, SafeEvidence, Words};

/// Changes that come one after the other are saved once in so many milliseconds.
pub const SAVE_EVERY_MS: u64 = 500;

/// What is known of the saving.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Saving {
    /// Something was changed since the case was saved.
    unsaved: bool,
    /// Something was changed since the note went out: the case is unfinished.
    unfinished: bool,
    /// The step was changed.
    pub(super) step_changed: bool,
    /// It is saved when the running wait is over.
    waits: bool,
    /// Something of the case lies on the disk.
    is_saved: bool,
    /// The words with which the case came back.
    came_back: Option<Words>,
    /// Words that are being typed.
    typed: Option<Words>,
    /// A trouble was told: it is told once.
    told: bool,
}

impl Saving {
    pub(super) fn changed(&mut self) {
        (self.unsaved, self.unfinished) = (true, true);
    }
}

/// What an event is compared with after it was handled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    answers: usize,
    due: bool,
}

impl Session {
    /// What an earlier run of the program observed in this case.
    pub fn earlier(&self) -> Option<&SafeEvidence> {
        self.earlier.as_ref().map(|earlier| &earlier.evidence)
    }

    /// True where an answer or a failure is known, by this run of the program or by an earlier one.
    pub fn was_observed(&self) -> bool {
        !self.evidence.attempts.is_empty() || self.earlier().is_some_and(|e| !e.attempts.is_empty())
    }

    /// True where the case stays on this machine as an unfinished one when the program is left.
    pub fn stays_when_left(&self) -> bool {
        self.saves() && !self.saving.told
    }

    /// True where the case was taken up from an earlier run, and nothing of it was changed since.
    pub fn is_as_it_was(&self) -> bool {
        self.only_earlier().is_some()
            && self.evidence.controls.is_empty()
            && self.saving.typed.is_none()
            && self.saving.came_back.as_ref() == Some(&self.words)
            && self.removed.is_empty()
            && self.shown.is_empty()
    }

    fn saves(&self) -> bool {
        self.settings.save && self.chosen_profile.as_deref() != Some("practice")
    }

    /// What an earlier run observed, as long as this one has not observed anything itself.
    pub(super) fn only_earlier(&self) -> Option<&Observed> {
        self.earlier.as_deref().filter(|_| self.evidence.attempts.is_empty())
    }

    /// A paste takes the place of what an earlier run observed unless it is that very request, as far as its shape tells. Then
    /// it is another case, and what was saved of the first one stays.
    pub(super) fn same_case_or_another(&mut self) {
        let Some(earlier) = self.earlier() else { return };
        let mut sanitizer = self.sanitizer();
        let pasted =
            sanitizer.evidence(&self.evidence, &self.readings, &self.control_readings, self.profile());
        let nothing = pasted.request.is_none() && pasted.attempts.is_empty();
        let same = match (&pasted.request, &earlier.request) {
            // Bytes as they were sent count a file's, too; each text of the body says its length.
            (Some(one), Some(other)) => {
                *one == crate::case::sanitize::SafeRequest { body_bytes: one.body_bytes, ..other.clone() }
            }
            (one, other) => one.is_none() && other.is_none(),
        };
        if nothing || same {
            return;
        }
        let before = self.id().to_owned();
        self.earlier = None;
        self.case_id = None;
        self.sent_in_all = 0;
        self.saving = Saving { unsaved: true, unfinished: true, ..Saving::default() };
        self.note_is_stale();
        self.say(
            Level::Info,
            format!("this is another request than that of {before}, so it is a case of its own; {before} stays unfinished"),
        );
    }

    pub(super) fn saving_before(&self, event: &Event) -> Before {
        Before { answers: self.answers(), due: matches!(event, Event::SaveDue | Event::Quit) }
    }

    fn answers(&self) -> usize {
        self.evidence.attempts.len() + self.evidence.controls.len()
    }

    pub(super) fn words_typed(&mut self, words: Words) -> Vec<Effect> {
        if words != self.words || self.saving.typed.is_some() {
            self.saving.typed = Some(words);
            self.saving.changed();
        }
        Vec::new()
    }

    /// Saves now, or says when.
    pub(super) fn save_as_it_goes(&mut self, before: Before, now: DateTime<Utc>) -> Option<Effect> {
        if before.due {
            self.saving.waits = false;
        }
        if !self.saves() {
            return None;
        }
        let step_changed = std::mem::take(&mut self.saving.step_changed) && self.saving.unfinished;
        if !(self.saving.unsaved || step_changed) {
            return None;
        }
        // A search brings many answers: each is saved, but not one by one.
        let answered = self.answers() != before.answers && !self.searches();
        if step_changed || before.due || answered {
            self.saving.unsaved = false;
            let saved = self.saved_case(now)?;
            self.saving.is_saved = true;
            return Some(Effect::SaveCase(Box::new(saved)));
        }
        if std::mem::replace(&mut self.saving.waits, true) {
            return None;
        }
        Some(Effect::SaveLater(SAVE_EVERY_MS))
    }

    /// The case as it may be written; `None` where there is nothing to lose yet. What the audit refuses is left out: the
    /// evidence, then the words, too.
    fn saved_case(&self, now: DateTime<Utc>) -> Option<SavedCase> {
        let own = Words {
            operator: self.settings.operator.clone(),
            service: self.settings.service.clone(),
            deployment: self.settings.deployment.clone(),
            ..Words::default()
        };
        let words = self.saving.typed.as_ref().unwrap_or(&self.words);
        let is_empty = self.evidence.request.is_none() && !self.was_observed() && *words == own;
        if is_empty && !self.saving.is_saved {
            return None;
        }
        let (mut case, audit) = self.unfinished(words, now);
        let saved = case.leave(&audit).or_else(|_| {
            case.observed = None;
            case.leave(&audit)
        });
        saved.ok()
    }

    /// The case as it stands, with these words, and the audit that knows its secrets.
    fn unfinished(&self, words: &Words, now: DateTime<Utc>) -> (Unfinished, Audit) {
        // Its ledger has what was replaced in the words, too: when they come back, it is gone from them.
        let safe = self.safe(words);
        let Run { base_url_alias, secret_source, policy, timeouts, proxy_in_use, .. } = self.run_facts(now);
        let run = RunFacts { base_url_alias, secret_source, policy, timeouts, proxy_in_use };
        let seen = self.evidence.request.is_some() || !self.evidence.attempts.is_empty();
        // What the operator took out of the note is not kept either: it would come back with the evidence.
        let took_out = self.removed.iter().any(Removal::is_by_operator);
        let observed = match self.only_earlier().filter(|_| !took_out) {
            None if took_out => None,
            Some(earlier) => Some(earlier.clone()),
            None => seen.then(|| {
                Observed::new(safe.evidence.clone(), safe.ledger.clone(), self.diagnosis.clone(), run)
            }),
        };
        let case = Unfinished {
            schema: UNFINISHED_SCHEMA.to_owned(),
            id: self.id().to_owned(),
            saved: now,
            step: self.step.name().to_ascii_lowercase(),
            gateway: self.profile().map(|profile| profile.id.clone()),
            gateway_chosen: self.chosen_profile.is_some(),
            words: safe.words.clone(),
            observed,
        };
        (case, safe.audit.clone())
    }

    /// What is kept beside the note, so that the case can be opened again at its note.
    pub(super) fn evidence_to_keep(&self, now: DateTime<Utc>) -> Result<SavedCase, Refusal> {
        let (mut case, audit) = self.unfinished(&self.words, now);
        Step::Note.name().to_ascii_lowercase().clone_into(&mut case.step);
        case.leave(&audit)
    }

    /// The note is out: what was saved on the way is of no use any more.
    pub(super) fn forget_saved(&mut self) -> Option<Effect> {
        (self.saving.unsaved, self.saving.unfinished, self.saving.typed) = (false, false, None);
        std::mem::take(&mut self.saving.is_saved).then(|| Effect::ForgetSaved(self.id().to_owned()))
    }

    /// Puts everything of the case away; what belongs to the operator and not to the case stays. Gives the key that was
    /// given for it.
    fn start_anew(&mut self) -> Option<Label> {
        let fresh = Self::new(std::sync::Arc::clone(&self.catalog), self.settings.clone());
        let before = std::mem::replace(self, fresh);
        (self.random, self.bindings, self.ring) = (before.random, before.bindings, before.ring);
        (self.template, self.place, self.base_url) = (before.template, before.place, before.base_url);
        before.given_key
    }

    /// Begins a case of its own. What was not saved yet of the one before is saved; a gateway that was chosen for it and a
    /// key that was given for it do not go along.
    pub(super) fn another_case(&mut self, now: DateTime<Utc>) -> Vec<Effect> {
        if self.is_busy() {
            self.say(Level::Warning, "a request is under way; cancel it before you begin another case");
            return Vec::new();
        }
        let saved = self.save_as_it_goes(Before { answers: self.answers(), due: true }, now);
        self.start_anew();
        saved.into_iter().collect()
    }

    /// Takes up a case where an earlier run left it.
    pub(super) fn resumed(&mut self, case: Unfinished) -> Vec<Effect> {
        if self.is_busy() {
            self.say(Level::Warning, "a request is under way; cancel it before you open another case");
            return Vec::new();
        }
        self.given_key = self.start_anew();
        let mut words = case.own_words();
        for (word, own) in [
            (&mut words.operator, &self.settings.operator),
            (&mut words.service, &self.settings.service),
            (&mut words.deployment, &self.settings.deployment),
        ] {
            if word.is_empty() {
                word.clone_from(own);
            }
        }
        self.words = words;
        self.case_id = Some(case.id);
        let so_far =
            case.observed.as_ref().map_or(0, |o| o.evidence.attempts.len() + o.evidence.controls.len());
        self.sent_in_all = u32::try_from(so_far).unwrap_or(u32::MAX);
        let known = |id: &String| self.catalog.profile(id).is_some();
        self.chosen_profile = case.gateway.filter(known);
        self.earlier = case.observed.map(Box::new);
        self.step = Step::ALL
            .into_iter()
            .find(|step| step.name().eq_ignore_ascii_case(&case.step))
            .unwrap_or(Step::Request);
        let came_back = Some(self.words.clone());
        self.saving = Saving { unfinished: true, is_saved: true, came_back, ..Saving::default() };
        let text = if self.was_observed() {
            "the case goes on here: its note can be finished; to send again, paste the request again on Request (1)"
        } else {
            "the case goes on here; paste the request again: it is never kept"
        };
        self.say(Level::Info, text);
        Vec::new()
    }

    /// Told once: what is done goes on without it.
    pub(super) fn case_not_saved(&mut self, error: &str) -> Vec<Effect> {
        if !std::mem::replace(&mut self.saving.told, true) {
            self.say(
                Level::Warning,
                format!("this case is not saved while you work: {error}; the walk goes on, finish the note"),
            );
        }
        Vec::new()
    }
}
