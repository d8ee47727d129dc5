//! What holds of everything that `casefile import` reads: commands of all shells, files of requests, dumps; and of the
//! command that a note prints, which reads back to the same request.

use std::sync::{Arc, LazyLock};

use casefile::case::catalog::Catalog;
use casefile::case::intake::{self, Piece};
use casefile::case::keyring::KeyRing;
use casefile::case::sanitize::Format;
use casefile::session::{Event, Session, Settings, Step};
use serde_json::Value;

use super::{Outcome, parts};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

/// Words of a shell: whatever follows, the pieces and findings stand in the text.
pub fn any_command_is_split(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let paste = match way % 6 {
        0 => format!("curl https://h.test/v1 {text}"),
        1 => format!("PS C:\\> curl.exe https://h.test/v1 {text}"),
        2 => format!("C:\\x>curl https://h.test/v1 ^\n {text}"),
        3 => format!("A={text}\nB=\"$A$A\"\ncurl \"https://h.test/${{A#x}}/$((A+1))\" -d \"$B\" $A"),
        4 => format!("curl https://h.test/v1 -d @- <<EOF\n{text}\nEOF\n"),
        _ => format!("curl https://h.test/v1 \\\n  {text} \\\n  -d x | jq ."),
    };
    in_bounds(&paste)
}

/// Options of curl and words of `HTTPie`.
pub fn any_options_are_read(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let quoted = text.replace('\'', "'\\''");
    let paste = match way % 6 {
        0 => format!("curl https://h.test/v1 -H '{quoted}' -F '{quoted}' --next {text}"),
        1 => format!("curl '{quoted}' -G --data-urlencode '{quoted}' -K -"),
        2 => format!("http POST h.test/v1 '{quoted}' {text}"),
        3 => format!("xhs -A bearer -a '{quoted}' h.test {text}"),
        4 => format!("subprocess.run([\"curl\", {text}])"),
        _ => format!("os.system(\"curl https://h.test/ {text}\")"),
    };
    in_bounds(&paste)
}

/// Several of anything.
pub fn any_script_is_read(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let paste = match way % 5 {
        0 => text.into_owned(),
        1 => format!("f() {{\n  curl https://h.test/$1 -d \"$2\" \"$@\"\n}}\nf {text}\nf a b"),
        2 => format!("for x in {text}; do\n curl https://h.test/$x {text}\ndone"),
        3 => format!(
            "cat > b.json <<E\n{text}\nE\ncurl https://h.test -d @b.json\n{text}\ncurl https://h.test/2 {text}"
        ),
        _ => format!(
            "curl https://h.test/1 && curl https://h.test/2 {text}\n{{\"error\":1}}\n$ curl https://h.test/3"
        ),
    };
    in_bounds(&paste)
}

/// Files of requests, Hurl, flows of a proxy, raw requests.
pub fn any_http_text_is_read(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    let paste = match way % 7 {
        0 => format!(
            "@a = {text}\n### x\nPOST https://h.test/{{{{a}}}}\nX-A: {{{{a}}}}\n\n{text}\n###\nGET https://h.test/"
        ),
        1 => format!("### {text}\nGET https://h.test/x HTTP/1.1\n{text}"),
        2 => format!("POST https://h.test/v1\n{text}\nHTTP 200\n[Asserts]\n{text}"),
        3 => format!("POST https://h.test/v1\n[FormParams]\n{text}\nHTTP *\nGET https://h.test/2\n```{text}"),
        4 => format!(
            "1.2.3.4:5: POST https://h.test/v1\n    A: b\n\n    {text}\n << 401 Unauthorized 12b\n    {text}"
        ),
        5 => format!("POST /v1 HTTP/1.1\r\nHost: h.test\r\n{text}\r\n\r\n{{}}\nHTTP/1.1 400 x\n\n{text}"),
        _ => format!("GET https://h.test/1\nHTTP 200\n{text}"),
    };
    in_bounds(&paste)
}

/// What programs, clients and their logs write around a text, `@`, and what each is with a plain word in its place: the reader
/// that it is to reach.
pub const PROGRAMS: [(&str, &str); 37] = [
    ("wget", "wget -qO- --method=POST --header='X-A: @' --body-data='@' @ https://h.test/v1"),
    (
        "source code",
        "const h = new Headers();\nh.append('X-A', '@');\nfetch('https://h.test/v1', { method: 'POST', headers: h, body: '@' })",
    ),
    ("curl", "id,cmd\n1,\"curl https://h.test -d '{\"\"a\"\":\"\"@\"\"}'\",@"),
    (
        "source code",
        "r = requests.post('https://h.test/v1', headers={'X-A': '@'}, json={'model': '@', 'n': [1, '@']})",
    ),
    (
        "source code",
        "import httpx\nclient = httpx.Client(base_url=\"https://h.test\")\nr = client.post('/v1', json={\"a\": f\"\"\"@\"\"\"}, params={'q': '@'})",
    ),
    (
        "source code",
        "client = OpenAI(base_url='https://h.test/v1', api_key='@')\nclient.chat.completions.create(model='m', messages=[{'role': 'user', 'content': '@'}])",
    ),
    (
        "source code",
        "await fetch(`https://h.test/v1/${@}`, {method: 'POST', headers: {'X-A': \"@\"}, body: JSON.stringify({a: '@', b: {c: [1, @]}})});",
    ),
    ("source code", "axios.post('https://h.test/v1', { a: '@', n: '@' }, { headers: { 'X-A': `@` } })"),
    (
        "source code",
        "req, _ := http.NewRequest(\"POST\", \"https://h.test/v1\", strings.NewReader(`@`))\nreq.Header.Set(\"X-A\", \"@\")\nclient.Do(req)",
    ),
    (
        "source code",
        "HttpRequest r = HttpRequest.newBuilder().uri(URI.create(\"https://h.test/v1\")).header(\"X-A\", \"@\").POST(HttpRequest.BodyPublishers.ofString(\"@\")).build();",
    ),
    (
        "source code",
        "var request = new HttpRequestMessage(HttpMethod.Post, \"https://h.test/v1\");\nrequest.Headers.Add(\"X-A\", \"@\");\nrequest.Content = new StringContent(\"@\", null, \"application/json\");",
    ),
    (
        "source code",
        "<?php\n$ch = curl_init('https://h.test/v1');\ncurl_setopt_array($ch, [CURLOPT_POST => true, CURLOPT_POSTFIELDS => '@', CURLOPT_HTTPHEADER => ['X-A: @']]);\ncurl_exec($ch);",
    ),
    (
        "curl",
        "$h = @{ 'X-A' = '@' }\nInvoke-RestMethod -Uri https://h.test/v1 -Method Post -Headers $h -Body (@{ a = '@' } | ConvertTo-Json)",
    ),
    (
        "http file",
        "{\"info\":{\"schema\":\"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"},\"item\":[{\"name\":\"a\",\"request\":{\"method\":\"POST\",\"url\":\"https://h.test/@\",\"body\":{\"mode\":\"raw\",\"raw\":\"@\"}}}]}",
    ),
    (
        "http file",
        "meta {\n  name: a\n}\n\npost {\n  url: https://h.test/v1\n  body: json\n}\n\nheaders {\n  X-A: @\n}\n\nbody:json {\n  @\n}\n",
    ),
    (
        "har",
        "{\"log\":{\"creator\":{\"name\":\"x\"},\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"https://h.test/@\",\"headers\":[]},\"response\":{\"status\":400,\"headers\":[],\"content\":{\"text\":\"@\"}}}]}}",
    ),
    ("http response", "HTTP/1.1 400 Bad Request\r\nX-A: @\r\n\r\n@"),
    (
        "http response",
        "* Connected\n> POST /v1 HTTP/1.1\n> Host: h.test\n> X-A: @\n>\n< HTTP/1.1 401 x\n< A: @\n<\n@",
    ),
    (
        "http request",
        "=> Send header, 30 bytes (0x1e)\n0000: POST /v1 HTTP/1.1\n0013: Host: h.test\n=> Send data, 9 bytes\n0000: @\n<= Recv header, 17 bytes\n0000: HTTP/1.1 400 x\n<= Recv data, 9 bytes\n0000: @",
    ),
    (
        "http response",
        "{\"url_effective\":\"https://h.test/@\",\"http_code\":401,\"method\":\"GET\",\"errormsg\":\"@\",\"exitcode\":22}",
    ),
    (
        "http request",
        "--> POST https://h.test/v1\nX-A: @\n\n@\n--> END POST (9-byte body)\n<-- 400 https://h.test/v1 (12ms)\n\n@\n<-- END HTTP (2-byte body)",
    ),
    (
        "http request",
        "opening connection to h.test:443...\n<- \"POST /v1 HTTP/1.1\\r\\nHost: h.test\\r\\n\\r\\n\"\n<- \"@\"\n-> \"HTTP/1.1 429 x\\r\\n\"\n-> \"\\r\\n\"\nreading 2 bytes...\n-> \"@\"\nConn close",
    ),
    (
        "http request",
        "---request begin---\nPOST /v1 HTTP/1.1\nHost: h.test\nX-A: @\n\n---request end---\n[POST data: @]\n---response begin---\nHTTP/1.1 403 x\n\n---response end---\n@",
    ),
    (
        "http request",
        "HTTP request:\n- method: POST\n- url: https://h.test/v1\n- headers: [X-A: @]\n- body: @\n\nHTTP response:\n- status code: 400\n- headers: [a: b]\n- body: @",
    ),
    (
        "http request",
        "Start processing HTTP request POST https://h.test/v1\n      Request Headers:\n      X-A: @\nReceived HTTP response headers after 1ms - 503\n@",
    ),
    (
        "http request",
        "Request URL: 'https://h.test/v1'\nRequest method: 'POST'\nRequest headers:\n    'X-A': '@'\nResponse status: 429\nResponse headers:\n    'a': '@'",
    ),
    (
        "http request",
        "POST https://h.test/v1: {\n  \"Request Headers\": {\"x-a\": \"@\"},\n  \"Request Body\": \"@\",\n  \"Response Body\": \"@\"\n}",
    ),
    ("error text", "openai.BadRequestError: Error code: 400 - {'error': {'message': '@', 'code': '@'}}"),
    (
        "error text",
        "2026-11-20 09:30:00,123 - openai._base_client - DEBUG - Request options: {'method': 'post', 'url': '/v1', 'json_data': {'messages': [{'role': 'user', 'content': '@'}]}}\nHTTP Request: POST https://h.test/v1 \"HTTP/1.1 429 Too Many Requests\"\n@",
    ),
    (
        "error text",
        "DEBUG httpcore.http11: receive_response_headers.complete return_value=(b'HTTP/1.1', 401, b'Unauthorized', [(b'x-request-id', b'@')])\n@",
    ),
    (
        "error text",
        "AxiosError: Request failed with status code 400\n    at f (/a.js:1:1) {\n  config: { url: 'https://h.test/@', data: '@' },\n  response: { status: 400, data: { error: { message: '@' } } }\n}",
    ),
    (
        "error text",
        "litellm.exceptions.RateLimitError: litellm.RateLimitError: OpenAIException - @\nReceived Model Group=@",
    ),
    (
        "error text",
        "{\"level\":\"error\",\"ts\":\"2026-11-20T09:30:00Z\",\"status\":429,\"msg\":\"@\",\"path\":\"/v1/@\"}\n{\"level\":\"error\",\"status\":500,\"msg\":\"@\"}",
    ),
    (
        "error text",
        "Traceback (most recent call last):\n  File \"a.py\", line 7, in ask\n    ask(\"@\")\nopenai.APIError: @",
    ),
    (
        "error text",
        "Exception in thread main java.io.IOException: @\n\tat a.B.c(B.java:1)\nCaused by: java.net.SocketTimeoutException: @",
    ),
    ("json body", "{\"model\": \"@\", \"messages\": [{\"role\": \"user\", \"content\": \"@\"}]}"),
    ("error text", "Request ID: @\nStatus: 400\nError: @"),
];

/// Sources, collections, archives, what clients print and log.
pub fn any_program_is_read(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let text = String::from_utf8_lossy(text);
    PROGRAMS.get(way % PROGRAMS.len()).map_or(Ok(()), |(_, form)| in_bounds(&form.replace('@', &text)))
}

/// The kind that `paste` is read as.
pub fn kind_of(paste: &str) -> &'static str {
    let pieces = intake::read_all(paste, &|_| None, &CATALOG, &mut KeyRing::default());
    pieces.first().map_or("nothing", |piece| piece.intake.kind)
}

fn in_bounds(paste: &str) -> Outcome {
    let mut ring = KeyRing::default();
    let pieces = intake::read_all(paste, &|_| None, &CATALOG, &mut ring);
    if pieces.is_empty() {
        return Err("no piece".to_owned());
    }
    for Piece { intake, start, end } in &pieces {
        let mut spans = vec![(*start, *end)];
        spans.extend(intake.findings.iter().filter_map(|finding| finding.span));
        for (start, end) in spans {
            if paste.get(start..end).is_none() {
                return Err(format!("bytes {start}..{end} of {} are no place: {paste:?}", paste.len()));
            }
        }
        let _ = intake.draft.as_ref().map(|draft| draft.to_request(None).is_ok());
    }
    Ok(())
}

fn settings() -> Settings {
    Settings { tool: "casefile test".to_owned(), os: "linux".to_owned(), seed: 1, ..Settings::default() }
}

/// The command of a note, with its variables given, is read as the request that the note tells.
pub fn a_printed_command_reads_back(data: &[u8]) -> Outcome {
    let ([way, ..], text) = parts(data);
    let Some(now) = chrono::DateTime::from_timestamp(1_795_237_300, 0) else { return Ok(()) };
    let text = String::from_utf8_lossy(text);
    let quoted = text.replace('\'', "'\\''");
    let json = serde_json::json!({"model": text, "n": way, "messages": [{"role": "user", "content": text}], "stop": [text]});
    let json = json.to_string().replace('\'', "'\\''");
    let line: String = quoted.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    let paste = match way % 4 {
        0 => format!(
            "curl https://api.cometapi.com/v1/chat/completions -H 'Content-Type: application/json' -d '{json}'"
        ),
        1 => format!("curl -X PUT 'https://api.cometapi.com/v1/models?a={way}' -H 'User-Agent: {line}'"),
        2 => format!(
            "curl https://api.cometapi.com/v1/audio/transcriptions --form-string 'language={line}' -F file=@a.mp3"
        ),
        _ => format!("curl https://api.cometapi.com/v1/responses -H 'Accept: {line}' --json '{json}'"),
    };
    let mut session = Session::new(Arc::clone(&CATALOG), settings());
    for event in [
        Event::Pasted(paste),
        Event::ResponseGiven {
            text: b"{\"error\":{\"message\":\"no\"}}".to_vec(),
            status: Some(400),
            at: None,
        },
        Event::GoTo(Step::Note),
    ] {
        session.handle(event, now);
    }
    let Some(Ok(rendered)) = session.output().map(|output| output.render(Format::Yaml)) else {
        return Ok(());
    };
    let Ok(note) = serde_yaml::from_str::<Value>(rendered.as_str()) else {
        return Err("the note is no YAML".to_owned());
    };
    let said = |pointer: &str| note.pointer(pointer).and_then(Value::as_str).unwrap_or("");
    let command = said("/reproduction");
    if command.is_empty() {
        return Ok(());
    }
    let given = format!("BASE_URL={}\n{command}", said("/request/base_url"));
    let mut ring = KeyRing::default();
    let pieces = intake::read_all(&given, &|_| None, &CATALOG, &mut ring);
    let [Piece { intake, .. }] = pieces.as_slice() else {
        return Err(format!("{} requests of {given}", pieces.len()));
    };
    let Some(draft) = &intake.draft else { return Err(format!("no request in {given}")) };
    let path = draft.url.strip_prefix(said("/request/base_url")).unwrap_or(&draft.url);
    let path = path.split('?').next().unwrap_or("");
    let want = said("/request/path").replace(' ', "%20");
    if draft.method != said("/request/method") || path != want {
        return Err(format!("{} {path}, not {} {want}: {given}", draft.method, said("/request/method")));
    }
    let body = note.pointer("/request/body").filter(|body| body.is_object());
    if let Some(body) = body.filter(|_| !command.contains("@body.")) {
        let read: Value = serde_json::from_str(&draft.body).unwrap_or_default();
        if &read != body {
            return Err(format!("the body {read} is not {body}: {given}"));
        }
    }
    let headers = note.pointer("/request/headers").and_then(Value::as_array).into_iter().flatten();
    for header in headers {
        let (Some(name), Some(value)) = (header["name"].as_str(), header["value"].as_str()) else { continue };
        let is_form = !draft.form.is_empty() && name.eq_ignore_ascii_case("content-type");
        // curl writes these itself, and leaves blanks at the ends out.
        let own = ["host", "content-length", "accept-encoding", "connection", "transfer-encoding", "expect"];
        if is_form || own.iter().any(|own| name.eq_ignore_ascii_case(own)) || value.trim().is_empty() {
            continue;
        }
        let read = draft.headers.iter().filter(|h| h.name.eq_ignore_ascii_case(name));
        let found: Vec<&str> = read.map(|h| h.value.as_str()).collect();
        let plain = !value.contains(['[', '\\', '$']);
        if plain && !found.contains(&value.trim()) {
            return Err(format!("header {name}: {value:?} is read as {found:?}: {given}"));
        }
    }
    Ok(())
}
