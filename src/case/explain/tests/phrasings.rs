//! Wordings of gateways and clients from memory and made up in their manner, written down before the rules met them.

use serde::Deserialize;

use super::super::{Record, explain};
use crate::case::catalog::Catalog;
use crate::case::vocabulary::{FailureClass, RetryVerdict};

const PHRASINGS: &str = include_str!("phrasings.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrasing {
    #[serde(rename = "in")]
    input: Record,
    want: Want,
}

type Asked = Option<Option<String>>;

/// Any of the classes and verdicts is right; the message is asked where the field stands, and `null` is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Want {
    class: Vec<FailureClass>,
    retry: Vec<RetryVerdict>,
    #[serde(default, deserialize_with = "asked")]
    message: Asked,
}

fn asked<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Asked, D::Error> {
    Option::deserialize(from).map(Some)
}

#[test]
fn wordings_have_their_class_verdict_and_message() {
    let catalog = Catalog::built_in();
    let mut wrong = Vec::new();
    let lines: Vec<&str> = PHRASINGS.lines().collect();
    for line in &lines {
        let Phrasing { input, want } = serde_json::from_str(line).expect(line);
        let got = explain(&input, None, &catalog);
        let message = got.as_ref().and_then(|g| g.error.message.as_ref().map(ToString::to_string));
        let right = got.as_ref().is_some_and(|g| {
            want.class.contains(&g.failure_class)
                && want.retry.contains(&g.retryable)
                && want.message.as_ref().is_none_or(|asked| *asked == message)
        });
        if !right {
            let told = got.map(|g| (g.failure_class, g.retryable, message));
            wrong.push(format!("{line}\n    {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
fn ids_stand_in_the_order_of_the_text_and_providers_words_inside() {
    // Record; ids; message, parameter, inner message.
    type Row = (&'static str, &'static [&'static str], [Option<&'static str>; 3]);
    let table: &[Row] = &[
        (
            r#"{"text":"Two calls failed with 500, request ids:\n\n- 65f570730b40007dde214d6c94758fce\n- e5ad2d7adee633e0c72ba78c54f63e44\n\nWhy?"}"#,
            &["65f570730b40007dde214d6c94758fce", "e5ad2d7adee633e0c72ba78c54f63e44"],
            [None, None, None],
        ),
        (
            r#"{"text":"Internal error（trace_id：2026090500202657dce70195f34fdd）"}"#,
            &["2026090500202657dce70195f34fdd"],
            [Some("Internal error（trace_id：2026090500202657dce70195f34fdd）"), None, None],
        ),
        (
            r#"{"status":200,"body":"data: {\"choices\":[],\"x_groq\":{\"id\":\"req_01khrvt2r6e9rb7e8qsg86ywkw\"}}\n\nevent: error\ndata: {\"error\":{\"message\":\"it failed\",\"type\":\"x\"}}\n\n"}"#,
            &["req_01khrvt2r6e9rb7e8qsg86ywkw"],
            [Some("it failed"), None, None],
        ),
        (
            r#"{"body":"{\"message\":\"Upstream failed\",\"details\":{\"error\":{\"message\":\"No such key\",\"code\":\"invalid_api_key\"}}}"}"#,
            &[],
            [Some("Upstream failed"), None, Some("No such key")],
        ),
        (
            r#"{"text":"Copilot Request id: 4f2c1a77-0e51-4a0e-9f3e-3a2d9e0c1b11\n\nReason: Request Failed: 429 {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow\"},\"request_id\":\"req_011CQabcdefghijk\"}"}"#,
            &["4f2c1a77-0e51-4a0e-9f3e-3a2d9e0c1b11", "req_011CQabcdefghijk"],
            [Some("Slow"), None, None],
        ),
        (
            r#"{"text":"{'apim-request-id': 'eb2486b2-bf72-4bac-bb4f-f30df0a00000', 'x-ms-region': 'East US', 'x-request-id': '982ef905-79f0-4a9e-9cfe-781287280000'}"}"#,
            &["eb2486b2-bf72-4bac-bb4f-f30df0a00000", "982ef905-79f0-4a9e-9cfe-781287280000"],
            [None, None, None],
        ),
        (
            r#"{"status":404,"headers":{"llm_provider-x-amzn-requestid":"9f25b8b6-b597-4a68-abc5-e5d5191a0000"}}"#,
            &["9f25b8b6-b597-4a68-abc5-e5d5191a0000"],
            [None, None, None],
        ),
        (
            r#"{"text":"[{\"error\":\"Error: 429 {\\\"type\\\":\\\"error\\\",\\\"error\\\":{\\\"type\\\":\\\"rate_limit_error\\\",\\\"message\\\":\\\"Slow down\\\"},\\\"request_id\\\":\\\"req_011CcR9mkMvXdaiWP4739PSN\\\"}\"},{\"error\":\"Error: 429 {\\\"type\\\":\\\"error\\\",\\\"error\\\":{\\\"type\\\":\\\"rate_limit_error\\\",\\\"message\\\":\\\"Again\\\"},\\\"request_id\\\":\\\"req_011CcRAg8tTKR3QtEPLyERT8\\\"}\"}]"}"#,
            &["req_011CcR9mkMvXdaiWP4739PSN", "req_011CcRAg8tTKR3QtEPLyERT8"],
            [Some("Slow down"), None, None],
        ),
        (
            r#"{"body":"data: {\n  \"type\": \"error\",\n  \"error\": {\n    \"type\": \"overloaded_error\",\n    \"message\": \"Overloaded\"\n  },\n  \"request_id\": \"req_011Ce3HwQb6vtbs9LQVmh400\"\n}"}"#,
            &["req_011Ce3HwQb6vtbs9LQVmh400"],
            [Some("Overloaded"), None, None],
        ),
        (
            r#"{"status":422,"body":"{\"detail\":[{\"loc\":[\"body\",130],\"msg\":\"Unterminated string\",\"type\":\"value_error.jsondecode\"}]}"}"#,
            &[],
            [Some("Unterminated string"), None, None],
        ),
        (
            r#"{"body":"{\"code\":11133,\"msg\":\"Invalid request parameters\",\"extError\":{\"code\":\"400001\",\"message\":\"it was rejected\",\"StatusCode\":400}}"}"#,
            &[],
            [Some("Invalid request parameters"), None, Some("it was rejected")],
        ),
        (
            r#"{"text":"The response was filtered by our policy. Please modify your prompt. Status: 400 (model_error) ErrorCode: content_filter"}"#,
            &[],
            [Some("The response was filtered by our policy. Please modify your prompt."), None, None],
        ),
    ];
    let catalog = Catalog::built_in();
    for (record, ids, words) in table {
        let got = explain(&serde_json::from_str(record).expect(record), None, &catalog).expect(record);
        let found: Vec<String> = got.request_ids.iter().map(|id| id.id.to_string()).collect();
        assert_eq!(found, *ids, "{record}");
        let text = |clean: &Option<crate::case::sanitize::Clean>| clean.as_ref().map(ToString::to_string);
        let error = &got.error;
        let told = [text(&error.message), text(&error.param), text(&error.inner_message)];
        assert_eq!(told, words.map(|w| w.map(str::to_owned)), "{record}");
    }
}
