//! What the operator is asked before anything is sent, and which key may go to which host.

use super::{Binding, PollPlan, Session};
use crate::case::isolate::{Changed, Planned, most_requests};
use crate::case::keyring::{Held, KeyRing, Label, Origin};
use crate::case::request::{Header, Part, Request};
use crate::case::retry::Polling;

/// Why something is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To reproduce the failure.
    Reproduce,
    /// As a control, with one thing changed.
    Control(Changed),
    /// To find what makes it fail, by several requests that differ from this one in one thing each.
    Isolate,
    /// To ask for the task that an answer named, until it ends.
    Poll,
    /// To check the gateway's contract by several requests that differ from this one in one thing each.
    Check,
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
    /// What each of several requests may start anew, where it makes something that costs; `None` where it does not, or
    /// where there is one only.
    pub makes_again: Option<&'static str>,
    /// What may be sent, in its order, where several requests differ from this one.
    pub plan: Vec<Planned>,
    /// The questions for the task that the answer may name.
    pub polls: Option<PollPlan>,
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

    /// The file in one line without its name.
    pub fn shape(&self) -> String {
        let media = self.media_type.as_deref().unwrap_or("no type");
        format!("{}: {media}, {} bytes", self.field, self.bytes)
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
    /// What is known of it and the host that it would go to.
    pub belongs: Belongs,
}

/// How a key and the host that it would go to belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Belongs {
    /// The operator confirmed it for this host.
    Confirmed,
    /// It stood beside this host in what was pasted; the operator confirmed nothing.
    Beside,
    /// Nothing is known of it.
    New,
    /// It was confirmed for these hosts, or stood beside one of them in the paste; this host is none of them.
    Elsewhere(Vec<String>),
}

impl KeyUse {
    /// True when the operator must look twice: the key belongs to another host.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self.belongs, Belongs::Elsewhere(_))
    }

    /// True where nothing says that the key belongs to this host.
    pub fn is_new(&self) -> bool {
        matches!(self.belongs, Belongs::New | Belongs::Elsewhere(_))
    }

    /// How it and `host` belong together, for the operator. Only what somebody confirmed is called confirmed.
    pub fn said(&self, host: &str) -> String {
        match &self.belongs {
            Belongs::Confirmed => format!("confirmed for {host}"),
            Belongs::Beside => format!("it stood beside {host} there; you have not confirmed it yet"),
            Belongs::New => format!("not yet confirmed for {host}"),
            Belongs::Elsewhere(hosts) => format!("it belongs to {}, not to {host}", hosts.join(", ")),
        }
    }
}

impl Consent {
    /// The address without its query.
    pub fn address(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }

    /// What several requests may cost, in one sentence; `None` where one of them makes nothing.
    pub fn risk(&self) -> Option<String> {
        let what = self.makes_again?;
        Some(format!(
            "Each of these requests may make {what} of its own and be charged, also one whose answer is lost: nothing tells \
             the gateway that they are the same."
        ))
    }

    /// What is asked before the contract is checked: `request` stands for all of them, which go to the same host, with no
    /// other key than its own.
    pub fn for_checks(request: Request, most_requests: u32, ring: &KeyRing, bindings: &[Binding]) -> Self {
        let host = request.target.host_port();
        let used = |held: &Held| key_use(held, &host, bound(held, bindings).collect(), None);
        let keys = keys_in(&request, ring).into_iter().map(used).collect();
        Self::of(request, Purpose::Check, most_requests, keys)
    }

    fn of(request: Request, purpose: Purpose, most_requests: u32, keys: Vec<KeyUse>) -> Self {
        Self {
            purpose,
            method: request.method.clone(),
            url: request.target.masked_url(),
            host: request.target.host_port(),
            headers: request.headers.clone(),
            body_bytes: request.body_bytes(),
            uploads: request.form.iter().filter_map(Upload::of).collect(),
            most_requests,
            makes_again: None,
            plan: Vec::new(),
            polls: None,
            keys,
            request,
        }
    }

    /// The keys that are new to this host, as they are remembered once the operator has confirmed them.
    pub fn new_bindings(&self) -> Vec<Binding> {
        let of = |key: &KeyUse| match &key.origin {
            Origin::Environment(name) if key.is_new() => {
                Some(Binding { key: name.clone(), host: self.host.clone() })
            }
            _ => None,
        };
        self.keys.iter().filter_map(of).collect()
    }
}

/// The secrets of `ring` that `request` refers to.
fn keys_in<'r>(request: &Request, ring: &'r KeyRing) -> Vec<&'r Held> {
    let mut keys: Vec<&Held> = Vec::new();
    for text in request.masked_texts() {
        for held in ring.used_in(text) {
            if !keys.iter().any(|k| k.label == held.label) {
                keys.push(held);
            }
        }
    }
    keys
}

/// Hosts to which the variable that `held` was read from is bound.
fn bound<'b>(held: &'b Held, bindings: &'b [Binding]) -> impl Iterator<Item = String> + 'b {
    let is_of = |b: &&Binding| matches!(&held.origin, Origin::Environment(name) if b.key == *name);
    bindings.iter().filter(is_of).map(|b| b.host.clone())
}

/// `beside`: the host of the paste in which the key stood.
fn key_use(held: &Held, host: &str, mut confirmed_for: Vec<String>, beside: Option<String>) -> KeyUse {
    let belongs = if confirmed_for.iter().any(|h| h == host) {
        Belongs::Confirmed
    } else if beside.as_deref() == Some(host) {
        Belongs::Beside
    } else {
        confirmed_for.extend(beside);
        if confirmed_for.is_empty() { Belongs::New } else { Belongs::Elsewhere(confirmed_for) }
    };
    KeyUse { label: held.label, origin: held.origin.clone(), belongs }
}

impl Session {
    /// The consent for `request`.
    pub(super) fn consent_for(&self, request: Request, purpose: Purpose) -> Consent {
        let host = request.target.host_port();
        let mut used = keys_in(&request, &self.ring);
        if purpose == Purpose::Isolate {
            let options = self.isolation_options();
            let others = options.other_key.iter().chain(&options.other_account);
            used.extend(others.filter_map(|label| self.ring.iter().find(|held| held.label == *label)));
            used.dedup_by_key(|held| held.label);
        }
        let keys = used.into_iter().map(|held| self.key_use(held, &host)).collect();
        let plan = if purpose == Purpose::Isolate { self.plan_for(&request) } else { Vec::new() };
        let most_requests = match purpose {
            Purpose::Reproduce => self.settings.policy.most_requests(),
            Purpose::Control(_) | Purpose::Check => 1,
            Purpose::Poll => self.bounds().most.min(Polling::MOST),
            Purpose::Isolate => most_requests(&plan, self.isolation_options().budget),
        };
        let polls = match purpose {
            Purpose::Reproduce => self.poll_plan(&request),
            Purpose::Poll => Some(PollPlan { address: request.target.masked_url(), bounds: self.bounds() }),
            _ => None,
        };
        let own_id = self.client_request_id(&request);
        let makes_again = self.makes(&request).filter(|_| most_requests > 1);
        let mut consent = Consent::of(request, purpose, most_requests, keys);
        consent.headers.extend(own_id);
        Consent { makes_again, plan, polls, ..consent }
    }

    /// What is asked before `most` requests like `request` are sent beside the walk, without an id of ours.
    pub fn consent_for_checks(&self, request: Request, most: u32) -> Consent {
        let host = request.target.host_port();
        let used = keys_in(&request, &self.ring);
        let keys = used.into_iter().map(|held| self.key_use(held, &host)).collect();
        Consent::of(request, Purpose::Check, most, keys)
    }

    /// What `request` starts that costs, and that a second one starts again.
    fn makes(&self, request: &Request) -> Option<&'static str> {
        let endpoint = self.catalog.endpoint_at(&request.method, &request.target.path, self.profile())?;
        if request.method == "GET" {
            return None;
        }
        match endpoint.group.as_str() {
            "image" => Some("an image"),
            "video" => Some("a video"),
            "music" => Some("a song"),
            "audio" if endpoint.task => Some("a recording"),
            _ if endpoint.task => Some("a task"),
            _ => None,
        }
    }

    fn key_use(&self, held: &Held, host: &str) -> KeyUse {
        let allowed = self.allowed.iter().filter(|(label, _)| *label == held.label);
        let mut confirmed_for: Vec<String> = allowed.map(|(_, host)| host.clone()).collect();
        confirmed_for.extend(bound(held, &self.bindings));
        // A key that stood in the paste belongs to the host of the same paste.
        let beside = self.pasted_host.clone().filter(|_| held.origin == Origin::Pasted);
        key_use(held, host, confirmed_for, beside)
    }

    /// Keeps what the operator allowed; gives the bindings to remember.
    pub(super) fn allow(&mut self, consent: &Consent, remember: bool) -> Vec<Binding> {
        for key in &consent.keys {
            if !self.allowed.contains(&(key.label, consent.host.clone())) {
                self.allowed.push((key.label, consent.host.clone()));
            }
        }
        let remembered = if remember { consent.new_bindings() } else { Vec::new() };
        self.bindings.extend(remembered.iter().cloned());
        remembered
    }
}
