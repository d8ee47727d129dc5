//! Sources as people paste them, and the requests that they make.

use super::*;
use crate::case::intake;
use secrecy::ExposeSecret;

fn read(text: &str) -> (Intake, KeyRing) {
    let mut ring = KeyRing::default();
    (intake::read(text, &Catalog::built_in(), &mut ring), ring)
}

/// The source, method, address, headers, body.
type Row<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Libraries that come with a language, and those that tools write their code for.
const FURTHER: &[Row] = &[
    (
        "const myHeaders = new Headers();\nmyHeaders.append(\"Content-Type\", \"application/json\");\nmyHeaders.append(\"X-A\", \"b\");\nconst raw = JSON.stringify({ a: 1 });\nconst requestOptions = {\n  method: \"POST\",\n  headers: myHeaders,\n  body: raw,\n  redirect: \"follow\"\n};\nfetch(\"https://h.test/v1\", requestOptions)",
        "POST",
        "https://h.test/v1",
        &[JSON, ("X-A", "b")],
        r#"{"a":1}"#,
    ),
    (
        "const { body } = await request('https://h.test/v1', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: 1 }) })",
        "PUT",
        "https://h.test/v1",
        &[("content-type", "application/json")],
        r#"{"a":1}"#,
    ),
    (
        "const r = await got.post('https://h.test/v1', { json: { a: 1 }, searchParams: { q: 'b' } }).json();",
        "POST",
        "https://h.test/v1?q=b",
        &[JSON],
        r#"{"a":1}"#,
    ),
    (
        "req = urllib.request.Request('https://h.test/v1', data=json.dumps({'a': 1}).encode('utf-8'), headers={'Content-Type': 'application/json'})\nurllib.request.urlopen(req)",
        "POST",
        "https://h.test/v1",
        &[JSON],
        r#"{"a":1}"#,
    ),
    (
        "conn = http.client.HTTPSConnection(\"h.test\")\npayload = json.dumps({\"a\": 1})\nheaders = {'Content-Type': 'application/json'}\nconn.request(\"POST\", \"/v1\", payload, headers)",
        "POST",
        "https://h.test/v1",
        &[JSON],
        r#"{"a":1}"#,
    ),
    (
        "val body = \"\"\"{\"a\":1}\"\"\".toRequestBody(\"application/json\".toMediaType())\nval request = Request.Builder()\n    .url(\"https://h.test/v1\")\n    .post(body)\n    .addHeader(\"X-A\", \"b\")\n    .build()",
        "POST",
        "https://h.test/v1",
        &[JSON, ("X-A", "b")],
        r#"{"a":1}"#,
    ),
];

#[test]
fn requests_in_source_are_read() {
    let post = "https://h.test/v1/chat/completions";
    let table: &[Row] = &[
        (
            "fetch(\"https://h.test/v1/chat/completions\", {\n  \"headers\": {\n    \"content-type\": \"application/json\"\n  },\n  \"body\": \"{\\\"model\\\":\\\"m\\\"}\",\n  \"method\": \"POST\"\n});",
            "POST",
            post,
            &[("content-type", "application/json")],
            r#"{"model":"m"}"#,
        ),
        (
            "const r = await fetch(`${BASE}/v1/a`, { method: 'PUT', headers: { 'X-A': `Bearer ${process.env.K}` }, body: JSON.stringify({ model: 'm', n: 1.5, ok: true }) });",
            "PUT",
            "[env:BASE]/v1/a",
            &[("X-A", "Bearer [env:K]"), ("Content-Type", "text/plain;charset=UTF-8")],
            r#"{"model":"m","n":1.5,"ok":true}"#,
        ),
        (
            "url = \"https://h.test/v1/chat/completions\"\nheaders = {\n    \"X-A\": f\"Bearer {KEY}\",  # ours\n}\npayload = {\"model\": \"m\", \"stream\": False, \"stop\": None}\nr = requests.post(url, headers=headers, json=payload, timeout=30)\n",
            "POST",
            post,
            &[("X-A", "Bearer [env:KEY]"), ("Content-Type", "application/json")],
            r#"{"model":"m","stream":false,"stop":null}"#,
        ),
        (
            "r = requests.request(\"POST\", \"https://h.test/v1/chat/completions\", headers={'X-A': 'b'}, data=json.dumps({'model': 'm'}))",
            "POST",
            post,
            &[("X-A", "b")],
            r#"{"model":"m"}"#,
        ),
        (
            "client = httpx.Client(base_url=\"https://h.test/v1\")\nr = client.get('/models', params={'a': 'b c'}, headers={\"X-A\": os.environ[\"K\"]})",
            "GET",
            "https://h.test/v1/models?a=b+c",
            &[("X-A", "[env:K]")],
            "",
        ),
        (
            "let config = {\n  method: 'post',\n  url: 'https://h.test/v1/chat/completions',\n  headers: { 'Content-Type': 'application/json' },\n  data : JSON.stringify({ \"model\": \"m\" })\n};\naxios.request(config)",
            "POST",
            post,
            &[("Content-Type", "application/json"), ("Accept", "application/json, text/plain, */*")],
            r#"{"model":"m"}"#,
        ),
        (
            "axios.post('https://h.test/v1/chat/completions', { model: 'm' }, { headers: { 'X-A': 'b' } })",
            "POST",
            post,
            &[
                ("X-A", "b"),
                ("Content-Type", "application/json"),
                ("Accept", "application/json, text/plain, */*"),
            ],
            r#"{"model":"m"}"#,
        ),
        (
            "client = OpenAI(\n    base_url=\"https://h.test/v1\",\n    api_key=os.getenv(\"K\"),\n)\nc = client.chat.completions.create(\n    model=\"m\",\n    messages=[{\"role\": \"user\", \"content\": \"hi \"\n        \"there\"}],\n    extra_headers={\"X-A\": \"b\"},\n)",
            "POST",
            post,
            &[("X-A", "b"), ("Authorization", "Bearer [env:K]"), ("Content-Type", "application/json")],
            r#"{"model":"m","messages":[{"role":"user","content":"hi there"}]}"#,
        ),
        (
            "const openai = new OpenAI({ apiKey: process.env.K });\nawait openai.responses.create({\n  model: \"m\",\n  input: `a`,\n});",
            "POST",
            "https://api.openai.com/v1/responses",
            &[("Authorization", "Bearer [env:K]"), ("Content-Type", "application/json")],
            r#"{"model":"m","input":"a"}"#,
        ),
        (
            "client = anthropic.Anthropic()\nm = client.messages.create(model=\"m\", max_tokens=10, messages=[])",
            "POST",
            "https://api.anthropic.com/v1/messages",
            &[
                ("x-api-key", "[env:ANTHROPIC_API_KEY]"),
                ("anthropic-version", "2023-06-01"),
                ("Content-Type", "application/json"),
            ],
            r#"{"model":"m","max_tokens":10,"messages":[]}"#,
        ),
        (
            "completion = client.chat.completions.create(model=\"m\", messages=[])",
            "POST",
            "",
            &[("Authorization", "Bearer [env:OPENAI_API_KEY]"), ("Content-Type", "application/json")],
            r#"{"model":"m","messages":[]}"#,
        ),
    ];
    for (text, method, url, headers, body) in table.iter().chain(FURTHER) {
        let (intake, _) = read(text);
        assert_eq!(intake.kind, "source code", "{text}");
        let draft = intake.draft.expect("a request");
        let got: Vec<(&str, &str)> =
            draft.headers.iter().map(|h| (h.name.as_str(), h.value.as_str())).collect();
        assert_eq!((draft.method.as_str(), draft.url.as_str()), (*method, *url), "{text}");
        assert_eq!(got, *headers, "{text}");
        assert_eq!(draft.body, *body, "{text}");
    }
}

#[test]
fn what_is_not_in_the_source_is_said() {
    let (intake, _) =
        read("r = requests.post('https://h.test/v1', json={'model': model, 'messages': history})");
    assert!(intake.findings.iter().any(|finding| finding.id == "value_not_in_source"));
    let (intake, _) = read("c = client.chat.completions.create(model='m', messages=[])");
    assert!(intake.findings.iter().any(|finding| finding.id == "url_missing"));
}

#[test]
fn keys_of_a_source_are_held() {
    let key = format!("sk-{}", "a1B2".repeat(8));
    let text = format!("client = OpenAI(api_key=\"{key}\")\nclient.embeddings.create(model='m', input='x')");
    let (intake, ring) = read(&text);
    let draft = intake.draft.expect("a request");
    let authorization = draft.headers.first().expect("a header");
    assert!(!authorization.value.contains(&key));
    let plain = ring.resolve(&authorization.value).expect("held");
    assert_eq!(plain.expose_secret(), format!("Bearer {key}"));
}

#[test]
fn what_cannot_be_read_makes_no_request() {
    for text in [
        "r = requests.post(make_url(), json=body())",
        "fetch(",
        "fetch('https://h.test', {method: 'POST', body: new FormData(form)})",
        "client.chat.completions.create(**build(x))",
        "client.chat.completions.create(messages=[])",
        "AzureOpenAI(azure_endpoint='https://h.test')\nclient.chat.completions.create(model='m')",
        "x = x\nrequests.get(x + x)",
        "at fetch (native)",
    ] {
        assert!(read(text).0.draft.is_none(), "{text}");
    }
    for deep in ["[", "{a:", "(", "f(", "x+"] {
        assert!(read(&format!("fetch({})", deep.repeat(20_000))).0.draft.is_none(), "{deep}");
    }
}

#[test]
fn names_that_name_each_other_come_to_an_end() {
    let lines = (1..2000).map(|at| format!("a{at} = [a{0}, a{0}, a{0}]\n", at - 1));
    let text = lines.collect::<String>() + "requests.post('https://h.test/', json=a1999)";
    assert!(read(&text).0.draft.is_none_or(|draft| draft.body.len() < 10_000));
}

#[test]
fn the_error_below_the_source_is_its_answer() {
    let source = "r = requests.post(\"https://h.test/v1/x\", json={\"model\": \"m\"})\n";
    let table = [
        (format!("{source}# 400 {{\"error\":{{\"message\":\"bad model\"}}}}"), true),
        (
            format!(
                "{source}\nopenai.BadRequestError: Error code: 400 - {{'error': {{'message': 'bad model'}}}}"
            ),
            true,
        ),
        // A stack's line is no source.
        (
            format!(
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    {source}openai.BadRequestError: Error code: 400 - {{'error': {{'message': 'bad model'}}}}"
            ),
            false,
        ),
    ];
    for (text, has_request) in table {
        let mut ring = crate::case::keyring::KeyRing::default();
        let read = crate::case::intake::read(&text, &crate::case::catalog::Catalog::built_in(), &mut ring);
        let status = read.observed.as_ref().and_then(|attempt| attempt.response()?.status);
        let url = read.draft.as_ref().map(|draft| draft.url.as_str());
        assert_eq!((url, status), (has_request.then_some("https://h.test/v1/x"), Some(400)), "{text}");
    }
}

#[test]
fn requests_in_typed_languages_are_read() {
    let url = "https://h.test/v1/chat/completions";
    let json = r#"{"model":"m","n":2}"#;
    let table: &[Row] = &[
        (
            "payload := map[string]interface{}{\n\t\"model\": \"m\",\n\t\"messages\": []map[string]string{{\"role\": \"user\", \"content\": \"hi\"}},\n}\nbody, err := json.Marshal(payload)\nif err != nil {\n\treturn err\n}\nreq, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL+\"/chat/completions\", bytes.NewBuffer(body))\nreq.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"K\"))\nreq.Header.Add(\"X-A\", \"b\")\nresp, err := http.DefaultClient.Do(req)",
            "POST",
            "[env:baseURL]/chat/completions",
            &[("Authorization", "Bearer [env:K]"), ("X-A", "b")],
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        ),
        (
            "const url = \"https://h.test/v1/chat/completions\"\nresp, err := http.Post(url, \"application/json\", strings.NewReader(`{\"model\":\"m\",\"n\":2}`))",
            "POST",
            url,
            &[("Content-Type", "application/json")],
            json,
        ),
        ("resp, err := http.Get(\"https://h.test/v1/models\")", "GET", "https://h.test/v1/models", &[], ""),
        (
            "String key = System.getenv(\"K\");\nString body = \"{\\\"model\\\":\\\"m\\\",\" +\n    \"\\\"n\\\":2}\";\nHttpRequest request = HttpRequest.newBuilder(URI.create(\"https://h.test/v1/chat/completions\"))\n    .headers(\"X-A\", \"b\", \"X-C\", \"d\")\n    .header(\"Authorization\", \"Bearer \" + key) // ours\n    .timeout(Duration.ofSeconds(30))\n    .method(\"PUT\", HttpRequest.BodyPublishers.ofString(body))\n    .build();",
            "PUT",
            url,
            &[("X-A", "b"), ("X-C", "d"), ("Authorization", "Bearer [env:K]")],
            json,
        ),
        (
            "MediaType JSON = MediaType.get(\"application/json\");\nString json = \"\"\"\n    {\"model\":\"m\",\"n\":2}\"\"\";\nRequestBody body = RequestBody.create(json, JSON);\nRequest request = new Request.Builder()\n    .url(\"https://h.test/v1/chat/completions\")\n    .addHeader(\"X-A\", \"b\")\n    .post(body)\n    .build();\ntry (Response response = client.newCall(request).execute()) { }",
            "POST",
            url,
            &[("X-A", "b"), ("Content-Type", "application/json")],
            json,
        ),
        (
            "var client = new HttpClient();\nclient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(\"Bearer\", Environment.GetEnvironmentVariable(\"K\"));\nvar json = JsonSerializer.Serialize(new { model = \"m\", n = 2 });\nvar response = await client.PostAsync($\"{baseUrl}/v1/x\", new StringContent(json, Encoding.UTF8, \"application/json\"));",
            "POST",
            "[env:baseUrl]/v1/x",
            &[("Content-Type", "application/json; charset=utf-8"), ("Authorization", "Bearer [env:K]")],
            json,
        ),
        (
            "var request = new HttpRequestMessage(HttpMethod.Put, \"https://h.test/v1/chat/completions\");\nrequest.Headers.Add(\"X-A\", \"b\");\nrequest.Content = new StringContent(@\"{\"\"model\"\":\"\"m\"\",\"\"n\"\":2}\", null, \"application/json\");\nvar response = await client.SendAsync(request);",
            "PUT",
            url,
            &[("X-A", "b"), ("Content-Type", "application/json; charset=utf-8")],
            json,
        ),
        (
            "<?php\n$key = getenv('K');\n$data = array('model' => 'm', 'n' => 2);\n$curl = curl_init();\ncurl_setopt_array($curl, [\n  CURLOPT_URL => 'https://h.test/v1/chat/completions',\n  CURLOPT_RETURNTRANSFER => true,\n  CURLOPT_CUSTOMREQUEST => 'put',\n  CURLOPT_POSTFIELDS => json_encode($data),\n  CURLOPT_HTTPHEADER => array(\n    'Content-Type: application/json',\n    \"Authorization: Bearer $key\",\n    'X-A: ' . $other\n  ),\n]);\n$response = curl_exec($curl);",
            "PUT",
            url,
            &[
                ("Content-Type", "application/json"),
                ("Authorization", "Bearer [env:K]"),
                ("X-A", "[env:other]"),
            ],
            json,
        ),
        (
            "$client = new \\GuzzleHttp\\Client(['base_uri' => 'https://h.test/v1/', 'headers' => ['X-A' => 'b']]);\n$response = $client->request('POST', 'chat/completions', [\n    'headers' => ['Authorization' => 'Bearer ' . $_ENV['K']],\n    'json' => ['model' => 'm', 'n' => 2],\n    'timeout' => 30,\n]);",
            "POST",
            url,
            &[("Authorization", "Bearer [env:K]"), ("X-A", "b"), ("Content-Type", "application/json")],
            json,
        ),
        (
            "$response = $client->post(\"https://h.test/v1/chat/completions\", ['form_params' => ['a' => 'b c']]);",
            "POST",
            url,
            &[("Content-Type", "application/x-www-form-urlencoded")],
            "a=b+c",
        ),
        (
            "<?php\n$ch = curl_init(\"https://h.test/v1/chat/completions\");\ncurl_setopt($ch, CURLOPT_POSTFIELDS, <<<JSON\n  {\"model\":\"m\",\"n\":2}\n  JSON);\ncurl_exec($ch);",
            "POST",
            url,
            &[("Content-Type", "application/x-www-form-urlencoded")],
            json,
        ),
    ];
    for (text, method, url, headers, body) in table {
        let (intake, ring) = read(text);
        let draft = intake.draft.unwrap_or_default();
        let shown: Vec<(&str, String)> = draft
            .headers
            .iter()
            .map(|h| {
                let value = ring.resolve(&h.value).map(|value| value.expose_secret().to_owned());
                (h.name.as_str(), value.unwrap_or_else(|_| h.value.clone()))
            })
            .collect();
        let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!((draft.method.as_str(), draft.url.as_str()), (*method, *url), "{text}");
        assert_eq!(shown, *headers, "{text}");
        assert_eq!(draft.body, *body, "{text}");
    }
}

#[test]
fn what_a_source_does_not_say_is_not_invented() {
    for text in [
        "req, err := http.NewRequest(\"POST\", url(), body)",
        "HttpRequest request = HttpRequest.newBuilder().uri(address()).build();",
        "var response = await client.PostAsync(Url(x), content);",
        "$client->post($this->path(), []);",
    ] {
        let (intake, _) = read(text);
        assert!(intake.draft.is_none(), "{text}");
    }
    for (begin, again) in [
        ("req, err := http.NewRequest(\"POST\", ", "f("),
        ("req, err := http.NewRequest(\"POST\", ", "{"),
        ("await client.PostAsync(", "$\"{"),
        ("await client.PostAsync(x, new ", "{ {"),
        ("$client->post(", "\"{$a["),
        ("$client->post('https://h.test', ", "["),
        ("fetch(", "`${"),
    ] {
        assert!(read(&format!("{begin}{}", again.repeat(40_000))).0.draft.is_none(), "{again}");
    }
}
