//! The shapes in which gateways of the new-api family state an error.
//!
//! Source: github.com/Calcium-Ion/new-api, `middleware/utils.go`, `controller/relay.go`, `dto/task.go`; the name of the
//! type and the place of the request id: <https://apidoc.cometapi.com/errors/error-codes-handling>, 2026-06-18.

use serde_json::{Value, json};

use super::family::Form;
use super::special::Words;

/// The type by which this gateway speaks for itself.
pub(super) const OWN_TYPE: &str = "comet_api_error";

/// Midjourney's code for a request that cannot be passed on: new-api `constant/midjourney.go`.
const MIDJOURNEY_REQUEST_ERROR: i64 = 4;

/// Refused before any provider was called: the envelope has no `param`.
pub(super) fn of_the_gate(form: Form, words: &Words, id: &str) -> Value {
    match form {
        Form::Dashboard => json!({"success": false, "message": words.message}),
        _ => json!({"error": {"code": words.code, "message": with_id(words, id), "type": words.kind}}),
    }
}

/// Refused by the relay stage, or by a provider and passed on.
pub(super) fn of_the_relay(form: Form, words: &Words, id: &str) -> Value {
    match form {
        Form::Openai => json!({"error": {
            "message": with_id(words, id), "type": words.kind, "param": words.param, "code": words.code,
        }}),
        Form::Claude => {
            json!({"error": {"type": words.kind, "message": with_id(words, id)}, "type": "error"})
        }
        Form::Task => json!({"code": words.code, "message": words.message, "data": null}),
        Form::Midjourney => json!({
            "description": format!("{} ", words.message), "type": "upstream_error",
            "code": words.code.parse().unwrap_or(MIDJOURNEY_REQUEST_ERROR),
        }),
        Form::Dashboard => json!({"success": false, "message": words.message}),
    }
}

/// The status of a request that the relay stage finds wrong.
pub(super) fn fault_status(form: Form) -> u16 {
    match form {
        Form::Openai | Form::Claude => 500,
        Form::Task | Form::Midjourney | Form::Dashboard => 400,
    }
}

fn with_id(words: &Words, id: &str) -> String {
    format!("{} (request id: {id})", words.message)
}
