//! The classification table of CometAPI's and its neighbours' errors, row by row, and the points on which the vendor's own
//! pages disagree, each through the whole of `casefile explain`. The numbers are those of the table (1 to 43, top-down).

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use casefile::case::catalog::Catalog;
use casefile::case::explain::{Explanation, Record, explain};
use casefile::case::retry::Policy;
use casefile::case::vocabulary::{FailureClass as C, RetryVerdict as R};
use serde_json::{Value, json};

/// The vendor's page of error codes.
const ERRORS: &str = "https://apidoc.cometapi.com/errors/error-codes-handling";
/// The vendor's guide to errors and retries.
const GUIDE: &str = "https://apidoc.cometapi.com/guides/error-codes-and-retry-strategy";
/// The source of the gateway family.
const NEW_API: &str = "https://github.com/Calcium-Ion/new-api";
/// Codes of its later builds.
const CODES: &str = "https://github.com/QuantumNous/new-api/blob/main/types/error.go";
/// The vendor's page on soft failures.
const SOFT: &str = "https://www.cometapi.com/how-to-debug-failed-ai-api-generations/";
/// The vendor's page on misconceptions.
const MISTAKES: &str = "https://apidoc.cometapi.com/support/common-misconceptions";
/// The vendor's help center.
const HELP: &str = "https://apidoc.cometapi.com/support/help-center";
/// OpenAI's error codes.
const OPENAI: &str = "https://platform.openai.com/docs/guides/error-codes";

type Row = (u8, &'static str, Value, C, R);

fn error(status: u16, code: &str, message: &str) -> Value {
    json!({"status": status, "path": "https://api.cometapi.com/v1/chat/completions",
        "body": json!({"error": {"code": code, "message": message, "type": "comet_api_error"}}).to_string()})
}

fn bare(status: u16, body: &str) -> Value {
    json!({"status": status, "path": "https://api.cometapi.com/v1/chat/completions", "body": body})
}

fn said(text: &str) -> Value {
    json!({"text": text})
}

fn page(title: &str) -> String {
    format!("<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>")
}

fn told(record: &Value) -> Explanation {
    let record: Record = serde_json::from_value(record.clone()).expect("a record");
    explain(&record, None, &Catalog::built_in()).expect("a failure")
}

fn with_header(mut record: Value, name: &str, value: &str) -> Value {
    if let Some(map) = record.as_object_mut() {
        map.insert("headers".to_owned(), json!({name: value}));
    }
    record
}

/// Rows 1 to 9: below HTTP, paths, keys.
fn of_the_request() -> Vec<Row> {
    vec![
        (1, MISTAKES, said("curl: (6) Could not resolve host: api.cometapi.co"), C::NetworkDns, R::Maybe),
        (1, MISTAKES, said("connect ECONNREFUSED 127.0.0.1:443"), C::NetworkConnect, R::Maybe),
        (1, MISTAKES, said("read ECONNRESET"), C::NetworkReset, R::Maybe),
        (1, MISTAKES, said("SSL certificate problem: self-signed certificate"), C::NetworkTls, R::No),
        (2, GUIDE, said("openai.APITimeoutError: Request timed out."), C::ClientTimeout, R::Maybe),
        (
            3,
            ERRORS,
            with_header(bare(301, ""), "location", "https://www.cometapi.com/v1/x"),
            C::PathOrBaseUrl,
            R::No,
        ),
        (
            3,
            ERRORS,
            with_header(bare(307, ""), "location", "https://other.example/v1/x"),
            C::PathOrBaseUrl,
            R::No,
        ),
        (
            4,
            ERRORS,
            with_header(bare(200, &page("Comet")), "content-type", "text/html"),
            C::PathOrBaseUrl,
            R::No,
        ),
        (4, ERRORS, bare(404, &page("Comet")), C::PathOrBaseUrl, R::No),
        (5, ERRORS, error(404, "", "Invalid URL (POST /v1/x)"), C::PathOrBaseUrl, R::No),
        (
            6,
            OPENAI,
            error(404, "model_not_found", "The model does not exist or you do not have access"),
            C::ModelUnavailable,
            R::No,
        ),
        (
            6,
            OPENAI,
            bare(404, r#"{"error":{"code":404,"message":"gone","status":"NOT_FOUND"}}"#),
            C::ModelUnavailable,
            R::No,
        ),
        (
            6,
            OPENAI,
            bare(404, r#"{"error":{"code":"DeploymentNotFound","message":"gone"}}"#),
            C::ModelUnavailable,
            R::No,
        ),
        (7, NEW_API, bare(405, ""), C::PathOrBaseUrl, R::No),
        (7, NEW_API, error(501, "api_not_implemented", "API not implemented"), C::PathOrBaseUrl, R::No),
        (8, ERRORS, error(401, "", "Token not provided"), C::Auth, R::No),
        (8, ERRORS, error(401, "", "未提供令牌"), C::Auth, R::No),
        (9, NEW_API, error(401, "", "该令牌已过期"), C::Auth, R::No),
        (9, NEW_API, error(401, "", "This token status is unavailable"), C::Auth, R::No),
    ]
}

/// Rows 10 to 22: money, permission, content, size.
fn of_the_account() -> Vec<Row> {
    vec![
        (
            10,
            MISTAKES,
            error(403, "insufficient_user_quota", "user quota is not enough"),
            C::QuotaOrBillingClaim,
            R::No,
        ),
        (
            10,
            MISTAKES,
            error(401, "", "该令牌额度已用尽 TokenStatusExhausted[x]"),
            C::QuotaOrBillingClaim,
            R::No,
        ),
        (
            10,
            MISTAKES,
            bare(403, r#"{"code":null,"message":"user quota is not enough"}"#),
            C::QuotaOrBillingClaim,
            R::No,
        ),
        (10, MISTAKES, error(400, "", "insufficient balance"), C::QuotaOrBillingClaim, R::No),
        (11, MISTAKES, error(401, "", "invalid token"), C::Auth, R::No),
        (11, MISTAKES, error(401, "", "无效的令牌"), C::Auth, R::No),
        (
            11,
            MISTAKES,
            bare(
                400,
                r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            ),
            C::Auth,
            R::No,
        ),
        (12, ERRORS, error(402, "", "Insufficient credits"), C::QuotaOrBillingClaim, R::No),
        (13, HELP, bare(403, &page("Attention Required! | Cloudflare")), C::PermissionOrWaf, R::No),
        (13, HELP, with_header(bare(403, ""), "cf-mitigated", "challenge"), C::PermissionOrWaf, R::No),
        (
            14,
            NEW_API,
            error(403, "access_denied", "您的 IP 不在令牌允许访问的列表中"),
            C::PermissionOrWaf,
            R::No,
        ),
        (15, ERRORS, error(403, "", "Token Group XXX Has Been Disabled"), C::PermissionOrWaf, R::No),
        (15, ERRORS, error(403, "", "分组 vip 已被弃用"), C::PermissionOrWaf, R::No),
        (16, NEW_API, error(403, "permission_denied", "model access denied"), C::PermissionOrWaf, R::No),
        (16, NEW_API, error(403, "", "该令牌无权访问模型 x"), C::PermissionOrWaf, R::No),
        (
            17,
            OPENAI,
            error(403, "unsupported_country_region_territory", "Country, region, or territory not supported"),
            C::PermissionOrWaf,
            R::No,
        ),
        (18, NEW_API, error(403, "", "用户已被封禁"), C::PermissionOrWaf, R::No),
        (
            19,
            CODES,
            error(400, "sensitive_words_detected", "sensitive words detected"),
            C::ContentPolicy,
            R::No,
        ),
        (19, CODES, error(403, "violation_fee.grok.csam", "x"), C::ContentPolicy, R::No),
        (19, CODES, error(451, "content_filter", "x"), C::ContentPolicy, R::No),
        (
            20,
            ERRORS,
            error(429, "context_length_exceeded", "upstream load is saturated"),
            C::ContextLength,
            R::No,
        ),
        (20, ERRORS, error(400, "string_above_max_length", "too long"), C::ContextLength, R::No),
        (21, ERRORS, bare(413, &page("413 Request Entity Too Large")), C::PayloadTooLarge, R::No),
        (
            21,
            ERRORS,
            error(413, "read_request_body_failed", "request body too large"),
            C::PayloadTooLarge,
            R::No,
        ),
        (22, ERRORS, bare(415, ""), C::RequestInvalid, R::No),
        (22, ERRORS, error(400, "", "no multipart boundary param in Content-Type"), C::RequestInvalid, R::No),
    ]
}

/// Rows 23 to 32: shape, models, limits.
fn of_models_and_limits() -> Vec<Row> {
    vec![
        (23, ERRORS, error(500, "invalid_request", "field messages is required"), C::RequestInvalid, R::No),
        (23, ERRORS, error(500, "", "input is required"), C::RequestInvalid, R::No),
        (24, ERRORS, error(400, "missing_required_parameter", "x"), C::RequestInvalid, R::No),
        (
            24,
            ERRORS,
            bare(422, r#"{"detail":[{"loc":["body","model"],"msg":"Field required","type":"missing"}]}"#),
            C::RequestInvalid,
            R::No,
        ),
        (
            25,
            NEW_API,
            error(400, "", "Model X has not been priced by the administrator yet"),
            C::ModelUnavailable,
            R::No,
        ),
        (25, NEW_API, error(500, "model_price_error", "ratio or price not set"), C::ModelUnavailable, R::No),
        (
            26,
            ERRORS,
            error(503, "model_not_found", "no available channel for group default and model X (distributor)"),
            C::ModelUnavailable,
            R::Maybe,
        ),
        (
            26,
            ERRORS,
            error(500, "get_channel_failed", "可用渠道不存在（retry）"),
            C::ModelUnavailable,
            R::Maybe,
        ),
        (27, CODES, error(500, "channel:no_available_key", "x"), C::UpstreamServer, R::Yes),
        (
            28,
            CODES,
            error(400, "convert_request_failed", "not supported model for image generation"),
            C::UnsupportedParameter,
            R::No,
        ),
        (
            29,
            SOFT,
            bare(400, r#"{"code":"task_not_exist","message":"task not exist","data":null}"#),
            C::UpstreamServer,
            R::Yes,
        ),
        (
            30,
            NEW_API,
            error(429, "", "您已达到总请求数限制：1分钟内最多请求5次，包括失败次数"),
            C::RateLimited,
            R::Yes,
        ),
        (
            31,
            OPENAI,
            error(429, "insufficient_quota", "You exceeded your current quota"),
            C::QuotaOrBillingClaim,
            R::No,
        ),
        (32, ERRORS, error(429, "", "当前分组上游负载已饱和，请稍后再试"), C::RateLimited, R::Yes),
        (
            32,
            ERRORS,
            bare(
                429,
                r#"{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}}"#,
            ),
            C::RateLimited,
            R::Yes,
        ),
        (32, ERRORS, bare(429, ""), C::RateLimited, R::Maybe),
    ]
}

/// Rows 33 to 43: servers, answers that are none.
fn of_the_answer() -> Vec<Row> {
    let finished = |reason: &str| {
        let choice = json!({"finish_reason": reason, "message": {"content": if reason == "length" { json!("a") } else { Value::Null }}});
        bare(200, &json!({"choices": [choice]}).to_string())
    };
    let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
    vec![
        (33, GUIDE, bare(408, ""), C::UpstreamServer, R::Yes),
        (33, GUIDE, error(409, "", "x"), C::UpstreamServer, R::Yes),
        (34, ERRORS, bare(504, &page("504 Gateway Time-out")), C::GatewayTimeout, R::Yes),
        (34, ERRORS, bare(524, "error code: 524"), C::GatewayTimeout, R::Yes),
        (35, HELP, bare(522, &page("x | 522: Connection timed out")), C::UpstreamServer, R::Yes),
        (36, HELP, bare(502, &page("502 Bad Gateway")), C::UpstreamServer, R::Yes),
        (
            36,
            HELP,
            bare(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#),
            C::UpstreamServer,
            R::Yes,
        ),
        (
            37,
            ERRORS,
            error(500, "do_request_failed", "upstream error: do request failed"),
            C::UpstreamServer,
            R::Yes,
        ),
        (38, SOFT, error(200, "rate_limit_exceeded", "x"), C::RateLimited, R::Yes),
        (38, SOFT, bare(200, r#"{"success":false,"message":"无效的令牌"}"#), C::Auth, R::No),
        (39, SOFT, bare(200, "{\"choices\":"), C::InvalidResponse, R::Maybe),
        (40, SOFT, finished("length"), C::ContextLength, R::No),
        (40, SOFT, finished("content_filter"), C::ContentPolicy, R::No),
        (41, GUIDE, bare(200, &format!("{chunk}data: [DONE]\n\n")), C::StreamInterrupted, R::Maybe),
        (41, GUIDE, bare(200, chunk), C::StreamInterrupted, R::Maybe),
        (
            42,
            GUIDE,
            bare(
                200,
                r#"{"code":"success","message":"","data":{"task_id":"t1","status":"FAILURE","fail_reason":""}}"#,
            ),
            C::UpstreamServer,
            R::No,
        ),
        (43, ERRORS, error(418, "", "x"), C::Unknown, R::No),
        (43, ERRORS, error(507, "", "x"), C::UpstreamServer, R::Yes),
    ]
}

#[test]
fn every_row_of_the_classification_table() {
    let rows: Vec<Row> = [of_the_request(), of_the_account(), of_models_and_limits(), of_the_answer()]
        .into_iter()
        .flatten()
        .collect();
    let numbers: BTreeSet<u8> = rows.iter().map(|row| row.0).collect();
    assert_eq!(numbers, (1..=43).collect::<BTreeSet<u8>>(), "each row of the table has a case");
    let mut wrong = Vec::new();
    for (row, source, record, class, retry) in rows {
        let found = told(&record);
        if (found.failure_class, found.retryable) != (class, retry) {
            let by: Vec<_> = found.because.iter().map(|b| &b.rule).collect();
            wrong.push(format!(
                "row {row} ({source}): {record}\n   -> {} {} by {by:?}, not {class} {retry}",
                found.failure_class, found.retryable
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where the vendor's pages disagree, the newer one is followed.
#[test]
fn every_point_on_which_the_sources_disagree() {
    let verdict = |record: Value| {
        let found = told(&record);
        (found.failure_class, found.retryable)
    };
    // 500: older pages say retry; the newest says not when it is invalid_request, or a field is named with an empty code.
    assert_eq!(verdict(error(500, "invalid_request", "odd")), (C::RequestInvalid, R::No));
    assert_eq!(verdict(error(500, "", "messages is required")), (C::RequestInvalid, R::No));
    assert_eq!(verdict(error(500, "", "odd")), (C::UpstreamServer, R::Yes));
    // 503: all pages say retry; observed, an unknown model is one as well. The code splits.
    assert_eq!(verdict(error(503, "model_not_found", "x")), (C::ModelUnavailable, R::Maybe));
    assert_eq!(verdict(error(503, "", "x")), (C::UpstreamServer, R::Yes));
    // Wrong path: older pages say 404, newer ones a redirect or a page. All three are kept.
    let redirect = with_header(bare(301, ""), "location", "https://www.cometapi.com/v1/x");
    for record in
        [bare(404, ""), redirect, with_header(bare(200, &page("Comet")), "content-type", "text/html")]
    {
        assert_eq!(verdict(record), (C::PathOrBaseUrl, R::No));
    }
    // 413: the size of the body; the prompt only where the code says so.
    assert_eq!(verdict(bare(413, "")), (C::PayloadTooLarge, R::No));
    assert_eq!(verdict(error(413, "context_length_exceeded", "x")), (C::ContextLength, R::No));
    // 429: a provider's limit or your burst; the code decides.
    assert_eq!(verdict(error(429, "insufficient_quota", "x")).0, C::QuotaOrBillingClaim);
    assert_eq!(verdict(error(429, "rate_limit_exceeded", "x")).0, C::RateLimited);
    // 403: money, then firewall, addresses, groups, permission, in this order.
    assert_eq!(
        verdict(error(403, "permission_denied", "user quota is not enough")).0,
        C::QuotaOrBillingClaim
    );
    assert_eq!(verdict(bare(403, &page("Just a moment..."))).0, C::PermissionOrWaf);
    assert_eq!(told(&error(403, "", "令牌分组 vip 已被禁用")).cause.as_deref(), Some("group_disabled"));
    // Authentication: no other provider is tried, that hides the incident.
    let auth = told(&error(401, "", "invalid token"));
    assert_eq!(serde_json::to_value(auth.fallback).expect("a word"), json!("no"));
    // finish_reason: function_call (older) and tool_calls (newer) are both a whole answer.
    for reason in ["function_call", "tool_calls"] {
        let call = json!({"name": "f", "arguments": "{}"});
        let message = json!({"content": null, "function_call": call, "tool_calls": [{"type": "function", "function": call}]});
        let body = json!({"choices": [{"finish_reason": reason, "message": message}]});
        assert_eq!(verdict(bare(200, &body.to_string())).0, C::None, "{reason}");
    }
}

/// The points that are no failure: attempts, the base URL, the window of maintenance.
#[test]
fn the_other_points_on_which_the_sources_disagree() {
    let policy = Policy::default();
    assert_eq!((policy.retries, Policy::MOST_RETRIES, policy.cap_ms), (2, 4, 30_000));
    let catalog = Catalog::built_in();
    let profile = catalog.profile("cometapi").expect("the profile");
    // The bare host; the paths of the endpoints bring their own /v1.
    assert!(profile.base_urls.iter().all(|base| !base.url.ends_with("/v1")));
    // "1-5 AM" has no zone on the page: a hint, marked as not confirmed.
    let window = catalog.topic("hc.maintenance.window").expect("the topic");
    assert!(!window.confirmed && window.advice.contains("time zone"), "{}", window.advice);
}
