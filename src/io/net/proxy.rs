//! Is there a proxy in between, as far as the environment says?

use std::net::{IpAddr, Ipv6Addr};

/// True when a request with `scheme` (`http` or `https`) to `host` goes through a proxy that the environment variables
/// name (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, either case). A proxy that is set only in the settings of
/// macOS or Windows is used too, but not seen here. Hosts of this machine never go through one.
pub fn proxy_in_use(host: &str, scheme: &str) -> bool {
    proxy_for(host, scheme, |name| std::env::var(name).ok()).is_some()
}

/// True when the way to the proxy itself needs TLS.
pub(super) fn proxy_needs_tls(host: &str, scheme: &str) -> bool {
    proxy_for(host, scheme, |name| std::env::var(name).ok())
        .is_some_and(|url| url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")))
}

/// True for names and addresses of this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    match address(&name) {
        Some(IpAddr::V4(v4)) => v4.is_loopback() || v4.is_unspecified(),
        Some(IpAddr::V6(v6)) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback() || v4.is_unspecified())
        }
        None => false,
    }
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// The rules of the HTTP stack (hyper-util 0.1.21, `client/proxy/matcher.rs`), so that the note says what it does.
fn proxy_for(host: &str, scheme: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    // In a CGI script HTTP_PROXY may come from a request header.
    if is_loopback(host) || variable("REQUEST_METHOD").is_some() {
        return None;
    }
    let first = |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower)).unwrap_or_default();
    let own = if scheme == "https" {
        first("HTTPS_PROXY", "https_proxy")
    } else {
        first("HTTP_PROXY", "http_proxy")
    };
    let url = [own, first("ALL_PROXY", "all_proxy")].into_iter().find(|url| is_proxy_url(url))?;
    (!is_excepted(host, &first("NO_PROXY", "no_proxy"))).then_some(url)
}

fn is_proxy_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<http::Uri>() else { return false };
    uri.authority().is_some()
        && uri.scheme_str().is_none_or(|scheme| {
            matches!(scheme, "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h")
        })
}

fn is_excepted(host: &str, list: &str) -> bool {
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    match address(host) {
        Some(address) => entries.into_iter().any(|entry| matches_address(address, entry)),
        None => entries.into_iter().any(|entry| matches_domain(host, entry)),
    }
}

fn matches_domain(host: &str, entry: &str) -> bool {
    let domain = entry.strip_prefix('.').unwrap_or(entry);
    if entry == "*" || host.eq_ignore_ascii_case(domain) {
        return true;
    }
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    !domain.is_empty() && host.strip_suffix(&domain).is_some_and(|before| before.ends_with('.'))
}

fn matches_address(address: IpAddr, entry: &str) -> bool {
    let (net, bits) = entry.split_once('/').map_or((entry, None), |(net, bits)| (net, Some(bits)));
    let Ok(net) = net.parse::<IpAddr>() else { return false };
    let Some(bits) = bits else { return net == address };
    let Ok(bits) = bits.parse::<u32>() else { return false };
    let (left, right, width) = match (net, address) {
        (IpAddr::V4(n), IpAddr::V4(a)) => (n.to_ipv6_mapped(), a.to_ipv6_mapped(), 32),
        (IpAddr::V6(n), IpAddr::V6(a)) => (n, a, 128),
        _ => return false,
    };
    let number = |address: Ipv6Addr| u128::from(address);
    bits <= width && (number(left) ^ number(right)).checked_shr(width - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)], bool);
        // host, scheme, variables, proxied
        let table: &[Row] = &[
            ("api.example.com", "https", &[], false),
            ("api.example.com", "https", &[("HTTPS_PROXY", "http://p:3128")], true),
            ("api.example.com", "http", &[("HTTPS_PROXY", "http://p:3128")], false),
            ("api.example.com", "http", &[("http_proxy", "p:3128")], true),
            ("api.example.com", "http", &[("ALL_PROXY", "http://p")], true),
            ("api.example.com", "http", &[("HTTP_PROXY", ""), ("http_proxy", "p:1")], false),
            ("api.example.com", "https", &[("HTTPS_PROXY", "ftp://p")], false),
            ("localhost", "http", &[("ALL_PROXY", "http://p")], false),
            ("127.8.9.1", "http", &[("ALL_PROXY", "http://p")], false),
            ("[::1]", "http", &[("ALL_PROXY", "http://p")], false),
            ("api.example.com", "http", &[("ALL_PROXY", "http://p"), ("REQUEST_METHOD", "GET")], false),
            ("api.example.com", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", " .Example.com")], false),
            ("example.com", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", ".example.com")], false),
            ("notexample.com", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", "example.com")], true),
            ("api.example.com", "https", &[("ALL_PROXY", "http://p"), ("no_proxy", "*")], false),
            ("192.168.1.42", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", "192.168.1.0/24")], false),
            ("192.168.2.42", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", "192.168.1.0/24")], true),
            ("10.0.0.1", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", "0.0.0.0/0")], false),
            ("[fd00::1]", "https", &[("ALL_PROXY", "http://p"), ("NO_PROXY", "fd00::/8, x")], false),
        ];
        for (host, scheme, variables, expected) in table {
            let found = proxy_for(host, scheme, |name| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found.is_some(), *expected, "{scheme}://{host} with {variables:?}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for host in
            ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.com", "localhost.example.com", "10.0.0.1", "[fd00::1]", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
