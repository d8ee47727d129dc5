//! One trial: the failing request with exactly this changed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Problem, body, harmless};
use crate::case::catalog::{Carrier, Endpoint};
use crate::case::keyring::Label;
use crate::case::request::{Header, Part, PartContent, Request};

/// Names a trial; with the problem it makes the request, so that nothing of a body has to be kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrialId {
    /// The request itself.
    Same,
    /// Another model; what else is in the body says [`BodyId`].
    Model(String, BodyId),
    /// Another key.
    Key(Label, BodyId),
    /// No credential at all.
    NoKey(BodyId),
    /// The documented path of the endpoint.
    Path(BodyId),
    /// Only headers and query parameters that are needed; those named stay.
    Headers(BTreeSet<String>, BodyId),
    /// The stream switched on or off.
    Stream(bool, BodyId),
    /// Past the proxy that requests to this host go through.
    Direct(BodyId),
    /// The list of models, with the same key.
    Models,
    /// The list of models without a key: does anything answer at all?
    Reach,
    /// Another body.
    Body(BodyId),
}

/// Names a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId {
    /// Every text of the customer is replaced by a harmless one of the same shape.
    pub harmless: bool,
    /// Nothing is changed, but the JSON is written anew.
    pub anew: bool,
    /// Places that are taken out, or put back to the smallest valid value, where the endpoint needs one.
    pub without: BTreeSet<String>,
    /// Places whose value is replaced by a simple one of the same type.
    pub simple: BTreeSet<String>,
    /// A harmless text in the place of the first prompt, so that the body has this many bytes.
    pub padded: Option<usize>,
    /// That text is spread over several elements (messages), so that none is long.
    pub spread: bool,
    /// The number at this place has this value, or the text this length.
    pub number: Option<(String, i64)>,
}

impl BodyId {
    /// With all of `units` taken out: the smallest body.
    pub(super) fn floor(units: &[String]) -> Self {
        Self { without: units.iter().cloned().collect(), ..Self::default() }
    }

    fn is_original(&self) -> bool {
        *self == Self::default()
    }
}

/// A trial that can be sent.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its name.
    pub id: TrialId,
    /// What is sent.
    pub request: Request,
}

impl TrialId {
    /// The word of the report and the note.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Same => "baseline",
            Self::Model(..) => "model",
            Self::Key(..) => "key",
            Self::NoKey(_) => "no_key",
            Self::Path(_) => "path",
            Self::Headers(..) => "headers",
            Self::Stream(..) => "stream",
            Self::Direct(_) => "direct",
            Self::Models => "models_list",
            Self::Reach => "reach",
            Self::Body(body) => body.word(),
        }
    }

    /// True where the body is not the failing one.
    pub fn has_other_body(&self) -> bool {
        match self {
            Self::Same => false,
            Self::Models | Self::Reach => true,
            Self::Model(_, body)
            | Self::Key(_, body)
            | Self::NoKey(body)
            | Self::Path(body)
            | Self::Headers(_, body)
            | Self::Stream(_, body)
            | Self::Direct(body)
            | Self::Body(body) => !body.is_original(),
        }
    }

    /// True where no proxy may be used for it.
    pub fn goes_direct(&self) -> bool {
        matches!(self, Self::Direct(_))
    }

    /// The request; `None` where it cannot be made, or would be the failing one once more.
    pub(super) fn request(&self, problem: &Problem<'_>) -> Option<Request> {
        let from = problem.request;
        let made = match self {
            Self::Same => return Some(from.clone()),
            Self::Model(model, body) => with_body(problem, body)?.with_model(model, problem.catalog)?,
            Self::Key(label, body) => {
                let mut request = with_body(problem, body)?;
                super::control::replace_key(&mut request, *label, problem.catalog)?;
                request
            }
            Self::NoKey(body) => without_key(with_body(problem, body)?, problem),
            Self::Path(body) => {
                let mut request = with_body(problem, body)?;
                request.target.path = documented_path(problem)?;
                request
            }
            Self::Headers(kept, body) => with_headers(with_body(problem, body)?, kept, problem),
            Self::Stream(on, body) => with_stream(with_body(problem, body)?, *on)?,
            // The way is changed, and nothing of the request.
            Self::Direct(body) => return with_body(problem, body).filter(|_| problem.proxied),
            Self::Models => models(problem)?,
            Self::Reach => without_key(list(problem), problem),
            Self::Body(body) => with_body(problem, body)?,
        };
        (made != *from).then_some(made)
    }
}

impl BodyId {
    fn word(&self) -> &'static str {
        if self.padded.is_some() {
            "padded_body"
        } else if self.number.is_some() || !self.simple.is_empty() {
            "value"
        } else if self.anew {
            "written_anew"
        } else if !self.without.is_empty() {
            "fields"
        } else {
            "harmless_text"
        }
    }
}

/// The request with the body that `id` names.
fn with_body(problem: &Problem<'_>, id: &BodyId) -> Option<Request> {
    let mut request = problem.request.clone();
    if id.is_original() {
        return Some(request);
    }
    // Another body under the same key is refused for that alone.
    request.headers.retain(|h| !h.name.eq_ignore_ascii_case("idempotency-key"));
    if request.form.is_empty() {
        request.body = Some(body::made(problem, id)?.into());
    } else {
        request.form.retain(|part| !id.without.contains(&body::pointer_of(&part.name)));
        for part in &mut request.form {
            simplify_part(part, id);
        }
    }
    Some(request)
}

fn simplify_part(part: &mut Part, id: &BodyId) {
    if let PartContent::Text(text) = &mut part.content {
        if id.simple.contains(&body::pointer_of(&part.name)) {
            "a".clone_into(text);
        } else if id.harmless && part.name == "prompt" {
            *text = harmless::text(text);
        }
    }
}

fn without_key(mut request: Request, problem: &Problem<'_>) -> Request {
    request.headers.retain(|h| problem.catalog.credential_header(&h.name).is_none());
    request.target.query.retain(|(name, _)| !problem.catalog.credential_query(name));
    request
}

/// Headers that a request needs whatever it asks, lower case.
const NEEDED: [&str; 4] = ["content-type", "accept", "host", "content-length"];

/// Names of the headers and query parameters that could be left out, `header:name` and `query:name`.
pub(super) fn extras(problem: &Problem<'_>) -> Vec<String> {
    let needed = |name: &str| {
        NEEDED.contains(&name)
            || problem.catalog.credential_header(name).is_some()
            || endpoint(problem)
                .is_some_and(|e| e.required_headers.iter().any(|h| h.name.eq_ignore_ascii_case(name)))
    };
    let headers = problem.request.headers.iter().map(|h| h.name.to_ascii_lowercase());
    let headers = headers.filter(|name| !needed(name)).map(|name| format!("header:{name}"));
    let query = problem.request.target.query.iter().map(|(name, _)| name);
    let query = query.filter(|name| !problem.catalog.credential_query(name) && *name != "model");
    let mut all: Vec<String> = headers.chain(query.map(|name| format!("query:{name}"))).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn with_headers(mut request: Request, kept: &BTreeSet<String>, problem: &Problem<'_>) -> Request {
    let gone: BTreeSet<String> = extras(problem).into_iter().filter(|name| !kept.contains(name)).collect();
    request.headers.retain(|h| !gone.contains(&format!("header:{}", h.name.to_ascii_lowercase())));
    request.target.query.retain(|(name, _)| !gone.contains(&format!("query:{name}")));
    request
}

fn with_stream(mut request: Request, on: bool) -> Option<Request> {
    if request.form.is_empty() {
        let mut json = request.json()?;
        let fields = json.as_object_mut()?;
        if on {
            fields.insert("stream".to_owned(), Value::Bool(true));
        } else {
            fields.shift_remove("stream_options");
            fields.insert("stream".to_owned(), Value::Bool(false));
        }
        request.body = Some(json.to_string().into());
    } else {
        let part = request.form.iter_mut().find(|part| part.name == "stream")?;
        part.content = PartContent::Text(on.to_string());
    }
    Some(request)
}

/// The endpoint of the failing request: by its path, else by what the body looks like.
pub(super) fn endpoint<'a>(problem: &Problem<'a>) -> Option<&'a Endpoint> {
    let request = problem.request;
    let known = problem.catalog.endpoint_at(&request.method, &request.target.path, problem.profile);
    known.or_else(|| {
        // `/v1/v1/chat/completions`, `/chat/completions`: the end of the path tells.
        let own = |e: &&Endpoint| {
            let end = e.path.trim_start_matches("/v1");
            e.method == request.method
                && end.len() > 1
                && request.target.path.trim_end_matches('/').ends_with(end)
        };
        problem.catalog.endpoints.iter().find(own)
    })
}

/// The path that the documentation names for this endpoint, below what stands before it; `None` where it is the one
/// that was used.
pub(super) fn documented_path(problem: &Problem<'_>) -> Option<String> {
    let path = &problem.request.target.path;
    let endpoint = endpoint(problem)?;
    if endpoint.path.contains('{') {
        return None;
    }
    let end = endpoint.path.trim_start_matches("/v1");
    let prefix = path.trim_end_matches('/').strip_suffix(end).unwrap_or_default();
    let prefix = prefix.trim_end_matches("/v1").trim_end_matches('/');
    let documented = format!("{prefix}{}", endpoint.path);
    (documented != *path).then_some(documented)
}

/// The list of models with the same credential; `None` where there is none, or where the problem is that request.
pub fn models_list(problem: &Problem<'_>) -> Option<Request> {
    TrialId::Models.request(problem)
}

fn models(problem: &Problem<'_>) -> Option<Request> {
    let request = list(problem);
    (!request.headers.is_empty() || !request.target.query.is_empty()).then_some(request)
}

fn list(problem: &Problem<'_>) -> Request {
    let from = problem.request;
    let mut target = from.target.clone();
    let path = documented_path(problem).unwrap_or_else(|| target.path.clone());
    let prefix = path.find("/v1/").and_then(|at| path.get(..at)).unwrap_or_default();
    target.path = format!("{prefix}/v1/models");
    target.query.retain(|(name, _)| problem.catalog.credential_query(name));
    let mut headers: Vec<Header> = from.headers.clone();
    headers.retain(|h| problem.catalog.credential_header(&h.name).is_some());
    // A vendor's own header is not taken on the shared path by every gateway, the profile's first way is.
    let carrier: Option<&Carrier> = problem.profile.and_then(|p| p.auth.first());
    if let (Some(carrier), [only]) = (carrier, headers.as_mut_slice())
        && !carrier.header.is_empty()
        && !only.name.eq_ignore_ascii_case(&carrier.header)
    {
        let label = only.value.rsplit(' ').next().unwrap_or_default().to_owned();
        *only = Header::new(carrier.header.clone(), format!("{} {label}", carrier.scheme).trim());
    }
    Request { method: "GET".to_owned(), target, headers, body: None, form: Vec::new() }
}
