//! Reads an attempt: envelope, ids, layer, shape, soft failures. One pass, everything that later rooms ask.

use chrono::{DateTime, Utc};

use super::{Attempt, Envelope, RequestId};
use crate::case::catalog::{Endpoint, Profile};
use crate::case::vocabulary::{EnvelopeKind, Layer, ResponseShape, SoftFailure};

/// What the request led one to expect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectation<'a> {
    /// A stream was asked for.
    pub streaming: bool,
    /// The endpoint, where it is known.
    pub endpoint: Option<&'a Endpoint>,
    /// The request's host, lower case, to compare a redirect with.
    pub host: Option<&'a str>,
}

/// A redirect that was not followed.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The `Location` header. Raw.
    pub location: String,
    /// It leads to another host.
    pub other_host: bool,
    /// It leads to the gateway's web site, by its profile.
    pub to_web_site: bool,
}

impl std::fmt::Debug for Redirect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redirect(other_host: {}, to_web_site: {})", self.other_host, self.to_web_site)
    }
}

/// What an attempt says. Raw.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The error envelope; [`EnvelopeKind::NoError`] where none is stated.
    pub envelope: Envelope,
    /// All request ids; at most one is primary.
    pub request_ids: Vec<RequestId>,
    /// Who answered.
    pub layer: Layer,
    /// Why that is concluded, in words of ours.
    pub layer_because: &'static str,
    /// What the answer looked like.
    pub shape: ResponseShape,
    /// A redirect.
    pub redirect: Option<Redirect>,
    /// A 2xx that is none.
    pub soft: Option<SoftFailure>,
    /// `model` as the answer names it.
    pub returned_model: Option<String>,
    /// `finish_reason` of the answer or stream.
    pub finish_reason: Option<String>,
    /// `Retry-After` (seconds or HTTP date against `now`) or Gemini's RetryInfo, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The `Date` header.
    pub server_date: Option<DateTime<Utc>>,
}

/// Reads `attempt` with the knowledge of `profile`.
pub fn read(attempt: &Attempt, expectation: &Expectation<'_>, profile: Option<&Profile>) -> Reading {
    let _ = (attempt, expectation, profile);
    Reading {
        envelope: Envelope::bare(EnvelopeKind::Empty),
        request_ids: Vec::new(),
        layer: Layer::Unknown,
        layer_because: "",
        shape: ResponseShape::Unknown,
        redirect: None,
        soft: None,
        returned_model: None,
        finish_reason: None,
        retry_after_ms: None,
        server_date: None,
    }
}
