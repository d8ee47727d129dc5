//! Scenarios where one field of the body is at fault.

use serde_json::{Value, json};

use crate::bodies::{changed, forty, with};
use crate::contract::Refusal;
use crate::gateway::{Fault, Stage};
use crate::scenario::{Limit, Scenario, fault, on};

/// 400 with this code.
pub fn bad(code: &'static str, message: &str) -> Refusal {
    Refusal::new(400, code, message)
}

/// One field alone.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn single() -> Vec<Scenario> {
    let field = Scenario::field;
    vec![
        field(
            "unknown parameter",
            with(&[("/top_k_penalty", json!(0.4))]),
            &[("/top_k_penalty", "/top_k_penalty")],
            4,
            vec![on("/top_k_penalty", "unknown_parameter", "Unknown parameter: 'top_k_penalty'.")],
        ),
        field(
            "unsupported value",
            with(&[("/reasoning_effort", json!("utmost"))]),
            &[("/reasoning_effort", "/reasoning_effort")],
            4,
            vec![fault(
                Stage::Body,
                bad("unsupported_value", "Unsupported value: 'utmost' is not supported with this model.")
                    .at("reasoning_effort"),
                |m| m.text("/reasoning_effort") == "utmost",
            )],
        ),
        field(
            "wrong type at the top",
            with(&[("/seed", json!("seven"))]),
            &[("/seed", "/seed")],
            4,
            vec![fault(
                Stage::Body,
                bad("invalid_type", "Invalid type for 'seed': expected an integer, but got a string.")
                    .at("seed"),
                |m| m.at("/seed").is_some_and(|v| !v.is_u64()),
            )],
        ),
        field(
            "provider-specific field",
            with(&[("/safety_settings", json!([{"category": "HARM", "threshold": "BLOCK_NONE"}]))]),
            &[("/safety_settings", "/safety_settings")],
            4,
            vec![fault(
                Stage::Provider,
                bad("upstream_error", "litellm.BadRequestError: got an unexpected keyword argument"),
                |m| m.at("/safety_settings").is_some(),
            )],
        ),
        field(
            "null where a value belongs",
            with(&[("/audio", Value::Null)]),
            &[("/audio", "/audio")],
            4,
            vec![fault(
                Stage::Body,
                bad("null_value", "Input should be a valid dictionary").at("audio"),
                |m| m.at("/audio") == Some(&Value::Null),
            )],
        ),
        field(
            "deep in the JSON schema",
            with(&[("/response_format/json_schema/schema/properties/total/type", json!("money"))]),
            &[("/response_format/json_schema/schema/properties/total/type", "/response_format")],
            6,
            vec![fault(
                Stage::Body,
                bad(
                    "invalid_json_schema",
                    "Invalid schema for response_format 'answer': 'money' is not a type.",
                )
                .at("response_format"),
                |m| m.text("/response_format/json_schema/schema/properties/total/type") == "money",
            )],
        ),
        field(
            "wrong type deep in tools",
            with(&[("/tools/2/function/parameters/properties/filter/items/type", json!("list"))]),
            &[("/tools/2/function/parameters/properties/filter/items/type", "/tools/2")],
            6,
            vec![fault(
                Stage::Body,
                bad("invalid_function_parameters", "Invalid schema for function: 'list' is not valid.")
                    .at("tools"),
                |m| {
                    let kind = "/function/parameters/properties/filter/items/type";
                    m.list("/tools").iter().any(|t| t.pointer(kind) == Some(&json!("list")))
                },
            )],
        ),
        field(
            "a tool's name has a dot",
            with(&[("/tools/1/function/name", json!("list.parcels"))]),
            &[("/tools/1/function/name", "/tools/1")],
            5,
            vec![fault(
                Stage::Body,
                bad("invalid_value", "Expected a name that matches '^[a-zA-Z0-9_-]+$'.").at("tools.name"),
                |m| {
                    let name = |t: &Value| t.pointer("/function/name").map(ToString::to_string);
                    m.list("/tools").iter().any(|t| name(t).is_some_and(|n| n.contains('.')))
                },
            )],
        ),
        field(
            "unknown role in message 17 of 40",
            changed(forty(), &[("/messages/16/role", json!("observer"))]),
            &[("/messages/16/role", "/messages/16")],
            3,
            vec![fault(
                Stage::Body,
                bad("invalid_value", "Invalid value: 'observer'. Supported values are listed.")
                    .at("messages.role"),
                |m| m.list("/messages").iter().any(|x| x.get("role") == Some(&json!("observer"))),
            )],
        )
        .gate(|gate| gate.rules.any_role = true),
        field(
            "bad part in message 7",
            bad_part(),
            &[("/messages/6/content/1/image_url/url", "/messages/6")],
            4,
            vec![part_fault()],
        )
        .truth(|truth| truth.harmless = None),
        field(
            "a value, not the field",
            with(&[("/temperature", json!(3))]),
            &[("/temperature", "/temperature")],
            4,
            vec![fault(
                Stage::Body,
                bad("decimal_above_max_value", "Expected a value <= 2.").at("temperature"),
                |m| m.at("/temperature").and_then(Value::as_f64).is_some_and(|t| t > 2.0),
            )],
        ),
        field(
            "a text too long",
            with(&[("/user", json!("desk-7-of-the-parcel-yard-".repeat(4)))]),
            &[("/user", "/user")],
            4,
            vec![fault(
                Stage::Body,
                bad("string_above_max_length", "Invalid 'user': expected a string with maximum length 64.")
                    .at("user"),
                |m| m.text("/user").chars().count() > 64,
            )],
        )
        .flags(&["--threshold", "/user"])
        .truth(|truth| {
            truth.limit = Some(Limit::At(64));
            truth.single = false;
        }),
        field(
            "a list too long",
            with(&[("/stop", json!(["#1", "#2", "#3", "#4", "#5"]))]),
            &[("/stop", "/stop")],
            8,
            vec![fault(
                Stage::Body,
                bad("array_above_max_length", "Invalid 'stop': array too long.").at("stop"),
                |m| m.list("/stop").len() > 4,
            )],
        )
        // Five elements stay, and each has to be tried.
        .truth(|truth| truth.single = false),
    ]
}

/// A part of message 7 has an address of a kind that is not fetched.
pub fn bad_part() -> Value {
    with(&[(
        "/messages/6/content",
        json!([
            {"type": "text", "text": "Look at this label of Mrs Winterbottom."},
            {"type": "image_url", "image_url": {"url": "ftp://yard.example/label.png", "detail": "low"}},
            {"type": "text", "text": "Is it hers?"},
        ]),
    )])
}

/// The fault that it meets.
pub fn part_fault() -> Fault {
    fault(Stage::Body, bad("invalid_image_url", "Only HTTP and HTTPS URLs are supported."), |m| {
        let parts = |x: &Value| x.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_ftp = |p: &Value| p.pointer("/image_url/url").is_some_and(|u| u.to_string().contains("ftp:"));
        m.list("/messages").iter().any(|x| parts(x).iter().any(is_ftp))
    })
}
