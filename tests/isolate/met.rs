//! Scenarios that were met at real servers (`tests/real/refusals.rs`) before casefile told them right.

use serde_json::{Value, json};

use crate::bodies::{changed, talk, with};
use crate::contract::Refusal;
use crate::fields::bad;
use crate::gateway::{Fault, Moment, Said, Stage};
use crate::scenario::{Limit, Scenario, fault, said};

const FILTER: &str = "/function/parameters/properties/filter/items/type";

/// All of them.
pub fn met() -> Vec<Scenario> {
    vec![
        // Prism: each refusal has the same sentence, and what is wrong stands in a list.
        Scenario::field(
            "a validator's list, a name in a tool",
            with(&[("/tools/1/function/name", json!("list.parcels"))]),
            &[("/tools/1/function/name", "/tools/1/function")],
            5,
            vec![
                listed(Stage::Body, "pattern", |tool| {
                    tool.pointer("/function/name").is_some_and(|name| name.to_string().contains('.'))
                }),
                listed(Stage::Model, "required", is_half),
            ],
        ),
        // llama.cpp: half a tool is a server's error, each time; asking again and again for it costs requests and time.
        Scenario::field(
            "half a tool is a 500",
            with(&[("/tools/2/function/parameters/properties/filter/items/type", json!("list"))]),
            &[("/tools/2/function/parameters/properties/filter/items/type", "/tools/2")],
            6,
            vec![
                fault(Stage::Body, bad("invalid_schema", "Tool schema error: unrecognized type list"), |m| {
                    m.list("/tools").iter().any(|tool| tool.pointer(FILTER) == Some(&json!("list")))
                }),
                fault(Stage::Model, Refusal::new(500, "server_error", "Failed to parse tools."), |m| {
                    m.list("/tools").iter().any(is_half)
                }),
            ],
        ),
        // llama.cpp: a schema is read only where the format's kind says that it is one.
        Scenario::field(
            "a schema that only its kind makes read",
            with(&[("/response_format/json_schema/schema/properties/total/type", json!("money"))]),
            &[("/response_format/json_schema/schema/properties/total/type", "/response_format/json_schema")],
            5,
            vec![fault(
                Stage::Body,
                bad("invalid_schema", "JSON schema error at #/properties/total: unrecognized type money"),
                |m| {
                    m.text("/response_format/type") == "json_schema"
                        && m.text("/response_format/json_schema/schema/properties/total/type") == "money"
                },
            )],
        )
        .gate(|gate| gate.rules.any_format = true),
        // Prism: of a large body one text is too long, which filling up another text repeats.
        Scenario::field(
            "one text too long in a large body",
            changed(
                talk(12, 300),
                &[("/messages/5/content", json!("The parcel left the yard. ".repeat(120)))],
            ),
            &[("/messages/5/content", "/messages/5")],
            3,
            vec![fault(Stage::Body, bad("string_above_max_length", "A message is too long."), |m| {
                let length =
                    |message: &Value| message["content"].as_str().map_or(0, |text| text.chars().count());
                m.list("/messages").iter().any(|message| length(message) > 2_000)
            })],
        )
        .truth(|truth| {
            truth.limit = Some(Limit::At(2_000));
            truth.single = false;
        }),
    ]
}

/// A tool without what every tool must have.
fn is_half(tool: &Value) -> bool {
    tool.get("type").is_none() || tool.pointer("/function/name").is_none()
}

/// A problem (RFC 9457) of a tool, of which only its list says what it is.
fn listed(stage: Stage, code: &'static str, wrong: fn(&Value) -> bool) -> Fault {
    let which = move |m: &Moment| m.list("/tools").iter().position(wrong);
    said(
        stage,
        move |m| {
            Said::Problem(json!({
                "type": "https://gateway.example/problems#invalid", "title": "Invalid request", "status": 422,
                "detail": "Your request is not valid.",
                "validation": [{
                    "location": ["body", "tools", which(m).unwrap_or(0).to_string(), "function", "name"],
                    "severity": "Error", "code": code, "message": "is not valid",
                }],
            }))
        },
        move |m| which(m).is_some(),
    )
}
