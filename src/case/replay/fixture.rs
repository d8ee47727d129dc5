//! The file: a sanitized request and the answer to it, made from a note's own values.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::kept;

/// Name and version of the file's form.
pub const FIXTURE_SCHEMA: &str = "casefile.fixture/1";

/// Bytes of a file that is read.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Headers that are kept of each side.
const MOST_HEADERS: usize = 100;

/// A failed request and its answer, as a note holds them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// `casefile.fixture/1`.
    pub schema: String,
    /// The case.
    pub case_id: String,
    /// When its note was made, UTC.
    pub created_at: DateTime<Utc>,
    /// The failure's class.
    pub failure_class: String,
    /// Stands for what failed; left out where nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The failure did not need the customer's text (true), or did (false); left out where nobody tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harmless: Option<bool>,
    /// The request.
    pub request: FixtureRequest,
    /// The answer; left out where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<FixtureResponse>,
    /// How it failed below HTTP, where it did: `reset`, `idle_timeout`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

/// The request, with placeholders for what a note does not hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixtureRequest {
    /// Scheme and host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Parameters; one without a value has none in the note.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Pair>,
    /// Headers; one without a value has none in the note.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Pair>,
    /// JSON as its structure, anything else as one line on its shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Text fields of a form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form_fields: Vec<Pair>,
    /// Names of the form's files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Name.
    pub name: String,
    /// Value, where the note shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixtureResponse {
    /// Status.
    pub status: u16,
    /// Content type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Headers with values that a note shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Pair>,
    /// An error's body with its words; a success as its shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The error that a stream brought, which has no body of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FixtureFault>,
    /// The body was packed, and the note holds only its shape.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub packed: bool,
    /// Title of a page, whose text a note does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// The stream, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<FixtureStream>,
}

/// An error in the form of chat completions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixtureFault {
    /// `error.message`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `error.code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `error.type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// `error.param`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
}

/// A stream without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixtureStream {
    /// `complete`, `truncated`, ….
    pub verdict: String,
    /// Events.
    pub events: u64,
    /// `[DONE]`, `message_stop`, …; left out where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal_marker: Option<String>,
    /// `finish_reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
}

/// Why no fixture can be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FixtureError {
    /// The note has no request.
    #[error("the note holds no request, only an answer; a request cannot be sent again that nobody has")]
    NoRequest,
    /// It is about a task.
    #[error(
        "the failure is that of a task which the request had started: sending the request again starts another one; \
         make a note of that with casefile note --poll"
    )]
    OfTask,
    /// It is no note.
    #[error("it is no note of the schema casefile.note/1")]
    NoNote,
    /// It is no fixture.
    #[error("it is no fixture of the form casefile.fixture/1 ({0})")]
    NoFixture(String),
}

impl Fixture {
    /// The fixture of `note`, a note's keys and values.
    ///
    /// # Errors
    /// It is no note, or one without a request, or one about a task.
    pub fn of(note: &Value) -> Result<Self, FixtureError> {
        let text = |place: &str| note.pointer(place).and_then(Value::as_str).map(str::to_owned);
        let (Some(case_id), Some(failure_class)) = (text("/case_id"), text("/diagnosis/failure_class"))
        else {
            return Err(FixtureError::NoNote);
        };
        let created = text("/created_at").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
        let (Some(method), Some(path)) = (text("/request/method"), text("/request/path")) else {
            return Err(FixtureError::NoRequest);
        };
        if kept::last_said(note).is_some_and(|attempt| attempt.get("polls").is_some()) {
            return Err(FixtureError::OfTask);
        }
        let files = note.pointer("/request/files").and_then(Value::as_array);
        let field = |file: &Value| file.get("field").and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            schema: FIXTURE_SCHEMA.to_owned(),
            case_id,
            created_at: created.map_or(DateTime::UNIX_EPOCH, |at| at.to_utc()),
            failure_class,
            fingerprint: kept::fingerprint(note).map(|f| f.id()),
            harmless: note.pointer("/minimal_request/harmless").and_then(Value::as_bool),
            request: FixtureRequest {
                base_url: text("/request/base_url"),
                method,
                path,
                query: pairs(note.pointer("/request/query")),
                headers: pairs(note.pointer("/request/headers")),
                body: note.pointer("/request/body").cloned(),
                form_fields: pairs(note.pointer("/request/form_fields")),
                files: files.into_iter().flatten().filter_map(field).collect(),
            },
            response: response(note),
            transport: kept::last_said(note)
                .and_then(|attempt| attempt.get("transport")?.as_str().map(str::to_owned)),
        })
    }

    /// Reads a fixture's file.
    ///
    /// # Errors
    /// [`FixtureError::NoFixture`] with what is wrong with it.
    pub fn read(text: &str) -> Result<Self, FixtureError> {
        let wrong = |what: String| FixtureError::NoFixture(what);
        if text.len() > MOST_BYTES {
            return Err(wrong("it is larger than 4 MiB".to_owned()));
        }
        let read: Self = serde_json::from_str(text).map_err(|e| {
            // The words of the parser repeat names of the file, its place does not.
            wrong(format!("line {}, column {}", e.line(), e.column()))
        })?;
        if read.schema != FIXTURE_SCHEMA {
            return Err(wrong("its `schema` is another one".to_owned()));
        }
        if !read.request.path.starts_with('/') || read.request.path.chars().any(char::is_control) {
            return Err(wrong("its path does not begin with /".to_owned()));
        }
        Ok(read)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn response(note: &Value) -> Option<FixtureResponse> {
    let response = note.get("response")?;
    let text = |place: &str| response.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let status = response.get("status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok())?;
    let mut headers = pairs(response.get("headers"));
    // Of a request id in a header the note says where it stood.
    let ids = response.get("request_ids").and_then(Value::as_array);
    headers.extend(ids.into_iter().flatten().filter_map(|id| {
        let name = id.get("source")?.as_str()?.strip_prefix("header ")?.to_owned();
        Some(Pair { name, value: Some(id.get("id")?.as_str()?.to_owned()) })
    }));
    let edge = |name: &str, place: &str| Some(Pair { name: name.to_owned(), value: Some(text(place)?) });
    headers.extend(edge("server", "/edge/server"));
    headers.extend(edge("cf-ray", "/edge/cf_ray"));
    headers.extend(edge("location", "/redirect/location"));
    if !headers.iter().any(|h| h.name.eq_ignore_ascii_case("retry-after"))
        && let Some(ms) = response.get("retry_after_ms").and_then(Value::as_u64)
    {
        headers.push(Pair { name: "retry-after".to_owned(), value: Some(ms.div_ceil(1000).to_string()) });
    }
    headers.truncate(MOST_HEADERS);
    let stream =
        note.get("stream").filter(|s| s.get("verdict").and_then(Value::as_str) != Some("not_a_stream"));
    let stream = stream.and_then(|stream| {
        let text = |name: &str| stream.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(FixtureStream {
            verdict: text("verdict")?,
            events: stream.get("events").and_then(Value::as_u64).unwrap_or(0),
            terminal_marker: text("terminal_marker"),
            finish_reason: text("finish_reason"),
        })
    });
    let body = response.get("body").cloned();
    let fault = FixtureFault {
        message: text("/error/message"),
        code: text("/error/code"),
        r#type: text("/error/type"),
        param: text("/error/param"),
    };
    let in_stream = stream.is_some() && (fault.message.is_some() || fault.code.is_some());
    Some(FixtureResponse {
        status,
        content_type: text("/content_type"),
        headers,
        error: in_stream.then_some(fault),
        packed: response.get("packing").is_some() && !body.as_ref().is_some_and(Value::is_object),
        body,
        page_title: text("/error/page_title"),
        stream,
    })
}

/// Names and values of a list of a note.
fn pairs(list: Option<&Value>) -> Vec<Pair> {
    let pair = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Pair { name: text("name").or_else(|| text("field"))?, value: text("value") })
    };
    list.and_then(Value::as_array).into_iter().flatten().filter_map(pair).take(MOST_HEADERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &str) -> Value {
        let golden = [
            ("unknown-model", include_str!("../../../tests/golden/unknown-model/note.yaml")),
            ("stream-cut", include_str!("../../../tests/golden/stream-cut/note.yaml")),
            ("connection-reset", include_str!("../../../tests/golden/connection-reset/note.yaml")),
        ];
        let text = golden.iter().find(|(own, _)| *own == name).expect("is there").1;
        crate::case::note::read(text).expect("a note")
    }

    #[test]
    fn a_fixture_holds_what_its_note_holds_and_comes_back() {
        let made = Fixture::of(&note("unknown-model")).expect("a fixture");
        assert_eq!(
            (made.request.method.as_str(), made.request.path.as_str()),
            ("POST", "/v1/chat/completions")
        );
        let response = made.response.as_ref().expect("an answer");
        assert_eq!(response.status, 503);
        assert!(response.headers.iter().any(|h| h.name == "x-cometapi-request-id"));
        assert_eq!(Fixture::read(&made.text()), Ok(made));
    }

    #[test]
    fn streams_and_transport_failures_are_told() {
        let cut = Fixture::of(&note("stream-cut")).expect("a fixture");
        let stream = cut.response.expect("an answer").stream.expect("a stream");
        assert_eq!(stream.verdict, "truncated");
        let reset = Fixture::of(&note("connection-reset")).expect("a fixture");
        assert_eq!((reset.response, reset.transport.as_deref()), (None, Some("reset")));
    }

    #[test]
    fn what_is_no_fixture_is_refused_without_its_words() {
        let good = Fixture::of(&note("unknown-model")).expect("a fixture");
        for bad in [
            "{}".to_owned(),
            "secret".to_owned(),
            good.text().replace("casefile.fixture/1", "casefile.fixture/9"),
            good.text().replace("\"/v1/chat/completions\"", "\"v1\""),
            good.text().replacen("\"schema\"", "\"hunter2\": 1, \"schema\"", 1),
        ] {
            let error = Fixture::read(&bad).expect_err("refused").to_string();
            assert!(!error.contains("hunter2") && !error.contains("secret"), "{error}");
        }
        assert_eq!(Fixture::of(&serde_json::json!({"case_id": "x"})), Err(FixtureError::NoNote));
    }
}
