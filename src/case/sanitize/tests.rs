//! The room as a whole: nothing that was planted leaves, and what support needs survives.

pub(super) mod free_text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::case::evidence::{
    Attempt, BodyEnd, Connection, Envelope, IdSource, Outcome, Redirect, RequestId, Response, Source, Timing,
    TransportFailure,
};
use crate::case::keyring::SecretKind;
use crate::case::request::{Header, Part, PartContent, Request, Target};
use crate::case::vocabulary::{EnvelopeKind, Layer, ResponseShape, TransportKind};

fn random_text(seed: u64, length: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(alphabet[usize::try_from(state % 62).expect("small")])
        })
        .collect()
}

fn key(seed: u64) -> String {
    format!("sk-{}", random_text(seed, 48))
}

fn ring(key: &str) -> KeyRing {
    let mut ring = KeyRing::default();
    ring.hold(SecretKind::Key, Origin::Environment("COMETAPI_KEY".into()), key);
    ring.hold(SecretKind::Cookie, Origin::Pasted, &format!("a{}", &key[3..20]));
    ring
}

fn reading(kind: EnvelopeKind) -> Reading {
    Reading {
        envelope: Envelope::bare(kind),
        request_ids: Vec::new(),
        layer: Layer::Gateway,
        layer_because: "the envelope's type is the gateway's",
        shape: ResponseShape::JsonObject,
        redirect: None,
        soft: None,
        task: None,
        returned_model: None,
        usage: None,
        stream: None,
        finish_reason: None,
        retry_after_ms: None,
        server_date: None,
    }
}

fn request(url: &str, headers: &[(&str, &str)], body: Option<String>) -> Request {
    Request {
        method: "POST".into(),
        target: Target::parse(url, None).expect("url"),
        headers: headers.iter().map(|(n, v)| Header::new(*n, *v)).collect(),
        body: body.map(Into::into),
        form: Vec::new(),
    }
}

fn attempt(response: Response) -> Attempt {
    Attempt {
        index: 1,
        source: Source::Sent,
        at: None,
        outcome: Outcome::Response(response),
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

fn answer(status: u16, content_type: &str, body: &str) -> Response {
    Response {
        status: Some(status),
        headers: vec![("content-type".into(), content_type.into())],
        body: body.as_bytes().to_vec(),
        body_bytes: body.len() as u64,
        end: BodyEnd::Complete,
        ..Response::default()
    }
}

/// A reader of its own: eight characters of the key or twenty of a text, plain or decoded in simple ways.
fn leak(text: &str, key: &str, dropped: &[&str]) -> Option<String> {
    let mut views = vec![text.to_owned(), text.chars().rev().collect(), text.split_whitespace().collect()];
    views.push(address::decode(text));
    views.push(text.replace("\\n", "\n").replace("\\\"", "\""));
    for run in text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c))) {
        if let Ok(bytes) = STANDARD.decode(run) {
            views.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        let hex: Option<Vec<u8>> =
            (0..run.len() / 2).map(|i| u8::from_str_radix(run.get(2 * i..2 * i + 2)?, 16).ok()).collect();
        views.extend(hex.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    let body: Vec<char> = key.trim_start_matches("sk-").chars().collect();
    for view in views {
        for window in body.windows(8) {
            let window: String = window.iter().collect();
            if view.contains(&window) {
                return Some(format!("key piece {window}"));
            }
        }
        for text in dropped {
            let chars: Vec<char> = text.chars().collect();
            for window in chars.windows(20) {
                let window: String = window.iter().collect();
                if view.contains(&window) {
                    return Some(format!("text piece {window}"));
                }
            }
        }
    }
    None
}

const PROMPT: &str = "Draft the confidential severance letter for Ms Okonkwo of the Rotterdam office.";
const OUTPUT: &str = "Dear Ms Okonkwo, we regret that your position in our harbour team ends in March.";

fn request_body(prompt: &str) -> String {
    let body = serde_json::json!({
        "model": "gpt-4o-mini", "stream": false, "temperature": 0.2, "max_tokens": 64,
        "messages": [
            {"role": "system", "content": prompt},
            {"role": "user", "content": [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{}", "QUJD".repeat(200))}}]},
        ],
        "tools": [{"type": "function", "function": {"name": "lookup_person", "description": prompt, "parameters": {"type": "object", "properties": {"who": {"type": "string", "description": prompt}}}}}],
        "metadata": {"type": prompt, "card": 4_111_111_111_111_111_u64, "nested": serde_json::json!({"p": prompt}).to_string()},
        "user": "customer-4711", "unknown_note": prompt, prompt: "as a name",
        "my_key": "[env:COMETAPI_KEY]",
    });
    body.to_string()
}

fn refusal(key: &str, prompt: &str, output: &str) -> (Response, Reading) {
    let percent = key.bytes().map(|b| format!("%{b:02x}")).collect::<Vec<_>>().concat();
    let encoded = STANDARD.encode(format!("user:{key}"));
    let message = format!(
        "Invalid request: '{prompt}' with key {key} or {percent} or {encoded}, \"{}\" + \"{}\" and {}… from 8.8.4.4, user jane@corp.example.org (request id: 20260205132859798638387SIHCnxzJ)",
        &key[..20],
        &key[20..],
        &key[..18]
    );
    let error = serde_json::json!({"error": {
        "message": message, "type": "comet_api_error", "code": "invalid_request", "param": null,
        "metadata": {"raw": serde_json::json!({"error": {"message": format!("no {prompt}"), "status": 400}}).to_string(), "provider_name": "OpenAI"}},
        "detail": [{"loc": ["body", "model"], "msg": "field required", "type": "missing", "input": {"messages": prompt, "k": key}}],
        "user_id": "user_2abcDEFghiJKLmnoPQRst", "failed_generation": output, "quota": 12_345,
    });
    let mut first = answer(400, "application/json", &error.to_string());
    first.headers.extend([
        ("x-ratelimit-remaining-tokens".into(), "149984".into()),
        ("set-cookie".into(), format!("__cf_bm={}; path=/", random_text(5, 40))),
        ("server".into(), "cloudflare".into()),
        ("cf-ray".into(), "8f1c2d3e4f5a6b7c-FRA".into()),
        ("x-debug-echo".into(), format!("{key} {prompt}")),
        ("www-authenticate".into(), format!("Bearer realm=\"api\" {key}")),
    ]);
    first.reason = Some(format!("Bad Request {key}"));
    first.exception = Some("BadRequestError".into());
    let mut says = reading(EnvelopeKind::OpenAi);
    says.envelope.message = error.pointer("/error/message").and_then(|m| m.as_str()).map(str::to_owned);
    says.envelope.error_type = Some("comet_api_error".into());
    says.envelope.inner_message = Some(format!("no {prompt}"));
    says.request_ids = vec![
        RequestId {
            id: "20260205132859798638387SIHCnxzJ".into(),
            source: IdSource::Message(1),
            primary: true,
            decoded_time: None,
        },
        RequestId {
            id: key.into(),
            source: IdSource::Header("x-request-id".into()),
            primary: false,
            decoded_time: None,
        },
    ];
    says.redirect = Some(Redirect {
        location: format!(
            "https://u:{key}@www.cometapi.com/v1/x?token={key}&next={}",
            prompt.replace(' ', "+")
        ),
        other_host: true,
        to_web_site: true,
    });
    says.returned_model = Some(key.to_owned());
    (first, says)
}

fn whole_case(key: &str, prompt: &str, output: &str) -> (Evidence, Vec<Reading>) {
    let (first, says) = refusal(key, prompt, output);
    let good = serde_json::json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-mini-2024-07-18", "created": 1_732_147_200,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": output}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 17, "completion_tokens": 21, "total_tokens": 38},
    });
    let mut failed = attempt(answer(200, "application/json", ""));
    failed.outcome = Outcome::Transport(TransportFailure {
        kind: TransportKind::Connect,
        detail: format!("error sending request for url (https://api.cometapi.com/v1?key={key}): refused"),
    });
    let streamed = format!("data: {}\n\n", serde_json::json!({"choices":[{"delta":{"content": output}}]}));
    let evidence = Evidence {
        poll: None,
        isolation: None,
        request: Some(request(
            "https://[key#1]:x@api.cometapi.com:8443/v1/chat/completions?key=[key#1]&api-version=2024-10-21&note=a%20b",
            &[
                ("Authorization", "Bearer [env:COMETAPI_KEY]"),
                ("Content-Type", "application/json"),
                ("User-Agent", "OpenAI/Python 1.52.0"),
                ("X-Prompt", prompt),
                ("Cookie", "a=[cookie#1]"),
            ],
            Some(request_body(prompt)),
        )),
        attempts: vec![
            attempt(first),
            attempt(answer(200, "application/json", &good.to_string())),
            attempt(answer(200, "text/event-stream", &streamed)),
            attempt(answer(502, "text/html", &format!("<html><title>502</title>{prompt}{key}</html>"))),
            failed,
        ],
        controls: Vec::new(),
        client: Some("openai-python".into()),
        said: crate::case::request::Said::default(),
    };
    let readings = vec![
        says,
        reading(EnvelopeKind::NoError),
        reading(EnvelopeKind::NoError),
        reading(EnvelopeKind::Html),
        reading(EnvelopeKind::Empty),
    ];
    (evidence, readings)
}

fn rendered(safe: &SafeEvidence) -> String {
    format!("{}\n{safe:#?}", serde_json::to_string_pretty(safe).expect("serializes"))
}

#[test]
fn nothing_that_was_planted_leaves() {
    let catalog = Catalog::built_in();
    for seed in 1..6 {
        let key = key(seed);
        let ring = ring(&key);
        let (evidence, readings) = whole_case(&key, PROMPT, OUTPUT);
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let safe = sanitizer.evidence(&evidence, &readings, &[], catalog.profile("cometapi"));
        let words = sanitizer.words(&Words {
            question: format!("Why is {key} refused for {PROMPT}?"),
            tried: format!(
                "curl -H 'Authorization: Bearer {key}'\n  twice,\n\tthen {}",
                key.chars().rev().collect::<String>()
            ),
            operator: "jane@corp.example.org".into(),
            ..Words::default()
        });
        let text = rendered(&safe)
            + &serde_json::to_string(&words).expect("serializes")
            + &format!("{:?}", sanitizer.ledger());
        assert_eq!(leak(&text, &key, &[PROMPT, OUTPUT]), None, "{text}");
        for gone in ["jane@", "8.8.4.4", "customer-4711", "user_2abc", "4111111111111111", "12345,"] {
            assert!(!text.contains(gone), "{gone}");
        }
        let json = serde_json::to_string_pretty(&safe).expect("serializes");
        let passed = sanitizer.audit().pass(json, Format::Json);
        assert!(passed.is_ok(), "{passed:?}");
        let yaml = serde_yaml::to_string(&safe).expect("serializes");
        let passed = sanitizer.audit().pass(yaml, Format::Yaml);
        assert!(passed.is_ok(), "{passed:?}");
        assert_eq!(words.tried.as_str().lines().count(), 3);
        assert!(sanitizer.audit().pass(key.clone(), Format::Plain).is_err());
        assert!(sanitizer.audit().pass(PROMPT.into(), Format::Plain).is_err());
        assert!(sanitizer.audit().pass(OUTPUT.into(), Format::Plain).is_err());
    }
}

#[test]
fn the_oracle_sees_what_is_planted() {
    let key = key(1);
    assert!(leak(&format!("x {key}"), &key, &[]).is_some());
    assert!(leak(&STANDARD.encode(&key), &key, &[]).is_some());
    assert!(leak(PROMPT, &key, &[PROMPT]).is_some());
    assert!(leak("[key#1] was refused", &key, &[PROMPT]).is_none());
}

#[test]
fn a_name_may_hold_an_at_sign_and_no_address_of_a_person() {
    let catalog = Catalog::built_in();
    let ring = KeyRing::default();
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    for (model, shown) in [
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet@20240620"),
        ("@cf/meta/llama-2-7b", "@cf/meta/llama-2-7b"),
        ("ana.smith@contoso.com", "[model: 21 chars]"),
    ] {
        assert_eq!(sanitizer.name(model, "model", "request.model").as_str(), shown);
        let body = serde_json::json!({"model": model});
        let mut rule = super::body::BodyRule::new(
            &catalog.safe,
            &ring,
            &mut sanitizer.text,
            super::body::Side::Request,
            "request.body",
        );
        assert_eq!(rule.apply(&body)["model"] == model, shown == model, "{model}");
    }
}

#[test]
fn keys_of_free_maps_leave_only_where_the_catalog_knows_them() {
    let catalog = Catalog::built_in();
    let body = r#"{"model":"gpt-4o-mini","metadata":{"contoso_tenant":"a","model":"b","Fabrikam Ltd":{"inner_contoso":1}},
        "tools":[{"type":"function","function":{"parameters":{"properties":{"city":{"type":"string"}}}}}]}"#;
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let ring = KeyRing::default();
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    for key in super::body::free_keys(&json, &catalog.safe) {
        sanitizer.drop_key(&key);
    }
    let mut rule = super::body::BodyRule::new(
        &catalog.safe,
        &ring,
        &mut sanitizer.text,
        super::body::Side::Request,
        "request.body",
    );
    let shown = rule.apply(&json);
    let keys: Vec<&str> = shown["metadata"].as_object().expect("object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["[key name: 14 chars]", "model", "[key name: 12 chars]"]);
    assert!(!shown.to_string().contains("contoso"), "{shown}");
    assert!(shown.pointer("/tools/0/function/parameters/properties/city").is_some());
    assert!(sanitizer.names.contains(&"contoso_tenant".to_owned()), "an answer that names it is mended, too");
}

#[test]
fn the_evidence_that_support_needs_survives() {
    let catalog = Catalog::built_in();
    let key = key(1);
    let ring = ring(&key);
    let (evidence, readings) = whole_case(&key, PROMPT, OUTPUT);
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let safe = sanitizer.evidence(&evidence, &readings, &[], catalog.profile("cometapi"));
    let request = safe.request.clone().expect("request");
    assert_eq!(request.host.as_str(), "api.cometapi.com");
    assert_eq!(request.path.as_str(), "/v1/chat/completions");
    assert_eq!(request.model.as_ref().map(Clean::as_str), Some("gpt-4o-mini"));
    assert_eq!(request.endpoint.as_deref(), Some("chat_completions"));
    assert_eq!(request.credential_in.as_ref().map(Clean::as_str), Some("Authorization"));
    let headers: Vec<(&str, Option<&str>)> =
        request.headers.iter().map(|h| (h.name.as_str(), h.value.as_ref().map(Clean::as_str))).collect();
    assert_eq!(
        headers,
        [
            ("Authorization", Some("Bearer [key#1]")),
            ("Content-Type", Some("application/json")),
            ("User-Agent", Some("OpenAI/Python 1.52.0")),
            ("X-Prompt", None),
            ("Cookie", Some("[cookie#1]")),
        ]
    );
    let query: Vec<(&str, Option<&str>)> =
        request.query.iter().map(|(n, v)| (n.as_str(), v.as_ref().map(Clean::as_str))).collect();
    assert_eq!(
        query,
        [("key", Some("[key#1]")), ("api-version", Some("2024-10-21")), ("note", Some("[text: 3 chars]"))]
    );
    let Some(SafeBody::Json { value }) = &request.body else { panic!("JSON") };
    let chars = PROMPT.chars().count();
    for (pointer, expected) in [
        ("/model", serde_json::json!("gpt-4o-mini")),
        ("/temperature", serde_json::json!(0.2)),
        ("/messages/0", serde_json::json!({"role": "system", "content": format!("[prompt: {chars} chars]")})),
        ("/messages/1/content/0/type", serde_json::json!("text")),
        ("/messages/1/content/1/image_url/url", serde_json::json!("[image/png: 600 bytes]")),
        ("/tools/0/function/name", serde_json::json!("[prompt: 13 chars]")),
        ("/tools/0/function/parameters/properties/who/type", serde_json::json!("string")),
        ("/metadata/card", serde_json::json!("[number: 16 digits]")),
        ("/unknown_note", serde_json::json!(format!("[text: {chars} chars]"))),
        ("/my_key", serde_json::json!("[key#1]")),
    ] {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(value.get(format!("[key name: {chars} chars]")).is_some());
    let response = safe.attempts[0].response.clone().expect("response");
    let message = response.error.message.expect("message");
    assert!(
        message.as_str().starts_with(&format!(
            "Invalid request: '[prompt: {chars} chars]' with key [key#1] or [key#1] or [key#1], "
        )),
        "{message}"
    );
    assert!(
        message
            .as_str()
            .ends_with(" from [ip#1], user [email#1] (request id: 20260205132859798638387SIHCnxzJ)"),
        "{message}"
    );
    assert!(response.error.altered);
    assert_eq!(response.request_ids[0].id.as_str(), "20260205132859798638387SIHCnxzJ");
    assert_eq!(response.request_ids[1].id.as_str(), "[key#1]");
    assert_eq!(
        response.redirect.expect("redirect").location.as_str(),
        format!("https://www.cometapi.com/v1/x?token=[text: 51 chars]&next=[text: {chars} chars]")
    );
    assert_eq!(response.edge.cf_ray.as_ref().map(Clean::as_str), Some("8f1c2d3e4f5a6b7c-FRA"));
    assert!(response.headers.iter().any(|h| h.name.as_str() == "x-ratelimit-remaining-tokens"
        && h.value.as_ref().is_some_and(|v| v.as_str() == "149984")));
    let SafeBody::Json { value } = &response.body else { panic!("JSON") };
    for (pointer, expected) in [
        ("/error/type", serde_json::json!("comet_api_error")),
        ("/error/metadata/provider_name", serde_json::json!("OpenAI")),
        ("/detail/0/loc", serde_json::json!(["body", "model"])),
        ("/detail/0/msg", serde_json::json!("field required")),
        ("/quota", serde_json::json!("[number]")),
    ] {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    }
    let SafeBody::Json { value } = &safe.attempts[1].response.as_ref().expect("response").body else {
        panic!("JSON")
    };
    assert_eq!(value.pointer("/usage/total_tokens"), Some(&serde_json::json!(38)));
    assert_eq!(
        value.pointer("/choices/0/message/content"),
        Some(&serde_json::json!(format!("[text: {} chars]", OUTPUT.chars().count())))
    );
    assert_eq!(
        safe.attempts[4].transport_detail.as_ref().map(Clean::as_str),
        Some("error sending request for url (https://api.cometapi.com/v1?key=[key#1]): refused")
    );
}

#[test]
fn another_secret_and_prompt_change_no_byte() {
    let catalog = Catalog::built_in();
    let other: String = PROMPT
        .chars()
        .map(|c| if c.is_ascii_lowercase() { char::from(b'a' + (c as u8 - b'a' + 7) % 26) } else { c })
        .collect();
    let output: String = OUTPUT
        .chars()
        .map(|c| if c.is_ascii_lowercase() { char::from(b'a' + (c as u8 - b'a' + 3) % 26) } else { c })
        .collect();
    let run = |key: &str, prompt: &str, output: &str| {
        let ring = ring(key);
        let (evidence, readings) = whole_case(key, prompt, output);
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let safe = sanitizer.evidence(&evidence, &readings, &[], None);
        serde_json::to_string_pretty(&safe).expect("serializes") + &format!("{:?}", sanitizer.ledger())
    };
    assert_eq!(run(&key(7), PROMPT, OUTPUT), run(&key(8), &other, &output));
}

#[test]
fn a_prompt_about_the_api_does_not_block_its_own_note() {
    let catalog = Catalog::built_in();
    let key = key(4);
    let ring = ring(&key);
    let prompt = serde_json::to_string_pretty(&serde_json::json!({
        "model": "gpt-4o-mini", "temperature": 0.2, "messages": [{"role": "user", "content": "x"}],
        "docs": "see https://apidoc.cometapi.com/errors/error-codes-handling and POST /v1/chat/completions",
        "error": {"message": "y", "type": "comet_api_error", "param": null, "code": "invalid_request"},
    }))
    .expect("serializes");
    let body = serde_json::json!({"model": "gpt-4o-mini", "temperature": 0.2, "messages": [{"role": "user", "content": prompt}]});
    let error = "{\"error\":{\"message\":\"bad\",\"type\":\"comet_api_error\",\"param\":null,\"code\":\"invalid_request\"}}";
    let evidence = Evidence {
        request: Some(request(
            "https://api.cometapi.com/v1/chat/completions",
            &[("Authorization", "Bearer [key#1]"), ("Content-Type", "application/json")],
            Some(body.to_string()),
        )),
        attempts: vec![attempt(answer(400, "application/json", error))],
        ..Evidence::default()
    };
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let safe = sanitizer.evidence(&evidence, &[reading(EnvelopeKind::OpenAi)], &[], None);
    let audit = sanitizer.audit();
    let json = serde_json::to_string_pretty(&safe).expect("serializes");
    let passed = audit.pass(json, Format::Json);
    assert!(passed.is_ok(), "{passed:?}");
    let yaml = serde_yaml::to_string(&safe).expect("serializes");
    let passed = audit.pass(
        format!("{yaml}doc_url: https://apidoc.cometapi.com/errors/error-codes-handling\n"),
        Format::Yaml,
    );
    assert!(passed.is_ok(), "{passed:?}");
    assert!(audit.pass(prompt, Format::Json).is_err());
}

#[test]
fn what_the_rule_lets_through_the_audit_lets_through() {
    let catalog = Catalog::built_in();
    let (key, prompt) = (key(5), "Ship the quarterly parcel to Anneliese at the old mill before Friday");
    let ring = ring(&key);
    for lead in 0..prompt.len() {
        let body = serde_json::json!({"model": "m", "messages": [{"role": "user", "content": prompt}]});
        let evidence = Evidence {
            request: Some(request("https://h.example/v1/chat/completions", &[], Some(body.to_string()))),
            ..Evidence::default()
        };
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let _ = sanitizer.evidence(&evidence, &[], &[], None);
        let piece = &prompt[lead..(lead + 31).min(prompt.len())];
        let notes =
            format!("said '{piece}' \"{}\" {}", &key[lead % 40..lead % 40 + 9], piece.replace(' ', "%20"));
        let words = sanitizer.words(&Words { notes, ..Words::default() });
        assert_eq!(leak(words.notes.as_str(), &key, &[prompt]), None, "{}", words.notes);
        let passed = sanitizer.audit().pass(format!("notes: {}\n", words.notes), Format::Yaml);
        assert!(passed.is_ok(), "{passed:?} {}", words.notes);
    }
}

/// `words.notes` after the rule, in a case with a key and a prompt.
fn noted(text: &str) -> String {
    let catalog = Catalog::built_in();
    let key = key(3);
    let ring = ring(&key);
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    sanitizer.words(&Words { notes: text.into(), ..Words::default() }).notes.to_string()
}

#[test]
fn look_alikes_survive() {
    for text in [
        "(request id: 20260205132859798638387SIHCnxzJ)",
        "(request id: 202604051248045912188748268d9d6xiYbVTp0) (request id: 2026082001254269571978117037044)",
        "request-id: req_011CSHoEeqs5C35K2UUqR7Fy",
        "x-litellm-call-id: 7c3e9e1a-5b7e-4f3c-9a51-1d2f3a4b5c6d",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "commit 3f6f782b5a1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e and image sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "cf-ray 8f1c2d3e4f5a6b7c-FRA, x-amz-cf-id: 9QzK1y-_example",
        "The model `claude-3-5-sonnet-20241022` does not exist or you do not have access to it.",
        "gpt-4o-mini-2024-07-18, gemini-2.0-flash-001, accounts/fireworks/models/llama-v3p1-405b-instruct",
        "当前分组 default 下对于模型 gpt-5 无可用渠道，请稍后再试。",
        "No available channel for model gpt-5 under group vip (distributor)",
        "the task-list-2024-11-01 and the risk-assessment-20241101 are done",
        "connect to 127.0.0.1:4000, 10.0.0.7 and 192.168.1.20 refused",
        "https://api.cometapi.com/v1/chat/completions answered 404",
        "GET https://gateway.example.com/v1/files/3f6f782b5a1c0d9e8f7a6b5c4d3e2f1a/content",
        "You exceeded your current quota, please check your plan and billing details.",
        "user quota is not enough",
        "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 1500.",
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130512 tokens.",
        "basic authentication is not supported; use bearer token authentication",
        "Bearer token missing. Check Authorization: Bearer <COMETAPI_KEY>",
        "Invalid token (invalid_token)",
        "2026-11-21T02:38:58Z, 2026-11-21 02:38:58 +0800, Sat, 21 Nov 2026 02:38:58 GMT",
        "created 1732147200, took 12345 ms, error code: 524",
        "Mozilla/5.0 Chrome/126.0.0.0 and OpenAI/Python 1.52.0",
        "contact us through our help center at help.openai.com or support@cometapi.com",
        "field messages is required",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "{\"error\":{\"message\":\"model name is required\",\"type\":\"comet_api_error\",\"code\":\"\"}}",
        "max_tokens: 4096, idempotency-key: 1f2e3d4c-5b6a-4798-8877-665544332211",
        "litellm.RateLimitError: RateLimitError: OpenAIException - Error code: 429",
        "Missing required arguments; Expected either ('model' and 'messages')",
        "line one\nline two\n\n  line four with `code` and **bold** and ***",
    ] {
        assert_eq!(noted(text), text);
    }
}

#[test]
fn what_opens_a_door_is_replaced() {
    let key = key(3);
    let expand = super::detect::tests::expand;
    let full_width: String =
        key.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).expect("full width")).collect();
    let zero: String = key.chars().flat_map(|c| [c, '\u{200b}']).collect();
    let ansi = format!("{}\u{1b}[31m{}\u{1b}[0m", &key[..20], &key[20..]);
    let digest = expand("{hex:64}");
    for (raw, expected) in [
        (format!("got {key}!"), "got [key#1]!".to_owned()),
        (format!("got {full_width}!"), "got [key#1]!".to_owned()),
        (format!("got {zero}!"), "got [key#1]!".to_owned()),
        (format!("got {ansi}!"), "got [key#1]!".to_owned()),
        (format!("got {}\n{}!", &key[..25], &key[25..]), "got [key#1]\n!".to_owned()),
        (format!("provided: {}***{}.", &key[..6], &key[47..]), "provided: [key#1].".to_owned()),
        (expand("a sk-{alnum:48} b sk-or-v1-{hex:64}"), "a [key#2] b [key#3]".to_owned()),
        (format!("Key Hash (Token) ={digest}. Unable"), "Key Hash (Token) =[key#2]. Unable".to_owned()),
        (
            "from a@b.example.com and c@d.example.com and a@b.example.com".to_owned(),
            "from [email#1] and [email#2] and [email#1]".to_owned(),
        ),
        ("ip 9.9.9.9 and 1.1.1.1".to_owned(), "ip [ip#1] and [ip#2]".to_owned()),
        (
            "postgres://app:pw-12345@db.internal/x".to_owned(),
            "postgres://[password#1]@db.internal/x".to_owned(),
        ),
        (
            "[{'role': 'user', 'content': 'my secret plan'}]".to_owned(),
            "[{'role': 'user', 'content': '[prompt: 14 chars]'}]".to_owned(),
        ),
        ("剩余额度: ＄0.25".to_owned(), "剩余额度: [amount#1]".to_owned()),
        ("evil \u{202e}txt\u{1b}[2J".to_owned(), "evil \\u{202e}txt".to_owned()),
    ] {
        assert_eq!(noted(&raw), expected, "{raw:?}");
    }
}

#[test]
fn hostile_bodies_are_bounded() {
    let catalog = Catalog::built_in();
    let key = key(3);
    let ring = ring(&key);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"model\":{}1{}}}", "[".repeat(90), "]".repeat(90));
    let wide =
        format!("{{\"model\":\"m\",\"input\":[{}\"x\"]}}", "\"some words of a prompt\",".repeat(200_000));
    for body in [deep, nested, wide, "{\"a\":1".into(), "model=x&prompt=hello".into()] {
        let evidence = Evidence {
            request: Some(request("https://h.example/v1/embeddings", &[], Some(body))),
            ..Evidence::default()
        };
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let safe = sanitizer.evidence(&evidence, &[], &[], None);
        let json = serde_json::to_string(&safe).expect("serializes");
        assert!(json.len() < 20_000, "{}", json.len());
        assert!(!json.contains("some words"));
    }
}

#[test]
fn a_long_message_is_cut_and_counted() {
    let key = key(3);
    let text = noted(&format!("{}{key}{}", "ab ".repeat(6_660), "cd ".repeat(50_000)));
    assert!(text.chars().count() < 20_100 && text.ends_with(" chars]"));
    assert_eq!(leak(&text, &key, &[]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn twice_is_once(text in "(\\PC|[ -~]|[\\n\\t\\[\\]'\"*@:=.\u{200b}\u{202e}\u{1b}]|sk-|key=|content\": \"|%41|\\\\u0041|8\\.8\\.8\\.8){0,60}") {
        let once = noted(&text);
        prop_assert_eq!(noted(&once), once);
    }

    #[test]
    fn no_canary_survives(before in ".{0,40}", after in ".{0,40}", form in 0_usize..6, from in 3_usize..40) {
        let key = key(3);
        let piece = &key[from..from + 11];
        let planted = match form {
            0 => key.clone(),
            1 => piece.to_owned(),
            2 => piece.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat(),
            3 => piece.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat(),
            4 => STANDARD.encode(&key),
            _ => piece.chars().rev().collect(),
        };
        let text = noted(&format!("{before}{planted}{after}"));
        prop_assert_eq!(leak(&text, &key, &[]), None);
    }

    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..400), url in ".{0,60}", status in 100_u16..600) {
        let catalog = Catalog::built_in();
        let ring = ring(&key(3));
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let mut response = answer(status, "application/json", "");
        response.body_bytes = body.len() as u64;
        response.body = body;
        let mut says = reading(EnvelopeKind::OpenAi);
        says.redirect = Some(Redirect { location: url.clone(), other_host: false, to_web_site: false });
        says.envelope.message = Some(url);
        let evidence = Evidence { attempts: vec![attempt(response)], ..Evidence::default() };
        let _ = sanitizer.evidence(&evidence, &[says], &[], None);
    }
}

const FILE: &str = "severance okonkwo.png";

fn form_request() -> Request {
    let part = |name: &str, content: PartContent| Part {
        name: name.into(),
        content,
        filename: None,
        media_type: None,
    };
    let text = |name: &str, text: &str| part(name, PartContent::Text(text.into()));
    let path = format!("/home/okonkwo/{FILE}");
    let mut request =
        request("https://api.cometapi.com/v1/images/edits", &[("Content-Type", "multipart/form-data")], None);
    request.form = vec![
        text("model", "gpt-image-1"),
        text("prompt", PROMPT),
        text("n", "2"),
        text("timestamp_granularities[]", "word"),
        text("x-own", "harbour team 7"),
        text("user", "[key#1]"),
        part("image", PartContent::File { path, bytes: Some(900) }),
        Part {
            filename: Some("memo.mueller".into()),
            media_type: Some("image/png; name=okonkwo".into()),
            ..text("mask", OUTPUT)
        },
        Part {
            filename: Some(String::new()),
            ..part("style", PartContent::File { path: "q7 x".into(), bytes: Some(5) })
        },
    ];
    request
}

#[test]
fn a_form_leaves_as_fields_and_shapes() {
    let (catalog, key) = (Catalog::built_in(), key(7));
    let ring = ring(&key);
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let evidence = Evidence { request: Some(form_request()), ..Evidence::default() };
    let safe = sanitizer.evidence(&evidence, &[], &[], None).request.expect("a request");
    let fields: Vec<String> =
        safe.form_fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        fields,
        [
            "model=gpt-image-1".to_owned(),
            format!("prompt=[prompt: {} chars]", PROMPT.len()),
            "n=2".to_owned(),
            "timestamp_granularities[]=[text: 4 chars]".to_owned(),
            "x-own=[text: 14 chars]".to_owned(),
            "user=[key#1]".to_owned(),
            "style=[text: 5 bytes]".to_owned(),
        ]
    );
    let files: Vec<String> = safe
        .files
        .iter()
        .map(|f| {
            let text = |clean: &Option<Clean>| clean.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {} {} {:?} {}", f.field, text(&f.name), text(&f.media_type), f.bytes, f.transport)
        })
        .collect();
    assert_eq!(
        files,
        [
            "image [file name: 21 chars, .png] image/png Some(900) direct".to_owned(),
            format!("mask [file name: 12 chars] image/png Some({}) direct", OUTPUT.len()),
        ]
    );
    assert_eq!(safe.model.as_ref().map(Clean::as_str), Some("gpt-image-1"));
}

#[test]
fn json_in_a_message_keeps_its_layout() {
    let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
    let inner = serde_json::json!({"error": {"code": 403, "message": "It is blocked.",
        "details": [{"metadata": {"consumer": "projects/177838845127"}}]}});
    let message = serde_json::to_string_pretty(&inner).expect("JSON") + "\n";
    let body = serde_json::json!({"error": {"message": message}}).to_string();
    let mut reading = reading(EnvelopeKind::OpenAi);
    reading.envelope.message = Some(message.clone());
    let attempts = vec![attempt(answer(403, "application/json", &body))];
    let evidence = Evidence { attempts, ..Evidence::default() };
    let safe = Sanitizer::new(&catalog, &ring).evidence(&evidence, &[reading], &[], None);
    let said = safe.attempts[0].response.clone().expect("response").error.message.expect("message");
    let expected = message.replace("projects/177838845127", "[text: 21 chars]");
    assert_eq!(said.as_str(), expected);
}

#[test]
fn what_an_answer_repeats_of_a_form_is_taken_out() {
    let (catalog, key) = (Catalog::built_in(), key(8));
    let ring = ring(&key);
    let messages = [
        format!("file '{FILE}' is too large"),
        "file 'Severance Okonkwo' has no type".to_owned(),
        "bad upload memo.mueller".to_owned(),
        format!("prompt refused: {PROMPT}"),
        "field x-own: harbour team 7".to_owned(),
    ];
    for message in messages {
        let mut sanitizer = Sanitizer::new(&catalog, &ring);
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        let mut reading = reading(EnvelopeKind::OpenAi);
        reading.envelope.message = Some(message.clone());
        let evidence = Evidence {
            request: Some(form_request()),
            attempts: vec![attempt(answer(400, "application/json", &body))],
            ..Evidence::default()
        };
        let safe = sanitizer.evidence(&evidence, &[reading], &[], None);
        let shown = serde_json::to_string(&safe).expect("serializes").to_lowercase();
        for canary in ["okonkwo", "memo.mueller", "severance letter", "harbour team"] {
            assert!(!shown.contains(canary), "{canary} of {message}: {shown}");
        }
        // The audit finds what the sanitizer would have missed.
        let refused = sanitizer.audit().pass(message.clone(), Format::Plain);
        assert!(refused.is_err() || message.contains("x-own"), "{message}");
    }
}

#[test]
fn attached_files_are_listed_by_place_type_and_size() {
    let (catalog, key) = (Catalog::built_in(), key(9));
    let ring = ring(&key);
    let long = STANDARD.encode([7_u8; 90]);
    let png = STANDARD.encode([b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 82]].concat());
    let body = serde_json::json!({
        "model": "m",
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": "see https://example.com/not-a-file"},
            {"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{long}")}},
            {"type": "image_url", "image_url": {"url": "https://example.com/okonkwo.jpg"}},
            {"type": "input_audio", "input_audio": {"data": long, "format": "wav"}},
            {"type": "file", "file": {"filename": FILE, "file_data": format!("data:application/pdf;base64,{long}")}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/webp", "data": long}},
        ]}],
        "contents": [{"parts": [
            {"inline_data": {"mime_type": "image/jpeg", "data": long}},
            {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://bucket/x"}},
        ]}],
        "base64Array": [format!("data:image/gif;base64,{long}")],
        "image": png,
        "callback_url": "https://example.com/hook",
        "id": "0123456789abcdef",
    });
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let request = request("https://api.cometapi.com/v1/x", &[], Some(body.to_string()));
    let evidence = Evidence { request: Some(request), ..Evidence::default() };
    let safe = sanitizer.evidence(&evidence, &[], &[], None).request.expect("a request");
    let mut files: Vec<String> = safe
        .files
        .iter()
        .map(|f| {
            let media = f.media_type.as_ref().map_or("-", Clean::as_str);
            let bytes = f.bytes.map_or("-".to_owned(), |b| b.to_string());
            let name = f.name.as_ref().map_or(String::new(), |n| format!(" {n}"));
            format!("{} {media} {bytes} {}{name}", f.field, f.transport)
        })
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "/base64Array/0 image/gif 90 base64",
            "/contents/0/parts/0/inline_data/data image/jpeg 90 base64",
            "/contents/0/parts/1/fileData/fileUri video/mp4 - url",
            "/image image/png 90 base64",
            "/messages/0/content/1/image_url/url image/png 90 base64",
            "/messages/0/content/2/image_url/url - - url",
            "/messages/0/content/3/input_audio/data audio/wav 90 base64",
            "/messages/0/content/4/file/file_data application/pdf 90 base64 [file name: 21 chars, .png]",
            "/messages/0/content/5/source/data image/webp 90 base64",
        ]
    );
    let refused = sanitizer.audit().pass(format!("{FILE} is bad"), Format::Plain);
    assert!(refused.is_err(), "the file's name is known to the audit");
}
