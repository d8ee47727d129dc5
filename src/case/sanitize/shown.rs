//! Fields that the operator marked as harmless: one string of a JSON body each, by its place in the note.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::placeholder::is_placeholder;
use super::safe::{SafeBody, SafeEvidence};

/// Words in the name of a field that may hold a credential: it is never shown.
const CREDENTIAL_WORDS: [&str; 15] = [
    "key",
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "pwd",
    "authorization",
    "auth",
    "cookie",
    "credential",
    "credentials",
    "signature",
    "session",
    "bearer",
];

/// Why a field cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unshowable {
    /// Its name says that it may hold a credential.
    #[error(
        "a field with such a name may hold a credential, and is never shown; say in your own words what support needs of it"
    )]
    Credential,
    /// Nothing was dropped there.
    #[error("no text was dropped there; name one of the fields that are listed as dropped")]
    NotDropped,
}

/// The full path of a field that the operator names: `messages[0].content` is `request.body.messages[0].content`.
pub(super) fn full_path(field: &str) -> String {
    let field = field.trim();
    if field.starts_with("request.body") || field.starts_with("response.body") {
        field.to_owned()
    } else {
        format!("request.body.{field}")
    }
}

/// The full path of `field`, where its text was dropped and it may be shown.
///
/// # Errors
/// [`Unshowable`].
pub fn shown_field(field: &str, evidence: &SafeEvidence) -> Result<String, Unshowable> {
    let path = full_path(field);
    if may_hold_a_credential(&path) {
        return Err(Unshowable::Credential);
    }
    if evidence.dropped_fields().contains(&path) { Ok(path) } else { Err(Unshowable::NotDropped) }
}

/// True where a name on the way to `path` is one of a credential.
pub(super) fn may_hold_a_credential(path: &str) -> bool {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_lower = false;
    for c in path.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && last_lower) {
            words.push(std::mem::take(&mut word));
        }
        last_lower = c.is_lowercase();
        word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
    }
    words.push(word);
    words.iter().any(|word| CREDENTIAL_WORDS.contains(&word.as_str()))
}

impl SafeEvidence {
    /// Fields of the bodies whose text left as its shape only, as full paths; each once.
    pub fn dropped_fields(&self) -> Vec<String> {
        let mut fields = Vec::new();
        if let Some(SafeBody::Json { value }) = self.request.as_ref().and_then(|r| r.body.as_ref()) {
            dropped_in(value, "request.body", &mut fields);
        }
        let controls = self.controls.iter().map(|c| &c.attempt);
        for response in self.attempts.iter().chain(controls).filter_map(|a| a.response.as_ref()) {
            if let SafeBody::Json { value } = &response.body {
                dropped_in(value, "response.body", &mut fields);
            }
        }
        fields.retain(|field| !may_hold_a_credential(field));
        let mut seen = HashSet::new();
        fields.retain(|field| seen.insert(field.clone()));
        fields
    }
}

impl SafeEvidence {
    /// The texts at `fields` (full paths), of the request's body or the first answer that has one there.
    pub fn texts_at(&self, fields: &[String]) -> HashMap<String, String> {
        let wanted: HashSet<&str> = fields.iter().map(String::as_str).collect();
        let mut texts = HashMap::new();
        if let Some(SafeBody::Json { value }) = self.request.as_ref().and_then(|r| r.body.as_ref()) {
            collect(value, "request.body", &wanted, &mut texts);
        }
        let controls = self.controls.iter().map(|c| &c.attempt);
        for response in self.attempts.iter().chain(controls).filter_map(|a| a.response.as_ref()) {
            if let SafeBody::Json { value } = &response.body {
                collect(value, "response.body", &wanted, &mut texts);
            }
        }
        texts
    }
}

fn collect(value: &Value, path: &str, wanted: &HashSet<&str>, texts: &mut HashMap<String, String>) {
    match value {
        Value::String(text) if wanted.contains(path) => {
            texts.entry(path.to_owned()).or_insert_with(|| text.clone());
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{index}]"), wanted, texts);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                collect(item, &format!("{path}.{key}"), wanted, texts);
            }
        }
        _ => {}
    }
}

fn dropped_in(value: &Value, path: &str, fields: &mut Vec<String>) {
    match value {
        Value::String(text) if is_placeholder(text) && text.ends_with(" chars]") => {
            fields.push(path.to_owned());
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                dropped_in(item, &format!("{path}[{index}]"), fields);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                dropped_in(item, &format!("{path}.{key}"), fields);
            }
        }
        _ => {}
    }
}

/// The texts of `value` that stand in a shown field.
pub(super) fn texts_of<'v>(value: &'v Value, path: &str, shown: &[String], out: &mut Vec<&'v str>) {
    if shown.is_empty() {
        return;
    }
    match value {
        Value::String(text) if shown.iter().any(|field| field == path) => out.push(text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts_of(item, &format!("{path}[{index}]"), shown, out);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                texts_of(item, &format!("{path}.{key}"), shown, out);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known() {
        for yes in [
            "request.body.api_key",
            "request.body.auth.x",
            "request.body.accessToken",
            "request.body.a[0].Password",
        ] {
            assert!(may_hold_a_credential(yes), "{yes}");
        }
        for no in [
            "request.body.messages[0].content",
            "request.body.max_tokens_note",
            "request.body.author",
            "request.body.keyboard",
        ] {
            assert!(!may_hold_a_credential(no), "{no}");
        }
    }
}
