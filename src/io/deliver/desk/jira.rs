//! Jira, by its references (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/>, and version 2 for Data Center); no
//! live desk was tried, its requests are held against the contract. Files belong to the issue and follow the text. Its search may know a new
//! issue only seconds later, so after a lost answer it is asked several times; a repeat that comes sooner than its search knows it could
//! still make a second one. A label or a property would not be found sooner: the same index holds them, and a label needs a field
//! that a project may not show.

use std::time::Duration;

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::call::{Call, Part, set};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Pages of a hundred comments that are looked at.
const PAGES: usize = 20;

pub(super) struct Jira {
    wire: Wire,
    project: String,
    issue_type: String,
    version: u8,
    internal: bool,
}

impl Jira {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        Self {
            wire,
            project: settings.project.clone(),
            issue_type: settings.issue_type.clone().unwrap_or_else(|| "Task".to_owned()),
            version: settings.api.unwrap_or(3),
            internal: !settings.public_reply,
        }
    }

    fn api(&self, path: &str) -> String {
        self.wire.at(&format!("/rest/api/{}{path}", self.version))
    }

    /// The text as this version takes it: a document with one block of code, or a text that is made harmless already.
    fn body(&self, text: &str) -> Value {
        if self.version == 2 {
            return json!(text);
        }
        json!({
            "type": "doc",
            "version": 1,
            "content": [{"type": "codeBlock", "content": [{"type": "text", "text": text}]}],
        })
    }

    fn making(&self, job: &Job) -> Call {
        let fields = json!({
            "project": {"key": self.project},
            "issuetype": {"name": self.issue_type},
            "summary": job.subject.as_str(),
            "description": self.body(job.text.as_str()),
        });
        Call::post(self.api("/issue"), json!({ "fields": fields }))
    }

    fn commenting(&self, ticket: &str, job: &Job) -> Call {
        let mut body = json!({"body": self.body(job.text.as_str())});
        if self.internal {
            // What a service desk does not show to its customers; elsewhere it means nothing.
            set(&mut body, "properties", json!([{"key": "sd.public.comment", "value": {"internal": true}}]));
        }
        Call::post(self.api(&format!("/issue/{}/comment", step(ticket))), body)
    }

    fn attaching(&self, ticket: &str, file: &NoteFile) -> Call {
        let part =
            Part { name: "file".to_owned(), file: Some(file.name.clone()), bytes: file.bytes().to_vec() };
        let url = self.api(&format!("/issue/{}/attachments", step(ticket)));
        Call::form(url, vec![part]).with("X-Atlassian-Token", "no-check")
    }

    async fn comments(&self, ticket: &str, job: &Job) -> Result<Option<String>, DeskError> {
        for page in 0..PAGES {
            let path = format!("/issue/{}/comment?startAt={}&maxResults=100", step(ticket), page * 100);
            let answer = self.wire.send("reading the comments", Call::get(self.api(&path))).await?;
            let value = answer.json()?;
            let Some(comments) = value.get("comments").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of comments"));
            };
            let texts = comments.iter().filter_map(|comment| comment.get("body")).map(text_of);
            if let Some(text) = texts.into_iter().find(|text| text.contains(&job.marker)) {
                return Ok(Some(text));
            }
            if comments.len() < 100 {
                break;
            }
        }
        Ok(None)
    }
}

/// The texts of a document, one after the other.
fn text_of(body: &Value) -> String {
    match body {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let own = fields.get("text").and_then(Value::as_str).unwrap_or_default();
            own.to_owned() + &fields.get("content").map_or_else(String::new, text_of)
        }
        Value::Array(items) => items.iter().map(text_of).collect(),
        _ => String::new(),
    }
}

/// When an issue whose making had no answer is searched for.
const PATIENCE: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

impl Desk for Jira {
    fn patience(&self) -> &'static [Duration] {
        &PATIENCE
    }

    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let project = self.project.replace(['"', '\\'], "");
            let jql = format!("project = \"{project}\" AND summary ~ \"\\\"{}\\\"\"", job.case_id);
            let path = if self.version == 2 { "/search" } else { "/search/jql" };
            let body = json!({"jql": jql, "fields": ["summary"], "maxResults": 50});
            let answer =
                self.wire.send("looking for an issue of this case", Call::post(self.api(path), body)).await?;
            let value = answer.json()?;
            let Some(issues) = value.get("issues").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of issues"));
            };
            let is_ours = |issue: &&Value| {
                let summary = issue.pointer("/fields/summary").and_then(Value::as_str);
                summary.is_some_and(|summary| summary.contains(&job.marker))
            };
            Ok(issues.iter().find(is_ours).and_then(|issue| id_at(issue, "/key")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            let path = format!("/issue/{}?fields=summary,description,attachment", step(ticket));
            let answer = self.wire.send("reading the issue", Call::get(self.api(&path))).await?;
            let value = answer.json()?;
            let Some(fields) = value.get("fields") else {
                return Err(answer.unexpected("there are no fields"));
            };
            let description =
                fields.get("description").map(text_of).filter(|text| text.contains(&job.marker));
            let text = match description {
                Some(text) => Some(text),
                None => self.comments(ticket, job).await?,
            };
            let files = fields.get("attachment").and_then(Value::as_array).cloned().unwrap_or_default();
            let file = |item: &Value| {
                let name = item.get("filename").and_then(Value::as_str)?.to_owned();
                let at = if self.version == 2 {
                    item.get("content").and_then(Value::as_str)?.to_owned()
                } else {
                    self.api(&format!("/attachment/content/{}?redirect=false", id_at(item, "/id")?))
                };
                Some(Stored { name, at })
            };
            let files = files.iter().filter_map(file).collect();
            Ok(Some(Present { has_text: text.is_some(), text, is_open: false, files }))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move { self.wire.send("making the issue", self.making(job)).await?.id("/key") }.boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, _: &'a [NoteFile]) -> Step<'a, ()> {
        let call = self.commenting(ticket, job);
        async move { self.wire.send("adding the comment", call).await.map(drop) }.boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, _: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            for file in files {
                self.wire.send(&format!("uploading {}", file.name), self.attaching(ticket, file)).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        self.wire.file("reading back", &stored.at).boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/browse/{}", step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        let first = match ticket {
            Some(ticket) => self.commenting(ticket, job),
            None => self.making(job),
        };
        let files = job.files.iter().map(|file| self.attaching(ticket.unwrap_or("{key}"), file));
        Ok(std::iter::once(first).chain(files).collect())
    }
}
