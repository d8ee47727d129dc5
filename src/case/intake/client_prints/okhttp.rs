//! What `OkHttp`'s `HttpLoggingInterceptor` prints, bare, behind a logger's prefix or behind that of Android's logcat
//! (<https://github.com/square/okhttp/tree/master/okhttp-logging-interceptor>, read 2026-11-23).
//!
//! ```text
//! --> POST https://h.example/v1/x
//! Content-Type: application/json
//!
//! {"model":"m"}
//! --> END POST (13-byte body)
//! <-- 429 Too Many Requests https://h.example/v1/x (333ms)
//! ```

use super::{Exchange, answered, header, is_method, lines, status};

/// What the lines below belong to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Outside,
    Headers,
    Body,
}

/// One side of an exchange.
#[derive(Default)]
struct Side {
    headers: Vec<(String, String)>,
    body: String,
}

/// The exchanges of the print.
pub(super) fn read(text: &str) -> Vec<Exchange> {
    if !text.contains("--> ") || !text.contains("://") {
        return Vec::new();
    }
    let mut found: Vec<Exchange> = Vec::new();
    let (mut part, mut answers) = (Part::Outside, false);
    let mut marker = String::new();
    let mut side = Side::default();
    let mut line_of_status: Option<(u16, String)> = None;
    for (start, line) in lines(text) {
        if let Some((prefix, method, url)) = begun(line) {
            finish(&mut found, &mut line_of_status, &mut side);
            prefix.clone_into(&mut marker);
            let mut exchange = Exchange { start, ..Exchange::default() };
            method.clone_into(&mut exchange.sent.method);
            url.clone_into(&mut exchange.sent.url);
            found.push(exchange);
            (part, answers) = (Part::Headers, false);
            continue;
        }
        let Some(exchange) = found.last_mut() else { continue };
        let (own, is_own) = without(line, &marker);
        if own.starts_with("--> END") {
            exchange.sent.headers = std::mem::take(&mut side.headers);
            std::mem::take(&mut side.body).trim().clone_into(&mut exchange.sent.body);
            part = Part::Outside;
        } else if own.starts_with("<-- END") {
            finish(&mut found, &mut line_of_status, &mut side);
            part = Part::Outside;
        } else if let Some(failure) = own.strip_prefix("<-- HTTP FAILED: ") {
            failure.clone_into(&mut exchange.failure);
            part = Part::Outside;
        } else if let Some((status, rest)) = own.strip_prefix("<-- ").and_then(status) {
            let reason = rest.split("http").next().unwrap_or("").trim().to_owned();
            line_of_status = Some((status, reason));
            (part, answers) = (Part::Headers, true);
        } else {
            part = taken(part, own, is_own, &mut side);
        }
    }
    finish(&mut found, &mut line_of_status, &mut side);
    let tells =
        found.iter().any(|e| e.answer.is_some() || !e.failure.is_empty() || !e.sent.headers.is_empty());
    if tells || answers { found } else { Vec::new() }
}

/// Takes one line into `side`; gives what the next one belongs to.
fn taken(part: Part, own: &str, marked: bool, side: &mut Side) -> Part {
    match part {
        Part::Headers if own.trim().is_empty() && marked => return Part::Body,
        // A logger writes each header as a record of its own; what has no prefix is another's.
        Part::Headers if marked => side.headers.extend(header(own.trim())),
        Part::Body if marked || !own.contains("okhttp3.") => {
            side.body.push_str(own);
            side.body.push('\n');
        }
        _ => {}
    }
    part
}

/// Gives the answer that was read to the last exchange.
fn finish(found: &mut [Exchange], line: &mut Option<(u16, String)>, side: &mut Side) {
    let Some((status, reason)) = line.take() else { return };
    let Side { headers, body } = std::mem::take(side);
    if let Some(exchange) = found.last_mut() {
        exchange.answer = Some(answered(Some(status), &reason, headers, &body));
    }
}

/// `PREFIX--> POST https://…`: what every line of the print has before it, method and address.
fn begun(line: &str) -> Option<(&str, &str, &str)> {
    let at = line.find("--> ").filter(|at| *at < 300)?;
    let mut words = line.get(at + 4..)?.split_whitespace();
    let method = words.next().filter(|word| is_method(word))?;
    let url = words.next().filter(|word| word.contains("://"))?;
    let prefix = line.get(..at)?.trim_end();
    // The name of the logger stays the same, the time before it does not.
    let mut from = prefix.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    if prefix.len() - from < 3 {
        from = prefix.get(..from)?.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1);
    }
    Some((prefix.get(from..)?, method, url))
}

/// `line` without what stands before it, and whether that is the print's own.
fn without<'t>(line: &'t str, marker: &str) -> (&'t str, bool) {
    if marker.is_empty() {
        return (line, true);
    }
    match line.find(marker).filter(|at| *at < 300) {
        Some(at) => {
            let rest = line.get(at + marker.len()..).unwrap_or("");
            (rest.strip_prefix(' ').unwrap_or(rest), true)
        }
        None => (line, false),
    }
}
