//! The headers: credential, content type, what the endpoint wants.

use super::placeholder::is_placeholder;
use super::url::{Address, method_of};
use crate::case::catalog::{Auth, Catalog, Profile};
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::{SecretKind, env_names};
use crate::case::request::{Draft, Header};

/// Checks the headers of `draft`.
pub(super) fn check(
    draft: &Draft,
    address: &Address<'_>,
    catalog: &Catalog,
    profile: Option<&Profile>,
    findings: &mut Vec<Finding>,
) {
    let credentials: Vec<&Header> =
        draft.headers.iter().filter(|h| is_credential(&h.name, catalog)).collect();
    let in_url = in_url(address, catalog, findings);
    let keyless = address.endpoint.is_some_and(|e| e.auth.contains(&Auth::None));
    if credentials.is_empty() && !in_url && !keyless {
        let variable = profile.and_then(|p| p.key_env.first()).map_or("API_KEY", String::as_str);
        let way = profile.and_then(|p| p.auth.first()).filter(|way| !way.header.is_empty());
        let (name, scheme) = way.map_or(("Authorization", "Bearer "), |way| match way.scheme.as_str() {
            "" => (way.header.as_str(), ""),
            _ => ("Authorization", "Bearer "),
        });
        let level = if address.is_loopback { Level::Info } else { Level::Warning };
        findings.push(
            Finding::new("credential_missing", level, "no header and no query parameter carries a key")
                .at(Place::Header(name.into()))
                .fix(format!("add the header {name}: {scheme}[env:{variable}]")),
        );
    }
    if let Some(second) = credentials.get(1) {
        findings.push(
            at(second, "two_credentials", Level::Warning, "more than one header carries a key")
                .fix("keep the one that the API reference names"),
        );
    }
    for header in credentials {
        credential(header, findings);
        foreign_key(header, address, catalog, findings);
    }
    for header in &draft.headers {
        if !header.value.is_ascii() || header.value.contains(|c: char| c.is_control() && c != '\t') {
            findings.push(
                at(
                    header,
                    "header_not_ascii",
                    Level::Warning,
                    "the value holds characters that are not plain ASCII",
                )
                .fix(
                    "type the value again; copying may have added invisible characters or typographic quotes",
                ),
            );
        }
    }
    required(draft, address, findings);
    content_type(draft, findings);
}

fn at(header: &Header, id: &'static str, level: Level, message: &str) -> Finding {
    Finding::new(id, level, message).at(Place::Header(header.name.clone()))
}

/// True for a header that proves who asks: no cookie, no proxy's password, no organisation's id.
fn is_credential(name: &str, catalog: &Catalog) -> bool {
    let lower = name.to_ascii_lowercase();
    catalog.credential_header(name) == Some(SecretKind::Key)
        && !["organization", "project", "proxy"].iter().any(|word| lower.contains(word))
}

fn in_url(address: &Address<'_>, catalog: &Catalog, findings: &mut Vec<Finding>) -> bool {
    let Some(target) = &address.target else { return false };
    let parameter = target.query.iter().find(|(name, _)| catalog.credential_query(name));
    if parameter.is_some_and(|(_, value)| is_placeholder(value)) {
        findings.push(placeholder(Place::Url));
    }
    parameter.is_some() || target.userinfo.is_some()
}

fn placeholder(place: Place) -> Finding {
    Finding::new("key_is_placeholder", Level::Error, "a stand-in is where the key belongs")
        .at(place)
        .fix("name the environment variable that holds the key, for example with --key-env")
}

/// The form of one credential.
fn credential(header: &Header, findings: &mut Vec<Finding>) {
    let value = header.value.trim();
    let is_authorization = header.name.eq_ignore_ascii_case("authorization");
    let mut words = value.split_whitespace();
    let first = words.next().unwrap_or("");
    let is_bearer = |word: &str| word.trim_matches([':', '"', '\'']).eq_ignore_ascii_case("bearer");
    let rest: Vec<&str> = words.take(3).collect();
    let secret = if is_bearer(first) { rest.first().copied().unwrap_or("") } else { value };
    let example = "write it as Bearer, one space, and the key";
    let shape = if value.is_empty() || (rest.is_empty() && is_bearer(first)) {
        Some((
            "credential_empty",
            Level::Error,
            "the header carries no key",
            "put the key behind the header's name",
        ))
    } else if rest.first().is_some_and(|word| is_bearer(word)) {
        Some(("bearer_doubled", Level::Error, "the word Bearer stands twice before the key", example))
    } else if value.contains(['"', '\'']) {
        Some((
            "credential_quoted",
            Level::Error,
            "a quotation mark is part of the value that is sent",
            "take the quotation marks out",
        ))
    } else if is_authorization && first.ends_with(':') {
        Some(("bearer_missing", Level::Error, "a colon stands behind the word Bearer", example))
    } else if is_authorization && rest.is_empty() {
        Some(("bearer_missing", Level::Error, "the key stands without the word Bearer", example))
    } else if !is_authorization && is_bearer(first) {
        Some((
            "bearer_in_key_header",
            Level::Warning,
            "this header takes the key alone, without the word Bearer",
            "take the word Bearer out",
        ))
    } else if is_bearer(first) && rest.len() > 1 {
        Some(("credential_with_space", Level::Error, "the key has a space or line end in it", example))
    } else {
        None
    };
    if is_placeholder(secret) || is_placeholder(value) {
        findings.push(placeholder(Place::Header(header.name.clone())));
    }
    if let Some((id, level, message, fix)) = shape {
        findings.push(at(header, id, level, message).fix(fix));
    }
}

/// The variable's name belongs to another gateway than the host: most often the base URL was never set.
fn foreign_key(header: &Header, address: &Address<'_>, catalog: &Catalog, findings: &mut Vec<Finding>) {
    let Some(target) = &address.target else { return };
    if address.is_loopback {
        return;
    }
    for name in env_names(&header.value) {
        let mut named = catalog.profiles.iter().filter(|p| p.key_env.contains(&name));
        // A name that gateways without hosts use too says nothing of the host (OPENAI_API_KEY).
        let owner = if named.clone().any(|p| p.hosts.is_empty()) { None } else { named.next() };
        if let Some(owner) = owner.filter(|o| !o.covers(&target.host)) {
            let base = owner.base_urls.first().map_or("its base URL", |b| b.url.as_str());
            findings.push(
                at(
                    header,
                    "key_of_other_gateway",
                    Level::Warning,
                    &format!("the key is named as one of {}, the host is another's", owner.name),
                )
                .fix(format!("set the base URL to {base}, or use the key of this host")),
            );
        }
    }
}

fn required(draft: &Draft, address: &Address<'_>, findings: &mut Vec<Finding>) {
    let Some(endpoint) = address.endpoint else { return };
    for hint in &endpoint.required_headers {
        if !draft.headers.iter().any(|h| h.name.eq_ignore_ascii_case(&hint.name)) {
            findings.push(
                Finding::new(
                    "header_missing",
                    Level::Warning,
                    format!("this endpoint wants the header {}", hint.name),
                )
                .at(Place::Header(hint.name.clone()))
                .fix(format!("add {}: {}", hint.name, hint.value)),
            );
        }
    }
}

fn content_type(draft: &Draft, findings: &mut Vec<Finding>) {
    let mut types = draft.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("content-type"));
    let first = types.next();
    if let (Some(first), Some(second)) = (first, types.next())
        && !first.value.eq_ignore_ascii_case(&second.value)
    {
        findings.push(
            at(second, "content_type_twice", Level::Warning, "two different content types are given")
                .fix("keep one of them"),
        );
    }
    if !draft.form.is_empty() {
        form_type(first, findings);
        return;
    }
    let looks_like_json = draft.body.trim_start().starts_with(['{', '[']);
    if !draft.body.trim().is_empty() && !looks_like_json {
        written_form(first, findings);
    }
    if !looks_like_json || method_of(draft) == "GET" {
        return;
    }
    let fix = "write Content-Type: application/json";
    match first {
        None => findings.push(
            Finding::new(
                "content_type_missing",
                Level::Warning,
                "the body is JSON, but no content type says so",
            )
            .at(Place::Header("Content-Type".into()))
            .fix(fix),
        ),
        Some(header) if !is_json(&header.value) => findings.push(
            at(
                header,
                "content_type_not_json",
                Level::Warning,
                "the body is JSON, the content type says something else",
            )
            .fix(fix),
        ),
        Some(_) => {}
    }
}

/// The content type of a form: its boundary is not looked at, for the program that sends the parts writes one.
fn form_type(header: Option<&Header>, findings: &mut Vec<Finding>) {
    let is_form = |header: &&Header| header.value.trim_start().to_ascii_lowercase().starts_with("multipart/");
    let Some(header) = header.filter(|h| !is_form(h)) else { return };
    findings.push(
        at(
            header,
            "content_type_not_form",
            Level::Warning,
            "the body is a form, the content type says something else",
        )
        .fix("take the header out: the program that sends the form writes it"),
    );
}

/// A body that is written out under a form's content type needs the boundary that stands between its parts.
fn written_form(header: Option<&Header>, findings: &mut Vec<Finding>) {
    let Some(header) = header else { return };
    let lower = header.value.to_ascii_lowercase();
    if lower.trim_start().starts_with("multipart/form-data") && !lower.contains("boundary=") {
        findings.push(
            at(
                header,
                "form_without_boundary",
                Level::Warning,
                "the content type of the form is set by hand, without the boundary between its parts",
            )
            .fix("take the header out and send the fields as a form (curl: -F name=value), or add the boundary"),
        );
    }
}

/// True for `application/json`, with or without parameters, and types built on it.
pub(super) fn is_json(value: &str) -> bool {
    let kind = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json"
        || kind == "text/json"
        || kind.ends_with("+json")
        || kind == "application/x-ndjson"
}
