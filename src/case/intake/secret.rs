//! Moves literal secrets out of a text into the ring and leaves their label behind.
//!
//! Where a secret is looked for: by place (a credential header, a query parameter, a URL's userinfo, the field of a form),
//! by the name beside it anywhere (`name`, `named`), then by form (a provider's prefix, a JWT, `Bearer …`) anywhere. Text that holds labels already stays as
//! it is, so masking twice changes nothing. Every pass is linear in the text.

mod name;
mod named;
mod scan;

use std::borrow::Cow;

use base64::Engine as _;
use percent_encoding::percent_decode_str;

use self::name::Sure;
use self::scan::Scan;
use crate::case::catalog::Catalog;
use crate::case::keyring::{self, KeyRing, Origin, SecretKind};
use crate::case::request::{Part, PartContent, is_placeholder};

/// Words that may stand before the secret in a credential header; they stay readable.
const SCHEMES: &[&str] =
    &["bearer", "basic", "token", "apikey", "api-key", "key", "digest", "negotiate", "aws4-hmac-sha256"];

/// More distinct secrets than any real request has. What comes after is replaced for good, so that a hostile text cannot
/// make the ring's search slow.
const MOST_HELD: usize = 1000;

/// What masking a header found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    /// A literal secret was moved into the ring.
    pub(super) literal: bool,
    /// A stand-in is where the credential belongs.
    pub(super) placeholder: bool,
}

/// Masks a header's value; `name` decides.
pub(super) fn mask_header(name: &str, value: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, Seen) {
    let named = || name::is_of_header(name, catalog).then_some(SecretKind::Key);
    // `X-Key: …` and its kin: a name may mean a place, the value tells.
    let likely = || {
        let random = value.len() >= 16
            && !value.contains(char::is_whitespace)
            && value.bytes().any(|b| b.is_ascii_digit())
            && value.bytes().any(|b| b.is_ascii_alphabetic());
        (random && name::of_field(name, catalog) == Some(Sure::Likely)).then_some(SecretKind::Key)
    };
    let kind = catalog.credential_header(name).or_else(named).or_else(likely);
    let name = name.to_ascii_lowercase();
    match kind {
        None => {
            let (masked, literal) = mask_free(value, catalog, ring);
            (masked, Seen { literal, placeholder: false })
        }
        Some(SecretKind::Cookie) => mask_cookies(value, name == "set-cookie", ring),
        Some(_) if name == "sec-websocket-protocol" => mask_protocols(value, catalog, ring),
        Some(kind) => mask_credential(value, kind, catalog, ring),
    }
}

/// Holds a pasted secret; gives the text that stands for it.
pub(super) fn hold(ring: &mut KeyRing, kind: SecretKind, secret: &str) -> String {
    if ring.iter().count() >= MOST_HELD {
        return "[key]".to_owned();
    }
    ring.hold(kind, Origin::Pasted, secret).to_string()
}

/// A stand-in for a password or cookie. Stricter than for keys, because people do choose words as passwords.
fn is_stand_in(secret: &str) -> bool {
    is_placeholder(secret)
        && (secret.starts_with(['<', '$', '{', '[', '%'])
            || secret.contains("***")
            || secret.to_ascii_lowercase().contains("your"))
}

fn mask_credential(value: &str, kind: SecretKind, catalog: &Catalog, ring: &mut KeyRing) -> (String, Seen) {
    let at = secret_starts_at(value);
    let (scheme, rest) = value.split_at(at);
    let secret = rest.trim_end();
    let tail = rest.get(secret.len()..).unwrap_or("");
    let is_scheme = |word: &str| SCHEMES.iter().any(|s| word.eq_ignore_ascii_case(s));
    if secret.is_empty() || is_scheme(secret.trim_end_matches(':')) {
        return (value.to_owned(), Seen::default());
    }
    if has_reference(secret) {
        let (masked, literal) = mask_free(secret, catalog, ring);
        return (format!("{scheme}{masked}{tail}"), Seen { literal, placeholder: false });
    }
    if is_placeholder(secret) {
        return (value.to_owned(), Seen { literal: false, placeholder: true });
    }
    let bare = secret.trim_matches(['"', '\'']);
    let label = hold(ring, kind, if bare.is_empty() { secret } else { bare });
    if scheme.trim().eq_ignore_ascii_case("basic") {
        hold_basic_password(bare, ring);
    }
    let shown = if bare.is_empty() { label } else { secret.replacen(bare, &label, 1) };
    (format!("{scheme}{shown}{tail}"), Seen { literal: true, placeholder: false })
}

/// Where the secret begins in a credential header's value, after its scheme words.
fn secret_starts_at(value: &str) -> usize {
    let mut at = value.len() - value.trim_start().len();
    while let Some((word, after)) = value.get(at..).and_then(|rest| rest.split_once(char::is_whitespace)) {
        let known = SCHEMES.iter().any(|s| word.trim_matches([':', '"', '\'']).eq_ignore_ascii_case(s));
        if !known {
            break;
        }
        at = value.len() - after.trim_start().len();
    }
    at
}

/// The password inside `Basic` credentials, so that an answer which echoes it is caught as well.
fn hold_basic_password(encoded: &str, ring: &mut KeyRing) {
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok();
    if let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok())
        && let Some((_, password)) = text.split_once(':')
        && !password.is_empty()
    {
        hold(ring, SecretKind::Password, password);
    }
}

fn mask_cookies(value: &str, set: bool, ring: &mut KeyRing) -> (String, Seen) {
    let mut seen = Seen::default();
    let mut pairs = Vec::new();
    for (index, pair) in value.split(';').enumerate() {
        let (name, content) = pair.split_once('=').unwrap_or(("", pair));
        let bare = content.trim();
        // Only the first pair of Set-Cookie is a secret; the others say path and age.
        let keep = bare.is_empty() || has_reference(bare) || (set && index > 0);
        if keep {
            pairs.push(pair.to_owned());
        } else if is_stand_in(bare) {
            seen.placeholder = true;
            pairs.push(pair.to_owned());
        } else {
            seen.literal = true;
            let label = hold(ring, SecretKind::Cookie, bare);
            let lead = content.get(..content.len() - content.trim_start().len()).unwrap_or("");
            let tail = content.get(content.trim_end().len()..).filter(|_| !bare.is_empty()).unwrap_or("");
            let equals = if pair.contains('=') { "=" } else { "" };
            pairs.push(format!("{name}{equals}{lead}{label}{tail}"));
        }
    }
    (pairs.join(";"), seen)
}

/// `realtime, openai-insecure-api-key.<key>`: the part after the dot.
fn mask_protocols(value: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, Seen) {
    const BEFORE: &str = "insecure-api-key.";
    let Some((before, after)) = value.split_once(BEFORE) else {
        let (masked, literal) = mask_free(value, catalog, ring);
        return (masked, Seen { literal, placeholder: false });
    };
    let end = after.find([',', ' ']).unwrap_or(after.len());
    let (secret, rest) = after.split_at(end);
    if secret.is_empty() || has_reference(secret) {
        return (value.to_owned(), Seen::default());
    }
    if is_placeholder(secret) {
        return (value.to_owned(), Seen { literal: false, placeholder: true });
    }
    let label = hold(ring, SecretKind::Key, secret);
    (format!("{before}{BEFORE}{label}{rest}"), Seen { literal: true, placeholder: false })
}

/// Masks one URL: userinfo, credential parameters, and key-like text anywhere in it.
pub(super) fn mask_url(url: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, Seen) {
    let mut seen = Seen::default();
    let with_user = mask_userinfo(url, ring, &mut seen);
    let (before, query) = match with_user.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (with_user.as_str(), None),
    };
    let masked = mask_key_like(before, ring);
    seen.literal |= masked.is_some();
    let mut out = masked.unwrap_or_else(|| before.to_owned());
    if let Some(query) = query {
        out.push('?');
        for (index, pair) in query.split('&').enumerate() {
            if index > 0 {
                out.push('&');
            }
            mask_parameter(&mut out, pair, true, catalog, ring, &mut seen);
        }
    }
    (out, seen)
}

/// One `name=value`; behind the value a fragment may stand where it is `of_url`.
fn mask_parameter(
    out: &mut String,
    pair: &str,
    of_url: bool,
    catalog: &Catalog,
    ring: &mut KeyRing,
    seen: &mut Seen,
) {
    let named = |name: &str| {
        let name = percent_decoded(name);
        let field = name::of_field(name.trim(), catalog);
        field.or_else(|| catalog.credential_query(name.trim()).then_some(Sure::Likely))
    };
    let found = pair.split_once('=').and_then(|(name, value)| Some((name, value, named(name)?)));
    let Some((name, value, certain)) = found else {
        let masked = mask_key_like(pair, ring);
        seen.literal |= masked.is_some();
        out.push_str(masked.as_deref().unwrap_or(pair));
        return;
    };
    out.push_str(name);
    out.push('=');
    let (secret, fragment) = match value.find('#') {
        Some(at) if of_url && !has_reference(value) => value.split_at(at),
        _ => (value, ""),
    };
    let lower = name.to_ascii_lowercase();
    // `code` and `state` may be anything short; a parameter that is called a key is one, whatever its length.
    let sure = certain == Sure::Certain
        || ["key", "token", "secret", "password", "sig", "credential"].iter().any(|w| lower.contains(w));
    let word = lower.contains("pass") || lower.contains("pwd");
    if secret.is_empty() || has_reference(secret) || (!sure && secret.len() < 8) {
        out.push_str(secret);
    } else if if word { is_stand_in(secret) } else { is_placeholder(secret) } {
        seen.placeholder = true;
        out.push_str(secret);
    } else {
        seen.literal = true;
        let label = hold(ring, SecretKind::Key, secret);
        let decoded = percent_decoded(&secret.replace('+', " "));
        if decoded != secret {
            hold(ring, SecretKind::Key, &decoded);
        }
        out.push_str(&label);
    }
    out.push_str(fragment);
}

fn mask_userinfo(url: &str, ring: &mut KeyRing, seen: &mut Seen) -> String {
    let whole = || url.to_owned();
    let (scheme, rest) = url.find("://").map_or(("", url), |at| url.split_at(at + "://".len()));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = (rest.get(..end).unwrap_or(""), rest.get(end..).unwrap_or(""));
    let Some((userinfo, host)) = authority.rsplit_once('@') else { return whole() };
    // Without a scheme only a pair is one: else it is a mail's address or a name with its version.
    if scheme.is_empty() && (!userinfo.contains(':') || has_reference(userinfo)) {
        return whole();
    }
    let (user, password) = match userinfo.split_once(':') {
        Some((user, password)) => (format!("{user}:"), password),
        None => (String::new(), userinfo),
    };
    if password.is_empty() || has_reference(password) {
        return whole();
    }
    if is_stand_in(password) {
        seen.placeholder = true;
        return whole();
    }
    seen.literal = true;
    let label = hold(ring, SecretKind::Password, password);
    let decoded = percent_decoded(password);
    if decoded != password {
        hold(ring, SecretKind::Password, &decoded);
    }
    format!("{scheme}{user}{label}@{host}{tail}")
}

/// Masks free text: the pairs of a form, URLs in it, what stands beside a secret's name, and key-like text anywhere.
pub(super) fn mask_free(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, bool) {
    let (masked, found) = masked(Cow::Borrowed(text), catalog, ring);
    (masked.into_owned(), found)
}

/// As [`mask_free`]. A text that holds nothing to be masked is given back as it is: a body may be long, and is copied by no pass
/// that changes nothing.
fn masked<'t>(text: Cow<'t, str>, catalog: &Catalog, ring: &mut KeyRing) -> (Cow<'t, str>, bool) {
    let (text, in_pairs) = match is_pairs(&text).then(|| mask_pairs(&text, catalog, ring)) {
        Some((masked, found)) => (Cow::Owned(masked), found),
        None => (text, false),
    };
    let (urls, in_urls) = mask_urls_within(&text, catalog, ring);
    let text = urls.map_or(text, Cow::Owned);
    let fields = named::mask(&text, catalog, ring);
    let in_fields = fields.is_some();
    let text = fields.map_or(text, Cow::Owned);
    let keys = mask_key_like(&text, ring);
    let by_form = keys.is_some();
    (keys.map_or(text, Cow::Owned), in_pairs || in_urls || in_fields || by_form)
}

/// Masks a body whose media type is known: a web form by the names of its fields, whatever stands in their values.
pub(super) fn mask_body(
    body: String,
    media: Option<&str>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> (String, bool) {
    let is_form = media.is_some_and(|media| media.trim_start().to_ascii_lowercase().starts_with(WEB_FORM));
    let (body, in_pairs) = if is_form && !body.trim_start().starts_with(['{', '[']) {
        mask_pairs(&body, catalog, ring)
    } else {
        (body, false)
    };
    let (masked, found) = masked(Cow::Owned(body), catalog, ring);
    (masked.into_owned(), in_pairs || found)
}

const WEB_FORM: &str = "application/x-www-form-urlencoded";

/// True where all of `text` is a web form: `name=value`, joined by `&`, without a blank.
fn is_pairs(text: &str) -> bool {
    let text = text.trim_end();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]%+".contains(c);
    text.contains('=')
        && !text.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '<' | '"'))
        && text.split('&').all(|pair| {
            let name = pair.split('=').next().unwrap_or("");
            name.len() <= 100 && name.chars().all(is_name)
        })
}

/// Masks the pairs of a web form by their names.
fn mask_pairs(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> (String, bool) {
    let mut seen = Seen::default();
    let mut out = String::with_capacity(text.len());
    for (index, pair) in text.split('&').enumerate() {
        if index > 0 {
            out.push('&');
        }
        let bare = pair.trim_end_matches(['\r', '\n']);
        mask_parameter(&mut out, bare, false, catalog, ring, &mut seen);
        out.push_str(pair.get(bare.len()..).unwrap_or(""));
    }
    (out, seen.literal)
}

/// Masks the texts of a form's parts as free text, and a text under a name such as `api_key` as a whole.
pub(super) fn mask_form(form: &mut [Part], catalog: &Catalog, ring: &mut KeyRing) -> bool {
    let mut found = false;
    for part in form {
        let named = catalog.credential_query(&part.name) || name::of_field(&part.name, catalog).is_some();
        let mut mask = |text: &mut String, whole: bool| {
            if whole && !text.trim().is_empty() && !has_reference(text) && !is_placeholder(text) {
                *text = hold(ring, SecretKind::Key, text);
                found = true;
                return;
            }
            let (masked, seen) = mask_free(text, catalog, ring);
            *text = masked;
            found |= seen;
        };
        let content = match &mut part.content {
            PartContent::Text(text) => (text, named),
            PartContent::File { path, .. } => (path, false),
        };
        mask(content.0, content.1);
        mask(&mut part.name, false);
        for text in [&mut part.filename, &mut part.media_type].into_iter().flatten() {
            mask(text, false);
        }
    }
    found
}

/// Masks the URLs of a text; `None` where they stay as they are. The flag: a literal secret was among them.
fn mask_urls_within(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> (Option<String>, bool) {
    let mut out = String::new();
    let (mut done, mut copied, mut found) = (0, 0, false);
    for at in memchr::memmem::find_iter(text.as_bytes(), "://") {
        if at < done {
            continue;
        }
        let before = text.get(done..at).unwrap_or("");
        let scheme = before.bytes().rev().take(12).take_while(u8::is_ascii_alphanumeric).count();
        let start = at - scheme;
        let rest = text.get(start..).unwrap_or("");
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '<' | '>' | '`'))
            .map_or(text.len(), |len| start + len);
        let url = text.get(start..end).unwrap_or("");
        if url.contains(['?', '@']) {
            let (masked, seen) = mask_url(url, catalog, ring);
            found |= seen.literal;
            if masked != url {
                out.push_str(text.get(copied..start).unwrap_or(""));
                out.push_str(&masked);
                copied = end;
            }
        }
        done = end;
    }
    if copied == 0 {
        return (None, found);
    }
    out.push_str(text.get(copied..).unwrap_or(""));
    (Some(out), found)
}

/// True where a variable's name says that it holds a secret.
pub(super) fn is_name(name: &str) -> bool {
    name::of_name(name).is_some()
}

/// True when `text` as a whole has the form of a key.
pub(super) fn is_key_like(text: &str) -> bool {
    let mut scan = Scan::new(text);
    scan.next_secret().is_some_and(|(start, end)| start == 0 && end == text.len())
}

/// Masks what has the form of a key; `None` where nothing has it.
fn mask_key_like(text: &str, ring: &mut KeyRing) -> Option<String> {
    let mut scan = Scan::new(text);
    let mut out = String::new();
    let mut done = 0;
    while let Some((start, end)) = scan.next_secret() {
        out.push_str(text.get(done..start).unwrap_or(""));
        let secret = text.get(start..end).unwrap_or("");
        out.push_str(&hold(ring, SecretKind::Key, secret));
        done = end;
    }
    if done == 0 {
        return None;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Some(out)
}

/// True where `text` holds a label or a reference (`[key#1]`, `[env:NAME]`).
pub(super) fn has_reference(text: &str) -> bool {
    !keyring::env_names(text).is_empty()
        || ["[key#", "[password#", "[cookie#"].iter().any(|open| text.contains(open))
}

/// `text` with its `%XX` undone; as it stands where that is no UTF-8.
pub(crate) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        format!("sk-{}", "aB3".repeat(16))
    }

    fn jwt() -> String {
        format!("eyJ{}.{}.{}", "hbGciOi".repeat(3), "c3ViIjo".repeat(3), "x9_-".repeat(5))
    }

    #[test]
    fn headers_keep_their_scheme_and_lose_their_secret() {
        let catalog = Catalog::built_in();
        let (key, jwt) = (key(), jwt());
        let basic = base64::engine::general_purpose::STANDARD.encode("user:pass word 1");
        let table = [
            ("Authorization", format!("Bearer {key}"), "Bearer [key#1]"),
            ("authorization", format!("bearer  {jwt}"), "bearer  [key#1]"),
            ("Authorization", format!("Bearer Bearer {key}"), "Bearer Bearer [key#1]"),
            ("Authorization", key.clone(), "[key#1]"),
            ("Authorization", format!("Basic {basic}"), "Basic [key#1]"),
            ("Authorization", "Bearer short".to_owned(), "Bearer [key#1]"),
            ("Authorization", format!("Bearer \"{key}\""), "Bearer \"[key#1]\""),
            ("x-api-key", key.clone(), "[key#1]"),
            ("X-Custom-Token", "abc12345".to_owned(), "[key#1]"),
            ("Cookie", "a=one-value; b=two-value".to_owned(), "a=[cookie#1]; b=[cookie#2]"),
            (
                "Sec-WebSocket-Protocol",
                format!("realtime, openai-insecure-api-key.{key}, x"),
                "realtime, openai-insecure-api-key.[key#1], x",
            ),
            ("X-Note", format!("uses {key}!"), "uses [key#1]!"),
            ("Authorization", "Bearer [env:KEY]".to_owned(), "Bearer [env:KEY]"),
            ("Authorization", "Bearer <API_KEY_PLACEHOLDER>".to_owned(), "Bearer <API_KEY_PLACEHOLDER>"),
            ("Authorization", "Bearer ".to_owned(), "Bearer "),
            ("Idempotency-Key", "abc-12".to_owned(), "abc-12"),
            ("Content-Type", "application/json".to_owned(), "application/json"),
        ];
        for (name, value, expected) in table {
            let mut ring = KeyRing::default();
            let (masked, _) = mask_header(name, &value, &catalog, &mut ring);
            assert_eq!(masked, expected, "{name}");
            assert_eq!(mask_header(name, &masked, &catalog, &mut ring).0, masked, "twice: {name}");
        }
        let mut ring = KeyRing::default();
        mask_header("Authorization", &format!("Basic {basic}"), &catalog, &mut ring);
        assert!(ring.iter().any(|held| held.expose() == "pass word 1"));
    }

    #[test]
    fn urls_lose_userinfo_and_credential_parameters() {
        let catalog = Catalog::built_in();
        let key = key();
        let table = [
            (format!("https://h.example/q?key={key}&a=b"), "https://h.example/q?key=[key#1]&a=b"),
            (
                format!("https://h.example/q?a=b&API_KEY={key}#frag"),
                "https://h.example/q?a=b&API_KEY=[key#1]#frag",
            ),
            ("https://me:hunter22@h.example/v1".to_owned(), "https://me:[password#1]@h.example/v1"),
            (format!("https://h.example/{key}/x"), "https://h.example/[key#1]/x"),
            ("https://h.example/?key=YOUR_API_KEY".to_owned(), "https://h.example/?key=YOUR_API_KEY"),
            ("https://h.example/?key=[env:K]&x".to_owned(), "https://h.example/?key=[env:K]&x"),
            ("https://h.example/v1?model=gpt-4o".to_owned(), "https://h.example/v1?model=gpt-4o"),
        ];
        for (url, expected) in table {
            let mut ring = KeyRing::default();
            let (masked, _) = mask_url(&url, &catalog, &mut ring);
            assert_eq!(masked, expected);
            assert_eq!(mask_url(&masked, &catalog, &mut ring).0, masked);
        }
    }

    #[test]
    fn keys_in_free_text_are_found_and_words_are_spared() {
        let catalog = Catalog::built_in();
        let key = key();
        let google = format!("AIza{}", "Sy3_".repeat(9));
        let text = format!(
            "{{\"content\":\"my key is {key}, jwt {}, {google}; Bearer {}\",\"api_key\":\"abc123xyz\"}}",
            jwt(),
            "d4".repeat(12)
        );
        let mut ring = KeyRing::default();
        let (masked, found) = mask_free(&text, &catalog, &mut ring);
        assert!(found);
        // Numbers follow the passes (fields by name first); which number a text gets does not matter, that it is gone does.
        assert_eq!(ring.iter().count(), 5);
        for held in ring.iter() {
            assert!(!masked.contains(held.expose()), "{}", held.label);
        }
        assert_eq!(mask_free(&masked, &catalog, &mut ring), (masked.clone(), false));
        let spared = [
            "a task-oriented-dialogue-2024-benchmark-with-long-name",
            "risk-adjusted sk-learn-compatible-estimators-everywhere",
            "Bearer token is required",
            "Authorization: Bearer <COMETAPI_KEY>",
            "sk-0000000000000000000000",
            "eyJust a word",
            "the password: please",
            "https://h.example/?page=2",
        ];
        for text in spared {
            assert_eq!(mask_free(text, &catalog, &mut KeyRing::default()), (text.to_owned(), false));
        }
    }
}
