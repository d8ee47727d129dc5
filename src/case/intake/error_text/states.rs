//! Which JSON states an error, with which status; and which is a client's or the own machine's, and no envelope of an answer.

use serde_json::Value;

/// The own machine's word on a connection (`ECONNRESET`, `UND_ERR_SOCKET`), as Node's and Bun's errors print it: a code, and
/// nothing of an answer beside it.
pub(super) fn is_of_machine(value: &Value) -> bool {
    let error = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
    // What `fetch` throws has the machine's word as its cause.
    let cause = error.get("cause").filter(|cause| cause.is_object() && error.get("message").is_none());
    let error = cause.unwrap_or(error);
    let own = |code: &str| {
        let errno = ["ECONN", "ENOTFOUND", "ETIMEDOUT", "EPIPE", "EPROTO", "EAI_", "EHOST", "ENET"];
        ["UND_ERR_", "ERR_SOCKET", "ERR_SSL_", "ERR_TLS_"].iter().any(|begin| code.starts_with(begin))
            || errno.iter().any(|begin| code.starts_with(begin))
                && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    error.get("code").and_then(Value::as_str).is_some_and(own)
        && !["type", "param", "status", "statusCode", "status_code", "request_id", "data", "response"]
            .iter()
            .any(|name| error.get(*name).is_some() || value.get(*name).is_some())
}

/// A client's own error as JSON (axios' `toJSON`), which is no envelope of a gateway: it has a name and its settings or
/// stack.
pub(in crate::case::intake) fn is_of_client(value: &Value) -> bool {
    // n8n's print of a node's error.
    if value.get("errorMessage").is_some() && value.get("errorDetails").is_some_and(Value::is_object) {
        return true;
    }
    // What `fetch` threw, and nothing of an answer beside it.
    let thrown = value.get("error").and_then(Value::as_object);
    if thrown.is_some_and(|error| error.len() == 1 && error.contains_key("cause")) && is_of_machine(value) {
        return true;
    }
    let named = value.get("name").and_then(Value::as_str).is_some_and(|name| name.ends_with("Error"));
    let of_program = value.get("config").is_some_and(Value::is_object)
        || value.get("stack").and_then(Value::as_str).is_some_and(|stack| stack.contains("\n    at "));
    named && of_program && value.get("message").is_some_and(Value::is_string)
}

/// True where a JSON value states an error in one of the known shapes.
pub(in crate::case::intake) fn states_an_error(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.first().is_some_and(|v| v.is_object() && states_an_error(v)),
        Value::Object(map) => {
            let has = |name: &str| map.get(name).is_some_and(|v| !v.is_null());
            // Cloudflare sends an empty list of messages with its errors.
            let filled = |name: &&&str| {
                has(name) && map.get(**name).is_none_or(|v| v.as_array().is_none_or(|a| !a.is_empty()))
            };
            let request = ["messages", "choices", "input", "prompt", "contents", "content"]
                .iter()
                .any(|name| filled(&name));
            let text = [
                "message",
                "msg",
                "error_msg",
                "err_msg",
                "err",
                "description",
                "errorMessage",
                "error_message",
                "Message",
                "ErrorMessage",
                "errmsg",
                "grpc_message",
                "status_msg",
                "status_message",
                "html-message",
            ]
            .iter()
            .any(|n| map.get(*n).is_some_and(Value::is_string));
            // Whatever has one may be described.
            let only_described = map.len() == 1 && has("description");
            // `[Object]` is what a console leaves of something deep; a large number is a time.
            let is_statement = map.get("error").is_some_and(|error| match error {
                Value::Null => false,
                Value::Array(items) => {
                    !items.iter().all(|item| matches!(item.as_str(), Some("Object" | "Array")))
                }
                // JavaScript's print of something that it could not say.
                Value::String(words) => !(words.starts_with("[object ") && words.ends_with(']')),
                Value::Number(number) => number.as_f64().is_none_or(|n| n < 1e9),
                // What `fetch` threw, and nothing of an answer beside it.
                Value::Object(inside) => {
                    !(inside.len() == 1 && inside.contains_key("cause") && is_of_machine(value))
                }
                Value::Bool(_) => true,
            });
            // A report of a program on itself: a feature that is off, a service that runs.
            let good = ["disabled", "enabled", "ok", "active", "ready", "healthy", "running", "available"];
            let of_program = map
                .get("status")
                .and_then(Value::as_str)
                .is_some_and(|status| good.iter().any(|word| status.eq_ignore_ascii_case(word)))
                && !["code", "type", "error"].iter().any(|name| map.contains_key(*name));
            // A validator (zod) on an answer that it did not expect: what it says is the client's.
            let of_validator =
                map.get("path").is_some_and(Value::is_array) && (has("expected") || has("received"));
            if of_program || of_validator {
                return false;
            }
            (is_statement && !has("choices"))
                || (has("errors") && !request)
                || (has("detail") && !request)
                || map.get("type").and_then(Value::as_str) == Some("error")
                || map.get("object").and_then(Value::as_str).is_some_and(|o| o.eq_ignore_ascii_case("error"))
                || map.get("success") == Some(&Value::Bool(false))
                // iFlytek Spark.
                || map.get("header").is_some_and(|h| {
                    h.get("message").is_some_and(Value::is_string) && h.get("code").and_then(Value::as_i64) != Some(0)
                })
                // Tencent Cloud, MiniMax.
                || map.get("Response").is_some_and(|r| r.get("Error").is_some())
                || map.get("ResponseMetadata").is_some_and(|r| r.get("Error").is_some())
                || map.get("fault").is_some_and(|f| f.get("faultstring").is_some())
                || map.get("base_resp").and_then(|b| b.get("status_code")?.as_i64()).is_some_and(|code| code != 0)
                || (text
                    && !request
                    && (map.len() <= 2 && !only_described
                        || [
                            "code", "status", "statusCode", "type", "data", "__type", "object", "error_type", "$metadata",
                            "errcode", "err_code", "error_code", "ErrorCode", "grpc_status",
                        ]
                            .iter()
                            .any(|n| map.contains_key(*n))))
                || (has("title") && has("status"))
                // What a service reports of the answer that it got.
                || map.get("result").is_some_and(|r| r.get("error").is_some_and(Value::is_object))
                // Open WebUI's event.
                || map.get("data").is_some_and(|d| d.get("error").is_some_and(Value::is_object))
                // opencode's and kilo's print of the AI SDK's error.
                || map.get("data").is_some_and(|d| d.get("message").is_some() && d.get("isRetryable").is_some())
                // AWS SDK for JavaScript.
                || (has("$metadata") && has("name"))
        }
        _ => false,
    }
}

/// The status of an error of Google's: its `code` is that of HTTP where its `status` is the name that belongs to it
/// (<https://google.aip.dev/193>, <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>, read 2026-11-23).
fn of_google(error: &Value) -> Option<u64> {
    const NAMES: [(&str, u64); 15] = [
        ("INVALID_ARGUMENT", 400),
        ("FAILED_PRECONDITION", 400),
        ("OUT_OF_RANGE", 400),
        ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("ABORTED", 409),
        ("RESOURCE_EXHAUSTED", 429),
        ("CANCELLED", 499),
        ("INTERNAL", 500),
        ("UNKNOWN", 500),
        ("UNIMPLEMENTED", 501),
        ("UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", 504),
    ];
    let (code, name) = (error.get("code")?.as_u64()?, error.get("status")?.as_str()?);
    NAMES.contains(&(name, code)).then_some(code)
}

/// The status that an error object states at its top level, as log records and problem details do. A number inside the
/// error itself is the envelope's word, not what was observed.
pub(in crate::case::intake) fn status_field(value: &Value) -> Option<u16> {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    ["status", "statusCode", "status_code", "http_status"]
        .iter()
        .find_map(|name| value.get(name)?.as_u64())
        .or_else(|| {
            let names = [
                "httpcode",
                "http_code",
                "httpStatus",
                "httpStatusCode",
                "http_status_code",
                "response_code",
                "raw_status_code",
            ];
            let inside = value.get("error");
            names.iter().find_map(|name| number(value.get(name).or_else(|| inside?.get(name))?))
        })
        .or_else(|| value.pointer("/$metadata/httpStatusCode")?.as_u64())
        .or_else(|| value.pointer("/data/statusCode")?.as_u64())
        // A gateway's own report, with a code in words beside the number, or JSON:API's errors.
        .or_else(|| {
            let error = value.get("error").or_else(|| value.pointer("/errors/0"))?;
            error.get("code")?.as_str().filter(|code| code.parse::<u16>().is_err())?;
            ["status", "statusCode", "status_code"].iter().find_map(|name| error.get(*name)?.as_u64())
        })
        // An SDK's error as it was thrown: its headers or its stack stand beside the status that came.
        .or_else(|| {
            let error = value.get("error")?;
            error.get("headers").filter(|headers| headers.is_object()).or_else(|| error.get("stack"))?;
            error.get("status")?.as_u64()
        })
        .or_else(|| value.get("upstream_status")?.as_u64())
        .or_else(|| of_google(value.get("error").or_else(|| value.pointer("/0/error"))?))
        .or_else(|| value.pointer("/response/status/http/code")?.as_u64())
        // A router tells each of its attempts: the last one is what came of it.
        .or_else(|| value.pointer("/error/attempts")?.as_array()?.last()?.get("status")?.as_u64())
        // What the AWS SDK for JavaScript saw, as those who wrap its error hand it on.
        .or_else(|| value.pointer("/error/body/httpStatusCode")?.as_u64())
        .or_else(|| value.pointer("/error/$metadata/httpStatusCode")?.as_u64())
        .or_else(|| value.pointer("/extError/StatusCode")?.as_u64())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (400..600).contains(status))
}
