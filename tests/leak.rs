//! Canaries through the whole path: a key and a prompt that no output may hold, in any form.
#![expect(
    clippy::expect_used,
    clippy::format_collect,
    clippy::indexing_slicing,
    reason = "a test: what cannot be fails it"
)]

#[path = "wire/asked.rs"]
mod asked;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use tempfile::TempDir;

use asked::Asked;

/// A server that answers every request with `answer`, where `{key}` is the credential that it received.
struct Echo {
    base_url: String,
    thread: Option<JoinHandle<()>>,
    stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Echo {
    fn start(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let base_url = format!("http://{}", listener.local_addr().expect("has an address"));
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = std::sync::Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(std::sync::atomic::Ordering::SeqCst) {
                    break;
                }
                serve(stream, answer);
            }
        });
        Self { base_url, thread: Some(thread), stop }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::SeqCst);
        let _ = TcpStream::connect(self.base_url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut stream: TcpStream, answer: &str) {
    let Ok(Some(mut asked)) = Asked::begin(&mut stream) else { return };
    let Ok(body) = asked.body(&mut stream).map(<[u8]>::to_vec) else { return };
    let text = format!("{}\r\n\r\n{}", asked.head(), String::from_utf8_lossy(&body));
    let key = text
        .lines()
        .find_map(|l| {
            l.strip_prefix("authorization: Bearer ").or_else(|| l.strip_prefix("Authorization: Bearer "))
        })
        .unwrap_or("")
        .trim()
        .to_owned();
    let prompt =
        text.split("\"content\":\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or("").to_owned();
    let percent: String = key.bytes().map(|b| format!("%{b:02X}")).collect();
    let reversed: String = key.chars().rev().collect();
    let half = key.get(..key.len() / 2).unwrap_or("").to_owned();
    let body = answer
        .replace("{key}", &key)
        .replace("{base64}", &STANDARD.encode(&key))
        .replace("{percent}", &percent)
        .replace("{reversed}", &reversed)
        .replace("{half}", &half)
        .replace("{prompt}", &prompt)
        .replace("{file}", text.split("filename=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or(""))
        .replace("{field}", field(&text, "prompt"));
    let reply = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nx-echo: {key}\r\nx-request-id: req-{half}\r\n\
         set-cookie: session={key}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(reply.as_bytes());
}

/// The text of a field of a form.
fn field<'t>(request: &'t str, name: &str) -> &'t str {
    let behind = request.split(&format!("name=\"{name}\"\r\n\r\n")).nth(1).unwrap_or("");
    behind.split("\r\n").next().unwrap_or("")
}

/// What a reader could recover of `secret` in `output`: its forms, and any eight characters in a row of its random part.
fn leaks(output: &str, secret: &str) -> Vec<String> {
    let flat: String = output.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = Vec::new();
    let percent: String = secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let hex: String = secret.bytes().map(|b| format!("{b:02x}")).collect();
    let forms = [
        STANDARD.encode(secret),
        URL_SAFE.encode(secret),
        percent,
        hex,
        secret.chars().rev().collect::<String>(),
    ];
    for form in forms {
        if let Some(window) = form.get(..form.len().min(20))
            && flat.contains(window)
        {
            found.push(window.to_owned());
        }
    }
    let characters: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    let size = if secret.contains(' ') { 20 } else { 8 };
    let first = if secret.starts_with("sk-") { 3 } else { 0 };
    for window in characters[first..].windows(size) {
        let window: String = window.iter().collect();
        if flat.contains(&window) {
            found.push(window);
        }
    }
    found
}

fn key() -> String {
    // Random-looking, from a fixed recipe: no complete key stands in a file.
    let mut state = 0x1234_5678_9ABC_DEF1_u64;
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let tail: String = (0..48)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(letters[usize::try_from(state % letters.len() as u64).expect("fits")])
        })
        .collect();
    format!("sk-{tail}")
}

const PROMPT: &str = "Quarterly figures of the Zanzibar branch, strictly for the board: 4711 crates lost";

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs `casefile note` on a command that holds the canaries; gives everything that came out.
fn everything(home: &TempDir, base_url: &str, format: &str, further: &[&str]) -> String {
    let paste = format!(
        "curl '{base_url}/v1/chat/completions?api_key={key}' -H 'Authorization: Bearer {key}' -H 'X-Tenant: {key}' \
         -H 'Cookie: session={key}' -H 'Content-Type: application/json' \
         -d '{{\"model\":\"gpt-4o-mini\",\"user\":\"{key}\",\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\"}}],\"metadata\":{{\"note\":\"{PROMPT}\"}}}}'",
        key = key()
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .args(["note", "--from", "-", "--yes", "--retries", "0", "--format", format, "--log", "log.txt"])
        .args(further)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("piped").write_all(paste.as_bytes()).expect("writes");
    let output = child.wait_with_output().expect("ends");
    let mut all =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut folders = vec![home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("reads").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                all.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).expect("reads")));
            }
        }
    }
    assert!(output.status.success(), "{all}");
    all
}

const ANSWERS: [&str; 5] = [
    r#"{"error":{"message":"Incorrect API key provided: {key}. See the docs.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
    r#"{"error":{"message":"token {base64} or {percent} or {reversed} is unknown","type":"x","param":null,"code":"{key}"}}"#,
    r#"{"error":{"message":"your key begins with {half}","type":"auth_error","param":"{key}","code":"401"}}"#,
    r#"{"error":{"message":"messages[0].content is not allowed: {prompt}","type":"invalid_request_error","param":"messages","code":null}}"#,
    r#"{"detail":[{"loc":["body","messages"],"msg":"value is not valid: {prompt}","type":"value_error","input":{"key":"{key}","text":"{prompt}"}}]}"#,
];

#[test]
fn no_output_holds_the_key_or_the_prompt() {
    for answer in ANSWERS {
        for format in ["yaml", "markdown", "json", "plain"] {
            let home = home();
            let echo = Echo::start(answer);
            let all = everything(&home, &echo.base_url, format, &["--out", "note.out"]);
            assert_eq!(leaks(&all, &key()), Vec::<String>::new(), "{answer} as {format}:\n{all}");
            assert_eq!(leaks(&all, PROMPT), Vec::<String>::new(), "{answer} as {format}:\n{all}");
            assert!(all.contains("400"), "{all}");
        }
    }
}

#[test]
fn the_json_document_holds_neither() {
    let home = home();
    let echo = Echo::start(ANSWERS[1]);
    let all = everything(&home, &echo.base_url, "yaml", &["--output", "json"]);
    assert_eq!((leaks(&all, &key()), leaks(&all, PROMPT)), (vec![], vec![]), "{all}");
}

#[test]
fn the_operators_words_are_searched_too() {
    let home = home();
    let echo = Echo::start(ANSWERS[0]);
    let words = format!("I used {} and mail jane.roe@customer.example", key());
    let all = everything(&home, &echo.base_url, "yaml", &["--question", &words, "--tried", PROMPT]);
    assert_eq!((leaks(&all, &key()), leaks(&all, PROMPT)), (vec![], vec![]), "{all}");
    assert!(!all.contains("jane.roe"), "{all}");
}

/// The oracle itself: what is there is found, what is not there is not.
#[test]
fn the_oracle_can_fail() {
    let key = key();
    for leaking in [
        key.clone(),
        format!("x{}y", &key[10..18]),
        STANDARD.encode(&key),
        key.chars().rev().collect(),
        key.replace('A', "A\n  "),
    ] {
        assert!(!leaks(&leaking, &key).is_empty(), "{leaking}");
    }
    assert!(leaks("", &key).is_empty());
    assert!(leaks("sk- an ordinary sentence, status 400, gpt-4o-mini", &key).is_empty());
    assert!(!leaks("the Zanzibar branch, strictly for", PROMPT).is_empty());
    assert!(leaks("the branch of figures", PROMPT).is_empty());
}

/// Names and texts of a form, echoed by the server, stand in no note, no log, and nowhere on stderr where nobody
/// is asked.
#[test]
fn no_note_of_a_form_holds_a_file_name_or_a_text() {
    let answer = r#"{"error":{"message":"Invalid file '{file}' for prompt: {field}","type":"invalid_request_error","param":"{file}","code":null}}"#;
    for format in ["yaml", "markdown", "json", "plain"] {
        let home = home();
        let echo = Echo::start(answer);
        std::fs::write(home.path().join("okonkwo-4711.png"), b"the zanzibar file itself").expect("writes");
        let paste = format!(
            "curl {}/v1/images/edits -H 'Authorization: Bearer {}' -F model=gpt-image-1 -F image=@okonkwo-4711.png \
             --form-string 'prompt={PROMPT}'",
            echo.base_url,
            key()
        );
        std::fs::write(home.path().join("failed.sh"), paste).expect("writes");
        let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .env_clear()
            .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
            .env("CASEFILE_STATE_DIR", home.path().join("state"))
            .env("HOME", home.path())
            .current_dir(home.path())
            .args(["note", "--from", "failed.sh", "--yes", "--retries", "0", "--format", format])
            .args(["--log", "log.txt"])
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        // Nobody was asked, so that stderr may be a log: the file is told without its name.
        assert!(said.contains("uploads image: image/png, 24 bytes"), "{said}");
        let log = std::fs::read_to_string(home.path().join("log.txt")).expect("a log");
        let note = String::from_utf8_lossy(&output.stdout).into_owned() + &log;
        assert!(note.contains("file name: 16 chars, .png") && note.contains("Invalid file"), "{note}");
        for canary in ["okonkwo", "zanzibar"] {
            assert!(!said.to_lowercase().contains(canary), "{canary} on stderr: {said}");
            assert!(!note.to_lowercase().contains(canary), "{canary} as {format}: {note}");
        }
        assert_eq!((leaks(&note, &key()), leaks(&note, PROMPT)), (vec![], vec![]), "{note}");
    }
}

/// Runs `casefile note --yes` on `paste`; gives note and log, and what was said on stderr.
fn note_of(home: &TempDir, paste: &str) -> (String, String) {
    std::fs::write(home.path().join("failed.sh"), paste).expect("writes");
    let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("CASEFILE_CONFIG_DIR", home.path().join("config"))
        .env("CASEFILE_STATE_DIR", home.path().join("state"))
        .env("HOME", home.path())
        .current_dir(home.path())
        .args(["note", "--from", "failed.sh", "--yes", "--retries", "0", "--log", "log.txt"])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let log = std::fs::read_to_string(home.path().join("log.txt")).expect("a log");
    (String::from_utf8_lossy(&output.stdout).into_owned() + &log, said)
}

/// A body that the command takes from a file is handled as a pasted one: its key and its prompt stand nowhere.
#[test]
fn a_body_from_a_file_leaks_no_more_than_a_pasted_one() {
    for answer in ANSWERS {
        let home = home();
        let echo = Echo::start(answer);
        let body = format!(
            "{{\"model\":\"gpt-4o-mini\",\n\"user\":\"{}\",\n\"messages\":[{{\"role\":\"user\",\"content\":\"{PROMPT}\"}}]}}\n",
            key()
        );
        std::fs::write(home.path().join("okonkwo-4711.json"), body).expect("writes");
        let paste = format!(
            "curl {}/v1/chat/completions -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' \
             -d @okonkwo-4711.json",
            echo.base_url,
            key()
        );
        let (note, said) = note_of(&home, &paste);
        assert!(note.contains("gpt-4o-mini") && note.contains("400"), "{note}");
        let all = format!("{note}{said}");
        assert_eq!((leaks(&all, &key()), leaks(&all, PROMPT)), (vec![], vec![]), "{answer}: {all}");
        assert!(!note.contains("okonkwo"), "{note}");
    }
}

/// A file's name comes back in other cases and encodings, in message, code, param, headers and a page's address.
#[test]
fn no_echo_of_a_file_name_in_other_forms_leaves() {
    let name = "Okonkwo Rechnung-4711.png";
    let (upper, lower) = (name.to_uppercase(), name.to_lowercase());
    let percent = name.replace(' ', "%20");
    let plus = name.replace(' ', "+");
    let stem = name.trim_end_matches(".png");
    for echoed in [name, &upper, &lower, &percent, &plus, stem, &stem.to_lowercase()] {
        let home = home();
        let answer = format!(
            r#"{{"error":{{"message":"Invalid file '{echoed}' at https://h.example/up/{echoed}","type":"invalid_request_error","param":"{echoed}","code":"{echoed}"}}}}"#
        );
        let echo = Echo::start(Box::leak(answer.into_boxed_str()));
        std::fs::write(home.path().join(name), b"bytes").expect("writes");
        let paste = format!(
            "curl {}/v1/images/edits -H 'Authorization: Bearer {}' -F model=gpt-image-1 -F 'image=@{name}'",
            echo.base_url,
            key()
        );
        let (note, _) = note_of(&home, &paste);
        assert!(note.contains("gpt-image-1"), "{note}");
        for canary in ["okonkwo", "rechnung"] {
            assert!(!note.to_lowercase().contains(canary), "{canary} of {echoed}: {note}");
        }
    }
}

/// A key in the place of a form's model, in a part's name and in a path; a name that climbs; many parts.
#[test]
fn hostile_forms_leak_nothing() {
    let secret = key();
    let many: String = (0..2_000).map(|n| format!(" -F a{n}=Zanzibar{n}")).collect();
    let forms = [
        format!("/v1/images/edits -F model={secret} -F prompt=x"),
        format!("/v1/images/edits -F model=gpt-image-1 -F {secret}=x -F 'api_key={secret}'"),
        format!("/flux/v1/{secret} -F prompt=x"),
        "/v1/images/edits -F model=gpt-image-1 -F 'prompt=x;filename=../../etc/Zanzibar'".to_owned(),
        "/v1/images/edits -F model=gpt-image-1 -F $'prompt=x;filename=\"Zan\\nzibar;\\\"q.png\"'".to_owned(),
        format!("/v1/images/edits -F model=gpt-image-1{many}"),
    ];
    for form in forms {
        let home = home();
        let echo = Echo::start(
            r#"{"error":{"message":"no such model {field} {file}","type":"x","param":"{file}","code":null}}"#,
        );
        let paste = format!("curl -H 'Authorization: Bearer {secret}' {}{form}", echo.base_url);
        let (note, said) = note_of(&home, &paste);
        let shown = form.chars().take(80).collect::<String>();
        assert_eq!(leaks(&format!("{note}{said}"), &secret), Vec::<String>::new(), "{shown}: {note}");
        for canary in ["zanzibar", "etc/"] {
            assert!(!note.to_lowercase().contains(canary), "{shown}: {note}");
        }
    }
}

/// Only a traceback is pasted: its source line holds the prompt, and the error repeats it without quotes.
#[test]
fn a_prompt_in_a_stacks_source_line_is_known() {
    let walrus = "the purple walrus of Trondheim signs at midnight";
    let python = format!(
        "Traceback (most recent call last):\n  File \"/app/ask.py\", line 7, in <module>\n    r = client.chat.completions.create(messages=[{{\"role\": \"user\", \"content\": \"{walrus}\"}}])\n        ^^^^^^\nopenai.BadRequestError: Error code: 400 - {{'error': {{'message': 'Cannot process {walrus} as input', 'type': 'invalid_request_error', 'param': None, 'code': 'bad_input'}}}}\n"
    );
    let notebook = format!(
        "BadRequestError Traceback (most recent call last)\nCell In[3], line 5\n      4 client = OpenAI()\n----> 5 client.responses.create(model='m-1', input='{walrus}')\n\nBadRequestError: Error code: 400 - {{'error': {{'message': 'Cannot process {walrus} as input', 'code': 'bad_input'}}}}\n"
    );
    let vitest = format!(
        "BadRequestError: 400 Cannot process {walrus} as input\n  11 | const client = new OpenAI()\n> 12 | await ask(`{walrus}`)\n     |       ^\n    at ask (/app/a.ts:12:7)\n"
    );
    // A code that is a text, in its own place and in the body.
    let coded = format!(
        "openai.BadRequestError: Error code: 400 - {{'error': {{'message': 'Bad input', 'code': 'we cannot go on because somebody asked us whether {walrus} or not'}}}}\n"
    );
    for paste in [python, notebook, vitest, coded] {
        let (note, said) = note_of(&home(), &paste);
        assert!(!format!("{note}{said}").contains("walrus"), "{paste}: {note}{said}");
        assert!(
            note.contains("Cannot process [prompt: 48 chars] as input") || note.contains("Bad input"),
            "{note}"
        );
    }
}

/// The request is shown beside its failure, in whatever form: the answer repeats its prompt without quotes.
#[test]
fn a_prompt_in_a_request_beside_its_failure_is_known() {
    const FENCE: &str = "```";
    let walrus = "the purple walrus of Trondheim signs at midnight";
    let error = serde_json::json!({"error": {"message": format!("Cannot process {walrus} as input"), "code": "bad_input"}});
    let body = serde_json::json!({"model": "m-1", "messages": [{"role": "user", "content": walrus}]});
    let failed = format!("Error code: 400 - {error}");
    let forms = [
        format!("{FENCE}json\n{body}\n{FENCE}\n{failed}"),
        format!("I send `{body}` and get\n\n{failed}"),
        format!("{failed}\n\nPOST /v1/chat/completions\n{body}\n"),
        format!("POST https://llm.example/v1/chat/completions\n{body}\n\n{failed}"),
        format!(
            "{FENCE}json\n{body}\n{FENCE}\n\n{FENCE}\ncurl https://llm.example/v1/chat/completions -d @body.json\n{FENCE}\n\n{failed}"
        ),
        format!(
            "{FENCE}python\nr = client.chat(model='m-1', messages=[{{'role': 'user', 'content': '{walrus}'}}])\n{FENCE}\n\n{failed}"
        ),
        format!("{FENCE}python\nprompt = \"\"\"{walrus}\"\"\"\n{FENCE}\n\n{failed}"),
        format!(
            "{FENCE}js\nfetch(u, {{body: JSON.stringify({{messages: [{{role: 'user', content: '{walrus}'}}]}})}})\n{FENCE}\n\n{failed}"
        ),
        format!(
            "DEBUG Request options: {{'json_data': {{'messages': [{{'role': 'user', 'content': '{walrus}'}}]}}}}\n{failed}"
        ),
        format!("- model: m-1\n- prompt: {walrus}\n\n{failed}"),
        format!("level=error status=400 msg=\"Cannot process {walrus} as input\" prompt=\"{walrus}\""),
        format!(
            "level=error status=400 msg={} request={}",
            serde_json::json!(failed),
            serde_json::json!(body.to_string())
        ),
        format!(
            "POST /v1/a HTTP/1.1\nHost: llm.example\n\n{{\"model\":\"m-1\"}}\n\nPOST /v1/embeddings HTTP/1.1\nHost: llm.example\n\n{{\"model\":\"e\",\"input\":\"{walrus}\"}}\n\nHTTP/1.1 400 Bad Request\n\n{error}\n"
        ),
    ];
    for paste in &forms {
        let out = explained(&["--output", "json"], paste);
        assert!(out.contains("[prompt: ") && !out.contains("walrus"), "{paste}\n{out}");
    }
}

/// `casefile explain` on `input`; all that it prints.
fn explained(arguments: &[&str], input: &str) -> String {
    let home = home();
    let mut child = Command::new(env!("CARGO_BIN_EXE_casefile"))
        .env_clear()
        .env("HOME", home.path())
        .arg("explain")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("writes");
    let output = child.wait_with_output().expect("runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whichever door a stack comes in by (beside a status, in an answer, as a string in JSON): the prompt in its source line is
/// known.
#[test]
fn every_door_knows_a_stacks_source_lines() {
    let walrus = "the purple walrus of Trondheim signs at midnight";
    let stack = format!(
        "Traceback (most recent call last):\n  File \"/app/ask.py\", line 7, in <module>\n    r = ask(\"{walrus}\")\n        ^^^^^^\n"
    );
    let echo = format!("Cannot process {walrus} as input");
    let error = serde_json::json!({"error": {"message": echo, "code": "bad_input"}});
    let raised = format!("{stack}openai.BadRequestError: Error code: 400 - {error}\n");
    let records = [
        serde_json::json!({"status": 400, "body": error, "text": stack}),
        serde_json::json!({"status": 400, "body": error, "text": raised}),
        serde_json::json!({"status": 400, "text": raised}),
        serde_json::json!({"status": 400, "body": raised}),
        serde_json::json!({"status": 500, "body": {"error": {"message": echo}, "traceback": stack}}),
        serde_json::json!({"status": 500, "body": {"detail": raised}}),
        serde_json::json!({"text": serde_json::json!({"level": "error", "error": raised}).to_string()}),
    ];
    for record in &records {
        let out = explained(&["--input", "jsonl"], &record.to_string());
        assert!(!out.contains("walrus") && out.contains("failure_class"), "{record}: {out}");
    }
    for arguments in [&["--status", "400"][..], &["--header", "x-request-id: r-1"], &[]] {
        let out = explained(arguments, &raised);
        assert!(!out.contains("walrus") && out.contains("bad_input"), "{arguments:?}: {out}");
    }
}

/// A sentence in the place of a code is somebody's, unless it is made of the words of codes.
#[test]
fn a_sentence_in_the_place_of_a_code_is_told_by_its_length() {
    for member in ["code", "type", "param"] {
        for (text, leaves) in [
            ("Find the harbour of Trondheim", false),
            ("紫色的海象在午夜签名", false),
            ("Some requested entity was not found", true),
            ("tools[3].function.name", true),
        ] {
            let mut error = serde_json::json!({"message": "Bad input"});
            error[member] = text.into();
            let out = explained(
                &["--status", "400", "--output", "json"],
                &serde_json::json!({"error": error}).to_string(),
            );
            assert_eq!(out.contains(text), leaves, "{member}: {out}");
        }
    }
}

/// A path may name a person, or be what somebody asked.
#[test]
fn what_somebody_wrote_into_a_path_stays() {
    for path in [
        "/v1/users/olga.okonkwo@example.com/keys",
        "/v1/search/the%20purple%20walrus",
        "/v1/search/the purple walrus",
        "/v1/users/olga.okonkwo/keys",
        "/v1/search/purple-walrus",
        "/v1/x/the-purple-walrus-of-trondheim-signs-at-the-gate",
    ] {
        let out = explained(
            &["--status", "400", "--path", path, "--output", "json"],
            "{\"error\":{\"message\":\"no\"}}",
        );
        assert!(!out.contains("okonkwo") && !out.contains("walrus") && out.contains("/v1/"), "{out}");
    }
}

/// A program that is started (tmux, a clipboard program, the file manager) may keep or log what it was given.
#[cfg(unix)]
#[test]
fn programs_that_are_started_get_no_key_by_their_environment() {
    use std::os::unix::fs::PermissionsExt;
    let home = TempDir::new().expect("a folder");
    let at = home.path();
    for name in ["tmux", "xclip", "xdg-open"] {
        let said = at.join(format!("{name}.env"));
        let text =
            format!("#!/bin/sh\ncat > /dev/null\nenv > '{0}.new' && mv '{0}.new' '{0}'\n", said.display());
        std::fs::write(at.join(name), text).expect("writes");
        std::fs::set_permissions(at.join(name), std::fs::Permissions::from_mode(0o755)).expect("executable");
    }
    let answer = r#"{"error":{"message":"No available channel","type":"comet_api_error"}}"#;
    std::fs::write(at.join("answer.json"), answer).expect("writes");
    let path = format!("{}:/usr/bin:/bin", at.display());
    let canary = format!("cAnArY{}", "aB3".repeat(9));
    for (display, value) in [("TMUX", "/nowhere,1,0"), ("DISPLAY", ":9999")] {
        let output = Command::new(env!("CARGO_BIN_EXE_casefile"))
            .args(["note", "--no-send", "--response", "answer.json", "--status", "503"])
            .args(["--copy", "--out", "set/", "--reveal"])
            .env_clear()
            .env("HOME", at)
            .env("CASEFILE_CONFIG_DIR", at.join("config"))
            .env("CASEFILE_STATE_DIR", at.join("state"))
            .envs([("PATH", path.as_str()), ("LANG", "C.UTF-8"), (display, value)])
            .envs([
                ("COMETAPI_KEY", &canary),
                ("MY_THING", &canary),
                ("HTTPS_PROXY", &format!("http://a:{canary}@h")),
            ])
            .current_dir(at)
            .stdin(Stdio::null())
            .output()
            .expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for name in ["tmux", "xclip", "xdg-open"] {
        let said = at.join(format!("{name}.env"));
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !said.exists() && std::time::Instant::now() < end {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let given = std::fs::read_to_string(said).expect(name);
        assert!(given.contains("PATH=") && given.contains("LANG="), "{name}: {given}");
        assert!(!given.contains(&canary) && !given.contains("MY_THING"), "{name}: {given}");
    }
}
