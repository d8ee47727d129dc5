//! Where a request goes: scheme, host, path and query, apart, masked.
//!
//! Kept apart because a label such as `[key#1]` is not allowed in a URL: it is written out only when the request is sent.

use std::fmt::{self, Write};

use secrecy::{ExposeSecret, SecretString};

use crate::case::keyring::{KeyRing, Unresolved};

/// A parsed address.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// `http` or `https`.
    pub scheme: String,
    /// User and password of the URL, masked, without the `@`.
    pub userinfo: Option<String>,
    /// Host name, lower case, or an address (IPv6 in brackets).
    pub host: String,
    /// Port, where the URL names one that is not the scheme's own.
    pub port: Option<u16>,
    /// Path as written (percent-encoding kept), from the first slash on; at least `/`.
    pub path: String,
    /// Query parameters in order, as written, values masked.
    pub query: Vec<(String, String)>,
}

/// Why an address cannot be read. The texts quote nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No `http://` or `https://`.
    #[error("the URL has no scheme, and no base URL is known for it")]
    NoScheme,
    /// Another scheme.
    #[error("only http and https URLs can be sent; a WebSocket cannot be reproduced here")]
    OtherScheme,
    /// No host.
    #[error("the URL has no host")]
    NoHost,
    /// The URL parser refuses it.
    #[error("the URL cannot be read")]
    Invalid,
}

impl TargetError {
    /// Stable id of the finding.
    pub fn id(self) -> &'static str {
        match self {
            Self::NoScheme => "url_without_scheme",
            Self::OtherScheme => "url_scheme",
            Self::NoHost => "url_without_host",
            Self::Invalid => "url_invalid",
        }
    }
}

/// Stands for `[` and `]` of a label while the URL parser runs; private-use characters that no URL holds.
const OPEN: char = '\u{F8F0}';
const CLOSE: char = '\u{F8F1}';
const HASH: char = '\u{F8F2}';

impl Target {
    /// Reads an absolute URL, or a path below `base` (scheme and host, without a trailing slash).
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn parse(url: &str, base: Option<&str>) -> Result<Self, TargetError> {
        let absolute = if url.contains("://") {
            url.to_owned()
        } else if let (Some(base), true) = (base, url.starts_with('/')) {
            format!("{}{url}", base.trim_end_matches('/'))
        } else {
            return Err(TargetError::NoScheme);
        };
        let (scheme, rest) = absolute.split_once("://").ok_or(TargetError::NoScheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(TargetError::OtherScheme);
        }
        let rest = shield(rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = (rest.get(..end).unwrap_or(""), rest.get(end..).unwrap_or(""));
        let (userinfo, host_port) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(unshield(user)), host),
            None => (None, authority),
        };
        if host_port.is_empty() {
            return Err(TargetError::NoHost);
        }
        let parsed = url::Url::parse(&format!("{scheme}://{host_port}/")).map_err(|e| match e {
            url::ParseError::EmptyHost => TargetError::NoHost,
            _ => TargetError::Invalid,
        })?;
        let host = parsed.host_str().filter(|h| !h.is_empty()).ok_or(TargetError::NoHost)?.to_owned();
        let tail = tail.split('#').next().unwrap_or("");
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let path = if path.is_empty() { "/".to_owned() } else { unshield(path) };
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (unshield(name), unshield(value))
            })
            .collect();
        Ok(Self { scheme, userinfo, host, port: parsed.port(), path, query })
    }

    /// Scheme, host and port: the base URL.
    pub fn origin(&self) -> String {
        match self.port {
            Some(port) => format!("{}://{}:{port}", self.scheme, self.host),
            None => format!("{}://{}", self.scheme, self.host),
        }
    }

    /// Host and port, as a key is bound to it.
    pub fn host_port(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// The address as text, still masked; for the operator's eyes.
    pub fn masked_url(&self) -> String {
        let mut url = format!("{}{}", self.origin(), self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            if !value.is_empty() {
                url.push('=');
                url.push_str(value);
            }
        }
        url
    }

    /// The address to send to, with the secrets in it. Userinfo is not part of it: it becomes a header.
    ///
    /// # Errors
    /// [`Unresolved`] where a reference has no value.
    pub fn url(&self, ring: &KeyRing) -> Result<SecretString, Unresolved> {
        let mut url = self.origin();
        url.push_str(ring.resolve(&self.path)?.expose_secret());
        for (index, (name, value)) in self.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            if !value.is_empty() {
                url.push('=');
                push_query_value(&mut url, ring.resolve(value)?.expose_secret());
            }
        }
        Ok(SecretString::from(url))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({} bytes of path, {} parameters)", self.path.len(), self.query.len())
    }
}

/// Appends a query value as it was written; only what would end the value or is no URL character is encoded.
fn push_query_value(url: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'#' | b'&' | b'"' | b'<' | b'>') {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
}

/// Hides the brackets and the hash of labels from the splitting below.
fn shield(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let tail = rest.get(at..).unwrap_or("");
        let label = tail.find(']').and_then(|end| tail.get(1..end)).filter(|inner| {
            inner.starts_with("env:")
                || ["key#", "password#", "cookie#"].iter().any(|word| inner.starts_with(word))
        });
        if let Some(inner) = label {
            out.push(OPEN);
            out.push_str(&inner.replace('#', &HASH.to_string()));
            out.push(CLOSE);
            rest = tail.get(inner.len() + 2..).unwrap_or("");
        } else {
            out.push('[');
            rest = tail.get(1..).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}

fn unshield(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            OPEN => '[',
            CLOSE => ']',
            HASH => '#',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::keyring::{Origin, SecretKind};

    #[test]
    fn addresses_are_read() {
        let table = [
            ("https://API.example.com/v1/models", "https://api.example.com", "/v1/models"),
            ("http://127.0.0.1:4000/v1?key=[key#1]&b", "http://127.0.0.1:4000", "/v1"),
            ("https://h.example", "https://h.example", "/"),
            ("https://[::1]:8080/x#frag", "https://[::1]:8080", "/x"),
        ];
        for (url, origin, path) in table {
            let target = Target::parse(url, None).expect(url);
            assert_eq!((target.origin().as_str(), target.path.as_str()), (origin, path), "{url}");
        }
        let errors = [
            ("api.example.com/v1", TargetError::NoScheme),
            ("ftp://h/x", TargetError::OtherScheme),
            ("wss://h/v1/realtime", TargetError::OtherScheme),
            ("https:///v1", TargetError::NoHost),
            ("https://ho st/", TargetError::Invalid),
        ];
        for (url, error) in errors {
            assert_eq!(Target::parse(url, None).err(), Some(error), "{url}");
        }
        let below = Target::parse("/v1/models", Some("http://127.0.0.1:1/")).expect("below base");
        assert_eq!(below.masked_url(), "http://127.0.0.1:1/v1/models");
    }

    #[test]
    fn a_key_in_the_query_stays_masked_until_sent() {
        let mut ring = KeyRing::default();
        ring.hold(SecretKind::Key, Origin::Pasted, "value-of-key");
        let target = Target::parse("https://h.example/q?key=[key#1]&a=b%20c", None).expect("reads");
        assert_eq!(target.masked_url(), "https://h.example/q?key=[key#1]&a=b%20c");
        let url = target.url(&ring).expect("resolves");
        assert_eq!(url.expose_secret(), "https://h.example/q?key=value-of-key&a=b%20c");
    }
}
