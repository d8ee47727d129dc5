//! Scenarios where a size, a count or the text itself decides.

use serde_json::{Value, json};

use crate::bodies::{talk, with, with_tools};
use crate::fields::bad;
use crate::gateway::{Moment, Said, Stage};
use crate::scenario::{Culprit, Limit, Scenario, fault, said};

/// Sizes, counts and the text itself.
#[expect(clippy::too_many_lines, reason = "a table")]
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
            vec![fault(Stage::Body, refusal, move |m| m.list(pointer).len() > most)],
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
                    m.list("/messages").iter().map(length).sum::<usize>() > 20_000
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
                m.list("/messages").iter().any(is_hit)
            }),
        )
        // That it stands in a system message is a part of it.
        .truth(|truth| truth.culprits.push(Culprit("/messages/0/role", "/messages/0"))),
    ]
}
