//! The order of checks of a gateway of the new-api family:
//! path and method, key, model, body, provider.
//!
//! Source of the order: github.com/Calcium-Ion/new-api, `router/relay-router.go` (the key is checked by the middleware of
//! a route's group, so a path without a route never gets there) and `middleware/distributor.go` (the model is looked up
//! before the body is validated). Accessed 2026-11-21. A rate limit per user lies between key and model; practice has none.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::answers::{self, Endpoint};
use super::mint::Mint;
use crate::io::clock::Clock;

/// A request as far as the gateway needs it.
pub(super) struct Asked {
    /// As sent.
    pub(super) method: String,
    /// Path and query as sent.
    pub(super) target: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What goes back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Beside date, server, connection and the framing.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    /// In one piece.
    Whole(Vec<u8>),
    /// Event by event.
    Events {
        /// Each with its blank line.
        events: Vec<String>,
        /// The connection ends without the last chunk.
        cut: bool,
    },
}

impl Reply {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body: Body::Whole(value.to_string().into_bytes()),
        }
    }
}

/// What one answer is made with.
pub(super) struct Call {
    /// The request id.
    pub(super) id: String,
    /// When it came.
    pub(super) now: DateTime<Utc>,
}

/// Header that carries the request id.
const ID_HEADER: &str = "x-cometapi-request-id";

/// Where a `CometAPI` path without a route leads: <https://apidoc.cometapi.com/errors/error-codes-handling>, 2026-06-18.
const WEB: &str = "https://www.cometapi.com";

/// The desk at which every request is checked.
pub(super) struct Gate {
    key: String,
    mint: Mint,
    clock: Arc<dyn Clock>,
}

impl Gate {
    pub(super) fn new(key: String, mint: Mint, clock: Arc<dyn Clock>) -> Self {
        Self { key, mint, clock }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The answer to `asked`.
    pub(super) fn answer(&self, asked: &Asked) -> Reply {
        let Some(endpoint) = Endpoint::of(&asked.method, path(asked)) else {
            return no_route(asked);
        };
        let now = self.clock.now();
        let call = Call { id: self.mint.request_id(now), now };
        let mut reply = self.check(asked, &endpoint, &call).unwrap_or_else(|refusal| refusal);
        reply.headers.push((ID_HEADER, call.id));
        reply
    }

    fn check(&self, asked: &Asked, endpoint: &Endpoint, call: &Call) -> Result<Reply, Reply> {
        self.check_key(asked, call)?;
        match endpoint {
            Endpoint::Models => return Ok(answers::model_list()),
            Endpoint::Model(name) => return Ok(answers::one_model(name)),
            _ => {}
        }
        let body = read_json(&asked.body, call)?;
        let model = answers::Model::named(named_model(&body, call)?, call)?;
        validate(endpoint, &body, call)?;
        answers::provider(endpoint, model, &body, call)
    }

    fn check_key(&self, asked: &Asked, call: &Call) -> Result<(), Reply> {
        let given = |name: &str| asked.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim());
        // Every surface takes either header (a live probe of 2026-08-10, not ours).
        let token = given("authorization").or_else(|| given("x-api-key")).unwrap_or("");
        let token = match token.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
            None if token.eq_ignore_ascii_case("bearer") => "",
            _ => token,
        };
        let bare = |text: &'_ str| text.strip_prefix("sk-").unwrap_or(text).to_owned();
        if token.is_empty() {
            Err(refusal(401, "", "Token not provided", call))
        } else if bare(token) != bare(&self.key) {
            Err(refusal(401, "", "Invalid token", call))
        } else {
            Ok(())
        }
    }
}

fn path(asked: &Asked) -> &str {
    asked.target.split('?').next().unwrap_or("")
}

/// A path or method without a route: a redirect to the web site, without a request id. As Go's `http.Redirect` does it,
/// only a GET has the small page.
fn no_route(asked: &Asked) -> Reply {
    let location = format!("{WEB}{}", asked.target);
    let page = format!("<a href=\"{}\">Moved Permanently</a>.\n\n", html_escaped(&location));
    let get = asked.method == "GET";
    let mut headers = vec![("location", location)];
    if get {
        headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
    }
    Reply { status: 301, headers, body: Body::Whole(if get { page.into_bytes() } else { Vec::new() }) }
}

fn html_escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// Refused before any provider was called: the envelope has no `param`.
pub(super) fn refusal(status: u16, code: &str, message: &str, call: &Call) -> Reply {
    let message = format!("{message} (request id: {})", call.id);
    Reply::json(status, &json!({"error": {"code": code, "message": message, "type": "comet_api_error"}}))
}

/// Refused by the relay stage, or by a provider and passed on. The Anthropic endpoint has an envelope of its own.
pub(super) fn relay_error(
    endpoint: &Endpoint,
    status: u16,
    error: (&str, &str, &str, &str),
    call: &Call,
) -> Reply {
    let (message, kind, param, code) = error;
    let message = format!("{message} (request id: {})", call.id);
    let body = if matches!(endpoint, Endpoint::Messages) {
        json!({"error": {"type": kind, "message": message}, "type": "error"})
    } else {
        json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
    };
    Reply::json(status, &body)
}

fn read_json(body: &[u8], call: &Call) -> Result<Value, Reply> {
    let fault = match serde_json::from_slice::<Value>(body) {
        Ok(value @ Value::Object(_)) => return Ok(value),
        Ok(_) => "json: cannot unmarshal into Go value of type middleware.ModelRequest",
        Err(error) if error.is_eof() => "unexpected end of JSON input",
        Err(_) => "invalid character in JSON input",
    };
    Err(refusal(400, "", &format!("Invalid request, {fault}"), call))
}

fn named_model<'a>(body: &'a Value, call: &Call) -> Result<&'a str, Reply> {
    match body.get("model") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name),
        None | Some(Value::Null | Value::String(_)) => {
            // The one wording that the vendor's page quotes, with an empty code.
            Err(refusal(400, "", "model name is required", call))
        }
        Some(_) => Err(refusal(400, "", "Invalid request, field model must be a string", call)),
    }
}

/// The field that the relay stage wants: absent or empty is a 500 with the code `invalid_request`.
fn validate(endpoint: &Endpoint, body: &Value, call: &Call) -> Result<(), Reply> {
    let (field, words) = match endpoint {
        Endpoint::Chat | Endpoint::Messages => ("messages", "field messages is required"),
        Endpoint::Responses | Endpoint::Embeddings => ("input", "input is required"),
        Endpoint::Images => ("prompt", "prompt is required"),
        Endpoint::Models | Endpoint::Model(_) => return Ok(()),
    };
    let fault = match body.get(field) {
        Some(Value::Array(list)) if !list.is_empty() && field != "prompt" => return Ok(()),
        Some(Value::String(text)) if !text.is_empty() && field != "messages" => return Ok(()),
        None | Some(Value::Null) => words.to_owned(),
        Some(Value::Array(list)) if list.is_empty() => words.to_owned(),
        Some(Value::String(text)) if text.is_empty() => words.to_owned(),
        Some(other) => {
            format!("json: cannot unmarshal {} into Go struct field .{field}", kind_of(other))
        }
    };
    Err(relay_error(endpoint, 500, (&fault, "comet_api_error", "", "invalid_request"), call))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
