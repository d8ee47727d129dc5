//! Scenarios where the request's body is not at fault: keys, models, paths, streams, the platform, the network, chance.

use serde_json::json;

use crate::bodies::{MODEL, hundred, with};
use crate::contract::Refusal;
use crate::gateway::{Moment, Said, Stage};
use crate::scenario::{Scenario, fault, other_key, own_key, said};

const OTHER_KEY: &[&str] = &["--other-key-env", "OTHER_KEY"];

fn scenario(
    name: &'static str,
    verdicts: &'static [&'static str],
    faults: Vec<crate::gateway::Fault>,
) -> Scenario {
    Scenario::new(name, hundred(), verdicts, faults)
}

fn is_own(moment: &Moment) -> bool {
    moment.call.key() == Some(own_key().as_str())
}

/// Keys, accounts and models.
pub fn keys_and_models() -> Vec<Scenario> {
    let bad_key =
        || fault(Stage::Auth, Refusal::new(401, "invalid_api_key", "Incorrect API key provided."), is_own);
    let no_quota = || {
        fault(Stage::Quota, Refusal::new(403, "insufficient_user_quota", "The quota is not enough."), is_own)
    };
    let of_model = |status, code, message: &str| {
        fault(Stage::Model, Refusal::new(status, code, message), |m| m.text("/model") == "gpt-5o-mini")
    };
    let wrong_model = || with(&[("/model", json!("gpt-5o-mini"))]);
    let not_allowed = || {
        let refusal =
            Refusal::new(403, "model_not_allowed", "This token has no access to model gpt-4o-mini.");
        fault(Stage::Model, refusal, |m| is_own(m) && m.text("/model") == MODEL)
    };
    let limited = |name, only_own: bool, verdicts| {
        let refusal =
            Refusal::new(429, "rpm_exceeded", "You have reached your limit of requests per minute.");
        scenario(name, verdicts, vec![fault(Stage::Rate, refusal, move |m| !only_own || is_own(m))])
            .flags(OTHER_KEY)
    };
    vec![
        scenario("a bad key, the other works", &["key"], vec![bad_key()])
            .gate(|gate| gate.keys = vec![other_key()])
            .flags(OTHER_KEY),
        scenario("a bad key, no other at hand", &["cannot_tell"], vec![bad_key()])
            .gate(|gate| gate.keys = vec![other_key()])
            .truth(|truth| truth.needs = Some("key")),
        scenario("no quota for this key", &["account", "key"], vec![no_quota()]).flags(OTHER_KEY),
        scenario("no quota, no other key at hand", &["account", "cannot_tell"], vec![no_quota()]),
        scenario(
            "all keys suspended",
            &["account", "cannot_tell"],
            vec![fault(
                Stage::Auth,
                Refusal::new(403, "account_suspended", "This account is suspended."),
                |m| m.call.key().is_some(),
            )],
        )
        .flags(OTHER_KEY),
        Scenario::new(
            "a bad model, another named",
            wrong_model(),
            &["model"],
            vec![of_model(404, "model_not_found", "The model 'gpt-5o-mini' does not exist.")],
        )
        .flags(&["--other-model", "gpt-4o"]),
        Scenario::new(
            "no channel for a model, others listed",
            wrong_model(),
            &["model"],
            vec![of_model(
                503,
                "model_not_found",
                "No available channel for model gpt-5o-mini under group default",
            )],
        ),
        scenario("no permission for a model", &["model"], vec![not_allowed()]),
        // What lacks is this key for this model: each of the two changed alone mends it, so neither alone is to blame.
        scenario(
            "no permission for a model, the other key has it",
            &["model", "key", "account", "cannot_tell"],
            vec![not_allowed()],
        )
        .flags(OTHER_KEY),
        limited("rate limit of everything", false, &["account", "platform", "cannot_tell"]),
        limited("rate limit of this key", true, &["account", "key"]),
    ]
}

/// Paths and base URLs.
pub fn paths() -> Vec<Scenario> {
    let path = |name, target: &'static str, say: fn(&Moment) -> Said| {
        scenario(name, &["path_or_base_url"], vec![said(Stage::Path, say, move |m| m.call.path == target)])
            .paste(|paste| paste.target = target)
    };
    let missing = |m: &Moment| {
        let message = format!("Invalid URL ({} {})", m.call.method, m.call.path);
        Said::Error(Refusal::new(404, "invalid_url", &message))
    };
    vec![
        path("/v1 twice", "/v1/v1/chat/completions", missing),
        path("/v1 missing", "/chat/completions", missing),
        path("/v1 missing gives a page", "/chat/completions", |_| {
            Said::Page(200, "<!doctype html><html><head><title>New API</title></head><body></body></html>")
        }),
        path("a slash at the end", "/v1/chat/completions/", |_| {
            Said::Moved("/v1/chat/completions".to_owned())
        }),
    ]
}

/// Streams.
pub fn streams() -> Vec<Scenario> {
    let on = || with(&[("/stream", json!(true))]);
    let is_on = |m: &Moment| m.at("/stream") == Some(&json!(true));
    let refusal = |code, message| Refusal::new(400, code, message);
    vec![
        Scenario::new(
            "only streams are refused",
            on(),
            &["stream", "field"],
            vec![fault(
                Stage::Body,
                refusal("stream_unsupported", "This organization must be verified to stream this model."),
                is_on,
            )],
        )
        .truth(stream_field),
        Scenario::new(
            "only streams are cut",
            on(),
            &["stream"],
            vec![said(Stage::Provider, |_| Said::Cut, is_on)],
        ),
        Scenario::new(
            "only streams work",
            hundred(),
            &["stream", "field"],
            vec![fault(
                Stage::Body,
                refusal(
                    "stream_required",
                    "This model only supports stream mode, please enable the stream parameter.",
                ),
                move |m| !is_on(m),
            )],
        )
        .truth(stream_field),
    ]
}

fn stream_field(truth: &mut crate::scenario::Truth) {
    truth.culprits = vec![crate::scenario::Culprit("/stream", "/stream")];
}

/// The platform, the network, chance, and nothing.
pub fn elsewhere() -> Vec<Scenario> {
    let flaky = |name, percent| {
        scenario(
            name,
            &["flaky", "cannot_tell"],
            vec![fault(
                Stage::Provider,
                Refusal::new(500, "upstream_error", "The upstream failed while processing."),
                move |m| m.dice(11, 100) < percent,
            )],
        )
    };
    vec![
        scenario(
            "everything is down",
            &["platform"],
            vec![fault(
                Stage::Edge,
                Refusal::new(503, "service_unavailable", "The service is down for maintenance."),
                |_| true,
            )],
        ),
        scenario(
            "all providers are down",
            &["platform"],
            vec![fault(
                Stage::Provider,
                Refusal::new(502, "bad_response_status_code", "upstream answered with status 502"),
                |_| true,
            )],
        )
        .flags(OTHER_KEY),
        flaky("flaky, three in ten", 30),
        flaky("flaky, one in two", 50),
        scenario("nobody listens", &["network"], Vec::new()).paste(|paste| paste.refused = true),
        scenario(
            "every connection is reset",
            &["network", "platform"],
            vec![said(Stage::Edge, |_| Said::Reset, |_| true)],
        ),
        // A 503 between answers that worked is a failure of some runs.
        scenario("nothing fails", &["none"], Vec::new()).truth(|truth| truth.noisy_verdicts = &["flaky"]),
    ]
}
