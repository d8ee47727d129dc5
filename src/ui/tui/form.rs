//! A request to begin with, from the endpoint list: what the catalog knows, as a draft that the operator changes.

use super::field::model_in;
use crate::case::catalog::{Auth, BodyKind, Catalog, Endpoint, ModelPlace, Profile};
use crate::case::request::{BodyText, Draft, Header, Part, PartContent};

/// The draft for `endpoint`: its method, the base URL of `draft` (else of `profile`) with the endpoint's path and the
/// query that it needs, its minimal body or form with the model of `draft`. Headers that are there stay, and so does a
/// body of the operator's own. What only the operator knows stays as `{name}` or empty: see [`blanks`].
pub fn fill(draft: &Draft, endpoint: &Endpoint, profile: Option<&Profile>, catalog: &Catalog) -> Draft {
    let model = model_of(draft).unwrap_or_default();
    let replaceable = (draft.body.trim().is_empty() && draft.form.is_empty())
        || catalog.endpoints.iter().any(|e| {
            let (body, form) = small(e, &model);
            body == draft.body && form == draft.form
        });
    let (body, form) =
        if replaceable { small(endpoint, &model) } else { (draft.body.clone(), draft.form.clone()) };
    let key = key_reference(draft, profile);
    let mut headers = draft.headers.clone();
    if body.is_empty() {
        // A form brings its own type with its boundary.
        headers.retain(|h| {
            !(h.name.eq_ignore_ascii_case("content-type") && h.value.eq_ignore_ascii_case("application/json"))
        });
    }
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
        && endpoint.auth.first() == Some(&Auth::Header)
        && let Some(key) = &key
    {
        need("Authorization", format!("Bearer {key}"));
    }
    let url = format!(
        "{}{}{}",
        base(draft, endpoint, profile, catalog),
        path(endpoint, &model),
        query(endpoint, &model, key.as_deref(), catalog)
    );
    Draft { method: endpoint.method.clone(), url, headers, body, form }
}

/// What the operator still has to write into a filled draft: `{name}` in the URL, empty query values, paths of files.
pub fn blanks(draft: &Draft) -> Vec<String> {
    let in_braces =
        draft.url.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let query = draft.url.split_once('?').map_or("", |(_, query)| query);
    let empty = query.split('&').filter_map(|pair| pair.strip_suffix('='));
    let files = draft.form.iter().filter_map(|part| match &part.content {
        PartContent::File { path, .. } if path.is_empty() => Some(part.name.as_str()),
        _ => None,
    });
    in_braces.chain(empty).chain(files).map(str::to_owned).collect()
}

/// The minimal body of `endpoint`, or its form: text parts of the minimal body, and files without a path.
fn small(endpoint: &Endpoint, model: &str) -> (BodyText, Vec<Part>) {
    let quoted = serde_json::to_string(model).unwrap_or_else(|_| "\"\"".to_owned());
    let body = endpoint.minimal_body.replace("\"{model}\"", &quoted);
    if !matches!(endpoint.body, BodyKind::Multipart | BodyKind::MultipartOrJson) {
        return (body.into(), Vec::new());
    }
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&body).unwrap_or_default();
    let part =
        |name: &str, content| Part { name: name.to_owned(), content, filename: None, media_type: None };
    // The fields in the order of the documentation.
    let parts = endpoint.fields().filter_map(|field| match members.get(&field.name) {
        Some(serde_json::Value::String(text)) => Some(part(&field.name, PartContent::Text(text.clone()))),
        Some(value) => Some(part(&field.name, PartContent::Text(value.to_string()))),
        None if field.kind == "file" && endpoint.required.contains(field) => {
            Some(part(&field.name, PartContent::File { path: String::new(), bytes: None }))
        }
        None => None,
    });
    (BodyText::default(), parts.collect())
}

/// The model that body or form of `draft` name.
fn model_of(draft: &Draft) -> Option<String> {
    let in_form = || {
        draft.form.iter().find(|part| part.name == "model").and_then(|part| match &part.content {
            PartContent::Text(text) => Some(text.clone()),
            PartContent::File { .. } => None,
        })
    };
    model_in(&draft.body).or_else(in_form)
}

/// How the key is referred to: as the draft does already, else by the gateway's usual variable.
fn key_reference(draft: &Draft, profile: Option<&Profile>) -> Option<String> {
    let in_header = draft
        .headers
        .iter()
        .filter_map(|h| h.value.rsplit(' ').next())
        .find(|value| value.starts_with('[') && value.ends_with(']'));
    let usual = || Some(format!("[env:{}]", profile?.key_env.first()?));
    in_header.map(str::to_owned).or_else(usual)
}

/// Where the endpoint is: at an address of its own, where the draft goes, or at the gateway.
fn base(draft: &Draft, endpoint: &Endpoint, profile: Option<&Profile>, catalog: &Catalog) -> String {
    if !endpoint.base_url.is_empty() {
        return endpoint.base_url.clone();
    }
    base_of(&draft.url)
        .filter(|base| !catalog.endpoints.iter().any(|e| e.base_url == *base))
        .or_else(|| Some(profile?.base_urls.first()?.url.clone()))
        .unwrap_or_default()
}

fn path(endpoint: &Endpoint, model: &str) -> String {
    let plain = !model.is_empty()
        && model.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if endpoint.model_in() == Some(ModelPlace::Path) && plain {
        endpoint.path.replace("{model}", model)
    } else {
        endpoint.path.clone()
    }
}

/// The query parameters that must be there or have a usual value.
fn query(endpoint: &Endpoint, model: &str, key: Option<&str>, catalog: &Catalog) -> String {
    let mut out = String::new();
    for parameter in endpoint.query.iter().filter(|q| q.required || !q.value.is_empty()) {
        let value = match parameter.value.as_str() {
            "{model}" if !model.is_empty() => model,
            "" if catalog.credential_query(&parameter.name) => key.unwrap_or(""),
            usual => usual,
        };
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(&parameter.name);
        out.push('=');
        out.push_str(value);
    }
    out
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

    #[test]
    fn every_kind_of_endpoint_gets_what_it_needs() {
        /// Endpoint, URL behind the base, body or none, form, what is left to write.
        type Row<'a> = (&'a str, &'a str, bool, &'a [&'a str], &'a [&'a str]);
        let catalog = Catalog::built_in();
        let comet = catalog.profile("cometapi");
        let named = Draft { body: r#"{"model":"m-1","input":"ok"}"#.into(), ..Draft::default() };
        let fill = |draft: &Draft, id: &str| fill(draft, catalog.endpoint(id).expect(id), comet, &catalog);
        let base = "https://api.cometapi.com";
        let table: [Row<'_>; 8] = [
            ("gemini_generate", "/v1beta/models/m-1:generateContent", true, &[], &[]),
            ("gemini_stream", "/v1beta/models/m-1:streamGenerateContent?alt=sse", true, &[], &[]),
            ("realtime", "/v1/realtime?model=m-1", false, &[], &[]),
            ("audio_transcriptions", "/v1/audio/transcriptions", false, &["model", "file"], &["file"]),
            ("videos_create", "/v1/videos", false, &["model", "prompt", "seconds"], &[]),
            ("videos_status", "/v1/videos/{id}", false, &[], &["id"]),
            ("flux_result", "/flux/v1/get_result?id=", false, &[], &["id"]),
            ("kling_text2video", "/kling/v1/videos/text2video", true, &[], &[]),
        ];
        for (id, url, has_body, form, left) in table {
            let filled = fill(&named, id);
            assert_eq!(filled.url, format!("{base}{url}"), "{id}");
            assert_eq!(!filled.body.is_empty(), has_body, "{id}");
            let parts: Vec<&str> = filled.form.iter().map(|p| p.name.as_str()).collect();
            assert_eq!(parts, form, "{id}");
            assert_eq!(blanks(&filled), left, "{id}");
            let json = filled.headers.iter().any(|h| h.value == "application/json");
            assert_eq!(json, has_body, "{id}");
            assert!(filled.headers.iter().any(|h| h.value == "Bearer [env:COMETAPI_KEY]"), "{id}");
        }
        let runway = fill(&named, "runway_image_to_video");
        assert!(runway.headers.iter().any(|h| h.name == "x-runway-version" && h.value == "2024-11-06"));
        assert!(fill(&named, "model_feed").headers.is_empty(), "no key where none is wanted");
    }

    #[test]
    fn a_form_gives_way_to_a_body_and_back() {
        let catalog = Catalog::built_in();
        let comet = catalog.profile("cometapi");
        let fill = |draft: &Draft, id: &str| fill(draft, catalog.endpoint(id).expect(id), comet, &catalog);
        let named = Draft { body: r#"{"model":"m-1","input":"ok"}"#.into(), ..Draft::default() };
        let form = fill(&fill(&named, "chat_completions"), "audio_transcriptions");
        assert!(form.body.is_empty() && !form.headers.iter().any(|h| h.name == "Content-Type"));
        let chat = fill(&form, "chat_completions");
        assert!(chat.form.is_empty() && chat.body.contains("\"m-1\""), "{}", chat.body);
        let mut own = form.clone();
        own.form.push(Part {
            name: "language".into(),
            content: PartContent::Text("de".into()),
            filename: None,
            media_type: None,
        });
        assert_eq!(fill(&own, "audio_translations").form, own.form, "an own form stays");
    }

    #[test]
    fn the_balance_has_a_host_and_a_place_for_the_key_of_its_own() {
        let catalog = Catalog::built_in();
        let comet = catalog.profile("cometapi");
        let chat =
            fill(&Draft::default(), catalog.endpoint("chat_completions").expect("there"), comet, &catalog);
        let balance = fill(&chat, catalog.endpoint("balance").expect("there"), comet, &catalog);
        assert_eq!(balance.url, "https://query.cometapi.com/user/quota?key=[env:COMETAPI_KEY]");
        let held =
            Draft { headers: vec![Header::new("Authorization", "Bearer [key#1]")], ..Draft::default() };
        let balance = fill(&held, catalog.endpoint("balance").expect("there"), comet, &catalog);
        assert!(balance.url.ends_with("?key=[key#1]"), "{}", balance.url);
        let chat = fill(&balance, catalog.endpoint("chat_completions").expect("there"), comet, &catalog);
        assert_eq!(chat.url, "https://api.cometapi.com/v1/chat/completions");
    }
}
