//! What we know of gateways: data from `assets/catalog/`, parsed once; user files override by id.
//!
//! Code holds mechanism, the assets hold knowledge: a new gateway, endpoint, topic or rule needs no Rust. Every fact
//! carries the page it comes from and the date on which somebody read it.

mod read;
mod rule;

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

pub use read::{CatalogError, read_files};
pub use rule::{Also, ClassDefaults, Example, Patterns, Rank, Rule, StreamState, Then, When};

/// Everything the catalog knows. Shared by reference; never changes while the program runs.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Gateways, `cometapi` first.
    pub profiles: Vec<Profile>,
    /// Endpoint families, in the order in which the picker shows them.
    pub endpoints: Vec<Endpoint>,
    /// Help-center topics.
    pub topics: Vec<Topic>,
    /// Classification rules in the order in which they are tried.
    pub rules: Vec<Rule>,
    /// What follows from each failure class where no rule says otherwise.
    pub classes: Vec<ClassDefaults>,
    /// What may leave a body or header as it stands.
    pub safe: Safe,
    /// Patterns of secrets and personal data in free text.
    pub detectors: Vec<Detector>,
}

/// One gateway: where it is, how it takes a key, how it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable id, for example `cometapi`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Host names (lower case, no port) that select this profile. Empty: never selected by host.
    #[serde(default)]
    pub hosts: Vec<String>,
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
    /// Error `type` values by which the gateway itself speaks, as a regular expression; empty: unknown.
    #[serde(default)]
    pub own_error_type: String,
    /// Offset of the clock inside the gateway's request ids, hours east of UTC, where it is known.
    #[serde(default)]
    pub request_id_utc_offset_hours: Option<i32>,
    /// Topic ids by failure class where they differ from the general choice.
    #[serde(default)]
    pub topics: std::collections::BTreeMap<String, String>,
    /// Where a human can be reached.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The documentation's root page.
    pub doc_url: String,
    /// Date (YYYY-MM-DD) on which `doc_url` was read.
    pub accessed: String,
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

/// One endpoint family.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Stable id, for example `chat_completions`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// HTTP method.
    pub method: String,
    /// Path from the host on, for example `/v1/chat/completions`; `{name}` stands for one segment.
    pub path: String,
    /// Group in the picker: `text`, `image`, `audio`, `music`, `video` or `account`.
    #[serde(default = "Endpoint::text_group")]
    pub group: String,
    /// In which form the body is sent.
    #[serde(default)]
    pub body: BodyKind,
    /// It starts a task: the answer names a task id, and the result is fetched later from another path.
    #[serde(default)]
    pub task: bool,
    /// Profiles whose gateways have it; empty: all.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// Required body fields with their JSON types; `file` is a file of a form.
    #[serde(default)]
    pub required: Vec<Field>,
    /// Optional body fields whose types are known.
    #[serde(default)]
    pub optional: Vec<Field>,
    /// Roles that `messages[].role` may have; empty: not checked.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Headers that must be there beside the credential, for example `anthropic-version`, with a usual value.
    #[serde(default)]
    pub required_headers: Vec<HeaderHint>,
    /// How the answer streams: `sse` or `none`.
    #[serde(default)]
    pub stream: StreamKind,
    /// A harmless body that works where the model does; `{model}` is replaced. Empty for GET.
    #[serde(default)]
    pub minimal_body: String,
    /// What a good answer must hold, as JSON pointers (`*` = any index); the soft-failure check uses it.
    #[serde(default)]
    pub answer_fields: Vec<String>,
    /// Documentation page: CometAPI's, where `docs` names no other.
    pub doc_url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// False where nobody confirmed the page or its anchor.
    #[serde(default)]
    pub confirmed: bool,
    /// Pages that document the same endpoint for other gateways, by profile id.
    #[serde(default)]
    pub docs: std::collections::BTreeMap<String, Page>,
}

/// A page and when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its URL.
    pub url: String,
    /// Date (YYYY-MM-DD) of access.
    pub accessed: String,
    /// True where the page was read on that date.
    #[serde(default)]
    pub confirmed: bool,
}

/// In which form a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// JSON.
    #[default]
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// Either.
    MultipartOrJson,
    /// There is none.
    None,
}

impl Endpoint {
    fn text_group() -> String {
        "text".to_owned()
    }

    /// The endpoint with the page that documents it for `profile`.
    #[must_use]
    pub fn documented_for(&self, profile: &Profile) -> Self {
        let mut endpoint = self.clone();
        if let Some(page) = self.docs.get(&profile.id) {
            endpoint.doc_url.clone_from(&page.url);
            endpoint.accessed.clone_from(&page.accessed);
            endpoint.confirmed = page.confirmed;
        }
        endpoint
    }
}

/// A body field and its type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name at the top level of the body.
    pub name: String,
    /// `string`, `number`, `integer`, `boolean`, `array`, `object`, `file` or several joined by `|`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A header that an endpoint wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderHint {
    /// Lower-case name.
    pub name: String,
    /// A usual value.
    pub value: String,
}

/// Whether an endpoint can stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// Server-sent events with `stream: true` in the body.
    Sse,
    /// It cannot.
    #[default]
    None,
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
    /// Keys of response bodies whose scalar value may be shown.
    pub response_fields: Vec<String>,
}

/// A pattern of a secret or of personal data in free text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    /// Stable id.
    pub id: String,
    /// Kind of placeholder: `key`, `password`, `email`, `ip`, `phone`, `card`, `account`, `amount`, `url`.
    pub kind: String,
    /// Pattern in the syntax of the `regex` crate; groups `secret` and `secret_too`, where they are, are what is replaced.
    pub pattern: String,
    /// Lower-case words of which one must stand in the text before the pattern is tried; empty: always tried.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// A further condition: `luhn`, `iban`, `public_ip`, `random`, `personal`, `money`, `unexplained`, or empty.
    #[serde(default)]
    pub condition: String,
    /// Where the format is published.
    pub source: String,
    /// Texts that must match (`…` parts are made at run time by the test; no complete key stands in a file).
    #[serde(default)]
    pub matches: Vec<String>,
    /// Texts that must not match.
    #[serde(default)]
    pub spares: Vec<String>,
}

static BUILT_IN: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(read::built_in()));

impl Catalog {
    /// The catalog that is compiled into the program, parsed at the first use.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// The profile with this id.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.id == id)
    }

    /// The profile for a host name: by host, else `openai_compatible`, else the first.
    ///
    /// A loopback address belongs to no gateway by itself; `practice` is chosen by name only.
    pub fn profile_for_host(&self, host: &str) -> Option<&Profile> {
        let host = host.to_ascii_lowercase();
        self.profiles
            .iter()
            .find(|p| p.hosts.contains(&host))
            .or_else(|| self.profile("openai_compatible"))
            .or_else(|| self.profiles.first())
    }

    /// The endpoint with this id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.id == id)
    }

    /// The endpoint that takes `method` on `path`.
    pub fn endpoint_for(&self, method: &str, path: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.method.eq_ignore_ascii_case(method) && path_fits(&e.path, path))
    }

    /// The endpoints on `path`, whatever their method.
    pub fn endpoints_on_path<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Endpoint> {
        self.endpoints.iter().filter(move |e| path_fits(&e.path, path))
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

/// True when `path` has the segments of `template`; `{name}` takes one segment without a slash, and may be a part of
/// it (`{model}:generateContent`).
fn path_fits(template: &str, path: &str) -> bool {
    let mut want = template.split('/');
    let mut have = path.split('/');
    loop {
        match (want.next(), have.next()) {
            (None, None) => return true,
            (Some(w), Some(h)) if segment_fits(w, h) => {}
            _ => return false,
        }
    }
}

fn segment_fits(want: &str, have: &str) -> bool {
    match (want.find('{'), want.rfind('}')) {
        (Some(open), Some(close)) if open < close => {
            let (head, tail) = (want.get(..open).unwrap_or(""), want.get(close + 1..).unwrap_or(""));
            have.len() > head.len() + tail.len() && have.starts_with(head) && have.ends_with(tail)
        }
        _ => want == have,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_fit_paths() {
        let table = [
            ("/v1/chat/completions", "/v1/chat/completions", true),
            ("/v1/chat/completions", "/v1/chat/completions/", false),
            ("/v1/models/{id}", "/v1/models/gpt-4o", true),
            ("/v1/models/{id}", "/v1/models/", false),
            ("/v1beta/models/{model}:generateContent", "/v1beta/models/gemini-pro:generateContent", true),
            ("/v1beta/models/{model}:generateContent", "/v1beta/models/gemini-pro:embedContent", false),
        ];
        for (template, path, fits) in table {
            assert_eq!(path_fits(template, path), fits, "{template} {path}");
        }
    }

    #[test]
    fn built_in_catalog_is_whole() {
        let catalog = Catalog::built_in();
        for id in ["cometapi", "openai_compatible", "practice"] {
            assert!(catalog.profile(id).is_some(), "{id}");
        }
        for profile in &catalog.profiles {
            for topic in profile.topics.values() {
                assert!(catalog.topic(topic).is_some(), "{}: topic {topic}", profile.id);
            }
        }
        for class in crate::case::vocabulary::FailureClass::ALL {
            let defaults = catalog.class(*class).unwrap_or_else(|| panic!("no defaults for {class}"));
            assert!(catalog.topic(&defaults.topic).is_some(), "{class}: topic {}", defaults.topic);
            assert!(!defaults.first_action.is_empty(), "{class}");
        }
        for topic in &catalog.topics {
            assert!(!topic.advice.is_empty(), "{}", topic.id);
            assert!(topic.profiles.iter().all(|p| catalog.profile(p).is_some()), "{}", topic.id);
        }
        assert_eq!(catalog.profile_for_host("API.cometapi.com").map(|p| p.id.as_str()), Some("cometapi"));
        assert_eq!(catalog.profile_for_host("127.0.0.1").map(|p| p.id.as_str()), Some("openai_compatible"));
        assert_eq!(
            catalog.endpoint_for("post", "/v1/chat/completions").map(|e| e.id.as_str()),
            Some("chat_completions")
        );
    }
}
