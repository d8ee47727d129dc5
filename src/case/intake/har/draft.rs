//! The request of an entry, as a draft.

use super::super::{multipart, secret};
use super::call::{method, url};
use super::entry::{Entry, Param, pairs, params, whole};
use super::walk::text;
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Header, Part, PartContent};

/// Headers that the sender makes itself, or that belong to the one connection.
const OF_THE_SENDER: [&str; 6] =
    ["host", "content-length", "connection", "proxy-connection", "keep-alive", "transfer-encoding"];

/// A draft, and what was noticed while making it.
pub(super) struct Drafted {
    pub(super) draft: Draft,
    pub(super) findings: Vec<Finding>,
    /// Bytes of the body as it was sent, where that is known.
    pub(super) sent_bytes: Option<u64>,
}

/// What was sent as a body.
#[derive(Default)]
struct Body {
    text: String,
    form: Vec<Part>,
    findings: Vec<Finding>,
}

/// Makes the draft. Secrets move into `ring`.
pub(super) fn draft(entry: &Entry<'_>, catalog: &Catalog, ring: &mut KeyRing) -> Drafted {
    let held = ring.iter().count();
    let method = method(entry);
    let written = headers(entry);
    let Body { text: body, mut form, mut findings } = body(entry, &written, &method);
    let sent_bytes = whole(entry.request.body_size).filter(|bytes| *bytes > 0);
    let sent_bytes = if form.is_empty() && !body.is_empty() { Some(body.len() as u64) } else { sent_bytes };
    secret::mask_form(&mut form, catalog, ring);
    let (mut stand_in, mut has_literal) = (None, false);
    let mut headers = Vec::new();
    for header in written {
        if OF_THE_SENDER.iter().any(|own| header.name.eq_ignore_ascii_case(own)) {
            continue;
        }
        let is_type = !form.is_empty() && header.name.eq_ignore_ascii_case("content-type");
        let value = if is_type { multipart::without_boundary(&header.value) } else { header.value };
        let (value, seen) = secret::mask_header(&header.name, &value, catalog, ring);
        if seen.placeholder && stand_in.is_none() {
            stand_in = Some(header.name.clone());
        }
        has_literal |= seen.literal;
        headers.push(Header::new(header.name, value));
    }
    let (url, in_url) = secret::mask_url(&with_query(entry, url(entry)), catalog, ring);
    let has_key = has_literal || in_url.literal || in_url.placeholder || has_credential(&headers, catalog);
    if let Some(name) = stand_in {
        findings.push(super::super::key_is_placeholder(Place::Header(name)));
    } else if !has_key {
        findings.push(no_key());
    }
    let media = headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
    let body = secret::mask_body(body, media.map(|h| h.value.as_str()), catalog, ring).0;
    let draft = Draft { method, url, headers, body: body.into(), form };
    if ring.iter().count() > held {
        findings.push(super::super::literal_key());
    }
    Drafted { draft, findings, sent_bytes }
}

/// The header lines without HTTP/2's pseudo headers.
fn headers(entry: &Entry<'_>) -> Vec<Header> {
    let mut list: Vec<Header> = pairs(entry.request.headers)
        .into_iter()
        .filter(|(name, _)| !name.is_empty() && !name.starts_with(':') && !name.contains([' ', '\n', '\r']))
        .map(|(name, value)| Header::new(name, value.trim()))
        .collect();
    let has_type = list.iter().any(|h| h.name.eq_ignore_ascii_case("content-type"));
    // Exports without headers still say the type of the body.
    if !has_type
        && let Some(mime) = text(entry.request.post.mime)
        && mime.contains('/')
        && (!entry.request.post.text.is_empty() || !entry.request.post.params.is_empty())
    {
        list.push(Header::new("content-type", mime.trim()));
    }
    list
}

/// A cookie counts: an export that was stripped has none either.
fn has_credential(headers: &[Header], catalog: &Catalog) -> bool {
    headers.iter().any(|h| catalog.credential_header(&h.name).is_some() && !h.value.trim().is_empty())
}

/// The address with its query, where only `queryString` has it.
fn with_query(entry: &Entry<'_>, url: String) -> String {
    if url.is_empty() || url.contains('?') {
        return url;
    }
    let query = pairs(entry.request.query);
    if query.is_empty() {
        return url;
    }
    let (before, fragment) = url.split_once('#').map_or((url.as_str(), None), |(a, b)| (a, Some(b)));
    let query: Vec<String> = query.iter().map(|(name, value)| pair(name, value)).collect();
    let mut out = format!("{before}?{}", query.join("&"));
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// `name=value`, encoded. Tools write both the sent and the read form; what is encoded already stays.
fn pair(name: &str, value: &str) -> String {
    format!("{}={}", encoded(name), encoded(value))
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (at, byte) in bytes.iter().enumerate() {
        let is_escape = *byte == b'%'
            && bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        if byte.is_ascii_alphanumeric() || b"-._~[]/:,@$".contains(byte) || is_escape {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn body(entry: &Entry<'_>, headers: &[Header], method: &str) -> Body {
    let post = &entry.request.post;
    let given = post.body().filter(|body| !body.is_empty());
    let listed = if given.is_none() { params(post.params) } else { Vec::new() };
    let kind = headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
    let kind = kind.map(|h| h.value.to_ascii_lowercase()).unwrap_or_default();
    if let Some(body) = given {
        return of_text(entry, &body, headers, &kind);
    }
    if listed.is_empty() {
        let mut body = Body::default();
        if says_more(entry, method) {
            body.findings.push(no_body());
        }
        return body;
    }
    if kind.starts_with("multipart/") || listed.iter().any(|param| param.filename.is_some()) {
        return of_parts(listed);
    }
    if let [Param { name, value, .. }] = listed.as_slice()
        && value.as_deref().is_none_or(str::is_empty)
        && name.trim_start().starts_with(['{', '['])
    {
        // Charles writes a body that is called a form and is none as the name of a field.
        return Body { text: name.clone(), ..Body::default() };
    }
    let pairs: Vec<String> =
        listed.iter().map(|p| pair(&p.name, p.value.as_deref().unwrap_or_default())).collect();
    Body { text: pairs.join("&"), ..Body::default() }
}

fn of_text(entry: &Entry<'_>, body: &str, headers: &[Header], kind: &str) -> Body {
    let post_type = [Header::new("content-type", text(entry.request.post.mime).unwrap_or_default())];
    let mut form = Vec::new();
    if kind.starts_with("multipart/") || body.starts_with("--") {
        let mark = multipart::boundary(headers)
            .or_else(|| multipart::boundary(&post_type))
            // The first line of such a body is its boundary.
            .or_else(|| body.lines().next()?.trim_end().strip_prefix("--"))
            .filter(|mark| !mark.is_empty());
        form = mark.and_then(|mark| multipart::parts(body, mark)).unwrap_or_default();
    }
    let mut findings = Vec::new();
    if form.iter().any(|part| part.filename.is_some()) {
        findings.push(no_files());
    }
    let cut = whole(entry.request.body_size).is_some_and(|bytes| bytes > body.len() as u64);
    if form.is_empty() && cut && is_cut_json(body) {
        findings.push(cut_body());
    }
    let text = if form.is_empty() { body.to_owned() } else { String::new() };
    Body { text, form, findings }
}

/// JSON that ends too early.
fn is_cut_json(body: &str) -> bool {
    body.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<serde::de::IgnoredAny>(body).is_err_and(|e| e.is_eof())
}

fn of_parts(listed: Vec<Param>) -> Body {
    let mut body = Body::default();
    for param in listed {
        let content = match (param.value, &param.filename) {
            // Chrome's word for bytes that it does not show.
            (Some(value), name) if value == "(binary)" => {
                PartContent::File { path: name.clone().unwrap_or_else(|| param.name.clone()), bytes: None }
            }
            (Some(value), _) if !value.is_empty() => PartContent::Text(value),
            (_, Some(name)) => PartContent::File { path: name.clone(), bytes: None },
            (value, None) => PartContent::Text(value.unwrap_or_default()),
        };
        body.form.push(Part {
            name: param.name,
            content,
            filename: param.filename,
            media_type: param.media_type,
        });
    }
    if body.form.iter().any(|part| part.filename.is_some() || part.path().is_some()) {
        body.findings.push(no_files());
    }
    body
}

/// The entry says that a body was sent, which is not in it.
fn says_more(entry: &Entry<'_>, method: &str) -> bool {
    let length = pairs(entry.request.headers)
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<u64>().ok());
    let known = whole(entry.request.body_size).or(length);
    matches!(method, "POST" | "PUT" | "PATCH") && known != Some(0)
        || known.is_some_and(|bytes| bytes > 0) && method != "GET"
}

fn no_body() -> Finding {
    Finding::new("har_no_body", Level::Warning, "the export does not hold the body that was sent")
        .fix("fill in the body, or export again with the content of the requests")
}

fn cut_body() -> Finding {
    Finding::new("har_body_cut", Level::Warning, "the export holds the body that was sent only in part")
        .fix("fill in the whole body, or export again without a limit on its size")
}

fn no_files() -> Finding {
    Finding::new(
        "har_files",
        Level::Warning,
        "the form carries a file; exports hold its name, and rarely its bytes as they were",
    )
    .fix("name the file to send under Form")
}

fn no_key() -> Finding {
    Finding::new(
        "har_no_key",
        Level::Warning,
        "the export holds no key for this call; browsers leave the authorization and cookie headers out unless told otherwise",
    )
    .fix("name the environment variable that holds the key, for example with --key-env")
}
