//! The asynchronous task that an answer speaks of: support looks it up by its own id, which is no request id. Where it is
//! named, how it goes and why it failed is data of the catalog's endpoints.

use serde_json::Value;

use crate::case::catalog::{Catalog, Endpoint};
use crate::case::evidence::Envelope;
use crate::case::evidence::envelope::failed_task;
use crate::case::vocabulary::{EnvelopeKind, TaskState};

/// A task, as the answer names it. Raw.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: Option<String>,
    /// Its status, in the provider's word (`succeed`, `FAILURE`, `video_expired`).
    pub status: Option<String>,
    /// What that word means; `None` where there is no word.
    pub state: Option<TaskState>,
}

impl Task {
    /// It ended without a result.
    pub fn has_failed(&self) -> bool {
        self.state == Some(TaskState::Failed)
    }

    /// It has not ended yet, as far as it says.
    pub fn goes_on(&self) -> bool {
        matches!(self.state, None | Some(TaskState::Queued | TaskState::Running | TaskState::Unknown))
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task(id: {}, {:?})", self.id.is_some(), self.state)
    }
}

/// Places that name a task and nothing else, whatever the endpoint.
const OWN: [&str; 6] =
    ["/task_id", "/taskId", "/data/task_id", "/data/taskId", "/output/task_id", "/error/task_id"];

/// Where such a task's status stands.
const STATUS: [&str; 6] =
    ["/status", "/data/status", "/task_status", "/data/task_status", "/state", "/output/task_status"];

/// The task in `json`, the answer of `endpoint`.
pub(super) fn of(json: &Value, endpoint: Option<&Endpoint>) -> Option<Task> {
    let starts = endpoint.and_then(|e| e.starts.as_ref());
    let tells = endpoint.and_then(|e| e.tells.as_ref());
    let known = starts.map(|s| &s.id).into_iter().chain(tells.map(|t| &t.id)).flatten();
    let id = first(json, known.map(String::as_str).chain(OWN));
    if id.is_none() && starts.is_none() && tells.is_none() {
        return None;
    }
    let told = tells.map_or([].as_slice(), |t| &t.state);
    let status = first(json, told.iter().map(String::as_str).chain(STATUS));
    let state = status.as_deref().map(|word| {
        let own = tells.and_then(|tells| tells.state_of(word));
        own.or_else(|| Catalog::built_in().task_state(word)).unwrap_or(TaskState::Unknown)
    });
    (id.is_some() || status.is_some()).then_some(Task { id, status, state })
}

/// The task without a name in `json`, whose shape alone tells that it failed.
pub(super) fn failed(json: &Value, envelope: &Envelope) -> Option<Task> {
    let status = envelope.error_type.clone().filter(|_| envelope.kind == EnvelopeKind::Flat)?;
    failed_task(json).then_some(Task { id: None, status: Some(status), state: Some(TaskState::Failed) })
}

/// Why `task` failed, as the answer of `endpoint` says in the places that are known for it; `None` where it did not fail, or
/// no place is known.
pub(super) fn failure(json: &Value, task: &Task, endpoint: Option<&Endpoint>) -> Option<Envelope> {
    let tells = endpoint?.tells.as_ref().filter(|_| task.has_failed())?;
    Some(Envelope {
        message: first(json, tells.reason.iter().map(String::as_str)),
        code: first(json, tells.code.iter().map(String::as_str)),
        error_type: task.status.clone(),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// The first of `places` that holds a text or a number.
fn first<'a>(json: &Value, mut places: impl Iterator<Item = &'a str>) -> Option<String> {
    places.find_map(|place| match json.pointer(place)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_named_by_the_answer_of_each_family() {
        use TaskState as S;
        let catalog = Catalog::built_in();
        // endpoint, answer, id, status, state
        let table = [
            (
                "videos_create",
                r#"{"id":"video_1","status":"queued"}"#,
                Some("video_1"),
                Some("queued"),
                Some(S::Queued),
            ),
            (
                "kling_text2video",
                r#"{"code":0,"request_id":"r-1","data":{"task_id":"7","task_status":"submitted"}}"#,
                Some("7"),
                Some("submitted"),
                Some(S::Queued),
            ),
            ("suno_music", r#"{"code":"success","data":"t-9"}"#, Some("t-9"), None, None),
            (
                "midjourney_imagine",
                r#"{"code":1,"description":"ok","result":"1720"}"#,
                Some("1720"),
                None,
                None,
            ),
            ("bria_edit", r#"{"request_id":"b-1","status_url":"https://x"}"#, Some("b-1"), None, None),
            (
                "videos_status",
                r#"{"id":"video_1","status":"failed","error":null}"#,
                Some("video_1"),
                Some("failed"),
                Some(S::Failed),
            ),
            (
                "runway_task",
                r#"{"id":"r","status":"Dreaming"}"#,
                Some("r"),
                Some("Dreaming"),
                Some(S::Unknown),
            ),
            ("videos_create", r#"{"code":null,"message":"no","data":null}"#, None, None, None),
            ("chat_completions", r#"{"id":"chatcmpl-1","status":"completed"}"#, None, None, None),
            ("responses", r#"{"id":"resp_1","status":"failed"}"#, None, None, None),
            (
                "chat_completions",
                r#"{"task_id":"t-1","status":"failed"}"#,
                Some("t-1"),
                Some("failed"),
                Some(S::Failed),
            ),
        ];
        for (id, answer, task, status, state) in table {
            let endpoint = catalog.endpoint(id).expect(id);
            let json = serde_json::from_str(answer).expect("JSON");
            let found = of(&json, Some(endpoint)).unwrap_or_default();
            let found = (found.id.as_deref(), found.status.as_deref(), found.state);
            assert_eq!(found, (task, status, state), "{id}: {answer}");
        }
    }

    #[test]
    fn the_reason_is_found_where_each_family_hides_it() {
        let catalog = Catalog::built_in();
        // endpoint, answer, message, code, type
        let table = [
            (
                "kling_task",
                r#"{"code":0,"message":"SUCCEED","data":{"task_id":"t","task_status":"failed","task_status_msg":"refused"}}"#,
                Some("refused"),
                None,
                "failed",
            ),
            (
                "runway_task",
                r#"{"id":"t","status":"FAILED","failure":"too dark","failureCode":"SAFETY.INPUT.TEXT"}"#,
                Some("too dark"),
                Some("SAFETY.INPUT.TEXT"),
                "FAILED",
            ),
            (
                "minimax_status",
                r#"{"task_id":"t","status":"Fail","base_resp":{"status_code":1027,"status_msg":"sensitive"}}"#,
                Some("sensitive"),
                Some("1027"),
                "Fail",
            ),
            (
                "midjourney_task",
                r#"{"id":"1","status":"FAILURE","failReason":"banned"}"#,
                Some("banned"),
                None,
                "FAILURE",
            ),
            ("replicate_status", r#"{"id":"p","status":"canceled","error":null}"#, None, None, "canceled"),
            (
                "flux_result",
                r#"{"id":"f","status":"Content Moderated","result":null}"#,
                None,
                None,
                "Content Moderated",
            ),
            (
                "bytedance_status",
                r#"{"id":"v","status":"failed","error":{"code":"Sensitive","message":"no"}}"#,
                Some("no"),
                Some("Sensitive"),
                "failed",
            ),
        ];
        for (id, answer, message, code, kind) in table {
            let endpoint = catalog.endpoint(id).expect(id);
            let json: Value = serde_json::from_str(answer).expect("JSON");
            let task = of(&json, Some(endpoint)).expect("a task");
            let found = failure(&json, &task, Some(endpoint)).expect("failed");
            let found = (found.message.as_deref(), found.code.as_deref(), found.error_type.as_deref());
            assert_eq!(found, (message, code, Some(kind)), "{id}: {answer}");
            assert_eq!(
                failure(&json, &Task { state: Some(TaskState::Running), ..task }, Some(endpoint)),
                None
            );
        }
    }
}
