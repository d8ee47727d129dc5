//! Runs casefile for one case, in surroundings of its own, and looks through everything that it leaves behind.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::compare::{Expected, Faults, Truth, compare, markdown};
use crate::leak::{Canary, random};
use crate::place::Place;
use crate::relay::Relay;
use crate::wire;

/// The variable that holds the key where a case gives it by name.
const KEY_VARIABLE: &str = "CASEFILE_REAL_KEY";

/// Words of the prompts and the answers.
const WORDS: [&str; 4] = ["Ward round", "All good", "alpha", "bravo"];

/// A host that nobody can find.
const ELSEWHERE: &str = "gateway.invalid";

/// A setting of `.ci/real`.
pub fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run .ci/real, which starts the servers"))
}

/// Where a request goes.
#[derive(Clone, Copy)]
pub enum Route {
    /// Through the recording relay to the server that this setting names.
    Relayed(&'static str),
    /// The same, and the relay holds the rest of the request's head back for so many milliseconds.
    Dripping(&'static str, u64),
    /// Through the recording relay to this proxy, for a host that only the proxy could find.
    Proxied(&'static str),
    /// Straight to it: a reset, a refused connection and TLS do not pass a relay unchanged. A scheme, and a setting or a host.
    Direct(&'static str, &'static str),
}

/// How the request carries its key.
#[derive(Clone, Copy)]
pub enum Key {
    /// None.
    Missing,
    /// A key of LiteLLM with this tag (`tests/real/litellm/custom_auth.py`), literally in the command.
    Literal(&'static str),
    /// The same, by the name of an environment variable.
    Named(&'static str),
    /// Literally one that the servers do not know.
    Unknown,
    /// The key that aimock takes.
    Upstream,
    /// The key that the llama.cpp server takes.
    Llama,
    /// In the query: servers repeat it in redirects.
    Query(&'static str),
}

/// One case.
pub struct Case {
    /// Name, once only.
    pub name: &'static str,
    /// Server.
    pub route: Route,
    /// Path.
    pub path: &'static str,
    /// Model.
    pub model: &'static str,
    /// Asks for a stream.
    pub stream: bool,
    /// Key.
    pub key: Key,
    /// Requests sent with the same key before, and the setting of the server.
    pub before: usize,
    /// Where those are sent.
    pub before_at: &'static str,
    /// Bytes added to the prompt.
    pub padding: usize,
    /// Fields that are put into the body, as JSON.
    pub with: &'static [(&'static str, &'static str)],
    /// Another body than the usual one.
    pub raw: Option<&'static str>,
    /// More arguments.
    pub more: &'static [&'static str],
    /// The setting of a proxy in the environment, where it is not on the route.
    pub proxy: Option<&'static str>,
    /// Puts a text where LiteLLM wants a number: it repeats the text in its error message.
    pub echo: bool,
    /// File in nginx's folder that is the trusted CA.
    pub trusted: Option<&'static str>,
    /// Classes that are right.
    pub classes: &'static [&'static str],
    /// Transport failure, where no answer comes.
    pub transport: Option<&'static str>,
    /// What may be replaced in the message, in its order; `SHA-256` stands for that of the key, `ECHO` for the text.
    pub replaceable: &'static [&'static str],
    /// Status that the server must have given: it tests the servers, not casefile.
    pub status: Option<u16>,
}

impl Case {
    /// A chat completion through the relay to LiteLLM with a good key.
    pub fn new(name: &'static str, model: &'static str, status: u16, class: &'static [&'static str]) -> Self {
        Self {
            name,
            route: Route::Relayed("CASEFILE_REAL_GATEWAY"),
            path: "/v1/chat/completions",
            model,
            stream: false,
            key: Key::Literal("Open"),
            before: 0,
            before_at: "CASEFILE_REAL_GATEWAY",
            padding: 0,
            with: &[],
            raw: None,
            more: &[],
            proxy: None,
            echo: false,
            trusted: None,
            classes: class,
            transport: None,
            replaceable: &[],
            status: Some(status),
        }
    }

    /// Requests that nginx sees on a direct way: none where nobody listens, where its certificate is not accepted, or where
    /// it is not asked.
    fn requests_logged(&self) -> usize {
        usize::from(matches!(self.transport, Some("reset")))
    }

    /// The address in a setting, or the host itself.
    fn host(server: &str) -> String {
        if server.starts_with("CASEFILE_") { setting(server) } else { server.to_owned() }
    }
}

/// How the note is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JSON on stdout.
    Json,
    /// YAML in a file.
    Yaml,
    /// Markdown on stdout.
    Markdown,
}

/// How the fault begins that is the server's own.
const OFF: &str = "the server is not as expected";

/// Runs a case in every form.
///
/// # Panics
/// With all that does not agree.
pub fn run(case: &Case) {
    let mut faults = Vec::new();
    for (name, form) in [("JSON", Form::Json), ("YAML", Form::Yaml), ("Markdown", Form::Markdown)] {
        let mut found = once(case, form);
        // Servers have bad moments of their own (LiteLLM answers 500 once in some thousand requests): what is tested is what
        // casefile makes of the answer that the case is about.
        for _ in 0..2 {
            let Some(fault) = found.0.iter().find(|fault| fault.starts_with(OFF)) else { break };
            println!("{}, {name}, once more: {fault}", case.name);
            found = once(case, form);
        }
        faults.extend(found.0.into_iter().map(|fault| format!("{name}: {fault}")));
    }
    done(case.name);
    assert!(faults.is_empty(), "{}: {} fault(s)\n  {}\n", case.name, faults.len(), faults.join("\n  "));
}

/// A named key goes nowhere unless the operator named the host: the paste alone does not.
///
/// # Panics
/// If it was sent, or the refusal does not say so.
pub fn named_key_needs_its_host(name: &'static str) {
    let case = Case { key: Key::Named("Open"), ..Case::new(name, "mock-ok", 200, &["none"]) };
    let (place, secrets, mut faults) = (Place::new(), Secrets::new(&case), Faults::default());
    let relay = Relay::to(&setting("CASEFILE_REAL_GATEWAY"));
    let body = secrets.body(&case);
    let url = format!("http://{}{}", relay.address(), case.path);
    let command = place.write("failed.sh", &secrets.curl(&case, &url, &body));
    let mut arguments = self::arguments(&place, &case, Form::Json, &command, &relay.address());
    let host = arguments.iter().position(|a| a == "--key-host").expect("the option");
    arguments.drain(host..host + 2);
    let output = place.casefile(&arguments, &variables(&case, &secrets.key));
    faults.check(output.status.code() == Some(2), || format!("exit {:?} instead of 2", output.status.code()));
    faults.check(output.stdout.is_empty(), || "stdout is not empty".to_owned());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    faults.check(said.contains("--key-host"), || format!("the refusal names no way out: {said}"));
    let sent: usize = relay.finish().iter().map(|c| c.request.len()).sum();
    faults.check(sent == 0, || format!("{sent} bytes were sent"));
    place.leaks(&mut faults, &secrets.canaries, &WORDS, &output);
    done(name);
    assert!(faults.0.is_empty(), "{name}:\n  {}\n", faults.0.join("\n  "));
}

/// Notes that a case was compared to its end, kept or not; `.ci/real` counts them.
pub fn done(name: &str) {
    let mut file =
        std::fs::OpenOptions::new().append(true).open(setting("CASEFILE_REAL_DONE")).expect("the list");
    writeln!(file, "{name}").expect("the list takes a line");
}

fn once(case: &Case, form: Form) -> Faults {
    let place = Place::new();
    let secrets = Secrets::new(case);
    let (relay, scheme, host) = match case.route {
        Route::Relayed(server) => {
            let relay = Relay::to(&setting(server));
            let host = relay.address();
            (Some(relay), "http", host)
        }
        Route::Dripping(server, hold_ms) => {
            let relay = Relay::dripping(&setting(server), hold_ms);
            let host = relay.address();
            (Some(relay), "http", host)
        }
        Route::Proxied(server) => (Some(Relay::to(&setting(server))), "http", ELSEWHERE.to_owned()),
        Route::Direct(scheme, server) => (None, scheme, Case::host(server)),
    };
    let body = secrets.body(case);
    for _ in 0..case.before {
        send(&setting(case.before_at), case.path, &secrets.key, &body);
    }
    let command =
        place.write("failed.sh", &secrets.curl(case, &format!("{scheme}://{host}{}", case.path), &body));
    let seen_before = in_nginx_log(case);
    let arguments = self::arguments(&place, case, form, &command, &host);
    let earliest = Utc::now();
    let mut variables = variables(case, &secrets.key);
    if let (Route::Proxied(_), Some(relay)) = (case.route, &relay) {
        variables.extend(proxied(&relay.address()));
    }
    let output = place.casefile(&arguments, &variables);
    let after = Utc::now();

    let mut faults = Faults::default();
    if output.status.code() != Some(0) {
        let said = String::from_utf8_lossy(&output.stderr);
        faults.0.push(format!("exit {:?}, stderr: {said}", output.status.code()));
        place.leaks(&mut faults, &secrets.canaries, &WORDS, &output);
        return faults;
    }
    let truth = match relay {
        Some(relay) => recorded(&mut faults, relay, earliest, (case, &secrets), &body),
        None => Truth { asked: None, answer: None, earliest, latest: after, ended: after },
    };
    if let Route::Direct(..) = case.route {
        let (got, right) = (in_nginx_log(case) - seen_before, case.requests_logged());
        faults.check(got == right, || format!("nginx got {got} requests instead of {right}"));
    }
    let status = truth.answer.as_ref().map(|a| a.status);
    faults.check(status == case.status, || {
        let said = truth.answer.as_ref().map(wire::Answer::text).unwrap_or_default();
        format!("{OFF}: status {status:?}, {}", said.chars().take(400).collect::<String>())
    });
    faults.check(case.status.is_some() != case.transport.is_some(), || {
        "the case contradicts itself".to_owned()
    });

    let said = truth.answer.as_ref().map(wire::Answer::text).unwrap_or_default();
    let hash = said.split([' ', '.']).find(|w| is_hash(w)).unwrap_or_default();
    let span = |name: &&str| match *name {
        "SHA-256" => hash.to_owned(),
        "ECHO" => secrets.user.clone(),
        text => text.to_owned(),
    };
    let replaceable: Vec<String> = case.replaceable.iter().map(span).collect();
    for span in &replaceable {
        let there = !span.is_empty() && said.contains(span.as_str());
        faults.check(there, || "the server's message does not hold what may be replaced".to_owned());
    }
    let expected = Expected {
        method: "POST",
        path: case.path,
        model: case.model,
        stream: case.stream,
        body_bytes: body.len(),
        classes: case.classes,
        transport: case.transport,
        replaceable: &replaceable,
    };
    let note = match form {
        Form::Yaml => std::fs::read(place.note()).unwrap_or_default(),
        Form::Json | Form::Markdown => output.stdout.clone(),
    };
    match form {
        Form::Json => match serde_json::from_slice(&note) {
            Ok(note) => compare(&mut faults, &note, &truth, &expected),
            Err(error) => faults.0.push(format!("stdout is no JSON: {error}")),
        },
        Form::Yaml => match yaml(&place.note()) {
            Ok(note) => compare(&mut faults, &note, &truth, &expected),
            Err(error) => faults.0.push(format!("the file is no YAML: {error}")),
        },
        Form::Markdown => markdown(&mut faults, &String::from_utf8_lossy(&note), &truth, &expected),
    }
    if form != Form::Markdown {
        place.validate(&mut faults, &note);
    }
    place.leaks(&mut faults, &secrets.canaries, &WORDS, &output);
    faults
}

fn is_hash(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What the relay saw: one connection, one request, with the body and the key that the command holds.
fn recorded(
    faults: &mut Faults,
    relay: Relay,
    earliest: DateTime<Utc>,
    (case, secrets): (&Case, &Secrets),
    body: &str,
) -> Truth {
    let connections: Vec<_> = relay.finish().into_iter().filter(|c| !c.request.is_empty()).collect();
    faults
        .check(connections.len() == 1, || format!("{} requests were sent instead of one", connections.len()));
    let Some(passed) = connections.first() else {
        return Truth { asked: None, answer: None, earliest, latest: earliest, ended: earliest };
    };
    let mut asked = wire::request(&passed.request);
    // A proxy is told the whole address.
    if let Some(target) = asked.target.strip_prefix(&format!("http://{ELSEWHERE}")) {
        asked.target = target.into();
    }
    faults.check(asked.body == body.as_bytes(), || "the body was not sent as it was pasted".to_owned());
    let authorization = asked.header("authorization").unwrap_or_default();
    let (bearer, query) = match case.key {
        Key::Missing => (String::new(), None),
        Key::Query(_) => (String::new(), Some(secrets.query())),
        _ => (format!("Bearer {}", secrets.key), None),
    };
    let right = authorization == bearer && asked.target.split_once('?').map(|(_, q)| q.to_owned()) == query;
    faults.check(right, || "the request did not carry the key as the command did".to_owned());
    let latest = passed.first_request_byte.unwrap_or(earliest);
    let answer = wire::answer(&passed.response);
    let whole = answer.as_ref().is_some_and(|a| a.complete);
    let ended = if whole { passed.last_response_byte } else { passed.server_ended };
    Truth { asked: Some(asked), answer, earliest, latest, ended: ended.unwrap_or(latest) }
}

/// Requests to this case's port and path that stand in nginx's log.
fn in_nginx_log(case: &Case) -> usize {
    let Route::Direct(_, server) = case.route else { return 0 };
    let port = Case::host(server).rsplit(':').next().map(str::to_owned).expect("a port");
    let log = Path::new(&setting("CASEFILE_REAL_NGINX_DIR")).join("access.log");
    let line = format!("{port} POST {} ", case.path);
    std::fs::read_to_string(log).expect("nginx's log").lines().filter(|l| l.starts_with(&line)).count()
}

/// Sends a request as the key's owner and waits for the whole answer.
fn send(host: &str, path: &str, key: &str, body: &str) {
    let mut stream = TcpStream::connect(host).expect("the gateway accepts connections");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    assert!(answer.starts_with(b"HTTP/1.1 200"), "the gateway refused a request within the limit");
}

/// A YAML file as another implementation reads it than the one that wrote it: Python's.
fn yaml(file: &Path) -> Result<Value, String> {
    // Times stay text, as they are in JSON.
    const READ: &str = "import json, sys, yaml\n\
        class L(yaml.SafeLoader): pass\n\
        L.yaml_implicit_resolvers = {k: [r for r in v if not r[0].endswith(':timestamp')]\n    \
            for k, v in L.yaml_implicit_resolvers.items()}\n\
        json.dump(yaml.load(open(sys.argv[1], 'rb').read(), L), sys.stdout)";
    let output = Command::new(setting("CASEFILE_REAL_PYTHON"))
        .args(["-c", READ])
        .arg(file)
        .output()
        .expect("Python starts");
    serde_json::from_slice(&output.stdout).map_err(|e| {
        format!("{e}; {}", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default())
    })
}

/// What must not get out.
struct Secrets {
    key: String,
    prompt: String,
    user: String,
    canaries: Vec<Canary>,
}

impl Secrets {
    fn new(case: &Case) -> Self {
        let key = match case.key {
            Key::Missing => String::new(),
            Key::Literal(tag) | Key::Named(tag) | Key::Query(tag) => format!("sk-{}{tag}", random(40)),
            Key::Unknown => format!("sk-{}", random(48)),
            Key::Upstream => setting("CASEFILE_REAL_UPSTREAM_KEY"),
            Key::Llama => setting("CASEFILE_REAL_LLAMA_KEY"),
        };
        let (prompt, user) = (random(24), random(24));
        let mut canaries = vec![
            Canary::new("prompt", &prompt),
            Canary::new("user", &user),
            Canary::new("the upstream's key", &setting("CASEFILE_REAL_UPSTREAM_KEY")[3..]),
            Canary::new("the key of llama.cpp", &setting("CASEFILE_REAL_LLAMA_KEY")[3..]),
            Canary::new("the master key", &setting("CASEFILE_REAL_MASTER_KEY")[3..]),
        ];
        if let Some(random_part) = key.get(3..43) {
            canaries.push(Canary::new("key", random_part));
        }
        Self { key, prompt, user, canaries }
    }

    fn body(&self, case: &Case) -> String {
        if let Some(raw) = case.raw {
            return raw.to_owned();
        }
        let text = format!(
            "Ward round, bed 7: {} – say it in „two“ words.{}",
            self.prompt,
            " pad".repeat(case.padding / 4)
        );
        let mut body = json!({ "model": case.model, "messages": [{ "role": "user", "content": text }], "user": self.user });
        if case.stream {
            body["stream"] = json!(true);
        }
        if case.echo {
            body["timeout"] = json!(self.user);
        }
        for (name, value) in case.with {
            body[*name] = serde_json::from_str(value).expect("JSON");
        }
        body.to_string()
    }

    fn query(&self) -> String {
        format!("api_key={}", self.key)
    }

    fn curl(&self, case: &Case, url: &str, body: &str) -> String {
        let url = match case.key {
            Key::Query(_) => format!("'{url}?{}'", self.query()),
            _ => url.to_owned(),
        };
        let authorization = match case.key {
            Key::Missing | Key::Query(_) => String::new(),
            Key::Named(_) => format!("  -H \"Authorization: Bearer ${KEY_VARIABLE}\" \\\n"),
            _ => format!("  -H 'Authorization: Bearer {}' \\\n", self.key),
        };
        format!("curl -sS {url} \\\n{authorization}  -H 'Content-Type: application/json' \\\n  -d '{body}'\n")
    }
}

fn arguments(place: &Place, case: &Case, form: Form, command: &Path, host: &str) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["note", "--yes", "--retries", "0", "--from"].map(str::to_owned).to_vec();
    arguments.push(command.display().to_string());
    if let Key::Named(_) = case.key {
        arguments.extend(["--key-env", KEY_VARIABLE, "--key-host", host].map(str::to_owned));
    }
    let format = match form {
        Form::Json => "json",
        Form::Yaml => "yaml",
        Form::Markdown => "markdown",
    };
    arguments.extend(["--format", format].map(str::to_owned));
    if form == Form::Yaml {
        arguments.extend(["--out".to_owned(), place.note().display().to_string()]);
    }
    arguments.extend(case.more.iter().map(|&more| more.to_owned()));
    arguments
}

/// What casefile finds in its environment.
fn variables(case: &Case, key: &str) -> Vec<(&'static str, OsString)> {
    let mut variables = Vec::new();
    if let Key::Named(_) = case.key {
        variables.push((KEY_VARIABLE, OsString::from(key)));
    }
    if let Some(name) = case.trusted {
        let folder = setting("CASEFILE_REAL_NGINX_DIR");
        variables.push(("SSL_CERT_FILE", Path::new(&folder).join(name).into_os_string()));
    }
    variables.extend(case.proxy.iter().flat_map(|proxy| proxied(&setting(proxy))));
    variables
}

/// Variables by which a client finds its proxy.
fn proxied(address: &str) -> Vec<(&'static str, OsString)> {
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY"].map(|name| (name, format!("http://{address}").into())).into()
}
