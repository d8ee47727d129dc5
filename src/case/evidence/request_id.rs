//! Request ids: every id by which support can find the call, with the place where it stood.
//!
//! A wrong id is worse than none: ids are taken by the names of their headers and by fixed words before them, never by
//! a wildcard. Ids of objects (`chatcmpl-…`, `resp_…`, `msg_…`) and of tasks name other things and are left out.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use chrono::{DateTime, Duration, FixedOffset, NaiveDate, Utc};
use serde_json::Value;

use super::Response;

mod printed;

pub use printed::printed_ids;

/// The longest id that is taken; a new-api build ignores upstream ids above it.
const LONGEST: usize = 128;
/// A clock inside an id is believed when it is this near to what else is known of the time.
const NEAR: Duration = Duration::minutes(10);

/// Where an id was found. The note shows it in words, because the name says whose log to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdSource {
    /// A response header, lower case.
    Header(String),
    /// In the text of `error.message`; the number is the position among several, from 1.
    Message(u32),
    /// A body field, as a JSON pointer.
    Body(String),
    /// In a stream event.
    Stream,
    /// In what a client printed around the error.
    Text,
}

/// One id. Raw until sanitized, but its grammar is checked: letters, digits, `-`, `_`, `.`, `:` and at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    /// The id.
    pub id: String,
    /// Where it stood.
    pub source: IdSource,
    /// The one to name first.
    pub primary: bool,
    /// The gateway's clock inside the id, where its layout is known. A hint.
    pub decoded_time: Option<DateTime<FixedOffset>>,
}

/// Words before an id in a text. What stands before them must be no part of a longer name (`client_request_id`).
static IN_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:^|[^a-z0-9_\-])(?:(?:request|trace|请求|追踪|跟踪)[ _\-]?(?:id|编号|号)|请求标识|tid)",
        r#"["'”]?\s{0,4}(?:([:：=]|is\s)\s{0,4})?["'“`(\[]?(root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[0-9a-f-]{36})?|[a-z0-9][a-z0-9_.:\-]{5,})"#,
        // Ollama's cloud ends its words with a reference for its support; the form alone says what it is.
        r"|\((ref: )([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)",
        // A sentence that asks for it names it without a mark, however short it is.
        r"|(include (?:the|this) request id )([0-9a-f]{8}[0-9a-f-]{0,32})\b"
    ))
    .expect("a constant pattern compiles")
});

/// The ids that stand in a text as `(request id: X)` and its variants, in order.
pub fn ids_in_text(text: &str) -> Vec<String> {
    if !may_name_an_id(text.as_bytes()) {
        return Vec::new();
    }
    IN_TEXT
        .captures_iter(text)
        .filter_map(|found| {
            let id = [2, 4, 6].into_iter().find_map(|group| found.get(group))?;
            if is_cut(text, id) {
                return None;
            }
            let separated = [1, 3, 5].into_iter().any(|group| found.get(group).is_some());
            let id = id.as_str().trim_end_matches(['.', ':', '-', '_']);
            (valid(id) && looks_like_id(id, separated)).then(|| id.to_owned())
        })
        .collect()
}

/// False where none of the words of [`IN_TEXT`] stands in `text`, which is told without compiling it.
fn may_name_an_id(text: &[u8]) -> bool {
    let ends = |text: &[u8], word: &[u8]| {
        let tail = text.len().checked_sub(word.len()).and_then(|from| text.get(from..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
    };
    let refers = |at: usize| text.get(at..at + 6).is_some_and(|head| head.eq_ignore_ascii_case(b"(ref: "));
    !text.is_ascii()
        || memchr::memchr_iter(b'(', text).any(refers)
        || memchr::memchr2_iter(b'd', b'D', text).any(|at| {
            let Some((before, b'i' | b'I')) =
                text.get(..at).and_then(<[u8]>::split_last).map(|(last, b)| (b, last))
            else {
                return false;
            };
            let name = before.strip_suffix(b" ").or_else(|| before.strip_suffix(b"_"));
            let name = name.or_else(|| before.strip_suffix(b"-")).unwrap_or(before);
            ends(before, b"t") || ends(name, b"request") || ends(name, b"trace")
        })
}

/// A masked id (`2026***`) and one whose end is left out (`2026…`) are none.
fn is_cut(text: &str, id: crate::case::pattern::Match<'_>) -> bool {
    id.as_str().ends_with("...") || text.get(id.end()..).is_some_and(|rest| rest.starts_with(['*', '…']))
}

/// The grammar of an id.
fn valid(id: &str) -> bool {
    is_word_of_an_id(id) && !is_object_id(id)
}

fn is_word_of_an_id(id: &str) -> bool {
    let sign = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    !id.is_empty() && id.len() <= LONGEST && (id.bytes().all(sign) || is_of_the_hub(id))
}

/// Hugging Face's ids are its balancer's: `Root=1-69532a28-1d4a2fdd7dc0231f54398203;d9cd9acf-b07a-43e9-86eb-776d01fd3c46`.
/// <https://huggingface.co/docs/huggingface_hub/package_reference/utilities>, read 2026-11-23.
fn is_of_the_hub(id: &str) -> bool {
    let Some(rest) = id.strip_prefix("Root=1-") else { return false };
    let (trace, call) = rest.split_once(';').map_or((rest, None), |(trace, call)| (trace, Some(call)));
    let hex = |text: &str, signs: &str| {
        text.bytes().all(|b| b.is_ascii_hexdigit() || signs.as_bytes().contains(&b))
    };
    let traced = trace.split_once('-').is_some_and(|(time, random)| {
        time.len() == 8 && random.len() == 24 && hex(time, "") && hex(random, "")
    });
    traced && call.is_none_or(|call| call.len() == 36 && hex(call, "-"))
}

/// iFlytek Spark joins two words of its own: `cht000b5e72@dx18b988c77afb81b000`.
fn is_of_spark(id: &str) -> bool {
    id.split_once("@dx").is_some_and(|(call, place)| {
        let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        call.len() == 11
            && call.get(..3).is_some_and(|kind| kind.bytes().all(|b| b.is_ascii_lowercase()))
            && call.get(3..).is_some_and(hex)
            && (12..=24).contains(&place.len())
            && hex(place)
    })
}

/// Ids of objects and tasks, which look like request ids and are none.
fn is_object_id(id: &str) -> bool {
    const OBJECTS: [&str; 14] = [
        "chatcmpl-",
        "cmpl-",
        "resp_",
        "msg_",
        "gen-",
        "task_",
        "task-",
        "run_",
        "thread_",
        "asst_",
        "file-",
        "batch_",
        "call_",
        "toolu_",
    ];
    OBJECTS.iter().any(|prefix| id.starts_with(prefix))
}

/// What a person or a program wrote where an id was: a word, `xxxxxxxx`.
fn is_stand_in(id: &str) -> bool {
    let mut kinds = id.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
    let first = kinds.next();
    kinds.all(|b| Some(b) == first)
        || id.to_ascii_lowercase().contains("xxxx")
        || ["redacted", "removed", "hidden", "masked", "omitted", "undefined", "unknown"]
            .iter()
            .any(|word| id.eq_ignore_ascii_case(word))
}

/// A word of prose ("request id missing") or a stand-in is no id.
fn looks_like_id(id: &str, separated: bool) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_digit).count();
    if is_stand_in(id) {
        return false;
    }
    if id.starts_with("req_") || id.starts_with("req-") {
        return id.len() >= 8;
    }
    // The Hub's short ids: `ce_pSj`.
    let mixed = id.contains('_')
        && id.bytes().any(|b| b.is_ascii_uppercase())
        && id.bytes().any(|b| b.is_ascii_lowercase());
    if separated { digits > 0 || mixed || id.len() >= 20 } else { digits >= 4 && id.len() >= 12 }
}

/// The time inside an id of the new-api family, read as a clock `offset_hours` east of UTC.
///
/// Layout: 14 digits `YYYYMMDDhhmmss`, nanoseconds without padding (1 to 9 digits), in newer builds an 8-digit
/// hexadecimal build tag, 8 letters or digits at random.
pub fn decode_time(id: &str, offset_hours: i32) -> Option<DateTime<FixedOffset>> {
    if !(23..=39).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let clock = id.get(..14)?;
    let middle = id.get(14..id.len().checked_sub(8)?)?;
    let nanos = if middle.len() <= 9 {
        middle
    } else {
        let (digits, tag) = middle.split_at_checked(middle.len() - 8)?;
        if !tag.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        digits
    };
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = clock.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    if nanos.is_empty() || nanos.len() > 9 || !nanos.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year = i32::try_from(number(0, 4)?).ok()?;
    if !(2020..2100).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)?
        .and_hms_nano_opt(number(8, 10)?, number(10, 12)?, number(12, 14)?, nanos.parse().ok()?)?
        .and_local_timezone(FixedOffset::east_opt(offset_hours.checked_mul(3600)?)?)
        .single()
}

/// What is known of the gateway for reading its ids.
pub(super) struct Names<'a> {
    /// The gateway's own headers, best first.
    pub(super) own: &'a [String],
    /// Further names that are known.
    pub(super) known: &'a [String],
    /// The clock in its ids, hours east of UTC.
    pub(super) offset_hours: Option<i32>,
    /// When the call was, by the `Date` header or the attempt's start.
    pub(super) near: Option<DateTime<Utc>>,
    /// JSON pointer to the id in the gateway's errors; empty: none is known.
    pub(super) own_place: &'a str,
}

/// All ids of an answer, each once with its best source: own header, message, body or stream, other header.
pub(super) fn collect(
    response: &Response,
    message: Option<&str>,
    json: Option<&Value>,
    names: &Names<'_>,
) -> Vec<RequestId> {
    let own = names.own.iter().filter_map(|name| header(response, name));
    let other =
        names.known.iter().filter(|n| !names.own.contains(n)).filter_map(|name| header(response, name));
    let in_message: Vec<(String, IdSource)> = message
        .map(ids_in_text)
        .unwrap_or_default()
        .into_iter()
        .zip(1_u32..)
        .map(|(id, position)| (id, IdSource::Message(position)))
        .collect();
    let in_message = few(in_message);
    let in_body = in_body(response, json, names.own_place);
    let (before, behind) = response
        .printed_ids
        .split_at_checked(response.printed_before)
        .unwrap_or((&[], &response.printed_ids));
    let printed = |ids: &[String]| {
        let valid = ids.iter().filter(|id| valid(id));
        valid.map(|id| (id.clone(), IdSource::Text)).collect::<Vec<_>>()
    };

    let own: Vec<_> = own.collect();
    let other: Vec<_> = other.collect();
    let primary =
        own.first().or(in_message.last()).or(in_body.first()).or(other.first()).map(|(id, _)| id.clone());
    let primary = primary.or_else(|| response.printed_ids.first().cloned());
    let mut ids: Vec<RequestId> = Vec::new();
    // What a client printed stands in the order of its text.
    let mut headers: Vec<_> = own.into_iter().chain(other).collect();
    headers.sort_by_key(|(id, _)| before.iter().position(|printed| printed == id));
    let headers = headers.into_iter().chain(printed(before));
    for (id, source) in headers.chain(in_message).chain(in_body).chain(printed(behind)) {
        if ids.iter().all(|known| known.id != id) {
            let decoded_time = plausible_time(&id, names);
            let primary = primary.as_ref() == Some(&id);
            ids.push(RequestId { id, source, primary, decoded_time });
        }
    }
    ids
}

/// A chain of gateways is short. Of a message that was made to hold thousands the first and the last are kept: the last
/// is that of the gateway that was called.
fn few(mut ids: Vec<(String, IdSource)>) -> Vec<(String, IdSource)> {
    const MOST: usize = 64;
    if ids.len() > MOST {
        ids.drain(MOST / 2..ids.len() - MOST / 2);
    }
    ids
}

fn header(response: &Response, name: &str) -> Option<(String, IdSource)> {
    // LiteLLM hands its provider's headers on under a name of its own.
    let handed = || response.header(&format!("llm_provider-{name}"));
    let value = response.header(name).or_else(handed)?.trim();
    (valid(value) && !is_stand_in(value)).then(|| (value.to_owned(), IdSource::Header(name.to_owned())))
}

/// Body fields. Only an error's `request_id` is one of a call: in a success it may name a job (Bria, xAI).
fn in_body(response: &Response, json: Option<&Value>, own: &str) -> Vec<(String, IdSource)> {
    const PLACES: [&str; 16] = [
        "/request_id",
        "/requestId",
        "/RequestId",
        "/requestid",
        "/error/request_id",
        "/error/requestId",
        "/error/requestid",
        "/ResponseMetadata/RequestId",
        "/Response/RequestId",
        "/aws_request_id",
        "/error/aws_request_id",
        // ByteDance's services name the call so; a trace's id is the client's own.
        "/error/log_id",
        "/detail/logid",
        // iFlytek Spark's name for a call, and watsonx'.
        "/header/sid",
        "/sid",
        "/trace",
    ];
    let Some(json) = json else { return Vec::new() };
    let in_stream = response.stream.as_ref().is_some_and(|s| s.error_event.is_some());
    let anthropic = json.get("type").and_then(Value::as_str) == Some("error");
    if response.is_success() && !in_stream && !anthropic {
        return Vec::new();
    }
    // Qianfan gives its errors an id of the call, and says so by its begin alone.
    let qianfan = json
        .get("id")
        .and_then(Value::as_str)
        .filter(|id| id.starts_with("as-") && json.get("error").is_some());
    let named = qianfan.map(|id| (id.to_owned(), IdSource::Body("/id".to_owned())));
    // The pointer to the whole document is never an id.
    let listed = std::iter::once(own).filter(|own| own.starts_with('/')).chain(PLACES).filter_map(|place| {
        let id = json.pointer(place)?.as_str()?.trim();
        let is_named = match place {
            "/header/sid" | "/sid" => is_of_spark(id),
            "/trace" => json.get("errors").is_some_and(Value::is_array) && id.len() == 32,
            _ => is_word_of_an_id(id),
        };
        let source = if in_stream { IdSource::Stream } else { IdSource::Body(place.to_owned()) };
        // Some gateways give the call the id of its object; the field says what it is.
        (is_named && !is_stand_in(id)).then(|| (id.to_owned(), source))
    });
    let of_google = of_google(json).map(|(id, place)| {
        let source = if in_stream { IdSource::Stream } else { IdSource::Body(place) };
        (id.to_owned(), source)
    });
    listed.chain(named).chain(of_google).chain(of_groq(response).filter(|_| in_stream)).collect()
}

/// Google's and Databricks' errors name the call in one of their details, `google.rpc.RequestInfo`.
/// <https://cloud.google.com/apis/design/errors#error_payloads>, read 2026-11-23.
fn of_google(json: &Value) -> Option<(&str, String)> {
    ["/details", "/error/details"].into_iter().find_map(|place| {
        let details = json.pointer(place)?.as_array()?.iter().take(64).enumerate();
        let mut of_calls = details.filter(|(_, detail)| {
            detail.get("@type").and_then(Value::as_str).is_some_and(|t| t.ends_with("google.rpc.RequestInfo"))
        });
        of_calls.find_map(|(index, detail)| {
            let (name, id) = ["requestId", "request_id"]
                .into_iter()
                .find_map(|name| Some((name, detail.get(name)?.as_str()?.trim())))?;
            (valid(id) && !is_stand_in(id)).then(|| (id, format!("{place}/{index}/{name}")))
        })
    })
}

/// Groq names the call in the first chunk of its stream: `"x_groq":{"id":"req_…"`.
/// <https://console.groq.com/docs/api-reference>, read 2026-11-23.
fn of_groq(response: &Response) -> Option<(String, IdSource)> {
    const MARK: &[u8] = b"\"x_groq\"";
    let body = response.readable();
    let behind = body.get(memchr::memmem::find(&body, MARK)? + MARK.len()..)?;
    let near = String::from_utf8_lossy(behind.get(..behind.len().min(LONGEST * 2))?);
    let (_, id) = near.split_once("\"id\"")?;
    let id = id.trim_start_matches([':', ' ']).strip_prefix('"')?.split('"').next()?;
    (id.starts_with("req_") && valid(id)).then(|| (id.to_owned(), IdSource::Stream))
}

/// The time inside an id: by the gateway's own clock or by UTC, whichever is nearer to what else is known. Without
/// anything to compare with, only a gateway whose clock is known is believed.
fn plausible_time(id: &str, names: &Names<'_>) -> Option<DateTime<FixedOffset>> {
    let Some(near) = names.near else { return decode_time(id, names.offset_hours?) };
    [names.offset_hours.unwrap_or(8), 0]
        .into_iter()
        .filter_map(|hours| decode_time(id, hours))
        .map(|time| (time.signed_duration_since(near).abs(), time))
        .filter(|(distance, _)| *distance <= NEAR)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, time)| time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn details_of_google_name_the_call() {
        let detail = |name: &str| serde_json::json!({"@type": "type.googleapis.com/google.rpc.RequestInfo", name: "428ce5e0-e679"});
        for (json, want) in [
            (
                serde_json::json!({"error_code": "INTERNAL_ERROR", "details": [{"@type": "x"}, detail("request_id")]}),
                Some("/details/1/request_id"),
            ),
            (
                serde_json::json!({"error": {"details": [detail("requestId")]}}),
                Some("/error/details/0/requestId"),
            ),
            (
                serde_json::json!({"details": [{"@type": "google.rpc.ErrorInfo", "requestId": "428ce5e0-e679"}]}),
                None,
            ),
            (serde_json::json!({"details": "google.rpc.RequestInfo"}), None),
        ] {
            assert_eq!(of_google(&json).map(|(_, place)| place).as_deref(), want, "{json}");
        }
    }

    #[test]
    fn ids_stand_in_texts() {
        let table: &[(&str, &[&str])] = &[
            (
                "model name is required (request id: 20260205132859798638387SIHCnxzJ)",
                &["20260205132859798638387SIHCnxzJ"],
            ),
            ("坏了（traceid: 2026020513313084131287jXTpB855）", &["2026020513313084131287jXTpB855"]),
            (
                "That model is overloaded. (Please include the request ID 169bee8d  in your message.)",
                &["169bee8d"],
            ),
            ("Please include the request ID in your message.", &[]),
            (
                "Please include the request ID cbb1d0c2-52a7-4f0e-9a31-7be1c02f6d18 in your message.",
                &["cbb1d0c2-52a7-4f0e-9a31-7be1c02f6d18"],
            ),
            (
                "404 (Request ID: Root=1-69532a28-1d4a2fdd7dc0231f54398203;d9cd9acf-b07a-43e9-86eb-776d01fd3c46)",
                &["Root=1-69532a28-1d4a2fdd7dc0231f54398203;d9cd9acf-b07a-43e9-86eb-776d01fd3c46"],
            ),
            (
                "(Request ID: Root=1-69532a28-1d4a2fdd7dc0231f54398203)",
                &["Root=1-69532a28-1d4a2fdd7dc0231f54398203"],
            ),
            ("(Request ID: Root=1)", &[]),
            ("bad (request_id: abc123def)", &["abc123def"]),
            ("Request id: 2025022717544254070662477464582", &["2025022717544254070662477464582"]),
            (
                "a (request id: A1A1A1) (request id: B2B2B2) (request id: C3C3C3)",
                &["A1A1A1", "B2B2B2", "C3C3C3"],
            ),
            (
                "Please include the request ID req_011CSHoEeqs5C35K2UUqR7Fy in your message.",
                &["req_011CSHoEeqs5C35K2UUqR7Fy"],
            ),
            ("include the request ID 53e1f2a09c8b4d5e in your message", &["53e1f2a09c8b4d5e"]),
            (
                "(Service: Bedrock, Status Code: 400, Request ID: 6d1c5c4e-0f7c-4a0b-9d5e-2f1a3b4c5d6e)",
                &["6d1c5c4e-0f7c-4a0b-9d5e-2f1a3b4c5d6e"],
            ),
            ("{'request_id': 'req_abc12345'}", &["req_abc12345"]),
            ("请求ID：20260205132859798638387SIHCnxzJ。", &["20260205132859798638387SIHCnxzJ"]),
            ("request id: None", &[]),
            ("request id present", &[]),
            ("Request ID absent in the answer 2026", &[]),
            ("request id: unavailable", &[]),
            ("request id: <REQUEST_ID>", &[]),
            ("request id: ...", &[]),
            ("request id: xxxxxxxxxxxxxxxx", &[]),
            ("request id: 20260205***", &[]),
            ("client_request_id: abc12345", &[]),
            ("my-request-id: abc12345", &[]),
            ("prerequest id: abc12345", &[]),
            ("request identity: abc12345", &[]),
            ("request id: chatcmpl-20260205132859798638387SIHCnxzJ", &[]),
            ("request ids are 12345678901234", &[]),
            ("busy (ref: 3f380fc3-f1b8-4b9e-aa2c-5c4486b28c08)", &["3f380fc3-f1b8-4b9e-aa2c-5c4486b28c08"]),
            ("busy (ref: main)", &[]),
            ("for url: https://h.test (Request ID: ce_pSj)", &["ce_pSj"]),
        ];
        for (text, ids) in table {
            assert_eq!(ids_in_text(text), *ids, "{text}");
        }
        assert!(ids_in_text(&format!("request id: {}", "a1".repeat(65))).is_empty(), "longer than 128 bytes");
        assert_eq!(ids_in_text(&format!("request id: {}", "a1".repeat(64))).len(), 1);
    }

    #[test]
    fn ids_of_vendors_stand_in_bodies() {
        let none: [String; 0] = [];
        let response = Response { status: Some(400), ..Response::default() };
        for (body, id) in [
            (
                r#"{"header":{"code":11200,"message":"m","sid":"cht000b5e72@dx18b988c77afb81b000"}}"#,
                Some("cht000b5e72@dx18b988c77afb81b000"),
            ),
            (
                r#"{"code":10013,"message":"m","sid":"iat000b5e72@dx18b988c77afb81b000"}"#,
                Some("iat000b5e72@dx18b988c77afb81b000"),
            ),
            (
                r#"{"errors":[{"code":"c","message":"m"}],"trace":"5d5da95cd9bca97ffd3a286ac69a0000"}"#,
                Some("5d5da95cd9bca97ffd3a286ac69a0000"),
            ),
            (r#"{"code":1,"message":"m","sid":"someone@example.org"}"#, None),
            (r#"{"code":1,"message":"m","sid":"session-12345678"}"#, None),
            (r#"{"error":"m","trace":"5d5da95cd9bca97ffd3a286ac69a0000"}"#, None),
            (r#"{"errors":[{"message":"m"}],"trace":"at x (y:1:2)"}"#, None),
        ] {
            let json: Value = serde_json::from_str(body).expect("JSON");
            let found = collect(&response, None, Some(&json), &names(&none, &none, None));
            assert_eq!(found.first().map(|found| found.id.as_str()), id, "{body}");
        }
    }

    #[test]
    fn ids_stand_below_headings() {
        let table: &[(&str, &[&str])] = &[
            (
                "### Trace-ID in the head\n\n04e220dc3ba1dd631f8555a0760a2b04\n\n### Else",
                &["04e220dc3ba1dd631f8555a0760a2b04"],
            ),
            ("**Request ID**\n`req_011CTUp7DsdCXB3467WmAy4w`", &["req_011CTUp7DsdCXB3467WmAy4w"]),
            ("`Internal server error [trace_id: d285oluuo10pii8qg4dg]`", &["d285oluuo10pii8qg4dg"]),
            ("| request-id | `req_011CbFvtMSTLZ7dWV3KFiQ2c` |", &["req_011CbFvtMSTLZ7dWV3KFiQ2c"]),
            ("| Request ID | n/a |", &[]),
            // The name in other languages.
            (
                "Tente de novo. ID da solicitação: 0cdb9af5-7bc6-412c-a141-d53dcde29a1b",
                &["0cdb9af5-7bc6-412c-a141-d53dcde29a1b"],
            ),
            ("リクエスト ID: 7f0cdb9af57bc641", &["7f0cdb9af57bc641"]),
            ("ID de la solicitud: 7f0cdb9af57bc642", &["7f0cdb9af57bc642"]),
            ("Anfrage-ID: 7f0cdb9af57bc643", &["7f0cdb9af57bc643"]),
            ("### Request ID\n\n_No response_", &[]),
            ("### Request ID\n\nI have none of them", &[]),
            ("INFO trace_id=d285oluuo10pii8qg4dg began", &[]),
        ];
        for (text, ids) in table {
            assert_eq!(printed_ids(text), *ids, "{text}");
        }
    }

    #[test]
    fn clocks_inside_ids() {
        // The measured ids of domain.md 3.3, each with the UTC second that its layout states.
        let table = [
            ("20260205132859798638387SIHCnxzJ", 8, "2026-02-05T05:28:59.798638387Z"),
            ("2026020513313084131287jXTpB855", 8, "2026-02-05T05:31:30.084131287Z"),
            ("202604051248045912188748268d9d6xiYbVTp0", 0, "2026-04-05T12:48:04.591218874Z"),
            ("2025022717544254070662477464582", 8, "2025-02-27T09:54:42.540706624Z"),
            ("2026082001254269571978117037044", 8, "2026-08-19T17:25:42.695719781Z"),
        ];
        for (id, offset, utc) in table {
            let want: DateTime<Utc> = utc.parse().expect("a time");
            assert_eq!(decode_time(id, offset).map(|t| t.to_utc()), Some(want), "{id}");
        }
        for id in [
            "20261305132859798638387SIHCnxzJ",
            "20260230132859798638387SIHCnxzJ",
            "20260205252859798638387SIHCnxzJ",
            "19990205132859798638387SIHCnxzJ",
            "20260205132859SIHCnxzJ",
            "2026020513285979863838ZSIHCnxzJ7",
            "6d1c5c4e-0f7c-4a0b-9d5e-2f1a3b4c5d6e",
            "req_011CSHoEeqs5C35K2UUqR7Fy",
            "",
        ] {
            assert_eq!(decode_time(id, 8), None, "{id}");
        }
        assert_eq!(decode_time("20260205132859798638387SIHCnxzJ", 99), None);
    }

    fn names<'a>(own: &'a [String], known: &'a [String], near: Option<&str>) -> Names<'a> {
        Names {
            own,
            known,
            offset_hours: Some(8),
            near: near.map(|t| t.parse().expect("a time")),
            own_place: "",
        }
    }

    #[test]
    fn the_nearer_clock_is_believed() {
        let (id, none) = ("20260205132859798638387SIHCnxzJ", [] as [String; 0]);
        let hours = |near| {
            plausible_time(id, &names(&none, &none, near)).map(|t| t.offset().local_minus_utc() / 3600)
        };
        assert_eq!(hours(Some("2026-02-05T05:29:01Z")), Some(8));
        assert_eq!(hours(Some("2026-02-05T13:29:01Z")), Some(0));
        assert_eq!(hours(Some("2026-02-05T09:29:01Z")), None, "four hours off by either clock");
        assert_eq!(hours(None), Some(8));
    }

    #[test]
    fn sources_and_their_order() {
        let own = ["x-cometapi-request-id".to_owned()];
        let known = ["x-cometapi-request-id".to_owned(), "x-request-id".to_owned()];
        let names = names(&own, &known, None);
        let heads = |pairs: &[(&str, &str)]| Response {
            status: Some(400),
            headers: pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            ..Response::default()
        };
        let list = |response: &Response, message, json: Option<&Value>| {
            collect(response, message, json, &names)
                .into_iter()
                .map(|i| format!("{}{} {:?}", if i.primary { "*" } else { "" }, i.id, i.source))
                .collect::<Vec<_>>()
        };
        let text = Some("bad (request id: first1) (request id: second2)");
        assert_eq!(
            list(
                &heads(&[("x-request-id", "up-1"), ("x-cometapi-request-id", "gw-1"), ("cf-ray", "8a-FRA")]),
                text,
                None
            ),
            [
                "*gw-1 Header(\"x-cometapi-request-id\")",
                "up-1 Header(\"x-request-id\")",
                "first1 Message(1)",
                "second2 Message(2)"
            ]
        );
        assert_eq!(
            list(&heads(&[("x-request-id", "second2"), ("x-cometapi-request-id", "  ")]), text, None),
            ["*second2 Header(\"x-request-id\")", "first1 Message(1)"],
            "the last id of the message, listed once"
        );
        assert_eq!(list(&heads(&[("x-request-id", "up-1")]), None, None), ["*up-1 Header(\"x-request-id\")"]);
        assert!(list(&heads(&[("x-request-id", "a b"), ("cf-ray", "8a-FRA")]), None, None).is_empty());
        let json = serde_json::json!({"type": "error", "request_id": "req_011CSH"});
        assert_eq!(list(&heads(&[]), None, Some(&json)), ["*req_011CSH Body(\"/request_id\")"]);
        let job = Response { status: Some(200), ..Response::default() };
        assert!(list(&job, None, Some(&serde_json::json!({"request_id": "job-77"}))).is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", id in "[0-9a-zA-Z]{0,45}") {
            let _ = ids_in_text(&text);
            let _ = ids_in_text(&format!("(request id: {text})"));
            let _ = decode_time(&text, 8);
            let _ = decode_time(&id, 8);
        }
    }
}
