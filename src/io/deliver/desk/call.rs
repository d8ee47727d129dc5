//! A request to a desk, without its token.

use reqwest::Method;
use serde_json::Value;

/// A request as it is sent, without the token.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// Whole URL.
    pub url: String,
    /// Headers beside those of the token.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
}

/// The body of a [`Call`].
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// None.
    Empty,
    /// JSON.
    Json(Value),
    /// Bytes under a content type.
    Bytes(&'static str, Vec<u8>),
    /// The parts of a form.
    Form(Vec<Part>),
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The name of its file, where it is one.
    pub file: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Call {
    pub(super) fn get(url: String) -> Self {
        Self { method: Method::GET, url, headers: Vec::new(), body: Body::Empty }
    }

    pub(super) fn json(method: Method, url: String, body: Value) -> Self {
        Self { method, url, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(super) fn post(url: String, body: Value) -> Self {
        Self::json(Method::POST, url, body)
    }

    pub(super) fn form(url: String, parts: Vec<Part>) -> Self {
        Self { method: Method::POST, url, headers: Vec::new(), body: Body::Form(parts) }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Sets a member of an object.
pub(super) fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}
