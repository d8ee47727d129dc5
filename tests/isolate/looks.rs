//! Scenarios whose failure looks different each time or like none, and those where no field of a JSON body is at fault.

use serde_json::{Value, json};

use crate::bodies::{MODEL, hundred, with};
use crate::fields::bad;
use crate::gateway::{Moment, Said, Stage, completion};
use crate::scenario::{Culprit, Payload, Scenario, fault, said};

/// Failures that look different each time, or look like no failure.
#[expect(clippy::too_many_lines, reason = "a table")]
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
