//! GitLab, by its reference (<https://docs.gitlab.com/api/issues/>); no live desk was tried. A file is uploaded to the project and
//! stands as a link below the text.

use std::fmt::Write;

use futures_util::FutureExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::call::{Call, Part};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::DeskSettings;

/// Pages of a hundred notes that are looked at.
const PAGES: usize = 20;

pub(super) struct Gitlab {
    wire: Wire,
    project: String,
    site_path: String,
    internal: bool,
}

impl Gitlab {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Self {
        let project = settings.project.trim_matches('/');
        let site_path = project.split('/').map(step).collect::<Vec<_>>().join("/");
        Self { wire, project: step(project), site_path, internal: !settings.public_reply }
    }

    fn api(&self, path: &str) -> String {
        self.wire.at(&format!("/api/v4/projects/{}{path}", self.project))
    }

    fn uploading(&self, file: &NoteFile) -> Call {
        let part =
            Part { name: "file".to_owned(), file: Some(file.name.clone()), bytes: file.bytes().to_vec() };
        Call::form(self.api("/uploads"), vec![part])
    }

    fn making(&self, job: &Job, links: &[Link]) -> Call {
        let body =
            json!({"title": job.subject.as_str(), "description": with_links(job.text.as_str(), links)});
        Call::post(self.api("/issues"), body)
    }

    fn noting(&self, ticket: &str, text: &str, links: &[Link]) -> Call {
        let url = self.api(&format!("/issues/{}/notes", step(ticket)));
        let body = json!({"body": with_links(text, links), "internal": self.internal});
        Call::json(Method::POST, url, body)
    }

    async fn uploaded(&self, files: &[NoteFile]) -> Result<Vec<Link>, DeskError> {
        let mut links = Vec::new();
        for file in files {
            let answer = self.wire.send(&format!("uploading {}", file.name), self.uploading(file)).await?;
            let value = answer.json()?;
            let secret = value.get("url").and_then(Value::as_str).and_then(|url| secret_of(url, &file.name));
            match secret {
                Some(secret) => links.push(Link { name: file.name.clone(), secret: secret.to_owned() }),
                None => return Err(answer.unexpected("there is no address of the upload")),
            }
        }
        Ok(links)
    }

    fn stored(&self, text: &str, job: &Job) -> Vec<Stored> {
        let of = |file: &NoteFile| {
            let (_, rest) = text.split_once(&format!("[{}](", file.name))?;
            let secret = secret_of(rest.split_once(')')?.0, &file.name)?;
            let at = self.api(&format!("/uploads/{secret}/{}", step(&file.name)));
            Some(Stored { name: file.name.clone(), at })
        };
        job.files.iter().filter_map(of).collect()
    }
}

/// A link to an upload.
struct Link {
    name: String,
    secret: String,
}

/// The part of an upload's address that nobody guesses: `/uploads/SECRET/name`.
fn secret_of<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = url.split_once("/uploads/")?;
    let (secret, file) = rest.split_once('/')?;
    (secret.len() == 32 && secret.bytes().all(|b| b.is_ascii_hexdigit()) && file == name).then_some(secret)
}

fn with_links(text: &str, links: &[Link]) -> String {
    let mut out = text.to_owned();
    for Link { name, secret } in links {
        let _ = write!(out, "\n[{name}](/uploads/{secret}/{name})\n");
    }
    out
}

/// The text without the links that we put below it.
fn without_links(text: &str) -> String {
    let lines = text.lines().filter(|line| !(line.starts_with("[CF-") && line.contains("](/uploads/")));
    lines.collect::<Vec<_>>().join("\n")
}

impl Desk for Gitlab {
    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let path =
                format!("/issues?search={}&in=title&scope=all&state=all&per_page=100", step(&job.case_id));
            let answer =
                self.wire.send("looking for an issue of this case", Call::get(self.api(&path))).await?;
            let value = answer.json()?;
            let Some(issues) = value.as_array() else {
                return Err(answer.unexpected("there is no list of issues"));
            };
            let is_ours = |issue: &&Value| {
                issue.get("title").and_then(Value::as_str).is_some_and(|title| title.contains(&job.marker))
            };
            Ok(issues.iter().find(is_ours).and_then(|issue| id_at(issue, "/iid")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, ticket: &'a str, job: &'a Job) -> Step<'a, Option<Present>> {
        async move {
            let path = format!("/issues/{}", step(ticket));
            let answer = self.wire.send("reading the issue", Call::get(self.api(&path))).await?;
            let issue = answer.json()?;
            let text = |item: &Value, key: &str| {
                item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let mut present = Present::default();
            let mut take = |body: &str, internal: bool| {
                present.files.extend(self.stored(body, job));
                if !present.has_text && body.contains(&job.marker) {
                    present.has_text = true;
                    present.text = Some(without_links(body));
                    present.is_open = self.internal && !internal;
                }
            };
            // The description is as open as the issue is.
            take(&text(&issue, "description"), true);
            for page in 1..=PAGES {
                let path = format!("/issues/{}/notes?per_page=100&page={page}&sort=asc", step(ticket));
                let answer = self.wire.send("reading the notes", Call::get(self.api(&path))).await?;
                let value = answer.json()?;
                let Some(notes) = value.as_array() else {
                    return Err(answer.unexpected("there is no list of notes"));
                };
                for note in notes {
                    take(&text(note, "body"), note.get("internal").and_then(Value::as_bool) != Some(false));
                }
                if notes.len() < 100 {
                    break;
                }
            }
            Ok(Some(present))
        }
        .boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move {
            let links = self.uploaded(&job.files).await?;
            self.wire.send("making the issue", self.making(job, &links)).await?.id("/iid")
        }
        .boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let links = self.uploaded(files).await?;
            let call = self.noting(ticket, job.text.as_str(), &links);
            self.wire.send("adding the note", call).await.map(drop)
        }
        .boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, _: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let links = self.uploaded(files).await?;
            let call = self.noting(ticket, "Files of the note above.\n", &links);
            self.wire.send("adding the files", call).await.map(drop)
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, stored: &'a Stored) -> Step<'a, Vec<u8>> {
        self.wire.file("reading back", &stored.at).boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        Some(self.wire.at(&format!("/{}/-/issues/{}", self.site_path, step(ticket))))
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        let mut calls: Vec<Call> = job.files.iter().map(|file| self.uploading(file)).collect();
        let links: Vec<Link> =
            job.files.iter().map(|f| Link { name: f.name.clone(), secret: "{secret}".to_owned() }).collect();
        calls.push(match ticket {
            Some(ticket) => self.noting(ticket, job.text.as_str(), &links),
            None => self.making(job, &links),
        });
        Ok(calls)
    }
}
