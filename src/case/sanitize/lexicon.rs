//! Words and phrases that stand in a note whatever the input was: they explain a chance match.
//!
//! A key `acme-gateway-4711` shares eight letters with its own host name, and a prompt may quote the documentation's
//! URL. Only texts that are known to hold nothing of the input's free text are added: the catalog, and typed fields.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem;

use super::sieve::Patterns;
use super::{filter, normal};
use crate::case::catalog::Catalog;

/// What every sanitizer of a catalog begins with. Made once: it takes longer than a case.
#[derive(Clone)]
pub(super) struct Ground {
    phrases: Arc<Phrases>,
    /// The catalog's patterns, and those that only text without structure needs.
    pub(super) patterns: Arc<Patterns>,
}

impl Ground {
    pub(super) fn of(catalog: &Catalog) -> Arc<Self> {
        let make = || {
            let patterns = Patterns::of(filter::rule::detectors(catalog));
            Arc::new(Self { phrases: Arc::new(Phrases::of(catalog)), patterns })
        };
        catalog.for_sanitizer.of(|| make()).downcast::<Self>().unwrap_or_else(|_| make())
    }
}

/// The phrases of a catalog, and those of the case beside them.
#[derive(Clone, Default)]
pub(super) struct Lexicon {
    of_catalog: Arc<Phrases>,
    own: Phrases,
}

/// Phrases in the forms in which windows are compared.
#[derive(Default, Clone)]
pub(super) struct Phrases {
    lower: Searched,
    essence: Searched,
}

/// A text in which much is looked for.
#[derive(Default, Clone)]
struct Searched {
    text: String,
    /// Made when the text is complete.
    grams: Option<Grams>,
}

impl Searched {
    fn contains(&self, part: &str) -> bool {
        self.grams.as_ref().is_none_or(|grams| grams.may_hold(part.as_bytes()))
            && memmem::find(self.text.as_bytes(), part.as_bytes()).is_some()
    }

    fn add(&mut self, line: &str) {
        // What is added later is not among them.
        self.grams = None;
        self.text.push('\u{0}');
        self.text.push_str(line);
        self.text.push('\u{0}');
    }
}

/// The runs of eight bytes of a text, as bits of their hashes: nearly all that does not stand in it is known by one look.
#[derive(Clone)]
struct Grams {
    bits: Vec<u64>,
    shift: u32,
}

/// Bytes of a run.
const GRAM: usize = 8;

impl Grams {
    fn of(text: &str) -> Self {
        let size = (text.len() * 8).next_power_of_two().max(1 << 10);
        let mut grams = Self { bits: vec![0; size / 64], shift: u64::BITS - size.trailing_zeros() };
        runs(text.as_bytes()).for_each(|run| {
            let (word, bit) = grams.place(run);
            if let Some(bits) = grams.bits.get_mut(word) {
                *bits |= bit;
            }
        });
        grams
    }

    fn place(&self, run: u64) -> (usize, u64) {
        let hash = run.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        (usize::try_from(hash / 64).unwrap_or(usize::MAX), 1 << (hash % 64))
    }

    /// False where `part` certainly does not stand in the text.
    fn may_hold(&self, part: &[u8]) -> bool {
        runs(part).all(|run| {
            let (word, bit) = self.place(run);
            self.bits.get(word).is_some_and(|bits| bits & bit != 0)
        })
    }
}

/// Every eight bytes of `text` as a number.
fn runs(text: &[u8]) -> impl Iterator<Item = u64> {
    let mut run = 0_u64;
    let bytes = text.iter().enumerate();
    bytes.filter_map(move |(index, byte)| {
        run = run << 8 | u64::from(*byte);
        (index + 1 >= GRAM).then_some(run)
    })
}

impl PartialEq for Lexicon {
    /// Of one catalog, and the same of the case beside it.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.of_catalog, &other.of_catalog)
            && self.own.lower.text == other.own.lower.text
            && self.own.essence.text == other.own.essence.text
    }
}

impl Lexicon {
    /// Everything that the catalog may put into a note.
    pub(super) fn of(catalog: &Catalog) -> Self {
        Self { of_catalog: Arc::clone(&Ground::of(catalog).phrases), own: Phrases::default() }
    }

    /// Adds a phrase.
    pub(super) fn add(&mut self, text: &str) {
        self.own.add(text);
    }

    /// Bytes that a look-up may have to walk over.
    pub(super) fn size(&self) -> usize {
        self.of_catalog.essence.text.len() + self.own.essence.text.len()
    }

    /// True when the lower-case `window` stands in a phrase.
    pub(super) fn explains_word(&self, window: &str) -> bool {
        [&*self.of_catalog, &self.own].iter().any(|phrases| phrases.lower.contains(window))
    }

    /// True when lower-case `word` stands in a phrase as a whole word.
    pub(super) fn has_whole_word(&self, word: &str) -> bool {
        [&*self.of_catalog, &self.own].iter().any(|phrases| {
            let bytes = phrases.lower.text.as_bytes();
            memmem::find_iter(bytes, word.as_bytes())
                .any(|at| normal::stands_alone(bytes, at, at + word.len()))
        })
    }

    /// True when the letters and digits of a window stand in a phrase in this order. A window without any tells nothing.
    pub(super) fn explains_window(&self, window: &str) -> bool {
        let is_essence = window.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let window = if is_essence { Cow::Borrowed(window) } else { Cow::Owned(normal::essence(window)) };
        [&*self.of_catalog, &self.own].iter().any(|phrases| phrases.essence.contains(&window))
    }
}

impl Phrases {
    fn of(catalog: &Catalog) -> Self {
        let mut lexicon = Self::default();
        for profile in &catalog.profiles {
            lexicon.add_all([&profile.id, &profile.name, &profile.doc_url]);
            lexicon.add_all(profile.hosts.iter().chain(&profile.web_hosts).chain(&profile.key_env));
            lexicon.add_all(&profile.request_id_headers);
            lexicon.add_all(profile.auth.iter().flat_map(|way| [&way.header, &way.query]));
            lexicon.add_all(profile.docs.iter().flat_map(|d| [&d.about, &d.url]));
            lexicon.add_all(profile.base_urls.iter().flat_map(|b| [&b.alias, &b.url]));
            lexicon.add_all(profile.contacts.iter().flat_map(|c| [&c.address, &c.purpose, &c.source]));
        }
        for endpoint in &catalog.endpoints {
            lexicon.add_all([
                &endpoint.id,
                &endpoint.name,
                &endpoint.path,
                &endpoint.doc_url,
                &endpoint.minimal_body,
            ]);
            lexicon.add_all(endpoint.required.iter().chain(&endpoint.optional).map(|f| &f.name));
            lexicon.add_all(endpoint.required_headers.iter().flat_map(|h| [&h.name, &h.value]));
        }
        for topic in &catalog.topics {
            lexicon.add_all([&topic.id, &topic.title, &topic.url, &topic.advice]);
        }
        for rule in &catalog.rules {
            lexicon.add_all([&rule.id, &rule.because, &rule.source]);
            lexicon.add_all(rule.then.first_action.iter().chain(&rule.then.cause));
        }
        lexicon.add_all(catalog.classes.iter().map(|c| &c.first_action));
        let safe = &catalog.safe;
        lexicon.add_all(safe.credential_headers.keys().chain(&safe.credential_query));
        lexicon.add_all(safe.request_headers.iter().chain(&safe.response_headers).chain(&safe.query));
        lexicon.add_all(safe.request_fields.iter().chain(&safe.prompt_fields).chain(&safe.response_fields));
        lexicon.add_all(catalog.detectors.iter().flat_map(|d| [&d.id, &d.kind]));
        for phrase in OWN_WORDS {
            lexicon.add(phrase);
            phrase.split(' ').for_each(|word| lexicon.add(word));
        }
        lexicon.add(include_str!("../../../assets/note.schema.json"));
        for form in [&mut lexicon.lower, &mut lexicon.essence] {
            form.grams = Some(Grams::of(&form.text));
        }
        lexicon
    }

    fn add_all<'t>(&mut self, texts: impl IntoIterator<Item = &'t String>) {
        for text in texts {
            self.add(text);
        }
    }

    fn add(&mut self, text: &str) {
        let lower = text.to_lowercase();
        self.essence.add(&normal::essence(&lower));
        self.lower.add(&lower);
    }
}

/// Words that every note may hold, and values that people set where a server wants no key.
const OWN_WORDS: [&str; 22] = [
    "from the pasted request",
    "endpoint topic gateway profile answered header command variable",
    "password key cookie token secret bearer basic prompt text email account amount phone card number html json form",
    "authorization: bearer",
    "content-type: application/json",
    "content-type: application/json; charset=utf-8",
    "application/x-www-form-urlencoded multipart/form-data text/event-stream text/html; charset=utf-8",
    "user system assistant developer tool function model role content type stream",
    "true false null none empty unknown anything dummy test local example default placeholder",
    "no-key-required not-needed not-used lm-studio ollama fake-key no-key na n/a your-api-key your_api_key api-key api_key apikey",
    "stored_secret_reference_only json_object client_error html redirect binary",
    "pass fail needs_support docs_help_center product_support_form",
    "escalation reproduction reproduced attempts controls diagnosis evidence environment",
    "pasted prompt stdin command environment",
    "quota_or_billing_claim permission_or_waf model_unavailable unsupported_parameter request_invalid context_length",
    "content_policy payload_too_large path_or_base_url upstream_server gateway_timeout network_dns network_connect",
    "network_tls network_reset client_timeout stream_interrupted invalid_response rate_limited auth",
    "first_byte_timeout idle_timeout total_timeout connect_timeout protocol cancelled",
    "cloudflare nginx openresty envoy google frontend cloudfront",
    "linux macos windows casefile casefile.note/1",
    "curl openai-python openai-node anthropic-sdk",
    "error message code param status request id request-id request_id x-request-id",
];
