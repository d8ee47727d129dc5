//! What a list of a HAR's calls shows of one, and which one to propose.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use memchr::memmem;

use super::super::secret;
use super::cut::Cut;
use super::entry::{Entry, pairs, whole};
use super::failure::{self, CallFailure};
use super::walk::{number, text};
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::vocabulary::TransportKind;

/// Characters of a path that are shown.
const MOST_PATH: usize = 160;
/// Characters of a host that are shown.
const MOST_HOST: usize = 120;
/// Different hosts and methods that are held once for all calls.
const MOST_WORDS: usize = 2_000;
/// The start of a request's body in which its fields are looked for, bytes of JSON text.
const BODY_HEAD: usize = 64 << 10;

/// What kind of call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// To a model: an endpoint of the catalog, a gateway's host, or a body as models get it.
    Model,
    /// Another request that carries JSON.
    Api,
    /// Anything else.
    Other,
    /// A page's own traffic: a preflight, an icon, a script, a measurement.
    Page,
}

/// One call of a HAR: what a list shows. No value of a query and no key is in it; texts are short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Number of the entry in the file, from 0.
    pub index: usize,
    /// First byte of the entry in the file.
    pub start: u64,
    /// One past its last byte.
    pub end: u64,
    /// When it began.
    pub at: Option<DateTime<Utc>>,
    /// How long it took, milliseconds.
    pub duration_ms: Option<u64>,
    /// Method, upper case; empty: not said.
    pub method: Arc<str>,
    /// Host with its port, lower case; empty: not said.
    pub host: Arc<str>,
    /// Path without its query, keys masked.
    pub path: Box<str>,
    /// Status; `None`: no answer, or none in the file.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub bytes: Option<u64>,
    /// How it failed; `None`: it did not, as far as the file shows.
    pub failure: Option<CallFailure>,
    /// What kind of call it is.
    pub kind: CallKind,
    /// A stream was asked for, or came.
    pub streaming: bool,
    /// False where the entry is longer than what is read, or cut off: the list knows its place only in part.
    pub whole: bool,
}

/// Makes calls of entries. Words that come again and again are held once.
pub(super) struct Summary<'c> {
    catalog: &'c Catalog,
    words: BTreeSet<Arc<str>>,
    /// The words of the catalog's paths: a path without any of them needs no closer look.
    of_paths: BTreeSet<&'c str>,
}

impl<'c> Summary<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        let is_version = |word: &str| {
            word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let words = catalog.endpoints.iter().flat_map(|endpoint| endpoint.path.split('/'));
        let of_paths =
            words.filter(|w| !w.is_empty() && *w != "api" && !w.contains('{') && !is_version(w)).collect();
        Self { catalog, words: BTreeSet::new(), of_paths }
    }

    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(held) = self.words.get(text) {
            return Arc::clone(held);
        }
        let word: Arc<str> = text.into();
        if self.words.len() < MOST_WORDS {
            self.words.insert(Arc::clone(&word));
        }
        word
    }

    /// The call that was cut out; `None` where it is no entry of a HAR.
    pub(super) fn of(&mut self, cut: &Cut<'_>) -> Option<Call> {
        let mut call = Call {
            index: cut.index,
            start: cut.span.start,
            end: cut.span.end,
            at: None,
            duration_ms: None,
            method: self.word(""),
            host: self.word(""),
            path: Box::default(),
            status: None,
            bytes: None,
            failure: None,
            kind: CallKind::Other,
            streaming: false,
            whole: cut.whole && cut.text.is_some(),
        };
        let Some(json) = cut.text else { return Some(call) };
        let entry = Entry::read(json);
        if !entry.is_har(cut.listed) {
            return None;
        }
        self.fill(&mut call, &entry);
        Some(call)
    }

    fn fill(&mut self, call: &mut Call, entry: &Entry<'_>) {
        let method = method(entry);
        let url = url(entry);
        let (host, path) = host_and_path(&url);
        call.at = text(entry.started).and_then(|written| instant(&written));
        call.duration_ms = whole(entry.time);
        call.status = entry.response.status();
        call.bytes = bytes(entry);
        call.kind = if is_of_page(entry, &method, path) {
            CallKind::Page
        } else if self.is_model(entry, &method, &host, path) {
            CallKind::Model
        } else if is_measurement(&host, path) {
            CallKind::Page
        } else if is_api(entry, &method) {
            CallKind::Api
        } else {
            CallKind::Other
        };
        // What an extension of the browser kept from the network.
        if call.kind == CallKind::Other
            && entry.error_text().is_some_and(|said| said.contains("ERR_BLOCKED_BY_CLIENT"))
        {
            call.kind = CallKind::Page;
        }
        // The browser asks first, and what it is refused it never sends.
        let refused = method == "OPTIONS" && call.status.is_some_and(|status| status >= 400);
        if refused && self.is_model(entry, "POST", &host, path) {
            call.kind = CallKind::Model;
        }
        call.streaming = is_streaming(entry);
        call.failure = failure::of(entry, matches!(call.kind, CallKind::Model | CallKind::Api), self.catalog);
        call.path = shown(path, self.catalog);
        call.host = self.word(&host.chars().take(MOST_HOST).collect::<String>());
        call.method = self.word(&method);
    }

    /// By the catalog's endpoints (below a prefix too), by a gateway's host, by the body's fields.
    fn is_model(&self, entry: &Entry<'_>, method: &str, host: &str, path: &str) -> bool {
        if method == "OPTIONS" || method == "HEAD" {
            return false;
        }
        let profile = self.catalog.profile_for_host(host).filter(|profile| profile.covers(host));
        let is_file = method == "GET" && path.rsplit('/').next().is_some_and(|last| last.contains('.'));
        if is_file && profile.is_none() {
            return false;
        }
        // The handshake of a socket is a GET; its endpoint may be listed under another method.
        let methods: &[&str] = if entry.url_is_socket() { &["GET", "POST"] } else { &[method] };
        let known = |path: &str| {
            let mut found = methods.iter().filter_map(|m| self.catalog.endpoint_at(m, path, profile));
            // A quota or a list of files may be any page's own; a list of models is such a gateway's.
            found.any(|e| profile.is_some() || e.group != "account" || e.path.contains("/models"))
        };
        let may_be = path.split('/').any(|word| self.of_paths.contains(word) || word.contains(':'));
        if may_be && (known(path) || below_prefix(path, method, &known)) {
            return true;
        }
        method == "POST" && (profile.is_some() || has_model_body(entry) || is_of_bedrock(host, path))
    }
}

/// Bedrock names the model in the path and none in the body
/// (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>, accessed 2026-11-22).
fn is_of_bedrock(host: &str, path: &str) -> bool {
    let action =
        path.strip_prefix("/model/").and_then(|rest| rest.rsplit_once('/')).map(|(_, action)| action);
    host.starts_with("bedrock-runtime")
        && matches!(action, Some("invoke" | "invoke-with-response-stream" | "converse" | "converse-stream"))
}

impl Entry<'_> {
    /// True where the address is a websocket's.
    fn url_is_socket(&self) -> bool {
        self.request.url.starts_with(b"\"ws")
    }
}

/// Relays mount an API below a path of their own (`/openai/v1/…`), and some leave `/v1` away. A path of one word is too
/// little to go by.
fn below_prefix(path: &str, method: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let starts = path.match_indices('/').map(|(at, _)| at).take(6);
    starts.filter_map(|at| path.get(at..)).any(|rest| {
        let words = rest.split('/').filter(|word| !word.is_empty()).count();
        (words >= 2 && rest.len() < path.len() && known(rest))
            || (words == 2 && method == "POST" && !rest.starts_with("/v1/") && known(&format!("/v1{rest}")))
    })
}

/// A body that names a model and what it is asked. The text is still escaped.
fn has_model_body(entry: &Entry<'_>) -> bool {
    let raw = entry.request.post.text;
    let head = raw.get(..raw.len().min(BODY_HEAD)).unwrap_or_default();
    let has = |word: &[u8]| memmem::find(head, word).is_some();
    let asks: [&[u8]; 5] = [b"messages\\\"", b"prompt\\\"", b"input\\\"", b"contents\\\"", b"query\\\""];
    has(b"\\\"model\\\"") && asks.iter().any(|word| has(word))
}

pub(super) fn is_streaming(entry: &Entry<'_>) -> bool {
    let mime = text(entry.response.content.mime).unwrap_or_default();
    let raw = entry.request.post.text;
    let head = raw.get(..raw.len().min(BODY_HEAD)).unwrap_or_default();
    mime.starts_with("text/event-stream")
        || !entry.events.is_empty()
        || memmem::find_iter(head, b"\\\"stream\\\"").any(|at| {
            let rest = head.get(at + 10..).unwrap_or_default().trim_ascii_start();
            rest.strip_prefix(b":").is_some_and(|value| value.trim_ascii_start().starts_with(b"true"))
        })
}

fn is_api(entry: &Entry<'_>, method: &str) -> bool {
    let json = |raw| text(raw).is_some_and(|mime| mime.to_ascii_lowercase().contains("json"));
    let writes = matches!(method, "POST" | "PUT" | "PATCH");
    let body = entry.request.post.text;
    writes
        && (json(entry.request.post.mime)
            || body.starts_with(b"\"{")
            || body.starts_with(b"\"[")
            || json(entry.response.content.mime))
}

/// Words of hosts and paths of what pages send about themselves.
const MEASURES: [&str; 24] = [
    "analytics",
    "telemetry",
    "beacon",
    "collect",
    "metrics",
    "sentry",
    "segment",
    "mixpanel",
    "amplitude",
    "datadog",
    "browser-intake",
    "rum",
    "gtm",
    "doubleclick",
    "hotjar",
    "posthog",
    "statsig",
    "intercom",
    "envelope",
    "csp-report",
    "track",
    "pixel",
    "clarity",
    "fullstory",
];

/// Endings of a page's files.
const OF_PAGES: [&str; 18] = [
    "js",
    "mjs",
    "css",
    "map",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "webp",
    "avif",
    "ico",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "wasm",
    "webmanifest",
];

/// Traffic of a page that nobody reports: preflights, icons, files, files.
fn is_of_page(entry: &Entry<'_>, method: &str, path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let ending = lower.rsplit('/').next().and_then(|last| last.rsplit_once('.')).map(|(_, ending)| ending);
    if method == "OPTIONS" || (method == "GET" && ending.is_some_and(|ending| OF_PAGES.contains(&ending))) {
        return true;
    }
    let resource = text(entry.resource).unwrap_or_default();
    matches!(
        resource.as_ref(),
        "script"
            | "stylesheet"
            | "image"
            | "font"
            | "media"
            | "manifest"
            | "ping"
            | "preflight"
            | "csp-violation-report"
    )
}

/// What a page sends about itself.
fn is_measurement(host: &str, path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = host.split(['.', '-']).chain(lower.split(['/', '.', '_', '-']));
    words.any(|word| MEASURES.contains(&word))
}

/// The answer's size: of its body, or of what came over the wire.
fn bytes(entry: &Entry<'_>) -> Option<u64> {
    let response = &entry.response;
    [response.content.size, response.body_size, response.transferred].into_iter().find_map(whole)
}

/// The method, upper case.
pub(super) fn method(entry: &Entry<'_>) -> String {
    let written = match text(entry.request.method).filter(|m| !m.trim().is_empty()) {
        Some(method) => method.into_owned(),
        None => pseudo(entry, ":method").unwrap_or_default(),
    };
    let method = written.trim().to_ascii_uppercase();
    method.chars().take_while(char::is_ascii_graphic).take(20).collect()
}

/// The address as written, or as the pseudo headers of HTTP/2 say it.
pub(super) fn url(entry: &Entry<'_>) -> String {
    let written = text(entry.request.url).map(|url| url.trim().to_owned()).unwrap_or_default();
    if written.contains("://") {
        return written;
    }
    let host = pseudo(entry, ":authority").or_else(|| pseudo(entry, "host"));
    let path = if written.starts_with('/') { Some(written.clone()) } else { pseudo(entry, ":path") };
    match (host, path) {
        (Some(host), Some(path)) if written.is_empty() || written.starts_with('/') => {
            let scheme = pseudo(entry, ":scheme").unwrap_or_else(|| "https".to_owned());
            format!("{scheme}://{host}{path}")
        }
        _ => written,
    }
}

fn pseudo(entry: &Entry<'_>, wanted: &str) -> Option<String> {
    let mut all = pairs(entry.request.headers).into_iter();
    all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value).filter(|v| !v.is_empty())
}

/// The host with its port, lower case, and the path without query.
fn host_and_path(url: &str) -> (String, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    let path = tail.split(['?', '#']).next().unwrap_or("");
    if url.contains("://") {
        (host, path)
    } else {
        (String::new(), url.split(['?', '#']).next().unwrap_or(""))
    }
}

/// A path as a list shows it: keys in it masked, cut where it is long.
fn shown(path: &str, catalog: &Catalog) -> Box<str> {
    let start: String = path.chars().filter(|c| !c.is_control()).take(25 * MOST_PATH).collect();
    let masked = secret::mask_url(&start, catalog, &mut KeyRing::default()).0;
    if masked.chars().count() <= MOST_PATH {
        return masked.into();
    }
    let cut: String = masked.chars().take(MOST_PATH - 1).chain(['…']).collect();
    cut.into()
}

/// A time as tools write it; milliseconds or seconds since 1970 too. Without a zone it is none.
pub(super) fn instant(written: &str) -> Option<DateTime<Utc>> {
    let written = written.trim();
    let parsed = DateTime::parse_from_rfc3339(written)
        .or_else(|_| DateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_rfc2822(written));
    if let Ok(at) = parsed {
        return Some(at.with_timezone(&Utc));
    }
    let number = number(written.as_bytes()).filter(|n| *n > 1e8)?;
    let ms = if number < 1e11 { number * 1e3 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "the bound is checked")]
    (ms < 1e13).then(|| DateTime::from_timestamp_millis(ms as i64)).flatten()
}

/// The call to look at, with the reason in words.
///
/// In this order: the last call to a model that failed; the last failed request with JSON; a call to a model that was
/// cancelled; any other failed call of a program; the last call to a model; a preflight that was refused; the only call
/// there is. A page's own traffic
/// is never it.
pub fn propose(calls: &[Call]) -> Option<(usize, &'static str)> {
    let cancelled = |call: &Call| call.failure == Some(CallFailure::Transport(TransportKind::Cancelled));
    let failed = |call: &Call| call.failure.is_some() && !cancelled(call);
    let is = |call: &Call, kind| call.kind == kind;
    let last = |fits: &dyn Fn(&Call) -> bool, why: &'static str| {
        calls.iter().rposition(|call| call.kind != CallKind::Page && fits(call)).map(|at| (at, why))
    };
    let asked = |call: &Call| &*call.method == "OPTIONS";
    let model = |call: &Call| is(call, CallKind::Model) && !asked(call);
    last(&|c| model(c) && failed(c), "the last call to a model that failed")
        .or_else(|| {
            let why = "the last request with JSON that failed; it is no endpoint that is known here";
            last(&|c| is(c, CallKind::Api) && failed(c), why)
        })
        .or_else(|| {
            let why = "the last call to a model that was cancelled; none failed";
            last(&|c| model(c) && cancelled(c), why)
        })
        .or_else(|| {
            let why = "the last call that failed; it is no endpoint that is known here";
            last(&|c| failed(c) && !asked(c), why)
        })
        .or_else(|| last(&model, "the last call to a model; none failed"))
        .or_else(|| {
            let why =
                "a browser's preflight of a call to a model failed, so that the call itself was never made";
            last(&|c| is(c, CallKind::Model) && failed(c), why)
        })
        .or_else(|| last(&|_| calls.len() == 1, "the only one"))
}
