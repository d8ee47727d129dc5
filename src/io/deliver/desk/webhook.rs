//! A desk that the settings describe: requests as templates. What it stored cannot be asked of it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::FutureExt;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value as Item, context};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::call::{Body, Call, Part};
use super::wire::{Wire, id_at};
use super::{Desk, DeskError, Job, NoteFile, Present, Step, Stored, step};
use crate::io::store::{DeskSettings, Webhook, WebhookCall, check_url};

/// Steps that a template may take.
const FUEL: u64 = 200_000;
/// Stands for the id of a ticket that is not made yet, where it is shown what would be sent.
const UNKNOWN: &str = "{ticket}";

pub(super) struct WebhookDesk {
    wire: Wire,
    project: String,
    insecure: bool,
    webhook: Webhook,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl WebhookDesk {
    pub(super) fn new(wire: Wire, settings: &DeskSettings) -> Result<Self, DeskError> {
        let webhook = settings
            .webhook
            .clone()
            .ok_or_else(|| DeskError::Local("the desk has no webhook in desks.yaml".to_owned()))?;
        let token = wire.token().map_or("", |token| token.expose_secret());
        let said = context! { token };
        let mut headers = Vec::new();
        for (name, template) in &webhook.headers {
            let text = render(template, &said)?;
            let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&text));
            let (Ok(name), Ok(mut value)) = pair else {
                return Err(DeskError::Local(
                    "a header of the webhook cannot be sent as it is written".to_owned(),
                ));
            };
            value.set_sensitive(true);
            headers.push((name, value));
        }
        let desk = Self {
            wire,
            project: settings.project.clone(),
            insecure: settings.insecure_http,
            webhook,
            headers,
        };
        Ok(desk)
    }

    fn said(&self, job: &Job, ticket: Option<&str>, files: &[NoteFile]) -> Item {
        let files: Vec<Item> = files
            .iter()
            .map(|file| {
                let base64 = BASE64_STANDARD.encode(file.bytes());
                context! { name => &file.name, type => file.content_type(), base64 }
            })
            .collect();
        context! {
            case_id => &job.case_id,
            marker => &job.marker,
            subject => job.subject.as_str(),
            text => job.text.as_str(),
            ticket,
            project => &self.project,
            files,
        }
    }

    fn call(
        &self,
        call: &WebhookCall,
        usual: Method,
        (job, ticket, files): (&Job, Option<&str>, &[NoteFile]),
    ) -> Result<Call, DeskError> {
        // The token goes along: what a template fills in must not choose the host.
        let literal = call.url.split("{{").next().unwrap_or_default();
        if literal.matches('/').count() < 3 {
            return Err(DeskError::Local(
                "webhook: url must name its host in full, before any {{ }}".to_owned(),
            ));
        }
        let said = self.said(job, ticket, files);
        let url = render(&call.url, &said)?;
        check_url(&url, self.insecure).map_err(|what| DeskError::Local(format!("webhook: {what}")))?;
        let method = match &call.method {
            Some(method) => Method::from_bytes(method.to_ascii_uppercase().as_bytes())
                .map_err(|_| DeskError::Local("webhook: method is none that HTTP knows".to_owned()))?,
            None => usual,
        };
        let body = if let Some(template) = &call.json {
            let text = render(template, &said)?;
            let value = serde_json::from_str(&text).map_err(|e| {
                let place = format!("line {}, column {}", e.line(), e.column());
                DeskError::Local(format!(
                    "webhook: json does not make JSON ({place}); write values as {{{{ x | tojson }}}}"
                ))
            })?;
            Body::Json(value)
        } else if call.form.is_some() || call.file_field.is_some() {
            let mut parts = Vec::new();
            for (name, template) in call.form.iter().flatten() {
                parts.push(Part {
                    name: name.clone(),
                    file: None,
                    bytes: render(template, &said)?.into_bytes(),
                });
            }
            if let Some(field) = &call.file_field {
                parts.extend(files.iter().map(|file| Part {
                    name: field.clone(),
                    file: Some(file.name.clone()),
                    bytes: file.bytes().to_vec(),
                }));
            }
            Body::Form(parts)
        } else {
            Body::Empty
        };
        Ok(Call { method, url, headers: Vec::new(), body })
    }

    fn create_call(&self, job: &Job) -> Result<(Call, Option<String>), DeskError> {
        let Some(create) = &self.webhook.create else {
            return Err(DeskError::Local(
                "this desk has no create in desks.yaml; give --ticket ID".to_owned(),
            ));
        };
        Ok((self.call(create, Method::POST, (job, None, &job.files))?, create.id.clone()))
    }

    fn comment_call(&self, ticket: &str, job: &Job, files: &[NoteFile]) -> Result<Call, DeskError> {
        let Some(comment) = &self.webhook.comment else {
            return Err(DeskError::Local(
                "this desk has no comment in desks.yaml; make a new ticket with --new".to_owned(),
            ));
        };
        self.call(comment, Method::POST, (job, Some(ticket), files))
    }

    /// A comment that brings the files to a ticket that was made without them.
    fn files_call(&self, ticket: &str, job: &Job, files: &[NoteFile]) -> Result<Call, DeskError> {
        let job = Job { text: job.files_text.clone(), ..job.clone() };
        self.comment_call(ticket, &job, files)
    }
}

/// Fills in a template. Its faults name the line and no value.
fn render(template: &str, said: &Item) -> Result<String, DeskError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("urlencode", |text: String| step(&text));
    environment.add_filter("tojson", |value: Item| {
        serde_json::to_string(&value)
            .map_err(|_| minijinja::Error::new(ErrorKind::BadSerialization, "this cannot be written as JSON"))
    });
    let made = environment.render_str(template, said);
    made.map_err(|error| {
        let line = error.line().map_or_else(String::new, |line| format!(" in line {line}"));
        DeskError::Local(format!("webhook: a template of the desk cannot be used: {}{line}", error.kind()))
    })
}

impl Desk for WebhookDesk {
    fn can_find(&self) -> bool {
        self.webhook.find.is_some()
    }

    fn can_look(&self) -> bool {
        false
    }

    fn create_takes_files(&self) -> bool {
        self.webhook.create.as_ref().is_some_and(WebhookCall::takes_files)
    }

    fn find<'a>(&'a self, job: &'a Job) -> Step<'a, Option<String>> {
        async move {
            let Some(find) = &self.webhook.find else { return Ok(None) };
            let call = self.call(find, Method::GET, (job, None, &[]))?;
            let answer = self.wire.send_as("looking for a ticket of this case", call, &self.headers).await?;
            Ok(id_at(&answer.json()?, find.id.as_deref().unwrap_or("/id")))
        }
        .boxed_local()
    }

    fn look<'a>(&'a self, _: &'a str, _: &'a Job) -> Step<'a, Option<Present>> {
        async move { Ok(None) }.boxed_local()
    }

    fn create<'a>(&'a self, job: &'a Job) -> Step<'a, String> {
        async move {
            let (call, id) = self.create_call(job)?;
            let answer = self.wire.send_as("making the ticket", call, &self.headers).await?;
            answer.id(id.as_deref().unwrap_or("/id"))
        }
        .boxed_local()
    }

    fn comment<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let call = self.comment_call(ticket, job, files)?;
            self.wire.send_as("adding the comment", call, &self.headers).await.map(drop)
        }
        .boxed_local()
    }

    fn upload<'a>(&'a self, ticket: &'a str, job: &'a Job, files: &'a [NoteFile]) -> Step<'a, ()> {
        async move {
            let call = self.files_call(ticket, job, files)?;
            self.wire.send_as("adding the files", call, &self.headers).await.map(drop)
        }
        .boxed_local()
    }

    fn read<'a>(&'a self, _: &'a Stored) -> Step<'a, Vec<u8>> {
        async move { Ok(Vec::new()) }.boxed_local()
    }

    fn ticket_url(&self, ticket: &str) -> Option<String> {
        let template = self.webhook.ticket_url.as_ref()?;
        let said = context! { ticket, project => &self.project };
        render(template, &said).ok().filter(|url| check_url(url, self.insecure).is_ok())
    }

    fn plan(&self, ticket: Option<&str>, job: &Job) -> Result<Vec<Call>, DeskError> {
        if let Some(ticket) = ticket {
            return Ok(vec![self.comment_call(ticket, job, &job.files)?]);
        }
        let mut calls = vec![self.create_call(job)?.0];
        if !job.files.is_empty() && !self.create_takes_files() {
            let mut call = self.files_call(UNKNOWN, job, &job.files)?;
            call.url = call.url.replace(&step(UNKNOWN), UNKNOWN);
            calls.push(call);
        }
        Ok(calls)
    }
}
