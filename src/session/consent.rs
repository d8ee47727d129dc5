//! What the operator is asked before anything is sent, and which key may go to which host.

use super::{Binding, Session};
use crate::case::isolate::Changed;
use crate::case::keyring::{Held, Label, Origin};
use crate::case::request::{Header, Part, Request};

/// Why something is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To reproduce the failure.
    Reproduce,
    /// As a control, with one thing changed.
    Control(Changed),
}

/// Exactly what will be sent, to which host, with which keys.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Why.
    pub purpose: Purpose,
    /// Method.
    pub method: String,
    /// Address, masked.
    pub url: String,
    /// Host and port.
    pub host: String,
    /// Headers, masked.
    pub headers: Vec<Header>,
    /// Bytes of the body.
    pub body_bytes: u64,
    /// Files that are uploaded.
    pub uploads: Vec<Upload>,
    /// Most requests that this consent can lead to.
    pub most_requests: u32,
    /// Keys that go along.
    pub keys: Vec<KeyUse>,
    /// What is sent.
    pub(super) request: Request,
}

/// A file that is uploaded.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Field of the form.
    pub field: String,
    /// Path as written, or the name of a file whose content stands in the paste. For the operator's eyes only.
    pub file: String,
    /// Media type that is declared.
    pub media_type: Option<String>,
    /// Bytes.
    pub bytes: u64,
}

impl Upload {
    /// The file in one line, for the operator.
    pub fn line(&self) -> String {
        let media = self.media_type.as_deref().unwrap_or("no type");
        format!("{}: {}, {media}, {} bytes", self.field, self.file, self.bytes)
    }

    fn of(part: &Part) -> Option<Self> {
        let file = part.path().or(part.sent_filename())?.to_owned();
        let media_type = part.sent_media_type().map(str::to_owned);
        Some(Self { field: part.name.clone(), file, media_type, bytes: part.bytes().unwrap_or(0) })
    }
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upload({} bytes)", self.bytes)
    }
}

/// A key that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Its label.
    pub label: Label,
    /// Where it came from.
    pub origin: Origin,
    /// It was never confirmed for this host.
    pub is_new: bool,
    /// Hosts for which the same key was confirmed before; empty for a new key.
    pub confirmed_for: Vec<String>,
}

impl KeyUse {
    /// True when the operator must look twice: the key belongs to another host.
    pub fn is_elsewhere(&self) -> bool {
        self.is_new && !self.confirmed_for.is_empty()
    }
}

impl Session {
    /// The consent for `request`.
    pub(super) fn consent_for(&self, request: Request, purpose: Purpose) -> Consent {
        let host = request.target.host_port();
        let keys = self.keys_in(&request).into_iter().map(|held| self.key_use(held, &host)).collect();
        let most_requests = match purpose {
            Purpose::Reproduce => self.settings.policy.most_requests(),
            Purpose::Control(_) => 1,
        };
        Consent {
            purpose,
            method: request.method.clone(),
            url: request.target.masked_url(),
            host,
            headers: request.headers.iter().cloned().chain(self.client_request_id(&request, 1)).collect(),
            body_bytes: request.body_bytes(),
            uploads: request.form.iter().filter_map(Upload::of).collect(),
            most_requests,
            keys,
            request,
        }
    }

    /// The held secrets that `request` refers to.
    fn keys_in(&self, request: &Request) -> Vec<&Held> {
        let mut keys: Vec<&Held> = Vec::new();
        for text in request.masked_texts() {
            for held in self.ring.used_in(text) {
                if !keys.iter().any(|k| k.label == held.label) {
                    keys.push(held);
                }
            }
        }
        keys
    }

    fn key_use(&self, held: &Held, host: &str) -> KeyUse {
        let mut confirmed_for: Vec<String> = self
            .allowed
            .iter()
            .filter(|(label, _)| *label == held.label)
            .map(|(_, host)| host.clone())
            .collect();
        match &held.origin {
            Origin::Environment(name) => {
                confirmed_for.extend(self.bindings.iter().filter(|b| b.key == *name).map(|b| b.host.clone()));
            }
            // A key that stood in the paste belongs to the host of the same paste.
            Origin::Pasted => confirmed_for.extend(self.pasted_host.clone()),
            Origin::Given(_) => {}
        }
        let is_new = !confirmed_for.iter().any(|h| h == host);
        KeyUse { label: held.label, origin: held.origin.clone(), is_new, confirmed_for }
    }

    /// Keeps what the operator allowed; gives the bindings to remember.
    pub(super) fn allow(&mut self, consent: &Consent, remember: bool) -> Vec<Binding> {
        let mut remembered = Vec::new();
        for key in &consent.keys {
            if !self.allowed.contains(&(key.label, consent.host.clone())) {
                self.allowed.push((key.label, consent.host.clone()));
            }
            if let (true, true, Origin::Environment(name)) = (remember, key.is_new, &key.origin) {
                let binding = Binding { key: name.clone(), host: consent.host.clone() };
                self.bindings.push(binding.clone());
                remembered.push(binding);
            }
        }
        remembered
    }
}
