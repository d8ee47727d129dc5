//! The asynchronous task that an answer speaks of: support looks it up by its own id, which is no request id.

use serde_json::Value;

use crate::case::catalog::Endpoint;

/// A task, as the answer names it. Raw.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: Option<String>,
    /// Its status, in the provider's word (`succeed`, `FAILURE`, `video_expired`).
    pub status: Option<String>,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task(id: {}, status: {})", self.id.is_some(), self.status.is_some())
    }
}

/// Places that name a task and nothing else.
const OWN: [&str; 6] =
    ["/task_id", "/taskId", "/data/task_id", "/data/taskId", "/output/task_id", "/error/task_id"];

/// Places that hold a task's id where the endpoint is one of tasks: a unified video, a Replicate prediction and a Runway
/// task (`id`), Bria and xAI (`request_id`, which names the job), Suno (`data`), Midjourney (`result`).
const OF_TASKS: [&str; 5] = ["/id", "/data/id", "/request_id", "/data", "/result"];

const STATUS: [&str; 6] =
    ["/status", "/data/status", "/task_status", "/data/task_status", "/state", "/output/task_status"];

/// The task in `json`, the answer of `endpoint`.
pub(super) fn of(json: &Value, endpoint: Option<&Endpoint>) -> Option<Task> {
    let first = |places: &[&str]| places.iter().find_map(|place| text(json.pointer(place)?));
    let of_tasks = endpoint.is_some_and(is_of_tasks);
    let id = first(&OWN).or_else(|| if of_tasks { first(&OF_TASKS) } else { None });
    if id.is_none() && !of_tasks {
        return None;
    }
    let task = Task { id, status: first(&STATUS) };
    (task != Task::default()).then_some(task)
}

/// It starts tasks, or tells of one.
fn is_of_tasks(endpoint: &Endpoint) -> bool {
    let media = matches!(endpoint.group.as_str(), "image" | "audio" | "music" | "video");
    endpoint.task || (media && endpoint.method == "GET")
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn tasks_are_named_by_the_answer_of_each_family() {
        let catalog = Catalog::built_in();
        // endpoint, answer, id, status
        let table = [
            ("videos_create", r#"{"id":"video_1","status":"queued"}"#, Some("video_1"), Some("queued")),
            (
                "kling_text2video",
                r#"{"code":0,"data":{"task_id":"7","task_status":"submitted"}}"#,
                Some("7"),
                Some("submitted"),
            ),
            ("suno_music", r#"{"code":"success","data":"t-9"}"#, Some("t-9"), None),
            ("midjourney_imagine", r#"{"code":1,"description":"ok","result":"1720"}"#, Some("1720"), None),
            (
                "videos_status",
                r#"{"id":"video_1","status":"failed","error":null}"#,
                Some("video_1"),
                Some("failed"),
            ),
            ("videos_create", r#"{"code":null,"message":"no","data":null}"#, None, None),
            ("chat_completions", r#"{"id":"chatcmpl-1","status":"completed"}"#, None, None),
            ("responses", r#"{"id":"resp_1","status":"failed"}"#, None, None),
            ("chat_completions", r#"{"task_id":"t-1","status":"failed"}"#, Some("t-1"), Some("failed")),
        ];
        for (id, answer, task, status) in table {
            let endpoint = catalog.endpoint(id).expect(id);
            let json = serde_json::from_str(answer).expect("JSON");
            let found = of(&json, Some(endpoint)).unwrap_or_default();
            assert_eq!((found.id.as_deref(), found.status.as_deref()), (task, status), "{id}: {answer}");
        }
    }
}
