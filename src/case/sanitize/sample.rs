//! Sanitized evidence for the tests of later rooms, made by hand: what the sanitizer would let through.

use core::net::IpAddr;
use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Value, json};

use super::safe::{
    Clean, SafeAttempt, SafeBody, SafeControl, SafeEdge, SafeError, SafeEvidence, SafeFile, SafeHeader,
    SafeRequest, SafeRequestId, SafeResponse, SafeStream, SafeWords,
};
use crate::case::evidence::{Connection, Timing, TlsVersion};
use crate::case::vocabulary::{
    EnvelopeKind, FileTransport, Layer, ResponseShape, RetryDecision, StreamVerdict, TransportKind,
};

/// The names that [`evidence`] knows.
pub(crate) const NAMES: &[&str] = &[
    "model_not_found",
    "unauthorized",
    "stream_cut",
    "dns",
    "pasted_text",
    "pasted_then_sent",
    "bare_post",
    "form",
    "success",
    "flaky",
    "nothing",
];

/// Any text as if it had been sanitized.
pub(crate) fn clean(text: &str) -> Clean {
    Clean::new(text.to_owned())
}

/// One sample by its name.
pub(crate) fn evidence(name: &str) -> SafeEvidence {
    let with = |request: Option<SafeRequest>, attempts: Vec<SafeAttempt>| {
        let mut evidence = SafeEvidence::empty();
        evidence.request = request;
        evidence.attempts = attempts;
        evidence
    };
    match name {
        "model_not_found" => {
            let attempts = vec![retried(sent(1, model_not_found())), sent(2, model_not_found())];
            let mut evidence = with(Some(chat("gpt-9")), attempts);
            evidence.client = Some("openai-python".to_owned());
            evidence.controls = vec![
                control("key", "[key#2]", sent(1, model_not_found())),
                control("model", "gpt-4o-mini", sent(1, worked())),
                control("minimal_body", "", sent(1, model_not_found())),
            ];
            evidence
        }
        "unauthorized" => with(Some(chat("gpt-4o")), vec![sent(1, unauthorized())]),
        "stream_cut" => {
            let request = SafeRequest { streaming: true, ..chat("gpt-4o") };
            let cut = SafeAttempt {
                transport: Some(TransportKind::Reset),
                transport_detail: Some(clean("connection reset by peer")),
                ..sent(1, cut_stream())
            };
            with(Some(request), vec![cut])
        }
        "dns" => with(Some(chat("gpt-4o")), vec![unresolved()]),
        "pasted_text" => {
            let mut evidence = with(None, vec![pasted(exception())]);
            evidence.client = Some("openai-python".to_owned());
            evidence
        }
        "pasted_then_sent" => {
            let mut evidence =
                with(Some(chat("gpt-9")), vec![pasted(saturated()), sent(2, model_not_found())]);
            evidence.client = Some("openai-python".to_owned());
            evidence
        }
        "bare_post" => {
            let bare = SafeRequest {
                model: None,
                headers: Vec::new(),
                body: None,
                body_bytes: 0,
                credential_in: None,
                ..chat("x")
            };
            with(Some(bare), vec![sent(1, unauthorized())])
        }
        "form" => with(Some(transcription()), vec![sent(1, unauthorized())]),
        "success" => with(Some(chat("gpt-4o")), vec![sent(1, worked())]),
        "flaky" => with(Some(chat("gpt-4o")), vec![retried(sent(1, saturated())), sent(2, worked())]),
        "nothing" => SafeEvidence::empty(),
        other => panic!("no sample {other}"),
    }
}

/// A request and an answer in which every text is `text`.
pub(crate) fn hostile(text: &str) -> SafeEvidence {
    let word = || clean(text);
    let request = SafeRequest {
        method: word(),
        scheme: clean("https"),
        host: word(),
        path: clean(&format!("/{text}")),
        query: vec![(word(), Some(word())), (word(), None)],
        endpoint: Some("chat_completions".to_owned()),
        model: Some(word()),
        headers: vec![
            SafeHeader { name: clean("Authorization"), value: Some(clean("Bearer [key#1]")) },
            SafeHeader { name: clean("X-Text"), value: Some(word()) },
            SafeHeader { name: clean("Content-Type"), value: Some(word()) },
        ],
        body: Some(SafeBody::Json { value: json!({"model": text, "messages": [{text: text}]}) }),
        ..chat("x")
    };
    let response = SafeResponse {
        reason: Some(word()),
        http_version: Some(word()),
        content_type: Some(word()),
        error: SafeError {
            message: Some(word()),
            inner_message: Some(word()),
            code: Some(word()),
            error_type: Some(word()),
            param: Some(word()),
            title: Some(word()),
            ..model_not_found().error
        },
        request_ids: vec![SafeRequestId { id: word(), source: word(), primary: true, decoded_time: None }],
        edge: SafeEdge { cf_ray: Some(word()), server: Some(word()), via: Some(word()), date: Some(word()) },
        headers: vec![SafeHeader { name: word(), value: Some(word()) }],
        body: SafeBody::Json { value: json!({ "error": {"message": text, text: [text]} }) },
        task_id: Some(word()),
        task_status: Some(word()),
        task_state: None,
        returned_model: Some(word()),
        usage: None,
        finish_reason: Some(word()),
        exception: Some(word()),
        ..model_not_found()
    };
    let attempt = SafeAttempt { transport_detail: Some(word()), ..sent(1, response) };
    let mut evidence = SafeEvidence::empty();
    evidence.request = Some(request);
    evidence.controls = vec![control("model", text, attempt.clone())];
    evidence.attempts = vec![attempt];
    evidence
}

/// The operator's words, all of them.
pub(crate) fn words() -> SafeWords {
    SafeWords {
        question: clean("Is gpt-9 enabled for our token group, and if so why is no channel available?"),
        expected: clean("Status 200 with a completion."),
        impact: clean("All nightly summaries since 2026-11-20 22:00 UTC."),
        tried: clean("Another key, another model, a minimal body."),
        operator: clean("A. N."),
        service: clean("checkout-api"),
        deployment: clean("production"),
        notes: clean(""),
    }
}

/// The operator's words, each of them `text`.
pub(crate) fn words_of(text: &str) -> SafeWords {
    let word = || clean(text);
    SafeWords {
        question: word(),
        expected: word(),
        impact: word(),
        tried: word(),
        operator: word(),
        service: word(),
        deployment: word(),
        notes: word(),
    }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_237_200, 125_000_000).expect("a time")
}

/// A form with a file, and with a parameter in the URL.
fn transcription() -> SafeRequest {
    let header = |name: &str, value: &str| SafeHeader { name: clean(name), value: Some(clean(value)) };
    SafeRequest {
        path: clean("/v1/audio/transcriptions"),
        query: vec![(clean("api-version"), Some(clean("2025-01-01"))), (clean("tenant"), None)],
        endpoint: Some("audio_transcriptions".to_owned()),
        headers: vec![
            header("Authorization", "Bearer [key#1]"),
            header("Content-Type", "multipart/form-data"),
        ],
        body: None,
        files: vec![
            SafeFile {
                field: clean("file"),
                name: Some(clean("[file name: 14 chars, .mp3]")),
                media_type: Some(clean("audio/mpeg")),
                bytes: Some(48_213),
                transport: FileTransport::Direct,
            },
            SafeFile {
                field: clean("image[]"),
                name: Some(clean("[file name: 9 chars]")),
                media_type: None,
                bytes: None,
                transport: FileTransport::Direct,
            },
        ],
        form_fields: vec![
            (clean("model"), clean("whisper-1")),
            (clean("prompt"), clean("[prompt: 41 chars]")),
        ],
        body_bytes: 48_910,
        ..chat("whisper-1")
    }
}

fn chat(model: &str) -> SafeRequest {
    let header = |name: &str, value: &str| SafeHeader { name: clean(name), value: Some(clean(value)) };
    SafeRequest {
        method: clean("POST"),
        scheme: clean("https"),
        host: clean("api.cometapi.com"),
        port: None,
        path: clean("/v1/chat/completions"),
        query: Vec::new(),
        endpoint: Some("chat_completions".to_owned()),
        model: Some(clean(model)),
        streaming: false,
        headers: vec![
            header("Authorization", "Bearer [key#1]"),
            header("Content-Type", "application/json"),
            SafeHeader { name: clean("X-Tenant"), value: None },
        ],
        body: Some(SafeBody::Json {
            value: json!({
                "model": model,
                "messages": [
                    {"role": "system", "content": "[prompt: 41 chars]"},
                    {"role": "user", "content": "[prompt: 312 chars]"},
                ],
                "temperature": 0.2,
            }),
        }),
        files: Vec::new(),
        form_fields: Vec::new(),
        body_bytes: 455,
        credential_in: Some(clean("Authorization")),
    }
}

fn sent(index: u32, response: SafeResponse) -> SafeAttempt {
    let (first_byte_ms, total_ms) = (Some(810), Some(822));
    SafeAttempt {
        index,
        sent: true,
        at: Some(start() + TimeDelta::seconds(2 * i64::from(index))),
        response: Some(response),
        transport: None,
        transport_detail: None,
        polls: 0,
        waited_ms: (index > 1).then_some(640),
        timing: Timing {
            dns_ms: Some(9),
            connect_ms: Some(31),
            tls_ms: Some(61),
            sent_ms: Some(62),
            first_byte_ms,
            first_token_ms: None,
            last_event_ms: None,
            total_ms,
        },
        client_request_id: None,
        connection: Connection { address: Some(IpAddr::from([203, 0, 113, 7])), tls: Some(TlsVersion::V1_3) },
        decision: Some(RetryDecision::FinalAttempt),
        reason: "this kind of failure is retried once only".to_owned(),
    }
}

fn retried(attempt: SafeAttempt) -> SafeAttempt {
    SafeAttempt {
        decision: Some(RetryDecision::Retried),
        reason: "backoff with full jitter".to_owned(),
        ..attempt
    }
}

fn pasted(response: SafeResponse) -> SafeAttempt {
    SafeAttempt {
        sent: false,
        at: None,
        timing: Timing::default(),
        connection: Connection::default(),
        client_request_id: None,
        decision: None,
        reason: String::new(),
        ..sent(1, response)
    }
}

fn unresolved() -> SafeAttempt {
    SafeAttempt {
        response: None,
        transport: Some(TransportKind::Dns),
        transport_detail: Some(clean("failed to lookup address information: Name or service not known")),
        timing: Timing { total_ms: Some(12), ..Timing::default() },
        connection: Connection::default(),
        client_request_id: None,
        ..sent(1, worked())
    }
}

fn control(changed: &str, to: &str, attempt: SafeAttempt) -> SafeControl {
    let to = (!to.is_empty()).then(|| clean(to));
    SafeControl { changed: changed.to_owned(), to, smaller_body: false, model_listed: None, attempt }
}

fn answer(status: u16, reason: &str, body: Value, error: SafeError) -> SafeResponse {
    SafeResponse {
        status: Some(status),
        reason: Some(clean(reason)),
        http_version: Some(clean("HTTP/1.1")),
        content_type: Some(clean("application/json")),
        layer: Layer::Gateway,
        layer_because: "The envelope has no param, as the gateway's own refusals have none.".to_owned(),
        shape: ResponseShape::JsonObject,
        error,
        request_ids: Vec::new(),
        edge: SafeEdge {
            cf_ray: Some(clean("8e6a1b2c3d4e5f60-FRA")),
            server: Some(clean("cloudflare")),
            via: None,
            date: Some(clean("Fri, 20 Nov 2026 23:40:06 GMT")),
        },
        redirect: None,
        soft: None,
        headers: Vec::new(),
        body_bytes: body.to_string().len() as u64,
        packed: None,
        body: SafeBody::Json { value: body },
        stream: None,
        task_id: None,
        task_status: None,
        task_state: None,
        returned_model: None,
        usage: None,
        finish_reason: None,
        retry_after_ms: None,
        server_date: Some(start() + TimeDelta::seconds(7)),
        exception: None,
    }
}

fn stated(kind: EnvelopeKind, message: &str, code: Option<&str>, error_type: Option<&str>) -> SafeError {
    SafeError {
        kind,
        message: Some(clean(message)),
        inner_message: None,
        code: code.map(clean),
        error_type: error_type.map(clean),
        param: None,
        title: None,
        altered: false,
    }
}

fn no_error() -> SafeError {
    SafeError { message: None, ..stated(EnvelopeKind::NoError, "", None, None) }
}

fn model_not_found() -> SafeResponse {
    let message = "No available channel for model gpt-9 under group default (distributor) \
                   (request id: 20261121074004188748268d9d6xiYbVTp0)";
    let error = stated(EnvelopeKind::GatewayError, message, Some("model_not_found"), Some("comet_api_error"));
    let body = json!({"error": {"code": "model_not_found", "message": message, "type": "comet_api_error"}});
    let id = "20261121074004188748268d9d6xiYbVTp0";
    let zone = FixedOffset::east_opt(8 * 3600).expect("a zone");
    let decoded_time = Some((start() + TimeDelta::milliseconds(4063)).with_timezone(&zone));
    let request_id =
        |source: &str, primary| SafeRequestId { id: clean(id), source: clean(source), primary, decoded_time };
    SafeResponse {
        request_ids: vec![
            request_id("error.message (1st)", false),
            request_id("header x-cometapi-request-id", true),
        ],
        ..answer(503, "Service Unavailable", body, error)
    }
}

fn unauthorized() -> SafeResponse {
    let error =
        stated(EnvelopeKind::GatewayError, "invalid token [key#1]", Some(""), Some("comet_api_error"));
    let body = json!({"error": {"code": "", "message": "invalid token [key#1]", "type": "comet_api_error"}});
    answer(401, "Unauthorized", body, SafeError { altered: true, ..error })
}

fn saturated() -> SafeResponse {
    let message = "The upstream load of the current group is saturated, please try again later";
    let error = stated(EnvelopeKind::OpenAi, message, Some("rate_limit_exceeded"), Some("upstream_error"));
    answer(429, "Too Many Requests", json!({"error": {"message": message}}), error)
}

fn exception() -> SafeResponse {
    let error =
        stated(EnvelopeKind::Text, "rate limit reached, retry later\nsee the limits page", None, None);
    SafeResponse {
        status: None,
        reason: None,
        http_version: None,
        content_type: None,
        layer: Layer::Unknown,
        layer_because: String::new(),
        shape: ResponseShape::Unknown,
        edge: SafeEdge::default(),
        body: SafeBody::Empty,
        body_bytes: 0,
        packed: None,
        server_date: None,
        exception: Some(clean("RateLimitError")),
        ..answer(0, "", json!({}), error)
    }
}

fn cut_stream() -> SafeResponse {
    SafeResponse {
        content_type: Some(clean("text/event-stream")),
        shape: ResponseShape::Stream,
        layer: Layer::Unknown,
        layer_because: String::new(),
        body: SafeBody::Opaque { shape: clean("[stream: 41 events, 9120 bytes]") },
        body_bytes: 9120,
        packed: None,
        stream: Some(SafeStream {
            events: 41,
            bytes: 9120,
            terminal_marker: None,
            finish_reason: None,
            usage_seen: false,
            content_chars: 512,
            faults: 0,
            irregularities: BTreeMap::new(),
            longest_gap_ms: Some(15_300),
            verdict: StreamVerdict::Truncated,
        }),
        task_id: None,
        task_status: None,
        task_state: None,
        returned_model: Some(clean("gpt-4o-2024-08-06")),
        usage: None,
        ..answer(200, "OK", json!({}), no_error())
    }
}

fn worked() -> SafeResponse {
    let body =
        json!({"object": "chat.completion", "choices": "[array: 1 item]", "usage": {"total_tokens": 21}});
    SafeResponse {
        task_id: None,
        task_status: None,
        task_state: None,
        returned_model: Some(clean("gpt-4o-2024-08-06")),
        usage: None,
        finish_reason: Some(clean("stop")),
        layer: Layer::Provider,
        layer_because: "A completion came back.".to_owned(),
        ..answer(200, "OK", body, no_error())
    }
}
