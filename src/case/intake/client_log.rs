//! What a client's debug log tells of its requests: the options that openai-python and anthropic-python print, the bytes that
//! Python's `http.client` prints, and one line for each request of httpx. A log of several calls becomes several pieces, so
//! that the address of one never stands beside the status of another. Shapes as in runs of our own (`tests/real/clients`).

use std::sync::LazyLock;

use crate::case::pattern::Regex;
use serde_json::Value;

use super::several::Piece;
use super::unmasked::Unmasked;
use super::{answer, error_text, http, literal, literal_key, tries};
use crate::case::catalog::Catalog;
use crate::case::evidence::{Attempt, Outcome};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Intake};

/// More calls than anybody reads.
const MOST: usize = 1000;

/// Bytes of one call's options that are read.
const LONGEST: usize = 4 << 20;

/// httpx' line: method, address, status.
static ANSWERED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)\bHTTP Request: ([A-Z]{3,7}) (\S+) "HTTP/[\d.]{1,3} (\d{3})[^\n]*\n?"#).ok()
});

/// A line with which a call begins.
static BEGINS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^[^\n]*(?:\bRequest options: |\bSending HTTP Request: |\bconnect_tcp\.started |\bsend_request_headers\.started )")
        .ok()
});

/// `Sending HTTP Request: POST https://…`, or httpx' line.
static SENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\bHTTP Request: ([A-Z]{3,7}) (https?://\S+)").ok());

/// One call: the tries of one request, up to what it ended with.
struct Row<'t> {
    what: (&'t str, &'t str),
    status: u16,
    start: usize,
    end: usize,
}

/// The requests of a log; empty where it tells less than one whole request, or only one without what was sent.
pub(super) fn read_all(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Vec<Piece> {
    if !text.contains("HTTP Request: ") && !text.contains("send: b") {
        return Vec::new();
    }
    let rows = rows(text);
    if rows.len() < 2 {
        let sent = drafted(text, catalog, ring);
        let status = rows.first().map(|row| row.status);
        return sent
            .map(|draft| piece(text, (0, text.len()), status, Some(draft), catalog, ring))
            .into_iter()
            .collect();
    }
    // A person tells of a failure, and the log below has only calls that went well.
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let told = !first.contains("HTTP Request: ") && !first.starts_with(|c: char| c.is_ascii_digit());
    if told && rows.iter().all(|row| row.status < 300) && error_text::bad_status_in(first).is_some() {
        return Vec::new();
    }
    rows.into_iter()
        .map(|row| {
            let own = text.get(row.start..row.end).unwrap_or("");
            let draft = drafted(own, catalog, ring);
            piece(own, (row.start, row.end), Some(row.status), draft, catalog, ring)
        })
        .collect()
}

/// The calls of a log, each from the line with which it begins.
fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let Some(answered) = ANSWERED.as_ref() else { return rows };
    for caught in answered.captures_iter(text) {
        let (Some(whole), Some(method), Some(url)) = (caught.get(0), caught.get(1), caught.get(2)) else {
            continue;
        };
        let Some(status) = caught.get(3).and_then(|s| s.as_str().parse::<u16>().ok()) else { continue };
        let what = (method.as_str(), url.as_str());
        if rows.len() >= MOST {
            break;
        }
        match rows.last_mut() {
            // A redirect leads to another address; a bad answer may be tried again.
            Some(row) if (300..400).contains(&row.status) || (row.status >= 400 && row.what == what) => {
                (row.what, row.status, row.end) = (what, status, whole.end());
            }
            _ => rows.push(Row { what, status, start: whole.start(), end: whole.end() }),
        }
    }
    // What a call ended with reaches up to the line with which the next one begins.
    let mut from = 0;
    for at in 0..rows.len() {
        let first = rows.get(at).map_or(0, |row| row.start);
        let between = text.get(from..first).unwrap_or("");
        let begins =
            BEGINS.as_ref().and_then(|begins| begins.find(between)).map(|found| from + found.start());
        let line = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1).max(from);
        let start = if at == 0 { 0 } else { begins.unwrap_or(line) };
        if let Some(before) = at.checked_sub(1).and_then(|before| rows.get_mut(before)) {
            before.end = start;
        }
        if let Some(row) = rows.get_mut(at) {
            row.start = start;
            from = row.end;
        }
    }
    if let Some(last) = rows.last_mut() {
        last.end = text.len();
    }
    rows
}

/// One call as a piece; `status`: what it ended with.
fn piece(
    own: &str,
    (start, end): (usize, usize),
    status: Option<u16>,
    draft: Option<(Draft, bool)>,
    catalog: &Catalog,
    ring: &mut KeyRing,
) -> Piece {
    let told = error_text::read(own, true, catalog, ring);
    let good = status.filter(|status| *status < 400);
    let (mut observed, client, said) = match told {
        // A try that failed before the one that went well; what broke off behind a good status is kept.
        Some(told) if good.is_none() || told.states_object || !states_bad(&told.attempt) => {
            (Some(told.attempt), told.client, told.said)
        }
        Some(told) => (None, told.client, told.said),
        None => (None, None, error_text::said_in(own, catalog, ring)),
    };
    if observed.is_none()
        && let Some(status) = good.or(status)
    {
        observed = Some(answered(status));
    }
    if let Some(Attempt { outcome: Outcome::Response(response), .. }) = &mut observed {
        for (name, value) in received(own) {
            if !response.headers.iter().any(|(known, _)| *known == name) {
                response.headers.push((name, value));
            }
        }
    }
    let (draft, held) = draft.map_or((None, false), |(draft, held)| (Some(draft), held));
    let tried = tries::read(own);
    let findings = if held { vec![literal_key()] } else { Vec::new() };
    let intake =
        Intake { kind: "error text", draft, observed, client, said, tried, findings, ..Intake::default() };
    Piece { intake, start, end }
}

/// The headers that `http.client` prints behind its last `reply:`, a line each. Their codings are of bytes that it does not show.
fn received(text: &str) -> Vec<(String, String)> {
    let Some(at) = text.rfind("reply: 'HTTP/").or_else(|| text.rfind("reply: \"HTTP/")) else {
        return Vec::new();
    };
    let lines = text.get(at..).unwrap_or("").lines().filter_map(|line| line.strip_prefix("header: "));
    let pairs = lines.take(MOST).filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        .filter(|(name, _)| !matches!(name.as_str(), "content-encoding" | "transfer-encoding"))
        .collect()
}

fn states_bad(attempt: &Attempt) -> bool {
    attempt.response().and_then(|response| response.status).is_some_and(|status| status >= 400)
}

fn answered(status: u16) -> Attempt {
    answer::attempt(Outcome::Response(answer::response(Some(status), None, None, Vec::new(), Vec::new())))
}

/// The request that was sent, and whether it holds a secret.
fn drafted(text: &str, catalog: &Catalog, ring: &mut KeyRing) -> Option<(Draft, bool)> {
    let unmasked = options(text).or_else(|| sent_bytes(text))?;
    let (draft, held) = unmasked.masked(catalog, ring);
    Some((draft, held.is_some()))
}

/// `Request options: {'method': 'post', 'url': '/chat/completions', 'headers': {…}, 'json_data': {…}}`, the last one.
fn options(text: &str) -> Option<Unmasked> {
    const MARK: &str = "Request options: {";
    let at = text.rfind(MARK)?;
    let rest = text.get(at + MARK.len() - 1..)?;
    let near = plain_head(rest);
    let sent = SENT.as_ref()?.captures_iter(rest).next().or_else(|| SENT.as_ref()?.captures(text))?;
    let mut unmasked = Unmasked {
        method: sent.get(1)?.as_str().to_owned(),
        url: sent.get(2)?.as_str().to_owned(),
        ..Unmasked::default()
    };
    // With files the fields are those of a form, which the options do not tell whole.
    let line = near.lines().next().unwrap_or("");
    let is_form = ["'files': [", "'files': {", "'files': ("].iter().any(|mark| line.contains(mark));
    if let Some(Value::Object(headers)) = member(near, "headers") {
        let texts = headers.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
        unmasked.headers.extend(texts);
    }
    if !is_form
        && let Some((json, _)) =
            member_text(near, "json_data").filter(|(json, _)| json.starts_with(['{', '[']))
    {
        unmasked.body = json;
        unmasked.implied("Content-Type", "application/json");
    }
    Some(unmasked)
}

fn plain_head(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// A member of a printed dict as JSON.
fn member_text(text: &str, name: &str) -> Option<(String, usize)> {
    let mark = format!("'{name}': ");
    let at = text.find(&mark)? + mark.len();
    literal::read(text.get(at..)?, false)
}

fn member(text: &str, name: &str) -> Option<Value> {
    serde_json::from_str(&member_text(text, name)?.0).ok()
}

/// The bytes that `http.client` prints: `send: b'POST /v1/x HTTP/1.1\r\n…'`, the last request and its body.
fn sent_bytes(text: &str) -> Option<Unmasked> {
    let mut raw = String::new();
    let sent = text.match_indices("send: b").filter_map(|(at, mark)| text.get(at + mark.len()..));
    for bytes in sent.take(MOST) {
        let bytes = unescaped(plain_head(bytes))?;
        if http::starts_with_request_line(&bytes) {
            raw.clear();
        }
        raw.push_str(&bytes);
    }
    let raw = raw.replace("\r\n", "\n");
    let encrypted = text.contains("connectionpool:https://") || text.contains("HTTPSConnection");
    http::written_request(&raw, encrypted)
}

/// The text of a Python bytes literal, from its quote on.
fn unescaped(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut bytes = Vec::new();
    let mut characters = text.get(1..)?.chars();
    loop {
        match characters.next()? {
            c if c == quote => break,
            '\n' => return None,
            '\\' => match characters.next()? {
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                't' => bytes.push(b'\t'),
                'x' => {
                    let digits: String = characters.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).ok()?);
                }
                c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            },
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use crate::case::catalog::Catalog;
    use crate::case::intake::read_all;
    use crate::case::keyring::KeyRing;
    use crate::case::request::BodyText;

    fn shown(text: &str) -> Vec<String> {
        let mut ring = KeyRing::default();
        let pieces = read_all(text, &|_| None, &Catalog::built_in(), &mut ring);
        pieces
            .iter()
            .map(|piece| {
                let intake = &piece.intake;
                let status = intake.observed.as_ref().and_then(|a| a.response()?.status);
                let (method, url, body) = match &intake.draft {
                    Some(draft) => (Some(draft.method.clone()), Some(draft.url.clone()), draft.body.clone()),
                    None => (intake.said.method.clone(), intake.said.url.clone(), BodyText::default()),
                };
                format!(
                    "{} {} {body} {status:?} {:?}",
                    method.unwrap_or_default(),
                    url.unwrap_or_default(),
                    intake.tried.attempts
                )
            })
            .collect()
    }

    #[test]
    fn each_call_of_a_log_keeps_its_own_status() {
        let table = [
            (
                "INFO:httpx:HTTP Request: POST https://h.example/v1/embeddings \"HTTP/1.1 200 OK\"\n\
                 INFO:httpx:HTTP Request: POST https://h.example/v1/responses \"HTTP/1.1 500 Internal Server Error\"\n\
                 openai.InternalServerError: Error code: 500 - {'error': {'message': 'boom'}}\n",
                vec![
                    "POST https://h.example/v1/embeddings  Some(200) Some(1)",
                    "POST https://h.example/v1/responses  Some(500) Some(1)",
                ],
            ),
            (
                "DEBUG:openai._base_client:Request options: {'method': 'post', 'url': '/responses', 'files': None, \
                 'json_data': {'input': \"it's\", 'stream': True, 'x': None}}\n\
                 DEBUG:openai._base_client:Sending HTTP Request: POST https://h.example/v1/responses\n\
                 INFO:httpx:HTTP Request: POST https://h.example/v1/responses \"HTTP/1.1 503 Service Unavailable\"\n\
                 INFO:openai._base_client:Retrying request to /responses in 0.4 seconds\n\
                 INFO:httpx:HTTP Request: POST https://h.example/v1/responses \"HTTP/1.1 200 OK\"\n",
                vec![
                    "POST https://h.example/v1/responses {\"input\":\"it's\",\"stream\":true,\"x\":null} Some(200) Some(2)",
                ],
            ),
            (
                "send: b'POST /v1/x HTTP/1.1\\r\\nHost: h.example\\r\\nContent-Type: application/json\\r\\n\\r\\n'\n\
                 send: b'{\"a\":\"\\xc3\\xa4\"}'\nreply: 'HTTP/1.1 502 Bad Gateway\\r\\n'\n\
                 DEBUG:urllib3.connectionpool:https://h.example:443 \"POST /v1/x HTTP/1.1\" 502 150\n",
                vec!["POST https://h.example/v1/x {\"a\":\"ä\"} Some(502) Some(1)"],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
