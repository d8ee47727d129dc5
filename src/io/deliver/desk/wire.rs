//! The way to one desk: one origin, no redirects with a token, deadlines, answers of a bounded size.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url, redirect, retry};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::call::{Body, Call, Part};
use super::refusal::{DeskError, advice, spoken};
use crate::case::catalog::Catalog;
use crate::case::keyring::{KeyRing, Origin, SecretKind};
use crate::case::sanitize::{Sanitizer, Words};
use crate::io::store::{DeskKind, DeskSettings, check_url};

/// Until connected.
const CONNECT: Duration = Duration::from_secs(10);
/// For one request as a whole; a desk that scans attachments takes its time.
const TOTAL: Duration = Duration::from_secs(60);
/// Largest answer, bytes: a note of the largest size as base64, with room.
const ANSWER: usize = 16 * 1024 * 1024;
/// A shorter word of a header (`Basic`) is no secret, bytes.
const SHORTEST_SECRET: usize = 8;
/// Longest text of a desk that is repeated, characters.
const SAID: usize = 300;

/// What a desk answered with a good status.
pub(super) struct Answer {
    pub(super) bytes: Vec<u8>,
    pub(super) etag: Option<String>,
    what: String,
    host: String,
}

impl Answer {
    pub(super) fn json(&self) -> Result<Value, DeskError> {
        serde_json::from_slice(&self.bytes).map_err(|_| self.unexpected("it is not JSON"))
    }

    pub(super) fn unexpected(&self, why: &str) -> DeskError {
        DeskError::Unexpected { what: self.what.clone(), host: self.host.clone(), why: why.to_owned() }
    }

    /// The number or text at `place`: an id.
    pub(super) fn id(&self, place: &str) -> Result<String, DeskError> {
        let value = self.json()?;
        id_at(&value, place).ok_or_else(|| self.unexpected(&format!("there is no id at {place}")))
    }
}

/// The id at `place`, a number or a short text without anything that a path could take for more.
pub(super) fn id_at(value: &Value, place: &str) -> Option<String> {
    let id = match value.pointer(place)? {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    is_ticket(&id).then_some(id)
}

/// True where `text` can name a ticket.
pub(super) fn is_ticket(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The way to one desk.
pub(super) struct Wire {
    client: Client,
    base: String,
    origin: Option<Url>,
    credential: Vec<(HeaderName, HeaderValue)>,
    token: Option<SecretString>,
}

impl Wire {
    pub(super) fn to(settings: &DeskSettings, token: Option<&SecretString>) -> Result<Self, DeskError> {
        let base = settings.url.trim_end_matches('/').to_owned();
        let origin = Url::parse(&settings.url).ok();
        Ok(Self {
            client: client(&[&settings.url]).map_err(DeskError::Local)?,
            credential: token.map_or_else(|| Ok(Vec::new()), |token| credential(settings, token))?,
            base,
            origin,
            token: token.cloned(),
        })
    }

    /// An address below the desk's own. `path` begins with `/`.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The scheme and host of the desk, as a browser gives it.
    pub(super) fn origin(&self) -> String {
        self.origin.as_ref().map_or_else(String::new, |url| url.origin().ascii_serialization())
    }

    /// The token, for templates of headers.
    pub(super) fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }

    /// Sends `call` with the token, to the desk's own origin only. `what`: what is asked for, for people.
    pub(super) async fn send(&self, what: &str, call: Call) -> Result<Answer, DeskError> {
        let url = self.own(&call.url)?;
        self.go(what, url, call, &self.credential).await
    }

    /// Sends `call` with these headers in place of the token's, to wherever the operator's settings say.
    pub(super) async fn send_as(
        &self,
        what: &str,
        call: Call,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, DeskError> {
        let url = Url::parse(&call.url).map_err(|_| no_url())?;
        self.go(what, url, call, headers).await
    }

    /// The bytes of a file. Where the desk sends on to where it keeps files, they are fetched there without the token.
    pub(super) async fn file(&self, what: &str, address: &str) -> Result<Vec<u8>, DeskError> {
        let url = self.own(address)?;
        let response =
            self.request(what, url.clone(), Call::get(address.to_owned()), &self.credential).await?;
        if !response.status().is_redirection() {
            return Ok(self.taken(what, &url, response).await?.bytes);
        }
        let next = response.headers().get(reqwest::header::LOCATION).and_then(|to| to.to_str().ok());
        let next = next.and_then(|to| url.join(to).ok()).filter(|to| check_url(to.as_str(), false).is_ok());
        let next = next.ok_or_else(|| DeskError::Unexpected {
            what: what.to_owned(),
            host: host_of(&url),
            why: "it sends on to no place that can be read".to_owned(),
        })?;
        let elsewhere = client(&[next.as_str()]).map_err(DeskError::Local)?;
        let response = elsewhere.get(next.clone()).send().await.map_err(|e| no_answer(what, &next, e))?;
        Ok(self.taken(what, &next, response).await?.bytes)
    }

    /// `address`, where it is the desk's own.
    fn own(&self, address: &str) -> Result<Url, DeskError> {
        let url = Url::parse(address).map_err(|_| no_url())?;
        match &self.origin {
            Some(own) if own.origin() == url.origin() => Ok(url),
            _ => Err(DeskError::Local(format!(
                "an answer of the desk leads to {}, which is not the desk; the token was not sent there",
                crate::io::terminal::plain(&host_of(&url))
            ))),
        }
    }

    async fn go(
        &self,
        what: &str,
        url: Url,
        call: Call,
        credential: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, DeskError> {
        let response = self.request(what, url.clone(), call, credential).await?;
        self.taken(what, &url, response).await
    }

    async fn request(
        &self,
        what: &str,
        url: Url,
        call: Call,
        credential: &[(HeaderName, HeaderValue)],
    ) -> Result<reqwest::Response, DeskError> {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
        for (name, value) in &call.headers {
            let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
            let (Ok(name), Ok(value)) = pair else {
                return Err(DeskError::Local(format!("{what}: a header cannot be sent as it is written")));
            };
            headers.insert(name, value);
        }
        for (name, value) in credential {
            headers.insert(name.clone(), value.clone());
        }
        let request = self.client.request(call.method, url.clone());
        let request = match call.body {
            Body::Empty => request,
            Body::Json(value) => request.json(&value),
            Body::Bytes(kind, bytes) => request.header(reqwest::header::CONTENT_TYPE, kind).body(bytes),
            Body::Form(parts) => request.multipart(form(parts)),
        };
        request.headers(headers).send().await.map_err(|e| no_answer(what, &url, e))
    }

    async fn taken(
        &self,
        what: &str,
        url: &Url,
        mut response: reqwest::Response,
    ) -> Result<Answer, DeskError> {
        let status = response.status();
        let etag =
            response.headers().get(reqwest::header::ETAG).and_then(|e| e.to_str().ok()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| no_answer(what, url, e))? {
            if bytes.len() + chunk.len() > ANSWER {
                return Err(DeskError::Unexpected {
                    what: what.to_owned(),
                    host: host_of(url),
                    why: format!("it is larger than {} MiB", ANSWER / 1024 / 1024),
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        let (what, host) = (what.to_owned(), host_of(url));
        if !status.is_success() {
            let text = self.words(&bytes);
            return Err(DeskError::Refused {
                what,
                host,
                status: status.as_u16(),
                text,
                advice: advice(status.as_u16()),
            });
        }
        Ok(Answer { bytes, etag, what, host })
    }

    /// What a desk says of a refusal: short, on one line, and never the token.
    fn words(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default());
        let mut words = match serde_json::from_str::<Value>(&text) {
            Ok(value) => spoken(&value),
            Err(_) if text.trim_start().starts_with('<') => "a web page".to_owned(),
            Err(_) => text.into_owned(),
        };
        if let Some(token) = &self.token {
            words = words.replace(token.expose_secret(), "[token]");
        }
        let words = self.without_credentials(words);
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        crate::io::terminal::plain(&words.chars().take(SAID).collect::<String>())
    }
}

impl Wire {
    /// A desk may repeat what it was sent: the header's value, the token in another form, a key of its own.
    fn without_credentials(&self, said: String) -> String {
        let mut ring = KeyRing::default();
        let headers = self.credential.iter().filter_map(|(_, value)| value.to_str().ok());
        let values = headers.flat_map(|value| [Some(value), value.split_once(' ').map(|(_, rest)| rest)]);
        let token = self.token.as_ref().map(ExposeSecret::expose_secret);
        for secret in values.flatten().chain(token).filter(|secret| secret.len() >= SHORTEST_SECRET) {
            ring.hold(SecretKind::Password, Origin::Given("the desk"), secret);
        }
        let words = Words { notes: said, ..Words::default() };
        Sanitizer::new(&Catalog::built_in(), &ring).words(&words).notes.to_string()
    }
}

fn no_url() -> DeskError {
    DeskError::Local("an address of the desk cannot be read; check url in desks.yaml".to_owned())
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn no_answer(what: &str, url: &Url, error: reqwest::Error) -> DeskError {
    let sent = !(error.is_connect() || error.is_builder());
    let cause = if error.is_timeout() {
        "the deadline passed".to_owned()
    } else {
        crate::io::net::cause_of(&error.without_url())
    };
    DeskError::NoAnswer { what: what.to_owned(), host: host_of(url), cause, sent }
}

/// A client without the defaults that send a token on or a request twice.
fn client(urls: &[&str]) -> Result<Client, String> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .user_agent(concat!("casefile/", env!("CARGO_PKG_VERSION")));
    let urls: Vec<Url> = urls.iter().filter_map(|url| Url::parse(url).ok()).collect();
    if urls.iter().all(|url| url.host_str().is_some_and(crate::io::net::is_loopback)) && !urls.is_empty() {
        builder = builder.no_proxy();
        if urls.iter().all(|url| url.scheme() == "http") {
            // Without this the stack reads the CA store and fails where there is none, though nothing is encrypted.
            builder = builder.tls_certs_only(std::iter::empty());
        }
    }
    builder.build().map_err(|error| {
        format!(
            "no connection can be made from here: {}; `casefile doctor` describes the set-up",
            crate::io::net::cause_of(&error)
        )
    })
}

/// How each kind of desk takes its token.
fn credential(
    settings: &DeskSettings,
    token: &SecretString,
) -> Result<Vec<(HeaderName, HeaderValue)>, DeskError> {
    use base64::Engine;
    let token = token.expose_secret();
    let login = settings.login.as_deref();
    let basic =
        |user: &str| format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{user}:{token}")));
    let authorization = reqwest::header::AUTHORIZATION;
    let (name, value) = match (settings.kind, login) {
        (DeskKind::Rt, _) => (authorization, format!("token {token}")),
        (DeskKind::Redmine, _) => (HeaderName::from_static("x-redmine-api-key"), token.to_owned()),
        (DeskKind::Roundup, login) => (authorization, basic(login.unwrap_or_default())),
        (DeskKind::Zendesk, Some(login)) => (authorization, basic(&format!("{login}/token"))),
        (DeskKind::Jira, Some(login)) => (authorization, basic(login)),
        (DeskKind::Zendesk | DeskKind::Jira | DeskKind::Github, _) => {
            (authorization, format!("Bearer {token}"))
        }
        (DeskKind::Gitlab, _) => (HeaderName::from_static("private-token"), token.to_owned()),
        // Its headers are templates.
        (DeskKind::Webhook, _) => return Ok(Vec::new()),
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| {
        DeskError::Local("the token or login holds a character that no header takes".to_owned())
    })?;
    value.set_sensitive(true);
    Ok(vec![(name, value)])
}

fn form(parts: Vec<Part>) -> reqwest::multipart::Form {
    parts.into_iter().fold(reqwest::multipart::Form::new(), |form, part| {
        let made = reqwest::multipart::Part::bytes(part.bytes);
        let made = match part.file {
            Some(name) => made
                .file_name(name)
                .mime_str("text/plain")
                .unwrap_or_else(|_| reqwest::multipart::Part::text("")),
            None => made,
        };
        form.part(part.name, made)
    })
}
