//! What a record says of its failure, without what differs from one request to the next: the key by which an explanation is
//! remembered, and the text that is explained. Because the explanation is made of this form alone, it does not matter in
//! which order, piece or thread the records of a log are read.
//!
//! ```text
//! Parts ── ids, numbers, addresses become others of their kind; a page its title; a stream its different events ──> Form
//! ```
//!
//! What rules ask for stays: words, codes, statuses, which of two numbers is larger, the kind of an id.

use super::line::Parts;
use super::sentence::sentence;
use super::skim::{elements, members, skip_space, string_end, text, unescape};
use crate::case::catalog::{Catalog, Needles, Patterns};
use crate::case::explain::Record;

/// Bytes of a form that are looked at; an error says early what it is.
const MOST: usize = 64 * 1024;
/// A longer string of a body is read in its first part.
const LONG_STRING: usize = 4 * 1024;
/// Bytes of a page that are searched, as the rules do.
const PAGE: usize = 32 * 1024;
/// Events of a stream that are compared with the next one.
const LATELY: usize = 4;

/// Members that hold what a model wrote. In an answer that is no error they are read as there or not.
const OF_MODELS: [&[u8]; 12] = [
    b"content",
    b"text",
    b"delta",
    b"arguments",
    b"reasoning_content",
    b"thinking",
    b"partial_json",
    b"b64_json",
    b"embedding",
    b"signature",
    b"refusal",
    b"transcript",
];

/// Headers whose value the rules and the reading of an answer look at; of the others only their being there counts.
const VALUES: [&str; 9] = [
    "content-type",
    "content-encoding",
    "server",
    "via",
    "location",
    "x-amzn-errortype",
    "cf-mitigated",
    "www-authenticate",
    "transfer-encoding",
];

/// What a page says aloud.
const HEADINGS: [&[u8]; 4] = [b"<title", b"<h1", b"<h2", b"<center"];

/// The form of a record. The buffers are used again for the next one.
#[derive(Default)]
pub(super) struct Form {
    /// All of it, in one run of bytes: two forms are the same where these are.
    key: Vec<u8>,
    /// Where in it the parts end.
    ends: [usize; 5],
    scratch: Vec<u8>,
    line: Vec<u8>,
}

/// Makes forms.
pub(super) struct Canon<'c> {
    /// What rules look for in the body as it came.
    of_bodies: Vec<&'c Patterns>,
    /// Their words, so that one look at a page spares most of them.
    words: Needles,
}

impl<'c> Canon<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        let of_bodies: Vec<&Patterns> =
            catalog.rules.iter().map(|rule| &rule.when.body).filter(|p| !p.is_empty()).collect();
        let sources = of_bodies.iter().map(|patterns| patterns.sources().iter().map(String::as_str));
        Self { words: Needles::of_any(sources), of_bodies }
    }

    /// Reads `parts` into `form`. `model`: the request's, whose name in a message is replaced.
    pub(super) fn read(&self, parts: &Parts<'_>, status: Option<u16>, model: &[u8], form: &mut Form) {
        let Form { key, ends, scratch, line } = form;
        key.clear();
        key.extend_from_slice(&status.unwrap_or(0).to_le_bytes());
        let worked = status.is_none_or(|s| (200..300).contains(&s));
        if let Some(url) = parts.path.and_then(text) {
            address(&url, worked, key);
        }
        ends[0] = key.len();
        if worked && let Some(method) = parts.method.and_then(text) {
            key.extend(method.bytes().take(16).filter(u8::is_ascii_alphabetic));
        }
        ends[1] = key.len();
        if let Some(all) = parts.headers {
            headers(all, key);
        }
        ends[2] = key.len();
        if let Some(raw) = parts.body {
            let body = if let Some(inner) = raw.strip_prefix(b"\"").and_then(|r| r.strip_suffix(b"\"")) {
                scratch.clear();
                unescape(inner, scratch);
                scratch.as_slice()
            } else {
                raw
            };
            let plain = parts.prompt.and_then(|prompt| without_quoted_prompt(body, prompt));
            self.body(plain.as_deref().unwrap_or(body), worked, model, key, line);
        }
        ends[3] = key.len();
        if let Some(told) = parts.text.and_then(text) {
            let told = told.as_bytes();
            sentence(told.get(..told.len().min(MOST)).unwrap_or(told), model, key);
        }
        ends[4] = key.len();
        scratch.shrink_to(4 * MOST);
    }

    fn body(&self, body: &[u8], worked: bool, model: &[u8], out: &mut Vec<u8>, line: &mut Vec<u8>) {
        let begin = body.get(skip_space(body, 0)..).unwrap_or_default();
        let starts = |word: &[u8]| begin.starts_with(word);
        match begin.first() {
            Some(b'{' | b'[') => json(begin, worked, model, out),
            Some(b'<') => self.page(begin, model, out),
            _ if [&b"data:"[..], b"event:", b"id:", b"retry:", b":"].iter().any(|w| starts(w)) => {
                stream(body, model, out, line);
            }
            _ => sentence(begin.get(..begin.len().min(PAGE)).unwrap_or(begin), model, out),
        }
    }

    /// A page is its title and headings, unless a rule finds something in it.
    fn page(&self, page: &[u8], model: &[u8], out: &mut Vec<u8>) {
        let head = page.get(..page.len().min(PAGE)).unwrap_or(page);
        let as_text = String::from_utf8_lossy(head);
        let may = self.words.may_match(std::iter::once(as_text.as_ref()));
        if self.of_bodies.iter().zip(may).any(|(patterns, may)| may && patterns.is_match(&as_text)) {
            out.extend_from_slice(as_text.as_bytes());
            return;
        }
        let opening = memchr::memchr(b'>', head).map_or(head.len().min(256), |at| (at + 1).min(256));
        out.extend_from_slice(head.get(..opening).unwrap_or_default());
        let mut at = opening;
        let mut room = 8;
        while let Some(found) = memchr::memchr(b'<', head.get(at..).unwrap_or_default()).filter(|_| room > 0)
        {
            let tag = head.get(at + found..).unwrap_or_default();
            at += found + 1;
            let named = HEADINGS
                .iter()
                .find(|name| tag.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name)));
            let Some(name) = named else { continue };
            let mut close = b"</".to_vec();
            close.extend_from_slice(name.get(1..).unwrap_or_default());
            let end = tag.windows(close.len()).take(4096).position(|w| w.eq_ignore_ascii_case(&close));
            let Some(end) = end else { continue };
            sentence(tag.get(..end).unwrap_or_default(), model, out);
            out.extend_from_slice(&close);
            out.push(b'>');
            at += end;
            room -= 1;
        }
    }
}

impl Form {
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The form as a record that can be explained.
    pub(super) fn record(&self) -> Record {
        let status = self.key.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes)).filter(|s| *s > 0);
        let [path, method, headers, body, told] = self.ends;
        let part = |from: usize, to: usize| {
            let part = self.key.get(from..to).unwrap_or_default();
            (!part.is_empty()).then(|| String::from_utf8_lossy(part).into_owned())
        };
        let pair = |line: &str| line.split_once('\u{1}').map(|(n, v)| (n.to_owned(), v.to_owned()));
        Record {
            status,
            path: part(2, path),
            method: part(path, method),
            headers: part(method, headers)
                .map(|all| all.split('\u{2}').filter_map(pair).collect())
                .unwrap_or_default(),
            body: part(headers, body),
            text: part(body, told),
            ..Record::default()
        }
    }
}

/// The body of an error without what it quotes of `prompt`, which is another text each time; `None`: it quotes nothing.
fn without_quoted_prompt(body: &[u8], prompt: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = br#"\""#;
    let head = body.get(..body.len().min(LONG_STRING)).unwrap_or(body);
    let marks: Vec<usize> = memchr::memmem::find_iter(head, MARK).take(16).collect();
    for pair in marks.windows(2) {
        let &[open, close] = pair else { continue };
        let quoted = head.get(open + MARK.len()..close)?;
        let words = memchr::memchr_iter(b' ', quoted).count();
        if words > 1 && quoted.len() > 11 && memchr::memmem::find(prompt, quoted).is_some() {
            return Some([body.get(..open + MARK.len())?, b"a b c", body.get(close..)?].concat());
        }
    }
    None
}

/// The host, which tells the gateway, and the path where it counts: what an answer should hold depends on it, an error does
/// not.
fn address(url: &str, worked: bool, out: &mut Vec<u8>) {
    let bare = url.split(['?', '#']).next().unwrap_or(url);
    let (host, path) = match bare.split_once("://") {
        Some((_, rest)) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", bare),
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    if !host.is_empty() {
        out.extend_from_slice(b"https://");
        out.extend(host.bytes().take(256));
    }
    if worked {
        super::route::steps(path, out);
    } else if !host.is_empty() {
        out.push(b'/');
    }
}

fn headers(all: &[u8], out: &mut Vec<u8>) {
    match all.first() {
        Some(b'{') => {
            for (name, value) in members(all).take(64) {
                if value.first() == Some(&b'[') {
                    elements(value).take(4).for_each(|value| header(name, value, out));
                } else {
                    header(name, value, out);
                }
            }
        }
        // `[{"name": …, "value": …}]` or `[["name", "value"]]`.
        Some(b'[') => {
            for pair in elements(all).take(64) {
                let (mut name, mut value) = (None, None);
                if pair.first() == Some(&b'[') {
                    let mut both = elements(pair);
                    (name, value) = (both.next(), both.next());
                } else {
                    for (own, of_it) in members(pair) {
                        match own {
                            b"name" | b"key" => name = Some(of_it),
                            b"value" => value = Some(of_it),
                            _ => {}
                        }
                    }
                }
                let name = name.and_then(|n| n.strip_prefix(b"\"")?.strip_suffix(b"\""));
                if let (Some(name), Some(value)) = (name, value) {
                    header(name, value, out);
                }
            }
        }
        _ => {}
    }
}

fn header(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    // The time of the answer is no part of what failed.
    if name.is_empty() || name.len() > 64 || !name.iter().all(is_name) || name.eq_ignore_ascii_case(b"date") {
        return;
    }
    let start = out.len();
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    let counts = out.get(start..).is_some_and(|own| VALUES.iter().any(|name| name.as_bytes() == own));
    let waits = out.get(start..) == Some(b"retry-after");
    out.push(1);
    let value = text(value).unwrap_or_default();
    let short = value.as_bytes().get(..value.len().min(512)).unwrap_or_default();
    if counts || (waits && !value.bytes().all(|b| b.is_ascii_digit() || b == b'.')) {
        let from = out.len();
        sentence(short, b"", out);
        // The marks between headers stand in no value.
        out.iter_mut().skip(from).filter(|b| **b < 0x20).for_each(|b| *b = b' ');
    } else if !value.is_empty() {
        out.push(b'1');
    }
    out.push(2);
}

/// JSON, also where it is cut off. `worked`: what models wrote is left out.
fn json(body: &[u8], worked: bool, model: &[u8], out: &mut Vec<u8>) {
    let from = out.len();
    let mut at = 0;
    // The name of the member whose value comes.
    let mut name: &[u8] = b"";
    while let Some(&byte) = body.get(at) {
        if out.len() - from > MOST {
            return;
        }
        match byte {
            b'"' => {
                let Some(end) = string_end(body, at + 1) else {
                    let rest = body.get(at..).unwrap_or_default();
                    sentence(rest.get(..rest.len().min(LONG_STRING)).unwrap_or(rest), model, out);
                    return;
                };
                let inner = body.get(at + 1..end - 1).unwrap_or_default();
                let is_name = body.get(skip_space(body, end)) == Some(&b':');
                out.push(b'"');
                if is_name {
                    name = inner;
                    sentence(inner, b"", out);
                } else if worked && OF_MODELS.contains(&name) {
                    out.extend_from_slice(if inner.is_empty() { b"" } else { b"x" });
                } else {
                    string(inner, model, out);
                }
                out.push(b'"');
                at = end;
            }
            b'0'..=b'9' => {
                let digits = body.get(at..).unwrap_or_default();
                let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
                number(digits.get(..len).unwrap_or_default(), name, out);
                at += len;
            }
            _ => {
                out.push(byte);
                at += 1;
                // `{"a": 1, "b": 2}` and `{"a":1,"b":2}` are one.
                let one_space =
                    body.get(at) == Some(&b' ') && !matches!(body.get(at + 1), Some(b' ' | b'\n' | b'\r'));
                at += usize::from(matches!(byte, b':' | b',') && one_space);
            }
        }
    }
}

fn string(inner: &[u8], model: &[u8], out: &mut Vec<u8>) {
    if (inner != model || model.is_empty()) && !inner.contains(&b' ') && inner.len() < 16 {
        out.extend_from_slice(inner);
        return;
    }
    let mut end = inner.len();
    if end > LONG_STRING {
        end = LONG_STRING / 2;
        // Neither in an escape nor in a character.
        let in_escape =
            |end: usize| inner.get(end.saturating_sub(12)..end).is_some_and(|near| near.contains(&b'\\'));
        while end > 0 && (in_escape(end) || inner.get(end).is_some_and(|b| b & 0xc0 == 0x80)) {
            end -= 1;
        }
    }
    sentence(inner.get(..end).unwrap_or_default(), model, out);
}

/// A number that is a code stays; another one keeps its number of digits.
fn number(digits: &[u8], name: &[u8], out: &mut Vec<u8>) {
    let named = |word: &[u8]| name.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    let is_code =
        digits.len() <= 8 && [&b"code"[..], b"status", b"err", b"ret"].iter().any(|word| named(word));
    if digits.len() <= 1 || is_code {
        out.extend_from_slice(digits);
    } else {
        out.push(b'1');
        out.extend(std::iter::repeat_n(b'0', digits.len() - 1));
    }
}

/// An event stream: events that are the same but for what the model wrote stand once.
fn stream(body: &[u8], model: &[u8], out: &mut Vec<u8>, event: &mut Vec<u8>) {
    let from = out.len();
    let mut lately: [(usize, usize); LATELY] = [(0, 0); LATELY];
    let mut next = 0;
    let mut rest = body;
    while !rest.is_empty() && out.len() - from < MOST {
        let end = memchr::memchr(b'\n', rest);
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().trim_ascii_end();
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        if line.is_empty() {
            continue;
        }
        event.clear();
        match line.strip_prefix(b"data:").map(<[u8]>::trim_ascii_start) {
            Some(data) if matches!(data.first(), Some(b'{' | b'[')) => {
                event.extend_from_slice(b"data: ");
                json(data, true, model, event);
            }
            _ => sentence(line.get(..line.len().min(LONG_STRING)).unwrap_or(line), model, event),
        }
        let known =
            lately.iter().any(|(start, end)| end > start && out.get(*start..*end) == Some(event.as_slice()));
        let is_last = rest.iter().all(u8::is_ascii_whitespace);
        if known && !is_last {
            continue;
        }
        let start = out.len();
        out.extend_from_slice(event);
        if let Some(place) = lately.get_mut(next % LATELY) {
            *place = (start, out.len());
        }
        next += 1;
        // A stream that is cut off has no end of line.
        let ended = end.is_some();
        let blank = rest.first().is_some_and(|b| matches!(b, b'\n' | b'\r'))
            || (!is_last && line.starts_with(b"data:"));
        out.extend_from_slice(match (ended, blank) {
            (false, _) => b"",
            (true, false) => b"\n",
            (true, true) => b"\n\n",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, status: u16, model: &str) -> String {
        let catalog = Catalog::built_in();
        let raw = serde_json::to_string(text).expect("writes");
        let parts = Parts { body: Some(raw.as_bytes()), ..Parts::default() };
        let mut form = Form::default();
        Canon::new(&catalog).read(&parts, Some(status), model.as_bytes(), &mut form);
        form.record().body.unwrap_or_default()
    }

    #[test]
    fn what_differs_between_two_requests_is_gone() {
        let same = [
            (
                r#"{"error":{"message":"Rate limit reached for gpt-4o in organization org-abcDEF0123456789abcdefgh on requests. Try again in 20432ms. (request id: 20260401101500123456789AbCdEfGh)","code":429}}"#,
                r#"{"error":{"message":"Rate limit reached for gpt-4o in organization org-zzzDEF0123456789abcdefgh on requests. Try again in 61432ms. (request id: 20260402101500123456789XyZdEfGh)","code":429}}"#,
            ),
            (
                "data: {\"id\":\"chatcmpl-1234567890abcdef\",\"choices\":[{\"delta\":{\"content\":\"a b\"}}]}\n\ndata: {\"id\":\"chatcmpl-1234567890abcdef\",\"choices\":[{\"delta\":{\"content\":\"c\"}}]}\n\ndata: {\"id\":\"chat",
                "data: {\"id\":\"chatcmpl-9234567890abcdef\",\"choices\":[{\"delta\":{\"content\":\"zz\"}}]}\n\ndata: {\"id\":\"chat",
            ),
            (
                "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><p>one two</p></body></html>",
                "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><p>three</p></body></html>",
            ),
        ];
        for (a, b) in same {
            assert_eq!(body(a, 429, "gpt-4o"), body(b, 429, "gpt-4o"), "{a}");
        }
    }

    #[test]
    fn what_rules_ask_for_stays() {
        for text in [
            r#"{"error":{"message":"status_code=429, no","code":"20012"},"base_resp":{"status_code":1004}}"#,
            r#"{"error":{"message":"error code: 1010","type":"x_y_z"}}"#,
        ] {
            assert_eq!(body(text, 400, "m-1"), text);
        }
        assert_ne!(
            body("data: {\"a\":1}\n\ndata: [DONE]\n\n", 200, ""),
            body("data: {\"a\":1}\n\n", 200, "")
        );
    }

    #[test]
    fn any_bytes_are_taken_and_bounded() {
        for text in [
            "",
            "{",
            "[",
            "\"",
            "{\"a",
            "<",
            "<title>",
            "<title",
            "data:",
            "data: {\"",
            ":",
            "{\"a\":\"\\",
            "\u{0}",
        ] {
            let _ = body(text, 200, "");
        }
        let long = format!("{{\"error\":{{\"message\":\"{}\"}}}}", "\\u672a word ".repeat(100_000));
        assert!(body(&long, 500, "").len() < 2 * LONG_STRING);
        assert!(body(&"{\"a\":1,".repeat(100_000), 500, "").len() < 2 * MOST);
    }
}
