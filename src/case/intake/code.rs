//! The source of a program that makes a request (`fetch("https://…", {…})`, `requests.post(url, json=…)`,
//! `client.chat.completions.create(model=…)`, and in `languages` what Go, Java, C# and PHP write): what of it stands there as a literal, as the request that it would make.
//!
//! Nothing is run. A name that the text does not set to a literal is a variable of the request, as a shell's is.

mod call;
mod languages;
mod typed;
mod value;

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Map, Value};

use super::curl::milliseconds;
use super::{key_is_placeholder, literal_key, secret};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{Deadlines, Draft, Header, Intake};

use self::call::{Arguments, Call};

/// Longest source that is read, bytes.
const LONGEST: usize = 1 << 20;

/// A request as the source says it, before its secrets are masked.
#[derive(Default)]
struct Said {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    /// Seconds.
    timeout: Option<String>,
}

impl Said {
    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// A header that the library adds where the source names none.
    fn implied(&mut self, name: &str, value: &str) {
        if !self.has(name) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    fn take_headers(&mut self, value: Option<&Value>) {
        let Some(Value::Object(headers)) = value else { return };
        for (name, value) in headers {
            if !value.is_null() {
                self.headers.push((name.clone(), plain(value)));
            }
        }
    }

    /// The text or the JSON of a body.
    fn take_body(&mut self, value: &Value, as_json: bool) {
        match value {
            Value::Null => {}
            Value::String(text) if !as_json => self.body.clone_from(text),
            Value::Object(fields) if !as_json => {
                let pairs = fields.iter().map(|(name, value)| (name.as_str(), plain(value)));
                self.body = encoded(pairs);
                self.implied("Content-Type", "application/x-www-form-urlencoded");
            }
            other => {
                self.body = other.to_string();
                self.implied("Content-Type", "application/json");
            }
        }
    }

    /// The headers that a source puts one by one into what it gives to `fetch` (`myHeaders.append("Content-Type", "…")`).
    /// False where there are none, or not all of them are literals.
    fn take_appended(&mut self, call: &Call<'_>, text: &str) -> bool {
        let options = call.arguments.positional.get(1).unwrap_or(&Value::Null);
        let named = options.get("headers").and_then(Value::as_str);
        let name = named.and_then(|name| name.strip_prefix("[env:")?.strip_suffix(']'));
        let Some(name) = name.filter(|_| call.name == "fetch") else { return false };
        let (appended, whole) = call::appended(text, name);
        let is_there = |own: &str| appended.iter().any(|(name, _)| name.eq_ignore_ascii_case(own));
        self.headers.retain(|(name, _)| !is_there(name));
        let is_whole = whole && !appended.is_empty();
        self.headers.splice(0..0, appended);
        is_whole
    }

    fn take_query(&mut self, value: Option<&Value>) {
        let Some(Value::Object(fields)) = value else { return };
        let query = encoded(fields.iter().map(|(name, value)| (name.as_str(), plain(value))));
        let joint = if self.url.contains('?') { '&' } else { '?' };
        if !query.is_empty() {
            self.url = format!("{}{joint}{query}", self.url);
        }
    }
}

/// A line with which the error begins that a program printed, also in a comment.
static ERROR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^(?:[ \t]*(?:#|//)[ \t]*)?(?:Traceback \(most recent|[\w.]*(?:Error|Exception)\b|Error code: |(?:HTTP/[\d.]+ )?[45]\d\d\b|Uncaught |Unhandled |\{ ?["']error["'])"#,
    )
    .ok()
});

/// The source that stands above the error which a program printed; `None` where the text begins with the error.
pub(super) fn above_error(text: &str) -> Option<&str> {
    let at = ERROR.as_ref()?.find(text.get(..text.len().min(LONGEST)).unwrap_or(text))?.start();
    text.get(..at).filter(|source| !source.trim().is_empty())
}

/// The request of a source in a language with types, in which no error stands below it. Such a source names time-outs and
/// exceptions, and tells of none.
pub(super) fn program(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Intake> {
    if text.len() > LONGEST || ERROR.as_ref()?.is_match(text) {
        return None;
    }
    languages::read(text).map(|read| intake(read.said, read.has_unknown, catalog, ring))
}

/// The request of the first call in `text` that makes one; `None` where there is none, or where what it is given cannot be read.
pub(super) fn read(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<Intake> {
    if text.len() > LONGEST {
        return None;
    }
    let calls = call::all(text);
    let called = || {
        calls.iter().find_map(|call| {
            let mut said = said(call, text)?;
            let has_unknown = call.has_unknown && !said.take_appended(call, text);
            Some((said, has_unknown))
        })
    };
    let typed = languages::read(text).map(|read| (read.said, read.has_unknown));
    let (said, has_unknown) = typed.or_else(called)?;
    Some(intake(said, has_unknown, catalog, ring))
}

fn intake(said: Said, has_unknown: bool, catalog: &Catalog, ring: &mut KeyRing) -> Intake {
    let deadline = said.timeout.as_deref().and_then(milliseconds);
    let mut findings = vec![
        Finding::new(
            "read_from_source",
            Level::Info,
            "the request was read from a program's source; nothing of it was run, and what the library adds by itself may be missing",
        )
        .fix("compare it with what was sent, or copy the request as cURL"),
    ];
    if has_unknown {
        findings.push(
            Finding::new(
                "value_not_in_source",
                Level::Warning,
                "a value of the request is made elsewhere in the program; a variable of the same name stands in its place",
            )
            .fix("put the value in its place"),
        );
    }
    let draft = masked(said, &mut findings, catalog, ring);
    Intake {
        kind: "source code",
        draft: Some(draft),
        deadlines: Deadlines { total_ms: deadline, ..Deadlines::default() },
        findings,
        ..Intake::default()
    }
}

fn masked(said: Said, findings: &mut Vec<Finding>, catalog: &Catalog, ring: &mut KeyRing) -> Draft {
    let mut literal = false;
    let mut headers = Vec::new();
    for (name, value) in said.headers {
        let (value, seen) = secret::mask_header(&name, &value, catalog, ring);
        literal |= seen.literal;
        if seen.placeholder {
            findings.push(key_is_placeholder(Place::Header(name.clone())));
        }
        let (name, in_name) = secret::mask_free(&name, catalog, ring);
        literal |= in_name;
        headers.push(Header::new(name, value));
    }
    let (url, of_url) = secret::mask_url(&said.url, catalog, ring);
    let media = headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
    let (body, in_body) = secret::mask_body(said.body, media.map(|h| h.value.as_str()), catalog, ring);
    if literal || of_url.literal || in_body {
        findings.push(literal_key());
    }
    if url.is_empty() {
        findings.push(
            Finding::new("url_missing", Level::Error, "the source does not say which host it calls")
                .at(Place::Url)
                .fix("fill in the URL"),
        );
    }
    Draft { method: said.method, url, headers, body: body.into(), ..Draft::default() }
}

/// What `call` sends.
fn said(call: &Call<'_>, text: &str) -> Option<Said> {
    let arguments = &call.arguments;
    match call.name {
        "fetch" => of_fetch(arguments),
        // undici's own, which takes what `fetch` does; another function of that name has no address.
        "request" => of_fetch(arguments).filter(|said| said.url.contains("://")),
        "urllib.request.Request" | "Request" => of_urllib(arguments),
        "conn.request" | "connection.request" => of_http_client(arguments, text),
        "axios" | "axios.request" => of_axios(arguments.positional.first()?, None),
        name => {
            let (object, method) = name.rsplit_once('.')?;
            if let Some(path) = sdk_path(name) {
                return of_sdk(path, arguments, text);
            }
            let method = method.to_ascii_uppercase();
            if object == "axios" {
                return of_axios_method(&method, arguments);
            }
            if object == "got" || object == "ky" {
                return of_got(&method, arguments);
            }
            of_python(&method, arguments, text)
        }
    }
}

/// `fetch(url, {method, headers, body})`
fn of_fetch(arguments: &Arguments) -> Option<Said> {
    let mut said = Said { url: address(arguments.positional.first()?)?, ..Said::default() };
    let options = arguments.positional.get(1).unwrap_or(&Value::Null);
    said.take_headers(options.get("headers"));
    if let Some(body) = options.get("body").filter(|body| !body.is_null()) {
        // A text without a type of its own.
        body.as_str()?.clone_into(&mut said.body);
        said.implied("Content-Type", "text/plain;charset=UTF-8");
    }
    said.method = options.get("method").and_then(Value::as_str).unwrap_or("GET").to_ascii_uppercase();
    Some(said)
}

/// `axios({method, url, headers, data, params})`
fn of_axios(config: &Value, url: Option<String>) -> Option<Said> {
    let url = url.or_else(|| address(config.get("url")?))?;
    let url = match config.get("baseURL").and_then(Value::as_str) {
        Some(base) if !url.contains("://") => joined(base, &url),
        _ => url,
    };
    let mut said = Said { url, ..Said::default() };
    said.take_headers(config.get("headers"));
    said.take_query(config.get("params"));
    if let Some(data) = config.get("data") {
        let text = data.is_string();
        said.take_body(data, !text);
        if text {
            said.implied("Content-Type", "application/x-www-form-urlencoded");
        }
    }
    said.implied("Accept", "application/json, text/plain, */*");
    said.method = config.get("method").and_then(Value::as_str).unwrap_or("get").to_ascii_uppercase();
    Some(said)
}

/// `axios.post(url, data, {headers})`, `axios.get(url, {headers})`
fn of_axios_method(method: &str, arguments: &Arguments) -> Option<Said> {
    let url = address(arguments.positional.first()?)?;
    let takes_data = matches!(method, "POST" | "PUT" | "PATCH");
    let config = arguments.positional.get(1 + usize::from(takes_data));
    let mut config = config.and_then(Value::as_object).cloned().unwrap_or_default();
    config.insert("method".to_owned(), Value::String(method.to_owned()));
    if let Some(data) = arguments.positional.get(1).filter(|_| takes_data) {
        config.insert("data".to_owned(), data.clone());
    }
    of_axios(&Value::Object(config), Some(url))
}

/// `requests.post(url, headers=…, json=…)`, `httpx.post(…)`, `client.post(…)`, `requests.request("POST", url, …)`
fn of_python(method: &str, arguments: &Arguments, text: &str) -> Option<Said> {
    let mut positional = arguments.positional.iter();
    let method = if method == "REQUEST" {
        let named = arguments.named.get("method");
        named.or_else(|| positional.next())?.as_str()?.to_ascii_uppercase()
    } else {
        method.to_owned()
    };
    let url = address(arguments.named.get("url").or_else(|| positional.next())?)?;
    let url = if url.starts_with('/') { joined(&base(text)?, &url) } else { url };
    let mut said = Said { method, url, ..Said::default() };
    said.take_headers(arguments.named.get("headers"));
    said.take_query(arguments.named.get("params"));
    if arguments.named.contains_key("files") {
        return None;
    }
    // `requests.post(url, data, json)`
    let data = arguments.named.get("data").or_else(|| arguments.named.get("content"));
    if let Some(body) = arguments.named.get("json").or_else(|| positional.clone().nth(1)) {
        said.take_body(body, true);
    } else if let Some(body) = data.or_else(|| positional.next()) {
        said.take_body(body, false);
    }
    said.timeout = arguments.named.get("timeout").filter(|timeout| timeout.is_number()).map(Value::to_string);
    Some(said)
}

/// `got.post(url, {json, headers, searchParams})`, and ky's, which has the same names.
fn of_got(method: &str, arguments: &Arguments) -> Option<Said> {
    let options = arguments.positional.get(1).unwrap_or(&Value::Null);
    let url = address(arguments.positional.first()?)?;
    let mut said = Said { method: method.to_owned(), url, ..Said::default() };
    said.take_headers(options.get("headers"));
    said.take_query(options.get("searchParams"));
    if let Some(body) = options.get("json") {
        said.take_body(body, true);
    } else if let Some(body) = options.get("body").or_else(|| options.get("form")) {
        said.take_body(body, false);
    }
    Some(said)
}

/// `urllib.request.Request(url, data=…, headers=…, method=…)`
/// (<https://docs.python.org/3/library/urllib.request.html#urllib.request.Request>, read 2026-11-23).
fn of_urllib(arguments: &Arguments) -> Option<Said> {
    let given = |name: &str, at: usize| arguments.named.get(name).or_else(|| arguments.positional.get(at));
    let url = address(given("url", 0)?).filter(|url| url.contains("://"))?;
    let mut said = Said { url, ..Said::default() };
    said.take_headers(given("headers", 2));
    let own = given("method", 5).and_then(Value::as_str).map(str::to_ascii_uppercase);
    let data = given("data", 1).filter(|data| !data.is_null());
    if let Some(data) = data {
        data.as_str()?.clone_into(&mut said.body);
        said.implied("Content-Type", "application/x-www-form-urlencoded");
    }
    said.method = own.unwrap_or_else(|| if data.is_some() { "POST" } else { "GET" }.to_owned());
    Some(said)
}

/// `conn = http.client.HTTPSConnection("host")`, `conn.request("POST", "/path", body, headers)`
/// (<https://docs.python.org/3/library/http.client.html#http.client.HTTPConnection.request>, read 2026-11-23).
fn of_http_client(arguments: &Arguments, text: &str) -> Option<Said> {
    let given = |name: &str, at: usize| arguments.named.get(name).or_else(|| arguments.positional.get(at));
    let path = given("url", 1)?.as_str()?;
    let (scheme, host) =
        [("https", "HTTPSConnection("), ("http", "HTTPConnection(")].iter().find_map(|(scheme, made)| {
            let rest = text.split_once(made)?.1;
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            Some((*scheme, rest.get(1..)?.split_once(quote)?.0))
        })?;
    let method = given("method", 0)?.as_str()?.to_ascii_uppercase();
    let mut said = Said { method, url: joined(&format!("{scheme}://{host}"), path), ..Said::default() };
    said.take_headers(given("headers", 3));
    if let Some(body) = given("body", 2).filter(|body| !body.is_null()) {
        said.take_body(body, false);
    }
    Some(said)
}

/// The calls of the vendors' libraries and the path of each (<https://github.com/openai/openai-python/blob/main/api.md>,
/// <https://github.com/anthropics/anthropic-sdk-python/blob/main/api.md>, read 2026-11-23).
const SDK_PATHS: [(&str, &str); 9] = [
    (".chat.completions.create", "/chat/completions"),
    (".chat.completions.parse", "/chat/completions"),
    (".completions.create", "/completions"),
    (".responses.create", "/responses"),
    (".embeddings.create", "/embeddings"),
    (".images.generate", "/images/generations"),
    (".moderations.create", "/moderations"),
    (".messages.create", "/v1/messages"),
    (".messages.stream", "/v1/messages"),
];

fn sdk_path(name: &str) -> Option<&'static str> {
    SDK_PATHS.iter().find(|(call, _)| name.ends_with(call)).map(|(_, path)| *path)
}

/// What belongs to the library and not to the body.
const OPTIONS: [&str; 6] = ["timeout", "extra_headers", "extra_query", "extra_body", "max_retries", "signal"];

fn of_sdk(path: &str, arguments: &Arguments, text: &str) -> Option<Said> {
    let mut body = match arguments.positional.first() {
        Some(Value::Object(body)) => body.clone(),
        Some(_) => return None,
        None => Map::new(),
    };
    body.extend(arguments.named.iter().map(|(name, value)| (name.clone(), value.clone())));
    // Azure's addresses are made of a deployment.
    if !body.contains_key("model") || text.contains("AzureOpenAI") {
        return None;
    }
    let options: Vec<(&str, Option<Value>)> =
        OPTIONS.iter().map(|name| (*name, body.shift_remove(*name))).collect();
    let option = |name: &str| options.iter().find(|(known, _)| *known == name).and_then(|(_, v)| v.as_ref());
    if let Some(Value::Object(extra)) = option("extra_body") {
        body.extend(extra.clone());
    }
    let of_anthropic = path.starts_with("/v1/");
    let client = call::client(text);
    let given =
        |names: &[&str]| names.iter().find_map(|name| client.as_ref()?.get(*name)).and_then(Value::as_str);
    let own = if of_anthropic { "https://api.anthropic.com" } else { "https://api.openai.com/v1" };
    // A client that is made elsewhere may go anywhere.
    let base = given(&["base_url", "baseURL"]).or_else(|| client.is_some().then_some(own));
    let url = base.map(|base| joined(base, path)).unwrap_or_default();
    let mut said = Said { method: "POST".to_owned(), url, ..Said::default() };
    said.take_headers(
        client
            .as_ref()
            .and_then(|client| client.get("default_headers").or_else(|| client.get("defaultHeaders"))),
    );
    said.take_headers(option("extra_headers"));
    said.take_query(option("extra_query"));
    let key = given(&["api_key", "apiKey"]).map(str::to_owned);
    if of_anthropic {
        said.implied("x-api-key", &key.unwrap_or_else(|| "[env:ANTHROPIC_API_KEY]".to_owned()));
        said.implied("anthropic-version", "2023-06-01");
    } else {
        let key = key.unwrap_or_else(|| "[env:OPENAI_API_KEY]".to_owned());
        said.implied("Authorization", &format!("Bearer {key}"));
    }
    said.take_body(&Value::Object(body), true);
    said.timeout = option("timeout").filter(|timeout| timeout.is_number()).map(Value::to_string);
    Some(said)
}

/// The address that a client of httpx or a session was given.
fn base(text: &str) -> Option<String> {
    call::client(text)?.get("base_url")?.as_str().map(str::to_owned)
}

fn joined(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// A text that can be an address: one with a host, or a path of one; a name alone may be anything.
fn address(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let is_one =
        text.contains("://") || text.starts_with('/') || text.starts_with("[env:") && text.contains('/');
    (is_one && !text.contains(char::is_whitespace)).then(|| text.to_owned())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn encoded<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    let encode = |text: &str| {
        if secret::has_reference(text) { text.to_owned() } else { super::unmasked::form_encoded(text) }
    };
    pairs.map(|(name, value)| format!("{}={}", encode(name), encode(&value))).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests;
