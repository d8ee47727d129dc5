//! The model that a request names, wherever its endpoint has it: body, form, query or path.

use std::ops::Range;

use serde_json::Value;

use super::{Part, PartContent, Request};
use crate::case::catalog::{Catalog, Endpoint};

/// Fields of a body or a form that name a model.
const FIELDS: [&str; 2] = ["model", "model_name"];
/// Slashes of a path behind which an endpoint's path may begin (a gateway may stand under a prefix).
const MOST_PREFIXES: usize = 12;

impl Request {
    /// The model that the body, the form, the query or the path names; the last two where the endpoint has it there
    /// (`/flux/v1/{model}`). Raw.
    pub fn model(&self, catalog: &Catalog) -> Option<String> {
        let json = self.json();
        let in_body = FIELDS.iter().find_map(|name| json.as_ref()?.get(*name)?.as_str());
        let found = in_body
            .or_else(|| FIELDS.iter().find_map(|name| self.field(name)))
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty());
        found.or_else(|| {
            let (endpoint, at) = self.endpoint(catalog).unzip();
            let in_query = || {
                endpoint?.query.iter().find(|q| q.name == "model")?;
                self.target.query.iter().find(|(name, _)| name == "model").map(|(_, value)| decoded(value))
            };
            let in_path = || {
                let range = place(&self.target.path, endpoint, at.unwrap_or(0))?;
                self.target.path.get(range).map(decoded)
            };
            in_query().filter(|name| !name.is_empty()).or_else(in_path)
        })
    }

    /// The request with `model` in every place that names its model now; `None` where there is none, or the name does
    /// not fit there.
    #[must_use]
    pub fn with_model(&self, model: &str, catalog: &Catalog) -> Option<Self> {
        let old = self.model(catalog)?;
        let mut request = self.clone();
        let mut replaced = false;
        if let Some(mut json) = self.json() {
            for name in FIELDS {
                if let Some(field) = json.get_mut(name)
                    && field.as_str().is_some_and(|text| text.trim() == old)
                {
                    *field = Value::String(model.to_owned());
                    request.body = None;
                    replaced = true;
                }
            }
            if request.body.is_none() {
                request.body = Some(json.to_string().into());
            }
        }
        for part in &mut request.form {
            if FIELDS.contains(&part.name.as_str()) && part.text().is_some_and(|text| text.trim() == old) {
                part.content = PartContent::Text(model.to_owned());
                replaced = true;
            }
        }
        let (endpoint, at) = self.endpoint(catalog).unzip();
        if endpoint.is_some_and(|e| e.query.iter().any(|q| q.name == "model")) {
            for (name, value) in &mut request.target.query {
                if name == "model" && decoded(value) == old {
                    *value = encoded(model, false);
                    replaced = true;
                }
            }
        }
        if let Some(range) = place(&self.target.path, endpoint, at.unwrap_or(0))
            && self.target.path.get(range.clone()).map(decoded).as_deref() == Some(old.as_str())
        {
            let with_owner = self.target.path.get(range.clone()).is_some_and(|name| name.contains('/'));
            if with_owner != model.contains('/') || model.split('/').any(|s| matches!(s, "" | "." | "..")) {
                return None;
            }
            request.target.path.replace_range(range, &encoded(model, with_owner));
            replaced = true;
        }
        replaced.then_some(request)
    }

    /// The text of the form's first text part of this name. Raw.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|part| part.name == name).and_then(Part::text)
    }

    /// The endpoint, and where in the path its own path begins.
    fn endpoint<'c>(&self, catalog: &'c Catalog) -> Option<(&'c Endpoint, usize)> {
        let path = &self.target.path;
        path.match_indices('/').take(MOST_PREFIXES).find_map(|(at, _)| {
            let own = path.get(at..)?;
            // A path that is written out names no model, whatever its method.
            let written_out = catalog.endpoints.iter().any(|e| e.path == own);
            let endpoint = catalog.endpoint_for(&self.method, own)?;
            (!written_out || endpoint.path == own).then_some((endpoint, at))
        })
    }
}

/// Where `path` names the model: `{model}` of the endpoint, with an `{owner}/` before it, or what follows `/models/`.
fn place(path: &str, endpoint: Option<&Endpoint>, at: usize) -> Option<Range<usize>> {
    let own = |name: &str| {
        let range = endpoint?.in_path(name, path.get(at..)?)?;
        Some(at + range.start..at + range.end)
    };
    if let Some(model) = own("model") {
        let owner = own("owner").filter(|owner| owner.end + 1 == model.start);
        return Some(owner.map_or(model.start, |owner| owner.start)..model.end);
    }
    let start = path.find("/models/")? + "/models/".len();
    let length = path.get(start..)?.find(['/', ':']).unwrap_or(path.len() - start);
    (length > 0).then_some(start..start + length)
}

/// The text with its percent-encoding undone; what is none stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|d| *first == b'%' && d.iter().all(u8::is_ascii_hexdigit));
        let byte =
            digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or(&[]) } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str, slashes: bool) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slashes && byte == b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::request::Target;

    fn request(method: &str, url: &str, body: &str, form: &[(&str, &str)]) -> Request {
        let part = |(name, text): &(&str, &str)| Part {
            name: (*name).into(),
            content: PartContent::Text((*text).into()),
            filename: None,
            media_type: None,
        };
        Request {
            method: method.into(),
            target: Target::parse(&format!("https://h.example{url}"), None).expect("reads"),
            headers: Vec::new(),
            body: (!body.is_empty()).then(|| body.into()),
            form: form.iter().map(part).collect(),
        }
    }

    #[test]
    fn the_model_is_found_and_replaced_where_the_endpoint_has_it() {
        let catalog = Catalog::built_in();
        let (chat, replicate) =
            ("/v1/chat/completions", "/replicate/v1/models/black-forest/flux/predictions");
        let table = [
            ("POST", chat, r#"{"model":"a"}"#, "", Some("a"), "b", Some(chat)),
            ("POST", "/kling/v1/videos/text2video", r#"{"model_name":"a"}"#, "", Some("a"), "b", None),
            ("POST", "/v1/audio/transcriptions", "", "model", Some("a"), "b", None),
            ("POST", "/x/y", "", "model_name", Some("a"), "b", None),
            ("POST", "/flux/v1/flux-pro", "{}", "", Some("flux-pro"), "f 2", Some("/flux/v1/f%202")),
            ("POST", "/api/flux/v1/flux-pro", "{}", "", Some("flux-pro"), "b", Some("/api/flux/v1/b")),
            ("GET", "/flux/v1/get_result", "", "", None, "b", None),
            ("POST", "/flux/v1/get_result", "", "", None, "b", None),
            (
                "POST",
                replicate,
                "{}",
                "",
                Some("black-forest/flux"),
                "o/m",
                Some("/replicate/v1/models/o/m/predictions"),
            ),
            ("POST", replicate, "{}", "", Some("black-forest/flux"), "bare", None),
            ("POST", replicate, "{}", "", Some("black-forest/flux"), "../m", None),
            (
                "POST",
                "/v1beta/models/gemini-pro:generateContent",
                "{}",
                "",
                Some("gemini-pro"),
                "b",
                Some("/v1beta/models/b:generateContent"),
            ),
            ("GET", "/v1/realtime?model=gpt-realtime", "", "", Some("gpt-realtime"), "b", None),
            ("POST", "/v1/chat/completions?model=x", "{}", "", None, "b", None),
            ("POST", "/nowhere", r#"{"model":7}"#, "", None, "b", None),
        ];
        for (method, url, body, field, model, other, path) in table {
            let form: Vec<_> = [(field, "a")].into_iter().filter(|(name, _)| !name.is_empty()).collect();
            let from = request(method, url, body, &form);
            assert_eq!(from.model(&catalog).as_deref(), model, "{method} {url}");
            let control = from.with_model(other, &catalog);
            let refused = model.is_none() || matches!(other, "bare" | "../m");
            assert_eq!(control.is_none(), refused, "{method} {url}");
            if let Some(control) = control {
                assert_eq!(control.model(&catalog).as_deref(), Some(other), "{method} {url}");
                assert!(path.is_none_or(|path| path == control.target.path), "{}", control.target.path);
            }
        }
    }
}
