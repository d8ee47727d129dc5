//! A request to begin with, from the endpoint list: what the catalog knows, as a draft that the operator changes.

use super::field::model_in;
use crate::case::catalog::{Catalog, Endpoint, Profile};
use crate::case::request::{Draft, Header};

/// The draft for `endpoint`: its method, the base URL of `draft` (else of `profile`) with the endpoint's path, its
/// minimal body with the model of `draft`. Headers that are there stay, and so does a body of the operator's own.
pub fn fill(draft: &Draft, endpoint: &Endpoint, profile: Option<&Profile>, catalog: &Catalog) -> Draft {
    let model = model_in(&draft.body).unwrap_or_default();
    let quoted = serde_json::to_string(&model).unwrap_or_else(|_| "\"\"".to_owned());
    let small = |endpoint: &Endpoint| endpoint.minimal_body.replace("\"{model}\"", &quoted);
    let replaceable =
        draft.body.trim().is_empty() || catalog.endpoints.iter().any(|e| small(e) == draft.body);
    let body = if replaceable { small(endpoint) } else { draft.body.clone() };
    let base =
        base_of(&draft.url).or_else(|| Some(profile?.base_urls.first()?.url.clone())).unwrap_or_default();
    let mut headers = draft.headers.clone();
    let mut need = |name: &str, value: String| {
        if !headers.iter().any(|h| h.name.eq_ignore_ascii_case(name)) {
            headers.push(Header::new(name, value));
        }
    };
    if !body.is_empty() {
        need("Content-Type", "application/json".to_owned());
    }
    for hint in &endpoint.required_headers {
        need(&hint.name, hint.value.clone());
    }
    if draft.headers.is_empty()
        && let Some(name) = profile.and_then(|p| p.key_env.first())
    {
        need("Authorization", format!("Bearer [env:{name}]"));
    }
    Draft {
        method: endpoint.method.clone(),
        url: format!("{base}{}", endpoint.path),
        headers,
        body,
        form: Vec::new(),
    }
}

/// Scheme and host of a URL as it is written, or the variable at its head.
fn base_of(url: &str) -> Option<String> {
    if url.starts_with("[env:") {
        return url.find(']').and_then(|end| url.get(..=end)).map(str::to_owned);
    }
    let after = url.find("://")? + 3;
    let end = url.get(after..)?.find(['/', '?', '#']).map_or(url.len(), |at| after + at);
    url.get(..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_fills_the_form_and_keeps_what_is_there() {
        let catalog = Catalog::built_in();
        let chat = catalog.endpoint("chat_completions").expect("there");
        let named = Draft { body: r#"{"model":"gpt-4o","input":"ok"}"#.into(), ..Draft::default() };
        let filled = fill(&named, chat, catalog.profile("cometapi"), &catalog);
        assert_eq!(
            (filled.method.as_str(), filled.url.as_str()),
            ("POST", "https://api.cometapi.com/v1/chat/completions")
        );
        assert!(
            filled.body.contains("\"messages\"") && filled.body.contains("\"gpt-4o\""),
            "a small body is replaced"
        );
        assert!(filled.headers.iter().any(|h| h.value == "Bearer [env:COMETAPI_KEY]"));

        let own = Draft {
            url: "http://localhost:4000/v1/chat/completions?x=1".into(),
            headers: vec![Header::new("X-Api-Key", "[key#1]")],
            body: r#"{"model":"m","own":true}"#.into(),
            ..Draft::default()
        };
        let messages = catalog.endpoint("messages").expect("there");
        let filled = fill(&own, messages, catalog.profile("cometapi"), &catalog);
        assert_eq!(filled.url, "http://localhost:4000/v1/messages");
        assert_eq!(filled.body, own.body, "an own body stays");
        let have: Vec<&str> = filled.headers.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(have, ["X-Api-Key", "Content-Type", "anthropic-version"]);
        assert_eq!(base_of("/v1/models"), None);
        assert_eq!(base_of("[env:BASE]/v1"), Some("[env:BASE]".to_owned()));
    }
}
