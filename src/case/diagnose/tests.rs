//! The classification table of the domain, row by row, and wordings that no rule was written for.

use super::*;
use crate::case::catalog::{Example, Rank};
use crate::case::evidence::{
    BodyEnd, Connection, Expectation, Outcome, Response, Source, SseReader, Timing, TransportFailure, read,
};
use crate::case::vocabulary::TransportKind;

fn attempt(outcome: Outcome) -> Attempt {
    Attempt {
        index: 1,
        source: Source::Sent,
        at: None,
        outcome,
        timing: Timing::default(),
        connection: Connection::default(),
        client_request_id: None,
        polls: 0,
        waited_ms: None,
        decision: None,
        reason: String::new(),
        request_bytes: 0,
        written: Vec::new(),
    }
}

fn answer(status: impl Into<Option<u16>>, body: &str) -> Response {
    Response {
        status: status.into(),
        body: body.as_bytes().to_vec(),
        body_bytes: body.len() as u64,
        ..Response::default()
    }
}

fn diagnosis_of(response: Response) -> Diagnosis {
    diagnosis_for(response, &Expectation::default(), "cometapi")
}

fn diagnosis_for(response: Response, expectation: &Expectation<'_>, profile: &str) -> Diagnosis {
    let catalog = Catalog::built_in();
    let attempt = attempt(Outcome::Response(response));
    let profile = catalog.profile(profile);
    let reading = read(&attempt, expectation, profile);
    diagnose(&attempt, &reading, &catalog, profile)
}

fn diagnosis_of_example(example: &Example) -> Diagnosis {
    let catalog = Catalog::built_in();
    let attempt = crate::case::review::attempt_of(example);
    let profile = catalog.profile("cometapi");
    diagnose(&attempt, &read(&attempt, &Expectation::default(), profile), &catalog, profile)
}

/// Rules whose case an example cannot state: packed bodies that are broken or unpack to gigabytes, a request that asked for a stream or a
/// task, and what a client said where the body is lost; tests of their own have them.
const WITHOUT_EXAMPLE: [&str; 6] = [
    "packed_bomb",
    "packed_undecodable",
    "soft_not_a_stream",
    "soft_task_failed",
    "told_rate_of_library",
    "told_rate_name_only",
];

#[test]
fn a_lost_429_may_be_any_limit() {
    let table = [
        (
            "429 Client Error: Too Many Requests for url: https://h/v1",
            "told_rate_of_library",
            RetryVerdict::Maybe,
        ),
        (
            "Rate Limit Error, 429 Client Error: Too Many Requests for url: h",
            "told_rate_of_library",
            RetryVerdict::Maybe,
        ),
        ("ERROR: 429 Too Many Requests", "told_rate_name_only", RetryVerdict::Maybe),
        ("Too Many Requests: 3 requests per minute", "message_rate_limited", RetryVerdict::Yes),
    ];
    let catalog = Catalog::built_in();
    let profile = catalog.profile("cometapi");
    for (told, rule, retry) in table {
        let example: Example =
            serde_json::from_value(serde_json::json!({"status": 429, "body": ""})).unwrap();
        let mut attempt = crate::case::review::attempt_of(&example);
        if let crate::case::evidence::Outcome::Response(response) = &mut attempt.outcome {
            response.told = Some(told.to_owned());
        }
        let found = diagnose(&attempt, &read(&attempt, &Expectation::default(), profile), &catalog, profile);
        assert_eq!((found.because[0].rule.as_str(), found.retryable), (rule, retry), "{told}");
    }
}

/// A rule that never decides what it was written for is shadowed by another, or says nothing.
#[test]
fn every_rule_decides_one_of_its_examples() {
    let mut wrong = Vec::new();
    for rule in &Catalog::built_in().rules {
        let mut by = rule.examples.iter().map(|example| diagnosis_of_example(example).because);
        let decides = by.any(|because| because.first().is_some_and(|reason| reason.rule == rule.id));
        if decides == WITHOUT_EXAMPLE.contains(&rule.id.as_str()) {
            let by: Vec<_> = rule
                .examples
                .iter()
                .map(|e| diagnosis_of_example(e).because.first().map(|r| r.rule.clone()))
                .collect();
            wrong.push(format!("{}: decided by {by:?}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_decides_its_examples() {
    let mut wrong = Vec::new();
    for rule in &Catalog::built_in().rules {
        for example in &rule.examples {
            let found = diagnosis_of_example(example);
            let class_fits = found.class == rule.then.class;
            let retry_fits = example.retry.is_none_or(|retry| retry == found.retryable);
            // Another rule of the same class may be more specific; the class and the verdict are what counts.
            if !class_fits || !retry_fits {
                wrong.push(format!("{}: {example:?}\n   -> {found:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn message_rules_stand_in_the_order_of_the_classes() {
    let catalog = Catalog::built_in();
    let classes: Vec<_> =
        catalog.rules.iter().filter(|r| r.rank() == Rank::Message).map(|r| (r.then.class, &r.id)).collect();
    assert!(classes.len() > 30);
    // A page's title that limits the rate stands beside the firewall's: titles and messages never meet in one answer.
    let in_order: Vec<_> = classes.iter().filter(|(_, id)| !id.starts_with("title_")).collect();
    for pair in in_order.windows(2) {
        assert!(pair[0].0 <= pair[1].0, "{} before {}", pair[0].1, pair[1].1);
    }
}

#[test]
fn rules_point_at_topics_that_exist_and_name_their_source() {
    let catalog = Catalog::built_in();
    for rule in &catalog.rules {
        for topic in rule.then.see_also.iter().chain(&rule.then.topic) {
            assert!(catalog.topic(topic).is_some(), "{}: {topic}", rule.id);
        }
        assert!(rule.source.starts_with("https://") || rule.source == "casefile", "{}", rule.id);
        assert!(
            ["2026-06-18", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]
                .contains(&rule.accessed.as_str()),
            "{}",
            rule.id
        );
        assert!(rule.because.ends_with('.') && !rule.because.contains("  "), "{}", rule.id);
    }
}

/// One line per row of the classification table of the domain reference, where it is told by one answer.
#[test]
fn the_rows_of_the_domain_table() {
    use FailureClass as C;
    use RetryVerdict::{Maybe, No, Yes};
    let e = |code: &str, message: &str| {
        serde_json::json!({"error": {"message": message, "type": "x", "param": null, "code": code}})
            .to_string()
    };
    let table: Vec<(u8, u16, String, C, RetryVerdict)> = vec![
        (4, 404, "<!doctype html><html><title>Comet</title></html>".into(), C::PathOrBaseUrl, No),
        (5, 404, e("", "Invalid URL (POST /v1/x)"), C::PathOrBaseUrl, No),
        (6, 404, e("model_not_found", "gone"), C::ModelUnavailable, No),
        (7, 405, String::new(), C::PathOrBaseUrl, No),
        (7, 501, e("api_not_implemented", "API not implemented"), C::PathOrBaseUrl, No),
        (8, 401, e("", "Token not provided"), C::Auth, No),
        (9, 401, e("", "This token has expired"), C::Auth, No),
        (10, 403, e("quota_not_enough", "x"), C::QuotaOrBillingClaim, No),
        (10, 400, e("", "insufficient balance"), C::QuotaOrBillingClaim, No),
        (11, 401, e("", "Invalid token"), C::Auth, No),
        (12, 402, e("", "x"), C::QuotaOrBillingClaim, No),
        (
            13,
            403,
            "<html><title>Attention Required! | Cloudflare</title></html>".into(),
            C::PermissionOrWaf,
            No,
        ),
        (14, 403, e("access_denied", "Your IP is not in the allowlist"), C::PermissionOrWaf, No),
        (15, 403, e("", "分组 vip 已被弃用"), C::PermissionOrWaf, No),
        (16, 403, e("permission_denied", "no access to model"), C::PermissionOrWaf, No),
        (17, 403, e("unsupported_country_region_territory", "x"), C::PermissionOrWaf, No),
        (18, 403, e("", "User has been banned"), C::PermissionOrWaf, No),
        (19, 451, e("content_filter", "x"), C::ContentPolicy, No),
        (20, 429, e("context_length_exceeded", "upstream load is saturated"), C::ContextLength, No),
        (21, 413, "<html><title>413 Request Entity Too Large</title></html>".into(), C::PayloadTooLarge, No),
        (22, 415, String::new(), C::RequestInvalid, No),
        (23, 500, e("invalid_request", "field messages is required"), C::RequestInvalid, No),
        (23, 500, e("", "messages is required"), C::RequestInvalid, No),
        (24, 400, e("missing_required_parameter", "x"), C::RequestInvalid, No),
        (25, 500, e("model_price_error", "ratio or price not set"), C::ModelUnavailable, No),
        (26, 503, e("model_not_found", "no available channel for model X"), C::ModelUnavailable, Maybe),
        (27, 500, e("channel:no_available_key", "x"), C::UpstreamServer, Yes),
        (28, 400, e("convert_request_failed", "not supported model for image"), C::UnsupportedParameter, No),
        (29, 400, e("task_not_exist", "x"), C::UpstreamServer, Yes),
        (30, 429, e("", "您已达到总请求数限制：1分钟内最多请求5次，包括失败次数"), C::RateLimited, Yes),
        (31, 429, e("insufficient_quota", "exceeded your current quota"), C::QuotaOrBillingClaim, No),
        (32, 429, e("", "saturated"), C::RateLimited, Yes),
        (32, 429, String::new(), C::RateLimited, Maybe),
        (33, 408, String::new(), C::UpstreamServer, Yes),
        (33, 409, e("", "x"), C::UpstreamServer, Yes),
        (
            34,
            504,
            "<html><center><h1>504 Gateway Time-out</h1></center></html>".into(),
            C::GatewayTimeout,
            Yes,
        ),
        (34, 524, String::new(), C::GatewayTimeout, Yes),
        (35, 522, "<html><title>x | 522: Connection timed out</title></html>".into(), C::UpstreamServer, Yes),
        (36, 502, "<html><title>502 Bad Gateway</title></html>".into(), C::UpstreamServer, Yes),
        (36, 529, e("", "x"), C::UpstreamServer, Yes),
        (37, 500, e("do_request_failed", "x"), C::UpstreamServer, Yes),
        (38, 200, e("rate_limit_exceeded", "x"), C::RateLimited, Yes),
        (38, 200, r#"{"success":false,"message":"Invalid token"}"#.into(), C::Auth, No),
        (38, 200, r#"{"error":{"message":"x","code":502}}"#.into(), C::UpstreamServer, Yes),
        (39, 200, "{\"choices\":".into(), C::InvalidResponse, Maybe),
        (
            40,
            200,
            r#"{"choices":[{"finish_reason":"length","message":{"content":"a"}}]}"#.into(),
            C::ContextLength,
            No,
        ),
        (
            40,
            200,
            r#"{"choices":[{"finish_reason":"content_filter","message":{"content":null}}]}"#.into(),
            C::ContentPolicy,
            No,
        ),
        (
            40,
            200,
            r#"{"choices":[{"finish_reason":"stop","message":{"content":""}}]}"#.into(),
            C::InvalidResponse,
            No,
        ),
        (
            42,
            200,
            r#"{"code":"success","data":{"status":"FAILURE","fail_reason":""}}"#.into(),
            C::UpstreamServer,
            No,
        ),
        (43, 418, e("", "x"), C::Unknown, No),
        (43, 599, String::new(), C::ClientTimeout, Maybe),
        (43, 507, e("", "x"), C::UpstreamServer, Yes),
    ];
    for (row, status, body, class, retry) in table {
        let found = diagnosis_of(answer(status, &body));
        assert_eq!((found.class, found.retryable), (class, retry), "row {row}: {status} {body}\n{found:?}");
    }
}

#[test]
fn transport_failures() {
    use FailureClass as C;
    use RetryVerdict::{Maybe, No};
    let table = [
        (TransportKind::Dns, C::NetworkDns, Maybe),
        (TransportKind::Connect, C::NetworkConnect, Maybe),
        (TransportKind::ConnectTimeout, C::NetworkConnect, Maybe),
        (TransportKind::Tls, C::NetworkTls, No),
        (TransportKind::Reset, C::NetworkReset, Maybe),
        (TransportKind::FirstByteTimeout, C::ClientTimeout, Maybe),
        (TransportKind::IdleTimeout, C::ClientTimeout, Maybe),
        (TransportKind::TotalTimeout, C::ClientTimeout, Maybe),
        (TransportKind::Proxy, C::NetworkConnect, Maybe),
        (TransportKind::Protocol, C::InvalidResponse, Maybe),
        (TransportKind::Cancelled, C::Unknown, Maybe),
        (TransportKind::Local, C::Unknown, No),
        (TransportKind::Other, C::Unknown, Maybe),
    ];
    let catalog = Catalog::built_in();
    for (kind, class, retry) in table {
        let attempt = attempt(Outcome::Transport(TransportFailure { kind, detail: String::new() }));
        let reading = read(&attempt, &Expectation::default(), None);
        let found = diagnose(&attempt, &reading, &catalog, None);
        assert_eq!((found.class, found.retryable), (class, retry), "{kind}");
        assert!(!found.because.is_empty(), "{kind}");
    }
    assert_eq!(TransportKind::ALL.len(), table.len());
}

#[test]
fn redirects_and_streams() {
    let to =
        |location: &str| Response { headers: vec![("location".into(), location.into())], ..answer(301, "") };
    let found = diagnosis_of(to("https://www.cometapi.com/v1/x"));
    assert_eq!(found.class, FailureClass::PathOrBaseUrl);
    assert_eq!(found.topic, "getting_started_base_url");

    let stream = |text: &str, cut: bool| {
        let mut reader = SseReader::new();
        reader.feed(text.as_bytes(), 5);
        let reset = TransportFailure { kind: TransportKind::Reset, detail: String::new() };
        let end = if cut { BodyEnd::Cut(reset) } else { BodyEnd::Complete };
        diagnosis_of(Response { stream: Some(reader.finish(cut)), end, ..answer(200, text) }).class
    };
    let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
    let stop = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let table = [
        (format!("{chunk}{stop}data: [DONE]\n\n"), false, FailureClass::None),
        (format!("{chunk}data: [DONE]\n\n"), false, FailureClass::StreamInterrupted),
        (chunk.to_owned(), false, FailureClass::StreamInterrupted),
        (chunk.to_owned(), true, FailureClass::StreamInterrupted),
        (format!("{chunk}data: {{\"error\":{{\"message\":\"x\",\"code\":\"500\"}}}}\n\n"), false, FailureClass::StreamInterrupted),
        (
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n".to_owned(),
            false,
            FailureClass::UpstreamServer,
        ),
        (format!("{stop}data: [DONE]\n\n"), false, FailureClass::InvalidResponse),
        (format!("{chunk}data: {{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"content_filter\"}}]}}\n\n"), false, FailureClass::ContentPolicy),
    ];
    for (text, cut, class) in table {
        assert_eq!(stream(&text, cut), class, "{text}");
    }
}

#[test]
fn a_worked_request_is_none_and_a_cut_body_is_not() {
    let good = r#"{"choices":[{"finish_reason":"stop","message":{"content":"ok"}}]}"#;
    let found = diagnosis_of(answer(200, good));
    assert_eq!((found.class, found.operator_action), (FailureClass::None, OperatorAction::None));
    let reset = TransportFailure { kind: TransportKind::Reset, detail: String::new() };
    let cut = diagnosis_of(Response { end: BodyEnd::Cut(reset), ..answer(200, "{\"choices\":[{\"mess") });
    assert_eq!(cut.class, FailureClass::NetworkReset);
    let capped = diagnosis_of(Response { end: BodyEnd::Capped, ..answer(200, "{\"choices\":[{\"mess") });
    assert_eq!(capped.class, FailureClass::None);
}

#[test]
fn reasons_alternatives_and_topics() {
    let body =
        r#"{"error":{"message":"balance is not enough","type":"x","param":"","code":"permission_denied"}}"#;
    let found = diagnosis_of(answer(403, body));
    assert_eq!(found.class, FailureClass::QuotaOrBillingClaim);
    assert_eq!(found.because.first().map(|r| r.rule.as_str()), Some("message_money"));
    assert_eq!(found.topic, "abnormal_charge");
    assert!(found.see_also.contains(&"balance".to_owned()));
    assert_eq!(found.alternatives.first().map(|a| a.class), Some(FailureClass::PermissionOrWaf));

    // Another gateway gets the general topic, never CometAPI's finer ones.
    let other = diagnosis_for(answer(403, body), &Expectation::default(), "openai_compatible");
    assert_eq!((other.topic.as_str(), other.see_also.len()), ("abnormal_charge", 0));

    // The profile's own choice of topics comes before the class's.
    let catalog = Catalog::built_in();
    let mut profile = catalog.profile("cometapi").cloned().expect("cometapi");
    profile.topics.insert("auth".to_owned(), "support_form".to_owned());
    let attempt = attempt(Outcome::Response(answer(401, "")));
    let reading = read(&attempt, &Expectation::default(), Some(&profile));
    assert_eq!(diagnose(&attempt, &reading, &catalog, Some(&profile)).topic, "support_form");
}

#[test]
fn topics_follow_the_classes() {
    use FailureClass as C;
    let catalog = Catalog::built_in();
    for class in C::ALL {
        let want = match class {
            C::RateLimited => "rate_limits_concurrency",
            C::PermissionOrWaf => "waf_403",
            C::PathOrBaseUrl | C::NetworkDns => "getting_started_base_url",
            C::QuotaOrBillingClaim => "abnormal_charge",
            C::UpstreamServer | C::GatewayTimeout => "maintenance",
            C::Unknown => "support_form",
            _ => "error_handling",
        };
        assert_eq!(catalog.class(*class).map(|c| c.topic.as_str()), Some(want), "{class}");
    }
}

/// Wordings that no rule quotes.
#[test]
fn unseen_wordings() {
    use FailureClass as C;
    let table = [
        (401, "The access key you supplied was not recognized", C::Auth),
        (401, "Your API key has been revoked by its owner", C::Auth),
        (403, "Your wallet has insufficient funds for this call", C::QuotaOrBillingClaim),
        (400, "Sorry, there is no remaining credit; please top up your balance", C::QuotaOrBillingClaim),
        (429, "Organization concurrency limit of 4 reached", C::RateLimited),
        (400, "parameter `logit_bias` is not supported by this endpoint", C::UnsupportedParameter),
        (400, "Streaming is not supported for this model", C::UnsupportedParameter),
        (404, "Deployment my-gpt not found", C::ModelUnavailable),
        (400, "Unknown model: foo-7b", C::ModelUnavailable),
        (400, "messages: at least one message is required", C::RequestInvalid),
        (400, "temperature must be between 0 and 2", C::RequestInvalid),
        (400, "messages.0.role: Input should be 'user' or 'assistant'", C::RequestInvalid),
        (400, "Could not parse JSON body", C::RequestInvalid),
        (400, "Uploaded file exceeds the 20 MB limit", C::PayloadTooLarge),
        (400, "Your conversation is too long for this model", C::ContextLength),
        (403, "You are not allowed to use this model", C::PermissionOrWaf),
        (403, "Request blocked by WAF rule 1020", C::PermissionOrWaf),
        (500, "The upstream provider timed out", C::GatewayTimeout),
        (500, "An error occurred while processing your request.", C::UpstreamServer),
        (404, "The requested resource was not found", C::PathOrBaseUrl),
        (400, "Your prompt was flagged as violating our content policy", C::ContentPolicy),
        (429, "服务繁忙", C::UpstreamServer),
        (429, "访问过于频繁", C::RateLimited),
        (400, "参数错误: messages 不能为空", C::RequestInvalid),
        (401, "API Key 无效", C::Auth),
    ];
    for (status, message, class) in table {
        let body =
            serde_json::json!({"error": {"message": message, "type": null, "param": null, "code": null}});
        let found = diagnosis_of(answer(status, &body.to_string()));
        assert_eq!(found.class, class, "{status} {message}: {:?}", found.because);
    }
}

proptest::proptest! {
    #[test]
    fn no_answer_panics(status in 0_u16..700, body in "\\PC*") {
        let found = diagnosis_of(answer(status, &body));
        proptest::prop_assert!(!found.topic.is_empty());
        let found = diagnosis_of(answer(None, &format!("{{\"error\":{{\"message\":{body:?}}}}}")));
        proptest::prop_assert!(!found.topic.is_empty());
    }
}

#[test]
fn wordings_of_the_world() {
    let mut wrong = Vec::new();
    let lines: Vec<_> = include_str!("wordings.txt").lines().filter(|l| !l.starts_with('#')).collect();
    assert!(lines.len() > 200);
    for line in lines {
        let mut parts = line.splitn(3, '|');
        let (status, want, text) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let body = match text.strip_prefix('~') {
            Some(plain) => plain.to_owned(),
            None if text.starts_with(['{', '[', '<']) => text.to_owned(),
            None => {
                serde_json::json!({"error": {"message": text, "type": null, "param": null, "code": null}})
                    .to_string()
            }
        };
        let found = diagnosis_of(answer(status.parse::<u16>().ok(), &body));
        if found.class.as_str() != want {
            wrong.push(format!(
                "{line}\n   -> {} by {:?}",
                found.class,
                found.because.first().map(|r| &r.rule)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A code says the class, the message beside it the cause; what always holds is added whichever rule decides.
#[test]
fn rules_that_agree_tell_more_and_what_always_holds_is_added() {
    let body = |code: &str, message: &str| {
        serde_json::json!({"error": {"message": message, "type": "x", "param": "", "code": code}}).to_string()
    };
    let saturated = "Current group upstream load is saturated";
    let found = diagnosis_of(answer(429, &body("rate_limit_exceeded", saturated)));
    assert_eq!(found.because.first().map(|r| r.rule.as_str()), Some("code_rate_limited"));
    assert_eq!(found.cause.as_deref(), Some("saturation"));
    assert_eq!(found.owner, Owner::Integrator);

    // The code decides against the message, but that the message is not the provider's stays true.
    let hidden = diagnosis_of(answer(429, &body("context_length_exceeded", saturated)));
    assert_eq!((hidden.class, hidden.retryable), (FailureClass::ContextLength, RetryVerdict::No));
    assert!(hidden.uncertain.iter().any(|u| u.contains("in place of the provider's")), "{hidden:?}");

    // A special action belongs to its cause: the general code takes the action of the message that names one.
    let quota = diagnosis_of(answer(401, &body("quota_not_enough", "TokenStatusExhausted[sk-abc***xyz]")));
    assert_eq!(quota.cause.as_deref(), Some("token_quota"));
    assert!(quota.first_action.contains("key's own quota"), "{}", quota.first_action);
    assert!(quota.see_also.contains(&"cm.token_quota".to_owned()));
}

#[test]
fn an_error_event_after_the_beginning_is_never_a_plain_yes() {
    let stream = |event: &str| {
        let text = format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}},\"finish_reason\":null}}]}}\n\n{event}\n\n"
        );
        let mut reader = SseReader::new();
        reader.feed(text.as_bytes(), 5);
        diagnosis_of(Response { stream: Some(reader.finish(false)), ..answer(200, &text) })
    };
    let found = stream(r#"data: {"error":{"message":"Overloaded","type":"overloaded_error"}}"#);
    assert_eq!((found.class, found.retryable), (FailureClass::UpstreamServer, RetryVerdict::Maybe));
    assert!(found.see_also.contains(&"guide.retry".to_owned()), "{:?}", found.see_also);
    assert!(found.first_action.contains("regenerated"), "{}", found.first_action);
    for general in [
        r#"data: {"error":{"message":"The server had an error","type":"server_error","code":"server_error"}}"#,
        r#"data: {"error":{"message":"Internal server error","type":"api_error"}}"#,
        r#"data: {"error":{"message":"oops","code":502}}"#,
    ] {
        let found = stream(general);
        let want = (FailureClass::StreamInterrupted, RetryVerdict::Maybe);
        assert_eq!((found.class, found.retryable), want, "{general}");
    }
    let found = stream(r#"data: {"error":{"message":"x","code":"context_length_exceeded"}}"#);
    assert_eq!((found.class, found.retryable), (FailureClass::ContextLength, RetryVerdict::No));
}

#[test]
fn an_empty_429_is_the_gateways_limiter_only_with_its_own_id() {
    let own = ("x-cometapi-request-id".to_owned(), "20260205132859798638387SIHCnxzJ".to_owned());
    let found = diagnosis_of(Response { headers: vec![own], ..answer(429, "") });
    assert_eq!((found.class, found.retryable), (FailureClass::RateLimited, RetryVerdict::Yes));
    let anybody = ("x-request-id".to_owned(), "req_1".to_owned());
    let found = diagnosis_of(Response { headers: vec![anybody], ..answer(429, "") });
    assert_eq!((found.class, found.retryable), (FailureClass::RateLimited, RetryVerdict::Maybe));
}

/// A status says nothing that a more special rule of the same kind has not said better.
#[test]
fn a_general_status_is_no_alternative_to_a_special_one() {
    for (status, class) in [(504, FailureClass::GatewayTimeout), (522, FailureClass::UpstreamServer)] {
        let found = diagnosis_of(answer(status, ""));
        assert_eq!((found.class, found.alternatives.len()), (class, 0), "{:?}", found.alternatives);
    }
    let found = diagnosis_of(answer(504, ""));
    assert!(found.uncertain.iter().any(|u| u.contains("billed")), "{:?}", found.uncertain);
}

#[test]
fn a_retry_is_promised_by_known_words_only() {
    // Nobody knows the words, or the report names a fault of the request beside a server's failure.
    let table = [
        (500, r#"{"error":{"message":"Glorp and blip clash","type":"server_error"}}"#, RetryVerdict::Maybe),
        (429, r#"{"error":{"message":"the zorb says so","type":"odd"}}"#, RetryVerdict::Maybe),
        (
            500,
            r#"{"error":{"message":"Internal server error"},"details":"maximum context length is 8192 tokens"}"#,
            RetryVerdict::Maybe,
        ),
        (
            502,
            r#"{"error":{"message":"upstream failed"},"raw":"this model does not support images"}"#,
            RetryVerdict::Maybe,
        ),
        // A relay names the exception of a server's failure first.
        (
            500,
            r#"{"error":{"message":"litellm.InternalServerError: OpenAIException - 'str' object has no attribute 'x'","code":"500"}}"#,
            RetryVerdict::Yes,
        ),
        (
            500,
            r#"{"error":{"message":"litellm.BlipError: OpenAIException - 'str' object has no attribute 'x'","code":"500"}}"#,
            RetryVerdict::Maybe,
        ),
        // Nothing else is said.
        (500, r#"{"error":{"message":"Internal server error","type":"server_error"}}"#, RetryVerdict::Yes),
        (503, r#"{"error":{"message":"The blip is away","type":"odd"}}"#, RetryVerdict::Yes),
        (500, "", RetryVerdict::Yes),
    ];
    for (status, body, retry) in table {
        let told = diagnosis_of(answer(status, body));
        assert_eq!(told.retryable, retry, "{status} {body}: {:?}", told.because);
    }
}

#[test]
fn a_log_around_an_answer_without_words_names_the_fault() {
    let mut bare = answer(500, "");
    bare.around =
        Some("E srv send_error: task 1 | error = the request exceeds the available context size".to_owned());
    let told = diagnosis_of(bare);
    assert_eq!((told.class, told.retryable), (FailureClass::ContextLength, RetryVerdict::No));
}
