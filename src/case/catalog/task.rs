//! An asynchronous task: where an answer names it, where it is asked for, and how the answer then says how it goes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Endpoint;
use super::check::{Fault, fault};
use super::endpoint::Page;
use crate::case::vocabulary::TaskState;

/// Longest id that is written into an address, bytes.
const LONGEST_ID: usize = 200;

/// What an endpoint that starts tasks says of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskStart {
    /// Where a good answer names the task, as JSON pointers, best first.
    pub id: Vec<String>,
    /// Path and query, from the host on, of the GET request that tells of a task. `{task}` stands for its id, another
    /// `{name}` for the same part of this endpoint's path. Empty: none is known.
    #[serde(default)]
    pub ask: String,
}

/// How the answer of an endpoint says how a task goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskTold {
    /// Where it names the task, as JSON pointers, best first.
    pub id: Vec<String>,
    /// Where it says how the task goes.
    pub state: Vec<String>,
    /// The vendor's words for each state, whatever their case.
    pub words: BTreeMap<TaskState, Vec<String>>,
    /// Where the reason of a failure may stand.
    #[serde(default)]
    pub reason: Vec<String>,
    /// Where the code of a failure may stand.
    #[serde(default)]
    pub code: Vec<String>,
    /// The pages that say so.
    pub pages: Vec<Page>,
}

impl TaskTold {
    /// The state that the vendor's `word` stands for; `None`: it is not known here.
    pub fn state_of(&self, word: &str) -> Option<TaskState> {
        let has = |words: &Vec<String>| words.iter().any(|known| known.eq_ignore_ascii_case(word.trim()));
        self.words.iter().find(|(_, words)| has(words)).map(|(state, _)| *state)
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        pointers(self.id.iter().chain(&self.state).chain(&self.reason).chain(&self.code))?;
        if self.state.is_empty() || self.words.values().all(Vec::is_empty) {
            return fault(
                "tells",
                "it names no place or no word of a state; write state: [/status] and words",
            );
        }
        Ok(())
    }
}

impl TaskStart {
    pub(super) fn check(&self, path: &str) -> Result<(), Fault> {
        pointers(self.id.iter())?;
        if self.id.is_empty() {
            return fault("starts", "it does not say where the answer names the task; write id: [/id]");
        }
        if self.ask.is_empty() {
            return Ok(());
        }
        if !self.ask.starts_with('/') || !self.ask.contains("{task}") {
            return fault(
                "ask",
                "the address of a task is a path from the host on, with {task} for its id; write /v1/videos/{task}",
            );
        }
        match names(&self.ask).find(|name| *name != "task" && !path.contains(&format!("{{{name}}}"))) {
            Some(name) => {
                fault("ask", &format!("{{{name}}} is no part of the endpoint's own path; take it out"))
            }
            None => Ok(()),
        }
    }
}

impl Endpoint {
    /// Path and query of the GET request that tells of the task `id`, which was started at `path`. `None`: none is known,
    /// or the id is not such that it may stand in an address.
    pub fn address_of_task(&self, path: &str, id: &str) -> Option<String> {
        let ask = self.starts.as_ref().map(|starts| starts.ask.as_str()).filter(|ask| !ask.is_empty())?;
        if !may_stand_in_an_address(id) {
            return None;
        }
        let mut address = ask.to_owned();
        for name in names(ask).filter(|name| *name != "task") {
            address = address.replace(&format!("{{{name}}}"), path.get(self.in_path(name, path)?)?);
        }
        Some(address.replace("{task}", id))
    }
}

/// The names in braces.
fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// An id comes from a server: it may be a part of a path or the value of a parameter, and change neither.
fn may_stand_in_an_address(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b':'))
        && id.bytes().any(|b| b != b'.')
}

fn pointers<'a>(mut places: impl Iterator<Item = &'a String>) -> Result<(), Fault> {
    match places.find(|place| !place.starts_with('/') || place.len() < 2) {
        Some(place) => fault(place, "a place in an answer is a JSON pointer; write /data/task_id"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn the_address_of_a_task_is_that_of_its_family() {
        let catalog = Catalog::built_in();
        // path of the start, address of the task
        let table = [
            ("/v1/videos", Some("/v1/videos/t-1")),
            ("/v1/videos/t-0/remix", Some("/v1/videos/t-1")),
            ("/volc/v3/contents/generations/tasks", Some("/volc/v3/contents/generations/tasks/t-1")),
            ("/kling/v1/videos/image2video", Some("/kling/v1/videos/image2video/t-1")),
            ("/kling/v1/images/generations", Some("/kling/v1/images/generations/t-1")),
            ("/kling/v1/audio/text-to-audio", Some("/kling/v1/audio/text-to-audio/t-1")),
            ("/runwayml/v1/image_to_video", Some("/runwayml/v1/tasks/t-1")),
            ("/runwayml/v1/sound_effect", Some("/runwayml/v1/tasks/t-1")),
            ("/grok/v1/videos/generations", Some("/grok/v1/videos/t-1")),
            ("/v1/video_generation", Some("/v1/query/video_generation?task_id=t-1")),
            ("/suno/submit/music", Some("/suno/fetch/t-1")),
            ("/suno/submit/anything", Some("/suno/fetch/t-1")),
            ("/mj/submit/imagine", Some("/mj/task/t-1/fetch")),
            ("/mj-turbo/mj/submit/imagine", Some("/mj-turbo/mj/task/t-1/fetch")),
            ("/bria/image/edit/erase", Some("/bria/t-1")),
            ("/flux/v1/flux-pro", Some("/flux/v1/get_result?id=t-1")),
            ("/replicate/v1/models/a/b/predictions", Some("/replicate/v1/predictions/t-1")),
            // It is asked for by POST, which a look must not send.
            ("/runway/pro/generate", None),
        ];
        for (path, address) in table {
            let endpoint = catalog.endpoint_for("POST", path).expect(path);
            assert_eq!(endpoint.address_of_task(path, "t-1").as_deref(), address, "{path}");
        }
    }

    #[test]
    fn every_task_of_the_catalog_can_be_read_and_asked_for_or_is_known_as_one_that_cannot() {
        let catalog = Catalog::built_in();
        let mut silent = Vec::new();
        for endpoint in catalog.endpoints.iter().filter(|endpoint| endpoint.task) {
            let starts = endpoint.starts.as_ref().unwrap_or_else(|| panic!("{} names no task", endpoint.id));
            assert_eq!(starts.check(&endpoint.path), Ok(()), "{}", endpoint.id);
            if starts.ask.is_empty() {
                silent.push(endpoint.id.as_str());
                continue;
            }
            let path = endpoint.path.replace("{mode}", "fast").replace(['{', '}'], "");
            let address = endpoint.address_of_task(&path, "t-1").unwrap_or_else(|| panic!("{path}"));
            let asked = address.split('?').next().unwrap_or_default();
            let told = catalog.endpoint_for("GET", asked).and_then(|told| told.tells.as_ref());
            let told = told.unwrap_or_else(|| panic!("{}: {address} tells nothing", endpoint.id));
            assert_eq!(told.check(), Ok(()));
            for state in [TaskState::Succeeded, TaskState::Failed, TaskState::Running] {
                assert!(told.words.get(&state).is_some_and(|words| !words.is_empty()), "{asked}: {state}");
            }
            assert!(!told.reason.is_empty() && !told.pages.is_empty(), "{asked}");
        }
        silent.sort_unstable();
        let by_post_or_on_no_page = [
            "kling_avatar",
            "kling_image_expand",
            "message_batches_create",
            "runway_pro_act_one",
            "runway_pro_generate",
            "runway_pro_video2video",
        ];
        assert_eq!(silent, by_post_or_on_no_page);
    }

    #[test]
    fn an_id_cannot_change_the_address() {
        let catalog = Catalog::built_in();
        let endpoint = catalog.endpoint("videos_create").expect("there");
        let long = "a".repeat(LONGEST_ID + 1);
        for id in [
            "",
            ".",
            "..",
            "../v1/files",
            "a/b",
            "a?b=c",
            "a#b",
            "a b",
            "a%2fb",
            "a\nb",
            "ä",
            "[key#1]",
            &long,
        ] {
            assert_eq!(endpoint.address_of_task("/v1/videos", id), None, "{id:?}");
        }
        for id in ["task_20260205132859798638387SIHCnxzJ", "1.5", "a:b~c"] {
            let address = endpoint.address_of_task("/v1/videos", id);
            assert_eq!(address, Some(format!("/v1/videos/{id}")));
        }
    }

    #[test]
    fn words_are_known_whatever_their_case() {
        let catalog = Catalog::built_in();
        let table = [
            ("videos_status", "in_progress", Some(TaskState::Running)),
            ("kling_task", "submitted", Some(TaskState::Queued)),
            ("kling_task", "SUCCEED", Some(TaskState::Succeeded)),
            ("runway_task", "THROTTLED", Some(TaskState::Queued)),
            ("runway_task", "CANCELLED", Some(TaskState::Failed)),
            ("minimax_status", "Fail", Some(TaskState::Failed)),
            ("flux_result", "Content Moderated", Some(TaskState::Failed)),
            ("midjourney_task", "NOT_START", Some(TaskState::Queued)),
            ("suno_task", "SUCCESS", Some(TaskState::Succeeded)),
            ("suno_task", "dancing", None),
        ];
        for (id, word, state) in table {
            let told = catalog.endpoint(id).and_then(|e| e.tells.as_ref()).expect(id);
            assert_eq!(told.state_of(word), state, "{id} {word}");
        }
    }

    #[test]
    fn a_users_entry_that_cannot_be_followed_is_refused() {
        let start = |ask: &str| TaskStart { id: vec!["/id".into()], ask: ask.into() };
        for ask in ["v1/x/{task}", "/v1/x", "/v1/{other}/{task}"] {
            assert!(start(ask).check("/v1/{mode}/x").is_err(), "{ask}");
        }
        assert!(start("/v1/{mode}/{task}").check("/v1/{mode}/x").is_ok() && start("").check("/x").is_ok());
        assert!(TaskStart { id: vec!["id".into()], ask: String::new() }.check("/x").is_err());
    }
}
