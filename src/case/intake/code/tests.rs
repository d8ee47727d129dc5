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
    for (text, method, url, headers, body) in table {
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
