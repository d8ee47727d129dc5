//! A request as a text writes it, before its secrets are moved into the ring.

use super::{literal_key, multipart, secret};
use crate::case::catalog::Catalog;
use crate::case::finding::Finding;
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Header, Part};

/// A request whose texts are as they were written. No `Debug`: it may hold a key.
#[derive(Default, Clone)]
pub(super) struct Unmasked {
    /// Method as written.
    pub(super) method: String,
    /// Address as written.
    pub(super) url: String,
    /// Header lines in order.
    pub(super) headers: Vec<(String, String)>,
    /// The body's text; empty: none.
    pub(super) body: String,
    /// The parts of a form; where there are any, `body` is not sent.
    pub(super) form: Vec<Part>,
}

impl Unmasked {
    /// Whether a header has this name.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.header(name).is_some()
    }

    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Adds a header that the tool adds where the text has none of this name.
    pub(super) fn implied(&mut self, name: &str, value: &str) {
        if !self.has_header(name) {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The header that Basic authentication makes of `user` and `password`; with a reference in them, which nobody can
    /// encode yet, they stand in the address.
    pub(super) fn basic(&mut self, user: &str, password: &str, ring: &mut KeyRing) {
        use base64::Engine as _;
        let pair = format!("{user}:{password}");
        if secret::has_reference(&pair) {
            if let Some((scheme, rest)) = self.url.split_once("://")
                && !pair.contains(['/', '?', '@', '%'])
            {
                self.url = format!("{scheme}://{pair}@{rest}");
            }
            return;
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(&pair);
        secret::hold(ring, crate::case::keyring::SecretKind::Key, &encoded);
        if !password.is_empty() {
            secret::hold(ring, crate::case::keyring::SecretKind::Password, password);
        }
        self.headers.push(("Authorization".to_owned(), format!("Basic {encoded}")));
    }

    /// The request with labels in place of its secrets, and what is to be said of them.
    pub(super) fn masked(self, catalog: &Catalog, ring: &mut KeyRing) -> (Draft, Option<Finding>) {
        let held = ring.iter().count();
        let written: Vec<Header> =
            self.headers.into_iter().map(|(name, value)| Header::new(name, value)).collect();
        let read = multipart::boundary(&written)
            .filter(|_| self.form.is_empty())
            .and_then(|mark| multipart::parts(&self.body, mark));
        let mut form = read.unwrap_or(self.form);
        secret::mask_form(&mut form, catalog, ring);
        let is_form = !form.is_empty();
        let media = written.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
        let media = media.map(|h| h.value.clone());
        let headers = written
            .into_iter()
            // The sender makes these two itself; a host that is not the address's own was asked for.
            .filter(|h| {
                let is_own_host = h.name.eq_ignore_ascii_case("host") && is_host_of(&self.url, &h.value);
                !is_own_host && !h.name.eq_ignore_ascii_case("content-length")
            })
            .map(|h| {
                let is_type = is_form && h.name.eq_ignore_ascii_case("content-type");
                let value = if is_type { multipart::without_boundary(&h.value) } else { h.value };
                let masked = secret::mask_header(&h.name, &value, catalog, ring).0;
                Header::new(h.name, masked)
            })
            .collect();
        let body = if is_form {
            String::new()
        } else {
            secret::mask_body(self.body, media.as_deref(), catalog, ring).0
        };
        let url = secret::mask_url(&self.url, catalog, ring).0;
        let draft = Draft { method: self.method, url, headers, body: body.into(), form };
        (draft, (ring.iter().count() > held).then(literal_key))
    }
}

/// Whether `host` is that of `url`, or is empty.
fn is_host_of(url: &str, host: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let own = authority.rsplit('@').next().unwrap_or("");
    let bare = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        let port = [":443", ":80"].iter().find_map(|port| text.strip_suffix(port));
        port.unwrap_or(&text).to_owned()
    };
    host.trim().is_empty() || own.is_empty() || bare(own) == bare(host)
}

/// Percent-encodes a field's name or text as a web form does: a blank becomes `+`. References stay.
pub(super) fn form_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_reference =
            ["[env:", "[key#", "[password#", "[cookie#"].iter().any(|open| rest.starts_with(open));
        let reference = if is_reference { rest.find(']') } else { None };
        if let Some(whole) = reference.and_then(|end| rest.get(..=end)) {
            out.push_str(whole);
            rest = rest.get(whole.len()..).unwrap_or("");
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~') {
            out.push(c);
        } else if c == ' ' {
            out.push('+');
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `url` with one more pair in its query.
pub(super) fn with_pair(url: &str, name: &str, value: &str) -> String {
    let (address, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let joint = match address.find('?') {
        None => "?",
        Some(at) if at + 1 == address.len() || address.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{address}{joint}{}={}{fragment}", form_encoded(name), form_encoded(value))
}
