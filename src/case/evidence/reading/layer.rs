//! Who answered? By what stands in the answer, with the reason.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::Value;

use super::Redirect;
use crate::case::catalog::Profile;
use crate::case::evidence::{Envelope, Response};
use crate::case::vocabulary::{EnvelopeKind, Layer};

type Said = (Layer, &'static str);

/// LiteLLM names the provider's own failure `OpenAIException`, `VertexAIException`; its own have no such name
/// (<https://docs.litellm.ai/docs/proxy/error_diagnosis>, read 2026-11-21).
static PROVIDER_EXCEPTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[A-Z][A-Za-z_]{2,40}Exception\b").expect("a constant pattern compiles"));

/// Servers that stand in front of a gateway, as their `server` header or their pages name them.
const FRONTS: [&str; 11] = [
    "cloudflare",
    "nginx",
    "openresty",
    "tengine",
    "awselb",
    "cloudfront",
    "akamai",
    "envoy",
    "caddy",
    "haproxy",
    "varnish",
];

/// Error types that new-api writes for what its upstream did
/// (<https://github.com/QuantumNous/new-api/blob/main/types/error.go>, read 2026-11-21).
const UPSTREAM_TYPES: [&str; 6] =
    ["upstream_error", "openai_error", "claude_error", "gemini_error", "midjourney_error", "rerank_error"];

/// The layer and the reason, in words of ours.
pub(super) fn of(
    response: &Response,
    envelope: &Envelope,
    json: Option<&Value>,
    redirect: Option<&Redirect>,
    profile: Option<&Profile>,
) -> Said {
    if response.header("cf-mitigated").is_some_and(|v| !v.trim().is_empty()) {
        return (Layer::Edge, "the header cf-mitigated says that Cloudflare stopped the request");
    }
    if let Some(redirect) = redirect {
        return if redirect.to_web_site {
            (Layer::Gateway, "the gateway's router sends unknown paths and methods to its web site")
        } else {
            (Layer::Unknown, "a redirect does not show who wrote it")
        };
    }
    match envelope.kind {
        EnvelopeKind::Html => page(response, envelope),
        EnvelopeKind::Text => text(response, envelope),
        EnvelopeKind::Empty | EnvelopeKind::Other => nothing(response, profile),
        EnvelopeKind::NoError => (Layer::Unknown, "an answer without an error does not show who made it"),
        _ => error(response, envelope, json, profile),
    }
}

fn front(response: &Response) -> bool {
    let server = response.header("server").unwrap_or_default().to_ascii_lowercase();
    FRONTS.iter().any(|name| server.contains(name))
}

fn page(response: &Response, envelope: &Envelope) -> Said {
    let title = envelope.title.as_deref().unwrap_or_default().to_ascii_lowercase();
    let cloudflare = response.header("cf-ray").is_some()
        || response.header("server").is_some_and(|s| s.eq_ignore_ascii_case("cloudflare"))
        || ["cloudflare", "attention required", "just a moment"].iter().any(|w| title.contains(w));
    let body = response.readable();
    let head = body.get(..body.len().min(4096)).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if response.is_success() {
        (Layer::Unknown, "a web page came where an API answers; whose it is does not show")
    } else if cloudflare {
        (Layer::Edge, "an HTML error page with the marks of Cloudflare")
    } else if front(response) || FRONTS.iter().any(|name| head.contains(&format!("<center>{name}"))) {
        (Layer::Edge, "an HTML error page of a web server or proxy in front of the gateway")
    } else {
        (Layer::Edge, "an HTML error page; the gateway itself answers in JSON")
    }
}

fn text(response: &Response, envelope: &Envelope) -> Said {
    let message = envelope.message.as_deref().unwrap_or_default();
    let lower = message.get(..message.len().min(200)).unwrap_or_default().to_ascii_lowercase();
    if lower.starts_with("error code: ") && !lower.contains('{') {
        (Layer::Edge, "a bare error code is how Cloudflare answers in plain text")
    } else if lower.starts_with("upstream connect error") || lower.starts_with("no healthy upstream") {
        (Layer::Edge, "the words are those of an Envoy proxy")
    } else if response.status.is_some_and(|s| s >= 400) && front(response) {
        (Layer::Unknown, "plain text through a proxy does not show who wrote it")
    } else {
        (Layer::Unknown, "plain text does not show who wrote it")
    }
}

fn nothing(response: &Response, profile: Option<&Profile>) -> Said {
    let own_status = response.status.is_some_and(|s| (520..=530).contains(&s));
    if own_status && front(response) {
        (Layer::Edge, "only Cloudflare uses this status, and its header stands there")
    } else if own_status {
        (Layer::Edge, "only a CDN in front of the gateway uses this status")
    } else if response.status.is_some_and(|s| s >= 400) && has_own_id(response, profile) {
        if profile.is_some_and(|p| p.provider) {
            return (Layer::Provider, "no body, but the provider's own request id");
        }
        (Layer::Gateway, "no body, but the gateway's own request id; it writes a provider's error as JSON")
    } else {
        (Layer::Unknown, "an answer without a body does not show who made it")
    }
}

/// A header in which the gateway itself names the request. `x-request-id` may be anybody's.
fn has_own_id(response: &Response, profile: Option<&Profile>) -> bool {
    profile.is_some_and(|p| {
        p.request_id_headers.iter().any(|name| name != "x-request-id" && response.header(name).is_some())
    })
}

/// new-api answers a path without a route like this, in words of `OpenAI` but with empty texts where that has `null`
/// (Calcium-Ion/new-api, controller/relay.go, `RelayNotFound`, read 2026-11-21).
fn is_no_route(envelope: &Envelope) -> bool {
    envelope.message.as_deref().is_some_and(|m| m.starts_with("Invalid URL ("))
        && envelope.code.as_deref() == Some("")
        && envelope.param.as_deref() == Some("")
}

/// `{"code","message","data"}` and nothing else: the gateway's task routes.
fn is_task_error(json: &Value) -> bool {
    json.as_object().is_some_and(|object| {
        object.contains_key("code")
            && object.keys().all(|k| matches!(k.as_str(), "code" | "message" | "data"))
    })
}

fn error(response: &Response, envelope: &Envelope, json: Option<&Value>, profile: Option<&Profile>) -> Said {
    if profile.is_some_and(|p| p.provider) {
        return (Layer::Provider, "the host is the provider's own, and it answered in JSON");
    }
    let kind = envelope.error_type.as_deref().unwrap_or_default();
    let own = profile.map(|p| p.own_error_type.as_str()).filter(|p| !p.is_empty());
    if own.and_then(|p| Regex::new(p).ok()).is_some_and(|p| p.is_match(kind)) || kind == "new_api_panic" {
        return (Layer::Gateway, "the error type is the one by which the gateway speaks for itself");
    }
    if UPSTREAM_TYPES.contains(&kind) {
        return (
            Layer::Provider,
            "the error type is the one by which a gateway reports its upstream's failure",
        );
    }
    if is_no_route(envelope) {
        return (Layer::Gateway, "the gateway has no such route, so no provider was asked");
    }
    let message = envelope.message.as_deref().unwrap_or_default();
    if message.contains("litellm.") {
        return if PROVIDER_EXCEPTION.is_match(message) {
            (Layer::Provider, "LiteLLM names the exception of the provider")
        } else {
            (Layer::Gateway, "LiteLLM speaks, and names no exception of a provider")
        };
    }
    if json.is_some_and(|j| j.pointer("/error/metadata/provider_name").is_some()) {
        return (Layer::Provider, "the gateway names the provider that answered");
    }
    match envelope.kind {
        EnvelopeKind::GatewayError => (
            Layer::Gateway,
            "an error with code, message and type but no param comes from the gateway's middleware",
        ),
        EnvelopeKind::OpenAi if !kind.is_empty() && envelope.param.is_some() => {
            (Layer::Provider, "the error has the provider's shape, with a param")
        }
        EnvelopeKind::OpenAi if is_provider_type(kind) => (Layer::Provider, "the error type is a provider's"),
        EnvelopeKind::Anthropic => (Layer::Provider, "the error has the shape of Anthropic's API"),
        EnvelopeKind::Gemini => (Layer::Provider, "the error has the shape of Google's API"),
        EnvelopeKind::Flat if json.is_some_and(|j| j.get("data").is_some() || j.get("success").is_some()) => {
            (Layer::Gateway, "the error has the shape of a gateway's task routes")
        }
        EnvelopeKind::Flat if has_own_id(response, profile) && json.is_some_and(is_task_error) => {
            (Layer::Gateway, "the error has the shape of a gateway's task routes")
        }
        _ => (Layer::Unknown, "the shape of the error does not show who wrote it"),
    }
}

fn is_provider_type(kind: &str) -> bool {
    [
        "invalid_request_error",
        "server_error",
        "insufficient_quota",
        "rate_limit_error",
        "requests",
        "tokens",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "overloaded_error",
        "api_error",
        "request_forbidden",
        "image_generation_user_error",
    ]
    .contains(&kind)
}
