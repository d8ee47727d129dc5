//! The address and the method.

use crate::case::catalog::{Catalog, Endpoint, Profile, Served};
use crate::case::finding::{Finding, Level, Place};
use crate::case::request::{Draft, Target};

/// What the address says, for the checks of headers and body.
#[derive(Default)]
pub(super) struct Address<'a> {
    /// Where it goes; `None` where it cannot be read.
    pub(super) target: Option<Target>,
    /// The endpoint that is meant, also where path or method are slightly wrong.
    pub(super) endpoint: Option<&'a Endpoint>,
    /// The host is this machine.
    pub(super) is_loopback: bool,
}

/// Checks the address; gives what it means.
pub(super) fn check<'a>(
    draft: &Draft,
    catalog: &'a Catalog,
    profile: Option<&Profile>,
    findings: &mut Vec<Finding>,
) -> Address<'a> {
    findings.extend(small_letters(&draft.method).or_else(|| no_method(&draft.method)));
    let url = draft.url.trim();
    let base = profile.and_then(|p| p.base_urls.first()).map(|b| b.url.as_str());
    if url.is_empty() {
        findings.push(at_url("url_missing", Level::Error, "there is no URL to send to", &address_fix(base)));
        return Address::default();
    }
    if url.starts_with("[env:") || url.contains("://[env:") {
        findings.push(at_url(
            "url_from_variable",
            Level::Error,
            "the host stands in a variable whose value is not in the paste",
            &address_fix(base),
        ));
        return Address {
            endpoint: by_suffix((catalog, profile), &method_of(draft), url),
            ..Address::default()
        };
    }
    if let Some(finding) = slip(url) {
        findings.push(finding);
        return Address {
            endpoint: by_suffix((catalog, profile), &method_of(draft), url),
            ..Address::default()
        };
    }
    let target = match Target::parse(url, base) {
        Ok(target) => target,
        Err(error) => {
            findings.push(at_url(error.id(), Level::Error, &error.to_string(), &address_fix(base)));
            // Most often only the scheme is missing: the rest can be checked all the same.
            let guess = Target::parse(&format!("https://{url}"), None).ok().filter(|_| !url.contains("://"));
            let endpoint = guess.and_then(|t| by_suffix((catalog, profile), &method_of(draft), &t.path));
            return Address { endpoint, ..Address::default() };
        }
    };
    let is_loopback = is_loopback(&target.host);
    if target.scheme == "http" && !is_loopback {
        findings.push(at_url(
            "http_not_https",
            Level::Warning,
            "the key and the text go over the network unencrypted, and many gateways redirect http",
            "write https:// instead of http://",
        ));
    }
    if let (true, Some(80)) | (false, Some(443)) = (target.scheme == "https", target.port) {
        findings.push(at_url(
            "port_not_of_scheme",
            Level::Warning,
            "port 80 is that of http and port 443 that of https; the scheme says the other one",
            "leave the port out",
        ));
    }
    if is_realtime(&target.path) {
        findings.push(websocket(Level::Warning));
    }
    host(&target, catalog, profile, is_loopback, findings);
    let endpoint = path(draft, &target, (catalog, profile), findings);
    if let Some(endpoint) = endpoint {
        documented(endpoint, &target, profile, findings);
    }
    Address { target: Some(target), endpoint, is_loopback }
}

/// True for the realtime endpoint itself; what stands below it is plain HTTP.
fn is_realtime(path: &str) -> bool {
    path.trim_end_matches('/').ends_with("/v1/realtime")
}

fn websocket(level: Level) -> Finding {
    at_url(
        "websocket",
        level,
        "this is a WebSocket, which cannot be reproduced here",
        "record the evidence where it runs: the close code and its reason, the event ids, the last events and their times",
    )
    .source("https://github.com/cometapi-dev/cometapi-realtime-agents", "2026-05-22", true)
}

/// How people begin an address with a slip of the finger.
const MISSPELT: &[&str] = &[
    "http:/", "https:/", "http//", "https//", "http;", "https;", "http.//", "https.//", "htp:", "htps:",
    "htttp", "hhttp", "ttp:", "ttps:", "httsp:", "hppts:", "http:\\", "https:\\",
];

/// Addresses that cannot be read or sent, where the reason shows.
fn slip(url: &str) -> Option<Finding> {
    let lower: String = url.chars().take(4096).flat_map(char::to_lowercase).collect();
    if lower.starts_with("ws://") || lower.starts_with("wss://") {
        return Some(websocket(Level::Error));
    }
    let good = ["http://", "https://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    match good {
        None if MISSPELT.iter().any(|m| lower.starts_with(m)) => Some(at_url(
            "scheme_misspelt",
            Level::Error,
            "the address begins with a misspelt https://",
            "write https:// and the host behind it",
        )),
        Some(rest) if rest.starts_with("http:/") || rest.starts_with("https:/") => Some(at_url(
            "scheme_doubled",
            Level::Error,
            "the address begins with its scheme twice",
            "write https:// once, and the host behind it",
        )),
        _ => None,
    }
}

fn at_url(id: &'static str, level: Level, message: &str, fix: &str) -> Finding {
    Finding::new(id, level, message).at(Place::Url).fix(fix)
}

fn address_fix(base: Option<&str>) -> String {
    format!("write it as {}/v1/…", base.unwrap_or("https://host"))
}

/// The methods of HTTP's own reference (RFC 9110, 9.3; PATCH: RFC 5789).
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

/// Methods are compared letter by letter (RFC 9110, 9.1), and `curl -X post` sends what it was given.
fn small_letters(method: &str) -> Option<Finding> {
    let method = method.trim();
    let meant = METHODS.iter().find(|known| known.eq_ignore_ascii_case(method) && **known != method)?;
    Some(
        Finding::new(
            "method_in_small_letters",
            Level::Warning,
            format!("the method is not written {meant}; servers compare it letter by letter, and many answer 404 or 405"),
        )
        .at(Place::Method)
        .fix(format!("write {meant}")),
    )
}

/// A word that no catalog entry and no reference has for a method, such as `POSTZZ`.
fn no_method(method: &str) -> Option<Finding> {
    let method = method.trim();
    let is_known = method.is_empty() || method.contains('[') || METHODS.contains(&method);
    (!is_known).then(|| {
        Finding::new("method_unknown", Level::Warning, "the method is none that these gateways have")
            .at(Place::Method)
            .fix("write POST or GET, as the gateway's API reference says")
    })
}

/// The method, for comparing it with what an endpoint takes.
pub(super) fn method_of(draft: &Draft) -> String {
    match draft.method.trim() {
        "" if draft.body.is_empty() && draft.form.is_empty() => "GET".to_owned(),
        "" => "POST".to_owned(),
        method => method.to_ascii_uppercase(),
    }
}

fn is_loopback(host: &str) -> bool {
    let is_127 = host.starts_with("127.") && host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_127
}

fn host(
    target: &Target,
    catalog: &Catalog,
    profile: Option<&Profile>,
    is_loopback: bool,
    findings: &mut Vec<Finding>,
) {
    if let Some(owner) = catalog.profiles.iter().find(|p| p.web_hosts.contains(&target.host)) {
        let base = owner.base_urls.first().map_or("the API's own host", |b| b.url.as_str());
        findings.push(at_url(
            "host_is_web_site",
            Level::Warning,
            &format!("this host is the web site of {}, not its API", owner.name),
            &format!("write {base}"),
        ));
        return;
    }
    let Some(profile) = profile.filter(|p| !p.hosts.is_empty() && !p.covers(&target.host)) else {
        return;
    };
    let origin = target.origin();
    if catalog.contract.providers.iter().any(|p| p.is_host(&target.host)) {
        // Said with the key.
        return;
    }
    if !is_loopback && !profile.base_urls.iter().any(|b| b.url == origin) {
        let base = profile.base_urls.first().map_or("its own base URL", |b| b.url.as_str());
        findings.push(at_url(
            "host_not_of_gateway",
            Level::Info,
            &format!("the host is none of {}", profile.name),
            &format!("write {base} if the request is meant for {}", profile.name),
        ));
    }
}

/// Checks path and method against the catalog; gives the endpoint that is meant.
fn path<'a>(
    draft: &Draft,
    target: &Target,
    (catalog, profile): (&'a Catalog, Option<&Profile>),
    findings: &mut Vec<Finding>,
) -> Option<&'a Endpoint> {
    let method = method_of(draft);
    let found = known_at((catalog, profile), &method, &target.path);
    if let Some(endpoint) = found {
        if !is_placeholder_free(&target.path) {
            findings.push(stand_in());
        }
        return Some(endpoint);
    }
    if let Some(endpoint) = twice(target, &method, catalog, findings) {
        return Some(endpoint);
    }
    let mut path = target.path.clone();
    let mut mended = false;
    if !is_placeholder_free(&path) {
        findings.push(stand_in());
        mended = true;
    }
    let mut notice = |id, message: &str, fixed: &str| {
        findings.push(at_url(id, Level::Warning, message, &format!("write {}", shown(catalog, fixed))));
    };
    if path.contains("//") {
        path = collapse_slashes(&path);
        notice("path_double_slash", "the path has two slashes in a row", &path);
        mended = true;
    }
    if path.len() > 1 && path.ends_with('/') {
        path.truncate(path.trim_end_matches('/').len());
        notice("path_trailing_slash", "the path ends with a slash", &path);
        mended = true;
    }
    if let Some(single) = without_doubled_version(&path) {
        path = single;
        notice(
            "path_doubled_version",
            "the path has its version twice; the base URL already ends in it",
            &path,
        );
        mended = true;
    }
    let lower = path.to_ascii_lowercase();
    if on_path((catalog, profile), &path).is_none()
        && lower != path
        && on_path((catalog, profile), &lower).is_some()
    {
        path = lower;
        notice("path_case", "the path has capital letters, the documented one has none", &path);
        mended = true;
    }
    if on_path((catalog, profile), &path).is_none() {
        let versioned = catalog.endpoints.iter().find_map(|e| {
            let version = e.path.trim_start_matches('/').split('/').next().filter(|s| is_version(s))?;
            let candidate = format!("/{version}{path}");
            on_path((catalog, profile), &candidate).is_some().then_some(candidate)
        });
        if let Some(candidate) = versioned {
            notice(
                "base_url_without_v1",
                "the path has no version; it is missing in the base URL",
                &candidate,
            );
            path = candidate;
            mended = true;
        }
    }
    if let Some(endpoint) = known_at((catalog, profile), &method, &path) {
        return Some(endpoint);
    }
    if let Some(endpoint) = on_path((catalog, profile), &path) {
        findings.push(
            Finding::new("method_not_for_path", Level::Warning, "the path is known, but with another method")
                .at(Place::Method)
                .fix(format!("use {}", endpoint.method)),
        );
        return Some(endpoint);
    }
    if let Some(endpoint) = by_suffix((catalog, profile), &method, &path) {
        if !mended {
            findings.push(at_url(
                "path_with_prefix",
                Level::Info,
                "something stands before the documented path; some gateways want that, others do not",
                &format!("compare with {}", endpoint.path),
            ));
        }
        return Some(endpoint);
    }
    // A gateway has more paths than are known here: only what resembles one of these is likely to be a mistake.
    let begun = || catalog.endpoints.iter().find(|e| path.starts_with(&format!("{}/", e.path)));
    let (level, fix) = match nearest(catalog, &path).or_else(begun) {
        Some(endpoint) => (Level::Warning, format!("did you mean {}?", endpoint.path)),
        None => (Level::Info, "compare it with the gateway's API reference".to_owned()),
    };
    findings.push(at_url("path_unknown", level, "the path is not among those that are known here", &fix));
    None
}

fn stand_in() -> Finding {
    at_url(
        "path_is_placeholder",
        Level::Error,
        "a stand-in is left in the path",
        "put the real model or id in its place",
    )
}

/// The path holds a second address, or an endpoint behind an endpoint: the base URL was already whole.
fn twice<'a>(
    target: &Target,
    method: &str,
    catalog: &'a Catalog,
    findings: &mut Vec<Finding>,
) -> Option<&'a Endpoint> {
    let path = target.path.as_str();
    if path.len() > LONGEST_PATH {
        return None;
    }
    if path.contains("http:/") || path.contains("https:/") {
        findings.push(at_url(
            "url_pasted_twice",
            Level::Warning,
            "a second address stands inside the path",
            "write one address; a base URL and a whole URL were probably joined",
        ));
        return by_suffix((catalog, None), method, path);
    }
    let (endpoint, _) = catalog
        .endpoints
        .iter()
        .filter(|e| !e.path.contains('{') && e.path.matches('/').count() > 1)
        .find_map(|e| {
            let rest = path.strip_prefix(e.path.as_str())?;
            let known = |p: &str| catalog.endpoints.iter().find(|x| x.path == p || unversioned(&x.path) == p);
            Some((known(rest.trim_end_matches('/'))?, e))
        })?;
    findings.push(at_url(
        "path_doubled_endpoint",
        Level::Warning,
        "an endpoint stands behind an endpoint; the base URL already holds one, and the client adds its own",
        &format!("end the base URL before the endpoint, so that the path is {}", endpoint.path),
    ));
    Some(endpoint)
}

/// No path that is compared piece by piece is longer, bytes.
const LONGEST_PATH: usize = 2048;

/// A path without its version: `/chat/completions`.
fn unversioned(path: &str) -> &str {
    let mut segments = path.splitn(3, '/').skip(1);
    match (segments.next(), segments.next()) {
        (Some(first), Some(rest)) if is_version(first) => {
            path.get(path.len() - rest.len() - 1..).unwrap_or(path)
        }
        _ => path,
    }
}

/// False for a path with `{model}`, `<id>`, `:id` or `$MODEL` left in it.
fn is_placeholder_free(path: &str) -> bool {
    path.split('/').all(|s| {
        let lower = s.to_ascii_lowercase();
        !((lower.contains('{') && lower.contains('}'))
            || (lower.contains("%7b") && lower.contains("%7d"))
            || ["<", "%3c", "$"].iter().any(|begin| lower.starts_with(begin))
            || (lower.len() > 1 && lower.starts_with(':')))
    })
}

/// What the catalog knows of the endpoint beside its path: does the gateway serve it, and what must the query say.
fn documented(endpoint: &Endpoint, target: &Target, profile: Option<&Profile>, findings: &mut Vec<Finding>) {
    let mut push = |finding: Finding| {
        findings.push(finding.source(&endpoint.doc_url, &endpoint.accessed, endpoint.confirmed));
    };
    // What is known of being served is known of the gateways that the catalog names.
    if endpoint.served == Served::No && profile.is_some_and(|p| !p.hosts.is_empty() && p.endpoints.is_empty())
    {
        push(at_url(
            "endpoint_not_served",
            Level::Warning,
            "the gateway answers on this path that it does not implement it",
            "use an endpoint that the gateway's API reference documents",
        ));
    }
    for parameter in endpoint.query.iter().filter(|p| p.required) {
        if !target.query.iter().any(|(name, _)| name == &parameter.name) {
            push(at_url(
                "query_missing",
                Level::Warning,
                &format!("this endpoint wants the parameter {} in the address", parameter.name),
                &format!("add ?{}=… behind the path", parameter.name),
            ));
        }
    }
}

/// The first endpoint on `path`, whatever its method.
fn on_path<'a>((catalog, profile): (&'a Catalog, Option<&Profile>), path: &str) -> Option<&'a Endpoint> {
    let id = catalog.endpoints_on_path(path).find(|e| !is_foreign(e, profile))?.id.clone();
    catalog.endpoint(&id)
}

/// A mended path is shown only as the catalog writes it: the operator's own path may hold anything.
fn shown(catalog: &Catalog, path: &str) -> String {
    on_path((catalog, None), path)
        .map_or_else(|| "it as the API reference does".to_owned(), |e| e.path.clone())
}

fn collapse_slashes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

/// `v1`, `v2`, `v1beta`.
fn is_version(segment: &str) -> bool {
    let Some(rest) = segment.strip_prefix('v') else { return false };
    let rest = rest.trim_end_matches("beta").trim_end_matches("alpha");
    !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
}

fn without_doubled_version(path: &str) -> Option<String> {
    let mut segments: Vec<&str> = path.split('/').collect();
    let before = segments.len();
    segments.dedup_by(|b, a| a == b && is_version(a));
    (segments.len() < before).then(|| segments.join("/"))
}

/// The endpoint whose whole path ends `path`: a gateway below a prefix (`/api/v1/chat/completions`).
fn by_suffix<'a>(known: (&'a Catalog, Option<&Profile>), method: &str, path: &str) -> Option<&'a Endpoint> {
    let path = path.split(['?', '#']).next().unwrap_or("");
    path.match_indices('/').take(12).find_map(|(at, _)| known_at(known, method, path.get(at..)?))
}

/// The endpoint of the path. At a gateway that is known, a path that only another one has is as good as none.
fn known_at<'a>(
    (catalog, profile): (&'a Catalog, Option<&Profile>),
    method: &str,
    path: &str,
) -> Option<&'a Endpoint> {
    catalog.endpoint_at(method, path, profile).filter(|e| !is_foreign(e, profile))
}

/// True where only other gateways than this one, which is known, have the endpoint.
fn is_foreign(endpoint: &Endpoint, profile: Option<&Profile>) -> bool {
    profile.is_some_and(|p| {
        !p.hosts.is_empty() && !endpoint.profiles.is_empty() && !endpoint.profiles.contains(&p.id)
    })
}

/// The endpoint whose path is a few letters away.
fn nearest<'a>(catalog: &'a Catalog, path: &str) -> Option<&'a Endpoint> {
    if path.len() > 120 {
        return None;
    }
    let best = catalog.endpoints.iter().map(|e| (distance(&e.path, path), e)).min_by_key(|(d, _)| *d)?;
    (best.0 <= 4).then_some(best.1)
}

/// Edits that make `a` of `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for ((cb, diagonal), above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(ca != *cb)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_edits() {
        for (a, b, edits) in
            [("", "abc", 3), ("abc", "abc", 0), ("/v1/chat", "/v1/chats", 1), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn hosts_of_this_machine_are_known() {
        for (host, local) in
            [("localhost", true), ("127.9.0.1", true), ("[::1]", true), ("127.example.com", false)]
        {
            assert_eq!(is_loopback(host), local, "{host}");
        }
    }
}
