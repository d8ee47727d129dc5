//! A good status with a bad answer: what the body of a 2xx lacks.

use serde_json::Value;

use super::{Expectation, Task};
use crate::case::evidence::envelope::failed_task;
use crate::case::evidence::sse::{Finish, finish_of};
use crate::case::evidence::{BodyEnd, Envelope, Response, StreamRecord};
use crate::case::vocabulary::{EnvelopeKind, SoftFailure, StreamVerdict, UnpackEnd};

/// `model` as the answer names it.
pub(super) fn model(json: &Value) -> Option<String> {
    ["/model", "/modelVersion"]
        .iter()
        .find_map(|p| json.pointer(p)?.as_str())
        .filter(|m| !m.is_empty())
        .map(str::to_owned)
}

/// `finish_reason`, `stop_reason`, or the status of a Responses object.
pub(super) fn finish(json: &Value) -> Option<String> {
    let mut places = vec!["/choices/0/finish_reason", "/stop_reason", "/candidates/0/finishReason"];
    if json.get("object").and_then(Value::as_str) == Some("response") {
        places.extend(["/incomplete_details/reason", "/status"]);
    }
    if json.pointer("/promptFeedback/blockReason").is_some_and(Value::is_string) {
        return Some("SAFETY".to_owned());
    }
    places.iter().find_map(|p| json.pointer(p)?.as_str()).map(str::to_owned)
}

/// What is wrong with a 2xx; `None` where nothing is, or where the status is another.
pub(super) fn soft(
    response: &Response,
    envelope: &Envelope,
    json: Option<&Value>,
    stream: Option<&StreamRecord>,
    task: Option<&Task>,
    expectation: &Expectation<'_>,
) -> Option<SoftFailure> {
    if response.status.is_none() && envelope.kind == EnvelopeKind::NoError && stream.is_none() {
        // Nobody saw the status, but the answer itself says how it ended.
        return by_finish(json.and_then(finish).as_deref());
    }
    if let Some(stream) =
        stream.filter(|s| response.status.is_none() && s.verdict == StreamVerdict::SoftFailure)
    {
        return by_finish(stream.finish_reason.as_deref());
    }
    if !response.is_success() {
        return None;
    }
    let readable = envelope.states_error() && envelope.kind != EnvelopeKind::Text;
    let damaged = !readable && undecodable(response, stream);
    if let Some(stream) = stream {
        return match stream.verdict {
            _ if damaged && stream.verdict != StreamVerdict::FailedMidStream => {
                Some(SoftFailure::Undecodable)
            }
            StreamVerdict::FailedMidStream => Some(SoftFailure::ErrorInBody),
            StreamVerdict::SoftFailure => {
                Some(by_finish(stream.finish_reason.as_deref()).unwrap_or(SoftFailure::EmptyContent))
            }
            _ => None,
        };
    }
    if damaged {
        return Some(SoftFailure::Undecodable);
    }
    let no_body_belongs = matches!(response.status, Some(204 | 205));
    match envelope.kind {
        EnvelopeKind::Html => Some(SoftFailure::Html),
        EnvelopeKind::Empty if no_body_belongs || (response.body_bytes > 0 && response.body.is_empty()) => {
            None
        }
        EnvelopeKind::Empty if matches!(response.end, BodyEnd::Cut(_)) => None,
        EnvelopeKind::Empty => Some(SoftFailure::EmptyBody),
        EnvelopeKind::NoError if envelope.partial => broken_end(response),
        EnvelopeKind::NoError => json.and_then(|json| of_json(json, expectation)),
        EnvelopeKind::Text | EnvelopeKind::Other => not_json(response, expectation),
        // A reason is an error like any other; without one the task's word is all there is.
        _ if envelope.message.is_none()
            && (json.is_some_and(failed_task) || task.is_some_and(Task::has_failed)) =>
        {
            Some(SoftFailure::TaskFailed)
        }
        _ => Some(SoftFailure::ErrorInBody),
    }
}

/// The content coding cannot be undone to its end. A stream that showed its end is whole without the end of its packing,
/// and a cut connection is a fault of its own.
fn undecodable(response: &Response, stream: Option<&StreamRecord>) -> bool {
    let Some(packed) = &response.packed else { return false };
    match packed.end {
        UnpackEnd::Whole => false,
        UnpackEnd::Cut => !matches!(response.end, BodyEnd::Cut(_)) && stream.is_none(),
        UnpackEnd::Broken => stream.is_none_or(|s| s.verdict == StreamVerdict::Truncated),
        UnpackEnd::TooLarge | UnpackEnd::NotPacked | UnpackEnd::UnknownCoding => true,
    }
}

/// JSON without its end: our own cap and a cut are no fault of the answer, a sender that stops early is.
fn broken_end(response: &Response) -> Option<SoftFailure> {
    (!response.is_partial()).then_some(SoftFailure::NotJson)
}

/// Speech and pictures are no JSON and need not be.
fn not_json(response: &Response, expectation: &Expectation<'_>) -> Option<SoftFailure> {
    let kind = response.content_type().unwrap_or_default();
    let media = ["audio/", "video/", "image/", "application/octet-stream", "application/pdf"];
    let wants_json = expectation.endpoint.is_some_and(|e| !e.answer_fields.is_empty());
    (wants_json || !media.iter().any(|m| kind.starts_with(m))).then_some(SoftFailure::NotJson)
}

fn of_json(json: &Value, expectation: &Expectation<'_>) -> Option<SoftFailure> {
    let finish = finish(json);
    let fields = expectation.endpoint.map_or([].as_slice(), |e| &e.answer_fields);
    by_finish(finish.as_deref())
        .or_else(|| fields.iter().find_map(|field| lacks(json, field)))
        .or_else(|| is_empty_answer(json).then_some(SoftFailure::EmptyContent))
        .or_else(|| expectation.streaming.then_some(SoftFailure::NotAStream))
}

fn by_finish(reason: Option<&str>) -> Option<SoftFailure> {
    match finish_of(reason?) {
        Finish::Length => Some(SoftFailure::LengthLimit),
        Finish::Filter => Some(SoftFailure::ContentFilter),
        Finish::Failed => Some(SoftFailure::ErrorInBody),
        Finish::Normal => None,
    }
}

/// What is wrong where `pointer` (`*` = any index) is not there; a list that is there but empty is empty content.
fn lacks(json: &Value, pointer: &str) -> Option<SoftFailure> {
    let mut here = vec![json];
    for part in pointer.split('/').skip(1) {
        if here.iter().any(|v| v.as_array().is_some_and(Vec::is_empty)) {
            return Some(SoftFailure::EmptyContent);
        }
        here = here
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (index, Value::Array(items)) => {
                    index.parse().ok().and_then(|i: usize| items.get(i)).into_iter().collect()
                }
                (name, value) => value.get(name).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    here.iter().all(|v| v.is_null()).then_some(SoftFailure::MissingField)
}

/// A known answer object without text, tool call, picture or sound.
fn is_empty_answer(json: &Value) -> bool {
    let list = |name: &str| json.get(name).and_then(Value::as_array);
    if let Some(choices) = list("choices") {
        return choices.iter().all(|c| {
            c.get("message").map_or_else(
                || is_blank(c.get("text")),
                |message| {
                    ["content", "refusal", "tool_calls", "function_call", "audio", "images"]
                        .iter()
                        .all(|name| is_blank(message.get(*name)))
                },
            )
        });
    }
    if json.get("type").and_then(Value::as_str) == Some("message") {
        return list("content").is_some_and(|parts| {
            parts
                .iter()
                .all(|p| p.get("type").and_then(Value::as_str) == Some("text") && is_blank(p.get("text")))
        });
    }
    if json.get("object").and_then(Value::as_str) == Some("response") {
        let finished = json.get("status").and_then(Value::as_str) == Some("completed");
        return finished
            && list("output").is_some_and(|items| {
                items.iter().all(|item| match item.get("type").and_then(Value::as_str) {
                    Some("message") => item.get("content").and_then(Value::as_array).is_none_or(|parts| {
                        parts.iter().all(|p| is_blank(p.get("text")) && is_blank(p.get("refusal")))
                    }),
                    Some("reasoning") => true,
                    _ => false,
                })
            });
    }
    list("candidates").is_some_and(|candidates| {
        candidates.iter().all(|c| {
            c.pointer("/content/parts").and_then(Value::as_array).is_none_or(|parts| {
                parts.iter().all(|p| {
                    p.as_object().is_none_or(|p| p.keys().all(|k| k == "text") && is_blank(p.get("text")))
                })
            })
        })
    })
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(_) => false,
    }
}
