//! Prints that name each part of an exchange on a line: langchain4j's logging client
//! (<https://docs.langchain4j.dev/tutorials/logging>) and the logging policy of Azure's SDK for Python
//! (<https://github.com/Azure/azure-sdk-for-python>, `azure/core/pipeline/policies/_universal.py`), read 2026-11-23.

use super::{Exchange, answered, header, is_method, lines, status};
use crate::case::intake::answer;

/// `HTTP request:` and `HTTP response:` with `- method: …` and the like below them.
pub(super) fn langchain4j(text: &str) -> Vec<Exchange> {
    if !text.contains("- method: ") || !text.contains("- url: ") {
        return Vec::new();
    }
    let mut found: Vec<Exchange> = Vec::new();
    let mut side: Option<(bool, Side)> = None;
    let mut in_body = false;
    for (start, line) in lines(text) {
        let is_request = line.ends_with("HTTP request:");
        if is_request || line.ends_with("HTTP response:") {
            finish(&mut found, side.take());
            if is_request {
                found.push(Exchange { start, ..Exchange::default() });
            }
            (side, in_body) = (Some((is_request, Side::default())), false);
            continue;
        }
        let Some((_, side)) = &mut side else { continue };
        if let Some(value) = line.strip_prefix("- method: ") {
            value.trim().clone_into(&mut side.method);
        } else if let Some(value) = line.strip_prefix("- url: ") {
            value.trim().clone_into(&mut side.url);
        } else if let Some(value) = line.strip_prefix("- status code: ") {
            side.status = status(value.trim()).map(|(status, _)| status);
        } else if let Some(value) = line.strip_prefix("- headers: ") {
            let inner = value.trim().trim_start_matches('[').trim_end_matches(']');
            side.headers = inner.split("], [").filter_map(header).collect();
        } else if let Some(value) = line.strip_prefix("- body: ") {
            value.clone_into(&mut side.body);
            side.body.push('\n');
            in_body = true;
        } else if in_body {
            side.body.push_str(line);
            side.body.push('\n');
        }
    }
    finish(&mut found, side.take());
    found.retain(|exchange| is_method(&exchange.sent.method) && exchange.sent.url.contains("://"));
    found
}

/// One side as its lines tell it.
#[derive(Default)]
struct Side {
    method: String,
    url: String,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
}

fn finish(found: &mut [Exchange], side: Option<(bool, Side)>) {
    let (Some((is_request, side)), Some(exchange)) = (side, found.last_mut()) else { return };
    // A record of the log may follow at once.
    let body = side.body.trim();
    let extent = if body.starts_with(['{', '[']) { answer::json_extent(body) } else { None };
    let body = extent.and_then(|end| body.get(..end)).unwrap_or(body);
    let body = if body == "null" { "" } else { body };
    if is_request {
        exchange.sent.method = side.method;
        exchange.sent.url = side.url;
        exchange.sent.headers = side.headers;
        body.clone_into(&mut exchange.sent.body);
    } else if side.status.is_some() || !body.is_empty() {
        exchange.answer = Some(answered(side.status, "", side.headers, body));
    }
}

/// `Request URL: '…'`, `Request method: 'POST'`, `Request headers:`, `Response status: 429`, `Response headers:`.
pub(super) fn azure(text: &str) -> Vec<Exchange> {
    if !text.contains("Request URL: '") || !text.contains("Request method: '") {
        return Vec::new();
    }
    let quoted = |rest: &str| rest.trim().trim_matches('\'').to_owned();
    let mut found: Vec<Exchange> = Vec::new();
    let mut answers = false;
    let mut came: Option<Side> = None;
    let close = |found: &mut Vec<Exchange>, came: Option<Side>| finish(found, came.map(|side| (false, side)));
    let mut in_content = false;
    for (start, line) in lines(text) {
        if let Some((_, url)) = line.split_once("Request URL: '") {
            close(&mut found, came.take());
            let mut exchange = Exchange { start, ..Exchange::default() };
            exchange.sent.url = quoted(url);
            found.push(exchange);
            (answers, in_content) = (false, false);
        } else if let Some((_, status_text)) = line.split_once("Response status: ") {
            let status = status(status_text.trim()).map(|(status, _)| status);
            came = Some(Side { status, ..Side::default() });
            (answers, in_content) = (true, false);
        } else if let Some((_, method)) = line.split_once("Request method: '").filter(|_| !answers) {
            if let Some(exchange) = found.last_mut() {
                exchange.sent.method = quoted(method);
            }
        } else if line.trim_start().starts_with("Response content:") {
            in_content = true;
        } else if let Some((name, value)) = member(line).filter(|_| !in_content) {
            match (&mut came, found.last_mut()) {
                (Some(side), _) => side.headers.push((name, value)),
                (None, Some(exchange)) => exchange.sent.headers.push((name, value)),
                (None, None) => {}
            }
        } else if let Some(side) = came.as_mut().filter(|_| in_content) {
            side.body.push_str(line);
            side.body.push('\n');
        }
    }
    close(&mut found, came.take());
    found.retain(|exchange| is_method(&exchange.sent.method));
    found
}

/// `    'name': 'value'`
fn member(line: &str) -> Option<(String, String)> {
    let (name, value) = line.trim().strip_prefix('\'')?.split_once("': '")?;
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_name.then(|| (name.to_owned(), value.trim_end_matches(',').trim_end_matches('\'').to_owned()))
}
