//! The requests that sources in Go, Java, C# and PHP make: `net/http`; Java's `HttpClient` and `OkHttp`; .NET's `HttpClient`;
//! PHP's curl and Guzzle. Method, address, headers and body as far as they are literals or names that the text sets.

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::{Map, Value};

use super::typed::{BODY, Language, Reader, TYPE};
use super::{Said, encoded, joined, plain};

/// More statements than a request has.
const MOST: usize = 40;

/// What a source says, and whether something of it is not in the text.
pub(super) struct Read {
    pub(super) said: Said,
    pub(super) has_unknown: bool,
}

/// The first request of `text`.
pub(super) fn read(text: &str) -> Option<Read> {
    type Reading = fn(&str) -> Option<Read>;
    const LANGUAGES: [(&[&str], Reading); 5] = [
        (&["http.NewRequest", "http.Post(", "http.Get("], go),
        (&["HttpRequest.newBuilder(", "HttpRequest\n", "Request.Builder()"], java),
        (&["HttpRequestMessage(", "Async("], csharp),
        (&["curl_init(", "curl_setopt"], php_curl),
        (&["->request(", "->post(", "->get(", "new Request("], guzzle),
    ];
    LANGUAGES
        .iter()
        .filter(|(marks, _)| marks.iter().any(|mark| text.contains(mark)))
        .find_map(|(_, read)| read(text))
}

fn text_of(value: Option<&Option<Value>>) -> Option<String> {
    let text = value?.as_ref()?.as_str()?;
    Some(text.to_owned())
}

/// A text that can be an address.
fn address(value: Option<&Option<Value>>) -> Option<String> {
    super::address(value?.as_ref()?)
}

impl Said {
    /// A header of which name and value can be read.
    fn header(&mut self, name: Option<&Option<Value>>, value: Option<&Option<Value>>) {
        if let (Some(name), Some(value)) = (text_of(name), value.and_then(Option::as_ref)) {
            self.headers.push((name, plain(value)));
        }
    }

    /// A body, with its type where the source says one.
    fn typed_body(&mut self, value: &Value) {
        let body = value.get(BODY).unwrap_or(value);
        match body {
            Value::Null => {}
            Value::String(text) => self.body.clone_from(text),
            other => self.body = other.to_string(),
        }
        if let Some(media) = value.get(TYPE).and_then(Value::as_str) {
            self.implied("Content-Type", media);
        }
    }
}

/// `[env:MethodPost]` as the constant `http.MethodPost` names it.
fn method(value: Option<&Option<Value>>) -> Option<String> {
    let text = text_of(value)?;
    let name = text.strip_prefix("[env:").and_then(|rest| rest.strip_suffix(']')).unwrap_or(&text);
    let name = name.strip_prefix("Method").unwrap_or(name).to_ascii_uppercase();
    matches!(name.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS").then_some(name)
}

/// The calls of what `form` finds in `text` from byte `from` on: the first group of each, and its arguments.
fn calls<'t>(
    form: &Regex,
    text: &'t str,
    from: usize,
    language: Language,
) -> Vec<(&'t str, Vec<Option<Value>>, usize)> {
    let near = text.get(from..).unwrap_or("");
    let found = form.captures_iter(near).take(MOST).filter_map(|caught| {
        let end = from + caught.get(0)?.end();
        let arguments = Reader::new(text, end, language).arguments()?;
        Some((caught.get(1)?.as_str(), arguments, end))
    });
    found.collect()
}

fn form(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Go's `net/http`.
fn go(text: &str) -> Option<Read> {
    static MADE: LazyLock<Option<Regex>> =
        LazyLock::new(|| form(r"(?-u)\bhttp\.(NewRequest|NewRequestWithContext|Post|PostForm|Get)\("));
    static HEADERS: LazyLock<Option<Regex>> =
        LazyLock::new(|| form(r"(?-u)\.(Header\.Set|Header\.Add|SetBasicAuth)\("));
    let made = MADE.as_ref()?.captures(text)?;
    let at = made.get(0)?.end();
    let mut reader = Reader::new(text, at, Language::Go);
    let mut arguments = reader.arguments()?.into_iter().collect::<Vec<_>>();
    let name = made.get(1)?.as_str();
    if name == "NewRequestWithContext" && !arguments.is_empty() {
        arguments.remove(0);
    }
    let mut said = Said::default();
    let mut has_unknown = false;
    match name {
        "Get" => {
            "GET".clone_into(&mut said.method);
            said.url = address(arguments.first())?;
        }
        "Post" => {
            "POST".clone_into(&mut said.method);
            said.url = address(arguments.first())?;
            if let Some(media) = text_of(arguments.get(1)) {
                said.headers.push(("Content-Type".to_owned(), media));
            }
            if let Some(Some(body)) = arguments.get(2) {
                said.typed_body(body);
            }
        }
        "PostForm" => return None,
        _ => {
            said.method = method(arguments.first())?;
            said.url = address(arguments.get(1))?;
            match arguments.get(2) {
                Some(Some(body)) => said.typed_body(body),
                _ => has_unknown = true,
            }
        }
    }
    if !matches!(name, "Get" | "Post") {
        let end = MADE.as_ref()?.find_at(text, at).map_or(text.len(), |next| next.start());
        let own = text.get(..end)?;
        for (what, arguments, _) in calls(HEADERS.as_ref()?, own, at, Language::Go) {
            if what == "SetBasicAuth" {
                has_unknown = true;
            } else {
                said.header(arguments.first(), arguments.get(1));
                has_unknown |= arguments.iter().any(Option::is_none);
            }
        }
    }
    has_unknown |= has_reference(&said);
    Some(Read { said, has_unknown })
}

/// Whether a name stands in the place of a value.
fn has_reference(said: &Said) -> bool {
    let is = |text: &str| text.contains("[env:");
    is(&said.url) || is(&said.body) || said.headers.iter().any(|(_, value)| is(value))
}

/// Java's `HttpClient` and `OkHttp`: one chain of calls each.
fn java(text: &str) -> Option<Read> {
    static BUILDERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        form(r"(?-u)\bHttpRequest\s{0,80}\.newBuilder\(|\b(?:new )?(?:okhttp3\.)?Request\.Builder\(")
    });
    let at = BUILDERS.as_ref()?.find(text)?.end();
    let mut reader = Reader::new(text, at, Language::Java);
    let first = reader.arguments()?;
    let mut said = Said { method: "GET".to_owned(), ..Said::default() };
    if let Some(url) = address(first.first()) {
        said.url = url;
    }
    for _ in 0..MOST {
        if !reader.takes(".") {
            break;
        }
        let rest = reader.rest();
        let len = rest.find('(').filter(|len| *len < 40)?;
        let name = rest.get(..len)?.trim();
        reader.at += len + 1;
        let arguments = reader.arguments()?;
        let body = |said: &mut Said, at: usize| {
            if let Some(Some(body)) = arguments.get(at) {
                said.typed_body(body);
            }
        };
        match name {
            "uri" | "url" => said.url = address(arguments.first())?,
            "header" | "addHeader" | "setHeader" => said.header(arguments.first(), arguments.get(1)),
            "headers" => {
                for pair in arguments.chunks(2) {
                    said.header(pair.first(), pair.get(1));
                }
            }
            "GET" | "DELETE" | "HEAD" | "POST" | "PUT" | "get" | "delete" | "head" | "post" | "put"
            | "patch" => {
                said.method = name.to_ascii_uppercase();
                body(&mut said, 0);
            }
            "method" => {
                said.method = method(arguments.first())?;
                body(&mut said, 1);
            }
            "build" => break,
            _ => {}
        }
    }
    let has_unknown = reader.has_unknown || has_reference(&said);
    (!said.url.is_empty()).then_some(Read { said, has_unknown })
}

/// .NET's `HttpClient`.
fn csharp(text: &str) -> Option<Read> {
    static MADE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        form(
            r"(?-u)(?:\bnew (HttpRequestMessage)|\.(PostAsync|PutAsync|PatchAsync|GetAsync|DeleteAsync|GetStringAsync|PostAsJsonAsync|PutAsJsonAsync))\(",
        )
    });
    static HEADERS: LazyLock<Option<Regex>> =
        LazyLock::new(|| form(r"(?-u)Headers\.(Add|TryAddWithoutValidation)\("));
    static SET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        form(
            r"(?-u)(?:\.|\bDefaultRequest)(Headers\.Authorization|Headers\.ContentType|Content|BaseAddress) {0,4}= {0,4}",
        )
    });
    let made = MADE.as_ref()?.captures(text)?;
    let name = made.get(1).or(made.get(2))?.as_str();
    let at = made.get(0)?.end();
    let arguments = Reader::new(text, at, Language::CSharp).arguments()?;
    let mut said = Said::default();
    let mut has_unknown = false;
    if name == "HttpRequestMessage" {
        said.method = method(arguments.first())?;
        said.url = text_of(arguments.get(1))?;
    } else {
        let verb = name.trim_end_matches("Async").trim_end_matches("AsJson").trim_end_matches("String");
        said.method = verb.to_ascii_uppercase();
        said.url = text_of(arguments.first())?;
        match arguments.get(1).map(Option::as_ref) {
            Some(Some(body)) if name.contains("AsJson") => said.take_body(body, true),
            Some(Some(body)) => said.typed_body(body),
            Some(None) => has_unknown = true,
            None => {}
        }
    }
    for (_, arguments, _) in calls(HEADERS.as_ref()?, text, 0, Language::CSharp) {
        said.header(arguments.first(), arguments.get(1));
        has_unknown |= arguments.iter().any(Option::is_none);
    }
    for caught in SET.as_ref()?.captures_iter(text).take(MOST) {
        let (Some(what), Some(whole)) = (caught.get(1), caught.get(0)) else { continue };
        let Some(value) = Reader::new(text, whole.end(), Language::CSharp).value() else {
            has_unknown = true;
            continue;
        };
        match what.as_str() {
            "Content" => said.typed_body(&value),
            "BaseAddress" => {
                if let Some(base) = value.as_str().filter(|_| !said.url.contains("://")) {
                    said.url = joined(base, &said.url);
                }
            }
            "Headers.ContentType" => {
                said.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                said.headers.push(("Content-Type".to_owned(), plain(&value)));
            }
            _ => said.implied("Authorization", &plain(&value)),
        }
    }
    has_unknown |= has_reference(&said);
    said.url = super::address(&Value::String(said.url))?;
    Some(Read { said, has_unknown })
}

/// PHP's curl.
fn php_curl(text: &str) -> Option<Read> {
    static CALLS: LazyLock<Option<Regex>> =
        LazyLock::new(|| form(r"(?-u)\b(curl_init|curl_setopt_array|curl_setopt)\("));
    let mut options = Map::new();
    let mut has_unknown = false;
    // `CURLOPT_URL` is read as a name that the text does not set.
    let name = |value: &Value| {
        let text = value.as_str()?;
        Some(text.strip_prefix("[env:CURLOPT_")?.strip_suffix(']')?.to_owned())
    };
    for (what, arguments, _) in calls(CALLS.as_ref()?, text, 0, Language::Php) {
        let mut given = arguments.into_iter();
        match what {
            "curl_init" => {
                if let Some(Some(url)) = given.next() {
                    options.insert("URL".to_owned(), url);
                }
            }
            "curl_setopt" => {
                let (option, value) = (given.nth(1).flatten(), given.next().flatten());
                match (option.as_ref().and_then(name), value) {
                    (Some(name), Some(value)) => drop(options.insert(name, value)),
                    (name, _) => has_unknown |= name.is_some_and(|name| shapes(&name)),
                }
            }
            _ => match given.nth(1).flatten() {
                Some(Value::Object(members)) => {
                    let named = members
                        .into_iter()
                        .filter_map(|(option, value)| Some((name(&Value::String(option))?, value)));
                    options.extend(named);
                }
                _ => has_unknown = true,
            },
        }
    }
    let mut said = Said { url: address(Some(&options.get("URL").cloned()))?, ..Said::default() };
    if let Some(Value::Array(lines)) = options.get("HTTPHEADER") {
        let pairs = lines.iter().filter_map(|line| line.as_str()?.split_once(':'));
        said.headers = pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    }
    if let Some(agent) = options.get("USERAGENT").and_then(Value::as_str) {
        said.implied("User-Agent", agent);
    }
    if let Some(body) = options.get("POSTFIELDS") {
        match body {
            // curl sends an array as a form of parts; what it has in it is told by its own names.
            Value::Object(_) | Value::Array(_) => has_unknown = true,
            Value::String(text) => {
                said.body.clone_from(text);
                said.implied("Content-Type", "application/x-www-form-urlencoded");
            }
            _ => {}
        }
    }
    let is_set =
        |name: &str| options.get(name).is_some_and(|value| *value != Value::Bool(false) && !value.is_null());
    let own = options.get("CUSTOMREQUEST").and_then(Value::as_str).map(str::to_ascii_uppercase);
    let by_options = if is_set("POST") || options.contains_key("POSTFIELDS") {
        "POST"
    } else if is_set("NOBODY") {
        "HEAD"
    } else {
        "GET"
    };
    said.method = own.unwrap_or_else(|| by_options.to_owned());
    has_unknown |= has_reference(&said);
    Some(Read { said, has_unknown })
}

/// Whether an option of curl's changes what is sent.
fn shapes(option: &str) -> bool {
    matches!(option, "URL" | "HTTPHEADER" | "POSTFIELDS" | "CUSTOMREQUEST" | "USERPWD" | "COOKIE")
}

/// Guzzle.
fn guzzle(text: &str) -> Option<Read> {
    static CALLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        form(
            r"(?-u)(?:->|\bnew \\?(?:GuzzleHttp\\Psr7\\)?)(requestAsync|request|post|get|put|patch|delete|Request)\(",
        )
    });
    static CLIENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| form(r"(?-u)\bnew \\?(?:GuzzleHttp\\)?(Client)\("));
    let client = calls(CLIENT.as_ref()?, text, 0, Language::Php).into_iter().next();
    let defaults =
        client.and_then(|(_, arguments, _)| arguments.into_iter().next().flatten()).unwrap_or_default();
    let base = defaults.get("base_uri").and_then(Value::as_str).unwrap_or("");
    let mut found =
        calls(CALLS.as_ref()?, text, 0, Language::Php).into_iter().filter_map(|(what, arguments, _)| {
            let mut given = arguments.iter();
            let method = match what {
                "request" | "requestAsync" | "Request" => method(given.next())?,
                verb => verb.to_ascii_uppercase(),
            };
            let url = text_of(given.next())?;
            let url = if url.contains("://") || base.is_empty() { url } else { joined(base, &url) };
            if !url.contains("://") && !url.starts_with("[env:") || url.contains(char::is_whitespace) {
                return None;
            }
            let mut said = Said { method, url, ..Said::default() };
            let options = given.next().and_then(Option::as_ref);
            if what == "Request" {
                said.take_headers(options);
                if let Some(Some(body)) = given.next() {
                    said.typed_body(body);
                }
            } else {
                of_options(&mut said, options.unwrap_or(&Value::Null), &defaults);
            }
            let has_unknown = arguments.iter().any(Option::is_none) || has_reference(&said);
            Some(Read { said, has_unknown })
        });
    found.next()
}

/// What Guzzle's options add (<https://docs.guzzlephp.org/en/stable/request-options.html>, read 2026-11-23).
fn of_options(said: &mut Said, options: &Value, defaults: &Value) {
    said.take_headers(options.get("headers"));
    if let Some(Value::Object(headers)) = defaults.get("headers") {
        for (name, value) in headers {
            said.implied(name, &plain(value));
        }
    }
    said.take_query(options.get("query"));
    if let Some(body) = options.get("json") {
        said.take_body(body, true);
    } else if let Some(body) = options.get("body") {
        said.typed_body(body);
    } else if let Some(Value::Object(fields)) = options.get("form_params") {
        said.body = encoded(fields.iter().map(|(name, value)| (name.as_str(), plain(value))));
        said.implied("Content-Type", "application/x-www-form-urlencoded");
    }
    let timeout = options.get("timeout").or_else(|| defaults.get("timeout"));
    said.timeout = timeout.filter(|timeout| timeout.is_number()).map(Value::to_string);
}
