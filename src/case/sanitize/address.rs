//! The rule for addresses: host, path, query, `Location`. Userinfo and fragments never leave.

use super::detect::{Scope, is_public_address};
use super::placeholder::measure;
use super::safe::Clean;
use super::shape;
use super::text::TextRule;

/// `host` as it may leave: a name or a private address stays, a public address gets a number.
pub(super) fn host(host: &str, text: &mut TextRule, place: &str) -> Clean {
    if is_public_address(host) {
        text.ledger.add("ip", "public_host", place);
        return Clean::new(text.placeholders.of("ip", host.trim_matches(['[', ']'])));
    }
    text.apply(host, Scope::Identifier, place).clean
}

/// `path`, segment by segment; what is no plain segment leaves as its length and is told to `dropped`.
pub(super) fn path(path: &str, text: &mut TextRule, dropped: &mut Vec<String>, place: &str) -> Clean {
    let mut before = "";
    let mut segments: Vec<String> = Vec::new();
    for raw in path.split('/') {
        segments.push(if is_somebodys(before, raw, text) {
            shaped(raw, text, dropped, place)
        } else {
            segment(raw, text, dropped, place)
        });
        before = raw;
    }
    Clean::new(segments.join("/"))
}

/// Segments behind which a person is named, or something is asked.
const OF_PEOPLE: [&str; 14] = [
    "user",
    "users",
    "customer",
    "customers",
    "member",
    "members",
    "people",
    "person",
    "profile",
    "profiles",
    "search",
    "query",
    "prompt",
    "ask",
];

/// A name behind `/users/`, words behind `/search/`: what has no digit is no id. A sentence whose blanks became signs is one
/// anywhere.
fn is_somebodys(before: &str, raw: &str, text: &TextRule) -> bool {
    let named = || {
        OF_PEOPLE.iter().any(|own| own.eq_ignore_ascii_case(before))
            && raw.bytes().filter(u8::is_ascii_alphabetic).count() > 2
            && !raw.bytes().any(|b| b.is_ascii_digit())
            && !raw.contains(['{', '['])
            && !text.lexicon.has_whole_word(&raw.to_lowercase())
    };
    super::filter::prose::is_joined(raw) || named()
}

fn segment(raw: &str, text: &mut TextRule, dropped: &mut Vec<String>, place: &str) -> String {
    let label = raw.starts_with('[') && super::placeholder::is_placeholder(raw);
    if raw.is_empty() || label {
        return raw.to_owned();
    }
    let plain = raw.len() <= 128
        && decode(raw).bytes().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.'
                        | b':'
                        | b'@'
                        | b'~'
                        | b'='
                        | b','
                        | b';'
                        | b'$'
                        | b'!'
                        | b'-'
                        | b'/'
                        | b'{'
                        | b'}'
                )
        });
    if plain {
        return text.apply(raw, Scope::Value, place).clean.as_str().to_owned();
    }
    shaped(raw, text, dropped, place)
}

fn shaped(raw: &str, text: &mut TextRule, dropped: &mut Vec<String>, place: &str) -> String {
    text.ledger.add("text", "path_segment", place);
    dropped.push(decode(raw));
    measure("text", raw.chars().count(), "chars")
}

/// `Location`: scheme, host, path and the names of the query.
pub(super) fn location(raw: &str, text: &mut TextRule, place: &str) -> Clean {
    let raw = raw.trim();
    let raw = raw.split('#').next().unwrap_or("");
    let (base, query) = raw.split_once('?').map_or((raw, None), |(base, query)| (base, Some(query)));
    let (origin, rest) = match base.split_once("//") {
        Some((scheme, rest)) if matches!(scheme.to_ascii_lowercase().as_str(), "" | "http:" | "https:") => {
            let (authority, tail) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            (format!("{}//{}", scheme.to_ascii_lowercase(), authority_of(authority, text, place)), tail)
        }
        Some((scheme, _)) => return Clean::new(measure("url", scheme.len() + base.len(), "chars")),
        None => (String::new(), base),
    };
    let mut out = origin + path(rest, text, &mut Vec::new(), place).as_str();
    for (index, pair) in query.into_iter().flat_map(|q| q.split('&')).take(50).enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        let (name, value) = pair.split_once('=').map_or((pair, None), |(n, v)| (n, Some(v)));
        out.push_str(&parameter_name(name, text));
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            text.ledger.add("text", "redirect_query", place);
            out.push('=');
            out.push_str(&measure("text", decode(value).chars().count(), "chars"));
        }
    }
    Clean::new(out)
}

fn authority_of(authority: &str, text: &mut TextRule, place: &str) -> String {
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| {
        text.ledger.add("password", "url_userinfo", place);
        host
    });
    let (name, port) = match host_port.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && port.len() <= 5 =>
        {
            (name, Some(port))
        }
        _ => (host_port, None),
    };
    let name = host(name, text, place);
    port.map_or_else(|| name.to_string(), |port| format!("{name}:{port}"))
}

/// The name of a query parameter.
pub(super) fn parameter_name(raw: &str, text: &TextRule) -> String {
    if shape::is_name(raw) && text.spares(raw, Scope::Value) {
        raw.to_owned()
    } else {
        measure("name", raw.chars().count(), "chars")
    }
}

/// `raw` with its percent escapes undone; bytes that are no UTF-8 are replaced.
pub(super) fn decode(raw: &str) -> String {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        if let Some(byte) = digits.filter(|_| *first == b'%').and_then(|d| u8::from_str_radix(d, 16).ok()) {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
