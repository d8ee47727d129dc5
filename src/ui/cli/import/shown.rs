//! What was understood, as JSON and in words. Keys are masked, prompts are not: it is for the operator's own screen.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::OutputKind;
use super::ImportArguments;
use super::archive::{Archive, Calls};
use crate::case::catalog::Catalog;
use crate::case::evidence::{self, Attempt, Expectation, IdSource, Outcome, Response};
use crate::case::finding::{Finding, Level};
use crate::case::intake::{self, Piece};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Intake, Part, PartContent, Tried};

/// All that was understood of a text.
#[derive(Serialize)]
pub(super) struct Imported {
    kind: String,
    /// From 0 to 1.
    confidence: f64,
    because: &'static str,
    /// Requests and failures in the input, of which `requests` may show one.
    found: usize,
    /// The calls of an HTTP archive.
    #[serde(skip_serializing_if = "Calls::is_empty")]
    calls: Calls,
    requests: Vec<Shown>,
    findings: Vec<Noticed>,
}

impl Imported {
    /// Whether an error is among the findings.
    pub(super) fn has_errors(&self) -> bool {
        self.findings.iter().any(|f| f.severity == "error")
    }
}

#[derive(Serialize)]
struct Shown {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Body>,
    model: Option<String>,
    streaming: bool,
    observed: Option<Observed>,
    client: Option<Client>,
    /// What the input does not say.
    missing: Vec<&'static str>,
    /// Bytes of the input that it was read from.
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct Body {
    kind: &'static str,
    /// As it is sent; `None` where a variable or a file decides.
    bytes: Option<usize>,
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<FormPart>,
}

#[derive(Serialize)]
struct FormPart {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Path of a file on this machine, which is read when the request is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    filename: Option<String>,
    media_type: Option<String>,
}

#[derive(Serialize)]
struct Observed {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    at: Option<DateTime<Utc>>,
    /// Requests that went out, as the text shows them.
    attempts: Option<u32>,
    /// Waits between them that the client announced, milliseconds.
    waits_ms: Vec<f64>,
    message: Option<String>,
    code: Option<String>,
    #[serde(rename = "type")]
    error_type: Option<String>,
    param: Option<String>,
    request_ids: Vec<FoundId>,
    /// A failure below HTTP.
    transport: Option<serde_json::Value>,
    /// Name of the client's exception.
    exception: Option<String>,
}

#[derive(Serialize)]
struct FoundId {
    id: String,
    source: String,
}

#[derive(Serialize)]
struct Client {
    library: String,
    version: Option<String>,
}

#[derive(Serialize)]
struct Noticed {
    code: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    fix: String,
    start: usize,
    end: usize,
}

/// Shows `pieces` of a text of `length` bytes, which may be an `archive`.
pub(super) fn imported(
    pieces: &[Piece],
    length: usize,
    archive: Option<Archive>,
    arguments: &ImportArguments,
    (catalog, ring): (&Catalog, &mut KeyRing),
) -> Imported {
    let kind = pieces.first().map_or("nothing", |piece| piece.intake.kind);
    let (confidence, because) = confidence(kind, pieces);
    // What curl refuses was never sent.
    let runs = |piece: &&Piece| !piece.intake.findings.iter().any(|f| f.id == "curl_refuses");
    let usable = |piece: &&Piece| piece.intake.draft.is_some() || piece.intake.observed.is_some();
    let most = if arguments.all { usize::MAX } else { 1 };
    let mut findings: Vec<Noticed> = Vec::new();
    for piece in pieces {
        findings.extend(piece.intake.findings.iter().map(|finding| noticed(finding, piece)));
    }
    let found = archive.as_ref().map_or_else(|| pieces.iter().filter(usable).count(), |a| a.count);
    if archive.is_none() && found > 1 && !arguments.all {
        findings.push(Noticed {
            code: "several_requests",
            severity: "info",
            message: format!("the input holds {found} requests; the first is shown"),
            fix: "give --all to see every one".to_owned(),
            start: 0,
            end: length,
        });
    }
    let hashes = matches!(arguments.output, OutputKind::Json);
    let mut show = Show { catalog, ring, secrets: arguments.show_secrets, hashes };
    Imported {
        kind: kind.replace(' ', "_"),
        confidence,
        because,
        found,
        calls: archive.map(|archive| archive.calls).unwrap_or_default(),
        requests: pieces.iter().filter(usable).filter(runs).take(most).map(|p| show.piece(p)).collect(),
        findings,
    }
}

fn confidence(kind: &str, pieces: &[Piece]) -> (f64, &'static str) {
    let has = |id: &str| pieces.iter().any(|p| p.intake.findings.iter().any(|f| f.id == id));
    match kind {
        "curl" if has("curl_refuses") => (0.7, "the word curl stands before what look like its arguments"),
        "curl" => (0.99, "a curl command stands in the text"),
        "har" => (0.99, "the JSON has log.entries as an HTTP archive has"),
        "wget" => (0.97, "a command of wget stands in the text"),
        "httpie" => (0.97, "a command of HTTPie or xh stands in the text"),
        "http file" => (0.95, "request lines with an address stand in the text as in a file of requests"),
        "hurl" => (0.97, "requests stand in the text with sections or expectations as Hurl writes them"),
        "http dump" => (0.97, "the text is a proxy's print of flows"),
        "http request" => (0.97, "the text begins with a request line"),
        "http response" => {
            (0.9, "the text is an answer: a status line, a stream, a page or an answer's JSON")
        }
        "json body" => (0.9, "the JSON has the members of a request's body"),
        "source code" if has("value_not_in_source") => {
            (0.6, "a program's source makes a request; not all of it is there")
        }
        "source code" => (0.8, "a program's source makes a request"),
        "error text" if has("not_recognised") => {
            (0.3, "no shape of an error is known in it; it is taken as words")
        }
        "error text" => (0.85, "the text names an error as clients and gateways do"),
        _ => (0.0, "nothing in it is known"),
    }
}

fn noticed(finding: &Finding, piece: &Piece) -> Noticed {
    let (start, end) = finding.span.unwrap_or((piece.start, piece.end));
    Noticed {
        code: finding.id,
        severity: match finding.level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        },
        message: finding.message.clone(),
        fix: finding.fix.clone(),
        start,
        end,
    }
}

/// The members of an object, none of them built: of a long body two are asked for.
type Members<'t> = BTreeMap<Cow<'t, str>, &'t RawValue>;

struct Show<'a> {
    catalog: &'a Catalog,
    ring: &'a mut KeyRing,
    secrets: bool,
    /// Whether the sums of bodies are asked for; the words for people have none.
    hashes: bool,
}

impl Show<'_> {
    fn piece(&mut self, piece: &Piece) -> Shown {
        let intake = &piece.intake;
        let draft = intake.draft.as_ref();
        let written = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let method = draft.and_then(|d| written(&d.method)).or_else(|| intake.said.method.clone());
        let url = draft.and_then(|d| written(&d.url)).or_else(|| intake.said.url.clone());
        let json: Option<Members<'_>> = draft.and_then(|d| serde_json::from_str(&d.body).ok());
        let member =
            |name: &str| json.as_ref().and_then(|json| serde_json::from_str(json.get(name)?.get()).ok());
        let field = draft.and_then(|d| d.form.iter().find(|part| part.name == "model"));
        let of_form = field.and_then(|part| match &part.content {
            PartContent::Text(text) => Some(text.clone()),
            PartContent::File { .. } => None,
        });
        let model =
            member("model").and_then(|m: serde_json::Value| m.as_str().map(str::to_owned)).or(of_form);
        let request = draft.and_then(|d| d.to_request(None).ok());
        let model = model
            .or_else(|| request.and_then(|r| r.model(self.catalog)))
            .or_else(|| intake.said.model.clone());
        let observed = intake.observed.as_ref().map(|attempt| self.observed(attempt, &intake.tried));
        Shown {
            missing: missing(intake, method.as_deref(), url.as_deref(), model.as_deref(), observed.as_ref()),
            method,
            url: url.map(|url| self.plain(&url)),
            headers: draft.map(|d| self.headers(d)).unwrap_or_default(),
            body: draft.and_then(|d| self.body(d, json.is_some())),
            streaming: member("stream").and_then(|s| s.as_bool()).unwrap_or(false),
            model,
            observed,
            client: intake
                .client
                .clone()
                .map(|library| Client { library, version: intake.client_version.clone() }),
            start: piece.start,
            end: piece.end,
        }
    }

    /// `masked` with its secrets, where they are to be shown and known.
    fn plain(&self, masked: &str) -> String {
        if !self.secrets {
            return masked.to_owned();
        }
        self.ring.resolve_known(masked).expose_secret().to_owned()
    }

    fn headers(&self, draft: &Draft) -> Vec<(String, String)> {
        draft.headers.iter().map(|h| (h.name.clone(), self.plain(&h.value))).collect()
    }

    /// The body of `draft`, of which is known that it is an object of JSON where `is_object`.
    fn body(&self, draft: &Draft, is_object: bool) -> Option<Body> {
        if !draft.form.is_empty() {
            let parts = draft.form.iter().map(|part| self.part(part)).collect();
            return Some(Body { kind: "multipart", bytes: None, sha256: None, text: None, parts });
        }
        if draft.body.is_empty() {
            return None;
        }
        let sent = self.ring.resolve(&draft.body).ok();
        let sent = sent.as_ref().map(|text| text.expose_secret().as_bytes());
        let named = |kind: &str| {
            let mut types = draft.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("content-type"));
            types.any(|h| h.value.contains(kind))
        };
        let kind = if is_object || serde_json::from_str::<serde::de::IgnoredAny>(&draft.body).is_ok() {
            "json"
        } else if named("x-www-form-urlencoded") {
            "form"
        } else {
            "text"
        };
        Some(Body {
            kind,
            bytes: sent.map(<[u8]>::len),
            sha256: sent
                .filter(|_| self.hashes)
                .map(|bytes| hexadecimal(digest::digest(&digest::SHA256, bytes).as_ref())),
            text: Some(self.plain(&draft.body)),
            parts: Vec::new(),
        })
    }

    fn part(&self, part: &Part) -> FormPart {
        let (text, file) = match &part.content {
            PartContent::Text(text) => (Some(self.plain(text)), None),
            PartContent::File { path, .. } => (None, Some(path.clone())),
        };
        FormPart {
            name: part.name.clone(),
            text,
            filename: part.filename.clone().filter(|name| !name.is_empty()),
            media_type: part.media_type.clone(),
            file,
        }
    }

    fn free(&mut self, text: &str) -> String {
        if self.secrets {
            return text.to_owned();
        }
        intake::mask_secrets(text, self.catalog, self.ring).0
    }

    /// A header of an answer; one that gives a credential (`set-cookie`) loses it.
    fn answered_header(&mut self, name: String, value: &str) -> (String, String) {
        let shown = if self.secrets {
            value.to_owned()
        } else {
            let masked = intake::mask_header(&name, value, self.catalog, self.ring);
            self.free(&masked)
        };
        (name, shown)
    }

    fn observed(&mut self, attempt: &Attempt, tried: &Tried) -> Observed {
        let reading = evidence::read(attempt, &Expectation::default(), None);
        let envelope = &reading.envelope;
        let (response, transport) = match &attempt.outcome {
            Outcome::Response(response) => (Some(response), None),
            Outcome::Transport(failure) => (None, serde_json::to_value(failure.kind).ok()),
        };
        let headers = response.map(|r| r.headers.clone()).unwrap_or_default();
        Observed {
            status: response.and_then(|r| r.status),
            headers: headers.into_iter().map(|(name, value)| self.answered_header(name, &value)).collect(),
            body: response.and_then(body_text).map(|text| self.free(&text)),
            at: attempt.at,
            attempts: tried.attempts,
            waits_ms: tried.waits_ms.clone(),
            message: envelope.message.as_deref().map(|text| self.free(text)),
            code: envelope.code.as_deref().map(|text| self.free(text)),
            error_type: envelope.error_type.as_deref().map(|text| self.free(text)),
            param: envelope.param.as_deref().map(|text| self.free(text)),
            request_ids: reading
                .request_ids
                .iter()
                .map(|id| FoundId { id: id.id.clone(), source: source(&id.source) })
                .collect(),
            transport,
            exception: response.and_then(|r| r.exception.clone()),
        }
    }
}

fn source(source: &IdSource) -> String {
    match source {
        IdSource::Header(name) => format!("header {name}"),
        IdSource::Message(_) => "message".to_owned(),
        IdSource::Body(pointer) => format!("body {pointer}"),
        IdSource::Stream => "stream event".to_owned(),
        IdSource::Text => "text".to_owned(),
    }
}

fn body_text(response: &Response) -> Option<String> {
    let body = response.readable();
    (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What support asks for and the input does not say.
fn missing(
    intake: &Intake,
    method: Option<&str>,
    url: Option<&str>,
    model: Option<&str>,
    observed: Option<&Observed>,
) -> Vec<&'static str> {
    let body = intake.draft.as_ref().is_some_and(|d| !d.body.is_empty() || !d.form.is_empty());
    let answered = observed.filter(|o| o.transport.is_none());
    let mut missing = Vec::new();
    for (is_missing, what) in [
        (method.is_none(), "method"),
        (url.is_none(), "url"),
        (model.is_none(), "model"),
        (!body, "request body"),
        (observed.is_none(), "the answer"),
        (answered.is_some_and(|o| o.status.is_none()), "status"),
        (answered.is_some_and(|o| o.request_ids.is_empty()), "request id"),
        (observed.is_some_and(|o| o.at.is_none()), "time"),
    ] {
        if is_missing {
            missing.push(what);
        }
    }
    missing
}

/// A long list is told in parts of about so many bytes.
const PART: usize = 32 * 1024;

/// For people: `tell` is given one part after the other.
///
/// # Errors
/// That of `tell`.
pub(super) fn in_words<E>(imported: &Imported, mut tell: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut out = String::new();
    let percent = imported.confidence * 100.0;
    let _ = writeln!(out, "{} ({percent:.0} % sure: {})", imported.kind.replace('_', " "), imported.because);
    for call in imported.calls.shown() {
        let _ = writeln!(out, "{}", call.line());
        if out.len() >= PART {
            tell(&out)?;
            out.clear();
        }
    }
    for shown in &imported.requests {
        out.push('\n');
        request_in_words(shown, &mut out);
    }
    if !imported.findings.is_empty() {
        out.push('\n');
    }
    for finding in &imported.findings {
        let fix = if finding.fix.is_empty() { String::new() } else { format!("; {}", finding.fix) };
        let _ = writeln!(
            out,
            "{:<8} {} (bytes {}..{}){fix} [{}]",
            finding.severity, finding.message, finding.start, finding.end, finding.code
        );
    }
    tell(&out)
}

fn request_in_words(shown: &Shown, out: &mut String) {
    let method = shown.method.as_deref().unwrap_or("(method not given)");
    let _ = writeln!(out, "{method} {}", shown.url.as_deref().unwrap_or("(URL not given)"));
    for (name, value) in &shown.headers {
        let _ = writeln!(out, "  {name}: {value}");
    }
    if let Some(model) = &shown.model {
        let _ = writeln!(out, "  model {model}{}", if shown.streaming { ", streaming" } else { "" });
    }
    if let Some(body) = &shown.body {
        let size = body.bytes.map_or_else(|| "size not known".to_owned(), |bytes| format!("{bytes} bytes"));
        let _ = writeln!(out, "  body: {}, {size}", body.kind);
        if let Some(text) = &body.text {
            let _ = writeln!(out, "    {}", text.replace('\n', "\n    "));
        }
        for part in &body.parts {
            let content = part.file.as_ref().map_or_else(
                || part.text.clone().unwrap_or_default(),
                |path| format!("file {path}, read when the request is sent"),
            );
            let _ = writeln!(out, "    {}: {content}", part.name);
        }
    }
    if let Some(observed) = &shown.observed {
        let status = observed.status.map_or_else(|| "status not given".to_owned(), |s| s.to_string());
        match &observed.transport {
            Some(kind) => {
                let _ = writeln!(out, "  no answer: {}", kind.as_str().unwrap_or(""));
            }
            None => {
                let _ = writeln!(out, "  answer: {status}");
            }
        }
        for (name, value) in
            [("message", &observed.message), ("code", &observed.code), ("type", &observed.error_type)]
        {
            if let Some(value) = value {
                let _ = writeln!(out, "    {name}: {value}");
            }
        }
        for id in &observed.request_ids {
            let _ = writeln!(out, "    request id: {}", id.id);
        }
    }
    if !shown.missing.is_empty() {
        let _ = writeln!(out, "  not in the input: {}", shown.missing.join(", "));
    }
}
