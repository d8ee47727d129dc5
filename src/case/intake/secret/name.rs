//! What the name of a field, parameter, variable, option or header says of its value.

use crate::case::catalog::Catalog;

/// How far a name says that a secret follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::case::intake) enum Sure {
    /// `token`, `key`, `sig`: it may be one; the value has to look like it.
    Likely,
    /// `password`, `client_secret`, `api_key`: it is one.
    Certain,
}

/// Longest name, bytes.
const LONGEST: usize = 64;

/// Words that name a secret by themselves.
const SINGLE: [&str; 23] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pass",
    "secret",
    "apikey",
    "accesskey",
    "secretkey",
    "authkey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "idtoken",
    "bearertoken",
    "sessiontoken",
    "clientsecret",
    "credential",
    "credentials",
    "authorization",
    "jwt",
];

/// What makes a `key` or a `token` the one that opens something.
const BEFORE_KEY: [&str; 18] = [
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "master",
    "subscription",
    "account",
    "signing",
    "encryption",
    "refresh",
    "id",
    "bearer",
    "session",
    "security",
    "csrf",
    "client",
    "service",
];

/// What makes a `key` or a `token` one that names a place.
const NO_SECRET: [&str; 22] = [
    "page",
    "next",
    "prev",
    "previous",
    "cache",
    "idempotency",
    "public",
    "partition",
    "sort",
    "primary",
    "foreign",
    "object",
    "routing",
    "surrogate",
    "lookup",
    "websocket",
    "max",
    "min",
    "sync",
    "continuation",
    "stop",
    "pad",
];

/// Last words of a name that says something of a secret and does not hold it.
const ABOUT: [&str; 24] = [
    "name", "type", "id", "ids", "count", "length", "size", "limit", "expires", "expiry", "in", "at", "ttl",
    "status", "ref", "path", "file", "url", "uri", "hint", "format", "policy", "field", "details",
];

/// What the name of a field, parameter or variable says.
pub(in crate::case::intake) fn of_field(name: &str, catalog: &Catalog) -> Option<Sure> {
    let listed =
        || name.len() <= LONGEST && !matches!(name, "code" | "state") && catalog.credential_query(name);
    of_name(name).or_else(|| (may_be(name) && listed()).then_some(Sure::Likely))
}

/// What a name says by its words alone.
pub(in crate::case::intake) fn of_name(name: &str) -> Option<Sure> {
    if name.is_empty() || name.len() > LONGEST || !may_be(name) {
        return None;
    }
    let parts = parts(name);
    let last = parts.last()?;
    if ABOUT.contains(&last.as_str()) {
        return None;
    }
    if SINGLE.contains(&last.as_str()) || parts.iter().any(|part| part == "secret" || part == "password") {
        return Some(Sure::Certain);
    }
    if matches!(last.as_str(), "key" | "token") {
        let before = parts.iter().rev().nth(1).map_or("", String::as_str);
        if BEFORE_KEY.contains(&before) {
            return Some(Sure::Certain);
        }
        return (!parts.iter().any(|part| NO_SECRET.contains(&part.as_str()))).then_some(Sure::Likely);
    }
    None
}

/// Whether a word of a secret can be in `name` at all; most names are sent away here.
fn may_be(name: &str) -> bool {
    let bytes = name.as_bytes();
    (0..bytes.len()).any(|at| {
        let rest = bytes.get(at..).unwrap_or_default();
        let words: &[&[u8]] = match rest.first().map(u8::to_ascii_lowercase) {
            Some(b'a') => &[b"auth", b"assertion", b"ature"],
            Some(b'c') => &[b"cred"],
            Some(b'j') => &[b"jwt"],
            Some(b'k') => &[b"key"],
            Some(b'o') => &[b"oken"],
            Some(b'p') => &[b"pass", b"pwd"],
            Some(b's') => &[b"secret", b"sig"],
            _ => &[],
        };
        words.iter().any(|word| rest.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)))
    })
}

/// The words of a name in small letters: `userApi_key[x]` is `user`, `api`, `key`, `x`. A number at the end is none.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut small = false;
    let mut open = false;
    for c in name.chars() {
        if !c.is_ascii_alphabetic() {
            (small, open) = (false, false);
            continue;
        }
        if !open || (c.is_ascii_uppercase() && small) {
            parts.push(String::new());
            open = true;
        }
        small = c.is_ascii_lowercase();
        if let Some(part) = parts.last_mut() {
            part.push(c.to_ascii_lowercase());
        }
    }
    parts
}

/// True where the name of a header that the catalog does not know says that it carries a credential.
pub(in crate::case::intake) fn is_of_header(name: &str, catalog: &Catalog) -> bool {
    if of_field(name, catalog) == Some(Sure::Certain) {
        return true;
    }
    let parts = parts(name);
    let has = |word: &str| parts.iter().any(|part| part == word);
    has("token") || has("auth") || has("secret") || has("apikey") || has("password") || has("passwd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_others() {
        let catalog = Catalog::built_in();
        let certain = [
            "password",
            "PASSWORD",
            "user[password]",
            "db_password2",
            "pwd",
            "passwd",
            "client_secret",
            "clientSecret",
            "secret",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "OPENAI_API_KEY",
            "access_token",
            "refreshToken",
            "id_token",
            "data.authToken",
            "AWS_SECRET_ACCESS_KEY",
            "authorization",
            "SECRET_KEY_BASE",
        ];
        for name in certain {
            assert_eq!(of_field(name, &catalog), Some(Sure::Certain), "{name}");
        }
        for name in ["token", "key", "sig", "signature", "TOKEN", "my_token", "X-Key", "hub_token"] {
            assert_eq!(of_field(name, &catalog), Some(Sure::Likely), "{name}");
        }
        let none = [
            "max_tokens",
            "prompt_cache_key",
            "next_page_token",
            "Idempotency-Key",
            "public_key",
            "token_type",
            "secret_name",
            "keyboard",
            "monkey",
            "passenger",
            "author",
            "model",
            "code",
            "state",
            "tokens",
            "stop_token",
            "password_length",
            "",
        ];
        for name in none {
            assert_eq!(of_field(name, &catalog), None, "{name}");
        }
    }
}
