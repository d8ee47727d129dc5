//! Roundup (<https://www.roundup-tracker.org/docs/rest.html>), the classic schema: a file and a message are items of their own,
//! which the issue then names. What a run that was cut off left unnamed is found again and used.

use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::call::{Call, Part, set};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Times that a change is tried where somebody else changes the issue at the same moment.
const TRIES: usize = 3;

pub(super) struct Roundup {
    wire: Wire,
    login: String,
}

impl Roundup {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        Self { wire, login: settings.login.clone().unwrap_or_default() }
    }

    /// Roundup takes writes only with these headers, to keep other web sites from making them.
    fn call(&self, call: Call) -> Call {
        let referer = self.wire.at("/");
        call.with("X-Requested-With", "rest").with("Referer", &referer).with("Origin", &self.wire.origin())
    }

    fn data(&self, path: &str) -> String {
        self.wire.at(&format!("/rest/data/{path}"))
    }

    fn filing(&self, file: &NoteFile) -> Call {
        let text = |name: &str, value: &str| Part { name: name.to_owned(), file: None, bytes: value.into() };
        let parts = vec![
            text("name", &file.name),
            text("type", file.content_type()),
            Part { name: "content".to_owned(), file: Some(file.name.clone()), bytes: file.bytes().to_vec() },
        ];
        self.call(Call::form(self.data("file"), parts))
    }

    fn writing(&self, job: &Job, author: &str) -> Call {
        let body = json!({
            "content": job.text.as_str(),
            "author": author,
            "summary": job.marker,
            "messageid": message_id(job),
        });
        self.call(Call::post(self.data("msg"), body))
    }

    fn making(&self, job: &Job, files: &[String], message: &str) -> Call {
        let body = json!({"title": job.subject.as_str(), "files": files, "messages": [message]});
        self.call(Call::post(self.data("issue"), body))
    }

    fn naming(&self, ticket: &str, etag: &str, files: &[String], messages: &[String]) -> Call {
        let mut body = json!({"@op": "add"});
        if !files.is_empty() {
            set(&mut body, "files", json!(files));
        }
        if !messages.is_empty() {
            set(&mut body, "messages", json!(messages));
        }
        let url = self.data(&format!("issue/{}", step(ticket)));
        self.call(Call::json(Method::PATCH, url, body)).with("If-Match", etag)
    }

    async fn ids(&self, what: &str, path: &str) -> Result<Vec<String>, DeskError> {
        let answer = self.wire.send(what, self.call(Call::get(self.data(path)))).await?;
        let value = answer.json()?;
        let Some(items) = value.pointer("/data/collection").and_then(Value::as_array) else {
            return Err(answer.unexpected("there is no collection"));
        };
        Ok(items.iter().filter_map(|item| id_at(item, "/id")).collect())
    }

    /// The items of the issue under `key`, and its etag.
    async fn issue(&self, ticket: &str) -> Result<(Value, String), DeskError> {
        let call = self.call(Call::get(self.data(&format!("issue/{}", step(ticket)))));
        let answer = self.wire.send("reading the issue", call).await?;
        let value = answer.json()?;
        let etag =
            value.pointer("/data/@etag").and_then(Value::as_str).map(str::to_owned).or(answer.etag.clone());
        let attributes = value.pointer("/data/attributes").cloned();
        match (attributes, etag) {
            (Some(attributes), Some(etag)) => Ok((attributes, etag)),
            _ => Err(answer.unexpected("there is no issue in it")),
        }
    }

    async fn bytes(&self, class: &str, id: &str) -> Result<Vec<u8>, DeskError> {
        // To who prefers JSON it gives the bytes inside of it.
        let call = Call::get(self.data(&format!("{class}/{}/binary_content", step(id))));
        let call = self.call(call).with("Accept", "*/*");
        Ok(self.wire.send("reading back", call).await?.bytes)
    }

    /// The id of `file`: of one with the same bytes that is there, or of a new one.
    async fn filed(&self, file: &NoteFile) -> Result<String, DeskError> {
        for id in self.ids("looking for the file", &format!("file?name={}", step(&file.name))).await? {
            if self.bytes("file", &id).await? == file.bytes() {
                return Ok(id);
            }
        }
        let what = format!("uploading {}", file.name);
        self.wire.send(&what, self.filing(file)).await?.id("/data/id")
    }

    async fn all_filed(&self, files: &[NoteFile]) -> Result<Vec<String>, DeskError> {
        let mut ids = Vec::new();
        for file in files {
            ids.push(self.filed(file).await?);
        }
        Ok(ids)
    }

    /// The id of a message that no issue names yet, or of a new one.
    async fn written(&self, job: &Job) -> Result<String, DeskError> {
        for id in self.messages(job).await? {
            let named = self.ids("looking for the message", &format!("issue?messages={}", step(&id))).await?;
            if named.is_empty() && self.bytes("msg", &id).await? == job.text.as_str().as_bytes() {
                return Ok(id);
            }
        }
        let author = self.author().await?;
        self.wire.send("writing the message", self.writing(job, &author)).await?.id("/data/id")
    }

    /// The id of the user that the token belongs to. A message without an author is taken, and no issue takes it then.
    async fn author(&self) -> Result<String, DeskError> {
        let path = format!("user?username={}&@fields=username", step(&self.login));
        let answer = self.wire.send("looking for the user", self.call(Call::get(self.data(&path)))).await?;
        let value = answer.json()?;
        let users = value.pointer("/data/collection").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_own = |user: &&Value| user.get("username").and_then(Value::as_str) == Some(&self.login);
        users
            .iter()
            .find(is_own)
            .and_then(|user| id_at(user, "/id"))
            .ok_or_else(|| answer.unexpected("it does not show the user that login names"))
    }

    async fn messages(&self, job: &Job) -> Result<Vec<String>, DeskError> {
        self.ids("looking for the message", &format!("msg?messageid={}", step(&message_id(job)))).await
    }

    async fn add(&self, ticket: &str, files: &[String], messages: &[String]) -> Result<(), DeskError> {
        for left in (0..TRIES).rev() {
            let (_, etag) = self.issue(ticket).await?;
            let call = self.naming(ticket, &etag, files, messages);
            match self.wire.send("changing the issue", call).await {
                Err(DeskError::Refused { status: 412, .. }) if left > 0 => {}
                other => return other.map(drop),
            }
        }
        Ok(())
    }
}

/// Found by equality, and no mail address of anybody.
fn message_id(job: &Job) -> String {
    format!("casefile.{}", job.case_id)
}

fn ids_in(attributes: &Value, key: &str) -> Vec<String> {
    let items = attributes.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|item| id_at(item, "/id")).collect()
}

impl Desk for Roundup {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let path = format!("issue?title={}", step(&job.case_id));
            for id in self.ids("looking for an issue of this case", &path).await? {
                let (attributes, _) = self.issue(&id).await?;
                let title = attributes.get("title").and_then(Value::as_str).unwrap_or_default();
                if title.contains(&job.marker) {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            let (attributes, _) = self.issue(ticket).await?;
            let mut present = Present::default();
            let (messages, files) = (ids_in(&attributes, "messages"), ids_in(&attributes, "files"));
            for id in self.messages(job).await?.into_iter().filter(|id| messages.contains(id)) {
                let text = self.bytes("msg", &id).await?;
                present.has_text = true;
                present.text = Some(String::from_utf8_lossy(&text).into_owned());
            }
            for file in &job.files {
                let path = format!("file?name={}", step(&file.name));
                let ids = self.ids("looking for the file", &path).await?;
                let stored = |id: String| Stored { name: file.name.clone(), at: id };
                present.files.extend(ids.into_iter().filter(|id| files.contains(id)).map(stored));
            }
            Ok(Some(present))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move {
            let files = self.all_filed(&job.files).await?;
            let message = self.written(job).await?;
            self.wire.send("making the issue", self.making(job, &files, &message)).await?.id("/data/id")
        }
        .boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            // A ticket that is not there is told before anything is uploaded.
            self.issue(ticket).await?;
            let files = self.all_filed(files).await?;
            let message = self.written(job).await?;
            self.add(ticket, &files, &[message]).await
        }
        .boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, _: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let files = self.all_filed(files).await?;
            self.add(ticket, &files, &[]).await
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        self.bytes("file", &stored.at).boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/issue{}", step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        let mut calls: Vec<Call> = job.files.iter().map(|file| self.filing(file)).collect();
        calls.push(self.writing(job, "{user}"));
        let files: Vec<String> = job.files.iter().map(|_| "{file}".to_owned()).collect();
        let message = "{msg}".to_owned();
        calls.push(match ticket {
            Some(ticket) => self.naming(ticket, "{etag}", &files, &[message]),
            None => self.making(job, &files, &message),
        });
        Ok(calls)
    }
}
