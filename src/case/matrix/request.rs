//! From a check to its request: the smallest one that works, with one thing changed.

use serde_json::Value;

use super::Choice;
use crate::case::catalog::{Carrier, Change, Credential, Endpoint};
use crate::case::pointer;
use crate::case::request::{BodyText, Header, Request, Target};

/// Where the words are that `casefile` itself asks.
const PROMPT: &str = "/messages/0/content";

/// Stands where a key belongs and is none.
const NO_KEY: &str = "not a key";

/// The base URL without a slash and without `/v1` at its end: people write it either way.
pub fn base_path(url: &str) -> &str {
    let url = url.trim().trim_end_matches('/');
    url.strip_suffix("/v1").unwrap_or(url).trim_end_matches('/')
}

/// The request of the check `id`, which makes this `change`.
///
/// # Errors
/// Why it cannot be made, a sentence for the report.
pub(super) fn build(
    id: &str,
    change: &Change,
    choice: &Choice<'_>,
    endpoint: &Endpoint,
) -> Result<Request, String> {
    let path = change.path.as_deref().unwrap_or("/v1/chat/completions");
    let mut target = Target::parse(&format!("{}{path}", base_path(choice.base_url)), None)
        .map_err(|e| format!("the base URL cannot be used: {e}"))?;
    let mut headers = Vec::new();
    credential(change.credential, choice, &mut headers, &mut target)?;
    // What the endpoint wants beside the credential, with its usual value.
    headers.extend(endpoint.required_headers.iter().map(|hint| Header::new(&hint.name, &hint.value)));
    let body = match (&change.body, change.no_body) {
        (_, true) => None,
        (Some(body), false) => Some(body.clone()),
        (None, false) => Some(body(id, change, choice, endpoint)?.to_string()),
    };
    if body.is_some() {
        headers.push(Header::new("Content-Type", "application/json"));
    }
    let body = body.map(BodyText::from);
    let method = change.method.clone().unwrap_or_else(|| "POST".to_owned());
    Ok(Request { method, target, headers, body, form: Vec::new() })
}

fn credential(
    wanted: Credential,
    choice: &Choice<'_>,
    headers: &mut Vec<Header>,
    target: &mut Target,
) -> Result<(), String> {
    let bearer = Carrier { header: "authorization".into(), scheme: "Bearer".into(), query: String::new() };
    let carrier = choice.profile.auth.first().unwrap_or(&bearer);
    let value = match (wanted, choice.key) {
        (Credential::None, Some(_)) | (Credential::Real, None) => return Ok(()),
        (Credential::Real, Some(key)) => key.to_string(),
        (Credential::Empty, Some(_)) => String::new(),
        (Credential::Malformed, Some(_)) => NO_KEY.to_owned(),
        (Credential::Unknown, Some(_)) => choice.unknown_key.to_string(),
        (_, None) => {
            return Err(
                "no key was given, so nothing can be said of a missing or wrong one; add --key-env NAME"
                    .into(),
            );
        }
    };
    if carrier.header.is_empty() {
        target.query.push((carrier.query.clone(), value));
    } else {
        let value = format!("{} {value}", carrier.scheme);
        headers.push(Header::new(carrier.header.clone(), value.trim()));
    }
    Ok(())
}

fn body(id: &str, change: &Change, choice: &Choice<'_>, endpoint: &Endpoint) -> Result<Value, String> {
    let model = if change.provoked { provoking_model(id, choice)? } else { choice.model };
    let quoted = Value::String(model.to_owned()).to_string();
    let text = endpoint.minimal_body.replace("\"{model}\"", &quoted);
    let mut body: Value = serde_json::from_str(&text)
        .map_err(|_| "the catalog has no minimal body for the endpoint".to_owned())?;
    if change.oversize {
        let bytes =
            choice.oversize.ok_or("it asks first: give the size of the prompt by --oversize BYTES")?;
        put(&mut body, PROMPT, &Value::String("x".repeat(usize::try_from(bytes).unwrap_or(0))));
    }
    for pointer in &change.remove {
        take(&mut body, pointer);
    }
    for (pointer, value) in &change.set {
        put(&mut body, pointer, value);
    }
    Ok(body)
}

fn provoking_model<'c>(id: &str, choice: &Choice<'c>) -> Result<&'c str, String> {
    let named = || choice.profile.expectations.get(id)?.model.as_deref();
    choice.provoked.get(id).map(String::as_str).or_else(named).ok_or_else(|| {
        "it cannot be provoked at this gateway: its profile names no model that does it (expectations, model)".to_owned()
    })
}

/// Parent and last name of a pointer.
fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, pointer::name(name)))
}

fn put(body: &mut Value, pointer: &str, value: &Value) {
    let Some((parent, name)) = split(pointer) else { return };
    match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(name, value.clone());
        }
        Some(Value::Array(items)) => {
            if let Some(item) = name.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                *item = value.clone();
            }
        }
        _ => {}
    }
}

fn take(body: &mut Value, pointer: &str) {
    if let Some((parent, name)) = split(pointer)
        && let Some(Value::Object(fields)) = body.pointer_mut(parent)
    {
        fields.shift_remove(&name);
    }
}
