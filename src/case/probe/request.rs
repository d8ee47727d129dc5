//! The requests of a probe: one endpoint, with each model.

use crate::case::catalog::{BodyKind, Carrier, Endpoint, Profile};
use crate::case::keyring::Label;
use crate::case::request::{BodyText, Header, Request, Target};

/// The largest answer that a probe asks for, tokens: the vendor's own probes ask for no more.
const MOST_TOKENS: u64 = 16;

/// The requests to `endpoint` below `base_url` (without `/v1` at its end), one for each of `models`; one in all where it
/// needs none.
///
/// # Errors
/// Why it cannot be probed, a sentence for the operator.
pub fn requests(
    endpoint: &Endpoint,
    base_url: &str,
    models: &[String],
    (profile, key): (&Profile, Option<Label>),
) -> Result<Vec<Request>, String> {
    let needs_model = endpoint.path.contains("{model}") || endpoint.minimal_body.contains("{model}");
    let no_path = endpoint.path.replace("{model}", "").contains('{');
    if no_path || (endpoint.body != BodyKind::None && !endpoint.is_cheap()) {
        return Err(format!(
            "an endpoint that starts work that costs, needs a file, or names something of yours is not probed; {} {} is one",
            endpoint.method, endpoint.path
        ));
    }
    if needs_model && models.is_empty() {
        return Err(format!("{} {} needs a model; give --model", endpoint.method, endpoint.path));
    }
    if !needs_model && !models.is_empty() {
        return Err(format!("{} {} asks no model; leave --model out", endpoint.method, endpoint.path));
    }
    let one = |model: Option<&String>| one(endpoint, base_url, model.map(String::as_str), (profile, key));
    if needs_model { models.iter().map(|m| one(Some(m))).collect() } else { Ok(vec![one(None)?]) }
}

fn one(
    endpoint: &Endpoint,
    base_url: &str,
    model: Option<&str>,
    (profile, key): (&Profile, Option<Label>),
) -> Result<Request, String> {
    let path = endpoint.path.replace("{model}", model.unwrap_or_default());
    let mut target = Target::parse(&format!("{base_url}{path}"), None)
        .map_err(|e| format!("the base URL cannot be used: {e}"))?;
    let mut headers = Vec::new();
    if let Some(key) = key {
        let bearer =
            Carrier { header: "authorization".into(), scheme: "Bearer".into(), query: String::new() };
        let carrier = profile.auth.first().unwrap_or(&bearer);
        match (carrier.header.as_str(), carrier.scheme.as_str()) {
            ("", _) => target.query.push((carrier.query.clone(), key.to_string())),
            (name, "") => headers.push(Header::new(name, key.to_string())),
            (name, scheme) => headers.push(Header::new(name, format!("{scheme} {key}"))),
        }
    }
    // What the endpoint wants beside the credential, with its usual value.
    headers.extend(endpoint.required_headers.iter().map(|hint| Header::new(&hint.name, &hint.value)));
    let body = (endpoint.body != BodyKind::None).then(|| body(endpoint, model)).transpose()?;
    if body.is_some() {
        headers.push(Header::new("Content-Type", "application/json"));
    }
    Ok(Request {
        method: endpoint.method.clone(),
        target,
        headers,
        body: body.map(BodyText::from),
        form: Vec::new(),
    })
}

/// The endpoint's minimal body, whose own limit of tokens is kept below [`MOST_TOKENS`].
fn body(endpoint: &Endpoint, model: Option<&str>) -> Result<String, String> {
    let quoted = serde_json::to_string(model.unwrap_or_default()).map_err(|e| e.to_string())?;
    let text = endpoint.minimal_body.replace("\"{model}\"", &quoted);
    let mut json: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    for name in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
        if let Some(limit) = json.get_mut(name)
            && limit.as_u64().is_none_or(|n| n > MOST_TOKENS)
        {
            *limit = MOST_TOKENS.into();
        }
    }
    Ok(json.to_string())
}
