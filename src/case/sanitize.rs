//! Evidence to [`SafeEvidence`]: the only door. And the last check of what was rendered: [`audit`].
//!
//! The note is built, not scrubbed: nothing of the input reaches it except through a typed field; everything else is
//! represented by its shape. Free text that must stay (`error.message`, the operator's words) is searched for every
//! secret in use, in its encoded forms, for every text that was dropped, and for the catalog's patterns.

mod address;
mod ahead;
mod attached;
pub mod audit;
mod body;
mod detect;
mod echo;
pub mod filter;
mod form;
mod incoming;
mod isolated;
mod layer;
mod leave;
pub mod ledger;
mod lexicon;
mod local;
mod normal;
mod outgoing;
mod packed;
mod placeholder;
mod quoted;
mod readmit;
mod reread;
mod safe;
#[cfg(test)]
pub(crate) mod sample;
mod secrets;
mod shadow;
mod shape;
mod shown;
mod sieve;
#[cfg(test)]
mod tests;
mod text;
mod twin;
mod unexplained;

use std::sync::Arc;

use crate::case::catalog::{Catalog, Profile};
use crate::case::evidence::{ControlRun, Evidence, Reading, lists_model};
use crate::case::isolate::{Changed, TrialId};
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use crate::case::request::Request;

use detect::{Detectors, Scope};
use echo::EchoScan;
use lexicon::{Ground, Lexicon};
use placeholder::Placeholders;
use secrets::SecretScan;
use text::TextRule;

pub use ahead::prepare;
pub use audit::{Audit, Format, Refusal, Rendered};
pub use isolated::{SafeFingerprint, SafeIsolation, SafeLimit, SafeRow};
pub use leave::{Leaving, leave, strings};
pub use ledger::{Entry, Ledger};
pub use local::LocalView;
pub use placeholder::{PlaceholderMap, Shape, placeholders_in, shape_of};
pub use readmit::Readmission;
pub use reread::Unreadable;
pub use safe::{
    Clean, SafeAttempt, SafeBody, SafeControl, SafeEdge, SafeError, SafeEvidence, SafeFile, SafeHeader,
    SafePacked, SafeRedirect, SafeRequest, SafeRequestId, SafeResponse, SafeSaid, SafeStream, SafeWords,
};
pub use shown::{Unshowable, shown_field};
pub use twin::NEUTRAL;

/// The sanitizer of one case: keeps the placeholders consistent between evidence and words, and remembers what was
/// dropped, so that the audit can look for it.
#[derive(Clone)]
pub struct Sanitizer<'a> {
    catalog: &'a Catalog,
    /// The case's secrets, and credentials that stood unmasked in the evidence.
    ring: KeyRing,
    text: TextRule,
    /// Texts of requests that do not leave.
    prompts: Vec<String>,
    /// Texts of answers that do not leave.
    outputs: Vec<String>,
    /// Names of files: short, and still not to be repeated.
    names: Vec<String>,
    /// Further values that may stand in nothing that leaves.
    withheld: Vec<String>,
}

/// The operator's own words, raw.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// One question to support.
    pub question: String,
    /// What should have happened.
    pub expected: String,
    /// Who is hit, since when, how often.
    pub impact: String,
    /// What was tried.
    pub tried: String,
    /// Who writes the note.
    pub operator: String,
    /// Anything else.
    pub notes: String,
    /// The operator's service that sends such requests.
    pub service: String,
    /// Where that service runs.
    pub deployment: String,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(…)")
    }
}

impl std::fmt::Debug for Sanitizer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sanitizer({} replacements)", self.text.ledger.entries.len())
    }
}

/// True where lower-case `word` is one of the catalog's, and says nothing of a case.
pub fn knows_word(catalog: &Catalog, word: &str) -> bool {
    Lexicon::of(catalog).has_whole_word(word)
}

impl<'a> Sanitizer<'a> {
    /// A sanitizer for one case.
    pub fn new(catalog: &'a Catalog, ring: &'a KeyRing) -> Self {
        let mut lexicon = Lexicon::of(catalog);
        for held in ring.iter() {
            if let Origin::Environment(name) = &held.origin {
                lexicon.add(name);
            }
        }
        let text = TextRule {
            secrets: SecretScan::new(ring, &lexicon),
            lexicon,
            patterns: Arc::clone(&Ground::of(catalog).patterns),
            prompts: EchoScan::default(),
            outputs: EchoScan::default(),
            placeholders: Placeholders::new(ring),
            ledger: Ledger::default(),
            ids: Vec::new(),
            shown: Vec::new(),
        };
        Self {
            catalog,
            ring: ring.clone(),
            text,
            prompts: Vec::new(),
            outputs: Vec::new(),
            names: Vec::new(),
            withheld: Vec::new(),
        }
    }

    /// Fields of bodies that the operator marked as harmless ([`shown_field`]): they are shown, less what the detectors
    /// find in them.
    #[must_use]
    pub fn showing(mut self, fields: &[String]) -> Self {
        self.text.shown = fields.to_vec();
        self
    }

    /// Values that are no part of the case and may stand in nothing that leaves: fingerprints of its keys. The audit
    /// looks for them as for a secret.
    #[must_use]
    pub fn withholding(mut self, values: &[String]) -> Self {
        self.withheld = values.to_vec();
        self
    }

    /// Every numbered placeholder with the value that it stands for: for this machine only, never for a note.
    pub fn placeholders(&self) -> PlaceholderMap {
        self.text.placeholders.map(&self.ring)
    }

    /// The evidence as it may leave. `readings` belong to the attempts, in order; `control_readings` to the controls.
    pub fn evidence(
        &mut self,
        evidence: &Evidence,
        readings: &[Reading],
        control_readings: &[Reading],
        profile: Option<&Profile>,
    ) -> SafeEvidence {
        // What will be dropped has to be known before the first free text is looked at.
        self.drop_all(evidence, readings, control_readings, profile);
        let sent_bytes = evidence.attempts.first().map(|a| a.request_bytes);
        let mut safe = SafeEvidence::empty();
        safe.request = evidence.request.as_ref().map(|request| self.request(request, sent_bytes));
        for (index, attempt) in evidence.attempts.iter().enumerate() {
            let name = format!("attempt {}", attempt.index);
            safe.attempts.push(self.attempt(attempt, readings.get(index), &name));
        }
        for (index, control) in evidence.controls.iter().enumerate() {
            let name = format!("control {}", index + 1);
            let to = match &control.changed {
                Changed::Model(model) | Changed::Trial(TrialId::Model(model, _)) => {
                    Some(self.name(model, "model", &name))
                }
                Changed::Key(label) | Changed::Trial(TrialId::Key(label, _)) => {
                    Some(Clean::new(label.to_string()))
                }
                Changed::MinimalBody | Changed::Trial(_) => None,
            };
            if let Some(to) = &to {
                self.text.lexicon.add(to.as_str());
            }
            safe.controls.push(SafeControl {
                changed: control.changed.word().to_owned(),
                to,
                smaller_body: control.changed.is_on_smaller_body(),
                model_listed: self.model_listed(control, evidence.request.as_ref()),
                attempt: self.attempt(&control.attempt, control_readings.get(index), &name),
            });
        }
        let isolation = evidence.isolation.as_ref();
        safe.isolation =
            isolation.map(|isolation| self.isolation(isolation, (&safe.attempts, &safe.controls)));
        safe.client =
            evidence.client.as_deref().map(|client| self.name(client, "client", "client").to_string());
        safe.said = self.said(&evidence.said);
        safe
    }

    /// The list of models that `control` asked for has the model of `request`.
    fn model_listed(&self, control: &ControlRun, request: Option<&Request>) -> Option<bool> {
        if !matches!(control.changed, Changed::Trial(TrialId::Models)) {
            return None;
        }
        let answer = control.attempt.response().filter(|answer| answer.is_success())?;
        lists_model(&serde_json::from_slice(&answer.readable()).ok()?, &request?.model(self.catalog)?)
    }

    fn drop_all(
        &mut self,
        evidence: &Evidence,
        readings: &[Reading],
        control_readings: &[Reading],
        profile: Option<&Profile>,
    ) {
        let minimal = evidence.isolation.iter().filter_map(|i| i.verdict.minimal.as_ref());
        let controls = evidence.controls.iter().map(|c| &c.request);
        for request in evidence.request.iter().chain(controls).chain(minimal) {
            self.drop_request(request);
        }
        for (index, attempt) in evidence.attempts.iter().enumerate() {
            self.drop_response(attempt, readings.get(index));
        }
        for (index, control) in evidence.controls.iter().enumerate() {
            self.drop_response(&control.attempt, control_readings.get(index));
        }
        // The gateway's own name is in every note; a key that is named after it is not betrayed by it.
        let hosts = evidence.request.iter().map(|r| r.target.host.as_str());
        let named = profile.into_iter().flat_map(|p| p.hosts.iter().map(String::as_str));
        for host in hosts.chain(named) {
            if !self.ring.iter().any(|held| host.contains(&held.expose().to_lowercase())) {
                self.text.lexicon.add(host);
            }
        }
        self.text.placeholders.leave_to(&self.ring);
        self.text.secrets = SecretScan::new(&self.ring, &self.text.lexicon);
        self.text.prompts = EchoScan::new(self.prompts.iter().map(String::as_str))
            .with_names(self.names.iter().map(String::as_str));
        self.text.outputs = EchoScan::new(self.outputs.iter().map(String::as_str));
    }

    /// The operator's words as they may leave. Lines stay lines.
    pub fn words(&mut self, words: &Words) -> SafeWords {
        let (catalog, text) = (self.catalog, &mut self.text);
        let mut rule = |raw: &str, place: &str| {
            if raw.trim().is_empty() {
                return Clean::default();
            }
            let place = format!("words.{place}");
            let known = (std::mem::take(&mut text.placeholders), std::mem::take(&mut text.ledger));
            let (read, known) = filter::of_words(catalog, text.secrets.clone(), known, (raw, &place));
            (text.placeholders, text.ledger) = known;
            text.apply(&read, Scope::Own, &place).clean
        };
        SafeWords {
            question: rule(&words.question, "question"),
            expected: rule(&words.expected, "expected"),
            impact: rule(&words.impact, "impact"),
            tried: rule(&words.tried, "tried"),
            operator: rule(&words.operator, "operator"),
            notes: rule(&words.notes, "notes"),
            service: rule(&words.service, "service"),
            deployment: rule(&words.deployment, "deployment"),
        }
    }

    /// What was replaced so far.
    pub fn ledger(&self) -> &Ledger {
        &self.text.ledger
    }

    /// The check for everything that is rendered from this case.
    pub fn audit(&self) -> Audit {
        let dropped = self.prompts.iter().chain(&self.outputs).map(String::as_str);
        let names = self.names.iter().map(String::as_str);
        let base = Lexicon::of(self.catalog);
        let mut ring = self.ring.clone();
        for value in &self.withheld {
            ring.hold(SecretKind::Key, Origin::Given("this machine"), value);
        }
        let detectors = Detectors::of(&self.catalog.detectors);
        Audit::new(&ring, dropped, names, (&self.text.lexicon, &base), &detectors)
    }
}
