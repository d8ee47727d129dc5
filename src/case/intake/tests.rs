//! Whole pastes, as they are seen in issue threads, documentation and terminals.

use proptest::prelude::*;

use super::*;
use crate::case::evidence::{self, BodyEnd, Source};
use crate::case::request::Deadlines;
use crate::case::vocabulary::{ResponseShape, TransportKind};

fn key() -> String {
    format!("sk-{}", "aB3".repeat(16))
}

fn read_new(text: &str) -> (Intake, KeyRing) {
    let mut ring = KeyRing::default();
    let intake = read(text, &Catalog::built_in(), &mut ring);
    (intake, ring)
}

fn draft(text: &str) -> Draft {
    read_new(text).0.draft.unwrap_or_else(|| panic!("no draft in {text:?}"))
}

fn ids(intake: &Intake) -> Vec<&'static str> {
    intake.findings.iter().map(|f| f.id).collect()
}

fn header<'a>(draft: &'a Draft, name: &str) -> Option<&'a str> {
    draft.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
}

fn observed(intake: &Intake) -> &Response {
    intake.observed.as_ref().and_then(Attempt::response).expect("an answer")
}

type Row<'a> = (String, Option<u16>, Option<&'a str>, Option<&'a str>, &'a str);

fn body(response: &Response) -> &str {
    std::str::from_utf8(&response.body).expect("text")
}

const SMOKE: &str = r#"curl "https://api.cometapi.com/v1/chat/completions" \
  -H "Authorization: Bearer <API_KEY_PLACEHOLDER>" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "<MODEL_ID>",
    "messages": [
      {"role": "user", "content": "Return the word ready."}
    ]
  }'"#;

#[test]
fn the_guides_command_is_read() {
    for text in [SMOKE.to_owned(), format!("```bash\n$ {SMOKE}\n```"), SMOKE.replace('\n', "\r\n")] {
        let (intake, ring) = read_new(&text);
        let draft = intake.draft.as_ref().expect("draft");
        assert_eq!((intake.kind, draft.method.as_str()), ("curl", "POST"));
        assert_eq!(draft.url, "https://api.cometapi.com/v1/chat/completions");
        assert_eq!(header(draft, "authorization"), Some("Bearer <API_KEY_PLACEHOLDER>"));
        let json: Value = serde_json::from_str(&draft.body).expect("json");
        assert_eq!(
            json.pointer("/messages/0/content").and_then(Value::as_str),
            Some("Return the word ready.")
        );
        assert_eq!(ids(&intake), ["key_is_placeholder"]);
        assert!(ring.is_empty());
        assert!(intake.observed.is_none());
    }
}

#[test]
fn options_mean_what_curl_means() {
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    // Command, method, URL, content type, body.
    let table: &[(&str, &str, &str, Option<&str>, &str)] = &[
        ("curl https://h/v1/models", "GET", "https://h/v1/models", None, ""),
        ("curl -sSX POST https://h/x", "POST", "https://h/x", None, ""),
        ("curl -XPUT https://h/x -d a=b -d c=d", "PUT", "https://h/x", Some(form), "a=b&c=d"),
        ("curl --request patch --url https://h/x", "patch", "https://h/x", None, ""),
        ("curl --json '{\"a\":1}' https://h/x", "POST", "https://h/x", Some(json), "{\"a\":1}"),
        (
            "curl -G https://h/x -d a=b --data-urlencode 'q=ä b'",
            "GET",
            "https://h/x?a=b&q=%C3%A4+b",
            None,
            "",
        ),
        ("curl -I https://h/x", "HEAD", "https://h/x", None, ""),
        (
            "curl -sS --compressed -L -o out.json -w '%{http_code}' -m 30 https://h/x -H 'Content-Type: application/json' --data-raw '@a'",
            "POST",
            "https://h/x",
            Some(json),
            "@a",
        ),
        ("curl https://h/x -H 'X-Empty;' -H 'Accept:' -d ''", "POST", "https://h/x", Some(form), ""),
        ("curl https://h/x?a=b --url-query c=d", "GET", "https://h/x?a=b&c=d", None, ""),
        (
            "curl https://h/x -d @- <<'EOF'\n{\"a\":\"b\"}\nEOF\n",
            "POST",
            "https://h/x",
            Some(form),
            "{\"a\":\"b\"}",
        ),
        (
            "curl https://h/x \\\n  # the key\n  -H 'Content-Type: application/json' | jq .",
            "GET",
            "https://h/x",
            None,
            "",
        ),
        (
            "curl 'https://h/x' --data-binary $'{\"a\":\"it\\'s\"}' -H 'content-type: application/json'",
            "POST",
            "https://h/x",
            Some(json),
            "{\"a\":\"it's\"}",
        ),
        ("curl —request POST https://h/x", "POST", "https://h/x", None, ""),
        ("curl api.example.com/v1/models", "GET", "http://api.example.com/v1/models", None, ""),
        (
            "curl https://h/x -F model=whisper-1 -F file=@a.mp3",
            "POST",
            "https://h/x",
            Some("multipart/form-data"),
            "",
        ),
        ("curl https://h/x -T a.bin", "PUT", "https://h/x", None, ""),
        (
            "curl -d @body.json https://h/x -H 'Content-Type: application/json'",
            "POST",
            "https://h/x",
            Some(json),
            "",
        ),
    ];
    for (text, method, url, content_type, body) in table {
        let draft = draft(text);
        assert_eq!(
            (draft.method.as_str(), draft.url.as_str(), draft.body.as_str()),
            (*method, *url, *body),
            "{text}"
        );
        assert_eq!(header(&draft, "content-type"), *content_type, "{text}");
    }
    let empty = draft("curl https://h/x -H 'X-Empty;' -H 'Accept:' -d ''");
    assert_eq!((header(&empty, "x-empty"), header(&empty, "accept")), (Some(""), None));
}

#[test]
fn what_changes_the_reproduction_is_a_finding() {
    let table = [
        ("curl -L https://h/", "redirects_not_followed"),
        ("curl -k https://h/", "certificates_checked"),
        ("curl -x http://p:8080 https://h/", "proxy_not_used"),
        ("curl --resolve h:443:127.0.0.1 https://h/", "option_not_applied"),
        ("curl --made-up https://h/", "option_unknown"),
        ("curl -d @a.json https://h/", "body_from_file"),
        ("curl -F a=@- https://h/", "body_from_file"),
        ("curl -F 'a=x; y' https://h/", "form_text_cut"),
        ("curl -F a https://h/", "form_field_without_equals"),
        ("curl -F a=@b,c https://h/", "form_several_files"),
        ("curl -F a=b -d c=d https://h/", "form_beside_data"),
        ("curl -F a=b -T c https://h/", "form_beside_data"),
        (
            "curl -F a=b -H 'Content-Type: multipart/form-data; boundary=x' https://h/",
            "boundary_written_twice",
        ),
        ("curl -F a=b -H 'Content-Type: application/json' https://h/", "form_under_another_type"),
        ("curl -d '{\"a\":1}' https://h/", "content_type_missing"),
        ("curl -H 'Authorization: Bearer $KEY' https://h/", "variable_in_single_quotes"),
        ("curl -H 'Authorization: Bearer YOUR_API_KEY' https://h/", "key_is_placeholder"),
        ("curl https://h/a --next https://h/b", "several_commands"),
        ("curl https://h/a\ncurl https://h/b", "several_commands"),
        ("curl https://h/a https://h/b", "several_urls"),
        ("curl -s -v", "url_missing"),
        ("curl https://h/ -d 'open", "quote_not_closed"),
        ("curl https://h/ -H \"Authorization: Bearer $(cat key)\"", "command_substitution"),
        ("curl https://h/?a=b&c=d", "url_not_quoted"),
        ("curl https://h/ ^\n -d a=b", "windows_shell"),
        ("curl “https://h/”", "smart_quotes"),
        ("curl https://h/ -d ‘{“a”: 1}’", "body_mended"),
        ("curl https://h/ -b jar.txt", "cookies_from_file"),
        ("curl https://h/ -H 'no colon here'", "header_without_colon"),
    ];
    for (text, id) in table {
        let (intake, _) = read_new(text);
        assert!(ids(&intake).contains(&id), "{text}: {:?}", ids(&intake));
    }
    let (plain, _) = read_new("curl -sS --compressed -o x -m 5 --retry 3 -N https://h/v1/models");
    assert_eq!(ids(&plain), [""; 0]);
}

#[test]
fn keys_move_into_the_ring_and_variables_become_references() {
    let key = key();
    let table = [
        (format!("curl https://h/ -H 'Authorization: Bearer {key}'"), "Bearer [key#1]"),
        (format!("export K={key}\ncurl https://h/ -H \"Authorization: Bearer $K\""), "Bearer [key#1]"),
        (format!("K={key} curl https://h/ -H \"Authorization: Bearer ${{K}}\""), "Bearer [key#1]"),
        (format!("curl https://h/ --oauth2-bearer {key}"), "Bearer [key#1]"),
        (
            "curl https://h/ -H \"Authorization: Bearer $COMETAPI_KEY\"".to_owned(),
            "Bearer [env:COMETAPI_KEY]",
        ),
        ("curl https://h/ -H Authorization:\\ Bearer\\ ${K}".to_owned(), "Bearer [env:K]"),
        ("curl https://h/ -u name:secret-word-9".to_owned(), "Basic [key#1]"),
    ];
    for (text, expected) in &table {
        let (intake, ring) = read_new(text);
        let draft = intake.draft.as_ref().expect("draft");
        assert_eq!(header(draft, "authorization"), Some(*expected), "{text}");
        let all = format!(
            "{}{}{}",
            draft.url,
            draft.body,
            draft.headers.iter().map(|h| h.value.as_str()).collect::<String>()
        );
        for held in ring.iter() {
            assert!(!all.contains(held.expose()), "{text}");
        }
        assert_eq!(ids(&intake).contains(&"literal_key"), !ring.is_empty(), "{text}");
    }
    let (_, ring) = read_new("curl https://h/ -u name:secret-word-9");
    assert!(ring.iter().any(|held| held.expose() == "secret-word-9"));
    let with_variable = draft("curl https://h.example/v1 -u \"$ID:$PW\"");
    assert_eq!(with_variable.url, "https://[env:ID]:[env:PW]@h.example/v1");
    let everywhere =
        format!("curl 'https://u:pass-word1@h/?key={key}' -b 'sid=abcdefgh' -d '{{\"k\":\"{key}\"}}'");
    let draft = draft(&everywhere);
    assert_eq!(draft.url, "https://u:[password#1]@h/?key=[key#1]");
    assert_eq!(draft.body, "{\"k\":\"[key#1]\"}");
    assert_eq!(header(&draft, "cookie"), Some("sid=[cookie#1]"));
}

#[test]
fn a_command_with_its_answer_gives_both() {
    let error = "{\"error\":{\"code\":\"\",\"message\":\"model name is required (request id: 20260205132859798638387SIHCnxzJ)\",\"type\":\"comet_api_error\"}}";
    let command = "$ curl -i https://api.cometapi.com/v1/chat/completions -d '{}'";
    let head =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Cometapi-Request-Id: 2026\r\n\r\n";
    let table = [
        (format!("{command}\n{head}{error}"), Some(400)),
        (format!("{command}\nHTTP/1.1 100 Continue\r\n\r\n{head}{error}\nuser@box:~$ "), Some(400)),
        (format!("{command}\n{error}"), None),
        (format!("```\n{command}\n```\n\nResponse:\n\n```json\n{error}\n```\n"), None),
        (format!("{command} -w '%{{http_code}}'\n{error}400"), Some(400)),
        (format!("{command} | jq .\n{error}\n$ "), None),
        (format!("{command} -d @- <<E\n{{}}\nE\n{error}").replace(" -d '{}'", ""), None),
        (
            format!(
                "{command}\n* Connected to api (1.2.3.4) port 443\n> POST /v1/chat/completions HTTP/1.1\n> Host: api\n>\n< HTTP/1.1 400 Bad Request\n< Content-Type: application/json\n<\n* transfer\n{error}* Connection #0 to host api left intact"
            ),
            Some(400),
        ),
    ];
    for (text, status) in table {
        let (intake, _) = read_new(&text);
        assert_eq!(intake.draft.as_ref().map(|d| d.body.as_str()), Some("{}"), "{text}");
        let response = observed(&intake);
        assert_eq!((body(response), response.status), (error, status), "{text}");
    }
    let (intake, _) = read_new(&format!("{command}\n{head}{error}"));
    let attempt = intake.observed.as_ref().expect("attempt");
    assert_eq!((attempt.source, attempt.at, attempt.request_bytes), (Source::Pasted, None, 2));
    let response = observed(&intake);
    assert_eq!(response.header("x-cometapi-request-id"), Some("2026"));
    assert_eq!(
        (response.reason.as_deref(), response.http_version.as_deref()),
        (Some("Bad Request"), Some("HTTP/1.1"))
    );
    assert_eq!(response.end, BodyEnd::NotKnown);

    let (failed, _) = read_new(&format!("{command}\ncurl: (6) Could not resolve host: api.cometapi.com"));
    let failure = failed.observed.as_ref().and_then(|a| a.transport()).expect("failure");
    assert_eq!(failure.kind, TransportKind::Dns);
    let (cut, _) = read_new(&format!(
        "{command}\n{head}{{\"a\"\ncurl: (18) transfer closed with outstanding read data remaining"
    ));
    assert!(matches!(&observed(&cut).end, BodyEnd::Cut(f) if f.kind == TransportKind::Reset));
    let above = format!("# 404 means no route\nError code: 400 - {error}\n\nwhen I run:\n{command}");
    assert_eq!(observed(&read_new(&above).0).status, Some(400));
    let secret = format!("{command} -d '{{\"k\":\"{}\"}}'\n{head}{error}", key()).replace(" -d '{}'", "");
    assert_eq!(read_new(&secret).0.observed.map(|a| a.request_bytes), Some(59));
    let script = format!("TIMEOUT=30\n# on error 500 retry\n{command}");
    assert!(read_new(&script).0.observed.is_none());
    let (quiet, _) = read_new(&format!("{command}\nThis is what I ran yesterday."));
    assert!(quiet.observed.is_none());
}

#[test]
fn error_texts_give_status_body_and_exception() {
    let python = "{'error': {'message': 'Incorrect API key provided: sk-your-***-key.', 'type': 'invalid_request_error', 'param': None, 'code': 'invalid_api_key'}}";
    let json = "{\"error\":{\"message\":\"Incorrect API key provided: sk-your-***-key.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}";
    // Text, status, exception, client, body.
    let table: Vec<Row<'_>> = vec![
        (format!("Error code: 401 - {python}"), Some(401), None, None, json),
        (format!("openai.AuthenticationError: Error code: 401 - {python}"), Some(401), Some("AuthenticationError"), Some("openai-python"), json),
        (
            format!("Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    main()\nopenai.AuthenticationError: Error code: 401 - {python}\n"),
            Some(401), Some("AuthenticationError"), Some("openai-python"), json,
        ),
        (
            "anthropic.BadRequestError: Error code: 400 - {'type': 'error', 'error': {'type': 'invalid_request_error', 'message': \"can't\"}}".to_owned(),
            Some(400), Some("BadRequestError"), Some("anthropic-python"),
            "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"can't\"}}",
        ),
        ("AxiosError: Request failed with status code 404".to_owned(), Some(404), Some("AxiosError"), Some("axios"), ""),
        ("HTTP 429 Too Many Requests".to_owned(), Some(429), None, None, ""),
        ("the gateway said status code 503".to_owned(), Some(503), None, None, ""),
        ("error code: 524".to_owned(), Some(524), None, None, "error code: 524"),
        ("503 Service Unavailable".to_owned(), Some(503), None, None, ""),
        ("RateLimitError: 429 You exceeded your current quota".to_owned(), Some(429), Some("RateLimitError"), None, "You exceeded your current quota"),
        (
            "litellm.RateLimitError: RateLimitError: OpenAIException - slow down".to_owned(),
            None, Some("RateLimitError"), Some("litellm"), "slow down",
        ),
        ("HTTP 500: {\"error\":\"boom\"}".to_owned(), Some(500), None, None, "{\"error\":\"boom\"}"),
        ("{\"error\": \"plain string\"}".to_owned(), None, None, None, "{\"error\": \"plain string\"}"),
        ("[{\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"X\"}}]".to_owned(), None, None, None, "[{\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"X\"}}]"),
        ("{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"field required\"}]}".to_owned(), None, None, None, "{\"detail\":[{\"loc\":[\"body\",\"model\"],\"msg\":\"field required\"}]}"),
        ("{\"code\":null,\"message\":\"user quota is not enough\",\"data\":null}".to_owned(), None, None, None, "{\"code\":null,\"message\":\"user quota is not enough\",\"data\":null}"),
        ("当前分组上游负载已饱和，请稍后再试".to_owned(), None, None, None, "当前分组上游负载已饱和，请稍后再试"),
        ("No available channel for this group".to_owned(), None, None, None, "No available channel for this group"),
    ];
    for (text, status, exception, client, expected) in table {
        let (intake, _) = read_new(&text);
        assert_eq!(intake.kind, "error text", "{text}");
        let response = observed(&intake);
        assert_eq!((response.status, response.exception.as_deref()), (status, exception), "{text}");
        assert_eq!((intake.client.as_deref(), body(response)), (client, expected), "{text}");
    }
}

/// The sentence of a client (or of a person) on a status is no word of the gateway.
#[test]
fn own_sentences_of_clients_are_no_message_of_the_gateway() {
    let table = [
        ("Error: 429 status code (no body)", 429),
        ("UnprocessableEntityError: 422 status code (no body)", 422),
        (
            "Error: 400 status code (no body)\n    at APIError.generate (file:///a/node_modules/openai/error.mjs:63:20)",
            400,
        ),
        ("Request failed with status code 404", 404),
        (
            "Error: Request failed with status code 401\n    at createError (/a/axios/lib/core/createError.js:16:15)",
            401,
        ),
        ("requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://h/v1/x", 401),
        (
            "httpx.HTTPStatusError: Client error '404 Not Found' for url 'https://h/x'\nFor more information check: https://d",
            404,
        ),
        (
            "aiohttp.client_exceptions.ClientResponseError: 403, message='Forbidden', url='https://h/v1/models'",
            403,
        ),
        ("HTTP status client error (401 Unauthorized) for url (https://h/v1/x)", 401),
        ("urllib.error.HTTPError: HTTP Error 403: Forbidden", 403),
        ("openai.InternalServerError: Error code: 502", 502),
        ("Response status code does not indicate success: 429 (Too Many Requests).", 429),
        ("INFO:     127.0.0.1:1 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error", 500),
        (
            "1.2.3.4 - - [21/Nov/2026:03:00:00 +0000] \"POST /v1/x HTTP/1.1\" 502 157 \"-\" \"OpenAI/Python 1.3.7\"",
            502,
        ),
        ("[GIN] 2026/11/21 - 03:00:00 | 429 |  1.2s |  10.0.0.1 | POST     \"/v1/x\"", 429),
        ("I get a 401 when I call https://h/v1/models with my key", 401),
        ("We keep getting 503s since this morning", 503),
    ];
    for (text, status) in table {
        let (intake, _) = read_new(text);
        let attempt = intake.observed.as_ref().expect("attempt");
        let reading = evidence::read(attempt, &evidence::Expectation::default(), None);
        assert_eq!((observed(&intake).status, reading.envelope.message), (Some(status), None), "{text}");
        assert_eq!(reading.shape, ResponseShape::Unknown, "{text}");
    }
    // What a gateway or an edge says itself stays.
    for text in ["We could not parse the JSON body of your request.", "error code: 524"] {
        assert_eq!(body(observed(&read_new(text).0)), text);
    }
}

#[test]
fn messages_are_found_inside_reports_and_logs() {
    let command = "curl https://h/v1/x -d '{}'";
    // Text, status, exception, client, body.
    let table: Vec<Row<'_>> = vec![
        (
            format!("### Steps\n```bash\n{command}\n```\n### Expected\nworks\n\n### Actual\n```json\n{{\"error\":{{\"message\":\"boom\"}}}}\n```\n\nHTTP status: 503"),
            Some(503), None, Some("curl"), "{\"error\":{\"message\":\"boom\"}}",
        ),
        (
            format!("```sh\n{command}\n```\nError: 400 Bad Request\n```\n{{\"error\":\"boom\"}}\n```"),
            Some(400), None, Some("curl"), "{\"error\":\"boom\"}",
        ),
        (
            "2026-01-04T02:51:29Z ERROR x: error=http 401 Unauthorized: Some(\"{\\n  \\\"error\\\": {\\\"message\\\": \\\"no \\\\\\\"key\\\\\\\"\\\"}\\n}\")".to_owned(),
            Some(401), None, None, "{   \"error\": {\"message\": \"no \\\"key\\\"\"} }",
        ),
        (
            "ERROR error={\"name\":\"AI_APICallError\",\"statusCode\":400,\"responseBody\":\"{\\\"error\\\":{\\\"code\\\":\\\"c1\\\"}}\"}".to_owned(),
            Some(400), None, Some("ai-sdk"), "{\"error\":{\"code\":\"c1\"}}",
        ),
        (
            "Retrying llama_index.embeddings.openai.base.x in 0.9 seconds as it raised RateLimitError: Error code: 429 - {'error': {'code': 'q'}}.".to_owned(),
            Some(429), Some("RateLimitError"), Some("llama-index"), "{\"error\":{\"code\":\"q\"}}",
        ),
        (
            "19:05 - LiteLLM:ERROR: x.py:62 - Fallback failed for model a/b: litellm.BadRequestError: XException - {\"error\":{\"code\":400}}\nRuntime".to_owned(),
            None, Some("BadRequestError"), Some("litellm"), "{\"error\":{\"code\":400}}",
        ),
        (
            "发生错误: Error code: 429 - {'error': {'code': 'q'}}\n\nTraceback (most recent call last):\n  File \"/a.py\", line 1\nopenai.RateLimitError: Error code: 429 - {'error': {'code': 'q'}}".to_owned(),
            Some(429), Some("RateLimitError"), Some("openai-python"), "{\"error\":{\"code\":\"q\"}}",
        ),
        ("运行后提示：error, status code: 429, status: 429 Too Many Requests, message: 已饱和 (request id: 2026)".to_owned(), Some(429), None, None, "已饱和 (request id: 2026)"),
        ("出现429报错（429 已饱和）".to_owned(), Some(429), None, None, ""),
        ("调用接口返回 401 错误，提示 无效的令牌".to_owned(), Some(401), None, None, ""),
        ("Error: 401 Incorrect API key".to_owned(), Some(401), None, None, "Incorrect API key"),
        ("com.openai.errors.RateLimitException: 429: You exceeded".to_owned(), Some(429), Some("RateLimitException"), None, "You exceeded"),
    ];
    for (text, status, exception, client, expected) in table {
        let (intake, _) = read_new(&text);
        let response = observed(&intake);
        assert_eq!((response.status, response.exception.as_deref()), (status, exception), "{text}");
        assert_eq!((intake.client.as_deref(), body(response)), (client, expected), "{text}");
    }
}

/// Each was compared with what bash and curl 7.88 send to a server on this machine.
#[test]
fn bodies_from_pipes_variables_and_here_documents_are_read() {
    let u = "curl https://h/v1/x";
    let table = [
        (format!("echo '{{\"a\":1}}' | {u} -d @-"), "{\"a\":1}"),
        (format!("echo '{{\"a\":1}}' | {u} --data-binary @-"), "{\"a\":1}\n"),
        (format!("echo -n '{{\n\"a\":1}}' | {u} --data-binary @-"), "{\n\"a\":1}"),
        (format!("printf '%s' '{{\"a\":1}}' | {u} -s --data-binary @-"), "{\"a\":1}"),
        (format!("cat <<EOF | {u} -d @-\n{{\"a\":1}}\nEOF\n"), "{\"a\":1}"),
        (format!("{u} -d @- <<EOF\n{{\"a\":\"x\ny\"}}\nEOF\n"), "{\"a\":\"xy\"}"),
        (format!("{u} --data-binary @- <<< '{{}}'"), "{}\n"),
        (format!("{u} -d \"$(cat <<'EOF'\n{{\"a\":\"$b\"}}\nEOF\n)\""), "{\"a\":\"$b\"}"),
        (format!("B=$(cat <<'EOF'\n{{\"a\":1}}\nEOF\n)\n{u} -d \"$B\""), "{\"a\":1}"),
        (format!("M=gpt\nB='{{\n \"m\": \"x\"\n}}'\n{u} -d \"$B$M\""), "{\n \"m\": \"x\"\n}gpt"),
        (format!("{u} --data-urlencode 'a=b c'"), "a=b+c"),
    ];
    for (text, expected) in table {
        let (intake, _) = read_new(&text);
        let draft = intake.draft.as_ref().expect("draft");
        assert_eq!((draft.method.as_str(), draft.body.as_str()), ("POST", expected), "{text}");
    }
    let answered = format!("cat <<EOF | {u} -d @-\n{{\"a\":1}}\nEOF\n{{\"error\":{{\"message\":\"m\"}}}}");
    assert_eq!(body(observed(&read_new(&answered).0)), "{\"error\":{\"message\":\"m\"}}");
}

#[test]
fn addresses_without_scheme_and_from_variables_are_read() {
    let table = [
        ("curl api.cometapi.com/v1/models", "http://api.cometapi.com/v1/models", true),
        ("curl localhost:8080/v1/models", "http://localhost:8080/v1/models", true),
        ("B=https://h/v1/\ncurl \"${B%/}/models\"", "https://h/v1/models", false),
        ("curl \"${B:-https://h/v1}/models\"", "https://h/v1/models", false),
        ("curl $B/models", "[env:B]/models", false),
    ];
    for (text, url, told) in table {
        let (intake, _) = read_new(text);
        assert_eq!(intake.draft.as_ref().map(|d| d.url.as_str()), Some(url), "{text}");
        assert_eq!(ids(&intake).contains(&"url_without_scheme"), told, "{text}");
    }
    let (nothing_behind, ring) = read_new("curl https://h/v1/models -H 'Authorization: Bearer '");
    assert_eq!((ids(&nothing_behind).len(), ring.iter().count()), (0, 0));
}

#[test]
fn sentences_of_clients_without_an_answer_are_transport_failures() {
    let table = [
        ("openai.APIConnectionError: Connection error.", TransportKind::Connect),
        ("Request timed out.", TransportKind::TotalTimeout),
        ("Error: getaddrinfo ENOTFOUND api.cometapi.com", TransportKind::Dns),
        ("Error: connect ECONNREFUSED 127.0.0.1:8080", TransportKind::Connect),
        ("read ECONNRESET", TransportKind::Reset),
        ("curl: (60) SSL certificate problem: certificate has expired", TransportKind::Tls),
        (
            "requests.exceptions.SSLError: HTTPSConnectionPool(host='h', port=443): Max retries exceeded (certificate verify failed)",
            TransportKind::Tls,
        ),
    ];
    for (text, kind) in table {
        let (intake, _) = read_new(text);
        let failure =
            intake.observed.as_ref().and_then(|a| a.transport()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(failure.kind, kind, "{text}");
    }
}

#[test]
fn what_only_the_text_names_is_said() {
    let table = [
        (
            "POST https://api.cometapi.com/v1/chat/completions failed with status 503",
            Some("POST"),
            Some("https://api.cometapi.com/v1/chat/completions"),
            None,
        ),
        (
            "401 Incorrect key. You can find your API key at https://platform.openai.com/account/api-keys.",
            None,
            None,
            None,
        ),
        (
            "Client error '404 Not Found' for url 'https://api.cometapi.com/v1/chat/completions'\nFor more information check: https://developer.mozilla.org/x",
            None,
            Some("https://api.cometapi.com/v1/chat/completions"),
            None,
        ),
        (
            "{\"error\":{\"message\":\"No available channel for model gpt-99 under group default (distributor)\"}}",
            None,
            None,
            Some("gpt-99"),
        ),
        (
            "Error code: 404 - {'error': {'message': 'The model `gpt-x` does not exist'}}",
            None,
            None,
            Some("gpt-x"),
        ),
        ("status 400 {\"model\": \"claude-9\", \"x\": 1}", None, None, Some("claude-9")),
    ];
    for (text, method, url, model) in table {
        let said = read_new(text).0.said;
        assert_eq!(
            (said.method.as_deref(), said.url.as_deref(), said.model.as_deref()),
            (method, url, model),
            "{text}"
        );
    }
    let text = "AuthenticationError: 401 bad\n    at x (node_modules/openai/error.mjs)\n  request_id: 'req_0123456789ab',\n  'cf-ray': '8abc-FRA'";
    let (intake, _) = read_new(text);
    assert_eq!(intake.client.as_deref(), Some("openai-node"));
    assert_eq!(observed(&intake).header("x-request-id"), Some("req_0123456789ab"));
    assert_eq!(observed(&intake).header("cf-ray"), Some("8abc-FRA"));
}

#[test]
fn bodies_answers_and_streams_are_told_apart() {
    let (request, _) =
        read_new("{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"error: 500\"}]}");
    assert_eq!((request.kind, request.observed.is_none()), ("json body", true));
    let (answer, _) = read_new("{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[]}");
    assert_eq!((answer.kind, answer.draft.is_none()), ("http response", true));
    let (stream, _) = read_new("event: x\ndata: {\"a\":1}\n\ndata: [DONE]");
    assert!(observed(&stream).stream.is_some());
    let (page, _) = read_new("<html><head><title>413 Request Entity Too Large</title></head></html>");
    assert_eq!(page.kind, "http response");
    let (raw, ring) = read_new(&format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: api.cometapi.com\r\nAuthorization: Bearer {}\r\nContent-Length: 2\r\n\r\n{{}}\r\nHTTP/1.1 401 Unauthorized\r\n\r\n{{\"error\":1}}",
        key()
    ));
    let draft = raw.draft.as_ref().expect("draft");
    assert_eq!(
        (draft.url.as_str(), draft.body.as_str()),
        ("https://api.cometapi.com/v1/chat/completions", "{}")
    );
    assert_eq!(header(draft, "authorization"), Some("Bearer [key#1]"));
    assert_eq!((observed(&raw).status, ring.iter().count()), (Some(401), 1));
}

#[test]
fn nothing_usable_is_said_plainly() {
    for text in ["", "  \n\t ", "\u{feff}", "```\n```", "asdf", "\u{0}\u{1}\u{2}\u{3}", "12345"] {
        let (intake, _) = read_new(text);
        assert_eq!(
            (intake.kind, ids(&intake).as_slice()),
            ("nothing", ["nothing_usable"].as_slice()),
            "{text:?}"
        );
        assert!(!intake.findings.iter().any(|f| f.fix.is_empty()));
    }
    // Ten mebibytes of noise, of one repeated piece each that could mislead a slow reader.
    let mut seed = 1u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    })
    .take(10 << 20)
    .collect();
    assert_eq!(read_new(&String::from_utf8_lossy(&noise)).0.kind, "nothing");
}

#[test]
fn long_pastes_of_one_piece_are_survived() {
    for piece in [
        "{\"a\":",
        "curl ",
        "sk-",
        "\\",
        "'",
        "$A",
        "eyJ.",
        "a ",
        "[",
        "\"",
        "<",
        "http://h/?k=",
        "Bearer ",
        "{'",
        "\n-H ",
        "``` ",
        "\"$(cat <<E\n",
        "A=\"\n",
        "echo 'a' | curl -d @- ",
        "\\\"{",
    ] {
        let text = piece.repeat((128 << 10) / piece.len());
        let _ = read_new(&text);
        let _ = read_new(&format!("curl https://h/ -d {text}"));
        let mut ring = KeyRing::default();
        let _ = read_response(text.as_bytes(), Some(500), None, &Catalog::built_in(), &mut ring);
    }
}

#[test]
fn an_answer_alone_is_read() {
    let catalog = Catalog::built_in();
    let read = |text: &[u8], status| read_response(text, status, None, &catalog, &mut KeyRing::default());
    let head = b"HTTP/2 200 Connection established\n\nHTTP/1.1 100 Continue\r\n\r\nHTTP/2 401\r\nX-Request-Id: r1\r\nDate: Sat, 21 Nov 2026 02:00:00 GMT\r\n\r\n{\"error\":{}}\n";
    let intake = read(head, None);
    let response = observed(&intake);
    assert_eq!(
        (response.status, response.reason.as_deref(), response.http_version.as_deref()),
        (Some(401), None, Some("HTTP/2"))
    );
    assert_eq!((body(response), response.header("x-request-id")), ("{\"error\":{}}\n", Some("r1")));
    assert_eq!(intake.observed.as_ref().and_then(|a| a.at), None);
    assert_eq!(observed(&read(head, Some(403))).status, Some(403));
    let bare = read(b"\xff\xfe binary", Some(200));
    assert_eq!(
        (observed(&bare).body.as_slice(), observed(&bare).status),
        (b"\xff\xfe binary".as_slice(), Some(200))
    );
    assert_eq!(observed(&read(b"", Some(429))).body_bytes, 0);
    assert_eq!(read(b" ", None).kind, "nothing");
    let stream = read(b"data: {\"a\":1}\n\n", Some(200));
    assert!(observed(&stream).stream.is_some() && observed(&stream).headers.is_empty());
    // A member of an object that a console shows is no stream.
    let inspected = read(b"data: { code: 401, message: 'No token came' }", None);
    assert!(inspected.observed.is_none_or(|attempt| attempt.response().is_none_or(|r| r.stream.is_none())));
    let python = read(b"Error code: 400 - {'error': {'message': 'x'}}", None);
    assert_eq!(
        (observed(&python).status, body(observed(&python))),
        (Some(400), "{\"error\":{\"message\":\"x\"}}")
    );
    let refused = read(b"curl: (7) Failed to connect to h port 443: Connection refused", None);
    assert_eq!(
        refused.observed.as_ref().and_then(|a| a.transport()).map(|f| f.kind),
        Some(TransportKind::Connect)
    );
}

#[test]
fn masking_twice_changes_nothing() {
    let catalog = Catalog::built_in();
    let key = key();
    for text in [
        format!("{{\"api_key\":\"{key}\"}}"),
        format!("https://h/?key={key}"),
        format!("x Bearer {key} y"),
        "plain".to_owned(),
    ] {
        let mut ring = KeyRing::default();
        let (once, found) = mask_secrets(&text, &catalog, &mut ring);
        assert_eq!(found, text != "plain");
        assert_eq!(mask_secrets(&once, &catalog, &mut ring), (once.clone(), false));
    }
}

/// What people put into prompts; `~` is a value.
const PIECES: [&str; 16] = [
    "curl -H \"Authorization: Bearer ~\" x",
    "curl -H 'X-Api-Key: ~' x",
    "-u bob:~",
    "export API_KEY=\"~\"",
    "$env:TOKEN = '~'",
    "{\"password\": \"~\"}",
    "{'client_secret': '~'}",
    "token: ~",
    "--token ~",
    "Cookie: session=~; a=b",
    "https://u:~@h.example/?key=~&x=1",
    "set SECRET=~",
    "Authorization: Basic ~",
    "$h.Add(\"Authorization\", \"Bearer ~\")",
    "Bearer $COMETAPI_KEY",
    "api_key=~&b=c",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_survived(text in "[\\PC\\n\\r\\t]{0,200}") {
        let _ = read_new(&text);
        let _ = read_response(text.as_bytes(), None, None, &Catalog::built_in(), &mut KeyRing::default());
    }

    #[test]
    fn a_damaged_command_never_shows_its_key(at in 0usize..400, len in 0usize..6, with in "[\\PC\\n'\"\\\\$`|<>]{0,4}") {
        let key = key();
        let mut text = SMOKE.replace("<API_KEY_PLACEHOLDER>", &key);
        let from = at.min(text.len());
        let to = (from + len).min(text.len());
        let damaged_key = text.find(&key).is_some_and(|k| from < k + key.len() && to + 1 > k);
        text.replace_range(from..to, &with);
        let (intake, _) = read_new(&text);
        if let (Some(draft), false) = (intake.draft, damaged_key) {
            let all = format!("{}{}{}", draft.url, draft.body, draft.headers.iter().map(|h| h.value.as_str()).collect::<String>());
            prop_assert!(!all.contains(&key));
        }
        let findings = format!("{:?}", intake.findings);
        prop_assert!(!findings.contains(&key));
    }

    /// Commands, settings and objects in a prompt: what is masked is JSON as before, of the same shape, and is sent as it was.
    #[test]
    fn a_masked_body_is_the_same_json_and_resolves_to_what_was_pasted(
        pieces in proptest::collection::vec(0usize..PIECES.len(), 1..7),
        value in "[A-Za-z0-9_/+.-]{3,24}",
        gap in "[ \\n\"'\\\\,;]{0,3}",
    ) {
        let prompt: String = pieces.iter().flat_map(|at| [PIECES[*at].replace('~', &value), gap.clone()]).collect();
        let body = serde_json::json!({"model": "m", "api_key": value, "messages": [{"role": "user", "content": prompt}]}).to_string();
        let text = format!("curl https://h.example/v1/chat/completions -d '{}'", body.replace('\'', "'\\''"));
        let (intake, ring) = read_new(&text);
        let masked = intake.draft.expect("a draft").body;
        prop_assert!(serde_json::from_str::<serde_json::Value>(&masked).is_ok(), "{masked}");
        let sent = ring.resolve(&masked).map(|sent| secrecy::ExposeSecret::expose_secret(&sent).to_owned());
        prop_assert_eq!(sent.ok(), Some(body));
    }

    #[test]
    fn masking_is_idempotent(text in "(sk-|AIza|Bearer |https://u:p@|\\?key=|\"api_key\":\"|eyJ)?[A-Za-z0-9_.\"&=-]{0,60}", name in "(Authorization|Cookie|X-Api-Key|X-Other)") {
        let catalog = Catalog::built_in();
        let mut ring = KeyRing::default();
        let once = mask_secrets(&text, &catalog, &mut ring).0;
        prop_assert_eq!(&mask_secrets(&once, &catalog, &mut ring).0, &once);
        let header = mask_header(&name, &text, &catalog, &mut ring);
        prop_assert_eq!(&mask_header(&name, &header, &catalog, &mut ring), &header);
    }
}

#[test]
fn a_form_becomes_parts_with_its_keys_masked() {
    let key = format!("sk-{}", "aB3".repeat(16));
    let text = format!(
        "curl https://h/v1/audio/transcriptions -H 'Content-Type: multipart/form-data; boundary=abc' -F model=whisper-1 \
         -F 'file=@talk.mp3;type=audio/mpeg' --form-string 'prompt=a;b' -F 'api_key=hunter22' -F 'note=use {key}' \
         -F \"user=$WHO\" -F 'text=<words.txt' -F in=@- <<'END'\npiped words\nEND\n"
    );
    let mut ring = KeyRing::default();
    let intake = read(&text, &Catalog::built_in(), &mut ring);
    let draft = intake.draft.expect("a draft");
    assert_eq!((draft.method.as_str(), draft.body.as_str()), ("POST", ""));
    assert_eq!(header(&draft, "content-type"), Some("multipart/form-data"));
    let lines: Vec<String> = draft.form.iter().map(part_line).collect();
    assert_eq!(
        lines,
        [
            "model=whisper-1",
            "file=@talk.mp3;type=audio/mpeg",
            "prompt=\"a;b\"",
            "api_key=[key#1]",
            "note=use [key#2]",
            "user=[env:WHO]",
            "text=<words.txt",
            "in=\"piped words\n\";filename=-",
        ]
    );
    assert_eq!(ring.iter().map(crate::case::keyring::Held::expose).collect::<Vec<_>>(), ["hunter22", &key]);
}

#[test]
fn deadlines_of_the_command_are_carried() {
    let table = [
        ("curl https://h/ -m 5", None, Some(5_000)),
        ("curl https://h/ --max-time 0.5 --connect-timeout 2", Some(2_000), Some(500)),
        ("curl https://h/ -m 0", None, None),
        ("curl https://h/ -m soon", None, None),
        ("curl https://h/ -m 1e300", None, None),
    ];
    for (text, connect_ms, total_ms) in table {
        let intake = read(text, &Catalog::built_in(), &mut KeyRing::default());
        assert_eq!(intake.deadlines, Deadlines { connect_ms, total_ms }, "{text}");
    }
}

#[test]
fn a_raw_form_becomes_parts() {
    let text = "POST /v1/images/edits HTTP/1.1\r\nHost: api.example.com\r\nContent-Type: multipart/form-data; boundary=XyZ\r\n\
        Content-Length: 4711\r\n\r\n--XyZ\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat\r\n--XyZ\r\n\
        Content-Disposition: form-data; name=\"image\"; filename=\"cat.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--XyZ--\r\n";
    let draft = draft(text);
    assert_eq!(header(&draft, "content-type"), Some("multipart/form-data"));
    let lines: Vec<String> = draft.form.iter().map(part_line).collect();
    assert_eq!(lines, ["prompt=a cat", "image=PNG;type=image/png;filename=cat.png"]);
    assert!(draft.body.is_empty());
}
