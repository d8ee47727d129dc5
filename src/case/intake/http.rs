//! HTTP as people paste it: `curl -i` (a head and a body), `curl -v` (`>`, `<` and `*` lines), a raw request.

use super::answer;
use super::unmasked::Unmasked;
use crate::case::catalog::Catalog;
use crate::case::chunked;
use crate::case::evidence::Response;
use crate::case::keyring::KeyRing;
use crate::case::request::Draft;

/// A status line.
struct StatusLine {
    version: String,
    status: u16,
    reason: Option<String>,
}

/// Reads `HTTP/1.1 401 Unauthorized`.
fn status_line(line: &str) -> Option<StatusLine> {
    let line = line.trim_end_matches(['\r', ' ']);
    let mut parts = line.splitn(3, ' ');
    let version = parts.next().filter(|v| is_version(v))?;
    let code = parts.next().filter(|c| c.len() == 3)?;
    let status: u16 = code.parse().ok().filter(|s| (100..=999).contains(s))?;
    let reason = parts.next().map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned);
    Some(StatusLine { version: version.to_owned(), status, reason })
}

fn is_version(text: &str) -> bool {
    matches!(text, "HTTP/1.0" | "HTTP/1.1" | "HTTP/2" | "HTTP/2.0" | "HTTP/3" | "HTTP/3.0")
}

/// `POST /v1/x HTTP/1.1`: method and path.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.trim_end_matches(['\r', ' ']).split(' ');
    let (method, path, version) = (parts.next()?, parts.next()?, parts.next()?);
    let ok = parts.next().is_none()
        && is_version(version)
        && !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_uppercase())
        && (path.starts_with('/') || path.contains("://"));
    ok.then_some((method, path))
}

/// True where a line of `text` (with or without curl's `<`) is a status line.
pub(super) fn has_status_line(text: &str) -> bool {
    text.lines().take(400).any(|line| status_line(line.strip_prefix("< ").unwrap_or(line)).is_some())
}

/// True where the first line is a status line.
pub(super) fn starts_with_status_line(text: &str) -> bool {
    text.lines().next().is_some_and(|line| status_line(line).is_some())
}

/// The status of a status line, with which `text` begins.
pub(super) fn status(text: &str) -> Option<u16> {
    status_line(text.lines().next()?).map(|line| line.status)
}

/// True where the first line is a request line.
pub(super) fn starts_with_request_line(text: &str) -> bool {
    text.lines().next().is_some_and(|line| request_line(line).is_some())
}

/// What stands behind the JSON body of a raw request; `None` where nothing does.
pub(super) fn behind_body(text: &str) -> Option<&str> {
    let (_, body) = split_head(text.as_bytes());
    let body = std::str::from_utf8(body).ok()?.trim_start();
    let behind =
        if body.starts_with(['{', '[']) { body.get(answer::json_extent(body)?..)? } else { return None };
    Some(behind.trim()).filter(|behind| !behind.is_empty())
}

/// True where a raw request has all that it announces, and an empty line behind it: a request without a body, or a body that is
/// one JSON text.
pub(super) fn is_whole(text: &str) -> bool {
    let (head, body) = split_head(text.as_bytes());
    let announces = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        name.eq_ignore_ascii_case("content-length") && value.trim() != "0"
            || name.eq_ignore_ascii_case("transfer-encoding")
    };
    let Ok(body) = std::str::from_utf8(body) else { return false };
    match body.trim() {
        "" => text.len() > head.len() && !String::from_utf8_lossy(head).lines().any(announces),
        body => body.starts_with(['{', '[']) && answer::json_extent(body) == Some(body.len()),
    }
}

/// The answer's head where a tool printed the request above it (`http -v`); all of `text` where there is no such.
pub(super) fn behind_request(text: &str) -> &str {
    if !starts_with_request_line(text) {
        return text;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if status_line(line.trim_end()).is_some() {
            return text.get(at..).unwrap_or(text);
        }
        at += line.len();
    }
    text
}

/// True where curl's `-v` wrote the text: marked lines, of which one is a head.
pub(super) fn is_verbose(text: &str) -> bool {
    let mut marked = text.lines().take(400).filter(|line| line.starts_with(['*', '<', '>']));
    marked.any(|line| {
        let rest = line.get(1..).unwrap_or("").trim_start();
        status_line(rest).is_some() || request_line(rest).is_some()
    })
}

/// Reads a head and a body, from a status line on. Interim answers (`100 Continue`) and a proxy's `200 Connection
/// established` are stepped over. Byte for byte, so that a body which is no text survives.
pub(super) fn response(bytes: &[u8]) -> Option<Response> {
    let mut rest = bytes;
    loop {
        let (head, body) = split_head(rest);
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let first = status_line(lines.next()?)?;
        let next_is_head = std::str::from_utf8(body.get(..body.len().min(16)).unwrap_or_default())
            .is_ok_and(|start| start.starts_with("HTTP/"));
        let tunnel = first.status == 200 && next_is_head;
        if (first.status < 200 && first.status != 101) || tunnel {
            rest = body;
            continue;
        }
        let headers = headers(lines);
        // With -L the answer that a redirect led to follows at once; what is comparable with ours is the redirect.
        let body = if (300..400).contains(&first.status) && next_is_head { &[][..] } else { body };
        let body = unframed(&headers, body).unwrap_or_else(|| body.to_vec());
        return Some(answer::response(Some(first.status), first.reason, Some(first.version), headers, body));
    }
}

/// Reads a head and a body out of a paste: what a terminal printed behind the body is not of it.
pub(super) fn pasted(text: &str) -> Option<Response> {
    let read = response(answer::trimmed(text).as_bytes())?;
    let body = std::str::from_utf8(&read.body).map_or("", answer::trimmed);
    if body.len() == read.body.len() || read.stream.is_some() {
        return Some(read);
    }
    Some(answer::response(
        read.status,
        read.reason,
        read.http_version,
        read.headers,
        body.as_bytes().to_vec(),
    ))
}

/// The head up to the empty line, and what is behind it. Without an empty line all that looks like a head is one.
fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let len = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
        let line = rest.get(..len).unwrap_or_default();
        let bare = line.trim_ascii_end();
        let is_header = bare.contains(&b':') && !bare.starts_with(b"{") && !bare.starts_with(b"[");
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if bare.is_empty() {
            return (bytes.get(..at).unwrap_or_default(), bytes.get(at + len..).unwrap_or_default());
        }
        if at > 0 && !is_header && !folded {
            return (bytes.get(..at).unwrap_or_default(), rest);
        }
        at += len;
    }
    (bytes, &[])
}

/// Header lines, names in lower case; a line that begins with a space continues the one before.
fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        let line = line.trim_end_matches('\r');
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    headers
}

/// What `curl -v` shows.
pub(super) struct Verbose {
    /// The request's head, where its lines are there.
    pub(super) draft: Option<Draft>,
    /// The answer, where its lines are there.
    pub(super) response: Option<Response>,
}

/// Reads the output of `curl -v`.
pub(super) fn verbose(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Verbose {
    let (mut request, mut head, mut body) = (String::new(), String::new(), String::new());
    let mut head_done = false;
    let mut encrypted = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if bare == "*" || bare.starts_with("* ") {
            encrypted |= ["TLS", "SSL", "ALPN", "port 443"].iter().any(|mark| bare.contains(mark));
        } else if bare == ">" || bare.starts_with("> ") {
            request.push_str(bare.get(2..).unwrap_or(""));
            request.push('\n');
        } else if (bare == "<" || bare.starts_with("< ")) && !head_done {
            let rest = bare.get(2..).unwrap_or("");
            // A further status line begins the head anew: the one before was interim or a redirect's.
            if status_line(rest).is_some() && status_line(&head).is_none_or(|s| s.status < 200) {
                head.clear();
            }
            head_done = rest.trim().is_empty()
                && status_line(head.lines().next().unwrap_or("")).is_some_and(|s| s.status >= 200);
            if !rest.trim().is_empty() {
                head.push_str(rest);
                head.push('\n');
            }
        } else if is_noise(bare) {
        } else if !head.is_empty() {
            match bare.find("* Connection #") {
                Some(at) => body.push_str(bare.get(..at).unwrap_or("")),
                None => body.push_str(line),
            }
        }
    }
    let response = (!head.is_empty()).then(|| {
        let text = answer::trimmed(&body);
        if starts_with_status_line(text) { pasted(text) } else { pasted(&format!("{head}\n{text}")) }
    });
    let mut draft = (!request.is_empty()).then(|| raw_request(&request, encrypted, catalog, ring)).flatten();
    // Port 80 is that of http.
    let is_plain = |line: &str| {
        let connected = line.strip_prefix("* Connected to ").or_else(|| line.strip_prefix("*   Trying "));
        connected.is_some_and(|rest| rest.contains(" port 80 ") || rest.trim_end().ends_with(":80..."))
    };
    if let Some(draft) = draft.as_mut().filter(|_| !encrypted && text.lines().any(is_plain))
        && let Some(rest) = draft.url.strip_prefix("https://")
    {
        draft.url = format!("http://{rest}");
    }
    Verbose { draft, response: response.flatten() }
}

/// `{ [123 bytes data]`, `} [5 bytes data]` and the progress meter.
fn is_noise(line: &str) -> bool {
    ((line.starts_with("{ [") || line.starts_with("} [")) && line.ends_with("bytes data]"))
        || answer::is_progress(line)
}

/// Reads a raw request and masks it.
pub(super) fn raw_request(
    text: &str,
    encrypted: bool,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Option<Draft> {
    Some(written_request(text, encrypted)?.masked(catalog, ring).0)
}

/// Reads a raw request: request line, headers, body. The scheme is not in it: `https`, but for this machine.
pub(super) fn written_request(text: &str, encrypted: bool) -> Option<Unmasked> {
    let (head, body) = split_head(text.as_bytes());
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let (method, path) = request_line(lines.next()?)?;
    let headers = written_headers(lines);
    let host =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, value)| value.clone());
    let local = host
        .as_deref()
        .is_some_and(|h| h.starts_with("localhost") || h.starts_with("127.") || h.starts_with("[::1]"));
    let plain = local || host.as_deref().is_some_and(|host| host.trim_end().ends_with(":80"));
    let scheme = if plain && !encrypted { "http" } else { "https" };
    let url = match host {
        Some(host) if path.starts_with('/') => format!("{scheme}://{host}{path}"),
        _ => path.to_owned(),
    };
    let unframed = unframed(&headers, body);
    let body = std::str::from_utf8(unframed.as_deref().unwrap_or(body)).unwrap_or("");
    let body = answer::trimmed(body).to_owned();
    Some(Unmasked { method: method.to_owned(), url, headers, body, ..Unmasked::default() })
}

/// `body` without the frames that the headers tell of.
fn unframed(headers: &[(String, String)], body: &[u8]) -> Option<Vec<u8>> {
    let told = headers.iter().any(|(name, value)| chunked::is_told_by(name, value));
    told.then(|| chunked::unframed(body)).flatten()
}

fn written_headers<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        let line = line.trim_end_matches('\r');
        // A folded line goes on with the value before it (RFC 9112, 5.2).
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = headers.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        let named = line.split_once(':').filter(|(name, _)| !name.is_empty() && !name.contains(' '));
        headers.extend(named.map(|(name, value)| (name.to_owned(), value.trim().to_owned())));
    }
    headers
}
