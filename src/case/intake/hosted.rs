//! The whole address of a request of which a text tells the path in one place and the host in another: a `Host` header, the
//! pool of connections that Python names, the pseudo headers of HTTP/2, a client's base address. What does not agree is left.

use std::sync::LazyLock;

use crate::case::pattern::Regex;

use super::secret;
use crate::case::catalog::Catalog;
use crate::case::keyring::KeyRing;
use crate::case::request::{Intake, Said};

/// Bytes of a text that are searched.
const LONGEST: usize = 1 << 20;

/// More names of hosts are not compared.
const MOST: usize = 200;

/// Where clients name the host to which a request goes; group 1 is its name and port.
static HOSTS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // A header, also within a log's line, in quotes or in a dump; resty pads the name.
        r#"(?mi)(?:^|>> ?"?|[> \t'"]|\\n)host *: *['"]?([a-z0-9.-]+\.?(?::\d{1,5})?)(?:['",;\\\[\s]|$)"#,
        // urllib3's pool and its debug line.
        r"ConnectionPool\(host='([^'\s]+)'",
        r#"https?://([a-z0-9.-]+(?::\d{1,5})?) "[A-Z]{3,7} /"#,
        // http.client and Ruby's Net::HTTP.
        r#"HTTPS?Connection\(["']([a-z0-9.-]+)["']"#,
        r"(?m)^opening connection to ([a-z0-9.-]+:\d{1,5})\.\.\.",
        // HTTP/2.
        r"(?m)^:?authority(?::[ \t]*|\r?\n)([a-z0-9.-]+(?::\d{1,5})?)[ \t]*\r?$",
        r#"[\["(]:authority["']?[:, ]+["']?([a-z0-9.-]+(?::\d{1,5})?)"#,
    ]
    .iter()
    .filter_map(|form| Regex::new(form).ok())
    .collect()
});

/// How clients and gateways name a method and, in the second group, an address; beside what every log writes.
static CALLS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Go's `url.Error`.
        r#"\b(Get|Post|Put|Patch|Delete|Head) \\?"(https?://[^"\s\\]+)\\?": "#,
        // Firefox' console.
        r"\bXHR ?\s?(GET|POST|PUT|PATCH|DELETE)\s+(https?://\S+)",
        // Spring.
        r#" on (GET|POST|PUT|PATCH|DELETE) request for "(https?://[^"\s]+)""#,
        // gin.
        r#"(?m)^\[GIN\][^\n]{0,200}\| (GET|POST|PUT|PATCH|DELETE) +"(/[^"\s]*)""#,
        // Chrome's panel, each name on a line of its own.
        r"(?m)^Request Method:?\s+([A-Z]{3,7})\s*?$",
    ]
    .iter()
    .filter_map(|form| Regex::new(form).ok())
    .collect()
});

/// A member of a client's printed settings: group 1 is the base address.
static BASE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\bbase_?(?i:url)["']?\s*[:=]\s*["'](https?://[^"'\s]+)["']"#).ok());

/// The address beside a base address, which it goes on from.
static RELATIVE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[{,\s]["']?url["']?\s*:\s*["'](/?[A-Za-z0-9][^"'\s:]*)["']"#).ok());

/// A whole address.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"https?://[^\s"'<>()\[\]{}\\,]+"#).ok());

/// The pseudo headers of a request; group 1 is the value.
static PSEUDO_PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^:path(?::[ \t]*|\r?\n)(/\S*)[ \t]*\r?$").ok());
static PSEUDO_METHOD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^:method(?::[ \t]*|\r?\n)([A-Z]{3,7})[ \t]*\r?$").ok());

/// Joins the path that `intake` names with the host that `text` names.
pub(super) fn complete(intake: &mut Intake, text: &str, catalog: &Catalog, ring: &mut KeyRing) {
    if text.len() > LONGEST || intake.kind == "curl" {
        return;
    }
    if let Some(draft) = &mut intake.draft {
        if draft.url.starts_with('/')
            && let Some(url) = whole(&draft.url, text)
        {
            draft.url = secret::mask_url(&url, catalog, ring).0;
        }
        return;
    }
    if intake.observed.is_some() {
        let known = intake.said.url.is_some();
        called(&mut intake.said, text);
        if let Some(url) = intake.said.url.as_mut().filter(|_| !known) {
            *url = secret::mask_url(url, catalog, ring).0;
        }
    }
    let Some(found) = found(&mut intake.said, text) else { return };
    intake.said.url = Some(secret::mask_url(&found, catalog, ring).0);
}

/// Adds the method, and the address with it, that the text names in a form of its own.
fn called(said: &mut Said, text: &str) {
    if said.method.is_some() {
        return;
    }
    let Some(caught) = CALLS.iter().find_map(|form| form.captures(text)) else { return };
    let url = caught.get(2).map(|url| url.as_str().to_owned());
    // The method of one call is none of another's.
    if said.url.is_some() && url.is_some() && said.url != url {
        return;
    }
    said.method = caught.get(1).map(|method| method.as_str().to_ascii_uppercase());
    said.url = said.url.take().or(url);
}

/// The whole address of what was said.
fn found(said: &mut Said, text: &str) -> Option<String> {
    match said.url.as_deref() {
        Some(path) if path.starts_with('/') => whole(path, text),
        Some(_) => None,
        None => {
            if let Some(path) = first(PSEUDO_PATH.as_ref(), text) {
                let method = first(PSEUDO_METHOD.as_ref(), text).map(str::to_owned);
                said.method = said.method.take().or(method);
                return Some(whole(path, text).unwrap_or_else(|| path.to_owned()));
            }
            joined(text)
        }
    }
}

/// `path` with the scheme and host that the text names for it.
fn whole(path: &str, text: &str) -> Option<String> {
    addressed(path, text).or_else(|| joined(text).filter(|url| url.ends_with(path))).or_else(|| {
        let host = host(text)?;
        let name = host.split(':').next().unwrap_or(host);
        let is_local = name == "localhost" || name.starts_with("127.");
        let is_plain = is_local || host.ends_with(":80") || text.contains(&format!("http://{name}"));
        let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
        Some(format!("{}://{host}{path}", if is_plain { "http" } else { "https" }))
    })
}

/// The one address in the text that has this path.
fn addressed<'t>(path: &str, text: &'t str) -> Option<String> {
    let of_path = |address: &&'t str| {
        let behind = address.split_once("://").map_or("", |(_, rest)| rest);
        behind.find('/').and_then(|at| behind.get(at..)).is_some_and(|own| own == path)
    };
    let addresses = ADDRESS.as_ref()?.find_iter(text).take(MOST).map(|found| found.as_str());
    // The place behind a gateway is another one's.
    let addresses = addresses.filter(|address| !is_number(address));
    one(addresses.filter(of_path)).map(str::to_owned)
}

/// Whether the host of `address` is the number of a machine.
fn is_number(address: &str) -> bool {
    let host = address.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or("");
    host.parse::<core::net::Ipv4Addr>().is_ok_and(|address| !address.is_loopback())
}

/// The address that a client makes of its base and what goes on from it.
fn joined(text: &str) -> Option<String> {
    let base = one(all(BASE.as_ref()?, text))?;
    let relative = one(all(RELATIVE.as_ref()?, text))?;
    Some(format!("{}/{}", base.trim_end_matches('/'), relative.trim_start_matches('/')))
}

/// The one host that the text names.
fn host(text: &str) -> Option<&str> {
    let bare = |host: &'_ str| host.len() > 1 && (host.contains('.') || host.starts_with("localhost"));
    let hosts = HOSTS
        .iter()
        .flat_map(|form| all(form, text))
        .map(|host| host.strip_suffix(":443").unwrap_or(host).trim_end_matches('.'));
    one(hosts.filter(|host| bare(host)))
}

fn all<'t>(form: &Regex, text: &'t str) -> impl Iterator<Item = &'t str> {
    let caught: Vec<&str> =
        form.captures_iter(text).take(MOST).filter_map(|c| Some(c.get(1)?.as_str())).collect();
    caught.into_iter()
}

fn first<'t>(form: Option<&Regex>, text: &'t str) -> Option<&'t str> {
    form?.captures(text)?.get(1).map(|found| found.as_str())
}

/// What all of them are.
fn one<'t>(mut values: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::found;
    use crate::case::request::Said;

    #[test]
    fn methods_are_read_as_clients_print_them() {
        let table = [
            ("Post \"https://h.test/v1/x\": dial tcp: no such host", None, "POST https://h.test/v1/x"),
            (
                "err=\"Post \\\"https://h.test/v1/x\\\": context deadline exceeded\"",
                Some("https://h.test/v1/x"),
                "POST https://h.test/v1/x",
            ),
            ("XHRPOST\nhttps://h.test/v1/x\n[HTTP/2 401]", None, "POST https://h.test/v1/x"),
            (
                "401 Unauthorized on POST request for \"https://h.test/v1/x\": \"{}\"",
                Some("https://h.test/v1/x"),
                "POST https://h.test/v1/x",
            ),
            ("[GIN] 2026/11/23 - 10:00:00 | 401 | 1ms | 10.0.0.1 | POST     \"/v1/x\"", None, "POST /v1/x"),
            (
                "Request Method\nPOST\nStatus Code\n429",
                Some("https://h.test/v1/x"),
                "POST https://h.test/v1/x",
            ),
            ("Post \"https://h.test/v1/x\": EOF", Some("https://g.test/v1/y"), "- https://g.test/v1/y"),
        ];
        for (text, url, expected) in table {
            let mut said = Said { url: url.map(str::to_owned), ..Said::default() };
            super::called(&mut said, text);
            let word = |word: Option<String>| word.unwrap_or_else(|| "-".to_owned());
            assert_eq!(format!("{} {}", word(said.method), word(said.url)), expected, "{text}");
        }
    }

    #[test]
    fn path_and_host_are_joined_where_they_agree() {
        let table = [
            (
                Some("/v1/x"),
                "2026/11/23 10:00:00 POST /v1/x HTTP/1.1\nHost: h.test\n",
                Some("https://h.test/v1/x"),
            ),
            (Some("/v1/x"), "POST  /v1/x  HTTP/1.1\nHOST   : h.test\n", Some("https://h.test/v1/x")),
            (
                Some("/v1/x"),
                "out-0 >> POST /v1/x HTTP/1.1\nout-0 >> Host: h.test\nout-0 >> \"Host: h.test[\\r][\\n]\"",
                Some("https://h.test/v1/x"),
            ),
            (
                Some("/v1/x"),
                "HTTPSConnectionPool(host='h.test', port=443): Max retries exceeded with url: /v1/x",
                Some("https://h.test/v1/x"),
            ),
            (Some("/v1/x"), "https://h.test:443 \"POST /v1/x HTTP/1.1\" 503", Some("https://h.test/v1/x")),
            (
                Some("/v1/x"),
                "opening connection to h.test:443...\n<- \"POST /v1/x HTTP/1.1\\r\\nHost: h.test\\r\\n\"",
                Some("https://h.test/v1/x"),
            ),
            (
                Some("/v1/x"),
                "upstream: \"https://1.2.3.4:443/v1/x\", host: \"h.test\"",
                Some("https://h.test/v1/x"),
            ),
            (Some("/v1/x"), "Host: localhost:8080", Some("http://localhost:8080/v1/x")),
            (
                Some("/v1/x"),
                "url: 'https://h.test/v1/x',\n_header: 'POST /v1/x HTTP/1.1",
                Some("https://h.test/v1/x"),
            ),
            (
                None,
                ":authority: h.test\n:method: POST\n:path: /v1/x\n:scheme: https",
                Some("https://h.test/v1/x"),
            ),
            (None, ":authority\nh.test\n:method\nPOST\n:path\n/v1/x\n", Some("https://h.test/v1/x")),
            (
                None,
                "config: { baseURL: 'https://h.test/v1', url: '/x', method: 'post' }",
                Some("https://h.test/v1/x"),
            ),
            // Two of them.
            (Some("/v1/x"), "Host: h.test\nHost: g.test", None),
            (Some("/v1/x"), "the host: unknown", None),
            (Some("https://h.test/v1/x"), "Host: g.test", None),
            (None, "Host: h.test", None),
        ];
        for (url, text, expected) in table {
            let mut said = Said { url: url.map(str::to_owned), ..Said::default() };
            assert_eq!(found(&mut said, text).as_deref(), expected, "{text}");
        }
    }
}
