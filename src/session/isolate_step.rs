//! Step 3: one control at a time, after consent.

use super::{ControlAsk, Effect, Purpose, Session};
use crate::case::evidence::Attempt;
use crate::case::finding::Level;
use crate::case::isolate::{Changed, TrialId, control, models_list, with_small_body};
use crate::case::keyring::SecretKind;
use secrecy::ExposeSecret;

impl Session {
    /// How the control at `at` came out beside the failing request: that it worked, or what is equal of both. Says not why.
    pub fn compared(&self, at: usize) -> Option<&'static str> {
        let control = (&self.evidence.controls.get(at)?.attempt, self.control_readings.get(at)?);
        let failing = self.evidence.attempts.last().zip(self.readings.last())?;
        let status = |attempt: &Attempt| attempt.response().and_then(|r| r.status);
        let transport = |attempt: &Attempt| attempt.transport().map(|t| t.kind);
        if control.1.worked(control.0) {
            return Some(if failing.1.worked(failing.0) { "worked, as the one above" } else { "worked" });
        }
        if status(failing.0) != status(control.0) || transport(failing.0) != transport(control.0) {
            return Some("different outcome");
        }
        let is_alike = failing.1.envelope.code == control.1.envelope.code;
        Some(if is_alike { "same status and code" } else { "same status, different code" })
    }

    pub(super) fn control_requested(&mut self, ask: ControlAsk) -> Vec<Effect> {
        if self.is_busy() {
            return Vec::new();
        }
        let Some(request) = self.evidence.request.clone().filter(|_| self.agreed.is_some()) else {
            self.say(Level::Warning, "reproduce the failure first; a control is compared with it");
            return Vec::new();
        };
        let changed = match ask {
            ControlAsk::Model(model) => Changed::Model(model),
            ControlAsk::Key { origin, value } => {
                Changed::Key(self.ring.hold(SecretKind::Key, origin, value.expose_secret()))
            }
            ControlAsk::MinimalBody => Changed::MinimalBody,
            ControlAsk::Models => Changed::Trial(TrialId::Models),
        };
        let made = match &changed {
            Changed::Trial(_) => models_list(&self.problem(&request)),
            changed => control(&request, changed, &self.catalog),
        };
        match made {
            Some(request) => self.consent = Some(self.consent_for(request, Purpose::Control(changed))),
            None => self.say(
                Level::Warning,
                match changed {
                    Changed::Model(_) => {
                        "the request names no model that can be replaced by this one; nothing to send"
                    }
                    Changed::Key(_) => "the request carries no credential to replace, or it is the same key",
                    Changed::Trial(_) => {
                        "the request carries no key to ask with, or it is the list of models itself"
                    }
                    Changed::MinimalBody if with_small_body(&request, &self.catalog).is_some() => {
                        "the body is as small already as the one that would be sent"
                    }
                    Changed::MinimalBody => "no small body is known for this endpoint",
                },
            ),
        }
        Vec::new()
    }
}
