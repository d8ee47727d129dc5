//! The deviations, one row each: name, the check that finds it, where it is planted, what it does.

use serde_json::{Value, json};

use super::{Deviation, Situation, accepted, edited, events, failing, page, set, with_body, without};
use crate::practice::gate::{JSON, Reply};

macro_rules! rows {
    ($($name:literal, $check:literal, $at:ident, $about:literal, $change:expr;)+) => {
        &[$(Deviation { name: $name, check: $check, about: $about, at: Situation::$at, change: $change }),+]
    };
}

/// All of them.
pub const DEVIATIONS: &[Deviation] = rows![
    "happy-html", "happy_path", Whole, "a web page where the answer belongs", |r| page(r, 200);
    "happy-text", "happy_path", Whole, "plain text where JSON belongs", |r| with_body(r, 200, "text/plain", "ok");
    "happy-nothing", "happy_path", Whole, "a 200 without a body", |r| with_body(r, 200, JSON, "");
    "happy-500", "happy_path", Whole, "a right request fails", |r| failing(r, 500);
    "happy-error-in-200", "happy_path", Whole, "an error under a good status", |r| failing(r, 200);
    "happy-no-choices", "happy_path", Whole, "an empty list of choices", |r| set(r, "/choices", &json!([]));
    "happy-null-content", "happy_path", Whole, "no content and no tool call",
        |r| set(r, "/choices/0/message/content", &Value::Null);
    "happy-filtered", "happy_path", Whole, "the content filter ends every answer",
        |r| set(r, "/choices/0/finish_reason", &json!("content_filter"));
    "happy-other-model", "happy_path", Whole, "another model answers", |r| set(r, "/model", &json!("practice-cheap"));
    "happy-no-request-id", "happy_path", Whole, "no request id", without_ids;
    "parse-no-id", "parse_tolerance", Whole, "the answer has no id", |r| without(r, "", "id");
    "parse-created-text", "parse_tolerance", Whole, "a number has become a text", |r| set(r, "/created", &json!("1"));
    "parse-no-index", "parse_tolerance", Whole, "a choice has no index", |r| without(r, "/choices/0", "index");
    "parse-no-role", "parse_tolerance", Whole, "a message has no role", |r| without(r, "/choices/0/message", "role");
    "parse-no-choices", "parse_tolerance", Whole, "choices has another name", renamed;
    "no-auth-accepted", "missing_auth", NoCredential, "no key is needed", accepted;
    "no-auth-503", "missing_auth", NoCredential, "a missing key looks like an outage", |r| failing(r, 503);
    "empty-bearer-500", "empty_bearer", EmptyCredential, "an empty key is an error of the server", |r| failing(r, 500);
    "empty-bearer-page", "empty_bearer", EmptyCredential, "an empty key leads to a page", |r| page(r, 401);
    "malformed-accepted", "malformed_bearer", MalformedCredential, "any words are a key", accepted;
    "unknown-key-accepted", "invalid_token", UnknownKey, "any key is good", accepted;
    "unknown-key-400", "invalid_token", UnknownKey, "an unknown key looks like a bad request", |r| failing(r, 400);
    "unknown-key-429", "auth_no_retry_loop", UnknownKey, "an unknown key is told to come back",
        |r| failing(r, 429).with("retry-after", "1");
    "no-model-accepted", "missing_model", NoModel, "a model is chosen silently", accepted;
    "no-model-503", "missing_model", NoModel, "a missing model looks like an outage", |r| failing(r, 503);
    "no-messages-accepted", "missing_messages", NoMessages, "no messages are needed", accepted;
    "empty-messages-accepted", "empty_messages", EmptyMessages, "an empty list is good", accepted;
    "any-role", "invalid_role", WrongRole, "any role is good", accepted;
    "role-500", "invalid_role", WrongRole, "a wrong role is an error of the server", |r| failing(r, 500);
    "any-type", "wrong_type", WrongType, "any type is good", accepted;
    "not-json-accepted", "malformed_json", NotJson, "half a body is good", accepted;
    "not-json-page", "malformed_json", NotJson, "half a body leads to a page", |r| page(r, 500);
    "unknown-model-accepted", "unknown_model", UnknownModel, "another model answers silently", accepted;
    "unknown-model-outage", "unknown_model", UnknownModel, "an unknown model looks like an outage", |r| failing(r, 503);
    "too-large-500", "oversized", TooLarge, "a large request is an error of the server", |r| failing(r, 500);
    "lost-path-page", "wrong_path", LostPath, "a path that nobody serves is a page", |r| page(r, 200);
    "lost-path-500", "wrong_path", LostPath, "a path that nobody serves is an error of the server", |r| failing(r, 500);
    "without-v1-served", "base_url_without_v1", WithoutV1, "the path without /v1 is served too", accepted;
    "any-method", "wrong_method", WrongMethod, "GET is served too", accepted;
    "redirect-same-host", "redirect_not_followed", LostPath, "a redirect to the same host", |r| leads(r, "/v1/models");
    "redirect-elsewhere", "redirect_not_followed", LostPath, "a redirect to somebody else's host",
        |r| leads(r, "https://elsewhere.example/v1");
    "hanging-answers", "timeout_before_headers", Hanging, "what should hang is answered", accepted;
    "stream-whole", "stream_first_byte", Stream, "no stream where one was asked for", accepted;
    "stream-page", "stream_first_byte", Stream, "a page where a stream belongs", |r| page(r, 200);
    "stream-broken-event", "stream_chunks", Stream, "an event that is no JSON",
        |r| events(r, |list| list.insert(1, "data: {\"choices\": [\n\n".to_owned()));
    "stream-no-done", "stream_terminal", Stream, "the stream ends without its marker", |r| events(r, drop_last);
    "stream-no-finish", "stream_terminal", Stream, "the stream ends without a finish reason",
        |r| events(r, |list| list.retain(|event| !event.contains("\"finish_reason\":\"stop\"")));
    "stream-error", "stream_terminal", Stream, "an error in the stream",
        |r| events(r, |list| list.insert(2, "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"server_error\"}}\n\n".to_owned()));
    "cut-looks-whole", "stream_disconnect", CutStream, "a stream that was cut is ended as if it were whole", look_whole;
    "models-empty", "models_list", Models, "an empty list", |r| set(r, "/data", &json!([]));
    "models-others", "models_list", Models, "the model is not in the list",
        |r| set(r, "/data", &json!([{"id": "another", "object": "model"}]));
    "models-page", "models_list", Models, "a page where the list belongs", |r| page(r, 200);
];

fn without_ids(mut reply: Reply) -> Reply {
    reply.headers.retain(|(name, _)| !name.ends_with("request-id"));
    reply
}

fn renamed(reply: Reply) -> Reply {
    edited(reply, |json| {
        if let Value::Object(fields) = json
            && let Some(choices) = fields.shift_remove("choices")
        {
            fields.insert("results".to_owned(), choices);
        }
    })
}

fn leads(reply: Reply, location: &str) -> Reply {
    with_body(reply, 301, "text/html", "").with("location", location)
}

fn drop_last(list: &mut Vec<String>) {
    list.pop();
}

fn look_whole(reply: Reply) -> Reply {
    events(reply, |list| {
        let end = r#"data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"practice-stream-cut","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
        list.push(format!("{end}\n\n"));
        list.push("data: [DONE]\n\n".to_owned());
    })
}
