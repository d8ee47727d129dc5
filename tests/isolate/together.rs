//! Scenarios where several fields fail together, apart, or one behind the other; strict templates.

use serde_json::{Value, json};

use crate::bodies::{MODEL, hundred, with};
use crate::fields::{bad, bad_part, part_fault};
use crate::gateway::{Moment, Stage};
use crate::scenario::{Scenario, fault, on};
use crate::tree::put;

/// The scenarios.
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn several() -> Vec<Scenario> {
    let field = Scenario::field;
    let yes = |pointer: &'static str| move |m: &Moment| m.at(pointer) == Some(&json!(true));
    let (streams, logs) = (yes("/stream"), yes("/logprobs"));
    let twice = |m: &Moment| {
        let mut names: Vec<String> =
            m.list("/tools").iter().map(|t| t["function"]["name"].to_string()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        names.len() < count
    };
    let mut two_systems = hundred();
    put(&mut two_systems, "/messages/5/role", json!("system"));
    vec![
        field(
            "stream and logprobs",
            with(&[("/stream", json!(true))]),
            &[("/stream", "/stream"), ("/logprobs", "/logprobs")],
            5,
            vec![fault(
                Stage::Body,
                bad("unsupported_combination", "logprobs are not supported while streaming.").at("logprobs"),
                move |m| streams(m) && logs(m),
            )],
        )
        .truth(|truth| truth.verdicts = &["field", "stream"]),
        field(
            "tools and response_format",
            hundred(),
            &[("/tools", "/tools"), ("/response_format", "/response_format")],
            8,
            vec![fault(
                Stage::Provider,
                bad("invalid_argument", "Function calling with a response mime type is unsupported"),
                |m| m.at("/tools").is_some() && m.at("/response_format").is_some(),
            )],
        ),
        field(
            "three together",
            with(&[("/service_tier", json!("priority"))]),
            &[("/seed", "/seed"), ("/logit_bias", "/logit_bias"), ("/service_tier", "/service_tier")],
            6,
            vec![fault(Stage::Body, bad("conflicting_options", "These options exclude each other."), |m| {
                m.at("/seed").is_some()
                    && m.at("/logit_bias").is_some()
                    && m.text("/service_tier") == "priority"
            })],
        ),
        field(
            "two tools of one name",
            with(&[("/tools/2/function/name", json!("find_parcel"))]),
            &[("/tools/0/function/name", "/tools/0"), ("/tools/2/function/name", "/tools/2")],
            7,
            vec![fault(Stage::Body, bad("duplicate_tool", "Tool names must be unique.").at("tools"), twice)],
        ),
        field(
            "two system messages",
            two_systems,
            &[("/messages/0/role", "/messages/0"), ("/messages/5/role", "/messages/5")],
            5,
            vec![fault(Stage::Body, bad("one_system_message", "Only one system message is allowed."), |m| {
                m.list("/messages").iter().filter(|x| x["role"] == "system").count() > 1
            })],
        ),
        field(
            "two apart with one fingerprint",
            with(&[("/custom_a", json!(1)), ("/custom_b", json!("two"))]),
            &[("/custom_a", "/custom_a"), ("/custom_b", "/custom_b")],
            4,
            vec![fault(Stage::Body, bad("extra_forbidden", "Extra inputs are not permitted"), |m| {
                m.at("/custom_a").is_some() || m.at("/custom_b").is_some()
            })],
        )
        .truth(|truth| truth.any = true),
        field(
            "one behind the other",
            with(&[("/store", json!(true))]),
            &[("/verbosity", "/verbosity")],
            4,
            vec![
                on("/verbosity", "unsupported_verbosity", "verbosity is not supported by this model."),
                fault(
                    Stage::Body,
                    bad("store_not_allowed", "store is not allowed for this organization."),
                    |m| m.at("/store") == Some(&json!(true)),
                ),
            ],
        )
        .truth(|truth| {
            truth.hidden = Some("store_not_allowed");
            truth.single = false;
        }),
        field(
            "two codes with one wording",
            with(&[("/store", json!(true))]),
            &[("/verbosity", "/verbosity")],
            4,
            vec![
                fault(Stage::Body, bad("verbosity_not_allowed", "An option is not allowed here."), |m| {
                    m.at("/verbosity").is_some()
                }),
                fault(Stage::Body, bad("store_not_allowed", "An option is not allowed here."), |m| {
                    m.at("/store") == Some(&json!(true))
                }),
            ],
        )
        .truth(|truth| truth.single = false),
        field(
            "JSON mode without the word",
            with(&[("/response_format", json!({"type": "json_object"}))]),
            &[("/response_format/type", "/response_format")],
            4,
            vec![fault(
                Stage::Provider,
                bad("json_word_missing", "'messages' must contain the word 'json' in some form."),
                |m| {
                    let says = |x: &Value| x["content"].to_string().to_ascii_lowercase().contains("json");
                    m.text("/response_format/type") == "json_object" && !m.list("/messages").iter().any(says)
                },
            )],
        ),
        field(
            "a budget above the limit beside it",
            with(&[("/thinking", json!({"type": "enabled", "budget_tokens": 1024}))]),
            &[("/thinking/budget_tokens", "/thinking"), ("/max_tokens", "/max_tokens")],
            5,
            vec![fault(
                Stage::Provider,
                bad("invalid_budget", "max_tokens must be greater than thinking.budget_tokens."),
                |m| {
                    let number = |pointer: &str| m.at(pointer).and_then(Value::as_u64);
                    number("/thinking/budget_tokens") >= number("/max_tokens").or(Some(4096))
                },
            )],
        ),
        field(
            "an assistant has the last word",
            last_word(),
            &[("/messages/12/role", "/messages/12")],
            3,
            vec![fault(
                Stage::Provider,
                bad("prefill_not_supported", "This model does not support a prefilled answer."),
                |m| m.list("/messages").last().is_some_and(|x| x["role"] == "assistant"),
            )],
        ),
        field(
            "an answer to a call that nobody made",
            lone_answer(),
            &[("/messages/6/tool_call_id", "/messages/6"), ("/messages/6/role", "/messages/6")],
            3,
            vec![fault(
                Stage::Provider,
                bad("tool_without_call", "An answer of a tool must follow the call with its id."),
                |m| {
                    let messages = m.list("/messages");
                    let called = |id: &Value| {
                        let ids = |x: &Value| x["tool_calls"].as_array().cloned().unwrap_or_default();
                        messages.iter().any(|x| ids(x).iter().any(|call| call["id"] == *id))
                    };
                    messages.iter().any(|x| x["role"] == "tool" && !called(&x["tool_call_id"]))
                },
            )],
        )
        .gate(|gate| gate.rules.any_role = true)
        .truth(|truth| truth.any = true),
        field(
            "strict template, a part of an assistant",
            bad_part(),
            &[("/messages/6/content", "/messages/6")],
            8,
            vec![part_fault()],
        )
        .gate(|gate| gate.rules.alternate = true)
        .truth(|truth| {
            truth.single = false;
            truth.harmless = None;
        }),
        field(
            "strict template, a field",
            hundred(),
            &[("/prediction", "/prediction")],
            4,
            vec![on("/prediction", "unsupported_parameter", "prediction is not supported with this model.")],
        )
        .gate(|gate| gate.rules.alternate = true),
        field(
            "a field that one model refuses",
            hundred(),
            &[("/logprobs", "/logprobs")],
            4,
            vec![fault(
                Stage::Body,
                bad("unsupported_parameter", "logprobs are not supported with this model.").at("logprobs"),
                |m| m.text("/model") == MODEL && m.at("/logprobs") == Some(&json!(true)),
            )],
        )
        .truth(|truth| truth.verdicts = &["field", "model"]),
    ]
}

/// The usual conversation, and an answer begun.
fn last_word() -> Value {
    let mut body = hundred();
    let said = json!({"role": "assistant", "content": "The parcel of Mrs Winterbottom"});
    body["messages"].as_array_mut().expect("messages").push(said);
    body
}

/// Message 6 calls a tool, message 7 answers another call.
fn lone_answer() -> Value {
    let calls =
        json!([{"id": "call_1", "type": "function", "function": {"name": "find_parcel", "arguments": "{}"}}]);
    with(&[
        ("/messages/5/role", json!("assistant")),
        ("/messages/5/tool_calls", calls),
        ("/messages/6", json!({"role": "tool", "tool_call_id": "call_2", "content": "Cart 4"})),
    ])
}
