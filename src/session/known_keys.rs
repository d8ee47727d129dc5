//! "The same key or another key?" Inside a note a placeholder's number says it; between cases a fingerprint that never
//! leaves this machine. The session says which credentials a case has, `io::store` knows where they were seen before.

use chrono::NaiveDate;
use secrecy::{ExposeSecret, SecretString};

use super::{Effect, Session};
use crate::case::finding::Level;
use crate::case::sanitize::{PlaceholderMap, SafeEvidence};

/// One credential of a case. `Debug` shows its placeholder.
#[derive(Clone)]
pub struct CaseKey {
    /// Its placeholder in the note, `[key#1]`.
    pub placeholder: String,
    /// Kind of credential: `key`, `password`, `cookie`.
    pub kind: String,
    /// Its value.
    pub value: SecretString,
}

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CaseKey({})", self.placeholder)
    }
}

impl PartialEq for CaseKey {
    fn eq(&self, other: &Self) -> bool {
        self.placeholder == other.placeholder && self.value.expose_secret() == other.value.expose_secret()
    }
}

/// The credentials of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseKeys {
    /// The case's id.
    pub case_id: String,
    /// Host (and port) of the request, as a note says it; empty where there is no request.
    pub host: String,
    /// The credentials, in the order of their placeholders.
    pub keys: Vec<CaseKey>,
}

/// An earlier case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenIn {
    /// The case's id.
    pub case_id: String,
    /// The day on which its note was finished, UTC.
    pub on: NaiveDate,
}

/// What is known of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquaintance {
    /// Other cases had it.
    Seen {
        /// The newest of them.
        last: SeenIn,
        /// How many they are.
        cases: usize,
    },
    /// No other case had it.
    New {
        /// The newest case in which another credential of this kind went to the same host.
        other: Option<SeenIn>,
    },
    /// It is so short that its fingerprint could be guessed; none is made.
    TooShort,
}

/// A credential of this case and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySeen {
    /// Its placeholder.
    pub placeholder: String,
    /// Kind of credential.
    pub kind: String,
    /// Its fingerprint, where there is one: for this machine only, the audit lets it into nothing.
    pub fingerprint: Option<String>,
    /// What is known.
    pub acquaintance: Acquaintance,
}

impl KeySeen {
    /// One line for people, without the fingerprint.
    pub fn said(&self) -> String {
        let Self { placeholder, kind, .. } = self;
        match &self.acquaintance {
            Acquaintance::Seen { last: SeenIn { case_id, on }, cases } => {
                let cases = if *cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
                format!("{placeholder} the same {kind} as in case {case_id} of {on} ({cases})")
            }
            Acquaintance::New { other: Some(SeenIn { case_id, on }) } => {
                format!("{placeholder} not seen before; another {kind} than in case {case_id} of {on}")
            }
            Acquaintance::New { other: None } => format!("{placeholder} not seen before"),
            Acquaintance::TooShort => format!("{placeholder} too short to be compared with other cases"),
        }
    }
}

/// The credentials among `placeholders`.
pub(super) fn credentials(placeholders: &PlaceholderMap) -> Vec<CaseKey> {
    placeholders
        .credentials()
        .map(|(placeholder, kind, value)| CaseKey {
            placeholder: placeholder.to_owned(),
            kind: kind.to_owned(),
            value: value.clone(),
        })
        .collect()
}

/// Host and port as the note has them.
fn host(evidence: &SafeEvidence) -> String {
    let Some(request) = &evidence.request else { return String::new() };
    let port = request.port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{}{port}", request.host)
}

impl Session {
    /// Host and port of the request as the note has them; `None` where there is no note.
    pub fn clean_host(&self) -> Option<String> {
        self.output.as_ref().map(|output| host(&output.evidence))
    }

    /// What is known of the case's credentials, or why they are not compared; `None` as long as nobody answered.
    pub fn keys_seen(&self) -> Option<&Result<Vec<KeySeen>, String>> {
        self.keys_seen.as_ref()
    }

    /// The credentials of the note as it stands. Practice has none: its keys are made up.
    fn case_keys(&self) -> Option<CaseKeys> {
        let output = self.output.as_ref()?;
        if output.keys.is_empty() || self.chosen_profile.as_deref() == Some("practice") {
            return None;
        }
        let keys = output.keys.clone();
        Some(CaseKeys { case_id: self.id().to_owned(), host: host(&output.evidence), keys })
    }

    /// Asks what is known of the credentials, once for each set of them.
    pub(super) fn recall_keys(&mut self) -> Option<Effect> {
        let keys = self.case_keys();
        if keys.is_none() && self.output.is_some() {
            self.asked_keys = None;
            self.keys_seen = None;
        }
        let keys = keys.filter(|keys| self.asked_keys.as_ref() != Some(keys))?;
        self.asked_keys = Some(keys.clone());
        self.keys_seen = None;
        Some(Effect::RecallKeys(keys))
    }

    /// A note was handed over: its credentials are known from now on.
    pub(super) fn remember_keys(&self) -> Option<Effect> {
        self.case_keys().map(Effect::RememberKeys)
    }

    pub(super) fn keys_recalled(&mut self, result: Result<Vec<KeySeen>, String>) -> Vec<Effect> {
        let before = self.fingerprints();
        self.keys_seen = Some(result);
        // The audit has to know them. A note that is out already was made before they were, and stays as it was copied.
        if self.fingerprints() != before && self.delivered.is_empty() {
            self.note_is_stale();
        }
        Vec::new()
    }

    /// The note is out, and what just happened stands; the trouble is told after it.
    pub(super) fn keys_not_remembered(&mut self, error: &str) -> Vec<Effect> {
        let done = self.notice.as_ref().map_or_else(String::new, |notice| format!("{}; ", notice.text));
        self.say(Level::Warning, format!("{done}its keys were not remembered: {error}"));
        Vec::new()
    }

    /// Fingerprints of this case, which may stand in nothing that leaves.
    pub(super) fn fingerprints(&self) -> Vec<String> {
        let seen = self.keys_seen.iter().flatten().flatten();
        seen.filter_map(|key| key.fingerprint.clone()).collect()
    }
}
