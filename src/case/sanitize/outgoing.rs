//! The request as it may leave.

use super::body::{BodyRule, Side, dropped_strings, free_keys};
use super::detect::Scope;
use super::layer::Layer;
use super::placeholder::measure;
use super::safe::{Clean, SafeBody, SafeHeader, SafeRequest, SafeSaid};
use super::{Sanitizer, address, attached, shape};
use crate::case::keyring::{KeyRing, Origin, SecretKind, env_names};
use crate::case::request::{Header, Request, Said};

/// Schemes of the Authorization header that may be named.
const SCHEMES: [&str; 8] = ["bearer", "basic", "token", "apikey", "api-key", "key", "digest", "negotiate"];
/// Headers that name a tenant or a session but do not let one in by themselves.
const NOT_THE_KEY: [&str; 6] = [
    "openai-organization",
    "openai-project",
    "anthropic-organization-id",
    "cookie",
    "set-cookie",
    "proxy-authorization",
];

impl Sanitizer<'_> {
    /// The request. `sent_bytes` are the bytes of its body on the wire, where they are known.
    pub(super) fn request(&mut self, request: &Request, sent_bytes: Option<u64>) -> SafeRequest {
        let target = &request.target;
        let host = address::host(&target.host, &mut self.text, "request.url");
        let path = address::path(&target.path, &mut self.text, &mut self.prompts, "request.path");
        if target.userinfo.is_some() {
            self.text.ledger.add("password", "url_userinfo", "request.url");
        }
        let query: Vec<(Clean, Option<Clean>)> =
            target.query.iter().map(|(name, value)| self.parameter(name, value)).collect();
        let headers: Vec<SafeHeader> = request.headers.iter().map(|h| self.request_header(h)).collect();
        let model = request.model(self.catalog).map(|model| self.name(&model, "model", "request.model"));
        let method = if (1..=16).contains(&request.method.len())
            && request.method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-')
        {
            request.method.clone()
        } else {
            measure("method", request.method.chars().count(), "chars")
        };
        for text in [&host, &path].into_iter().chain(&model) {
            self.text.lexicon.add(text.as_str());
        }
        let origin = format!("{}://{host}", target.scheme);
        self.text.lexicon.add(&format!("{origin}{path}"));
        self.text.lexicon.add(&target.port.map_or_else(String::new, |port| format!("{origin}:{port}{path}")));
        self.text.lexicon.add(&format!("{method} {path}"));
        if let Some(model) = &model {
            self.text.lexicon.add(&format!("Send {method} {path} with model {model}, the body of"));
        }
        // The reproduction is a command for curl.
        self.text
            .lexicon
            .add(&format!("curl -X {method} \"$BASE_URL{path}\" -H \"Authorization: Bearer $API_KEY\" -H"));
        self.text.lexicon.add("-H 'Authorization: Bearer $API_KEY' -H 'Content-Type: application/json'");
        let body =
            request.body.as_deref().map(|body| self.request_body(body, request.header("content-type")));
        let (mut files, form_fields) = self.form(&request.form);
        if let Some(json) = request.json() {
            files.extend(self.attached(&json));
        }
        SafeRequest {
            method: Clean::new(method),
            scheme: Clean::new(if target.scheme == "http" { "http" } else { "https" }.to_owned()),
            host,
            port: target.port,
            path,
            query,
            endpoint: self.catalog.endpoint_for(&request.method, &target.path).map(|e| e.id.clone()),
            model,
            streaming: request.streaming(),
            headers,
            body,
            files,
            form_fields,
            body_bytes: sent_bytes.filter(|b| *b > 0).unwrap_or_else(|| request.body_bytes()),
            credential_in: self.credential_in(request),
        }
    }

    /// What a text says of its request: method, path without its query, model.
    pub fn said(&mut self, said: &Said) -> SafeSaid {
        let method = said.method.as_deref().map(|raw| self.name(raw, "method", "request.method"));
        let path = said.url.as_deref().map(|raw| {
            let bare = raw.split(['?', '#']).next().unwrap_or(raw);
            let from = bare.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest.get(at..)));
            let mut dropped = Vec::new();
            address::path(from.flatten().unwrap_or(bare), &mut self.text, &mut dropped, "request.path")
        });
        let model = said.model.as_deref().map(|raw| self.name(raw, "model", "request.model"));
        SafeSaid { method, path, model }
    }

    /// The id that somebody gave to a record of a batch.
    pub fn record_id(&mut self, raw: &str) -> Clean {
        let scope = if shape::is_identifier(raw) { Scope::Identifier } else { Scope::Answer };
        self.text.apply(raw, scope, "id").clean
    }

    /// True where `raw` may be shown as a request id: it has the grammar of one, and is no credential.
    pub fn is_request_id(&self, raw: &str) -> bool {
        let grammar = (6..=128).contains(&raw.len())
            && raw.bytes().any(|b| b.is_ascii_digit())
            && raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
        grammar && self.text.spares(raw, Scope::Identifier)
    }

    /// A model or another name: an identifier, a label, or its length.
    pub(super) fn name(&mut self, raw: &str, word: &str, place: &str) -> Clean {
        if let Some(label) = self.labels(raw).filter(|_| raw.trim().starts_with('[')) {
            return Clean::new(label);
        }
        if shape::is_identifier(raw) && self.text.spares(raw, Scope::Name) {
            return Clean::new(raw.to_owned());
        }
        self.text.ledger.add("text", "not_a_name", place);
        Clean::new(measure(word, raw.chars().count(), "chars"))
    }

    fn parameter(&mut self, name: &str, value: &str) -> (Clean, Option<Clean>) {
        let shown = address::parameter_name(name, &self.text);
        let place = format!("request.query/{shown}");
        let value = if value.is_empty() {
            None
        } else if self.catalog.credential_query(name) {
            Some(Clean::new(self.credential(value, SecretKind::Key, &place)))
        } else if self.catalog.safe.query.iter().any(|q| q.eq_ignore_ascii_case(name))
            && shape::is_identifier(value)
            && self.text.spares(value, Scope::Value)
        {
            self.text.lexicon.add(value);
            Some(Clean::new(value.to_owned()))
        } else if !Layer::Structure.is_on() {
            Some(self.text.apply(value, Scope::Value, &place).clean)
        } else {
            self.text.ledger.add("text", "query_value", &place);
            let labels = self.labels(value);
            Some(Clean::new(
                labels.unwrap_or_else(|| measure("text", address::decode(value).chars().count(), "chars")),
            ))
        };
        (Clean::new(shown), value)
    }

    fn request_header(&mut self, header: &Header) -> SafeHeader {
        let shown = if shape::is_name(&header.name) && self.text.spares(&header.name, Scope::Value) {
            header.name.clone()
        } else {
            measure("header name", header.name.chars().count(), "chars")
        };
        let place = format!("request.headers/{}", shown.to_ascii_lowercase());
        let lower = header.name.to_ascii_lowercase();
        let value = if let Some(kind) = self.catalog.credential_header(&lower) {
            let labels = self.credential(&header.value, kind, &place);
            self.text.lexicon.add(&format!("{shown}: {labels}"));
            Some(Clean::new(labels))
        } else if lower == "host" {
            Some(address::location(&format!("//{}", header.value.trim()), &mut self.text, &place))
                .map(|c| Clean::new(c.as_str().trim_start_matches('/').to_owned()))
        } else if self.catalog.safe.request_headers.contains(&lower) || !Layer::Structure.is_on() {
            let clean = self.text.apply(&header.value, Scope::Value, &place).clean;
            self.text.lexicon.add(clean.as_str());
            self.text.lexicon.add(&format!("{shown}: {clean}"));
            Some(clean)
        } else {
            self.text.ledger.add("header", "unknown_header", &place);
            None
        };
        SafeHeader { name: Clean::new(shown), value }
    }

    /// A credential as its labels, with the scheme's word before it.
    pub(super) fn credential(&mut self, masked: &str, kind: SecretKind, place: &str) -> String {
        let masked = masked.trim();
        let scheme = masked.split_once(' ').map_or(masked, |(first, _)| first).trim_end_matches(':');
        let scheme = SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()).then_some(scheme);
        self.text.ledger.add(kind.word(), "credential", place);
        let labels = self.labels(masked).unwrap_or_else(|| {
            let rest = scheme.map_or(masked, |s| masked.get(s.len()..).unwrap_or("").trim());
            if rest.is_empty() {
                "[empty]".to_owned()
            } else {
                let held = self.ring.iter().find(|h| h.expose() == rest).map(|h| h.label.to_string());
                held.unwrap_or_else(|| self.text.placeholders.of(kind.word(), rest))
            }
        });
        scheme.map_or_else(|| labels.clone(), |scheme| format!("{scheme} {labels}"))
    }

    /// The labels of the secrets that `masked` refers to; a variable without a value is `[key]`.
    pub(super) fn labels(&self, masked: &str) -> Option<String> {
        let mut labels: Vec<String> = self.ring.used_in(masked).iter().map(|h| h.label.to_string()).collect();
        if env_names(masked).iter().any(|name| self.ring.by_env(name).is_none()) {
            labels.push("[key]".to_owned());
        }
        (!labels.is_empty()).then(|| labels.join(", "))
    }

    fn credential_in(&self, request: &Request) -> Option<Clean> {
        let header = request.headers.iter().find(|h| {
            let lower = h.name.to_ascii_lowercase();
            self.catalog.credential_header(&lower).is_some()
                && !NOT_THE_KEY.contains(&lower.as_str())
                && !h.value.trim().is_empty()
        });
        let name = match header {
            Some(header) => header.name.clone(),
            None => match request
                .target
                .query
                .iter()
                .find(|(n, v)| self.catalog.credential_query(n) && !v.is_empty())
            {
                Some((name, _)) => format!("query {}", address::parameter_name(name, &self.text)),
                None if request.target.userinfo.is_some() => "Authorization".to_owned(),
                None => return None,
            },
        };
        Some(Clean::new(name))
    }

    fn request_body(&mut self, body: &str, content_type: Option<&str>) -> SafeBody {
        if body.trim().is_empty() {
            return SafeBody::Empty;
        }
        let Ok(json) = serde_json::from_str::<serde_json::Value>(body) else {
            self.text.ledger.add("text", "not_json", "request.body");
            return SafeBody::Opaque { shape: self.opaque(body, content_type) };
        };
        let safe = &self.catalog.safe;
        let value =
            BodyRule::new(safe, &self.ring, &mut self.text, Side::Request, "request.body").apply(&json);
        // No free text of the request is kept, so that all of it explains.
        self.explain(&value);
        SafeBody::Json { value }
    }

    /// What stands in every note of this case whatever the prompt was: it explains chance matches.
    pub(super) fn explain(&mut self, value: &serde_json::Value) {
        self.text.lexicon.add(&value.to_string());
        self.text.lexicon.add(&serde_yaml::to_string(value).unwrap_or_default());
    }

    fn opaque(&mut self, body: &str, content_type: Option<&str>) -> Clean {
        let media = content_type.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let (what, names) = match media.as_str() {
            "application/x-www-form-urlencoded" => {
                ("form", form_fields(body).map(|(name, _)| name).collect())
            }
            "multipart/form-data" => ("multipart", part_names(body)),
            _ => {
                return Clean::new(measure(
                    &shape::kind_of_bytes(content_type, body.as_bytes()),
                    body.len(),
                    "bytes",
                ));
            }
        };
        let names: Vec<String> =
            names.iter().take(50).map(|n: &String| address::parameter_name(n, &self.text)).collect();
        Clean::new(format!("{} with fields {}", measure(what, body.len(), "bytes"), names.join(", ")))
    }

    /// A text that the operator shows is not looked for.
    pub(super) fn leave_out_shown(&self, json: &serde_json::Value, path: &str, dropped: &mut Vec<String>) {
        let mut texts = Vec::new();
        super::shown::texts_of(json, path, &self.text.shown, &mut texts);
        dropped.retain(|text| !texts.contains(&text.as_str()));
    }

    /// Remembers what of `request` will not leave: prompts for the search for echoes, and credentials that stand
    /// in it unmasked.
    pub(super) fn drop_request(&mut self, request: &Request) {
        for header in &request.headers {
            if let Some(kind) = self.catalog.credential_header(&header.name) {
                hold_literals(&mut self.ring, kind, &header.value);
            }
        }
        if let Some(userinfo) = &request.target.userinfo {
            hold_literals(
                &mut self.ring,
                SecretKind::Password,
                userinfo.split_once(':').map_or(userinfo, |(_, p)| p),
            );
        }
        for (name, value) in &request.target.query {
            if self.catalog.credential_query(name) {
                hold_literals(&mut self.ring, SecretKind::Key, value);
            } else if !shape::is_identifier(value) {
                self.prompts.push(address::decode(&value.replace('+', " ")));
            }
        }
        self.drop_form(&request.form);
        let Some(body) = request.body.as_deref() else { return };
        if let Ok(json) = serde_json::from_str(body) {
            let mut names = Vec::new();
            attached::file_names(&json, 0, &mut names);
            for name in names {
                self.drop_file_name(name);
            }
            for key in free_keys(&json, &self.catalog.safe) {
                self.drop_key(&key);
            }
            let mut dropped = dropped_strings(&json, &self.catalog.safe, Side::Request);
            self.leave_out_shown(&json, "request.body", &mut dropped);
            self.prompts.extend(dropped);
        } else {
            self.prompts.extend(form_fields(body).map(|(_, value)| value));
            self.prompts.push(body.to_owned());
        }
    }
}

/// Holds what stands in a credential's place without being a label. Intake masks such values; this is the second net.
fn hold_literals(ring: &mut KeyRing, kind: SecretKind, value: &str) {
    if value.contains('[') {
        return;
    }
    let value = value.trim();
    let rest = match value.split_once(' ') {
        Some((scheme, rest)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => rest.trim(),
        _ => value,
    };
    let parts: Vec<&str> = match kind {
        SecretKind::Cookie => {
            rest.split(';').filter_map(|pair| pair.split_once('=').map(|(_, v)| v.trim())).collect()
        }
        SecretKind::Key | SecretKind::Password => vec![rest],
    };
    for part in parts.into_iter().filter(|p| p.len() >= 8) {
        ring.hold(kind, Origin::Pasted, part);
    }
}

/// Names and decoded values of a form; nothing where `body` does not look like one.
fn form_fields(body: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let form = body.contains('=') && !body.trim_start().starts_with(['{', '[', '<', '-']);
    body.split('&').filter(move |_| form).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((address::decode(name), address::decode(&value.replace('+', " "))))
    })
}

fn part_names(body: &str) -> Vec<String> {
    body.match_indices("; name=\"")
        .take(50)
        .filter_map(|(at, found)| body.get(at + found.len()..)?.split('"').next().map(str::to_owned))
        .collect()
}

/// Holds the values of `Set-Cookie` lines.
pub(super) fn hold_cookies(ring: &mut KeyRing, headers: &[(String, String)]) {
    for (_, value) in headers.iter().filter(|(name, _)| name == "set-cookie") {
        let first = value.split(';').next().unwrap_or("");
        if let Some((_, value)) = first.split_once('=').filter(|(_, v)| v.len() >= 12) {
            ring.hold(SecretKind::Cookie, Origin::Pasted, value);
        }
    }
}
