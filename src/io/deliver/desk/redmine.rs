//! Redmine (<https://www.redmine.org/projects/redmine/wiki/Rest_api>). Files are uploaded first and named by their token in the
//! issue or its note; one that no issue names is thrown away by Redmine.

use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::call::{Body, Call, set};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

pub(super) struct Redmine {
    wire: Wire,
    project: String,
    private: bool,
}

impl Redmine {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        Self { wire, project: settings.project.clone(), private: !settings.public_reply }
    }

    fn uploading(&self, file: &NoteFile) -> Call {
        let url = self.wire.at(&format!("/uploads.json?filename={}", step(&file.name)));
        let body = Body::Bytes("application/octet-stream", file.bytes().to_vec());
        Call { method: Method::POST, url, headers: Vec::new(), body }
    }

    fn making(&self, job: &Job, uploads: &Value) -> Call {
        let issue = json!({
            "project_id": self.project,
            "subject": job.subject.as_str(),
            "description": job.text.as_str(),
            "uploads": uploads,
        });
        Call::post(self.wire.at("/issues.json"), json!({ "issue": issue }))
    }

    fn noting(&self, ticket: &str, text: &str, uploads: &Value) -> Call {
        let url = self.wire.at(&format!("/issues/{}.json", step(ticket)));
        let mut issue = json!({"uploads": uploads});
        if !text.is_empty() {
            set(&mut issue, "notes", json!(text));
            set(&mut issue, "private_notes", json!(self.private));
        }
        Call::json(Method::PUT, url, json!({ "issue": issue }))
    }

    /// Uploads `files`; gives them as an issue names them.
    async fn uploaded(&self, files: &[NoteFile]) -> Result<Value, DeskError> {
        let mut uploads = Vec::new();
        for file in files {
            let answer = self.wire.send(&format!("uploading {}", file.name), self.uploading(file)).await?;
            let value = answer.json()?;
            let Some(token) = value.pointer("/upload/token").and_then(Value::as_str) else {
                return Err(answer.unexpected("there is no token of the upload"));
            };
            uploads.push(named(token, file));
        }
        Ok(Value::Array(uploads))
    }

    /// A public project answers readers without any key, also those with a wrong one, and would take an issue as anybody's.
    async fn sign_in(&self) -> Result<(), DeskError> {
        let call = Call::get(self.wire.at("/users/current.json"));
        self.wire.send("signing in", call).await.map(drop)
    }
}

fn named(token: &str, file: &NoteFile) -> Value {
    json!({"token": token, "filename": file.name, "content_type": file.content_type()})
}

impl Desk for Redmine {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            self.sign_in().await?;
            // ~: contains; status *: closed ones, too.
            let mut url =
                self.wire.at(&format!("/issues.json?subject=~{}&status_id=*&limit=100", step(&job.case_id)));
            if !self.project.is_empty() {
                url = format!("{url}&project_id={}", step(&self.project));
            }
            let answer = self.wire.send("looking for an issue of this case", Call::get(url)).await?;
            let value = answer.json()?;
            let Some(issues) = value.get("issues").and_then(Value::as_array) else {
                return Err(answer.unexpected("there is no list of issues"));
            };
            let is_ours = |issue: &&Value| {
                issue
                    .get("subject")
                    .and_then(Value::as_str)
                    .is_some_and(|subject| subject.contains(&job.marker))
            };
            Ok(issues.iter().find(is_ours).and_then(|issue| id_at(issue, "/id")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            self.sign_in().await?;
            let url = self.wire.at(&format!("/issues/{}.json?include=attachments,journals", step(ticket)));
            let answer = self.wire.send("reading the issue", Call::get(url)).await?;
            let value = answer.json()?;
            let Some(issue) = value.get("issue") else { return Err(answer.unexpected("there is no issue")) };
            let text = |item: &Value, key: &str| {
                item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let items = |key: &str| issue.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut present = Present::default();
            let description = text(issue, "description");
            let journals = items("journals");
            let note = journals.iter().find(|journal| text(journal, "notes").contains(&job.marker));
            if description.contains(&job.marker) {
                present.text = Some(description);
            } else if let Some(note) = note {
                present.text = Some(text(note, "notes"));
                // Without the right to private notes Redmine makes an open one, and says nothing.
                present.is_open =
                    self.private && note.get("private_notes").and_then(Value::as_bool) == Some(false);
            }
            present.has_text = present.text.is_some();
            let file = |item: &Value| {
                let name = text(item, "filename");
                let at =
                    self.wire.at(&format!("/attachments/download/{}/{}", id_at(item, "/id")?, step(&name)));
                Some(Stored { name, at })
            };
            present.files = items("attachments").iter().filter_map(file).collect();
            Ok(Some(present))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move {
            let uploads = self.uploaded(&job.files).await?;
            self.wire.send("making the issue", self.making(job, &uploads)).await?.id("/issue/id")
        }
        .boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let uploads = self.uploaded(files).await?;
            let call = self.noting(ticket, job.text.as_str(), &uploads);
            self.wire.send("adding the note", call).await.map(drop)
        }
        .boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, _: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let uploads = self.uploaded(files).await?;
            self.wire.send("adding the files", self.noting(ticket, "", &uploads)).await.map(drop)
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        self.wire.file("reading back", &stored.at).boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/issues/{}", step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        let mut calls: Vec<Call> = job.files.iter().map(|file| self.uploading(file)).collect();
        let uploads: Value = job.files.iter().map(|file| named("{token}", file)).collect();
        calls.push(match ticket {
            Some(ticket) => self.noting(ticket, job.text.as_str(), &uploads),
            None => self.making(job, &uploads),
        });
        Ok(calls)
    }
}
