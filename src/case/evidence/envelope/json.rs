//! The known shapes of an error in JSON, outermost first.

use serde_json::{Map, Value};

use super::problem::problem;
use super::{Envelope, inner, page, vendors};
use crate::case::vocabulary::EnvelopeKind;

/// Where a message can stand in a flat object, best first; the order is that of one-api's own extractor
/// (songquanpeng/one-api, relay/controller/error.go), with Midjourney's `description` after it.
const FLAT_MESSAGES: [&str; 17] = [
    "/message",
    "/msg",
    "/err",
    "/error_msg",
    // Deepgram.
    "/err_msg",
    "/errmsg",
    "/error_message",
    "/error_description",
    "/header/message",
    "/description",
    "/reason",
    // AWS API Gateway; MiniMax.
    "/Message",
    "/ErrorMessage",
    "/errorMessage",
    "/grpc_message",
    "/base_resp/status_msg",
    "/status_message",
];

/// True when the JSON of a 2xx (or of a stream event) states an error all the same.
pub(in crate::case::evidence) fn states_error(json: &Value) -> bool {
    envelope(json, true).states_error()
}

/// True where the JSON is an asynchronous task that failed.
pub(in crate::case::evidence) fn failed_task(json: &Value) -> bool {
    json.as_object().and_then(task).is_some()
}

/// The envelope of `json`. After a `success` status only an outspoken error counts as one.
pub(super) fn envelope(json: &Value, success: bool) -> Envelope {
    match json {
        Value::Object(object) => of_object(object, success),
        // Gemini wraps its error into an array of one.
        Value::Array(items) => match items.as_slice() {
            [Value::Object(object)]
                if object.get("error").is_some_and(|e| e.is_object() || e.is_string()) =>
            {
                of_object(object, success)
            }
            _ => Envelope::bare(EnvelopeKind::NoError),
        },
        Value::String(text) if !success && !text.is_empty() => {
            Envelope { message: Some(text.clone()), ..Envelope::bare(EnvelopeKind::Text) }
        }
        _ => Envelope::bare(EnvelopeKind::NoError),
    }
}

fn of_object(object: &Map<String, Value>, success: bool) -> Envelope {
    // Its list of faults may be called `errors`.
    if !object.get("error").is_some_and(|error| error.is_object() || error.is_array())
        && let Some(problem) = problem(object)
    {
        return problem;
    }
    if let Some(error) = error_object(object) {
        return of_error(object, error);
    }
    if let Some(mistral) = mistral(object) {
        return mistral;
    }
    if let Some(html) = object.get("html-message").and_then(Value::as_str) {
        // Portkey wraps the page that its upstream sent, and the words of its own edge.
        if !html.contains('<') {
            return Envelope { message: Some(html.to_owned()), ..Envelope::bare(EnvelopeKind::Flat) };
        }
        return Envelope { title: page::title(html), ..Envelope::bare(EnvelopeKind::Html) };
    }
    if let Some(error) = object.get("error").and_then(Value::as_str).filter(|e| !e.is_empty()) {
        return error_string(object, error);
    }
    if !success && let Some(found) = object.get("detail").and_then(detail) {
        // Django's token checks name theirs beside it.
        let code = object.get("code").and_then(Value::as_str).filter(|_| found.code.is_none());
        return Envelope { code: code.map(str::to_owned).or(found.code.clone()), ..found };
    }
    if let Some(aws) = aws(object) {
        return aws;
    }
    if let Some(named) = vendors::envelope(object) {
        return named;
    }
    flat(object, success).or_else(|| task(object)).unwrap_or(Envelope::bare(EnvelopeKind::NoError))
}

/// Mistral's `{"object":"error"}` with validation faults as its message (`{"detail":[…]}` or the list itself): type, code
/// and param are the outer ones.
fn mistral(object: &Map<String, Value>) -> Option<Envelope> {
    let named = object.get("object").and_then(Value::as_str)?.eq_ignore_ascii_case("error");
    let inside = object.get("message").filter(|m| m.is_object() || m.is_array())?;
    let fault = detail(inside.get("detail").unwrap_or(inside)).filter(|_| named)?;
    Some(Envelope {
        message: fault.message,
        code: scalar(object.get("code")),
        error_type: scalar(object.get("type")),
        param: scalar(object.get("param")),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// The AWS SDK for JavaScript's error: its name is the code.
fn aws(object: &Map<String, Value>) -> Option<Envelope> {
    object.get("$metadata").filter(|m| m.is_object())?;
    Some(Envelope {
        message: first_text(object, &["/message", "/Message"]),
        code: Some(object.get("name").and_then(Value::as_str)?.to_owned()),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// The object that describes the error, wherever the known shapes put it.
fn error_object(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let places = [
        object.get("error"),
        // Cloudflare's AI gateway.
        object.get("error").and_then(|e| e.get(0)),
        object.get("response").and_then(|r| r.get("error")),
        // OpenRouter, after the model has started.
        object.get("choices").and_then(|c| c.get(0)).and_then(|c| c.get("error")),
        object.get("errors").and_then(|e| e.get(0)),
        // Tencent Cloud.
        object.get("Response").and_then(|r| r.get("Error")),
        vendors::error_object(object),
        object
            .get("detail")
            .filter(|d| ["message", "error", "msg"].iter().any(|name| d.get(*name).is_some())),
        // Azure SQL's `sp_invoke_external_rest_endpoint` and others that report an answer.
        object.get("result").and_then(|r| r.get("error")),
        // Open WebUI's event.
        object.get("data").and_then(|d| d.get("error")),
        // opencode and kilo print the AI SDK's error so.
        object.get("data").filter(|d| d.get("message").is_some() && d.get("isRetryable").is_some()),
    ];
    let error = places.into_iter().flatten().find_map(Value::as_object).filter(|e| !e.is_empty())?;
    // {"detail":{"error":{…}}}
    Some(error.get("error").and_then(Value::as_object).unwrap_or(error))
}

fn of_error(outer: &Map<String, Value>, error: &Map<String, Value>) -> Envelope {
    let outer_message = outer.get("message").and_then(Value::as_str);
    let mut envelope = Envelope {
        message: first_text(
            error,
            &["/message", "/msg", "/detail", "/description", "/error", "/reason", "/Message"],
        )
        .or_else(|| error.get("message").and_then(Value::as_str).map(str::to_owned)),
        code: scalar(error.get("code"))
            .or_else(|| scalar(error.get("Code")))
            .or_else(|| vendors::code(error)),
        error_type: scalar(error.get("type")),
        param: scalar(error.get("param")).or_else(|| pointer(error)),
        ..Envelope::bare(error_kind(outer, error))
    };
    if envelope.message.is_none()
        && let Some((message, place)) = vendors::issue(error)
    {
        envelope.message = Some(message);
        envelope.param = envelope.param.or(place);
    }
    // An object that was cut inside its error may have said it whole outside.
    if let (Some(whole), Some(cut)) = (outer_message, envelope.message.as_deref())
        && whole.len() > cut.len()
        && whole.starts_with(cut)
    {
        envelope.message = Some(whole.to_owned());
    }
    // Google's name of the error; `"status": "failure"` of others names none.
    if let Some(status) = error.get("status").and_then(Value::as_str).filter(|status| is_name(status)) {
        // ElevenLabs wrote its code there before it had a member for it
        // (<https://help.elevenlabs.io/hc/en-us/articles/19572237925521>, read 2026-11-23).
        let is_code = status.contains('_') && status.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let place = if is_code { &mut envelope.code } else { &mut envelope.error_type };
        place.get_or_insert_with(|| status.to_owned());
    }
    envelope.inner_code = error
        .get("details")
        .and_then(Value::as_array)
        .and_then(|details| details.iter().find_map(|d| scalar(d.get("reason"))));
    if let Some(inner) = error.get("innererror").or_else(|| error.get("inner_error")) {
        envelope.inner_code = scalar(inner.get("code"));
        envelope.inner_message = inner.get("message").and_then(Value::as_str).map(str::to_owned);
    }
    if let Some(raw) = error.get("metadata").and_then(|m| m.get("raw")) {
        upstream_raw(&mut envelope, raw);
    }
    if envelope.inner_message.is_none() {
        envelope.inner_message = behind(error, DEEPEST);
    }
    // Elasticsearch names the cause.
    if envelope.inner_message.is_none() {
        let cause = error.get("caused_by").and_then(|cause| cause.get("reason")?.as_str());
        envelope.inner_message = cause.map(str::to_owned);
    }
    // A service's own sentence, and beside it what the provider behind it answered.
    if envelope.inner_message.is_none()
        && let Some(detail) = error.get("detail").and_then(Value::as_str)
        && envelope.message.as_deref() != Some(detail)
        && inner::embedded(detail).is_some()
    {
        upstream_raw(&mut envelope, &Value::String(detail.to_owned()));
    }
    envelope
}

/// JSON:API's pointer to what is wrong.
fn pointer(error: &Map<String, Value>) -> Option<String> {
    error.get("source")?.get("pointer")?.as_str().map(str::to_owned)
}

/// Levels below an error in which a gateway's report of its upstream is looked for.
const DEEPEST: usize = 4;

/// What a gateway reports of its upstream in members of its own error: the message of the error that stands deepest in the
/// last attempt.
fn behind(error: &Map<String, Value>, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    ["attempts", "details", "cause", "upstream", "upstream_error", "original_error", "response", "body"]
        .iter()
        .filter_map(|name| match error.get(*name)? {
            Value::Array(items) => Some((*name, items.last()?.as_object()?)),
            other => Some((*name, other.as_object()?)),
        })
        .find_map(|(name, report)| {
            // A router's word on an attempt, where the answer to it is no envelope.
            let attempt = || {
                let said = |places: &[&str]| {
                    places.iter().find_map(|place| Some(report.get(*place)?.as_str()?.to_owned()))
                };
                let inside = report
                    .get("details")
                    .and_then(|details| details.get("detail")?.as_str().map(str::to_owned));
                (name == "attempts").then(|| inside.or_else(|| said(&["detail", "message", "error"])))?
            };
            let named = report.get("error").and_then(Value::as_object);
            let raw = named.and_then(|inside| inside.get("metadata")?.get("raw")?.as_str());
            raw.and_then(|raw| inner::embedded(raw)?.message)
                .or_else(|| named.and_then(|inside| Some(inside.get("message")?.as_str()?.to_owned())))
                .filter(|message| !message.is_empty())
                .or_else(|| behind(report, depth))
                .or_else(|| attempt().filter(|message| !message.is_empty()))
        })
}

fn is_name(status: &str) -> bool {
    // JSON:API writes the HTTP status as a text.
    status.parse::<u16>().is_err()
        && !["failure", "failed", "fail", "error"].iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// A name of a failure: one word, and not the name of a status (RFC 9110), which frameworks (`NestJS`, Spring) put beside
/// the message.
fn names(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !REASONS.iter().any(|reason| text.eq_ignore_ascii_case(reason))
}

const REASONS: [&str; 4] = ["Unauthorized", "Forbidden", "Conflict", "Gone"];

fn error_kind(outer: &Map<String, Value>, error: &Map<String, Value>) -> EnvelopeKind {
    let has = |name| error.contains_key(name);
    let kind = error.get("type").and_then(Value::as_str).unwrap_or_default();
    if outer.get("type").and_then(Value::as_str) == Some("error") && !has("code") && !has("param") {
        return EnvelopeKind::Anthropic;
    }
    if error.get("status").is_some_and(Value::is_string) && !has("type") {
        return EnvelopeKind::Gemini;
    }
    // Gateway middleware of the new-api family prints a map: its keys are sorted and there is no `param`.
    let keys: Vec<&str> = error.keys().map(String::as_str).collect();
    let sorted = keys == ["code", "message", "type"] && error.get("code").is_some_and(Value::is_string);
    if !has("param") && (sorted || kind.ends_with("_api_error")) {
        return EnvelopeKind::GatewayError;
    }
    EnvelopeKind::OpenAi
}

/// The `metadata.raw` of `OpenRouter`: the answer of the provider, as text or JSON.
fn upstream_raw(envelope: &mut Envelope, raw: &Value) {
    let text = match raw {
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        Value::Object(_) => raw.to_string(),
        _ => return,
    };
    match inner::embedded(&text) {
        Some(found) => {
            envelope.inner_code = found.code.filter(|c| !c.is_empty()).or(found.error_type);
            envelope.inner_message = found.message;
        }
        None => envelope.inner_message = Some(text),
    }
}

/// `{"error":"text"}`; where a message stands beside it, `error` is the name of the failure.
fn error_string(object: &Map<String, Value>, error: &str) -> Envelope {
    match first_text(object, &FLAT_MESSAGES) {
        Some(message) => Envelope {
            message: Some(message),
            code: scalar(object.get("code")).or_else(|| Some(error.to_owned()).filter(|e| names(e))),
            error_type: scalar(object.get("type")),
            param: scalar(object.get("param")),
            ..Envelope::bare(EnvelopeKind::Flat)
        },
        None => Envelope {
            message: Some(error.to_owned()),
            code: scalar(object.get("code")),
            // ElevenLabs' realtime events name it so.
            error_type: scalar(object.get("type"))
                // What a program calls its own event (`claude -p --output-format json`).
                .filter(|kind| !matches!(kind.as_str(), "result" | "response" | "event"))
                .or_else(|| scalar(object.get("message_type")))
                // Text Generation Inference.
                .or_else(|| scalar(object.get("error_type"))),
            param: vendors::issue(object).and_then(|(_, place)| place),
            inner_message: vendors::issue(object).map(|(message, _)| message).or_else(|| {
                let details = object.get("details")?;
                let details = details.get("error").filter(|inside| inside.is_object()).unwrap_or(details);
                ["detail", "message"].iter().find_map(|name| Some(details.get(*name)?.as_str()?.to_owned()))
            }),
            ..Envelope::bare(EnvelopeKind::ErrorString)
        },
    }
}

/// `FastAPI` and its relatives: a text, or a list of faults with their places.
fn detail(detail: &Value) -> Option<Envelope> {
    let bare = Envelope::bare(EnvelopeKind::Detail);
    match detail {
        Value::String(text) if !text.is_empty() => Some(Envelope { message: Some(text.clone()), ..bare }),
        Value::Array(entries) => {
            let first = entries.first()?;
            let message =
                first.get("msg").or_else(|| first.get("message")).unwrap_or(first).as_str()?.to_owned();
            let path: Option<Vec<String>> = first
                .get("loc")
                .and_then(Value::as_array)
                .map(|parts| parts.iter().filter_map(|p| scalar(Some(p))).collect());
            // The byte at which a body was no JSON any more is no place in it.
            let path = path.filter(|_| {
                let kind = first.get("type").and_then(Value::as_str).unwrap_or("");
                !["value_error.jsondecode", "json_invalid"].contains(&kind)
            });
            Some(Envelope {
                message: Some(message),
                error_type: scalar(first.get("type")),
                param: path.map(|p| p.join(".")).filter(|p| !p.is_empty()),
                ..bare
            })
        }
        _ => None,
    }
}

/// A flat object with a message.
fn flat(object: &Map<String, Value>, success: bool) -> Option<Envelope> {
    let message = first_text(object, &FLAT_MESSAGES);
    let code = object.get("__type").and_then(Value::as_str).map_or_else(
        || {
            [
                "code",
                "statusCode",
                "status_code",
                "errcode",
                "error_code",
                "err_code",
                "ErrorCode",
                "errorCode",
                "ret",
            ]
            .iter()
            .find_map(|k| scalar(object.get(*k)).filter(|code| !is_http_status(k, code)))
            // iFlytek Spark.
            .or_else(|| scalar(object.get("header")?.get("code")))
            // MiniMax.
            .or_else(|| scalar(object.get("base_resp")?.get("status_code")))
        },
        |kind| Some(kind.rsplit('#').next().unwrap_or(kind).to_owned()),
    );
    let says_so = says_failure(object);
    let by_code = code.as_deref().is_some_and(|c| !is_success_code(c, object.contains_key("description")));
    let good_words = message.as_deref().is_some_and(|m| {
        ["success", "ok", "succeed", "成功"].iter().any(|w| m.trim().eq_ignore_ascii_case(w))
    });
    // An error's own members, its message empty: new-api hands on an upstream's silence so.
    let named = |name: &str| object.get(name).and_then(Value::as_str).is_some_and(|word| word.contains('_'));
    let silent = object.get("message").and_then(Value::as_str) == Some("") && named("type") && named("code");
    // A name of a fault, and nothing else.
    let named_alone = object.len() == 1
        && object
            .get("code")
            .and_then(Value::as_str)
            .is_some_and(|code| code.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.')))
        && by_code;
    let stated = if success {
        says_so || (by_code && !good_words && message.is_some())
    } else {
        message.is_some() || says_so || silent || named_alone
    };
    // A paste without a status holds good answers as well: {"code":200,"message":"ok"}.
    let good_answer = !says_so && (object.contains_key("choices") || (good_words && !by_code));
    let message = message.map(|message| vendors::without_clients_status(object, message));
    (stated && !good_answer).then(|| Envelope {
        message,
        code,
        // Dify's plugins name the type so.
        error_type: scalar(object.get("type"))
            .filter(|t| t != "error")
            .or_else(|| scalar(object.get("error_type")))
            // Together's client for Python names it as its own model does.
            .or_else(|| scalar(object.get("type_")))
            .or_else(|| name_of(object)),
        param: scalar(object.get("param")).or_else(|| vendors::field(object).map(|(name, _)| name)),
        // A relay's own sentence stands outside, what it had to relay inside.
        inner_message: object
            .get("details")
            .and_then(|d| d.get("message").or_else(|| d.pointer("/error/message"))?.as_str())
            .map(str::to_owned)
            .or_else(|| vendors::field(object).map(|(_, sentence)| sentence))
            .or_else(|| object.get("OriginalMessage").and_then(Value::as_str).map(str::to_owned))
            .or_else(|| handed_on(object)?.get("message")?.as_str().map(str::to_owned)),
        inner_code: object.get("details").and_then(|d| d.get("error")).and_then(|inside| {
            scalar(inside.get("code")).filter(|code| !code.is_empty()).or_else(|| scalar(inside.get("type")))
        }),
        ..Envelope::bare(EnvelopeKind::Flat)
    })
}

/// The provider's error that a relay shows beside its own words (`extError` of Tencent's `CodeBuddy` and the like).
fn handed_on(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    const NAMES: [&str; 7] = [
        "extError",
        "upstreamError",
        "upstream_error",
        "providerError",
        "provider_error",
        "originalError",
        // Databricks' serving of models of others.
        "external_model_message",
    ];
    NAMES.iter().find_map(|name| object.get(*name)?.as_object())
}

/// Stability's name of what went wrong.
fn name_of(object: &Map<String, Value>) -> Option<String> {
    let name = object.get("name")?.as_str().filter(|name| name.contains('_'))?;
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_').then(|| name.to_owned())
}

/// A framework's own copy of the answer's status, which is no code of the failure.
fn is_http_status(key: &str, code: &str) -> bool {
    matches!(key, "statusCode" | "status_code") && code.parse::<u16>().is_ok_and(|n| (100..600).contains(&n))
}

/// The object itself says that it is a failure.
fn says_failure(object: &Map<String, Value>) -> bool {
    let word = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let has_message = first_text(object, &FLAT_MESSAGES).is_some();
    ["success", "ok"].iter().any(|k| object.get(*k) == Some(&Value::Bool(false)))
        || object.get("error") == Some(&Value::Bool(true))
        || word("object") == "error"
        || (has_message && (word("type") == "error" || object.contains_key("__type")))
        || (has_message && matches!(word("status").as_str(), "failure" | "error" | "fail" | "failed"))
}

/// An asynchronous task that failed: `{"data":{"status":"FAILURE","fail_reason":"…"}}`.
fn task(object: &Map<String, Value>) -> Option<Envelope> {
    [object.get("data").and_then(Value::as_object), Some(object)].into_iter().flatten().find_map(|task| {
        let status =
            ["status", "task_status", "state"].iter().find_map(|k| task.get(*k).and_then(Value::as_str))?;
        if !matches!(status.to_ascii_lowercase().as_str(), "failure" | "failed" | "fail") {
            return None;
        }
        Some(Envelope {
            message: first_text(
                task,
                &[
                    "/fail_reason",
                    "/failReason",
                    "/failure",
                    "/task_status_msg",
                    "/failure_reason",
                    "/message",
                ],
            ),
            code: scalar(task.get("failureCode")),
            error_type: Some(status.to_owned()),
            ..Envelope::bare(EnvelopeKind::Flat)
        })
    })
}

/// Codes that say "fine". Midjourney's proxy counts 1, 21 and 22 among them.
fn is_success_code(code: &str, midjourney: bool) -> bool {
    match code.parse::<i64>() {
        Ok(number) => {
            number == 0 || (200..300).contains(&number) || (midjourney && matches!(number, 1 | 21 | 22))
        }
        Err(_) => ["", "success", "ok", "succeed"].iter().any(|w| code.eq_ignore_ascii_case(w)),
    }
}

/// The first of `places` that holds a text. A list of texts gives its first, an object is written as JSON.
fn first_text(object: &Map<String, Value>, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| {
        let mut parts = place.split('/').skip(1);
        let first = object.get(parts.next()?)?;
        let value = parts.try_fold(first, |value, part| value.get(part))?;
        match value {
            Value::String(text) => (!text.is_empty()).then(|| text.clone()),
            Value::Array(items) => items.first().and_then(Value::as_str).map(str::to_owned),
            Value::Object(inside) if !inside.is_empty() => Some(value.to_string()),
            _ => None,
        }
    })
}

/// A scalar as text, numbers in decimal; as it is carried, LiteLLM's text "None" too.
pub(super) fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
