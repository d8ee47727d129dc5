//! Scenarios where something in the request is at fault: fields, their values, how many they are, how long they are.

use serde_json::{Value, json};

use crate::bodies::{MODEL, changed, forty, hundred, talk, with, with_tools};
use crate::contract::Refusal;
use crate::gateway::{Moment, Said, Stage, completion};
use crate::scenario::{Culprit, Limit, Payload, Scenario, fault, on, said};
use crate::tree::put;

fn list<'a>(moment: &'a Moment, pointer: &str) -> &'a [Value] {
    moment.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn bad(code: &'static str, message: &str) -> Refusal {
    Refusal::new(400, code, message)
}

/// One field alone.
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
                    list(m, "/tools").iter().any(|t| t.pointer(kind) == Some(&json!("list")))
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
                    list(m, "/tools").iter().any(|t| name(t).is_some_and(|n| n.contains('.')))
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
                |m| list(m, "/messages").iter().any(|x| x.get("role") == Some(&json!("observer"))),
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
                |m| list(m, "/stop").len() > 4,
            )],
        ),
    ]
}

fn bad_part() -> Value {
    with(&[(
        "/messages/6/content",
        json!([
            {"type": "text", "text": "Look at this label of Mrs Winterbottom."},
            {"type": "image_url", "image_url": {"url": "ftp://yard.example/label.png", "detail": "low"}},
            {"type": "text", "text": "Is it hers?"},
        ]),
    )])
}

fn part_fault() -> crate::gateway::Fault {
    fault(Stage::Body, bad("invalid_image_url", "Only HTTP and HTTPS URLs are supported."), |m| {
        let parts = |x: &Value| x.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_ftp = |p: &Value| p.pointer("/image_url/url").is_some_and(|u| u.to_string().contains("ftp:"));
        list(m, "/messages").iter().any(|x| parts(x).iter().any(is_ftp))
    })
}

/// Several fields that fail together, apart, or one behind the other; strict templates.
pub fn several() -> Vec<Scenario> {
    let field = Scenario::field;
    let yes = |pointer: &'static str| move |m: &Moment| m.at(pointer) == Some(&json!(true));
    let (streams, logs) = (yes("/stream"), yes("/logprobs"));
    let twice = |m: &Moment| {
        let mut names: Vec<String> =
            list(m, "/tools").iter().map(|t| t["function"]["name"].to_string()).collect();
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
                list(m, "/messages").iter().filter(|x| x["role"] == "system").count() > 1
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

/// Failures that look different each time, or look like no failure.
pub fn looks() -> Vec<Scenario> {
    let field = Scenario::field;
    let priority = || with(&[("/service_tier", json!("priority"))]);
    let tier: &[(&str, &str)] = &[("/service_tier", "/service_tier")];
    let hit = |m: &Moment| m.text("/service_tier") == "priority";
    let biased = || with(&[("/logit_bias/198", json!(100))]);
    let bias: &[(&str, &str)] = &[("/logit_bias/198", "/logit_bias")];
    let is_biased = |m: &Moment| m.at("/logit_bias/198") == Some(&json!(100));
    vec![
        field("three wordings at random", priority(), tier, 4, vec![said(
            Stage::Body,
            |m| {
                let wordings = [
                    "The requested tier is not available.",
                    "Sorry, we cannot serve this request at your level of service!",
                    "Processing class rejected by policy, please choose a different one",
                ];
                Said::Error(bad("tier_unavailable", wordings[usize::try_from(m.dice(7, 3)).expect("small")]))
            },
            hit,
        )]),
        field("names, numbers and quoted values change", priority(), tier, 4, vec![said(
            Stage::Body,
            |m| {
                let names = ["alice", "bob", "carol", "dimitri", "eleni"];
                let name = names[usize::try_from(m.dice(1, 5)).expect("small")];
                let message = format!(
                    "Tier refused for user '{name}-{}' on node gw-{} at 12:0{}:4{} after {} ms (slot \"{:08x}\")",
                    m.dice(2, 90),
                    m.dice(3, 9),
                    m.dice(4, 9),
                    m.dice(5, 9),
                    m.dice(6, 900),
                    m.dice(7, 0xffff_ffff)
                );
                Said::Error(bad("tier_refused", &message))
            },
            hit,
        )]),
        field("200 with nothing in it", biased(), bias, 4, vec![said(
            Stage::Provider,
            |m| Said::Body(completion(m.text("/model"), "")),
            is_biased,
        )]),
        field("200 with an error in it", biased(), bias, 4, vec![said(
            Stage::Provider,
            |_| Said::Body(json!({"error": {"message": "bias out of range", "type": "upstream", "code": "bias_range"}})),
            is_biased,
        )]),
        field("a field resets the connection", hundred(), &[("/prediction", "/prediction")], 4, vec![said(
            Stage::Body,
            |_| Said::Reset,
            |m| m.at("/prediction").is_some(),
        )]),
        field("a header", hundred(), &[("~openai-beta", "")], 3, vec![fault(
            Stage::Body,
            bad("invalid_beta", "Invalid value for the beta header."),
            |m| m.call.header("openai-beta").is_some(),
        )])
        .paste(|paste| paste.headers.push(("OpenAI-Beta", "assistants=v1")))
        .truth(|truth| truth.harmless = None),
        field(
            "a beta header of /v1/messages",
            json!({"model": "claude-sonnet-4", "max_tokens": 100, "temperature": 0.4, "top_k": 4,
                "system": "You answer for the parcel desk.", "metadata": {"user_id": "desk-7"},
                "messages": [{"role": "user", "content": "Where is the parcel of Mrs Winterbottom?"}]}),
            &[("~anthropic-beta", "")],
            4,
            vec![fault(
                Stage::Body,
                bad("invalid_request_error", "Unexpected value(s) for the beta header"),
                |m| m.call.header("anthropic-beta").is_some(),
            )],
        )
        .paste(|paste| {
            paste.target = "/v1/messages";
            paste.headers =
                vec![("anthropic-version", "2023-06-01"), ("anthropic-beta", "parcels-2020-01-01")];
        })
        .truth(|truth| truth.harmless = None),
        field("a query parameter", hundred(), &[("~api-version", "")], 3, vec![fault(
            Stage::Body,
            bad("unsupported_api_version", "This api-version is not supported."),
            |m| m.call.query.iter().any(|(name, _)| name == "api-version"),
        )])
        .paste(|paste| paste.target = "/v1/chat/completions?api-version=2022-12-01&trace=1")
        .truth(|truth| {
            truth.verdicts = &["field", "path_or_base_url"];
            truth.harmless = None;
        }),
        field(
            "embeddings",
            json!({"model": "text-embedding-3-small", "dimensions": 0, "encoding_format": "float", "user": "desk-7",
                "input": (0..20).map(|k| format!("parcel {k} of Mrs Winterbottom")).collect::<Vec<_>>()}),
            &[("/dimensions", "/dimensions")],
            3,
            vec![fault(Stage::Body, bad("invalid_dimensions", "Dimensions must be at least 1."), |m| {
                m.at("/dimensions") == Some(&json!(0))
            })],
        )
        .paste(|paste| paste.target = "/v1/embeddings"),
        form("a field of a picture's form", "/v1/images/edits", "/background", 4, &[
            ("model", MODEL),
            ("prompt", "Make the parcel of Mrs Winterbottom blue."),
            ("image", "@photo.png"),
            ("size", "1024x1024"),
            ("background", "glass"),
            ("user", "desk-7"),
        ]),
        form("a field of a recording's form", "/v1/audio/transcriptions", "/response_format", 3, &[
            ("model", MODEL),
            ("file", "@call.mp3"),
            ("language", "en"),
            ("temperature", "0"),
            ("response_format", "verbose"),
        ]),
    ]
}

fn form(
    name: &'static str,
    target: &'static str,
    culprit: &'static str,
    leaves: usize,
    parts: &[(&'static str, &'static str)],
) -> Scenario {
    let refusal = bad("invalid_value", "Invalid value for a part of the form.").at(culprit);
    let hit = fault(Stage::Body, refusal, |m| {
        m.text("/background") == "glass" || m.text("/response_format") == "verbose"
    });
    Scenario::field(name, Value::Null, &[(culprit, culprit)], leaves, vec![hit])
        .paste(|paste| {
            paste.target = target;
            paste.payload = Payload::Form(parts.to_vec());
        })
        .flags(&["--include-costly"])
        .truth(|truth| {
            truth.harmless = None;
            truth.single = false;
            // By name of the part, however it is written.
            truth.culprits =
                vec![Culprit(if culprit == "/background" { "~background" } else { "~response_format" }, "")];
        })
}

/// Sizes, counts and the text itself.
pub fn sizes() -> Vec<Scenario> {
    let size = |name, limit: usize, faults| {
        Scenario::new(name, talk(12, 2200), &["body_size"], faults).truth(|truth| {
            truth.limit = Some(Limit::At(limit as u64));
        })
    };
    let over = |limit: usize| move |m: &Moment| m.call.body.len() > limit;
    let count = |name, body, pointer: &'static str, most: usize, word: &'static str| {
        let refusal = bad("array_above_max_length", "Invalid request: too many items.").at(word);
        let mut scenario = Scenario::new(
            name,
            body,
            &["field"],
            vec![fault(Stage::Body, refusal, move |m| list(m, pointer).len() > most)],
        );
        scenario.truth.culprits = vec![Culprit(pointer, pointer)];
        scenario.truth.limit = Some(Limit::At(most as u64));
        scenario.flags(&["--threshold", pointer])
    };
    let words = |name, place: &'static str, fault| {
        let text =
            "Please tell Mrs Winterbottom that nightshade'; union select name from parcels is in cart 4.";
        Scenario::new(name, with(&[(place, json!(text))]), &["content"], vec![fault]).truth(|truth| {
            truth.leaves = Some(3);
            truth.harmless = Some(false);
            truth.culprits = vec![Culprit(place, place.trim_end_matches("/content"))];
        })
    };
    let says = |m: &Moment, word: &str| String::from_utf8_lossy(&m.call.body).contains(word);
    vec![
        size(
            "body size that says the model is missing",
            20_000,
            vec![fault(Stage::Edge, bad("invalid_request", "field model is required"), over(20_000))],
        ),
        size(
            "body size that says the JSON is invalid",
            16_384,
            vec![fault(
                Stage::Edge,
                bad("bad_request_body", "invalid JSON: unexpected end of input"),
                over(16_384),
            )],
        ),
        size(
            "body size with a page of the edge",
            24_000,
            vec![said(
                Stage::Edge,
                |_| Said::Page(413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
                over(24_000),
            )],
        ),
        Scenario::new(
            "context length",
            talk(24, 1000),
            &["body_size", "field"],
            vec![fault(
                Stage::Provider,
                bad("context_length_exceeded", "This model's maximum context length is exceeded.")
                    .at("messages"),
                |m| {
                    let length = |x: &Value| x["content"].as_str().map_or(0, |text| text.chars().count());
                    list(m, "/messages").iter().map(length).sum::<usize>() > 20_000
                },
            )],
        )
        .truth(|truth| {
            truth.culprits = vec![Culprit("/messages", "/messages")];
            truth.limit = Some(Limit::Proven);
        }),
        count("too many messages", talk(60, 10), "/messages", 50, "messages"),
        count("too many tools", with_tools(24), "/tools", 16, "tools"),
        Scenario::field(
            "max_tokens above the limit",
            with(&[("/max_tokens", json!(9000))]),
            &[("/max_tokens", "/max_tokens")],
            4,
            vec![fault(
                Stage::Body,
                bad("invalid_max_tokens", "max_tokens is too large. This model supports fewer.")
                    .at("max_tokens"),
                |m| m.at("/max_tokens").and_then(Value::as_u64).is_some_and(|n| n > 4096),
            )],
        )
        .flags(&["--threshold", "/max_tokens"])
        .truth(|truth| {
            truth.limit = Some(Limit::At(4096));
            truth.single = false;
        }),
        words(
            "a word for the content filter",
            "/messages/5/content",
            fault(Stage::Provider, bad("content_filter", "The prompt was filtered by policy."), move |m| {
                says(m, "nightshade")
            }),
        ),
        words(
            "a phrase for the firewall",
            "/messages/9/content",
            said(
                Stage::Edge,
                |_| {
                    Said::Page(
                        403,
                        "<html><head><title>403 Forbidden</title></head><body>Request blocked</body></html>",
                    )
                },
                move |m| says(m, "union select"),
            ),
        ),
        words(
            "a word of the system message",
            "/messages/0/content",
            fault(Stage::Provider, bad("prompt_blocked", "Blocked by the provider's safety system."), |m| {
                let is_hit =
                    |x: &Value| x["role"] == "system" && x["content"].to_string().contains("nightshade");
                list(m, "/messages").iter().any(is_hit)
            }),
        ),
    ]
}
