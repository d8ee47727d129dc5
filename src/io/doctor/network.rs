//! What a request needs before it can leave: a key, certificates, a proxy that works. Nothing is sent.

use super::{Check, Machine, State};
use crate::case::catalog::Catalog;
use crate::io::secrets::from_lookup;
use crate::io::store::Config;

/// The variables that usually hold a key: which are set, by name.
pub(super) fn keys(machine: &Machine, config: &Config, catalog: &Catalog) -> Check {
    let mut names: Vec<&str> = config.key_env.as_deref().into_iter().collect();
    for name in catalog.profiles.iter().flat_map(|p| &p.key_env) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let set: Vec<&str> = names.iter().copied().filter(|name| machine.variable(name).is_some()).collect();
    let faults: Vec<String> = set
        .iter()
        .filter_map(|name| from_lookup(name, |name| (machine.variables)(name)).err())
        .map(|error| error.to_string())
        .collect();
    if set.is_empty() {
        let advice = "export one of them, or give a key by prompt, stdin or command";
        return Check::note("keys", format!("none is set of {}", names.join(", ")), advice);
    }
    if !faults.is_empty() {
        return Check::problem(
            "keys",
            faults.join("; "),
            "set the variable again, without what surrounds the key",
        );
    }
    Check::ok("keys", format!("set: {}", set.join(", ")))
}

/// Whether an HTTP client can be made. Without certificates there is none, not even for `http://`.
pub(super) fn certificates(machine: &Machine) -> Check {
    let named: Vec<&str> = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter(|name| machine.variable(name).is_some())
        .collect();
    let from = if named.is_empty() { String::new() } else { format!(" (set: {})", named.join(", ")) };
    if machine.client {
        return Check::ok("certificates", format!("the certificate store can be read{from}"));
    }
    Check::problem(
        "certificates",
        format!("no certificate store could be read{from}, so no request can be sent"),
        "install the package ca-certificates, or set SSL_CERT_FILE to a file of certificates in PEM form",
    )
}

/// The proxy variables: host and port only.
pub(super) fn proxy(machine: &Machine) -> Check {
    let mut said = Vec::new();
    let mut state = State::Ok;
    let mut advice = "";
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let Some(value) = machine.variable(name) else { continue };
        let seen = Proxy::read(&value);
        said.push(format!("{name}: {}", seen.said));
        if state != State::Problem {
            (state, advice) = if seen.usable {
                (State::Note, "the note names the proxy in use; unset the variable to go without it")
            } else {
                (State::Problem, "write it as http://host:port, or unset it")
            };
        }
    }
    if let Some(list) = machine.variable("NO_PROXY").or_else(|| machine.variable("no_proxy")) {
        said.push(format!("NO_PROXY: {} entries", list.split(',').filter(|e| !e.trim().is_empty()).count()));
    }
    let detail = if said.is_empty() { "no proxy variable is set".to_owned() } else { said.join("; ") };
    Check { name: "proxy", state, detail, advice: advice.to_owned() }
}

struct Proxy {
    said: String,
    usable: bool,
}

impl Proxy {
    fn read(value: &str) -> Self {
        let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let Ok(url) = url::Url::parse(&whole) else {
            return Self { said: "cannot be read as a URL".to_owned(), usable: false };
        };
        let Some(host) = url.host_str().filter(|h| !h.is_empty()) else {
            return Self { said: "names no host".to_owned(), usable: false };
        };
        // A password with a slash or a missing @ can end up as the host; a long one is not repeated.
        let host = if host.len() <= 253 && host.split('.').all(|label| label.len() <= 40) {
            host
        } else {
            "a host whose name is too long to be one"
        };
        let port = url.port_or_known_default().map_or_else(String::new, |p| format!(":{p}"));
        let login = if url.username().is_empty() && url.password().is_none() { "" } else { ", with a login" };
        let known = matches!(url.scheme(), "http" | "https");
        let kind = if known { "" } else { ", not an HTTP proxy, which is all that casefile speaks" };
        Self { said: format!("{host}{port}{login}{kind}"), usable: known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_by_host_and_port() {
        let table = [
            ("http://proxy.example:3128", "proxy.example:3128", true),
            ("proxy.example:3128", "proxy.example:3128", true),
            ("https://jane:word@proxy.example", "proxy.example:443, with a login", true),
            ("http://[::1]:8080/", "[::1]:8080", true),
            ("socks5://127.0.0.1:1080", "127.0.0.1:1080, not an HTTP proxy", false),
            ("http://", "cannot be read as a URL", false),
            ("::", "cannot be read as a URL", false),
        ];
        for (value, said, usable) in table {
            let proxy = Proxy::read(value);
            assert!(proxy.said.starts_with(said) && proxy.usable == usable, "{value}: {}", proxy.said);
        }
    }
}
