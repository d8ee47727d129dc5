//! A client's text inside an object of another program: a plug-in daemon's, a workflow's node, a record of a structured log.

use serde_json::Value;

use super::object::MOST_WRAPPERS;
use crate::case::intake::answer;

/// A client's text inside an object of another client: Dify's plugin daemon (`PluginInvokeError: {"args":{},"error_type":
/// "InvokeError","message":"…"}`, <https://github.com/langgenius/dify-plugin-daemon>, accessed 2026-11-21), a record of a
/// log (`[{"error":"Error: 400 {…}","timestamp":"…"}]`).
pub(super) fn wrapped(text: &str) -> Option<String> {
    let dify = text.contains("\"error_type\"") && text.contains("\"args\"");
    let logged = text.contains("\"timestamp\"") && text.contains("\"error\":");
    if let Some(said) = of_n8n(text) {
        return Some(said);
    }
    let structured = ["\"level\"", "\"severity\"", "\"lvl\""].iter().any(|key| text.contains(key))
        && ["\"error\":", "\"err\":", "\"errors\":", "\"cause\":", "\"msg\":", "\"message\":"]
            .iter()
            .any(|key| text.contains(key));
    if structured && let Some(said) = of_structured_log(text) {
        return Some(said);
    }
    let printed = text.contains("\"error\":\"Error: ")
        || text.contains("\"error\": \"Error: ")
        || text.contains("\"error\":\"cURL error ");
    if !dify && !logged && !printed {
        return None;
    }
    if logged && let Some(last) = last_of_list(text) {
        return Some(last);
    }
    text.match_indices('{').take(MOST_WRAPPERS).find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        if value.get("args").is_some_and(Value::is_object) {
            return Some(format!("{}: {}", word("error_type")?, word("message")?));
        }
        let client = word("error").filter(|error| {
            let prints = error.contains('{') && error.starts_with(char::is_alphabetic);
            prints || error.starts_with("cURL error ")
        })?;
        // A client's print of an answer, or its own words, alone in an object.
        let alone = value.as_object().is_some_and(|object| object.len() == 1) && client.contains(": ");
        if alone || client.contains("cURL error ") {
            return Some(client.to_owned());
        }
        let states_more =
            ["status", "statusCode", "code", "message"].iter().any(|name| value.get(*name).is_some());
        value.get("timestamp").filter(|_| !states_more).map(|_| client.to_owned())
    })
}

/// The last answer in a list of a client's errors: `[{"error":"Error: 401 {…}","timestamp":"…"},{"error":"Error: 500 {…}",…}]`.
fn last_of_list(text: &str) -> Option<String> {
    let rest = text.get(text.find("[{\"")?..)?;
    let list: Vec<Value> = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
    let errors = list.iter().rev().filter(|entry| entry.get("timestamp").is_some());
    let mut errors = errors.filter_map(|entry| entry.get("error")?.as_str());
    errors.find(|error| error.contains('{') && error.starts_with(char::is_alphabetic)).map(str::to_owned)
}

/// What n8n's print of a node's error (packages/workflow, `NodeApiError`) repeats of the client below it.
fn of_n8n(text: &str) -> Option<String> {
    text.contains("\"rawErrorMessage\"").then_some(())?;
    let value = text.match_indices('{').take(MOST_WRAPPERS).find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        value.pointer("/errorDetails/rawErrorMessage").is_some().then_some(value)
    })?;
    let raw = value.pointer("/errorDetails/rawErrorMessage")?;
    let said = raw.as_str().or_else(|| raw.get(0)?.as_str()).filter(|said| !said.is_empty())?;
    let status = value.pointer("/errorDetails/httpCode").and_then(Value::as_str).unwrap_or("");
    // A status of its own line says whose words follow.
    let stated = said.split(|c: char| !c.is_ascii_digit()).any(|word| word == status);
    Some(if status.is_empty() || stated { said.to_owned() } else { format!("{status} {said}") })
}

/// The error of the last record of a structured log (zap, pino, slog) that has one: a client's text.
fn of_structured_log(text: &str) -> Option<String> {
    text.lines().rev().find_map(|line| {
        let rest = line.get(line.find('{')?..)?;
        let value: Value = serde_json::from_str(rest.get(..answer::json_extent(rest)?)?).ok()?;
        ["level", "severity", "lvl"].iter().find(|key| value.get(**key).is_some())?;
        let said = ["/error", "/err", "/errors/0"].iter().find_map(|place| value.pointer(place)?.as_str());
        // Node's error of a system call.
        let cause = value.get("cause").filter(|cause| cause.get("errno").is_some());
        let word = |name: &str| cause?.get(name)?.as_str();
        said.map(str::to_owned)
            .or_else(|| Some(format!("{}: {}", word("code")?, word("message")?)))
            .or_else(|| words_of_record(&value).map(str::to_owned))
    })
}

/// The words of a logger's record (pino, winston, zap, slog, Google Cloud's): its level, its time or place, and a text. A
/// record of something that went well has none.
pub(in crate::case::intake) fn words_of_record(value: &Value) -> Option<&str> {
    let level =
        ["level", "severity", "lvl", "loglevel", "log_level"].iter().find_map(|key| value.get(*key))?;
    let good = level.as_u64().is_some_and(|n| (10..40).contains(&n))
        || level.as_str().is_some_and(|word| {
            ["info", "debug", "trace", "notice", "default"].iter().any(|w| word.eq_ignore_ascii_case(w))
                // zap's own levels below `debug`.
                || word.starts_with("Level(-")
        });
    let placed = [
        "time",
        "timestamp",
        "ts",
        "@timestamp",
        "hostname",
        "pid",
        "logger",
        "caller",
        "module",
        "stack",
        "service",
        "logging.googleapis.com/trace",
    ];
    // An error object is the answer's; a thrown one has a stack.
    let thrown = ["err", "error"].iter().find_map(|key| value.get(*key).filter(|error| error.is_object()));
    let is_thrown = |error: &Value| error.get("stack").is_some() || error.get("name").is_some();
    let answered =
        ["status", "statusCode", "status_code", "code"].iter().any(|key| value.get(*key).is_some());
    if good
        || answered
        || !placed.iter().any(|key| value.get(*key).is_some())
        || thrown.is_some_and(|e| !is_thrown(e))
    {
        return None;
    }
    thrown
        .and_then(|error| error.get("message")?.as_str())
        .or_else(|| ["error", "err", "msg", "message"].iter().find_map(|key| value.get(*key)?.as_str()))
        .filter(|words| !words.is_empty())
}
