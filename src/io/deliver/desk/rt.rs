//! Request Tracker 5, REST 2 (<https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html>). One request makes a comment with its
//! files. The marker stands in the subject of ticket and comment, which can be searched without a full-text index.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::call::Call;
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Attachments of a ticket that are looked at, in pages of a hundred.
const PAGES: usize = 20;

pub(super) struct Rt {
    wire: Wire,
    queue: String,
    reply: bool,
}

impl Rt {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        let queue = if settings.project.is_empty() { "General" } else { &settings.project };
        Self { wire, queue: queue.to_owned(), reply: settings.public_reply }
    }

    fn api(&self, path: &str) -> String {
        self.wire.at(&format!("/REST/2.0{path}"))
    }

    fn files(files: &[NoteFile]) -> Value {
        files
            .iter()
            .map(|file| {
                json!({
                    "FileName": file.name,
                    "FileType": file.content_type(),
                    "FileContent": BASE64_STANDARD.encode(file.bytes()),
                })
            })
            .collect()
    }

    fn making(&self, job: &Job) -> Call {
        let body = json!({
            "Queue": self.queue,
            "Subject": job.subject.as_str(),
            "Content": job.text.as_str(),
            "ContentType": "text/plain",
            "Attachments": Self::files(&job.files),
        });
        Call::post(self.api("/ticket"), body)
    }

    fn commenting(&self, ticket: &str, job: &Job, text: &str, files: &[NoteFile]) -> Call {
        let way = if self.reply { "correspond" } else { "comment" };
        let body = json!({
            "Subject": job.marker,
            "Content": text,
            "ContentType": "text/plain",
            "Attachments": Self::files(files),
        });
        Call::json(Method::POST, self.api(&format!("/ticket/{}/{way}", step(ticket))), body)
    }

    /// Attachments of the ticket, the oldest first: RT calls every part of every message one.
    async fn attachments(&self, ticket: &str) -> Result<Vec<Value>, DeskError> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let url = self.api(&format!(
                "/ticket/{}/attachments?fields=Subject,Filename,ContentType&per_page=100&page={page}",
                step(ticket)
            ));
            let answer = self.wire.send("reading the ticket", Call::get(url)).await?;
            let value = answer.json()?;
            let Some(items) = value.get("items").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of attachments"));
            };
            all.extend(items.iter().cloned());
            if value.get("pages").and_then(Value::as_u64).unwrap_or(1) <= page as u64 {
                break;
            }
        }
        all.sort_by_key(|item| id_at(item, "/id").and_then(|id| id.parse::<u64>().ok()));
        Ok(all)
    }

    async fn attachment(&self, id: &str) -> Result<Attachment, DeskError> {
        let call = Call::get(self.api(&format!("/attachment/{}", step(id))));
        let answer = self.wire.send("reading back", call).await?;
        let value = answer.json()?;
        let content = value.get("Content").and_then(Value::as_str).unwrap_or_default();
        let content: String = content.split_whitespace().collect();
        let bytes =
            BASE64_STANDARD.decode(content).map_err(|_| answer.unexpected("the content is not base64"))?;
        Ok(Attachment { parent: id_at(&value, "/Parent/id"), bytes })
    }

    /// The text of the message which `head` begins. The list does not tell parents: RT 5.0.3 answers 500 to that question.
    async fn text_of(&self, all: &[Value], head: &Value) -> Result<Option<String>, DeskError> {
        let is = |item: &Value, key: &str, value: &str| item.get(key).and_then(Value::as_str) == Some(value);
        let Some(id) = id_at(head, "/id") else { return Ok(None) };
        if !is(head, "ContentType", "multipart/mixed") {
            return Ok(Some(text(self.attachment(&id).await?.bytes)));
        }
        let later = all.iter().skip_while(|item| id_at(item, "/id").as_ref() != Some(&id)).skip(1);
        for part in later.filter(|item| is(item, "ContentType", "text/plain") && is(item, "Filename", "")) {
            let Some(part) = id_at(part, "/id") else { continue };
            let part = self.attachment(&part).await?;
            if part.parent.as_ref() == Some(&id) {
                return Ok(Some(text(part.bytes)));
            }
        }
        Ok(None)
    }
}

/// A part of a message.
struct Attachment {
    parent: Option<String>,
    bytes: Vec<u8>,
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

impl Desk for Rt {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let query = format!("Subject LIKE \"{}\"", job.case_id);
            let url = self.api(&format!("/tickets?query={}&fields=Subject&per_page=100", step(&query)));
            let answer = self.wire.send("looking for a ticket of this case", Call::get(url)).await?;
            let value = answer.json()?;
            let Some(items) = value.get("items").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of tickets"));
            };
            let is_ours = |item: &&Value| {
                item.get("Subject")
                    .and_then(Value::as_str)
                    .is_some_and(|subject| subject.contains(&job.marker))
            };
            Ok(items.iter().find(is_ours).and_then(|item| id_at(item, "/id")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            // A ticket that is not there has an empty list of attachments.
            let call = Call::get(self.api(&format!("/ticket/{}", step(ticket))));
            self.wire.send("reading the ticket", call).await?;
            let all = self.attachments(ticket).await?;
            let says = |item: &Value, key: &str| {
                item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let mut present = Present::default();
            for head in all.iter().filter(|item| says(item, "Subject").contains(&job.marker)) {
                // A message that only brought files is not the text.
                let text = self.text_of(&all, head).await?;
                if let Some(text) = text.filter(|text| text.contains(&job.marker)) {
                    present.has_text = true;
                    present.text = Some(text);
                    break;
                }
            }
            let file = |item: &Value| Some(Stored { name: says(item, "Filename"), at: id_at(item, "/id")? });
            present.files = all.iter().filter_map(file).filter(|stored| !stored.name.is_empty()).collect();
            Ok(Some(present))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move { self.wire.send("making the ticket", self.making(job)).await?.id("/id") }.boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        let call = self.commenting(ticket, job, job.text.as_str(), files);
        async move { self.wire.send("adding the comment", call).await.map(drop) }.boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        let call = self.commenting(ticket, job, "Files of the note above.", files);
        async move { self.wire.send("adding the files", call).await.map(drop) }.boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        async move { Ok(self.attachment(&stored.at).await?.bytes) }.boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/Ticket/Display.html?id={}", step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        Ok(vec![match ticket {
            Some(ticket) => self.commenting(ticket, job, job.text.as_str(), &job.files),
            None => self.making(job),
        }])
    }
}
