//! GitHub, by its reference (<https://docs.github.com/en/rest/issues>); no live desk was tried. A text file cannot be attached by
//! the API, so the note stands in the text.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::call::Call;
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Pages of a hundred comments that are looked at.
const PAGES: usize = 20;

pub(super) struct Github {
    wire: Wire,
    project: String,
}

impl Github {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        let parts: Vec<String> =
            settings.project.split('/').filter(|part| !part.is_empty()).map(step).collect();
        Self { wire, project: parts.join("/") }
    }

    fn api(&self, path: &str) -> String {
        self.wire.at(&format!("/repos/{}{path}", self.project))
    }

    fn call(call: Call) -> Call {
        call.with("Accept", "application/vnd.github+json, application/json;q=0.9")
            .with("X-GitHub-Api-Version", "2022-11-28")
    }

    fn making(&self, job: &Job) -> Call {
        let body = json!({"title": job.subject.as_str(), "body": job.text.as_str()});
        Self::call(Call::post(self.api("/issues"), body))
    }

    fn commenting(&self, ticket: &str, job: &Job) -> Call {
        let url = self.api(&format!("/issues/{}/comments", step(ticket)));
        Self::call(Call::post(url, json!({"body": job.text.as_str()})))
    }

    async fn list(&self, what: &str, url: String, place: &str) -> Result<Vec<Value>, DeskError> {
        let answer = self.wire.send(what, Self::call(Call::get(url))).await?;
        match answer.json()?.pointer(place).and_then(Value::as_array) {
            Some(items) => Ok(items.clone()),
            None => Err(answer.unexpected("there is no list")),
        }
    }
}

fn text(item: &Value, key: &str) -> String {
    item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Desk for Github {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let what = "looking for an issue of this case";
            let ours = |items: Vec<Value>| {
                items
                    .iter()
                    .find(|item| text(item, "title").contains(&job.marker))
                    .and_then(|item| id_at(item, "/number"))
            };
            // The list knows an issue at once, the search some time later.
            let newest = self.api("/issues?state=all&sort=created&direction=desc&per_page=100");
            if let Some(found) = ours(self.list(what, newest, "").await?) {
                return Ok(Some(found));
            }
            let project = self.project.replace("%2F", "/");
            let query = format!("{} in:title repo:{project}", job.case_id);
            let url = self.wire.at(&format!("/search/issues?q={}&per_page=50", step(&query)));
            Ok(ours(self.list(what, url, "/items").await?))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            let path = format!("/issues/{}", step(ticket));
            let answer = self.wire.send("reading the issue", Self::call(Call::get(self.api(&path)))).await?;
            let body = text(&answer.json()?, "body");
            if body.contains(&job.marker) {
                return Ok(Some(Present { has_text: true, text: Some(body), ..Present::default() }));
            }
            for page in 1..=PAGES {
                let url = self.api(&format!("/issues/{}/comments?per_page=100&page={page}", step(ticket)));
                let comments = self.list("reading the comments", url, "").await?;
                let mut texts = comments.iter().map(|comment| text(comment, "body"));
                if let Some(body) = texts.find(|body| body.contains(&job.marker)) {
                    return Ok(Some(Present { has_text: true, text: Some(body), ..Present::default() }));
                }
                if comments.len() < 100 {
                    break;
                }
            }
            Ok(Some(Present::default()))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move { self.wire.send("making the issue", self.making(job)).await?.id("/number") }.boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, _: &'a [NoteFile]) -> Step<'a, ()> {
        let call = self.commenting(ticket, job);
        async move { self.wire.send("adding the comment", call).await.map(drop) }.boxed_local()
    }

    fn upload<'a>(&'a self, _: &'a str, _: &'a Job, _: &'a [NoteFile]) -> Step<'a, ()> {
        let none = "GitHub takes no text file by its API; name a destination without attachments".to_owned();
        async move { Err(DeskError::Local(none)) }.boxed_local()
    }

    fn read<'a>(&'a self, _: &'a Stored) -> Step<'a, Vec<u8>> {
        async move { Ok(Vec::new()) }.boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        // The API has a host of its own, or a path below the host.
        let site = self.wire.at("").replace("://api.github.com", "://github.com");
        let site = site.strip_suffix("/api/v3").unwrap_or(&site).to_owned();
        Some(format!("{site}/{}/issues/{}", self.project, step(ticket)))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        Ok(vec![match ticket {
            Some(ticket) => self.commenting(ticket, job),
            None => self.making(job),
        }])
    }
}
