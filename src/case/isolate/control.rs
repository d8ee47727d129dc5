//! Controls: further requests that differ from the failing one in one thing, each asked for by hand.

use super::trial::TrialId;
use crate::case::catalog::{BodyKind, Catalog, Endpoint};
use crate::case::keyring::Label;
use crate::case::request::{Header, Request};

/// The one thing that a control changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Another model. The name is raw until sanitized.
    Model(String),
    /// Another key, by label.
    Key(Label),
    /// A small body that is known to work.
    MinimalBody,
    /// A trial of the search.
    Trial(TrialId),
}

impl Changed {
    /// The word in the note.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Model(_) => "model",
            Self::Key(_) => "key",
            Self::MinimalBody => "minimal_body",
            Self::Trial(id) => id.word(),
        }
    }

    /// True where another body than the failing one went along.
    pub fn is_on_smaller_body(&self) -> bool {
        matches!(self, Self::Trial(id) if id.has_other_body())
    }
}

/// The control request: `request` with one thing changed. `None` where that cannot be (no JSON body, an endpoint
/// without a known minimal body, no credential to replace).
pub fn control(request: &Request, changed: &Changed, catalog: &Catalog) -> Option<Request> {
    let mut control = request.clone();
    match changed {
        // The search makes its own.
        Changed::Trial(_) => return None,
        Changed::Model(model) => control = request.with_model(model, catalog)?,
        Changed::Key(label) => replace_key(&mut control, *label, catalog)?,
        Changed::MinimalBody => {
            let endpoint = with_small_body(request, catalog)?;
            if !control.form.is_empty() {
                control.form.clear();
                control.headers.retain(|h| !h.name.eq_ignore_ascii_case("content-type"));
                control.headers.push(Header::new("Content-Type", "application/json"));
            }
            let model = request.model(catalog).unwrap_or_default();
            let quoted = serde_json::to_string(&model).ok()?;
            control.body = Some(endpoint.minimal_body.replace("\"{model}\"", &quoted).into());
            control.form.clear();
        }
    }
    (control != *request).then_some(control)
}

/// The endpoint of `request`, where a small body for it is known.
pub fn with_small_body<'c>(request: &Request, catalog: &'c Catalog) -> Option<&'c Endpoint> {
    let endpoint = catalog.endpoint_for(&request.method, &request.target.path)?;
    // A task costs, and what it makes comes later; a form is replaced only where the endpoint takes JSON too.
    (endpoint.is_cheap() && endpoint.body != BodyKind::Multipart).then_some(endpoint)
}

/// Puts `label` in the place of every credential of the request.
pub(super) fn replace_key(request: &mut Request, label: Label, catalog: &Catalog) -> Option<()> {
    let mut replaced = None;
    for Header { name, value } in &mut request.headers {
        if catalog.credential_header(name).is_none() || name.eq_ignore_ascii_case("cookie") {
            continue;
        }
        *value = match value.split_once(' ') {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => format!("{scheme} {label}"),
            _ => label.to_string(),
        };
        replaced = Some(());
    }
    for (name, value) in &mut request.target.query {
        if catalog.credential_query(name) {
            *value = label.to_string();
            replaced = Some(());
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keyring::SecretKind;
    use crate::case::request::{Part, PartContent, Target};

    fn request() -> Request {
        Request {
            method: "POST".into(),
            target: Target::parse("https://api.cometapi.com/v1/chat/completions", None).expect("reads"),
            headers: vec![Header::new("Authorization", "Bearer [key#1]"), Header::new("X-Other", "kept")],
            body: Some(r#"{"model":"a","messages":[{"role":"user","content":"x"}],"logprobs":true}"#.into()),
            form: Vec::new(),
        }
    }

    #[test]
    fn each_control_changes_one_thing() {
        let catalog = Catalog::built_in();
        let from = request();
        let model = control(&from, &Changed::Model("b".into()), &catalog).expect("model");
        assert_eq!((model.model(&catalog).as_deref(), model.headers == from.headers), (Some("b"), true));
        let label = Label { kind: SecretKind::Key, number: 2 };
        let key = control(&from, &Changed::Key(label), &catalog).expect("key");
        assert_eq!(key.header("authorization"), Some("Bearer [key#2]"));
        assert_eq!((key.body == from.body, key.header("x-other")), (true, Some("kept")));
        let minimal = control(&from, &Changed::MinimalBody, &catalog).expect("minimal");
        assert_eq!(
            (minimal.model(&catalog).as_deref(), minimal.json().expect("json").get("logprobs")),
            (Some("a"), None)
        );
        assert!(control(&from, &Changed::Model("a".into()), &catalog).is_none(), "no change is no control");
    }

    #[test]
    fn a_form_is_controlled_too() {
        let catalog = Catalog::built_in();
        let part = |name: &str, text: &str| Part {
            name: name.into(),
            content: PartContent::Text(text.into()),
            filename: None,
            media_type: None,
        };
        let mut from = request();
        from.body = None;
        from.form = vec![part("model", "a"), part("prompt", "x")];
        from.headers.push(Header::new("content-type", "multipart/form-data"));
        let model = control(&from, &Changed::Model("b".into()), &catalog).expect("model");
        assert_eq!((model.field("model"), model.field("prompt")), (Some("b"), Some("x")));
        let minimal = control(&from, &Changed::MinimalBody, &catalog).expect("the endpoint takes JSON");
        assert!(minimal.form.is_empty() && minimal.json().is_some());
        assert_eq!(minimal.header("content-type"), Some("application/json"));
        assert_eq!(minimal.model(&catalog).as_deref(), Some("a"));
        from.form.remove(0);
        assert!(control(&from, &Changed::Model("b".into()), &catalog).is_none(), "no model to replace");
    }
}
