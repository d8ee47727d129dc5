//! Zendesk Support, by its reference (<https://developer.zendesk.com/api-reference/ticketing/introduction/>); no live desk was
//! tried, its requests are held against a contract. An upload can be read by any user until a comment names it, so it is made just before.

use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::call::{Body, Call};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Pages of a hundred comments that are looked at.
const PAGES: usize = 20;

pub(super) struct Zendesk {
    wire: Wire,
    public: bool,
}

impl Zendesk {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        Self { wire, public: settings.public_reply }
    }

    fn api(&self, path: &str) -> String {
        self.wire.at(&format!("/api/v2{path}"))
    }

    fn uploading(&self, file: &NoteFile) -> Call {
        let url = self.api(&format!("/uploads?filename={}", step(&file.name)));
        let body = Body::Bytes("text/plain", file.bytes().to_vec());
        Call { method: Method::POST, url, headers: Vec::new(), body }
    }

    fn saying(&self, html: &str, uploads: &[String]) -> Value {
        json!({"html_body": html, "public": self.public, "uploads": uploads})
    }

    fn making(&self, job: &Job, uploads: &[String]) -> Call {
        let ticket = json!({
            "subject": job.subject.as_str(),
            "external_id": job.case_id,
            "comment": self.saying(job.text.as_str(), uploads),
        });
        // Zendesk gives the same answer to the same key for two hours.
        Call::post(self.api("/tickets"), json!({ "ticket": ticket }))
            .with("Idempotency-Key", &format!("casefile-{}", job.case_id))
    }

    fn commenting(&self, ticket: &str, html: &str, uploads: &[String]) -> Call {
        let url = self.api(&format!("/tickets/{}", step(ticket)));
        Call::json(Method::PUT, url, json!({"ticket": {"comment": self.saying(html, uploads)}}))
    }

    async fn uploaded(&self, files: &[NoteFile]) -> Result<Vec<String>, DeskError> {
        let mut tokens = Vec::new();
        for file in files {
            let answer = self.wire.send(&format!("uploading {}", file.name), self.uploading(file)).await?;
            match answer.json()?.pointer("/upload/token").and_then(Value::as_str) {
                Some(token) => tokens.push(token.to_owned()),
                None => return Err(answer.unexpected("there is no token of the upload")),
            }
        }
        Ok(tokens)
    }
}

impl Desk for Zendesk {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let url = self.api(&format!("/tickets?external_id={}", step(&job.case_id)));
            let answer = self.wire.send("looking for a ticket of this case", Call::get(url)).await?;
            let value = answer.json()?;
            let Some(tickets) = value.get("tickets").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of tickets"));
            };
            let is_ours = |ticket: &&Value| {
                ticket.get("external_id").and_then(Value::as_str) == Some(job.case_id.as_str())
            };
            Ok(tickets.iter().find(is_ours).and_then(|ticket| id_at(ticket, "/id")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            let mut present = Present::default();
            for page in 1..=PAGES {
                let path = format!("/tickets/{}/comments?per_page=100&page={page}", step(ticket));
                let answer = self.wire.send("reading the ticket", Call::get(self.api(&path))).await?;
                let value = answer.json()?;
                let Some(comments) = value.get("comments").and_then(Value::as_array) else {
                    return Err(answer.unexpected("there is no list of comments"));
                };
                for comment in comments {
                    let has = |key: &str| {
                        comment
                            .get(key)
                            .and_then(Value::as_str)
                            .is_some_and(|text| text.contains(&job.marker))
                    };
                    if has("plain_body") || has("body") || has("html_body") {
                        present.has_text = true;
                        let public = comment.get("public").and_then(Value::as_bool) == Some(true);
                        present.is_open |= public && !self.public;
                    }
                    let files =
                        comment.get("attachments").and_then(Value::as_array).cloned().unwrap_or_default();
                    present.files.extend(files.iter().filter_map(|file| {
                        let text = |key: &str| file.get(key).and_then(Value::as_str).map(str::to_owned);
                        Some(Stored { name: text("file_name")?, at: text("content_url")? })
                    }));
                }
                if value.get("next_page").is_none_or(Value::is_null) {
                    break;
                }
            }
            Ok(Some(present))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move {
            let uploads = self.uploaded(&job.files).await?;
            self.wire.send("making the ticket", self.making(job, &uploads)).await?.id("/ticket/id")
        }
        .boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let uploads = self.uploaded(files).await?;
            let call = self.commenting(ticket, job.text.as_str(), &uploads);
            self.wire.send("adding the comment", call).await.map(drop)
        }
        .boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, _: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let uploads = self.uploaded(files).await?;
            let call = self.commenting(ticket, "<p>Files of the note above.</p>", &uploads);
            self.wire.send("adding the files", call).await.map(drop)
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        self.wire.file("reading back", &stored.at).boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/agent/tickets/{}", step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        let mut calls: Vec<Call> = job.files.iter().map(|file| self.uploading(file)).collect();
        let uploads: Vec<String> = job.files.iter().map(|_| "{token}".to_owned()).collect();
        calls.push(match ticket {
            Some(ticket) => self.commenting(ticket, job.text.as_str(), &uploads),
            None => self.making(job, &uploads),
        });
        Ok(calls)
    }
}
