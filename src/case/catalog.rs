//! What we know of gateways: data from `assets/catalog/`, parsed once; user files override by id.
//!
//! Code holds mechanism, the assets hold knowledge: a new gateway, endpoint, topic or rule needs no Rust. Every fact
//! carries the page it comes from and the date on which somebody read it.

mod built_in;
mod check;
mod claim;
mod client;
mod contract;
mod derived;
mod destination;
mod detector;
mod endpoint;
mod log;
mod many_words;
mod matrix;
mod needle;
mod part;
mod read;
mod rule;
mod task;
#[cfg(test)]
mod tests;
mod transport;
mod tried;

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use crate::case::vocabulary::{EnvelopeKind, TaskState};

pub use claim::{ClaimKind, ClaimPatterns, Claims};
pub use client::ClientMarks;
pub use contract::{Check, Condition, Contract, Kind, Payload, Provider, Severity};
pub use derived::Derived;
pub use destination::{Destination, Markup, TextLimit};
pub use detector::{CHECKS, Detector, Near, Proviso, Words};
pub use endpoint::{
    AnswerKind, Auth, BodyKind, Endpoint, Field, HeaderHint, ModelPlace, Page, Parameter, Served, StreamKind,
};
pub use log::{ClientsRetry, Grouping, LogFields, LogProfile, LogValue};
pub use many_words::{FoundWord, ManyWords};
pub use matrix::{Change, Credential, Criterion, Expected, Matrix, MatrixCheck, Proof, Scalar};
pub use needle::{AnyOf, Needles};
pub use part::Part;
pub use read::{CatalogError, ids_of_rules, read_files};
pub use rule::{Also, ClassDefaults, Example, Larger, Patterns, Rank, Rule, StreamState, Then, When};
pub use task::{TaskStart, TaskTold};
pub use transport::{TransportGroup, TransportSearch, TransportWords};
pub use tried::for_few_texts;

/// Everything the catalog knows, each part read at the first look. Shared by reference; never changes while the program
/// runs.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Gateways, `cometapi` first.
    pub profiles: Part<Vec<Profile>>,
    /// Endpoint families, in the order in which the picker shows them.
    pub endpoints: Part<Vec<Endpoint>>,
    /// What the published references say of requests; preflight reads it.
    pub contract: Part<Contract>,
    /// The checks of the contract matrix (`casefile check`) and the criteria of acceptance.
    pub matrix: Part<Matrix>,
    /// Help-center topics.
    pub topics: Part<Vec<Topic>>,
    /// Classification rules in the order in which they are tried.
    pub rules: Part<Vec<Rule>>,
    /// What follows from each failure class where no rule says otherwise.
    pub classes: Part<Vec<ClassDefaults>>,
    /// What may leave a body or header as it stands.
    pub safe: Part<Safe>,
    /// Patterns of secrets and personal data in free text.
    pub detectors: Part<Vec<Detector>>,
    /// Clients, those that call others first.
    pub clients: Part<Vec<ClientMarks>>,
    /// Places that a note can be sent to.
    pub destinations: Part<Vec<Destination>>,
    /// Claims that need a source.
    pub claims: Part<Claims>,
    /// How logs are laid out, in the order in which they are tried.
    pub log_profiles: Part<Vec<LogProfile>>,
    /// What makes two failures of a log the same.
    pub grouping: Part<Grouping>,
    /// Words by which secrets are told from ids.
    pub words: Part<Arc<Words>>,
    /// What clients print of a request that got no answer.
    pub transport: Part<TransportWords>,
    /// The patterns of the claims and their words, gathered at the first use.
    claim_patterns: Derived<ClaimPatterns>,
    /// The words of the rules' patterns, gathered at the first diagnosis.
    rule_words: Derived<Needles>,
    /// The words of clients, made ready for a search at the first text.
    transport_search: Derived<TransportSearch>,
    /// What the sanitizer takes from the catalog, gathered at the first text: a matter of that room alone.
    pub for_sanitizer: Derived<dyn std::any::Any + Send + Sync>,
}

/// One gateway: where it is, how it takes a key, how it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable id, for example `cometapi`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Host names (lower case) that select this profile, without a port for every port; `*.llm.example` stands for every
    /// name below. Empty: never selected by host.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// True where it is a maker of models itself, with nobody behind it: what it answers, the provider answers.
    #[serde(default)]
    pub provider: bool,
    /// How its key travels, the usual way first.
    #[serde(default)]
    pub auth: Vec<Carrier>,
    /// Ids of the endpoints that its documentation has; empty: all that the catalog has for it.
    #[serde(default)]
    pub endpoints: Vec<String>,
    /// Shapes in which it states errors, the usual one first.
    #[serde(default)]
    pub envelopes: Vec<EnvelopeKind>,
    /// Base URLs; the first is the default. Empty where only the operator knows it.
    #[serde(default)]
    pub base_urls: Vec<BaseUrl>,
    /// Hosts of the gateway's web site: a redirect there means that the API did not know the path.
    #[serde(default)]
    pub web_hosts: Vec<String>,
    /// Environment variables that usually hold a key of this gateway, best first.
    #[serde(default)]
    pub key_env: Vec<String>,
    /// Request-id headers, lower case; the first that is present is the primary id.
    #[serde(default)]
    pub request_id_headers: Vec<String>,
    /// The header in which a caller may send an id of its own, which the gateway logs beside its own id and never takes for
    /// it.
    #[serde(default)]
    pub client_request_id: Option<ClientRequestId>,
    /// Error `type` values by which the gateway itself speaks, as a regular expression; empty: unknown.
    #[serde(default)]
    pub own_error_type: String,
    /// Where the gateway's own errors say what they say, where that is none of the known shapes.
    #[serde(default)]
    pub error_fields: ErrorFields,
    /// Offset of the clock inside the gateway's request ids, hours east of UTC, where it is known.
    #[serde(default)]
    pub request_id_utc_offset_hours: Option<i32>,
    /// Topic ids by failure class where they differ from the general choice.
    #[serde(default)]
    pub topics: std::collections::BTreeMap<String, String>,
    /// Topic ids by failure class that are named beside the topic: pages of the gateway's own documentation.
    #[serde(default)]
    pub see_also: std::collections::BTreeMap<String, String>,
    /// What it answers to the checks of the contract matrix, by check.
    #[serde(default)]
    pub expectations: std::collections::BTreeMap<String, Expected>,
    /// Where a human can be reached.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// Pages of its documentation beside `doc_url`.
    #[serde(default)]
    pub docs: Vec<Document>,
    /// The documentation's root page.
    pub doc_url: String,
    /// Date (YYYY-MM-DD) on which `doc_url` was read.
    pub accessed: String,
}

/// Where a gateway takes a caller's own request id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRequestId {
    /// Name of the header, lower case.
    pub header: String,
    /// Page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) on which it was read.
    pub accessed: String,
}

/// One way in which a key travels; one of `header` and `query` is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Carrier {
    /// Name of the header, lower case.
    pub header: String,
    /// The word before the key in the header, for example `Bearer`; empty: none.
    pub scheme: String,
    /// Name of the query parameter.
    pub query: String,
}

/// A page of a gateway's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is about, a few words.
    pub about: String,
    /// Its URL.
    pub url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// True where the page was read on that date.
    #[serde(default)]
    pub confirmed: bool,
}

/// Where an error body of a gateway's own shape holds its parts, as JSON pointers (`/fault/text`); empty: not there.
/// They are asked before the known shapes, in answers that are no success.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErrorFields {
    /// The sentence.
    pub message: String,
    /// The code, a text or a number.
    pub code: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The parameter or field that is wrong.
    pub param: String,
    /// The request id.
    pub request_id: String,
}

/// A base URL under an alias that may stand in a note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseUrl {
    /// Short name, for example `cometapi`.
    pub alias: String,
    /// Scheme and host without a trailing slash and without `/v1`.
    pub url: String,
}

/// A support channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// `form`, `email`, `chat`, `issues` or `docs`.
    pub kind: String,
    /// Address or URL.
    pub address: String,
    /// What it is for.
    pub purpose: String,
    /// Page that says so.
    pub source: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
}

/// A help-center section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Stable id, for example `rate_limits_concurrency`.
    pub id: String,
    /// The section's title.
    pub title: String,
    /// Whose help center it is; empty: not said. A note for another gateway names it, so that nobody takes the page for
    /// that gateway's own.
    #[serde(default)]
    pub site: String,
    /// Page, with its anchor where one is known.
    pub url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// False where nobody saw the anchor or text.
    #[serde(default)]
    pub confirmed: bool,
    /// Profiles to which it belongs; empty: all.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// What the section tells the operator to do, one sentence.
    #[serde(default)]
    pub advice: String,
}

/// What may leave as it stands, by name. All else leaves as its shape only.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safe {
    /// Request headers (lower case) whose value may be shown.
    pub request_headers: Vec<String>,
    /// Response headers (lower case) whose value may be shown.
    pub response_headers: Vec<String>,
    /// Headers (lower case) that carry a credential, with the kind of secret: `key`, `password` or `cookie`.
    pub credential_headers: std::collections::BTreeMap<String, String>,
    /// Query parameters (lower case) that carry a credential.
    pub credential_query: Vec<String>,
    /// Query parameters whose value may be shown.
    pub query: Vec<String>,
    /// Keys of request bodies whose scalar value may be shown, at any depth outside prompts.
    pub request_fields: Vec<String>,
    /// Keys of request bodies that hold the operator's or a user's text: everything below leaves as its shape.
    pub prompt_fields: Vec<String>,
    /// Keys of request bodies that hold a map whose own keys are words of the operator or a user, such as `metadata`.
    pub free_maps: Vec<String>,
    /// Keys of response bodies whose scalar value may be shown.
    pub response_fields: Vec<String>,
    /// Words (lower case) of which a code with blanks in it may consist.
    #[serde(default)]
    pub code_words: Vec<String>,
}

impl Topic {
    /// The section's title, and whose page it is: it may be another gateway's than the one that answered.
    pub fn named(&self) -> String {
        match self.site.as_str() {
            "" => self.title.clone(),
            site => format!("{} (a page of {site})", self.title),
        }
    }
}

impl Profile {
    /// True when `host` (lower case, with or without a port) is one of this profile's by its full name. A key may go
    /// there: a host that only fits `*.llm.example` may be anybody's.
    pub fn is_at(&self, host: &str) -> bool {
        let bare = without_port(host);
        self.hosts.iter().any(|own| own == host || own == bare)
    }

    /// True when `host` is one of this profile's, by its full name or below one of its domains (`*.llm.example`).
    pub fn covers(&self, host: &str) -> bool {
        let below = |own: &String| {
            let domain = own.strip_prefix('*').filter(|domain| domain.starts_with('.'));
            domain.is_some_and(|d| without_port(host).strip_suffix(d).is_some_and(|name| !name.is_empty()))
        };
        self.is_at(host) || self.hosts.iter().any(below)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

static BUILT_IN: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(built_in::catalog()));

impl Catalog {
    /// The catalog that is compiled into the program, each part read at the first use.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// The profile with this id.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.id == id)
    }

    /// The profile for a host: by host and port, by host name, by the domain above it, else `openai_compatible`, else the
    /// first.
    ///
    /// A loopback address belongs to no gateway by itself; `practice` is chosen by name only. A user's profile may name
    /// one with its port (`127.0.0.1:4000`).
    pub fn profile_for_host(&self, host: &str) -> Option<&Profile> {
        let host = host.to_ascii_lowercase();
        self.profiles
            .iter()
            .find(|p| p.hosts.contains(&host))
            .or_else(|| self.profiles.iter().find(|p| p.is_at(&host)))
            .or_else(|| self.profiles.iter().find(|p| p.covers(&host)))
            .or_else(|| self.profile("openai_compatible"))
            .or_else(|| self.profiles.first())
    }

    /// The patterns of the claims. A file of a user was checked when it was read.
    pub fn claim_patterns(&self) -> Arc<ClaimPatterns> {
        self.claim_patterns.of(|| Arc::new(ClaimPatterns::of(&self.claims)))
    }

    /// The words of the rules' patterns over `error.message`, in the order of the rules.
    pub fn rule_words(&self) -> Arc<Needles> {
        self.rule_words.of(|| Arc::new(Needles::of_any(self.rules.iter().map(|rule| rule.when.words()))))
    }

    /// The words of clients, ready for a search.
    pub fn transport_search(&self) -> Arc<TransportSearch> {
        self.transport_search.of(|| Arc::new(TransportSearch::of(&self.transport)))
    }

    /// True where a rule knows these words as those of a gateway's or provider's refusal. What only clients say of the
    /// connection or of an answer that they cannot read is none.
    pub fn knows_refusal(&self, words: &str) -> bool {
        use crate::case::vocabulary::FailureClass as Class;
        let may = self.rule_words().may_match(std::iter::once(words));
        self.rules.iter().zip(may).any(|(rule, may)| {
            let of_client = matches!(
                rule.then.class,
                Class::NetworkDns
                    | Class::NetworkConnect
                    | Class::NetworkTls
                    | Class::NetworkReset
                    | Class::ClientTimeout
                    | Class::StreamInterrupted
                    | Class::InvalidResponse
                    | Class::Unknown
            );
            may && !of_client
                && !matches!(rule.rank(), Rank::Status | Rank::Hint)
                && rule.when.message.is_match(words)
                && !rule.when.unless_message.is_match(words)
        })
    }

    /// The endpoint with this id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.id == id)
    }

    /// The endpoint that takes `method` on `path`, whatever the gateway: a path that is written out goes before one with
    /// `{…}`, and of equal ones a general one before one of a certain gateway, then the first.
    pub fn endpoint_for(&self, method: &str, path: &str) -> Option<&Endpoint> {
        self.endpoint_at(method, path, None)
    }

    /// The endpoint that takes `method` on `path` at a gateway of `profile`: one of another gateway only where neither
    /// this one nor the general ones have the path, and one that names this profile before an equal general one.
    pub fn endpoint_at(&self, method: &str, path: &str, profile: Option<&Profile>) -> Option<&Endpoint> {
        let mut best: Option<((bool, usize, bool), &Endpoint)> = None;
        for endpoint in self.endpoints.iter().filter(|e| e.method.eq_ignore_ascii_case(method)) {
            let Some(literal) = endpoint.fit(path) else { continue };
            let rank = match profile {
                None => (true, literal, endpoint.profiles.is_empty()),
                Some(_) => (endpoint.belongs_to(profile), literal, !endpoint.profiles.is_empty()),
            };
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, endpoint));
            }
        }
        best.map(|(_, endpoint)| endpoint)
    }

    /// The state of a task that `word` stands for at any vendor; `None`: at none.
    pub fn task_state(&self, word: &str) -> Option<TaskState> {
        self.endpoints.iter().filter_map(|e| e.tells.as_ref()).find_map(|tells| tells.state_of(word))
    }

    /// The endpoints on `path`, whatever their method.
    pub fn endpoints_on_path<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Endpoint> {
        self.endpoints.iter().filter(move |e| e.fit(path).is_some())
    }

    /// The destination with this id.
    pub fn destination(&self, id: &str) -> Option<&Destination> {
        self.destinations.iter().find(|d| d.id == id)
    }

    /// The headings whose sections go first where a text is too long for `destination`.
    pub fn cut_first<'a>(&'a self, destination: &'a Destination) -> &'a [String] {
        let usual = || self.destination("generic").map_or(&[][..], |generic| &generic.cut);
        if destination.cut.is_empty() { usual() } else { &destination.cut }
    }

    /// Every address that an entry names: what a note of ours may lead to.
    pub fn names_address(&self, url: &str) -> bool {
        let of_profile = |p: &Profile| p.doc_url == url || p.docs.iter().any(|page| page.url == url);
        let of_endpoint = |e: &Endpoint| e.doc_url == url || e.docs.values().any(|page| page.url == url);
        self.profiles.iter().any(of_profile)
            || self.endpoints.iter().any(of_endpoint)
            || self.topics.iter().any(|topic| topic.url == url)
            || self.rules.iter().any(|rule| rule.source == url)
    }

    /// The topic with this id.
    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|t| t.id == id)
    }

    /// What follows from `class`; `None` only where a file of the catalog is broken.
    pub fn class(&self, class: crate::case::vocabulary::FailureClass) -> Option<&ClassDefaults> {
        self.classes.iter().find(|c| c.class == class)
    }

    /// The kind of secret that header `name` carries, if it is a credential header.
    pub fn credential_header(&self, name: &str) -> Option<crate::case::keyring::SecretKind> {
        use crate::case::keyring::SecretKind;
        match self.safe.credential_headers.get(&name.to_ascii_lowercase())?.as_str() {
            "password" => Some(SecretKind::Password),
            "cookie" => Some(SecretKind::Cookie),
            _ => Some(SecretKind::Key),
        }
    }

    /// True when query parameter `name` carries a credential.
    pub fn credential_query(&self, name: &str) -> bool {
        self.safe.credential_query.iter().any(|q| q.eq_ignore_ascii_case(name))
    }
}
