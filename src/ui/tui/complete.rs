//! What can stand at the cursor in a request's body, by the catalog: names of fields, roles, models that the case has met.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use super::field::model_of;
use super::json::{Place, names_behind, place_at};
use crate::case::catalog::Endpoint;
use crate::case::evidence::Attempt;
use crate::session::Session;

/// What can be put in the place of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes that it replaces, the word as far as it is written.
    pub span: Range<usize>,
    /// What fits, ready to be put there.
    pub choices: Vec<String>,
    /// The one that was put there last.
    pub at: usize,
}

/// What fits at byte `cursor` of `text`, the body of the session's request; `None` where nothing is known.
pub fn complete(text: &str, cursor: usize, session: &Session) -> Option<Completion> {
    let mut place = place_at(text, cursor)?;
    let span = place.start..word_end(text, cursor, place.quoted);
    // A member that stands further down is there, too.
    place.names.extend(names_behind(text, span.end));
    let request = session.request().ok();
    let endpoint = request.as_ref().and_then(|request| {
        session.catalog().endpoint_at(&request.method, &request.target.path, session.profile())
    });
    let choices = match (&place.member, place.in_list) {
        (Some(member), false) => values(member, &place, endpoint, session),
        (None, false) => names(&place, endpoint),
        (_, true) => Vec::new(),
    };
    let is_name = place.member.is_none();
    let colon = text.get(span.end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let choices: Vec<String> = choices
        .into_iter()
        .filter(|choice| choice.trim_start_matches('"').starts_with(&place.word))
        .map(|choice| if is_name && !colon { format!("{choice}: ") } else { choice })
        .collect();
    (!choices.is_empty()).then_some(Completion { span, choices, at: 0 })
}

/// The end of the word that the cursor is in, its closing quote included.
fn word_end(text: &str, cursor: usize, quoted: bool) -> usize {
    let rest = text.get(cursor..).unwrap_or_default();
    let word = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')))
        .unwrap_or(rest.len());
    match rest.get(word..) {
        Some(behind) if quoted && behind.starts_with('"') => cursor + word + 1,
        _ if quoted => cursor,
        _ => cursor + word,
    }
}

/// Names of fields that the open object does not have yet.
fn names(place: &Place, endpoint: Option<&Endpoint>) -> Vec<String> {
    let Some(endpoint) = endpoint else { return Vec::new() };
    let mut names: Vec<String> = if place.path.is_empty() {
        endpoint.required.iter().chain(&endpoint.optional).map(|field| field.name.clone()).collect()
    } else {
        Vec::new()
    };
    let small: Value = serde_json::from_str(&endpoint.minimal_body).unwrap_or_default();
    if let Some(Value::Object(fields)) = place.path.iter().try_fold(&small, |value, name| within(value, name))
    {
        names.extend(fields.keys().cloned());
    }
    let mut seen = place.names.clone();
    names.retain(|name| {
        let new = !seen.contains(name);
        seen.push(name.clone());
        new
    });
    names.into_iter().map(|name| Value::String(name).to_string()).collect()
}

/// What stands under `name`: of a list its first element, which has the name of its list.
fn within<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => items.first(),
        _ => None,
    }
}

/// Values of the member `name`.
fn values(name: &str, place: &Place, endpoint: Option<&Endpoint>, session: &Session) -> Vec<String> {
    let texts: Vec<String> = match name {
        "role" => endpoint.map(|endpoint| endpoint.roles.clone()).unwrap_or_default(),
        "model" if place.path.is_empty() => known_models(session),
        _ => Vec::new(),
    };
    let mut values: Vec<String> = texts.into_iter().map(|text| Value::String(text).to_string()).collect();
    let fields = endpoint.into_iter().flat_map(|endpoint| endpoint.required.iter().chain(&endpoint.optional));
    if place.path.is_empty()
        && !place.quoted
        && fields
            .into_iter()
            .any(|field| field.name == name && field.kind.split('|').any(|kind| kind == "boolean"))
    {
        values.extend(["true".to_owned(), "false".to_owned()]);
    }
    values
}

/// Models that the case has met: of the request, of the answers, of controls, and of every list of models that was answered.
pub fn known_models(session: &Session) -> Vec<String> {
    let attempts = session.evidence().attempts.iter();
    let attempts = attempts.chain(session.evidence().controls.iter().map(|control| &control.attempt));
    let readings = session.readings().iter().chain(session.control_readings());
    let sent =
        session.evidence().request.iter().chain(session.evidence().controls.iter().map(|c| &c.request));
    let sent = sent.filter_map(|request| request.model(session.catalog()));
    let (mut models, mut seen) = (Vec::new(), HashSet::new());
    for model in sent
        .chain(readings.filter_map(|reading| reading.returned_model.clone()))
        .chain(model_of(session.draft()))
        .chain(attempts.flat_map(Attempt::listed_models))
    {
        if !model.is_empty() && seen.insert(model.clone()) {
            models.push(model);
        }
    }
    models
}
