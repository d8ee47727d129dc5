//! Free text against the whole catalog at once: what looks like a secret and is evidence survives, and a key of every
//! kind goes, whichever detector sees it first.

use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::sanitize::detect::is_credential;
use crate::case::sanitize::detect::tests::{expand, expand_parts};
use crate::case::sanitize::{Sanitizer, Words};

/// Evidence that looks like a secret, as it stands in messages, logs and operators' words. Every filter of free text has
/// to leave it as it is. `{alnum:24}` and the like are made when the test runs.
pub(crate) const LOOK_ALIKES: [&str; 159] = [
    // ids of requests
    "x-request-id: {hex:32}",
    "x-request-id: req_{hex:32}",
    "(request id: 20261121084512{digit:9}{alnum:8})",
    "request id {alnum:24} was logged",
    "request-id: req_011C{alnum:20}",
    "X-Request-ID: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "apim-request-id: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "x-ms-request-id {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "x-amzn-requestid: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "x-amz-request-id: {upper:16}",
    "x-amz-cf-id: {alnum:54}==",
    "x-goog-request-id {hex:16}",
    "cf-ray: {hex:16}-FRA",
    "Cloudflare Ray ID: {hex:16}",
    "x-vercel-id: fra1::iad1::{lower:5}-1732147200123-{hex:12}",
    "x-nf-request-id: 01{upper:24}",
    "x-railway-request-id: {alnum:22}",
    "fly-request-id: 01{upper:24}-fra",
    "x-litellm-call-id: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "x-oneapi-request-id: 20261121084512{digit:17}",
    "x-tt-logid: 20261121084512{upper:18}",
    "x-dashscope-request-id: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "eagleeye-traceid: {hex:30}",
    "requestId={hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}, code=429",
    "openai-processing-ms: 1432, x-request-id: req_{hex:32}",
    "x-served-by: cache-fra-eddf8230072-FRA, cache-iad-kjyo7100123-IAD",
    "x-github-request-id: {upper:4}:{hex:5}:{hex:7}:{hex:7}:{hex:8}",
    "请求编号：{alnum:24}",
    "logid {digit:20}",
    // ids that APIs give out
    "chatcmpl-{alnum:29}",
    "cmpl-{alnum:29}",
    "resp_{hex:48}",
    "msg_01{alnum:22}",
    "msg_{hex:48}",
    "call_{alnum:24}",
    "toolu_01{alnum:22}",
    "srvtoolu_01{alnum:22}",
    "fc_{hex:48}",
    "rs_{hex:48}",
    "file-{alnum:24}",
    "file_{hex:24}",
    "files/{lower:12}",
    "asst_{alnum:24}",
    "thread_{alnum:24}",
    "run_{alnum:24}",
    "step_{alnum:24}",
    "batch_{hex:32}",
    "msgbatch_01{alnum:22}",
    "ftjob-{alnum:24}",
    "ft:gpt-4o-mini-2024-07-18:acme::{alnum:8}",
    "vs_{hex:32}",
    "video_{hex:48}",
    "img_{alnum:24}",
    "gen-1732147200-{alnum:20}",
    "item_{alnum:21}",
    "event_{alnum:21}",
    "evt_{alnum:24}",
    "conv_{hex:48}",
    "cgt-20261121084512-{lower:5}",
    "task_id: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "task {hex:32} is queued",
    "prediction id {lower:26} failed",
    "fp_{hex:10}",
    "system_fingerprint: fp_{hex:10}",
    "job-{hex:32}",
    "operation projects/acme/locations/us-central1/operations/{digit:19}",
    "modr-{alnum:29}",
    "embd-{hex:32}",
    "trace_{hex:32}",
    "session {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12} was resumed",
    // traces, commits, digests
    "traceparent: 00-{hex:32}-{hex:16}-01",
    "tracestate: congo={hex:16}",
    "b3: {hex:32}-{hex:16}-1",
    "x-b3-traceid: {hex:32}",
    "uber-trace-id: {hex:16}:{hex:16}:0:1",
    "X-Cloud-Trace-Context: {hex:32}/{digit:18};o=1",
    "X-Amzn-Trace-Id: Root=1-{hex:8}-{hex:24}",
    "trace_id={hex:32} span_id={hex:16}",
    "datadog trace_id: {hex:32}",
    "dd.trace_id={digit:19} dd.span_id={digit:18}",
    "sentry event id {hex:32}",
    "sentry-trace: {hex:32}-{hex:16}-1",
    "commit {hex:40}",
    "at revision {hex:40} of the gateway",
    "built from {hex:7}",
    "git sha: {hex:40}",
    "image sha256:{hex:64}",
    "ghcr.io/acme/gateway@sha256:{hex:64}",
    "etag: \"{hex:32}\"",
    "ETag: W/\"{hex:8}-{hex:6}\"",
    "content-md5 checksum {hex:32}",
    "sha1 {hex:40}, md5 {hex:32}",
    "certificate fingerprint {hex:40}",
    "ja3 hash {hex:32}",
    "idempotency-key: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "Idempotency-Key: stainless-node-retry-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "boundary=----WebKitFormBoundary{alnum:16}",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "ulid 01J{upper:23}",
    "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}",
    "next cursor {alnum:24}",
    // models, versions, names
    "gpt-4o-mini-2024-07-18",
    "claude-3-5-sonnet-20241022",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
    "accounts/fireworks/models/llama-v3p1-405b-instruct",
    "meta-llama/Llama-3.3-70B-Instruct-Turbo-Free",
    "gemini-2.5-flash-preview-native-audio-dialog-09-2025",
    "doubao-seedance-1-0-lite-t2v-250428",
    "text-embedding-3-large",
    "kling-v1-6, kling-v2-1-master and suno-v4.5",
    "hf_hub_download and sk-learn-tutorial-for-beginners",
    "xai-grok-4-fast-reasoning over pplx-70b-online",
    "black-forest-labs/flux-1.1-pro-ultra:{hex:64}",
    "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "fw_version 1.2.3, r8_quantized, nvapi-compatible",
    "openai 1.109.1, python 3.12.7, httpx 0.28.1",
    "OpenAI/Python 1.52.0 and Anthropic/JS 0.27.3",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
    "anthropic-version: 2023-06-01, api-version=2024-10-21",
    "v1.0-rc1 and 2024.11.20.999999 and v1.2.3.4",
    "ChatCompletionRequestSystemMessageParamContent4Part2",
    "OPENAI_API_KEY and ANTHROPIC_AUTH_TOKEN are not set",
    "SCW_DEFAULT_ORGANIZATION_ID, ATTACHMENT_SIZE_LIMIT_EXCEEDED",
    "the task-list-2024-and-more, the risk-assessment-20241101, disk-usage-10-20-30",
    "max_tokens_to_sample_per_request_limit_exceeded",
    // sentences
    "Bearer token missing; basic authentication is not supported",
    "Authorization: Bearer $COMETAPI_KEY",
    "Authorization: Bearer <COMETAPI_KEY>",
    "curl -H \"Authorization: Bearer ${COMETAPI_KEY}\"",
    "Incorrect API key provided: YOUR_API_KEY",
    "Invalid token (invalid_token): token expired or incorrect",
    "the api key is missing, the secret is required, the password must be set",
    "password is required and --password must be given",
    "You exceeded your current quota, please check your plan and billing details.",
    "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 1500.",
    "Quota exceeded for quota metric 'Generate Content API requests per minute'",
    "insufficient_quota: user quota is not enough",
    "该令牌无权访问模型，令牌状态不可用，请检查密钥",
    "当前分组 default 下对于模型 gpt-5 无可用渠道",
    "unsupported_country_region_territory",
    "error code: 1010, error code: 524, errno 10054",
    "HTTP/1.1 200 OK in 1234.567 ms, 32768 bytes, 128000 tokens",
    "key 'messages' is required; unexpected key 'max_completion_tokens'",
    "cookies are disabled; Request Header Or Cookie Too Large",
    "docker run -u 1000:1000 acme/gateway:2024-11-20",
    "--max-tokens 4096 --top-p 0.95 --seed 1234567890",
    "a digest is a hash; a fingerprint of the request is not kept",
    "-----BEGIN CERTIFICATE-----",
    "see https://help.openai.com/en/articles/6843914 or support@cometapi.com",
    "https://api.cometapi.com/v1/chat/completions?api-version=2024-10-21",
    "GET https://gateway.example.com/v1/files/{hex:32}/content",
    // numbers, dates, addresses
    "created 1732147200, at 1732147200123, in 1732147200123456789 ns",
    "2026-11-21T02:38:58.123456Z and Sat, 21 Nov 2026 02:38:58 GMT",
    "127.0.0.1:4000, 10.0.0.7, 192.168.1.20, 172.16.0.1, [::1]:8080, fe80::1",
    "AS13335, port 65535, pid 1234567, line 4321, column 1234",
    "seed 4111111111111112, order 20260205132859798638387",
    "0x7ffd5e8c3a10 in libssl.so.3, 0xdeadbeefcafebabe",
];

/// What the rule for free text makes of `text`; one sanitizer for all, since its start is most of the work.
fn ruled(sanitizer: &mut Sanitizer<'_>, text: &str) -> String {
    sanitizer.words(&Words { notes: text.to_owned(), ..Words::default() }).notes.to_string()
}

#[test]
fn look_alikes_survive_every_detector() {
    let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let changed: Vec<String> = LOOK_ALIKES
        .iter()
        .map(|example| expand(example))
        .map(|text| (ruled(&mut sanitizer, &text), text))
        .filter(|(after, before)| after != before)
        .map(|(after, before)| format!("{before:?} became {after:?}"))
        .collect();
    assert!(changed.is_empty(), "{} of {}: {changed:#?}", changed.len(), LOOK_ALIKES.len());
}

/// Characters of a made part that may not stand in a row afterwards.
const WINDOW: usize = 8;

#[test]
fn a_key_of_every_kind_goes_in_free_text() {
    let (catalog, ring) = (Catalog::built_in(), KeyRing::default());
    let mut sanitizer = Sanitizer::new(&catalog, &ring);
    let mut faults = Vec::new();
    for detector in &catalog.detectors {
        for example in &detector.matches {
            let (text, parts) = expand_parts(example);
            // A line of a configuration has to be a line; all else may stand anywhere.
            let inside = if detector.pattern.contains("(?im)^") { "It said:\n" } else { "It said: " };
            for dress in [text.clone(), format!("{inside}{text}\nand went on.")] {
                let after = ruled(&mut sanitizer, &dress);
                let left = parts.iter().filter(|_| is_credential(&detector.kind)).any(|part| {
                    part.as_bytes()
                        .windows(WINDOW)
                        .any(|window| std::str::from_utf8(window).is_ok_and(|window| after.contains(window)))
                });
                if after == dress || left {
                    faults.push(format!("{}: {dress:?} became {after:?}", detector.id));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
}

/// What operators write about a failure, in their own voice: none of it is a prompt.
#[test]
fn an_operators_own_words_stay() {
    let catalog = Catalog::built_in();
    let noted = |text: &str| {
        let ring = KeyRing::default();
        Sanitizer::new(&catalog, &ring)
            .words(&Words { notes: text.into(), ..Words::default() })
            .notes
            .to_string()
    };
    let mut altered = Vec::new();
    for words in [
        "Tried the same request with curl and with the other key, both fail.",
        "Customer says: since Monday every request with gpt-4o fails with 429, the other models work.",
        "Expected: 200 with a stream. Got: 400 after 3 seconds.",
        "We saw \"the stream just stops\" in the browser console and nothing else.",
        "The customer told us that the answers stop in the middle of a sentence, mostly in the evening.",
        "Input: 3 images, 2 MB each; output: none.",
        "Impact: about 40 users in two teams cannot translate their tickets since this morning.\nWorkaround: they use the other gateway.",
        "Question: is the model claude-sonnet-4-5 switched off for our account, or is the channel down?",
        "Since the update of 12 November the response is empty: content is null and finish_reason is length.",
        "content: empty, finish_reason: length, usage: 0 tokens",
        "> forwarded: please tell us whether request 20261120101530123456789abcdefgh reached your side",
        "从周一开始，所有请求都返回 429，换了密钥也一样。",
        "客户说：昨天还正常，今天所有模型都报错，请帮忙查一下。",
        "Wir haben es mit drei Modellen versucht, nur gpt-image-1 scheitert.",
        "The error says \"The model is overloaded, please retry later\" and the request id is missing.",
        "The docs say “Requests are limited per minute for each organization”; we are far below that.",
        "Our own log shows `stream ended before the final chunk` three times an hour.",
        "Status: still failing at 14:05 UTC\nOwner: platform team\nNext step: wait for support",
    ] {
        if noted(words) != words {
            altered.push(noted(words));
        }
    }
    assert!(altered.is_empty(), "{altered:#?}");
}
