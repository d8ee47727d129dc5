//! A failure record: the program's one batch format, a line of JSON each.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Known;
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Envelope, Outcome, Response};
use crate::case::intake;
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Said};

/// What is known of one failure. All but the id is optional; other members are ignored. Raw: never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Comes back in the explanation.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<String>,
    /// Method of the request.
    #[serde(default)]
    pub method: Option<String>,
    /// Path or URL of the request.
    #[serde(default)]
    pub path: Option<String>,
    /// Model of the request.
    #[serde(default)]
    pub model: Option<String>,
    /// HTTP status of the answer; a number or its digits.
    #[serde(default, deserialize_with = "status")]
    pub status: Option<u16>,
    /// Headers of the answer, in order: an object (a value may be a list), or a list of pairs.
    #[serde(default, deserialize_with = "headers")]
    pub headers: Vec<(String, String)>,
    /// Body of the answer: its text, or the JSON document itself.
    #[serde(default, deserialize_with = "body")]
    pub body: Option<String>,
    /// What a client printed.
    #[serde(default)]
    pub text: Option<String>,
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record({:?})", self.id)
    }
}

impl Record {
    /// What an operator gave in a file: an answer's body where status or headers go with it, else whatever it is.
    pub fn of_text(text: String, status: Option<u16>, headers: Vec<(String, String)>) -> Self {
        if status.is_none() && headers.is_empty() {
            return Self { text: Some(text), ..Self::default() };
        }
        Self { status, headers, body: Some(text), ..Self::default() }
    }

    /// The attempt, and what is known of its request. `None`: no answer and no failure in it.
    pub(super) fn read(&self, catalog: &Catalog, ring: &mut KeyRing) -> Option<Known> {
        let filled = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        let told = if filled(&self.text) {
            intake::read_report(self.text.as_deref().unwrap_or(""), catalog, ring)
        } else {
            Intake::default()
        };
        let has_answer = self.status.is_some() || !self.headers.is_empty() || filled(&self.body);
        let attempt = match (has_answer, told.observed) {
            (true, observed) => self.answer(observed, catalog, ring)?,
            (false, Some(observed)) => observed,
            (false, None) => return None,
        };
        let said = Said {
            method: self.method.clone().or(told.said.method),
            url: self.path.clone().or(told.said.url),
            model: self.model.clone().or(told.said.model),
        };
        let request = told.draft.as_ref().and_then(|draft| draft.to_request(None).ok());
        Some(Known { attempt: self.complete(attempt), request, said, client: told.client })
    }

    /// `attempt` with what the record as a whole says of it, from whichever member it was read.
    fn complete(&self, mut attempt: Attempt) -> Attempt {
        if let Outcome::Response(response) = &mut attempt.outcome
            && response.status.is_none()
        {
            response.status = stated_status(response);
        }
        attempt.written.extend(self.written());
        attempt
    }

    /// What people wrote into the source lines that its texts show.
    pub(in crate::case) fn written(&self) -> Vec<String> {
        [&self.text, &self.body]
            .into_iter()
            .flatten()
            .flat_map(|text| intake::written_literals(text))
            .collect()
    }

    /// The answer of the record's members; what a client printed adds what they do not say.
    fn answer(&self, told: Option<Attempt>, catalog: &Catalog, ring: &mut KeyRing) -> Option<Attempt> {
        let body = self.body.as_deref().unwrap_or("");
        let bare = body.trim().is_empty();
        let told = told.filter(|_| bare || self.status.is_none());
        if bare && self.status.is_none() && self.headers.is_empty() {
            return told;
        }
        // A body may be a whole paste: a head with it, a client's print of it.
        let pasted = (!bare && self.headers.is_empty())
            .then(|| intake::read_response(body.as_bytes(), self.status, None, catalog, ring).observed)
            .flatten();
        let given = pasted.unwrap_or_else(|| {
            let response = intake::response_of(self.status, self.headers.clone(), body.as_bytes().to_vec());
            intake::attempt(Outcome::Response(response))
        });
        Some(joined(given, told))
    }
}

/// The status that the envelope states, where nobody saw the answer's own: its code, else its message.
fn stated_status(response: &Response) -> Option<u16> {
    if response.stream.is_some() {
        return None;
    }
    let envelope = Envelope::of(response);
    let code = envelope.code.as_deref().and_then(|code| code.parse().ok());
    let title = envelope.title.as_deref().and_then(|title| title.get(..3)?.parse().ok());
    code.or(title)
        .filter(|status| (400..600).contains(status))
        .or_else(|| intake::stated_status(envelope.message.as_deref()?))
        .or_else(|| intake::status_field(&response.readable()))
        .or_else(|| status_of_title(envelope.title.as_deref()?))
}

/// The status that a page's title begins with (`502 Bad Gateway`), or that Cloudflare puts behind the host
/// (`h | 524: A timeout occurred`).
fn status_of_title(title: &str) -> Option<u16> {
    let begin = title.rsplit(" | ").next().unwrap_or(title).trim_start_matches("Error ");
    let (digits, rest) = begin.split_at_checked(3)?;
    let alone = rest.is_empty() || rest.starts_with([' ', ':']);
    digits.parse().ok().filter(|status| alone && (400..600).contains(status))
}

/// The answer as the record's members give it, with what only the client's text has: a status, a body, an exception, a
/// failure below HTTP where no answer came.
fn joined(mut given: Attempt, told: Option<Attempt>) -> Attempt {
    let Some(told) = told else { return given };
    let (Outcome::Response(answer), Outcome::Response(printed)) = (&mut given.outcome, &told.outcome) else {
        let bare = given.response().is_some_and(|r| r.status.is_none() && r.body.is_empty());
        return if bare { told } else { given };
    };
    answer.status = answer.status.or(printed.status);
    if answer.exception.is_none() {
        answer.exception.clone_from(&printed.exception);
    }
    if answer.body.is_empty() {
        *answer = with_body(answer, printed);
    }
    given
}

fn with_body(answer: &Response, printed: &Response) -> Response {
    let mut headers = answer.headers.clone();
    let known = |name: &str| answer.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    headers.extend(printed.headers.iter().filter(|(name, _)| !known(name)).cloned());
    let mut whole = intake::response_of(answer.status, headers, printed.body.clone());
    whole.exception.clone_from(&answer.exception);
    whole
}

/// A string, or a number as its digits; a document is no id.
fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A string, or the document itself.
fn body<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let status = match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(status.and_then(|s| u16::try_from(s).ok()).filter(|s| (100..1000).contains(s)))
}

fn headers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(match Value::deserialize(from)? {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| {
                let values = value
                    .as_array()
                    .map_or_else(|| vec![text(value)], |list| list.iter().map(text).collect());
                values.into_iter().map(|value| (name.clone(), value))
            })
            .collect(),
        Value::Array(pairs) => {
            pairs.iter().filter_map(|pair| Some((text(pair.get(0)?), text(pair.get(1)?)))).collect()
        }
        _ => Vec::new(),
    })
}
