//! Errors that certain vendors, gateways and frameworks word in members of their own. Each is a fact on a service; its page
//! stands beside it.

use serde_json::{Map, Value};

use super::Envelope;
use super::json::scalar;
use crate::case::vocabulary::EnvelopeKind;

/// The envelope of an object that no general shape fits.
pub(super) fn envelope(object: &Map<String, Value>) -> Option<Envelope> {
    sentences(object).or_else(|| fault(object)).or_else(|| handed_on(object))
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Sentences in a list, and with Stability a name for what went wrong (<https://platform.stability.ai/docs/api-reference>,
/// read 2026-11-22); Hugging Face lists them under `error`.
fn sentences(object: &Map<String, Value>) -> Option<Envelope> {
    let list = ["errors", "error"].iter().find_map(|name| object.get(*name)?.as_array())?;
    let message = text(list.first())?;
    let has_message = ["message", "msg"].iter().any(|name| text(object.get(*name)).is_some());
    (!has_message).then(|| Envelope {
        message: Some(message),
        code: scalar(object.get("code")),
        error_type: text(object.get("name")).or_else(|| text(object.get("error_type"))),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// Apigee's fault (<https://cloud.google.com/apigee/docs/api-platform/troubleshoot/fault-handling>, read 2026-11-22).
fn fault(object: &Map<String, Value>) -> Option<Envelope> {
    let fault = object.get("fault")?;
    Some(Envelope {
        message: Some(text(fault.get("faultstring"))?),
        code: fault.get("detail").and_then(|detail| scalar(detail.get("errorcode"))),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// What a function on AWS Lambda hands to its gateway (the answer's body as a text,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html>, read 2026-11-22),
/// and an answer that says in `success` that its data are an error.
fn handed_on(object: &Map<String, Value>) -> Option<Envelope> {
    let inside = object.get("data").filter(|data| data.get("message").is_some_and(Value::is_string));
    if let Some(data) = inside.filter(|_| object.get("success") == Some(&Value::Bool(false))) {
        return Some(Envelope {
            message: text(data.get("message")),
            code: scalar(data.get("code")),
            error_type: scalar(data.get("type")),
            ..Envelope::bare(EnvelopeKind::Flat)
        });
    }
    let is_proxy = ["statusCode", "isBase64Encoded"].iter().any(|name| object.contains_key(*name));
    let body = object.get("body").and_then(Value::as_str).filter(|_| is_proxy)?;
    let value: Value = serde_json::from_str(body).ok()?;
    Some(super::json::envelope(&value, false)).filter(Envelope::states_error)
}

/// Where else an error object stands: Volcengine's (<https://www.volcengine.com/docs/6369/68677>), and one alone under
/// `errors`. Both read 2026-11-22.
pub(super) fn error_object(object: &Map<String, Value>) -> Option<&Value> {
    let of_volcengine = object.get("ResponseMetadata").and_then(|meta| meta.get("Error"));
    of_volcengine
        .or_else(|| object.get("errors").filter(|error| error.get("message").is_some_and(Value::is_string)))
}

/// The code that stands in another place than `code`: GraphQL's extensions (<https://spec.graphql.org/>), Writer's key, the
/// names of others.
pub(super) fn code(error: &Map<String, Value>) -> Option<String> {
    scalar(error.get("extensions").and_then(|more| more.get("code")))
        .or_else(|| ["error_code", "errorCode", "key"].iter().find_map(|name| text(error.get(*name))))
}

/// `message` without the status that an SDK put before it, where Cline's own record of a failure (`providerId`) shows it
/// beside: the answer's words began with it, too, so it stands there twice.
pub(super) fn without_clients_status(object: &Map<String, Value>, message: String) -> String {
    let status = object.get("status").and_then(Value::as_u64).filter(|_| object.contains_key("providerId"));
    let twice = status.map(|status| format!("{status} {status} "));
    match twice.filter(|twice| message.starts_with(twice.as_str())) {
        Some(_) => message.get(4..).map_or(message.clone(), str::to_owned),
        None => message,
    }
}

/// The first of the faults that a validator lists inside its error (zod's `issues`), as its message and its place.
pub(super) fn issue(object: &Map<String, Value>) -> Option<(String, Option<String>)> {
    let first = object.get("issues")?.get(0)?;
    Some((text(first.get("message"))?, place(first.get("path"))))
}

/// The field and the sentence that Laravel and its like put beside their own message.
pub(super) fn field(object: &Map<String, Value>) -> Option<(String, String)> {
    let (name, sentences) = object.get("errors")?.as_object()?.iter().next()?;
    let sentence = text(sentences.get(0).or(Some(sentences)))?;
    Some((name.clone(), sentence))
}

fn place(path: Option<&Value>) -> Option<String> {
    let steps: Vec<String> = path?.as_array()?.iter().filter_map(|step| scalar(Some(step))).collect();
    (!steps.is_empty()).then(|| steps.join("."))
}
