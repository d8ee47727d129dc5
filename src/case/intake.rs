//! Text to [`Intake`]: curl commands, error texts, responses. Never fails on what people paste.
//!
//! ```text
//! text ─ bare JSON? ─ curl command? ──> command, shell, flags, curl ──> Draft (masked)
//!            │              └─ what stands below it ──┐
//!            └─ HTTP text? stream? page? error text? ─┴> answer, http, error_text ──> Attempt (Source::Pasted)
//! ```
//!
//! Secrets of the request move into the ring at once (`secret`). An answer stays as it is: its sanitizer is another.
//! Every pass is linear in the text; whatever searches by pattern looks at a bounded part.

mod access_line;
mod again;
mod answer;
mod beside;
mod braces;
mod bru;
mod called;
mod carried;
mod cell;
mod client;
mod client_log;
mod client_prints;
mod code;
mod collection;
mod colour;
mod command;
mod curl;
mod diff;
mod embedded;
mod entities;
mod error_text;
mod exchanges;
mod flags;
mod flows;
mod foreign;
mod form;
mod har;
mod hosted;
mod http;
mod http_file;
mod httpie;
mod hurl;
mod inner;
mod line_ends;
mod linked;
mod litellm;
mod literal;
mod logged;
mod makefile;
mod multipart;
mod pieces;
mod prefixed;
mod prompted;
mod records;
mod script;
mod secret;
mod several;
mod shell;
mod trace;
mod transport;
mod tries;
mod unmasked;
mod utf16;
mod web_request;
mod wget;
mod when;
mod wrapping;
mod written;
mod written_out;

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, BodyEnd, Envelope, Outcome, Response, TransportFailure};
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{BodyFile, Draft, Intake, Part, Said, Tried};

pub use form::{lines as form_lines, part_line};
pub use har::{
    Call as HarCall, CallFailure, CallKind, Calls as HarCalls, HarEntries, Lister as HarLister,
    choice as har_chosen, har_calls, har_entry, propose as propose_har_call,
};
pub use pieces::{is_choice, is_one_of_several, pieces};
pub(crate) use secret::percent_decoded;
pub use several::{Piece, read_all};
pub use utf16::as_utf8;
pub(in crate::case) use written::literals as written_literals;

/// Reads what an operator pasted. Literal secrets move into `ring` and leave their label behind; a shell variable
/// becomes `[env:NAME]`. What cannot be used is a finding with its place.
pub fn read(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let mut intake = read_kind(text, catalog, ring);
    if let Some(draft) = &mut intake.draft {
        again::mask(draft, ring);
    }
    if intake.observed.is_none() && intake.draft.is_some() {
        report_beside(&mut intake, text, true, catalog, ring);
    }
    client::complete(&mut intake, text, catalog);
    logged::complete(&mut intake, text, catalog, ring);
    access_line::complete(&mut intake, text);
    hosted::complete(&mut intake, text, catalog, ring);
    when::complete(&mut intake, text);
    if intake.observed.is_some() && intake.tried == Tried::default() {
        intake.tried = tries::read(text);
    }
    shown_in(text, intake)
}

/// Reads a text of which somebody says that it tells of a failure: as [`read`], but words beside a request that it shows are
/// believed, too.
pub fn read_report(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let mut intake = read(text, catalog, ring);
    if intake.observed.is_none() && intake.draft.is_some() {
        report_beside(&mut intake, text, false, catalog, ring);
        intake = shown_in(text, intake);
    }
    // The answer to a command has no status of its own; a report may tell it in its title.
    if intake.draft.is_some()
        && let Some(Attempt { outcome: Outcome::Response(response), .. }) = &mut intake.observed
    {
        response.status = response.status.or_else(|| error_text::status_of_title(text));
    }
    intake
}

/// What the text says of a failure beside the requests that it shows.
fn report_beside(intake: &mut Intake, text: &str, strict: bool, catalog: &Catalog, ring: &mut KeyRing) {
    let Some(beside) = beside::requests(text) else { return };
    let beside = if strict { without_script(&beside) } else { beside };
    report_in(intake, &beside, strict, catalog, ring);
}

/// What `text` says of a failure, into `intake`.
fn report_in(intake: &mut Intake, text: &str, strict: bool, catalog: &Catalog, ring: &mut KeyRing) {
    let Some(told) = error_text::read(text.trim(), strict, catalog, ring) else { return };
    // A word such as "timeout" in a sentence is no report of a failure; a library's own text is.
    if strict && told.client.is_none() && told.attempt.transport().is_some() {
        return;
    }
    intake.observed = Some(told.attempt);
    intake.said = Said {
        method: intake.said.method.take().or(told.said.method),
        url: intake.said.url.take().or(told.said.url),
        model: intake.said.model.take().or(told.said.model),
    };
}

/// What was read from `text`, with what its stacks show of the source. Each door of this room ends here.
fn shown_in(text: &str, mut intake: Intake) -> Intake {
    if let Some(observed) = &mut intake.observed {
        observed.written.extend(written::literals(text));
    }
    intake
}

fn read_kind(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let text = without_fence(text.trim_start_matches('\u{feff}').trim());
    if text.is_empty() {
        return nothing("the input is empty");
    }
    if is_binary(text.as_bytes()) {
        return nothing("the input is no text");
    }
    if text.contains("\"url_effective\"")
        && let Some(intake) = written_out::read(text, catalog)
    {
        return intake;
    }
    if har::begins_as_json(text)
        && let Some(intake) = har::read(text, catalog, ring)
    {
        return intake;
    }
    let told = embedded::told_in_json(text);
    if told.is_none() && text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return json(text, catalog, ring);
    }
    let text = told.as_deref().unwrap_or(text);
    let unquoted = wrapping::off(text);
    let text = unquoted.as_deref().unwrap_or(text);
    let found = command::find(text, 0);
    if found.is_none_or(|found| found.in_prose || several::is_within_file(text, found))
        && let Some(pieces) = several::of_files(text, &curl::no_files, catalog, ring)
    {
        return several::proposed(pieces);
    }
    if let Some(found) = found {
        return several::first(text, found, catalog, ring);
    }
    if http::starts_with_request_line(text) {
        return raw_request(text, catalog, ring);
    }
    if let Some(intake) = web_request::read(text, catalog, ring) {
        return intake;
    }
    if let Some(traced) = trace::read(text).filter(|traced| !traced.sent.is_empty()) {
        return of_trace(&traced, catalog, ring);
    }
    // Words of a person, or of a log, in front of it.
    if let Some(intake) = har::read(text, catalog, ring) {
        return intake;
    }
    if http::is_verbose(text) {
        let seen = http::verbose(text, catalog, ring);
        if seen.draft.is_some() || seen.response.is_some() {
            let failed = answer::failure(text, catalog);
            let observed = match (seen.response, failed) {
                (Some(mut response), failed) => {
                    if let Some(failed) = failed {
                        response.end = BodyEnd::Cut(failed);
                    }
                    Some(answer::attempt(Outcome::Response(response)))
                }
                (None, failed) => failed.map(|f| answer::attempt(Outcome::Transport(f))),
            };
            return Intake {
                kind: "http response",
                draft: seen.draft,
                observed,
                client: Some("curl".into()),
                ..Intake::default()
            };
        }
    }
    if answer::is_event_stream(text.as_bytes())
        && let Some(told) = error_text::read(answer::stream_and_rest(text).1, true, catalog, ring)
        && told.states_object
    {
        return of_told(told);
    }
    if let Some(response) = response_text(text, catalog) {
        return Intake {
            kind: "http response",
            observed: Some(answer::attempt(Outcome::Response(response))),
            ..Intake::default()
        };
    }
    if is_broken_body(text) {
        return json_body(text, catalog, ring);
    }
    error(text, catalog, ring)
}

/// An answer from its members, unpacked, with the stream in it read.
pub fn response_of(status: Option<u16>, headers: Vec<(String, String)>, body: Vec<u8>) -> Response {
    answer::response(status, None, None, headers, body)
}

/// The HTTP status that an error's message names (`https response error StatusCode: 400`).
pub fn stated_status(message: &str) -> Option<u16> {
    error_text::stated_status(message)
}

/// The status that a JSON error states beside its words (`"status": 429`).
pub fn status_field(body: &[u8]) -> Option<u16> {
    error_text::status_field(&serde_json::from_slice(body).ok()?)
}

/// How often a client's print holds the same record: 1 where it holds anything else.
pub fn times(text: &str) -> usize {
    error_text::times(text)
}

/// A client's one plain sentence on a request that got no answer (`read tcp …: connection reset by peer`), read without what a
/// whole paste needs. `None`: it is more than that, or says nothing of the kind; [`read`] reads it.
pub fn silent_failure(sentence: &str, catalog: &Catalog) -> Option<Attempt> {
    const LONGEST: usize = 300;
    let sentence = sentence.trim();
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !"{}<[]\"'`\\".contains(c);
    let says_more = ["Error", "Exception", "code", "status", "HTTP", "curl", "litellm"];
    let is_status = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
    // What stands behind a colon is a port.
    let states = sentence.split(|c: char| !c.is_ascii_alphanumeric() && !".:".contains(c)).any(is_status);
    if sentence.len() > LONGEST
        || !sentence.chars().all(plain)
        || says_more.iter().any(|w| sentence.contains(w))
        || states
    {
        return None;
    }
    let (kind, line) = transport::found(sentence, catalog)?;
    Some(attempt(Outcome::Transport(TransportFailure { kind, detail: line.trim().to_owned() })))
}

/// `outcome` as a pasted attempt.
pub fn attempt(outcome: Outcome) -> Attempt {
    answer::attempt(outcome)
}

/// Reads an answer that the operator has: a body, or `curl -i` text with its head. `status` and `at` are what the
/// operator said of it and win over what the text says.
pub fn read_response(
    text: &[u8],
    status: Option<u16>,
    at: Option<chrono::DateTime<chrono::Utc>>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Intake {
    let bytes = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if bytes.trim_ascii().is_empty() && status.is_none() {
        return nothing("the answer is empty, and no status was given for it");
    }
    let mut intake = response_intake(bytes, catalog, ring);
    if let Some(attempt) = &mut intake.observed {
        attempt.at = at.or(attempt.at);
        if let Some(status) = status {
            with_status(attempt, status, bytes);
        }
    }
    shown_in(&String::from_utf8_lossy(bytes), intake)
}

fn response_intake(bytes: &[u8], catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let observed = |response: Response| Intake {
        kind: "http response",
        observed: Some(answer::attempt(Outcome::Response(response))),
        ..Intake::default()
    };
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"HTTP/")
        && let Some(response) = http::response(start)
    {
        return observed(response);
    }
    let plain = |body: &[u8]| observed(answer::response(None, None, None, Vec::new(), body.to_vec()));
    let Ok(text) = std::str::from_utf8(bytes) else { return plain(bytes) };
    let trimmed = text.trim();
    let is_json = trimmed.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(trimmed).is_ok();
    if answer::is_event_stream(bytes) {
        return observed(answer::streamed(text, catalog));
    }
    if is_json || answer::is_html(trimmed) {
        return plain(bytes);
    }
    // A terminal's text: the command with its answer, curl's marks, or what a client printed.
    if command::find(text, 0).is_some_and(|found| !found.in_prose) || http::is_verbose(text) {
        let intake = read(text, catalog, ring);
        if intake.observed.is_some() {
            return Intake { draft: None, ..intake };
        }
    }
    match error_text::read(trimmed, true, catalog, ring) {
        Some(told) => of_told(told),
        None => plain(bytes),
    }
}

fn of_told(told: error_text::Told) -> Intake {
    Intake {
        kind: "error text",
        observed: Some(told.attempt),
        client: told.client,
        said: told.said,
        ..Intake::default()
    }
}

/// The operator's word on the status wins; with a status there was an answer.
fn with_status(attempt: &mut Attempt, status: u16, bytes: &[u8]) {
    match &mut attempt.outcome {
        Outcome::Response(response) => {
            if response.status != Some(status) {
                response.reason = None;
            }
            response.status = Some(status);
        }
        Outcome::Transport(_) => {
            attempt.outcome =
                Outcome::Response(answer::response(Some(status), None, None, Vec::new(), bytes.to_vec()));
        }
    }
}

/// Moves literal secrets out of `text` (an edited header value, URL or body) into `ring`; gives the masked text and
/// whether anything was found.
pub fn mask_secrets(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, bool) {
    let is_url =
        text.contains("://") && !text.contains(char::is_whitespace) && !text.starts_with(['{', '[', '"']);
    if is_url {
        let (masked, seen) = secret::mask_url(text, catalog, ring);
        return (masked, seen.literal);
    }
    secret::mask_free(text, catalog, ring)
}

/// The text of a file as the body that the command makes of it, masked, and what was noticed in it.
pub fn body_of_file(
    text: &str,
    file: &BodyFile,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> (String, Option<Finding>) {
    let joined = if file.joined { Cow::Owned(curl::without_line_ends(text)) } else { Cow::Borrowed(text) };
    let (body, found) = secret::mask_free(&joined, catalog, ring);
    (body, found.then(literal_key))
}

/// Moves the value of a credential header out of `value`; `name` decides. Values that are references stay.
pub fn mask_header(name: &str, value: &str, catalog: &Catalog, ring: &mut KeyRing) -> String {
    secret::mask_header(name, value, catalog, ring).0
}

/// Moves literal secrets out of the texts of a form's parts into `ring`.
pub fn mask_form(form: &mut [Part], catalog: &Catalog, ring: &mut KeyRing) {
    secret::mask_form(form, catalog, ring);
}

fn nothing(why: &str) -> Intake {
    let finding = Finding::new(
        "nothing_usable",
        Level::Error,
        format!("{why}; there is no request or error in it"),
    )
    .fix("paste the curl command that failed, the HTTP answer, or the error text that the client printed");
    Intake { kind: "nothing", findings: vec![finding], ..Intake::default() }
}

fn literal_key() -> Finding {
    Finding::new(
        "literal_key",
        Level::Info,
        "the text holds a key or password; it was moved into memory and is masked everywhere",
    )
    .fix("nothing to do here; replace the key if the text was sent to others")
}

fn key_is_placeholder(place: Place) -> Finding {
    Finding::new("key_is_placeholder", Level::Warning, "a stand-in is where the key belongs")
        .at(place)
        .fix("name the environment variable that holds the key, for example with --key-env")
}

/// A JSON text: an error, an answer, or a request's body.
fn json(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return error(text, catalog, ring);
    };
    if let Some(intake) = har::empty(&value) {
        return intake;
    }
    if let Some(pieces) = collection::read(&value, text.len(), catalog, ring) {
        return several::proposed(pieces);
    }
    match foreign::of(&value) {
        Some(foreign::Foreign::Described(finding)) => {
            return Intake { kind: "nothing", findings: vec![finding], ..Intake::default() };
        }
        Some(foreign::Foreign::Printed(text)) => return error(&text, catalog, ring),
        None => {}
    }
    if let Some(text) = carried::text(&value, catalog, ring) {
        return error(&text, catalog, ring);
    }
    if let Some(text) = logged(&value) {
        return error(&text, catalog, ring);
    }
    if error_text::is_of_client(&value) {
        return error(text, catalog, ring);
    }
    if let Some(response) = recorded(&value) {
        return Intake {
            kind: "http response",
            observed: Some(answer::attempt(Outcome::Response(response))),
            ..Intake::default()
        };
    }
    let has = |name: &str| value.get(name).is_some_and(|v| !v.is_null());
    let states_error = error_text::states_an_error(&value);
    let is_answer = ["choices", "candidates", "output", "usage", "data", "embeddings"].iter().any(|n| has(n))
        || (has("content") && has("stop_reason"));
    let is_request = ["messages", "input", "prompt", "contents", "documents"].iter().any(|n| has(n))
        || (has("model") && !has("id") && !has("object") && !logged::is_record(&value));
    if is_request && !is_answer && !has("error") && !has("errors") {
        return json_body(text, catalog, ring);
    }
    if states_error || is_answer || value.is_object() {
        let logs_a_status = value.get("response_code").is_some();
        let status = if states_error || logs_a_status { error_text::status_field(&value) } else { None };
        let response = answer::response(status, None, None, Vec::new(), text.as_bytes().to_vec());
        let kind = if states_error { "error text" } else { "http response" };
        let mut intake = Intake {
            kind,
            observed: Some(answer::attempt(Outcome::Response(response))),
            ..Intake::default()
        };
        if states_error && let Some(told) = error_text::read(text, true, catalog, ring) {
            intake.said = told.said;
        }
        return intake;
    }
    nothing("the JSON is neither a request nor an answer")
}

/// What a logger wrote as JSON: strings in a list, or records whose error is a client's text.
fn logged(value: &Value) -> Option<String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let is_record = |value: &Value| {
        ["level", "timestamp", "time", "ts", "@timestamp", "severity", "logger"]
            .iter()
            .any(|n| value.get(n).is_some())
            // A bug report's list of what was thrown.
            || value.as_object().is_some_and(|object| object.len() == 1)
                && value.get("error").and_then(Value::as_str).is_some_and(|e| e.starts_with("Error: "))
    };
    // A relay's record of what its upstream answered.
    let answered = |record: &Value| {
        let body = ["response_body", "responseBody", "upstream_response", "upstream_body", "body"]
            .iter()
            .find_map(|name| record.get(name)?.as_str())?;
        let is_error = serde_json::from_str(body).is_ok_and(|v: Value| error_text::states_an_error(&v));
        let line =
            error_text::status_field(record).map(|s| format!("status code: {s}\n")).unwrap_or_default();
        let call = ["request_id", "requestId"].iter().find_map(|name| record.get(name)?.as_str());
        let call = call.map(|id| format!("request_id: {id}\n")).unwrap_or_default();
        is_error.then(|| format!("{line}{call}{body}"))
    };
    if let [record] = list
        && is_record(record)
        && let Some(text) = answered(record)
    {
        return Some(text);
    }
    let texts = list.iter().map(|entry| match entry {
        Value::String(text) if value.is_array() => Some(text.as_str()),
        record if is_record(record) => ["error", "err", "exception", "stack", "error_message"]
            .iter()
            .find_map(|name| record.get(name)?.as_str())
            .filter(|text| {
                let told = record.get("msg").is_some() && text.contains(": ");
                told || text.contains(['{', '(']) || text.contains('\n')
            })
            .or_else(|| error_text::words_of_record(record)),
        _ => None,
    });
    let texts: Option<Vec<&str>> = texts.collect();
    texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join("\n"))
}

/// An answer that a tool recorded as JSON: `{"status":…, "headers":{…}, "body":…}`.
fn recorded(value: &Value) -> Option<Response> {
    // The AI SDK's error.
    if let (Some(status), Some(body)) = (
        value.get("statusCode").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()),
        value.get("responseBody").and_then(Value::as_str).filter(|body| !body.trim().is_empty()),
    ) {
        let headers = value.get("responseHeaders").and_then(Value::as_object).into_iter().flatten();
        let headers = headers
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"))
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())));
        return Some(answer::response(Some(status), None, None, headers.collect(), body.as_bytes().to_vec()));
    }
    // A gateway's record of a request and its answer.
    let inner = value.get("response").filter(|_| value.get("request").is_some_and(Value::is_object));
    let (value, within) = (inner.unwrap_or(value), inner.is_some());
    let status = value.get("status")?.as_u64().and_then(|status| u16::try_from(status).ok())?;
    let headers = value.get("headers")?.as_object()?;
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())));
    let body = match value.get("body") {
        // It holds no bodies.
        None if within => String::new(),
        None => return None,
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    // A recorded coding was undone by who recorded it.
    let headers = headers.filter(|(name, _)| name != "content-encoding").collect();
    (100..600)
        .contains(&status)
        .then(|| answer::response(Some(status), None, None, headers, body.into_bytes()))
}

fn json_body(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let (body, found) = secret::mask_free(text, catalog, ring);
    let findings = if found { vec![literal_key()] } else { Vec::new() };
    let draft = Some(Draft { body: body.into(), ..Draft::default() });
    Intake { kind: "json body", draft, findings, ..Intake::default() }
}

/// A request's body with a fault in its JSON: it may be the very fault that is looked for.
fn is_broken_body(text: &str) -> bool {
    text.starts_with('{')
        && !text.contains("\"error\"")
        && ["messages", "input", "prompt", "contents"]
            .iter()
            .any(|name| text.contains(&format!("\"{name}\"")))
}

/// The error that people report before they show the command. A script's comments and settings report none.
fn reported_above(above: &str, catalog: &Catalog, ring: &mut KeyRing) -> answer::Below {
    let text = without_script(above);
    // A word such as "timeout" in a sentence is no report of a failure; a library's own text is.
    let is_report = |told: &error_text::Told| told.client.is_some() || told.attempt.transport().is_none();
    match error_text::read(text.trim(), true, catalog, ring).filter(is_report) {
        Some(told) => answer::Below { attempt: Some(told.attempt), said: told.said },
        None => answer::Below::default(),
    }
}

/// `text` without the comments and settings of a script.
fn without_script(text: &str) -> String {
    let is_script = |line: &&str| line.trim_start().starts_with('#') || command::is_assignment(line);
    text.lines().filter(|line| !is_script(line)).collect::<Vec<_>>().join("\n")
}

/// A raw request, and the answer below it, if its status line is there.
fn raw_request(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let answer_at = text
        .find("\nHTTP/")
        .map(|at| at + 1)
        .filter(|at| text.get(*at..).is_some_and(http::starts_with_status_line));
    let (request, below) =
        answer_at.map_or((text, None), |at| (text.get(..at).unwrap_or(text), text.get(at..)));
    let held = ring.iter().count();
    let draft = http::raw_request(request.trim_end(), false, catalog, ring);
    let findings = if ring.iter().count() > held { vec![literal_key()] } else { Vec::new() };
    let observed = below.and_then(http::pasted).map(|response| answer::attempt(Outcome::Response(response)));
    // What the tool says below a request that was never answered.
    let failed =
        || error_text::read(http::behind_body(request)?, true, catalog, ring).map(|told| told.attempt);
    let observed = observed.or_else(failed);
    Intake { kind: "http request", draft, observed, findings, ..Intake::default() }
}

/// A trace of curl's: the request that went out, and the answer or what kept it from coming.
fn of_trace(traced: &trace::Traced, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let text = format!("{}\n{}", traced.sent.trim_end(), traced.received);
    let mut intake = raw_request(&text, catalog, ring);
    if intake.observed.is_none() {
        intake.observed =
            answer::failure(&traced.said, catalog).map(|f| answer::attempt(Outcome::Transport(f)));
    }
    Intake { client: Some("curl".to_owned()), ..intake }
}

/// An answer without a command: from its status line on, or a stream or page as it stands.
fn response_text(text: &str, catalog: &Catalog) -> Option<Response> {
    if http::has_status_line(text) {
        let at = text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        });
        let start =
            at.take(400).find(|(_, line)| http::starts_with_status_line(line)).map(|(start, _)| start);
        if let Some(found) = start.and_then(|start| text.get(start..)) {
            return http::pasted(found);
        }
    }
    if answer::is_event_stream(text.as_bytes()) {
        return Some(answer::streamed(text, catalog));
    }
    let page =
        || answer::response(answer::status_of_page(text), None, None, Vec::new(), text.as_bytes().to_vec());
    answer::is_html(text).then(page)
}

/// True for one line of words: not for a line of a log, which is figures and signs for a large part.
fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    let signs = text.chars().filter(|c| !c.is_whitespace());
    let (letters, all) =
        signs.fold((0, 0), |(letters, all), c| (letters + usize::from(c.is_alphabetic()), all + 1));
    !text.contains('\n') && (20..=500).contains(&all) && letters * 10 >= all * 8
}

fn error(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    if let Some(source) = code::program(text, catalog, ring) {
        let told = error_text::read(text, true, catalog, ring);
        let answered =
            told.filter(|told| told.attempt.response().is_some_and(|response| response.status.is_some()));
        return Intake { observed: answered.map(|told| told.attempt), ..source };
    }
    let untimed = when::without_labels(text);
    let Some(told) = error_text::read(untimed.as_deref().unwrap_or(text), false, catalog, ring) else {
        if let Some(intake) = code::read(text, catalog, ring) {
            return intake;
        }
        if let Some(finding) = foreign::source(text) {
            return Intake { kind: "nothing", findings: vec![finding], ..Intake::default() };
        }
        return nothing("the input is no command, no answer and no error text that is known here");
    };
    let mut findings = Vec::new();
    // A person's sentence with a status in it: what the sentence says beside it is lost otherwise.
    let mut bare = is_sentence(text).then(|| text.trim().to_owned());
    if !told.marked
        && !is_librarys(&told)
        && let Some(intake) = code::read(text, catalog, ring)
    {
        return intake;
    }
    if !told.marked {
        let unknown = || {
            Finding::new(
                "not_recognised",
                Level::Warning,
                "the text has no status and no error shape that is known here; it is taken as the words of an error",
            )
            .fix("paste the command, the answer or the client's whole error text, if there is one")
        };
        let source = foreign::source(text);
        if source.is_none() {
            bare = Some(text.trim().to_owned());
        }
        findings.push(source.unwrap_or_else(unknown));
    }
    let times = times(text);
    if times > 1 {
        findings.push(Finding::new(
            "repeated_record",
            Level::Info,
            format!("the same error stands {times} times here; it is read as one failure"),
        ));
    }
    // The program that made the request stands above what it printed.
    let source = code::above_error(text).filter(|_| told.marked);
    if let Some(source) = source.and_then(|source| code::read(source, catalog, ring)) {
        findings.extend(source.findings.iter().cloned());
        let (observed, client, said) = (Some(told.attempt), told.client, told.said);
        return Intake { observed, client, said, findings, ..source };
    }
    Intake {
        kind: "error text",
        observed: Some(told.attempt),
        client: told.client,
        said: told.said,
        bare,
        findings,
        ..Intake::default()
    }
}

/// A code beside the words: a library printed them, whatever program stands below.
fn is_librarys(told: &error_text::Told) -> bool {
    told.attempt
        .response()
        .is_some_and(|response| Envelope::of(response).code.is_some_and(|code| !code.is_empty()))
}

/// Without a Markdown fence around the whole text.
fn without_fence(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("```") else { return text };
    let Some((language, inner)) = rest.split_once('\n') else { return text };
    match inner.trim_end().strip_suffix("```") {
        Some(inner) if !language.contains(char::is_whitespace) && !inner.contains("\n```") => inner.trim(),
        _ => text,
    }
}

/// True for bytes that are no text: many control characters or replaced bytes near the start.
fn is_binary(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(64 << 10)).unwrap_or_default());
    let (mut odd, mut all) = (0usize, 0usize);
    for c in head.chars() {
        all += 1;
        odd +=
            usize::from(c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1b}')));
    }
    odd * 20 > all
}

/// JSON whose quotes, spaces or line starts were changed by copying, mended; `None` where it is JSON, or does not
/// become it.
fn mend_json(text: &str) -> Option<String> {
    let is_json = |text: &str| serde_json::from_str::<IgnoredAny>(text).is_ok();
    if !text.trim_start().starts_with(['{', '[']) || is_json(text) {
        return None;
    }
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}'))
        .map(|c| match c {
            '“' | '”' | '„' => '"',
            '\u{a0}' | '\u{202f}' => ' ',
            other => other,
        })
        .collect();
    let without_prompts = || -> Cow<'_, str> {
        Cow::Owned(plain.lines().map(|l| l.strip_prefix("> ").unwrap_or(l)).collect::<Vec<_>>().join("\n"))
    };
    // A Windows shell takes a backslash before each quotation mark.
    let without_backslashes = || Cow::Owned(plain.replace("\\\"", "\""));
    [Cow::Borrowed(plain.as_str()), without_prompts(), without_backslashes()]
        .into_iter()
        .find(|t| is_json(t))
        .map(Cow::into_owned)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod unseen;
